/* SPDX-License-Identifier: MIT */
/* A damaged member is CORRUPT by whichever call and path it is loaded, also where its first
 * bytes are no array, or one that is not supported: npz_member.c, docs/format.md 4.3. */

#include "base/arithmetic.h"
#include "io/stream_mem.h"
#include "support/read_paths.h"
#include "support/zip_build.h"

#define OBJECTS                                                                          \
    "\x93NUMPY\1\0\x38\0{'descr': '|O', 'fortran_order': False, 'shape': (1,)} \n"       \
    "\x80\x04N."

static char long_text[200000];

/* What a member may hold beside a supported array, and what loading it gives. */
typedef struct content {
    zb_bytes bytes;
    nyz_status status;
    const char *words;
} content;

static const content contents[] = {
    {ZB(OBJECTS), NYZ_ERR_UNSUPPORTED, "Python objects"},
    {ZB("\x93NUMPY\7\0\0\0\0\0\0\0\0\0 of a later version"), NYZ_ERR_UNSUPPORTED, "7.0"},
    {ZB("text"), NYZ_ERR_NOT_FOUND, "holds no array"},
    {ZB(""), NYZ_ERR_NOT_FOUND, "holds no array"},
    {{zb_text, 300}, NYZ_ERR_NOT_FOUND, "holds no array"},
    {{long_text, sizeof long_text}, NYZ_ERR_NOT_FOUND, "holds no array"},
};
enum { CONTENTS = sizeof contents / sizeof contents[0] };

static zb_archive archive_of(const content *c, unsigned method)
{
    zb_archive a = {0};
    memset(long_text, '=', sizeof long_text);
    zb_add(&a, (zb_member){.name = "m.npy",
                           .method = method,
                           .data = c->bytes.data,
                           .size = c->bytes.size});
    zb_finish(&a, 0);
    return a;
}

static nyz_npz *open_archive(const zb_archive *a)
{
    nyz_npz *npz = NULL;
    assert_ok(nyz_npz_open_mem(a->bytes, a->size, NULL, &npz, err));
    return npz;
}

static void set_crc(zb_archive *a, uint64_t crc)
{
    zb_patch(a, a->local[0] + 14, 4, crc);
    zb_patch(a, a->central[0] + 16, 4, crc);
}

/* Every call that reads all of the member, on both paths. */
static void check_load(const zb_archive *a, nyz_status status, const char *words)
{
    nyz_npz *npz = open_archive(a);
    nyz_array out;
    nyz_array into;
    unsigned char byte;
    const nyz_dtype dtype = nyz_dtype_of(NYZ_UINT8);
    for (int threads = 1; threads < 4; threads++) {
        for (int order = NYZ_KEEP_ORDER; order <= NYZ_F_ORDER; order++) {
            const nyz_options opt = {.threads = threads, .order = (nyz_order)order};
            assert_fails(status, words, nyz_npz_load_at(npz, 0, &opt, &out, err));
            assert_null(out.owner);
        }
        compare_read_paths(npz, threads);
    }
    assert_ok(nyz_array_wrap(&byte, &dtype, 0, NULL, NULL, &into, err));
    assert_fails(status, words, nyz_npz_load_into_at(npz, 0, NULL, &into, err));
    nyz_npz_close(&npz);
}

static void a_member_of_something_else_is_named_by_what_it_is(void **state)
{
    (void)state;
    for (size_t k = 0; k < 2 * CONTENTS; k++) {
        zb_archive a = archive_of(&contents[k / 2], k % 2 == 0 ? 0 : 8);
        check_load(&a, contents[k / 2].status, contents[k / 2].words);
        zb_free(&a);
    }
}

static void a_wrong_crc_is_damage_whatever_the_member_holds(void **state)
{
    (void)state;
    for (size_t k = 0; k < 2 * CONTENTS; k++) {
        zb_archive a = archive_of(&contents[k / 2], k % 2 == 0 ? 0 : 8);
        set_crc(&a, 7);
        check_load(&a, NYZ_ERR_CORRUPT, "member 'm.npy': the CRC-32");
        zb_free(&a);
    }
}

/* nyz_npz_load_all leaves members empty that hold no array, but not damaged arrays that seem
 * to be none. */
static void an_array_whose_magic_is_damaged_is_not_taken_for_no_array(void **state)
{
    static const content array = {ZB("\x93NUMPY\1\0\x37\0{'descr': '|i1', "
                                     "'fortran_order': False, 'shape': (1,)}\n7"),
                                  NYZ_OK, ""};
    (void)state;
    zb_archive a = archive_of(&array, 0);
    nyz_arrays *all;
    a.bytes[a.local[0] + 30 + 5] ^= 1;
    nyz_npz *npz = open_archive(&a);
    assert_fails(NYZ_ERR_CORRUPT, "CRC-32", nyz_npz_load_all(npz, NULL, &all, err));
    nyz_npz_close(&npz);
    check_load(&a, NYZ_ERR_CORRUPT, "CRC-32");
    zb_free(&a);
}

/* The bits after the end of a deflate stream say nothing.  One of another may make a header
 * that is longer than the limit; nothing else hides it. */
