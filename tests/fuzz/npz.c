/* SPDX-License-Identifier: MIT */
/* Fuzz target: an archive.  The last three bytes choose options and what is repaired
 * (zip_repair.h), the rest is the archive.  Its members are read as streams, which zlib
 * inflates piece by piece, and by all calls: all must agree. */
#include "base/config.h"
#include "fuzz.h"
#include "nyz_file.h"
#include "npz/npz.h"
#include "zip_repair.h"

enum { MOST = 8 }; /* members that are looked at */

typedef struct archive {
    fuzz_input in;
    nyz_options opt;
    nyz_options ordered; /* the same, but for the order */
    nyz_npz *npz;
    int64_t count;           /* of those that are looked at */
    nyz_array arrays[MOST];  /* as loaded one by one */
    nyz_status status[MOST]; /* of loading them */
} archive;

/* -------------------------------------------------------------------------- one member */

/* Bytes of a member, read as a file, end as the member does. */
static void check_content(const archive *a, int64_t i, const nyz_array *bytes)
{
    fuzz_reader r = {{bytes->data, (size_t)bytes->shape[0]}, 0, SIZE_MAX};
    const nyz_stream stream = fuzz_stream(&r, 1);
    nyz_status status = NYZ_ERR_NOT_FOUND;
    nyz_array array;
    memset(&array, 0, sizeof array);
    if (r.whole.size >= 6 && memcmp(r.whole.bytes, "\x93NUMPY", 6) == 0) {
        FUZZ_TRIED(status, nyz_read(&stream, &a->opt, &array, err));
        if (status == NYZ_OK && r.at < r.whole.size) {
            status = NYZ_ERR_CORRUPT;
        }
    }
    CHECK(status == a->status[i]);
    if (status == NYZ_OK) {
        fuzz_check_same(&a->arrays[i], &array);
    }
    nyz_array_free(&array);
}

static void check_bytes(const archive *a, int64_t i)
{
    nyz_array bytes;
    nyz_status status;
    FUZZ_TRIED(status, nyz_npz_bytes_at(a->npz, i, &a->opt, &bytes, err));
    CHECK_ZERO_UNLESS_OK(status, bytes);
    if (status == NYZ_OK) {
        check_content(a, i, &bytes);
    } else {
        CHECK(status == NYZ_ERR_LIMIT || status == a->status[i] ||
              a->status[i] == NYZ_ERR_LIMIT);
    }
    nyz_array_free(&bytes);
}

/* Reads member `i` as a stream, whichever way the calls choose. */
static nyz_status load_stream(const archive *a, int64_t i, nyz_array *array,
                              nyz_error *err)
{
    nyz_config config;
    memset(array, 0, sizeof *array);
    nyz_status status = nyz_npz_config(a->npz, &a->opt, &config, err);
    if (status == NYZ_OK) {
        status =
            nyz_npz_read_stream(a->npz, i, &config, nyz_npz_read_array, 1, array, err);
    }
    if (status != NYZ_OK) {
        nyz_array_free(array);
    }
    return status;
}

static void check_streaming_path(const archive *a, int64_t i)
{
    nyz_array array;
    nyz_status status;
    FUZZ_TRIED(status, load_stream(a, i, &array, err));
    CHECK_ZERO_UNLESS_OK(status, array);
    CHECK(status == a->status[i]);
    if (status == NYZ_OK) {
        fuzz_check_same(&a->arrays[i], &array);
    }
    nyz_array_free(&array);
}

static void check_another_order(const archive *a, int64_t i)
{
    nyz_array array;
    nyz_status status;
    FUZZ_TRIED(status, nyz_npz_load_at(a->npz, i, &a->ordered, &array, err));
    CHECK_ZERO_UNLESS_OK(status, array);
    CHECK(status == a->status[i]);
    if (status == NYZ_OK) {
        fuzz_check_same(&a->arrays[i], &array);
    }
    nyz_array_free(&array);
}

/* What the header alone says may be only because of damage, which loading finds. */
static int may_be_damage(nyz_status peeked, nyz_status loaded)
{
    return loaded == NYZ_ERR_CORRUPT &&
           (peeked == NYZ_ERR_NOT_FOUND || peeked == NYZ_ERR_UNSUPPORTED);
}

static void check_peek(const archive *a, int64_t i)
{
    nyz_array array;
    nyz_status status;
    FUZZ_TRIED(status, nyz_npz_load_header_at(a->npz, i, &a->opt, &array, err));
    CHECK_ZERO_UNLESS_OK(status, array);
    CHECK(status == NYZ_OK
              ? array.data == NULL
              : status == a->status[i] || may_be_damage(status, a->status[i]));
    CHECK(a->status[i] != NYZ_OK || fuzz_same_shape(&array, &a->arrays[i]));
    nyz_array_free(&array);
}

