/* SPDX-License-Identifier: MIT */
/* One row of a matrix of any size, without reading the rest.  Usage: map FILE.npy ROW
 * Build: cc map.c $(pkg-config --cflags --libs nyz) */
#include <stdio.h>
#include <stdlib.h>

#include <nyz_map.h>

static nyz_status print_row(const nyz_array *matrix, int64_t row, nyz_error *err)
{
    nyz_array numbers;
    nyz_status status = nyz_array_index(matrix, 0, row, &numbers, err);
    if (status != NYZ_OK)
        return status;
    for (int64_t i = 0; i < numbers.shape[0]; i++) {
        const char *at = (const char *)numbers.data + i * numbers.strides[0];
        printf("%s%g", i > 0 ? " " : "", (double)*(const float *)at);
    }
    printf("\n");
    return NYZ_OK;
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: map FILE.npy ROW\n");
        return 2;
    }
    nyz_array matrix;
    nyz_error err;
    nyz_status status = nyz_map(argv[1], NYZ_MAP_READ, NULL, &matrix, &err);
    if (status == NYZ_OK && (matrix.dtype.type != NYZ_FLOAT32 || matrix.ndim != 2)) {
        char text[200];
        size_t length;
        status = nyz_array_describe(&matrix, text, sizeof text, &length, &err);
        if (status == NYZ_OK)
            fprintf(stderr, "%s: is %s, wanted a matrix of float32\n", argv[1], text);
        nyz_array_free(&matrix);
        return 1;
    }
    if (status == NYZ_OK)
        status = print_row(&matrix, atoll(argv[2]), &err);
    if (status != NYZ_OK)
        fprintf(stderr, "%s: %s\n", argv[1], err.message);
    nyz_array_free(&matrix);
    return status != NYZ_OK;
}
