/* SPDX-License-Identifier: MIT */
/* Byte-swapping by SSE2, which each x86-64 processor has: see byteswap.h.  A compiler leaves a loop
 * over bswap as it is, whose speed is half or double with the address that it happens to get. */
#include "dtype/byteswap.h"

#include <emmintrin.h>

enum { VECTOR = sizeof(__m128i) };

/* The two bytes of each 16 bits. */
static inline __m128i swap_2(__m128i v)
{
    return _mm_or_si128(_mm_slli_epi16(v, 8), _mm_srli_epi16(v, 8));
}

static inline __m128i swap_4(__m128i v)
{
    enum { PAIRS = _MM_SHUFFLE(2, 3, 0, 1) };
    return swap_2(_mm_shufflehi_epi16(_mm_shufflelo_epi16(v, PAIRS), PAIRS));
}

static inline __m128i swap_8(__m128i v)
{
    enum { FOURS = _MM_SHUFFLE(0, 1, 2, 3) };
    return swap_2(_mm_shufflehi_epi16(_mm_shufflelo_epi16(v, FOURS), FOURS));
}

/* Numbers need not be aligned. */
#define SWAP_VECTORS(name)                                                               \
    static void name##_vectors(unsigned char *p, int64_t vectors)                        \
    {                                                                                    \
        for (int64_t i = 0; i < vectors; i++, p += VECTOR) {                             \
            __m128i *const at = (__m128i *)(void *)p;                                    \
            _mm_storeu_si128(at, name(_mm_loadu_si128(at)));                             \
        }                                                                                \
    }
SWAP_VECTORS(swap_2)
SWAP_VECTORS(swap_4)
SWAP_VECTORS(swap_8)

int64_t nyz_byteswap_first(unsigned char *numbers, int64_t count, int64_t size)
{
    const int64_t vectors = count / (VECTOR / size);
    if (size == 2) {
        swap_2_vectors(numbers, vectors);
    } else if (size == 4) {
        swap_4_vectors(numbers, vectors);
    } else {
        swap_8_vectors(numbers, vectors);
    }
    return vectors * (VECTOR / size);
}
