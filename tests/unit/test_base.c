/* SPDX-License-Identifier: MIT */
/* Errors, quoting, limits and options: src/common.c and src/base/alloc.c. */
#include <errno.h>
#include <limits.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/config.h"
#include "base/error.h"
#include "base/file_kind.h"
#include "base/owner.h"
#include "support/faults.h"

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

static void a_prefix_comes_before_the_message_and_the_end_is_cut(void **state)
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
    char prefix[2 * sizeof err.message];
    memset(prefix, 'z', sizeof prefix - 1);
    prefix[sizeof prefix - 1] = '\0';
    nyz_error_prefix(&err, "%s", prefix); /* of which the beginning is left */
    assert_int_equal(strlen(err.message), sizeof err.message - 1);
    assert_memory_equal(err.message, prefix, sizeof err.message - 1);
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
        {"\xc2\xad", "\\xc2\\xad"},          /* soft hyphen */
        {"\xd8\x9c", "\\xd8\\x9c"},          /* Arabic letter mark */
        {"\xef\xbb\xbf", "\\xef\\xbb\\xbf"}, /* byte order mark */
        {"\xee\x80\x80", "\\xee\\x80\\x80"}, /* private use */
        {"\xef\xbf\xb9", "\\xef\\xbf\\xb9"}, /* interlinear annotation */
        {"\xe6\x97\xa5\xe2\x81\xb0\xef\xac\x81\xf0\x9f\x98\x80",
         "\xe6\x97\xa5\xe2\x81\xb0\xef\xac\x81\xf0\x9f\x98\x80"},
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
    for (int a = NYZ_OK; a <= NYZ_ERR_CANCELLED; a++) {
        for (int b = NYZ_OK; b < a; b++) {
            assert_string_not_equal(nyz_status_text((nyz_status)a),
                                    nyz_status_text((nyz_status)b));
        }
    }
    assert_string_equal(nyz_status_text((nyz_status)(NYZ_ERR_CANCELLED + 1)),
                        "unknown status");
}

static void what_a_file_system_answers_has_words_of_its_own(void **state)
{
    static const int answers[] = {EACCES, EPERM,  ENOENT, ENOTDIR,   EISDIR,    EROFS,
                                  ENOSPC, EFBIG,  EIO,    EBUSY,     EXDEV,     EMFILE,
                                  ENFILE, ENODEV, ENXIO,  ENOTEMPTY, ETIMEDOUT, EMLINK,
                                  EINTR,  EAGAIN, EEXIST, EINVAL,    ENOLCK,    ENOSYS};
    (void)state;
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        const char *const words = nyz_system_text(answers[i]);
        assert_non_null(words);
        nyz_error err;
        (void)nyz_fail_sys(&err, answers[i], -1, "cannot open");
        assert_string_equal(err.message + strlen("cannot open: "), words);
    }
    assert_null(nyz_system_text(0));
    assert_null(nyz_system_text(INT_MAX));
}

