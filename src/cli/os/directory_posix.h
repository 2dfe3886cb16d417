/* SPDX-License-Identifier: MIT */
/* What the directory*_posix.c share. */
#ifndef NYZ_CLI_OS_DIRECTORY_POSIX_H
#define NYZ_CLI_OS_DIRECTORY_POSIX_H

#include "os/directory.h"

#include <sys/stat.h>

/* What is in an open directory, and its mode if it exists; only a file may be there. */
nyz_status cli_look_posix(int directory, const char *name, cli_place *out, mode_t *mode,
                          nyz_error *err);

/* Writes the file of that name in an open directory, as cli_directory_write. */
nyz_status cli_write_posix(int directory, const char *name, const cli_place *before,
                           const cli_directory_source *from, nyz_error *err);

#endif
