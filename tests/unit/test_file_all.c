/* SPDX-License-Identifier: MIT */
/* All arrays of a file at once: nyz_file_load_all, of archives as nyz_npz_load_all, and of other
 * files one by one. */
#include "support/faults.h"

#include "support/files_made.h"
#include "support/progress_watch.h"
#include "support/rows_format.h"

static const nyz_options skipping = {.flags = NYZ_SKIP_UNSUPPORTED};

/* w.npy and d.npy of four numbers, note, and o.npy of Python objects. */
static nyz_buffer make_members(void)
{
    const nyz_options deflated = {.method = NYZ_DEFLATED};
    const nyz_array four = numbers(one_to_four, 4);
    nyz_buffer out = {0};
    nyz_buffer objects = {0};
    const nyz_stream to = nyz_stream_buffer(&out);
    nyz_npz_writer *writer = NULL;
    put_objects(&objects);
    assert_ok(nyz_npz_create_stream(&to, NULL, &writer, err));
    assert_ok(nyz_npz_add(writer, "w", &four, NULL, err));
    assert_ok(nyz_npz_add(writer, "d", &four, &deflated, err));
    assert_ok(nyz_npz_add_bytes(writer, "note", "text", 4, NULL, err));
    assert_ok(nyz_npz_add_bytes(writer, "o.npy", objects.data, objects.size, NULL, err));
    assert_ok(nyz_npz_finish(&writer, err));
    nyz_buffer_free(&objects);
    return out;
}

static void assert_item(const nyz_arrays *all, const char *name, int64_t count)
{
    nyz_array got;
    assert_ok(nyz_arrays_get(all, name, &got, err));
    assert_numbers(&got, count);
}

static void assert_empty(const nyz_arrays *all, int64_t index, nyz_status why)
{
    const nyz_array got = item_of(all, index);
    assert_int_equal(got.dtype.type, NYZ_NONE);
    if (why == NYZ_OK) {
        assert_null(nyz_arrays_error(all, index));
    } else {
        assert_int_equal(nyz_arrays_error(all, index)->status, why);
    }
}

/* The same path: as many pieces of memory, and as large ones. */
static void members_are_loaded_as_by_nyz_npz_load_all(void **state)
{
    nyz_buffer b = make_members();
    nyz_file *file = NULL;
    nyz_npz *npz = NULL;
    nyz_arrays *all = NULL;
    nyz_array got;
    counting memory[2];
    (void)state;
    assert_ok(nyz_npz_open_mem(b.data, b.size, NULL, &npz, err));
    assert_ok(nyz_file_open_mem(b.data, b.size, NULL, &file, err));
    for (int i = 0; i < 2; i++) {
        nyz_options opt = skipping;
        counting_init(&memory[i]);
        opt.allocator = &memory[i].allocator;
        assert_ok(i == 0 ? nyz_npz_load_all(npz, &opt, &all, err)
                         : nyz_file_load_all(file, &opt, &all, err));
        assert_int_equal(nyz_arrays_count(all), 4);
        assert_item(all, "w", 4);
        assert_item(all, "d.npy", 4);
        assert_empty(all, 2, NYZ_OK);
        assert_empty(all, 3, NYZ_ERR_UNSUPPORTED);
        assert_fails(NYZ_ERR_NOT_FOUND, "no member 'x' (the archive has 4 members)",
                     nyz_arrays_get(all, "x", &got, err));
        nyz_arrays_free(&all);
        assert_int_equal(memory[i].live, 0);
    }
    assert_int_equal(memory[0].calls, memory[1].calls);
    assert_int_equal(memory[0].peak, memory[1].peak);
    assert_fails(NYZ_ERR_UNSUPPORTED, "member 'o.npy': an array of Python objects",
                 nyz_file_load_all(file, NULL, &all, err));
    assert_null(all);
    nyz_npz_close(&npz);
    nyz_file_close(&file);
    nyz_buffer_free(&b);
}

