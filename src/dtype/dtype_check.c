/* SPDX-License-Identifier: MIT */
/* Whether a dtype that the caller may have built by hand is one. */
#include "base/arithmetic.h"
#include "base/error.h"
#include "dtype/dtype.h"
#include "dtype/dtype_internal.h"
#include "parse/pylit.h"

static nyz_status check(const nyz_dtype *dtype, int depth, nyz_error *err);

static nyz_status wrong(nyz_error *err, const char *why)
{
    return nyz_fail(err, NYZ_ERR_ARGUMENT, -1, "dtype: %s", why);
}

static int has_reserved(const nyz_dtype *dtype)
{
    const char *const r = dtype->reserved8;
    return dtype->reserved != 0 || (r[0] | r[1] | r[2] | r[3] | r[4] | r[5]) != 0;
}

static int is_size_of(const nyz_dtype *dtype, const nyz_type_info *info)
{
    const int64_t itemsize = dtype->itemsize;
    if (dtype->type == NYZ_OBJECT) {
        return itemsize == 8;
    }
    if (info->parts == 0) {
        return itemsize % info->size == 0;
    }
    if (info->size == 0) {
        return itemsize == 12 * info->parts || itemsize == 16 * info->parts;
    }
    return itemsize == info->size * info->parts;
}

/* A letter that is not the type's own: of <f1 and <W4 (docs/format.md 2.1). */
static int is_letter_of(const nyz_dtype *dtype, int ordered)
{
    return dtype->letter == 0 || (dtype->type == NYZ_VOID && ordered &&
                                  ((dtype->letter == 'f' && dtype->itemsize == 1) ||
                                   (dtype->letter == 'W' && dtype->itemsize == 4)));
}

static nyz_status check_scalar(const nyz_dtype *dtype, const nyz_type_info *info,
                               nyz_error *err)
{
    const int ordered = dtype->byteorder == '<' || dtype->byteorder == '>';
    const int may_be_ordered = dtype->type == NYZ_VOID && ordered;
    if (info->ordered ? !ordered : dtype->byteorder != '|' && !may_be_ordered) {
        return wrong(err, info->ordered
                              ? "a byte order that is neither '<' nor '>'"
                              : "the byte order of a type without one is not '|'");
    }
    if (!is_size_of(dtype, info)) {
        return nyz_fail(err, NYZ_ERR_ARGUMENT, -1,
                        "dtype: kind '%c' with an itemsize of %lld", info->letter,
                        (long long)dtype->itemsize);
    }
    if (!is_letter_of(dtype, ordered)) {
        return wrong(err, "a letter that its type and itemsize cannot have");
    }
    if (dtype->unit < NYZ_GENERIC || dtype->unit > NYZ_ATTOSECOND ||
        dtype->unit_count < 0 || (dtype->unit == NYZ_GENERIC && dtype->unit_count > 1)) {
        return wrong(err, "no such unit of datetime64");
    }
    return NYZ_OK;
}

/* As it is read: the dimensions beside a 0 must fit as if it were not there. */
static nyz_status check_subarray(const nyz_dtype *dtype, int depth, nyz_error *err)
{
    if (dtype->base == NULL || dtype->shape == NULL || dtype->ndim < 1 ||
        dtype->ndim > NYZ_MAX_DIMS) {
        return wrong(err, "a sub-array without base or shape, or of too many dimensions");
    }
    NYZ_TRY(check(dtype->base, depth + 1, err));
    int64_t bytes = dtype->base->itemsize > 0 ? dtype->base->itemsize : 1;
    int empty = dtype->base->itemsize == 0;
    for (int i = 0; i < dtype->ndim; i++) {
        const int64_t extent = dtype->shape[i];
        empty |= extent == 0;
        if (extent < 0 || nyz_mul(bytes, extent > 0 ? extent : 1, &bytes) ||
            bytes > INT32_MAX) {
            return wrong(err, "an extent of a sub-array that is negative or too large");
        }
    }
    if (dtype->itemsize != (empty ? 0 : bytes)) {
        return wrong(err, "a sub-array's itemsize is not that of its elements together");
    }
    return NYZ_OK;
}

/* UTF-8, where lone surrogates may stand, as Python's escapes can make them. */
static int is_text(const char *text, size_t size)
{
    for (size_t i = 0; i < size;) {
        uint32_t point = 0;
        const int length = nyz_text_decode(text + i, size - i, &point);
        if (length == 0) {
            return 0;
        }
        i += (size_t)length;
    }
    return 1;
}

static nyz_status check_field(const nyz_dtype *dtype, const nyz_field *field, int depth,
                              nyz_error *err)
{
    if (field->name == NULL || !is_text(field->name, field->name_size) ||
        (field->title != NULL && !is_text(field->title, field->title_size))) {
        return wrong(err, "a field's name or title is missing or not UTF-8");
    }
    if (field->reserved != 0) {
        return wrong(err, "a field's reserved word that is not 0");
    }
    NYZ_TRY(check(&field->dtype, depth + 1, err));
    if (field->offset < 0 || field->dtype.itemsize > dtype->itemsize ||
        field->offset > dtype->itemsize - field->dtype.itemsize) {
        return wrong(err, "a field lies outside its struct");
    }
    return NYZ_OK;
}

static nyz_status check(const nyz_dtype *dtype, int depth, nyz_error *err)
{
    const nyz_type_info *const info = nyz_dtype_info(dtype->type);
    if (info == NULL) {
        return nyz_fail(err, NYZ_ERR_ARGUMENT, -1, "dtype: no such type: %d",
                        (int)dtype->type);
    }
    if (has_reserved(dtype)) {
        return wrong(err, "a reserved word that is not 0");
    }
    if (depth > NYZ_MAX_NESTING) {
        return wrong(err, "dtypes are nested deeper than 64");
    }
    if (dtype->itemsize < 0 || dtype->itemsize > INT32_MAX) {
        return nyz_fail(err, NYZ_ERR_ARGUMENT, -1,
                        "dtype: an itemsize of %lld, expected 0 to 2147483647",
                        (long long)dtype->itemsize);
    }
    if (dtype->type == NYZ_SUBARRAY) {
        return check_subarray(dtype, depth, err);
    }
    if (dtype->type != NYZ_STRUCT) {
        return check_scalar(dtype, info, err);
    }
    if (dtype->nfields < 0 || (dtype->nfields > 0 && dtype->fields == NULL)) {
        return wrong(err, "a struct without its fields");
    }
    for (int64_t i = 0; i < dtype->nfields; i++) {
        NYZ_TRY(check_field(dtype, &dtype->fields[i], depth, err));
    }
    return NYZ_OK;
}

nyz_status nyz_dtype_check(const nyz_dtype *dtype, nyz_error *err)
{
    return check(dtype, 0, err);
}
