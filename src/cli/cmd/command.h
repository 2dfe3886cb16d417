/* SPDX-License-Identifier: MIT */
/* The commands, and the command line that each of them gets. */
#ifndef NYZ_CLI_CMD_COMMAND_H
#define NYZ_CLI_CMD_COMMAND_H

#include "nyz.h"

/* A parsed command line. */
typedef struct cli_args {
    const char *command;
    int all;            /* show --all */
    int json;           /* --json */
    int store;          /* cp, pack --store */
    int level;          /* cp, pack --level; NYZ_LEVEL_FAST: fast; 0: not given */
    int chunked;        /* cp, pack --chunked */
    int in_place;       /* cp, pack --in-place */
    int force;          /* unpack --force */
    int case_sensitive; /* unpack --case-sensitive */
    const char *folder; /* pack, unpack -d; NULL: not given */
    int64_t max_bytes;  /* unpack --max-bytes; 0: not given */
    int any;            /* pack --any */
    int values;         /* digest --values */
    int untrusted;      /* --untrusted */
    nyz_limits limits;  /* --limit NAME=VALUE; 0: not given */
    int help;
    int count; /* FILE... */
    char **files;
} cli_args;

/* The commands.  Each returns an exit status. */
int cli_cmd_ls(const cli_args *args);
int cli_cmd_show(const cli_args *args);
int cli_cmd_digest(const cli_args *args);
int cli_cmd_cp(const cli_args *args);
int cli_cmd_pack(const cli_args *args);
int cli_cmd_unpack(const cli_args *args);

/* How every call reads that takes its file from the command line: the limits and flags of
 * --limit and --untrusted, which all commands take.  It borrows from args. */
nyz_options cli_args_reading(const cli_args *args);

/* Takes the value of --limit; returns an exit status, having complained. */
int cli_args_limit(const char *value, cli_args *args);

#endif
