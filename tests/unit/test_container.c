/* SPDX-License-Identifier: MIT */
/* Formats of other libraries (nyz_container.h): one made up for this test is read as .npy and .npz
 * are (support/rows_format.h), and a table that answers what cannot be true does no harm. */
#include "support/faults.h"

#include "support/rows_format.h"

/* ----------------------------------------------------------------------- a format that works */

/* The table, by where the elements are in the file, and by a `read` of its own. */
static nyz_container table_of(int how)
{
    nyz_container out = rows_format;
    if (how != 0) {
        out.read = rows_read;
    }
    return out;
}

/* w and F: element (i, j) is 2 i + j. */
static void assert_counted(const nyz_array *got, nyz_order order)
{
    assert_int_equal(got->ndim, 2);
    assert_int_equal(got->shape[0], 3);
    assert_int_equal(got->shape[1], 2);
    assert_true(nyz_array_is_contiguous(got, order));
    for (int64_t i = 0; i < 3; i++) {
        for (int64_t j = 0; j < 2; j++) {
            float value;
            memcpy(&value,
                   (const char *)got->data + i * got->strides[0] + j * got->strides[1],
                   4);
            assert_true(value == (float)(2 * i + j));
        }
    }
}

static void load_counted(const nyz_file *file, const char *name, nyz_order order,
                         nyz_order expected)
{
    const nyz_options opt = {.order = order, .threads = 2};
    nyz_array got;
    assert_ok(nyz_file_load(file, name, &opt, &got, err));
    assert_counted(&got, expected);
    nyz_array_free(&got);
}

static void fill_counted(const nyz_file *file, const char *name)
{
    const nyz_dtype f8 = nyz_dtype_of(NYZ_FLOAT64);
    const int64_t shape[] = {3, 2};
    const int64_t wide[] = {4, 2};
    double room[8] = {0};
    nyz_array into;
    assert_ok(nyz_array_wrap(room, &f8, 2, shape, NULL, &into, err));
    assert_ok(nyz_file_load_into(file, name, NULL, &into, err));
    for (int i = 0; i < 6; i++) {
        assert_true(room[i] == i);
    }
    into.flags |= NYZ_READONLY;
    assert_fails(NYZ_ERR_ARGUMENT, "read-only",
                 nyz_file_load_into(file, name, NULL, &into, err));
    assert_ok(nyz_array_wrap(room, &f8, 2, wide, NULL, &into, err));
    assert_fails(NYZ_ERR_ARGUMENT, "axis 0",
                 nyz_file_load_into(file, name, NULL, &into, err));
}

/* Everything that can be asked of such a file. */
static void use_rows(const nyz_file *file, int how)
{
    const nyz_options big = {.byteorder = NYZ_BIG_ENDIAN};
    nyz_array got;
    nyz_item item;
    assert_string_equal(nyz_file_format(file), "rows");
    assert_int_equal(nyz_file_count(file), 3);
    assert_int_equal(nyz_file_find(file, "F"), 1);
    assert_ok(nyz_file_info(file, "F", &item, err));
    assert_int_equal(item.kind, NYZ_ITEM_ARRAY);
    assert_true(nyz_array_is_contiguous(&item.header, NYZ_F_ORDER));
    assert_int_equal(item.data_offset < 0, how != 0);
    nyz_item_free(&item);
    load_counted(file, "w", NYZ_KEEP_ORDER, NYZ_C_ORDER);
    load_counted(file, "w", NYZ_F_ORDER, NYZ_F_ORDER);
    load_counted(file, "F", NYZ_KEEP_ORDER, NYZ_F_ORDER);
    load_counted(file, "F", NYZ_C_ORDER, NYZ_C_ORDER);
    fill_counted(file, "w");
    fill_counted(file, "F");
    assert_ok(nyz_file_load(file, "w", &big, &got, err));
    assert_int_equal(got.dtype.byteorder, '>');
    assert_memory_equal((const char *)got.data + 4, "\x3f\x80\0\0", 4);
    nyz_array held;
    assert_ok(nyz_array_retain(&got, &held, err));
    nyz_array_free(&got);
    assert_memory_equal((const char *)held.data + 4, "\x3f\x80\0\0", 4);
    nyz_array_free(&held);
    assert_ok(nyz_file_bytes(file, "note", NULL, &got, err));
    assert_memory_equal(got.data, "hello", 5);
    nyz_array_free(&got);
    assert_fails(NYZ_ERR_UNSUPPORTED, "member 'w': an array's bytes have no header",
                 nyz_file_bytes(file, "w", NULL, &got, err));
    assert_fails(NYZ_ERR_NOT_FOUND, "member 'note': holds no array",
                 nyz_file_load(file, "note", NULL, &got, err));
    assert_fails(NYZ_ERR_NOT_FOUND, "did you mean 'note'?",
                 nyz_file_load(file, "Note1", NULL, &got, err));
}

