/* SPDX-License-Identifier: MIT */
/* The loops around streams, and sources. */

#include <errno.h>

#include "base/arithmetic.h"
#include "io/read_ahead.h"
#include "io/stream.h"
#include "support/support.h"

/* ------------------------------------------------- a stream that misbehaves on demand */

typedef struct fake {
    unsigned char bytes[64];
    int64_t size;
    int64_t place;
    int64_t step;        /* the most that a call moves */
    int64_t answer;      /* what call number `bad_call` answers */
    int bad_call;        /* counted from 1; 0: none */
    int calls;           /* of read, write and read_at */
    int64_t seek_answer; /* what seek number `bad_seek` answers */
    int bad_seek;
    int seeks;
} fake;

static int64_t fake_move(fake *f, int64_t place, size_t size, void *to, const void *from)
{
    if (++f->calls == f->bad_call) {
        return f->answer;
    }
    const int64_t there = place < f->size ? f->size - place : 0;
    const int64_t n = nyz_min(nyz_min((int64_t)size, f->step), there);
    if (to != NULL) {
        memcpy(to, f->bytes + place, (size_t)n);
    }
    if (from != NULL) {
        memcpy(f->bytes + place, from, (size_t)n);
    }
    return n;
}

static int64_t fake_read(void *ctx, void *buffer, size_t size)
{
    fake *const f = ctx;
    const int64_t n = fake_move(f, f->place, size, buffer, NULL);
    f->place += n > 0 && n <= f->step ? n : 0;
    return n;
}

static int64_t fake_write(void *ctx, const void *bytes, size_t size)
{
    fake *const f = ctx;
    const int64_t n = fake_move(f, f->place, size, NULL, bytes);
    f->place += n > 0 && n <= f->step ? n : 0;
    return n;
}

static int64_t fake_read_at(void *ctx, int64_t offset, void *buffer, size_t size)
{
    return fake_move(ctx, offset, size, buffer, NULL);
}

static int64_t fake_seek(void *ctx, int64_t offset, int whence)
{
    fake *const f = ctx;
    if (++f->seeks == f->bad_seek) {
        return f->seek_answer;
    }
    f->place = offset + (whence == SEEK_CUR   ? f->place
                         : whence == SEEK_END ? f->size
                                              : 0);
    return f->place;
}

static fake fake_of(int64_t size, int64_t step)
{
    fake f = {.size = size, .step = step};
    for (size_t i = 0; i < sizeof f.bytes; i++) {
        f.bytes[i] = (unsigned char)(i + 1);
    }
    return f;
}

static nyz_stream pipe_of(fake *f)
{
    return (nyz_stream){.read = fake_read, .write = fake_write, .ctx = f};
}

static nyz_stream file_of(fake *f)
{
    return (nyz_stream){
        .read = fake_read, .write = fake_write, .seek = fake_seek, .ctx = f};
}

/* ---------------------------------------------------------------------------- sources */

static void short_counts_are_continued(void **state)
{
    (void)state;
    for (int64_t step = 1; step <= 11; step++) {
        fake f = fake_of(10, step);
        const nyz_stream stream = pipe_of(&f);
        nyz_source source;
        unsigned char got[10] = {0};
        assert_ok(nyz_source_init(&source, &stream, err));
        assert_int_equal(source.left, -1);
        assert_ok(nyz_source_read(&source, got, 10, "data", err));
        assert_memory_equal(got, f.bytes, 10);
        assert_int_equal(source.offset, 10);
    }
}

static void a_source_that_ends_early_is_corrupt_where_it_ends(void **state)
{
    (void)state;
    fake f = fake_of(7, 2);
    const nyz_stream stream = pipe_of(&f);
    nyz_source source;
    nyz_error error = {0};
    unsigned char got[10];
    assert_ok(nyz_source_init(&source, &stream, err));
    assert_ok(nyz_source_read(&source, got, 3, "header", err));
    assert_int_equal(nyz_source_read(&source, got, 10, "data", &error), NYZ_ERR_CORRUPT);
    assert_string_equal(error.message, "data: expected 10 bytes, found 4");
    assert_int_equal(error.offset, 7);
    assert_int_equal(error.sys, 0);
    assert_int_equal(source.left, 0);
}

