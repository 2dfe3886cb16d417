/* SPDX-License-Identifier: MIT */
/* The loops for the processor against the portable ones, bit for bit: src/array/cast_vector_x86.c.
 * Where there are none (another processor), there is nothing to compare. */
#include "support/support.h"

#include "array/cast.h"
#include "array/number.h"

typedef struct pair {
    nyz_type from;
    nyz_type to;
    size_t from_size;
    size_t to_size;
} pair;

enum { TYPES = NYZ_OBJECT + 1, MOST = 1 << 20 };

/* Calls `check` for each pair that has a loop. */
static void each_pair(void (*check)(const pair *p, nyz_cast *vector, nyz_cast *portable))
{
    for (int i = 0; i < TYPES * TYPES; i++) {
        const pair p = {i / TYPES, i % TYPES, (size_t)nyz_number_size(i / TYPES),
                        (size_t)nyz_number_size(i % TYPES)};
        nyz_cast *const vector = nyz_cast_vector(p.from, p.to);
        if (vector != NULL) {
            nyz_cast *const portable = nyz_cast_portable(p.from, p.to);
            assert_non_null(portable);
            check(&p, vector, portable);
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

/* Every pattern of 8 and 16 bits; of others random ones, and edges among them. */
static size_t fill(const pair *p, unsigned char *bytes)
{
    uint64_t state = 88172645463325252u;
    const size_t count = p->from_size <= 2 ? 65536 : MOST;
    for (size_t i = 0; i < count; i++) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        uint64_t bits = p->from_size <= 2 ? i : state;
        if (p->from_size == 4 && i % 16 == 3) {
            bits = edges[i / 16 % EDGES];
        } else if (p->from_size == 4 && i % 2 == 0) {
            bits = (bits & 0x8fffffff) | 0x30000000; /* with the exponents of float16 */
        } else if (p->from_size == 8 && i % 2 == 0) {
            float small;
            double wide;
            memcpy(&small,
                   i % 32 == 0 ? (const void *)&edges[i / 32 % EDGES]
                               : (const void *)&bits,
                   sizeof small);
            wide = (double)small;
            memcpy(&bits, &wide, sizeof wide);
            bits ^= state >> 60;
        }
        const uint32_t four = (uint32_t)bits;
        const uint16_t two = (uint16_t)bits;
        const unsigned char one = (unsigned char)bits;
        memcpy(bytes + i * p->from_size,
               p->from_size == 8   ? (const void *)&bits
               : p->from_size == 4 ? (const void *)&four
               : p->from_size == 2 ? (const void *)&two
                                   : (const void *)&one,
               p->from_size);
    }
    return count;
}

static void check_patterns(const pair *p, nyz_cast *vector, nyz_cast *portable)
{
    unsigned char *const from = malloc(MOST * 8);
    unsigned char *const expected = malloc(MOST * 8);
    unsigned char *const found = malloc(MOST * 8);
    assert_true(from != NULL && expected != NULL && found != NULL);
    const size_t count = fill(p, from);
    vector(from, found, (int64_t)count);
    portable(from, expected, (int64_t)count);
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
static void check_counts(const pair *p, nyz_cast *vector, nyz_cast *portable)
{
    unsigned char from[80 * 8];
    unsigned char expected[80 * 8];
    unsigned char found[80 * 8 + 16];
    for (size_t k = 0; k < sizeof from; k++) {
        from[k] = (unsigned char)(k * 37 >> 3);
    }
    for (size_t count = 0; count < 70; count++) {
        for (size_t shift = 0; shift < 8; shift++) {
            const size_t size = count * p->to_size;
            memset(found, 0xa5, sizeof found);
            vector(from + shift, found + shift, (int64_t)count);
            portable(from + shift, expected, (int64_t)count);
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
