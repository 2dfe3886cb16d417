/* SPDX-License-Identifier: MIT */
/* Every fixture through every entry point: the path, memory, a stream that gives one byte at a
 * time, a stream that cannot seek, a member of an archive, stored and deflated.  All must
 * give the same array, or the same status.  entry_points.h reads what is expected. */
#include "dtype/dtype.h"
#include "nyz_map.h"
#include "support/entry_points.h"

static const nyz_options as_stored = {.byteorder = NYZ_KEEP_BYTEORDER};

/* ---------------------------------------------------------- the entry points: streams */

/* A content being read; `step`: the most bytes one read gives, 0: any number. */
typedef struct reader {
    content whole;
    size_t at;
    size_t step;
} reader;

static int64_t reader_read(void *ctx, void *buffer, size_t size)
{
    reader *const r = ctx;
    size_t n = r->whole.size - r->at;
    n = n < size ? n : size;
    n = r->step > 0 && n > r->step ? r->step : n;
    if (n > 0) {
        memcpy(buffer, r->whole.bytes + r->at, n);
    }
    r->at += n;
    return (int64_t)n;
}

static int64_t reader_seek(void *ctx, int64_t offset, int whence)
{
    reader *const r = ctx;
    const int64_t base = whence == SEEK_SET   ? 0
                         : whence == SEEK_CUR ? (int64_t)r->at
                                              : (int64_t)r->whole.size;
    if (base + offset < 0) {
        return -22;
    }
    r->at = (size_t)(base + offset);
    return base + offset;
}

static nyz_stream stream_of(reader *r, int seekable)
{
    return (nyz_stream){
        .read = reader_read, .seek = seekable ? reader_seek : NULL, .ctx = r};
}

/* An empty file holds no array: a stream calls that its clean end. */
static const char *status_in_stream(const expected *e, const content *whole)
{
    return whole->size == 0 ? "not found" : e->status;
}

/* ------------------------------------------------------------------- one array a file */

static void npy_by_path(const expected *e, const content *whole)
{
    char path[1024];
    path_of(path, sizeof path, e->file);
    nyz_array array;
    nyz_error err;
    const nyz_status status = nyz_load(path, &as_stored, &array, &err);
    check_array(e, "path", status, e->status, &array, &err);
    (void)whole;
}

static void npy_by_memory(const expected *e, const content *whole)
{
    nyz_array array;
    nyz_error err;
    const nyz_status status =
        nyz_load_mem(whole->bytes, whole->size, &as_stored, &array, &err);
    check_array(e, "memory", status, e->status, &array, &err);
}

static void npy_by_stream(const expected *e, const content *whole)
{
    for (int kind = 0; kind < 4; kind++) {
        reader r = {*whole, 0, kind & 1 ? 1 : 0};
        const nyz_stream stream = stream_of(&r, kind & 2);
        nyz_array array;
        nyz_error err;
        const nyz_status status = nyz_read(&stream, &as_stored, &array, &err);
        check_array(e, kind & 1 ? "stream, a byte at a time" : "stream", status,
                    status_in_stream(e, whole), &array, &err);
    }
}

static void npy_by_archive(const expected *e, const content *whole)
{
    const nyz_method methods[] = {NYZ_STORED, NYZ_DEFLATED};
    for (int i = 0; i < 2; i++) {
        nyz_buffer buffer = {0};
        const nyz_stream sink = nyz_stream_buffer(&buffer);
        const nyz_options opt = {.method = methods[i]};
        nyz_npz_writer *writer;
        assert_ok(nyz_npz_create_stream(&sink, &opt, &writer, err));
        assert_ok(
            nyz_npz_add_bytes(writer, "a.npy", whole->bytes, whole->size, NULL, err));
        assert_ok(nyz_npz_finish(&writer, err));
        nyz_npz *npz;
        assert_ok(nyz_npz_open_mem(buffer.data, buffer.size, NULL, &npz, err));
        nyz_array array;
        nyz_error err;
        const nyz_status status = nyz_npz_load(npz, "a", &as_stored, &array, &err);
        check_array(e, i ? "deflated member" : "stored member", status, e->more, &array,
                    &err);
        nyz_npz_close(&npz);
        nyz_buffer_free(&buffer);
    }
}

