/* SPDX-License-Identifier: MIT */
/* Choosing how a block is searched for matches, from one or two samples of it: see
 * fast_internal.h. */
#include "codec/fast_deflate.h"
#include "codec/fast_internal.h"

enum {
    SAMPLES = 2,
    SAMPLE = 8 * 1024,
    FEW = 256 *
          1024,    /* bytes of which one sample is enough: it takes a tenth of the time */
    GLANCE = 2048, /* of all samples, to choose a distance */
    /* About what literals and matches take, in bits, where there is something to find. */
    LITERAL_BITS = 4,
    MATCH_BITS = 8,
    WORTHWHILE = 16,  /* matches must save a bit for so many bytes */
    GAIN_PER_CENT = 4 /* and make the output so much smaller */
};

typedef struct sample {
    const unsigned char *in;
    size_t size;
} sample;

/* What is compared: one plan for each way of searching, and how many bits it makes. */
typedef struct trial {
    nyz_plan plans[NYZ_SEARCHES];
    uint64_t bits[NYZ_SEARCHES];
} trial;

static unsigned take_samples(const unsigned char *in, size_t size, sample *out)
{
    if (size <= (size_t)SAMPLES * SAMPLE) {
        out[0] = (sample){in, size};
        return 1;
    }
    const unsigned count = size <= FEW ? 1 : SAMPLES;
    for (size_t i = 0; i < count; i++) {
        out[i] = (sample){in + (2 * i + 1) * (size - SAMPLE) / (2 * count), SAMPLE};
    }
    return count;
}

/* Searches a sample; returns about how many bits the matches save. */
static size_t search(nyz_fast *fast, const nyz_plan *plan, const sample *s)
{
    size_t sum = 0;
    nyz_fast_match_start(fast, plan);
    nyz_fast_match(fast, plan, s->in, 0, s->size);
    for (size_t i = 0; i + 1 < fast->step_count; i++) {
        const nyz_step *const step = &fast->steps[i];
        const size_t gain = (size_t)step->length * LITERAL_BITS;
        const unsigned symbol = nyz_distance_symbol(fast, step->distance);
        const size_t loss =
            MATCH_BITS + (symbol < 2 ? 0 : symbol / 2 - 1); /* its extra bits */
        sum += gain > loss ? gain - loss : 0;
    }
    return sum;
}

/* The distance that saves most, among those that items and records often have. */
static uint32_t choose_distance(nyz_fast *fast, const sample *samples, unsigned count)
{
    static const uint8_t distances[] = {1, 2, 3, 4, 6, 8, 12, 16, 24, 32};
    uint32_t distance = 1;
    size_t best = 0;
    for (size_t i = 0; i < sizeof distances; i++) {
        const nyz_plan plan = {NYZ_SEARCH_REPEAT, distances[i]};
        size_t saved = 0;
        for (unsigned j = 0; j < count; j++) {
            sample glance = samples[j];
            glance.size = glance.size < GLANCE / count ? glance.size : GLANCE / count;
            saved += search(fast, &plan, &glance);
        }
        if (saved > best) {
            best = saved;
            distance = distances[i];
        }
    }
    return distance;
}

/* Adds a sample to the bits of all plans.  Where no search finds anything, no plan is
 * better than the others; a search that finds almost nothing makes what literals make. */
static void try_sample(nyz_fast *fast, trial *t, const sample *s)
{
    uint64_t bits[NYZ_SEARCHES] = {0};
    for (unsigned i = NYZ_SEARCH_NONE + 1; i < NYZ_SEARCHES; i++) {
        if (search(fast, &t->plans[i], s) > s->size / WORTHWHILE) {
            bits[i] = nyz_fast_block_codes(fast, s->in);
        }
    }
    if (bits[NYZ_SEARCH_REPEAT] == 0 && bits[NYZ_SEARCH_HASH] == 0) {
        return;
    }
    search(fast, &t->plans[NYZ_SEARCH_NONE], s);
    bits[NYZ_SEARCH_NONE] = nyz_fast_block_codes(fast, s->in);
    for (unsigned i = 0; i < NYZ_SEARCHES; i++) {
        t->bits[i] += bits[i] != 0 ? bits[i] : bits[NYZ_SEARCH_NONE];
    }
}

nyz_plan nyz_fast_sample(nyz_fast *fast, const unsigned char *in, size_t size)
{
    sample samples[SAMPLES];
    trial t = {{{NYZ_SEARCH_NONE, 0}, {NYZ_SEARCH_REPEAT, 0}, {NYZ_SEARCH_HASH, 0}}, {0}};
    const unsigned count = take_samples(in, size, samples);
    unsigned best = NYZ_SEARCH_NONE;
    t.plans[NYZ_SEARCH_REPEAT].distance = choose_distance(fast, samples, count);
    for (unsigned i = 0; i < count; i++) {
        try_sample(fast, &t, &samples[i]);
    }
    t.bits[NYZ_SEARCH_NONE] -= t.bits[NYZ_SEARCH_NONE] * GAIN_PER_CENT / 100;
    for (unsigned i = NYZ_SEARCH_NONE + 1; i < NYZ_SEARCHES; i++) {
        if (t.bits[i] < t.bits[best]) {
            best = i;
        }
    }
    return t.plans[best];
}
