/* SPDX-License-Identifier: MIT */
/* Files below a directory, from names that are not trusted: no link is followed below the
 * directory, nothing is replaced but what was asked for, and no file is there in part. */
#ifndef NYZ_CLI_OS_DIRECTORY_H
#define NYZ_CLI_OS_DIRECTORY_H

#include "nyz.h"

typedef struct cli_directory cli_directory; /* directory_*.c */

/* What exists at a name. */
typedef struct cli_place {
    int exists;
    uint64_t device, file; /* which file it is */
} cli_place;

/* All names are such as cli_unpack_refuses passes, with slashes between the components.
 * Failures have the errno, if one fits, in err->sys. */

/* Opens the directory, and makes it if it is not there; *made says so.  follow: it may be
 * a link. */
nyz_status cli_directory_open(const char *path, int follow, cli_directory **out,
                              int *made, nyz_error *err);
void cli_directory_close(cli_directory **directory);

/* Removes the directory of that path, if it is empty. */
void cli_directory_undo(const char *path);

/* Looks what exists at `name`.  Errors: a link or a file where a directory has to be, or
 * something that is no file at `name` itself. */
nyz_status cli_directory_look(const cli_directory *directory, const char *name,
                              cli_place *out, nyz_error *err);

/* Makes the directory `name`, and those above it, if they are not there. */
nyz_status cli_directory_add(const cli_directory *directory, const char *name,
                             nyz_error *err);

/* Where the bytes of a file come from: `next` gives at most `size`, and 0 at the end. */
typedef struct cli_directory_source {
    nyz_status (*next)(void *ctx, void *buffer, size_t size, size_t *count,
                       nyz_error *err);
    void *ctx;
} cli_directory_source;
#define CLI_DIRECTORY_PIECE 65536 /* bytes that are asked for at once */

/* Writes a file, and the directories above it: under another name first, which is then
 * changed, so that `name` holds all or nothing.  `before` is what cli_directory_look said;
 * what is not that any more is not replaced. */
nyz_status cli_directory_write(const cli_directory *directory, const char *name,
                               const cli_place *before, const cli_directory_source *from,
                               nyz_error *err);

#endif
