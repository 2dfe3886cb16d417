/* SPDX-License-Identifier: MIT */
/* Loading into the caller's memory, in windows and on several threads: src/npy/element_reader.c,
 * read_ahead.c, and the dtypes that are the same (src/dtype/dtype.c). */

#include <errno.h>
#include <unistd.h>

#include "base/alloc.h"
#include "io/read_ahead.h"
#include "support/faults.h"

static nyz_dtype parsed(const char *text)
{
    nyz_dtype dtype;
    assert_ok(nyz_dtype_parse(text, strlen(text), NULL, &dtype, err));
    return dtype;
}

/* 3 x 5 x 7 numbers 0, 1, ... in C order, of this type. */
static nyz_array counting_up(nyz_type type)
{
    static const int64_t shape[3] = {3, 5, 7};
    static double numbers[105];
    const nyz_dtype dtype = nyz_dtype_of(NYZ_FLOAT64);
    nyz_array doubles;
    nyz_array out;
    nyz_buffer file;
    for (int i = 0; i < 105; i++) {
        numbers[i] = i;
    }
    assert_ok(nyz_array_wrap(numbers, &dtype, 3, shape, NULL, &doubles, err));
    if (type == NYZ_FLOAT64) {
        assert_ok(nyz_array_copy(&doubles, NULL, &out, err));
        return out;
    }
    /* from int8, which becomes everything but bool and unsigned */
    static int8_t small[105];
    const nyz_dtype narrow = nyz_dtype_of(NYZ_INT8);
    const nyz_dtype wide = nyz_dtype_of(type);
    nyz_array bytes;
    for (int8_t i = 0; i < 105; i++) {
        small[i] = i;
    }
    assert_ok(nyz_array_wrap(small, &narrow, 3, shape, NULL, &bytes, err));
    assert_ok(nyz_save_mem(&bytes, NULL, &file, err));
    void *const memory = calloc(105, (size_t)wide.itemsize);
    nyz_array view;
    assert_ok(nyz_array_wrap(memory, &wide, 3, shape, NULL, &view, err));
    const nyz_stream s = nyz_stream_buffer(&file);
    assert_ok(nyz_read_into(&s, NULL, &view, err));
    assert_ok(nyz_array_copy(&view, NULL, &out, err));
    free(memory);
    nyz_buffer_free(&file);
    return out;
}

/* Element (i, j, k) of an array of native numbers, as a double. */
static double value(const nyz_array *a, int64_t i, int64_t j, int64_t k)
{
    const char *const p =
        (const char *)a->data + i * a->strides[0] + j * a->strides[1] + k * a->strides[2];
    if (a->dtype.type == NYZ_FLOAT32) {
        float f;
        memcpy(&f, p, sizeof f);
        return (double)f;
    }
    double d;
    memcpy(&d, p, sizeof d);
    return d;
}

static void assert_counts_up(const nyz_array *a)
{
    for (int64_t i = 0; i < 3; i++) {
        for (int64_t j = 0; j < 5; j++) {
            for (int64_t k = 0; k < 7; k++) {
                assert_true(value(a, i, j, k) == (double)(35 * i + 7 * j + k));
            }
        }
    }
}

/* Places for 3 x 5 x 7 items of at most 16 bytes: C, F, backwards, with gaps. */
static nyz_array place(int kind, const nyz_dtype *dtype, unsigned char *memory)
{
    static const int64_t shape[3] = {3, 5, 7};
    const int64_t n = dtype->itemsize;
    const int64_t strides[4][3] = {{35 * n, 7 * n, n},
                                   {n, 3 * n, 15 * n},
                                   {-35 * n, 7 * n, -n},
                                   {100 * n, 17 * n, 2 * n}};
    const int64_t first[4] = {0, 0, 70 * n + 6 * n, 0};
    nyz_array out;
    memset(memory, 0xee, 16 * 400);
    assert_ok(
        nyz_array_wrap(memory + first[kind], dtype, 3, shape, strides[kind], &out, err));
    return out;
}

