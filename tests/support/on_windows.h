/* SPDX-License-Identifier: MIT */
/* What several C tests use of POSIX, and Windows has not. */
#ifndef NYZ_TESTS_ON_WINDOWS_H
#define NYZ_TESTS_ON_WINDOWS_H

#include <direct.h>
#include <io.h>

static inline char *mkdtemp(char *path)
{
    return _mktemp(path) != NULL && _mkdir(path) == 0 ? path : NULL;
}

#endif
