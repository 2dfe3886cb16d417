/* SPDX-License-Identifier: MIT */
/* Parsing the command line. */
#ifndef NYZ_CLI_OPTIONS_H
#define NYZ_CLI_OPTIONS_H

#include "cmd/command.h"

/* Parses argv[0 ... argc), which follows the command, by its table of options; operands
 * are moved to its front.  Returns an exit status, having complained. */
int cli_options_parse(const cli_command *command, int argc, char **argv, cli_args *out);

#endif
