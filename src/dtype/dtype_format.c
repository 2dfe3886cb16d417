/* SPDX-License-Identifier: MIT */
/* Dtypes written: NumPy's canonical text.  docs/format.md 2.1, 2.2, 2.4. */
#include "base/error.h"
#include "dtype/dtype.h"
#include "dtype/dtype_internal.h"
#include "parse/pylit.h"

static void put_unit(nyz_text *text, const nyz_dtype *dtype)
{
    static const char *const units[] = {"",  "Y",  "M",  "W",  "D",  "h",  "m",
                                        "s", "ms", "us", "ns", "ps", "fs", "as"};
    if (dtype->unit == NYZ_GENERIC) {
        return;
    }
    nyz_text_puts(text, "[");
    if (dtype->unit_count != 1) {
        nyz_text_int(text, dtype->unit_count);
    }
    nyz_text_puts(text, units[dtype->unit]);
    nyz_text_puts(text, "]");
}

static void put_scalar(nyz_text *text, const nyz_dtype *dtype)
{
    const char letter =
        dtype->letter != 0 ? dtype->letter : nyz_dtype_info(dtype->type)->letter;
    nyz_text_put(text, &dtype->byteorder, 1);
    nyz_text_put(text, &letter, 1);
    if (dtype->type != NYZ_OBJECT) {
        nyz_text_int(text,
                     dtype->type == NYZ_STR ? dtype->itemsize / 4 : dtype->itemsize);
    }
    if (dtype->type == NYZ_DATETIME64 || dtype->type == NYZ_TIMEDELTA64) {
        put_unit(text, dtype);
    }
}

/* As repr of a tuple: (), (2,), (2, 3). */
static void put_shape(nyz_text *text, const nyz_dtype *dtype)
{
    nyz_text_puts(text, "(");
    for (int i = 0; i < dtype->ndim; i++) {
        nyz_text_puts(text, i > 0 ? ", " : "");
        nyz_text_int(text, dtype->shape[i]);
    }
    nyz_text_puts(text, dtype->ndim == 1 ? ",)" : ")");
}

/* A gap before or after the fields, as a nameless field; `first`: nothing precedes
 * it. */
static void put_padding(nyz_text *text, int64_t bytes, int first)
{
    if (bytes > 0) {
        nyz_text_puts(text, first ? "('', '|V" : ", ('', '|V");
        nyz_text_int(text, bytes);
        nyz_text_puts(text, "')");
    }
}

static void put_name(nyz_text *text, const nyz_field *field)
{
    if (field->title != NULL) {
        nyz_text_puts(text, "(");
        nyz_text_repr(text, field->title, field->title_size);
        nyz_text_puts(text, ", ");
    }
    nyz_text_repr(text, field->name, field->name_size);
    nyz_text_puts(text, field->title != NULL ? ")" : "");
}

static nyz_status put(nyz_text *text, const nyz_dtype *dtype, int quoted, nyz_error *err);

/* (name, dtype), or (name, dtype, shape) for a sub-array. */
static nyz_status put_field(nyz_text *text, const nyz_field *field, nyz_error *err)
{
    const int subarray = field->dtype.type == NYZ_SUBARRAY;
    nyz_text_puts(text, "(");
    put_name(text, field);
    nyz_text_puts(text, ", ");
    NYZ_TRY(put(text, subarray ? field->dtype.base : &field->dtype, 1, err));
    if (subarray) {
        nyz_text_puts(text, ", ");
        put_shape(text, &field->dtype);
    }
    nyz_text_puts(text, ")");
    return NYZ_OK;
}

static nyz_status put_struct(nyz_text *text, const nyz_dtype *dtype, nyz_error *err)
{
    if (nyz_dtype_overlaps(dtype)) {
        return nyz_fail(err, NYZ_ERR_UNSUPPORTED, -1,
                        "dtype: fields overlap or are out of order, which a .npy file "
                        "cannot describe");
    }
    int64_t end = 0;
    nyz_text_puts(text, "[");
    for (int64_t i = 0; i < dtype->nfields; i++) {
        const nyz_field *const field = &dtype->fields[i];
        put_padding(text, field->offset - end, i == 0);
        nyz_text_puts(text, i > 0 || field->offset > 0 ? ", " : "");
        NYZ_TRY(put_field(text, field, err));
        end = field->offset + field->dtype.itemsize;
    }
    put_padding(text, dtype->itemsize - end, dtype->nfields == 0);
    nyz_text_puts(text, "]");
    return NYZ_OK;
}

static nyz_status put(nyz_text *text, const nyz_dtype *dtype, int quoted, nyz_error *err)
{
    if (dtype->type == NYZ_STRUCT) {
        return put_struct(text, dtype, err);
    }
    if (dtype->type == NYZ_SUBARRAY) {
        nyz_text_puts(text, "(");
        NYZ_TRY(put(text, dtype->base, 1, err));
        nyz_text_puts(text, ", ");
        put_shape(text, dtype);
        nyz_text_puts(text, ")");
        return NYZ_OK;
    }
    nyz_text_puts(text, quoted ? "'" : "");
    put_scalar(text, dtype);
    nyz_text_puts(text, quoted ? "'" : "");
    return NYZ_OK;
}

nyz_status nyz_dtype_put(nyz_text *text, const nyz_dtype *dtype, int quoted,
                         nyz_error *err)
{
    NYZ_TRY(nyz_dtype_check(dtype, err));
    return put(text, dtype, quoted, err);
}

nyz_status nyz_dtype_format(const nyz_dtype *dtype, char *text, size_t capacity,
                            size_t *length, nyz_error *err)
{
    nyz_text out = {text, capacity > 0 ? capacity - 1 : 0, 0};
    *length = 0;
    if (capacity > 0) {
        text[0] = '\0';
    }
    const nyz_status status = nyz_dtype_put(&out, dtype, 0, err);
    if (status != NYZ_OK) {
        if (capacity > 0) {
            text[0] = '\0';
        }
        return status;
    }
    if (capacity > 0) {
        text[out.length < capacity ? out.length : capacity - 1] = '\0';
    }
    *length = out.length;
    return NYZ_OK;
}
