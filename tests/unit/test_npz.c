/* SPDX-License-Identifier: MIT */
/* Archives written and read back through the public calls: src/npz/npz_write.c, npz_read.c,
 * npz_names.c, zip_writer.c, zip_writer_directory.c. */

#include <unistd.h>

#include "base/alloc.h"
#include "base/endian.h"
#include "base/error.h"
#include "npz/npz_names.h"
#include "support/faults.h"

#define MIB ((size_t)1 << 20)

static const float weights[6] = {1, 2, 3, 4, 5, 6};

static nyz_array matrix(void)
{
    static const int64_t shape[2] = {2, 3};
    const nyz_dtype dtype = nyz_dtype_of(NYZ_FLOAT32);
    nyz_array out;
    assert_ok(nyz_array_wrap_const(weights, &dtype, 2, shape, NULL, &out, err));
    return out;
}

/* An archive in memory: w (stored), z (deflated), note.txt, arr_0. */
static nyz_buffer small_archive(int can_seek)
{
    const nyz_array a = matrix();
    nyz_npz_writer *w = NULL;
    nyz_options deflated = {0};
    trickle t = {0};
    const nyz_stream s = trickle_stream(&t, 1000, can_seek);
    deflated.method = NYZ_DEFLATED;
    assert_ok(nyz_npz_create_stream(&s, NULL, &w, err));
    assert_ok(nyz_npz_add(w, "w", &a, NULL, err));
    assert_ok(nyz_npz_add(w, "z", &a, &deflated, err));
    assert_ok(nyz_npz_add_bytes(w, "note.txt", "hello", 5, NULL, err));
    assert_ok(nyz_npz_add(w, NULL, &a, NULL, err));
    assert_ok(nyz_npz_finish(&w, err));
    assert_null(w);
    return t.buffer;
}

static void check_matrix(const nyz_npz *npz, const char *name)
{
    nyz_array a;
    assert_ok(nyz_npz_load(npz, name, NULL, &a, err));
    assert_int_equal(a.dtype.type, NYZ_FLOAT32);
    assert_int_equal(a.shape[1], 3);
    assert_memory_equal(a.data, weights, sizeof weights);
    nyz_array_free(&a);
}

static void what_is_written_is_read_back_by_name_and_number(void **state)
{
    (void)state;
    for (int can_seek = 0; can_seek < 2; can_seek++) {
        nyz_buffer file = small_archive(can_seek);
        nyz_npz *npz = NULL;
        nyz_member m;
        nyz_array bytes;
        assert_ok(nyz_npz_open_mem(file.data, file.size, NULL, &npz, err));
        assert_int_equal(nyz_npz_count(npz), 4);
        check_matrix(npz, "w");
        check_matrix(npz, "w.npy");
        check_matrix(npz, "z");
        check_matrix(npz, "arr_0");
        assert_int_equal(nyz_npz_find(npz, "z"), 1);
        assert_int_equal(nyz_npz_find(npz, "note"), -1);
        assert_ok(nyz_npz_member_at(npz, 1, &m, err));
        assert_string_equal(m.name, "z.npy");
        assert_int_equal(m.key_size, 1);
        assert_int_equal(m.method, NYZ_DEFLATED);
        assert_int_equal(m.size, 128 + 24);
        assert_ok(nyz_npz_bytes_at(npz, 2, NULL, &bytes, err));
        assert_int_equal(bytes.shape[0], 5);
        assert_memory_equal(bytes.data, "hello", 5);
        nyz_array_free(&bytes);
        nyz_npz_close(&npz);
        assert_null(npz);
        nyz_buffer_free(&file);
    }
}

static void each_call_by_name_is_its_twin_by_index(void **state)
{
    (void)state;
    nyz_buffer file = small_archive(1);
    nyz_npz *npz = NULL;
    nyz_member m;
    nyz_array a;
    nyz_array into;
    float memory[6] = {0};
    const nyz_dtype dtype = nyz_dtype_of(NYZ_FLOAT32);
    assert_ok(nyz_npz_open_mem(file.data, file.size, NULL, &npz, err));
    assert_ok(nyz_npz_member(npz, "z", &m, err));
    assert_string_equal(m.name, "z.npy");
    assert_ok(nyz_npz_load_header(npz, "z", NULL, &a, err));
    assert_null(a.data);
    assert_int_equal(a.shape[1], 3);
    assert_ok(nyz_array_wrap(memory, &dtype, 2, a.shape, NULL, &into, err));
    nyz_array_free(&a);
    assert_ok(nyz_npz_load_into(npz, "z.npy", NULL, &into, err));
    assert_memory_equal(memory, weights, sizeof weights);
    assert_ok(nyz_npz_bytes(npz, "z", NULL, &a, err));
    assert_int_equal(a.shape[0], 128 + 24);
    nyz_array_free(&a);
    assert_fails(NYZ_ERR_NOT_FOUND, "no member 'y'", nyz_npz_member(npz, "y", &m, err));
    assert_fails(NYZ_ERR_NOT_FOUND, "no member 'y'",
                 nyz_npz_load_header(npz, "y", NULL, &a, err));
    assert_fails(NYZ_ERR_NOT_FOUND, "no member 'y'",
                 nyz_npz_load_into(npz, "y", NULL, &into, err));
    assert_fails(NYZ_ERR_NOT_FOUND, "no member 'y'",
                 nyz_npz_bytes(npz, "y", NULL, &a, err));
    nyz_npz_close(&npz);
    nyz_buffer_free(&file);
}

static void an_error_names_its_member_apart_from_the_message(void **state)
{
    (void)state;
    nyz_buffer file = small_archive(1);
    nyz_npz *npz = NULL;
    nyz_array a;
    nyz_error e;
    memset(&e, 0xff, sizeof e);
    assert_ok(nyz_npz_open_mem(file.data, file.size, NULL, &npz, err));
    assert_int_equal(nyz_npz_load_at(npz, 2, NULL, &a, &e), NYZ_ERR_NOT_FOUND);
    assert_int_equal(e.member_index, 2);
    assert_string_equal(e.member, "note.txt");
    assert_int_equal(nyz_npz_load(npz, "y", NULL, &a, &e), NYZ_ERR_NOT_FOUND);
    assert_int_equal(e.member_index, -1);
    assert_string_equal(e.member, "y");
    assert_int_equal(nyz_npz_load_at(npz, 99, NULL, &a, &e), NYZ_ERR_NOT_FOUND);
    assert_int_equal(e.member_index, -1);
    assert_string_equal(e.member, "");
    nyz_npz_close(&npz);
    nyz_buffer_free(&file);
}

