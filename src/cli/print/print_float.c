/* SPDX-License-Identifier: MIT */
/* Floats in columns, as NumPy's FloatingFormat sets them with floatmode 'unique'; and
 * alone. */
#include "print/print.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int larger(int a, int b)
{
    return a > b ? a : b;
}

/* ---- the pieces of a number */

static void put_sign(cli_line *line, int negative, int plus)
{
    cli_line_puts(line, negative ? "-" : plus ? "+" : "");
}

/* Digits from `from` on, as many as `count`, zeros where there are none. */
static void put_digits(cli_line *line, const cli_decimal *d, int from, int count)
{
    const int have = d->count - from;
    const int real = from < 0 || have < 0 ? 0 : have < count ? have : count;
    cli_line_put(line, d->digits + (real > 0 ? from : 0), (size_t)real);
    cli_line_fill(line, '0', count - real);
}

/* The digits before the point: at least one. */
static void put_integer(cli_line *line, const cli_decimal *d)
{
    put_digits(line, d, d->exponent < 0 ? d->count : 0, larger(d->exponent + 1, 1));
}

/* Digits after the point that are not trailing zeros. */
static int fraction_size(const cli_decimal *d)
{
    return larger(d->count - 1 - d->exponent, 0);
}

/* The digits after the point. */
static void put_fraction(cli_line *line, const cli_decimal *d)
{
    const int size = fraction_size(d);
    const int zeros = d->exponent < 0 ? -d->exponent - 1 : 0;
    if (size > 0 && d->digits[0] != '0') {
        cli_line_fill(line, '0', zeros);
        put_digits(line, d, d->exponent < 0 ? 0 : d->exponent + 1, size - zeros);
    }
}

static int exponent_size(int exponent)
{
    char text[16];
    return larger(snprintf(text, sizeof text, "%d", abs(exponent)), 2);
}

static void put_exponent(cli_line *line, int exponent, int digits)
{
    char text[32];
    snprintf(text, sizeof text, "e%c%0*d", exponent < 0 ? '-' : '+', digits,
             abs(exponent));
    cli_line_puts(line, text);
}

/* ---- columns */

void cli_float_scan(cli_float_format *f, long double value)
{
    if (!isfinite(value)) {
        f->nonfinite = 1;
        f->minus_inf |= isinf(value) && value < 0;
        return;
    }
    cli_decimal d;
    const long double size = fabsl(value);
    const int sign = signbit(value) || f->plus;
    cli_print_decimal_shortest(size, f->size, &d);
    f->finite = 1;
    f->left = larger(f->left, sign + larger(d.exponent + 1, 1));
    f->right = larger(f->right, size > 0 ? fraction_size(&d) : 0);
    f->exp_left = larger(f->exp_left, sign + 1);
    f->exp_right = larger(f->exp_right, d.count - 1);
    f->exp_digits = larger(f->exp_digits, exponent_size(d.exponent));
    if (size > 0) {
        f->max = !f->nonzero || size > f->max ? size : f->max;
        f->min = !f->nonzero || size < f->min ? size : f->min;
        f->nonzero = 1;
    }
}

/* max / min > 1000, in the arithmetic of the type. */
static int is_wide(const cli_float_format *f)
{
    if (f->size == 2) { /* half precision rounds quotients up to 1000.25 to 1000 */
        return (double)f->max / (double)f->min > 1000.25;
    }
    if (f->size == 4) {
        const float ratio = (float)f->max / (float)f->min;
        return ratio > 1000.0F;
    }
    if (f->size == 8) {
        const double ratio = (double)f->max / (double)f->min;
        return ratio > 1000.0;
    }
    return f->max / f->min > 1000.0L;
}

void cli_float_settle(cli_float_format *f)
{
    f->exponential =
        f->nonzero && (f->max >= 1e8L || f->min < (long double)0.0001 || is_wide(f));
    if (f->exponential) {
        f->left = f->exp_left;
        f->right = f->exp_right;
    }
    if (f->nonfinite) {
        const int behind = (f->exponential ? f->exp_digits + 2 + f->right : f->right) + 1;
        f->left = larger(f->left, 3 + (f->plus || f->minus_inf) - behind);
        f->left = larger(f->left, 3 - behind);
    }
}

