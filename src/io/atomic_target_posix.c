/* SPDX-License-Identifier: MIT */
/* Finding the file that a path to save to leads to: see atomic_file_posix.h. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "io/atomic_file_posix.h"

#define PATH_SIZE 4096 /* Linux's PATH_MAX; the system refuses more, too */
#define MAX_LINKS 40   /* Linux's limit */

/* Opens the folder of a path, whose first `size` bytes name it; from `at` if it is
 * relative. */
static int open_folder(int at, const char *path, size_t size, int *folder)
{
    char text[PATH_SIZE] = ".";
    if (size >= sizeof text) {
        return ENAMETOOLONG;
    }
    if (size > 0) {
        memcpy(text, path, size);
        text[size] = '\0';
    }
    do {
        *folder = openat(at, text, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    } while (*folder < 0 && errno == EINTR);
    return *folder < 0 ? errno : 0;
}

/* A path that ends in a slash: a directory, or nothing, but no file. */
static int refuse_slash(int at, const char *path)
{
    struct stat st;
    return fstatat(at, path, &st, 0) != 0 && errno != ENOENT ? errno : EISDIR;
}

/* Makes folder and name those of a path, which starts in the folder so far. */
static int enter(nyz_output *r, const char *path)
{
    const char *const slash = strrchr(path, '/');
    const char *const name = slash != NULL ? slash + 1 : path;
    const size_t size = strlen(name);
    const int at = r->folder >= 0 ? r->folder : AT_FDCWD;
    int folder;
    if (size == 0 || size >= NYZ_OUTPUT_NAME) {
        return size == 0 ? refuse_slash(at, path) : ENAMETOOLONG;
    }
    const int sys = open_folder(at, path, (size_t)(name - path), &folder);
    if (sys != 0) {
        r->doing = "cannot create the file, because its directory cannot be opened";
        return sys;
    }
    if (r->folder >= 0) {
        (void)close(r->folder);
    }
    r->folder = folder;
    memcpy(r->name, name, size + 1);
    return 0;
}

/* The links of /proc (where /dev/stdout leads) stand for open files; their text is no
 * path. */
static int in_proc(int folder)
{
    struct stat here;
    struct stat proc;
    return fstat(folder, &here) == 0 && stat("/proc/self/fd", &proc) == 0 &&
           here.st_dev == proc.st_dev;
}

/* Lets the system decide whether it follows these links for us. */
static int check_links(const char *path)
{
    struct stat st;
    return stat(path, &st) != 0 && errno != ENOENT ? errno : 0;
}

/* Takes one link: the target is what it leads to, or its place where it dangles. */
static int follow(nyz_output *r)
{
    char link[PATH_SIZE];
    const ssize_t size = readlinkat(r->folder, r->name, link, sizeof link);
    if (size < 0) {
        return errno;
    }
    if (size == (ssize_t)sizeof link) {
        return ENAMETOOLONG;
    }
    link[size] = '\0';
    return enter(r, link);
}

/* Notes what the target is.  One that may not be written to is not replaced either,
 * although a rename could. */
static int examine(nyz_output *r, const struct stat *st, int *direct)
{
    if (!S_ISREG(st->st_mode)) {
        *direct = 1;
        return S_ISDIR(st->st_mode) ? EISDIR : 0;
    }
    if (faccessat(r->folder, r->name, W_OK, AT_EACCESS) != 0) {
        r->doing = "cannot write to the existing file";
        return errno;
    }
    r->exists = 1;
    r->mode = st->st_mode & 0777;
    r->uid = st->st_uid;
    r->gid = st->st_gid;
    return 0;
}

int nyz_atomic_target_find(nyz_output *r, const char *path, int *direct)
{
    struct stat st;
    int sys = enter(r, path);
    for (int links = 0; sys == 0; links++) {
        if (fstatat(r->folder, r->name, &st, AT_SYMLINK_NOFOLLOW) != 0) {
            return errno == ENOENT ? 0 : errno;
        }
        if (!S_ISLNK(st.st_mode)) {
            return examine(r, &st, direct);
        }
        if (in_proc(r->folder)) {
            *direct = 1;
            return 0;
        }
        sys = links == MAX_LINKS ? ELOOP : links == 0 ? check_links(path) : 0;
        if (sys == 0) {
            sys = follow(r);
        }
    }
    return sys;
}
