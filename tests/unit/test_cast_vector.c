/* SPDX-License-Identifier: MIT */
/* The loops for each level of processors against the portable ones, bit for bit:
 * src/array/cast_vector_*.c.  Where there are none (another processor), there is nothing to compare. */
#include "support/support.h"

#include "array/cast.h"
#include "array/number.h"

typedef struct pair {
    nyz_type from;
    nyz_type to;
    size_t from_size;
    size_t to_size;
} pair;

enum { TYPES = NYZ_OBJECT + 1, MOST = 1 << 18 };

/* By the portable loops: one, or two by way of the real part of a complex number. */
static void convert(const pair *p, const unsigned char *from, unsigned char *to,
                    size_t count)
{
    nyz_cast *const loop = nyz_cast_portable(p->from, p->to);
    if (loop != NULL) {
        loop(from, to, (int64_t)count);
        return;
    }
    const nyz_type part = p->from == NYZ_COMPLEX64 ? NYZ_FLOAT32 : NYZ_FLOAT64;
    unsigned char *const parts = malloc(count * 8 + 1);
    assert_non_null(parts);
    nyz_cast_portable(p->from, part)(from, parts, (int64_t)count);
    nyz_cast_portable(part, p->to)(parts, to, (int64_t)count);
    free(parts);
}

/* Calls `check` for each loop of each level. */
static void each_pair(void (*check)(const pair *p, nyz_cast *vector))
{
    for (int i = 0; i < NYZ_CAST_LEVELS * TYPES * TYPES; i++) {
        const nyz_type from = i / TYPES % TYPES;
        const nyz_type to = i % TYPES;
        const pair p = {from, to, (size_t)nyz_number_size(from),
                        (size_t)nyz_number_size(to)};
        nyz_cast *const vector = nyz_cast_vector(1 + i / TYPES / TYPES, p.from, p.to);
        if (vector != NULL) {
            check(&p, vector);
        }
    }
}

/* float32: beside the ends of int32 and of float16, its subnormals, infinities and NaNs. */
static const uint32_t edges[] = {
    0,          0x80000000, 0x3f800000, 0xbf800000, 0x4effffff, 0x4f000000, 0x4f000001,
    0xceffffff, 0xcf000000, 0xcf000001, 0x4f800000, 0x7f7fffff, 0xff7fffff, 0x7f800000,
    0xff800000, 0x7f800001, 0xff800001, 0x7fbfffff, 0x7fc00000, 0xffc00001, 0x7fffffff,
    0x477fefff, 0x477ff000, 0x477ff001, 0x33000000, 0x33000001, 0x32ffffff, 0x38800000,
    0x387fffff, 0x00000001, 0x007fffff, 0x3f808000, 0x3f818000, 0x3f807fff, 0x7f7f8000,
};
enum { EDGES = sizeof edges / sizeof edges[0] };

static uint64_t next_random(void)
{
    static uint64_t state = 88172645463325252u;
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

/* The bits of a float32: any, those of an edge, or with an exponent of float16. */
static uint32_t float_bits(size_t i)
{
    const uint32_t bits = (uint32_t)next_random();
    return i % 16 == 3  ? edges[i / 16 % EDGES]
           : i % 2 == 0 ? (bits & 0x8fffffff) | 0x30000000
                        : bits;
}

/* The bits of a float64: any, or beside a float32 or the middle between two. */
static uint64_t double_bits(size_t i)
{
    const uint32_t small = float_bits(i / 2);
    float number;
    uint64_t bits;
    memcpy(&number, &small, sizeof number);
    const double wide = (double)number;
    memcpy(&bits, &wide, sizeof bits);
    bits ^= next_random() & 0x10000003;
    return i % 2 == 0 ? bits : next_random();
}

/* Of any length, and with 25 or 54 bits, half of which float32 and float64 round as ties. */
static uint64_t integer_bits(size_t i)
{
    const uint64_t bits = next_random() >> (next_random() & 63);
    const int digits = i % 4 == 1 ? 25 : 54;
    uint64_t top = bits;
    for (; top >> digits != 0; top >>= 1) {
    }
    for (; i % 2 == 1 && top != 0 && top << 1 <= bits; top <<= 1) {
    }
    const uint64_t number = i % 2 == 1 ? top : bits;
    return i % 8 < 4 ? number : ~number;
}

static int is_wide_float(nyz_type type)
{
    return type == NYZ_FLOAT32 || type == NYZ_FLOAT64 || type >= NYZ_COMPLEX64;
}

/* Every pattern of 8 and 16 bits; of others random ones, and edges among them. */
static size_t fill(const pair *p, unsigned char *bytes)
{
    const size_t count = p->from_size <= 2 ? 65536 : MOST;
    const size_t size = p->from >= NYZ_COMPLEX64 ? p->from_size / 2 : p->from_size;
    for (size_t i = 0; i < count * p->from_size / size; i++) {
        const uint64_t eight = is_wide_float(p->from) ? double_bits(i) : integer_bits(i);
        const uint32_t four = is_wide_float(p->from) ? float_bits(i) : (uint32_t)eight;
        const uint16_t two = (uint16_t)i;
        const unsigned char one = (unsigned char)i;
        memcpy(bytes + i * size,
               size == 8   ? (const void *)&eight
               : size == 4 ? (const void *)&four
               : size == 2 ? (const void *)&two
                           : (const void *)&one,
               size);
    }
    return count;
}

static void check_patterns(const pair *p, nyz_cast *vector)
{
    unsigned char *const from = malloc(MOST * 16);
    unsigned char *const expected = malloc(MOST * 16);
    unsigned char *const found = malloc(MOST * 16);
    assert_true(from != NULL && expected != NULL && found != NULL);
    const size_t count = fill(p, from);
    vector(from, found, (int64_t)count);
    convert(p, from, expected, count);
    assert_memory_equal(found, expected, count * p->to_size);
    free(from);
    free(expected);
    free(found);
}

static void every_pattern_becomes_the_same(void **state)
{
    (void)state;
    each_pair(check_patterns);
}

/* And nothing is written behind the last one. */
static void check_counts(const pair *p, nyz_cast *vector)
{
    unsigned char from[80 * 16];
    unsigned char expected[80 * 16];
    unsigned char found[80 * 16 + 16];
    for (size_t k = 0; k < sizeof from; k++) {
        from[k] = (unsigned char)(k * 37 >> 3);
    }
    for (size_t count = 0; count < 70; count++) {
        for (size_t shift = 0; shift < 8; shift++) {
            const size_t size = count * p->to_size;
            memset(found, 0xa5, sizeof found);
            vector(from + shift, found + shift, (int64_t)count);
            convert(p, from + shift, expected, count);
            assert_memory_equal(found + shift, expected, size);
            assert_int_equal(found[shift + size], 0xa5);
        }
    }
}

static void every_count_at_every_address(void **state)
{
    (void)state;
    each_pair(check_counts);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_pattern_becomes_the_same),
        cmocka_unit_test(every_count_at_every_address),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
