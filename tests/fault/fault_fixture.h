/* SPDX-License-Identifier: MIT */
/* What one run of a fault test works with: a folder, files made without faults, an array
 * to write, and how the results are checked.  The acts work with it (fault_arrays.h,
 * fault_archives.h); fault_run.h makes it. */
#ifndef NYZ_TESTS_FAULT_FIXTURE_H
#define NYZ_TESTS_FAULT_FIXTURE_H

#include "support/temp_directory.h"

/* The array: as it lies in memory. */
typedef enum kind { PLAIN, RECORDS, FORTRAN, GAPS, SWAPPED, LARGE } kind;

/* How it is written; and LARGE, which threads share. */
typedef struct way {
    const char *name;
    kind kind;
    nyz_method method;
    int level;
    unsigned flags;
    int threads;
} way;

static const way ways[] = {
    {"plain", PLAIN, NYZ_STORED, 0, 0, 1},
    {"records", RECORDS, NYZ_STORED, 0, 0, 1},
    {"Fortran", FORTRAN, NYZ_STORED, 0, 0, 1},
    {"with gaps", GAPS, NYZ_STORED, 0, 0, 1},
    {"swapped", SWAPPED, NYZ_STORED, 0, 0, 1},
    {"deflated", PLAIN, NYZ_DEFLATED, 1, 0, 1},
    {"fast", GAPS, NYZ_DEFLATED, NYZ_LEVEL_FAST, 0, 1},
    {"in blocks", RECORDS, NYZ_DEFLATED, 1, NYZ_BLOCKS, 1},
    {"deflated by 2", PLAIN, NYZ_DEFLATED, 1, 0, 2},
    {"large by 2", LARGE, NYZ_DEFLATED, NYZ_LEVEL_FAST, 0, 2},
};

enum { WAYS = sizeof ways / sizeof ways[0] };

/* Which of them are worth it for a call. */
enum {
    ONE = 1,                  /* the array does not matter */
    KINDS = 0x1f,             /* the method does not */
    METHODS = 0xff,           /* both do */
    SMALL = METHODS | 1 << 8, /* and threads share small members */
    ALL = SMALL | 1 << 9,     /* and parts of a large one */
};

/* What is at `target` after success: nothing was written to it, the old file (if there
 * was one), or the array. */
typedef enum result { NOTHING, OLD, NPY, NPZ } result;

typedef struct fixture {
    temp_directory folder;
    const way *way;
    nyz_options opt; /* of the call, which may fail */
    nyz_array array;
    void *memory;   /* of the array */
    nyz_array into; /* room for one like it, and its memory */
    void *into_memory;
    nyz_buffer npy;     /* the array as a file, in C order, little-endian */
    nyz_buffer archive; /* what npz_path holds */
    nyz_buffer written; /* what a success has left at `target`, loaded and found good */
    char npy_path[4200];
    char npz_path[4200];
    char target[4200];
} fixture;

/* An act calls a function, checks its outputs and frees them; it returns what the
 * function returned.  Everything else is made with the defaults and does not fail. */
typedef nyz_status operation(fixture *s, nyz_error *err);

/* ----------------------------------------------------------------------------- making */

#define ROWS 6
#define COLUMNS 5
#define LARGE_ROWS ((4 << 20) / 4 / COLUMNS + 1000)

static const char *descr_of(kind k)
{
    return k == RECORDS   ? "[('x', '<f4'), ('n', '>i4', (2,)), ('s', '|S4')]"
           : k == SWAPPED ? ">f8"
                          : "f4"; /* native: the tests look at its numbers */
}

/* An array of the kind over fresh memory: every other element where there are gaps. */
static inline void *make_array(kind k, const nyz_dtype *dtype, nyz_array *out)
{
    const int64_t shape[] = {k == LARGE ? LARGE_ROWS : ROWS, COLUMNS};
    const int64_t size = dtype->itemsize;
    const int64_t gap = k == GAPS ? 2 * size : size;
    const int64_t straight[] = {COLUMNS * gap, gap};
    const int64_t reversed[] = {size, ROWS * size};
    void *const memory = calloc((size_t)shape[0], (size_t)straight[0]);
    assert_non_null(memory);
    assert_ok(nyz_array_wrap(memory, dtype, 2, shape, k == FORTRAN ? reversed : straight,
                             out, err));
    return memory;
}

