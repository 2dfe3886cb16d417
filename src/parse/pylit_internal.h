/* SPDX-License-Identifier: MIT */
/* What the files of the literal parser share: pylit.c (values), pylit_number.c,
 * pylit_string.c. No other file includes it. */
#ifndef NYZ_PYLIT_INTERNAL_H
#define NYZ_PYLIT_INTERNAL_H

#include "base/arena.h"
#include "parse/pylit.h"

typedef struct nyz_pylit_scanner {
    const char *text;
    size_t size;
    size_t position;
    const nyz_pylit_rules *rules;
    nyz_arena *arena;
    int64_t depth; /* brackets open */
    char close;    /* what closes the innermost of them; 0: none is open */
    nyz_error *err;
} nyz_pylit_scanner;

/* The byte `ahead` of the scanner's place, -1 at the end. */
static inline int nyz_pylit_scan_peek(const nyz_pylit_scanner *scan, size_t ahead)
{
    return ahead < scan->size - scan->position
               ? (unsigned char)scan->text[scan->position + ahead]
               : -1;
}

/* In ASCII, whatever the locale. */
static inline int nyz_is_letter(int byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
}

/* Letters, digits and '_'. */
static inline int nyz_is_word(int byte)
{
    return nyz_is_letter(byte) || (byte >= '0' && byte <= '9') || byte == '_';
}

/* The value of a digit up to base 36, else 99. */
static inline unsigned nyz_digit(int byte)
{
    if (byte >= '0' && byte <= '9') {
        return (unsigned)(byte - '0');
    }
    if (byte >= 'a' && byte <= 'z') {
        return (unsigned)(byte - 'a') + 10;
    }
    return byte >= 'A' && byte <= 'Z' ? (unsigned)(byte - 'A') + 10 : 99;
}

/* Goes over white space, comments and backslash-newline. */
void nyz_pylit_scan_space(nyz_pylit_scanner *scan);

/* Fails with "expected ..., found ..." at the scanner's place. */
nyz_status nyz_pylit_scan_unexpected(const nyz_pylit_scanner *scan, const char *expected);

/* The length of the string prefix and opening quote at the scanner's place, 0 if there is
 * no string: 1 for 'x', 2 for u'x'. */
size_t nyz_pylit_scan_is_string(const nyz_pylit_scanner *scan);

/* Not 0 if one of NumPy's integers begins at the scanner's place, and may. */
int nyz_pylit_scan_is_numpy(const nyz_pylit_scanner *scan);

/* A string or bytes literal, with the ones that follow it directly; an integer;
 * one of NumPy's.  The scanner is at the first byte of it. */
nyz_status nyz_pylit_scan_string(nyz_pylit_scanner *scan, nyz_pylit *lit);
nyz_status nyz_pylit_scan_number(nyz_pylit_scanner *scan, nyz_pylit *lit);
nyz_status nyz_pylit_scan_numpy(nyz_pylit_scanner *scan, nyz_pylit *lit);

#endif
