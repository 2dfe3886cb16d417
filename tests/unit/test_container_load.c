/* SPDX-License-Identifier: MIT */
/* What the `load`, `load_into`, `bytes` and `read` of a table (nyz_container.h) give is checked. */
#include "support/faults.h"

#include "support/rows_format.h"

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
        cmocka_unit_test(arrays_that_are_none_are_not_handed_on),
        cmocka_unit_test(data_that_cannot_be_had_is_a_failure),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