static void a_known_end_refuses_before_reading(void **state)
{
    (void)state;
    fake f = fake_of(9, 64);
    const nyz_stream stream = file_of(&f);
    nyz_source source;
    nyz_error error = {0};
    unsigned char got[10];
    f.place = 2;
    assert_ok(nyz_source_init(&source, &stream, err));
    assert_int_equal(source.left, 7);
    assert_int_equal(f.place, 2);
    assert_ok(nyz_source_read(&source, got, 3, "header", err));
    assert_int_equal(source.left, 4);
    assert_int_equal(nyz_source_read(&source, got, 5, "data", &error), NYZ_ERR_CORRUPT);
    assert_string_equal(error.message, "data: expected 5 bytes, found 4");
    assert_int_equal(error.offset, 7);
    assert_int_equal(f.calls, 1);
    assert_int_equal(nyz_source_read(&source, got, INT64_MAX, "data", NULL),
                     NYZ_ERR_CORRUPT);
    assert_ok(nyz_source_read(&source, got, 4, "data", err));
    assert_int_equal(got[3], 9);
}

static void a_file_that_shrinks_is_corrupt(void **state)
{
    (void)state;
    fake f = fake_of(20, 64);
    const nyz_stream stream = file_of(&f);
    nyz_source source;
    unsigned char got[20];
    assert_ok(nyz_source_init(&source, &stream, err));
    f.size = 12;
    assert_fails(NYZ_ERR_CORRUPT, "data: expected 20 bytes, found 12",
                 nyz_source_read(&source, got, 20, "data", err));
}

static void behind_the_end_nothing_is_left(void **state)
{
    (void)state;
    fake f = fake_of(9, 64);
    const nyz_stream stream = file_of(&f);
    nyz_source source;
    f.place = 30;
    assert_ok(nyz_source_init(&source, &stream, err));
    assert_int_equal(source.left, 0);
    assert_int_equal(f.place, 30);
}

static void a_stream_whose_seek_fails_is_a_pipe(void **state)
{
    (void)state;
    for (int bad_seek = 1; bad_seek <= 2; bad_seek++) { /* the place, the end */
        fake f = fake_of(9, 64);
        const nyz_stream stream = file_of(&f);
        nyz_source source;
        f.bad_seek = bad_seek;
        f.seek_answer = -ESPIPE;
        assert_ok(nyz_source_init(&source, &stream, err));
        assert_int_equal(source.left, -1);
        f.seeks = 0;
        assert_int_equal(nyz_stream_size(&stream), -1);
    }
}

static void a_stream_that_cannot_go_back_is_an_error(void **state)
{
    (void)state;
    static const int64_t answers[] = {-EIO, 8};
    for (size_t i = 0; i < 2; i++) {
        fake f = fake_of(9, 64);
        const nyz_stream stream = file_of(&f);
        nyz_source source;
        f.bad_seek = 3;
        f.seek_answer = answers[i];
        assert_fails(NYZ_ERR_IO, "seek", nyz_source_init(&source, &stream, err));
        assert_null(source.stream.read);
        f.seeks = 0;
        assert_int_equal(nyz_stream_size(&stream), -1);
    }
}

static void reading_needs_a_read_function(void **state)
{
    (void)state;
    const nyz_stream stream = {.write = fake_write};
    nyz_source source;
    assert_fails(NYZ_ERR_ARGUMENT, "no read", nyz_source_init(&source, &stream, err));
}

/* What a function answers, and what becomes of it. */
static const struct {
    int64_t answer;
    nyz_status status;
    int sys;
    const char *words;
} answers[] = {
    {-EIO, NYZ_ERR_IO, EIO, "cannot "},
    {-ENOENT, NYZ_ERR_IO, ENOENT, "cannot "}, /* NOT_FOUND would be a clean end */
    {-ENOTDIR, NYZ_ERR_IO, ENOTDIR, "cannot "},
    {-ENOMEM, NYZ_ERR_MEMORY, ENOMEM, "cannot "},
    {-1, NYZ_ERR_IO, 0, "the stream returned -1"},
    {INT64_MIN, NYZ_ERR_IO, 0, "the stream returned -9223372036854775808"},
    {7, NYZ_ERR_IO, 0, "returned 7 for 6 bytes"},
    {INT64_MAX, NYZ_ERR_IO, 0, "returned 9223372036854775807 for 6 bytes"},
};

static void expect_answer(size_t i, nyz_status status, const nyz_error *error,
                          int64_t offset)
{
    assert_int_equal(status, answers[i].status);
    assert_int_equal(error->status, answers[i].status);
    assert_int_equal(error->sys, answers[i].sys);
    assert_int_equal(error->offset, offset);
    assert_non_null(strstr(error->message, answers[i].words));
}

