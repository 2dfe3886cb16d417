/* Which names may be one file: a key that is equal for all of them. */
#ifndef NYZ_CLI_FOLD_H
#define NYZ_CLI_FOLD_H

#include "text/text.h"

#define NYZ_FOLD_MOST 1024 /* bytes of a name */

/* Adds the key of a name of at most NYZ_FOLD_MOST bytes: every character case-folded and
 * decomposed as Unicode says, marks in order, without what is not seen.  The file systems
 * that take several names for one (those of macOS and Windows, ext4 with casefold) do so
 * by a part of this. */
void nyz_line_fold(nyz_line *line, const char *name, size_t size);

/* The tables of fold_*.c, each sorted. */

/* first, first + step, ... last fold to what is `difference` behind. */
typedef struct nyz_fold_run {
    uint32_t first, last, step;
    int32_t difference;
} nyz_fold_run;

typedef struct nyz_fold_range {
    uint32_t first, last;
} nyz_fold_range;

typedef struct nyz_fold_pair {
    uint32_t point, a, b;
} nyz_fold_pair;

typedef struct nyz_fold_single {
    uint32_t point, to;
} nyz_fold_single;

extern const nyz_fold_run nyz_fold_runs[];
extern const size_t nyz_fold_runs_count;
extern const nyz_fold_range nyz_fold_marks[];
extern const size_t nyz_fold_marks_count;
extern const nyz_fold_range nyz_fold_ignorable[];
extern const size_t nyz_fold_ignorable_count;
extern const nyz_fold_single nyz_fold_singles[];
extern const size_t nyz_fold_singles_count;
extern const nyz_fold_pair nyz_fold_pairs[];
extern const size_t nyz_fold_pairs_count;

#endif
