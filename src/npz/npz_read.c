/* SPDX-License-Identifier: MIT */
/* An archive open for reading: its members and their names.  Their arrays: npz_load.c. */
#include <string.h>

#include "base/alloc.h"
#include "base/config.h"
#include "base/error.h"
#include "io/file.h"
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
    NYZ_TRY(new_npz(opt, &npz, err));
    npz->stream = *stream;
    return finish_open(npz, -1, NYZ_OK, out, err);
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

/* ---------------------------------------------------------------------------- members */

int64_t nyz_npz_count(const nyz_npz *npz)
{
    return npz->dir.count;
}

static int ends_in_npy(const char *name, size_t size)
{
    return size >= 4 && memcmp(name + size - 4, ".npy", 4) == 0;
}

nyz_status nyz_npz_check_index(const nyz_npz *npz, int64_t index, nyz_error *err)
{
    if (index < 0 || index >= npz->dir.count) {
        return nyz_fail(err, NYZ_ERR_NOT_FOUND, -1,
                        index == -1 ? "no member of that name (index %lld): the archive "
                                      "has %lld members"
                                    : "no member %lld: the archive has %lld, from 0",
                        (long long)index, (long long)npz->dir.count);
    }
    return NYZ_OK;
}

nyz_status nyz_npz_member_at(const nyz_npz *npz, int64_t index, nyz_member *out,
                             nyz_error *err)
{
    memset(out, 0, sizeof *out);
    NYZ_TRY(nyz_npz_check_index(npz, index, err));
    const nyz_zip_entry *const entry = &npz->dir.entries[index];
    out->name = entry->name;
    out->name_size = entry->name_size;
    out->key_size =
        entry->name_size - (ends_in_npy(entry->name, entry->name_size) ? 4 : 0);
    out->size = entry->size;
    out->compressed_size = entry->compressed_size;
    out->method = entry->method == 0 ? NYZ_STORED : NYZ_DEFLATED;
    out->crc32 = entry->crc32;
    return NYZ_OK;
}

int64_t nyz_npz_find(const nyz_npz *npz, const char *name)
{
    const size_t size = strlen(name);
    const int64_t index = nyz_zip_directory_find(&npz->dir, name, size);
    return index >= 0 ? index
                      : nyz_zip_directory_find_with(&npz->dir, name, size, ".npy");
}
