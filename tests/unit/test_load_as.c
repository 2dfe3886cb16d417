/* SPDX-License-Identifier: MIT */
/* Arrays as the wanted dtype and shape, and in memory (nyz_cast.h): src/npy/load_as.c,
 * src/array/cast_plan.c, array_cast.c, number.c, src/dtype/dtype_void.c.  That the results are NumPy's
 * is compared in python_check/test_casting.py. */
#include "nyz_cast.h"
#include "nyz_map.h"
#include "support/support.h"

#include "array/cast_long.h"
#include "base/config.h"
#include "io/stream.h"
#include "npy/load_as.h"
#include "npy/npy_input.h"

static nyz_dtype parsed(const char *text)
{
    nyz_dtype dtype;
    assert_ok(nyz_dtype_parse(text, strlen(text), NULL, &dtype, err));
    return dtype;
}

/* An archive in memory with one member, x: an array of this dtype and shape over the bytes. */
static nyz_npz *archive_of(const char *descr, int ndim, const int64_t *shape,
                           const void *bytes, nyz_buffer *file, const nyz_options *opt)
{
    const nyz_stream to = nyz_stream_buffer(file);
    const nyz_dtype dtype = parsed(descr);
    nyz_npz_writer *writer;
    nyz_array array;
    nyz_npz *npz;
    assert_ok(nyz_array_wrap_const(bytes, &dtype, ndim, shape, NULL, &array, err));
    assert_ok(nyz_npz_create_stream(&to, NULL, &writer, err));
    assert_ok(nyz_npz_add(writer, "x", &array, NULL, err));
    assert_ok(nyz_npz_finish(&writer, err));
    assert_ok(nyz_npz_open_mem(file->data, file->size, opt, &npz, err));
    return npz;
}

static void close_archive(nyz_npz *npz, nyz_buffer *file)
{
    nyz_npz_close(&npz);
    nyz_buffer_free(file);
}

/* ------------------------------------------------------------------------------- the shape */

static void each_dimension_is_the_wanted_one_or_any(void **state)
{
    (void)state;
    static const int16_t numbers[6] = {1, 2, 3, 4, 5, 6};
    static const int64_t shape[2] = {2, 3};
    static const struct {
        int ndim;
        int64_t first;
        int64_t second;
        int fits;
    } cases[] = {{2, 2, 3, 1},  {2, -1, 3, 1}, {2, 2, -1, 1},  {2, -1, -1, 1},
                 {-1, 0, 0, 1}, {2, 3, 2, 0},  {2, 2, 4, 0},   {2, 0, -1, 0},
                 {1, 6, 0, 0},  {1, -1, 0, 0}, {3, -1, -1, 0}, {0, 0, 0, 0}};
    nyz_buffer file = {0};
    nyz_npz *const npz = archive_of("i2", 2, shape, numbers, &file, NULL);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const nyz_want want = {.dtype = nyz_dtype_of(NYZ_FLOAT32),
                               .ndim = cases[i].ndim,
                               .shape = {cases[i].first, cases[i].second}};
        nyz_array out;
        if (cases[i].fits) {
            assert_ok(nyz_npz_load_as(npz, "x", &want, NULL, &out, err));
            assert_int_equal(out.dtype.type, NYZ_FLOAT32);
            assert_true(((const float *)out.data)[5] == 6);
            nyz_array_free(&out);
        } else {
            assert_fails(NYZ_ERR_ARGUMENT, "is int16 (2, 3), wanted float32 (",
                         nyz_npz_load_as(npz, "x", &want, NULL, &out, err));
            assert_null(out.owner);
        }
    }
    close_archive(npz, &file);
}

