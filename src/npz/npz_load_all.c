/* All members of an archive at once, into one block of memory: by the fast path of
 * zip_extract.h, small ones in runs.  The streaming path reports what is wrong. */
#include <string.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/arithmetic.h"
#include "base/config.h"
#include "base/error.h"
#include "base/owner.h"
#include "base/parallel.h"
#include "io/file.h"
#include "npz/npz.h"
#include "zip/zip_directory.h"
#include "zip/zip_extract.h"

/* Slots in one piece of memory, one for each member that is read by the fast path. */
typedef struct slots {
    const nyz_npz *npz;
    const nyz_config *config;
    int threads; /* within one member */
    unsigned char *memory;
    int64_t size;     /* of memory */
    int64_t *offsets; /* of each member's slot; -1: none */
    int64_t *order;   /* members and first members of runs, the longest work first */
    int64_t count;    /* in `order` */
    nyz_status *statuses;
    nyz_arena *arena; /* of the dtypes */
} slots;

/* So many bytes of small members are read at once: they stay in the cache until they are
 * copied. */
#define RUN_SIZE ((int64_t)NYZ_IO_BLOCK / 4)

/* How many members are read with this one; 0: it is no small one. */
static int64_t run_of(const slots *s, int64_t index)
{
    return s->npz->stream.read_at == NULL
               ? 0
               : nyz_zip_batch_count(&s->npz->dir, index, s->npz->dir.count, RUN_SIZE);
}

static nyz_status take_from_run(slots *s, int64_t first, int64_t index,
                                unsigned char *run)
{
    if (s->offsets[index] < 0) {
        return NYZ_OK;
    }
    const unsigned char *const bytes =
        nyz_zip_batch_member(&s->npz->dir, first, index, run);
    if (bytes == NULL) {
        return NYZ_ERR_CORRUPT;
    }
    memcpy(s->memory + s->offsets[index], bytes, (size_t)s->npz->dir.entries[index].size);
    return NYZ_OK;
}

static void read_run(slots *s, int64_t first, int64_t count)
{
    const int64_t size = nyz_zip_batch_size(&s->npz->dir, first, count);
    void *run = NULL;
    nyz_status status = nyz_alloc(&s->config->allocator, size, &run, NULL);
    if (status == NYZ_OK) {
        status =
            nyz_zip_batch_read(&s->npz->stream, &s->npz->dir, first, count, run, NULL);
    }
    for (int64_t i = first; i < first + count; i++) {
        s->statuses[i] = status == NYZ_OK ? take_from_run(s, first, i, run) : status;
    }
    nyz_release(&s->config->allocator, run, size);
}

static void read_slot(void *ctx, int64_t number)
{
    slots *const s = ctx;
    const int64_t index = s->order[number];
    const int64_t run = run_of(s, index);
    if (run > 0) {
        read_run(s, index, run);
    } else if (s->offsets[index] >= 0) {
        s->statuses[index] =
            nyz_zip_extract(&s->npz->stream, &s->npz->dir, index, s->threads,
                            &s->config->allocator, s->memory + s->offsets[index], NULL);
    }
}