static void any_file_fills_any_strides_and_types_that_hold_it(void **state)
{
    (void)state;
    static const nyz_type types[] = {NYZ_INT8, NYZ_INT16, NYZ_FLOAT32, NYZ_FLOAT64};
    unsigned char memory[16 * 400];
    for (size_t t = 0; t < 4; t++) {
        nyz_array source = counting_up(types[t]);
        for (int how = 0; how < 4; how++) {
            nyz_options save = {0};
            nyz_buffer file;
            save.order = how % 2 == 0 ? NYZ_C_ORDER : NYZ_F_ORDER;
            save.byteorder = how / 2 == 0 ? NYZ_LITTLE_ENDIAN : NYZ_BIG_ENDIAN;
            assert_ok(nyz_save_mem(&source, &save, &file, err));
            for (int kind = 0; kind < 8; kind++) {
                const nyz_dtype dtype =
                    nyz_dtype_of(kind < 4 ? NYZ_FLOAT64 : NYZ_FLOAT32);
                const nyz_array into = place(kind % 4, &dtype, memory);
                for (int can_seek = 0; can_seek < 2; can_seek++) {
                    trickle stream = {0};
                    const nyz_stream s = trickle_stream(&stream, 100, can_seek);
                    stream.buffer = file;
                    stream.buffer.position = 0;
                    assert_ok(nyz_read_into(&s, NULL, &into, err));
                    assert_counts_up(&into);
                    assert_int_equal(stream.buffer.position, file.size);
                }
            }
            nyz_buffer_free(&file);
        }
        nyz_array_free(&source);
    }
}

static void gaps_between_the_elements_are_not_touched(void **state)
{
    (void)state;
    unsigned char memory[16 * 400];
    const nyz_dtype dtype = nyz_dtype_of(NYZ_FLOAT32);
    nyz_array source = counting_up(NYZ_FLOAT64);
    nyz_array floats = counting_up(NYZ_FLOAT32);
    nyz_buffer file;
    assert_ok(nyz_save_mem(&floats, NULL, &file, err));
    const nyz_array into = place(3, &dtype, memory);
    const nyz_stream s = nyz_stream_buffer(&file);
    assert_ok(nyz_read_into(&s, NULL, &into, err));
    for (size_t i = 1; i < 13; i += 2) { /* every second item of the innermost axis */
        assert_int_equal(memory[4 * i], 0xee);
    }
    assert_int_equal(memory[4 * 13], 0xee);
    nyz_buffer_free(&file);
    nyz_array_free(&floats);
    nyz_array_free(&source);
}

static void the_byte_order_asked_for_is_written(void **state)
{
    (void)state;
    nyz_array source = counting_up(NYZ_FLOAT64);
    static const char *const asked[] = {"<f8", ">f8", "<f4", ">f4", "<c16", ">c8"};
    for (size_t i = 0; i < sizeof asked / sizeof asked[0]; i++) {
        unsigned char memory[16 * 400];
        const nyz_dtype dtype = parsed(asked[i]);
        const nyz_array into = place((int)i % 4, &dtype, memory);
        nyz_buffer file;
        nyz_array native;
        assert_ok(nyz_save_mem(&source, NULL, &file, err));
        const nyz_stream s = nyz_stream_buffer(&file);
        assert_ok(nyz_read_into(&s, NULL, &into, err));
        assert_ok(nyz_array_copy(&into, NULL, &native, err));
        if (native.dtype.type == NYZ_COMPLEX64) {
            native.dtype = nyz_dtype_of(NYZ_FLOAT32);
        } else if (native.dtype.type == NYZ_COMPLEX128) {
            native.dtype = nyz_dtype_of(NYZ_FLOAT64);
        }
        assert_counts_up(&native);
        nyz_array_free(&native);
        nyz_buffer_free(&file);
    }
    nyz_array_free(&source);
}

