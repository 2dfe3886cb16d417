/* SPDX-License-Identifier: MIT */
/* .npy files that another program writes to while they are loaded. */
#include <sys/time.h>

#include "nyz_slice.h"
#include "support/faults.h"
#include "support/temp_directory.h"

enum { ROWS = 1000 };

/* Headers of 128 bytes, as NumPy writes them. */
#define HEADER(descr, order, shape)                                                      \
    "{'descr': '" descr "', 'fortran_order': " order ", 'shape': " shape ", }"

static void put_npy(const char *path, const char *mode, const char *header, int rows)
{
    static const char zeros[8 * ROWS];
    char text[128];
    const size_t size = strlen(header);
    FILE *const file = fopen(path, mode);
    assert_non_null(file);
    memset(text, ' ', sizeof text);
    memcpy(text, "\x93NUMPY\1\0v\0", 10);
    memcpy(text + 10, header, size);
    text[127] = '\n';
    assert_int_equal(fwrite(text, 1, sizeof text, file), sizeof text);
    for (; rows > 0; rows -= ROWS) {
        assert_int_equal(fwrite(zeros, 8, ROWS, file), ROWS);
    }
    assert_int_equal(fclose(file), 0);
}

/* What another program does while memory is allocated for the data. */
typedef struct writer {
    counting memory;
    const char *path;
    const char *header;
    int rows; /* 0: only the time changes */
} writer;

static void *alloc_and_write(void *ctx, size_t size, size_t align)
{
    writer *const w = ctx;
    if (size == 8 * ROWS) {
        if (w->rows > 0) {
            put_npy(w->path, "r+b", w->header, w->rows);
        } else {
            const struct timeval times[2] = {{1, 0}, {1, 0}};
            assert_int_equal(utimes(w->path, times), 0);
        }
    }
    return counting_alloc(&w->memory, size, align);
}

static void free_counted(void *ctx, void *block, size_t size)
{
    writer *const w = ctx;
    counting_free(&w->memory, block, size);
}

static void
an_array_that_is_appended_to_is_loaded_and_any_other_change_is_refused(void **state)
{
    static const struct {
        const char *before, *after;
        int rows;
        nyz_status status;
    } cases[] = {
        {HEADER("<f8", "False", "(1000,)"), HEADER("<f8", "False", "(2000,)"), 2000,
         NYZ_OK},
        {HEADER("<f8", "False", "(1000,)"), HEADER("<f8", "False", "(1000,)"), 2000,
         NYZ_OK},
        {HEADER("<f8", "False", "(500, 2)"), HEADER("<f8", "False", "(1000, 2)"), 2000,
         NYZ_OK},
        {HEADER("<f8", "True", "(2, 500)"), HEADER("<f8", "True", "(2, 1000)"), 2000,
         NYZ_OK},
        {HEADER("<f8", "True", "(500, 2)"), HEADER("<f8", "True", "(1000, 2)"), 2000,
         NYZ_ERR_CORRUPT}, /* in Fortran order every element has moved */
        {HEADER("<f8", "False", "(500, 2)"), HEADER("<f8", "True", "(1000, 2)"), 2000,
         NYZ_ERR_CORRUPT},
        {HEADER("<f8", "False", "(500, 2)"), HEADER("<f8", "False", "(500, 4)"), 2000,
         NYZ_ERR_CORRUPT},
        {HEADER("<f8", "False", "(1000,)"), HEADER(">f8", "False", "(2000,)"), 2000,
         NYZ_ERR_CORRUPT},
        {HEADER("<f8", "False", "(1000,)"), HEADER("<i8", "False", "(2000,)"), 2000,
         NYZ_ERR_CORRUPT},
        {HEADER("<f8", "False", "(1000,)"), HEADER("<f8", "False", "(999,)"), 2000,
         NYZ_ERR_CORRUPT},
        {HEADER("<f8", "False", "(1000,)"), "no header", 2000, NYZ_ERR_CORRUPT},
        {HEADER("<f8", "False", "(1000,)"), NULL, 0, NYZ_ERR_CORRUPT},
    };
    const char *const path = in_directory(*state, "a.npy");
    const nyz_limits most = {.array_bytes = 8 * ROWS}; /* of a slice, not of its file */
    for (size_t k = 0; k < 2 * sizeof cases / sizeof *cases; k++) {
        const size_t i = k / 2;
        const int sliced = k % 2;
        writer w = {.path = path, .header = cases[i].after, .rows = cases[i].rows};
        const nyz_allocator allocator = {
            .alloc = alloc_and_write, .free = free_counted, .ctx = &w};
        const nyz_options opt = {.allocator = &allocator,
                                 .limits = sliced ? &most : NULL};
        nyz_array a;
        put_npy(path, "wb", cases[i].before, ROWS);
        if (cases[i].status == NYZ_OK) {
            assert_ok(sliced ? nyz_load_slice(path, NULL, 0, &opt, &a, err)
                             : nyz_load(path, &opt, &a, err));
            assert_int_equal(nyz_array_count(&a), ROWS);
        } else {
            assert_fails(cases[i].status, "the file changed while it was read",
                         sliced ? nyz_load_slice(path, NULL, 0, &opt, &a, err)
                                : nyz_load(path, &opt, &a, err));
        }
        nyz_array_free(&a);
        assert_int_equal(w.memory.live, 0);
    }
}

static void an_archive_that_changes_while_a_part_is_read_is_refused(void **state)
{
    const char *const path = in_directory(*state, "a.npz");
    const nyz_dtype dtype = nyz_dtype_of(NYZ_FLOAT64);
    static const int64_t shape[1] = {ROWS};
    writer w = {.path = path};
    const nyz_allocator allocator = {
        .alloc = alloc_and_write, .free = free_counted, .ctx = &w};
    const nyz_options opt = {.allocator = &allocator};
    nyz_array a;
    nyz_npz *npz;
    assert_ok(nyz_array_new(&dtype, 1, shape, NULL, &a, err));
    assert_ok(nyz_npz_save(path, NULL, &a, 1, NULL, err));
    nyz_array_free(&a);
    assert_ok(nyz_npz_open(path, NULL, &npz, err));
    assert_ok(nyz_npz_load_slice_at(npz, 0, NULL, 0, NULL, &a, err));
    nyz_array_free(&a);
    assert_fails(NYZ_ERR_CORRUPT, "the file changed",
                 nyz_npz_load_slice_at(npz, 0, NULL, 0, &opt, &a, err));
    assert_int_equal(w.memory.live, 0);
    nyz_npz_close(&npz);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        directory_test(
            an_array_that_is_appended_to_is_loaded_and_any_other_change_is_refused),
        directory_test(an_archive_that_changes_while_a_part_is_read_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
