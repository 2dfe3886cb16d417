/* SPDX-License-Identifier: MIT */
/* Help, printed from the tables of the commands. */
#ifndef NYZ_CLI_HELP_H
#define NYZ_CLI_HELP_H

#include "cmd/command.h"

#include <stdio.h>

/* That of the tool; the list ends with NULL. */
void cli_help_general(FILE *to, const cli_command *const *commands);
/* That of one command, to stdout. */
void cli_help_command(const cli_command *command);
/* Its first line. */
void cli_help_usage(FILE *to, const cli_command *command);

#endif
