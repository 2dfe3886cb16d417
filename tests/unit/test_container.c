/* SPDX-License-Identifier: MIT */
/* Formats of other libraries (nyz_container.h): one made up for these tests is read as .npy and .npz
 * are (support/rows_format.h), and a table that cannot be used is refused.  What tables answer:
 * test_container_answers.c and test_container_load.c. */
#include "nyz_map.h"
#include "support/faults.h"

#include "support/rows_used.h"

static void a_format_of_another_library_is_read_like_its_own(void **state)
{
    (void)state;
    for (int how = 0; how < 60; how += 59) {
        unsigned char bytes[256];
        const size_t size = rows_make(bytes, how);
        const nyz_container table = table_of(how);
        const nyz_container *const formats[] = {&table};
        nyz_buffer buffer = {.data = bytes, .size = size, .capacity = size};
        nyz_stream stream = nyz_stream_buffer(&buffer);
        nyz_file *file = NULL;
        assert_ok(nyz_file_open_mem_with(bytes, size, formats, 1, NULL, &file, err));
        use_rows(file, how);
        nyz_file_close(&file);
        stream.read_at = NULL;
        assert_ok(nyz_file_open_stream_with(&stream, formats, 1, NULL, &file, err));
        use_rows(file, how);
        nyz_file_close(&file);
    }
}

static void the_limit_on_arrays_holds_for_other_formats(void **state)
{
    const nyz_limits limits = {.array_bytes = 23};
    const nyz_options opt = {.limits = &limits};
    (void)state;
    for (int how = 0; how < 2; how++) {
        unsigned char bytes[256];
        const size_t size = rows_make(bytes, how);
        const nyz_container table = table_of(how);
        const nyz_container *const formats[] = {&table};
        nyz_file *file = NULL;
        nyz_array got;
        assert_ok(nyz_file_open_mem_with(bytes, size, formats, 1, &opt, &file, err));
        assert_fails(NYZ_ERR_LIMIT, "24 bytes exceed limits.array_bytes, 23",
                     nyz_file_load(file, "w", NULL, &got, err));
        nyz_file_close(&file);
    }
}

static void bytes_that_are_not_in_the_file_make_an_item_unreadable(void **state)
{
    unsigned char bytes[256];
    const size_t size = rows_make(bytes, 0);
    const nyz_container *const formats[] = {&rows_format};
    nyz_file *file = NULL;
    nyz_item item;
    nyz_array got;
    (void)state;
    assert_ok(nyz_file_open_mem_with(bytes, size - 6, formats, 1, NULL, &file, err));
    assert_ok(nyz_file_info(file, "F", &item, err));
    assert_int_equal(item.kind, NYZ_ITEM_UNREADABLE);
    assert_int_equal(item.error.status, NYZ_ERR_CORRUPT);
    assert_int_equal(item.data_offset, -1);
    nyz_item_free(&item);
    assert_fails(NYZ_ERR_CORRUPT,
                 "member 'F': data: expected 24 bytes at 72, the file has 95",
                 nyz_file_load(file, "F", NULL, &got, err));
    nyz_file_close(&file);
}

/* ------------------------------------------------------------------------------- bad tables */

static void assert_table(const nyz_container *table, const char *words)
{
    const nyz_container *const formats[] = {&rows_format, table};
    nyz_file *file = NULL;
    assert_fails(NYZ_ERR_ARGUMENT, words,
                 nyz_file_open_mem_with("x", 1, formats, 2, NULL, &file, err));
    assert_null(file);
}

static void a_table_that_cannot_be_used_is_refused(void **state)
{
    nyz_container t = rows_format;
    nyz_file *file = NULL;
    (void)state;
    assert_table(NULL, "format 1 is NULL");
    t.version = 2;
    assert_table(&t, "format 1 is of another version");
    t = rows_format;
    t.struct_size = offsetof(nyz_container, verify) - 1;
    assert_table(&t, "struct_size");
    t = rows_format;
    t.name = NULL;
    assert_table(&t, "no name");
    t.name = "";
    assert_table(&t, "no name");
    t.name = "Rows";
    assert_table(&t, "a-z");
    t.name = "a-name-of-thirty-two-characters-";
    assert_table(&t, "a-z");
    t = rows_format;
    t.noun = NULL;
    assert_table(&t, "noun");
#define WITHOUT(function)                                                                \
    t = rows_format;                                                                     \
    t.function = NULL;                                                                   \
    assert_table(&t, "lacks one of")
    WITHOUT(probe);
    WITHOUT(open);
    WITHOUT(close);
    WITHOUT(count);
    WITHOUT(entry);
    WITHOUT(info);
#undef WITHOUT
    assert_fails(NYZ_ERR_ARGUMENT, "no list",
                 nyz_file_open_mem_with("x", 1, NULL, 1, NULL, &file, err));
    assert_fails(NYZ_ERR_ARGUMENT, "-1 formats",
                 nyz_file_open_mem_with("x", 1, NULL, -1, NULL, &file, err));
}