static void a_want_that_is_none_is_refused(void **state)
{
    (void)state;
    static const unsigned char byte = 1;
    nyz_buffer file = {0};
    nyz_npz *const npz = archive_of("|u1", 0, NULL, &byte, &file, NULL);
    nyz_array out;
    nyz_want want = {.ndim = -2};
    assert_fails(NYZ_ERR_ARGUMENT, "want: ndim -2",
                 nyz_npz_load_as(npz, "x", &want, NULL, &out, err));
    want.ndim = NYZ_MAX_DIMS + 1;
    assert_fails(NYZ_ERR_ARGUMENT, "want: ndim 65",
                 nyz_npz_load_as_at(npz, 0, &want, NULL, &out, err));
    want = (nyz_want){.ndim = 1, .shape = {-2}};
    assert_fails(NYZ_ERR_ARGUMENT, "want: dimension 0 is -2",
                 nyz_npz_load_as(npz, "x", &want, NULL, &out, err));
    want = (nyz_want){.reserved32 = 1};
    assert_fails(NYZ_ERR_ARGUMENT, "want: reserved",
                 nyz_npz_load_as(npz, "x", &want, NULL, &out, err));
    want = (nyz_want){.reserved = {0, 1}};
    assert_fails(NYZ_ERR_ARGUMENT, "want: reserved",
                 nyz_load_as("x", &want, NULL, &out, err));
    want = (nyz_want){.dtype = {.type = 5}};
    assert_fails(NYZ_ERR_ARGUMENT, "no such type",
                 nyz_npz_load_as(npz, "x", &want, NULL, &out, err));
    close_archive(npz, &file);
}

/* --------------------------------------------------------------------------------- sources */

/* Memory is taken for what has come, not for what the header says. */
static void a_source_of_unknown_size_is_loaded_first(void **state)
{
    (void)state;
    static const int16_t numbers[6] = {1, 4, 2, 5, 3, 6}; /* by columns */
    static const int64_t shape[2] = {2, 3};
    static const int64_t strides[2] = {2, 4};
    const nyz_dtype dtype = nyz_dtype_of(NYZ_INT16);
    const nyz_want want = {
        .dtype = nyz_dtype_of(NYZ_FLOAT64), .ndim = 2, .shape = {-1, 3}};
    for (int missing = 0; missing < 2; missing++) {
        nyz_buffer file = {0};
        nyz_config config;
        nyz_source source;
        nyz_npy_start start;
        nyz_array array;
        nyz_array out;
        assert_ok(nyz_array_wrap_const(numbers, &dtype, 2, shape, strides, &array, err));
        assert_ok(nyz_save_mem(&array, NULL, &file, err));
        file.size -= (size_t)missing;
        nyz_stream stream = nyz_stream_buffer(&file);
        stream.seek = NULL;
        stream.size = NULL;
        stream.read_at = NULL;
        assert_ok(nyz_config_init(&config, NULL, err));
        config.want = &want;
        assert_ok(nyz_source_init(&source, &stream, err));
        assert_true(source.left < 0);
        assert_ok(nyz_npy_begin(&source, &start, err));
        if (missing) {
            assert_fails(NYZ_ERR_CORRUPT, "data",
                         nyz_npy_read_as(&source, &start, &config, &out, err));
        } else {
            assert_ok(nyz_npy_read_as(&source, &start, &config, &out, err));
            assert_true(((const double *)out.data)[1] == 2);
            nyz_array_free(&out);
        }
        nyz_buffer_free(&file);
    }
}

/* A header that announces more than any memory holds, and 6 bytes. */
static void what_a_header_announces_is_not_allocated(void **state)
{
    (void)state;
    static const int64_t shape[1] = {(int64_t)1 << (sizeof(void *) == 8 ? 46 : 26)};
    const nyz_dtype dtype = nyz_dtype_of(NYZ_UINT8);
    const nyz_want want = {.dtype = nyz_dtype_of(NYZ_FLOAT64), .ndim = -1};
    nyz_buffer file = {0};
    nyz_stream stream = nyz_stream_buffer(&file);
    nyz_array array;
    nyz_config config;
    nyz_source source;
    nyz_npy_start start;
    nyz_array out;
    assert_ok(nyz_array_wrap(NULL, &dtype, 1, shape, NULL, &array, err));
    assert_ok(nyz_write_header(&stream, &array, NULL, err));
    assert_int_equal(stream.write(stream.ctx, "123456", 6), 6);
    file.position = 0;
    stream.seek = NULL;
    stream.size = NULL;
    stream.read_at = NULL;
    assert_ok(nyz_config_init(&config, NULL, err));
    config.want = &want;
    assert_ok(nyz_source_init(&source, &stream, err));
    assert_ok(nyz_npy_begin(&source, &start, err));
    assert_fails(NYZ_ERR_CORRUPT, "data",
                 nyz_npy_read_as(&source, &start, &config, &out, err));
    nyz_buffer_free(&file);
}

