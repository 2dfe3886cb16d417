/* Which names may be one file: a key that is equal for all of them. */
#ifndef NYZ_CLI_TEXT_FOLD_H
#define NYZ_CLI_TEXT_FOLD_H

#include "text/text.h"

#define CLI_FOLD_MAX 1024 /* bytes of a name */

/* Adds the key of a name of at most CLI_FOLD_MAX bytes: every character case-folded and
 * decomposed as Unicode says, marks in order, without what is not seen.  The file systems
 * that take several names for one (those of macOS and Windows, ext4 with casefold) do so
 * by a part of this. */
void cli_line_fold(cli_line *line, const char *name, size_t size);

/* The tables of fold_*.c, each sorted. */

/* first, first + step, ... last fold to what is `difference` behind. */
typedef struct cli_fold_run {
    uint32_t first, last, step;
    int32_t difference;
} cli_fold_run;

typedef struct cli_fold_range {
    uint32_t first, last;
} cli_fold_range;

typedef struct cli_fold_pair {
    uint32_t point, a, b;
} cli_fold_pair;

typedef struct cli_fold_single {
    uint32_t point, to;
} cli_fold_single;

extern const cli_fold_run cli_fold_runs[];
extern const size_t cli_fold_runs_count;
extern const cli_fold_range cli_fold_marks[];
extern const size_t cli_fold_marks_count;
extern const cli_fold_range cli_fold_ignorable[];
extern const size_t cli_fold_ignorable_count;
extern const cli_fold_single cli_fold_singles[];
extern const size_t cli_fold_singles_count;
extern const cli_fold_pair cli_fold_pairs[];
extern const size_t cli_fold_pairs_count;

#endif
