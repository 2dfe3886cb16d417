/* SPDX-License-Identifier: MIT */
/* Boxes of any strides against a copy item by item, and arrays cut into blocks:
 * src/array/strided_copy.c, transpose.c, blocks.c. */

#include "array/nontemporal.h"
#include "array/strided_copy.h"
#include "base/arithmetic.h"
#include "support/support.h"

/* The same numbers in every run. */
static uint64_t seed;

static int64_t below(int64_t n)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (int64_t)((seed >> 33) % (uint64_t)n);
}

/* Memory of exactly the bytes that a box reaches, so that a sanitizer sees one more. */
typedef struct memory {
    unsigned char *bytes;
    int64_t size;
    int64_t first; /* where the item with all indices 0 is */
} memory;

static int64_t items_of(const nyz_strided_copy_job *box)
{
    int64_t count = 1;
    for (int i = 0; i < box->ndim; i++) {
        count *= box->shape[i];
    }
    return count;
}

static memory reached(const nyz_strided_copy_job *box, const int64_t *strides)
{
    memory m = {NULL, box->itemsize, 0};
    for (int i = 0; i < box->ndim && items_of(box) > 0; i++) {
        const int64_t span = box->shape[i] > 1 ? (box->shape[i] - 1) * strides[i] : 0;
        m.size += span < 0 ? -span : span;
        m.first -= span < 0 ? span : 0;
    }
    m.bytes = malloc((size_t)(m.size > 0 ? m.size : 1));
    assert_non_null(m.bytes);
    for (int64_t i = 0; i < m.size; i++) {
        m.bytes[i] = (unsigned char)below(256);
    }
    return m;
}

static void copy_naively(const nyz_strided_copy_job *box, unsigned char *to,
                         const unsigned char *from)
{
    for (int64_t n = 0; n < items_of(box); n++) {
        int64_t rest = n;
        int64_t there = 0;
        int64_t here = 0;
        for (int i = box->ndim - 1; i >= 0; i--) {
            const int64_t index = rest % box->shape[i];
            there += index == 0 ? 0 : index * box->to_strides[i];
            here += index == 0 ? 0 : index * box->from_strides[i];
            rest /= box->shape[i];
        }
        memcpy(to + there, from + here, (size_t)box->itemsize);
    }
}

/* All bytes that the destination reaches, gaps and a line on either side too; wherever it
 * begins in a line, and by both ways of writing lines. */
static void assert_copied(const nyz_strided_copy_job *like)
{
    nyz_strided_copy_job box = *like;
    memory from = reached(&box, box.from_strides);
    memory to = reached(&box, box.to_strides);
    const size_t size = (size_t)to.size + 4 * NYZ_CACHE_LINE;
    unsigned char *const room = calloc(size, 1);
    unsigned char *const expected = calloc(size, 1);
    assert_true(room != NULL && expected != NULL);
    const int64_t line = NYZ_CACHE_LINE - (int64_t)((uintptr_t)room % NYZ_CACHE_LINE);
    const int64_t start = line + NYZ_CACHE_LINE + below(2) * below(NYZ_CACHE_LINE);
    box.past_cache = (int)below(2);
    memcpy(room + start, to.bytes, (size_t)to.size);
    memcpy(expected + start, to.bytes, (size_t)to.size);
    copy_naively(&box, expected + start + to.first, from.bytes + from.first);
    nyz_strided_copy(&box, room + start + to.first, from.bytes + from.first);
    assert_memory_equal(room, expected, size);
    free(room);
    free(expected);
    free(to.bytes);
    free(from.bytes);
}

/* Strides of the axes in any order, some with gaps, some backwards, some 0 if allowed. */
static void lay_out(const nyz_strided_copy_job *box, int64_t *strides, int may_repeat)
{
    int order[NYZ_MAX_DIMS];
    int64_t stride = box->itemsize + (below(4) == 0 ? below(9) : 0);
    for (int i = 0; i < box->ndim; i++) {
        const int other = (int)below(i + 1);
        order[i] = order[other];
        order[other] = i;
    }
    for (int i = 0; i < box->ndim; i++) {
        const int axis = order[i];
        if (box->shape[axis] < 2) {
            strides[axis] = below(2) == 0 ? INT64_MAX : INT64_MIN;
        } else if (may_repeat && below(8) == 0) {
            strides[axis] = 0;
        } else {
            strides[axis] = below(4) == 0 ? -stride : stride;
            stride = stride * box->shape[axis] + (below(4) == 0 ? below(9) : 0);
        }
    }
}

