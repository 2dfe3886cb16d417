/* SPDX-License-Identifier: MIT */
/* zip_directory.c, zip_entry.c, zip_extra.c: the central directory of an archive, strictly.
 * One row or test for each rule of docs/format.md 4.2. */
#include "base/alloc.h"
#include "base/arithmetic.h"
#include "base/config.h"
#include "codec/codec.h"
#include "io/stream_mem.h"
#include "support/zip_build.h"
#include "zip/zip_directory.h"

/* ------------------------------------------------------------ good archives, as built */

static void two_members_are_listed_and_found(void **state)
{
    zb_archive a = {0};
    nyz_zip_directory dir;
    (void)state;
    zb_add_two(&a);
    zb_finish(&a, 0);
    assert_ok(zb_read(&a, NULL, &dir, err));
    assert_int_equal(dir.count, 2);
    assert_string_equal(dir.entries[0].name, "a.npy");
    assert_string_equal(dir.entries[1].name, "dir/b.npy");
    assert_int_equal(dir.entries[0].size, 11);
    assert_int_equal(dir.entries[0].compressed_size, 11);
    assert_int_equal(dir.entries[0].method, 0);
    assert_int_equal(dir.entries[0].crc32, nyz_crc32(0, "hello world", 11));
    assert_int_equal(dir.entries[0].end, dir.entries[1].offset);
    assert_int_equal(dir.entries[1].method, 8);
    assert_int_equal(dir.entries[1].size, 300);
    assert_int_equal(dir.entries[1].offset, a.local[1]);
    assert_int_equal(dir.entries[1].end, a.directory);
    assert_int_equal(nyz_zip_directory_find(&dir, "a.npy", 5), 0);
    assert_int_equal(nyz_zip_directory_find(&dir, "dir/b.npy", 9), 1);
    assert_int_equal(nyz_zip_directory_find(&dir, "a.np", 4), -1);
    assert_int_equal(nyz_zip_directory_find(&dir, "A.npy", 5), -1);
    assert_int_equal(nyz_zip_directory_find(&dir, "", 0), -1);
    assert_int_equal(nyz_zip_directory_find_with(&dir, "a", 1, ".npy"), 0);
    assert_int_equal(nyz_zip_directory_find_with(&dir, "", 0, "dir/b.npy"), 1);
    assert_int_equal(nyz_zip_directory_find_with(&dir, "a.npy", 5, ".npy"), -1);
    assert_int_equal(nyz_zip_directory_find_with(&dir, "a", 1, ".npx"), -1);
    nyz_zip_directory_free(&dir);
    assert_null(dir.entries);
    zb_free(&a);
}

static void empty_archive_has_no_members(void **state)
{
    for (int zip64 = 0; zip64 < 2; zip64++) {
        const nyz_options untrusted = {.flags = NYZ_UNTRUSTED};
        zb_archive a = {0};
        nyz_zip_directory dir;
        zb_finish(&a, zip64);
        assert_ok(zb_read(&a, &untrusted, &dir, err));
        assert_int_equal(dir.count, 0);
        assert_int_equal(nyz_zip_directory_find(&dir, "a", 1), -1);
        nyz_zip_directory_free(&dir);
        zb_free(&a);
    }
    (void)state;
}

