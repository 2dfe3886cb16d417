/* What the tool needs of a POSIX system. */
#include "cli.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>

void nyz_platform_start(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    signal(SIGPIPE, SIG_DFL);
    signal(SIGXFSZ, SIG_IGN); /* the write fails instead, and leaves nothing behind */
}

FILE *nyz_platform_open(const char *path, const char *mode)
{
    return fopen(path, mode);
}

int nyz_platform_exists(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0;
}

int nyz_platform_is_special(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && !S_ISREG(info.st_mode) && !S_ISDIR(info.st_mode);
}

int nyz_platform_can_patch(FILE *file)
{
    struct stat info;
    const int fd = fileno(file);
    const int flags = fcntl(fd, F_GETFL);
    return fstat(fd, &info) == 0 && S_ISREG(info.st_mode) && flags != -1 &&
           (flags & O_APPEND) == 0;
}
