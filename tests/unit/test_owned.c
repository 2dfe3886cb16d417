/* SPDX-License-Identifier: MIT */
/* Arrays that own, share and adopt their data, and the list of nyz_npz_load_all:
 * src/array/owned.c, src/base/owner.c, src/npz/arrays.c. */
#include "support/support.h"

#include "base/parallel.h"
#include "io/stream.h"
#include "support/faults.h"

static const int64_t shape[] = {2, 3};

static void count_call(void *ctx, void *data)
{
    (void)data;
    ++*(int *)ctx;
}

static nyz_array adopted(void *data, int *freed)
{
    const nyz_dtype dtype = nyz_dtype_of(NYZ_FLOAT32);
    nyz_array out;
    assert_ok(nyz_array_adopt(data, count_call, freed, &dtype, 2, shape, NULL, NULL, &out,
                              err));
    return out;
}

static void a_new_array_is_all_zeros_in_the_order_asked_for(void **state)
{
    (void)state;
    const nyz_dtype dtype = nyz_dtype_of(NYZ_FLOAT64);
    const nyz_options fortran = {.order = NYZ_F_ORDER, .byteorder = NYZ_BIG_ENDIAN};
    const int64_t negative = -1;
    nyz_array a;
    assert_ok(nyz_array_new(&dtype, 2, shape, NULL, &a, err));
    assert_int_equal(a.strides[0], 24);
    for (int i = 0; i < 6; i++) {
        assert_true(((const double *)a.data)[i] == 0);
    }
    nyz_array_free(&a);
    assert_ok(nyz_array_new(&dtype, 2, shape, &fortran, &a, err));
    assert_int_equal(a.strides[0], 8);
    assert_int_equal(a.dtype.byteorder, '>');
    nyz_array_free(&a);
    assert_fails(NYZ_ERR_ARGUMENT, "ndim 65",
                 nyz_array_new(&dtype, 65, shape, NULL, &a, err));
    assert_fails(NYZ_ERR_ARGUMENT, "negative",
                 nyz_array_new(&dtype, 1, &negative, NULL, &a, err));
}

static void the_last_reference_frees_adopted_data_once(void **state)
{
    (void)state;
    float data[6] = {1, 2, 3, 4, 5, 6};
    int freed = 0;
    nyz_array a = adopted(data, &freed);
    nyz_array b;
    assert_ok(nyz_array_retain(&a, &b, err));
    nyz_array_free(&a);
    assert_int_equal(freed, 0);
    assert_ptr_equal(b.data, data);
    nyz_array_free(&b);
    nyz_array_free(&b);
    assert_int_equal(freed, 1);
}

static void a_description_without_data_is_for_headers_alone(void **state)
{
    (void)state;
    const float data[6] = {0};
    const nyz_dtype dtype = nyz_dtype_of(NYZ_FLOAT32);
    nyz_buffer with = {0};
    nyz_buffer without = {0};
    nyz_stream to_with = nyz_stream_buffer(&with);
    nyz_stream to_without = nyz_stream_buffer(&without);
    nyz_array a;
    nyz_array b;
    assert_ok(nyz_array_wrap_const(data, &dtype, 2, shape, NULL, &a, err));
    assert_ok(nyz_write_header(&to_with, &a, NULL, err));
    assert_ok(nyz_array_wrap(NULL, &dtype, 2, shape, NULL, &a, err));
    assert_ok(nyz_write_header(&to_without, &a, NULL, err));
    assert_int_equal(with.size, without.size);
    assert_memory_equal(with.data, without.data, with.size);
    static const char *const why = "data is NULL, expected 24 bytes";
    assert_fails(NYZ_ERR_ARGUMENT, why, nyz_write(&to_without, &a, NULL, err));
    assert_fails(NYZ_ERR_ARGUMENT, why, nyz_save(&a, "/", NULL, err));
    assert_fails(NYZ_ERR_ARGUMENT, why, nyz_array_copy(&a, NULL, &b, err));
    assert_fails(NYZ_ERR_ARGUMENT, why, nyz_array_index(&a, 0, 1, &b, err));
    to_with.seek(to_with.ctx, 0, SEEK_SET);
    assert_fails(NYZ_ERR_ARGUMENT, why, nyz_read_into(&to_with, NULL, &a, err));
    nyz_buffer_free(&with);
    nyz_buffer_free(&without);
}

