/* SPDX-License-Identifier: MIT */
/* Small stored members: batches of zip_extract.c, and how npz_load.c and npz_load_all.c use
 * them. */

#include "codec/codec.h"
#include "io/stream_mem.h"
#include "support/read_paths.h"
#include "support/zip_build.h"
#include "zip/zip_directory.h"
#include "zip/zip_extract.h"

/* Small members of all kinds and of many sizes, several runs of them; step: what they
 * grow by. */
static nyz_buffer small_archive(int count, int64_t step)
{
    nyz_buffer file = {0};
    const nyz_stream s = nyz_stream_buffer(&file);
    nyz_npz_writer *w = NULL;
    const nyz_dtype dtype = nyz_dtype_of(NYZ_INT16);
    int16_t numbers[8192];
    for (int i = 0; i < 8192; i++) {
        numbers[i] = (int16_t)(i * 7);
    }
    assert_ok(nyz_npz_create_stream(&s, NULL, &w, err));
    for (int i = 0; i < count; i++) {
        const int64_t size = i * step % 8192;
        nyz_array a;
        nyz_options opt = {0};
        opt.method = i % 50 == 3 ? NYZ_DEFLATED : NYZ_STORED;
        opt.level = opt.method == NYZ_DEFLATED;
        assert_ok(nyz_array_wrap(numbers, &dtype, 1, &size, NULL, &a, err));
        assert_ok(nyz_npz_add(w, NULL, &a, &opt, err));
    }
    assert_ok(nyz_npz_add_bytes(w, "text", "hello", 5, NULL, err));
    assert_ok(nyz_npz_add_bytes(w, "nothing", NULL, 0, NULL, err));
    assert_ok(nyz_npz_finish(&w, err));
    return file;
}

static void runs_of_small_members_are_read_as_one_by_one(void **state)
{
    (void)state;
    nyz_buffer file = small_archive(500, 13);
    nyz_npz *npz = NULL;
    assert_ok(nyz_npz_open_mem(file.data, file.size, NULL, &npz, err));
    for (int threads = 1; threads < 4; threads++) {
        compare_read_paths(npz, threads);
    }
    nyz_npz_close(&npz);
    nyz_buffer_free(&file);
}

/* Small archives with every bit of them flipped: the same verdict on both paths. */
static void every_flipped_bit_is_found_alike(void **state)
{
    (void)state;
    for (int count = 1; count <= 4; count += 3) { /* the last is deflated */
        nyz_buffer file = small_archive(count, 3);
        for (size_t bit = 0; bit < file.size * 8; bit++) {
            nyz_npz *npz = NULL;
            file.data[bit / 8] ^= (unsigned char)(1 << bit % 8);
            if (nyz_npz_open_mem(file.data, file.size, NULL, &npz, NULL) == NYZ_OK) {
                compare_read_paths(npz, 1);
                nyz_npz_close(&npz);
            }
            file.data[bit / 8] ^= (unsigned char)(1 << bit % 8);
        }
        nyz_buffer_free(&file);
    }
}

/* Memory that is read at places, with a count, and from one call on fails. */
typedef struct places {
    nyz_stream_mem_reader memory;
    long calls;
    long fail_at; /* 0: never */
} places;

static int64_t places_read_at(void *ctx, int64_t offset, void *buffer, size_t size)
{
    places *const p = ctx;
    const nyz_stream s = nyz_stream_mem(&p->memory);
    p->calls++;
    return p->fail_at > 0 && p->calls >= p->fail_at
               ? -EIO
               : s.read_at(s.ctx, offset, buffer, size);
}

static nyz_npz *open_places(places *p, const nyz_buffer *file, const nyz_options *opt)
{
    nyz_stream s = {0};
    nyz_npz *npz = NULL;
    memset(p, 0, sizeof *p);
    p->memory.bytes = file->data;
    p->memory.size = file->size;
    s.read_at = places_read_at;
    s.ctx = p;
    assert_ok(nyz_npz_open_stream(&s, opt, &npz, err));
    p->calls = 0;
    return npz;
}

