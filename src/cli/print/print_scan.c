/* Measuring items: all that are to be printed are looked at first, so that they can be
 * set in columns of equal width. */
#include "print/print.h"

#include <stdlib.h>

/* Elements of a sub-array. */
int64_t nyz_subarray_count(const nyz_dtype *dtype)
{
    int64_t count = 1;
    for (; dtype->type == NYZ_SUBARRAY; dtype = dtype->base) {
        for (int i = 0; i < dtype->ndim; i++) {
            if (dtype->shape[i] == 0) {
                return 0;
            }
            count =
                count > INT64_MAX / dtype->shape[i] ? INT64_MAX : count * dtype->shape[i];
        }
    }
    return count;
}

static int64_t times(int64_t a, int64_t b)
{
    return b > 0 && a > INT64_MAX / b ? INT64_MAX : a * b;
}

/* Sub-arrays without elements may have many brackets all the same. */
static int64_t count_empty_parts(const nyz_dtype *dtype)
{
    const int64_t each = nyz_count_empty(dtype->base);
    int64_t count = dtype->itemsize == 0 && each == 0 ? 1 : each;
    for (int i = 0; i < dtype->ndim; i++) {
        count = times(count, dtype->shape[i] > 0 ? dtype->shape[i] : 1);
    }
    return count;
}

int64_t nyz_count_empty(const nyz_dtype *dtype)
{
    int64_t count = dtype->itemsize == 0 && dtype->nfields == 0;
    if (dtype->type == NYZ_SUBARRAY) {
        return count_empty_parts(dtype);
    }
    for (int64_t i = 0; i < dtype->nfields; i++) {
        const int64_t more = nyz_count_empty(&dtype->fields[i].dtype);
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

static nyz_status init_parts(nyz_format *f, int64_t count)
{
    f->parts = calloc(count > 0 ? (size_t)count : 1, sizeof *f->parts);
    if (f->parts == NULL) {
        return NYZ_ERR_MEMORY;
    }
    f->nparts = count;
    return NYZ_OK;
}

static nyz_status init_struct(nyz_format *f)
{
    nyz_status status = init_parts(f, f->dtype->nfields);
    for (int64_t i = 0; i < f->nparts && status == NYZ_OK; i++) {
        status = nyz_format_init(&f->parts[i], &f->dtype->fields[i].dtype, f->alone,
                                 f->threshold);
    }
    return status;
}

static nyz_status init_subarray(nyz_format *f)
{
    const nyz_dtype *const element = element_dtype(f->dtype);
    const nyz_status status = init_parts(f, 1);
    return status != NYZ_OK ? status
                            : nyz_format_init(f->parts, element, 0, f->threshold);
}

nyz_status nyz_format_init(nyz_format *f, const nyz_dtype *dtype, int alone,
                           int64_t threshold)
{
    *f = (nyz_format){.dtype = dtype, .threshold = threshold, .alone = alone};
    if (dtype->type == NYZ_STRUCT) {
        return init_struct(f);
    }
    if (dtype->type == NYZ_SUBARRAY) {
        return init_subarray(f);
    }
    f->real.size = (int)(nyz_kind_of(dtype) == NYZ_KIND_COMPLEX ? dtype->itemsize / 2
                                                                : dtype->itemsize);
    f->imag.size = f->real.size;
    f->imag.plus = 1;
    return NYZ_OK;
}

static void scan_width(nyz_format *f, int64_t width)
{
    f->width = width > f->width ? width : f->width;
}

static void scan_int(nyz_format *f, const unsigned char *item)
{
    nyz_line text = {0};
    nyz_int_put(&text, f->dtype, item);
    scan_width(f, (int64_t)text.size);
    f->failed |= text.failed;
    nyz_line_free(&text);
}

static void scan_subarray(nyz_format *f, const unsigned char *item)
{
    const int64_t size = f->parts->dtype->itemsize;
    const int64_t count = nyz_subarray_count(f->dtype);
    for (int64_t i = 0; i < count; i++) {
        nyz_format_scan(f->parts, item + i * size);
    }
}

static void scan_date(nyz_format *f, const unsigned char *item)
{
    const int64_t ticks = nyz_load_int(item, f->dtype);
    if (ticks == NYZ_NAT) {
        f->nat = 1;
        return;
    }
    f->min = !f->dated || ticks < f->min ? ticks : f->min;
    f->max = !f->dated || ticks > f->max ? ticks : f->max;
    f->dated = 1;
}

void nyz_format_scan(nyz_format *f, const unsigned char *item)
{
    const nyz_dtype *const dtype = f->dtype;
    switch (nyz_kind_of(dtype)) {
    case NYZ_KIND_STRUCT:
        for (int64_t i = 0; i < f->nparts; i++) {
            nyz_format_scan(&f->parts[i], item + dtype->fields[i].offset);
        }
        break;
    case NYZ_KIND_SUBARRAY:
        scan_subarray(f, item);
        break;
    case NYZ_KIND_COMPLEX:
        nyz_float_scan(&f->imag, nyz_load_float(item + f->imag.size, f->imag.size));
        nyz_float_scan(&f->real, nyz_load_float(item, f->real.size));
        break;
    case NYZ_KIND_FLOAT:
        nyz_float_scan(&f->real, nyz_load_float(item, f->real.size));
        break;
    case NYZ_KIND_INT:
    case NYZ_KIND_UINT:
        scan_int(f, item);
        break;
    case NYZ_KIND_DATE:
        scan_date(f, item);
        break;
    default:
        break; /* no columns */
    }
}

void nyz_format_settle(nyz_format *f)
{
    for (int64_t i = 0; i < f->nparts; i++) {
        nyz_format_settle(&f->parts[i]);
        f->failed |= f->parts[i].failed;
    }
    nyz_float_settle(&f->real);
    nyz_float_settle(&f->imag);
    nyz_line line = {0};
    if (f->dated) { /* NumPy measures the ends only, although others may be longer */
        nyz_ticks_put(&line, f->dtype, f->max);
        scan_width(f, (int64_t)line.size);
        nyz_line_clear(&line);
        nyz_ticks_put(&line, f->dtype, f->min);
        scan_width(f, (int64_t)line.size);
    }
    scan_width(f, f->nat ? 5 : 0);
    f->failed |= line.failed;
    nyz_line_free(&line);
}

void nyz_format_free(nyz_format *f)
{
    for (int64_t i = 0; i < f->nparts; i++) {
        nyz_format_free(&f->parts[i]);
    }
    free(f->parts);
    *f = (nyz_format){0};
}