static void check_into(const archive *a, int64_t i)
{
    nyz_array into;
    nyz_status status;
    fuzz_scrambled(&a->arrays[i], NYZ_F_ORDER, &into);
    FUZZ_TRIED(status, nyz_npz_load_into_at(a->npz, i, &a->opt, &into, err));
    CHECK(status == NYZ_OK);
    fuzz_check_same(&a->arrays[i], &into);
    nyz_array_free(&into);
}

/* The last of those that have the name is found, in full and without ".npy". */
static void check_name(const archive *a, int64_t i, const nyz_member *member)
{
    nyz_member found;
    char key[256];
    const int64_t index = nyz_npz_find(a->npz, member->name);
    CHECK(strlen(member->name) == member->name_size);
    CHECK(index >= i && nyz_npz_member_at(a->npz, index, &found, NULL) == NYZ_OK);
    CHECK(strcmp(found.name, member->name) == 0);
    if (member->key_size < sizeof key) {
        memcpy(key, member->name, member->key_size);
        key[member->key_size] = '\0';
        CHECK(nyz_npz_find(a->npz, key) >= 0);
    }
    if (index == i && i == 0) {
        nyz_array array;
        CHECK(nyz_npz_load(a->npz, member->name, &a->opt, &array, NULL) == a->status[i]);
        nyz_array_free(&array);
    }
}

static void check_member(archive *a, int64_t i)
{
    nyz_member member;
    CHECK_OK(nyz_npz_member_at(a->npz, i, &member, err));
    FUZZ_TRIED(a->status[i], nyz_npz_load_at(a->npz, i, &a->opt, &a->arrays[i], err));
    CHECK_ZERO_UNLESS_OK(a->status[i], a->arrays[i]);
    check_streaming_path(a, i);
    check_another_order(a, i);
    check_bytes(a, i);
    check_peek(a, i);
    check_name(a, i, &member);
    if (a->status[i] == NYZ_OK) {
        check_into(a, i);
    }
}

/* ------------------------------------------------------------------- the whole archive */

/* Not 0 if the failure of one member is that of all. */
static int counts(nyz_status status, const nyz_options *opt)
{
    return status != NYZ_OK && status != NYZ_ERR_NOT_FOUND &&
           (status != NYZ_ERR_UNSUPPORTED || (opt->flags & NYZ_SKIP_UNSUPPORTED) == 0);
}

/* Of the first member that fails, where those that hold no array do not fail. */
static nyz_status expected_of_all(const archive *a, const nyz_options *opt)
{
    for (int64_t i = 0; i < a->count; i++) {
        if (counts(a->status[i], opt)) {
            return a->status[i];
        }
    }
    return NYZ_OK;
}

static void check_reason(const nyz_arrays *all, int64_t i, nyz_status status)
{
    const nyz_error *const why = nyz_arrays_error(all, i);
    CHECK((why != NULL) == (status == NYZ_ERR_UNSUPPORTED));
    CHECK(why == NULL || fuzz_error_end(NYZ_ERR_UNSUPPORTED, why) == status);
}

static void check_all(const archive *a, const nyz_options *opt)
{
    nyz_arrays *all = NULL;
    nyz_status status;
    FUZZ_TRIED(status, nyz_npz_load_all(a->npz, opt, &all, err));
    CHECK_ZERO_UNLESS_OK(status, all);
    if (a->count == nyz_npz_count(a->npz)) {
        CHECK(status == expected_of_all(a, opt));
    }
    for (int64_t i = 0; status == NYZ_OK && i < a->count; i++) {
        nyz_array item;
        CHECK_OK(nyz_arrays_get_at(all, i, &item, err));
        if (a->status[i] == NYZ_OK) {
            fuzz_check_same(&a->arrays[i], &item);
        } else {
            CHECK(fuzz_is_zero(&item, sizeof item));
        }
        check_reason(all, i, a->status[i]);
    }
    nyz_arrays_free(&all);
}

