/* SPDX-License-Identifier: MIT */
/* zip_end.c, zip_end64.c: the records at the end of an archive, what is
 * before and after it.  One row or test for each rule of docs/format.md 4.1. */
#include "support/zip_build.h"
#include "zip/zip_directory.h"

static void each_rule_of_the_end_record(void **state)
{
    static const patch_case cases[] = {
        {END, 0, 1, 'Q', 0, NYZ_ERR_CORRUPT, "no end record"},
        {END, 4, 2, 1, 0, NYZ_ERR_UNSUPPORTED, "several disks"},
        {END, 6, 2, 1, 0, NYZ_ERR_UNSUPPORTED, "several disks"},
        {END, 8, 2, 1, 0, NYZ_ERR_CORRUPT, "counts 2 members, and 1 on its only disk"},
        {END, 8, 4, 0x00010001, 0, NYZ_ERR_CORRUPT, "more bytes in the directory"},
        {END, 8, 4, 0, 0, NYZ_ERR_CORRUPT, "more bytes in the directory"},
        {END, 8, 4, 0x00030003, 0, NYZ_ERR_CORRUPT, "cannot hold 3 members"},
        {END, 8, 4, -1, 0, NYZ_ERR_CORRUPT, "cannot hold 65535 members"},
        {END, 12, 4, 1, 1, NYZ_ERR_CORRUPT, "does not fit before the end record"},
        {END, 12, 4, -1, 1, NYZ_ERR_CORRUPT, "expected a member's header"},
        {END, 12, 4, 0xffffffff, 0, NYZ_ERR_CORRUPT,
         "does not fit before the end record"},
        {END, 16, 4, 1, 1, NYZ_ERR_CORRUPT, "does not fit before the end record"},
        {END, 16, 4, -1, 1, NYZ_ERR_CORRUPT, "do not fit before the directory"},
        {END, 16, 4, 0xffffffff, 0, NYZ_ERR_CORRUPT,
         "does not fit before the end record"},
        {END, 20, 2, 1, 0, NYZ_ERR_CORRUPT, "comment does not end with the file"},
    };
    (void)state;
    run_patches(cases, sizeof cases / sizeof cases[0], 0);
}

static void each_rule_of_the_zip64_records(void **state)
{
    static const patch_case cases[] = {
        {END, 4, 2, 0, 0, NYZ_OK, "as it is"},
        {END, 4, 4, 0xffffffff, 0, NYZ_OK, "disks may be saturated"},
        {END, 8, 4, 0xffffffff, 0, NYZ_OK, "counts may be saturated"},
        {END, 12, 4, 0xffffffff, 0, NYZ_OK, "the size may be saturated"},
        {END, 16, 4, 0xffffffff, 0, NYZ_OK, "the offset may be saturated"},
        {END, 4, 2, 1, 0, NYZ_ERR_CORRUPT, "contradict"},
        {END, 6, 2, 1, 0, NYZ_ERR_CORRUPT, "contradict"},
        {END, 8, 2, 1, 0, NYZ_ERR_CORRUPT, "contradict"},
        {END, 10, 2, 1, 0, NYZ_ERR_CORRUPT, "contradict"},
        {END, 12, 4, 1, 1, NYZ_ERR_CORRUPT, "contradict"},
        {END, 16, 4, 1, 1, NYZ_ERR_CORRUPT, "contradict"},
        {LOCATOR, 4, 4, 1, 0, NYZ_ERR_UNSUPPORTED, "several disks"},
        {LOCATOR, 16, 4, 2, 0, NYZ_ERR_UNSUPPORTED, "several disks"},
        {LOCATOR, 16, 4, 0, 0, NYZ_OK, "some writers count no disk"},
        {LOCATOR, 8, 8, 1, 1, NYZ_ERR_CORRUPT, "no zip64 end record where"},
        {LOCATOR, 8, 8, -1, 1, NYZ_ERR_CORRUPT, "should end at the zip64 end record"},
        {LOCATOR, 8, 8, -1, 0, NYZ_ERR_CORRUPT, "no zip64 end record where"},
        {LOCATOR, 0, 1, 'Q', 0, NYZ_ERR_CORRUPT, "expected a member's header"},
        {END64, 0, 1, 'Q', 0, NYZ_ERR_CORRUPT, "no zip64 end record where"},
        {END64, 4, 8, 1, 1, NYZ_ERR_CORRUPT, "no zip64 end record where"},
        {END64, 4, 8, -1, 1, NYZ_ERR_CORRUPT, "no zip64 end record where"},
        {END64, 16, 4, 1, 0, NYZ_ERR_CORRUPT, "contradict"},
        {END64, 24, 8, 1, 1, NYZ_ERR_CORRUPT, "contradict"},
        {END64, 32, 8, 1, 1, NYZ_ERR_CORRUPT, "contradict"},
        {END64, 40, 8, 1, 1, NYZ_ERR_CORRUPT, "contradict"},
        {END64, 48, 8, 1, 1, NYZ_ERR_CORRUPT, "contradict"},
    };
    (void)state;
    run_patches(cases, sizeof cases / sizeof cases[0], 1);
}

