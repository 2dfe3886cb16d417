/* SPDX-License-Identifier: MIT */
/* Every STEPth row of a matrix of numbers, which may be larger than memory, as float64.
 * Usage: slice FILE.npy STEP       (-1: all rows, the last one first)
 * Build: cc slice.c $(pkg-config --cflags --libs nyz) */
#include <stdio.h>
#include <stdlib.h>

#include <nyz_slice.h>

/* So many rows are in memory at a time. */
enum { BATCH = 64 };

static int64_t rows_of(int64_t extent, int64_t step)
{
    const int64_t apart = step < 0 ? -step : step;
    return extent / apart + (extent % apart > 0);
}

static void print(const nyz_array *numbers)
{
    const double *x = numbers->data;
    for (int64_t i = 0; i < numbers->shape[0]; i++) {
        for (int64_t j = 0; j < numbers->shape[1]; j++)
            printf("%s%g", j > 0 ? " " : "", *x++);
        printf("\n");
    }
}

/* Rows `first` to `first` + count - 1 of the slice. */
static nyz_status print_batch(const char *path, const nyz_array *matrix, int64_t step,
                              int64_t first, int64_t count, nyz_error *err)
{
    const nyz_dtype dtype = nyz_dtype_of(NYZ_FLOAT64);
    const int64_t shape[2] = {count, matrix->shape[1]};
    const int64_t start = (step < 0 ? matrix->shape[0] - 1 : 0) + first * step;
    const int64_t stop = start + count * step;
    const nyz_range range = {start, stop < 0 ? INT64_MIN : stop, step};
    nyz_array batch;
    nyz_status status = nyz_array_new(&dtype, 2, shape, NULL, &batch, err);
    if (status == NYZ_OK)
        status = nyz_load_slice_into(path, &range, 1, NULL, &batch, err);
    if (status == NYZ_OK)
        print(&batch);
    nyz_array_free(&batch);
    return status;
}

int main(int argc, char **argv)
{
    const int64_t step = argc == 3 ? atoll(argv[2]) : 0;
    if (step == 0 || step < -1000000 || step > 1000000) {
        fprintf(stderr, "usage: slice FILE.npy STEP\n");
        return 2;
    }
    nyz_array matrix;
    nyz_error err;
    nyz_status status = nyz_load_header(argv[1], NULL, &matrix, &err);
    if (status == NYZ_OK && matrix.ndim != 2) {
        fprintf(stderr, "%s: ndim is %d, wanted 2\n", argv[1], (int)matrix.ndim);
        nyz_array_free(&matrix);
        return 1;
    }
    const int64_t rows = status == NYZ_OK ? rows_of(matrix.shape[0], step) : 0;
    for (int64_t i = 0; i < rows && status == NYZ_OK; i += BATCH) {
        const int64_t count = rows - i < BATCH ? rows - i : BATCH;
        status = print_batch(argv[1], &matrix, step, i, count, &err);
    }
    if (status != NYZ_OK)
        fprintf(stderr, "%s: %s\n", argv[1], err.message);
    nyz_array_free(&matrix);
    return status != NYZ_OK;
}
