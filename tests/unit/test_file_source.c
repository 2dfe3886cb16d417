/* SPDX-License-Identifier: MIT */
/* Where the bytes of a handle (nyz_file.h) come from: memory, paths and any stream, how often they
 * are read, and files of no known format. */
#include "support/faults.h"

#include "support/files_made.h"

static void a_file_of_no_known_format_is_named(void **state)
{
    static const struct {
        const char *bytes;
        size_t size;
        const char *words;
    } files[] = {
        {"", 0, "the file is empty"},
        {"x", 1, "not a file of a known format (npy, npz): it begins with 'x'"},
        {"hello, world", 12, "it begins with 'hello, w'"},
        {"\x89HDF\r\n\x1a\n", 8, "(npy, npz): an HDF5 file; h5py reads it"},
        {"\x93NUMPX\1\0", 8, "it begins with"},
        {"PK\3\4 and no more", 16, "no directory"},
    };
    nyz_file *file = NULL;
    (void)state;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        assert_fails(NYZ_ERR_CORRUPT, files[i].words,
                     nyz_file_open_mem(files[i].bytes, files[i].size, NULL, &file, err));
        assert_null(file);
    }
}

/* --------------------------------------------------------------------------------- streams */

typedef enum able { READS = 1, SEEKS = 2, READS_AT = 4 } able;

/* Loads what there is over a stream that can do so much. */
static void use_stream(const nyz_buffer *from, int can, int64_t count)
{
    nyz_buffer copy = *from;
    nyz_stream stream = nyz_stream_buffer(&copy);
    const nyz_options threads = {.threads = 2};
    nyz_file *file = NULL;
    nyz_array got;
    copy.position = 0;
    stream.read = (can & READS) != 0 ? stream.read : NULL;
    stream.seek = (can & SEEKS) != 0 ? stream.seek : NULL;
    stream.read_at = (can & READS_AT) != 0 ? stream.read_at : NULL;
    assert_ok(nyz_file_open_stream(&stream, NULL, &file, err));
    assert_int_equal(nyz_file_count(file), count);
    assert_ok(nyz_file_load_at(file, 0, &threads, &got, err));
    assert_numbers(&got, 4);
    assert_ok(nyz_file_load_at(file, count - 1, NULL, &got, err));
    assert_numbers(&got, 2);
    nyz_file_close(&file);
}

static void any_stream_will_do(void **state)
{
    static const int abilities[] = {READS, READS | SEEKS, READS_AT, READS_AT | SEEKS,
                                    READS | SEEKS | READS_AT};
    nyz_buffer b = make_archive();
    nyz_buffer npy = {0};
    (void)state;
    put_array(&npy, 4);
    put_array(&npy, 2);
    for (size_t i = 0; i < sizeof abilities / sizeof *abilities; i++) {
        use_stream(&b, abilities[i], 6);
        use_stream(&npy, abilities[i], 2);
    }
    nyz_buffer_free(&npy);
    nyz_buffer_free(&b);
}

static void a_stream_that_cannot_read_is_refused(void **state)
{
    const nyz_stream none = {0};
    nyz_buffer b = {0};
    nyz_file *file = NULL;
    nyz_stream stream = nyz_stream_buffer(&b);
    (void)state;
    stream.read = NULL;
    stream.read_at = NULL;
    assert_fails(NYZ_ERR_ARGUMENT, "neither read_at nor read",
                 nyz_file_open_stream(&none, NULL, &file, err));
    assert_fails(NYZ_ERR_ARGUMENT, "neither read_at nor read",
                 nyz_file_open_stream(&stream, NULL, &file, err));
}

/* Without the attributes by which a compiler warns of NULL, and a sanitizer ends the program. */
typedef nyz_status path_opener(const char *path, const nyz_options *opt, nyz_file **out,
                               nyz_error *err);
typedef nyz_status stream_opener(const nyz_stream *stream, const nyz_options *opt,
                                 nyz_file **out, nyz_error *err);
