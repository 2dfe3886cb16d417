/* SPDX-License-Identifier: MIT */
/* Parts of arrays: src/npy/slice.c, slice_plan.c, load_slice.c and src/npz/npz_slice.c.  What is read,
 * what is checked, and how much memory it takes; that the items are NumPy's is
 * python_check/test_slice.py. */
#include "nyz_slice.h"

#include "support/entry_points.h"
#include "support/faults.h"

#define KIB 1024
#define WINDOW (256 * KIB)
#define WHOLE                                                                            \
    {                                                                                    \
        0, 0, 0                                                                          \
    }
#define FAR INT64_MAX

/* ------------------------------------------------------------------------- a stream that counts */

typedef struct logged {
    nyz_buffer file;
    int64_t position;
    int64_t
        data; /* where the data of the array begins: what is read before is not counted */
    int64_t end;   /* of the last read */
    int64_t bytes; /* read of the data */
    int calls;
    int backward; /* a read of the data began before the end of the one before it */
    int fails;    /* so many reads of the data go well */
} logged;

static int64_t logged_read_at(void *ctx, int64_t offset, void *to, size_t size)
{
    logged *const log = ctx;
    const int64_t left = (int64_t)log->file.size - offset;
    const size_t n = left < (int64_t)size ? (size_t)(left > 0 ? left : 0) : size;
    if (offset >= log->data && log->data > 0) {
        log->calls++;
        log->bytes += (int64_t)n;
        log->backward |= offset < log->end;
        log->end = offset + (int64_t)n;
        if (log->fails > 0 && log->calls >= log->fails) {
            return -EIO;
        }
    }
    if (n > 0) {
        memcpy(to, log->file.data + offset, n);
    }
    return (int64_t)n;
}

static int64_t logged_read(void *ctx, void *to, size_t size)
{
    logged *const log = ctx;
    const int64_t n = logged_read_at(ctx, log->position, to, size);
    log->position += n > 0 ? n : 0;
    return n;
}

static int64_t logged_seek(void *ctx, int64_t offset, int whence)
{
    logged *const log = ctx;
    log->position = offset + (whence == SEEK_CUR   ? log->position
                              : whence == SEEK_END ? (int64_t)log->file.size
                                                   : 0);
    return log->position;
}

static int64_t logged_size(void *ctx)
{
    return (int64_t)((const logged *)ctx)->file.size;
}

static nyz_stream stream_of(logged *log)
{
    const nyz_stream stream = {.read = logged_read,
                               .seek = logged_seek,
                               .read_at = logged_read_at,
                               .size = logged_size,
                               .ctx = log};
    return stream;
}

/* An array whose element i, in the order of the file, is i. */
static nyz_array numbers(int ndim, const int64_t *shape, nyz_order order)
{
    const nyz_dtype dtype = nyz_dtype_of(NYZ_UINT32);
    const nyz_options opt = {.order = order};
    nyz_array array;
    assert_ok(nyz_array_new(&dtype, ndim, shape, &opt, &array, err));
    for (int64_t i = 0; i < nyz_array_count(&array); i++) {
        ((uint32_t *)array.data)[i] = (uint32_t)i;
    }
    return array;
}

static logged file_of(const nyz_array *array)
{
    logged log = {{0}, 0, 0, 0, 0, 0, 0, 0};
    assert_ok(nyz_save_mem(array, NULL, &log.file, err));
    log.data = (int64_t)log.file.size - nyz_array_count(array) * array->dtype.itemsize;
    return log;
}

static logged file_of_shape(int ndim, const int64_t *shape)
{
    nyz_array array = numbers(ndim, shape, NYZ_C_ORDER);
    const logged log = file_of(&array);
    nyz_array_free(&array);
    return log;
}

/* The same elements as the views of the whole array have. */
static void assert_same_part(const logged *log, const nyz_range *ranges, int count,
                             const nyz_array *part)
{
    nyz_array whole;
    nyz_array one;
    nyz_array two;
    const nyz_options c_order = {.order = NYZ_C_ORDER};
    assert_ok(nyz_load_mem(log->file.data, log->file.size, NULL, &whole, err));
    nyz_array view = whole;
    for (int i = 0; i < count; i++) {
        const nyz_array from = view;
        if (ranges[i].step != 0) {
            assert_ok(nyz_array_slice(&from, i, ranges[i].start, ranges[i].stop,
                                      ranges[i].step, &view, err));
        }
    }
    assert_ok(nyz_array_copy(&view, &c_order, &one, err));
    assert_ok(nyz_array_copy(part, &c_order, &two, err));
    const size_t size = (size_t)(nyz_array_count(&one) * one.dtype.itemsize);
    assert_int_equal(nyz_array_count(&one), nyz_array_count(&two));
    if (size > 0) {
        assert_memory_equal(one.data, two.data, size);
    }
    nyz_array_free(&one);
    nyz_array_free(&two);
    nyz_array_free(&whole);
}

/* Reads a part, and expects so many calls, and so many bytes of the data. */
static void expect_reads(logged *log, const nyz_range *ranges, int count, int calls,
                         int64_t bytes)
{
    const nyz_stream stream = stream_of(log);
    nyz_array part;
    log->position = 0;
    log->calls = 0;
    log->bytes = 0;
    log->end = 0;
    assert_ok(nyz_read_slice(&stream, ranges, count, NULL, &part, err));
    assert_int_equal(log->bytes, bytes);
    assert_int_equal(log->calls, calls);
    assert_false(log->backward);
    assert_int_equal(log->position, (int64_t)log->file.size);
    assert_same_part(log, ranges, count, &part);
    nyz_array_free(&part);
}

/* -------------------------------------------------------------------------------- what is read */