static void a_format_of_another_library_is_read_like_its_own(void **state)
{
    (void)state;
    for (int how = 0; how < 60; how += 59) {
        unsigned char bytes[256];
        const size_t size = rows_make(bytes, how);
        const nyz_container table = table_of(how);
        const nyz_container *const formats[] = {&table};
        nyz_buffer buffer = {.data = bytes, .size = size, .capacity = size};
        nyz_stream stream = nyz_stream_buffer(&buffer);
        nyz_file *file = NULL;
        assert_ok(nyz_file_open_mem_with(bytes, size, formats, 1, NULL, &file, err));
        use_rows(file, how);
        nyz_file_close(&file);
        stream.read_at = NULL;
        assert_ok(nyz_file_open_stream_with(&stream, formats, 1, NULL, &file, err));
        use_rows(file, how);
        nyz_file_close(&file);
    }
}

static void the_limit_on_arrays_holds_for_other_formats(void **state)
{
    const nyz_limits limits = {.array_bytes = 23};
    const nyz_options opt = {.limits = &limits};
    (void)state;
    for (int how = 0; how < 2; how++) {
        unsigned char bytes[256];
        const size_t size = rows_make(bytes, how);
        const nyz_container table = table_of(how);
        const nyz_container *const formats[] = {&table};
        nyz_file *file = NULL;
        nyz_array got;
        assert_ok(nyz_file_open_mem_with(bytes, size, formats, 1, &opt, &file, err));
        assert_fails(NYZ_ERR_LIMIT, "24 bytes exceed limits.array_bytes, 23",
                     nyz_file_load(file, "w", NULL, &got, err));
        nyz_file_close(&file);
    }
}

static void bytes_that_are_not_in_the_file_make_an_item_unreadable(void **state)
{
    unsigned char bytes[256];
    const size_t size = rows_make(bytes, 0);
    const nyz_container *const formats[] = {&rows_format};
    nyz_file *file = NULL;
    nyz_item item;
    nyz_array got;
    (void)state;
    assert_ok(nyz_file_open_mem_with(bytes, size - 6, formats, 1, NULL, &file, err));
    assert_ok(nyz_file_info(file, "F", &item, err));
    assert_int_equal(item.kind, NYZ_ITEM_UNREADABLE);
    assert_int_equal(item.error.status, NYZ_ERR_CORRUPT);
    assert_int_equal(item.data_offset, -1);
    nyz_item_free(&item);
    assert_fails(NYZ_ERR_CORRUPT,
                 "member 'F': data: expected 24 bytes at 72, the file has 95",
                 nyz_file_load(file, "F", NULL, &got, err));
    nyz_file_close(&file);
}

/* ----------------------------------------------------------------------------- recognizing */

/* What probes have seen. */
static struct {
    int asked;
    size_t last_size;
    int answer;
} probing;

static int probe_and_remember(const nyz_sample *sample)
{
    probing.asked++;
    probing.last_size = sample->last_size;
    assert_memory_equal(sample->first, "PK", 2);
    return probing.answer;
}

static nyz_status refuse_open(const nyz_stream *stream, const nyz_sample *sample,
                              const nyz_options *opt, void **state, nyz_error *err)
{
    (void)stream;
    (void)sample;
    (void)state;
    assert_true(opt->allocator != NULL && opt->limits->members > 0);
    return rows_fail(err, NYZ_ERR_UNSUPPORTED, "mine, and refused");
}

