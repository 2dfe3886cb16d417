/* SPDX-License-Identifier: MIT */
/* What the tool needs of a POSIX system. */
#include "os/platform.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void cli_platform_start(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    signal(SIGPIPE, SIG_DFL);
    signal(SIGXFSZ, SIG_IGN); /* the write fails instead, and leaves nothing behind */
}

FILE *cli_platform_open(const char *path, const char *mode)
{
    return fopen(path, mode);
}

/* Its name is gone before anything is in it. */
static int open_nameless(const char *directory)
{
    static const char name[] = "/nyz-XXXXXX";
    const size_t size = strlen(directory);
    char *const path = malloc(size + sizeof name);
    if (path == NULL) {
        return -1;
    }
    memcpy(path, directory, size);
    memcpy(path + size, name, sizeof name);
    const int fd = mkstemp(path);
    const int sys = errno;
    if (fd >= 0) {
        (void)unlink(path);
    }
    free(path);
    errno = sys;
    return fd;
}

FILE *cli_platform_temporary(void)
{
    const char *const directory = getenv("TMPDIR");
    const int fd =
        open_nameless(directory != NULL && directory[0] != '\0' ? directory : "/tmp");
    FILE *const file = fd >= 0 ? fdopen(fd, "w+b") : NULL;
    if (file == NULL && fd >= 0) {
        const int sys = errno;
        (void)close(fd);
        errno = sys;
    }
    return file;
}

int cli_platform_exists(const char *path)
{
    struct stat info;
    if (stat(path, &info) == 0) {
        return 1;
    }
    return errno == EIO || errno == ENOMEM ? -1 : 0;
}

int cli_platform_is_directory(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

int cli_platform_is_special(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && !S_ISREG(info.st_mode) && !S_ISDIR(info.st_mode);
}

static int look(const char *path, struct stat *info)
{
    const int failed = strcmp(path, "-") == 0 ? fstat(0, info) : stat(path, info);
    return failed == 0 && S_ISREG(info->st_mode);
}

int cli_platform_is_same(const char *a, const char *b)
{
    struct stat x;
    struct stat y;
    return look(a, &x) && look(b, &y) && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

int cli_platform_descriptor(FILE *file)
{
    return fileno(file);
}

int cli_platform_stamp(FILE *file, cli_stamp *out)
{
    struct stat info;
    *out = (cli_stamp){0};
    if (fstat(fileno(file), &info) != 0) {
        return errno;
    }
    if (S_ISREG(info.st_mode)) {
        *out = (cli_stamp){.size = info.st_size,
                           .written = {info.st_mtim.tv_sec, info.st_mtim.tv_nsec},
                           .changed = {info.st_ctim.tv_sec, info.st_ctim.tv_nsec},
                           .links = info.st_nlink,
                           .mode = info.st_mode,
                           .owner = info.st_uid,
                           .group = info.st_gid,
                           .device = info.st_dev,
                           .file = info.st_ino};
    }
    return 0;
}

int cli_platform_leads_to(const char *path, const cli_stamp *stamp)
{
    struct stat info;
    return stat(path, &info) == 0 && info.st_dev == stamp->device &&
           info.st_ino == stamp->file;
}

int cli_platform_can_patch(FILE *file)
{
    struct stat info;
    const int fd = fileno(file);
    const int flags = fcntl(fd, F_GETFL);
    return fstat(fd, &info) == 0 && S_ISREG(info.st_mode) && flags != -1 &&
           (flags & O_APPEND) == 0;
}

int cli_platform_is_slash(char c)
{
    return c == '/';
}

/* The signal that has come, or 0: handlers can tell nobody else. */
static volatile sig_atomic_t stop;

static const int stops[] = {SIGINT, SIGTERM, SIGHUP};
enum { STOPS = sizeof stops / sizeof *stops };

static void note_stop(int number)
{
    stop = number;
}

/* A signal that is ignored (nohup) stays so. */
void cli_platform_catch_stop(void)
{
    for (int i = 0; i < STOPS; i++) {
        struct sigaction action;
        if (sigaction(stops[i], NULL, &action) == 0 && action.sa_handler == SIG_DFL) {
            action.sa_handler = note_stop;
            /* system calls end with EINTR; timeout(1) sends its signal twice */
            action.sa_flags = stops[i] == SIGINT ? (int)SA_RESETHAND : 0;
            (void)sigaction(stops[i], &action, NULL);
        }
    }
}

int cli_platform_stopped(void)
{
    return stop != 0;
}

void cli_platform_obey_stop(void)
{
    for (int i = 0; i < STOPS; i++) {
        struct sigaction action;
        if (sigaction(stops[i], NULL, &action) == 0 && action.sa_handler == note_stop) {
            action.sa_handler = SIG_DFL;
            action.sa_flags = 0;
            (void)sigaction(stops[i], &action, NULL);
        }
    }
    if (stop != 0) {
        raise(stop);
    }
}
