/* SPDX-License-Identifier: MIT */
/* Archives are written to a path while the n-th malloc of the process fails, whoever calls
 * it, once and from there on, for every n: the library answers OK or MEMORY, has freed
 * everything, and leaves no file but a whole one.  With an allocator of the caller's,
 * malloc is not called at all.  malloc_budget FOLDER prints how many n failed.  For
 * glibc. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <nyz.h>

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_memalign(size_t align, size_t size);
void __libc_free(void *memory);

static long calls;
static long live;
static long fail_at;
static int for_good;

static int fails(void)
{
    calls++;
    if (fail_at > 0 && (calls == fail_at || (for_good && calls > fail_at))) {
        errno = ENOMEM;
        return 1;
    }
    return 0;
}

static void *counted(void *memory)
{
    live += memory != NULL;
    return memory;
}

void *malloc(size_t size)
{
    return fails() ? NULL : counted(__libc_malloc(size));
}

void *calloc(size_t count, size_t size)
{
    return fails() ? NULL : counted(__libc_calloc(count, size));
}

void *aligned_alloc(size_t align, size_t size)
{
    return fails() ? NULL : counted(__libc_memalign(align, size));
}

int posix_memalign(void **out, size_t align, size_t size)
{
    *out = fails() ? NULL : counted(__libc_memalign(align, size));
    return *out != NULL ? 0 : ENOMEM;
}

void free(void *memory)
{
    live -= memory != NULL;
    __libc_free(memory);
}

/* Members with short and long names, empty ones and one larger than the buffer. */
static nyz_status write_archive(const char *path, const nyz_options *opt, nyz_error *err)
{
    static char name[2000];
    static char bytes[100000];
    nyz_npz_writer *writer = NULL;
    const nyz_status status = nyz_npz_create(path, opt, &writer, err);
    if (status != NYZ_OK) {
        return status;
    }
    for (size_t i = 0; i < 8; i++) {
        memset(name, 'a' + (int)i, i * 280 + 1);
        name[i * 280 + 1] = '\0';
        (void)nyz_npz_add_bytes(writer, name, bytes, i == 4 ? sizeof bytes : i % 3, NULL,
                                NULL);
    }
    return nyz_npz_finish(&writer, err);
}

/* What is in the folder; `path` is removed. */
static int count_files(const char *folder, const char *path)
{
    int count = -2; /* . and .. */
    DIR *const dir = opendir(folder);
    while (readdir(dir) != NULL) {
        count++;
    }
    closedir(dir);
    (void)unlink(path);
    return count;
}

/* Not 0 if all was well: as far as there was an n-th call, it has failed. */
static int fail_the_nth(long n, const char *folder, const nyz_options *opt, int *reached)
{
    nyz_error err;
    char path[4096];
    (void)snprintf(path, sizeof path, "%s/out.npz", folder);
    const long before = live;
    calls = 0;
    fail_at = n;
    const nyz_status status = write_archive(path, opt, &err);
    fail_at = 0;
    *reached = calls >= n;
    const long leaked = live - before;
    const int files = count_files(folder, path);
    if ((status != NYZ_OK && status != NYZ_ERR_MEMORY) || leaked != 0 ||
        files != (status == NYZ_OK)) {
        (void)printf("malloc %ld: %s, %ld pieces leaked, %d files\n", n,
                     nyz_status_text(status), leaked, files);
        return 0;
    }
    return 1;
}

static void *own_alloc(void *ctx, size_t size, size_t align)
{
    (void)ctx;
    return __libc_memalign(align, size);
}

static void own_free(void *ctx, void *memory, size_t size)
{
    (void)ctx;
    (void)size;
    __libc_free(memory);
}

static int takes_no_malloc(const char *folder, nyz_options opt)
{
    const nyz_allocator allocator = {.alloc = own_alloc, .free = own_free};
    int reached = 0;
    opt.allocator = &allocator;
    if (!fail_the_nth(1, folder, &opt, &reached) || reached) {
        (void)printf("malloc was called beside the caller's allocator\n");
        return 0;
    }
    return 1;
}

int main(int argc, char **argv)
{
    int count = 0;
    if (argc != 2) {
        return 1;
    }
    for (int way = 0; way < 4; way++) {
        const nyz_options opt = {.method = way & 1 ? NYZ_DEFLATED : NYZ_STORED,
                                 .flags = NYZ_NO_SYNC};
        int reached = 1;
        for_good = way >> 1;
        for (long n = 1; reached; n++) {
            if (!fail_the_nth(n, argv[1], &opt, &reached)) {
                return 1;
            }
            count += reached;
        }
        if (!takes_no_malloc(argv[1], opt)) {
            return 1;
        }
    }
    (void)printf("%d\n", count);
    return 0;
}
