/* SPDX-License-Identifier: MIT */
/* The items of a file: their names, and what a format says of one, checked. */
#include <string.h>

#include "array/array.h"
#include "base/arithmetic.h"
#include "base/error.h"
#include "base/nearest.h"
#include "base/utf8.h"
#include "dtype/dtype.h"
#include "file/file_handle.h"
#include "npz/npz.h"

/* ---------------------------------------------------------------------------------- names */

static int is_name(const char *name, size_t size)
{
    return name != NULL && strlen(name) == size && nyz_utf8_valid(name, size);
}

static int all_zero(const int64_t reserved[4])
{
    return (reserved[0] | reserved[1] | reserved[2] | reserved[3]) == 0;
}

int nyz_file_list(const nyz_file *file, int64_t index, nyz_entry *out)
{
    memset(out, 0, sizeof *out);
    out->size = out->compressed_size = -1;
    out->key_size = SIZE_MAX;
    file->format->entry(file->state, index, out);
    if (out->key_size == SIZE_MAX) {
        out->key_size = out->name_size;
    }
    if (!is_name(out->name, out->name_size) || out->key_size > out->name_size ||
        out->size < -1 || out->compressed_size < -1 || out->reserved32 != 0 ||
        !all_zero(out->reserved)) {
        memset(out, 0, sizeof *out);
        return 0;
    }
    return 1;
}

static nyz_status list(const nyz_file *file, int64_t index, nyz_entry *out,
                       nyz_error *err)
{
    return nyz_file_list(file, index, out)
               ? NYZ_OK
               : nyz_file_refuse(file->format, "entry", index,
                                 "has a name that is not UTF-8 that ends, a negative "
                                 "size, or a reserved word that is not 0",
                                 err);
}

const char *nyz_file_name(const nyz_file *file, int64_t index)
{
    nyz_entry entry;
    return index >= 0 && index < file->count && nyz_file_list(file, index, &entry)
               ? entry.name
               : NULL;
}

nyz_status nyz_file_entry_at(const nyz_file *file, int64_t index, nyz_entry *out,
                             nyz_error *err)
{
    memset(out, 0, sizeof *out);
    NYZ_TRY(nyz_file_check_index(file, index, err));
    return list(file, index, out, err);
}

nyz_status nyz_file_entry(const nyz_file *file, const char *name, nyz_entry *out,
                          nyz_error *err)
{
    const int64_t index = nyz_file_find(file, name);
    memset(out, 0, sizeof *out);
    return index < 0 ? nyz_file_missing(file, name, err)
                     : nyz_file_entry_at(file, index, out, err);
}

/* The last one counts. */
static int64_t search(const nyz_file *file, const char *name)
{
    for (int64_t i = file->count; i > 0; i--) {
        const char *const other = nyz_file_name(file, i - 1);
        if (other != NULL && strcmp(other, name) == 0) {
            return i - 1;
        }
    }
    return -1;
}

int64_t nyz_file_find(const nyz_file *file, const char *name)
{
    const nyz_container *const format = file->format;
    if (format->find == NULL) {
        return search(file, name);
    }
    const int64_t index = format->find(file->state, name);
    return index >= 0 && index < file->count ? index : -1;
}

nyz_status nyz_file_missing(const nyz_file *file, const char *name, nyz_error *err)
{
    nyz_nearest nearest;
    const int64_t count = nyz_min(file->count, NYZ_NEAREST_CANDIDATES);
    nyz_nearest_begin(&nearest, name, nyz_npz_key_size(name, strlen(name)));
    for (int64_t i = 0; i < count; i++) {
        nyz_entry entry;
        if (nyz_file_list(file, i, &entry)) {
            nyz_nearest_offer(&nearest, entry.name, entry.key_size);
        }
    }
    return nyz_nearest_fail(&nearest, name, file->format->noun, file->count, err);
}

nyz_status nyz_file_check_index(const nyz_file *file, int64_t index, nyz_error *err)
{
    if (index < 0 || index >= file->count) {
        return nyz_fail(err, NYZ_ERR_NOT_FOUND, -1,
                        "no item %lld: the %s has %lld, from 0", (long long)index,
                        file->format->noun, (long long)file->count);
    }
    return NYZ_OK;
}

nyz_status nyz_file_add_context(const nyz_file *file, int64_t index, nyz_status status,
                                nyz_error *err)
{
    char quoted[NYZ_QUOTE_SIZE];
    nyz_entry entry;
    const int plain =
        (file->format->flags & NYZ_CONTAINER_NUMBERED) != 0 && file->count == 1;
    if (nyz_file_list(file, index, &entry) && !plain) {
        if (status != NYZ_ERR_CANCELLED) { /* which is not the item's failure */
            nyz_error_prefix(
                err, "member '%s': ", nyz_quote(quoted, entry.name, entry.name_size));
        }
        nyz_error_set_member(err, index, entry.name, entry.name_size);
    }
    return status;
}

/* ------------------------------------------------------------------------ what is known */

void nyz_item_free(nyz_item *item)
{
    if (item != NULL) {
        nyz_array_free(&item->header);
        memset(item, 0, sizeof *item);
    }
}

