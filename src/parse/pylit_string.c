/* SPDX-License-Identifier: MIT */
/* Python literals: strings, their prefixes, quotes and escapes.  docs/format.md 1.4. */
#include <string.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/utf8.h"
#include "parse/pylit.h"
#include "parse/pylit_internal.h"

/* One 'x' of 'x' "y" r'z', which together are one string. */
typedef struct piece {
    size_t start, end; /* of what is between the quotes */
    int raw;
    int bytes;
} piece;

/* What an escape stands for, where it is no code point. */
#define NO_POINT UINT32_MAX

size_t nyz_pylit_scan_is_string(const nyz_pylit_scanner *scan)
{
    static const char *const prefixes[] = {"", "u", "r", "b", "br", "rb"};
    char prefix[3] = {0};
    size_t size = 0;
    while (size < 2 && nyz_is_letter(nyz_pylit_scan_peek(scan, size))) {
        prefix[size] = (char)(nyz_pylit_scan_peek(scan, size) | 0x20);
        size++;
    }
    if (nyz_pylit_scan_peek(scan, size) != '\'' &&
        nyz_pylit_scan_peek(scan, size) != '"') {
        return 0;
    }
    for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++) {
        if (strcmp(prefix, prefixes[i]) == 0) {
            return size + 1;
        }
    }
    return 0;
}

/* ----------------------------------------------------------------- where a piece ends */

/* Whether two more follow the quote at the scanner's place. */
static int is_triple(const nyz_pylit_scanner *scan, int quote)
{
    return nyz_pylit_scan_peek(scan, 1) == quote && nyz_pylit_scan_peek(scan, 2) == quote;
}

/* Goes over one character of the content; a backslash takes the next one with it. */
static void skip_character(nyz_pylit_scanner *scan)
{
    if (nyz_pylit_scan_peek(scan, 0) == '\\') {
        scan->position +=
            nyz_pylit_scan_peek(scan, 1) == '\r' && nyz_pylit_scan_peek(scan, 2) == '\n';
        scan->position += nyz_pylit_scan_peek(scan, 1) >= 0;
    }
    scan->position++;
}

/* Goes over the content to the closing quote: the scanner is left on it. */
static nyz_status skip_content(nyz_pylit_scanner *scan, int quote, int triple,
                               size_t begin)
{
    for (;;) {
        const int byte = nyz_pylit_scan_peek(scan, 0);
        if (byte == quote && (!triple || is_triple(scan, quote))) {
            return NYZ_OK;
        }
        if (byte < 0 || (!triple && (byte == '\n' || byte == '\r'))) {
            return nyz_fail(scan->err, NYZ_ERR_CORRUPT, (int64_t)begin,
                            "a string without its closing quote");
        }
        skip_character(scan);
    }
}

/* Goes over one piece. */
static nyz_status scan_piece(nyz_pylit_scanner *scan, piece *out)
{
    const size_t begin = scan->position;
    const size_t opening = nyz_pylit_scan_is_string(scan);
    for (size_t i = 0; i + 1 < opening; i++) {
        const int letter = nyz_pylit_scan_peek(scan, i) | 0x20;
        out->raw |= letter == 'r';
        out->bytes |= letter == 'b';
    }
    scan->position += opening - 1;
    const int quote = nyz_pylit_scan_peek(scan, 0);
    const int triple = is_triple(scan, quote);
    scan->position += triple ? 3 : 1;
    out->start = scan->position;
    NYZ_TRY(skip_content(scan, quote, triple, begin));
    out->end = scan->position;
    scan->position += triple ? 3 : 1;
    return NYZ_OK;
}

/* --------------------------------------------------------------- the value of a piece */

/* Up to `most` digits of a base, at least `least`, at text[*at ... end). */
static int read_digits(const nyz_pylit_scanner *scan, size_t *at, size_t end,
                       unsigned base, int least, int most, uint32_t *point)
{
    int count = 0;
    *point = 0;
    while (count < most && *at < end &&
           nyz_digit((unsigned char)scan->text[*at]) < base) {
        *point = *point * base + nyz_digit((unsigned char)scan->text[*at]);
        ++*at;
        count++;
    }
    return count >= least;
}

static nyz_status bad_escape(const nyz_pylit_scanner *scan, size_t at, const char *why)
{
    return nyz_fail(scan->err, NYZ_ERR_CORRUPT, (int64_t)at, "%s", why);
}

/* \xHH, \uHHHH, \UHHHHHHHH; *at is after the letter. */
static nyz_status read_hex(const nyz_pylit_scanner *scan, size_t *at, size_t end,
                           int digits, uint32_t *point)
{
    const size_t begin = *at - 2;
    if (!read_digits(scan, at, end, 16, digits, digits, point)) {
        return bad_escape(scan, begin, "an escape with too few hexadecimal digits");
    }
    if (*point > 0x10ffff) {
        return bad_escape(scan, begin, "an escape beyond U+10FFFF");
    }
    return NYZ_OK;
}

/* The escapes of one letter: its code point, or NO_POINT. */
static uint32_t simple_escape(int letter)
{
    static const char letters[] = "\\'\"abfnrtv";
    static const char points[] = "\\'\"\a\b\f\n\r\t\v";
    const char *const found = memchr(letters, letter, sizeof letters - 1);
    return found != NULL ? (unsigned char)points[found - letters] : NO_POINT;
}

/* Reads an escape; *at is on its backslash and moves after it.  NO_POINT: nothing comes
 * out. */
