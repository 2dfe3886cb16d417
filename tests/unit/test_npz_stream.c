/* SPDX-License-Identifier: MIT */
/* Members of archives piece by piece: src/npz/npz_begin.c, src/npz/npz_member_reader.c, and the
 * steps of src/zip/zip_writer.c. */
#include "nyz_npz_stream.h"
#include "nyz_slice.h"

#include "support/faults.h"

#include <errno.h>

static const nyz_options methods[] = {
    {.method = NYZ_STORED},
    {.method = NYZ_STORED, .align = 64},
    {.method = NYZ_DEFLATED, .level = 1},
    {.level = NYZ_LEVEL_FAST, .threads = 2},
    {.method = NYZ_DEFLATED, .level = 1, .flags = NYZ_BLOCKS},
};
enum { METHODS = sizeof methods / sizeof *methods, STORED_METHODS = 2 };

#define COUNT 300000

static nyz_array numbers(void)
{
    static float values[COUNT];
    static const int64_t count = COUNT;
    const nyz_dtype dtype = nyz_dtype_of(NYZ_FLOAT32);
    nyz_array array;
    for (int i = 0; i < COUNT; i++) {
        values[i] = (float)(i % 1000);
    }
    assert_ok(nyz_array_wrap(values, &dtype, 1, &count, NULL, &array, err));
    return array;
}

static nyz_stream to_buffer(nyz_buffer *buffer, int seeks)
{
    nyz_stream stream = nyz_stream_buffer(buffer);
    if (!seeks) {
        stream.seek = NULL;
    }
    return stream;
}

/* Writes all bytes in pieces of 1, 2, 3, ... */
static void write_pieces(const nyz_stream *to, const void *bytes, size_t size)
{
    const unsigned char *next = bytes;
    for (size_t piece = 1; size > 0; piece += 997) {
        const size_t n = piece < size ? piece : size;
        assert_int_equal(to->write(to->ctx, next, n), (int64_t)n);
        next += n;
        size -= n;
    }
}

/* ---------------------------------------------------------------------------------- writing */

/* "a" and "b": by pieces, or whole. */
static nyz_buffer archive_of(const nyz_options *opt, int seeks, int by_pieces)
{
    nyz_buffer buffer = {0};
    const nyz_stream to = to_buffer(&buffer, seeks);
    const nyz_array array = numbers();
    nyz_npz_writer *writer;
    assert_ok(nyz_npz_create_stream(&to, opt, &writer, err));
    for (int i = 0; i < 2; i++) {
        const char *const name = i == 0 ? "a" : NULL;
        if (by_pieces) {
            nyz_stream member;
            nyz_array like = array;
            like.data = NULL;
            assert_ok(nyz_npz_begin(writer, name, &like, NULL, &member, err));
            write_pieces(&member, array.data, COUNT * sizeof(float));
            assert_ok(nyz_npz_end(writer, err));
        } else {
            assert_ok(nyz_npz_add(writer, name, &array, NULL, err));
        }
    }
    assert_ok(nyz_npz_finish(&writer, err));
    return buffer;
}

static void what_is_written_in_pieces_is_what_is_written_whole(void **state)
{
    (void)state;
    for (int i = 0; i < METHODS; i++) {
        for (int seeks = 0; seeks < 2; seeks++) {
            nyz_buffer whole = archive_of(&methods[i], seeks, 0);
            nyz_buffer pieces = archive_of(&methods[i], seeks, 1);
            assert_int_equal(whole.size, pieces.size);
            assert_memory_equal(whole.data, pieces.data, whole.size);
            nyz_buffer_free(&whole);
            nyz_buffer_free(&pieces);
        }
    }
}

static nyz_npz_writer *begun(nyz_buffer *buffer, const nyz_options *opt,
                             nyz_stream *member)
{
    const nyz_stream to = nyz_stream_buffer(buffer);
    nyz_array like = numbers();
    nyz_npz_writer *writer;
    like.data = NULL;
    assert_ok(nyz_npz_create_stream(&to, opt, &writer, err));
    assert_ok(nyz_npz_begin(writer, "a", &like, NULL, member, err));
    return writer;
}

static void a_member_ends_when_all_of_its_bytes_are_there(void **state)
{
    (void)state;
    for (int i = 0; i < METHODS; i++) {
        nyz_buffer buffer = {0};
        nyz_stream member;
        nyz_npz_writer *writer = begun(&buffer, &methods[i], &member);
        assert_int_equal(member.write(member.ctx, "1234", 4), 4);
        assert_fails(NYZ_ERR_ARGUMENT,
                     "member 'a.npy': wrote 4 of 1200000 bytes of the array's data",
                     nyz_npz_end(writer, err));
        assert_fails(NYZ_ERR_ARGUMENT, "wrote 4 of", nyz_npz_end(writer, err));
        assert_int_equal(member.write(member.ctx, "1234", 4), -EINVAL);
        assert_fails(NYZ_ERR_ARGUMENT, "wrote 4 of", nyz_npz_finish(&writer, err));
        assert_null(writer);
        nyz_buffer_free(&buffer);
    }
}

