/* SPDX-License-Identifier: MIT */
/* The public calls that load one array: from a path, memory and a stream. */
#include <string.h>

#include "base/config.h"
#include "base/error.h"
#include "base/progress.h"
#include "io/input_file.h"
#include "io/progress_stream.h"
#include "io/read_ahead.h"
#include "io/stream.h"
#include "io/stream_mem.h"
#include "npy/grown.h"
#include "npy/npy.h"

static nyz_status read_one(nyz_source *source, const nyz_config *config,
                           nyz_npy_reader *reader, nyz_array *array, nyz_error *err)
{
    nyz_npy_start start;
    nyz_progress_stream wrapper;
    nyz_progress_stream_source(&wrapper, config, source);
    NYZ_TRY(nyz_npy_begin(source, &start, err));
    return reader(source, &start, config, array, err);
}

static nyz_status read_stream(const nyz_stream *stream, const nyz_options *opt,
                              nyz_npy_reader *reader, nyz_array *array, nyz_error *err)
{
    nyz_config config;
    nyz_source source;
    nyz_progress progress;
    NYZ_TRY(nyz_config_init(&config, opt, err));
    NYZ_TRY(nyz_stream_check(stream, err));
    NYZ_TRY(nyz_source_init(&source, stream, err));
    nyz_progress_begin(&progress, &config, -1);
    return nyz_progress_end(&config, read_one(&source, &config, reader, array, err), err);
}

nyz_status nyz_read(const nyz_stream *stream, const nyz_options *opt, nyz_array *out,
                    nyz_error *err)
{
    memset(out, 0, sizeof *out);
    return read_stream(stream, opt, nyz_npy_read, out, err);
}

nyz_status nyz_read_header(const nyz_stream *stream, const nyz_options *opt,
                           nyz_array *out, nyz_error *err)
{
    memset(out, 0, sizeof *out);
    return read_stream(stream, opt, nyz_npy_peek, out, err);
}

nyz_status nyz_read_into(const nyz_stream *stream, const nyz_options *opt,
                         const nyz_array *into, nyz_error *err)
{
    nyz_array target = *into;
    return read_stream(stream, opt, nyz_npy_read_into, &target, err);
}

/* An empty file or empty memory is damage, not a stream that has ended. */
static nyz_status refuse_empty(const nyz_source *source, nyz_error *err)
{
    if (source->left == 0) {
        return nyz_fail(err, NYZ_ERR_CORRUPT, 0, "not a .npy file: it is empty");
    }
    return NYZ_OK;
}

/* A regular file's size is known, and its beginning is read in one call. */
static nyz_status open_source(const nyz_input_file *file, const nyz_stream *stream,
                              nyz_read_ahead *window, nyz_source *source, nyz_error *err)
{
    const int64_t size = nyz_input_file_size(file);
    if (size < 0) {
        return nyz_source_init(source, stream, err);
    }
    memset(source, 0, sizeof *source);
    source->stream = nyz_read_ahead_open(window, stream, 0, size);
    source->left = size;
    return NYZ_OK;
}

/* What was appended to meanwhile has not changed: the rows that were there are. */
static nyz_status check_unchanged(const nyz_input_file *file, const nyz_stream *stream,
                                  const nyz_read_ahead *window, const nyz_config *config,
                                  nyz_error *err)
{
    const nyz_status status = nyz_input_file_unchanged(file, err);
    return status == NYZ_ERR_CORRUPT &&
                   nyz_npy_has_grown(file, stream, window->bytes, window->size, config)
               ? NYZ_OK
               : status;
}

static nyz_status read_file(const nyz_input_file *file, const nyz_stream *stream,
                            const nyz_config *config, nyz_npy_reader *reader,
                            nyz_array *array, nyz_error *err)
{
    nyz_source source;
    nyz_read_ahead window;
    window.size = 0;
    NYZ_TRY(open_source(file, stream, &window, &source, err));
    NYZ_TRY(refuse_empty(&source, err));
    NYZ_TRY(read_one(&source, config, reader, array, err));
    return check_unchanged(file, stream, &window, config, err);
}

static nyz_status read_path(const char *path, const nyz_options *opt,
                            nyz_npy_reader *reader, nyz_array *array, nyz_error *err)
{
    nyz_config config;
    nyz_input_file *file = NULL;
    nyz_stream stream;
    nyz_progress progress;
    NYZ_TRY(nyz_config_init(&config, opt, err));
    NYZ_TRY(nyz_input_file_open(path, &config.allocator, &file, &stream, err));
    nyz_progress_begin(&progress, &config, -1);
    const nyz_status status = read_file(file, &stream, &config, reader, array, err);
    nyz_input_file_close(&file);
    return nyz_progress_end(&config, status, err);
}

/* An array that was read before the failure showed is not returned. */
static nyz_status load_path(const char *path, const nyz_options *opt,
                            nyz_npy_reader *reader, nyz_array *out, nyz_error *err)
{
    memset(out, 0, sizeof *out);
    const nyz_status status = read_path(path, opt, reader, out, err);
    if (status != NYZ_OK) {
        nyz_array_free(out);
    }
    return status;
}

nyz_status nyz_load(const char *path, const nyz_options *opt, nyz_array *out,
                    nyz_error *err)
{
    return load_path(path, opt, nyz_npy_read, out, err);
}

nyz_status nyz_load_header(const char *path, const nyz_options *opt, nyz_array *out,
                           nyz_error *err)
{
    return load_path(path, opt, nyz_npy_peek, out, err);
}

nyz_status nyz_load_into(const char *path, const nyz_options *opt, const nyz_array *into,
                         nyz_error *err)
{
    nyz_array target = *into;
    return read_path(path, opt, nyz_npy_read_into, &target, err);
}

nyz_status nyz_load_mem(const void *bytes, size_t size, const nyz_options *opt,
                        nyz_array *out, nyz_error *err)
{
    nyz_stream_mem_reader reader = {bytes, size, 0};
    const nyz_stream stream = nyz_stream_mem(&reader);
    nyz_progress progress;
    nyz_config config;
    nyz_source source;
    memset(out, 0, sizeof *out);
    NYZ_TRY(nyz_config_init(&config, opt, err));
    NYZ_TRY(nyz_source_init(&source, &stream, err));
    NYZ_TRY(refuse_empty(&source, err));
    nyz_progress_begin(&progress, &config, -1);
    return nyz_progress_end(&config, read_one(&source, &config, nyz_npy_read, out, err),
                            err);
}
