/* SPDX-License-Identifier: MIT */
/* Items as the dtype and shape that the caller wants.  nyz's own formats do all of it; of another
 * library's the header is compared, and then memory of the wanted dtype is filled. */
#include <string.h>

#include "nyz_cast.h"

#include "array/array.h"
#include "base/config.h"
#include "base/error.h"
#include "base/progress.h"
#include "file/file_handle.h"
#include "npy/load_as.h"
#include "npy/npy_container.h"
#include "npz/npz_container.h"

static nyz_status load_item_as(const nyz_file *file, int64_t index, const nyz_item *item,
                               const nyz_config *config, nyz_array *out, nyz_error *err)
{
    nyz_array into;
    NYZ_TRY(nyz_file_check_array(item, err));
    NYZ_TRY(nyz_load_as_fits(&item->header, config, err));
    NYZ_TRY(nyz_load_as_new(&item->header, config, out, err));
    into = *out;
    return nyz_file_load_item_into(file, index, item, config, &into, err);
}

static nyz_status look_and_load(const nyz_file *file, int64_t index, const nyz_want *want,
                                const nyz_options *opt, nyz_array *out, nyz_error *err)
{
    nyz_config config;
    nyz_progress progress;
    nyz_item item;
    NYZ_TRY(nyz_config_over(&file->config, opt, &config, err));
    NYZ_TRY(nyz_file_look(file, index, &config.limits, &item, err));
    config.want = want;
    nyz_progress_begin(&progress, &config, item.data_size);
    const nyz_status status = load_item_as(file, index, &item, &config, out, err);
    nyz_item_free(&item);
    return nyz_progress_end(&config, status, err);
}

static nyz_status load_as(const nyz_file *file, int64_t index, const nyz_want *want,
                          const nyz_options *opt, nyz_array *out, nyz_error *err)
{
    nyz_error failure;
    nyz_status status = NYZ_OK;
    if (!file->own) {
        return look_and_load(file, index, want, opt, out, err);
    }
    nyz_file_begin(&failure);
    status =
        file->format == &nyz_npz_container
            ? nyz_npz_container_load_as(file->state, index, want, opt, out, &failure)
            : nyz_npy_container_load_as(file->state, index, want, opt, out, &failure);
    return nyz_file_answer(file->format, "load", status, &failure, err);
}

nyz_status nyz_file_load_as_at(const nyz_file *file, int64_t index, const nyz_want *want,
                               const nyz_options *opt, nyz_array *out, nyz_error *err)
{
    nyz_options own;
    memset(out, 0, sizeof *out);
    NYZ_TRY(nyz_load_as_check(want, err));
    NYZ_TRY(nyz_file_check_index(file, index, err));
    nyz_status status =
        load_as(file, index, want, nyz_file_options(file, opt, &own), out, err);
    if (status == NYZ_OK) {
        status = nyz_file_unchanged(file, index, err);
    }
    if (status == NYZ_OK) {
        return NYZ_OK;
    }
    nyz_array_free(out);
    return nyz_file_add_context(file, index, status, err);
}

nyz_status nyz_file_load_as(const nyz_file *file, const char *name, const nyz_want *want,
                            const nyz_options *opt, nyz_array *out, nyz_error *err)
{
    const int64_t index = nyz_file_find(file, name);
    memset(out, 0, sizeof *out);
    return index < 0 ? nyz_file_missing(file, name, err)
                     : nyz_file_load_as_at(file, index, want, opt, out, err);
}
