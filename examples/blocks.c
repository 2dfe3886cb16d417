/* SPDX-License-Identifier: MIT */
/* An archive compressed in blocks of rows, and some rows of it, inflated without the others.
 * Usage: blocks write FILE.npy OUT.npz     (compresses it as "a", on all cores)
 *        blocks rows FILE.npz FIRST COUNT  (prints these rows of "a" as float64)
 * Build: cc blocks.c $(pkg-config --cflags --libs nyz) */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <nyz_slice.h>

static nyz_status write_archive(const char *from, const char *to, nyz_error *err)
{
    const nyz_options how = {.level = NYZ_LEVEL_FAST, .threads = -1};
    const char *const name = "a";
    nyz_array array;
    nyz_status status = nyz_load(from, NULL, &array, err);
    if (status == NYZ_OK)
        status = nyz_npz_save(to, &name, &array, 1, &how, err);
    nyz_array_free(&array);
    return status;
}

/* Casts the rows as they are read. */
static nyz_status load_rows(const nyz_npz *npz, const nyz_range *range, nyz_array *rows,
                            nyz_error *err)
{
    const nyz_dtype float64 = nyz_dtype_of(NYZ_FLOAT64);
    nyz_array header;
    memset(rows, 0, sizeof *rows);
    nyz_status status = nyz_npz_load_header(npz, "a", NULL, &header, err);
    if (status != NYZ_OK)
        return status;
    header.shape[0] = range->stop - range->start;
    status = nyz_array_new(&float64, header.ndim, header.shape, NULL, rows, err);
    if (status == NYZ_OK)
        status = nyz_npz_load_slice_into(npz, "a", range, 1, NULL, rows, err);
    nyz_array_free(&header);
    if (status != NYZ_OK)
        nyz_array_free(rows);
    return status;
}

static nyz_status print_rows(const char *path, const nyz_range *range, nyz_error *err)
{
    nyz_npz *npz;
    nyz_member member;
    nyz_array rows;
    nyz_status status = nyz_npz_open(path, NULL, &npz, err);
    if (status != NYZ_OK)
        return status;
    status = nyz_npz_member(npz, "a", &member, err);
    if (status == NYZ_OK) {
        printf("%lld blocks\n", (long long)member.blocks);
        status = load_rows(npz, range, &rows, err);
    }
    if (status == NYZ_OK) {
        const int64_t count = nyz_array_count(&rows);
        for (int64_t i = 0; i < count; i++)
            printf("%s%g", i > 0 ? " " : "", ((const double *)rows.data)[i]);
        printf("\n");
        nyz_array_free(&rows);
    }
    nyz_npz_close(&npz);
    return status;
}

int main(int argc, char **argv)
{
    nyz_error err;
    nyz_status status = NYZ_ERR_ARGUMENT;
    if (argc == 4 && strcmp(argv[1], "write") == 0) {
        status = write_archive(argv[2], argv[3], &err);
    } else if (argc == 5 && strcmp(argv[1], "rows") == 0) {
        const int64_t first = atoll(argv[3]);
        const nyz_range range = {first, first + atoll(argv[4]), 1};
        status = print_rows(argv[2], &range, &err);
    } else {
        fprintf(stderr, "usage: blocks write FILE.npy OUT.npz | blocks rows FILE.npz FIRST COUNT\n");
        return 2;
    }
    if (status != NYZ_OK)
        fprintf(stderr, "%s: %s\n", argv[2], err.message);
    return status != NYZ_OK;
}
