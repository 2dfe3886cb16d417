/* SPDX-License-Identifier: MIT */
/* What a command is: its operands, options and help, and the command line that it gets. */
#ifndef NYZ_CLI_CMD_COMMAND_H
#define NYZ_CLI_CMD_COMMAND_H

#include "nyz.h"

#include <stddef.h>

/* A parsed command line. */
typedef struct cli_args {
    const char *command;
    int all;            /* show --all */
    int json;           /* --json */
    int store;          /* cp, pack --store */
    int level;          /* cp, pack --level; NYZ_LEVEL_FAST: fast; 0: not given */
    int blocks;         /* cp, pack --blocks */
    int64_t block_rows; /* cp, pack --block-rows; 0: not given */
    int align;          /* cp, pack --align; 0: not given */
    int in_place;       /* cp, pack --in-place */
    int force;          /* unpack --force */
    int case_sensitive; /* unpack --case-sensitive */
    const char *directory; /* pack, unpack -d; NULL: not given */
    int64_t max_bytes;  /* unpack --max-bytes; 0: not given */
    int any;            /* pack --any */
    int values;         /* digest --values */
    int untrusted;      /* --untrusted */
    nyz_limits limits;  /* --limit NAME=VALUE; 0: not given */
    int help;
    int count; /* FILE... */
    char **files;
} cli_args;

/* An option: the command line is parsed, and the help printed, by tables of them, which
 * end with a name of NULL. */
typedef struct cli_option {
    const char *name;  /* "--level", "-d" */
    const char *value; /* what the help calls its value; NULL: a flag */
    const char *help;  /* its lines, "\n" between them */
    size_t where;      /* in cli_args: the int that the flag sets, or the value's text */
    /* Takes the value, in place of `where`; returns an exit status, having complained. */
    int (*set)(const char *value, cli_args *args);
} cli_option;

typedef struct cli_command {
    const char *name;
    const char *brief;    /* operands, in the list of commands */
    const char *summary;  /* in the list of commands */
    const char *operands; /* in the usage line */
    const char *text;     /* of the help, between usage line and options */
    const cli_option *options;
    int min, max; /* operands; max 0: any number */
    /* Sees that the options go together; NULL: all do.  An exit status, as of run. */
    int (*check)(const cli_args *args);
    int (*run)(const cli_args *args);
} cli_command;

extern const cli_command cli_cmd_ls;
extern const cli_command cli_cmd_show;
extern const cli_command cli_cmd_digest;
extern const cli_command cli_cmd_cp;
extern const cli_command cli_cmd_pack;
extern const cli_command cli_cmd_unpack;

/* "WHAT 'TEXT'; see 'nyz COMMAND --help'"; returns CLI_EXIT_USAGE. */
int cli_command_misused(const char *command, const char *what, const char *text);

#endif
