/* SPDX-License-Identifier: MIT */
/* Items that are larger than every buffer, loaded into another order and saved from one:
 * src/npy/element_reader_blocks.c, npy_large.c. */
#include "support/faults.h"

#include "array/array.h"

#define MIB ((size_t)1 << 20)
enum { ROWS = 2, COLUMNS = 2 };
static const int64_t shape[2] = {ROWS, COLUMNS};

/* More than a mebibyte each: one kind of number; text; and, with numbers small and large,
 * gaps before, between and behind, structs in sub-arrays and sub-arrays in structs. */
static const char *const descrs[] = {
    "|S1300001",
    "<U300001",
    "[('a', '>f8', (150000,))]",
    "[('', '|V9'), ('a', '<i2'), ('', '|V3'), ('u', '>U200000'), ('b', '>c16'), ('s', "
    "'|S500000'), ('m', '<f4', (3, 50000)), ('', '|V500001'), ('n', '<M8[s]'), "
    "('p', [('x', '<i4', (99999,)), ('', '|V1'), ('y', '>u2')], (2,)), ('', '|V1000')]",
    "[('a', [('b', [('c', '>f2', (70000,)), ('d', '|u1')], (5,)), ('e', '<u8')], (2,))]",
};

static nyz_dtype dtype;
static unsigned char *bytes;
static size_t size; /* of all items */

static void set_up(const char *descr)
{
    assert_ok(nyz_dtype_parse(descr, strlen(descr), NULL, &dtype, err));
    size = (size_t)(dtype.itemsize * ROWS * COLUMNS);
    bytes = malloc(size);
    assert_non_null(bytes);
    for (size_t i = 0; i < size; i++) {
        bytes[i] = (unsigned char)(i * 2654435761u >> 13);
    }
}

static void tear_down(void)
{
    free(bytes);
    nyz_dtype_free(&dtype);
}

/* The items as an array; transposed, and with rows backward, so that no order is its own.
 */
static nyz_array items_of(int view)
{
    nyz_array whole;
    nyz_array out;
    assert_ok(nyz_array_wrap(bytes, &dtype, 2, shape, NULL, &whole, err));
    if (view == 0) {
        return whole;
    }
    if (view == 1) {
        assert_ok(nyz_array_transpose(&whole, NULL, &out, err));
    } else {
        assert_ok(nyz_array_slice(&whole, 0, INT64_MAX, INT64_MIN, -1, &out, err));
    }
    return out;
}

static nyz_array copy_of(const nyz_array *array, nyz_order order, nyz_byteorder byteorder)
{
    const nyz_options opt = {.order = order, .byteorder = byteorder};
    nyz_array out;
    assert_ok(nyz_array_copy(array, &opt, &out, err));
    return out;
}

static void check_load(const nyz_buffer *file, const nyz_options *opt)
{
    counting c;
    nyz_array loaded;
    nyz_options counted = *opt;
    counting_init(&c);
    counted.allocator = &c.allocator;
    assert_ok(nyz_load_mem(file->data, file->size, &counted, &loaded, err));
    assert_true(c.peak <= size + MIB);
    const nyz_array items = items_of(0);
    nyz_array expected = copy_of(&items, opt->order, opt->byteorder);
    assert_memory_equal(loaded.strides, expected.strides, sizeof expected.strides);
    assert_memory_equal(loaded.data, expected.data, size);
    nyz_array_free(&expected);
    nyz_array_free(&loaded);
    assert_int_equal(c.live, 0);
}

static void loading_takes_at_most_1_mib_beside_the_array(void **state)
{
    (void)state;
    static const nyz_byteorder orders[] = {NYZ_NATIVE, NYZ_KEEP_BYTEORDER,
                                           NYZ_BIG_ENDIAN};
    for (size_t i = 0; i < sizeof descrs / sizeof descrs[0]; i++) {
        set_up(descrs[i]);
        const nyz_array items = items_of(0);
        nyz_buffer file;
        assert_ok(nyz_save_mem(&items, NULL, &file, err));
        for (int k = 0; k < 18; k++) {
            const nyz_options opt = {.order = (nyz_order)(k % 3),
                                     .byteorder = orders[k / 3 % 3],
                                     .threads = k < 9 ? 1 : 4};
            check_load(&file, &opt);
        }
        nyz_buffer_free(&file);
        tear_down();
    }
}

