/* SPDX-License-Identifier: MIT */
/* All bytes of a pipe, kept: a few in memory, more in a file without a name. */
#ifndef NYZ_CLI_IO_SPOOL_H
#define NYZ_CLI_IO_SPOOL_H

#include "nyz.h"

/* {0} is empty.  Not to be moved while its stream is in use. */
typedef struct cli_spool {
    nyz_buffer memory;
    FILE *file; /* NULL: all is in memory */
} cli_spool;

/* Reads to the end.  Errors: IO, MEMORY. */
nyz_status cli_spool_fill(cli_spool *spool, const nyz_stream *from, nyz_error *err);
/* What was read, from the start: it can seek. */
nyz_stream cli_spool_stream(cli_spool *spool);
void cli_spool_free(cli_spool *spool);

#endif
