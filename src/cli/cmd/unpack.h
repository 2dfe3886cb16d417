/* nyz unpack: which members go where, decided before anything is written. */
#ifndef NYZ_CLI_UNPACK_H
#define NYZ_CLI_UNPACK_H

#include "cli.h"
#include "io/input.h"
#include "os/directory.h"

/* What is wrong with the name of a member as that of a file below a folder, on any
 * system; or NULL.  A name that ends in a slash is that of a folder. */
const char *nyz_unpack_refuses(const char *name, size_t size);

/* One member that is meant. */
typedef struct nyz_unpack_item {
    int64_t index;
    const char *name; /* borrows from the archive */
    size_t name_size;
    int64_t size;
    char *key;       /* of names that may be one file (fold.h); owned */
    nyz_place place; /* what stands there before */
} nyz_unpack_item;

typedef struct nyz_unpack_plan {
    const nyz_args *args;
    const nyz_input *input;
    nyz_unpack_item *items;
    int64_t count;
} nyz_unpack_plan;

/* Chooses the members, and sees that their names are fit for files, that no two are for
 * one file, and that they are not more than the limit.  Returns an exit status, having
 * complained.  Free the plan in any case. */
int nyz_unpack_plan_make(nyz_unpack_plan *plan, const nyz_args *args,
                         const nyz_input *input);
void nyz_unpack_plan_free(nyz_unpack_plan *plan);

/* Not 0 for a member that is a folder. */
int nyz_unpack_is_folder(const nyz_unpack_item *item);

/* Says what is wrong with a member; returns NYZ_EXIT_DATA. */
int nyz_unpack_refuse(const nyz_unpack_plan *plan, const nyz_unpack_item *item,
                      const char *message);

#endif
