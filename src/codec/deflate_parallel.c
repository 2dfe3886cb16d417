/* SPDX-License-Identifier: MIT */
/* Chunks deflated side by side and put one after the other: see deflate_parallel.h. */
#include "codec/deflate_parallel.h"

#include <string.h>

#include "base/alloc.h"
#include "base/arithmetic.h"
#include "base/error.h"
#include "base/parallel.h"
#include "codec/codec.h"
#include "codec/fast_deflate.h"
#include "io/stream.h"

#define MAX_THREADS 16
/* Chunks on their way beside those that threads work on: they wait for their turn. */
#define SPARE_SLOTS 2
#define MAX_SLOTS (MAX_THREADS + SPARE_SLOTS)

/* One chunk on its way; each has its own memory. */
typedef struct read_path {
    nyz_fast *fast;           /* one of the two */
    nyz_deflater *deflater;   /* by level */
    unsigned char *collected; /* NYZ_BLOCK_BYTES, for a chunk that comes in pieces */
    unsigned char *output;
    int64_t room; /* of output */

    const unsigned char *input;
    int64_t input_size;
    int last;
    size_t output_size;
    uint32_t crc32;
    nyz_status status;
    nyz_error error;
} read_path;

struct nyz_deflate_parallel {
    nyz_allocator allocator;
    int level;
    int threads;
    int slots;
    int64_t collected; /* bytes that wait in the slots, from the first on */
    uint32_t crc32;
    int64_t written;
    read_path read_paths[MAX_SLOTS];
};

nyz_status nyz_deflate_parallel_new(const nyz_allocator *allocator, int level,
                                    int threads, nyz_deflate_parallel **out,
                                    nyz_error *err)
{
    void *memory = NULL;
    *out = NULL;
    NYZ_TRY(nyz_alloc_zero(allocator, (int64_t)sizeof **out, &memory, err));
    nyz_deflate_parallel *const chunks = memory;
    chunks->allocator = *allocator;
    chunks->level = level;
    chunks->threads = threads < MAX_THREADS ? threads : MAX_THREADS;
    chunks->slots = chunks->threads > 1 ? chunks->threads + SPARE_SLOTS : 1;
    *out = chunks;
    return NYZ_OK;
}

/* ---------------------------------------------------------------------------------- slots */

static nyz_status open_codec(const nyz_deflate_parallel *chunks, read_path *l,
                             nyz_error *err)
{
    if (chunks->level == NYZ_LEVEL_FAST) {
        l->room = (int64_t)nyz_fast_bound((size_t)NYZ_BLOCK_BYTES);
        return nyz_fast_new(&chunks->allocator, &l->fast, err);
    }
    NYZ_TRY(nyz_deflate_new(&chunks->allocator, chunks->level, &l->deflater, err));
    l->room = (int64_t)nyz_deflate_block_bound(l->deflater, (size_t)NYZ_BLOCK_BYTES);
    return NYZ_OK;
}

/* A slot's memory is allocated when it is first used: a small member needs one. */
static nyz_status open_read_path(const nyz_deflate_parallel *chunks, read_path *l,
                                 nyz_error *err)
{
    void *memory = NULL;
    if (l->fast == NULL && l->deflater == NULL) {
        NYZ_TRY(open_codec(chunks, l, err));
    }
    if (l->output == NULL) {
        NYZ_TRY(nyz_alloc(&chunks->allocator, l->room, &memory, err));
        l->output = memory;
    }
    return NYZ_OK;
}

static void deflate_path(const nyz_deflate_parallel *chunks, read_path *l)
{
    const size_t size = (size_t)l->input_size;
    l->status = open_read_path(chunks, l, &l->error);
    if (l->status != NYZ_OK) {
        return;
    }
    l->crc32 = nyz_crc32(0, l->input, size);
    if (l->fast != NULL) {
        l->output_size = nyz_fast_deflate(l->fast, l->input, size, l->last, l->output);
    } else {
        l->status = nyz_deflate_block(l->deflater, l->input, size, l->last, l->output,
                                      (size_t)l->room, &l->output_size, &l->error);
    }
}

/* Writes the output of a slot, and updates sizes and CRC. */
static nyz_status put_read_path(nyz_deflate_parallel *chunks, const read_path *l,
                                const nyz_sink *sink, nyz_error *err)
{
    if (l->status != NYZ_OK) {
        if (err != NULL) {
            *err = l->error;
        }
        return l->status;
    }
    chunks->crc32 = nyz_crc32_combine(chunks->crc32, l->crc32, l->input_size);
    chunks->written += (int64_t)l->output_size;
    return nyz_sink_put(sink, l->output, (int64_t)l->output_size, err);
}

/* ----------------------------------------------------------------------------------- runs */

