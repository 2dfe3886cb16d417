/* SPDX-License-Identifier: MIT */
/* The header of a .npy file, read: preamble, and text to dtype, order and shape.
 * docs/format.md 1.1, 1.4. */
#include <string.h>

#include "array/array.h"
#include "base/arena.h"
#include "base/arithmetic.h"
#include "base/config.h"
#include "base/endian.h"
#include "base/error.h"
#include "dtype/dtype.h"
#include "npy/header.h"
#include "parse/pylit.h"

/* --------------------------------------------------------------------------- preamble */

/* What people load by mistake is called by its name. */
static nyz_status bad_magic(const unsigned char bytes[8], int64_t size, nyz_error *err)
{
    if (memcmp(bytes, "PK\3\4", 4) == 0 || memcmp(bytes, "PK\5\6", 4) == 0) {
        return nyz_fail(err, NYZ_ERR_UNSUPPORTED, 0,
                        "this is a zip archive (.npz); nyz_npz_open opens it");
    }
    if (bytes[0] == 0x80 && bytes[1] >= 2 && bytes[1] <= 5) {
        return nyz_fail(
            err, NYZ_ERR_UNSUPPORTED, 0,
            "this is a Python pickle: load it in Python and save it with np.save");
    }
    if (memcmp(bytes, "\xc2\x93NUMPY", 7) == 0) {
        return nyz_fail(
            err, NYZ_ERR_CORRUPT, 0,
            "damaged: the file was converted from Latin-1 to UTF-8 as if it were text");
    }
    char quoted[NYZ_QUOTE_SIZE];
    nyz_quote(quoted, (const char *)bytes, (size_t)nyz_min(size, NYZ_MAGIC_SIZE));
    return nyz_fail(err, NYZ_ERR_CORRUPT, 0,
                    "not a .npy file: expected \\x93NUMPY at its start, found '%s'",
                    quoted);
}

nyz_status nyz_header_version(const unsigned char bytes[8], int64_t size, int *version,
                              int *preamble, nyz_error *err)
{
    *version = 0;
    *preamble = 0;
    if (memcmp(bytes, NYZ_MAGIC, NYZ_MAGIC_SIZE) != 0) {
        return bad_magic(bytes, size, err);
    }
    if (bytes[6] < 1 || bytes[6] > 3 || bytes[7] != 0) {
        return nyz_fail(err, NYZ_ERR_UNSUPPORTED, 6,
                        "version %d.%d of the .npy format: expected 1.0, 2.0 or 3.0",
                        bytes[6], bytes[7]);
    }
    *version = bytes[6];
    *preamble = bytes[6] == 1 ? 10 : 12;
    return NYZ_OK;
}

nyz_status nyz_header_length(const unsigned char *preamble, int version,
                             const nyz_config *config, int64_t *length, nyz_error *err)
{
    const int64_t found = version == 1 ? (int64_t)nyz_load_le16(preamble + 8)
                                       : (int64_t)nyz_load_le32(preamble + 8);
    *length = 0;
    if (found > config->limits.header_bytes) {
        return nyz_fail(err, NYZ_ERR_LIMIT, 8,
                        "header: its %lld bytes exceed limits.header_bytes, %lld",
                        (long long)found, (long long)config->limits.header_bytes);
    }
    *length = found;
    return NYZ_OK;
}

/* --------------------------------------------------------------------- the three keys */

/* The values, NULL where a key has not been seen yet. */
typedef struct entries {
    const nyz_pylit *descr;
    const nyz_pylit *fortran_order;
    const nyz_pylit *shape;
} entries;

static nyz_status fail_at(nyz_error *err, const nyz_pylit *lit, const char *expected)
{
    return nyz_fail(err, NYZ_ERR_CORRUPT, lit->offset, "header: expected %s, found %s",
                    expected, nyz_pylit_name(lit->type));
}

static int is_key(const nyz_pylit *key, const char *name)
{
    return (size_t)key->count == strlen(name) &&
           memcmp(key->text, name, strlen(name)) == 0;
}

/* A key that is none of the three, or one of them again. */
static nyz_status refuse_key(const nyz_pylit *key, int again, nyz_error *err)
{
    char quoted[NYZ_QUOTE_SIZE];
    nyz_quote(quoted, key->text, (size_t)key->count);
    if (again) {
        return nyz_fail(err, NYZ_ERR_CORRUPT, key->offset,
                        "header: the key '%s' occurs twice", quoted);
    }
    return nyz_fail(err, NYZ_ERR_CORRUPT, key->offset,
                    "header: expected the keys 'descr', 'fortran_order' and 'shape', "
                    "found \"%s\"",
                    quoted);
}

