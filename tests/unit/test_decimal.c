/* SPDX-License-Identifier: MIT */
/* Shortest decimals against their definition, by exact integers (decimal_exact.h):
 * src/cli/print/decimal_shortest.c, decimal_table.c.  tests/decimals.py has the long
 * runs. */
#include "support/support.h"

#include "support/decimal_exact.h"

#include <float.h>
#include <math.h>

static uint64_t bits_of(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static double float64_of(uint64_t bits)
{
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static float float32_of(uint32_t bits)
{
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static double float16_of(uint16_t bits)
{
    const exact_float v = exact_float16(bits);
    return ldexp((double)v.c, v.q);
}

/* "d.ddde-7" */
static void write_text(char *text, const cli_decimal *d)
{
    const int rest = d->count - 1;
    snprintf(text, 80, "%c%s%.*se%d", d->digits[0], rest > 0 ? "." : "", rest,
             d->digits + 1, d->exponent);
}

static void expect_text(double value, int size, const char *expected)
{
    cli_decimal d;
    char text[80];
    cli_decimal_shortest(value, size, &d);
    write_text(text, &d);
    assert_string_equal(text, expected);
}

static void expect_right(double value, int size, const exact_float *v)
{
    cli_decimal d;
    char text[80];
    cli_decimal_shortest(value, size, &d);
    const char *const fault = exact_fault(v, &d);
    if (fault != NULL) {
        write_text(text, &d);
        fail_msg("%a, %d bytes, as %s: %s", value, size, text, fault);
    }
}

static void check_float64(uint64_t bits)
{
    const exact_float v = exact_float64(bits);
    expect_right(float64_of(bits), 8, &v);
}

static void check_float32(uint32_t bits)
{
    const exact_float v = exact_float32(bits);
    expect_right((double)float32_of(bits), 4, &v);
}

/* ---- the numbers */

static void float64_known_for_being_hard(void **state)
{
    (void)state;
    expect_text(0.0, 8, "0e0");
    expect_text(1.0, 8, "1e0");
    expect_text(5e-324, 8, "5e-324");
    expect_text(1e-323, 8, "1e-323");
    expect_text(1.5e-323, 8, "1.5e-323");
    expect_text(DBL_MIN, 8, "2.2250738585072014e-308");
    expect_text(2.225073858507201e-308, 8, "2.225073858507201e-308");
    expect_text(DBL_MAX, 8, "1.7976931348623157e308");
    expect_text(DBL_EPSILON, 8, "2.220446049250313e-16");
    expect_text(0.1, 8, "1e-1");
    expect_text(0.3, 8, "3e-1");
    expect_text(0.30000000000000004, 8, "3.0000000000000004e-1");
    expect_text(0.3333333333333333, 8, "3.333333333333333e-1");
    expect_text(100.0, 8, "1e2");
    expect_text(1e22, 8, "1e22");
    expect_text(1e23, 8, "1e23"); /* the nearest float is below: an end, and even */
    expect_text(9007199254740992.0, 8, "9.007199254740992e15");
    expect_text(9007199254740994.0, 8, "9.007199254740994e15");
    expect_text(18014398509481984.0, 8, "1.8014398509481984e16");
    expect_text(ldexp(1, -44), 8, "5.684341886080802e-14"); /* ...801.5, and 2^n */
    expect_text(ldexp(1, 60), 8, "1.152921504606847e18");
    expect_text(4.35, 8, "4.35e0");
    expect_text(2.98023223876953125e-8, 8, "2.9802322387695312e-8"); /* a tie, to even */
    expect_text(9.5367431640625e-7, 8, "9.5367431640625e-7");
}

static void float32_and_float16_known_for_being_hard(void **state)
{
    (void)state;
    expect_text(ldexp(1, -149), 4, "1e-45");
    expect_text(ldexp(2, -149), 4, "3e-45");
    expect_text(FLT_MIN, 4, "1.1754944e-38");
    expect_text(FLT_MAX, 4, "3.4028235e38");
    expect_text(0x1.99999ap-4, 4, "1e-1");
    expect_text(0x1.333334p-2, 4, "3e-1");
    expect_text(16777216.0, 4, "1.6777216e7");
    expect_text(33554432.0, 4, "3.3554432e7");
    expect_text(8589934592.0, 4, "8.589935e9");
    expect_text(8589972480.0, 4, "8.589972e9");
    expect_text(1e10, 4, "1e10");
    expect_text(0.0, 4, "0e0");
    expect_text(ldexp(1, -24), 2, "6e-8");
    expect_text(ldexp(2, -24), 2, "1e-7");
    expect_text(ldexp(1, -14), 2, "6.104e-5");
    expect_text(65504.0, 2, "6.55e4");
    expect_text(0.0999755859375, 2, "1e-1");
    expect_text(2048.0, 2, "2.048e3");
    expect_text(0.0, 2, "0e0");
}

static void every_float16(void **state)
{
    (void)state;
    for (uint16_t bits = 1; bits < 0x7C00; bits++) {
        const exact_float v = exact_float16(bits);
        expect_right(float16_of(bits), 2, &v);
    }
}

/* The interval is lopsided, and its logarithm is rounded another way. */
static void every_power_of_two_and_its_neighbours(void **state)
{
    (void)state;
    for (uint64_t exponent = 1; exponent < 2047; exponent++) {
        for (uint64_t i = 0; i < 5; i++) {
            check_float64((exponent << 52) - 2 + i);
        }
    }
    for (uint32_t exponent = 1; exponent < 255; exponent++) {
        for (uint32_t i = 0; i < 5; i++) {
            check_float32((exponent << 23) - 2 + i);
        }
    }
}

static void the_least_and_the_greatest(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 3000; i++) {
        check_float64(1 + i);
        check_float64(0x7FEFFFFFFFFFFFFF - i);
        check_float32(1 + i);
        check_float32(0x7F7FFFFF - i);
    }
}

static void random_numbers_of_every_exponent(void **state)
{
    (void)state;
    uint64_t random = 1;
    for (uint64_t exponent = 0; exponent < 2047; exponent++) {
        for (int i = 0; i < 10; i++) {
            random = random * 6364136223846793005u + 1442695040888963407u;
            check_float64(exponent << 52 | random >> 12);
            check_float32((uint32_t)(exponent % 255) << 23 | (uint32_t)(random >> 41));
        }
    }
}

/* What people write: few digits, read to a float or nearly so, and its neighbours. */
static void numbers_of_few_digits_and_their_neighbours(void **state)
{
    (void)state;
    double power = 1;
    for (int exponent = 0; exponent < 300; exponent += 3) {
        for (int digits = 1; digits < 1000; digits += 37) {
            for (uint64_t i = 0; i < 3; i++) {
                check_float64(bits_of(digits * power) + i - 1);
                check_float64(bits_of(digits / power) + i - 1);
            }
        }
        power *= 1000;
    }
}

static void whole_numbers(void **state)
{
    (void)state;
    for (int bits = 0; bits < 63; bits++) {
        for (int i = 0; i < 50; i++) {
            check_float64(bits_of(ldexp(1, bits) + i * 7));
            check_float64(bits_of(ldexp(1, bits) * (1 + i)));
        }
    }
}

/* ---- the definition */

static const char *fault_of(double value, const char *digits, int exponent)
{
    const exact_float v = exact_float64(bits_of(value));
    cli_decimal d = {.count = (int)strlen(digits), .exponent = exponent};
    memcpy(d.digits, digits, strlen(digits));
    return exact_fault(&v, &d);
}

static void the_definition_refuses_what_is_not_the_shortest(void **state)
{
    (void)state;
    assert_null(fault_of(0.3, "3", -1));
    assert_string_equal(fault_of(0.3, "", -1), "the count of digits");
    assert_string_equal(fault_of(0.3, "30", -1), "a zero at an end");
    assert_string_equal(fault_of(0.3, "3", 0), "reads back as another number");
    assert_string_equal(fault_of(0.3, "4", -1), "reads back as another number");
    assert_string_equal(fault_of(0.3, "30000000000000001", -1),
                        "a shorter one reads back");
    assert_null(fault_of(5e-324, "5", -324));
    assert_string_equal(fault_of(5e-324, "4", -324), "another one is nearer");
    assert_string_equal(fault_of(5e-324, "6", -324), "another one is nearer");
    assert_null(fault_of(2.98023223876953125e-8, "29802322387695312", -8));
    assert_string_equal(fault_of(2.98023223876953125e-8, "29802322387695313", -8),
                        "another one is nearer"); /* as near, but odd */
}

static int prepare(void **state)
{
    (void)state;
    exact_init();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(float64_known_for_being_hard),
        cmocka_unit_test(float32_and_float16_known_for_being_hard),
        cmocka_unit_test(every_float16),
        cmocka_unit_test(every_power_of_two_and_its_neighbours),
        cmocka_unit_test(the_least_and_the_greatest),
        cmocka_unit_test(random_numbers_of_every_exponent),
        cmocka_unit_test(numbers_of_few_digits_and_their_neighbours),
        cmocka_unit_test(whole_numbers),
        cmocka_unit_test(the_definition_refuses_what_is_not_the_shortest),
    };
    return cmocka_run_group_tests(tests, prepare, NULL);
}
