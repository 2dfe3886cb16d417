/* SPDX-License-Identifier: MIT */
/* Whether a file is still what it was when it was opened: one rule for every command. */
#ifndef NYZ_CLI_IO_UNCHANGED_H
#define NYZ_CLI_IO_UNCHANGED_H

#include "nyz.h"
#include "os/platform.h"

/* The header of an array that was read, and where it begins in the file. */
typedef struct cli_seen {
    const nyz_array *header;
    int64_t at;
} cli_seen;

/* Looks at the open file again.  path: where it was opened; "-": standard input.  One that is shorter, or as long and written to, has
 * changed; so has one that is longer, unless `seen` (NULL: no array) has the same dtype
 * and order in it now and at least as many rows.  Errors: CORRUPT, IO. */
nyz_status cli_file_unchanged(FILE *file, const char *path, const cli_stamp *opened,
                              const cli_seen *seen, const nyz_options *opt,
                              nyz_error *err);

#endif