static void members_may_stand_in_any_order(void **state)
{
    enum { COUNT = 50 };
    zb_archive a = {0};
    nyz_zip_directory dir;
    char names[COUNT][16];
    (void)state;
    for (int i = 0; i < COUNT; i++) {
        (void)snprintf(names[i], sizeof names[i], "m%d", i);
        zb_add(&a, (zb_member){.name = names[i], .data = "data", .size = 4});
    }
    for (size_t i = 0; i < COUNT; i++) {
        zb_swap(&a, i, (i * 7 + 3) % COUNT);
    }
    zb_finish(&a, 0);
    assert_ok(zb_read(&a, NULL, &dir, err));
    for (size_t i = 0; i < COUNT; i++) {
        assert_int_equal(dir.entries[i].offset, a.local[i]);
        int64_t next = (int64_t)a.directory;
        for (size_t j = 0; j < COUNT; j++) {
            if (a.local[j] > a.local[i]) {
                next = nyz_min(next, (int64_t)a.local[j]);
            }
        }
        assert_int_equal(dir.entries[i].end, next);
    }
    nyz_zip_directory_free(&dir);
    const nyz_options untrusted = {.flags =
                                       NYZ_UNTRUSTED}; /* the first may stand anywhere */
    assert_ok(zb_read(&a, &untrusted, &dir, err));
    assert_int_not_equal(dir.entries[0].offset, 0);
    nyz_zip_directory_free(&dir);
    zb_free(&a);
}

/* ----------------------------------------------------------------- the central header */

/* Each of the 24 orders of four members, by three exchanges. */
static void every_order_of_four_members(void **state)
{
    static const char *const names[] = {"a", "b", "c", "d"};
    (void)state;
    for (size_t k = 0; k < 24; k++) {
        zb_archive a = {0};
        nyz_zip_directory dir;
        for (size_t i = 0; i < 4; i++) {
            zb_add(&a, (zb_member){.name = names[i], .data = zb_text, .size = 10 * i});
        }
        zb_swap(&a, 0, k % 4);
        zb_swap(&a, 1, 1 + k / 4 % 3);
        zb_swap(&a, 2, 2 + k / 12);
        zb_finish(&a, 0);
        assert_ok(zb_read(&a, NULL, &dir, err));
        for (int64_t i = 0; i < 4; i++) {
            const nyz_zip_entry *const entry = &dir.entries[i];
            assert_int_equal(entry->end - entry->offset, 31 + entry->size);
        }
        nyz_zip_directory_free(&dir);
        zb_free(&a);
    }
}

/* What deflate can do at most, and the rounding of tiny members. */
static void a_member_may_inflate_to_1032_times_its_size_and_64_bytes(void **state)
{
    zb_archive a = {0};
    nyz_zip_directory dir;
    (void)state;
    zb_add_two(&a);
    zb_finish(&a, 0);
    const uint64_t most = 1032 * zb_get(&a, a.central[1] + 20, 4) + 64;
    zb_patch(&a, a.central[1] + 24, 4, most);
    assert_ok(zb_read(&a, NULL, &dir, err));
    nyz_zip_directory_free(&dir);
    zb_patch(&a, a.central[1] + 24, 4, most + 1);
    assert_fails(NYZ_ERR_CORRUPT, "cannot be deflated", zb_read(&a, NULL, &dir, err));
    zb_free(&a);
}

/* A directory alone has no room for a local header: what is less than none must not
 * overflow when the offset is taken from it. */
static void the_largest_offset_does_not_overflow(void **state)
{
    zb_archive a = {0};
    nyz_zip_directory dir;
    (void)state;
    zb_add(&a, (zb_member){.name = "a",
                           .central_extra =
                               ZB("\x01\0\x08\0\xff\xff\xff\xff\xff\xff\xff\x7f")});
    zb_finish(&a, 0);
    const size_t before = a.directory;
    memmove(a.bytes, a.bytes + before, a.size - before);
    a.size -= before;
    zb_patch(&a, 42, 4, 0xffffffff);
    zb_patch(&a, a.end - before + 16, 4, 0);
    assert_fails(NYZ_ERR_CORRUPT, "do not fit before the directory",
                 zb_read(&a, NULL, &dir, err));
    zb_free(&a);
}

