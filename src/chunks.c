/* Chunks deflated side by side and put one after the other: see chunks.h. */
#include "chunks.h"

#include <string.h>

#include "alloc.h"
#include "codec.h"
#include "fast_deflate.h"
#include "parallel.h"

#define MOST_THREADS 16

/* One chunk on its way; each has its own memory. */
typedef struct lane {
    nyz_fast *fast;           /* one of the two */
    nyz_deflater *deflater;   /* by level */
    unsigned char *collected; /* NYZ_CHUNK_BYTES, for a chunk that comes in pieces */
    unsigned char *output;
    int64_t room; /* of output */

    const unsigned char *input;
    int64_t input_size;
    int last;
    size_t output_size;
    uint32_t crc32;
    nyz_status status;
    nyz_error error;
} lane;

struct nyz_chunks {
    nyz_allocator allocator;
    int level;
    int threads;
    int64_t collected; /* bytes that wait in the lanes, from the first on */
    uint32_t crc32;
    int64_t written;
    lane lanes[MOST_THREADS];
};

nyz_status nyz_chunks_new(const nyz_allocator *allocator, int level, int threads,
                          nyz_chunks **out, nyz_error *err)
{
    void *memory = NULL;
    *out = NULL;
    NYZ_TRY(nyz_alloc_zero(allocator, (int64_t)sizeof **out, &memory, err));
    nyz_chunks *const chunks = memory;
    chunks->allocator = *allocator;
    chunks->level = level;
    chunks->threads = threads < MOST_THREADS ? threads : MOST_THREADS;
    *out = chunks;
    return NYZ_OK;
}

/* ---------------------------------------------------------------------------------- lanes */

static nyz_status open_codec(const nyz_chunks *chunks, lane *l, nyz_error *err)
{
    if (chunks->level == NYZ_FAST) {
        l->room = (int64_t)nyz_fast_bound((size_t)NYZ_CHUNK_BYTES);
        return nyz_fast_new(&chunks->allocator, &l->fast, err);
    }
    NYZ_TRY(nyz_deflate_new(&chunks->allocator, chunks->level, &l->deflater, err));
    l->room = (int64_t)nyz_deflate_chunk_bound(l->deflater, (size_t)NYZ_CHUNK_BYTES);
    return NYZ_OK;
}

/* A lane's memory comes when it is first used: a small member needs one. */
static nyz_status open_lane(const nyz_chunks *chunks, lane *l, nyz_error *err)
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

static void deflate_lane(void *ctx, int64_t index)
{
    lane *const l = (lane *)ctx + index;
    const size_t size = (size_t)l->input_size;
    l->crc32 = nyz_crc32(0, l->input, size);
    if (l->fast != NULL) {
        l->output_size = nyz_fast_deflate(l->fast, l->input, size, l->last, l->output);
        l->status = NYZ_OK;
    } else {
        l->status = nyz_deflate_chunk(l->deflater, l->input, size, l->last, l->output,
                                      (size_t)l->room, &l->output_size, &l->error);
    }
}

/* Puts what came out of a lane, and keeps the books. */
static nyz_status put_lane(nyz_chunks *chunks, const lane *l, const nyz_sink *sink,
                           nyz_error *err)
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

/* Deflates what the first `count` lanes have as their input. */
static nyz_status run(nyz_chunks *chunks, int count, const nyz_sink *sink, nyz_error *err)
{
    for (int i = 0; i < count; i++) {
        NYZ_TRY(open_lane(chunks, &chunks->lanes[i], err));
    }
    nyz_parallel(count, count, deflate_lane, chunks->lanes);
    chunks->collected = 0;
    for (int i = 0; i < count; i++) {
        NYZ_TRY(put_lane(chunks, &chunks->lanes[i], sink, err));
    }
    return NYZ_OK;
}

/* -------------------------------------------------------------------------------- putting */

/* Chunks that are collected, and whole ones behind them where they lie.  Returns by
 * *taken how many of the latter's bytes. */
