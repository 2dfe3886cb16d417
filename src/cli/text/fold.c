/* SPDX-License-Identifier: MIT */
/* Names that may be one file: folding by utf8proc. */
#include "text/fold.h"

#include "text/unicode.h"

#include <utf8proc.h>

enum { HOW = UTF8PROC_STABLE | UTF8PROC_DECOMPOSE | UTF8PROC_CASEFOLD | UTF8PROC_IGNORE };

/* A byte of UTF-8 becomes at most two points; at worst, two bytes become three. */
typedef struct points {
    utf8proc_int32_t at[2 * CLI_FOLD_MAX];
    size_t count;
} points;

/* Reserved by Unicode for characters that are not visible; utf8proc knows the assigned
 * ones. */
static int is_reserved_ignorable(uint32_t point)
{
    return point == 0x2065 || (point >= 0xFFF0 && point <= 0xFFF8) ||
           (point >= 0xE0000 && point <= 0xE0FFF);
}

static int is_mark(utf8proc_int32_t point)
{
    return utf8proc_get_property(point)->combining_class != 0;
}

/* Swaps the mark at `i` back to its place among the marks before it.  The order by code
 * point, whatever the classes, makes at least those names equal that are so in canonical
 * order. */
static void put_in_order(points *to, size_t i)
{
    const utf8proc_int32_t mark = to->at[i];
    for (; i > 0 && to->at[i - 1] > mark && is_mark(to->at[i - 1]); i--) {
        to->at[i] = to->at[i - 1];
    }
    to->at[i] = mark;
}

/* Adds what a character folds to; 0 if there is no room. */
static int fold(points *to, uint32_t point)
{
    const size_t room = sizeof to->at / sizeof to->at[0] - to->count;
    if (is_reserved_ignorable(point)) {
        return 1;
    }
    const utf8proc_ssize_t added =
        utf8proc_decompose_char((utf8proc_int32_t)point, to->at + to->count,
                                (utf8proc_ssize_t)room, (utf8proc_option_t)HOW, NULL);
    if (added < 0 || (size_t)added > room) {
        return 0;
    }
    for (utf8proc_ssize_t i = 0; i < added; i++, to->count++) {
        if (is_mark(to->at[to->count])) {
            put_in_order(to, to->count);
        }
    }
    return 1;
}

void cli_line_fold(cli_line *line, const char *name, size_t size)
{
    points to;
    to.count = 0;
    for (size_t i = 0; i < size;) {
        uint32_t point;
        i += cli_utf8_next(name + i, size - i, &point);
        if (!fold(&to, point != UINT32_MAX ? point : 0xFFFD)) {
            line->failed = 1;
            return;
        }
    }
    for (size_t i = 0; i < to.count; i++) {
        cli_line_point(line, (uint32_t)to.at[i]);
    }
}
