/* SPDX-License-Identifier: MIT */
/* fast_*.c: what they deflate, zlib inflates to the same bytes; the codes are complete
 * and the matches true. */

#include <zlib.h>

#include "base/alloc.h"
#include "base/endian.h"
#include "codec/fast_deflate.h"
#include "codec/fast_internal.h"
#include "support/support.h"

enum { PERIOD_MAX = 300 };
#define PIECE ((size_t)1 << 20)

/* The same numbers on every machine. */
static uint32_t random_bits(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

/* ---------------------------------------------------------------------- kinds of numbers */

typedef void fill(unsigned char *out, size_t size);

static void fill_equal(unsigned char *out, size_t size)
{
    memset(out, 0xa5, size);
}

static void fill_rising(unsigned char *out, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        out[i] = (unsigned char)i;
    }
}

static void fill_random(unsigned char *out, size_t size)
{
    uint32_t state = 1;
    for (size_t i = 0; i < size; i++) {
        out[i] = (unsigned char)(random_bits(&state) >> 16);
    }
}

/* Byte k comes as often as Fibonacci's k-th number: Huffman's longest codes. */
static void fill_fibonacci(unsigned char *out, size_t size)
{
    size_t at = 0;
    uint32_t state = 2;
    for (size_t one = 1, two = 1, k = 0; at < size; k++) {
        for (size_t i = 0; i < one && at < size; i++) {
            out[at++] = (unsigned char)k;
        }
        two += one;
        one = two - one;
    }
    for (size_t i = size; i > 1; i--) {
        const size_t j = random_bits(&state) % i;
        const unsigned char swapped = out[j];
        out[j] = out[i - 1];
        out[i - 1] = swapped;
    }
}

/* float32, about normal: twelve uniform numbers added. */
static void fill_weights(unsigned char *out, size_t size)
{
    uint32_t state = 3;
    for (size_t i = 0; i < size; i += 4) {
        unsigned char item[4];
        uint32_t bits;
        float sum = -6;
        for (int j = 0; j < 12; j++) {
            sum += (float)random_bits(&state) / 16777216.0f;
        }
        memcpy(&bits, &sum, sizeof bits);
        nyz_store_le32(item, bits);
        memcpy(out + i, item, size - i < 4 ? size - i : 4);
    }
}

/* int64, small ones more often. */
static void fill_tokens(unsigned char *out, size_t size)
{
    uint32_t state = 4;
    for (size_t i = 0; i < size; i += 8) {
        unsigned char item[8];
        const uint32_t bits = random_bits(&state) % 50000;
        nyz_store_le64(item, bits >> random_bits(&state) % 16);
        memcpy(out + i, item, size - i < 8 ? size - i : 8);
    }
}

/* uint8 in runs. */
static void fill_labels(unsigned char *out, size_t size)
{
    uint32_t state = 5;
    for (size_t at = 0; at < size;) {
        const unsigned char label = (unsigned char)(random_bits(&state) % 20);
        const size_t run = 1 + random_bits(&state) % 80;
        for (size_t i = 0; i < run && at < size; i++) {
            out[at++] = label;
        }
    }
}

/* Words from a small vocabulary. */
static void fill_text(unsigned char *out, size_t size)
{
    uint32_t state = 6;
    for (size_t at = 0; at < size;) {
        char word[16];
        const unsigned number = random_bits(&state) % 1000;
        const int length = snprintf(word, sizeof word, "w%xo%ur ", number * 7919, number);
        for (int i = 0; i < length && at < size; i++) {
            out[at++] = (unsigned char)word[i];
        }
    }
}

/* A fourth each: the choice that suits one part must serve for all. */
static void fill_mixed(unsigned char *out, size_t size)
{
    static fill *const parts[] = {fill_equal, fill_random, fill_tokens, fill_text};
    const size_t part = size / 4;
    for (size_t i = 0; i < 4; i++) {
        parts[i](out + i * part, i < 3 ? part : size - 3 * part);
    }
}

static fill *const kinds[] = {fill_equal,     fill_rising,  fill_random,
                              fill_fibonacci, fill_weights, fill_tokens,
                              fill_labels,    fill_text,    fill_mixed};
