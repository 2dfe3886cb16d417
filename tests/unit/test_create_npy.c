/* SPDX-License-Identifier: MIT */
/* .npy files that are written piece by piece: src/io/output.c, src/npy/create_npy.c,
 * src/npy/npy_rows.c. */
#include "nyz.h"

#include "support/faults.h"
#include "support/temp_directory.h"

#include <pthread.h>

/* An array of `rows` rows (the slowest axis) of `others`, in either order; its data counts. */
typedef struct numbers {
    nyz_dtype dtype; /* to be freed where it is a struct */
    nyz_array array;
    unsigned char bytes[4096];
} numbers;

static nyz_array *wrap(numbers *n, const char *descr, nyz_order order, int64_t rows,
                       int64_t others)
{
    nyz_dtype dtype;
    int64_t shape[2] = {rows, others};
    int64_t strides[2];
    assert_ok(nyz_dtype_parse(descr, strlen(descr), NULL, &dtype, err));
    if (order == NYZ_F_ORDER) {
        shape[0] = others;
        shape[1] = rows;
    }
    strides[order == NYZ_F_ORDER] = others * dtype.itemsize;
    strides[order != NYZ_F_ORDER] = dtype.itemsize;
    for (size_t i = 0; i < sizeof n->bytes; i++) {
        n->bytes[i] = (unsigned char)(i * 7);
    }
    n->dtype = dtype;
    assert_ok(nyz_array_wrap(n->bytes, &n->dtype, 2, shape, strides, &n->array, err));
    return &n->array;
}

static size_t size_of(const nyz_array *array)
{
    return (size_t)(nyz_array_count(array) * array->dtype.itemsize);
}

static void assert_file_bytes(const char *path, const void *bytes, size_t size)
{
    static unsigned char got[8192];
    FILE *const file = fopen(path, "rb");
    assert_non_null(file);
    assert_int_equal(fread(got, 1, sizeof got, file), size);
    assert_int_equal(fclose(file), 0);
    assert_memory_equal(got, bytes, size);
}

static void write_pieces(nyz_output *output, const unsigned char *bytes, size_t size,
                         size_t piece)
{
    while (size > 0) {
        const size_t n = size < piece ? size : piece;
        assert_ok(nyz_output_write(output, bytes, n, err));
        bytes += n;
        size -= n;
    }
}

static const size_t pieces[] = {1, 13, 4096};
enum { PIECES = sizeof pieces / sizeof *pieces };

/* `like` may have an unknown extent. */
static void assert_writes_as_saved(temp_directory *directory, const nyz_array *like,
                                   const nyz_array *array, const nyz_options *opt)
{
    nyz_buffer whole;
    assert_ok(nyz_save_mem(array, opt, &whole, err));
    for (int i = 0; i < PIECES; i++) {
        const char *const path = in_directory(directory, "a.npy");
        const int before = count_descriptors();
        nyz_output *output;
        assert_ok(nyz_output_create_npy(path, like, opt, &output, err));
        write_pieces(output, array->data, size_of(array), pieces[i]);
        assert_ok(nyz_output_write(output, NULL, 0, err));
        assert_int_equal(access(path, F_OK), -1);
        assert_ok(nyz_output_finish(&output, err));
        assert_null(output);
        assert_file_bytes(path, whole.data, whole.size);
        assert_int_equal(unlink(path), 0);
        assert_int_equal(count_names(directory->path), 0);
        assert_int_equal(count_descriptors(), before);
    }
    nyz_buffer_free(&whole);
}

static const char *const descrs[] = {"'<f4'", "'>i2'", "'|u1'", "'<U3'",
                                     "[('x', '<f8'), ('\xc3\xa9', '>i2', (2,))]"};
enum { DESCRS = sizeof descrs / sizeof *descrs };

