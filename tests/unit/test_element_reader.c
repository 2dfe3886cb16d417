/* SPDX-License-Identifier: MIT */
/* Files in one order filling memory in the other, block by block:
 * src/npy/element_reader_blocks.c. */
#include "base/arithmetic.h"
#include "support/faults.h"

#define MIB ((size_t)1 << 20)

static uint32_t seed = 1;

static unsigned char any_byte(void)
{
    seed = seed * 1664525 + 1013904223;
    return (unsigned char)(seed >> 24);
}

/* An array in C order of such bytes, its own and one of zeros to fill. */
typedef struct sample {
    nyz_dtype dtype;
    nyz_array array;
    nyz_array into;
    size_t bytes;
} sample;

static sample sample_of(const char *descr, int ndim, const int64_t *shape)
{
    sample s = {0};
    assert_ok(nyz_dtype_parse(descr, strlen(descr), NULL, &s.dtype, err));
    s.bytes = (size_t)s.dtype.itemsize;
    for (int i = 0; i < ndim; i++) {
        s.bytes *= (size_t)shape[i];
    }
    unsigned char *const data = malloc(s.bytes);
    unsigned char *const zeros = calloc(s.bytes, 1);
    assert_true(data != NULL && zeros != NULL);
    for (size_t i = 0; i < s.bytes; i++) {
        data[i] = any_byte();
    }
    assert_ok(nyz_array_wrap(data, &s.dtype, ndim, shape, NULL, &s.array, err));
    assert_ok(nyz_array_wrap(zeros, &s.dtype, ndim, shape, NULL, &s.into, err));
    return s;
}

static void free_sample(sample *s)
{
    free(s->array.data);
    free(s->into.data);
    nyz_dtype_free(&s->dtype);
}

static nyz_buffer file_of(const nyz_array *array, nyz_byteorder byteorder)
{
    nyz_options opt = {0};
    nyz_buffer file;
    opt.order = NYZ_F_ORDER;
    opt.byteorder = byteorder;
    assert_ok(nyz_save_mem(array, &opt, &file, err));
    return file;
}

static void assert_filled(sample *s)
{
    assert_memory_equal(s->into.data, s->array.data, s->bytes);
    memset(s->into.data, 0, s->bytes);
}

/* From memory, where any place can be read; and as a pipe gives it. */
static void check_streams(sample *s, nyz_byteorder byteorder, int threads)
{
    nyz_buffer file = file_of(&s->array, byteorder);
    trickle pipe = {.buffer = file};
    const nyz_stream streams[] = {nyz_stream_buffer(&file),
                                  trickle_stream(&pipe, 100000, 0)};
    for (size_t i = 0; i < 2; i++) {
        nyz_options opt = {0};
        nyz_array back;
        opt.threads = threads;
        opt.order = NYZ_C_ORDER;
        assert_ok(nyz_read_into(&streams[i], &opt, &s->into, err));
        assert_int_equal(i == 0 ? file.position : pipe.buffer.position, file.size);
        assert_filled(s);
        file.position = 0;
        pipe.buffer.position = 0;
        opt.byteorder = NYZ_NATIVE;
        assert_ok(nyz_read(&streams[i], &opt, &back, err));
        assert_memory_equal(back.data, s->array.data, s->bytes);
        nyz_array_free(&back);
    }
    nyz_buffer_free(&file);
}

static void fortran_files_fill_c_order_around_the_edges_of_blocks(void **state)
{
    (void)state;
    static const char *const descrs[] = {"|u1",  "=i2", "=f4", "=f8",
                                         "=c16", "=U1", "|V3"};
    static const int64_t sides[] = {1, 2, 7, 16, 17, 31, 64, 67, 128, 131};
    for (size_t l = 0; l < sizeof descrs / sizeof descrs[0]; l++) {
        for (size_t i = 0; i < 10; i++) {
            for (size_t k = i % 2; k < 10; k += 2) {
                const int64_t shape[2] = {sides[i], sides[k]};
                sample s = sample_of(descrs[l], 2, shape);
                check_streams(&s, k % 4 < 2 ? NYZ_LITTLE_ENDIAN : NYZ_BIG_ENDIAN, 1);
                free_sample(&s);
            }
        }
    }
}

/* Rows in the file so long that a block holds no whole line of the destination, unless
 * the file is read here and there; and large enough for threads. */
