/* SPDX-License-Identifier: MIT */
/* Lines written as any bytes: see nontemporal.h. */
#include "array/nontemporal.h"

#include <string.h>

int nyz_nontemporal_is_available(void)
{
    return 0;
}

void nyz_nontemporal_write(unsigned char *to, int64_t apart, const unsigned char *lines,
                           int64_t count)
{
    for (int64_t i = 0; i < count; i++) {
        memcpy(to + i * apart, lines + i * NYZ_CACHE_LINE, NYZ_CACHE_LINE);
    }
}

void nyz_nontemporal_prefetch(const unsigned char *from, int64_t size)
{
    (void)from;
    (void)size;
}

void nyz_nontemporal_fence(void)
{
}