static nyz_buffer make_archive(void)
{
    nyz_buffer out = {0};
    const nyz_stream to = nyz_stream_buffer(&out);
    nyz_npz_writer *writer = NULL;
    assert_ok(nyz_npz_create_stream(&to, NULL, &writer, err));
    assert_ok(nyz_npz_add_bytes(writer, "note", "text", 4, NULL, err));
    assert_ok(nyz_npz_finish(&writer, err));
    return out;
}

static void the_surest_format_opens_the_file(void **state)
{
    static const struct {
        int answer;
        int mine;
        int asked;
        int with_last;
    } cases[] = {{NYZ_PROBE_NO, 0, 2, 1},     {NYZ_PROBE_POSSIBLE, 0, 2, 1},
                 {NYZ_PROBE_FAMILY, 1, 2, 1}, {NYZ_PROBE_LIKELY, 1, 2, 1},
                 {NYZ_PROBE_SURE, 1, 1, 0},   {-1, 0, 2, 1},
                 {INT32_MAX, 1, 1, 0}};
    nyz_container mine = rows_format;
    const nyz_container *const formats[] = {&mine};
    nyz_buffer b = make_archive();
    (void)state;
    mine.probe = probe_and_remember;
    mine.open = refuse_open;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        nyz_file *file = NULL;
        nyz_error err;
        memset(&probing, 0, sizeof probing);
        probing.answer = cases[i].answer;
        const nyz_status status =
            nyz_file_open_mem_with(b.data, b.size, formats, 1, NULL, &file, &err);
        assert_int_equal(status, cases[i].mine ? NYZ_ERR_UNSUPPORTED : NYZ_OK);
        assert_int_equal(probing.asked, cases[i].asked);
        assert_int_equal(probing.last_size, cases[i].with_last ? b.size : 0);
        nyz_file_close(&file);
    }
    nyz_buffer_free(&b);
}

/* The last bytes are those of the file, however long it is. */
static size_t expected_size;

static int probe_ends(const nyz_sample *sample)
{
    const size_t first =
        expected_size < NYZ_SAMPLE_FIRST ? expected_size : NYZ_SAMPLE_FIRST;
    const size_t last = expected_size < NYZ_SAMPLE_LAST ? expected_size : NYZ_SAMPLE_LAST;
    assert_int_equal(sample->size, expected_size);
    assert_int_equal(sample->first_size, first);
    assert_null(sample->path);
    for (size_t i = 0; i < first; i++) {
        assert_int_equal(sample->first[i], (i * 7 % 251));
    }
    for (size_t i = 0; i < sample->last_size; i++) {
        assert_int_equal(sample->last_size, last);
        assert_int_equal(sample->last[i], ((expected_size - last + i) * 7 % 251));
    }
    return NYZ_PROBE_NO;
}

static void a_sample_has_the_first_and_the_last_bytes(void **state)
{
    static const size_t sizes[] = {1,     4095,  4096,  4097,  16383, 16384,
                                   16385, 20479, 20480, 20481, 100000};
    nyz_container mine = rows_format;
    const nyz_container *const formats[] = {&mine};
    unsigned char *const bytes = malloc(100000);
    nyz_file *file = NULL;
    (void)state;
    assert_non_null(bytes);
    for (size_t i = 0; i < 100000; i++) {
        bytes[i] = (unsigned char)(i * 7 % 251);
    }
    mine.probe = probe_ends;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        expected_size = sizes[i];
        assert_fails(
            NYZ_ERR_CORRUPT, "(rows, npy, npz)",
            nyz_file_open_mem_with(bytes, sizes[i], formats, 1, NULL, &file, err));
    }
    free(bytes);
}

/* ------------------------------------------------------------------------------- bad tables */

static void assert_table(const nyz_container *table, const char *words)
{
    const nyz_container *const formats[] = {&rows_format, table};
    nyz_file *file = NULL;
    assert_fails(NYZ_ERR_ARGUMENT, words,
                 nyz_file_open_mem_with("x", 1, formats, 2, NULL, &file, err));
    assert_null(file);
}