static void a_member_has_its_place_and_time(void **state)
{
    (void)state;
    for (int can_seek = 0; can_seek < 2; can_seek++) {
        nyz_buffer file = small_archive(can_seek);
        nyz_npz *npz = NULL;
        nyz_member m;
        assert_ok(nyz_npz_open_mem(file.data, file.size, NULL, &npz, err));
        assert_ok(nyz_npz_member_at(npz, 0, &m, err));
        assert_int_equal(m.data_offset, -1);
        assert_int_equal(m.flags, NYZ_MEMBER_NPY);
        assert_int_equal(m.mtime, 315532800); /* 1980-01-01, zipfile's without a date */
        assert_ok(nyz_npz_locate(npz, "w", &m, err));
        assert_memory_equal(file.data + m.data_offset, "\x93NUMPY", 6);
        assert_ok(nyz_npz_locate_at(npz, 2, &m, err));
        assert_memory_equal(file.data + m.data_offset, "hello", 5);
        assert_int_equal(m.flags, 0);
        nyz_npz_close(&npz);
        nyz_buffer_free(&file);
    }
}

static void the_whole_name_goes_before_the_one_with_npy(void **state)
{
    (void)state;
    static const char *const names[] = {"x.npy.npy", "x.npy", "x", "short", "npy"};
    static const size_t key_sizes[] = {5, 1, 1, 5, 3};
    static const struct {
        const char *name;
        int64_t index;
    } found[] = {{"x", 2}, {"x.npy", 1}, {"x.npy.npy", 0}, {"short", 3}, {"", -1}};
    nyz_buffer file = {0};
    const nyz_stream s = nyz_stream_buffer(&file);
    nyz_npz_writer *w = NULL;
    nyz_npz *npz = NULL;
    assert_ok(nyz_npz_create_stream(&s, NULL, &w, err));
    for (size_t i = 0; i < 5; i++) {
        assert_ok(nyz_npz_add_bytes(w, names[i], "x", 1, NULL, err));
    }
    assert_ok(nyz_npz_finish(&w, err));
    assert_ok(nyz_npz_open_mem(file.data, file.size, NULL, &npz, err));
    for (size_t i = 0; i < 5; i++) {
        nyz_member m;
        assert_ok(nyz_npz_member_at(npz, (int64_t)i, &m, err));
        assert_int_equal(m.name_size, strlen(names[i]));
        assert_int_equal(m.key_size, key_sizes[i]);
        assert_int_equal(nyz_npz_find(npz, found[i].name), found[i].index);
    }
    nyz_npz_close(&npz);
    nyz_buffer_free(&file);
}

static void an_array_without_a_name_is_always_arr_n_npy(void **state)
{
    (void)state;
    const nyz_array a = matrix();
    nyz_buffer file = {0};
    const nyz_stream s = nyz_stream_buffer(&file);
    nyz_npz_writer *w = NULL;
    nyz_npz *npz = NULL;
    nyz_options exact = {0};
    nyz_member m;
    exact.flags = NYZ_EXACT_NAME;
    assert_ok(nyz_npz_create_stream(&s, NULL, &w, err));
    assert_ok(nyz_npz_add(w, NULL, &a, &exact, err));
    assert_ok(nyz_npz_finish(&w, err));
    assert_ok(nyz_npz_open_mem(file.data, file.size, NULL, &npz, err));
    assert_ok(nyz_npz_member_at(npz, 0, &m, err));
    assert_string_equal(m.name, "arr_0.npy");
    nyz_npz_close(&npz);
    nyz_buffer_free(&file);
}

static void what_is_not_there_is_not_found(void **state)
{
    (void)state;
    nyz_buffer file = small_archive(1);
    nyz_npz *npz = NULL;
    nyz_array a;
    nyz_member m;
    assert_ok(nyz_npz_open_mem(file.data, file.size, NULL, &npz, err));
    assert_fails(NYZ_ERR_NOT_FOUND, "'bias'", nyz_npz_load(npz, "bias", NULL, &a, err));
    assert_fails(NYZ_ERR_NOT_FOUND, "nyz_npz_bytes",
                 nyz_npz_load(npz, "note.txt", NULL, &a, err));
    assert_fails(NYZ_ERR_NOT_FOUND, "'note.txt'",
                 nyz_npz_load_header_at(npz, 2, NULL, &a, err));
    assert_fails(NYZ_ERR_NOT_FOUND, "has 4", nyz_npz_load_at(npz, 4, NULL, &a, err));
    assert_fails(NYZ_ERR_NOT_FOUND, "no member of that name (index -1)",
                 nyz_npz_bytes_at(npz, nyz_npz_find(npz, "bias"), NULL, &a, err));
    assert_fails(NYZ_ERR_NOT_FOUND, "", nyz_npz_member_at(npz, 9, &m, err));
    assert_null(m.name);
    nyz_npz_close(&npz);
    nyz_buffer_free(&file);
}

static void limits_and_allocator_of_opening_hold_for_loading(void **state)
{
    (void)state;
    nyz_buffer file = small_archive(1);
    counting c;
    nyz_limits few = {0};
    nyz_limits many = {0};
    nyz_options opened = {0};
    nyz_options c_order = {0};
    nyz_npz *npz = NULL;
    nyz_array a;
    counting_init(&c);
    few.array_bytes = 20;
    opened.allocator = &c.allocator;
    opened.limits = &few;
    c_order.order = NYZ_C_ORDER;
    assert_ok(nyz_npz_open_mem(file.data, file.size, &opened, &npz, err));
    assert_fails(NYZ_ERR_LIMIT, "array_bytes", nyz_npz_load(npz, "w", NULL, &a, err));
    assert_fails(NYZ_ERR_LIMIT, "array_bytes", nyz_npz_load(npz, "w", &c_order, &a, err));
    assert_fails(NYZ_ERR_LIMIT, "array_bytes",
                 nyz_npz_bytes_at(npz, 0, &c_order, &a, err));
    c_order.limits = &many;
    const size_t before = c.live;
    assert_ok(nyz_npz_load(npz, "w", &c_order, &a, err));
    assert_true(c.live > before);
    nyz_array_free(&a);
    nyz_npz_close(&npz);
    assert_int_equal(c.live, 0);
    nyz_buffer_free(&file);
}

