/* Work shared by the threads of a crew: see parallel.h. */
#include "base/parallel.h"

#include "base/threads.h"

/* ------------------------------------------------------------------- independent pieces */

typedef struct job {
    int64_t next;
    int64_t count;
    nyz_task *task;
    void *ctx;
} job;

static int64_t take(nyz_crew *crew, job *j)
{
    nyz_crew_lock(crew);
    const int64_t index = j->next < j->count ? j->next++ : -1;
    nyz_crew_unlock(crew);
    return index;
}

static void work_on(nyz_crew *crew, int number, void *ctx)
{
    job *const j = ctx;
    (void)number;
    for (int64_t index = take(crew, j); index >= 0; index = take(crew, j)) {
        j->task(j->ctx, index);
    }
}

void nyz_parallel(int threads, int64_t count, nyz_task *task, void *ctx)
{
    job j = {.count = count, .task = task, .ctx = ctx};
    if (threads > 1 && count > 1) {
        nyz_crew_run(threads < count ? threads : (int)count, work_on, &j);
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
    nyz_task *task;
    nyz_turn *finish;
    void *ctx;
    unsigned char done[NYZ_MOST_SLOTS];
} line;

/* Both are called locked, and return so. */
static int do_next(nyz_crew *crew, line *l)
{
    if (l->next >= l->count || l->next >= l->turn + l->slots) {
        return 0;
    }
    const int64_t piece = l->next++;
    nyz_crew_unlock(crew);
    l->task(l->ctx, piece);
    nyz_crew_lock(crew);
    l->done[piece % l->slots] = 1;
    nyz_crew_wake(crew);
    return 1;
}

static int finish_next(nyz_crew *crew, line *l)
{
    if (!l->done[l->turn % l->slots]) {
        return 0;
    }
    nyz_crew_unlock(crew);
    const int go_on = l->finish(l->ctx, l->turn);
    nyz_crew_lock(crew);
    l->done[l->turn % l->slots] = 0;
    l->turn++;
    if (!go_on) {
        l->count = l->turn; /* what is being done is not waited for here */
    }
    nyz_crew_wake(crew);
    return 1;
}

static void work_in_line(nyz_crew *crew, int number, void *ctx)
{
    line *const l = ctx;
    const int first = number == 0; /* it alone finishes pieces */
    nyz_crew_lock(crew);
    while (first ? l->turn < l->count : l->next < l->count) {
        if (!(first && finish_next(crew, l)) && !do_next(crew, l)) {
            nyz_crew_wait(crew);
        }
    }
    nyz_crew_unlock(crew);
}

void nyz_parallel_in_turn(int threads, int64_t count, int slots, nyz_task *task,
                          nyz_turn *finish, void *ctx)
{
    line l = {.count = count, .slots = slots, .task = task, .finish = finish, .ctx = ctx};
    if (threads > 1 && count > 1) {
        nyz_crew_run(threads < count ? threads : (int)count, work_in_line, &l);
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

/* Shell's sort: mostly the work is in order already, or of one size. */
void nyz_longest_first(int64_t *order, int64_t count,
                       int64_t (*work)(const void *ctx, int64_t piece), const void *ctx)
{
    int64_t gap = 1;
    while (gap < count / 3) {
        gap = 3 * gap + 1;
    }
    for (; gap > 0; gap /= 3) {
        for (int64_t i = gap; i < count; i++) {
            const int64_t piece = order[i];
            const int64_t long_as = work(ctx, piece);
            int64_t at = i;
            for (; at >= gap && work(ctx, order[at - gap]) < long_as; at -= gap) {
                order[at] = order[at - gap];
            }
            order[at] = piece;
        }
    }
}