static void what_is_written_in_pieces_is_what_is_saved(void **state)
{
    static const int64_t rows[] = {0, 1, 2, 31};
    for (int d = 0; d < DESCRS; d++) {
        for (int r = 0; r < 4; r++) {
            for (nyz_order order = NYZ_C_ORDER; order <= NYZ_F_ORDER; order++) {
                const nyz_options as_it_is = {0};
                const nyz_options named = {.order = order, .npy_version = 3};
                numbers n;
                nyz_array like = *wrap(&n, descrs[d], order, rows[r], 5);
                like.data = NULL;
                assert_writes_as_saved(*state, &like, &n.array, &as_it_is);
                assert_writes_as_saved(*state, &like, &n.array, &named);
                nyz_dtype_free(&n.dtype);
            }
        }
    }
}

/* The data is written as it is to be in the file, whatever byte order the dtype has. */
static void the_byte_order_of_the_header_can_be_given(void **state)
{
    const nyz_options big = {.byteorder = NYZ_BIG_ENDIAN, .flags = NYZ_NO_SYNC};
    numbers n;
    numbers as_big;
    nyz_buffer whole;
    nyz_output *output;
    const char *const path = in_directory(*state, "a.npy");
    const nyz_array *const like = wrap(&n, "'<i2'", NYZ_C_ORDER, 3, 2);
    assert_ok(nyz_save_mem(wrap(&as_big, "'>i2'", NYZ_C_ORDER, 3, 2), NULL, &whole, err));
    assert_ok(nyz_output_create_npy(path, like, &big, &output, err));
    write_pieces(output, n.bytes, 12, 5);
    assert_ok(nyz_output_finish(&output, err));
    assert_file_bytes(path, whole.data, whole.size);
    nyz_buffer_free(&whole);
}

/* ------------------------------------------------------------------ an unknown number of rows */

static void an_unknown_number_of_rows_is_patched_into_the_header(void **state)
{
    static const int64_t rows[] = {0, 1, 2, 9, 10, 100};
    for (int d = 0; d < DESCRS; d++) {
        for (int r = 0; r < 6; r++) {
            for (nyz_order order = NYZ_C_ORDER; order <= NYZ_F_ORDER; order++) {
                const nyz_options opt = {.order = order};
                numbers n;
                nyz_array like = *wrap(&n, descrs[d], order, rows[r], 2);
                like.shape[order == NYZ_F_ORDER] = -1;
                memset(like.strides, 0x55, sizeof like.strides); /* not looked at */
                assert_writes_as_saved(*state, &like, &n.array, &opt);
                if (order == NYZ_C_ORDER) {
                    assert_writes_as_saved(*state, &like, &n.array, NULL);
                }
                nyz_dtype_free(&n.dtype);
            }
        }
    }
}

/* Its dtype and shape are copied: of an array that is gone when the header is made again. */
static void the_array_need_not_outlive_the_beginning(void **state)
{
    const char *const path = in_directory(*state, "a.npy");
    char names[2][2] = {"a", "b"};
    nyz_field fields[2] = {
        {.name = names[0], .name_size = 1, .dtype = nyz_dtype_of(NYZ_INT32)},
        {.name = names[1],
         .name_size = 1,
         .offset = 4,
         .dtype = nyz_dtype_of(NYZ_INT64)}};
    nyz_array like = {.ndim = 1, .shape = {-1}};
    nyz_output *output;
    nyz_array header;
    like.dtype = (nyz_dtype){.type = NYZ_STRUCT,
                             .itemsize = 12,
                             .byteorder = '|',
                             .nfields = 2,
                             .fields = fields};
    assert_ok(nyz_output_create_npy(path, &like, NULL, &output, err));
    memset(names, 0x55, sizeof names);
    memset(fields, 0x55, sizeof fields);
    memset(&like, 0x55, sizeof like);
    assert_ok(nyz_output_write(output, "012345678901234567890123", 24, err));
    assert_ok(nyz_output_finish(&output, err));
    assert_ok(nyz_load_header(path, NULL, &header, err));
    assert_int_equal(header.shape[0], 2);
    assert_string_equal(header.dtype.fields[1].name, "b");
    nyz_array_free(&header);
}

