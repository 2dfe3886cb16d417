/* SPDX-License-Identifier: MIT */
/* nyz_npz_load_all with NYZ_SKIP_UNSUPPORTED: npz_load_all.c. */

#include "io/stream.h"
#include "support/faults.h"
#include "support/zip_build.h"

#define HEADER(descr, fill)                                                              \
    "\x93NUMPY\1\0\x38\0{'descr': '" descr                                               \
    "', 'fortran_order': False, 'shape': (1,)}" fill "\n"
#define OBJECTS HEADER("|O", " ") "\x80\x04N."
#define NUMBER HEADER("<i2", "") "\1\2"

enum { NUMBERS, STORED, TEXT, DEFLATED, LATER, MORE_NUMBERS, COUNT };

static zb_archive mixed_archive(void)
{
    static const struct {
        const char *name;
        unsigned method;
        zb_bytes bytes;
    } members[COUNT] = {
        {"n.npy", 0, ZB(NUMBER)},
        {"o.npy", 0, ZB(OBJECTS)},
        {"text", 0, ZB("text")},
        {"deflated.npy", 8, ZB(OBJECTS)},
        {"later.npy", 0, ZB("\x93NUMPY\7\0 of a version that is not known")},
        {"m.npy", 0, ZB(NUMBER)},
    };
    zb_archive a = {0};
    for (size_t i = 0; i < COUNT; i++) {
        zb_add(&a, (zb_member){.name = members[i].name,
                               .method = members[i].method,
                               .data = members[i].bytes.data,
                               .size = members[i].bytes.size});
    }
    zb_finish(&a, 0);
    return a;
}

/* By one thread and by several; in place and, where another order is asked for, each by
 * itself. */
static const nyz_options ways[] = {
    {.flags = NYZ_SKIP_UNSUPPORTED},
    {.flags = NYZ_SKIP_UNSUPPORTED, .threads = 3},
    {.flags = NYZ_SKIP_UNSUPPORTED, .order = NYZ_F_ORDER},
    {.flags = NYZ_SKIP_UNSUPPORTED, .order = NYZ_F_ORDER, .threads = 3},
    {.flags = NYZ_SKIP_UNSUPPORTED | NYZ_UNTRUSTED, .threads = 2},
};
enum { WAYS = sizeof ways / sizeof ways[0] };

/* Of memory, or of a stream that has no read_at. */
static nyz_npz *open_archive(const zb_archive *a, int seeks, nyz_buffer *place)
{
    nyz_npz *npz = NULL;
    *place = (nyz_buffer){.data = a->bytes, .size = a->size, .capacity = a->size};
    nyz_stream stream = nyz_stream_buffer(place);
    if (seeks) {
        stream.read_at = NULL;
        assert_ok(nyz_npz_open_stream(&stream, NULL, &npz, err));
    } else {
        assert_ok(nyz_npz_open_mem(a->bytes, a->size, NULL, &npz, err));
    }
    return npz;
}

static void check_numbers(const nyz_arrays *all, int64_t index)
{
    nyz_array array;
    assert_ok(nyz_arrays_get_at(all, index, &array, err));
    assert_int_equal(array.dtype.type, NYZ_INT16);
    assert_int_equal(*(const int16_t *)array.data, 0x201);
    assert_null(nyz_arrays_error(all, index));
}

static void check_empty(const nyz_arrays *all, int64_t index)
{
    static const nyz_array empty;
    nyz_array array;
    assert_ok(nyz_arrays_get_at(all, index, &array, err));
    assert_memory_equal(&array, &empty, sizeof empty);
}

static void check_skipped(const nyz_arrays *all, int64_t index, const char *message)
{
    const nyz_error *const why = nyz_arrays_error(all, index);
    check_empty(all, index);
    assert_non_null(why);
    assert_int_equal(why->status, NYZ_ERR_UNSUPPORTED);
    assert_int_equal(strncmp(why->message, message, strlen(message)), 0);
}

static void check_all(const nyz_arrays *all)
{
    assert_int_equal(nyz_arrays_count(all), COUNT);
    check_numbers(all, NUMBERS);
    check_skipped(all, STORED, "member 'o.npy': an array of Python objects");
    check_empty(all, TEXT);
    assert_null(nyz_arrays_error(all, TEXT));
    check_skipped(all, DEFLATED, "member 'deflated.npy': an array of Python objects");
    check_skipped(all, LATER, "member 'later.npy': ");
    check_numbers(all, MORE_NUMBERS);
}

static void members_that_are_not_supported_are_skipped_with_the_reason(void **state)
{
    (void)state;
    zb_archive a = mixed_archive();
    for (int k = 0; k < 2 * WAYS; k++) {
        nyz_buffer place;
        nyz_arrays *all;
        nyz_error before;
        memset(&before, 0x5a, sizeof before);
        nyz_error after = before;
        nyz_npz *npz = open_archive(&a, k % 2, &place);
        assert_int_equal(nyz_npz_load_all(npz, &ways[k / 2], &all, &after), NYZ_OK);
        assert_memory_equal(&after, &before, sizeof before);
        check_all(all);
        assert_null(nyz_arrays_error(all, -1));
        assert_null(nyz_arrays_error(all, COUNT));
        nyz_arrays_free(&all);
        assert_null(all);
        nyz_npz_close(&npz);
    }
    zb_free(&a);
}

