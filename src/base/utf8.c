/* SPDX-License-Identifier: MIT */
/* UTF-8, decoded and encoded one code point at a time: see utf8.h. */
#include "base/utf8.h"

#include <string.h>

/* What a lead byte promises: the length, and the range of the second byte, which is
 * narrower than 80-BF where that keeps out overlong forms, surrogates and what lies over
 * U+10FFFF. */
typedef struct lead_rule {
    unsigned char first, last;     /* lead bytes */
    unsigned char low, high;       /* second byte */
    unsigned char length, payload; /* bytes in all; bits of the lead byte that count */
} lead_rule;

static const lead_rule lead_rules[] = {
    {0xc2, 0xdf, 0x80, 0xbf, 2, 0x1f}, {0xe0, 0xe0, 0xa0, 0xbf, 3, 0x0f},
    {0xe1, 0xec, 0x80, 0xbf, 3, 0x0f}, {0xed, 0xed, 0x80, 0x9f, 3, 0x0f},
    {0xee, 0xef, 0x80, 0xbf, 3, 0x0f}, {0xf0, 0xf0, 0x90, 0xbf, 4, 0x07},
    {0xf1, 0xf3, 0x80, 0xbf, 4, 0x07}, {0xf4, 0xf4, 0x80, 0x8f, 4, 0x07},
};

static const lead_rule *find_rule(unsigned char lead)
{
    for (size_t i = 0; i < sizeof lead_rules / sizeof lead_rules[0]; i++) {
        if (lead >= lead_rules[i].first && lead <= lead_rules[i].last) {
            return &lead_rules[i];
        }
    }
    return NULL;
}

int nyz_utf8_decode(const char *text, size_t size, uint32_t *point)
{
    const unsigned char *const bytes = (const unsigned char *)text;
    *point = bytes[0];
    if (bytes[0] < 0x80) {
        return 1;
    }
    const lead_rule *const rule = find_rule(bytes[0]);
    if (rule == NULL) {
        *point = 1;
        return 0;
    }
    uint32_t value = bytes[0] & rule->payload;
    for (unsigned i = 1; i < rule->length; i++) {
        const unsigned char low = i == 1 ? rule->low : 0x80;
        const unsigned char high = i == 1 ? rule->high : 0xbf;
        if (i >= size || bytes[i] < low || bytes[i] > high) {
            *point = i;
            return 0;
        }
        value = value << 6 | (bytes[i] & 0x3f);
    }
    *point = value;
    return rule->length;
}

int nyz_utf8_encode(uint32_t point, char out[4])
{
    static const unsigned char marks[5] = {0, 0, 0xc0, 0xe0, 0xf0};
    const int length = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    for (int i = length - 1; i > 0; i--) {
        out[i] = (char)(0x80 | (point & 0x3f));
        point >>= 6;
    }
    out[0] = (char)(marks[length] | point);
    return length;
}

size_t nyz_utf8_ascii_prefix(const char *text, size_t size)
{
    size_t i = 0;
    for (; i + 8 <= size; i += 8) {
        uint64_t eight = 0;
        memcpy(&eight, text + i, sizeof eight);
        if ((eight & UINT64_C(0x8080808080808080)) != 0) {
            break;
        }
    }
    while (i < size && (unsigned char)text[i] < 0x80) {
        i++;
    }
    return i;
}

int nyz_utf8_valid(const char *text, size_t size)
{
    for (size_t i = nyz_utf8_ascii_prefix(text, size); i < size;) {
        uint32_t point = 0;
        const int length = nyz_utf8_decode(text + i, size - i, &point);
        if (length == 0) {
            return 0;
        }
        i += (size_t)length;
    }
    return 1;
}