/* Whatever that of the file; and Fortran order where it is asked for. */
static void the_result_is_in_c_order(void **state)
{
    (void)state;
    static const int16_t numbers[6] = {1, 4, 2, 5, 3, 6}; /* by columns */
    static const int64_t shape[2] = {2, 3};
    static const int64_t strides[2] = {2, 4};
    const nyz_dtype dtype = nyz_dtype_of(NYZ_INT16);
    const nyz_want want = {.dtype = nyz_dtype_of(NYZ_FLOAT32), .ndim = -1};
    const nyz_options fortran = {.order = NYZ_F_ORDER};
    nyz_buffer file = {0};
    const nyz_stream to = nyz_stream_buffer(&file);
    nyz_npz_writer *writer;
    nyz_array array;
    nyz_array out;
    nyz_npz *npz;
    assert_ok(nyz_array_wrap_const(numbers, &dtype, 2, shape, strides, &array, err));
    assert_ok(nyz_npz_create_stream(&to, NULL, &writer, err));
    assert_ok(nyz_npz_add(writer, "x", &array, NULL, err));
    assert_ok(nyz_npz_finish(&writer, err));
    assert_ok(nyz_npz_open_mem(file.data, file.size, NULL, &npz, err));
    assert_ok(nyz_npz_load_as(npz, "x", &want, NULL, &out, err));
    assert_true(nyz_array_is_contiguous(&out, NYZ_C_ORDER));
    assert_true(((const float *)out.data)[1] == 2 && ((const float *)out.data)[3] == 4);
    nyz_array_free(&out);
    assert_ok(nyz_npz_load_as(npz, "x", &want, &fortran, &out, err));
    assert_true(nyz_array_is_contiguous(&out, NYZ_F_ORDER));
    assert_true(((const float *)out.data)[1] == 4);
    nyz_array_free(&out);
    close_archive(npz, &file);
}

static void arrays_of_any_strides_are_cast(void **state)
{
    (void)state;
    static const int16_t numbers[6] = {1, 2, 3, 4, 5, 6};
    static const int64_t shape[1] = {6};
    static const float backwards[3] = {6, 4, 2};
    const nyz_dtype dtype = nyz_dtype_of(NYZ_INT16);
    const nyz_dtype f4 = nyz_dtype_of(NYZ_FLOAT32);
    nyz_array array;
    nyz_array view;
    nyz_array out;
    assert_ok(nyz_array_wrap_const(numbers, &dtype, 1, shape, NULL, &array, err));
    assert_ok(nyz_array_slice(&array, 0, INT64_MAX, INT64_MIN, -2, &view, err));
    assert_ok(nyz_array_cast(&view, &f4, NULL, &out, err));
    assert_memory_equal(out.data, backwards, sizeof backwards);
    nyz_array_free(&out);
}

static void the_limit_on_an_array_holds_for_the_result(void **state)
{
    (void)state;
    static const unsigned char bytes[100] = {1};
    static const int64_t count = 100;
    const nyz_want want = {.dtype = nyz_dtype_of(NYZ_COMPLEX128), .ndim = -1};
    nyz_limits limits = {.array_bytes = 1600};
    const nyz_options opt = {.limits = &limits};
    nyz_buffer file = {0};
    nyz_npz *const npz = archive_of("|u1", 1, &count, bytes, &file, NULL);
    nyz_array out;
    assert_ok(nyz_npz_load_as(npz, "x", &want, &opt, &out, err));
    nyz_array_free(&out);
    limits.array_bytes = 1599;
    assert_fails(NYZ_ERR_LIMIT,
                 "100 items of 16 bytes, it exceeds limits.array_bytes, 1599",
                 nyz_npz_load_as(npz, "x", &want, &opt, &out, err));
    close_archive(npz, &file);
}

