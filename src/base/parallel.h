/* SPDX-License-Identifier: MIT */
/* Pieces of work on several threads.  threads.h has what it needs of the
 * system.
 */
#ifndef NYZ_PARALLEL_H
#define NYZ_PARALLEL_H

#include <stdint.h>

/* Fewer bytes are read sooner than a thread is started. */
#define NYZ_PARALLEL_THRESHOLD ((int64_t)4 << 20)
/* More pieces than this one read is not cut into. */
#define NYZ_PARALLEL_MAX_RANGES 64

typedef void nyz_parallel_task(void *ctx, int64_t index);

/* Calls task(ctx, index) once for each index from 0 to count - 1, in rising order as
 * threads become free, on at most `threads` threads, of which this one is the first.
 * Returns when all are done; no thread is left.  Where the system has no more threads,
 * fewer do it.  The new threads block all signals. */
void nyz_parallel(int threads, int64_t count, nyz_parallel_task *task, void *ctx);

/* What is done with a piece when its turn has come: returns 0 to end it all. */
typedef int nyz_parallel_finish(void *ctx, int64_t index);

/* The same, and this thread calls finish(ctx, index) for each index in rising order, when
 * the task of that index is done and that of the index before has been finished.  Of
 * `slots` indices following each other (up to NYZ_PARALLEL_MAX_SLOTS) only one is in work at a
 * time, from its task on to the end of its turn. */
#define NYZ_PARALLEL_MAX_SLOTS 32
void nyz_parallel_ordered(int threads, int64_t count, int slots, nyz_parallel_task *task,
                          nyz_parallel_finish *finish, void *ctx);

/* Puts pieces of work, order[0 ... count - 1], in an order in which those that take
 * longest come first, so that threads end at about the same time; pieces of the same
 * length in rising order.  work: how long one takes. */
void nyz_parallel_longest_first(int64_t *order, int64_t count,
                                int64_t (*work)(const void *ctx, int64_t piece),
                                const void *ctx);

/* How many threads the machine runs at once; at least 1. */
int nyz_threads_available(void);

#endif
