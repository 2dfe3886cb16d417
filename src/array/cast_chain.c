/* SPDX-License-Identifier: MIT */
/* Which loops a cast is made of, and running them in blocks that stay in the cache: see cast.h. */
#include <string.h>

#include "array/cast.h"
#include "array/cast_internal.h"
#include "array/cast_long.h"
#include "array/nontemporal.h"
#include "array/number.h"
#include "base/arithmetic.h"

/* Numbers between two loops: the largest, complex long doubles, take 32 bytes. */
#define BLOCK_NUMBERS 512
#define LARGEST_NUMBER 32

static nyz_cast *find_loop(nyz_type from, nyz_type to)
{
    nyz_cast *loop = NULL;
    for (int level = NYZ_CAST_LEVELS; loop == NULL && level > 0; level--) {
        loop = nyz_cast_vector(level, from, to);
    }
    return loop != NULL ? loop : nyz_cast_portable(from, to);
}

/* -------------------------------------------------------------------------------- the way */

/* The float that a complex type is two of. */
static nyz_type part_of(nyz_type type)
{
    return type == NYZ_COMPLEX64    ? NYZ_FLOAT32
           : type == NYZ_COMPLEX128 ? NYZ_FLOAT64
                                    : NYZ_LONGDOUBLE;
}

static int is_wide(nyz_type type)
{
    return type == NYZ_FLOAT32 || type == NYZ_FLOAT64 || type == NYZ_LONGDOUBLE;
}

/* From integers, all of whose values each of these holds. */
static nyz_type from_integer(nyz_type from, nyz_number_kind to)
{
    if (from == NYZ_INT4 || from == NYZ_INT2 || from == NYZ_INT1) {
        return NYZ_INT8;
    }
    if (from == NYZ_UINT4 || from == NYZ_UINT2 || from == NYZ_UINT1) {
        return NYZ_UINT8;
    }
    if (to != NYZ_NUMBER_FLOAT) {
        return NYZ_INT64; /* which keeps the bits of a uint64 */
    }
    return from >= NYZ_UINT8 && from <= NYZ_UINT64 ? NYZ_UINT64 : NYZ_INT64;
}

/* The type to go to first where no loop leads from one type to the other. */
static nyz_type next_type(nyz_type from, nyz_type to)
{
    const nyz_number_kind to_kind = nyz_number_kind_of(to);
    switch (nyz_number_kind_of(from)) {
    case NYZ_NUMBER_COMPLEX:
        return part_of(from);
    case NYZ_NUMBER_FLOAT:
        if (to_kind == NYZ_NUMBER_COMPLEX && find_loop(from, part_of(to)) != NULL) {
            return part_of(to);
        }
        if (!is_wide(from)) {
            return NYZ_FLOAT32;
        }
        return to_kind == NYZ_NUMBER_COMPLEX ? part_of(to) : NYZ_FLOAT32;
    default:
        if (to_kind == NYZ_NUMBER_COMPLEX) {
            return part_of(to);
        }
        return to_kind == NYZ_NUMBER_FLOAT && !is_wide(to) && from <= NYZ_UINT64 &&
                       find_loop(from, NYZ_FLOAT32) != NULL
                   ? NYZ_FLOAT32
                   : from_integer(from, to_kind);
    }
}

/* The first loop on the way to *next, which becomes the type that it leads to. */
static nyz_cast *find_first(nyz_type from, nyz_type *next)
{
    nyz_cast *loop = find_loop(from, *next);
    for (int i = 0; loop == NULL && i < NYZ_CAST_STEPS; i++) {
        *next = next_type(from, *next);
        loop = find_loop(from, *next);
    }
    return loop;
}

static int find_loops(nyz_cast_chain *chain, nyz_type from, nyz_type to)
{
    chain->sizes[0] = nyz_number_size(from);
    while (from != to && chain->steps < NYZ_CAST_STEPS) {
        nyz_type next = to;
        nyz_cast *loop = find_first(from, &next);
        if (loop == NULL) {
            break;
        }
        chain->loops[chain->steps++] = loop;
        chain->sizes[chain->steps] = nyz_number_size(next);
        from = next;
    }
    return from == to;
}

int nyz_cast_chain_find(nyz_cast_chain *chain, nyz_type from, nyz_type to)
{
    const nyz_number_kind from_kind = nyz_number_kind_of(from);
    const nyz_number_kind to_kind = nyz_number_kind_of(to);
    memset(chain, 0, sizeof *chain);
    chain->parts = 1;
    if (from == to || from_kind == NYZ_NUMBER_NONE || to_kind == NYZ_NUMBER_NONE) {
        return 0;
    }
    if (from_kind == NYZ_NUMBER_COMPLEX && to_kind == NYZ_NUMBER_COMPLEX) {
        chain->parts = 2;
        from = part_of(from);
        to = part_of(to);
    }
    if (!find_loops(chain, from, to)) {
        chain->steps = 0;
        return 0;
    }
    return 1;
}

/* -------------------------------------------------------------------------------- running */

static void run_block(const nyz_cast_chain *chain, const unsigned char *from,
                      unsigned char *to, int64_t count)
{
    _Alignas(NYZ_CACHE_LINE) unsigned char between[2][BLOCK_NUMBERS * LARGEST_NUMBER];
    for (int i = 0; i < chain->steps; i++) {
        /* cppcheck-suppress legacyUninitvar ; the loop before has filled it */
        unsigned char *const out = i + 1 < chain->steps ? between[i % 2] : to;
        chain->loops[i](from, out, count);
        from = out;
    }
}

void nyz_cast_chain_run(const nyz_cast_chain *chain, const unsigned char *from,
                        unsigned char *to, int64_t count)
{
    const int64_t numbers = count * chain->parts;
    if (chain->steps == 1) {
        chain->loops[0](from, to, numbers);
        return;
    }
    for (int64_t done = 0; done < numbers; done += BLOCK_NUMBERS) {
        run_block(chain, from + done * chain->sizes[0],
                  to + done * chain->sizes[chain->steps],
                  nyz_min(BLOCK_NUMBERS, numbers - done));
    }
}
