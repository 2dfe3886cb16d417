/* SPDX-License-Identifier: MIT */
/* A list of arrays: see arrays.h. */
#include "npz/arrays.h"

#include <assert.h>
#include <string.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/error.h"
#include "base/name_table.h"
#include "base/owner.h"
#include "npz/npz.h"
#include "zip/zip_directory.h"

/* Empty items, without their names. */
static nyz_status new_items(int64_t count, const nyz_allocator *allocator,
                            nyz_arrays **out, nyz_error *err)
{
    void *memory = NULL;
    *out = NULL;
    NYZ_TRY(nyz_alloc_zero(allocator, (int64_t)sizeof **out, &memory, err));
    nyz_arrays *made = memory;
    made->allocator = *allocator;
    made->dir.allocator = *allocator;
    nyz_status status =
        nyz_alloc_array(allocator, count, sizeof *made->items, &memory, err);
    if (status == NYZ_OK) {
        made->items = memory;
        made->count = count;
        status = nyz_owner_new(allocator, &made->owner, err);
    }
    if (status != NYZ_OK) {
        nyz_arrays_free(&made);
    }
    *out = made;
    return status;
}

nyz_status nyz_arrays_new(const nyz_zip_directory *dir, const nyz_allocator *allocator,
                          nyz_arrays **out, nyz_error *err)
{
    nyz_zip_directory copy;
    NYZ_TRY(new_items(dir->count, allocator, out, err));
    const nyz_status status = nyz_zip_directory_copy(dir, allocator, &copy, err);
    if (status != NYZ_OK) {
        nyz_arrays_free(out);
        return status;
    }
    (*out)->dir = copy;
    (*out)->names = copy.index;
    (*out)->is_archive = 1;
    return NYZ_OK;
}

/* ------------------------------------------------------------------- names of other files */

static const char *name_of(const void *owner, uint32_t number, size_t *size)
{
    const nyz_arrays_text *const name = (const nyz_arrays_text *)owner + number;
    *size = name->size;
    return name->text;
}

/* All of it is in the owner's arena. */
static nyz_status make_index(nyz_arrays *arrays, nyz_error *err)
{
    nyz_arena *const arena = &arrays->owner->arena;
    const int64_t slot_count = nyz_name_table_size(arrays->count);
    void *list = NULL;
    void *slots = NULL;
    NYZ_TRY(nyz_arena_alloc(arena, arrays->count, sizeof *arrays->list, &list, err));
    NYZ_TRY(nyz_arena_alloc(arena, slot_count, sizeof *arrays->names.slots, &slots, err));
    arrays->list = list;
    nyz_name_table_init(&arrays->names, slots, slot_count, name_of, list);
    return NYZ_OK;
}

nyz_status nyz_arrays_new_list(int64_t count, const nyz_allocator *allocator,
                               nyz_arrays **out, nyz_error *err)
{
    NYZ_TRY(new_items(count, allocator, out, err));
    const nyz_status status = count > 0 ? make_index(*out, err) : NYZ_OK;
    if (status != NYZ_OK) {
        nyz_arrays_free(out);
    }
    return status;
}

nyz_status nyz_arrays_set_name(nyz_arrays *arrays, int64_t index, const char *name,
                               size_t size, nyz_error *err)
{
    nyz_arrays_text *const kept = &arrays->list[index];
    void *text = NULL;
    NYZ_TRY(nyz_arena_alloc(&arrays->owner->arena, (int64_t)size + 1, 1, &text, err));
    memcpy(text, name, size);
    kept->text = text;
    kept->size = size;
    const nyz_name whole = {text, size, "", 0};
    *nyz_name_table_slot(&arrays->names, &whole) = (uint32_t)index + 1;
    return NYZ_OK;
}

nyz_status nyz_arrays_new_selected(const nyz_selection *chosen,
                                   const nyz_allocator *allocator, nyz_arrays **out,
                                   nyz_error *err)
{
    nyz_status status = nyz_arrays_new_list(chosen->count, allocator, out, err);
    for (int64_t i = 0; status == NYZ_OK && i < chosen->count; i++) {
        const nyz_select_item *const item = &chosen->items[i];
        status = nyz_arrays_set_name(*out, i, item->name, item->size, err);
    }
    if (status != NYZ_OK) {
        nyz_arrays_free(out);
    }
    return status;
}

/* ------------------------------------------------------------------------------ the items */

