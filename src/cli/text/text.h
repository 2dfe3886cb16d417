/* Text being built: a growing line, escapes, Python's repr. */
#ifndef NYZ_CLI_TEXT_H
#define NYZ_CLI_TEXT_H

#include "nyz.h"

/* {0} is empty.  After a failed allocation `failed` is set and nothing is added any more.
 */
typedef struct nyz_line {
    char *data; /* NUL-terminated once anything was put */
    size_t size;
    size_t capacity;
    int failed;
} nyz_line;

void nyz_line_put(nyz_line *line, const char *bytes, size_t size);
void nyz_line_puts(nyz_line *line, const char *string);
void nyz_line_fill(nyz_line *line, char c, int64_t count);
void nyz_line_int(nyz_line *line, int64_t value);
/* Adds `text`, filled up with spaces on its left to `width` characters. */
void nyz_line_right(nyz_line *line, const char *text, int64_t width);
/* Empties it, keeping the memory. */
void nyz_line_clear(nyz_line *line);
void nyz_line_free(nyz_line *line);

/* Not 0 if the text ends so. */
int nyz_ends_in(const char *text, const char *end);

/* What follows the last slash of a path. */
const char *nyz_base_name(const char *path);

/* Decodes one character of UTF-8 at text[0 ... size), size > 0, to *point and returns its
 * length; an ill-formed byte gives length 1 and *point = UINT32_MAX. */
size_t nyz_utf8_next(const char *text, size_t size, uint32_t *point);
/* Adds a code point as UTF-8. */
void nyz_line_point(nyz_line *line, uint32_t point);
/* The number of characters: bytes that continue one are not counted. */
int64_t nyz_columns(const char *text, size_t size);

/* Not 0 if Python would print the character as it is. */
int nyz_printable(uint32_t point);
/* Adds Python's escape of a character: \n, \x1b, \u200b, ... */
void nyz_line_escape(nyz_line *line, uint32_t point);

/* A name made fit for a terminal: what is not printable is escaped. */
void nyz_line_name(nyz_line *line, const char *text, size_t size);
/* Python's repr of bytes, b'...'. */
void nyz_line_bytes(nyz_line *line, const unsigned char *bytes, size_t size);
/* Python's repr of a str of `count` native code points, '...'. */
void nyz_line_str(nyz_line *line, const unsigned char *points, size_t count);
/* The text of the str itself, but for control characters, which are escaped. */
void nyz_line_str_plain(nyz_line *line, const unsigned char *points, size_t count);
/* NumPy's text of an opaque item: b'\x01\xAB'. */
void nyz_line_void(nyz_line *line, const unsigned char *bytes, size_t size);

/* A JSON string with its quotes, as Python's json.dumps with ensure_ascii=False, but that
 * all control characters are escaped; ill-formed UTF-8 becomes U+FFFD. */
void nyz_line_json(nyz_line *line, const char *text, size_t size);

/* The facts of an array as Python writes them: (2, 3) or [2,3] for JSON, and its descr.
 */
void nyz_line_shape(nyz_line *line, const nyz_array *array);
void nyz_line_shape_json(nyz_line *line, const nyz_array *array);
nyz_status nyz_line_descr(nyz_line *line, const nyz_dtype *dtype, nyz_error *err);

#endif
