/* SPDX-License-Identifier: MIT */
/* Lines written past the cache by SSE2, which each x86-64 processor has: see nontemporal.h. */
#include "array/nontemporal.h"

#include <emmintrin.h>

int nyz_nontemporal_is_available(void)
{
    return 1;
}

void nyz_nontemporal_write(unsigned char *to, int64_t apart, const unsigned char *lines,
                           int64_t count)
{
    for (int64_t i = 0; i < count; i++) {
        const __m128i *const from =
            (const __m128i *)(const void *)(lines + i * NYZ_CACHE_LINE);
        __m128i *const line = (__m128i *)(void *)(to + i * apart);
        for (int k = 0; k < NYZ_CACHE_LINE / 16; k++) {
            _mm_stream_si128(line + k, _mm_load_si128(from + k));
        }
    }
}

void nyz_nontemporal_prefetch(const unsigned char *from, int64_t size)
{
    for (int64_t i = 0; i < size; i += NYZ_CACHE_LINE) {
        _mm_prefetch((const char *)(from + i), _MM_HINT_T0);
    }
}

void nyz_nontemporal_fence(void)
{
    _mm_sfence();
}
