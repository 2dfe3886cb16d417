/* SPDX-License-Identifier: MIT */
/* Arrays whose data stays where the file is: in a mapping, or in the caller's memory. */
#ifndef NYZ_NPY_VIEW_H
#define NYZ_NPY_VIEW_H

#include "base/config.h"
#include "io/input_file.h"
#include "io/mapping.h"

/* That a mode is one.  Errors: ARGUMENT. */
nyz_status nyz_npy_check_map_mode(nyz_map_mode mode, nyz_error *err);

/* Not 0 if what cannot be mapped is to be loaded. */
static inline int nyz_npy_may_load(nyz_map_mode mode, const nyz_config *config)
{
    return (config->flags & NYZ_MAP_OR_LOAD) != 0 && mode != NYZ_MAP_SHARED;
}

/* What was tried without writing to the caller's error has ended so. */
static inline nyz_status nyz_npy_map_result(nyz_status status, const nyz_error *why,
                                            nyz_error *err)
{
    if (status != NYZ_OK && err != NULL) {
        *err = *why;
    }
    return status;
}

/* That the bytes of a file can be seen in memory: they are in the caller's (file NULL, in_memory), or
 * the file is a regular one.  noun: "archive".  Errors: UNSUPPORTED. */
nyz_status nyz_npy_check_origin(const nyz_input_file *file, int in_memory,
                                nyz_map_mode mode, const char *noun, nyz_error *err);

/* Where the data of an array is. */
typedef struct nyz_npy_data_place {
    const unsigned char
        *memory;    /* of the file's bytes; NULL: they are not in memory yet */
    int64_t offset; /* in these */
    int64_t bytes;
} nyz_npy_data_place;

/* That data which is there can be that of an array as the file has it, whose header has been read.
 * Errors: UNSUPPORTED: the message says what to do. */
nyz_status nyz_npy_check_view(const nyz_array *header, int fortran,
                              const nyz_npy_data_place *place, const nyz_config *config,
                              nyz_error *err);

/* Makes a header that has been read, and checked so, an array with its data at `data`, of `bytes`
 * bytes: a part of `mapping`, whose reference it takes over, or of the caller's memory (NULL). */
void nyz_npy_set_view(nyz_array *array, int fortran, const void *data, int64_t bytes,
                      nyz_mapping *mapping, nyz_map_mode mode);

/* The same with the data at its place: mapped, unless place->memory has it already.
 * Errors: IO, MEMORY, UNSUPPORTED. */
nyz_status nyz_npy_map_data(nyz_input_file *file, const nyz_npy_data_place *place,
                            int fortran, nyz_map_mode mode, const nyz_config *config,
                            nyz_array *array, nyz_error *err);

/* Not 0 if what is written to an array goes to a file that is mapped. */
int nyz_npy_is_in_file(const nyz_array *array);

#endif
