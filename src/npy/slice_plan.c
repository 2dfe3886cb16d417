/* SPDX-License-Identifier: MIT */
/* How a part of an array's data is read: see slice_plan.h.  What is wanted is cut into boxes; each
 * is read by one call, from its first byte to its last.  slice_plan_run.c does it. */
#include "npy/slice_plan.h"

#include "array/array.h"
#include "array/nontemporal.h"
#include "base/arithmetic.h"
#include "dtype/dtype.h"

/* Between pieces of over 32 KiB, reading what is not wanted costs more than another call sooner:
 * it displaces them from the cache. */
#define LARGE_PIECE ((int64_t)32 * 1024)
#define LARGE_GAP ((int64_t)1024)

/* -------------------------------------------------------------------------------- deciding */

/* Axes whose items lie together in both places become one unit. */
static void fold_unit(nyz_slice_plan *p)
{
    const nyz_dtype *const from = &p->elements->from;
    p->unit = from->itemsize;
    while (!p->elements->converts && p->naxes > 0 &&
           p->axes[p->naxes - 1].step == p->unit && p->axes[p->naxes - 1].to == p->unit) {
        p->naxes--;
        p->unit *= p->axes[p->naxes].count;
    }
}

/* Not 0 if a stride is `count` times another one. */
static int goes_on(int64_t outer, int64_t count, int64_t inner)
{
    return outer % count == 0 && outer / count == inner;
}

/* Axes of which one goes on where the other ends become one, and those of one item none. */
static void join_axes(nyz_slice_plan *p)
{
    int n = 0;
    for (int i = 0; i < p->naxes; i++) {
        const nyz_slice_axis a = p->axes[i];
        nyz_slice_axis *const outer = n > 0 ? &p->axes[n - 1] : NULL;
        if (a.count == 1) {
            continue;
        }
        if (outer != NULL && goes_on(outer->step, a.count, a.step) &&
            goes_on(outer->to, a.count, a.to)) {
            *outer = (nyz_slice_axis){outer->count * a.count, a.step, a.to};
        } else {
            p->axes[n++] = a;
        }
    }
    p->naxes = n;
}

/* How many of an axis fit a window: groups of `group` units from `span` bytes each. */
static int64_t most_of(const nyz_slice_plan *p, const nyz_slice_axis *a, int64_t span,
                       int64_t group)
{
    const int64_t gap = span > LARGE_PIECE ? LARGE_GAP : NYZ_SLICE_GAP;
    if (span > NYZ_SLICE_WINDOW || a->step - span > gap) {
        return 1;
    }
    const int64_t fit = 1 + (NYZ_SLICE_WINDOW - span) / a->step;
    if (!p->elements->converts) {
        return fit;
    }
    const int64_t items =
        NYZ_SLICE_WINDOW / (p->unit + p->elements->to.dtype.itemsize) / group;
    return items > 1 ? nyz_min(fit, items) : 1;
}

/* As many axes as fit a window whole, the fastest first, and a part of the next one. */
static void cut_axes(nyz_slice_plan *p)
{
    p->inner = p->unit;
    p->group = 1;
    for (p->cut = p->naxes - 1;; p->cut--) {
        const nyz_slice_axis *const a = &p->axes[p->cut];
        const int64_t most = most_of(p, a, p->inner, p->group);
        if (most < a->count || p->cut == 0) {
            const int64_t parts = (a->count - 1) / nyz_min(most, a->count) + 1;
            p->chunk = (a->count - 1) / parts + 1;
            return;
        }
        p->inner += (a->count - 1) * a->step;
        p->group *= a->count;
    }
}

static int64_t distance(int64_t stride)
{
    return stride < 0 ? -stride : stride;
}

/* Where the items of an axis that is walked through are together in a line of the cache, pieces of
 * whole lines: each shorter, but several of that axis. */
static void decide_across(nyz_slice_plan *p, int can_jump)
{
    p->across = -1;
    p->width = 1;
    if (!can_jump || p->cut == 0) {
        return;
    }
    const nyz_slice_axis *const a = &p->axes[p->cut - 1];
    const int64_t apart = distance(a->to);
    const int64_t width = apart > 0 ? nyz_min(2 * NYZ_CACHE_LINE / apart, a->count) : 1;
    if (width > 1 && p->chunk >= width) {
        p->across = p->cut - 1;
        p->width = width;
        p->chunk /= width;
    }
}

/* How a whole piece lies in the window, where it goes, and in between; what depends on how much of
 * a piece there is, read_piece says. */
static void lay_out(nyz_slice_plan *p)
{
    const int first = p->across >= 0 ? p->across : p->cut;
    int64_t stride = p->unit;
    p->unpack.itemsize = p->pack.itemsize = p->unit;
    p->unpack.past_cache =
        nyz_array_count(&p->elements->to) * p->elements->to.dtype.itemsize >=
        NYZ_PAST_CACHE;
    p->pack.past_cache = 0;
    p->unpack.ndim = p->pack.ndim = p->naxes - first;
    for (int i = p->naxes - 1; i >= first; i--) {
        const int at = i - first;
        p->unpack.shape[at] = p->pack.shape[at] = p->axes[i].count;
        p->unpack.to_strides[at] = p->axes[i].to;
        p->pack.from_strides[at] = p->axes[i].step;
        p->pack.to_strides[at] = stride;
        stride *= p->axes[i].count;
    }
    const int64_t *const from = p->swapped ? p->pack.to_strides : p->pack.from_strides;
    for (int i = 0; i < p->unpack.ndim; i++) {
        p->unpack.from_strides[i] = from[i];
    }
}

static void decide_buffers(nyz_slice_plan *p)
{
    const int converted = p->elements->converts;
    const int64_t units = p->chunk * p->group * p->width;
    const int64_t packed = units * p->unit;
    const int64_t read = nyz_slice_plan_span(p, p->chunk) * p->width;
    p->direct = units == 1 && !converted;
    p->packed = read == packed;
    p->window_size = 0;
    p->items_size = 0;
    if (p->direct) {
        return;
    }
    if (p->swapped || converted) {
        p->items_size = packed + (converted ? units * p->elements->to.dtype.itemsize : 0);
    }
    if (p->items_size == 0 || !p->packed) {
        p->window_size = read;
    }
}

void nyz_slice_plan_make(nyz_slice_plan *p, int can_jump)
{
    const nyz_element_reader *const t = p->elements;
    p->swapped = nyz_dtype_needs_byteswap(&t->from, t->byteorder);
    join_axes(p);
    fold_unit(p);
    if (p->naxes == 0) {
        p->axes[p->naxes++] = (nyz_slice_axis){1, p->unit, p->unit};
    }
    cut_axes(p);
    decide_across(p, can_jump);
    decide_buffers(p);
    lay_out(p);
}

int64_t nyz_slice_plan_size(const nyz_slice_plan *p)
{
    const int64_t count = p->axes[p->cut].count;
    const int64_t rest = count % p->chunk;
    int64_t size = count / p->chunk * nyz_slice_plan_span(p, p->chunk);
    size += rest > 0 ? nyz_slice_plan_span(p, rest) : 0;
    for (int i = 0; i < p->cut; i++) {
        size *= p->axes[i].count;
    }
    return size;
}
