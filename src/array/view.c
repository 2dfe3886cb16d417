/* SPDX-License-Identifier: MIT */
/* Views of arrays: wrap, slice, index, transpose, select.  None of them copies or
 * allocates. */
#include <string.h>

#include "array/array.h"
#include "base/error.h"

/* A borrowed view that begins as the whole array. */
static nyz_status begin_view(const nyz_array *array, nyz_array *view, nyz_error *err)
{
    int64_t count = 0;
    int64_t bytes = 0;
    NYZ_TRY(nyz_array_check_data(array, &count, &bytes, err));
    *view = *array;
    view->owner = NULL;
    view->dtype.owner = NULL;
    return NYZ_OK;
}

/* Moves the view's first element; elements that are not there are not pointed at. */
static void move_data(nyz_array *view, int64_t offset)
{
    if (view->data != NULL && nyz_array_count(view) > 0) {
        view->data = (unsigned char *)view->data + offset;
    }
}

static nyz_status resolve_axis(const nyz_array *array, int axis, int *out, nyz_error *err)
{
    *out = axis < 0 ? axis + array->ndim : axis;
    if (*out < 0 || *out >= array->ndim) {
        return nyz_fail(err, NYZ_ERR_ARGUMENT, -1, "axis %d: the array has %d dimensions",
                        axis, array->ndim);
    }
    return NYZ_OK;
}

nyz_status nyz_array_wrap(void *data, const nyz_dtype *dtype, int ndim,
                          const int64_t *shape, const int64_t *strides, nyz_array *out,
                          nyz_error *err)
{
    nyz_array made;
    int64_t count = 0;
    int64_t bytes = 0;
    memset(&made, 0, sizeof made);
    memset(out, 0, sizeof *out);
    if (ndim < 0 || ndim > NYZ_MAX_DIMS) {
        return nyz_fail(err, NYZ_ERR_ARGUMENT, -1, "ndim %d, expected 0 to %d", ndim,
                        NYZ_MAX_DIMS);
    }
    made.data = data;
    made.dtype = *dtype;
    made.dtype.owner = NULL;
    made.ndim = ndim;
    for (int i = 0; i < ndim; i++) {
        made.shape[i] = shape[i];
        made.strides[i] = strides != NULL ? strides[i] : 0;
    }
    NYZ_TRY(nyz_array_check_strides(&made, &count, &bytes, err));
    if (strides == NULL) {
        nyz_array_set_strides(&made, NYZ_C_ORDER);
    }
    *out = made;
    return NYZ_OK;
}

nyz_status nyz_array_wrap_const(const void *data, const nyz_dtype *dtype, int ndim,
                                const int64_t *shape, const int64_t *strides,
                                nyz_array *out, nyz_error *err)
{
    NYZ_TRY(
        nyz_array_wrap((void *)(uintptr_t)data, dtype, ndim, shape, strides, out, err));
    out->flags = NYZ_READONLY;
    return NYZ_OK;
}

/* Python's rule for one end of a slice: negative ones count from the end, the rest is
 * cut. */
static int64_t clip(int64_t end, int64_t extent, int backward)
{
    if (end < 0) {
        end += extent;
        if (end < 0) {
            return backward ? -1 : 0;
        }
        return end;
    }
    if (end >= extent) {
        return backward ? extent - 1 : extent;
    }
    return end;
}

static int64_t slice_count(int64_t start, int64_t stop, int64_t step)
{
    if (step > 0) {
        return start < stop ? (stop - start - 1) / step + 1 : 0;
    }
    return stop < start ? (start - stop - 1) / -step + 1 : 0;
}

void nyz_array_clip_slice(int64_t extent, int64_t stop, int64_t *start, int64_t *step,
                          int64_t *count)
{
    if (*step == INT64_MIN) {
        *step = -INT64_MAX; /* no array is long enough to tell them apart */
    }
    *start = clip(*start, extent, *step < 0);
    *count = slice_count(*start, clip(stop, extent, *step < 0), *step);
}

nyz_status nyz_array_slice(const nyz_array *array, int axis, int64_t start, int64_t stop,
                           int64_t step, nyz_array *out, nyz_error *err)
{
    nyz_array view;
    memset(out, 0, sizeof *out);
    NYZ_TRY(begin_view(array, &view, err));
    NYZ_TRY(resolve_axis(array, axis, &axis, err));
    if (step == 0) {
        return nyz_fail(err, NYZ_ERR_ARGUMENT, -1, "slice: the step is 0");
    }
    int64_t count = 0;
    nyz_array_clip_slice(array->shape[axis], stop, &start, &step, &count);
    view.shape[axis] = count;
    if (count > 0) {
        move_data(&view, start * array->strides[axis]);
    }
    if (count > 1) {
        view.strides[axis] = array->strides[axis] * step;
    }
    *out = view;
    return NYZ_OK;
}

