/* SPDX-License-Identifier: MIT */
/* The public calls on arrays in memory that change the type: nyz_array_cast, nyz_can_cast. */
#include <string.h>

#include "nyz_cast.h"

#include "array/array.h"
#include "array/cast_plan.h"
#include "array/nontemporal.h"
#include "array/strided_copy.h"
#include "base/config.h"
#include "base/error.h"
#include "dtype/dtype.h"

/* Items on their way, native and without gaps. */
#define BLOCK_BYTES 16384

/* Blocks in the order of the result, each byte-swapped and converted while it is in the cache. */
static void cast_in_order(const nyz_cast_plan *plan, const nyz_array *from,
                          unsigned char *items)
{
    const int64_t whole = nyz_array_count(from) * plan->to.itemsize;
    _Alignas(NYZ_CACHE_LINE) unsigned char native[BLOCK_BYTES];
    nyz_blocks blocks;
    nyz_blocks_in_order(&blocks, from, BLOCK_BYTES / from->dtype.itemsize);
    for (int64_t i = 0; i < blocks.count; i++) {
        nyz_array block;
        int64_t first = 0;
        nyz_blocks_at(&blocks, i, &block, &first);
        const int64_t count = nyz_array_count(&block);
        nyz_array_pack(&block, native);
        nyz_dtype_byteswap(&from->dtype, plan->byteorder, native, count,
                           from->dtype.itemsize);
        nyz_cast_plan_run(plan, native, items + first * plan->to.itemsize, count, whole);
    }
}

/* Native numbers that lie without gaps are not copied before. */
static void cast_items(const nyz_cast_plan *plan, const nyz_array *from,
                       unsigned char *items)
{
    if (nyz_array_is_contiguous(from, NYZ_C_ORDER) &&
        !nyz_dtype_needs_byteswap(&from->dtype, plan->byteorder)) {
        const int64_t count = nyz_array_count(from);
        nyz_cast_plan_run(plan, from->data, items, count, count * plan->to.itemsize);
    } else {
        cast_in_order(plan, from, items);
    }
}

static nyz_status cast_array(const nyz_array *array, const nyz_dtype *dtype,
                             const nyz_config *config, nyz_array *out, nyz_error *err)
{
    nyz_cast_plan plan;
    nyz_array from = *array;
    nyz_array like = *array;
    NYZ_TRY(nyz_cast_plan_init(&plan, &array->dtype, dtype, config, err));
    from.dtype = plan.from;
    if (plan.chain.steps == 0) {
        return nyz_array_copy_to(&from, config, plan.byteorder, out, err);
    }
    like.dtype = *dtype;
    NYZ_TRY(nyz_array_new_like(&config->allocator, &like, config->order,
                               NYZ_KEEP_BYTEORDER, out, err));
    if (config->order == NYZ_F_ORDER ||
        (config->order == NYZ_KEEP_ORDER && nyz_array_is_fortran(array))) {
        nyz_array_reverse_axes(&from);
    }
    if (nyz_array_count(&from) > 0) {
        cast_items(&plan, &from, out->data);
    }
    return NYZ_OK;
}

nyz_status nyz_array_cast(const nyz_array *array, const nyz_dtype *dtype,
                          const nyz_options *opt, nyz_array *out, nyz_error *err)
{
    nyz_config config;
    int64_t count = 0;
    int64_t bytes = 0;
    memset(out, 0, sizeof *out);
    NYZ_TRY(nyz_config_init(&config, opt, err));
    NYZ_TRY(nyz_array_check_data(array, &count, &bytes, err));
    NYZ_TRY(nyz_dtype_check(dtype, err));
    return cast_array(array, dtype, &config, out, err);
}

int nyz_can_cast(const nyz_dtype *from, const nyz_dtype *to, nyz_casting casting)
{
    const nyz_options opt = {.casting = casting};
    nyz_config config;
    nyz_cast_plan plan;
    return nyz_config_init(&config, &opt, NULL) == NYZ_OK &&
           nyz_dtype_check(from, NULL) == NYZ_OK && nyz_dtype_check(to, NULL) == NYZ_OK &&
           nyz_cast_plan_init(&plan, from, to, &config, NULL) == NYZ_OK;
}
