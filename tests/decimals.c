/* SPDX-License-Identifier: MIT */
/* Shortest decimals, very many of them: what tests/decimals.py runs.
 *
 *     decimals float32 FIRST LAST STEP    each STEP-th bit pattern against
 *                                         decimal_exact.h and, with either sign, strtof
 *     decimals text SIZE                  floats of SIZE bytes, from standard input,
 *                                         as Python and NumPy write them, a line each */
#include "support/decimal_exact.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define MOST 4096 /* floats read at a time */

/* ---- text */

static char *put(char *to, const char *from, int count)
{
    memcpy(to, from, (size_t)count);
    return to + count;
}

static char *put_zeros(char *to, int count)
{
    memset(to, '0', (size_t)count);
    return to + count;
}

static char *put_exponential(char *to, const cli_decimal *d)
{
    to = put(to, d->digits, 1);
    if (d->count > 1) {
        *to++ = '.';
        to = put(to, d->digits + 1, d->count - 1);
    }
    return to + sprintf(to, "e%c%02d", d->exponent < 0 ? '-' : '+', abs(d->exponent));
}

static char *put_positional(char *to, const cli_decimal *d)
{
    const int whole = d->exponent + 1;
    if (whole <= 0) {
        to = put_zeros(put(to, "0.", 2), -whole);
        return put(to, d->digits, d->count);
    }
    if (whole >= d->count) {
        to = put_zeros(put(to, d->digits, d->count), whole - d->count);
        return put(to, ".0", 2);
    }
    to = put(put(to, d->digits, whole), ".", 1);
    return put(to, d->digits + whole, d->count - whole);
}

/* The exponent is shown below 1e-4 and from 1e16 on; NumPy compares the number, which
 * need not be on the same side as its shortest decimal. */
static char *put_line(char *to, double value, int negative, int size)
{
    cli_decimal d;
    cli_decimal_shortest(value, size, &d);
    if (negative) {
        *to++ = '-';
    }
    to = value > 0 && (value < 1e-4 || value >= 1e16) ? put_exponential(to, &d)
                                                      : put_positional(to, &d);
    *to++ = '\n';
    return to;
}

/* A finite float without its sign. */
static double load(const unsigned char *item, int size, int *negative)
{
    uint16_t u16;
    uint32_t u32;
    uint64_t u64;
    float f32;
    double f64 = 0;
    if (size == 2) {
        memcpy(&u16, item, sizeof u16);
        *negative = u16 >> 15;
        const exact_float v = exact_float16(u16 & 0x7FFF);
        f64 = (double)v.c;
        for (int q = v.q; q != 0; q += q < 0 ? 1 : -1) {
            f64 = q < 0 ? f64 / 2 : f64 * 2;
        }
    } else if (size == 4) {
        memcpy(&u32, item, sizeof u32);
        *negative = (int)(u32 >> 31);
        u32 &= 0x7FFFFFFF;
        memcpy(&f32, &u32, sizeof f32);
        f64 = (double)f32;
    } else {
        memcpy(&u64, item, sizeof u64);
        *negative = (int)(u64 >> 63);
        u64 &= 0x7FFFFFFFFFFFFFFF;
        memcpy(&f64, &u64, sizeof f64);
    }
    return f64;
}

static int write_text(int size)
{
    static unsigned char items[MOST * 8];
    static char text[MOST * 32];
    size_t count;
    while ((count = fread(items, (size_t)size, MOST, stdin)) > 0) {
        char *end = text;
        for (size_t i = 0; i < count; i++) {
            int negative;
            const double value = load(items + i * (size_t)size, size, &negative);
            end = put_line(end, value, negative, size);
        }
        fwrite(text, 1, (size_t)(end - text), stdout);
    }
    return ferror(stdin) || fflush(stdout) != 0 || ferror(stdout);
}

/* ---- every float32 */

static int reads_back(const char *text, uint32_t bits)
{
    uint32_t found;
    const float value = strtof(text, NULL);
    memcpy(&found, &value, sizeof found);
    return found == bits;
}

static const char *find_fault(uint32_t bits, char *text)
{
    float value;
    cli_decimal d;
    memcpy(&value, &bits, sizeof value);
    cli_decimal_shortest((double)value, 4, &d);
    text[0] = '-';
    *put_exponential(text + 1, &d) = '\0';
    if (!reads_back(text + 1, bits) || !reads_back(text, bits | 0x80000000)) {
        return "strtof reads another number";
    }
    const exact_float v = exact_float32(bits);
    return bits == 0 ? NULL : exact_fault(&v, &d);
}

static int check_float32(uint32_t first, uint32_t last, uint32_t step)
{
    uint64_t count = 0;
    uint64_t failed = 0;
    for (uint64_t bits = first; bits <= last && bits < 0x7F800000; bits += step) {
        char text[80];
        const char *const fault = find_fault((uint32_t)bits, text);
        if (fault != NULL && failed < 20) {
            printf("0x%08" PRIX64 " as %s: %s\n", bits, text + 1, fault);
        }
        failed += fault != NULL;
        count++;
    }
    printf("%" PRIu64 " numbers, %" PRIu64 " failed\n", count, failed);
    return failed > 0;
}

static uint32_t number(const char *text)
{
    return (uint32_t)strtoul(text, NULL, 0);
}

int main(int argc, char **argv)
{
    exact_init();
    if (argc == 5 && strcmp(argv[1], "float32") == 0 && number(argv[4]) > 0) {
        return check_float32(number(argv[2]), number(argv[3]), number(argv[4]));
    }
    const int size = argc == 3 && strcmp(argv[1], "text") == 0 ? (int)number(argv[2]) : 0;
    if (size == 2 || size == 4 || size == 8) {
        return write_text(size);
    }
    fputs("usage: decimals float32 FIRST LAST STEP\n       decimals text SIZE\n", stderr);
    return 2;
}
