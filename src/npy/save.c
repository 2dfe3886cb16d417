/* SPDX-License-Identifier: MIT */
/* The public calls that save one array, to a path, memory and a stream. */
#include <string.h>

#include "base/arithmetic.h"
#include "base/buffer.h"
#include "base/config.h"
#include "base/error.h"
#include "base/progress.h"
#include "io/atomic_file.h"
#include "io/stream.h"
#include "npy/npy.h"

nyz_status nyz_write(const nyz_stream *stream, const nyz_array *array,
                     const nyz_options *opt, nyz_error *err)
{
    nyz_config config;
    nyz_npy_writer plan;
    nyz_progress progress;
    nyz_stream to = *stream;
    const nyz_sink sink = nyz_sink_to(&to);
    NYZ_TRY(nyz_config_init(&config, opt, err));
    NYZ_TRY(nyz_stream_check(stream, err));
    nyz_progress_begin(&progress, &config, 0);
    NYZ_TRY(nyz_npy_writer_init(&plan, array, 1, &config, err));
    progress.total = plan.bytes;
    const nyz_status status = nyz_npy_write(&plan, &sink, err);
    nyz_npy_writer_free(&plan);
    return nyz_progress_end(&config, status, err);
}

nyz_status nyz_write_header(const nyz_stream *stream, const nyz_array *array,
                            const nyz_options *opt, nyz_error *err)
{
    nyz_config config;
    nyz_npy_writer plan;
    NYZ_TRY(nyz_config_init(&config, opt, err));
    NYZ_TRY(nyz_stream_check(stream, err));
    NYZ_TRY(nyz_npy_writer_init(&plan, array, 0, &config, err));
    const nyz_status status =
        nyz_stream_write(stream, plan.header.data, (int64_t)plan.header.size, err);
    nyz_npy_writer_free(&plan);
    return status;
}

/* Up to here, copying the elements after the header costs less than a call of its own. */
#define SMALL_FILE (16 << 10)

/* The plan gives the size before a byte is written: one allocation. */
static nyz_status write_buffer(const nyz_npy_writer *plan, nyz_buffer *buffer,
                               nyz_error *err)
{
    nyz_stream stream = nyz_stream_buffer(buffer);
    const nyz_sink sink = nyz_sink_to(&stream);
    int64_t size = 0;
    if (nyz_add(plan->bytes, (int64_t)plan->header.size, &size) || size > PTRDIFF_MAX) {
        return nyz_fail(err, NYZ_ERR_MEMORY, -1, "out of memory: the file is too large");
    }
    NYZ_TRY(nyz_buffer_reserve(buffer, (size_t)size, err));
    NYZ_TRY(nyz_npy_write(plan, &sink, err));
    buffer->position = 0;
    return NYZ_OK;
}

/* A small file is written in one call. */
static nyz_status write_stream(const nyz_npy_writer *plan, nyz_stream *stream,
                               const nyz_config *config, nyz_error *err)
{
    nyz_buffer whole = {.allocator = &config->allocator};
    const nyz_sink sink = nyz_sink_to(stream);
    if (plan->bytes == 0 || plan->bytes > SMALL_FILE) {
        return nyz_npy_write(plan, &sink, err);
    }
    nyz_status status = write_buffer(plan, &whole, err);
    if (status == NYZ_OK) {
        status = nyz_stream_write(stream, whole.data, (int64_t)whole.size, err);
    }
    nyz_buffer_free(&whole);
    return status;
}

static nyz_status write_path(const nyz_npy_writer *plan, const char *path,
                             const nyz_config *config, nyz_error *err)
{
    nyz_output *output = NULL;
    nyz_stream stream;
    NYZ_TRY(nyz_atomic_file_begin(path, nyz_atomic_file_how(config->flags),
                                  &config->allocator, &output, &stream, err));
    if (stream.seek != NULL) {
        nyz_atomic_file_preallocate(output, 0, (int64_t)plan->header.size + plan->bytes);
    }
    const nyz_status status = write_stream(plan, &stream, config, err);
    if (status != NYZ_OK) {
        nyz_output_discard(&output);
        return status;
    }
    return nyz_output_finish(&output, err);
}

nyz_status nyz_save(const nyz_array *array, const char *path, const nyz_options *opt,
                    nyz_error *err)
{
    nyz_config config;
    nyz_npy_writer plan;
    nyz_progress progress;
    NYZ_TRY(nyz_config_init(&config, opt, err));
    nyz_progress_begin(&progress, &config, 0);
    NYZ_TRY(nyz_npy_writer_init(&plan, array, 1, &config, err));
    progress.total = plan.bytes;
    const nyz_status status = write_path(&plan, path, &config, err);
    nyz_npy_writer_free(&plan);
    return nyz_progress_end(&config, status, err);
}

nyz_status nyz_save_mem(const nyz_array *array, const nyz_options *opt, nyz_buffer *out,
                        nyz_error *err)
{
    nyz_config config;
    nyz_npy_writer plan;
    nyz_progress progress;
    memset(out, 0, sizeof *out);
    NYZ_TRY(nyz_config_init(&config, opt, err));
    nyz_progress_begin(&progress, &config, 0);
    NYZ_TRY(nyz_npy_writer_init(&plan, array, 1, &config, err));
    progress.total = plan.bytes;
    out->allocator = opt != NULL ? opt->allocator : NULL;
    const nyz_status status = write_buffer(&plan, out, err);
    if (status != NYZ_OK) {
        nyz_buffer_free(out);
        memset(out, 0, sizeof *out);
    }
    nyz_npy_writer_free(&plan);
    return nyz_progress_end(&config, status, err);
}
