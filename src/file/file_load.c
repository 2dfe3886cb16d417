/* SPDX-License-Identifier: MIT */
/* Loading the items of a file.  nyz's own formats do all of it; of another library's the item is
 * looked at first, and then loaded by its table (file_table.c) or by the handle (file_read.c). */
#include <string.h>

#include "base/config.h"
#include "base/error.h"
#include "base/progress.h"
#include "dtype/dtype.h"
#include "file/file_handle.h"
#include "npy/npy.h"

/* -------------------------------------------------------------- formats of other libraries */

static nyz_status fail_unreadable(const nyz_item *item, nyz_error *err)
{
    if (err != NULL) {
        *err = item->error;
    }
    return item->error.status;
}

nyz_status nyz_file_check_array(const nyz_item *item, nyz_error *err)
{
    if (item->kind == NYZ_ITEM_UNREADABLE) {
        return fail_unreadable(item, err);
    }
    return item->kind == NYZ_ITEM_ARRAY
               ? NYZ_OK
               : nyz_fail(err, NYZ_ERR_NOT_FOUND, -1,
                          "holds no array; nyz_file_bytes reads it");
}

static nyz_status load_item(const nyz_file *file, int64_t index, const nyz_item *item,
                            const nyz_config *config, nyz_array *out, nyz_error *err)
{
    NYZ_TRY(nyz_file_check_array(item, err));
    return file->format->load != NULL
               ? nyz_file_table_load(file, index, item, config, out, err)
               : nyz_file_read_array(file, index, item, config, out, err);
}

nyz_status nyz_file_load_item_into(const nyz_file *file, int64_t index,
                                   const nyz_item *item, const nyz_config *config,
                                   nyz_array *into, nyz_error *err)
{
    NYZ_TRY(nyz_npy_check_into(into, err));
    NYZ_TRY(nyz_file_check_array(item, err));
    return file->format->load_into != NULL
               ? nyz_file_table_into(file, index, item, config, into, err)
               : nyz_file_read_into(file, index, item, config, into, err);
}

static nyz_status load_item_bytes(const nyz_file *file, int64_t index,
                                  const nyz_item *item, const nyz_config *config,
                                  nyz_array *out, nyz_error *err)
{
    if (file->format->bytes != NULL) {
        return nyz_file_table_bytes(file, index, item, config, out, err);
    }
    if (item->kind == NYZ_ITEM_BYTES) {
        return nyz_file_read_bytes(file, index, item, config, out, err);
    }
    return item->header.dtype.type == NYZ_NONE
               ? fail_unreadable(item, err)
               : nyz_fail(err, NYZ_ERR_UNSUPPORTED, -1,
                          "an array's bytes have no header in this format (%s); load it",
                          file->format->name);
}

/* ----------------------------------------------------------------- which function does it */

static nyz_status look_and_load(nyz_file_reader *reader, const nyz_file *file,
                                int64_t index, const nyz_options *opt, nyz_array *array,
                                nyz_error *err)
{
    nyz_config config;
    nyz_progress progress;
    nyz_item item;
    NYZ_TRY(nyz_config_over(&file->config, opt, &config, err));
    NYZ_TRY(nyz_file_look(file, index, &config.limits, &item, err));
    nyz_progress_begin(&progress, &config, item.data_size);
    const nyz_status status = reader(file, index, &item, &config, array, err);
    nyz_item_free(&item);
    return nyz_progress_end(&config, status, err);
}

typedef nyz_status call(const nyz_file *file, int64_t index, const nyz_options *opt,
                        nyz_array *array, nyz_error *err);

/* One of nyz's tables checks the options, and reports progress. */
static nyz_status load(const nyz_file *file, int64_t index, const nyz_options *opt,
                       nyz_array *out, nyz_error *err)
{
    nyz_error failure;
    nyz_file_begin(&failure);
    return file->own ? nyz_file_answer(
                           file->format, "load",
                           file->format->load(file->state, index, opt, out, &failure),
                           &failure, err)
                     : look_and_load(load_item, file, index, opt, out, err);
}

