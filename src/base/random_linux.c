/* SPDX-License-Identifier: MIT */
/* Random bytes on Linux: see random.h. */
#define _GNU_SOURCE /* getrandom's flags; NOLINT: the C library's own name */
#include "base/random.h"

#include <errno.h>
#include <sys/random.h>

/* Up to 256 bytes come whole.  Early in the system's start there may be none yet. */
int nyz_random(void *bytes, size_t size)
{
    ssize_t n;
    do {
        n = getrandom(bytes, size, GRND_NONBLOCK);
    } while (n < 0 && errno == EINTR);
    return n >= 0 && (size_t)n == size;
}