/* The zip64 values hold where the end record is saturated: wrong ones are found. */
static void saturated_end_record_gives_way_to_zip64(void **state)
{
    static const patch_case cases[] = {
        {END64, 16, 4, 1, 0, NYZ_ERR_UNSUPPORTED, "several disks"},
        {END64, 20, 4, 1, 0, NYZ_ERR_UNSUPPORTED, "several disks"},
        {END64, 24, 8, 1, 1, NYZ_ERR_CORRUPT, "only disk"},
        {END64, 40, 8, 1, 1, NYZ_ERR_CORRUPT, "does not fit before"},
        {END64, 40, 8, -1, 0, NYZ_ERR_CORRUPT, "does not fit before"},
        {END64, 48, 8, 1, 1, NYZ_ERR_CORRUPT, "does not fit before"},
        {END64, 48, 8, -1, 0, NYZ_ERR_CORRUPT, "does not fit before"},
        {END64, 48, 8, -1, 1, NYZ_ERR_CORRUPT, "should end at the zip64 end record"},
        {END64, 40, 8, -1, 1, NYZ_ERR_CORRUPT, "should end at the zip64 end record"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const patch_case *const p = &cases[i];
        zb_archive a = {0};
        nyz_zip_directory dir;
        zb_add_two(&a);
        zb_finish(&a, 1);
        memset(a.bytes + a.end + 4, 0xff, 16);
        assert_ok(zb_read(&a, NULL, &dir, err));
        nyz_zip_directory_free(&dir);
        const size_t at = a.end64 + p->field;
        zb_patch(&a, at, p->width,
                 (p->add ? zb_get(&a, at, p->width) : 0) + (uint64_t)p->value);
        assert_fails(p->status, p->words, zb_read(&a, NULL, &dir, err));
        zb_patch(&a, a.end64 + 24, 8, (uint64_t)1 << 62); /* both counts */
        zb_patch(&a, a.end64 + 32, 8, (uint64_t)1 << 62);
        assert_fails(p->status, "", zb_read(&a, NULL, &dir, err));
        zb_free(&a);
    }
}

static void huge_count_in_zip64_is_refused_before_allocating(void **state)
{
    zb_archive a = {0};
    nyz_zip_directory dir;
    (void)state;
    zb_add_two(&a);
    zb_finish(&a, 1);
    memset(a.bytes + a.end + 4, 0xff, 16);
    memset(a.bytes + a.end64 + 24, 0xff, 16);
    assert_fails(NYZ_ERR_CORRUPT, "cannot hold 18446744073709551615 members",
                 zb_read(&a, NULL, &dir, err));
    zb_free(&a);
}

/* An end record of version 2 or with data of its maker: zipfile does not find it, goes by
 * the end record alone, and takes the bytes before that for the directory. */
static void a_zip64_record_with_more_data_is_refused(void **state)
{
    zb_archive a = {0};
    nyz_zip_directory dir;
    (void)state;
    zb_add_two(&a);
    zb_finish(&a, 1);
    zb_append(&a, "12345678", 8);
    memmove(a.bytes + a.locator + 8, a.bytes + a.locator, a.size - 8 - a.locator);
    memcpy(a.bytes + a.locator, "12345678", 8);
    zb_patch(&a, a.end64 + 4, 8, 44 + 8);
    assert_fails(NYZ_ERR_CORRUPT, "no zip64 end record where",
                 zb_read(&a, NULL, &dir, err));
    zb_free(&a);
}

/* A whole zip64 tail that is the data of a member, right before the end, is not looked
 * at. */
static void zip64_tail_within_a_member_is_data(void **state)
{
    zb_archive inner = {0};
    zb_archive a = {0};
    nyz_zip_directory dir;
    (void)state;
    zb_add(&inner, (zb_member){.name = "evil.npy", .data = "x", .size = 1});
    zb_finish(&inner, 1);
    zb_add(&a, (zb_member){.name = "a.npy", .data = inner.bytes, .size = inner.size});
    zb_finish(&a, 0);
    assert_ok(zb_read(&a, NULL, &dir, err));
    assert_int_equal(dir.count, 1);
    assert_string_equal(dir.entries[0].name, "a.npy");
    nyz_zip_directory_free(&dir);
    zb_free(&inner);
    zb_free(&a);
}

/* ------------------------------------------------- around the archive: before, behind */

typedef struct around_case {
    size_t before;
    int relative; /* offsets count from the archive's own start */
    size_t comment;
    size_t padding;
    unsigned flags;
    nyz_status status;
    const char *words;
} around_case;

static void build_around(zb_archive *a, const around_case *c, int zip64)
{
    static char filler[70000];
    memset(filler, 'x', sizeof filler);
    zb_append(a, filler, c->before);
    a->base = c->relative ? c->before : 0;
    zb_add_two(a);
    zb_finish(a, zip64);
    zb_append(a, filler, c->comment);
    zb_patch(a, a->end + 20, 2, c->comment);
    memset(filler, 0, sizeof filler);
    zb_append(a, filler, c->padding);
}

static void bytes_before_and_behind(void **state)
{
    static const around_case cases[] = {
        {0, 0, 1, 0, 0, NYZ_OK, ""},
        {0, 0, 65513, 0, 0, NYZ_OK, ""},
        {0, 0, 65514, 0, 0, NYZ_OK, ""},
        {0, 0, 65535, 0, 0, NYZ_OK, ""},
        {0, 0, 0, 1, 0, NYZ_OK, ""},
        {0, 0, 0, 65536, 0, NYZ_OK, ""},
        {0, 0, 65535, 65536, 0, NYZ_OK, ""},
        {0, 0, 100, 9000, NYZ_UNTRUSTED, NYZ_OK, ""},
        {0, 0, 0, 65537, 0, NYZ_ERR_CORRUPT, "end"},
        {0, 0, 65535, 65537, 0, NYZ_ERR_CORRUPT, "no end record"},
        {100, 0, 0, 0, 0, NYZ_OK, ""}, /* NumPy, writing to a file at position 100 */
        {100, 1, 0, 0, 0, NYZ_OK, ""}, /* a program that unpacks itself */
        {70000, 1, 10, 10, 0, NYZ_OK, ""},
        {100, 0, 0, 0, NYZ_UNTRUSTED, NYZ_ERR_CORRUPT,
         "100 bytes before the first member"},
        {100, 1, 0, 0, NYZ_UNTRUSTED, NYZ_ERR_CORRUPT, "100 bytes before the archive"},
        {0, 0, 0, 0, NYZ_UNTRUSTED, NYZ_OK, ""},
    };
    (void)state;
    for (size_t i = 0; i < 2 * sizeof cases / sizeof cases[0]; i++) {
        const around_case *const c = &cases[i / 2];
        const nyz_options opt = {.flags = c->flags};
        zb_archive a = {0};
        nyz_zip_directory dir;
        build_around(&a, c, i % 2 == 1);
        print_message("row %zu\n", i / 2);
        if (c->status == NYZ_OK) {
            assert_ok(zb_read(&a, &opt, &dir, err));
            assert_int_equal(dir.count, 2);
            assert_int_equal(dir.entries[1].offset, a.local[1]);
            nyz_zip_directory_free(&dir);
        } else {
            assert_fails(c->status, c->words, zb_read(&a, &opt, &dir, err));
        }
        zb_free(&a);
    }
}

static void other_bytes_behind_are_refused(void **state)
{
    zb_archive a = {0};
    nyz_zip_directory dir;
    (void)state;
    zb_add_two(&a);
    zb_finish(&a, 0);
    zb_append(&a, "\0\0\0x", 4);
    assert_fails(NYZ_ERR_CORRUPT, "comment does not end with the file",
                 zb_read(&a, NULL, &dir, err));
    zb_free(&a);
}

/* After a wrong end record, in the comment of the right one: the last that fits. */
static void last_fitting_end_record_counts(void **state)
{
    zb_archive a = {0};
    nyz_zip_directory dir;
    (void)state;
    zb_add_two(&a);
    zb_finish(&a, 0);
    const size_t right = a.end;
    zb_patch(&a, right + 20, 2, 26);
    zb_record(&a, 5, 6, 22); /* one more, whose comment would be longer than the file */
    zb_patch(&a, a.size - 2, 2, 9);
    zb_patch(&a, a.size - 10, 4, 9999); /* and whose directory is not there */
    zb_append(&a, "abcd", 4);
    assert_ok(zb_read(&a, NULL, &dir, err));
    assert_int_equal(dir.count, 2);
    nyz_zip_directory_free(&dir);
    zb_free(&a);
}

/* zipfile and unzip take the last signature: they would see the archive in the comment.
 * To zipfile an offset that is too large is one from which bytes are missing.  Others
 * take the last signature that has a directory before it. */
static void an_archive_in_the_comment_with_bytes_behind_is_refused(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++) {
        const int zip64 = i == 1;
        zb_archive inner = {0};
        zb_archive a = {0};
        nyz_zip_directory dir;
        zb_add(&inner, (zb_member){.name = "evil.npy", .data = "x", .size = 1});
        zb_finish(&inner, zip64);
        if (i == 1 || i == 2) {
            zb_patch(&inner, inner.end + 16, 4, zip64 ? 0xffffffff : 0x70000000);
        } else if (i == 3) {
            zb_append(&inner, "PK\5\6 whose directory is nowhere", 31);
        }
        zb_add_two(&a);
        zb_finish(&a, 0);
        zb_patch(&a, a.end + 20, 2, inner.size + 1);
        zb_append(&a, inner.bytes, inner.size);
        zb_append(&a, "x", 1);
        assert_fails(NYZ_ERR_CORRUPT, "second end record", zb_read(&a, NULL, &dir, err));
        zb_free(&inner);
        zb_free(&a);
    }
}

