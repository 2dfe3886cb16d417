/* What `bench/check` counts instructions of: `count FOLDER OPERATION`.  `count FOLDER
 * make` makes the files, the same ones each time.  callgrind counts only within
 * counted().
 *
 * This is also built against an earlier release: it may use only what that one's nyz.h
 * has. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <nyz.h>

#define MIB (1 << 20)

enum { SMALL_FILES = 200, MEMBERS = 2000 };

static nyz_error err;

static void must(nyz_status status)
{
    if (status == NYZ_OK)
        return;
    fprintf(stderr, "count: %s\n", err.message);
    exit(1);
}

static const char *in_folder(const char *folder, const char *name)
{
    static char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static const char *numbered(const char *folder, int i)
{
    char name[32];
    snprintf(name, sizeof name, "small%03d.npy", i);
    return in_folder(folder, name);
}

/* Numbers that deflate to about a half: one of 16 values in every byte. */
static unsigned char *numbers(size_t size)
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

static nyz_array wrap(const void *data, const char *descr, int ndim, int64_t rows,
                      int64_t columns)
{
    const int64_t shape[2] = {rows, columns};
    nyz_dtype dtype;
    nyz_array array;
    must(nyz_dtype_parse(descr, strlen(descr), NULL, &dtype, &err));
    must(nyz_wrap(data, &dtype, ndim, shape, NULL, &array, &err));
    return array;
}

/* ------------------------------------------------------------------------------ the files */

static void make_archive(const char *path, const nyz_array *array, int count,
                         nyz_method method)
{
    nyz_options options = {0};
    nyz_npz_writer *npz;
    options.method = method;
    options.flags = NYZ_NO_SYNC;
    must(nyz_npz_create(path, &options, &npz, &err));
    for (int i = 0; i < count; i++)
        nyz_npz_add(npz, NULL, array, NULL, NULL);
    must(nyz_npz_finish(&npz, &err));
}

static void make(const char *folder)
{
    const nyz_options options = {.flags = NYZ_NO_SYNC};
    unsigned char *bytes = numbers(4 * MIB);
    const nyz_array tiny = wrap(bytes, "<f4", 1, 16, 1),
                    small = wrap(bytes, "<f4", 2, 16, 14),
                    large = wrap(bytes, "<f4", 2, 1024, 1024),
                    big_endian = wrap(bytes, ">f4", 2, 1024, 1024);
    for (int i = 0; i < SMALL_FILES; i++)
        must(nyz_save(&small, numbered(folder, i), &options, &err));
    must(nyz_save(&large, in_folder(folder, "large.npy"), &options, &err));
    must(nyz_save(&big_endian, in_folder(folder, "big_endian.npy"), &options, &err));
    make_archive(in_folder(folder, "tiny.npz"), &tiny, MEMBERS, NYZ_STORED);
    make_archive(in_folder(folder, "stored.npz"), &large, 1, NYZ_STORED);
    make_archive(in_folder(folder, "deflated.npz"), &large, 1, NYZ_DEFLATED);
    free(bytes);
}

/* ------------------------------------------------------------------------- the operations */

/* What an operation needs, made before the counting starts. */
struct input {
    const char *folder;
    nyz_array large;      /* 4 MiB of f4 */
    nyz_buffer header[2]; /* .npy files without elements */
};

static void prepare(const char *folder, struct input *in)
{
    const char *const descrs[2] = {
        "<f4",
        "[('name', '<U16'), ('xyz', '<f8', (3,)), ('id', '<i4'), ('when', '<M8[us]')]"};
    in->folder = folder;
    in->large = wrap(numbers(4 * MIB), "<f4", 2, 1024, 1024);
    for (int i = 0; i < 2; i++) {
        nyz_array empty = wrap(NULL, descrs[i], 2, 0, 7);
        must(nyz_save_mem(&empty, NULL, &in->header[i], &err));
        nyz_dtype_free(&empty.dtype);
    }
}

static void parse_headers(struct input *in)
{
    for (int i = 0; i < 1000; i++) {
        const nyz_buffer *file = &in->header[i % 2];
        nyz_array array;
        must(nyz_load_mem(file->data, file->size, NULL, &array, &err));
        nyz_array_free(&array);
    }
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
    load_file(in_folder(in->folder, "large.npy"));
}

static void load_big_endian(struct input *in)
{
    load_file(in_folder(in->folder, "big_endian.npy"));
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

static void open_tiny(struct input *in)
{
    nyz_npz *npz;
    must(nyz_npz_open(in_folder(in->folder, "tiny.npz"), NULL, &npz, &err));
    nyz_npz_close(&npz);
}

static void read_tiny(struct input *in)
{
    read_archive(in_folder(in->folder, "tiny.npz"));
}

static void read_stored(struct input *in)
{
    read_archive(in_folder(in->folder, "stored.npz"));
}

static void read_deflated(struct input *in)
{
    read_archive(in_folder(in->folder, "deflated.npz"));
}

static void save_small(struct input *in)
{
    const nyz_options options = {.flags = NYZ_NO_SYNC};
    nyz_array array;
    must(nyz_slice(&in->large, 0, 0, 1, 1, &array, &err));
    for (int i = 0; i < SMALL_FILES; i++)
        must(nyz_save(&array, in_folder(in->folder, "saved.npy"), &options, &err));
}

static void save_transposed(struct input *in)
{
    nyz_array array, part;
    nyz_buffer file = {0};
    must(nyz_slice(&in->large, 0, 0, 511, 1, &part, &err));
    must(nyz_slice(&part, 1, 0, 1024, 2, &array, &err));
    must(nyz_save_mem(&array, NULL, &file, &err));
    nyz_buffer_free(&file);
}

static void write_tiny(struct input *in)
{
    nyz_array array;
    must(nyz_slice(&in->large, 0, 0, 1, 1, &array, &err));
    make_archive(in_folder(in->folder, "written.npz"), &array, MEMBERS / 4, NYZ_STORED);
}

static void write_stored(struct input *in)
{
    make_archive(in_folder(in->folder, "written.npz"), &in->large, 1, NYZ_STORED);
}

static void write_deflated(struct input *in)
{
    nyz_array array;
    must(nyz_slice(&in->large, 0, 0, 64, 1, &array, &err));
    make_archive(in_folder(in->folder, "written.npz"), &array, 1, NYZ_DEFLATED);
}

static const struct {
    const char *name, *title;
    void (*run)(struct input *in);
} operations[] = {
    {"parse_headers", "parse 1,000 headers", parse_headers},
    {"load_small", "load 200 .npy of 1 KiB", load_small},
    {"load_large", "load .npy, 4 MiB", load_large},
    {"load_big_endian", "load >f4 as native, 4 MiB", load_big_endian},
    {"save_small", "save 200 small .npy", save_small},
    {"save_strided", "save every other column, 1 MiB", save_transposed},
    {"open_tiny", "open an archive of 2,000 members", open_tiny},
    {"read_tiny", "read its 2,000 members", read_tiny},
    {"read_stored", "read a stored member, 4 MiB", read_stored},
    {"read_deflated", "read a deflated member, 4 MiB", read_deflated},
    {"write_tiny", "write 500 small members", write_tiny},
    {"write_stored", "write a stored member, 4 MiB", write_stored},
    {"write_deflated", "write a deflated member, 256 KiB", write_deflated},
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
        make(argv[1]);
    else
        for (int i = 0; i < OPERATIONS; i++)
            printf("%s\t%s\n", operations[i].name, operations[i].title);
    return 0;
}
