/* SPDX-License-Identifier: MIT */
/* Files and descriptors on POSIX systems: opening a path for reading, streams over a
 * descriptor, and the seeks of a FILE.  Windows: file_win32.c. */
#include "io/file.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/error.h"

_Static_assert(sizeof(off_t) == 8, "build with -D_FILE_OFFSET_BITS=64");

/* Linux cuts a read at 2 GiB - 4 KiB, other systems refuse more than an int. */
#define MAX_AT_ONCE ((size_t)1 << 30)

/* ----------------------------------------------------------- streams over descriptors */

/* A descriptor travels in the ctx pointer itself, so that the stream owns nothing. */
static void *fd_to_ctx(int fd)
{
    return (void *)(intptr_t)fd;
}

static int ctx_to_fd(void *ctx)
{
    return (int)(intptr_t)ctx;
}

static int64_t fd_read(void *ctx, void *buffer, size_t size)
{
    ssize_t n;
    do {
        n = read(ctx_to_fd(ctx), buffer, size < MAX_AT_ONCE ? size : MAX_AT_ONCE);
    } while (n < 0 && errno == EINTR);
    return n < 0 ? -errno : n;
}

static int64_t fd_write(void *ctx, const void *buffer, size_t size)
{
    ssize_t n;
    do {
        n = write(ctx_to_fd(ctx), buffer, size < MAX_AT_ONCE ? size : MAX_AT_ONCE);
    } while (n < 0 && errno == EINTR);
    return n < 0 ? -errno : n;
}

static int64_t fd_seek(void *ctx, int64_t offset, int whence)
{
    const off_t place = lseek(ctx_to_fd(ctx), offset, whence);
    return place < 0 ? -errno : place;
}

static int64_t fd_read_at(void *ctx, int64_t offset, void *buffer, size_t size)
{
    ssize_t n;
    do {
        n = pread(ctx_to_fd(ctx), buffer, size < MAX_AT_ONCE ? size : MAX_AT_ONCE,
                  offset);
    } while (n < 0 && errno == EINTR);
    return n < 0 ? -errno : n;
}

/* lseek itself cannot be asked: on a terminal or /dev/zero it may succeed and mean
 * nothing. */
static int has_places(int fd, int *regular)
{
    struct stat st;
    const int known = fstat(fd, &st) == 0;
    *regular = known && S_ISREG(st.st_mode);
    return *regular || (known && S_ISBLK(st.st_mode));
}

/* What is written to a file that is appended to does not heed its place. */
static int heeds_places(int fd)
{
    const int flags = fcntl(fd, F_GETFL);
    return flags == -1 || (flags & O_APPEND) == 0 || (flags & O_ACCMODE) == O_RDONLY;
}

static int64_t fd_size(void *ctx)
{
    struct stat st;
    if (fstat(ctx_to_fd(ctx), &st) != 0) {
        return -errno;
    }
    return S_ISREG(st.st_mode) ? st.st_size : -ESPIPE;
}

nyz_stream nyz_file_stream(int fd)
{
    const nyz_stream stream = {.read = fd_read,
                               .write = fd_write,
                               .seek = fd_seek,
                               .read_at = fd_read_at,
                               .size = fd_size,
                               .ctx = fd_to_ctx(fd)};
    return stream;
}

nyz_stream nyz_stream_fd(int fd)
{
    int regular = 0;
    const int places = has_places(fd, &regular);
    const nyz_stream stream = {.read = fd_read,
                               .write = fd_write,
                               .seek = places && heeds_places(fd) ? fd_seek : NULL,
                               .read_at = places ? fd_read_at : NULL,
                               .size = regular ? fd_size : NULL,
                               .ctx = fd_to_ctx(fd)};
    return stream;
}

int nyz_stdio_can_seek(FILE *file)
{
    const int fd = fileno(file);
    int regular = 0;
    return fd < 0 || (has_places(fd, &regular) &&
                      heeds_places(fd)); /* without one (fmemopen): fseeko will tell */
}

int nyz_stdio_seek(FILE *file, int64_t offset, int whence)
{
    return fseeko(file, offset, whence);
}

int64_t nyz_stdio_tell(FILE *file)
{
    return ftello(file);
}

int64_t nyz_stdio_size(FILE *file)
{
    const int fd = fileno(file);
    const int flags = fd < 0 ? -1 : fcntl(fd, F_GETFL);
    return flags != -1 && (flags & O_ACCMODE) == O_RDONLY ? fd_size(fd_to_ctx(fd)) : -1;
}

/* ---------------------------------------------------------------------- files by path */

struct nyz_input_file {
    nyz_allocator allocator;
    int fd;
    int64_t size;       /* bytes of this struct */
    struct stat opened; /* as it was then */
    char path[];
};

/* Without O_NONBLOCK, opening a FIFO or a modem would hang before anyone could see what
 * it is. */
