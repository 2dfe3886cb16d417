/* SPDX-License-Identifier: MIT */
/* Decimal digits of floats of any type: long doubles, and digits beyond the shortest,
 * through the C library's exact printf and strtold. */
#include "print/print.h"

#include <assert.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Not 0 if reading the text gives the value. */
static int reads_back(const char *text, long double value)
{
    const long double found = strtold(text, NULL);
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

/* Subnormals may have fewer digits than always survive a round trip. */
static void find_long_double(long double value, cli_decimal *out)
{
    char text[80];
    const int few = value < LDBL_MIN ? 1 : LDBL_DIG;
    for (int count = few; count <= LDBL_DECIMAL_DIG; count++) {
        snprintf(text, sizeof text, "%.*Le", count - 1, value);
        if (reads_back(text, value) ||
            (is_power_of_two(value) && step_up(text) && reads_back(text, value))) {
            break;
        }
    }
    take(text, out);
    trim(out);
}

void cli_print_decimal_shortest(long double value, int size, cli_decimal *out)
{
    if (size == 2 || size == 4 || size == 8) {
        cli_decimal_shortest((double)value, size, out);
    } else if (value <= 0) {
        *out = (cli_decimal){.count = 1, .digits = "0"};
    } else {
        find_long_double(value, out);
    }
}

void cli_print_decimal_rounded(long double value, int count, cli_decimal *out)
{
    char text[80];
    snprintf(text, sizeof text, "%.*Le", count - 1, value);
    take(text, out);
}
