/* SPDX-License-Identifier: MIT */
/* One handle over .npy and .npz (nyz_file.h), from memory and from streams: what it says of the
 * items, and that it loads what the formats' own calls load.  From paths: test_file_path.c;
 * formats of other libraries: test_container.c. */
#include "support/faults.h"

/* ----------------------------------------------------------------------------- making files */

static nyz_array numbers(const float *data, int64_t count)
{
    const nyz_dtype f4 = nyz_dtype_of(NYZ_FLOAT32);
    nyz_array out;
    assert_ok(nyz_array_wrap_const(data, &f4, 1, &count, NULL, &out, err));
    return out;
}

static const float one_to_four[] = {1, 2, 3, 4};

/* Adds an array of so many numbers, as np.save does. */
static void put_array(nyz_buffer *to, int64_t count)
{
    const nyz_array array = numbers(one_to_four, count);
    const nyz_stream stream = nyz_stream_buffer(to);
    assert_ok(nyz_write(&stream, &array, NULL, err));
}

static void put_text(nyz_buffer *to, const void *text, size_t size)
{
    const nyz_stream stream = nyz_stream_buffer(to);
    assert_int_equal(stream.write(stream.ctx, text, size), (int64_t)size);
}

#define OBJECT_HEADER                                                                    \
    "\x93NUMPY\1\0v\0{'descr': '|O', 'fortran_order': False, 'shape': (1,), }"
/* [None] as protocol 2 has it. */
#define PICKLE "\x80\2]NaN."

static void put_pickle(nyz_buffer *to, const char *pickle, size_t size)
{
    char header[128];
    memset(header, ' ', sizeof header);
    memcpy(header, OBJECT_HEADER, sizeof OBJECT_HEADER - 1);
    header[127] = '\n';
    put_text(to, header, sizeof header);
    put_text(to, pickle, size);
}

static void put_objects(nyz_buffer *to)
{
    put_pickle(to, PICKLE, sizeof PICKLE - 1);
}

static nyz_file *open_buffer(const nyz_buffer *from)
{
    nyz_file *file = NULL;
    assert_ok(nyz_file_open_mem(from->data, from->size, NULL, &file, err));
    return file;
}

static void assert_numbers(nyz_array *got, int64_t count)
{
    assert_int_equal(got->ndim, 1);
    assert_int_equal(got->shape[0], count);
    assert_int_equal(got->dtype.type, NYZ_FLOAT32);
    assert_memory_equal(got->data, one_to_four, (size_t)count * sizeof(float));
    nyz_array_free(got);
}

/* An archive: w.npy stored, d.npy deflated, note, o.npy of Python objects, bad.npy whose header is
 * none, and w.npy again with two numbers. */
static nyz_buffer make_archive(void)
{
    const nyz_options deflated = {.method = NYZ_DEFLATED};
    const nyz_options any = {.flags = NYZ_ANY_NAME};
    const nyz_array four = numbers(one_to_four, 4);
    const nyz_array two = numbers(one_to_four, 2);
    nyz_buffer out = {0};
    nyz_buffer objects = {0};
    const nyz_stream to = nyz_stream_buffer(&out);
    nyz_npz_writer *writer = NULL;
    put_objects(&objects);
    assert_ok(nyz_npz_create_stream(&to, NULL, &writer, err));
    assert_ok(nyz_npz_add(writer, "w", &four, NULL, err));
    assert_ok(nyz_npz_add(writer, "d", &four, &deflated, err));
    assert_ok(nyz_npz_add_bytes(writer, "note", "text", 4, NULL, err));
    assert_ok(nyz_npz_add_bytes(writer, "o.npy", objects.data, objects.size, NULL, err));
    assert_ok(
        nyz_npz_add_bytes(writer, "bad.npy", "\x93NUMPY\1\0\2\0x\n", 12, NULL, err));
    assert_ok(nyz_npz_add(writer, "w", &two, &any, err));
    assert_ok(nyz_npz_finish(&writer, err));
    nyz_buffer_free(&objects);
    return out;
}

/* ------------------------------------------------------------------------------------ .npy */

