/* SPDX-License-Identifier: MIT */
/* Schubfach: the shortest decimal of a binary float, by three products with a power of
 * ten.  R. Giulietti, "The Schubfach way to render doubles", 2020.
 *
 * A float c x 2^q is the nearest one to all numbers between (c - 1/2) x 2^q and
 * (c + 1/2) x 2^q; the ends belong to it if c is even, for readers round to even.  Let
 * 10^k be the greatest power of ten that is not above the width of this interval.  Then
 * at least one multiple of 10^k lies in it, and at most one of 10^(k+1).  If there is one
 * of 10^(k+1), it has the fewest digits; else the multiples of 10^k next to the float are
 * the candidates, and the nearer one that lies in the interval is the result.
 *
 * Just above a power of two, the interval is (c - 1/4) x 2^q to (c + 1/2) x 2^q.
 *
 * Less than 10 x 10^k has one digit, and 10 x 10^k has no fewer.  It is chosen only for
 * 2^-1073 and 7 x 2^-149 of the formats here, and is the nearest to them. */
#include "print/decimal.h"

#include <string.h>

/* What the algorithm needs to know of a float. */
typedef struct parts {
    uint64_t c;
    int q;
    int lopsided; /* the next float below is only half as far as the next one above */
} parts;

/* `value` is not zero. */
static parts split(double value, int size)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    const uint64_t fraction = bits & 0xFFFFFFFFFFFFF;
    const int biased = (int)(bits >> 52);
    const int precision = size == 2 ? 11 : size == 4 ? 24 : 53;
    const int least = size == 2 ? -24 : size == 4 ? -149 : -1074;
    const int q64 = (biased > 0 ? biased : 1) - 1075;
    const uint64_t c64 = biased > 0 ? fraction | (uint64_t)1 << 52 : fraction;
    const int q = q64 + 53 - precision > least ? q64 + 53 - precision : least;
    const uint64_t c = c64 >> (q - q64); /* drops zeros only */
    return (parts){c, q, c == (uint64_t)1 << (precision - 1) && q > least};
}

/* ---- logarithms, exact for all exponents of a float64; sums are kept positive, as the
 * shift of a negative number need not round down */

/* floor(log10(2^q)), or floor(log10(3/4 x 2^q)) */
static int baseline_log10(int q, int lopsided)
{
    return (int)(((int64_t)q * 1292913986 - (lopsided ? 536607788 : 0) +
                  ((int64_t)1000 << 32)) >>
                 32) -
           1000;
}

/* floor(log2(10^n)) */
static int baseline_log2(int n)
{
    return (int)(((int64_t)n * 14267572527 + ((int64_t)2000 << 32)) >> 32) - 2000;
}

/* ---- products */

/* a * b + more, of 128 bits. */
static cli_power multiply(uint64_t a, uint64_t b, uint64_t more)
{
    const uint64_t half = 0xFFFFFFFF;
    const uint64_t low = (a & half) * (b & half) + (more & half);
    const uint64_t mid = (a >> 32) * (b & half) + (low >> 32) + (more >> 32);
    const uint64_t mid2 = (a & half) * (b >> 32) + (mid & half);
    return (cli_power){(a >> 32) * (b >> 32) + (mid >> 32) + (mid2 >> 32),
                       mid2 << 32 | (low & half)};
}

/* x * power / 2^128, rounded down, with the last bit set if it is not whole.  x < 2^60,
 * and so is the error that comes from the table, in units of 2^-128: the bits above tell
 * whether a product is whole, for none comes nearer to a whole number.
 * python_check/test_decimals.py proves this. */
static uint64_t scale(uint64_t x, const cli_power *power)
{
    const cli_power low = multiply(x, power->low, 0);
    const cli_power high = multiply(x, power->high, low.high);
    return high.high | ((high.low | low.low >> 60) != 0);
}

/* ---- the choice */

/* The shortest decimal, in units of 10^*k; it may end in zeros. */
static uint64_t choose(const parts *v, int *k)
{
    *k = baseline_log10(v->q, v->lopsided);
    const cli_power *const power = &cli_powers[-*k - CLI_POWER_LEAST];
    const int shift = v->q + baseline_log2(-*k) + 1;
    const uint64_t open = v->c & 1; /* the ends do not belong to the interval */
    /* four times the float and the ends, over 10^k */
    const uint64_t low = scale((4 * v->c - (v->lopsided ? 1 : 2)) << shift, power) + open;
    const uint64_t mid = scale((4 * v->c) << shift, power);
    const uint64_t high = scale((4 * v->c + 2) << shift, power) - open;
    const uint64_t below = mid / 4;
    const uint64_t tens = below / 10 * 10;
    if (low <= 4 * tens) {
        return tens;
    }
    if (4 * (tens + 10) <= high) {
        return tens + 10;
    }
    /* The number above fits if it is nearer: that side is half as wide as the interval or
     * more.  The one below need not, where the interval is lopsided. */
    const int is_nearer = mid + (below & 1) > 4 * below + 2; /* the middle: to even */
    return below + (uint64_t)(low > 4 * below || is_nearer);
}

/* ---- digits */

static const char pairs[] =
    "00010203040506070809101112131415161718192021222324252627282930313233343536373839"
    "40414243444546474849505152535455565758596061626364656667686970717273747576777879"
    "8081828384858687888990919293949596979899";

static void put_8_digits(char *text, uint32_t value)
{
    const uint32_t upper = value / 10000;
    const uint32_t lower = value % 10000;
    memcpy(text, pairs + upper / 100 * 2, 2);
    memcpy(text + 2, pairs + upper % 100 * 2, 2);
    memcpy(text + 4, pairs + lower / 100 * 2, 2);
    memcpy(text + 6, pairs + lower % 100 * 2, 2);
}

/* value x 10^k; value < 10^17. */
static void put(cli_decimal *out, uint64_t value, int k)
{
    char text[17];
    int first = 0;
    int end = 17;
    const uint32_t upper = (uint32_t)(value / 100000000);
    text[0] = (char)('0' + upper / 100000000);
    put_8_digits(text + 1, upper % 100000000);
    put_8_digits(text + 9, (uint32_t)(value % 100000000));
    while (text[first] == '0') {
        first++;
    }
    while (text[end - 1] == '0') {
        end--;
    }
    out->count = end - first;
    out->exponent = k + 16 - first;
    memcpy(out->digits, text + first, (size_t)out->count);
}

void cli_decimal_shortest(double value, int size, cli_decimal *out)
{
    if (value <= 0) {
        *out = (cli_decimal){.count = 1, .digits = "0"};
        return;
    }
    int k;
    const parts v = split(value, size);
    const uint64_t found = choose(&v, &k);
    put(out, found, k);
}
