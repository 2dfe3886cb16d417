/* SPDX-License-Identifier: MIT */
/* Arrays piece by piece: see elements.h.  In the order of the file they are read as a stream; in
 * another one, or if a slice leaves some of them out, as slices where the file can seek; and else
 * they are loaded. */
#include "io/elements.h"

#include "text/fail.h"

#include <stdio.h>
#include <string.h>

/* Bytes loaded at once as a slice: more of them, for where each makes a pass over the file. */
#define SLICED_PIECE (2 * CLI_PIECE)

/* Parts of a member in blocks are read by its index, if that is trusted. */
static int has_blocks(const cli_elements *e)
{
    const nyz_npz *npz = NULL;
    nyz_member member;
    return (e->input->opt.flags & NYZ_UNTRUSTED) == 0 &&
           cli_input_archive(e->input, &npz, NULL) == NYZ_OK &&
           nyz_npz_member_at(npz, e->index, &member, NULL) == NYZ_OK && member.blocks > 0;
}

static int can_seek(const cli_elements *e)
{
    return e->index < 0 ? e->input->stream.seek != NULL
                        : cli_input_member(e->input, e->index).method == NYZ_STORED ||
                              has_blocks(e);
}

static nyz_status go_to(const cli_elements *e, int64_t place, nyz_error *err)
{
    const nyz_stream *const s = &e->input->stream;
    const int64_t there =
        e->index < 0 && s->seek != NULL ? s->seek(s->ctx, place, SEEK_SET) : place;
    return there < 0 ? cli_fail_system(err, (int)-there, "seek") : NYZ_OK;
}

static int64_t place_of(const cli_elements *e)
{
    const nyz_stream *const s = &e->input->stream;
    return e->index < 0 && s->seek != NULL ? s->seek(s->ctx, 0, SEEK_CUR) : 0;
}

/* ------------------------------------------------------------------------------- loading */

static nyz_status load_ranges(cli_elements *e, const nyz_range *ranges,
                              const nyz_options *how, nyz_array *out, nyz_error *err)
{
    const nyz_npz *npz;
    nyz_options opt = e->input->opt;
    opt.order = how->order;
    opt.byteorder = how->byteorder;
    memset(out, 0, sizeof *out);
    if (e->index < 0) {
        const nyz_status status = go_to(e, e->start, err);
        return status == NYZ_OK ? nyz_read_slice(&e->input->stream, ranges, e->whole.ndim,
                                                 &opt, out, err)
                                : status;
    }
    const nyz_status status = cli_input_archive(e->input, &npz, err);
    return status == NYZ_OK ? nyz_npz_load_slice_at(npz, e->index, ranges, e->whole.ndim,
                                                    &opt, out, err)
                            : status;
}

nyz_status cli_elements_load(cli_elements *e, const int64_t *from, const int64_t *to,
                             const nyz_options *opt, nyz_array *out, nyz_error *err)
{
    nyz_range ranges[NYZ_MAX_DIMS];
    cli_part_ranges(&e->part, from, to, ranges);
    return load_ranges(e, ranges, opt, out, err);
}

/* From the first to the last of each axis. */
static void take_all(const cli_elements *e, int64_t *from, int64_t *to)
{
    for (int i = 0; i < e->part.ndim; i++) {
        from[i] = 0;
        to[i] = e->part.axes[i].count;
    }
}

nyz_status cli_elements_load_all(cli_elements *e, const nyz_options *opt, nyz_array *out,
                                 nyz_error *err)
{
    int64_t from[NYZ_MAX_DIMS];
    int64_t to[NYZ_MAX_DIMS];
    take_all(e, from, to);
    const nyz_status status = cli_elements_load(e, from, to, opt, out, err);
    if (status == NYZ_OK) {
        cli_part_drop(&e->part, out);
    }
    return status;
}

/* ------------------------------------------------------------------------------ beginning */

