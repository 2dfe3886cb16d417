/* The public calls for an archive open for reading. */
#include <string.h>

#include "array/array.h"
#include "base/alloc.h"
#include "base/config.h"
#include "base/error.h"
#include "io/file.h"
#include "io/stream.h"
#include "io/stream_mem.h"
#include "npy/npy.h"
#include "npz/npz.h"
#include "zip/zip_directory.h"
#include "zip/zip_member.h"

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

static nyz_status check_index(const nyz_npz *npz, int64_t index, nyz_error *err)
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

nyz_status nyz_npz_member(const nyz_npz *npz, int64_t index, nyz_member *out,
                          nyz_error *err)
{
    memset(out, 0, sizeof *out);
    NYZ_TRY(check_index(npz, index, err));
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

/* ------------------------------------------------------------------------------- load */

/* Where a member's failure happened is told by its name. */
static nyz_status name_member(const nyz_npz *npz, int64_t index, nyz_status status,
                              nyz_error *err)
{
    if (status != NYZ_OK) {
        const nyz_zip_entry *const entry = &npz->dir.entries[index];
        char quoted[NYZ_QUOTE_SIZE];
        nyz_error_prefix(
            err, "member '%s': ", nyz_quote(quoted, entry->name, entry->name_size));
    }
    return status;
}

/* What is done with an open member's bytes. */
typedef nyz_status member_reader(nyz_source *source, const nyz_config *config,
                                 nyz_array *array, nyz_error *err);

static nyz_status read_start(nyz_source *source, nyz_npy_reader *reader,
                             const nyz_config *config, nyz_array *array, nyz_error *err)
{
    nyz_npy_start start;
    NYZ_TRY(nyz_npy_begin(source, &start, err));
    if (!nyz_npy_has_magic(&start)) {
        return nyz_fail(
            err, NYZ_ERR_NOT_FOUND, 0,
            "holds no array (no \\x93NUMPY at its start); nyz_npz_bytes reads it");
    }
    return reader(source, &start, config, array, err);
}

static nyz_status check_end(const nyz_source *source, nyz_error *err)
{
    if (source->left > 0) {
        return nyz_fail(err, NYZ_ERR_CORRUPT, source->offset,
                        "%lld bytes behind the array", (long long)source->left);
    }
    return NYZ_OK;
}

static nyz_status read_array(nyz_source *source, const nyz_config *config, nyz_array *out,
                             nyz_error *err)
{
    NYZ_TRY(read_start(source, nyz_npy_read, config, out, err));
    return check_end(source, err);
}

static nyz_status read_array_into(nyz_source *source, const nyz_config *config,
                                  nyz_array *into, nyz_error *err)
{
    NYZ_TRY(read_start(source, nyz_npy_read_into, config, into, err));
    return check_end(source, err);
}

static nyz_status read_array_header(nyz_source *source, const nyz_config *config,
                                    nyz_array *out, nyz_error *err)
{
    return read_start(source, nyz_npy_peek, config, out, err);
}

static nyz_status read_bytes(nyz_source *source, const nyz_config *config, nyz_array *out,
                             nyz_error *err)
{
    nyz_array like;
    memset(&like, 0, sizeof like);
    like.dtype = nyz_dtype_of(NYZ_UINT8);
    like.ndim = 1;
    like.shape[0] = source->left;
    if (source->left > config->limits.array_bytes) {
        return nyz_fail(err, NYZ_ERR_LIMIT, -1,
                        "%lld bytes exceed limits.array_bytes, %lld",
                        (long long)source->left, (long long)config->limits.array_bytes);
    }
    NYZ_TRY(nyz_array_new(&config->allocator, &like, NYZ_C_ORDER, NYZ_NATIVE, out, err));
    return nyz_source_read(source, out->data, source->left, "member", err);
}

/* Opens the member, reads it, and, where all of it was read, checks its end and CRC. */
static nyz_status read_open_member(const nyz_npz *npz, nyz_zip_member *member,
                                   const nyz_config *config, member_reader *reader,
                                   int to_the_end, nyz_array *array, nyz_error *err)
{
    nyz_source source = nyz_zip_member_source(member);
    NYZ_TRY(nyz_zip_member_error(member, reader(&source, config, array, err), err));
    if (to_the_end) {
        NYZ_TRY(nyz_zip_member_finish(member, err));
    }
    return npz->file != NULL ? nyz_input_file_unchanged(npz->file, err) : NYZ_OK;
}

nyz_status nyz_npz_config(const nyz_npz *npz, const nyz_options *opt, nyz_config *config,
                          nyz_error *err)
{
    *config = npz->config;
    if (opt == NULL) {
        return NYZ_OK;
    }
    const unsigned held = npz->config.flags & NYZ_UNTRUSTED;
    nyz_options o = *opt;
    o.flags |= held;
    NYZ_TRY(nyz_config_init(config, &o, err));
    if (opt->allocator == NULL) {
        config->allocator = npz->config.allocator;
    }
    if (opt->limits == NULL && (o.flags & NYZ_UNTRUSTED) == held) {
        config->limits = npz->config.limits;
    }
    return NYZ_OK;
}

static nyz_status read_member(const nyz_npz *npz, int64_t index, const nyz_options *opt,
                              member_reader *reader, int to_the_end, nyz_array *array,
                              nyz_error *err)
{
    nyz_config config;
    nyz_zip_member member;
    NYZ_TRY(nyz_npz_config(npz, opt, &config, err));
    NYZ_TRY(check_index(npz, index, err));
    nyz_status status = nyz_zip_member_open(&npz->stream, &npz->dir, index, &member, err);
    if (status == NYZ_OK) {
        status = read_open_member(npz, &member, &config, reader, to_the_end, array, err);
        nyz_zip_member_close(&member);
    }
    return name_member(npz, index, status, err);
}

/* An array that was read before the failure showed is not returned. */
static nyz_status load_member(const nyz_npz *npz, int64_t index, const nyz_options *opt,
                              member_reader *reader, int to_the_end, nyz_array *out,
                              nyz_error *err)
{
    memset(out, 0, sizeof *out);
    const nyz_status status = read_member(npz, index, opt, reader, to_the_end, out, err);
    if (status != NYZ_OK) {
        nyz_array_free(out);
    }
    return status;
}

/* After the fast path: the same last check as on the streaming path. */
static nyz_status check_unchanged(const nyz_npz *npz, int64_t index, nyz_array *out,
                                  nyz_error *err)
{
    const nyz_status status =
        npz->file != NULL ? nyz_input_file_unchanged(npz->file, err) : NYZ_OK;
    if (status != NYZ_OK) {
        nyz_array_free(out);
    }
    return name_member(npz, index, status, err);
}

nyz_status nyz_npz_load_at(const nyz_npz *npz, int64_t index, const nyz_options *opt,
                           nyz_array *out, nyz_error *err)
{
    nyz_config config;
    memset(out, 0, sizeof *out);
    NYZ_TRY(nyz_npz_config(npz, opt, &config, err));
    NYZ_TRY(check_index(npz, index, err));
    if (nyz_npz_load_whole(npz, index, &config, out) == NYZ_OK) {
        return check_unchanged(npz, index, out, err);
    }
    return load_member(npz, index, opt, read_array, 1, out, err);
}

nyz_status nyz_npz_peek(const nyz_npz *npz, int64_t index, const nyz_options *opt,
                        nyz_array *out, nyz_error *err)
{
    return load_member(npz, index, opt, read_array_header, 0, out, err);
}

nyz_status nyz_npz_bytes(const nyz_npz *npz, int64_t index, const nyz_options *opt,
                         nyz_array *out, nyz_error *err)
{
    return load_member(npz, index, opt, read_bytes, 1, out, err);
}

nyz_status nyz_npz_load_into(const nyz_npz *npz, int64_t index, const nyz_options *opt,
                             const nyz_array *into, nyz_error *err)
{
    nyz_array target = *into;
    return read_member(npz, index, opt, read_array_into, 1, &target, err);
}

nyz_status nyz_npz_load(const nyz_npz *npz, const char *name, const nyz_options *opt,
                        nyz_array *out, nyz_error *err)
{
    const int64_t index = nyz_npz_find(npz, name);
    if (index < 0) {
        memset(out, 0, sizeof *out);
        return nyz_npz_missing(npz, name, err);
    }
    return nyz_npz_load_at(npz, index, opt, out, err);
}