static void one_array_is_the_item_0(void **state)
{
    nyz_buffer b = {0};
    nyz_item item;
    nyz_array got;
    (void)state;
    put_array(&b, 4);
    nyz_file *file = open_buffer(&b);
    assert_string_equal(nyz_file_format(file), "npy");
    assert_int_equal(nyz_file_count(file), 1);
    assert_int_equal(nyz_file_trailing(file), 0);
    assert_string_equal(nyz_file_name(file, 0), "0");
    assert_null(nyz_file_name(file, 1));
    assert_null(nyz_file_name(file, -1));
    assert_int_equal(nyz_file_find(file, "0"), 0);
    assert_int_equal(nyz_file_find(file, "1"), -1);
    assert_ok(nyz_file_info(file, "0", &item, err));
    assert_int_equal(item.kind, NYZ_ITEM_ARRAY);
    assert_int_equal(item.entry.method, NYZ_STORED);
    assert_int_equal(item.error.status, NYZ_OK);
    assert_int_equal(item.header.shape[0], 4);
    assert_null(item.header.data);
    assert_int_equal(item.data_size, 16);
    assert_int_equal(item.entry.compressed_size, b.size);
    assert_int_equal(item.entry.key_size, 1);
    assert_memory_equal(b.data + item.data_offset, one_to_four, 16);
    nyz_item_free(&item);
    assert_null(item.entry.name);
    assert_ok(nyz_file_load(file, "0", NULL, &got, err));
    assert_numbers(&got, 4);
    assert_ok(nyz_file_bytes(file, "0", NULL, &got, err));
    assert_int_equal(got.shape[0], b.size);
    assert_memory_equal(got.data, b.data, b.size);
    nyz_array_free(&got);
    nyz_file_close(&file);
    assert_null(file);
    nyz_file_close(&file);
    nyz_buffer_free(&b);
}

static void several_arrays_are_items_and_what_follows_is_counted(void **state)
{
    nyz_buffer b = {0};
    nyz_array got;
    (void)state;
    put_array(&b, 4);
    put_objects(&b);
    put_array(&b, 2);
    put_array(&b, 0);
    put_text(&b, "end", 3);
    nyz_file *file = open_buffer(&b);
    assert_int_equal(nyz_file_count(file), 4);
    assert_int_equal(nyz_file_trailing(file), 3);
    assert_string_equal(nyz_file_name(file, 3), "3");
    assert_ok(nyz_file_load_at(file, 0, NULL, &got, err));
    assert_numbers(&got, 4);
    assert_ok(nyz_file_load(file, "2", NULL, &got, err));
    assert_numbers(&got, 2);
    assert_ok(nyz_file_load_at(file, 3, NULL, &got, err));
    assert_int_equal(nyz_array_count(&got), 0);
    nyz_array_free(&got);
    nyz_file_close(&file);
    nyz_buffer_free(&b);
}

static void python_objects_are_unreadable_and_their_bytes_are_there(void **state)
{
    nyz_buffer b = {0};
    nyz_item item;
    nyz_array got;
    (void)state;
    put_objects(&b);
    put_array(&b, 1);
    nyz_file *file = open_buffer(&b);
    assert_ok(nyz_file_info_at(file, 0, &item, err));
    assert_int_equal(item.kind, NYZ_ITEM_UNREADABLE);
    assert_int_equal(item.error.status, NYZ_ERR_UNSUPPORTED);
    assert_int_equal(item.header.dtype.type, NYZ_OBJECT);
    assert_int_equal(item.data_offset, -1);
    assert_int_equal(item.entry.compressed_size, 128 + sizeof PICKLE - 1);
    nyz_item_free(&item);
    assert_fails(NYZ_ERR_UNSUPPORTED, "member '0': an array of Python objects",
                 nyz_file_load_at(file, 0, NULL, &got, err));
    assert_null(got.owner);
    assert_ok(nyz_file_bytes_at(file, 0, NULL, &got, err));
    assert_memory_equal(got.data, b.data, 128 + sizeof PICKLE - 1);
    nyz_array_free(&got);
    nyz_file_close(&file);
    nyz_buffer_free(&b);
}

