/* Numbers of one type to another: src/array/cast.c.  That the results are NumPy's is
 * compared in python_check/test_into.py; here are the rules that need no NumPy. */
#include "support/support.h"

#include "array/cast.h"

static int kind(nyz_type type)
{
    if (type == NYZ_BOOL) {
        return 0;
    }
    if (type >= NYZ_UINT8 && type <= NYZ_UINT64) {
        return 1;
    }
    if (type >= NYZ_INT8 && type <= NYZ_INT64) {
        return 2;
    }
    if (type == NYZ_FLOAT32 || type == NYZ_FLOAT64) {
        return 3;
    }
    return type == NYZ_COMPLEX64 || type == NYZ_COMPLEX128 ? 4 : -1;
}

static void a_kind_becomes_itself_or_one_that_holds_more(void **state)
{
    (void)state;
    for (int from = NYZ_NONE; from <= NYZ_OBJECT; from++) {
        for (int to = NYZ_NONE; to <= NYZ_OBJECT; to++) {
            const int a = kind((nyz_type)from);
            const int b = kind((nyz_type)to);
            const int same = from == to && (from == NYZ_BOOL || a == 4);
            const int expected = a >= 0 && b >= 0 && a <= b && !same;
            if (nyz_cast_find((nyz_type)from, (nyz_type)to) == NULL) {
                assert_false(expected);
            } else {
                assert_true(expected);
            }
        }
    }
}

static void values_become_what_c_makes_of_them(void **state)
{
    (void)state;
    const double doubles[3] = {0.5, -3, 1e300};
    float floats[3];
    nyz_cast_find(NYZ_FLOAT64, NYZ_FLOAT32)((const unsigned char *)doubles,
                                            (unsigned char *)floats, 3);
    assert_true(floats[0] == 0.5F && floats[1] == -3 && floats[2] > 3.4e38F);
    const int32_t ints[3] = {-1, 300, 7};
    int8_t bytes[3];
    nyz_cast_find(NYZ_INT32, NYZ_INT8)((const unsigned char *)ints,
                                       (unsigned char *)bytes, 3);
    assert_int_equal(bytes[0], -1);
    assert_int_equal(bytes[1], 44);
    assert_int_equal(bytes[2], 7);
    const unsigned char truths[3] = {0, 1, 2};
    double pairs[6];
    nyz_cast_find(NYZ_BOOL, NYZ_COMPLEX128)(truths, (unsigned char *)pairs, 3);
    assert_true(pairs[0] == 0 && pairs[2] == 1 && pairs[4] == 1 && pairs[5] == 0);
}

static void unaligned_numbers_are_converted(void **state)
{
    (void)state;
    unsigned char from[2 * 8 + 1];
    unsigned char to[2 * 4 + 1];
    const int64_t values[2] = {-5, 1 << 20};
    float out[2];
    memcpy(from + 1, values, sizeof values);
    nyz_cast_find(NYZ_INT64, NYZ_FLOAT32)(from + 1, to + 1, 2);
    memcpy(out, to + 1, sizeof out);
    assert_true(out[0] == -5 && out[1] == 1 << 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_kind_becomes_itself_or_one_that_holds_more),
        cmocka_unit_test(values_become_what_c_makes_of_them),
        cmocka_unit_test(unaligned_numbers_are_converted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
