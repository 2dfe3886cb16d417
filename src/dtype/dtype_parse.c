/* SPDX-License-Identifier: MIT */
/* Dtypes from literals: lists of fields and (base, shape); a string such as '<f4' is read by
 * dtype_scalar.c.  docs/format.md 2.4. */
#include <string.h>

#include "base/arena.h"
#include "base/arithmetic.h"
#include "base/config.h"
#include "base/error.h"
#include "dtype/dtype.h"
#include "dtype/dtype_internal.h"
#include "parse/pylit.h"

typedef struct builder {
    const nyz_config *config;
    nyz_arena *arena;
    int64_t fields; /* of all levels so far, padding included */
    nyz_error *err;
} builder;

static nyz_status build(builder *b, const nyz_pylit *lit, int64_t depth, nyz_dtype *out);

static nyz_status refuse(const builder *b, const nyz_pylit *lit, const char *expected)
{
    return nyz_fail(b->err, NYZ_ERR_CORRUPT, lit->offset, "dtype: expected %s, found %s",
                    expected, nyz_pylit_name(lit->type));
}

/* ------------------------------------------------------------------------- sub-arrays */

static nyz_status read_extent(const builder *b, const nyz_pylit *lit, int64_t *out)
{
    if (lit->type != NYZ_PYLIT_INT) {
        return refuse(b, lit, "an integer in a sub-array's shape");
    }
    if (lit->count < 0) {
        return nyz_fail(b->err, NYZ_ERR_CORRUPT, lit->offset,
                        "dtype: a sub-array's extent is negative: %lld",
                        (long long)lit->count);
    }
    *out = lit->count;
    return NYZ_OK;
}

/* 2, (2,), (2, 3), [2, 3]: to `shape`, in the arena. */
static nyz_status read_shape(const builder *b, const nyz_pylit *lit, int *ndim,
                             int64_t **shape)
{
    const int single = lit->type == NYZ_PYLIT_INT;
    if (!single && lit->type != NYZ_PYLIT_TUPLE && lit->type != NYZ_PYLIT_LIST) {
        return refuse(b, lit, "a tuple as a sub-array's shape");
    }
    const int64_t count = single ? 1 : lit->count;
    if (count > b->config->limits.dims) {
        return nyz_fail(b->err, NYZ_ERR_LIMIT, lit->offset,
                        "dtype: %lld dimensions of a sub-array exceed limits.dims, %lld",
                        (long long)count, (long long)b->config->limits.dims);
    }
    void *memory = NULL;
    NYZ_TRY(nyz_arena_alloc(b->arena, count, sizeof **shape, &memory, b->err));
    *shape = memory;
    *ndim = (int)count;
    const nyz_pylit *extent = single ? lit : lit->first;
    for (int64_t i = 0; i < count; i++) {
        NYZ_TRY(read_extent(b, extent, &(*shape)[i]));
        extent = extent->next;
    }
    return NYZ_OK;
}

/* Bytes of the sub-array.  The extents beside a 0 are checked as if it were not there:
 * nothing that walks them may run for ever. */
static nyz_status measure_subarray(const builder *b, const nyz_pylit *lit, nyz_dtype *out)
{
    int64_t bytes = out->base->itemsize > 0 ? out->base->itemsize : 1;
    int empty = out->base->itemsize == 0;
    for (int i = 0; i < out->ndim; i++) {
        empty |= out->shape[i] == 0;
        if (nyz_mul(bytes, out->shape[i] > 0 ? out->shape[i] : 1, &bytes)) {
            bytes = INT64_MAX;
        }
    }
    int64_t checked = 0;
    NYZ_TRY(nyz_dtype_grow(&checked, bytes, b->config, lit->offset, b->err));
    out->itemsize = empty ? 0 : bytes;
    return NYZ_OK;
}