static void more_bytes_than_the_array_has_are_refused(void **state)
{
    (void)state;
    for (int i = 0; i < METHODS; i++) {
        nyz_buffer buffer = {0};
        nyz_stream member;
        nyz_npz_writer *writer = begun(&buffer, &methods[i], &member);
        const nyz_array array = numbers();
        write_pieces(&member, array.data, COUNT * sizeof(float) - 1);
        assert_int_equal(member.write(member.ctx, "12", 2), -EINVAL);
        assert_fails(NYZ_ERR_ARGUMENT,
                     "2 more bytes, but of the 1200000 of the array only 1",
                     nyz_npz_end(writer, err));
        nyz_npz_discard(&writer);
        nyz_buffer_free(&buffer);
    }
}

static void an_open_member_bars_other_calls(void **state)
{
    (void)state;
    const nyz_array array = numbers();
    nyz_buffer buffer = {0};
    nyz_stream member;
    nyz_stream other;
    nyz_npz_writer *writer = begun(&buffer, NULL, &member);
    assert_fails(NYZ_ERR_ARGUMENT, "member 'a.npy' is open",
                 nyz_npz_add(writer, "b", &array, NULL, err));
    assert_fails(NYZ_ERR_ARGUMENT, "member 'a.npy' is open",
                 nyz_npz_add_bytes(writer, "b", "x", 1, NULL, err));
    assert_fails(NYZ_ERR_ARGUMENT, "member 'a.npy' is open",
                 nyz_npz_add_all(writer, NULL, &array, 1, NULL, err));
    assert_fails(NYZ_ERR_ARGUMENT, "member 'a.npy' is open",
                 nyz_npz_begin(writer, "b", &array, NULL, &other, err));
    assert_null(other.write);
    write_pieces(&member, array.data, COUNT * sizeof(float));
    assert_ok(nyz_npz_end(writer, err)); /* none of them was a failure of the archive */
    assert_int_equal(member.write(member.ctx, "x", 1), -EINVAL);
    assert_fails(NYZ_ERR_ARGUMENT, "no member is open", nyz_npz_end(writer, err));
    assert_ok(nyz_npz_add(writer, "b", &array, NULL, err));
    assert_ok(nyz_npz_finish(&writer, err));
    nyz_buffer_free(&buffer);
    writer = begun(&buffer, NULL, &member);
    assert_fails(NYZ_ERR_ARGUMENT, "member 'a.npy' is open",
                 nyz_npz_finish(&writer, err));
    assert_null(writer);
    nyz_buffer_free(&buffer);
}

/* A message is one line for a terminal, and says what to do whatever the name. */
static void the_name_of_an_open_member_is_escaped_and_cut(void **state)
{
    static char names[2][1000] = {"a\n\033[31m"};
    const nyz_options any = {.flags = NYZ_ANY_NAME};
    const nyz_array array = numbers();
    (void)state;
    memset(names[1], 'n', sizeof names[1] - 1);
    for (int i = 0; i < 2; i++) {
        nyz_buffer buffer = {0};
        const nyz_stream to = nyz_stream_buffer(&buffer);
        nyz_stream member;
        nyz_npz_writer *writer;
        nyz_error why;
        assert_ok(nyz_npz_create_stream(&to, &any, &writer, err));
        assert_ok(nyz_npz_begin(writer, names[i], &array, NULL, &member, err));
        assert_int_equal(nyz_npz_add(writer, "b", &array, NULL, &why), NYZ_ERR_ARGUMENT);
        assert_null(strpbrk(why.message, "\n\033"));
        assert_non_null(strstr(why.message, "is open: end it first (nyz_npz_end)"));
        nyz_npz_discard(&writer);
        nyz_buffer_free(&buffer);
    }
}

/* ------------------------------------------------------------------ an unknown number of rows */

/* `rows` rows of 3 numbers: [rows][3], or in Fortran order [3][rows]. */
static nyz_array some_rows(int64_t rows, nyz_order order)
{
    const int64_t shape[2] = {order == NYZ_F_ORDER ? 3 : rows,
                              order == NYZ_F_ORDER ? rows : 3};
    const int64_t fortran[2] = {sizeof(float), 3 * sizeof(float)};
    const nyz_array all = numbers();
    nyz_array array;
    assert_ok(nyz_array_wrap(all.data, &all.dtype, 2, shape,
                             order == NYZ_F_ORDER ? fortran : NULL, &array, err));
    return array;
}

/* "a" of some rows and "b", a member of its own; after bytes that are no part of it. */
static nyz_buffer archive_of_rows(const nyz_options *opt, int64_t rows, int unknown)
{
    nyz_buffer buffer = {0};
    const nyz_stream to = nyz_stream_buffer(&buffer);
    const nyz_array array = some_rows(rows, opt->order);
    const nyz_array other = some_rows(1, NYZ_C_ORDER);
    nyz_npz_writer *writer;
    assert_int_equal(to.write(to.ctx, "before", 6), 6);
    assert_ok(nyz_npz_create_stream(&to, opt, &writer, err));
    if (unknown) {
        nyz_stream member;
        nyz_array like = array;
        like.data = NULL;
        like.shape[opt->order == NYZ_F_ORDER] = -1;
        memset(like.strides, 0x55, sizeof like.strides); /* not looked at */
        assert_ok(nyz_npz_begin(writer, "a", &like, opt, &member, err));
        write_pieces(&member, array.data, (size_t)rows * 3 * sizeof(float));
        assert_ok(nyz_npz_end(writer, err));
    } else {
        assert_ok(nyz_npz_add(writer, "a", &array, opt, err));
    }
    assert_ok(nyz_npz_add(writer, "b", &other, NULL, err));
    assert_ok(nyz_npz_finish(&writer, err));
    return buffer;
}