static void small_members_take_few_reads_and_allocations(void **state)
{
    (void)state;
    nyz_buffer file = small_archive(3, 400);
    counting c;
    nyz_options opt = {0};
    nyz_array a;
    nyz_arrays *all = NULL;
    places p;
    counting_init(&c);
    opt.allocator = &c.allocator;
    nyz_npz *npz = open_places(&p, &file, &opt);
    c.calls = 0;
    assert_ok(nyz_npz_load_at(npz, 2, NULL, &a, err));
    assert_int_equal(p.calls, 1);
    assert_int_equal(c.calls, 1);
    nyz_array_free(&a);
    p.calls = 0;
    c.calls = 0;
    assert_ok(nyz_npz_load_all(npz, NULL, &all, err));
    assert_int_equal(p.calls, 2); /* all, then `nothing` as a stream */
    assert_true(c.calls < 12);
    nyz_arrays_free(&all);
    nyz_npz_close(&npz);
    assert_int_equal(c.live, 0);
    nyz_buffer_free(&file);
}

static void a_failing_read_of_a_run_is_told(void **state)
{
    (void)state;
    nyz_buffer file = small_archive(60, 100);
    places p;
    nyz_npz *npz = open_places(&p, &file, NULL);
    nyz_status status = NYZ_ERR_IO;
    for (long n = 1; status != NYZ_OK; n++) {
        nyz_arrays *all = NULL;
        p.calls = 0;
        p.fail_at = n;
        status = nyz_npz_load_all(npz, NULL, &all, NULL);
        assert_true(status == NYZ_OK || status == NYZ_ERR_IO);
        assert_true(status == NYZ_OK || nyz_arrays_count(all) == 0);
        nyz_arrays_free(&all);
        assert_true(n < 100);
    }
    nyz_npz_close(&npz);
    nyz_buffer_free(&file);
}

/* Three members of the same bytes. */
static nyz_buffer archive_of(const char *bytes, size_t size)
{
    nyz_buffer file = {0};
    const nyz_stream s = nyz_stream_buffer(&file);
    nyz_npz_writer *w = NULL;
    assert_ok(nyz_npz_create_stream(&s, NULL, &w, err));
    for (int i = 0; i < 3; i++) {
        char name[] = "0.npy";
        name[0] = (char)('0' + i);
        assert_ok(nyz_npz_add_bytes(w, name, bytes, size, NULL, err));
    }
    assert_ok(nyz_npz_finish(&w, err));
    return file;
}

/* NumPy before 1.14 aligned the data to 16. */
static void data_behind_an_old_header_is_moved_to_its_place(void **state)
{
    (void)state;
    static const char old[] =
        "\x93NUMPY\1\0\x46\0{'descr': '<i2', 'fortran_order': False, 'shape': (3,), }"
        "            \n\1\0\2\0\3";
    nyz_buffer file = archive_of(old, sizeof old);
    nyz_arrays *all = NULL;
    places p;
    nyz_npz *npz = open_places(&p, &file, NULL);
    compare_read_paths(npz, 1);
    p.calls = 0;
    assert_ok(nyz_npz_load_all(npz, NULL, &all, err));
    assert_int_equal(p.calls, 1);
    for (int64_t i = 0; i < 3; i++) {
        assert_int_equal((uintptr_t)item_of(all, i).data % 64, 0);
    }
    nyz_arrays_free(&all);
    nyz_npz_close(&npz);
    nyz_buffer_free(&file);
}

/* The header of the second is said to go on after the member, which a
 * sanitizer sees, and valgrind what is read after the last. */
static void what_is_no_whole_array_is_refused_alike(void **state)
{
    (void)state;
    static const zb_bytes members[] = {
        ZB("\x93NUMPY\1\0\x37\0{'descr': '|O', 'fortran_order': False, 'shape': (1,)}\n"
           "a pickle"),
        ZB("\x93NUMPY\1\0\xff\xff{'descr': '|i1', 'fortran_order': False, 'shape': "
           "(1,)}\n1"),
        ZB("\x93NUMPY\1\0\x37\0{'descr': '|i1','fortran_order': False, 'shape': "
           "(1,)}\n12"),
        ZB("\x93NUMPY\1\0"),
    };
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        nyz_buffer file = archive_of(members[i].data, members[i].size);
        nyz_npz *npz = NULL;
        nyz_arrays *all = NULL;
        assert_ok(nyz_npz_open_mem(file.data, file.size, NULL, &npz, err));
        assert_true(nyz_npz_load_all(npz, NULL, &all, NULL) != NYZ_OK);
        compare_read_paths(npz, 1);
        nyz_npz_close(&npz);
        nyz_buffer_free(&file);
    }
}

