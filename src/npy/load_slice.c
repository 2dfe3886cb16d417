/* SPDX-License-Identifier: MIT */
/* The public calls that load a part of one array: from a path, memory and a stream. */
#include "nyz_slice.h"

#include <string.h>

#include "base/arithmetic.h"
#include "base/config.h"
#include "base/error.h"
#include "base/progress.h"
#include "io/progress_stream.h"
#include "io/read_ahead.h"
#include "io/stream.h"
#include "io/stream_mem.h"
#include "npy/npy.h"
#include "npy/npy_input.h"
#include "npy/slice.h"
#include "npy/slice_bytes.h"

/* A result of up to so many bytes is allocated before a source of unknown size has shown that it
 * has the data. */
#define ON_TRUST ((int64_t)1 << 20)

/* ----------------------------------------------------------------------------- the one array */

/* A source of unknown size: memory is taken only as its data comes. */
static nyz_status load_whole(nyz_source *source, nyz_slice_whole *whole,
                             const nyz_slice_request *request, nyz_error *err)
{
    nyz_config config = *request->config;
    if (whole->bytes > config.limits.array_bytes) {
        return nyz_fail(err, NYZ_ERR_LIMIT, source->offset,
                        "%lld bytes, all of which are loaded from a source of unknown "
                        "size, exceed limits.array_bytes, %lld",
                        (long long)whole->bytes, (long long)config.limits.array_bytes);
    }
    config.order = NYZ_KEEP_ORDER;
    NYZ_TRY(nyz_npy_read_data(source, &config, whole->fortran, &whole->header, err));
    return nyz_slice_cut(&whole->header, whole->fortran, request, err);
}

static nyz_status read_next(nyz_source *source, nyz_slice_whole *whole,
                            const nyz_slice_request *request, nyz_error *err)
{
    nyz_slice_run run = {.source = source};
    const nyz_slice_bytes bytes = nyz_slice_bytes_next(&run);
    int64_t size = 0;
    NYZ_TRY(nyz_slice_measure(whole, request, &size, err));
    if (request->into == NULL && (size < 0 || size > ON_TRUST)) {
        return load_whole(source, whole, request, err);
    }
    NYZ_TRY(nyz_slice_read(whole, request, &bytes, err));
    return nyz_slice_bytes_pass(&run, whole->bytes, err);
}

/* The data after a header; the source is then after the data. */
static nyz_status read_data(nyz_source *source, nyz_slice_whole *whole,
                            const nyz_slice_request *request, nyz_error *err)
{
    nyz_slice_place place = {source->stream, source->start + source->offset};
    const nyz_slice_bytes bytes = nyz_slice_bytes_at(&place);
    if (source->start < 0) {
        return read_next(source, whole, request, err);
    }
    NYZ_TRY(nyz_slice_read(whole, request, &bytes, err));
    return nyz_source_skip(source, whole->bytes, err);
}

static nyz_status read_source(nyz_source *source, const nyz_slice_request *request,
                              nyz_error *err)
{
    nyz_progress_stream wrapper;
    nyz_npy_start start;
    nyz_slice_whole whole;
    nyz_progress_stream_source(&wrapper, request->config, source);
    NYZ_TRY(nyz_npy_begin(source, &start, err));
    NYZ_TRY(nyz_slice_read_header(source, &start, request->config, &whole, err));
    const nyz_status status = read_data(source, &whole, request, err);
    nyz_array_free(&whole.header);
    return status;
}

/* -------------------------------------------------------------------------------- the sources */

typedef nyz_status reader(const void *from, const nyz_slice_request *request,
                          nyz_error *err);

static nyz_status read_path(const void *from, const nyz_slice_request *request,
                            nyz_error *err)
{
    nyz_npy_input input;
    nyz_status status = nyz_npy_input_open(&input, from, 0, request->config, err);
    if (status == NYZ_OK) {
        status = read_source(&input.source, request, err);
    }
    if (status == NYZ_OK) {
        const nyz_config any = nyz_slice_any_size(request->config);
        status = nyz_npy_input_check_unchanged(&input, &any, err);
    }
    nyz_npy_input_close(&input);
    return status;
}

