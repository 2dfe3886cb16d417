/* SPDX-License-Identifier: MIT */
/* Work shared by threads: see parallel.h. */
#include "base/parallel.h"

#include "base/sort.h"
#include "base/threads.h"

/* ------------------------------------------------------------------- independent pieces */

typedef struct job {
    int64_t next;
    int64_t count;
    nyz_parallel_task *task;
    void *ctx;
} job;

static int64_t take(nyz_threads *threads_group, job *j)
{
    nyz_threads_lock(threads_group);
    const int64_t index = j->next < j->count ? j->next++ : -1;
    nyz_threads_unlock(threads_group);
    return index;
}

static void work_on(nyz_threads *threads_group, int number, void *ctx)
{
    job *const j = ctx;
    (void)number;
    for (int64_t index = take(threads_group, j); index >= 0;
         index = take(threads_group, j)) {
        j->task(j->ctx, index);
    }
}

void nyz_parallel(int threads, int64_t count, nyz_parallel_task *task, void *ctx)
{
    job j = {.count = count, .task = task, .ctx = ctx};
    if (threads > 1 && count > 1) {
        nyz_threads_run(threads < count ? threads : (int)count, work_on, &j);
        return;
    }
    for (int64_t i = 0; i < count; i++) {
        task(ctx, i);
    }
}

/* ----------------------------------------------------------------------- pieces in turn */

/* Piece i uses slot i % slots: from when it is taken until its turn is over. */
typedef struct line {
    int64_t next; /* piece to be taken */
    int64_t turn; /* piece whose turn it is */
    int64_t count;
    int slots;
    nyz_parallel_task *task;
    nyz_parallel_finish *finish;
    void *ctx;
    unsigned char done[NYZ_PARALLEL_MAX_SLOTS];
} line;

/* Both are called locked, and return so. */
static int do_next(nyz_threads *threads_group, line *l)
{
    if (l->next >= l->count || l->next >= l->turn + l->slots) {
        return 0;
    }
    const int64_t piece = l->next++;
    nyz_threads_unlock(threads_group);
    l->task(l->ctx, piece);
    nyz_threads_lock(threads_group);
    l->done[piece % l->slots] = 1;
    nyz_threads_wake(threads_group);
    return 1;
}

static int finish_next(nyz_threads *threads_group, line *l)
{
    if (!l->done[l->turn % l->slots]) {
        return 0;
    }
    nyz_threads_unlock(threads_group);
    const int go_on = l->finish(l->ctx, l->turn);
    nyz_threads_lock(threads_group);
    l->done[l->turn % l->slots] = 0;
    l->turn++;
    if (!go_on) {
        l->count = l->turn; /* what is being done is not waited for here */
    }
    nyz_threads_wake(threads_group);
    return 1;
}

static void work_in_line(nyz_threads *threads_group, int number, void *ctx)
{
    line *const l = ctx;
    const int first = number == 0; /* it alone finishes pieces */
    nyz_threads_lock(threads_group);
    while (first ? l->turn < l->count : l->next < l->count) {
        if (!(first && finish_next(threads_group, l)) && !do_next(threads_group, l)) {
            nyz_threads_wait(threads_group);
        }
    }
    nyz_threads_unlock(threads_group);
}

void nyz_parallel_ordered(int threads, int64_t count, int slots, nyz_parallel_task *task,
                          nyz_parallel_finish *finish, void *ctx)
{
    line l = {.count = count, .slots = slots, .task = task, .finish = finish, .ctx = ctx};
    if (threads > 1 && count > 1) {
        nyz_threads_run(threads < count ? threads : (int)count, work_in_line, &l);
        return;
    }
    for (int64_t i = 0; i < count; i++) {
        task(ctx, i);
        if (!finish(ctx, i)) {
            return;
        }
    }
}

/* ------------------------------------------------------------------------------- sorting */

typedef struct pieces {
    int64_t (*work)(const void *ctx, int64_t piece);
    const void *ctx;
} pieces;

static int compare_work(const void *ctx, int64_t a, int64_t b)
{
    const pieces *const p = ctx;
    const int64_t work_a = p->work(p->ctx, a);
    const int64_t work_b = p->work(p->ctx, b);
    return work_a != work_b ? (work_a < work_b) - (work_a > work_b) : (a > b) - (a < b);
}

void nyz_parallel_longest_first(int64_t *order, int64_t count,
                                int64_t (*work)(const void *ctx, int64_t piece),
                                const void *ctx)
{
    const pieces p = {work, ctx};
    nyz_sort(order, count, compare_work, &p);
}
