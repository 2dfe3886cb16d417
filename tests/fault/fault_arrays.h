/* SPDX-License-Identifier: MIT */
/* Acts for the tests in which something fails: dtypes, arrays, .npy files, streams, and
 * files that take a path's place.  One calls a function with arguments that lead through
 * its code; fault_table.h lists them. */
#ifndef NYZ_TESTS_FAULT_ARRAYS_H
#define NYZ_TESTS_FAULT_ARRAYS_H

#include <errno.h>

#include "base/error.h"
#include "fault/fault_fixture.h"

/* --------------------------------------------------------------------- dtypes, arrays */

static nyz_status parse_dtype(fixture *s, nyz_error *err)
{
    nyz_dtype dtype;
    const char *const text = descr_of(s->way->kind);
    POISON(&dtype);
    const nyz_status status = nyz_dtype_parse(text, strlen(text), &s->opt, &dtype, err);
    if (status == NYZ_OK) {
        assert_int_equal(dtype.itemsize, s->array.dtype.itemsize);
    } else {
        assert_zero(&dtype);
    }
    nyz_dtype_free(&dtype);
    assert_zero(&dtype);
    return status;
}

/* Those that take no memory and ask the system for nothing. */
static nyz_status look(fixture *s, nyz_error *err)
{
    char text[64];
    size_t length;
    const int axes[] = {1, 0};
    nyz_array view;
    nyz_array row;
    const int64_t count = 1;
    int32_t memory = 0;
    const nyz_dtype dtype = nyz_dtype_of(NYZ_INT32);
    assert_int_equal(nyz_version(), NYZ_VERSION_NUMBER);
    assert_string_equal(nyz_status_text(NYZ_ERR_MEMORY), "memory");
    assert_string_equal(nyz_system_text(ENOMEM), "out of memory");
    assert_int_equal(nyz_array_count(&s->array), ROWS * COLUMNS);
    assert_int_equal(nyz_array_is_contiguous(&s->array, NYZ_KEEP_ORDER),
                     s->way->kind != GAPS);
    assert_true(nyz_dtype_equal(&s->array.dtype, &s->array.dtype));
    assert_false(nyz_dtype_has_objects(&s->array.dtype));
    assert_true(nyz_name_is_safe("a/b"));
    NYZ_TRY(nyz_array_describe(&s->array, text, sizeof text, &length, err));
    NYZ_TRY(nyz_dtype_format(&s->array.dtype, text, sizeof text, &length, err));
    NYZ_TRY(nyz_array_wrap(&memory, &dtype, 1, &count, NULL, &view, err));
    NYZ_TRY(nyz_array_wrap_const(&count, &dtype, 1, &count, NULL, &view, err));
    NYZ_TRY(nyz_array_transpose(&s->array, axes, &view, err));
    NYZ_TRY(nyz_array_slice(&s->array, 0, 1, 5, 2, &row, err));
    NYZ_TRY(nyz_array_index(&s->array, 1, -1, &row, err));
    return s->way->kind == RECORDS ? nyz_array_field(&s->array, "n", &row, err) : NYZ_OK;
}

static nyz_status copy(fixture *s, nyz_error *err)
{
    nyz_array out;
    nyz_array again;
    POISON(&out);
    const nyz_status status = nyz_array_copy(&s->array, &s->opt, &out, err);
    if (status == NYZ_OK) { /* the second reference outlives the first */
        POISON(&again);
        assert_int_equal(nyz_array_retain(&out, &again, err), NYZ_OK);
        nyz_array_free(&out);
        out = again;
    }
    return take(s, status, &out);
}

static nyz_status new_array(fixture *s, nyz_error *err)
{
    const nyz_array *const like = &s->array;
    nyz_array out;
    POISON(&out);
    return take(NULL,
                nyz_array_new(&like->dtype, like->ndim, like->shape, &s->opt, &out, err),
                &out);
}

static void count_call(void *ctx, void *data)
{
    (void)data;
    ++*(int *)ctx;
}

/* What fails has not taken the data. */
static nyz_status adopt(fixture *s, nyz_error *err)
{
    const nyz_array *const from = &s->array;
    nyz_array out;
    int freed = 0;
    POISON(&out);
    const nyz_status status =
        take(s,
             nyz_array_adopt(from->data, count_call, &freed, &from->dtype, from->ndim,
                             from->shape, from->strides, &s->opt, &out, err),
             &out);
    assert_int_equal(freed, status == NYZ_OK);
    return status;
}

/* -------------------------------------------------------------------- one array: .npy */

static nyz_status load(fixture *s, nyz_error *err)
{
    nyz_array out;
    POISON(&out);
    return take(s, nyz_load(s->npy_path, &s->opt, &out, err), &out);
}

static nyz_status load_mem(fixture *s, nyz_error *err)
{
    nyz_array out;
    POISON(&out);
    return take(s, nyz_load_mem(s->npy.data, s->npy.size, &s->opt, &out, err), &out);
}

static nyz_status load_into(fixture *s, nyz_error *err)
{
    return take_into(s, nyz_load_into(s->npy_path, &s->opt, &s->into, err));
}

static nyz_status load_header(fixture *s, nyz_error *err)
{
    nyz_array out;
    POISON(&out);
    return take(NULL, nyz_load_header(s->npy_path, &s->opt, &out, err), &out);
}

static nyz_status save(fixture *s, nyz_error *err)
{
    return nyz_save(&s->array, s->target, &s->opt, err);
}

