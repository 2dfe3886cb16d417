/* Errors, quoting, limits and options: src/common.c and src/alloc.c. */
#include "faults.h"

static void an_error_is_filled_whole_and_cut_not_overrun(void **state)
{
    (void)state;
    nyz_error err;
    char long_text[1000];
    memset(long_text, 'x', sizeof long_text - 1);
    long_text[sizeof long_text - 1] = '\0';
    memset(&err, 0xff, sizeof err);
    assert_int_equal(nyz_fail(&err, NYZ_ERR_LIMIT, 7, "a %s", long_text), NYZ_ERR_LIMIT);
    assert_int_equal(err.status, NYZ_ERR_LIMIT);
    assert_int_equal(err.sys, 0);
    assert_int_equal(err.offset, 7);
    assert_int_equal(strlen(err.message), sizeof err.message - 1);
}

static void a_prefix_stands_before_the_message_and_the_end_is_cut(void **state)
{
    (void)state;
    nyz_error err;
    (void)nyz_fail(&err, NYZ_ERR_CORRUPT, 0, "shape: damaged");
    nyz_error_prefix(&err, "member '%s': ", "w");
    assert_string_equal(err.message, "member 'w': shape: damaged");
    memset(err.message, 'y', sizeof err.message - 1);
    err.message[sizeof err.message - 1] = '\0';
    nyz_error_prefix(&err, "p: ");
    assert_memory_equal(err.message, "p: yyy", 6);
    assert_int_equal(strlen(err.message), sizeof err.message - 1);
}

static void a_system_failure_keeps_errno_and_names_it_in_our_words(void **state)
{
    (void)state;
    nyz_error err;
    assert_int_equal(nyz_fail_sys(&err, ENOSPC, 5, "cannot write"), NYZ_ERR_IO);
    assert_int_equal(err.sys, ENOSPC);
    assert_string_equal(err.message, "cannot write: no space left on the device");
    assert_int_equal(nyz_fail_sys(&err, ENOENT, -1, "open"), NYZ_ERR_NOT_FOUND);
    assert_int_equal(nyz_fail_sys(&err, ENOMEM, -1, "read"), NYZ_ERR_MEMORY);
    assert_int_equal(nyz_fail_sys(&err, 9999, -1, "read"), NYZ_ERR_IO);
    assert_string_equal(err.message, "read: system error 9999");
}

static void err_may_be_null(void **state)
{
    (void)state;
    assert_int_equal(nyz_fail(NULL, NYZ_ERR_IO, 0, "x"), NYZ_ERR_IO);
    assert_int_equal(nyz_fail_sys(NULL, ENOSPC, 0, "x"), NYZ_ERR_IO);
    nyz_error_prefix(NULL, "x");
}

static void quoting_escapes_what_a_terminal_would_obey(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *quoted;
    } cases[] = {
        {"plain w.npy", "plain w.npy"},
        {"a\x1b[31mb", "a\\x1b[31mb"},
        {"tab\tnl\n", "tab\\x09nl\\x0a"},
        {"\xc3\xa9", "\xc3\xa9"},
        {"\xe2\x80\xae", "\\xe2\\x80\\xae"}, /* right-to-left override */
        {"\xff", "\\xff"},
        {"\xc3", "\\xc3"},
        {"", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char out[NYZ_QUOTE_SIZE];
        assert_string_equal(nyz_quote(out, cases[i].text, strlen(cases[i].text)),
                            cases[i].quoted);
    }
}

static void quoting_cuts_long_text_with_dots(void **state)
{
    (void)state;
    char text[500];
    char out[NYZ_QUOTE_SIZE];
    memset(text, 1, sizeof text);
    (void)nyz_quote(out, text, sizeof text);
    const size_t size = strlen(out);
    assert_true(size < NYZ_QUOTE_SIZE);
    assert_string_equal(out + size - 3, "...");
}

static void status_texts_are_distinct(void **state)
{
    (void)state;
    for (int a = NYZ_OK; a <= NYZ_ERR_LIMIT; a++) {
        for (int b = NYZ_OK; b < a; b++) {
            assert_string_not_equal(nyz_status_text((nyz_status)a),
                                    nyz_status_text((nyz_status)b));
        }
    }
}

