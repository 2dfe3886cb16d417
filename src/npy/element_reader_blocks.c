/* SPDX-License-Identifier: MIT */
/* Items that are converted, or whose order is another in memory, on their way through a
 * buffer: see element_reader.h.  A block is read, byte-swapped and converted while it is in the
 * cache, and then put where it belongs. */
#include "array/nontemporal.h"
#include "array/strided_copy.h"
#include "base/alloc.h"
#include "base/arithmetic.h"
#include "base/error.h"
#include "base/parallel.h"
#include "dtype/dtype.h"
#include "io/stream.h"
#include "npy/element_reader.h"

/* The buffers of one thread fit the processor's second cache; those of all threads, the
 * mebibyte that a load may take beside the array. */
#define BUFFER_BYTES ((int64_t)512 * 1024)
#define ALL_BUFFERS ((int64_t)1000 * 1024)
#define MAX_WORKERS 15

typedef struct job {
    const nyz_element_reader *elements;
    nyz_source *source; /* read as it comes or, at_places, only its stream */
    int at_places;
    int workers;
    int64_t item_bytes; /* of an item in the buffers: as the file has it, and converted */
    nyz_blocks blocks;
    nyz_blocks in_order; /* what one worker reads without jumping */
    unsigned char *buffers;
    nyz_status statuses[MAX_WORKERS];
} job;

/* ----------------------------------------------------------------------------- one block */

static nyz_status read_bytes(const job *j, int64_t first, void *to, int64_t count,
                             nyz_error *err)
{
    const int64_t itemsize = j->elements->from.itemsize;
    const int64_t start = j->source->start + j->source->offset;
    if (!j->at_places) {
        return nyz_source_read(j->source, to, count * itemsize, "data", err);
    }
    return nyz_stream_read_at(&j->source->stream, start + first * itemsize, to,
                              count * itemsize, "data", err);
}

/* A block across the file's order is as many runs as it is wide. */
static nyz_status read_items(const job *j, const nyz_array *block, int64_t first,
                             unsigned char *items, nyz_error *err)
{
    const int across = j->blocks.across;
    const int64_t runs = across >= 0 ? block->shape[across] : 1;
    const int64_t count = nyz_array_count(block) / runs;
    int64_t apart = 1;
    for (int i = across + 1; across >= 0 && i < block->ndim; i++) {
        apart *= j->elements->to.shape[i];
    }
    for (int64_t i = 0; i < runs; i++) {
        NYZ_TRY(read_bytes(j, first + i * apart,
                           items + i * count * j->elements->from.itemsize, count, err));
    }
    return NYZ_OK;
}

/* Numbers that stay as they lie in the buffer, one after the other, are converted right
 * to their place. */
void nyz_element_reader_place(const nyz_element_reader *t, const nyz_array *block,
                              unsigned char *items)
{
    const int64_t count = nyz_array_count(block);
    unsigned char *const converted = items + count * t->from.itemsize;
    const int64_t whole = t->count * t->to.dtype.itemsize;
    nyz_dtype_byteswap(&t->from, t->byteorder, items, count, t->from.itemsize);
    if (!t->converts) {
        nyz_array_unpack(block, whole, items);
    } else if (nyz_array_is_contiguous(block, NYZ_C_ORDER)) {
        nyz_cast_plan_run(&t->cast, items, block->data, count, whole);
    } else {
        nyz_cast_plan_run(&t->cast, items, converted, count, 0);
        nyz_array_unpack(block, whole, converted);
    }
}

/* ------------------------------------------------------------------------------- threads */

static nyz_status read_blocks(job *j, int64_t worker, nyz_error *err)
{
    unsigned char *const items = j->buffers + worker * j->blocks.items * j->item_bytes;
    const int64_t share = (j->blocks.count - 1) / j->workers + 1;
    const int64_t end = nyz_min((worker + 1) * share, j->blocks.count);
    for (int64_t i = worker * share; i < end; i++) {
        nyz_array block;
        int64_t first = 0;
        nyz_blocks_at(&j->blocks, i, &block, &first);
        NYZ_TRY(read_items(j, &block, first, items, err));
        nyz_element_reader_place(j->elements, &block, items);
    }
    return NYZ_OK;
}

static void work(void *ctx, int64_t index)
{
    job *const j = ctx;
    j->statuses[index] = read_blocks(j, index, NULL);
}

/* If any block fails, all is read again in the order of the file, which finds the
 * failure that comes first there. */
