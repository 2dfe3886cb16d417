/* SPDX-License-Identifier: MIT */
/* Views, contiguity and copies: src/array/array.c, view.c, copy.c. */

#include "array/array.h"
#include "array/strided_copy.h"
#include "support/support.h"

/* 2 x 3 x 4 int32 with the values 0 ... 23 in C order. */
static int32_t counting[24];

static nyz_array cube(void)
{
    const int64_t shape[3] = {2, 3, 4};
    const nyz_dtype dtype = nyz_dtype_of(NYZ_INT32);
    nyz_array out;
    for (int i = 0; i < 24; i++) {
        counting[i] = i;
    }
    assert_ok(nyz_array_wrap(counting, &dtype, 3, shape, NULL, &out, err));
    return out;
}

static int32_t at(const nyz_array *a, int64_t i, int64_t j)
{
    int32_t value = 0;
    memcpy(&value, (const char *)a->data + i * a->strides[0] + j * a->strides[1],
           sizeof value);
    return value;
}

static void wrap_gives_c_order_strides_in_bytes(void **state)
{
    (void)state;
    const nyz_array a = cube();
    assert_int_equal(a.strides[0], 48);
    assert_int_equal(a.strides[1], 16);
    assert_int_equal(a.strides[2], 4);
    assert_int_equal(nyz_array_count(&a), 24);
    assert_null(a.owner);
    assert_true(nyz_array_is_contiguous(&a, NYZ_C_ORDER));
    assert_false(nyz_array_is_contiguous(&a, NYZ_F_ORDER));
}

static void wrap_refuses_what_is_no_array(void **state)
{
    (void)state;
    const nyz_dtype dtype = nyz_dtype_of(NYZ_FLOAT64);
    const nyz_dtype none = {0};
    const int64_t negative[1] = {-1};
    const int64_t huge[2] = {INT64_MAX, 2};
    const int64_t huge_beside_zero[3] = {0, INT64_MAX, 2};
    const int64_t zero_beside_huge[2] = {0, INT64_MAX / 8 + 1};
    const int64_t one[1] = {1};
    nyz_array out;
    double x = 0;
    assert_fails(NYZ_ERR_ARGUMENT, "",
                 nyz_array_wrap(&x, &dtype, 1, negative, NULL, &out, err));
    assert_fails(NYZ_ERR_ARGUMENT, "",
                 nyz_array_wrap(&x, &dtype, 2, huge, NULL, &out, err));
    assert_fails(NYZ_ERR_ARGUMENT, "",
                 nyz_array_wrap(&x, &dtype, 3, huge_beside_zero, NULL, &out, err));
    assert_fails(NYZ_ERR_ARGUMENT, "too many",
                 nyz_array_wrap(&x, &dtype, 2, zero_beside_huge, NULL, &out, err));
    assert_fails(NYZ_ERR_ARGUMENT, "ndim",
                 nyz_array_wrap(&x, &dtype, 65, one, NULL, &out, err));
    assert_fails(NYZ_ERR_ARGUMENT, "ndim",
                 nyz_array_wrap(&x, &dtype, -1, one, NULL, &out, err));
    assert_fails(NYZ_ERR_ARGUMENT, "",
                 nyz_array_wrap(&x, &none, 1, one, NULL, &out, err));
    assert_int_equal(out.ndim, 0);
    assert_null(out.data);
}