enum { KINDS = sizeof kinds / sizeof kinds[0] };

/* ----------------------------------------------------------------------------- inflating */

/* A piece of memory of just this size, so that AddressSanitizer sees its end. */
static unsigned char *bytes_of(size_t size)
{
    unsigned char *const bytes = malloc(size + (size == 0));
    assert_non_null(bytes);
    return bytes;
}

/* `packed` is a whole raw deflate stream and no more, and holds these bytes. */
static void assert_inflates_to(const unsigned char *packed, size_t packed_size,
                               const unsigned char *bytes, size_t size)
{
    unsigned char *const out = bytes_of(size + 1);
    z_stream z;
    memset(&z, 0, sizeof z);
    assert_int_equal(inflateInit2(&z, -15), Z_OK);
    z.next_in = (unsigned char *)packed;
    z.avail_in = (uInt)packed_size;
    z.next_out = out;
    z.avail_out = (uInt)size + 1;
    const int result = inflate(&z, Z_FINISH);
    if (result != Z_STREAM_END) {
        fail_msg("zlib: %d %s", result, z.msg != NULL ? z.msg : "");
    }
    assert_int_equal(z.avail_in, 0);
    assert_int_equal(z.total_out, size);
    if (size > 0) {
        assert_memory_equal(out, bytes, size);
    }
    inflateEnd(&z);
    free(out);
}

static nyz_fast *new_fast(void)
{
    nyz_fast *fast = NULL;
    assert_ok(nyz_fast_new(&nyz_default_allocator, &fast, err));
    return fast;
}

/* Both ways of ending; an empty block ends the one that does not end the stream. */
static void assert_comes_back(nyz_fast *fast, const unsigned char *bytes, size_t size)
{
    const size_t bound = nyz_fast_bound(size);
    const size_t end_bound = nyz_fast_bound(0);
    unsigned char *packed = bytes_of(bound);
    size_t packed_size = nyz_fast_deflate(fast, bytes, size, 1, packed);
    assert_in_range(packed_size, 1, bound);
    assert_inflates_to(packed, packed_size, bytes, size);
    free(packed);

    packed = bytes_of(bound);
    packed_size = nyz_fast_deflate(fast, bytes, size, 0, packed);
    assert_in_range(packed_size, 5, bound);
    assert_memory_equal(packed + packed_size - 4, "\0\0\xff\xff", 4);
    packed = realloc(packed, packed_size + end_bound);
    assert_non_null(packed);
    packed_size += nyz_fast_deflate(fast, NULL, 0, 1, packed + packed_size);
    assert_inflates_to(packed, packed_size, bytes, size);
    free(packed);
}

static void assert_kind_comes_back(nyz_fast *fast, fill *kind, size_t size)
{
    unsigned char *const bytes = bytes_of(size);
    kind(bytes, size);
    assert_comes_back(fast, bytes, size);
    free(bytes);
}

/* --------------------------------------------------------------------------------- tests */

static void every_small_size_comes_back(void **state)
{
    nyz_fast *fast = new_fast();
    (void)state;
    for (size_t kind = 0; kind < KINDS; kind++) {
        for (size_t size = 0; size <= 70; size++) {
            assert_kind_comes_back(fast, kinds[kind], size);
        }
    }
    nyz_fast_free(&fast);
    assert_null(fast);
}

static void sizes_around_every_bound_come_back(void **state)
{
    static const size_t bounds[] = {258,
                                    2048,
                                    16384,
                                    32768,
                                    NYZ_STORED_MAX,
                                    2 * NYZ_STORED_MAX,
                                    NYZ_BLOCK_MAX,
                                    2 * NYZ_BLOCK_MAX,
                                    4 * NYZ_BLOCK_MAX,
                                    PIECE - 9};
    nyz_fast *fast = new_fast();
    (void)state;
    for (size_t kind = 0; kind < KINDS; kind++) {
        for (size_t i = 0; i < sizeof bounds / sizeof bounds[0]; i++) {
            for (size_t size = bounds[i] - 1; size <= bounds[i] + 9; size += 2) {
                assert_kind_comes_back(fast, kinds[kind], size);
            }
        }
        assert_kind_comes_back(fast, kinds[kind], PIECE);
    }
    nyz_fast_free(&fast);
}

