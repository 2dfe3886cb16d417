/* SPDX-License-Identifier: MIT */
/* A hash table of names that others keep: a name to its number.  Open addressing, at most
 * half full.  The hash is SipHash-1-3 under a random key, so that no list of names can be
 * made to collide. */
#ifndef NYZ_NAME_TABLE_H
#define NYZ_NAME_TABLE_H

#include <stddef.h>
#include <stdint.h>

/* A name in two parts, the second mostly empty. */
typedef struct nyz_name {
    const char *text;
    size_t size;
    const char *suffix;
    size_t suffix_size;
} nyz_name;

/* The name with a number, from 0 on, in the memory of the table's owner. */
typedef const char *nyz_name_of(const void *owner, uint32_t number, size_t *size);

typedef struct nyz_name_table {
    uint32_t *slots;    /* the number of a name plus 1; 0: free */
    int64_t slot_count; /* a power of two; 0: no name can be in the table */
    uint64_t start[4];  /* of the hash: its key, mixed with constants */
    nyz_name_of *name_of;
    const void *owner;
} nyz_name_table;

/* How many slots a table of at most `count` names has. */
int64_t nyz_name_table_size(int64_t count);

/* An empty table in `slots`, which are borrowed.  A table of few names has a fixed key:
 * it is quick whatever they are. */
void nyz_name_table_init(nyz_name_table *table, uint32_t *slots, int64_t slot_count,
                         nyz_name_of *name_of, const void *owner);

/* Another key, for an empty table. */
void nyz_name_table_set_key(nyz_name_table *table, uint64_t low, uint64_t high);

/* The slot of a name: it holds its number plus 1, or 0 where it is not in the table and
 * belongs there.  The table must have slots. */
uint32_t *nyz_name_table_slot(const nyz_name_table *table, const nyz_name *name);

/* The number of a name; -1: it is not in the table. */
int64_t nyz_name_table_find(const nyz_name_table *table, const nyz_name *name);

#endif
