/* SPDX-License-Identifier: MIT */
/* The streams over memory, over growing buffers and over C files. */

#include <errno.h>

#include "base/alloc.h"
#include "base/buffer.h"
#include "io/stream.h"
#include "io/stream_mem.h"
#include "support/support.h"

/* ----------------------------------------------------------------------------- memory */

static void bytes_in_memory_read_and_seek(void **state)
{
    (void)state;
    nyz_stream_mem_reader reader = {(const unsigned char *)"0123456789", 10, 0};
    const nyz_stream s = nyz_stream_mem(&reader);
    char got[16];
    assert_null(s.write);
    assert_int_equal(s.read(s.ctx, got, 4), 4);
    assert_memory_equal(got, "0123", 4);
    assert_int_equal(s.read_at(s.ctx, 8, got, 16), 2);
    assert_memory_equal(got, "89", 2);
    assert_int_equal(s.read(s.ctx, got, 16), 6);
    assert_memory_equal(got, "456789", 6);
    assert_int_equal(s.read(s.ctx, got, 16), 0);
    assert_int_equal(s.read_at(s.ctx, 10, got, 1), 0);
    assert_int_equal(s.read_at(s.ctx, INT64_MAX, got, 1), 0);
    assert_int_equal(s.read_at(s.ctx, -1, got, 1), -EINVAL);
    assert_int_equal(s.seek(s.ctx, -3, SEEK_END), 7);
    assert_int_equal(s.seek(s.ctx, -2, SEEK_CUR), 5);
    assert_int_equal(s.read(s.ctx, got, 1), 1);
    assert_int_equal(got[0], '5');
}

static void memory_cannot_be_left_at_the_front(void **state)
{
    (void)state;
    nyz_stream_mem_reader reader = {(const unsigned char *)"0123456789", 10, 6};
    nyz_buffer buffer = {.position = 6};
    const nyz_stream streams[2] = {nyz_stream_mem(&reader), nyz_stream_buffer(&buffer)};
    for (size_t i = 0; i < 2; i++) {
        const nyz_stream *const s = &streams[i];
        char got[4];
        assert_int_equal(s->seek(s->ctx, -7, SEEK_CUR), -EINVAL);
        assert_int_equal(s->seek(s->ctx, -1, SEEK_SET), -EINVAL);
        assert_int_equal(s->seek(s->ctx, INT64_MIN, SEEK_END), -EINVAL);
        assert_int_equal(s->seek(s->ctx, INT64_MAX, SEEK_CUR), -EINVAL);
        assert_int_equal(s->seek(s->ctx, 0, 77), -EINVAL);
        assert_int_equal(s->seek(s->ctx, 0, SEEK_CUR), 6);
        assert_int_equal(s->seek(s->ctx, 100, SEEK_SET), 100);
        assert_int_equal(s->read(s->ctx, got, 4), 0);
        assert_int_equal(s->read_at(s->ctx, -1, got, 4), -EINVAL);
        assert_int_equal(s->read_at(s->ctx, INT64_MAX, got, 4), 0);
    }
}

static void empty_memory_is_a_stream(void **state)
{
    (void)state;
    nyz_stream_mem_reader reader = {NULL, 0, 0};
    nyz_buffer buffer = {0};
    const nyz_stream streams[2] = {nyz_stream_mem(&reader), nyz_stream_buffer(&buffer)};
    for (size_t i = 0; i < 2; i++) {
        char got[4];
        assert_int_equal(streams[i].read(streams[i].ctx, got, 4), 0);
        assert_int_equal(nyz_stream_size(&streams[i]), 0);
    }
    nyz_buffer_free(&buffer);
}

/* An allocator that counts, and that refuses from a size on. */
typedef struct meter {
    size_t in_use;
    int blocks;
    int allocations;
    size_t refused; /* 0: nothing */
} meter;

static void *meter_alloc(void *ctx, size_t size, size_t align)
{
    meter *const m = ctx;
    if (m->refused != 0 && size >= m->refused) {
        return NULL;
    }
    m->in_use += size;
    m->blocks++;
    m->allocations++;
    return nyz_default_allocator.alloc(NULL, size, align);
}

static void meter_free(void *ctx, void *memory, size_t size)
{
    meter *const m = ctx;
    m->in_use -= size;
    m->blocks--;
    nyz_default_allocator.free(NULL, memory, size);
}