static void wrap_refuses_strides_that_lead_out_of_any_memory(void **state)
{
    (void)state;
    static const struct {
        int64_t shape[2], strides[2];
        int good;
    } cases[] = {
        {{2, 1}, {8, INT64_MAX}, 1},
        {{INT64_C(1) << 40, 0}, {8, 8}, 1},
        {{INT64_C(1) << 59, 0}, {1024, 8}, 0},
        {{2, 1}, {8, INT64_MIN}, 1},
        {{2, 0}, {-8, INT64_MIN}, 1},
        {{2, 2}, {0, 0}, 1},
        {{2, 2}, {8, INT64_MAX}, 0},
        {{2, 2}, {INT64_MIN, 8}, 0},
        {{0, 3}, {8, INT64_MAX / 2}, 0},
        {{3, 3}, {INT64_MAX / 3, -(INT64_MAX / 3)}, 0},
        {{3, 3}, {PTRDIFF_MAX / 3, -(PTRDIFF_MAX / 3)}, 0},
        {{3, 3}, {PTRDIFF_MAX / 3, PTRDIFF_MAX / 6}, 1},
        {{2, 2}, {PTRDIFF_MAX - 8, 8}, PTRDIFF_MAX < INT64_MAX}, /* twice is too much */
        {{2, 2}, {PTRDIFF_MAX - 8, 9}, 0},
    };
    const nyz_dtype dtype = nyz_dtype_of(NYZ_FLOAT64);
    const void *const x = (const void *)(uintptr_t)64; /* so that no address overflows */
    nyz_array a;
    nyz_array view;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        if (!cases[i].good) {
            assert_fails(NYZ_ERR_ARGUMENT, "strides lead out of the address space",
                         nyz_array_wrap_const(x, &dtype, 2, cases[i].shape,
                                              cases[i].strides, &a, err));
            continue;
        }
        assert_ok(nyz_array_wrap_const(x, &dtype, 2, cases[i].shape, cases[i].strides, &a,
                                       err));
        for (int axis = 0; axis < 2; axis++) {
            assert_ok(nyz_array_slice(&a, axis, INT64_MAX, INT64_MIN, -1, &view, err));
            assert_ok(nyz_array_slice(&a, axis, 5, INT64_MAX, INT64_MAX, &view, err));
        }
    }
}

/* Python's results for range(10)[start:stop:step], as (first element, count). */
static void slices_follow_python(void **state)
{
    (void)state;
    static const struct {
        int64_t start, stop, step;
        int64_t count;
        int32_t first;
    } cases[] = {
        {0, 10, 1, 10, 0},       {10, INT64_MIN, -1, 10, 9},
        {2, 5, 1, 3, 2},         {-3, INT64_MAX, 1, 3, 7},
        {0, -1, 3, 3, 0},        {INT64_MAX, INT64_MIN, -1, 10, 9},
        {8, 2, -2, 3, 8},        {-100, 100, 4, 3, 0},
        {5, 5, 1, 0, 0},         {7, 3, 1, 0, 0},
        {20, 30, 1, 0, 0},       {-2, INT64_MIN, -3, 3, 8},
        {9, 8, INT64_MIN, 1, 9}, {0, 10, INT64_MAX, 1, 0},
        {-20, -15, -1, 0, 0},
    };
    int32_t data[10];
    const int64_t shape[1] = {10};
    const nyz_dtype dtype = nyz_dtype_of(NYZ_INT32);
    nyz_array a;
    for (int i = 0; i < 10; i++) {
        data[i] = i;
    }
    assert_ok(nyz_array_wrap(data, &dtype, 1, shape, NULL, &a, err));
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        nyz_array view;
        assert_ok(nyz_array_slice(&a, 0, cases[i].start, cases[i].stop, cases[i].step,
                                  &view, err));
        assert_int_equal(view.shape[0], cases[i].count);
        if (cases[i].count > 0) {
            assert_int_equal(*(const int32_t *)view.data, cases[i].first);
        }
    }
}

static void slice_refuses_step_0_and_axes_that_are_not_there(void **state)
{
    (void)state;
    const nyz_array a = cube();
    nyz_array view;
    assert_fails(NYZ_ERR_ARGUMENT, "step", nyz_array_slice(&a, 0, 0, 1, 0, &view, err));
    assert_fails(NYZ_ERR_ARGUMENT, "axis", nyz_array_slice(&a, 3, 0, 1, 1, &view, err));
    assert_fails(NYZ_ERR_ARGUMENT, "axis", nyz_array_slice(&a, -4, 0, 1, 1, &view, err));
}

