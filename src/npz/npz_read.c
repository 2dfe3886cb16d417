/* SPDX-License-Identifier: MIT */
/* An archive open for reading: its members and their names.  Their arrays: npz_load.c. */
#include <string.h>

#include "base/alloc.h"
#include "base/config.h"
#include "base/error.h"
#include "io/input_file.h"
#include "io/stream.h"
#include "io/stream_mem.h"
#include "npz/npz.h"
#include "zip/zip_directory.h"

/* ------------------------------------------------------------------------------- open */

static nyz_status new_npz(const nyz_options *opt, nyz_npz **out, nyz_error *err)
{
    nyz_config config;
    void *memory = NULL;
    *out = NULL;
    NYZ_TRY(nyz_config_init(&config, opt, err));
    NYZ_TRY(nyz_alloc_zero(&config.allocator, (int64_t)sizeof **out, &memory, err));
    *out = memory;
    (*out)->config = config;
    return NYZ_OK;
}

/* Reads the directory; an archive that has none is closed again.  size: of the stream;
 * -1: not known. */
static nyz_status finish_open(nyz_npz *npz, int64_t size, nyz_status status,
                              nyz_npz **out, nyz_error *err)
{
    if (status == NYZ_OK) {
        status = nyz_zip_directory_read(&npz->stream, size, &npz->config, &npz->dir, err);
    }
    if (status == NYZ_OK && npz->file != NULL) {
        status = nyz_input_file_unchanged(npz->file, err);
    }
    if (status != NYZ_OK) {
        nyz_npz_close(&npz);
    }
    *out = npz;
    return status;
}

nyz_status nyz_npz_open(const char *path, const nyz_options *opt, nyz_npz **out,
                        nyz_error *err)
{
    nyz_npz *npz = NULL;
    *out = NULL;
    NYZ_TRY(new_npz(opt, &npz, err));
    const nyz_status status =
        nyz_input_file_open(path, &npz->config.allocator, &npz->file, &npz->stream, err);
    const int64_t size = status == NYZ_OK ? nyz_input_file_size(npz->file) : -1;
    return finish_open(npz, size, status, out, err);
}

nyz_status nyz_npz_open_mem(const void *bytes, size_t size, const nyz_options *opt,
                            nyz_npz **out, nyz_error *err)
{
    nyz_npz *npz = NULL;
    *out = NULL;
    NYZ_TRY(new_npz(opt, &npz, err));
    npz->memory.bytes = bytes;
    npz->memory.size = size;
    npz->stream = nyz_stream_mem(&npz->memory);
    return finish_open(npz, (int64_t)size, NYZ_OK, out, err);
}

nyz_status nyz_npz_open_stream(const nyz_stream *stream, const nyz_options *opt,
                               nyz_npz **out, nyz_error *err)
{
    nyz_npz *npz = NULL;
    *out = NULL;
    NYZ_TRY(nyz_stream_check(stream, err));
    NYZ_TRY(new_npz(opt, &npz, err));
    npz->stream = *stream;
    return finish_open(npz, -1, NYZ_OK, out, err);
}

nyz_status nyz_npz_open_through(const nyz_stream *stream, const nyz_stream *opening,
                                int64_t size, const nyz_options *opt, nyz_npz **out,
                                nyz_error *err)
{
    nyz_npz *npz = NULL;
    *out = NULL;
    NYZ_TRY(new_npz(opt, &npz, err));
    npz->stream = *opening;
    NYZ_TRY(finish_open(npz, size, NYZ_OK, out, err));
    (*out)->stream = *stream;
    return NYZ_OK;
}

void nyz_npz_close(nyz_npz **npz)
{
    if (npz != NULL && *npz != NULL) {
        const nyz_allocator allocator = (*npz)->config.allocator;
        nyz_zip_directory_free(&(*npz)->dir);
        nyz_input_file_close(&(*npz)->file);
        nyz_release(&allocator, *npz, (int64_t)sizeof **npz);
        *npz = NULL;
    }
}
