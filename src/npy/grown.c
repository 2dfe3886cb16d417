/* SPDX-License-Identifier: MIT */
/* A .npy file that a recorder appends to while it is read: see grown.h. */
#include "npy/grown.h"

#include <string.h>

#include "base/config.h"
#include "dtype/dtype.h"
#include "io/input_file.h"
#include "io/read_ahead.h"
#include "io/stream.h"
#include "io/stream_mem.h"
#include "npy/npy.h"

/* A header, and the order in it. */
typedef struct found {
    nyz_array header;
    int fortran;
} found;

static nyz_status read_found(const nyz_stream *stream, int64_t size,
                             const nyz_config *config, found *out)
{
    nyz_source source = {.stream = *stream, .left = size};
    nyz_npy_start start;
    memset(out, 0, sizeof *out);
    const nyz_status status = nyz_npy_begin(&source, &start, NULL);
    return status != NYZ_OK ? status
                            : nyz_npy_read_header(&source, &start, config, &out->header,
                                                  &out->fortran, NULL);
}

static int has_more_rows(const found *was, const found *is)
{
    const nyz_array *const a = &was->header;
    const nyz_array *const b = &is->header;
    if (a->ndim != b->ndim || was->fortran != is->fortran ||
        !nyz_dtype_same(&a->dtype, &b->dtype, NYZ_KEEP_BYTEORDER)) {
        return 0;
    }
    const int rows = was->fortran ? a->ndim - 1 : 0;
    for (int i = 0; i < a->ndim; i++) {
        if (i == rows ? b->shape[i] < a->shape[i] : b->shape[i] != a->shape[i]) {
            return 0;
        }
    }
    return 1;
}

int nyz_npy_is_intact(const nyz_stream *now, int64_t at, int64_t end,
                      const unsigned char *before, int64_t size, const nyz_config *config)
{
    nyz_stream_mem_reader reader = {before, (size_t)size, 0};
    const nyz_stream memory = nyz_stream_mem(&reader);
    nyz_read_ahead window;
    found was;
    found is;
    int intact = 0;
    const nyz_stream again = nyz_read_ahead_open(&window, now, at, end - at);
    const nyz_status first = read_found(&memory, size, config, &was);
    const nyz_status second = read_found(&again, end - at, config, &is);
    if (first == NYZ_OK && second == NYZ_OK) {
        intact = has_more_rows(&was, &is);
    }
    nyz_array_free(&was.header);
    nyz_array_free(&is.header);
    return intact;
}

int nyz_npy_has_grown(const nyz_input_file *file, const nyz_stream *stream,
                      const unsigned char *before, int64_t size, const nyz_config *config)
{
    const int64_t now = nyz_stream_size(stream);
    return now > nyz_input_file_size(file) &&
           nyz_npy_is_intact(stream, 0, now, before, size, config);
}
