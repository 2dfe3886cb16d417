/* SPDX-License-Identifier: MIT */
/* The records that are written; the limits of zip64 in them, without gigabytes of data:
 * Python's, 2^31 - 1.  docs/format.md 5.2, 5.3, 5.5. */

#include "base/alloc.h"
#include "base/endian.h"
#include "base/error.h"
#include "io/stream.h"
#include "support/faults.h"
#include "support/support.h"
#include "zip/zip_writer.h"
#include "zip/zip_writer_internal.h"

#define LIMIT INT64_C(0x7fffffff)

enum { CENTRAL_SIZE = 46, END_SIZE = 22, END64_SIZE = 56, LOCATOR_SIZE = 20 };

/* A directory with one header, of the name "n". */
static nyz_buffer make_directory(const nyz_zip_record *record)
{
    nyz_buffer directory = {0};
    assert_ok(nyz_zip_append_central(&directory, "n", record, err));
    return directory;
}

static nyz_buffer write_directory(const nyz_zip_record *record, int64_t position)
{
    nyz_buffer directory = make_directory(record);
    nyz_buffer out = {0};
    nyz_stream stream = nyz_stream_buffer(&out);
    const nyz_sink sink = nyz_sink_to(&stream);
    assert_ok(nyz_zip_writer_directory(&sink, &directory, 1, position, err));
    nyz_buffer_free(&directory);
    return out;
}

typedef struct zip64_case {
    int64_t size;
    int64_t compressed_size;
    int64_t offset;
    size_t count;        /* of numbers in the extra field */
    uint64_t numbers[3]; /* these */
} zip64_case;