/* The last item of a file that ends so. */
static void assert_last(const nyz_buffer *b, int64_t count, nyz_status status,
                        const char *words, nyz_type type)
{
    nyz_item item;
    nyz_array got;
    nyz_file *file = open_buffer(b);
    assert_int_equal(nyz_file_count(file), count);
    assert_ok(nyz_file_info_at(file, count - 1, &item, err));
    assert_int_equal(item.kind, NYZ_ITEM_UNREADABLE);
    assert_int_equal(item.error.status, status);
    assert_non_null(strstr(item.error.message, words));
    assert_int_equal(item.header.dtype.type, type);
    nyz_item_free(&item);
    if (type == NYZ_OBJECT) { /* whatever its pickle is */
        assert_fails(NYZ_ERR_UNSUPPORTED, "Python objects",
                     nyz_file_load_at(file, count - 1, NULL, &got, err));
    } else {
        assert_fails(status, words, nyz_file_load_at(file, count - 1, NULL, &got, err));
    }
    nyz_file_close(&file);
}

static void an_array_that_is_damaged_is_the_last_item(void **state)
{
    nyz_buffer b = {0};
    (void)state;
    put_array(&b, 4);
    put_array(&b, 4);
    b.size -= 7; /* data is missing */
    assert_last(&b, 2, NYZ_ERR_CORRUPT, "data: expected 16 bytes (4 items of 4), found 9",
                NYZ_FLOAT32);
    b.data[144 + 20] = '\1'; /* in the header */
    assert_last(&b, 2, NYZ_ERR_CORRUPT, "", NYZ_NONE);
    b.size = b.position = 144;
    put_objects(&b);
    b.size--; /* the pickle's STOP */
    assert_last(&b, 2, NYZ_ERR_CORRUPT, "pickle of its Python objects is damaged or cut",
                NYZ_OBJECT);
    nyz_buffer_free(&b);
}

/* Lengths in a pickle that lead nowhere, or back. */
static void a_pickle_that_does_not_end_is_damaged(void **state)
{
    static const struct {
        const char *bytes;
        size_t size;
    } pickles[] = {
        {"", 0},
        {"\x80", 1},
        {"\x80\2]N", 4},
        {"\x80\4\x8d\xf6\xff\xff\xff\xff\xff\xff\xff.", 12}, /* to itself */
        {"\x80\4\x8d\xff\xff\xff\xff\xff\xff\xff\x7f.", 12},
        {"\x80\4\x8d\1\0\0", 6},
        {"\x80\2X\xff\xff\xff\xff.", 8},
        {"\x80\2U\2.", 5},
        {"\x80\2cos\nsystem", 12},
        {"\x80\2J\1\1", 5},
        {"\x80\2\xff.", 4}, /* no such instruction */
        {"\0.", 2},
    };
    (void)state;
    for (size_t i = 0; i < sizeof pickles / sizeof *pickles; i++) {
        nyz_buffer b = {0};
        put_array(&b, 1);
        put_pickle(&b, pickles[i].bytes, pickles[i].size);
        assert_last(&b, 2, NYZ_ERR_CORRUPT, "pickle of its Python objects is damaged",
                    NYZ_OBJECT);
        nyz_buffer_free(&b);
    }
}

static void a_first_header_that_is_damaged_does_not_open(void **state)
{
    nyz_buffer b = {0};
    nyz_file *file = NULL;
    (void)state;
    put_array(&b, 4);
    b.data[20] = '\1';
    assert_fails(NYZ_ERR_CORRUPT, "",
                 nyz_file_open_mem(b.data, b.size, NULL, &file, err));
    assert_null(file);
    assert_fails(NYZ_ERR_CORRUPT, "preamble",
                 nyz_file_open_mem(b.data, 7, NULL, &file, err));
    nyz_buffer_free(&b);
}

static void the_limit_on_members_holds_for_arrays(void **state)
{
    const nyz_limits limits = {.members = 2};
    const nyz_options opt = {.limits = &limits};
    nyz_buffer b = {0};
    nyz_file *file = NULL;
    (void)state;
    put_array(&b, 1);
    put_array(&b, 1);
    assert_ok(nyz_file_open_mem(b.data, b.size, &opt, &file, err));
    nyz_file_close(&file);
    put_array(&b, 1);
    assert_fails(NYZ_ERR_LIMIT, "more than 2 arrays exceed limits.members",
                 nyz_file_open_mem(b.data, b.size, &opt, &file, err));
    nyz_buffer_free(&b);
}

/* ------------------------------------------------------------------------------------ .npz */

