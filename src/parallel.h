/* Independent pieces of work on several threads.  Row "base".  parallel_posix.c and
 * parallel_win32.c have it, and parallel.c what does not depend on the system. */
#ifndef NYZ_PARALLEL_H
#define NYZ_PARALLEL_H

#include <stdint.h>

/* Fewer bytes are read sooner than a thread is started. */
#define NYZ_WORTH_A_THREAD ((int64_t)4 << 20)
/* More pieces than this one read is not cut into. */
#define NYZ_MOST_PARTS 64

typedef void nyz_task(void *ctx, int64_t index);

/* Calls task(ctx, index) once for each index from 0 to count - 1, in rising order as
 * threads become free, on at most `threads` threads, of which this one is the first.
 * Returns when all are done; no thread is left.  Where the system has no more threads,
 * fewer do it.  The new threads block all signals. */
void nyz_parallel(int threads, int64_t count, nyz_task *task, void *ctx);

/* Puts pieces of work, order[0 ... count - 1], in an order in which those that take
 * longest come first, so that threads end at about the same time.  work: how long one
 * takes. */
void nyz_longest_first(int64_t *order, int64_t count,
                       int64_t (*work)(const void *ctx, int64_t piece), const void *ctx);

/* How many threads the machine runs at once; at least 1. */
int nyz_processors(void);

#endif
