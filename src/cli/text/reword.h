/* SPDX-License-Identifier: MIT */
/* The library's messages, in the tool's terms: options and commands, not functions and flags. */
#ifndef NYZ_CLI_TEXT_REWORD_H
#define NYZ_CLI_TEXT_REWORD_H

#include "nyz.h"

/* The message of *err, or one made from it, which is put into `out`. */
#define CLI_REWORD_SIZE (sizeof((nyz_error *)NULL)->message + 64)
const char *cli_reword(char out[CLI_REWORD_SIZE], const nyz_error *err);

#endif
