/* SPDX-License-Identifier: MIT */
/* Fuzz target: a .npy file.  The last two bytes choose options, the rest is the file.  It
 * is read from memory, from streams, and into memory that is there already: all must
 * agree. */
#include "dtype/dtype.h"
#include "fuzz.h"
#include "nyz_cast.h"
#include "nyz_file.h"

typedef struct file {
    fuzz_input in;
    nyz_options opt;
    nyz_array array; /* loaded from memory */
    nyz_status status;
} file;

/* An empty file is damaged, an empty stream has come to its end. */
static nyz_status in_stream(const file *f)
{
    return f->in.size == 0 ? NYZ_ERR_NOT_FOUND : f->status;
}

static void check_stream(const file *f, int seekable, size_t step)
{
    fuzz_reader r = {f->in, 0, step};
    const nyz_stream stream = fuzz_stream(&r, seekable);
    nyz_status status;
    nyz_array array;
    FUZZ_TRIED(status, nyz_read(&stream, &f->opt, &array, err));
    CHECK(status == in_stream(f));
    CHECK_ZERO_UNLESS_OK(status, array);
    if (status == NYZ_OK) {
        fuzz_check_same(&f->array, &array);
        CHECK(array.dtype.byteorder == f->array.dtype.byteorder);
        CHECK(f->opt.order == NYZ_KEEP_ORDER ||
              nyz_array_is_contiguous(&array, f->opt.order));
        nyz_array_free(&array);
    }
}

/* A header alone is refused as the file is, except for what only the data shows. */
static void check_header(const file *f)
{
    fuzz_reader r = {f->in, 0, SIZE_MAX};
    const nyz_stream stream = fuzz_stream(&r, 0);
    nyz_status status;
    nyz_array array;
    FUZZ_TRIED(status, nyz_read_header(&stream, &f->opt, &array, err));
    CHECK_ZERO_UNLESS_OK(status, array);
    CHECK(status == NYZ_OK || status == in_stream(f));
    if (status == NYZ_OK) {
        const int64_t bytes = nyz_array_count(&array) * array.dtype.itemsize;
        const int holds = bytes <= (int64_t)(f->in.size - r.at);
        CHECK(array.data == NULL && bytes >= 0);
        CHECK(f->status == NYZ_OK ? holds && fuzz_same_shape(&array, &f->array)
                                  : !holds || nyz_dtype_has_objects(&array.dtype));
        nyz_array_free(&array);
    }
}

/* The array is passed over as it is read; what cannot be read may be an array of objects.  Streams
 * of both kinds agree. */
static void check_skipped(const file *f)
{
    size_t end[2];
    nyz_status skipped[2];
    for (int seekable = 0; seekable < 2; seekable++) {
        fuzz_reader r = {f->in, 0, seekable ? 5 : SIZE_MAX};
        const nyz_stream stream = fuzz_stream(&r, seekable);
        nyz_array header;
        skipped[seekable] = nyz_read_header(&stream, &f->opt, &header, NULL);
        if (skipped[seekable] == NYZ_OK) {
            FUZZ_TRIED(skipped[seekable], nyz_skip_data(&stream, &header, &f->opt, err));
            CHECK(skipped[seekable] == in_stream(f) ||
                  nyz_dtype_has_objects(&header.dtype));
            nyz_array_free(&header);
        }
        end[seekable] = r.at;
    }
    CHECK(skipped[0] == skipped[1] && (skipped[0] != NYZ_OK || end[0] == end[1]));
}

static nyz_status read_into(const file *f, const nyz_array *into, size_t *end)
{
    fuzz_reader r = {f->in, 0, 7};
    const nyz_stream stream = fuzz_stream(&r, 1);
    const nyz_status status = nyz_read_into(&stream, &f->opt, into, NULL);
    *end = r.at;
    return status;
}

