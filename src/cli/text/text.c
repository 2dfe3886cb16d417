/* SPDX-License-Identifier: MIT */
/* Escapes, Python's repr, JSON strings. */
#include "text/text.h"

#include "text/reword.h"
#include "text/unicode.h"

#include <string.h>

int cli_ends_in(const char *text, const char *end)
{
    const size_t size = strlen(text);
    const size_t tail = strlen(end);
    for (size_t i = 0; size >= tail && i < tail; i++) {
        const char c = text[size - tail + i];
        if ((c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c) != end[i]) {
            return 0;
        }
    }
    return size >= tail;
}

void cli_line_right(cli_line *line, const char *text, int64_t width)
{
    const size_t size = strlen(text);
    cli_line_fill(line, ' ', width - cli_columns(text, size));
    cli_line_put(line, text, size);
}

void cli_line_escape(cli_line *line, uint32_t point)
{
    char text[16];
    switch (point) {
    case '\n':
        cli_line_puts(line, "\\n");
        return;
    case '\r':
        cli_line_puts(line, "\\r");
        return;
    case '\t':
        cli_line_puts(line, "\\t");
        return;
    default:
        break;
    }
    if (point < 0x100) {
        snprintf(text, sizeof text, "\\x%02x", (unsigned)point);
    } else if (point < 0x10000) {
        snprintf(text, sizeof text, "\\u%04x", (unsigned)point);
    } else {
        snprintf(text, sizeof text, "\\U%08x", (unsigned)point);
    }
    cli_line_puts(line, text);
}

/* The character itself if it can be printed, else its escape. */
static void put_point(cli_line *line, uint32_t point)
{
    if (cli_printable(point)) {
        cli_line_point(line, point);
    } else {
        cli_line_escape(line, point);
    }
}

void cli_line_name(cli_line *line, const char *text, size_t size)
{
    size_t i = 0;
    while (i < size) {
        uint32_t point;
        const size_t length = cli_utf8_next(text + i, size - i, &point);
        if (point == UINT32_MAX) {
            cli_line_escape(line, (unsigned char)text[i]);
        } else if (cli_visible(point)) {
            cli_line_point(line, point);
        } else {
            cli_line_escape(line, point);
        }
        i += length;
    }
}

/* Python prefers ' and takes " only where that saves escapes. */
static char quote_for(int has_single, int has_double)
{
    return has_single && !has_double ? '"' : '\'';
}

void cli_line_bytes(cli_line *line, const unsigned char *bytes, size_t size)
{
    const char quote = quote_for(size > 0 && memchr(bytes, '\'', size) != NULL,
                                 size > 0 && memchr(bytes, '"', size) != NULL);
    cli_line_puts(line, "b");
    cli_line_put(line, &quote, 1);
    for (size_t i = 0; i < size; i++) {
        const char c = (char)bytes[i];
        if (c == quote || c == '\\') {
            cli_line_puts(line, "\\");
        }
        if (bytes[i] >= 0x20 && bytes[i] < 0x7F) {
            cli_line_put(line, &c, 1);
        } else {
            cli_line_escape(line, bytes[i]);
        }
    }
    cli_line_put(line, &quote, 1);
}

/* A str in an array: native code points of 4 bytes at any alignment. */
static uint32_t point_at(const unsigned char *points, size_t i)
{
    uint32_t point;
    memcpy(&point, points + 4 * i, sizeof point);
    return point;
}

static int has_point(const unsigned char *points, size_t count, uint32_t wanted)
{
    for (size_t i = 0; i < count; i++) {
        if (point_at(points, i) == wanted) {
            return 1;
        }
    }
    return 0;
}

void cli_line_str(cli_line *line, const unsigned char *points, size_t count)
{
    const char quote =
        quote_for(has_point(points, count, '\''), has_point(points, count, '"'));
    cli_line_put(line, &quote, 1);
    for (size_t i = 0; i < count; i++) {
        const uint32_t point = point_at(points, i);
        if (point == (unsigned char)quote || point == '\\') {
            cli_line_puts(line, "\\");
        }
        put_point(line, point);
    }
    cli_line_put(line, &quote, 1);
}

void cli_line_str_plain(cli_line *line, const unsigned char *points, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        put_point(line, point_at(points, i));
    }
}

void cli_line_void(cli_line *line, const unsigned char *bytes, size_t size)
{
    cli_line_puts(line, "b'");
    for (size_t i = 0; i < size; i++) {
        char text[8];
        snprintf(text, sizeof text, "\\x%02X", (unsigned)bytes[i]);
        cli_line_puts(line, text);
    }
    cli_line_puts(line, "'");
}

/* \uXXXX; beyond the BMP a pair of surrogates. */
static void escape_json(cli_line *line, uint32_t point)
{
    char text[16];
    if (point < 0x10000) {
        snprintf(text, sizeof text, "\\u%04x", (unsigned)point);
    } else {
        snprintf(text, sizeof text, "\\u%04x\\u%04x",
                 (unsigned)(0xD800 + ((point - 0x10000) >> 10)),
                 (unsigned)(0xDC00 + (point & 0x3FF)));
    }
    cli_line_puts(line, text);
}

/* One character inside a JSON string. */
static void put_json(cli_line *line, uint32_t point)
{
    static const char special[] = "\"\\\b\f\n\r\t";
    static const char letters[] = "\"\\bfnrt";
    const char *const found =
        point > 0 && point < 0x80 ? strchr(special, (int)point) : NULL;
    if (point == UINT32_MAX) {
        cli_line_point(line, 0xFFFD);
    } else if (found != NULL) {
        const char escaped[2] = {'\\', letters[found - special]};
        cli_line_put(line, escaped, 2);
    } else if (cli_visible(point)) {
        cli_line_point(line, point);
    } else { /* JSON is read on terminals, too */
        escape_json(line, point);
    }
}

void cli_line_json(cli_line *line, const char *text, size_t size)
{
    cli_line_puts(line, "\"");
    size_t i = 0;
    while (i < size) {
        uint32_t point;
        i += cli_utf8_next(text + i, size - i, &point);
        put_json(line, point);
    }
    cli_line_puts(line, "\"");
}

void cli_line_error_json(cli_line *line, const nyz_error *err)
{
    char text[CLI_REWORD_SIZE];
    if (err->status == NYZ_OK) {
        return;
    }
    cli_line_puts(line, ",\"error\":{\"status\":\"");
    cli_line_puts(line, nyz_status_text(err->status));
    cli_line_puts(line, "\",\"message\":");
    const char *const message = cli_reword(text, err);
    cli_line_json(line, message, strlen(message));
    cli_line_puts(line, "}");
}
