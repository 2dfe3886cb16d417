/* SPDX-License-Identifier: MIT */
/* The elements at the edges of an array: see elements.h. */
#include "io/elements.h"

#include "text/fail.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* What was selected, one row after the other. */
typedef struct filling {
    unsigned char *to;
} filling;

static nyz_status fill(void *ctx, const nyz_array *row, nyz_error *err)
{
    filling *const f = ctx;
    const size_t size = (size_t)(row->shape[0] * row->dtype.itemsize);
    (void)err;
    memcpy(f->to, row->data, size);
    f->to += size;
    return NYZ_OK;
}

/* The same indices going forward: their edges are the same. */
static void set_axis(const cli_part_axis *a, int64_t edge, int64_t stride,
                     cli_selection_axis *to)
{
    to->step = stride;
    to->every = a->step < 0 ? -a->step : a->step;
    to->run[0].first = a->step < 0 ? a->first + (a->count - 1) * a->step : a->first;
    to->run[0].count = a->count;
    to->runs = 1;
    if (a->count > 2 * edge) {
        to->runs = 2;
        to->run[0].count = edge;
        to->run[1].count = edge;
        to->run[1].first = to->run[0].first + (a->count - edge) * to->every;
    }
}

static nyz_status select_items(cli_elements *e, int64_t edge, unsigned char *to,
                               nyz_error *err)
{
    cli_cursor cursor;
    cli_selection g = {.cursor = &cursor, .whole = &e->whole, .naxes = e->part.ndim};
    filling f = {to};
    for (int i = 0; i < g.naxes; i++) {
        const int axis = e->fortran ? g.naxes - 1 - i : i;
        set_axis(&e->part.axes[axis], edge, e->whole.strides[axis], &g.axes[i]);
    }
    nyz_status status = cli_cursor_open_data(&cursor, e->input, e->index, 1, err);
    if (status == NYZ_OK) {
        status = cli_selection_read(&g, fill, &f, err);
        status = cli_cursor_close(&cursor, status, err);
    }
    return status;
}

/* Contiguous in the order of the file, in the shape of what there is. */
static nyz_status make_packed(const cli_elements *e, int64_t edge, nyz_array *out,
                              nyz_error *err)
{
    int64_t shape[NYZ_MAX_DIMS];
    const nyz_options opt = {.order = e->fortran ? NYZ_F_ORDER : NYZ_C_ORDER,
                             .byteorder = NYZ_KEEP_BYTEORDER};
    for (int i = 0; i < e->part.ndim; i++) {
        const int64_t count = e->part.axes[i].count;
        shape[i] = count > 2 * edge ? 2 * edge : count;
    }
    return nyz_array_new(&e->whole.dtype, e->part.ndim, shape, &opt, out, err);
}

/* Axes that were taken backward come first to last again. */
static nyz_status turn(const cli_elements *e, nyz_array *view, nyz_error *err)
{
    nyz_status status = NYZ_OK;
    for (int i = 0; i < e->part.ndim && status == NYZ_OK; i++) {
        const nyz_array from = *view;
        if (e->part.axes[i].step < 0) {
            status = nyz_array_slice(&from, i, INT64_MAX, INT64_MIN, -1, view, err);
        }
    }
    return status;
}

nyz_status cli_elements_edges(cli_elements *e, int64_t edge, nyz_array *out,
                              nyz_error *err)
{
    nyz_array packed;
    nyz_status status = make_packed(e, edge, &packed, err);
    if (status != NYZ_OK) {
        return status;
    }
    status = select_items(e, edge, packed.data, err);
    nyz_array view = packed;
    if (status == NYZ_OK) {
        status = turn(e, &view, err);
    }
    if (status == NYZ_OK) {
        status = nyz_array_copy(&view, NULL, out, err);
    }
    nyz_array_free(&packed);
    if (status == NYZ_OK) {
        cli_part_drop(&e->part, out);
        memcpy(out->shape, e->taken.shape, sizeof out->shape);
    }
    return status;
}
