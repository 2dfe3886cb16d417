/* SPDX-License-Identifier: MIT */
/* The public calls for a member that is written piece by piece. */
#include <errno.h>
#include <string.h>

#include "nyz_npz_stream.h"

#include "base/buffer.h"
#include "base/config.h"
#include "base/error.h"
#include "io/stream.h"
#include "npy/npy_rows.h"
#include "npz/npz_writer.h"
#include "zip/zip_writer.h"

static const char *name_of(const nyz_npz_writer *writer)
{
    return (const char *)writer->open.name.data;
}

/* The first failure stays, and names the member. */
static nyz_status keep(nyz_npz_writer *writer, nyz_status status, nyz_error *failure,
                       nyz_error *err)
{
    return nyz_npz_set_sticky_error(
        writer, nyz_npz_add_context(writer, name_of(writer), status, failure), failure,
        err);
}

/* ---------------------------------------------------------------------------- the stream */

static nyz_status put(nyz_npz_writer *writer, const void *bytes, size_t size,
                      nyz_error *err)
{
    const nyz_sink sink = nyz_zip_writer_sink(writer->zip);
    if (size > PTRDIFF_MAX) {
        return nyz_fail(err, NYZ_ERR_ARGUMENT, -1, "%llu bytes: no memory has so many",
                        (unsigned long long)size);
    }
    NYZ_TRY(nyz_npy_rows_count(&writer->rows, (int64_t)size, err));
    return nyz_sink_put(&sink, bytes, (int64_t)size, err);
}

static int64_t write_member(void *ctx, const void *bytes, size_t size)
{
    nyz_npz_writer *const writer = ctx;
    nyz_error failure;
    if (writer->failure.status != NYZ_OK) {
        return nyz_error_result(&writer->failure);
    }
    if (nyz_zip_writer_left(writer->zip) < 0) {
        return -EINVAL; /* the member has been ended */
    }
    const nyz_status status = put(writer, bytes, size, &failure);
    if (keep(writer, status, &failure, NULL) == NYZ_OK) {
        return (int64_t)size;
    }
    return nyz_error_result(&failure);
}

/* ---------------------------------------------------------------------------- begin, end */

static nyz_status begin(nyz_npz_writer *writer, nyz_error *err)
{
    const nyz_buffer *const header = &writer->open.plan.header;
    const nyz_sink sink = nyz_zip_writer_sink(writer->zip);
    const int64_t size = writer->rows.axis < 0 ? writer->open.content.size : -1;
    nyz_npz_preallocate(writer, &writer->open.how, size);
    NYZ_TRY(nyz_zip_writer_begin(writer->zip, name_of(writer), &writer->open.how, size,
                                 (int64_t)header->size, err));
    return nyz_sink_put(&sink, header->data, (int64_t)header->size, err);
}

/* Its header will be a block that is not deflated. */
static nyz_status check_deflated(const nyz_npz_writer *writer, nyz_error *err)
{
    if (writer->open.plan.header.size > NYZ_ZIP_PLAIN_MAX) {
        return nyz_fail(
            err, NYZ_ERR_UNSUPPORTED, -1,
            "the extent of the slowest axis is -1, which a deflated member whose "
            "header is over %d bytes cannot have: give the number of rows, or "
            "store it",
            NYZ_ZIP_PLAIN_MAX);
    }
    return NYZ_OK;
}

/* Whether its number of rows may be unknown. */
static nyz_status check_rows(const nyz_npz_writer *writer, const nyz_config *config,
                             nyz_error *err)
{
    if (writer->rows.axis < 0) {
        return NYZ_OK;
    }
    if (!nyz_zip_writer_seeks(writer->zip)) {
        return nyz_npy_rows_refuse(err);
    }
    return config->method == NYZ_STORED ? NYZ_OK : check_deflated(writer, err);
}

/* Takes the name, makes the header. */
static nyz_status prepare(nyz_npz_writer *writer, const char *name, const nyz_array *like,
                          const nyz_config *config, nyz_error *err)
{
    nyz_npy_rows *const rows = &writer->rows;
    NYZ_TRY(nyz_npy_rows_init(rows, like, config, err));
    nyz_status status =
        nyz_pending_init(&writer->open, writer, name, &rows->like, 0, &rows->config, err);
    if (status == NYZ_OK) {
        rows->bytes = writer->open.plan.bytes;
        status = check_rows(writer, config, err);
        status = nyz_npz_add_context(writer, name_of(writer), status, err);
    }
    if (status == NYZ_OK && rows->axis >= 0) {
        writer->open.how.blocks =
            nyz_npz_block_layout_of_rows(&writer->open.plan.array, rows->row, config);
    }
    return status;
}

nyz_status nyz_npz_begin(nyz_npz_writer *writer, const char *name, const nyz_array *like,
                         const nyz_options *opt, nyz_stream *stream, nyz_error *err)
{
    nyz_error failure;
    nyz_config config = writer->config;
    memset(stream, 0, sizeof *stream);
    NYZ_TRY(nyz_npz_sticky_error(writer, err));
    nyz_status status = opt != NULL ? nyz_config_init(&config, opt, &failure) : NYZ_OK;
    if (status == NYZ_OK) {
        status = prepare(writer, name, like, &config, &failure);
    }
    if (status != NYZ_OK) {
        return nyz_npz_set_sticky_error(writer, status, &failure, err);
    }
    status = begin(writer, &failure);
    NYZ_TRY(keep(writer, status, &failure, err));
    stream->write = write_member;
    stream->ctx = writer;
    return NYZ_OK;
}

static nyz_status rewrite_header(nyz_npz_writer *writer, nyz_error *err)
{
    const nyz_buffer *const begun = &writer->open.plan.header;
    nyz_buffer header = {0};
    nyz_status status = nyz_npy_rows_header(&writer->rows, begun, &header, err);
    if (status == NYZ_OK) {
        status = nyz_zip_writer_replace(writer->zip, begun->data, header.data,
                                        (int64_t)header.size, err);
    }
    nyz_buffer_free(&header);
    return status;
}

static nyz_status end(nyz_npz_writer *writer, nyz_error *err)
{
    NYZ_TRY(nyz_npy_rows_check(&writer->rows, err));
    if (writer->rows.axis >= 0) {
        NYZ_TRY(rewrite_header(writer, err));
    }
    return nyz_zip_writer_end(writer->zip, err);
}

nyz_status nyz_npz_end(nyz_npz_writer *writer, nyz_error *err)
{
    nyz_error failure;
    if (writer->failure.status != NYZ_OK) {
        return nyz_npz_sticky_error(writer, err);
    }
    if (nyz_zip_writer_left(writer->zip) < 0) {
        return nyz_fail(err, NYZ_ERR_ARGUMENT, -1, "no member is open: begin one first");
    }
    const nyz_status status = keep(writer, end(writer, &failure), &failure, err);
    nyz_pending_free(&writer->open);
    nyz_npy_rows_free(&writer->rows);
    return status;
}