static int open_to_read(const char *path)
{
    int fd;
    do {
        fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    } while (fd < 0 && errno == EINTR);
    return fd;
}

/* From here on reads block.  A FIFO without a writer would read as empty, so the first
 * one is waited for, as an open without O_NONBLOCK would: poll returns when it has
 * written or gone. */
static int make_blocking(int fd, mode_t mode)
{
    const int flags = fcntl(fd, F_GETFL);
    if (flags == -1 || fcntl(fd, F_SETFL, flags & ~O_NONBLOCK) == -1) {
        return errno;
    }
    if (S_ISFIFO(mode)) {
        struct pollfd waiting = {.fd = fd, .events = POLLIN};
        while (poll(&waiting, 1, -1) < 0) {
            if (errno != EINTR && errno != EAGAIN) {
                return errno;
            }
        }
    }
    return 0;
}

/* Looks at what has been opened.  Returns an errno. */
static int examine(nyz_input_file *file)
{
    if (fstat(file->fd, &file->opened) != 0) {
        return errno;
    }
    const mode_t mode = file->opened.st_mode;
    if (S_ISDIR(mode)) {
        return EISDIR;
    }
    if (S_ISREG(mode)) {
        return 0;
    }
    return S_ISFIFO(mode) || S_ISCHR(mode) || S_ISBLK(mode)
               ? make_blocking(file->fd, mode)
               : EINVAL;
}

nyz_status nyz_input_file_open(const char *path, const nyz_allocator *allocator,
                               nyz_input_file **out, nyz_stream *stream, nyz_error *err)
{
    void *memory;
    *out = NULL;
    memset(stream, 0, sizeof *stream);
    const size_t path_size = strlen(path) + 1;
    const int64_t size = (int64_t)(sizeof(nyz_input_file) + path_size);
    NYZ_TRY(nyz_alloc_zero(allocator, size, &memory, err));
    nyz_input_file *file = memory;
    file->allocator = *allocator;
    file->size = size;
    memcpy(file->path, path, path_size);
    file->fd = open_to_read(path);
    const int sys = file->fd < 0 ? errno : examine(file);
    if (sys != 0) {
        nyz_input_file_close(&file);
        return nyz_fail_sys(err, sys, -1, "cannot open");
    }
    *out = file;
    stream->read = fd_read;
    stream->ctx = fd_to_ctx(file->fd);
    if (S_ISREG(file->opened.st_mode)) {
        stream->seek = fd_seek;
        stream->read_at = fd_read_at;
    }
    return NYZ_OK;
}

int64_t nyz_input_file_size(const nyz_input_file *file)
{
    return S_ISREG(file->opened.st_mode) ? file->opened.st_size : -1;
}

static int is_later(struct timespec then, struct timespec now)
{
    return then.tv_sec != now.tv_sec || then.tv_nsec != now.tv_nsec;
}

/* Not 0 if the file was written to although its modification time is what it was: the
 * time of its last change is another.  That also changes when the file gets another mode,
 * owner or name, or loses one, none of which touches its content: then it says nothing.
 */
static int was_set_back(const nyz_input_file *file, const struct stat *now)
{
    struct stat named;
    const struct stat *const then = &file->opened;
    return is_later(then->st_ctim, now->st_ctim) && now->st_nlink == then->st_nlink &&
           now->st_mode == then->st_mode && now->st_uid == then->st_uid &&
           now->st_gid == then->st_gid && stat(file->path, &named) == 0 &&
           named.st_dev == then->st_dev && named.st_ino == then->st_ino;
}

nyz_status nyz_input_file_unchanged(const nyz_input_file *file, nyz_error *err)
{
    struct stat now;
    const struct stat *const then = &file->opened;
    if (!S_ISREG(then->st_mode)) {
        return NYZ_OK;
    }
    if (fstat(file->fd, &now) != 0) {
        return nyz_fail_sys(err, errno, -1, "cannot examine the file again");
    }
    if (now.st_size != then->st_size) {
        return nyz_fail(err, NYZ_ERR_CORRUPT, -1,
                        "the file changed while it was read: it had %lld bytes, now %lld",
                        (long long)then->st_size, (long long)now.st_size);
    }
    if (is_later(then->st_mtim, now.st_mtim) || was_set_back(file, &now)) {
        return nyz_fail(err, NYZ_ERR_CORRUPT, -1,
                        "the file changed while it was read: it was written to");
    }
    return NYZ_OK;
}

void nyz_input_file_close(nyz_input_file **file)
{
    if (*file == NULL) {
        return;
    }
    const nyz_allocator allocator = (*file)->allocator;
    if ((*file)->fd >= 0) {
        (void)close((*file)->fd);
    }
    nyz_release(&allocator, *file, (*file)->size);
    *file = NULL;
}
