/* SPDX-License-Identifier: MIT */
/* Passing over arrays in a stream: src/npy/npy_skip.c and npy_pickle.c. */
#include "support/support.h"

#include <errno.h>

/* A stream over memory. */
typedef struct memory {
    const nyz_buffer *bytes;
    size_t at;
    size_t step;  /* the most that one read gives */
    size_t limit; /* reading from here on fails the test: a FIFO would wait */
    size_t fails; /* reading from here on is a failure of the system */
    int seeks;    /* seek works so many times more */
} memory;

static int64_t copy_bytes(const memory *m, size_t at, void *buffer, size_t size)
{
    if (at >= m->fails) {
        return -EIO;
    }
    const size_t left = at < m->bytes->size ? m->bytes->size - at : 0;
    size = size < left ? size : left;
    size = size < m->step ? size : m->step;
    if (size > 0) {
        memcpy(buffer, m->bytes->data + at, size);
    }
    return (int64_t)size;
}

static int64_t memory_read(void *ctx, void *buffer, size_t size)
{
    memory *const m = ctx;
    assert_true(size > 0 && size <= m->limit - m->at);
    const int64_t count = copy_bytes(m, m->at, buffer, size);
    m->at += count > 0 ? (size_t)count : 0;
    return count;
}

static int64_t memory_read_at(void *ctx, int64_t offset, void *buffer, size_t size)
{
    return copy_bytes(ctx, (size_t)offset, buffer, size);
}

static int64_t memory_seek(void *ctx, int64_t offset, int whence)
{
    memory *const m = ctx;
    if (m->seeks-- == 0) {
        return -EIO;
    }
    m->at = (size_t)(offset + (whence == SEEK_CUR   ? (int64_t)m->at
                               : whence == SEEK_END ? (int64_t)m->bytes->size
                                                    : 0));
    return (int64_t)m->at;
}

enum { IN_ORDER, BYTE_BY_BYTE, SEEKABLE, WITH_READ_AT, KINDS };

static nyz_stream stream_over(memory *m, const nyz_buffer *bytes, int kind)
{
    *m = (memory){bytes, 0, SIZE_MAX, SIZE_MAX, SIZE_MAX, INT32_MAX};
    m->step = kind == BYTE_BY_BYTE ? 1 : SIZE_MAX;
    return (nyz_stream){.read = memory_read,
                        .seek = kind >= SEEKABLE ? memory_seek : NULL,
                        .read_at = kind == WITH_READ_AT ? memory_read_at : NULL,
                        .ctx = m};
}

static void put(nyz_buffer *to, const void *bytes, size_t size)
{
    const nyz_stream stream = nyz_stream_buffer(to);
    assert_int_equal(stream.write(stream.ctx, bytes, size), (int64_t)size);
}

static void put_numbers(nyz_buffer *to, int64_t count)
{
    const nyz_stream stream = nyz_stream_buffer(to);
    const nyz_dtype dtype = nyz_dtype_of(NYZ_FLOAT32);
    nyz_array array;
    assert_ok(nyz_array_new(&dtype, 1, &count, NULL, &array, err));
    assert_ok(nyz_write(&stream, &array, NULL, err));
    nyz_array_free(&array);
}

static void put_objects(nyz_buffer *to, const char *pickle, size_t size)
{
    static const char text[] =
        "\x93NUMPY\1\0v\0{'descr': '|O', 'fortran_order': False, 'shape': (1,), }";
    char header[128];
    memset(header, ' ', sizeof header);
    memcpy(header, text, sizeof text - 1);
    header[127] = '\n';
    put(to, header, sizeof header);
    put(to, pickle, size);
}

/* [None] as protocol 2 has it. */
#define PICKLE "\x80\2]NaN."

/* Bytes of 5000, which look like another array and hold the end of a pickle. */
static void put_long_objects(nyz_buffer *to)
{
    char pickle[5000 + 7];
    memset(pickle, '.', sizeof pickle);
    memcpy(pickle, "B\x88\x13\0\0\x93NUMPY\1\0", 13);
    pickle[sizeof pickle - 2] = '0';
    put_objects(to, pickle, sizeof pickle);
}

enum { ARRAYS = 6 };

/* Numbers, objects, none, numbers, and objects twice; end[i]: where array i does. */
static void put_arrays(nyz_buffer *to, size_t end[ARRAYS])
{
    put_numbers(to, 3);
    end[0] = to->size;
    put_objects(to, PICKLE, sizeof PICKLE - 1);
    end[1] = to->size;
    put_numbers(to, 0);
    end[2] = to->size;
    put_numbers(to, 40000);
    end[3] = to->size;
    put_long_objects(to);
    end[4] = to->size;
    put_objects(to, PICKLE, sizeof PICKLE - 1);
    end[5] = to->size;
}

