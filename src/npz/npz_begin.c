/* SPDX-License-Identifier: MIT */
/* The public calls for a member that is written piece by piece. */
#include <errno.h>
#include <string.h>

#include "nyz_npz_stream.h"

#include "base/buffer.h"
#include "base/config.h"
#include "base/error.h"
#include "io/stream.h"
#include "npz/npz_writer.h"

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
    const int64_t left = nyz_zip_writer_left(writer->zip);
    if (size > (uint64_t)left) {
        return nyz_fail(
            err, NYZ_ERR_ARGUMENT, -1,
            "%llu more bytes, but of the %lld of the array only %lld are left",
            (unsigned long long)size, (long long)writer->open.plan.bytes,
            (long long)left);
    }
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
    NYZ_TRY(nyz_zip_writer_begin(writer->zip, name_of(writer), &writer->open.how,
                                 writer->open.content.size, (int64_t)header->size, err));
    return nyz_sink_put(&sink, header->data, (int64_t)header->size, err);
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
        status =
            nyz_pending_init(&writer->open, writer, name, like, 0, &config, &failure);
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

static nyz_status end(nyz_npz_writer *writer, nyz_error *err)
{
    const int64_t left = nyz_zip_writer_left(writer->zip);
    if (left > 0) {
        return nyz_fail(err, NYZ_ERR_ARGUMENT, -1,
                        "%lld bytes of the array were written, expected %lld",
                        (long long)(writer->open.plan.bytes - left),
                        (long long)writer->open.plan.bytes);
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
    return status;
}
