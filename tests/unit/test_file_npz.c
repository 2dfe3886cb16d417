/* SPDX-License-Identifier: MIT */
/* One handle (nyz_file.h) over an archive, and what its calls answer where a name or an option is
 * wrong.  From paths: test_file_path.c; formats of other libraries: test_container.c. */
#include "support/faults.h"

#include "support/files_made.h"

static void members_are_items(void **state)
{
    static const struct {
        const char *name;
        int kind;
        size_t key_size;
        int64_t size;
    } expected[] = {
        {"w.npy", NYZ_ITEM_ARRAY, 1, 16},        {"d.npy", NYZ_ITEM_ARRAY, 1, 16},
        {"note", NYZ_ITEM_BYTES, 4, 4},          {"o.npy", NYZ_ITEM_UNREADABLE, 1, -1},
        {"bad.npy", NYZ_ITEM_UNREADABLE, 3, -1}, {"w.npy", NYZ_ITEM_ARRAY, 1, 8}};
    nyz_buffer b = make_archive();
    nyz_file *file = open_buffer(&b);
    (void)state;
    assert_string_equal(nyz_file_format(file), "npz");
    assert_int_equal(nyz_file_count(file), 6);
    assert_int_equal(nyz_file_trailing(file), 0);
    for (int i = 0; i < 6; i++) {
        nyz_item item;
        assert_ok(nyz_file_info_at(file, i, &item, err));
        assert_string_equal(item.entry.name, expected[i].name);
        assert_string_equal(nyz_file_name(file, i), expected[i].name);
        assert_int_equal(item.kind, expected[i].kind);
        assert_int_equal(item.entry.key_size, expected[i].key_size);
        assert_int_equal(item.data_size, expected[i].size);
        assert_int_equal(item.entry.method, i == 1 ? NYZ_DEFLATED : NYZ_STORED);
        if (item.kind != NYZ_ITEM_UNREADABLE && i != 1) {
            assert_memory_equal(b.data + item.data_offset,
                                i == 2 ? (const void *)"text" : one_to_four,
                                (size_t)item.data_size);
        } else {
            assert_int_equal(item.data_offset, -1);
        }
        nyz_item_free(&item);
    }
    nyz_file_close(&file);
    nyz_buffer_free(&b);
}

static void members_are_found_and_loaded(void **state)
{
    nyz_buffer b = make_archive();
    nyz_file *file = open_buffer(&b);
    nyz_array got;
    nyz_entry entry;
    (void)state;
    assert_int_equal(nyz_file_find(file, "w"), 5); /* the last one counts */
    assert_int_equal(nyz_file_find(file, "d.npy"), 1);
    assert_int_equal(nyz_file_find(file, "e"), -1);
    assert_ok(nyz_file_entry(file, "d", &entry, err));
    assert_string_equal(entry.name, "d.npy");
    assert_int_equal(entry.key_size, 1);
    assert_int_equal(entry.size, 144);
    assert_int_equal(entry.method, NYZ_DEFLATED);
    assert_ok(nyz_file_entry_at(file, 2, &entry, err));
    assert_int_equal(entry.size, 4);
    assert_fails(NYZ_ERR_NOT_FOUND, "no member 'e'",
                 nyz_file_entry(file, "e", &entry, err));
    assert_null(entry.name);
    assert_fails(NYZ_ERR_NOT_FOUND, "no item 6", nyz_file_entry_at(file, 6, &entry, err));
    assert_ok(nyz_file_load(file, "w", NULL, &got, err));
    assert_numbers(&got, 2);
    assert_ok(nyz_file_load_at(file, 0, NULL, &got, err));
    assert_numbers(&got, 4);
    assert_ok(nyz_file_load(file, "d", NULL, &got, err));
    assert_numbers(&got, 4);
    assert_fails(NYZ_ERR_NOT_FOUND, "member 'note': holds no array",
                 nyz_file_load(file, "note", NULL, &got, err));
    assert_fails(NYZ_ERR_UNSUPPORTED, "member 'o.npy': an array of Python objects",
                 nyz_file_load(file, "o", NULL, &got, err));
    assert_fails(NYZ_ERR_CORRUPT, "member 'bad.npy'",
                 nyz_file_load(file, "bad", NULL, &got, err));
    assert_ok(nyz_file_bytes(file, "note", NULL, &got, err));
    assert_memory_equal(got.data, "text", 4);
    nyz_array_free(&got);
    nyz_file_close(&file);
    nyz_buffer_free(&b);
}

/* Returns how many items cannot be read. */
static int compare_info_with_load(const nyz_buffer *b)
{
    nyz_file *file = NULL;
    int unreadable = 0;
    if (nyz_file_open_mem(b->data, b->size, NULL, &file, NULL) != NYZ_OK) {
        return 0;
    }
    for (int64_t i = 0; i < nyz_file_count(file); i++) {
        nyz_item item;
        nyz_array array;
        nyz_error why = {0};
        assert_ok(nyz_file_info_at(file, i, &item, err));
        const nyz_status status = nyz_file_load_at(file, i, NULL, &array, &why);
        if (item.kind == NYZ_ITEM_UNREADABLE) {
            unreadable++;
            assert_int_equal(status, item.error.status);
            assert_string_equal(why.message, item.error.message);
            assert_int_equal(why.offset, item.error.offset);
        }
        nyz_array_free(&array);
        nyz_item_free(&item);
    }
    nyz_file_close(&file);
    return unreadable;
}

