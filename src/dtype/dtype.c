/* SPDX-License-Identifier: MIT */
/* What can be said of a dtype: the layout of each type, copies, objects, byte orders. */
#include "dtype/dtype.h"

#include <string.h>

#include "base/arena.h"
#include "base/error.h"
#include "dtype/dtype_internal.h"

const nyz_type_info *nyz_dtype_info(nyz_type type)
{
    static const nyz_type_info infos[] = {
        [NYZ_BOOL] = {'b', 1, 1, 0},
        [NYZ_INT8] = {'i', 1, 1, 0},
        [NYZ_INT16] = {'i', 2, 1, 1},
        [NYZ_INT32] = {'i', 4, 1, 1},
        [NYZ_INT64] = {'i', 8, 1, 1},
        [NYZ_UINT8] = {'u', 1, 1, 0},
        [NYZ_UINT16] = {'u', 2, 1, 1},
        [NYZ_UINT32] = {'u', 4, 1, 1},
        [NYZ_UINT64] = {'u', 8, 1, 1},
        [NYZ_FLOAT16] = {'f', 2, 1, 1},
        [NYZ_FLOAT32] = {'f', 4, 1, 1},
        [NYZ_FLOAT64] = {'f', 8, 1, 1},
        [NYZ_LONGDOUBLE] = {'f', 0, 1, 1},
        [NYZ_COMPLEX64] = {'c', 4, 2, 1},
        [NYZ_COMPLEX128] = {'c', 8, 2, 1},
        [NYZ_CLONGDOUBLE] = {'c', 0, 2, 1},
        [NYZ_BYTES] = {'S', 1, 0, 0},
        [NYZ_STR] = {'U', 4, 0, 1},
        [NYZ_VOID] = {'V', 1, 0, 0},
        [NYZ_DATETIME64] = {'M', 8, 1, 1},
        [NYZ_TIMEDELTA64] = {'m', 8, 1, 1},
        [NYZ_STRUCT] = {'V', 1, 0, 0},
        [NYZ_SUBARRAY] = {'V', 1, 0, 0},
        [NYZ_OBJECT] = {'O', 8, 0, 0},
        /* of ml_dtypes, as NumPy writes them */
        [NYZ_BFLOAT16] = {'V', 2, 1, 1},
        [NYZ_FLOAT8_E3M4] = {'V', 1, 1, 1},
        [NYZ_FLOAT8_E4M3] = {'V', 1, 1, 1},
        [NYZ_FLOAT8_E4M3FN] = {'V', 1, 1, 1},
        [NYZ_FLOAT8_E4M3FNUZ] = {'V', 1, 1, 1},
        [NYZ_FLOAT8_E4M3B11FNUZ] = {'V', 1, 1, 1},
        [NYZ_FLOAT8_E5M2] = {'f', 1, 1, 1},
        [NYZ_FLOAT8_E5M2FNUZ] = {'V', 1, 1, 1},
        [NYZ_FLOAT8_E8M0FNU] = {'V', 1, 1, 1},
        [NYZ_FLOAT6_E2M3FN] = {'V', 1, 1, 1},
        [NYZ_FLOAT6_E3M2FN] = {'V', 1, 1, 1},
        [NYZ_FLOAT4_E2M1FN] = {'V', 1, 1, 1},
        [NYZ_INT4] = {'V', 1, 1, 1},
        [NYZ_INT2] = {'V', 1, 1, 1},
        [NYZ_INT1] = {'V', 1, 1, 1},
        [NYZ_UINT4] = {'V', 1, 1, 1},
        [NYZ_UINT2] = {'V', 1, 1, 1},
        [NYZ_UINT1] = {'V', 1, 1, 1},
    };
    const int known = type > NYZ_NONE && type <= NYZ_OBJECT && infos[type].letter != 0;
    return known ? &infos[type] : NULL;
}

static int64_t struct_alignment(const nyz_dtype *dtype)
{
    int64_t most = 1;
    for (int64_t i = 0; i < dtype->nfields; i++) {
        const int64_t one = nyz_dtype_alignment(&dtype->fields[i].dtype);
        if (dtype->fields[i].offset % one != 0) {
            return 1;
        }
        most = one > most ? one : most;
    }
    return dtype->itemsize % most == 0 ? most : 1;
}

int64_t nyz_dtype_alignment(const nyz_dtype *dtype)
{
    const nyz_type_info *const info = nyz_dtype_info(dtype->type);
    if (dtype->type == NYZ_STRUCT) {
        return struct_alignment(dtype);
    }
    if (dtype->type == NYZ_SUBARRAY) {
        return nyz_dtype_alignment(dtype->base);
    }
    if (info->size != 0) {
        return info->size;
    }
    return dtype->itemsize / info->parts == 16 ? 16 : 4; /* long doubles */
}

int nyz_dtype_overlaps(const nyz_dtype *dtype)
{
    int64_t end = 0;
    for (int64_t i = 0; i < dtype->nfields; i++) {
        if (dtype->fields[i].offset < end) {
            return 1;
        }
        end = dtype->fields[i].offset + dtype->fields[i].dtype.itemsize;
    }
    return 0;
}

int nyz_dtype_has_objects(const nyz_dtype *dtype)
{
    if (dtype->type == NYZ_SUBARRAY) {
        return nyz_dtype_has_objects(dtype->base);
    }
    if (dtype->type != NYZ_STRUCT) {
        return dtype->type == NYZ_OBJECT;
    }
    for (int64_t i = 0; i < dtype->nfields; i++) {
        if (nyz_dtype_has_objects(&dtype->fields[i].dtype)) {
            return 1;
        }
    }
    return 0;
}

static int same_text(const char *a, size_t a_size, const char *b, size_t b_size)
{
    return a_size == b_size && (a_size == 0 || memcmp(a, b, a_size) == 0);
}

