/* Characters: UTF-8, which ones can be printed, escapes, Python's repr, JSON strings. */
#include "text/text.h"

#include "cli.h"

#include <string.h>

int cli_ends_in(const char *text, const char *end)
{
    const size_t size = strlen(text);
    const size_t tail = strlen(end);
    return size >= tail && strcmp(text + size - tail, end) == 0;
}

const char *cli_base_name(const char *path)
{
    const char *base = path;
    for (const char *c = path; *c != '\0'; c++) {
        if (cli_platform_is_slash(*c)) {
            base = c + 1;
        }
    }
    return base;
}

/* The value of the continuation byte at text[i], or -1. */
static int continuation(const char *text, size_t size, size_t i)
{
    const int byte = i < size ? (unsigned char)text[i] : 0;
    return (byte & 0xC0) == 0x80 ? byte & 0x3F : -1;
}

size_t cli_utf8_next(const char *text, size_t size, uint32_t *point)
{
    static const uint32_t smallest[5] = {0, 0, 0x80, 0x800, 0x10000};
    const unsigned lead = (unsigned char)text[0];
    *point = lead;
    if (lead < 0x80) {
        return 1;
    }
    const size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    uint32_t value = lead & (0xFFu >> (length + 1));
    *point = UINT32_MAX;
    if (lead < 0xC0 || lead > 0xF7) {
        return 1;
    }
    for (size_t i = 1; i < length; i++) {
        const int next = continuation(text, size, i);
        if (next < 0) {
            return 1;
        }
        value = value << 6 | (uint32_t)next;
    }
    if (value < smallest[length] || value > 0x10FFFF ||
        (value >= 0xD800 && value < 0xE000)) {
        return 1;
    }
    *point = value;
    return length;
}

void cli_line_point(cli_line *line, uint32_t point)
{
    static const unsigned lead[4] = {0, 0xC0, 0xE0, 0xF0};
    const int more = point < 0x80 ? 0 : point < 0x800 ? 1 : point < 0x10000 ? 2 : 3;
    char out[4];
    out[0] = (char)(lead[more] | (point >> 6 * more & 0x7F));
    for (int i = 1; i <= more; i++) {
        out[i] = (char)(0x80 | (point >> 6 * (more - i) & 0x3F));
    }
    cli_line_put(line, out, (size_t)more + 1);
}

int64_t cli_columns(const char *text, size_t size)
{
    int64_t count = 0;
    for (size_t i = 0; i < size; i++) {
        count += ((unsigned char)text[i] & 0xC0) != 0x80;
    }
    return count;
}

/* What Python's str.isprintable refuses: controls, format characters, surrogates, private
 * use, separators but the space, and the planes where nothing is assigned.  Single
 * unassigned characters elsewhere change with every version of Unicode and are not
 * listed. */
int cli_printable(uint32_t point)
{
    static const struct {
        uint32_t first, last;
    } refused[] = {
        {0x00, 0x1F},          {0x7F, 0xA0},       {0xAD, 0xAD},       {0x600, 0x605},
        {0x61C, 0x61C},        {0x6DD, 0x6DD},     {0x70F, 0x70F},     {0x890, 0x891},
        {0x8E2, 0x8E2},        {0x1680, 0x1680},   {0x180E, 0x180E},   {0x2000, 0x200F},
        {0x2028, 0x202F},      {0x205F, 0x206F},   {0x3000, 0x3000},   {0xD800, 0xF8FF},
        {0xFDD0, 0xFDEF},      {0xFEFF, 0xFEFF},   {0xFFF0, 0xFFFB},   {0xFFFE, 0xFFFF},
        {0x110BD, 0x110BD},    {0x110CD, 0x110CD}, {0x13430, 0x1343F}, {0x1BCA0, 0x1BCA3},
        {0x1D173, 0x1D17A},    {0x1FFFE, 0x1FFFF}, {0x2FFFE, 0x2FFFF}, {0x323B0, 0xE00FF},
        {0xE01F0, UINT32_MAX},
    };
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        if (point <= refused[i].last) {
            return point < refused[i].first;
        }
    }
    return 1;
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
        } else {
            put_point(line, point);
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

/* One character inside a JSON string. */
static void put_json(cli_line *line, uint32_t point)
{
    static const char special[] = "\"\\\b\f\n\r\t";
    static const char letters[] = "\"\\bfnrt";
    char text[8];
    const char *const found =
        point > 0 && point < 0x80 ? strchr(special, (int)point) : NULL;
    if (point == UINT32_MAX) {
        cli_line_point(line, 0xFFFD);
    } else if (found != NULL) {
        const char escaped[2] = {'\\', letters[found - special]};
        cli_line_put(line, escaped, 2);
    } else if (point < 0x20 ||
               (point >= 0x7F && point < 0xA0)) { /* for a terminal, too */
        snprintf(text, sizeof text, "\\u%04x", (unsigned)point);
        cli_line_puts(line, text);
    } else {
        cli_line_point(line, point);
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
