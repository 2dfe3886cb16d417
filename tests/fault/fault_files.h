/* SPDX-License-Identifier: MIT */
/* Operations for the tests in which something fails: files of any format (nyz_file.h), .npz and
 * .npy, and one of another library's.  fault_table.h lists them. */
#ifndef NYZ_TESTS_FAULT_FILES_H
#define NYZ_TESTS_FAULT_FILES_H

#include "fault/fault_fixture.h"
#include "nyz_container.h"
#include "support/rows_format.h"

static const nyz_container *const rows_formats[] = {&rows_format};

/* ------------------------------------------------------------------------------- opening */

static void look_at_items(const nyz_file *file)
{
    nyz_entry entry;
    assert_string_equal(nyz_file_format(file), "npz");
    assert_int_equal(nyz_file_count(file), 3);
    assert_int_equal(nyz_file_trailing(file), 0);
    assert_string_equal(nyz_file_name(file, 1), "note");
    assert_int_equal(nyz_file_find(file, "a"), 0);
    assert_ok(nyz_file_entry(file, "note", &entry, err));
    assert_ok(nyz_file_entry_at(file, 1, &entry, err));
    assert_int_equal(entry.size, 4);
}

static nyz_status file_open(fixture *s, nyz_error *err)
{
    nyz_file *file;
    POISON(&file);
    const nyz_status status = nyz_file_open(s->npz_path, &s->opt, &file, err);
    if (status == NYZ_OK) {
        look_at_items(file);
        nyz_file_close(&file);
    }
    assert_null(file);
    return status;
}

static nyz_status file_open_mem(fixture *s, nyz_error *err)
{
    nyz_file *file;
    POISON(&file);
    const nyz_status status =
        nyz_file_open_mem(s->npy.data, s->npy.size, &s->opt, &file, err);
    if (status == NYZ_OK) {
        assert_int_equal(nyz_file_count(file), 1);
        nyz_file_close(&file);
    }
    assert_null(file);
    return status;
}

/* One that cannot seek is read to memory. */
static nyz_status file_open_stream(fixture *s, nyz_error *err)
{
    nyz_file *file;
    nyz_array out;
    FILE *const from = fopen(s->npz_path, "rb");
    assert_non_null(from);
    nyz_stream stream = nyz_stream_file(from);
    stream.seek = s->way->method == NYZ_STORED ? NULL : stream.seek;
    POISON(&file);
    POISON(&out);
    nyz_status status = nyz_file_open_stream(&stream, &s->opt, &file, err);
    if (status == NYZ_OK) {
        status = take(s, nyz_file_load_at(file, 0, NULL, &out, err), &out);
        nyz_file_close(&file);
    }
    assert_null(file);
    assert_int_equal(fclose(from), 0);
    return status;
}

/* -------------------------------------------------------------- a format of another library */

static nyz_status use_rows(nyz_status status, nyz_file **file, nyz_error *err)
{
    nyz_array out;
    POISON(&out);
    if (status == NYZ_OK) {
        status = nyz_file_load(*file, "w", NULL, &out, err);
        if (status == NYZ_OK) {
            assert_true(((const float *)out.data)[5] == 5);
        }
        (void)take(NULL, status, &out);
        nyz_file_close(file);
    }
    assert_null(*file);
    return status;
}

static nyz_status file_open_with(fixture *s, nyz_error *err)
{
    nyz_file *file;
    nyz_array out;
    POISON(&file);
    POISON(&out);
    nyz_status status =
        nyz_file_open_with(s->npz_path, rows_formats, 1, &s->opt, &file, err);
    if (status == NYZ_OK) {
        status = take(s, nyz_file_load(file, "a", NULL, &out, err), &out);
        nyz_file_close(&file);
    }
    assert_null(file);
    return status;
}

static nyz_status file_open_with_mem(fixture *s, nyz_error *err)
{
    unsigned char bytes[256];
    const size_t size = rows_make(bytes, 0);
    nyz_file *file;
    POISON(&file);
    return use_rows(
        nyz_file_open_mem_with(bytes, size, rows_formats, 1, &s->opt, &file, err), &file,
        err);
}

/* With a `read` of its own. */
static nyz_status file_open_with_stream(fixture *s, nyz_error *err)
{
    unsigned char bytes[256];
    nyz_container reading = rows_format;
    const nyz_container *const formats[] = {&reading};
    nyz_buffer buffer = {.data = bytes, .size = rows_make(bytes, 9), .capacity = 256};
    const nyz_stream stream = nyz_stream_buffer(&buffer);
    nyz_file *file;
    reading.read = rows_read;
    POISON(&file);
    return use_rows(nyz_file_open_stream_with(&stream, formats, 1, &s->opt, &file, err),
                    &file, err);
}