static void what_info_says_of_damage_is_what_loading_says(void **state)
{
    nyz_buffer npy = {0};
    (void)state;
    put_objects(&npy);
    put_array(&npy, 4);
    put_objects(&npy);
    for (int i = 0; i < 2; i++) {
        nyz_buffer b = i == 0 ? make_archive() : npy;
        assert_true(compare_info_with_load(&b) == 2);
        for (size_t at = 0; at < b.size; at++) {
            unsigned char *const byte = (unsigned char *)b.data + at;
            for (int bit = 0; bit < 8; bit += 3) {
                *byte ^= (unsigned char)(1 << bit);
                (void)compare_info_with_load(&b);
                *byte ^= (unsigned char)(1 << bit);
            }
        }
        nyz_buffer_free(&b);
    }
}

/* It is read to its end in pieces. */
static void info_of_a_large_member_that_cannot_be_read_takes_little_memory(void **state)
{
    enum { SIZE = 5 << 20 };
    nyz_buffer b = {0};
    nyz_buffer objects = {0};
    const nyz_stream to = nyz_stream_buffer(&b);
    const nyz_options deflated = {.method = NYZ_DEFLATED, .level = 1};
    nyz_npz_writer *writer = NULL;
    char *const zeros = calloc(1, SIZE);
    nyz_file *file = NULL;
    counting memory;
    nyz_options opt = {0};
    (void)state;
    assert_non_null(zeros);
    put_objects(&objects);
    put_text(&objects, zeros, SIZE);
    free(zeros);
    assert_ok(nyz_npz_create_stream(&to, NULL, &writer, err));
    for (int i = 0; i < 2; i++) {
        assert_ok(nyz_npz_add_bytes(writer, i == 0 ? "s.npy" : "d.npy", objects.data,
                                    objects.size, i == 0 ? NULL : &deflated, err));
    }
    assert_ok(nyz_npz_finish(&writer, err));
    counting_init(&memory);
    opt.allocator = &memory.allocator;
    assert_ok(nyz_file_open_mem(b.data, b.size, &opt, &file, err));
    for (int i = 0; i < 2; i++) {
        nyz_item item;
        assert_ok(nyz_file_info_at(file, i, &item, err));
        assert_int_equal(item.error.status, NYZ_ERR_UNSUPPORTED);
        nyz_item_free(&item);
    }
    nyz_file_close(&file);
    assert_true(memory.peak <= 2 << 20);
    assert_int_equal(memory.live, 0);
    nyz_buffer_free(&objects);
    nyz_buffer_free(&b);
}

static void a_member_whose_name_is_the_ending_alone_has_no_key(void **state)
{
    const nyz_options any = {.flags = NYZ_ANY_NAME};
    const nyz_array four = numbers(one_to_four, 4);
    nyz_buffer b = {0};
    const nyz_stream to = nyz_stream_buffer(&b);
    nyz_npz_writer *writer = NULL;
    nyz_entry entry;
    (void)state;
    assert_ok(nyz_npz_create_stream(&to, NULL, &writer, err));
    assert_ok(nyz_npz_add(writer, "", &four, &any, err));
    assert_ok(nyz_npz_finish(&writer, err));
    nyz_file *file = open_buffer(&b);
    assert_ok(nyz_file_entry_at(file, 0, &entry, err));
    assert_string_equal(entry.name, ".npy");
    assert_int_equal(entry.key_size, 0);
    nyz_file_close(&file);
    nyz_buffer_free(&b);
}

static void elements_of_a_member_that_is_too_long_have_no_place(void **state)
{
    nyz_buffer b = {0};
    nyz_buffer npy = {0};
    const nyz_stream to = nyz_stream_buffer(&b);
    nyz_npz_writer *writer = NULL;
    nyz_item item;
    nyz_array got;
    (void)state;
    put_array(&npy, 4);
    put_text(&npy, "end", 3);
    assert_ok(nyz_npz_create_stream(&to, NULL, &writer, err));
    assert_ok(nyz_npz_add_bytes(writer, "w.npy", npy.data, npy.size, NULL, err));
    assert_ok(nyz_npz_finish(&writer, err));
    nyz_file *file = open_buffer(&b);
    assert_ok(nyz_file_info_at(file, 0, &item, err));
    assert_int_equal(item.kind, NYZ_ITEM_ARRAY);
    assert_int_equal(item.data_offset, -1);
    nyz_item_free(&item);
    assert_fails(NYZ_ERR_CORRUPT, "3 bytes after the array",
                 nyz_file_load_at(file, 0, NULL, &got, err));
    nyz_file_close(&file);
    nyz_buffer_free(&npy);
    nyz_buffer_free(&b);
}

