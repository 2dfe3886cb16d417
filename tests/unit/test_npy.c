/* SPDX-License-Identifier: MIT */
/* One array from and to paths, memory and streams: src/npy/npy_read.c, npy_write.c,
 * load.c, save.c. */
#include "support/faults.h"

#include <unistd.h>

#include "base/endian.h"

#define MIB ((size_t)1 << 20)

static nyz_array wrapped(const void *data, nyz_type type, int ndim, const int64_t *shape)
{
    const nyz_dtype dtype = nyz_dtype_of(type);
    nyz_array out;
    assert_ok(nyz_array_wrap_const(data, &dtype, ndim, shape, NULL, &out, err));
    return out;
}

static const double numbers[6] = {0, 1.5, -2, 3, 1e300, -0.25};
static const int64_t two_by_three[2] = {2, 3};

/* A file made by hand: preamble of version 1.0, this text, these data. */
static nyz_buffer file_of(const char *text, const void *data, size_t size)
{
    nyz_buffer out = {0};
    unsigned char preamble[10] = {0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0};
    const nyz_stream s = nyz_stream_buffer(&out);
    preamble[8] = (unsigned char)(strlen(text) & 0xff);
    preamble[9] = (unsigned char)(strlen(text) >> 8);
    assert_int_equal(s.write(s.ctx, preamble, 10), 10);
    assert_int_equal(s.write(s.ctx, text, strlen(text)), strlen(text));
    if (size > 0) {
        assert_int_equal(s.write(s.ctx, data, size), size);
    }
    out.position = 0;
    return out;
}

static void saved_bytes_are_numpys(void **state)
{
    (void)state;
    static const char head[] = "\x93NUMPY\x01\x00\x76\x00{'descr': '<f8', "
                               "'fortran_order': False, 'shape': (2, 3), }";
    const nyz_array a = wrapped(numbers, NYZ_FLOAT64, 2, two_by_three);
    nyz_options opt = {0};
    nyz_buffer out;
    opt.byteorder = NYZ_LITTLE_ENDIAN;
    assert_ok(nyz_save_mem(&a, &opt, &out, err));
    assert_int_equal(out.size, 128 + 48);
    assert_int_equal(out.capacity, out.size);
    assert_memory_equal(out.data, head, sizeof head - 1);
    for (size_t i = sizeof head - 1; i < 127; i++) {
        assert_int_equal(out.data[i], ' ');
    }
    assert_int_equal(out.data[127], '\n');
    nyz_buffer_free(&out);
}

static void an_array_survives_memory_in_every_order_and_byte_order(void **state)
{
    (void)state;
    const nyz_array a = wrapped(numbers, NYZ_FLOAT64, 2, two_by_three);
    nyz_array views[2];
    views[0] = a;
    assert_ok(nyz_array_transpose(&a, NULL, &views[1], err));
    for (int v = 0; v < 2; v++) {
        for (int k = 0; k < 3 * 5 * 3 * 5; k++) {
            nyz_options save = {0};
            nyz_options load = {0};
            nyz_buffer file;
            nyz_array back;
            nyz_array streamed;
            nyz_array native;
            save.order = (nyz_order)(k % 3);
            save.byteorder = (nyz_byteorder)(k / 3 % 5);
            load.order = (nyz_order)(k / 15 % 3);
            load.byteorder = (nyz_byteorder)(k / 45);
            assert_ok(nyz_save_mem(&views[v], &save, &file, err));
            assert_ok(nyz_load_mem(file.data, file.size, &load, &back, err));
            if (load.order != NYZ_KEEP_ORDER) {
                assert_true(nyz_array_is_contiguous(&back, load.order));
            }
            assert_int_equal((uintptr_t)back.data % 64, 0);
            trickle t = {.buffer = file};
            const nyz_stream s = trickle_stream(&t, 7, 0);
            assert_ok(nyz_read(&s, &load, &streamed, err));
            assert_memory_equal(streamed.strides, back.strides, sizeof back.strides);
            assert_memory_equal(streamed.data, back.data, sizeof numbers);
            nyz_array_free(&streamed);
            nyz_options c = {0};
            c.order = NYZ_C_ORDER;
            assert_ok(nyz_array_copy(&back, &c, &native, err));
            nyz_array expected;
            assert_ok(nyz_array_copy(&views[v], &c, &expected, err));
            assert_memory_equal(native.data, expected.data, sizeof numbers);
            nyz_array_free(&expected);
            nyz_array_free(&native);
            nyz_array_free(&back);
            nyz_buffer_free(&file);
        }
    }
}

