/* SPDX-License-Identifier: MIT */
/* UTF-8: what is well formed, and how much of what is not counts as one mistake. */
#include "support/support.h"

#include "base/utf8.h"

static void test_every_code_point_round_trips(void **state)
{
    (void)state;
    for (uint32_t point = 0; point <= 0x10ffff; point++) {
        char bytes[4];
        uint32_t back = 0;
        const int length = nyz_utf8_encode(point, bytes);
        const int decoded = nyz_utf8_decode(bytes, (size_t)length, &back);
        if (point >= 0xd800 && point <= 0xdfff) {
            assert_int_equal(length, 3);
            assert_int_equal(decoded, 0);
        } else {
            assert_int_equal(decoded, length);
            assert_int_equal(back, point);
        }
    }
}

/* `skip`: the bytes that Python's decoder replaces by one U+FFFD. */
static const struct {
    const char *bytes;
    size_t size;
    uint32_t skip;
} ill_formed[] = {
    {"\x80", 1, 1},     /* a continuation byte alone */
    {"\xc0\xaf", 2, 1}, /* overlong */
    {"\xc1\x81", 2, 1},
    {"\xe0\x80\x80", 3, 1},
    {"\xe0\x9f\xbf", 3, 1},
    {"\xf0\x80\x80\x80", 4, 1},
    {"\xf0\x8f\xbf\xbf", 4, 1},
    {"\xed\xa0\x80", 3, 1}, /* surrogates */
    {"\xed\xbf\xbf", 3, 1},
    {"\xf4\x90\x80\x80", 4, 1}, /* over U+10FFFF */
    {"\xf5\x80\x80\x80", 4, 1},
    {"\xff", 1, 1},
    {"\xc3", 1, 1}, /* cut */
    {"\xe6\x97", 2, 2},
    {"\xf0\x9f", 2, 2},
    {"\xf0\x9f\x98", 3, 3},
    {"\xe6\x97x", 3, 2}, /* cut by another character */
    {"\xf0\x9f\x98x", 4, 3},
    {"\xc3x", 2, 1},
};

static void test_ill_formed_bytes_are_refused_as_python_counts_them(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof ill_formed / sizeof ill_formed[0]; i++) {
        uint32_t point = 99;
        assert_int_equal(nyz_utf8_decode(ill_formed[i].bytes, ill_formed[i].size, &point),
                         0);
        assert_int_equal(point, ill_formed[i].skip);
        assert_false(nyz_utf8_valid(ill_formed[i].bytes, ill_formed[i].size));
    }
}

static void test_valid_looks_at_all_of_the_text(void **state)
{
    (void)state;
    assert_true(nyz_utf8_valid("", 0));
    assert_true(nyz_utf8_valid("a\xc3\xa9\xe6\x97\xa5\xf0\x9f\x98\x80z", 11));
    assert_false(nyz_utf8_valid("abc\xff", 4));
    assert_false(nyz_utf8_valid("\xf0\x9f\x98\x80", 3));
}

static void test_ascii_ends_at_the_first_byte_that_is_none(void **state)
{
    (void)state;
    for (size_t size = 0; size < 40; size++) {
        char text[40];
        memset(text, '\x7f', sizeof text);
        assert_int_equal(nyz_utf8_ascii_prefix(text, size), size);
        for (size_t at = 0; at < size; at++) {
            text[at] = '\x80';
            assert_int_equal(nyz_utf8_ascii_prefix(text, size), at);
            text[at] = '\x7f';
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_code_point_round_trips),
        cmocka_unit_test(test_ill_formed_bytes_are_refused_as_python_counts_them),
        cmocka_unit_test(test_valid_looks_at_all_of_the_text),
        cmocka_unit_test(test_ascii_ends_at_the_first_byte_that_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
