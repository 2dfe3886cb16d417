/* Work on several threads: src/parallel_posix.c, parallel_win32.c. */
#include "support.h"

#include "parallel.h"

#ifndef _WIN32
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

static void there_is_at_least_one_processor(void **state)
{
    (void)state;
    assert_true(nyz_processors() >= 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_index_is_done_once_whatever_the_number_of_threads),
#ifndef _WIN32
        cmocka_unit_test(the_callers_signals_are_as_before),
#endif
        cmocka_unit_test(there_is_at_least_one_processor),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