static void rows_are_one_read_of_their_bytes(void **state)
{
    (void)state;
    static const int64_t shape[2] = {3000, 1000};
    logged log = file_of_shape(2, shape);
    expect_reads(&log, &(nyz_range){100, 130, 1}, 1, 1, 30 * 4000);
    expect_reads(&log, &(nyz_range){100, 2900, 1}, 1, 1, 2800 * 4000);
    expect_reads(&log, NULL, 0, 1, 3000 * 4000);
    expect_reads(&log, &(nyz_range){-1, FAR, 1}, 1, 1, 4000);
    const nyz_range item[2] = {{7, 8, 1}, {9, 10, 1}};
    expect_reads(&log, item, 2, 1, 4);
    nyz_buffer_free(&log.file);
}

static void what_is_empty_is_not_read(void **state)
{
    (void)state;
    static const int64_t shape[2] = {30, 10};
    static const int64_t none[2] = {30, 0};
    logged log = file_of_shape(2, shape);
    logged empty = file_of_shape(2, none);
    expect_reads(&log, &(nyz_range){20, 10, 1}, 1, 0, 0);
    expect_reads(&empty, &(nyz_range){0, FAR, 3}, 1, 0, 0);
    nyz_buffer_free(&log.file);
    nyz_buffer_free(&empty.file);
}

static void rows_far_apart_are_a_read_each(void **state)
{
    (void)state;
    static const int64_t shape[2] = {3000, 1000};
    logged log = file_of_shape(2, shape);
    expect_reads(&log, &(nyz_range){0, FAR, 100}, 1, 30, 30 * 4000);
    expect_reads(&log, &(nyz_range){FAR, INT64_MIN, -100}, 1, 30, 30 * 4000);
    nyz_buffer_free(&log.file);
}

static void gaps_of_up_to_8_kib_are_read_over(void **state)
{
    (void)state;
    static const int64_t shape[2] = {20, 2049};
    logged log = file_of_shape(2, shape);
    const nyz_range gap[2] = {WHOLE, {0, 1, 1}}; /* 8,192 bytes are not wanted */
    expect_reads(&log, gap, 2, 1, 19 * 8196 + 4);
    nyz_buffer_free(&log.file);
    static const int64_t wider[2] = {20, 2050};
    log = file_of_shape(2, wider);
    expect_reads(&log, gap, 2, 20, 20 * 4);
    nyz_buffer_free(&log.file);
}

static void between_large_pieces_only_small_gaps_are_read_over(void **state)
{
    (void)state;
    static const int64_t shape[2] = {5, 10256};
    logged log = file_of_shape(2, shape);
    const nyz_range gap[2] = {WHOLE, {0, 10000, 1}}; /* 1,024 */
    const nyz_range wider[2] = {WHOLE, {0, 9999, 1}};
    expect_reads(&log, gap, 2, 1, 4 * 41024 + 40000);
    expect_reads(&log, wider, 2, 5, 5 * 39996);
    nyz_buffer_free(&log.file);
}

static void columns_are_read_in_windows_of_256_kib(void **state)
{
    (void)state;
    static const int64_t shape[2] = {3000, 1000};
    logged log = file_of_shape(2, shape);
    const nyz_range columns[2] = {WHOLE, {500, 510, 1}};
    const int rows =
        (WINDOW - 40) / 4000 + 1; /* of a window: 66; of 46 windows 65 or 66 */
    const int windows = (3000 - 1) / rows + 1;
    expect_reads(&log, columns, 2, windows,
                 3000 * (int64_t)4000 - windows * (int64_t)(4000 - 40));
    const nyz_range backward[2] = {{FAR, INT64_MIN, -1}, {509, 499, -1}};
    expect_reads(&log, backward, 2, windows,
                 3000 * (int64_t)4000 - windows * (int64_t)(4000 - 40));
    nyz_buffer_free(&log.file);
}

static void a_run_of_over_256_kib_goes_right_to_its_place(void **state)
{
    (void)state;
    static const int64_t shape[3] = {4, 3, 100000};
    logged log = file_of_shape(3, shape);
    const nyz_range part[3] = {WHOLE, {1, 2, 1}, {0, 90000, 1}};
    counting c;
    counting_init(&c);
    const nyz_options opt = {.allocator = &c.allocator};
    const nyz_stream stream = stream_of(&log);
    nyz_array out;
    expect_reads(&log, part, 3, 4, 4 * 360000);
    log.position = 0;
    assert_ok(nyz_read_slice(&stream, part, 3, &opt, &out, err));
    assert_true(c.peak < 4 * 360000 + 2 * KIB);
    nyz_array_free(&out);
    assert_int_equal(c.live, 0);
    nyz_buffer_free(&log.file);
}

static void a_fortran_file_is_read_by_columns(void **state)
{
    (void)state;
    static const int64_t shape[2] = {1000, 3000};
    nyz_array array = numbers(2, shape, NYZ_F_ORDER);
    logged log = file_of(&array);
    const nyz_range columns[2] = {WHOLE, {10, 20, 1}};
    const nyz_range few_rows[2] = {{0, 5, 1}, {0, 100, 1}};
    expect_reads(&log, columns, 2, 1, 10 * 4000);
    expect_reads(&log, few_rows, 2, 2, 100 * 4000 - 2 * (4000 - 20));
    nyz_array_free(&array);
    nyz_buffer_free(&log.file);
}

