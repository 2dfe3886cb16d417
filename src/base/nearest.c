/* SPDX-License-Identifier: MIT */
/* The candidate nearest to a name: see nearest.h. */
#include "base/nearest.h"

#include <string.h>

#include "base/error.h"

enum { MOST = 2, FAR = MOST + 1, CELLS = NYZ_NEAREST_NAME + MOST + 1 };

/* Distances between the starts of two names: rows of the matrix, the last three. */
typedef struct matrix {
    unsigned char rows[3][CELLS];
} matrix;

void nyz_nearest_begin(nyz_nearest *nearest, const char *name, size_t size)
{
    memset(nearest, 0, sizeof *nearest);
    nearest->name = name;
    nearest->size = size;
    nearest->most = size < 2 ? 0 : size < 4 ? 1 : MOST;
}

static int lower(char c)
{
    return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
}

static int same(char a, char b)
{
    return lower(a) == lower(b);
}

static int least(int a, int b)
{
    return a < b ? a : b;
}

/* The distance of a[0 ... i) and b[0 ... j), i and j over 0, from shorter ones. */
static int cell(const matrix *m, const char *a, size_t i, const char *b, size_t j)
{
    const unsigned char *const current = m->rows[i % 3];
    const unsigned char *const before = m->rows[(i - 1) % 3];
    int found = before[j - 1] + !same(a[i - 1], b[j - 1]);
    found = least(found, before[j] + 1);
    found = least(found, current[j - 1] + 1);
    if (i > 1 && j > 1 && same(a[i - 1], b[j - 2]) && same(a[i - 2], b[j - 1])) {
        found = least(found, m->rows[(i - 2) % 3][j - 2] + 1);
    }
    return least(found, FAR);
}

/* FAR if it is over MOST.  Cells further than MOST from the diagonal stay FAR. */
static int distance(const char *a, size_t a_size, const char *b, size_t b_size)
{
    matrix m = {{{0}}};
    for (size_t i = 0; i <= a_size; i++) {
        unsigned char *const row = m.rows[i % 3];
        const size_t first = i > MOST ? i - MOST : 0;
        const size_t last = i + MOST < b_size ? i + MOST : b_size;
        memset(row, FAR, CELLS);
        for (size_t j = first; j <= last; j++) {
            row[j] = (unsigned char)(i == 0   ? (int)j
                                     : j == 0 ? (int)i
                                              : cell(&m, a, i, b, j));
        }
    }
    return m.rows[a_size % 3][b_size];
}

void nyz_nearest_offer(nyz_nearest *nearest, const char *candidate, size_t size)
{
    nearest->tried++;
    const size_t apart =
        size > nearest->size ? size - nearest->size : nearest->size - size;
    if (nearest->size > NYZ_NEAREST_NAME || nearest->tried > NYZ_NEAREST_CANDIDATES ||
        apart > MOST || nearest->most < 0) {
        return;
    }
    const int found = distance(nearest->name, nearest->size, candidate, size);
    if (found <= nearest->most) {
        nearest->most = found - 1;
        nearest->found = candidate;
        nearest->found_size = size;
    }
}

nyz_status nyz_nearest_fail(const nyz_nearest *nearest, const char *name,
                            const char *noun, int64_t count, nyz_error *err)
{
    char quoted[NYZ_QUOTE_SIZE];
    char near[NYZ_QUOTE_SIZE];
    nyz_quote(quoted, name, strlen(name));
    if (nearest->found == NULL) {
        (void)nyz_fail(err, NYZ_ERR_NOT_FOUND, -1,
                       "no member '%s' (the %s has %lld members)", quoted, noun,
                       (long long)count);
    } else {
        (void)nyz_fail(err, NYZ_ERR_NOT_FOUND, -1, "no member '%s'; did you mean '%s'?",
                       quoted, nyz_quote(near, nearest->found, nearest->found_size));
    }
    nyz_error_set_member(err, -1, name, strlen(name));
    return NYZ_ERR_NOT_FOUND;
}
