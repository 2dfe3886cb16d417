/* SPDX-License-Identifier: MIT */
/* Setting items in their columns, and items that stand alone. */
#include "print/print.h"

#include <inttypes.h>
#include <string.h>

void cli_int_put(cli_line *line, const nyz_dtype *dtype, const unsigned char *item)
{
    char text[24];
    if (cli_kind_of(dtype) == CLI_KIND_UINT) {
        snprintf(text, sizeof text, "%" PRIu64, cli_load_uint(item, dtype));
    } else {
        snprintf(text, sizeof text, "%" PRId64, cli_load_int(item, dtype));
    }
    cli_line_puts(line, text);
}

void cli_ticks_put(cli_line *line, const nyz_dtype *dtype, int64_t ticks)
{
    if (ticks == CLI_NAT) {
        cli_line_puts(line, "'NaT'");
    } else if (dtype->type == NYZ_TIMEDELTA64 || dtype->unit == NYZ_GENERIC) {
        cli_line_int(line,
                     ticks); /* of a generic date, for which NumPy has no text, too */
    } else {
        cli_line_puts(line, "'");
        cli_date_put(line, ticks, dtype);
        cli_line_puts(line, "'");
    }
}

/* Ints and dates stand at the right of their columns. */
static void put_right(const cli_format *f, cli_line *line, const unsigned char *item)
{
    cli_line text = {0};
    if (cli_kind_of(f->dtype) == CLI_KIND_DATE) {
        cli_ticks_put(&text, f->dtype, cli_load_int(item, f->dtype));
    } else {
        cli_int_put(&text, f->dtype, item);
    }
    cli_line_right(line, text.failed ? "" : text.data, f->width);
    line->failed |= text.failed;
    cli_line_free(&text);
}

static void put_complex(const cli_format *f, cli_line *line, const unsigned char *item)
{
    cli_line imag = {0};
    cli_float_put(&f->real, line, cli_load_float(item, f->real.size));
    cli_float_put(&f->imag, &imag, cli_load_float(item + f->imag.size, f->imag.size));
    size_t size = imag.size;
    while (size > 0 && imag.data[size - 1] == ' ') { /* j precedes the padding */
        size--;
    }
    cli_line_put(line, imag.data, size);
    cli_line_puts(line, "j");
    cli_line_fill(line, ' ', (int64_t)(imag.size - size));
    line->failed |= imag.failed;
    cli_line_free(&imag);
}

static void put_struct(const cli_format *f, cli_line *line, const unsigned char *item)
{
    cli_line_puts(line, "(");
    for (int64_t i = 0; i < f->nparts; i++) {
        cli_line_puts(line, i > 0 ? ", " : "");
        cli_format_put(&f->parts[i], line, item + f->dtype->fields[i].offset);
    }
    cli_line_puts(line, f->nparts == 1 ? ",)" : ")");
}

/* One level of a sub-array.  `shortened`: long axes show only their ends. */
static void put_axis(const cli_format *f, cli_line *line, const unsigned char *item,
                     const nyz_dtype *dtype, int axis, int shortened)
{
    if (dtype->type == NYZ_SUBARRAY && axis == dtype->ndim) {
        dtype = dtype->base;
        axis = 0;
    }
    if (dtype->type != NYZ_SUBARRAY) {
        cli_format_put(f->parts, line, item);
        return;
    }
    int64_t step = dtype->base->itemsize;
    for (int i = axis + 1; i < dtype->ndim; i++) {
        step *= dtype->shape[i];
    }
    const int64_t extent = dtype->ndim > 0 ? dtype->shape[axis] : 1;
    cli_line_puts(line, "[");
    for (int64_t i = 0; i < extent; i++) {
        cli_line_puts(line, i > 0 ? ", " : "");
        if (shortened && i == CLI_SHOW_EDGE && extent > 2 * CLI_SHOW_EDGE) {
            cli_line_puts(line, "..., ");
            i = extent - CLI_SHOW_EDGE;
        }
        put_axis(f, line, item + i * step, dtype, axis + 1, shortened);
    }
    cli_line_puts(line, "]");
}

/* Bytes without the NULs that fill them up. */
static size_t used_bytes(const unsigned char *item, int64_t size)
{
    while (size > 0 && item[size - 1] == 0) {
        size--;
    }
    return (size_t)size;
}

/* Code points without the zeros that fill them up. */
static size_t used_points(const unsigned char *item, int64_t size)
{
    return (used_bytes(item, size) + 3) / 4;
}

void cli_format_put(const cli_format *f, cli_line *line, const unsigned char *item)
{
    const nyz_dtype *const dtype = f->dtype;
    switch (cli_kind_of(dtype)) {
    case CLI_KIND_STRUCT:
        put_struct(f, line, item);
        break;
    case CLI_KIND_SUBARRAY:
        put_axis(f, line, item, dtype, 0, cli_subarray_count(dtype) > f->threshold);
        break;
    case CLI_KIND_BOOL:
        cli_line_puts(line, item[0] == 0 ? "False" : f->alone ? "True" : " True");
        break;
    case CLI_KIND_INT:
    case CLI_KIND_UINT:
    case CLI_KIND_DATE:
        put_right(f, line, item);
        break;
    case CLI_KIND_FLOAT:
        cli_float_put(&f->real, line, cli_load_float(item, f->real.size));
        break;
    case CLI_KIND_COMPLEX:
        put_complex(f, line, item);
        break;
    case CLI_KIND_BYTES:
        cli_line_bytes(line, item, used_bytes(item, dtype->itemsize));
        break;
    case CLI_KIND_STR:
        cli_line_str(line, item, used_points(item, dtype->itemsize));
        break;
    default:
        cli_line_void(line, item, (size_t)dtype->itemsize);
    }
}

static void put_scalar_date(cli_line *line, const nyz_dtype *dtype, int64_t ticks)
{
    if (dtype->type == NYZ_TIMEDELTA64) {
        cli_delta_scalar(line, ticks, dtype);
    } else {
        cli_date_put(line, ticks, dtype);
    }
}

int cli_item_scalar(cli_line *line, const nyz_dtype *dtype, const unsigned char *item)
{
    const int size = (int)dtype->itemsize;
    switch (cli_kind_of(dtype)) {
    case CLI_KIND_FLOAT:
        cli_float_scalar(line, cli_load_float(item, size), size);
        return 1;
    case CLI_KIND_COMPLEX:
        cli_complex_scalar(line, cli_load_float(item, size / 2),
                           cli_load_float(item + size / 2, size / 2), size / 2);
        return 1;
    case CLI_KIND_DATE:
        put_scalar_date(line, dtype, cli_load_int(item, dtype));
        return 1;
    case CLI_KIND_STR:
        cli_line_str_plain(line, item, used_points(item, size));
        return 1;
    default:
        return 0;
    }
}
