/* SPDX-License-Identifier: MIT */
/* One row of a matrix of any size and numeric dtype, float16 too, as float32, without reading the
 * rest.  Usage: map FILE.npy ROW
 * Build: cc map.c $(pkg-config --cflags --libs nyz) */
#include <stdio.h>
#include <stdlib.h>

#include <nyz_cast.h>
#include <nyz_map.h>

static nyz_status print_row(const nyz_array *matrix, int64_t index, nyz_error *err)
{
    const nyz_dtype float32 = nyz_dtype_of(NYZ_FLOAT32);
    nyz_array row, numbers;
    nyz_status status = nyz_array_index(matrix, 0, index, &row, err);
    if (status == NYZ_OK)
        status = nyz_array_cast(&row, &float32, NULL, &numbers, err);
    if (status != NYZ_OK)
        return status;
    for (int64_t i = 0; i < nyz_array_count(&numbers); i++)
        printf("%s%g", i > 0 ? " " : "", (double)((const float *)numbers.data)[i]);
    printf("\n");
    nyz_array_free(&numbers);
    return NYZ_OK;
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: map FILE.npy ROW\n");
        return 2;
    }
    const nyz_options as_stored = {.byteorder = NYZ_KEEP_BYTEORDER};
    nyz_array matrix;
    nyz_error err;
    nyz_status status = nyz_map(argv[1], NYZ_MAP_READ, &as_stored, &matrix, &err);
    if (status == NYZ_OK)
        status = print_row(&matrix, atoll(argv[2]), &err);
    if (status != NYZ_OK)
        fprintf(stderr, "%s: %s\n", argv[1], err.message);
    nyz_array_free(&matrix);
    return status != NYZ_OK;
}