/* Each public call that takes a stream. */
static void refuse_stream(const nyz_stream *stream)
{
    static const char *const why = "stream: reserved words";
    const float data[6] = {0};
    const nyz_dtype dtype = nyz_dtype_of(NYZ_FLOAT32);
    nyz_array a;
    nyz_array out;
    nyz_npz *npz;
    nyz_npz_writer *writer;
    assert_ok(nyz_array_wrap((void *)(uintptr_t)data, &dtype, 2, shape, NULL, &a, err));
    assert_fails(NYZ_ERR_ARGUMENT, why, nyz_read(stream, NULL, &out, err));
    assert_fails(NYZ_ERR_ARGUMENT, why, nyz_read_into(stream, NULL, &a, err));
    assert_fails(NYZ_ERR_ARGUMENT, why, nyz_read_header(stream, NULL, &out, err));
    assert_fails(NYZ_ERR_ARGUMENT, why, nyz_write(stream, &a, NULL, err));
    assert_fails(NYZ_ERR_ARGUMENT, why, nyz_write_header(stream, &a, NULL, err));
    assert_fails(NYZ_ERR_ARGUMENT, why, nyz_npz_open_stream(stream, NULL, &npz, err));
    assert_null(npz);
    assert_fails(NYZ_ERR_ARGUMENT, why,
                 nyz_npz_create_stream(stream, NULL, &writer, err));
    assert_null(writer);
}

static void reserved_words_of_streams_and_buffers_are_refused(void **state)
{
    (void)state;
    nyz_buffer buffer = {0};
    for (int i = 0; i < 4; i++) {
        nyz_stream stream = nyz_stream_buffer(&buffer);
        stream.reserved[i] = &buffer;
        refuse_stream(&stream);
    }
    for (int i = 0; i < 2; i++) {
        buffer.reserved[i] = &buffer;
        const nyz_stream stream = nyz_stream_buffer(&buffer);
        buffer.reserved[i] = NULL;
        refuse_stream(&stream);
    }
    assert_null(buffer.data);
}

static void null_is_taken_where_there_are_no_bytes_and_nothing_to_free(void **state)
{
    (void)state;
    nyz_array a;
    nyz_dtype dtype;
    nyz_npz *npz;
    nyz_npz_writer *writer;
    nyz_buffer file = {0};
    nyz_stream stream = nyz_stream_buffer(&file);
    assert_fails(NYZ_ERR_CORRUPT, "empty", nyz_load_mem(NULL, 0, NULL, &a, err));
    assert_fails(NYZ_ERR_CORRUPT, "", nyz_npz_open_mem(NULL, 0, NULL, &npz, err));
    assert_fails(NYZ_ERR_CORRUPT, "", nyz_dtype_parse(NULL, 0, NULL, &dtype, err));
    assert_ok(nyz_npz_create_stream(&stream, NULL, &writer, err));
    assert_ok(nyz_npz_add_bytes(writer, "empty", NULL, 0, NULL, err));
    assert_ok(nyz_npz_add_all(writer, NULL, NULL, 0, NULL, err));
    assert_ok(nyz_npz_finish(&writer, err));
    assert_ok(nyz_npz_open_mem(file.data, file.size, NULL, &npz, err));
    assert_ok(nyz_npz_bytes(npz, "empty", NULL, &a, err));
    assert_int_equal(a.shape[0], 0);
    nyz_array_free(&a);
    nyz_npz_close(&npz);
    nyz_buffer_free(&file);
    nyz_array_free(NULL);
    nyz_dtype_free(NULL);
    nyz_buffer_free(NULL);
    nyz_arrays_free(NULL);
    nyz_npz_close(NULL);
    nyz_npz_discard(NULL);
    nyz_output_discard(NULL);
    assert_int_equal(nyz_arrays_count(NULL), 0);
}

static void what_is_not_adopted_stays_the_callers(void **state)
{
    (void)state;
    float data[6] = {0};
    int freed = 0;
    const nyz_dtype dtype = nyz_dtype_of(NYZ_FLOAT32);
    nyz_array a;
    assert_fails(
        NYZ_ERR_ARGUMENT, "free_data",
        nyz_array_adopt(data, NULL, NULL, &dtype, 2, shape, NULL, NULL, &a, err));
    assert_fails(
        NYZ_ERR_ARGUMENT, "data is NULL",
        nyz_array_adopt(NULL, count_call, &freed, &dtype, 2, shape, NULL, NULL, &a, err));
    assert_int_equal(freed, 0);
}