/* --------------------------------------------------------------------------------- casting */

static void only_the_casting_asked_for_is_done(void **state)
{
    (void)state;
    static const struct {
        const char *from;
        const char *to;
        nyz_casting least; /* of NO, EQUIV, SAFE, SAME_KIND, UNSAFE */
    } cases[] = {
        {"<i4", "<i4", NYZ_CAST_NO},     {"<i4", ">i4", NYZ_CAST_EQUIV},
        {"<i4", "<i8", NYZ_CAST_SAFE},   {"<i8", "<i4", NYZ_CAST_SAME_KIND},
        {"<i8", "<u8", NYZ_CAST_UNSAFE}, {"<u4", "<i4", NYZ_CAST_SAME_KIND},
        {"<u4", "<i8", NYZ_CAST_SAFE},   {"<u8", "<i8", NYZ_CAST_SAME_KIND},
        {"|b1", "|u1", NYZ_CAST_SAFE},   {"|u1", "|b1", NYZ_CAST_UNSAFE},
        {"|i1", "<f2", NYZ_CAST_SAFE},   {"<i2", "<f2", NYZ_CAST_SAME_KIND},
        {"<i2", "<f4", NYZ_CAST_SAFE},   {"<i4", "<f4", NYZ_CAST_SAME_KIND},
        {"<u8", "<f8", NYZ_CAST_SAFE},   {"<f4", "<i8", NYZ_CAST_UNSAFE},
        {"<f4", "<c8", NYZ_CAST_SAFE},   {"<f8", "<c8", NYZ_CAST_SAME_KIND},
        {"<c8", "<f8", NYZ_CAST_UNSAFE}, {"<c16", "<c8", NYZ_CAST_SAME_KIND},
        {"<c8", "<c16", NYZ_CAST_SAFE},  {"<f8", ">f4", NYZ_CAST_SAME_KIND},
    };
    static const nyz_casting order[] = {NYZ_CAST_NO, NYZ_CAST_EQUIV, NYZ_CAST_SAFE,
                                        NYZ_CAST_SAME_KIND, NYZ_CAST_UNSAFE};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const nyz_dtype from = parsed(cases[i].from);
        const nyz_dtype to = parsed(cases[i].to);
        int enough = 0;
        for (size_t k = 0; k < 5; k++) {
            enough |= order[k] == cases[i].least;
            assert_int_equal(nyz_can_cast(&from, &to, order[k]), enough);
        }
        assert_false(nyz_can_cast(&from, &to, 5));
    }
}

static void floats_saturate_and_integers_wrap(void **state)
{
    (void)state;
    static const double numbers[6] = {-1e300, -129.5, -0.5, 127.5, 300, 1e300};
    static const int8_t expected[6] = {-128, -128, 0, 127, 127, 127};
    static const int64_t count = 6;
    const nyz_dtype f8 = nyz_dtype_of(NYZ_FLOAT64);
    const nyz_dtype i1 = nyz_dtype_of(NYZ_INT8);
    const nyz_dtype u2 = nyz_dtype_of(NYZ_UINT16);
    const nyz_options unsafe = {.casting = NYZ_CAST_UNSAFE};
    nyz_array array;
    nyz_array bytes;
    nyz_array out;
    assert_ok(nyz_array_wrap_const(numbers, &f8, 1, &count, NULL, &array, err));
    assert_fails(NYZ_ERR_ARGUMENT, "under same_kind; NYZ_CAST_UNSAFE converts it",
                 nyz_array_cast(&array, &i1, NULL, &out, err));
    assert_ok(nyz_array_cast(&array, &i1, &unsafe, &bytes, err));
    assert_memory_equal(bytes.data, expected, sizeof expected);
    assert_ok(nyz_array_cast(&bytes, &u2, &unsafe, &out, err));
    assert_int_equal(((const uint16_t *)out.data)[0], 0xff80);
    nyz_array_free(&bytes);
    nyz_array_free(&out);
}