static void a_longer_table_of_a_later_version_is_taken(void **state)
{
    struct {
        nyz_container table;
        void (*later)(void);
    } longer = {rows_format, NULL};
    const nyz_container *const formats[] = {&longer.table};
    unsigned char bytes[256];
    const size_t size = rows_make(bytes, 0);
    nyz_file *file = NULL;
    (void)state;
    longer.table.struct_size = sizeof longer;
    assert_ok(nyz_file_open_mem_with(bytes, size, formats, 1, NULL, &file, err));
    use_rows(file, 0);
    nyz_file_close(&file);
}

static nyz_status not_to_be_called(const void *state, int64_t index, nyz_error *err)
{
    (void)state;
    (void)index;
    (void)err;
    fail_msg("what is behind the end of a table was called");
    return NYZ_ERR_IO;
}

/* It has no verify: what is in its place is not looked at. */
static void a_shorter_table_of_an_earlier_version_is_taken(void **state)
{
    nyz_container shorter = rows_format;
    const nyz_container *const formats[] = {&shorter};
    const nyz_options verify = {.flags = NYZ_VERIFY | NYZ_MAP_OR_LOAD};
    static unsigned char bytes[256];
    const size_t size = rows_make(bytes, 0);
    nyz_file *file = NULL;
    nyz_array array;
    (void)state;
    shorter.struct_size = offsetof(nyz_container, verify);
    shorter.verify = not_to_be_called;
    assert_ok(nyz_file_open_mem_with(bytes, size, formats, 1, NULL, &file, err));
    use_rows(file, 0);
    assert_ok(nyz_file_map_at(file, 0, NYZ_MAP_READ, &verify, &array, err));
    nyz_array_free(&array);
    nyz_file_close(&file);
}

/* Neither a place nor a read. */
static nyz_status info_without_place(const void *state, int64_t index, nyz_item *out,
                                     nyz_error *err)
{
    const nyz_status status = rows_info(state, index, out, err);
    out->data_offset = -1;
    return status;
}

static nyz_status failing_read(const void *state, int64_t index, void *to, size_t size,
                               nyz_error *err)
{
    (void)state;
    (void)index;
    memset(to, 1, size);
    return rows_fail(err, NYZ_ERR_CORRUPT, "checksum");
}

static void data_that_cannot_be_had_is_a_failure(void **state)
{
    unsigned char bytes[256];
    const size_t size = rows_make(bytes, 0);
    float room[6];
    const nyz_dtype f4 = nyz_dtype_of(NYZ_FLOAT32);
    const int64_t shape[] = {3, 2};
    nyz_container t = rows_format;
    const nyz_container *const formats[] = {&t};
    counting memory;
    nyz_options opt = {0};
    nyz_file *file = NULL;
    nyz_array got;
    nyz_array into;
    (void)state;
    counting_init(&memory);
    opt.allocator = &memory.allocator;
    t.info = info_without_place;
    assert_ok(nyz_array_wrap(room, &f4, 2, shape, NULL, &into, err));
    for (int reads = 0; reads < 2; reads++) {
        const nyz_status expected = reads ? NYZ_ERR_CORRUPT : NYZ_ERR_ARGUMENT;
        const char *const words = reads ? "member 'w': checksum" : "there is no read";
        t.read = reads ? failing_read : NULL;
        assert_ok(nyz_file_open_mem_with(bytes, size, formats, 1, &opt, &file, err));
        assert_fails(expected, words, nyz_file_load_at(file, 0, NULL, &got, err));
        assert_fails(expected, words, nyz_file_load_into_at(file, 0, NULL, &into, err));
        assert_fails(expected, "", nyz_file_bytes_at(file, 2, NULL, &got, err));
        nyz_file_close(&file);
        assert_int_equal(memory.live, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_format_of_another_library_is_read_like_its_own),
        cmocka_unit_test(the_limit_on_arrays_holds_for_other_formats),
        cmocka_unit_test(bytes_that_are_not_in_the_file_make_an_item_unreadable),
        cmocka_unit_test(a_table_that_cannot_be_used_is_refused),
        cmocka_unit_test(a_longer_table_of_a_later_version_is_taken),
        cmocka_unit_test(a_shorter_table_of_an_earlier_version_is_taken),
        cmocka_unit_test(data_that_cannot_be_had_is_a_failure),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
