/* SPDX-License-Identifier: MIT */
/* Names to numbers: see name_table.h. */
#include "base/name_table.h"

#include <string.h>
#include <time.h>

#include "base/endian.h"
#include "base/random.h"

/* Names that all meet in a table of this size cost some two thousand comparisons, less
 * than asking the system for a key. */
enum { FEW_SLOTS = 128 };

/* ------------------------------------------------------------------------------ the hash */

typedef struct hash_state {
    uint64_t a;
    uint64_t b;
    uint64_t c;
    uint64_t d;
} hash_state;

static inline uint64_t rotate(uint64_t x, int bits)
{
    return x << bits | x >> (64 - bits);
}

static inline void hash_round(hash_state *s)
{
    s->a += s->b;
    s->c += s->d;
    s->b = rotate(s->b, 13) ^ s->a;
    s->d = rotate(s->d, 16) ^ s->c;
    s->a = rotate(s->a, 32) + s->d;
    s->c += s->b;
    s->d = rotate(s->d, 21) ^ s->a;
    s->b = rotate(s->b, 17) ^ s->c;
    s->c = rotate(s->c, 32);
}

static inline void hash_word(hash_state *s, uint64_t word)
{
    s->d ^= word;
    hash_round(s);
    s->a ^= word;
}

/* The last bytes of a text, after its words of eight, in the low bits. */
static inline uint64_t last_bytes(const unsigned char *text, size_t size)
{
    const unsigned bits = 8 * (unsigned)(size & 7);
    uint64_t word = 0;
    if (bits > 0 && size >= 8) {
        return nyz_load_le64(text + size - 8) >> (64 - bits);
    }
    for (unsigned used = 0; used < bits; used += 8) {
        word |= (uint64_t)text[used / 8] << used;
    }
    return word;
}

static inline uint64_t hash_name(const nyz_name_table *table, const nyz_name *name)
{
    const unsigned char *const text = (const unsigned char *)name->text;
    hash_state s = {table->start[0], table->start[1], table->start[2], table->start[3]};
    for (size_t i = 0; name->size - i >= 8; i += 8) {
        hash_word(&s, nyz_load_le64(text + i));
    }
    uint64_t word = last_bytes(text, name->size);
    unsigned used = 8 * (unsigned)(name->size & 7); /* bits of `word` */
    for (size_t k = 0; k < name->suffix_size; k++) {
        word |= (uint64_t)(unsigned char)name->suffix[k] << used;
        used += 8;
        if (used == 64) {
            hash_word(&s, word);
            word = 0;
            used = 0;
        }
    }
    hash_word(&s, word | (uint64_t)(name->size + name->suffix_size) << 56);
    s.c ^= 0xff;
    hash_round(&s);
    hash_round(&s);
    hash_round(&s);
    return s.a ^ s.b ^ s.c ^ s.d;
}

void nyz_name_table_set_key(nyz_name_table *table, uint64_t low, uint64_t high)
{
    table->start[0] = low ^ UINT64_C(0x736f6d6570736575);
    table->start[1] = high ^ UINT64_C(0x646f72616e646f6d);
    table->start[2] = low ^ UINT64_C(0x6c7967656e657261);
    table->start[3] = high ^ UINT64_C(0x7465646279746573);
}

/* As fine as the C library has it; old ones of Windows lack timespec_get. */
static uint64_t time_now(void)
{
#ifdef TIME_UTC
    struct timespec now = {0};
    (void)timespec_get(&now, TIME_UTC);
    return (uint64_t)now.tv_sec ^ (uint64_t)now.tv_nsec << 32;
#else
    return (uint64_t)time(NULL);
#endif
}

/* Without random bytes: the time and addresses, which no file knows. */
static void draw_key(nyz_name_table *table)
{
    uint64_t key[2];
    if (!nyz_random(key, sizeof key)) {
        key[0] = (uint64_t)(uintptr_t)key ^ (uint64_t)(uintptr_t)table << 32;
        key[1] = time_now() ^ (uint64_t)clock();
    }
    nyz_name_table_set_key(table, key[0], key[1]);
}

/* ----------------------------------------------------------------------------- the table */

int64_t nyz_name_table_size(int64_t count)
{
    int64_t slot_count = count == 0 ? 0 : 2;
    while (slot_count < 2 * count) {
        slot_count *= 2;
    }
    return slot_count;
}

void nyz_name_table_init(nyz_name_table *table, uint32_t *slots, int64_t slot_count,
                         nyz_name_of *name_of, const void *owner)
{
    memset(table, 0, sizeof *table);
    table->slots = slots;
    table->slot_count = slot_count;
    table->name_of = name_of;
    table->owner = owner;
    if (slot_count > 0) {
        memset(slots, 0, (size_t)slot_count * sizeof *slots);
    }
    nyz_name_table_set_key(table, 0, 0);
    if (slot_count > FEW_SLOTS) {
        draw_key(table);
    }
}

static int has_name(const nyz_name_table *table, uint32_t number, const nyz_name *name)
{
    size_t size;
    const char *const text = table->name_of(table->owner, number, &size);
    return size == name->size + name->suffix_size &&
           memcmp(text, name->text, name->size) == 0 &&
           memcmp(text + name->size, name->suffix, name->suffix_size) == 0;
}

static uint32_t *probe(const nyz_name_table *table, const nyz_name *name, uint64_t at)
{
    while (table->slots[at] != 0 && !has_name(table, table->slots[at] - 1, name)) {
        at = (at + 1) & ((uint64_t)table->slot_count - 1);
    }
    return &table->slots[at];
}

uint32_t *nyz_name_table_slot(const nyz_name_table *table, const nyz_name *name)
{
    const uint64_t at = hash_name(table, name) & ((uint64_t)table->slot_count - 1);
    uint32_t *const slot = &table->slots[at];
    return *slot == 0 ? slot : probe(table, name, at);
}

int64_t nyz_name_table_find(const nyz_name_table *table, const nyz_name *name)
{
    return table->slot_count == 0 ? -1 : (int64_t)*nyz_name_table_slot(table, name) - 1;
}
