/* SPDX-License-Identifier: MIT */
/* zip_member.c, zip_local.c: a member's local header against the directory, and its bytes.
 * One row or test for each rule of docs/format.md 4.3. */

#include "base/arithmetic.h"
#include "io/stream.h"
#include "io/stream_mem.h"
#include "support/faults.h"
#include "support/zip_build.h"
#include "zip/zip_directory.h"
#include "zip/zip_member.h"

/* Reads one member of the archive as it is, in pieces of `piece` bytes. */
static nyz_status read_member(const zb_archive *a, int64_t index, int64_t piece,
                              nyz_buffer *out, nyz_error *err)
{
    nyz_zip_directory dir;
    nyz_zip_member member;
    nyz_stream_mem_reader reader = {a->bytes, a->size, 0};
    const nyz_stream stream = nyz_stream_mem(&reader);
    nyz_status status = zb_read(a, NULL, &dir, err);
    if (status != NYZ_OK) {
        return status;
    }
    status = nyz_zip_member_open(&stream, &dir, index, &member, err);
    if (status == NYZ_OK) {
        nyz_source source = nyz_zip_member_source(&member);
        assert_int_equal(source.left, dir.entries[index].size);
        assert_int_equal(source.offset, 0);
        out->size = (size_t)source.left;
        out->data = malloc(out->size + 1);
        for (int64_t at = 0; status == NYZ_OK && at < (int64_t)out->size; at += piece) {
            status =
                nyz_source_read(&source, out->data + at,
                                nyz_min(piece, (int64_t)out->size - at), "data", err);
        }
        status = nyz_zip_member_error(&member, status, err);
        if (status == NYZ_OK) {
            status = nyz_zip_member_finish(&member, err);
        }
        nyz_zip_member_close(&member);
        nyz_zip_member_close(&member); /* a closed one may be closed */
    }
    nyz_zip_directory_free(&dir);
    return status;
}

static nyz_status check_member(const zb_archive *a, int64_t index, nyz_error *err)
{
    nyz_buffer out = {0};
    const nyz_status status = read_member(a, index, 100, &out, err);
    if (status == NYZ_OK) {
        const zb_member *const m = &a->members[index];
        assert_int_equal(out.size, m->size);
        assert_memory_equal(out.data, m->data, m->size);
    }
    free(out.data);
    return status;
}

static void stored_and_deflated_members_in_pieces(void **state)
{
    enum { SIZE = 600000 };
    static const int64_t pieces[] = {1, 999, 262144, 600000};
    unsigned char *const data = malloc(SIZE);
    uint32_t seed = 1;
    zb_archive a = {0};
    (void)state;
    for (size_t i = 0; i < SIZE; i++) {
        seed = seed * 1664525u + 1013904223u;
        data[i] = (unsigned char)(seed >> 25);
    }
    zb_add(&a, (zb_member){.name = "s", .data = data, .size = SIZE});
    zb_add(&a, (zb_member){.name = "d", .method = 8, .data = data, .size = SIZE});
    zb_add(&a, (zb_member){.name = "empty", .data = ""});
    zb_add(&a, (zb_member){.name = "empty too", .method = 8, .data = ""});
    zb_finish(&a, 0);
    for (int64_t i = 0; i < 4; i++) {
        for (size_t p = 0; p < 4; p++) {
            nyz_buffer out = {0};
            assert_ok(read_member(&a, i, pieces[p], &out, err));
            assert_int_equal(out.size, i < 2 ? SIZE : 0);
            assert_memory_equal(out.data, data, out.size);
            free(out.data);
        }
    }
    zb_free(&a);
    free(data);
}

/* --------------------------------------------------- the local header, field by field */

typedef struct local_case {
    unsigned flags; /* of both headers */
    zb_bytes extra;
    uint32_t crc;    /* 1: right */
    uint32_t stored; /* 1: right */
    uint32_t size;   /* 1: right */
    nyz_status status;
    const char *words;
} local_case;

#define FULL 0xffffffffu
#define U64_11 "\x0b\0\0\0\0\0\0\0"
#define U64_12 "\x0c\0\0\0\0\0\0\0"
#define U64_0 "\0\0\0\0\0\0\0\0"
#define Z64 "\x01\0\x10\0"
#define Z64_ONE "\x01\0\x08\0"