static void memory_is_filled_with_a_cast(void **state)
{
    nyz_buffer b = make_archive();
    nyz_buffer npy = {0};
    double room[4] = {0};
    const int64_t four = 4;
    const nyz_dtype f8 = nyz_dtype_of(NYZ_FLOAT64);
    nyz_array into;
    (void)state;
    put_array(&npy, 4);
    assert_ok(nyz_array_wrap(room, &f8, 1, &four, NULL, &into, err));
    for (int i = 0; i < 3; i++) {
        nyz_file *file = open_buffer(i == 2 ? &npy : &b);
        memset(room, 0, sizeof room);
        assert_ok(i == 1 ? nyz_file_load_into(file, "d", NULL, &into, err)
                         : nyz_file_load_into_at(file, 0, NULL, &into, err));
        for (int k = 0; k < 4; k++) {
            assert_true(room[k] == one_to_four[k]);
        }
        nyz_file_close(&file);
    }
    nyz_file *file = open_buffer(&b);
    assert_fails(NYZ_ERR_ARGUMENT, "axis 0",
                 nyz_file_load_into(file, "w", NULL, &into, err)); /* of two */
    assert_fails(NYZ_ERR_NOT_FOUND, "no member 'x'",
                 nyz_file_load_into(file, "x", NULL, &into, err));
    assert_fails(NYZ_ERR_NOT_FOUND, "no item 6",
                 nyz_file_load_into_at(file, 6, NULL, &into, err));
    nyz_file_close(&file);
    nyz_buffer_free(&npy);
    nyz_buffer_free(&b);
}

/* -------------------------------------------------------------------------------- failures */

static void what_is_not_there_is_said_with_what_is(void **state)
{
    nyz_buffer b = make_archive();
    nyz_file *file = open_buffer(&b);
    nyz_array got;
    nyz_item item;
    (void)state;
    assert_fails(NYZ_ERR_NOT_FOUND, "no member 'nope'; did you mean 'note'?",
                 nyz_file_load(file, "nope", NULL, &got, err));
    assert_fails(NYZ_ERR_NOT_FOUND, "no member 'embedding' (the archive has 6 members)",
                 nyz_file_info(file, "embedding", &item, err));
    assert_null(item.entry.name);
    assert_fails(NYZ_ERR_NOT_FOUND, "no member ''",
                 nyz_file_bytes(file, "", NULL, &got, err));
    assert_fails(NYZ_ERR_NOT_FOUND, "no item -1: the archive has 6, from 0",
                 nyz_file_load_at(file, -1, NULL, &got, err));
    assert_fails(NYZ_ERR_NOT_FOUND, "no item 6", nyz_file_info_at(file, 6, &item, err));
    assert_fails(NYZ_ERR_NOT_FOUND, "no item 9",
                 nyz_file_bytes_at(file, 9, NULL, &got, err));
    assert_ok(nyz_file_load_at(file, 0, NULL, &got, NULL));
    nyz_array_free(&got);
    assert_int_equal(nyz_file_load_at(file, 2, NULL, &got, NULL), NYZ_ERR_NOT_FOUND);
    nyz_file_close(&file);
    nyz_buffer_free(&b);
}

static void options_of_opening_hold_for_the_calls(void **state)
{
    const nyz_limits limits = {.array_bytes = 8};
    const nyz_limits wider = {.array_bytes = 16};
    const nyz_options opt = {.limits = &limits};
    const nyz_options wide = {.limits = &wider};
    const nyz_options wrong = {.order = (nyz_order)9};
    nyz_buffer b = make_archive();
    nyz_file *file = NULL;
    nyz_array got;
    (void)state;
    assert_fails(NYZ_ERR_ARGUMENT, "order 9",
                 nyz_file_open_mem(b.data, b.size, &wrong, &file, err));
    assert_ok(nyz_file_open_mem(b.data, b.size, &opt, &file, err));
    assert_fails(NYZ_ERR_LIMIT, "array_bytes",
                 nyz_file_load_at(file, 0, NULL, &got, err));
    assert_ok(nyz_file_load_at(file, 0, &wide, &got, err));
    assert_numbers(&got, 4);
    assert_fails(NYZ_ERR_ARGUMENT, "order 9",
                 nyz_file_load_at(file, 0, &wrong, &got, err));
    nyz_file_close(&file);
    nyz_buffer_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_are_items),
        cmocka_unit_test(members_are_found_and_loaded),
        cmocka_unit_test(what_info_says_of_damage_is_what_loading_says),
        cmocka_unit_test(info_of_a_large_member_that_cannot_be_read_takes_little_memory),
        cmocka_unit_test(a_member_whose_name_is_the_ending_alone_has_no_key),
        cmocka_unit_test(elements_of_a_member_that_is_too_long_have_no_place),
        cmocka_unit_test(memory_is_filled_with_a_cast),
        cmocka_unit_test(what_is_not_there_is_said_with_what_is),
        cmocka_unit_test(options_of_opening_hold_for_the_calls),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
