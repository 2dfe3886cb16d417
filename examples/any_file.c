/* SPDX-License-Identifier: MIT */
/* What a file of arrays holds, whatever its format.  Usage: any_file FILE [NAME]
 * Without NAME, each item with its shape; with it, the sum of the array's elements as float64.
 * Build: cc any_file.c $(pkg-config --cflags --libs nyz) */
#include <stdio.h>
#include <stdlib.h>

#include <nyz_file.h>

static void print_item(const nyz_item *item)
{
    if (item->kind == NYZ_ITEM_UNREADABLE) {
        printf("%s\n", item->error.message); /* names it */
        return;
    }
    printf("%.*s:", (int)item->entry.key_size, item->entry.name);
    if (item->kind == NYZ_ITEM_BYTES)
        printf(" %lld bytes", (long long)item->data_size);
    for (int i = 0; item->kind == NYZ_ITEM_ARRAY && i < item->header.ndim; i++)
        printf(" %lld", (long long)item->header.shape[i]);
    printf("\n");
}

static nyz_status list(const nyz_file *file, nyz_error *err)
{
    printf("%s, %lld item(s)\n", nyz_file_format(file), (long long)nyz_file_count(file));
    for (int64_t i = 0; i < nyz_file_count(file); i++) {
        nyz_item item;
        nyz_status status = nyz_file_info_at(file, i, &item, err);
        if (status != NYZ_OK)
            return status;
        print_item(&item);
        nyz_item_free(&item);
    }
    return NYZ_OK;
}

/* An array of the item's shape, to be filled with float64 whatever the file has. */
static nyz_status load_as_double(const nyz_file *file, const char *name, double **out,
                                 int64_t *count, nyz_error *err)
{
    const nyz_dtype f8 = nyz_dtype_of(NYZ_FLOAT64);
    nyz_item item;
    nyz_array into;
    nyz_status status = nyz_file_info(file, name, &item, err);
    if (status != NYZ_OK)
        return status;
    *count = item.kind == NYZ_ITEM_ARRAY ? nyz_array_count(&item.header) : 0;
    *out = calloc((size_t)*count + 1, sizeof **out);
    if (*out == NULL) {
        status = NYZ_ERR_MEMORY;
        snprintf(err->message, sizeof err->message, "out of memory");
    }
    if (status == NYZ_OK)
        status = nyz_array_wrap(*out, &f8, item.header.ndim, item.header.shape, NULL, &into, err);
    if (status == NYZ_OK)
        status = nyz_file_load_into(file, name, NULL, &into, err);
    nyz_item_free(&item);
    return status;
}

static nyz_status print_sum(const nyz_file *file, const char *name, nyz_error *err)
{
    double *data = NULL;
    double sum = 0;
    int64_t count = 0;
    nyz_status status = load_as_double(file, name, &data, &count, err);
    for (int64_t i = 0; status == NYZ_OK && i < count; i++)
        sum += data[i];
    if (status == NYZ_OK)
        printf("%s: %lld elements, sum %.9g\n", name, (long long)count, sum);
    free(data);
    return status;
}

int main(int argc, char **argv)
{
    nyz_file *file = NULL;
    nyz_error err;
    if (argc < 2) {
        fprintf(stderr, "usage: any_file FILE [NAME]\n");
        return 2;
    }
    nyz_status status = nyz_file_open(argv[1], NULL, &file, &err);
    if (status == NYZ_OK)
        status = argc > 2 ? print_sum(file, argv[2], &err) : list(file, &err);
    if (status != NYZ_OK)
        fprintf(stderr, "%s: %s\n", argv[1], err.message);
    nyz_file_close(&file);
    return status != NYZ_OK;
}