/* Numbers that doubles hold, too: valgrind has no others. */
static void long_doubles_of_this_machine_are_cast(void **state)
{
    (void)state;
    static const double numbers[3] = {0.5, -3, 1 << 20};
    static const int64_t count = 3;
    const nyz_dtype f8 = nyz_dtype_of(NYZ_FLOAT64);
    const nyz_dtype i4 = nyz_dtype_of(NYZ_INT32);
    const nyz_dtype clong = nyz_dtype_of(NYZ_CLONGDOUBLE);
    const nyz_options unsafe = {.casting = NYZ_CAST_UNSAFE};
    nyz_array array;
    nyz_array wide;
    nyz_array out;
    assert_ok(nyz_array_wrap_const(numbers, &f8, 1, &count, NULL, &array, err));
    if (!NYZ_HAS_LONGDOUBLE) {
        assert_fails(NYZ_ERR_UNSUPPORTED, "is not the long double of this machine",
                     nyz_array_cast(&array, &clong, NULL, &wide, err));
        return;
    }
    assert_ok(nyz_array_cast(&array, &clong, NULL, &wide, err));
    assert_ok(nyz_array_cast(&wide, &f8, &unsafe, &out, err));
    assert_memory_equal(out.data, numbers, sizeof numbers);
    nyz_array_free(&out);
    assert_ok(nyz_array_cast(&wide, &i4, &unsafe, &out, err));
    assert_int_equal(((const int32_t *)out.data)[1], -3);
    nyz_array_free(&out);
    nyz_array_free(&wide);
}

static void other_long_doubles_are_not(void **state)
{
    (void)state;
    static const unsigned char bytes[32] = {0};
    const nyz_dtype native = nyz_dtype_of(NYZ_LONGDOUBLE);
    const nyz_dtype f8 = nyz_dtype_of(NYZ_FLOAT64);
    nyz_dtype other[2] = {native, native};
    other[0].itemsize = native.itemsize == 16 ? 12 : 16;
    other[1].byteorder = native.byteorder == '<' ? '>' : '<';
    for (int i = 0; i < 2; i++) {
        nyz_array array;
        nyz_array out;
        assert_ok(nyz_array_wrap_const(bytes, &other[i], 0, NULL, NULL, &array, err));
        assert_fails(NYZ_ERR_UNSUPPORTED, "is not the long double of this machine",
                     nyz_array_cast(&array, &f8, NULL, &out, err));
        assert_ok(nyz_array_cast(&array, &other[i], NULL, &out, err));
        nyz_array_free(&out);
    }
}

/* ------------------------------------------------------------------------- types of ml_dtypes */

