/* SPDX-License-Identifier: MIT */
/* A pointer that is set once, by whichever of several threads is first. */
#ifndef NYZ_SHARED_POINTER_H
#define NYZ_SHARED_POINTER_H

#include <stddef.h>

#if !defined(__STDC_NO_ATOMICS__)
#include <stdatomic.h>
typedef _Atomic(void *) nyz_shared_pointer; /* zeroed memory is NULL */
#else
typedef void *nyz_shared_pointer; /* counter.h asks for gcc or clang */
#endif

/* NULL: not set yet.  What it points to is seen as it was when it was set. */
static inline void *nyz_shared_pointer_get(nyz_shared_pointer *pointer)
{
#if !defined(__STDC_NO_ATOMICS__)
    return atomic_load_explicit(pointer, memory_order_acquire);
#else
    return __atomic_load_n(pointer, __ATOMIC_ACQUIRE);
#endif
}

/* Sets it to `value`, unless it is set already.  Returns what it is then. */
static inline void *nyz_shared_pointer_set(nyz_shared_pointer *pointer, void *value)
{
    void *other = NULL;
#if !defined(__STDC_NO_ATOMICS__)
    const int first = atomic_compare_exchange_strong_explicit(
        pointer, &other, value, memory_order_acq_rel, memory_order_acquire);
#else
    const int first = __atomic_compare_exchange_n(pointer, &other, value, 0,
                                                  __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);
#endif
    return first ? value : other;
}

#endif