static void members_are_items(void **state)
{
    static const struct {
        const char *name;
        int kind;
        size_t key_size;
        int64_t size;
    } expected[] = {
        {"w.npy", NYZ_ITEM_ARRAY, 1, 16},        {"d.npy", NYZ_ITEM_ARRAY, 1, 16},
        {"note", NYZ_ITEM_BYTES, 4, 4},          {"o.npy", NYZ_ITEM_UNREADABLE, 1, -1},
        {"bad.npy", NYZ_ITEM_UNREADABLE, 3, -1}, {"w.npy", NYZ_ITEM_ARRAY, 1, 8}};
    nyz_buffer b = make_archive();
    nyz_file *file = open_buffer(&b);
    (void)state;
    assert_string_equal(nyz_file_format(file), "npz");
    assert_int_equal(nyz_file_count(file), 6);
    assert_int_equal(nyz_file_trailing(file), 0);
    for (int i = 0; i < 6; i++) {
        nyz_item item;
        assert_ok(nyz_file_info_at(file, i, &item, err));
        assert_string_equal(item.entry.name, expected[i].name);
        assert_string_equal(nyz_file_name(file, i), expected[i].name);
        assert_int_equal(item.kind, expected[i].kind);
        assert_int_equal(item.entry.key_size, expected[i].key_size);
        assert_int_equal(item.data_size, expected[i].size);
        assert_int_equal(item.entry.method, i == 1 ? NYZ_DEFLATED : NYZ_STORED);
        if (item.kind != NYZ_ITEM_UNREADABLE && i != 1) {
            assert_memory_equal(b.data + item.data_offset,
                                i == 2 ? (const void *)"text" : one_to_four,
                                (size_t)item.data_size);
        } else {
            assert_int_equal(item.data_offset, -1);
        }
        nyz_item_free(&item);
    }
    nyz_file_close(&file);
    nyz_buffer_free(&b);
}

static void members_are_found_and_loaded(void **state)
{
    nyz_buffer b = make_archive();
    nyz_file *file = open_buffer(&b);
    nyz_array got;
    nyz_entry entry;
    (void)state;
    assert_int_equal(nyz_file_find(file, "w"), 5); /* the last one counts */
    assert_int_equal(nyz_file_find(file, "d.npy"), 1);
    assert_int_equal(nyz_file_find(file, "e"), -1);
    assert_ok(nyz_file_entry(file, "d", &entry, err));
    assert_string_equal(entry.name, "d.npy");
    assert_int_equal(entry.key_size, 1);
    assert_int_equal(entry.size, 144);
    assert_int_equal(entry.method, NYZ_DEFLATED);
    assert_ok(nyz_file_entry_at(file, 2, &entry, err));
    assert_int_equal(entry.size, 4);
    assert_fails(NYZ_ERR_NOT_FOUND, "no member 'e'",
                 nyz_file_entry(file, "e", &entry, err));
    assert_null(entry.name);
    assert_fails(NYZ_ERR_NOT_FOUND, "no item 6", nyz_file_entry_at(file, 6, &entry, err));
    assert_ok(nyz_file_load(file, "w", NULL, &got, err));
    assert_numbers(&got, 2);
    assert_ok(nyz_file_load_at(file, 0, NULL, &got, err));
    assert_numbers(&got, 4);
    assert_ok(nyz_file_load(file, "d", NULL, &got, err));
    assert_numbers(&got, 4);
    assert_fails(NYZ_ERR_NOT_FOUND, "member 'note': holds no array",
                 nyz_file_load(file, "note", NULL, &got, err));
    assert_fails(NYZ_ERR_UNSUPPORTED, "member 'o.npy': an array of Python objects",
                 nyz_file_load(file, "o", NULL, &got, err));
    assert_fails(NYZ_ERR_CORRUPT, "member 'bad.npy'",
                 nyz_file_load(file, "bad", NULL, &got, err));
    assert_ok(nyz_file_bytes(file, "note", NULL, &got, err));
    assert_memory_equal(got.data, "text", 4);
    nyz_array_free(&got);
    nyz_file_close(&file);
    nyz_buffer_free(&b);
}

