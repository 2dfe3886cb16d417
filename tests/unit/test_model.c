/* SPDX-License-Identifier: MIT */
/* Loading the parameters of a model (nyz_model.h): src/file/file_model.c, file_model_load.c,
 * file_report.c, and nyz_file_load_as: file_load_as.c. */
#include "nyz_model.h"
#include "support/faults.h"

#include "support/files_made.h"
#include "support/progress_watch.h"
#include "support/rows_format.h"
#include "support/rows_used.h"

enum { ROWS = 3, COLUMNS = 2 };

static const float matrix[ROWS * COLUMNS] = {0, 1, 2, 3, 4, 5};

static nyz_array matrix_of(const float *data)
{
    const nyz_dtype f4 = nyz_dtype_of(NYZ_FLOAT32);
    const int64_t shape[] = {ROWS, COLUMNS};
    nyz_array out;
    assert_ok(nyz_array_wrap_const(data, &f4, 2, shape, NULL, &out, err));
    return out;
}

/* fc1.weight (3, 2), fc1.bias (3,), fc2.weight (3, 2), fc2.bias (2,), note, and objects.npy. */
static nyz_buffer make_model(nyz_method method)
{
    const nyz_options opt = {.method = method};
    const nyz_array weight = matrix_of(matrix);
    const nyz_array three = numbers(one_to_four, 3);
    const nyz_array two = numbers(one_to_four, 2);
    nyz_buffer out = {0};
    nyz_buffer objects = {0};
    const nyz_stream to = nyz_stream_buffer(&out);
    nyz_npz_writer *writer = NULL;
    put_objects(&objects);
    assert_ok(nyz_npz_create_stream(&to, &opt, &writer, err));
    assert_ok(nyz_npz_add(writer, "fc1.weight", &weight, NULL, err));
    assert_ok(nyz_npz_add(writer, "fc1.bias", &three, NULL, err));
    assert_ok(nyz_npz_add(writer, "fc2.weight", &weight, NULL, err));
    assert_ok(nyz_npz_add(writer, "fc2.bias", &two, NULL, err));
    assert_ok(nyz_npz_add_bytes(writer, "note", "text", 4, NULL, err));
    assert_ok(
        nyz_npz_add_bytes(writer, "objects.npy", objects.data, objects.size, NULL, err));
    assert_ok(nyz_npz_finish(&writer, err));
    nyz_buffer_free(&objects);
    return out;
}

static const char *const fc1_alone[] = {"fc1.*"};
static const nyz_select fc1 = {.include = fc1_alone, .include_count = 1};
static const char *const all_layers[] = {"fc*"};
static const nyz_select layers = {.include = all_layers, .include_count = 1};

/* Memory to fill: float64 in Fortran order. */
typedef struct room {
    double data[ROWS * COLUMNS];
    nyz_array array;
} room;

static void make_room(room *r, int64_t rows, int64_t columns)
{
    const nyz_dtype f8 = nyz_dtype_of(NYZ_FLOAT64);
    const int64_t shape[] = {rows, columns};
    const int64_t strides[] = {8, 8 * rows};
    for (int i = 0; i < ROWS * COLUMNS; i++) {
        r->data[i] = -1;
    }
    assert_ok(nyz_array_wrap(r->data, &f8, 2, shape, strides, &r->array, err));
}

static void assert_filled(const room *r)
{
    for (int i = 0; i < ROWS; i++) {
        for (int k = 0; k < COLUMNS; k++) {
            assert_true(r->data[i + k * ROWS] == i * COLUMNS + k);
        }
    }
}

static void assert_untouched(const room *r)
{
    for (int i = 0; i < ROWS * COLUMNS; i++) {
        assert_true(r->data[i] == -1);
    }
}

static void assert_empty(const nyz_array *array)
{
    static const nyz_array empty = {0};
    assert_memory_equal(array, &empty, sizeof empty);
}

/* ----------------------------------------------------------------------------- what is loaded */

static void load_layers(const nyz_file *file, const nyz_options *opt)
{
    const nyz_want vector = {
        .dtype = nyz_dtype_of(NYZ_FLOAT64), .ndim = 1, .shape = {-1}};
    room r;
    room other;
    nyz_array bias;
    nyz_array second;
    nyz_report report;
    make_room(&r, ROWS, COLUMNS);
    make_room(&other, ROWS, COLUMNS);
    const nyz_parameter parameters[] = {
        {.name = "fc2.bias", .want = &vector, .out = &bias},
        {.name = "fc1.weight", .into = &r.array},
        {.name = "fc1.bias", .out = &second},
        {.name = "fc2.weight", .into = &other.array}};
    assert_ok(nyz_file_load_model(file, &layers, parameters, 4, NYZ_LOAD_STRICT, opt,
                                  &report, err));
    assert_filled(&r);
    assert_filled(&other);
    assert_int_equal(bias.dtype.type, NYZ_FLOAT64);
    assert_int_equal(bias.shape[0], 2);
    assert_true(((const double *)bias.data)[1] == 2);
    nyz_array_free(&bias);
    assert_numbers(&second, 3);
    assert_int_equal(report.loaded, 4);
    assert_int_equal(report.missing_count + report.unexpected_count, 0);
    assert_int_equal(report.mismatched_count, 0);
    nyz_report_free(&report);
}

