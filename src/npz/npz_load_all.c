/* SPDX-License-Identifier: MIT */
/* All members of an archive at once, extracted into one piece of memory: small ones in
 * batches, others by several threads (zip_extract.h). */
#include <string.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/arithmetic.h"
#include "base/config.h"
#include "base/error.h"
#include "base/owner.h"
#include "base/parallel.h"
#include "base/progress.h"
#include "io/input_file.h"
#include "npz/arrays.h"
#include "npz/npz.h"
#include "zip/zip_directory.h"
#include "zip/zip_extract.h"

/* Where in that memory one member goes, and what came of extracting it. */
typedef struct slot {
    int64_t offset; /* -1: it is loaded by itself, as it does not fit */
    int64_t got;
    nyz_status status;
    nyz_error *error; /* NULL: there was no memory for it */
} slot;

typedef struct slots {
    const nyz_npz *npz;
    const nyz_config *config;
    int threads; /* within one member */
    unsigned char *memory;
    int64_t size; /* of memory */
    slot *slots;
    int64_t *order;   /* members and first members of batches, the longest work first */
    int64_t count;    /* in `order` */
    nyz_arena *arena; /* of the dtypes */
} slots;

/* So many bytes of small members are read at once: they stay in the cache until they are
 * copied. */
#define BATCH_SIZE ((int64_t)NYZ_IO_BLOCK / 4)

/* How many members are read with this one; 0: it is no small one. */
static int64_t batch_of(const slots *s, int64_t index)
{
    return s->npz->stream.read_at == NULL
               ? 0
               : nyz_zip_batch_count(&s->npz->dir, index, s->npz->dir.count, BATCH_SIZE);
}

/* Keeps the error for when the member's turn comes. */
static void keep_result(const slots *s, slot *m, nyz_status status,
                        const nyz_error *error)
{
    void *memory = NULL;
    m->status = status;
    if (status != NYZ_OK && nyz_alloc(&s->config->allocator, (int64_t)sizeof *error,
                                      &memory, NULL) == NYZ_OK) {
        m->error = memory;
        *m->error = *error;
    }
}

static void take_from_batch(const slots *s, int64_t first, int64_t index,
                            unsigned char *batch)
{
    slot *const m = &s->slots[index];
    const int64_t size = s->npz->dir.entries[index].size;
    unsigned char *bytes = NULL;
    nyz_error error;
    if (m->offset < 0) {
        return;
    }
    const nyz_status status =
        nyz_zip_batch_member(&s->npz->dir, first, index, batch, &bytes, &error);
    if (bytes != NULL) {
        memcpy(s->memory + m->offset, bytes, (size_t)size);
        m->got = size;
    }
    keep_result(s, m, status, &error);
}

static void extract(const slots *s, int64_t index)
{
    slot *const m = &s->slots[index];
    nyz_error error;
    if (m->offset >= 0) {
        keep_result(s, m,
                    nyz_zip_extract(&s->npz->stream, &s->npz->dir, index, s->threads,
                                    &s->config->allocator, s->memory + m->offset, &m->got,
                                    &error),
                    &error);
    }
}

/* One by one where they cannot be read at once: a failure is only that of some. */
static void read_batch(const slots *s, int64_t first, int64_t count)
{
    const nyz_zip_directory *const dir = &s->npz->dir;
    const int64_t size = nyz_zip_batch_size(dir, first, count);
    void *batch = NULL;
    const int whole =
        nyz_alloc(&s->config->allocator, size, &batch, NULL) == NYZ_OK &&
        nyz_zip_batch_read(&s->npz->stream, dir, first, count, batch, NULL) == NYZ_OK;
    for (int64_t i = first; i < first + count; i++) {
        if (whole) {
            take_from_batch(s, first, i, batch);
        } else {
            extract(s, i);
        }
    }
    nyz_release(&s->config->allocator, batch, size);
}

/* Not 0: cancelled. */
static int report(const slots *s, int64_t first, int64_t count)
{
    int64_t bytes = 0;
    if (s->config->progress == NULL) {
        return 0;
    }
    for (int64_t i = first; i < first + count; i++) {
        bytes += s->slots[i].offset >= 0 ? s->npz->dir.entries[i].size : 0;
    }
    return nyz_progress_add(s->config->progress, bytes);
}

static void read_slot(void *ctx, int64_t number)
{
    const slots *const s = ctx;
    const int64_t index = s->order[number];
    const int64_t batch = batch_of(s, index);
    if (report(s, index, batch > 0 ? batch : 1)) {
        return; /* what is in the slots is not looked at any more */
    }
    if (batch > 0) {
        read_batch(s, index, batch);
    } else {
        extract(s, index);
    }
}