static void a_member_whose_name_is_the_ending_alone_has_no_key(void **state)
{
    const nyz_options any = {.flags = NYZ_ANY_NAME};
    const nyz_array four = numbers(one_to_four, 4);
    nyz_buffer b = {0};
    const nyz_stream to = nyz_stream_buffer(&b);
    nyz_npz_writer *writer = NULL;
    nyz_entry entry;
    (void)state;
    assert_ok(nyz_npz_create_stream(&to, NULL, &writer, err));
    assert_ok(nyz_npz_add(writer, "", &four, &any, err));
    assert_ok(nyz_npz_finish(&writer, err));
    nyz_file *file = open_buffer(&b);
    assert_ok(nyz_file_entry_at(file, 0, &entry, err));
    assert_string_equal(entry.name, ".npy");
    assert_int_equal(entry.key_size, 0);
    nyz_file_close(&file);
    nyz_buffer_free(&b);
}

static void elements_of_a_member_that_is_too_long_have_no_place(void **state)
{
    nyz_buffer b = {0};
    nyz_buffer npy = {0};
    const nyz_stream to = nyz_stream_buffer(&b);
    nyz_npz_writer *writer = NULL;
    nyz_item item;
    nyz_array got;
    (void)state;
    put_array(&npy, 4);
    put_text(&npy, "end", 3);
    assert_ok(nyz_npz_create_stream(&to, NULL, &writer, err));
    assert_ok(nyz_npz_add_bytes(writer, "w.npy", npy.data, npy.size, NULL, err));
    assert_ok(nyz_npz_finish(&writer, err));
    nyz_file *file = open_buffer(&b);
    assert_ok(nyz_file_info_at(file, 0, &item, err));
    assert_int_equal(item.kind, NYZ_ITEM_ARRAY);
    assert_int_equal(item.data_offset, -1);
    nyz_item_free(&item);
    assert_fails(NYZ_ERR_CORRUPT, "3 bytes after the array",
                 nyz_file_load_at(file, 0, NULL, &got, err));
    nyz_file_close(&file);
    nyz_buffer_free(&npy);
    nyz_buffer_free(&b);
}

static void memory_is_filled_with_a_cast(void **state)
{
    nyz_buffer b = make_archive();
    nyz_buffer npy = {0};
    double room[4] = {0};
    const int64_t four = 4;
    const nyz_dtype f8 = nyz_dtype_of(NYZ_FLOAT64);
    nyz_array into;
    (void)state;
    put_array(&npy, 4);
    assert_ok(nyz_array_wrap(room, &f8, 1, &four, NULL, &into, err));
    for (int i = 0; i < 3; i++) {
        nyz_file *file = open_buffer(i == 2 ? &npy : &b);
        memset(room, 0, sizeof room);
        assert_ok(i == 1 ? nyz_file_load_into(file, "d", NULL, &into, err)
                         : nyz_file_load_into_at(file, 0, NULL, &into, err));
        for (int k = 0; k < 4; k++) {
            assert_true(room[k] == one_to_four[k]);
        }
        nyz_file_close(&file);
    }
    nyz_file *file = open_buffer(&b);
    assert_fails(NYZ_ERR_ARGUMENT, "axis 0",
                 nyz_file_load_into(file, "w", NULL, &into, err)); /* of two */
    assert_fails(NYZ_ERR_NOT_FOUND, "no member 'x'",
                 nyz_file_load_into(file, "x", NULL, &into, err));
    assert_fails(NYZ_ERR_NOT_FOUND, "no item 6",
                 nyz_file_load_into_at(file, 6, NULL, &into, err));
    nyz_file_close(&file);
    nyz_buffer_free(&npy);
    nyz_buffer_free(&b);
}

/* -------------------------------------------------------------------------------- failures */

static void what_is_not_there_is_said_with_what_is(void **state)
{
    nyz_buffer b = make_archive();
    nyz_file *file = open_buffer(&b);
    nyz_array got;
    nyz_item item;
    (void)state;
    assert_fails(NYZ_ERR_NOT_FOUND, "no member 'nope'; did you mean 'note'?",
                 nyz_file_load(file, "nope", NULL, &got, err));
    assert_fails(NYZ_ERR_NOT_FOUND, "no member 'embedding' (the archive has 6 members)",
                 nyz_file_info(file, "embedding", &item, err));
    assert_null(item.entry.name);
    assert_fails(NYZ_ERR_NOT_FOUND, "no member ''",
                 nyz_file_bytes(file, "", NULL, &got, err));
    assert_fails(NYZ_ERR_NOT_FOUND, "no item -1: the archive has 6, from 0",
                 nyz_file_load_at(file, -1, NULL, &got, err));
    assert_fails(NYZ_ERR_NOT_FOUND, "no item 6", nyz_file_info_at(file, 6, &item, err));
    assert_fails(NYZ_ERR_NOT_FOUND, "no item 9",
                 nyz_file_bytes_at(file, 9, NULL, &got, err));
    assert_ok(nyz_file_load_at(file, 0, NULL, &got, NULL));
    nyz_array_free(&got);
    assert_int_equal(nyz_file_load_at(file, 2, NULL, &got, NULL), NYZ_ERR_NOT_FOUND);
    nyz_file_close(&file);
    nyz_buffer_free(&b);
}

