/* SPDX-License-Identifier: MIT */
/* For tests/tools.sh msan alone, included before everything: MemorySanitizer knows
 * glibc's stat functions by the names that they had before glibc 2.33, and so takes what
 * they write for unwritten. */
#ifndef NYZ_TESTS_MSAN_H
#define NYZ_TESTS_MSAN_H

#define _GNU_SOURCE /* as huge_pages_linux.c, where it must come first */

#include <fcntl.h>
#include <sys/stat.h>

#include <sanitizer/msan_interface.h>

static inline int written(int result, const struct stat *s)
{
    if (result == 0) {
        __msan_unpoison(s, sizeof *s);
    }
    return result;
}

#define stat(path, s) written(stat(path, s), s)
#define lstat(path, s) written(lstat(path, s), s)
#define fstat(fd, s) written(fstat(fd, s), s)
#define fstatat(fd, path, s, flags) written(fstatat(fd, path, s, flags), s)

#endif