/* Each slot begins at a multiple of 64, and with it the data after a NumPy header. */
static nyz_status place_slots(slots *s, nyz_error *err)
{
    for (int64_t i = 0; i < s->npz->dir.count; i++) {
        const nyz_zip_entry *const entry = &s->npz->dir.entries[i];
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

static void list_work(slots *s)
{
    for (int64_t i = 0; i < s->npz->dir.count;) {
        const int64_t batch = batch_of(s, i);
        s->order[s->count++] = i;
        i += batch > 0 ? batch : 1;
    }
}

static int64_t work_of(const void *ctx, int64_t index)
{
    return ((const slots *)ctx)->npz->dir.entries[index].size;
}

/* Threads share the members or, where one holds nearly all the bytes, its bytes. */
static void read_slots(slots *s)
{
    int threads = s->npz->stream.read_at != NULL ? s->config->threads : 1;
    s->threads = 1;
    list_work(s);
    if (threads > 1 && s->count > 0) {
        nyz_parallel_longest_first(s->order, s->count, work_of, s);
        if (work_of(s, s->order[0]) > s->size / 2) {
            s->threads = threads;
            threads = 1;
        }
    }
    nyz_parallel(threads, s->count, read_slot, s);
}

/* The array of a member that is not adopted in place, or the failure of extracting it. */
static nyz_status read_alone(const slots *s, int64_t index, nyz_array *out,
                             nyz_error *err)
{
    const slot *const m = &s->slots[index];
    if (m->offset < 0) {
        return nyz_npz_load_member(s->npz, index, s->config, out, err);
    }
    nyz_npz_extracted whole = {
        .bytes = s->memory + m->offset,
        .size = s->npz->dir.entries[index].size,
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
static nyz_status take_member(const slots *s, int64_t index, nyz_arrays *all,
                              nyz_array *out, nyz_error *err)
{
    const slot *const m = &s->slots[index];
    const int64_t size = s->npz->dir.entries[index].size;
    nyz_error why;
    memset(out, 0, sizeof *out);
    if (m->offset >= 0 && m->status == NYZ_OK &&
        nyz_npz_adopt(s->memory + m->offset, size, s->config, s->arena, out) == NYZ_OK) {
        return NYZ_OK;
    }
    memset(out, 0, sizeof *out);
    const nyz_status status = read_alone(s, index, out, &why);
    if (status == NYZ_OK) {
        return NYZ_OK;
    }
    nyz_array_free(out);
    if (status == NYZ_ERR_NOT_FOUND) {
        return NYZ_OK;
    }
    (void)nyz_npz_name_member(s->npz, index, status, &why);
    if (status == NYZ_ERR_UNSUPPORTED && (s->config->flags & NYZ_SKIP_UNSUPPORTED) != 0) {
        return nyz_arrays_skip(all, index, &why, err);
    }
    if (err != NULL) {
        *err = why;
    }
    return status;
}

static nyz_status take_members(const slots *s, nyz_arrays *all, nyz_error *err)
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

static nyz_status allocate_slots(slots *s, nyz_arrays **out, nyz_error *err)
{
    const nyz_allocator *const allocator = &s->config->allocator;
    const int64_t count = s->npz->dir.count;
    void *memory = NULL;
    NYZ_TRY(nyz_alloc_array(allocator, count, sizeof *s->slots, &memory, err));
    s->slots = memory;
    NYZ_TRY(nyz_alloc_array(allocator, count, sizeof *s->order, &memory, err));
    s->order = memory;
    NYZ_TRY(place_slots(s, err));
    NYZ_TRY(nyz_arrays_new(&s->npz->dir, allocator, out, err));
    NYZ_TRY(nyz_alloc(allocator, s->size, &memory, err));
    s->memory = memory;
    s->arena = &(*out)->owner->arena;
    (*out)->owner->data = memory;
    (*out)->owner->data_size = s->size;
    return NYZ_OK;
}

static void free_slots(slots *s)
{
    const nyz_allocator *const allocator = &s->config->allocator;
    const int64_t count = s->npz->dir.count;
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

static int64_t size_of_all(const nyz_zip_directory *dir)
{
    int64_t size = 0;
    for (int64_t i = 0; i < dir->count; i++) {
        if (nyz_add(size, dir->entries[i].size, &size)) {
            return -1;
        }
    }
    return size;
}

nyz_status nyz_npz_load_all(const nyz_npz *npz, const nyz_options *opt, nyz_arrays **out,
                            nyz_error *err)
{
    nyz_config config;
    nyz_progress progress;
    slots s;
    *out = NULL;
    memset(&s, 0, sizeof s);
    NYZ_TRY(nyz_npz_config(npz, opt, &config, err));
    nyz_progress_begin(&progress, &config, 0);
    if (config.progress != NULL) {
        progress.total = size_of_all(&npz->dir);
    }
    s.npz = npz;
    s.config = &config;
    nyz_status status = allocate_slots(&s, out, err);
    if (status == NYZ_OK) {
        read_slots(&s);
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
