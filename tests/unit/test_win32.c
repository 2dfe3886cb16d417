/* SPDX-License-Identifier: MIT */
/* Files by path, streams and saving on Windows: what test_file.c and test_output.c test
 * of POSIX systems. */

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/error.h"
#include "io/atomic_file.h"
#include "io/input_file.h"
#include "io/stream.h"
#include "io/win32.h"
#include "nyz_map.h"
#include "support/support.h"

static const nyz_allocator *const memory = &nyz_default_allocator;

/* A Cyrillic letter, an umlaut, and one outside the first plane. */
#define NAME "\xd0\xba\xc3\xbc\xf0\x9f\x92\xbe"
#define WIDE_NAME L"\x043a\x00fc\xd83d\xdcbe"
#define IN_FOLDER "nyz-test-folder/"
#define PATH IN_FOLDER NAME ".npy"
#define WIDE_FOLDER L"nyz-test-folder/"
#define WIDE_PATH WIDE_FOLDER WIDE_NAME L".npy"

/* Removes what is in the directory; returns how much that was. */
static int empty_directory(void)
{
    WIN32_FIND_DATAW found;
    int count = 0;
    const HANDLE search = FindFirstFileW(WIDE_FOLDER L"*", &found);
    for (int more = search != INVALID_HANDLE_VALUE; more;
         more = FindNextFileW(search, &found)) {
        if (found.cFileName[0] != L'.' || wcslen(found.cFileName) > 2) {
            wchar_t path[400] = WIDE_FOLDER;
            wcsncat(path, found.cFileName, 300);
            (void)SetFileAttributesW(path, FILE_ATTRIBUTE_NORMAL);
            (void)DeleteFileW(path);
            count++;
        }
    }
    (void)FindClose(search);
    return count;
}

static int make_directory(void **state)
{
    (void)state;
    (void)_mkdir("nyz-test-folder");
    (void)empty_directory();
    return 0;
}

static int remove_directory(void **state)
{
    (void)state;
    (void)empty_directory();
    return _rmdir("nyz-test-folder");
}

static nyz_status save(const char *path, const char *text, int sync, nyz_error *err)
{
    nyz_output *output;
    nyz_stream s;
    NYZ_TRY(nyz_atomic_file_begin(path, sync, memory, &output, &s, err));
    NYZ_TRY(nyz_stream_write(&s, text, (int64_t)strlen(text), err));
    return nyz_output_finish(&output, err);
}

static void assert_file(const wchar_t *path, const char *text)
{
    char got[64] = {0};
    FILE *const file = _wfopen(path, L"rb");
    assert_non_null(file);
    (void)fread(got, 1, sizeof got - 1, file);
    assert_int_equal(fclose(file), 0);
    assert_string_equal(got, text);
}

/* ---------------------------------------------------------------------------- reading */

static void a_regular_file_reads_seeks_and_reads_at(void **state)
{
    (void)state;
    nyz_input_file *file;
    nyz_stream s;
    char got[16];
    assert_ok(save(PATH, "0123456789", 1, err));
    assert_ok(nyz_input_file_open(PATH, memory, &file, &s, err));
    assert_null(s.write);
    assert_int_equal(s.read(s.ctx, got, 4), 4);
    assert_memory_equal(got, "0123", 4);
    assert_int_equal(s.read_at(s.ctx, 8, got, 16), 2);
    assert_memory_equal(got, "89", 2);
    assert_int_equal(s.read_at(s.ctx, 10, got, 16), 0);
    assert_int_equal(s.read_at(s.ctx, -1, got, 16), -EINVAL);
    assert_int_equal(nyz_stream_tell(&s), 4);
    assert_int_equal(nyz_stream_size(&s), 10);
    assert_int_equal(s.read(s.ctx, got, 16), 6);
    assert_int_equal(s.read(s.ctx, got, 16), 0);
    assert_int_equal(s.seek(s.ctx, -1, SEEK_SET), -EINVAL);
    assert_int_equal(s.seek(s.ctx, INT64_MAX, SEEK_END), -EINVAL);
    assert_ok(nyz_input_file_unchanged(file, err));
    nyz_input_file_close(&file);
    assert_null(file);
}

