/* SPDX-License-Identifier: MIT */
/* The options of all commands: how files are read that are not trusted. */
#ifndef NYZ_CLI_CMD_READING_H
#define NYZ_CLI_CMD_READING_H

#include "cmd/command.h"

/* --untrusted, --limit */
extern const cli_option cli_reading_options[];

/* What --limit takes, for the help; ends with a name of NULL. */
typedef struct cli_reading_limit {
    const char *name;
    size_t where; /* in nyz_limits */
    const char *what;
    const char *defaults; /* "DEFAULT [with --untrusted]" */
} cli_reading_limit;
extern const cli_reading_limit cli_reading_limits[];

/* How every call reads that takes its file from the command line.  It borrows from args. */
nyz_options cli_reading(const cli_args *args);

#endif
