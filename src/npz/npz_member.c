/* SPDX-License-Identifier: MIT */
/* What is read of one member: from its bytes as a stream, or as they have been extracted to
 * memory. */
#include <string.h>

#include "array/array.h"
#include "base/alloc.h"
#include "base/arena.h"
#include "base/arithmetic.h"
#include "base/config.h"
#include "base/error.h"
#include "base/owner.h"
#include "dtype/dtype.h"
#include "io/progress_stream.h"
#include "io/stream.h"
#include "npy/header.h"
#include "npy/load_as.h"
#include "npy/npy.h"
#include "npz/npz.h"
#include "zip/zip_directory.h"
#include "zip/zip_member.h"

/* -------------------------------------------------------------------- what is made of bytes */

nyz_status nyz_npz_read_magic(nyz_source *source, nyz_npy_start *start, nyz_error *err)
{
    NYZ_TRY(nyz_npy_begin(source, start, err));
    return nyz_npy_has_magic(start) ? NYZ_OK
                                    : nyz_fail(err, NYZ_ERR_NOT_FOUND, 0,
                                               "holds no array (no \\x93NUMPY at its "
                                               "start); nyz_npz_bytes reads it");
}

static nyz_status read_start(nyz_source *source, nyz_npy_reader *reader,
                             const nyz_config *config, nyz_array *array, nyz_error *err)
{
    nyz_npy_start start;
    NYZ_TRY(nyz_npz_read_magic(source, &start, err));
    return reader(source, &start, config, array, err);
}

nyz_status nyz_npz_check_end(const nyz_source *source, nyz_error *err)
{
    if (source->left > 0) {
        return nyz_fail(err, NYZ_ERR_CORRUPT, source->offset,
                        "%lld bytes after the array", (long long)source->left);
    }
    return NYZ_OK;
}

nyz_status nyz_npz_read_array(nyz_source *source, const nyz_config *config,
                              nyz_array *out, nyz_error *err)
{
    NYZ_TRY(read_start(source, nyz_npy_read, config, out, err));
    return nyz_npz_check_end(source, err);
}

nyz_status nyz_npz_read_into(nyz_source *source, const nyz_config *config,
                             nyz_array *into, nyz_error *err)
{
    NYZ_TRY(read_start(source, nyz_npy_read_into, config, into, err));
    return nyz_npz_check_end(source, err);
}

nyz_status nyz_npz_read_as(nyz_source *source, const nyz_config *config, nyz_array *out,
                           nyz_error *err)
{
    NYZ_TRY(read_start(source, nyz_npy_read_as, config, out, err));
    return nyz_npz_check_end(source, err);
}

nyz_status nyz_npz_read_header(nyz_source *source, const nyz_config *config,
                               nyz_array *out, nyz_error *err)
{
    return read_start(source, nyz_npy_peek, config, out, err);
}

/* As if the data had been read. */
static nyz_status check_data(nyz_source source, const nyz_array *header, nyz_error *err)
{
    int64_t count = 0;
    int64_t bytes = 0;
    NYZ_TRY(nyz_npy_check_data(&source, header, &count, &bytes, err));
    source.offset += bytes;
    source.left -= bytes;
    return nyz_npz_check_end(&source, err);
}

static nyz_status read_place(nyz_source *source, const nyz_config *config, nyz_array *out,
                             nyz_npz_place *place, nyz_error *err)
{
    nyz_npy_start start;
    NYZ_TRY(nyz_npz_read_magic(source, &start, err));
    NYZ_TRY(nyz_npy_read_header(source, &start, config, out, &place->fortran, err));
    place->header = source->offset;
    const nyz_status status = check_data(*source, out, err);
    if (status != NYZ_OK) {
        nyz_array_free(out);
    }
    return status;
}

nyz_status nyz_npz_read_place(const nyz_npz *npz, int64_t index, const nyz_config *config,
                              nyz_array *out, nyz_npz_place *place, nyz_error *err)
{
    nyz_zip_member member;
    NYZ_TRY(nyz_zip_member_open_with(&npz->stream, &npz->dir, index, &config->allocator,
                                     &member, err));
    nyz_source source = nyz_zip_member_source(&member);
    place->start = member.position;
    nyz_status status = read_place(&source, config, out, place, err);
    status = nyz_zip_member_error(&member, status, err);
    nyz_zip_member_close(&member);
    return status;
}