/* Options of a call without NYZ_UNTRUSTED do not make an untrusted archive trusted. */
static void untrusted_holds_for_loading(void **state)
{
    (void)state;
    static const char text[] =
        "{'descr': [('a', [('a', [('a', [('a', [('a', [('a', [('a', "
        "[('a', [('a', '|u1')])])])])])])])])], 'fortran_order': "
        "False, 'shape': (0,), }      \n";
    nyz_buffer file = {0};
    const nyz_stream s = nyz_stream_buffer(&file);
    nyz_npz_writer *w = NULL;
    nyz_npz *npz = NULL;
    nyz_array a;
    nyz_options opt = {0};
    const nyz_limits dims = {.dims = 3};
    const nyz_limits few = {.brackets = 9};
    char npy[10 + sizeof text] = "\x93NUMPY\1\0";
    npy[8] = (char)(unsigned char)(sizeof text - 1);
    memcpy(npy + 10, text, sizeof text);
    assert_ok(nyz_npz_create_stream(&s, NULL, &w, err));
    assert_ok(nyz_npz_add_bytes(w, "a.npy", npy, sizeof npy - 1, NULL, err));
    assert_ok(nyz_npz_finish(&w, err));
    opt.flags = NYZ_UNTRUSTED;
    assert_ok(nyz_npz_open_mem(file.data, file.size, &opt, &npz, err));
    opt.flags = 0;
    assert_fails(NYZ_ERR_LIMIT, "brackets",
                 nyz_npz_load_header_at(npz, 0, &opt, &a, err));
    opt.limits = &dims; /* names one, and loosens no other */
    assert_fails(NYZ_ERR_LIMIT, "brackets",
                 nyz_npz_load_header_at(npz, 0, &opt, &a, err));
    nyz_npz_close(&npz);
    opt.limits = &few;
    opt.flags = NYZ_UNTRUSTED;
    assert_ok(nyz_npz_open_mem(file.data, file.size, &opt, &npz, err));
    opt.limits = NULL; /* the flag again names none */
    assert_fails(NYZ_ERR_LIMIT, "limits.brackets, 9",
                 nyz_npz_load_header_at(npz, 0, &opt, &a, err));
    nyz_npz_close(&npz);
    opt.flags = 0;
    assert_ok(nyz_npz_open_mem(file.data, file.size, NULL, &npz, err));
    assert_ok(nyz_npz_load_header_at(npz, 0, &opt, &a, err));
    nyz_array_free(&a);
    opt.flags = NYZ_UNTRUSTED;
    assert_fails(NYZ_ERR_LIMIT, "brackets",
                 nyz_npz_load_header_at(npz, 0, &opt, &a, err));
    nyz_npz_close(&npz);
    nyz_buffer_free(&file);
}

static void peek_shows_a_member_without_its_data(void **state)
{
    (void)state;
    nyz_buffer file = small_archive(1);
    nyz_npz *npz = NULL;
    nyz_array a;
    assert_ok(nyz_npz_open_mem(file.data, file.size, NULL, &npz, err));
    assert_ok(nyz_npz_load_header_at(npz, 1, NULL, &a, err));
    assert_null(a.data);
    assert_int_equal(a.ndim, 2);
    assert_int_equal(a.dtype.type, NYZ_FLOAT32);
    nyz_array_free(&a);
    nyz_npz_close(&npz);
    nyz_buffer_free(&file);
}

static void an_empty_archive_is_22_bytes_and_opens(void **state)
{
    (void)state;
    nyz_buffer file = {0};
    const nyz_stream s = nyz_stream_buffer(&file);
    nyz_npz_writer *w = NULL;
    nyz_npz *npz = NULL;
    assert_ok(nyz_npz_create_stream(&s, NULL, &w, err));
    assert_ok(nyz_npz_finish(&w, err));
    assert_int_equal(file.size, 22);
    assert_ok(nyz_npz_open_mem(file.data, file.size, NULL, &npz, err));
    assert_int_equal(nyz_npz_count(npz), 0);
    assert_int_equal(nyz_npz_find(npz, ""), -1);
    nyz_npz_close(&npz);
    nyz_buffer_free(&file);
}

/* docs/format.md 5.1, 5.2: the layout of Python 3.11.4 and later, field by field. */
static void the_records_are_those_of_pythons_zipfile(void **state)
{
    (void)state;
    static const unsigned char local[] = {'P', 'K', 3, 4, 45, 0,    0,
                                          0,   0,   0, 0, 0,  0x21, 0};
    nyz_buffer file = {0};
    const nyz_stream s = nyz_stream_buffer(&file);
    const nyz_array a = matrix();
    nyz_npz_writer *w = NULL;
    assert_ok(nyz_npz_create_stream(&s, NULL, &w, err));
    assert_ok(nyz_npz_add(w, "w", &a, NULL, err));
    assert_ok(nyz_npz_finish(&w, err));
    const size_t local_size = 30 + 5 + 20;
    const size_t directory = local_size + 152;
    assert_int_equal(file.size, directory + 46 + 5 + 22);
    assert_memory_equal(file.data, local, sizeof local);
    assert_int_equal(nyz_load_le32(file.data + 18), 0xffffffffu);
    assert_int_equal(nyz_load_le32(file.data + 22), 0xffffffffu);
    assert_memory_equal(file.data + 30, "w.npy\x01\x00\x10\x00", 9);
    assert_int_equal(nyz_load_le64(file.data + 39), 152);
    assert_int_equal(nyz_load_le64(file.data + 47), 152);
    const unsigned char *const central = file.data + directory;
    assert_memory_equal(central,
                        "PK\x01\x02\x2d\x03\x2d\x00\x00\x00\x00\x00\x00\x00\x21\x00", 16);
    assert_memory_equal(central + 16, file.data + 14, 4);
    assert_int_equal(nyz_load_le32(central + 20), 152);
    assert_int_equal(nyz_load_le32(central + 24), 152);
    assert_int_equal(nyz_load_le16(central + 30), 0);
    assert_int_equal(nyz_load_le32(central + 38), 0x01800000);
    assert_int_equal(nyz_load_le32(central + 42), 0);
    nyz_buffer_free(&file);
}

static void a_name_that_is_not_ascii_is_marked_as_utf8(void **state)
{
    (void)state;
    static const char *const names[] = {"w", "\xc3\xa9", "w\xe6\xb8\xa9"};
    for (int i = 0; i < 3; i++) {
        nyz_buffer file = {0};
        const nyz_stream s = nyz_stream_buffer(&file);
        const uint16_t expected = i > 0 ? 0x800 : 0;
        nyz_npz_writer *w = NULL;
        assert_ok(nyz_npz_create_stream(&s, NULL, &w, err));
        assert_ok(nyz_npz_add_bytes(w, names[i], "", 0, NULL, err));
        assert_ok(nyz_npz_finish(&w, err));
        const size_t directory = 30 + strlen(names[i]) + 20;
        assert_int_equal(nyz_load_le16(file.data + 6), expected);
        assert_int_equal(nyz_load_le32(file.data + directory), 0x02014b50);
        assert_int_equal(nyz_load_le16(file.data + directory + 8), expected);
        nyz_buffer_free(&file);
    }
}

static void offsets_count_from_the_start_of_the_stream(void **state)
{
    (void)state;
    nyz_buffer file = {0};
    const nyz_stream s = nyz_stream_buffer(&file);
    const nyz_array a = matrix();
    nyz_npz_writer *w = NULL;
    nyz_npz *npz = NULL;
    assert_int_equal(s.write(s.ctx, "0123456789", 10), 10);
    assert_ok(nyz_npz_create_stream(&s, NULL, &w, err));
    assert_ok(nyz_npz_add(w, "w", &a, NULL, err));
    assert_ok(nyz_npz_finish(&w, err));
    assert_memory_equal(file.data + 10, "PK\x03\x04", 4);
    assert_int_equal(nyz_load_le32(file.data + file.size - 22 - 51 + 42), 10);
    assert_ok(nyz_npz_open_mem(file.data, file.size, NULL, &npz, err));
    check_matrix(npz, "w");
    nyz_npz_close(&npz);
    nyz_buffer_free(&file);
}