static void what_does_not_fit_is_refused_by_name(void **state)
{
    (void)state;
    nyz_array source = counting_up(NYZ_FLOAT64);
    unsigned char memory[16 * 400];
    nyz_buffer file;
    const nyz_dtype f8 = nyz_dtype_of(NYZ_FLOAT64);
    const nyz_dtype i8 = nyz_dtype_of(NYZ_INT64);
    assert_ok(nyz_save_mem(&source, NULL, &file, err));
    const nyz_stream s = nyz_stream_buffer(&file);
    nyz_array into = place(0, &f8, memory);
    into.ndim = 2;
    assert_fails(NYZ_ERR_ARGUMENT, "3 dimensions", nyz_read_into(&s, NULL, &into, err));
    into = place(0, &f8, memory);
    into.shape[1] = 4;
    file.position = 0;
    assert_fails(NYZ_ERR_ARGUMENT, "axis 1", nyz_read_into(&s, NULL, &into, err));
    into = place(0, &f8, memory);
    into.flags = NYZ_READONLY;
    file.position = 0;
    assert_fails(NYZ_ERR_ARGUMENT, "read-only", nyz_read_into(&s, NULL, &into, err));
    into = place(0, &f8, memory);
    into.data = NULL;
    file.position = 0;
    assert_fails(NYZ_ERR_ARGUMENT, "NULL", nyz_read_into(&s, NULL, &into, err));
    into = place(0, &i8, memory);
    file.position = 0;
    assert_fails(NYZ_ERR_ARGUMENT, "f8 is not cast to",
                 nyz_read_into(&s, NULL, &into, err));
    into = place(0, &f8, memory);
    file.position = 0;
    file.size--;
    assert_fails(NYZ_ERR_CORRUPT, "data: expected", nyz_read_into(&s, NULL, &into, err));
    into.dtype = parsed("|O");
    file.position = 0;
    file.size++;
    char *const descr = strstr((char *)file.data + 10, "f8', ") - 1;
    memcpy(descr, "|O' ,", 5);
    assert_fails(NYZ_ERR_UNSUPPORTED, "pickle", nyz_read_into(&s, NULL, &into, err));
    assert_int_equal(memory[0], 0xee);
    nyz_buffer_free(&file);
    nyz_array_free(&source);
}

/* A dtype that has no text is not named. */
static void a_dtype_without_a_text_is_refused_too(void **state)
{
    (void)state;
    unsigned char bytes[8] = {0};
    const nyz_field fields[2] = {
        {.name = "a", .name_size = 1, .dtype = nyz_dtype_of(NYZ_INT32)},
        {.name = "b", .name_size = 1, .offset = 2, .dtype = nyz_dtype_of(NYZ_INT32)},
    };
    const nyz_dtype overlapping = {.type = NYZ_STRUCT,
                                   .byteorder = '|',
                                   .itemsize = 8,
                                   .nfields = 2,
                                   .fields = fields};
    const nyz_dtype f8 = nyz_dtype_of(NYZ_FLOAT64);
    nyz_array array;
    nyz_array into;
    nyz_buffer file;
    assert_ok(nyz_array_wrap(bytes, &f8, 0, NULL, NULL, &array, err));
    assert_ok(nyz_array_wrap(bytes, &overlapping, 0, NULL, NULL, &into, err));
    assert_ok(nyz_save_mem(&array, NULL, &file, err));
    const nyz_stream s = nyz_stream_buffer(&file);
    assert_fails(NYZ_ERR_ARGUMENT, "the dtypes are not the same",
                 nyz_read_into(&s, NULL, &into, err));
    nyz_buffer_free(&file);
}

