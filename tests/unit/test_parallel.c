/* SPDX-License-Identifier: MIT */
/* Work on several threads: src/base/parallel.c, threads_posix.c, threads_win32.c. */
#ifdef __linux__
#define _GNU_SOURCE /* pthread_setattr_default_np; NOLINT: the C library's own name */
#endif
#include "support/support.h"

#include "base/parallel.h"

#ifndef _WIN32
#include <pthread.h>
#include <signal.h>
#endif

typedef struct tally {
    int done[1000];
    int blocked[1000];
} tally;

static void count_one(void *ctx, int64_t index)
{
    tally *const t = ctx;
    t->done[index]++;
#ifndef _WIN32
    sigset_t set;
    t->blocked[index] =
        pthread_sigmask(SIG_BLOCK, NULL, &set) == 0 && sigismember(&set, SIGTERM);
#endif
}

static void each_index_is_done_once_whatever_the_number_of_threads(void **state)
{
    (void)state;
    static const int64_t counts[] = {0, 1, 2, 3, 64, 65, 1000};
    for (int threads = 0; threads <= 100; threads = threads * 2 + 1) {
        for (size_t c = 0; c < sizeof counts / sizeof counts[0]; c++) {
            tally t;
            memset(&t, 0, sizeof t);
            nyz_parallel(threads, counts[c], count_one, &t);
            for (int64_t i = 0; i < 1000; i++) {
                assert_int_equal(t.done[i], i < counts[c]);
            }
        }
    }
}

/* Pieces that go through slots; what is wrong with each is noted, for threads cannot
 * assert. */
typedef struct belt {
    int slots;
    int64_t stop_at; /* the piece whose turn ends it all; -1: none */
    int taken[NYZ_PARALLEL_MAX_SLOTS];
    int done[1000];
    int wrong[1000];
    int64_t finished;
} belt;

static void put_on(void *ctx, int64_t index)
{
    belt *const b = ctx;
    int *const slot = &b->taken[index % b->slots];
    b->wrong[index] = *slot != 0;
    *slot = (int)index + 1;
    b->done[index]++;
    for (volatile int i = 0; i < 1000 * (int)(index % 5); i++) {
    }
}

static int take_off(void *ctx, int64_t index)
{
    belt *const b = ctx;
    int *const slot = &b->taken[index % b->slots];
    b->wrong[index] |= *slot != index + 1 || index != b->finished || b->done[index] != 1;
    *slot = 0;
    b->finished++;
    return index != b->stop_at;
}

static int count_wrong(const belt *b)
{
    int count = 0;
    for (int i = 0; i < 1000; i++) {
        count += b->wrong[i];
    }
    return count;
}

static void pieces_are_finished_in_turn_and_slots_hold_one_at_a_time(void **state)
{
    static const int slots[] = {1, 2, 5, NYZ_PARALLEL_MAX_SLOTS};
    (void)state;
    for (int threads = 1; threads <= 8; threads *= 2) {
        for (int64_t count = 0; count <= 1000; count = count * 3 + 1) {
            for (int i = 0; i < 4; i++) {
                belt b = {.slots = slots[i], .stop_at = -1};
                nyz_parallel_ordered(threads, count, b.slots, put_on, take_off, &b);
                assert_int_equal(count_wrong(&b), 0);
                assert_int_equal(b.finished, count);
            }
        }
    }
}

static void a_turn_can_end_it_all(void **state)
{
    (void)state;
    for (int threads = 1; threads <= 8; threads *= 2) {
        belt b = {.slots = 3, .stop_at = 10};
        int done = 0;
        nyz_parallel_ordered(threads, 1000, b.slots, put_on, take_off, &b);
        assert_int_equal(count_wrong(&b), 0);
        assert_int_equal(b.finished, 11);
        for (int i = 0; i < 1000; i++) {
            done += b.done[i];
        }
        assert_in_range(done, 11, 11 + 3);
    }
}

#ifndef _WIN32
static void the_callers_signals_are_as_before(void **state)
{
    (void)state;
    tally t;
    sigset_t before;
    memset(&t, 0, sizeof t);
    assert_int_equal(pthread_sigmask(SIG_BLOCK, NULL, &before), 0);
    nyz_parallel(4, 1000, count_one, &t);
    sigset_t after;
    assert_int_equal(pthread_sigmask(SIG_BLOCK, NULL, &after), 0);
    assert_int_equal(sigismember(&after, SIGTERM), sigismember(&before, SIGTERM));
    assert_int_equal(sigismember(&after, SIGINT), sigismember(&before, SIGINT));
}
#endif

#ifdef __GLIBC__
/* Threads that ask for a stack of all the address space cannot begin. */
static void where_no_thread_can_begin_the_caller_does_it_all(void **state)
{
    (void)state;
    pthread_attr_t usual;
    pthread_attr_t huge;
    tally t;
    belt b = {.slots = 3, .stop_at = -1};
    memset(&t, 0, sizeof t);
    assert_int_equal(pthread_getattr_default_np(&usual), 0);
    assert_int_equal(pthread_attr_init(&huge), 0);
    assert_int_equal(pthread_attr_setstacksize(&huge, SIZE_MAX / 65536 * 65536), 0);
    assert_int_equal(pthread_setattr_default_np(&huge), 0);
    nyz_parallel(4, 1000, count_one, &t);
    nyz_parallel_ordered(4, 1000, b.slots, put_on, take_off, &b);
    assert_int_equal(pthread_setattr_default_np(&usual), 0);
    for (int i = 0; i < 1000; i++) {
        assert_int_equal(t.done[i], 1);
        assert_int_equal(t.blocked[i], 0); /* by the caller */
    }
    assert_int_equal(count_wrong(&b), 0);
    assert_int_equal(b.finished, 1000);
    (void)pthread_attr_destroy(&huge);
    (void)pthread_attr_destroy(&usual);
}
#endif

static void there_is_at_least_one_processor(void **state)
{
    (void)state;
    assert_true(nyz_threads_available() >= 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_index_is_done_once_whatever_the_number_of_threads),
        cmocka_unit_test(pieces_are_finished_in_turn_and_slots_hold_one_at_a_time),
        cmocka_unit_test(a_turn_can_end_it_all),
#ifndef _WIN32
        cmocka_unit_test(the_callers_signals_are_as_before),
#endif
#ifdef __GLIBC__
        cmocka_unit_test(where_no_thread_can_begin_the_caller_does_it_all),
#endif
        cmocka_unit_test(there_is_at_least_one_processor),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
