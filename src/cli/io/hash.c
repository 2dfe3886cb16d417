/* Hashing: an array in C order as it is, any other in pieces copied to C order. */
#include "io/hash.h"

#include "os/sha256.h"

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

static nyz_status add_bytes(cli_sha256 *hash, const nyz_array *array, nyz_error *err)
{
    const int64_t size = nyz_size(array) * array->dtype.itemsize;
    if (size > 0 && cli_sha256_add(hash, array->data, (size_t)size) != 0) {
        return fail(err);
    }
    return NYZ_OK;
}

static nyz_status add_copy(cli_sha256 *hash, const nyz_array *array, nyz_error *err)
{
    nyz_array copy;
    const nyz_options opt = {.order = NYZ_C_ORDER, .byteorder = NYZ_LITTLE_ENDIAN};
    nyz_status status = nyz_copy(array, &opt, &copy, err);
    if (status == NYZ_OK) {
        status = add_bytes(hash, &copy, err);
        nyz_array_free(&copy);
    }
    return status;
}

/* Cuts the first axis into pieces; where one row is too large already, cuts the rows. */
static nyz_status add_pieces(cli_sha256 *hash, const nyz_array *array, nyz_error *err)
{
    const int64_t size = nyz_size(array) * array->dtype.itemsize;
    if (array->ndim == 0 || size <= PIECE) {
        return size == 0 ? NYZ_OK : add_copy(hash, array, err);
    }
    const int64_t rows = array->shape[0];
    const int64_t fit = PIECE / (size / rows);
    nyz_status status = NYZ_OK;
    for (int64_t i = 0; i < rows && status == NYZ_OK; i += fit > 0 ? fit : 1) {
        nyz_array part;
        status = fit > 0 ? nyz_slice(array, 0, i, rows - i > fit ? i + fit : rows, 1,
                                     &part, err)
                         : nyz_index(array, 0, i, &part, err);
        if (status == NYZ_OK) {
            status = fit > 0 ? add_copy(hash, &part, err) : add_pieces(hash, &part, err);
        }
    }
    return status;
}

static nyz_status add_array(cli_sha256 *hash, const nyz_array *array, nyz_error *err)
{
    return nyz_is_contiguous(array, NYZ_C_ORDER) && !is_big_endian(&array->dtype)
               ? add_bytes(hash, array, err)
               : add_pieces(hash, array, err);
}

nyz_status cli_hash_array(const nyz_array *array, char out[CLI_HASH_SIZE], nyz_error *err)
{
    unsigned char digest[32];
    cli_sha256 *const hash = cli_sha256_new();
    if (hash == NULL) {
        return fail(err);
    }
    nyz_status status = add_array(hash, array, err);
    if (status == NYZ_OK && cli_sha256_finish(hash, digest) != 0) {
        status = fail(err);
    }
    cli_sha256_free(hash);
    for (int i = 0; i < 32 && status == NYZ_OK; i++) {
        snprintf(out + 2 * i, 3, "%02x", digest[i]);
    }
    return status;
}
