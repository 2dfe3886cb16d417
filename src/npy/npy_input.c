/* SPDX-License-Identifier: MIT */
/* A .npy file by its path: see npy_input.h. */
#include "npy/npy_input.h"

#include <string.h>

#include "base/error.h"
#include "io/progress_stream.h"
#include "npy/grown.h"

nyz_status nyz_npy_refuse_empty(const nyz_source *source, nyz_error *err)
{
    if (source->left == 0) {
        return nyz_fail(err, NYZ_ERR_CORRUPT, 0, "not a .npy file: it is empty");
    }
    return NYZ_OK;
}

/* A regular file's size is known, and its beginning is read in one call. */
static nyz_status open_source(nyz_npy_input *input, nyz_error *err)
{
    const int64_t size = nyz_input_file_size(input->file);
    if (size < 0) {
        return nyz_source_init(&input->source, &input->stream, err);
    }
    memset(&input->source, 0, sizeof input->source);
    input->source.stream = nyz_read_ahead_open(&input->window, &input->stream, 0, size);
    input->source.left = size;
    return NYZ_OK;
}

nyz_status nyz_npy_input_open(nyz_npy_input *input, const char *path, int update,
                              const nyz_config *config, nyz_error *err)
{
    input->file = NULL;
    input->window.size = 0;
    NYZ_TRY((update ? nyz_input_file_open_to_update : nyz_input_file_open)(
        path, &config->allocator, &input->file, &input->stream, err));
    NYZ_TRY(open_source(input, err));
    return nyz_npy_refuse_empty(&input->source, err);
}

/* What was appended to meanwhile has not changed: the rows that were there are. */
nyz_status nyz_npy_input_check_unchanged(const nyz_npy_input *input,
                                         const nyz_config *config, nyz_error *err)
{
    const nyz_status status = nyz_input_file_unchanged(input->file, err);
    return status == NYZ_ERR_CORRUPT &&
                   nyz_npy_has_grown(input->file, &input->stream, input->window.bytes,
                                     input->window.size, config)
               ? NYZ_OK
               : status;
}

nyz_status nyz_npy_read_first(nyz_source *source, const nyz_config *config,
                              nyz_npy_reader *reader, nyz_array *array, nyz_error *err)
{
    nyz_npy_start start;
    nyz_progress_stream wrapper;
    nyz_progress_stream_source(&wrapper, config, source);
    NYZ_TRY(nyz_npy_begin(source, &start, err));
    return reader(source, &start, config, array, err);
}

nyz_status nyz_npy_input_read(nyz_npy_input *input, const nyz_config *config,
                              nyz_npy_reader *reader, nyz_array *array, nyz_error *err)
{
    if (input->source.offset > 0) { /* a regular file whose header has been read */
        NYZ_TRY(open_source(input, err));
    }
    NYZ_TRY(nyz_npy_read_first(&input->source, config, reader, array, err));
    return nyz_npy_input_check_unchanged(input, config, err);
}

void nyz_npy_input_close(nyz_npy_input *input)
{
    nyz_input_file_close(&input->file);
}
