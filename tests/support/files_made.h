/* SPDX-License-Identifier: MIT */
/* Files for the tests of one handle over .npy and .npz, made in memory. */
#ifndef NYZ_TESTS_FILES_MADE_H
#define NYZ_TESTS_FILES_MADE_H

#include "support/support.h"

static inline nyz_array numbers(const float *data, int64_t count)
{
    const nyz_dtype f4 = nyz_dtype_of(NYZ_FLOAT32);
    nyz_array out;
    assert_ok(nyz_array_wrap_const(data, &f4, 1, &count, NULL, &out, err));
    return out;
}

static const float one_to_four[] = {1, 2, 3, 4};

/* Adds an array of so many numbers, as np.save does. */
static inline void put_array(nyz_buffer *to, int64_t count)
{
    const nyz_array array = numbers(one_to_four, count);
    const nyz_stream stream = nyz_stream_buffer(to);
    assert_ok(nyz_write(&stream, &array, NULL, err));
}

static inline void put_text(nyz_buffer *to, const void *text, size_t size)
{
    const nyz_stream stream = nyz_stream_buffer(to);
    assert_int_equal(stream.write(stream.ctx, text, size), (int64_t)size);
}

#define OBJECT_HEADER                                                                    \
    "\x93NUMPY\1\0v\0{'descr': '|O', 'fortran_order': False, 'shape': (1,), }"
/* [None] as protocol 2 has it. */
#define PICKLE "\x80\2]NaN."

static inline void put_pickle(nyz_buffer *to, const char *pickle, size_t size)
{
    char header[128];
    memset(header, ' ', sizeof header);
    memcpy(header, OBJECT_HEADER, sizeof OBJECT_HEADER - 1);
    header[127] = '\n';
    put_text(to, header, sizeof header);
    put_text(to, pickle, size);
}

static inline void put_objects(nyz_buffer *to)
{
    put_pickle(to, PICKLE, sizeof PICKLE - 1);
}

static inline nyz_file *open_buffer(const nyz_buffer *from)
{
    nyz_file *file = NULL;
    assert_ok(nyz_file_open_mem(from->data, from->size, NULL, &file, err));
    return file;
}

static inline void assert_numbers(nyz_array *got, int64_t count)
{
    assert_int_equal(got->ndim, 1);
    assert_int_equal(got->shape[0], count);
    assert_int_equal(got->dtype.type, NYZ_FLOAT32);
    assert_memory_equal(got->data, one_to_four, (size_t)count * sizeof(float));
    nyz_array_free(got);
}

/* An archive: w.npy stored, d.npy deflated, note, o.npy of Python objects, bad.npy whose header is
 * none, and w.npy again with two numbers. */
static inline nyz_buffer make_archive(void)
{
    const nyz_options deflated = {.method = NYZ_DEFLATED};
    const nyz_options any = {.flags = NYZ_ANY_NAME};
    const nyz_array four = numbers(one_to_four, 4);
    const nyz_array two = numbers(one_to_four, 2);
    nyz_buffer out = {0};
    nyz_buffer objects = {0};
    const nyz_stream to = nyz_stream_buffer(&out);
    nyz_npz_writer *writer = NULL;
    put_objects(&objects);
    assert_ok(nyz_npz_create_stream(&to, NULL, &writer, err));
    assert_ok(nyz_npz_add(writer, "w", &four, NULL, err));
    assert_ok(nyz_npz_add(writer, "d", &four, &deflated, err));
    assert_ok(nyz_npz_add_bytes(writer, "note", "text", 4, NULL, err));
    assert_ok(nyz_npz_add_bytes(writer, "o.npy", objects.data, objects.size, NULL, err));
    assert_ok(
        nyz_npz_add_bytes(writer, "bad.npy", "\x93NUMPY\1\0\2\0x\n", 12, NULL, err));
    assert_ok(nyz_npz_add(writer, "w", &two, &any, err));
    assert_ok(nyz_npz_finish(&writer, err));
    nyz_buffer_free(&objects);
    return out;
}

#endif