static void a_file_is_called_by_what_it_is(void **state)
{
    static const struct {
        const char *bytes;
        int64_t size;
        const char *text;
    } cases[] = {
        {"version https://git-lfs.github.com/spec/v1\noid sha256:ab\nsize 913296512\n", 0,
         "a Git LFS pointer, its 871 MiB are not here; run 'git lfs pull'"},
        {"version https://git-lfs.github.com/spec/v1\nsize 1288490189\n", 0, "1.20 GiB"},
        {"version https://git-lfs.github.com/spec/v1\nsize 10240\n", 0, "10.0 KiB"},
        {"version https://git-lfs.github.com/spec/v1\nsize 1023\n", 0, "its 1023 B are"},
        {"version https://git-lfs.github.com/spec/v1\nsize 9223372036854775807\n", 0,
         "a Git LFS pointer; run"},
        {"version https://git-lfs.github.com/spec/v1\nsize 1", 0, "its 1 B are"},
        {"version https://git-lfs.github.com/spec/v1", 0, "a Git LFS pointer; run"},
        {"/annex/objects/SHA256E-s100", 0, "git annex get"},
        {"\r\n <!DocType HTML><html>", 0, "an HTML page"},
        {"<HTML><head>", 0, "an HTML page"},
        {"<?xml version", 0, "an XML document"},
        {"\x1f\x8b\b\0", 4, "a gzip file"},
        {"\x89HDF\r\n\x1a\n", 0, "an HDF5 file"},
        {"\x89PNG\r\n\x1a\n", 0, "a PNG image"},
    };
    char out[NYZ_KIND_SIZE];
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const unsigned char *const bytes = (const unsigned char *)cases[i].bytes;
        const int64_t size =
            cases[i].size > 0 ? cases[i].size : (int64_t)strlen(cases[i].bytes);
        const char *const text = nyz_file_kind(out, bytes, size);
        assert_non_null(text);
        assert_non_null(strstr(text, cases[i].text));
        for (int64_t cut = 0; cut < size; cut++) { /* reads no byte that is not there */
            unsigned char *const exact = malloc(cut > 0 ? (size_t)cut : 1);
            memcpy(exact, bytes, (size_t)cut);
            (void)nyz_file_kind(out, exact, cut);
            free(exact);
        }
    }
    const unsigned char zeros[NYZ_KIND_BYTES] = {0};
    assert_non_null(strstr(nyz_file_kind(out, zeros, sizeof zeros), "zeros"));
    assert_null(nyz_file_kind(out, zeros, 8));
    assert_null(nyz_file_kind(out, (const unsigned char *)"\x93NUMPY\1", 7));
    assert_null(nyz_file_kind(out, (const unsigned char *)"1 2 3\n", 6));
}

static void unknown_flags_and_reserved_words_are_refused(void **state)
{
    (void)state;
    nyz_config config;
    nyz_options opt = {0};
    nyz_limits limits = {0};
    nyz_allocator allocator = nyz_default_allocator;
    for (unsigned bit = 11; bit < 32; bit++) {
        opt.flags = 1u << bit;
        assert_fails(NYZ_ERR_ARGUMENT, "unknown flags",
                     nyz_config_init(&config, &opt, err));
    }
    opt.flags = 0;
    static const int alignments[] = {1, 7, 12, 4, -8, 65536, INT32_MIN};
    for (size_t i = 0; i < sizeof alignments / sizeof alignments[0]; i++) {
        opt.align = alignments[i];
        assert_fails(NYZ_ERR_ARGUMENT, "expected a power of two",
                     nyz_config_init(&config, &opt, err));
    }
    opt.align = 32768;
    assert_ok(nyz_config_init(&config, &opt, err));
    opt.align = 0;
    opt.reserved[2] = 1;
    assert_fails(NYZ_ERR_ARGUMENT, "options: reserved",
                 nyz_config_init(&config, &opt, err));
    opt.reserved[2] = 0;
    opt.limits = &limits;
    opt.allocator = &allocator;
    assert_ok(nyz_config_init(&config, &opt, err));
    limits.reserved[15] = 1;
    assert_fails(NYZ_ERR_ARGUMENT, "limits: reserved",
                 nyz_config_init(&config, &opt, err));
    limits.reserved[15] = 0;
    allocator.reserved[3] = &limits;
    assert_fails(NYZ_ERR_ARGUMENT, "allocator: reserved",
                 nyz_config_init(&config, &opt, err));
}

static void a_level_means_deflate(void **state)
{
    (void)state;
    nyz_config config;
    nyz_options opt = {0};
    assert_ok(nyz_config_init(&config, &opt, err));
    assert_int_equal(config.method, NYZ_STORED);
    opt.level = 9;
    assert_ok(nyz_config_init(&config, &opt, err));
    assert_int_equal(config.method, NYZ_DEFLATED);
    opt.level = NYZ_LEVEL_FAST;
    assert_ok(nyz_config_init(&config, &opt, err));
    assert_int_equal(config.method, NYZ_DEFLATED);
}