/* A run is cut into matches of 3 to 258 bytes. */
static void runs_of_every_length_come_back(void **state)
{
    nyz_fast *fast = new_fast();
    unsigned char bytes[3 * 258 + 40];
    (void)state;
    memset(bytes, 7, sizeof bytes);
    for (size_t size = 250; size <= sizeof bytes; size++) {
        assert_comes_back(fast, bytes, size);
    }
    for (size_t run = 1; run < 600; run++) {
        for (size_t i = 0; i < sizeof bytes; i++) {
            bytes[i] = (unsigned char)(i < run ? 0 : i - run);
        }
        assert_comes_back(fast, bytes, sizeof bytes);
    }
    nyz_fast_free(&fast);
}

static void every_period_comes_back(void **state)
{
    nyz_fast *fast = new_fast();
    unsigned char *const bytes = bytes_of(20000);
    unsigned char *const packed = bytes_of(nyz_fast_bound(20000));
    (void)state;
    for (size_t period = 1; period <= PERIOD_MAX; period++) {
        fill_random(bytes, period);
        for (size_t i = period; i < 20000; i++) {
            bytes[i] = bytes[i - period];
        }
        assert_comes_back(fast, bytes, 20000);
        assert_in_range(nyz_fast_deflate(fast, bytes, 20000, 1, packed), 1, 1000);
    }
    free(packed);
    free(bytes);
    nyz_fast_free(&fast);
}

static void pieces_join_to_one_stream(void **state)
{
    const size_t each = 100000;
    nyz_fast *fast = new_fast();
    unsigned char *const bytes = bytes_of(KINDS * each);
    unsigned char *const packed = bytes_of(KINDS * nyz_fast_bound(each));
    size_t packed_size = 0;
    (void)state;
    for (size_t i = 0; i < KINDS; i++) {
        kinds[i](bytes + i * each, each);
        packed_size += nyz_fast_deflate(fast, bytes + i * each, each, i + 1 == KINDS,
                                        packed + packed_size);
    }
    assert_inflates_to(packed, packed_size, bytes, KINDS * each);
    free(packed);
    free(bytes);
    nyz_fast_free(&fast);
}

static void *dirty_alloc(void *ctx, size_t size, size_t align)
{
    void *const memory = nyz_default_allocator.alloc(NULL, size, align);
    (void)ctx;
    if (memory != NULL) {
        memset(memory, 0xc3, size);
    }
    return memory;
}

/* Neither memory nor earlier pieces leave a trace. */
static void the_same_bytes_come_out_each_time(void **state)
{
    const nyz_allocator dirty = {.alloc = dirty_alloc,
                                 .free = nyz_default_allocator.free};
    const size_t size = 300001;
    nyz_fast *used = new_fast();
    unsigned char *const bytes = bytes_of(size);
    unsigned char *const one = bytes_of(nyz_fast_bound(size));
    unsigned char *const two = bytes_of(nyz_fast_bound(size));
    (void)state;
    for (size_t kind = 0; kind < KINDS; kind++) {
        nyz_fast *fresh = NULL;
        assert_ok(nyz_fast_new(&dirty, &fresh, err));
        kinds[kind](bytes, size);
        const size_t one_size = nyz_fast_deflate(used, bytes, size, 1, one);
        const size_t two_size = nyz_fast_deflate(fresh, bytes, size, 1, two);
        assert_int_equal(one_size, two_size);
        assert_memory_equal(one, two, one_size);
        nyz_fast_free(&fresh);
    }
    free(two);
    free(one);
    free(bytes);
    nyz_fast_free(&used);
}

static void noise_takes_what_stored_blocks_take(void **state)
{
    nyz_fast *fast = new_fast();
    unsigned char *const bytes = bytes_of(PIECE);
    unsigned char *const packed = bytes_of(nyz_fast_bound(PIECE));
    (void)state;
    fill_random(bytes, PIECE);
    assert_int_equal(nyz_fast_deflate(fast, bytes, PIECE, 1, packed),
                     PIECE + 5 * (PIECE / NYZ_BLOCK_MAX) *
                                 (NYZ_BLOCK_MAX / NYZ_STORED_MAX + 1));
    assert_in_range(nyz_fast_bound(PIECE), PIECE, PIECE + 300);
    free(packed);
    free(bytes);
    nyz_fast_free(&fast);
}