/* A column is longer than a window; the rows of the result have 10 numbers of 4 bytes. */
static void columns_that_become_rows_are_read_side_by_side(void **state)
{
    (void)state;
    static const int64_t shape[2] = {100000, 10};
    nyz_array array = numbers(2, shape, NYZ_F_ORDER);
    logged log = file_of(&array);
    const nyz_stream stream = stream_of(&log);
    const nyz_options c_order = {.order = NYZ_C_ORDER};
    for (int seeks = 0; seeks < 2; seeks++) {
        nyz_array part;
        nyz_stream forward = stream;
        forward.seek = seeks ? forward.seek : NULL;
        log.position = 0;
        log.calls = 0;
        log.bytes = 0;
        log.end = 0;
        log.backward = 0;
        assert_ok(
            nyz_read_slice(&forward, &(nyz_range){0, 2000, 1}, 1, &c_order, &part, err));
        assert_int_equal(log.backward, 0);
        nyz_array_free(&part);
        log.position = 0;
        log.end = 0;
        log.calls = 0;
        const nyz_range all[2] = {{FAR, INT64_MIN, -1}, WHOLE};
        assert_ok(nyz_array_new(&array.dtype, 2, shape, NULL, &part, err));
        assert_ok(nyz_read_slice_into(&forward, all, 2, NULL, &part, err));
        assert_int_equal(log.backward, seeks);
        if (seeks) { /* a window has 5,000 of each column */
            assert_int_equal(log.calls, 10 * 20);
        }
        assert_same_part(&log, all, 2, &part);
        nyz_array_free(&part);
    }
    nyz_array_free(&array);
    nyz_buffer_free(&log.file);
}

/* ----------------------------------------------------------------------------- where items go */

/* Into memory of this type, and of that order, as the view of the whole array in this type is. */
static void expect_converted(logged *log, const nyz_range *ranges, nyz_type type,
                             nyz_order order)
{
    const nyz_dtype dtype = nyz_dtype_of(type);
    const nyz_options laid = {.order = order, .byteorder = NYZ_BIG_ENDIAN};
    const nyz_stream stream = stream_of(log);
    nyz_array header;
    nyz_array whole;
    nyz_array view;
    nyz_array expected_part;
    nyz_array part;
    log->position = 0;
    assert_ok(nyz_read_header(&stream, NULL, &header, err));
    assert_ok(nyz_array_new(&dtype, 2, header.shape, NULL, &whole, err));
    log->position = 0;
    assert_ok(nyz_read_into(&stream, NULL, &whole, err));
    assert_ok(nyz_array_slice(&whole, 0, ranges[0].start, ranges[0].stop, ranges[0].step,
                              &view, err));
    const nyz_array rows = view;
    assert_ok(nyz_array_slice(&rows, 1, ranges[1].start, ranges[1].stop, ranges[1].step,
                              &view, err));
    assert_ok(nyz_array_copy(&view, &laid, &expected_part, err));
    assert_ok(nyz_array_new(&dtype, 2, view.shape, &laid, &part, err));
    counting c;
    counting_init(&c);
    const nyz_options opt = {.allocator = &c.allocator};
    log->position = 0;
    assert_ok(nyz_read_slice_into(&stream, ranges, 2, &opt, &part, err));
    assert_true(c.peak <= 2 * WINDOW + 2 * KIB);
    assert_memory_equal(part.data, expected_part.data,
                        (size_t)(nyz_array_count(&part) * dtype.itemsize));
    nyz_array_free(&part);
    nyz_array_free(&expected_part);
    nyz_array_free(&whole);
    nyz_array_free(&header);
}

static void items_are_converted_on_the_way_to_memory_of_any_order(void **state)
{
    (void)state;
    static const nyz_range parts[][2] = {
        {{0, FAR, 1}, {0, FAR, 1}},
        {{1, 1200, 1}, {0, FAR, 1}},
        {{0, FAR, 1}, {3, 4, 1}},
        {{7, 8, 1}, {5, 6, 1}},
        {{3, FAR, 7}, {FAR, 100, -2}},
        {{0, FAR, 100}, {5, 6, 1}},
        {{FAR, INT64_MIN, -1}, {0, 650, 1}},
    };
    static const int64_t shape[2] = {1500, 700};
    for (int kind = 0; kind < 4; kind++) {
        nyz_array array = numbers(2, shape, kind & 1 ? NYZ_F_ORDER : NYZ_C_ORDER);
        const nyz_options file = {.byteorder =
                                      kind & 2 ? NYZ_BIG_ENDIAN : NYZ_LITTLE_ENDIAN};
        nyz_array stored;
        assert_ok(nyz_array_copy(&array, &file, &stored, err));
        logged log = file_of(&stored);
        for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
            for (nyz_order order = NYZ_C_ORDER; order <= NYZ_F_ORDER; order++) {
                expect_converted(&log, parts[i], NYZ_UINT32, order);
                expect_converted(&log, parts[i], NYZ_FLOAT32, order); /* as wide */
                expect_converted(&log, parts[i], NYZ_FLOAT64, order);
            }
            nyz_array part;
            assert_ok(nyz_load_slice_mem(log.file.data, log.file.size, parts[i], 2, NULL,
                                         &part, err));
            assert_same_part(&log, parts[i], 2, &part);
            nyz_array_free(&part);
        }
        nyz_array_free(&stored);
        nyz_array_free(&array);
        nyz_buffer_free(&log.file);
    }
}

static void the_result_has_the_order_of_the_file_or_the_one_asked_for(void **state)
{
    (void)state;
    static const int64_t shape[2] = {1000, 900};
    const nyz_range part[2] = {{FAR, INT64_MIN, -1}, {0, 800, 1}};
    for (int kind = 0; kind < 4; kind++) {
        const nyz_order file = kind & 1 ? NYZ_F_ORDER : NYZ_C_ORDER;
        nyz_array array = numbers(2, shape, file);
        logged log = file_of(&array);
        nyz_stream stream = stream_of(&log);
        stream.seek = kind & 2 ? NULL : stream.seek;
        for (nyz_order order = NYZ_KEEP_ORDER; order <= NYZ_F_ORDER; order++) {
            const nyz_options opt = {.order = order};
            const nyz_order result = order == NYZ_KEEP_ORDER ? file : order;
            nyz_array out;
            log.position = 0;
            assert_ok(nyz_read_slice(&stream, part, 2, &opt, &out, err));
            assert_true(nyz_array_is_contiguous(&out, result));
            assert_same_part(&log, part, 2, &out);
            nyz_array_free(&out);
        }
        nyz_array_free(&array);
        nyz_buffer_free(&log.file);
    }
}

