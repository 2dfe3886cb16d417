/* SPDX-License-Identifier: MIT */
/* nyz: parts of models.  Arrays are chosen by their names, get other names, and are loaded into the
 * parameters of a network: all of them, or none of its memory is touched and a report says what
 * does not fit, as of PyTorch's load_state_dict.
 *
 *     static const char *const layers[] = {"module.encoder.*"};
 *     static const nyz_rename renames[] = {{"module.*", "*"}};
 *     const nyz_select select = {
 *         .include = layers, .include_count = 1, .renames = renames, .rename_count = 1};
 *     const nyz_parameter parameters[] = {
 *         {.name = "encoder.fc1.weight", .into = &weight},
 *         {.name = "encoder.fc1.bias", .want = &vector, .out = &bias}};
 *     if (nyz_file_load_model(file, &select, parameters, 2, NYZ_LOAD_STRICT, NULL, NULL, &err) !=
 *         NYZ_OK)
 *         return complain(err.message);   (1 missing: 'encoder.fc1.bias'; 1 mismatched:
 *                                          'encoder.fc1.weight' is float32 (128, 784), wanted
 *                                          float32 (784, 128))
 *
 * nyz.h's conventions hold here, but for one: a report is also filled where its call fails. */
#ifndef NYZ_MODEL_PUBLIC_H
#define NYZ_MODEL_PUBLIC_H

#include "nyz.h"
#include "nyz_cast.h"
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

/* --------------------------------------------------------------------------------- models */

/* nyz_parameter.flags */
enum {
    NYZ_PARAMETER_MAYBE = 1u << 0 /* it need not be in the file */
};

/* An array of the program's: memory that is there, `into`, or one to be made, `out`. */
typedef struct nyz_parameter {
    const char *name;      /* what the item is called, after renaming */
    const nyz_array *into; /* filled as by nyz_load_into */
    const nyz_want *want;  /* with out: as by nyz_load_as; NULL: as the file has it */
    nyz_array *out;        /* zeroed where nothing is loaded */
    uint32_t flags;        /* NYZ_PARAMETER_MAYBE, or 0 */
    uint32_t reserved32;   /* 0 */
    int64_t reserved[4];   /* 0 */
} nyz_parameter;

/* What makes nyz_file_load_model fail.  Whatever the mode, it fails if there are parameters of
 * which none is in the file and one has to be: another prefix of all names would not be noticed. */
typedef int32_t nyz_load_mode;
enum {
    NYZ_LOAD_STRICT = 0, /* anything missing, unexpected or mismatched, as strict=True */
    NYZ_LOAD_PARTIAL,    /* what is mismatched, as strict=False */
    NYZ_LOAD_FITTING     /* nothing: what does not fit is left as it is */
};

/* One name of a report. */
typedef struct nyz_finding {
    const char *name;   /* of the parameter, or what the unexpected item is called after renaming */
    const char *item;   /* the item's name in the file; NULL: it has none of this name */
    const char *found;  /* mismatched: the item's dtype and shape, "float32 (128, 784)"; else, and
                           of what is no array, NULL */
    const char *wanted; /* the same of the parameter, -1 for any dimension */
    const char *why;    /* in words, "is float32 (128, 784), wanted float32 (784, 128)"; NULL: there
                           is nothing to add */
    int64_t item_index; /* in the file; -1: none */
    int64_t parameter;  /* its index; -1: none */
    int64_t reserved[2];
} nyz_finding;

/* What does not fit, all of it, in the order of the parameters and of the file.  Its text is its
 * own, and does not need the file.  Free it with nyz_report_free. */
typedef struct nyz_report {
    const nyz_finding *missing;    /* parameters that are not in the file, without
                                      NYZ_PARAMETER_MAYBE */
    const nyz_finding *unexpected; /* arrays that are selected, and no parameter's */
    const nyz_finding *mismatched; /* of another shape, of a dtype that opt->casting does not
                                      convert, or no array */
    int64_t missing_count;
    int64_t unexpected_count;
    int64_t mismatched_count;
    int64_t loaded;                /* how many parameters were loaded */
    nyz_owner *owner;
    int64_t reserved[4];
} nyz_report;

NYZ_API void nyz_report_free(nyz_report *report);

/* Loads the parameters of a model.  All names, dtypes and shapes are compared first, for which only
 * headers are read; no memory of a parameter is touched before.  Then threads share the parameters.
 * What is not selected is not looked at; select NULL: all items by their keys.  Several parameters
 * may take one item.
 * report: NULL, or filled when all has been compared, also if the call then fails; before, empty.
 * If loading fails after that, such as by a CRC, memory that is there is unspecified, and nothing
 * is in any `out`.
 * opt: casting, void_as, order (of `out`), limits, allocator, threads, progress.
 * With NYZ_SKIP_UNSUPPORTED an item that is UNSUPPORTED, such as Python objects, counts as missing,
 * and the report says why.
 * Errors: NOT_FOUND (parameters are missing), ARGUMENT (of the others, what the mode does not
 * allow), of both with a message that has the first names of each kind; NOT_FOUND and ARGUMENT as
 * nyz_file_load_selected; as nyz_file_load_into and nyz_file_load_as of the first parameter whose
 * item cannot be loaded. */
NYZ_API nyz_status nyz_file_load_model(const nyz_file *file, const nyz_select *select,
                                       const nyz_parameter *parameters, int64_t count,
                                       nyz_load_mode mode, const nyz_options *opt,
                                       nyz_report *report, nyz_error *err) NYZ_NODISCARD
                                       NYZ_NONNULL((1));

#ifdef __cplusplus
}
#endif

#endif /* NYZ_MODEL_PUBLIC_H */
