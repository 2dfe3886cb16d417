/* SPDX-License-Identifier: MIT */
/* One file on POSIX systems, from its directory that is open: under another name, then
 * renamed. */
#include "os/directory_posix.h"

#include "os/platform.h"
#include "text/fail.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define TEMPORARY_SIZE 16
#define MAX_ATTEMPTS 64 /* at a temporary name that nobody has */

/* A file on its way. */
typedef struct writing {
    int directory;
    const char *name;
    const cli_place *before;
    mode_t mode; /* of the file that is replaced */
    int fd;
    char temporary[TEMPORARY_SIZE];
} writing;

/* .nyz-XXXXXX, which others cannot easily foresee; O_EXCL does the rest. */
static void spell_temporary(char *out, int attempt)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz234567";
    struct timespec now = {0};
    (void)clock_gettime(CLOCK_REALTIME, &now);
    uint64_t x = (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
    x = (x ^ (uint64_t)getpid() << 40) + (uint64_t)attempt * 0x9e3779b97f4a7c15;
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
    x = (x ^ x >> 27) * 0x94d049bb133111eb;
    x ^= x >> 31;
    memcpy(out, ".nyz-", 5);
    for (int i = 0; i < 6; i++) {
        out[5 + i] = letters[x >> 5 * i & 31];
    }
    out[11] = '\0';
}

/* A new file gets the mode that the umask leaves; one that takes another's place is
 * nobody else's before it has that one's mode. */
static int create_temporary(writing *w)
{
    for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
        spell_temporary(w->temporary, attempt);
        w->fd = openat(w->directory, w->temporary,
                       O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                       w->before->exists ? 0600 : 0666);
        if (w->fd >= 0) {
            return 0;
        }
        if (errno != EEXIST && errno != EINTR) {
            break;
        }
    }
    return errno;
}

static int write_bytes(int fd, const unsigned char *bytes, size_t size)
{
    while (size > 0) {
        const ssize_t count = write(fd, bytes, size);
        if (cli_platform_stopped()) {
            return EINTR;
        }
        if (count < 0 && errno != EINTR) {
            return errno;
        }
        bytes += count > 0 ? count : 0;
        size -= count > 0 ? (size_t)count : 0;
    }
    return 0;
}

/* The file that is to be replaced has to be the one that was looked at: no other
 * one, and none written from this archive under a name that the system takes for it. */
static nyz_status check_unchanged(const writing *w, nyz_error *err)
{
    cli_place now;
    mode_t mode;
    const nyz_status status = cli_look_posix(w->directory, w->name, &now, &mode, err);
    if (status != NYZ_OK) {
        return status;
    }
    return now.exists && now.device == w->before->device && now.file == w->before->file
               ? NYZ_OK
               : cli_fail_with(err, EEXIST,
                               "the file changed meanwhile and is not replaced");
}

/* Whether a link failed because the file system has none, or nobody may make one. */
static int has_no_links(int sys)
{
    return sys == EPERM || sys == EACCES || sys == ENOSYS || sys == EINVAL ||
           sys == ENOTSUP;
}

/* An empty file under the name, which shows that there was none. */
static nyz_status reserve(const writing *w, nyz_error *err)
{
    const int fd = openat(w->directory, w->name,
                          O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
    if (fd < 0) {
        return cli_fail_system(err, errno, "create the file");
    }
    (void)close(fd);
    return NYZ_OK;
}

static nyz_status rename_temporary(const writing *w, nyz_error *err)
{
    nyz_status status = w->before->exists ? check_unchanged(w, err) : reserve(w, err);
    if (status != NYZ_OK) {
        return status;
    }
    if (renameat(w->directory, w->temporary, w->directory, w->name) != 0) {
        status = cli_fail_system(err, errno, "rename the new file");
        if (!w->before->exists) {
            (void)unlinkat(w->directory, w->name, 0);
        }
    }
    return status;
}

/* A second name refuses what has come meanwhile, and is that of the whole file at once;
 * then the first one goes. */
static nyz_status give_name(const writing *w, nyz_error *err)
{
    if (w->before->exists) {
        return rename_temporary(w, err);
    }
    if (linkat(w->directory, w->temporary, w->directory, w->name, 0) != 0) {
        return has_no_links(errno) ? rename_temporary(w, err)
                                   : cli_fail_system(err, errno, "create the file");
    }
    return unlinkat(w->directory, w->temporary, 0) == 0
               ? NYZ_OK
               : cli_fail_system(err, errno, "remove the new file's other name");
}

/* To the end of what there is, which has to come whole. */
static nyz_status copy_bytes(int fd, const cli_directory_source *from, nyz_error *err)
{
    unsigned char bytes[CLI_DIRECTORY_PIECE];
    size_t count = 1;
    while (count > 0) {
        const nyz_status status = from->next(from->ctx, bytes, sizeof bytes, &count, err);
        const int sys = status == NYZ_OK ? write_bytes(fd, bytes, count) : 0;
        if (status != NYZ_OK || sys != 0) {
            return sys != 0 ? cli_fail_system(err, sys, "write the file") : status;
        }
    }
    return NYZ_OK;
}

/* Only where something can be lost is it worth the time to sync. */
static nyz_status fill_temporary(writing *w, const cli_directory_source *from,
                                 nyz_error *err)
{
    const nyz_status status = copy_bytes(w->fd, from, err);
    int sys = 0;
    if (status == NYZ_OK && w->before->exists &&
        (fchmod(w->fd, w->mode) != 0 || fsync(w->fd) != 0)) {
        sys = errno;
    }
    if (close(w->fd) != 0 && sys == 0) {
        sys = errno;
    }
    return status != NYZ_OK || sys == 0 ? status
                                        : cli_fail_system(err, sys, "write the file");
}

/* A file that may not be written to is not replaced, although a rename could. */
static nyz_status may_replace(writing *w, nyz_error *err)
{
    cli_place now;
    if (!w->before->exists) {
        return NYZ_OK;
    }
    if (faccessat(w->directory, w->name, W_OK, AT_EACCESS) != 0) {
        return cli_fail_system(err, errno, "replace the file");
    }
    return cli_look_posix(w->directory, w->name, &now, &w->mode, err);
}

static nyz_status write_file(writing *w, const cli_directory_source *from, nyz_error *err)
{
    nyz_status status = may_replace(w, err);
    if (status != NYZ_OK) {
        return status;
    }
    cli_platform_catch_stop();
    const int sys = create_temporary(w);
    if (sys == 0) {
        status = fill_temporary(w, from, err);
        if (status == NYZ_OK) {
            status = give_name(w, err);
        }
        if (status != NYZ_OK) {
            (void)unlinkat(w->directory, w->temporary, 0);
        }
    } else {
        status = cli_fail_system(err, sys, "create the file");
    }
    cli_platform_obey_stop();
    return status;
}

nyz_status cli_write_posix(int directory, const char *name, const cli_place *before,
                           const cli_directory_source *from, nyz_error *err)
{
    writing w = {.directory = directory, .name = name, .before = before};
    return write_file(&w, from, err);
}