static void each_parameter_is_loaded_in_its_dtype_and_place(void **state)
{
    (void)state;
    for (int method = NYZ_STORED; method <= NYZ_DEFLATED; method += NYZ_DEFLATED) {
        for (int threads = 1; threads <= 3; threads++) {
            counting memory;
            counting_init(&memory);
            const nyz_options opt = {
                .threads = threads, .allocator = threads == 1 ? &memory.allocator : NULL};
            nyz_buffer b = make_model((nyz_method)method);
            nyz_file *file = open_buffer(&b);
            load_layers(file, &opt);
            load_layers(file, NULL);
            nyz_file_close(&file);
            nyz_buffer_free(&b);
            assert_int_equal(memory.live, 0);
        }
    }
}

static void parameters_have_the_names_after_renaming(void **state)
{
    static const nyz_rename renames[] = {{"fc1.*", "in.*"}};
    static const nyz_select select = {
        .include = fc1_alone, .include_count = 1, .renames = renames, .rename_count = 1};
    nyz_buffer b = make_model(NYZ_STORED);
    nyz_file *file = open_buffer(&b);
    nyz_array bias;
    nyz_array again;
    nyz_array weight;
    const nyz_parameter parameters[] = {{.name = "in.bias", .out = &bias},
                                        {.name = "in.weight", .out = &weight},
                                        {.name = "in.bias", .out = &again}};
    (void)state;
    assert_ok(nyz_file_load_model(file, &select, parameters, 3, NYZ_LOAD_STRICT, NULL,
                                  NULL, err));
    nyz_file_close(&file);
    assert_numbers(&bias, 3);
    assert_numbers(&again, 3);
    nyz_array_free(&weight);
    nyz_buffer_free(&b);
}

static void other_formats_are_loaded_alike(void **state)
{
    (void)state;
    for (int how = 0; how <= 7; how += 7) {
        const nyz_want want = {
            .dtype = nyz_dtype_of(NYZ_FLOAT16), .ndim = 2, .shape = {-1, 2}};
        const nyz_options opt = {.threads = 2,
                                 .order = how ? NYZ_F_ORDER : NYZ_KEEP_ORDER};
        const nyz_container table = table_of(how);
        const nyz_container *const formats[] = {&table};
        unsigned char bytes[256];
        const size_t size = rows_make(bytes, how);
        nyz_file *file = NULL;
        nyz_array half;
        room r;
        make_room(&r, ROWS, COLUMNS);
        const nyz_parameter parameters[] = {{.name = "w", .want = &want, .out = &half},
                                            {.name = "F", .into = &r.array}};
        assert_ok(nyz_file_open_mem_with(bytes, size, formats, 1, NULL, &file, err));
        assert_ok(nyz_file_load_model(file, NULL, parameters, 2, NYZ_LOAD_STRICT, &opt,
                                      NULL, err));
        nyz_file_close(&file);
        assert_filled(&r);
        assert_int_equal(half.dtype.type, NYZ_FLOAT16);
        assert_true(nyz_array_is_contiguous(&half, how ? NYZ_F_ORDER : NYZ_C_ORDER));
        assert_int_equal(((const uint16_t *)half.data)[5], 0x4500); /* 5 */
        nyz_array_free(&half);
    }
}

static void arrays_of_a_npy_file_are_parameters(void **state)
{
    static const nyz_rename renames[] = {{"0", "a"}, {"1", "b"}};
    static const nyz_select select = {.renames = renames, .rename_count = 2};
    nyz_buffer b = {0};
    nyz_array four;
    nyz_array two;
    const nyz_parameter parameters[] = {{.name = "a", .out = &four},
                                        {.name = "b", .out = &two}};
    (void)state;
    put_array(&b, 4);
    put_array(&b, 2);
    nyz_file *file = open_buffer(&b);
    assert_ok(nyz_file_load_model(file, &select, parameters, 2, NYZ_LOAD_STRICT, NULL,
                                  NULL, err));
    nyz_file_close(&file);
    assert_numbers(&four, 4);
    assert_numbers(&two, 2);
    nyz_buffer_free(&b);
}

/* --------------------------------------------------------------------------------- the report */

static void assert_finding(const nyz_finding *finding, const char *name,
                           int64_t parameter, int64_t item)
{
    assert_string_equal(finding->name, name);
    assert_int_equal(finding->parameter, parameter);
    assert_int_equal(finding->item_index, item);
    assert_int_equal(finding->item == NULL, item < 0);
}

