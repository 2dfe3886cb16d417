/* SPDX-License-Identifier: MIT */
/* The archive of an input, whose directory is at its end: what comes from a pipe is kept. */
#ifndef NYZ_CLI_IO_ARCHIVE_H
#define NYZ_CLI_IO_ARCHIVE_H

#include "io/input.h"

/* Not 0 if the whole file can be read again, from its start. */
int cli_archive_is_there(const cli_input *input);

/* Opens it as an archive.  By its path the library sees whether it changes while members are read;
 * cli_input_unchanged does at the end. */
nyz_status cli_archive_open_again(cli_input *input, nyz_error *err);

/* Opens the archive, whatever it comes from. */
nyz_status cli_archive_open(cli_input *input, nyz_error *err);

#endif
