/* SPDX-License-Identifier: MIT */
/* Hashing: an array in C order as it is, any other in pieces copied to C order. */
#include "io/hash.h"

#include "os/sha256.h"
#include "text/text.h"

#include <string.h>

/* Bytes copied at a time: much to hash, little to hold. */
#define PIECE ((int64_t)4 << 20)

static nyz_status fail(nyz_error *err)
{
    *err = (nyz_error){.status = NYZ_ERR_MEMORY, .offset = -1};
    snprintf(err->message, sizeof err->message, "the system cannot compute SHA-256");
    return NYZ_ERR_MEMORY;
}

/* Not 0 if an element has a number that is not little-endian. */
static int is_big_endian(const nyz_dtype *dtype)
{
    if (dtype->type == NYZ_SUBARRAY) {
        return is_big_endian(dtype->base);
    }
    for (int64_t i = 0; i < dtype->nfields; i++) {
        if (is_big_endian(&dtype->fields[i].dtype)) {
            return 1;
        }
    }
    return dtype->byteorder == '>';
}

/* Not 0 if an element has bytes that belong to no field. */
static int has_padding(const nyz_dtype *dtype)
{
    int64_t used = 0;
    if (dtype->type == NYZ_SUBARRAY) {
        return has_padding(dtype->base);
    }
    for (int64_t i = 0; i < dtype->nfields; i++) {
        if (has_padding(&dtype->fields[i].dtype)) {
            return 1;
        }
        used += dtype->fields[i].dtype.itemsize;
    }
    return dtype->type == NYZ_STRUCT && used < dtype->itemsize;
}

static void clear_padding(const nyz_dtype *dtype, unsigned char *item);

static void clear_subarray(const nyz_dtype *dtype, unsigned char *item)
{
    const int64_t each = dtype->base->itemsize;
    for (int64_t at = 0; each > 0 && at < dtype->itemsize; at += each) {
        clear_padding(dtype->base, item + at);
    }
}

/* A file's fields follow each other. */
static void clear_padding(const nyz_dtype *dtype, unsigned char *item)
{
    int64_t used = 0;
    if (dtype->type == NYZ_SUBARRAY) {
        clear_subarray(dtype, item);
    }
    if (dtype->type != NYZ_STRUCT) {
        return;
    }
    for (int64_t i = 0; i < dtype->nfields; i++) {
        const nyz_field *const field = &dtype->fields[i];
        if (field->offset > used) {
            memset(item + used, 0, (size_t)(field->offset - used));
        }
        clear_padding(&field->dtype, item + field->offset);
        used = field->offset + field->dtype.itemsize;
    }
    if (dtype->itemsize > used) {
        memset(item + used, 0, (size_t)(dtype->itemsize - used));
    }
}

/* One of the hashes, and how it is made. */
typedef struct hashing {
    cli_sha256 *hash;
    int clear; /* padding counts as zeros */
} hashing;

static nyz_status add_bytes(const hashing *to, const nyz_array *array, nyz_error *err)
{
    const int64_t size = nyz_array_count(array) * array->dtype.itemsize;
    if (size > 0 && cli_sha256_add(to->hash, array->data, (size_t)size) != 0) {
        return fail(err);
    }
    return NYZ_OK;
}

static nyz_status add_copy(const hashing *to, const nyz_array *array, nyz_error *err)
{
    nyz_array copy;
    const nyz_options opt = {.order = NYZ_C_ORDER, .byteorder = NYZ_LITTLE_ENDIAN};
    nyz_status status = nyz_array_copy(array, &opt, &copy, err);
    if (status == NYZ_OK) {
        const int64_t count = to->clear ? nyz_array_count(&copy) : 0;
        for (int64_t i = 0; i < count; i++) {
            clear_padding(&copy.dtype,
                          (unsigned char *)copy.data + i * copy.dtype.itemsize);
        }
        status = add_bytes(to, &copy, err);
        nyz_array_free(&copy);
    }
    return status;
}

/* Cuts the first axis into pieces; where one row is too large already, cuts the rows. */
static nyz_status add_pieces(const hashing *to, const nyz_array *array, nyz_error *err)
{
    const int64_t size = nyz_array_count(array) * array->dtype.itemsize;
    if (array->ndim == 0 || size <= PIECE) {
        return size == 0 ? NYZ_OK : add_copy(to, array, err);
    }
    const int64_t rows = array->shape[0];
    const int64_t fit = PIECE / (size / rows);
    nyz_status status = NYZ_OK;
    for (int64_t i = 0; i < rows && status == NYZ_OK; i += fit > 0 ? fit : 1) {
        nyz_array part;
        status = fit > 0 ? nyz_array_slice(array, 0, i, rows - i > fit ? i + fit : rows,
                                           1, &part, err)
                         : nyz_array_index(array, 0, i, &part, err);
        if (status == NYZ_OK) {
            status = fit > 0 ? add_copy(to, &part, err) : add_pieces(to, &part, err);
        }
    }
    return status;
}

