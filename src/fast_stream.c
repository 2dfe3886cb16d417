/* Chunks deflated side by side and written one after the other: see fast_stream.h. */
#include "fast_stream.h"

#include "alloc.h"
#include "fast_deflate.h"
#include "parallel.h"

#define MOST_THREADS 16

/* One chunk at a time; each has its own memory. */
typedef struct lane {
    nyz_fast *fast;
    unsigned char *output; /* nyz_fast_bound(NYZ_FAST_CHUNK) bytes */
    const unsigned char *input;
    size_t input_size;
    size_t output_size;
} lane;

struct nyz_fast_stream {
    nyz_allocator allocator;
    int threads;
    lane lanes[MOST_THREADS];
};

static int64_t output_room(void)
{
    return (int64_t)nyz_fast_bound(NYZ_FAST_CHUNK);
}

nyz_status nyz_fast_stream_new(const nyz_allocator *allocator, int threads,
                               nyz_fast_stream **out, nyz_error *err)
{
    void *memory = NULL;
    *out = NULL;
    NYZ_TRY(nyz_alloc_zero(allocator, (int64_t)sizeof **out, &memory, err));
    nyz_fast_stream *stream = memory;
    stream->allocator = *allocator;
    stream->threads = threads < MOST_THREADS ? threads : MOST_THREADS;
    *out = stream;
    return NYZ_OK;
}

/* The lanes' memory comes when they are first used: a small member needs one lane. */
static nyz_status open_lane(nyz_fast_stream *stream, lane *l, nyz_error *err)
{
    if (l->fast == NULL) {
        NYZ_TRY(nyz_fast_new(&stream->allocator, &l->fast, err));
    }
    if (l->output == NULL) {
        void *memory = NULL;
        NYZ_TRY(nyz_alloc(&stream->allocator, output_room(), &memory, err));
        l->output = memory;
    }
    return NYZ_OK;
}

static void deflate_lane(void *ctx, int64_t index)
{
    lane *const l = (lane *)ctx + index;
    l->output_size = nyz_fast_deflate(l->fast, l->input, l->input_size, 0, l->output);
}

/* Deflates as many chunks as there are lanes, and returns by *taken how many bytes they
 * are. */
static nyz_status write_batch(nyz_fast_stream *stream, const unsigned char *bytes,
                              int64_t size, const nyz_sink *sink, int64_t *taken,
                              int64_t *written, nyz_error *err)
{
    int count = 0;
    *taken = 0;
    while (count < stream->threads && *taken < size) {
        lane *const l = &stream->lanes[count++];
        NYZ_TRY(open_lane(stream, l, err));
        l->input = bytes + *taken;
        l->input_size = (size_t)nyz_min(size - *taken, (int64_t)NYZ_FAST_CHUNK);
        *taken += (int64_t)l->input_size;
    }
    nyz_parallel(count, count, deflate_lane, stream->lanes);
    for (int i = 0; i < count; i++) {
        const int64_t n = (int64_t)stream->lanes[i].output_size;
        NYZ_TRY(nyz_sink_put(sink, stream->lanes[i].output, n, err));
        *written += n;
    }
    return NYZ_OK;
}

nyz_status nyz_fast_stream_write(nyz_fast_stream *stream, const void *bytes, int64_t size,
                                 const nyz_sink *sink, int64_t *written, nyz_error *err)
{
    const unsigned char *next = bytes;
    while (size > 0) {
        int64_t taken = 0;
        NYZ_TRY(write_batch(stream, next, size, sink, &taken, written, err));
        next += taken;
        size -= taken;
    }
    return NYZ_OK;
}

nyz_status nyz_fast_stream_finish(nyz_fast_stream *stream, const nyz_sink *sink,
                                  int64_t *written, nyz_error *err)
{
    lane *const l = &stream->lanes[0];
    NYZ_TRY(open_lane(stream, l, err));
    const int64_t n = (int64_t)nyz_fast_deflate(l->fast, NULL, 0, 1, l->output);
    NYZ_TRY(nyz_sink_put(sink, l->output, n, err));
    *written += n;
    return NYZ_OK;
}

void nyz_fast_stream_free(nyz_fast_stream **stream)
{
    if (*stream != NULL) {
        const nyz_allocator allocator = (*stream)->allocator;
        for (int i = 0; i < MOST_THREADS; i++) {
            nyz_fast_free(&(*stream)->lanes[i].fast);
            nyz_release(&allocator, (*stream)->lanes[i].output, output_room());
        }
        nyz_release(&allocator, *stream, (int64_t)sizeof **stream);
        *stream = NULL;
    }
}
