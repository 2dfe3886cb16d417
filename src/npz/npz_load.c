/* SPDX-License-Identifier: MIT */
/* The public calls for the array of one member: as a stream or, where that is faster, by way
 * of memory to which all of it is extracted (zip_extract.h). */
#include <string.h>

#include "nyz_cast.h"

#include "array/array.h"
#include "base/alloc.h"
#include "base/arithmetic.h"
#include "base/config.h"
#include "base/error.h"
#include "base/owner.h"
#include "base/progress.h"
#include "io/input_file.h"
#include "io/read_ahead.h"
#include "io/stream.h"
#include "npy/load_as.h"
#include "npy/slice.h"
#include "npz/npz.h"
#include "zip/zip_directory.h"
#include "zip/zip_extract.h"

/* -------------------------------------------------------------------------- by way of memory */

/* A small stored member: one read, and mostly one allocation. */
static nyz_status load_small(const nyz_npz *npz, int64_t index, const nyz_config *config,
                             nyz_array *out, nyz_error *err)
{
    unsigned char batch[NYZ_READ_AHEAD_SIZE];
    unsigned char *bytes = NULL;
    const nyz_zip_directory *const dir = &npz->dir;
    const int64_t size = dir->entries[index].size;
    nyz_npz_extracted whole;
    if (nyz_zip_batch_read(&npz->stream, dir, index, 1, batch, NULL) != NYZ_OK) {
        return nyz_npz_read_stream(npz, index, config, nyz_npz_read_array, 1, out, err);
    }
    whole.error.status =
        nyz_zip_batch_member(dir, index, index, batch, &bytes, &whole.error);
    if (whole.error.status == NYZ_OK &&
        nyz_npz_copy(bytes, size, config, out) == NYZ_OK) {
        return NYZ_OK;
    }
    whole.bytes = bytes;
    whole.size = size;
    whole.got = bytes != NULL ? size : 0;
    memset(out, 0, sizeof *out);
    return nyz_npz_read_extracted(&whole, nyz_npz_read_array, config, out, err);
}

/* Extracts a member to memory, which becomes the array's if `adopt` is set and it can, and
 * else is read by `reader` and freed.  Without such memory the stream is read. */
static nyz_status read_large(const nyz_npz *npz, int64_t index, const nyz_config *config,
                             nyz_npz_reader *reader, int adopt, nyz_array *array,
                             nyz_error *err)
{
    const nyz_allocator *const allocator = &config->allocator;
    nyz_npz_extracted whole = {.size = npz->dir.entries[index].size};
    nyz_owner *owner = NULL;
    if (nyz_owner_new(allocator, &owner, NULL) != NYZ_OK ||
        nyz_alloc(allocator, whole.size, &owner->data, NULL) != NYZ_OK) {
        nyz_owner_free(&owner);
        return nyz_npz_read_stream(npz, index, config, reader, 1, array, err);
    }
    owner->data_size = whole.size;
    whole.bytes = owner->data;
    whole.error.status =
        nyz_zip_extract(&npz->stream, &npz->dir, index, config->threads, allocator,
                        owner->data, &whole.got, &whole.error);
    if (adopt) {
        if (whole.error.status == NYZ_OK &&
            nyz_npz_adopt(owner->data, whole.size, config, &owner->arena, array) ==
                NYZ_OK) {
            array->owner = owner;
            array->base = owner;
            return NYZ_OK;
        }
        memset(array, 0, sizeof *array);
    }
    const nyz_status status = nyz_npz_read_extracted(&whole, reader, config, array, err);
    nyz_owner_free(&owner);
    return status;
}

/* -------------------------------------------------------------------------------- choosing */

int nyz_npz_fits(const nyz_zip_entry *entry, const nyz_config *config)
{
    return config->order == NYZ_KEEP_ORDER && entry->size > 0 &&
           entry->size <= config->limits.array_bytes;
}

/* Not 0 if a deflated member is extracted beside the array that it fills: both its forms
 * then take no more than the deflated one may elsewhere. */
static int fits_beside(const nyz_zip_entry *entry, const nyz_config *config)
{
    const int64_t most = nyz_min(config->limits.array_bytes, NYZ_ZIP_MAX_INPUT);
    return entry->method == NYZ_DEFLATED && entry->size <= most &&
           entry->compressed_size <= NYZ_ZIP_MAX_INPUT - entry->size &&
           nyz_zip_extract_is_worth(entry, 1);
}

nyz_status nyz_npz_load_member(const nyz_npz *npz, int64_t index,
                               const nyz_config *config, nyz_array *out, nyz_error *err)
{
    const nyz_zip_entry *const entry = &npz->dir.entries[index];
    const int fits = nyz_npz_fits(entry, config);
    if (config->progress != NULL) { /* only a stream reports it */
        return nyz_npz_read_stream(npz, index, config, nyz_npz_read_array, 1, out, err);
    }
    if (fits && npz->stream.read_at != NULL &&
        nyz_zip_batch_count(&npz->dir, index, 1, NYZ_READ_AHEAD_SIZE) > 0) {
        return load_small(npz, index, config, out, err);
    }
    const int whole = fits ? nyz_zip_extract_is_worth(entry, config->threads)
                           : fits_beside(entry, config);
    return whole
               ? read_large(npz, index, config, nyz_npz_read_array, fits, out, err)
               : nyz_npz_read_stream(npz, index, config, nyz_npz_read_array, 1, out, err);
}