/* As for NumPy, where both orders are the same: then the header does not say Fortran. */
static void fortran_order_is_said_only_where_it_differs(void **state)
{
    (void)state;
    static const struct {
        int ndim;
        int64_t shape[2];
        const char *words;
    } cases[] = {
        {0, {0}, "'fortran_order': False"},    {1, {6}, "'fortran_order': False"},
        {2, {1, 6}, "'fortran_order': False"}, {2, {0, 3}, "'fortran_order': False"},
        {2, {6, 1}, "'fortran_order': False"}, {2, {3, 2}, "'fortran_order': True"},
    };
    nyz_options opt = {0};
    opt.order = NYZ_F_ORDER;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const nyz_array a = wrapped(numbers, NYZ_UINT8, cases[i].ndim, cases[i].shape);
        nyz_buffer file;
        assert_ok(nyz_save_mem(&a, &opt, &file, err));
        file.data[127] = '\0';
        assert_non_null(strstr((const char *)file.data + 10, cases[i].words));
        nyz_buffer_free(&file);
    }
    nyz_dtype no_bytes;
    nyz_array a;
    nyz_buffer file;
    assert_ok(nyz_dtype_parse("|V0", 3, NULL, &no_bytes, err));
    assert_ok(nyz_array_wrap(NULL, &no_bytes, 2, two_by_three, NULL, &a, err));
    assert_ok(nyz_save_mem(&a, &opt, &file, err));
    file.data[127] = '\0';
    assert_non_null(strstr((const char *)file.data + 10, "'fortran_order': False"));
    nyz_buffer_free(&file);
}

static void arrays_in_one_stream_are_read_one_by_one_until_not_found(void **state)
{
    (void)state;
    for (int can_seek = 0; can_seek < 2; can_seek++) {
        trickle t = {0};
        const nyz_stream s = trickle_stream(&t, 1, can_seek);
        nyz_array back;
        for (int64_t n = 0; n < 4; n++) {
            const nyz_array a = wrapped(numbers, NYZ_FLOAT64, 1, &n);
            assert_ok(nyz_write(&s, &a, NULL, err));
        }
        t.buffer.position = 0;
        for (int64_t n = 0; n < 4; n++) {
            assert_ok(nyz_read(&s, NULL, &back, err));
            assert_int_equal(back.ndim, 1);
            assert_int_equal(back.shape[0], n);
            if (n > 0) {
                assert_memory_equal(back.data, numbers, (size_t)n * 8);
            }
            nyz_array_free(&back);
        }
        assert_int_equal(t.buffer.position, t.buffer.size);
        assert_fails(NYZ_ERR_NOT_FOUND, "end", nyz_read(&s, NULL, &back, err));
        nyz_buffer_free(&t.buffer);
    }
}

static void read_header_leaves_the_stream_at_the_data(void **state)
{
    (void)state;
    trickle t = {0};
    const nyz_stream s = trickle_stream(&t, 100, 1);
    const nyz_array a = wrapped(numbers, NYZ_FLOAT64, 2, two_by_three);
    nyz_array header;
    double back[6];
    assert_ok(nyz_write_header(&s, &a, NULL, err));
    assert_int_equal(t.buffer.size, 128);
    assert_int_equal(s.write(s.ctx, numbers, sizeof numbers), sizeof numbers);
    t.buffer.position = 0;
    assert_ok(nyz_read_header(&s, NULL, &header, err));
    assert_null(header.data);
    assert_int_equal(header.dtype.type, NYZ_FLOAT64);
    assert_int_equal(header.strides[0], 24);
    assert_int_equal(s.read(s.ctx, back, sizeof back), sizeof back);
    assert_memory_equal(back, numbers, sizeof back);
    nyz_array_free(&header);
    nyz_buffer_free(&t.buffer);
}

