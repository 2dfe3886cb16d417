/* SPDX-License-Identifier: MIT */
/* What the `load`, `load_into`, `bytes` and `read` of a table (nyz_container.h) give is checked. */
#include "support/faults.h"

#include "support/rows_format.h"

/* What the table's functions return, and have been asked for. */
static struct {
    nyz_array array;
    nyz_array held; /* what the table keeps */
    nyz_status status;
    int lie; /* about the array, below; 0: none */
    int calls;
    nyz_options seen;
} answer;

static void change(nyz_array *a)
{
    static float data[6];
    switch (answer.lie) {
    case 1:
        a->data = NULL;
        break;
    case 2:
        a->shape[0] = -1;
        break;
    case 3:
        a->dtype.itemsize = 3;
        break;
    case 4:
        a->reserved[1] = 1;
        break;
    case 10: /* borrowed */
        nyz_array_free(a);
        *a = answer.array;
        a->data = data;
        a->owner = a->base = NULL;
        break;
    case 11:
        a->base = NULL;
        break;
    case 12: /* a view of the table's */
        nyz_array_free(a);
        *a = answer.held;
        a->owner = NULL;
        break;
    case 20:
        a->flags = NYZ_READONLY;
        break;
    case 21:
        a->flags = NYZ_MAPPED;
        break;
    case 30:
        a->shape[0] = 2;
        a->shape[1] = 3;
        a->strides[0] = 12;
        break;
    case 31:
        a->ndim = 1;
        a->strides[0] = 4;
        break;
    case 32:
        a->shape[0] = 2;
        break;
    case 40:
        a->dtype = nyz_dtype_of(NYZ_INT32);
        break;
    case 41:
        a->dtype.byteorder = a->dtype.byteorder == '<' ? '>' : '<';
        break;
    case 50:
        a->strides[0] = 4;
        a->strides[1] = 12;
        break;
    case 51:
        a->strides[1] = 0;
        break;
    default:
        break;
    }
}

static nyz_status remember(const nyz_options *opt)
{
    assert_true(opt->allocator != NULL && opt->limits->members > 0);
    assert_true(opt->threads >= 1);
    answer.calls++;
    answer.seen = *opt;
    return answer.status;
}

/* A copy as the caller wants it. */
static nyz_status lying_load(const void *state, int64_t index, const nyz_options *opt,
                             nyz_array *out, nyz_error *err)
{
    (void)state;
    (void)index;
    if (remember(opt) != NYZ_OK) {
        memset(out, 0x5a, sizeof *out); /* it is not looked at */
        return answer.status;
    }
    const nyz_status status = nyz_array_copy(&answer.array, opt, out, err);
    change(out);
    return status;
}

static nyz_status lying_into(const void *state, int64_t index, const nyz_options *opt,
                             const nyz_array *into, nyz_error *err)
{
    (void)state;
    (void)index;
    (void)into;
    (void)err;
    return remember(opt);
}

typedef struct fixture {
    unsigned char bytes[256];
    nyz_container table;
    counting memory;
    nyz_options opt;
    nyz_file *file;
} fixture;

/* A file of rows whose table has such functions; answer.array is what `w` really is. */
static void open_fixture(fixture *f)
{
    static float data[] = {0, 1, 2, 3, 4, 5};
    static const int64_t shape[] = {3, 2};
    nyz_dtype f4 = nyz_dtype_of(NYZ_FLOAT32);
    const nyz_container *const formats[] = {&f->table};
    const size_t size = rows_make(f->bytes, 0);
    memset(&answer, 0, sizeof answer);
    f4.byteorder = '<'; /* as in the file, on any machine; the numbers do not matter */
    assert_ok(nyz_array_wrap(data, &f4, 2, shape, NULL, &answer.array, err));
    f->table = rows_format;
    f->table.load = f->table.bytes = lying_load;
    f->table.load_into = lying_into;
    counting_init(&f->memory);
    memset(&f->opt, 0, sizeof f->opt);
    f->opt.allocator = &f->memory.allocator;
    f->file = NULL;
    assert_ok(nyz_file_open_mem_with(f->bytes, size, formats, 1, &f->opt, &f->file, err));
}

static void close_fixture(fixture *f)
{
    nyz_file_close(&f->file);
    assert_int_equal(f->memory.live, 0);
}