static void numbers_over_2_31_are_in_the_extra_field(void **state)
{
    (void)state;
    static const zip64_case cases[] = {
        {1, 2, 3, 0, {0}},
        {LIMIT, LIMIT, LIMIT, 0, {0}},
        {LIMIT + 1, 7, 3, 2, {LIMIT + 1, 7}},
        {7, LIMIT + 1, 3, 2, {7, LIMIT + 1}},
        {7, 8, LIMIT + 1, 1, {LIMIT + 1}},
        {1, 2, INT64_C(1) << 32, 1, {UINT64_C(1) << 32}},
        {INT64_C(5) << 32,
         LIMIT,
         INT64_C(6) << 32,
         3,
         {UINT64_C(5) << 32, LIMIT, UINT64_C(6) << 32}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const zip64_case *const c = &cases[i];
        const int sizes = c->count >= 2;
        const int offset = c->count % 2 == 1;
        const nyz_zip_record record = {
            c->offset, c->size, c->compressed_size, 5, 8, 0x0800, 0, 0, {0}};
        nyz_buffer out = write_directory(&record, 100);
        const unsigned char *const p = out.data;
        const size_t extra = c->count == 0 ? 0 : 4 + 8 * c->count;
        print_message("row %zu\n", i);
        assert_int_equal(out.size, CENTRAL_SIZE + 1 + extra + END_SIZE);
        assert_int_equal(nyz_load_le16(p + 4), 0x032d);
        assert_int_equal(nyz_load_le16(p + 6), 45);
        assert_int_equal(nyz_load_le16(p + 8), 0x0800);
        assert_int_equal(nyz_load_le32(p + 16), 5);
        assert_int_equal(nyz_load_le32(p + 20), sizes ? 0xffffffff : c->compressed_size);
        assert_int_equal(nyz_load_le32(p + 24), sizes ? 0xffffffff : c->size);
        assert_int_equal(nyz_load_le16(p + 30), extra);
        assert_int_equal(nyz_load_le32(p + 42), offset ? 0xffffffff : c->offset);
        for (size_t n = 0; n < c->count; n++) {
            assert_int_equal(nyz_load_le16(p + 47), 1);
            assert_int_equal(nyz_load_le16(p + 49), 8 * c->count);
            assert_int_equal(nyz_load_le64(p + 51 + 8 * n), c->numbers[n]);
        }
        nyz_buffer_free(&out);
    }
}

/* An offset between 2 and 4 GiB is in both records unchanged. */
static void a_directory_beyond_2_31_has_a_zip64_end_record(void **state)
{
    (void)state;
    static const int64_t positions[] = {LIMIT, LIMIT + 1, INT64_C(0xfffffffe),
                                        INT64_C(0xffffffff), INT64_C(7) << 32};
    const nyz_zip_record record = {0, 1, 1, 5, 0, 0, 0, 0, {0}};
    for (size_t i = 0; i < sizeof positions / sizeof positions[0]; i++) {
        const int64_t at = positions[i];
        const uint32_t low = at > INT64_C(0xffffffff) ? 0xffffffff : (uint32_t)at;
        nyz_buffer out = write_directory(&record, at);
        const unsigned char *const end = out.data + out.size - END_SIZE;
        assert_int_equal(nyz_load_le32(end + 16), low);
        assert_int_equal(nyz_load_le32(end + 12), CENTRAL_SIZE + 1);
        if (i == 0) {
            assert_int_equal(out.size, CENTRAL_SIZE + 1 + END_SIZE);
        } else {
            const unsigned char *const locator = end - LOCATOR_SIZE;
            const unsigned char *const end64 = locator - END64_SIZE;
            assert_memory_equal(end64, "PK\6\6\x2c\0\0\0\0\0\0\0\x2d\0\x2d\0", 16);
            assert_int_equal(nyz_load_le64(end64 + 24), 1);
            assert_int_equal(nyz_load_le64(end64 + 32), 1);
            assert_int_equal(nyz_load_le64(end64 + 40), CENTRAL_SIZE + 1);
            assert_int_equal(nyz_load_le64(end64 + 48), at);
            assert_memory_equal(locator, "PK\6\7\0\0\0\0", 8);
            assert_int_equal(nyz_load_le64(locator + 8), at + CENTRAL_SIZE + 1);
            assert_int_equal(nyz_load_le32(locator + 16), 1);
        }
        nyz_buffer_free(&out);
    }
}

/* Lets the n-th piece fail. */
static nyz_status put_or_fail(void *to, const void *bytes, int64_t size, nyz_error *err)
{
    int *const left = to;
    (void)bytes;
    (void)size;
    return --*left == 0 ? nyz_fail(err, NYZ_ERR_IO, -1, "the sink is full") : NYZ_OK;
}

static void each_piece_that_fails_is_told(void **state)
{
    (void)state;
    const nyz_zip_record record = {0, LIMIT + 1, 1, 5, 8, 0, 0, 0, {0}};
    nyz_buffer directory = make_directory(&record);
    for (int n = 1; n <= 4; n++) { /* the directory; the three at the end */
        int left = n;
        const nyz_sink sink = {put_or_fail, &left};
        assert_fails(NYZ_ERR_IO, "the sink is full",
                     nyz_zip_writer_directory(&sink, &directory, 1, LIMIT + 1, err));
        assert_int_equal(left, 0);
    }
    int left = 5;
    const nyz_sink sink = {put_or_fail, &left};
    assert_ok(nyz_zip_writer_directory(&sink, &directory, 1, LIMIT + 1, err));
    assert_int_equal(left, 1);
    nyz_buffer_free(&directory);
}

static void records_without_memory_are_an_error(void **state)
{
    (void)state;
    const nyz_zip_record record = {LIMIT + 1, LIMIT + 1, 1, 5, 8, 0, 0, 0, {0}};
    counting memory;
    counting_init(&memory);
    memory.fail_at = 1;
    memory.for_good = 1;
    nyz_buffer local = {.allocator = &memory.allocator};
    nyz_buffer directory = {.allocator = &memory.allocator};
    assert_fails(NYZ_ERR_MEMORY, "memory", nyz_zip_make_local(&local, "n", &record, err));
    assert_fails(NYZ_ERR_MEMORY, "memory",
                 nyz_zip_append_central(&directory, "n", &record, err));
    assert_int_equal(memory.live, 0);
}

/* Bytes that are handed over once, in one piece, by a stream that counts its seeks. */
typedef struct passes {
    trickle stream;
    int64_t size;
    long passes;
    long seeks;
} passes;

static nyz_status pass_once(void *ctx, const nyz_sink *sink, nyz_error *err)
{
    static const unsigned char bytes[6 << 20];
    passes *const p = ctx;
    p->passes++;
    return p->size > 0 ? nyz_sink_put(sink, bytes, p->size, err) : NYZ_OK;
}

static int64_t count_seek(void *ctx, int64_t offset, int whence)
{
    passes *const p = ctx;
    p->seeks++;
    return trickle_seek(&p->stream, offset, whence);
}

static int64_t write_counted(void *ctx, const void *bytes, size_t size)
{
    passes *const p = ctx;
    return trickle_write(&p->stream, bytes, size);
}

/* Back to its header and to the end again; not for a header that is not yet written. */
static void a_stored_member_is_written_in_one_pass(void **state)
{
    static const struct {
        int64_t size;
        long seeks;
    } cases[] = {{0, 0},       {100, 0},           {20000, 0},
                 {4 << 20, 0}, {(4 << 20) + 1, 2}, {6 << 20, 2}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const nyz_zip_method how = {.method = NYZ_STORED};
        passes p = {.stream = {.most = 6 << 20}, .size = cases[i].size};
        const nyz_stream stream = {.write = write_counted, .seek = count_seek, .ctx = &p};
        const nyz_zip_content content = {pass_once, &p, p.size, 0};
        nyz_zip_writer *zip = NULL;
        assert_ok(nyz_zip_writer_create(&stream, &nyz_default_allocator, &zip, err));
        p.seeks = 0; /* it has asked for its place */
        assert_ok(nyz_zip_writer_add(zip, "n", &how, &content, err));
        assert_int_equal(p.passes, 1);
        assert_int_equal(p.seeks, cases[i].seeks);
        assert_ok(nyz_zip_writer_finish(zip, err));
        assert_int_equal(p.seeks, cases[i].seeks);
        assert_int_equal(nyz_load_le32(p.stream.buffer.data + 14),
                         nyz_load_le32(p.stream.buffer.data + 51 + p.size + 16));
        nyz_zip_writer_free(&zip);
        nyz_buffer_free(&p.stream.buffer);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_over_2_31_are_in_the_extra_field),
        cmocka_unit_test(a_directory_beyond_2_31_has_a_zip64_end_record),
        cmocka_unit_test(each_piece_that_fails_is_told),
        cmocka_unit_test(records_without_memory_are_an_error),
        cmocka_unit_test(a_stored_member_is_written_in_one_pass),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
