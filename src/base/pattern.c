/* SPDX-License-Identifier: MIT */
/* Patterns of names: making one.  See pattern.h. */
#include "base/pattern.h"

#include <string.h>

#include "base/utf8.h"

/* ------------------------------------------------------------------------------ characters */

/* A byte that is not of UTF-8 is a character of its own. */
uint32_t nyz_pattern_decode(const char *text, size_t size, size_t *used)
{
    uint32_t point = 0;
    const int length = nyz_utf8_decode(text, size, &point);
    *used = length > 0 ? (size_t)length : 1;
    return length > 0 ? point : UINT32_C(0x110000) + (unsigned char)text[0];
}

int nyz_pattern_is_plain(const char *text)
{
    return text[strcspn(text, "*?[{")] == '\0';
}

/* ------------------------------------------------------------------------- making the nodes */

/* Where a pattern is being read. */
typedef struct reader {
    nyz_pattern *pattern;
    size_t at;
    int depth;
    uint16_t open[NYZ_PATTERN_BYTES]; /* braces that have not been closed, */
    uint16_t last[NYZ_PATTERN_BYTES]; /* and their last commas, or they themselves */
} reader;

static nyz_pattern_node *put(reader *r, nyz_pattern_kind what, uint32_t point,
                             size_t bytes)
{
    nyz_pattern_node *const node = &r->pattern->nodes[r->pattern->count++];
    node->kind = (unsigned char)what;
    node->point = point;
    r->at += bytes;
    return node;
}

static char at(const reader *r, size_t place)
{
    return place < r->pattern->size ? r->pattern->text[place] : '\0';
}

/* Where a set that begins at the place ends, at its ']'; 0: it has no end. */
static size_t end_of_set(const reader *r, size_t place)
{
    size_t i = place + 1;
    i += at(r, i) == '!';
    i += at(r, i) == ']';
    while (i < r->pattern->size && at(r, i) != ']') {
        i++;
    }
    return i < r->pattern->size ? i : 0;
}

static void put_set(reader *r)
{
    const size_t end = end_of_set(r, r->at);
    if (end == 0) {
        (void)put(r, NYZ_PATTERN_ONE, '[', 1);
        return;
    }
    const size_t first = r->at + 1;
    put(r, NYZ_PATTERN_SET, (uint32_t)first, end + 1 - r->at)->size =
        (uint16_t)(end - first);
}

/* Reads up to NYZ_PATTERN_DIGITS digits; returns how many. */
static int read_number(const reader *r, size_t place, int64_t *value)
{
    int digits = 0;
    *value = 0;
    while (digits <= NYZ_PATTERN_DIGITS &&
           nyz_pattern_is_digit((unsigned char)at(r, place))) {
        if (digits < NYZ_PATTERN_DIGITS) {
            *value = *value * 10 + (at(r, place) - '0');
        }
        digits++;
        place++;
    }
    return digits <= NYZ_PATTERN_DIGITS ? digits : 0;
}

/* Of bounds with zeros before them all numbers have them, as in shells. */
static int width_of(const reader *r, size_t low, int low_digits, size_t high,
                    int high_digits)
{
    const int padded =
        (low_digits > 1 && at(r, low) == '0') || (high_digits > 1 && at(r, high) == '0');
    const int width = low_digits > high_digits ? low_digits : high_digits;
    return padded ? width : 0;
}

/* {low..high}; 0: it is something else. */
static int put_range(reader *r)
{
    int64_t a = 0;
    int64_t b = 0;
    const size_t low = r->at + 1;
    const int low_digits = read_number(r, low, &a);
    const size_t dots = low + (size_t)low_digits;
    const size_t high = dots + 2;
    const int high_digits =
        at(r, dots) == '.' && at(r, dots + 1) == '.' ? read_number(r, high, &b) : 0;
    const size_t end = high + (size_t)high_digits;
    if (low_digits == 0 || high_digits == 0 || at(r, end) != '}') {
        return 0;
    }
    nyz_pattern_range *const range = &r->pattern->ranges[r->pattern->range_count];
    range->low = a < b ? a : b;
    range->high = a < b ? b : a;
    range->width = width_of(r, low, low_digits, high, high_digits);
    (void)put(r, NYZ_PATTERN_RANGE, (uint32_t)r->pattern->range_count++, end + 1 - r->at);
    return 1;
}

