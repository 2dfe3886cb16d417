/* Decimal digits of binary floats, through the C library's exact printf and strtod. */
#include "print/print.h"

#include <assert.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The nearest half-precision number to a value that is not negative. */
static double round_to_half(double value)
{
    int exponent;
    (void)frexp(value, &exponent);
    const double unit = ldexp(1.0, exponent - 11 > -24 ? exponent - 11 : -24);
    const double scaled = value / unit; /* exact, and below 2^11 */
    long whole = (long)scaled;
    const double rest = scaled - (double)whole;
    if (rest > 0.5 || (rest >= 0.5 && whole % 2 != 0)) {
        whole++;
    }
    return (double)whole * unit;
}

/* Not 0 if reading the text as a float of this size gives the value. */
static int reads_back(const char *text, long double value, int size)
{
    long double found;
    if (size == 2) {
        found = round_to_half(strtod(text, NULL));
    } else if (size == 4) {
        found = strtof(text, NULL);
    } else if (size == 8) {
        found = strtod(text, NULL);
    } else {
        found = strtold(text, NULL);
    }
    return found >= value && found <= value;
}

/* Splits "d.ddde+XX". */
static void take(const char *text, cli_decimal *out)
{
    out->count = 0;
    const char *c = text;
    for (; *c != 'e'; c++) {
        if (*c != '.') {
            out->digits[out->count] = *c;
            out->count++;
        }
    }
    out->exponent = (int)strtol(c + 1, NULL, 10);
}

static void trim(cli_decimal *out)
{
    while (out->count > 1 && out->digits[out->count - 1] == '0') {
        out->count--;
    }
}

/* Adds one to the last digit of "d.ddde+XX"; 0 if it is a 9: that would be a shorter
 * number. */
static int step_up(char *text)
{
    char *const e = strchr(text, 'e');
    assert(e != NULL);
    char *const last = e - 1;
    if (*last < '0' || *last >= '9') {
        return 0;
    }
    *last = (char)(*last + 1);
    return 1;
}

/* Just above a power of two the neighbours are twice as far as below: the nearest number
 * of so many digits may fail where the next one up succeeds. */
static int is_power_of_two(long double value)
{
    int exponent;
    const long double part = frexpl(value, &exponent);
    return part >= 0.5L && part <= 0.5L;
}

/* The digits that always survive a round trip, and those that always suffice. */
static void digit_range(long double value, int size, int *few, int *enough)
{
    long double normal;
    if (size == 2) {
        *few = 3, *enough = 5, normal = 6.103515625e-05L;
    } else if (size == 4) {
        *few = FLT_DIG, *enough = FLT_DECIMAL_DIG, normal = FLT_MIN;
    } else if (size == 8) {
        *few = DBL_DIG, *enough = DBL_DECIMAL_DIG, normal = DBL_MIN;
    } else {
        *few = LDBL_DIG, *enough = LDBL_DECIMAL_DIG, normal = LDBL_MIN;
    }
    *few = value < normal ? 1 : *few; /* subnormals have fewer digits */
}

void cli_decimal_shortest(long double value, int size, cli_decimal *out)
{
    int few, enough;
    char text[80];
    if (value <= 0) {
        *out = (cli_decimal){.count = 1, .digits = "0"};
        return;
    }
    digit_range(value, size, &few, &enough);
    for (int count = few; count <= enough; count++) {
        snprintf(text, sizeof text, "%.*Le", count - 1, value);
        if (reads_back(text, value, size) ||
            (is_power_of_two(value) && step_up(text) && reads_back(text, value, size))) {
            break;
        }
    }
    take(text, out);
    trim(out);
}

void cli_decimal_rounded(long double value, int count, cli_decimal *out)
{
    char text[80];
    snprintf(text, sizeof text, "%.*Le", count - 1, value);
    take(text, out);
}