static void structs_are_the_same_or_refused(void **state)
{
    (void)state;
    static const struct {
        const char *from;
        const char *to;
        int same;
    } cases[] = {
        {"[('a', '<i4'), ('b', '>f8')]", "[('a', '<i4'), ('b', '>f8')]", 1},
        {"[('a', '<i4'), ('b', '>f8')]", "[('a', '<i4'), ('b', '<f8')]", 1},
        {"[('a', '<i4'), ('b', '>f8')]", "[('a', '>i4'), ('b', '<f8')]", 0},
        {"[('a', '<i4'), ('b', '>f8')]", "[('a', '<i4'), ('c', '>f8')]", 0},
        {"[('a', '<i4'), ('b', '>f8')]", "[('a', '<i4'), ('', '|V4'), ('b', '>f8')]", 0},
        {"[('a', '<i4')]", "[('a', '<i4'), ('b', '<i4')]", 0},
        {"[('a', '<i4', (2, 3))]", "[('a', '<i4', (3, 2))]", 0},
        {"[('a', '<i4', (6,))]", "[('a', '<i4', (2, 3))]", 0},
        {"[('a', '<M8[s]')]", "[('a', '<M8[ms]')]", 0},
        {"<M8[s]", "<M8[2s]", 0},
        {"<U3", ">U3", 1},
        {"|S3", "|V3", 0},
        {"<c16", "<f8", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        unsigned char from_bytes[64] = {0};
        unsigned char to_bytes[64] = {0};
        nyz_dtype from = parsed(cases[i].from);
        nyz_dtype to = parsed(cases[i].to);
        nyz_array array;
        nyz_array into;
        nyz_buffer file;
        assert_ok(nyz_array_wrap(from_bytes, &from, 0, NULL, NULL, &array, err));
        assert_ok(nyz_array_wrap(to_bytes, &to, 0, NULL, NULL, &into, err));
        assert_ok(nyz_save_mem(&array, NULL, &file, err));
        const nyz_stream s = nyz_stream_buffer(&file);
        if (cases[i].same) {
            assert_ok(nyz_read_into(&s, NULL, &into, err));
        } else {
            assert_fails(NYZ_ERR_ARGUMENT, "", nyz_read_into(&s, NULL, &into, err));
        }
        nyz_buffer_free(&file);
        nyz_dtype_free(&from);
        nyz_dtype_free(&to);
    }
}

/* ----------------------------------------------------------- windows, paths and threads */

static const char *const folder = "/tmp/nyz-into-XXXXXX";

/* The file's bytes around the window's end, one by one. */
static void files_around_the_size_of_a_window_load_whole(void **state)
{
    (void)state;
    char dir[32];
    char path[64];
    const nyz_dtype dtype = nyz_dtype_of(NYZ_UINT8);
    (void)strcpy(dir, folder);
    assert_non_null(mkdtemp(dir));
    (void)snprintf(path, sizeof path, "%s/a.npy", dir);
    for (int64_t size = NYZ_READ_AHEAD_SIZE - 130; size < NYZ_READ_AHEAD_SIZE + 3;
         size++) {
        unsigned char bytes[NYZ_READ_AHEAD_SIZE + 3];
        nyz_array array;
        nyz_array back;
        for (size_t i = 0; i < sizeof bytes; i++) {
            bytes[i] = (unsigned char)(i * 7 % 251);
        }
        nyz_options opt = {0};
        opt.flags = NYZ_NO_SYNC;
        assert_ok(nyz_array_wrap(bytes, &dtype, 1, &size, NULL, &array, err));
        assert_ok(nyz_save(&array, path, &opt, err));
        assert_ok(nyz_load(path, NULL, &back, err));
        assert_memory_equal(back.data, bytes, (size_t)size);
        memset(back.data, 0, (size_t)size);
        assert_ok(nyz_load_into(path, NULL, &back, err));
        assert_memory_equal(back.data, bytes, (size_t)size);
        nyz_array_free(&back);
        assert_int_equal(truncate(path, 127 + size), 0);
        assert_fails(NYZ_ERR_CORRUPT, "data", nyz_load(path, NULL, &back, err));
    }
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(dir), 0);
}

/* A stream over memory that can fail from a place on; safe for several threads. */
typedef struct steady {
    const unsigned char *bytes;
    int64_t size;
    int64_t position;
    int64_t fails_from; /* -1: never */
    int64_t missing;    /* bytes that it says to have and has not */
} steady;

static int64_t steady_read_at(void *ctx, int64_t offset, void *buffer, size_t size)
{
    const steady *const s = ctx;
    const int64_t left = s->size - offset;
    const size_t most = size < 100000 ? size : 100000;
    if (s->fails_from >= 0 && offset + (int64_t)most > s->fails_from) {
        return -EIO;
    }
    const size_t n = left < 0 ? 0 : (uint64_t)left < most ? (size_t)left : most;
    memcpy(buffer, s->bytes + offset, n);
    return (int64_t)n;
}

static int64_t steady_read(void *ctx, void *buffer, size_t size)
{
    steady *const s = ctx;
    const int64_t n = steady_read_at(s, s->position, buffer, size);
    s->position += n > 0 ? n : 0;
    return n;
}

static int64_t steady_seek(void *ctx, int64_t offset, int whence)
{
    steady *const s = ctx;
    s->position = offset + (whence == SEEK_CUR   ? s->position
                            : whence == SEEK_END ? s->size + s->missing
                                                 : 0);
    return s->position;
}

static nyz_buffer large_file(nyz_order order, nyz_byteorder byteorder)
{
    static const int64_t shape[2] = {1025, 1500};
    const nyz_dtype dtype = nyz_dtype_of(NYZ_INT32);
    int32_t *const numbers = malloc(1025 * 1500 * sizeof *numbers);
    nyz_array array;
    nyz_buffer file;
    nyz_options opt = {0};
    opt.order = order;
    opt.byteorder = byteorder;
    assert_non_null(numbers);
    for (int32_t i = 0; i < 1025 * 1500; i++) {
        numbers[i] = i * 79;
    }
    assert_ok(nyz_array_wrap(numbers, &dtype, 2, shape, NULL, &array, err));
    assert_ok(nyz_save_mem(&array, &opt, &file, err));
    free(numbers);
    return file;
}

