/* SPDX-License-Identifier: MIT */
/* nyz cp, its two halves: by what IN is. */
#ifndef NYZ_CLI_CMD_CP_H
#define NYZ_CLI_CMD_CP_H

#include "cmd/command.h"
#include "io/elements.h"
#include "io/target.h"

/* One copying. */
typedef struct cli_cp {
    const cli_args *args;
    cli_input *input;
    const char *out; /* OUT as given */
    int to_npz;
    cli_target to; /* once it is open */
    int opened;
} cli_cp;

/* Both close the input before they replace OUT, which may be the same file.
 * They return an exit status, having complained. */
int cli_cp_members(cli_cp *cp);
int cli_cp_npy(cli_cp *cp);

/* How members are stored: as --store or --level say, else as `method` has it. */
nyz_options cli_cp_how(const cli_cp *cp, nyz_method method);

/* Opens OUT, an archive or a file, unless it is open.  Where OUT fails, input->writes_to is set. */
nyz_status cli_cp_open(cli_cp *cp, nyz_error *err);
/* Writes what is taken of an array: to an archive as a member of that name (NULL: arr_0, ...), stored
 * as `how` says; else as a .npy file.  Opens OUT before, once it is known that IN has the data. */
nyz_status cli_cp_write(cli_cp *cp, cli_elements *e, const char *name,
                        const nyz_options *how, nyz_error *err);
/* Complains of a member of IN, or of OUT if that has failed. */
int cli_cp_complain(const cli_cp *cp, const char *member, const nyz_error *err);
/* Puts OUT in its place if all went well and IN is what it was, closes everything, and
 * returns the status. */
int cli_cp_end(cli_cp *cp, int status);

#endif
