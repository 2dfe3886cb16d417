/* SPDX-License-Identifier: MIT */
/* A counter that threads may count up and down at once. */
#ifndef NYZ_COUNTER_H
#define NYZ_COUNTER_H

#include <stddef.h>

#if !defined(__STDC_NO_ATOMICS__)
#include <stdatomic.h>
typedef atomic_int nyz_counter;
typedef atomic_size_t nyz_size_counter;
#elif defined(__GNUC__)
typedef int nyz_counter;
typedef size_t nyz_size_counter;
#else
#error                                                                                   \
    "a compiler with C11 atomics, or with the __atomic functions of gcc and clang, is needed"
#endif

/* Before any other thread sees it. */
static inline void nyz_counter_init(nyz_counter *counter, int value)
{
#if !defined(__STDC_NO_ATOMICS__)
    atomic_init(counter, value);
#else
    *counter = value;
#endif
}

static inline int nyz_counter_value(nyz_counter *counter)
{
#if !defined(__STDC_NO_ATOMICS__)
    return atomic_load_explicit(counter, memory_order_relaxed);
#else
    return __atomic_load_n(counter, __ATOMIC_RELAXED);
#endif
}

static inline void nyz_size_counter_init(nyz_size_counter *counter)
{
#if !defined(__STDC_NO_ATOMICS__)
    atomic_init(counter, 0);
#else
    *counter = 0;
#endif
}

static inline void nyz_size_counter_add(nyz_size_counter *counter, size_t more)
{
#if !defined(__STDC_NO_ATOMICS__)
    (void)atomic_fetch_add_explicit(counter, more, memory_order_relaxed);
#else
    (void)__atomic_fetch_add(counter, more, __ATOMIC_RELAXED);
#endif
}

/* What has been added since the last time. */
static inline size_t nyz_size_counter_take(nyz_size_counter *counter)
{
#if !defined(__STDC_NO_ATOMICS__)
    return atomic_exchange_explicit(counter, 0, memory_order_relaxed);
#else
    return __atomic_exchange_n(counter, 0, __ATOMIC_RELAXED);
#endif
}

static inline void nyz_counter_up(nyz_counter *counter)
{
#if !defined(__STDC_NO_ATOMICS__)
    (void)atomic_fetch_add_explicit(counter, 1, memory_order_relaxed);
#else
    (void)__atomic_fetch_add(counter, 1, __ATOMIC_RELAXED);
#endif
}

/* Not 0 if that was the last one: what others did before they counted down is seen then. */
static inline int nyz_counter_down(nyz_counter *counter)
{
#if !defined(__STDC_NO_ATOMICS__)
    return atomic_fetch_sub_explicit(counter, 1, memory_order_acq_rel) == 1;
#else
    return __atomic_fetch_sub(counter, 1, __ATOMIC_ACQ_REL) == 1;
#endif
}

#endif