/* One of each kind; it is whole after the file has been closed. */
static void what_does_not_fit_is_reported_and_nothing_is_touched(void **state)
{
    nyz_buffer b = make_model(NYZ_STORED);
    nyz_file *file = open_buffer(&b);
    nyz_report report;
    nyz_array bias;
    room good;
    room bad;
    (void)state;
    make_room(&good, ROWS, COLUMNS);
    make_room(&bad, COLUMNS, ROWS);
    const nyz_parameter parameters[] = {{.name = "fc1.weight", .into = &good.array},
                                        {.name = "fc1.biases", .out = &bias},
                                        {.name = "fc2.weight", .into = &bad.array},
                                        {.name = "fc3.bias", .out = &bias}};
    assert_fails(
        NYZ_ERR_NOT_FOUND,
        "2 missing: 'fc1.biases', 'fc3.bias'; 2 unexpected: 'fc1.bias', "
        "'fc2.bias'; 1 mismatched: 'fc2.weight' is float32 (3, 2), wanted float64 "
        "(2, 3)",
        nyz_file_load_model(file, &layers, parameters, 4, NYZ_LOAD_STRICT, NULL, &report,
                            err));
    nyz_file_close(&file);
    nyz_buffer_free(&b);
    assert_untouched(&good);
    assert_untouched(&bad);
    assert_empty(&bias);
    assert_int_equal(report.loaded, 0);
    assert_int_equal(report.missing_count, 2);
    assert_finding(&report.missing[0], "fc1.biases", 1, -1);
    assert_finding(&report.missing[1], "fc3.bias", 3, -1);
    assert_null(report.missing[1].why);
    assert_int_equal(report.unexpected_count, 2);
    assert_finding(&report.unexpected[0], "fc1.bias", -1, 1);
    assert_string_equal(report.unexpected[0].item, "fc1.bias.npy");
    assert_finding(&report.unexpected[1], "fc2.bias", -1, 3);
    assert_int_equal(report.mismatched_count, 1);
    assert_finding(&report.mismatched[0], "fc2.weight", 2, 2);
    assert_string_equal(report.mismatched[0].item, "fc2.weight.npy");
    assert_string_equal(report.mismatched[0].found, "float32 (3, 2)");
    assert_string_equal(report.mismatched[0].wanted, "float64 (2, 3)");
    assert_string_equal(report.mismatched[0].why,
                        "is float32 (3, 2), wanted float64 (2, 3)");
    nyz_report_free(&report);
    assert_null(report.owner);
    assert_int_equal(report.missing_count, 0);
    nyz_report_free(&report);
    nyz_report_free(NULL);
}

/* Loads fc1.weight as a dtype, and the report has `why` of it. */
static void assert_mismatch(const char *name, const nyz_want *want, nyz_casting casting,
                            const char *why)
{
    nyz_buffer b = make_model(NYZ_DEFLATED);
    nyz_file *file = open_buffer(&b);
    const nyz_options opt = {.casting = casting};
    const nyz_select select = {.include = &name, .include_count = 1};
    nyz_report report;
    nyz_array out;
    const nyz_parameter parameter = {.name = name, .want = want, .out = &out};
    assert_fails(NYZ_ERR_ARGUMENT, why,
                 nyz_file_load_model(file, &select, &parameter, 1, NYZ_LOAD_STRICT, &opt,
                                     &report, err));
    assert_int_equal(report.mismatched_count, 1);
    assert_string_equal(report.mismatched[0].why, why);
    assert_empty(&out);
    nyz_report_free(&report);
    nyz_file_close(&file);
    nyz_buffer_free(&b);
}

static void a_mismatch_says_what_is_wrong(void **state)
{
    const nyz_want number = {.dtype = nyz_dtype_of(NYZ_INT32), .ndim = -1};
    const nyz_want vector = {.ndim = 1, .shape = {-1}};
    const nyz_want other = {.ndim = 2, .shape = {-1, 3}};
    const nyz_want wide = {.dtype = nyz_dtype_of(NYZ_FLOAT64), .ndim = -1};
    (void)state;
    assert_mismatch("fc1.weight", &number, NYZ_CAST_SAME_KIND,
                    "is float32 (3, 2), wanted int32 (...): no cast under same_kind");
    assert_mismatch("fc1.weight", &vector, NYZ_CAST_SAME_KIND,
                    "is float32 (3, 2), wanted float32 (-1,)");
    assert_mismatch("fc1.weight", &other, NYZ_CAST_SAME_KIND,
                    "is float32 (3, 2), wanted float32 (-1, 3)");
    assert_mismatch("fc1.weight", &wide, NYZ_CAST_NO,
                    "is float32 (3, 2), wanted float64 (...): no cast under no");
    assert_mismatch("note", NULL, NYZ_CAST_SAME_KIND, "holds no array");
}

