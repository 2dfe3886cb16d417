/* SPDX-License-Identifier: MIT */
/* "did you mean": the candidate nearest to a name. */
#ifndef NYZ_NEAREST_H
#define NYZ_NEAREST_H

#include <stddef.h>
#include <stdint.h>

#include "nyz.h"

/* A name over this many bytes has no nearest one; candidates after this many are not
 * looked at: all of it takes some milliseconds at most. */
#define NYZ_NEAREST_NAME 64
#define NYZ_NEAREST_CANDIDATES 10000

typedef struct nyz_nearest {
    const char *name; /* what was asked for; borrowed */
    size_t size;
    const char *found; /* the nearest so far, or NULL; borrowed */
    size_t found_size;
    int most;      /* a candidate has to be nearer than, or as near as this */
    int64_t tried; /* candidates */
} nyz_nearest;

void nyz_nearest_begin(nyz_nearest *nearest, const char *name, size_t size);

/* Takes the candidate if it is nearer than those before: at most two bytes inserted,
 * removed, replaced or swapped with their neighbours (one in a name of two or three
 * bytes, none in a shorter one), while the case of ASCII letters does not count. */
void nyz_nearest_offer(nyz_nearest *nearest, const char *candidate, size_t size);

/* Fails with NOT_FOUND: none of the `count` members of this archive, file or the like (noun) has
 * the name.  The message suggests the nearest one. */
nyz_status nyz_nearest_fail(const nyz_nearest *nearest, const char *name,
                            const char *noun, int64_t count, nyz_error *err);

#endif
