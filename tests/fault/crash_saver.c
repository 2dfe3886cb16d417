/* SPDX-License-Identifier: MIT */
/* Saves COUNT doubles, all VALUE, to PATH; for tests/crash_consistency.py, which ends it
 * anywhere.
 *
 *     crash_saver npy|npz|output PATH COUNT VALUE
 *
 * npy: nyz_save; npz: two members, nyz_npz_finish; output: two arrays in one file,
 * nyz_output_finish.  What fails is said on standard error, with exit status 3. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <nyz.h>

static nyz_status save_npz(const nyz_array *array, const char *path, nyz_error *err)
{
    nyz_npz_writer *writer = NULL;
    const nyz_status status = nyz_npz_create(path, NULL, &writer, err);
    if (status != NYZ_OK) {
        return status;
    }
    (void)nyz_npz_add(writer, NULL, array, NULL, NULL);
    (void)nyz_npz_add(writer, NULL, array, NULL, NULL);
    return nyz_npz_finish(&writer, err);
}

static nyz_status save_output(const nyz_array *array, const char *path, nyz_error *err)
{
    nyz_output *output = NULL;
    nyz_stream stream;
    nyz_status status = nyz_output_create(path, NULL, &output, &stream, err);
    for (int i = 0; i < 2 && status == NYZ_OK; i++) {
        status = nyz_write(&stream, array, NULL, err);
    }
    if (status == NYZ_OK) {
        return nyz_output_finish(&output, err);
    }
    nyz_output_discard(&output);
    return status;
}

static nyz_status save(const char *kind, const nyz_array *array, const char *path,
                       nyz_error *err)
{
    return strcmp(kind, "npz") == 0      ? save_npz(array, path, err)
           : strcmp(kind, "output") == 0 ? save_output(array, path, err)
                                         : nyz_save(array, path, NULL, err);
}

int main(int argc, char **argv)
{
    nyz_error err;
    nyz_array array;
    const nyz_dtype dtype = nyz_dtype_of(NYZ_FLOAT64);
    if (argc != 5) {
        return 2;
    }
    const int64_t count = strtol(argv[3], NULL, 10);
    double *const numbers = malloc((size_t)count * sizeof *numbers);
    if (numbers == NULL) {
        return 2;
    }
    for (int64_t i = 0; i < count; i++) {
        numbers[i] = (double)strtol(argv[4], NULL, 10);
    }
    nyz_status status = nyz_array_wrap(numbers, &dtype, 1, &count, NULL, &array, &err);
    if (status == NYZ_OK) {
        status = save(argv[1], &array, argv[2], &err);
    }
    if (status != NYZ_OK) {
        (void)fprintf(stderr, "%s: %s\n", nyz_status_text(status), err.message);
    }
    free(numbers);
    return status == NYZ_OK ? 0 : 3;
}