/* ------------------------------------------------------------------------------------- memory */

static void beside_the_result_it_takes_at_most_512_kib(void **state)
{
    (void)state;
    static const int64_t shape[2] = {2000, 700};
    nyz_array array = numbers(2, shape, NYZ_C_ORDER);
    const nyz_options swapped = {.byteorder = NYZ_BIG_ENDIAN, .order = NYZ_F_ORDER};
    const nyz_dtype doubles = nyz_dtype_of(NYZ_FLOAT64);
    nyz_array foreign;
    assert_ok(nyz_array_copy(&array, &swapped, &foreign, err));
    const nyz_array *const kinds[2] = {&array, &foreign};
    for (int kind = 0; kind < 2; kind++) {
        logged log = file_of(kinds[kind]);
        const nyz_range all[2] = {{0, FAR, 3}, {FAR, INT64_MIN, -3}};
        nyz_array into;
        counting c;
        counting_init(&c);
        nyz_options opt = {.allocator = &c.allocator};
        for (opt.order = NYZ_KEEP_ORDER; opt.order <= NYZ_F_ORDER; opt.order++) {
            const nyz_stream stream = stream_of(&log);
            nyz_array out;
            log.position = 0;
            c.peak = c.live;
            assert_ok(nyz_read_slice(&stream, all, 2, &opt, &out, err));
            const size_t bytes = (size_t)(nyz_array_count(&out) * 4);
            const size_t most = kind == 0 ? WINDOW : 2 * WINDOW;
            assert_true(c.peak <= bytes + most + 2 * KIB);
            assert_same_part(&log, all, 2, &out);
            nyz_array_free(&out);
        }
        static const int64_t part[2] = {667, 234};
        assert_ok(nyz_array_new(&doubles, 2, part, NULL, &into, err));
        opt.order = NYZ_KEEP_ORDER;
        c.peak = c.live;
        log.position = 0;
        const nyz_stream stream = stream_of(&log);
        assert_ok(nyz_read_slice_into(&stream, all, 2, &opt, &into, err));
        assert_true(c.peak <= 2 * WINDOW + 2 * KIB);
        assert_int_equal(c.live, 0);
        nyz_array_free(&into);
        nyz_buffer_free(&log.file);
    }
    nyz_array_free(&array);
    nyz_array_free(&foreign);
}

/* ------------------------------------------------------------------- larger than any memory */

enum { SIDE = 1 << 20 };

/* A file of 4 TiB: (2^20, 2^20) of numbers, number i is i mod 2^32. */
static int64_t vast_read_at(void *ctx, int64_t offset, void *to, size_t size)
{
    const nyz_buffer *const header = ctx;
    const int64_t end = (int64_t)header->size + 4 * (int64_t)SIDE * SIDE;
    size_t n = 0;
    for (; n < size && offset < end; n++, offset++) {
        const int64_t at = offset - (int64_t)header->size;
        const uint32_t number = (uint32_t)(at / 4);
        ((unsigned char *)to)[n] =
            at < 0 ? header->data[offset] : ((const unsigned char *)&number)[at % 4];
    }
    return (int64_t)n;
}

static nyz_buffer vast_header(void)
{
    const nyz_dtype dtype = nyz_dtype_of(NYZ_UINT32);
    nyz_buffer header = {0};
    const nyz_stream to = nyz_stream_buffer(&header);
    nyz_array array = {0};
    array.dtype = dtype;
    array.ndim = 1; /* what 32 bits count; the shape is put in its place */
    array.shape[0] = 1000000;
    assert_ok(nyz_write_header(&to, &array, NULL, err));
    static const char shape[] = "(1048576, 1048576), }";
    char *const place = strstr((char *)header.data + 10, "(1000000,), }");
    assert_non_null(place);
    memcpy(place, shape, sizeof shape - 1);
    return header;
}

static void the_array_in_the_file_may_be_larger_than_memory(void **state)
{
    (void)state;
    nyz_buffer header = vast_header();
    const nyz_stream stream = {.read_at = vast_read_at, .ctx = &header};
    const nyz_range part[2] = {{-1, INT64_MIN, -(SIDE / 4)}, {-3, FAR, 2}};
    const nyz_limits limits = {.array_bytes = 32};
    const nyz_options opt = {.limits = &limits};
    nyz_array out;
    assert_ok(nyz_read_slice(&stream, part, 2, &opt, &out, err));
    assert_int_equal(out.shape[0], 4);
    assert_int_equal(out.shape[1], 2);
    for (int64_t i = 0; i < 8; i++) {
        const int64_t row = SIDE - 1 - i / 2 * (SIDE / 4);
        const int64_t number = row * SIDE + SIDE - 3 + i % 2 * 2;
        assert_int_equal(((const uint32_t *)out.data)[i], (uint32_t)number);
    }
    nyz_array_free(&out);
    const nyz_limits less = {.array_bytes = 31};
    const nyz_options tight = {.limits = &less};
    assert_fails(NYZ_ERR_LIMIT, "8 items of 4 bytes exceed limits.array_bytes, 31",
                 nyz_read_slice(&stream, part, 2, &tight, &out, err));
    assert_fails(NYZ_ERR_LIMIT, "exceed limits.array_bytes",
                 nyz_read_slice(&stream, NULL, 0, &tight, &out, err));
    nyz_buffer_free(&header);
}

