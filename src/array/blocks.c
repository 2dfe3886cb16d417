/* SPDX-License-Identifier: MIT */
/* Cutting arrays into blocks that fit a buffer: see strided_copy.h. */
#include <string.h>

#include "array/strided_copy.h"
#include "base/arithmetic.h"

/* The largest power of two up to n, which is 1 or more. */
static int64_t power_of_two(int64_t n)
{
    int64_t power = 1;
    while (power <= n / 2) {
        power *= 2;
    }
    return power;
}

/* Axes behind `outer` as long as `most` items hold them, and 1 of the others. */
static void cut_axes(nyz_blocks *b, int outer, int64_t most)
{
    b->items = 1;
    for (int i = b->array->ndim - 1; i >= 0; i--) {
        const int64_t extent = b->array->shape[i];
        const int whole = i > outer && extent <= most;
        b->extents[i] = whole ? extent : i > outer ? power_of_two(most) : 1;
        b->items *= b->extents[i];
        most = whole ? most / extent : 1;
    }
}

static int64_t cut_of(const nyz_blocks *b, int axis)
{
    return axis == b->across ? b->cut : 0;
}

static int64_t blocks_of_axis(const nyz_blocks *b, int axis)
{
    return (b->array->shape[axis] - 1 + cut_of(b, axis)) / b->extents[axis] + 1;
}

static void count_blocks(nyz_blocks *b)
{
    b->count = 1;
    for (int i = 0; i < b->array->ndim; i++) {
        b->count *= blocks_of_axis(b, i);
    }
}

void nyz_blocks_in_order(nyz_blocks *blocks, const nyz_array *array, int64_t most)
{
    blocks->array = array;
    blocks->across = -1;
    blocks->cut = 0;
    cut_axes(blocks, -1, most > 1 ? most : 1);
    count_blocks(blocks);
}

void nyz_blocks_across(nyz_blocks *blocks, const nyz_array *array, int axis,
                       int64_t width, int64_t lead, int64_t most)
{
    blocks->array = array;
    blocks->across = axis;
    cut_axes(blocks, axis, most > width ? most / width : 1);
    blocks->extents[axis] = nyz_min(width, array->shape[axis]);
    blocks->items *= blocks->extents[axis];
    blocks->cut = lead > 0 && width < array->shape[axis] ? width - lead : 0;
    count_blocks(blocks);
}

/* The number of a block along one axis, taken off the rest of its index. */
static void place_block(const nyz_blocks *b, int axis, int64_t *index, nyz_array *view,
                        int64_t start[])
{
    const int64_t n = blocks_of_axis(b, axis);
    const int64_t begin = *index % n * b->extents[axis] - cut_of(b, axis);
    start[axis] = begin > 0 ? begin : 0;
    view->shape[axis] =
        nyz_min(begin + b->extents[axis], b->array->shape[axis]) - start[axis];
    view->data = (unsigned char *)view->data + start[axis] * b->array->strides[axis];
    *index /= n;
}

void nyz_blocks_at(const nyz_blocks *blocks, int64_t index, nyz_array *view,
                   int64_t *first)
{
    int64_t start[NYZ_MAX_DIMS] = {0};
    *view = *blocks->array;
    if (blocks->across >= 0) {
        place_block(blocks, blocks->across, &index, view, start);
    }
    for (int i = view->ndim - 1; i >= 0; i--) {
        if (i != blocks->across) {
            place_block(blocks, i, &index, view, start);
        }
    }
    *first = 0;
    for (int i = 0; i < view->ndim; i++) {
        *first = *first * blocks->array->shape[i] + start[i];
    }
}

int nyz_array_fastest_axis(const nyz_array *array)
{
    int fastest = array->ndim - 1;
    int64_t least = INT64_MAX;
    for (int i = array->ndim - 1; i >= 0; i--) {
        const int64_t stride = array->shape[i] > 1 ? array->strides[i] : INT64_MAX;
        const int64_t distance = stride < 0 ? -stride : stride;
        if (distance < least) {
            least = distance;
            fastest = i;
        }
    }
    return fastest;
}