static nyz_status read_escape(const nyz_pylit_scanner *scan, size_t *at, size_t end,
                              uint32_t *point)
{
    const size_t begin = *at;
    const int letter = (unsigned char)scan->text[begin + 1];
    *at += 2;
    *point = simple_escape(letter);
    if (*point != NO_POINT) {
        return NYZ_OK;
    }
    switch (letter) {
    case '\n':
        return NYZ_OK;
    case '\r':
        *at += *at < end && scan->text[*at] == '\n';
        return NYZ_OK;
    case 'x':
        return read_hex(scan, at, end, 2, point);
    case 'u':
        return read_hex(scan, at, end, 4, point);
    case 'U':
        return read_hex(scan, at, end, 8, point);
    case 'N':
        return nyz_fail(scan->err, NYZ_ERR_UNSUPPORTED, (int64_t)begin,
                        "\\N{...} in a string: characters by name are not read");
    default:
        *at = begin + 1;
        if (!read_digits(scan, at, end, 8, 1, 3, point)) {
            *point = '\\'; /* not an escape: Python keeps the backslash */
        }
        return NYZ_OK;
    }
}

/* The next code point of a piece.  UTF-8 goes through byte by byte. */
static nyz_status read_character(const nyz_pylit_scanner *scan, const piece *p,
                                 size_t *at, uint32_t *point)
{
    const unsigned char byte = (unsigned char)scan->text[*at];
    if (byte == '\\' && !p->raw) {
        return read_escape(scan, at, p->end, point);
    }
    *point = byte;
    ++*at;
    if (byte == '\r') { /* all line ends are \n to Python */
        *point = '\n';
        *at += *at < p->end && scan->text[*at] == '\n';
    }
    return NYZ_OK;
}

/* Appends what a piece stands for to out[*used]. */
static nyz_status decode_piece(const nyz_pylit_scanner *scan, const piece *p, char *out,
                               int64_t *used)
{
    for (size_t at = p->start; at < p->end;) {
        uint32_t point = 0;
        const int plain_byte = !scan->rules->latin1 && (scan->text[at] & 0x80) != 0;
        NYZ_TRY(read_character(scan, p, &at, &point));
        if (plain_byte) {
            out[(*used)++] = (char)point;
        } else if (point != NO_POINT) {
            char encoded[4];
            const int length = nyz_utf8_encode(point, encoded);
            memcpy(out + *used, encoded, (size_t)length);
            *used += length;
        }
    }
    return NYZ_OK;
}

/* --------------------------------------------------------------------- all the pieces */

/* Goes over all pieces of the string at the scanner's place.  *most: the bytes that they
 * can stand for at most; no escape is shorter than its UTF-8. */
static nyz_status measure(nyz_pylit_scanner *scan, nyz_pylit *lit, int64_t *most)
{
    *most = 0;
    do {
        piece p = {0};
        const size_t begin = scan->position;
        NYZ_TRY(scan_piece(scan, &p));
        const nyz_pylit_type type = p.bytes ? NYZ_PYLIT_BYTES : NYZ_PYLIT_STR;
        if (*most > 0 && lit->type != type) {
            return nyz_fail(scan->err, NYZ_ERR_CORRUPT, (int64_t)begin,
                            "bytes and text in one string");
        }
        lit->type = type;
        *most += (int64_t)(p.end - p.start) * (scan->rules->latin1 ? 2 : 1) + 1;
        nyz_pylit_scan_space(scan);
    } while (nyz_pylit_scan_is_string(scan) > 0);
    return NYZ_OK;
}

/* The length of a string that stands for its own bytes, as nearly all do: one piece of
 * ASCII without prefix or escape.  0: it is another, or empty. */
static size_t plain_size(const nyz_pylit_scanner *scan)
{
    const int quote = nyz_pylit_scan_peek(scan, 0);
    size_t size = 0;
    int byte;
    if (quote != '\'' && quote != '"') {
        return 0;
    }
    do {
        size++;
        byte = nyz_pylit_scan_peek(scan, size);
    } while (byte >= ' ' && byte < 0x80 && byte != quote && byte != '\\');
    return byte == quote ? size - 1 : 0;
}

/* Takes such a string as it is, unless another follows, which would belong to it. */
static int take_plain(nyz_pylit_scanner *scan, nyz_pylit *lit)
{
    const size_t begin = scan->position;
    const size_t size = plain_size(scan);
    if (size == 0) {
        return 0;
    }
    scan->position += size + 2;
    nyz_pylit_scan_space(scan);
    if (nyz_pylit_scan_is_string(scan) > 0) {
        scan->position = begin;
        return 0;
    }
    lit->type = NYZ_PYLIT_STR;
    lit->text = scan->text + begin + 1;
    lit->count = (int64_t)size;
    return 1;
}

nyz_status nyz_pylit_scan_string(nyz_pylit_scanner *scan, nyz_pylit *lit)
{
    const size_t begin = scan->position;
    int64_t most = 0;
    void *memory = NULL;
    if (take_plain(scan, lit)) {
        return NYZ_OK;
    }
    NYZ_TRY(measure(scan, lit, &most));
    if (lit->type == NYZ_PYLIT_BYTES) {
        return NYZ_OK;
    }
    NYZ_TRY(nyz_arena_alloc(scan->arena, most, 1, &memory, scan->err));
    scan->position = begin;
    do {
        piece p = {0};
        NYZ_TRY(scan_piece(scan, &p));
        NYZ_TRY(decode_piece(scan, &p, memory, &lit->count));
        nyz_pylit_scan_space(scan);
    } while (nyz_pylit_scan_is_string(scan) > 0);
    lit->text = memory;
    return NYZ_OK;
}
