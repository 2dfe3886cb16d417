/* SPDX-License-Identifier: MIT */
/* .npz archives as a format: see npz_container.h.  Its state is an nyz_npz. */
#include "npz/npz_container.h"

#include <string.h>

#include "base/config.h"
#include "base/error.h"
#include "base/progress.h"
#include "dtype/dtype.h"
#include "io/stream.h"
#include "npy/npy.h"
#include "npz/npz.h"
#include "zip/zip_directory.h"
#include "zip/zip_member.h"

/* ------------------------------------------------------------------------------- opening */

static int is_at(const unsigned char *bytes, size_t size, const char *four)
{
    return size >= 4 && memcmp(bytes, four, 4) == 0;
}

/* Not 0 if there is an end record in the bytes. */
static int has_end(const unsigned char *bytes, size_t size)
{
    for (size_t i = 0; i + 4 <= size; i++) {
        if (is_at(bytes + i, size - i, "PK\5\6")) {
            return 1;
        }
    }
    return 0;
}

/* Every zip archive is one of .npz, whatever it holds; there may be other bytes before it. */
static int probe(const nyz_sample *sample)
{
    if (sample->first_size >= 2 && memcmp(sample->first, "PK", 2) == 0) {
        return NYZ_PROBE_FAMILY;
    }
    return has_end(sample->last, sample->last_size) ? NYZ_PROBE_POSSIBLE : NYZ_PROBE_NO;
}

/* A stream with its last bytes at hand. */
typedef struct tail {
    const nyz_stream *below;
    const unsigned char *bytes;
    int64_t start, size;
} tail;

static int64_t read_tail(void *ctx, int64_t offset, void *buffer, size_t size)
{
    const tail *const t = ctx;
    if (offset < t->start || offset >= t->start + t->size) {
        return t->below->read_at(t->below->ctx, offset, buffer, size);
    }
    const int64_t left = t->start + t->size - offset;
    const size_t n = (uint64_t)left < size ? (size_t)left : size;
    memcpy(buffer, t->bytes + (offset - t->start), n);
    return (int64_t)n;
}

static nyz_status open_archive(const nyz_stream *stream, const nyz_sample *sample,
                               const nyz_options *opt, void **state, nyz_error *err)
{
    nyz_npz *npz = NULL;
    tail t = {.below = stream, .bytes = sample->last, .size = (int64_t)sample->last_size};
    const nyz_stream opening = {.read_at = read_tail, .ctx = &t};
    t.start = sample->size - t.size;
    NYZ_TRY(nyz_npz_open_through(stream, &opening, sample->size, opt, &npz, err));
    *state = npz;
    return NYZ_OK;
}

static void close_archive(void *state)
{
    nyz_npz *npz = state;
    nyz_npz_close(&npz);
}

/* --------------------------------------------------------------------------------- items */

static int64_t count(const void *state)
{
    return nyz_npz_count(state);
}

static void entry(const void *state, int64_t index, nyz_entry *out)
{
    nyz_member member;
    (void)nyz_npz_member_at(state, index, &member, NULL); /* the index is one */
    out->name = member.name;
    out->name_size = member.name_size;
    out->key_size = member.key_size;
    out->method = (int32_t)member.method;
    out->size = member.size;
    out->compressed_size = member.compressed_size;
}

static int64_t find(const void *state, const char *name)
{
    return nyz_npz_find(state, name);
}

/* How a member begins. */
typedef struct beginning {
    int64_t start;  /* where its stored bytes begin in the archive */
    int64_t header; /* bytes of its header */
} beginning;

static nyz_status read_header(const nyz_npz *npz, int64_t index, nyz_array *header,
                              beginning *b, nyz_error *err)
{
    nyz_zip_member member;
    NYZ_TRY(nyz_zip_member_open(&npz->stream, &npz->dir, index, &member, err));
    nyz_source source = nyz_zip_member_source(&member);
    b->start = member.position;
    nyz_status status = nyz_npz_read_header(&source, &npz->config, header, err);
    b->header = source.offset;
    if (status != NYZ_OK) {
        status = nyz_zip_member_error(&member, status, err);
    }
    nyz_zip_member_close(&member);
    return status;
}

/* Why loading a member fails is what loading it says, which takes little memory as a stream: a
 * damaged one is CORRUPT, whatever its header seems to be.  `why` is what the header alone says. */
static nyz_status describe_unreadable(const nyz_npz *npz, int64_t index,
                                      const nyz_error *why, nyz_item *out, nyz_error *err)
{
    nyz_array none;
    memset(&none, 0, sizeof none);
    out->kind = NYZ_ITEM_UNREADABLE;
    const nyz_status status =
        nyz_npz_read_stream(npz, index, &npz->config, nyz_npz_read_array, 1, &none, err);
    nyz_array_free(&none);
    if (status == NYZ_ERR_IO || status == NYZ_ERR_MEMORY) {
        return status;
    }
    out->error = status != NYZ_OK ? *err : *why;
    return NYZ_OK;
}

