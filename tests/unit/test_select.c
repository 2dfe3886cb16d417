/* SPDX-License-Identifier: MIT */
/* Arrays chosen by their names (nyz_model.h): src/base/select.c, and the lists of src/npz/npz_selected.c,
 * npz_slots.c and src/file/file_load_all.c. */
#include "nyz_model.h"
#include "support/faults.h"

#include "support/files_made.h"
#include "support/rows_format.h"

/* The patterns and renames of a selection, by the address of arrays. */
#define INCLUDE(list) .include = (list), .include_count = sizeof(list) / sizeof(list)[0]
#define EXCLUDE(list) .exclude = (list), .exclude_count = sizeof(list) / sizeof(list)[0]
#define RENAMES(list) .renames = (list), .rename_count = sizeof(list) / sizeof(list)[0]

/* An archive of arrays with these names, array i of i + 1 numbers at most 4; "note" is no array. */
static nyz_buffer make_named(const char *const *names, int count, nyz_method method)
{
    const nyz_options opt = {.method = method, .flags = NYZ_ANY_NAME};
    nyz_buffer out = {0};
    const nyz_stream to = nyz_stream_buffer(&out);
    nyz_npz_writer *writer = NULL;
    assert_ok(nyz_npz_create_stream(&to, &opt, &writer, err));
    for (int i = 0; i < count; i++) {
        const nyz_array array = numbers(one_to_four, i % 4 + 1);
        assert_ok(strcmp(names[i], "note") == 0
                      ? nyz_npz_add_bytes(writer, "note", "text", 4, NULL, err)
                      : nyz_npz_add(writer, names[i], &array, NULL, err));
    }
    assert_ok(nyz_npz_finish(&writer, err));
    return out;
}

/* The names of a list, with the number of elements of each; NULL: none. */
static void assert_list(const nyz_arrays *list, const char *const *names,
                        const int64_t *sizes, int64_t count)
{
    assert_int_equal(nyz_arrays_count(list), count);
    for (int64_t i = 0; i < count; i++) {
        nyz_array got;
        assert_string_equal(nyz_arrays_name(list, i), names[i]);
        assert_ok(nyz_arrays_get(list, names[i], &got, err));
        assert_int_equal(got.dtype.type, sizes[i] > 0 ? NYZ_FLOAT32 : NYZ_NONE);
        assert_int_equal(sizes[i] > 0 ? got.shape[0] : 0, sizes[i]);
        if (sizes[i] > 0) {
            assert_memory_equal(got.data, one_to_four, 4 * (size_t)sizes[i]);
        }
    }
    assert_null(nyz_arrays_name(list, count));
    assert_null(nyz_arrays_name(list, -1));
}

/* By both calls, on one thread and on two. */
static void assert_selects(const nyz_buffer *archive, const nyz_select *select,
                           const char *const *names, const int64_t *sizes, int64_t count)
{
    for (int threads = 1; threads <= 2; threads++) {
        const nyz_options opt = {.threads = threads};
        nyz_file *file = open_buffer(archive);
        nyz_npz *npz = NULL;
        nyz_arrays *list = NULL;
        assert_ok(nyz_npz_open_mem(archive->data, archive->size, NULL, &npz, err));
        assert_ok(nyz_npz_load_selected(npz, select, &opt, &list, err));
        nyz_npz_close(&npz);
        assert_list(list, names, sizes, count);
        nyz_arrays_free(&list);
        assert_ok(nyz_file_load_selected(file, select, &opt, &list, err));
        nyz_file_close(&file);
        assert_list(list, names, sizes, count);
        nyz_arrays_free(&list);
    }
}

static void assert_refused(const nyz_buffer *archive, const nyz_select *select,
                           nyz_status status, const char *words)
{
    nyz_file *file = open_buffer(archive);
    nyz_npz *npz = NULL;
    nyz_arrays *list = NULL;
    assert_ok(nyz_npz_open_mem(archive->data, archive->size, NULL, &npz, err));
    assert_fails(status, words, nyz_npz_load_selected(npz, select, NULL, &list, err));
    assert_null(list);
    nyz_npz_close(&npz);
    assert_fails(status, words, nyz_file_load_selected(file, select, NULL, &list, err));
    assert_null(list);
    nyz_file_close(&file);
}