static void a_file_cut_anywhere_is_corrupt_and_leaves_nothing(void **state)
{
    (void)state;
    counting c;
    const nyz_array a = wrapped(numbers, NYZ_FLOAT64, 2, two_by_three);
    nyz_buffer file;
    nyz_options opt = {0};
    counting_init(&c);
    opt.allocator = &c.allocator;
    assert_ok(nyz_save_mem(&a, NULL, &file, err));
    for (size_t size = 0; size < file.size; size++) {
        nyz_array out;
        memset(&out, 0xff, sizeof out);
        assert_fails(NYZ_ERR_CORRUPT, size < 128 ? "" : "(6 items of 8)",
                     nyz_load_mem(file.data, size, &opt, &out, err));
        assert_null(out.data);
        assert_null(out.owner);
        assert_int_equal(out.ndim, 0);
        assert_int_equal(c.live, 0);
        trickle t = {0};
        const nyz_stream s = trickle_stream(&t, 7, 0);
        t.buffer.data = file.data;
        t.buffer.size = size;
        assert_fails(size == 0 ? NYZ_ERR_NOT_FOUND : NYZ_ERR_CORRUPT, "",
                     nyz_read(&s, &opt, &out, err));
        assert_null(out.owner);
        assert_int_equal(c.live, 0);
    }
    nyz_buffer_free(&file);
}

/* It comes in many pieces, none of which may be missing. */
static void a_large_array_from_a_pipe_is_whole(void **state)
{
    (void)state;
    const int64_t shape[1] = {20 * (int64_t)MIB + 5};
    unsigned char *const data = malloc((size_t)shape[0]);
    trickle t = {0};
    nyz_array back;
    assert_non_null(data);
    for (int64_t i = 0; i < shape[0]; i++) {
        data[i] = (unsigned char)(i * 7 + (i >> 16));
    }
    const nyz_array a = wrapped(data, NYZ_UINT8, 1, shape);
    assert_ok(nyz_save_mem(&a, NULL, &t.buffer, err));
    const nyz_stream s = trickle_stream(&t, 3 * MIB, 0);
    assert_ok(nyz_read(&s, NULL, &back, err));
    assert_int_equal(memcmp(back.data, data, (size_t)shape[0]), 0);
    nyz_array_free(&back);
    nyz_buffer_free(&t.buffer);
    free(data);
}

static void nothing_is_allocated_on_the_word_of_a_header(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "{'descr': '<f8', 'fortran_order': False, 'shape': (200000000,), }\n",
        "{'descr': '|V2000000000', 'fortran_order': False, 'shape': (), }\n",
        "{'descr': '<U50000000', 'fortran_order': True, 'shape': (5, 2), }\n",
    };
    for (size_t i = 0; i < 3; i++) {
        for (int seekable = 0; seekable < 2; seekable++) {
            for (int order = 0; order < 3; order++) {
                counting c;
                nyz_options opt = {0};
                trickle t = {0};
                const nyz_stream s = trickle_stream(&t, MIB, seekable);
                nyz_array out;
                counting_init(&c);
                opt.allocator = &c.allocator;
                opt.order = (nyz_order)order;
                t.buffer = file_of(texts[i], numbers, sizeof numbers);
                assert_fails(NYZ_ERR_CORRUPT, "data", nyz_read(&s, &opt, &out, err));
                assert_true(c.peak < MIB);
                assert_int_equal(c.live, 0);
                nyz_buffer_free(&t.buffer);
            }
        }
    }
}