nyz_status nyz_npz_name_member(const nyz_npz *npz, int64_t index, nyz_status status,
                               nyz_error *err)
{
    if (status != NYZ_OK) {
        const nyz_zip_entry *const entry = &npz->dir.entries[index];
        char quoted[NYZ_QUOTE_SIZE];
        nyz_error_prefix(
            err, "member '%s': ", nyz_quote(quoted, entry->name, entry->name_size));
        nyz_error_set_member(err, index, entry->name, entry->name_size);
    }
    return status;
}

/* -------------------------------------------------------------------- damage goes before */

/* A damaged member is CORRUPT, whatever its first bytes say: it may be the damage alone
 * that makes them no array, or one that is not supported.  So these two results count only
 * after the rest of the member has been read and checked, as success does.  Other failures
 * count at once: a limit is there so that no more is read, and a header that breaks the
 * format's rules is damage already.  docs/format.md 4.3. */
static int depends_on_all_bytes(nyz_status status)
{
    return status == NYZ_OK || status == NYZ_ERR_NOT_FOUND ||
           status == NYZ_ERR_UNSUPPORTED;
}

static nyz_status read_rest(nyz_source *source, const nyz_allocator *allocator,
                            nyz_error *err)
{
    const int64_t size = nyz_min(source->left, (int64_t)NYZ_IO_BLOCK);
    nyz_status status = NYZ_OK;
    void *piece = NULL;
    NYZ_TRY(nyz_alloc(allocator, size, &piece, err));
    while (source->left > 0 && status == NYZ_OK) {
        status =
            nyz_source_read(source, piece, nyz_min(source->left, size), "member", err);
    }
    nyz_release(allocator, piece, size);
    return status;
}

nyz_status nyz_npz_check_rest(nyz_zip_member *member, nyz_source *source,
                              const nyz_config *config, nyz_status status, nyz_error *err)
{
    nyz_error damage;
    if (!depends_on_all_bytes(status)) {
        return status;
    }
    nyz_status rest = read_rest(source, &config->allocator, &damage);
    rest = rest == NYZ_OK ? nyz_zip_member_finish(member, &damage)
                          : nyz_zip_member_error(member, rest, &damage);
    if (rest != NYZ_OK && err != NULL) {
        *err = damage;
    }
    return rest != NYZ_OK ? rest : status;
}

/* ------------------------------------------------------------------------------ as a stream */

nyz_status nyz_npz_read_stream(const nyz_npz *npz, int64_t index,
                               const nyz_config *config, nyz_npz_reader *reader,
                               int to_the_end, nyz_array *array, nyz_error *err)
{
    nyz_zip_member member;
    NYZ_TRY(nyz_zip_member_open_with(&npz->stream, &npz->dir, index, &config->allocator,
                                     &member, err));
    nyz_source source = nyz_zip_member_source(&member);
    nyz_progress_stream wrapper;
    nyz_progress_stream_source(&wrapper, config, &source);
    nyz_status status = reader(&source, config, array, err);
    status = nyz_zip_member_error(&member, status, err);
    if (to_the_end) {
        status = nyz_npz_check_rest(&member, &source, config, status, err);
    }
    nyz_zip_member_close(&member);
    return status;
}

/* ------------------------------------------------------------------------------ from memory */

static int64_t read_extracted(void *ctx, void *buffer, size_t size)
{
    nyz_npz_extracted *const e = ctx;
    const int64_t left = e->got - e->position;
    const size_t n = (uint64_t)left < size ? (size_t)left : size;
    if (n == 0 && size > 0) {
        e->failed = 1;
        return -1;
    }
    memcpy(buffer, e->bytes + e->position, n);
    e->position += (int64_t)n;
    return (int64_t)n;
}