static void a_table_that_cannot_be_used_is_refused(void **state)
{
    nyz_container t = rows_format;
    nyz_file *file = NULL;
    (void)state;
    assert_table(NULL, "format 1 is NULL");
    t.version = 2;
    assert_table(&t, "format 1 is of another version");
    t = rows_format;
    t.struct_size -= 1;
    assert_table(&t, "struct_size");
    t = rows_format;
    t.name = NULL;
    assert_table(&t, "no name");
    t.name = "";
    assert_table(&t, "no name");
    t.name = "Rows";
    assert_table(&t, "a-z");
    t.name = "a-name-of-thirty-two-characters-";
    assert_table(&t, "a-z");
    t = rows_format;
    t.noun = NULL;
    assert_table(&t, "noun");
#define WITHOUT(function)                                                                \
    t = rows_format;                                                                     \
    t.function = NULL;                                                                   \
    assert_table(&t, "lacks one of")
    WITHOUT(probe);
    WITHOUT(open);
    WITHOUT(close);
    WITHOUT(count);
    WITHOUT(entry);
    WITHOUT(info);
#undef WITHOUT
    assert_fails(NYZ_ERR_ARGUMENT, "no list",
                 nyz_file_open_mem_with("x", 1, NULL, 1, NULL, &file, err));
    assert_fails(NYZ_ERR_ARGUMENT, "-1 formats",
                 nyz_file_open_mem_with("x", 1, NULL, -1, NULL, &file, err));
}

static void a_longer_table_of_a_later_version_is_taken(void **state)
{
    struct {
        nyz_container table;
        void (*later)(void);
    } longer = {rows_format, NULL};
    const nyz_container *const formats[] = {&longer.table};
    unsigned char bytes[256];
    const size_t size = rows_make(bytes, 0);
    nyz_file *file = NULL;
    (void)state;
    longer.table.struct_size = sizeof longer;
    assert_ok(nyz_file_open_mem_with(bytes, size, formats, 1, NULL, &file, err));
    use_rows(file, 0);
    nyz_file_close(&file);
}

/* ---------------------------------------------------------------- answers that are not true */

/* What the hostile table does to the answer of the good one; 0: nothing. */
static int lie;

static nyz_status lying_open(const nyz_stream *stream, const nyz_sample *sample,
                             const nyz_options *opt, void **state, nyz_error *err)
{
    switch (lie) {
    case 1:
        return (nyz_status)77;
    case 2:
        return (nyz_status)-3;
    case 3:
        return NYZ_ERR_CORRUPT; /* without a message */
    case 4:
        memset(err->message, '\a', sizeof err->message); /* and no end */
        err->offset = -77;
        return NYZ_ERR_CORRUPT;
    default:
        return rows_open(stream, sample, opt, state, err);
    }
}

static int64_t lying_count(const void *state)
{
    return lie == 10   ? -1
           : lie == 11 ? INT64_MIN
           : lie == 12 ? INT64_MAX
                       : rows_count(state);
}

static void lying_entry(const void *state, int64_t index, nyz_entry *out)
{
    rows_list(state, index, out);
    switch (lie) {
    case 20:
        out->name = NULL;
        break;
    case 21:
        out->name_size += 1; /* after the NUL is another */
        break;
    case 22:
        out->name_size -= 1;
        break;
    case 23:
        out->name_size = 2;
        out->name = "\xff\xfe";
        break;
    case 24:
        out->key_size = 100;
        break;
    case 25:
        out->size = -2;
        break;
    case 26:
        out->compressed_size = INT64_MIN;
        break;
    default:
        break;
    }
}

