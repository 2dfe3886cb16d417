/* SPDX-License-Identifier: MIT */
/* A range of a stream read by several threads: see parallel_read.h. */
#include "io/parallel_read.h"

#include "base/alloc.h"
#include "base/arithmetic.h"
#include "base/parallel.h"
#include "io/stream.h"

typedef struct part {
    const nyz_read_range *range;
    int64_t first; /* byte of the range */
    int64_t size;
    int64_t done;
    nyz_status status;
    nyz_error error;
} part;

static void read_part(void *ctx, int64_t index)
{
    part *const p = (part *)ctx + index;
    const nyz_read_range *const r = p->range;
    const int64_t block = (int64_t)NYZ_IO_BLOCK;
    const int64_t whole = r->item < block ? block / r->item * r->item : r->item;
    const int64_t most = r->piece != NULL ? whole : p->size;
    while (p->done < p->size && p->status == NYZ_OK) {
        const int64_t at = p->first + p->done;
        const int64_t n = nyz_min(p->size - p->done, most);
        p->status = nyz_stream_read_at(r->stream, r->offset + at, r->to + at, n, r->what,
                                       &p->error);
        if (p->status == NYZ_OK && r->piece != NULL) {
            r->piece(r->ctx, index, r->to + at, n);
        }
        p->done += p->status == NYZ_OK ? n : 0;
    }
}

static void divide(const nyz_read_range *range, part *parts, int64_t count)
{
    const int64_t share = (range->size / range->item / count + 1) * range->item;
    for (int64_t i = 0; i < count; i++) {
        part *const p = &parts[i];
        p->range = range;
        p->first = nyz_min(i * share, range->size);
        p->size = nyz_min(share, range->size - p->first);
        p->done = 0;
        p->status = NYZ_OK;
    }
}

/* The first failure in the order of the stream, whichever came first in time. */
static nyz_status read_parts(const nyz_read_range *range, part *parts, int64_t count,
                             int64_t *got, nyz_error *err)
{
    *got = 0;
    divide(range, parts, count);
    nyz_parallel((int)count, count, read_part, parts);
    for (int64_t i = 0; i < count; i++) {
        *got += parts[i].done;
        if (parts[i].status != NYZ_OK) {
            if (err != NULL) {
                *err = parts[i].error;
            }
            return parts[i].status;
        }
    }
    return NYZ_OK;
}

nyz_status nyz_parallel_read(const nyz_read_range *range, int threads,
                             const nyz_allocator *allocator, int64_t *got, nyz_error *err)
{
    const int large =
        range->stream->read_at != NULL && range->size >= NYZ_PARALLEL_THRESHOLD;
    const int64_t count = large ? nyz_min(threads, NYZ_PARALLEL_MAX_RANGES) : 1;
    const int64_t size = count * (int64_t)sizeof(part);
    part alone;
    void *memory = NULL;
    if (count < 2 || nyz_alloc(allocator, size, &memory, NULL) != NYZ_OK) {
        return read_parts(range, &alone, 1, got, err);
    }
    const nyz_status status = read_parts(range, memory, count, got, err);
    nyz_release(allocator, memory, size);
    return status;
}
