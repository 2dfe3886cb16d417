/* SPDX-License-Identifier: MIT */
/* Python literals written: text that counts its length, and repr of a str.
 * docs/format.md 1.3. */
#include <string.h>

#include "base/utf8.h"
#include "parse/pylit.h"

void nyz_text_put(nyz_text *text, const char *bytes, size_t size)
{
    if (text->length < text->capacity) {
        const size_t room = text->capacity - text->length;
        memcpy(text->data + text->length, bytes, size < room ? size : room);
    }
    text->length += size;
}

void nyz_text_puts(nyz_text *text, const char *string)
{
    nyz_text_put(text, string, strlen(string));
}

void nyz_text_int(nyz_text *text, int64_t value)
{
    char digits[20];
    size_t at = sizeof digits;
    uint64_t left = value < 0 ? ~(uint64_t)value + 1 : (uint64_t)value;
    do {
        digits[--at] = (char)('0' + left % 10);
        left /= 10;
    } while (left > 0);
    if (value < 0) {
        digits[--at] = '-';
    }
    nyz_text_put(text, digits + at, sizeof digits - at);
}

/* ------------------------------------------------------------------------------- repr */

/* Code points that repr escapes: Unicode's control, format, surrogate, private-use and
 * separator characters (categories Cc Cf Cs Co Zl Zp Zs but the space; Unicode 15), the
 * noncharacters, and the planes that are empty.  Code points that some version of Unicode
 * may yet assign stand as they are; what Python does there depends on its version, and
 * both spellings read back the same. */
static const struct {
    uint32_t first, last;
} unprintable[] = {
    {0x0000, 0x001f},   {0x007f, 0x00a0},    {0x00ad, 0x00ad},   {0x0600, 0x0605},
    {0x061c, 0x061c},   {0x06dd, 0x06dd},    {0x070f, 0x070f},   {0x0890, 0x0891},
    {0x08e2, 0x08e2},   {0x1680, 0x1680},    {0x180e, 0x180e},   {0x2000, 0x200f},
    {0x2028, 0x202f},   {0x205f, 0x2064},    {0x2066, 0x206f},   {0x3000, 0x3000},
    {0xd800, 0xf8ff},   {0xfdd0, 0xfdef},    {0xfeff, 0xfeff},   {0xfff9, 0xfffb},
    {0xfffe, 0xffff},   {0x110bd, 0x110bd},  {0x110cd, 0x110cd}, {0x13430, 0x1343f},
    {0x1bca0, 0x1bca3}, {0x1d173, 0x1d17a},  {0x1fffe, 0x1ffff}, {0x2fffe, 0x2ffff},
    {0x3fffe, 0xe00ff}, {0xe01f0, 0x10ffff},
};

static int is_printable(uint32_t point)
{
    if (point >= 0x20 && point < 0x7f) {
        return 1;
    }
    size_t i = 0;
    while (i + 1 < sizeof unprintable / sizeof unprintable[0] &&
           point > unprintable[i].last) {
        i++;
    }
    return point < unprintable[i].first;
}

/* \xHH, \uHHHH or \UHHHHHHHH, in lower case as Python's. */
static void put_hex(nyz_text *text, uint32_t point)
{
    const int digits = point < 0x100 ? 2 : point < 0x10000 ? 4 : 8;
    char escape[10] = {'\\', digits == 2 ? 'x' : digits == 4 ? 'u' : 'U'};
    for (int i = 0; i < digits; i++) {
        escape[2 + i] = "0123456789abcdef"[point >> (4 * (digits - 1 - i)) & 15];
    }
    nyz_text_put(text, escape, (size_t)digits + 2);
}

static int put_short_escape(nyz_text *text, uint32_t point, char quote)
{
    switch (point) {
    case '\n':
        nyz_text_puts(text, "\\n");
        return 1;
    case '\r':
        nyz_text_puts(text, "\\r");
        return 1;
    case '\t':
        nyz_text_puts(text, "\\t");
        return 1;
    default:
        if (point == '\\' || point == (unsigned char)quote) {
            const char escape[2] = {'\\', (char)point};
            nyz_text_put(text, escape, 2);
            return 1;
        }
        return 0;
    }
}

int nyz_text_decode(const char *text, size_t size, uint32_t *point)
{
    const unsigned char *const p = (const unsigned char *)text;
    const int length = nyz_utf8_decode(text, size, point);
    if (length == 0 && size >= 3 && p[0] == 0xed && (p[1] & 0xe0) == 0xa0 &&
        (p[2] & 0xc0) == 0x80) {
        *point = 0xd000 | (uint32_t)(p[1] & 0x3f) << 6 | (p[2] & 0x3f);
        return 3;
    }
    return length;
}

/* Bytes that are no text count as themselves, so that repr cannot fail. */
static size_t put_point(nyz_text *text, const char *string, size_t size, char quote)
{
    uint32_t point = 0;
    const int length = nyz_text_decode(string, size, &point);
    if (length == 0) {
        put_hex(text, (unsigned char)string[0]);
        return 1;
    }
    if (!put_short_escape(text, point, quote)) {
        if (is_printable(point)) {
            nyz_text_put(text, string, (size_t)length);
        } else {
            put_hex(text, point);
        }
    }
    return (size_t)length;
}

void nyz_text_repr(nyz_text *text, const char *string, size_t size)
{
    const int double_quotes = size > 0 && memchr(string, '\'', size) != NULL &&
                              memchr(string, '"', size) == NULL;
    const char quote = double_quotes ? '"' : '\'';
    nyz_text_put(text, &quote, 1);
    for (size_t i = 0; i < size;) {
        i += put_point(text, string + i, size - i, quote);
    }
    nyz_text_put(text, &quote, 1);
}