/* By mode: what fails, and what is loaded. */
static void the_mode_says_what_is_allowed(void **state)
{
    static const nyz_status expected[][3] = {
        {NYZ_OK, NYZ_OK, NYZ_OK},                                  /* all fits */
        {NYZ_ERR_ARGUMENT, NYZ_OK, NYZ_OK},                        /* unexpected */
        {NYZ_ERR_NOT_FOUND, NYZ_OK, NYZ_OK},                       /* missing */
        {NYZ_ERR_ARGUMENT, NYZ_ERR_ARGUMENT, NYZ_OK},              /* mismatched */
        {NYZ_ERR_NOT_FOUND, NYZ_ERR_NOT_FOUND, NYZ_ERR_NOT_FOUND}, /* none is there */
    };
    static const char *const names[] = {"fc1.bias", NULL, "bias", "fc1.bias", NULL};
    nyz_buffer b = make_model(NYZ_STORED);
    nyz_file *file = open_buffer(&b);
    (void)state;
    for (int i = 0; i < 5; i++) {
        for (int mode = NYZ_LOAD_STRICT; mode <= NYZ_LOAD_FITTING; mode++) {
            const nyz_want want = {.ndim = i == 3 ? 2 : 1, .shape = {-1, -1}};
            nyz_report report;
            nyz_array bias = {0};
            room r;
            make_room(&r, ROWS, COLUMNS);
            const nyz_parameter parameters[] = {
                {.name = i == 4 ? "weight" : "fc1.weight", .into = &r.array},
                {.name = names[i], .want = &want, .out = &bias}};
            const nyz_status status =
                nyz_file_load_model(file, &fc1, parameters, names[i] != NULL ? 2 : 1,
                                    (nyz_load_mode)mode, NULL, &report, NULL);
            assert_int_equal(status, expected[i][mode]);
            assert_int_equal(report.missing_count, i == 2 || i == 4);
            assert_int_equal(report.mismatched_count, i == 3);
            assert_int_equal(report.unexpected_count, i == 1 || i == 2 ? 1
                                                      : i == 4         ? 2
                                                                       : 0);
            if (status == NYZ_OK) {
                assert_filled(&r);
                assert_int_equal(report.loaded, i == 0 ? 2 : 1);
            } else {
                assert_untouched(&r);
                assert_int_equal(report.loaded, 0);
            }
            assert_int_equal(bias.data != NULL, status == NYZ_OK && i == 0);
            nyz_array_free(&bias);
            nyz_report_free(&report);
        }
    }
    nyz_file_close(&file);
    nyz_buffer_free(&b);
}

static void that_no_parameter_is_in_the_file_is_said(void **state)
{
    nyz_buffer b = make_model(NYZ_STORED);
    nyz_file *file = open_buffer(&b);
    nyz_array out;
    nyz_parameter parameters[] = {{.name = "module.fc1.bias", .out = &out}};
    (void)state;
    assert_fails(
        NYZ_ERR_NOT_FOUND,
        "no parameter is in the file: 1 missing: 'module.fc1.bias'; 2 unexpected: "
        "'fc1.weight', 'fc1.bias'",
        nyz_file_load_model(file, &fc1, parameters, 1, NYZ_LOAD_PARTIAL, NULL, NULL,
                            err));
    parameters[0].flags = NYZ_PARAMETER_MAYBE;
    assert_ok(nyz_file_load_model(file, &fc1, parameters, 1, NYZ_LOAD_PARTIAL, NULL, NULL,
                                  err));
    assert_empty(&out);
    assert_ok(
        nyz_file_load_model(file, &fc1, NULL, 0, NYZ_LOAD_PARTIAL, NULL, NULL, err));
    nyz_file_close(&file);
    nyz_buffer_free(&b);
}

static void a_parameter_may_be_allowed_to_be_missing(void **state)
{
    nyz_buffer b = make_model(NYZ_STORED);
    nyz_file *file = open_buffer(&b);
    nyz_array bias;
    nyz_array weight;
    nyz_array none;
    nyz_report report;
    const nyz_parameter parameters[] = {
        {.name = "fc1.bias", .out = &bias, .flags = NYZ_PARAMETER_MAYBE},
        {.name = "fc1.scale", .out = &none, .flags = NYZ_PARAMETER_MAYBE},
        {.name = "fc1.weight", .out = &weight}};
    (void)state;
    assert_ok(nyz_file_load_model(file, &fc1, parameters, 3, NYZ_LOAD_STRICT, NULL,
                                  &report, err));
    assert_int_equal(report.loaded, 2);
    assert_int_equal(report.missing_count, 0);
    assert_numbers(&bias, 3);
    nyz_array_free(&weight);
    assert_empty(&none);
    nyz_report_free(&report);
    nyz_file_close(&file);
    nyz_buffer_free(&b);
}