static void arrays_of_a_npy_file_are_loaded_by_their_numbers(void **state)
{
    nyz_buffer b = {0};
    nyz_arrays *all = NULL;
    nyz_array got;
    (void)state;
    put_array(&b, 4);
    put_objects(&b);
    put_array(&b, 2);
    nyz_file *file = open_buffer(&b);
    assert_fails(NYZ_ERR_UNSUPPORTED, "member '1': an array of Python objects",
                 nyz_file_load_all(file, NULL, &all, err));
    assert_null(all);
    assert_ok(nyz_file_load_all(file, &skipping, &all, err));
    nyz_file_close(&file);
    assert_int_equal(nyz_arrays_count(all), 3);
    assert_item(all, "0", 4);
    assert_item(all, "2", 2);
    assert_empty(all, 1, NYZ_ERR_UNSUPPORTED);
    assert_string_equal(nyz_arrays_error(all, 1)->member, "1");
    assert_fails(NYZ_ERR_NOT_FOUND, "no member '3' (the list has 3 members)",
                 nyz_arrays_get(all, "3", &got, err));
    got = item_of(all, 2);
    nyz_array held;
    assert_ok(nyz_array_retain(&got, &held, err));
    nyz_arrays_free(&all);
    assert_numbers(&held, 2);
    b.size -= 1; /* the last one is damaged */
    file = open_buffer(&b);
    assert_fails(NYZ_ERR_CORRUPT, "member '2': data: expected 8 bytes",
                 nyz_file_load_all(file, &skipping, &all, err));
    nyz_file_close(&file);
    nyz_buffer_free(&b);
}

/* ------------------------------------------------------------- formats of other libraries */

static nyz_status read_status; /* what reading F gives; NYZ_OK: its bytes */

static nyz_status read_rows(const void *state, int64_t index, void *to, size_t size,
                            nyz_error *err)
{
    return index == 1 && read_status != NYZ_OK ? read_status
                                               : rows_read(state, index, to, size, err);
}

static nyz_file *open_rows(unsigned char bytes[256], nyz_container *table)
{
    const nyz_container *const formats[] = {table};
    const size_t size = rows_make(bytes, 7);
    nyz_file *file = NULL;
    *table = rows_format;
    table->read = read_rows;
    assert_ok(nyz_file_open_mem_with(bytes, size, formats, 1, NULL, &file, err));
    return file;
}

static void items_of_another_format_are_loaded_one_by_one(void **state)
{
    unsigned char bytes[256];
    nyz_container table;
    nyz_arrays *all = NULL;
    nyz_array got;
    nyz_file *file = open_rows(bytes, &table);
    (void)state;
    read_status = NYZ_OK;
    assert_ok(nyz_file_load_all(file, NULL, &all, err));
    assert_int_equal(nyz_arrays_count(all), 3);
    assert_ok(nyz_arrays_get(all, "w", &got, err));
    assert_true(((const float *)got.data)[5] == 5.0F);
    assert_ok(nyz_arrays_get(all, "F", &got, err));
    assert_true(nyz_array_is_contiguous(&got, NYZ_F_ORDER));
    assert_empty(all, 2, NYZ_OK);
    assert_fails(NYZ_ERR_NOT_FOUND, "no member 'note.npy'; did you mean 'note'?",
                 nyz_arrays_get(all, "note.npy", &got, err));
    nyz_arrays_free(&all);
    read_status = NYZ_ERR_CORRUPT;
    assert_fails(NYZ_ERR_CORRUPT,
                 "member 'F': ", nyz_file_load_all(file, &skipping, &all, err));
    assert_null(all);
    read_status = NYZ_ERR_NOT_FOUND; /* it would be taken for no array */
    assert_fails(NYZ_ERR_ARGUMENT, "its read of item 1 returned NOT_FOUND",
                 nyz_file_load_all(file, &skipping, &all, err));
    read_status = NYZ_ERR_UNSUPPORTED;
    assert_fails(NYZ_ERR_UNSUPPORTED,
                 "member 'F': ", nyz_file_load_all(file, NULL, &all, err));
    assert_ok(nyz_file_load_all(file, &skipping, &all, err));
    assert_empty(all, 1, NYZ_ERR_UNSUPPORTED);
    nyz_arrays_free(&all);
    nyz_file_close(&file);
}

