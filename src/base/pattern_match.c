/* SPDX-License-Identifier: MIT */
/* Patterns of names: matching.  The set of all nodes that may come next is kept, so that braces are
 * never expanded and nothing is tried twice.  What needs no character leads only to later nodes: one
 * pass over the set follows it. */
#include <string.h>

#include "base/pattern.h"

/* Whether each node may come next; and of each range, at bit k, whether it may have begun k digits
 * ago. */
typedef struct matcher {
    const nyz_pattern *pattern;
    uint32_t begun[NYZ_PATTERN_RANGES];
    unsigned char sets[2][NYZ_PATTERN_BYTES + 1];
} matcher;

static int is_in_set(const nyz_pattern *p, const nyz_pattern_node *node, uint32_t point)
{
    const char *text = p->text + node->point;
    const char *const end = text + node->size;
    const int negated = *text == '!';
    int found = 0;
    text += negated;
    while (text < end && !found) {
        size_t used = 0;
        const uint32_t low = nyz_pattern_decode(text, (size_t)(end - text), &used);
        uint32_t high = low;
        text += used;
        if (end - text >= 2 && *text == '-') {
            high = nyz_pattern_decode(text + 1, (size_t)(end - text - 1), &used);
            text += 1 + used;
        }
        found = low <= point && point <= high;
    }
    return found != negated;
}

/* Not 0 if the `count` digits before `end` are a number of the range. */
static int is_in_range(const nyz_pattern_range *range, int64_t value, int count,
                       char first)
{
    return value >= range->low && value <= range->high &&
           (range->width > 0 ? count == range->width : count == 1 || first != '0');
}

/* Takes one more digit, which ends at `end`; not 0 if the range may end here. */
static int take_digit(const nyz_pattern_range *range, uint32_t *begun, const char *end)
{
    int64_t value = 0;
    int64_t unit = 1;
    int found = 0;
    *begun = *begun << 1 & ((UINT32_C(2) << NYZ_PATTERN_DIGITS) - 1);
    for (int k = 1; k <= NYZ_PATTERN_DIGITS && (*begun >> k) != 0; k++) {
        value += (end[-k] - '0') * unit;
        unit *= 10;
        found |= (*begun >> k & 1) != 0 && is_in_range(range, value, k, end[-k]);
    }
    return found;
}

/* What comes after the nodes that need no character. */
static void spread(matcher *m, unsigned char *set)
{
    const nyz_pattern_node *const nodes = m->pattern->nodes;
    for (int i = 0; i < m->pattern->count; i++) {
        if (!set[i]) {
            continue;
        }
        switch (nodes[i].kind) {
        case NYZ_PATTERN_OPEN:
            for (int c = i; c != nodes[i].close; c = nodes[c].next) {
                set[c + 1] = 1;
            }
            break;
        case NYZ_PATTERN_COMMA:
            set[nodes[i].close] = 1;
            break;
        case NYZ_PATTERN_MANY:
        case NYZ_PATTERN_CLOSE:
            set[i + 1] = 1;
            break;
        case NYZ_PATTERN_RANGE:
            m->begun[nodes[i].point] |= 1;
            break;
        default:
            break;
        }
    }
}

/* What a node leads to with a character that ends at `end`. */
static int advance(matcher *m, int number, int is_next, uint32_t point, const char *end,
                   unsigned char *next)
{
    const nyz_pattern_node *const node = &m->pattern->nodes[number];
    if (node->kind == NYZ_PATTERN_RANGE) {
        uint32_t *const begun = &m->begun[node->point];
        *begun = nyz_pattern_is_digit(point) ? *begun : 0;
        if (*begun != 0) {
            next[number + 1] |=
                (unsigned char)take_digit(&m->pattern->ranges[node->point], begun, end);
        }
        return *begun != 0 || next[number + 1];
    }
    if (!is_next) {
        return 0;
    }
    if (node->kind == NYZ_PATTERN_MANY) {
        next[number] = 1;
        return 1;
    }
    const int takes =
        node->kind == NYZ_PATTERN_ANY ||
        (node->kind == NYZ_PATTERN_ONE && node->point == point) ||
        (node->kind == NYZ_PATTERN_SET && is_in_set(m->pattern, node, point));
    next[number + 1] |= (unsigned char)takes;
    return takes;
}

static int match(matcher *m, const char *name, size_t size)
{
    const size_t count = (size_t)m->pattern->count;
    unsigned char *set = m->sets[0];
    unsigned char *next = m->sets[1];
    size_t used = 0;
    set[0] = 1;
    for (size_t i = 0; i < size; i += used) {
        const uint32_t point = nyz_pattern_decode(name + i, size - i, &used);
        unsigned char *const other = set;
        int alive = 0;
        spread(m, set);
        memset(next, 0, count + 1);
        for (int n = 0; n < m->pattern->count; n++) {
            alive |= advance(m, n, set[n], point, name + i + used, next);
        }
        if (!alive) {
            return 0;
        }
        set = next;
        next = other;
    }
    spread(m, set);
    return set[count];
}

int nyz_pattern_matches(const nyz_pattern *pattern, const char *name, size_t size)
{
    matcher m;
    if (pattern->size == size && memcmp(pattern->text, name, size) == 0) {
        return 1;
    }
    if (pattern->plain || size < pattern->literal ||
        memcmp(pattern->text, name, pattern->literal) != 0) {
        return 0;
    }
    m.pattern = pattern;
    memset(m.begun, 0, sizeof m.begun);
    memset(m.sets[0], 0, (size_t)pattern->count + 1);
    return match(&m, name, size);
}

int nyz_name_matches(const char *pattern, const char *name)
{
    nyz_pattern made;
    nyz_pattern_init(&made, pattern);
    return nyz_pattern_matches(&made, name, strlen(name));
}