static void more_than_65535_members_get_zip64_records(void **state)
{
    (void)state;
    for (int64_t count = 65535; count <= 65536; count++) {
        nyz_buffer file = {0};
        const nyz_stream s = nyz_stream_buffer(&file);
        nyz_npz_writer *w = NULL;
        nyz_npz *npz = NULL;
        nyz_array bytes;
        char name[32];
        assert_ok(nyz_npz_create_stream(&s, NULL, &w, err));
        for (int64_t i = 0; i < count; i++) {
            (void)snprintf(name, sizeof name, "m%lld", (long long)i);
            assert_ok(nyz_npz_add_bytes(w, name, name, strlen(name), NULL, err));
        }
        assert_ok(nyz_npz_finish(&w, err));
        const int zip64 = memcmp(file.data + file.size - 42, "PK\x06\x07", 4) == 0;
        assert_int_equal(zip64, count > 65535);
        assert_ok(nyz_npz_open_mem(file.data, file.size, NULL, &npz, err));
        assert_int_equal(nyz_npz_count(npz), count);
        for (int64_t i = 0; i < count; i += 4001) {
            (void)snprintf(name, sizeof name, "m%lld", (long long)i);
            assert_int_equal(nyz_npz_find(npz, name), i);
            assert_ok(nyz_npz_bytes_at(npz, i, NULL, &bytes, err));
            assert_memory_equal(bytes.data, name, strlen(name));
            nyz_array_free(&bytes);
        }
        nyz_npz_close(&npz);
        nyz_buffer_free(&file);
    }
}

/* Its last 20 bytes stand where a zip64 locator would. */
static void a_name_that_looks_like_a_zip64_locator_is_none(void **state)
{
    (void)state;
    static const char *const names[] = {"PK\6\7is no locator!!!", "short",
                                        "a PK\6\7is no locator!!!"};
    for (size_t count = 1; count <= 3; count++) {
        nyz_buffer file = {0};
        const nyz_stream s = nyz_stream_buffer(&file);
        nyz_npz_writer *w = NULL;
        nyz_npz *npz = NULL;
        assert_ok(nyz_npz_create_stream(&s, NULL, &w, err));
        for (size_t i = 0; i < count; i++) {
            assert_ok(nyz_npz_add_bytes(w, names[i], "x", 1, NULL, err));
        }
        assert_ok(nyz_npz_finish(&w, err));
        const int zip64 = memcmp(file.data + file.size - 42, "PK\6\7\0\0\0\0", 8) == 0;
        assert_int_equal(zip64, count != 2);
        assert_ok(nyz_npz_open_mem(file.data, file.size, NULL, &npz, err));
        assert_int_equal(nyz_npz_count(npz), count);
        nyz_npz_close(&npz);
        nyz_buffer_free(&file);
    }
}

static void names_that_are_no_safe_files_are_refused_unless_asked_for(void **state)
{
    (void)state;
    static const char *const unsafe[] = {
        "w", "",    "/etc/w", "../w",  "a/../w", "a/..", "..",   "C:w", "z:w", "a\\b",
        ".", "a/.", "./w",    "a/./w", "a//w",   "a/",   ".npy", "//w", "w\\"};
    const nyz_array a = matrix();
    for (size_t i = 0; i < sizeof unsafe / sizeof unsafe[0]; i++) {
        nyz_buffer file = {0};
        const nyz_stream s = nyz_stream_buffer(&file);
        nyz_npz_writer *w = NULL;
        nyz_options any = {0};
        any.flags = NYZ_ANY_NAME | NYZ_EXACT_NAME;
        assert_ok(nyz_npz_create_stream(&s, NULL, &w, err));
        assert_ok(nyz_npz_add(w, "w", &a, NULL, err));
        assert_ok(nyz_npz_add(w, unsafe[i], &a, &any, err));
        nyz_options exact = {0};
        exact.flags = NYZ_EXACT_NAME;
        const char *const words = i == 0                ? "already"
                                  : unsafe[i][0] == '/' ? "has a slash at its start"
                                                        : "is not a safe file name";
        assert_fails(NYZ_ERR_ARGUMENT, words,
                     nyz_npz_add(w, i == 0 ? "w.npy" : unsafe[i], &a, &exact, err));
        nyz_npz_discard(&w);
        nyz_buffer_free(&file);
    }
}

static void names_beside_those_of_drives_are_safe(void **state)
{
    (void)state;
    static const char *const safe[] = {"{:w", "[:w", "@:w", "`:w", "1:w", "cc:w", "w:"};
    const nyz_array a = matrix();
    nyz_buffer file = {0};
    const nyz_stream s = nyz_stream_buffer(&file);
    nyz_npz_writer *w = NULL;
    nyz_npz *npz = NULL;
    assert_ok(nyz_npz_create_stream(&s, NULL, &w, err));
    for (size_t i = 0; i + 1 < sizeof safe / sizeof safe[0]; i++) {
        assert_ok(nyz_npz_add(w, safe[i], &a, NULL, err));
    }
    assert_fails(NYZ_ERR_ARGUMENT, "drive letter", nyz_npz_add(w, "w:", &a, NULL, err));
    nyz_npz_discard(&w);
    nyz_npz_discard(&w);
    nyz_npz_discard(NULL);
    nyz_npz_close(&npz);
    nyz_npz_close(NULL);
    nyz_buffer_free(&file);
}

static void an_archive_needs_a_write_function(void **state)
{
    (void)state;
    nyz_buffer file = {0};
    nyz_stream s = nyz_stream_buffer(&file);
    nyz_npz_writer *w = (nyz_npz_writer *)&file;
    s.write = NULL;
    assert_fails(NYZ_ERR_ARGUMENT, "no write", nyz_npz_create_stream(&s, NULL, &w, err));
    assert_null(w);
}

static void names_that_no_archive_can_hold_are_always_refused(void **state)
{
    (void)state;
    const nyz_array a = matrix();
    static char name[65537];
    nyz_options any = {0};
    any.flags = NYZ_ANY_NAME;
    memset(name, 'n', 65532);
    for (int i = 0; i < 3; i++) {
        static const char *const words[] = {"65535", "UTF-8", ""};
        nyz_buffer file = {0};
        const nyz_stream s = nyz_stream_buffer(&file);
        nyz_npz_writer *w = NULL;
        assert_ok(nyz_npz_create_stream(&s, NULL, &w, err));
        if (i < 2) {
            assert_fails(NYZ_ERR_ARGUMENT, words[i],
                         nyz_npz_add(w, i == 0 ? name : "\xff", &a, &any, err));
        } else {
            nyz_npz *npz = NULL;
            name[65531] = '\0';
            assert_ok(nyz_npz_add(w, name, &a, &any, err));
            assert_ok(nyz_npz_finish(&w, err));
            assert_ok(nyz_npz_open_mem(file.data, file.size, NULL, &npz, err));
            check_matrix(npz, name);
            nyz_npz_close(&npz);
        }
        nyz_npz_discard(&w);
        nyz_buffer_free(&file);
    }
}