/* ---------------------------------------------------------------------- memory, progress */

static void memory_that_is_not_there_is_an_error(void **state)
{
    nyz_buffer files[2] = {make_members(), {0}};
    (void)state;
    put_array(&files[1], 4);
    put_objects(&files[1]);
    put_array(&files[1], 2);
    for (int i = 0; i < 2; i++) {
        nyz_file *file = open_buffer(&files[i]);
        nyz_status status = NYZ_ERR_MEMORY;
        for (long at = 1; status != NYZ_OK; at++) {
            nyz_options opt = skipping;
            nyz_arrays *all = NULL;
            counting memory;
            counting_init(&memory);
            memory.fail_at = at;
            opt.allocator = &memory.allocator;
            status = nyz_file_load_all(file, &opt, &all, NULL);
            assert_true(status == NYZ_OK || (status == NYZ_ERR_MEMORY && all == NULL));
            nyz_arrays_free(&all);
            assert_int_equal(memory.live, 0);
            status = memory.calls < at ? NYZ_OK : NYZ_ERR_MEMORY;
        }
        nyz_file_close(&file);
        nyz_buffer_free(&files[i]);
    }
}

static void progress_is_that_of_all_items(void **state)
{
    unsigned char bytes[256];
    nyz_container table;
    nyz_buffer npy = {0};
    (void)state;
    read_status = NYZ_OK;
    put_array(&npy, 4);
    put_array(&npy, 2);
    for (int i = 0; i < 2; i++) {
        nyz_file *file = i == 0 ? open_rows(bytes, &table) : open_buffer(&npy);
        const int64_t least = i == 0 ? 48 : 24;
        for (int64_t at = 0; at <= 2; at++) {
            watch w = {.thread = &this_thread, .cancel_at = at};
            const nyz_options opt = {.progress = watch_progress, .progress_ctx = &w};
            nyz_arrays *all = NULL;
            if (at == 0) {
                assert_ok(nyz_file_load_all(file, &opt, &all, err));
                assert_true(w.done >= least && w.calls >= 2 && !w.on_other_thread);
                assert_true(w.largest_step < w.done);
            } else {
                assert_fails(NYZ_ERR_CANCELLED, "cancelled",
                             nyz_file_load_all(file, &opt, &all, err));
                assert_null(all);
                assert_int_equal(w.calls, at);
            }
            nyz_arrays_free(&all);
        }
        nyz_file_close(&file);
    }
    nyz_buffer_free(&npy);
}

/* Threads would read a stream that seeks at once. */
static void a_stream_that_seeks_is_read_by_one_thread(void **state)
{
    nyz_buffer b = make_members();
    nyz_buffer copy = b;
    nyz_stream stream = nyz_stream_buffer(&copy);
    nyz_options opt = skipping;
    nyz_arrays *all = NULL;
    nyz_file *file = NULL;
    (void)state;
    opt.threads = 3;
    copy.position = 0;
    stream.read_at = NULL;
    assert_ok(nyz_file_open_stream(&stream, &opt, &file, err));
    for (int i = 0; i < 2; i++) {
        assert_ok(nyz_file_load_all(file, i == 0 ? &opt : NULL, &all, err));
        assert_item(all, "d", 4);
        nyz_arrays_free(&all);
    }
    nyz_file_close(&file);
    nyz_buffer_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_are_loaded_as_by_nyz_npz_load_all),
        cmocka_unit_test(arrays_of_a_npy_file_are_loaded_by_their_numbers),
        cmocka_unit_test(items_of_another_format_are_loaded_one_by_one),
        cmocka_unit_test(memory_that_is_not_there_is_an_error),
        cmocka_unit_test(progress_is_that_of_all_items),
        cmocka_unit_test(a_stream_that_seeks_is_read_by_one_thread),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
