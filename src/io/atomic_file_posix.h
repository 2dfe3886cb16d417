/* SPDX-License-Identifier: MIT */
/* What the files about saving to a path on POSIX systems share: atomic_file_posix.c (the
 * calls), atomic_target_posix.c (finding the target), atomic_temporary_posix.c (the new
 * file and its name), atomic_file_linux.c or atomic_file_none.c (files without a name,
 * locks), and attributes_linux.c or attributes_none.c (access control lists, user
 * attributes). */
#ifndef NYZ_ATOMIC_FILE_POSIX_H
#define NYZ_ATOMIC_FILE_POSIX_H

#include <sys/stat.h>
#include <sys/types.h>

#include "nyz.h"

#include "io/atomic_file.h"

#define NYZ_OUTPUT_NAME 256 /* a component has at most 255 bytes on the usual systems */

struct nyz_output {
    nyz_allocator allocator;
    nyz_output_content content;
    int fd;
    int folder; /* holds all names, also if it is moved meanwhile; -1: none */
    int sync;
    int in_place; /* fd is the target itself, emptied */
    int exists;   /* the target does, and has `mode`, `uid` and `gid` */
    mode_t mode;
    uid_t uid;
    gid_t gid;
    int unnamed; /* the new file has no name yet */
    int locks;   /* it is locked as long as it has a temporary name */
    char name[NYZ_OUTPUT_NAME];
    char temporary[NYZ_OUTPUT_NAME]; /* "": there is no such name (any more) */
    const char *doing;               /* what the next failure prevents */
};

/* The functions below return 0 or an errno, unless they say otherwise. */

/* Finds the target of a path, through links: fills folder, name, exists, mode, uid, gid.
 * *direct: it is not a regular file, or one that only /proc knows. */
int nyz_atomic_target_find(nyz_output *output, const char *path, int *direct);

/* Creates the new file: without a name, or under a temporary one. */
int nyz_atomic_temporary_create(nyz_output *output);

/* Gives a file without a name a temporary one. */
int nyz_atomic_temporary_name(nyz_output *output);

/* ------------------------------------------------------- what only some systems can do */

/* What can be relied on in the file system of a directory. */
enum {
    NYZ_FS_LOCKS = 1,       /* flock: everyone who can open a file sees its locks */
    NYZ_FS_UNNAMED = 2,     /* files without a name */
    NYZ_FS_UNNAMED_SYNC = 4 /* fsync saves their content before they have one */
};
unsigned nyz_atomic_file_abilities(int folder);

/* Creates a file without a name which can be given one. */
int nyz_atomic_file_create_unnamed(int folder, mode_t mode, int *fd, struct stat *st);

/* Gives it this name.  EEXIST: there is such a file. */
int nyz_atomic_file_link_unnamed(int fd, int folder, const char *name);

/* Asks the file system to find room for bytes that are about to be written; the file's
 * size stays as it is. */
void nyz_atomic_file_reserve(int fd, int64_t place, int64_t size);

/* Locks a file without waiting.  EWOULDBLOCK: it is locked. */
int nyz_atomic_file_lock(int fd);

/* Copies what rights an ACL gives, and the user.* attributes, from the file `name` to the
 * new file `fd`; removes an ACL that this one has from its directory.  with_acl 0: an ACL
 * cannot be copied.  Not 0: fd may give other rights than the old file. */
int nyz_attributes_copy(int folder, const char *name, int fd, int with_acl,
                        const nyz_allocator *allocator);

#endif