static void assert_loaded(const nyz_file *file, nyz_status status, const char *words)
{
    nyz_array got;
    assert_fails(status, words, nyz_file_load_at(file, 0, NULL, &got, err));
    assert_null(got.data);
    assert_null(got.owner);
}

static void what_load_gives_is_checked_against_info(void **state)
{
    static const struct {
        int first, last;
        const char *words;
    } lies[] = {{1, 4, "its load of item 0 is not an array"},
                {10, 12, "its load of item 0 does not own its memory"},
                {20, 20, "is read-only or mapped"},
                {21, 21, ""},
                {30, 32, "its load of item 0 has another shape than its info says"},
                {40, 41, "has another dtype than its info says"},
                {50, 51, "is not contiguous in the order asked for"}};
    fixture f;
    (void)state;
    open_fixture(&f);
    assert_ok(nyz_array_copy(&answer.array, &f.opt, &answer.held, err));
    for (size_t i = 0; i < sizeof lies / sizeof *lies; i++) {
        for (answer.lie = lies[i].first; answer.lie <= lies[i].last; answer.lie++) {
            assert_loaded(f.file, NYZ_ERR_ARGUMENT, lies[i].words);
        }
    }
    nyz_array_free(&answer.held);
    close_fixture(&f);
}

static void what_load_gives_is_in_the_order_asked_for(void **state)
{
    fixture f;
    (void)state;
    open_fixture(&f);
    for (int order = NYZ_KEEP_ORDER; order <= NYZ_F_ORDER; order++) {
        for (int bytes = 0; bytes <= NYZ_BIG_ENDIAN; bytes++) {
            const nyz_options opt = {
                .order = order, .byteorder = bytes, .threads = 3, .flags = NYZ_UNTRUSTED};
            nyz_array got;
            assert_ok(nyz_file_load_at(f.file, 0, &opt, &got, err));
            nyz_array_free(&got);
            assert_int_equal(answer.seen.order, order);
            assert_int_equal(answer.seen.byteorder, bytes);
            assert_int_equal(answer.seen.threads, 3);
            assert_true(answer.seen.flags == NYZ_UNTRUSTED);
        }
    }
    close_fixture(&f);
}

static void a_failure_of_load_is_handed_on(void **state)
{
    fixture f;
    nyz_array got;
    nyz_error failure;
    (void)state;
    open_fixture(&f);
    answer.status = NYZ_ERR_IO;
    assert_loaded(f.file, NYZ_ERR_IO, "member 'w': format 'rows': its load failed: io");
    memset(&failure, 0x5a, sizeof failure);
    assert_int_equal(nyz_file_load_at(f.file, 0, NULL, &got, &failure), NYZ_ERR_IO);
    assert_int_equal(failure.member_index, 0);
    assert_string_equal(failure.member, "w");
    assert_int_equal(failure.reserved[0], 0);
    answer.status = NYZ_ERR_CANCELLED;
    assert_loaded(f.file, NYZ_ERR_CANCELLED, "its load failed: cancelled");
    answer.status = (nyz_status)1000;
    assert_loaded(f.file, NYZ_ERR_ARGUMENT,
                  "its load returned a status that there is not");
    assert_fails(NYZ_ERR_ARGUMENT, "its bytes returned a status",
                 nyz_file_bytes_at(f.file, 0, NULL, &got, err));
    close_fixture(&f);
}

static void what_bytes_gives_is_checked_against_info(void **state)
{
    static unsigned char text[] = "hello";
    const nyz_dtype u1 = nyz_dtype_of(NYZ_UINT8);
    const nyz_limits limits = {.array_bytes = 4};
    const nyz_options tight = {.limits = &limits};
    fixture f;
    nyz_array got;
    (void)state;
    open_fixture(&f);
    assert_fails(NYZ_ERR_ARGUMENT, "its bytes of item 2 are not uint8",
                 nyz_file_bytes(f.file, "note", NULL, &got, err));
    assert_null(got.owner);
    for (int64_t size = 4; size <= 5; size++) {
        assert_ok(nyz_array_wrap(text, &u1, 1, &size, NULL, &answer.array, err));
        if (size == 4) {
            assert_fails(NYZ_ERR_ARGUMENT, "its bytes of item 2 are not as many",
                         nyz_file_bytes(f.file, "note", NULL, &got, err));
        }
    }
    assert_ok(nyz_file_bytes(f.file, "note", NULL, &got, err));
    assert_memory_equal(got.data, "hello", 5);
    nyz_array_free(&got);
    answer.calls = 0;
    assert_fails(NYZ_ERR_LIMIT, "5 bytes exceed limits.array_bytes, 4",
                 nyz_file_bytes(f.file, "note", &tight, &got, err));
    assert_int_equal(answer.calls, 0);
    assert_fails(NYZ_ERR_LIMIT, "exceed limits.array_bytes, 4", /* of no known number */
                 nyz_file_bytes(f.file, "w", &tight, &got, err));
    answer.lie = 10;
    assert_fails(NYZ_ERR_ARGUMENT, "does not own its memory",
                 nyz_file_bytes(f.file, "note", NULL, &got, err));
    close_fixture(&f);
}

