/* SPDX-License-Identifier: MIT */
/* One archive read by many threads at once, and many written: law 7 of nyz.h.  Build it
 * with -Db_sanitize=thread to have each access watched. */

#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

#include "io/stream_mem.h"
#include "support/support.h"

enum { THREADS = 8, ROUNDS = 5, MEMBERS = 12, COUNT = 5000 };

/* Member i: COUNT numbers from i on; every second one deflated. */
static void fill(int32_t *numbers, int64_t member)
{
    for (int i = 0; i < COUNT; i++) {
        numbers[i] = (int32_t)(member * 1000 + i % 97);
    }
}

static nyz_status write_members(const nyz_stream *stream, nyz_error *err)
{
    static const int64_t shape[1] = {COUNT};
    const nyz_dtype dtype = nyz_dtype_of(NYZ_INT32);
    int32_t numbers[COUNT];
    nyz_npz_writer *writer = NULL;
    const nyz_status status = nyz_npz_create_stream(stream, NULL, &writer, err);
    if (status != NYZ_OK) {
        return status;
    }
    for (int64_t i = 0; i < MEMBERS; i++) {
        nyz_array array;
        nyz_options opt = {0};
        opt.method = i % 2 == 0 ? NYZ_STORED : NYZ_DEFLATED;
        fill(numbers, i);
        if (nyz_array_wrap(numbers, &dtype, 1, shape, NULL, &array, err) != NYZ_OK) {
            break;
        }
        (void)nyz_npz_add(writer, NULL, &array, &opt, NULL);
    }
    return nyz_npz_finish(&writer, err);
}

/* Returns what went wrong, or NULL: cmocka's assertions are for the main thread. */
static const char *check_member(const nyz_npz *npz, int64_t index)
{
    char name[32];
    int32_t expected[COUNT];
    nyz_array array;
    nyz_array header;
    nyz_member member;
    const char *wrong = NULL;
    (void)snprintf(name, sizeof name, "arr_%d", (int)index);
    fill(expected, index);
    if (nyz_npz_find(npz, name) != index || nyz_npz_count(npz) != MEMBERS ||
        nyz_npz_member_at(npz, index, &member, NULL) != NYZ_OK) {
        return "not listed";
    }
    if (nyz_npz_load_header_at(npz, index, NULL, &header, NULL) != NYZ_OK) {
        return "no header";
    }
    if (nyz_npz_load(npz, name, NULL, &array, NULL) != NYZ_OK) {
        wrong = "not loaded";
    } else if (memcmp(array.data, expected, sizeof expected) != 0) {
        wrong = "other numbers";
    }
    nyz_array_free(&array);
    nyz_array_free(&header);
    return wrong;
}

/* ------------------------------------------------------------------- one is read by all */

typedef struct job {
    const nyz_npz *npz;
    int64_t first; /* each thread begins with another member */
    const char *wrong;
} job;

static void *read_members(void *ctx)
{
    job *const j = ctx;
    for (int64_t i = 0; i < (int64_t)ROUNDS * MEMBERS && j->wrong == NULL; i++) {
        j->wrong = check_member(j->npz, (j->first + i) % MEMBERS);
    }
    return NULL;
}

static void *write_and_read(void *ctx)
{
    job *const j = ctx;
    nyz_buffer file = {0};
    nyz_npz *npz = NULL;
    const nyz_stream stream = nyz_stream_buffer(&file);
    if (write_members(&stream, NULL) != NYZ_OK ||
        nyz_npz_open_mem(file.data, file.size, NULL, &npz, NULL) != NYZ_OK) {
        j->wrong = "not written";
    }
    for (int64_t i = 0; i < MEMBERS && j->wrong == NULL; i++) {
        j->wrong = check_member(npz, i);
    }
    nyz_npz_close(&npz);
    nyz_buffer_free(&file);
    return NULL;
}

