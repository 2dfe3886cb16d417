/* SPDX-License-Identifier: MIT */
/* The parts of the fast deflater, and what they hand each other.  Private to fast_*.c.
 *
 *   fast_sample.c   looks at the bytes and chooses how to search it
 *   fast_match.c    cuts a block into steps: some literals, then a match
 *   fast_huffman.c  makes a Huffman code from counts
 *   fast_lengths.c  makes the head of a block, which says the codes
 *   fast_block.c    writes a block with the steps and the codes
 *   fast_deflate.c  goes from block to block */
#ifndef NYZ_FAST_INTERNAL_H
#define NYZ_FAST_INTERNAL_H

#include "base/endian.h"
#include "codec/fast_deflate.h"

/* RFC 1951. */
enum {
    NYZ_LITLENS = 286, /* symbols of the code for literals, the end and lengths */
    NYZ_END_OF_BLOCK = 256,
    NYZ_DISTANCES = 30,
    NYZ_PRECODES = 19,
    NYZ_MIN_MATCH = 3,
    NYZ_MAX_MATCH = 258,
    NYZ_WINDOW = 32768,
    NYZ_STORED_MAX = 65535
};

/* Ours.  Codes of at most 11 bits: five of them, and seven bits left over, fit a word; so
 * do a length's and a distance's with their extra bits. */
enum {
    NYZ_CODE_LIMIT = 11,
    NYZ_PRECODE_LIMIT = 7,
    NYZ_BLOCK_MAX =
        128 * 1024,        /* fflate, reading a stream, has room for no more literals */
    NYZ_STEPS_MAX = 32768, /* a full block is larger than NYZ_STORED_MAX bytes */
    NYZ_HASH_BITS = 14
};

/* Some literals, then a match; length 0: none, at the end of a block. */
typedef struct nyz_step {
    uint32_t literals;
    uint16_t length;
    uint16_t distance;
} nyz_step;

/* How bytes are searched for matches. */
typedef enum nyz_search {
    NYZ_SEARCH_NONE,   /* not at all: literals only */
    NYZ_SEARCH_REPEAT, /* at one distance */
    NYZ_SEARCH_HASH,   /* where the same four bytes stood last */
    NYZ_SEARCHES
} nyz_search;

typedef struct nyz_plan {
    nyz_search search;
    uint32_t distance; /* of NYZ_SEARCH_REPEAT */
} nyz_plan;

/* How often each symbol comes. */
typedef struct nyz_counts {
    uint32_t litlen[NYZ_LITLENS];
    uint32_t distance[NYZ_DISTANCES];
} nyz_counts;

/* A prefix code.  An entry is a code, ready to be written, shifted left by 8, and its
 * length in bits. */
typedef struct nyz_code {
    uint8_t lengths[NYZ_LITLENS];
    uint32_t entries[NYZ_LITLENS];
} nyz_code;

/* The lengths of both codes, as they stand in a block's header: RFC 3.2.7. */
typedef struct nyz_lengths {
    unsigned litlens;
    unsigned distances;
    uint8_t lengths[NYZ_LITLENS + NYZ_DISTANCES];
    /* The same in symbols of the precode, each with its extra bits. */
    unsigned symbols;
    uint8_t symbol[NYZ_LITLENS + NYZ_DISTANCES];
    uint8_t extra[NYZ_LITLENS + NYZ_DISTANCES];
    uint32_t counts[NYZ_PRECODES];
    unsigned precodes;
    nyz_code code;
} nyz_lengths;