static void lie_of_header(nyz_array *h)
{
    static const nyz_dtype objects = {
        .type = NYZ_OBJECT, .byteorder = '|', .itemsize = 8};
    static char data[1];
    switch (lie) {
    case 40:
        h->ndim = NYZ_MAX_DIMS + 1;
        break;
    case 41:
        h->ndim = -1;
        break;
    case 42:
        h->shape[0] = -3;
        break;
    case 43:
        h->shape[0] = h->shape[1] = INT64_C(1) << 40;
        break;
    case 44:
        h->strides[0] = 0; /* 4 TiB of one number */
        break;
    case 45:
        h->dtype = objects;
        break;
    case 46:
        h->dtype.itemsize = -4;
        break;
    case 47:
        h->dtype.type = (nyz_type)99;
        break;
    case 48:
        h->data = data;
        break;
    case 49:
        h->dtype.type = NYZ_NONE;
        break;
    case 50:
        h->shape[1] = 1; /* size is not that of the header */
        h->strides[0] = 4;
        break;
    default:
        break;
    }
}

static nyz_status lying_info(const void *state, int64_t index, nyz_item *out,
                             nyz_error *err)
{
    const nyz_status status = rows_info(state, index, out, err);
    switch (lie) {
    case 30:
        out->kind = 0;
        break;
    case 31:
        out->kind = 9;
        break;
    case 33:
        out->data_size = -2;
        break;
    case 34:
        out->data_offset = INT64_MIN;
        break;
    case 36:
        out->kind = NYZ_ITEM_UNREADABLE; /* without an error */
        break;
    case 37:
        out->error.status = NYZ_ERR_CORRUPT; /* of an array */
        break;
    case 38:
        out->kind = NYZ_ITEM_BYTES; /* with a header */
        break;
    case 39:
        out->kind = NYZ_ITEM_UNREADABLE;
        out->error.status = (nyz_status)99;
        break;
    case 60:
        return (nyz_status)99;
    default:
        lie_of_header(&out->header);
    }
    return status;
}

static void assert_lie(nyz_container *table, int number, const char *words)
{
    unsigned char bytes[256];
    const size_t size = rows_make(bytes, 0);
    const nyz_container *const formats[] = {table};
    nyz_file *file = NULL;
    nyz_item item;
    nyz_array got;
    lie = number;
    if (number < 20) {
        const nyz_status expected = number == 3 || number == 4 ? NYZ_ERR_CORRUPT
                                    : number == 12             ? NYZ_ERR_LIMIT
                                                               : NYZ_ERR_ARGUMENT;
        assert_fails(expected, words,
                     nyz_file_open_mem_with(bytes, size, formats, 1, NULL, &file, err));
        assert_null(file);
        return;
    }
    assert_ok(nyz_file_open_mem_with(bytes, size, formats, 1, NULL, &file, err));
    assert_fails(NYZ_ERR_ARGUMENT, words, nyz_file_info_at(file, 0, &item, err));
    assert_null(item.header.owner);
    assert_fails(NYZ_ERR_ARGUMENT, words, nyz_file_load_at(file, 0, NULL, &got, err));
    assert_null(got.owner);
    assert_fails(NYZ_ERR_ARGUMENT, "", nyz_file_bytes_at(file, 0, NULL, &got, err));
    nyz_file_close(&file);
}

static nyz_container lying_table(void)
{
    nyz_container t = rows_format;
    t.name = "liar";
    t.open = lying_open;
    t.count = lying_count;
    t.entry = lying_entry;
    t.info = lying_info;
    return t;
}

static void answers_that_cannot_be_true_are_refused(void **state)
{
    static const struct {
        int first, last;
        const char *words;
    } lies[] = {
        {1, 2, "format 'liar': its open returned a status that there is not"},
        {3, 3, "format 'liar': its open failed: corrupt"},
        {4, 4, "????"},
        {10, 11, "format 'liar': its count returned a negative number"},
        {12, 12, "exceed limits.members"},
        {20, 26, "format 'liar': its entry of item 0 has a name that is not UTF-8"},
        {30, 31, "format 'liar': its info of item 0 has a kind that there is not"},
        {33, 34, "negative size or place"},
        {36, 37, "error that does not go with its kind"},
        {38, 38, "is not an array, and has a header"},
        {39, 39, "error that does not go with its kind"},
        {40, 43, "header that is not one"},
        {44, 44, "strides that are not contiguous"},
        {45, 45, "has"},
        {46, 49, "header that is not one"},
        {50, 50, "size that is not that of its header"},
        {60, 60, "its info returned a status that there is not"},
    };
    nyz_container t = lying_table();
    (void)state;
    for (size_t i = 0; i < sizeof lies / sizeof *lies; i++) {
        for (int k = lies[i].first; k <= lies[i].last; k++) {
            assert_lie(&t, k, lies[i].words);
        }
    }
    lie = 0;
}

