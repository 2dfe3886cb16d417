/* SPDX-License-Identifier: MIT */
/* nyz pack: the files that become members. */
#ifndef NYZ_CLI_CMD_PACK_H
#define NYZ_CLI_CMD_PACK_H

#include "cmd/command.h"
#include "io/guard.h"
#include "io/spool.h"
#include "os/platform.h"
#include "text/text.h"

/* One file that is to be a member.  Not to be moved once it is open. */
typedef struct cli_pack_file {
    cli_line path;   /* "-": standard input */
    cli_line member; /* the name */
    nyz_stream
        stream; /* of its bytes: those of its header, which is read first, and the rest */
    int64_t size; /* of all of them */
    int unread;   /* reading it has failed */

    FILE *in; /* private from here on */
    cli_stamp opened;
    cli_guard guard;
    cli_spool spool;  /* of a pipe */
    nyz_stream below; /* the bytes after the header */
    nyz_buffer ahead; /* the header's bytes */
    nyz_array header; /* dtype.type NYZ_NONE: none was read */
} cli_pack_file;

/* All of them return an exit status, having complained. */

/* FILE or NAME=FILE, as the command line has it, to path and member. */
int cli_pack_name(cli_pack_file *file, const cli_args *args, const char *given);
/* Opens it and, without --any, sees that it is one array, whole, and nothing else, within the
 * limits. */
int cli_pack_open(cli_pack_file *file, const cli_args *args);
/* Looks whether it has changed since. */
int cli_pack_look(const cli_pack_file *file, const cli_args *args);

void cli_pack_close(cli_pack_file *file);

#endif