static nyz_status save_mem(fixture *s, nyz_error *err)
{
    nyz_buffer out;
    POISON(&out);
    const nyz_status status = nyz_save_mem(&s->array, &s->opt, &out, err);
    if (status == NYZ_OK) {
        assert_npy(s, &out);
    } else {
        assert_zero(&out);
    }
    nyz_buffer_free(&out);
    return status;
}

/* ---------------------------------------------------------------------------- streams */

static nyz_status read_file(fixture *s, nyz_error *err)
{
    nyz_array out;
    FILE *const file = fopen(s->npy_path, "rb");
    assert_non_null(file);
    const nyz_stream stream = nyz_stream_file(file);
    POISON(&out);
    const nyz_status status = take(s, nyz_read(&stream, &s->opt, &out, err), &out);
    assert_int_equal(fclose(file), 0);
    return status;
}

static nyz_status read_fd(fixture *s, nyz_error *err)
{
    nyz_array out;
    FILE *const file = fopen(s->npy_path, "rb");
    assert_non_null(file);
    const nyz_stream stream = nyz_stream_fd(fileno(file));
    POISON(&out);
    const nyz_status status = take(s, nyz_read(&stream, &s->opt, &out, err), &out);
    assert_int_equal(fclose(file), 0);
    return status;
}

static nyz_status read_fd_into(fixture *s, nyz_error *err)
{
    FILE *const file = fopen(s->npy_path, "rb");
    assert_non_null(file);
    const nyz_stream stream = nyz_stream_fd(fileno(file));
    const nyz_status status =
        take_into(s, nyz_read_into(&stream, &s->opt, &s->into, err));
    assert_int_equal(fclose(file), 0);
    return status;
}

static nyz_status read_header(fixture *s, nyz_error *err)
{
    nyz_array out;
    FILE *const file = fopen(s->npy_path, "rb");
    assert_non_null(file);
    const nyz_stream stream = nyz_stream_fd(fileno(file));
    POISON(&out);
    const nyz_status status =
        take(NULL, nyz_read_header(&stream, &s->opt, &out, err), &out);
    assert_int_equal(fclose(file), 0);
    return status;
}

static nyz_status skip_data(fixture *s, nyz_error *err)
{
    nyz_array header;
    FILE *const file = fopen(s->npy_path, "rb");
    assert_non_null(file);
    const nyz_stream stream = nyz_stream_fd(fileno(file));
    nyz_status status = nyz_read_header(&stream, &s->opt, &header, err);
    if (status == NYZ_OK) {
        status = nyz_skip_data(&stream, &header, &s->opt, err);
        nyz_array_free(&header);
    }
    assert_int_equal(fclose(file), 0);
    return status;
}

/* To a buffer whose own memory may fail, too. */
static nyz_status write_array(fixture *s, nyz_error *err)
{
    nyz_buffer buffer = {.allocator = s->opt.allocator};
    const nyz_stream stream = nyz_stream_buffer(&buffer);
    const nyz_status status = nyz_write(&stream, &s->array, &s->opt, err);
    if (status == NYZ_OK) {
        assert_npy(s, &buffer);
    }
    nyz_buffer_free(&buffer);
    return status;
}

static nyz_status write_header(fixture *s, nyz_error *err)
{
    nyz_buffer buffer = {.allocator = s->opt.allocator};
    const nyz_stream stream = nyz_stream_buffer(&buffer);
    const nyz_status status = nyz_write_header(&stream, &s->array, &s->opt, err);
    nyz_buffer_free(&buffer);
    return status;
}

static nyz_status write_output(fixture *s, int finish, nyz_error *err)
{
    nyz_output *output;
    nyz_stream stream;
    POISON(&output);
    POISON(&stream);
    nyz_status status = nyz_output_create(s->target, &s->opt, &output, &stream, err);
    if (status != NYZ_OK) {
        assert_null(output);
        assert_zero(&stream);
        return status;
    }
    status = nyz_write(&stream, &s->array, &s->opt, err);
    if (status == NYZ_OK && finish) {
        status = nyz_output_finish(&output, err);
        assert_null(output);
    }
    nyz_output_discard(&output);
    assert_null(output);
    return status;
}

static nyz_status finish_output(fixture *s, nyz_error *err)
{
    return write_output(s, 1, err);
}

static nyz_status discard_output(fixture *s, nyz_error *err)
{
    return write_output(s, 0, err);
}

/* In pieces of 7 bytes, of the array as s->npy has it, the number of its rows unknown. */
static nyz_status finish_npy(fixture *s, nyz_error *err)
{
    const size_t size = (size_t)(nyz_array_count(&s->array) * s->array.dtype.itemsize);
    const unsigned char *const data = s->npy.data + s->npy.size - size;
    nyz_options opt = s->opt;
    nyz_array like = s->array;
    nyz_output *output;
    opt.byteorder = NYZ_LITTLE_ENDIAN;
    like.shape[0] = -1;
    POISON(&output);
    const nyz_status status = nyz_output_create_npy(s->target, &like, &opt, &output, err);
    if (status != NYZ_OK) {
        assert_null(output);
        return status;
    }
    for (size_t done = 0; done < size; done += 7) {
        if (nyz_output_write(output, data + done, size - done < 7 ? size - done : 7,
                             NULL) != NYZ_OK) {
            break; /* which nyz_output_finish says again */
        }
    }
    const nyz_status finished = nyz_output_finish(&output, err);
    assert_null(output);
    return finished;
}

#endif
