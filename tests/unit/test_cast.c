/* SPDX-License-Identifier: MIT */
/* Numbers of one type to another: src/array/cast.c.  That the results are NumPy's is
 * compared in python_check/test_into.py; here are the rules that need no NumPy. */
#include "support/support.h"

#include "array/cast.h"
#include "array/cast_plan.h"
#include "array/nontemporal.h"
#include "array/number.h"
#include "array/strided_copy.h"
#include "base/config.h"

/* Numbers of one type to another, by whatever loops. */
static void convert(nyz_type from, nyz_type to, const void *numbers, void *out,
                    int64_t count)
{
    nyz_cast_chain chain;
    assert_true(nyz_cast_chain_find(&chain, from, to));
    nyz_cast_chain_run(&chain, numbers, out, count);
}

static int is_number(int type)
{
    return nyz_number_kind_of(type) != NYZ_NUMBER_NONE && nyz_number_size(type) > 0;
}

/* Types with fewer than 8 bits are no targets. */
static int is_target(int type)
{
    return is_number(type) && (nyz_cast_portable(NYZ_FLOAT32, type) != NULL ||
                               type == NYZ_FLOAT32 || type >= NYZ_COMPLEX64);
}

static void every_number_becomes_every_other_in_a_few_steps(void **state)
{
    (void)state;
    for (int from = NYZ_NONE; from <= NYZ_OBJECT; from++) {
        for (int to = NYZ_NONE; to <= NYZ_OBJECT; to++) {
            nyz_cast_chain chain;
            const int found = nyz_cast_chain_find(&chain, from, to);
            const int expected = from != to && is_number(from) && is_target(to);
            assert_int_equal(found, expected);
            assert_true(chain.steps <= NYZ_CAST_STEPS && (chain.steps > 0) == found);
            for (int i = 0; i < chain.steps; i++) {
                assert_true(chain.loops[i] != NULL && chain.sizes[i + 1] > 0);
            }
        }
    }
}

static void values_become_what_c_makes_of_them(void **state)
{
    (void)state;
    const double doubles[3] = {0.5, -3, 1e300};
    float floats[3];
    convert(NYZ_FLOAT64, NYZ_FLOAT32, doubles, floats, 3);
    assert_true(floats[0] == 0.5F && floats[1] == -3 && floats[2] > 3.4e38F);
    const int32_t ints[3] = {-1, 300, 7};
    int8_t bytes[3];
    convert(NYZ_INT32, NYZ_INT8, ints, bytes, 3);
    assert_int_equal(bytes[0], -1);
    assert_int_equal(bytes[1], 44);
    assert_int_equal(bytes[2], 7);
    const unsigned char truths[3] = {0, 1, 2};
    double pairs[6];
    convert(NYZ_BOOL, NYZ_COMPLEX128, truths, pairs, 3);
    assert_true(pairs[0] == 0 && pairs[2] == 1 && pairs[4] == 1 && pairs[5] == 0);
}

/* The value of a float16 by its definition. */
static double value_of(unsigned half)
{
    const int exponent = (int)(half >> 10 & 0x1f);
    const double fraction = half & 0x3ff;
    const double size = exponent == 0 ? fraction : fraction + 1024;
    double scale = 1.0 / (1 << 24);
    for (int i = 1; i < exponent; i++) {
        scale *= 2;
    }
    return half >> 15 ? -(size * scale) : size * scale;
}

static void every_float16_has_its_value_and_comes_back(void **state)
{
    (void)state;
    for (unsigned half = 0; half < 65536; half++) {
        const uint16_t from = (uint16_t)half;
        uint16_t back[2];
        float small;
        double large;
        uint32_t small_bits;
        uint64_t large_bits;
        convert(NYZ_FLOAT16, NYZ_FLOAT32, &from, &small, 1);
        convert(NYZ_FLOAT16, NYZ_FLOAT64, &from, &large, 1);
        convert(NYZ_FLOAT32, NYZ_FLOAT16, &small, &back[0], 1);
        convert(NYZ_FLOAT64, NYZ_FLOAT16, &large, &back[1], 1);
        assert_int_equal(back[0], half);
        assert_int_equal(back[1], half);
        memcpy(&small_bits, &small, sizeof small);
        memcpy(&large_bits, &large, sizeof large);
        assert_int_equal(small_bits >> 31, half >> 15);
        assert_int_equal(large_bits >> 63, half >> 15);
        if ((half & 0x7c00) != 0x7c00) {
            assert_true((double)small == value_of(half) && large == value_of(half));
        } else {
            assert_int_equal(small_bits & 0x7fffffff, 0x7f800000 | (half & 0x3ff) << 13);
            assert_true((large_bits & INT64_MAX) ==
                        (UINT64_C(0x7ff) << 52 | (uint64_t)(half & 0x3ff) << 42));
        }
    }
}

static uint16_t rounded(double value)
{
    uint16_t out;
    convert(NYZ_FLOAT64, NYZ_FLOAT16, &value, &out, 1);
    return out;
}