static void a_retained_view_keeps_the_data_alive(void **state)
{
    (void)state;
    float data[6] = {1, 2, 3, 4, 5, 6};
    int freed = 0;
    nyz_array a = adopted(data, &freed);
    nyz_array view;
    nyz_array kept;
    assert_ok(nyz_array_index(&a, 0, 1, &view, err));
    assert_null(view.owner);
    assert_ok(nyz_array_retain(&view, &kept, err));
    nyz_array_free(&a);
    assert_int_equal(freed, 0);
    assert_true(*(const float *)kept.data == 4);
    nyz_array_free(&kept);
    assert_int_equal(freed, 1);
}

static void the_fields_of_a_retained_struct_array_stay(void **state)
{
    (void)state;
    static const char text[] = "[('x', '<f4'), ('y', '<i2')]";
    nyz_dtype dtype;
    nyz_array a;
    nyz_array b;
    assert_ok(nyz_dtype_parse(text, strlen(text), NULL, &dtype, err));
    assert_ok(nyz_array_new(&dtype, 2, shape, NULL, &a, err));
    nyz_dtype_free(&dtype);
    assert_ok(nyz_array_retain(&a, &b, err));
    nyz_array_free(&a);
    assert_string_equal(b.dtype.fields[1].name, "y");
    nyz_array_free(&b);
}

static void the_callers_memory_cannot_be_retained(void **state)
{
    (void)state;
    float data[6] = {0};
    const nyz_dtype dtype = nyz_dtype_of(NYZ_FLOAT32);
    nyz_array a;
    nyz_array b;
    assert_ok(nyz_array_wrap(data, &dtype, 2, shape, NULL, &a, err));
    assert_fails(NYZ_ERR_ARGUMENT, "nyz_array_copy", nyz_array_retain(&a, &b, err));
    assert_int_equal(a.flags, 0);
    assert_ok(nyz_array_wrap_const(data, &dtype, 2, shape, NULL, &a, err));
    assert_int_equal(a.flags, NYZ_READONLY);
    assert_ok(nyz_array_slice(&a, 0, 0, 1, 1, &b, err));
    assert_int_equal(b.flags, NYZ_READONLY);
}

static void unknown_flags_and_reserved_words_are_refused(void **state)
{
    (void)state;
    float data[6] = {0};
    const nyz_dtype dtype = nyz_dtype_of(NYZ_FLOAT32);
    nyz_array a;
    nyz_array b;
    assert_ok(nyz_array_wrap(data, &dtype, 2, shape, NULL, &a, err));
    a.flags = 1u << 2;
    assert_fails(NYZ_ERR_ARGUMENT, "flags 0x4", nyz_array_copy(&a, NULL, &b, err));
    a.flags = 0;
    a.dtype.reserved = 1;
    assert_fails(NYZ_ERR_ARGUMENT, "reserved", nyz_array_copy(&a, NULL, &b, err));
    a.dtype.reserved = 0;
    for (int i = 0; i < 6; i++) {
        a.dtype.reserved8[i] = 1;
        assert_fails(NYZ_ERR_ARGUMENT, "reserved", nyz_array_copy(&a, NULL, &b, err));
        a.dtype.reserved8[i] = 0;
    }
    for (int i = 0; i < 4; i++) {
        a.reserved[i] = 1;
        assert_fails(NYZ_ERR_ARGUMENT, "reserved", nyz_array_copy(&a, NULL, &b, err));
        a.reserved[i] = 0;
    }
}

enum { THREADS = 4, TIMES = 2000 };

static void retain_and_free(void *ctx, int64_t index)
{
    (void)index;
    for (int i = 0; i < TIMES; i++) {
        nyz_array mine;
        if (nyz_array_retain(ctx, &mine, NULL) == NYZ_OK) {
            nyz_array_free(&mine);
        }
    }
}

static void threads_may_retain_and_free_at_once(void **state)
{
    (void)state;
    float data[6] = {0};
    int freed = 0;
    nyz_array a = adopted(data, &freed);
    nyz_parallel(THREADS, THREADS, retain_and_free, &a);
    assert_int_equal(freed, 0);
    nyz_array_free(&a);
    assert_int_equal(freed, 1);
}

