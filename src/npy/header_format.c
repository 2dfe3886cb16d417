/* SPDX-License-Identifier: MIT */
/* The header of a .npy file, written: to the byte as NumPy 1.24 and later write it.
 * docs/format.md 1.1-1.3. */
#include <string.h>

#include "base/alloc.h"
#include "base/buffer.h"
#include "base/endian.h"
#include "base/error.h"
#include "base/utf8.h"
#include "dtype/dtype.h"
#include "npy/header.h"
#include "parse/pylit.h"

#define ALIGNMENT 64

/* Room for the growing dimension of an array that is appended to: 21 digits, NumPy's
 * GROWTH_AXIS_MAX_DIGITS. */
#define GROWTH_DIGITS 21

/* Longer texts are counted before there is room for them. */
#define USUAL_TEXT ((size_t)256)

/* What a version asks of a header. */
typedef struct version_rule {
    int version;
    int64_t preamble;
    int64_t most; /* HEADER_LEN */
    int latin1;
} version_rule;

static const version_rule rules[] = {{1, 10, UINT16_MAX, 1},
                                     {2, 12, UINT32_MAX, 1},
                                     {3, 12, UINT32_MAX, 0}};

static nyz_status check_names(const nyz_dtype *dtype, const nyz_allocator *allocator,
                              nyz_error *err)
{
    if (dtype->type == NYZ_SUBARRAY) {
        return check_names(dtype->base, allocator, err);
    }
    if (dtype->type != NYZ_STRUCT) {
        return NYZ_OK;
    }
    const char *name = NULL;
    size_t size = 0;
    NYZ_TRY(nyz_dtype_repeated_name(dtype, allocator, &name, &size, err));
    if (name != NULL) {
        char quoted[NYZ_QUOTE_SIZE];
        nyz_quote(quoted, name, size);
        return nyz_fail(err, NYZ_ERR_ARGUMENT, -1,
                        "dtype: two fields have the name or title \"%s\"", quoted);
    }
    for (int64_t i = 0; i < dtype->nfields; i++) {
        NYZ_TRY(check_names(&dtype->fields[i].dtype, allocator, err));
    }
    return NYZ_OK;
}

static nyz_status check_arguments(const nyz_dtype *dtype, int ndim, const int64_t *shape,
                                  int npy_version, nyz_error *err)
{
    NYZ_TRY(nyz_dtype_check(dtype, err));
    if (dtype->type == NYZ_SUBARRAY) {
        return nyz_fail(err, NYZ_ERR_ARGUMENT, -1,
                        "an array's dtype cannot be a sub-array");
    }
    if (nyz_dtype_has_objects(dtype)) {
        return nyz_fail(err, NYZ_ERR_UNSUPPORTED, -1,
                        "an array of Python objects cannot be written: it is a pickle");
    }
    if (npy_version < 0 || npy_version > 3) {
        return nyz_fail(err, NYZ_ERR_ARGUMENT, -1,
                        "npy_version %d: expected 1, 2, 3, or 0 for the lowest that fits",
                        npy_version);
    }
    if (ndim < 0 || ndim > NYZ_MAX_DIMS) {
        return nyz_fail(err, NYZ_ERR_ARGUMENT, -1, "%d dimensions: expected 0 to %d",
                        ndim, NYZ_MAX_DIMS);
    }
    for (int i = 0; i < ndim; i++) {
        if (shape[i] < 0) {
            return nyz_fail(err, NYZ_ERR_ARGUMENT, -1, "shape: a negative extent, %lld",
                            (long long)shape[i]);
        }
    }
    return NYZ_OK;
}

/* Spaces that are kept free for the axis along which the array can grow. */
static void put_growth_room(nyz_text *text, int ndim, const int64_t *shape, int fortran)
{
    if (ndim == 0) {
        return;
    }
    static const char spaces[] = "                     ";
    nyz_text digits = {NULL, 0, 0};
    nyz_text_int(&digits, shape[fortran ? ndim - 1 : 0]);
    nyz_text_put(text, spaces, GROWTH_DIGITS - digits.length);
}

/* {'descr': ..., 'fortran_order': ..., 'shape': ..., } in UTF-8. */
static nyz_status put_dict(nyz_text *text, const nyz_dtype *dtype, int ndim,
                           const int64_t *shape, int fortran, nyz_error *err)
{
    nyz_text_puts(text, "{'descr': ");
    NYZ_TRY(nyz_dtype_put(text, dtype, 1, err));
    nyz_text_puts(text, fortran ? ", 'fortran_order': True" : ", 'fortran_order': False");
    nyz_text_puts(text, ", 'shape': (");
    for (int i = 0; i < ndim; i++) {
        nyz_text_puts(text, i > 0 ? ", " : "");
        nyz_text_int(text, shape[i]);
    }
    nyz_text_puts(text, ndim == 1 ? ",), }" : "), }");
    put_growth_room(text, ndim, shape, fortran);
    return NYZ_OK;
}

