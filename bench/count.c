/* SPDX-License-Identifier: MIT */
/* What `bench/check` counts instructions of: `count FOLDER OPERATION`, and `count FOLDER
 * make` for the files.  callgrind counts only within counted(). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <nyz_cast.h>
#include <nyz_map.h>
#include <nyz_slice.h>

#include "count.h"

/* What an operation needs, made before the counting starts. */
struct input {
    const char *folder;
    nyz_array large;      /* 4 MiB of f4 */
    nyz_array into;       /* the same, to be overwritten */
    nyz_buffer header[3]; /* .npy files without elements */
};

/* "[('f00', '<i4'), ...]" */
static void describe_fields(char *text, size_t capacity)
{
    size_t at = 0;
    for (int i = 0; i < FIELDS; i++)
        at += (size_t)snprintf(text + at, capacity - at, "%s('f%02d', '<%c%d')",
                               i == 0 ? "[" : ", ", i, "if"[i % 2], 4 + i % 4 / 2 * 4);
    snprintf(text + at, capacity - at, "]");
}

static void prepare(const char *folder, struct input *in)
{
    char fields[FIELDS * 20];
    const char *const descrs[3] = {
        "<f4",
        "[('name', '<U16'), ('xyz', '<f8', (3,)), ('id', '<i4'), ('when', '<M8[us]')]",
        fields};
    describe_fields(fields, sizeof fields);
    in->folder = folder;
    in->large = wrap(numbers(4 * MIB), "<f4", 2, 1024, 1024);
    in->into = wrap(numbers(4 * MIB), "<f4", 2, 1024, 1024);
    for (int i = 0; i < 3; i++) {
        nyz_array empty = wrap(NULL, descrs[i], 2, 0, 7);
        must(nyz_save_mem(&empty, NULL, &in->header[i], &err));
        nyz_dtype_free(&empty.dtype);
    }
}

static void parse(const nyz_buffer *file)
{
    nyz_array array;
    must(nyz_load_mem(file->data, file->size, NULL, &array, &err));
    nyz_array_free(&array);
}

static void parse_headers(struct input *in)
{
    for (int i = 0; i < 1000; i++)
        parse(&in->header[i % 2]);
}

static void parse_fields(struct input *in)
{
    for (int i = 0; i < 50; i++)
        parse(&in->header[2]);
}

static void load_file(const char *path)
{
    nyz_array array;
    must(nyz_load(path, NULL, &array, &err));
    nyz_array_free(&array);
}

static void load_small(struct input *in)
{
    for (int i = 0; i < SMALL_FILES; i++)
        load_file(numbered(in->folder, i));
}

static void load_large(struct input *in)
{
    load_file(in_directory(in->folder, "large.npy"));
}

static void load_big_endian(struct input *in)
{
    load_file(in_directory(in->folder, "big_endian.npy"));
}

static void load_doubles(struct input *in)
{
    nyz_array half;
    must(nyz_array_slice(&in->into, 0, 0, 512, 1, &half, &err));
    must(nyz_load_into(in_directory(in->folder, "doubles.npy"), NULL, &half, &err));
}

static void load_transposed(struct input *in)
{
    must(nyz_load_into(in_directory(in->folder, "fortran.npy"), NULL, &in->into, &err));
}

static void slice(const char *path, nyz_range rows, nyz_range columns)
{
    const nyz_range ranges[2] = {rows, columns};
    nyz_array array;
    must(nyz_load_slice(path, ranges, 2, NULL, &array, &err));
    nyz_array_free(&array);
}

static void slice_columns(struct input *in)
{
    slice(in_directory(in->folder, "large.npy"), (nyz_range){0}, (nyz_range){500, 510, 1});
}

static void slice_rows(struct input *in)
{
    for (int i = 0; i < 100; i++)
        slice(in_directory(in->folder, "large.npy"), (nyz_range){i, i + 8, 2}, (nyz_range){0});
}

static void slice_blocks(struct input *in)
{
    const nyz_range rows = {300, 400, 1};
    nyz_npz *npz;
    nyz_array array;
    must(nyz_npz_open(in_directory(in->folder, "blocks.npz"), NULL, &npz, &err));
    must(nyz_npz_load_slice_at(npz, 0, &rows, 1, NULL, &array, &err));
    nyz_array_free(&array);
    nyz_npz_close(&npz);
}

static void map_small(struct input *in)
{
    for (int i = 0; i < SMALL_FILES; i++) {
        nyz_array array;
        must(nyz_map(numbered(in->folder, i), NYZ_MAP_READ, NULL, &array, &err));
        nyz_array_free(&array);
    }
}

static void cast_half(struct input *in)
{
    const nyz_dtype half = nyz_dtype_of(NYZ_FLOAT16);
    nyz_array array;
    must(nyz_array_cast(&in->large, &half, NULL, &array, &err));
    nyz_array_free(&array);
}

static void read_archive(const char *path)
{
    nyz_npz *npz;
    must(nyz_npz_open(path, NULL, &npz, &err));
    for (int64_t i = 0; i < nyz_npz_count(npz); i++) {
        nyz_array array;
        must(nyz_npz_load_at(npz, i, NULL, &array, &err));
        nyz_array_free(&array);
    }
    nyz_npz_close(&npz);
}

static nyz_npz *open_tiny_archive(const struct input *in)
{
    nyz_npz *npz;
    must(nyz_npz_open(in_directory(in->folder, "tiny.npz"), NULL, &npz, &err));
    return npz;
}