static void memory_that_info_does_not_fit_is_not_filled(void **state)
{
    double room[8];
    const nyz_dtype f8 = nyz_dtype_of(NYZ_FLOAT64);
    const nyz_dtype i4 = nyz_dtype_of(NYZ_INT32);
    const int64_t shape[] = {3, 2};
    const int64_t other[] = {2, 3};
    fixture f;
    nyz_array into;
    (void)state;
    open_fixture(&f);
    assert_ok(nyz_array_wrap(room, &f8, 2, other, NULL, &into, err));
    assert_fails(NYZ_ERR_ARGUMENT, "axis 0",
                 nyz_file_load_into(f.file, "w", NULL, &into, err));
    assert_ok(nyz_array_wrap(room, &i4, 2, shape, NULL, &into, err));
    assert_fails(NYZ_ERR_ARGUMENT,
                 "member 'w': ", nyz_file_load_into(f.file, "w", NULL, &into, err));
    assert_ok(nyz_array_wrap_const(room, &f8, 2, shape, NULL, &into, err));
    assert_fails(NYZ_ERR_ARGUMENT, "read-only",
                 nyz_file_load_into(f.file, "w", NULL, &into, err));
    assert_ok(nyz_array_wrap(room, &f8, 2, shape, NULL, &into, err));
    assert_fails(NYZ_ERR_NOT_FOUND, "holds no array",
                 nyz_file_load_into(f.file, "note", NULL, &into, err));
    assert_int_equal(answer.calls, 0);
    assert_ok(nyz_file_load_into(f.file, "w", NULL, &into, err));
    assert_int_equal(answer.calls, 1);
    answer.status = (nyz_status)1000;
    assert_fails(NYZ_ERR_ARGUMENT, "its load_into returned a status",
                 nyz_file_load_into(f.file, "w", NULL, &into, err));
    close_fixture(&f);
}

static void options_are_checked_before_a_table_sees_them(void **state)
{
    float room[6];
    fixture f;
    (void)state;
    open_fixture(&f);
    nyz_array into = answer.array;
    into.data = room;
    for (int with = 0; with < 2; with++) {
        for (int i = 0; i < 4; i++) {
            nyz_limits limits = {.members = i == 1 ? -1 : 0};
            nyz_options wrong = {.order = i == 0 ? 9 : 0,
                                 .limits = &limits,
                                 .flags = i == 2 ? 1u << 31 : 0};
            nyz_array got;
            wrong.reserved[2] = i == 3;
            assert_fails(NYZ_ERR_ARGUMENT,
                         "member 'w': ", nyz_file_load(f.file, "w", &wrong, &got, err));
            assert_fails(NYZ_ERR_ARGUMENT, "member 'note': ",
                         nyz_file_bytes(f.file, "note", &wrong, &got, err));
            assert_fails(NYZ_ERR_ARGUMENT, "member 'w': ",
                         nyz_file_load_into(f.file, "w", &wrong, &into, err));
        }
        assert_int_equal(answer.calls, 0);
        f.table.load = f.table.bytes = NULL;
        f.table.load_into = NULL;
    }
    close_fixture(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_load_gives_is_checked_against_info),
        cmocka_unit_test(what_load_gives_is_in_the_order_asked_for),
        cmocka_unit_test(a_failure_of_load_is_handed_on),
        cmocka_unit_test(what_bytes_gives_is_checked_against_info),
        cmocka_unit_test(memory_that_info_does_not_fit_is_not_filled),
        cmocka_unit_test(options_are_checked_before_a_table_sees_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
