/* SPDX-License-Identifier: MIT */
/* Whole lines of the cache, written to memory past it.  A line that is not
 * in the cache would be fetched first, only to be overwritten.  nontemporal_x86.c can, and
 * nontemporal_none.c writes them as any bytes. */
#ifndef NYZ_NONTEMPORAL_H
#define NYZ_NONTEMPORAL_H

#include <stdint.h>

/* The bytes that processors move between memory and cache at a time. */
#define NYZ_CACHE_LINE 64

/* Whether such writes differ from others. */
int nyz_nontemporal_is_available(void);

/* Copies `count` lines to places `apart` bytes apart.  Both are aligned to NYZ_CACHE_LINE. */
void nyz_nontemporal_write(unsigned char *to, int64_t apart, const unsigned char *lines,
                           int64_t count);

/* Asks for bytes that are read next, so that they come while others are written. */
void nyz_nontemporal_prefetch(const unsigned char *from, int64_t size);

/* To be called once lines have been written, before another thread may look at them: they
 * take no part in the order that locks make. */
void nyz_nontemporal_fence(void);

#endif