static void a_member_of_unknown_rows_is_what_is_written_whole(void **state)
{
    static const int64_t rows[] = {0, 1, 2, 10, 5000, COUNT / 3};
    static const int aligns[] = {0, 64, 4096};
    (void)state;
    for (int r = 0; r < 6; r++) {
        for (int a = 0; a < 3; a++) {
            for (nyz_order order = NYZ_KEEP_ORDER; order <= NYZ_F_ORDER; order++) {
                const nyz_options opt = {.order = order, .align = aligns[a]};
                nyz_buffer whole = archive_of_rows(&opt, rows[r], 0);
                nyz_buffer pieces = archive_of_rows(&opt, rows[r], 1);
                assert_int_equal(whole.size, pieces.size);
                assert_memory_equal(whole.data, pieces.data, whole.size);
                nyz_buffer_free(&whole);
                nyz_buffer_free(&pieces);
            }
        }
    }
}

static nyz_status begin_rows(const nyz_stream *to, const nyz_options *opt,
                             nyz_npz_writer **writer, nyz_stream *member,
                             nyz_error *error)
{
    nyz_array like = some_rows(1, NYZ_C_ORDER);
    like.shape[0] = -1;
    assert_ok(nyz_npz_create_stream(to, opt, writer, err));
    return nyz_npz_begin(*writer, "a", &like, NULL, member, error);
}

static void an_unknown_number_of_rows_needs_an_output_that_seeks(void **state)
{
    nyz_buffer buffer = {0};
    const nyz_stream to = to_buffer(&buffer, 0);
    nyz_npz_writer *writer;
    nyz_stream member;
    (void)state;
    assert_fails(
        NYZ_ERR_ARGUMENT,
        "member 'a.npy': the extent of the slowest axis is -1, and the output cannot "
        "seek back to write it: give the number of rows, or write to a file",
        begin_rows(&to, NULL, &writer, &member, err));
    assert_null(member.write);
    assert_fails(NYZ_ERR_ARGUMENT, "cannot seek", nyz_npz_finish(&writer, err));
    nyz_buffer_free(&buffer);
}

/* The index is that of the header as it is at the end. */
static void a_member_in_blocks_of_unknown_rows_has_its_index(void **state)
{
    static const int64_t rows[] = {1, 20, 5000};
    (void)state;
    for (int i = 0; i < 6; i++) {
        const nyz_options opt = {.method = NYZ_DEFLATED,
                                 .level = i % 2 ? 6 : NYZ_LEVEL_FAST,
                                 .block_rows = 10};
        const int64_t count = rows[i / 2];
        const nyz_range last = {count - 1, count, 1};
        const nyz_array whole = some_rows(count, NYZ_C_ORDER);
        nyz_buffer archive = archive_of_rows(&opt, count, 1);
        nyz_npz *npz;
        nyz_member member;
        nyz_array got;
        assert_ok(nyz_npz_open_mem(archive.data, archive.size, NULL, &npz, err));
        assert_ok(nyz_npz_member(npz, "a", &member, err));
        assert_int_equal(member.blocks, 1 + (count + 9) / 10);
        assert_int_equal(member.block_bytes, 10 * 3 * sizeof(float));
        assert_ok(nyz_npz_load(npz, "a", NULL, &got, err));
        assert_int_equal(got.shape[0], count);
        assert_memory_equal(got.data, whole.data, (size_t)count * 3 * sizeof(float));
        nyz_array_free(&got);
        assert_ok(nyz_npz_load_slice(npz, "a", &last, 1, NULL, &got, err));
        assert_memory_equal(
            got.data, (const char *)whole.data + (size_t)(count - 1) * 3 * sizeof(float),
            3 * sizeof(float));
        nyz_array_free(&got);
        nyz_npz_close(&npz);
        nyz_buffer_free(&archive);
    }
}

/* Its header is one block of deflate, not deflated, of at most 65,535 bytes. */
static void a_deflated_member_of_unknown_rows_has_no_huge_header(void **state)
{
    const nyz_options deflated = {.method = NYZ_DEFLATED};
    (void)state;
    for (size_t length = 65300; length < 65600; length += 250) {
        nyz_buffer buffer = {0};
        const nyz_stream to = to_buffer(&buffer, 1);
        char *const name = malloc(length + 1);
        nyz_npz_writer *writer;
        nyz_stream member;
        const nyz_field field = {
            .name = name, .name_size = length, .dtype = nyz_dtype_of(NYZ_FLOAT32)};
        nyz_array like = {.ndim = 1, .shape = {-1}};
        like.dtype = (nyz_dtype){.type = NYZ_STRUCT,
                                 .itemsize = 4,
                                 .byteorder = '|',
                                 .nfields = 1,
                                 .fields = &field};
        memset(name, 'n', length);
        name[length] = '\0';
        assert_ok(nyz_npz_create_stream(&to, &deflated, &writer, err));
        if (length < 65400) {
            assert_ok(nyz_npz_begin(writer, "a", &like, NULL, &member, err));
            assert_int_equal(member.write(member.ctx, "12345678", 8), 8);
            assert_ok(nyz_npz_end(writer, err));
            assert_ok(nyz_npz_finish(&writer, err));
        } else {
            assert_fails(NYZ_ERR_UNSUPPORTED, "header is over 65535 bytes cannot have",
                         nyz_npz_begin(writer, "a", &like, NULL, &member, err));
            nyz_npz_discard(&writer);
        }
        free(name);
        nyz_buffer_free(&buffer);
    }
}

