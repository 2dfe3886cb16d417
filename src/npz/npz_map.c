/* SPDX-License-Identifier: MIT */
/* The public call that maps the array of a stored member. */
#include <string.h>

#include "nyz_map.h"

#include "base/config.h"
#include "base/error.h"
#include "base/progress.h"
#include "io/input_file.h"
#include "io/mapping.h"
#include "npy/npy.h"
#include "npy/npy_view.h"
#include "npz/npz.h"
#include "zip/zip_directory.h"
#include "zip/zip_member.h"

/* The bytes of a member, in memory. */
typedef struct mapped {
    nyz_mapping
        *mapping; /* NULL: the archive is in the caller's memory, or nothing is mapped */
    const unsigned char *bytes; /* from the start of the member */
} mapped;

/* That the archive's bytes can be seen in memory. */
static nyz_status check_archive(const nyz_npz *npz, int64_t index, nyz_map_mode mode,
                                nyz_error *err)
{
    if (npz->dir.entries[index].method != NYZ_STORED) {
        return nyz_fail(err, NYZ_ERR_UNSUPPORTED, -1,
                        "cannot be mapped: it is deflated; load it, or store it");
    }
    return nyz_npy_check_origin(npz->file, npz->memory.bytes != NULL, mode, "archive",
                                err);
}

static nyz_status map_bytes(const nyz_npz *npz, nyz_map_mode mode, int64_t start,
                            int64_t size, mapped *m, nyz_error *err)
{
    m->mapping = NULL;
    if (npz->file == NULL) {
        m->bytes = npz->memory.bytes + start;
        return NYZ_OK;
    }
    NYZ_TRY(nyz_input_file_map(npz->file, mode, start, size, &m->mapping, err));
    m->bytes = nyz_mapping_at(m->mapping, start);
    return NYZ_OK;
}

/* Looks whether the file is what it was when its directory was read, before anything in the mapping
 * is touched: what was cut off meanwhile would end the program. */
static nyz_status check_bytes(const nyz_npz *npz, int64_t index, uint32_t flags,
                              const mapped *m, nyz_error *err)
{
    if (npz->file != NULL) {
        NYZ_TRY(nyz_input_file_unchanged(npz->file, err));
    }
    return (flags & NYZ_VERIFY) != 0
               ? nyz_zip_member_verify(&npz->dir.entries[index], m->bytes, err)
               : NYZ_OK;
}

/* Makes *array, the header of a member, an array in memory. */
static nyz_status map_member(const nyz_npz *npz, int64_t index, nyz_map_mode mode,
                             const nyz_npz_place *place, const nyz_config *config,
                             nyz_array *array, nyz_error *err)
{
    const nyz_zip_entry *const entry = &npz->dir.entries[index];
    const int64_t bytes = entry->size - place->header;
    const nyz_npy_data_place data = {npz->file == NULL ? npz->memory.bytes : NULL,
                                     place->start + place->header, bytes};
    mapped m;
    NYZ_TRY(nyz_npy_check_view(array, place->fortran, &data, config, err));
    NYZ_TRY(map_bytes(npz, mode, place->start, entry->size, &m, err));
    const nyz_status status = check_bytes(npz, index, config->flags, &m, err);
    if (status != NYZ_OK) {
        nyz_mapping_free(&m.mapping);
        return status;
    }
    if (m.mapping != NULL) {
        nyz_mapping_advise(nyz_mapping_at(m.mapping, data.offset), bytes, config->flags);
    }
    nyz_npy_set_view(array, place->fortran, m.bytes + place->header, bytes, m.mapping,
                     mode);
    return NYZ_OK;
}

static nyz_status load(const nyz_npz *npz, int64_t index, nyz_config *config,
                       nyz_array *out, nyz_error *err)
{
    nyz_progress progress;
    nyz_progress_begin(&progress, config, npz->dir.entries[index].size);
    const nyz_status status = nyz_npz_load_member(npz, index, config, out, err);
    if (status != NYZ_OK) {
        nyz_array_free(out);
    }
    return nyz_progress_end(config, status, err);
}

/* A member that holds no array, or one of objects.  Whether it is not just damaged shows if all of it
 * is read. */
static nyz_status verify_other(const nyz_npz *npz, int64_t index, nyz_config *config,
                               nyz_status status, nyz_array *out, nyz_error *err)
{
    const int matters = status == NYZ_ERR_NOT_FOUND || status == NYZ_ERR_UNSUPPORTED;
    return matters && (config->flags & NYZ_VERIFY) != 0
               ? load(npz, index, config, out, err)
               : status;
}

static nyz_status map(const nyz_npz *npz, int64_t index, nyz_map_mode mode,
                      nyz_config *config, nyz_array *out, nyz_error *err)
{
    nyz_npz_place place;
    NYZ_TRY(check_archive(npz, index, mode, err));
    nyz_status status = nyz_npz_read_place(npz, index, config, out, &place, err);
    if (status != NYZ_OK) {
        return verify_other(npz, index, config, status, out, err);
    }
    status = map_member(npz, index, mode, &place, config, out, err);
    if (status != NYZ_OK) {
        nyz_array_free(out);
    }
    return status;
}

static nyz_status map_or_load(const nyz_npz *npz, int64_t index, nyz_map_mode mode,
                              nyz_config *config, nyz_array *out, nyz_error *err)
{
    nyz_error why;
    const nyz_status status = map(npz, index, mode, config, out, &why);
    return status == NYZ_ERR_UNSUPPORTED && nyz_npy_may_load(mode, config)
               ? load(npz, index, config, out, err)
               : nyz_npy_map_result(status, &why, err);
}

nyz_status nyz_npz_map_at(const nyz_npz *npz, int64_t index, nyz_map_mode mode,
                          const nyz_options *opt, nyz_array *out, nyz_error *err)
{
    nyz_config config;
    memset(out, 0, sizeof *out);
    NYZ_TRY(nyz_npz_config(npz, opt, &config, err));
    NYZ_TRY(nyz_npz_check_index(npz, index, err));
    NYZ_TRY(nyz_npy_check_map_mode(mode, err));
    if (mode == NYZ_MAP_SHARED) {
        return nyz_fail(
            err, NYZ_ERR_ARGUMENT, -1,
            "a member cannot be mapped to be written to: the archive holds the CRC "
            "of its bytes");
    }
    const nyz_status status = map_or_load(npz, index, mode, &config, out, err);
    return nyz_npz_name_member(npz, index, status, err);
}
