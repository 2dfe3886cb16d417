/* SPDX-License-Identifier: MIT */
/* Files opened for reading by their path, on POSIX systems.  Windows: input_file_win32.c. */
#include "io/input_file.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/error.h"
#include "io/stream_fd.h"

struct nyz_input_file {
    nyz_allocator allocator;
    int fd;
    int64_t size;       /* bytes of this struct */
    struct stat opened; /* as it was then */
    nyz_shared_pointer mapping;
    char path[];
};

/* Without O_NONBLOCK, opening a FIFO or a modem would hang before anyone could see what
 * it is. */
static int open_path(const char *path, int access)
{
    int fd;
    do {
        fd = open(path, access | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
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

/* Looks at what has been opened.  Returns an errno.  Only a regular file is updated, which the
 * caller sees to. */
static int examine(nyz_input_file *file, int access)
{
    if (fstat(file->fd, &file->opened) != 0) {
        return errno;
    }
    const mode_t mode = file->opened.st_mode;
    if (S_ISDIR(mode)) {
        return EISDIR;
    }
    if (S_ISREG(mode) || access != O_RDONLY) {
        return 0;
    }
    return S_ISFIFO(mode) || S_ISCHR(mode) || S_ISBLK(mode)
               ? make_blocking(file->fd, mode)
               : EINVAL;
}

static nyz_status open_file(const char *path, int access, const nyz_allocator *allocator,
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
    file->fd = open_path(path, access);
    const int sys = file->fd < 0 ? errno : examine(file, access);
    if (sys != 0) {
        nyz_input_file_close(&file);
        return nyz_fail_sys(err, sys, -1, "cannot open");
    }
    *out = file;
    *stream = nyz_stream_fd_regular(file->fd);
    stream->write = NULL;
    if (!S_ISREG(file->opened.st_mode)) {
        stream->seek = NULL;
        stream->read_at = NULL;
    }
    return NYZ_OK;
}

nyz_status nyz_input_file_open(const char *path, const nyz_allocator *allocator,
                               nyz_input_file **out, nyz_stream *stream, nyz_error *err)
{
    return open_file(path, O_RDONLY, allocator, out, stream, err);
}

nyz_status nyz_input_file_open_to_update(const char *path, const nyz_allocator *allocator,
                                         nyz_input_file **out, nyz_stream *stream,
                                         nyz_error *err)
{
    return open_file(path, O_RDWR, allocator, out, stream, err);
}

nyz_status nyz_input_file_map(nyz_input_file *file, nyz_map_mode mode, int64_t start,
                              int64_t size, nyz_mapping **out, nyz_error *err)
{
    return nyz_mapping_shared(&file->mapping, file->fd, file->opened.st_size, mode, start,
                              size, &file->allocator, out, err);
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
    nyz_mapping_release(&(*file)->mapping);
    if ((*file)->fd >= 0) {
        (void)close((*file)->fd);
    }
    nyz_release(&allocator, *file, (*file)->size);
    *file = NULL;
}