/* ---- of the functions that a table need not have */

static int64_t answer;

static int64_t lying_find(const void *state, const char *name)
{
    (void)state;
    (void)name;
    return answer;
}

static int64_t lying_trailing(const void *state)
{
    (void)state;
    return answer;
}

static void numbers_out_of_range_are_none(void **state)
{
    static const int64_t answers[] = {INT64_MIN, -2, 3, INT64_MAX};
    unsigned char bytes[256];
    const size_t size = rows_make(bytes, 0);
    nyz_container t = rows_format;
    const nyz_container *const formats[] = {&t};
    nyz_file *file = NULL;
    nyz_array got;
    (void)state;
    t.find = lying_find;
    t.trailing = lying_trailing;
    assert_ok(nyz_file_open_mem_with(bytes, size, formats, 1, NULL, &file, err));
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        answer = answers[i];
        assert_int_equal(nyz_file_find(file, "w"), -1);
        assert_fails(NYZ_ERR_NOT_FOUND, "no member",
                     nyz_file_load(file, "nothing", NULL, &got, err));
        const int64_t after = nyz_file_trailing(file);
        assert_true(after >= 0 && after <= (int64_t)size);
    }
    answer = 1;
    assert_int_equal(nyz_file_find(file, "w"), 1);
    nyz_file_close(&file);
}

/* What its load hands out. */
static nyz_array loaded;
static nyz_status loaded_status;

static nyz_status lying_load(const void *state, int64_t index, const nyz_options *opt,
                             nyz_array *out, nyz_error *err)
{
    (void)state;
    (void)index;
    (void)opt;
    (void)err;
    *out = loaded;
    return loaded_status;
}

static nyz_status lying_into(const void *state, int64_t index, const nyz_options *opt,
                             const nyz_array *into, nyz_error *err)
{
    (void)state;
    (void)index;
    (void)opt;
    (void)into;
    (void)err;
    return loaded_status;
}

static void assert_loaded(const nyz_file *file, nyz_status status, const char *words)
{
    nyz_array got;
    assert_fails(status, words, nyz_file_load_at(file, 0, NULL, &got, err));
    assert_null(got.data);
    assert_fails(status, "", nyz_file_bytes_at(file, 0, NULL, &got, err));
    assert_null(got.data);
}

static void arrays_that_are_none_are_not_handed_on(void **state)
{
    static float data[6];
    const nyz_dtype f4 = nyz_dtype_of(NYZ_FLOAT32);
    const int64_t six = 6;
    unsigned char bytes[256];
    const size_t size = rows_make(bytes, 0);
    nyz_container t = rows_format;
    const nyz_container *const formats[] = {&t};
    nyz_file *file = NULL;
    nyz_array good;
    nyz_array got;
    (void)state;
    t.load = t.bytes = lying_load;
    t.load_into = lying_into;
    assert_ok(nyz_file_open_mem_with(bytes, size, formats, 1, NULL, &file, err));
    assert_ok(nyz_array_wrap(data, &f4, 1, &six, NULL, &good, err));
    loaded = good;
    loaded_status = NYZ_OK;
    assert_ok(nyz_file_load_at(file, 0, NULL, &got, err));
    assert_fails(NYZ_ERR_ARGUMENT, "its bytes of item 0 are not uint8",
                 nyz_file_bytes_at(file, 0, NULL, &got, err));
    assert_ok(nyz_file_load_into_at(file, 0, NULL, &good, err));
    loaded.data = NULL;
    assert_loaded(file, NYZ_ERR_ARGUMENT, "its load of item 0 is not an array");
    loaded = good;
    loaded.shape[0] = -1;
    assert_loaded(file, NYZ_ERR_ARGUMENT, "is not an array");
    loaded = good;
    loaded.dtype.itemsize = 3;
    assert_loaded(file, NYZ_ERR_ARGUMENT, "is not an array");
    memset(&loaded, 0x5a, sizeof loaded); /* after a failure it is not looked at */
    loaded_status = NYZ_ERR_IO;
    assert_loaded(file, NYZ_ERR_IO, "member 'w': format 'rows': its load failed: io");
    nyz_error failure;
    memset(&failure, 0x5a, sizeof failure);
    assert_int_equal(nyz_file_load_at(file, 0, NULL, &got, &failure), NYZ_ERR_IO);
    assert_int_equal(failure.member_index, 0);
    assert_string_equal(failure.member, "w");
    assert_int_equal(failure.reserved[0], 0);
    loaded_status = NYZ_ERR_CANCELLED;
    assert_loaded(file, NYZ_ERR_CANCELLED, "its load failed: cancelled");
    loaded_status = (nyz_status)1000;
    assert_loaded(file, NYZ_ERR_ARGUMENT, "its load returned a status that there is not");
    assert_fails(NYZ_ERR_ARGUMENT, "its load_into returned a status",
                 nyz_file_load_into_at(file, 0, NULL, &good, err));
    nyz_file_close(&file);
}