static void open_tiny(struct input *in)
{
    nyz_npz *npz = open_tiny_archive(in);
    nyz_npz_close(&npz);
}

static void list_tiny(struct input *in)
{
    nyz_npz *npz = open_tiny_archive(in);
    nyz_member member;
    for (int64_t i = 0; i < nyz_npz_count(npz); i++)
        must(nyz_npz_member_at(npz, i, &member, &err));
    nyz_npz_close(&npz);
}

static void read_all_tiny(struct input *in)
{
    nyz_npz *npz = open_tiny_archive(in);
    nyz_arrays *all = NULL;
    must(nyz_npz_load_all(npz, NULL, &all, &err));
    nyz_arrays_free(&all);
    nyz_npz_close(&npz);
}

static void read_tiny(struct input *in)
{
    read_archive(in_directory(in->folder, "tiny.npz"));
}

static void read_stored(struct input *in)
{
    read_archive(in_directory(in->folder, "stored.npz"));
}

static void read_deflated(struct input *in)
{
    read_archive(in_directory(in->folder, "deflated.npz"));
}

static void save_small(struct input *in)
{
    const nyz_options options = {.flags = NYZ_NO_SYNC};
    nyz_array array;
    must(nyz_array_slice(&in->large, 0, 0, 1, 1, &array, &err));
    for (int i = 0; i < SMALL_FILES; i++)
        must(nyz_save(&array, in_directory(in->folder, "saved.npy"), &options, &err));
}

static void save_strided(struct input *in)
{
    nyz_array array, part;
    nyz_buffer file = {0};
    must(nyz_array_slice(&in->large, 0, 0, 511, 1, &part, &err));
    must(nyz_array_slice(&part, 1, 0, 1024, 2, &array, &err));
    must(nyz_save_mem(&array, NULL, &file, &err));
    nyz_buffer_free(&file);
}

/* The first rows of the large array, `count` times. */
static void write_rows(struct input *in, int rows, int count, nyz_method method,
                       int level)
{
    nyz_array array;
    must(nyz_array_slice(&in->large, 0, 0, rows, 1, &array, &err));
    make_archive(in_directory(in->folder, "written.npz"), &array, count, method, level);
}

static void write_tiny(struct input *in)
{
    write_rows(in, 1, MEMBERS / 4, NYZ_STORED, 0);
}

static void write_stored(struct input *in)
{
    write_rows(in, 1024, 1, NYZ_STORED, 0);
}

static void write_deflated(struct input *in)
{
    write_rows(in, 64, 1, NYZ_DEFLATED, 0);
}

static void write_fast(struct input *in)
{
    write_rows(in, 256, 1, NYZ_DEFLATED, NYZ_LEVEL_FAST);
}

static const struct {
    const char *name, *title;
    void (*run)(struct input *in);
} operations[] = {
    {"parse_headers", "parse 1,000 headers", parse_headers},
    {"parse_fields", "parse 50 headers of 64 fields", parse_fields},
    {"load_small", "load 200 .npy of 1 KiB", load_small},
    {"load_large", "load .npy, 4 MiB", load_large},
    {"load_big_endian", "load >f4 as native, 4 MiB", load_big_endian},
    {"load_doubles", "load f8 into f4, 4 MiB", load_doubles},
    {"load_transposed", "load Fortran into C order, 4 MiB", load_transposed},
    {"slice_columns", "load 10 of 1,024 columns", slice_columns},
    {"slice_rows", "load 4 rows, 100 times", slice_rows},
    {"slice_blocks", "load 100 rows of a member in blocks", slice_blocks},
    {"map_small", "map 200 .npy of 1 KiB", map_small},
    {"cast_half", "cast f4 to f2, 4 MiB", cast_half},
    {"save_small", "save 200 small .npy", save_small},
    {"save_strided", "save every other column, 1 MiB", save_strided},
    {"open_tiny", "open an archive of 2,000 members", open_tiny},
    {"list_tiny", "open it, and list its names", list_tiny},
    {"read_tiny", "read its members one by one", read_tiny},
    {"read_all_tiny", "read its members all at once", read_all_tiny},
    {"read_stored", "read a stored member, 4 MiB", read_stored},
    {"read_deflated", "read a deflated member, 4 MiB", read_deflated},
    {"write_tiny", "write 500 small members", write_tiny},
    {"write_stored", "write a stored member, 4 MiB", write_stored},
    {"write_deflated", "write a deflated member, 256 KiB", write_deflated},
    {"write_fast", "write a fast member, 1 MiB", write_fast},
};

enum { OPERATIONS = sizeof operations / sizeof *operations };

void counted(int operation, struct input *in);

__attribute__((noinline)) void counted(int operation, struct input *in)
{
    operations[operation].run(in);
}

static int run(const char *folder, const char *name)
{
    struct input in = {0};
    for (int i = 0; i < OPERATIONS; i++) {
        if (strcmp(operations[i].name, name) != 0)
            continue;
        prepare(folder, &in);
        counted(i, &in);
        return 0;
    }
    return 2;
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[2], "make") != 0)
        return run(argv[1], argv[2]);
    if (argc == 3)
        make_files(argv[1]);
    else
        for (int i = 0; i < OPERATIONS; i++)
            printf("%s\t%s\n", operations[i].name, operations[i].title);
    return 0;
}