/* The limit is on the array; the bytes of its header are no reason to refuse it. */
static void members_over_the_limit_are_left_to_the_streaming_path(void **state)
{
    (void)state;
    nyz_buffer file = small_archive(3, 16);
    const nyz_limits limits = {.array_bytes = 64};
    const nyz_options opt = {.limits = &limits};
    nyz_npz *npz = NULL;
    nyz_arrays *all = NULL;
    assert_ok(nyz_npz_open_mem(file.data, file.size, &opt, &npz, err));
    assert_ok(nyz_npz_load_all(npz, NULL, &all, err));
    assert_int_equal(((const int16_t *)item_of(all, 2).data)[31], 31 * 7);
    nyz_arrays_free(&all);
    nyz_npz_close(&npz);
    nyz_buffer_free(&file);
}

/* ------------------------------------------------------------------------ runs by hand */

static void add_five(zb_archive *a)
{
    for (size_t i = 0; i < 5; i++) {
        static const char *const names[] = {"a", "b", "c", "d", "e"};
        zb_add(a, (zb_member){.name = names[i],
                              .data = "12345",
                              .size = 5,
                              .method = i == 3 ? 8 : 0});
    }
}

static void runs_are_stored_members_one_behind_the_other(void **state)
{
    enum { EXTENT = 30 + 1 + 5 };
    (void)state;
    for (int swapped = 0; swapped < 2; swapped++) {
        zb_archive a = {0};
        nyz_zip_directory dir;
        add_five(&a);
        if (swapped) {
            zb_swap(&a, 1, 2);
        }
        zb_finish(&a, 0);
        assert_ok(zb_read(&a, NULL, &dir, err));
        assert_int_equal(nyz_zip_batch_count(&dir, 0, 5, 1000), swapped ? 1 : 3);
        assert_int_equal(nyz_zip_batch_count(&dir, 0, 1, 1000), 1);
        assert_int_equal(nyz_zip_batch_count(&dir, 0, 5, EXTENT - 1), 0);
        assert_int_equal(nyz_zip_batch_count(&dir, 0, 5, EXTENT), 1);
        assert_int_equal(nyz_zip_batch_count(&dir, 0, 5, 2 * EXTENT), swapped ? 1 : 2);
        assert_int_equal(nyz_zip_batch_count(&dir, 3, 5, 1000), 0);
        assert_int_equal(nyz_zip_batch_count(&dir, 4, 5, 1000), 1);
        assert_int_equal(nyz_zip_batch_size(&dir, 0, 1), EXTENT);
        nyz_zip_directory_free(&dir);
        zb_free(&a);
    }
}

/* The CRC is that of the bytes from one before the header on. */
static void a_wrong_local_header_is_seen_whatever_the_crc(void **state)
{
    (void)state;
    zb_archive a = {0};
    nyz_zip_directory dir;
    add_five(&a);
    zb_finish(&a, 0);
    const size_t second = a.local[1];
    zb_patch(&a, second + 8, 2, 8);
    zb_patch(&a, a.central[1] + 16, 4, nyz_crc32(0, a.bytes + second - 1, 5));
    assert_ok(zb_read(&a, NULL, &dir, err));
    unsigned char *bytes = NULL;
    assert_ok(nyz_zip_batch_member(&dir, 0, 0, a.bytes, &bytes, err));
    assert_ptr_equal(bytes, a.bytes + 31);
    assert_fails(NYZ_ERR_CORRUPT, "local header: its method",
                 nyz_zip_batch_member(&dir, 0, 1, a.bytes, &bytes, err));
    assert_null(bytes);
    nyz_zip_directory_free(&dir);
    zb_free(&a);
}

static void every_failing_allocation_is_reported_and_nothing_leaks(void **state)
{
    (void)state;
    nyz_buffer file = small_archive(200, 20);
    fail_every_allocation(&file);
    nyz_buffer_free(&file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(runs_of_small_members_are_read_as_one_by_one),
        cmocka_unit_test(every_flipped_bit_is_found_alike),
        cmocka_unit_test(small_members_take_few_reads_and_allocations),
        cmocka_unit_test(a_failing_read_of_a_run_is_told),
        cmocka_unit_test(data_behind_an_old_header_is_moved_to_its_place),
        cmocka_unit_test(what_is_no_whole_array_is_refused_alike),
        cmocka_unit_test(members_over_the_limit_are_left_to_the_streaming_path),
        cmocka_unit_test(runs_are_stored_members_one_behind_the_other),
        cmocka_unit_test(a_wrong_local_header_is_seen_whatever_the_crc),
        cmocka_unit_test(every_failing_allocation_is_reported_and_nothing_leaks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
