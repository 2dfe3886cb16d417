/* SPDX-License-Identifier: MIT */
/* Access control lists and user attributes, on Linux: see atomic_file_posix.h.  An ACL is
 * an extended attribute, which is copied as its bytes. */
#define _GNU_SOURCE /* fgetxattr; NOLINT: the C library's own name */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/alloc.h"
#include "io/atomic_file_posix.h"

static const char acl_name[] = "system.posix_acl_access";

#define FEW_BYTES 256        /* of names: as many as a usual file has */
#define MAX_BYTES (64 << 10) /* Linux's limit, of all names and of a value */

/* The system has none, of this name or at all. */
static int is_none(int sys)
{
    return sys == ENODATA || sys == ENOTSUP || sys == ENOSYS;
}

static int copy(int from, int to, const char *name, char *value)
{
    const ssize_t size = fgetxattr(from, name, value, MAX_BYTES);
    return size < 0 || fsetxattr(to, name, value, (size_t)size, 0) != 0;
}

/* Copies the user's attributes, as far as that goes.  Not 0: there is an ACL, too. */
static int copy_names(int from, int to, const char *names, size_t size, char *value)
{
    int found = 0;
    for (size_t at = 0; at < size; at += strlen(names + at) + 1) {
        if (strcmp(names + at, acl_name) == 0) {
            found = 1;
        } else if (strncmp(names + at, "user.", 5) == 0) {
            (void)copy(from, to, names + at, value);
        }
    }
    return found;
}

/* A directory's default ACL gives its files one; the old file had none. */
static int remove_acl(int fd)
{
    if (fgetxattr(fd, acl_name, NULL, 0) < 0) {
        return !is_none(errno);
    }
    return fremovexattr(fd, acl_name) != 0;
}

/* The list does not fit into a few bytes, or names what is to be copied. */
static int copy_listed(int from, int to, int with_acl, const nyz_allocator *allocator)
{
    void *memory = NULL;
    int lost = 1;
    if (nyz_alloc(allocator, 2 * MAX_BYTES, &memory, NULL) != NYZ_OK) {
        return lost;
    }
    char *const names = memory;
    char *const value = names + MAX_BYTES;
    const ssize_t size = flistxattr(from, names, MAX_BYTES);
    if (size >= 0) {
        const int found = copy_names(from, to, names, (size_t)size, value);
        lost = found ? !with_acl || copy(from, to, acl_name, value) : remove_acl(to);
    }
    nyz_release(allocator, memory, 2 * MAX_BYTES);
    return lost;
}

/* Whether a list names nothing that is copied: security.selinux, for one. */
static int is_plain(const char *names, size_t size)
{
    for (size_t at = 0; at < size; at += strlen(names + at) + 1) {
        if (strcmp(names + at, acl_name) == 0 || strncmp(names + at, "user.", 5) == 0) {
            return 0;
        }
    }
    return 1;
}

static int copy_from(int from, int to, int with_acl, const nyz_allocator *allocator)
{
    char names[FEW_BYTES];
    const ssize_t size = flistxattr(from, names, sizeof names);
    if (size < 0 && errno != ERANGE) {
        return !is_none(errno);
    }
    return size >= 0 && is_plain(names, (size_t)size)
               ? remove_acl(to)
               : copy_listed(from, to, with_acl, allocator);
}

/* Of a file that may not be read, only this can be found out. */
static int has_acl(int folder, const char *name)
{
    char path[NYZ_OUTPUT_NAME + 32];
    (void)snprintf(path, sizeof path, "/proc/self/fd/%d/%s", folder, name);
    return lgetxattr(path, acl_name, NULL, 0) >= 0 || !is_none(errno);
}

int nyz_attributes_copy(int folder, const char *name, int fd, int with_acl,
                        const nyz_allocator *allocator)
{
    int from;
    do {
        from = openat(folder, name,
                      O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    } while (from < 0 && errno == EINTR);
    if (from < 0) {
        return has_acl(folder, name) ? 1 : remove_acl(fd);
    }
    const int lost = copy_from(from, fd, with_acl, allocator);
    (void)close(from);
    return lost;
}