static path_opener *volatile open_path = nyz_file_open;
static stream_opener *volatile open_stream = nyz_file_open_stream;

static void null_is_refused_by_its_name(void **state)
{
    nyz_file *file = (nyz_file *)state;
    assert_fails(NYZ_ERR_ARGUMENT, "the path is NULL", open_path(NULL, NULL, &file, err));
    assert_null(file);
    file = (nyz_file *)state;
    assert_fails(NYZ_ERR_ARGUMENT, "the stream is NULL",
                 open_stream(NULL, NULL, &file, err));
    assert_null(file);
    file = (nyz_file *)state;
    assert_fails(NYZ_ERR_ARGUMENT, "the bytes are NULL",
                 nyz_file_open_mem(NULL, 1, NULL, &file, err));
    assert_null(file);
    assert_fails(NYZ_ERR_CORRUPT, "the file is empty",
                 nyz_file_open_mem(NULL, 0, NULL, &file, err));
}

/* A stream that never ends: so does not the memory that it may take. */
static int64_t read_zeros(void *ctx, void *buffer, size_t size)
{
    (void)ctx;
    memset(buffer, 0, size);
    return (int64_t)size;
}

static int64_t read_zeros_at(void *ctx, int64_t offset, void *buffer, size_t size)
{
    (void)offset;
    return read_zeros(ctx, buffer, size);
}

static void reserved_words_of_a_stream_are_refused(void **state)
{
    nyz_stream stream = {.read = read_zeros, .read_at = read_zeros_at};
    nyz_file *file = NULL;
    (void)state;
    stream.reserved[1] = &stream;
    assert_fails(NYZ_ERR_ARGUMENT, "reserved",
                 nyz_file_open_stream(&stream, NULL, &file, err));
    assert_null(file);
}

static void what_is_read_to_memory_is_limited(void **state)
{
    const nyz_stream endless = {.read = read_zeros};
    const nyz_stream everywhere = {.read_at = read_zeros_at};
    const nyz_limits limits = {.archive_bytes = 1000000};
    counting memory;
    nyz_options opt = {.limits = &limits};
    nyz_file *file = NULL;
    (void)state;
    counting_init(&memory);
    opt.allocator = &memory.allocator;
    assert_fails(NYZ_ERR_LIMIT, "more than 1000000 bytes, limits.archive_bytes",
                 nyz_file_open_stream(&endless, &opt, &file, err));
    assert_true(memory.largest <= 1000001);
    assert_int_equal(memory.live, 0);
    assert_fails(NYZ_ERR_IO, "read_at has no end",
                 nyz_file_open_stream(&everywhere, &opt, &file, err));
    assert_int_equal(memory.live, 0);
}

static void a_stream_that_fails_is_an_error_wherever_it_does(void **state)
{
    nyz_buffer b = make_archive();
    (void)state;
    for (int done = 0, fail_at = 1; !done; fail_at++) {
        trickle t = {.buffer = b, .most = 1000, .fail_at = fail_at};
        const nyz_stream stream = {.read = trickle_read, .ctx = &t};
        nyz_file *file = NULL;
        nyz_error err;
        t.buffer.position = 0;
        const nyz_status status = nyz_file_open_stream(&stream, NULL, &file, &err);
        assert_true(status == NYZ_OK || (status == NYZ_ERR_IO && err.sys == EIO));
        nyz_file_close(&file);
        done = status == NYZ_OK;
    }
    nyz_buffer_free(&b);
}

/* ---- how often it is read */

typedef struct counted {
    nyz_buffer buffer;
    long reads;
} counted;

static int64_t read_counted(void *ctx, int64_t offset, void *buffer, size_t size)
{
    counted *const c = ctx;
    const nyz_stream inner = nyz_stream_buffer(&c->buffer);
    c->reads++;
    return inner.read_at(inner.ctx, offset, buffer, size);
}

static int64_t seek_counted(void *ctx, int64_t offset, int whence)
{
    counted *const c = ctx;
    const nyz_stream inner = nyz_stream_buffer(&c->buffer);
    return inner.seek(inner.ctx, offset, whence);
}

