/* SPDX-License-Identifier: MIT */
/* Streams and sinks that report progress. */
#ifndef NYZ_PROGRESS_STREAM_H
#define NYZ_PROGRESS_STREAM_H

#include "base/progress.h"
#include "io/stream.h"

typedef struct nyz_progress_stream {
    nyz_stream inner;
    nyz_progress *progress;
} nyz_progress_stream;

/* Lets a source report what is read from it, and be cancelled; `wrapper` lives as long.  Does
 * nothing where config has no progress. */
void nyz_progress_stream_source(nyz_progress_stream *wrapper, const nyz_config *config,
                                nyz_source *source);

typedef struct nyz_progress_sink {
    const nyz_sink *inner;
    nyz_progress *progress;
} nyz_progress_sink;

/* The same for a sink. */
nyz_sink nyz_progress_stream_sink(nyz_progress_sink *wrapper, nyz_progress *progress,
                                  const nyz_sink *inner);

#endif
