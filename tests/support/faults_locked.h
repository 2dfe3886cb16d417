/* SPDX-License-Identifier: MIT */
/* The counting allocator of faults.h, for one thread at a time: for tests in which
 * several allocate. */
#ifndef NYZ_TESTS_FAULTS_LOCKED_H
#define NYZ_TESTS_FAULTS_LOCKED_H

#include "support/faults.h"

#include <pthread.h>

static pthread_mutex_t memory_mutex = PTHREAD_MUTEX_INITIALIZER;

static void *locked_alloc(void *ctx, size_t size, size_t align)
{
    (void)pthread_mutex_lock(&memory_mutex);
    void *const memory = counting_alloc(ctx, size, align);
    (void)pthread_mutex_unlock(&memory_mutex);
    return memory;
}

static void locked_free(void *ctx, void *memory, size_t size)
{
    (void)pthread_mutex_lock(&memory_mutex);
    counting_free(ctx, memory, size);
    (void)pthread_mutex_unlock(&memory_mutex);
}

#endif
