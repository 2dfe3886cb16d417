/* SPDX-License-Identifier: MIT */
/* Reading a part of an array's data as slice_plan.c has decided: see slice_plan.h. */
#include "npy/slice_plan.h"

#include "array/array.h"
#include "base/alloc.h"
#include "base/arithmetic.h"
#include "base/error.h"
#include "dtype/dtype.h"

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

static void swap_items(const nyz_slice_plan *p, int64_t units)
{
    const nyz_element_reader *const t = p->elements;
    nyz_dtype_byteswap(&t->from, t->byteorder, p->items,
                       units * (p->unit / t->from.itemsize), t->from.itemsize);
}

/* Says how many of the axis that is cut, and of the one across, a piece has. */
static void set_extent(nyz_slice_plan *p, int64_t n, int64_t width)
{
    const int cut = p->across >= 0;
    p->pack.shape[0] = p->unpack.shape[0] = width;
    p->pack.shape[cut] = p->unpack.shape[cut] = n;
    if (cut) {
        p->pack.from_strides[0] = nyz_slice_plan_span(p, n);
        p->pack.to_strides[0] = n * p->group * p->unit;
        p->unpack.from_strides[0] =
            p->swapped ? p->pack.to_strides[0] : p->pack.from_strides[0];
    }
}

/* The bytes of a piece, by a call for each of the axis across. */
static nyz_status read_bytes(const nyz_slice_plan *p, const nyz_slice_bytes *bytes,
                             int64_t offset, unsigned char *at, int64_t n, int64_t width,
                             nyz_error *err)
{
    const int64_t size = nyz_slice_plan_span(p, n);
    for (int64_t i = 0; i < width; i++) {
        const int64_t step = i > 0 ? i * p->axes[p->across].step : 0;
        NYZ_TRY(bytes->read(bytes->ctx, offset + step, at + i * size, size, err));
    }
    return NYZ_OK;
}

/* A piece of `n` of the axis that is cut, and `width` of the one across. */
static nyz_status read_piece(nyz_slice_plan *p, const nyz_slice_bytes *bytes,
                             int64_t offset, unsigned char *to, int64_t n, int64_t width,
                             nyz_error *err)
{
    if (p->direct) {
        return read_unit(p, bytes, offset, to, err);
    }
    unsigned char *const at = p->window_size > 0 ? p->window : p->items;
    NYZ_TRY(read_bytes(p, bytes, offset, at, n, width, err));
    set_extent(p, n, width);
    if (p->items_size > 0 && at == p->window) {
        nyz_strided_copy(&p->pack, p->items, p->window);
    }
    if (p->elements->converts) {
        convert_items(p, to);
        return NYZ_OK;
    }
    if (p->swapped) {
        swap_items(p, n * p->group * width);
    }
    nyz_strided_copy(&p->unpack, to, p->swapped ? p->items : p->window);
    return NYZ_OK;
}

static nyz_status read_pieces(nyz_slice_plan *p, const nyz_slice_bytes *bytes,
                              int64_t offset, unsigned char *to, int64_t width,
                              nyz_error *err)
{
    const nyz_slice_axis *const a = &p->axes[p->cut];
    for (int64_t i = 0; i < a->count; i += p->chunk) {
        const int64_t n = nyz_min(p->chunk, a->count - i);
        NYZ_TRY(
            read_piece(p, bytes, offset + i * a->step, to + i * a->to, n, width, err));
    }
    return NYZ_OK;
}

static nyz_status read_across(nyz_slice_plan *p, const nyz_slice_bytes *bytes,
                              int64_t offset, unsigned char *to, nyz_error *err)
{
    if (p->across < 0) {
        return read_pieces(p, bytes, offset, to, 1, err);
    }
    const nyz_slice_axis *const a = &p->axes[p->across];
    for (int64_t i = 0; i < a->count; i += p->width) {
        const int64_t width = nyz_min(p->width, a->count - i);
        NYZ_TRY(read_pieces(p, bytes, offset + i * a->step, to + i * a->to, width, err));
    }
    return NYZ_OK;
}

/* Through the axes before those of which a piece has a part, in the order of the file. */
static nyz_status walk_through(nyz_slice_plan *p, const nyz_slice_bytes *bytes,
                               nyz_error *err)
{
    int64_t index[NYZ_MAX_DIMS] = {0};
    int64_t offset = p->first;
    unsigned char *to = p->to;
    for (;;) {
        int i = (p->across >= 0 ? p->across : p->cut) - 1;
        NYZ_TRY(read_across(p, bytes, offset, to, err));
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