static void a_file_of_no_known_format_is_named(void **state)
{
    static const struct {
        const char *bytes;
        size_t size;
        const char *words;
    } files[] = {
        {"", 0, "the file is empty"},
        {"x", 1, "not a file of a known format (npy, npz): it begins with 'x'"},
        {"hello, world", 12, "it begins with 'hello, w'"},
        {"\x89HDF\r\n\x1a\n", 8, "(npy, npz): an HDF5 file; h5py reads it"},
        {"\x93NUMPX\1\0", 8, "it begins with"},
        {"PK\3\4 and no more", 16, "no directory"},
    };
    nyz_file *file = NULL;
    (void)state;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        assert_fails(NYZ_ERR_CORRUPT, files[i].words,
                     nyz_file_open_mem(files[i].bytes, files[i].size, NULL, &file, err));
        assert_null(file);
    }
}

static void options_of_opening_hold_for_the_calls(void **state)
{
    const nyz_limits limits = {.array_bytes = 8};
    const nyz_limits wider = {.array_bytes = 16};
    const nyz_options opt = {.limits = &limits};
    const nyz_options wide = {.limits = &wider};
    const nyz_options wrong = {.order = (nyz_order)9};
    nyz_buffer b = make_archive();
    nyz_file *file = NULL;
    nyz_array got;
    (void)state;
    assert_fails(NYZ_ERR_ARGUMENT, "order 9",
                 nyz_file_open_mem(b.data, b.size, &wrong, &file, err));
    assert_ok(nyz_file_open_mem(b.data, b.size, &opt, &file, err));
    assert_fails(NYZ_ERR_LIMIT, "array_bytes",
                 nyz_file_load_at(file, 0, NULL, &got, err));
    assert_ok(nyz_file_load_at(file, 0, &wide, &got, err));
    assert_numbers(&got, 4);
    assert_fails(NYZ_ERR_ARGUMENT, "order 9",
                 nyz_file_load_at(file, 0, &wrong, &got, err));
    nyz_file_close(&file);
    nyz_buffer_free(&b);
}

/* --------------------------------------------------------------------------------- streams */

typedef enum able { READS = 1, SEEKS = 2, READS_AT = 4 } able;

/* Loads what there is over a stream that can do so much. */
static void use_stream(const nyz_buffer *from, int can, int64_t count)
{
    nyz_buffer copy = *from;
    nyz_stream stream = nyz_stream_buffer(&copy);
    const nyz_options threads = {.threads = 2};
    nyz_file *file = NULL;
    nyz_array got;
    copy.position = 0;
    stream.read = (can & READS) != 0 ? stream.read : NULL;
    stream.seek = (can & SEEKS) != 0 ? stream.seek : NULL;
    stream.read_at = (can & READS_AT) != 0 ? stream.read_at : NULL;
    assert_ok(nyz_file_open_stream(&stream, NULL, &file, err));
    assert_int_equal(nyz_file_count(file), count);
    assert_ok(nyz_file_load_at(file, 0, &threads, &got, err));
    assert_numbers(&got, 4);
    assert_ok(nyz_file_load_at(file, count - 1, NULL, &got, err));
    assert_numbers(&got, 2);
    nyz_file_close(&file);
}

static void any_stream_will_do(void **state)
{
    static const int abilities[] = {READS, READS | SEEKS, READS_AT, READS_AT | SEEKS,
                                    READS | SEEKS | READS_AT};
    nyz_buffer b = make_archive();
    nyz_buffer npy = {0};
    (void)state;
    put_array(&npy, 4);
    put_array(&npy, 2);
    for (size_t i = 0; i < sizeof abilities / sizeof *abilities; i++) {
        use_stream(&b, abilities[i], 6);
        use_stream(&npy, abilities[i], 2);
    }
    nyz_buffer_free(&npy);
    nyz_buffer_free(&b);
}

