/* SPDX-License-Identifier: MIT */
/* Files without a name, locks, and room on the disk, on Linux: see atomic_file_posix.h. */
#define _GNU_SOURCE /* O_TMPFILE, flock, fallocate; NOLINT: the C library's own name */
#include "io/atomic_file_posix.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/vfs.h>
#include <unistd.h>

#define ALL (NYZ_FS_LOCKS | NYZ_FS_UNNAMED | NYZ_FS_UNNAMED_SYNC)

/* File systems of this machine alone: on those of a network, and in FUSE, a lock may be
 * seen by one machine only, and a failure to write may show no sooner than in close.
 * btrfs does not log a file without a name, so that after a power cut it might be empty;
 * what is below overlayfs is not known. */
unsigned nyz_atomic_file_abilities(int folder)
{
    static const struct {
        unsigned long type;
        unsigned abilities;
    } table[] = {
        {0xef53, ALL},                               /* ext2, ext3, ext4 */
        {0x58465342, ALL},                           /* xfs */
        {0xf2f52010, ALL},                           /* f2fs */
        {0x01021994, ALL},                           /* tmpfs */
        {0x858458f6, ALL},                           /* ramfs */
        {0x9123683e, NYZ_FS_LOCKS | NYZ_FS_UNNAMED}, /* btrfs */
        {0x794c7630, NYZ_FS_LOCKS | NYZ_FS_UNNAMED}, /* overlayfs */
        {0x2fc12fc1, NYZ_FS_LOCKS | NYZ_FS_UNNAMED}, /* zfs */
        {0xca451a4e, NYZ_FS_LOCKS | NYZ_FS_UNNAMED}, /* bcachefs */
        {0x4d44, NYZ_FS_LOCKS},                      /* vfat */
        {0x2011bab0, NYZ_FS_LOCKS},                  /* exfat */
        {0x7366746e, NYZ_FS_LOCKS},                  /* ntfs3 */
    };
    struct statfs fs;
    if (fstatfs(folder, &fs) != 0) {
        return 0;
    }
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        if (table[i].type == ((unsigned long)fs.f_type & 0xffffffff)) {
            return table[i].abilities;
        }
    }
    return 0;
}

#define FD_PATH_SIZE 32

static const char *fd_path(char path[FD_PATH_SIZE], int fd)
{
    (void)snprintf(path, FD_PATH_SIZE, "/proc/self/fd/%d", fd);
    return path;
}

/* The stat by way of /proc also shows that the link will find its way. */
int nyz_atomic_file_create_unnamed(int folder, mode_t mode, int *fd, struct stat *st)
{
    char path[FD_PATH_SIZE];
    *fd = openat(folder, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, mode);
    if (*fd < 0) {
        return errno;
    }
    if (fstatat(AT_FDCWD, fd_path(path, *fd), st, 0) != 0 || !S_ISREG(st->st_mode) ||
        st->st_nlink != 0) {
        (void)close(*fd);
        *fd = -1;
        return ENOTSUP;
    }
    return 0;
}

/* Not AT_EMPTY_PATH, which takes a privilege before Linux 6.10. */
int nyz_atomic_file_link_unnamed(int fd, int folder, const char *name)
{
    char path[FD_PATH_SIZE];
    return linkat(AT_FDCWD, fd_path(path, fd), folder, name, AT_SYMLINK_FOLLOW) != 0
               ? errno
               : 0;
}

/* Not fcntl's locks: they are the process's, which would not see its own threads'. */
int nyz_atomic_file_lock(int fd)
{
    return flock(fd, LOCK_EX | LOCK_NB) != 0 ? errno : 0;
}

/* Not posix_fallocate, which writes zeros where the file system has no such call. */
void nyz_atomic_file_reserve(int fd, int64_t place, int64_t size)
{
    (void)fallocate(fd, FALLOC_FL_KEEP_SIZE, (off_t)place, (off_t)size);
}