static void index_takes_a_dimension_away(void **state)
{
    (void)state;
    const nyz_array a = cube();
    nyz_array view;
    assert_ok(nyz_array_index(&a, 1, -1, &view, err));
    assert_int_equal(view.ndim, 2);
    assert_int_equal(view.shape[0], 2);
    assert_int_equal(view.shape[1], 4);
    assert_int_equal(at(&view, 1, 3), 23);
    assert_fails(NYZ_ERR_NOT_FOUND, "axis 1 has 3",
                 nyz_array_index(&a, 1, 3, &view, err));
    assert_fails(NYZ_ERR_NOT_FOUND, "", nyz_array_index(&a, 1, -4, &view, err));
}

static void transpose_permutes_and_refuses_a_repeated_axis(void **state)
{
    (void)state;
    const nyz_array a = cube();
    const int order[3] = {2, 0, -2};
    const int twice[3] = {0, 0, 1};
    nyz_array view;
    assert_ok(nyz_array_transpose(&a, NULL, &view, err));
    assert_int_equal(view.shape[0], 4);
    assert_int_equal(view.strides[0], 4);
    assert_true(nyz_array_is_contiguous(&view, NYZ_F_ORDER));
    assert_ok(nyz_array_transpose(&a, order, &view, err));
    assert_int_equal(view.shape[0], 4);
    assert_int_equal(view.shape[1], 2);
    assert_int_equal(view.shape[2], 3);
    assert_fails(NYZ_ERR_ARGUMENT, "twice", nyz_array_transpose(&a, twice, &view, err));
}

static void empty_and_single_element_arrays_are_contiguous_in_both_orders(void **state)
{
    (void)state;
    const nyz_dtype dtype = nyz_dtype_of(NYZ_INT32);
    const int64_t empty[2] = {0, 3};
    const int64_t row[2] = {1, 3};
    const int64_t odd[2] = {999, 4};
    int32_t data[3] = {1, 2, 3};
    nyz_array a;
    assert_ok(nyz_array_wrap(NULL, &dtype, 2, empty, NULL, &a, err));
    assert_true(nyz_array_is_contiguous(&a, NYZ_C_ORDER) &&
                nyz_array_is_contiguous(&a, NYZ_F_ORDER));
    assert_false(nyz_array_is_fortran(&a));
    assert_ok(nyz_array_wrap(data, &dtype, 2, row, odd, &a, err));
    assert_true(nyz_array_is_contiguous(&a, NYZ_C_ORDER) &&
                nyz_array_is_contiguous(&a, NYZ_F_ORDER));
}

static void copy_of_any_view_is_contiguous_and_equal(void **state)
{
    (void)state;
    const nyz_array a = cube();
    static const nyz_order orders[] = {NYZ_KEEP_ORDER, NYZ_C_ORDER, NYZ_F_ORDER};
    for (size_t k = 0; k < 3; k++) {
        nyz_array rows;
        nyz_array view;
        nyz_array copy;
        nyz_options opt;
        memset(&opt, 0, sizeof opt);
        opt.order = orders[k];
        assert_ok(nyz_array_index(&a, 0, 1, &rows, err));
        assert_ok(nyz_array_slice(&rows, 1, INT64_MAX, INT64_MIN, -2, &view, err));
        assert_ok(nyz_array_copy(&view, &opt, &copy, err));
        assert_true(nyz_array_is_contiguous(
            &copy, orders[k] == NYZ_F_ORDER ? NYZ_F_ORDER : NYZ_C_ORDER));
        for (int64_t i = 0; i < 3; i++) {
            for (int64_t j = 0; j < 2; j++) {
                assert_int_equal(at(&copy, i, j), 12 + 4 * i + 3 - 2 * j);
            }
        }
        nyz_array_free(&copy);
        assert_null(copy.data);
    }
}

