/* SPDX-License-Identifier: MIT */
/* Parsing the command line. */
#ifndef NYZ_CLI_OPTIONS_H
#define NYZ_CLI_OPTIONS_H

#include "cmd/command.h"

/* The options that a command takes: sums of these; all take --help, --untrusted, --limit.
 */
enum {
    CLI_TAKES_ALL = 1,
    CLI_TAKES_JSON = 2,
    CLI_TAKES_STORE = 4,
    CLI_TAKES_LEVEL = 8,      /* and --chunked, --in-place */
    CLI_TAKES_DIRECTORY = 16, /* -d */
    CLI_TAKES_UNPACK = 32,    /* --force, --case-sensitive, --max-bytes */
    CLI_TAKES_ANY = 64,
    CLI_TAKES_VALUES = 128
};

/* Parses argv[0 ... argc), which follows the command; files are moved to its front.
 * Returns an exit status, having said what is wrong. */
int cli_args_parse(const char *command, unsigned takes, int argc, char **argv,
                   cli_args *out);

#endif
