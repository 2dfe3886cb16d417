/* SPDX-License-Identifier: MIT */
/* Streams that fail once the user wants the tool to end (Ctrl-C), so that what is half
 * written is removed on the way out. */
#ifndef NYZ_CLI_IO_GUARD_H
#define NYZ_CLI_IO_GUARD_H

#include "nyz.h"

/* Not to be moved while its stream is in use. */
typedef struct cli_guard {
    nyz_stream inner;
} cli_guard;

/* A stream that does what `inner` does, in pieces, and looks before each whether to stop:
 * then it fails with EINTR. */
nyz_stream cli_guard_stream(cli_guard *guard, nyz_stream inner);

#endif
