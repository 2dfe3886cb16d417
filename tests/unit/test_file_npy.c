/* SPDX-License-Identifier: MIT */
/* One handle (nyz_file.h) over a .npy file, or several arrays in one. */
#include "support/files_made.h"

static void one_array_is_the_item_0(void **state)
{
    nyz_buffer b = {0};
    nyz_item item;
    nyz_array got;
    (void)state;
    put_array(&b, 4);
    nyz_file *file = open_buffer(&b);
    assert_string_equal(nyz_file_format(file), "npy");
    assert_int_equal(nyz_file_count(file), 1);
    assert_int_equal(nyz_file_trailing(file), 0);
    assert_string_equal(nyz_file_name(file, 0), "0");
    assert_null(nyz_file_name(file, 1));
    assert_null(nyz_file_name(file, -1));
    assert_int_equal(nyz_file_find(file, "0"), 0);
    assert_int_equal(nyz_file_find(file, "1"), -1);
    assert_ok(nyz_file_info(file, "0", &item, err));
    assert_int_equal(item.kind, NYZ_ITEM_ARRAY);
    assert_int_equal(item.entry.method, NYZ_STORED);
    assert_int_equal(item.error.status, NYZ_OK);
    assert_int_equal(item.header.shape[0], 4);
    assert_null(item.header.data);
    assert_int_equal(item.data_size, 16);
    assert_int_equal(item.entry.compressed_size, b.size);
    assert_int_equal(item.entry.key_size, 1);
    assert_memory_equal(b.data + item.data_offset, one_to_four, 16);
    nyz_item_free(&item);
    assert_null(item.entry.name);
    assert_ok(nyz_file_load(file, "0", NULL, &got, err));
    assert_numbers(&got, 4);
    assert_ok(nyz_file_bytes(file, "0", NULL, &got, err));
    assert_int_equal(got.shape[0], b.size);
    assert_memory_equal(got.data, b.data, b.size);
    nyz_array_free(&got);
    nyz_file_close(&file);
    assert_null(file);
    nyz_file_close(&file);
    nyz_buffer_free(&b);
}

static void several_arrays_are_items_and_what_follows_is_counted(void **state)
{
    nyz_buffer b = {0};
    nyz_array got;
    (void)state;
    put_array(&b, 4);
    put_objects(&b);
    put_array(&b, 2);
    put_array(&b, 0);
    put_text(&b, "end", 3);
    nyz_file *file = open_buffer(&b);
    assert_int_equal(nyz_file_count(file), 4);
    assert_int_equal(nyz_file_trailing(file), 3);
    assert_string_equal(nyz_file_name(file, 3), "3");
    assert_ok(nyz_file_load_at(file, 0, NULL, &got, err));
    assert_numbers(&got, 4);
    assert_ok(nyz_file_load(file, "2", NULL, &got, err));
    assert_numbers(&got, 2);
    assert_ok(nyz_file_load_at(file, 3, NULL, &got, err));
    assert_int_equal(nyz_array_count(&got), 0);
    nyz_array_free(&got);
    nyz_file_close(&file);
    nyz_buffer_free(&b);
}

static void python_objects_are_unreadable_and_their_bytes_are_there(void **state)
{
    nyz_buffer b = {0};
    nyz_item item;
    nyz_array got;
    (void)state;
    put_objects(&b);
    put_array(&b, 1);
    nyz_file *file = open_buffer(&b);
    assert_ok(nyz_file_info_at(file, 0, &item, err));
    assert_int_equal(item.kind, NYZ_ITEM_UNREADABLE);
    assert_int_equal(item.error.status, NYZ_ERR_UNSUPPORTED);
    assert_int_equal(item.header.dtype.type, NYZ_OBJECT);
    assert_int_equal(item.data_offset, -1);
    assert_int_equal(item.entry.compressed_size, 128 + sizeof PICKLE - 1);
    nyz_item_free(&item);
    assert_fails(NYZ_ERR_UNSUPPORTED, "member '0': an array of Python objects",
                 nyz_file_load_at(file, 0, NULL, &got, err));
    assert_null(got.owner);
    assert_ok(nyz_file_bytes_at(file, 0, NULL, &got, err));
    assert_memory_equal(got.data, b.data, 128 + sizeof PICKLE - 1);
    nyz_array_free(&got);
    nyz_file_close(&file);
    nyz_buffer_free(&b);
}

