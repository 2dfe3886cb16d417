/* SPDX-License-Identifier: MIT */
/* The list of arrays that nyz_npz_load_all, nyz_file_load_all and the calls on a selection fill. */
#ifndef NYZ_ARRAYS_H
#define NYZ_ARRAYS_H

#include "base/name_table.h"
#include "base/owner.h"
#include "base/select.h"
#include "zip/zip_directory.h"

/* An array in the list, in as few bytes as it needs: a nyz_array takes more than 1 KiB. */
typedef struct nyz_arrays_item {
    void *data;
    nyz_owner *owner; /* NULL: data and dtype are the list's */
    nyz_dtype dtype;  /* type NYZ_NONE: the member holds no array */
    int32_t ndim;
    int64_t *dims; /* shape, then strides */
} nyz_arrays_item;

/* A name that is kept in the arena of the list's owner. */
typedef struct nyz_arrays_text {
    const char *text;
    size_t size;
} nyz_arrays_text;

struct nyz_arrays {
    nyz_allocator allocator;
    nyz_owner *owner;      /* the members' data, and all dtypes */
    nyz_zip_directory dir; /* of an archive: has the names */
    nyz_arrays_text *list; /* elsewhere: the names */
    nyz_name_table names;  /* the index of either */
    int is_archive;        /* names may leave out ".npy" */
    int64_t count;
    nyz_arrays_item *items;
    nyz_error *errors; /* of members that were skipped; NULL: none was */
};

/* A list of empty items for the members of an archive.  Errors: MEMORY. */
nyz_status nyz_arrays_new(const nyz_zip_directory *dir, const nyz_allocator *allocator,
                          nyz_arrays **out, nyz_error *err);

/* A list of so many empty items without names, each of which gets one then.  Errors: MEMORY. */
nyz_status nyz_arrays_new_list(int64_t count, const nyz_allocator *allocator,
                               nyz_arrays **out, nyz_error *err);
nyz_status nyz_arrays_set_name(nyz_arrays *arrays, int64_t index, const char *name,
                               size_t size, nyz_error *err);

/* The same with the names of a selection.  Errors: MEMORY. */
nyz_status nyz_arrays_new_selected(const nyz_selection *chosen,
                                   const nyz_allocator *allocator, nyz_arrays **out,
                                   nyz_error *err);

/* Puts an array into the list, which has its owner then.  Errors: MEMORY. */
nyz_status nyz_arrays_put(nyz_arrays *arrays, int64_t index, const nyz_array *array,
                          nyz_error *err);

/* Leaves an item empty, for this reason.  Errors: MEMORY. */
nyz_status nyz_arrays_skip(nyz_arrays *arrays, int64_t index, const nyz_error *why,
                           nyz_error *err);

#endif