static void only_the_slowest_extent_may_be_unknown(void **state)
{
    static const nyz_options orders[] = {
        {0}, {.order = NYZ_C_ORDER}, {.order = NYZ_F_ORDER}};
    const char *const path = in_directory(*state, "a.npy");
    nyz_output *output;
    numbers n;
    for (int i = 0; i < 3; i++) {
        nyz_array like = *wrap(&n, "'<f4'", NYZ_C_ORDER, 2, 2);
        like.shape[i < 2] = -1;
        assert_fails(
            NYZ_ERR_ARGUMENT,
            i < 2 ? "array: the extent of axis 1 is -1; only that of axis 0, the slowest "
                    "in C order, may be unknown"
                  : "array: the extent of axis 0 is -1; only that of axis 1, the slowest "
                    "in Fortran order, may be unknown",
            nyz_output_create_npy(path, &like, &orders[i], &output, err));
        assert_null(output);
        like.shape[0] = like.shape[1] = -1;
        assert_int_equal(nyz_output_create_npy(path, &like, &orders[i], &output, NULL),
                         NYZ_ERR_ARGUMENT);
        like.shape[0] = like.shape[1] = -2;
        assert_fails(NYZ_ERR_ARGUMENT, "a negative extent",
                     nyz_output_create_npy(path, &like, &orders[i], &output, err));
    }
    assert_int_equal(count_names(((temp_directory *)*state)->path), 0);
}

/* Nothing that is written would tell how many there are. */
static void the_number_of_rows_without_bytes_must_be_given(void **state)
{
    const char *const path = in_directory(*state, "a.npy");
    nyz_output *output;
    numbers n;
    nyz_array like = *wrap(&n, "'<f4'", NYZ_C_ORDER, 2, 0);
    like.shape[0] = -1;
    assert_fails(NYZ_ERR_ARGUMENT,
                 "array: the extent of axis 0 is -1, but its rows have no bytes: give "
                 "their number",
                 nyz_output_create_npy(path, &like, NULL, &output, err));
    assert_null(output);
    assert_int_equal(count_names(((temp_directory *)*state)->path), 0);
}

/* In Fortran order one row is C order too, which is what the header says: "False" is a letter longer
 * than "True", and there are names of fields for which that letter is one too many. */
static void a_header_that_needs_more_room_than_there_is_fails(void **state)
{
    const nyz_options fortran = {.order = NYZ_F_ORDER};
    const char *const path = in_directory(*state, "a.npy");
    int failed = 0;
    for (int length = 1; length <= 64; length++) {
        char descr[100];
        numbers n;
        nyz_output *output;
        (void)snprintf(
            descr, sizeof descr, "[('%.*s', '<i2')]", length,
            "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn");
        nyz_array like = *wrap(&n, descr, NYZ_F_ORDER, 1, 2);
        like.shape[1] = -1;
        assert_ok(nyz_output_create_npy(path, &like, &fortran, &output, err));
        assert_ok(nyz_output_write(output, n.bytes, 4, err));
        nyz_error why;
        if (nyz_output_finish(&output, &why) != NYZ_OK) {
            failed++;
            assert_int_equal(why.status, NYZ_ERR_UNSUPPORTED);
            assert_non_null(strstr(why.message,
                                   "the header of 1 rows has 192 bytes, and there is "
                                   "room for 128"));
            assert_int_equal(access(path, F_OK), -1);
        } else {
            assert_int_equal(unlink(path), 0);
        }
        nyz_dtype_free(&n.dtype);
    }
    assert_int_equal(failed, 1);
}

/* --------------------------------------------------------------------------- too few, too many */