static nyz_status read_at_places(job *j, nyz_error *err)
{
    const nyz_element_reader *const t = j->elements;
    nyz_parallel(j->workers, j->workers, work, j);
    for (int i = 0; i < j->workers; i++) {
        if (j->statuses[i] != NYZ_OK) {
            j->blocks = j->in_order;
            j->at_places = 0;
            j->workers = 1;
            return read_blocks(j, 0, err);
        }
    }
    return nyz_source_skip(j->source, t->count * t->from.itemsize, err);
}

/* The items of an axis before the first whole line, if it is the same in all rows. */
static int64_t items_before_line(const nyz_array *to, int axis)
{
    const int64_t behind = (int64_t)((uintptr_t)to->data % NYZ_CACHE_LINE);
    if (to->strides[axis] != to->dtype.itemsize || behind % to->dtype.itemsize != 0) {
        return 0;
    }
    for (int i = 0; i < to->ndim; i++) {
        if (i != axis && to->shape[i] > 1 && to->strides[i] % NYZ_CACHE_LINE != 0) {
            return 0;
        }
    }
    return (NYZ_CACHE_LINE - behind) % NYZ_CACHE_LINE / to->dtype.itemsize;
}

static int64_t buffer_bytes(int threads)
{
    return nyz_min(BUFFER_BYTES, ALL_BUFFERS / threads);
}

/* Items that no buffer holds: each right to its place, in the order of the file. */
static nyz_status read_large(const nyz_element_reader *t, nyz_source *source,
                             nyz_error *err)
{
    nyz_blocks blocks;
    nyz_blocks_in_order(&blocks, &t->to, 1);
    for (int64_t i = 0; i < blocks.count; i++) {
        nyz_array item;
        int64_t first = 0;
        nyz_blocks_at(&blocks, i, &item, &first);
        NYZ_TRY(nyz_source_read(source, item.data, t->from.itemsize, "data", err));
        nyz_dtype_byteswap(&t->from, t->byteorder, item.data, 1, t->from.itemsize);
    }
    return NYZ_OK;
}

/* Blocks in the order of the file where they hold whole lines of the destination, or
 * where nothing else can be read. */
static void decide_blocks(job *j, int threads, int can_jump)
{
    const nyz_array *const to = &j->elements->to;
    const int axis = nyz_array_fastest_axis(to);
    const int64_t line =
        to->dtype.itemsize < NYZ_CACHE_LINE ? NYZ_CACHE_LINE / to->dtype.itemsize : 1;
    const int64_t most = buffer_bytes(threads) / j->item_bytes;
    nyz_blocks_in_order(&j->in_order, to, BUFFER_BYTES / j->item_bytes);
    nyz_blocks_in_order(&j->blocks, to, most);
    if (can_jump && axis >= 0) {
        const int64_t lead = items_before_line(to, axis);
        const int64_t enough = lead > 0 ? 4 * line : line; /* the outer ones are parts */
        if (j->blocks.extents[axis] < nyz_min(enough, to->shape[axis])) {
            nyz_blocks_across(&j->blocks, to, axis, line, lead, most);
        }
    }
    j->workers = (int)nyz_min(threads, j->blocks.count);
    j->at_places = j->workers > 1 || j->blocks.across >= 0;
}

nyz_status nyz_element_reader_read_blocks(const nyz_element_reader *elements,
                                          nyz_source *source,
                                          const nyz_allocator *allocator, int threads,
                                          nyz_error *err)
{
    job j = {.elements = elements, .source = source};
    const int workers = (int)nyz_min(threads, MAX_WORKERS);
    const int converted =
        elements->converts && !nyz_array_is_contiguous(&elements->to, NYZ_C_ORDER);
    void *memory = NULL;
    j.item_bytes =
        elements->from.itemsize + (converted ? elements->to.dtype.itemsize : 0);
    if (j.item_bytes > buffer_bytes(workers)) {
        return read_large(elements, source, err);
    }
    decide_blocks(&j, workers, source->start >= 0 && source->stream.read_at != NULL);
    const int64_t shares = j.workers * j.blocks.items;
    const int64_t size =
        j.item_bytes * (shares > j.in_order.items ? shares : j.in_order.items);
    NYZ_TRY(nyz_alloc(allocator, size, &memory, err));
    j.buffers = memory;
    const nyz_status status =
        j.at_places ? read_at_places(&j, err) : read_blocks(&j, 0, err);
    nyz_release(allocator, memory, size);
    return status;
}
