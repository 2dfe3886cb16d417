/* SPDX-License-Identifier: MIT */
/* A progress callback that remembers what it was told, and cancels. */
#ifndef NYZ_TESTS_PROGRESS_WATCH_H
#define NYZ_TESTS_PROGRESS_WATCH_H

#include <stdint.h>

#define MAX_STEP ((int64_t)8 << 20)

static _Thread_local char this_thread;

/* What a callback sees. */
typedef struct watch {
    const void *thread;
    int64_t calls;
    int64_t cancel_at; /* the call, from 1, that cancels; 0: none */
    int64_t done;
    int64_t total;
    int64_t largest_step;
    int on_other_thread;
} watch;

static inline int watch_progress(void *ctx, int64_t done, int64_t total)
{
    watch *const w = ctx;
    w->calls++;
    w->on_other_thread |= w->thread != &this_thread;
    w->largest_step = done - w->done > w->largest_step ? done - w->done : w->largest_step;
    w->done = done;
    w->total = total;
    return w->calls == w->cancel_at;
}

#endif
