/* SPDX-License-Identifier: MIT */
/* Reading a part of an array's data: see slice_plan.h.  What is wanted is cut into boxes; each is
 * read by one call, from its first byte to its last. */
#include "npy/slice_plan.h"

#include "array/array.h"
#include "base/alloc.h"
#include "base/arithmetic.h"
#include "base/error.h"
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
    while (p->elements->convert == NULL && p->naxes > 0 &&
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
    if (p->elements->convert == NULL) {
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

/* How a whole piece lies in the window, where it goes, and in between. */
static void lay_out(nyz_slice_plan *p)
{
    int64_t stride = p->unit;
    p->unpack.itemsize = p->pack.itemsize = p->unit;
    p->unpack.past_cache =
        nyz_array_count(&p->elements->to) * p->elements->to.dtype.itemsize >=
        NYZ_PAST_CACHE;
    p->pack.past_cache = 0;
    p->unpack.ndim = p->pack.ndim = p->naxes - p->cut;
    for (int i = p->naxes - 1; i >= p->cut; i--) {
        const int at = i - p->cut;
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

static int64_t span_of(const nyz_slice_plan *p, int64_t n)
{
    return (n - 1) * p->axes[p->cut].step + p->inner;
}

static void decide_buffers(nyz_slice_plan *p)
{
    const int converted = p->elements->convert != NULL;
    const int64_t units = p->chunk * p->group;
    const int64_t packed = units * p->unit;
    p->direct = units == 1 && !converted;
    p->packed = span_of(p, p->chunk) == packed;
    p->window_size = 0;
    p->items_size = 0;
    if (p->direct) {
        return;
    }
    if (p->swapped || converted) {
        p->items_size = packed + (converted ? units * p->elements->to.dtype.itemsize : 0);
    }
    if (p->items_size == 0 || !p->packed) {
        p->window_size = span_of(p, p->chunk);
    }
}

void nyz_slice_plan_make(nyz_slice_plan *p)
{
    const nyz_element_reader *const t = p->elements;
    p->swapped = nyz_dtype_needs_byteswap(&t->from, t->byteorder);
    join_axes(p);
    fold_unit(p);
    if (p->naxes == 0) {
        p->axes[p->naxes++] = (nyz_slice_axis){1, p->unit, p->unit};
    }
    cut_axes(p);
    decide_buffers(p);
    lay_out(p);
}

int64_t nyz_slice_plan_size(const nyz_slice_plan *p)
{
    const int64_t count = p->axes[p->cut].count;
    const int64_t rest = count % p->chunk;
    int64_t size = count / p->chunk * span_of(p, p->chunk);
    size += rest > 0 ? span_of(p, rest) : 0;
    for (int i = 0; i < p->cut; i++) {
        size *= p->axes[i].count;
    }
    return size;
}

/* --------------------------------------------------------------------------------- reading */

/* Right to its place; numbers to be byte-swapped are so while they are in the cache. */
static nyz_status read_unit(const nyz_slice_plan *p, const nyz_slice_bytes *bytes,
                            int64_t offset, unsigned char *to, nyz_error *err)
{
    const nyz_element_reader *const t = p->elements;
    const int64_t itemsize = t->from.itemsize;
    const int64_t most =
        p->swapped ? nyz_array_items_in(NYZ_IO_BLOCK, itemsize) * itemsize : p->unit;
    for (int64_t done = 0; done < p->unit; done += most) {
        const int64_t size = nyz_min(most, p->unit - done);
        NYZ_TRY(bytes->read(bytes->ctx, offset + done, to + done, size, err));
        if (p->swapped) {
            nyz_dtype_byteswap(&t->from, t->byteorder, to + done, size / itemsize,
                               itemsize);
        }
    }
    return NYZ_OK;
}

/* The items of a piece, without gaps between them, as those of the array that is filled. */
static void convert_items(const nyz_slice_plan *p, unsigned char *to)
{
    nyz_array block = p->elements->to;
    block.data = to;
    block.ndim = p->unpack.ndim;
    for (int i = 0; i < block.ndim; i++) {
        block.shape[i] = p->unpack.shape[i];
        block.strides[i] = p->unpack.to_strides[i];
    }
    nyz_element_reader_place(p->elements, &block, p->items);
}

static void swap_items(const nyz_slice_plan *p, int64_t n)
{
    const nyz_element_reader *const t = p->elements;
    nyz_dtype_byteswap(&t->from, t->byteorder, p->items,
                       n * p->group * (p->unit / t->from.itemsize), t->from.itemsize);
}

/* A piece of `n` of the axis that is cut. */
static nyz_status read_piece(nyz_slice_plan *p, const nyz_slice_bytes *bytes,
                             int64_t offset, unsigned char *to, int64_t n, nyz_error *err)
{
    if (p->direct) {
        return read_unit(p, bytes, offset, to, err);
    }
    unsigned char *const at = p->window_size > 0 ? p->window : p->items;
    NYZ_TRY(bytes->read(bytes->ctx, offset, at, span_of(p, n), err));
    p->pack.shape[0] = p->unpack.shape[0] = n;
    if (p->items_size > 0 && at == p->window) {
        nyz_strided_copy(&p->pack, p->items, p->window);
    }
    if (p->elements->convert != NULL) {
        convert_items(p, to);
        return NYZ_OK;
    }
    if (p->swapped) {
        swap_items(p, n);
    }
    nyz_strided_copy(&p->unpack, to, p->swapped ? p->items : p->window);
    return NYZ_OK;
}

static nyz_status read_pieces(nyz_slice_plan *p, const nyz_slice_bytes *bytes,
                              int64_t offset, unsigned char *to, nyz_error *err)
{
    const nyz_slice_axis *const a = &p->axes[p->cut];
    for (int64_t i = 0; i < a->count; i += p->chunk) {
        const int64_t n = nyz_min(p->chunk, a->count - i);
        NYZ_TRY(read_piece(p, bytes, offset + i * a->step, to + i * a->to, n, err));
    }
    return NYZ_OK;
}

/* Through the axes before the one that is cut, as they follow each other in the file. */
static nyz_status walk_through(nyz_slice_plan *p, const nyz_slice_bytes *bytes,
                               nyz_error *err)
{
    int64_t index[NYZ_MAX_DIMS] = {0};
    int64_t offset = p->first;
    unsigned char *to = p->to;
    for (;;) {
        int i = p->cut - 1;
        NYZ_TRY(read_pieces(p, bytes, offset, to, err));
        for (; i >= 0 && index[i] == p->axes[i].count - 1; i--) {
            offset -= index[i] * p->axes[i].step;
            to -= index[i] * p->axes[i].to;
            index[i] = 0;
        }
        if (i < 0) {
            return NYZ_OK;
        }
        index[i]++;
        offset += p->axes[i].step;
        to += p->axes[i].to;
    }
}

nyz_status nyz_slice_plan_run(nyz_slice_plan *p, const nyz_slice_bytes *bytes,
                              const nyz_allocator *allocator, nyz_error *err)
{
    const int64_t size = p->window_size + p->items_size;
    void *memory = NULL;
    NYZ_TRY(nyz_alloc(allocator, size, &memory, err));
    p->items = memory;
    p->window = p->items_size > 0 && memory != NULL ? p->items + p->items_size : memory;
    const nyz_status status = walk_through(p, bytes, err);
    nyz_release(allocator, memory, size);
    return status;
}