/* What is wrong with an item, or NULL. */
static const char *check_numbers(const nyz_item *item)
{
    if (item->kind < NYZ_ITEM_ARRAY || item->kind > NYZ_ITEM_UNREADABLE) {
        return "has a kind that there is not";
    }
    if (item->data_size < -1 || item->data_offset < -1) {
        return "has a negative size or place";
    }
    if (item->reserved32 != 0 || !all_zero(item->reserved)) {
        return "has a reserved word that is not 0";
    }
    if ((item->kind == NYZ_ITEM_UNREADABLE) != (item->error.status != NYZ_OK) ||
        item->error.status < NYZ_OK || item->error.status > NYZ_ERR_LIMIT) {
        return "has an error that does not go with its kind";
    }
    if (item->kind == NYZ_ITEM_BYTES &&
        (item->data_size < 0 || item->header.dtype.type != NYZ_NONE)) {
        return "is not an array, and has a header or no size";
    }
    return NULL;
}

/* A header is there for an array, and may be for what is unreadable. */
static const char *check_header(nyz_item *item)
{
    const nyz_array *const header = &item->header;
    int64_t count = 0;
    int64_t bytes = 0;
    if (item->kind != NYZ_ITEM_ARRAY && header->dtype.type == NYZ_NONE) {
        return NULL;
    }
    if (header->data != NULL || nyz_array_check(header, &count, &bytes, NULL) != NYZ_OK) {
        return "has a header that is not one";
    }
    if (!nyz_array_is_contiguous(header, NYZ_KEEP_ORDER)) {
        return "has strides that are not contiguous";
    }
    if (item->kind != NYZ_ITEM_ARRAY) {
        return NULL;
    }
    if (nyz_dtype_has_objects(&header->dtype)) {
        return "has Python objects, which are never an array that can be loaded";
    }
    item->data_size = item->data_size == -1 ? bytes : item->data_size;
    return item->data_size == bytes ? NULL : "has a size that is not that of its header";
}

static void make_unreadable(nyz_item *item)
{
    item->kind = NYZ_ITEM_UNREADABLE;
    item->data_offset = -1;
}

/* That the bytes are there is checked here, for all formats. */
static void check_place(const nyz_file *file, nyz_item *item)
{
    if (item->data_offset < 0) {
        return;
    }
    if (item->kind == NYZ_ITEM_UNREADABLE) {
        item->data_offset = -1;
    } else if (item->data_offset > file->size ||
               item->data_size > file->size - item->data_offset) {
        (void)nyz_fail(&item->error, NYZ_ERR_CORRUPT, file->size,
                       "data: expected %lld bytes at %lld, the %s has %lld",
                       (long long)item->data_size, (long long)item->data_offset,
                       file->format->noun, (long long)file->size);
        make_unreadable(item);
    }
}

static nyz_status check_item(const nyz_file *file, int64_t index, nyz_item *item,
                             nyz_error *err)
{
    const char *why = check_numbers(item);
    if (why == NULL) {
        why = check_header(item);
    }
    if (why != NULL) {
        return nyz_file_refuse(file->format, "info", index, why, err);
    }
    check_place(file, item);
    nyz_file_clean(&item->error);
    if (item->kind == NYZ_ITEM_UNREADABLE && item->error.message[0] == '\0') {
        (void)nyz_fail(&item->error, item->error.status, item->error.offset,
                       "cannot be read: %s", nyz_status_text(item->error.status));
    }
    return NYZ_OK;
}

/* An array over a limit cannot be read, as in nyz's own formats, which apply them themselves. */
static void check_limits(const nyz_file *file, const nyz_limits *limits, nyz_item *item)
{
    if (!file->own && item->kind == NYZ_ITEM_ARRAY &&
        nyz_file_limit_array(item, limits, &item->error) != NYZ_OK) {
        make_unreadable(item);
    }
}

nyz_status nyz_file_look(const nyz_file *file, int64_t index, const nyz_limits *limits,
                         nyz_item *out, nyz_error *err)
{
    nyz_error failure;
    nyz_entry entry;
    memset(out, 0, sizeof *out);
    NYZ_TRY(list(file, index, &entry, err));
    nyz_file_begin(&failure);
    nyz_file_begin(&out->error);
    out->entry = entry;
    out->data_size = out->data_offset = -1;
    nyz_status status = file->format->info(file->state, index, out, &failure);
    status = nyz_file_answer_item(file->format, "info", index, status, &failure, err);
    if (status == NYZ_OK) {
        out->entry = entry;
        status = check_item(file, index, out, err);
    }
    if (status == NYZ_OK) {
        check_limits(file, limits, out);
    }
    if (status != NYZ_OK) {
        nyz_item_free(out);
    }
    return status;
}

nyz_status nyz_file_info_at(const nyz_file *file, int64_t index, nyz_item *out,
                            nyz_error *err)
{
    memset(out, 0, sizeof *out);
    NYZ_TRY(nyz_file_check_index(file, index, err));
    nyz_status status = nyz_file_look(file, index, &file->config.limits, out, err);
    if (status == NYZ_OK) {
        status = nyz_file_unchanged(file, index, err);
    }
    if (status != NYZ_OK) {
        nyz_item_free(out);
        return nyz_file_add_context(file, index, status, err);
    }
    if (out->kind == NYZ_ITEM_UNREADABLE) {
        (void)nyz_file_add_context(file, index, NYZ_OK, &out->error);
    }
    return NYZ_OK;
}

nyz_status nyz_file_info(const nyz_file *file, const char *name, nyz_item *out,
                         nyz_error *err)
{
    const int64_t index = nyz_file_find(file, name);
    if (index < 0) {
        memset(out, 0, sizeof *out);
        return nyz_file_missing(file, name, err);
    }
    return nyz_file_info_at(file, index, out, err);
}
