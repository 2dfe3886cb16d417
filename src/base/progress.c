/* SPDX-License-Identifier: MIT */
/* The caller's progress callback: see progress.h. */
#include "base/progress.h"

#include <string.h>

#include "base/config.h"
#include "base/error.h"

/* Its address is another one on each thread; it never changes. */
static _Thread_local char this_thread;

void nyz_progress_begin(nyz_progress *progress, nyz_config *config, int64_t total)
{
    config->progress = NULL;
    if (config->progress_function == NULL) {
        return;
    }
    progress->function = config->progress_function;
    progress->ctx = config->progress_ctx;
    progress->total = total;
    progress->done = 0;
    nyz_size_counter_init(&progress->more);
    nyz_counter_init(&progress->cancelled, 0);
    progress->thread = &this_thread;
    config->progress = progress;
}

int nyz_progress_add(nyz_progress *progress, int64_t bytes)
{
    if (progress->thread != &this_thread) {
        nyz_size_counter_add(&progress->more, (size_t)bytes);
        return nyz_counter_value(&progress->cancelled);
    }
    progress->done += bytes + (int64_t)nyz_size_counter_take(&progress->more);
    if (!nyz_counter_value(&progress->cancelled) &&
        progress->function(progress->ctx, progress->done, progress->total) != 0) {
        nyz_counter_up(&progress->cancelled);
    }
    return nyz_counter_value(&progress->cancelled);
}

int nyz_progress_of_item(void *ctx, int64_t done, int64_t total)
{
    nyz_progress_item *const item = ctx;
    const int64_t more = done - item->done;
    (void)total;
    item->done = done;
    return nyz_progress_add(item->progress, more > 0 ? more : 0);
}

/* What other threads have moved since the last call is reported, too; it is too late to
 * cancel then. */
static void report_rest(nyz_progress *progress)
{
    const int64_t rest = (int64_t)nyz_size_counter_take(&progress->more);
    if (rest > 0) {
        (void)progress->function(progress->ctx, progress->done + rest, progress->total);
    }
}

/* The member that the error is about stays in it. */
nyz_status nyz_progress_end(const nyz_config *config, nyz_status status, nyz_error *err)
{
    if (status == NYZ_OK && config->progress != NULL) {
        report_rest(config->progress);
    }
    if (status == NYZ_OK || config->progress == NULL ||
        !nyz_counter_value(&config->progress->cancelled)) {
        return status;
    }
    if (err != NULL) {
        err->status = NYZ_ERR_CANCELLED;
        err->sys = 0;
        err->offset = -1;
        (void)snprintf(err->message, sizeof err->message, "cancelled");
    }
    return NYZ_ERR_CANCELLED;
}
