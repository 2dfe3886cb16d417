/* SPDX-License-Identifier: MIT */
/* write_buffer.c: what is put comes out in its order, few calls are made, and patches reach
 * their place wherever it is. */

#include "base/arithmetic.h"
#include "io/stream.h"
#include "io/write_buffer.h"
#include "support/faults.h"

enum { ROOM = 64 * 1024, TOTAL = 3 * ROOM };

/* Byte `at` of what is put. */
static unsigned char byte_at(int64_t at)
{
    return (unsigned char)(at * 7 + at / 251);
}

static nyz_write_buffer begin(const nyz_stream *stream, counting *memory)
{
    nyz_write_buffer buffer = {.stream = *stream, .position = nyz_stream_tell(stream)};
    counting_init(memory);
    buffer.allocator = memory->allocator;
    return buffer;
}

static nyz_status put(nyz_write_buffer *buffer, int64_t size, nyz_error *err)
{
    static unsigned char bytes[TOTAL];
    const nyz_sink sink = nyz_write_buffer_sink(buffer);
    for (int64_t i = 0; i < size; i++) {
        bytes[i] = byte_at(buffer->position + i);
    }
    return nyz_sink_put(&sink, bytes, size, err);
}

static void pieces_of_all_sizes_come_out_in_order(void **state)
{
    static const int64_t sizes[] = {1,     0,     5000,  16383, 16384, 3,     ROOM,
                                    16000, 16000, 16000, 16000, 1,     TOTAL, 2};
    trickle t = {0};
    counting memory;
    (void)state;
    const nyz_stream stream = trickle_stream(&t, 1000, 1);
    nyz_write_buffer buffer = begin(&stream, &memory);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        assert_ok(put(&buffer, sizes[i], err));
    }
    assert_ok(nyz_write_buffer_flush(&buffer, err));
    assert_int_equal((int64_t)t.buffer.size, buffer.position);
    for (int64_t i = 0; i < buffer.position; i++) {
        assert_int_equal(t.buffer.data[i], byte_at(i));
    }
    nyz_write_buffer_free(&buffer);
    assert_int_equal(memory.live, 0);
    nyz_buffer_free(&t.buffer);
}

static void small_pieces_share_a_call_and_large_ones_are_not_copied(void **state)
{
    trickle t = {0};
    counting memory;
    (void)state;
    const nyz_stream stream = trickle_stream(&t, TOTAL, 1);
    nyz_write_buffer buffer = begin(&stream, &memory);
    const long before = t.calls;
    for (int i = 0; i < 1000; i++) {
        assert_ok(put(&buffer, 100, err));
    }
    assert_int_equal(t.calls - before, 1); /* 65,500 bytes */
    assert_ok(put(&buffer, TOTAL, err));
    assert_int_equal(t.calls - before, 3);
    assert_int_equal(memory.peak, ROOM);
    assert_int_equal(memory.calls, 1);
    nyz_write_buffer_free(&buffer);
    nyz_buffer_free(&t.buffer);
}

static void the_buffer_is_filled_to_its_end_and_no_further(void **state)
{
    (void)state;
    for (int over = 0; over < 2; over++) {
        trickle t = {0};
        counting memory;
        const nyz_stream stream = trickle_stream(&t, TOTAL, 1);
        nyz_write_buffer buffer = begin(&stream, &memory);
        const long before = t.calls;
        for (int i = 0; i < 4; i++) {
            assert_ok(put(&buffer, 16000, err));
        }
        assert_ok(put(&buffer, ROOM - 4 * 16000 + over, err));
        assert_int_equal(t.calls - before, over);
        nyz_write_buffer_free(&buffer);
        nyz_buffer_free(&t.buffer);
    }
}

/* One patch of `size` bytes `back` bytes before the end, and more bytes after it. */
static void patch_once(int64_t total, int64_t back, int64_t size)
{
    unsigned char patch[64];
    trickle t = {0};
    counting memory;
    const nyz_stream stream = trickle_stream(&t, TOTAL, 1);
    nyz_write_buffer buffer = begin(&stream, &memory);
    memset(patch, 0xee, sizeof patch);
    for (int64_t done = 0; done < total; done += 1000) {
        assert_ok(put(&buffer, nyz_min(1000, total - done), err));
    }
    const int64_t place = total - back;
    assert_ok(nyz_write_buffer_patch(&buffer, place, patch, size, err));
    assert_ok(put(&buffer, 10, err));
    assert_ok(nyz_write_buffer_flush(&buffer, err));
    assert_int_equal(t.buffer.size, total + 10);
    for (int64_t i = 0; i < total + 10; i++) {
        const int patched = i >= place && i < place + size;
        assert_int_equal(t.buffer.data[i], patched ? 0xee : byte_at(i));
    }
    nyz_write_buffer_free(&buffer);
    nyz_buffer_free(&t.buffer);
}

static void a_patch_reaches_bytes_that_are_kept_written_and_both(void **state)
{
    (void)state;
    patch_once(5000, 5000, 50);
    patch_once(5000, 50, 50);
    patch_once(66000, 66000, 50);
    patch_once(66000, 1000, 50);
    patch_once(66000, 1020, 40); /* 65,000 bytes are written, 1,000 kept */
    patch_once(66000, 2001, 64);
}

static void what_the_stream_or_the_allocator_refuses_is_told(void **state)
{
    trickle t = {0};
    counting memory;
    (void)state;
    const nyz_stream stream = trickle_stream(&t, TOTAL, 1);
    nyz_write_buffer buffer = begin(&stream, &memory);
    memory.fail_at = 1;
    assert_fails(NYZ_ERR_MEMORY, "65536", put(&buffer, 1, err));
    memory.fail_at = 0;
    assert_ok(put(&buffer, 1, err));
    t.calls = 0;
    t.fail_at = 1;
    assert_fails(NYZ_ERR_IO, "cannot write", nyz_write_buffer_flush(&buffer, err));
    t.fail_at = 0;
    t.calls = 0;
    for (int large = 0; large < 2; large++) { /* the buffer is full, and makes way */
        for (int i = 0; i < 4; i++) {
            assert_ok(put(&buffer, 16000, err));
        }
        t.calls = 0;
        t.fail_at = 1;
        assert_fails(NYZ_ERR_IO, "cannot write",
                     put(&buffer, large ? TOTAL : 16000, err));
        t.fail_at = 0;
    }
    assert_ok(put(&buffer, 10, err));
    t.calls = 0;
    t.fail_at = 1;
    assert_fails(NYZ_ERR_IO, "cannot write",
                 nyz_write_buffer_patch(&buffer, 0, "x", 1, err));
    t.fail_at = 0;
    t.calls = 0;
    assert_ok(put(&buffer, TOTAL, err));
    for (long call = 1; call <= 3; call++) { /* seek, write, seek */
        t.calls = 0;
        t.fail_at = call;
        assert_fails(NYZ_ERR_IO, call == 2 ? "cannot write" : "cannot seek",
                     nyz_write_buffer_patch(&buffer, 0, "x", 1, err));
    }
    nyz_write_buffer_free(&buffer);
    nyz_buffer_free(&t.buffer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_of_all_sizes_come_out_in_order),
        cmocka_unit_test(small_pieces_share_a_call_and_large_ones_are_not_copied),
        cmocka_unit_test(the_buffer_is_filled_to_its_end_and_no_further),
        cmocka_unit_test(a_patch_reaches_bytes_that_are_kept_written_and_both),
        cmocka_unit_test(what_the_stream_or_the_allocator_refuses_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