nyz_status nyz_arrays_put(nyz_arrays *arrays, int64_t index, const nyz_array *array,
                          nyz_error *err)
{
    nyz_arrays_item *const item = &arrays->items[index];
    void *dims = NULL;
    if (array->ndim > 0) {
        NYZ_TRY(nyz_arena_alloc(&arrays->owner->arena, array->ndim,
                                2 * sizeof *item->dims, &dims, err));
    }
    item->data = array->data;
    item->owner = array->owner;
    item->dtype = array->dtype;
    item->ndim = array->ndim;
    item->dims = dims;
    assert(dims != NULL || array->ndim <= 0);
    for (int i = 0; i < array->ndim; i++) {
        item->dims[i] = array->shape[i];
        item->dims[array->ndim + i] = array->strides[i];
    }
    return NYZ_OK;
}

/* The list of reasons is made for the first item that is skipped. */
nyz_status nyz_arrays_skip(nyz_arrays *arrays, int64_t index, const nyz_error *why,
                           nyz_error *err)
{
    if (arrays->errors == NULL) {
        void *errors = NULL;
        NYZ_TRY(nyz_alloc_array(&arrays->allocator, arrays->count, sizeof *why, &errors,
                                err));
        arrays->errors = errors;
    }
    arrays->errors[index] = *why;
    return NYZ_OK;
}

void nyz_arrays_free(nyz_arrays **arrays)
{
    if (arrays == NULL || *arrays == NULL) {
        return;
    }
    nyz_arrays *const a = *arrays;
    const nyz_allocator allocator = a->allocator;
    for (int64_t i = 0; i < a->count; i++) {
        nyz_owner_free(&a->items[i].owner);
    }
    nyz_owner_free(&a->owner);
    nyz_release(&allocator, a->items, a->count * (int64_t)sizeof *a->items);
    nyz_release(&allocator, a->errors, a->count * (int64_t)sizeof *a->errors);
    nyz_zip_directory_free(&a->dir);
    nyz_release(&allocator, a, (int64_t)sizeof *a);
    *arrays = NULL;
}

/* ------------------------------------------------------------------------------ the public calls */

int64_t nyz_arrays_count(const nyz_arrays *arrays)
{
    return arrays != NULL ? arrays->count : 0;
}

static nyz_status check_index(const nyz_arrays *arrays, int64_t index, nyz_error *err)
{
    if (index < 0 || index >= arrays->count) {
        return nyz_fail(err, NYZ_ERR_NOT_FOUND, -1,
                        "no array %lld: the list has %lld, from 0", (long long)index,
                        (long long)arrays->count);
    }
    return NYZ_OK;
}

const char *nyz_arrays_name(const nyz_arrays *arrays, int64_t index)
{
    size_t size = 0;
    return arrays != NULL && index >= 0 && index < arrays->count
               ? arrays->names.name_of(arrays->names.owner, (uint32_t)index, &size)
               : NULL;
}

nyz_status nyz_arrays_get_at(const nyz_arrays *arrays, int64_t index, nyz_array *out,
                             nyz_error *err)
{
    memset(out, 0, sizeof *out);
    NYZ_TRY(check_index(arrays, index, err));
    const nyz_arrays_item *const item = &arrays->items[index];
    if (item->dtype.type == NYZ_NONE) {
        return NYZ_OK;
    }
    out->data = item->data;
    out->base = item->owner != NULL ? item->owner : arrays->owner;
    out->dtype = item->dtype;
    out->ndim = item->ndim;
    for (int i = 0; i < item->ndim; i++) {
        out->shape[i] = item->dims[i];
        out->strides[i] = item->dims[item->ndim + i];
    }
    return NYZ_OK;
}

nyz_status nyz_arrays_get(const nyz_arrays *arrays, const char *name, nyz_array *out,
                          nyz_error *err)
{
    nyz_name parts = {name, strlen(name), "", 0};
    int64_t index = nyz_name_table_find(&arrays->names, &parts);
    if (index < 0 && arrays->is_archive) {
        parts.suffix = ".npy";
        parts.suffix_size = 4;
        index = nyz_name_table_find(&arrays->names, &parts);
    }
    if (index < 0) {
        memset(out, 0, sizeof *out);
        return nyz_npz_missing(&arrays->names, arrays->count,
                               arrays->is_archive ? "archive" : "list", name, err);
    }
    return nyz_arrays_get_at(arrays, index, out, err);
}

const nyz_error *nyz_arrays_error(const nyz_arrays *arrays, int64_t index)
{
    return arrays->errors != NULL && index >= 0 && index < arrays->count &&
                   arrays->errors[index].status != NYZ_OK
               ? &arrays->errors[index]
               : NULL;
}
