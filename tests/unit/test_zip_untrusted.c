/* SPDX-License-Identifier: MIT */
/* zip_untrusted.c: what is refused in untrusted files alone.  One row or test for each
 * rule of docs/format.md 4.4. */

#include "base/config.h"
#include "codec/codec.h"
#include "io/stream_mem.h"
#include "support/zip_build.h"
#include "zip/zip_directory.h"
#include "zip/zip_internal.h"

static const nyz_options untrusted = {.flags = NYZ_UNTRUSTED};

/* It opens by default; and with NYZ_UNTRUSTED too, where `words` is NULL. */
static void check(const zb_archive *a, const char *words)
{
    nyz_zip_directory dir;
    assert_ok(zb_read(a, NULL, &dir, err));
    nyz_zip_directory_free(&dir);
    if (words == NULL) {
        assert_ok(zb_read(a, &untrusted, &dir, err));
        nyz_zip_directory_free(&dir);
    } else {
        assert_fails(NYZ_ERR_CORRUPT, words, zb_read(a, &untrusted, &dir, err));
        assert_null(dir.entries);
    }
}

/* ------------------------------------------------------------------------------- gaps */

/* Bytes after a member of three: a, b, c. */
static void build_with(zb_archive *a, size_t after, const void *bytes, size_t size,
                       unsigned flags, zb_bytes extra)
{
    static const char *const names[] = {"a", "b", "c"};
    for (size_t i = 0; i < 3; i++) {
        zb_add(a, (zb_member){.name = names[i],
                              .flags = i == after ? flags : 0,
                              .data = "hello world",
                              .size = 11,
                              .local_extra = extra});
        if (i == after) {
            zb_append(a, bytes, size);
        }
    }
    zb_finish(a, 0);
}

static void no_byte_may_stand_between_members(void **state)
{
    static char filler[70000];
    static const size_t sizes[] = {1, 12, 16, 24, 30, 65535, 70000};
    (void)state;
    for (size_t after = 0; after < 3; after++) {
        zb_archive a = {0};
        build_with(&a, after, NULL, 0, 0, (zb_bytes)ZB("XX\3\0abc"));
        check(&a, NULL);
        zb_free(&a);
        for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
            char words[64];
            build_with(&a, after, filler, sizes[i], 0, (zb_bytes)ZB("XX\3\0abc"));
            (void)snprintf(words, sizeof words, "member '%c': %zu bytes after it",
                           (char)('a' + (char)after), sizes[i]);
            check(&a, words);
            zb_free(&a);
        }
    }
}

/* What a reader shows that goes from local header to local header. */
static void a_member_that_the_directory_does_not_list_is_found(void **state)
{
    static const char padding[65536] = "";
    (void)state;
    for (size_t hidden = 0; hidden < 3; hidden++) {
        zb_archive a = {0};
        static const char *const names[] = {"a", "b", "c"};
        for (size_t i = 0; i < 3; i++) {
            zb_add(&a, (zb_member){.name = names[i], .data = "hello", .size = 5});
        }
        zb_swap(&a, hidden, 2);
        a.count = 2;
        zb_finish(&a, 0);
        zb_append(&a, padding, sizeof padding);
        check(&a, hidden == 0   ? "36 bytes before the first member"
                  : hidden == 1 ? "member 'a': 36 bytes after it"
                                : "member 'b': 36 bytes after it");
        zb_free(&a);
    }
}

/* The small ones are read several at once, the large ones one by one. */
static void local_headers_are_compared_on_opening(void **state)
{
    static const size_t sizes[] = {5, 3000, 5000};
    static char data[5000];
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        for (size_t wrong = 0; wrong < 8; wrong++) {
            char names[8][8];
            zb_archive a = {0};
            nyz_zip_directory dir;
            for (size_t k = 0; k < 8; k++) {
                (void)snprintf(names[k], sizeof names[k], "%zu.npy", k);
                zb_add(&a, (zb_member){.name = names[k], .data = data, .size = sizes[i]});
            }
            zb_finish(&a, 0);
            a.bytes[a.local[wrong] + 30] = 'x';
            char words[64];
            (void)snprintf(words, sizeof words, "member '%zu.npy': local header", wrong);
            check(&a, words);
            a.bytes[a.local[wrong] + 30] = (unsigned char)('0' + wrong);
            check(&a, NULL);
            assert_ok(zb_read(&a, &untrusted, &dir, err));
            nyz_zip_directory_free(&dir);
            zb_free(&a);
        }
    }
}

/* ------------------------------------------------------------------- data descriptors */

enum { SIGNED = 1, WIDE = 2 };

static size_t describe(unsigned char out[24], int kind, uint32_t crc32, uint64_t stored,
                       uint64_t size)
{
    const size_t width = kind & WIDE ? 8 : 4;
    const uint64_t numbers[] = {0x08074b50, crc32, stored, size};
    size_t used = 0;
    for (size_t i = kind & SIGNED ? 0 : 1; i < 4; i++) {
        for (size_t k = 0; k < (i < 2 ? 4 : width); k++) {
            out[used++] = (unsigned char)(numbers[i] >> (8 * k) & 0xff);
        }
    }
    return used;
}

