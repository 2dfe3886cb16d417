/* SPDX-License-Identifier: MIT */
/* The public calls for members of any bytes: from memory, and from a stream. */
#include <string.h>

#include "nyz_npz_stream.h"

#include "base/alloc.h"
#include "base/arithmetic.h"
#include "base/config.h"
#include "base/error.h"
#include "base/progress.h"
#include "io/progress_stream.h"
#include "io/stream.h"
#include "npy/header.h"
#include "npz/npz_writer.h"
#include "zip/zip_writer.h"

/* Bytes read from a stream at once. */
#define PIECE ((int64_t)256 * 1024)
/* Of these, so many before the others: nearly all headers are shorter. */
#define FIRST ((int64_t)16 * 1024)

/* Where the bytes come from. */
typedef struct bytes_content {
    const void *first; /* these, and then ... */
    int64_t first_size;
    nyz_source *rest; /* ... so many of a source */
    int64_t rest_size;
    const nyz_allocator *allocator;
    nyz_progress *progress;
} bytes_content;

static nyz_status pass_pieces(const bytes_content *content, unsigned char *piece,
                              const nyz_sink *to, nyz_error *err)
{
    for (int64_t left = content->rest_size; left > 0;) {
        const int64_t size = nyz_min(left, PIECE);
        NYZ_TRY(nyz_source_read(content->rest, piece, size, "the stream", err));
        NYZ_TRY(nyz_sink_put(to, piece, size, err));
        left -= size;
    }
    return NYZ_OK;
}

static nyz_status pass_rest(const bytes_content *content, const nyz_sink *to,
                            nyz_error *err)
{
    void *piece = NULL;
    const int64_t size = nyz_min(content->rest_size, PIECE);
    if (size == 0) {
        return NYZ_OK;
    }
    NYZ_TRY(nyz_alloc(content->allocator, size, &piece, err));
    const nyz_status status = pass_pieces(content, piece, to, err);
    nyz_release(content->allocator, piece, size);
    return status;
}

static nyz_status pass_bytes(void *ctx, const nyz_sink *sink, nyz_error *err)
{
    const bytes_content *const content = ctx;
    nyz_progress_sink wrapper = {NULL, NULL}; /* so that cppcheck sees it initialized */
    const nyz_sink to = nyz_progress_stream_sink(&wrapper, content->progress, sink);
    if (content->first_size > 0) {
        NYZ_TRY(nyz_sink_put(&to, content->first, content->first_size, err));
    }
    return pass_rest(content, &to, err);
}

/* Bytes of the header, of a .npy file; else 0. */
static int64_t header_bytes(const unsigned char *bytes, int64_t size,
                            const nyz_config *config)
{
    int version = 0;
    int preamble = 0;
    int64_t length = 0;
    const int is_npy = size >= NYZ_PREAMBLE_MAX &&
                       nyz_header_version(bytes, NYZ_MAGIC_SIZE + 2, &version, &preamble,
                                          NULL) == NYZ_OK &&
                       nyz_header_length(bytes, version, config, &length, NULL) == NYZ_OK;
    return is_npy ? preamble + length : 0;
}

static nyz_status add(nyz_npz_writer *writer, const char *name, const nyz_config *config,
                      bytes_content *content, nyz_error *err)
{
    const int64_t size = content->first_size + content->rest_size;
    const int64_t head =
        config->align > 0 ? header_bytes(content->first, content->first_size, config) : 0;
    const nyz_zip_content passed = {pass_bytes, content, size, nyz_min(head, size)};
    const nyz_status status = nyz_npz_take_name(writer, name, config, err);
    if (status != NYZ_OK) {
        nyz_npz_name_failed(writer, name, err);
        return status;
    }
    const nyz_block_layout layout = nyz_npz_block_layout_of_bytes(
        content->first, content->first_size, size, strlen(name), config);
    const nyz_zip_method how = nyz_npz_method(config, &layout);
    return nyz_npz_add_content(writer, name, &how, &passed, err);
}

/* ------------------------------------------------------------------------- from memory */

nyz_status nyz_npz_add_bytes(nyz_npz_writer *writer, const char *name, const void *bytes,
                             size_t size, const nyz_options *opt, nyz_error *err)
{
    nyz_error failure;
    nyz_progress progress;
    nyz_config config = writer->config;
    bytes_content content = {.first = bytes, .first_size = (int64_t)size};
    NYZ_TRY(nyz_npz_sticky_error(writer, err));
    nyz_status status = opt != NULL ? nyz_config_init(&config, opt, &failure) : NYZ_OK;
    nyz_progress_begin(&progress, &config, (int64_t)size);
    content.progress = config.progress;
    if (status == NYZ_OK) {
        status = add(writer, name, &config, &content, &failure);
    }
    status = nyz_progress_end(&config, status, &failure);
    return nyz_npz_set_sticky_error(writer, status, &failure, err);
}

/* ----------------------------------------------------------------------- from a stream */

static nyz_status add_from(nyz_npz_writer *writer, const char *name,
                           const nyz_stream *stream, int64_t size, unsigned char *first,
                           const nyz_config *config, nyz_error *err)
{
    nyz_source source = {.stream = *stream, .start = -1, .left = -1};
    bytes_content content = {.first = first,
                             .first_size = nyz_min(size, FIRST),
                             .rest = &source,
                             .allocator = &config->allocator,
                             .progress = config->progress};
    content.rest_size = size - content.first_size;
    if (content.first_size > 0) {
        NYZ_TRY(nyz_npz_add_context(
            writer, name,
            nyz_source_read(&source, first, content.first_size, "the stream", err), err));
    }
    return add(writer, name, config, &content, err);
}

/* The first bytes are read before the member is begun: where they are a header, they say what is
 * aligned, and where it is cut into blocks. */
static nyz_status add_stream(nyz_npz_writer *writer, const char *name,
                             const nyz_stream *stream, int64_t size,
                             const nyz_config *config, nyz_error *err)
{
    void *first = NULL;
    const int64_t room = nyz_min(size, FIRST);
    NYZ_TRY(nyz_alloc(&config->allocator, room, &first, err));
    const nyz_status status = add_from(writer, name, stream, size, first, config, err);
    nyz_release(&config->allocator, first, room);
    return status;
}

static nyz_status check(const nyz_stream *stream, int64_t size, nyz_error *err)
{
    NYZ_TRY(nyz_stream_check(stream, err));
    if (stream->read == NULL) {
        return nyz_fail(err, NYZ_ERR_ARGUMENT, -1, "the stream cannot read");
    }
    return size >= 0
               ? NYZ_OK
               : nyz_fail(err, NYZ_ERR_ARGUMENT, -1,
                          "a member of %lld bytes, expected 0 or more", (long long)size);
}

nyz_status nyz_npz_add_stream(nyz_npz_writer *writer, const char *name,
                              const nyz_stream *stream, int64_t size,
                              const nyz_options *opt, nyz_error *err)
{
    nyz_error failure;
    nyz_progress progress;
    nyz_config config = writer->config;
    NYZ_TRY(nyz_npz_sticky_error(writer, err));
    nyz_status status = opt != NULL ? nyz_config_init(&config, opt, &failure) : NYZ_OK;
    nyz_progress_begin(&progress, &config, size);
    if (status == NYZ_OK) {
        status = check(stream, size, &failure);
    }
    if (status == NYZ_OK) {
        status = add_stream(writer, name, stream, size, &config, &failure);
    }
    status = nyz_progress_end(&config, status, &failure);
    return nyz_npz_set_sticky_error(writer, status, &failure, err);
}
