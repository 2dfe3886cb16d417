/* SPDX-License-Identifier: MIT */
/* The system calls of the library, each of which can be told to fail: for
 * test_fault_system.c, whose linking puts these functions before the C library's.  The
 * linker wants their names so, reserved or not.  Linux, glibc. */
#ifndef NYZ_TESTS_FAULT_SYSTEM_H
#define NYZ_TESTS_FAULT_SYSTEM_H

#include "support/support.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/vfs.h>
#include <unistd.h>

typedef enum call {
    OPEN,
    OPENAT,
    READ,
    PREAD,
    WRITE,
    LSEEK,
    STAT,
    FSTAT,
    FSTATAT,
    FSTATAT_PROC, /* of the file without a name */
    FACCESSAT,
    READLINKAT,
    FCNTL,
    FSYNC,
    FCHMOD,
    CLOSE,
    RENAMEAT,
    UNLINKAT,
    FALLOCATE,
    FTRUNCATE,
    OPEN_UNNAMED, /* openat of a file without a name */
    OPEN_OTHER,   /* openat of the old file, or of another writer's */
    LINKAT,
    FLOCK,
    FSTATFS,
    FCHOWN,
    FLISTXATTR,
    FGETXATTR,
    FSETXATTR,
    FREMOVEXATTR,
    LGETXATTR,
    MMAP,
    MSYNC,
    FALLOCATE_ALL /* posix_fallocate */
} call;

/* Among the failures: not an errno, but a read or write of less than was asked for. */
#define SHORT_COUNT 0

typedef struct failing {
    int on;
    long fail_at;   /* the call, counted from 1, that fails */
    int sys;        /* with this errno, or SHORT_COUNT */
    int for_good;   /* what follows, too */
    int no_unnamed; /* the file system knows no files without a name */
    int remote;     /* it is one of a network */

    long calls;
    int failed;   /* the fail_at-th call has come */
    call first;   /* it was this one */
    int serious;  /* one has failed that success may not follow */
    int renamed;  /* the new file is in its place */
    int linked;   /* it had no name before */
    int broken;   /* an fsync has failed */
    int resynced; /* and another one of the same descriptor has followed */
    int broken_fd;
    size_t size;
    char order[64]; /* w, s, r: calls of write, fsync, renameat, each run of them once */
} failing;

static failing faults;
static pthread_mutex_t faults_mutex = PTHREAD_MUTEX_INITIALIZER;

/* A broken disk still lets files be closed and removed; the same call is interrupted
 * three times at most, or nothing would ever end. */
static int hits(const failing *f, call c)
{
    if (f->calls == f->fail_at) {
        return 1;
    }
    if (!f->for_good || f->calls < f->fail_at) {
        return 0;
    }
    return f->sys == EINTR ? c == f->first && f->calls < f->fail_at + 3
                           : c != CLOSE && c != UNLINKAT;
}

/* Without the data, the sync, the rename, or a descriptor, there is no success. */
static int is_serious(call c, int fd)
{
    static const uint64_t serious = 1u << OPEN | 1u << OPENAT | 1u << WRITE | 1u << STAT |
                                    1u << FSTATAT | 1u << FACCESSAT | 1u << READLINKAT |
                                    1u << FSYNC | 1u << FCHMOD | 1u << RENAMEAT |
                                    1u << LINKAT | (uint64_t)1 << MMAP |
                                    (uint64_t)1 << MSYNC | (uint64_t)1 << FALLOCATE_ALL;
    return (serious >> c & 1) != 0 || (c == CLOSE && fd >= 0);
}

static void note_order(failing *f, char letter)
{
    if ((f->size == 0 || f->order[f->size - 1] != letter || letter == 's') &&
        f->size < sizeof f->order - 1) {
        f->order[f->size] = letter;
        f->size++;
    }
}

/* LINKAT counts where it is the target's name that is made. */
static void note(failing *f, call c, int hit, int fd)
{
    if (c == FSYNC) {
        f->resynced |= f->broken && fd == f->broken_fd;
        const int fault = hit && f->sys != SHORT_COUNT;
        f->broken |= fault;
        f->broken_fd = fault ? fd : f->broken_fd;
    }
    const int named = c == RENAMEAT || (c == LINKAT && fd == 0);
    f->renamed |= named && !hit;
    f->linked |= c == LINKAT;
    if (c == WRITE || c == FSYNC || named) {
        note_order(f, c == WRITE ? 'w' : c == FSYNC ? 's' : 'r');
    }
}