static void the_first_failure_stays_until_finish(void **state)
{
    (void)state;
    const nyz_array a = matrix();
    const nyz_array none = {0};
    nyz_buffer file = {0};
    const nyz_stream s = nyz_stream_buffer(&file);
    nyz_npz_writer *w = NULL;
    assert_ok(nyz_npz_create_stream(&s, NULL, &w, err));
    assert_int_equal(nyz_npz_add(w, "none", &none, NULL, NULL), NYZ_ERR_ARGUMENT);
    assert_fails(NYZ_ERR_ARGUMENT, "dtype", nyz_npz_add(w, "w", &a, NULL, err));
    assert_fails(NYZ_ERR_ARGUMENT, "dtype", nyz_npz_add_bytes(w, "b", "", 0, NULL, err));
    assert_fails(NYZ_ERR_ARGUMENT, "dtype", nyz_npz_add_all(w, NULL, &a, 1, NULL, err));
    assert_fails(NYZ_ERR_ARGUMENT, "dtype", nyz_npz_finish(&w, err));
    assert_null(w);
    nyz_buffer_free(&file);
}

/* Whether a name may stand twice is asked of the second one. */
static void a_name_allowed_once_is_there_for_the_others(void **state)
{
    (void)state;
    const nyz_array a = matrix();
    nyz_buffer file = {0};
    const nyz_stream s = nyz_stream_buffer(&file);
    nyz_npz_writer *w = NULL;
    nyz_options any = {0};
    any.flags = NYZ_ANY_NAME;
    assert_ok(nyz_npz_create_stream(&s, NULL, &w, err));
    for (int i = 0; i < 100; i++) {
        char name[16];
        (void)snprintf(name, sizeof name, "%d", i);
        assert_ok(nyz_npz_add(w, name, &a, &any, err));
        assert_ok(nyz_npz_add(w, name, &a, &any, err));
    }
    assert_fails(NYZ_ERR_ARGUMENT, "already", nyz_npz_add(w, "7", &a, NULL, err));
    nyz_npz_discard(&w);
    nyz_buffer_free(&file);
}

/* One byte, seen 2^63 - 1 times: with its header no file could hold it. */
static void an_array_that_no_file_can_hold_is_refused(void **state)
{
    (void)state;
    const int64_t shape[1] = {INT64_MAX};
    const int64_t strides[1] = {0};
    if (SIZE_MAX == UINT32_MAX) {
        skip(); /* memory cannot hold it either */
    }
    const nyz_dtype dtype = nyz_dtype_of(NYZ_UINT8);
    nyz_array a;
    nyz_buffer file = {0};
    const nyz_stream s = nyz_stream_buffer(&file);
    nyz_npz_writer *w = NULL;
    assert_ok(nyz_array_wrap("x", &dtype, 1, shape, strides, &a, err));
    assert_ok(nyz_npz_create_stream(&s, NULL, &w, err));
    assert_fails(NYZ_ERR_ARGUMENT, "no file can hold",
                 nyz_npz_add(w, "a", &a, NULL, err));
    nyz_npz_discard(&w);
    nyz_buffer_free(&file);
}

/* A stream that does not go where it is told. */
typedef struct stray {
    nyz_buffer buffer;
    int64_t answer; /* to a seek to the start; 1: goes, but somewhere else */
} stray;

static int64_t stray_write(void *ctx, const void *bytes, size_t size)
{
    stray *const s = ctx;
    const nyz_stream inner = nyz_stream_buffer(&s->buffer);
    return inner.write(inner.ctx, bytes, size);
}

static int64_t stray_seek(void *ctx, int64_t offset, int whence)
{
    stray *const s = ctx;
    const nyz_stream inner = nyz_stream_buffer(&s->buffer);
    return whence == SEEK_SET ? s->answer : inner.seek(inner.ctx, offset, whence);
}

/* A member whose local header has been written when its CRC is known. */
static void a_stream_that_does_not_seek_back_is_io(void **state)
{
    (void)state;
    enum { NOISE = 512 * 1024 };
    static unsigned char noise[NOISE];
    static const struct {
        int64_t answer;
        int sys;
        const char *words;
    } cases[] = {{1, 0, "seek went to 1"},
                 {-1, 0, "returned -1"},
                 {-ENOENT, ENOENT, "cannot seek"},
                 {INT64_MIN, 0, "cannot seek"}};
    const nyz_array a = matrix();
    nyz_options deflated = {0};
    uint32_t random = 1;
    deflated.method = NYZ_DEFLATED;
    for (int i = 0; i < NOISE; i++) {
        random = random * 1664525u + 1013904223u;
        noise[i] = (unsigned char)(random >> 24);
    }
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        stray ctx = {{0}, cases[i].answer};
        const nyz_stream s = {.write = stray_write, .seek = stray_seek, .ctx = &ctx};
        nyz_npz_writer *w = NULL;
        nyz_error failure = {.sys = -1};
        assert_ok(nyz_npz_create_stream(&s, &deflated, &w, err));
        assert_fails(NYZ_ERR_IO, cases[i].words,
                     nyz_npz_add_bytes(w, "a", noise, NOISE, NULL, err));
        assert_int_equal(nyz_npz_finish(&w, &failure), NYZ_ERR_IO);
        assert_int_equal(failure.sys, cases[i].sys);
        nyz_buffer_free(&ctx.buffer);
    }
    stray ctx = {{0}, -1}; /* stored, all is written once, and nothing is gone back to */
    const nyz_stream s = {.write = stray_write, .seek = stray_seek, .ctx = &ctx};
    nyz_npz_writer *w = NULL;
    assert_ok(nyz_npz_create_stream(&s, NULL, &w, err));
    assert_ok(nyz_npz_add(w, "a", &a, NULL, err));
    assert_ok(nyz_npz_finish(&w, err));
    nyz_buffer_free(&ctx.buffer);
}

static void positional_names_clash_with_given_ones(void **state)
{
    (void)state;
    const nyz_array a = matrix();
    nyz_buffer file = {0};
    const nyz_stream s = nyz_stream_buffer(&file);
    nyz_npz_writer *w = NULL;
    assert_ok(nyz_npz_create_stream(&s, NULL, &w, err));
    assert_ok(nyz_npz_add(w, NULL, &a, NULL, err));
    assert_ok(nyz_npz_add(w, "arr_1", &a, NULL, err));
    assert_fails(NYZ_ERR_ARGUMENT, "arr_1", nyz_npz_add(w, NULL, &a, NULL, err));
    nyz_npz_discard(&w);
    nyz_buffer_free(&file);
}

