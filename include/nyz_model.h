/* SPDX-License-Identifier: MIT */
/* nyz: parts of models.  Arrays are chosen by their names, get other names, and are loaded.
 *
 *     static const char *const layers[] = {"module.encoder.*"};
 *     static const nyz_rename renames[] = {{"module.*", "*"}};
 *     const nyz_select select = {
 *         .include = layers, .include_count = 1, .renames = renames, .rename_count = 1};
 *     if (nyz_file_load_selected(file, &select, NULL, &arrays, &err) != NYZ_OK)
 *         return complain(err.message);
 *
 * nyz.h's conventions hold here. */
#ifndef NYZ_MODEL_PUBLIC_H
#define NYZ_MODEL_PUBLIC_H

#include "nyz.h"
#include "nyz_file.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---------------------------------------------------------------------------------- names */

/* A pattern is a name in which
 *
 *     *        is any run of characters, '.' and '/' included: "encoder.*" is a prefix
 *     ?        is one character
 *     [a-z_]   is one of these, [!a-z] one that is not; ']' comes first, '-' first or last
 *     {a,b}    is one of these patterns, which may be empty or have braces again
 *     {0..11}  is one of these numbers, without zeros before it; {00..11}: with as many digits
 *
 * Everything else is itself, brackets and braces without an end among it; [*] is a '*'.  Characters
 * are Unicode's, and their case counts.
 *
 * A pattern has at most NYZ_PATTERN_BYTES bytes; a longer text is a name alone.  The time to match
 * grows with the product of both lengths, whatever they are. */
#define NYZ_PATTERN_BYTES 1023

/* Not 0 if the name is the pattern, or matches it. */
NYZ_API int nyz_name_matches(const char *pattern, const char *name) NYZ_NONNULL((1, 2));

/* Another name: each '*' in `from`, as many as in `to`, at most 8, is any run of characters, which
 * comes in the place of that one in `to`; nothing else is special.
 *
 *     {"fc1.weight", "w1"}                     one name
 *     {"module.*", "*"}                        without a prefix
 *     {"encoder.layers.*", "enc.*"}            with another one
 *     {"layer.*.attention.*", "h.*.attn.*"}    in the middle: each run is the shortest, but for
 *                                              the last one */
typedef struct nyz_rename {
    const char *from;
    const char *to;
} nyz_rename;

/* nyz_select.flags */
enum {
    NYZ_SELECT_MAYBE = 1u << 0 /* a pattern of `include` may match nothing */
};

/* Which items of a file are taken, and under which names.  The name of an item is its key, which
 * for a .npz member is its name without ".npy"; patterns may match either.  A pattern that is the
 * name of an item means that item alone: "w[0]" is not "w0" where there is a "w[0]".  Where a name
 * occurs twice in the file, the last one counts. */
typedef struct nyz_select {
    const char *const *include; /* patterns; none: all items */
    int64_t include_count;
    const char *const *exclude; /* patterns of what is left out of these */
    int64_t exclude_count;
    const nyz_rename *renames;  /* of the names in the file; the first one that fits counts */
    int64_t rename_count;
    uint32_t flags;             /* NYZ_SELECT_MAYBE, or 0 */
    uint32_t reserved32;        /* 0 */
    int64_t reserved[4];        /* 0 */
} nyz_select;

/* ---------------------------------------------------------------------- lists of arrays */

/* As nyz_npz_load_all and nyz_file_load_all, of the items that are selected: nothing of the others
 * is read.  The list has these alone, in their order, under their new names (nyz_arrays_name).
 * select NULL: all, by their keys.
 * opt: as those.
 * Errors: as those; NOT_FOUND (a pattern of `include` that matches nothing, unless
 * NYZ_SELECT_MAYBE; the message suggests a name that is near); ARGUMENT (two items get one name:
 * the message has both; a rename whose '*' are not as many on both sides). */
NYZ_API nyz_status nyz_npz_load_selected(const nyz_npz *npz, const nyz_select *select,
                                         const nyz_options *opt, nyz_arrays **out,
                                         nyz_error *err) NYZ_NODISCARD NYZ_NONNULL((1, 4));
NYZ_API nyz_status nyz_file_load_selected(const nyz_file *file, const nyz_select *select,
                                          const nyz_options *opt, nyz_arrays **out,
                                          nyz_error *err) NYZ_NODISCARD NYZ_NONNULL((1, 4));

#ifdef __cplusplus
}
#endif

#endif /* NYZ_MODEL_PUBLIC_H */
