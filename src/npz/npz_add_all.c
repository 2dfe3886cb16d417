/* SPDX-License-Identifier: MIT */
/* Many arrays added at once, and nyz_npz_save.  Members to be deflated are so on several
 * threads, into memory, and written in their order. */
#include <string.h>

#include "base/alloc.h"
#include "base/arithmetic.h"
#include "base/config.h"
#include "base/error.h"
#include "base/parallel.h"
#include "base/progress.h"
#include "npz/npz_writer.h"
#include "zip/zip_writer.h"

/* What may wait in memory: so many members, and as many bytes before it is their turn,
 * the last member's not counted.  A larger member is written alone. */
enum { MAX_MEMBERS = 128 };
#define MAX_BYTES ((int64_t)64 << 20)

typedef struct slot {
    nyz_pending pending;
    nyz_zip_encoded ready;
    nyz_status status;
    nyz_error error;
} slot;

typedef struct batch {
    nyz_npz_writer *writer;
    const nyz_config *config;
    int count;
    int64_t bytes;
    int64_t order[MAX_MEMBERS];
    slot slots[MAX_MEMBERS];
} batch;

static void deflate_slot(void *ctx, int64_t number)
{
    batch *const b = ctx;
    slot *const s = &b->slots[b->order[number]];
    nyz_zip_method how = s->pending.how;
    how.threads = 1;
    s->status = nyz_zip_encode(&s->pending.content, &how, &b->config->allocator,
                               &s->ready, &s->error);
}

static int64_t work_of(const void *ctx, int64_t number)
{
    return ((const batch *)ctx)->slots[number].pending.content.size;
}

static nyz_status write_slot(const batch *b, const slot *s, nyz_error *err)
{
    const char *const member = (const char *)s->pending.name.data;
    nyz_status status = s->status;
    if (status == NYZ_OK) {
        status = nyz_zip_writer_add_encoded(b->writer->zip, member, &s->ready, err);
    } else {
        *err = s->error;
    }
    return nyz_npz_add_context(b->writer, member, status, err);
}

/* Deflates all members that wait, those that take longest first, and writes them in their
 * order. */
static nyz_status flush(batch *b, nyz_error *err)
{
    nyz_status status = NYZ_OK;
    for (int i = 0; i < b->count; i++) {
        b->order[i] = i;
    }
    nyz_parallel_longest_first(b->order, b->count, work_of, b);
    nyz_parallel(b->config->threads, b->count, deflate_slot, b);
    for (int i = 0; i < b->count; i++) {
        slot *const s = &b->slots[i];
        if (status == NYZ_OK) {
            status = write_slot(b, s, err);
        }
        nyz_zip_encode_free(&s->ready);
        nyz_pending_free(&s->pending);
    }
    b->count = 0;
    b->bytes = 0;
    return status;
}

/* Whether a member is one of those that threads share; a large one in blocks is shared
 * itself. */
static int waits(const batch *b, const nyz_pending *pending)
{
    const int64_t size = pending->content.size;
    return b->config->method == NYZ_DEFLATED && b->config->threads > 1 &&
           size <= MAX_BYTES &&
           !(pending->how.blocks.unit > 0 && size >= NYZ_PARALLEL_THRESHOLD);
}

static nyz_status write_alone(batch *b, slot *s, nyz_error *err)
{
    nyz_status status = flush(b, err);
    if (status == NYZ_OK) {
        status = nyz_pending_write(&s->pending, b->writer, err);
    }
    nyz_pending_free(&s->pending);
    return status;
}

/* An array that cannot be added comes after those before it. */
static nyz_status add_one(batch *b, const char *name, const nyz_array *array,
                          nyz_error *err)
{
    slot *const s = &b->slots[b->count];
    nyz_error failure;
    const nyz_status status =
        nyz_pending_init(&s->pending, b->writer, name, array, 1, b->config, &failure);
    if (status != NYZ_OK) {
        NYZ_TRY(flush(b, err));
        *err = failure;
        return status;
    }
    const int64_t size = s->pending.content.size;
    if (!waits(b, &s->pending)) {
        return write_alone(b, s, err);
    }
    b->count++;
    b->bytes += size;
    return b->count == MAX_MEMBERS || b->bytes >= MAX_BYTES ? flush(b, err) : NYZ_OK;
}

static nyz_status add_all(batch *b, const char *const *names, const nyz_array *arrays,
                          int64_t count, nyz_error *err)
{
    nyz_status status = NYZ_OK;
    for (int64_t i = 0; i < count && status == NYZ_OK; i++) {
        status = add_one(b, names != NULL ? names[i] : NULL, &arrays[i], err);
    }
    return status == NYZ_OK ? flush(b, err) : status;
}

static nyz_status add_in_batches(nyz_npz_writer *writer, const char *const *names,
                                 const nyz_array *arrays, int64_t count,
                                 const nyz_config *config, nyz_error *err)
{
    void *memory = NULL;
    NYZ_TRY(nyz_alloc_zero(&config->allocator, (int64_t)sizeof(batch), &memory, err));
    batch *const b = memory;
    b->writer = writer;
    b->config = config;
    const nyz_status status = add_all(b, names, arrays, count, err);
    nyz_release(&config->allocator, memory, (int64_t)sizeof(batch));
    return status;
}

/* -1: not known. */
static int64_t size_of_all(const nyz_array *arrays, int64_t count)
{
    int64_t total = 0;
    for (int64_t i = 0; i < count; i++) {
        int64_t bytes = 0;
        const int64_t items = nyz_array_count(&arrays[i]);
        if (items < 0 || arrays[i].dtype.itemsize < 0 ||
            nyz_mul(items, arrays[i].dtype.itemsize, &bytes) ||
            nyz_add(total, bytes, &total)) {
            return -1;
        }
    }
    return total;
}

nyz_status nyz_npz_add_all(nyz_npz_writer *writer, const char *const *names,
                           const nyz_array *arrays, int64_t count, const nyz_options *opt,
                           nyz_error *err)
{
    nyz_error failure;
    nyz_progress progress;
    nyz_config config = writer->config;
    NYZ_TRY(nyz_npz_sticky_error(writer, err));
    nyz_status status = opt != NULL ? nyz_config_init(&config, opt, &failure) : NYZ_OK;
    nyz_progress_begin(&progress, &config, size_of_all(arrays, count));
    if (status == NYZ_OK && count < 0) {
        status = nyz_fail(&failure, NYZ_ERR_ARGUMENT, -1,
                          "%lld arrays: expected 0 or more", (long long)count);
    }
    if (status == NYZ_OK) {
        status = add_in_batches(writer, names, arrays, count, &config, &failure);
    }
    status = nyz_progress_end(&config, status, &failure);
    return nyz_npz_set_sticky_error(writer, status, &failure, err);
}

nyz_status nyz_npz_save(const char *path, const char *const *names,
                        const nyz_array *arrays, int64_t count, const nyz_options *opt,
                        nyz_error *err)
{
    nyz_npz_writer *writer = NULL;
    NYZ_TRY(nyz_npz_create(path, opt, &writer, err));
    (void)nyz_npz_add_all(writer, names, arrays, count, NULL, NULL);
    return nyz_npz_finish(&writer, err);
}