static const int64_t sizes[] = {1, 2, 3, 4, 5, 8, 12, 16, 17, 24, 32, 70};
static const int64_t edges[] = {1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 33, 63, 64, 65, 131};
#define COUNT(table) ((int64_t)(sizeof(table) / sizeof(table)[0]))

static void boxes_of_any_strides_are_copied_item_for_item(void **state)
{
    (void)state;
    seed = 1;
    for (int trial = 0; trial < 1500; trial++) {
        nyz_strided_copy_job box = {.itemsize = sizes[below(COUNT(sizes))],
                                    .ndim = (int)below(7)};
        int64_t count = 1;
        for (int i = 0; i < box.ndim; i++) {
            const int64_t extent = edges[below(COUNT(edges))];
            box.shape[i] = count * extent <= 9000 ? extent : 1;
            count *= box.shape[i];
        }
        if (box.ndim > 0 && below(30) == 0) {
            box.shape[below(box.ndim)] = 0;
        }
        lay_out(&box, box.to_strides, 0);
        lay_out(&box, box.from_strides, 1);
        assert_copied(&box);
    }
}

/* Matrices around the sides of tiles, both without gaps, in four directions. */
static void matrices_around_the_edges_of_tiles_are_transposed(void **state)
{
    (void)state;
    static const int64_t powers[] = {1, 2, 4, 8, 16};
    seed = 5;
    for (int64_t s = 0; s < COUNT(powers); s++) {
        const int64_t size = powers[s];
        for (int64_t r = 0; r < COUNT(edges); r++) {
            for (int64_t c = 0; c < COUNT(edges); c++) {
                const int64_t row = edges[c] * size;
                const int64_t up = below(2) == 0 ? size : -size;
                const int64_t right = (below(2) == 0 ? size : -size) * edges[r];
                const int64_t gap =
                    below(2) * ((NYZ_CACHE_LINE - row % NYZ_CACHE_LINE) % NYZ_CACHE_LINE);
                const nyz_strided_copy_job box = {.itemsize = size,
                                                  .ndim = 2,
                                                  .shape = {edges[r], edges[c]},
                                                  .to_strides = {row + gap, size},
                                                  .from_strides = {up, right}};
                assert_copied(&box);
            }
        }
    }
}

static void sixty_four_axes_are_walked_through(void **state)
{
    (void)state;
    seed = 2;
    for (int trial = 0; trial < 20; trial++) {
        nyz_strided_copy_job box = {.itemsize = 1 + trial, .ndim = NYZ_MAX_DIMS};
        for (int i = 0; i < NYZ_MAX_DIMS; i++) {
            box.shape[i] = i % 7 == trial % 7 ? 2 : 1;
        }
        lay_out(&box, box.to_strides, 0);
        lay_out(&box, box.from_strides, 1);
        assert_copied(&box);
    }
}

static void items_without_bytes_are_not_touched(void **state)
{
    (void)state;
    const int64_t huge = INT64_MAX / 32;
    const nyz_strided_copy_job box = {
        .ndim = 2, .shape = {huge, huge}, .to_strides = {16, 8}, .from_strides = {8, 16}};
    nyz_strided_copy(&box, NULL, NULL); /* and takes no time */
}

/* ---------------------------------------------------------------------------- blocks */

static unsigned char marks[30000];

/* An array of bytes whose memory has its axes in any order. */
static nyz_array any_array(void)
{
    nyz_array a = {
        .dtype = nyz_dtype_of(NYZ_UINT8), .ndim = (int)below(6), .data = marks};
    for (int i = 0; i < a.ndim; i++) {
        a.shape[i] = 1 + below(i < 2 ? 15 : 5);
    }
    int64_t stride = 1;
    for (int i = 0, axis = (int)below(7); i < a.ndim; i++) {
        axis = (axis + 1) % a.ndim;
        a.strides[axis] = a.shape[axis] > 1 ? stride : INT64_MIN;
        stride *= a.shape[axis];
    }
    return a;
}

static const unsigned char *element(const nyz_array *a, int64_t number)
{
    const unsigned char *place = a->data;
    for (int i = a->ndim - 1; i >= 0; i--) {
        const int64_t index = number % a->shape[i];
        place += index == 0 ? 0 : index * a->strides[i];
        number /= a->shape[i];
    }
    return place;
}

