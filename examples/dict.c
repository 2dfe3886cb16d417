/* SPDX-License-Identifier: MIT */
/* A dictionary of tensors, saved compressed and loaded by name.  Usage: dict [FILE.npz]
 * In Python: np.savez_compressed("dict.npz", x=x, y=y); np.load("dict.npz")["x"]
 * Build: cc dict.c $(pkg-config --cflags --libs nyz) */
#include <stdio.h>

#include <nyz.h>

static nyz_status save(const char *path, nyz_error *err)
{
    const double x[2][2] = {{0, 1}, {2, 3}};
    const int64_t y[3] = {7, 8, 9};
    const int64_t x_shape[2] = {2, 2};
    const int64_t y_shape[1] = {3};
    const nyz_dtype f8 = nyz_dtype_of(NYZ_FLOAT64);
    const nyz_dtype i8 = nyz_dtype_of(NYZ_INT64);
    const nyz_options compressed = {.method = NYZ_DEFLATED};
    nyz_array x_view;
    nyz_array y_view;
    nyz_npz_writer *npz;
    nyz_status status = nyz_array_wrap_const(x, &f8, 2, x_shape, NULL, &x_view, err);
    if (status == NYZ_OK)
        status = nyz_array_wrap_const(y, &i8, 1, y_shape, NULL, &y_view, err);
    if (status == NYZ_OK)
        status = nyz_npz_create(path, &compressed, &npz, err);
    if (status != NYZ_OK)
        return status;
    nyz_npz_add(npz, "x", &x_view, NULL, NULL);
    nyz_npz_add(npz, "y", &y_view, NULL, NULL);
    return nyz_npz_finish(&npz, err); /* reports the first failure of an add, too */
}

/* A name, and what has to stand under it. */
static nyz_status print_one(const nyz_npz *npz, const char *name, nyz_type type,
                            nyz_error *err)
{
    nyz_array a;
    nyz_status status = nyz_npz_load(npz, name, NULL, &a, err);
    if (status != NYZ_OK)
        return status;
    if (a.dtype.type == type) {
        printf("%s: %d dimension(s), %lld elements\n", name, a.ndim,
               (long long)nyz_array_count(&a));
    } else {
        status = NYZ_ERR_CORRUPT;
        snprintf(err->message, sizeof err->message, "%s has another dtype", name);
    }
    nyz_array_free(&a);
    return status;
}

int main(int argc, char **argv)
{
    const char *path = argc > 1 ? argv[1] : "dict.npz";
    nyz_npz *npz = NULL;
    nyz_error err;
    nyz_status status = save(path, &err);
    if (status == NYZ_OK)
        status = nyz_npz_open(path, NULL, &npz, &err);
    if (status == NYZ_OK)
        status = print_one(npz, "x", NYZ_FLOAT64, &err);
    if (status == NYZ_OK)
        status = print_one(npz, "y", NYZ_INT64, &err);
    if (status == NYZ_OK && nyz_npz_find(npz, "z") < 0)
        printf("z: not there\n");
    if (status != NYZ_OK)
        fprintf(stderr, "%s: %s\n", path, err.message);
    nyz_npz_close(&npz);
    return status != NYZ_OK;
}
