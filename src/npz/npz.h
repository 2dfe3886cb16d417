/* What the files of an archive open for reading share. */
#ifndef NYZ_NPZ_H
#define NYZ_NPZ_H

#include "base/arena.h"
#include "base/config.h"
#include "io/file.h"
#include "io/stream_mem.h"
#include "zip/zip_directory.h"

struct nyz_npz {
    nyz_config config;
    nyz_input_file *file;         /* NULL: memory or the caller's stream */
    nyz_stream_mem_reader memory; /* behind `stream`, for open_mem */
    nyz_stream stream;
    nyz_zip_directory dir;
};

/* The options of a call on an archive: what it does not say itself holds as it did when
 * the archive was opened. */
nyz_status nyz_npz_config(const nyz_npz *npz, const nyz_options *opt, nyz_config *config,
                          nyz_error *err);

/* Fails with NOT_FOUND: there is no member of this name, but perhaps one of a name near
 * to it, which the message suggests. */
nyz_status nyz_npz_missing(const nyz_npz *npz, const char *name, nyz_error *err);

/* Not 0 if the fast lane may take a member: its order is kept, and the limit on an array
 * is not passed by header and array together either. */
int nyz_npz_fits(const nyz_zip_entry *entry, const nyz_config *config);

/* Takes a member whose `size` bytes stand at `bytes` (aligned to 64) as an array in
 * place, which owns nothing: its dtype is in `arena`.  Any failure: load it by the plain
 * path; *out is not zeroed then. */
nyz_status nyz_npz_adopt(unsigned char *bytes, int64_t size, const nyz_config *config,
                         nyz_arena *arena, nyz_array *out);

/* Loads member `index` by the fast path.  Any failure: load it by the plain one. */
nyz_status nyz_npz_load_whole(const nyz_npz *npz, int64_t index, const nyz_config *config,
                              nyz_array *out);

#endif
