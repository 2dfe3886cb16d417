/* SPDX-License-Identifier: MIT */
/* Streams over memory; nyz_stream_buffer is public. */
#ifndef NYZ_STREAM_MEM_H
#define NYZ_STREAM_MEM_H

#include "nyz.h"

/* Bytes in memory to read: ctx is this struct, which lives as long as the stream. */
typedef struct nyz_stream_mem_reader {
    const unsigned char *bytes;
    size_t size;
    size_t position;
} nyz_stream_mem_reader;
nyz_stream nyz_stream_mem(nyz_stream_mem_reader *reader);

#endif
