/* SPDX-License-Identifier: MIT */
/* Many members of an archive at once, extracted into one piece of memory (npz_slots.h), which
 * becomes that of their arrays. */
#include <string.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/arithmetic.h"
#include "base/config.h"
#include "base/error.h"
#include "base/owner.h"
#include "base/progress.h"
#include "io/input_file.h"
#include "npz/arrays.h"
#include "npz/npz.h"
#include "npz/npz_slots.h"
#include "zip/zip_directory.h"

/* Each slot begins at a multiple of 64, and with it the data after a NumPy header. */
static nyz_status place_slots(nyz_npz_slots *s, nyz_error *err)
{
    for (int64_t i = 0; i < s->slot_count; i++) {
        const nyz_zip_entry *const entry = nyz_npz_slot_entry(s, i);
        s->slots[i].offset = -1;
        if (nyz_npz_fits(entry, s->config) &&
            (s->config->progress == NULL || entry->size <= NYZ_PROGRESS_STEP)) {
            s->slots[i].offset = s->size;
            if (nyz_add(s->size, entry->size, &s->size) || s->size > INT64_MAX - 63) {
                return nyz_fail(err, NYZ_ERR_MEMORY, -1,
                                "out of memory: the members are too large");
            }
            s->size = (s->size + 63) / 64 * 64;
        }
    }
    return NYZ_OK;
}

/* The array of a member that is not adopted in place, or the failure of extracting it. */
static nyz_status read_alone(const nyz_npz_slots *s, int64_t number, nyz_array *out,
                             nyz_error *err)
{
    const nyz_npz_slot *const m = &s->slots[number];
    if (m->offset < 0) {
        return nyz_npz_load_member(s->npz, nyz_npz_slot_index(s, number), s->config, out,
                                   err);
    }
    nyz_npz_extracted whole = {
        .bytes = s->memory + m->offset,
        .size = nyz_npz_slot_entry(s, number)->size,
        .got = m->got,
    };
    if (m->error != NULL) {
        whole.error = *m->error;
    } else if (m->status != NYZ_OK) {
        (void)nyz_fail(&whole.error, NYZ_ERR_MEMORY, -1, "out of memory");
    }
    return nyz_npz_read_extracted(&whole, nyz_npz_read_array, s->config, out, err);
}

/* The array of a member; none, and no failure that *err may report, if it holds none, or if it
 * is not supported and such are to be skipped.  Both are whole: a damaged one fails. */
static nyz_status take_member(const nyz_npz_slots *s, int64_t number, nyz_arrays *all,
                              nyz_array *out, nyz_error *err)
{
    const nyz_npz_slot *const m = &s->slots[number];
    const int64_t size = nyz_npz_slot_entry(s, number)->size;
    nyz_error why;
    memset(out, 0, sizeof *out);
    if (m->offset >= 0 && m->status == NYZ_OK &&
        nyz_npz_adopt(s->memory + m->offset, size, s->config, s->arena, out) == NYZ_OK) {
        return NYZ_OK;
    }
    memset(out, 0, sizeof *out);
    const nyz_status status = read_alone(s, number, out, &why);
    if (status == NYZ_OK) {
        return NYZ_OK;
    }
    nyz_array_free(out);
    if (status == NYZ_ERR_NOT_FOUND) {
        return NYZ_OK;
    }
    (void)nyz_npz_name_member(s->npz, nyz_npz_slot_index(s, number), status, &why);
    if (status == NYZ_ERR_UNSUPPORTED && (s->config->flags & NYZ_SKIP_UNSUPPORTED) != 0) {
        return nyz_arrays_skip(all, number, &why, err);
    }
    if (err != NULL) {
        *err = why;
    }
    return status;
}

static nyz_status take_members(const nyz_npz_slots *s, nyz_arrays *all, nyz_error *err)
{
    for (int64_t i = 0; i < all->count; i++) {
        nyz_array array;
        NYZ_TRY(take_member(s, i, all, &array, err));
        const nyz_status status = nyz_arrays_put(all, i, &array, err);
        if (status != NYZ_OK) {
            nyz_array_free(&array);
            return status;
        }
    }
    return NYZ_OK;
}

static nyz_status allocate_slots(nyz_npz_slots *s, nyz_arrays **out, nyz_error *err)
{
    const nyz_allocator *const allocator = &s->config->allocator;
    const int64_t count = s->slot_count;
    void *memory = NULL;
    NYZ_TRY(nyz_alloc_array(allocator, count, sizeof *s->slots, &memory, err));
    s->slots = memory;
    NYZ_TRY(nyz_alloc_array(allocator, count, sizeof *s->order, &memory, err));
    s->order = memory;
    NYZ_TRY(place_slots(s, err));
    NYZ_TRY(s->chosen != NULL ? nyz_arrays_new_selected(s->chosen, allocator, out, err)
                              : nyz_arrays_new(&s->npz->dir, allocator, out, err));
    NYZ_TRY(nyz_alloc(allocator, s->size, &memory, err));
    s->memory = memory;
    s->arena = &(*out)->owner->arena;
    (*out)->owner->data = memory;
    (*out)->owner->data_size = s->size;
    return NYZ_OK;
}

static void free_slots(nyz_npz_slots *s)
{
    const nyz_allocator *const allocator = &s->config->allocator;
    const int64_t count = s->slot_count;
    for (int64_t i = 0; s->slots != NULL && i < count; i++) {
        nyz_release(allocator, s->slots[i].error, (int64_t)sizeof *s->slots[i].error);
    }
    nyz_release(allocator, s->slots, count * (int64_t)sizeof *s->slots);
    nyz_release(allocator, s->order, count * (int64_t)sizeof *s->order);
}

static nyz_status cancelled(const nyz_config *config, nyz_error *err)
{
    return config->progress != NULL && nyz_progress_add(config->progress, 0)
               ? nyz_fail(err, NYZ_ERR_CANCELLED, -1, "cancelled")
               : NYZ_OK;
}

static int64_t size_of_all(const nyz_npz_slots *s)
{
    int64_t size = 0;
    for (int64_t i = 0; i < s->slot_count; i++) {
        if (nyz_add(size, nyz_npz_slot_entry(s, i)->size, &size)) {
            return -1;
        }
    }
    return size;
}

nyz_status nyz_npz_load_chosen(const nyz_npz *npz, const nyz_selection *chosen,
                               const nyz_options *opt, nyz_arrays **out, nyz_error *err)
{
    nyz_config config;
    nyz_progress progress;
    nyz_npz_slots s;
    *out = NULL;
    memset(&s, 0, sizeof s);
    NYZ_TRY(nyz_npz_config(npz, opt, &config, err));
    s.npz = npz;
    s.config = &config;
    s.chosen = chosen;
    s.slot_count = chosen != NULL ? chosen->count : npz->dir.count;
    nyz_progress_begin(&progress, &config, 0);
    if (config.progress != NULL) {
        progress.total = size_of_all(&s);
    }
    nyz_status status = allocate_slots(&s, out, err);
    if (status == NYZ_OK) {
        nyz_npz_slots_read(&s);
        status = cancelled(&config, err);
    }
    if (status == NYZ_OK) {
        status = take_members(&s, *out, err);
    }
    if (status == NYZ_OK && npz->file != NULL) {
        status = nyz_input_file_unchanged(npz->file, err);
    }
    free_slots(&s);
    if (status != NYZ_OK) {
        nyz_arrays_free(out);
    }
    return nyz_progress_end(&config, status, err);
}
