/* SPDX-License-Identifier: MIT */
/* The caller's progress callback during one call of the library. */
#ifndef NYZ_PROGRESS_H
#define NYZ_PROGRESS_H

#include "base/config.h"
#include "base/counter.h"

/* So many bytes are moved at most between two calls of the callback. */
#define NYZ_PROGRESS_STEP ((int64_t)4 << 20)

struct nyz_progress {
    nyz_progress_fn *function;
    void *ctx;
    int64_t total;
    int64_t done;          /* the calling thread's own count */
    nyz_size_counter more; /* what other threads have moved since */
    nyz_counter cancelled;
    const void *thread;
};

/* Begins, and lets `config` point at it; nothing to do where there is no callback. */
void nyz_progress_begin(nyz_progress *progress, nyz_config *config, int64_t total);

/* Counts bytes.  On the thread that began, calls the callback.  Not 0: cancelled, by this
 * call or an earlier one. */
int nyz_progress_add(nyz_progress *progress, int64_t bytes);

/* The callback of a call on one item, within a call on many: what it adds counts there. */
typedef struct nyz_progress_item {
    nyz_progress *progress; /* of the call on many */
    int64_t done;           /* what the callback was told of this item */
} nyz_progress_item;
nyz_progress_fn nyz_progress_of_item; /* its ctx: an nyz_progress_item */

/* Ends a call: where it was cancelled, `status` (a failure) becomes NYZ_ERR_CANCELLED. */
nyz_status nyz_progress_end(const nyz_config *config, nyz_status status, nyz_error *err);

#endif