/* Chunks that follow each other: those that are collected, and then either whole ones
 * where they lie, or the last one of all. */
typedef struct run {
    nyz_deflate_parallel *chunks;
    int64_t collected;          /* how many whole chunks are */
    const unsigned char *bytes; /* of the others; NULL: the last one, collected too */
    const nyz_sink *sink;
    nyz_status status;
    nyz_error *err;
} run;

static read_path *read_path_of(const run *r, int64_t index)
{
    return &r->chunks->read_paths[index % r->chunks->slots];
}

static void deflate_one(void *ctx, int64_t index)
{
    const run *const r = ctx;
    read_path *const l = read_path_of(r, index);
    l->last = index >= r->collected && r->bytes == NULL;
    l->input = index < r->collected || l->last
                   ? l->collected
                   : r->bytes + (index - r->collected) * NYZ_BLOCK_BYTES;
    l->input_size = l->last ? r->chunks->collected % NYZ_BLOCK_BYTES : NYZ_BLOCK_BYTES;
    deflate_path(r->chunks, l);
}

static int put_one(void *ctx, int64_t index)
{
    run *const r = ctx;
    r->status = put_read_path(r->chunks, read_path_of(r, index), r->sink, r->err);
    return r->status == NYZ_OK;
}

static nyz_status run_chunks(run *r, int64_t count)
{
    nyz_deflate_parallel *const chunks = r->chunks;
    nyz_parallel_ordered(chunks->threads, count, chunks->slots, deflate_one, put_one, r);
    chunks->collected = 0;
    return r->status;
}

/* -------------------------------------------------------------------------------- putting */

static int64_t room_to_collect(const nyz_deflate_parallel *chunks)
{
    return chunks->threads * NYZ_BLOCK_BYTES;
}

/* Copies bytes to the chunk that is being collected, up to its end. */
static nyz_status collect(nyz_deflate_parallel *chunks, const unsigned char *bytes,
                          int64_t size, int64_t *taken, nyz_error *err)
{
    read_path *const l = &chunks->read_paths[chunks->collected / NYZ_BLOCK_BYTES];
    const int64_t have = chunks->collected % NYZ_BLOCK_BYTES;
    if (l->collected == NULL) {
        void *memory = NULL;
        NYZ_TRY(nyz_alloc(&chunks->allocator, NYZ_BLOCK_BYTES, &memory, err));
        l->collected = memory;
    }
    *taken = nyz_min(size, NYZ_BLOCK_BYTES - have);
    memcpy(l->collected + have, bytes, (size_t)*taken);
    chunks->collected += *taken;
    return NYZ_OK;
}

nyz_status nyz_deflate_parallel_put(nyz_deflate_parallel *chunks, const void *bytes,
                                    int64_t size, const nyz_sink *sink, nyz_error *err)
{
    const unsigned char *next = bytes;
    while (size > 0) {
        const int between = chunks->collected % NYZ_BLOCK_BYTES == 0;
        const int full = chunks->collected == room_to_collect(chunks);
        int64_t taken = 0;
        if (full || (between && size >= NYZ_BLOCK_BYTES)) {
            run r = {chunks, chunks->collected / NYZ_BLOCK_BYTES, next, sink, NYZ_OK,
                     err};
            const int64_t whole = size / NYZ_BLOCK_BYTES;
            taken = whole * NYZ_BLOCK_BYTES;
            NYZ_TRY(run_chunks(&r, r.collected + whole));
        } else {
            NYZ_TRY(collect(chunks, next, size, &taken, err));
        }
        next += taken;
        size -= taken;
    }
    return NYZ_OK;
}

/* What is collected: full chunks, and the last, which is not full and may be empty. */
nyz_status nyz_deflate_parallel_finish(nyz_deflate_parallel *chunks, const nyz_sink *sink,
                                       uint32_t *crc32, int64_t *written, nyz_error *err)
{
    run r = {chunks, chunks->collected / NYZ_BLOCK_BYTES, NULL, sink, NYZ_OK, err};
    NYZ_TRY(run_chunks(&r, r.collected + 1));
    *crc32 = chunks->crc32;
    *written = chunks->written;
    return NYZ_OK;
}

void nyz_deflate_parallel_free(nyz_deflate_parallel **chunks)
{
    if (*chunks != NULL) {
        const nyz_allocator allocator = (*chunks)->allocator;
        for (int i = 0; i < MAX_SLOTS; i++) {
            read_path *const l = &(*chunks)->read_paths[i];
            nyz_fast_free(&l->fast);
            nyz_deflate_free(&l->deflater);
            nyz_release(&allocator, l->collected, NYZ_BLOCK_BYTES);
            nyz_release(&allocator, l->output, l->room);
        }
        nyz_release(&allocator, *chunks, (int64_t)sizeof **chunks);
        *chunks = NULL;
    }
}