/* Neither a place nor a read. */
static nyz_status info_without_place(const void *state, int64_t index, nyz_item *out,
                                     nyz_error *err)
{
    const nyz_status status = rows_info(state, index, out, err);
    out->data_offset = -1;
    return status;
}

static nyz_status failing_read(const void *state, int64_t index, void *to, size_t size,
                               nyz_error *err)
{
    (void)state;
    (void)index;
    memset(to, 1, size);
    return rows_fail(err, NYZ_ERR_CORRUPT, "checksum");
}

static void data_that_cannot_be_had_is_a_failure(void **state)
{
    unsigned char bytes[256];
    const size_t size = rows_make(bytes, 0);
    float room[6];
    const nyz_dtype f4 = nyz_dtype_of(NYZ_FLOAT32);
    const int64_t shape[] = {3, 2};
    nyz_container t = rows_format;
    const nyz_container *const formats[] = {&t};
    counting memory;
    nyz_options opt = {0};
    nyz_file *file = NULL;
    nyz_array got;
    nyz_array into;
    (void)state;
    counting_init(&memory);
    opt.allocator = &memory.allocator;
    t.info = info_without_place;
    assert_ok(nyz_array_wrap(room, &f4, 2, shape, NULL, &into, err));
    for (int reads = 0; reads < 2; reads++) {
        const nyz_status expected = reads ? NYZ_ERR_CORRUPT : NYZ_ERR_ARGUMENT;
        const char *const words = reads ? "member 'w': checksum" : "there is no read";
        t.read = reads ? failing_read : NULL;
        assert_ok(nyz_file_open_mem_with(bytes, size, formats, 1, &opt, &file, err));
        assert_fails(expected, words, nyz_file_load_at(file, 0, NULL, &got, err));
        assert_fails(expected, words, nyz_file_load_into_at(file, 0, NULL, &into, err));
        assert_fails(expected, "", nyz_file_bytes_at(file, 2, NULL, &got, err));
        nyz_file_close(&file);
        assert_int_equal(memory.live, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_format_of_another_library_is_read_like_its_own),
        cmocka_unit_test(the_limit_on_arrays_holds_for_other_formats),
        cmocka_unit_test(bytes_that_are_not_in_the_file_make_an_item_unreadable),
        cmocka_unit_test(the_surest_format_opens_the_file),
        cmocka_unit_test(a_sample_has_the_first_and_the_last_bytes),
        cmocka_unit_test(a_table_that_cannot_be_used_is_refused),
        cmocka_unit_test(a_longer_table_of_a_later_version_is_taken),
        cmocka_unit_test(answers_that_cannot_be_true_are_refused),
        cmocka_unit_test(numbers_out_of_range_are_none),
        cmocka_unit_test(arrays_that_are_none_are_not_handed_on),
        cmocka_unit_test(data_that_cannot_be_had_is_a_failure),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