static void *moving_realloc(void *ctx, void *memory, size_t old_size, size_t size,
                            size_t align)
{
    void *const moved = nyz_default_allocator.alloc(NULL, size, align);
    ++*(int *)ctx;
    memcpy(moved, memory, old_size < size ? old_size : size);
    nyz_default_allocator.free(NULL, memory, old_size);
    return moved;
}

static void an_allocators_realloc_is_used_for_buffers_that_grow(void **state)
{
    (void)state;
    int calls = 0;
    nyz_allocator allocator = nyz_default_allocator;
    allocator.realloc = moving_realloc;
    allocator.ctx = &calls;
    nyz_buffer buffer = {.allocator = &allocator};
    const nyz_stream s = nyz_stream_buffer(&buffer);
    for (int i = 0; i < 3000; i++) {
        const unsigned char byte = (unsigned char)i;
        assert_int_equal(s.write(s.ctx, &byte, 1), 1);
    }
    assert_true(calls > 0);
    for (int i = 0; i < 3000; i++) {
        assert_int_equal(buffer.data[i], i & 0xff);
    }
    nyz_buffer_free(&buffer);
}

static void options_out_of_range_are_refused(void **state)
{
    (void)state;
    nyz_config config;
    const nyz_allocator half = {.free = nyz_default_allocator.free};
    const nyz_allocator other_half = {.alloc = nyz_default_allocator.alloc};
    nyz_options bad[9];
    memset(bad, 0, sizeof bad);
    bad[0].allocator = &half;
    bad[1].allocator = &other_half;
    bad[2].order = (nyz_order)3;
    bad[3].byteorder = (nyz_byteorder)5;
    bad[4].npy_version = 4;
    bad[5].method = (nyz_method)12;
    bad[6].level = 10;
    bad[7].level = -2;
    bad[8].npy_version = -1;
    for (size_t i = 0; i < 9; i++) {
        assert_fails(NYZ_ERR_ARGUMENT, "", nyz_config_init(&config, &bad[i], err));
    }
}

static void no_limit_may_be_negative(void **state)
{
    (void)state;
    for (size_t at = 0; at < offsetof(nyz_limits, reserved); at += sizeof(int64_t)) {
        const int64_t negative = -1;
        nyz_config config;
        nyz_limits limits;
        memset(&limits, 0, sizeof limits);
        memcpy((char *)&limits + at, &negative, sizeof negative);
        const nyz_options opt = {.limits = &limits};
        assert_fails(NYZ_ERR_ARGUMENT, "is negative: -1",
                     nyz_config_init(&config, &opt, err));
    }
}

/* The ceilings that nyz.h states, in its order. */
static void a_limit_above_its_ceiling_is_refused(void **state)
{
    static const struct {
        const char *name;
        int64_t ceiling;
    } cases[] = {{"header_bytes", 268435456},
                 {"dims", 64},
                 {"nesting", 64},
                 {"brackets", 256},
                 {"fields", 2147483647},
                 {"item_bytes", 2147483647},
                 {"array_bytes", PTRDIFF_MAX},
                 {"members", 2147483647},
                 {"directory_bytes", 4294967295},
                 {"name_bytes", 65535},
                 {"archive_bytes", INT64_MAX},
                 {"ratio", INT64_MAX}};
    (void)state;
    assert_int_equal(sizeof cases / sizeof cases[0] * sizeof(int64_t),
                     offsetof(nyz_limits, reserved));
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t limits[sizeof(nyz_limits) / sizeof(int64_t)] = {0};
        char message[100];
        nyz_limits chosen;
        nyz_config config;
        nyz_options opt = {0};
        limits[i] = cases[i].ceiling;
        memcpy(&chosen, limits, sizeof chosen);
        opt.limits = &chosen;
        assert_ok(nyz_config_init(&config, &opt, err));
        assert_memory_equal((char *)&config.limits + i * sizeof(int64_t), &limits[i],
                            sizeof(int64_t));
        if (cases[i].ceiling == INT64_MAX) {
            continue;
        }
        limits[i]++;
        memcpy(&chosen, limits, sizeof chosen);
        (void)snprintf(message, sizeof message, "limit %s is %lld; the maximum is %lld",
                       cases[i].name, (long long)limits[i], (long long)cases[i].ceiling);
        assert_fails(NYZ_ERR_ARGUMENT, message, nyz_config_init(&config, &opt, err));
    }
}