/* What the default level makes of the same bytes. */
static size_t zlib_size(const unsigned char *bytes, size_t size)
{
    z_stream z;
    memset(&z, 0, sizeof z);
    assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY), Z_OK);
    const size_t bound = deflateBound(&z, (uLong)size);
    unsigned char *const out = bytes_of(bound);
    z.next_in = (unsigned char *)bytes;
    z.avail_in = (uInt)size;
    z.next_out = out;
    z.avail_out = (uInt)bound;
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    const size_t made = z.total_out;
    deflateEnd(&z);
    free(out);
    return made;
}

static void arrays_are_about_as_small_as_the_default_makes_them(void **state)
{
    static const struct {
        fill *kind;
        size_t per_cent;
    } rows[] = {{fill_weights, 100}, {fill_tokens, 120}, {fill_labels, 130},
                {fill_text, 140},    {fill_equal, 110},  {fill_random, 100}};
    nyz_fast *fast = new_fast();
    unsigned char *const bytes = bytes_of(PIECE);
    unsigned char *const packed = bytes_of(nyz_fast_bound(PIECE));
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        rows[i].kind(bytes, PIECE);
        const size_t made = nyz_fast_deflate(fast, bytes, PIECE, 1, packed);
        const size_t zlib = zlib_size(bytes, PIECE);
        if (made * 100 > zlib * rows[i].per_cent) {
            fail_msg("row %zu: %zu bytes, zlib makes %zu", i, made, zlib);
        }
    }
    free(packed);
    free(bytes);
    nyz_fast_free(&fast);
}

/* The steps cut a block without a gap, and each match is true and legal.  Returns where
 * the block ends. */
static size_t check_steps(const nyz_fast *fast, const unsigned char *bytes, size_t from)
{
    size_t at = from;
    for (size_t i = 0; i < fast->step_count; i++) {
        const nyz_step step = fast->steps[i];
        at += step.literals;
        if (step.length == 0) {
            assert_int_equal(i + 1, fast->step_count);
            continue;
        }
        assert_in_range(step.length, NYZ_MIN_MATCH, NYZ_MAX_MATCH);
        assert_in_range(step.distance, 1, at < NYZ_WINDOW ? at : NYZ_WINDOW);
        for (size_t j = 0; j < step.length; j++, at++) {
            assert_int_equal(bytes[at], bytes[at - step.distance]);
        }
    }
    return at;
}

static void every_search_finds_true_matches(void **state)
{
    static const nyz_plan plans[] = {{NYZ_SEARCH_NONE, 0},   {NYZ_SEARCH_REPEAT, 1},
                                     {NYZ_SEARCH_REPEAT, 3}, {NYZ_SEARCH_REPEAT, 8},
                                     {NYZ_SEARCH_HASH, 0},   {NYZ_SEARCH_REPEAT, 32}};
    nyz_fast *fast = new_fast();
    unsigned char *const bytes = bytes_of(PIECE);
    (void)state;
    for (size_t kind = 0; kind < KINDS; kind++) {
        kinds[kind](bytes, PIECE);
        for (size_t i = 0; i < sizeof plans / sizeof plans[0]; i++) {
            nyz_fast_match_start(fast, &plans[i]);
            for (size_t from = 0, end; from < PIECE; from = end) {
                end = nyz_fast_match(fast, &plans[i], bytes, from, PIECE);
                assert_int_equal(check_steps(fast, bytes, from), end);
                assert_in_range(fast->step_count, 1, NYZ_STEPS_MAX);
                assert_true(end == PIECE || end - from >= NYZ_STORED_MAX);
                assert_true(end - from <= NYZ_BLOCK_MAX);
            }
        }
    }
    free(bytes);
    nyz_fast_free(&fast);
}