/* A header alone is bad where the array is bad, except for what only the data shows. */
static void npy_by_peek(const expected *e, const content *whole)
{
    char path[1024];
    path_of(path, sizeof path, e->file);
    nyz_array array;
    nyz_error err;
    const nyz_status status = nyz_load_header(path, NULL, &array, &err);
    const int good = strcmp(e->status, "ok") == 0;
    if (good ? status != NYZ_OK
             : status != NYZ_OK && strcmp(nyz_status_text(status), e->status)) {
        fail_msg("%s by peek: expected %s, got %s: %s", e->file, e->status,
                 nyz_status_text(status), err.message);
    }
    if (status == NYZ_OK && good) {
        static seen s;
        look_at_shape(&array, &s);
        assert_string_equal(s.shape, e->shape);
        assert_null(array.data);
    }
    nyz_array_free(&array);
    (void)whole;
}

/* Whatever byte order is asked for on the way: of these types it is never changed. */
static void npy_is_saved_as_it_was(const expected *e, const content *whole)
{
    if (strncmp(e->file, "good/mldtype_", 13) != 0) {
        return;
    }
    const int mixed = strstr(e->descr, "i2") != NULL; /* with numbers beside them */
    const nyz_byteorder orders[] = {NYZ_KEEP_BYTEORDER, NYZ_NATIVE, NYZ_BIG_ENDIAN};
    for (int i = 0; i < (mixed ? 1 : 3); i++) {
        const nyz_options opt = {.byteorder = orders[i]};
        nyz_buffer buffer = {0};
        nyz_array array;
        assert_ok(nyz_load_mem(whole->bytes, whole->size, &opt, &array, err));
        assert_ok(nyz_save_mem(&array, &opt, &buffer, err));
        assert_int_equal(buffer.size, whole->size);
        assert_memory_equal(buffer.data, whole->bytes, whole->size);
        nyz_buffer_free(&buffer);
        nyz_array_free(&array);
    }
}

/* --------------------------------------------------------------------------- archives */

/* Opens through entry point 0, 1 or 2: path, memory, a stream of one byte at a time. */
static nyz_status open_by(int entry_point, const expected *e, const content *whole,
                          reader *r, nyz_npz **npz, nyz_error *err)
{
    char path[1024];
    path_of(path, sizeof path, e->file);
    *r = (reader){*whole, 0, 1};
    const nyz_stream stream = stream_of(r, 1);
    return entry_point == 0 ? nyz_npz_open(path, NULL, npz, err)
           : entry_point == 1
               ? nyz_npz_open_mem(whole->bytes, whole->size, NULL, npz, err)
               : nyz_npz_open_stream(&stream, NULL, npz, err);
}

static void npz_opens(const expected *e, const content *whole)
{
    for (int entry_point = 0; entry_point < 3; entry_point++) {
        reader r;
        nyz_npz *npz;
        nyz_error err = {0};
        const nyz_status status = open_by(entry_point, e, whole, &r, &npz, &err);
        if (strcmp(nyz_status_text(status), e->status) != 0) {
            fail_msg("%s by entry point %d: expected %s, got %s: %s", e->file,
                     entry_point, e->status, nyz_status_text(status), err.message);
        }
        if (status == NYZ_OK) {
            assert_int_equal(nyz_npz_count(npz), atoi(e->more));
        } else {
            assert_null(npz);
        }
        nyz_npz_close(&npz);
    }
}

/* A member that holds no array is read as bytes instead. */
static void check_bytes(const expected *e, const nyz_npz *npz, int64_t index)
{
    nyz_array array;
    static seen s;
    assert_ok(nyz_npz_bytes_at(npz, index, NULL, &array, err));
    look_at_bytes(&array, &s);
    assert_string_equal(s.crc32, e->crc32);
    nyz_array_free(&array);
}