static void each_rule_of_a_central_header(void **state)
{
    static const patch_case cases[] = {
        {CENTRAL_1, 0, 1, 'Q', 0, NYZ_ERR_CORRUPT, "expected a member's header"},
        {CENTRAL_1, 3, 1, 4, 0, NYZ_ERR_CORRUPT, "found 50 4b 01 04"},
        {CENTRAL_0, 6, 2, 63, 0, NYZ_OK, "version 6.3 is read"},
        {CENTRAL_0, 6, 2, 0x0314, 0, NYZ_OK, "the high byte is no version"},
        {CENTRAL_0, 6, 2, 64, 0, NYZ_ERR_UNSUPPORTED, "needs version 6.4"},
        {CENTRAL_0, 8, 2, 1, 0, NYZ_ERR_UNSUPPORTED, "'a.npy' is encrypted"},
        {CENTRAL_0, 8, 2, 1 << 6, 0, NYZ_ERR_UNSUPPORTED, "is encrypted"},
        {CENTRAL_0, 8, 2, 1 << 13, 0, NYZ_ERR_UNSUPPORTED, "is encrypted"},
        {CENTRAL_0, 8, 2, 1 << 5, 0, NYZ_ERR_UNSUPPORTED, "patch"},
        {CENTRAL_0, 8, 2, 6, 0, NYZ_OK, "bits 1 and 2 tell the deflater's level"},
        {CENTRAL_1, 10, 2, 12, 0, NYZ_ERR_UNSUPPORTED,
         "'dir/b.npy' is compressed with bzip2"},
        {CENTRAL_1, 10, 2, 14, 0, NYZ_ERR_UNSUPPORTED, "lzma (method 14)"},
        {CENTRAL_1, 10, 2, 93, 0, NYZ_ERR_UNSUPPORTED, "zstd"},
        {CENTRAL_1, 10, 2, 95, 0, NYZ_ERR_UNSUPPORTED, "xz"},
        {CENTRAL_1, 10, 2, 9, 0, NYZ_ERR_UNSUPPORTED, "deflate64"},
        {CENTRAL_1, 10, 2, 99, 0, NYZ_ERR_UNSUPPORTED, "method 99"},
        {CENTRAL_0, 20, 4, -1, 1, NYZ_ERR_CORRUPT,
         "stored, but its sizes differ: 11 bytes, compressed 10"},
        {CENTRAL_1, 24, 4, 1032 * 1000, 0, NYZ_ERR_CORRUPT, "cannot be deflated"},
        {CENTRAL_1, 20, 4, 1000, 0, NYZ_ERR_CORRUPT, "do not fit before the directory"},
        {CENTRAL_1, 20, 4, 1, 1, NYZ_ERR_CORRUPT, "do not fit before the directory"},
        {CENTRAL_1, 42, 4, 0x7fffffff, 0, NYZ_ERR_CORRUPT,
         "do not fit before the directory"},
        {CENTRAL_1, 42, 4, 1, 1, NYZ_ERR_CORRUPT, "do not fit before the directory"},
        {CENTRAL_1, 42, 4, -1, 1, NYZ_ERR_CORRUPT, "'a.npy' and 'dir/b.npy' overlap"},
        {CENTRAL_1, 42, 4, 0, 0, NYZ_ERR_CORRUPT, "overlap"},
        {CENTRAL_0, 42, 4, 1, 1, NYZ_ERR_CORRUPT, "overlap"},
        {CENTRAL_0, 20, 4, 0xffffffff, 0, NYZ_ERR_CORRUPT, "0xffffffff without a zip64"},
        {CENTRAL_0, 24, 4, 0xffffffff, 0, NYZ_ERR_CORRUPT, "0xffffffff without a zip64"},
        {CENTRAL_0, 42, 4, 0xffffffff, 0, NYZ_ERR_CORRUPT, "0xffffffff without a zip64"},
        {CENTRAL_0, 28, 2, 1, 1, NYZ_ERR_CORRUPT, "expected a member's header"},
        {CENTRAL_1, 28, 2, 1, 1, NYZ_ERR_CORRUPT, "where the directory has"},
        {CENTRAL_1, 30, 2, 1, 1, NYZ_ERR_CORRUPT, "where the directory has"},
        {CENTRAL_1, 32, 2, 1, 1, NYZ_ERR_CORRUPT, "where the directory has"},
        {CENTRAL_1, 28, 2, -1, 1, NYZ_ERR_CORRUPT, "more bytes in the directory"},
        {CENTRAL_0, 34, 2, 1, 0, NYZ_ERR_CORRUPT, "another disk"},
        {CENTRAL_0, 46, 1, 0, 0, NYZ_ERR_CORRUPT, "NUL byte"},
        {CENTRAL_0, 46, 1, 0x1b, 0, NYZ_OK,
         "control characters are the reader's business"},
        {CENTRAL_0, 12, 4, 0, 0, NYZ_OK, "dates are not looked at"},
        {CENTRAL_0, 38, 4, -1, 0, NYZ_OK, "nor are attributes"},
        {LOCAL, 0, 4, 0, 0, NYZ_OK, "members are not looked at on opening"},
    };
    (void)state;
    run_patches(cases, sizeof cases / sizeof cases[0], 0);
}

