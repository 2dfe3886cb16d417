/* SPDX-License-Identifier: MIT */
/* The ways to read a member beside each other: as a stream, which is the reference, and all
 * that the calls choose in its place.  The same bytes, and the same error: its status, its
 * offset and its words. */
#ifndef NYZ_TESTS_READ_PATHS_H
#define NYZ_TESTS_READ_PATHS_H

#include "io/stream.h"
#include "npz/npz.h"
#include "support/faults.h"
#include "zip/zip_extract.h"
#include "zip/zip_member.h"

static inline int same_array(const nyz_array *a, const nyz_array *b)
{
    const int64_t bytes = nyz_array_count(a) * a->dtype.itemsize;
    return a->dtype.type == b->dtype.type && a->dtype.itemsize == b->dtype.itemsize &&
           a->dtype.byteorder == b->dtype.byteorder && a->ndim == b->ndim &&
           memcmp(a->shape, b->shape, sizeof a->shape) == 0 &&
           memcmp(a->strides, b->strides, sizeof a->strides) == 0 &&
           (bytes == 0 || memcmp(a->data, b->data, (size_t)bytes) == 0);
}

static inline void assert_same_error(nyz_status status, const nyz_error *error,
                                     nyz_status expected, const nyz_error *stream)
{
    if (status != NYZ_OK && expected != NYZ_OK) {
        assert_string_equal(error->message, stream->message);
        assert_int_equal(error->status, stream->status);
        assert_int_equal(error->offset, stream->offset);
        assert_int_equal(error->sys, stream->sys);
    }
    assert_int_equal(status, expected);
}

/* One member as a stream, as its call would report a failure. */
static inline nyz_status read_as_stream(const nyz_npz *npz, int64_t index,
                                        nyz_npz_reader *reader, nyz_array *array,
                                        nyz_error *error)
{
    const nyz_status status =
        nyz_npz_read_stream(npz, index, &npz->config, reader, 1, array, error);
    return nyz_npz_name_member(npz, index, status, error);
}

/* The bytes of a member from its stream, in pieces of a few.  *got: how many. */
static inline nyz_status stream_bytes(const nyz_npz *npz, int64_t index,
                                      unsigned char *to, int64_t *got, nyz_error *error)
{
    nyz_zip_member member;
    int64_t n = 1;
    *got = 0;
    nyz_status status =
        nyz_zip_member_open(&npz->stream, &npz->dir, index, &member, error);
    if (status != NYZ_OK) {
        return status;
    }
    nyz_source source = nyz_zip_member_source(&member);
    const int64_t piece = source.left < 5000 ? 1 : 65536;
    while (status == NYZ_OK && source.left > 0 && n > 0) {
        n = piece < source.left ? piece : source.left;
        status = nyz_source_read(&source, to + *got, n, "member", error);
        *got = source.offset;
    }
    status = status != NYZ_OK ? nyz_zip_member_error(&member, status, error)
                              : nyz_zip_member_finish(&member, error);
    nyz_zip_member_close(&member);
    return status;
}

/* The two primitives, and nyz_npz_bytes_at over them. */
static inline void compare_bytes(const nyz_npz *npz, int64_t index, int threads)
{
    const int64_t size = npz->dir.entries[index].size;
    unsigned char *const streamed = malloc((size_t)size + 1);
    unsigned char *const extracted = malloc((size_t)size + 1);
    nyz_error stream_error = {0};
    nyz_error error = {0};
    const nyz_options opt = {.threads = threads};
    nyz_array bytes;
    int64_t there = 0;
    int64_t got = 0;
    assert_non_null(streamed);
    assert_non_null(extracted);
    const nyz_status expected = stream_bytes(npz, index, streamed, &there, &stream_error);
    const nyz_status status =
        nyz_zip_extract(&npz->stream, &npz->dir, index, threads, &npz->config.allocator,
                        extracted, &got, &error);
    assert_same_error(status, &error, expected, &stream_error);
    assert_int_equal(got, there);
    assert_memory_equal(extracted, streamed, (size_t)there);
    (void)nyz_npz_name_member(npz, index, expected, &stream_error);
    assert_same_error(nyz_npz_bytes_at(npz, index, &opt, &bytes, &error), &error,
                      expected, &stream_error);
    if (expected == NYZ_OK) {
        assert_int_equal(nyz_array_count(&bytes), size);
        assert_memory_equal(size > 0 ? bytes.data : extracted, streamed, (size_t)size);
    }
    nyz_array_free(&bytes);
    free(extracted);
    free(streamed);
}