/* Fresh memory must not hold what the last array left there. */
static void *poisoned_alloc(void *ctx, size_t size, size_t align)
{
    void *const memory = nyz_default_allocator.alloc(ctx, size, align);
    return memory != NULL ? memset(memory, 0xa5, size) : NULL;
}

static void poisoned_free(void *ctx, void *memory, size_t size)
{
    nyz_default_allocator.free(ctx, memory, size);
}

static void the_number_of_threads_changes_no_byte(void **state)
{
    const nyz_allocator poisoned = {.alloc = poisoned_alloc, .free = poisoned_free};
    (void)state;
    for (int how = 0; how < 4; how++) {
        nyz_buffer file = large_file(how % 2 == 0 ? NYZ_C_ORDER : NYZ_F_ORDER,
                                     how / 2 == 0 ? NYZ_LITTLE_ENDIAN : NYZ_BIG_ENDIAN);
        for (int threads = -1; threads < 9; threads += 2) {
            steady memory = {file.data, (int64_t)file.size, 0, -1, 0};
            /* what cannot be read at two places at once is read by one */
            const nyz_stream s = {.read = steady_read,
                                  .seek = steady_seek,
                                  .read_at = threads == 7 ? NULL : steady_read_at,
                                  .ctx = &memory};
            nyz_options opt = {0};
            nyz_array back;
            opt.threads = threads;
            opt.allocator = &poisoned;
            opt.order = NYZ_C_ORDER;
            assert_ok(nyz_read(&s, &opt, &back, err));
            assert_int_equal(memory.position, file.size);
            for (int32_t i = 0; i < 1025 * 1500; i++) {
                assert_true(((const int32_t *)back.data)[i] == i * 79);
            }
            nyz_array_free(&back);
        }
        nyz_buffer_free(&file);
    }
}

static void the_first_failure_in_the_file_is_told_whatever_the_threads(void **state)
{
    (void)state;
    nyz_buffer file = large_file(NYZ_C_ORDER, NYZ_BIG_ENDIAN);
    for (int64_t from = 200; from < (int64_t)file.size; from += 1500000) {
        nyz_error errors[4];
        for (int threads = 1; threads < 5; threads++) {
            steady memory = {file.data, (int64_t)file.size, 0, from, 0};
            const nyz_stream s = {.read = steady_read,
                                  .seek = steady_seek,
                                  .read_at = steady_read_at,
                                  .ctx = &memory};
            counting c;
            nyz_options opt = {0};
            nyz_array back;
            counting_init(&c);
            opt.threads = threads;
            assert_int_equal(nyz_read(&s, &opt, &back, &errors[threads - 1]), NYZ_ERR_IO);
            assert_null(back.owner);
            assert_int_equal(errors[threads - 1].sys, EIO);
            assert_string_equal(errors[threads - 1].message, errors[0].message);
            memory.position = 0;
            assert_int_equal(nyz_read(&s, &opt, &back, NULL), NYZ_ERR_IO);
        }
    }
    nyz_buffer_free(&file);
}

/* Fewer bytes than the stream said: it shrinks after its size was asked for. */
static void a_stream_that_ends_early_is_corrupt_on_all_threads(void **state)
{
    (void)state;
    nyz_buffer file = large_file(NYZ_C_ORDER, NYZ_LITTLE_ENDIAN);
    for (int threads = 1; threads < 4; threads++) {
        steady memory = {file.data, (int64_t)file.size - 1, 0, -1, 1};
        const nyz_stream s = {.read = steady_read,
                              .seek = steady_seek,
                              .read_at = steady_read_at,
                              .ctx = &memory};
        nyz_options opt = {0};
        nyz_array back;
        opt.threads = threads;
        assert_fails(NYZ_ERR_CORRUPT, "data", nyz_read(&s, &opt, &back, err));
        assert_null(back.owner);
    }
    nyz_buffer_free(&file);
}