nyz_status nyz_npz_read_extracted(nyz_npz_extracted *e, nyz_npz_reader *reader,
                                  const nyz_config *config, nyz_array *array,
                                  nyz_error *err)
{
    nyz_source source = {
        .stream = {.read = read_extracted, .ctx = e}, .start = -1, .left = e->size};
    e->position = 0;
    e->failed = 0;
    const nyz_status status = reader(&source, config, array, err);
    if ((depends_on_all_bytes(status) || e->failed) && e->error.status != NYZ_OK) {
        if (err != NULL) {
            *err = e->error;
        }
        return e->error.status;
    }
    return status;
}

/* What the header of a member in memory has beside shape and dtype. */
typedef struct parsed {
    nyz_dtype from; /* as the file has it */
    nyz_byteorder byteorder;
    unsigned char *data;
    int64_t count;
    int64_t bytes;
} parsed;

static nyz_status plan_data(parsed *p, int64_t left, const nyz_config *config,
                            nyz_arena *arena, nyz_array *out)
{
    p->from = out->dtype;
    p->byteorder = nyz_byteorder_or(config->byteorder, NYZ_NATIVE);
    NYZ_TRY(nyz_array_check(out, &p->count, &p->bytes, NULL));
    if (nyz_dtype_has_objects(&p->from) || p->bytes != left) {
        return NYZ_ERR_UNSUPPORTED;
    }
    return nyz_dtype_clone(&p->from, p->byteorder, arena, &out->dtype, NULL);
}

/* Any failure: nyz_npz_read_extracted reports it.  The dtype is in `arena`. */
static nyz_status parse(unsigned char *bytes, int64_t size, const nyz_config *config,
                        nyz_arena *arena, parsed *p, nyz_array *out)
{
    int version = 0;
    int preamble = 0;
    int fortran = 0;
    int64_t length = 0;
    if (size < NYZ_PREAMBLE_MAX) {
        return NYZ_ERR_CORRUPT;
    }
    NYZ_TRY(nyz_header_version(bytes, NYZ_MAGIC_SIZE + 2, &version, &preamble, NULL));
    NYZ_TRY(nyz_header_length(bytes, version, config, &length, NULL));
    if (length > size - preamble) {
        return NYZ_ERR_CORRUPT;
    }
    p->data = bytes + preamble + length;
    NYZ_TRY(nyz_header_parse((const char *)bytes + preamble, (size_t)length, version,
                             config, arena, out, &fortran, NULL));
    nyz_array_set_strides(out, fortran ? NYZ_F_ORDER : NYZ_C_ORDER);
    return plan_data(p, size - preamble - length, config, arena, out);
}

/* The data, in its place, becomes what was asked for. */
static void set_data(const parsed *p, unsigned char *data, nyz_array *out)
{
    nyz_dtype_byteswap(&p->from, p->byteorder, data, p->count, p->from.itemsize);
    out->data = p->bytes > 0 ? data : NULL;
}

nyz_status nyz_npz_adopt(unsigned char *bytes, int64_t size, const nyz_config *config,
                         nyz_arena *arena, nyz_array *out)
{
    parsed p;
    NYZ_TRY(parse(bytes, size, config, arena, &p, out));
    if ((uintptr_t)p.data % 64 != 0) { /* after a header of an old NumPy's */
        memmove(bytes, p.data, (size_t)p.bytes);
        p.data = bytes;
    }
    set_data(&p, p.data, out);
    return NYZ_OK;
}

nyz_status nyz_npz_copy(unsigned char *bytes, int64_t size, const nyz_config *config,
                        nyz_array *out)
{
    nyz_owner *owner = NULL;
    void *data = NULL;
    nyz_arena arena;
    parsed p;
    nyz_arena_init(&arena, &config->allocator);
    nyz_status status = parse(bytes, size, config, &arena, &p, out);
    if (status == NYZ_OK) {
        status = nyz_owner_new_with(&config->allocator, p.bytes, &owner, &data, NULL);
    }
    if (status != NYZ_OK) {
        nyz_arena_free(&arena);
        return status;
    }
    owner->arena = arena;
    memcpy(data, p.data, (size_t)p.bytes);
    set_data(&p, data, out);
    out->owner = owner;
    out->base = owner;
    return NYZ_OK;
}
