/* Memory, through the caller's allocator: the only file that calls malloc. */
#ifndef NYZ_ALLOC_H
#define NYZ_ALLOC_H

#include "base/arena.h"
#include "base/owner.h"

/* The C library's allocator: what opt->allocator NULL stands for. */
extern const nyz_allocator nyz_default_allocator;

/* `size` bytes aligned to 64, not initialised; size 0 gives NULL and NYZ_OK.
 * nyz_alloc_zero fills them with 0.  Errors: MEMORY. */
nyz_status nyz_alloc(const nyz_allocator *allocator, int64_t size, void **out,
                     nyz_error *err);
nyz_status nyz_alloc_zero(const nyz_allocator *allocator, int64_t size, void **out,
                          nyz_error *err);

/* count * size bytes, zeroed, the product checked. */
nyz_status nyz_alloc_array(const nyz_allocator *allocator, int64_t count, size_t size,
                           void **out, nyz_error *err);

/* Frees what these gave, NULL too; `size` as it was asked for. */
void nyz_release(const nyz_allocator *allocator, void *memory, int64_t size);

/* Blocks that are freed together.  An arena is a value. */
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

/* What an owning nyz_array or nyz_dtype holds: the data, and an arena for the dtype's
 * tree. */
struct nyz_owner {
    nyz_arena arena;
    void *data;
    int64_t data_size; /* at `data`; if that is NULL, after the owner, in one piece with
                          it */
};

nyz_status nyz_owner_new(const nyz_allocator *allocator, nyz_owner **out, nyz_error *err);
/* The same with `size` bytes after it, aligned to 64, not initialised: in *data. */
nyz_status nyz_owner_new_with(const nyz_allocator *allocator, int64_t size,
                              nyz_owner **out, void **data, nyz_error *err);
void nyz_owner_free(nyz_owner **owner); /* NULL is fine */

#endif
