/* SPDX-License-Identifier: MIT */
/* The one .npy reader: the data after a header (npy_header.c), into memory of the order
 * that is asked for (element_reader.h).  See npy.h. */
#include <string.h>

#include "array/array.h"
#include "array/strided_copy.h"
#include "base/alloc.h"
#include "base/arithmetic.h"
#include "base/config.h"
#include "base/error.h"
#include "base/owner.h"
#include "dtype/dtype.h"
#include "io/stream.h"
#include "npy/element_reader.h"
#include "npy/npy.h"

/* ------------------------------------------------------------------------------- data */

/* Bytes from a source of unknown size, kept as they come in pieces that double: what is
 * allocated stays in proportion to what has been seen. */
#define MAX_PIECES 64

typedef struct pieces {
    const nyz_allocator *allocator;
    int count;
    void *data[MAX_PIECES];
    int64_t size[MAX_PIECES];
} pieces;

static void free_pieces(pieces *p)
{
    for (int i = 0; i < p->count; i++) {
        nyz_release(p->allocator, p->data[i], p->size[i]);
    }
    p->count = 0;
}

static nyz_status read_pieces(nyz_source *source, int64_t bytes, pieces *p,
                              nyz_error *err)
{
    int64_t size = (int64_t)NYZ_IO_BLOCK;
    while (bytes > 0 && p->count < MAX_PIECES) {
        const int64_t piece = nyz_min(bytes, size);
        NYZ_TRY(nyz_alloc(p->allocator, piece, &p->data[p->count], err));
        p->size[p->count] = piece;
        p->count++;
        NYZ_TRY(nyz_source_read(source, p->data[p->count - 1], piece, "data", err));
        bytes -= piece;
        size = size <= INT64_MAX / 2 ? size * 2 : size;
    }
    return NYZ_OK;
}

/* Each piece is freed once it is copied. */
static void join_pieces(pieces *p, unsigned char *to)
{
    for (int i = 0; i < p->count; i++) {
        memcpy(to, p->data[i], (size_t)p->size[i]);
        to += p->size[i];
        nyz_release(p->allocator, p->data[i], p->size[i]);
        p->data[i] = NULL;
    }
    p->count = 0;
}

static nyz_status read_unknown(nyz_source *source, int64_t bytes,
                               const nyz_config *config, void **data, nyz_error *err)
{
    pieces p = {&config->allocator, 0, {NULL}, {0}};
    nyz_status status = read_pieces(source, bytes, &p, err);
    if (status == NYZ_OK) {
        status = nyz_alloc(&config->allocator, bytes, data, err);
    }
    if (status == NYZ_OK) {
        join_pieces(&p, *data);
    }
    free_pieces(&p);
    return status;
}

/* What a load has decided before it reads the data. */
typedef struct load_plan {
    const nyz_config *config;
    nyz_dtype from;          /* as the file has it */
    nyz_byteorder byteorder; /* of the result */
    int fortran;             /* the file's order */
    int reorder;             /* the result's order is another */
    int64_t count;
    int64_t bytes;
} load_plan;

static nyz_status read_known(nyz_source *source, const load_plan *plan, nyz_array *array,
                             nyz_error *err)
{
    nyz_element_reader elements;
    NYZ_TRY(nyz_alloc(&plan->config->allocator, plan->bytes, &array->owner->data, err));
    array->owner->data_size = plan->bytes;
    array->data = array->owner->data;
    NYZ_TRY(nyz_element_reader_init(&elements, &plan->from, array, plan->fortran,
                                    plan->config, err));
    return nyz_element_reader_read(&elements, source, plan->config, err);
}