/* In the other order, and, where there is an axis, backwards in memory. */
static void check_into(const file *f)
{
    const nyz_order other =
        nyz_array_is_contiguous(&f->array, NYZ_C_ORDER) ? NYZ_F_ORDER : NYZ_C_ORDER;
    nyz_array memory;
    nyz_array into;
    size_t end;
    fuzz_scrambled(&f->array, other, &memory);
    into = memory;
    if (memory.ndim > 0) {
        CHECK_OK(nyz_array_slice(&memory, 0, INT64_MAX, INT64_MIN, -1, &into, err));
    }
    CHECK(read_into(f, &into, &end) == NYZ_OK);
    CHECK(end <= f->in.size);
    fuzz_check_same(&f->array, &into);
    into.flags = NYZ_READONLY;
    CHECK(read_into(f, &into, &end) == NYZ_ERR_ARGUMENT);
    nyz_array_free(&memory);
}

/* Numbers become wider ones, or the call is refused. */
static void check_converted(const file *f)
{
    const nyz_dtype wider = nyz_dtype_of(NYZ_COMPLEX128);
    const int64_t count = nyz_array_count(&f->array);
    nyz_array memory;
    size_t end;
    if ((uint64_t)count > f->in.size) {
        return; /* of items without bytes there may be more than of others */
    }
    unsigned char *const data = malloc((size_t)(count * wider.itemsize) + 1);
    CHECK(data != NULL);
    if (nyz_array_wrap(data, &wider, f->array.ndim, f->array.shape, NULL, &memory,
                       NULL) != NYZ_OK) {
        CHECK(count == 0); /* with dimensions that are for narrow items alone */
        free(data);
        return;
    }
    const nyz_status status = read_into(f, &memory, &end);
    const nyz_type type = f->array.dtype.type;
    const int number = (type >= NYZ_BOOL && type <= NYZ_CLONGDOUBLE) ||
                       (type == NYZ_VOID && f->array.dtype.letter == 'f');
    const int is_long = type == NYZ_LONGDOUBLE || type == NYZ_CLONGDOUBLE;
    CHECK(status == (number ? NYZ_OK : NYZ_ERR_ARGUMENT) ||
          (is_long && status == NYZ_ERR_UNSUPPORTED)); /* of another machine */
    free(data);
}

/* A file is cast on the way as its array is in memory, by whatever casting. */
static void check_cast(const file *f)
{
    static const nyz_type types[] = {
        NYZ_BOOL,    NYZ_INT8,    NYZ_UINT16,    NYZ_INT64,         NYZ_FLOAT16,
        NYZ_FLOAT32, NYZ_FLOAT64, NYZ_COMPLEX64, NYZ_FLOAT8_E4M3FN, NYZ_BFLOAT16};
    const nyz_dtype dtype = nyz_dtype_of(types[f->in.size % 10]);
    const nyz_type type = f->array.dtype.type;
    const int64_t count = nyz_array_count(&f->array);
    nyz_options opt = f->opt;
    fuzz_reader r = {f->in, 0, 11};
    const nyz_stream stream = fuzz_stream(&r, 1);
    nyz_array cast;
    nyz_array into;
    if ((uint64_t)count > f->in.size || type == NYZ_LONGDOUBLE ||
        type == NYZ_CLONGDOUBLE) {
        return; /* whether it is of this machine depends on its byte order */
    }
    opt.casting = (nyz_casting)(f->in.size / 10 % (NYZ_CAST_UNSAFE + 1));
    opt.casting = opt.casting == NYZ_CAST_NO ? NYZ_CAST_UNSAFE : opt.casting;
    opt.void_as = NYZ_FLOAT8_E4M3FN;
    opt.order = NYZ_C_ORDER;
    opt.byteorder = NYZ_DEFAULT_BYTEORDER;
    const nyz_status status = nyz_array_cast(&f->array, &dtype, &opt, &cast, NULL);
    CHECK_ZERO_UNLESS_OK(status, cast);
    if (nyz_array_new(&dtype, f->array.ndim, f->array.shape, &opt, &into, NULL) !=
        NYZ_OK) {
        CHECK(status != NYZ_OK);
        return;
    }
    CHECK(nyz_read_into(&stream, &opt, &into, NULL) == status);
    CHECK(status != NYZ_OK || count == 0 ||
          memcmp(cast.data, into.data, (size_t)(count * dtype.itemsize)) == 0);
    nyz_array_free(&into);
    nyz_array_free(&cast);
}