static void what_is_no_array_is_not_unexpected(void **state)
{
    static const char *const some[] = {"note", "fc1.bias", "o*"};
    const nyz_select select = {.include = some, .include_count = 2};
    const nyz_select objects = {.include = some, .include_count = 3};
    nyz_buffer b = make_model(NYZ_STORED);
    nyz_file *file = open_buffer(&b);
    nyz_array bias;
    const nyz_parameter parameter = {.name = "fc1.bias", .out = &bias};
    (void)state;
    assert_ok(nyz_file_load_model(file, &select, &parameter, 1, NYZ_LOAD_STRICT, NULL,
                                  NULL, err));
    assert_numbers(&bias, 3);
    assert_fails(NYZ_ERR_ARGUMENT, "1 unexpected: 'objects'",
                 nyz_file_load_model(file, &objects, &parameter, 1, NYZ_LOAD_STRICT, NULL,
                                     NULL, err));
    nyz_file_close(&file);
    nyz_buffer_free(&b);
}

static void what_is_not_supported_counts_as_missing_if_it_is_skipped(void **state)
{
    const nyz_options skipping = {.flags = NYZ_SKIP_UNSUPPORTED};
    nyz_buffer b = make_model(NYZ_STORED);
    nyz_file *file = open_buffer(&b);
    nyz_report report;
    nyz_array out[2];
    const nyz_parameter parameters[] = {{.name = "objects", .out = &out[0]},
                                        {.name = "fc1.bias", .out = &out[1]}};
    (void)state;
    assert_fails(NYZ_ERR_UNSUPPORTED, "member 'objects.npy': an array of Python objects",
                 nyz_file_load_model(file, NULL, parameters, 2, NYZ_LOAD_PARTIAL, NULL,
                                     &report, err));
    assert_null(report.owner);
    assert_fails(NYZ_ERR_NOT_FOUND, "1 missing: 'objects' an array of Python objects",
                 nyz_file_load_model(file, NULL, parameters, 2, NYZ_LOAD_STRICT,
                                     &skipping, NULL, err));
    assert_ok(nyz_file_load_model(file, NULL, parameters, 2, NYZ_LOAD_PARTIAL, &skipping,
                                  &report, err));
    assert_finding(&report.missing[0], "objects", 0, 5);
    assert_non_null(strstr(report.missing[0].why, "Python objects"));
    assert_empty(&out[0]);
    assert_numbers(&out[1], 3);
    nyz_report_free(&report);
    nyz_file_close(&file);
    nyz_buffer_free(&b);
}

/* The first names of each kind, and how many more; the report has all of them. */
static void a_message_has_as_many_names_as_there_is_room_for(void **state)
{
    enum { COUNT = 200 };
    static char names[COUNT][32];
    nyz_parameter parameters[COUNT];
    nyz_array outs[COUNT];
    nyz_report report;
    nyz_error error;
    nyz_buffer b = make_model(NYZ_STORED);
    nyz_file *file = open_buffer(&b);
    (void)state;
    memset(parameters, 0, sizeof parameters);
    for (int i = 0; i < COUNT; i++) {
        (void)snprintf(names[i], sizeof names[i], "decoder.layer.%d.weight", i);
        parameters[i].name = names[i];
        parameters[i].out = &outs[i];
    }
    assert_int_equal(nyz_file_load_model(file, &layers, parameters, COUNT,
                                         NYZ_LOAD_STRICT, NULL, &report, &error),
                     NYZ_ERR_NOT_FOUND);
    assert_int_equal(report.missing_count, COUNT);
    assert_string_equal(report.missing[COUNT - 1].name, names[COUNT - 1]);
    assert_non_null(strstr(error.message, "200 missing: 'decoder.layer.0.weight', "
                                          "'decoder.layer.1.weight', "));
    assert_non_null(strstr(error.message,
                           " more; 4 unexpected: 'fc1.weight', 'fc1.bias', "
                           "'fc2.weight', 'fc2.bias'"));
    assert_true(strlen(error.message) > 250);
    nyz_report_free(&report);
    nyz_file_close(&file);
    nyz_buffer_free(&b);
}

/* Escaped, and cut between characters. */
static void a_message_can_be_printed_whatever_the_names_are(void **state)
{
    char names[4][300];
    nyz_parameter parameters[4] = {{0}};
    nyz_array outs[4];
    nyz_error error;
    nyz_buffer b = make_model(NYZ_STORED);
    nyz_file *file = open_buffer(&b);
    (void)state;
    for (int i = 0; i < 4; i++) {
        memset(names[i], 0, sizeof names[i]);
        for (int k = 0; k < 140; k++) {
            memcpy(names[i] + 2 * k, "\xc3\xa4", 2);
        }
        names[i][0] = '\n';
        names[i][1] = (char)('0' + i);
        parameters[i].name = names[i];
        parameters[i].out = &outs[i];
    }
    assert_int_equal(nyz_file_load_model(file, &fc1, parameters, 4, NYZ_LOAD_STRICT, NULL,
                                         NULL, &error),
                     NYZ_ERR_NOT_FOUND);
    assert_non_null(strstr(error.message, "4 missing: '\\x0a0\xc3\xa4"));
    assert_non_null(strstr(error.message, "2 unexpected: 'fc1.weight', 'fc1.bias'"));
    assert_null(strchr(error.message, '\n'));
    nyz_file_close(&file);
    nyz_buffer_free(&b);
}

