/* SPDX-License-Identifier: MIT */
/* Saving to a path on POSIX systems: a new file in the target's folder that takes the
 * target's place when it is whole and on the disk.  The parts: atomic_file_posix.h.
 * Windows: atomic_file_win32.c. */
#include "io/atomic_file_posix.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/arithmetic.h"
#include "base/error.h"
#include "io/atomic_file.h"
#include "io/stream_fd.h"

/* ------------------------------------------------------------------------------ begin */

/* As fopen's "w": for a pipe this waits for its reader. */
static int open_direct(nyz_output *r, const char *path)
{
    do {
        r->fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC | O_NOCTTY);
    } while (r->fd < 0 && errno == EINTR);
    return r->fd < 0 ? errno : 0;
}

static int open_in_place(nyz_output *r, int how)
{
    const int access = (how & NYZ_OUTPUT_MAP) != 0 ? O_RDWR : O_WRONLY;
    do {
        r->fd = openat(r->folder, r->name,
                       access | O_TRUNC | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY);
    } while (r->fd < 0 && errno == EINTR);
    r->in_place = r->fd >= 0;
    return r->fd < 0 ? errno : 0;
}

/* Fails; where writing in place would go, the message says so. */
static nyz_status fail(const nyz_output *r, int sys, nyz_error *err)
{
    const int may_help =
        r->exists && !r->in_place &&
        (sys == EACCES || sys == EPERM || sys == EBUSY || sys == EXDEV || sys == EROFS);
    const nyz_status status = nyz_fail_sys(err, sys, -1, "%s", r->doing);
    if (may_help && err != NULL) {
        const size_t used = strlen(err->message);
        (void)snprintf(err->message + used, sizeof err->message - used,
                       "; NYZ_IN_PLACE would write into the old file");
    }
    return status;
}

static int open_target(nyz_output *r, const char *path, int how, int *regular)
{
    int direct = 0;
    r->doing = "cannot create the file";
    const int sys = nyz_atomic_target_find(r, path, &direct);
    *regular = !direct;
    if (sys != 0) {
        r->exists = 0; /* it cannot be written to in place either */
        return sys;
    }
    if (direct) {
        return open_direct(r, path);
    }
    return r->exists && (how & NYZ_OUTPUT_IN_PLACE) != 0 ? open_in_place(r, how)
                                                         : nyz_atomic_temporary_create(r);
}

nyz_status nyz_atomic_file_begin(const char *path, int how,
                                 const nyz_allocator *allocator, nyz_output **out,
                                 nyz_stream *stream, nyz_error *err)
{
    void *memory;
    int regular = 0;
    *out = NULL;
    memset(stream, 0, sizeof *stream);
    if (path[0] == '\0') {
        return nyz_fail(err, NYZ_ERR_ARGUMENT, -1, "the path is empty");
    }
    NYZ_TRY(nyz_alloc_zero(allocator, sizeof(nyz_output), &memory, err));
    nyz_output *r = memory;
    r->allocator = *allocator;
    r->sync = (how & NYZ_OUTPUT_SYNC) != 0;
    r->fd = -1;
    r->folder = -1;
    const int sys = open_target(r, path, how, &regular);
    if (sys != 0) {
        const nyz_status status = fail(r, sys, err);
        nyz_atomic_file_discard(&r);
        return status;
    }
    *stream = regular ? nyz_stream_fd_regular(r->fd) : nyz_stream_fd(r->fd);
    stream->read = NULL;
    stream->read_at = NULL;
    r->content.stream = *stream;
    *out = r;
    return NYZ_OK;
}

/* Small pieces are not worth the system call. */
void nyz_atomic_file_preallocate(const nyz_output *output, int64_t place, int64_t size)
{
    if (size >= (1 << 20)) {
        const off_t at = place >= 0 ? place : lseek(output->fd, 0, SEEK_CUR);
        if (at >= 0) {
            nyz_atomic_file_reserve(output->fd, at, size);
        }
    }
}

/* Where the system has no way to do so, the bytes that are not there are written. */
static int write_zeros(int fd, int64_t size)
{
    static const char zeros[1 << 16];
    struct stat now;
    if (fstat(fd, &now) != 0) {
        return errno;
    }
    for (int64_t at = now.st_size; at < size;) {
        const size_t piece = (size_t)nyz_min(size - at, (int64_t)sizeof zeros);
        const ssize_t n = pwrite(fd, zeros, piece, (off_t)at);
        if (n == 0) {
            return EIO;
        }
        if (n < 0 && errno != EINTR) {
            return errno;
        }
        at += n > 0 ? n : 0;
    }
    return 0;
}

static int allocate(int fd, int64_t size)
{
#if defined(_POSIX_ADVISORY_INFO) && _POSIX_ADVISORY_INFO > 0
    int sys;
    do {
        sys = posix_fallocate(fd, 0, (off_t)size);
    } while (sys == EINTR);
    if (sys != EOPNOTSUPP && sys != EINVAL && sys != ENOSYS) {
        return sys;
    }
#endif
    return write_zeros(fd, size);
}