static nyz_status run_whole(nyz_chunks *chunks, const unsigned char *bytes, int64_t size,
                            const nyz_sink *sink, int64_t *taken, nyz_error *err)
{
    int count = (int)(chunks->collected / NYZ_CHUNK_BYTES);
    *taken = 0;
    for (int i = 0; i < count; i++) {
        chunks->lanes[i].input = chunks->lanes[i].collected;
    }
    while (count < chunks->threads && size - *taken >= NYZ_CHUNK_BYTES) {
        chunks->lanes[count++].input = bytes + *taken;
        *taken += NYZ_CHUNK_BYTES;
    }
    for (int i = 0; i < count; i++) {
        chunks->lanes[i].input_size = NYZ_CHUNK_BYTES;
        chunks->lanes[i].last = 0;
    }
    return run(chunks, count, sink, err);
}

static int64_t room_to_collect(const nyz_chunks *chunks)
{
    return chunks->threads * NYZ_CHUNK_BYTES;
}

/* Copies bytes to the chunk that is being collected, up to its end. */
static nyz_status collect(nyz_chunks *chunks, const unsigned char *bytes, int64_t size,
                          int64_t *taken, nyz_error *err)
{
    lane *const l = &chunks->lanes[chunks->collected / NYZ_CHUNK_BYTES];
    const int64_t have = chunks->collected % NYZ_CHUNK_BYTES;
    if (l->collected == NULL) {
        void *memory = NULL;
        NYZ_TRY(nyz_alloc(&chunks->allocator, NYZ_CHUNK_BYTES, &memory, err));
        l->collected = memory;
    }
    *taken = nyz_min(size, NYZ_CHUNK_BYTES - have);
    memcpy(l->collected + have, bytes, (size_t)*taken);
    chunks->collected += *taken;
    return NYZ_OK;
}

nyz_status nyz_chunks_put(nyz_chunks *chunks, const void *bytes, int64_t size,
                          const nyz_sink *sink, nyz_error *err)
{
    const unsigned char *next = bytes;
    while (size > 0) {
        const int between = chunks->collected % NYZ_CHUNK_BYTES == 0;
        const int full = chunks->collected == room_to_collect(chunks);
        int64_t taken = 0;
        if (full || (between && size >= NYZ_CHUNK_BYTES)) {
            NYZ_TRY(run_whole(chunks, next, size, sink, &taken, err));
        } else {
            NYZ_TRY(collect(chunks, next, size, &taken, err));
        }
        next += taken;
        size -= taken;
    }
    return NYZ_OK;
}

/* What is collected: full chunks, and the last one, which is not full and may be empty.
 */
nyz_status nyz_chunks_finish(nyz_chunks *chunks, const nyz_sink *sink, uint32_t *crc32,
                             int64_t *written, nyz_error *err)
{
    int64_t taken = 0;
    if (chunks->collected == room_to_collect(chunks)) {
        NYZ_TRY(run_whole(chunks, NULL, 0, sink, &taken, err));
    }
    const int full = (int)(chunks->collected / NYZ_CHUNK_BYTES);
    for (int i = 0; i <= full; i++) {
        chunks->lanes[i].input = chunks->lanes[i].collected;
        chunks->lanes[i].input_size = NYZ_CHUNK_BYTES;
        chunks->lanes[i].last = 0;
    }
    chunks->lanes[full].input_size = chunks->collected % NYZ_CHUNK_BYTES;
    chunks->lanes[full].last = 1;
    NYZ_TRY(run(chunks, full + 1, sink, err));
    *crc32 = chunks->crc32;
    *written = chunks->written;
    return NYZ_OK;
}

void nyz_chunks_free(nyz_chunks **chunks)
{
    if (*chunks != NULL) {
        const nyz_allocator allocator = (*chunks)->allocator;
        for (int i = 0; i < MOST_THREADS; i++) {
            lane *const l = &(*chunks)->lanes[i];
            nyz_fast_free(&l->fast);
            nyz_deflate_free(&l->deflater);
            nyz_release(&allocator, l->collected, NYZ_CHUNK_BYTES);
            nyz_release(&allocator, l->output, l->room);
        }
        nyz_release(&allocator, *chunks, (int64_t)sizeof **chunks);
        *chunks = NULL;
    }
}