static void a_path_changes_only_at_finish(void **state)
{
    (void)state;
    char dir[] = "/tmp/nyz-test-XXXXXX";
    char path[64];
    const nyz_array a = matrix();
    nyz_npz_writer *w = NULL;
    nyz_npz *npz = NULL;
    assert_non_null(mkdtemp(dir));
    (void)snprintf(path, sizeof path, "%s/a.npz", dir);
    assert_ok(nyz_npz_create(path, NULL, &w, err));
    assert_ok(nyz_npz_add(w, "w", &a, NULL, err));
    assert_int_not_equal(access(path, F_OK), 0);
    assert_ok(nyz_npz_finish(&w, err));
    assert_ok(nyz_npz_create(path, NULL, &w, err));
    assert_ok(nyz_npz_add(w, "other", &a, NULL, err));
    nyz_npz_discard(&w);
    assert_null(w);
    assert_ok(nyz_npz_open(path, NULL, &npz, err));
    check_matrix(npz, "w");
    assert_int_equal(nyz_npz_find(npz, "other"), -1);
    nyz_npz_close(&npz);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(dir), 0);
}

static void every_flipped_bit_of_a_members_data_is_found(void **state)
{
    (void)state;
    nyz_buffer file = small_archive(1);
    for (size_t i = 0; i < 2; i++) {
        nyz_npz *npz = NULL;
        nyz_member m;
        nyz_array a;
        assert_ok(nyz_npz_open_mem(file.data, file.size, NULL, &npz, err));
        assert_ok(nyz_npz_member_at(npz, (int64_t)i, &m, err));
        nyz_npz_close(&npz);
        /* the members lie behind each other: local header of 55 bytes, then the data */
        const size_t start = 55 + i * (55 + 152);
        for (size_t bit = 0; bit < (size_t)m.compressed_size * 8; bit++) {
            file.data[start + bit / 8] ^= (unsigned char)(1 << bit % 8);
            assert_ok(nyz_npz_open_mem(file.data, file.size, NULL, &npz, err));
            const nyz_status status = nyz_npz_load_at(npz, (int64_t)i, NULL, &a, NULL);
            if (status ==
                NYZ_OK) { /* deflate fills its last byte up with bits of no use */
                assert_true(i == 1 && bit >= (size_t)m.compressed_size * 8 - 7);
                assert_memory_equal(a.data, weights, sizeof weights);
                nyz_array_free(&a);
            }
            assert_null(a.owner);
            nyz_npz_close(&npz);
            file.data[start + bit / 8] ^= (unsigned char)(1 << bit % 8);
        }
    }
    nyz_buffer_free(&file);
}

static void bytes_after_the_array_of_a_member_are_refused(void **state)
{
    (void)state;
    const nyz_array a = matrix();
    nyz_buffer npy;
    nyz_buffer file = {0};
    const nyz_stream s = nyz_stream_buffer(&file);
    nyz_npz_writer *w = NULL;
    nyz_npz *npz = NULL;
    nyz_array out;
    assert_ok(nyz_save_mem(&a, NULL, &npy, err));
    assert_ok(nyz_npz_create_stream(&s, NULL, &w, err));
    assert_ok(nyz_npz_add_bytes(w, "whole.npy", npy.data, npy.size, NULL, err));
    assert_ok(nyz_npz_add_bytes(w, "short.npy", npy.data, npy.size - 1, NULL, err));
    assert_ok(nyz_npz_add_bytes(w, "no_suffix", npy.data, npy.size, NULL, err));
    npy.data[61] = '1'; /* shape (1, 3): half of the data is left over */
    assert_ok(nyz_npz_add_bytes(w, "long.npy", npy.data, npy.size, NULL, err));
    assert_ok(nyz_npz_finish(&w, err));
    assert_ok(nyz_npz_open_mem(file.data, file.size, NULL, &npz, err));
    check_matrix(npz, "whole");
    check_matrix(npz, "no_suffix");
    assert_fails(NYZ_ERR_CORRUPT, "'short.npy'",
                 nyz_npz_load(npz, "short", NULL, &out, err));
    assert_fails(NYZ_ERR_CORRUPT, "12 bytes after the array",
                 nyz_npz_load(npz, "long", NULL, &out, err));
    nyz_npz_close(&npz);
    nyz_buffer_free(&file);
    nyz_buffer_free(&npy);
}

/* A deflated one, where libdeflate inflates it, also its deflated bytes. */
static void loading_a_member_takes_the_array_and_at_most_1_mib(void **state)
{
    (void)state;
    const int64_t count = 4000000;
    const nyz_dtype dtype = nyz_dtype_of(NYZ_FLOAT32);
    float *const data = calloc((size_t)count, 4);
    nyz_array a;
    nyz_buffer file = {0};
    const nyz_stream s = nyz_stream_buffer(&file);
    nyz_npz_writer *w = NULL;
    nyz_npz *npz = NULL;
    counting c;
    nyz_options opt = {0};
    assert_non_null(data);
    for (int64_t i = 0; i < count; i += 7) {
        data[i] = (float)i;
    }
    counting_init(&c);
    opt.allocator = &c.allocator;
    opt.method = NYZ_DEFLATED;
    opt.level = 1;
    assert_ok(nyz_array_wrap(data, &dtype, 1, &count, NULL, &a, err));
    assert_ok(nyz_npz_create_stream(&s, &opt, &w, err));
    assert_ok(nyz_npz_add(w, "deflated", &a, NULL, err));
    opt.method = NYZ_STORED;
    assert_ok(nyz_npz_add(w, "stored", &a, &opt, err));
    assert_ok(nyz_npz_finish(&w, err));
    assert_true(c.peak <= MIB);
    assert_int_equal(c.live, 0);
    assert_ok(nyz_npz_open_mem(file.data, file.size, &opt, &npz, err));
    for (int64_t i = 0; i < 2; i++) {
        nyz_array back;
        c.peak = c.live;
        assert_ok(nyz_npz_load_at(npz, i, NULL, &back, err));
        nyz_member m;
        assert_ok(nyz_npz_member_at(npz, i, &m, err));
        const size_t deflated = m.method == NYZ_DEFLATED ? (size_t)m.compressed_size : 0;
        assert_true(c.peak <= (size_t)count * 4 + deflated + MIB);
        assert_memory_equal(back.data, data, (size_t)count * 4);
        c.peak = c.live; /* where libdeflate inflates it, to memory beside the array */
        const size_t whole = m.method == NYZ_DEFLATED ? (size_t)m.size : 0;
        assert_ok(nyz_npz_load_into_at(npz, i, NULL, &back, err));
        assert_true(c.peak <= c.live + whole + deflated + MIB);
        assert_memory_equal(back.data, data, (size_t)count * 4);
        nyz_array_free(&back);
        c.peak = c.live;
        assert_ok(nyz_npz_bytes_at(npz, i, NULL, &back, err));
        assert_true(c.peak <= (size_t)m.size + deflated + MIB);
        nyz_array_free(&back);
    }
    nyz_npz_close(&npz);
    assert_int_equal(c.live, 0);
    nyz_buffer_free(&file);
    free(data);
}

