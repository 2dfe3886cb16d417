/* SPDX-License-Identifier: MIT */
/* Many arrays added at once: the same archive as one by one, whatever the threads.
 * src/npz/npz_add_all.c, parallel.c. */

#include "base/error.h"
#include "base/parallel.h"
#include "support/faults_locked.h"

#define MIB ((int64_t)1 << 20)

static counting memory;
static const nyz_allocator locked = {.alloc = locked_alloc,
                                     .free = locked_free,
                                     .ctx = &memory};

enum { MOST = 300, NUMBERS = 3 * 1024 * 1024 };

static double *numbers;
static nyz_array arrays[MOST];
static char names[MOST][16];
static const char *name_of[MOST];

/* Sizes from nothing to some MiB, small ones in between, some with gaps. */
static int make_arrays(void **state)
{
    const nyz_dtype dtype = nyz_dtype_of(NYZ_FLOAT64);
    (void)state;
    numbers = malloc(NUMBERS * sizeof *numbers);
    assert_non_null(numbers);
    for (int i = 0; i < NUMBERS; i++) {
        numbers[i] = (double)(i % 1013) / 7;
    }
    for (int i = 0; i < MOST; i++) {
        const int64_t count = i == 5 ? 540000 : i % 80 == 3 ? 20000 : i % 11;
        const int64_t strides[1] = {i % 3 == 0 ? 16 : 8};
        assert_ok(
            nyz_array_wrap(numbers + i, &dtype, 1, &count, strides, &arrays[i], err));
        (void)snprintf(names[i], sizeof names[i], "n%d", i);
        name_of[i] = i % 7 == 6 ? NULL : names[i];
    }
    return 0;
}

static int free_arrays(void **state)
{
    (void)state;
    free(numbers);
    return 0;
}

static nyz_status write_all(const nyz_stream *stream, const nyz_options *opt,
                            int64_t count, nyz_error *err)
{
    nyz_npz_writer *w = NULL;
    NYZ_TRY(nyz_npz_create_stream(stream, opt, &w, err));
    (void)nyz_npz_add_all(w, name_of, arrays, count, NULL, NULL);
    return nyz_npz_finish(&w, err);
}

static nyz_status write_one_by_one(const nyz_stream *stream, const nyz_options *opt,
                                   int64_t count, nyz_error *err)
{
    nyz_npz_writer *w = NULL;
    NYZ_TRY(nyz_npz_create_stream(stream, opt, &w, err));
    for (int64_t i = 0; i < count; i++) {
        (void)nyz_npz_add(w, name_of[i], &arrays[i], NULL, NULL);
    }
    return nyz_npz_finish(&w, err);
}

static void the_archive_is_the_same_as_one_by_one(void **state)
{
    static const struct {
        nyz_method method;
        int level;
        unsigned flags;
    } ways[] = {{NYZ_STORED, 0, 0},
                {NYZ_DEFLATED, 1, 0},
                {NYZ_DEFLATED, NYZ_LEVEL_FAST, 0},
                {NYZ_DEFLATED, 1, NYZ_BLOCKS}};
    (void)state;
    for (int i = 0; i < 4; i++) {
        nyz_options opt = {
            .method = ways[i].method, .level = ways[i].level, .flags = ways[i].flags};
        trickle one = {0};
        const nyz_stream one_stream = trickle_stream(&one, (size_t)MIB, i % 2);
        assert_ok(write_one_by_one(&one_stream, &opt, MOST, err));
        for (opt.threads = 2; opt.threads < 4; opt.threads++) {
            trickle all = {0};
            const nyz_stream all_stream = trickle_stream(&all, (size_t)MIB, i % 2);
            assert_ok(write_all(&all_stream, &opt, MOST, err));
            assert_int_equal(all.buffer.size, one.buffer.size);
            assert_memory_equal(all.buffer.data, one.buffer.data, one.buffer.size);
            nyz_buffer_free(&all.buffer);
        }
        nyz_buffer_free(&one.buffer);
    }
}

/* The array before the bad one is written, and its failure comes first. */
static void the_failure_is_that_of_the_first_array_that_cannot_be_added(void **state)
{
    nyz_array some[4];
    (void)state;
    memcpy(some, arrays, sizeof some);
    some[2].data = NULL;
    some[2].shape[0] = 1;
    const char *const twice[4] = {"a", "b", "c", "a"};
    for (int threads = 0; threads < 3; threads++) {
        nyz_options opt = {.method = NYZ_DEFLATED, .threads = threads};
        for (int failing = 0; failing < 2; failing++) {
            trickle t = {0};
            const nyz_stream s = trickle_stream(&t, 1000, 1);
            nyz_npz_writer *w = NULL;
            assert_ok(nyz_npz_create_stream(&s, &opt, &w, err));
            if (failing) {
                assert_fails(NYZ_ERR_ARGUMENT, "data is NULL",
                             nyz_npz_add_all(w, twice, some, 4, NULL, err));
            } else {
                assert_fails(NYZ_ERR_ARGUMENT, "'a.npy' is in the archive already",
                             nyz_npz_add_all(w, twice, arrays, 4, NULL, err));
            }
            assert_fails(NYZ_ERR_ARGUMENT, "", nyz_npz_add(w, "z", arrays, NULL, err));
            assert_fails(NYZ_ERR_ARGUMENT, "", nyz_npz_finish(&w, err));
            nyz_buffer_free(&t.buffer);
        }
    }
}

