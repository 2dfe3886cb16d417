/* SPDX-License-Identifier: MIT */
/* The limits that a handle applies to formats of other libraries (nyz_container.h). */
#include "support/faults.h"

#include "support/rows_format.h"

/* What the table says of its items, where it is not 0. */
static struct {
    int64_t size;
    int64_t compressed_size;
    const char *dtype;
    int32_t ndim;
} says;

static void sized_entry(const void *state, int64_t index, nyz_entry *out)
{
    rows_list(state, index, out);
    out->size = says.size != 0 ? says.size : out->size;
    out->compressed_size =
        says.compressed_size != 0 ? says.compressed_size : out->compressed_size;
}

/* An array without elements: no data is needed. */
static nyz_status shaped_info(const void *state, int64_t index, nyz_item *out,
                              nyz_error *err)
{
    const nyz_status status = rows_info(state, index, out, err);
    nyz_array *const h = &out->header;
    if (says.ndim > 0) {
        h->ndim = says.ndim;
        for (int i = 0; i < h->ndim; i++) {
            h->shape[i] = i == 0 ? 0 : 1;
            h->strides[i] = 4;
        }
        out->data_size = 0;
    }
    if (says.dtype != NULL) {
        nyz_dtype dtype;
        const int64_t none = 0;
        assert_int_equal(
            nyz_dtype_parse(says.dtype, strlen(says.dtype), NULL, &dtype, err), NYZ_OK);
        assert_int_equal(nyz_array_new(&dtype, 1, &none, NULL, h, err), NYZ_OK);
        nyz_dtype_free(&dtype);
        h->data = NULL;
        out->data_size = 0;
    }
    return status;
}

static nyz_status open_rows(const nyz_options *opt, nyz_file **file, nyz_error *err)
{
    static unsigned char bytes[256];
    static nyz_container table;
    static const nyz_container *const formats[] = {&table};
    const size_t size = rows_make(bytes, 0);
    table = rows_format;
    table.entry = sized_entry;
    table.info = shaped_info;
    return nyz_file_open_mem_with(bytes, size, formats, 1, opt, file, err);
}

static void limits_on_all_items_hold_when_the_file_is_opened(void **state)
{
    static const struct {
        int64_t size, compressed_size;
        nyz_limits limits;
        const char *words; /* NULL: it opens */
    } cases[] = {
        {0, 0, {.name_bytes = 4}, NULL},
        {0, 0, {.name_bytes = 3}, "member 'note': a name of 4 bytes exceeds limits.name"},
        {0, 0, {.members = 3}, NULL},
        {0, 0, {.members = 2}, "3 items exceed limits.members, 2"},
        {100, 0, {.archive_bytes = 300}, NULL},
        {100, 0, {.archive_bytes = 299}, "member 'note': what the items up to this one"},
        {INT64_MAX, 0, {.archive_bytes = INT64_MAX}, "exceeds limits.archive_bytes"},
        {2 << 20, 2 << 10, {.ratio = 1024}, NULL},
        {2 << 20, 2 << 10, {.ratio = 1023}, "2097152 bytes compressed to 2048 exceed li"},
        {2 << 20, INT64_MAX, {.ratio = INT64_MAX}, NULL},
        {1 << 20, 1, {.ratio = 10}, NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const nyz_options opt = {.limits = &cases[i].limits};
        nyz_file *file = NULL;
        memset(&says, 0, sizeof says);
        says.size = cases[i].size;
        says.compressed_size = cases[i].compressed_size;
        if (cases[i].words == NULL) {
            assert_ok(open_rows(&opt, &file, err));
        } else {
            assert_fails(NYZ_ERR_LIMIT, cases[i].words, open_rows(&opt, &file, err));
            assert_null(file);
        }
        nyz_file_close(&file);
    }
}

static void limits_on_an_array_make_it_unreadable(void **state)
{
    static const struct {
        const char *dtype;
        int32_t ndim;
        nyz_limits limits;
        const char *words;
    } cases[] = {
        {NULL, 3, {.dims = 2}, "3 dimensions exceed limits.dims, 2"},
        {"[('a', 'u1', (1, 1, 1))]",
         0,
         {.dims = 2},
         "3 dimensions exceed limits.dims, 2"},
        {"[('a', [('b', 'u1')])]",
         0,
         {.nesting = 1},
         "2 levels of dtypes exceed limits.n"},
        {"[('a', [('b', 'u1')])]", 0, {.fields = 1}, "2 fields exceed limits.fields, 1"},
        {"S9", 0, {.item_bytes = 8}, "9 bytes of an item exceed limits.item_bytes, 8"},
        {NULL, 0, {.array_bytes = 23}, "24 bytes exceed limits.array_bytes, 23"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        nyz_limits wider = cases[i].limits;
        const nyz_options opt = {.limits = &cases[i].limits};
        const nyz_options wide = {.limits = &wider};
        nyz_file *file = NULL;
        nyz_item item;
        nyz_array got;
        memset(&says, 0, sizeof says);
        says.dtype = cases[i].dtype;
        says.ndim = cases[i].ndim;
        assert_ok(open_rows(&opt, &file, err));
        assert_ok(nyz_file_info_at(file, 0, &item, err));
        assert_int_equal(item.kind, NYZ_ITEM_UNREADABLE);
        assert_int_equal(item.error.status, NYZ_ERR_LIMIT);
        assert_non_null(strstr(item.error.message, cases[i].words));
        assert_int_equal(item.data_offset, -1);
        assert_int_not_equal(item.header.dtype.type, NYZ_NONE);
        nyz_item_free(&item);
        assert_fails(NYZ_ERR_LIMIT, cases[i].words,
                     nyz_file_load_at(file, 0, NULL, &got, err));
        wider.dims += wider.dims > 0; /* each by one, as far as it is set */
        wider.nesting += wider.nesting > 0;
        wider.fields += wider.fields > 0;
        wider.item_bytes += wider.item_bytes > 0;
        wider.array_bytes += wider.array_bytes > 0;
        assert_ok(nyz_file_load_at(file, 0, &wide, &got, err));
        nyz_array_free(&got);
        nyz_file_close(&file);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(limits_on_all_items_hold_when_the_file_is_opened),
        cmocka_unit_test(limits_on_an_array_make_it_unreadable),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