/* Saved and loaded again it is the same. */
static void check_saved(const file *f)
{
    nyz_buffer buffer;
    nyz_array again;
    const nyz_options save = {.allocator = &fuzz_allocator};
    CHECK_OK(nyz_save_mem(&f->array, &save, &buffer, err));
    CHECK_OK(nyz_load_mem(buffer.data, buffer.size, &save, &again, err));
    fuzz_check_same(&f->array, &again);
    nyz_array_free(&again);
    nyz_buffer_free(&buffer);
}

/* An item by the handle over every format: what is said of it is what loading gives. */
static void check_item(const file *f, const nyz_file *handle, int64_t i)
{
    const int is_npy = strcmp(nyz_file_format(handle), "npy") == 0;
    nyz_item item;
    nyz_array array;
    nyz_status known;
    nyz_status status;
    FUZZ_TRIED(known, nyz_file_info_at(handle, i, &item, err));
    FUZZ_TRIED(status, nyz_file_load_at(handle, i, NULL, &array, err));
    CHECK_ZERO_UNLESS_OK(status, array);
    CHECK(status != NYZ_OK || (known == NYZ_OK && item.kind == NYZ_ITEM_ARRAY &&
                               fuzz_same_shape(&item.header, &array)));
    if (is_npy) {
        CHECK(known == NYZ_OK && item.kind != NYZ_ITEM_BYTES);
        CHECK((item.kind == NYZ_ITEM_ARRAY) == (status == NYZ_OK));
        CHECK(item.kind == NYZ_ITEM_ARRAY || status == item.error.status);
        CHECK(i > 0 || status == f->status || /* the handle looks at pickles */
              (status == NYZ_ERR_CORRUPT && f->status == NYZ_ERR_UNSUPPORTED));
    }
    if (is_npy && i == 0 && status == NYZ_OK) {
        fuzz_check_same(&f->array, &array);
    }
    nyz_array_free(&array);
    nyz_item_free(&item);
}

static void check_handle(const file *f)
{
    nyz_file *handle;
    nyz_status status;
    FUZZ_TRIED(status, nyz_file_open_mem(f->in.bytes, f->in.size, &f->opt, &handle, err));
    CHECK((status == NYZ_OK) == (handle != NULL));
    if (status != NYZ_OK) {
        CHECK(f->status != NYZ_OK || status == NYZ_ERR_LIMIT); /* of too many arrays */
        return;
    }
    CHECK(nyz_file_trailing(handle) <= (int64_t)f->in.size);
    for (int64_t i = 0; i < nyz_file_count(handle) && i < 8; i++) {
        check_item(f, handle, i);
    }
    nyz_file_close(&handle);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    file f = {.in = {data, size}};
    f.opt = fuzz_options(&f.in);
    unsigned char *const bytes = fuzz_copy(&f.in);
    f.in.bytes = bytes;
    FUZZ_TRIED(f.status, nyz_load_mem(bytes, f.in.size, &f.opt, &f.array, err));
    CHECK_ZERO_UNLESS_OK(f.status, f.array);
    CHECK(f.status != NYZ_ERR_NOT_FOUND);
    check_stream(&f, 0, SIZE_MAX);
    check_stream(&f, 1, 1);
    check_header(&f);
    check_skipped(&f);
    check_handle(&f);
    if (f.status == NYZ_OK) {
        check_into(&f);
        check_converted(&f);
        check_cast(&f);
        check_saved(&f);
        nyz_array_free(&f.array);
    }
    CHECK(fuzz_live == 0);
    free(bytes);
    return 0;
}
