/* SPDX-License-Identifier: MIT */
/* src/codec/: CRC-32, inflate, deflate, against known values, zlib itself and a hostile
 * caller. */

#ifdef HAVE_LIBDEFLATE
#include <libdeflate.h>
#endif
#include <zlib.h>

#include "base/alloc.h"
#include "base/arithmetic.h"
#include "codec/codec.h"
#include "io/stream.h"
#include "support/support.h"

/* An allocator that counts, checks sizes on free, and fails at the n-th call. */
typedef struct counted {
    int64_t live;
    int64_t calls;
    int64_t fail_at; /* 0: never */
} counted;

static void *counted_alloc(void *ctx, size_t size, size_t align)
{
    counted *const c = ctx;
    c->calls++;
    if (c->calls == c->fail_at) {
        return NULL;
    }
    c->live += (int64_t)size;
    return nyz_default_allocator.alloc(NULL, size, align);
}

static void counted_free(void *ctx, void *memory, size_t size)
{
    ((counted *)ctx)->live -= (int64_t)size;
    nyz_default_allocator.free(NULL, memory, size);
}

enum { DATA_SIZE = 700000 };

/* Half noise, half text-like: several deflate blocks of all kinds. */
static unsigned char *make_data(void)
{
    unsigned char *const data = malloc(DATA_SIZE);
    uint32_t state = 1;
    assert_non_null(data);
    for (size_t i = 0; i < DATA_SIZE; i++) {
        state = state * 1664525u + 1013904223u;
        data[i] = i < DATA_SIZE / 2 ? (unsigned char)(state >> 24)
                                    : (unsigned char)"abcde"[state >> 30];
    }
    return data;
}

static void deflate_all(const void *data, int64_t size, int level, int64_t piece,
                        nyz_buffer *out)
{
    nyz_deflater *deflater = NULL;
    nyz_stream stream = nyz_stream_buffer(out);
    const nyz_sink sink = nyz_sink_to(&stream);
    int64_t written = 0;
    assert_ok(nyz_deflate_new(&nyz_default_allocator, level, &deflater, err));
    for (int64_t at = 0; at < size; at += piece) {
        assert_ok(nyz_deflate(deflater, (const char *)data + at,
                              nyz_min(piece, size - at), 0, &sink, &written, err));
    }
    assert_ok(nyz_deflate(deflater, NULL, 0, 1, &sink, &written, err));
    assert_int_equal(written, (int64_t)out->size);
    nyz_deflate_free(&deflater);
    assert_null(deflater);
}

static void crc_has_the_check_value_and_continues(void **state)
{
    (void)state;
    assert_int_equal(nyz_crc32(0, "123456789", 9), 0xcbf43926u);
    assert_int_equal(nyz_crc32(nyz_crc32(0, "1234", 4), "56789", 5), 0xcbf43926u);
    assert_int_equal(nyz_crc32(0, NULL, 0), 0);
    assert_int_equal(nyz_crc32(0xcbf43926u, NULL, 0), 0xcbf43926u);
}

/* NumPy's bytes: zlib in one call with level, window -15 and memory level 8. */
static void deflate_equals_zlib_whatever_the_pieces(void **state)
{
    static const int64_t pieces[] = {DATA_SIZE, 1000, 262144};
    static const int levels[] = {1, 6, 9};
    unsigned char *const data = make_data();
    unsigned char *const expected = malloc(DATA_SIZE + 1000);
    (void)state;
    assert_non_null(expected);
    for (size_t l = 0; l < 3; l++) {
        z_stream z;
        memset(&z, 0, sizeof z);
        assert_int_equal(
            deflateInit2(&z, levels[l], Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY), Z_OK);
        z.next_in = data;
        z.avail_in = DATA_SIZE;
        z.next_out = expected;
        z.avail_out = DATA_SIZE + 1000;
        assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
        for (size_t p = 0; p < 3; p++) {
            nyz_buffer out = {0};
            deflate_all(data, DATA_SIZE, levels[l], pieces[p], &out);
            assert_int_equal(out.size, z.total_out);
            assert_memory_equal(out.data, expected, out.size);
            nyz_buffer_free(&out);
        }
        assert_int_equal(deflateEnd(&z), Z_OK);
    }
    free(expected);
    free(data);
}

/* Inflates with input and output in pieces of these sizes. */
static nyz_status inflate_all(const nyz_buffer *from, size_t in_piece, size_t out_piece,
                              unsigned char *out, size_t out_size, size_t *unread,
                              int *done, nyz_error *err)
{
    nyz_inflater *inflater = NULL;
    const unsigned char *in = from->data;
    size_t in_left = from->size;
    nyz_status status = nyz_inflate_new(&nyz_default_allocator, &inflater, err);
    *done = 0;
    while (status == NYZ_OK && !*done) {
        size_t in_now = in_left < in_piece ? in_left : in_piece;
        size_t out_now = out_size < out_piece ? out_size : out_piece;
        const size_t before = in_now + out_now;
        in_left -= in_now;
        out_size -= out_now;
        status = nyz_inflate(inflater, &in, &in_now, &out, &out_now, done, err);
        in_left += in_now;
        out_size += out_now;
        if (!*done && before == in_now + out_now) {
            break; /* it wants what we do not have */
        }
    }
    *unread = in_left;
    nyz_inflate_free(&inflater);
    return status;
}