/* --------------------------------------------------------------------------------- choosing */

static const char *const layers[] = {"fc1.weight", "fc1.bias", "fc2.weight", "note",
                                     "fc2.bias",   "w0",       "w[0]"};

static void the_items_are_those_that_match_and_are_not_excluded(void **state)
{
    static const char *const first[] = {"fc1.*"};
    static const char *const both[] = {"fc2.weight", "*.bias"};
    static const char *const with_npy[] = {"*.bias.npy", "w0.npy"};
    static const char *const bias[] = {"*.bias", "nothing"};
    static const nyz_select all = {0};
    static const nyz_select one = {INCLUDE(first)};
    static const nyz_select two = {INCLUDE(both)};
    static const nyz_select npy = {INCLUDE(with_npy)};
    static const nyz_select rest = {INCLUDE(first), EXCLUDE(bias)};
    static const nyz_select none = {EXCLUDE(first), INCLUDE(first)};
    static const char *const two_names[] = {"fc1.bias", "fc2.weight", "fc2.bias"};
    static const char *const npy_names[] = {"fc1.bias", "fc2.bias", "w0"};
    static const int64_t sizes[] = {1, 2, 3, 0, 1, 2, 3};
    for (int method = NYZ_STORED; method <= NYZ_DEFLATED; method += NYZ_DEFLATED) {
        nyz_buffer b = make_named(layers, 7, (nyz_method)method);
        (void)state;
        assert_selects(&b, NULL, layers, sizes, 7);
        assert_selects(&b, &all, layers, sizes, 7);
        assert_selects(&b, &one, layers, sizes, 2);
        assert_selects(&b, &two, two_names, (const int64_t[]){2, 3, 1}, 3);
        assert_selects(&b, &npy, npy_names, (const int64_t[]){2, 1, 2}, 3);
        assert_selects(&b, &rest, layers, sizes, 1);
        assert_selects(&b, &none, layers, sizes, 0);
        nyz_buffer_free(&b);
    }
}

static void a_name_that_is_there_is_no_pattern(void **state)
{
    static const char *const brackets[] = {"w[0]"};
    static const char *const others[] = {"w[01]"};
    static const nyz_select exact = {INCLUDE(brackets)};
    static const nyz_select without = {INCLUDE(others), EXCLUDE(brackets)};
    static const char *const name[] = {"w[0]", "w0"};
    nyz_buffer b = make_named(layers, 7, NYZ_STORED);
    (void)state;
    assert_selects(&b, &exact, name, (const int64_t[]){3}, 1);
    assert_selects(&b, &without, name + 1, (const int64_t[]){2}, 1);
    nyz_buffer_free(&b);
}

static void a_pattern_that_matches_nothing_is_an_error(void **state)
{
    static const char *const conv[] = {"fc*", "conv*"};
    static const char *const wieght[] = {"fc1.wieght"};
    nyz_select select = {INCLUDE(conv)};
    char longer[NYZ_PATTERN_BYTES + 2];
    const char *const too_long[] = {longer};
    nyz_buffer b = make_named(layers, 7, NYZ_STORED);
    nyz_buffer empty = make_named(layers, 0, NYZ_STORED);
    (void)state;
    assert_refused(&b, &select, NYZ_ERR_NOT_FOUND,
                   "no member matches 'conv*'; the archive has 7, as 'fc1.weight'");
    select.flags = NYZ_SELECT_MAYBE;
    assert_selects(
        &b, &select,
        (const char *const[]){"fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias"},
        (const int64_t[]){1, 2, 3, 1}, 4);
    select = (nyz_select){INCLUDE(wieght)};
    assert_refused(&b, &select, NYZ_ERR_NOT_FOUND,
                   "no member 'fc1.wieght'; did you mean 'fc1.weight'?");
    assert_refused(&empty, &select, NYZ_ERR_NOT_FOUND, "the archive has 0 members");
    select = (nyz_select){INCLUDE(conv)};
    assert_refused(&empty, &select, NYZ_ERR_NOT_FOUND, "no member 'fc*'");
    memset(longer, '*', sizeof longer);
    longer[sizeof longer - 1] = '\0';
    select = (nyz_select){INCLUDE(too_long)};
    assert_refused(&b, &select, NYZ_ERR_NOT_FOUND, "no member '****");
    nyz_buffer_free(&b);
    nyz_buffer_free(&empty);
}