nyz_status nyz_npz_load_member_into(const nyz_npz *npz, int64_t index,
                                    const nyz_config *config, nyz_array *into,
                                    nyz_error *err)
{
    const nyz_slice_request all = {.config = config, .into = into};
    if (nyz_npz_read_indexed(npz, index, &all)) {
        return NYZ_OK;
    }
    return config->progress == NULL && fits_beside(&npz->dir.entries[index], config)
               ? read_large(npz, index, config, nyz_npz_read_into, 0, into, err)
               : nyz_npz_read_stream(npz, index, config, nyz_npz_read_into, 1, into, err);
}

nyz_status nyz_npz_load_member_as(const nyz_npz *npz, int64_t index,
                                  const nyz_config *config, nyz_array *out,
                                  nyz_error *err)
{
    const nyz_slice_request all = {.config = config, .out = out};
    if (nyz_npz_read_indexed(npz, index, &all)) {
        return NYZ_OK;
    }
    return config->progress == NULL && fits_beside(&npz->dir.entries[index], config)
               ? read_large(npz, index, config, nyz_npz_read_as, 0, out, err)
               : nyz_npz_read_stream(npz, index, config, nyz_npz_read_as, 1, out, err);
}

static nyz_status load_header(const nyz_npz *npz, int64_t index, const nyz_config *config,
                              nyz_array *out, nyz_error *err)
{
    return nyz_npz_read_stream(npz, index, config, nyz_npz_read_header, 0, out, err);
}

static nyz_status read_bytes(nyz_source *source, const nyz_config *config,
                             nyz_array *array, nyz_error *err)
{
    (void)config;
    return nyz_source_read(source, array->data, source->left, "member", err);
}

nyz_status nyz_npz_load_member_bytes(const nyz_npz *npz, int64_t index,
                                     const nyz_config *config, nyz_array *out,
                                     nyz_error *err)
{
    int64_t got = 0;
    NYZ_TRY(nyz_array_new_bytes(config, npz->dir.entries[index].size, out, err));
    return config->progress != NULL
               ? nyz_npz_read_stream(npz, index, config, read_bytes, 1, out, err)
               : nyz_zip_extract(&npz->stream, &npz->dir, index, config->threads,
                                 &config->allocator, out->data, &got, err);
}

/* ---------------------------------------------------------------------- the public calls */

nyz_status nyz_npz_config(const nyz_npz *npz, const nyz_options *opt, nyz_config *config,
                          nyz_error *err)
{
    return nyz_config_over(&npz->config, opt, config, err);
}

static nyz_status call(nyz_npz_loader *member, const nyz_npz *npz, int64_t index,
                       const nyz_want *want, const nyz_options *opt, nyz_array *array,
                       nyz_error *err)
{
    nyz_config config;
    nyz_progress progress;
    NYZ_TRY(nyz_npz_config(npz, opt, &config, err));
    config.want = want;
    NYZ_TRY(nyz_npz_check_index(npz, index, err));
    nyz_progress_begin(&progress, &config, npz->dir.entries[index].size);
    nyz_status status = member(npz, index, &config, array, err);
    if (status == NYZ_OK && npz->file != NULL) {
        status = nyz_input_file_unchanged(npz->file, err);
    }
    status = status == NYZ_OK ? NYZ_OK : nyz_npz_name_member(npz, index, status, err);
    return nyz_progress_end(&config, status, err);
}

/* An array that was read before the failure showed is not handed out. */
static nyz_status call_for_array(nyz_npz_loader *member, const nyz_npz *npz,
                                 int64_t index, const nyz_want *want,
                                 const nyz_options *opt, nyz_array *out, nyz_error *err)
{
    memset(out, 0, sizeof *out);
    const nyz_status status = call(member, npz, index, want, opt, out, err);
    if (status != NYZ_OK) {
        nyz_array_free(out);
    }
    return status;
}

nyz_status nyz_npz_load_at(const nyz_npz *npz, int64_t index, const nyz_options *opt,
                           nyz_array *out, nyz_error *err)
{
    return call_for_array(nyz_npz_load_member, npz, index, NULL, opt, out, err);
}

nyz_status nyz_npz_load_header_at(const nyz_npz *npz, int64_t index,
                                  const nyz_options *opt, nyz_array *out, nyz_error *err)
{
    return call_for_array(load_header, npz, index, NULL, opt, out, err);
}

nyz_status nyz_npz_bytes_at(const nyz_npz *npz, int64_t index, const nyz_options *opt,
                            nyz_array *out, nyz_error *err)
{
    return call_for_array(nyz_npz_load_member_bytes, npz, index, NULL, opt, out, err);
}

nyz_status nyz_npz_load_into_at(const nyz_npz *npz, int64_t index, const nyz_options *opt,
                                const nyz_array *into, nyz_error *err)
{
    nyz_array target = *into;
    return call(nyz_npz_load_member_into, npz, index, NULL, opt, &target, err);
}

nyz_status nyz_npz_load_as_at(const nyz_npz *npz, int64_t index, const nyz_want *want,
                              const nyz_options *opt, nyz_array *out, nyz_error *err)
{
    memset(out, 0, sizeof *out);
    NYZ_TRY(nyz_load_as_check(want, err));
    return call_for_array(nyz_npz_load_member_as, npz, index, want, opt, out, err);
}