/* Counts a call; not 0 if it is to fail.  fd: of fsync, and of what is closed after
 * writing; of linkat 0 for the target's name, 1 for a temporary one; else -1. */
static int fails(call c, int fd)
{
    int hit = 0;
    (void)pthread_mutex_lock(&faults_mutex);
    failing *const f = &faults;
    if (f->on) {
        f->calls++;
        if (f->calls == f->fail_at) {
            f->failed = 1;
            f->first = c;
        }
        hit = hits(f, c);
        f->serious |= hit && is_serious(c, fd);
        note(f, c, hit, fd);
    }
    (void)pthread_mutex_unlock(&faults_mutex);
    return hit;
}

/* The same of calls that have no short form: they never fail so. */
static int fails_whole(call c, int fd)
{
    const int hit = fails(c, fd) && faults.sys != SHORT_COUNT;
    if (hit) {
        errno = faults.sys;
    }
    return hit;
}

/* What a read or write of `size` bytes is to do: 0 fail, else so many bytes. */
static size_t allowed(call c, size_t size)
{
    if (!fails(c, -1)) {
        return size;
    }
    if (faults.sys == SHORT_COUNT) {
        return size > 1 ? size / 2 : size;
    }
    errno = faults.sys;
    return 0;
}

/* WRAP(type, name, (parameters), (arguments), call, fd): the function that precedes
 * the C library's. */
#define WRAP(type, name, parameters, arguments, number, fd)                              \
    type __real_##name parameters;                                                       \
    type __wrap_##name parameters;                                                       \
    type __wrap_##name parameters                                                        \
    {                                                                                    \
        return fails_whole(number, fd) ? -1 : __real_##name arguments;                   \
    }

WRAP(off_t, lseek64, (int fd, off_t offset, int whence), (fd, offset, whence), LSEEK, -1)
WRAP(int, stat64, (const char *path, struct stat *st), (path, st), STAT, -1)
WRAP(int, fstat64, (int fd, struct stat *st), (fd, st), FSTAT, -1)
WRAP(int, fstatat64, (int at, const char *path, struct stat *st, int flags),
     (at, path, st, flags), FSTATAT + (strncmp(path, "/proc/", 6) == 0), -1)
WRAP(int, faccessat, (int at, const char *path, int mode, int flags),
     (at, path, mode, flags), FACCESSAT, -1)
WRAP(ssize_t, readlinkat, (int at, const char *path, char *text, size_t size),
     (at, path, text, size), READLINKAT, -1)
WRAP(int, fchmod, (int fd, mode_t mode), (fd, mode), FCHMOD, -1)
WRAP(int, renameat, (int from, const char *old, int to, const char *new),
     (from, old, to, new), RENAMEAT, -1)
WRAP(int, unlinkat, (int at, const char *path, int flags), (at, path, flags), UNLINKAT,
     -1)
WRAP(int, ftruncate64, (int fd, off_t size), (fd, size), FTRUNCATE, -1)
WRAP(int, linkat, (int from, const char *old, int to, const char *new, int flags),
     (from, old, to, new, flags), LINKAT, strstr(new, ".nyz-") != NULL)
WRAP(int, flock, (int fd, int what), (fd, what), FLOCK, -1)
int __real_fstatfs64(int fd, struct statfs *fs);
int __wrap_fstatfs64(int fd, struct statfs *fs);
int __wrap_fstatfs64(int fd, struct statfs *fs)
{
    const int failed = fails_whole(FSTATFS, -1) ? -1 : __real_fstatfs64(fd, fs);
    if (failed == 0 && faults.on && faults.remote) {
        fs->f_type = 0x6969; /* NFS */
    }
    return failed;
}
WRAP(int, fchown, (int fd, uid_t owner, gid_t group), (fd, owner, group), FCHOWN, -1)
WRAP(ssize_t, flistxattr, (int fd, char *names, size_t size), (fd, names, size),
     FLISTXATTR, -1)
WRAP(ssize_t, fgetxattr, (int fd, const char *name, void *value, size_t size),
     (fd, name, value, size), FGETXATTR, -1)
WRAP(ssize_t, lgetxattr, (const char *path, const char *name, void *value, size_t size),
     (path, name, value, size), LGETXATTR, -1)