static void a_data_descriptor_repeats_the_directory(void **state)
{
    const uint32_t crc = nyz_crc32(0, "hello world", 11);
    const zb_bytes none = {NULL, 0};
    unsigned char bytes[32] = {0};
    (void)state;
    for (int kind = 0; kind < 4; kind++) {
        const size_t size = describe(bytes, kind, crc, 11, 11);
        for (size_t after = 0; after < 3; after++) {
            zb_archive a = {0};
            build_with(&a, after, bytes, size, NYZ_ZIP_DESCRIPTOR, none);
            check(&a, NULL);
            for (size_t i = 0; i < size; i++) { /* no byte of it may be another */
                const size_t end = after < 2 ? a.local[after + 1] : a.directory;
                a.bytes[end - size + i] ^= 1;
                check(&a, "its data descriptor is not what the directory says");
                a.bytes[end - size + i] ^= 1;
            }
            zb_free(&a);
            build_with(&a, after, bytes, size, 0, none);
            check(&a, "bytes after it belong to no member");
            zb_free(&a);
        }
    }
}

static void a_data_descriptor_that_is_announced_is_there(void **state)
{
    const zb_bytes none = {NULL, 0};
    unsigned char bytes[32] = {0};
    const uint32_t crc = nyz_crc32(0, "hello world", 11);
    (void)state;
    (void)describe(bytes, SIGNED | WIDE, crc, 11, 11);
    for (size_t size = 0; size <= sizeof bytes; size++) {
        zb_archive a = {0};
        build_with(&a, 1, bytes, size, NYZ_ZIP_DESCRIPTOR, none);
        check(&a, size == 0    ? "'b': its data descriptor is missing"
                  : size == 24 ? NULL
                  : size == 12 || size == 16 || size == 20
                      ? "'b': its data descriptor is not what"
                      : "'b': ");
        zb_free(&a);
    }
}

/* ------------------------------------------------------------------------- attributes */

static void each_rule_of_the_attributes(void **state)
{
    static const struct {
        const char *name;
        size_t size;
        uint32_t external;
        const char *words; /* NULL: none is refused */
    } cases[] = {
        {"a.npy", 5, 0, NULL},
        {"a.npy", 5, 0600u << 16, NULL},
        {"a.npy", 5, 0100644u << 16, NULL},
        {"a.npy", 5, 0104755u << 16, NULL},
        {"a.npy", 5, 0x20, NULL}, /* DOS: to be archived */
        {"a.npy", 5, 0x07, NULL}, /* read-only, hidden, system */
        {"a.npy", 5, 0120777u << 16, "'a.npy': it is marked as a link or a device"},
        {"a.npy", 0, 0120777u << 16, "link"},
        {"a.npy", 5, 0010644u << 16, "device"}, /* FIFO, devices, socket */
        {"a.npy", 5, 0020644u << 16, "device"},
        {"a.npy", 5, 0060644u << 16, "device"},
        {"a.npy", 5, 0140644u << 16, "device"},
        {"a.npy", 5, 0x400, "link"},
        {"a.npy", 5, 0x40, "device"},
        {"a.npy", 5, 0x08, "device"},
        {"a.npy", 5, 0040755u << 16, "'a.npy': it is marked as a directory"},
        {"a.npy", 0, 0040755u << 16, "it is marked as a directory"},
        {"a.npy", 5, 0x10, "it is marked as a directory"},
        {"d/", 0, (0040755u << 16) + 0x10, NULL},
        {"d/", 0, 0x10, NULL},
        {"d/", 0, 0, NULL},
        {"d/", 5, 0, "'d/': it is named as a directory, but has bytes"},
        {"d/", 5, (0040755u << 16) + 0x10, "it is named as a directory, but has bytes"},
        {"d/", 0, 0120777u << 16, "link"},
    };
    static const unsigned systems[] = {0, 3, 10, 19};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        for (size_t k = 0; k < sizeof systems / sizeof systems[0]; k++) {
            zb_archive a = {0};
            print_message("row %zu\n", i);
            zb_add(&a, (zb_member){.name = cases[i].name,
                                   .data = "hello",
                                   .size = cases[i].size});
            zb_finish(&a, 0);
            zb_patch(&a, a.central[0] + 5, 1, systems[k]);
            zb_patch(&a, a.central[0] + 38, 4, cases[i].external);
            check(&a, cases[i].words);
            zb_free(&a);
        }
    }
}

