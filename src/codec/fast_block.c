/* SPDX-License-Identifier: MIT */
/* A block of the fast deflater: its codes, and its bits.  See fast_internal.h.  "RFC" is RFC
 * 1951. */
#include <string.h>

#include "base/endian.h"
#include "codec/fast_deflate.h"
#include "codec/fast_internal.h"

/* RFC 3.2.5.  Length symbols from 257 on, the last of which stands for 258 alone. */
enum { LENGTHS = 29, LONGEST = LENGTHS - 1 };
static const uint16_t length_base[LENGTHS] = {3,  4,  5,  6,   7,   8,   9,   10,  11, 13,
                                              15, 17, 19, 23,  27,  31,  35,  43,  51, 59,
                                              67, 83, 99, 115, 131, 163, 195, 227, 258};
static const uint8_t length_extra[LENGTHS] = {0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2,
                                              2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0};
static const uint16_t distance_base[NYZ_DISTANCES] = {
    1,    2,    3,    4,    5,    7,    9,    13,    17,    25,
    33,   49,   65,   97,   129,  193,  257,  385,   513,   769,
    1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577};
static const uint8_t distance_extra[NYZ_DISTANCES] = {
    0, 0, 0, 0, 1, 1, 2, 2,  3,  3,  4,  4,  5,  5,  6,
    6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13};

void nyz_fast_block_tables(nyz_fast *fast)
{
    for (unsigned i = 0; i < LENGTHS; i++) {
        const unsigned end = i < LONGEST ? length_base[i] + (1u << length_extra[i]) : 259;
        for (unsigned j = length_base[i]; j < end; j++) {
            fast->length_symbol[j] = (uint8_t)i;
        }
    }
    for (unsigned i = 0; i < NYZ_DISTANCES; i++) {
        const unsigned first = distance_base[i] - 1u;
        const unsigned end = first + (1u << distance_extra[i]);
        for (unsigned j = first; j < end && j < 256; j++) {
            fast->distance_symbol[j] = (uint8_t)i;
        }
        for (unsigned j = first; j < end && first >= 256; j += 128) {
            fast->distance_symbol[256 + (j >> 7)] = (uint8_t)i;
        }
    }
}

/* ------------------------------------------------------------------------------ counting */

/* Counts literals, eight at a time. */
static const unsigned char *count_literals(nyz_fast *fast, const unsigned char *in,
                                           size_t size)
{
    while (size >= 8) {
        const uint64_t word = nyz_load_le64(in);
        fast->four[0][word & 255]++;
        fast->four[1][word >> 8 & 255]++;
        fast->four[2][word >> 16 & 255]++;
        fast->four[3][word >> 24 & 255]++;
        fast->four[0][word >> 32 & 255]++;
        fast->four[1][word >> 40 & 255]++;
        fast->four[2][word >> 48 & 255]++;
        fast->four[3][word >> 56]++;
        in += 8;
        size -= 8;
    }
    for (; size > 0; size--) {
        fast->four[size % 4][*in++]++;
    }
    return in;
}

static void count(nyz_fast *fast, const unsigned char *in)
{
    nyz_counts *const counts = &fast->counts;
    memset(counts, 0, sizeof *counts);
    memset(fast->four, 0, sizeof fast->four);
    for (size_t i = 0; i < fast->step_count; i++) {
        const nyz_step *const step = &fast->steps[i];
        in = count_literals(fast, in, step->literals);
        if (step->length > 0) {
            const unsigned symbol = fast->length_symbol[step->length];
            counts->litlen[NYZ_END_OF_BLOCK + 1 + symbol]++;
            counts->distance[nyz_distance_symbol(fast, step->distance)]++;
            in += step->length;
        }
    }
    for (unsigned i = 0; i < 256; i++) {
        counts->litlen[i] =
            fast->four[0][i] + fast->four[1][i] + fast->four[2][i] + fast->four[3][i];
    }
    counts->litlen[NYZ_END_OF_BLOCK] = 1;
}

uint64_t nyz_fast_block_codes(nyz_fast *fast, const unsigned char *in)
{
    const nyz_counts *const counts = &fast->counts;
    uint64_t bits = 0;
    count(fast, in);
    nyz_fast_huffman_make(counts->litlen, NYZ_LITLENS, NYZ_CODE_LIMIT, &fast->litlen);
    nyz_fast_huffman_make(counts->distance, NYZ_DISTANCES, NYZ_CODE_LIMIT,
                          &fast->distance);
    for (unsigned i = 0; i < NYZ_LITLENS; i++) {
        bits += (uint64_t)counts->litlen[i] * fast->litlen.lengths[i];
    }
    for (unsigned i = 0; i < LENGTHS; i++) {
        bits += (uint64_t)counts->litlen[NYZ_END_OF_BLOCK + 1 + i] * length_extra[i];
    }
    for (unsigned i = 0; i < NYZ_DISTANCES; i++) {
        bits += (uint64_t)counts->distance[i] *
                (unsigned)(fast->distance.lengths[i] + distance_extra[i]);
    }
    return bits;
}

/* --------------------------------------------------------------------------------- steps */

