/* SPDX-License-Identifier: MIT */
/* One tensor, saved and loaded again.  Usage: save_load [FILE.npy]
 * In Python: np.save("x.npy", x); x = np.load("x.npy")
 * Build: cc save_load.c $(pkg-config --cflags --libs nyz) */
#include <stdio.h>

#include <nyz.h>

/* A borrowing view over memory that we have, saved as np.save does. */
static nyz_status save(const char *path, nyz_error *err)
{
    const float values[2][3] = {{0, 1, 2}, {3, 4, 5}};
    const int64_t shape[2] = {2, 3};
    const nyz_dtype dtype = nyz_dtype_of(NYZ_FLOAT32);
    nyz_array x;
    const nyz_status status =
        nyz_array_wrap_const(values, &dtype, 2, shape, NULL, &x, err);
    return status != NYZ_OK ? status : nyz_save(&x, path, NULL, err);
}

/* A file may hold anything: look at dtype and shape before touching the data. */
static int print_matrix(const nyz_array *x)
{
    if (x->dtype.type != NYZ_FLOAT32 || x->ndim != 2) {
        fprintf(stderr, "not a matrix of float32\n");
        return 1;
    }
    const float *row = x->data; /* loaded in C order: the rows lie one after the other */
    for (int64_t i = 0; i < x->shape[0]; i++, row += x->shape[1]) {
        for (int64_t j = 0; j < x->shape[1]; j++)
            printf("%s%g", j > 0 ? " " : "", (double)row[j]);
        printf("\n");
    }
    return 0;
}

int main(int argc, char **argv)
{
    const char *path = argc > 1 ? argv[1] : "x.npy";
    const nyz_options c_order = {.order = NYZ_C_ORDER};
    nyz_array x;
    nyz_error err;
    if (save(path, &err) != NYZ_OK || nyz_load(path, &c_order, &x, &err) != NYZ_OK) {
        fprintf(stderr, "%s: %s\n", path, err.message);
        return 1;
    }
    const int failed = print_matrix(&x);
    nyz_array_free(&x);
    return failed;
}
