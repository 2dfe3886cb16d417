/* SPDX-License-Identifier: MIT */
/* dtypes: from a literal to a tree and back, and what can be said of one.
 * docs/format.md 2. */
#ifndef NYZ_DTYPE_H
#define NYZ_DTYPE_H

#include "base/arena.h"
#include "base/config.h"
#include "parse/pylit.h"

/* Of ('|O', {'vlen': ...}), as the rules of literals want it. */
#define NYZ_METADATA_WORDS                                                               \
    "dtype metadata, {...}, in the descr, as h5py's dtypes have it: .npy files cannot "  \
    "hold it, and NumPy does not read it either; in Python, save the array again with "  \
    "a dtype that has none"

/* Builds the dtype that a descr stands for; its tree lives in `arena` (owner stays NULL).
 * Errors: CORRUPT (err->offset as lit's), UNSUPPORTED, LIMIT.  Objects succeed, as
 * NYZ_OBJECT. */
nyz_status nyz_dtype_from_pylit(const nyz_pylit *lit, const nyz_config *config,
                                nyz_arena *arena, nyz_dtype *out, nyz_error *err);

/* NumPy's canonical descr.  quoted: a scalar as '<f8' with its quotes, as in a header.
 * Errors: UNSUPPORTED (fields that overlap or are out of order), ARGUMENT (no dtype). */
nyz_status nyz_dtype_put(nyz_text *text, const nyz_dtype *dtype, int quoted,
                         nyz_error *err);

/* Checks a dtype that the caller may have built: sizes, byte orders, nesting (at most
 * 64), counts. Errors: ARGUMENT. */
nyz_status nyz_dtype_check(const nyz_dtype *dtype, nyz_error *err);

/* Copies the tree to `arena` (owner NULL), every leaf that has one with this byte order:
 * NYZ_KEEP_BYTEORDER, NYZ_NATIVE, NYZ_LITTLE_ENDIAN, NYZ_BIG_ENDIAN. */
nyz_status nyz_dtype_clone(const nyz_dtype *dtype, nyz_byteorder byteorder,
                           nyz_arena *arena, nyz_dtype *out, nyz_error *err);

/* Not 0 if `to` is what nyz_dtype_clone would make of `from` with this byte order; units,
 * field names and offsets count, titles do not, nor how a VOID was written. */
int nyz_dtype_same(const nyz_dtype *from, const nyz_dtype *to, nyz_byteorder byteorder);

/* Not 0 if a leaf has another byte order than the one asked for (never for KEEP). */
int nyz_dtype_needs_byteswap(const nyz_dtype *dtype, nyz_byteorder byteorder);

/* Makes opaque bytes the type of ml_dtypes that the caller says they are, if they have its size; <f1 is
 * float8_e5m2 whatever it says.  Other dtypes stay as they are. */
void nyz_dtype_take_as(nyz_dtype *dtype, nyz_type type);

/* As opt->void_as says: V1 is of that type, and V2 bfloat16.  NYZ_NONE: as they are. */
void nyz_dtype_take_void_as(nyz_dtype *dtype, nyz_type void_as);

/* Whether an opaque dtype may be one of ml_dtypes: of 1 or 2 bytes. */
int nyz_dtype_may_be_nameless(const nyz_dtype *dtype);

/* What the address of an item has to be a multiple of, so that a C program may read its numbers in
 * their place: 1 for structs whose fields are not. */
int64_t nyz_dtype_alignment(const nyz_dtype *dtype);

/* Byte-swaps every multi-byte number of `count` items, `stride` bytes
 * apart, whose byte order in `dtype` is not `byteorder`.  The dtype itself is not
 * changed. */
void nyz_dtype_byteswap(const nyz_dtype *dtype, nyz_byteorder byteorder, void *items,
                        int64_t count, int64_t stride);

/* A struct's names and titles: one that occurs twice, NULL if none does.  O(n log n). */
nyz_status nyz_dtype_repeated_name(const nyz_dtype *dtype, const nyz_allocator *allocator,
                                   const char **name, size_t *size, nyz_error *err);

#endif
