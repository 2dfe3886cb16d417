/* SPDX-License-Identifier: MIT */
/* Everything that can be asked of a file of rows_format.h. */
#ifndef NYZ_TESTS_ROWS_USED_H
#define NYZ_TESTS_ROWS_USED_H

#include "support/support.h"

#include "support/rows_format.h"

/* The table, by where the elements are in the file, and by a `read` of its own. */
static inline nyz_container table_of(int how)
{
    nyz_container out = rows_format;
    if (how != 0) {
        out.read = rows_read;
    }
    return out;
}

/* w and F: element (i, j) is 2 i + j. */
static inline void assert_counted(const nyz_array *got, nyz_order order)
{
    assert_int_equal(got->ndim, 2);
    assert_int_equal(got->shape[0], 3);
    assert_int_equal(got->shape[1], 2);
    assert_true(nyz_array_is_contiguous(got, order));
    for (int64_t i = 0; i < 3; i++) {
        for (int64_t j = 0; j < 2; j++) {
            float value;
            memcpy(&value,
                   (const char *)got->data + i * got->strides[0] + j * got->strides[1],
                   4);
            assert_true(value == (float)(2 * i + j));
        }
    }
}

static inline void load_counted(const nyz_file *file, const char *name, nyz_order order,
                                nyz_order expected)
{
    const nyz_options opt = {.order = order, .threads = 2};
    nyz_array got;
    assert_ok(nyz_file_load(file, name, &opt, &got, err));
    assert_counted(&got, expected);
    nyz_array_free(&got);
}

static inline void fill_counted(const nyz_file *file, const char *name)
{
    const nyz_dtype f8 = nyz_dtype_of(NYZ_FLOAT64);
    const int64_t shape[] = {3, 2};
    const int64_t wide[] = {4, 2};
    double room[8] = {0};
    nyz_array into;
    assert_ok(nyz_array_wrap(room, &f8, 2, shape, NULL, &into, err));
    assert_ok(nyz_file_load_into(file, name, NULL, &into, err));
    for (int i = 0; i < 6; i++) {
        assert_true(room[i] == i);
    }
    into.flags |= NYZ_READONLY;
    assert_fails(NYZ_ERR_ARGUMENT, "read-only",
                 nyz_file_load_into(file, name, NULL, &into, err));
    assert_ok(nyz_array_wrap(room, &f8, 2, wide, NULL, &into, err));
    assert_fails(NYZ_ERR_ARGUMENT, "axis 0",
                 nyz_file_load_into(file, name, NULL, &into, err));
}

/* Everything that can be asked of such a file. */
static inline void use_rows(const nyz_file *file, int how)
{
    const nyz_options big = {.byteorder = NYZ_BIG_ENDIAN};
    nyz_array got;
    nyz_item item;
    assert_string_equal(nyz_file_format(file), "rows");
    assert_int_equal(nyz_file_count(file), 3);
    assert_int_equal(nyz_file_find(file, "F"), 1);
    assert_ok(nyz_file_info(file, "F", &item, err));
    assert_int_equal(item.kind, NYZ_ITEM_ARRAY);
    assert_true(nyz_array_is_contiguous(&item.header, NYZ_F_ORDER));
    assert_int_equal(item.data_offset < 0, how != 0);
    nyz_item_free(&item);
    load_counted(file, "w", NYZ_KEEP_ORDER, NYZ_C_ORDER);
    load_counted(file, "w", NYZ_F_ORDER, NYZ_F_ORDER);
    load_counted(file, "F", NYZ_KEEP_ORDER, NYZ_F_ORDER);
    load_counted(file, "F", NYZ_C_ORDER, NYZ_C_ORDER);
    fill_counted(file, "w");
    fill_counted(file, "F");
    assert_ok(nyz_file_load(file, "w", &big, &got, err));
    assert_int_equal(got.dtype.byteorder, '>');
    assert_memory_equal((const char *)got.data + 4, "\x3f\x80\0\0", 4);
    nyz_array held;
    assert_ok(nyz_array_retain(&got, &held, err));
    nyz_array_free(&got);
    assert_memory_equal((const char *)held.data + 4, "\x3f\x80\0\0", 4);
    nyz_array_free(&held);
    assert_ok(nyz_file_bytes(file, "note", NULL, &got, err));
    assert_memory_equal(got.data, "hello", 5);
    nyz_array_free(&got);
    assert_fails(NYZ_ERR_UNSUPPORTED, "member 'w': an array's bytes have no header",
                 nyz_file_bytes(file, "w", NULL, &got, err));
    assert_fails(NYZ_ERR_NOT_FOUND, "member 'note': holds no array",
                 nyz_file_load(file, "note", NULL, &got, err));
    assert_fails(NYZ_ERR_NOT_FOUND, "did you mean 'note'?",
                 nyz_file_load(file, "Note1", NULL, &got, err));
}

#endif
