/* SPDX-License-Identifier: MIT */
/* Fuzz target: a part of an array.  The last bytes choose options and ranges, the rest is a .npy
 * file.  The part is read from memory, from streams, into memory that is there already, and from
 * members: all must agree with the view of the whole array. */
#include "fuzz.h"
#include "nyz_slice.h"

enum { MOST_RANGES = 4 };

typedef struct file {
    fuzz_input in;
    nyz_options opt;
    nyz_range ranges[MOST_RANGES];
    int count;
    nyz_status status; /* of loading all of it */
    nyz_array whole;
    nyz_array part; /* the view of it */
} file;

/* ---------------------------------------------------------------------------- what is wanted */

static int64_t end_from(unsigned byte)
{
    static const int64_t far[] = {INT64_MIN, INT64_MIN + 1, INT64_MAX, INT64_MAX - 1};
    return byte < 200 ? (int64_t)byte - 100 : far[byte % 4];
}

static nyz_range range_from(fuzz_input *in)
{
    const unsigned step = fuzz_last(in);
    nyz_range r = {end_from(fuzz_last(in)), end_from(fuzz_last(in)), 0};
    r.step = step < 240 ? (int64_t)(step % 16) - 8 : end_from(step);
    return r.step == 0 ? (nyz_range){0, 0, 0} : r;
}

static void choose_ranges(file *f)
{
    f->count = (int)(fuzz_last(&f->in) % (MOST_RANGES + 1));
    for (int i = 0; i < f->count; i++) {
        f->ranges[i] = range_from(&f->in);
    }
}

/* The view; there are no more ranges than axes then. */
static void slice_whole(file *f)
{
    f->part = f->whole;
    f->count = f->count < f->whole.ndim ? f->count : f->whole.ndim;
    for (int i = 0; i < f->count; i++) {
        const nyz_array from = f->part;
        const nyz_range r = f->ranges[i];
        if (r.step != 0) {
            CHECK_OK(nyz_array_slice(&from, i, r.start, r.stop, r.step, &f->part, err));
        }
    }
}

/* --------------------------------------------------------------------------------- reading it */

static void check_part(const file *f, nyz_array *array)
{
    fuzz_check_same(&f->part, array);
    CHECK(array->dtype.byteorder == f->whole.dtype.byteorder);
    CHECK(f->opt.order == NYZ_KEEP_ORDER || nyz_array_is_contiguous(array, f->opt.order));
    nyz_array_free(array);
}

static void check_mem(const file *f)
{
    nyz_status status;
    nyz_array array;
    FUZZ_TRIED(status, nyz_load_slice_mem(f->in.bytes, f->in.size, f->ranges, f->count,
                                          &f->opt, &array, err));
    CHECK(status == NYZ_OK);
    check_part(f, &array);
}

static void check_stream(const file *f, int seekable, size_t step)
{
    fuzz_reader r = {f->in, 0, step};
    const nyz_stream stream = fuzz_stream(&r, seekable);
    nyz_status status;
    nyz_array array;
    FUZZ_TRIED(status,
               nyz_read_slice(&stream, f->ranges, f->count, &f->opt, &array, err));
    CHECK(status == NYZ_OK && r.at <= f->in.size);
    check_part(f, &array);
}

/* In the other order, and backwards in memory. */
static void check_into(const file *f)
{
    const nyz_order other =
        nyz_array_is_contiguous(&f->whole, NYZ_C_ORDER) ? NYZ_F_ORDER : NYZ_C_ORDER;
    fuzz_reader r = {f->in, 0, 7};
    const nyz_stream stream = fuzz_stream(&r, f->count % 2);
    nyz_array memory;
    nyz_array into;
    fuzz_scrambled(&f->part, other, &memory);
    into = memory;
    if (memory.ndim > 0) {
        CHECK_OK(nyz_array_slice(&memory, 0, INT64_MAX, INT64_MIN, -1, &into, err));
    }
    CHECK_OK(nyz_read_slice_into(&stream, f->ranges, f->count, &f->opt, &into, err));
    fuzz_check_same(&f->part, &into);
    nyz_array_free(&memory);
}

static void check_member(const file *f, nyz_method method)
{
    const nyz_options plain = {.allocator = &fuzz_allocator, .method = method};
    nyz_options opt = f->opt;
    nyz_buffer buffer = {.allocator = &fuzz_allocator};
    const nyz_stream to = nyz_stream_buffer(&buffer);
    nyz_npz_writer *writer;
    nyz_npz *npz;
    nyz_array array;
    opt.flags = f->count % 2 ? NYZ_VERIFY : 0;
    opt.limits = NULL;
    CHECK_OK(nyz_npz_create_stream(&to, &plain, &writer, err));
    CHECK_OK(nyz_npz_add(writer, "a", &f->whole, NULL, err));
    CHECK_OK(nyz_npz_finish(&writer, err));
    CHECK_OK(nyz_npz_open_mem(buffer.data, buffer.size, &plain, &npz, err));
    CHECK_OK(nyz_npz_load_slice_at(npz, 0, f->ranges, f->count, &opt, &array, err));
    fuzz_check_same(&f->part, &array);
    nyz_array_free(&array);
    nyz_npz_close(&npz);
    nyz_buffer_free(&buffer);
}

/* What is refused as a whole is as a part, except for its size. */
static void check_refused(const file *f)
{
    nyz_status status;
    nyz_array array;
    nyz_error error;
    fuzz_error_begin(&error);
    status = nyz_load_slice_mem(f->in.bytes, f->in.size, f->ranges, f->count, &f->opt,
                                &array, &error);
    CHECK_ZERO_UNLESS_OK(status, array);
    CHECK(status == f->status || f->status == NYZ_ERR_LIMIT);
    nyz_array_free(&array);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    file f = {.in = {data, size}};
    f.opt = fuzz_options(&f.in);
    choose_ranges(&f);
    unsigned char *const bytes = fuzz_copy(&f.in);
    f.in.bytes = bytes;
    FUZZ_TRIED(f.status, nyz_load_mem(bytes, f.in.size, &f.opt, &f.whole, err));
    if (f.status == NYZ_OK) {
        slice_whole(&f);
        check_mem(&f);
        check_stream(&f, 1, SIZE_MAX);
        check_stream(&f, 1, 5);
        check_stream(&f, 0, 3);
        check_into(&f);
        check_member(&f, NYZ_STORED);
        check_member(&f, NYZ_DEFLATED);
        nyz_array_free(&f.whole);
    } else {
        check_refused(&f);
    }
    free(bytes);
    CHECK(fuzz_live == 0);
    return 0;
}