static void assert_described(const char *descr, int ndim, const char *expected)
{
    nyz_dtype dtype;
    nyz_array a;
    char text[80];
    char cut[8];
    size_t length;
    assert_ok(nyz_dtype_parse(descr, strlen(descr), NULL, &dtype, err));
    assert_ok(nyz_array_new(&dtype, ndim, shape, NULL, &a, err));
    assert_ok(nyz_array_describe(&a, text, sizeof text, &length, err));
    assert_string_equal(text, expected);
    assert_int_equal(length, strlen(expected));
    assert_ok(nyz_array_describe(&a, cut, sizeof cut, &length, err));
    assert_int_equal(length, strlen(expected));
    assert_memory_equal(cut, expected, 7);
    assert_int_equal(cut[7], 0);
    assert_ok(nyz_array_describe(&a, NULL, 0, &length, err));
    assert_int_equal(length, strlen(expected));
    nyz_array_free(&a);
    nyz_dtype_free(&dtype);
}

static void an_array_is_described_in_numpys_words(void **state)
{
    (void)state;
    assert_described("<f4", 2, "float32 (2, 3)");
    assert_described("|u1", 1, "uint8 (2,)");
    assert_described("<c16", 0, "complex128 ()");
    assert_described("<M8[ns]", 1, "<M8[ns] (2,)");
    assert_described("[('x', '<f4')]", 1, "[('x', '<f4')] (2,)");
}

static void dtypes_are_equal_but_for_titles(void **state)
{
    (void)state;
    static const char *const texts[] = {"<f4",
                                        ">f4",
                                        "<M8[ns]",
                                        "<M8[2ns]",
                                        "[('x', '<f4')]",
                                        "[('y', '<f4')]",
                                        "[('x', '<f4', (2,))]"};
    enum { COUNT = sizeof texts / sizeof texts[0] };
    nyz_dtype dtypes[COUNT];
    nyz_dtype titled;
    static const char title[] = "[(('t', 'x'), '<f4')]";
    for (int i = 0; i < COUNT; i++) {
        assert_ok(nyz_dtype_parse(texts[i], strlen(texts[i]), NULL, &dtypes[i], err));
    }
    for (int i = 0; i < COUNT; i++) {
        for (int k = 0; k < COUNT; k++) {
            assert_int_equal(nyz_dtype_equal(&dtypes[i], &dtypes[k]), i == k);
        }
        assert_false(nyz_dtype_has_objects(&dtypes[i]));
    }
    assert_ok(nyz_dtype_parse(title, strlen(title), NULL, &titled, err));
    assert_true(nyz_dtype_equal(&titled, &dtypes[4]));
    nyz_dtype_free(&titled);
    for (int i = 0; i < COUNT; i++) {
        nyz_dtype_free(&dtypes[i]);
    }
    assert_ok(nyz_dtype_parse("[('x', '|O')]", 13, NULL, &titled, err));
    assert_true(nyz_dtype_has_objects(&titled));
    nyz_dtype_free(&titled);
}

static void unsafe_names_of_files_are_recognized(void **state)
{
    (void)state;
    static const char *const bad[] = {"",    "/a",   "a//b", "../a", "a/..",
                                      "C:a", "a\\b", "a/",   ".",    "\xff"};
    assert_true(nyz_name_is_safe("a"));
    assert_true(nyz_name_is_safe("a/b.npy"));
    assert_true(nyz_name_is_safe("\xc3\xa4"));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(nyz_name_is_safe(bad[i]));
    }
}

static int64_t count_size(void *ctx)
{
    ++*(int *)ctx;
    return 0;
}

static void a_streams_size_is_asked_where_it_has_one(void **state)
{
    (void)state;
    int calls = 0;
    const nyz_stream s = {.size = count_size, .ctx = &calls};
    assert_int_equal(nyz_stream_size(&s), 0);
    assert_int_equal(calls, 1);
}

/* ---------------------------------------------------------------------------- the list */

static nyz_arrays *list_of(const char *const *names, int count, const nyz_options *opt)
{
    nyz_buffer file = {0};
    const nyz_stream s = nyz_stream_buffer(&file);
    const nyz_dtype dtype = nyz_dtype_of(NYZ_INT32);
    nyz_npz_writer *w = NULL;
    nyz_npz *npz = NULL;
    nyz_arrays *all = NULL;
    assert_ok(nyz_npz_create_stream(&s, NULL, &w, err));
    for (int i = 0; i < count; i++) {
        const int32_t number = i;
        nyz_array a;
        assert_ok(nyz_array_wrap_const(&number, &dtype, 0, NULL, NULL, &a, err));
        assert_ok(nyz_npz_add(w, names[i], &a, NULL, err));
    }
    assert_ok(nyz_npz_finish(&w, err));
    assert_ok(nyz_npz_open_mem(file.data, file.size, opt, &npz, err));
    assert_ok(nyz_npz_load_all(npz, NULL, &all, err));
    nyz_npz_close(&npz);
    nyz_buffer_free(&file);
    return all;
}

