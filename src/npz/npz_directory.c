/* SPDX-License-Identifier: MIT */
/* What the directory says about an archive's members. */
#include <string.h>

#include "nyz_slice.h"

#include "base/error.h"
#include "npz/npz.h"
#include "zip/zip_blocks.h"
#include "zip/zip_directory.h"
#include "zip/zip_member.h"

int64_t nyz_npz_count(const nyz_npz *npz)
{
    return npz->dir.count;
}

int64_t nyz_npz_find(const nyz_npz *npz, const char *name)
{
    const size_t size = strlen(name);
    const int64_t index = nyz_zip_directory_find(&npz->dir, name, size);
    return index >= 0 ? index
                      : nyz_zip_directory_find_with(&npz->dir, name, size, ".npy");
}

nyz_status nyz_npz_check_index(const nyz_npz *npz, int64_t index, nyz_error *err)
{
    if (index < 0 || index >= npz->dir.count) {
        return nyz_fail(err, NYZ_ERR_NOT_FOUND, -1,
                        index == -1 ? "no member of that name (index %lld): the archive "
                                      "has %lld members"
                                    : "no member %lld: the archive has %lld, from 0",
                        (long long)index, (long long)npz->dir.count);
    }
    return NYZ_OK;
}

/* Days from 1970-01-01 to a day of the years 1980 ... 2107, of those divisible by 4 all but 2100
 * leap years. */
static int64_t days_since_1970(int64_t year, int64_t month, int64_t day)
{
    const int64_t y = month <= 2 ? year - 1 : year; /* years that begin in March */
    const int64_t of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    return 365 * y + y / 4 - (y >= 2100) + of_year - 719483;
}

/* -1: not a time. */
static int64_t seconds_of(const nyz_zip_facts *facts)
{
    const int64_t year = 1980 + (facts->date >> 9);
    const int64_t month = facts->date >> 5 & 15;
    const int64_t day = facts->date & 31;
    const int64_t hour = facts->time >> 11;
    const int64_t minute = facts->time >> 5 & 63;
    const int64_t second = 2 * (int64_t)(facts->time & 31);
    if (month < 1 || month > 12 || day < 1 || hour > 23 || minute > 59 || second > 59) {
        return -1;
    }
    return ((days_since_1970(year, month, day) * 24 + hour) * 60 + minute) * 60 + second;
}

nyz_status nyz_npz_member_at(const nyz_npz *npz, int64_t index, nyz_member *out,
                             nyz_error *err)
{
    static const nyz_member none = {0};
    nyz_zip_blocks blocks;
    *out = none;
    NYZ_TRY(nyz_npz_check_index(npz, index, err));
    const nyz_zip_entry *const entry = &npz->dir.entries[index];
    const nyz_zip_facts facts = nyz_zip_entry_facts(&npz->dir, entry);
    const size_t size = entry->name_size;
    const size_t key_size = nyz_npz_key_size(entry->name, size);
    const int is_directory = size > 0 && entry->name[size - 1] == '/';
    out->name = entry->name;
    out->name_size = size;
    out->key_size = key_size;
    out->size = entry->size;
    out->compressed_size = entry->compressed_size;
    out->data_offset = -1;
    out->mtime = seconds_of(&facts);
    out->crc32 = entry->crc32;
    out->method = entry->method == 0 ? NYZ_STORED : NYZ_DEFLATED;
    out->flags = (key_size < size ? NYZ_MEMBER_NPY : 0u) |
                 (is_directory ? NYZ_MEMBER_DIRECTORY : 0u);
    if (entry->blocks != 0) {
        nyz_zip_blocks_find(&npz->dir, entry, &blocks);
        out->blocks = blocks.count;
        out->block_bytes = blocks.count > 0 ? blocks.unit : 0;
    }
    return NYZ_OK;
}

/* ---------------------------------------------------------------------------- its blocks */

static void describe_block(const nyz_zip_block_reader *reader, int64_t number,
                           nyz_block *out)
{
    static const nyz_block none = {0};
    *out = none;
    out->offset = reader->places[number];
    out->stored_size = reader->places[number + 1] - out->offset;
    out->start = nyz_zip_block_start(&reader->blocks, number);
    out->size = nyz_zip_block_size(&reader->blocks, number);
    out->crc32 = nyz_zip_block_crc32(&reader->blocks, number);
}

static nyz_status check_blocks(const nyz_zip_blocks *blocks, int64_t first, int64_t count,
                               nyz_error *err)
{
    if (blocks->count == 0) {
        return nyz_fail(err, NYZ_ERR_NOT_FOUND, -1,
                        "it has no index of blocks that fits it: nyz_member.blocks is 0");
    }
    return first >= 0 && count >= 0 && count <= blocks->count &&
                   first <= blocks->count - count
               ? NYZ_OK
               : nyz_fail(err, NYZ_ERR_NOT_FOUND, -1,
                          "no %lld blocks from number %lld on: it has %lld",
                          (long long)count, (long long)first, (long long)blocks->count);
}

static nyz_status describe_blocks(const nyz_npz *npz, int64_t index, int64_t first,
                                  int64_t count, nyz_block *out, nyz_error *err)
{
    nyz_zip_block_reader reader;
    nyz_zip_blocks_find(&npz->dir, &npz->dir.entries[index], &reader.blocks);
    NYZ_TRY(check_blocks(&reader.blocks, first, count, err));
    NYZ_TRY(nyz_zip_block_reader_begin(&reader, &npz->stream, &npz->dir, index,
                                       &npz->config.allocator, err));
    for (int64_t i = 0; i < count; i++) {
        describe_block(&reader, first + i, &out[i]);
    }
    nyz_zip_block_reader_close(&reader);
    return NYZ_OK;
}

nyz_status nyz_npz_blocks_at(const nyz_npz *npz, int64_t index, int64_t first,
                             int64_t count, nyz_block *out, nyz_error *err)
{
    NYZ_TRY(nyz_npz_check_index(npz, index, err));
    const nyz_status status = describe_blocks(npz, index, first, count, out, err);
    return status == NYZ_OK ? NYZ_OK : nyz_npz_name_member(npz, index, status, err);
}

/* ----------------------------------------------------------------------------- its place */

nyz_status nyz_npz_locate_at(const nyz_npz *npz, int64_t index, nyz_member *out,
                             nyz_error *err)
{
    int64_t offset = -1;
    NYZ_TRY(nyz_npz_member_at(npz, index, out, err));
    const nyz_status status =
        nyz_zip_locate(&npz->stream, &npz->dir, index, &offset, err);
    if (status != NYZ_OK) {
        memset(out, 0, sizeof *out);
        return nyz_npz_name_member(npz, index, status, err);
    }
    out->data_offset = offset;
    return NYZ_OK;
}