static int same_fields(const nyz_dtype *from, const nyz_dtype *to,
                       nyz_byteorder byteorder)
{
    for (int64_t i = 0; i < from->nfields; i++) {
        const nyz_field *const a = &from->fields[i];
        const nyz_field *const b = &to->fields[i];
        if (a->offset != b->offset ||
            !same_text(a->name, a->name_size, b->name, b->name_size) ||
            !nyz_dtype_same(&a->dtype, &b->dtype, byteorder)) {
            return 0;
        }
    }
    return 1;
}

static int same_shape(const nyz_dtype *from, const nyz_dtype *to)
{
    for (int i = 0; i < from->ndim; i++) {
        if (from->shape[i] != to->shape[i]) {
            return 0;
        }
    }
    return 1;
}

int nyz_dtype_same(const nyz_dtype *from, const nyz_dtype *to, nyz_byteorder byteorder)
{
    if (from->type != to->type || from->itemsize != to->itemsize) {
        return 0;
    }
    if (from->type == NYZ_STRUCT) {
        return from->nfields == to->nfields && same_fields(from, to, byteorder);
    }
    if (from->type == NYZ_SUBARRAY) {
        return from->ndim == to->ndim && same_shape(from, to) &&
               nyz_dtype_same(from->base, to->base, byteorder);
    }
    if (from->type == NYZ_VOID) {
        return 1;
    }
    const char wanted = nyz_wanted_byteorder(byteorder);
    const int ordered = from->byteorder == '<' || from->byteorder == '>';
    return from->unit == to->unit && from->unit_count == to->unit_count &&
           to->byteorder == (ordered && wanted != 0 ? wanted : from->byteorder);
}

int nyz_dtype_equal(const nyz_dtype *a, const nyz_dtype *b)
{
    return nyz_dtype_same(a, b, NYZ_KEEP_BYTEORDER);
}

int nyz_dtype_needs_byteswap(const nyz_dtype *dtype, nyz_byteorder byteorder)
{
    const char wanted = nyz_wanted_byteorder(byteorder);
    if (dtype->type == NYZ_SUBARRAY) {
        return nyz_dtype_needs_byteswap(dtype->base, byteorder);
    }
    if (dtype->type != NYZ_STRUCT) {
        return wanted != 0 && dtype->type != NYZ_VOID &&
               (dtype->byteorder == '<' || dtype->byteorder == '>') &&
               dtype->byteorder != wanted;
    }
    for (int64_t i = 0; i < dtype->nfields; i++) {
        if (nyz_dtype_needs_byteswap(&dtype->fields[i].dtype, byteorder)) {
            return 1;
        }
    }
    return 0;
}

/* ----------------------------------------------------------------------------- clones */

static nyz_status clone_name(nyz_arena *arena, const char **name, size_t size,
                             nyz_error *err)
{
    void *memory = NULL;
    NYZ_TRY(nyz_arena_alloc(arena, 1, size + 1, &memory, err));
    memcpy(memory, *name, size);
    *name = memory;
    return NYZ_OK;
}

static nyz_status clone_struct(const nyz_dtype *dtype, nyz_byteorder byteorder,
                               nyz_arena *arena, nyz_dtype *out, nyz_error *err)
{
    void *memory = NULL;
    if (nyz_dtype_overlaps(dtype) && nyz_dtype_needs_byteswap(dtype, byteorder)) {
        return nyz_fail(err, NYZ_ERR_UNSUPPORTED, -1,
                        "dtype: the byte order of overlapping fields cannot be changed");
    }
    NYZ_TRY(nyz_arena_alloc(arena, dtype->nfields, sizeof *dtype->fields, &memory, err));
    nyz_field *const fields = memory;
    for (int64_t i = 0; i < dtype->nfields; i++) {
        const nyz_field *const from = &dtype->fields[i];
        fields[i] = *from;
        NYZ_TRY(clone_name(arena, &fields[i].name, from->name_size, err));
        if (from->title != NULL) {
            NYZ_TRY(clone_name(arena, &fields[i].title, from->title_size, err));
        }
        NYZ_TRY(nyz_dtype_clone(&from->dtype, byteorder, arena, &fields[i].dtype, err));
    }
    out->fields = fields;
    return NYZ_OK;
}

static nyz_status clone_subarray(const nyz_dtype *dtype, nyz_byteorder byteorder,
                                 nyz_arena *arena, nyz_dtype *out, nyz_error *err)
{
    void *base = NULL;
    void *shape = NULL;
    const size_t shape_size = (size_t)dtype->ndim * sizeof *dtype->shape;
    NYZ_TRY(nyz_arena_alloc(arena, 1, sizeof *dtype->base, &base, err));
    NYZ_TRY(nyz_dtype_clone(dtype->base, byteorder, arena, base, err));
    NYZ_TRY(nyz_arena_alloc(arena, 1, shape_size, &shape, err));
    memcpy(shape, dtype->shape, shape_size);
    out->base = base;
    out->shape = shape;
    return NYZ_OK;
}

nyz_status nyz_dtype_clone(const nyz_dtype *dtype, nyz_byteorder byteorder,
                           nyz_arena *arena, nyz_dtype *out, nyz_error *err)
{
    const nyz_dtype from = *dtype;
    *out = from;
    out->owner = NULL;
    switch (from.type) {
    case NYZ_STRUCT:
        return clone_struct(&from, byteorder, arena, out, err);
    case NYZ_SUBARRAY:
        return clone_subarray(&from, byteorder, arena, out, err);
    default:
        if (nyz_dtype_needs_byteswap(&from, byteorder)) {
            out->byteorder = nyz_wanted_byteorder(byteorder);
        }
        return NYZ_OK;
    }
}