/* With items that lie apart. */
static void loading_into_a_view_takes_at_most_1_mib(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof descrs / sizeof descrs[0]; i++) {
        set_up(descrs[i]);
        const nyz_array items = items_of(1);
        unsigned char *const memory = malloc(2 * size);
        assert_non_null(memory);
        const int64_t strides[2] = {2 * dtype.itemsize, 2 * COLUMNS * dtype.itemsize};
        const int64_t turned[2] = {COLUMNS, ROWS};
        const nyz_options forced = {.order = NYZ_C_ORDER};
        nyz_buffer file;
        nyz_array into;
        counting c;
        assert_ok(nyz_save_mem(&items, &forced, &file, err));
        assert_ok(nyz_array_wrap(memory, &dtype, 2, turned, strides, &into, err));
        file.position = 0;
        const nyz_stream stream = nyz_stream_buffer(&file);
        counting_init(&c);
        const nyz_options opt = {.allocator = &c.allocator};
        assert_ok(nyz_read_into(&stream, &opt, &into, err));
        assert_true(c.peak <= MIB);
        for (size_t k = 0; k < ROWS * COLUMNS; k++) {
            const size_t itemsize = (size_t)dtype.itemsize;
            assert_memory_equal(memory + 2 * k * itemsize, bytes + k * itemsize,
                                itemsize);
        }
        free(memory);
        nyz_buffer_free(&file);
        tear_down();
    }
}

static void check_save(const nyz_array *view, const nyz_options *opt)
{
    counting c;
    trickle t = {0};
    nyz_buffer expected;
    nyz_options counted = *opt;
    const nyz_stream stream = trickle_stream(&t, MIB, 0);
    counting_init(&c);
    counted.allocator = &c.allocator;
    assert_ok(nyz_write(&stream, view, &counted, err));
    assert_true(c.peak <= MIB);
    assert_int_equal(c.live, 0);
    nyz_array copy =
        copy_of(view, opt->order, nyz_byteorder_or(opt->byteorder, NYZ_KEEP_BYTEORDER));
    assert_ok(nyz_save_mem(&copy, NULL, &expected, err));
    assert_int_equal(t.buffer.size, expected.size);
    assert_memory_equal(t.buffer.data, expected.data, expected.size);
    nyz_buffer_free(&expected);
    nyz_array_free(&copy);
    nyz_buffer_free(&t.buffer);
}

static void saving_takes_at_most_1_mib(void **state)
{
    (void)state;
    static const nyz_byteorder orders[] = {NYZ_DEFAULT_BYTEORDER, NYZ_LITTLE_ENDIAN,
                                           NYZ_BIG_ENDIAN};
    for (size_t i = 0; i < sizeof descrs / sizeof descrs[0]; i++) {
        set_up(descrs[i]);
        for (int k = 0; k < 27; k++) {
            const nyz_array view = items_of(k / 9);
            const nyz_options opt = {.order = (nyz_order)(k % 3),
                                     .byteorder = orders[k / 3 % 3]};
            check_save(&view, &opt);
        }
        tear_down();
    }
}

/* Wherever the n-th call fails, the failure is reported. */
static void a_stream_that_fails_is_reported(void **state)
{
    (void)state;
    set_up(descrs[3]);
    const nyz_array view = items_of(1);
    const nyz_options opt = {.order = NYZ_C_ORDER, .byteorder = NYZ_BIG_ENDIAN};
    nyz_status status = NYZ_ERR_IO;
    nyz_buffer file = {0};
    for (long n = 1; status != NYZ_OK; n++) {
        nyz_buffer_free(&file);
        trickle t = {.fail_at = n};
        const nyz_stream stream = trickle_stream(&t, MIB, 0);
        status = nyz_write(&stream, &view, &opt, NULL);
        assert_true(status == NYZ_OK || status == NYZ_ERR_IO);
        file = t.buffer;
        file.position = 0;
    }
    const nyz_options turned = {.order = NYZ_F_ORDER};
    status = NYZ_ERR_IO;
    for (long n = 1; status != NYZ_OK; n++) {
        trickle t = {.buffer = file, .fail_at = n};
        const nyz_stream stream = trickle_stream(&t, MIB, 1);
        nyz_array loaded;
        status = nyz_read(&stream, &turned, &loaded, NULL);
        assert_true(status == NYZ_OK || status == NYZ_ERR_IO);
        nyz_array_free(&loaded);
    }
    nyz_buffer_free(&file);
    tear_down();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(loading_takes_at_most_1_mib_beside_the_array),
        cmocka_unit_test(loading_into_a_view_takes_at_most_1_mib),
        cmocka_unit_test(saving_takes_at_most_1_mib),
        cmocka_unit_test(a_stream_that_fails_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