/* Puts the items of a whole array into the other memory order. */
static nyz_status reorder_loaded(const load_plan *plan, nyz_array *array, nyz_error *err)
{
    nyz_array in_file_order = *array;
    void *data = NULL;
    nyz_array_set_strides(&in_file_order, plan->fortran ? NYZ_F_ORDER : NYZ_C_ORDER);
    NYZ_TRY(nyz_alloc(&plan->config->allocator, plan->bytes, &data, err));
    nyz_array ordered = *array;
    ordered.data = data;
    nyz_array_copy_elements(&in_file_order, &ordered);
    nyz_release(&plan->config->allocator, array->owner->data, plan->bytes);
    array->owner->data = data;
    array->data = data;
    return NYZ_OK;
}

/* All of the data is in the array's memory, as the file has it. */
static nyz_status finish_in_memory(const load_plan *plan, nyz_array *array,
                                   nyz_error *err)
{
    array->owner->data_size = plan->bytes;
    array->data = array->owner->data;
    nyz_dtype_byteswap(&plan->from, plan->byteorder, array->data, plan->count,
                       plan->from.itemsize);
    return plan->reorder ? reorder_loaded(plan, array, err) : NYZ_OK;
}

static nyz_status read_stream(nyz_source *source, const load_plan *plan, nyz_array *array,
                              nyz_error *err)
{
    NYZ_TRY(read_unknown(source, plan->bytes, plan->config, &array->owner->data, err));
    return finish_in_memory(plan, array, err);
}

nyz_status nyz_npy_refuse_objects(int64_t offset, nyz_error *err)
{
    return nyz_fail(err, NYZ_ERR_UNSUPPORTED, offset,
                    "an array of Python objects is a pickle, which is never run here; in "
                    "Python, convert it to a plain dtype (astype) and save it again");
}

nyz_status nyz_npy_fail_short(const nyz_array *header, int64_t count, int64_t found,
                              int64_t offset, nyz_error *err)
{
    const int64_t itemsize = header->dtype.itemsize;
    return nyz_fail(err, NYZ_ERR_CORRUPT, offset,
                    "data: expected %lld bytes (%lld items of %lld), found %lld",
                    (long long)(count * itemsize), (long long)count, (long long)itemsize,
                    (long long)found);
}

nyz_status nyz_npy_check_data(const nyz_source *source, const nyz_array *array,
                              int64_t *count, int64_t *bytes, nyz_error *err)
{
    if (nyz_dtype_has_objects(&array->dtype)) {
        return nyz_npy_refuse_objects(source->offset, err);
    }
    NYZ_TRY(nyz_array_check(array, count, bytes, err));
    if (source->left >= 0 && *bytes > source->left) {
        return nyz_npy_fail_short(array, *count, source->left,
                                  source->offset + source->left, err);
    }
    return NYZ_OK;
}

/* The order of the result, where the file's is not kept, shows in its strides. */
static void decide_order(load_plan *plan, nyz_array *array)
{
    const nyz_order file_order = plan->fortran ? NYZ_F_ORDER : NYZ_C_ORDER;
    const nyz_order order = plan->config->order;
    nyz_array_set_strides(array, file_order);
    if (order != NYZ_KEEP_ORDER && order != file_order) {
        plan->reorder = !nyz_array_is_contiguous(array, order);
        nyz_array_set_strides(array, order);
    }
}

/* What the result will be: its dtype and strides. */
static nyz_status plan_result(load_plan *plan, nyz_array *array, nyz_error *err)
{
    plan->byteorder = nyz_byteorder_or(plan->config->byteorder, NYZ_NATIVE);
    decide_order(plan, array);
    return nyz_dtype_clone(&plan->from, plan->byteorder, &array->owner->arena,
                           &array->dtype, err);
}

nyz_status nyz_npy_read_data(nyz_source *source, const nyz_config *config, int fortran,
                             nyz_array *array, nyz_error *err)
{
    load_plan plan = {.config = config, .fortran = fortran, .from = array->dtype};
    NYZ_TRY(nyz_npy_check_data(source, array, &plan.count, &plan.bytes, err));
    NYZ_TRY(plan_result(&plan, array, err));
    return source->left >= 0 ? read_known(source, &plan, array, err)
                             : read_stream(source, &plan, array, err);
}