static void inflate_gives_back_what_was_deflated(void **state)
{
    static const size_t pieces[][2] = {
        {1 << 20, 1 << 20}, {1000, 1 << 20}, {1 << 20, 1000}, {7, 13}};
    unsigned char *const data = make_data();
    unsigned char *const out = malloc(DATA_SIZE);
    nyz_buffer packed = {0};
    (void)state;
    deflate_all(data, DATA_SIZE, 6, DATA_SIZE, &packed);
    for (size_t i = 0; i < 4; i++) {
        size_t unread = 1;
        int done = 0;
        memset(out, 0, DATA_SIZE);
        assert_ok(inflate_all(&packed, pieces[i][0], pieces[i][1], out, DATA_SIZE,
                              &unread, &done, err));
        assert_true(done);
        assert_int_equal(unread, 0);
        assert_memory_equal(out, data, DATA_SIZE);
    }
    nyz_buffer_free(&packed);
    free(out);
    free(data);
}

/* The end of the stream is seen although no room for output is left, or none ever was. */
static void end_is_seen_without_room_and_stops_before_further_input(void **state)
{
    unsigned char packed[] = {0x03, 0x00, 'x',
                              'y'}; /* nothing, deflated; and two bytes */
    nyz_buffer from = {.data = packed, .size = sizeof packed};
    unsigned char none[1];
    size_t unread = 0;
    int done = 0;
    (void)state;
    assert_ok(inflate_all(&from, 100, 0, none, 0, &unread, &done, err));
    assert_true(done);
    assert_int_equal(unread, 2);
}

static void damage_is_corrupt_and_a_cut_is_not_done(void **state)
{
    unsigned char reserved_block[] = {0x07, 0x00};
    unsigned char far_back[] = {0x63, 0x00, 0x42, 0x00}; /* a distance before the start */
    nyz_buffer from = {.data = reserved_block, .size = sizeof reserved_block};
    unsigned char out[100];
    size_t unread;
    int done;
    (void)state;
    assert_fails(NYZ_ERR_CORRUPT, "damaged deflate stream: invalid block type",
                 inflate_all(&from, 100, 100, out, sizeof out, &unread, &done, err));
    from.data = far_back;
    from.size = sizeof far_back;
    assert_fails(NYZ_ERR_CORRUPT, "invalid distance too far back",
                 inflate_all(&from, 100, 100, out, sizeof out, &unread, &done, err));
    from.size = 1;
    assert_ok(inflate_all(&from, 100, 100, out, sizeof out, &unread, &done, err));
    assert_false(done);
}

/* zlib's memory is the caller's, each block is freed with its size, and every failing
 * allocation is MEMORY without a leak. */
static void zlib_takes_memory_from_the_allocator(void **state)
{
    (void)state;
    for (int64_t fail_at = 1;; fail_at++) {
        counted c = {.fail_at = fail_at};
        const nyz_allocator allocator = {
            .alloc = counted_alloc, .free = counted_free, .ctx = &c};
        nyz_inflater *inflater = NULL;
        nyz_deflater *deflater = NULL;
        nyz_error err = {0};
        nyz_status status = nyz_inflate_new(&allocator, &inflater, &err);
        if (status == NYZ_OK) {
            status = nyz_deflate_new(&allocator, 6, &deflater, &err);
        } else {
            assert_null(inflater);
        }
        if (status != NYZ_OK) {
            assert_int_equal(status, NYZ_ERR_MEMORY);
            assert_null(deflater);
        } else {
            assert_true(c.live > 250000); /* zlib's window and tables are among it */
        }
        nyz_inflate_free(&inflater);
        nyz_deflate_free(&deflater);
        assert_int_equal(c.live, 0);
        if (status == NYZ_OK) {
            assert_true(c.calls >= 7);
            break;
        }
    }
}

static int64_t refuse(void *ctx, const void *buffer, size_t size)
{
    (void)ctx;
    (void)buffer;
    (void)size;
    return -28;
}

static void failing_sink_is_io(void **state)
{
    nyz_stream stream = {.write = refuse};
    const nyz_sink sink = nyz_sink_to(&stream);
    nyz_deflater *deflater = NULL;
    int64_t written = 0;
    (void)state;
    assert_ok(nyz_deflate_new(&nyz_default_allocator, 6, &deflater, err));
    assert_fails(NYZ_ERR_IO, "",
                 nyz_deflate(deflater, "abc", 3, 1, &sink, &written, err));
    assert_int_equal(written, 0);
    nyz_deflate_free(&deflater);
}