static void blocks_in_order_are_runs_that_make_up_the_array(void **state)
{
    (void)state;
    seed = 3;
    for (int trial = 0; trial < 2000; trial++) {
        const nyz_array a = any_array();
        const int64_t most = below(3) == 0 ? below(9) : below(3000);
        nyz_blocks blocks;
        int64_t done = 0;
        int64_t largest = 0;
        nyz_blocks_in_order(&blocks, &a, most);
        for (int64_t b = 0; b < blocks.count; b++) {
            nyz_array view;
            int64_t first = -1;
            nyz_blocks_at(&blocks, b, &view, &first);
            const int64_t count = nyz_array_count(&view);
            assert_int_equal(first, done);
            for (int64_t i = 0; i < count; i++) {
                assert_ptr_equal(element(&view, i), element(&a, first + i));
            }
            largest = count > largest ? count : largest;
            done += count;
        }
        assert_int_equal(done, nyz_array_count(&a));
        assert_int_equal(blocks.items, largest);
        assert_true(largest <= (most > 1 ? most : 1));
        assert_true(blocks.count == 1 || 8 * largest >= most); /* and not too small */
    }
}

static void blocks_across_are_runs_side_by_side_and_hold_each_element_once(void **state)
{
    (void)state;
    seed = 4;
    for (int trial = 0; trial < 2000; trial++) {
        const nyz_array a = any_array();
        const int axis = a.ndim > 0 ? (int)below(a.ndim) : 0;
        const int64_t width = (int64_t)1 << below(5);
        const int64_t lead = below(width);
        const int64_t most = 1 + below(3000);
        nyz_blocks blocks;
        if (a.ndim == 0) {
            continue;
        }
        memset(marks, 0, sizeof marks);
        nyz_blocks_across(&blocks, &a, axis, width, lead, most);
        assert_true(blocks.items <= (most > width ? most : width));
        assert_int_equal(blocks.extents[axis], nyz_min(width, a.shape[axis]));
        int64_t largest = 0;
        int64_t apart = 1;
        for (int i = axis + 1; i < a.ndim; i++) {
            apart *= a.shape[i];
        }
        for (int64_t b = 0; b < blocks.count; b++) {
            nyz_array view;
            int64_t first = -1;
            nyz_blocks_at(&blocks, b, &view, &first);
            const int64_t run = nyz_array_count(&view) / view.shape[axis];
            largest = nyz_array_count(&view) > largest ? nyz_array_count(&view) : largest;
            if (view.data == a.data && lead > 0 && width < a.shape[axis]) {
                assert_int_equal(view.shape[axis], lead);
            }
            for (int64_t i = 0; i < nyz_array_count(&view); i++) {
                const unsigned char *const place = element(&view, i);
                assert_ptr_equal(place, element(&a, first + i / run * apart + i % run));
                marks[place - marks]++;
            }
        }
        assert_true(largest == blocks.items ||
                    (largest < blocks.items && lead > 0 && a.shape[axis] < width + lead));
        for (int64_t i = 0; i < nyz_array_count(&a); i++) {
            assert_int_equal(marks[i], 1);
        }
    }
}

static void the_fastest_axis_is_the_one_with_the_smallest_step(void **state)
{
    (void)state;
    static const struct {
        int64_t shape[3], strides[3];
        int fastest;
    } cases[] = {
        {{2, 3, 4}, {48, 16, 4}, 2},  {{2, 3, 4}, {4, 8, 24}, 0},
        {{2, 3, 4}, {24, -4, 12}, 1}, {{2, 1, 4}, {-24, 1, 48}, 0},
        {{1, 1, 1}, {4, 4, 4}, 2},    {{3, 3, 1}, {4, 4, INT64_MIN}, 1},
    };
    for (int64_t i = 0; i < COUNT(cases); i++) {
        nyz_array a = {.ndim = 3};
        memcpy(a.shape, cases[i].shape, sizeof cases[i].shape);
        memcpy(a.strides, cases[i].strides, sizeof cases[i].strides);
        assert_int_equal(nyz_array_fastest_axis(&a), cases[i].fastest);
    }
    const nyz_array scalar = {.ndim = 0};
    assert_int_equal(nyz_array_fastest_axis(&scalar), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(boxes_of_any_strides_are_copied_item_for_item),
        cmocka_unit_test(matrices_around_the_edges_of_tiles_are_transposed),
        cmocka_unit_test(sixty_four_axes_are_walked_through),
        cmocka_unit_test(items_without_bytes_are_not_touched),
        cmocka_unit_test(blocks_in_order_are_runs_that_make_up_the_array),
        cmocka_unit_test(blocks_across_are_runs_side_by_side_and_hold_each_element_once),
        cmocka_unit_test(the_fastest_axis_is_the_one_with_the_smallest_step),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
