/* SPDX-License-Identifier: MIT */
/* Arrays that are not files: one after the other in a FILE, and in memory.
 * Usage: stream [FILE]
 * In Python: with open("log.bin", "wb") as f: np.save(f, a); np.save(f, b); ...
 * Build: cc stream.c $(pkg-config --cflags --libs nyz) */
#include <stdio.h>

#include <nyz.h>

/* Three arrays behind one another, each one longer than the one before. */
static nyz_status write_three(const nyz_stream *out, nyz_error *err)
{
    const int32_t values[3] = {10, 20, 30};
    const nyz_dtype dtype = nyz_dtype_of(NYZ_INT32);
    for (int64_t length = 1; length <= 3; length++) {
        nyz_array a;
        nyz_status status =
            nyz_array_wrap_const(values, &dtype, 1, &length, NULL, &a, err);
        if (status == NYZ_OK)
            status = nyz_write(out, &a, NULL, err);
        if (status != NYZ_OK)
            return status;
    }
    return NYZ_OK;
}

/* Reads until there is no further array: at a clean end nyz_read says NOT_FOUND. */
static nyz_status print_all(const nyz_stream *in, const char *from, nyz_error *err)
{
    nyz_array a;
    nyz_status status;
    while ((status = nyz_read(in, NULL, &a, err)) == NYZ_OK) {
        printf("%s: %lld elements\n", from, (long long)nyz_array_count(&a));
        nyz_array_free(&a);
    }
    return status == NYZ_ERR_NOT_FOUND ? NYZ_OK : status;
}

/* The library neither opens nor closes nor flushes the FILE. */
static nyz_status through_file(const char *path, nyz_error *err)
{
    err->message[0] = '\0';
    FILE *file = fopen(path, "w+b");
    if (file == NULL)
        return NYZ_ERR_IO;
    const nyz_stream stream = nyz_stream_file(file);
    nyz_status status = write_three(&stream, err);
    rewind(file);
    if (status == NYZ_OK)
        status = print_all(&stream, "file", err);
    return fclose(file) != 0 && status == NYZ_OK ? NYZ_ERR_IO : status;
}

static nyz_status through_memory(nyz_error *err)
{
    nyz_buffer buffer = {0};
    const nyz_stream stream = nyz_stream_buffer(&buffer);
    nyz_status status = write_three(&stream, err);
    buffer.position = 0; /* from here on it is read */
    if (status == NYZ_OK)
        status = print_all(&stream, "memory", err);
    nyz_buffer_free(&buffer);
    return status;
}

int main(int argc, char **argv)
{
    const char *path = argc > 1 ? argv[1] : "log.bin";
    nyz_error err;
    nyz_status status = through_file(path, &err);
    if (status == NYZ_OK)
        status = through_memory(&err);
    if (status != NYZ_OK)
        fprintf(stderr, "%s: %s %s\n", path, nyz_status_text(status), err.message);
    return status != NYZ_OK;
}