/* Its bytes, inflated and deflated, are more than 64 MiB. */
static void a_large_member_takes_1_mib_beside_the_array_that_it_fills(void **state)
{
    const int64_t most = 64 << 20;
    const int64_t count = most - 1000;
    const nyz_dtype dtype = nyz_dtype_of(NYZ_UINT8);
    unsigned char *const data = calloc((size_t)count, 1);
    nyz_array a;
    nyz_array back;
    nyz_buffer file = {0};
    const nyz_stream s = nyz_stream_buffer(&file);
    nyz_npz_writer *w = NULL;
    nyz_npz *npz = NULL;
    counting c;
    nyz_options opt = {0};
    (void)state;
    assert_non_null(data);
    counting_init(&c);
    opt.allocator = &c.allocator;
    opt.method = NYZ_DEFLATED;
    opt.level = NYZ_LEVEL_FAST;
    data[count - 1] = 7;
    assert_ok(nyz_array_wrap(data, &dtype, 1, &count, NULL, &a, err));
    assert_ok(nyz_npz_create_stream(&s, &opt, &w, err));
    assert_ok(nyz_npz_add(w, "a", &a, NULL, err));
    assert_ok(nyz_npz_finish(&w, err));
    assert_ok(nyz_npz_open_mem(file.data, file.size, &opt, &npz, err));
    nyz_member m;
    assert_ok(nyz_npz_member_at(npz, 0, &m, err));
    assert_true(m.size < most && m.size + m.compressed_size > most);
    c.peak = c.live;
    data[count - 1] = 0;
    assert_ok(nyz_npz_load_into_at(npz, 0, NULL, &a, err));
    assert_int_equal(data[count - 1], 7);
    assert_true(c.peak <= c.live + MIB);
    opt.order = NYZ_C_ORDER;
    assert_ok(nyz_npz_load_at(npz, 0, &opt, &back, err));
    assert_true(c.peak <= (size_t)count + MIB);
    nyz_array_free(&back);
    nyz_npz_close(&npz);
    assert_int_equal(c.live, 0);
    nyz_buffer_free(&file);
    free(data);
}

/* How a member of 3 MB of weights is made of blocks. */
typedef struct way_in_blocks {
    int level;
    int can_seek;
    int gaps; /* a view of every second number */
} way_in_blocks;

static nyz_buffer archive_in_blocks(const way_in_blocks *way, int threads,
                                    const float *numbers)
{
    trickle t = {0};
    const nyz_stream s = trickle_stream(&t, MIB, way->can_seek);
    const int64_t count = 800000;
    const nyz_dtype dtype = nyz_dtype_of(NYZ_FLOAT32);
    nyz_options opt = {0};
    nyz_npz_writer *w = NULL;
    nyz_array whole;
    nyz_array a;
    opt.method = NYZ_DEFLATED;
    opt.level = way->level;
    opt.flags = way->level == NYZ_LEVEL_FAST ? 0 : NYZ_BLOCKS;
    opt.threads = threads;
    assert_ok(nyz_array_wrap_const(numbers, &dtype, 1, &count, NULL, &whole, err));
    assert_ok(nyz_array_slice(&whole, 0, 0, count, way->gaps ? 2 : 1, &a, err));
    assert_ok(nyz_npz_create_stream(&s, &opt, &w, err));
    assert_ok(nyz_npz_add(w, "w", &a, NULL, err));
    assert_ok(nyz_npz_add_bytes(w, "none", "", 0, NULL, err));
    assert_ok(nyz_npz_finish(&w, err));
    return t.buffer;
}

static void blocks_are_the_same_bytes_on_any_number_of_threads(void **state)
{
    (void)state;
    float *const numbers = malloc(800000 * sizeof *numbers);
    uint32_t noise = 1;
    assert_non_null(numbers);
    for (int i = 0; i < 800000; i++) {
        noise = noise * 1664525u + 1013904223u;
        numbers[i] = (float)(noise >> 8) / (float)(1 << 24) - 0.5F;
    }
    for (int how = 0; how < 6; how++) {
        const way_in_blocks way = {how < 4 ? NYZ_LEVEL_FAST : 1, how % 2, how / 2 % 2};
        nyz_buffer one = archive_in_blocks(&way, 1, numbers);
        nyz_npz *npz = NULL;
        nyz_array a;
        nyz_array bytes;
        assert_true(one.size < 800000 * 4 * 95 / 100);
        for (int threads = 2; threads < 20; threads += how < 4 ? 5 : 15) {
            nyz_buffer many = archive_in_blocks(&way, threads, numbers);
            assert_int_equal(many.size, one.size);
            assert_memory_equal(many.data, one.data, one.size);
            nyz_buffer_free(&many);
        }
        assert_ok(nyz_npz_open_mem(one.data, one.size, NULL, &npz, err));
        assert_ok(nyz_npz_load(npz, "w", NULL, &a, err));
        for (int64_t i = 0; i < a.shape[0]; i++) {
            assert_true(((const float *)a.data)[i] == numbers[i * (way.gaps + 1)]);
        }
        assert_ok(nyz_npz_bytes_at(npz, 1, NULL, &bytes, err));
        assert_int_equal(bytes.shape[0], 0);
        nyz_array_free(&bytes);
        nyz_array_free(&a);
        nyz_npz_close(&npz);
        nyz_buffer_free(&one);
    }
    free(numbers);
}

/* Blocks are a choice: without it the bytes are those of one stream, as NumPy's. */
static void one_stream_is_the_default_and_blocks_are_asked_for(void **state)
{
    enum { SIZE = 3 * 1024 * 1024 };
    int64_t stored[2];
    unsigned char *const text = malloc(SIZE);
    (void)state;
    assert_non_null(text);
    for (size_t i = 0; i < SIZE; i++) {
        text[i] = (unsigned char)"abcdefghijklmnopqrstuvwxyz"[(uint64_t)i * i / 7 % 26];
    }
    for (int blocks = 0; blocks < 2; blocks++) {
        nyz_buffer file = {0};
        const nyz_stream s = nyz_stream_buffer(&file);
        nyz_options opt = {0};
        nyz_npz_writer *w = NULL;
        nyz_npz *npz = NULL;
        nyz_member m;
        opt.method = NYZ_DEFLATED;
        opt.flags = blocks ? NYZ_BLOCKS : 0;
        opt.threads = 2;
        assert_ok(nyz_npz_create_stream(&s, &opt, &w, err));
        assert_ok(nyz_npz_add_bytes(w, "a", text, SIZE, NULL, err));
        assert_ok(nyz_npz_finish(&w, err));
        assert_ok(nyz_npz_open_mem(file.data, file.size, NULL, &npz, err));
        assert_ok(nyz_npz_member_at(npz, 0, &m, err));
        stored[blocks] = m.compressed_size;
        nyz_npz_close(&npz);
        nyz_buffer_free(&file);
    }
    assert_true(stored[1] > stored[0]);
    assert_true(stored[1] < stored[0] + 3 * 1024 /* 12 blocks */);
    free(text);
}

static nyz_status read_everything(const nyz_stream *s, const nyz_options *opt,
                                  nyz_error *err)
{
    nyz_npz *npz = NULL;
    NYZ_TRY(nyz_npz_open_stream(s, opt, &npz, err));
    nyz_status status = NYZ_OK;
    for (int64_t i = 0; i < nyz_npz_count(npz) && status == NYZ_OK; i++) {
        nyz_array a;
        status = nyz_npz_bytes_at(npz, i, NULL, &a, err);
        nyz_array_free(&a);
        if (status == NYZ_OK && i != 2) {
            status = nyz_npz_load_at(npz, i, NULL, &a, err);
            nyz_array_free(&a);
        }
    }
    nyz_npz_close(&npz);
    return status;
}

