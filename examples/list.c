/* SPDX-License-Identifier: MIT */
/* A list of tensors, saved and loaded again.  Usage: list [FILE.npz]
 * In Python: np.savez("list.npz", x, y); z = np.load("list.npz"); z["arr_0"], z["arr_1"]
 * Build: cc list.c $(pkg-config --cflags --libs nyz) */
#include <stdio.h>

#include <nyz.h>

/* Members without a name are called arr_0, arr_1, ... */
static nyz_status save(const char *path, const nyz_array *list, int count, nyz_error *err)
{
    nyz_npz_writer *npz;
    const nyz_status status = nyz_npz_create(path, NULL, &npz, err);
    if (status != NYZ_OK)
        return status;
    for (int i = 0; i < count; i++)
        nyz_npz_add(npz, NULL, &list[i], NULL,
                    NULL); /* finish reports the first failure */
    return nyz_npz_finish(&npz, err);
}

static nyz_status save_two(const char *path, nyz_error *err)
{
    const float x[4] = {0, 1, 2, 3};
    const float y[4] = {0, 0, 0, 0};
    const int64_t shape[1] = {4};
    const nyz_dtype dtype = nyz_dtype_of(NYZ_FLOAT32);
    nyz_array list[2];
    nyz_status status = nyz_array_wrap_const(x, &dtype, 1, shape, NULL, &list[0], err);
    if (status == NYZ_OK)
        status = nyz_array_wrap_const(y, &dtype, 1, shape, NULL, &list[1], err);
    return status != NYZ_OK ? status : save(path, list, 2, err);
}

static nyz_status print_all(const nyz_npz *npz, nyz_error *err)
{
    for (int64_t i = 0; i < nyz_npz_count(npz); i++) {
        nyz_array a;
        const nyz_status status = nyz_npz_load_at(npz, i, NULL, &a, err);
        if (status != NYZ_OK)
            return status;
        printf("arr_%d:", (int)i);
        if (a.dtype.type == NYZ_FLOAT32 && a.ndim == 1) {
            const float *values = a.data;
            for (int64_t j = 0; j < a.shape[0]; j++)
                printf(" %g", (double)values[j]);
        }
        printf("\n");
        nyz_array_free(&a);
    }
    return NYZ_OK;
}

int main(int argc, char **argv)
{
    const char *path = argc > 1 ? argv[1] : "list.npz";
    nyz_npz *npz = NULL;
    nyz_error err;
    nyz_status status = save_two(path, &err);
    if (status == NYZ_OK)
        status = nyz_npz_open(path, NULL, &npz, &err);
    if (status == NYZ_OK)
        status = print_all(npz, &err);
    if (status != NYZ_OK)
        fprintf(stderr, "%s: %s\n", path, err.message);
    nyz_npz_close(&npz);
    return status != NYZ_OK;
}