/* Items of four bytes, one of which changes: about a step for each. */
static void fill_short_steps(unsigned char *out, size_t size)
{
    uint32_t state = 7;
    for (size_t i = 0; i < size; i++) {
        out[i] = (unsigned char)(i % 4 == 0 ? random_bits(&state) >> 16 : 0);
    }
}

static void blocks_end_when_the_steps_are_full(void **state)
{
    const nyz_plan plan = {NYZ_SEARCH_REPEAT, 8};
    nyz_fast *fast = new_fast();
    unsigned char *const bytes = bytes_of(PIECE);
    (void)state;
    fill_short_steps(bytes, PIECE);
    const size_t end = nyz_fast_match(fast, &plan, bytes, 0, PIECE);
    assert_in_range(end, NYZ_STORED_MAX, NYZ_BLOCK_MAX - 1);
    assert_int_equal(check_steps(fast, bytes, 0), end);
    assert_comes_back(fast, bytes, PIECE);
    /* A long run, which is many steps at once, when they are nearly full. */
    for (size_t steps = NYZ_STEPS_MAX - 2000; steps < NYZ_STEPS_MAX + 300; steps += 100) {
        fill_short_steps(bytes, PIECE);
        memset(bytes + 4 * steps, 0, PIECE - 4 * steps);
        const size_t at = nyz_fast_match(fast, &plan, bytes, 0, PIECE);
        assert_in_range(fast->step_count, 1, NYZ_STEPS_MAX);
        assert_int_equal(check_steps(fast, bytes, 0), at);
    }
    free(bytes);
    nyz_fast_free(&fast);
}

/* What stood in the piece before is not looked for in this one. */
static void a_search_forgets_the_piece_before(void **state)
{
    const nyz_plan plan = {NYZ_SEARCH_HASH, 0};
    nyz_fast *fast = new_fast();
    unsigned char bytes[8192];
    uint32_t random = 9;
    (void)state;
    for (int round = 0; round < 50; round++) {
        nyz_fast *fresh = new_fast();
        for (size_t i = 0; i < sizeof bytes; i++) {
            bytes[i] = (unsigned char)(random_bits(&random) >> 16 & 7);
        }
        nyz_fast_match_start(fast, &plan);
        nyz_fast_match_start(fresh, &plan);
        nyz_fast_match(fast, &plan, bytes, 0, sizeof bytes);
        nyz_fast_match(fresh, &plan, bytes, 0, sizeof bytes);
        assert_int_equal(fast->step_count, fresh->step_count);
        assert_memory_equal(fast->steps, fresh->steps,
                            fast->step_count * sizeof *fast->steps);
        nyz_fast_free(&fresh);
    }
    nyz_fast_free(&fast);
}

/* Items with two bytes of noise and others that stay: matched at the distance of one
 * item, not of two, where as many bytes are equal. */
static void the_sample_finds_the_size_of_items(void **state)
{
    static const uint8_t sizes[] = {6, 8, 12, 16};
    nyz_fast *fast = new_fast();
    unsigned char bytes[40000];
    uint32_t random = 10;
    (void)state;
    for (size_t i = 0; i < sizeof sizes; i++) {
        for (size_t j = 0; j < sizeof bytes; j++) {
            const size_t part = j % sizes[i];
            const uint32_t noise = random_bits(&random) >> 16;
            bytes[j] = (unsigned char)(part == 0   ? noise
                                       : part == 1 ? noise & 3
                                                   : part * 37);
        }
        const nyz_plan plan = nyz_fast_sample(fast, bytes, sizeof bytes);
        assert_int_equal(plan.search, NYZ_SEARCH_REPEAT);
        assert_int_equal(plan.distance, sizes[i]);
    }
    fill_tokens(bytes, sizeof bytes);
    for (size_t from = 0; from < 16000; from += 160) {
        assert_int_equal(nyz_fast_sample(fast, bytes + from, 24000).distance, 8);
    }
    fill_weights(bytes, sizeof bytes);
    assert_int_equal(nyz_fast_sample(fast, bytes, sizeof bytes).search, NYZ_SEARCH_NONE);
    fill_text(bytes, sizeof bytes);
    assert_int_equal(nyz_fast_sample(fast, bytes, sizeof bytes).search, NYZ_SEARCH_HASH);
    nyz_fast_free(&fast);
}

