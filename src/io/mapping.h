/* SPDX-License-Identifier: MIT */
/* A part of an open file as memory, which several holders share. */
#ifndef NYZ_MAPPING_H
#define NYZ_MAPPING_H

#include "nyz_map.h"

#include "base/shared_pointer.h"

typedef struct nyz_mapping nyz_mapping;

/* An open file: its descriptor; on Windows its HANDLE. */
typedef intptr_t nyz_mapping_file;

/* Maps `size` > 0 bytes at `start`, which the file has.  The caller holds one reference.
 * Errors: IO, MEMORY (not enough address space, too), UNSUPPORTED (by its file system). */
nyz_status nyz_mapping_new(nyz_mapping_file file, nyz_map_mode mode, int64_t start,
                           int64_t size, const nyz_allocator *allocator,
                           nyz_mapping **out, nyz_error *err);

/* The same; to read, all `whole` bytes of the file are mapped once, and every call returns a
 * reference to that mapping, of which `shared` holds one more.  Where the address space has no room
 * for all of it, and in the other modes, it is a mapping of its own. */
nyz_status nyz_mapping_shared(nyz_shared_pointer *shared, nyz_mapping_file file,
                              int64_t whole, nyz_map_mode mode, int64_t start,
                              int64_t size, const nyz_allocator *allocator,
                              nyz_mapping **out, nyz_error *err);
/* Drops the reference of `shared`. */
void nyz_mapping_release(nyz_shared_pointer *shared);

/* The memory of byte `offset` of the file. */
unsigned char *nyz_mapping_at(const nyz_mapping *mapping, int64_t offset);

/* Not 0 if what is written to it goes to the file. */
int nyz_mapping_is_shared(const nyz_mapping *mapping);

/* One holder less: the last one unmaps.  *mapping becomes NULL.  NULL is fine. */
void nyz_mapping_free(nyz_mapping **mapping);

/* Advises the system how `size` bytes at `memory` will be used (NYZ_MAP_WILLNEED,
 * NYZ_MAP_RANDOM); what it makes of that is its own affair. */
void nyz_mapping_advise(void *memory, int64_t size, uint32_t flags);

/* Writes what was changed in `size` bytes at `memory` to the file.  Errors: IO. */
nyz_status nyz_mapping_flush(void *memory, int64_t size, nyz_error *err);

#endif