static nyz_status write_everything(const nyz_stream *s, const nyz_options *opt,
                                   nyz_error *err)
{
    const nyz_array a = matrix();
    nyz_options deflated = *opt;
    nyz_npz_writer *w = NULL;
    deflated.method = NYZ_DEFLATED;
    NYZ_TRY(nyz_npz_create_stream(s, opt, &w, err));
    (void)nyz_npz_add(w, "w", &a, NULL, NULL);
    (void)nyz_npz_add(w, "z", &a, &deflated, NULL);
    deflated.level = NYZ_LEVEL_FAST;
    (void)nyz_npz_add(w, "fast", &a, &deflated, NULL);
    deflated.level = 1;
    deflated.flags = NYZ_BLOCKS;
    (void)nyz_npz_add(w, "chunked", &a, &deflated, NULL);
    (void)nyz_npz_add_bytes(w, "note.txt", "hello", 5, NULL, NULL);
    return nyz_npz_finish(&w, err);
}

static void every_failing_allocation_is_reported_and_nothing_leaks(void **state)
{
    (void)state;
    nyz_buffer file = small_archive(1);
    for (int writing = 0; writing < 2; writing++) {
        for (int for_good = 0; for_good < 2; for_good++) {
            nyz_status status = NYZ_ERR_MEMORY;
            for (long n = 1; status != NYZ_OK; n++) {
                counting c;
                nyz_options opt = {0};
                trickle t = {0};
                const nyz_stream s = trickle_stream(&t, 4096, 1);
                counting_init(&c);
                c.fail_at = n;
                c.for_good = for_good;
                opt.allocator = &c.allocator;
                if (!writing) {
                    t.buffer = file;
                }
                nyz_error err = {.status = NYZ_OK};
                status = (writing ? write_everything : read_everything)(&s, &opt, &err);
                assert_true(status == NYZ_OK || status == NYZ_ERR_MEMORY);
                assert_int_equal(err.status, status);
                assert_int_equal(c.live, 0);
                if (writing) {
                    nyz_buffer_free(&t.buffer);
                }
                assert_true(n < 1000);
            }
        }
    }
    nyz_buffer_free(&file);
}

static void every_failing_stream_call_is_reported(void **state)
{
    (void)state;
    nyz_buffer file = small_archive(1);
    for (int writing = 0; writing < 2; writing++) {
        nyz_status status = NYZ_ERR_IO;
        for (long n = 1; status != NYZ_OK; n++) {
            counting c;
            nyz_options opt = {0};
            trickle t = {0};
            const nyz_stream s = trickle_stream(&t, 100, 1);
            counting_init(&c);
            opt.allocator = &c.allocator;
            t.fail_at = n;
            if (!writing) {
                t.buffer = file;
            }
            nyz_error err = {.status = NYZ_OK};
            status = (writing ? write_everything : read_everything)(&s, &opt, &err);
            /* a stream that cannot report its position from the start is refused */
            assert_true(status == NYZ_OK || status == NYZ_ERR_IO ||
                        (n <= 3 && status == NYZ_ERR_ARGUMENT));
            assert_int_equal(err.status, status);
            assert_int_equal(c.live, 0);
            if (writing) {
                nyz_buffer_free(&t.buffer);
            }
            assert_true(n < 10000);
        }
    }
    nyz_buffer_free(&file);
}

static void a_set_of_names_knows_each_however_many(void **state)
{
    nyz_names names;
    (void)state;
    nyz_names_init(&names, &nyz_default_allocator);
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < 3000; i++) {
            char name[16];
            (void)snprintf(name, sizeof name, "%d", i);
            if (round == 0) {
                assert_ok(nyz_names_add(&names, name, 0, err));
            } else {
                assert_fails(NYZ_ERR_ARGUMENT, "is in the archive already",
                             nyz_names_add(&names, name, 0, err));
                assert_ok(nyz_names_add(&names, name, 1, err));
            }
        }
    }
    assert_int_equal(names.count, 3000);
    nyz_names_free(&names);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_set_of_names_knows_each_however_many),
        cmocka_unit_test(what_is_written_is_read_back_by_name_and_number),
        cmocka_unit_test(each_call_by_name_is_its_twin_by_index),
        cmocka_unit_test(an_error_names_its_member_apart_from_the_message),
        cmocka_unit_test(a_member_has_its_place_and_time),
        cmocka_unit_test(the_whole_name_goes_before_the_one_with_npy),
        cmocka_unit_test(an_array_without_a_name_is_always_arr_n_npy),
        cmocka_unit_test(what_is_not_there_is_not_found),
        cmocka_unit_test(limits_and_allocator_of_opening_hold_for_loading),
        cmocka_unit_test(untrusted_holds_for_loading),
        cmocka_unit_test(peek_shows_a_member_without_its_data),
        cmocka_unit_test(an_empty_archive_is_22_bytes_and_opens),
        cmocka_unit_test(the_records_are_those_of_pythons_zipfile),
        cmocka_unit_test(a_name_that_is_not_ascii_is_marked_as_utf8),
        cmocka_unit_test(offsets_count_from_the_start_of_the_stream),
        cmocka_unit_test(more_than_65535_members_get_zip64_records),
        cmocka_unit_test(a_name_that_looks_like_a_zip64_locator_is_none),
        cmocka_unit_test(names_that_are_no_safe_files_are_refused_unless_asked_for),
        cmocka_unit_test(names_beside_those_of_drives_are_safe),
        cmocka_unit_test(an_archive_needs_a_write_function),
        cmocka_unit_test(names_that_no_archive_can_hold_are_always_refused),
        cmocka_unit_test(the_first_failure_stays_until_finish),
        cmocka_unit_test(a_name_allowed_once_is_there_for_the_others),
        cmocka_unit_test(an_array_that_no_file_can_hold_is_refused),
        cmocka_unit_test(a_stream_that_does_not_seek_back_is_io),
        cmocka_unit_test(positional_names_clash_with_given_ones),
        cmocka_unit_test(a_path_changes_only_at_finish),
        cmocka_unit_test(every_flipped_bit_of_a_members_data_is_found),
        cmocka_unit_test(bytes_after_the_array_of_a_member_are_refused),
        cmocka_unit_test(loading_a_member_takes_the_array_and_at_most_1_mib),
        cmocka_unit_test(a_large_member_takes_1_mib_beside_the_array_that_it_fills),
        cmocka_unit_test(blocks_are_the_same_bytes_on_any_number_of_threads),
        cmocka_unit_test(one_stream_is_the_default_and_blocks_are_asked_for),
        cmocka_unit_test(every_failing_allocation_is_reported_and_nothing_leaks),
        cmocka_unit_test(every_failing_stream_call_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