static void items_of_no_bytes_are_limited_by_their_number(void **state)
{
    (void)state;
    static const char text[] = "\x93NUMPY\1\0\x46\0{'descr': '|S0', 'fortran_order': "
                               "False, 'shape': (1099511627776,)}     \n";
    const nyz_limits limits = {.array_bytes = 1000};
    const nyz_options opt = {.limits = &limits};
    nyz_array out;
    assert_ok(nyz_load_slice_mem(text, sizeof text - 1, &(nyz_range){5, 1005, 1}, 1, &opt,
                                 &out, err));
    assert_int_equal(out.shape[0], 1000);
    nyz_array_free(&out);
    assert_fails(NYZ_ERR_LIMIT, "exceed limits.array_bytes",
                 nyz_load_slice_mem(text, sizeof text - 1, &(nyz_range){5, 1006, 1}, 1,
                                    &opt, &out, err));
}

/* ------------------------------------------------------------------------------------ arguments */

static void wrong_ranges_are_refused(void **state)
{
    (void)state;
    static const int64_t shape[2] = {30, 10};
    logged log = file_of_shape(2, shape);
    const nyz_range three[3] = {WHOLE, WHOLE, WHOLE};
    const nyz_range still[2] = {WHOLE, {0, 1, 0}};
    nyz_array out;
    assert_fails(
        NYZ_ERR_ARGUMENT, "3 ranges, but the array has 2 dimensions",
        nyz_load_slice_mem(log.file.data, log.file.size, three, 3, NULL, &out, err));
    assert_fails(
        NYZ_ERR_ARGUMENT, "axis 1: the step is 0",
        nyz_load_slice_mem(log.file.data, log.file.size, still, 2, NULL, &out, err));
    assert_fails(
        NYZ_ERR_ARGUMENT, "-1 ranges",
        nyz_load_slice_mem(log.file.data, log.file.size, three, -1, NULL, &out, err));
    assert_fails(
        NYZ_ERR_ARGUMENT, "no pointer",
        nyz_load_slice_mem(log.file.data, log.file.size, NULL, 1, NULL, &out, err));
    nyz_buffer_free(&log.file);
}

static void what_is_filled_has_the_shape_of_the_part(void **state)
{
    (void)state;
    static const int64_t shape[2] = {30, 10};
    static const int64_t wrong[2] = {29, 10};
    logged log = file_of_shape(2, shape);
    nyz_stream stream = stream_of(&log);
    const nyz_dtype small = nyz_dtype_of(NYZ_BOOL);
    nyz_array into = numbers(2, wrong, NYZ_C_ORDER);
    assert_fails(NYZ_ERR_ARGUMENT, "axis 0 of the slice has 30 elements",
                 nyz_read_slice_into(&stream, NULL, 0, NULL, &into, err));
    log.position = 0;
    assert_ok(nyz_read_slice_into(&stream, &(nyz_range){1, FAR, 1}, 1, NULL, &into, err));
    assert_int_equal(((const uint32_t *)into.data)[289], 299);
    into.ndim = 1;
    log.position = 0;
    assert_fails(NYZ_ERR_ARGUMENT, "the slice has 2 dimensions, the array to fill has 1",
                 nyz_read_slice_into(&stream, NULL, 0, NULL, &into, err));
    into.ndim = 2;
    into.flags = NYZ_READONLY;
    assert_fails(NYZ_ERR_ARGUMENT, "read-only",
                 nyz_read_slice_into(&stream, NULL, 0, NULL, &into, err));
    into.flags = 0;
    const nyz_dtype number = into.dtype;
    into.dtype = small;
    log.position = 0;
    assert_fails(
        NYZ_ERR_ARGUMENT, "is not cast to |b1 under same_kind",
        nyz_read_slice_into(&stream, &(nyz_range){1, FAR, 1}, 1, NULL, &into, err));
    into.dtype = number;
    nyz_array_free(&into);
    nyz_buffer_free(&log.file);
}

/* ------------------------------------------------------------------------------------ streams */

static void a_stream_is_left_after_its_array(void **state)
{
    (void)state;
    static const int64_t shape[2] = {30, 10};
    const nyz_range one = {3, 4, 1};
    for (int kind = 0; kind < 4; kind++) {
        nyz_array array = numbers(2, shape, NYZ_C_ORDER);
        logged log = file_of(&array);
        const nyz_stream more = nyz_stream_buffer(&log.file);
        log.file.position = log.file.size;
        assert_ok(nyz_write(&more, &array, NULL, err));
        nyz_stream stream = stream_of(&log);
        stream.read_at = kind & 1 ? NULL : stream.read_at;
        stream.seek = kind & 2 ? NULL : stream.seek;
        for (int i = 0; i < 2; i++) {
            nyz_array out;
            assert_ok(nyz_read_slice(&stream, &one, 1, NULL, &out, err));
            assert_int_equal(((const uint32_t *)out.data)[9], 39);
            nyz_array_free(&out);
            assert_int_equal(log.position, (int64_t)log.file.size / 2 * (i + 1));
        }
        nyz_array none;
        assert_fails(NYZ_ERR_NOT_FOUND, "end of the file or stream",
                     nyz_read_slice(&stream, &one, 1, NULL, &none, err));
        nyz_buffer_free(&log.file);
        nyz_array_free(&array);
    }
}

static int64_t endless_read_at(void *ctx, int64_t offset, void *to, size_t size)
{
    (void)ctx;
    (void)offset;
    memset(to, 0, size);
    return (int64_t)size;
}

static void a_stream_of_read_at_alone_has_its_array_at_its_start(void **state)
{
    (void)state;
    static const int64_t shape[2] = {30, 10};
    logged log = file_of_shape(2, shape);
    const nyz_range one = {3, 4, 1};
    nyz_array out;
    for (int sized = 0; sized < 2; sized++) {
        nyz_stream stream = stream_of(&log);
        stream.read = NULL;
        stream.seek = NULL;
        stream.size = sized ? stream.size : NULL;
        assert_ok(nyz_read_slice(&stream, &one, 1, NULL, &out, err));
        assert_int_equal(((const uint32_t *)out.data)[0], 30);
        nyz_array_free(&out);
    }
    const nyz_stream none = {.ctx = &log};
    const nyz_stream endless = {.read_at = endless_read_at};
    nyz_stream reserved = endless;
    reserved.reserved[0] = &log;
    assert_fails(NYZ_ERR_ARGUMENT, "no read function",
                 nyz_read_slice(&none, &one, 1, NULL, &out, err));
    assert_fails(NYZ_ERR_ARGUMENT, "reserved words",
                 nyz_read_slice(&reserved, &one, 1, NULL, &out, err));
    assert_fails(NYZ_ERR_IO, "no end",
                 nyz_read_slice(&endless, &one, 1, NULL, &out, err));
    nyz_buffer_free(&log.file);
}

