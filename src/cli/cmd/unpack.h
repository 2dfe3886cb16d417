/* SPDX-License-Identifier: MIT */
/* nyz unpack: which members go where, decided before anything is written. */
#ifndef NYZ_CLI_CMD_UNPACK_H
#define NYZ_CLI_CMD_UNPACK_H

#include "cmd/command.h"
#include "io/input.h"
#include "os/directory.h"

/* What is wrong with the name of a member as that of a file below a directory, on any
 * system; or NULL.  A name that ends in a slash is that of a directory. */
const char *cli_unpack_refuses(const char *name, size_t size);

/* One member that is meant. */
typedef struct cli_unpack_item {
    int64_t index;
    const char *name; /* borrows from the archive */
    size_t name_size;
    int64_t size;
    char *key;       /* of names that may be one file (fold.h); owned */
    cli_place place; /* what is there before */
} cli_unpack_item;

typedef struct cli_unpack_plan {
    const cli_args *args;
    cli_input *input;
    cli_unpack_item *items;
    int64_t count;
} cli_unpack_plan;

/* Chooses the members, and sees that their names are fit for files, that no two are for
 * one file, and that they are not more than the limit.  Returns an exit status, having
 * complained.  Free the plan in any case. */
int cli_unpack_plan_make(cli_unpack_plan *plan, const cli_args *args, cli_input *input);
void cli_unpack_plan_free(cli_unpack_plan *plan);

/* Not 0 for a member that is a directory. */
int cli_unpack_is_directory(const cli_unpack_item *item);

/* Says what is wrong with a member; returns CLI_EXIT_DATA. */
int cli_unpack_refuse(const cli_unpack_plan *plan, const cli_unpack_item *item,
                      const char *message);

#endif
