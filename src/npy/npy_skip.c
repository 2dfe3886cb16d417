/* SPDX-License-Identifier: MIT */
/* The public call that passes over the data of an array in a stream. */
#include <stdint.h>

#include "array/array.h"
#include "base/arithmetic.h"
#include "base/config.h"
#include "base/error.h"
#include "base/progress.h"
#include "dtype/dtype.h"
#include "io/progress_stream.h"
#include "io/stream.h"
#include "npy/npy.h"
#include "npy/npy_pickle.h"

/* Passes over up to `size` bytes; *found: how many were there. */
static nyz_status skip_bytes(nyz_source *source, int64_t size, int64_t *found,
                             nyz_error *err)
{
    unsigned char block[NYZ_IO_BLOCK / 16];
    int64_t got = 1;
    *found = 0;
    if (source->start >= 0) {
        *found = nyz_min(size, source->left);
        return nyz_source_skip(source, *found, err);
    }
    while (*found < size && got > 0) {
        const int64_t most = nyz_min(size - *found, (int64_t)sizeof block);
        NYZ_TRY(nyz_source_read_some(source, block, most, &got, err));
        *found += got;
    }
    return NYZ_OK;
}

static nyz_status skip_data(nyz_source *source, const nyz_array *header,
                            const nyz_config *config, nyz_error *err)
{
    nyz_progress_stream wrapper;
    int64_t count = 0;
    int64_t bytes = 0;
    int64_t found = 0;
    nyz_progress_stream_source(&wrapper, config, source);
    if (nyz_dtype_has_objects(&header->dtype)) {
        return nyz_npy_pickle_skip(source, err);
    }
    NYZ_TRY(nyz_array_check(header, &count, &bytes, err));
    NYZ_TRY(skip_bytes(source, bytes, &found, err));
    return found == bytes ? NYZ_OK
                          : nyz_npy_fail_short(header, count, found, source->offset, err);
}

nyz_status nyz_skip_data(const nyz_stream *stream, const nyz_array *header,
                         const nyz_options *opt, nyz_error *err)
{
    nyz_config config;
    nyz_source source;
    nyz_progress progress;
    NYZ_TRY(nyz_config_init(&config, opt, err));
    NYZ_TRY(nyz_stream_check(stream, err));
    NYZ_TRY(nyz_source_init(&source, stream, err));
    nyz_progress_begin(&progress, &config, -1);
    return nyz_progress_end(&config, skip_data(&source, header, &config, err), err);
}