static inline void compare_into(const nyz_npz *npz, int64_t index, int threads,
                                const nyz_array *like, nyz_status expected,
                                const nyz_error *stream_error)
{
    const int64_t size = nyz_array_count(like) * like->dtype.itemsize;
    unsigned char *const memory = malloc((size_t)size + 1);
    const nyz_options opt = {.threads = threads};
    nyz_array into = *like;
    nyz_error error;
    assert_non_null(memory);
    into.owner = NULL;
    into.data = memory;
    into.flags = 0;
    assert_same_error(nyz_npz_load_into_at(npz, index, &opt, &into, &error), &error,
                      expected, stream_error);
    if (expected == NYZ_OK) {
        assert_memory_equal(memory, size > 0 ? like->data : memory, (size_t)size);
    }
    free(memory);
}

/* The calls for one array, in the file's order and in C order. */
static inline void compare_arrays(const nyz_npz *npz, int64_t index, int threads,
                                  const nyz_array *plain, nyz_status expected,
                                  const nyz_error *stream_error)
{
    for (int order = 0; order < 2; order++) {
        nyz_array one;
        nyz_error error;
        const nyz_options opt = {.threads = threads,
                                 .order = order ? NYZ_C_ORDER : NYZ_KEEP_ORDER};
        assert_same_error(nyz_npz_load_at(npz, index, &opt, &one, &error), &error,
                          expected, stream_error);
        if (expected == NYZ_OK) {
            assert_true(same_array(&one, plain) || order);
            assert_int_equal((uintptr_t)one.data % 64, 0);
        }
        nyz_array_free(&one);
    }
    if (expected == NYZ_OK) {
        compare_into(npz, index, threads, plain, expected, stream_error);
    } else {
        nyz_array like;
        if (nyz_npz_load_header_at(npz, index, NULL, &like, NULL) == NYZ_OK &&
            like.dtype.type != NYZ_OBJECT && like.dtype.type != NYZ_STRUCT &&
            nyz_array_count(&like) * like.dtype.itemsize < 1 << 26) {
            compare_into(npz, index, threads, &like, expected, stream_error);
        }
        nyz_array_free(&like);
    }
}

/* All members as streams, and each as its calls read it; the first failure but that of a
 * member without an array. */
static inline nyz_status compare_members(const nyz_npz *npz, int threads,
                                         nyz_array *plain, nyz_error *first)
{
    nyz_status failed = NYZ_OK;
    for (int64_t i = 0; i < nyz_npz_count(npz); i++) {
        nyz_error error;
        memset(&plain[i], 0, sizeof plain[i]);
        const nyz_status status =
            read_as_stream(npz, i, nyz_npz_read_array, &plain[i], &error);
        compare_bytes(npz, i, threads);
        compare_arrays(npz, i, threads, &plain[i], status, &error);
        if (status != NYZ_OK) {
            nyz_array_free(&plain[i]);
        }
        if (status != NYZ_OK && status != NYZ_ERR_NOT_FOUND && failed == NYZ_OK) {
            failed = status;
            *first = error;
        }
    }
    return failed;
}

static inline void compare_read_paths(const nyz_npz *npz, int threads)
{
    const int64_t count = nyz_npz_count(npz);
    nyz_array *const plain = calloc((size_t)count + 1, sizeof *plain);
    nyz_error plain_error = {.status = NYZ_OK};
    nyz_error all_error = {.status = NYZ_OK};
    nyz_arrays *all = NULL;
    counting c;
    nyz_options opt = {0};
    assert_non_null(plain);
    counting_init(&c);
    opt.threads = threads;
    if (threads == 1) { /* it does not lock */
        opt.allocator = &c.allocator;
    }
    const nyz_status expected = compare_members(npz, threads, plain, &plain_error);
    const nyz_status status = nyz_npz_load_all(npz, &opt, &all, &all_error);
    assert_same_error(status, &all_error, expected, &plain_error);
    assert_int_equal(nyz_arrays_count(all), status == NYZ_OK ? count : 0);
    for (int64_t i = 0; i < nyz_arrays_count(all); i++) {
        const nyz_array item = item_of(all, i);
        assert_true(same_array(&item, &plain[i]));
    }
    nyz_arrays_free(&all);
    assert_int_equal(c.live, 0);
    for (int64_t i = 0; i < count; i++) {
        nyz_array_free(&plain[i]);
    }
    free(plain);
}

/* Of nyz_npz_load_all. */
static inline void fail_every_allocation(const nyz_buffer *file)
{
    nyz_npz *npz = NULL;
    nyz_status status = NYZ_ERR_MEMORY;
    assert_ok(nyz_npz_open_mem(file->data, file->size, NULL, &npz, err));
    for (long n = 1; status != NYZ_OK || n < 8; n++) {
        counting c;
        nyz_options opt = {0};
        nyz_arrays *all = NULL;
        counting_init(&c);
        c.fail_at = n;
        c.for_good = 1;
        opt.allocator = &c.allocator;
        status = nyz_npz_load_all(npz, &opt, &all, NULL);
        assert_true(status == NYZ_OK || status == NYZ_ERR_MEMORY);
        nyz_arrays_free(&all);
        assert_int_equal(c.live, 0);
        assert_true(n < 1000);
    }
    nyz_npz_close(&npz);
}

#endif