static nyz_status skip_next(const nyz_stream *stream, nyz_error *err)
{
    nyz_array header;
    const nyz_status read = nyz_read_header(stream, NULL, &header, err);
    if (read != NYZ_OK) {
        return read;
    }
    const nyz_status status = nyz_skip_data(stream, &header, NULL, err);
    nyz_array_free(&header);
    return status;
}

static void the_stream_is_left_after_each_array(void **state)
{
    nyz_buffer b = {0};
    size_t end[ARRAYS];
    (void)state;
    put_arrays(&b, end);
    for (int kind = 0; kind < KINDS; kind++) {
        memory m;
        const nyz_stream stream = stream_over(&m, &b, kind);
        for (int i = 0; i < ARRAYS; i++) {
            assert_ok(skip_next(&stream, err));
            assert_int_equal(m.at, end[i]);
        }
        assert_fails(NYZ_ERR_NOT_FOUND, "end of the file or stream",
                     skip_next(&stream, err));
    }
    nyz_buffer_free(&b);
}

static void a_stream_that_cannot_seek_is_not_read_beyond_the_array(void **state)
{
    nyz_buffer b = {0};
    size_t end[ARRAYS];
    (void)state;
    put_arrays(&b, end);
    for (int kind = IN_ORDER; kind <= BYTE_BY_BYTE; kind++) {
        memory m;
        const nyz_stream stream = stream_over(&m, &b, kind);
        for (int i = 0; i < ARRAYS; i++) {
            m.limit = end[i];
            assert_ok(skip_next(&stream, err));
        }
    }
    nyz_buffer_free(&b);
}

static void numbers_in_a_stream_that_can_seek_are_not_read(void **state)
{
    nyz_buffer b = {0};
    nyz_array header;
    memory m;
    (void)state;
    put_numbers(&b, 40000);
    const nyz_stream stream = stream_over(&m, &b, SEEKABLE);
    assert_ok(nyz_read_header(&stream, NULL, &header, err));
    m.fails = m.at;
    assert_ok(nyz_skip_data(&stream, &header, NULL, err));
    assert_int_equal(m.at, b.size);
    nyz_array_free(&header);
    nyz_buffer_free(&b);
}

/* Skips the only array of `b`, without its last `cut` bytes, from each kind of stream. */
static void assert_damaged(nyz_buffer *b, size_t cut, const char *words)
{
    b->size -= cut;
    for (int kind = 0; kind < KINDS; kind++) {
        memory m;
        const nyz_stream stream = stream_over(&m, b, kind);
        assert_fails(NYZ_ERR_CORRUPT, words, skip_next(&stream, err));
    }
    b->size += cut;
}

static void an_array_that_is_cut_short_is_corrupt_at_every_length(void **state)
{
    static const size_t of_numbers = 3 * sizeof(float);
    nyz_buffer numbers = {0};
    nyz_buffer objects = {0};
    (void)state;
    put_numbers(&numbers, 3);
    put_objects(&objects, PICKLE, sizeof PICKLE - 1);
    for (size_t cut = 1; cut <= of_numbers; cut++) {
        char words[80];
        (void)snprintf(words, sizeof words,
                       "data: expected 12 bytes (3 items of 4), found %d",
                       (int)(of_numbers - cut));
        assert_damaged(&numbers, cut, words);
    }
    for (size_t cut = 1; cut < sizeof PICKLE; cut++) {
        assert_damaged(&objects, cut, "pickle of its Python objects is damaged or cut");
    }
    for (size_t cut = 1; cut < 128; cut++) {
        assert_damaged(&objects, sizeof PICKLE - 1 + cut, "expected");
    }
    nyz_buffer_free(&numbers);
    nyz_buffer_free(&objects);
}

static void where_data_is_missing_the_stream_is_left_at_its_end(void **state)
{
    nyz_buffer b = {0};
    (void)state;
    put_numbers(&b, 3);
    b.size -= 5;
    for (int kind = 0; kind < KINDS; kind++) {
        memory m;
        const nyz_stream stream = stream_over(&m, &b, kind);
        assert_int_equal(skip_next(&stream, NULL), NYZ_ERR_CORRUPT);
        assert_int_equal(m.at, b.size);
    }
    nyz_buffer_free(&b);
}

