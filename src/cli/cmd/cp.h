/* SPDX-License-Identifier: MIT */
/* nyz cp, its two halves: by what IN is. */
#ifndef NYZ_CLI_CMD_CP_H
#define NYZ_CLI_CMD_CP_H

#include "cmd/command.h"
#include "io/input.h"
#include "io/target.h"

/* One copying. */
typedef struct cli_cp {
    const cli_args *args;
    cli_input *input;
    const char *out; /* OUT as given */
    int to_npz;
} cli_cp;

/* Both close the input before they replace OUT, which may be the same file.
 * They return an exit status, having complained. */
int cli_cp_members(cli_cp *cp);
int cli_cp_npy(cli_cp *cp);

/* Loads, within the limits of the command line, and saves everything as it is. */
nyz_options cli_cp_read(const cli_cp *cp);
extern const nyz_options cli_cp_write;

/* How members are stored: as --store or --level say, else as `method` has it. */
nyz_options cli_cp_how(const cli_cp *cp, nyz_method method);
/* Begins an archive at OUT. */
int cli_cp_open_archive(const cli_cp *cp, cli_target *to);
/* Puts OUT in its place if all went well and IN is what it was, closes everything, and
 * returns the status. */
int cli_cp_end(cli_cp *cp, cli_target *to, int status);

#endif