/* ----------------------------------------------------------------------- extra fields */

typedef struct extra_case {
    zb_bytes extra;
    unsigned saturated; /* 1: size, 2: stored size, 4: offset, 8: disk */
    nyz_status status;
    const char *words;
} extra_case;

#define U64_11 "\x0b\0\0\0\0\0\0\0"
#define U64_0 "\0\0\0\0\0\0\0\0"

static void extra_fields_of_a_central_header(void **state)
{
    static const extra_case cases[] = {
        {ZB("\x55\x54\x05\0abcde"), 0, NYZ_OK, ""}, /* a time: unknown here, skipped */
        {ZB("\x55\x54\0\0"), 0, NYZ_OK, ""},
        {ZB("\0\0\0"), 0, NYZ_OK, ""}, /* zipalign */
        {ZB("\x55\x54\1\0a\0\0"), 0, NYZ_OK, ""},
        {ZB("\0\0\1"), 0, NYZ_ERR_CORRUPT, "end within a block"},
        /* a zip64 block and a half: the rest would come from the next block */
        {ZB("\x01\0\x0c\0" U64_11 "\x0b\0\0\0\0\0\0\0"), 0, NYZ_ERR_CORRUPT,
         "does not fit"},
        {ZB("\x55\x54\x06\0abcde"), 0, NYZ_ERR_CORRUPT, "longer than they are"},
        {ZB("\x01\0\x08\0" U64_11), 1, NYZ_OK, ""},
        {ZB("\x01\0\x08\0" U64_11), 2, NYZ_OK, ""},
        {ZB("\x01\0\x08\0" U64_0), 4, NYZ_OK, ""},
        {ZB("\x01\0\x10\0" U64_11 U64_11), 3, NYZ_OK, ""},
        {ZB("\x01\0\x10\0" U64_11 U64_0), 5, NYZ_OK, ""},
        {ZB("\x55\x54\1\0a\x01\0\x18\0" U64_11 U64_11 U64_0), 7, NYZ_OK, ""},
        {ZB("\x01\0\x10\0" U64_11 U64_11), 0, NYZ_OK, ""}, /* not needed, but right */
        {ZB("\x01\0\x10\0" U64_11 U64_0), 0, NYZ_ERR_CORRUPT, "does not fit"},
        {ZB("\x01\0\x08\0" U64_11), 3, NYZ_ERR_CORRUPT, "does not fit"},
        {ZB("\x01\0\x10\0" U64_11 U64_11), 1, NYZ_ERR_CORRUPT, "does not fit"},
        {ZB("\x01\0\x07\0" U64_11), 1, NYZ_ERR_CORRUPT, "does not fit"},
        {ZB("\x01\0\x04\0\x0b\0\0\0"), 1, NYZ_ERR_CORRUPT, "does not fit"},
        {ZB("\x01\0\x20\0" U64_11 U64_11 U64_0 U64_0), 7, NYZ_ERR_CORRUPT,
         "does not fit"},
        {ZB("\x01\0\0\0"), 1, NYZ_ERR_CORRUPT, "does not fit"},
        {ZB("\x01\0\x1c\0" U64_11 U64_11 U64_0 "\0\0\0\0"), 15, NYZ_OK, ""},
        {ZB("\x01\0\x0c\0" U64_11 "\0\0\0\0"), 9, NYZ_OK, ""},
        {ZB("\x01\0\4\0\0\0\0\0"), 8, NYZ_OK, ""},
        {ZB("\x01\0\4\0\1\0\0\0"), 8, NYZ_ERR_CORRUPT, "another disk"},
        {ZB("\x01\0\4\0\0\0\1\0"), 8, NYZ_ERR_CORRUPT, "another disk"},
        {ZB("\x01\0\x18\0" U64_11 U64_11 U64_0), 15, NYZ_ERR_CORRUPT, "does not fit"},
        {ZB("\x01\0\x1c\0" U64_11 U64_11 U64_0 "\0\0\0\0"), 7, NYZ_ERR_CORRUPT,
         "does not fit"},
        {ZB("\x01\0\x1c\0" U64_11 U64_11 U64_0 "\0\0\0\0"), 0, NYZ_ERR_CORRUPT,
         "does not fit"},
        {ZB("\x01\0\x08\0" U64_11), 8, NYZ_ERR_CORRUPT, "does not fit"},
        {ZB(""), 8, NYZ_ERR_CORRUPT, "another disk"},
        {ZB("\x01\0\x08\0" U64_11 "\x01\0\x08\0" U64_11), 1, NYZ_ERR_CORRUPT,
         "two zip64"},
        {ZB("\x01\0\x08\0\0\0\0\0\0\0\0\x80"), 1, NYZ_ERR_CORRUPT, "63 bits"},
        {ZB("\x01\0\x08\0\0\0\0\0\0\0\0\x80"), 4, NYZ_ERR_CORRUPT, "63 bits"},
        {ZB("\x01\0\x08\0\xff\xff\xff\xff\xff\xff\xff\x7f"), 4, NYZ_ERR_CORRUPT,
         "do not fit"},
        {ZB("\x01\0\x10\0\xff\xff\xff\xff\xff\xff\xff\x7f\xff\xff\xff\xff\xff\xff\xff"
            "\x7f"),
         3, NYZ_ERR_CORRUPT, "do not fit"},
        {ZB("\x01\0\x08\0\x0c\0\0\0\0\0\0\0"), 1, NYZ_ERR_CORRUPT, "stored, but"},
    };
    static const size_t fields[] = {24, 20, 42, 34};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const extra_case *const c = &cases[i];
        zb_archive a = {0};
        nyz_zip_directory dir;
        zb_add(&a, (zb_member){.name = "a",
                               .data = "hello world",
                               .size = 11,
                               .central_extra = c->extra});
        zb_finish(&a, 0);
        for (unsigned f = 0; f < 4; f++) {
            if ((c->saturated & 1u << f) != 0) {
                zb_patch(&a, a.central[0] + fields[f], f < 3 ? 4 : 2, 0xffffffff);
            }
        }
        print_message("row %zu\n", i);
        if (c->status == NYZ_OK) {
            assert_ok(zb_read(&a, NULL, &dir, err));
            assert_int_equal(dir.entries[0].size, 11);
            assert_int_equal(dir.entries[0].compressed_size, 11);
            assert_int_equal(dir.entries[0].offset, 0);
            nyz_zip_directory_free(&dir);
        } else {
            assert_fails(c->status, c->words, zb_read(&a, NULL, &dir, err));
        }
        zb_free(&a);
    }
}

