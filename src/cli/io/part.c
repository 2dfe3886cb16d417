/* SPDX-License-Identifier: MIT */
/* What a slice takes of an array: see part.h. */
#include "io/part.h"

#include "text/text.h"

#include <inttypes.h>

static nyz_status fail(nyz_error *err, nyz_status status, const char *what,
                       const nyz_array *array)
{
    cli_line shape = {0};
    cli_line_shape(&shape, array);
    *err = (nyz_error){.status = status, .offset = -1};
    snprintf(err->message, sizeof err->message, "%s%s", what,
             shape.failed ? "" : shape.data);
    cli_line_free(&shape);
    return status;
}

/* As Python's slices: values outside are clipped. */
static int64_t clip(int64_t value, int64_t extent, int64_t lowest, int64_t highest)
{
    value += value < 0 ? extent : 0;
    return value < lowest ? lowest : value > highest ? highest : value;
}

static cli_part_axis take_range(const nyz_range *r, int64_t extent)
{
    const int forward = r->step > 0;
    const int64_t lowest = forward ? 0 : -1;
    const int64_t highest = forward ? extent : extent - 1;
    const int64_t start = clip(r->start, extent, lowest, highest);
    const int64_t stop = clip(r->stop, extent, lowest, highest);
    const int64_t distance = forward ? stop - start : start - stop;
    cli_part_axis axis = {.first = start, .step = 1};
    if (distance > 0) {
        axis.count = (distance - 1) / (forward ? r->step : -r->step) + 1;
    }
    if (axis.count > 1) {
        axis.step = r->step;
    }
    return axis;
}

static nyz_status take_index(int64_t index, int axis, const nyz_array *array,
                             cli_part_axis *out, nyz_error *err)
{
    const int64_t extent = array->shape[axis];
    const int64_t first = index < 0 ? index + extent : index;
    char text[100];
    *out = (cli_part_axis){.first = first, .step = 1, .count = 1, .dropped = 1};
    if (first >= 0 && first < extent) {
        return NYZ_OK;
    }
    snprintf(text, sizeof text, "index %" PRId64 " is beyond axis %d of ", index, axis);
    return fail(err, NYZ_ERR_NOT_FOUND, text, array);
}

static int is_whole(const cli_part *part, const nyz_array *array)
{
    for (int i = 0; i < part->ndim; i++) {
        const cli_part_axis *const a = &part->axes[i];
        if (a->dropped || a->step < 0 || a->count != array->shape[i]) {
            return 0;
        }
    }
    return 1;
}

/* How many axes "..." takes, which is there once at most; else those after the last entry. */
static nyz_status count_rest(const cli_slice *slice, const nyz_array *array, int *rest,
                             nyz_error *err)
{
    int named = 0;
    char text[100];
    for (int i = 0; i < slice->count; i++) {
        named += slice->entries[i].kind != CLI_SLICE_ELLIPSIS;
    }
    *rest = array->ndim - named;
    if (*rest >= 0) {
        return NYZ_OK;
    }
    snprintf(text, sizeof text, "the slice has %d %s, the array %d %s: ", named,
             named == 1 ? "axis" : "axes", array->ndim,
             array->ndim == 1 ? "axis" : "axes");
    return fail(err, NYZ_ERR_ARGUMENT, text, array);
}

static void take_all(cli_part *part, const nyz_array *array, int *axis, int count)
{
    for (int i = 0; i < count; i++, *axis += 1) {
        part->axes[*axis] = (cli_part_axis){.step = 1, .count = array->shape[*axis]};
    }
}

nyz_status cli_part_make(const cli_slice *slice, const nyz_array *array, cli_part *out,
                         nyz_error *err)
{
    const int entries = slice->text != NULL ? slice->count : 0;
    int axis = 0;
    int rest = array->ndim;
    nyz_status status = NYZ_OK;
    *out = (cli_part){.ndim = array->ndim};
    if (entries > 0) {
        status = count_rest(slice, array, &rest, err);
    }
    for (int i = 0; i < entries && status == NYZ_OK; i++) {
        const cli_slice_entry *const entry = &slice->entries[i];
        if (entry->kind == CLI_SLICE_ELLIPSIS) {
            take_all(out, array, &axis, rest);
            continue;
        }
        if (entry->kind == CLI_SLICE_RANGE) {
            out->axes[axis] = take_range(&entry->range, array->shape[axis]);
        } else {
            status = take_index(entry->range.start, axis, array, &out->axes[axis], err);
        }
        axis++;
    }
    if (status == NYZ_OK) {
        take_all(out, array, &axis, array->ndim - axis);
        out->whole = is_whole(out, array);
    }
    return status;
}

void cli_part_ranges(const cli_part *part, const int64_t *from, const int64_t *to,
                     nyz_range *out)
{
    for (int i = 0; i < part->ndim; i++) {
        const cli_part_axis *const a = &part->axes[i];
        if (to[i] <= from[i]) {
            out[i] = (nyz_range){0, 0, 1};
            continue;
        }
        const int64_t last = a->first + (to[i] - 1) * a->step;
        out[i].start = a->first + from[i] * a->step;
        out[i].step = a->step;
        out[i].stop = a->step > 0 ? last + 1 : last > 0 ? last - 1 : INT64_MIN;
    }
}

void cli_part_drop(const cli_part *part, nyz_array *array)
{
    int kept = 0;
    for (int i = 0; i < part->ndim; i++) {
        if (!part->axes[i].dropped) {
            array->shape[kept] = array->shape[i];
            array->strides[kept] = array->strides[i];
            kept++;
        }
    }
    array->ndim = kept;
}

int cli_part_is_backward(const cli_part *part)
{
    int backward = 0;
    for (int i = 0; i < part->ndim; i++) {
        backward |= part->axes[i].step < 0;
    }
    return backward;
}