/* A stream that has no read_at, a few bytes at a time. */
static void check_stream(const archive *a, nyz_status expected)
{
    fuzz_reader r = {a->in, 0, 13};
    const nyz_stream stream = fuzz_stream(&r, 1);
    nyz_npz *npz;
    nyz_status status;
    FUZZ_TRIED(status, nyz_npz_open_stream(&stream, &a->opt, &npz, err));
    CHECK(status == expected && (status == NYZ_OK) == (npz != NULL));
    if (status == NYZ_OK) {
        CHECK(nyz_npz_count(npz) == nyz_npz_count(a->npz));
    }
    if (status == NYZ_OK && a->count > 0) {
        nyz_array array;
        FUZZ_TRIED(status, nyz_npz_load_at(npz, 0, NULL, &array, err));
        CHECK(status == a->status[0]);
        nyz_array_free(&array);
    }
    nyz_npz_close(&npz);
}

/* By the handle over every format, if the first or the last bytes show what it is. */
static void check_handle(const archive *a)
{
    nyz_file *file;
    nyz_status status;
    FUZZ_TRIED(status, nyz_file_open_mem(a->in.bytes, a->in.size, &a->opt, &file, err));
    CHECK((status == NYZ_OK) == (file != NULL));
    if (status != NYZ_OK || strcmp(nyz_file_format(file), "npz") != 0) {
        nyz_file_close(&file);
        return;
    }
    CHECK(nyz_file_count(file) == nyz_npz_count(a->npz));
    for (int64_t i = 0; i < a->count; i++) {
        nyz_array array;
        nyz_item item;
        FUZZ_TRIED(status, nyz_file_load_at(file, i, NULL, &array, err));
        CHECK(status == a->status[i]);
        if (status == NYZ_OK) {
            fuzz_check_same(&a->arrays[i], &array);
        }
        nyz_array_free(&array);
        FUZZ_TRIED(status, nyz_file_info_at(file, i, &item, err));
        CHECK(a->status[i] != NYZ_OK ||
              (status == NYZ_OK && item.kind == NYZ_ITEM_ARRAY));
        CHECK(status != NYZ_OK || item.kind != NYZ_ITEM_UNREADABLE ||
              item.error.status == a->status[i]);
        nyz_item_free(&item);
    }
    nyz_file_close(&file);
}

/* libdeflate reads two reserved codes for lengths, which zlib refuses: a row of the
 * docs/differences.md.  Sizes and CRC fit all the same. */
static int has_reserved_codes(const archive *a, int64_t i)
{
    nyz_error err = {.status = NYZ_OK};
    nyz_array fast;
    nyz_array plain;
    const nyz_status read = nyz_npz_load_at(a->npz, i, &a->opt, &fast, NULL);
    const nyz_status refused = load_stream(a, i, &plain, &err);
    nyz_array_free(&fast);
    nyz_array_free(&plain);
    return read == NYZ_OK && refused == NYZ_ERR_CORRUPT &&
           strstr(err.message, "damaged deflate stream") != NULL;
}

static int is_deflated(const archive *a, int64_t i)
{
    nyz_member member;
    return nyz_npz_member_at(a->npz, i, &member, NULL) == NYZ_OK &&
           member.method == NYZ_DEFLATED;
}

static void check_archive(archive *a)
{
    const int64_t count = nyz_npz_count(a->npz);
    a->count = count < MOST ? count : MOST;
    a->ordered = a->opt;
    a->ordered.order = a->opt.order == NYZ_F_ORDER ? NYZ_F_ORDER : NYZ_C_ORDER;
    for (int64_t i = 0; i < a->count; i++) {
        if (is_deflated(a, i) && has_reserved_codes(a, i)) {
            a->count = 0;
            return;
        }
    }
    for (int64_t i = 0; i < a->count; i++) {
        check_member(a, i);
    }
    check_all(a, &a->opt);
    check_all(a, &a->ordered);
    a->ordered.flags |= NYZ_SKIP_UNSUPPORTED;
    check_all(a, &a->ordered);
    a->ordered.order = a->opt.order;
    check_all(a, &a->ordered);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    archive a = {.in = {data, size}};
    const unsigned what = fuzz_last(&a.in);
    nyz_status status;
    a.opt = fuzz_options(&a.in);
    unsigned char *const bytes = fuzz_copy(&a.in);
    a.in.bytes = bytes;
    zip_repair(bytes, a.in.size, what);
    FUZZ_TRIED(status, nyz_npz_open_mem(bytes, a.in.size, &a.opt, &a.npz, err));
    CHECK((status == NYZ_OK) == (a.npz != NULL));
    if (status == NYZ_OK) {
        check_archive(&a);
        check_handle(&a);
    }
    check_stream(&a, status);
    for (int64_t i = 0; i < a.count; i++) {
        nyz_array_free(&a.arrays[i]);
    }
    nyz_npz_close(&a.npz);
    CHECK(fuzz_live == 0);
    free(bytes);
    return 0;
}