/* ----------------------------------------------------------------------------- limits */

static void each_limit_refuses_and_names_itself(void **state)
{
    static const struct {
        nyz_limits limits;
        const char *words; /* NULL: fine */
    } cases[] = {
        {{.members = 1}, "2 members exceed limits.members, 1"},
        {{.members = 2}, NULL},
        {{.directory_bytes = 46 + 5 + 46 + 9}, NULL},
        {{.directory_bytes = 46 + 5 + 46 + 8},
         "106 bytes exceeds limits.directory_bytes, 105"},
        {{.name_bytes = 9}, NULL},
        {{.name_bytes = 8},
         "'dir/b.npy': a name of 9 bytes exceeds limits.name_bytes, 8"},
        {{.archive_bytes = 311}, NULL},
        {{.archive_bytes = 310}, "exceeds limits.archive_bytes, 310"},
        {{.ratio = 1}, NULL}, /* not for members up to 1 MiB */
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const nyz_options opt = {.limits = &cases[i].limits};
        zb_archive a = {0};
        nyz_zip_directory dir;
        zb_add_two(&a);
        zb_finish(&a, 0);
        if (cases[i].words == NULL) {
            assert_ok(zb_read(&a, &opt, &dir, err));
            nyz_zip_directory_free(&dir);
        } else {
            assert_fails(NYZ_ERR_LIMIT, cases[i].words, zb_read(&a, &opt, &dir, err));
        }
        zb_free(&a);
    }
}

