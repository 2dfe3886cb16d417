/* SPDX-License-Identifier: MIT */
/* Random bytes on Windows: see random.h. */

#ifndef WIN32_LEAN_AND_MEAN
#define WIN32_LEAN_AND_MEAN

#include "base/random.h"

#endif
#include <windows.h>

#include <ntsecapi.h>

int nyz_random(void *bytes, size_t size)
{
    return RtlGenRandom(bytes, (ULONG)size) != 0;
}