/* Reads of opening it, and of loading each member. */
static long count_reads(const nyz_buffer *from, int as_npz, long *opening)
{
    counted c = {.buffer = *from};
    const nyz_stream stream = {.read_at = read_counted, .seek = seek_counted, .ctx = &c};
    nyz_file *file = NULL;
    nyz_npz *npz = NULL;
    assert_ok(as_npz ? nyz_npz_open_stream(&stream, NULL, &npz, err)
                     : nyz_file_open_stream(&stream, NULL, &file, err));
    *opening = c.reads;
    for (int64_t i = 0; i < 3; i++) {
        nyz_array got;
        assert_ok(as_npz ? nyz_npz_load_at(npz, i, NULL, &got, err)
                         : nyz_file_load_at(file, i, NULL, &got, err));
        nyz_array_free(&got);
    }
    nyz_npz_close(&npz);
    nyz_file_close(&file);
    return c.reads - *opening;
}

static void an_archive_opens_with_one_read_more_and_loads_with_none(void **state)
{
    static float data[10000];
    const nyz_array large = numbers(data, 10000);
    const nyz_array small = numbers(data, 10);
    (void)state;
    for (int i = 0; i < 2; i++) {
        const nyz_array three[] = {small, i == 0 ? small : large, small};
        nyz_buffer b = {0};
        const nyz_stream to = nyz_stream_buffer(&b);
        nyz_npz_writer *writer = NULL;
        long as_npz, as_file;
        assert_ok(nyz_npz_create_stream(&to, NULL, &writer, err));
        assert_ok(nyz_npz_add_all(writer, NULL, three, 3, NULL, err));
        assert_ok(nyz_npz_finish(&writer, err));
        assert_int_equal(count_reads(&b, 0, &as_file), count_reads(&b, 1, &as_npz));
        assert_int_equal(as_npz, 1);
        assert_int_equal(as_file, i == 0 ? 1 : 2);
        nyz_buffer_free(&b);
    }
}

/* --------------------------------------------------------------------------------- fixtures */

/* From a path: no more is said than what is right for memory. */
static void a_path_opens_as_memory_does(void **state)
{
    char path[4096];
    nyz_file *file = NULL;
    nyz_array got;
    (void)state;
    (void)snprintf(path, sizeof path, "%s/digits_mlp.npz", fixtures_dir());
    assert_ok(nyz_file_open(path, NULL, &file, err));
    assert_string_equal(nyz_file_format(file), "npz");
    assert_true(nyz_file_count(file) > 0);
    for (int64_t i = 0; i < nyz_file_count(file); i++) {
        assert_ok(nyz_file_load_at(file, i, NULL, &got, err));
        nyz_array_free(&got);
    }
    nyz_file_close(&file);
    (void)snprintf(path, sizeof path, "%s/digits_logits.npy", fixtures_dir());
    assert_ok(nyz_file_open(path, NULL, &file, err));
    assert_string_equal(nyz_file_format(file), "npy");
    assert_ok(nyz_file_load_at(file, 0, NULL, &got, err));
    nyz_array_free(&got);
    nyz_file_close(&file);
    assert_fails(NYZ_ERR_NOT_FOUND, "cannot open",
                 nyz_file_open("no/such/file", NULL, &file, err));
    assert_null(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_of_no_known_format_is_named),
        cmocka_unit_test(any_stream_will_do),
        cmocka_unit_test(a_stream_that_cannot_read_is_refused),
        cmocka_unit_test(null_is_refused_by_its_name),
        cmocka_unit_test(reserved_words_of_a_stream_are_refused),
        cmocka_unit_test(what_is_read_to_memory_is_limited),
        cmocka_unit_test(a_stream_that_fails_is_an_error_wherever_it_does),
        cmocka_unit_test(an_archive_opens_with_one_read_more_and_loads_with_none),
        cmocka_unit_test(a_path_opens_as_memory_does),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