/* Bytes that are no two alike, and not all of them text. */
static inline void fill(void *memory, size_t size)
{
    unsigned char *const bytes = memory;
    for (size_t i = 0; i < size && i < 4096; i++) {
        bytes[i] = (unsigned char)(i * 7 + 1);
    }
}

/* The array as a file, however it lies in memory. */
static inline nyz_buffer as_file(const nyz_array *array)
{
    nyz_options opt = {0};
    nyz_buffer out = {0};
    opt.order = NYZ_C_ORDER;
    opt.byteorder = NYZ_LITTLE_ENDIAN;
    assert_ok(nyz_save_mem(array, &opt, &out, err));
    return out;
}

static inline void put_bytes(const char *path, const nyz_buffer *bytes)
{
    FILE *const file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes->data, 1, bytes->size, file), bytes->size);
    assert_int_equal(fclose(file), 0);
}

static inline void make_archive(fixture *s)
{
    static const char objects[] =
        "\x93NUMPY\1\0\x38\0{'descr': '|O', 'fortran_order': False, "
        "'shape': (1,)} \n\x80\x04N.";
    const nyz_stream to = nyz_stream_buffer(&s->archive);
    nyz_npz_writer *writer = NULL;
    assert_ok(nyz_npz_create_stream(&to, &s->opt, &writer, err));
    assert_ok(nyz_npz_add(writer, "a", &s->array, NULL, err));
    assert_ok(nyz_npz_add_bytes(writer, "note", "text", 4, NULL, err));
    assert_ok(
        nyz_npz_add_bytes(writer, "objects.npy", objects, sizeof objects - 1, NULL, err));
    assert_ok(nyz_npz_finish(&writer, err));
    put_bytes(s->npz_path, &s->archive);
}

static inline void make_fixture(fixture *s, const way *w)
{
    nyz_dtype dtype;
    s->way = w;
    s->opt = (nyz_options){.method = w->method, .level = w->level, .threads = w->threads};
    s->opt.flags = w->flags;
    s->opt.block_rows = (w->flags & NYZ_BLOCKS) != 0 ? 2 : 0; /* of ROWS */
    (void)snprintf(s->npy_path, sizeof s->npy_path, "%s/in.npy", s->folder.path);
    (void)snprintf(s->npz_path, sizeof s->npz_path, "%s/in.npz", s->folder.path);
    (void)snprintf(s->target, sizeof s->target, "%s/target", s->folder.path);
    assert_ok(
        nyz_dtype_parse(descr_of(w->kind), strlen(descr_of(w->kind)), NULL, &dtype, err));
    s->memory = make_array(w->kind, &dtype, &s->array);
    fill(s->memory, ROWS * COLUMNS * (size_t)dtype.itemsize * (w->kind == GAPS ? 2 : 1));
    s->array.dtype = dtype; /* its owner too: drop_fixture frees it */
    const nyz_dtype wider = nyz_dtype_of(NYZ_FLOAT64); /* loading converts to it */
    s->into_memory = make_array(w->kind, w->kind == PLAIN ? &wider : &dtype, &s->into);
    s->npy = as_file(&s->array);
    assert_ok(nyz_save(&s->array, s->npy_path, &s->opt, err));
    make_archive(s);
}

static inline void drop_fixture(fixture *s)
{
    nyz_dtype_free(&s->array.dtype);
    nyz_buffer_free(&s->npy);
    nyz_buffer_free(&s->archive);
    nyz_buffer_free(&s->written);
    free(s->memory);
    free(s->into_memory);
    (void)each_name(s->folder.path, remove_flat);
}

/* --------------------------------------------------------------------------- checking */

/* Not 0 if the arrays' bytes may be compared as they lie in memory. */
static inline int lie_alike(const nyz_array *a, const nyz_array *b)
{
    const size_t size = (size_t)a->ndim * sizeof a->shape[0];
    return a->ndim == b->ndim && memcmp(a->shape, b->shape, size) == 0 &&
           memcmp(a->strides, b->strides, size) == 0 && a->dtype.type == b->dtype.type &&
           a->dtype.type != NYZ_STRUCT && a->dtype.byteorder == b->dtype.byteorder &&
           nyz_array_is_contiguous(a, NYZ_KEEP_ORDER);
}

