/* SPDX-License-Identifier: MIT */
/* bfloat16, the 8-bit floats and their narrower kin, by their definitions: src/array/cast_small.c.
 * That they are those of ml_dtypes is compared in python_check/test_cast_ml_dtypes.py. */
#include <math.h>

#include "support/support.h"

#include "array/cast.h"

/* What a float is made of.  `top`: the place of its sign. */
typedef struct layout {
    nyz_type type;
    int top;
    int digits;
    int bias;
    unsigned largest; /* the code of the largest number */
    int one_nan;      /* 80h, and no -0 */
    int infinite;     /* the code after `largest` is infinity, else NaN */
} layout;

static const layout layouts[] = {
    {NYZ_BFLOAT16, 15, 7, 127, 0x7f7f, 0, 1},
    {NYZ_FLOAT8_E3M4, 7, 4, 3, 0x6f, 0, 1},
    {NYZ_FLOAT8_E4M3, 7, 3, 7, 0x77, 0, 1},
    {NYZ_FLOAT8_E4M3FN, 7, 3, 7, 0x7e, 0, 0},
    {NYZ_FLOAT8_E4M3FNUZ, 7, 3, 8, 0x7f, 1, 0},
    {NYZ_FLOAT8_E4M3B11FNUZ, 7, 3, 11, 0x7f, 1, 0},
    {NYZ_FLOAT8_E5M2, 7, 2, 15, 0x7b, 0, 1},
    {NYZ_FLOAT8_E5M2FNUZ, 7, 2, 16, 0x7f, 1, 0},
    {NYZ_FLOAT6_E2M3FN, 5, 3, 1, 0x1f, 0, 0},
    {NYZ_FLOAT6_E3M2FN, 5, 2, 3, 0x1f, 0, 0},
    {NYZ_FLOAT4_E2M1FN, 3, 1, 1, 0x7, 0, 0},
};
enum { LAYOUTS = sizeof layouts / sizeof layouts[0], CODES_TO = 8 };

/* The value of a code that is a number, without its sign. */
static double value_of(const layout *l, unsigned size)
{
    const unsigned exponent = size >> l->digits;
    const double fraction = size & ((1u << l->digits) - 1);
    const double one = 1u << l->digits;
    return exponent == 0 ? ldexp(fraction, 1 - l->bias - l->digits)
                         : ldexp(fraction + one, (int)exponent - l->bias - l->digits);
}

static float decoded(const layout *l, unsigned code)
{
    const uint16_t wide = (uint16_t)code;
    const unsigned char narrow = (unsigned char)code;
    float out;
    nyz_cast_portable(l->type, NYZ_FLOAT32)(
        l->top == 15 ? (const unsigned char *)&wide : &narrow, (unsigned char *)&out, 1);
    return out;
}

static unsigned encoded(const layout *l, double value)
{
    const float from = (float)value;
    uint16_t wide = 0;
    unsigned char narrow = 0;
    nyz_cast_portable(NYZ_FLOAT32, l->type)(
        (const unsigned char *)&from, l->top == 15 ? (unsigned char *)&wide : &narrow, 1);
    return l->top == 15 ? wide : narrow;
}

static void every_code_has_the_value_of_its_definition(void **state)
{
    (void)state;
    for (size_t i = 0; i < LAYOUTS; i++) {
        const layout *const l = &layouts[i];
        const unsigned sign = 1u << l->top;
        for (unsigned size = 0; size < sign; size++) {
            const float found = decoded(l, size);
            const float negative = decoded(l, sign | size);
            if (size <= l->largest) {
                assert_true((double)found == value_of(l, size));
                assert_true(negative == -found || (l->one_nan && size == 0));
                assert_int_equal(signbit(negative) != 0, 1);
            } else if (l->infinite && size == l->largest + 1) {
                assert_true(isinf(found) && isinf(negative) && negative < 0);
            } else {
                assert_true(isnan(found) && isnan(negative));
            }
        }
        assert_int_equal(isnan(decoded(l, sign)) != 0, l->one_nan);
    }
}