/* Lengths in a pickle that lead to nowhere, or back; instructions that do not exist. */
static void what_is_no_pickle_is_corrupt(void **state)
{
    static const struct {
        const char *bytes;
        size_t size;
    } pickles[] = {
        {"\x80\4\x8d\xf6\xff\xff\xff\xff\xff\xff\xff.", 12}, /* to itself */
        {"\x80\4\x8d\xff\xff\xff\xff\xff\xff\xff\x7f.", 12},
        {"\x80\4\x8d\xff\xff\xff\xff\xff\xff\xff\x3f.", 12},
        {"\x80\4\x8d\1\0\0", 6},
        {"\x80\2X\xff\xff\xff\xff.", 8},
        {"\x80\2U\2.", 5},
        {"\x80\2cos\nsystem", 12},
        {"\x80\2J\1\1", 5},
        {"\x80\2\xff.", 4},
        {"\0.", 2},
        {"numbers, perhaps", 16},
    };
    (void)state;
    for (size_t i = 0; i < sizeof pickles / sizeof *pickles; i++) {
        nyz_buffer b = {0};
        put_objects(&b, pickles[i].bytes, pickles[i].size);
        assert_damaged(&b, 0, "pickle of its Python objects is damaged");
        nyz_buffer_free(&b);
    }
}

static void a_failure_has_the_offset_of_the_byte_from_the_start_of_the_call(void **state)
{
    nyz_buffer b = {0};
    (void)state;
    put_numbers(&b, 3);
    put_objects(&b, "\x80\2N\xff.", 5);
    for (int kind = 0; kind < KINDS; kind++) {
        memory m;
        nyz_array header;
        nyz_error error;
        const nyz_stream stream = stream_over(&m, &b, kind);
        assert_ok(skip_next(&stream, err));
        assert_ok(nyz_read_header(&stream, NULL, &header, err));
        assert_int_equal(nyz_skip_data(&stream, &header, NULL, &error), NYZ_ERR_CORRUPT);
        assert_int_equal(error.offset, 4);
        nyz_array_free(&header);
    }
    nyz_buffer_free(&b);
}

static void failing_reads_and_seeks_are_errors(void **state)
{
    nyz_buffer b = {0};
    nyz_array header;
    memory m;
    (void)state;
    put_long_objects(&b);
    for (int kind = 0; kind < KINDS; kind++) {
        const nyz_stream stream = stream_over(&m, &b, kind);
        assert_ok(nyz_read_header(&stream, NULL, &header, err));
        m.fails = kind == WITH_READ_AT ? SIZE_MAX : m.at + 100;
        m.step = 50;
        m.seeks = 3; /* to the end and back, and not to what follows the pickle */
        assert_fails(NYZ_ERR_IO, kind == WITH_READ_AT ? "cannot seek" : "cannot ",
                     nyz_skip_data(&stream, &header, NULL, err));
        nyz_array_free(&header);
    }
    nyz_buffer_free(&b);
}

static void it_needs_read_and_reserved_words_of_null(void **state)
{
    const nyz_dtype dtype = nyz_dtype_of(NYZ_INT8);
    static const int64_t shape[1] = {1};
    int8_t number = 0;
    nyz_array header;
    nyz_stream stream = {.seek = memory_seek, .read_at = memory_read_at};
    (void)state;
    assert_ok(nyz_array_wrap(&number, &dtype, 1, shape, NULL, &header, err));
    assert_fails(NYZ_ERR_ARGUMENT, "no read function",
                 nyz_skip_data(&stream, &header, NULL, err));
    stream.reserved[0] = &number;
    assert_fails(NYZ_ERR_ARGUMENT, "reserved words",
                 nyz_skip_data(&stream, &header, NULL, err));
}

static int cancel(void *ctx, int64_t done, int64_t total)
{
    (void)ctx;
    (void)total;
    return done >= 100000;
}

static void it_can_be_cancelled_while_it_reads(void **state)
{
    const nyz_options opt = {.progress = cancel};
    nyz_buffer b = {0};
    nyz_array header;
    memory m;
    (void)state;
    put_numbers(&b, 40000);
    const nyz_stream stream = stream_over(&m, &b, IN_ORDER);
    assert_ok(nyz_read_header(&stream, NULL, &header, err));
    assert_fails(NYZ_ERR_CANCELLED, "", nyz_skip_data(&stream, &header, &opt, err));
    assert_true(m.at < b.size);
    nyz_array_free(&header);
    nyz_buffer_free(&b);
}

int main(void)
{
    const struct CMUnitTest all[] = {
        cmocka_unit_test(the_stream_is_left_after_each_array),
        cmocka_unit_test(a_stream_that_cannot_seek_is_not_read_beyond_the_array),
        cmocka_unit_test(numbers_in_a_stream_that_can_seek_are_not_read),
        cmocka_unit_test(an_array_that_is_cut_short_is_corrupt_at_every_length),
        cmocka_unit_test(where_data_is_missing_the_stream_is_left_at_its_end),
        cmocka_unit_test(what_is_no_pickle_is_corrupt),
        cmocka_unit_test(a_failure_has_the_offset_of_the_byte_from_the_start_of_the_call),
        cmocka_unit_test(failing_reads_and_seeks_are_errors),
        cmocka_unit_test(it_needs_read_and_reserved_words_of_null),
        cmocka_unit_test(it_can_be_cancelled_while_it_reads),
    };
    return cmocka_run_group_tests(all, NULL, NULL);
}
