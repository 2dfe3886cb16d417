/* SPDX-License-Identifier: MIT */
/* The weights of one layer as float32, whatever type the file has: float16, float64, bfloat16, ...
 * Usage: load_as FILE.npz NAME COLUMNS
 * Build: cc load_as.c $(pkg-config --cflags --libs nyz) */
#include <stdio.h>
#include <stdlib.h>

#include <nyz_cast.h>

static void print_sums(const nyz_array *matrix)
{
    const float *at = matrix->data;
    for (int64_t row = 0; row < matrix->shape[0]; row++) {
        double sum = 0;
        for (int64_t i = 0; i < matrix->shape[1]; i++)
            sum += (double)*at++;
        printf("%g\n", sum);
    }
}

int main(int argc, char **argv)
{
    if (argc != 4) {
        fprintf(stderr, "usage: load_as FILE.npz NAME COLUMNS\n");
        return 2;
    }
    nyz_want want = {.dtype = nyz_dtype_of(NYZ_FLOAT32), .ndim = 2, .shape = {-1, atoll(argv[3])}};
    nyz_options opt = {.void_as = NYZ_BFLOAT16}; /* what arrays of 2 opaque bytes are */
    nyz_npz *npz;
    nyz_array matrix = {0};
    nyz_error err;
    nyz_status status = nyz_npz_open(argv[1], &opt, &npz, &err);
    if (status == NYZ_OK)
        status = nyz_npz_load_as(npz, argv[2], &want, NULL, &matrix, &err);
    if (status == NYZ_OK)
        print_sums(&matrix);
    else
        fprintf(stderr, "%s: %s\n", argv[1], err.message);
    nyz_array_free(&matrix);
    nyz_npz_close(&npz);
    return status != NYZ_OK;
}