static void npz_loads(const expected *e, const content *whole)
{
    for (int entry_point = 0; entry_point < 3; entry_point++) {
        reader r;
        nyz_npz *npz;
        nyz_array array;
        nyz_error why;
        assert_ok(open_by(entry_point, e, whole, &r, &npz, err));
        const int64_t index = atoi(e->more);
        const nyz_status status = nyz_npz_load_at(npz, index, &as_stored, &array, &why);
        check_array(e, "archive", status, e->status, &array, &why);
        if (strcmp(e->status, "not found") == 0) {
            check_bytes(e, npz, index);
        }
        nyz_npz_close(&npz);
    }
}

/* ------------------------------------------------- one handle over both: nyz_file.h */

/* Opens through entry point 0, 1, 2 or 3: path, memory, a stream of one byte at a time, and one
 * that cannot seek. */
static nyz_status open_file_by(int entry_point, const expected *e, const content *whole,
                               reader *r, nyz_file **file, nyz_error *err)
{
    char path[1024];
    path_of(path, sizeof path, e->file);
    *r = (reader){*whole, 0, entry_point == 2 ? 1 : 0};
    const nyz_stream stream = stream_of(r, entry_point == 2);
    return entry_point == 0 ? nyz_file_open(path, NULL, file, err)
           : entry_point == 1
               ? nyz_file_open_mem(whole->bytes, whole->size, NULL, file, err)
               : nyz_file_open_stream(&stream, NULL, file, err);
}

/* What a file is does not depend on its name: these are of the other format. */
static int is_misnamed(const expected *e, const nyz_file *file, const char *format)
{
    return strcmp(e->status, "unsupported") == 0 && file != NULL &&
           strcmp(nyz_file_format(file), format) != 0;
}

/* Loading an item that cannot be read fails as its `error` says. */
static void check_unreadable(const expected *e, const nyz_file *file)
{
    for (int64_t i = 0; i < nyz_file_count(file); i++) {
        nyz_item item;
        nyz_array array;
        nyz_error got = {0};
        assert_ok(nyz_file_info_at(file, i, &item, err));
        const nyz_status status = nyz_file_load_at(file, i, NULL, &array, &got);
        if (item.kind == NYZ_ITEM_UNREADABLE &&
            (status != item.error.status ||
             strcmp(got.message, item.error.message) != 0)) {
            fail_msg("%s, item %d: expected %s: %s, got %s: %s", e->file, (int)i,
                     nyz_status_text(item.error.status), item.error.message,
                     nyz_status_text(status), got.message);
        }
        if (item.kind == NYZ_ITEM_BYTES) {
            assert_true(status == NYZ_ERR_NOT_FOUND || status == NYZ_ERR_CORRUPT);
        }
        nyz_array_free(&array);
        nyz_item_free(&item);
    }
}

/* A handle looks for the end of each pickle, which other calls do not. */
static int is_damaged_pickle(const expected *e, const nyz_item *item)
{
    return strcmp(e->status, "unsupported") == 0 &&
           nyz_dtype_has_objects(&item->header.dtype) &&
           item->error.status == NYZ_ERR_CORRUPT;
}

/* What is known before the data is read is what loading gives.  Returns its status in words. */
static const char *check_item(const expected *e, const nyz_file *file, int64_t index)
{
    nyz_item item;
    static seen s;
    assert_ok(nyz_file_info_at(file, index, &item, err));
    const char *status = e->status;
    if (strcmp(status, "ok") == 0) {
        assert_int_equal(item.kind, NYZ_ITEM_ARRAY);
        look_at_shape(&item.header, &s);
        assert_string_equal(s.shape, e->shape);
    } else if (strcmp(status, "not found") == 0) {
        assert_int_equal(item.kind, NYZ_ITEM_BYTES);
    } else if (is_damaged_pickle(e, &item)) {
        status = "corrupt";
    } else if (item.kind != NYZ_ITEM_ARRAY) { /* the data alone may show it */
        assert_string_equal(nyz_status_text(item.error.status), status);
    }
    nyz_item_free(&item);
    return status;
}

