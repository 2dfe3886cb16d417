/* SPDX-License-Identifier: MIT */
/* zip_name.c, zip_index.c: the names of members, decoded and found, few and many. */
#include "support/zip_build.h"

#include "support/zip_build.h"
#include "zip/zip_directory.h"
#include "zip/zip_internal.h"

/* ------------------------------------------------------------------------------ names */

static void names_are_decoded_as_python_does(void **state)
{
    static const struct {
        zb_bytes raw;
        unsigned flags;
        const char *name;
    } cases[] = {
        {ZB("\x80\xe1\xff~"), 0, "\xc3\x87\xc3\x9f\xc2\xa0~"},
        {ZB("\x9e\xec\xf3"), 0, "\xe2\x82\xa7\xe2\x88\x9e\xe2\x89\xa4"},
        {ZB("\xc3\xa9"), 0, "\xe2\x94\x9c\xe2\x8c\x90"},
        {ZB("\xc3\xa9"), 0x800, "\xc3\xa9"},
        {ZB("\xf0\x9f\x98\x80"), 0x800, "\xf0\x9f\x98\x80"},
        {ZB("a\xff"
            "b"),
         0x800,
         "a\xef\xbf\xbd"
         "b"},
        {ZB("\xed\xa0\x80"), 0x800, "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
        {ZB("\xe2\x82"), 0x800, "\xef\xbf\xbd"},
        {ZB(".npy"), 0x800, ".npy"},
        {ZB("dir/"), 0, "dir/"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        zb_archive a = {0};
        nyz_zip_directory dir;
        zb_add(&a, (zb_member){.name = cases[i].raw.data, .flags = cases[i].flags});
        zb_finish(&a, 0);
        assert_ok(zb_read(&a, NULL, &dir, err));
        assert_string_equal(dir.entries[0].name, cases[i].name);
        assert_int_equal(dir.entries[0].name_size, strlen(cases[i].name));
        assert_int_equal(
            nyz_zip_directory_find(&dir, cases[i].name, strlen(cases[i].name)), 0);
        nyz_zip_directory_free(&dir);
        zb_free(&a);
    }
}

static void plain_names_are_ascii_without_nul(void **state)
{
    static const unsigned char bytes[] = {0, 1, 0x7f, 0x80, 0x81, 0xff};
    unsigned char name[24] = {0};
    (void)state;
    assert_true(nyz_zip_name_is_plain(name, 0));
    for (size_t size = 1; size <= sizeof name; size++) {
        for (size_t at = 0; at < size; at++) {
            for (size_t b = 0; b < sizeof bytes; b++) {
                memset(name, b % 2 == 0 ? 1 : 0x7f, sizeof name);
                name[at] = bytes[b];
                assert_int_equal(nyz_zip_name_is_plain(name, size), b == 1 || b == 2);
            }
        }
    }
}

/* A plain name is used in place, with a NUL in place of the byte after it. */
static void names_end_whatever_follows_them(void **state)
{
    static const zb_bytes extra = ZB("\xca\xfe\x01\0x");
    zb_archive a = {0};
    nyz_zip_directory dir;
    (void)state;
    zb_add(&a, (zb_member){.name = "a", .central_extra = extra});
    zb_add(&a, (zb_member){.name = "\x80", .central_extra = extra});
    zb_add(&a, (zb_member){.name = "c"});
    zb_add(&a, (zb_member){.name = "d"});
    zb_finish(&a, 0);
    assert_ok(zb_read(&a, NULL, &dir, err));
    assert_string_equal(dir.entries[0].name, "a");
    assert_string_equal(dir.entries[1].name, "\xc3\x87");
    assert_string_equal(dir.entries[2].name, "c");
    assert_string_equal(dir.entries[3].name, "d");
    nyz_zip_directory_free(&dir);
    zb_free(&a);
}

/* Of all lengths around the eight bytes that are hashed at a time. */
static void names_are_found_by_their_beginning_and_a_suffix(void **state)
{
    static const char digits[] = "01234567890123456789";
    char names[20][24];
    zb_archive a = {0};
    nyz_zip_directory dir;
    (void)state;
    for (size_t i = 0; i < 20; i++) {
        (void)snprintf(names[i], sizeof names[i], "%s.npy", digits + 20 - i);
        zb_add(&a, (zb_member){.name = names[i]});
    }
    zb_finish(&a, 0);
    assert_ok(zb_read(&a, NULL, &dir, err));
    for (size_t i = 0; i < 20; i++) {
        for (size_t cut = 0; cut <= i + 4; cut++) {
            const char *const suffix = names[i] + cut;
            assert_int_equal(nyz_zip_directory_find_with(&dir, names[i], cut, suffix), i);
            assert_int_equal(nyz_zip_directory_find_with(&dir, names[i], cut, "x"), -1);
        }
    }
    nyz_zip_directory_free(&dir);
    zb_free(&a);
}

static void code_page_437_is_known_whole(void **state)
{
    static const char expected[] =
        "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐"
        "└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\xc2\xa0";
    unsigned char raw[128];
    char decoded[sizeof expected];
    (void)state;
    for (size_t i = 0; i < sizeof raw; i++) {
        raw[i] = (unsigned char)(0x80 + i);
    }
    assert_int_equal(nyz_zip_name_decode(raw, sizeof raw, 0, NULL), sizeof expected - 1);
    (void)nyz_zip_name_decode(raw, sizeof raw, 0, decoded);
    assert_memory_equal(decoded, expected, sizeof expected - 1);
}

static void longest_name_is_read(void **state)
{
    char *const name = malloc(65535);
    zb_archive a = {0};
    nyz_zip_directory dir;
    (void)state;
    memset(name, 0xff, 65535); /* U+FFFD each: three times as long */
    zb_add(&a, (zb_member){.name = name, .name_size = 65535, .flags = 0x800});
    zb_finish(&a, 0);
    assert_ok(zb_read(&a, NULL, &dir, err));
    assert_int_equal(dir.entries[0].name_size, 3 * 65535);
    nyz_zip_directory_free(&dir);
    zb_free(&a);
    free(name);
}

static void last_of_equal_names_is_found(void **state)
{
    const nyz_options untrusted = {.flags = NYZ_UNTRUSTED};
    zb_archive a = {0};
    nyz_zip_directory dir;
    (void)state;
    zb_add_two(&a);
    zb_add(&a, (zb_member){.name = "a.npy", .data = "again", .size = 5});
    zb_finish(&a, 0);
    assert_ok(zb_read(&a, NULL, &dir, err));
    assert_int_equal(dir.count, 3);
    assert_int_equal(nyz_zip_directory_find(&dir, "a.npy", 5), 2);
    nyz_zip_directory_free(&dir);
    assert_fails(NYZ_ERR_CORRUPT, "two members are named 'a.npy'",
                 zb_read(&a, &untrusted, &dir, err));
    zb_free(&a);
}

/* ------------------------------------------------------------------------------- many */

enum { NAME_CAPACITY = 16 };

static void add_named(zb_archive *a, char *names, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        zb_add(a, (zb_member){.name = names + i * NAME_CAPACITY});
    }
}

static void counts_around_65535(void **state)
{
    static const struct {
        size_t count;
        int zip64;
    } cases[] = {{65534, 0}, {65535, 0}, {65535, 1}, {65536, 1}, {65538, 1}};
    char *const names = malloc(65538 * NAME_CAPACITY);
    (void)state;
    for (size_t i = 0; i < 65538; i++) {
        (void)snprintf(names + i * NAME_CAPACITY, NAME_CAPACITY, "arr_%zu.npy", i);
    }
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        zb_archive a = {0};
        nyz_zip_directory dir;
        add_named(&a, names, cases[i].count);
        zb_finish(&a, cases[i].zip64);
        assert_ok(zb_read(&a, NULL, &dir, err));
        assert_int_equal(dir.count, cases[i].count);
        for (size_t j = 0; j < cases[i].count; j += 997) {
            const char *const name = names + j * NAME_CAPACITY;
            assert_int_equal(nyz_zip_directory_find(&dir, name, strlen(name)), j);
        }
        nyz_zip_directory_free(&dir);
        zb_free(&a);
    }
    free(names);
}

