/* SPDX-License-Identifier: MIT */
/* Reuses the first layers of another network: those whose names begin with PREFIX become this one's
 * encoder, in float32, whatever else is in the file.  Usage: reuse FILE PREFIX COLUMNS
 * Build: cc reuse.c $(pkg-config --cflags --libs nyz) */
#include <stdio.h>
#include <stdlib.h>

#include <nyz_model.h>

static void print_names(const char *what, const nyz_finding *list, int64_t count)
{
    for (int64_t i = 0; i < count; i++)
        printf("%s: %s%s%s\n", what, list[i].name, list[i].why != NULL ? " " : "",
               list[i].why != NULL ? list[i].why : "");
}

static void print_layer(const char *name, const nyz_array *layer)
{
    double sum = 0;
    for (int64_t i = 0; i < nyz_array_count(layer); i++)
        sum += (double)((const float *)layer->data)[i];
    printf("%s: %lld numbers, sum %g\n", name, (long long)nyz_array_count(layer), sum);
}

/* Both layers, or none of them. */
static nyz_status load_layers(const nyz_file *file, const char *prefix, int64_t columns,
                              nyz_array *weight, nyz_array *bias, nyz_report *report, nyz_error *err)
{
    char layers[256];
    snprintf(layers, sizeof layers, "%s*", prefix);
    const char *const include[] = {layers};
    const nyz_rename renames[] = {{layers, "encoder.*"}};
    const nyz_select select = {
        .include = include, .include_count = 1, .renames = renames, .rename_count = 1};
    const nyz_want matrix = {.dtype = nyz_dtype_of(NYZ_FLOAT32), .ndim = 2, .shape = {-1, columns}};
    const nyz_want vector = {.dtype = nyz_dtype_of(NYZ_FLOAT32), .ndim = 1, .shape = {-1}};
    const nyz_parameter parameters[] = {{.name = "encoder.weight", .want = &matrix, .out = weight},
                                        {.name = "encoder.bias", .want = &vector, .out = bias}};
    return nyz_file_load_model(file, &select, parameters, 2, NYZ_LOAD_STRICT, NULL, report, err);
}

int main(int argc, char **argv)
{
    if (argc != 4) {
        fprintf(stderr, "usage: reuse FILE PREFIX COLUMNS\n");
        return 2;
    }
    nyz_file *file;
    nyz_array weight = {0};
    nyz_array bias = {0};
    nyz_report report = {0};
    nyz_error err;
    nyz_status status = nyz_file_open(argv[1], NULL, &file, &err);
    if (status == NYZ_OK)
        status = load_layers(file, argv[2], atoll(argv[3]), &weight, &bias, &report, &err);
    if (status == NYZ_OK) {
        print_layer("encoder.weight", &weight);
        print_layer("encoder.bias", &bias);
    } else {
        fprintf(stderr, "%s: %s\n", argv[1], err.message);
        print_names("missing", report.missing, report.missing_count);
        print_names("unexpected", report.unexpected, report.unexpected_count);
        print_names("mismatched", report.mismatched, report.mismatched_count);
    }
    nyz_report_free(&report);
    nyz_array_free(&weight);
    nyz_array_free(&bias);
    nyz_file_close(&file);
    return status != NYZ_OK;
}