/* The last item of a file that ends so. */
static void assert_last(const nyz_buffer *b, int64_t count, nyz_status status,
                        const char *words, nyz_type type)
{
    nyz_item item;
    nyz_array got;
    nyz_file *file = open_buffer(b);
    assert_int_equal(nyz_file_count(file), count);
    assert_ok(nyz_file_info_at(file, count - 1, &item, err));
    assert_int_equal(item.kind, NYZ_ITEM_UNREADABLE);
    assert_int_equal(item.error.status, status);
    assert_non_null(strstr(item.error.message, words));
    assert_int_equal(item.header.dtype.type, type);
    nyz_item_free(&item);
    assert_fails(status, words, nyz_file_load_at(file, count - 1, NULL, &got, err));
    nyz_file_close(&file);
}

static void an_array_that_is_damaged_is_the_last_item(void **state)
{
    nyz_buffer b = {0};
    (void)state;
    put_array(&b, 4);
    put_array(&b, 4);
    b.size -= 7; /* data is missing */
    assert_last(&b, 2, NYZ_ERR_CORRUPT, "data: expected 16 bytes (4 items of 4), found 9",
                NYZ_FLOAT32);
    b.data[144 + 20] = '\1'; /* in the header */
    assert_last(&b, 2, NYZ_ERR_CORRUPT, "", NYZ_NONE);
    b.size = b.position = 144;
    put_objects(&b);
    b.size--; /* the pickle's STOP */
    assert_last(&b, 2, NYZ_ERR_CORRUPT, "pickle of its Python objects is damaged or cut",
                NYZ_OBJECT);
    nyz_buffer_free(&b);
}

/* Lengths in a pickle that lead nowhere, or back. */
static void a_pickle_that_does_not_end_is_damaged(void **state)
{
    static const struct {
        const char *bytes;
        size_t size;
    } pickles[] = {
        {"", 0},
        {"\x80", 1},
        {"\x80\2]N", 4},
        {"\x80\4\x8d\xf6\xff\xff\xff\xff\xff\xff\xff.", 12}, /* to itself */
        {"\x80\4\x8d\xff\xff\xff\xff\xff\xff\xff\x7f.", 12},
        {"\x80\4\x8d\1\0\0", 6},
        {"\x80\2X\xff\xff\xff\xff.", 8},
        {"\x80\2U\2.", 5},
        {"\x80\2cos\nsystem", 12},
        {"\x80\2J\1\1", 5},
        {"\x80\2\xff.", 4}, /* no such instruction */
        {"\0.", 2},
    };
    (void)state;
    for (size_t i = 0; i < sizeof pickles / sizeof *pickles; i++) {
        nyz_buffer b = {0};
        put_array(&b, 1);
        put_pickle(&b, pickles[i].bytes, pickles[i].size);
        assert_last(&b, 2, NYZ_ERR_CORRUPT, "pickle of its Python objects is damaged",
                    NYZ_OBJECT);
        nyz_buffer_free(&b);
    }
}

static void a_first_header_that_is_damaged_does_not_open(void **state)
{
    nyz_buffer b = {0};
    nyz_file *file = NULL;
    (void)state;
    put_array(&b, 4);
    b.data[20] = '\1';
    assert_fails(NYZ_ERR_CORRUPT, "",
                 nyz_file_open_mem(b.data, b.size, NULL, &file, err));
    assert_null(file);
    assert_fails(NYZ_ERR_CORRUPT, "preamble",
                 nyz_file_open_mem(b.data, 7, NULL, &file, err));
    nyz_buffer_free(&b);
}

static void the_limit_on_members_holds_for_arrays(void **state)
{
    const nyz_limits limits = {.members = 2};
    const nyz_options opt = {.limits = &limits};
    nyz_buffer b = {0};
    nyz_file *file = NULL;
    (void)state;
    put_array(&b, 1);
    put_array(&b, 1);
    assert_ok(nyz_file_open_mem(b.data, b.size, &opt, &file, err));
    nyz_file_close(&file);
    put_array(&b, 1);
    assert_fails(NYZ_ERR_LIMIT, "more than 2 arrays exceed limits.members",
                 nyz_file_open_mem(b.data, b.size, &opt, &file, err));
    nyz_buffer_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_array_is_the_item_0),
        cmocka_unit_test(several_arrays_are_items_and_what_follows_is_counted),
        cmocka_unit_test(python_objects_are_unreadable_and_their_bytes_are_there),
        cmocka_unit_test(an_array_that_is_damaged_is_the_last_item),
        cmocka_unit_test(a_pickle_that_does_not_end_is_damaged),
        cmocka_unit_test(a_first_header_that_is_damaged_does_not_open),
        cmocka_unit_test(the_limit_on_members_holds_for_arrays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
