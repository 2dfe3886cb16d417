/* SPDX-License-Identifier: MIT */
/* A range of a stream read by several threads: src/io/parallel_read.c. */

#include "base/alloc.h"
#include "base/arithmetic.h"
#include "base/parallel.h"
#include "io/parallel_read.h"
#include "support/faults.h"

enum { SIZE = 5 << 20, BEFORE = 100 };

/* Bytes that say where they are in the stream. */
static unsigned char byte_at(int64_t offset)
{
    return (unsigned char)(offset * 7 % 251);
}

/* A stream of SIZE + BEFORE bytes, from `fails_at` on of no more. */
typedef struct numbered {
    int64_t fails_at;
    int64_t position;
    int status; /* what it returns there: 0 or -errno */
} numbered;

static int64_t numbered_read_at(void *ctx, int64_t offset, void *buffer, size_t size)
{
    const numbered *const s = ctx;
    unsigned char *const to = buffer;
    const int64_t left = s->fails_at - offset;
    if (left <= 0) {
        return s->status;
    }
    const int64_t n = (uint64_t)left < size ? left : (int64_t)size;
    for (int64_t i = 0; i < n; i++) {
        to[i] = byte_at(offset + i);
    }
    return n;
}

static int64_t numbered_read(void *ctx, void *buffer, size_t size)
{
    numbered *const s = ctx;
    const int64_t n = numbered_read_at(ctx, s->position, buffer, size);
    s->position += n > 0 ? n : 0;
    return n;
}

static int64_t numbered_seek(void *ctx, int64_t offset, int whence)
{
    numbered *const s = ctx;
    assert_int_equal(whence, SEEK_SET);
    s->position = offset;
    return offset;
}

/* What came of each part. */
typedef struct parts {
    unsigned char *to;
    int64_t item;
    unsigned char *first[NYZ_PARALLEL_MAX_RANGES];
    unsigned char *next[NYZ_PARALLEL_MAX_RANGES];
    int pieces[NYZ_PARALLEL_MAX_RANGES];
    int out_of_order[NYZ_PARALLEL_MAX_RANGES];
} parts;

static void note_piece(void *ctx, int64_t part, unsigned char *bytes, int64_t size)
{
    parts *const p = ctx;
    if (p->pieces[part]++ == 0) {
        p->first[part] = bytes;
    } else {
        p->out_of_order[part] |= p->next[part] != bytes;
    }
    p->out_of_order[part] |= size % p->item != 0 || (bytes - p->to) % p->item != 0;
    p->next[part] = bytes + size;
}

/* The parts are one after the other, and each came piece by piece. */
static void assert_all_pieces(const parts *p, int64_t size)
{
    const unsigned char *end = p->to;
    for (int i = 0; i < NYZ_PARALLEL_MAX_RANGES && p->pieces[i] > 0; i++) {
        assert_ptr_equal(p->first[i], end);
        assert_false(p->out_of_order[i]);
        end = p->next[i];
    }
    assert_int_equal(end - p->to, size);
}

static void each_byte_is_read_and_handed_over_once_in_whole_items(void **state)
{
    static const int64_t items[] = {1, 4, 12, 300000, SIZE / 3};
    unsigned char *const to = malloc(SIZE);
    (void)state;
    assert_non_null(to);
    for (size_t k = 0; k < sizeof items / sizeof items[0]; k++) {
        const int64_t size = SIZE / items[k] * items[k];
        for (int way = 0; way < 8; way++) { /* the last ones cannot share */
            static const int most[] = {1, 2, 5, 160};
            const int threads = most[way % 4];
            numbered s = {SIZE + BEFORE, 0, 0};
            const nyz_stream stream = {.read = numbered_read,
                                       .seek = numbered_seek,
                                       .read_at = way < 4 ? numbered_read_at : NULL,
                                       .ctx = &s};
            parts p = {.to = to, .item = items[k]};
            const nyz_read_range range = {&stream,  BEFORE, to,         size,
                                          items[k], "data", note_piece, &p};
            int64_t got = 0;
            memset(to, 0, SIZE);
            assert_ok(
                nyz_parallel_read(&range, threads, &nyz_default_allocator, &got, err));
            assert_int_equal(got, size);
            assert_all_pieces(&p, size);
            assert_int_equal(p.pieces[1] > 0, way < 4 && threads > 1);
            for (int64_t i = 0; i < size; i++) {
                assert_true(to[i] == byte_at(BEFORE + i));
            }
        }
    }
    free(to);
}

static void the_first_failure_in_the_stream_is_reported(void **state)
{
    unsigned char *const to = malloc(SIZE);
    (void)state;
    assert_non_null(to);
    for (int64_t at = BEFORE; at < SIZE + BEFORE; at += 1000003) {
        for (int threads = 1; threads < 5; threads++) {
            for (int pieces = 0; pieces < 2; pieces++) {
                numbered s = {at, 0, -EIO};
                const nyz_stream stream = {.read_at = numbered_read_at, .ctx = &s};
                parts p = {.to = to, .item = 1};
                const nyz_read_range range = {
                    &stream, BEFORE, to, SIZE, 1, "data", pieces ? note_piece : NULL, &p};
                int64_t got = -1;
                nyz_error error;
                assert_int_equal(nyz_parallel_read(&range, threads,
                                                   &nyz_default_allocator, &got, &error),
                                 NYZ_ERR_IO);
                assert_int_equal(error.sys, EIO);
                assert_int_equal(error.offset, at);
                assert_in_range(got, 0, at - BEFORE);
                assert_true(!pieces || at - BEFORE - got < (int64_t)NYZ_IO_BLOCK);
                s.status = 0;
                assert_fails(NYZ_ERR_CORRUPT, "data: expected",
                             nyz_parallel_read(&range, threads, &nyz_default_allocator,
                                               &got, err));
                assert_int_equal(nyz_parallel_read(&range, threads,
                                                   &nyz_default_allocator, &got, NULL),
                                 NYZ_ERR_CORRUPT);
            }
        }
    }
    free(to);
}

static void without_memory_one_thread_reads_it(void **state)
{
    unsigned char *const to = malloc(SIZE);
    numbered s = {SIZE + BEFORE, 0, 0};
    const nyz_stream stream = {.read_at = numbered_read_at, .ctx = &s};
    const nyz_read_range range = {&stream, BEFORE, to, SIZE, 1, "data", NULL, NULL};
    int64_t got = 0;
    counting c;
    (void)state;
    assert_non_null(to);
    counting_init(&c);
    c.fail_at = 1;
    assert_ok(nyz_parallel_read(&range, 3, &c.allocator, &got, err));
    assert_int_equal(c.calls, 1);
    assert_int_equal(got, SIZE);
    assert_true(to[SIZE - 1] == byte_at(BEFORE + SIZE - 1));
    assert_ok(nyz_parallel_read(&range, 3, &c.allocator, &got, err));
    assert_int_equal(c.calls, 2);
    assert_int_equal(c.live, 0);
    free(to);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_byte_is_read_and_handed_over_once_in_whole_items),
        cmocka_unit_test(the_first_failure_in_the_stream_is_reported),
        cmocka_unit_test(without_memory_one_thread_reads_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