/* --------------------------------------------------------------------------------- items */

/* Opens the archive, or the .npy file, and does one thing with it. */
static nyz_status with_file(fixture *s, const char *path, nyz_error *err,
                            nyz_status (*use)(fixture *, const nyz_file *, nyz_error *))
{
    nyz_file *file = NULL;
    nyz_status status = nyz_file_open(path, &s->opt, &file, err);
    if (status == NYZ_OK) {
        status = use(s, file, err);
        nyz_file_close(&file);
    }
    return status;
}

static nyz_status take_item(const fixture *s, nyz_status status, nyz_item *item)
{
    if (status == NYZ_OK) {
        assert_int_equal(item->kind, NYZ_ITEM_ARRAY);
        assert_int_equal(item->header.shape[0], s->array.shape[0]);
    } else {
        assert_null(item->entry.name);
        assert_null(item->header.owner);
    }
    nyz_item_free(item);
    return status;
}

static nyz_status use_file_info(fixture *s, const nyz_file *file, nyz_error *err)
{
    nyz_item item;
    POISON(&item);
    return take_item(s, nyz_file_info(file, "a", &item, err), &item);
}

static nyz_status use_file_info_at(fixture *s, const nyz_file *file, nyz_error *err)
{
    nyz_item item;
    POISON(&item);
    return take_item(s, nyz_file_info_at(file, 0, &item, err), &item);
}

static nyz_status use_file_load(fixture *s, const nyz_file *file, nyz_error *err)
{
    nyz_array out;
    POISON(&out);
    return take(s, nyz_file_load(file, "a", NULL, &out, err), &out);
}

static nyz_status use_file_load_at(fixture *s, const nyz_file *file, nyz_error *err)
{
    nyz_array out;
    nyz_options opt = s->opt;
    opt.order = NYZ_F_ORDER; /* one copy more */
    POISON(&out);
    return take(s, nyz_file_load_at(file, 0, &opt, &out, err), &out);
}

static nyz_status use_file_load_into(fixture *s, const nyz_file *file, nyz_error *err)
{
    return take_into(s, nyz_file_load_into(file, "a", NULL, &s->into, err));
}

static nyz_status use_file_load_into_at(fixture *s, const nyz_file *file, nyz_error *err)
{
    return take_into(s, nyz_file_load_into_at(file, 0, NULL, &s->into, err));
}

static nyz_status use_file_bytes(fixture *s, const nyz_file *file, nyz_error *err)
{
    nyz_array out;
    (void)s;
    POISON(&out);
    return take(NULL, nyz_file_bytes(file, "note", NULL, &out, err), &out);
}

static nyz_status use_file_bytes_at(fixture *s, const nyz_file *file, nyz_error *err)
{
    nyz_array out;
    POISON(&out);
    const nyz_status status = nyz_file_bytes_at(file, 0, NULL, &out, err);
    if (status == NYZ_OK) {
        assert_int_equal(out.shape[0], s->npy.size);
    }
    return take(NULL, status, &out);
}

static nyz_status use_file_load_all(fixture *s, const nyz_file *file, nyz_error *err)
{
    nyz_arrays *out = NULL;
    nyz_options opt = s->opt;
    opt.flags |= NYZ_SKIP_UNSUPPORTED;
    POISON(&out);
    const nyz_status status = nyz_file_load_all(file, &opt, &out, err);
    if (status == NYZ_OK) {
        nyz_array item;
        assert_int_equal(nyz_arrays_get_at(out, 0, &item, err), NYZ_OK);
        assert_same(s, &item);
    } else {
        assert_null(out);
    }
    nyz_arrays_free(&out);
    return status;
}

#define ON_FILE(name, path)                                                              \
    static nyz_status name(fixture *s, nyz_error *err)                                   \
    {                                                                                    \
        return with_file(s, s->path, err, use_##name);                                   \
    }
ON_FILE(file_info, npz_path)
ON_FILE(file_info_at, npy_path)
ON_FILE(file_load, npz_path)
ON_FILE(file_load_at, npy_path)
ON_FILE(file_load_into, npz_path)
ON_FILE(file_load_into_at, npy_path)
ON_FILE(file_bytes, npz_path)
ON_FILE(file_bytes_at, npy_path)
ON_FILE(file_load_all, npy_path)
#undef ON_FILE

#endif