/* zipfile looks 56 bytes before the locator, others where it points. */
static void a_second_zip64_record_is_refused(void **state)
{
    (void)state;
    zb_archive a = {0};
    nyz_zip_directory dir;
    zb_add_two(&a);
    zb_finish(&a, 1);
    unsigned char twice[56 + 20 + 22]; /* the zip64 record again, and what follows */
    memcpy(twice, a.bytes + a.end64, sizeof twice);
    a.size = a.locator;
    zb_append(&a, twice, sizeof twice);
    zb_patch(&a, a.end64 + 4, 8, 44 + 56);
    assert_fails(NYZ_ERR_CORRUPT, "second zip64 end record",
                 zb_read(&a, NULL, &dir, err));
    zb_free(&a);
}

static void what_is_no_archive_is_told(void **state)
{
    static const zb_bytes texts[] = {
        ZB(""),
        ZB("P"),
        ZB("\x93NUMP"),
        ZB("just some text, rather long"),
        ZB("PK\5\6 not a whole end record"),
        ZB("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0")};
    zb_archive a = {0};
    nyz_zip_directory dir;
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        a.size = 0;
        zb_append(&a, texts[i].data, texts[i].size);
        assert_fails(NYZ_ERR_CORRUPT,
                     i != 4 ? "no end record: not a zip archive" : "end record",
                     zb_read(&a, NULL, &dir, err));
    }
    a.size = 0;
    zb_append(&a, "\x93NUMPY\1\0v\0", 10);
    assert_fails(NYZ_ERR_UNSUPPORTED, "; nyz_load reads it",
                 zb_read(&a, NULL, &dir, err));
    zb_append(&a, zb_text, 300);
    assert_fails(NYZ_ERR_UNSUPPORTED, "; nyz_load reads it",
                 zb_read(&a, NULL, &dir, err));
    a.size = 0;
    zb_append(&a, "PK\3\4 and then it was cut short", 30);
    assert_fails(NYZ_ERR_CORRUPT, "cut short, or the program that wrote it",
                 zb_read(&a, NULL, &dir, err));
    a.size = 0;
    zb_append(&a, "<!DOCTYPE html><html></html>", 28);
    assert_fails(NYZ_ERR_CORRUPT, "not a .npz file: an HTML page",
                 zb_read(&a, NULL, &dir, err));
    zb_free(&a);
}