static nyz_status add_array(const hashing *to, const nyz_array *array, nyz_error *err)
{
    return nyz_array_is_contiguous(array, NYZ_C_ORDER) && !is_big_endian(&array->dtype) &&
                   !to->clear
               ? add_bytes(to, array, err)
               : add_pieces(to, array, err);
}

/* Opaque bytes have no order here, whichever their file gives: '|V2' for '<V2', '|V1' for '<f1'.
 * The dtype is a copy of ours. */
static void drop_order_of_void(nyz_dtype *dtype)
{
    if (dtype->type == NYZ_VOID) {
        dtype->byteorder = '|';
        dtype->letter = 0;
    }
    for (int64_t i = 0; i < dtype->nfields; i++) {
        drop_order_of_void((nyz_dtype *)&dtype->fields[i].dtype);
    }
    if (dtype->type == NYZ_SUBARRAY) {
        drop_order_of_void((nyz_dtype *)dtype->base);
    }
}

/* The dtype's text with all numbers little-endian: that of a copy without elements. */
static nyz_status put_descr(cli_line *line, const nyz_array *array, nyz_error *err)
{
    nyz_array none = *array;
    nyz_array copy;
    const nyz_options opt = {.order = NYZ_C_ORDER, .byteorder = NYZ_LITTLE_ENDIAN};
    none.ndim = 1;
    none.shape[0] = 0;
    none.strides[0] = array->dtype.itemsize;
    nyz_status status = nyz_array_copy(&none, &opt, &copy, err);
    if (status == NYZ_OK) {
        drop_order_of_void(&copy.dtype);
        status = cli_line_descr(line, &copy.dtype, err);
        nyz_array_free(&copy);
    }
    return status;
}

static nyz_status add_facts(const hashing *to, const nyz_array *array, nyz_error *err)
{
    cli_line line = {0};
    cli_line_puts(&line, "nyz array 1\n");
    nyz_status status = put_descr(&line, array, err);
    cli_line_puts(&line, "\n");
    cli_line_shape(&line, array);
    cli_line_puts(&line, "\n");
    if (status == NYZ_OK &&
        (line.failed || cli_sha256_add(to->hash, line.data, line.size) != 0)) {
        status = fail(err);
    }
    cli_line_free(&line);
    return status;
}

nyz_status cli_hash_begin(cli_hashing *h, const nyz_array *array, int values, int facts,
                          nyz_error *err)
{
    *h = (cli_hashing){.values = values ? cli_sha256_new() : NULL,
                       .facts = facts ? cli_sha256_new() : NULL,
                       .clear = has_padding(&array->dtype)};
    const hashing to = {h->facts, 0};
    if ((values && h->values == NULL) || (facts && h->facts == NULL)) {
        return fail(err);
    }
    return facts ? add_facts(&to, array, err) : NYZ_OK;
}

nyz_status cli_hash_add(cli_hashing *h, const nyz_array *piece, nyz_error *err)
{
    const hashing values = {h->values, 0};
    const hashing facts = {h->facts, h->clear};
    nyz_status status = NYZ_OK;
    if (h->values != NULL) {
        status = add_array(&values, piece, err);
    }
    if (h->facts != NULL && status == NYZ_OK) {
        status = add_array(&facts, piece, err);
    }
    return status;
}

static nyz_status spell(cli_sha256 *hash, char *out, nyz_error *err)
{
    unsigned char digest[32];
    if (cli_sha256_finish(hash, digest) != 0) {
        return fail(err);
    }
    for (int i = 0; i < 32; i++) {
        snprintf(out + 2 * i, 3, "%02x", digest[i]);
    }
    return NYZ_OK;
}

nyz_status cli_hash_end(cli_hashing *h, char hash[CLI_HASH_SIZE],
                        char digest[CLI_DIGEST_SIZE], nyz_error *err)
{
    static const char version[3] = {'n', '1', ':'};
    nyz_status status = h->values != NULL ? spell(h->values, hash, err) : NYZ_OK;
    if (h->facts != NULL && status == NYZ_OK) {
        memcpy(digest, version, sizeof version);
        status = spell(h->facts, digest + sizeof version, err);
    }
    return status;
}

void cli_hash_free(cli_hashing *h)
{
    cli_sha256_free(h->values);
    cli_sha256_free(h->facts);
    *h = (cli_hashing){0};
}