static void a_long_header_that_is_not_there_allocates_little(void **state)
{
    (void)state;
    static const unsigned char bytes[] = {0x93, 'N', 'U', 'M',  'P', 'Y', 2,
                                          0,    0,   0,   0x0f, 0,   '{'};
    for (int seekable = 0; seekable < 2; seekable++) {
        counting c;
        nyz_options opt = {0};
        trickle t = {0};
        const nyz_stream s = trickle_stream(&t, MIB, seekable);
        nyz_array out;
        counting_init(&c);
        opt.allocator = &c.allocator;
        assert_int_equal(s.write(s.ctx, bytes, sizeof bytes), sizeof bytes);
        t.buffer.position = 0;
        assert_fails(NYZ_ERR_CORRUPT, "header", nyz_read(&s, &opt, &out, err));
        assert_true(c.peak < MIB / 4);
        assert_int_equal(c.live, 0);
        nyz_buffer_free(&t.buffer);
    }
}

static void loading_takes_the_array_and_at_most_1_mib(void **state)
{
    (void)state;
    const int64_t shape[2] = {3000, 1000};
    const size_t bytes = 3000u * 1000 * 8;
    double *const data = calloc(3000 * 1000, 8);
    assert_non_null(data);
    const nyz_array a = wrapped(data, NYZ_FLOAT64, 2, shape);
    nyz_buffer file;
    assert_ok(nyz_save_mem(&a, NULL, &file, err));
    for (int k = 0; k < 6; k++) {
        counting c;
        nyz_options opt = {0};
        nyz_array back;
        counting_init(&c);
        opt.allocator = &c.allocator;
        opt.order = (nyz_order)(k % 3);
        opt.byteorder = k < 3 ? NYZ_LITTLE_ENDIAN : NYZ_BIG_ENDIAN;
        assert_ok(nyz_load_mem(file.data, file.size, &opt, &back, err));
        assert_true(c.peak <= bytes + MIB);
        nyz_array_free(&back);
        assert_int_equal(c.live, 0);
        trickle t = {0};
        const nyz_stream s = trickle_stream(&t, MIB, 0);
        t.buffer = file;
        counting_init(&c);
        assert_ok(nyz_read(&s, &opt, &back, err));
        assert_true(c.peak <= 2 * bytes + MIB);
        nyz_array_free(&back);
        assert_int_equal(c.live, 0);
    }
    nyz_buffer_free(&file);
    free(data);
}

/* Each byte of a large header may cost 64, for an array that is read or refused. */
static void a_large_header_takes_at_most_64_times_its_bytes(void **state)
{
    (void)state;
    for (int k = 0; k < 2; k++) {
        static char file[12 + (1 << 20)] = "\x93NUMPY\2\0";
        size_t size = 12;
        counting c;
        nyz_options opt = {0};
        nyz_array a;
        counting_init(&c);
        opt.allocator = &c.allocator;
        size += (size_t)snprintf(file + size, 20, "{'descr': [");
        for (unsigned i = 0; i < 60000; i++) {
            size += (size_t)(k == 0 ? snprintf(file + size, 20, "('%x','?'),", i)
                                    : snprintf(file + size, 20, "[],"));
        }
        size += (size_t)snprintf(file + size, 80,
                                 "], 'fortran_order': False, 'shape': (0,), }\n");
        const size_t text = size - 12;
        nyz_store_le32((unsigned char *)file + 8, (uint32_t)text);
        assert_int_equal(nyz_load_mem(file, size, &opt, &a, NULL),
                         k == 0 ? NYZ_OK : NYZ_ERR_CORRUPT);
        assert_true(c.peak <= 64 * text);
        nyz_array_free(&a);
        assert_int_equal(c.live, 0);
    }
}

static void saving_takes_at_most_1_mib(void **state)
{
    (void)state;
    const int64_t shape[2] = {3000, 1000};
    float *const data = calloc(3000 * 1000, 4);
    assert_non_null(data);
    const nyz_array a = wrapped(data, NYZ_FLOAT32, 2, shape);
    nyz_array views[3];
    views[0] = a;
    assert_ok(nyz_array_transpose(&a, NULL, &views[1], err));
    assert_ok(nyz_array_slice(&a, 1, 0, 1000, 3, &views[2], err));
    for (int v = 0; v < 3; v++) {
        for (int order = 0; order < 3; order++) {
            counting c;
            nyz_options opt = {0};
            trickle t = {0};
            const nyz_stream s = trickle_stream(&t, MIB, 0);
            counting_init(&c);
            opt.allocator = &c.allocator;
            opt.order = (nyz_order)order;
            opt.byteorder = order == 2 ? NYZ_BIG_ENDIAN : NYZ_DEFAULT_BYTEORDER;
            assert_ok(nyz_write(&s, &views[v], &opt, err));
            assert_true(c.peak <= MIB);
            assert_int_equal(c.live, 0);
            nyz_buffer_free(&t.buffer);
        }
    }
    free(data);
}