/* The bytes of the member are the same; the first block of the stream is not deflated. */
static void a_deflated_member_of_unknown_rows_inflates_to_the_same_bytes(void **state)
{
    static const int64_t rows[] = {0, 1, 10, 5000, COUNT / 3};
    (void)state;
    for (int r = 0; r < 5; r++) {
        const nyz_options opt = {.method = NYZ_DEFLATED, .level = 1};
        nyz_npz *npz[2];
        nyz_array bytes[2];
        nyz_buffer archives[2];
        for (int k = 0; k < 2; k++) {
            archives[k] = archive_of_rows(&opt, rows[r], k);
            assert_ok(
                nyz_npz_open_mem(archives[k].data, archives[k].size, NULL, &npz[k], err));
            assert_int_equal(nyz_npz_count(npz[k]), 2);
            assert_ok(nyz_npz_bytes(npz[k], "a", NULL, &bytes[k], err));
        }
        assert_int_equal(bytes[0].shape[0], bytes[1].shape[0]);
        assert_memory_equal(bytes[0].data, bytes[1].data, (size_t)bytes[0].shape[0]);
        assert_true(archives[1].size <= archives[0].size + 200);
        for (int k = 0; k < 2; k++) {
            nyz_array_free(&bytes[k]);
            nyz_npz_close(&npz[k]);
            nyz_buffer_free(&archives[k]);
        }
    }
}

static void a_part_of_a_row_is_refused(void **state)
{
    nyz_buffer buffer = {0};
    const nyz_stream to = to_buffer(&buffer, 1);
    nyz_npz_writer *writer;
    nyz_stream member;
    (void)state;
    assert_ok(begin_rows(&to, NULL, &writer, &member, NULL));
    assert_int_equal(member.write(member.ctx, "0123456789abcdef", 16), 16);
    assert_fails(
        NYZ_ERR_ARGUMENT,
        "member 'a.npy': wrote 16 bytes of the array's data: 4 more than whole rows of "
        "12 bytes",
        nyz_npz_end(writer, err));
    assert_fails(NYZ_ERR_ARGUMENT, "wrote 16 bytes", nyz_npz_finish(&writer, err));
    nyz_buffer_free(&buffer);
}

static void only_the_slowest_extent_may_be_unknown(void **state)
{
    nyz_buffer buffer = {0};
    const nyz_stream to = to_buffer(&buffer, 1);
    nyz_npz_writer *writer;
    nyz_stream member;
    nyz_array like = some_rows(1, NYZ_C_ORDER);
    (void)state;
    like.shape[1] = -1;
    assert_ok(nyz_npz_create_stream(&to, NULL, &writer, err));
    assert_fails(NYZ_ERR_ARGUMENT, "only that of axis 0, the slowest in C order",
                 nyz_npz_begin(writer, "a", &like, NULL, &member, err));
    assert_fails(NYZ_ERR_ARGUMENT, "only that of axis 0", nyz_npz_finish(&writer, err));
    nyz_buffer_free(&buffer);
}

/* ----------------------------------------------------------------------------------- others */

static void an_array_without_elements_is_begun_and_ended(void **state)
{
    (void)state;
    static const int64_t zero = 0;
    const nyz_dtype dtype = nyz_dtype_of(NYZ_FLOAT32);
    nyz_array like;
    assert_ok(nyz_array_wrap(NULL, &dtype, 1, &zero, NULL, &like, err));
    for (int i = 0; i < METHODS; i++) {
        nyz_buffer buffer = {0};
        const nyz_stream to = nyz_stream_buffer(&buffer);
        nyz_stream member;
        nyz_npz_writer *writer;
        nyz_npz *npz;
        nyz_array array;
        assert_ok(nyz_npz_create_stream(&to, &methods[i], &writer, err));
        assert_ok(nyz_npz_begin(writer, "a", &like, NULL, &member, err));
        assert_ok(nyz_npz_end(writer, err));
        assert_ok(nyz_npz_finish(&writer, err));
        assert_ok(nyz_npz_open_mem(buffer.data, buffer.size, NULL, &npz, err));
        assert_ok(nyz_npz_load(npz, "a", NULL, &array, err));
        assert_int_equal(array.shape[0], 0);
        nyz_array_free(&array);
        nyz_npz_close(&npz);
        nyz_buffer_free(&buffer);
    }
}