/* Its writer was killed, or the end is missing; and what looks like one is another file.
 */
static void an_archive_without_a_directory_is_called_so(void **state)
{
    zb_archive a = {0};
    nyz_zip_directory dir;
    (void)state;
    zb_add_two(&a);
    assert_fails(NYZ_ERR_CORRUPT,
                 "the archive has no directory (no end record): the file was cut short",
                 zb_read(&a, NULL, &dir, err));
    a.size = 4;
    assert_fails(NYZ_ERR_CORRUPT, "no directory", zb_read(&a, NULL, &dir, err));
    a.size = 3;
    assert_fails(NYZ_ERR_CORRUPT, "no end record: not a zip archive",
                 zb_read(&a, NULL, &dir, err));
    zb_free(&a);
}

static void of_several_misfits_the_last_is_told(void **state)
{
    zb_archive a = {0};
    nyz_zip_directory dir;
    nyz_error error = {0};
    (void)state;
    zb_add_two(&a);
    zb_finish(&a, 0);
    zb_append(&a, "x",
              1); /* so that the first one's comment does not end with the file */
    const size_t last = zb_record(&a, 5, 6, 22);
    zb_append(&a, "yz", 2);
    assert_int_equal(zb_read(&a, NULL, &dir, &error), NYZ_ERR_CORRUPT);
    assert_non_null(strstr(error.message, "comment does not end with the file"));
    assert_int_equal(error.offset, last);
    zb_free(&a);
}