static void what_cannot_be_opened(void **state)
{
    (void)state;
    nyz_input_file *file;
    nyz_stream s;
    nyz_output *output;
    assert_fails(NYZ_ERR_NOT_FOUND, "no such file",
                 nyz_input_file_open(IN_FOLDER "absent", memory, &file, &s, err));
    assert_fails(NYZ_ERR_NOT_FOUND, "no such file",
                 nyz_input_file_open("absent/file", memory, &file, &s, err));
    assert_fails(NYZ_ERR_NOT_FOUND, "no such file",
                 nyz_input_file_open("", memory, &file, &s, err));
    assert_fails(NYZ_ERR_IO, "directory",
                 nyz_input_file_open("nyz-test-folder", memory, &file, &s, err));
    assert_fails(NYZ_ERR_ARGUMENT, "UTF-8",
                 nyz_input_file_open("\xff", memory, &file, &s, err));
    assert_null(file);
    assert_fails(NYZ_ERR_NOT_FOUND, "cannot create",
                 nyz_atomic_file_begin("absent/file", 1, memory, &output, &s, err));
    assert_fails(NYZ_ERR_IO, "directory",
                 nyz_atomic_file_begin("nyz-test-folder", 1, memory, &output, &s, err));
    assert_fails(NYZ_ERR_ARGUMENT, "UTF-8",
                 nyz_atomic_file_begin("\xff", 1, memory, &output, &s, err));
    assert_null(output);
}

static void a_file_that_changed_is_noticed(void **state)
{
    (void)state;
    nyz_input_file *file;
    nyz_stream s;
    assert_ok(save(PATH, "0123456789", 0, err));
    assert_ok(nyz_input_file_open(PATH, memory, &file, &s, err));
    FILE *const other = _wfopen(WIDE_PATH, L"ab");
    assert_non_null(other);
    assert_int_equal(fputc('x', other), 'x');
    assert_int_equal(fclose(other), 0);
    assert_fails(NYZ_ERR_CORRUPT, "it had 10 bytes, now 11",
                 nyz_input_file_unchanged(file, err));
    nyz_input_file_close(&file);
}

/* The file is sparse: only its end is there. */
static void offsets_over_4_gib_are_kept_whole(void **state)
{
    (void)state;
    const int64_t place = ((int64_t)5 << 30) + 7;
    nyz_output *output;
    nyz_input_file *file;
    nyz_stream s;
    char got = 0;
    assert_ok(nyz_atomic_file_begin(PATH, 0, memory, &output, &s, err));
    assert_int_equal(s.seek(s.ctx, place, SEEK_SET), place);
    assert_ok(nyz_stream_write(&s, "x", 1, err));
    assert_ok(nyz_output_finish(&output, err));
    assert_ok(nyz_input_file_open(PATH, memory, &file, &s, err));
    assert_int_equal(nyz_stream_size(&s), place + 1);
    assert_int_equal(s.read_at(s.ctx, place, &got, 1), 1);
    assert_int_equal(got, 'x');
    assert_int_equal(s.seek(s.ctx, place, SEEK_SET), place);
    assert_int_equal(s.read(s.ctx, &got, 1), 1);
    nyz_input_file_close(&file);
}

/* ---------------------------------------------------------------------------- streams */