static void options_out_of_range_are_refused(void **state)
{
    (void)state;
    nyz_env env;
    const nyz_allocator half = {NULL, nyz_default_allocator.free, NULL};
    nyz_limits negative;
    memset(&negative, 0, sizeof negative);
    negative.members = -1;
    nyz_options bad[8];
    memset(bad, 0, sizeof bad);
    bad[0].allocator = &half;
    bad[1].limits = &negative;
    bad[2].order = (nyz_order)3;
    bad[3].byteorder = (nyz_byteorder)5;
    bad[4].npy_version = 4;
    bad[5].method = (nyz_method)12;
    bad[6].level = 10;
    bad[7].level = -2;
    for (size_t i = 0; i < 8; i++) {
        assert_fails(NYZ_ERR_ARGUMENT, "", nyz_env_init(&env, &bad[i], err));
    }
}

static void limits_default_tighten_when_untrusted_and_obey_the_caller(void **state)
{
    (void)state;
    nyz_env env;
    nyz_limits limits;
    memset(&limits, 0, sizeof limits);
    limits.dims = 3;
    limits.members = 2000000;
    nyz_options opt;
    memset(&opt, 0, sizeof opt);
    assert_ok(nyz_env_init(&env, NULL, err));
    assert_int_equal(env.limits.header_bytes, 1 << 20);
    assert_int_equal(env.limits.dims, 64);
    assert_int_equal(env.level, 6);
    opt.flags = NYZ_UNTRUSTED;
    opt.limits = &limits;
    assert_ok(nyz_env_init(&env, &opt, err));
    assert_int_equal(env.limits.header_bytes, 64 << 10);
    assert_int_equal(env.limits.dims, 3);
    assert_int_equal(env.limits.members, 2000000);
    assert_int_equal(env.limits.ratio, 200);
}

static void assert_limits(unsigned flags, const nyz_limits *expected)
{
    const nyz_options opt = {.flags = flags};
    nyz_env env;
    assert_ok(nyz_env_init(&env, &opt, err));
    assert_memory_equal(&env.limits, expected, sizeof *expected);
}

/* nyz.h and SECURITY.md say these numbers (python_check/test_security.py). */
static void both_sets_of_limits_are_those_of_the_manual(void **state)
{
    static const nyz_limits usual = {.header_bytes = 1048576,
                                     .dims = 64,
                                     .nesting = 32,
                                     .brackets = 64,
                                     .fields = 65536,
                                     .item_bytes = 2147483647,
                                     .array_bytes = PTRDIFF_MAX,
                                     .members = 1000000,
                                     .directory_bytes = 268435456,
                                     .name_bytes = 65535,
                                     .archive_bytes = INT64_MAX,
                                     .ratio = INT64_MAX};
    static const nyz_limits untrusted = {.header_bytes = 65536,
                                         .dims = 32,
                                         .nesting = 8,
                                         .brackets = 16,
                                         .fields = 4096,
                                         .item_bytes = 1048576,
                                         .array_bytes = 1073741824,
                                         .members = 10000,
                                         .directory_bytes = 4194304,
                                         .name_bytes = 1024,
                                         .archive_bytes = 4294967296,
                                         .ratio = 200};
    (void)state;
    assert_limits(0, &usual);
    assert_limits(NYZ_UNTRUSTED, &untrusted);
}

static void memory_is_aligned_to_64_bytes(void **state)
{
    (void)state;
    for (int64_t size = 1; size < 5000; size = size * 3 + 1) {
        void *memory = NULL;
        assert_ok(nyz_alloc_zero(&nyz_default_allocator, size, &memory, err));
        assert_int_equal((uintptr_t)memory % 64, 0);
        nyz_release(&nyz_default_allocator, memory, size);
    }
}

static void impossible_sizes_fail_instead_of_wrapping(void **state)
{
    (void)state;
    void *memory = &memory;
    assert_fails(NYZ_ERR_MEMORY, "out of memory",
                 nyz_alloc(&nyz_default_allocator, INT64_MAX, &memory, err));
    assert_null(memory);
    assert_fails(
        NYZ_ERR_MEMORY, "out of memory",
        nyz_alloc_array(&nyz_default_allocator, INT64_MAX / 4, 16, &memory, err));
    assert_null(memory);
    assert_null(nyz_default_allocator.alloc(NULL, SIZE_MAX, 64));
    assert_null(nyz_default_allocator.alloc(NULL, SIZE_MAX - 64, 64));
    assert_ok(nyz_alloc(&nyz_default_allocator, 0, &memory, err));
    assert_null(memory);
}