static void without_the_flag_the_failure_names_the_member(void **state)
{
    (void)state;
    zb_archive a = mixed_archive();
    for (int threads = 1; threads < 4; threads++) {
        const nyz_options opt = {.threads = threads};
        nyz_buffer place;
        nyz_arrays *all;
        nyz_npz *npz = open_archive(&a, 0, &place);
        assert_fails(NYZ_ERR_UNSUPPORTED, "member 'o.npy': an array of Python objects",
                     nyz_npz_load_all(npz, &opt, &all, err));
        assert_null(all);
        assert_int_equal(nyz_npz_load_all(npz, &opt, &all, NULL), NYZ_ERR_UNSUPPORTED);
        nyz_npz_close(&npz);
    }
    zb_free(&a);
}

/* As any other option of an archive. */
static void the_flag_may_be_given_when_the_archive_is_opened(void **state)
{
    (void)state;
    zb_archive a = mixed_archive();
    nyz_arrays *all;
    nyz_npz *npz = NULL;
    assert_ok(nyz_npz_open_mem(a.bytes, a.size, &ways[0], &npz, err));
    assert_ok(nyz_npz_load_all(npz, NULL, &all, err));
    check_all(all);
    nyz_arrays_free(&all);
    nyz_npz_close(&npz);
    zb_free(&a);
}

static void where_none_is_skipped_there_are_no_reasons(void **state)
{
    (void)state;
    zb_archive a = {0};
    zb_add(&a, (zb_member){.name = "n.npy", .data = NUMBER, .size = sizeof NUMBER - 1});
    zb_add(&a, (zb_member){.name = "text", .data = "text", .size = 4});
    zb_finish(&a, 0);
    for (int k = 0; k < 2 * WAYS; k++) {
        nyz_buffer place;
        nyz_arrays *all;
        nyz_npz *npz = open_archive(&a, k % 2, &place);
        assert_ok(nyz_npz_load_all(npz, &ways[k / 2], &all, err));
        check_numbers(all, 0);
        assert_null(nyz_arrays_error(all, 1));
        nyz_arrays_free(&all);
        nyz_npz_close(&npz);
    }
    zb_free(&a);
}

/* A wrong CRC, whatever the header says. */
static void damage_is_never_skipped(void **state)
{
    static const size_t members[] = {NUMBERS, STORED, TEXT, DEFLATED, LATER};
    (void)state;
    for (int k = 0; k < 10 * WAYS; k++) {
        zb_archive a = mixed_archive();
        const size_t member = members[k / 2 % 5];
        zb_patch(&a, a.local[member] + 14, 4, 7);
        zb_patch(&a, a.central[member] + 16, 4, 7);
        nyz_buffer place;
        nyz_arrays *all;
        nyz_npz *npz = open_archive(&a, k % 2, &place);
        assert_fails(NYZ_ERR_CORRUPT, "CRC-32",
                     nyz_npz_load_all(npz, &ways[k / 10], &all, err));
        assert_null(all);
        nyz_npz_close(&npz);
        zb_free(&a);
    }
}

static void what_a_limit_refuses_is_not_skipped(void **state)
{
    (void)state;
    zb_archive a = mixed_archive();
    const nyz_limits limits = {.array_bytes = 1};
    nyz_options opt = ways[0];
    nyz_buffer place;
    nyz_arrays *all;
    nyz_npz *npz = open_archive(&a, 0, &place);
    opt.limits = &limits;
    assert_fails(NYZ_ERR_LIMIT, "array_bytes", nyz_npz_load_all(npz, &opt, &all, err));
    nyz_npz_close(&npz);
    zb_free(&a);
}

/* The n-th, and all from the n-th on. */
static nyz_status load_without(const nyz_npz *npz, const nyz_options *way, long n,
                               int for_good)
{
    counting c;
    nyz_options opt = *way;
    nyz_arrays *all;
    counting_init(&c);
    c.fail_at = n;
    c.for_good = for_good;
    opt.allocator = &c.allocator;
    const nyz_status status = nyz_npz_load_all(npz, &opt, &all, NULL);
    if (status == NYZ_OK) {
        check_all(all);
    }
    nyz_arrays_free(&all);
    assert_int_equal(c.live, 0);
    return status;
}

static void every_failing_allocation_is_reported_and_nothing_leaks(void **state)
{
    (void)state;
    zb_archive a = mixed_archive();
    for (int k = 0; k < 4; k++) {
        const nyz_options way = {.flags = NYZ_SKIP_UNSUPPORTED,
                                 .order = k < 2 ? NYZ_KEEP_ORDER : NYZ_F_ORDER};
        nyz_buffer place;
        nyz_npz *npz = open_archive(&a, 0, &place);
        nyz_status status = NYZ_ERR_MEMORY;
        int failures = 0;
        for (long n = 1; status != NYZ_OK || n < 20; n++) {
            status = load_without(npz, &way, n, k % 2);
            assert_true(status == NYZ_OK || status == NYZ_ERR_MEMORY);
            failures += status != NYZ_OK;
            assert_true(n < 1000);
        }
        assert_true(failures > 4);
        nyz_npz_close(&npz);
    }
    zb_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_that_are_not_supported_are_skipped_with_the_reason),
        cmocka_unit_test(without_the_flag_the_failure_names_the_member),
        cmocka_unit_test(the_flag_may_be_given_when_the_archive_is_opened),
        cmocka_unit_test(where_none_is_skipped_there_are_no_reasons),
        cmocka_unit_test(damage_is_never_skipped),
        cmocka_unit_test(what_a_limit_refuses_is_not_skipped),
        cmocka_unit_test(every_failing_allocation_is_reported_and_nothing_leaks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
