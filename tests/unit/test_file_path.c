/* SPDX-License-Identifier: MIT */
/* Files of any format from a path (nyz_file.h): that change or grow while they are open, and what
 * is no regular file (POSIX). */
#include <sys/time.h>

#include "base/endian.h"
#include "support/faults.h"
#include "support/temp_directory.h"

#define HEADER(shape) "{'descr': '<i8', 'fortran_order': False, 'shape': " shape ", }"

/* A header of 128 bytes at a place of the file, and rows of 8 bytes to its end. */
static void put_npy(const char *path, const char *mode, long at, const char *header,
                    int rows)
{
    char text[128];
    FILE *const file = fopen(path, mode);
    assert_non_null(file);
    memset(text, ' ', sizeof text);
    memcpy(text, "\x93NUMPY\1\0v\0", 10);
    memcpy(text + 10, header, strlen(header));
    text[127] = '\n';
    assert_int_equal(fseek(file, at, SEEK_SET), 0);
    assert_int_equal(fwrite(text, 1, sizeof text, file), sizeof text);
    for (int64_t i = 0; i < rows; i++) {
        unsigned char bytes[8];
        nyz_store_le64(bytes, (uint64_t)i);
        assert_int_equal(fwrite(bytes, sizeof bytes, 1, file), 1);
    }
    assert_int_equal(fclose(file), 0);
}

/* The writer's clock may be as coarse as that of the file system. */
static void set_time(const char *path, long seconds)
{
    const struct timeval times[2] = {{seconds, 0}, {seconds, 0}};
    assert_int_equal(utimes(path, times), 0);
}

static void assert_rows(const nyz_file *file, int64_t index, int64_t rows)
{
    nyz_array got;
    nyz_item item;
    assert_ok(nyz_file_info_at(file, index, &item, err));
    assert_int_equal(item.header.shape[0], rows);
    nyz_item_free(&item);
    assert_ok(nyz_file_load_at(file, index, NULL, &got, err));
    assert_int_equal(got.shape[0], rows);
    for (int64_t i = 0; i < rows; i++) {
        assert_int_equal(((const int64_t *)got.data)[i], i);
    }
    nyz_array_free(&got);
}

static void rows_that_are_appended_leave_the_array_what_it_was(void **state)
{
    temp_directory *const folder = *state;
    const char *const path = in_directory(folder, "x.npy");
    nyz_file *file = NULL;
    put_npy(path, "w+b", 0, HEADER("(1000,)"), 1000);
    set_time(path, 1000000);
    assert_ok(nyz_file_open(path, NULL, &file, err));
    assert_rows(file, 0, 1000);
    put_npy(path, "r+b", 0, HEADER("(1010,)"), 1010);
    set_time(path, 2000000);
    assert_rows(file, 0, 1000);
    nyz_file_close(&file);
    assert_ok(nyz_file_open(path, NULL, &file, err));
    assert_rows(file, 0, 1010);
    nyz_file_close(&file);
}

static void only_the_last_of_several_arrays_may_grow(void **state)
{
    temp_directory *const folder = *state;
    const char *const path = in_directory(folder, "x.npy");
    nyz_file *file = NULL;
    nyz_array got;
    put_npy(path, "w+b", 0, HEADER("(4,)"), 4);
    put_npy(path, "r+b", 160, HEADER("(2,)"), 2);
    assert_ok(nyz_file_open(path, NULL, &file, err));
    assert_int_equal(nyz_file_count(file), 2);
    put_npy(path, "r+b", 160, HEADER("(9,)"), 9);
    assert_rows(file, 0, 4);
    assert_rows(file, 1, 2);
    put_npy(path, "r+b", 0, HEADER("(3,)"), 4); /* the first one is another */
    put_npy(path, "r+b", 160, HEADER("(9,)"), 9);
    assert_fails(NYZ_ERR_CORRUPT, "the file changed while it was read",
                 nyz_file_load_at(file, 0, NULL, &got, err));
    nyz_file_close(&file);
}