static void a_stream_that_cannot_read_is_refused(void **state)
{
    const nyz_stream none = {0};
    nyz_buffer b = {0};
    nyz_file *file = NULL;
    nyz_stream stream = nyz_stream_buffer(&b);
    (void)state;
    stream.read = NULL;
    stream.read_at = NULL;
    assert_fails(NYZ_ERR_ARGUMENT, "neither read_at nor read",
                 nyz_file_open_stream(&none, NULL, &file, err));
    assert_fails(NYZ_ERR_ARGUMENT, "neither read_at nor read",
                 nyz_file_open_stream(&stream, NULL, &file, err));
}

/* A stream that never ends: so does not the memory that it may take. */
static int64_t read_zeros(void *ctx, void *buffer, size_t size)
{
    (void)ctx;
    memset(buffer, 0, size);
    return (int64_t)size;
}

static int64_t read_zeros_at(void *ctx, int64_t offset, void *buffer, size_t size)
{
    (void)offset;
    return read_zeros(ctx, buffer, size);
}

static void reserved_words_of_a_stream_are_refused(void **state)
{
    nyz_stream stream = {.read = read_zeros, .read_at = read_zeros_at};
    nyz_file *file = NULL;
    (void)state;
    stream.reserved[1] = &stream;
    assert_fails(NYZ_ERR_ARGUMENT, "reserved",
                 nyz_file_open_stream(&stream, NULL, &file, err));
    assert_null(file);
}

static void what_is_read_to_memory_is_limited(void **state)
{
    const nyz_stream endless = {.read = read_zeros};
    const nyz_stream everywhere = {.read_at = read_zeros_at};
    const nyz_limits limits = {.archive_bytes = 1000000};
    counting memory;
    nyz_options opt = {.limits = &limits};
    nyz_file *file = NULL;
    (void)state;
    counting_init(&memory);
    opt.allocator = &memory.allocator;
    assert_fails(NYZ_ERR_LIMIT, "more than 1000000 bytes, limits.archive_bytes",
                 nyz_file_open_stream(&endless, &opt, &file, err));
    assert_true(memory.largest <= 1000001);
    assert_int_equal(memory.live, 0);
    assert_fails(NYZ_ERR_IO, "read_at has no end",
                 nyz_file_open_stream(&everywhere, &opt, &file, err));
    assert_int_equal(memory.live, 0);
}

static void a_stream_that_fails_is_an_error_wherever_it_does(void **state)
{
    nyz_buffer b = make_archive();
    (void)state;
    for (int done = 0, fail_at = 1; !done; fail_at++) {
        trickle t = {.buffer = b, .most = 1000, .fail_at = fail_at};
        const nyz_stream stream = {.read = trickle_read, .ctx = &t};
        nyz_file *file = NULL;
        nyz_error err;
        t.buffer.position = 0;
        const nyz_status status = nyz_file_open_stream(&stream, NULL, &file, &err);
        assert_true(status == NYZ_OK || (status == NYZ_ERR_IO && err.sys == EIO));
        nyz_file_close(&file);
        done = status == NYZ_OK;
    }
    nyz_buffer_free(&b);
}

/* ---- how often it is read */

typedef struct counted {
    nyz_buffer buffer;
    long reads;
} counted;

static int64_t read_counted(void *ctx, int64_t offset, void *buffer, size_t size)
{
    counted *const c = ctx;
    const nyz_stream inner = nyz_stream_buffer(&c->buffer);
    c->reads++;
    return inner.read_at(inner.ctx, offset, buffer, size);
}

static int64_t seek_counted(void *ctx, int64_t offset, int whence)
{
    counted *const c = ctx;
    const nyz_stream inner = nyz_stream_buffer(&c->buffer);
    return inner.seek(inner.ctx, offset, whence);
}

/* Reads of opening it, and of loading each member. */
static long count_reads(const nyz_buffer *from, int as_npz, long *opening)
{
    counted c = {.buffer = *from};
    const nyz_stream stream = {.read_at = read_counted, .seek = seek_counted, .ctx = &c};
    nyz_file *file = NULL;
    nyz_npz *npz = NULL;
    assert_ok(as_npz ? nyz_npz_open_stream(&stream, NULL, &npz, err)
                     : nyz_file_open_stream(&stream, NULL, &file, err));
    *opening = c.reads;
    for (int64_t i = 0; i < 3; i++) {
        nyz_array got;
        assert_ok(as_npz ? nyz_npz_load_at(npz, i, NULL, &got, err)
                         : nyz_file_load_at(file, i, NULL, &got, err));
        nyz_array_free(&got);
    }
    nyz_npz_close(&npz);
    nyz_file_close(&file);
    return c.reads - *opening;
}

