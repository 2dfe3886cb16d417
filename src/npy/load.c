/* SPDX-License-Identifier: MIT */
/* The public calls that load one array: from a path, memory and a stream. */
#include <string.h>

#include "base/config.h"
#include "base/error.h"
#include "base/progress.h"
#include "io/stream.h"
#include "io/stream_mem.h"
#include "npy/npy.h"
#include "npy/npy_input.h"

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
    return nyz_progress_end(
        &config, nyz_npy_read_first(&source, &config, reader, array, err), err);
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

static nyz_status read_path(const char *path, const nyz_options *opt,
                            nyz_npy_reader *reader, nyz_array *array, nyz_error *err)
{
    nyz_config config;
    nyz_npy_input input;
    nyz_progress progress;
    NYZ_TRY(nyz_config_init(&config, opt, err));
    nyz_progress_begin(&progress, &config, -1);
    nyz_status status = nyz_npy_input_open(&input, path, 0, &config, err);
    if (status == NYZ_OK) {
        status = nyz_npy_input_read(&input, &config, reader, array, err);
    }
    nyz_npy_input_close(&input);
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
    NYZ_TRY(nyz_npy_refuse_empty(&source, err));
    nyz_progress_begin(&progress, &config, -1);
    return nyz_progress_end(
        &config, nyz_npy_read_first(&source, &config, nyz_npy_read, out, err), err);
}