static void what_lies_between_two_float16_goes_to_the_nearest_or_even(void **state)
{
    (void)state;
    for (unsigned half = 0; half < 0x7c00; half++) {
        const double low = value_of(half);
        const double high = half == 0x7bff ? 65536 : value_of(half + 1);
        const double middle = (low + high) / 2;
        const double step = (high - low) / (1 << 20);
        assert_int_equal(rounded(middle), half + (half & 1));
        assert_int_equal(rounded(middle - step), half);
        assert_int_equal(rounded(middle + step), half + 1);
        assert_int_equal(rounded(-middle), 0x8000 | (half + (half & 1)));
    }
    assert_int_equal(rounded(1e300), 0x7c00);
    assert_int_equal(rounded(-1e300), 0xfc00);
    assert_int_equal(rounded(1e-300), 0);
    assert_int_equal(rounded(-1e-300), 0x8000);
}

/* Whose payload has no bit that is kept: still no infinity. */
static void a_nan_stays_one(void **state)
{
    (void)state;
    const uint32_t small[2] = {0x7f800001, 0xffffffff};
    const uint64_t large[2] = {UINT64_C(0x7ff0000000000001), UINT64_MAX};
    uint16_t out[4];
    convert(NYZ_FLOAT32, NYZ_FLOAT16, small, &out[0], 2);
    convert(NYZ_FLOAT64, NYZ_FLOAT16, large, &out[2], 2);
    assert_int_equal(out[0], 0x7c01);
    assert_int_equal(out[1], 0xffff);
    assert_int_equal(out[2], 0x7c01);
    assert_int_equal(out[3], 0xffff);
    const uint16_t signaling = 0x7c01;
    uint64_t complex_bits[2];
    convert(NYZ_FLOAT16, NYZ_COMPLEX128, &signaling, complex_bits, 1);
    assert_true(complex_bits[0] == UINT64_C(0x7ff0040000000000) && complex_bits[1] == 0);
}

static void unaligned_numbers_are_converted(void **state)
{
    (void)state;
    unsigned char from[2 * 8 + 1];
    unsigned char to[2 * 4 + 1];
    const int64_t values[2] = {-5, 1 << 20};
    float out[2];
    memcpy(from + 1, values, sizeof values);
    convert(NYZ_INT64, NYZ_FLOAT32, from + 1, to + 1, 2);
    memcpy(out, to + 1, sizeof out);
    assert_true(out[0] == -5 && out[1] == 1 << 20);
}

/* Converts as part of what exceeds the cache, and of what does not, at an address within a line. */
static void check_past_cache(const nyz_cast_plan *plan, size_t shift, int64_t count)
{
    enum { MOST = 2200, ROOM = MOST * 16 + 3 * NYZ_CACHE_LINE };
    static unsigned char from[MOST * 16];
    static unsigned char found[ROOM];
    static unsigned char expected[ROOM];
    const size_t line = NYZ_CACHE_LINE - (uintptr_t)found % NYZ_CACHE_LINE;
    assert_true(count <= MOST);
    for (size_t i = 0; i < sizeof from; i++) {
        from[i] = (unsigned char)(i * 7 % 251 & 0x3f);
    }
    memset(found, 0xa5, sizeof found);
    memset(expected, 0xa5, sizeof expected);
    nyz_cast_plan_run(plan, from, found + line + shift, count, NYZ_PAST_CACHE);
    nyz_cast_plan_run(plan, from, expected + line + shift, count, 0);
    assert_memory_equal(found, expected, sizeof found);
}

static void what_exceeds_the_cache_becomes_the_same(void **state)
{
    (void)state;
    static const nyz_type types[][2] = {{NYZ_UINT8, NYZ_FLOAT32},
                                        {NYZ_FLOAT32, NYZ_UINT8},
                                        {NYZ_INT16, NYZ_COMPLEX128},
                                        {NYZ_FLOAT64, NYZ_BFLOAT16},
                                        {NYZ_INT8, NYZ_LONGDOUBLE}};
    const nyz_options opt = {.casting = NYZ_CAST_UNSAFE};
    nyz_config config;
    assert_int_equal(nyz_config_init(&config, &opt, NULL), NYZ_OK);
    for (size_t i = 0; i < 2 * sizeof types / sizeof types[0]; i++) {
        const nyz_dtype from = nyz_dtype_of(types[i / 2][0]);
        nyz_dtype to = nyz_dtype_of(types[i / 2][1]);
        nyz_cast_plan plan;
        if (i % 2 == 1 && to.type != NYZ_LONGDOUBLE && to.byteorder != '|') {
            to.byteorder = to.byteorder == '<' ? '>' : '<';
        }
        if (nyz_cast_plan_init(&plan, &from, &to, &config, NULL) != NYZ_OK) {
            assert_int_equal(to.type, NYZ_LONGDOUBLE); /* which the compiler lacks */
            continue;
        }
        for (size_t shift = 0; shift < NYZ_CACHE_LINE; shift++) {
            check_past_cache(&plan, shift, 2200);
            check_past_cache(&plan, shift, (int64_t)shift * 3);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_number_becomes_every_other_in_a_few_steps),
        cmocka_unit_test(values_become_what_c_makes_of_them),
        cmocka_unit_test(every_float16_has_its_value_and_comes_back),
        cmocka_unit_test(what_lies_between_two_float16_goes_to_the_nearest_or_even),
        cmocka_unit_test(a_nan_stays_one),
        cmocka_unit_test(unaligned_numbers_are_converted),
        cmocka_unit_test(what_exceeds_the_cache_becomes_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