WRAP(int, fsetxattr,
     (int fd, const char *name, const void *value, size_t size, int flags),
     (fd, name, value, size, flags), FSETXATTR, -1)
WRAP(int, fremovexattr, (int fd, const char *name), (fd, name), FREMOVEXATTR, -1)
WRAP(int, fallocate64, (int fd, int mode, off_t offset, off_t size),
     (fd, mode, offset, size), FALLOCATE, -1)

WRAP(int, msync, (void *memory, size_t size, int flags), (memory, size, flags), MSYNC, -1)

void *__real_mmap64(void *at, size_t size, int access, int flags, int fd, off_t offset);
void *__wrap_mmap64(void *at, size_t size, int access, int flags, int fd, off_t offset);
void *__wrap_mmap64(void *at, size_t size, int access, int flags, int fd, off_t offset)
{
    return fails_whole(MMAP, -1) ? MAP_FAILED
                                 : __real_mmap64(at, size, access, flags, fd, offset);
}

/* It returns the errno. */
int __real_posix_fallocate64(int fd, off_t offset, off_t size);
int __wrap_posix_fallocate64(int fd, off_t offset, off_t size);
int __wrap_posix_fallocate64(int fd, off_t offset, off_t size)
{
    return fails_whole(FALLOCATE_ALL, -1) ? faults.sys
                                          : __real_posix_fallocate64(fd, offset, size);
}

/* With all three arguments, as the system takes them. */
#define WRAP_OPEN(name, parameters, arguments, number)                                   \
    int __real_##name parameters;                                                        \
    int __wrap_##name parameters;                                                        \
    int __wrap_##name parameters                                                         \
    {                                                                                    \
        return fails_whole(number, -1) ? -1 : __real_##name arguments;                   \
    }

WRAP_OPEN(open64, (const char *path, int flags, mode_t mode), (path, flags, mode), OPEN)

int __real_openat64(int at, const char *path, int flags, mode_t mode);
int __wrap_openat64(int at, const char *path, int flags, mode_t mode);
int __wrap_openat64(int at, const char *path, int flags, mode_t mode)
{
    const int unnamed = (flags & O_TMPFILE) == O_TMPFILE;
    if (fails_whole(unnamed ? OPEN_UNNAMED
                    : (flags & O_NOFOLLOW) != 0 && (flags & O_ACCMODE) == O_RDONLY
                        ? OPEN_OTHER
                        : OPENAT,
                    -1)) {
        return -1;
    }
    if (unnamed && faults.on && faults.no_unnamed) {
        errno = EOPNOTSUPP;
        return -1;
    }
    return __real_openat64(at, path, flags, mode);
}

WRAP_OPEN(fcntl64, (int fd, int command, long argument), (fd, command, argument), FCNTL)

#define WRAP_TRANSFER(name, parameters, arguments, number)                               \
    ssize_t __real_##name parameters;                                                    \
    ssize_t __wrap_##name parameters;                                                    \
    ssize_t __wrap_##name parameters                                                     \
    {                                                                                    \
        size = allowed(number, size);                                                    \
        return size == 0 ? -1 : __real_##name arguments;                                 \
    }

WRAP_TRANSFER(read, (int fd, void *bytes, size_t size), (fd, bytes, size), READ)
WRAP_TRANSFER(pread64, (int fd, void *bytes, size_t size, off_t at),
              (fd, bytes, size, at), PREAD)
WRAP_TRANSFER(write, (int fd, const void *bytes, size_t size), (fd, bytes, size), WRITE)

/* Nothing here is to outlive a power failure, and a real sync takes its time. */
int __real_fsync(int fd);
int __wrap_fsync(int fd);
int __wrap_fsync(int fd)
{
    return fails_whole(FSYNC, fd) ? -1 : 0;
}

/* As on Linux: whatever it returns, the descriptor is closed. */
int __real_close(int fd);
int __wrap_close(int fd);
int __wrap_close(int fd)
{
    const int flags = __real_fcntl64(fd, F_GETFL, 0);
    const int written = flags != -1 && (flags & O_ACCMODE) != O_RDONLY;
    const int hit = fails_whole(CLOSE, written ? fd : -1);
    const int sys = errno;
    const int closed = __real_close(fd);
    if (hit) {
        errno = sys;
        return -1;
    }
    return closed;
}

#endif
