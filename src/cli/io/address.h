/* SPDX-License-Identifier: MIT */
/* What the command line names: FILE[:MEMBER][SLICE]. */
#ifndef NYZ_CLI_IO_ADDRESS_H
#define NYZ_CLI_IO_ADDRESS_H

#include "io/input.h"

/* Fills in label, member and slice of the input; a slice behind a member is a part of its name here.
 * Returns 0 or an errno; *status is an exit status, of what is no slice, with a complaint. */
int cli_address_split(cli_input *input, const char *name, int *status);

/* Cuts the slice off at the end of `text`, which has one (cli_slice_find) and is a part of the
 * input's path.  What is in the brackets and no slice stays, or if it must be one is CLI_EXIT_USAGE,
 * with a complaint. */
int cli_address_cut_slice(cli_input *input, char *text, int must);

#endif
