/* SPDX-License-Identifier: MIT */
/* Blocks deflated side by side and put one after the other: see deflate_parallel.h. */
#include "codec/deflate_parallel.h"

#include <string.h>

#include "base/alloc.h"
#include "base/arithmetic.h"
#include "base/buffer.h"
#include "base/endian.h"
#include "base/error.h"
#include "base/parallel.h"
#include "codec/codec.h"
#include "codec/fast_deflate.h"
#include "io/stream.h"

#define MAX_THREADS 16
/* Blocks on their way beside those that threads work on: they wait for their turn. */
#define SPARE_SLOTS 2
#define MAX_SLOTS (MAX_THREADS + SPARE_SLOTS)
enum { ENTRY_SIZE = 8, FIRST_ENTRIES = 64 }; /* of the index */

/* One block on its way; each has its own memory. */
typedef struct slot {
    nyz_fast *fast;         /* one of the two */
    nyz_deflater *deflater; /* by level */
    nyz_buffer collected;   /* of a block that comes in pieces */
    nyz_buffer output;

    const unsigned char *input;
    int64_t input_size;
    int last;
    size_t output_size;
    uint32_t crc32;
    nyz_status status;
    nyz_error error;
} slot;

struct nyz_deflate_parallel {
    nyz_allocator allocator;
    int level;
    int threads;
    int slots;
    nyz_block_layout layout;
    int64_t first;   /* number of the first block that has not been put */
    int64_t waiting; /* blocks from it on that are complete, in the slots */
    int64_t part;    /* bytes of the block after them that are there */
    uint32_t crc32;
    int64_t written;
    nyz_buffer index;
    slot all[MAX_SLOTS];
};

nyz_status nyz_deflate_parallel_new(const nyz_allocator *allocator, int level,
                                    int threads, const nyz_block_layout *layout,
                                    nyz_deflate_parallel **out, nyz_error *err)
{
    void *memory = NULL;
    *out = NULL;
    NYZ_TRY(nyz_alloc_zero(allocator, (int64_t)sizeof **out, &memory, err));
    nyz_deflate_parallel *const blocks = memory;
    blocks->allocator = *allocator;
    blocks->index.allocator = &blocks->allocator;
    for (int i = 0; i < MAX_SLOTS; i++) {
        blocks->all[i].collected.allocator = &blocks->allocator;
        blocks->all[i].output.allocator = &blocks->allocator;
    }
    blocks->layout = *layout;
    blocks->level = level;
    blocks->threads = threads < MAX_THREADS ? threads : MAX_THREADS;
    blocks->slots = blocks->threads > 1 ? blocks->threads + SPARE_SLOTS : 1;
    *out = blocks;
    return NYZ_OK;
}

/* --------------------------------------------------------------------------------- layout */

static int is_head(const nyz_deflate_parallel *blocks, int64_t number)
{
    return number == 0 && blocks->layout.head > 0;
}

static int64_t block_size(const nyz_deflate_parallel *blocks, int64_t number)
{
    return is_head(blocks, number) ? blocks->layout.head : blocks->layout.unit;
}

/* How many bytes are before a block. */
static int64_t block_start(const nyz_deflate_parallel *blocks, int64_t number)
{
    const int64_t head = blocks->layout.head;
    const int64_t units = number > 0 && head > 0 ? number - 1 : number;
    return (number > 0 ? head : 0) + units * blocks->layout.unit;
}

/* How many whole blocks, from this one on, so many bytes are. */
static int64_t whole_blocks(const nyz_deflate_parallel *blocks, int64_t number,
                            int64_t size)
{
    const int64_t first = block_size(blocks, number);
    return size < first ? 0 : 1 + (size - first) / blocks->layout.unit;
}

/* --------------------------------------------------------------------------------- slots */

/* A slot's memory is allocated when it is first used: a small member needs one. */
static nyz_status open_codec(const nyz_deflate_parallel *blocks, slot *s, size_t *bound,
                             nyz_error *err)
{
    const size_t size = (size_t)s->input_size;
    if (blocks->level == NYZ_LEVEL_FAST) {
        *bound = nyz_fast_bound(size);
        return s->fast != NULL ? NYZ_OK : nyz_fast_new(&blocks->allocator, &s->fast, err);
    }
    if (s->deflater == NULL) {
        NYZ_TRY(nyz_deflate_new(&blocks->allocator, blocks->level, &s->deflater, err));
    }
    *bound = nyz_deflate_block_bound(s->deflater, size);
    return NYZ_OK;
}