static void facts_are_those_of_the_central_header(void **state)
{
    zb_archive a = {0};
    nyz_zip_directory dir;
    (void)state;
    zb_add_two(&a);
    zb_finish(&a, 0);
    zb_patch(&a, a.central[1] + 4, 2, 0x032d);
    zb_patch(&a, a.central[1] + 12, 4, 0x5a216c32);
    zb_patch(&a, a.central[1] + 38, 4, 0x81a40020);
    assert_ok(zb_read(&a, NULL, &dir, err));
    const nyz_zip_facts facts = nyz_zip_entry_facts(&dir, &dir.entries[1]);
    assert_int_equal(facts.system, 3);
    assert_int_equal(facts.time, 0x6c32);
    assert_int_equal(facts.date, 0x5a21);
    assert_int_equal(facts.external, 0x81a40020);
    nyz_zip_directory_free(&dir);
    zb_free(&a);
}

/* ---------------------------------------------------------------------------- streams */

static void a_locator_that_counts_no_disk_is_refused(void **state)
{
    zb_archive a = {0};
    (void)state;
    zb_add_two(&a);
    zb_finish(&a, 1);
    check(&a, NULL);
    zb_patch(&a, a.locator + 16, 4, 0);
    check(&a, "the zip64 locator counts no disk");
    zb_free(&a);
}

typedef struct failing {
    nyz_stream_mem_reader memory;
    int calls;
    int fail_at;
} failing;

static int64_t failing_read_at(void *ctx, int64_t offset, void *buffer, size_t size)
{
    failing *const f = ctx;
    if (++f->calls == f->fail_at) {
        return -5;
    }
    const nyz_stream stream = nyz_stream_mem(&f->memory);
    return stream.read_at(stream.ctx, offset, buffer, size);
}

/* A window that cannot be read is no failure: what it should show is asked for again. */
static void every_failing_read_is_io_or_done_again(void **state)
{
    static char data[5000];
    unsigned char descriptor[24];
    const uint32_t crc = nyz_crc32(0, data, sizeof data);
    const size_t size = describe(descriptor, SIGNED, crc, sizeof data, sizeof data);
    zb_archive a = {0};
    nyz_config config;
    nyz_status status = NYZ_ERR_IO;
    int failures = 0;
    int total = 0;
    (void)state;
    for (int i = 0; i < 4; i++) {
        zb_add(&a, (zb_member){.name = i == 0   ? "a"
                                       : i == 1 ? "b"
                                       : i == 2 ? "c"
                                                : "d",
                               .flags = NYZ_ZIP_DESCRIPTOR,
                               .data = data,
                               .size = 5000});
        zb_append(&a, descriptor, size);
    }
    zb_finish(&a, 0);
    assert_ok(nyz_config_init(&config, &untrusted, err));
    for (int n = 1; n <= total + 1; n++) {
        failing f = {.memory = {a.bytes, a.size, 0}, .fail_at = n};
        const nyz_stream stream = {.read_at = failing_read_at, .ctx = &f};
        nyz_zip_directory dir;
        nyz_error error = {0};
        status = nyz_zip_directory_read(&stream, (int64_t)a.size, &config, &dir, &error);
        assert_true(status == NYZ_OK || (status == NYZ_ERR_IO && error.sys == 5));
        failures += status != NYZ_OK;
        total = f.calls > total ? f.calls : total;
        nyz_zip_directory_free(&dir);
    }
    assert_int_equal(status, NYZ_OK);
    assert_true(failures >= 5); /* the tail, and each descriptor */
    zb_free(&a);
}

static void a_stream_without_read_at_is_checked_too(void **state)
{
    (void)state;
    for (int gap = 0; gap < 2; gap++) {
        zb_archive a = {0};
        nyz_zip_directory dir;
        nyz_config config;
        build_with(&a, 1, "xxx", (size_t)gap, 0, (zb_bytes){NULL, 0});
        nyz_stream_mem_reader reader = {a.bytes, a.size, 0};
        nyz_stream stream = nyz_stream_mem(&reader);
        stream.read_at = NULL;
        assert_ok(nyz_config_init(&config, &untrusted, err));
        if (gap) {
            assert_fails(NYZ_ERR_CORRUPT, "member 'b': 1 bytes after it",
                         nyz_zip_directory_read(&stream, -1, &config, &dir, err));
        } else {
            assert_ok(nyz_zip_directory_read(&stream, -1, &config, &dir, err));
            nyz_zip_directory_free(&dir);
        }
        zb_free(&a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_byte_may_stand_between_members),
        cmocka_unit_test(a_member_that_the_directory_does_not_list_is_found),
        cmocka_unit_test(local_headers_are_compared_on_opening),
        cmocka_unit_test(a_data_descriptor_repeats_the_directory),
        cmocka_unit_test(a_data_descriptor_that_is_announced_is_there),
        cmocka_unit_test(each_rule_of_the_attributes),
        cmocka_unit_test(facts_are_those_of_the_central_header),
        cmocka_unit_test(a_locator_that_counts_no_disk_is_refused),
        cmocka_unit_test(every_failing_read_is_io_or_done_again),
        cmocka_unit_test(a_stream_without_read_at_is_checked_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