/* Each slot begins at a multiple of 64, and with it the data behind a NumPy header. */
static nyz_status place_slots(slots *s, nyz_error *err)
{
    for (int64_t i = 0; i < s->npz->dir.count; i++) {
        const nyz_zip_entry *const entry = &s->npz->dir.entries[i];
        s->offsets[i] = -1;
        if (nyz_npz_fits(entry, s->config)) {
            s->offsets[i] = s->size;
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
        const int64_t run = run_of(s, i);
        s->order[s->count++] = i;
        i += run > 0 ? run : 1;
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

/* One that holds no array is left empty, and is no failure that *err may tell. */
static nyz_status load_alone(const slots *s, int64_t index, const nyz_options *opt,
                             nyz_array *out, nyz_error *err)
{
    nyz_error why;
    const nyz_status status = nyz_npz_load_at(s->npz, index, opt, out, &why);
    if (status == NYZ_ERR_NOT_FOUND) {
        return NYZ_OK;
    }
    if (status != NYZ_OK && err != NULL) {
        *err = why;
    }
    return status;
}

static nyz_status take_member(const slots *s, int64_t index, const nyz_options *opt,
                              nyz_array *out, nyz_error *err)
{
    nyz_status status = NYZ_ERR_UNSUPPORTED;
    if (s->offsets[index] >= 0 && s->statuses[index] == NYZ_OK) {
        status = nyz_npz_adopt(s->memory + s->offsets[index],
                               s->npz->dir.entries[index].size, s->config, s->arena, out);
    }
    return status != NYZ_OK ? load_alone(s, index, opt, out, err) : NYZ_OK;
}

static nyz_status take_members(const slots *s, const nyz_options *opt, nyz_arrays *out,
                               nyz_error *err)
{
    const int64_t count = s->npz->dir.count;
    nyz_status status = NYZ_OK;
    void *items = NULL;
    NYZ_TRY(nyz_alloc(&s->config->allocator, count * (int64_t)sizeof *out->items, &items,
                      err));
    out->items = items;
    out->count = count;
    for (int64_t i = 0; i < count; i++) {
        status = take_member(s, i, opt, &out->items[i], err);
        if (status != NYZ_OK) {
            memset(&out->items[i], 0, (size_t)(count - i) * sizeof *out->items);
            break;
        }
    }
    return status;
}

static nyz_status allocate_slots(slots *s, nyz_arrays *out, nyz_error *err)
{
    const nyz_allocator *const allocator = &s->config->allocator;
    const int64_t count = s->npz->dir.count;
    void *memory = NULL;
    NYZ_TRY(nyz_alloc_array(allocator, count, sizeof *s->offsets, &memory, err));
    s->offsets = memory;
    NYZ_TRY(nyz_alloc_array(allocator, count, sizeof *s->order, &memory, err));
    s->order = memory;
    NYZ_TRY(nyz_alloc_array(allocator, count, sizeof *s->statuses, &memory, err));
    s->statuses = memory;
    NYZ_TRY(place_slots(s, err));
    NYZ_TRY(nyz_owner_new(allocator, &out->owner, err));
    NYZ_TRY(nyz_alloc(allocator, s->size, &memory, err));
    s->memory = memory;
    s->arena = &out->owner->arena;
    out->owner->data = memory;
    out->owner->data_size = s->size;
    return NYZ_OK;
}

static void free_slots(slots *s)
{
    const nyz_allocator *const allocator = &s->config->allocator;
    const int64_t count = s->npz->dir.count;
    nyz_release(allocator, s->offsets, count * (int64_t)sizeof *s->offsets);
    nyz_release(allocator, s->order, count * (int64_t)sizeof *s->order);
    nyz_release(allocator, s->statuses, count * (int64_t)sizeof *s->statuses);
}

nyz_status nyz_npz_load_all(const nyz_npz *npz, const nyz_options *opt, nyz_arrays *out,
                            nyz_error *err)
{
    nyz_config config;
    slots s;
    memset(out, 0, sizeof *out);
    memset(&s, 0, sizeof s);
    NYZ_TRY(nyz_npz_config(npz, opt, &config, err));
    s.npz = npz;
    s.config = &config;
    nyz_status status = allocate_slots(&s, out, err);
    if (status == NYZ_OK) {
        read_slots(&s);
        status = take_members(&s, opt, out, err);
    }
    if (status == NYZ_OK && npz->file != NULL) {
        status = nyz_input_file_unchanged(npz->file, err);
    }
    free_slots(&s);
    if (status != NYZ_OK) {
        nyz_arrays_free(out);
    }
    return status;
}

void nyz_arrays_free(nyz_arrays *arrays)
{
    if (arrays == NULL) {
        return;
    }
    for (int64_t i = 0; i < arrays->count; i++) {
        nyz_array_free(&arrays->items[i]);
    }
    if (arrays->owner != NULL) {
        const nyz_allocator allocator = arrays->owner->arena.allocator;
        nyz_release(&allocator, arrays->items,
                    arrays->count * (int64_t)sizeof *arrays->items);
        nyz_owner_free(&arrays->owner);
    }
    memset(arrays, 0, sizeof *arrays);
}