static void a_file_that_changes_otherwise_is_noticed(void **state)
{
    temp_directory *const folder = *state;
    const char *const path = in_directory(folder, "x.npy");
    static const struct {
        const char *header;
        int rows;
    } changes[] = {
        {HEADER("(1000,)"), 1000},  /* the time alone */
        {HEADER("(900,)"), 1010},   /* fewer rows */
        {HEADER("(101, 10)"), 1010} /* another shape */
    };
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        nyz_file *file = NULL;
        nyz_array got;
        nyz_item item;
        put_npy(path, "w+b", 0, HEADER("(1000,)"), 1000);
        set_time(path, 1000000);
        assert_ok(nyz_file_open(path, NULL, &file, err));
        put_npy(path, "r+b", 0, changes[i].header, changes[i].rows);
        assert_fails(NYZ_ERR_CORRUPT, "the file changed while it was read",
                     nyz_file_load_at(file, 0, NULL, &got, err));
        assert_null(got.owner);
        assert_fails(NYZ_ERR_CORRUPT, "the file changed",
                     nyz_file_info_at(file, 0, &item, err));
        assert_null(item.header.owner);
        assert_fails(NYZ_ERR_CORRUPT, "the file changed",
                     nyz_file_bytes_at(file, 0, NULL, &got, err));
        nyz_file_close(&file);
    }
}

/* What another program does while memory is allocated. */
static void *alloc_and_touch(void *ctx, size_t size, size_t align)
{
    static long seconds = 3000000;
    seconds++; /* opening looks at it after the first allocation */
    set_time(ctx, seconds);
    return nyz_default_allocator.alloc(NULL, size, align);
}

static void free_default(void *ctx, void *memory, size_t size)
{
    (void)ctx;
    nyz_default_allocator.free(NULL, memory, size);
}

static void a_file_that_changes_while_it_is_opened_is_noticed(void **state)
{
    temp_directory *const folder = *state;
    char path[8192];
    nyz_allocator allocator = {
        .alloc = alloc_and_touch, .free = free_default, .ctx = path};
    const nyz_options opt = {.allocator = &allocator};
    nyz_file *file = NULL;
    (void)snprintf(path, sizeof path, "%s", in_directory(folder, "x.npy"));
    put_npy(path, "w+b", 0, HEADER("(4,)"), 4);
    set_time(path, 1000000);
    assert_fails(NYZ_ERR_CORRUPT, "the file changed while it was read",
                 nyz_file_open(path, &opt, &file, err));
    assert_null(file);
}

static void an_archive_that_is_written_to_is_noticed(void **state)
{
    temp_directory *const folder = *state;
    const char *const path = in_directory(folder, "x.npz");
    const nyz_dtype f8 = nyz_dtype_of(NYZ_FLOAT64);
    static const double data[2] = {1, 2};
    const int64_t two = 2;
    nyz_file *file = NULL;
    nyz_array array;
    nyz_array got;
    assert_ok(nyz_array_wrap_const(data, &f8, 1, &two, NULL, &array, err));
    assert_ok(nyz_npz_save(path, NULL, &array, 1, NULL, err));
    set_time(path, 1000000);
    assert_ok(nyz_file_open(path, NULL, &file, err));
    assert_ok(nyz_file_load(file, "arr_0", NULL, &got, err));
    nyz_array_free(&got);
    set_time(path, 2000000);
    assert_fails(NYZ_ERR_CORRUPT,
                 "member 'arr_0.npy': the file changed while it was read",
                 nyz_file_load(file, "arr_0", NULL, &got, err));
    nyz_file_close(&file);
}

static void a_fifo_is_read_to_memory(void **state)
{
    temp_directory *const folder = *state;
    char fifo[4200];
    char npy[4200];
    char command[9000];
    nyz_file *file = NULL;
    (void)snprintf(fifo, sizeof fifo, "%s/fifo", folder->path);
    (void)snprintf(npy, sizeof npy, "%s/x.npy", folder->path);
    put_npy(npy, "w+b", 0, HEADER("(20000,)"), 20000);
    assert_int_equal(mkfifo(fifo, 0600), 0);
    (void)snprintf(command, sizeof command, "cat '%s' > '%s' &", npy, fifo);
    assert_int_equal(system(command), 0);
    assert_ok(nyz_file_open(fifo, NULL, &file, err));
    assert_rows(file, 0, 20000);
    nyz_file_close(&file);
    assert_fails(NYZ_ERR_IO, "is a directory",
                 nyz_file_open(folder->path, NULL, &file, err));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make_directory, remove_directory)
    const struct CMUnitTest tests[] = {
        TEST(rows_that_are_appended_leave_the_array_what_it_was),
        TEST(only_the_last_of_several_arrays_may_grow),
        TEST(a_file_that_changes_otherwise_is_noticed),
        TEST(a_file_that_changes_while_it_is_opened_is_noticed),
        TEST(an_archive_that_is_written_to_is_noticed),
        TEST(a_fifo_is_read_to_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
