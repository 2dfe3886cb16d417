/* SPDX-License-Identifier: MIT */
/* The lengths of a block's codes, themselves coded, for the fast deflater: see
 * fast_internal.h.  "RFC" is RFC 1951. */
#include <string.h>

#include "codec/fast_deflate.h"
#include "codec/fast_internal.h"

/* RFC 3.2.7. */
static const uint8_t precode_order[NYZ_PRECODES] = {16, 17, 18, 0, 8,  7, 9,  6, 10, 5,
                                                    11, 4,  12, 3, 13, 2, 14, 1, 15};

enum { REPEAT_LAST = 16, ZEROS = 17, MANY_ZEROS = 18 };

static unsigned extra_bits(unsigned symbol)
{
    static const uint8_t bits[3] = {2, 3, 7};
    return symbol < REPEAT_LAST ? 0 : bits[symbol - REPEAT_LAST];
}

static void add_symbol(nyz_lengths *h, unsigned symbol, unsigned extra)
{
    h->symbol[h->symbols] = (uint8_t)symbol;
    h->extra[h->symbols++] = (uint8_t)extra;
    h->counts[symbol]++;
}

/* `run` times the same length. */
static void add_run(nyz_lengths *h, unsigned length, unsigned run)
{
    if (length != 0) {
        add_symbol(h, length, 0);
        run--;
    }
    while (run >= 3) {
        const unsigned most = length != 0 ? 6 : 138;
        const unsigned part = run < most ? run : most;
        if (length != 0) {
            add_symbol(h, REPEAT_LAST, part - 3);
        } else if (part < 11) {
            add_symbol(h, ZEROS, part - 3);
        } else {
            add_symbol(h, MANY_ZEROS, part - 11);
        }
        run -= part;
    }
    for (; run > 0; run--) {
        add_symbol(h, length, 0);
    }
}

static unsigned used_lengths(const nyz_code *code, unsigned size)
{
    while (code->lengths[size - 1] == 0) {
        size--;
    }
    return size;
}

uint64_t nyz_fast_lengths_make(const nyz_fast *fast, nyz_lengths *h)
{
    h->litlens = used_lengths(&fast->litlen, NYZ_LITLENS);
    h->distances = used_lengths(&fast->distance, NYZ_DISTANCES);
    const unsigned all = h->litlens + h->distances;
    memcpy(h->lengths, fast->litlen.lengths, h->litlens);
    memcpy(h->lengths + h->litlens, fast->distance.lengths, h->distances);
    h->symbols = 0;
    memset(h->counts, 0, sizeof h->counts);
    for (unsigned i = 0, end; i < all; i = end) {
        for (end = i + 1; end < all && h->lengths[end] == h->lengths[i];) {
            end++;
        }
        add_run(h, h->lengths[i], end - i);
    }
    nyz_fast_huffman_make(h->counts, NYZ_PRECODES, NYZ_PRECODE_LIMIT, &h->code);
    h->precodes = NYZ_PRECODES;
    while (h->precodes > 4 && h->code.lengths[precode_order[h->precodes - 1]] == 0) {
        h->precodes--;
    }
    uint64_t bits = 3 + 5 + 5 + 4 + 3 * h->precodes;
    for (unsigned i = 0; i < NYZ_PRECODES; i++) {
        bits += (uint64_t)h->counts[i] * (h->code.lengths[i] + extra_bits(i));
    }
    return bits;
}

void nyz_fast_lengths_put(const nyz_lengths *h, int final, nyz_bits *bits)
{
    nyz_bits_put(bits, final != 0, 1);
    nyz_bits_put(bits, 2, 2);
    nyz_bits_put(bits, h->litlens - 257, 5);
    nyz_bits_put(bits, h->distances - 1, 5);
    nyz_bits_put(bits, h->precodes - 4, 4);
    nyz_bits_flush(bits);
    for (unsigned i = 0; i < h->precodes; i++) {
        nyz_bits_put(bits, h->code.lengths[precode_order[i]], 3);
        nyz_bits_flush(bits);
    }
    for (unsigned i = 0; i < h->symbols; i++) {
        const unsigned symbol = h->symbol[i];
        nyz_bits_put(bits, h->code.entries[symbol] >> 8, h->code.lengths[symbol]);
        nyz_bits_put(bits, h->extra[i], extra_bits(symbol));
        nyz_bits_flush(bits);
    }
}
