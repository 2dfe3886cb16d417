/* SPDX-License-Identifier: MIT */
/* Many members of an archive to memory: small ones in batches, others by several threads
 * (zip_extract.h).  See npz_slots.h. */
#include "npz/npz_slots.h"

#include <string.h>

#include "base/alloc.h"
#include "base/arithmetic.h"
#include "base/config.h"
#include "base/error.h"
#include "base/parallel.h"
#include "base/progress.h"
#include "npz/npz.h"
#include "zip/zip_directory.h"
#include "zip/zip_extract.h"

/* So many bytes of small members are read at once: they stay in the cache until they are
 * copied. */
#define BATCH_SIZE ((int64_t)NYZ_IO_BLOCK / 4)
/* A batch has fewer: a member takes 128 bytes at least. */
#define MOST_IN_BATCH (BATCH_SIZE / 128)

/* How many members from this one on follow each other in the archive, too; a batch has no more
 * than these. */
static int64_t run_of(const nyz_npz_slots *s, int64_t number)
{
    const int64_t first = nyz_npz_slot_index(s, number);
    const int64_t most = nyz_min(s->slot_count - number, MOST_IN_BATCH);
    int64_t count = 1;
    while (count < most && nyz_npz_slot_index(s, number + count) == first + count) {
        count++;
    }
    return count;
}

/* How many members are read with this one; 0: it is no small one. */
static int64_t batch_of(const nyz_npz_slots *s, int64_t number)
{
    const int64_t most = s->chosen != NULL ? run_of(s, number) : s->slot_count - number;
    return s->npz->stream.read_at == NULL
               ? 0
               : nyz_zip_batch_count(&s->npz->dir, nyz_npz_slot_index(s, number), most,
                                     BATCH_SIZE);
}

/* Keeps the error for when the member's turn comes. */
static void keep_result(const nyz_npz_slots *s, nyz_npz_slot *m, nyz_status status,
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

static void take_from_batch(const nyz_npz_slots *s, int64_t first, int64_t number,
                            unsigned char *batch)
{
    nyz_npz_slot *const m = &s->slots[number];
    const int64_t size = nyz_npz_slot_entry(s, number)->size;
    unsigned char *bytes = NULL;
    nyz_error error;
    if (m->offset < 0) {
        return;
    }
    const nyz_status status =
        nyz_zip_batch_member(&s->npz->dir, nyz_npz_slot_index(s, first),
                             nyz_npz_slot_index(s, number), batch, &bytes, &error);
    if (bytes != NULL) {
        memcpy(s->memory + m->offset, bytes, (size_t)size);
        m->got = size;
    }
    keep_result(s, m, status, &error);
}

static void extract(const nyz_npz_slots *s, int64_t number)
{
    nyz_npz_slot *const m = &s->slots[number];
    nyz_error error;
    if (m->offset >= 0) {
        keep_result(s, m,
                    nyz_zip_extract(&s->npz->stream, &s->npz->dir,
                                    nyz_npz_slot_index(s, number), s->threads,
                                    &s->config->allocator, s->memory + m->offset, &m->got,
                                    &error),
                    &error);
    }
}

/* One by one where they cannot be read at once: a failure is only that of some. */
static void read_batch(const nyz_npz_slots *s, int64_t first, int64_t count)
{
    const nyz_zip_directory *const dir = &s->npz->dir;
    const int64_t index = nyz_npz_slot_index(s, first);
    const int64_t size = nyz_zip_batch_size(dir, index, count);
    void *batch = NULL;
    const int whole =
        nyz_alloc(&s->config->allocator, size, &batch, NULL) == NYZ_OK &&
        nyz_zip_batch_read(&s->npz->stream, dir, index, count, batch, NULL) == NYZ_OK;
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
static int report(const nyz_npz_slots *s, int64_t first, int64_t count)
{
    int64_t bytes = 0;
    if (s->config->progress == NULL) {
        return 0;
    }
    for (int64_t i = first; i < first + count; i++) {
        bytes += s->slots[i].offset >= 0 ? nyz_npz_slot_entry(s, i)->size : 0;
    }
    return nyz_progress_add(s->config->progress, bytes);
}

static void read_slot(void *ctx, int64_t piece)
{
    const nyz_npz_slots *const s = ctx;
    const int64_t number = s->order[piece];
    const int64_t batch = batch_of(s, number);
    if (report(s, number, batch > 0 ? batch : 1)) {
        return; /* what is in the slots is not looked at any more */
    }
    if (batch > 0) {
        read_batch(s, number, batch);
    } else {
        extract(s, number);
    }
}

static void list_work(nyz_npz_slots *s)
{
    for (int64_t i = 0; i < s->slot_count;) {
        const int64_t batch = batch_of(s, i);
        s->order[s->count++] = i;
        i += batch > 0 ? batch : 1;
    }
}

static int64_t work_of(const void *ctx, int64_t number)
{
    return nyz_npz_slot_entry(ctx, number)->size;
}

void nyz_npz_slots_read(nyz_npz_slots *s)
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
