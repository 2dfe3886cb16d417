/* SPDX-License-Identifier: MIT */
/* A fresh folder for each test that writes files, removed with its contents (POSIX). */
#ifndef NYZ_TESTS_TEMP_DIRECTORY_H
#define NYZ_TESTS_TEMP_DIRECTORY_H

#include "support/support.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct temp_directory {
    char path[4096];
    char file[8192]; /* what in_directory gave last */
} temp_directory;

/* The path of a file in the directory, until the next call. */
static inline const char *in_directory(temp_directory *folder, const char *name)
{
    (void)snprintf(folder->file, sizeof folder->file, "%s/%s", folder->path, name);
    return folder->file;
}

/* For cmocka_unit_test_setup_teardown. */
static inline int make_directory(void **state)
{
    const char *const where = getenv("TMPDIR");
    temp_directory *const folder = calloc(1, sizeof *folder);
    if (folder == NULL) {
        return -1;
    }
    *state = folder;
    (void)snprintf(folder->path, sizeof folder->path, "%s/nyz-test-XXXXXX",
                   where != NULL ? where : "/tmp");
    return mkdtemp(folder->path) == NULL ? -1 : 0;
}

/* Calls `see` with every name in a directory; returns how many there are, or -1. */
static inline int each_name(const char *path,
                            void (*see)(const char *path, const char *name))
{
    int count = 0;
    DIR *const dir = opendir(path);
    if (dir == NULL) {
        return -1;
    }
    for (struct dirent *e = readdir(dir); e != NULL; e = readdir(dir)) {
        if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0) {
            count++;
            see(path, e->d_name);
        }
    }
    (void)closedir(dir);
    return count;
}

static inline void see_nothing(const char *path, const char *name)
{
    (void)path;
    (void)name;
}

static inline void remove_flat(const char *path, const char *name)
{
    char file[8192];
    if (snprintf(file, sizeof file, "%s/%s", path, name) < (int)sizeof file) {
        (void)remove(file);
    }
}

/* One level of directories within it is enough for our tests. */
static inline void remove_deep(const char *path, const char *name)
{
    char file[8192];
    struct stat st;
    if (snprintf(file, sizeof file, "%s/%s", path, name) < (int)sizeof file &&
        lstat(file, &st) == 0 && S_ISDIR(st.st_mode)) {
        (void)each_name(file, remove_flat);
    }
    remove_flat(path, name);
}

static inline int remove_directory(void **state)
{
    temp_directory *const folder = *state;
    (void)each_name(folder->path, remove_deep);
    const int failed = rmdir(folder->path);
    free(folder);
    return failed;
}

#define directory_test(name)                                                             \
    cmocka_unit_test_setup_teardown(name, make_directory, remove_directory)

static inline int count_names(const char *path)
{
    return each_name(path, see_nothing);
}

/* Makes a file with this text, or replaces its text. */
static inline void put_file(const char *path, const char *text)
{
    FILE *const file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
    assert_int_equal(fclose(file), 0);
}

/* The file's text is this, all of it. */
static inline void assert_file(const char *path, const char *text)
{
    char got[256] = {0};
    FILE *const file = fopen(path, "rb");
    assert_non_null(file);
    assert_true(fread(got, 1, sizeof got - 1, file) < sizeof got - 1);
    assert_int_equal(fclose(file), 0);
    assert_string_equal(got, text);
}

/* The number of descriptors that are open: nothing may leak one.  A new one gets the
 * lowest number that is free. */
static inline int count_descriptors(void)
{
    int count = 0;
    for (int fd = 0; fd < 64; fd++) {
        count += fcntl(fd, F_GETFD) != -1;
    }
    return count;
}

#endif
