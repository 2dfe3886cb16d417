/* Threads that work together for as long as one call lasts.  Row "base"; for parallel.c
 * alone.  crew_posix.c and crew_win32.c have it. */
#ifndef NYZ_CREW_H
#define NYZ_CREW_H

/* The calling thread and those that it started: one lock, and one place to wait. */
typedef struct nyz_crew nyz_crew;

/* number: 0 is the calling thread. */
typedef void nyz_crew_work(nyz_crew *crew, int number, void *ctx);

/* Lets `work` run on at most `threads` threads (up to 64), of which this one is the
 * first, and returns when all have ended.  Where the system has no more threads, fewer do
 * it.  The new threads block all signals. */
void nyz_crew_run(int threads, nyz_crew_work *work, void *ctx);

void nyz_crew_lock(nyz_crew *crew);
void nyz_crew_unlock(nyz_crew *crew);
/* Waits, unlocked meanwhile, until another one wakes all; or for no reason. */
void nyz_crew_wait(nyz_crew *crew);
void nyz_crew_wake(nyz_crew *crew);

#endif
