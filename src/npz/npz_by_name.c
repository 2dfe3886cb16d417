/* SPDX-License-Identifier: MIT */
/* The public calls that take a member's name: each finds its index, and is then the call of
 * the same name with _at. */
#include <string.h>

#include "nyz_cast.h"
#include "nyz_map.h"
#include "nyz_npz_stream.h"
#include "nyz_slice.h"

#include "npz/npz.h"

/* The index of a member.  Errors: NOT_FOUND. */
static nyz_status look_up(const nyz_npz *npz, const char *name, int64_t *index,
                          nyz_error *err)
{
    *index = nyz_npz_find(npz, name);
    return *index >= 0
               ? NYZ_OK
               : nyz_npz_missing(&npz->dir.index, npz->dir.count, "archive", name, err);
}

nyz_status nyz_npz_member(const nyz_npz *npz, const char *name, nyz_member *out,
                          nyz_error *err)
{
    int64_t index;
    memset(out, 0, sizeof *out);
    const nyz_status status = look_up(npz, name, &index, err);
    return status == NYZ_OK ? nyz_npz_member_at(npz, index, out, err) : status;
}

nyz_status nyz_npz_locate(const nyz_npz *npz, const char *name, nyz_member *out,
                          nyz_error *err)
{
    int64_t index;
    memset(out, 0, sizeof *out);
    const nyz_status status = look_up(npz, name, &index, err);
    return status == NYZ_OK ? nyz_npz_locate_at(npz, index, out, err) : status;
}

nyz_status nyz_npz_load(const nyz_npz *npz, const char *name, const nyz_options *opt,
                        nyz_array *out, nyz_error *err)
{
    int64_t index;
    memset(out, 0, sizeof *out);
    const nyz_status status = look_up(npz, name, &index, err);
    return status == NYZ_OK ? nyz_npz_load_at(npz, index, opt, out, err) : status;
}

nyz_status nyz_npz_load_into(const nyz_npz *npz, const char *name, const nyz_options *opt,
                             const nyz_array *into, nyz_error *err)
{
    int64_t index;
    const nyz_status status = look_up(npz, name, &index, err);
    return status == NYZ_OK ? nyz_npz_load_into_at(npz, index, opt, into, err) : status;
}

nyz_status nyz_npz_load_header(const nyz_npz *npz, const char *name,
                               const nyz_options *opt, nyz_array *out, nyz_error *err)
{
    int64_t index;
    memset(out, 0, sizeof *out);
    const nyz_status status = look_up(npz, name, &index, err);
    return status == NYZ_OK ? nyz_npz_load_header_at(npz, index, opt, out, err) : status;
}

nyz_status nyz_npz_bytes(const nyz_npz *npz, const char *name, const nyz_options *opt,
                         nyz_array *out, nyz_error *err)
{
    int64_t index;
    memset(out, 0, sizeof *out);
    const nyz_status status = look_up(npz, name, &index, err);
    return status == NYZ_OK ? nyz_npz_bytes_at(npz, index, opt, out, err) : status;
}

nyz_status nyz_npz_map(const nyz_npz *npz, const char *name, nyz_map_mode mode,
                       const nyz_options *opt, nyz_array *out, nyz_error *err)
{
    int64_t index;
    memset(out, 0, sizeof *out);
    const nyz_status status = look_up(npz, name, &index, err);
    return status == NYZ_OK ? nyz_npz_map_at(npz, index, mode, opt, out, err) : status;
}

nyz_status nyz_npz_open_member(const nyz_npz *npz, const char *name,
                               const nyz_options *opt, nyz_member_reader **out,
                               nyz_stream *stream, nyz_error *err)
{
    int64_t index;
    *out = NULL;
    memset(stream, 0, sizeof *stream);
    const nyz_status status = look_up(npz, name, &index, err);
    return status == NYZ_OK ? nyz_npz_open_member_at(npz, index, opt, out, stream, err)
                            : status;
}

nyz_status nyz_npz_load_slice(const nyz_npz *npz, const char *name,
                              const nyz_range *ranges, int count, const nyz_options *opt,
                              nyz_array *out, nyz_error *err)
{
    int64_t index;
    memset(out, 0, sizeof *out);
    const nyz_status status = look_up(npz, name, &index, err);
    return status == NYZ_OK
               ? nyz_npz_load_slice_at(npz, index, ranges, count, opt, out, err)
               : status;
}

nyz_status nyz_npz_load_slice_into(const nyz_npz *npz, const char *name,
                                   const nyz_range *ranges, int count,
                                   const nyz_options *opt, const nyz_array *into,
                                   nyz_error *err)
{
    int64_t index;
    const nyz_status status = look_up(npz, name, &index, err);
    return status == NYZ_OK
               ? nyz_npz_load_slice_into_at(npz, index, ranges, count, opt, into, err)
               : status;
}

nyz_status nyz_npz_blocks(const nyz_npz *npz, const char *name, int64_t first,
                          int64_t count, nyz_block *out, nyz_error *err)
{
    int64_t index;
    const nyz_status status = look_up(npz, name, &index, err);
    return status == NYZ_OK ? nyz_npz_blocks_at(npz, index, first, count, out, err)
                            : status;
}

nyz_status nyz_npz_load_as(const nyz_npz *npz, const char *name, const nyz_want *want,
                           const nyz_options *opt, nyz_array *out, nyz_error *err)
{
    int64_t index;
    memset(out, 0, sizeof *out);
    const nyz_status status = look_up(npz, name, &index, err);
    return status == NYZ_OK ? nyz_npz_load_as_at(npz, index, want, opt, out, err)
                            : status;
}