static void put_entry(nyz_bits *bits, uint32_t entry)
{
    nyz_bits_put(bits, entry >> 8, entry & 255);
}

/* Five literals.  Each code comes in at the top and moves those before it down; the
 * lengths, which come in at the bottom with it, fall out, except the last one's, which
 * is below the five codes. */
static inline void put_five(nyz_bits *bits, const uint64_t *tops, const unsigned char *in)
{
    const uint64_t a = tops[in[0]];
    const uint64_t b = tops[in[1]];
    const uint64_t c = tops[in[2]];
    const uint64_t d = tops[in[3]];
    const uint64_t e = tops[in[4]];
    const uint64_t length = (a + b + c + d + e) & 63;
    uint64_t codes = a >> (b & 63) | b;
    codes = codes >> (c & 63) | c;
    codes = codes >> (d & 63) | d;
    codes = codes >> (e & 63) | e;
    nyz_bits_put(bits, codes >> (64 - length), (unsigned)length);
    nyz_bits_flush(bits);
}

static inline nyz_bits put_literals(nyz_bits bits, const nyz_fast *fast,
                                    const unsigned char *in, size_t size)
{
    for (; size >= 5; size -= 5, in += 5) {
        put_five(&bits, fast->tops, in);
    }
    for (; size > 0; size--, in++) {
        put_entry(&bits, fast->litlen.entries[*in]);
    }
    nyz_bits_flush(&bits);
    return bits;
}

/* Each literal's code, moved to the top of a word. */
static void make_tops(nyz_fast *fast)
{
    for (unsigned i = 0; i < 256; i++) {
        const uint64_t entry = fast->litlen.entries[i];
        const unsigned length = entry & 255;
        fast->tops[i] = length == 0 ? 0 : entry >> 8 << (64 - length) | length;
    }
}

/* Each length's code with its extra bits. */
static void make_length_entries(nyz_fast *fast)
{
    for (unsigned i = NYZ_MIN_MATCH; i <= NYZ_MAX_MATCH; i++) {
        const unsigned symbol = fast->length_symbol[i];
        const uint32_t entry = fast->litlen.entries[NYZ_END_OF_BLOCK + 1 + symbol];
        const uint32_t extra = i - length_base[symbol];
        fast->length_entry[i] =
            (entry + length_extra[symbol]) | extra << (8 + (entry & 255));
    }
}

/* The bits are handed from call to call by value: behind a pointer they would go to
 * memory each time. */
static void put_steps(nyz_fast *fast, const unsigned char *in, nyz_bits *out)
{
    nyz_bits bits = *out;
    make_tops(fast);
    make_length_entries(fast);
    for (size_t i = 0; i < fast->step_count; i++) {
        const nyz_step step = fast->steps[i];
        bits = put_literals(bits, fast, in, step.literals);
        in += step.literals;
        if (step.length > 0) {
            const unsigned symbol = nyz_distance_symbol(fast, step.distance);
            put_entry(&bits, fast->length_entry[step.length]);
            put_entry(&bits, fast->distance.entries[symbol]);
            nyz_bits_put(&bits, (uint64_t)step.distance - distance_base[symbol],
                         distance_extra[symbol]);
            nyz_bits_flush(&bits);
            in += step.length;
        }
    }
    put_entry(&bits, fast->litlen.entries[NYZ_END_OF_BLOCK]);
    nyz_bits_flush(&bits);
    *out = bits;
}

/* ---------------------------------------------------------------------------- the blocks */

/* The head of a stored block. */
static void put_stored(int final, unsigned size, nyz_bits *bits)
{
    nyz_bits_put(bits, final != 0, 3);
    nyz_bits_put(bits, 0, (8 - bits->count % 8) % 8);
    nyz_bits_put(bits, size | (uint64_t)(size ^ 0xffff) << 16, 32);
    nyz_bits_flush(bits);
}

static void write_stored(const unsigned char *in, size_t size, int final, nyz_bits *bits)
{
    while (size > 0) {
        const size_t piece = size < NYZ_STORED_MAX ? size : NYZ_STORED_MAX;
        put_stored(final && piece == size, (unsigned)piece, bits);
        memcpy(bits->next, in, piece);
        bits->next += piece;
        in += piece;
        size -= piece;
    }
}

void nyz_fast_block_write(nyz_fast *fast, const unsigned char *in, size_t size, int final,
                          nyz_bits *bits)
{
    nyz_lengths h;
    const uint64_t blocks = (size + NYZ_STORED_MAX - 1) / NYZ_STORED_MAX;
    const uint64_t coded =
        nyz_fast_block_codes(fast, in) + nyz_fast_lengths_make(fast, &h);
    if (coded >= 8 * size + blocks * 40) {
        write_stored(in, size, final, bits);
        return;
    }
    nyz_fast_lengths_put(&h, final, bits);
    put_steps(fast, in, bits);
}

void nyz_fast_block_end(nyz_bits *bits)
{
    nyz_bits_put(bits, 3, 10); /* the fixed code, whose end of block is seven zeros */
    nyz_bits_flush(bits);
}

void nyz_fast_block_sync(nyz_bits *bits)
{
    put_stored(0, 0, bits);
}
