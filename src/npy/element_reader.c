/* SPDX-License-Identifier: MIT */
/* Items from a file to memory, and straight to it where they can: see element_reader.h. */
#include "npy/element_reader.h"

#include <string.h>

#include "array/array.h"
#include "array/cast_plan.h"
#include "base/arithmetic.h"
#include "base/config.h"
#include "base/error.h"
#include "base/parallel.h"
#include "dtype/dtype.h"
#include "io/parallel_read.h"
#include "io/stream.h"

/* -------------------------------------------------------------------------------- deciding */

nyz_status nyz_element_reader_init(nyz_element_reader *elements, const nyz_dtype *from,
                                   const nyz_array *to, int fortran,
                                   const nyz_config *config, nyz_error *err)
{
    memset(elements, 0, sizeof *elements);
    NYZ_TRY(nyz_cast_plan_init(&elements->cast, from, &to->dtype, config, err));
    elements->from = elements->cast.from;
    elements->byteorder = elements->cast.byteorder;
    elements->converts = elements->cast.chain.steps > 0;
    elements->to = *to;
    elements->count = nyz_array_count(to);
    if (fortran) {
        nyz_array_reverse_axes(&elements->to);
    }
    elements->direct =
        !elements->converts && nyz_array_is_contiguous(&elements->to, NYZ_C_ORDER);
    return NYZ_OK;
}

/* How many threads may read. */
static int reading_threads(const nyz_element_reader *t, const nyz_source *source,
                           const nyz_config *config)
{
    const int shared = source->start >= 0 && source->stream.read_at != NULL &&
                       t->count * t->from.itemsize >= NYZ_PARALLEL_THRESHOLD;
    return shared ? config->threads : 1;
}

/* --------------------------------------------------------------------------------- reading */

/* Numbers to be byte-swapped are so while they are in the cache. */
static void swap_piece(void *ctx, int64_t part, unsigned char *bytes, int64_t size)
{
    const nyz_element_reader *const t = *(const nyz_element_reader **)ctx;
    (void)part;
    nyz_dtype_byteswap(&t->from, t->byteorder, bytes, size / t->from.itemsize,
                       t->from.itemsize);
}

/* Right to their place: from the source as it comes. */
static nyz_status read_in_order(const nyz_element_reader *t, nyz_source *source,
                                int swapped, nyz_error *err)
{
    const int64_t itemsize = t->from.itemsize;
    const int64_t most = swapped ? nyz_array_items_in(NYZ_IO_BLOCK, itemsize) : t->count;
    unsigned char *to = t->to.data;
    for (int64_t left = t->count; left > 0;) {
        const int64_t n = nyz_min(left, most);
        NYZ_TRY(nyz_source_read(source, to, n * itemsize, "data", err));
        nyz_dtype_byteswap(&t->from, t->byteorder, to, n, itemsize);
        to += n * itemsize;
        left -= n;
    }
    return NYZ_OK;
}

/* The same by threads, each from its own place. */
static nyz_status read_in_parallel(const nyz_element_reader *t, nyz_source *source,
                                   int swapped, const nyz_config *config, nyz_error *err)
{
    int64_t got = 0;
    const nyz_read_range range = {
        .stream = &source->stream,
        .offset = source->start + source->offset,
        .to = t->to.data,
        .size = t->count * t->from.itemsize,
        .item = t->from.itemsize,
        .what = "data",
        .piece = swapped ? swap_piece : NULL,
        .ctx = &t,
    };
    NYZ_TRY(nyz_parallel_read(&range, config->threads, &config->allocator, &got, err));
    return nyz_source_skip(source, range.size, err);
}

nyz_status nyz_element_reader_read(const nyz_element_reader *elements, nyz_source *source,
                                   const nyz_config *config, nyz_error *err)
{
    if (elements->count == 0 || elements->from.itemsize == 0) {
        return NYZ_OK;
    }
    const int threads = reading_threads(elements, source, config);
    const int swapped = nyz_dtype_needs_byteswap(&elements->from, elements->byteorder);
    if (!elements->direct) {
        return nyz_element_reader_read_blocks(elements, source, &config->allocator,
                                              threads, err);
    }
    return threads > 1 ? read_in_parallel(elements, source, swapped, config, err)
                       : read_in_order(elements, source, swapped, err);
}