/* What comes first in the archive is told first, although the names of later arrays are
 * looked at before it is written. */
static void a_failing_write_comes_before_a_later_bad_name(void **state)
{
    enum { NOISE = 300000 };
    static unsigned char noise[NOISE];
    static const char *const twice[2] = {"a", "a"};
    const int64_t count = NOISE;
    const nyz_dtype dtype = nyz_dtype_of(NYZ_UINT8);
    nyz_array both[2];
    uint32_t random = 1;
    (void)state;
    for (int i = 0; i < NOISE; i++) {
        random = random * 1664525u + 1013904223u;
        noise[i] = (unsigned char)(random >> 24);
    }
    for (int i = 0; i < 2; i++) {
        assert_ok(nyz_array_wrap(noise, &dtype, 1, &count, NULL, &both[i], err));
    }
    for (int threads = 0; threads < 3; threads++) {
        const nyz_options opt = {.method = NYZ_DEFLATED, .threads = threads};
        trickle t = {0};
        const nyz_stream s = trickle_stream(&t, 1000, 1);
        nyz_npz_writer *w = NULL;
        assert_ok(nyz_npz_create_stream(&s, &opt, &w, err));
        t.fail_at = t.calls + 1;
        assert_fails(NYZ_ERR_IO, "member 'a.npy': cannot write",
                     nyz_npz_add_all(w, twice, both, 2, NULL, err));
        nyz_npz_discard(&w);
        nyz_buffer_free(&t.buffer);
    }
}

/* A large member in blocks is written alone, after those that wait: their failure is the
 * one that is told, and nothing of the large one is written. */
static void what_waits_is_written_before_a_member_that_is_written_alone(void **state)
{
    enum { NOISE = 100000 };
    static unsigned char noise[NOISE];
    const nyz_dtype types[] = {nyz_dtype_of(NYZ_UINT8), nyz_dtype_of(NYZ_FLOAT64)};
    const int64_t counts[] = {NOISE, 540000};
    nyz_array both[2];
    uint32_t random = 1;
    (void)state;
    for (int i = 0; i < NOISE; i++) {
        random = random * 1664525u + 1013904223u;
        noise[i] = (unsigned char)(random >> 24);
    }
    for (int i = 0; i < 2; i++) {
        const void *const data = i == 0 ? (const void *)noise : numbers;
        assert_ok(
            nyz_array_wrap_const(data, &types[i], 1, &counts[i], NULL, &both[i], err));
    }
    const nyz_options opt = {
        .method = NYZ_DEFLATED, .level = 1, .threads = 2, .flags = NYZ_BLOCKS};
    static const char *const small_and_large[2] = {"small", "large"};
    trickle t = {0};
    const nyz_stream s = trickle_stream(&t, 1000, 1);
    nyz_npz_writer *w = NULL;
    assert_ok(nyz_npz_create_stream(&s, &opt, &w, err));
    t.fail_at = t.calls + 1;
    assert_fails(NYZ_ERR_IO, "member 'small.npy': cannot write",
                 nyz_npz_add_all(w, small_and_large, both, 2, NULL, err));
    assert_int_equal(t.calls, t.fail_at);
    nyz_npz_discard(&w);
    nyz_buffer_free(&t.buffer);
}

/* Small members collect in a buffer, and the stream fails when it is full, wherever that
 * is: in a member's header, name or data, in the record after it, or in the directory. */
static void a_failing_stream_is_told_wherever_the_buffer_is_full(void **state)
{
    enum { BUFFER = 65536, FILLERS = 5, FILLER = 13000 };
    static const char filler[BUFFER];
    const nyz_options deflated = {.method = NYZ_DEFLATED, .threads = 2};
    const nyz_options stored = {.method = NYZ_STORED};
    (void)state;
    for (int left = 0; left < 1000; left += 8) {
        trickle t = {0};
        const nyz_stream s = trickle_stream(&t, 100000, 0);
        nyz_npz_writer *w = NULL;
        nyz_error first = {0};
        nyz_error last = {0};
        assert_ok(nyz_npz_create_stream(&s, &deflated, &w, err));
        for (int i = 0; i < FILLERS; i++) {
            const int most =
                BUFFER - (FILLERS - 1) * FILLER - 500; /* and their records */
            char name[16];
            (void)snprintf(name, sizeof name, "filler%d", i);
            assert_ok(nyz_npz_add_bytes(
                w, name, filler, (size_t)(i > 0 ? FILLER : most - left), &stored, err));
        }
        assert_int_equal(t.buffer.size, 0);
        t.calls = 0;
        t.fail_at = 1;
        const nyz_status status = nyz_npz_add_all(w, NULL, arrays, 3, NULL, &first);
        assert_int_equal(nyz_npz_finish(&w, &last), NYZ_ERR_IO);
        assert_int_equal(t.calls, 1);
        assert_non_null(strstr(last.message, "cannot write"));
        if (status != NYZ_OK) {
            assert_int_equal(status, NYZ_ERR_IO);
            assert_string_equal(last.message, first.message);
        }
        nyz_buffer_free(&t.buffer);
    }
}

