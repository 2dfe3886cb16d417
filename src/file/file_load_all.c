/* SPDX-License-Identifier: MIT */
/* All arrays of a file at once, or those that are selected.  An archive's are loaded by
 * nyz_npz_load_chosen, together and by several threads: a table cannot offer that, as only nyz can make
 * an nyz_arrays. */
#include <string.h>

#include "base/arithmetic.h"
#include "base/config.h"
#include "base/error.h"
#include "base/progress.h"
#include "file/file_handle.h"
#include "npz/arrays.h"
#include "npz/npz.h"
#include "npz/npz_container.h"

/* What is the same for all items. */
typedef struct loading {
    const nyz_file *file;
    const nyz_config *config;
} loading;

/* An item that holds no array stays empty, and so does one that is skipped. */
static nyz_status load_item(const loading *l, int64_t index, int64_t number,
                            nyz_arrays *all, nyz_error *err)
{
    nyz_progress_item progress = {l->config->progress, 0};
    nyz_options opt = nyz_config_options(l->config);
    nyz_array array;
    nyz_error why;
    opt.progress = l->config->progress != NULL ? nyz_progress_of_item : NULL;
    opt.progress_ctx = &progress;
    nyz_status status = nyz_file_load_at(l->file, index, &opt, &array, &why);
    if (status == NYZ_OK) {
        status = nyz_arrays_put(all, number, &array, err);
        if (status != NYZ_OK) {
            nyz_array_free(&array);
        }
        return status;
    }
    if (status == NYZ_ERR_NOT_FOUND) {
        return NYZ_OK;
    }
    if (status == NYZ_ERR_UNSUPPORTED && (l->config->flags & NYZ_SKIP_UNSUPPORTED) != 0) {
        return nyz_arrays_skip(all, number, &why, err);
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
        NYZ_TRY(load_item(l, i, i, all, err));
    }
    return nyz_file_unchanged(l->file, -1, err);
}

static nyz_status load_chosen(loading *l, const nyz_selection *chosen, nyz_arrays *list,
                              nyz_error *err)
{
    for (int64_t i = 0; i < chosen->count; i++) {
        NYZ_TRY(load_item(l, chosen->items[i].index, i, list, err));
    }
    return nyz_file_unchanged(l->file, -1, err);
}

/* One after the other.  chosen NULL: all. */
static nyz_status load_each(const nyz_file *file, const nyz_selection *chosen,
                            const nyz_options *opt, nyz_arrays **out, nyz_error *err)
{
    nyz_config config;
    nyz_progress progress;
    loading l = {.file = file, .config = &config};
    NYZ_TRY(nyz_config_over(&file->config, opt, &config, err));
    NYZ_TRY(chosen != NULL
                ? nyz_arrays_new_selected(chosen, &config.allocator, out, err)
                : nyz_arrays_new_list(file->count, &config.allocator, out, err));
    nyz_progress_begin(&progress, &config, -1);
    return nyz_progress_end(&config,
                            chosen != NULL ? load_chosen(&l, chosen, *out, err)
                                           : load_items(&l, *out, err),
                            err);
}

static nyz_status load_archive(const nyz_file *file, const nyz_selection *chosen,
                               const nyz_options *opt, nyz_arrays **out, nyz_error *err)
{
    NYZ_TRY(nyz_npz_load_chosen(file->state, chosen, opt, out, err));
    return nyz_file_unchanged(file, -1, err);
}

static nyz_status load(const nyz_file *file, const nyz_selection *chosen,
                       const nyz_options *opt, nyz_arrays **out, nyz_error *err)
{
    nyz_options own;
    const nyz_options *const o = nyz_file_options(file, opt, &own);
    *out = NULL;
    const nyz_status status = file->format == &nyz_npz_container
                                  ? load_archive(file, chosen, o, out, err)
                                  : load_each(file, chosen, o, out, err);
    if (status != NYZ_OK) {
        nyz_arrays_free(out);
    }
    return status;
}

nyz_status nyz_file_load_all(const nyz_file *file, const nyz_options *opt,
                             nyz_arrays **out, nyz_error *err)
{
    return load(file, NULL, opt, out, err);
}

/* ------------------------------------------------------------------------------- selecting */

static nyz_status entry(const void *ctx, int64_t index, nyz_entry *out, nyz_error *err)
{
    return nyz_file_entry_at(ctx, index, out, err);
}

static int64_t find(const void *ctx, const char *name)
{
    return nyz_file_find(ctx, name);
}

static nyz_status missing(const void *ctx, const char *name, nyz_error *err)
{
    return nyz_file_missing(ctx, name, err);
}

nyz_status nyz_file_select(const nyz_file *file, const nyz_select *select,
                           const nyz_allocator *allocator, nyz_selection *out,
                           nyz_error *err)
{
    const nyz_select_source source = {file,  file->count, file->format->noun,
                                      entry, find,        missing};
    return nyz_select_items(&source, select, allocator, out, err);
}

nyz_status nyz_file_load_selected(const nyz_file *file, const nyz_select *select,
                                  const nyz_options *opt, nyz_arrays **out,
                                  nyz_error *err)
{
    nyz_config config;
    nyz_selection chosen;
    *out = NULL;
    NYZ_TRY(nyz_config_over(&file->config, opt, &config, err));
    NYZ_TRY(nyz_file_select(file, select, &config.allocator, &chosen, err));
    const nyz_status status = load(file, &chosen, opt, out, err);
    nyz_select_free(&chosen);
    return status;
}