static void a_selection_that_cannot_be_is_refused(void **state)
{
    static const char *const null[] = {"*", NULL};
    static const nyz_rename rename[] = {{"*", "a"}};
    static const nyz_select cases[] = {
        {.flags = 2},          {.reserved32 = 1},     {.reserved = {0, 0, 0, 1}},
        {.include_count = 1},  {.include_count = -1}, {.exclude_count = 1},
        {.exclude_count = -1}, {INCLUDE(null)},       {EXCLUDE(null)},
        {.rename_count = 1},   {.rename_count = -1},  {RENAMES(rename)},
    };
    nyz_buffer b = make_named(layers, 7, NYZ_STORED);
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_refused(&b, &cases[i], NYZ_ERR_ARGUMENT,
                       i < 11 ? "select: " : "rename '*'");
    }
    nyz_buffer_free(&b);
}

/* ------------------------------------------------------------------------------------ names */

static void items_get_their_new_names(void **state)
{
    static const nyz_rename renames[] = {
        {"fc1.*", "*"}, {"*.weight", "*.w"}, {"note", "text"}};
    static const nyz_select select = {RENAMES(renames)};
    static const char *const names[] = {"weight",   "bias", "fc2.w", "text",
                                        "fc2.bias", "w0",   "w[0]"};
    nyz_buffer b = make_named(layers, 7, NYZ_STORED);
    (void)state;
    assert_selects(&b, &select, names, (const int64_t[]){1, 2, 3, 0, 1, 2, 3}, 7);
    nyz_buffer_free(&b);
}

static void two_items_do_not_get_one_name(void **state)
{
    static const nyz_rename both[] = {{"fc1.weight", "w0"}};
    static const nyz_rename two[] = {{"fc*.bias", "b*"}, {"fc*.weight", "w"}};
    static const nyz_select to_another = {RENAMES(both)};
    static const nyz_rename biases[] = {{"fc1.bias", "b"}, {"fc2.bias", "b"}};
    static const nyz_select to_one = {RENAMES(biases)};
    static const nyz_select bad = {RENAMES(two)};
    static const nyz_rename note[] = {{"note", "w0"}};
    static const nyz_select no_array = {RENAMES(note)};
    nyz_buffer b = make_named(layers, 7, NYZ_STORED);
    (void)state;
    assert_refused(&b, &to_another, NYZ_ERR_ARGUMENT,
                   "'fc1.weight' and 'w0' would both be 'w0'");
    assert_refused(&b, &to_one, NYZ_ERR_ARGUMENT,
                   "'fc1.bias' and 'fc2.bias' would both be 'b'");
    assert_refused(&b, &bad, NYZ_ERR_ARGUMENT, "rename 'fc*.weight' to 'w'");
    assert_refused(&b, &no_array, NYZ_ERR_ARGUMENT, "'note' and 'w0' would both be 'w0'");
    nyz_buffer_free(&b);
}

static void of_a_name_that_occurs_twice_the_last_item_counts(void **state)
{
    static const char *const twice[] = {"a", "b", "a"};
    static const char *const pattern[] = {"a*"};
    static const char *const exact[] = {"a"};
    static const nyz_rename rename[] = {{"a", "c"}};
    static const nyz_select by_pattern = {INCLUDE(pattern)};
    static const nyz_select by_name = {INCLUDE(exact)};
    static const nyz_select renamed = {INCLUDE(pattern), RENAMES(rename)};
    static const int64_t sizes[] = {3, 2};
    nyz_buffer b = make_named(twice, 3, NYZ_STORED);
    (void)state;
    assert_selects(&b, NULL, twice, sizes, 2);
    assert_selects(&b, &by_pattern, twice, sizes, 1);
    assert_selects(&b, &by_name, twice, sizes, 1);
    assert_selects(&b, &renamed, (const char *const[]){"c"}, sizes, 1);
    nyz_buffer_free(&b);
}

