/* SPDX-License-Identifier: MIT */
/* Threads of POSIX: see threads.h. */
#include "base/threads.h"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include "base/parallel.h"

#define MAX_THREADS 64

typedef struct member {
    nyz_threads *threads_group;
    int number;
    pthread_t thread;
} member;

struct nyz_threads {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    nyz_threads_work *work;
    void *ctx;
    member members[MAX_THREADS];
};

void nyz_threads_lock(nyz_threads *threads_group)
{
    (void)pthread_mutex_lock(&threads_group->mutex);
}

void nyz_threads_unlock(nyz_threads *threads_group)
{
    (void)pthread_mutex_unlock(&threads_group->mutex);
}

void nyz_threads_wait(nyz_threads *threads_group)
{
    (void)pthread_cond_wait(&threads_group->changed, &threads_group->mutex);
}

void nyz_threads_wake(nyz_threads *threads_group)
{
    (void)pthread_cond_broadcast(&threads_group->changed);
}

static void *begin(void *arg)
{
    const member *const m = arg;
    m->threads_group->work(m->threads_group, m->number, m->threads_group->ctx);
    return NULL;
}

/* Starts the others, which inherit that all signals are blocked; returns how many there
 * are with this one. */
static int start(nyz_threads *threads_group, int threads)
{
    sigset_t all;
    sigset_t before;
    int count = 1;
    (void)sigfillset(&all);
    if (pthread_sigmask(SIG_SETMASK, &all, &before) != 0) {
        return count;
    }
    for (; count < threads; count++) {
        member *const m = &threads_group->members[count];
        m->threads_group = threads_group;
        m->number = count;
        if (pthread_create(&m->thread, NULL, begin, m) != 0) {
            break;
        }
    }
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    return count;
}

/* A default mutex and condition of POSIX need no system call to be made, and cannot fail
 * on the systems that there are; initialisers say so without a result. */
void nyz_threads_run(int threads, nyz_threads_work *work, void *ctx)
{
    nyz_threads threads_group = {.mutex = PTHREAD_MUTEX_INITIALIZER,
                                 .changed = PTHREAD_COND_INITIALIZER,
                                 .work = work,
                                 .ctx = ctx};
    const int count =
        start(&threads_group, threads < MAX_THREADS ? threads : MAX_THREADS);
    work(&threads_group, 0, ctx);
    for (int i = 1; i < count; i++) {
        (void)pthread_join(threads_group.members[i].thread, NULL);
    }
    (void)pthread_cond_destroy(&threads_group.changed);
    (void)pthread_mutex_destroy(&threads_group.mutex);
}

int nyz_threads_available(void)
{
    const long n = sysconf(_SC_NPROCESSORS_ONLN);
    return n > 1 ? (int)(n < MAX_THREADS ? n : MAX_THREADS) : 1;
}