static void a_descriptor_in_text_mode_keeps_every_byte(void **state)
{
    (void)state;
    const int fd = _wopen(WIDE_PATH, _O_RDWR | _O_CREAT | _O_TEXT, _S_IREAD | _S_IWRITE);
    assert_true(fd >= 0);
    const nyz_stream s = nyz_stream_fd(fd);
    char got[8];
    assert_null(s.read_at);
    assert_ok(nyz_stream_write(&s,
                               "a\nb\x1a"
                               "c",
                               5, err));
    assert_int_equal(nyz_stream_size(&s), 5);
    assert_int_equal(s.seek(s.ctx, 1, SEEK_SET), 1);
    assert_int_equal(s.read(s.ctx, got, 8), 4);
    assert_memory_equal(got, "\nb\x1a", 3);
    assert_int_equal(_close(fd), 0);
}

static void a_pipe_cannot_seek(void **state)
{
    (void)state;
    int ends[2];
    char got[8];
    assert_int_equal(_pipe(ends, 4096, _O_BINARY), 0);
    const nyz_stream in = nyz_stream_fd(ends[1]);
    const nyz_stream out = nyz_stream_fd(ends[0]);
    assert_null(in.seek);
    assert_null(out.seek);
    assert_ok(nyz_stream_write(&in, "abc", 3, err));
    assert_int_equal(_close(ends[1]), 0);
    assert_int_equal(out.read(out.ctx, got, 8), 3);
    assert_int_equal(out.read(out.ctx, got, 8), 0);
    assert_int_equal(_close(ends[0]), 0);
}

static void a_c_file_seeks_far(void **state)
{
    (void)state;
    const int64_t place = (int64_t)5 << 30;
    FILE *const file = _wfopen(WIDE_PATH, L"w+b");
    assert_non_null(file);
    const nyz_stream s = nyz_stream_file(file);
    assert_ok(nyz_stream_write(&s, "0123456789", 10, err));
    assert_int_equal(s.seek(s.ctx, place, SEEK_SET), place);
    assert_int_equal(s.seek(s.ctx, -3, SEEK_END), 7);
    assert_true(s.seek(s.ctx, -1, SEEK_SET) < 0);
    assert_int_equal(fclose(file), 0);
}

/* ----------------------------------------------------------------------------- saving */

static void an_old_file_is_there_until_finish(void **state)
{
    (void)state;
    for (int sync = 0; sync < 2; sync++) {
        nyz_output *output;
        nyz_stream s;
        assert_ok(save(PATH, "old", sync, err));
        assert_ok(nyz_atomic_file_begin(PATH, sync, memory, &output, &s, err));
        assert_null(s.read);
        assert_ok(nyz_stream_write(&s, "new", 3, err));
        assert_file(WIDE_PATH, "old");
        assert_ok(nyz_output_finish(&output, err));
        assert_null(output);
        assert_file(WIDE_PATH, "new");
        assert_int_equal(empty_directory(), 1);
    }
}

static void giving_up_leaves_no_trace(void **state)
{
    (void)state;
    nyz_output *output;
    nyz_stream s;
    assert_ok(nyz_atomic_file_begin(PATH, 1, memory, &output, &s, err));
    assert_ok(nyz_stream_write(&s, "new", 3, err));
    nyz_output_discard(&output);
    assert_null(output);
    assert_int_equal(empty_directory(), 0);
}

/* As when the process is ended. */
static void the_new_file_vanishes_with_its_handle(void **state)
{
    (void)state;
    nyz_output *output;
    nyz_stream s;
    assert_ok(nyz_atomic_file_begin(PATH, 1, memory, &output, &s, err));
    assert_ok(nyz_stream_write(&s, "new", 3, err));
    assert_true(CloseHandle(s.ctx));
    assert_int_equal(empty_directory(), 0);
    nyz_output_discard(&output);
}

