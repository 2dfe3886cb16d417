/* SPDX-License-Identifier: MIT */
/* Numbers of one type to another.  Knows no file. */
#ifndef NYZ_CAST_H
#define NYZ_CAST_H

#include "nyz.h"

/* Converts `count` native numbers that lie without gaps; `from` and `to` do not overlap
 * and need no alignment. */
typedef void nyz_cast(const unsigned char *from, unsigned char *to, int64_t count);

/* How numbers become another type by NumPy's casting "same_kind": a kind may become
 * itself or one that holds more: bool, unsigned, signed, float, complex.  Integers that
 * do not fit wrap, floats become infinite, as NumPy's do.  NULL: not so, or no plain
 * number. */
nyz_cast *nyz_cast_find(nyz_type from, nyz_type to);

/* What a type may become, for messages; NULL: only itself. */
const char *nyz_cast_targets(nyz_type from);

#endif
