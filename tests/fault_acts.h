/* Every public function with arguments that lead through its code, for the tests in which
 * something fails: test_fault_memory.c and test_fault_system.c run the table at the end.
 * python_check/test_exports.py compares it with nyz.h. */
#ifndef NYZ_TESTS_FAULT_ACTS_H
#define NYZ_TESTS_FAULT_ACTS_H

#include "fault_scene.h"

#include "common.h"

/* An act calls a function, judges its outputs and frees them; it returns what the
 * function returned.  What it needs besides is made with the defaults and does not fail.
 */
typedef nyz_status act(scene *s, nyz_error *err);

/* --------------------------------------------------------------------- dtypes, arrays */

static nyz_status parse_dtype(scene *s, nyz_error *err)
{
    nyz_dtype dtype;
    const char *const text = descr_of(s->way->kind);
    SOIL(&dtype);
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
static nyz_status look(scene *s, nyz_error *err)
{
    char text[64];
    size_t length;
    const int axes[] = {1, 0};
    nyz_array view;
    nyz_array row;
    const int64_t count = 1;
    const nyz_dtype dtype = nyz_dtype_of(NYZ_INT32);
    assert_int_equal(nyz_version(), NYZ_VERSION_NUMBER);
    assert_string_equal(nyz_status_text(NYZ_ERR_MEMORY), "memory");
    assert_int_equal(nyz_size(&s->array), ROWS * COLUMNS);
    assert_int_equal(nyz_is_contiguous(&s->array, NYZ_KEEP_ORDER), s->way->kind != GAPS);
    NYZ_TRY(nyz_dtype_format(&s->array.dtype, text, sizeof text, &length, err));
    NYZ_TRY(nyz_wrap(&count, &dtype, 1, &count, NULL, &view, err));
    NYZ_TRY(nyz_transpose(&s->array, axes, &view, err));
    NYZ_TRY(nyz_slice(&s->array, 0, 1, 5, 2, &row, err));
    NYZ_TRY(nyz_index(&s->array, 1, -1, &row, err));
    return s->way->kind == RECORDS ? nyz_select(&s->array, "n", &row, err) : NYZ_OK;
}

static nyz_status copy(scene *s, nyz_error *err)
{
    nyz_array out;
    SOIL(&out);
    return take(s, nyz_copy(&s->array, &s->opt, &out, err), &out);
}

/* -------------------------------------------------------------------- one array: .npy */

static nyz_status load(scene *s, nyz_error *err)
{
    nyz_array out;
    SOIL(&out);
    return take(s, nyz_load(s->npy_path, &s->opt, &out, err), &out);
}

static nyz_status load_mem(scene *s, nyz_error *err)
{
    nyz_array out;
    SOIL(&out);
    return take(s, nyz_load_mem(s->npy.data, s->npy.size, &s->opt, &out, err), &out);
}

static nyz_status load_into(scene *s, nyz_error *err)
{
    return take_into(s, nyz_load_into(s->npy_path, &s->opt, &s->into, err));
}

static nyz_status peek(scene *s, nyz_error *err)
{
    nyz_array out;
    SOIL(&out);
    return take(NULL, nyz_peek(s->npy_path, &s->opt, &out, err), &out);
}

static nyz_status save(scene *s, nyz_error *err)
{
    return nyz_save(&s->array, s->target, &s->opt, err);
}

static nyz_status save_mem(scene *s, nyz_error *err)
{
    nyz_buffer out;
    SOIL(&out);
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

static nyz_status read_file(scene *s, nyz_error *err)
{
    nyz_array out;
    FILE *const file = fopen(s->npy_path, "rb");
    assert_non_null(file);
    const nyz_stream stream = nyz_stream_file(file);
    SOIL(&out);
    const nyz_status status = take(s, nyz_read(&stream, &s->opt, &out, err), &out);
    assert_int_equal(fclose(file), 0);
    return status;
}

static nyz_status read_fd(scene *s, nyz_error *err)
{
    nyz_array out;
    FILE *const file = fopen(s->npy_path, "rb");
    assert_non_null(file);
    const nyz_stream stream = nyz_stream_fd(fileno(file));
    SOIL(&out);
    const nyz_status status = take(s, nyz_read(&stream, &s->opt, &out, err), &out);
    assert_int_equal(fclose(file), 0);
    return status;
}

static nyz_status read_fd_into(scene *s, nyz_error *err)
{
    FILE *const file = fopen(s->npy_path, "rb");
    assert_non_null(file);
    const nyz_stream stream = nyz_stream_fd(fileno(file));
    const nyz_status status =
        take_into(s, nyz_read_into(&stream, &s->opt, &s->into, err));
    assert_int_equal(fclose(file), 0);
    return status;
}

static nyz_status read_header(scene *s, nyz_error *err)
{
    nyz_array out;
    FILE *const file = fopen(s->npy_path, "rb");
    assert_non_null(file);
    const nyz_stream stream = nyz_stream_fd(fileno(file));
    SOIL(&out);
    const nyz_status status =
        take(NULL, nyz_read_header(&stream, &s->opt, &out, err), &out);
    assert_int_equal(fclose(file), 0);
    return status;
}

/* To a buffer whose own memory may fail, too. */
static nyz_status write_array(scene *s, nyz_error *err)
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

static nyz_status write_header(scene *s, nyz_error *err)
{
    nyz_buffer buffer = {.allocator = s->opt.allocator};
    const nyz_stream stream = nyz_stream_buffer(&buffer);
    const nyz_status status = nyz_write_header(&stream, &s->array, &s->opt, err);
    nyz_buffer_free(&buffer);
    return status;
}

static nyz_status write_output(scene *s, int finish, nyz_error *err)
{
    nyz_output *output;
    nyz_stream stream;
    SOIL(&output);
    SOIL(&stream);
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

static nyz_status finish_output(scene *s, nyz_error *err)
{
    return write_output(s, 1, err);
}

static nyz_status discard_output(scene *s, nyz_error *err)
{
    return write_output(s, 0, err);
}

/* ------------------------------------------------------------------- reading archives */

static void look_at_members(const nyz_npz *npz)
{
    nyz_member member;
    assert_int_equal(nyz_npz_count(npz), 2);
    assert_int_equal(nyz_npz_find(npz, "note"), 1);
    assert_ok(nyz_npz_member(npz, 1, &member, err));
    assert_string_equal(member.name, "note");
}

static nyz_status open_path(scene *s, nyz_error *err)
{
    nyz_npz *npz;
    SOIL(&npz);
    const nyz_status status = nyz_npz_open(s->npz_path, &s->opt, &npz, err);
    if (status == NYZ_OK) {
        look_at_members(npz);
        nyz_npz_close(&npz);
    }
    assert_null(npz);
    return status;
}

static nyz_status open_memory(scene *s, nyz_error *err)
{
    nyz_npz *npz;
    SOIL(&npz);
    const nyz_status status =
        nyz_npz_open_mem(s->archive.data, s->archive.size, &s->opt, &npz, err);
    if (status == NYZ_OK) {
        look_at_members(npz);
        nyz_npz_close(&npz);
    }
    assert_null(npz);
    return status;
}

/* A FILE seeks but has no read_at: another way through the reader. */
static nyz_status open_stream(scene *s, nyz_error *err)
{
    nyz_npz *npz;
    nyz_array out;
    FILE *const file = fopen(s->npz_path, "rb");
    assert_non_null(file);
    const nyz_stream stream = nyz_stream_file(file);
    SOIL(&npz);
    SOIL(&out);
    nyz_status status = nyz_npz_open_stream(&stream, &s->opt, &npz, err);
    if (status == NYZ_OK) {
        status = take(s, nyz_npz_load_at(npz, 0, NULL, &out, err), &out);
        nyz_npz_close(&npz);
    }
    assert_null(npz);
    assert_int_equal(fclose(file), 0);
    return status;
}

/* Opens the archive, and does one thing with it. */
static nyz_status with_archive(scene *s, nyz_error *err,
                               nyz_status (*use)(scene *, const nyz_npz *, nyz_error *))
{
    nyz_npz *npz = NULL;
    nyz_status status = nyz_npz_open(s->npz_path, &s->opt, &npz, err);
    if (status == NYZ_OK) {
        status = use(s, npz, err);
        nyz_npz_close(&npz);
    }
    return status;
}

static nyz_status use_load(scene *s, const nyz_npz *npz, nyz_error *err)
{
    nyz_array out;
    SOIL(&out);
    return take(s, nyz_npz_load(npz, "a", NULL, &out, err), &out);
}

static nyz_status use_load_at(scene *s, const nyz_npz *npz, nyz_error *err)
{
    nyz_array out;
    nyz_options opt = s->opt;
    opt.order = NYZ_F_ORDER; /* one copy more */
    SOIL(&out);
    return take(s, nyz_npz_load_at(npz, 0, &opt, &out, err), &out);
}

static nyz_status use_load_all(scene *s, const nyz_npz *npz, nyz_error *err)
{
    nyz_arrays out;
    SOIL(&out);
    const nyz_status status = nyz_npz_load_all(npz, NULL, &out, err);
    if (status == NYZ_OK) {
        assert_int_equal(out.count, 2);
        assert_same(s, &out.items[0]);
        assert_int_equal(out.items[1].dtype.type, NYZ_NONE);
    } else {
        assert_zero(&out);
    }
    nyz_arrays_free(&out);
    assert_zero(&out);
    return status;
}

static nyz_status use_load_into(scene *s, const nyz_npz *npz, nyz_error *err)
{
    return take_into(s, nyz_npz_load_into(npz, 0, NULL, &s->into, err));
}

static nyz_status use_peek(scene *s, const nyz_npz *npz, nyz_error *err)
{
    nyz_array out;
    (void)s;
    SOIL(&out);
    return take(NULL, nyz_npz_peek(npz, 0, NULL, &out, err), &out);
}

static nyz_status use_bytes(scene *s, const nyz_npz *npz, nyz_error *err)
{
    nyz_array out;
    (void)s;
    SOIL(&out);
    const nyz_status status = nyz_npz_bytes(npz, 1, NULL, &out, err);
    if (status == NYZ_OK) {
        assert_memory_equal(out.data, "text", 4);
    }
    return take(NULL, status, &out);
}

#define ON_ARCHIVE(name)                                                                 \
    static nyz_status member_##name(scene *s, nyz_error *err)                            \
    {                                                                                    \
        return with_archive(s, err, use_##name);                                         \
    }
ON_ARCHIVE(load)
ON_ARCHIVE(load_at)
ON_ARCHIVE(load_all)
ON_ARCHIVE(load_into)
ON_ARCHIVE(peek)
ON_ARCHIVE(bytes)
#undef ON_ARCHIVE

/* ------------------------------------------------------------------- writing archives */

typedef nyz_status adding(scene *s, nyz_npz_writer *writer, nyz_error *err);

static nyz_status add(scene *s, nyz_npz_writer *writer, nyz_error *err)
{
    return nyz_npz_add(writer, "a", &s->array, NULL, err);
}

/* Names and records grow, and take memory more than once. */
static nyz_status add_bytes(scene *s, nyz_npz_writer *writer, nyz_error *err)
{
    nyz_status status = add(s, writer, err);
    for (int i = 0; i < 20 && status == NYZ_OK; i++) {
        char name[300];
        (void)snprintf(name, sizeof name, "%0*d", 10 + i * 14, i);
        status = nyz_npz_add_bytes(writer, name, "text", 4, NULL, err);
    }
    return status;
}

static nyz_status add_all(scene *s, nyz_npz_writer *writer, nyz_error *err)
{
    const nyz_array arrays[] = {s->array, s->array, s->array};
    return nyz_npz_add_all(writer, NULL, arrays, 3, NULL, err);
}

/* Begins an archive at a path, adds to it, and finishes or gives up. */
static nyz_status write_archive(scene *s, adding *how, int finish, nyz_error *err)
{
    nyz_npz_writer *writer;
    SOIL(&writer);
    nyz_status status = nyz_npz_create(s->target, &s->opt, &writer, err);
    if (status != NYZ_OK) {
        assert_null(writer);
        return status;
    }
    status = how(s, writer, err);
    if (finish) { /* after a failure too: it says the same again */
        const nyz_status finished = nyz_npz_finish(&writer, err);
        assert_true(status == NYZ_OK || finished == status);
        status = finished;
        assert_null(writer);
    }
    nyz_npz_discard(&writer);
    assert_null(writer);
    return status;
}

static nyz_status finish_archive(scene *s, nyz_error *err)
{
    return write_archive(s, add, 1, err);
}

static nyz_status discard_archive(scene *s, nyz_error *err)
{
    return write_archive(s, add, 0, err);
}

static nyz_status archive_of_bytes(scene *s, nyz_error *err)
{
    return write_archive(s, add_bytes, 1, err);
}

static nyz_status archive_of_all(scene *s, nyz_error *err)
{
    return write_archive(s, add_all, 1, err);
}

/* To a stream that does not seek, and so gets data descriptors. */
static nyz_status archive_to_stream(scene *s, nyz_error *err)
{
    nyz_buffer buffer = {0};
    nyz_stream stream = nyz_stream_buffer(&buffer);
    nyz_npz_writer *writer;
    stream.seek = NULL;
    SOIL(&writer);
    nyz_status status = nyz_npz_create_stream(&stream, &s->opt, &writer, err);
    if (status == NYZ_OK) {
        (void)add_all(s, writer, NULL);
        status = nyz_npz_finish(&writer, err);
    }
    assert_null(writer);
    nyz_buffer_free(&buffer);
    return status;
}

static nyz_status save_archive(scene *s, nyz_error *err)
{
    const nyz_array arrays[] = {s->array, s->array};
    const char *const names[] = {"a", NULL};
    return nyz_npz_save(s->target, names, arrays, 2, &s->opt, err);
}

/* -------------------------------------------------------------------------- the table */

typedef struct row {
    const char *function;
    act *act;
    unsigned ways; /* bits of ways[] */
    result result;
    int quiet; /* it takes no memory, and asks the system for nothing */
} row;

static const row rows[] = {
    {"nyz_version", look, KINDS, NOTHING, 1},
    {"nyz_status_text", look, ONE, NOTHING, 1},
    {"nyz_dtype_of", look, ONE, NOTHING, 1},
    {"nyz_dtype_parse", parse_dtype, 1 << RECORDS, NOTHING, 0},
    {"nyz_dtype_format", look, KINDS, NOTHING, 1},
    {"nyz_dtype_free", parse_dtype, 1 << RECORDS, NOTHING, 0},
    {"nyz_size", look, ONE, NOTHING, 1},
    {"nyz_is_contiguous", look, KINDS, NOTHING, 1},
    {"nyz_wrap", look, ONE, NOTHING, 1},
    {"nyz_slice", look, ONE, NOTHING, 1},
    {"nyz_index", look, ONE, NOTHING, 1},
    {"nyz_transpose", look, ONE, NOTHING, 1},
    {"nyz_select", look, KINDS, NOTHING, 1},
    {"nyz_copy", copy, KINDS, NOTHING, 0},
    {"nyz_array_free", copy, ONE, NOTHING, 0},
    {"nyz_load", load, KINDS | 1 << 9, NOTHING, 0},
    {"nyz_load_mem", load_mem, KINDS, NOTHING, 0},
    {"nyz_load_into", load_into, KINDS, NOTHING, 0},
    {"nyz_peek", peek, KINDS, NOTHING, 0},
    {"nyz_save", save, KINDS, NPY, 0},
    {"nyz_save_mem", save_mem, KINDS, NOTHING, 0},
    {"nyz_stream_file", read_file, ONE, NOTHING, 0},
    {"nyz_stream_fd", read_fd, ONE, NOTHING, 0},
    {"nyz_stream_buffer", write_array, ONE, NOTHING, 0},
    {"nyz_buffer_free", save_mem, ONE, NOTHING, 0},
    {"nyz_output_create", discard_output, ONE, OLD, 0},
    {"nyz_output_finish", finish_output, KINDS, NPY, 0},
    {"nyz_output_discard", discard_output, ONE, OLD, 0},
    {"nyz_read", read_fd, KINDS, NOTHING, 0},
    {"nyz_read_into", read_fd_into, KINDS, NOTHING, 0},
    {"nyz_read_header", read_header, KINDS, NOTHING, 0},
    {"nyz_write", write_array, KINDS, NOTHING, 0},
    {"nyz_write_header", write_header, KINDS, NOTHING, 0},
    {"nyz_npz_open", open_path, METHODS, NOTHING, 0},
    {"nyz_npz_open_mem", open_memory, ONE, NOTHING, 0},
    {"nyz_npz_open_stream", open_stream, METHODS, NOTHING, 0},
    {"nyz_npz_count", open_path, ONE, NOTHING, 0},
    {"nyz_npz_member", open_path, ONE, NOTHING, 0},
    {"nyz_npz_find", open_path, ONE, NOTHING, 0},
    {"nyz_npz_load", member_load, ALL, NOTHING, 0},
    {"nyz_npz_load_at", member_load_at, METHODS, NOTHING, 0},
    {"nyz_npz_load_all", member_load_all, ALL, NOTHING, 0},
    {"nyz_arrays_free", member_load_all, ONE, NOTHING, 0},
    {"nyz_npz_load_into", member_load_into, SMALL, NOTHING, 0},
    {"nyz_npz_peek", member_peek, METHODS, NOTHING, 0},
    {"nyz_npz_bytes", member_bytes, METHODS, NOTHING, 0},
    {"nyz_npz_close", open_memory, ONE, NOTHING, 0},
    {"nyz_npz_create", discard_archive, ONE, OLD, 0},
    {"nyz_npz_create_stream", archive_to_stream, SMALL, NOTHING, 0},
    {"nyz_npz_add", finish_archive, ALL, NPZ, 0},
    {"nyz_npz_add_all", archive_of_all, SMALL, NPZ, 0},
    {"nyz_npz_save", save_archive, SMALL, NPZ, 0},
    {"nyz_npz_add_bytes", archive_of_bytes, 1 << 0 | 1 << 5, NPZ, 0},
    {"nyz_npz_finish", finish_archive, ONE, NPZ, 0},
    {"nyz_npz_discard", discard_archive, ONE, OLD, 0},
};

enum { FUNCTIONS = sizeof rows / sizeof rows[0] };

#endif