/* NumPy takes ('S', 5) for 'S5', whatever the 5 was meant for. */
static int is_sized_by_int(const nyz_dtype *base, const nyz_pylit *shape)
{
    return shape->type == NYZ_PYLIT_INT && base->itemsize == 0 &&
           (base->type == NYZ_BYTES || base->type == NYZ_STR || base->type == NYZ_VOID);
}

static nyz_status build_subarray(builder *b, const nyz_pylit *base,
                                 const nyz_pylit *shape, int64_t depth, nyz_dtype *out)
{
    int64_t *extents = NULL;
    void *memory = NULL;
    memset(out, 0, sizeof *out);
    NYZ_TRY(read_shape(b, shape, &out->ndim, &extents));
    if (out->ndim == 0) {
        return build(b, base, depth, out);
    }
    NYZ_TRY(nyz_arena_alloc(b->arena, 1, sizeof *out->base, &memory, b->err));
    NYZ_TRY(build(b, base, depth + 1, memory));
    if (is_sized_by_int(memory, shape)) {
        return nyz_fail(b->err, NYZ_ERR_UNSUPPORTED, shape->offset,
                        "dtype: a separate size for 'S', 'U' or 'V': expected e.g. 'S5'");
    }
    out->type = NYZ_SUBARRAY;
    out->byteorder = '|';
    out->base = memory;
    out->shape = extents;
    return measure_subarray(b, shape, out);
}

/* ----------------------------------------------------------------------------- fields */

static nyz_status copy_text(const builder *b, const nyz_pylit *lit, const char **text,
                            size_t *size)
{
    void *memory = NULL;
    if (lit->type != NYZ_PYLIT_STR) {
        return refuse(b, lit, "a string as a field's name");
    }
    NYZ_TRY(nyz_arena_alloc(b->arena, lit->count + 1, 1, &memory, b->err));
    memcpy(memory, lit->text, (size_t)lit->count);
    *text = memory;
    *size = (size_t)lit->count;
    return NYZ_OK;
}

/* 'name', or ('title', 'name'). */
static nyz_status read_name(const builder *b, const nyz_pylit *lit, nyz_field *out)
{
    const nyz_pylit *name = lit;
    if (lit->type == NYZ_PYLIT_TUPLE) {
        if (lit->count != 2) {
            return nyz_fail(b->err, NYZ_ERR_CORRUPT, lit->offset,
                            "dtype: expected (title, name), found a tuple of %lld",
                            (long long)lit->count);
        }
        name = lit->first->next;
        if (lit->first->type != NYZ_PYLIT_NONE) {
            NYZ_TRY(copy_text(b, lit->first, &out->title, &out->title_size));
        }
    }
    return copy_text(b, name, &out->name, &out->name_size);
}

/* (name, dtype) or (name, dtype, shape). */
static nyz_status build_field(builder *b, const nyz_pylit *lit, int64_t depth,
                              nyz_field *out)
{
    if (lit->type != NYZ_PYLIT_TUPLE && lit->type != NYZ_PYLIT_LIST) {
        return refuse(b, lit, "a tuple (name, dtype) or (name, dtype, shape)");
    }
    if (lit->count != 2 && lit->count != 3) {
        return nyz_fail(
            b->err, NYZ_ERR_CORRUPT, lit->offset,
            "dtype: expected (name, dtype) or (name, dtype, shape), found %lld items",
            (long long)lit->count);
    }
    const nyz_pylit *const dtype = lit->first->next;
    NYZ_TRY(read_name(b, lit->first, out));
    if (dtype->next == NULL) {
        return build(b, dtype, depth, &out->dtype);
    }
    return build_subarray(b, dtype, dtype->next, depth, &out->dtype);
}

/* NumPy writes the gaps of a struct as fields ('', '|V3'). */
static int is_padding(const nyz_field *field)
{
    const nyz_dtype *leaf = &field->dtype;
    while (leaf->type == NYZ_SUBARRAY) {
        leaf = leaf->base;
    }
    return field->name_size == 0 && field->title == NULL && leaf->type == NYZ_VOID &&
           leaf->letter == 0;
}

