/* SPDX-License-Identifier: MIT */
/* NumPy's basic slicing as text: [10:20, ::2], [-1], [..., 0]. */
#ifndef NYZ_CLI_TEXT_SLICE_H
#define NYZ_CLI_TEXT_SLICE_H

#include "nyz_slice.h"

typedef enum cli_slice_kind {
    CLI_SLICE_RANGE,
    CLI_SLICE_INDEX,   /* range.start; the axis is dropped */
    CLI_SLICE_ELLIPSIS /* all axes that the others leave */
} cli_slice_kind;

typedef struct cli_slice_entry {
    cli_slice_kind kind;
    nyz_range
        range; /* as the library has it: INT64_MIN and INT64_MAX where nothing is said */
} cli_slice_entry;

typedef struct cli_slice {
    const char
        *text; /* what is between the brackets, borrowed; NULL: there is no slice */
    size_t size;
    int count;
    cli_slice_entry entries[NYZ_MAX_DIMS + 1];
} cli_slice;

/* Parses what is between the brackets.  Returns 0, and a message of at most `capacity` bytes, if
 * it is no slice. */
int cli_slice_parse(const char *text, size_t size, cli_slice *out, char *message,
                    size_t capacity);

/* Where the "[" of a final "[...]" is; NULL: the text ends in none. */
const char *cli_slice_find(const char *text);

#endif
