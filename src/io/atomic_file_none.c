/* SPDX-License-Identifier: MIT */
/* Systems without files that have no name, and without locks of which it is known who
 * sees them: see atomic_file_posix.h. */
#include "io/atomic_file_posix.h"

#include <errno.h>

unsigned nyz_atomic_file_abilities(int folder)
{
    (void)folder;
    return 0;
}

int nyz_atomic_file_create_unnamed(int folder, mode_t mode, int *fd, struct stat *st)
{
    (void)folder;
    (void)mode;
    (void)st;
    *fd = -1;
    return ENOTSUP;
}

int nyz_atomic_file_link_unnamed(int fd, int folder, const char *name)
{
    (void)fd;
    (void)folder;
    (void)name;
    return ENOTSUP;
}

int nyz_atomic_file_lock(int fd)
{
    (void)fd;
    return ENOTSUP;
}

void nyz_atomic_file_reserve(int fd, int64_t place, int64_t size)
{
    (void)fd;
    (void)place;
    (void)size;
}