static void every_failure_of_a_file_system_has_words(void **state)
{
    static const int numbers[] = {
        ENOENT,    EACCES,     EPERM,        ENOSPC,    EIO,          EISDIR,
        ENOTDIR,   EROFS,      EFBIG,        EMFILE,    ENFILE,       ENAMETOOLONG,
        EPIPE,     EBADF,      EINVAL,       ENOMEM,    EEXIST,       EINTR,
        ENXIO,     ENODEV,     ESPIPE,       EAGAIN,    EBUSY,        EXDEV,
        EMLINK,    ENOSYS,     ENOLCK,       EDEADLK,   ENOTEMPTY,    ERANGE,
        EILSEQ,    EFAULT,
#ifdef __linux__
        ENOTSUP,   EOVERFLOW,  ETXTBSY,      ELOOP,     EDQUOT,       ESTALE,
        ETIMEDOUT, ECONNRESET, ECONNREFUSED, EHOSTDOWN, EHOSTUNREACH, ENETUNREACH,
        ENOTCONN,  EREMOTEIO,  EUCLEAN,      ENOMEDIUM, EMEDIUMTYPE,  ENODATA,
        EPROTO,    EBADMSG,    ENOKEY,       ENOBUFS,
#endif
    };
    (void)state;
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        nyz_error error;
        (void)nyz_fail_sys(&error, numbers[i], -1, "cannot open");
        assert_null(strstr(error.message, "system error"));
        assert_int_equal(strncmp(error.message, "cannot open: ", 13), 0);
        assert_true(strlen(error.message) > 18);
    }
    nyz_error error;
    (void)nyz_fail_sys(&error, 99999, -1, "cannot open");
    assert_string_equal(error.message, "cannot open: system error 99999");
    (void)nyz_fail_sys(&error, ENOENT, -1, "cannot open");
    assert_string_equal(error.message, "cannot open: no such file or directory");
}

static void limits_default_tighten_when_untrusted_and_obey_the_caller(void **state)
{
    (void)state;
    nyz_config config;
    nyz_limits limits;
    memset(&limits, 0, sizeof limits);
    limits.dims = 3;
    limits.members = 2000000;
    nyz_options opt;
    memset(&opt, 0, sizeof opt);
    assert_ok(nyz_config_init(&config, NULL, err));
    assert_int_equal(config.limits.header_bytes, 1 << 20);
    assert_int_equal(config.limits.dims, 64);
    assert_int_equal(config.level, 6);
    opt.flags = NYZ_UNTRUSTED;
    opt.limits = &limits;
    assert_ok(nyz_config_init(&config, &opt, err));
    assert_int_equal(config.limits.header_bytes, 64 << 10);
    assert_int_equal(config.limits.dims, 3);
    assert_int_equal(config.limits.members, 2000000);
    assert_int_equal(config.limits.ratio, 200);
}