static void ratio_limit_is_for_members_over_1_mib(void **state)
{
    enum { SIZE = (1 << 20) + 1 };
    const nyz_options untrusted = {.flags = NYZ_UNTRUSTED};
    char *const zeros = calloc(SIZE, 1);
    (void)state;
    for (size_t size = SIZE - 1; size <= SIZE; size++) {
        zb_archive a = {0};
        nyz_zip_directory dir;
        zb_add(&a, (zb_member){.name = "z", .method = 8, .data = zeros, .size = size});
        zb_finish(&a, 0);
        assert_ok(zb_read(&a, NULL, &dir, err));
        nyz_zip_directory_free(&dir);
        if (size < SIZE) {
            assert_ok(zb_read(&a, &untrusted, &dir, err));
            nyz_zip_directory_free(&dir);
        } else {
            assert_fails(NYZ_ERR_LIMIT, "exceed limits.ratio, 200",
                         zb_read(&a, &untrusted, &dir, err));
        }
        zb_free(&a);
    }
    free(zeros);
}

/* ----------------------------------------------------------------- streams and memory */

static int64_t read_at_only(void *ctx, int64_t offset, void *buffer, size_t size)
{
    const nyz_stream_mem_reader *const reader = ctx;
    if (offset >= (int64_t)reader->size) {
        return 0;
    }
    const size_t left = reader->size - (size_t)offset;
    const size_t piece = size < left ? size : left;
    memcpy(buffer, reader->bytes + offset, piece);
    return (int64_t)piece;
}

static int64_t fail_read_at(void *ctx, int64_t offset, void *buffer, size_t size)
{
    (void)ctx;
    (void)offset;
    (void)buffer;
    (void)size;
    return -5;
}

static void streams_of_every_kind(void **state)
{
    zb_archive a = {0};
    nyz_zip_directory dir;
    nyz_config config;
    nyz_stream_mem_reader reader = {0};
    (void)state;
    zb_add_two(&a);
    zb_finish(&a, 0);
    reader.bytes = a.bytes;
    reader.size = a.size;
    assert_ok(nyz_config_init(&config, NULL, err));
    nyz_stream stream = nyz_stream_mem(&reader);
    stream.read_at = NULL;
    assert_ok(nyz_zip_directory_read(&stream, -1, &config, &dir, err));
    nyz_zip_directory_free(&dir);
    stream = (nyz_stream){.read_at = read_at_only, .ctx = &reader};
    assert_ok(nyz_zip_directory_read(&stream, -1, &config, &dir, err));
    assert_int_equal(dir.count, 2);
    nyz_zip_directory_free(&dir);
    stream.read_at = fail_read_at;
    assert_fails(NYZ_ERR_IO, "", nyz_zip_directory_read(&stream, -1, &config, &dir, err));
    assert_int_equal(nyz_zip_directory_read(&stream, -1, &config, &dir, NULL),
                     NYZ_ERR_IO);
    stream = nyz_stream_mem(&reader);
    stream.seek = NULL;
    stream.size = NULL;
    stream.read_at = NULL;
    assert_fails(NYZ_ERR_ARGUMENT, "cannot seek",
                 nyz_zip_directory_read(&stream, -1, &config, &dir, err));
    zb_free(&a);
}