static void
a_part_from_a_source_of_unknown_size_takes_memory_as_its_data_comes(void **state)
{
    (void)state;
    static const int64_t shape[2] = {600, 1000};
    const nyz_range small[2] = {{0, FAR, 3}, WHOLE};
    const nyz_range large[2] = {{FAR, INT64_MIN, -1}, {0, 900, 1}};
    for (int is_large = 0; is_large < 2; is_large++) {
        logged log = file_of_shape(2, shape);
        const nyz_range *const part = is_large ? large : small;
        const nyz_stream stream = {.read = logged_read, .ctx = &log};
        const nyz_limits limits = {.array_bytes = 600 * 1000 * 4 - 1};
        counting c;
        counting_init(&c);
        nyz_options opt = {.allocator = &c.allocator};
        nyz_array out;
        assert_ok(nyz_read_slice(&stream, part, 2, &opt, &out, err));
        assert_same_part(&log, part, 2, &out);
        nyz_array_free(&out);
        log.position = 0;
        opt.limits = &limits;
        if (is_large) {
            assert_fails(NYZ_ERR_LIMIT, "all of which are loaded",
                         nyz_read_slice(&stream, part, 2, &opt, &out, err));
        } else {
            assert_ok(nyz_read_slice(&stream, part, 2, &opt, &out, err));
            nyz_array_free(&out);
        }
        opt.limits = NULL;
        for (int i = 0; i < 2; i++) {
            log.file.size = i == 0 ? log.file.size - 1 : 5000;
            log.position = 0;
            c.peak = 0;
            assert_fails(NYZ_ERR_CORRUPT, "data: expected",
                         nyz_read_slice(&stream, part, 2, &opt, &out, err));
        }
        assert_true(c.peak <= 1200 * 1000 + WINDOW + 2 * KIB);
        assert_int_equal(c.live, 0);
        nyz_buffer_free(&log.file);
    }
}

/* -------------------------------------------------------------------------------------- checks */

static void npy_slices(const expected *e, const content *whole)
{
    char path[1024];
    const nyz_options opt = {.byteorder = NYZ_KEEP_BYTEORDER};
    const nyz_range all = {0, INT64_MAX, 1};
    const int scalar = e->shape[0] == '-';
    /* of 4 EiB: only there is no such file, though 32 bits do not count it */
    const char *const status_of =
        strcmp(e->file, "bad/data_4e.npy") == 0 ? "corrupt" : e->status;
    nyz_array array;
    nyz_error err;
    path_of(path, sizeof path, e->file);
    nyz_status status = nyz_load_slice(path, NULL, 0, &opt, &array, &err);
    check_array(e, "slice", status, status_of, &array, &err);
    status =
        nyz_load_slice_mem(whole->bytes, whole->size, &all, !scalar, &opt, &array, &err);
    check_array(e, "slice of memory", status, status_of, &array, &err);
}

static void npz_slices(const expected *e, const content *whole)
{
    const nyz_options opt = {.byteorder = NYZ_KEEP_BYTEORDER, .flags = NYZ_VERIFY};
    const nyz_range all = {INT64_MIN, INT64_MAX, 1};
    const int scalar = e->shape[0] == '-';
    nyz_npz *npz;
    nyz_array array;
    nyz_error why;
    assert_ok(nyz_npz_open_mem(whole->bytes, whole->size, NULL, &npz, err));
    const nyz_status status =
        nyz_npz_load_slice_at(npz, atoi(e->more), &all, !scalar, &opt, &array, &why);
    nyz_npz_close(&npz);
    check_array(e, "slice of a member", status, e->status, &array, &why);
}

static void every_file_gives_what_loading_it_does(void **state)
{
    (void)state;
    each("npy", npy_slices);
    each("load", npz_slices);
}

static void missing_data_is_damage_where_it_is_not_wanted_too(void **state)
{
    (void)state;
    static const int64_t shape[2] = {30, 10};
    logged log = file_of_shape(2, shape);
    nyz_stream stream = stream_of(&log);
    nyz_array out;
    log.file.size -= 1;
    assert_fails(NYZ_ERR_CORRUPT, "expected 1200 bytes (300 items of 4), found 1199",
                 nyz_read_slice(&stream, &(nyz_range){0, 1, 1}, 1, NULL, &out, err));
    assert_fails(NYZ_ERR_CORRUPT, "it is empty",
                 nyz_load_slice_mem("", 0, NULL, 0, NULL, &out, err));
    nyz_buffer_free(&log.file);
}

static void a_read_that_fails_is_an_error_at_its_place(void **state)
{
    (void)state;
    static const int64_t shape[2] = {3000, 1000};
    logged log = file_of_shape(2, shape);
    const nyz_stream stream = stream_of(&log);
    nyz_array out;
    nyz_error error;
    log.fails = 3;
    assert_int_equal(
        nyz_read_slice(&stream, &(nyz_range){0, FAR, 100}, 1, NULL, &out, &error),
        NYZ_ERR_IO);
    assert_int_equal(error.sys, EIO);
    assert_int_equal(error.offset, log.data + 200 * 4000);
    static const nyz_array zero;
    assert_memory_equal(&out, &zero, sizeof zero);
    nyz_buffer_free(&log.file);
}

