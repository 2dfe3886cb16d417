/* SPDX-License-Identifier: MIT */
/* Other names: see rename.h. */
#include "base/rename.h"

#include <string.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/utf8.h"

enum { MOST_STARS = 8 };

/* What one '*' stands for. */
typedef struct run {
    const char *text;
    size_t size;
} run;

static int count_stars(const char *text)
{
    int stars = 0;
    for (; *text != '\0'; text++) {
        stars += *text == '*';
    }
    return stars;
}

static nyz_status check(const nyz_rename *rename, nyz_error *err)
{
    char from[NYZ_QUOTE_SIZE];
    char to[NYZ_QUOTE_SIZE];
    if (rename->from == NULL || rename->to == NULL) {
        return nyz_fail(err, NYZ_ERR_ARGUMENT, -1, "a rename has a name that is NULL");
    }
    const int stars = count_stars(rename->from);
    nyz_quote(from, rename->from, strlen(rename->from));
    nyz_quote(to, rename->to, strlen(rename->to));
    if (stars != count_stars(rename->to) || stars > MOST_STARS) {
        return nyz_fail(err, NYZ_ERR_ARGUMENT, -1,
                        "rename '%s' to '%s': expected as many '*' in both, %d at most",
                        from, to, MOST_STARS);
    }
    return nyz_utf8_valid(rename->to, strlen(rename->to))
               ? NYZ_OK
               : nyz_fail(err, NYZ_ERR_ARGUMENT, -1,
                          "rename '%s' to '%s': the new name is not UTF-8", from, to);
}

nyz_status nyz_rename_check(const nyz_rename *renames, int64_t count, nyz_error *err)
{
    if (count < 0 || (renames == NULL && count > 0)) {
        return nyz_fail(err, NYZ_ERR_ARGUMENT, -1, "select: no list of %lld renames",
                        (long long)count);
    }
    for (int64_t i = 0; i < count; i++) {
        NYZ_TRY(check(&renames[i], err));
    }
    return NYZ_OK;
}

/* -------------------------------------------------------------------------------- matching */

/* The first place from `at` on of a piece of text in a name; -1: there is none. */
static int64_t find(const char *name, size_t size, size_t at, const char *piece,
                    size_t piece_size)
{
    for (; size - at >= piece_size; at++) {
        if (memcmp(name + at, piece, piece_size) == 0) {
            return (int64_t)at;
        }
    }
    return -1;
}

/* The last piece is at the end of the name. */
static int64_t find_last(const char *name, size_t size, size_t at, const char *piece,
                         size_t piece_size)
{
    return size - at >= piece_size
               ? find(name, size, size - piece_size, piece, piece_size)
               : -1;
}

/* Not 0 if a name is `from`, and what each '*' stands for. */
static int match(const char *from, const char *name, size_t size, run runs[MOST_STARS])
{
    size_t piece = strcspn(from, "*");
    size_t at = piece;
    int count = 0;
    if (size < piece || memcmp(from, name, piece) != 0) {
        return 0;
    }
    for (from += piece; *from == '*'; from += piece) {
        from++;
        piece = strcspn(from, "*");
        const int64_t place = from[piece] == '\0' ? find_last(name, size, at, from, piece)
                                                  : find(name, size, at, from, piece);
        if (place < 0) {
            return 0;
        }
        runs[count].text = name + at;
        runs[count++].size = (size_t)place - at;
        at = (size_t)place + piece;
    }
    return at == size;
}

/* ---------------------------------------------------------------------------- the new name */

static nyz_status make_name(const char *to, const run *runs, nyz_arena *arena,
                            const char **out, nyz_error *err)
{
    size_t size = strlen(to);
    void *memory = NULL;
    const int stars = count_stars(to);
    for (int i = 0; i < stars; i++) {
        size += runs[i].size;
    }
    NYZ_TRY(nyz_arena_alloc(arena, (int64_t)size + 1, 1, &memory, err));
    char *text = memory;
    *out = text;
    for (; *to != '\0'; to++) {
        if (*to != '*') {
            *text++ = *to;
        } else {
            memcpy(text, runs->text, runs->size);
            text += runs->size;
            runs++;
        }
    }
    return NYZ_OK;
}

nyz_status nyz_rename_apply(const nyz_rename *renames, int64_t count, const char *name,
                            size_t size, nyz_arena *arena, const char **out,
                            nyz_error *err)
{
    run runs[MOST_STARS];
    *out = NULL;
    for (int64_t i = 0; i < count; i++) {
        if (match(renames[i].from, name, size, runs)) {
            return make_name(renames[i].to, runs, arena, out, err);
        }
    }
    return NYZ_OK;
}