static void in_place_the_old_file_is_written_into(void **state)
{
    (void)state;
    nyz_output *output;
    nyz_stream s;
    assert_ok(save(PATH, "the old text", 0, err));
    assert_ok(nyz_atomic_file_begin(PATH, NYZ_OUTPUT_SYNC | NYZ_OUTPUT_IN_PLACE, memory,
                                    &output, &s, err));
    assert_ok(nyz_stream_write(&s, "new", 3, err));
    assert_ok(nyz_output_finish(&output, err));
    assert_file(WIDE_PATH, "new");
    assert_ok(nyz_atomic_file_begin(PATH, NYZ_OUTPUT_IN_PLACE, memory, &output, &s, err));
    assert_ok(nyz_stream_write(&s, "a part", 6, err));
    nyz_output_discard(&output);
    assert_file(WIDE_PATH, "");
    assert_int_equal(empty_directory(), 1);
}

static void what_may_not_be_written_is_not_replaced(void **state)
{
    (void)state;
    nyz_output *output;
    nyz_stream s;
    assert_ok(save(PATH, "old", 0, err));
    assert_true(SetFileAttributesW(WIDE_PATH, FILE_ATTRIBUTE_READONLY));
    FILE *const anyway = _wfopen(WIDE_PATH, L"r+b");
    if (anyway != NULL) { /* wine, as root */
        (void)fclose(anyway);
        skip();
    }
    assert_fails(NYZ_ERR_IO, "permission",
                 nyz_atomic_file_begin(PATH, 1, memory, &output, &s, err));
    assert_file(WIDE_PATH, "old");
    assert_int_equal(empty_directory(), 1);
}

/* Somebody has opened the target meanwhile, and does not let it be replaced. */
static void a_rename_that_fails_leaves_the_old_file(void **state)
{
    (void)state;
    nyz_output *output;
    nyz_stream s;
    assert_ok(save(PATH, "old", 0, err));
    assert_ok(nyz_atomic_file_begin(PATH, 1, memory, &output, &s, err));
    assert_ok(nyz_stream_write(&s, "new", 3, err));
    const HANDLE other = CreateFileW(WIDE_PATH, GENERIC_READ, FILE_SHARE_READ, NULL,
                                     OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL, NULL);
    assert_true(other != INVALID_HANDLE_VALUE);
    assert_fails(NYZ_ERR_IO, "cannot put the new file in the old one's place",
                 nyz_output_finish(&output, err));
    assert_null(output);
    assert_true(CloseHandle(other));
    assert_file(WIDE_PATH, "old");
    assert_int_equal(empty_directory(), 1);
}

static void long_names_can_be_saved(void **state)
{
    (void)state;
    char path[sizeof IN_FOLDER + 200] = IN_FOLDER;
    memset(path + strlen(path), 'x', 200);
    assert_ok(save(path, "text", 1, err));
    assert_int_equal(empty_directory(), 1);
}

/* 5000 numbers 0, 1, ... in a new file. */
static void make_numbers(void)
{
    const nyz_dtype dtype = nyz_dtype_of(NYZ_FLOAT32);
    const int64_t count = 5000;
    nyz_array like;
    nyz_array array;
    nyz_output *output;
    assert_ok(nyz_array_wrap(NULL, &dtype, 1, &count, NULL, &like, err));
    assert_ok(nyz_create_map(PATH, &like, NULL, &output, &array, err));
    for (int64_t i = 0; i < count; i++) {
        ((float *)array.data)[i] = (float)i;
    }
    nyz_array_free(&array);
    assert_ok(nyz_output_finish(&output, err));
}

static float loaded_number(int64_t i)
{
    nyz_array array;
    assert_ok(nyz_load(PATH, NULL, &array, err));
    const float value = ((const float *)array.data)[i];
    nyz_array_free(&array);
    return value;
}

