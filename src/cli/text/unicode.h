/* SPDX-License-Identifier: MIT */
/* Characters, by utf8proc: UTF-8, which ones are printable or visible, display width. */
#ifndef NYZ_CLI_TEXT_UNICODE_H
#define NYZ_CLI_TEXT_UNICODE_H

#include "text/text.h"

/* The version of Unicode that all of this is by: "15.0.0". */
const char *cli_unicode_version(void);

/* Decodes one character of UTF-8 at text[0 ... size), size > 0, to *point and returns its
 * length; an ill-formed byte gives length 1 and *point = UINT32_MAX. */
size_t cli_utf8_next(const char *text, size_t size, uint32_t *point);
/* Adds a code point as UTF-8. */
void cli_line_point(cli_line *line, uint32_t point);

/* Not 0 if Python would print the character as it is: no control, format character,
 * surrogate, private use, unassigned code point, or separator but the space. */
int cli_printable(uint32_t point);
/* Not 0 if it is printable and has an effect on its own: default-ignorable characters
 * (fillers, variation selectors) have none, and make two names look the same. */
int cli_visible(uint32_t point);

/* The number of characters: bytes that continue one are not counted. */
int64_t cli_columns(const char *text, size_t size);
/* The columns that a terminal takes for the text: 2 for a wide character, 0 for a mark.
 */
int64_t cli_width(const char *text, size_t size);

#endif