static void an_archive_opens_with_one_read_more_and_loads_with_none(void **state)
{
    static float data[10000];
    const nyz_array large = numbers(data, 10000);
    const nyz_array small = numbers(data, 10);
    (void)state;
    for (int i = 0; i < 2; i++) {
        const nyz_array three[] = {small, i == 0 ? small : large, small};
        nyz_buffer b = {0};
        const nyz_stream to = nyz_stream_buffer(&b);
        nyz_npz_writer *writer = NULL;
        long as_npz, as_file;
        assert_ok(nyz_npz_create_stream(&to, NULL, &writer, err));
        assert_ok(nyz_npz_add_all(writer, NULL, three, 3, NULL, err));
        assert_ok(nyz_npz_finish(&writer, err));
        assert_int_equal(count_reads(&b, 0, &as_file), count_reads(&b, 1, &as_npz));
        assert_int_equal(as_npz, 1);
        assert_int_equal(as_file, i == 0 ? 1 : 2);
        nyz_buffer_free(&b);
    }
}

/* --------------------------------------------------------------------------------- fixtures */

/* From a path: no more is said than what is right for memory. */
static void a_path_opens_as_memory_does(void **state)
{
    char path[4096];
    nyz_file *file = NULL;
    nyz_array got;
    (void)state;
    (void)snprintf(path, sizeof path, "%s/digits_mlp.npz", fixtures_dir());
    assert_ok(nyz_file_open(path, NULL, &file, err));
    assert_string_equal(nyz_file_format(file), "npz");
    assert_true(nyz_file_count(file) > 0);
    for (int64_t i = 0; i < nyz_file_count(file); i++) {
        assert_ok(nyz_file_load_at(file, i, NULL, &got, err));
        nyz_array_free(&got);
    }
    nyz_file_close(&file);
    (void)snprintf(path, sizeof path, "%s/digits_logits.npy", fixtures_dir());
    assert_ok(nyz_file_open(path, NULL, &file, err));
    assert_string_equal(nyz_file_format(file), "npy");
    assert_ok(nyz_file_load_at(file, 0, NULL, &got, err));
    nyz_array_free(&got);
    nyz_file_close(&file);
    assert_fails(NYZ_ERR_NOT_FOUND, "cannot open",
                 nyz_file_open("no/such/file", NULL, &file, err));
    assert_null(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_array_is_the_item_0),
        cmocka_unit_test(several_arrays_are_items_and_what_follows_is_counted),
        cmocka_unit_test(python_objects_are_unreadable_and_their_bytes_are_there),
        cmocka_unit_test(an_array_that_is_damaged_is_the_last_item),
        cmocka_unit_test(a_pickle_that_does_not_end_is_damaged),
        cmocka_unit_test(a_first_header_that_is_damaged_does_not_open),
        cmocka_unit_test(the_limit_on_members_holds_for_arrays),
        cmocka_unit_test(members_are_items),
        cmocka_unit_test(members_are_found_and_loaded),
        cmocka_unit_test(a_member_whose_name_is_the_ending_alone_has_no_key),
        cmocka_unit_test(elements_of_a_member_that_is_too_long_have_no_place),
        cmocka_unit_test(memory_is_filled_with_a_cast),
        cmocka_unit_test(what_is_not_there_is_said_with_what_is),
        cmocka_unit_test(a_file_of_no_known_format_is_named),
        cmocka_unit_test(options_of_opening_hold_for_the_calls),
        cmocka_unit_test(any_stream_will_do),
        cmocka_unit_test(reserved_words_of_a_stream_are_refused),
        cmocka_unit_test(a_stream_that_cannot_read_is_refused),
        cmocka_unit_test(what_is_read_to_memory_is_limited),
        cmocka_unit_test(a_stream_that_fails_is_an_error_wherever_it_does),
        cmocka_unit_test(an_archive_opens_with_one_read_more_and_loads_with_none),
        cmocka_unit_test(a_path_opens_as_memory_does),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
