/* SPDX-License-Identifier: MIT */
/* Arrays that are written piece by piece: see npy_rows.h.  NumPy keeps room in the header for the
 * extent of the slowest axis, so that it can be written when it is known. */
#include "npy/npy_rows.h"

#include <stdint.h>
#include <string.h>

#include "array/array.h"
#include "base/arithmetic.h"
#include "base/error.h"
#include "dtype/dtype.h"

/* The axis whose extent is -1; -1: there is none. */
static int unknown_axis(const nyz_array *like)
{
    for (int i = 0; i < like->ndim && i < NYZ_MAX_DIMS; i++) {
        if (like->shape[i] == -1) {
            return i;
        }
    }
    return -1;
}

/* The strides say nothing about an array of an unknown number of rows. */
static nyz_status find_slowest(nyz_npy_rows *rows, nyz_error *err)
{
    nyz_order *const order = &rows->config.order;
    if (*order != NYZ_F_ORDER) {
        *order = NYZ_C_ORDER;
    }
    const int slowest = *order == NYZ_F_ORDER ? rows->like.ndim - 1 : 0;
    return rows->axis == slowest
               ? NYZ_OK
               : nyz_fail(err, NYZ_ERR_ARGUMENT, -1,
                          "array: the extent of axis %d is -1; only that of axis %d, the "
                          "slowest in %s order, may be unknown",
                          rows->axis, slowest, *order == NYZ_F_ORDER ? "Fortran" : "C");
}

static nyz_status measure_row(nyz_npy_rows *rows, nyz_error *err)
{
    nyz_array *const like = &rows->like;
    int64_t count = 0;
    like->shape[rows->axis] = 1;
    NYZ_TRY(nyz_array_check(like, &count, &rows->row, err));
    if (rows->row == 0) {
        return nyz_fail(err, NYZ_ERR_ARGUMENT, -1,
                        "array: the extent of axis %d is -1, but its rows have no bytes: "
                        "give their number",
                        rows->axis);
    }
    return NYZ_OK;
}

/* Its dtype outlives the caller's.  In C order every number of rows makes a header of one length; in
 * Fortran order up to one row is C order, too, which the header then says. */
static nyz_status keep_description(nyz_npy_rows *rows, nyz_error *err)
{
    nyz_array *const like = &rows->like;
    const nyz_dtype dtype = like->dtype;
    like->data = NULL;
    like->owner = like->base = NULL;
    like->shape[rows->axis] = rows->config.order == NYZ_F_ORDER ? 2 : 0;
    nyz_array_set_strides(like, rows->config.order);
    return nyz_dtype_clone(&dtype, NYZ_KEEP_BYTEORDER, &rows->arena, &like->dtype, err);
}

nyz_status nyz_npy_rows_init(nyz_npy_rows *rows, const nyz_array *like,
                             const nyz_config *config, nyz_error *err)
{
    memset(rows, 0, sizeof *rows);
    nyz_arena_init(&rows->arena, &config->allocator);
    rows->config = *config;
    rows->like = *like;
    rows->axis = unknown_axis(like);
    if (rows->axis < 0) {
        return NYZ_OK;
    }
    NYZ_TRY(find_slowest(rows, err));
    NYZ_TRY(measure_row(rows, err));
    const nyz_status status = keep_description(rows, err);
    if (status != NYZ_OK) {
        nyz_npy_rows_free(rows);
    }
    return status;
}

void nyz_npy_rows_free(nyz_npy_rows *rows)
{
    nyz_arena_free(&rows->arena);
    memset(rows, 0, sizeof *rows);
}

nyz_status nyz_npy_rows_refuse(nyz_error *err)
{
    return nyz_fail(
        err, NYZ_ERR_ARGUMENT, -1,
        "the extent of the slowest axis is -1, and the output cannot seek back to "
        "write it: give the number of rows, or write to a file");
}

nyz_status nyz_npy_rows_count(nyz_npy_rows *rows, int64_t size, nyz_error *err)
{
    const int64_t left = (rows->axis < 0 ? rows->bytes : PTRDIFF_MAX) - rows->written;
    if (size > left) {
        return nyz_fail(
            err, NYZ_ERR_ARGUMENT, -1,
            "%lld more bytes, but of the %lld of the array only %lld are left",
            (long long)size, (long long)(rows->written + left), (long long)left);
    }
    rows->written += size;
    return NYZ_OK;
}

nyz_status nyz_npy_rows_check(const nyz_npy_rows *rows, nyz_error *err)
{
    if (rows->axis < 0 && rows->written < rows->bytes) {
        return nyz_fail(err, NYZ_ERR_ARGUMENT, -1,
                        "wrote %lld of %lld bytes of the array's data",
                        (long long)rows->written, (long long)rows->bytes);
    }
    if (rows->axis >= 0 && rows->written % rows->row != 0) {
        return nyz_fail(
            err, NYZ_ERR_ARGUMENT, -1,
            "wrote %lld bytes of the array's data: %lld more than whole rows of "
            "%lld bytes",
            (long long)rows->written, (long long)(rows->written % rows->row),
            (long long)rows->row);
    }
    return NYZ_OK;
}

nyz_status nyz_npy_rows_header(nyz_npy_rows *rows, const nyz_buffer *begun,
                               nyz_buffer *header, nyz_error *err)
{
    nyz_npy_writer plan;
    rows->like.shape[rows->axis] = rows->written / rows->row;
    nyz_array_set_strides(&rows->like, rows->config.order);
    NYZ_TRY(nyz_npy_writer_init(&plan, &rows->like, 0, &rows->config, err));
    *header = plan.header;
    header->allocator = begun->allocator;
    if (header->size != begun->size) {
        return nyz_fail(err, NYZ_ERR_UNSUPPORTED, -1,
                        "the header of %lld rows has %llu bytes, and there is room for "
                        "%llu: give the number of rows at the beginning",
                        (long long)(rows->written / rows->row),
                        (unsigned long long)header->size,
                        (unsigned long long)begun->size);
    }
    return NYZ_OK;
}
