/* SPDX-License-Identifier: MIT */
/* The items of a file as memory, where the elements are in the file as they are: by nothing but what
 * `info` says of them, for any format. */
#include <stddef.h>
#include <string.h>

#include "nyz_map.h"

#include "array/array.h"
#include "base/config.h"
#include "base/error.h"
#include "file/file_handle.h"
#include "npy/npy_view.h"

/* A table may be of a time before there was `verify`. */
static nyz_status verify(const nyz_file *file, int64_t index, nyz_error *err)
{
    const nyz_container *const format = file->format;
    nyz_error failure;
    if (format->struct_size <= offsetof(nyz_container, verify) ||
        format->verify == NULL) {
        return NYZ_OK;
    }
    nyz_file_begin(&failure);
    const nyz_status status = format->verify(file->state, index, &failure);
    return nyz_file_answer_item(format, "verify", index, status, &failure, err);
}

static nyz_status map_item(const nyz_file *file, int64_t index, const nyz_item *item,
                           nyz_map_mode mode, const nyz_config *config, nyz_array *out,
                           nyz_error *err)
{
    const int fortran = nyz_array_is_fortran(&item->header);
    NYZ_TRY(nyz_file_check_array(item, err));
    if (item->data_offset < 0 && item->data_size > 0) {
        return nyz_fail(
            err, NYZ_ERR_UNSUPPORTED, -1,
            "cannot be mapped: its elements are not in the %s as they are; load it",
            file->format->noun);
    }
    NYZ_TRY(nyz_npy_check_origin(file->input,
                                 file->memory.bytes != NULL && file->buffer.data == NULL,
                                 mode, file->format->noun, err));
    const nyz_npy_data_place place = {file->input == NULL ? file->memory.bytes : NULL,
                                      item->data_offset, item->data_size};
    NYZ_TRY(nyz_npy_check_view(&item->header, fortran, &place, config, err));
    if ((config->flags & NYZ_VERIFY) != 0) {
        NYZ_TRY(verify(file, index, err));
    }
    NYZ_TRY(nyz_file_own_header(item, config, out, err));
    return nyz_npy_map_data(file->input, &place, fortran, mode, config, out, err);
}

static nyz_status look_and_map(const nyz_file *file, int64_t index, nyz_map_mode mode,
                               const nyz_config *config, nyz_array *out, nyz_error *err)
{
    nyz_item item;
    NYZ_TRY(nyz_file_look(file, index, &config->limits, &item, err));
    nyz_status status = map_item(file, index, &item, mode, config, out, err);
    nyz_item_free(&item);
    if (status == NYZ_OK) {
        status = nyz_file_unchanged(file, index, err);
    }
    if (status != NYZ_OK) {
        nyz_array_free(out);
    }
    return status;
}

nyz_status nyz_file_map_at(const nyz_file *file, int64_t index, nyz_map_mode mode,
                           const nyz_options *opt, nyz_array *out, nyz_error *err)
{
    nyz_config config;
    nyz_error why;
    memset(out, 0, sizeof *out);
    NYZ_TRY(nyz_file_check_index(file, index, err));
    NYZ_TRY(nyz_config_over(&file->config, opt, &config, err));
    NYZ_TRY(nyz_npy_check_map_mode(mode, err));
    if (mode == NYZ_MAP_SHARED) {
        return nyz_fail(
            err, NYZ_ERR_ARGUMENT, -1,
            "an item cannot be mapped to be written to; nyz_map maps .npy files "
            "so");
    }
    const nyz_status status = look_and_map(file, index, mode, &config, out, &why);
    if (status == NYZ_ERR_UNSUPPORTED && nyz_npy_may_load(mode, &config)) {
        return nyz_file_load_at(file, index, opt, out, err);
    }
    (void)nyz_npy_map_result(status, &why, err);
    return status == NYZ_OK ? NYZ_OK : nyz_file_add_context(file, index, status, err);
}

nyz_status nyz_file_map(const nyz_file *file, const char *name, nyz_map_mode mode,
                        const nyz_options *opt, nyz_array *out, nyz_error *err)
{
    const int64_t index = nyz_file_find(file, name);
    memset(out, 0, sizeof *out);
    return index < 0 ? nyz_file_missing(file, name, err)
                     : nyz_file_map_at(file, index, mode, opt, out, err);
}
