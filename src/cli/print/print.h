/* SPDX-License-Identifier: MIT */
/* Values as NumPy prints them: numbers, dates, items, arrays. */
#ifndef NYZ_CLI_PRINT_PRINT_H
#define NYZ_CLI_PRINT_PRINT_H

#include "print/decimal.h"
#include "text/text.h"

/* ---- print_decimal.c: the fewest digits that read back as the same number */

/* `value` is finite and not negative; `size` gives its type: 2, 4 or 8 bytes, else long
 * double. */
void cli_print_decimal_shortest(long double value, int size, cli_decimal *out);
/* Exactly `count` digits, correctly rounded. */
void cli_print_decimal_rounded(long double value, int count, cli_decimal *out);

/* ---- print_float.c: columns of floats */

/* How a column of floats is set, from all its values. */
typedef struct cli_float_format {
    int size;
    int plus;   /* a + before positive ones: imaginary parts */
    int finite; /* what was seen: finite, other, minus infinity, neither zero nor other */
    int nonfinite;
    int minus_inf;
    int nonzero;
    long double max, min;    /* of the absolute values, without zeros */
    int left, right;         /* characters around the point, positional */
    int exp_left, exp_right; /* and with exponent */
    int exp_digits;
    int exponential; /* decided by cli_float_settle */
} cli_float_format;

void cli_float_scan(cli_float_format *format, long double value);
void cli_float_settle(cli_float_format *format);
void cli_float_put(const cli_float_format *format, cli_line *line, long double value);

/* One float, or one complex number, as NumPy's str of a scalar. */
void cli_float_scalar(cli_line *line, long double value, int size);
void cli_complex_scalar(cli_line *line, long double real, long double imag, int size);

/* ---- print_date.c */

/* ISO 8601 to the unit; `dtype` is a datetime64.  Also for NaT. */
void cli_date_put(cli_line *line, int64_t ticks, const nyz_dtype *dtype);
/* "25 microseconds", as NumPy's str of a timedelta64 scalar. */
void cli_delta_scalar(cli_line *line, int64_t ticks, const nyz_dtype *dtype);

#define CLI_NAT INT64_MIN

/* ---- print_load.c */

typedef enum cli_kind {
    CLI_KIND_OPAQUE, /* shown as bytes: void, long doubles of other machines */
    CLI_KIND_BOOL,
    CLI_KIND_INT,
    CLI_KIND_UINT,
    CLI_KIND_FLOAT,
    CLI_KIND_COMPLEX,
    CLI_KIND_BYTES,
    CLI_KIND_STR,
    CLI_KIND_DATE, /* and timedelta64 */
    CLI_KIND_STRUCT,
    CLI_KIND_SUBARRAY
} cli_kind;
cli_kind cli_kind_of(const nyz_dtype *dtype);

/* The number of elements of a sub-array, those within its elements included. */
int64_t cli_subarray_count(const nyz_dtype *dtype);

/* Items in this machine's byte order, at any address. */
int64_t cli_load_int(const unsigned char *item, const nyz_dtype *dtype);
uint64_t cli_load_uint(const unsigned char *item, const nyz_dtype *dtype);
long double cli_load_float(const unsigned char *item, int size);

/* ---- print_scan.c and print_item.c: one item of any dtype, aligned in a column */

typedef struct cli_format cli_format;
struct cli_format {
    const nyz_dtype *dtype;
    int64_t threshold; /* sub-arrays of more elements are shortened */
    int alone;         /* no array around it: bools are not filled up */
    int64_t width;     /* integers, dates: characters */
    int64_t min, max;  /* dates, without NaT */
    int dated, nat;    /* dates: seen any, seen NaT */
    int failed;        /* memory has run out while scanning */
    cli_float_format real, imag;
    cli_format *parts; /* one for each field, or for the base of a sub-array */
    int64_t nparts;
};

/* Errors: MEMORY.  Free it in any case. */
nyz_status cli_format_init(cli_format *format, const nyz_dtype *dtype, int alone,
                           int64_t threshold);
void cli_format_scan(cli_format *format, const unsigned char *item);
void cli_format_settle(cli_format *format);
void cli_format_put(const cli_format *format, cli_line *line, const unsigned char *item);
void cli_format_free(cli_format *format);

/* An item that is an array's only one, as NumPy's str of a scalar; 0 if its dtype has no
 * form of its own for that and cli_format_put serves. */
int cli_item_scalar(cli_line *line, const nyz_dtype *dtype, const unsigned char *item);

/* The elements without bytes that printing one item goes through, or some more. */
int64_t cli_count_empty(const nyz_dtype *dtype);
/* An integer; a date as it is in an array. */
void cli_int_put(cli_line *line, const nyz_dtype *dtype, const unsigned char *item);
void cli_ticks_put(cli_line *line, const nyz_dtype *dtype, int64_t ticks);

/* ---- print_array.c */

#define CLI_SHOW_THRESHOLD 1000 /* elements; arrays of more are shortened */
#define CLI_SHOW_EDGE 3         /* elements that remain at each end */

/* Not 0 if the array is shortened. */
int cli_print_shortens(const nyz_array *array, int all);

/* Prints a native array to stdout in NumPy's layout, and a line end.  edges: of axes that are
 * shortened there are only the elements that are shown; the strides are those of these.
 * Errors: MEMORY; UNSUPPORTED (billions of empty elements); IO (stdout). */
nyz_status cli_print_array(const nyz_array *array, int all, int edges, nyz_error *err);

#endif
