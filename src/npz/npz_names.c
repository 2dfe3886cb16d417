/* Names of members being written: see npz_names.h. */
#include "npz/npz_names.h"

#include <string.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/endian.h"
#include "base/error.h"
#include "base/utf8.h"

#define NAME_MAX_BYTES 65535

static nyz_status refuse(const char *name, const char *why, nyz_error *err)
{
    char quoted[NYZ_QUOTE_SIZE];
    return nyz_fail(err, NYZ_ERR_ARGUMENT, -1, "member name '%s' %s",
                    nyz_quote(quoted, name, strlen(name)), why);
}

nyz_status nyz_name_check(const char *name, nyz_error *err)
{
    const size_t size = strlen(name);
    if (size > NAME_MAX_BYTES) {
        return nyz_fail(err, NYZ_ERR_ARGUMENT, -1,
                        "member name of %zu bytes: at most 65535 fit, \".npy\" included",
                        size);
    }
    if (!nyz_utf8_valid(name, size)) {
        return refuse(name, "is not UTF-8", err);
    }
    return NYZ_OK;
}

static int is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* The first component that is empty, "." or "..", between slashes or at an end; NULL:
 * none. */
static const char *bad_component(const char *name)
{
    const char *part = name;
    do {
        const char *const slash = strchr(part, '/');
        const size_t size = slash != NULL ? (size_t)(slash - part) : strlen(part);
        if (size == 0 || (size <= 2 && memcmp(part, "..", size) == 0)) {
            return size == 0 ? "an empty component" : "a component '.' or '..'";
        }
        part = slash != NULL ? slash + 1 : NULL;
    } while (part != NULL);
    return NULL;
}

nyz_status nyz_name_check_safe(const char *name, nyz_error *err)
{
    char quoted[NYZ_QUOTE_SIZE];
    const char *why = bad_component(name);
    if (name[0] == '\0' || strcmp(name, ".npy") == 0) {
        why = "no text";
    } else if (name[0] == '/') {
        why = "a slash at its start";
    } else if (is_letter(name[0]) && name[1] == ':') {
        why = "a drive letter";
    } else if (strchr(name, '\\') != NULL) {
        why = "a backslash";
    }
    if (why == NULL) {
        return NYZ_OK;
    }
    return nyz_fail(
        err, NYZ_ERR_ARGUMENT, -1,
        "member name '%s' has %s, and would be no safe file name; NYZ_ANY_NAME allows it",
        nyz_quote(quoted, name, strlen(name)), why);
}

/* ------------------------------------------------------------------------------ a set */

void nyz_names_init(nyz_names *names, const nyz_allocator *allocator)
{
    memset(names, 0, sizeof *names);
    nyz_arena_init(&names->arena, allocator);
    names->seed = (uint64_t)(uintptr_t)names;
}

void nyz_names_free(nyz_names *names)
{
    nyz_release(&names->arena.allocator, names->slots,
                names->slot_count * (int64_t)sizeof *names->slots);
    nyz_arena_free(&names->arena);
}

static uint64_t turn(uint64_t x, int bits)
{
    return x << bits | x >> (64 - bits);
}

static void hash_rounds(uint64_t v[4], int rounds)
{
    while (rounds-- > 0) {
        v[0] += v[1];
        v[2] += v[3];
        v[1] = turn(v[1], 13) ^ v[0];
        v[3] = turn(v[3], 16) ^ v[2];
        v[2] += v[1];
        v[0] = turn(v[0], 32) + v[3];
        v[1] = turn(v[1], 17) ^ v[2];
        v[3] = turn(v[3], 21) ^ v[0];
        v[2] = turn(v[2], 32);
    }
}

/* SipHash-2-4.  Names that are copied from a stranger's archive may be made to collide:
 * the seed, an address, is not known to him, and of this hash he would have to know it.
 */
static uint64_t hash(const char *name, uint64_t seed)
{
    const size_t size = strlen(name);
    uint64_t v[4] = {
        UINT64_C(0x736f6d6570736575) ^ seed, UINT64_C(0x646f72616e646f6d) ^ ~seed,
        UINT64_C(0x6c7967656e657261) ^ seed, UINT64_C(0x7465646279746573) ^ ~seed};
    for (size_t i = 0; i <= size / 8; i++) {
        unsigned char bytes[8] = {0};
        const size_t left = size - 8 * i;
        memcpy(bytes, name + 8 * i, left < 8 ? left : 8);
        bytes[7] = left < 8 ? (unsigned char)(size & 0xff) : bytes[7];
        const uint64_t word = nyz_load_le64(bytes);
        v[3] ^= word;
        hash_rounds(v, 2);
        v[0] ^= word;
    }
    v[2] ^= 0xff;
    hash_rounds(v, 4);
    return v[0] ^ v[1] ^ v[2] ^ v[3];
}

/* The slot of this name, or the free one where it belongs. */
static int64_t find_slot(const nyz_names *names, const char *name)
{
    const uint64_t mask = (uint64_t)names->slot_count - 1;
    uint64_t i = hash(name, names->seed) & mask;
    while (names->slots[i] != NULL && strcmp(names->slots[i], name) != 0) {
        i = (i + 1) & mask;
    }
    return (int64_t)i;
}

/* Keeps the table at most half full. */
static nyz_status make_room(nyz_names *names, nyz_error *err)
{
    nyz_names grown = *names;
    void *slots = NULL;
    if (names->count * 2 < names->slot_count) {
        return NYZ_OK;
    }
    grown.slot_count = names->slot_count > 0 ? names->slot_count * 2 : 64;
    NYZ_TRY(nyz_alloc_array(&names->arena.allocator, grown.slot_count,
                            sizeof *names->slots, &slots, err));
    grown.slots = slots;
    for (int64_t i = 0; i < names->slot_count; i++) {
        if (names->slots[i] != NULL) {
            grown.slots[find_slot(&grown, names->slots[i])] = names->slots[i];
        }
    }
    nyz_release(&names->arena.allocator, names->slots,
                names->slot_count * (int64_t)sizeof *names->slots);
    *names = grown;
    return NYZ_OK;
}

nyz_status nyz_names_add(nyz_names *names, const char *name, int may_be_there,
                         nyz_error *err)
{
    void *copy = NULL;
    const size_t size = strlen(name) + 1;
    NYZ_TRY(make_room(names, err));
    const int64_t slot = find_slot(names, name);
    if (names->slots[slot] != NULL) {
        return may_be_there ? NYZ_OK : refuse(name, "is in the archive already", err);
    }
    NYZ_TRY(nyz_arena_alloc(&names->arena, (int64_t)size, 1, &copy, err));
    memcpy(copy, name, size);
    names->slots[slot] = copy;
    names->count++;
    return NYZ_OK;
}
