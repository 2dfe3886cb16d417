/* SPDX-License-Identifier: MIT */
/* Text being built: a growing line, escapes, Python's repr. */
#ifndef NYZ_CLI_TEXT_TEXT_H
#define NYZ_CLI_TEXT_TEXT_H

#include "nyz.h"

/* {0} is empty.  After a failed allocation `failed` is set and nothing more is added. */
typedef struct cli_line {
    char *data; /* NUL-terminated once anything was put */
    size_t size;
    size_t capacity;
    int failed;
} cli_line;

void cli_line_put(cli_line *line, const char *bytes, size_t size);
void cli_line_puts(cli_line *line, const char *string);
void cli_line_fill(cli_line *line, char c, int64_t count);
void cli_line_int(cli_line *line, int64_t value);
/* Adds `text`, padded with spaces on its left to `width` characters. */
void cli_line_right(cli_line *line, const char *text, int64_t width);
/* Gives back memory that it does not need. */
void cli_line_trim(cli_line *line);
/* Empties it, keeping the memory. */
void cli_line_clear(cli_line *line);
void cli_line_free(cli_line *line);

/* Not 0 if the text ends so, in small letters or capitals; `end` is in small ones. */
int cli_ends_in(const char *text, const char *end);

/* Adds Python's escape of a character: \n, \x1b, \u200b, ... */
void cli_line_escape(cli_line *line, uint32_t point);

/* A name made fit for a terminal: what is not visible (unicode.h) is escaped. */
void cli_line_name(cli_line *line, const char *text, size_t size);
/* Python's repr of bytes, b'...'. */
void cli_line_bytes(cli_line *line, const unsigned char *bytes, size_t size);
/* Python's repr of a str of `count` native code points, '...'. */
void cli_line_str(cli_line *line, const unsigned char *points, size_t count);
/* The text of the str itself, but for control characters, which are escaped. */
void cli_line_str_plain(cli_line *line, const unsigned char *points, size_t count);
/* NumPy's text of an opaque item: b'\x01\xAB'. */
void cli_line_void(cli_line *line, const unsigned char *bytes, size_t size);

/* A JSON string with its quotes, as Python's json.dumps with ensure_ascii=False, but that
 * all characters that are not visible (unicode.h) are escaped; ill-formed UTF-8 becomes
 * U+FFFD. */
void cli_line_json(cli_line *line, const char *text, size_t size);

/* ,"error":{"status":"corrupt","message":"..."} unless the status is NYZ_OK. */
void cli_line_error_json(cli_line *line, const nyz_error *err);

/* An array's shape as Python writes it, (2, 3), or for JSON, [2,3]; and its descr. */
void cli_line_shape(cli_line *line, const nyz_array *array);
void cli_line_shape_json(cli_line *line, const nyz_array *array);
nyz_status cli_line_descr(cli_line *line, const nyz_dtype *dtype, nyz_error *err);

#endif