/* A slice without elements reads nothing, but sees that the data is there. */
static nyz_status check_data(cli_elements *e, nyz_error *err)
{
    nyz_range none[NYZ_MAX_DIMS];
    nyz_array empty;
    const nyz_options opt = {.byteorder = NYZ_KEEP_BYTEORDER};
    if (e->index < 0 && e->input->stream.seek == NULL) {
        return NYZ_OK; /* reading it will tell */
    }
    for (int i = 0; i < e->whole.ndim; i++) {
        none[i] = (nyz_range){0, 0, 1};
    }
    const nyz_status status = load_ranges(e, none, &opt, &empty, err);
    nyz_array_free(&empty);
    e->end = place_of(e);
    return status == NYZ_OK ? go_to(e, e->start, err) : status;
}

/* Strides without gaps in the order of the file. */
static void set_strides(nyz_array *array, int fortran)
{
    int64_t stride = array->dtype.itemsize;
    for (int i = 0; i < array->ndim; i++) {
        const int axis = fortran ? i : array->ndim - 1 - i;
        array->strides[axis] = stride;
        stride *= array->shape[axis] > 0 ? array->shape[axis] : 1;
    }
}

nyz_status cli_elements_init(cli_elements *e, cli_input *input, int64_t index,
                             const nyz_array *header, nyz_error *err)
{
    memset(e, 0, sizeof *e);
    e->input = input;
    e->index = index;
    e->whole = *header;
    e->whole.owner = NULL;
    e->whole.base = NULL;
    e->fortran = !nyz_array_is_contiguous(header, NYZ_C_ORDER);
    e->start = place_of(e);
    nyz_status status = check_data(e, err);
    if (status == NYZ_OK) {
        status = cli_part_make(&input->slice, header, &e->part, err);
    }
    if (status != NYZ_OK) {
        return status;
    }
    e->taken = e->whole;
    for (int i = 0; i < e->part.ndim; i++) {
        e->taken.shape[i] = e->part.axes[i].count;
    }
    cli_part_drop(&e->part, &e->taken);
    set_strides(&e->taken, e->fortran);
    return NYZ_OK;
}

/* ---------------------------------------------------------------------- in the file's order */

static void set_axes(const cli_elements *e, cli_selection *g)
{
    g->naxes = e->part.ndim;
    for (int i = 0; i < g->naxes; i++) {
        const int axis = e->fortran ? g->naxes - 1 - i : i;
        const cli_part_axis *const a = &e->part.axes[axis];
        cli_selection_axis *const to = &g->axes[i];
        to->step = e->whole.strides[axis];
        to->every = a->step;
        to->runs = 1;
        to->run[0].first = a->first;
        to->run[0].count = a->count;
    }
}

static nyz_status stream(cli_elements *e, cli_take *take, void *ctx, nyz_error *err)
{
    cli_cursor cursor;
    cli_selection g = {.cursor = &cursor, .whole = &e->whole};
    set_axes(e, &g);
    nyz_status status = cli_cursor_open_data(&cursor, e->input, e->index, 0, err);
    if (status == NYZ_OK) {
        status = cli_selection_read(&g, take, ctx, err);
        status = cli_cursor_close(&cursor, status, err);
    }
    return status;
}

/* ------------------------------------------------------------------------------ as slices */

/* What is cut into pieces. */
typedef struct cutting {
    cli_elements *e;
    nyz_options opt; /* in which order */
    int64_t from[NYZ_MAX_DIMS], to[NYZ_MAX_DIMS];
    cli_take *take;
    void *ctx;
} cutting;

static nyz_status take_piece(cutting *c, nyz_error *err)
{
    nyz_array piece;
    nyz_status status = cli_elements_load(c->e, c->from, c->to, &c->opt, &piece, err);
    if (status == NYZ_OK) {
        status = c->take(c->ctx, &piece, err);
        nyz_array_free(&piece);
    }
    return status;
}

/* The axis of that rank, the slowest in the order that is asked for being 0. */
static int axis_of(const cutting *c, int rank)
{
    return c->opt.order == NYZ_F_ORDER ? c->e->part.ndim - 1 - rank : rank;
}

/* Bytes of one index of the axis of that rank. */
static int64_t bytes_within(const cutting *c, int rank)
{
    int64_t bytes = c->e->whole.dtype.itemsize;
    for (int i = rank + 1; i < c->e->part.ndim; i++) {
        bytes *= c->e->part.axes[axis_of(c, i)].count;
    }
    return bytes;
}