/* Zeros, twice as many each time, up to 8 GiB; the values at the end are Python's. */
static void checksums_of_parts_are_combined(void **state)
{
    (void)state;
    uint32_t crc = nyz_crc32(0, "\0", 1);
    for (int bits = 0; bits < 32; bits++) {
        crc = nyz_crc32_combine(crc, crc, (int64_t)1 << bits);
    }
    assert_int_equal(crc, 0xd202ef8d);
    assert_int_equal(nyz_crc32_combine(crc, crc, (int64_t)1 << 32), 0x41d912ff);
    const uint32_t whole = nyz_crc32(0, "abcdef", 6);
    assert_int_equal(nyz_crc32_combine(nyz_crc32(0, "abcd", 4), nyz_crc32(0, "ef", 2), 2),
                     whole);
    assert_int_equal(nyz_crc32_combine(whole, nyz_crc32(0, "", 0), 0), whole);
}

/* What deflate gives may end exactly with the buffer that it is collected in: nothing is
 * left to be written then, but the stream has not ended yet. */
static void output_may_end_with_the_buffer(void **state)
{
    unsigned char *const data = make_data(); /* its first half does not become shorter */
    nyz_buffer out = {0};
    int exact = 0;
    (void)state;
    deflate_all(data, (int64_t)NYZ_IO_BLOCK - 100, 6, DATA_SIZE, &out);
    const int64_t overhead = (int64_t)out.size - ((int64_t)NYZ_IO_BLOCK - 100);
    for (int64_t less = -3; less <= 3; less++) {
        const int64_t size = (int64_t)NYZ_IO_BLOCK - overhead - less;
        out.size = out.position = 0;
        deflate_all(data, size, 6, DATA_SIZE, &out);
        exact += out.size == NYZ_IO_BLOCK;
        unsigned char *const back = malloc((size_t)size);
        size_t unread = 1;
        int done = 0;
        assert_non_null(back);
        assert_ok(inflate_all(&out, out.size, (size_t)size, back, (size_t)size, &unread,
                              &done, err));
        assert_true(done);
        assert_int_equal(unread, 0);
        assert_memory_equal(back, data, (size_t)size);
        free(back);
    }
    assert_int_equal(exact, 1);
    nyz_buffer_free(&out);
    free(data);
}

/* Instead of being cut. */
static void a_block_without_room_is_refused(void **state)
{
    unsigned char *const data = make_data();
    unsigned char out[100];
    nyz_deflater *deflater = NULL;
    size_t written = 0;
    (void)state;
    assert_ok(nyz_deflate_new(&nyz_default_allocator, 6, &deflater, err));
    for (int last = 0; last < 2; last++) {
        for (size_t size = 1000; size <= DATA_SIZE; size += DATA_SIZE - 1000) {
            assert_fails(NYZ_ERR_UNSUPPORTED, "cannot deflate",
                         nyz_deflate_block(deflater, data, size, last, out, sizeof out,
                                           &written, err));
        }
        assert_ok(
            nyz_deflate_block(deflater, data, 50, last, out, sizeof out, &written, err));
        assert_in_range(written, 1, sizeof out - 1);
    }
    nyz_deflate_free(&deflater);
    free(data);
}

#ifdef HAVE_LIBDEFLATE
static void *no_memory(size_t size)
{
    (void)size;
    return NULL;
}

/* Whose memory does not come from the allocator. */
static void without_libdeflates_memory_nothing_is_inflated(void **state)
{
    unsigned char out[4] = "yes";
    (void)state;
    libdeflate_set_memory_allocator(no_memory, free);
    assert_fails(NYZ_ERR_MEMORY, "libdeflate",
                 nyz_inflate_whole((const unsigned char *)"\3", 2, out, 0, err));
    libdeflate_set_memory_allocator(malloc, free);
    assert_ok(nyz_inflate_whole((const unsigned char *)"\3", 2, out, 0, err));
    assert_string_equal((char *)out, "yes");
}
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(checksums_of_parts_are_combined),
        cmocka_unit_test(crc_has_the_check_value_and_continues),
        cmocka_unit_test(deflate_equals_zlib_whatever_the_pieces),
        cmocka_unit_test(inflate_gives_back_what_was_deflated),
        cmocka_unit_test(end_is_seen_without_room_and_stops_before_further_input),
        cmocka_unit_test(damage_is_corrupt_and_a_cut_is_not_done),
        cmocka_unit_test(zlib_takes_memory_from_the_allocator),
#ifdef HAVE_LIBDEFLATE
        cmocka_unit_test(without_libdeflates_memory_nothing_is_inflated),
#endif
        cmocka_unit_test(failing_sink_is_io),
        cmocka_unit_test(output_may_end_with_the_buffer),
        cmocka_unit_test(a_block_without_room_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
