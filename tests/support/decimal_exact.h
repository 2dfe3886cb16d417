/* SPDX-License-Identifier: MIT */
/* What a shortest decimal must be, by exact integers: another way than that of
 * src/cli/print/decimal_shortest.c, which has no logarithm, no table and no rounding.
 *
 * The decimal has n digits: D x 10^e, where D has n digits and does not end in 0.
 *
 * It reads back: D x 10^e lies in the interval of the numbers that round to the float.
 *
 * Nothing shorter does: with m = D / 10, rounded down, the float lies between
 * m x 10^(e+1) and (m + 1) x 10^(e+1).  Both have at most n - 1 digits, and no number
 * between them has so few: from 10^(n-2) to 10^(n-1) times 10^(e+1), all that do are
 * multiples of 10^(e+1).  The interval reaches from the float to both sides; so if
 * neither of the two lies in it, no number of n - 1 digits or fewer does.
 *
 * It is the nearest: the next number of n digits on the other side of the float is not in
 * the interval, or is farther away, or is as far, and D is even. */
#ifndef NYZ_TESTS_DECIMAL_EXACT_H
#define NYZ_TESTS_DECIMAL_EXACT_H

#include "print/decimal.h"

#include <stddef.h>
#include <string.h>

#define EXACT_LIMBS 48
#define EXACT_FIVES 360

/* A whole number, the lowest limb first. */
typedef struct exact_whole {
    int count;
    uint32_t at[EXACT_LIMBS];
} exact_whole;

/* A float c x 2^q. */
typedef struct exact_float {
    uint64_t c;
    int q;
    int lopsided; /* a power of two, whose lower neighbour is nearer */
} exact_float;

/* The float of a bit pattern: its fraction has so many bits, its exponent the rest. */
static inline exact_float exact_split(uint64_t bits, int fraction_bits, int least)
{
    const uint64_t hidden = (uint64_t)1 << fraction_bits;
    const int biased = (int)(bits >> fraction_bits);
    const uint64_t fraction = bits & (hidden - 1);
    return biased == 0 ? (exact_float){fraction, least, 0}
                       : (exact_float){hidden + fraction, least + biased - 1,
                                       fraction == 0 && biased > 1};
}

static inline exact_float exact_float16(uint16_t bits)
{
    return exact_split(bits, 10, -24);
}

static inline exact_float exact_float32(uint32_t bits)
{
    return exact_split(bits, 23, -149);
}

static inline exact_float exact_float64(uint64_t bits)
{
    return exact_split(bits, 52, -1074);
}

/* out += factor * number, from limb `place` on; the limbs above are zero. */
static inline void exact_add(exact_whole *out, const exact_whole *number, uint32_t factor,
                             int place)
{
    uint64_t carry = 0;
    for (int i = 0; i < number->count; i++) {
        carry += (uint64_t)number->at[i] * factor + out->at[place + i];
        out->at[place + i] = (uint32_t)(carry & 0xFFFFFFFF);
        carry >>= 32;
    }
    out->at[place + number->count] = (uint32_t)carry;
}

/* factor * number * 2^shift */
static inline void exact_multiply(exact_whole *out, const exact_whole *number,
                                  uint64_t factor, int shift)
{
    const int place = shift / 32;
    const int rest = shift % 32;
    const uint64_t low = (factor & 0xFFFFFFFF) << rest;
    const uint64_t high = ((factor >> 32) << rest) + (low >> 32);
    memset(out->at, 0, (size_t)(place + number->count + 3) * sizeof *out->at);
    exact_add(out, number, (uint32_t)(low & 0xFFFFFFFF), place);
    exact_add(out, number, (uint32_t)(high & 0xFFFFFFFF), place + 1);
    exact_add(out, number, (uint32_t)(high >> 32), place + 2);
    out->count = place + number->count + 3;
    while (out->count > 0 && out->at[out->count - 1] == 0) {
        out->count--;
    }
}

/* The powers of five; made before the first comparison. */
static exact_whole exact_fives[EXACT_FIVES];

static inline void exact_init(void)
{
    exact_fives[0] = (exact_whole){1, {1}};
    for (int i = 1; i < EXACT_FIVES; i++) {
        exact_multiply(&exact_fives[i], &exact_fives[i - 1], 5, 0);
    }
}

/* The sign of m x 10^e - quarters x 2^(q-2). */
static inline int exact_compare(uint64_t m, int e, const exact_float *v,
                                uint64_t quarters)
{
    exact_whole a, b;
    const int shift = v->q - 2 - e; /* 10^e = 5^e x 2^e */
    exact_multiply(&a, &exact_fives[e > 0 ? e : 0], m, shift < 0 ? -shift : 0);
    exact_multiply(&b, &exact_fives[e < 0 ? -e : 0], quarters, shift > 0 ? shift : 0);
    if (a.count != b.count) {
        return a.count < b.count ? -1 : 1;
    }
    for (int i = a.count - 1; i >= 0; i--) {
        if (a.at[i] != b.at[i]) {
            return a.at[i] < b.at[i] ? -1 : 1;
        }
    }
    return 0;
}

/* Not 0 if m x 10^e rounds to the float, to even where it is in the middle. */
static inline int exact_reads_back(uint64_t m, int e, const exact_float *v)
{
    const int open = (int)(v->c % 2);
    return exact_compare(m, e, v, 4 * v->c - (v->lopsided ? 1 : 2)) >= open &&
           exact_compare(m, e, v, 4 * v->c + 2) <= -open;
}

static inline int exact_is_nearest(uint64_t m, int e, const exact_float *v)
{
    const int side = exact_compare(m, e, v, 4 * v->c);
    if (m == 1 && side > 0) { /* the number below 1 is 0.9 */
        m = 10;
        e--;
    }
    const uint64_t other = side < 0 ? m + 1 : m - 1;
    if (side == 0 || !exact_reads_back(other, e, v)) {
        return 1;
    }
    const int middle = exact_compare(m + other, e, v, 8 * v->c);
    return middle == 0 ? m % 2 == 0 : middle == -side;
}

static inline uint64_t exact_digits(const cli_decimal *d)
{
    uint64_t m = 0;
    for (int i = 0; i < d->count && i < 17; i++) {
        m = 10 * m + (uint64_t)(d->digits[i] - '0');
    }
    return m;
}

/* What is wrong with the decimal of a float that is not zero; NULL if nothing is. */
static inline const char *exact_fault(const exact_float *v, const cli_decimal *d)
{
    if (d->count < 1 || d->count > 17) {
        return "the count of digits";
    }
    const uint64_t m = exact_digits(d);
    const int e = d->exponent - (d->count - 1);
    const uint64_t less = m / 10;
    if (d->digits[0] < '1' || d->digits[d->count - 1] == '0') {
        return "a zero at an end";
    }
    if (!exact_reads_back(m, e, v)) {
        return "reads back as another number";
    }
    if (d->count > 1 &&
        (exact_reads_back(less, e + 1, v) || exact_reads_back(less + 1, e + 1, v))) {
        return "a shorter one reads back";
    }
    if (d->count > 1 && (exact_compare(less, e + 1, v, 4 * v->c) > 0 ||
                         exact_compare(less + 1, e + 1, v, 4 * v->c) < 0)) {
        return "not next to the number";
    }
    return exact_is_nearest(m, e, v) ? NULL : "another one is nearer";
}

#endif
