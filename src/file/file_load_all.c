/* SPDX-License-Identifier: MIT */
/* All arrays of a file at once.  An archive's are loaded by nyz_npz_load_all, together and by
 * several threads: a table cannot offer that, as only nyz can make an nyz_arrays. */
#include <string.h>

#include "base/arithmetic.h"
#include "base/config.h"
#include "base/error.h"
#include "base/progress.h"
#include "file/file_handle.h"
#include "npz/arrays.h"
#include "npz/npz_container.h"

/* What is the same for all items. */
typedef struct loading {
    const nyz_file *file;
    const nyz_config *config;
    int64_t done; /* what the callback was told of the item that is loaded */
} loading;

/* The callback of one item: what it adds counts. */
static int report(void *ctx, int64_t done, int64_t total)
{
    loading *const l = ctx;
    const int64_t more = done - l->done;
    (void)total;
    l->done = done;
    return nyz_progress_add(l->config->progress, more > 0 ? more : 0);
}

/* An item that holds no array stays empty, and so does one that is skipped. */
static nyz_status load_item(loading *l, int64_t index, nyz_arrays *all, nyz_error *err)
{
    nyz_options opt = nyz_config_options(l->config);
    nyz_array array;
    nyz_error why;
    opt.progress = l->config->progress != NULL ? report : NULL;
    opt.progress_ctx = l;
    l->done = 0;
    nyz_status status = nyz_file_load_at(l->file, index, &opt, &array, &why);
    if (status == NYZ_OK) {
        status = nyz_arrays_put(all, index, &array, err);
        if (status != NYZ_OK) {
            nyz_array_free(&array);
        }
        return status;
    }
    if (status == NYZ_ERR_NOT_FOUND) {
        return NYZ_OK;
    }
    if (status == NYZ_ERR_UNSUPPORTED && (l->config->flags & NYZ_SKIP_UNSUPPORTED) != 0) {
        return nyz_arrays_skip(all, index, &why, err);
    }
    if (err != NULL) {
        *err = why;
    }
    return status;
}

static nyz_status load_items(loading *l, nyz_arrays *all, nyz_error *err)
{
    for (int64_t i = 0; i < l->file->count; i++) {
        nyz_entry entry;
        NYZ_TRY(nyz_file_entry_at(l->file, i, &entry, err));
        NYZ_TRY(nyz_arrays_set_name(all, i, entry.name, entry.name_size, err));
        NYZ_TRY(load_item(l, i, all, err));
    }
    return nyz_file_unchanged(l->file, -1, err);
}

/* One after the other. */
static nyz_status load_each(const nyz_file *file, const nyz_options *opt,
                            nyz_arrays **out, nyz_error *err)
{
    nyz_config config;
    nyz_progress progress;
    loading l = {.file = file, .config = &config};
    NYZ_TRY(nyz_config_over(&file->config, opt, &config, err));
    NYZ_TRY(nyz_arrays_new_list(file->count, &config.allocator, out, err));
    nyz_progress_begin(&progress, &config, -1);
    return nyz_progress_end(&config, load_items(&l, *out, err), err);
}

static nyz_status load_archive(const nyz_file *file, const nyz_options *opt,
                               nyz_arrays **out, nyz_error *err)
{
    NYZ_TRY(nyz_npz_load_all(file->state, opt, out, err));
    return nyz_file_unchanged(file, -1, err);
}

nyz_status nyz_file_load_all(const nyz_file *file, const nyz_options *opt,
                             nyz_arrays **out, nyz_error *err)
{
    nyz_options own;
    const nyz_options *const o = nyz_file_options(file, opt, &own);
    *out = NULL;
    const nyz_status status = file->format == &nyz_npz_container
                                  ? load_archive(file, o, out, err)
                                  : load_each(file, o, out, err);
    if (status != NYZ_OK) {
        nyz_arrays_free(out);
    }
    return status;
}
