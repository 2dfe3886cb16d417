/* SPDX-License-Identifier: MIT */
/* UTF-8: one code point at a time. */
#ifndef NYZ_UTF8_H
#define NYZ_UTF8_H

#include <stddef.h>
#include <stdint.h>

/* Decodes the code point at text[0 ... size), size > 0, to *point.  Returns its length in
 * bytes, 1 to 4; 0 if the bytes are not well formed (overlong, surrogate, over U+10FFFF,
 * cut), with *point = the number of bytes of the ill-formed part that Python's decoder
 * replaces by one U+FFFD (1 to 3). */
int nyz_utf8_decode(const char *text, size_t size, uint32_t *point);

/* Encodes a code point (a surrogate too, in three bytes) to out; returns its length, 1
 * to 4. */
int nyz_utf8_encode(uint32_t point, char out[4]);

/* How many bytes at the start of a text are ASCII: mostly all of them. */
size_t nyz_utf8_ascii_prefix(const char *text, size_t size);

/* Not 0 if all of the text is well-formed UTF-8. */
int nyz_utf8_valid(const char *text, size_t size);

#endif
