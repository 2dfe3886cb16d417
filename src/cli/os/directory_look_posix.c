/* SPDX-License-Identifier: MIT */
/* What exists at a name in an open directory, on POSIX systems. */
#include "os/directory_posix.h"

#include "text/fail.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#define NOT_A_FILE "what exists there is not a regular file and is not replaced"

nyz_status cli_look_posix(int fd, const char *name, cli_place *out, mode_t *mode,
                          nyz_error *err)
{
    struct stat st;
    *out = (cli_place){0};
    if (fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) != 0) {
        return errno == ENOENT ? NYZ_OK : cli_fail_system(err, errno, "examine the file");
    }
    if (!S_ISREG(st.st_mode)) {
        return cli_fail_with(err, EEXIST, NOT_A_FILE);
    }
    *out = (cli_place){1, (uint64_t)st.st_dev, (uint64_t)st.st_ino};
    *mode = st.st_mode & 0777;
    return NYZ_OK;
}