static void a_file_is_mapped_in_each_mode(void **state)
{
    nyz_array array;
    (void)state;
    make_numbers();
    assert_true(loaded_number(4999) == 4999);
    assert_ok(nyz_map(PATH, NYZ_MAP_READ, NULL, &array, err));
    assert_true(((const float *)array.data)[4999] == 4999);
    nyz_array_free(&array);
    assert_ok(nyz_map(PATH, NYZ_MAP_PRIVATE, NULL, &array, err));
    ((float *)array.data)[1] = -1;
    assert_true(loaded_number(1) == 1);
    nyz_array_free(&array);
    assert_ok(nyz_map(PATH, NYZ_MAP_SHARED, NULL, &array, err));
    ((float *)array.data)[2] = -2;
    assert_ok(nyz_map_flush(&array, err));
    nyz_array_free(&array);
    assert_true(loaded_number(2) == -2);
}

static void a_map_that_is_discarded_leaves_no_trace(void **state)
{
    const nyz_dtype dtype = nyz_dtype_of(NYZ_FLOAT32);
    const int64_t count = 5000;
    nyz_array like;
    nyz_array array;
    nyz_output *output;
    (void)state;
    assert_ok(nyz_array_wrap(NULL, &dtype, 1, &count, NULL, &like, err));
    assert_ok(nyz_create_map(PATH, &like, NULL, &output, &array, err));
    nyz_array_free(&array);
    nyz_output_discard(&output);
    assert_int_equal(empty_directory(), 0);
}

static void a_file_is_written_in_pieces(void **state)
{
    const float row[2] = {1, 2};
    const nyz_array like = {
        .dtype = nyz_dtype_of(NYZ_FLOAT32), .ndim = 2, .shape = {-1, 2}};
    nyz_array header;
    nyz_output *output;
    (void)state;
    assert_ok(nyz_output_create_npy(PATH, &like, NULL, &output, err));
    for (int i = 0; i < 20000; i++) { /* more than is held in memory */
        assert_ok(nyz_output_write(output, row, sizeof row, err));
    }
    assert_ok(nyz_output_finish(&output, err));
    assert_true(loaded_number(39999) == 2);
    assert_ok(nyz_load_header(PATH, NULL, &header, err));
    assert_int_equal(header.shape[0], 20000);
    nyz_array_free(&header);
    assert_int_equal(empty_directory(), 1);
    assert_ok(nyz_output_create_npy(PATH, &like, NULL, &output, err));
    assert_ok(nyz_output_write(output, row, 4, err));
    assert_int_equal(nyz_output_finish(&output, NULL), NYZ_ERR_ARGUMENT);
    assert_int_equal(empty_directory(), 0);
    assert_int_equal(nyz_output_create_npy("NUL", &like, NULL, &output, NULL),
                     NYZ_ERR_ARGUMENT);
    assert_null(output);
}

static void a_device_is_written_straight(void **state)
{
    (void)state;
    assert_ok(save("NUL", "text", 1, err));
    assert_int_equal(empty_directory(), 0);
}

#define directory_test(name)                                                             \
    cmocka_unit_test_setup_teardown(name, make_directory, remove_directory)

int main(void)
{
    const struct CMUnitTest tests[] = {
        directory_test(a_regular_file_reads_seeks_and_reads_at),
        directory_test(what_cannot_be_opened),
        directory_test(a_file_that_changed_is_noticed),
        directory_test(offsets_over_4_gib_are_kept_whole),
        directory_test(a_descriptor_in_text_mode_keeps_every_byte),
        directory_test(a_pipe_cannot_seek),
        directory_test(a_c_file_seeks_far),
        directory_test(an_old_file_is_there_until_finish),
        directory_test(giving_up_leaves_no_trace),
        directory_test(the_new_file_vanishes_with_its_handle),
        directory_test(in_place_the_old_file_is_written_into),
        directory_test(what_may_not_be_written_is_not_replaced),
        directory_test(a_rename_that_fails_leaves_the_old_file),
        directory_test(long_names_can_be_saved),
        directory_test(a_file_is_mapped_in_each_mode),
        directory_test(a_map_that_is_discarded_leaves_no_trace),
        directory_test(a_file_is_written_in_pieces),
        directory_test(a_device_is_written_straight),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
