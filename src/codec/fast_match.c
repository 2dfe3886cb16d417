/* SPDX-License-Identifier: MIT */
/* Searching for matches, greedily and at most once per place, for the fast deflater: see
 * fast_internal.h. */
#include <string.h>

#include "base/endian.h"
#include "codec/fast_deflate.h"
#include "codec/fast_internal.h"

enum {
    WORD = 8,
    /* No search adds more steps than this at once: a match as long as a block. */
    STEPS_AT_ONCE = NYZ_BLOCK_MAX / NYZ_MAX_MATCH + 2,
    HASH_MATCH = 4, /* the shortest match of the search by hash */
    PATIENCE = 5,   /* after 2^5 places without a match, every other one is looked at */
    FAR = 4096 /* a match of HASH_MATCH bytes from here on takes more than it gives */
};

static size_t at_most(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* How many bytes from `a` on equal those from `b` on, at most `most`. */
static size_t equal_bytes(const unsigned char *a, const unsigned char *b, size_t most)
{
    size_t n = 0;
    while (n + WORD <= most) {
        const uint64_t unlike = nyz_load_le64(a + n) ^ nyz_load_le64(b + n);
        if (unlike != 0) {
            return n + nyz_lowest_bit(unlike) / 8;
        }
        n += WORD;
    }
    while (n < most && a[n] == b[n]) {
        n++;
    }
    return n;
}

static int has_room(const nyz_fast *fast)
{
    return fast->step_count + STEPS_AT_ONCE < NYZ_STEPS_MAX;
}

/* Adds literals and a match, which is cut into matches of legal length. */
static void add(nyz_fast *fast, size_t literals, size_t length, size_t distance)
{
    nyz_step *step = &fast->steps[fast->step_count];
    while (length > NYZ_MAX_MATCH) {
        const size_t left = length - NYZ_MAX_MATCH;
        const size_t piece =
            left < NYZ_MIN_MATCH ? length - NYZ_MIN_MATCH : NYZ_MAX_MATCH;
        *step++ = (nyz_step){(uint32_t)literals, (uint16_t)piece, (uint16_t)distance};
        literals = 0;
        length -= piece;
    }
    *step++ = (nyz_step){(uint32_t)literals, (uint16_t)length, (uint16_t)distance};
    fast->step_count = (size_t)(step - fast->steps);
}

/* A block's last literals. */
static size_t finish(nyz_fast *fast, size_t literals, size_t end)
{
    fast->steps[fast->step_count++] = (nyz_step){(uint32_t)literals, 0, 0};
    return end;
}

/* 0x80 in each byte that is 0, and 0 in the others. */
static uint64_t zero_bytes(uint64_t word)
{
    const uint64_t low = 0x7f7f7f7f7f7f7f7f;
    return ~(((word & low) + low) | word | low);
}

/* Matches at one distance.  Of a word's eight bytes, six can begin three equal ones
 * within it; the next word begins at the seventh. */
static size_t search_repeat(nyz_fast *fast, size_t distance, const unsigned char *in,
                            size_t from, size_t limit)
{
    size_t at = from < distance ? distance : from;
    size_t done = from;
    while (at + WORD <= limit) {
        const uint64_t zero =
            zero_bytes(nyz_load_le64(in + at) ^ nyz_load_le64(in + at - distance));
        const uint64_t begins = zero & zero >> 8 & zero >> 16;
        if (begins == 0) {
            at += WORD - NYZ_MIN_MATCH + 1;
            continue;
        }
        at += nyz_lowest_bit(begins) / 8;
        const size_t length = equal_bytes(in + at, in + at - distance, limit - at);
        add(fast, at - done, length, distance);
        at += length;
        done = at;
        if (!has_room(fast)) {
            return finish(fast, 0, done);
        }
    }
    return finish(fast, limit - done, limit);
}

static uint32_t hash(uint32_t four)
{
    return four * 2654435761u >> (32 - NYZ_HASH_BITS);
}

/* A place before `at` where the same four bytes stand: at the last match's distance, or
 * where their hash stood last; `at` itself if there is none. */
static size_t find(nyz_fast *fast, const unsigned char *in, size_t at, size_t repeat)
{
    const uint32_t four = nyz_load_le32(in + at);
    uint32_t *const head = &fast->heads[hash(four)];
    const size_t before = *head;
    *head = (uint32_t)at;
    if (repeat <= at && nyz_load_le32(in + at - repeat) == four) {
        return at - repeat;
    }
    return at - before <= NYZ_WINDOW && nyz_load_le32(in + before) == four ? before : at;
}

/* Matches where the same four bytes stood last.  Where none are found, fewer and fewer
 * places are looked at. */
static size_t search_hash(nyz_fast *fast, const unsigned char *in, size_t from,
                          size_t limit)
{
    size_t at = from == 0 ? 1 : from;
    size_t done = from;
    size_t repeat = 1;
    size_t misses = 0;
    while (at + WORD <= limit) {
        size_t before = find(fast, in, at, repeat);
        size_t length = 0;
        if (before != at) {
            length =
                HASH_MATCH + equal_bytes(in + at + HASH_MATCH, in + before + HASH_MATCH,
                                         limit - at - HASH_MATCH);
        }
        while (length > 0 && at > done && before > 0 && in[at - 1] == in[before - 1]) {
            at--;
            before--;
            length++;
        }
        if (length == 0 || (length == HASH_MATCH && at - before >= FAR)) {
            at += 1 + (misses++ >> PATIENCE);
            continue;
        }
        repeat = at - before;
        misses = 0;
        add(fast, at - done, length, repeat);
        at += length;
        done = at;
        if (!has_room(fast)) {
            return finish(fast, 0, done);
        }
        if (at + WORD <= limit) {
            fast->heads[hash(nyz_load_le32(in + at - 2))] = (uint32_t)(at - 2);
        }
    }
    return finish(fast, limit - done, limit);
}

void nyz_fast_match_start(nyz_fast *fast, const nyz_plan *plan)
{
    if (plan->search == NYZ_SEARCH_HASH) {
        memset(fast->heads, 0, sizeof fast->heads);
    }
}

size_t nyz_fast_match(nyz_fast *fast, const nyz_plan *plan, const unsigned char *in,
                      size_t from, size_t limit)
{
    limit = from + at_most(limit - from, NYZ_BLOCK_MAX);
    fast->step_count = 0;
    switch (plan->search) {
    case NYZ_SEARCH_REPEAT:
        return search_repeat(fast, plan->distance, in, from, limit);
    case NYZ_SEARCH_HASH:
        return search_hash(fast, in, from, limit);
    default:
        return finish(fast, limit - from, limit);
    }
}