static int64_t read_zeros(void *ctx, int64_t offset, void *buffer, size_t size)
{
    (void)ctx;
    (void)offset;
    memset(buffer, 0, size);
    return (int64_t)size;
}

/* Its size is looked for by doubling: that must end. */
static void a_stream_without_end_is_no_archive(void **state)
{
    nyz_zip_directory dir;
    nyz_config config;
    const nyz_stream stream = {.read_at = read_zeros};
    (void)state;
    assert_ok(nyz_config_init(&config, NULL, err));
    assert_fails(NYZ_ERR_CORRUPT, "begins with zeros",
                 nyz_zip_directory_read(&stream, -1, &config, &dir, err));
}

typedef struct counted {
    int64_t live;
    int64_t calls;
    int64_t fail_at;
} counted;

static void *counted_alloc(void *ctx, size_t size, size_t align)
{
    counted *const c = ctx;
    if (++c->calls == c->fail_at) {
        return NULL;
    }
    c->live += (int64_t)size;
    return nyz_default_allocator.alloc(NULL, size, align);
}

static void counted_free(void *ctx, void *memory, size_t size)
{
    ((counted *)ctx)->live -= (int64_t)size;
    nyz_default_allocator.free(NULL, memory, size);
}

/* Reads an archive whose n-th read fails: 0 none. */
typedef struct failing_reader {
    nyz_stream_mem_reader memory;
    long calls;
    long fail_at;
} failing_reader;

static int64_t read_at_failing(void *ctx, int64_t offset, void *buffer, size_t size)
{
    failing_reader *const r = ctx;
    return ++r->calls == r->fail_at ? -5 : read_at_only(&r->memory, offset, buffer, size);
}

/* A stream of bytes at places only: its size is not known, and so most is read. */
static void check_failing_reads(const zb_archive *a, nyz_status last)
{
    nyz_status status = NYZ_ERR_IO;
    long n = 1;
    for (; status == NYZ_ERR_IO; n++) {
        counted c = {0};
        const nyz_allocator allocator = {
            .alloc = counted_alloc, .free = counted_free, .ctx = &c};
        const nyz_options opt = {.allocator = &allocator};
        failing_reader reader = {.memory = {a->bytes, a->size, 0}, .fail_at = n};
        const nyz_stream stream = {.read_at = read_at_failing, .ctx = &reader};
        nyz_zip_directory dir;
        nyz_config config;
        nyz_error error = {0};
        assert_ok(nyz_config_init(&config, &opt, err));
        status = nyz_zip_directory_read(&stream, -1, &config, &dir, &error);
        assert_int_equal(error.status, status);
        assert_int_equal(error.sys, status == NYZ_ERR_IO ? 5 : 0);
        assert_int_equal(reader.calls, status == NYZ_ERR_IO ? n : n - 1);
        nyz_zip_directory_free(&dir);
        assert_int_equal(c.live, 0);
    }
    assert_int_equal(status, last);
    assert_true(n > 7);
}