static void npy_by_handle(const expected *e, const content *whole)
{
    for (int entry_point = 0; entry_point < 4; entry_point++) {
        reader r;
        nyz_file *file;
        nyz_array array = {0};
        nyz_error err = {0};
        nyz_status status = open_file_by(entry_point, e, whole, &r, &file, &err);
        if (is_misnamed(e, file, "npy")) {
            nyz_file_close(&file);
            continue;
        }
        const char *expected_status = e->status;
        if (status == NYZ_OK) {
            expected_status = check_item(e, file, 0);
            check_unreadable(e, file);
            status = nyz_file_load_at(file, 0, &as_stored, &array, &err);
        }
        check_array(e, "handle", status, expected_status, &array, &err);
        nyz_file_close(&file);
    }
}

static void npz_opens_by_handle(const expected *e, const content *whole)
{
    for (int entry_point = 0; entry_point < 4; entry_point++) {
        reader r;
        nyz_file *file;
        nyz_error err = {0};
        const nyz_status status = open_file_by(entry_point, e, whole, &r, &file, &err);
        if (!is_misnamed(e, file, "npz") &&
            strcmp(nyz_status_text(status), e->status) != 0) {
            fail_msg("%s by handle %d: expected %s, got %s: %s", e->file, entry_point,
                     e->status, nyz_status_text(status), err.message);
        }
        if (status == NYZ_OK && strcmp(e->status, "ok") == 0) {
            assert_int_equal(nyz_file_count(file), atoi(e->more));
        }
        if (status == NYZ_OK) {
            check_unreadable(e, file);
        }
        nyz_file_close(&file);
    }
}

static void npz_loads_by_handle(const expected *e, const content *whole)
{
    for (int entry_point = 0; entry_point < 4; entry_point++) {
        reader r;
        nyz_file *file;
        nyz_array array;
        static seen s;
        nyz_error why;
        assert_ok(open_file_by(entry_point, e, whole, &r, &file, err));
        const int64_t index = atoi(e->more);
        (void)check_item(e, file, index);
        const nyz_status status = nyz_file_load_at(file, index, &as_stored, &array, &why);
        check_array(e, "handle", status, e->status, &array, &why);
        if (strcmp(e->status, "not found") == 0) {
            assert_ok(nyz_file_bytes_at(file, index, NULL, &array, err));
            look_at_bytes(&array, &s);
            assert_string_equal(s.crc32, e->crc32);
            nyz_array_free(&array);
        }
        nyz_file_close(&file);
    }
}

/* ------------------------------------------------------- in their place: nyz_map.h */

/* One handle over both. */
static void item_maps(const expected *e, int64_t index, const content *whole)
{
    char path[1024];
    const nyz_options opt = {.byteorder = NYZ_KEEP_BYTEORDER,
                             .flags = NYZ_MAP_OR_LOAD | NYZ_VERIFY};
    path_of(path, sizeof path, e->file);
    for (int kind = 0; kind < 4; kind++) {
        nyz_file *file;
        nyz_array array;
        nyz_error why;
        if ((kind & 1 ? nyz_file_open_mem(whole->bytes, whole->size, NULL, &file, NULL)
                      : nyz_file_open(path, NULL, &file, NULL)) != NYZ_OK ||
            is_misnamed(e, file, strcmp(e->kind, "npy") == 0 ? "npy" : "npz")) {
            nyz_file_close(&file);
            continue; /* every_file_is_read_alike_by_one_handle */
        }
        const char *const expected_status = check_item(e, file, index);
        const nyz_status status = nyz_file_map_at(
            file, index, kind & 2 ? NYZ_MAP_PRIVATE : NYZ_MAP_READ, &opt, &array, &why);
        nyz_file_close(&file);
        check_array(e, "map by handle", status, expected_status, &array, &why);
    }
}

static void npy_maps(const expected *e, const content *whole)
{
    char path[1024];
    const nyz_options opt = {.byteorder = NYZ_KEEP_BYTEORDER, .flags = NYZ_MAP_OR_LOAD};
    nyz_array array;
    nyz_error err;
    path_of(path, sizeof path, e->file);
    nyz_status status = nyz_map(path, NYZ_MAP_READ, &opt, &array, &err);
    check_array(e, "map", status, e->status, &array, &err);
    status = nyz_map(path, NYZ_MAP_PRIVATE, &opt, &array, &err);
    check_array(e, "private map", status, e->status, &array, &err);
    status = nyz_map_mem(whole->bytes, whole->size, &opt, &array, &err);
    check_array(e, "map of memory", status, e->status, &array, &err);
    item_maps(e, 0, whole);
}