static inline void assert_same(const fixture *s, const nyz_array *array)
{
    if (lie_alike(array, &s->array)) {
        const size_t size = (size_t)(nyz_array_count(array) * array->dtype.itemsize);
        assert_true(memcmp(array->data, s->array.data, size) == 0);
        return;
    }
    nyz_buffer got = as_file(array);
    assert_int_equal(got.size, s->npy.size);
    assert_true(memcmp(got.data, s->npy.data, got.size) == 0);
    nyz_buffer_free(&got);
}

/* Fills an output with what must not be left there. */
#define POISON(out) memset((out), 0x5a, sizeof *(out))

static const unsigned char zeros[sizeof(nyz_array)]; /* no output is larger */

#define assert_zero(out)                                                                 \
    do {                                                                                 \
        _Static_assert(sizeof *(out) <= sizeof zeros, "more zeros");                     \
        assert_true(memcmp((out), zeros, sizeof *(out)) == 0);                           \
    } while (0)

/* Checks an array that a call has filled or left zeroed, and frees it. */
static inline nyz_status take(const fixture *s, nyz_status status, nyz_array *out)
{
    if (status != NYZ_OK) {
        assert_zero(out);
    } else if (s != NULL) {
        assert_same(s, out);
    }
    nyz_array_free(out);
    assert_zero(out);
    return status;
}

static inline void assert_npy(const fixture *s, const nyz_buffer *file)
{
    nyz_array back;
    assert_ok(nyz_load_mem(file->data, file->size, NULL, &back, err));
    assert_same(s, &back);
    nyz_array_free(&back);
}

/* The same for memory loaded into: numbers of another type are compared as such. */
static inline nyz_status take_into(fixture *s, nyz_status status)
{
    if (status == NYZ_OK && s->way->kind == PLAIN) {
        for (int i = 0; i < ROWS * COLUMNS; i++) {
            const double got = ((const double *)s->into.data)[i];
            const double want = (double)((const float *)s->array.data)[i];
            assert_true(got == want || (got != got && want != want)); /* NaN */
        }
    } else if (status == NYZ_OK) {
        assert_same(s, &s->into);
    }
    return status;
}

/* All bytes at `target`. */
static inline nyz_buffer read_target(const fixture *s)
{
    nyz_buffer out = {0};
    const nyz_stream to = nyz_stream_buffer(&out);
    FILE *const file = fopen(s->target, "rb");
    unsigned char piece[4096];
    assert_non_null(file);
    for (size_t n = 1; n > 0;) {
        n = fread(piece, 1, sizeof piece, file);
        for (size_t done = 0; done < n;) {
            const int64_t more = to.write(to.ctx, piece + done, n - done);
            assert_true(more > 0);
            done += (size_t)more;
        }
    }
    assert_int_equal(ferror(file), 0);
    assert_int_equal(fclose(file), 0);
    return out;
}

static inline void load_target(const fixture *s, result expected)
{
    nyz_npz *npz = NULL;
    nyz_array array;
    if (expected == NPY) {
        assert_ok(nyz_load(s->target, NULL, &array, err));
    } else {
        assert_ok(nyz_npz_open(s->target, NULL, &npz, err));
        assert_ok(nyz_npz_load_at(npz, 0, NULL, &array, err));
        for (int64_t i = 1; i < nyz_npz_count(npz); i++) {
            nyz_array other;
            assert_ok(nyz_npz_bytes_at(npz, i, NULL, &other, err));
            nyz_array_free(&other);
        }
        nyz_npz_close(&npz);
    }
    assert_same(s, &array);
    nyz_array_free(&array);
}

/* What is at `target`: of a success the array, else the old file or none.  The bytes
 * that the last success has left are not loaded again. */
static inline void assert_target(fixture *s, result expected, int exists)
{
    if (expected == NOTHING || expected == OLD) {
        if (exists) {
            assert_file(s->target, "old");
        }
        assert_int_equal(access(s->target, F_OK), exists ? 0 : -1);
        return;
    }
    nyz_buffer now = read_target(s);
    if (now.size != s->written.size || memcmp(now.data, s->written.data, now.size) != 0) {
        load_target(s, expected);
    }
    nyz_buffer_free(&s->written);
    s->written = now;
}

#endif