static void the_first_name_of_each_kind_is_there_whatever_its_length(void **state)
{
    char longer[4][100];
    char fc1_names[100] = {0};
    const nyz_rename renames[] = {{"fc2.bias", longer[3]}, {"fc1.*", fc1_names}};
    const nyz_select select = {
        .include = all_layers, .include_count = 1, .renames = renames, .rename_count = 2};
    nyz_want deep = {.ndim = NYZ_MAX_DIMS};
    nyz_parameter parameters[4] = {{0}};
    nyz_array outs[4];
    nyz_error error;
    nyz_buffer b = make_model(NYZ_STORED);
    nyz_file *file = open_buffer(&b);
    (void)state;
    memset(fc1_names, 'e', 60);
    fc1_names[60] = '*';
    for (int i = 0; i < 4; i++) {
        memset(longer[i], 'a' + i, 90);
        longer[i][90] = '\0';
        parameters[i].name = longer[i];
        parameters[i].out = &outs[i];
        parameters[i].want = &deep;
    }
    assert_int_equal(nyz_file_load_model(file, &select, parameters, 4, NYZ_LOAD_STRICT,
                                         NULL, NULL, &error),
                     NYZ_ERR_NOT_FOUND);
    assert_non_null(strstr(error.message, "3 missing: 'aaa"));
    assert_non_null(strstr(error.message, " and 2 more; 3 unexpected: 'eeee"));
    assert_non_null(strstr(error.message, "; 1 mismatched: 'ddd"));
    assert_int_equal(strlen(error.message), sizeof error.message - 1);
    nyz_file_close(&file);
    nyz_buffer_free(&b);
}

/* A stream that cannot be read at one place. */
typedef struct broken {
    nyz_buffer bytes;
    int64_t at; /* -1: nowhere */
} broken;

static int64_t read_broken(void *ctx, int64_t offset, void *to, size_t size)
{
    const broken *const b = ctx;
    const int64_t left = (int64_t)b->bytes.size - offset;
    const int64_t n = left < (int64_t)size ? left : (int64_t)size;
    if (offset <= b->at && b->at < offset + n) {
        return -EIO;
    }
    if (n > 0) {
        memcpy(to, (const char *)b->bytes.data + offset, (size_t)n);
    }
    return n > 0 ? n : 0;
}

static void nothing_is_read_of_what_is_unexpected(void **state)
{
    static const float data[16384] = {1};
    const nyz_array large = numbers(data, 16384);
    broken b = {.at = -1};
    const nyz_stream stream = {.read_at = read_broken, .ctx = &b};
    const nyz_stream to = nyz_stream_buffer(&b.bytes);
    nyz_npz_writer *writer = NULL;
    nyz_file *file = NULL;
    nyz_item item;
    nyz_array out;
    const nyz_parameter parameter = {.name = "c", .out = &out};
    (void)state;
    assert_ok(nyz_npz_create_stream(&to, NULL, &writer, err));
    assert_ok(nyz_npz_add(writer, "a", &large, NULL, err));
    assert_ok(nyz_npz_add(writer, "b", &large, NULL, err));
    assert_ok(nyz_npz_add(writer, "c", &large, NULL, err));
    assert_ok(nyz_npz_finish(&writer, err));
    assert_ok(nyz_file_open_stream(&stream, NULL, &file, err));
    assert_ok(nyz_file_info(file, "b", &item, err));
    b.at = item.data_offset - 1; /* the end of its header */
    nyz_item_free(&item);
    assert_fails(
        NYZ_ERR_ARGUMENT, "2 unexpected: 'a', 'b'",
        nyz_file_load_model(file, NULL, &parameter, 1, NYZ_LOAD_STRICT, NULL, NULL, err));
    assert_ok(nyz_file_load_model(file, NULL, &parameter, 1, NYZ_LOAD_PARTIAL, NULL, NULL,
                                  err));
    assert_int_equal(out.shape[0], 16384);
    nyz_array_free(&out);
    nyz_file_close(&file);
    nyz_buffer_free(&b.bytes);
}

/* -------------------------------------------------------------------------------- failures */

