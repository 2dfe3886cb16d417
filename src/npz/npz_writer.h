/* SPDX-License-Identifier: MIT */
/* What the files of an archive being written share. */
#ifndef NYZ_NPZ_WRITER_H
#define NYZ_NPZ_WRITER_H

#include "base/config.h"
#include "npy/npy.h"
#include "npy/npy_rows.h"
#include "npz/npz_names.h"
#include "zip/zip_writer.h"

/* An array about to become a member: its name taken, its header made.  It stays where it
 * is until it is freed. */
typedef struct nyz_pending {
    nyz_buffer name;
    nyz_npy_writer plan;
    nyz_zip_content content;
    nyz_zip_method how;
} nyz_pending;

struct nyz_npz_writer {
    nyz_config config;
    nyz_output *output; /* NULL: the caller's stream */
    nyz_zip_writer *zip;
    nyz_names names;
    int64_t positional; /* arrays added without a name */
    nyz_pending open;   /* the member that nyz_npz_begin has begun; zeros: none */
    nyz_npy_rows rows;  /* of it */
    nyz_error failure;  /* the first one; status NYZ_OK: none yet */
};

/* Every add ends with nyz_npz_set_sticky_error: the first failure stays, and comes back from all
 * later calls, which begin with nyz_npz_sticky_error. */
nyz_status nyz_npz_set_sticky_error(nyz_npz_writer *writer, nyz_status status,
                                    const nyz_error *failure, nyz_error *err);
nyz_status nyz_npz_sticky_error(const nyz_npz_writer *writer, nyz_error *err);

/* with_data: as of nyz_npy_writer_init.
 * Errors: as nyz_npz_add, but for IO; nothing is to be freed then. */
nyz_status nyz_pending_init(nyz_pending *pending, nyz_npz_writer *writer,
                            const char *name, const nyz_array *array, int with_data,
                            const nyz_config *config, nyz_error *err);
nyz_status nyz_pending_write(const nyz_pending *pending, nyz_npz_writer *writer,
                             nyz_error *err);
void nyz_pending_free(nyz_pending *pending);

/* Takes a member's name, if it may have that.  Errors: ARGUMENT, MEMORY. */
nyz_status nyz_npz_take_name(nyz_npz_writer *writer, const char *member,
                             const nyz_config *config, nyz_error *err);
/* A failure before the member is begun: its message speaks of the name or the array. */
void nyz_npz_name_failed(const nyz_npz_writer *writer, const char *member,
                         nyz_error *err);
/* Writes a member whose name has been taken. */
nyz_status nyz_npz_add_content(nyz_npz_writer *writer, const char *member,
                               const nyz_zip_method *how, const nyz_zip_content *content,
                               nyz_error *err);

/* Announces a member's bytes to the file system, if they are to be stored; a hint. */
void nyz_npz_preallocate(const nyz_npz_writer *writer, const nyz_zip_method *how,
                         int64_t size);

/* How the archive is told to store a member, and where one that is deflated in blocks is cut, of
 * an array whose C order is the order of the file, with so many bytes of data and of the header. */
nyz_zip_method nyz_npz_method(const nyz_config *config, const nyz_block_layout *layout);
nyz_block_layout nyz_npz_block_layout(const nyz_array *array, int64_t header,
                                      int64_t bytes, size_t name_size,
                                      const nyz_config *config);
/* The same of any number of rows, the slowest axis, of so many bytes each: the header is apart. */
nyz_block_layout nyz_npz_block_layout_of_rows(const nyz_array *array, int64_t row,
                                              const nyz_config *config);
/* The same of `size` bytes, which may be those of a .npy file, of which the first are there. */
nyz_block_layout nyz_npz_block_layout_of_bytes(const void *first, int64_t first_size,
                                               int64_t size, size_t name_size,
                                               const nyz_config *config);

/* Puts the member's name before the message of a failure, and returns `status`. */
nyz_status nyz_npz_add_context(const nyz_npz_writer *writer, const char *member,
                               nyz_status status, nyz_error *err);

#endif