static void
long_rows_are_read_in_blocks_across_them_by_any_number_of_threads(void **state)
{
    (void)state;
    static const struct {
        const char *descr;
        int ndim;
        int64_t shape[5];
    } cases[] = {
        {"|u1", 2, {8200 * 8, 65}}, {"=i2", 3, {1 << 13, 5, 63}},
        {"=f4", 2, {8209, 131}},    {"=f4", 4, {60, 12, 31, 50}},
        {"=f8", 3, {2, 16411, 17}}, {"=c16", 2, {32771, 9}},
        {"|V3", 2, {20011, 71}},    {"|V70", 2, {9000, 7}},
        {"|V600000", 2, {3, 3}},    {"=f4", 5, {1, 8209, 1, 131, 1}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        sample s = sample_of(cases[i].descr, cases[i].ndim, cases[i].shape);
        for (int threads = 1; threads < 5; threads++) {
            check_streams(&s, threads % 2 == 0 ? NYZ_LITTLE_ENDIAN : NYZ_BIG_ENDIAN,
                          threads);
        }
        free_sample(&s);
    }
}

static void members_of_archives_are_transposed_too(void **state)
{
    (void)state;
    static const int64_t shape[2] = {8209, 37};
    sample s = sample_of("=f4", 2, shape);
    nyz_buffer file = {0};
    const nyz_stream stream = nyz_stream_buffer(&file);
    nyz_npz_writer *w = NULL;
    nyz_npz *npz = NULL;
    nyz_options opt = {0};
    opt.order = NYZ_F_ORDER;
    assert_ok(nyz_npz_create_stream(&stream, NULL, &w, err));
    assert_ok(nyz_npz_add(w, "stored", &s.array, &opt, err));
    opt.method = NYZ_DEFLATED;
    assert_ok(nyz_npz_add(w, "deflated", &s.array, &opt, err));
    assert_ok(nyz_npz_finish(&w, err));
    assert_ok(nyz_npz_open_mem(file.data, file.size, NULL, &npz, err));
    for (int64_t i = 0; i < 2; i++) {
        assert_ok(nyz_npz_load_into_at(npz, i, NULL, &s.into, err));
        assert_filled(&s);
    }
    nyz_npz_close(&npz);
    nyz_buffer_free(&file);
    free_sample(&s);
}

/* Both at once: the numbers change, and their order. */
static void numbers_are_converted_on_the_way(void **state)
{
    (void)state;
    static const int64_t shape[2] = {16400, 131};
    sample s = sample_of("=i2", 2, shape);
    nyz_buffer file = file_of(&s.array, NYZ_BIG_ENDIAN);
    const nyz_stream stream = nyz_stream_buffer(&file);
    sample doubles = sample_of("=f8", 2, shape);
    for (int threads = 1; threads < 5; threads++) {
        nyz_options opt = {0};
        opt.threads = threads;
        file.position = 0;
        memset(doubles.into.data, 0, doubles.bytes);
        assert_ok(nyz_read_into(&stream, &opt, &doubles.into, err));
        for (int64_t i = 0; i < shape[0] * shape[1]; i++) {
            assert_true(((const double *)doubles.into.data)[i] ==
                        (double)((const int16_t *)s.array.data)[i]);
        }
    }
    free_sample(&doubles);
    nyz_buffer_free(&file);
    free_sample(&s);
}

/* ------------------------------------------------------------------------------ failures */

/* Bytes that cannot be read from a place on (-1: all can); fit for several threads. */
typedef struct broken {
    nyz_buffer file;
    int64_t position;
    int64_t fails_from;
    int64_t missing; /* bytes that it says to have and has not */
} broken;

static int64_t broken_read_at(void *ctx, int64_t offset, void *bytes, size_t size)
{
    broken *const b = ctx;
    const int64_t end = (int64_t)b->file.size - b->missing;
    const int64_t n = nyz_min((int64_t)size, offset < end ? end - offset : 0);
    if (b->fails_from >= 0 && offset + n > b->fails_from) {
        if (offset >= b->fails_from) {
            return -EIO;
        }
        memcpy(bytes, b->file.data + offset, (size_t)(b->fails_from - offset));
        return b->fails_from - offset;
    }
    memcpy(bytes, b->file.data + offset, (size_t)n);
    return n;
}

static int64_t broken_read(void *ctx, void *bytes, size_t size)
{
    broken *const b = ctx;
    const int64_t n = broken_read_at(b, b->position, bytes, size);
    b->position += n > 0 ? n : 0;
    return n;
}

static int64_t broken_seek(void *ctx, int64_t offset, int whence)
{
    broken *const b = ctx;
    b->position = offset + (whence == SEEK_CUR   ? b->position
                            : whence == SEEK_END ? (int64_t)b->file.size
                                                 : 0);
    return b->position;
}

/* threads 0: in order, as a stream without read_at is read. */
static nyz_error failure_of(broken *b, int threads, const nyz_array *into)
{
    const nyz_stream s = {.read = broken_read,
                          .seek = broken_seek,
                          .read_at = threads > 0 ? broken_read_at : NULL,
                          .ctx = b};
    nyz_options opt = {0};
    nyz_error error = {0};
    b->position = 0;
    opt.threads = threads;
    assert_int_not_equal(nyz_read_into(&s, &opt, into, &error), NYZ_OK);
    return error;
}

static void the_failure_told_is_the_first_in_the_file(void **state)
{
    (void)state;
    static const int64_t shape[3] = {4097, 31, 11};
    sample s = sample_of("=f4", 3, shape);
    for (int64_t place = 128; place < (int64_t)s.bytes; place += 1234567) {
        for (int is_short = 0; is_short < 2; is_short++) {
            broken b = {file_of(&s.array, NYZ_KEEP_BYTEORDER), 0, -1, 0};
            if (is_short) {
                b.missing = (int64_t)b.file.size - place;
            } else {
                b.fails_from = place;
            }
            const nyz_error expected = failure_of(&b, 0, &s.into);
            assert_int_equal(expected.status, is_short ? NYZ_ERR_CORRUPT : NYZ_ERR_IO);
            assert_int_equal(expected.offset, place);
            for (int threads = 1; threads < 5; threads++) {
                const nyz_error error = failure_of(&b, threads, &s.into);
                assert_int_equal(error.status, expected.status);
                assert_int_equal(error.sys, expected.sys);
                assert_int_equal(error.offset, expected.offset);
                assert_string_equal(error.message, expected.message);
            }
            nyz_buffer_free(&b.file);
        }
    }
    free_sample(&s);
}

static void filling_memory_takes_at_most_1_mib_with_any_number_of_threads(void **state)
{
    (void)state;
    static const int64_t shape[2] = {16400, 131};
    sample s = sample_of("=i4", 2, shape);
    sample doubles = sample_of("=f8", 2, shape);
    static const int64_t few[2] = {3, 3};
    sample large = sample_of("|V600000", 2, few);
    nyz_buffer files[2] = {file_of(&s.array, NYZ_KEEP_BYTEORDER),
                           file_of(&large.array, NYZ_KEEP_BYTEORDER)};
    const nyz_stream streams[2] = {nyz_stream_buffer(&files[0]),
                                   nyz_stream_buffer(&files[1])};
    const nyz_array *const into[3] = {&s.into, &doubles.into, &large.into};
    for (int threads = 1; threads < 70; threads += threads < 5 ? 1 : 13) {
        for (int k = 0; k < 3; k++) {
            counting c;
            nyz_options opt = {0};
            counting_init(&c);
            opt.allocator = &c.allocator;
            opt.threads = threads;
            files[k / 2].position = 0;
            assert_ok(nyz_read_into(&streams[k / 2], &opt, into[k], err));
            assert_true(c.peak <= MIB);
            assert_int_equal(c.live, 0);
        }
        assert_filled(&s);
    }
    free_sample(&large);
    free_sample(&doubles);
    nyz_buffer_free(&files[0]);
    nyz_buffer_free(&files[1]);
    free_sample(&s);
}

static void every_failing_allocation_is_reported(void **state)
{
    (void)state;
    static const int64_t shape[2] = {16400, 71};
    sample s = sample_of("=f4", 2, shape);
    nyz_buffer file = file_of(&s.array, NYZ_KEEP_BYTEORDER);
    const nyz_stream stream = nyz_stream_buffer(&file);
    nyz_status status = NYZ_ERR_MEMORY;
    long n = 0;
    while (status != NYZ_OK) {
        counting c;
        nyz_options opt = {0};
        counting_init(&c);
        n++;
        c.fail_at = n;
        opt.allocator = &c.allocator;
        opt.threads = 2;
        file.position = 0;
        status = nyz_read_into(&stream, &opt, &s.into, NULL);
        assert_true(status == NYZ_OK ? c.calls < n : status == NYZ_ERR_MEMORY);
        assert_int_equal(c.live, 0);
    }
    assert_true(n > 2);
    assert_filled(&s);
    nyz_buffer_free(&file);
    free_sample(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fortran_files_fill_c_order_around_the_edges_of_blocks),
        cmocka_unit_test(
            long_rows_are_read_in_blocks_across_them_by_any_number_of_threads),
        cmocka_unit_test(members_of_archives_are_transposed_too),
        cmocka_unit_test(numbers_are_converted_on_the_way),
        cmocka_unit_test(the_failure_told_is_the_first_in_the_file),
        cmocka_unit_test(filling_memory_takes_at_most_1_mib_with_any_number_of_threads),
        cmocka_unit_test(every_failing_allocation_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