static void wrong_answers_of_read_are_errors(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
        fake f = fake_of(60, 4);
        const nyz_stream stream = pipe_of(&f);
        nyz_source source;
        nyz_error error = {0};
        unsigned char got[10];
        int64_t n = 99;
        assert_ok(nyz_source_init(&source, &stream, err));
        f.bad_call = 2;
        f.answer = answers[i].answer;
        expect_answer(i, nyz_source_read(&source, got, 10, "data", &error), &error, 4);
        f.calls = 0;
        expect_answer(i, nyz_source_read_some(&source, got, 10, &n, &error), &error, 8);
        assert_int_equal(n, 0);
        assert_int_equal(nyz_source_read(&source, got, 1, "data", NULL), NYZ_OK);
    }
}

static void wrong_answers_of_read_at_are_errors(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
        fake f = fake_of(60, 4);
        const nyz_stream stream = {.read_at = fake_read_at, .ctx = &f};
        nyz_error error = {0};
        unsigned char got[10];
        f.bad_call = 2;
        f.answer = answers[i].answer;
        expect_answer(i, nyz_stream_read_at(&stream, 20, got, 10, "data", &error), &error,
                      24);
    }
}

static void wrong_answers_of_write_are_errors(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
        fake f = fake_of(60, 4);
        const nyz_stream stream = pipe_of(&f);
        nyz_error error = {0};
        f.bad_call = 2;
        f.answer = answers[i].answer;
        expect_answer(i, nyz_stream_write(&stream, "0123456789", 10, &error), &error, -1);
    }
}

static void read_some_gives_fewer_only_at_the_end(void **state)
{
    (void)state;
    for (int seekable = 0; seekable <= 1; seekable++) {
        fake f = fake_of(9, 2);
        const nyz_stream stream = seekable ? file_of(&f) : pipe_of(&f);
        nyz_source source;
        unsigned char got[10];
        int64_t n;
        assert_ok(nyz_source_init(&source, &stream, err));
        assert_ok(nyz_source_read_some(&source, got, 6, &n, err));
        assert_int_equal(n, 6);
        assert_ok(nyz_source_read_some(&source, got, 6, &n, err));
        assert_int_equal(n, 3);
        assert_int_equal(got[2], 9);
        assert_int_equal(source.left, 0);
        assert_int_equal(source.offset, 9);
        assert_ok(nyz_source_read_some(&source, got, 6, &n, err));
        assert_int_equal(n, 0);
    }
}

/* ----------------------------------------------------------------- reading at a place */

static void read_at_works_with_either_pair_of_functions(void **state)
{
    (void)state;
    for (int direct = 0; direct <= 1; direct++) {
        fake f = fake_of(20, 3);
        nyz_stream stream = file_of(&f);
        unsigned char got[10];
        nyz_error error = {0};
        stream.read_at = direct ? fake_read_at : NULL;
        assert_ok(nyz_stream_read_at(&stream, 8, got, 10, "data", err));
        assert_memory_equal(got, f.bytes + 8, 10);
        assert_int_equal(f.place, direct ? 0 : 18);
        assert_int_equal(nyz_stream_read_at(&stream, 15, got, 10, "record", &error),
                         NYZ_ERR_CORRUPT);
        assert_string_equal(error.message, "record: expected 10 bytes, found 5");
        assert_int_equal(error.offset, 20);
        assert_fails(NYZ_ERR_CORRUPT, "offset 9223372036854775806",
                     nyz_stream_read_at(&stream, INT64_MAX - 1, got, 10, "data", err));
        assert_fails(NYZ_ERR_CORRUPT, "offset -1",
                     nyz_stream_read_at(&stream, -1, got, 1, "data", err));
    }
}

static void read_at_needs_functions(void **state)
{
    (void)state;
    fake f = fake_of(20, 3);
    nyz_stream stream = pipe_of(&f);
    unsigned char got[4];
    assert_fails(NYZ_ERR_ARGUMENT, "neither",
                 nyz_stream_read_at(&stream, 0, got, 4, "x", err));
    stream.read = NULL;
    stream.seek = fake_seek;
    assert_fails(NYZ_ERR_ARGUMENT, "neither",
                 nyz_stream_read_at(&stream, 0, got, 4, "x", err));
}