/* The n-th allocation fails, n = 1, 2, ..., until the call succeeds. */
/* From memory, or from a pipe. */
static void load_without_memory(const nyz_buffer *file, int from_pipe)
{
    for (int order = 0; order < 3; order++) {
        for (int for_good = 0; for_good < 2; for_good++) {
            nyz_status status = NYZ_ERR_MEMORY;
            for (long n = 1; status != NYZ_OK; n++) {
                counting c;
                nyz_options opt = {0};
                nyz_array back;
                nyz_error err = {.status = NYZ_OK};
                trickle t = {.buffer = *file};
                const nyz_stream pipe = trickle_stream(&t, 64, 0);
                counting_init(&c);
                c.fail_at = n;
                c.for_good = for_good;
                opt.allocator = &c.allocator;
                opt.order = (nyz_order)order;
                status = from_pipe
                             ? nyz_read(&pipe, &opt, &back, &err)
                             : nyz_load_mem(file->data, file->size, &opt, &back, &err);
                if (status != NYZ_OK) {
                    assert_int_equal(status, NYZ_ERR_MEMORY);
                    assert_null(back.owner);
                    assert_int_equal(err.status, NYZ_ERR_MEMORY);
                }
                nyz_array_free(&back);
                assert_int_equal(c.live, 0);
                assert_true(n < 1000);
            }
        }
    }
}

static void every_failing_allocation_is_reported_and_nothing_leaks(void **state)
{
    (void)state;
    static const char text[] =
        "{'descr': [('a', '<i4'), ('b', [('c', '>f8', (2,))])], 'fortran_order': True, "
        "'shape': (2, 2), }\n";
    unsigned char data[80] = {1};
    nyz_buffer file = file_of(text, data, sizeof data);
    load_without_memory(&file, 0);
    load_without_memory(&file, 1);
    nyz_buffer_free(&file);
    /* long headers; the dtype and its copy need more than a block of the arena, or it
     * does alone */
    for (int fields = 25; fields <= 80; fields += 55) {
        char many[4096] = "{'descr': [";
        for (int i = 0; i < fields; i++) {
            (void)snprintf(many + strlen(many), sizeof many - strlen(many),
                           "('f%02d', '>u1'), ", i);
        }
        strcat(many, "], 'fortran_order': False, 'shape': (1,), }\n");
        file = file_of(many, data, sizeof data);
        load_without_memory(&file, 0);
        load_without_memory(&file, 1);
        nyz_buffer_free(&file);
    }
}

static void every_failing_stream_call_is_reported(void **state)
{
    (void)state;
    const nyz_array a = wrapped(numbers, NYZ_FLOAT64, 2, two_by_three);
    nyz_buffer file;
    assert_ok(nyz_save_mem(&a, NULL, &file, err));
    nyz_status status = NYZ_ERR_IO;
    for (long n = 1; status != NYZ_OK; n++) {
        counting c;
        nyz_options opt = {0};
        trickle t = {0};
        const nyz_stream s = trickle_stream(&t, 64, 0);
        nyz_array back;
        nyz_error err = {.status = NYZ_OK};
        counting_init(&c);
        opt.allocator = &c.allocator;
        t.buffer = file;
        t.fail_at = n;
        status = nyz_read(&s, &opt, &back, &err);
        if (status != NYZ_OK) {
            assert_int_equal(status, NYZ_ERR_IO);
            assert_int_equal(err.sys, EIO);
        }
        nyz_array_free(&back);
        assert_int_equal(c.live, 0);
        assert_true(n < 1000);
    }
    status = NYZ_ERR_IO;
    for (long n = 1; status != NYZ_OK; n++) {
        trickle t = {0};
        const nyz_stream s = trickle_stream(&t, 64, 0);
        t.fail_at = n;
        status = nyz_write(&s, &a, NULL, NULL);
        assert_true(status == NYZ_OK || status == NYZ_ERR_IO);
        nyz_buffer_free(&t.buffer);
        assert_true(n < 1000);
    }
    nyz_buffer_free(&file);
}

