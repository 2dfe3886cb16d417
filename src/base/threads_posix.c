/* Threads of POSIX: see crew.h. */
#include "base/threads.h"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include "base/parallel.h"

#define MOST_THREADS 64

typedef struct member {
    nyz_crew *crew;
    int number;
    pthread_t thread;
} member;

struct nyz_crew {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    nyz_crew_work *work;
    void *ctx;
    member members[MOST_THREADS];
};

void nyz_crew_lock(nyz_crew *crew)
{
    (void)pthread_mutex_lock(&crew->mutex);
}

void nyz_crew_unlock(nyz_crew *crew)
{
    (void)pthread_mutex_unlock(&crew->mutex);
}

void nyz_crew_wait(nyz_crew *crew)
{
    (void)pthread_cond_wait(&crew->changed, &crew->mutex);
}

void nyz_crew_wake(nyz_crew *crew)
{
    (void)pthread_cond_broadcast(&crew->changed);
}

static void *begin(void *arg)
{
    const member *const m = arg;
    m->crew->work(m->crew, m->number, m->crew->ctx);
    return NULL;
}

/* Starts the others, which inherit that all signals are blocked; returns how many there
 * are with this one. */
static int start(nyz_crew *crew, int threads)
{
    sigset_t all;
    sigset_t before;
    int count = 1;
    (void)sigfillset(&all);
    if (pthread_sigmask(SIG_SETMASK, &all, &before) != 0) {
        return count;
    }
    for (; count < threads; count++) {
        member *const m = &crew->members[count];
        m->crew = crew;
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
void nyz_crew_run(int threads, nyz_crew_work *work, void *ctx)
{
    nyz_crew crew = {.mutex = PTHREAD_MUTEX_INITIALIZER,
                     .changed = PTHREAD_COND_INITIALIZER,
                     .work = work,
                     .ctx = ctx};
    const int count = start(&crew, threads < MOST_THREADS ? threads : MOST_THREADS);
    work(&crew, 0, ctx);
    for (int i = 1; i < count; i++) {
        (void)pthread_join(crew.members[i].thread, NULL);
    }
    (void)pthread_cond_destroy(&crew.changed);
    (void)pthread_mutex_destroy(&crew.mutex);
}

int nyz_processors(void)
{
    const long n = sysconf(_SC_NPROCESSORS_ONLN);
    return n > 1 ? (int)(n < MOST_THREADS ? n : MOST_THREADS) : 1;
}