static nyz_status load_into(const nyz_file *file, int64_t index, const nyz_options *opt,
                            nyz_array *into, nyz_error *err)
{
    nyz_error failure;
    nyz_file_begin(&failure);
    return file->own
               ? nyz_file_answer(
                     file->format, "load_into",
                     file->format->load_into(file->state, index, opt, into, &failure),
                     &failure, err)
               : look_and_load(nyz_file_load_item_into, file, index, opt, into, err);
}

static nyz_status load_bytes(const nyz_file *file, int64_t index, const nyz_options *opt,
                             nyz_array *out, nyz_error *err)
{
    nyz_error failure;
    nyz_file_begin(&failure);
    return file->own ? nyz_file_answer(
                           file->format, "bytes",
                           file->format->bytes(file->state, index, opt, out, &failure),
                           &failure, err)
                     : look_and_load(load_item_bytes, file, index, opt, out, err);
}

/* ---------------------------------------------------------------------- the public calls */

/* Of a stream that seeks, one thread at a time may read. */
const nyz_options *nyz_file_options(const nyz_file *file, const nyz_options *opt,
                                    nyz_options *own)
{
    if (opt == NULL || file->seeking.read == NULL) {
        return opt;
    }
    *own = *opt;
    own->threads = 1;
    return own;
}

static nyz_status do_call(call *function, const nyz_file *file, int64_t index,
                          const nyz_options *opt, nyz_array *array, nyz_error *err)
{
    nyz_options own;
    NYZ_TRY(nyz_file_check_index(file, index, err));
    nyz_status status =
        function(file, index, nyz_file_options(file, opt, &own), array, err);
    if (status == NYZ_OK) {
        status = nyz_file_unchanged(file, index, err);
    }
    return status == NYZ_OK ? NYZ_OK : nyz_file_add_context(file, index, status, err);
}

static nyz_status call_for_array(call *function, const nyz_file *file, int64_t index,
                                 const nyz_options *opt, nyz_array *out, nyz_error *err)
{
    memset(out, 0, sizeof *out);
    const nyz_status status = do_call(function, file, index, opt, out, err);
    if (status != NYZ_OK) {
        nyz_array_free(out);
    }
    return status;
}

nyz_status nyz_file_load_at(const nyz_file *file, int64_t index, const nyz_options *opt,
                            nyz_array *out, nyz_error *err)
{
    return call_for_array(load, file, index, opt, out, err);
}

nyz_status nyz_file_load(const nyz_file *file, const char *name, const nyz_options *opt,
                         nyz_array *out, nyz_error *err)
{
    const int64_t index = nyz_file_find(file, name);
    memset(out, 0, sizeof *out);
    return index < 0 ? nyz_file_missing(file, name, err)
                     : nyz_file_load_at(file, index, opt, out, err);
}

nyz_status nyz_file_bytes_at(const nyz_file *file, int64_t index, const nyz_options *opt,
                             nyz_array *out, nyz_error *err)
{
    return call_for_array(load_bytes, file, index, opt, out, err);
}

nyz_status nyz_file_bytes(const nyz_file *file, const char *name, const nyz_options *opt,
                          nyz_array *out, nyz_error *err)
{
    const int64_t index = nyz_file_find(file, name);
    memset(out, 0, sizeof *out);
    return index < 0 ? nyz_file_missing(file, name, err)
                     : nyz_file_bytes_at(file, index, opt, out, err);
}

nyz_status nyz_file_load_into_at(const nyz_file *file, int64_t index,
                                 const nyz_options *opt, const nyz_array *into,
                                 nyz_error *err)
{
    nyz_array target = *into;
    return do_call(load_into, file, index, opt, &target, err);
}

nyz_status nyz_file_load_into(const nyz_file *file, const char *name,
                              const nyz_options *opt, const nyz_array *into,
                              nyz_error *err)
{
    const int64_t index = nyz_file_find(file, name);
    return index < 0 ? nyz_file_missing(file, name, err)
                     : nyz_file_load_into_at(file, index, opt, into, err);
}