/* --------------------------------------------------------------------------------- archives */

/* Members of 3000 x 100 numbers, "a", and of text, "t". */
static logged archive_of(nyz_method method)
{
    static const int64_t shape[2] = {3000, 100};
    logged log = {{0}, 0, 1, 0, 0, 0, 0, 0};
    const nyz_stream to = nyz_stream_buffer(&log.file);
    const nyz_options opt = {.method = method};
    nyz_npz_writer *writer;
    nyz_array array = numbers(2, shape, NYZ_C_ORDER);
    for (int64_t i = 0; i < 300000; i++) { /* hardly to be compressed */
        ((uint32_t *)array.data)[i] = (uint32_t)(i * 2654435761u);
    }
    assert_ok(nyz_npz_create_stream(&to, &opt, &writer, err));
    assert_ok(nyz_npz_add(writer, "a", &array, NULL, err));
    assert_ok(nyz_npz_add_bytes(writer, "t", "text", 4, NULL, err));
    assert_ok(nyz_npz_finish(&writer, err));
    nyz_array_free(&array);
    return log;
}

static nyz_npz *open_archive(logged *log)
{
    const nyz_stream stream = stream_of(log);
    nyz_npz *npz;
    assert_ok(nyz_npz_open_stream(&stream, NULL, &npz, err));
    log->bytes = 0;
    log->calls = 0;
    log->end = 0;
    log->backward = 0;
    return npz;
}

static const nyz_range first_rows = {0, 10, 1};
static const nyz_range last_row = {-1, FAR, 1};
static const nyz_options verify = {.flags = NYZ_VERIFY};

static void of_a_stored_member_only_its_header_and_the_part_are_read(void **state)
{
    (void)state;
    logged log = archive_of(NYZ_STORED);
    nyz_npz *npz = open_archive(&log);
    nyz_array out;
    assert_ok(
        nyz_npz_load_slice(npz, "a", &(nyz_range){2000, 2100, 1}, 1, NULL, &out, err));
    assert_int_equal(((const uint32_t *)out.data)[5], (uint32_t)(200005 * 2654435761u));
    assert_int_equal(log.calls, 1);
    assert_int_equal(log.bytes, 40000);
    nyz_array_free(&out);
    log.bytes = 0;
    assert_ok(nyz_npz_load_slice(npz, "a", &first_rows, 1, &verify, &out, err));
    assert_true(log.bytes > 1200000 - 4096); /* the first ones with the header */
    nyz_array_free(&out);
    log.bytes = 0;
    assert_ok(
        nyz_npz_load_slice(npz, "a", &(nyz_range){1000, 2000, 1}, 1, &verify, &out, err));
    assert_in_range(log.bytes, 1200000 - 4096, 1200000); /* once */
    nyz_array_free(&out);
    nyz_npz_close(&npz);
    nyz_buffer_free(&log.file);
}

static void a_deflated_member_is_inflated_to_the_last_byte_that_is_wanted(void **state)
{
    (void)state;
    logged log = archive_of(NYZ_DEFLATED);
    nyz_npz *npz = open_archive(&log);
    nyz_array out;
    counting c;
    counting_init(&c);
    const nyz_options opt = {.allocator = &c.allocator};
    const nyz_range sparse[2] = {{0, FAR, 7}, {0, FAR, 2}};
    assert_ok(nyz_npz_load_slice(npz, "a", &first_rows, 1, NULL, &out, err));
    assert_true(log.bytes <= WINDOW + 4096);
    nyz_array_free(&out);
    log.bytes = 0;
    assert_ok(nyz_npz_load_slice(npz, "a", &last_row, 1, NULL, &out, err));
    assert_int_equal(((const uint32_t *)out.data)[99], (uint32_t)(299999 * 2654435761u));
    assert_true(log.bytes > 1000000);
    nyz_array_free(&out);
    log.end = 0;
    log.backward = 0;
    assert_ok(nyz_npz_load_slice(npz, "a", sparse, 2, &opt, &out, err));
    const size_t bytes = (size_t)(nyz_array_count(&out) * 4);
    assert_true(c.peak <= bytes + WINDOW + 320 * KIB);
    assert_false(log.backward);
    nyz_array_free(&out);
    nyz_npz_close(&npz);
    nyz_buffer_free(&log.file);
}

/* Of a deflated member, the CRC in the directory is changed: its bytes stay readable. */
static void damage(logged *log, nyz_method method)
{
    for (size_t i = 0; i + 20 < log->file.size; i++) {
        if (memcmp(log->file.data + i, "PK\1\2", 4) == 0) {
            log->file.data[method == NYZ_STORED ? 500000 : i + 16] ^= 1;
            if (method == NYZ_DEFLATED) {
                log->file.data[14] ^= 1; /* of the local header */
            }
            return;
        }
    }
    fail();
}

static void a_member_is_verified_where_its_end_is_read_or_that_is_asked_for(void **state)
{
    (void)state;
    for (int deflated = 0; deflated < 2; deflated++) {
        const nyz_method method = deflated ? NYZ_DEFLATED : NYZ_STORED;
        logged log = archive_of(method);
        damage(&log, method);
        nyz_npz *npz = open_archive(&log);
        nyz_array out;
        assert_ok(nyz_npz_load_slice(npz, "a", &first_rows, 1, NULL, &out, err));
        nyz_array_free(&out);
        assert_fails(NYZ_ERR_CORRUPT, "member 'a.npy': the CRC-32 of its bytes",
                     nyz_npz_load_slice(npz, "a", &first_rows, 1, &verify, &out, err));
        nyz_error error;
        const nyz_status status =
            nyz_npz_load_slice(npz, "a", &last_row, 1, NULL, &out, &error);
        assert_int_equal(status, deflated ? NYZ_ERR_CORRUPT : NYZ_OK);
        nyz_array_free(&out);
        nyz_npz_close(&npz);
        nyz_buffer_free(&log.file);
    }
}