nyz_status nyz_npy_adopt_data(void *data, const nyz_config *config, int fortran,
                              nyz_array *array, nyz_error *err)
{
    load_plan plan = {.config = config, .fortran = fortran, .from = array->dtype};
    nyz_status status = nyz_array_check(array, &plan.count, &plan.bytes, err);
    array->owner->data = data;
    array->owner->data_size = plan.bytes;
    if (status == NYZ_OK) {
        status = plan_result(&plan, array, err);
    }
    return status == NYZ_OK ? finish_in_memory(&plan, array, err) : status;
}

nyz_status nyz_npy_read(nyz_source *source, const nyz_npy_start *start,
                        const nyz_config *config, nyz_array *out, nyz_error *err)
{
    int fortran = 0;
    NYZ_TRY(nyz_npy_read_header(source, start, config, out, &fortran, err));
    const nyz_status status = nyz_npy_read_data(source, config, fortran, out, err);
    if (status != NYZ_OK) {
        nyz_array_free(out);
    }
    return status;
}

/* ----------------------------------------------------------------- into the caller's memory */

static nyz_status check_shapes(const nyz_array *file, const nyz_array *into,
                               nyz_error *err)
{
    if (file->ndim != into->ndim) {
        return nyz_fail(err, NYZ_ERR_ARGUMENT, -1,
                        "the file's array has %d dimensions, the one to fill has %d",
                        file->ndim, into->ndim);
    }
    for (int i = 0; i < file->ndim; i++) {
        if (file->shape[i] != into->shape[i]) {
            return nyz_fail(
                err, NYZ_ERR_ARGUMENT, -1,
                "axis %d of the file's array has %lld elements, of the one to fill "
                "%lld",
                i, (long long)file->shape[i], (long long)into->shape[i]);
        }
    }
    return NYZ_OK;
}

nyz_status nyz_npy_check_fits(const nyz_array *file, int fortran, const nyz_array *into,
                              const nyz_config *config, nyz_error *err)
{
    nyz_element_reader elements;
    NYZ_TRY(check_shapes(file, into, err));
    return nyz_element_reader_init(&elements, &file->dtype, into, fortran, config, err);
}

nyz_status nyz_npy_read_data_into(nyz_source *source, const nyz_array *file, int fortran,
                                  const nyz_config *config, const nyz_array *into,
                                  nyz_error *err)
{
    nyz_element_reader elements;
    int64_t count = 0;
    int64_t bytes = 0;
    NYZ_TRY(nyz_npy_check_data(source, file, &count, &bytes, err));
    NYZ_TRY(check_shapes(file, into, err));
    NYZ_TRY(nyz_element_reader_init(&elements, &file->dtype, into, fortran, config, err));
    return nyz_element_reader_read(&elements, source, config, err);
}

nyz_status nyz_npy_check_into(const nyz_array *into, nyz_error *err)
{
    int64_t count = 0;
    int64_t bytes = 0;
    NYZ_TRY(nyz_array_check_data(into, &count, &bytes, err));
    return (into->flags & NYZ_READONLY) != 0
               ? nyz_fail(err, NYZ_ERR_ARGUMENT, -1, "the array to fill is read-only")
               : NYZ_OK;
}

nyz_status nyz_npy_read_into(nyz_source *source, const nyz_npy_start *start,
                             const nyz_config *config, nyz_array *into, nyz_error *err)
{
    int fortran = 0;
    nyz_array file;
    NYZ_TRY(nyz_npy_check_into(into, err));
    NYZ_TRY(nyz_npy_read_header(source, start, config, &file, &fortran, err));
    const nyz_status status =
        nyz_npy_read_data_into(source, &file, fortran, config, into, err);
    nyz_array_free(&file);
    return status;
}