/* A member "w" and one "w.npy", in either order, and twice. */
static void a_member_without_npy_keeps_its_name(void **state)
{
    static const int orders[][4] = {{0, 1, -1, -1}, {1, 0, -1, -1}, {1, 0, 1, -1},
                                    {0, 1, 1, -1},  {1, 1, 0, 1},   {0, 1, 0, 1}};
    (void)state;
    for (size_t i = 0; i < sizeof orders / sizeof orders[0]; i++) {
        const nyz_options any = {.flags = NYZ_ANY_NAME};
        nyz_buffer b = {0};
        const nyz_stream to = nyz_stream_buffer(&b);
        const nyz_array two = numbers(one_to_four, 2);
        nyz_npz_writer *writer = NULL;
        nyz_npz *npz = NULL;
        nyz_arrays *list = NULL;
        nyz_array got;
        assert_ok(nyz_npz_create_stream(&to, &any, &writer, err));
        for (int k = 0; k < 4 && orders[i][k] >= 0; k++) {
            assert_ok(orders[i][k]
                          ? nyz_npz_add(writer, "w", &two, NULL, err)
                          : nyz_npz_add_bytes(writer, "w", "text", 4, NULL, err));
        }
        assert_ok(nyz_npz_finish(&writer, err));
        assert_ok(nyz_npz_open_mem(b.data, b.size, NULL, &npz, err));
        assert_ok(nyz_npz_load_selected(npz, NULL, NULL, &list, err));
        nyz_npz_close(&npz);
        assert_int_equal(nyz_arrays_count(list), 2);
        assert_ok(nyz_arrays_get(list, "w", &got, err));
        assert_int_equal(got.dtype.type, NYZ_NONE);
        assert_ok(nyz_arrays_get(list, "w.npy", &got, err));
        assert_numbers(&got, 2);
        nyz_arrays_free(&list);
        nyz_buffer_free(&b);
    }
}

/* ------------------------------------------------------------------------------ what is read */

/* A stream that counts what is read of it. */
typedef struct counted {
    nyz_buffer bytes;
    int64_t read;
} counted;

static int64_t read_counted(void *ctx, int64_t offset, void *to, size_t size)
{
    counted *const c = ctx;
    const int64_t left = (int64_t)c->bytes.size - offset;
    const int64_t n = left < (int64_t)size ? left : (int64_t)size;
    if (n <= 0) {
        return 0;
    }
    c->read += n;
    memcpy(to, (const char *)c->bytes.data + offset, (size_t)n);
    return n;
}

/* 64 arrays of 64 KiB: an archive of 4 MiB. */
static nyz_buffer make_large(nyz_method method)
{
    enum { COUNT = 64, SIZE = 16384 };
    const nyz_options opt = {.method = method};
    float *const data = calloc(SIZE, sizeof *data);
    nyz_buffer out = {0};
    const nyz_stream to = nyz_stream_buffer(&out);
    const nyz_array array = numbers(data, SIZE);
    nyz_npz_writer *writer = NULL;
    char name[16];
    assert_ok(nyz_npz_create_stream(&to, &opt, &writer, err));
    for (int i = 0; i < COUNT; i++) {
        for (int k = 0; k < SIZE; k++) {
            data[k] = (float)(k * 7919 % 4093 + i);
        }
        (void)snprintf(name, sizeof name, "h.%d.w", i);
        assert_ok(nyz_npz_add(writer, name, &array, NULL, err));
    }
    assert_ok(nyz_npz_finish(&writer, err));
    free(data);
    return out;
}