static void void_as_names_what_is_loaded_listed_and_mapped(void **state)
{
    (void)state;
    static const unsigned char bytes[4] = {0x80, 0x3f, 0x20, 0xc0}; /* little-endian */
    static const struct {
        const char *descr;
        nyz_type void_as;
        nyz_type type;
    } cases[] = {
        {"<V2", NYZ_BFLOAT16, NYZ_BFLOAT16},
        {"|V2", NYZ_BFLOAT16, NYZ_BFLOAT16},
        {"<V2", NYZ_FLOAT8_E4M3, NYZ_BFLOAT16},
        {"<V2", NYZ_NONE, NYZ_VOID},
        {"<V1", NYZ_BFLOAT16, NYZ_VOID},
        {"<V1", NYZ_FLOAT8_E4M3, NYZ_FLOAT8_E4M3},
        {"|V1", NYZ_UINT4, NYZ_UINT4},
        {"<V4", NYZ_BFLOAT16, NYZ_VOID},
        {"<f1", NYZ_BFLOAT16, NYZ_FLOAT8_E5M2},
        {"<f1", NYZ_FLOAT8_E4M3, NYZ_FLOAT8_E5M2},
        {"<f1", NYZ_NONE, NYZ_VOID},
        {"<W4", NYZ_BFLOAT16, NYZ_VOID},
        {"|u1", NYZ_FLOAT8_E4M3, NYZ_UINT8},
        {"<f2", NYZ_BFLOAT16, NYZ_FLOAT16},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const nyz_options opt = {.void_as = cases[i].void_as,
                                 .byteorder = NYZ_KEEP_BYTEORDER};
        const nyz_options map = {.void_as = cases[i].void_as,
                                 .byteorder = NYZ_KEEP_BYTEORDER,
                                 .flags = NYZ_MAP_OR_LOAD}; /* it may not be aligned */
        nyz_buffer file = {0};
        nyz_npz *const npz = archive_of(cases[i].descr, 0, NULL, bytes, &file, &opt);
        nyz_array out;
        assert_ok(nyz_npz_load(npz, "x", NULL, &out, err));
        assert_int_equal(out.dtype.type, cases[i].type);
        assert_memory_equal(out.data, bytes, (size_t)out.dtype.itemsize);
        nyz_array_free(&out);
        assert_ok(nyz_npz_load_header(npz, "x", NULL, &out, err));
        assert_int_equal(out.dtype.type, cases[i].type);
        nyz_array_free(&out);
        assert_ok(nyz_npz_map(npz, "x", NYZ_MAP_READ, &map, &out, err));
        assert_int_equal(out.dtype.type, cases[i].type);
        nyz_array_free(&out);
        close_archive(npz, &file);
    }
}

static void their_texts_are_those_of_files(void **state)
{
    (void)state;
    char text[32];
    size_t length;
    for (nyz_type type = NYZ_BFLOAT16; type <= NYZ_FLOAT4_E2M1FN; type++) {
        nyz_dtype dtype = nyz_dtype_of(type);
        dtype.byteorder = '<';
        assert_ok(nyz_dtype_format(&dtype, text, sizeof text, &length, err));
        assert_string_equal(text, type == NYZ_BFLOAT16      ? "<V2"
                                  : type == NYZ_FLOAT8_E5M2 ? "<f1"
                                                            : "<V1");
        nyz_array array;
        assert_ok(nyz_array_wrap(NULL, &dtype, 0, NULL, NULL, &array, err));
        assert_ok(nyz_array_describe(&array, text, sizeof text, &length, err));
        assert_non_null(strstr(text, type == NYZ_BFLOAT16 ? "bfloat16 ()" : "float"));
    }
}

/* bfloat16 has a byte order, which opaque bytes have not. */
static void bfloat16_is_byte_swapped(void **state)
{
    (void)state;
    static const unsigned char big[4] = {0x3f, 0x80, 0xc0, 0x20};
    static const int64_t count = 2;
    const nyz_want want = {.dtype = nyz_dtype_of(NYZ_FLOAT32), .ndim = 1, .shape = {2}};
    const nyz_options opt = {.void_as = NYZ_BFLOAT16};
    nyz_buffer file = {0};
    nyz_npz *const npz = archive_of(">V2", 1, &count, big, &file, &opt);
    nyz_array out;
    assert_ok(nyz_npz_load_as(npz, "x", &want, NULL, &out, err));
    assert_true(((const float *)out.data)[0] == 1 &&
                ((const float *)out.data)[1] == -2.5F);
    nyz_array_free(&out);
    close_archive(npz, &file);
}

