/* SPDX-License-Identifier: MIT */
/* The tool's characters: which names may be one file, what is visible, how wide it is.
 * With any version of utf8proc: what is asserted of all code points does not depend on
 * it. */
#include "support/support.h"

#include <utf8proc.h>

#include "text/fold.h"
#include "text/unicode.h"

/* The key of a text. */
static cli_line key_of(const char *text, size_t size)
{
    cli_line key = {0};
    cli_line_fold(&key, text, size);
    assert_false(key.failed);
    return key;
}

static int same_key(const char *a, size_t a_size, const char *b, size_t b_size)
{
    cli_line x = key_of(a, a_size);
    cli_line y = key_of(b, b_size);
    const int same =
        x.size == y.size && (x.size == 0 || memcmp(x.data, y.data, x.size) == 0);
    cli_line_free(&x);
    cli_line_free(&y);
    return same;
}

static int same_key_of_points(utf8proc_int32_t a, utf8proc_int32_t b)
{
    cli_line x = {0};
    cli_line y = {0};
    cli_line_point(&x, (uint32_t)a);
    cli_line_point(&y, (uint32_t)b);
    const int same = same_key(x.data, x.size, y.data, y.size);
    cli_line_free(&x);
    cli_line_free(&y);
    return same;
}

/* Calls `check` with every code point but NUL and the surrogates, as UTF-8. */
static void for_all(void (*check)(uint32_t point, const char *text, size_t size))
{
    for (uint32_t point = 1; point < 0x110000; point++) {
        if (point < 0xD800 || point >= 0xE000) {
            cli_line text = {0};
            cli_line_point(&text, point);
            check(point, text.data, text.size);
            cli_line_free(&text);
        }
    }
}

static void check_round_trip(uint32_t point, const char *text, size_t size)
{
    uint32_t back = 0;
    assert_int_equal(cli_utf8_next(text, size, &back), size);
    assert_int_equal(back, point);
    for (size_t cut = 1; cut < size; cut++) {
        assert_int_equal(cli_utf8_next(text, cut, &back), 1);
        assert_int_equal(back, UINT32_MAX);
    }
}

static void every_code_point_is_encoded_and_decoded(void **state)
{
    (void)state;
    for_all(check_round_trip);
}

static void an_ill_formed_byte_is_taken_alone(void **state)
{
    static const char *const texts[] = {
        "\x80",         "\xC0\x80",         "\xC1\xBF",         "\xE0\x80\x80",
        "\xED\xA0\x80", "\xF0\x80\x80\x80", "\xF4\x90\x80\x80", "\xFF",
        "\xC3z",        "\xE2\x82z"};
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        uint32_t point = 0;
        assert_int_equal(cli_utf8_next(texts[i], strlen(texts[i]), &point), 1);
        assert_int_equal(point, UINT32_MAX);
    }
}

static void check_key(uint32_t point, const char *text, size_t size)
{
    cli_line key = key_of(text, size);
    cli_line again = key_of(key.data != NULL ? key.data : "", key.size);
    (void)point;
    assert_int_equal(again.size, key.size);
    assert_true(key.size == 0 || memcmp(again.data, key.data, key.size) == 0);
    assert_true(cli_columns(key.data, key.size) <= 2 * (int64_t)size); /* fold.c's room */
    cli_line_free(&again);
    cli_line_free(&key);
}

static void a_key_is_its_own_key_and_fits(void **state)
{
    (void)state;
    for_all(check_key);
}

/* Unicode's simple case mappings, by which Windows compares names.  It maps the two
 * letters of Turkish, which become ASCII, to themselves. */
static void check_case(uint32_t point, const char *text, size_t size)
{
    const utf8proc_int32_t p = (utf8proc_int32_t)point;
    (void)text;
    (void)size;
    const utf8proc_int32_t mapped[] = {utf8proc_tolower(p), utf8proc_toupper(p),
                                       utf8proc_totitle(p)};
    for (int i = 0; i < 3 && point != 0x130 && point != 0x131; i++) {
        assert_true(mapped[i] == p || same_key_of_points(p, mapped[i]));
    }
}

static void names_that_differ_in_case_are_one_file(void **state)
{
    (void)state;
    for_all(check_case);
}

/* The normal forms, in which macOS stores and compares names. */
static void check_forms(uint32_t point, const char *text, size_t size)
{
    (void)point;
    for (int composed = 0; composed < 2; composed++) {
        const int how =
            UTF8PROC_STABLE | (composed ? UTF8PROC_COMPOSE : UTF8PROC_DECOMPOSE);
        utf8proc_uint8_t *form = NULL;
        const utf8proc_ssize_t length =
            utf8proc_map((const utf8proc_uint8_t *)text, (utf8proc_ssize_t)size, &form,
                         (utf8proc_option_t)how);
        assert_true(length > 0);
        assert_true(((size_t)length == size && memcmp(form, text, size) == 0) ||
                    same_key(text, size, (const char *)form, (size_t)length));
        free(form);
    }
}

static void names_that_differ_in_their_normal_form_are_one_file(void **state)
{
    (void)state;
    for_all(check_forms);
}