/* The number of code points, which is the length in Latin-1; -1 if not all of them are in
 * it. */
static int64_t latin1_length(const char *text, size_t size)
{
    size_t i = nyz_utf8_ascii_prefix(text, size);
    int64_t count = (int64_t)i;
    for (; i < size; count++) {
        uint32_t point = 0;
        const int length = nyz_utf8_decode(text + i, size - i, &point);
        if (length == 0 || point > 0xff) {
            return -1;
        }
        i += (size_t)length;
    }
    return count;
}

/* HEADER_LEN for a text of this length: with a newline, and 1 to 64 spaces before it. */
static int64_t header_length(int64_t length, const version_rule *rule)
{
    const int64_t used = rule->preamble + length + 1;
    return length + 1 + ALIGNMENT - used % ALIGNMENT;
}

static int fits(const version_rule *rule, int64_t length, int64_t latin1)
{
    const int64_t bytes = rule->latin1 ? latin1 : length;
    return bytes >= 0 && header_length(bytes, rule) <= rule->most;
}

static nyz_status choose_version(int asked, int64_t length, int64_t latin1,
                                 const version_rule **rule, nyz_error *err)
{
    for (*rule = rules; *rule < rules + 3; ++*rule) {
        if ((asked == 0 || (*rule)->version == asked) && fits(*rule, length, latin1)) {
            return NYZ_OK;
        }
    }
    if (asked == 0 || asked == 3) {
        return nyz_fail(err, NYZ_ERR_ARGUMENT, -1, "header: too long for any version");
    }
    return nyz_fail(
        err, NYZ_ERR_ARGUMENT, -1, "header: version %d.0 cannot hold it: %s", asked,
        latin1 < 0 ? "a name is not in Latin-1, expected 3" : "too long, expected 2");
}

/* Moves the text to `to`, which is at or before it, in the encoding of its version. */
static void encode(unsigned char *to, const char *text, size_t size, int latin1)
{
    const size_t same = latin1 ? nyz_utf8_ascii_prefix(text, size) : size;
    memmove(to, text, same);
    to += same;
    for (size_t i = same; i < size;) {
        uint32_t point = 0;
        i += (size_t)nyz_utf8_decode(text + i, size - i, &point);
        *to++ = (unsigned char)point;
    }
}

/* The text begins at data + NYZ_PREAMBLE_MAX, where no version's preamble reaches. */
static void finish(nyz_buffer *out, size_t size, int64_t bytes, const version_rule *rule)
{
    const int64_t length = header_length(bytes, rule);
    unsigned char *const data = out->data;
    encode(data + rule->preamble, (const char *)data + NYZ_PREAMBLE_MAX, size,
           rule->latin1);
    memset(data + rule->preamble + bytes, ' ', (size_t)(length - bytes));
    data[rule->preamble + length - 1] = '\n';
    memcpy(data, NYZ_MAGIC, NYZ_MAGIC_SIZE);
    data[6] = (unsigned char)rule->version;
    data[7] = 0;
    if (rule->version == 1) {
        nyz_store_le16(data + 8, (uint16_t)length);
    } else {
        nyz_store_le32(data + 8, (uint32_t)length);
    }
    out->size = (size_t)(rule->preamble + length);
}

nyz_status nyz_header_format(const nyz_dtype *dtype, int ndim, const int64_t *shape,
                             int fortran, int npy_version, nyz_buffer *out,
                             nyz_error *err)
{
    const nyz_allocator *const allocator =
        out->allocator != NULL ? out->allocator : &nyz_default_allocator;
    const version_rule *rule = NULL;
    nyz_text text = {NULL, 0, 0};
    NYZ_TRY(check_arguments(dtype, ndim, shape, npy_version, err));
    NYZ_TRY(check_names(dtype, allocator, err));
    for (size_t room = USUAL_TEXT; text.capacity < room; room = text.length) {
        NYZ_TRY(nyz_buffer_reserve(out, NYZ_PREAMBLE_MAX + room + 1 + ALIGNMENT, err));
        text = (nyz_text){(char *)out->data + NYZ_PREAMBLE_MAX, room, 0};
        NYZ_TRY(put_dict(&text, dtype, ndim, shape, fortran, err));
    }
    const int64_t latin1 = latin1_length(text.data, text.length);
    NYZ_TRY(choose_version(npy_version, (int64_t)text.length, latin1, &rule, err));
    finish(out, text.length, rule->latin1 ? latin1 : (int64_t)text.length, rule);
    return NYZ_OK;
}
