/* The index by name: a hash table with open addressing, at most half full.  Names come
 * from strangers: if too many of them meet at the same slots the table is built again
 * with another seed, and no crafted archive makes building it slower than a few looks per
 * name. */
#include <string.h>

#include "base/endian.h"
#include "base/error.h"
#include "zip/zip_directory.h"
#include "zip/zip_internal.h"

enum { SEEDS = 8, PROBES_PER_NAME = 8, PROBES_SPARE = 64 };

/* A name in two parts, the second mostly empty. */
typedef struct split_name {
    const char *text;
    size_t size;
    const char *suffix;
    size_t suffix_size;
} split_name;

static uint64_t mix(uint64_t hash, uint64_t word)
{
    hash = (hash ^ word) * UINT64_C(0x9e3779b97f4a7c15);
    return hash ^ hash >> 32;
}

/* Of both parts as if they were one: in words of eight bytes, the last filled up with 0.
 * At the end the finaliser of MurmurHash3, so that the low bits depend on all. */
static uint64_t hash_name(const split_name *name, uint32_t seed)
{
    const unsigned char *const text = (const unsigned char *)name->text;
    uint64_t hash = mix(seed, name->size + name->suffix_size);
    uint64_t word = 0;
    unsigned used = 0; /* bits of `word` */
    size_t i = 0;
    for (; name->size - i >= 8; i += 8) {
        hash = mix(hash, nyz_load_le64(text + i));
    }
    for (; i < name->size; i++, used += 8) {
        word |= (uint64_t)text[i] << used;
    }
    for (size_t k = 0; k < name->suffix_size; k++) {
        word |= (uint64_t)(unsigned char)name->suffix[k] << used;
        used += 8;
        if (used == 64) {
            hash = mix(hash, word);
            word = 0;
            used = 0;
        }
    }
    hash = mix(hash, word);
    hash = (hash ^ hash >> 33) * UINT64_C(0xff51afd7ed558ccd);
    hash = (hash ^ hash >> 33) * UINT64_C(0xc4ceb9fe1a85ec53);
    return hash ^ hash >> 33;
}

uint64_t nyz_zip_name_hash(const char *name, size_t size, uint32_t seed)
{
    const split_name whole = {name, size, "", 0};
    return hash_name(&whole, seed);
}

static int has_name(const nyz_zip_entry *entry, const split_name *name)
{
    return entry->name_size == name->size + name->suffix_size &&
           memcmp(entry->name, name->text, name->size) == 0 &&
           memcmp(entry->name + name->size, name->suffix, name->suffix_size) == 0;
}

/* The slot that holds this name, or the free one where it belongs.  *probes: slots that
 * held other names. */
static uint32_t *find_slot(const nyz_zip_directory *dir, const split_name *name,
                           int64_t *probes)
{
    const uint64_t mask = (uint64_t)dir->slot_count - 1;
    uint64_t at = hash_name(name, dir->seed) & mask;
    *probes = 0;
    while (dir->slots[at] != 0 && !has_name(&dir->entries[dir->slots[at] - 1], name)) {
        at = (at + 1) & mask;
        ++*probes;
    }
    return &dir->slots[at];
}

int64_t nyz_zip_directory_find_with(const nyz_zip_directory *dir, const char *name,
                                    size_t size, const char *suffix)
{
    const split_name split = {name, size, suffix, strlen(suffix)};
    int64_t probes;
    return dir->slot_count == 0 ? -1 : (int64_t)*find_slot(dir, &split, &probes) - 1;
}

int64_t nyz_zip_directory_find(const nyz_zip_directory *dir, const char *name,
                               size_t size)
{
    return nyz_zip_directory_find_with(dir, name, size, "");
}

static nyz_status fail_duplicate(const nyz_zip_entry *entry, nyz_error *err)
{
    char quoted[NYZ_QUOTE_SIZE];
    return nyz_fail(err, NYZ_ERR_CORRUPT, entry->offset,
                    "two members are named '%s', which is refused in untrusted files",
                    nyz_quote(quoted, entry->name, entry->name_size));
}

/* Fills the table with dir->seed.  *full: it took too many probes. */
static nyz_status fill(nyz_zip_directory *dir, unsigned flags, int *full, nyz_error *err)
{
    int64_t budget = dir->count * PROBES_PER_NAME + PROBES_SPARE;
    memset(dir->slots, 0, (size_t)dir->slot_count * sizeof *dir->slots);
    *full = 0;
    for (int64_t i = 0; i < dir->count && !*full; i++) {
        const nyz_zip_entry *const entry = &dir->entries[i];
        const split_name name = {entry->name, entry->name_size, "", 0};
        int64_t probes;
        uint32_t *const slot = find_slot(dir, &name, &probes);
        if (*slot != 0 && (flags & NYZ_UNTRUSTED) != 0) {
            return fail_duplicate(entry, err);
        }
        *slot = (uint32_t)i + 1;
        budget -= probes;
        *full = budget < 0;
    }
    return NYZ_OK;
}

int64_t nyz_zip_index_slots(int64_t count)
{
    int64_t slot_count = count == 0 ? 0 : 2;
    while (slot_count < 2 * count) {
        slot_count *= 2;
    }
    return slot_count;
}

nyz_status nyz_zip_index_build(nyz_zip_directory *dir, unsigned flags, nyz_error *err)
{
    for (dir->seed = 0; dir->seed < SEEDS; dir->seed++) {
        int full;
        NYZ_TRY(fill(dir, flags, &full, err));
        if (!full) {
            return NYZ_OK;
        }
    }
    return nyz_fail(err, NYZ_ERR_LIMIT, -1,
                    "the names of the %lld members are made to collide in the index",
                    (long long)dir->count);
}
