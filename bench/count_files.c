/* SPDX-License-Identifier: MIT */
/* What the operations of count.c need: files, numbers, and how a failure ends it all. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "count.h"

nyz_error err;

void must(nyz_status status)
{
    if (status == NYZ_OK)
        return;
    fprintf(stderr, "count: %s\n", err.message);
    exit(1);
}

const char *in_directory(const char *folder, const char *name)
{
    static char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

const char *numbered(const char *folder, int i)
{
    char name[32];
    snprintf(name, sizeof name, "small%03d.npy", i);
    return in_directory(folder, name);
}

unsigned char *numbers(size_t size)
{
    unsigned char *bytes = malloc(size);
    uint32_t state = 1;
    if (bytes == NULL)
        exit(1);
    for (size_t i = 0; i < size; i++) {
        state = state * 1664525u + 1013904223u;
        bytes[i] = (unsigned char)(state >> 28);
    }
    return bytes;
}

nyz_array wrap(void *data, const char *descr, int ndim, int64_t rows, int64_t columns)
{
    const int64_t shape[2] = {rows, columns};
    nyz_dtype dtype;
    nyz_array array;
    must(nyz_dtype_parse(descr, strlen(descr), NULL, &dtype, &err));
    must(nyz_array_wrap(data, &dtype, ndim, shape, NULL, &array, &err));
    return array;
}

void make_archive(const char *path, const nyz_array *array, int count, nyz_method method,
                  int level)
{
    const nyz_options options = {.method = method, .level = level, .flags = NYZ_NO_SYNC};
    nyz_npz_writer *npz;
    must(nyz_npz_create(path, &options, &npz, &err));
    for (int i = 0; i < count; i++)
        nyz_npz_add(npz, NULL, array, NULL, NULL);
    must(nyz_npz_finish(&npz, &err));
}

void make_files(const char *folder)
{
    const nyz_options options = {.flags = NYZ_NO_SYNC},
                      fortran = {.flags = NYZ_NO_SYNC, .order = NYZ_F_ORDER};
    unsigned char *bytes = numbers(4 * MIB);
    const nyz_array tiny = wrap(bytes, "<f4", 1, 16, 1),
                    small = wrap(bytes, "<f4", 2, 16, 14),
                    large = wrap(bytes, "<f4", 2, 1024, 1024),
                    big_endian = wrap(bytes, ">f4", 2, 1024, 1024),
                    doubles = wrap(bytes, "<f8", 2, 512, 1024);
    for (int i = 0; i < SMALL_FILES; i++)
        must(nyz_save(&small, numbered(folder, i), &options, &err));
    must(nyz_save(&large, in_directory(folder, "large.npy"), &options, &err));
    must(nyz_save(&big_endian, in_directory(folder, "big_endian.npy"), &options, &err));
    must(nyz_save(&doubles, in_directory(folder, "doubles.npy"), &options, &err));
    must(nyz_save(&large, in_directory(folder, "fortran.npy"), &fortran, &err));
    make_archive(in_directory(folder, "tiny.npz"), &tiny, MEMBERS, NYZ_STORED, 0);
    make_archive(in_directory(folder, "stored.npz"), &large, 1, NYZ_STORED, 0);
    make_archive(in_directory(folder, "deflated.npz"), &large, 1, NYZ_DEFLATED, 0);
    make_archive(in_directory(folder, "blocks.npz"), &large, 1, NYZ_DEFLATED, NYZ_LEVEL_FAST);
    free(bytes);
}
