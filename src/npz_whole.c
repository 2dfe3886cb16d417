/* Members loaded whole, by the fast lane of zip_whole.h: one by one where that wins, and
 * all of an archive into one piece of memory. */
#include <string.h>

#include "npz.h"
#include "parallel.h"
#include "zip_whole.h"

/* ------------------------------------------------------------------------------ one member */

/* Header and data as they stand in memory; the data becomes native where it is. */
static nyz_status adopt_data(nyz_source *source, const nyz_env *env, unsigned char *data,
                             nyz_array *array, nyz_error *err)
{
    const nyz_dtype from = array->dtype;
    const nyz_byteorder byteorder = nyz_byteorder_or(env->byteorder, NYZ_NATIVE);
    int64_t count = 0;
    int64_t bytes = 0;
    NYZ_TRY(nyz_array_check(array, &count, &bytes, err));
    if (nyz_dtype_has_object(&from) || bytes != source->left ||
        (uintptr_t)data % 64 != 0) {
        return nyz_fail(err, NYZ_ERR_UNSUPPORTED, -1, "not for the fast lane");
    }
    NYZ_TRY(nyz_dtype_clone(&from, byteorder, &array->owner->arena, &array->dtype, err));
    nyz_dtype_swap(&from, byteorder, data, count, from.itemsize);
    array->data = bytes > 0 ? data : NULL;
    return NYZ_OK;
}

nyz_status nyz_npz_adopt(const nyz_npz *npz, int64_t index, const nyz_env *env,
                         unsigned char *bytes, nyz_array *out, nyz_error *err)
{
    nyz_mem_reader reader = {bytes, (size_t)npz->dir.entries[index].size, 0};
    const nyz_stream stream = nyz_stream_mem(&reader);
    nyz_source source;
    nyz_npy_start start;
    int fortran = 0;
    NYZ_TRY(nyz_source_init(&source, &stream, err));
    NYZ_TRY(nyz_npy_begin(&source, &start, err));
    if (!nyz_npy_has_magic(&start)) {
        return nyz_fail(err, NYZ_ERR_NOT_FOUND, 0, "no array");
    }
    NYZ_TRY(nyz_npy_read_header(&source, &start, env, out, &fortran, err));
    nyz_strides(out, fortran ? NYZ_F_ORDER : NYZ_C_ORDER);
    const nyz_status status = adopt_data(&source, env, bytes + source.offset, out, err);
    if (status != NYZ_OK) {
        nyz_array_free(out);
    }
    return status;
}

/* The limit on an array is not passed by a header and its array together either. */
static int fits(const nyz_zip_entry *entry, const nyz_env *env)
{
    return env->order == NYZ_KEEP_ORDER && entry->size > 0 &&
           entry->size <= env->limits.array_bytes;
}

nyz_status nyz_npz_load_whole(const nyz_npz *npz, int64_t index, const nyz_env *env,
                              nyz_array *out)
{
    const nyz_zip_entry *const entry = &npz->dir.entries[index];
    void *bytes = NULL;
    if (!fits(entry, env) || !nyz_zip_is_worth_whole(entry, env->threads)) {
        return NYZ_ERR_UNSUPPORTED;
    }
    NYZ_TRY(nyz_alloc(&env->allocator, entry->size, &bytes, NULL));
    nyz_status status = nyz_zip_read_whole(&npz->stream, &npz->dir, index, env->threads,
                                           &env->allocator, bytes, NULL);
    if (status == NYZ_OK) {
        status = nyz_npz_adopt(npz, index, env, bytes, out, NULL);
    }
    if (status != NYZ_OK) {
        nyz_release(&env->allocator, bytes, entry->size);
        return status;
    }
    out->owner->data = bytes;
    out->owner->data_size = entry->size;
    return NYZ_OK;
}

/* ------------------------------------------------------------------------------ all members */

/* Slots in one piece of memory, one for each member that is read by the fast lane. */
typedef struct slots {
    const nyz_npz *npz;
    const nyz_env *env;
    int threads; /* within one member */
    unsigned char *memory;
    int64_t size;     /* of memory */
    int64_t *offsets; /* of each member's slot; -1: none */
    int64_t *order;   /* members, the longest work first */
    nyz_status *statuses;
} slots;

static void read_slot(void *ctx, int64_t number)
{
    slots *const s = ctx;
    const int64_t index = s->order[number];
    if (s->offsets[index] >= 0) {
        s->statuses[index] =
            nyz_zip_read_whole(&s->npz->stream, &s->npz->dir, index, s->threads,
                               &s->env->allocator, s->memory + s->offsets[index], NULL);
    }
}

