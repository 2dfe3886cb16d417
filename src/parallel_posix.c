/* Threads of POSIX: see parallel.h. */
#include "parallel.h"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#define MOST_THREADS 64

typedef struct job {
    pthread_mutex_t mutex;
    int64_t next;
    int64_t count;
    nyz_task *task;
    void *ctx;
} job;

static int64_t take(job *j)
{
    (void)pthread_mutex_lock(&j->mutex);
    const int64_t index = j->next < j->count ? j->next++ : -1;
    (void)pthread_mutex_unlock(&j->mutex);
    return index;
}

static void *work(void *arg)
{
    job *const j = arg;
    for (int64_t index = take(j); index >= 0; index = take(j)) {
        j->task(j->ctx, index);
    }
    return NULL;
}

/* Starts up to `wanted` threads, which inherit that all signals are blocked. */
static int start(job *j, pthread_t *threads, int wanted)
{
    sigset_t all;
    sigset_t before;
    int started = 0;
    (void)sigfillset(&all);
    if (pthread_sigmask(SIG_SETMASK, &all, &before) != 0) {
        return 0;
    }
    while (started < wanted && pthread_create(&threads[started], NULL, work, j) == 0) {
        started++;
    }
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    return started;
}

void nyz_parallel(int threads, int64_t count, nyz_task *task, void *ctx)
{
    pthread_t started[MOST_THREADS];
    job j = {.count = count, .task = task, .ctx = ctx};
    int wanted = threads < MOST_THREADS ? threads : MOST_THREADS;
    wanted = wanted < count ? wanted : (int)count;
    if (wanted <= 1 || pthread_mutex_init(&j.mutex, NULL) != 0) {
        for (int64_t i = 0; i < count; i++) {
            task(ctx, i);
        }
        return;
    }
    const int n = start(&j, started, wanted - 1);
    (void)work(&j);
    for (int i = 0; i < n; i++) {
        (void)pthread_join(started[i], NULL);
    }
    (void)pthread_mutex_destroy(&j.mutex);
}

int nyz_processors(void)
{
    const long n = sysconf(_SC_NPROCESSORS_ONLN);
    return n > 1 ? (int)(n < MOST_THREADS ? n : MOST_THREADS) : 1;
}
