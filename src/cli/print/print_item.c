/* Setting items in their columns, and items that stand alone. */
#include "print/print.h"

#include <inttypes.h>
#include <string.h>

void nyz_int_put(nyz_line *line, const nyz_dtype *dtype, const unsigned char *item)
{
    char text[24];
    if (nyz_kind_of(dtype) == NYZ_KIND_UINT) {
        snprintf(text, sizeof text, "%" PRIu64, nyz_load_uint(item, dtype));
    } else {
        snprintf(text, sizeof text, "%" PRId64, nyz_load_int(item, dtype));
    }
    nyz_line_puts(line, text);
}

void nyz_ticks_put(nyz_line *line, const nyz_dtype *dtype, int64_t ticks)
{
    if (ticks == NYZ_NAT) {
        nyz_line_puts(line, "'NaT'");
    } else if (dtype->type == NYZ_TIMEDELTA64 || dtype->unit == NYZ_GENERIC) {
        nyz_line_int(line,
                     ticks); /* of a generic date, for which NumPy has no text, too */
    } else {
        nyz_line_puts(line, "'");
        nyz_date_put(line, ticks, dtype);
        nyz_line_puts(line, "'");
    }
}

/* Ints and dates stand at the right of their columns. */
static void put_right(const nyz_format *f, nyz_line *line, const unsigned char *item)
{
    nyz_line text = {0};
    if (nyz_kind_of(f->dtype) == NYZ_KIND_DATE) {
        nyz_ticks_put(&text, f->dtype, nyz_load_int(item, f->dtype));
    } else {
        nyz_int_put(&text, f->dtype, item);
    }
    nyz_line_right(line, text.failed ? "" : text.data, f->width);
    line->failed |= text.failed;
    nyz_line_free(&text);
}

static void put_complex(const nyz_format *f, nyz_line *line, const unsigned char *item)
{
    nyz_line imag = {0};
    nyz_float_put(&f->real, line, nyz_load_float(item, f->real.size));
    nyz_float_put(&f->imag, &imag, nyz_load_float(item + f->imag.size, f->imag.size));
    size_t size = imag.size;
    while (size > 0 && imag.data[size - 1] == ' ') { /* j stands before the filling */
        size--;
    }
    nyz_line_put(line, imag.data, size);
    nyz_line_puts(line, "j");
    nyz_line_fill(line, ' ', (int64_t)(imag.size - size));
    line->failed |= imag.failed;
    nyz_line_free(&imag);
}

static void put_struct(const nyz_format *f, nyz_line *line, const unsigned char *item)
{
    nyz_line_puts(line, "(");
    for (int64_t i = 0; i < f->nparts; i++) {
        nyz_line_puts(line, i > 0 ? ", " : "");
        nyz_format_put(&f->parts[i], line, item + f->dtype->fields[i].offset);
    }
    nyz_line_puts(line, f->nparts == 1 ? ",)" : ")");
}

/* One level of a sub-array.  `shortened`: long axes show only their ends. */
static void put_axis(const nyz_format *f, nyz_line *line, const unsigned char *item,
                     const nyz_dtype *dtype, int axis, int shortened)
{
    if (dtype->type == NYZ_SUBARRAY && axis == dtype->ndim) {
        dtype = dtype->base;
        axis = 0;
    }
    if (dtype->type != NYZ_SUBARRAY) {
        nyz_format_put(f->parts, line, item);
        return;
    }
    int64_t step = dtype->base->itemsize;
    for (int i = axis + 1; i < dtype->ndim; i++) {
        step *= dtype->shape[i];
    }
    const int64_t extent = dtype->ndim > 0 ? dtype->shape[axis] : 1;
    nyz_line_puts(line, "[");
    for (int64_t i = 0; i < extent; i++) {
        nyz_line_puts(line, i > 0 ? ", " : "");
        if (shortened && i == NYZ_SHOW_EDGE && extent > 2 * NYZ_SHOW_EDGE) {
            nyz_line_puts(line, "..., ");
            i = extent - NYZ_SHOW_EDGE;
        }
        put_axis(f, line, item + i * step, dtype, axis + 1, shortened);
    }
    nyz_line_puts(line, "]");
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

void nyz_format_put(const nyz_format *f, nyz_line *line, const unsigned char *item)
{
    const nyz_dtype *const dtype = f->dtype;
    switch (nyz_kind_of(dtype)) {
    case NYZ_KIND_STRUCT:
        put_struct(f, line, item);
        break;
    case NYZ_KIND_SUBARRAY:
        put_axis(f, line, item, dtype, 0, nyz_subarray_count(dtype) > f->threshold);
        break;
    case NYZ_KIND_BOOL:
        nyz_line_puts(line, item[0] == 0 ? "False" : f->alone ? "True" : " True");
        break;
    case NYZ_KIND_INT:
    case NYZ_KIND_UINT:
    case NYZ_KIND_DATE:
        put_right(f, line, item);
        break;
    case NYZ_KIND_FLOAT:
        nyz_float_put(&f->real, line, nyz_load_float(item, f->real.size));
        break;
    case NYZ_KIND_COMPLEX:
        put_complex(f, line, item);
        break;
    case NYZ_KIND_BYTES:
        nyz_line_bytes(line, item, used_bytes(item, dtype->itemsize));
        break;
    case NYZ_KIND_STR:
        nyz_line_str(line, item, used_points(item, dtype->itemsize));
        break;
    default:
        nyz_line_void(line, item, (size_t)dtype->itemsize);
    }
}

static void put_scalar_date(nyz_line *line, const nyz_dtype *dtype, int64_t ticks)
{
    if (dtype->type == NYZ_TIMEDELTA64) {
        nyz_delta_scalar(line, ticks, dtype);
    } else {
        nyz_date_put(line, ticks, dtype);
    }
}

int nyz_item_scalar(nyz_line *line, const nyz_dtype *dtype, const unsigned char *item)
{
    const int size = (int)dtype->itemsize;
    switch (nyz_kind_of(dtype)) {
    case NYZ_KIND_FLOAT:
        nyz_float_scalar(line, nyz_load_float(item, size), size);
        return 1;
    case NYZ_KIND_COMPLEX:
        nyz_complex_scalar(line, nyz_load_float(item, size / 2),
                           nyz_load_float(item + size / 2, size / 2), size / 2);
        return 1;
    case NYZ_KIND_DATE:
        put_scalar_date(line, dtype, nyz_load_int(item, dtype));
        return 1;
    case NYZ_KIND_STR:
        nyz_line_str_plain(line, item, used_points(item, size));
        return 1;
    default:
        return 0;
    }
}