struct nyz_fast {
    nyz_allocator allocator;
    /* The block's steps. */
    nyz_step steps[NYZ_STEPS_MAX];
    size_t step_count;
    nyz_counts counts;
    nyz_code litlen;
    nyz_code distance;
    /* Literals are counted in four tables, so that equal neighbours do not wait for each
     * other. */
    uint32_t four[4][256];
    /* Where four bytes with this hash stood last. */
    uint32_t heads[(size_t)1 << NYZ_HASH_BITS];
    /* The symbol of a length, and of a distance: of distance - 1 if that is below 256,
     * else of (distance - 1) / 128, from 256 on. */
    uint8_t length_symbol[NYZ_MAX_MATCH + 1];
    uint8_t distance_symbol[512];
    /* The block's codes of literals, moved to the top of a word, and their lengths. */
    uint64_t tops[256];
    /* The block's entry of a length, with its extra bits. */
    uint32_t length_entry[NYZ_MAX_MATCH + 1];
};

/* Bits on their way to memory.  Up to 63 fit; after a flush at most 7 are left. */
typedef struct nyz_bits {
    uint64_t hold;
    unsigned count;
    unsigned char *next;
} nyz_bits;

static inline void nyz_bits_put(nyz_bits *bits, uint64_t value, unsigned count)
{
    bits->hold |= value << bits->count;
    bits->count += count;
}

static inline void nyz_bits_flush(nyz_bits *bits)
{
    nyz_store_le64(bits->next, bits->hold);
    bits->next += bits->count >> 3;
    bits->hold >>= bits->count & 56;
    bits->count &= 7;
}

static inline unsigned nyz_distance_symbol(const nyz_fast *fast, unsigned distance)
{
    const unsigned at = distance - 1;
    return fast->distance_symbol[at < 256 ? at : 256 + (at >> 7)];
}

/* The lowest bit that is set; bits != 0. */
static inline unsigned nyz_lowest_bit(uint64_t bits)
{
#ifdef __GNUC__
    return (unsigned)__builtin_ctzll(bits);
#else
    unsigned lowest = 0;
    for (unsigned step = 32; step > 0; step /= 2) {
        if ((bits & (((uint64_t)1 << step) - 1)) == 0) {
            bits >>= step;
            lowest += step;
        }
    }
    return lowest;
#endif
}

/* A complete code of at most `limit` bits for `size` symbols that come so often; a code
 * of fewer than two symbols is made one of two, as strict inflaters want it.  size <=
 * NYZ_LITLENS, all counts together < 2^20, and all symbols fit in `limit` bits. */
void nyz_fast_huffman_make(const uint32_t *counts, unsigned size, unsigned limit,
                           nyz_code *code);

/* The head of a block with the codes fast->litlen and fast->distance, and its size in
 * bits; and writing it. */
uint64_t nyz_fast_lengths_make(const nyz_fast *fast, nyz_lengths *h);
void nyz_fast_lengths_put(const nyz_lengths *h, int final, nyz_bits *bits);

/* Chooses from a sample. */
nyz_plan nyz_fast_sample(nyz_fast *fast, const unsigned char *in, size_t size);

/* Cuts in[from ... limit - 1] into fast->steps, with matches that begin in in[0] or
 * later; returns where the block ends, at `limit` or where the steps are full. */
void nyz_fast_match_start(nyz_fast *fast, const nyz_plan *plan);
size_t nyz_fast_match(nyz_fast *fast, const nyz_plan *plan, const unsigned char *in,
                      size_t from, size_t limit);

/* Fills the tables of symbols. */
void nyz_fast_block_tables(nyz_fast *fast);
/* Makes the codes for fast->steps, the block's first literal being *in, and returns how
 * many bits the steps take without the codes themselves. */
uint64_t nyz_fast_block_codes(nyz_fast *fast, const unsigned char *in);
/* Writes a block, `size` bytes at `in`, which fast->steps cut. */
void nyz_fast_block_write(nyz_fast *fast, const unsigned char *in, size_t size, int final,
                          nyz_bits *bits);
/* Writes blocks without bytes: one that ends the stream, or one that ends at a byte. */
void nyz_fast_block_end(nyz_bits *bits);
void nyz_fast_block_sync(nyz_bits *bits);

#endif
