/* The fast lane of archives against the plain one, and nyz_npz_load_all: src/zip_whole.c,
 * npz_whole.c.  The plain lane is taken by whoever asks for C order. */
#include "faults.h"

#include <dirent.h>

static int same_array(const nyz_array *a, const nyz_array *b)
{
    const int64_t bytes = nyz_size(a) * a->dtype.itemsize;
    return a->dtype.type == b->dtype.type && a->dtype.itemsize == b->dtype.itemsize &&
           a->dtype.byteorder == b->dtype.byteorder && a->ndim == b->ndim &&
           memcmp(a->shape, b->shape, sizeof a->shape) == 0 &&
           memcmp(a->strides, b->strides, sizeof a->strides) == 0 &&
           (bytes == 0 || memcmp(a->data, b->data, (size_t)bytes) == 0);
}

/* What load_all should do, by loads of single members in the plain lane. */
static nyz_status load_one_by_one(const nyz_npz *npz, nyz_array *out, nyz_error *err)
{
    for (int64_t i = 0; i < nyz_npz_count(npz); i++) {
        nyz_array header;
        nyz_options opt = {0};
        memset(&out[i], 0, sizeof out[i]);
        if (nyz_npz_peek(npz, i, NULL, &header, NULL) == NYZ_OK) {
            /* the file's own order, and yet not NYZ_KEEP_ORDER */
            opt.order =
                nyz_is_contiguous(&header, NYZ_C_ORDER) ? NYZ_C_ORDER : NYZ_F_ORDER;
            nyz_array_free(&header);
        }
        const nyz_status status = nyz_npz_load_at(npz, i, &opt, &out[i], err);
        if (status != NYZ_OK && status != NYZ_ERR_NOT_FOUND) {
            return status;
        }
    }
    return NYZ_OK;
}

static void compare_lanes(const nyz_npz *npz, int threads)
{
    const int64_t count = nyz_npz_count(npz);
    nyz_array *const plain = calloc((size_t)count + 1, sizeof *plain);
    nyz_error plain_error = {NYZ_OK, 0, 0, ""};
    nyz_error all_error = {NYZ_OK, 0, 0, ""};
    nyz_arrays all;
    counting c;
    nyz_options opt = {0};
    assert_non_null(plain);
    counting_init(&c);
    opt.threads = threads;
    if (threads == 1) { /* it does not lock */
        opt.allocator = &c.allocator;
    }
    const nyz_status expected = load_one_by_one(npz, plain, &plain_error);
    const nyz_status status = nyz_npz_load_all(npz, &opt, &all, &all_error);
    assert_int_equal(status, expected);
    assert_string_equal(all_error.message, plain_error.message);
    assert_int_equal(all.count, status == NYZ_OK ? count : 0);
    for (int64_t i = 0; i < all.count; i++) {
        nyz_array one;
        nyz_options alone = {0};
        alone.threads = threads;
        assert_true(same_array(&all.items[i], &plain[i]));
        if (plain[i].dtype.type != NYZ_NONE) {
            assert_ok(nyz_npz_load_at(npz, i, &alone, &one, err));
            assert_true(same_array(&one, &plain[i]));
            assert_int_equal((uintptr_t)one.data % 64, 0);
            nyz_array_free(&one);
        }
    }
    nyz_arrays_free(&all);
    assert_int_equal(c.live, 0);
    for (int64_t i = 0; i < count; i++) {
        nyz_array_free(&plain[i]);
    }
    free(plain);
}

/* Every archive of the fixtures that opens, good or bad. */
static void both_lanes_see_every_fixture_alike(void **state)
{
    (void)state;
    static const char *const folders[] = {"good", "bad"};
    int opened = 0;
    for (size_t f = 0; f < 2; f++) {
        char path[1024];
        (void)snprintf(path, sizeof path, "%s/%s", fixtures_dir(), folders[f]);
        DIR *const dir = opendir(path);
        assert_non_null(dir);
        for (struct dirent *entry = readdir(dir); entry != NULL; entry = readdir(dir)) {
            nyz_npz *npz = NULL;
            (void)snprintf(path, sizeof path, "%s/%s/%s", fixtures_dir(), folders[f],
                           entry->d_name);
            if (strstr(entry->d_name, ".npz") == NULL ||
                nyz_npz_open(path, NULL, &npz, NULL) != NYZ_OK) {
                continue;
            }
            opened++;
            for (int threads = 1; threads < 4; threads++) {
                compare_lanes(npz, threads);
            }
            nyz_npz_close(&npz);
        }
        assert_int_equal(closedir(dir), 0);
    }
    assert_true(opened > 40);
}

/* Members large enough for threads within one, beside small ones, stored and deflated. */
static nyz_buffer mixed_archive(int large_is_most)
{
    nyz_buffer file = {0};
    const nyz_stream s = nyz_stream_buffer(&file);
    nyz_npz_writer *w = NULL;
    const nyz_dtype dtype = nyz_dtype_of(NYZ_INT32);
    int32_t *const numbers = malloc(1500000 * sizeof *numbers);
    assert_non_null(numbers);
    for (int32_t i = 0; i < 1500000; i++) {
        numbers[i] = i / 3 * 77;
    }
    assert_ok(nyz_npz_create_stream(&s, NULL, &w, err));
    for (int i = 0; i < 8; i++) {
        const int64_t count = i == 5 ? 1500000 : large_is_most ? 10 * i : 400000;
        nyz_array a;
        nyz_options opt = {0};
        opt.method = i % 2 == 0 || i == 5 ? NYZ_STORED : NYZ_DEFLATED;
        opt.level = 1;
        assert_ok(nyz_wrap(numbers, &dtype, 1, &count, NULL, &a, err));
        assert_ok(nyz_npz_add(w, NULL, &a, &opt, err));
    }
    assert_ok(nyz_npz_add_bytes(w, "text", "hello", 5, NULL, err));
    assert_ok(nyz_npz_finish(&w, err));
    free(numbers);
    return file;
}

