/* SPDX-License-Identifier: MIT */
/* Digests of what is in a file: see hash_file.h. */
#include "io/hash_file.h"

static nyz_status add_piece(void *ctx, const nyz_array *piece, nyz_error *err)
{
    return cli_hash_add(ctx, piece, err);
}

nyz_status cli_hash_elements(cli_elements *e, int values, int facts,
                             char hash[CLI_HASH_SIZE], char digest[CLI_DIGEST_SIZE],
                             nyz_error *err)
{
    cli_hashing hashing;
    nyz_status status = cli_hash_begin(&hashing, &e->taken, values, facts, err);
    if (status == NYZ_OK) {
        status = cli_elements_each(e, NYZ_C_ORDER, add_piece, &hashing, err);
    }
    if (status == NYZ_OK) {
        status = cli_hash_end(&hashing, hash, digest, err);
    }
    cli_hash_free(&hashing);
    return status;
}

static nyz_status hash_stream(cli_cursor *cursor, cli_hashing *hashing, nyz_error *err)
{
    unsigned char bytes[65536];
    size_t count = sizeof bytes;
    nyz_status status = NYZ_OK;
    while (count == sizeof bytes && status == NYZ_OK) {
        status = cli_cursor_read_some(cursor, bytes, sizeof bytes, &count, err);
        if (status == NYZ_OK) {
            const int64_t size = (int64_t)count;
            const nyz_dtype dtype = nyz_dtype_of(NYZ_UINT8);
            nyz_array piece;
            status = nyz_array_wrap(bytes, &dtype, 1, &size, NULL, &piece, err);
            status = status == NYZ_OK ? cli_hash_add(hashing, &piece, err) : status;
        }
    }
    return status;
}

nyz_status cli_hash_bytes(cli_input *input, int64_t index, char hash[CLI_HASH_SIZE],
                          nyz_error *err)
{
    const nyz_array none = {.dtype = nyz_dtype_of(NYZ_UINT8)};
    cli_hashing hashing;
    cli_cursor cursor;
    nyz_status status = cli_hash_begin(&hashing, &none, 1, 0, err);
    if (status == NYZ_OK) {
        status = cli_cursor_open_member(&cursor, input, index, err);
    }
    if (status == NYZ_OK) {
        status = hash_stream(&cursor, &hashing, err);
        status = cli_cursor_close(&cursor, status, err);
    }
    if (status == NYZ_OK) {
        char unused[CLI_DIGEST_SIZE];
        status = cli_hash_end(&hashing, hash, unused, err);
    }
    cli_hash_free(&hashing);
    return status;
}
