/* Files below a folder, from names that nobody vouches for: no link is followed below the
 * folder, nothing is replaced but what was asked for, and no file is there in part. */
#ifndef NYZ_CLI_FOLDER_H
#define NYZ_CLI_FOLDER_H

#include "nyz.h"

typedef struct nyz_folder nyz_folder; /* folder_*.c */

/* What stands at a name. */
typedef struct nyz_place {
    int exists;
    uint64_t device, file; /* which file it is */
} nyz_place;

/* All names are such as nyz_unpack_refuses passes, with slashes between the components.
 * Failures have the errno, if one fits, in err->sys. */

/* Opens the folder, and makes it if it is not there; *made tells.  follow: it may be a
 * link. */
nyz_status nyz_folder_open(const char *path, int follow, nyz_folder **out, int *made,
                           nyz_error *err);
void nyz_folder_close(nyz_folder **folder);

/* Removes the folder of that path, if it is empty. */
void nyz_folder_undo(const char *path);

/* Looks what stands at `name`.  Errors: a link or a file where a folder has to be, or
 * something that is no file at `name` itself. */
nyz_status nyz_folder_look(const nyz_folder *folder, const char *name, nyz_place *out,
                           nyz_error *err);

/* Makes the folder `name`, and those above it, if they are not there. */
nyz_status nyz_folder_add(const nyz_folder *folder, const char *name, nyz_error *err);

/* Writes a file, and the folders above it: under another name first, which is then
 * changed, so that `name` holds all or nothing.  `before` is what nyz_folder_look said;
 * what is not that any more is not replaced. */
nyz_status nyz_folder_write(const nyz_folder *folder, const char *name,
                            const nyz_place *before, const void *bytes, size_t size,
                            nyz_error *err);

#endif
