/* SPDX-License-Identifier: MIT */
/* The public call that creates a .npy file which is written piece by piece. */
#include <errno.h>
#include <string.h>

#include "base/alloc.h"
#include "base/arithmetic.h"
#include "base/buffer.h"
#include "base/config.h"
#include "base/error.h"
#include "io/atomic_file.h"
#include "io/stream.h"
#include "io/write_buffer.h"
#include "npy/npy.h"
#include "npy/npy_rows.h"

/* What the output holds. */
typedef struct npy_content {
    nyz_allocator allocator;
    nyz_npy_rows rows;
    nyz_npy_writer plan;
    nyz_write_buffer out;
} npy_content;

static nyz_status write_data(void *ctx, const void *bytes, int64_t size, nyz_error *err)
{
    npy_content *const content = ctx;
    const nyz_sink sink = nyz_write_buffer_sink(&content->out);
    NYZ_TRY(nyz_npy_rows_count(&content->rows, size, err));
    return nyz_sink_put(&sink, bytes, size, err);
}

static nyz_status rewrite_header(npy_content *content, nyz_error *err)
{
    nyz_buffer header = {0};
    nyz_status status =
        nyz_npy_rows_header(&content->rows, &content->plan.header, &header, err);
    if (status == NYZ_OK) {
        status = nyz_write_buffer_patch(&content->out, 0, header.data,
                                        (int64_t)header.size, err);
    }
    nyz_buffer_free(&header);
    return status;
}

static nyz_status finish_data(void *ctx, nyz_error *err)
{
    npy_content *const content = ctx;
    NYZ_TRY(nyz_npy_rows_check(&content->rows, err));
    if (content->rows.axis >= 0) {
        NYZ_TRY(rewrite_header(content, err));
    }
    return nyz_write_buffer_flush(&content->out, err);
}

static void free_content(void *ctx)
{
    npy_content *const content = ctx;
    const nyz_allocator allocator = content->allocator;
    nyz_write_buffer_free(&content->out);
    nyz_npy_writer_free(&content->plan);
    nyz_npy_rows_free(&content->rows);
    nyz_release(&allocator, content, (int64_t)sizeof *content);
}

static nyz_status new_content(const nyz_array *like, const nyz_config *config,
                              npy_content **out, nyz_error *err)
{
    void *memory = NULL;
    NYZ_TRY(nyz_alloc_zero(&config->allocator, (int64_t)sizeof **out, &memory, err));
    npy_content *const content = memory;
    content->allocator = config->allocator;
    content->out.allocator = config->allocator;
    nyz_status status = nyz_npy_rows_init(&content->rows, like, config, err);
    if (status == NYZ_OK) {
        status = nyz_npy_writer_init(&content->plan, &content->rows.like, 0,
                                     &content->rows.config, err);
    }
    if (status != NYZ_OK) {
        free_content(content);
        return status;
    }
    content->rows.bytes = content->plan.bytes;
    *out = content;
    return NYZ_OK;
}

static nyz_status check_seeks(const nyz_stream *stream, nyz_error *err)
{
    nyz_error failure = {.sys = ESPIPE};
    if (stream->seek != NULL && nyz_stream_seek(stream, 0, &failure) == NYZ_OK) {
        return NYZ_OK;
    }
    if (failure.sys == ESPIPE) {
        return nyz_npy_rows_refuse(err);
    }
    if (err != NULL) {
        *err = failure;
    }
    return failure.status;
}

/* The header, which stays in the buffer for now, and room for the data. */
static nyz_status begin(npy_content *content, nyz_output *output, nyz_error *err)
{
    const nyz_buffer *const header = &content->plan.header;
    const nyz_stream *const stream = &nyz_atomic_file_content(output)->stream;
    const nyz_sink sink = nyz_write_buffer_sink(&content->out);
    int64_t size = 0;
    content->out.stream = *stream;
    if (content->rows.axis >= 0) {
        NYZ_TRY(check_seeks(stream, err));
    }
    if (stream->seek != NULL &&
        !nyz_add(content->rows.bytes, (int64_t)header->size, &size)) {
        nyz_atomic_file_preallocate(output, 0, size);
    }
    return nyz_sink_put(&sink, header->data, (int64_t)header->size, err);
}

static nyz_status create(npy_content *content, const char *path, const nyz_config *config,
                         nyz_output **out, nyz_error *err)
{
    nyz_stream stream;
    const nyz_status status = nyz_atomic_file_begin(
        path, nyz_atomic_file_how(config->flags), &config->allocator, out, &stream, err);
    if (status != NYZ_OK) {
        free_content(content);
        return status;
    }
    nyz_output_content *const held = nyz_atomic_file_content(*out);
    held->write = write_data;
    held->finish = finish_data;
    held->free = free_content;
    held->ctx = content;
    return begin(content, *out, err);
}

nyz_status nyz_output_create_npy(const char *path, const nyz_array *like,
                                 const nyz_options *opt, nyz_output **out, nyz_error *err)
{
    nyz_config config;
    npy_content *content = NULL;
    *out = NULL;
    NYZ_TRY(nyz_config_init(&config, opt, err));
    NYZ_TRY(new_content(like, &config, &content, err));
    const nyz_status status = create(content, path, &config, out, err);
    if (status != NYZ_OK) {
        nyz_output_discard(out);
    }
    return status;
}
