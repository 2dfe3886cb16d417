/* SPDX-License-Identifier: MIT */
/* What the files that know zlib share: its memory, its limits, its failures.  Private to
 * codec*.c. */
#ifndef NYZ_ZLIB_INTERNAL_H
#define NYZ_ZLIB_INTERNAL_H

#include "nyz.h"

#define ZLIB_CONST
#include <zlib.h>

/* zlib counts in unsigned int: no call gets more than this. */
#define NYZ_ZLIB_MAX ((size_t)1 << 30)

/* Lets zlib take its memory from our allocator, which lives as long as the stream. */
void nyz_zlib_init(z_stream *z, nyz_allocator *allocator);

/* What zlib says of a failure that is not the data's; what: "inflate". */
nyz_status nyz_zlib_fail(nyz_error *err, int result, const char *what);

#endif