static void what_people_load_by_mistake_is_named(void **state)
{
    (void)state;
    nyz_array out;
    assert_fails(NYZ_ERR_UNSUPPORTED, "nyz_npz_open",
                 nyz_load_mem("PK\x03\x04....", 8, NULL, &out, err));
    assert_fails(NYZ_ERR_UNSUPPORTED, "pickle",
                 nyz_load_mem("\x80\x04\x95\x01\x00\x00\x00\x00", 8, NULL, &out, err));
    assert_fails(NYZ_ERR_CORRUPT, "empty", nyz_load_mem("", 0, NULL, &out, err));
    assert_fails(NYZ_ERR_CORRUPT, "found 'hello '",
                 nyz_load_mem("hello world", 11, NULL, &out, err));
    assert_fails(NYZ_ERR_CORRUPT, "found 'abc'", nyz_load_mem("abc", 3, NULL, &out, err));
    assert_fails(NYZ_ERR_CORRUPT, "found 'PK'", nyz_load_mem("PK", 2, NULL, &out, err));
    assert_fails(NYZ_ERR_CORRUPT, "found the end after 3 bytes",
                 nyz_load_mem("\x93NU", 3, NULL, &out, err));
    assert_fails(NYZ_ERR_NOT_FOUND, "no such file",
                 nyz_load("/nowhere/x.npy", NULL, &out, err));
    assert_fails(NYZ_ERR_IO, "directory", nyz_load("/", NULL, &out, err));
}

static void object_arrays_are_refused_with_advice_but_can_be_peeked(void **state)
{
    (void)state;
    nyz_buffer file =
        file_of("{'descr': [('a', '<i4'), ('o', '|O')], 'fortran_order': False, "
                "'shape': (3,), }\n",
                "\x80\x04", 2);
    const nyz_stream s = nyz_stream_buffer(&file);
    nyz_array out;
    assert_fails(NYZ_ERR_UNSUPPORTED, "pickle",
                 nyz_load_mem(file.data, file.size, NULL, &out, err));
    assert_null(out.owner);
    assert_ok(nyz_read_header(&s, NULL, &out, err));
    assert_int_equal(out.dtype.fields[1].dtype.type, NYZ_OBJECT);
    nyz_buffer saved;
    out.data = (void *)(uintptr_t)numbers;
    assert_fails(NYZ_ERR_UNSUPPORTED, "objects", nyz_save_mem(&out, NULL, &saved, err));
    nyz_array_free(&out);
    nyz_buffer_free(&file);
}

static void limits_are_obeyed_and_named(void **state)
{
    (void)state;
    nyz_limits limits = {0};
    nyz_options opt = {0};
    nyz_array out;
    nyz_buffer file =
        file_of("{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3), }\n", numbers,
                sizeof numbers);
    opt.limits = &limits;
    limits.array_bytes = 47;
    assert_fails(NYZ_ERR_LIMIT, "47",
                 nyz_load_mem(file.data, file.size, &opt, &out, err));
    limits.array_bytes = 48;
    limits.dims = 1;
    assert_fails(NYZ_ERR_LIMIT, "dim",
                 nyz_load_mem(file.data, file.size, &opt, &out, err));
    limits.dims = 2;
    limits.header_bytes = 20;
    assert_fails(NYZ_ERR_LIMIT, "20",
                 nyz_load_mem(file.data, file.size, &opt, &out, err));
    limits.header_bytes = 0;
    limits.item_bytes = 7;
    assert_fails(NYZ_ERR_LIMIT, "7", nyz_load_mem(file.data, file.size, &opt, &out, err));
    limits.item_bytes = 8;
    assert_ok(nyz_load_mem(file.data, file.size, &opt, &out, err));
    nyz_array_free(&out);
    nyz_buffer_free(&file);
}