/* Default_Ignorable_Code_Point of Unicode 15, those that are reserved included. */
static void names_that_differ_in_what_is_not_seen_are_one_file(void **state)
{
    static const uint32_t ranges[][2] = {
        {0xAD, 0xAD},      {0x34F, 0x34F},   {0x61C, 0x61C},     {0x115F, 0x1160},
        {0x17B4, 0x17B5},  {0x180B, 0x180F}, {0x200B, 0x200F},   {0x202A, 0x202E},
        {0x2060, 0x206F},  {0x3164, 0x3164}, {0xFE00, 0xFE0F},   {0xFEFF, 0xFEFF},
        {0xFFA0, 0xFFA0},  {0xFFF0, 0xFFF8}, {0x1BCA0, 0x1BCA3}, {0x1D173, 0x1D17A},
        {0xE0000, 0xE0FFF}};
    (void)state;
    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++) {
        for (uint32_t point = ranges[i][0]; point <= ranges[i][1]; point++) {
            cli_line name = {0};
            cli_line_puts(&name, "a");
            cli_line_point(&name, point);
            cli_line_puts(&name, "b");
            assert_true(same_key(name.data, name.size, "ab", 2));
            assert_false(cli_visible(point));
            cli_line_free(&name);
        }
    }
}

static const struct {
    const char *a, *b;
    int same;
} pairs[] = {
    {"W.npy", "w.npy", 1},
    {"stra\xC3\x9F"
     "e",
     "STRASSE", 1},
    {"\xE1\xBA\x9E", "ss", 1},                     /* capital sharp s */
    {"\xCF\x83", "\xCF\x82", 1},                   /* the two small sigmas */
    {"\xE2\x84\xAA", "k", 1},                      /* Kelvin */
    {"\xE2\x84\xAB", "\xC3\xA5", 1},               /* Angstrom */
    {"\xEF\xAC\x83", "FFI", 1},                    /* a ligature */
    {"\xC3\x89", "e\xCC\x81", 1},                  /* E acute, decomposed */
    {"a\xCC\x81\xCC\xA3", "a\xCC\xA3\xCC\x81", 1}, /* marks in another order */
    {"a\xCC\x81\xCC\x80", "a\xCC\x80\xCC\x81", 1}, /* of the same class, too */
    {"\xE1\xBE\x82", "\xE1\xBC\x82\xCE\xB9", 1},   /* alpha with three marks */
    {"\xEA\xB0\x81", "\xE1\x84\x80\xE1\x85\xA1\xE1\x86\xA8", 1}, /* Hangul */
    {"\xE7\xA5\x9E", "\xEF\xA8\x99", 1},         /* a compatibility ideograph */
    {"\xF0\x90\x90\x80", "\xF0\x90\x90\xA8", 1}, /* Deseret */
    {"a\xE2\x80\x8D"
     "b",
     "ab", 1},            /* a joiner */
    {"i", "\xC4\xB1", 0}, /* dotless i is another letter */
    {"\xC3\xA9", "e", 0},
    {"\xC3\x9F", "s", 0},
    {"\xCE\xB1", "\xCE\xB2", 0},
    {"a", "\xD0\xB0", 0}, /* Cyrillic a */
    {"a/b", "a", 0},
};

static void known_names_that_are_one_file_or_two(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        assert_int_equal(
            same_key(pairs[i].a, strlen(pairs[i].a), pairs[i].b, strlen(pairs[i].b)),
            pairs[i].same);
    }
}

static void the_key_of_the_longest_name_fits(void **state)
{
    char name[CLI_FOLD_MAX];
    (void)state;
    for (size_t i = 0; i < sizeof name; i += 2) {
        memcpy(name + i, "\xCE\x90", 2); /* becomes three characters */
    }
    cli_line key = key_of(name, sizeof name);
    assert_int_equal(cli_columns(key.data, key.size), sizeof name / 2 * 3);
    cli_line_free(&key);
}

static void what_python_escapes_is_not_printable(void **state)
{
    static const uint32_t refused[] = {
        0x00,   0x1B,    0x7F,    0x85,    0xA0,     0xAD,     0x61C,     0x200B, 0x202E,
        0x2066, 0x2028,  0x2029,  0x3000,  0xD800,   0xDFFF,   0xE000,    0xFEFF, 0xFFFE,
        0x378,  0x1FFFF, 0xE0001, 0xF0000, 0x10FFFF, 0x110000, UINT32_MAX};
    static const uint32_t taken[] = {' ',    '~',    0xE9,   0x301,
                                     0x4E16, 0x3164, 0xFE0F, 0x1F600};
    (void)state;
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        assert_false(cli_printable(refused[i]));
        assert_false(cli_visible(refused[i]));
    }
    for (size_t i = 0; i < sizeof taken / sizeof taken[0]; i++) {
        assert_true(cli_printable(taken[i]));
    }
}

static void width_is_that_of_a_terminal(void **state)
{
    static const struct {
        const char *text;
        int width;
    } rows[] = {
        {"", 0},
        {"abc", 3},
        {"\xE4\xB8\x96\xE7\x95\x8C", 4}, /* two ideographs */
        {"e\xCC\x81", 1},                /* a combining mark */
        {"\xF0\x9F\x98\x80", 2},         /* an emoji */
        {"\xEF\xBC\xA1", 2},             /* a fullwidth A */
        {"\xEF\xBD\xB1", 1},             /* a halfwidth katakana */
        {"\xC3\xA9", 1},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(cli_width(rows[i].text, strlen(rows[i].text)), rows[i].width);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_code_point_is_encoded_and_decoded),
        cmocka_unit_test(an_ill_formed_byte_is_taken_alone),
        cmocka_unit_test(a_key_is_its_own_key_and_fits),
        cmocka_unit_test(names_that_differ_in_case_are_one_file),
        cmocka_unit_test(names_that_differ_in_their_normal_form_are_one_file),
        cmocka_unit_test(names_that_differ_in_what_is_not_seen_are_one_file),
        cmocka_unit_test(known_names_that_are_one_file_or_two),
        cmocka_unit_test(the_key_of_the_longest_name_fits),
        cmocka_unit_test(what_python_escapes_is_not_printable),
        cmocka_unit_test(width_is_that_of_a_terminal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