static void put_open(reader *r)
{
    if (!put_range(r)) {
        r->open[r->depth] = r->last[r->depth] = (uint16_t)r->pattern->count;
        r->depth++;
        (void)put(r, NYZ_PATTERN_OPEN, '{', 1);
    }
}

/* Lets the brace or comma that was the last one of its group lead to this node. */
static void link_last(reader *r, int number)
{
    r->pattern->nodes[r->last[r->depth - 1]].next = (uint16_t)number;
    r->last[r->depth - 1] = (uint16_t)number;
}

static void put_comma(reader *r)
{
    if (r->depth == 0) {
        (void)put(r, NYZ_PATTERN_ONE, ',', 1);
        return;
    }
    link_last(r, r->pattern->count);
    (void)put(r, NYZ_PATTERN_COMMA, ',', 1);
}

/* A group without a comma is no group. */
static void put_close(reader *r)
{
    const int number = r->pattern->count;
    nyz_pattern_node *const nodes = r->pattern->nodes;
    const int has_comma = r->depth > 0 && r->last[r->depth - 1] != r->open[r->depth - 1];
    (void)put(r, has_comma ? NYZ_PATTERN_CLOSE : NYZ_PATTERN_ONE, '}', 1);
    if (r->depth == 0) {
        return;
    }
    const int open = r->open[r->depth - 1];
    if (has_comma) {
        link_last(r, number);
        for (int i = open; i != number; i = nodes[i].next) {
            nodes[i].close = (uint16_t)number;
        }
    } else {
        nodes[open].kind = NYZ_PATTERN_ONE;
    }
    r->depth--;
}

/* Braces without an end are themselves, and so are their commas. */
static void end_braces(reader *r)
{
    nyz_pattern_node *const nodes = r->pattern->nodes;
    for (; r->depth > 0; r->depth--) {
        const int last = r->last[r->depth - 1];
        for (int i = r->open[r->depth - 1];; i = nodes[i].next) {
            nodes[i].kind = NYZ_PATTERN_ONE;
            if (i == last) {
                break;
            }
        }
    }
}

static void put_next(reader *r)
{
    size_t used = 1;
    switch (at(r, r->at)) {
    case '*':
        (void)put(r, NYZ_PATTERN_MANY, 0, 1);
        return;
    case '?':
        (void)put(r, NYZ_PATTERN_ANY, 0, 1);
        return;
    case '[':
        put_set(r);
        return;
    case '{':
        put_open(r);
        return;
    case ',':
        put_comma(r);
        return;
    case '}':
        put_close(r);
        return;
    default: {
        const nyz_pattern *const p = r->pattern;
        const uint32_t point =
            nyz_pattern_decode(p->text + r->at, p->size - r->at, &used);
        (void)put(r, NYZ_PATTERN_ONE, point, used);
    }
    }
}

void nyz_pattern_init(nyz_pattern *pattern, const char *text)
{
    reader r;
    pattern->text = text;
    pattern->size = strlen(text);
    pattern->literal = strcspn(text, "*?[{");
    pattern->plain =
        pattern->literal == pattern->size || pattern->size > NYZ_PATTERN_BYTES;
    pattern->count = pattern->range_count = 0;
    if (pattern->plain) {
        return;
    }
    r.pattern = pattern;
    r.at = 0;
    r.depth = 0;
    memset(pattern->nodes, 0, sizeof pattern->nodes);
    while (r.at < pattern->size) {
        put_next(&r);
    }
    end_braces(&r);
}
