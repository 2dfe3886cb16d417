/* SPDX-License-Identifier: MIT */
/* Bytes that nobody can guess, from the system.  random_linux.c,
 * random_posix.c and random_win32.c have them. */
#ifndef NYZ_RANDOM_H
#define NYZ_RANDOM_H

#include <stddef.h>

/* Fills `bytes`, at most 256 of them, without blocking.  Returns 0 where the system has
 * none; `bytes` may hold anything then. */
int nyz_random(void *bytes, size_t size);

#endif