/* Reads from the one archive what it writes to its own. */
static nyz_status copy_members(const nyz_npz *npz, nyz_npz_writer *writer)
{
    for (int64_t i = 0; i < MEMBERS; i++) {
        nyz_array array;
        const nyz_status status = nyz_npz_load_at(npz, i, NULL, &array, NULL);
        if (status != NYZ_OK) {
            return status;
        }
        (void)nyz_npz_add(writer, NULL, &array, NULL, NULL); /* finish reports it */
        nyz_array_free(&array);
    }
    return NYZ_OK;
}

static void *copy_archive(void *ctx)
{
    job *const j = ctx;
    nyz_buffer file = {0};
    nyz_npz *copy = NULL;
    nyz_npz_writer *writer = NULL;
    const nyz_stream stream = nyz_stream_buffer(&file);
    if (nyz_npz_create_stream(&stream, NULL, &writer, NULL) != NYZ_OK ||
        copy_members(j->npz, writer) != NYZ_OK ||
        nyz_npz_finish(&writer, NULL) != NYZ_OK ||
        nyz_npz_open_mem(file.data, file.size, NULL, &copy, NULL) != NYZ_OK) {
        j->wrong = "not copied";
    }
    for (int64_t i = 0; i < MEMBERS && j->wrong == NULL; i++) {
        j->wrong = check_member(copy, i);
    }
    nyz_npz_discard(&writer);
    nyz_npz_close(&copy);
    nyz_buffer_free(&file);
    return NULL;
}

/* The members of objects that archive_with_objects has between the others. */
static const char *check_all(const nyz_arrays *all)
{
    int32_t expected[COUNT];
    nyz_array item;
    if (nyz_arrays_count(all) != 2 * MEMBERS) {
        return "another count";
    }
    for (int64_t i = 0; i < MEMBERS; i++) {
        fill(expected, i);
        if (nyz_arrays_error(all, 2 * i) != NULL ||
            nyz_arrays_get_at(all, 2 * i, &item, NULL) != NYZ_OK ||
            memcmp(item.data, expected, sizeof expected) != 0) {
            return "other numbers";
        }
        if (nyz_arrays_error(all, 2 * i + 1) == NULL ||
            nyz_arrays_get_at(all, 2 * i + 1, &item, NULL) != NYZ_OK ||
            item.dtype.type != NYZ_NONE) {
            return "not skipped";
        }
    }
    return NULL;
}

static void *load_all_but_objects(void *ctx)
{
    job *const j = ctx;
    for (int i = 0; i < ROUNDS && j->wrong == NULL; i++) {
        const nyz_options opt = {.flags = NYZ_SKIP_UNSUPPORTED, .threads = i % 4};
        nyz_arrays *all;
        j->wrong = nyz_npz_load_all(j->npz, &opt, &all, NULL) == NYZ_OK ? check_all(all)
                                                                        : "not loaded";
        nyz_arrays_free(&all);
    }
    return NULL;
}

