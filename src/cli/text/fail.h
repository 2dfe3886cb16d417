/* SPDX-License-Identifier: MIT */
/* Errors that the tool itself finds, in the library's form. */
#ifndef NYZ_CLI_TEXT_FAIL_H
#define NYZ_CLI_TEXT_FAIL_H

#include "nyz.h"

/* The library's words for an errno, or its number, which is put into `out`. */
#define CLI_WORDS_SIZE 32
const char *cli_system_words(char out[CLI_WORDS_SIZE], int sys);

/* Fills *err with an errno, or 0, and a message: as it is, or "cannot WHAT: " and the
 * system's words.  Both return the status. */
nyz_status cli_fail_with(nyz_error *err, int sys, const char *message);
nyz_status cli_fail_system(nyz_error *err, int sys, const char *what);

#endif
