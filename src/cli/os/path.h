/* SPDX-License-Identifier: MIT */
/* Paths as texts. */
#ifndef NYZ_CLI_OS_PATH_H
#define NYZ_CLI_OS_PATH_H

/* What follows the last slash of a path. */
const char *cli_path_base(const char *path);

#endif