static void errors_point_at_the_byte_in_the_file(void **state)
{
    (void)state;
    static const char text[] =
        "{'descr': '<f8', 'fortran_order': Falsy, 'shape': (2, 3), }\n";
    nyz_buffer file = file_of(text, numbers, sizeof numbers);
    nyz_array out;
    nyz_error err;
    assert_int_equal(nyz_load_mem(file.data, file.size, NULL, &out, &err),
                     NYZ_ERR_CORRUPT);
    assert_in_range(err.offset, 10 + 34, 10 + 39);
    nyz_buffer_free(&file);
}

static void a_version_is_honoured_or_refused(void **state)
{
    (void)state;
    const nyz_array a = wrapped(numbers, NYZ_FLOAT64, 2, two_by_three);
    for (int version = 1; version <= 3; version++) {
        nyz_options opt = {0};
        nyz_buffer file;
        nyz_array back;
        opt.npy_version = version;
        assert_ok(nyz_save_mem(&a, &opt, &file, err));
        assert_int_equal(file.data[6], version);
        assert_ok(nyz_load_mem(file.data, file.size, NULL, &back, err));
        assert_memory_equal(back.data, numbers, sizeof numbers);
        nyz_array_free(&back);
        nyz_buffer_free(&file);
    }
    static const char wide[] = "[('\xe4\xb8\xad', '<i4')]";
    nyz_dtype dtype;
    nyz_array names;
    nyz_buffer file;
    nyz_options opt = {0};
    opt.npy_version = 1;
    assert_ok(nyz_dtype_parse(wide, strlen(wide), NULL, &dtype, err));
    assert_ok(nyz_array_wrap_const(numbers, &dtype, 0, NULL, NULL, &names, err));
    assert_fails(NYZ_ERR_ARGUMENT, "version", nyz_save_mem(&names, &opt, &file, err));
    assert_null(file.data);
    opt.npy_version = 0;
    assert_ok(nyz_save_mem(&names, &opt, &file, err));
    assert_int_equal(file.data[6], 3);
    nyz_buffer_free(&file);
    nyz_dtype_free(&dtype);
}

static void a_path_is_saved_loaded_and_peeked(void **state)
{
    (void)state;
    char dir[] = "/tmp/nyz-test-XXXXXX";
    char path[64];
    const nyz_array a = wrapped(numbers, NYZ_FLOAT64, 2, two_by_three);
    nyz_array back;
    assert_non_null(mkdtemp(dir));
    (void)snprintf(path, sizeof path, "%s/a.npy", dir);
    assert_ok(nyz_save(&a, path, NULL, err));
    assert_ok(nyz_load(path, NULL, &back, err));
    assert_memory_equal(back.data, numbers, sizeof numbers);
    nyz_array_free(&back);
    assert_ok(nyz_load_header(path, NULL, &back, err));
    assert_null(back.data);
    assert_int_equal(back.shape[1], 3);
    nyz_array_free(&back);
    const nyz_array none = {0};
    assert_fails(NYZ_ERR_ARGUMENT, "", nyz_save(&none, path, NULL, err));
    assert_ok(nyz_load(path, NULL, &back, err)); /* the old file is still whole */
    nyz_array_free(&back);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(dir), 0); /* nothing else was left in it */
}

