/* SPDX-License-Identifier: MIT */
/* Numbers of the command line. */
#ifndef NYZ_CLI_TEXT_NUMBER_H
#define NYZ_CLI_TEXT_NUMBER_H

#include <stdint.h>

/* A number, perhaps with K, M, G or T (of 1,024 each) after it.  1, or 0 if it is none,
 * or -1 if it is over INT64_MAX. */
int cli_number_parse(const char *text, int64_t *out);

#endif
