/* SPDX-License-Identifier: MIT */
/* Huffman codes of limited length for the fast deflater: see fast_internal.h. */
#include <string.h>

#include "codec/fast_internal.h"

enum { LONGEST = 32, SYMBOL_BITS = 9 };

/* The symbols that are used, each with its count above it: at least two. */
static unsigned collect(const uint32_t *counts, unsigned size, uint32_t *keys)
{
    unsigned used = 0;
    for (unsigned i = 0; i < size; i++) {
        keys[used] = counts[i] << SYMBOL_BITS | i;
        used += counts[i] != 0;
    }
    for (unsigned i = 0; used < 2; i++) {
        if (counts[i] == 0) {
            keys[used++] = 1u << SYMBOL_BITS | i;
        }
    }
    return used;
}

/* Sorts by count, equal ones by symbol: eight bits at a time, lowest first. */
static void sort(uint32_t *keys, unsigned used)
{
    uint32_t other[NYZ_LITLENS];
    uint32_t largest = 0;
    for (unsigned i = 0; i < used; i++) {
        largest |= keys[i];
    }
    for (unsigned shift = SYMBOL_BITS; shift < 32 && largest >> shift != 0; shift += 8) {
        unsigned begin[257] = {0};
        for (unsigned i = 0; i < used; i++) {
            begin[(keys[i] >> shift & 255) + 1]++;
        }
        for (unsigned i = 0; i < 256; i++) {
            begin[i + 1] += begin[i];
        }
        for (unsigned i = 0; i < used; i++) {
            other[begin[keys[i] >> shift & 255]++] = keys[i];
        }
        memcpy(keys, other, used * sizeof *keys);
    }
}

/* Huffman's tree over sorted counts: how many leaves lie how deep.  The leaves and the
 * inner nodes, in the order of their making, are two queues in rising order. */
static void measure(const uint32_t *keys, unsigned used, unsigned per_length[LONGEST + 1])
{
    uint32_t weight[NYZ_LITLENS];  /* of an inner node */
    uint16_t leaf_up[NYZ_LITLENS]; /* the inner node above */
    uint16_t inner_up[NYZ_LITLENS] = {0};
    uint8_t depth[NYZ_LITLENS];
    unsigned leaf = 0;
    unsigned inner = 0;
    const unsigned inners = used - 1;
    for (unsigned made = 0; made < inners; made++) {
        weight[made] = 0;
        for (int child = 0; child < 2; child++) {
            if (inner == made ||
                (leaf < used && keys[leaf] >> SYMBOL_BITS <= weight[inner])) {
                weight[made] += keys[leaf] >> SYMBOL_BITS;
                leaf_up[leaf++] = (uint16_t)made;
            } else {
                weight[made] += weight[inner];
                inner_up[inner++] = (uint16_t)made;
            }
        }
    }
    memset(per_length, 0, (LONGEST + 1) * sizeof *per_length);
    for (unsigned i = inners; i > 0; i--) {
        depth[i - 1] = (uint8_t)(i == inners ? 0 : depth[inner_up[i - 1]] + 1);
    }
    for (unsigned i = 0; i < used; i++) {
        /* cppcheck-suppress uninitvar ; the loops have set both for all: used >= 2 */
        per_length[depth[leaf_up[i]] + 1]++; /* NOLINT(clang-analyzer-core.*) */
    }
}

/* Raises the leaves below `limit` to it, and then makes room: a leaf at the limit goes
 * beside one higher up, which goes down one for it. */
static void shorten(unsigned per_length[LONGEST + 1], unsigned limit)
{
    uint32_t room = 0; /* what all leaves take, in units of one at the limit */
    for (unsigned i = limit + 1; i <= LONGEST; i++) {
        per_length[limit] += per_length[i];
        per_length[i] = 0;
    }
    for (unsigned i = 1; i <= limit; i++) {
        room += (uint32_t)per_length[i] << (limit - i);
    }
    while (room > (uint32_t)1 << limit) {
        unsigned from = limit - 1;
        while (per_length[from] == 0) {
            from--;
        }
        per_length[limit]--;
        per_length[from]--;
        per_length[from + 1] += 2;
        room--;
    }
}

static uint32_t reversed(uint32_t code, unsigned length)
{
    uint32_t out = 0;
    for (unsigned i = 0; i < length; i++) {
        out = out << 1 | (code >> i & 1);
    }
    return out;
}

/* Codes rise with the length, and with the symbol within a length. */
static void assign(nyz_code *code, unsigned size, const unsigned *per_length,
                   unsigned limit)
{
    uint32_t next[LONGEST + 1] = {0};
    for (unsigned i = 1; i <= limit; i++) {
        next[i] = (next[i - 1] + (i > 1 ? per_length[i - 1] : 0)) << 1;
    }
    for (unsigned i = 0; i < size; i++) {
        const unsigned length = code->lengths[i];
        code->entries[i] = 0;
        if (length > 0) {
            code->entries[i] = reversed(next[length]++, length) << 8 | length;
        }
    }
}

void nyz_fast_huffman_make(const uint32_t *counts, unsigned size, unsigned limit,
                           nyz_code *code)
{
    uint32_t keys[NYZ_LITLENS + 1];
    unsigned per_length[LONGEST + 1];
    const unsigned used = collect(counts, size, keys);
    unsigned at = 0;
    sort(keys, used);
    measure(keys, used, per_length);
    shorten(per_length, limit);
    memset(code->lengths, 0, size);
    for (unsigned length = limit; length > 0; length--) {
        for (unsigned i = 0; i < per_length[length]; i++) {
            /* per_length counts to `used`: every key read here was set by `collect` */
            const uint32_t key = keys[at++]; /* NOLINT(clang-analyzer-core.*) */
            code->lengths[key & ((1u << SYMBOL_BITS) - 1)] = (uint8_t)length;
        }
    }
    assign(code, size, per_length, limit);
}