static void a_file_shorter_than_its_header_promised_does_not_appear(void **state)
{
    temp_directory *const directory = *state;
    numbers n;
    const nyz_array *const array = wrap(&n, "'<f8'", NYZ_C_ORDER, 10, 10);
    for (int exists = 0; exists < 2; exists++) {
        const char *const path = in_directory(directory, "a.npy");
        nyz_output *output;
        if (exists) {
            put_file(path, "old");
        }
        assert_ok(nyz_output_create_npy(path, array, NULL, &output, err));
        write_pieces(output, n.bytes, 400, 100);
        assert_fails(NYZ_ERR_ARGUMENT, "wrote 400 of 800 bytes of the array's data",
                     nyz_output_finish(&output, err));
        assert_null(output);
        assert_int_equal(count_names(directory->path), exists);
        if (exists) {
            assert_file(path, "old");
        }
    }
}

static void a_part_of_a_row_is_refused(void **state)
{
    temp_directory *const directory = *state;
    numbers n;
    nyz_output *output;
    nyz_array like = *wrap(&n, "'<f8'", NYZ_C_ORDER, 10, 10);
    like.shape[0] = -1;
    assert_ok(nyz_output_create_npy(in_directory(directory, "a.npy"), &like, NULL,
                                    &output, err));
    write_pieces(output, n.bytes, 167, 100);
    assert_fails(
        NYZ_ERR_ARGUMENT,
        "wrote 167 bytes of the array's data: 7 more than whole rows of 80 bytes",
        nyz_output_finish(&output, err));
    assert_int_equal(count_names(directory->path), 0);
}

static void more_bytes_than_the_array_has_are_refused(void **state)
{
    static const char message[] =
        "2 more bytes, but of the 800 of the array only 1 are left";
    temp_directory *const directory = *state;
    numbers n;
    nyz_output *output;
    const nyz_array *const array = wrap(&n, "'<f8'", NYZ_C_ORDER, 10, 10);
    assert_ok(nyz_output_create_npy(in_directory(directory, "a.npy"), array, NULL,
                                    &output, err));
    write_pieces(output, n.bytes, 799, 100);
    assert_fails(NYZ_ERR_ARGUMENT, message, nyz_output_write(output, n.bytes, 2, err));
    /* the first failure stays, although one byte would be right */
    assert_fails(NYZ_ERR_ARGUMENT, message, nyz_output_write(output, n.bytes, 1, err));
    assert_fails(NYZ_ERR_ARGUMENT, message, nyz_output_write(output, n.bytes, 3, err));
    assert_fails(NYZ_ERR_ARGUMENT, message, nyz_output_finish(&output, err));
    assert_null(output);
    assert_int_equal(count_names(directory->path), 0);
}

static void discarding_leaves_the_old_file(void **state)
{
    temp_directory *const directory = *state;
    const char *const path = in_directory(directory, "a.npy");
    numbers n;
    nyz_output *output;
    const nyz_array *const array = wrap(&n, "'<f8'", NYZ_C_ORDER, 10, 10);
    counting heap;
    const nyz_options opt = {.allocator = &heap.allocator};
    counting_init(&heap);
    put_file(path, "old");
    assert_ok(nyz_output_create_npy(path, array, &opt, &output, err));
    assert_ok(nyz_output_write(output, n.bytes, 800, err));
    assert_true(heap.live > 0 && heap.peak < 100000);
    nyz_output_discard(&output);
    assert_null(output);
    assert_int_equal(heap.live, 0);
    assert_file(path, "old");
    assert_int_equal(count_names(directory->path), 1);
}

/* ------------------------------------------------------------------------- where it is written */

static void *read_all(void *path)
{
    static char got[8192];
    FILE *const file = fopen(path, "rb");
    const size_t n = fread(got, 1, sizeof got, file);
    return fclose(file) == 0 ? (void *)(intptr_t)n : NULL;
}