static void a_parameter_that_cannot_be_is_refused(void **state)
{
    static const nyz_want bad = {.ndim = -2};
    nyz_buffer b = make_model(NYZ_STORED);
    nyz_file *file = open_buffer(&b);
    room r;
    nyz_array out;
    nyz_array fixed;
    const nyz_want any = {.ndim = -1};
    make_room(&r, ROWS, COLUMNS);
    fixed = r.array;
    fixed.flags = NYZ_READONLY;
    const struct {
        nyz_parameter p;
        const char *words;
    } cases[] = {
        {{.name = NULL, .out = &out}, "no name"},
        {{.name = "a"}, "parameter 'a': expected either into or out"},
        {{.name = "a", .out = &out, .into = &r.array}, "either into or out"},
        {{.name = "a", .want = &any, .into = &r.array}, "want goes with out"},
        {{.name = "a", .out = &out, .flags = 2}, "parameter 'a': reserved words"},
        {{.name = "a", .out = &out, .reserved32 = 1}, "reserved words"},
        {{.name = "a", .out = &out, .reserved = {0, 1}}, "reserved words"},
        {{.name = "a", .want = &bad, .out = &out}, "parameter 'a': want: ndim -2"},
        {{.name = "a", .into = &fixed}, "parameter 'a': the array to fill is read-only"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        nyz_report report;
        memset(&report, 0x5a, sizeof report);
        memset(&out, 0x5a, sizeof out);
        assert_fails(NYZ_ERR_ARGUMENT, cases[i].words,
                     nyz_file_load_model(file, NULL, &cases[i].p, 1, NYZ_LOAD_FITTING,
                                         NULL, &report, err));
        assert_null(report.owner);
        if (cases[i].p.out != NULL) {
            assert_empty(&out);
        }
    }
    assert_fails(
        NYZ_ERR_ARGUMENT, "no list of 1 parameters",
        nyz_file_load_model(file, NULL, NULL, 1, NYZ_LOAD_STRICT, NULL, NULL, err));
    assert_fails(NYZ_ERR_ARGUMENT, "no list of -1 parameters",
                 nyz_file_load_model(file, NULL, &cases[0].p, -1, NYZ_LOAD_STRICT, NULL,
                                     NULL, err));
    for (int mode = -1; mode <= 3; mode += 4) {
        assert_fails(NYZ_ERR_ARGUMENT, "no load mode",
                     nyz_file_load_model(file, NULL, NULL, 0, (nyz_load_mode)mode, NULL,
                                         NULL, err));
    }
    nyz_file_close(&file);
    nyz_buffer_free(&b);
}

/* The first one in the order of the parameters, on any number of threads. */
static void a_damaged_item_fails_all_of_it(void **state)
{
    (void)state;
    for (int threads = 1; threads <= 3; threads++) {
        const nyz_options opt = {.threads = threads};
        nyz_buffer b = make_model(NYZ_STORED);
        nyz_file *file = open_buffer(&b);
        nyz_item item;
        nyz_report report;
        nyz_array out[4];
        const nyz_parameter parameters[] = {{.name = "fc2.bias", .out = &out[0]},
                                            {.name = "fc1.bias", .out = &out[1]},
                                            {.name = "fc2.weight", .out = &out[2]},
                                            {.name = "fc1.weight", .out = &out[3]}};
        static const char *const damaged[] = {"fc1.bias", "fc1.weight"};
        for (int i = 0; i < 2; i++) {
            assert_ok(nyz_file_info(file, damaged[i], &item, err));
            ((unsigned char *)b.data)[item.data_offset] ^= 1;
            nyz_item_free(&item);
        }
        assert_fails(NYZ_ERR_CORRUPT, "member 'fc1.bias.npy': ",
                     nyz_file_load_model(file, &layers, parameters, 4, NYZ_LOAD_STRICT,
                                         &opt, &report, err));
        for (int i = 0; i < 4; i++) {
            assert_empty(&out[i]);
        }
        assert_int_equal(report.loaded, 0);
        nyz_report_free(&report);
        nyz_file_close(&file);
        nyz_buffer_free(&b);
    }
}

static void progress_is_reported_and_cancels(void **state)
{
    (void)state;
    for (int threads = 1; threads <= 2; threads++) {
        for (int cancel = 0; cancel <= 1; cancel++) {
            watch w = {.thread = &this_thread, .cancel_at = cancel};
            const nyz_options opt = {
                .threads = threads, .progress = watch_progress, .progress_ctx = &w};
            nyz_buffer b = make_model(NYZ_DEFLATED);
            nyz_file *file = open_buffer(&b);
            nyz_array out[2];
            const nyz_parameter parameters[] = {{.name = "fc1.weight", .out = &out[0]},
                                                {.name = "fc1.bias", .out = &out[1]}};
            const nyz_status status = nyz_file_load_model(
                file, &fc1, parameters, 2, NYZ_LOAD_STRICT, &opt, NULL, NULL);
            assert_false(w.on_other_thread);
            assert_true(status == NYZ_OK ||
                        (cancel && w.calls > 0 && status == NYZ_ERR_CANCELLED));
            assert_true(cancel || (w.calls > 0 && w.done >= 36));
            assert_int_equal(out[0].data != NULL, status == NYZ_OK);
            nyz_array_free(&out[0]);
            nyz_array_free(&out[1]);
            nyz_file_close(&file);
            nyz_buffer_free(&b);
        }
    }
}

/* --------------------------------------------------------------------------------- load_as */

static void an_item_is_loaded_as_it_is_wanted(void **state)
{
    const nyz_want want = {
        .dtype = nyz_dtype_of(NYZ_FLOAT64), .ndim = 2, .shape = {ROWS, -1}};
    const nyz_want other = {.ndim = 2, .shape = {2, -1}};
    nyz_buffer b = make_model(NYZ_DEFLATED);
    nyz_file *file = open_buffer(&b);
    nyz_array out;
    (void)state;
    assert_ok(nyz_file_load_as(file, "fc1.weight", &want, NULL, &out, err));
    assert_int_equal(out.dtype.type, NYZ_FLOAT64);
    assert_true(((const double *)out.data)[5] == 5);
    nyz_array_free(&out);
    assert_fails(NYZ_ERR_ARGUMENT,
                 "member 'fc1.weight.npy': is float32 (3, 2), wanted float32 (2, -1)",
                 nyz_file_load_as_at(file, 0, &other, NULL, &out, err));
    assert_empty(&out);
    assert_fails(NYZ_ERR_NOT_FOUND, "did you mean 'fc1.weight'?",
                 nyz_file_load_as(file, "fc1.weigth", &want, NULL, &out, err));
    assert_empty(&out);
    assert_fails(NYZ_ERR_NOT_FOUND, "no item 6",
                 nyz_file_load_as_at(file, 6, &want, NULL, &out, err));
    nyz_file_close(&file);
    nyz_buffer_free(&b);
}

static void an_item_of_another_format_is_loaded_as_it_is_wanted(void **state)
{
    static const nyz_container *const formats[] = {&rows_format};
    static const nyz_limits small = {.array_bytes = 24};
    const nyz_options limited = {.limits = &small};
    const nyz_want want = {.dtype = nyz_dtype_of(NYZ_FLOAT64), .ndim = -1};
    const nyz_want same = {.ndim = -1};
    unsigned char bytes[256];
    const size_t size = rows_make(bytes, 0);
    nyz_file *file = NULL;
    nyz_array out;
    (void)state;
    assert_ok(nyz_file_open_mem_with(bytes, size, formats, 1, NULL, &file, err));
    assert_ok(nyz_file_load_as(file, "F", &want, NULL, &out, err));
    assert_int_equal(out.dtype.type, NYZ_FLOAT64);
    assert_true(nyz_array_is_contiguous(&out, NYZ_C_ORDER));
    assert_true(((const double *)out.data)[5] == 5);
    nyz_array_free(&out);
    assert_ok(nyz_file_load_as(file, "w", &same, NULL, &out, err));
    assert_counted(&out, NYZ_C_ORDER);
    nyz_array_free(&out);
    assert_fails(NYZ_ERR_LIMIT, "limits.array_bytes, 24",
                 nyz_file_load_as(file, "w", &want, &limited, &out, err));
    assert_fails(NYZ_ERR_NOT_FOUND, "member 'note': holds no array",
                 nyz_file_load_as(file, "note", &want, NULL, &out, err));
    nyz_file_close(&file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_parameter_is_loaded_in_its_dtype_and_place),
        cmocka_unit_test(parameters_have_the_names_after_renaming),
        cmocka_unit_test(other_formats_are_loaded_alike),
        cmocka_unit_test(arrays_of_a_npy_file_are_parameters),
        cmocka_unit_test(what_does_not_fit_is_reported_and_nothing_is_touched),
        cmocka_unit_test(a_mismatch_says_what_is_wrong),
        cmocka_unit_test(the_mode_says_what_is_allowed),
        cmocka_unit_test(that_no_parameter_is_in_the_file_is_said),
        cmocka_unit_test(a_parameter_may_be_allowed_to_be_missing),
        cmocka_unit_test(what_is_no_array_is_not_unexpected),
        cmocka_unit_test(what_is_not_supported_counts_as_missing_if_it_is_skipped),
        cmocka_unit_test(a_message_has_as_many_names_as_there_is_room_for),
        cmocka_unit_test(a_message_can_be_printed_whatever_the_names_are),
        cmocka_unit_test(the_first_name_of_each_kind_is_there_whatever_its_length),
        cmocka_unit_test(nothing_is_read_of_what_is_unexpected),
        cmocka_unit_test(a_parameter_that_cannot_be_is_refused),
        cmocka_unit_test(a_damaged_item_fails_all_of_it),
        cmocka_unit_test(progress_is_reported_and_cancels),
        cmocka_unit_test(an_item_is_loaded_as_it_is_wanted),
        cmocka_unit_test(an_item_of_another_format_is_loaded_as_it_is_wanted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