/* Names that are not ASCII have memory of their own. */
static void the_list_finds_names_after_the_archive_is_closed(void **state)
{
    (void)state;
    static const char *const names[] = {"a", "\xc3\xa4\xc3\xb6", "b.npy", "c",
                                        "\xe4\xb8\x96"};
    nyz_arrays *all = list_of(names, 5, NULL);
    nyz_array a;
    assert_int_equal(nyz_arrays_count(all), 5);
    for (int i = 0; i < 5; i++) {
        assert_ok(nyz_arrays_get(all, names[i], &a, err));
        assert_int_equal(*(const int32_t *)a.data, i);
        assert_null(nyz_arrays_error(all, i));
    }
    assert_fails(NYZ_ERR_NOT_FOUND, "no member 'd'", nyz_arrays_get(all, "d", &a, err));
    assert_fails(NYZ_ERR_NOT_FOUND, "no array 5", nyz_arrays_get_at(all, 5, &a, err));
    assert_fails(NYZ_ERR_NOT_FOUND, "no array -1", nyz_arrays_get_at(all, -1, &a, err));
    assert_null(nyz_arrays_error(all, 5));
    nyz_arrays_free(&all);
    assert_int_equal(nyz_arrays_count(all), 0);
}

static void a_retained_array_outlives_the_list(void **state)
{
    (void)state;
    static const char *const names[] = {"a", "b"};
    counting c;
    nyz_options opt = {0};
    nyz_array a;
    nyz_array kept;
    counting_init(&c);
    opt.allocator = &c.allocator;
    nyz_arrays *all = list_of(names, 2, &opt);
    assert_ok(nyz_arrays_get(all, "b", &a, err));
    assert_ok(nyz_array_retain(&a, &kept, err));
    nyz_arrays_free(&all);
    assert_int_equal(*(const int32_t *)kept.data, 1);
    assert_true(c.live > 0);
    nyz_array_free(&kept);
    assert_int_equal(c.live, 0);
}

/* The limits count the data; the rest must not be many times as much. */
static void a_member_of_the_list_takes_little_beside_its_data(void **state)
{
    (void)state;
    enum { COUNT = 1000 };
    static char texts[COUNT][16];
    static const char *names[COUNT];
    counting c;
    nyz_options opt = {0};
    for (int i = 0; i < COUNT; i++) {
        (void)snprintf(texts[i], sizeof texts[i], "m%d", i);
        names[i] = texts[i];
    }
    counting_init(&c);
    opt.allocator = &c.allocator;
    nyz_arrays *all = list_of(names, COUNT, &opt);
    assert_true(c.live < (size_t)COUNT * (192 + 400));
    nyz_arrays_free(&all);
    assert_int_equal(c.live, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_array_is_all_zeros_in_the_order_asked_for),
        cmocka_unit_test(the_last_reference_frees_adopted_data_once),
        cmocka_unit_test(null_is_taken_where_there_are_no_bytes_and_nothing_to_free),
        cmocka_unit_test(a_description_without_data_is_for_headers_alone),
        cmocka_unit_test(reserved_words_of_streams_and_buffers_are_refused),
        cmocka_unit_test(what_is_not_adopted_stays_the_callers),
        cmocka_unit_test(a_retained_view_keeps_the_data_alive),
        cmocka_unit_test(the_fields_of_a_retained_struct_array_stay),
        cmocka_unit_test(the_callers_memory_cannot_be_retained),
        cmocka_unit_test(unknown_flags_and_reserved_words_are_refused),
        cmocka_unit_test(an_array_is_described_in_numpys_words),
        cmocka_unit_test(dtypes_are_equal_but_for_titles),
        cmocka_unit_test(unsafe_names_of_files_are_recognized),
        cmocka_unit_test(a_streams_size_is_asked_where_it_has_one),
        cmocka_unit_test(threads_may_retain_and_free_at_once),
        cmocka_unit_test(the_list_finds_names_after_the_archive_is_closed),
        cmocka_unit_test(a_retained_array_outlives_the_list),
        cmocka_unit_test(a_member_of_the_list_takes_little_beside_its_data),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
