/* SPDX-License-Identifier: MIT */
/* Acts for the tests in which something fails: archives, read and written.  One calls a
 * function with arguments that lead through its code; fault_table.h lists them. */
#ifndef NYZ_TESTS_FAULT_ARCHIVES_H
#define NYZ_TESTS_FAULT_ARCHIVES_H

#include "fault/fault_fixture.h"
#include "nyz_npz_stream.h"

/* ------------------------------------------------------------------- reading archives */

static void look_at_members(const nyz_npz *npz)
{
    nyz_member member;
    assert_int_equal(nyz_npz_count(npz), 3);
    assert_int_equal(nyz_npz_find(npz, "note"), 1);
    assert_ok(nyz_npz_member_at(npz, 1, &member, err));
    assert_string_equal(member.name, "note");
}

static nyz_status open_path(fixture *s, nyz_error *err)
{
    nyz_npz *npz;
    POISON(&npz);
    const nyz_status status = nyz_npz_open(s->npz_path, &s->opt, &npz, err);
    if (status == NYZ_OK) {
        look_at_members(npz);
        nyz_npz_close(&npz);
    }
    assert_null(npz);
    return status;
}

static nyz_status open_memory(fixture *s, nyz_error *err)
{
    nyz_npz *npz;
    POISON(&npz);
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
static nyz_status open_stream(fixture *s, nyz_error *err)
{
    nyz_npz *npz;
    nyz_array out;
    FILE *const file = fopen(s->npz_path, "rb");
    assert_non_null(file);
    const nyz_stream stream = nyz_stream_file(file);
    POISON(&npz);
    POISON(&out);
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
static nyz_status with_archive(fixture *s, nyz_error *err,
                               nyz_status (*use)(fixture *, const nyz_npz *, nyz_error *))
{
    nyz_npz *npz = NULL;
    nyz_status status = nyz_npz_open(s->npz_path, &s->opt, &npz, err);
    if (status == NYZ_OK) {
        status = use(s, npz, err);
        nyz_npz_close(&npz);
    }
    return status;
}

static nyz_status use_load(fixture *s, const nyz_npz *npz, nyz_error *err)
{
    nyz_array out;
    POISON(&out);
    return take(s, nyz_npz_load(npz, "a", NULL, &out, err), &out);
}

static nyz_status use_load_at(fixture *s, const nyz_npz *npz, nyz_error *err)
{
    nyz_array out;
    nyz_options opt = s->opt;
    opt.order = NYZ_F_ORDER; /* one copy more */
    POISON(&out);
    return take(s, nyz_npz_load_at(npz, 0, &opt, &out, err), &out);
}

static nyz_status use_load_all(fixture *s, const nyz_npz *npz, nyz_error *err)
{
    nyz_arrays *out = NULL;
    nyz_options opt = s->opt;
    opt.flags |= NYZ_SKIP_UNSUPPORTED;
    POISON(&out);
    const nyz_status status = nyz_npz_load_all(npz, &opt, &out, err);
    if (status == NYZ_OK) {
        nyz_array item;
        assert_int_equal(nyz_arrays_count(out), 3);
        assert_int_equal(nyz_arrays_get_at(out, 0, &item, err), NYZ_OK);
        assert_same(s, &item);
        assert_int_equal(nyz_arrays_get(out, "a", &item, err), NYZ_OK);
        assert_same(s, &item);
        assert_int_equal(nyz_arrays_get_at(out, 1, &item, err), NYZ_OK);
        assert_int_equal(item.dtype.type, NYZ_NONE);
        assert_null(nyz_arrays_error(out, 1));
        assert_int_equal(nyz_arrays_get_at(out, 2, &item, err), NYZ_OK);
        assert_int_equal(item.dtype.type, NYZ_NONE);
        assert_int_equal(nyz_arrays_error(out, 2)->status, NYZ_ERR_UNSUPPORTED);
    } else {
        assert_null(out);
    }
    nyz_arrays_free(&out);
    assert_null(out);
    return status;
}

static nyz_status use_load_into(fixture *s, const nyz_npz *npz, nyz_error *err)
{
    return take_into(s, nyz_npz_load_into_at(npz, 0, NULL, &s->into, err));
}

static nyz_status use_load_header(fixture *s, const nyz_npz *npz, nyz_error *err)
{
    nyz_array out;
    (void)s;
    POISON(&out);
    return take(NULL, nyz_npz_load_header_at(npz, 0, NULL, &out, err), &out);
}

static nyz_status use_bytes(fixture *s, const nyz_npz *npz, nyz_error *err)
{
    nyz_array out;
    (void)s;
    POISON(&out);
    const nyz_status status = nyz_npz_bytes_at(npz, 1, NULL, &out, err);
    if (status == NYZ_OK) {
        assert_memory_equal(out.data, "text", 4);
    }
    return take(NULL, status, &out);
}

/* The same four by name: each finds its member, and has no failure of its own. */
static nyz_status use_names(fixture *s, const nyz_npz *npz, nyz_error *err)
{
    nyz_member member;
    nyz_array out;
    POISON(&member);
    assert_int_equal(nyz_npz_member(npz, "a", &member, err), NYZ_OK);
    assert_int_equal(member.key_size, 1);
    POISON(&out);
    POISON(&member);
    nyz_status status = nyz_npz_locate(npz, "a", &member, err);
    if (status == NYZ_OK) {
        POISON(&member);
        status = nyz_npz_locate_at(npz, 0, &member, err);
    }
    if (status != NYZ_OK) {
        assert_zero(&member);
        return status;
    }
    status = take(NULL, nyz_npz_load_header(npz, "a", NULL, &out, err), &out);
    if (status == NYZ_OK) {
        POISON(&out);
        status = take(NULL, nyz_npz_bytes(npz, "a", NULL, &out, err), &out);
    }
    if (status == NYZ_OK) {
        status = take_into(s, nyz_npz_load_into(npz, "a", NULL, &s->into, err));
    }
    return status;
}

#define ON_ARCHIVE(name)                                                                 \
    static nyz_status member_##name(fixture *s, nyz_error *err)                          \
    {                                                                                    \
        return with_archive(s, err, use_##name);                                         \
    }
ON_ARCHIVE(load)
ON_ARCHIVE(load_at)
ON_ARCHIVE(load_all)
ON_ARCHIVE(load_into)
ON_ARCHIVE(load_header)
ON_ARCHIVE(bytes)
ON_ARCHIVE(names)
#undef ON_ARCHIVE

/* ------------------------------------------------------------------- writing archives */

typedef nyz_status adding(fixture *s, nyz_npz_writer *writer, nyz_error *err);

static nyz_status add(fixture *s, nyz_npz_writer *writer, nyz_error *err)
{
    return nyz_npz_add(writer, "a", &s->array, NULL, err);
}

/* Names and records grow, and take memory more than once. */
static nyz_status add_bytes(fixture *s, nyz_npz_writer *writer, nyz_error *err)
{
    nyz_status status = add(s, writer, err);
    for (int i = 0; i < 20 && status == NYZ_OK; i++) {
        char name[300];
        (void)snprintf(name, sizeof name, "%0*d", 10 + i * 14, i);
        status = nyz_npz_add_bytes(writer, name, "text", 4, NULL, err);
    }
    return status;
}

/* From a stream, for which memory is taken. */
static nyz_status add_stream(fixture *s, nyz_npz_writer *writer, nyz_error *err)
{
    nyz_buffer from = {.data = s->npy.data, .size = s->npy.size, .capacity = s->npy.size};
    const nyz_stream stream = nyz_stream_buffer(&from);
    return nyz_npz_add_stream(writer, "a.npy", &stream, (int64_t)from.size, NULL, err);
}

static nyz_status add_all(fixture *s, nyz_npz_writer *writer, nyz_error *err)
{
    const nyz_array arrays[] = {s->array, s->array, s->array};
    return nyz_npz_add_all(writer, NULL, arrays, 3, NULL, err);
}

/* Begins an archive at a path, adds to it, and finishes or gives up. */
static nyz_status write_archive(fixture *s, adding *how, int finish, nyz_error *err)
{
    nyz_npz_writer *writer;
    POISON(&writer);
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

/* In pieces of 7 bytes, of the array as s->npy has it; the number of rows unknown, where it can be. */
static nyz_status add_pieces(fixture *s, nyz_npz_writer *writer, nyz_error *err)
{
    nyz_options opt = s->opt;
    nyz_array like = s->array;
    nyz_stream member;
    const size_t size = (size_t)(nyz_array_count(&s->array) * s->array.dtype.itemsize);
    const unsigned char *const data = s->npy.data + s->npy.size - size;
    opt.order = NYZ_C_ORDER;
    opt.byteorder = NYZ_LITTLE_ENDIAN;
    if (opt.level != NYZ_LEVEL_FAST && (opt.flags & NYZ_BLOCKS) == 0) {
        like.shape[0] = -1;
    }
    POISON(&member);
    nyz_status status = nyz_npz_begin(writer, "a", &like, &opt, &member, err);
    if (status != NYZ_OK) {
        assert_zero(&member);
        return status;
    }
    for (size_t done = 0; done < size;) {
        const size_t piece = size - done < 7 ? size - done : 7;
        if (member.write(member.ctx, data + done, piece) < 0) {
            break; /* which nyz_npz_end says again */
        }
        done += piece;
    }
    return nyz_npz_end(writer, err);
}

static nyz_status archive_of_pieces(fixture *s, nyz_error *err)
{
    return write_archive(s, add_pieces, 1, err);
}

static nyz_status read_member_by(fixture *s, int by_name, nyz_error *err)
{
    nyz_npz *npz;
    nyz_member_reader *reader;
    nyz_stream member;
    nyz_array out;
    POISON(&reader);
    POISON(&member);
    memset(&out, 0, sizeof out);
    nyz_status status = nyz_npz_open(s->npz_path, &s->opt, &npz, err);
    if (status != NYZ_OK) {
        return status;
    }
    status = by_name ? nyz_npz_open_member(npz, "a", NULL, &reader, &member, err)
                     : nyz_npz_open_member_at(npz, 0, NULL, &reader, &member, err);
    if (status == NYZ_OK) {
        const nyz_status loaded = nyz_read(&member, &s->opt, &out, err);
        status = nyz_member_reader_close(&reader, loaded == NYZ_OK ? err : NULL);
        assert_true(loaded == NYZ_OK || status != NYZ_OK || loaded == NYZ_ERR_MEMORY);
        status = loaded != NYZ_OK ? loaded : status;
        if (status != NYZ_OK) {
            nyz_array_free(&out);
        }
    } else {
        assert_zero(&member);
    }
    assert_null(reader);
    nyz_npz_close(&npz);
    return take(s, status, &out);
}

static nyz_status read_member(fixture *s, nyz_error *err)
{
    return read_member_by(s, 1, err);
}

static nyz_status read_member_at(fixture *s, nyz_error *err)
{
    return read_member_by(s, 0, err);
}

static nyz_status finish_archive(fixture *s, nyz_error *err)
{
    return write_archive(s, add, 1, err);
}

static nyz_status discard_archive(fixture *s, nyz_error *err)
{
    return write_archive(s, add, 0, err);
}

static nyz_status archive_of_bytes(fixture *s, nyz_error *err)
{
    return write_archive(s, add_bytes, 1, err);
}

static nyz_status archive_of_stream(fixture *s, nyz_error *err)
{
    return write_archive(s, add_stream, 1, err);
}

static nyz_status archive_of_all(fixture *s, nyz_error *err)
{
    return write_archive(s, add_all, 1, err);
}

/* To a stream that does not seek, and so gets data descriptors. */
static nyz_status archive_to_stream(fixture *s, nyz_error *err)
{
    nyz_buffer buffer = {0};
    nyz_stream stream = nyz_stream_buffer(&buffer);
    nyz_npz_writer *writer;
    stream.seek = NULL;
    POISON(&writer);
    nyz_status status = nyz_npz_create_stream(&stream, &s->opt, &writer, err);
    if (status == NYZ_OK) {
        (void)add_all(s, writer, NULL);
        status = nyz_npz_finish(&writer, err);
    }
    assert_null(writer);
    nyz_buffer_free(&buffer);
    return status;
}

static nyz_status save_archive(fixture *s, nyz_error *err)
{
    const nyz_array arrays[] = {s->array, s->array};
    const char *const names[] = {"a", NULL};
    return nyz_npz_save(s->target, names, arrays, 2, &s->opt, err);
}

#endif
