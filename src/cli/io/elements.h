/* SPDX-License-Identifier: MIT */
/* The elements of an array in a file, or of what a slice takes of it, in little memory: in pieces
 * (elements.c), or those at the edges (edges.c). */
#ifndef NYZ_CLI_IO_ELEMENTS_H
#define NYZ_CLI_IO_ELEMENTS_H

#include "io/cursor.h"
#include "io/part.h"

#define CLI_PIECE ((int64_t)4 << 20) /* bytes at a time, or one element */

/* Not to be moved while it is in use. */
typedef struct cli_elements {
    cli_input *input;
    int64_t index;      /* of the member; -1: the array of a .npy file that comes next */
    int64_t start, end; /* of that array in its stream, if it can seek */
    nyz_array whole;    /* the array in the file: its header, without data */
    int fortran;        /* its order, where that makes a difference */
    cli_part part;
    nyz_array
        taken; /* what the slice takes, contiguous in the order of the file; no data; it
                        borrows the dtype of `whole` */
} cli_elements;

/* The array whose header is given, which is borrowed: sees that the file has all of it, and what the
 * slice of the command line takes of it.  Errors: as nyz_load_slice. */
nyz_status cli_elements_init(cli_elements *e, cli_input *input, int64_t index,
                             const nyz_array *header, nyz_error *err);

/* Gets pieces that follow each other.  Each is contiguous in the order that was asked for, but for
 * one that is all of the array. */
typedef nyz_status cli_take(void *ctx, const nyz_array *piece, nyz_error *err);

/* Hands all elements that are taken to `take`, in C order or in that of the file, with the bytes of
 * the file.  Members whose elements are all read have had their CRC compared.  The stream of a
 * .npy file is left after the array. */
nyz_status cli_elements_each(cli_elements *e, nyz_order order, cli_take *take, void *ctx,
                             nyz_error *err);

/* ---- selection.c: elements that are spread over the data, in one pass over it */

/* What is wanted of one axis: the indices first, first + every, ..., `count` of them, and after a gap
 * perhaps as many again. */
typedef struct cli_selection_axis {
    int64_t step; /* bytes in the data from one index to the next */
    int64_t every;
    int runs; /* 1 or 2 */
    struct {
        int64_t first, count;
    } run[2];
} cli_selection_axis;

typedef struct cli_selection {
    cli_cursor *cursor;     /* at the start of the data */
    const nyz_array *whole; /* the array in the file, without data */
    int naxes;
    cli_selection_axis axes[NYZ_MAX_DIMS]; /* the slowest in the file first */
} cli_selection;

/* Hands the elements to `take` in the order of the file, as rows, and goes to the end of the data.
 * Errors: CORRUPT (data is missing), MEMORY, IO. */
nyz_status cli_selection_read(const cli_selection *g, cli_take *take, void *ctx,
                              nyz_error *err);

/* ---- more of elements.c */

/* Loads, of each axis of the part, the elements from[i] ... to[i] - 1; opt: order, byteorder.  The
 * stream of a .npy file is left after the array. */
nyz_status cli_elements_load(cli_elements *e, const int64_t *from, const int64_t *to,
                             const nyz_options *opt, nyz_array *out, nyz_error *err);
/* All that is taken, without the axes that are dropped. */
nyz_status cli_elements_load_all(cli_elements *e, const nyz_options *opt, nyz_array *out,
                                 nyz_error *err);

/* ---- edges.c */

/* What is taken, but of each axis of more than 2 * edge elements only as many at both ends.  *out is
 * native, and has the shape of all that is taken and the strides of what there is: the second edge
 * follows the first. */
nyz_status cli_elements_edges(cli_elements *e, int64_t edge, nyz_array *out,
                              nyz_error *err);

#endif
