/* SPDX-License-Identifier: MIT */
/* Files below a directory on POSIX systems: every component is opened by itself, from the
 * directory above it, and no link is followed.  Windows: directory_win32.c. */
#include "os/directory_posix.h"

#include "text/fail.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define COMPONENT_MAX 255 /* as cli_unpack_refuses has it */
#define NOT_A_DIRECTORY "a link or a file is in the place of a directory"

struct cli_directory {
    int fd;
};

/* --------------------------------------------------------------------- walking to a name */

static int open_directory(int at, const char *name, int flags)
{
    int fd;
    do {
        fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | flags);
    } while (fd < 0 && errno == EINTR);
    return fd;
}

/* Takes the first component of *rest; 0 if it is the last one: nothing but perhaps a
 * slash follows. */
static int next_component(const char **rest, char *component)
{
    const size_t size = strcspn(*rest, "/");
    memcpy(component, *rest, size);
    component[size] = '\0';
    *rest += size + ((*rest)[size] == '/');
    return **rest != '\0';
}

/* Steps from the directory *fd, which is closed unless it is `top`, into that of one
 * component. */
static int step(int top, int *fd, const char *component, int make)
{
    int sys = 0;
    if (make && mkdirat(*fd, component, 0777) != 0 && errno != EEXIST) {
        sys = errno;
    }
    const int inner = sys == 0 ? open_directory(*fd, component, O_NOFOLLOW) : -1;
    if (sys == 0 && inner < 0) {
        sys = errno;
    }
    if (*fd != top) {
        (void)close(*fd);
    }
    *fd = inner;
    return sys;
}

static nyz_status fail_step(nyz_error *err, int sys)
{
    return sys == ELOOP || sys == ENOTDIR || sys == EMLINK
               ? cli_fail_with(err, ENOTDIR, NOT_A_DIRECTORY)
               : cli_fail_system(err, sys, "open the directory");
}

/* Opens the directory of a name, and leaves its last component.  Failures are errnos;
 * then nothing is open. */
static int walk(const cli_directory *directory, const char *name, int make, int *fd,
                char *last)
{
    *fd = directory->fd;
    while (next_component(&name, last)) {
        const int sys = step(directory->fd, fd, last, make);
        if (sys != 0) {
            return sys;
        }
    }
    return 0;
}

static void leave(const cli_directory *directory, int fd)
{
    if (fd >= 0 && fd != directory->fd) {
        (void)close(fd);
    }
}

/* ------------------------------------------------------------------ the directory itself */

nyz_status cli_directory_open(const char *path, int follow, cli_directory **out,
                              int *made, nyz_error *err)
{
    *made = mkdir(path, 0777) == 0;
    if (!*made && errno != EEXIST) {
        return cli_fail_system(err, errno, "create the directory");
    }
    const int fd = open_directory(AT_FDCWD, path, follow ? 0 : O_NOFOLLOW);
    if (fd < 0) {
        return fail_step(err, errno);
    }
    *out = malloc(sizeof **out);
    if (*out == NULL) {
        (void)close(fd);
        return cli_fail_with(err, ENOMEM, "out of memory");
    }
    (*out)->fd = fd;
    return NYZ_OK;
}

void cli_directory_close(cli_directory **directory)
{
    (void)close((*directory)->fd);
    free(*directory);
    *directory = NULL;
}

void cli_directory_undo(const char *path)
{
    (void)rmdir(path);
}

/* ------------------------------------------------------------------------ what is there */

nyz_status cli_directory_look(const cli_directory *directory, const char *name,
                              cli_place *out, nyz_error *err)
{
    char last[COMPONENT_MAX + 1];
    mode_t mode;
    int fd;
    *out = (cli_place){0};
    const int sys = walk(directory, name, 0, &fd, last);
    if (sys != 0) {
        return sys == ENOENT ? NYZ_OK : fail_step(err, sys);
    }
    const nyz_status status = cli_look_posix(fd, last, out, &mode, err);
    leave(directory, fd);
    return status;
}

nyz_status cli_directory_add(const cli_directory *directory, const char *name,
                             nyz_error *err)
{
    char last[COMPONENT_MAX + 1];
    int fd;
    int sys = walk(directory, name, 1, &fd, last);
    if (sys == 0) {
        sys = step(directory->fd, &fd, last, 1);
        leave(directory, fd);
    }
    return sys == 0 ? NYZ_OK : fail_step(err, sys);
}

/* ------------------------------------------------------------------------------ writing */

nyz_status cli_directory_write(const cli_directory *directory, const char *name,
                               const cli_place *before, const cli_directory_source *from,
                               nyz_error *err)
{
    char last[COMPONENT_MAX + 1];
    int fd;
    const int sys = walk(directory, name, 1, &fd, last);
    if (sys != 0) {
        return fail_step(err, sys);
    }
    const nyz_status status = cli_write_posix(fd, last, before, from, err);
    leave(directory, fd);
    return status;
}