nyz_status nyz_array_index(const nyz_array *array, int axis, int64_t index,
                           nyz_array *out, nyz_error *err)
{
    nyz_array view;
    memset(out, 0, sizeof *out);
    NYZ_TRY(begin_view(array, &view, err));
    NYZ_TRY(resolve_axis(array, axis, &axis, err));
    const int64_t extent = array->shape[axis];
    const int64_t place = index < 0 ? index + extent : index;
    if (place < 0 || place >= extent) {
        return nyz_fail(err, NYZ_ERR_NOT_FOUND, -1,
                        "index %lld: axis %d has %lld elements", (long long)index, axis,
                        (long long)extent);
    }
    move_data(&view, place * array->strides[axis]);
    for (int i = axis; i + 1 < array->ndim; i++) {
        view.shape[i] = array->shape[i + 1];
        view.strides[i] = array->strides[i + 1];
    }
    view.ndim = array->ndim - 1;
    view.shape[view.ndim] = 0;
    view.strides[view.ndim] = 0;
    *out = view;
    return NYZ_OK;
}

nyz_status nyz_array_transpose(const nyz_array *array, const int *axes, nyz_array *out,
                               nyz_error *err)
{
    nyz_array view;
    int seen[NYZ_MAX_DIMS] = {0};
    memset(out, 0, sizeof *out);
    NYZ_TRY(begin_view(array, &view, err));
    for (int i = 0; i < array->ndim; i++) {
        int axis = array->ndim - 1 - i;
        if (axes != NULL) {
            NYZ_TRY(resolve_axis(array, axes[i], &axis, err));
        }
        if (seen[axis]) {
            return nyz_fail(err, NYZ_ERR_ARGUMENT, -1, "transpose: axis %d occurs twice",
                            axis);
        }
        seen[axis] = 1;
        view.shape[i] = array->shape[axis];
        view.strides[i] = array->strides[axis];
    }
    *out = view;
    return NYZ_OK;
}

/* ----------------------------------------------------------------------------- fields */

static int is_named(const char *text, size_t size, const char *name)
{
    return text != NULL && strlen(name) == size && memcmp(text, name, size) == 0;
}

static const nyz_field *find_field(const nyz_dtype *dtype, const char *name)
{
    for (int64_t i = 0; i < dtype->nfields; i++) {
        const nyz_field *const field = &dtype->fields[i];
        if (is_named(field->name, field->name_size, name) ||
            is_named(field->title, field->title_size, name)) {
            return field;
        }
    }
    return NULL;
}

/* A sub-array's dimensions become the view's last ones, again and again. */
static nyz_status unfold_subarrays(nyz_array *view, nyz_error *err)
{
    while (view->dtype.type == NYZ_SUBARRAY) {
        const nyz_dtype sub = view->dtype;
        if (sub.ndim > NYZ_MAX_DIMS - view->ndim) {
            return nyz_fail(err, NYZ_ERR_ARGUMENT, -1, "select: more than %d dimensions",
                            NYZ_MAX_DIMS);
        }
        int64_t stride = sub.base->itemsize;
        for (int i = sub.ndim - 1; i >= 0; i--) {
            view->shape[view->ndim + i] = sub.shape[i];
            view->strides[view->ndim + i] = stride;
            stride *= sub.shape[i] > 0 ? sub.shape[i] : 1;
        }
        view->ndim += sub.ndim;
        view->dtype = *sub.base;
    }
    view->dtype.owner = NULL;
    return NYZ_OK;
}

nyz_status nyz_array_field(const nyz_array *array, const char *name, nyz_array *out,
                           nyz_error *err)
{
    nyz_array view;
    char quoted[NYZ_QUOTE_SIZE];
    int64_t count = 0;
    int64_t bytes = 0;
    memset(out, 0, sizeof *out);
    NYZ_TRY(begin_view(array, &view, err));
    if (array->dtype.type != NYZ_STRUCT) {
        return nyz_fail(err, NYZ_ERR_ARGUMENT, -1,
                        "select: the array's elements have no fields");
    }
    const nyz_field *const field = find_field(&array->dtype, name);
    if (field == NULL) {
        return nyz_fail(err, NYZ_ERR_NOT_FOUND, -1, "no field '%s'",
                        nyz_quote(quoted, name, strlen(name)));
    }
    move_data(&view, field->offset);
    view.dtype = field->dtype;
    NYZ_TRY(unfold_subarrays(&view, err));
    NYZ_TRY(nyz_array_check_data(&view, &count, &bytes, err));
    *out = view;
    return NYZ_OK;
}