static void assert_limits(unsigned flags, const nyz_limits *expected)
{
    const nyz_options opt = {.flags = flags};
    nyz_config config;
    assert_ok(nyz_config_init(&config, &opt, err));
    assert_memory_equal(&config.limits, expected, sizeof *expected);
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
    assert_fails(NYZ_ERR_MEMORY, "-1 items of 16 bytes",
                 nyz_alloc_array(&nyz_default_allocator, -1, 16, &memory, err));
    assert_fails(NYZ_ERR_MEMORY, "-1 bytes",
                 nyz_alloc(&nyz_default_allocator, -1, &memory, err));
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
    assert_fails(NYZ_ERR_MEMORY, "",
                 nyz_arena_alloc(&arena, INT64_MAX - 64, 1, &memory, err));
    assert_fails(NYZ_ERR_MEMORY, "", nyz_arena_alloc(&arena, -1, 1, &memory, err));
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

/* What the calls below work with, all of it good. */
typedef struct subject {
    nyz_array array;
    nyz_stream file; /* an array */
    nyz_buffer file_bytes;
    nyz_npz *npz; /* with one member */
    nyz_buffer archive;
    nyz_buffer written;
    nyz_stream to; /* `written` */
} subject;

enum { READS = 17, WRITES = 8, ADDS = 3 };

/* Calls of which the outputs are an array, except the last ones. */
static nyz_status read_with(subject *s, int call, const nyz_options *opt, nyz_array *out,
                            nyz_error *err)
{
    nyz_arrays *arrays = NULL;
    nyz_npz *npz = NULL;
    switch (call) {
    case 0:
        return nyz_dtype_parse("<f8", 3, opt, &out->dtype, err);
    case 1:
        return nyz_array_copy(&s->array, opt, out, err);
    case 2:
        return nyz_load("nowhere", opt, out, err);
    case 3:
        return nyz_load_header("nowhere", opt, out, err);
    case 4:
        return nyz_load_mem(s->file_bytes.data, s->file_bytes.size, opt, out, err);
    case 5:
        return nyz_read(&s->file, opt, out, err);
    case 6:
        return nyz_read_header(&s->file, opt, out, err);
    case 7:
        return nyz_npz_load(s->npz, "a", opt, out, err);
    case 8:
        return nyz_npz_load_at(s->npz, 0, opt, out, err);
    case 9:
        return nyz_npz_load_header_at(s->npz, 0, opt, out, err);
    case 10:
        return nyz_npz_bytes_at(s->npz, 0, opt, out, err);
    case 11:
        return nyz_load_into("nowhere", opt, &s->array, err);
    case 12:
        return nyz_read_into(&s->file, opt, &s->array, err);
    case 13:
        return nyz_npz_load_into_at(s->npz, 0, opt, &s->array, err);
    case 14:
        return nyz_npz_load_all(s->npz, opt, &arrays, err);
    case 15:
        return nyz_npz_open("nowhere", opt, &npz, err);
    default:
        return nyz_npz_open_mem(s->archive.data, s->archive.size, opt, &npz, err);
    }
}

/* To a path nothing may be written. */
static nyz_status write_with(subject *s, int call, const nyz_options *opt, nyz_error *err)
{
    nyz_npz_writer *writer = NULL;
    nyz_output *output = NULL;
    nyz_stream stream;
    nyz_buffer buffer;
    switch (call) {
    case 0:
        return nyz_save(&s->array, "/nowhere", opt, err);
    case 1:
        return nyz_save_mem(&s->array, opt, &buffer, err);
    case 2:
        return nyz_write(&s->to, &s->array, opt, err);
    case 3:
        return nyz_write_header(&s->to, &s->array, opt, err);
    case 4:
        return nyz_output_create("/nowhere", opt, &output, &stream, err);
    case 5:
        return nyz_npz_create("/nowhere", opt, &writer, err);
    case 6:
        return nyz_npz_create_stream(&s->to, opt, &writer, err);
    default:
        return nyz_npz_save("/nowhere", NULL, &s->array, 1, opt, err);
    }
}

/* To an archive begun well: the failure stays. */
static nyz_status add_with(subject *s, int call, const nyz_options *opt, nyz_error *err)
{
    nyz_npz_writer *writer = NULL;
    assert_int_equal(nyz_npz_create_stream(&s->to, NULL, &writer, NULL), NYZ_OK);
    const nyz_status status = call == 0 ? nyz_npz_add(writer, "a", &s->array, opt, err)
                              : call == 1
                                  ? nyz_npz_add_bytes(writer, "a", "x", 1, opt, err)
                                  : nyz_npz_add_all(writer, NULL, &s->array, 1, opt, err);
    assert_int_equal(nyz_npz_add_all(writer, NULL, &s->array, 1, NULL, NULL), status);
    assert_int_equal(nyz_npz_finish(&writer, NULL), status);
    return status;
}

static void make_subject(subject *s)
{
    static const double numbers[2];
    const nyz_dtype dtype = nyz_dtype_of(NYZ_FLOAT64);
    const int64_t count = 2;
    memset(s, 0, sizeof *s);
    assert_ok(nyz_array_wrap_const(numbers, &dtype, 1, &count, NULL, &s->array, err));
    assert_ok(nyz_save_mem(&s->array, NULL, &s->file_bytes, err));
    s->file = nyz_stream_buffer(&s->file_bytes);
    s->to = nyz_stream_buffer(&s->archive);
    nyz_npz_writer *writer = NULL;
    assert_ok(nyz_npz_create_stream(&s->to, NULL, &writer, err));
    assert_ok(nyz_npz_add(writer, "a", &s->array, NULL, err));
    assert_ok(nyz_npz_finish(&writer, err));
    assert_ok(nyz_npz_open_mem(s->archive.data, s->archive.size, NULL, &s->npz, err));
    s->to = nyz_stream_buffer(&s->written);
}

/* Before anything else, and so that nothing is read, written or returned. */
static void each_call_looks_at_its_options(void **state)
{
    (void)state;
    static const nyz_array zeros;
    const nyz_options bad = {.level = 10};
    subject s;
    make_subject(&s);
    for (int call = 0; call < READS; call++) {
        nyz_array out = zeros;
        assert_fails(NYZ_ERR_ARGUMENT, "level 10", read_with(&s, call, &bad, &out, err));
        assert_memory_equal(&out, &zeros, sizeof out);
        assert_int_equal(s.file_bytes.position, 0);
    }
    for (int call = 0; call < WRITES; call++) {
        assert_fails(NYZ_ERR_ARGUMENT, "level 10", write_with(&s, call, &bad, err));
        assert_int_equal(s.written.size, 0);
    }
    for (int call = 0; call < ADDS; call++) {
        assert_fails(NYZ_ERR_ARGUMENT, "level 10", add_with(&s, call, &bad, err));
    }
    assert_int_equal(nyz_npz_open_stream(&s.file, &bad, &(nyz_npz *){NULL}, NULL),
                     NYZ_ERR_ARGUMENT);
    nyz_npz_close(&s.npz);
    nyz_buffer_free(&s.archive);
    nyz_buffer_free(&s.file_bytes);
    nyz_buffer_free(&s.written);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_error_is_filled_whole_and_cut_not_overrun),
        cmocka_unit_test(a_prefix_comes_before_the_message_and_the_end_is_cut),
        cmocka_unit_test(a_system_failure_keeps_errno_and_names_it_in_our_words),
        cmocka_unit_test(err_may_be_null),
        cmocka_unit_test(quoting_escapes_what_a_terminal_would_obey),
        cmocka_unit_test(quoting_cuts_long_text_with_dots),
        cmocka_unit_test(status_texts_are_distinct),
        cmocka_unit_test(a_file_is_called_by_what_it_is),
        cmocka_unit_test(what_a_file_system_answers_has_words_of_its_own),
        cmocka_unit_test(unknown_flags_and_reserved_words_are_refused),
        cmocka_unit_test(a_level_means_deflate),
        cmocka_unit_test(an_allocators_realloc_is_used_for_buffers_that_grow),
        cmocka_unit_test(options_out_of_range_are_refused),
        cmocka_unit_test(no_limit_may_be_negative),
        cmocka_unit_test(a_limit_above_its_ceiling_is_refused),
        cmocka_unit_test(every_failure_of_a_file_system_has_words),
        cmocka_unit_test(limits_default_tighten_when_untrusted_and_obey_the_caller),
        cmocka_unit_test(both_sets_of_limits_are_those_of_the_manual),
        cmocka_unit_test(memory_is_aligned_to_64_bytes),
        cmocka_unit_test(impossible_sizes_fail_instead_of_wrapping),
        cmocka_unit_test(an_arena_gives_zeroed_aligned_memory_of_any_size),
        cmocka_unit_test(an_arena_uses_up_the_callers_room_before_it_allocates),
        cmocka_unit_test(an_owner_may_have_data_behind_it),
        cmocka_unit_test(each_call_looks_at_its_options),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
