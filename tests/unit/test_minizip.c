/* SPDX-License-Identifier: MIT */
/* Archives made by minizip, another writer than Python's: its local headers have the
 * sizes and a zip64 field of zeros beside them.  POSIX. */
#include "support/temp_directory.h"

#include <zlib.h>
#include <minizip/zip.h>

/* 0, 1, 2, ... as uint8, with its header. */
static nyz_buffer make_npy(int64_t count)
{
    static unsigned char bytes[100000];
    nyz_buffer file = {0};
    nyz_array array;
    const nyz_dtype dtype = nyz_dtype_of(NYZ_UINT8);
    const nyz_stream stream = nyz_stream_buffer(&file);
    for (int64_t i = 0; i < count; i++) {
        bytes[i] = (unsigned char)i;
    }
    assert_ok(nyz_array_wrap(bytes, &dtype, 1, &count, NULL, &array, err));
    assert_ok(nyz_write(&stream, &array, NULL, err));
    return file;
}

static void add(zipFile zip, const char *name, int64_t count, int method, int zip64)
{
    nyz_buffer file = make_npy(count);
    zip_fileinfo info;
    memset(&info, 0, sizeof info);
    assert_int_equal(zipOpenNewFileInZip64(zip, name, &info, NULL, 0, NULL, 0, NULL,
                                           method, Z_DEFAULT_COMPRESSION, zip64),
                     ZIP_OK);
    assert_int_equal(zipWriteInFileInZip(zip, file.data, (unsigned)file.size), ZIP_OK);
    assert_int_equal(zipCloseFileInZip(zip), ZIP_OK);
    nyz_buffer_free(&file);
}

static void check(const nyz_npz *npz, const char *name, int64_t count)
{
    nyz_array array;
    assert_ok(nyz_npz_load(npz, name, NULL, &array, err));
    assert_int_equal(array.shape[0], count);
    for (int64_t i = 0; i < count; i++) {
        assert_int_equal(((const unsigned char *)array.data)[i], (unsigned char)i);
    }
    nyz_array_free(&array);
}

static void what_minizip_wrote_is_read(void **state)
{
    static const struct {
        const char *name;
        int64_t count;
        int method;
        int zip64;
    } members[] = {{"stored", 100, 0, 0},
                   {"deflated", 100000, Z_DEFLATED, 0},
                   {"stored64", 100000, 0, 1},
                   {"deflated64", 100, Z_DEFLATED, 1},
                   {"empty", 0, Z_DEFLATED, 1}};
    const size_t count = sizeof members / sizeof members[0];
    const char *const path = in_directory(*state, "minizip.npz");
    char name[32];
    nyz_npz *npz = NULL;
    const zipFile zip = zipOpen64(path, APPEND_STATUS_CREATE);
    assert_non_null(zip);
    for (size_t i = 0; i < count; i++) {
        (void)snprintf(name, sizeof name, "%s.npy", members[i].name);
        add(zip, name, members[i].count, members[i].method, members[i].zip64);
    }
    assert_int_equal(zipClose(zip, "a comment"), ZIP_OK);
    assert_ok(nyz_npz_open(path, NULL, &npz, err));
    for (size_t i = 0; i < count; i++) {
        check(npz, members[i].name, members[i].count);
    }
    nyz_npz_close(&npz);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        directory_test(what_minizip_wrote_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
