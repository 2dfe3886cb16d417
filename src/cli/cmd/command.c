/* SPDX-License-Identifier: MIT */
/* What the commands share: see command.h. */
#include "cmd/command.h"

#include "io/complain.h"

int cli_command_misused(const char *command, const char *what, const char *text)
{
    char message[300];
    snprintf(message, sizeof message, "%.80s '%.80s'; see 'nyz %.20s --help'", what, text,
             command);
    cli_complain(command, NULL, message);
    return CLI_EXIT_USAGE;
}