static void copy_keeps_fortran_order_and_turns_numbers_round_on_request(void **state)
{
    (void)state;
    const nyz_array a = cube();
    nyz_options opt;
    nyz_array turned;
    nyz_array copy;
    memset(&opt, 0, sizeof opt);
    opt.byteorder = NYZ_BIG_ENDIAN;
    assert_ok(nyz_array_transpose(&a, NULL, &turned, err));
    assert_ok(nyz_array_copy(&turned, &opt, &copy, err));
    assert_true(nyz_array_is_fortran(&copy));
    assert_int_equal(copy.dtype.byteorder, '>');
    const unsigned char *const bytes = copy.data;
    assert_int_equal(bytes[4 * 23], 0);
    assert_int_equal(bytes[4 * 23 + 3], 23);
    nyz_array back;
    assert_ok(nyz_array_copy(&copy, NULL, &back, err));
    assert_memory_equal(back.data, counting, sizeof counting);
    nyz_array_free(&copy);
    nyz_array_free(&back);
}

/* Whatever axes can be joined: against a plain nested loop. */
static void pack_and_unpack_take_any_strides(void **state)
{
    (void)state;
    const nyz_array a = cube();
    static const int orders[6][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2},
                                     {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
    for (size_t k = 0; k < 6; k++) {
        nyz_array view;
        int32_t expected[24];
        int n = 0;
        assert_ok(nyz_array_transpose(&a, orders[k], &view, err));
        for (int64_t i = 0; i < view.shape[0]; i++) {
            nyz_array plane;
            assert_ok(nyz_array_index(&view, 0, i, &plane, err));
            for (int64_t j = 0; j < plane.shape[0]; j++) {
                for (int64_t l = 0; l < plane.shape[1]; l++) {
                    expected[n++] = at(&plane, j, l);
                }
            }
        }
        int32_t out[24];
        nyz_array_pack(&view, out);
        assert_memory_equal(out, expected, sizeof out);
        int32_t target[24] = {0};
        nyz_array to = view;
        to.data = (char *)target + ((char *)view.data - (char *)counting);
        nyz_array_unpack(&to, 96, expected);
        assert_memory_equal(target, counting, sizeof counting);
    }
}

static void items_of_every_size_are_copied_whole(void **state)
{
    (void)state;
    static const char *const descrs[] = {"|V1", "|V2",  "|V3",  "|V4",
                                         "|V8", "|V16", "|V17", "|V0"};
    for (size_t k = 0; k < sizeof descrs / sizeof descrs[0]; k++) {
        nyz_dtype dtype;
        nyz_array a;
        nyz_array view;
        nyz_array copy;
        unsigned char data[17 * 6];
        const int64_t shape[2] = {2, 3};
        for (size_t i = 0; i < sizeof data; i++) {
            data[i] = (unsigned char)i;
        }
        assert_ok(nyz_dtype_parse(descrs[k], strlen(descrs[k]), NULL, &dtype, err));
        const size_t size = (size_t)dtype.itemsize;
        assert_ok(nyz_array_wrap(data, &dtype, 2, shape, NULL, &a, err));
        assert_ok(nyz_array_slice(&a, 1, 0, 3, 2, &view, err));
        assert_ok(nyz_array_copy(&view, NULL, &copy, err));
        for (size_t i = 0; i < 4 && size > 0; i++) {
            static const size_t from[4] = {0, 2, 3, 5};
            assert_memory_equal((char *)copy.data + i * size, data + from[i] * size,
                                size);
        }
        nyz_array_free(&copy);
        nyz_dtype_free(&dtype);
    }
}

static void select_gives_the_field_by_name_or_title_with_its_subarray_last(void **state)
{
    (void)state;
    static const char descr[] = "[('a', '<i4'), (('Title', 'b'), ('<i2', (2,)), (3,))]";
    nyz_dtype dtype;
    nyz_array a;
    nyz_array field;
    unsigned char data[2 * 16];
    const int64_t shape[1] = {2};
    for (size_t i = 0; i < sizeof data; i++) {
        data[i] = (unsigned char)i;
    }
    assert_ok(nyz_dtype_parse(descr, strlen(descr), NULL, &dtype, err));
    assert_int_equal(dtype.itemsize, 16);
    assert_ok(nyz_array_wrap(data, &dtype, 1, shape, NULL, &a, err));
    assert_ok(nyz_array_field(&a, "b", &field, err));
    assert_int_equal(field.ndim, 3);
    assert_int_equal(field.shape[1], 3);
    assert_int_equal(field.shape[2], 2);
    assert_int_equal(field.strides[0], 16);
    assert_int_equal(field.strides[1], 4);
    assert_int_equal(field.strides[2], 2);
    assert_int_equal(field.dtype.type, NYZ_INT16);
    assert_ptr_equal(field.data, data + 4);
    nyz_array none;
    assert_ok(nyz_array_field(&a, "Title", &field, err));
    assert_fails(NYZ_ERR_NOT_FOUND, "'c'", nyz_array_field(&a, "c", &none, err));
    assert_fails(NYZ_ERR_ARGUMENT, "no fields", nyz_array_field(&field, "a", &none, err));
    nyz_dtype_free(&dtype);
}

static void views_without_elements_point_where_the_array_does(void **state)
{
    (void)state;
    const nyz_dtype dtype = nyz_dtype_of(NYZ_INT32);
    const int64_t shape[2] = {0, 3};
    nyz_array a;
    nyz_array view;
    assert_ok(nyz_array_wrap(counting, &dtype, 2, shape, NULL, &a, err));
    assert_ok(nyz_array_slice(&a, 1, 2, 3, 1, &view, err));
    assert_ptr_equal(view.data, counting);
    assert_ok(nyz_array_index(&a, 1, 2, &view, err));
    assert_ptr_equal(view.data, counting);
}

static void select_gives_a_matrix_its_strides(void **state)
{
    (void)state;
    static const char descr[] =
        "[('a', '<i4'), ('m', '<i2', (4, 2, 3)), ('e', '<i4', (0, 2))]";
    static const unsigned char data[52];
    static const int64_t expected[3] = {12, 6, 2};
    nyz_dtype dtype;
    nyz_array a;
    nyz_array field;
    assert_ok(nyz_dtype_parse(descr, strlen(descr), NULL, &dtype, err));
    assert_ok(nyz_array_wrap_const(data, &dtype, 0, NULL, NULL, &a, err));
    assert_ok(nyz_array_field(&a, "m", &field, err));
    assert_int_equal(field.ndim, 3);
    assert_memory_equal(field.strides, expected, sizeof expected);
    assert_ptr_equal(field.data, data + 4);
    assert_ok(nyz_array_field(&a, "e", &field, err));
    assert_int_equal(field.ndim, 2);
    assert_int_equal(field.strides[0], 8);
    assert_int_equal(nyz_array_count(&field), 0);
    nyz_dtype_free(&dtype);
}

static void select_refuses_more_elements_than_can_be_counted(void **state)
{
    (void)state;
    static const char *const descrs[] = {"[('a', '|V0', (8,))]",
                                         "[('a', '<f8', (0, 8))]"};
    const int64_t shape[1] = {(int64_t)1 << 60};
    for (size_t i = 0; i < 2; i++) {
        nyz_dtype dtype;
        nyz_array a;
        nyz_array field;
        assert_ok(nyz_dtype_parse(descrs[i], strlen(descrs[i]), NULL, &dtype, err));
        assert_ok(nyz_array_wrap(NULL, &dtype, 1, shape, NULL, &a, err));
        assert_fails(NYZ_ERR_ARGUMENT, "too many", nyz_array_field(&a, "a", &field, err));
        assert_int_equal(field.ndim, 0);
        nyz_dtype_free(&dtype);
    }
}

static void a_zeroed_array_may_be_freed_twice(void **state)
{
    (void)state;
    nyz_array a;
    memset(&a, 0, sizeof a);
    nyz_array_free(&a);
    nyz_array_free(&a);
    nyz_array_free(NULL);
    assert_int_equal(a.dtype.type, NYZ_NONE);
}

/* An array may have been built by hand, or damaged: every call looks at it first. */
static nyz_status call_with(int call, const nyz_array *a, nyz_array *out, nyz_error *err)
{
    switch (call) {
    case 0:
        return nyz_array_copy(a, NULL, out, err);
    case 1:
        return nyz_array_slice(a, 0, 0, 1, 1, out, err);
    case 2:
        return nyz_array_index(a, 0, 0, out, err);
    case 3:
        return nyz_array_transpose(a, NULL, out, err);
    default:
        return nyz_array_field(a, "a", out, err);
    }
}

static void every_call_refuses_what_is_no_array(void **state)
{
    (void)state;
    const int64_t extent[1] = {24};
    const nyz_dtype number = nyz_dtype_of(NYZ_INT32);
    const nyz_dtype sub = {.type = NYZ_SUBARRAY,
                           .byteorder = '|',
                           .itemsize = 96,
                           .ndim = 1,
                           .shape = extent,
                           .base = &number};
    nyz_array good;
    assert_ok(nyz_array_wrap(counting, &number, 1, extent, NULL, &good, err));
    const struct {
        int ndim;
        nyz_dtype dtype;
        void *data;
        int64_t extent;
        int64_t stride;
        const char *words;
    } cases[] = {
        {-1, number, counting, 24, 4, "ndim -1"},
        {NYZ_MAX_DIMS + 1, number, counting, 24, 4, "ndim 65"},
        {1, {0}, counting, 24, 4, "no such type"},
        {1, sub, counting, 1, 96, "extend the shape"},
        {1, number, counting, -1, 4, "negative"},
        {1, number, NULL, 24, 4, "data is NULL"},
        {1, number, counting, 24, INT64_MAX, "strides"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        nyz_array bad = good;
        bad.ndim = cases[i].ndim;
        bad.dtype = cases[i].dtype;
        bad.data = cases[i].data;
        bad.shape[0] = cases[i].extent;
        bad.strides[0] = cases[i].stride;
        for (int call = 0; call < 5; call++) {
            static const nyz_array zeros;
            nyz_array out;
            memset(&out, 0xff, sizeof out);
            assert_fails(NYZ_ERR_ARGUMENT, cases[i].words,
                         call_with(call, &bad, &out, err));
            assert_memory_equal(&out, &zeros, sizeof out);
        }
        if (i < 2 || cases[i].extent < 0) {
            assert_int_equal(nyz_array_count(&bad), -1);
            assert_int_equal(nyz_array_is_contiguous(&bad, NYZ_KEEP_ORDER), 0);
        }
    }
}

static void axes_that_are_not_there_are_refused(void **state)
{
    (void)state;
    static const int axes[] = {-4, 3};
    const nyz_array a = cube();
    for (size_t i = 0; i < 2; i++) {
        const int order[3] = {0, axes[i], 1};
        nyz_array out;
        assert_fails(NYZ_ERR_ARGUMENT, "3 dimensions",
                     nyz_array_index(&a, axes[i], 0, &out, err));
        assert_fails(NYZ_ERR_ARGUMENT, "3 dimensions",
                     nyz_array_transpose(&a, order, &out, err));
    }
}

/* Arrays that were never checked: whatever is said of them, nothing overflows. */
static void what_is_too_large_is_not_contiguous_and_has_strides_all_the_same(void **state)
{
    (void)state;
    nyz_array a = {0};
    a.dtype = nyz_dtype_of(NYZ_INT64);
    a.ndim = 2;
    a.shape[0] = 1;
    a.shape[1] = (int64_t)1 << 62;
    a.strides[1] = 8;
    assert_int_equal(nyz_array_is_contiguous(&a, NYZ_C_ORDER), 0);
    nyz_array_set_strides(&a, NYZ_C_ORDER);
    assert_int_equal(a.strides[1], 8);
    assert_int_equal(a.strides[0], 0);
}

static void as_many_items_as_bytes_have_room_for_and_one_at_least(void **state)
{
    (void)state;
    assert_int_equal(nyz_array_items_in(100, 8), 12);
    assert_int_equal(nyz_array_items_in(100, 100), 1);
    assert_int_equal(nyz_array_items_in(100, 1000), 1);
    assert_int_equal(nyz_array_items_in(100, 0), 1);
}

static void select_refuses_more_dimensions_than_there_may_be(void **state)
{
    (void)state;
    static const char descr[] = "[('a', '|i1', (1, 1))]";
    int64_t shape[NYZ_MAX_DIMS];
    nyz_dtype dtype;
    nyz_array a;
    nyz_array field;
    for (int i = 0; i < NYZ_MAX_DIMS; i++) {
        shape[i] = 1;
    }
    assert_ok(nyz_dtype_parse(descr, strlen(descr), NULL, &dtype, err));
    assert_ok(nyz_array_wrap(counting, &dtype, NYZ_MAX_DIMS - 2, shape, NULL, &a, err));
    assert_ok(nyz_array_field(&a, "a", &field, err));
    assert_int_equal(field.ndim, NYZ_MAX_DIMS);
    assert_ok(nyz_array_wrap(counting, &dtype, NYZ_MAX_DIMS - 1, shape, NULL, &a, err));
    assert_fails(NYZ_ERR_ARGUMENT, "more than 64", nyz_array_field(&a, "a", &field, err));
    assert_int_equal(field.ndim, 0);
    nyz_dtype_free(&dtype);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wrap_gives_c_order_strides_in_bytes),
        cmocka_unit_test(wrap_refuses_what_is_no_array),
        cmocka_unit_test(wrap_refuses_strides_that_lead_out_of_any_memory),
        cmocka_unit_test(slices_follow_python),
        cmocka_unit_test(slice_refuses_step_0_and_axes_that_are_not_there),
        cmocka_unit_test(index_takes_a_dimension_away),
        cmocka_unit_test(transpose_permutes_and_refuses_a_repeated_axis),
        cmocka_unit_test(empty_and_single_element_arrays_are_contiguous_in_both_orders),
        cmocka_unit_test(copy_of_any_view_is_contiguous_and_equal),
        cmocka_unit_test(copy_keeps_fortran_order_and_turns_numbers_round_on_request),
        cmocka_unit_test(pack_and_unpack_take_any_strides),
        cmocka_unit_test(items_of_every_size_are_copied_whole),
        cmocka_unit_test(select_gives_the_field_by_name_or_title_with_its_subarray_last),
        cmocka_unit_test(views_without_elements_point_where_the_array_does),
        cmocka_unit_test(select_gives_a_matrix_its_strides),
        cmocka_unit_test(select_refuses_more_elements_than_can_be_counted),
        cmocka_unit_test(a_zeroed_array_may_be_freed_twice),
        cmocka_unit_test(every_call_refuses_what_is_no_array),
        cmocka_unit_test(axes_that_are_not_there_are_refused),
        cmocka_unit_test(
            what_is_too_large_is_not_contiguous_and_has_strides_all_the_same),
        cmocka_unit_test(as_many_items_as_bytes_have_room_for_and_one_at_least),
        cmocka_unit_test(select_refuses_more_dimensions_than_there_may_be),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