static nyz_status deflate_slot(const nyz_deflate_parallel *blocks, slot *s)
{
    const size_t size = (size_t)s->input_size;
    size_t bound = 0;
    NYZ_TRY(open_codec(blocks, s, &bound, &s->error));
    NYZ_TRY(nyz_buffer_reserve(&s->output, bound, &s->error));
    s->crc32 = nyz_crc32(0, s->input, size);
    if (s->fast != NULL) {
        s->output_size =
            nyz_fast_deflate(s->fast, s->input, size, s->last, s->output.data);
        return NYZ_OK;
    }
    return nyz_deflate_block(s->deflater, s->input, size, s->last, s->output.data, bound,
                             &s->output_size, &s->error);
}

/* The header of an array is not worth a code; and as it is stored, it can be written over
 * when more is known of the array. */
static nyz_status store_head(slot *s)
{
    const size_t size = (size_t)s->input_size;
    NYZ_TRY(nyz_buffer_reserve(&s->output, nyz_deflate_store_bound(size), &s->error));
    s->crc32 = nyz_crc32(0, s->input, size);
    s->output_size = nyz_deflate_store(s->input, size, s->output.data);
    return NYZ_OK;
}

static nyz_status add_entry(nyz_deflate_parallel *blocks, const slot *s, nyz_error *err)
{
    nyz_buffer *const index = &blocks->index;
    if (index->size == index->capacity) {
        NYZ_TRY(
            nyz_buffer_reserve(index, 2 * index->size + FIRST_ENTRIES * ENTRY_SIZE, err));
    }
    nyz_store_le32(index->data + index->size, (uint32_t)s->output_size);
    nyz_store_le32(index->data + index->size + 4, s->crc32);
    index->size += ENTRY_SIZE;
    return NYZ_OK;
}

/* Writes the output of a slot, and updates sizes and CRC. */
static nyz_status put_slot(nyz_deflate_parallel *blocks, const slot *s,
                           const nyz_sink *sink, nyz_error *err)
{
    if (s->status != NYZ_OK) {
        if (err != NULL) {
            *err = s->error;
        }
        return s->status;
    }
    NYZ_TRY(add_entry(blocks, s, err));
    blocks->crc32 = nyz_crc32_combine(blocks->crc32, s->crc32, s->input_size);
    blocks->written += (int64_t)s->output_size;
    return nyz_sink_put(sink, s->output.data, (int64_t)s->output_size, err);
}

/* ----------------------------------------------------------------------------------- runs */

/* Blocks that follow each other: those that are collected, and then either whole ones
 * where they lie, or the last one of all, which is collected too. */
typedef struct run {
    nyz_deflate_parallel *blocks;
    const unsigned char *bytes; /* of the others; NULL: the last one */
    const nyz_sink *sink;
    nyz_status status;
    nyz_error *err;
} run;

static slot *slot_of(nyz_deflate_parallel *blocks, int64_t index)
{
    return &blocks->all[index % blocks->slots];
}

static void deflate_one(void *ctx, int64_t index)
{
    const run *const r = ctx;
    nyz_deflate_parallel *const blocks = r->blocks;
    const int64_t number = blocks->first + index;
    slot *const s = slot_of(blocks, index);
    const int collected = index < blocks->waiting;
    s->last = !collected && r->bytes == NULL;
    s->input = collected || s->last
                   ? s->collected.data
                   : r->bytes + (block_start(blocks, number) -
                                 block_start(blocks, blocks->first + blocks->waiting));
    s->input_size = s->last ? blocks->part : block_size(blocks, number);
    s->status =
        is_head(blocks, number) && !s->last ? store_head(s) : deflate_slot(blocks, s);
}

static int put_one(void *ctx, int64_t index)
{
    run *const r = ctx;
    r->status = put_slot(r->blocks, slot_of(r->blocks, index), r->sink, r->err);
    return r->status == NYZ_OK;
}