static nyz_status put_entry(entries *e, const nyz_pylit *key, nyz_error *err)
{
    if (key->type != NYZ_PYLIT_STR) {
        return fail_at(err, key, "a string as key");
    }
    const nyz_pylit **const place = is_key(key, "descr")           ? &e->descr
                                    : is_key(key, "fortran_order") ? &e->fortran_order
                                    : is_key(key, "shape")         ? &e->shape
                                                                   : NULL;
    if (place == NULL || *place != NULL) {
        return refuse_key(key, place != NULL, err);
    }
    *place = key->next;
    return NYZ_OK;
}

static nyz_status find_entries(const nyz_pylit *dict, entries *e, nyz_error *err)
{
    memset(e, 0, sizeof *e);
    if (dict->type != NYZ_PYLIT_DICT) {
        return fail_at(err, dict, "a dict");
    }
    for (const nyz_pylit *key = dict->first; key != NULL; key = key->next->next) {
        NYZ_TRY(put_entry(e, key, err));
    }
    const char *const missing = e->descr == NULL           ? "descr"
                                : e->fortran_order == NULL ? "fortran_order"
                                : e->shape == NULL         ? "shape"
                                                           : NULL;
    if (missing != NULL) {
        return nyz_fail(err, NYZ_ERR_CORRUPT, dict->offset,
                        "header: the key '%s' is missing", missing);
    }
    return NYZ_OK;
}

/* ----------------------------------------------------------------------- their values */

static nyz_status add_dim(nyz_array *out, int64_t extent, const nyz_config *config,
                          int64_t offset, nyz_error *err)
{
    if (out->ndim >= nyz_min(config->limits.dims, NYZ_MAX_DIMS)) {
        return nyz_fail(err, NYZ_ERR_LIMIT, offset,
                        "header: shape: more dimensions than limits.dims, %lld",
                        (long long)config->limits.dims);
    }
    out->shape[out->ndim++] = extent;
    return NYZ_OK;
}

static nyz_status read_shape(const nyz_pylit *lit, const nyz_config *config,
                             nyz_array *out, nyz_error *err)
{
    if (lit->type != NYZ_PYLIT_TUPLE) {
        return fail_at(err, lit, "a tuple as shape");
    }
    for (const nyz_pylit *extent = lit->first; extent != NULL; extent = extent->next) {
        if (extent->type != NYZ_PYLIT_INT && extent->type != NYZ_PYLIT_NUMPY) {
            return fail_at(err, extent, "integers in shape");
        }
        if (extent->count < 0) {
            return nyz_fail(err, NYZ_ERR_CORRUPT, extent->offset,
                            "header: shape: a negative extent, %lld",
                            (long long)extent->count);
        }
        NYZ_TRY(add_dim(out, extent->count, config, extent->offset, err));
    }
    return NYZ_OK;
}

static nyz_status read_fortran_order(const nyz_pylit *lit, int *fortran, nyz_error *err)
{
    if (lit->type != NYZ_PYLIT_TRUE && lit->type != NYZ_PYLIT_FALSE) {
        return fail_at(err, lit, "True or False as fortran_order");
    }
    *fortran = lit->type == NYZ_PYLIT_TRUE;
    return NYZ_OK;
}

/* A sub-array as the dtype of the whole: its dimensions come last.  In Fortran order the
 * array would have neither order then; NumPy writes none. */
static nyz_status unfold_subarray(const nyz_config *config, const nyz_pylit *lit,
                                  int fortran, nyz_array *out, nyz_error *err)
{
    if (out->dtype.type == NYZ_SUBARRAY && fortran) {
        return nyz_fail(err, NYZ_ERR_UNSUPPORTED, lit->offset,
                        "header: a sub-array as the whole dtype, in Fortran order");
    }
    while (out->dtype.type == NYZ_SUBARRAY) {
        const nyz_dtype dtype = out->dtype;
        for (int i = 0; i < dtype.ndim; i++) {
            NYZ_TRY(add_dim(out, dtype.shape[i], config, lit->offset, err));
        }
        out->dtype = *dtype.base;
    }
    return NYZ_OK;
}

/* Neither elements nor bytes may overflow, nor the strides of an array without elements,
 * which the limit does not count. */
static nyz_status check_size(const nyz_array *array, const nyz_config *config,
                             const nyz_pylit *lit, nyz_error *err)
{
    int64_t bytes = array->dtype.itemsize > 0 ? array->dtype.itemsize : 1;
    int empty = 0;
    for (int i = 0; i < array->ndim; i++) {
        empty |= array->shape[i] == 0;
        if (array->shape[i] > 0 && nyz_mul(bytes, array->shape[i], &bytes)) {
            return nyz_fail(err, NYZ_ERR_CORRUPT, lit->offset,
                            "header: shape: the array's size does not fit in 64 bits");
        }
    }
    if (!empty && bytes > config->limits.array_bytes) {
        return nyz_fail(err, NYZ_ERR_LIMIT, lit->offset,
                        "header: shape: %lld %s exceed limits.array_bytes, %lld",
                        (long long)bytes,
                        array->dtype.itemsize > 0 ? "bytes" : "items of no bytes",
                        (long long)config->limits.array_bytes);
    }
    return NYZ_OK;
}

