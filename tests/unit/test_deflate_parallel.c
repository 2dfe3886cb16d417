/* SPDX-License-Identifier: MIT */
/* deflate_parallel.c: one deflate stream whatever the pieces that come in and the threads that make
 * it, and nothing leaks where memory or the sink fails. */

#include "base/alloc.h"
#include "base/arithmetic.h"
#include "base/error.h"
#include "codec/codec.h"
#include "codec/deflate_parallel.h"
#include "io/stream.h"
#include "support/faults.h"

#define BLOCK ((int64_t)256 * 1024)

enum { DATA_SIZE = 2 * 1024 * 1024 + 77 };

static unsigned char *data;

/* Some noise, some text, so that every block is another one. */
static int make_data(void **state)
{
    uint32_t noise = 1;
    (void)state;
    data = malloc(DATA_SIZE);
    assert_non_null(data);
    for (size_t i = 0; i < DATA_SIZE; i++) {
        noise = noise * 1664525u + 1013904223u;
        data[i] = i % 5000 < 1000 ? (unsigned char)(noise >> 24)
                                  : (unsigned char)"abcdefgh"[noise >> 29];
    }
    return 0;
}

static int free_data(void **state)
{
    (void)state;
    free(data);
    return 0;
}

typedef struct way {
    int level;
    int threads;
    int64_t piece; /* of what is put at a time, behind a header of 128 bytes */
    int64_t head;  /* of the layout */
} way;

static nyz_status deflate_all(const way *w, int64_t size, const nyz_allocator *allocator,
                              const nyz_sink *sink, uint32_t *crc, int64_t *written,
                              nyz_error *err)
{
    nyz_deflate_parallel *blocks = NULL;
    const nyz_block_layout layout = {w->head, BLOCK};
    NYZ_TRY(
        nyz_deflate_parallel_new(allocator, w->level, w->threads, &layout, &blocks, err));
    nyz_status status = NYZ_OK;
    for (int64_t at = 0, n = 0; at < size && status == NYZ_OK; at += n) {
        n = nyz_min(at == 0 ? 128 : w->piece, size - at);
        status = nyz_deflate_parallel_put(blocks, data + at, n, sink, err);
    }
    if (status == NYZ_OK) {
        status = nyz_deflate_parallel_finish(blocks, sink, crc, written, err);
    }
    nyz_deflate_parallel_free(&blocks);
    assert_null(blocks);
    return status;
}

static nyz_buffer deflated(const way *w, int64_t size)
{
    nyz_buffer out = {0};
    nyz_stream stream = nyz_stream_buffer(&out);
    const nyz_sink sink = nyz_sink_to(&stream);
    uint32_t crc = 0;
    int64_t written = 0;
    assert_ok(deflate_all(w, size, &nyz_default_allocator, &sink, &crc, &written, err));
    assert_int_equal(written, (int64_t)out.size);
    assert_int_equal(crc, nyz_crc32(0, data, (size_t)size));
    return out;
}

static void check_inflates(const nyz_buffer *in, int64_t size)
{
    nyz_inflater *inflater = NULL;
    unsigned char *const room = malloc((size_t)size + 1);
    const unsigned char *from = in->data;
    unsigned char *to = room;
    size_t in_left = in->size;
    size_t out_left = (size_t)size + 1;
    int done = 0;
    assert_non_null(room);
    assert_ok(nyz_inflate_new(&nyz_default_allocator, &inflater, err));
    assert_ok(nyz_inflate(inflater, &from, &in_left, &to, &out_left, &done, err));
    assert_true(done);
    assert_int_equal(in_left, 0);
    assert_int_equal(out_left, 1);
    assert_memory_equal(room, data, (size_t)size);
    nyz_inflate_free(&inflater);
    free(room);
}

/* At the edges of blocks, of the same size or behind a head. */
static const int64_t sizes[] = {0,         1,     127,       128,         129,
                                BLOCK - 1, BLOCK, BLOCK + 1, BLOCK + 128, 2 * BLOCK + 129,
                                DATA_SIZE};

enum { SIZES = sizeof sizes / sizeof sizes[0] };

static void every_inflater_reads_what_comes_out(void **state)
{
    (void)state;
    for (int i = 0; i < 2 * SIZES; i++) {
        const way w = {i < SIZES ? NYZ_LEVEL_FAST : 1, 1, DATA_SIZE, 128};
        nyz_buffer out = deflated(&w, sizes[i % SIZES]);
        check_inflates(&out, sizes[i % SIZES]);
        nyz_buffer_free(&out);
    }
}

