/* SPDX-License-Identifier: MIT */
/* nyz pack: the files that become members. */
#ifndef NYZ_CLI_CMD_PACK_H
#define NYZ_CLI_CMD_PACK_H

#include "cmd/command.h"
#include "text/text.h"

/* One file that is to be a member. */
typedef struct cli_pack_file {
    cli_line path;   /* "-": standard input */
    cli_line member; /* the name */
    unsigned char *data;
    size_t size;
} cli_pack_file;

/* All of them return an exit status, having complained. */

/* FILE or NAME=FILE, as the command line has it, to path and member. */
int cli_pack_name(cli_pack_file *file, const cli_args *args, const char *given);
/* Reads the whole file, and looks whether it has changed meanwhile. */
int cli_pack_read(cli_pack_file *file, const cli_args *args);
/* Sees that it is one array, whole, and nothing else, within the limits. */
int cli_pack_check(const cli_pack_file *file, const cli_args *args);

void cli_pack_free(cli_pack_file *file);

#endif