static nyz_status read_entries(const entries *e, const nyz_config *config,
                               nyz_arena *arena, nyz_array *out, int *fortran,
                               nyz_error *err)
{
    NYZ_TRY(read_fortran_order(e->fortran_order, fortran, err));
    NYZ_TRY(read_shape(e->shape, config, out, err));
    const nyz_status status =
        nyz_dtype_from_pylit(e->descr, config, arena, &out->dtype, err);
    if (status != NYZ_OK) {
        nyz_error_prefix(err, "header: ");
        return status;
    }
    NYZ_TRY(unfold_subarray(config, e->descr, *fortran, out, err));
    NYZ_TRY(check_size(out, config, e->shape, err));
    nyz_array_set_strides(out, *fortran ? NYZ_F_ORDER : NYZ_C_ORDER);
    return NYZ_OK;
}

/* --------------------------------------------------------------------------- the text */

/* NumPy ends a header with a newline, and other writers with a space or '}': if
 * anything else is there, the length is wrong or the line end has been changed, and so the
 * data too. */
static nyz_status check_last_byte(const char *text, size_t size, nyz_error *err)
{
    const int last = size > 0 ? (unsigned char)text[size - 1] : -1;
    if (last == '\n' || last == ' ' || last == '}') {
        return NYZ_OK;
    }
    if (last < 0) {
        return nyz_fail(err, NYZ_ERR_CORRUPT, 0, "header: it is empty");
    }
    if (last == '\r') {
        return nyz_fail(err, NYZ_ERR_CORRUPT, (int64_t)size - 1,
                        "header: it ends in a carriage return: the file was damaged by a "
                        "text-mode transfer");
    }
    return nyz_fail(err, NYZ_ERR_CORRUPT, (int64_t)size - 1,
                    "header: expected a newline as its last byte, found 0x%02x",
                    (unsigned)last);
}

/* Not 0 if only numbers follow the bracket that opens the shape, up to the end or to the
 * brace: so it is where a program has written a longer number over a shorter one. */
static int is_overrun(const char *text, size_t size)
{
    static const char key[] = "'shape': (";
    const size_t key_size = sizeof key - 1;
    size_t end = size;
    while (end > 0 && strchr("0123456789,} \n", text[end - 1]) != NULL &&
           text[end - 1] != '\0') {
        end--;
    }
    return end >= key_size && end < size &&
           memcmp(text + end - key_size, key, key_size) == 0 && text[end] >= '0' &&
           text[end] <= '9';
}

static nyz_status parse(const char *text, size_t size, int version,
                        const nyz_config *config, nyz_arena *scratch, nyz_arena *arena,
                        nyz_array *out, int *fortran, nyz_error *err)
{
    const nyz_pylit_rules rules = {version < 3, version < 3, config->limits.brackets, 1,
                                   NYZ_METADATA_WORDS};
    const nyz_pylit *lit = NULL;
    entries e;
    NYZ_TRY(check_last_byte(text, size, err));
    const nyz_status status = nyz_pylit_parse(text, size, &rules, scratch, &lit, err);
    if (status != NYZ_OK && is_overrun(text, size)) {
        return nyz_fail(
            err, NYZ_ERR_CORRUPT, err != NULL ? err->offset : -1,
            "header: the numbers of 'shape' run over the bracket and the brace "
            "that end it: a program that appended rows wrote more digits than "
            "the header had room for");
    }
    if (status != NYZ_OK) {
        nyz_error_prefix(err, "header: ");
        return status;
    }
    NYZ_TRY(find_entries(lit, &e, err));
    return read_entries(&e, config, arena, out, fortran, err);
}

nyz_status nyz_header_parse(const char *text, size_t size, int version,
                            const nyz_config *config, nyz_arena *arena, nyz_array *out,
                            int *fortran, nyz_error *err)
{
    nyz_arena scratch;
    _Alignas(16) unsigned char room[1024]; /* nearly all headers need less */
    memset(out, 0, sizeof *out);
    *fortran = 0;
    nyz_arena_init_in(&scratch, &config->allocator, room, (int64_t)sizeof room);
    const nyz_status status =
        parse(text, size, version, config, &scratch, arena, out, fortran, err);
    nyz_arena_free(&scratch);
    if (status != NYZ_OK) {
        memset(out, 0, sizeof *out);
        *fortran = 0;
        return status;
    }
    nyz_dtype_take_void_as(&out->dtype, config->void_as);
    return NYZ_OK;
}