/* As many indices of the slowest axis as make a piece; if one is too large, it is cut in turn. */
static nyz_status cut(cutting *c, int rank, nyz_error *err)
{
    if (rank == c->e->part.ndim) {
        return take_piece(c, err);
    }
    const int axis = axis_of(c, rank);
    const int64_t count = c->e->part.axes[axis].count;
    const int64_t bytes = bytes_within(c, rank);
    const int64_t fit = SLICED_PIECE / bytes;
    nyz_status status = NYZ_OK;
    for (int64_t i = 0; i < count && status == NYZ_OK; i = c->to[axis]) {
        c->from[axis] = i;
        c->to[axis] = fit == 0 ? i + 1 : count - i < fit ? count : i + fit;
        status = fit == 0 ? cut(c, rank + 1, err) : take_piece(c, err);
    }
    c->from[axis] = 0;
    c->to[axis] = count;
    return status;
}

/* All of a member, for its CRC. */
static nyz_status verify(const cli_elements *e, nyz_error *err)
{
    cli_cursor cursor;
    int64_t count = 0;
    if (e->index < 0 || !e->part.whole) {
        return NYZ_OK;
    }
    nyz_status status = cli_cursor_open_member(&cursor, e->input, e->index, err);
    if (status == NYZ_OK) {
        status = cli_cursor_pass(&cursor, cli_input_member(e->input, e->index).size,
                                 &count, err);
        status = cli_cursor_close(&cursor, status, err);
    }
    return status;
}

static nyz_status cut_all(cli_elements *e, nyz_order order, cli_take *take, void *ctx,
                          nyz_error *err)
{
    cutting c = {.e = e,
                 .opt = {.order = order, .byteorder = NYZ_KEEP_BYTEORDER},
                 .take = take,
                 .ctx = ctx};
    nyz_status status = verify(e, err);
    take_all(e, c.from, c.to);
    if (status == NYZ_OK && nyz_array_count(&e->taken) * e->taken.dtype.itemsize > 0) {
        status = cut(&c, 0, err);
    }
    return status == NYZ_OK ? go_to(e, e->end, err) : status;
}

/* ------------------------------------------------------------------------------- all of it */

static nyz_status load_all(cli_elements *e, nyz_array *out, nyz_error *err)
{
    nyz_options opt = {.byteorder = NYZ_KEEP_BYTEORDER};
    if (e->index < 0 || !e->part.whole) {
        return cli_elements_load_all(e, &opt, out, err);
    }
    opt.limits = e->input->opt.limits;
    opt.flags = e->input->opt.flags;
    return nyz_file_load_at(e->input->handle, e->index, &opt, out, err);
}

static nyz_status hold(cli_elements *e, cli_take *take, void *ctx, nyz_error *err)
{
    nyz_array all;
    nyz_status status = load_all(e, &all, err);
    if (status == NYZ_OK) {
        status = take(ctx, &all, err);
        nyz_array_free(&all);
    }
    return status;
}

/* Not 0 if all of it is no more than a piece. */
static int is_small(const cli_elements *e)
{
    const int64_t itemsize = e->taken.dtype.itemsize;
    return itemsize <= CLI_PIECE && nyz_array_count(&e->taken) * itemsize <= CLI_PIECE;
}

nyz_status cli_elements_each(cli_elements *e, nyz_order order, cli_take *take, void *ctx,
                             nyz_error *err)
{
    const nyz_order own = e->fortran ? NYZ_F_ORDER : NYZ_C_ORDER;
    const nyz_order wanted = order == NYZ_KEEP_ORDER ? own : order;
    const int forward = wanted == own && !cli_part_is_backward(&e->part);
    const int seeks = can_seek(e);
    if (e->index >= 0 && is_small(e)) {
        return hold(e, take, ctx, err); /* the library inflates faster what is whole */
    }
    return forward && (e->part.whole || !seeks) ? stream(e, take, ctx, err)
           : seeks                              ? cut_all(e, wanted, take, ctx, err)
                                                : hold(e, take, ctx, err);
}
