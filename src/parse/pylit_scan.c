/* SPDX-License-Identifier: MIT */
/* The scanner of Python literals: white space, comments, and what was found in place of
 * what was expected.  docs/format.md 1.4. */
#include "base/endian.h"
#include "base/error.h"
#include "parse/pylit_internal.h"

static void skip_comment(nyz_pylit_scanner *scan)
{
    while (scan->position < scan->size && nyz_pylit_scan_peek(scan, 0) != '\n' &&
           nyz_pylit_scan_peek(scan, 0) != '\r') {
        scan->position++;
    }
}

/* The length of a backslash and a line end at the scanner's place, 0 if they are not
 * there.  They join two lines: at the end of the text, where none follows, they do not
 * count. */
static size_t line_join(const nyz_pylit_scanner *scan)
{
    const int end =
        nyz_pylit_scan_peek(scan, 0) == '\\' ? nyz_pylit_scan_peek(scan, 1) : 0;
    const size_t size = end == '\r' && nyz_pylit_scan_peek(scan, 2) == '\n' ? 3 : 2;
    return (end == '\n' || end == '\r') && nyz_pylit_scan_peek(scan, size) >= 0 ? size
                                                                                : 0;
}

/* Up to 63 spaces pad a header: eight at a time. */
static size_t behind_spaces(const nyz_pylit_scanner *scan)
{
    const unsigned char *const text = (const unsigned char *)scan->text;
    size_t at = scan->position;
    while (scan->size - at >= 8 &&
           nyz_load_le64(text + at) == UINT64_C(0x2020202020202020)) {
        at += 8;
    }
    while (at < scan->size && scan->text[at] == ' ') {
        at++;
    }
    return at;
}

/* Mostly there is no more than one space. */
void nyz_pylit_scan_space(nyz_pylit_scanner *scan)
{
    for (;;) {
        scan->position += nyz_pylit_scan_peek(scan, 0) == ' ';
        const int byte = nyz_pylit_scan_peek(scan, 0);
        if (byte > ' ' && byte != '#' && byte != '\\') {
            return;
        }
        const size_t join = line_join(scan);
        if (byte == '#') {
            skip_comment(scan);
        } else if (join > 0) {
            scan->position += join;
        } else if (byte == ' ') {
            scan->position = behind_spaces(scan);
        } else if (byte == '\t' || byte == '\n' || byte == '\r' || byte == '\f') {
            scan->position++;
        } else {
            return;
        }
    }
}

nyz_status nyz_pylit_scan_unexpected(const nyz_pylit_scanner *scan, const char *expected)
{
    const int64_t offset = (int64_t)scan->position;
    if (scan->position == scan->size) {
        return nyz_fail(scan->err, NYZ_ERR_CORRUPT, offset,
                        "expected %s, found the end of the text", expected);
    }
    size_t size = 1;
    while (size < 24 && nyz_is_word(nyz_pylit_scan_peek(scan, 0)) &&
           nyz_is_word(nyz_pylit_scan_peek(scan, size))) {
        size++;
    }
    char found[NYZ_QUOTE_SIZE];
    nyz_quote(found, scan->text + scan->position, size);
    return nyz_fail(scan->err, NYZ_ERR_CORRUPT, offset, "expected %s, found %s%s%s",
                    expected, found[0] == '\'' ? "\"" : "'", found,
                    found[0] == '\'' ? "\"" : "'");
}
