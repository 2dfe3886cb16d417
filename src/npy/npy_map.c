/* SPDX-License-Identifier: MIT */
/* The public calls that map the array of a .npy file.  Members of archives: npz/npz_map.c. */
#include "nyz_map.h"

#include <string.h>

#include "array/array.h"
#include "base/config.h"
#include "base/error.h"
#include "base/progress.h"
#include "io/input_file.h"
#include "io/mapping.h"
#include "io/stream.h"
#include "io/stream_mem.h"
#include "npy/npy.h"
#include "npy/npy_input.h"
#include "npy/npy_view.h"

/* What is known before the data is where it is to be. */
typedef struct view {
    nyz_array header;
    int fortran;
    int64_t bytes; /* of the data, which is where the source has been read to */
} view;

/* Reads the header, and checks that the data is there.  After a failure v->header is empty. */
static nyz_status read_header(nyz_source *source, const nyz_config *config, view *v,
                              nyz_error *err)
{
    nyz_npy_start start;
    int64_t count = 0;
    memset(v, 0, sizeof *v);
    NYZ_TRY(nyz_npy_begin(source, &start, err));
    NYZ_TRY(nyz_npy_read_header(source, &start, config, &v->header, &v->fortran, err));
    const nyz_status status =
        nyz_npy_check_data(source, &v->header, &count, &v->bytes, err);
    if (status != NYZ_OK) {
        nyz_array_free(&v->header);
    }
    return status;
}

/* --------------------------------------------------------------------------------- a file */

static nyz_status map_data(const nyz_npy_input *input, nyz_map_mode mode,
                           const nyz_config *config, view *v, nyz_error *err)
{
    const nyz_npy_data_place place = {NULL, input->source.offset, v->bytes};
    NYZ_TRY(nyz_npy_check_view(&v->header, v->fortran, &place, config, err));
    return nyz_npy_map_data(input->file, &place, v->fortran, mode, config, &v->header,
                            err);
}

static nyz_status map_input(nyz_npy_input *input, nyz_map_mode mode,
                            const nyz_config *config, nyz_array *out, nyz_error *err)
{
    view v;
    if (nyz_input_file_size(input->file) < 0) {
        return nyz_fail(err, NYZ_ERR_UNSUPPORTED, -1,
                        "cannot be mapped: it is not a regular file; load it");
    }
    NYZ_TRY(read_header(&input->source, config, &v, err));
    const nyz_status status = map_data(input, mode, config, &v, err);
    if (status != NYZ_OK) {
        nyz_array_free(&v.header);
    }
    *out = v.header;
    return status;
}

static nyz_status load_input(nyz_npy_input *input, nyz_config *config, nyz_array *out,
                             nyz_error *err)
{
    nyz_progress progress;
    nyz_progress_begin(&progress, config, -1);
    const nyz_status status = nyz_npy_input_read(input, config, nyz_npy_read, out, err);
    if (status != NYZ_OK) {
        nyz_array_free(out);
    }
    return nyz_progress_end(config, status, err);
}

static nyz_status map_or_load(nyz_npy_input *input, nyz_map_mode mode, nyz_config *config,
                              nyz_array *out, nyz_error *err)
{
    nyz_error why;
    const nyz_status status = map_input(input, mode, config, out, &why);
    return status == NYZ_ERR_UNSUPPORTED && nyz_npy_may_load(mode, config)
               ? load_input(input, config, out, err)
               : nyz_npy_map_result(status, &why, err);
}

nyz_status nyz_map(const char *path, nyz_map_mode mode, const nyz_options *opt,
                   nyz_array *out, nyz_error *err)
{
    nyz_config config;
    nyz_npy_input input;
    memset(out, 0, sizeof *out);
    NYZ_TRY(nyz_config_init(&config, opt, err));
    NYZ_TRY(nyz_npy_check_map_mode(mode, err));
    nyz_status status =
        nyz_npy_input_open(&input, path, mode == NYZ_MAP_SHARED, &config, err);
    if (status == NYZ_OK) {
        status = map_or_load(&input, mode, &config, out, err);
    }
    nyz_npy_input_close(&input);
    return status;
}

/* ------------------------------------------------------------------------------- in memory */

static nyz_status view_bytes(const unsigned char *bytes, nyz_source *source,
                             const nyz_config *config, nyz_array *out, nyz_error *err)
{
    view v;
    NYZ_TRY(read_header(source, config, &v, err));
    const nyz_npy_data_place place = {bytes, source->offset, v.bytes};
    const nyz_status status =
        nyz_npy_check_view(&v.header, v.fortran, &place, config, err);
    if (status != NYZ_OK) {
        nyz_array_free(&v.header);
        return status;
    }
    nyz_npy_set_view(&v.header, v.fortran, bytes + source->offset, v.bytes, NULL,
                     NYZ_MAP_READ);
    *out = v.header;
    return NYZ_OK;
}

nyz_status nyz_map_mem(const void *bytes, size_t size, const nyz_options *opt,
                       nyz_array *out, nyz_error *err)
{
    nyz_stream_mem_reader reader = {bytes, size, 0};
    const nyz_stream stream = nyz_stream_mem(&reader);
    nyz_config config;
    nyz_source source;
    nyz_error why;
    memset(out, 0, sizeof *out);
    NYZ_TRY(nyz_config_init(&config, opt, err));
    NYZ_TRY(nyz_source_init(&source, &stream, err));
    NYZ_TRY(nyz_npy_refuse_empty(&source, err));
    const nyz_status status = view_bytes(bytes, &source, &config, out, &why);
    return status == NYZ_ERR_UNSUPPORTED && nyz_npy_may_load(NYZ_MAP_READ, &config)
               ? nyz_load_mem(bytes, size, opt, out, err)
               : nyz_npy_map_result(status, &why, err);
}

/* ------------------------------------------------------------------------------- changes */

nyz_status nyz_map_flush(const nyz_array *array, nyz_error *err)
{
    int64_t count = 0;
    int64_t bytes = 0;
    NYZ_TRY(nyz_array_check_data(array, &count, &bytes, err));
    if (!nyz_npy_is_in_file(array)) {
        return nyz_fail(err, NYZ_ERR_ARGUMENT, -1,
                        "the array is not mapped to be written to the file "
                        "(NYZ_MAP_SHARED)");
    }
    if (!nyz_array_is_contiguous(array, NYZ_KEEP_ORDER)) {
        return nyz_fail(
            err, NYZ_ERR_ARGUMENT, -1,
            "the array is not contiguous: flush the one that it is a view of");
    }
    return nyz_mapping_flush(array->data, bytes, err);
}