static void a_member_that_cannot_be_begun_is_a_failure_of_the_archive(void **state)
{
    (void)state;
    const nyz_array array = numbers();
    nyz_buffer buffer = {0};
    const nyz_stream to = nyz_stream_buffer(&buffer);
    nyz_stream member;
    nyz_npz_writer *writer;
    assert_ok(nyz_npz_create_stream(&to, NULL, &writer, err));
    assert_fails(NYZ_ERR_ARGUMENT, "not a safe",
                 nyz_npz_begin(writer, "../a", &array, NULL, &member, err));
    assert_null(member.write);
    assert_fails(NYZ_ERR_ARGUMENT, "not a safe", nyz_npz_finish(&writer, err));
    nyz_buffer_free(&buffer);
}

/* ---------------------------------------------------------------------------------- reading */

/* All bytes that are read in pieces of this size; the last result of read. */
static int64_t read_all(const nyz_stream *from, size_t piece, nyz_buffer *out)
{
    const nyz_stream to = nyz_stream_buffer(out);
    unsigned char *const bytes = malloc(piece);
    int64_t n;
    while ((n = from->read(from->ctx, bytes, piece)) > 0) {
        for (int64_t done = 0; done < n;) {
            done += to.write(to.ctx, bytes + done, (size_t)(n - done));
        }
    }
    free(bytes);
    return n;
}

static void a_member_is_read_in_pieces_of_any_size(void **state)
{
    static const size_t sizes[] = {1, 1000, 65536, 2000000};
    (void)state;
    for (int i = 0; i < METHODS; i++) {
        nyz_buffer archive = archive_of(&methods[i], 1, 0);
        nyz_npz *npz;
        nyz_array expected;
        assert_ok(nyz_npz_open_mem(archive.data, archive.size, NULL, &npz, err));
        assert_ok(nyz_npz_bytes(npz, "a", NULL, &expected, err));
        for (int k = 0; k < 4; k++) {
            nyz_member_reader *reader;
            nyz_stream member;
            nyz_buffer got = {0};
            assert_ok(k & 1
                          ? nyz_npz_open_member(npz, "a", NULL, &reader, &member, err)
                          : nyz_npz_open_member_at(npz, 0, NULL, &reader, &member, err));
            assert_int_equal(member.size(member.ctx), expected.shape[0]);
            assert_int_equal(read_all(&member, sizes[k], &got), 0);
            assert_int_equal(got.size, expected.shape[0]);
            assert_memory_equal(got.data, expected.data, got.size);
            assert_ok(nyz_member_reader_close(&reader, err));
            assert_null(reader);
            nyz_buffer_free(&got);
        }
        nyz_array_free(&expected);
        nyz_npz_close(&npz);
        nyz_buffer_free(&archive);
    }
}

static void an_array_is_read_from_the_stream_of_a_member(void **state)
{
    (void)state;
    nyz_buffer archive = archive_of(&methods[2], 1, 0);
    nyz_npz *npz;
    nyz_member_reader *reader;
    nyz_stream member;
    nyz_array array;
    assert_ok(nyz_npz_open_mem(archive.data, archive.size, NULL, &npz, err));
    assert_ok(nyz_npz_open_member(npz, "a", NULL, &reader, &member, err));
    assert_ok(nyz_read(&member, NULL, &array, err));
    assert_true(((float *)array.data)[COUNT - 1] == 999);
    nyz_array_free(&array);
    assert_ok(nyz_member_reader_close(&reader, err));
    nyz_npz_close(&npz);
    nyz_buffer_free(&archive);
}

/* Nobody gets all bytes of a member whose CRC is another. */
static void the_last_byte_comes_after_the_crc_was_compared(void **state)
{
    static const size_t sizes[] = {1, 1000, 65536, 2000000};
    (void)state;
    for (int i = 0; i < METHODS; i++) {
        for (int k = 0; k < 4; k++) {
            nyz_buffer archive = archive_of(&methods[i], 1, 0);
            nyz_npz *npz;
            nyz_member_reader *reader;
            nyz_stream member;
            nyz_member described;
            nyz_buffer got = {0};
            assert_ok(nyz_npz_open_mem(archive.data, archive.size, NULL, &npz, err));
            assert_ok(nyz_npz_locate(npz, "a", &described, err));
            archive.data[described.data_offset + described.compressed_size / 2] ^= 0x10;
            assert_ok(nyz_npz_open_member(npz, "a", NULL, &reader, &member, err));
            assert_int_equal(read_all(&member, sizes[k], &got), -EIO);
            assert_true((int64_t)got.size < described.size);
            assert_int_equal(member.read(member.ctx, &described, 1), -EIO);
            assert_fails(NYZ_ERR_CORRUPT,
                         "member 'a.npy': ", nyz_member_reader_close(&reader, err));
            assert_null(reader);
            nyz_buffer_free(&got);
            nyz_npz_close(&npz);
            nyz_buffer_free(&archive);
        }
    }
}