static void read_at_notices_a_seek_that_fails(void **state)
{
    (void)state;
    static const int64_t wrong[] = {-EIO, 0, 5};
    for (size_t i = 0; i < 3; i++) {
        fake f = fake_of(20, 3);
        const nyz_stream stream = file_of(&f);
        unsigned char got[4];
        f.bad_seek = 1;
        f.seek_answer = wrong[i];
        assert_fails(NYZ_ERR_IO, "seek",
                     nyz_stream_read_at(&stream, 4, got, 4, "x", err));
        assert_int_equal(f.calls, 0);
    }
}

/* ---------------------------------------------------------------------------- writing */

static void short_writes_are_continued(void **state)
{
    (void)state;
    for (int64_t step = 1; step <= 11; step++) {
        fake f = fake_of(60, step);
        const nyz_stream stream = pipe_of(&f);
        assert_ok(nyz_stream_write(&stream, "0123456789", 10, err));
        assert_memory_equal(f.bytes, "0123456789", 10);
        assert_int_equal(f.bytes[10], 11);
    }
}

static void a_write_of_nothing_is_an_error(void **state)
{
    (void)state;
    fake f = fake_of(4, 10);
    const nyz_stream stream = pipe_of(&f);
    const nyz_stream mute = {.read = fake_read};
    assert_fails(NYZ_ERR_IO, "write returned 0 for 6 bytes",
                 nyz_stream_write(&stream, "0123456789", 10, err));
    assert_fails(NYZ_ERR_ARGUMENT, "no write", nyz_stream_write(&mute, "x", 1, err));
}

static void nothing_to_move_calls_nothing(void **state)
{
    (void)state;
    fake f = fake_of(9, 2);
    const nyz_stream stream = file_of(&f);
    nyz_source source;
    int64_t n;
    assert_ok(nyz_stream_write(&stream, NULL, 0, err));
    assert_ok(nyz_stream_read_at(&stream, 9, NULL, 0, "data", err));
    assert_ok(nyz_source_init(&source, &stream, err));
    assert_ok(nyz_source_read(&source, NULL, 0, "data", err));
    assert_ok(nyz_source_read_some(&source, NULL, 0, &n, err));
    assert_int_equal(f.calls, 0);
}

typedef struct counter {
    int64_t total;
    size_t largest;
} counter;

static int64_t count_write(void *ctx, const void *bytes, size_t size)
{
    counter *const c = ctx;
    (void)bytes;
    c->total += (int64_t)size;
    c->largest = size > c->largest ? size : c->largest;
    return (int64_t)size;
}

static int64_t count_read(void *ctx, void *buffer, size_t size)
{
    return count_write(ctx, buffer, size);
}

/* The memory is never touched, so it need not be there. */
static void no_call_is_asked_for_more_than_a_gibibyte(void **state)
{
    (void)state;
    const int64_t gib = (int64_t)1 << 30;
    void *const memory = SIZE_MAX > UINT32_MAX ? malloc((size_t)(3 * gib - 1)) : NULL;
    if (memory == NULL) {
        skip();
    }
    counter written = {0, 0};
    counter taken = {0, 0};
    const nyz_stream sink = {.write = count_write, .ctx = &written};
    const nyz_stream spring = {.read = count_read, .ctx = &taken};
    nyz_source source;
    assert_ok(nyz_stream_write(&sink, memory, 3 * gib - 1, err));
    assert_ok(nyz_source_init(&source, &spring, err));
    assert_ok(nyz_source_read(&source, memory, 3 * gib - 1, "data", err));
    free(memory);
    assert_int_equal(written.total, 3 * gib - 1);
    assert_int_equal(written.largest, gib);
    assert_int_equal(taken.total, 3 * gib - 1);
    assert_int_equal(taken.largest, gib);
}

static void size_and_place_of_a_stream(void **state)
{
    (void)state;
    fake f = fake_of(9, 2);
    const nyz_stream file = file_of(&f);
    const nyz_stream pipe = pipe_of(&f);
    f.place = 4;
    assert_int_equal(nyz_stream_size(&file), 9);
    assert_int_equal(nyz_stream_tell(&file), 4);
    assert_int_equal(nyz_stream_size(&pipe), -1);
    assert_int_equal(nyz_stream_tell(&pipe), -1);
    f.seeks = 0;
    f.bad_seek = 1;
    f.seek_answer = -ESPIPE;
    assert_int_equal(nyz_stream_tell(&file), -1);
}