/* Of an array that is written block by block. */
static void after_a_failing_write_nothing_more_is_written(void **state)
{
    (void)state;
    enum { SIDE = 512 };
    const int64_t shape[2] = {SIDE, SIDE};
    double *const data = calloc((size_t)SIDE * SIDE, sizeof *data);
    assert_non_null(data);
    const nyz_array a = wrapped(data, NYZ_FLOAT64, 2, shape);
    nyz_array gaps;
    assert_ok(nyz_array_slice(&a, 1, 0, SIDE, 2, &gaps, err));
    nyz_status status = NYZ_ERR_IO;
    long n = 1;
    for (; status != NYZ_OK; n++) {
        trickle t = {.fail_at = n};
        const nyz_stream s = trickle_stream(&t, MIB, 0);
        nyz_error err = {.status = NYZ_OK};
        status = nyz_write(&s, &gaps, NULL, &err);
        assert_true(status == NYZ_OK || status == NYZ_ERR_IO);
        assert_int_equal(err.sys, status == NYZ_OK ? 0 : EIO);
        assert_int_equal(t.calls, status == NYZ_OK ? n - 1 : n);
        nyz_buffer_free(&t.buffer);
    }
    assert_true(n > 4); /* the header, and two blocks at least */
    free(data);
}

static void an_array_that_no_memory_can_hold_is_refused(void **state)
{
    (void)state;
    const int64_t shape[1] = {PTRDIFF_MAX};
    const int64_t strides[1] = {0};
    const nyz_dtype byte = nyz_dtype_of(NYZ_INT8);
    nyz_array a;
    nyz_buffer out;
    assert_ok(nyz_array_wrap_const(numbers, &byte, 1, shape, strides, &a, err));
    assert_fails(NYZ_ERR_MEMORY, "too large", nyz_save_mem(&a, NULL, &out, err));
    assert_null(out.data);
}

/* What a stream of unknown size shows at its start decides, so that its status is that of a file:
 * a zip archive is not refused as the tar archive that byte 257 makes of it. */
static void a_zip_signature_decides_whatever_follows_it(void **state)
{
    unsigned char bytes[512] = "PK\3\4";
    nyz_buffer buffer = {.data = bytes, .size = sizeof bytes, .capacity = sizeof bytes};
    nyz_stream stream = nyz_stream_buffer(&buffer);
    nyz_array a;
    (void)state;
    memcpy(bytes + 257, "ustar", 5);
    assert_fails(NYZ_ERR_UNSUPPORTED, "zip archive",
                 nyz_load_mem(bytes, sizeof bytes, NULL, &a, err));
    stream.seek = NULL;
    stream.read_at = NULL;
    stream.size = NULL;
    assert_fails(NYZ_ERR_UNSUPPORTED, "zip archive", nyz_read(&stream, NULL, &a, err));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_zip_signature_decides_whatever_follows_it),
        cmocka_unit_test(saved_bytes_are_numpys),
        cmocka_unit_test(an_array_survives_memory_in_every_order_and_byte_order),
        cmocka_unit_test(fortran_order_is_said_only_where_it_differs),
        cmocka_unit_test(arrays_in_one_stream_are_read_one_by_one_until_not_found),
        cmocka_unit_test(read_header_leaves_the_stream_at_the_data),
        cmocka_unit_test(a_file_cut_anywhere_is_corrupt_and_leaves_nothing),
        cmocka_unit_test(a_large_array_from_a_pipe_is_whole),
        cmocka_unit_test(nothing_is_allocated_on_the_word_of_a_header),
        cmocka_unit_test(a_long_header_that_is_not_there_allocates_little),
        cmocka_unit_test(loading_takes_the_array_and_at_most_1_mib),
        cmocka_unit_test(a_large_header_takes_at_most_64_times_its_bytes),
        cmocka_unit_test(saving_takes_at_most_1_mib),
        cmocka_unit_test(every_failing_allocation_is_reported_and_nothing_leaks),
        cmocka_unit_test(every_failing_stream_call_is_reported),
        cmocka_unit_test(what_people_load_by_mistake_is_named),
        cmocka_unit_test(object_arrays_are_refused_with_advice_but_can_be_peeked),
        cmocka_unit_test(limits_are_obeyed_and_named),
        cmocka_unit_test(errors_point_at_the_byte_in_the_file),
        cmocka_unit_test(a_version_is_honoured_or_refused),
        cmocka_unit_test(a_path_is_saved_loaded_and_peeked),
        cmocka_unit_test(after_a_failing_write_nothing_more_is_written),
        cmocka_unit_test(an_array_that_no_memory_can_hold_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