static void in_threads(void *(*work)(void *), const nyz_npz *npz)
{
    pthread_t threads[THREADS];
    job jobs[THREADS];
    for (int i = 0; i < THREADS; i++) {
        jobs[i] = (job){npz, i, NULL};
        assert_int_equal(pthread_create(&threads[i], NULL, work, &jobs[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        if (jobs[i].wrong != NULL) {
            fail_msg("thread %d: %s", i, jobs[i].wrong);
        }
    }
}

static void an_archive_at_a_path_is_shared(void **state)
{
    (void)state;
    char path[] = "/tmp/nyz-threads-XXXXXX";
    nyz_npz *npz = NULL;
    const int fd = mkstemp(path);
    assert_true(fd >= 0);
    const nyz_stream stream = nyz_stream_fd(fd);
    assert_ok(write_members(&stream, err));
    assert_ok(nyz_npz_open(path, NULL, &npz, err));
    in_threads(read_members, npz);
    nyz_npz_close(&npz);
    assert_ok(nyz_npz_open_stream(&stream, NULL, &npz, err));
    in_threads(read_members, npz);
    nyz_npz_close(&npz);
    assert_int_equal(close(fd), 0);
    assert_int_equal(unlink(path), 0);
}

/* A stream of the caller's, which counts its calls as it may be called by all at once. */
typedef struct shared {
    nyz_stream_mem_reader memory;
    atomic_long calls;
} shared;

static int64_t shared_read_at(void *ctx, int64_t offset, void *bytes, size_t size)
{
    shared *const s = ctx;
    const nyz_stream inner = nyz_stream_mem(&s->memory);
    atomic_fetch_add(&s->calls, 1);
    return inner.read_at(inner.ctx, offset, bytes, size < 1000 ? size : 1000);
}

static void an_archive_in_memory_is_shared(void **state)
{
    (void)state;
    nyz_buffer file = {0};
    const nyz_stream sink = nyz_stream_buffer(&file);
    nyz_npz *npz = NULL;
    assert_ok(write_members(&sink, err));
    assert_ok(nyz_npz_open_mem(file.data, file.size, NULL, &npz, err));
    in_threads(read_members, npz);
    nyz_npz_close(&npz);

    shared s = {{file.data, file.size, 0}, 0};
    const nyz_stream stream = {.read_at = shared_read_at, .ctx = &s};
    assert_ok(nyz_npz_open_stream(&stream, NULL, &npz, err));
    in_threads(read_members, npz);
    nyz_npz_close(&npz);
    assert_true(atomic_load(&s.calls) > (long)THREADS * ROUNDS * MEMBERS);
    nyz_buffer_free(&file);
}

static void one_archive_is_copied_by_all(void **state)
{
    (void)state;
    nyz_buffer file = {0};
    const nyz_stream sink = nyz_stream_buffer(&file);
    nyz_npz *npz = NULL;
    assert_ok(write_members(&sink, err));
    assert_ok(nyz_npz_open_mem(file.data, file.size, NULL, &npz, err));
    in_threads(copy_archive, npz);
    nyz_npz_close(&npz);
    nyz_buffer_free(&file);
}

static void archives_are_written_at_once(void **state)
{
    (void)state;
    in_threads(write_and_read, NULL);
}

/* After each member of numbers one of objects. */
static nyz_buffer archive_with_objects(void)
{
    static const int64_t shape[1] = {COUNT};
    static const char objects[] =
        "\x93NUMPY\1\0\x38\0{'descr': '|O', 'fortran_order': False, "
        "'shape': (1,)} \n\x80\x04N.";
    const nyz_dtype dtype = nyz_dtype_of(NYZ_INT32);
    int32_t numbers[COUNT];
    nyz_buffer file = {0};
    nyz_npz_writer *writer = NULL;
    const nyz_stream stream = nyz_stream_buffer(&file);
    assert_ok(nyz_npz_create_stream(&stream, NULL, &writer, err));
    for (int64_t i = 0; i < MEMBERS; i++) {
        char name[32];
        nyz_array array;
        const nyz_options opt = {.method = i % 2 == 0 ? NYZ_STORED : NYZ_DEFLATED};
        fill(numbers, i);
        (void)snprintf(name, sizeof name, "objects_%d.npy", (int)i);
        assert_ok(nyz_array_wrap(numbers, &dtype, 1, shape, NULL, &array, err));
        assert_ok(nyz_npz_add(writer, NULL, &array, &opt, err));
        assert_ok(
            nyz_npz_add_bytes(writer, name, objects, sizeof objects - 1, &opt, err));
    }
    assert_ok(nyz_npz_finish(&writer, err));
    return file;
}

static void members_of_objects_are_skipped_by_all(void **state)
{
    (void)state;
    nyz_buffer file = archive_with_objects();
    nyz_npz *npz = NULL;
    assert_ok(nyz_npz_open_mem(file.data, file.size, NULL, &npz, err));
    in_threads(load_all_but_objects, npz);
    nyz_npz_close(&npz);
    nyz_buffer_free(&file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_archive_at_a_path_is_shared),
        cmocka_unit_test(an_archive_in_memory_is_shared),
        cmocka_unit_test(one_archive_is_copied_by_all),
        cmocka_unit_test(archives_are_written_at_once),
        cmocka_unit_test(members_of_objects_are_skipped_by_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
