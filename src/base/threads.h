/* SPDX-License-Identifier: MIT */
/* Threads that work together for as long as one call lasts.  For parallel.c
 * alone.  threads_posix.c and threads_win32.c have it. */
#ifndef NYZ_THREADS_H
#define NYZ_THREADS_H

/* The calling thread and those that it started: one lock, and one place to wait. */
typedef struct nyz_threads nyz_threads;

/* number: 0 is the calling thread. */
typedef void nyz_threads_work(nyz_threads *threads_group, int number, void *ctx);

/* Lets `work` run on at most `threads` threads (up to 64), of which this one is the
 * first, and returns when all have ended.  Where the system has no more threads, fewer do
 * it.  The new threads block all signals. */
void nyz_threads_run(int threads, nyz_threads_work *work, void *ctx);

void nyz_threads_lock(nyz_threads *threads_group);
void nyz_threads_unlock(nyz_threads *threads_group);
/* Waits, unlocked meanwhile, until another one wakes all; or for no reason. */
void nyz_threads_wait(nyz_threads *threads_group);
void nyz_threads_wake(nyz_threads *threads_group);

#endif