static void npz_maps(const expected *e, const content *whole)
{
    char path[1024];
    const nyz_options opt = {.byteorder = NYZ_KEEP_BYTEORDER,
                             .flags = NYZ_MAP_OR_LOAD | NYZ_VERIFY};
    path_of(path, sizeof path, e->file);
    for (int kind = 0; kind < 4; kind++) {
        nyz_npz *npz;
        nyz_array array;
        nyz_error why;
        assert_ok(kind & 1 ? nyz_npz_open_mem(whole->bytes, whole->size, NULL, &npz, err)
                           : nyz_npz_open(path, NULL, &npz, err));
        const nyz_status status =
            nyz_npz_map_at(npz, atoi(e->more), kind & 2 ? NYZ_MAP_PRIVATE : NYZ_MAP_READ,
                           &opt, &array, &why);
        nyz_npz_close(&npz);
        check_array(e, "map", status, e->status, &array, &why);
    }
    item_maps(e, atoi(e->more), whole);
}

/* ------------------------------------------------------------------------------ tests */

static void every_npy_loads_alike_by_path(void **state)
{
    (void)state;
    each("npy", npy_by_path);
}

static void every_npy_loads_alike_from_memory(void **state)
{
    (void)state;
    each("npy", npy_by_memory);
}

static void every_npy_loads_alike_from_streams(void **state)
{
    (void)state;
    each("npy", npy_by_stream);
}

static void every_npy_loads_alike_from_archives(void **state)
{
    (void)state;
    each("npy", npy_by_archive);
}

static void every_npy_header_is_peeked_at_alike(void **state)
{
    (void)state;
    each("npy", npy_by_peek);
}

static void types_of_ml_dtypes_are_saved_as_they_were(void **state)
{
    (void)state;
    each("npy", npy_is_saved_as_it_was);
}

static void every_npz_opens_alike_by_every_entry_point(void **state)
{
    (void)state;
    each("open", npz_opens);
}

static void every_member_loads_alike_by_every_entry_point(void **state)
{
    (void)state;
    each("load", npz_loads);
}

static void every_file_is_read_alike_by_one_handle(void **state)
{
    (void)state;
    each("npy", npy_by_handle);
    each("open", npz_opens_by_handle);
    each("load", npz_loads_by_handle);
}

static void every_file_maps_as_it_loads(void **state)
{
    (void)state;
    each("npy", npy_maps);
    each("load", npz_maps);
}

static void arrays_in_one_stream_are_read_one_by_one(void **state)
{
    (void)state;
    content whole = read_whole("good/three.npy");
    for (int kind = 0; kind < 4; kind++) {
        reader r = {whole, 0, kind & 1 ? 1 : 0};
        const nyz_stream stream = stream_of(&r, kind & 2);
        const int ndims[] = {1, 0, 2};
        nyz_array array;
        for (int i = 0; i < 3; i++) {
            assert_ok(nyz_read(&stream, NULL, &array, err));
            assert_int_equal(array.ndim, ndims[i]);
            nyz_array_free(&array);
        }
        assert_fails(NYZ_ERR_NOT_FOUND, "", nyz_read(&stream, NULL, &array, err));
    }
    free(whole.bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_npy_loads_alike_by_path),
        cmocka_unit_test(every_npy_loads_alike_from_memory),
        cmocka_unit_test(every_npy_loads_alike_from_streams),
        cmocka_unit_test(every_npy_loads_alike_from_archives),
        cmocka_unit_test(every_npy_header_is_peeked_at_alike),
        cmocka_unit_test(types_of_ml_dtypes_are_saved_as_they_were),
        cmocka_unit_test(every_npz_opens_alike_by_every_entry_point),
        cmocka_unit_test(every_member_loads_alike_by_every_entry_point),
        cmocka_unit_test(every_file_is_read_alike_by_one_handle),
        cmocka_unit_test(every_file_maps_as_it_loads),
        cmocka_unit_test(arrays_in_one_stream_are_read_one_by_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
