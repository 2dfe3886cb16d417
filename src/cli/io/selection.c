/* SPDX-License-Identifier: MIT */
/* Elements that are spread over an array's data, in one pass over it: see elements.h. */
#include "io/elements.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "text/fail.h"

/* What is collected until it is a piece. */
typedef struct selecting {
    const cli_selection *plan;
    int naxes;     /* without those that are one run of bytes */
    int64_t unit;  /* bytes that lie together */
    int64_t at;    /* in the data */
    int64_t total; /* bytes of the data */
    unsigned char *piece;
    size_t size, capacity;
    cli_take *take;
    void *ctx;
} selecting;

/* The library's words. */
static nyz_status fail_short(const selecting *g, nyz_error *err)
{
    const nyz_array *const a = g->plan->whole;
    *err = (nyz_error){.status = NYZ_ERR_CORRUPT, .offset = -1};
    snprintf(err->message, sizeof err->message,
             "data: expected %" PRId64 " bytes (%" PRId64 " items of %" PRId64
             "), found %" PRId64,
             g->total, nyz_array_count(a), a->dtype.itemsize, g->at);
    return err->status;
}

/* Hands over what was collected, as a row of elements. */
static nyz_status flush(selecting *g, nyz_error *err)
{
    nyz_array row;
    const nyz_dtype *const dtype = &g->plan->whole->dtype;
    const int64_t count = (int64_t)g->size / dtype->itemsize;
    g->size = 0;
    const nyz_status status = nyz_array_wrap(g->piece, dtype, 1, &count, NULL, &row, err);
    return status == NYZ_OK ? g->take(g->ctx, &row, err) : status;
}

static nyz_status pass(selecting *g, int64_t size, nyz_error *err)
{
    int64_t count = 0;
    const nyz_status status = cli_cursor_pass(g->plan->cursor, size, &count, err);
    g->at += count;
    return status != NYZ_OK ? status : count < size ? fail_short(g, err) : NYZ_OK;
}

/* Collects bytes that lie together. */
static nyz_status collect(selecting *g, int64_t size, nyz_error *err)
{
    nyz_status status = NYZ_OK;
    while (size > 0 && status == NYZ_OK) {
        const size_t room = g->capacity - g->size;
        const size_t want = size < (int64_t)room ? (size_t)size : room;
        size_t got = 0;
        status =
            cli_cursor_read_some(g->plan->cursor, g->piece + g->size, want, &got, err);
        g->at += (int64_t)got;
        g->size += got;
        size -= (int64_t)got;
        if (status == NYZ_OK && got < want) {
            status = fail_short(g, err);
        }
        if (status == NYZ_OK && g->size == g->capacity) {
            status = flush(g, err);
        }
    }
    return status;
}

/* What is wanted of one axis and those within it, where its index 0 is at `base`. */
static nyz_status select_items(selecting *g, int axis, int64_t base, nyz_error *err)
{
    if (axis == g->naxes) {
        const nyz_status status = pass(g, base - g->at, err);
        return status == NYZ_OK ? collect(g, g->unit, err) : status;
    }
    const cli_selection_axis *const a = &g->plan->axes[axis];
    nyz_status status = NYZ_OK;
    for (int r = 0; r < a->runs; r++) {
        for (int64_t i = 0; i < a->run[r].count && status == NYZ_OK; i++) {
            status = select_items(g, axis + 1,
                                  base + (a->run[r].first + i * a->every) * a->step, err);
        }
    }
    return status;
}

/* Not 0 if what is wanted of the axis lies together, where so much of each index does. */
static int is_one_run(const cli_selection_axis *a, int64_t unit)
{
    return a->runs == 1 && (a->run[0].count == 1 || (a->every == 1 && a->step == unit));
}

static int is_empty(const cli_selection *plan)
{
    for (int i = 0; i < plan->naxes; i++) {
        if (plan->axes[i].run[0].count == 0) {
            return 1;
        }
    }
    return plan->whole->dtype.itemsize == 0;
}

static nyz_status select_all(selecting *g, nyz_error *err)
{
    const int64_t itemsize = g->plan->whole->dtype.itemsize;
    int64_t base = 0;
    g->unit = itemsize;
    g->naxes = g->plan->naxes;
    while (g->naxes > 0 && is_one_run(&g->plan->axes[g->naxes - 1], g->unit)) {
        const cli_selection_axis *const a = &g->plan->axes[g->naxes - 1];
        base += a->run[0].first * a->step;
        g->unit *= a->run[0].count;
        g->naxes--;
    }
    const int64_t most =
        itemsize > CLI_PIECE ? itemsize : CLI_PIECE / itemsize * itemsize;
    g->capacity = (size_t)(most < g->total ? most : g->total);
    g->piece = malloc(g->capacity);
    if (g->piece == NULL) {
        return cli_fail_with(err, ENOMEM, "out of memory");
    }
    nyz_status status = select_items(g, 0, base, err);
    if (status == NYZ_OK && g->size > 0) {
        status = flush(g, err);
    }
    free(g->piece);
    return status;
}

nyz_status cli_selection_read(const cli_selection *plan, cli_take *take, void *ctx,
                              nyz_error *err)
{
    selecting g = {.plan = plan, .take = take, .ctx = ctx};
    nyz_status status = NYZ_OK;
    g.total = nyz_array_count(plan->whole) * plan->whole->dtype.itemsize;
    if (!is_empty(plan)) {
        status = select_all(&g, err);
    }
    return status == NYZ_OK ? pass(&g, g.total - g.at, err) : status;
}