/* It has no last byte: the read that finds the end compares. */
static void the_crc_of_an_empty_member_is_compared(void **state)
{
    (void)state;
    for (int damaged = 0; damaged < 2; damaged++) {
        nyz_buffer archive = {0};
        const nyz_stream to = nyz_stream_buffer(&archive);
        nyz_npz_writer *writer;
        nyz_npz *npz;
        nyz_member_reader *reader;
        nyz_stream member;
        char byte;
        assert_ok(nyz_npz_create_stream(&to, NULL, &writer, err));
        assert_ok(nyz_npz_add_bytes(writer, "empty", NULL, 0, NULL, err));
        assert_ok(nyz_npz_finish(&writer, err));
        archive.data[14] = archive.data[30 + 5 + 20 + 16] = (unsigned char)damaged;
        assert_ok(nyz_npz_open_mem(archive.data, archive.size, NULL, &npz, err));
        assert_ok(nyz_npz_open_member_at(npz, 0, NULL, &reader, &member, err));
        assert_int_equal(member.read(member.ctx, &byte, 0), 0);
        assert_int_equal(member.read(member.ctx, &byte, 1), damaged ? -EIO : 0);
        assert_int_equal(member.read(member.ctx, &byte, 1), damaged ? -EIO : 0);
        if (damaged) {
            assert_fails(NYZ_ERR_CORRUPT, "member 'empty': the CRC-32",
                         nyz_member_reader_close(&reader, err));
        } else {
            assert_ok(nyz_member_reader_close(&reader, err));
        }
        nyz_npz_close(&npz);
        nyz_buffer_free(&archive);
    }
}

/* -------------------------------------------------------------------- stored: from any place */

/* "a" of methods[0], opened for reading; damaged: its last byte. */
typedef struct stored {
    nyz_buffer archive;
    nyz_npz *npz;
    nyz_array bytes;
    nyz_member_reader *reader;
    nyz_stream member;
} stored;

static void open_stored(stored *s, int damaged)
{
    nyz_member described;
    memset(s, 0, sizeof *s);
    s->archive = archive_of(&methods[0], 1, 0);
    assert_ok(nyz_npz_open_mem(s->archive.data, s->archive.size, NULL, &s->npz, err));
    assert_ok(nyz_npz_bytes(s->npz, "a", NULL, &s->bytes, err));
    assert_ok(nyz_npz_locate(s->npz, "a", &described, err));
    s->archive.data[described.data_offset + described.size - 1] ^= (unsigned char)damaged;
    assert_ok(nyz_npz_open_member(s->npz, "a", NULL, &s->reader, &s->member, err));
}

static void close_stored(stored *s, int damage_was_seen)
{
    if (damage_was_seen) {
        assert_fails(NYZ_ERR_CORRUPT, "member 'a.npy': the CRC-32",
                     nyz_member_reader_close(&s->reader, err));
    } else {
        assert_ok(nyz_member_reader_close(&s->reader, err));
    }
    nyz_array_free(&s->bytes);
    nyz_npz_close(&s->npz);
    nyz_buffer_free(&s->archive);
}

static int64_t go(const stored *s, int64_t offset, int whence)
{
    return s->member.seek(s->member.ctx, offset, whence);
}

static int64_t get(const stored *s, int64_t size)
{
    static unsigned char got[COUNT * sizeof(float) + 1000];
    const int64_t at = go(s, 0, SEEK_CUR);
    const int64_t n = s->member.read(s->member.ctx, got, (size_t)size);
    if (n > 0) {
        assert_memory_equal(got, (const unsigned char *)s->bytes.data + at, (size_t)n);
        assert_int_equal(go(s, 0, SEEK_CUR), at + n);
    }
    return n;
}

static void the_stream_of_a_stored_member_seeks(void **state)
{
    stored s;
    (void)state;
    open_stored(&s, 0);
    const int64_t size = s.bytes.shape[0];
    assert_int_equal(go(&s, 0, SEEK_END), size);
    assert_int_equal(get(&s, 10), 0);
    assert_int_equal(go(&s, -5, SEEK_CUR), size - 5);
    assert_int_equal(get(&s, 10), 5);
    assert_int_equal(go(&s, 1000, SEEK_SET), 1000);
    assert_int_equal(get(&s, 100), 100);
    assert_int_equal(go(&s, 7, SEEK_END), size + 7);
    assert_int_equal(get(&s, 10), 0);
    assert_int_equal(go(&s, -1, SEEK_SET), -EINVAL);
    assert_int_equal(go(&s, 1, 77), -EINVAL);
    assert_int_equal(go(&s, INT64_MAX, SEEK_CUR), -EINVAL);
    assert_int_equal(go(&s, 0, SEEK_CUR), size + 7); /* where it was */
    assert_int_equal(go(&s, 0, SEEK_CUR), size + 7); /* not moved */
    close_stored(&s, 0);
}

/* From the first byte to the last, whatever else is read or passed over meanwhile. */
static void the_crc_is_compared_when_all_bytes_have_been_read_in_order(void **state)
{
    (void)state;
    for (int damaged = 0; damaged < 2; damaged++) {
        unsigned char byte;
        stored s;
        open_stored(&s, damaged);
        const int64_t size = s.bytes.shape[0];
        assert_int_equal(get(&s, 1000), 1000);
        assert_int_equal(go(&s, 0, SEEK_END),
                         size); /* as nyz_read_header asks for the size */
        assert_int_equal(go(&s, 500000, SEEK_SET), 500000);
        assert_int_equal(get(&s, 1000), 1000); /* ahead: does not count */
        assert_int_equal(go(&s, 100, SEEK_SET), 100);
        assert_int_equal(get(&s, 100), 100);   /* again: neither */
        assert_int_equal(get(&s, 5000), 5000); /* some of it again */
        assert_int_equal(get(&s, size - 5201), size - 5201);
        assert_int_equal(get(&s, 1), damaged ? -EIO : 1);
        assert_int_equal(s.member.read(s.member.ctx, &byte, 1), damaged ? -EIO : 0);
        assert_int_equal(go(&s, 0, SEEK_SET), 0);
        assert_int_equal(get(&s, 1), damaged ? -EIO : 1);
        close_stored(&s, damaged);
    }
}