static void put_nonfinite(const cli_float_format *f, cli_line *line, long double value)
{
    const char *text = isnan(value) ? (f->plus ? "+nan" : "nan")
                       : value < 0  ? "-inf"
                       : f->plus    ? "+inf"
                                    : "inf";
    const int behind = (f->exponential ? f->exp_digits + 2 + f->right : f->right) + 1;
    cli_line_right(line, text, f->left + behind);
}

/* All mantissas have as many digits as the longest; what is beyond the shortest form are
 * the number's real digits, no zeros. */
static void put_exponential(const cli_float_format *f, cli_line *line, long double value)
{
    cli_decimal d;
    cli_print_decimal_shortest(fabsl(value), f->size, &d);
    if (d.count < f->right + 1) {
        cli_print_decimal_rounded(fabsl(value), f->right + 1, &d);
    }
    cli_line_fill(line, ' ', f->left - 1 - (signbit(value) || f->plus));
    put_sign(line, signbit(value), f->plus);
    put_digits(line, &d, 0, 1);
    cli_line_puts(line, ".");
    put_digits(line, &d, 1, f->right);
    put_exponent(line, d.exponent, f->exp_digits);
}

static void put_positional(const cli_float_format *f, cli_line *line, long double value)
{
    cli_decimal d;
    const long double size = fabsl(value);
    cli_print_decimal_shortest(size, f->size, &d);
    if (d.count < d.exponent + 1) { /* real digits up to the point, too */
        cli_print_decimal_rounded(size, d.exponent + 1, &d);
    }
    const int before = (signbit(value) || f->plus) + larger(d.exponent + 1, 1);
    const int behind = size > 0 ? fraction_size(&d) : 0;
    cli_line_fill(line, ' ', f->left - before);
    put_sign(line, signbit(value), f->plus);
    put_integer(line, &d);
    cli_line_puts(line, ".");
    put_fraction(line, &d);
    cli_line_fill(line, ' ', f->right - behind);
}

void cli_float_put(const cli_float_format *f, cli_line *line, long double value)
{
    if (!isfinite(value)) {
        put_nonfinite(f, line, value);
    } else if (f->exponential) {
        put_exponential(f, line, value);
    } else {
        put_positional(f, line, value);
    }
}

/* ---- scalars */

/* A float by itself; `point`: 1.0 rather than 1. */
static void put_alone(cli_line *line, long double value, int size, int plus, int point)
{
    if (!isfinite(value)) {
        put_sign(line, !isnan(value) && value < 0, plus);
        cli_line_puts(line, isnan(value) ? "nan" : "inf");
        return;
    }
    cli_decimal d;
    const long double absolute = fabsl(value);
    cli_print_decimal_shortest(absolute, size, &d);
    put_sign(line, signbit(value), plus);
    const long double least = size == 12 || size == 16 ? 1e-4L : (long double)1e-4;
    if (absolute > 0 && (absolute < least || absolute >= 1e16L)) {
        put_digits(line, &d, 0, 1);
        cli_line_puts(line, d.count > 1 ? "." : "");
        put_digits(line, &d, 1, d.count - 1);
        put_exponent(line, d.exponent, 2);
        return;
    }
    put_integer(line, &d);
    const int whole = absolute <= 0 || fraction_size(&d) == 0;
    cli_line_puts(line, !whole ? "." : point ? ".0" : "");
    put_fraction(line, &d);
}

void cli_float_scalar(cli_line *line, long double value, int size)
{
    put_alone(line, value, size, 0, 1);
}

void cli_complex_scalar(cli_line *line, long double real, long double imag, int size)
{
    const int pure = real >= 0 && real <= 0 && !signbit(real);
    if (!pure) {
        cli_line_puts(line, "(");
        put_alone(line, real, size, 0, 0);
    }
    put_alone(line, imag, size, !pure, 0);
    cli_line_puts(line, pure ? "j" : "j)");
}