/* Pieces that end within blocks and with them, and threads up to more than blocks. */
static void the_same_bytes_come_out_for_all_pieces_and_threads(void **state)
{
    static const way ways[] = {{0, 2, DATA_SIZE, 0},
                               {0, 1, BLOCK - 128, 0},
                               {0, 3, BLOCK - 128, 0},
                               {0, 2, 250000, 0},
                               {0, 20, 2 * BLOCK, 0}};
    (void)state;
    for (int i = 0; i < 2 * SIZES; i++) {
        const int level = i < SIZES ? NYZ_LEVEL_FAST : 1;
        const way plain = {level, 1, DATA_SIZE, i % 2 * 128};
        nyz_buffer expected = deflated(&plain, sizes[i % SIZES]);
        for (size_t j = 0; j < sizeof ways / sizeof ways[0]; j++) {
            const way w = {level, ways[j].threads, ways[j].piece, plain.head};
            nyz_buffer out = deflated(&w, sizes[i % SIZES]);
            assert_int_equal(out.size, expected.size);
            assert_memory_equal(out.data, expected.data, expected.size);
            nyz_buffer_free(&out);
        }
        nyz_buffer_free(&expected);
    }
}

/* What blocks cost: the beginning of each has nothing to refer to. */
static void blocks_are_little_larger_than_one_stream(void **state)
{
    nyz_deflater *deflater = NULL;
    nyz_buffer one = {0};
    nyz_stream stream = nyz_stream_buffer(&one);
    const nyz_sink sink = nyz_sink_to(&stream);
    const way w = {6, 2, DATA_SIZE, 0};
    int64_t written = 0;
    (void)state;
    assert_ok(nyz_deflate_new(&nyz_default_allocator, 6, &deflater, err));
    assert_ok(nyz_deflate(deflater, data, DATA_SIZE, 1, &sink, &written, err));
    nyz_deflate_free(&deflater);
    nyz_buffer out = deflated(&w, DATA_SIZE);
    assert_true(out.size != one.size);
    assert_in_range(out.size, one.size * 997 / 1000, one.size * 1008 / 1000);
    nyz_buffer_free(&out);
    nyz_buffer_free(&one);
}

/* Each allocation, and each call of the sink's stream, fails once. */
static void failures_are_told_and_nothing_leaks(void **state)
{
    (void)state;
    for (int level = NYZ_LEVEL_FAST; level <= 1; level += 2) {
        for (int sinking = 0; sinking < 2; sinking++) {
            nyz_status status = NYZ_ERR_IO;
            for (long n = 1; status != NYZ_OK; n++) {
                /* the counting allocator is for one thread */
                const way w = {level, sinking ? 2 : 1, 250000, 128};
                trickle t = {.fail_at = sinking ? n : 0};
                counting memory;
                nyz_error err = {0};
                uint32_t crc = 0;
                int64_t written = 0;
                nyz_stream stream = trickle_stream(&t, BLOCK, 0);
                const nyz_sink sink = nyz_sink_to(&stream);
                counting_init(&memory);
                memory.fail_at = n;
                status = deflate_all(&w, DATA_SIZE,
                                     sinking ? &nyz_default_allocator : &memory.allocator,
                                     &sink, &crc, &written, &err);
                assert_int_equal(memory.live, 0);
                assert_true(status == NYZ_OK ||
                            status == (sinking ? NYZ_ERR_IO : NYZ_ERR_MEMORY));
                assert_int_equal(err.status, status);
                if (sinking == 0) { /* nobody need listen */
                    counting_init(&memory);
                    memory.fail_at = n;
                    assert_int_equal(deflate_all(&w, DATA_SIZE, &memory.allocator, &sink,
                                                 &crc, &written, NULL),
                                     status);
                }
                assert_true(n < 100);
                nyz_buffer_free(&t.buffer);
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_inflater_reads_what_comes_out),
        cmocka_unit_test(the_same_bytes_come_out_for_all_pieces_and_threads),
        cmocka_unit_test(blocks_are_little_larger_than_one_stream),
        cmocka_unit_test(failures_are_told_and_nothing_leaks),
    };
    return cmocka_run_group_tests(tests, make_data, free_data);
}
