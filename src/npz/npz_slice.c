/* SPDX-License-Identifier: MIT */
/* The public calls that load a part of a member's array. */
#include "nyz_slice.h"

#include <string.h>

#include "base/config.h"
#include "base/error.h"
#include "base/progress.h"
#include "io/input_file.h"
#include "io/progress_stream.h"
#include "io/stream.h"
#include "npy/npy.h"
#include "npy/slice.h"
#include "npy/slice_bytes.h"
#include "npz/npz.h"
#include "zip/zip_directory.h"
#include "zip/zip_member.h"

/* What is read of one member. */
typedef struct reading {
    nyz_zip_member *member;
    nyz_source *source;
    const nyz_slice_request *request;
} reading;

/* Not 0 if all of the member is to be read, or what precedes a byte has to be. */
static int reads_on(const reading *r)
{
    return r->member->inflater != NULL || (r->request->config->flags & NYZ_VERIFY) != 0;
}

/* A stored member's data begins where its header has been read to. */
static nyz_status read_places(const reading *r, const nyz_slice_whole *whole,
                              nyz_error *err)
{
    nyz_source archive = {.stream = r->member->archive, .left = r->source->left};
    nyz_progress_stream wrapper;
    nyz_progress_stream_source(&wrapper, r->request->config, &archive);
    nyz_slice_place place = {archive.stream, r->member->position};
    const nyz_slice_bytes bytes = nyz_slice_bytes_at(&place);
    return nyz_slice_read(whole, r->request, &bytes, err);
}

static nyz_status read_data(const reading *r, const nyz_slice_whole *whole,
                            nyz_error *err)
{
    nyz_source after = *r->source;
    nyz_slice_run run = {.source = r->source};
    const nyz_slice_bytes bytes = nyz_slice_bytes_next(&run);
    after.offset += whole->bytes;
    after.left -= whole->bytes;
    NYZ_TRY(nyz_npz_check_end(&after, err));
    return reads_on(r) ? nyz_slice_read(whole, r->request, &bytes, err)
                       : read_places(r, whole, err);
}

static nyz_status read_array(const reading *r, nyz_error *err)
{
    nyz_npy_start start;
    nyz_slice_whole whole;
    NYZ_TRY(nyz_npz_read_magic(r->source, &start, err));
    NYZ_TRY(nyz_slice_read_header(r->source, &start, r->request->config, &whole, err));
    const nyz_status status = read_data(r, &whole, err);
    nyz_array_free(&whole.header);
    return status;
}

/* A forged index may show other bytes than the member has: only what is trusted is read by it, or
 * what is read whole, which proves it. */
static int trusts_index(const nyz_config *config)
{
    return (config->flags & (NYZ_UNTRUSTED | NYZ_VERIFY)) == 0;
}

/* The CRC of a member is compared if that is asked for, and if all of it was read anyway. */
static nyz_status read_plainly(const nyz_npz *npz, int64_t index,
                               const nyz_slice_request *request, nyz_error *err)
{
    const nyz_config *const config = request->config;
    nyz_zip_member member;
    nyz_progress_stream wrapper;
    NYZ_TRY(nyz_zip_member_open_with(&npz->stream, &npz->dir, index, &config->allocator,
                                     &member, err));
    nyz_source source = nyz_zip_member_source(&member);
    nyz_progress_stream_source(&wrapper, config, &source);
    const reading r = {&member, &source, request};
    nyz_status status = read_array(&r, err);
    status = nyz_zip_member_error(&member, status, err);
    if ((config->flags & NYZ_VERIFY) != 0 || (status == NYZ_OK && source.left == 0)) {
        status = nyz_npz_check_rest(&member, &source, config, status, err);
    }
    nyz_zip_member_close(&member);
    return status;
}

/* Where the index does not fit, it or the member may be damaged: the member's CRC shows which. */
static nyz_status read_member(const nyz_npz *npz, int64_t index,
                              const nyz_slice_request *asked, nyz_error *err)
{
    nyz_config config = *asked->config;
    nyz_slice_request request = *asked;
    request.config = &config;
    if (trusts_index(&config) && npz->dir.entries[index].blocks != 0) {
        if (nyz_npz_read_indexed(npz, index, &request)) {
            return NYZ_OK;
        }
        config.flags |= NYZ_VERIFY;
    }
    return read_plainly(npz, index, &request, err);
}

/* ---------------------------------------------------------------------- the public calls */

static nyz_status call(const nyz_npz *npz, int64_t index, const nyz_options *opt,
                       const nyz_slice_request *asked, nyz_error *err)
{
    nyz_config config;
    nyz_progress progress;
    nyz_slice_request request = *asked;
    NYZ_TRY(nyz_npz_config(npz, opt, &config, err));
    NYZ_TRY(nyz_npz_check_index(npz, index, err));
    request.config = &config;
    NYZ_TRY(nyz_slice_check(&request, err));
    nyz_progress_begin(&progress, &config, npz->dir.entries[index].size);
    nyz_status status = read_member(npz, index, &request, err);
    if (status == NYZ_OK && npz->file != NULL) {
        status = nyz_input_file_unchanged(npz->file, err);
    }
    status = status == NYZ_OK ? NYZ_OK : nyz_npz_name_member(npz, index, status, err);
    return nyz_progress_end(&config, status, err);
}

/* An array that was read before the failure showed is not handed out. */
nyz_status nyz_npz_load_slice_at(const nyz_npz *npz, int64_t index,
                                 const nyz_range *ranges, int count,
                                 const nyz_options *opt, nyz_array *out, nyz_error *err)
{
    nyz_slice_request request = {.ranges = ranges, .count = count, .out = out};
    memset(out, 0, sizeof *out);
    const nyz_status status = call(npz, index, opt, &request, err);
    if (status != NYZ_OK) {
        nyz_array_free(out);
    }
    return status;
}

nyz_status nyz_npz_load_slice_into_at(const nyz_npz *npz, int64_t index,
                                      const nyz_range *ranges, int count,
                                      const nyz_options *opt, const nyz_array *into,
                                      nyz_error *err)
{
    nyz_slice_request request = {.ranges = ranges, .count = count, .into = into};
    return call(npz, index, opt, &request, err);
}