static nyz_status run_blocks(run *r, int64_t count)
{
    nyz_deflate_parallel *const blocks = r->blocks;
    nyz_parallel_ordered(blocks->threads, count, blocks->slots, deflate_one, put_one, r);
    blocks->first += count;
    blocks->waiting = 0;
    blocks->part = 0;
    return r->status;
}

/* -------------------------------------------------------------------------------- putting */

/* Copies bytes to the block that is being collected, up to its end. */
static nyz_status collect(nyz_deflate_parallel *blocks, const unsigned char *bytes,
                          int64_t size, int64_t *taken, nyz_error *err)
{
    slot *const s = slot_of(blocks, blocks->waiting);
    const int64_t whole = block_size(blocks, blocks->first + blocks->waiting);
    NYZ_TRY(nyz_buffer_reserve(&s->collected, (size_t)whole, err));
    *taken = nyz_min(size, whole - blocks->part);
    memcpy(s->collected.data + blocks->part, bytes, (size_t)*taken);
    blocks->part += *taken;
    if (blocks->part == whole) {
        blocks->waiting++;
        blocks->part = 0;
    }
    return NYZ_OK;
}

nyz_status nyz_deflate_parallel_put(nyz_deflate_parallel *blocks, const void *bytes,
                                    int64_t size, const nyz_sink *sink, nyz_error *err)
{
    const unsigned char *next = bytes;
    while (size > 0) {
        const int64_t number = blocks->first + blocks->waiting;
        const int64_t whole = blocks->part == 0 ? whole_blocks(blocks, number, size) : 0;
        int64_t taken = 0;
        if (whole > 0 || blocks->waiting == blocks->threads) {
            run r = {blocks, next, sink, NYZ_OK, err};
            taken = block_start(blocks, number + whole) - block_start(blocks, number);
            NYZ_TRY(run_blocks(&r, blocks->waiting + whole));
        } else {
            NYZ_TRY(collect(blocks, next, size, &taken, err));
        }
        next += taken;
        size -= taken;
    }
    return NYZ_OK;
}

/* A final block without bytes, where the last one was complete and is not final. */
static nyz_status put_end(nyz_deflate_parallel *blocks, const nyz_sink *sink,
                          nyz_error *err)
{
    static const unsigned char end[] = {3, 0};
    unsigned char *const entry = blocks->index.data + blocks->index.size - ENTRY_SIZE;
    nyz_store_le32(entry, nyz_load_le32(entry) + (uint32_t)sizeof end);
    blocks->written += (int64_t)sizeof end;
    return nyz_sink_put(sink, end, (int64_t)sizeof end, err);
}

/* What is collected: full blocks, and the last, which is not full. */
nyz_status nyz_deflate_parallel_finish(nyz_deflate_parallel *blocks, const nyz_sink *sink,
                                       uint32_t *crc32, int64_t *written, nyz_error *err)
{
    run r = {blocks, NULL, sink, NYZ_OK, err};
    const int rest = blocks->part > 0 || blocks->first + blocks->waiting == 0;
    NYZ_TRY(run_blocks(&r, blocks->waiting + rest));
    if (!rest) {
        NYZ_TRY(put_end(blocks, sink, err));
    }
    *crc32 = blocks->crc32;
    *written = blocks->written;
    return NYZ_OK;
}

void nyz_deflate_parallel_take_index(nyz_deflate_parallel *blocks, nyz_buffer *out)
{
    const nyz_buffer none = {.allocator = &blocks->allocator};
    *out = blocks->index;
    blocks->index = none;
}

void nyz_deflate_parallel_free(nyz_deflate_parallel **blocks)
{
    if (*blocks != NULL) {
        const nyz_allocator allocator = (*blocks)->allocator;
        for (int i = 0; i < MAX_SLOTS; i++) {
            slot *const s = &(*blocks)->all[i];
            nyz_fast_free(&s->fast);
            nyz_deflate_free(&s->deflater);
            nyz_buffer_free(&s->collected);
            nyz_buffer_free(&s->output);
        }
        nyz_buffer_free(&(*blocks)->index);
        nyz_release(&allocator, *blocks, (int64_t)sizeof **blocks);
        *blocks = NULL;
    }
}
