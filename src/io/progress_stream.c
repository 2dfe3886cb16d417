/* SPDX-License-Identifier: MIT */
/* Streams and sinks that report progress: see progress_stream.h.  What is moved at once is cut
 * to NYZ_PROGRESS_STEP; the loops of stream.c go on with the rest. */
#include "io/progress_stream.h"

#include "base/arithmetic.h"
#include "base/error.h"

static size_t step(size_t size)
{
    return (size_t)nyz_min((int64_t)size, NYZ_PROGRESS_STEP);
}

/* Any failure will do: the call ends with NYZ_ERR_CANCELLED. */
static int64_t report(const nyz_progress_stream *s, int64_t count)
{
    return count > 0 && nyz_progress_add(s->progress, count) ? -1 : count;
}

static int64_t progress_read(void *ctx, void *buffer, size_t size)
{
    const nyz_progress_stream *const s = ctx;
    return report(s, s->inner.read(s->inner.ctx, buffer, step(size)));
}

static int64_t progress_read_at(void *ctx, int64_t offset, void *buffer, size_t size)
{
    const nyz_progress_stream *const s = ctx;
    return report(s, s->inner.read_at(s->inner.ctx, offset, buffer, step(size)));
}

static int64_t progress_seek(void *ctx, int64_t offset, int whence)
{
    const nyz_progress_stream *const s = ctx;
    return s->inner.seek(s->inner.ctx, offset, whence);
}

void nyz_progress_stream_source(nyz_progress_stream *wrapper, const nyz_config *config,
                                nyz_source *source)
{
    static const nyz_stream none = {0};
    if (config->progress == NULL) {
        return;
    }
    if (config->progress->total < 0) {
        config->progress->total = source->left;
    }
    wrapper->inner = source->stream;
    wrapper->progress = config->progress;
    source->stream = none;
    source->stream.read = progress_read;
    source->stream.seek = wrapper->inner.seek != NULL ? progress_seek : NULL;
    source->stream.read_at = wrapper->inner.read_at != NULL ? progress_read_at : NULL;
    source->stream.ctx = wrapper;
}

static nyz_status progress_put(void *to, const void *bytes, int64_t size, nyz_error *err)
{
    const nyz_progress_sink *const s = to;
    const unsigned char *next = bytes;
    while (size > 0) {
        const int64_t piece = nyz_min(size, NYZ_PROGRESS_STEP);
        NYZ_TRY(nyz_sink_put(s->inner, next, piece, err));
        if (nyz_progress_add(s->progress, piece)) {
            return nyz_fail(err, NYZ_ERR_CANCELLED, -1, "cancelled");
        }
        next += piece;
        size -= piece;
    }
    return NYZ_OK;
}

nyz_sink nyz_progress_stream_sink(nyz_progress_sink *wrapper, nyz_progress *progress,
                                  const nyz_sink *inner)
{
    const nyz_sink sink = {progress_put, wrapper};
    wrapper->inner = inner;
    wrapper->progress = progress;
    return progress != NULL ? sink : *inner;
}
