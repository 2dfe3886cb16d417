/* SPDX-License-Identifier: MIT */
/* The bytes of a member, or of an array's data, in their order, in little memory. */
#ifndef NYZ_CLI_IO_CURSOR_H
#define NYZ_CLI_IO_CURSOR_H

#include "io/input.h"
#include "nyz_npz_stream.h"

#define CLI_CURSOR_WINDOW 65536

/* Not to be moved while it is open. */
typedef struct cli_cursor {
    nyz_stream stream;
    nyz_member_reader *reader; /* of a member; NULL: a .npy file, or stored bytes */
    int64_t at;   /* stored bytes: where the next one is in the file; else -1 */
    int64_t left; /* bytes of the data that may be read ahead; 0: none, or not known */
    size_t used, size; /* of those in the window */
    unsigned char window[CLI_CURSOR_WINDOW];
} cli_cursor;

/* All bytes of a member, its header too.  Who has read the last one has had the CRC compared. */
nyz_status cli_cursor_open_member(cli_cursor *cursor, cli_input *input, int64_t index,
                                  nyz_error *err);

/* The data of an array: of a member, or of the array of a .npy file that comes next (index -1),
 * whose header is passed over.  jumps: passing over is to cost nothing where the file allows it;
 * then the CRC of stored bytes is not compared. */
nyz_status cli_cursor_open_data(cli_cursor *cursor, cli_input *input, int64_t index,
                                int jumps, nyz_error *err);

/* Reads up to `size` bytes, fewer only at the end. */
nyz_status cli_cursor_read_some(cli_cursor *cursor, void *to, size_t size, size_t *count,
                                nyz_error *err);

/* Passes over bytes.  *count: how many were there; a jump is believed to have been possible. */
nyz_status cli_cursor_pass(cli_cursor *cursor, int64_t size, int64_t *count,
                           nyz_error *err);

/* Returns `status`, or why reading failed, in its place. */
nyz_status cli_cursor_close(cli_cursor *cursor, nyz_status status, nyz_error *err);

#endif