static void a_buffer_overwrites_and_grows(void **state)
{
    (void)state;
    nyz_buffer buffer = {0};
    const nyz_stream s = nyz_stream_buffer(&buffer);
    char got[16];
    assert_ok(nyz_stream_write(&s, "0123456789", 10, err));
    assert_int_equal(s.seek(s.ctx, 8, SEEK_SET), 8);
    assert_ok(nyz_stream_write(&s, "abcd", 4, err));
    assert_int_equal(buffer.size, 12);
    assert_int_equal(s.seek(s.ctx, 2, SEEK_SET), 2);
    assert_ok(nyz_stream_write(&s, "X", 1, err));
    assert_int_equal(buffer.size, 12);
    assert_int_equal(buffer.position, 3);
    assert_memory_equal(buffer.data, "01X34567abcd", 12);
    assert_int_equal(s.read(s.ctx, got, 16), 9);
    assert_memory_equal(got, "34567abcd", 9);
    assert_int_equal(s.read_at(s.ctx, 1, got, 2), 2);
    assert_memory_equal(got, "1X", 2);
    nyz_buffer_free(&buffer);
    assert_null(buffer.data);
    assert_int_equal(buffer.size + buffer.capacity + buffer.position, 0);
    nyz_buffer_free(&buffer);
}

/* The room after the end holds old bytes after a caller has cut the size. */
static void a_gap_in_a_buffer_is_zero(void **state)
{
    (void)state;
    nyz_buffer buffer = {0};
    const nyz_stream s = nyz_stream_buffer(&buffer);
    assert_ok(nyz_stream_write(&s, "0123456789", 10, err));
    buffer.size = 2;
    assert_int_equal(s.seek(s.ctx, 3, SEEK_END), 5);
    assert_int_equal(buffer.size, 2);
    assert_ok(nyz_stream_write(&s, "x", 1, err));
    assert_int_equal(buffer.size, 6);
    assert_memory_equal(buffer.data, "01\0\0\0x", 6);
    assert_int_equal(s.seek(s.ctx, 5000, SEEK_SET), 5000);
    assert_ok(nyz_stream_write(&s, "y", 1, err));
    assert_int_equal(buffer.size, 5001);
    for (size_t i = 6; i < 5000; i++) {
        assert_int_equal(buffer.data[i], 0);
    }
    nyz_buffer_free(&buffer);
}

static void many_small_writes_allocate_rarely(void **state)
{
    (void)state;
    meter m = {0};
    const nyz_allocator allocator = {.alloc = meter_alloc, .free = meter_free, .ctx = &m};
    nyz_buffer buffer = {.allocator = &allocator};
    const nyz_stream s = nyz_stream_buffer(&buffer);
    for (int i = 0; i < 100000; i++) {
        const unsigned char byte = (unsigned char)(i % 251);
        assert_int_equal(s.write(s.ctx, &byte, 1), 1);
    }
    assert_true(m.allocations < 20);
    assert_int_equal(m.blocks, 1);
    assert_int_equal(m.in_use, buffer.capacity);
    for (int i = 0; i < 100000; i++) {
        assert_int_equal(buffer.data[i], i % 251);
    }
    nyz_buffer_free(&buffer);
    assert_int_equal(m.blocks, 0);
    assert_int_equal(m.in_use, 0);
}

static void reserve_allocates_exactly_and_keeps_the_bytes(void **state)
{
    (void)state;
    meter m = {0};
    const nyz_allocator allocator = {.alloc = meter_alloc, .free = meter_free, .ctx = &m};
    nyz_buffer buffer = {.allocator = &allocator};
    const nyz_stream s = nyz_stream_buffer(&buffer);
    assert_ok(nyz_buffer_reserve(&buffer, 0, err));
    assert_int_equal(m.allocations, 0);
    assert_ok(nyz_buffer_reserve(&buffer, 1000, err));
    assert_int_equal(buffer.capacity, 1000);
    assert_int_equal(buffer.size, 0);
    assert_ok(nyz_stream_write(&s, "0123456789", 10, err));
    assert_ok(nyz_buffer_reserve(&buffer, 999, err));
    assert_int_equal(m.allocations, 1);
    assert_ok(nyz_buffer_reserve(&buffer, 1001, err));
    assert_int_equal(m.in_use, 1001);
    assert_memory_equal(buffer.data, "0123456789", 10);
    m.refused = 1;
    assert_fails(NYZ_ERR_MEMORY, "out of memory", nyz_buffer_reserve(&buffer, 2000, err));
    assert_fails(NYZ_ERR_MEMORY, "out of memory",
                 nyz_buffer_reserve(&buffer, SIZE_MAX, err));
    assert_int_equal(buffer.capacity, 1001);
    assert_memory_equal(buffer.data, "0123456789", 10);
    nyz_buffer_free(&buffer);
    assert_int_equal(m.blocks, 0);
}

