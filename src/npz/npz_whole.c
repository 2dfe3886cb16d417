/* One member loaded whole, by the fast path of zip_extract.h, where that is faster. */
#include <string.h>

#include "array/array.h"
#include "base/alloc.h"
#include "base/arena.h"
#include "base/config.h"
#include "base/error.h"
#include "base/owner.h"
#include "dtype/dtype.h"
#include "io/read_ahead.h"
#include "npy/header.h"
#include "npz/npz.h"
#include "zip/zip_directory.h"
#include "zip/zip_extract.h"

/* What the header of a member in memory says beside shape and dtype. */
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
    if (nyz_dtype_has_object(&p->from) || p->bytes != left) {
        return NYZ_ERR_UNSUPPORTED;
    }
    return nyz_dtype_clone(&p->from, p->byteorder, arena, &out->dtype, NULL);
}

/* Any failure: the streaming path says why.  The dtype lives in `arena`. */
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
    if ((uintptr_t)p.data % 64 != 0) { /* behind a header of an old NumPy's */
        memmove(bytes, p.data, (size_t)p.bytes);
        p.data = bytes;
    }
    set_data(&p, p.data, out);
    return NYZ_OK;
}

/* The limit on an array is not passed by a header and its array together either. */
int nyz_npz_fits(const nyz_zip_entry *entry, const nyz_config *config)
{
    return config->order == NYZ_KEEP_ORDER && entry->size > 0 &&
           entry->size <= config->limits.array_bytes;
}

/* Copies a small member's data after its owner. */
static nyz_status copy_small(const parsed *p, const nyz_config *config,
                             const nyz_arena *arena, nyz_array *out)
{
    nyz_owner *owner = NULL;
    void *data = NULL;
    NYZ_TRY(nyz_owner_new_with(&config->allocator, p->bytes, &owner, &data, NULL));
    owner->arena = *arena;
    memcpy(data, p->data, (size_t)p->bytes);
    set_data(p, data, out);
    out->owner = owner;
    return NYZ_OK;
}

/* A small stored member: one read, and mostly one allocation. */
static nyz_status load_small(const nyz_npz *npz, int64_t index, const nyz_config *config,
                             nyz_array *out)
{
    unsigned char run[NYZ_READ_AHEAD_SIZE];
    const nyz_zip_directory *const dir = &npz->dir;
    nyz_arena arena;
    parsed p;
    NYZ_TRY(nyz_zip_batch_read(&npz->stream, dir, index, 1, run, NULL));
    unsigned char *const bytes = nyz_zip_batch_member(dir, index, index, run);
    if (bytes == NULL) {
        return NYZ_ERR_CORRUPT;
    }
    nyz_arena_init(&arena, &config->allocator);
    nyz_status status = parse(bytes, dir->entries[index].size, config, &arena, &p, out);
    if (status == NYZ_OK) {
        status = copy_small(&p, config, &arena, out);
    }
    if (status != NYZ_OK) {
        nyz_arena_free(&arena);
    }
    return status;
}

static nyz_status load_large(const nyz_npz *npz, int64_t index, const nyz_config *config,
                             nyz_array *out)
{
    const int64_t size = npz->dir.entries[index].size;
    nyz_owner *owner = NULL;
    NYZ_TRY(nyz_owner_new(&config->allocator, &owner, NULL));
    nyz_status status = nyz_alloc(&config->allocator, size, &owner->data, NULL);
    if (status == NYZ_OK) {
        owner->data_size = size;
        status = nyz_zip_extract(&npz->stream, &npz->dir, index, config->threads,
                                 &config->allocator, owner->data, NULL);
    }
    if (status == NYZ_OK) {
        status = nyz_npz_adopt(owner->data, size, config, &owner->arena, out);
    }
    if (status != NYZ_OK) {
        nyz_owner_free(&owner);
        return status;
    }
    out->owner = owner;
    return NYZ_OK;
}

nyz_status nyz_npz_load_whole(const nyz_npz *npz, int64_t index, const nyz_config *config,
                              nyz_array *out)
{
    const nyz_zip_entry *const entry = &npz->dir.entries[index];
    if (!nyz_npz_fits(entry, config)) {
        return NYZ_ERR_UNSUPPORTED;
    }
    if (npz->stream.read_at != NULL &&
        nyz_zip_batch_count(&npz->dir, index, 1, NYZ_READ_AHEAD_SIZE) > 0) {
        return load_small(npz, index, config, out);
    }
    return nyz_zip_extract_is_worth(entry, config->threads)
               ? load_large(npz, index, config, out)
               : NYZ_ERR_UNSUPPORTED;
}