/* Stored elements are in the archive as they are, if the member is as long as its header says. */
static void describe_array(const nyz_zip_entry *listed, const beginning *b, nyz_item *out)
{
    out->kind = NYZ_ITEM_ARRAY;
    out->data_size = nyz_array_count(&out->header) * out->header.dtype.itemsize;
    if (listed->method == NYZ_STORED && out->data_size == listed->size - b->header) {
        out->data_offset = b->start + b->header;
    }
}

static void describe_bytes(const nyz_zip_entry *listed, const beginning *b, nyz_item *out)
{
    out->kind = NYZ_ITEM_BYTES;
    out->data_size = listed->size;
    out->data_offset = listed->method == NYZ_STORED ? b->start : -1;
}

static nyz_status info(const void *state, int64_t index, nyz_item *out, nyz_error *err)
{
    const nyz_npz *const npz = state;
    const nyz_zip_entry *const listed = &npz->dir.entries[index];
    beginning b = {0, 0};
    nyz_error why;
    nyz_status status = read_header(npz, index, &out->header, &b, &why);
    if (status == NYZ_OK && nyz_dtype_has_objects(&out->header.dtype)) {
        status = nyz_npy_refuse_objects(b.header, &why);
    }
    switch (status) {
    case NYZ_OK:
        describe_array(listed, &b, out);
        return NYZ_OK;
    case NYZ_ERR_NOT_FOUND:
        describe_bytes(listed, &b, out);
        return NYZ_OK;
    case NYZ_ERR_IO:
    case NYZ_ERR_MEMORY:
        *err = why;
        return status;
    default:
        return describe_unreadable(npz, index, &why, out, err);
    }
}

/* ------------------------------------------------------------------------------- loading */

static nyz_status run(nyz_npz_loader *loader, const nyz_npz *npz, int64_t index,
                      const nyz_want *want, const nyz_options *opt, nyz_array *array,
                      nyz_error *err)
{
    nyz_config config;
    nyz_progress progress;
    NYZ_TRY(nyz_npz_config(npz, opt, &config, err));
    config.want = want;
    nyz_progress_begin(&progress, &config, npz->dir.entries[index].size);
    return nyz_progress_end(&config, loader(npz, index, &config, array, err), err);
}

/* A failure that leaves something in *array leaves it zeroed. */
static nyz_status load_by(nyz_npz_loader *loader, const nyz_npz *npz, int64_t index,
                          const nyz_want *want, const nyz_options *opt, nyz_array *out,
                          nyz_error *err)
{
    const nyz_status status = run(loader, npz, index, want, opt, out, err);
    if (status != NYZ_OK) {
        nyz_array_free(out);
    }
    return status;
}

static nyz_status load(const void *state, int64_t index, const nyz_options *opt,
                       nyz_array *out, nyz_error *err)
{
    return load_by(nyz_npz_load_member, state, index, NULL, opt, out, err);
}

nyz_status nyz_npz_container_load_as(const void *state, int64_t index,
                                     const nyz_want *want, const nyz_options *opt,
                                     nyz_array *out, nyz_error *err)
{
    return load_by(nyz_npz_load_member_as, state, index, want, opt, out, err);
}

static nyz_status bytes(const void *state, int64_t index, const nyz_options *opt,
                        nyz_array *out, nyz_error *err)
{
    return load_by(nyz_npz_load_member_bytes, state, index, NULL, opt, out, err);
}

static nyz_status load_into(const void *state, int64_t index, const nyz_options *opt,
                            const nyz_array *into, nyz_error *err)
{
    nyz_array target = *into;
    return run(nyz_npz_load_member_into, state, index, NULL, opt, &target, err);
}

/* Reads all of a member. */
static nyz_status verify(const void *state, int64_t index, nyz_error *err)
{
    const nyz_npz *const npz = state;
    nyz_array header;
    memset(&header, 0, sizeof header);
    const nyz_status status = nyz_npz_read_stream(npz, index, &npz->config,
                                                  nyz_npz_read_header, 1, &header, err);
    nyz_array_free(&header);
    return status;
}

const nyz_container nyz_npz_container = {
    .version = NYZ_CONTAINER_VERSION,
    .struct_size = sizeof(nyz_container),
    .name = "npz",
    .noun = "archive",
    .probe = probe,
    .open = open_archive,
    .close = close_archive,
    .count = count,
    .entry = entry,
    .info = info,
    .find = find,
    .load = load,
    .load_into = load_into,
    .bytes = bytes,
    .verify = verify,
};