static void every_failing_read_is_io_with_its_errno(void **state)
{
    enum { LARGE = 200000 }; /* more than the tail that is read first */
    char *const filler = calloc(LARGE, 1);
    (void)state;
    for (int kind = 0; kind < 4; kind++) {
        zb_archive a = {0};
        zb_append(&a, filler, kind == 1 ? LARGE : 0); /* the zip64 record is not where */
        a.base = a.size;                              /* its locator points */
        zb_add(&a, (zb_member){.name = "f", .data = filler, .size = LARGE});
        zb_add_two(&a);
        zb_finish(&a, kind < 2);
        zb_append(&a, "\0", kind == 2); /* the tail is searched */
        if (kind == 3) {
            a.bytes[a.end] = 'Q'; /* no archive: the beginning is looked at */
        }
        check_failing_reads(&a, kind == 3 ? NYZ_ERR_CORRUPT : NYZ_OK);
        zb_free(&a);
    }
    free(filler);
}

static void every_failing_allocation_is_memory_without_a_leak(void **state)
{
    (void)state;
    static const char padding[20000] = "";
    for (int64_t fail_at = 1;; fail_at++) {
        counted c = {.fail_at = fail_at};
        const nyz_allocator allocator = {
            .alloc = counted_alloc, .free = counted_free, .ctx = &c};
        const nyz_options opt = {.allocator = &allocator};
        zb_archive a = {0};
        nyz_zip_directory dir;
        nyz_error err;
        zb_add_two(&a);
        zb_add(&a, (zb_member){.name = "\x80"}); /* a name to be decoded */
        zb_swap(&a, 0, 1); /* out of order, so that sorting allocates too */
        zb_finish(&a, 0);
        zb_append(&a, padding, sizeof padding); /* and more of the end is read */
        const nyz_status status = zb_read(&a, &opt, &dir, &err);
        nyz_zip_directory_free(&dir);
        assert_int_equal(c.live, 0);
        zb_free(&a);
        if (status == NYZ_OK) {
            assert_int_equal(fail_at, 5); /* tail, directory, names, order */
            break;
        }
        assert_int_equal(status, NYZ_ERR_MEMORY);
    }
}

/* Each as large as deflate may make its bytes of the hole (zip_build.h), and together
 * more than 63 bits can say. */
static void the_sum_of_all_sizes_does_not_overflow(void **state)
{
    zb_archive a = {0};
    zb_hole hole;
    nyz_zip_directory dir;
    nyz_config config;
    (void)state;
    assert_ok(nyz_config_init(&config, NULL, err));
    nyz_stream stream = zb_two_in_a_hole(&a, &hole, (int64_t)1 << 62);
    assert_fails(NYZ_ERR_LIMIT, "limits.archive_bytes",
                 nyz_zip_directory_read(&stream, -1, &config, &dir, err));
    zb_free(&a);
    stream = zb_two_in_a_hole(&a, &hole, ((int64_t)1 << 62) - 1);
    assert_ok(nyz_zip_directory_read(&stream, -1, &config, &dir, err));
    assert_int_equal(dir.entries[1].size, ((int64_t)1 << 62) - 1);
    nyz_zip_directory_free(&dir);
    zb_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_members_are_listed_and_found),
        cmocka_unit_test(empty_archive_has_no_members),
        cmocka_unit_test(members_may_stand_in_any_order),
        cmocka_unit_test(every_order_of_four_members),
        cmocka_unit_test(a_member_may_inflate_to_1032_times_its_size_and_64_bytes),
        cmocka_unit_test(the_largest_offset_does_not_overflow),
        cmocka_unit_test(each_rule_of_a_central_header),
        cmocka_unit_test(extra_fields_of_a_central_header),
        cmocka_unit_test(each_limit_refuses_and_names_itself),
        cmocka_unit_test(ratio_limit_is_for_members_over_1_mib),
        cmocka_unit_test(streams_of_every_kind),
        cmocka_unit_test(every_failing_allocation_is_memory_without_a_leak),
        cmocka_unit_test(a_stream_without_end_is_no_archive),
        cmocka_unit_test(every_failing_read_is_io_with_its_errno),
        cmocka_unit_test(the_sum_of_all_sizes_does_not_overflow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
