/* SPDX-License-Identifier: MIT */
/* Measuring items: all that are to be printed are looked at first, so that they can be
 * set in columns of equal width. */
#include "print/print.h"

#include <stdlib.h>

static int64_t times(int64_t a, int64_t b)
{
    return b > 0 && a > INT64_MAX / b ? INT64_MAX : a * b;
}

/* Sub-arrays without elements may have many brackets all the same. */
static int64_t count_empty_parts(const nyz_dtype *dtype)
{
    const int64_t each = cli_count_empty(dtype->base);
    int64_t count = dtype->itemsize == 0 && each == 0 ? 1 : each;
    for (int i = 0; i < dtype->ndim; i++) {
        count = times(count, dtype->shape[i] > 0 ? dtype->shape[i] : 1);
    }
    return count;
}

int64_t cli_count_empty(const nyz_dtype *dtype)
{
    int64_t count = dtype->itemsize == 0 && dtype->nfields == 0;
    if (dtype->type == NYZ_SUBARRAY) {
        return count_empty_parts(dtype);
    }
    for (int64_t i = 0; i < dtype->nfields; i++) {
        const int64_t more = cli_count_empty(&dtype->fields[i].dtype);
        count = count > INT64_MAX - more ? INT64_MAX : count + more;
    }
    return count;
}

/* The dtype of the elements of a sub-array of sub-arrays. */
static const nyz_dtype *element_dtype(const nyz_dtype *dtype)
{
    while (dtype->type == NYZ_SUBARRAY) {
        dtype = dtype->base;
    }
    return dtype;
}

static nyz_status init_parts(cli_format *f, int64_t count)
{
    f->parts = calloc(count > 0 ? (size_t)count : 1, sizeof *f->parts);
    if (f->parts == NULL) {
        return NYZ_ERR_MEMORY;
    }
    f->nparts = count;
    return NYZ_OK;
}

static nyz_status init_struct(cli_format *f)
{
    nyz_status status = init_parts(f, f->dtype->nfields);
    for (int64_t i = 0; i < f->nparts && status == NYZ_OK; i++) {
        status = cli_format_init(&f->parts[i], &f->dtype->fields[i].dtype, f->alone,
                                 f->threshold);
    }
    return status;
}

static nyz_status init_subarray(cli_format *f)
{
    const nyz_dtype *const element = element_dtype(f->dtype);
    const nyz_status status = init_parts(f, 1);
    return status != NYZ_OK ? status
                            : cli_format_init(f->parts, element, 0, f->threshold);
}

nyz_status cli_format_init(cli_format *f, const nyz_dtype *dtype, int alone,
                           int64_t threshold)
{
    *f = (cli_format){.dtype = dtype, .threshold = threshold, .alone = alone};
    if (dtype->type == NYZ_STRUCT) {
        return init_struct(f);
    }
    if (dtype->type == NYZ_SUBARRAY) {
        return init_subarray(f);
    }
    f->real.size = (int)(cli_kind_of(dtype) == CLI_KIND_COMPLEX ? dtype->itemsize / 2
                                                                : dtype->itemsize);
    f->imag.size = f->real.size;
    f->imag.plus = 1;
    return NYZ_OK;
}

static void scan_width(cli_format *f, int64_t width)
{
    f->width = width > f->width ? width : f->width;
}

static void scan_int(cli_format *f, const unsigned char *item)
{
    cli_line text = {0};
    cli_int_put(&text, f->dtype, item);
    scan_width(f, (int64_t)text.size);
    f->failed |= text.failed;
    cli_line_free(&text);
}

static void scan_subarray(cli_format *f, const unsigned char *item)
{
    const int64_t size = f->parts->dtype->itemsize;
    const int64_t count = cli_subarray_count(f->dtype);
    for (int64_t i = 0; i < count; i++) {
        cli_format_scan(f->parts, item + i * size);
    }
}

static void scan_date(cli_format *f, const unsigned char *item)
{
    const int64_t ticks = cli_load_int(item, f->dtype);
    if (ticks == CLI_NAT) {
        f->nat = 1;
        return;
    }
    f->min = !f->dated || ticks < f->min ? ticks : f->min;
    f->max = !f->dated || ticks > f->max ? ticks : f->max;
    f->dated = 1;
}

void cli_format_scan(cli_format *f, const unsigned char *item)
{
    const nyz_dtype *const dtype = f->dtype;
    switch (cli_kind_of(dtype)) {
    case CLI_KIND_STRUCT:
        for (int64_t i = 0; i < f->nparts; i++) {
            cli_format_scan(&f->parts[i], item + dtype->fields[i].offset);
        }
        break;
    case CLI_KIND_SUBARRAY:
        scan_subarray(f, item);
        break;
    case CLI_KIND_COMPLEX:
        cli_float_scan(&f->imag, cli_load_float(item + f->imag.size, f->imag.size));
        cli_float_scan(&f->real, cli_load_float(item, f->real.size));
        break;
    case CLI_KIND_FLOAT:
        cli_float_scan(&f->real, cli_load_float(item, f->real.size));
        break;
    case CLI_KIND_INT:
    case CLI_KIND_UINT:
        scan_int(f, item);
        break;
    case CLI_KIND_DATE:
        scan_date(f, item);
        break;
    default:
        break; /* no columns */
    }
}

void cli_format_settle(cli_format *f)
{
    for (int64_t i = 0; i < f->nparts; i++) {
        cli_format_settle(&f->parts[i]);
        f->failed |= f->parts[i].failed;
    }
    cli_float_settle(&f->real);
    cli_float_settle(&f->imag);
    cli_line line = {0};
    if (f->dated) { /* NumPy measures the ends only, although others may be longer */
        cli_ticks_put(&line, f->dtype, f->max);
        scan_width(f, (int64_t)line.size);
        cli_line_clear(&line);
        cli_ticks_put(&line, f->dtype, f->min);
        scan_width(f, (int64_t)line.size);
    }
    scan_width(f, f->nat ? 5 : 0);
    f->failed |= line.failed;
    cli_line_free(&line);
}

void cli_format_free(cli_format *f)
{
    for (int64_t i = 0; i < f->nparts; i++) {
        cli_format_free(&f->parts[i]);
    }
    free(f->parts);
    *f = (cli_format){0};
}
