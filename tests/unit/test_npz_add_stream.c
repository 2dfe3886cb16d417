/* SPDX-License-Identifier: MIT */
/* Members of any bytes, from a stream: src/npz/npz_add_bytes.c. */
#include "nyz_npz_stream.h"

#include "support/faults.h"

static const nyz_options methods[] = {
    {.method = NYZ_STORED},
    {.method = NYZ_STORED, .align = 64},
    {.method = NYZ_DEFLATED, .level = 1},
    {.level = NYZ_LEVEL_FAST, .threads = 2},
    {.method = NYZ_DEFLATED, .level = 1, .flags = NYZ_BLOCKS},
};
enum { METHODS = sizeof methods / sizeof *methods };

/* A .npy file of `count` numbers. */
static nyz_buffer npy_of(int64_t count)
{
    const nyz_dtype dtype = nyz_dtype_of(NYZ_INT64);
    nyz_array array;
    nyz_buffer npy;
    assert_ok(nyz_array_new(&dtype, 1, &count, NULL, &array, err));
    for (int64_t i = 0; i < count; i++) {
        ((int64_t *)array.data)[i] = i % 1000;
    }
    assert_ok(nyz_save_mem(&array, NULL, &npy, err));
    nyz_array_free(&array);
    return npy;
}

/* Sizes on both sides of those that are read at once, from memory or a stream. */
static nyz_buffer archive_of(const nyz_options *opt, const nyz_buffer *npy,
                             int from_stream)
{
    static const size_t sizes[] = {
        0, 1, 11, 12, 13, 200, 256 * 1024 + 11, 256 * 1024 + 13};
    nyz_buffer buffer = {0};
    const nyz_stream to = nyz_stream_buffer(&buffer);
    nyz_npz_writer *writer;
    assert_ok(nyz_npz_create_stream(&to, opt, &writer, err));
    for (size_t i = 0; i <= sizeof sizes / sizeof *sizes; i++) {
        const size_t size = i < sizeof sizes / sizeof *sizes ? sizes[i] : npy->size;
        char name[20];
        (void)snprintf(name, sizeof name, "%d.npy", (int)i);
        if (from_stream) {
            nyz_buffer from = {
                .data = npy->data, .size = npy->size, .capacity = npy->size};
            nyz_stream stream = nyz_stream_buffer(&from);
            stream.seek = NULL;
            assert_ok(
                nyz_npz_add_stream(writer, name, &stream, (int64_t)size, NULL, err));
            assert_int_equal(from.position, size);
        } else {
            assert_ok(nyz_npz_add_bytes(writer, name, npy->data, size, NULL, err));
        }
    }
    assert_ok(nyz_npz_finish(&writer, err));
    return buffer;
}

static void what_comes_from_a_stream_is_written_as_from_memory(void **state)
{
    (void)state;
    nyz_buffer npy = npy_of(100000);
    for (int i = 0; i < METHODS; i++) {
        nyz_buffer whole = archive_of(&methods[i], &npy, 0);
        nyz_buffer pieces = archive_of(&methods[i], &npy, 1);
        assert_int_equal(whole.size, pieces.size);
        assert_memory_equal(whole.data, pieces.data, whole.size);
        nyz_buffer_free(&whole);
        nyz_buffer_free(&pieces);
    }
    nyz_buffer_free(&npy);
}

static nyz_npz_writer *writer_to(nyz_buffer *buffer)
{
    const nyz_stream to = nyz_stream_buffer(buffer);
    nyz_npz_writer *writer;
    assert_ok(nyz_npz_create_stream(&to, NULL, &writer, err));
    return writer;
}

/* Streams of 5 bytes and of 300, of which more are wanted. */
static void a_stream_that_ends_before_is_a_failure_of_the_archive(void **state)
{
    (void)state;
    static unsigned char bytes[300];
    for (size_t size = 5; size <= sizeof bytes; size += sizeof bytes - 5) {
        nyz_buffer buffer = {0};
        nyz_buffer from = {.data = bytes, .size = size, .capacity = size};
        const nyz_stream stream = nyz_stream_buffer(&from);
        nyz_npz_writer *writer = writer_to(&buffer);
        assert_fails(NYZ_ERR_CORRUPT, "member 'a': the stream",
                     nyz_npz_add_stream(writer, "a", &stream, 301, NULL, err));
        assert_fails(NYZ_ERR_CORRUPT, "member 'a': the stream",
                     nyz_npz_add_bytes(writer, "b", "1", 1, NULL, err));
        assert_fails(NYZ_ERR_CORRUPT, "member 'a': the stream",
                     nyz_npz_finish(&writer, err));
        nyz_buffer_free(&buffer);
    }
}

