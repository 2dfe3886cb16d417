/* SPDX-License-Identifier: MIT */
/* How members are compressed, as the command line says it: see writing.h. */
#include "cmd/writing.h"

#include "io/complain.h"
#include "text/number.h"

#include <stdio.h>
#include <string.h>

int cli_writing_level(const char *value, cli_args *args)
{
    if (strcmp(value, "fast") == 0) {
        args->level = NYZ_LEVEL_FAST;
        return CLI_EXIT_FINE;
    }
    if (value[0] < '1' || value[0] > '9' || value[1] != '\0') {
        return cli_command_misused(args->command,
                                   "--level takes 1 to 9 (smallest) or fast, not", value);
    }
    args->level = value[0] - '0';
    return CLI_EXIT_FINE;
}

int cli_writing_align(const char *value, cli_args *args)
{
    for (int align = 8; align <= 32768; align *= 2) {
        char text[16];
        (void)snprintf(text, sizeof text, "%d", align);
        if (strcmp(value, text) == 0) {
            args->align = align;
            return CLI_EXIT_FINE;
        }
    }
    return cli_command_misused(
        args->command, "--align takes a power of two from 8 to 32768, not", value);
}

int cli_writing_block_rows(const char *value, cli_args *args)
{
    if (cli_number_parse(value, &args->block_rows) <= 0 || args->block_rows == 0) {
        return cli_command_misused(args->command,
                                   "--block-rows takes a number of rows, not", value);
    }
    args->blocks = 1;
    return CLI_EXIT_FINE;
}

int cli_writing_check(const cli_args *args)
{
    if (args->store && (args->level != 0 || args->blocks)) {
        return cli_command_misused(args->command, "--store cannot be combined with",
                                   args->block_rows != 0 ? "--block-rows"
                                   : args->blocks        ? "--blocks"
                                                         : "--level");
    }
    return CLI_EXIT_FINE;
}