static void a_member_without_an_array_is_not_found_unless_it_is_damaged(void **state)
{
    (void)state;
    logged log = archive_of(NYZ_STORED);
    nyz_npz *npz = open_archive(&log);
    nyz_array out;
    assert_fails(NYZ_ERR_NOT_FOUND, "member 't': holds no array",
                 nyz_npz_load_slice(npz, "t", NULL, 0, NULL, &out, err));
    assert_fails(NYZ_ERR_NOT_FOUND, "no member",
                 nyz_npz_load_slice(npz, "x", NULL, 0, NULL, &out, err));
    assert_fails(NYZ_ERR_NOT_FOUND, "no member",
                 nyz_npz_load_slice_at(npz, 2, NULL, 0, NULL, &out, err));
    assert_fails(NYZ_ERR_NOT_FOUND, "no member",
                 nyz_npz_load_slice_into(npz, "x", NULL, 0, NULL, &out, err));
    assert_fails(NYZ_ERR_ARGUMENT, "3 ranges",
                 nyz_npz_load_slice(npz, "a", (const nyz_range[3]){WHOLE, WHOLE, WHOLE},
                                    3, NULL, &out, err));
    for (size_t i = 0; i + 4 < log.file.size; i++) {
        if (memcmp(log.file.data + i, "text", 4) == 0) {
            log.file.data[i] = 'T';
        }
    }
    assert_fails(NYZ_ERR_NOT_FOUND, "holds no array",
                 nyz_npz_load_slice(npz, "t", NULL, 0, NULL, &out, err));
    assert_fails(NYZ_ERR_CORRUPT, "the CRC-32",
                 nyz_npz_load_slice(npz, "t", NULL, 0, &verify, &out, err));
    nyz_npz_close(&npz);
    nyz_buffer_free(&log.file);
}

/* ------------------------------------------------------------------------------------ progress */

typedef struct seen_progress {
    int64_t done;
    int64_t total;
    int calls;
    int cancel;
} seen_progress;

static int see(void *ctx, int64_t done, int64_t total)
{
    seen_progress *const s = ctx;
    assert_true(done >= s->done);
    s->done = done;
    s->total = total;
    return ++s->calls == s->cancel;
}

static void progress_counts_what_is_read_and_cancels(void **state)
{
    (void)state;
    static const int64_t shape[2] = {3000, 1000};
    logged log = file_of_shape(2, shape);
    logged archive = archive_of(NYZ_STORED);
    nyz_npz *npz = open_archive(&archive);
    const nyz_range columns[2] = {WHOLE, {500, 510, 1}};
    seen_progress s = {0};
    const nyz_options opt = {.progress = see, .progress_ctx = &s};
    nyz_array out;
    assert_ok(
        nyz_load_slice_mem(log.file.data, log.file.size, columns, 2, &opt, &out, err));
    assert_true(s.calls > 1 && s.done == s.total && s.total > 11000000);
    nyz_array_free(&out);
    s = (seen_progress){.cancel = 2};
    assert_fails(
        NYZ_ERR_CANCELLED, "cancelled",
        nyz_load_slice_mem(log.file.data, log.file.size, columns, 2, &opt, &out, err));
    s = (seen_progress){0};
    assert_ok(nyz_npz_load_slice(npz, "a", NULL, 0, &opt, &out, err));
    assert_int_equal(s.done, s.total);
    nyz_array_free(&out);
    nyz_npz_close(&npz);
    nyz_buffer_free(&log.file);
    nyz_buffer_free(&archive.file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_one_read_of_their_bytes),
        cmocka_unit_test(what_is_empty_is_not_read),
        cmocka_unit_test(rows_far_apart_are_a_read_each),
        cmocka_unit_test(gaps_of_up_to_8_kib_are_read_over),
        cmocka_unit_test(between_large_pieces_only_small_gaps_are_read_over),
        cmocka_unit_test(columns_are_read_in_windows_of_256_kib),
        cmocka_unit_test(a_run_of_over_256_kib_goes_right_to_its_place),
        cmocka_unit_test(a_fortran_file_is_read_by_columns),
        cmocka_unit_test(columns_that_become_rows_are_read_side_by_side),
        cmocka_unit_test(items_are_converted_on_the_way_to_memory_of_any_order),
        cmocka_unit_test(the_result_has_the_order_of_the_file_or_the_one_asked_for),
        cmocka_unit_test(beside_the_result_it_takes_at_most_512_kib),
        cmocka_unit_test(the_array_in_the_file_may_be_larger_than_memory),
        cmocka_unit_test(items_of_no_bytes_are_limited_by_their_number),
        cmocka_unit_test(wrong_ranges_are_refused),
        cmocka_unit_test(what_is_filled_has_the_shape_of_the_part),
        cmocka_unit_test(a_stream_is_left_after_its_array),
        cmocka_unit_test(a_stream_of_read_at_alone_has_its_array_at_its_start),
        cmocka_unit_test(
            a_part_from_a_source_of_unknown_size_takes_memory_as_its_data_comes),
        cmocka_unit_test(every_file_gives_what_loading_it_does),
        cmocka_unit_test(missing_data_is_damage_where_it_is_not_wanted_too),
        cmocka_unit_test(a_read_that_fails_is_an_error_at_its_place),
        cmocka_unit_test(of_a_stored_member_only_its_header_and_the_part_are_read),
        cmocka_unit_test(a_deflated_member_is_inflated_to_the_last_byte_that_is_wanted),
        cmocka_unit_test(a_member_is_verified_where_its_end_is_read_or_that_is_asked_for),
        cmocka_unit_test(a_member_without_an_array_is_not_found_unless_it_is_damaged),
        cmocka_unit_test(progress_counts_what_is_read_and_cancels),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