nyz_status nyz_atomic_file_map(const nyz_output *output, int64_t size, nyz_mapping **out,
                               nyz_error *err)
{
    const int sys = allocate(output->fd, size);
    *out = NULL;
    if (sys != 0) {
        return nyz_fail_sys(err, sys, -1, "cannot make room for %lld bytes",
                            (long long)size);
    }
    return nyz_mapping_new(output->fd, NYZ_MAP_SHARED, 0, size, &output->allocator, out,
                           err);
}

/* ----------------------------------------------------------------------------- finish */

/* Every failure from here on leaves the new file where it is. */
static nyz_status fail_after(const char *doing, nyz_error *err)
{
    return nyz_fail_sys(err, errno, -1, "the new file is in its place, but %s", doing);
}

/* Makes the rename itself last.  Some file systems cannot, and say so. */
static nyz_status sync_folder(const nyz_output *r, nyz_error *err)
{
    if (fsync(r->folder) != 0 && errno != EINVAL && errno != ENOTSUP) {
        return fail_after("its directory cannot be synced", err);
    }
    return NYZ_OK;
}

static int close_file(nyz_output *r)
{
    const int closed = close(r->fd);
    r->fd = -1;
    return closed;
}

/* The target's mode, and the disk.  An fsync that has failed is not tried again: the next
 * one would report success although the pages are lost. */
static nyz_status complete(nyz_output *r, nyz_error *err)
{
    const int replaces = r->unnamed || r->temporary[0] != '\0';
    if (replaces && r->exists && fchmod(r->fd, r->mode) != 0) {
        r->doing = "cannot give the new file the old one's mode";
        return fail(r, errno, err);
    }
    if ((replaces || r->in_place) && r->sync && fsync(r->fd) != 0) {
        r->doing = r->in_place ? "cannot sync the file" : "cannot sync the new file";
        return fail(r, errno, err);
    }
    return NYZ_OK;
}

/* Gives the file its name: at once, or by way of a temporary one. */
static int put_in_place(nyz_output *r)
{
    if (r->unnamed && !r->exists) {
        const int sys = nyz_atomic_file_link_unnamed(r->fd, r->folder, r->name);
        if (sys != EEXIST) {
            r->unnamed = sys != 0;
            return sys;
        }
    }
    if (r->unnamed) {
        const int sys = nyz_atomic_temporary_name(r);
        if (sys != 0) {
            return sys;
        }
    }
    if (renameat(r->folder, r->temporary, r->folder, r->name) != 0) {
        return errno;
    }
    r->temporary[0] = '\0';
    return 0;
}

/* Where there are locks, the file stays open until it has its name, because closing it
 * ends the lock; where there are none, closing it may still be what fails to write. */
static nyz_status replace(nyz_output *r, nyz_error *err)
{
    const int was_unnamed = r->unnamed;
    if (!r->unnamed && !r->locks && close_file(r) != 0) {
        r->doing = "cannot close the new file";
        return fail(r, errno, err);
    }
    r->doing = r->exists ? "cannot put the new file in the old one's place"
                         : "cannot give the new file its name";
    const int sys = put_in_place(r);
    if (sys != 0) {
        return fail(r, sys, err);
    }
    /* the name is new to a file that had none when it was synced */
    if (was_unnamed && r->sync && fsync(r->fd) != 0) {
        return fail_after("cannot be synced", err);
    }
    if (r->fd >= 0 && close_file(r) != 0) {
        return fail_after("cannot be closed", err);
    }
    return r->sync ? sync_folder(r, err) : NYZ_OK;
}

nyz_status nyz_atomic_file_finish(nyz_output *r, nyz_error *err)
{
    NYZ_TRY(complete(r, err));
    if (r->unnamed || r->temporary[0] != '\0') {
        return replace(r, err);
    }
    if (close_file(r) != 0) {
        r->doing = "cannot close the file";
        return fail(r, errno, err);
    }
    return NYZ_OK;
}

nyz_output_content *nyz_atomic_file_content(nyz_output *output)
{
    return &output->content;
}

/* A temporary name goes before its lock.  A target that was written in place is left
 * empty, so that no part of it is taken for the whole. */
void nyz_atomic_file_discard(nyz_output **output)
{
    nyz_output *const r = *output;
    if (r->temporary[0] != '\0') {
        (void)unlinkat(r->folder, r->temporary, 0);
    }
    if (r->fd >= 0) {
        if (r->in_place) {
            (void)ftruncate(r->fd, 0);
        }
        (void)close(r->fd);
    }
    if (r->folder >= 0) {
        (void)close(r->folder);
    }
    const nyz_allocator allocator = r->allocator;
    nyz_release(&allocator, r, sizeof *r);
    *output = NULL;
}