/* Such a reader would go on to the zip64 record, whatever the sizes of the end record. */
static void a_locator_in_the_comment_is_refused(void **state)
{
    (void)state;
    for (int locator = 0; locator < 2; locator++) {
        zb_archive a = {0};
        nyz_zip_directory dir;
        zb_add_two(&a);
        zb_finish(&a, 0);
        zb_patch(&a, a.end + 20, 2, 20 + 22 + 1); /* the comment */
        zb_record(&a, locator ? 6 : 0, 7, 20);
        const size_t second = zb_record(&a, 5, 6, 22);
        zb_patch(&a, second + 12, 4, 0xffffffff);
        zb_append(&a, "x", 1);
        if (locator) {
            assert_fails(NYZ_ERR_CORRUPT, "end record", zb_read(&a, NULL, &dir, err));
        } else {
            assert_ok(zb_read(&a, NULL, &dir, err));
            nyz_zip_directory_free(&dir);
        }
        zb_free(&a);
    }
}

static void a_locator_without_room_for_its_record_is_refused(void **state)
{
    zb_archive a = {0};
    nyz_zip_directory dir;
    (void)state;
    zb_patch(&a, zb_record(&a, 6, 7, 20) + 16, 4, 1); /* disks */
    zb_record(&a, 5, 6, 22);
    assert_fails(NYZ_ERR_CORRUPT, "no zip64 end record where its locator points (0)",
                 zb_read(&a, NULL, &dir, err));
    zb_free(&a);
}

/* The signature again, within the record that fits: what might stand before it, a
 * locator, would stand before the file's beginning. */
static void a_signature_in_the_end_record_has_nothing_before_it(void **state)
{
    (void)state;
    for (size_t at = 4; at <= 8; at++) {
        unsigned char *const bytes = calloc(1, 40); /* so that ASan sees its beginning */
        zb_archive a = {.bytes = bytes, .size = 40, .capacity = 40};
        nyz_zip_directory dir;
        assert_non_null(bytes);
        memcpy(bytes, "PK\5\6", 4);
        memcpy(bytes + at, "PK\5\6", 4);
        memset(bytes + 12, 0x77, 8); /* directories that are not there */
        bytes[20] = 18;              /* the comment */
        memset(bytes + 22, 0x77, 18);
        assert_fails(at == 8 ? NYZ_ERR_CORRUPT : NYZ_ERR_UNSUPPORTED,
                     at == 8 ? "counts" : "several disks", zb_read(&a, NULL, &dir, err));
        zb_free(&a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_rule_of_the_end_record),
        cmocka_unit_test(each_rule_of_the_zip64_records),
        cmocka_unit_test(saturated_end_record_gives_way_to_zip64),
        cmocka_unit_test(huge_count_in_zip64_is_refused_before_allocating),
        cmocka_unit_test(a_zip64_record_with_more_data_is_refused),
        cmocka_unit_test(zip64_tail_within_a_member_is_data),
        cmocka_unit_test(bytes_before_and_behind),
        cmocka_unit_test(other_bytes_behind_are_refused),
        cmocka_unit_test(last_fitting_end_record_counts),
        cmocka_unit_test(an_archive_in_the_comment_with_bytes_behind_is_refused),
        cmocka_unit_test(a_second_zip64_record_is_refused),
        cmocka_unit_test(what_is_no_archive_is_told),
        cmocka_unit_test(an_archive_without_a_directory_is_called_so),
        cmocka_unit_test(of_several_misfits_the_last_is_told),
        cmocka_unit_test(a_locator_in_the_comment_is_refused),
        cmocka_unit_test(a_locator_without_room_for_its_record_is_refused),
        cmocka_unit_test(a_signature_in_the_end_record_has_nothing_before_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