static void a_fifo_takes_a_known_shape_alone(void **state)
{
    temp_directory *const directory = *state;
    numbers n;
    const nyz_array *const array = wrap(&n, "'<f8'", NYZ_C_ORDER, 10, 10);
    for (int known = 0; known < 2; known++) {
        pthread_t reader;
        void *result;
        nyz_array like = *array;
        nyz_output *output;
        assert_int_equal(mkfifo(in_directory(directory, "fifo"), 0600), 0);
        assert_int_equal(pthread_create(&reader, NULL, read_all, directory->file), 0);
        if (known) {
            assert_ok(nyz_output_create_npy(directory->file, &like, NULL, &output, err));
            write_pieces(output, n.bytes, 800, 100);
            assert_ok(nyz_output_finish(&output, err));
        } else {
            like.shape[0] = -1;
            assert_fails(
                NYZ_ERR_ARGUMENT,
                "the extent of the slowest axis is -1, and the output cannot seek back "
                "to write it: give the number of rows, or write to a file",
                nyz_output_create_npy(directory->file, &like, NULL, &output, err));
            assert_null(output);
        }
        assert_int_equal(pthread_join(reader, &result), 0);
        assert_int_equal((intptr_t)result, known ? 928 : 0);
        assert_int_equal(unlink(directory->file), 0);
    }
}

/* Of nyz_output_create: at the place of the stream, and kept as a failure. */
static void bytes_are_written_to_any_output(void **state)
{
    temp_directory *const directory = *state;
    nyz_output *output;
    nyz_stream stream;
    assert_ok(
        nyz_output_create(in_directory(directory, "a"), NULL, &output, &stream, err));
    assert_ok(nyz_output_write(output, "one ", 4, err));
    assert_int_equal(stream.write(stream.ctx, "two ", 4), 4);
    assert_ok(nyz_output_write(output, "three", 5, err));
    assert_ok(nyz_output_finish(&output, err));
    assert_file(directory->file, "one two three");
    if (access("/dev/full", W_OK) == 0) {
        assert_ok(nyz_output_create("/dev/full", NULL, &output, &stream, err));
        assert_fails(NYZ_ERR_IO, "", nyz_output_write(output, "x", 1, err));
        assert_fails(NYZ_ERR_IO, "", nyz_output_finish(&output, err));
        assert_null(output);
    }
}

static void an_array_that_cannot_be_saved_cannot_be_begun(void **state)
{
    temp_directory *const directory = *state;
    nyz_output *output;
    numbers n;
    nyz_array like = *wrap(&n, "'<f4'", NYZ_C_ORDER, 2, 2);
    assert_fails(NYZ_ERR_NOT_FOUND, "",
                 nyz_output_create_npy(in_directory(directory, "none/a.npy"), &like, NULL,
                                       &output, err));
    assert_null(output);
    assert_ok(nyz_dtype_parse("'|O'", 4, NULL, &like.dtype, err));
    assert_int_equal(nyz_output_create_npy(in_directory(directory, "a.npy"), &like, NULL,
                                           &output, NULL),
                     NYZ_ERR_UNSUPPORTED);
    assert_null(output);
    assert_int_equal(count_names(directory->path), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        directory_test(what_is_written_in_pieces_is_what_is_saved),
        directory_test(the_byte_order_of_the_header_can_be_given),
        directory_test(an_unknown_number_of_rows_is_patched_into_the_header),
        directory_test(the_array_need_not_outlive_the_beginning),
        directory_test(only_the_slowest_extent_may_be_unknown),
        directory_test(the_number_of_rows_without_bytes_must_be_given),
        directory_test(a_header_that_needs_more_room_than_there_is_fails),
        directory_test(a_file_shorter_than_its_header_promised_does_not_appear),
        directory_test(a_part_of_a_row_is_refused),
        directory_test(more_bytes_than_the_array_has_are_refused),
        directory_test(discarding_leaves_the_old_file),
        directory_test(a_fifo_takes_a_known_shape_alone),
        directory_test(bytes_are_written_to_any_output),
        directory_test(an_array_that_cannot_be_saved_cannot_be_begun),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
