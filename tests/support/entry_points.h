/* SPDX-License-Identifier: MIT */
/* The list of fixtures, fixtures/entry_points.tsv, and what it says of an array: for
 * test_entry_points.c. python_check/make_fixtures.py writes the list and names its columns
 * (entry_points() there). */
#ifndef NYZ_TESTS_ENTRY_POINTS_H
#define NYZ_TESTS_ENTRY_POINTS_H

#include "support/support.h"

#include "base/endian.h"
#include "codec/codec.h"

#include <inttypes.h>

#define DESCR_SIZE 66000 /* a header of version 1.0 may be one name */

/* One line of entry_points.tsv. */
typedef struct expected {
    char file[128];
    char kind[8];
    char status[16];
    char more[16];
    char descr[DESCR_SIZE];
    char shape[512];
    char order[4];
    char crc32[12];
} expected;

/* A whole file in memory. */
typedef struct content {
    unsigned char *bytes;
    size_t size;
} content;

/* What an array looks like, as the list writes it. */
typedef struct seen {
    char descr[DESCR_SIZE];
    char shape[512];
    char order[4];
    char crc32[12];
} seen;

/* --------------------------------------------------------------------------- the list */

static inline void path_of(char *path, size_t capacity, const char *name)
{
    const int n = snprintf(path, capacity, "%s/%s", fixtures_dir(), name);
    assert_true(n > 0 && (size_t)n < capacity);
}

static inline content read_whole(const char *name)
{
    char path[1024];
    path_of(path, sizeof path, name);
    FILE *const file = fopen(path, "rb");
    if (file == NULL) {
        fail_msg("cannot open %s: set NYZ_FIXTURES", path);
    }
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    const long size = ftell(file);
    assert_true(size >= 0);
    rewind(file);
    content whole = {malloc((size_t)size + 1), (size_t)size};
    assert_non_null(whole.bytes);
    assert_int_equal(fread(whole.bytes, 1, whole.size, file), whole.size);
    fclose(file);
    return whole;
}

static inline const char *column(const char *at, char *out, size_t capacity)
{
    const size_t n = strcspn(at, "\t\n");
    assert_true(n < capacity);
    memcpy(out, at, n);
    out[n] = '\0';
    return at + n + (at[n] != '\0');
}

/* Reads the line at `at`; returns where the next one begins. */
static inline const char *next_line(const char *at, expected *e)
{
    at = column(at, e->file, sizeof e->file);
    at = column(at, e->kind, sizeof e->kind);
    at = column(at, e->status, sizeof e->status);
    at = column(at, e->more, sizeof e->more);
    at = column(at, e->descr, sizeof e->descr);
    at = column(at, e->shape, sizeof e->shape);
    at = column(at, e->order, sizeof e->order);
    return column(at, e->crc32, sizeof e->crc32);
}

static inline int is_one_of(const char *file, const char *const *names, size_t count)
{
    size_t i = 0;
    while (i < count && strcmp(file, names[i]) != 0) {
        i++;
    }
    return i < count;
}

/* The list was made where sizes have 64 bits.  Where they have 32, this array is too
 * large before anything else is looked at. */
static inline void adapt_to_sizes(expected *e)
{
    if (SIZE_MAX == UINT32_MAX && strcmp(e->file, "bad/data_4e.npy") == 0) {
        strcpy(e->status, "limit");
        strcpy(e->more, "limit");
    }
}

/* Calls `check` for every line of this kind. */
static inline void each(const char *kind,
                        void (*check)(const expected *e, const content *whole))
{
    content list = read_whole("entry_points.tsv");
    list.bytes[list.size] = '\0';
    int count = 0;
    static expected e;
    for (const char *at = (const char *)list.bytes; *at != '\0';) {
        at = next_line(at, &e);
        adapt_to_sizes(&e);
        if (strcmp(e.kind, kind) == 0) {
            content whole = read_whole(e.file);
            check(&e, &whole);
            free(whole.bytes);
            count++;
        }
    }
    free(list.bytes);
    assert_true(count > 50);
}

/* ---------------------------------------------------------------------- what was read */

static inline void look_at_shape(const nyz_array *array, seen *s)
{
    size_t used = 0;
    for (int i = 0; i < array->ndim; i++) {
        used += (size_t)snprintf(s->shape + used, sizeof s->shape - used, "%s%" PRId64,
                                 i > 0 ? "," : "", array->shape[i]);
        assert_true(used < sizeof s->shape);
    }
    if (array->ndim == 0) {
        strcpy(s->shape, "-");
    }
}

static inline void look_at_bytes(const nyz_array *array, seen *s)
{
    nyz_array copy;
    const nyz_options plain = {.order = NYZ_C_ORDER, .byteorder = NYZ_LITTLE_ENDIAN};
    assert_ok(nyz_array_copy(array, &plain, &copy, err));
    const size_t size = (size_t)(nyz_array_count(&copy) * copy.dtype.itemsize);
    snprintf(s->crc32, sizeof s->crc32, "%08" PRIx32,
             size > 0 ? nyz_crc32(0, copy.data, size) : 0);
    nyz_array_free(&copy);
}

static inline void look_at(const nyz_array *array, seen *s)
{
    size_t length;
    memset(s, 0, sizeof *s);
    assert_ok(nyz_dtype_format(&array->dtype, s->descr, sizeof s->descr, &length, err));
    look_at_shape(array, s);
    look_at_bytes(array, s);
}

/* A header without a mark of its own ("f8") means the order of the machine that reads it,
 * and the list was made on a little-endian one. */
static inline void adapt_to_byteorder(const expected *e, nyz_array *array)
{
    static const char *const unmarked[] = {
        "good/header_letter.npy",      "good/header_name.npy",
        "good/header_native_mark.npy", "good/header_equals_mark.npy",
        "good/header_bar_mark.npy",    "good/descr_U_bar.npy"};
    if (is_one_of(e->file, unmarked, sizeof unmarked / sizeof unmarked[0])) {
        assert_int_equal(array->dtype.byteorder, nyz_native_byteorder());
        array->dtype.byteorder = '<';
    }
}

/* The array of one entry point against the list.  The array was loaded with the file's byte
 * order. */
static inline void check_array(const expected *e, const char *entry_point,
                               nyz_status status, const char *expected_status,
                               nyz_array *array, const nyz_error *err)
{
    if (strcmp(nyz_status_text(status), expected_status) != 0) {
        fail_msg("%s by %s: expected %s, got %s: %s", e->file, entry_point,
                 expected_status, nyz_status_text(status),
                 status == NYZ_OK ? "" : err->message);
    }
    if (status != NYZ_OK) {
        static const nyz_array zero;
        assert_memory_equal(array, &zero, sizeof zero);
        assert_int_equal(err->status, status);
        assert_true(err->message[0] != '\0');
        return;
    }
    static seen s;
    adapt_to_byteorder(e, array);
    look_at(array, &s);
    if (strcmp(s.descr, e->descr) != 0 || strcmp(s.shape, e->shape) != 0 ||
        strcmp(s.crc32, e->crc32) != 0) {
        fail_msg("%s by %s: got %s (%s) %s, expected %s (%s) %s", e->file, entry_point,
                 s.descr, s.shape, s.crc32, e->descr, e->shape, e->crc32);
    }
    if (nyz_array_count(array) > 1 &&
        !nyz_array_is_contiguous(array, e->order[0] == 'F' ? NYZ_F_ORDER : NYZ_C_ORDER)) {
        fail_msg("%s by %s: not in the order of the file, %s", e->file, entry_point,
                 e->order);
    }
    nyz_array_free(array);
}

#endif
