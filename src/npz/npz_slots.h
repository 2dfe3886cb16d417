/* SPDX-License-Identifier: MIT */
/* Many members of an archive in one piece of memory, numbered by their place in the list that comes
 * out: what npz_slots.c reads to it, and npz_load_all.c takes from it. */
#ifndef NYZ_NPZ_SLOTS_H
#define NYZ_NPZ_SLOTS_H

#include "npz/npz.h"

/* Where in that memory one member goes, and what came of extracting it. */
typedef struct nyz_npz_slot {
    int64_t offset; /* -1: it is loaded by itself, as it does not fit */
    int64_t got;
    nyz_status status;
    nyz_error *error; /* NULL: there was no memory for it */
} nyz_npz_slot;

typedef struct nyz_npz_slots {
    const nyz_npz *npz;
    const nyz_config *config;
    const nyz_selection *chosen; /* NULL: all members */
    int threads;                 /* within one member */
    unsigned char *memory;
    int64_t size; /* of memory */
    nyz_npz_slot *slots;
    int64_t slot_count;
    int64_t *order;   /* members and first members of batches, the longest work first */
    int64_t count;    /* in `order` */
    nyz_arena *arena; /* of the dtypes */
} nyz_npz_slots;

/* The member's number in the archive. */
static inline int64_t nyz_npz_slot_index(const nyz_npz_slots *s, int64_t number)
{
    return s->chosen != NULL ? s->chosen->items[number].index : number;
}

static inline const nyz_zip_entry *nyz_npz_slot_entry(const nyz_npz_slots *s,
                                                      int64_t number)
{
    return &s->npz->dir.entries[nyz_npz_slot_index(s, number)];
}

/* Extracts the members whose slots have an offset.  Threads share them or, where one holds nearly all
 * the bytes, its bytes. */
void nyz_npz_slots_read(nyz_npz_slots *s);

#endif
