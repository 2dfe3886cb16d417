/* SPDX-License-Identifier: MIT */
/* The one .npy writer: header, then data straight from its place.  See npy.h. */
#include <string.h>

#include "array/array.h"
#include "array/strided_copy.h"
#include "base/alloc.h"
#include "base/arena.h"
#include "base/arithmetic.h"
#include "base/config.h"
#include "base/error.h"
#include "dtype/dtype.h"
#include "io/progress_stream.h"
#include "io/stream.h"
#include "npy/header.h"
#include "npy/npy.h"

/* Makes the view whose C order is the order of the file, and returns the file's flag. */
static int decide_order(nyz_array *view, nyz_order order)
{
    int fortran = nyz_array_is_fortran(view);
    if (order == NYZ_C_ORDER) {
        fortran = 0;
    } else if (order == NYZ_F_ORDER) {
        nyz_array stored = *view;
        nyz_array_set_strides(&stored, NYZ_F_ORDER);
        fortran = nyz_array_is_fortran(&stored);
    }
    if (fortran) {
        nyz_array_reverse_axes(view);
    }
    return fortran;
}

/* The header gives the dtype as the file has it: cloned where the byte order changes. */
static nyz_status make_header(nyz_npy_writer *plan, const nyz_array *array,
                              const nyz_config *config, nyz_error *err)
{
    nyz_arena arena;
    nyz_dtype dtype;
    nyz_arena_init(&arena, &plan->allocator);
    nyz_status status =
        nyz_dtype_clone(&array->dtype, plan->byteorder, &arena, &dtype, err);
    if (status == NYZ_OK) {
        status = nyz_header_format(&dtype, array->ndim, array->shape, plan->fortran,
                                   config->npy_version, &plan->header, err);
    }
    nyz_arena_free(&arena);
    return status;
}

nyz_status nyz_npy_writer_init(nyz_npy_writer *plan, const nyz_array *array,
                               int with_data, const nyz_config *config, nyz_error *err)
{
    memset(plan, 0, sizeof *plan);
    plan->allocator = config->allocator;
    plan->progress = config->progress;
    plan->header.allocator = &plan->allocator;
    NYZ_TRY((with_data ? nyz_array_check_data : nyz_array_check)(array, &plan->count,
                                                                 &plan->bytes, err));
    if (nyz_dtype_has_objects(&array->dtype)) {
        return nyz_fail(err, NYZ_ERR_UNSUPPORTED, -1,
                        "an array of Python objects cannot be saved from C");
    }
    plan->byteorder = nyz_byteorder_or(config->byteorder, NYZ_KEEP_BYTEORDER);
    plan->array = *array;
    plan->array.owner = NULL;
    plan->fortran = decide_order(&plan->array, config->order);
    const nyz_status status = make_header(plan, array, config, err);
    if (status != NYZ_OK) {
        nyz_npy_writer_free(plan);
    }
    return status;
}

void nyz_npy_writer_free(nyz_npy_writer *plan)
{
    nyz_buffer_free(&plan->header);
    memset(plan, 0, sizeof *plan);
}

static nyz_status emit_block(const nyz_npy_writer *plan, const nyz_array *block,
                             void *items, const nyz_sink *sink, nyz_error *err)
{
    const nyz_dtype *const dtype = &block->dtype;
    const int64_t count = nyz_array_count(block);
    nyz_array_pack(block, items);
    nyz_dtype_byteswap(dtype, plan->byteorder, items, count, dtype->itemsize);
    return nyz_sink_put(sink, items, count * dtype->itemsize, err);
}

static nyz_status emit_blocks(const nyz_npy_writer *plan, const nyz_blocks *blocks,
                              void *items, const nyz_sink *sink, nyz_error *err)
{
    for (int64_t i = 0; i < blocks->count; i++) {
        nyz_array block;
        int64_t first = 0;
        nyz_blocks_at(blocks, i, &block, &first);
        NYZ_TRY(emit_block(plan, &block, items, sink, err));
    }
    return NYZ_OK;
}

static nyz_status emit_buffered(const nyz_npy_writer *plan, const nyz_sink *sink,
                                nyz_error *err)
{
    const int64_t itemsize = plan->array.dtype.itemsize;
    nyz_blocks blocks;
    void *items = NULL;
    nyz_blocks_in_order(&blocks, &plan->array,
                        nyz_array_items_in(NYZ_NPY_BLOCK, itemsize));
    const int64_t size = nyz_min(blocks.items * itemsize, NYZ_NPY_BLOCK);
    NYZ_TRY(nyz_alloc(&plan->allocator, size, &items, err));
    const nyz_status status = itemsize > NYZ_NPY_BLOCK
                                  ? nyz_npy_emit_large(plan, sink, items, err)
                                  : emit_blocks(plan, &blocks, items, sink, err);
    nyz_release(&plan->allocator, items, size);
    return status;
}

nyz_status nyz_npy_write(const nyz_npy_writer *plan, const nyz_sink *sink, nyz_error *err)
{
    NYZ_TRY(nyz_sink_put(sink, plan->header.data, (int64_t)plan->header.size, err));
    if (plan->bytes == 0) {
        return NYZ_OK;
    }
    nyz_progress_sink wrapper = {NULL, NULL}; /* so that cppcheck sees it initialized */
    const nyz_sink to = nyz_progress_stream_sink(&wrapper, plan->progress, sink);
    if (nyz_array_is_contiguous(&plan->array, NYZ_C_ORDER) &&
        !nyz_dtype_needs_byteswap(&plan->array.dtype, plan->byteorder)) {
        return nyz_sink_put(&to, plan->array.data, plan->bytes, err);
    }
    return emit_buffered(plan, &to, err);
}