static void every_flipped_bit_is_damage_whatever_the_member_holds(void **state)
{
    (void)state;
    for (size_t k = 0; k < 10; k++) {
        const content *const c = &contents[k / 2];
        zb_archive a = archive_of(c, k % 2 == 0 ? 0 : 8);
        for (size_t bit = 8 * (30 + 5); bit < 8 * a.directory; bit++) {
            a.bytes[bit / 8] ^= (unsigned char)(1 << bit % 8);
            nyz_npz *npz = open_archive(&a);
            nyz_array out;
            compare_read_paths(npz, 1);
            const nyz_status status = nyz_npz_load_at(npz, 0, NULL, &out, NULL);
            const int fill = k % 2 == 1 && bit / 8 + 1 == a.directory;
            assert_true(status == NYZ_ERR_CORRUPT ||
                        (status == NYZ_ERR_LIMIT && c->status == NYZ_ERR_UNSUPPORTED) ||
                        (status == c->status && fill));
            nyz_npz_close(&npz);
            a.bytes[bit / 8] ^= (unsigned char)(1 << bit % 8);
        }
        zb_free(&a);
    }
}

/* They are what the caller does not want to be read. */
static void what_a_limit_refuses_is_not_read_for_damage(void **state)
{
    (void)state;
    for (unsigned method = 0; method <= 8; method += 8) {
        zb_archive a = archive_of(&contents[0], method);
        const nyz_limits limits = {.header_bytes = 20};
        set_crc(&a, 7);
        nyz_npz *npz = open_archive(&a);
        for (int order = NYZ_KEEP_ORDER; order <= NYZ_F_ORDER; order++) {
            const nyz_options opt = {.limits = &limits, .order = (nyz_order)order};
            nyz_array out;
            assert_fails(NYZ_ERR_LIMIT, "header_bytes",
                         nyz_npz_load_at(npz, 0, &opt, &out, err));
        }
        nyz_npz_close(&npz);
        zb_free(&a);
    }
}

/* It does not read the data, and so cannot know. */
static void peeking_says_what_the_header_says(void **state)
{
    (void)state;
    for (unsigned method = 0; method <= 8; method += 8) {
        nyz_array header;
        zb_archive a = archive_of(&contents[0], method);
        set_crc(&a, 7);
        nyz_npz *npz = open_archive(&a);
        assert_ok(nyz_npz_load_header_at(npz, 0, NULL, &header, err));
        assert_int_equal(header.dtype.type, NYZ_OBJECT);
        nyz_array_free(&header);
        nyz_npz_close(&npz);
        zb_free(&a);
        a = archive_of(&contents[4], method);
        set_crc(&a, 7);
        npz = open_archive(&a);
        assert_fails(NYZ_ERR_NOT_FOUND, "holds no array",
                     nyz_npz_load_header_at(npz, 0, NULL, &header, err));
        nyz_npz_close(&npz);
        zb_free(&a);
    }
}

/* Memory of which the bytes from `end` on cannot be read once that is set. */
typedef struct torn {
    const zb_archive *archive;
    int64_t end; /* 0: all can */
} torn;

static int64_t torn_read_at(void *ctx, int64_t offset, void *buffer, size_t size)
{
    const torn *const t = ctx;
    nyz_stream_mem_reader memory = {t->archive->bytes, t->archive->size, 0};
    const nyz_stream s = nyz_stream_mem(&memory);
    if (t->end > 0 && offset >= t->end) {
        return -EIO;
    }
    const int64_t most = t->end > 0 ? nyz_min((int64_t)size, t->end - offset) : 0;
    return s.read_at(s.ctx, offset, buffer, most > 0 ? (size_t)most : size);
}

static void a_member_whose_rest_cannot_be_read_is_an_io_error(void **state)
{
    (void)state;
    for (unsigned method = 0; method <= 8; method += 8) {
        zb_archive a = archive_of(&contents[5], method);
        torn t = {&a, 0};
        const nyz_stream s = {.read_at = torn_read_at, .ctx = &t};
        nyz_npz *npz = NULL;
        assert_ok(nyz_npz_open_stream(&s, NULL, &npz, err));
        t.end = (int64_t)a.directory - 1;
        for (int order = NYZ_KEEP_ORDER; order <= NYZ_F_ORDER; order++) {
            const nyz_options opt = {.order = (nyz_order)order};
            nyz_array out;
            assert_fails(NYZ_ERR_IO, "member 'm.npy'",
                         nyz_npz_load_at(npz, 0, &opt, &out, err));
        }
        nyz_npz_close(&npz);
        zb_free(&a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_member_of_something_else_is_named_by_what_it_is),
        cmocka_unit_test(a_wrong_crc_is_damage_whatever_the_member_holds),
        cmocka_unit_test(an_array_whose_magic_is_damaged_is_not_taken_for_no_array),
        cmocka_unit_test(every_flipped_bit_is_damage_whatever_the_member_holds),
        cmocka_unit_test(what_a_limit_refuses_is_not_read_for_damage),
        cmocka_unit_test(peeking_says_what_the_header_says),
        cmocka_unit_test(a_member_whose_rest_cannot_be_read_is_an_io_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