static void what_is_skipped_is_counted(void **state)
{
    (void)state;
    fake f = fake_of(9, 64);
    const nyz_stream stream = file_of(&f);
    nyz_source source;
    f.place = 2;
    assert_ok(nyz_source_init(&source, &stream, err));
    assert_int_equal(source.start, 2);
    assert_int_equal(source.left, 7);
    assert_ok(nyz_source_skip(&source, 4, err));
    assert_int_equal(source.left, 3);
    assert_int_equal(source.offset, 4);
    assert_int_equal(f.place, 6);
}

/* Where it could stand too far behind to be counted. */
static void a_stream_that_does_not_know_its_end_is_read_in_order(void **state)
{
    (void)state;
    fake f = fake_of(9, 64);
    const nyz_stream stream = file_of(&f);
    nyz_source source;
    f.bad_seek = 2; /* the end */
    f.seek_answer = -ESPIPE;
    assert_ok(nyz_source_init(&source, &stream, err));
    assert_int_equal(source.start, -1);
    assert_int_equal(source.left, -1);
}

/* Bytes around a window, as if it were not there. */
static void a_window_changes_nothing_of_what_is_read(void **state)
{
    (void)state;
    for (int64_t offset = 0; offset < 8; offset += 3) {
        fake f = fake_of(9, 64);
        const nyz_stream stream = {.read_at = fake_read_at, .ctx = &f};
        nyz_read_ahead window;
        const nyz_stream seen = nyz_read_ahead_open(&window, &stream, offset, 4);
        for (int64_t at = 0; at <= 9; at++) {
            char got[9];
            char expected[9];
            int64_t size = 9 - at;
            assert_ok(nyz_stream_read_at(&stream, at, expected, size, "data", err));
            assert_ok(nyz_stream_read_at(&seen, at, got, size, "data", err));
            assert_memory_equal(got, expected, (size_t)size);
        }
    }
}

static int64_t lie(void *ctx, int64_t offset, void *buffer, size_t size)
{
    const int *const lies = ctx;
    (void)offset;
    (void)buffer;
    return *lies < 0 ? *lies : (int64_t)size + *lies;
}

/* Of more bytes than there is room for, or a failure: told by whoever reads. */
static void a_window_is_empty_where_the_stream_lies_or_fails(void **state)
{
    (void)state;
    static const int false_answers[] = {-EIO, 1};
    for (size_t i = 0; i < 2; i++) {
        int lies = false_answers[i];
        const nyz_stream stream = {.read_at = lie, .ctx = &lies};
        nyz_read_ahead window;
        char got[4];
        const nyz_stream seen = nyz_read_ahead_open(&window, &stream, 0, 100);
        assert_int_equal(window.size, 0);
        assert_fails(NYZ_ERR_IO, i == 0 ? "cannot read" : "returned 5 for 4",
                     nyz_stream_read_at(&seen, 0, got, 4, "data", err));
        assert_int_equal(seen.read(seen.ctx, got, 4), i == 0 ? -EIO : 5);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(short_counts_are_continued),
        cmocka_unit_test(a_source_that_ends_early_is_corrupt_where_it_ends),
        cmocka_unit_test(a_known_end_refuses_before_reading),
        cmocka_unit_test(a_file_that_shrinks_is_corrupt),
        cmocka_unit_test(behind_the_end_nothing_is_left),
        cmocka_unit_test(a_stream_whose_seek_fails_is_a_pipe),
        cmocka_unit_test(a_stream_that_cannot_go_back_is_an_error),
        cmocka_unit_test(reading_needs_a_read_function),
        cmocka_unit_test(wrong_answers_of_read_are_errors),
        cmocka_unit_test(wrong_answers_of_read_at_are_errors),
        cmocka_unit_test(wrong_answers_of_write_are_errors),
        cmocka_unit_test(read_some_gives_fewer_only_at_the_end),
        cmocka_unit_test(read_at_works_with_either_pair_of_functions),
        cmocka_unit_test(read_at_needs_functions),
        cmocka_unit_test(read_at_notices_a_seek_that_fails),
        cmocka_unit_test(short_writes_are_continued),
        cmocka_unit_test(a_write_of_nothing_is_an_error),
        cmocka_unit_test(nothing_to_move_calls_nothing),
        cmocka_unit_test(no_call_is_asked_for_more_than_a_gibibyte),
        cmocka_unit_test(size_and_place_of_a_stream),
        cmocka_unit_test(what_is_skipped_is_counted),
        cmocka_unit_test(a_stream_that_does_not_know_its_end_is_read_in_order),
        cmocka_unit_test(a_window_changes_nothing_of_what_is_read),
        cmocka_unit_test(a_window_is_empty_where_the_stream_lies_or_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
