/* SPDX-License-Identifier: MIT */
/* What a slice takes of an array: for each axis a first index, a step and a count. */
#ifndef NYZ_CLI_IO_PART_H
#define NYZ_CLI_IO_PART_H

#include "text/slice.h"

typedef struct cli_part_axis {
    int64_t first, step, count; /* step: 1 if there are less than two */
    int dropped;                /* by an index */
} cli_part_axis;

typedef struct cli_part {
    int ndim;  /* of the array */
    int whole; /* all of it, in its order */
    cli_part_axis axes[NYZ_MAX_DIMS];
} cli_part;

/* slice->text NULL: all of it.  Errors: NOT_FOUND (no such index), ARGUMENT (too many axes). */
nyz_status cli_part_make(const cli_slice *slice, const nyz_array *array, cli_part *out,
                         nyz_error *err);

/* The axes as the library takes them: of axis i the elements from[i] ... to[i] - 1 of the part. */
void cli_part_ranges(const cli_part *part, const int64_t *from, const int64_t *to,
                     nyz_range *out);

/* Takes the axes that are dropped out of an array that has all of them. */
void cli_part_drop(const cli_part *part, nyz_array *array);

/* Not 0 if an axis is taken backward. */
int cli_part_is_backward(const cli_part *part);

#endif
