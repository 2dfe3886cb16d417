/* SPDX-License-Identifier: MIT */
/* How the items of one dtype become those of another: see cast_plan.h. */
#include "array/cast_plan.h"

#include <string.h>

#include "array/nontemporal.h"
#include "array/number.h"
#include "array/strided_copy.h"
#include "base/endian.h"
#include "base/error.h"
#include "dtype/dtype.h"

const char *nyz_cast_plan_name(nyz_casting casting)
{
    static const char *const names[] = {"same_kind", "no", "equiv", "safe", "unsafe"};
    return names[casting];
}

/* ------------------------------------------------------------------------------ refusing */

static nyz_status refuse(const nyz_cast_plan *plan, nyz_casting casting, nyz_error *err)
{
    char from[64];
    char to[64];
    size_t size;
    if (nyz_dtype_format(&plan->from, from, sizeof from, &size, NULL) != NYZ_OK ||
        nyz_dtype_format(&plan->to, to, sizeof to, &size, NULL) != NYZ_OK) {
        return nyz_fail(err, NYZ_ERR_ARGUMENT, -1, "the dtypes are not the same");
    }
    return nyz_fail(err, NYZ_ERR_ARGUMENT, -1, "dtype %s is not cast to %s under %s%s",
                    from, to, nyz_cast_plan_name(casting),
                    nyz_dtype_may_be_nameless(&plan->from)
                        ? "; opt->void_as says what these bytes are"
                    : nyz_number_can_cast(plan->from.type, plan->to.type, NYZ_CAST_UNSAFE)
                        ? "; NYZ_CAST_UNSAFE converts it"
                        : "");
}

static int is_long(nyz_type type)
{
    return type == NYZ_LONGDOUBLE || type == NYZ_CLONGDOUBLE;
}

static int is_foreign(const nyz_dtype *dtype)
{
    return is_long(dtype->type) && (dtype->itemsize != nyz_number_size(dtype->type) ||
                                    dtype->byteorder != nyz_native_byteorder());
}

static nyz_status check_long(const nyz_dtype *dtype, nyz_error *err)
{
    char text[64];
    size_t size;
    if (!is_foreign(dtype)) {
        return NYZ_OK;
    }
    NYZ_TRY(nyz_dtype_format(dtype, text, sizeof text, &size, err));
    return nyz_fail(err, NYZ_ERR_UNSUPPORTED, -1,
                    "%s is not the long double of this machine, and is not converted; in "
                    "Python, on a machine like the one that wrote it, use astype('<f8')",
                    text);
}

/* ------------------------------------------------------------------------------ deciding */

/* The one order that turns items of `from` into those of `to`, if there is one. */
static int find_byteorder(const nyz_dtype *from, const nyz_dtype *to, nyz_byteorder *out)
{
    static const nyz_byteorder orders[] = {NYZ_KEEP_BYTEORDER, NYZ_LITTLE_ENDIAN,
                                           NYZ_BIG_ENDIAN};
    for (size_t i = 0; i < sizeof orders / sizeof orders[0]; i++) {
        if (nyz_dtype_same(from, to, orders[i])) {
            *out = orders[i];
            return 1;
        }
    }
    return 0;
}

nyz_status nyz_cast_plan_init(nyz_cast_plan *plan, const nyz_dtype *from,
                              const nyz_dtype *to, const nyz_config *config,
                              nyz_error *err)
{
    memset(plan, 0, sizeof *plan);
    plan->from = *from;
    plan->to = *to;
    int same = find_byteorder(from, to, &plan->byteorder);
    if (!same) {
        nyz_dtype_take_void_as(&plan->from, config->void_as);
        nyz_dtype_take_as(&plan->from, to->type);
        same = find_byteorder(&plan->from, to, &plan->byteorder);
    }
    if (same) {
        return config->casting != NYZ_CAST_NO || plan->byteorder == NYZ_KEEP_BYTEORDER
                   ? NYZ_OK
                   : refuse(plan, config->casting, err);
    }
    if (!nyz_number_can_cast(plan->from.type, to->type, config->casting)) {
        return refuse(plan, config->casting, err);
    }
    NYZ_TRY(check_long(&plan->from, err));
    NYZ_TRY(check_long(to, err));
    plan->byteorder = NYZ_NATIVE;
    return nyz_cast_chain_find(&plan->chain, plan->from.type, to->type)
               ? NYZ_OK
               : refuse(plan, config->casting, err);
}

/* ------------------------------------------------------------------------------- running */

/* At most so many bytes are read, and converted, before they are written past the cache.  More than
 * that of the source is not under way to the cache at a time. */
#define BLOCK_BYTES 4096

/* From native numbers to the byte order of the target. */
static void run_items(const nyz_cast_plan *plan, const unsigned char *from,
                      unsigned char *to, int64_t count)
{
    nyz_dtype native = plan->to;
    nyz_cast_chain_run(&plan->chain, from, to, count);
    native.byteorder = native.byteorder == '|' ? '|' : nyz_native_byteorder();
    nyz_dtype_byteswap(&native,
                       plan->to.byteorder == '>' ? NYZ_BIG_ENDIAN : NYZ_LITTLE_ENDIAN, to,
                       count, plan->to.itemsize);
}

/* A power of two. */
static int64_t block_items(const nyz_cast_plan *plan)
{
    int64_t items = BLOCK_BYTES / plan->to.itemsize;
    while (items * plan->from.itemsize > BLOCK_BYTES) {
        items /= 2;
    }
    return items;
}

/* Returns how many items it has converted: whole blocks of them.  While one is written, the next one
 * comes to the cache. */
static int64_t run_blocks(const nyz_cast_plan *plan, const unsigned char *from,
                          unsigned char *to, int64_t count)
{
    _Alignas(NYZ_CACHE_LINE) unsigned char block[BLOCK_BYTES];
    const int64_t items = block_items(plan);
    const int64_t from_bytes = items * plan->from.itemsize;
    const int64_t to_bytes = items * plan->to.itemsize;
    int64_t left = count;
    for (; left >= items; left -= items) {
        run_items(plan, from, block, items);
        from += from_bytes;
        if (left >= 2 * items) {
            nyz_nontemporal_prefetch(from, from_bytes);
        }
        nyz_nontemporal_write(to, NYZ_CACHE_LINE, block, to_bytes / NYZ_CACHE_LINE);
        to += to_bytes;
    }
    nyz_nontemporal_fence();
    return count - left;
}

/* The items before the first whole line; -1: items cross lines. */
static int64_t items_before_line(const nyz_cast_plan *plan, const unsigned char *to)
{
    const int64_t behind = (int64_t)((uintptr_t)to % NYZ_CACHE_LINE);
    const int64_t size = plan->to.itemsize;
    return NYZ_CACHE_LINE % size == 0 && behind % size == 0
               ? (NYZ_CACHE_LINE - behind) % NYZ_CACHE_LINE / size
               : -1;
}

void nyz_cast_plan_run(const nyz_cast_plan *plan, const unsigned char *from,
                       unsigned char *to, int64_t count, int64_t whole)
{
    const int past_cache = whole >= NYZ_PAST_CACHE && nyz_nontemporal_is_available();
    const int64_t lead = past_cache ? items_before_line(plan, to) : -1;
    int64_t done = 0;
    if (lead >= 0 && lead < count) {
        run_items(plan, from, to, lead);
        done = lead + run_blocks(plan, from + lead * plan->from.itemsize,
                                 to + lead * plan->to.itemsize, count - lead);
    }
    run_items(plan, from + done * plan->from.itemsize, to + done * plan->to.itemsize,
              count - done);
}