/* One piece, which ends with a huge page where that comes faster. */
static void memory_of_a_directory_is_what_it_needs(void **state)
{
    static const size_t counts[] = {100, 10000, 17000, 40000};
    const int64_t mib = 1 << 20;
    char *const names = malloc(40000 * NAME_CAPACITY);
    (void)state;
    for (size_t i = 0; i < 40000; i++) {
        (void)snprintf(names + i * NAME_CAPACITY, NAME_CAPACITY, "%05zu.npy", i);
    }
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        zb_archive a = {0};
        nyz_zip_directory dir;
        add_named(&a, names, counts[i]);
        zb_finish(&a, 0);
        assert_ok(zb_read(&a, NULL, &dir, err));
        const int64_t used =
            dir.bytes - (unsigned char *)dir.memory + (int64_t)(46 + 9) * dir.count + 1;
        const int64_t rest = used % (2 * mib);
        assert_int_equal(dir.memory_size, used + (rest >= mib ? 2 * mib - rest : 0));
        assert_null(dir.names);
        nyz_zip_directory_free(&dir);
        zb_free(&a);
    }
    free(names);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_decoded_as_python_does),
        cmocka_unit_test(plain_names_are_ascii_without_nul),
        cmocka_unit_test(names_end_whatever_follows_them),
        cmocka_unit_test(names_are_found_by_their_beginning_and_a_suffix),
        cmocka_unit_test(code_page_437_is_known_whole),
        cmocka_unit_test(longest_name_is_read),
        cmocka_unit_test(last_of_equal_names_is_found),
        cmocka_unit_test(counts_around_65535),
        cmocka_unit_test(memory_of_a_directory_is_what_it_needs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
