/* SPDX-License-Identifier: MIT */
/* Patterns of names, as nyz_model.h describes them, and their other names. */
#ifndef NYZ_PATTERN_H
#define NYZ_PATTERN_H

#include <stddef.h>
#include <stdint.h>

#include "nyz_model.h"

/* Not 0 if nothing in a text is special. */
int nyz_pattern_is_plain(const char *text);

typedef enum nyz_pattern_kind {
    NYZ_PATTERN_END = 0, /* after the last node */
    NYZ_PATTERN_ONE,     /* the character `point` */
    NYZ_PATTERN_ANY,     /* ? */
    NYZ_PATTERN_MANY,    /* * */
    NYZ_PATTERN_SET,     /* [...]: `size` bytes of the text, from `point` on */
    NYZ_PATTERN_RANGE,   /* {1..9}: the range number `point` */
    NYZ_PATTERN_OPEN,
    NYZ_PATTERN_COMMA,
    NYZ_PATTERN_CLOSE
} nyz_pattern_kind;

/* What a name has to have, or a brace or comma: a pattern is a row of them. */
typedef struct nyz_pattern_node {
    uint32_t point;
    uint16_t
        next; /* an opening brace or a comma: the next comma of its group, or its end */
    uint16_t close; /* of these: the closing brace */
    uint16_t size;  /* of a set: its bytes */
    unsigned char kind;
} nyz_pattern_node;

typedef struct nyz_pattern_range {
    int64_t low;
    int64_t high;
    int width; /* digits, with zeros before the number; 0: without */
} nyz_pattern_range;

enum {
    NYZ_PATTERN_RANGES = NYZ_PATTERN_BYTES / 6,
    NYZ_PATTERN_DIGITS = 18 /* of a number: it fits an int64_t */
};

/* About 20 KiB. */
typedef struct nyz_pattern {
    const char *text; /* borrowed */
    size_t size;
    size_t literal; /* bytes at its start that are themselves */
    int plain;      /* all of it is a name */
    int count;      /* nodes */
    int range_count;
    nyz_pattern_node nodes[NYZ_PATTERN_BYTES + 1];
    nyz_pattern_range ranges[NYZ_PATTERN_RANGES];
} nyz_pattern;

/* The first character of size > 0 bytes; a byte that is not of UTF-8 is one of its own. */
uint32_t nyz_pattern_decode(const char *text, size_t size, size_t *used);

static inline int nyz_pattern_is_digit(uint32_t point)
{
    return point >= '0' && point <= '9';
}

/* Any text is a pattern. */
void nyz_pattern_init(nyz_pattern *pattern, const char *text);

int nyz_pattern_matches(const nyz_pattern *pattern, const char *name, size_t size);

#endif
