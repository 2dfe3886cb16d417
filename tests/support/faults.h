/* SPDX-License-Identifier: MIT */
/* An allocator that counts and can fail, and a stream that trickles, cannot seek, or
 * fails: for tests of memory bounds, of leaks, and of every error path. */
#ifndef NYZ_TESTS_FAULTS_H
#define NYZ_TESTS_FAULTS_H

#include "support/support.h"

#include <errno.h>

#include "base/alloc.h"

typedef struct counting {
    nyz_allocator allocator;
    size_t live;    /* bytes allocated and not freed */
    size_t peak;    /* the most bytes at once */
    size_t largest; /* the largest single piece */
    long calls;
    long fail_at; /* the call, counted from 1, that fails; 0: none */
    int for_good; /* all calls after it fail too */
} counting;

static inline void *counting_alloc(void *ctx, size_t size, size_t align)
{
    counting *const c = ctx;
    c->calls++;
    if (c->fail_at > 0 &&
        (c->calls == c->fail_at || (c->for_good && c->calls > c->fail_at))) {
        return NULL;
    }
    void *const memory = nyz_default_allocator.alloc(NULL, size, align);
    if (memory != NULL) {
        c->live += size;
        c->peak = c->live > c->peak ? c->live : c->peak;
        c->largest = size > c->largest ? size : c->largest;
        memset(memory, 0xa5, size);
    }
    return memory;
}

static inline void counting_free(void *ctx, void *memory, size_t size)
{
    counting *const c = ctx;
    assert_true(c->live >= size);
    c->live -= size;
    nyz_default_allocator.free(NULL, memory, size);
}

static inline void counting_init(counting *c)
{
    memset(c, 0, sizeof *c);
    c->allocator.alloc = counting_alloc;
    c->allocator.free = counting_free;
    c->allocator.ctx = c;
}

/* A stream over a nyz_buffer that hands over at most `most` bytes a call, and fails with
 * EIO from its fail_at-th call on (0: never). */
typedef struct trickle {
    nyz_buffer buffer;
    size_t most;
    long calls;
    long fail_at;
} trickle;

static inline int trickle_fails(trickle *t)
{
    t->calls++;
    return t->fail_at > 0 && t->calls >= t->fail_at;
}

static inline int64_t trickle_read(void *ctx, void *bytes, size_t size)
{
    trickle *const t = ctx;
    if (trickle_fails(t)) {
        return -EIO;
    }
    const nyz_stream inner = nyz_stream_buffer(&t->buffer);
    return inner.read(inner.ctx, bytes, size < t->most ? size : t->most);
}

static inline int64_t trickle_write(void *ctx, const void *bytes, size_t size)
{
    trickle *const t = ctx;
    if (trickle_fails(t)) {
        return -EIO;
    }
    const nyz_stream inner = nyz_stream_buffer(&t->buffer);
    return inner.write(inner.ctx, bytes, size < t->most ? size : t->most);
}

static inline int64_t trickle_seek(void *ctx, int64_t offset, int whence)
{
    trickle *const t = ctx;
    if (trickle_fails(t)) {
        return -EIO;
    }
    const nyz_stream inner = nyz_stream_buffer(&t->buffer);
    return inner.seek(inner.ctx, offset, whence);
}

static inline nyz_stream trickle_stream(trickle *t, size_t most, int can_seek)
{
    nyz_stream s;
    memset(&s, 0, sizeof s);
    t->most = most;
    s.read = trickle_read;
    s.write = trickle_write;
    s.seek = can_seek ? trickle_seek : NULL;
    s.ctx = t;
    return s;
}

#endif
