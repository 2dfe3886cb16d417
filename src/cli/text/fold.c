/* Names that may be one file: folding by the tables of fold_*.c. */
#include "text/fold.h"

#include <stdlib.h>

/* A byte of UTF-8 becomes at most two points: the worst are two bytes that become three.
 */
typedef struct points {
    uint32_t at[2 * CLI_FOLD_MAX];
    size_t count;
} points;

/* The tables' rows begin with their (first) point. */
static int compare(const void *key, const void *row)
{
    const uint32_t a = *(const uint32_t *)key;
    const uint32_t b = *(const uint32_t *)row;
    return a < b ? -1 : a > b;
}

static int compare_range(const void *key, const void *row)
{
    const uint32_t point = *(const uint32_t *)key;
    const cli_fold_range *const range = row;
    return point < range->first ? -1 : point > range->last;
}

static int is_in(const cli_fold_range *ranges, size_t count, uint32_t point)
{
    return bsearch(&point, ranges, count, sizeof *ranges, compare_range) != NULL;
}

/* Runs may interleave, so that they are looked through one by one. */
static uint32_t fold_by_run(uint32_t point)
{
    for (size_t i = 0; i < cli_fold_runs_count && cli_fold_runs[i].first <= point; i++) {
        const cli_fold_run *const run = &cli_fold_runs[i];
        if (point <= run->last && (point - run->first) % run->step == 0) {
            return (uint32_t)((int64_t)point + run->difference);
        }
    }
    return point;
}

static uint32_t fold_single(uint32_t point)
{
    if (point < 0x80) {
        return point >= 'A' && point <= 'Z' ? point + ('a' - 'A') : point;
    }
    const cli_fold_single *const single =
        bsearch(&point, cli_fold_singles, cli_fold_singles_count,
                sizeof *cli_fold_singles, compare);
    return single != NULL ? single->to : fold_by_run(point);
}

/* Swaps a mark back to its place among the marks before it. */
static void put_in_order(points *to)
{
    for (size_t i = to->count - 1; i > 0; i--) {
        const uint32_t mark = to->at[i];
        const uint32_t before = to->at[i - 1];
        if (before <= mark || !is_in(cli_fold_marks, cli_fold_marks_count, before)) {
            return;
        }
        to->at[i] = before;
        to->at[i - 1] = mark;
    }
}

/* Adds a point that folds no further. */
static void put(points *to, uint32_t point)
{
    if (point >= 0x80 && is_in(cli_fold_ignorable, cli_fold_ignorable_count, point)) {
        return;
    }
    to->at[to->count] = point;
    to->count++;
    if (point >= 0x80 && is_in(cli_fold_marks, cli_fold_marks_count, point)) {
        put_in_order(to);
    }
}

/* Syllables of Hangul consist of two or three letters, by arithmetic (Unicode 3.12). */
static void put_hangul(points *to, uint32_t syllable)
{
    put(to, 0x1100 + syllable / (21 * 28));
    put(to, 0x1161 + syllable / 28 % 21);
    if (syllable % 28 != 0) {
        put(to, 0x11A7 + syllable % 28);
    }
}

static void fold(points *to, uint32_t point)
{
    const cli_fold_pair *pair = NULL;
    if (point >= 0x80) {
        pair = bsearch(&point, cli_fold_pairs, cli_fold_pairs_count,
                       sizeof *cli_fold_pairs, compare);
    }
    if (pair != NULL) {
        fold(to, pair->a);
        fold(to, pair->b);
    } else if (point >= 0xAC00 && point <= 0xD7A3) {
        put_hangul(to, point - 0xAC00);
    } else {
        put(to, fold_single(point));
    }
}

void cli_line_fold(cli_line *line, const char *name, size_t size)
{
    points to;
    to.count = 0;
    for (size_t i = 0; i < size;) {
        uint32_t point;
        i += cli_utf8_next(name + i, size - i, &point);
        fold(&to, point);
    }
    for (size_t i = 0; i < to.count; i++) {
        cli_line_point(line, to.at[i]);
    }
}