static void nothing_is_read_of_what_is_not_selected(void **state)
{
    static const char *const pattern[] = {"h.{5,6,40}.*"};
    static const nyz_select select = {INCLUDE(pattern)};
    (void)state;
    for (int method = NYZ_STORED; method <= NYZ_DEFLATED; method += NYZ_DEFLATED) {
        counted c = {.bytes = make_large((nyz_method)method)};
        const nyz_stream stream = {.read_at = read_counted, .ctx = &c};
        const int64_t each = (int64_t)c.bytes.size / 64;
        nyz_file *file = NULL;
        nyz_arrays *list = NULL;
        nyz_array got;
        assert_ok(nyz_file_open_stream(&stream, NULL, &file, err));
        c.read = 0;
        assert_ok(nyz_file_load_selected(file, &select, NULL, &list, err));
        assert_true(c.read > each * 2 && c.read < each * 3 + 4096);
        assert_int_equal(nyz_arrays_count(list), 3);
        assert_ok(nyz_arrays_get(list, "h.40.w", &got, err));
        assert_true(((const float *)got.data)[1] == 7919 % 4093 + 40);
        nyz_arrays_free(&list);
        nyz_file_close(&file);
        nyz_buffer_free(&c.bytes);
    }
}

static void a_damaged_member_that_is_not_selected_does_no_harm(void **state)
{
    static const char *const bias[] = {"*.bias"};
    static const nyz_select select = {INCLUDE(bias)};
    static const char *const names[] = {"fc1.bias", "fc2.bias"};
    nyz_buffer b = make_named(layers, 7, NYZ_STORED);
    (void)state;
    ((unsigned char *)b.data)[180] ^= 1; /* in fc1.weight */
    assert_refused(&b, NULL, NYZ_ERR_CORRUPT, "member 'fc1.weight.npy': ");
    assert_selects(&b, &select, names, (const int64_t[]){2, 1}, 2);
    nyz_buffer_free(&b);
}

/* ------------------------------------------------------------------------------ other files */

static void what_is_not_supported_is_skipped_if_asked_for(void **state)
{
    static const char *const some[] = {"[do]"};
    static const nyz_select select = {INCLUDE(some)};
    const nyz_options skipping = {.flags = NYZ_SKIP_UNSUPPORTED};
    nyz_buffer b = make_archive();
    nyz_npz *npz = NULL;
    nyz_arrays *list = NULL;
    (void)state;
    assert_ok(nyz_npz_open_mem(b.data, b.size, NULL, &npz, err));
    assert_fails(NYZ_ERR_UNSUPPORTED, "member 'o.npy': an array of Python objects",
                 nyz_npz_load_selected(npz, &select, NULL, &list, err));
    assert_ok(nyz_npz_load_selected(npz, &select, &skipping, &list, err));
    nyz_npz_close(&npz);
    assert_list(list, (const char *const[]){"d", "o"}, (const int64_t[]){4, 0}, 2);
    assert_null(nyz_arrays_error(list, 0));
    assert_int_equal(nyz_arrays_error(list, 1)->status, NYZ_ERR_UNSUPPORTED);
    assert_string_equal(nyz_arrays_error(list, 1)->member, "o.npy");
    nyz_arrays_free(&list);
    nyz_buffer_free(&b);
}

static void arrays_of_a_npy_file_are_chosen_by_their_numbers(void **state)
{
    static const char *const some[] = {"{1..2}"};
    static const nyz_rename renames[] = {{"*", "arr_*"}};
    static const nyz_select select = {INCLUDE(some), RENAMES(renames)};
    nyz_buffer b = {0};
    nyz_arrays *list = NULL;
    (void)state;
    put_array(&b, 4);
    put_array(&b, 2);
    put_array(&b, 3);
    nyz_file *file = open_buffer(&b);
    assert_ok(nyz_file_load_selected(file, &select, NULL, &list, err));
    nyz_file_close(&file);
    assert_list(list, (const char *const[]){"arr_1", "arr_2"}, (const int64_t[]){2, 3},
                2);
    nyz_arrays_free(&list);
    nyz_buffer_free(&b);
}