/* Complete, within the limit, and for the symbols that are used. */
static void check_code(const uint32_t *counts, unsigned size, unsigned limit)
{
    nyz_code code;
    uint32_t room = 0;
    unsigned used = 0;
    unsigned wanted = 0;
    memset(&code, 0xff, sizeof code);
    nyz_fast_huffman_make(counts, size, limit, &code);
    for (unsigned i = 0; i < size; i++) {
        assert_in_range(code.lengths[i], counts[i] != 0, limit);
        assert_int_equal(code.entries[i] & 255, code.lengths[i]);
        used += code.lengths[i] != 0;
        wanted += counts[i] != 0;
        room += code.lengths[i] != 0 ? (uint32_t)1 << (limit - code.lengths[i]) : 0;
        for (unsigned j = 0; j < i; j++) {
            assert_true(counts[i] <= counts[j] || code.lengths[i] <= code.lengths[j] ||
                        code.lengths[j] == 0);
        }
    }
    assert_int_equal(room, (uint32_t)1 << limit);
    assert_int_equal(used, wanted < 2 ? 2 : wanted);
}

static void codes_are_complete_whatever_the_counts(void **state)
{
    uint32_t counts[NYZ_LITLENS] = {0};
    uint32_t random = 8;
    (void)state;
    check_code(counts, NYZ_DISTANCES, NYZ_CODE_LIMIT);
    for (unsigned i = 0; i < NYZ_DISTANCES; i++) {
        counts[i] = 1000;
        check_code(counts, NYZ_DISTANCES, NYZ_CODE_LIMIT);
        counts[i] = 0;
    }
    for (unsigned many = 1; many <= 26; many++) {
        counts[many - 1] = many < 3 ? 1 : counts[many - 2] + counts[many - 3];
        check_code(counts, NYZ_LITLENS, NYZ_CODE_LIMIT);
        check_code(counts, NYZ_LITLENS, 15);
        check_code(counts, NYZ_DISTANCES, 5);
    }
    for (unsigned i = 26; i < NYZ_LITLENS; i++) {
        counts[i] = 1;
    }
    check_code(counts, NYZ_LITLENS, NYZ_CODE_LIMIT);
    check_code(counts, NYZ_LITLENS, 9);
    for (unsigned round = 0; round < 500; round++) {
        for (unsigned i = 0; i < NYZ_LITLENS; i++) {
            counts[i] = (random_bits(&random) & 0xfff) >> random_bits(&random) % 24;
        }
        check_code(counts, NYZ_LITLENS, 9 + round % 7);
        check_code(counts, NYZ_PRECODES, NYZ_PRECODE_LIMIT);
    }
}

static void *no_memory(void *ctx, size_t size, size_t align)
{
    (void)ctx;
    (void)size;
    (void)align;
    return NULL;
}

static void no_memory_is_an_error(void **state)
{
    const nyz_allocator none = {.alloc = no_memory, .free = nyz_default_allocator.free};
    nyz_fast *fast = (nyz_fast *)&none;
    (void)state;
    assert_fails(NYZ_ERR_MEMORY, "memory", nyz_fast_new(&none, &fast, err));
    assert_null(fast);
    nyz_fast_free(&fast);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_small_size_comes_back),
        cmocka_unit_test(sizes_around_every_bound_come_back),
        cmocka_unit_test(runs_of_every_length_come_back),
        cmocka_unit_test(every_period_comes_back),
        cmocka_unit_test(pieces_join_to_one_stream),
        cmocka_unit_test(the_same_bytes_come_out_each_time),
        cmocka_unit_test(noise_takes_what_stored_blocks_take),
        cmocka_unit_test(arrays_are_about_as_small_as_the_default_makes_them),
        cmocka_unit_test(every_search_finds_true_matches),
        cmocka_unit_test(blocks_end_when_the_steps_are_full),
        cmocka_unit_test(a_search_forgets_the_piece_before),
        cmocka_unit_test(the_sample_finds_the_size_of_items),
        cmocka_unit_test(codes_are_complete_whatever_the_counts),
        cmocka_unit_test(no_memory_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