static void numbers_of_a_local_header(void **state)
{
    static const local_case cases[] = {
        {0, ZB(""), 1, 1, 1, NYZ_OK, ""},
        {0, ZB(Z64 U64_11 U64_11), 1, FULL, FULL, NYZ_OK, ""}, /* Python >= 3.11.4 */
        {0, ZB(Z64 U64_11 U64_11), 1, 1, 1, NYZ_OK, ""},       /* before */
        {0, ZB(Z64 U64_0 U64_0), 1, 1, 1, NYZ_OK, ""},         /* minizip */
        {0, ZB(Z64_ONE U64_11), 1, FULL, 1, NYZ_OK, ""},
        {0, ZB(Z64_ONE U64_11), 1, 1, FULL, NYZ_OK, ""},
        {0, ZB("\0\0\0"), 1, 1, 1, NYZ_OK, ""},
        {0, ZB("\x35\xd9\x04\0\x40\0\0\0"), 1, 1, 1, NYZ_OK, ""},
        {0, ZB(""), 1, 12, 1, NYZ_ERR_CORRUPT, "its sizes"},
        {0, ZB(""), 1, 1, 12, NYZ_ERR_CORRUPT, "its sizes"},
        {0, ZB(""), 1, 0, 1, NYZ_ERR_CORRUPT, "its sizes"},
        {0, ZB(""), 1, FULL, FULL, NYZ_ERR_CORRUPT, "its sizes"},
        {0, ZB(""), 0, 1, 1, NYZ_ERR_CORRUPT, "its CRC-32"},
        {0, ZB(""), 77, 1, 1, NYZ_ERR_CORRUPT, "its CRC-32"},
        {0, ZB(Z64 U64_12 U64_11), 1, FULL, FULL, NYZ_ERR_CORRUPT, "its sizes"},
        {0, ZB(Z64 U64_11 U64_12), 1, FULL, FULL, NYZ_ERR_CORRUPT, "its sizes"},
        {0, ZB(Z64 U64_0 U64_0), 1, FULL, FULL, NYZ_ERR_CORRUPT, "its sizes"},
        {0, ZB(Z64 U64_12 U64_11), 1, 1, 1, NYZ_ERR_CORRUPT, "its sizes"},
        {0, ZB(Z64 U64_11 U64_11), 1, 0, 0, NYZ_ERR_CORRUPT, "its sizes"},
        {0, ZB(Z64_ONE U64_12), 1, FULL, 1, NYZ_ERR_CORRUPT, "its sizes"},
        {0, ZB(Z64_ONE U64_11), 1, FULL, FULL, NYZ_ERR_CORRUPT, "its sizes"},
        {0, ZB(Z64_ONE U64_11), 1, 1, 1, NYZ_ERR_CORRUPT, "its sizes"},
        {0, ZB("\x01\0\0\0"), 1, 1, 1, NYZ_ERR_CORRUPT, "its sizes"},
        {0, ZB("\x55\x54\x09\0"), 1, 1, 1, NYZ_ERR_CORRUPT, "longer than they are"},
        {8, ZB(""), 0, 0, 0, NYZ_OK, ""},
        {8, ZB(""), 1, 1, 1, NYZ_OK, ""},
        {8, ZB(Z64 U64_0 U64_0), 0, FULL, FULL, NYZ_OK, ""},
        {8, ZB(Z64 U64_0 U64_0), 0, 0, 0, NYZ_OK, ""},
        {8, ZB(Z64 U64_11 U64_11), 0, FULL, FULL, NYZ_OK, ""},
        {8, ZB(""), 0, 12, 0, NYZ_ERR_CORRUPT, "its sizes"},
        {8, ZB(""), 0, 0, 12, NYZ_ERR_CORRUPT, "its sizes"},
        {8, ZB(Z64 U64_12 U64_0), 0, FULL, FULL, NYZ_ERR_CORRUPT, "its sizes"},
        {8, ZB(""), 77, 0, 0, NYZ_ERR_CORRUPT, "its CRC-32"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const local_case *const c = &cases[i];
        const uint32_t numbers[3] = {c->crc, c->stored, c->size};
        zb_archive a = {0};
        zb_add(&a, (zb_member){.name = "a.npy",
                               .flags = c->flags,
                               .data = "hello world",
                               .size = 11,
                               .local_extra = c->extra});
        zb_finish(&a, 0);
        for (size_t n = 0; n < 3; n++) {
            if (numbers[n] != 1) {
                zb_patch(&a, a.local[0] + 14 + 4 * n, 4, numbers[n]);
            }
        }
        print_message("row %zu\n", i);
        if (c->status == NYZ_OK) {
            assert_ok(check_member(&a, 0, err));
        } else {
            assert_fails(c->status, c->words, check_member(&a, 0, err));
        }
        zb_free(&a);
    }
}

static void local_header_repeats_the_directory(void **state)
{
    static const struct {
        size_t field;
        size_t width;
        uint64_t value;
        const char *words; /* NULL: fine */
    } cases[] = {
        {0, 1, 'Q', "there is none where the directory points"},
        {4, 2, 99, NULL}, /* version needed */
        {6, 2, 1, "its flags"},
        {6, 2, 1 << 3, "its flags"},
        {6, 2, 1 << 5, "its flags"},
        {6, 2, 1 << 6, "its flags"},
        {6, 2, 1 << 11, "its flags"},
        {6, 2, 1 << 13, "its flags"},
        {6, 2, 1 << 1, NULL}, /* the deflater's level */
        {8, 2, 8, "its method"},
        {12, 2, 0, NULL}, /* date */
        {26, 2, 4, "its name"},
        {26, 2, 6, "its name"},
        {28, 2, 1, "the data reaches into the next member"},
        {28, 2, 0xffff, "the data reaches into the next member"},
        {30, 1, 'b', "but 'b.npy'"},
        {34, 1, 'Y', "but 'a.npY'"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        zb_archive a = {0};
        zb_add_two(&a);
        zb_finish(&a, 0);
        zb_patch(&a, a.local[0] + cases[i].field, cases[i].width, cases[i].value);
        if (cases[i].words == NULL) {
            assert_ok(check_member(&a, 0, err));
        } else {
            assert_fails(NYZ_ERR_CORRUPT, cases[i].words, check_member(&a, 0, err));
        }
        assert_ok(check_member(&a, 1, err)); /* the other is not touched */
        zb_free(&a);
    }
}

static void data_of_the_last_member_ends_at_the_directory(void **state)
{
    zb_archive a = {0};
    (void)state;
    zb_add_two(&a);
    zb_finish(&a, 0);
    zb_patch(&a, a.local[1] + 28, 2, 1);
    assert_fails(NYZ_ERR_CORRUPT, "or the directory", check_member(&a, 1, err));
    zb_free(&a);
}

/* -------------------------------------------------------------------- the data itself */

/* Says in both headers that the second member has these sizes. */
static void set_sizes(zb_archive *a, uint64_t stored, uint64_t size)
{
    zb_patch(a, a->local[1] + 18, 4, stored);
    zb_patch(a, a->local[1] + 22, 4, size);
    zb_patch(a, a->central[1] + 20, 4, stored);
    zb_patch(a, a->central[1] + 24, 4, size);
}

static void sizes_that_lie_are_found(void **state)
{
    static const struct {
        int stored; /* added to the right ones */
        int size;
        const char *words;
    } cases[] = {
        {0, 1, "the deflate stream ends after 300 bytes, the directory says 301"},
        {0, -1, "goes on after 299 bytes"},
        {0, -300, "goes on after 0 bytes"},
        {-1, 0, "cut: no end mark"},
        {-10, 0, "the deflated bytes end after"},
        {4, 0, "4 bytes after the end of the deflate stream"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        zb_archive a = {0};
        zb_add_two(&a);
        zb_append(&a, "more", 4); /* room before the directory */
        zb_finish(&a, 0);
        assert_ok(check_member(&a, 1, err));
        const uint64_t stored = zb_get(&a, a.local[1] + 18, 4);
        set_sizes(&a, stored + (uint64_t)cases[i].stored, 300 + (uint64_t)cases[i].size);
        assert_fails(NYZ_ERR_CORRUPT, cases[i].words, check_member(&a, 1, err));
        zb_free(&a);
    }
}

static void wrong_crc_is_found_at_the_end(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        zb_archive a = {0};
        zb_add_two(&a);
        zb_finish(&a, 0);
        zb_patch(&a, a.local[i] + 14, 4, 0x12345678);
        zb_patch(&a, a.central[i] + 16, 4, 0x12345678);
        assert_fails(NYZ_ERR_CORRUPT, "the directory says 12345678",
                     check_member(&a, (int64_t)i, err));
        zb_patch(&a, a.local[i] + 14, 4, 0); /* 0 is a CRC, not "unknown" */
        zb_patch(&a, a.central[i] + 16, 4, 0);
        assert_fails(NYZ_ERR_CORRUPT, "the directory says 00000000",
                     check_member(&a, (int64_t)i, err));
        zb_free(&a);
    }
}

static int64_t fail_behind_header(void *ctx, int64_t offset, void *buffer, size_t size)
{
    const nyz_stream_mem_reader *const reader = ctx;
    if (offset + (int64_t)size > 35) {
        return -5;
    }
    memcpy(buffer, reader->bytes + offset, size);
    return (int64_t)size;
}

static void failures_keep_their_reason(void **state)
{
    zb_archive a = {0};
    nyz_zip_directory dir;
    nyz_zip_member member;
    char buffer[11];
    (void)state;
    zb_add_two(&a);
    zb_finish(&a, 0);
    assert_ok(zb_read(&a, NULL, &dir, err));
    nyz_stream_mem_reader reader = {a.bytes, a.size, 0};
    const nyz_stream stream = {.read_at = fail_behind_header, .ctx = &reader};
    assert_ok(nyz_zip_member_open(&stream, &dir, 0, &member, err));
    nyz_source source = nyz_zip_member_source(&member);
    assert_fails(NYZ_ERR_IO, "", nyz_source_read(&source, buffer, 11, "data", err));
    nyz_error plain = {.status = NYZ_ERR_IO};
    assert_int_equal(nyz_zip_member_error(&member, NYZ_ERR_IO, &plain), NYZ_ERR_IO);
    assert_int_equal(source.stream.read(source.stream.ctx, buffer, 11), -5); /* again */
    assert_int_equal(plain.sys, 5);
    assert_int_equal(plain.offset, 35);
    assert_fails(NYZ_ERR_IO, "", nyz_zip_member_finish(&member, err));
    assert_int_equal(nyz_zip_member_error(&member, NYZ_OK, NULL), NYZ_OK);
    nyz_zip_member_close(&member);
    assert_ok(nyz_zip_member_open(&stream, &dir, 0, &member, err));
    assert_fails(NYZ_ERR_CORRUPT, "11 of the member's 11 bytes have not been read",
                 nyz_zip_member_finish(&member, err));
    assert_int_equal(nyz_zip_member_error(&member, NYZ_ERR_LIMIT, NULL), NYZ_ERR_LIMIT);
    nyz_zip_member_close(&member);
    assert_fails(NYZ_ERR_NOT_FOUND, "no member 2",
                 nyz_zip_member_open(&stream, &dir, 2, &member, err));
    assert_fails(NYZ_ERR_NOT_FOUND, "no member -1",
                 nyz_zip_member_open(&stream, &dir, -1, &member, err));
    nyz_zip_directory_free(&dir);
    zb_free(&a);
}

static void behind_a_members_bytes_nothing_is_read(void **state)
{
    zb_archive a = {0};
    nyz_zip_directory dir;
    nyz_zip_member member;
    char buffer[300];
    (void)state;
    zb_add_two(&a);
    zb_finish(&a, 0);
    assert_ok(zb_read(&a, NULL, &dir, err));
    nyz_stream_mem_reader reader = {a.bytes, a.size, 0};
    const nyz_stream stream = nyz_stream_mem(&reader);
    for (int64_t i = 0; i < 2; i++) {
        assert_ok(nyz_zip_member_open(&stream, &dir, i, &member, err));
        const nyz_source source = nyz_zip_member_source(&member);
        const nyz_stream s = source.stream;
        assert_int_equal(s.read(s.ctx, buffer, sizeof buffer), dir.entries[i].size);
        assert_int_equal(s.read(s.ctx, buffer, sizeof buffer), 0);
        assert_ok(nyz_zip_member_finish(&member, err));
        nyz_zip_member_close(&member);
    }
    nyz_zip_directory_free(&dir);
    zb_free(&a);
}

/* A local header with more after it than usual takes a read and memory of its own. */
static void a_long_local_header_without_memory_or_a_read(void **state)
{
    static char name[301];
    zb_archive a = {0};
    nyz_zip_directory dir;
    nyz_zip_member member;
    (void)state;
    memset(name, 'n', sizeof name - 1);
    zb_add(&a, (zb_member){.name = name, .data = zb_text, .size = 300});
    zb_finish(&a, 0);
    assert_ok(check_member(&a, 0, err));
    assert_ok(zb_read(&a, NULL, &dir, err));
    nyz_stream_mem_reader reader = {a.bytes, a.size, 0};
    const nyz_stream failing = {.read_at = fail_behind_header, .ctx = &reader};
    assert_fails(NYZ_ERR_IO, "", nyz_zip_member_open(&failing, &dir, 0, &member, err));
    const nyz_allocator allocator = dir.allocator;
    counting memory;
    counting_init(&memory);
    memory.fail_at = 1;
    dir.allocator = memory.allocator;
    const nyz_stream stream = nyz_stream_mem(&reader);
    assert_fails(NYZ_ERR_MEMORY, "300 bytes",
                 nyz_zip_member_open(&stream, &dir, 0, &member, err));
    dir.allocator = allocator;
    nyz_zip_directory_free(&dir);
    zb_free(&a);
}

/* --------------------------------------------------------------- damage, byte by byte */

static void small_archive(zb_archive *a, int kind)
{
    static const zb_bytes zip64 = ZB(Z64 U64_11 U64_11);
    if (kind == 2) {
        zb_add(a, (zb_member){.name = "a.npy",
                              .data = "hello world",
                              .size = 11,
                              .local_extra = zip64});
        zb_add(a, (zb_member){.name = "\x80",
                              .flags = 8,
                              .method = 8,
                              .data = "hello world",
                              .size = 11});
    } else {
        zb_add_two(a);
    }
    zb_finish(a, kind == 1);
}

/* Reads all members; *same: all names and bytes are those of the original. */
static nyz_status read_everything(const zb_archive *a, const zb_archive *original,
                                  int *same, nyz_error *err)
{
    nyz_zip_directory dir;
    nyz_status status = zb_read(a, NULL, &dir, err);
    const int64_t count = dir.count;
    nyz_zip_directory_free(&dir);
    *same = count == (int64_t)original->count;
    for (int64_t i = 0; i < count && status == NYZ_OK; i++) {
        nyz_buffer out = {0};
        status = read_member(a, i, 1000, &out, err);
        if (status == NYZ_OK && *same) {
            const zb_member *const m = &original->members[i];
            *same = out.size == m->size && memcmp(out.data, m->data, m->size) == 0;
        }
        free(out.data);
    }
    return status;
}

/* Every single bit flipped: an error, or the same bytes.  No flip in a member's data
 * passes. */
static void every_flipped_bit(void **state)
{
    (void)state;
    for (int kind = 0; kind < 3; kind++) {
        zb_archive a = {0};
        small_archive(&a, kind);
        for (size_t bit = 0; bit < 8 * a.size; bit++) {
            int same = 0;
            nyz_error err = {0};
            a.bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
            const nyz_status status = read_everything(&a, &a, &same, &err);
            assert_true(status != NYZ_OK || same);
            assert_true(status == NYZ_OK || err.message[0] != '\0');
            for (size_t i = 0; i < a.count; i++) {
                const size_t data = a.local[i] + 30 + a.members[i].name_size +
                                    a.members[i].local_extra.size;
                const size_t end = i + 1 < a.count ? a.local[i + 1] : a.directory;
                if (bit / 8 >= data && bit / 8 < end - (a.members[i].method == 8)) {
                    assert_int_equal(status, NYZ_ERR_CORRUPT);
                }
            }
            a.bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
        }
        zb_free(&a);
    }
}

static void every_cut(void **state)
{
    (void)state;
    for (int kind = 0; kind < 3; kind++) {
        zb_archive a = {0};
        small_archive(&a, kind);
        const size_t whole = a.size;
        for (a.size = 0; a.size < whole; a.size++) {
            unsigned char *const exact =
                malloc(a.size + 1); /* so that ASan sees the end */
            zb_archive cut = {.bytes = exact, .size = a.size, .count = a.count};
            int same;
            memcpy(exact, a.bytes, a.size);
            assert_fails(NYZ_ERR_CORRUPT, "end record",
                         read_everything(&cut, &a, &same, err));
            free(exact);
        }
        zb_free(&a);
    }
}

/* unzip, 7z and newer Pythons take the name of a Unicode path for the member's. */
static void a_unicode_path_must_tell_the_same_name(void **state)
{
    static const struct {
        const char *name;
        unsigned flags;
        zb_bytes extra;
        nyz_status status;
    } cases[] = {
        {"x", 0, ZB("\x75\x70\x06\0\1\x83\x16\xdc\x8cx"), NYZ_OK},
        {"x", 0, ZB("\x75\x70\x06\0\1\x83\x16\xdc\x8cy"), NYZ_ERR_CORRUPT},
        {"x", 0, ZB("\x75\x70\x06\0\1\0\0\0\0y"), NYZ_ERR_CORRUPT},
        {"x", 0, ZB("\x75\x70\x07\0\1\x83\x16\xdc\x8cxx"), NYZ_ERR_CORRUPT},
        {"x", 0, ZB("\x75\x70\x05\0\1\x83\x16\xdc\x8c"), NYZ_ERR_CORRUPT},
        {"x", 0, ZB("\x75\x70\x04\0\1\x83\x16\xdc"), NYZ_ERR_CORRUPT},
        {"x", 0, ZB("ab\0\0\x75\x70\x06\0\1\0\0\0\0y"), NYZ_ERR_CORRUPT},
        {"\x82", 0, ZB("\x75\x70\x07\0\1\0\0\0\0\xc3\xa9"), NYZ_OK}, /* code page 437 */
        {"\xc3\xa9", 0x800, ZB("\x75\x70\x07\0\1\0\0\0\0\xc3\xa9"), NYZ_OK},
        {"\xc3\xa9", 0, ZB("\x75\x70\x07\0\1\0\0\0\0\xc3\xa9"), NYZ_ERR_CORRUPT},
    };
    (void)state;
    for (size_t i = 0; i < 2 * sizeof cases / sizeof cases[0]; i++) {
        zb_member m = {.name = cases[i / 2].name,
                       .flags = cases[i / 2].flags,
                       .data = "data",
                       .size = 4};
        zb_archive a = {0};
        print_message("row %zu\n", i / 2);
        *(i % 2 == 0 ? &m.local_extra : &m.central_extra) = cases[i / 2].extra;
        zb_add(&a, m);
        zb_finish(&a, 0);
        if (cases[i / 2].status == NYZ_OK) {
            assert_ok(check_member(&a, 0, err));
        } else {
            assert_fails(NYZ_ERR_CORRUPT, "another name", check_member(&a, 0, err));
        }
        zb_free(&a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_unicode_path_must_tell_the_same_name),
        cmocka_unit_test(stored_and_deflated_members_in_pieces),
        cmocka_unit_test(numbers_of_a_local_header),
        cmocka_unit_test(local_header_repeats_the_directory),
        cmocka_unit_test(data_of_the_last_member_ends_at_the_directory),
        cmocka_unit_test(sizes_that_lie_are_found),
        cmocka_unit_test(wrong_crc_is_found_at_the_end),
        cmocka_unit_test(failures_keep_their_reason),
        cmocka_unit_test(behind_a_members_bytes_nothing_is_read),
        cmocka_unit_test(a_long_local_header_without_memory_or_a_read),
        cmocka_unit_test(every_flipped_bit),
        cmocka_unit_test(every_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