static void an_arena_gives_zeroed_aligned_memory_of_any_size(void **state)
{
    (void)state;
    nyz_arena arena;
    nyz_arena_init(&arena, &nyz_default_allocator);
    for (int64_t size = 1; size < 300000; size = size * 2 + 1) {
        void *memory = NULL;
        assert_ok(nyz_arena_alloc(&arena, size, 1, &memory, err));
        assert_int_equal((uintptr_t)memory % 16, 0);
        for (int64_t i = 0; i < size; i++) {
            assert_int_equal(((unsigned char *)memory)[i], 0);
        }
        memset(memory, 0xff, (size_t)size);
    }
    void *memory = NULL;
    assert_fails(NYZ_ERR_MEMORY, "", nyz_arena_alloc(&arena, INT64_MAX, 8, &memory, err));
    assert_fails(NYZ_ERR_MEMORY, "", nyz_arena_alloc(&arena, INT64_MAX, 1, &memory, err));
    nyz_arena_free(&arena);
    assert_null(arena.first);
}

static void an_arena_uses_up_the_callers_room_before_it_allocates(void **state)
{
    (void)state;
    counting c;
    nyz_arena arena;
    void *memory = NULL;
    _Alignas(16) unsigned char room[64];
    counting_init(&c);
    memset(room, 0xff, sizeof room);
    nyz_arena_init_in(&arena, &c.allocator, room, (int64_t)sizeof room);
    for (size_t i = 0; i < 4; i++) {
        assert_ok(nyz_arena_alloc(&arena, 1, 1, &memory, err));
        assert_ptr_equal(memory, room + 16 * i);
        assert_int_equal(room[16 * i + 15], 0);
    }
    assert_int_equal(c.calls, 0);
    assert_ok(nyz_arena_alloc(&arena, 1, 1, &memory, err));
    assert_int_equal(c.calls, 1);
    nyz_arena_free(&arena);
    assert_int_equal(c.live, 0);
}

static void an_owner_may_have_data_behind_it(void **state)
{
    (void)state;
    counting c;
    counting_init(&c);
    for (int64_t size = 0; size < 200; size += 7) {
        nyz_owner *owner = NULL;
        void *data = NULL;
        assert_ok(nyz_owner_new_with(&c.allocator, size, &owner, &data, err));
        assert_int_equal((uintptr_t)data % 64, 0);
        memset(data, 0xff, (size_t)size);
        nyz_owner_free(&owner);
        assert_null(owner);
        assert_int_equal(c.live, 0);
    }
    nyz_owner *owner = NULL;
    void *data = NULL;
    assert_fails(NYZ_ERR_MEMORY, "out of memory",
                 nyz_owner_new_with(&c.allocator, INT64_MAX, &owner, &data, err));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_error_is_filled_whole_and_cut_not_overrun),
        cmocka_unit_test(a_prefix_stands_before_the_message_and_the_end_is_cut),
        cmocka_unit_test(a_system_failure_keeps_errno_and_names_it_in_our_words),
        cmocka_unit_test(err_may_be_null),
        cmocka_unit_test(quoting_escapes_what_a_terminal_would_obey),
        cmocka_unit_test(quoting_cuts_long_text_with_dots),
        cmocka_unit_test(status_texts_are_distinct),
        cmocka_unit_test(options_out_of_range_are_refused),
        cmocka_unit_test(limits_default_tighten_when_untrusted_and_obey_the_caller),
        cmocka_unit_test(both_sets_of_limits_are_those_of_the_manual),
        cmocka_unit_test(memory_is_aligned_to_64_bytes),
        cmocka_unit_test(impossible_sizes_fail_instead_of_wrapping),
        cmocka_unit_test(an_arena_gives_zeroed_aligned_memory_of_any_size),
        cmocka_unit_test(an_arena_uses_up_the_callers_room_before_it_allocates),
        cmocka_unit_test(an_owner_may_have_data_behind_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
