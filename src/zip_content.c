/* A member's bytes on their way into an archive: see zip_content.h. */
#include "zip_content.h"

#include "codec.h"
#include "fast_deflate.h"
#include "fast_stream.h"

/* One of deflater and fast, or none: stored. */
typedef struct job {
    const nyz_sink *to;
    nyz_zip_sums *sums;
    nyz_deflater *deflater;
    nyz_fast_stream *fast;
    int64_t piece; /* bytes that are summed and written while they are in the cache */
} job;

static nyz_status put_to_crc(void *to, const void *bytes, int64_t size, nyz_error *err)
{
    const job *const j = to;
    (void)err;
    j->sums->crc32 = nyz_crc32(j->sums->crc32, bytes, (size_t)size);
    return NYZ_OK;
}

static nyz_status put_to_archive(void *to, const void *bytes, int64_t size,
                                 nyz_error *err)
{
    const job *const j = to;
    int64_t *const written = &j->sums->stored_size;
    if (j->fast != NULL) {
        return nyz_fast_stream_write(j->fast, bytes, size, j->to, written, err);
    }
    if (j->deflater != NULL) {
        return nyz_deflate(j->deflater, bytes, size, 0, j->to, written, err);
    }
    NYZ_TRY(nyz_sink_put(j->to, bytes, size, err));
    *written += size;
    return NYZ_OK;
}

static nyz_status put_to_both(void *to, const void *bytes, int64_t size, nyz_error *err)
{
    const job *const j = to;
    const unsigned char *next = bytes;
    while (size > 0) {
        const int64_t piece = nyz_min(size, j->piece);
        NYZ_TRY(put_to_crc(to, next, piece, err));
        NYZ_TRY(put_to_archive(to, next, piece, err));
        next += piece;
        size -= piece;
    }
    return NYZ_OK;
}

nyz_status nyz_zip_sum(const nyz_zip_content *content, nyz_zip_sums *sums, nyz_error *err)
{
    job j = {.sums = sums};
    const nyz_sink sink = {put_to_crc, &j, 0};
    return content->pass(content->ctx, &sink, err);
}

/* Makes what deflates.  Chunks of the fast level begin anew with each piece. */
static nyz_status open_codec(job *j, const nyz_zip_how *how,
                             const nyz_allocator *allocator, nyz_error *err)
{
    j->piece = (int64_t)NYZ_CHUNK;
    if (how->method != NYZ_DEFLATED) {
        return NYZ_OK;
    }
    if (how->level != NYZ_FAST) {
        return nyz_deflate_new(allocator, how->level, &j->deflater, err);
    }
    j->piece = (int64_t)NYZ_FAST_CHUNK * how->threads;
    return nyz_fast_stream_new(allocator, how->threads, &j->fast, err);
}

static nyz_status finish_codec(const job *j, nyz_error *err)
{
    if (j->fast != NULL) {
        return nyz_fast_stream_finish(j->fast, j->to, &j->sums->stored_size, err);
    }
    if (j->deflater != NULL) {
        return nyz_deflate(j->deflater, NULL, 0, 1, j->to, &j->sums->stored_size, err);
    }
    return NYZ_OK;
}

nyz_status nyz_zip_write_content(const nyz_zip_content *content, const nyz_zip_how *how,
                                 const nyz_allocator *allocator, const nyz_sink *to,
                                 nyz_zip_sums *sums, nyz_error *err)
{
    job j = {.to = to, .sums = sums};
    const nyz_sink sink = {put_to_both, &j, 0};
    nyz_status status = open_codec(&j, how, allocator, err);
    if (status == NYZ_OK) {
        status = content->pass(content->ctx, &sink, err);
    }
    if (status == NYZ_OK) {
        status = finish_codec(&j, err);
    }
    nyz_deflate_free(&j.deflater);
    nyz_fast_stream_free(&j.fast);
    return status;
}
