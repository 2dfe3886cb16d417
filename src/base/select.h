/* SPDX-License-Identifier: MIT */
/* The items that an nyz_select chooses of a file or archive, under their new names. */
#ifndef NYZ_SELECT_H
#define NYZ_SELECT_H

#include "nyz_model.h"

#include "base/arena.h"
#include "base/name_table.h"

/* Where there are names. */
typedef struct nyz_select_source {
    const void *ctx;
    int64_t count;
    const char *noun; /* "archive" */
    nyz_status (*entry)(const void *ctx, int64_t index, nyz_entry *out, nyz_error *err);
    int64_t (*find)(const void *ctx, const char *name);
    /* Fails with NOT_FOUND, and a name that is near. */
    nyz_status (*missing)(const void *ctx, const char *name, nyz_error *err);
} nyz_select_source;

typedef struct nyz_select_item {
    int64_t index;    /* in the file */
    const char *name; /* the new one, NUL-terminated */
    size_t size;
    const char *key; /* the name in the file; borrowed from it */
    size_t key_size;
    size_t full_size; /* of that name with ".npy" */
    int is_renamed;
} nyz_select_item;

typedef struct nyz_selection {
    nyz_arena arena;
    nyz_select_item *items;
    int64_t count;
    nyz_name_table table; /* of the new names */
} nyz_selection;

/* select NULL: all.  Errors: NOT_FOUND, ARGUMENT, MEMORY; the selection is then empty. */
nyz_status nyz_select_items(const nyz_select_source *source, const nyz_select *select,
                            const nyz_allocator *allocator, nyz_selection *out,
                            nyz_error *err);

/* The item with this new name; NULL: there is none. */
const nyz_select_item *nyz_select_find(const nyz_selection *selection, const char *name);

void nyz_select_free(nyz_selection *selection);

#endif
