/* SPDX-License-Identifier: MIT */
/* Which names may be one file: a key that is equal for all of them. */
#ifndef NYZ_CLI_TEXT_FOLD_H
#define NYZ_CLI_TEXT_FOLD_H

#include "text/text.h"

#define CLI_FOLD_MAX 1024 /* bytes of a name */

/* Adds the key of a name of at most CLI_FOLD_MAX bytes: every character case-folded (full
 * folding) and canonically decomposed, marks sorted by code point, default-ignorable
 * characters removed.  The file systems that take several names for one (those of macOS
 * and Windows, ext4 with casefold) do so by a part of this. */
void cli_line_fold(cli_line *line, const char *name, size_t size);

#endif
