/* SPDX-License-Identifier: MIT */
/* Whole arrays from any strides to any other, and nyz_array_copy. */
#include <string.h>

#include "array/array.h"
#include "array/strided_copy.h"
#include "base/arithmetic.h"
#include "base/config.h"
#include "base/error.h"
#include "dtype/dtype.h"

static void copy_array(const nyz_array *from, const nyz_array *to, int64_t whole)
{
    nyz_strided_copy_job box;
    box.itemsize = from->dtype.itemsize;
    box.past_cache = whole >= NYZ_PAST_CACHE;
    box.ndim = from->ndim;
    memcpy(box.shape, from->shape, sizeof box.shape);
    memcpy(box.to_strides, to->strides, sizeof box.to_strides);
    memcpy(box.from_strides, from->strides, sizeof box.from_strides);
    nyz_strided_copy(&box, to->data, from->data);
}

void nyz_array_copy_elements(const nyz_array *from, const nyz_array *to)
{
    copy_array(from, to, nyz_array_count(to) * to->dtype.itemsize);
}

void nyz_array_pack(const nyz_array *from, void *items)
{
    nyz_array to = *from;
    to.data = items;
    nyz_array_set_strides(&to, NYZ_C_ORDER);
    nyz_array_copy_elements(from, &to);
}

void nyz_array_unpack(const nyz_array *to, int64_t whole, const void *items)
{
    nyz_array from = *to;
    from.data = (void *)(uintptr_t)items;
    nyz_array_set_strides(&from, NYZ_C_ORDER);
    copy_array(&from, to, whole);
}

/* Where numbers are byte-swapped, block by block, while they are in the cache. */
static void copy_in_order(const nyz_array *from, nyz_byteorder byteorder,
                          unsigned char *items)
{
    const nyz_dtype *const dtype = &from->dtype;
    nyz_blocks blocks;
    if (!nyz_dtype_needs_byteswap(dtype, byteorder)) {
        nyz_array_pack(from, items);
        return;
    }
    nyz_blocks_in_order(&blocks, from,
                        nyz_array_items_in(2 * NYZ_IO_BLOCK, dtype->itemsize));
    for (int64_t i = 0; i < blocks.count; i++) {
        nyz_array block;
        int64_t first = 0;
        nyz_blocks_at(&blocks, i, &block, &first);
        unsigned char *const to = items + first * dtype->itemsize;
        nyz_array_pack(&block, to);
        nyz_dtype_byteswap(dtype, byteorder, to, nyz_array_count(&block),
                           dtype->itemsize);
    }
}

nyz_status nyz_array_copy_to(const nyz_array *array, const nyz_config *config,
                             nyz_byteorder byteorder, nyz_array *out, nyz_error *err)
{
    int64_t count = 0;
    int64_t bytes = 0;
    NYZ_TRY(nyz_array_check_data(array, &count, &bytes, err));
    NYZ_TRY(nyz_array_new_like(&config->allocator, array, config->order, byteorder, out,
                               err));
    nyz_array from = *array;
    if (config->order == NYZ_F_ORDER ||
        (config->order == NYZ_KEEP_ORDER && nyz_array_is_fortran(array))) {
        nyz_array_reverse_axes(&from);
    }
    if (bytes > 0) {
        copy_in_order(&from, byteorder, out->data);
    }
    return NYZ_OK;
}

nyz_status nyz_array_copy(const nyz_array *array, const nyz_options *opt, nyz_array *out,
                          nyz_error *err)
{
    nyz_config config;
    memset(out, 0, sizeof *out);
    NYZ_TRY(nyz_config_init(&config, opt, err));
    return nyz_array_copy_to(array, &config,
                             nyz_byteorder_or(config.byteorder, NYZ_NATIVE), out, err);
}
