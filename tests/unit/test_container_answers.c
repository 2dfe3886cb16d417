/* SPDX-License-Identifier: MIT */
/* A table (nyz_container.h) that answers what cannot be true does no harm. */
#include "support/faults.h"

#include "support/rows_format.h"

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
    case 27:
        out->reserved32 = 1;
        break;
    case 28:
        out->reserved[3] = 1;
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
    case 32:
        out->reserved32 = 1;
        break;
    case 35:
        out->reserved[0] = 1;
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
        {20, 28, "format 'liar': its entry of item 0 has a name that is not UTF-8"},
        {30, 31, "format 'liar': its info of item 0 has a kind that there is not"},
        {32, 32, "reserved word that is not 0"},
        {33, 34, "negative size or place"},
        {35, 35, "reserved word that is not 0"},
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

/* What it has set is the handle's, whatever it returns. */
static nyz_status info_that_owns(const void *state, int64_t index, nyz_item *out,
                                 nyz_error *err)
{
    static const char text[] = "[('a', '<f4'), ('b', '<i8')]";
    const int64_t one = 1;
    const nyz_options opt = {.allocator = &((const rows_state *)state)->allocator};
    nyz_dtype dtype;
    (void)index;
    nyz_status status = nyz_dtype_parse(text, sizeof text - 1, &opt, &dtype, err);
    if (status == NYZ_OK) {
        status = nyz_array_new(&dtype, 1, &one, &opt, &out->header, err);
        nyz_dtype_free(&dtype);
    }
    out->kind = NYZ_ITEM_ARRAY;
    return status != NYZ_OK ? status : lie == 1 ? NYZ_ERR_IO : NYZ_OK;
}

static void the_owner_of_a_header_is_freed_also_after_a_failure(void **state)
{
    unsigned char bytes[256];
    const size_t size = rows_make(bytes, 0);
    nyz_container t = rows_format;
    const nyz_container *const formats[] = {&t};
    counting memory;
    nyz_options opt = {0};
    nyz_file *file = NULL;
    nyz_item item;
    (void)state;
    counting_init(&memory);
    opt.allocator = &memory.allocator;
    t.info = info_that_owns;
    assert_ok(nyz_file_open_mem_with(bytes, size, formats, 1, &opt, &file, err));
    const size_t before = memory.live;
    for (lie = 1; lie <= 2; lie++) { /* it fails; its header has data, and is refused */
        assert_fails(lie == 1 ? NYZ_ERR_IO : NYZ_ERR_ARGUMENT, "",
                     nyz_file_info_at(file, 0, &item, err));
        assert_null(item.header.owner);
        assert_int_equal(memory.live, before);
    }
    nyz_file_close(&file);
    assert_int_equal(memory.live, 0);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_that_cannot_be_true_are_refused),
        cmocka_unit_test(the_owner_of_a_header_is_freed_also_after_a_failure),
        cmocka_unit_test(numbers_out_of_range_are_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