/* Whose names are compared one by one. */
static void items_of_another_format_are_chosen(void **state)
{
    static const nyz_container *const formats[] = {&rows_format};
    static const char *const some[] = {"[wF]", "note"};
    static const nyz_select select = {INCLUDE(some)};
    unsigned char bytes[256];
    const size_t size = rows_make(bytes, 0);
    nyz_file *file = NULL;
    nyz_arrays *list = NULL;
    nyz_array got;
    (void)state;
    assert_ok(nyz_file_open_mem_with(bytes, size, formats, 1, NULL, &file, err));
    assert_ok(nyz_file_load_selected(file, &select, NULL, &list, err));
    nyz_file_close(&file);
    assert_int_equal(nyz_arrays_count(list), 3);
    assert_string_equal(nyz_arrays_name(list, 1), "F");
    assert_ok(nyz_arrays_get(list, "F", &got, err));
    assert_true(nyz_array_is_contiguous(&got, NYZ_F_ORDER));
    assert_int_equal(item_of(list, 2).dtype.type, NYZ_NONE);
    nyz_arrays_free(&list);
}

/* Many small members in batches, with gaps, and more than fit one batch. */
static void batches_have_only_what_is_selected(void **state)
{
    enum { COUNT = 1500 };
    static char texts[COUNT][16];
    static const char *names[COUNT];
    static const char *const odd[] = {"n*[13579]", "n{400..1200}"};
    static const nyz_select select = {INCLUDE(odd)};
    int64_t at = 0;
    (void)state;
    for (int i = 0; i < COUNT; i++) {
        (void)snprintf(texts[i], sizeof texts[i], "n%d", i);
        names[i] = texts[i];
    }
    nyz_buffer b = make_named(names, COUNT, NYZ_STORED);
    nyz_npz *npz = NULL;
    nyz_arrays *list = NULL;
    assert_ok(nyz_npz_open_mem(b.data, b.size, NULL, &npz, err));
    assert_ok(nyz_npz_load_selected(npz, &select, NULL, &list, err));
    for (int i = 0; i < COUNT; i++) {
        if (i % 2 == 1 || (i >= 400 && i <= 1200)) {
            assert_string_equal(nyz_arrays_name(list, at), names[i]);
            assert_int_equal(item_of(list, at).shape[0], i % 4 + 1);
            at++;
        }
    }
    assert_int_equal(nyz_arrays_count(list), at);
    nyz_arrays_free(&list);
    nyz_npz_close(&npz);
    nyz_buffer_free(&b);
}

static void a_list_of_all_has_the_names_of_the_members(void **state)
{
    nyz_buffer b = make_named(layers, 4, NYZ_STORED);
    nyz_npz *npz = NULL;
    nyz_arrays *list = NULL;
    (void)state;
    assert_ok(nyz_npz_open_mem(b.data, b.size, NULL, &npz, err));
    assert_ok(nyz_npz_load_all(npz, NULL, &list, err));
    nyz_npz_close(&npz);
    assert_string_equal(nyz_arrays_name(list, 0), "fc1.weight.npy");
    assert_string_equal(nyz_arrays_name(list, 3), "note");
    assert_null(nyz_arrays_name(list, 4));
    assert_null(nyz_arrays_name(NULL, 0));
    nyz_arrays_free(&list);
    nyz_buffer_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_items_are_those_that_match_and_are_not_excluded),
        cmocka_unit_test(a_name_that_is_there_is_no_pattern),
        cmocka_unit_test(a_pattern_that_matches_nothing_is_an_error),
        cmocka_unit_test(a_selection_that_cannot_be_is_refused),
        cmocka_unit_test(items_get_their_new_names),
        cmocka_unit_test(two_items_do_not_get_one_name),
        cmocka_unit_test(of_a_name_that_occurs_twice_the_last_item_counts),
        cmocka_unit_test(a_member_without_npy_keeps_its_name),
        cmocka_unit_test(nothing_is_read_of_what_is_not_selected),
        cmocka_unit_test(a_damaged_member_that_is_not_selected_does_no_harm),
        cmocka_unit_test(what_is_not_supported_is_skipped_if_asked_for),
        cmocka_unit_test(arrays_of_a_npy_file_are_chosen_by_their_numbers),
        cmocka_unit_test(items_of_another_format_are_chosen),
        cmocka_unit_test(batches_have_only_what_is_selected),
        cmocka_unit_test(a_list_of_all_has_the_names_of_the_members),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