static void the_crc_of_a_part_is_not_compared(void **state)
{
    stored s;
    (void)state;
    open_stored(&s, 1);
    const int64_t size = s.bytes.shape[0];
    assert_int_equal(go(&s, 1, SEEK_SET), 1);
    ((unsigned char *)s.bytes.data)[size - 1] ^= 1;
    assert_int_equal(get(&s, size), size - 1);
    assert_int_equal(go(&s, 0, SEEK_SET), 0);
    assert_int_equal(get(&s, size - 1), size - 1);
    assert_int_equal(get(&s, 1), -EIO); /* now it is all */
    close_stored(&s, 1);
}

static void a_part_of_an_array_is_read_from_the_stream_of_a_stored_member(void **state)
{
    const nyz_range range = {200000, 200003, 1};
    nyz_array part;
    stored s;
    (void)state;
    open_stored(&s, 0);
    assert_ok(nyz_read_slice(&s.member, &range, 1, NULL, &part, err));
    assert_int_equal(part.shape[0], 3);
    assert_true(((float *)part.data)[2] == 2);
    nyz_array_free(&part);
    close_stored(&s, 0);
}

/* An archive in an archive: in its stream, without a copy. */
static void an_archive_is_opened_in_the_stream_of_a_stored_member(void **state)
{
    nyz_buffer inner = archive_of(&methods[2], 1, 0);
    nyz_buffer outer = {0};
    const nyz_stream to = nyz_stream_buffer(&outer);
    nyz_npz_writer *writer;
    nyz_npz *npz[2];
    nyz_member_reader *reader;
    nyz_stream member;
    nyz_array array;
    (void)state;
    assert_ok(nyz_npz_create_stream(&to, NULL, &writer, err));
    assert_ok(nyz_npz_add_bytes(writer, "inner.npz", inner.data, inner.size, NULL, err));
    assert_ok(nyz_npz_finish(&writer, err));
    assert_ok(nyz_npz_open_mem(outer.data, outer.size, NULL, &npz[0], err));
    assert_ok(nyz_npz_open_member(npz[0], "inner.npz", NULL, &reader, &member, err));
    assert_ok(nyz_npz_open_stream(&member, NULL, &npz[1], err));
    assert_ok(nyz_npz_load(npz[1], "a", NULL, &array, err));
    assert_true(((float *)array.data)[COUNT - 1] == 999);
    nyz_array_free(&array);
    nyz_npz_close(&npz[1]);
    assert_ok(nyz_member_reader_close(&reader, err));
    nyz_npz_close(&npz[0]);
    nyz_buffer_free(&inner);
    nyz_buffer_free(&outer);
}

static void what_a_stream_can_do_depends_on_method_and_archive(void **state)
{
    (void)state;
    for (int i = 0; i < METHODS; i++) {
        for (int at = 0; at < 2; at++) {
            nyz_buffer archive = archive_of(&methods[i], 1, 0);
            nyz_stream from = nyz_stream_buffer(&archive);
            nyz_npz *npz;
            nyz_member_reader *reader;
            nyz_stream member;
            char byte;
            const int is_stored = i < STORED_METHODS;
            if (!at) {
                from.read_at = NULL;
            }
            assert_ok(nyz_npz_open_stream(&from, NULL, &npz, err));
            assert_ok(nyz_npz_open_member(npz, "a", NULL, &reader, &member, err));
            assert_int_equal(member.seek != NULL, is_stored);
            assert_null(member.read_at); /* whose bytes nothing would verify */
            assert_null(member.write);
            if (is_stored) {
                assert_int_equal(member.seek(member.ctx, 1, SEEK_SET), 1);
            } else {
                assert_int_equal(member.read(member.ctx, &byte, 1), 1);
            }
            assert_int_equal(member.read(member.ctx, &byte, 1), 1);
            assert_int_equal(byte, 'N');
            assert_ok(nyz_member_reader_close(&reader, err));
            nyz_npz_close(&npz);
            nyz_buffer_free(&archive);
        }
    }
}

static void closing_before_the_end_is_no_failure(void **state)
{
    (void)state;
    nyz_buffer archive = archive_of(&methods[2], 1, 0);
    nyz_npz *npz;
    nyz_member_reader *reader;
    nyz_stream member;
    char byte;
    assert_ok(nyz_npz_open_mem(archive.data, archive.size, NULL, &npz, err));
    assert_ok(nyz_npz_open_member(npz, "a", NULL, &reader, &member, err));
    assert_int_equal(member.read(member.ctx, &byte, 1), 1);
    assert_ok(nyz_member_reader_close(&reader, err));
    assert_ok(nyz_member_reader_close(&reader, err)); /* NULL */
    assert_fails(NYZ_ERR_NOT_FOUND, "did you mean",
                 nyz_npz_open_member(npz, "aa", NULL, &reader, &member, err));
    assert_null(reader);
    assert_fails(NYZ_ERR_NOT_FOUND, "",
                 nyz_npz_open_member_at(npz, 2, NULL, &reader, &member, err));
    nyz_npz_close(&npz);
    nyz_buffer_free(&archive);
}