static nyz_status read_mem(const void *from, const nyz_slice_request *request,
                           nyz_error *err)
{
    nyz_stream_mem_reader memory = *(const nyz_stream_mem_reader *)from;
    const nyz_stream stream = nyz_stream_mem(&memory);
    nyz_source source;
    NYZ_TRY(nyz_source_init(&source, &stream, err));
    NYZ_TRY(nyz_npy_refuse_empty(&source, err));
    return read_source(&source, request, err);
}

/* A stream that has read_at alone: it has no position, and the array is at its start. */
static nyz_status read_at_start(const nyz_stream *stream,
                                const nyz_slice_request *request, nyz_error *err)
{
    nyz_read_ahead window;
    int64_t size = nyz_stream_size(stream);
    if (size < 0) {
        NYZ_TRY(
            nyz_stream_probe_size(stream, window.bytes, sizeof window.bytes, &size, err));
    }
    if (size > INT64_MAX / 4) {
        return nyz_fail(err, NYZ_ERR_IO, size, "the stream's read_at has no end");
    }
    nyz_source source = {.stream = nyz_read_ahead_open(&window, stream, 0, size),
                         .left = size};
    return read_source(&source, request, err);
}

static nyz_status read_stream(const void *from, const nyz_slice_request *request,
                              nyz_error *err)
{
    const nyz_stream *const stream = from;
    nyz_source source;
    NYZ_TRY(nyz_stream_check(stream, err));
    if (stream->read == NULL && stream->read_at != NULL) {
        return read_at_start(stream, request, err);
    }
    NYZ_TRY(nyz_source_init(&source, stream, err));
    return read_source(&source, request, err);
}

/* ---------------------------------------------------------------------- the public calls */

static nyz_status call(reader *read, const void *from, const nyz_options *opt,
                       const nyz_slice_request *asked, nyz_error *err)
{
    nyz_config config;
    nyz_progress progress;
    nyz_slice_request request = *asked;
    NYZ_TRY(nyz_config_init(&config, opt, err));
    request.config = &config;
    NYZ_TRY(nyz_slice_check(&request, err));
    nyz_progress_begin(&progress, &config, -1);
    return nyz_progress_end(&config, read(from, &request, err), err);
}

/* An array that was read before the failure showed is not returned. */
static nyz_status call_for_array(reader *read, const void *from, const nyz_range *ranges,
                                 int count, const nyz_options *opt, nyz_array *out,
                                 nyz_error *err)
{
    nyz_slice_request request = {.ranges = ranges, .count = count, .out = out};
    memset(out, 0, sizeof *out);
    const nyz_status status = call(read, from, opt, &request, err);
    if (status != NYZ_OK) {
        nyz_array_free(out);
    }
    return status;
}

nyz_status nyz_load_slice(const char *path, const nyz_range *ranges, int count,
                          const nyz_options *opt, nyz_array *out, nyz_error *err)
{
    return call_for_array(read_path, path, ranges, count, opt, out, err);
}

nyz_status nyz_load_slice_into(const char *path, const nyz_range *ranges, int count,
                               const nyz_options *opt, const nyz_array *into,
                               nyz_error *err)
{
    nyz_slice_request request = {.ranges = ranges, .count = count, .into = into};
    return call(read_path, path, opt, &request, err);
}

nyz_status nyz_load_slice_mem(const void *bytes, size_t size, const nyz_range *ranges,
                              int count, const nyz_options *opt, nyz_array *out,
                              nyz_error *err)
{
    const nyz_stream_mem_reader memory = {bytes, size, 0};
    return call_for_array(read_mem, &memory, ranges, count, opt, out, err);
}

nyz_status nyz_read_slice(const nyz_stream *stream, const nyz_range *ranges, int count,
                          const nyz_options *opt, nyz_array *out, nyz_error *err)
{
    return call_for_array(read_stream, stream, ranges, count, opt, out, err);
}

nyz_status nyz_read_slice_into(const nyz_stream *stream, const nyz_range *ranges,
                               int count, const nyz_options *opt, const nyz_array *into,
                               nyz_error *err)
{
    nyz_slice_request request = {.ranges = ranges, .count = count, .into = into};
    return call(read_stream, stream, opt, &request, err);
}