static void a_buffer_without_memory_stays_as_it_was(void **state)
{
    (void)state;
    meter m = {.refused = 1000};
    const nyz_allocator allocator = {.alloc = meter_alloc, .free = meter_free, .ctx = &m};
    nyz_buffer buffer = {.allocator = &allocator};
    const nyz_stream s = nyz_stream_buffer(&buffer);
    const char zeros[600] = {0};
    assert_ok(nyz_stream_write(&s, "0123456789", 10, err));
    assert_ok(
        nyz_stream_write(&s, zeros, 600, err)); /* not twice as much, but what it needs */
    assert_int_equal(buffer.capacity, 610);
    assert_fails(NYZ_ERR_MEMORY, "cannot write", nyz_stream_write(&s, zeros, 600, err));
    assert_int_equal(buffer.size, 610);
    assert_int_equal(buffer.position, 610);
    assert_memory_equal(buffer.data, "0123456789", 10);
    const int64_t far = (SIZE_MAX == UINT32_MAX ? UINT32_MAX : INT64_MAX) - 10;
    assert_int_equal(s.seek(s.ctx, far, SEEK_SET), far);
    assert_int_equal(s.write(s.ctx, "x", 1), -ENOMEM);
    assert_int_equal(s.write(s.ctx, zeros, 100), -ENOMEM);
    buffer.position = SIZE_MAX;
    assert_int_equal(s.write(s.ctx, "x", 1), -ENOMEM);
    nyz_buffer_free(&buffer);
    assert_int_equal(m.blocks, 0);
}

/* ---------------------------------------------------------------------------- C files */

static void a_file_reads_writes_and_seeks(void **state)
{
    (void)state;
    FILE *const file = tmpfile();
    assert_non_null(file);
    const nyz_stream s = nyz_stream_file(file);
    char got[16];
    assert_null(s.read_at);
    assert_ok(nyz_stream_write(&s, "0123456789", 10, err));
    assert_int_equal(nyz_stream_tell(&s), 10);
    assert_int_equal(s.seek(s.ctx, 4, SEEK_SET), 4);
    assert_int_equal(nyz_stream_size(&s), 10);
    assert_int_equal(s.read(s.ctx, got, 3), 3);
    assert_memory_equal(got, "456", 3);
    assert_int_equal(s.read(s.ctx, got, 16), 3);
    assert_int_equal(s.read(s.ctx, got, 16), 0);
    assert_true(s.seek(s.ctx, -1, SEEK_SET) < 0);
    assert_ok(nyz_stream_read_at(&s, 2, got, 2, "data", err));
    assert_memory_equal(got, "23", 2);
    assert_int_equal(fclose(file), 0);
}

static void a_file_seeks_beyond_four_gibibytes(void **state)
{
    (void)state;
    const int64_t far = ((int64_t)5 << 30) + 3;
    FILE *const file = tmpfile();
    assert_non_null(file);
    const nyz_stream s = nyz_stream_file(file);
    char got = 0;
    assert_int_equal(s.seek(s.ctx, far, SEEK_SET), far);
    assert_ok(nyz_stream_write(&s, "x", 1, err));
    assert_int_equal(nyz_stream_size(&s), far + 1);
    assert_ok(nyz_stream_read_at(&s, far, &got, 1, "data", err));
    assert_int_equal(got, 'x');
    assert_int_equal(fclose(file), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_in_memory_read_and_seek),
        cmocka_unit_test(memory_cannot_be_left_at_the_front),
        cmocka_unit_test(empty_memory_is_a_stream),
        cmocka_unit_test(a_buffer_overwrites_and_grows),
        cmocka_unit_test(a_gap_in_a_buffer_is_zero),
        cmocka_unit_test(many_small_writes_allocate_rarely),
        cmocka_unit_test(reserve_allocates_exactly_and_keeps_the_bytes),
        cmocka_unit_test(a_buffer_without_memory_stays_as_it_was),
        cmocka_unit_test(a_file_reads_writes_and_seeks),
        cmocka_unit_test(a_file_seeks_beyond_four_gibibytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