static void a_negative_count_and_no_array_at_all(void **state)
{
    nyz_buffer file = {0};
    const nyz_stream s = nyz_stream_buffer(&file);
    nyz_npz_writer *w = NULL;
    (void)state;
    assert_ok(nyz_npz_create_stream(&s, NULL, &w, err));
    assert_ok(nyz_npz_add_all(w, NULL, NULL, 0, NULL, err));
    assert_fails(NYZ_ERR_ARGUMENT, "-1 arrays",
                 nyz_npz_add_all(w, NULL, NULL, -1, NULL, err));
    nyz_npz_discard(&w);
    nyz_buffer_free(&file);
}

/* Members of zeros that take no memory here: one too large to wait, and then more than
 * may wait together. */
static void large_members_do_not_wait_together(void **state)
{
    static const int64_t sizes[] = {70 * MIB, 32 * MIB, 32 * MIB, 10 * MIB};
    const int64_t strides[1] = {0};
    const nyz_dtype dtype = nyz_dtype_of(NYZ_UINT8);
    nyz_options opt = {.method = NYZ_DEFLATED, .level = 1, .threads = 2};
    nyz_buffer file = {0};
    const nyz_stream s = nyz_stream_buffer(&file);
    nyz_array zeros[4];
    nyz_npz_writer *w = NULL;
    nyz_npz *npz = NULL;
    (void)state;
    counting_init(&memory);
    opt.allocator = &locked;
    for (int i = 0; i < 4; i++) {
        assert_ok(nyz_array_wrap("", &dtype, 1, &sizes[i], strides, &zeros[i], err));
    }
    assert_ok(nyz_npz_create_stream(&s, &opt, &w, err));
    assert_ok(nyz_npz_add_all(w, NULL, zeros, 4, NULL, err));
    assert_ok(nyz_npz_finish(&w, err));
    assert_in_range(memory.peak, 64 * MIB, 67 * MIB);
    assert_int_equal(memory.live, 0);
    assert_ok(nyz_npz_open_mem(file.data, file.size, NULL, &npz, err));
    for (int i = 0; i < 4; i++) {
        nyz_member m;
        assert_ok(nyz_npz_member_at(npz, i, &m, err));
        assert_int_equal(m.size, sizes[i] + 128);
    }
    nyz_npz_close(&npz);
    nyz_buffer_free(&file);
}

static void every_failing_allocation_or_call_is_told_and_nothing_leaks(void **state)
{
    (void)state;
    for (int calls = 0; calls < 2; calls++) {
        nyz_status status = NYZ_ERR_IO;
        for (long n = 1; status != NYZ_OK; n++) {
            trickle t = {.fail_at = calls ? n : 0};
            const nyz_stream s = trickle_stream(&t, 100000, 1);
            nyz_options opt = {.method = NYZ_DEFLATED, .level = 1};
            nyz_error err = {0};
            counting_init(&memory);
            memory.fail_at = calls ? 0 : n;
            opt.allocator = &locked;
            opt.threads = 2;
            status = write_all(&s, &opt, 5, &err); /* the sixth is large */
            assert_int_equal(err.status, status);
            assert_int_equal(memory.live, 0);
            assert_true(n < 2000);
            nyz_buffer_free(&t.buffer);
        }
    }
}

static int64_t work_of(const void *ctx, int64_t piece)
{
    return ((const int64_t *)ctx)[piece];
}

static void work_is_sorted_longest_first(void **state)
{
    (void)state;
    for (int64_t count = 0; count < 60; count++) {
        int64_t work[60] = {0};
        int64_t order[60];
        int64_t seen = 0;
        for (int64_t i = 0; i < count; i++) {
            work[i] = i * i % 37;
            order[i] = i;
        }
        nyz_parallel_longest_first(order, count, work_of, work);
        for (int64_t i = 0; i < count; i++) {
            assert_in_range(order[i], 0, count - 1);
            assert_true(i == 0 || work[order[i]] <= work[order[i - 1]]);
            seen |= (int64_t)1 << order[i];
        }
        assert_int_equal(seen, ((int64_t)1 << count) - 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_archive_is_the_same_as_one_by_one),
        cmocka_unit_test(the_failure_is_that_of_the_first_array_that_cannot_be_added),
        cmocka_unit_test(a_failing_write_comes_before_a_later_bad_name),
        cmocka_unit_test(what_waits_is_written_before_a_member_that_is_written_alone),
        cmocka_unit_test(a_failing_stream_is_told_wherever_the_buffer_is_full),
        cmocka_unit_test(a_negative_count_and_no_array_at_all),
        cmocka_unit_test(large_members_do_not_wait_together),
        cmocka_unit_test(every_failing_allocation_or_call_is_told_and_nothing_leaks),
        cmocka_unit_test(work_is_sorted_longest_first),
    };
    return cmocka_run_group_tests(tests, make_arrays, free_arrays);
}