static void members_of_all_sizes_on_any_number_of_threads(void **state)
{
    (void)state;
    for (int large_is_most = 0; large_is_most < 2; large_is_most++) {
        nyz_buffer file = mixed_archive(large_is_most);
        nyz_npz *npz = NULL;
        assert_ok(nyz_npz_open_mem(file.data, file.size, NULL, &npz, err));
        for (int threads = -1; threads < 6; threads++) {
            compare_lanes(npz, threads);
        }
        nyz_npz_close(&npz);
        /* a bit in the middle of each member's data */
        for (int k = 1; k < 8; k++) {
            const size_t at = file.size / 8 * (size_t)k;
            file.data[at] ^= 1;
            if (nyz_npz_open_mem(file.data, file.size, NULL, &npz, NULL) == NYZ_OK) {
                compare_lanes(npz, 1);
                compare_lanes(npz, 3);
                nyz_npz_close(&npz);
            }
            file.data[at] ^= 1;
        }
        nyz_buffer_free(&file);
    }
}

/* A small archive with every bit of it flipped: the same verdict in both lanes. */
static void every_flipped_bit_is_judged_alike(void **state)
{
    (void)state;
    nyz_buffer file = {0};
    const nyz_stream s = nyz_stream_buffer(&file);
    nyz_npz_writer *w = NULL;
    const nyz_dtype dtype = nyz_dtype_of(NYZ_INT16);
    static const int16_t numbers[6] = {1, 2, 3, 4, 5, 6};
    const int64_t count = 6;
    nyz_array a;
    nyz_options deflated = {0};
    deflated.method = NYZ_DEFLATED;
    assert_ok(nyz_wrap(numbers, &dtype, 1, &count, NULL, &a, err));
    assert_ok(nyz_npz_create_stream(&s, NULL, &w, err));
    assert_ok(nyz_npz_add(w, "z", &a, &deflated, err));
    assert_ok(nyz_npz_finish(&w, err));
    for (size_t bit = 0; bit < file.size * 8; bit++) {
        nyz_npz *npz = NULL;
        file.data[bit / 8] ^= (unsigned char)(1 << bit % 8);
        if (nyz_npz_open_mem(file.data, file.size, NULL, &npz, NULL) == NYZ_OK) {
            compare_lanes(npz, 1);
            nyz_npz_close(&npz);
        }
        file.data[bit / 8] ^= (unsigned char)(1 << bit % 8);
    }
    nyz_buffer_free(&file);
}

static void an_empty_archive_is_an_empty_list(void **state)
{
    (void)state;
    nyz_buffer file = {0};
    const nyz_stream s = nyz_stream_buffer(&file);
    nyz_npz_writer *w = NULL;
    nyz_npz *npz = NULL;
    nyz_arrays all;
    assert_ok(nyz_npz_create_stream(&s, NULL, &w, err));
    assert_ok(nyz_npz_finish(&w, err));
    assert_ok(nyz_npz_open_mem(file.data, file.size, NULL, &npz, err));
    assert_ok(nyz_npz_load_all(npz, NULL, &all, err));
    assert_int_equal(all.count, 0);
    nyz_arrays_free(&all);
    nyz_arrays_free(&all);
    nyz_arrays_free(NULL);
    nyz_npz_close(&npz);
    nyz_buffer_free(&file);
}

static void every_failing_allocation_is_reported_and_nothing_leaks(void **state)
{
    (void)state;
    nyz_buffer file = mixed_archive(1);
    nyz_npz *npz = NULL;
    nyz_status status = NYZ_ERR_MEMORY;
    assert_ok(nyz_npz_open_mem(file.data, file.size, NULL, &npz, err));
    for (long n = 1; status != NYZ_OK || n < 8; n++) {
        counting c;
        nyz_options opt = {0};
        nyz_arrays all;
        counting_init(&c);
        c.fail_at = n;
        c.for_good = 1;
        opt.allocator = &c.allocator;
        status = nyz_npz_load_all(npz, &opt, &all, NULL);
        assert_true(status == NYZ_OK || status == NYZ_ERR_MEMORY);
        nyz_arrays_free(&all);
        assert_int_equal(c.live, 0);
        assert_true(n < 1000);
    }
    nyz_npz_close(&npz);
    nyz_buffer_free(&file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_lanes_see_every_fixture_alike),
        cmocka_unit_test(members_of_all_sizes_on_any_number_of_threads),
        cmocka_unit_test(every_flipped_bit_is_judged_alike),
        cmocka_unit_test(an_empty_archive_is_an_empty_list),
        cmocka_unit_test(every_failing_allocation_is_reported_and_nothing_leaks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
