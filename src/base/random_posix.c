/* SPDX-License-Identifier: MIT */
/* Random bytes on POSIX systems other than Linux: see random.h.  Each has this device,
 * but not the same call. */
#include "base/random.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

int nyz_random(void *bytes, size_t size)
{
    ssize_t n;
    const int fd = open("/dev/urandom", O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) {
        return 0;
    }
    do {
        n = read(fd, bytes, size);
    } while (n < 0 && errno == EINTR);
    (void)close(fd);
    return n >= 0 && (size_t)n == size;
}