static void every_number_comes_back_and_those_between_go_to_the_nearest(void **state)
{
    (void)state;
    for (size_t i = 0; i < CODES_TO; i++) {
        const layout *const l = &layouts[i];
        const unsigned sign = 1u << l->top;
        for (unsigned size = 0; size <= l->largest; size++) {
            const double low = value_of(l, size);
            const double high = size < l->largest ? value_of(l, size + 1)
                                                  : 2 * low - value_of(l, size - 1);
            const double middle = (low + high) / 2;
            assert_int_equal(encoded(l, low), size);
            assert_int_equal(encoded(l, -low), size == 0 && l->one_nan ? 0 : sign | size);
            if (size == l->largest || (float)middle == (float)low) {
                continue;
            }
            assert_int_equal(encoded(l, middle), size + (size & 1));
            assert_int_equal(encoded(l, (double)nextafterf((float)middle, 0)), size);
            assert_int_equal(encoded(l, (double)nextafterf((float)middle, HUGE_VALF)),
                             size + 1);
        }
    }
}

static void what_is_too_large_is_infinite_or_nan(void **state)
{
    (void)state;
    for (size_t i = 1; i < CODES_TO; i++) {
        const layout *const l = &layouts[i];
        const double most = value_of(l, l->largest);
        const double step = most - value_of(l, l->largest - 1);
        const int tie_stays = l->largest % 2 == 0;
        const unsigned beyond = l->one_nan ? 0x80 : l->largest + 1;
        assert_int_equal(encoded(l, most + step / 2 - step / 64), l->largest);
        assert_int_equal(encoded(l, most + step / 2), tie_stays ? l->largest : beyond);
        assert_int_equal(encoded(l, most + step), beyond);
        assert_int_equal(encoded(l, 3e38), beyond);
        assert_int_equal(encoded(l, HUGE_VAL), beyond);
        assert_int_equal(encoded(l, -HUGE_VAL), l->one_nan ? 0x80 : 0x80 | beyond);
        assert_true(isnan(decoded(l, encoded(l, (double)NAN))));
    }
}

static void powers_of_two_have_neither_sign_nor_zero(void **state)
{
    (void)state;
    const layout l = {.type = NYZ_FLOAT8_E8M0FNU, .top = 7};
    for (unsigned code = 0; code < 255; code++) {
        assert_true((double)decoded(&l, code) == ldexp(1, (int)code - 127));
        assert_int_equal(encoded(&l, ldexp(1, (int)code - 127)), code);
    }
    assert_true(isnan(decoded(&l, 255)));
    assert_int_equal(encoded(&l, 1.49), 127);
    assert_int_equal(encoded(&l, 1.5), 128);
    assert_int_equal(encoded(&l, 0), 255);
    assert_int_equal(encoded(&l, -1), 255);
    assert_int_equal(encoded(&l, HUGE_VAL), 255);
    assert_int_equal(encoded(&l, 3e38), 255);
}

static void integers_are_the_low_bits(void **state)
{
    (void)state;
    static const struct {
        nyz_type type;
        nyz_type to;
        unsigned bits;
    } cases[] = {{NYZ_INT4, NYZ_INT8, 4},   {NYZ_INT2, NYZ_INT8, 2},
                 {NYZ_INT1, NYZ_INT8, 1},   {NYZ_UINT4, NYZ_UINT8, 4},
                 {NYZ_UINT2, NYZ_UINT8, 2}, {NYZ_UINT1, NYZ_UINT8, 1}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        for (int code = 0; code < 256; code++) {
            const unsigned char from = (unsigned char)code;
            const int low = code & ((1 << cases[i].bits) - 1);
            const int negative = cases[i].to == NYZ_INT8 && low >> (cases[i].bits - 1);
            unsigned char out = 0;
            nyz_cast_portable(cases[i].type, cases[i].to)(&from, &out, 1);
            assert_int_equal(out, (low - (negative ? 1 << cases[i].bits : 0)) & 0xff);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_code_has_the_value_of_its_definition),
        cmocka_unit_test(every_number_comes_back_and_those_between_go_to_the_nearest),
        cmocka_unit_test(what_is_too_large_is_infinite_or_nan),
        cmocka_unit_test(powers_of_two_have_neither_sign_nor_zero),
        cmocka_unit_test(integers_are_the_low_bits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
