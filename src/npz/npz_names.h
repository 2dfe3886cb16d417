/* SPDX-License-Identifier: MIT */
/* The names of the members being written: which are allowed, and which are there already. */
#ifndef NYZ_NPZ_NAMES_H
#define NYZ_NPZ_NAMES_H

#include "base/arena.h"
#include "base/name_table.h"

/* A set of names. */
typedef struct nyz_names {
    nyz_arena arena;   /* of the names' bytes */
    const char **list; /* in the order in which they were added */
    int64_t count;
    int64_t capacity; /* of the list; the table has twice as many slots */
    nyz_name_table table;
} nyz_names;

void nyz_names_init(nyz_names *names, const nyz_allocator *allocator);
void nyz_names_free(nyz_names *names);

/* Adds a name.  Errors: ARGUMENT (it is there already, and may not be), MEMORY. */
nyz_status nyz_names_add(nyz_names *names, const char *name, int may_be_there,
                         nyz_error *err);

/* What no flag allows: more than 65,535 bytes, ill-formed UTF-8.  Errors: ARGUMENT. */
nyz_status nyz_name_check(const char *name, nyz_error *err);

/* That it would be a safe name of a file below a directory, on any system.  Errors:
 * ARGUMENT. */
nyz_status nyz_name_check_safe(const char *name, nyz_error *err);

#endif