static void members_fill_the_callers_memory(void **state)
{
    (void)state;
    nyz_array source = counting_up(NYZ_FLOAT64);
    unsigned char memory[16 * 400];
    const nyz_dtype f4 = nyz_dtype_of(NYZ_FLOAT32);
    nyz_buffer file = {0};
    const nyz_stream s = nyz_stream_buffer(&file);
    nyz_npz_writer *w = NULL;
    nyz_npz *npz = NULL;
    nyz_options deflated = {0};
    deflated.method = NYZ_DEFLATED;
    assert_ok(nyz_npz_create_stream(&s, NULL, &w, err));
    assert_ok(nyz_npz_add(w, "stored", &source, NULL, err));
    assert_ok(nyz_npz_add(w, "deflated", &source, &deflated, err));
    assert_ok(nyz_npz_add_bytes(w, "text", "hello", 5, NULL, err));
    assert_ok(nyz_npz_finish(&w, err));
    assert_ok(nyz_npz_open_mem(file.data, file.size, NULL, &npz, err));
    const nyz_array into = place(2, &f4, memory);
    for (int64_t i = 0; i < 2; i++) {
        (void)place(2, &f4, memory);
        assert_ok(nyz_npz_load_into_at(npz, i, NULL, &into, err));
        assert_counts_up(&into);
    }
    assert_fails(NYZ_ERR_NOT_FOUND, "'text'",
                 nyz_npz_load_into_at(npz, 2, NULL, &into, err));
    assert_fails(NYZ_ERR_NOT_FOUND, "", nyz_npz_load_into_at(npz, 3, NULL, &into, err));
    nyz_npz_close(&npz);
    file.data[55 + 128 + 100] ^= 1;
    assert_ok(nyz_npz_open_mem(file.data, file.size, NULL, &npz, err));
    assert_fails(NYZ_ERR_CORRUPT, "CRC", nyz_npz_load_into_at(npz, 0, NULL, &into, err));
    nyz_npz_close(&npz);
    nyz_buffer_free(&file);
    nyz_array_free(&source);
}

static void every_failing_allocation_is_reported_and_nothing_leaks(void **state)
{
    (void)state;
    nyz_array source = counting_up(NYZ_FLOAT64);
    unsigned char memory[16 * 400];
    const nyz_dtype f4 = nyz_dtype_of(NYZ_FLOAT32);
    const nyz_array into = place(3, &f4, memory);
    nyz_buffer file;
    nyz_status status = NYZ_ERR_MEMORY;
    assert_ok(nyz_save_mem(&source, NULL, &file, err));
    for (long n = 1; status != NYZ_OK; n++) {
        const nyz_stream s = nyz_stream_buffer(&file);
        counting c;
        nyz_options opt = {0};
        counting_init(&c);
        c.fail_at = n;
        opt.allocator = &c.allocator;
        file.position = 0;
        status = nyz_read_into(&s, &opt, &into, NULL);
        assert_true(status == NYZ_OK || status == NYZ_ERR_MEMORY);
        assert_int_equal(c.live, 0);
        assert_true(n < 100);
    }
    nyz_buffer_free(&file);
    nyz_array_free(&source);
}

static void a_small_array_is_read_by_one_whatever_the_threads(void **state)
{
    (void)state;
    nyz_array source = counting_up(NYZ_FLOAT64);
    const nyz_dtype f8 = nyz_dtype_of(NYZ_FLOAT64);
    unsigned char memory[16 * 400];
    nyz_buffer file;
    assert_ok(nyz_save_mem(&source, NULL, &file, err));
    for (int kind = 0; kind < 4; kind++) {
        const nyz_array into = place(kind, &f8, memory);
        const nyz_stream s = nyz_stream_buffer(&file);
        const nyz_options opt = {.threads = 4};
        file.position = 0;
        assert_ok(nyz_read_into(&s, &opt, &into, err));
        assert_counts_up(&into);
    }
    nyz_buffer_free(&file);
    nyz_array_free(&source);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_file_fills_any_strides_and_types_that_hold_it),
        cmocka_unit_test(gaps_between_the_elements_are_not_touched),
        cmocka_unit_test(the_byte_order_asked_for_is_written),
        cmocka_unit_test(what_does_not_fit_is_refused_by_name),
        cmocka_unit_test(a_dtype_without_a_text_is_refused_too),
        cmocka_unit_test(structs_are_the_same_or_refused),
        cmocka_unit_test(files_around_the_size_of_a_window_load_whole),
        cmocka_unit_test(the_number_of_threads_changes_no_byte),
        cmocka_unit_test(the_first_failure_in_the_file_is_told_whatever_the_threads),
        cmocka_unit_test(a_stream_that_ends_early_is_corrupt_on_all_threads),
        cmocka_unit_test(members_fill_the_callers_memory),
        cmocka_unit_test(every_failing_allocation_is_reported_and_nothing_leaks),
        cmocka_unit_test(a_small_array_is_read_by_one_whatever_the_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