static nyz_status check_names(const builder *b, const nyz_pylit *lit,
                              const nyz_dtype *dtype)
{
    const char *name = NULL;
    size_t size = 0;
    NYZ_TRY(nyz_dtype_repeated_name(dtype, &b->arena->allocator, &name, &size, b->err));
    if (name != NULL) {
        char quoted[NYZ_QUOTE_SIZE];
        nyz_quote(quoted, name, size);
        return nyz_fail(b->err, NYZ_ERR_CORRUPT, lit->offset,
                        "dtype: two fields have the name or title \"%s\"", quoted);
    }
    return NYZ_OK;
}

static nyz_status build_fields(builder *b, const nyz_pylit *lit, int64_t depth,
                               nyz_field *fields, nyz_dtype *out)
{
    for (const nyz_pylit *child = lit->first; child != NULL; child = child->next) {
        nyz_field *const field = &fields[out->nfields];
        memset(field, 0, sizeof *field);
        NYZ_TRY(build_field(b, child, depth + 1, field));
        field->offset = out->itemsize;
        NYZ_TRY(nyz_dtype_grow(&out->itemsize, field->dtype.itemsize, b->config,
                               child->offset, b->err));
        out->nfields += !is_padding(field);
    }
    return NYZ_OK;
}

static nyz_status build_struct(builder *b, const nyz_pylit *lit, int64_t depth,
                               nyz_dtype *out)
{
    void *memory = NULL;
    if (nyz_add(b->fields, lit->count, &b->fields) ||
        b->fields > b->config->limits.fields) {
        return nyz_fail(b->err, NYZ_ERR_LIMIT, lit->offset,
                        "dtype: %lld fields exceed limits.fields, %lld",
                        (long long)b->fields, (long long)b->config->limits.fields);
    }
    NYZ_TRY(nyz_arena_alloc(b->arena, lit->count, sizeof *out->fields, &memory, b->err));
    out->type = NYZ_STRUCT;
    out->byteorder = '|';
    out->fields = memory;
    NYZ_TRY(build_fields(b, lit, depth, memory, out));
    return check_names(b, lit, out);
}

/* ------------------------------------------------------------------------------ a dtype */

static nyz_status build(builder *b, const nyz_pylit *lit, int64_t depth, nyz_dtype *out)
{
    memset(out, 0, sizeof *out);
    if (depth > nyz_min(b->config->limits.nesting, NYZ_MAX_NESTING)) {
        return nyz_fail(b->err, NYZ_ERR_LIMIT, lit->offset,
                        "dtype: dtypes are nested deeper than limits.nesting, %lld",
                        (long long)b->config->limits.nesting);
    }
    switch (lit->type) {
    case NYZ_PYLIT_STR:
        return nyz_dtype_scalar(lit->text, (size_t)lit->count, lit->offset, b->config,
                                out, b->err);
    case NYZ_PYLIT_LIST:
        return build_struct(b, lit, depth, out);
    case NYZ_PYLIT_TUPLE:
        if (lit->count != 2) {
            return nyz_fail(b->err, NYZ_ERR_CORRUPT, lit->offset,
                            "dtype: expected (dtype, shape), found a tuple of %lld",
                            (long long)lit->count);
        }
        return build_subarray(b, lit->first, lit->first->next, depth, out);
    default:
        return refuse(b, lit, "a string, or a list of fields");
    }
}

nyz_status nyz_dtype_from_pylit(const nyz_pylit *lit, const nyz_config *config,
                                nyz_arena *arena, nyz_dtype *out, nyz_error *err)
{
    builder b = {config, arena, 0, err};
    int64_t itemsize = 0;
    nyz_status status = build(&b, lit, 0, out);
    if (status == NYZ_OK) {
        status = nyz_dtype_grow(&itemsize, out->itemsize, config, lit->offset, err);
    }
    if (status != NYZ_OK) {
        memset(out, 0, sizeof *out);
    }
    return status;
}
