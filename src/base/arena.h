/* SPDX-License-Identifier: MIT */
/* Blocks of memory that are freed together, for trees. */
#ifndef NYZ_ARENA_H
#define NYZ_ARENA_H

#include "nyz.h"

/* An arena is a value. */
typedef struct nyz_arena_block nyz_arena_block;
typedef struct nyz_arena {
    nyz_allocator allocator;
    nyz_arena_block *first;
    unsigned char *next; /* what is free of the newest block, or of the caller's room */
    int64_t left;
} nyz_arena;

void nyz_arena_init(nyz_arena *arena, const nyz_allocator *allocator);
/* The same with `size` bytes of the caller's, aligned to 16, which are used up before
 * anything is allocated. */
void nyz_arena_init_in(nyz_arena *arena, const nyz_allocator *allocator, void *room,
                       int64_t size);
/* `count` things of `size` bytes, zeroed, aligned for any of C's types. */
nyz_status nyz_arena_alloc(nyz_arena *arena, int64_t count, size_t size, void **out,
                           nyz_error *err);
void nyz_arena_free(nyz_arena *arena);

#endif