/* Each slot begins at a multiple of 64, and with it the data behind a NumPy header. */
static nyz_status place_slots(slots *s, nyz_error *err)
{
    for (int64_t i = 0; i < s->npz->dir.count; i++) {
        const nyz_zip_entry *const entry = &s->npz->dir.entries[i];
        s->offsets[i] = -1;
        s->order[i] = i;
        if (fits(entry, s->env)) {
            s->offsets[i] = s->size;
            if (nyz_add(s->size, (entry->size + 63) / 64 * 64, &s->size)) {
                return nyz_fail(err, NYZ_ERR_MEMORY, -1,
                                "out of memory: the members are too large");
            }
        }
    }
    return NYZ_OK;
}

static int64_t work_of(const slots *s, int64_t index)
{
    return s->npz->dir.entries[index].size;
}

/* Shell's sort: members of similar size, as archives mostly have, are in order already.
 */
static void sort_by_work(slots *s)
{
    int64_t gap = 1;
    while (gap < s->npz->dir.count / 3) {
        gap = 3 * gap + 1;
    }
    for (; gap > 0; gap /= 3) {
        for (int64_t i = gap; i < s->npz->dir.count; i++) {
            const int64_t index = s->order[i];
            int64_t at = i;
            for (; at >= gap && work_of(s, s->order[at - gap]) < work_of(s, index);
                 at -= gap) {
                s->order[at] = s->order[at - gap];
            }
            s->order[at] = index;
        }
    }
}

/* Threads either share the members among them or, where one holds nearly all, its bytes.
 */
static void read_slots(slots *s)
{
    const int64_t count = s->npz->dir.count;
    int threads = s->npz->stream.read_at != NULL ? s->env->threads : 1;
    s->threads = 1;
    if (threads > 1 && count > 0) {
        sort_by_work(s);
        if (work_of(s, s->order[0]) > s->size / 2) {
            s->threads = threads;
            threads = 1;
        }
    }
    nyz_parallel(threads, count, read_slot, s);
}

static nyz_status take_member(const slots *s, int64_t index, const nyz_options *opt,
                              nyz_array *out, nyz_error *err)
{
    nyz_status status = NYZ_ERR_UNSUPPORTED;
    if (s->offsets[index] >= 0 && s->statuses[index] == NYZ_OK) {
        status = nyz_npz_adopt(s->npz, index, s->env, s->memory + s->offsets[index], out,
                               NULL);
    }
    if (status != NYZ_OK) {
        status = nyz_npz_load_at(s->npz, index, opt, out, err);
    }
    return status == NYZ_ERR_NOT_FOUND ? NYZ_OK : status; /* no array: left empty */
}

static nyz_status take_members(const slots *s, const nyz_options *opt, nyz_arrays *out,
                               nyz_error *err)
{
    void *items = NULL;
    NYZ_TRY(nyz_alloc_array(&s->env->allocator, s->npz->dir.count, sizeof *out->items,
                            &items, err));
    out->items = items;
    out->count = s->npz->dir.count;
    for (int64_t i = 0; i < out->count; i++) {
        NYZ_TRY(take_member(s, i, opt, &out->items[i], err));
    }
    return NYZ_OK;
}

static nyz_status allocate_slots(slots *s, nyz_arrays *out, nyz_error *err)
{
    const nyz_allocator *const allocator = &s->env->allocator;
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
    out->owner->data = memory;
    out->owner->data_size = s->size;
    return NYZ_OK;
}

static void free_slots(slots *s)
{
    const nyz_allocator *const allocator = &s->env->allocator;
    const int64_t count = s->npz->dir.count;
    nyz_release(allocator, s->offsets, count * (int64_t)sizeof *s->offsets);
    nyz_release(allocator, s->order, count * (int64_t)sizeof *s->order);
    nyz_release(allocator, s->statuses, count * (int64_t)sizeof *s->statuses);
}

nyz_status nyz_npz_load_all(const nyz_npz *npz, const nyz_options *opt, nyz_arrays *out,
                            nyz_error *err)
{
    nyz_env env;
    slots s;
    memset(out, 0, sizeof *out);
    memset(&s, 0, sizeof s);
    NYZ_TRY(nyz_npz_env(npz, opt, &env, err));
    s.npz = npz;
    s.env = &env;
    nyz_status status = allocate_slots(&s, out, err);
    if (status == NYZ_OK) {
        read_slots(&s);
        status = take_members(&s, opt, out, err);
    }
    if (status == NYZ_OK && npz->file != NULL) {
        status = nyz_file_unchanged(npz->file, err);
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