static void
a_size_below_0_a_stream_that_cannot_read_and_bad_names_are_refused(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++) {
        nyz_buffer buffer = {0};
        nyz_buffer from = {.data = (unsigned char *)"1", .size = 1, .capacity = 1};
        nyz_stream stream = nyz_stream_buffer(&from);
        nyz_npz_writer *writer = writer_to(&buffer);
        stream.read = i == 1 ? NULL : stream.read;
        stream.reserved[0] = i == 3 ? &stream : NULL;
        static const char *const says[] = {"-1 bytes", "cannot read", "../a", "reserved"};
        assert_fails(NYZ_ERR_ARGUMENT, says[i],
                     nyz_npz_add_stream(writer, i == 2 ? "../a" : "a", &stream,
                                        i == 0 ? -1 : 1, NULL, err));
        nyz_npz_discard(&writer);
        nyz_buffer_free(&buffer);
    }
}

static void a_member_from_a_stream_takes_the_same_memory_whatever_its_size(void **state)
{
    (void)state;
    nyz_buffer npy = npy_of(1000000);
    nyz_buffer buffer = {0};
    nyz_buffer from = {.data = npy.data, .size = npy.size, .capacity = npy.size};
    const nyz_stream stream = nyz_stream_buffer(&from);
    const nyz_stream to = nyz_stream_buffer(&buffer);
    nyz_npz_writer *writer;
    counting memory;
    counting_init(&memory);
    const nyz_options opt = {.allocator = &memory.allocator};
    assert_ok(nyz_npz_create_stream(&to, &opt, &writer, err));
    assert_ok(nyz_npz_add_stream(writer, "a", &stream, (int64_t)npy.size, NULL, err));
    assert_true(memory.peak <= 400 * 1024);
    assert_ok(nyz_npz_finish(&writer, err));
    assert_int_equal(memory.live, 0);
    nyz_buffer_free(&buffer);
    nyz_buffer_free(&npy);
}

/* From the start to the end; the second member is cancelled. */
static int count_calls(void *ctx, int64_t done, int64_t total)
{
    int64_t *const last = ctx;
    assert_true(done >= last[0] && done <= total && total == last[1]);
    last[0] = done;
    return last[2] > 0 && done > last[2];
}

static void progress_is_reported_and_can_cancel(void **state)
{
    (void)state;
    nyz_buffer npy = npy_of(200000);
    for (int cancelled = 0; cancelled < 2; cancelled++) {
        nyz_buffer buffer = {0};
        nyz_buffer from = {.data = npy.data, .size = npy.size, .capacity = npy.size};
        const nyz_stream stream = nyz_stream_buffer(&from);
        int64_t last[3] = {0, (int64_t)npy.size, cancelled ? 1000 : 0};
        const nyz_options opt = {.progress = count_calls, .progress_ctx = last};
        nyz_npz_writer *writer = writer_to(&buffer);
        const nyz_status status =
            nyz_npz_add_stream(writer, "a", &stream, (int64_t)npy.size, &opt, NULL);
        assert_int_equal(status, cancelled ? NYZ_ERR_CANCELLED : NYZ_OK);
        assert_true(cancelled || last[0] == last[1]);
        nyz_npz_discard(&writer);
        nyz_buffer_free(&buffer);
    }
    nyz_buffer_free(&npy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_comes_from_a_stream_is_written_as_from_memory),
        cmocka_unit_test(a_stream_that_ends_before_is_a_failure_of_the_archive),
        cmocka_unit_test(
            a_size_below_0_a_stream_that_cannot_read_and_bad_names_are_refused),
        cmocka_unit_test(a_member_from_a_stream_takes_the_same_memory_whatever_its_size),
        cmocka_unit_test(progress_is_reported_and_can_cancel),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
