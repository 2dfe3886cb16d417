/* SPDX-License-Identifier: MIT */
/* An item of another library's format by the table's own load, load_into or bytes, and the check
 * of what these give against what its `info` says. */
#include <string.h>

#include "array/array.h"
#include "base/config.h"
#include "base/error.h"
#include "base/progress.h"
#include "dtype/dtype.h"
#include "file/file_handle.h"
#include "npy/npy.h"

/* The callback that a table gets: cancelling holds whatever the table returns. */
static int report(void *ctx, int64_t done, int64_t total)
{
    nyz_progress *const progress = ctx;
    (void)total;
    return nyz_progress_add(progress, done > progress->done ? done - progress->done : 0);
}

/* All that the caller has asked for, checked and filled in. */
static nyz_options options_of(const nyz_config *config)
{
    nyz_options opt = nyz_config_options(config);
    opt.progress = config->progress != NULL ? report : NULL;
    opt.progress_ctx = config->progress;
    return opt;
}

typedef nyz_status table_loader(const void *state, int64_t index, const nyz_options *opt,
                                nyz_array *out, nyz_error *err);

/* What it leaves in *out after a failure is not looked at. */
static nyz_status load_there(table_loader *loader, const char *what, const nyz_file *file,
                             int64_t index, const nyz_config *config, nyz_array *out,
                             nyz_error *err)
{
    const nyz_options opt = options_of(config);
    nyz_error failure;
    nyz_file_begin(&failure);
    const nyz_status status = loader(file->state, index, &opt, out, &failure);
    if (status != NYZ_OK) {
        memset(out, 0, sizeof *out);
    }
    return nyz_file_answer_item(file->format, what, index, status, &failure, err);
}

/* What is wrong with an array that a table has loaded, or NULL. */
static const char *check_owned(const nyz_array *array)
{
    int64_t count = 0;
    int64_t bytes = 0;
    if (nyz_array_check_data(array, &count, &bytes, NULL) != NYZ_OK ||
        nyz_dtype_has_objects(&array->dtype)) {
        return "is not an array";
    }
    if (array->owner == NULL || array->base == NULL) {
        return "does not own its memory";
    }
    return array->flags == 0 ? NULL : "is read-only or mapped";
}

static const char *check_against(const nyz_array *header, const nyz_config *config,
                                 const nyz_array *array)
{
    const nyz_order own = nyz_array_is_fortran(header) ? NYZ_F_ORDER : NYZ_C_ORDER;
    const nyz_order order = config->order == NYZ_KEEP_ORDER ? own : config->order;
    if (array->ndim != header->ndim ||
        memcmp(array->shape, header->shape,
               (size_t)header->ndim * sizeof *header->shape) != 0) {
        return "has another shape than its info says";
    }
    if (!nyz_dtype_same(&header->dtype, &array->dtype,
                        nyz_byteorder_or(config->byteorder, NYZ_NATIVE))) {
        return "has another dtype than its info says, in the byte order asked for";
    }
    return nyz_array_is_contiguous(array, order)
               ? NULL
               : "is not contiguous in the order asked for";
}

nyz_status nyz_file_table_load(const nyz_file *file, int64_t index, const nyz_item *item,
                               const nyz_config *config, nyz_array *out, nyz_error *err)
{
    NYZ_TRY(load_there(file->format->load, "load", file, index, config, out, err));
    const char *why = check_owned(out);
    if (why == NULL) {
        why = check_against(&item->header, config, out);
    }
    return why == NULL ? NYZ_OK : nyz_file_refuse(file->format, "load", index, why, err);
}

/* Shape and dtype are checked before the table is asked. */
nyz_status nyz_file_table_into(const nyz_file *file, int64_t index, const nyz_item *item,
                               const nyz_config *config, nyz_array *into, nyz_error *err)
{
    const nyz_options opt = options_of(config);
    nyz_error failure;
    NYZ_TRY(nyz_npy_check_fits(&item->header, nyz_array_is_fortran(&item->header), into,
                               config, err));
    nyz_file_begin(&failure);
    const nyz_status status =
        file->format->load_into(file->state, index, &opt, into, &failure);
    return nyz_file_answer_item(file->format, "load_into", index, status, &failure, err);
}

/* How many there are, if `entry` or `info` says so; else -1. */
static int64_t size_of_bytes(const nyz_item *item)
{
    return item->kind == NYZ_ITEM_BYTES ? item->data_size : item->entry.size;
}

nyz_status nyz_file_table_bytes(const nyz_file *file, int64_t index, const nyz_item *item,
                                const nyz_config *config, nyz_array *out, nyz_error *err)
{
    const int64_t expected = size_of_bytes(item);
    NYZ_TRY(nyz_file_limit_bytes(expected, &config->limits, err));
    NYZ_TRY(load_there(file->format->bytes, "bytes", file, index, config, out, err));
    const char *why = check_owned(out);
    if (why == NULL && (out->dtype.type != NYZ_UINT8 || out->ndim != 1)) {
        why = "are not uint8 in one dimension";
    }
    if (why == NULL && expected >= 0 && out->shape[0] != expected) {
        why = "are not as many as its info says";
    }
    if (why != NULL) {
        return nyz_file_refuse(file->format, "bytes", index, why, err);
    }
    return nyz_file_limit_bytes(out->shape[0], &config->limits, err);
}
