/* SPDX-License-Identifier: MIT */
/* Characters by utf8proc, the one place but fold.c that calls it: see unicode.h. */
#include "text/unicode.h"

#include <utf8proc.h>

const char *cli_unicode_version(void)
{
    return utf8proc_unicode_version();
}

size_t cli_utf8_next(const char *text, size_t size, uint32_t *point)
{
    utf8proc_int32_t found;
    const utf8proc_ssize_t most = size < 4 ? (utf8proc_ssize_t)size : 4;
    const utf8proc_ssize_t length =
        utf8proc_iterate((const utf8proc_uint8_t *)text, most, &found);
    *point = length > 0 ? (uint32_t)found : UINT32_MAX;
    return length > 0 ? (size_t)length : 1;
}

void cli_line_point(cli_line *line, uint32_t point)
{
    utf8proc_uint8_t bytes[4];
    const utf8proc_ssize_t size = utf8proc_encode_char((utf8proc_int32_t)point, bytes);
    cli_line_put(line, (const char *)bytes, (size_t)size);
}

int cli_printable(uint32_t point)
{
    if (point >= 0x110000) {
        return 0;
    }
    switch (utf8proc_category((utf8proc_int32_t)point)) {
    case UTF8PROC_CATEGORY_CN:
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_CS:
    case UTF8PROC_CATEGORY_CO:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
        return 0;
    case UTF8PROC_CATEGORY_ZS:
        return point == ' ';
    default:
        return 1;
    }
}

int cli_visible(uint32_t point)
{
    return cli_printable(point) &&
           !utf8proc_get_property((utf8proc_int32_t)point)->ignorable;
}

int64_t cli_columns(const char *text, size_t size)
{
    int64_t count = 0;
    for (size_t i = 0; i < size; i++) {
        count += ((unsigned char)text[i] & 0xC0) != 0x80;
    }
    return count;
}

int64_t cli_width(const char *text, size_t size)
{
    int64_t width = 0;
    for (size_t i = 0; i < size;) {
        uint32_t point;
        i += cli_utf8_next(text + i, size - i, &point);
        width += point != UINT32_MAX ? utf8proc_charwidth((utf8proc_int32_t)point) : 1;
    }
    return width;
}
