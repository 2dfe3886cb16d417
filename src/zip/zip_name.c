/* SPDX-License-Identifier: MIT */
/* Names of members, decoded to UTF-8 as Python's zipfile decodes them. */
#include <string.h>

#include "base/utf8.h"
#include "zip/zip_internal.h"

/* Code page 437, bytes 0x80 ... 0xff. */
static const uint16_t cp437[128] = {
    0x00c7, 0x00fc, 0x00e9, 0x00e2, 0x00e4, 0x00e0, 0x00e5, 0x00e7, 0x00ea, 0x00eb,
    0x00e8, 0x00ef, 0x00ee, 0x00ec, 0x00c4, 0x00c5, 0x00c9, 0x00e6, 0x00c6, 0x00f4,
    0x00f6, 0x00f2, 0x00fb, 0x00f9, 0x00ff, 0x00d6, 0x00dc, 0x00a2, 0x00a3, 0x00a5,
    0x20a7, 0x0192, 0x00e1, 0x00ed, 0x00f3, 0x00fa, 0x00f1, 0x00d1, 0x00aa, 0x00ba,
    0x00bf, 0x2310, 0x00ac, 0x00bd, 0x00bc, 0x00a1, 0x00ab, 0x00bb, 0x2591, 0x2592,
    0x2593, 0x2502, 0x2524, 0x2561, 0x2562, 0x2556, 0x2555, 0x2563, 0x2551, 0x2557,
    0x255d, 0x255c, 0x255b, 0x2510, 0x2514, 0x2534, 0x252c, 0x251c, 0x2500, 0x253c,
    0x255e, 0x255f, 0x255a, 0x2554, 0x2569, 0x2566, 0x2560, 0x2550, 0x256c, 0x2567,
    0x2568, 0x2564, 0x2565, 0x2559, 0x2558, 0x2552, 0x2553, 0x256b, 0x256a, 0x2518,
    0x250c, 0x2588, 0x2584, 0x258c, 0x2590, 0x2580, 0x03b1, 0x00df, 0x0393, 0x03c0,
    0x03a3, 0x03c3, 0x00b5, 0x03c4, 0x03a6, 0x0398, 0x03a9, 0x03b4, 0x221e, 0x03c6,
    0x03b5, 0x2229, 0x2261, 0x00b1, 0x2265, 0x2264, 0x2320, 0x2321, 0x00f7, 0x2248,
    0x00b0, 0x2219, 0x00b7, 0x221a, 0x207f, 0x00b2, 0x25a0, 0x00a0,
};

#define REPLACEMENT 0xfffdu

/* The code point at raw[0], and how many bytes it takes. */
static size_t decode_point(const unsigned char *raw, size_t size, int utf8,
                           uint32_t *point)
{
    if (raw[0] < 0x80) {
        *point = raw[0];
        return 1;
    }
    if (!utf8) {
        *point = cp437[raw[0] - 0x80];
        return 1;
    }
    const int length = nyz_utf8_decode((const char *)raw, size, point);
    if (length > 0) {
        return (size_t)length;
    }
    const size_t ill_formed = *point;
    *point = REPLACEMENT;
    return ill_formed;
}

size_t nyz_zip_name_decode(const unsigned char *raw, size_t size, int utf8, char *out)
{
    size_t written = 0;
    while (size > 0) {
        uint32_t point;
        char encoded[4];
        const size_t taken = decode_point(raw, size, utf8, &point);
        const size_t length = (size_t)nyz_utf8_encode(point, encoded);
        if (out != NULL) {
            memcpy(out + written, encoded, length);
        }
        written += length;
        raw += taken;
        size -= taken;
    }
    return written;
}

int nyz_zip_name_is(const unsigned char *raw, size_t size, int utf8,
                    const unsigned char *text, size_t text_size)
{
    while (size > 0) {
        uint32_t point;
        char encoded[4];
        const size_t taken = decode_point(raw, size, utf8, &point);
        const size_t length = (size_t)nyz_utf8_encode(point, encoded);
        if (length > text_size || memcmp(text, encoded, length) != 0) {
            return 0;
        }
        raw += taken;
        size -= taken;
        text += length;
        text_size -= length;
    }
    return text_size == 0;
}