static void a_reader_takes_the_same_memory_for_any_member(void **state)
{
    (void)state;
    nyz_buffer archive = archive_of(&methods[2], 1, 0);
    counting memory;
    const nyz_options opt = {.allocator = &memory.allocator};
    nyz_npz *npz;
    nyz_member_reader *reader;
    nyz_stream member;
    nyz_buffer got = {0};
    counting_init(&memory);
    assert_ok(nyz_npz_open_mem(archive.data, archive.size, &opt, &npz, err));
    const size_t before = memory.live;
    assert_ok(nyz_npz_open_member(npz, "a", NULL, &reader, &member, err));
    assert_int_equal(read_all(&member, 1000, &got), 0);
    assert_true(memory.peak - before <= 320 * 1024);
    assert_ok(nyz_member_reader_close(&reader, err));
    assert_int_equal(memory.live, before);
    nyz_npz_close(&npz);
    nyz_buffer_free(&got);
    nyz_buffer_free(&archive);
}

/* nyz_options.allocator: of the reader, its input and its inflater, and of whole loads that fall back
 * to them. */
static void a_reader_takes_all_of_its_memory_from_the_given_allocator(void **state)
{
    (void)state;
    for (int i = 0; i < METHODS; i++) {
        nyz_buffer archive = archive_of(&methods[i], 1, 0);
        counting held;
        counting given;
        const nyz_options of_archive = {.allocator = &held.allocator};
        const nyz_options opt = {.allocator = &given.allocator, .order = NYZ_C_ORDER};
        nyz_npz *npz;
        nyz_member_reader *reader;
        nyz_stream member;
        nyz_array array;
        nyz_buffer got = {0};
        counting_init(&held);
        counting_init(&given);
        assert_ok(nyz_npz_open_mem(archive.data, archive.size, &of_archive, &npz, err));
        const long calls = held.calls;
        assert_ok(nyz_npz_open_member(npz, "a", &opt, &reader, &member, err));
        assert_int_equal(read_all(&member, 1000, &got), 0);
        assert_true(given.live > (i < STORED_METHODS ? 0 : 40000));
        assert_ok(nyz_member_reader_close(&reader, err));
        assert_ok(nyz_npz_load_header(npz, "a", &opt, &array, err));
        nyz_array_free(&array);
        assert_ok(nyz_npz_load(npz, "a", &opt, &array, err));
        nyz_array_free(&array);
        assert_ok(
            nyz_npz_load_slice(npz, "a", &(nyz_range){1, 2, 1}, 1, &opt, &array, err));
        nyz_array_free(&array);
        assert_int_equal(given.live, 0);
        assert_int_equal(held.calls, calls);
        nyz_npz_close(&npz);
        nyz_buffer_free(&got);
        nyz_buffer_free(&archive);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_in_pieces_is_what_is_written_whole),
        cmocka_unit_test(a_member_ends_when_all_of_its_bytes_are_there),
        cmocka_unit_test(more_bytes_than_the_array_has_are_refused),
        cmocka_unit_test(an_open_member_bars_other_calls),
        cmocka_unit_test(the_name_of_an_open_member_is_escaped_and_cut),
        cmocka_unit_test(a_member_of_unknown_rows_is_what_is_written_whole),
        cmocka_unit_test(an_unknown_number_of_rows_needs_an_output_that_seeks),
        cmocka_unit_test(a_member_in_blocks_of_unknown_rows_has_its_index),
        cmocka_unit_test(a_deflated_member_of_unknown_rows_has_no_huge_header),
        cmocka_unit_test(a_deflated_member_of_unknown_rows_inflates_to_the_same_bytes),
        cmocka_unit_test(a_part_of_a_row_is_refused),
        cmocka_unit_test(only_the_slowest_extent_may_be_unknown),
        cmocka_unit_test(an_array_without_elements_is_begun_and_ended),
        cmocka_unit_test(a_member_that_cannot_be_begun_is_a_failure_of_the_archive),
        cmocka_unit_test(a_member_is_read_in_pieces_of_any_size),
        cmocka_unit_test(an_array_is_read_from_the_stream_of_a_member),
        cmocka_unit_test(the_last_byte_comes_after_the_crc_was_compared),
        cmocka_unit_test(the_crc_of_an_empty_member_is_compared),
        cmocka_unit_test(the_stream_of_a_stored_member_seeks),
        cmocka_unit_test(the_crc_is_compared_when_all_bytes_have_been_read_in_order),
        cmocka_unit_test(the_crc_of_a_part_is_not_compared),
        cmocka_unit_test(a_part_of_an_array_is_read_from_the_stream_of_a_stored_member),
        cmocka_unit_test(an_archive_is_opened_in_the_stream_of_a_stored_member),
        cmocka_unit_test(what_a_stream_can_do_depends_on_method_and_archive),
        cmocka_unit_test(closing_before_the_end_is_no_failure),
        cmocka_unit_test(a_reader_takes_the_same_memory_for_any_member),
        cmocka_unit_test(a_reader_takes_all_of_its_memory_from_the_given_allocator),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