/* One byte has an order in its dtype, and none in memory. */
static void floats_of_8_bits_are_not_byte_swapped(void **state)
{
    (void)state;
    static const int64_t count = 40;
    static const char *const descrs[] = {"<V1", ">V1", ">f1"};
    const nyz_want want = {.dtype = nyz_dtype_of(NYZ_FLOAT32), .ndim = 1, .shape = {40}};
    const nyz_options opt = {.void_as = NYZ_FLOAT8_E4M3};
    unsigned char bytes[40];
    for (int i = 0; i < 40; i++) {
        bytes[i] = (unsigned char)(0x30 + i);
    }
    for (size_t i = 0; i < 3; i++) {
        for (int order = NYZ_LITTLE_ENDIAN; order <= NYZ_BIG_ENDIAN; order++) {
            const nyz_options to = {.void_as = NYZ_FLOAT8_E4M3, .byteorder = order};
            nyz_buffer file = {0};
            nyz_npz *const npz = archive_of(descrs[i], 1, &count, bytes, &file, &opt);
            nyz_array out;
            nyz_array copy;
            assert_ok(nyz_npz_load(npz, "x", &to, &out, err));
            assert_memory_equal(out.data, bytes, sizeof bytes);
            assert_int_equal(out.dtype.byteorder, order == NYZ_LITTLE_ENDIAN ? '<' : '>');
            assert_ok(nyz_array_copy(&out, NULL, &copy, err));
            assert_memory_equal(copy.data, bytes, sizeof bytes);
            nyz_array_free(&copy);
            nyz_array_free(&out);
            assert_ok(nyz_npz_load_as(npz, "x", &want, NULL, &out, err));
            assert_true(((const float *)out.data)[8] == (i == 2 ? 0.5F : 1));
            nyz_array_free(&out);
            close_archive(npz, &file);
        }
    }
}

static void what_is_not_said_is_asked_for(void **state)
{
    (void)state;
    static const unsigned char bytes[2] = {0x80, 0x3f};
    const nyz_want floats = {.dtype = nyz_dtype_of(NYZ_FLOAT32)};
    const nyz_want halves = {.dtype = nyz_dtype_of(NYZ_BFLOAT16)};
    const nyz_want eights = {.dtype = nyz_dtype_of(NYZ_FLOAT8_E4M3)};
    nyz_buffer file = {0};
    nyz_npz *const npz = archive_of("<V2", 0, NULL, bytes, &file, NULL);
    nyz_array out;
    assert_fails(NYZ_ERR_ARGUMENT,
                 "is <V2 (), wanted float32 (); opt->void_as says what these bytes are",
                 nyz_npz_load_as(npz, "x", &floats, NULL, &out, err));
    assert_fails(NYZ_ERR_ARGUMENT, "opt->void_as says what these bytes are",
                 nyz_npz_load_as(npz, "x", &eights, NULL, &out, err));
    assert_ok(nyz_npz_load_as(npz, "x", &halves, NULL, &out, err));
    assert_int_equal(out.dtype.type, NYZ_BFLOAT16);
    nyz_array_free(&out);
    close_archive(npz, &file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_dimension_is_the_wanted_one_or_any),
        cmocka_unit_test(a_want_that_is_none_is_refused),
        cmocka_unit_test(a_source_of_unknown_size_is_loaded_first),
        cmocka_unit_test(what_a_header_announces_is_not_allocated),
        cmocka_unit_test(the_result_is_in_c_order),
        cmocka_unit_test(arrays_of_any_strides_are_cast),
        cmocka_unit_test(the_limit_on_an_array_holds_for_the_result),
        cmocka_unit_test(only_the_casting_asked_for_is_done),
        cmocka_unit_test(floats_saturate_and_integers_wrap),
        cmocka_unit_test(long_doubles_of_this_machine_are_cast),
        cmocka_unit_test(other_long_doubles_are_not),
        cmocka_unit_test(void_as_names_what_is_loaded_listed_and_mapped),
        cmocka_unit_test(their_texts_are_those_of_files),
        cmocka_unit_test(bfloat16_is_byte_swapped),
        cmocka_unit_test(floats_of_8_bits_are_not_byte_swapped),
        cmocka_unit_test(what_is_not_said_is_asked_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
