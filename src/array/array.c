/* SPDX-License-Identifier: MIT */
/* Shapes and strides of arrays, and making new ones: see array.h.  Views are in view.c,
 * copying in copy.c. */
#include "array/array.h"

#include <string.h>

#include "base/arithmetic.h"
#include "base/error.h"
#include "dtype/dtype.h"

/* `size` times the dimensions; the non-zero ones must fit even where another is 0. */
static int multiply_extents(int ndim, const int64_t *shape, int64_t size, int64_t *out)
{
    int64_t product = size > 0 ? size : 1;
    int empty = size == 0;
    for (int i = 0; i < ndim; i++) {
        if (shape[i] < 0) {
            return 1;
        }
        if (shape[i] == 0) {
            empty = 1;
        } else if (nyz_mul(product, shape[i], &product)) {
            return 1;
        }
    }
    *out = empty ? 0 : product;
    return 0;
}

int64_t nyz_array_count(const nyz_array *array)
{
    int64_t count = 0;
    if (array->ndim < 0 || array->ndim > NYZ_MAX_DIMS ||
        multiply_extents(array->ndim, array->shape, 1, &count)) {
        return -1;
    }
    return count;
}

/* What has no meaning yet is refused, so that it can get one. */
static nyz_status check_reserved(const nyz_array *array, nyz_error *err)
{
    if ((array->flags & ~(uint32_t)(NYZ_READONLY | NYZ_MAPPED)) != 0) {
        return nyz_fail(err, NYZ_ERR_ARGUMENT, -1, "array: unknown flags 0x%x",
                        (unsigned)array->flags);
    }
    if ((array->reserved[0] | array->reserved[1] | array->reserved[2] |
         array->reserved[3]) != 0) {
        return nyz_fail(err, NYZ_ERR_ARGUMENT, -1, "array: reserved words must be 0");
    }
    return NYZ_OK;
}

nyz_status nyz_array_check(const nyz_array *array, int64_t *count, int64_t *bytes,
                           nyz_error *err)
{
    *count = 0;
    *bytes = 0;
    NYZ_TRY(check_reserved(array, err));
    if (array->ndim < 0 || array->ndim > NYZ_MAX_DIMS) {
        return nyz_fail(err, NYZ_ERR_ARGUMENT, -1, "array: ndim %d, expected 0 to %d",
                        array->ndim, NYZ_MAX_DIMS);
    }
    NYZ_TRY(nyz_dtype_check(&array->dtype, err));
    if (array->dtype.type == NYZ_SUBARRAY) {
        return nyz_fail(
            err, NYZ_ERR_ARGUMENT, -1,
            "array: a sub-array cannot be the dtype of an array; extend the shape");
    }
    if (multiply_extents(array->ndim, array->shape, array->dtype.itemsize, bytes) ||
        *bytes > PTRDIFF_MAX) {
        *bytes = 0;
        return nyz_fail(err, NYZ_ERR_ARGUMENT, -1,
                        "array: its shape has a negative extent or too many elements");
    }
    *count = nyz_array_count(array);
    return NYZ_OK;
}

/* Whether the way from one end of the elements to the other is no longer than any memory:
 * else not even a pointer to them may be computed.  Where there are none, it must fit 64
 * bits. */
static int strides_fit(const nyz_array *array)
{
    int64_t span = 0;
    for (int i = 0; i < array->ndim; i++) {
        int64_t bytes = 0;
        if (array->shape[i] < 2) {
            continue; /* its stride may be anything, as NumPy's may */
        }
        if (array->strides[i] == INT64_MIN) {
            return 0;
        }
        const int64_t stride =
            array->strides[i] < 0 ? -array->strides[i] : array->strides[i];
        if (nyz_mul(array->shape[i], stride, &bytes) ||
            nyz_add(span, bytes - stride, &span)) {
            return 0;
        }
    }
    return span <= PTRDIFF_MAX || nyz_array_count(array) == 0;
}

nyz_status nyz_array_check_strides(const nyz_array *array, int64_t *count, int64_t *bytes,
                                   nyz_error *err)
{
    NYZ_TRY(nyz_array_check(array, count, bytes, err));
    if (!strides_fit(array)) {
        return nyz_fail(err, NYZ_ERR_ARGUMENT, -1,
                        "array: its strides lead out of the address space");
    }
    return NYZ_OK;
}

nyz_status nyz_array_check_data(const nyz_array *array, int64_t *count, int64_t *bytes,
                                nyz_error *err)
{
    NYZ_TRY(nyz_array_check_strides(array, count, bytes, err));
    if (array->data == NULL && *bytes > 0) {
        return nyz_fail(err, NYZ_ERR_ARGUMENT, -1,
                        "array: data is NULL, expected %lld bytes: only nyz_write_header "
                        "takes an array without its data",
                        (long long)*bytes);
    }
    return NYZ_OK;
}

/* Extents of 0 count as 1, as NumPy's strides do: nothing overflows, nothing is 0. */
void nyz_array_set_strides(nyz_array *array, nyz_order order)
{
    int64_t stride = array->dtype.itemsize;
    for (int i = 0; i < array->ndim; i++) {
        const int axis = order == NYZ_F_ORDER ? i : array->ndim - 1 - i;
        array->strides[axis] = stride;
        if (array->shape[axis] > 1 && nyz_mul(stride, array->shape[axis], &stride)) {
            stride = 0; /* only in arrays that are refused for their size */
        }
    }
}

/* Axes of one element have no say, and an array without elements is contiguous. */
static int is_contiguous(const nyz_array *array, nyz_order order)
{
    int64_t expected = array->dtype.itemsize;
    for (int i = 0; i < array->ndim; i++) {
        const int axis = order == NYZ_F_ORDER ? i : array->ndim - 1 - i;
        if (array->shape[axis] != 1 && array->strides[axis] != expected) {
            return 0;
        }
        if (nyz_mul(expected, array->shape[axis], &expected)) {
            return 0;
        }
    }
    return 1;
}

int nyz_array_is_contiguous(const nyz_array *array, nyz_order order)
{
    const int64_t count = nyz_array_count(array);
    if (count < 0) {
        return 0;
    }
    if (count == 0 || array->dtype.itemsize == 0) {
        return 1;
    }
    return (order != NYZ_F_ORDER && is_contiguous(array, NYZ_C_ORDER)) ||
           (order != NYZ_C_ORDER && is_contiguous(array, NYZ_F_ORDER));
}

int nyz_array_is_fortran(const nyz_array *array)
{
    return !nyz_array_is_contiguous(array, NYZ_C_ORDER) &&
           nyz_array_is_contiguous(array, NYZ_F_ORDER);
}

void nyz_array_reverse_axes(nyz_array *array)
{
    for (int i = 0, j = array->ndim - 1; i < j; i++, j--) {
        const int64_t extent = array->shape[i];
        const int64_t stride = array->strides[i];
        array->shape[i] = array->shape[j];
        array->strides[i] = array->strides[j];
        array->shape[j] = extent;
        array->strides[j] = stride;
    }
}

int64_t nyz_array_items_in(size_t bytes, int64_t itemsize)
{
    return itemsize > 0 && itemsize < (int64_t)bytes ? (int64_t)bytes / itemsize : 1;
}

nyz_byteorder nyz_byteorder_or(nyz_byteorder asked, nyz_byteorder standard)
{
    return asked == NYZ_DEFAULT_BYTEORDER ? standard : asked;
}
