/* SPDX-License-Identifier: MIT */
/* Threads of Windows: see threads.h. */
#include "base/threads.h"

#include <windows.h>

#include "base/parallel.h"

#define MAX_THREADS 64 /* what WaitForMultipleObjects takes, and one */

typedef struct member {
    nyz_threads *threads_group;
    int number;
} member;

struct nyz_threads {
    CRITICAL_SECTION section;
    CONDITION_VARIABLE changed;
    nyz_threads_work *work;
    void *ctx;
    member members[MAX_THREADS];
    HANDLE threads[MAX_THREADS]; /* of members 1, 2, ... */
};

void nyz_threads_lock(nyz_threads *threads_group)
{
    EnterCriticalSection(&threads_group->section);
}

void nyz_threads_unlock(nyz_threads *threads_group)
{
    LeaveCriticalSection(&threads_group->section);
}

void nyz_threads_wait(nyz_threads *threads_group)
{
    (void)SleepConditionVariableCS(&threads_group->changed, &threads_group->section,
                                   INFINITE);
}

void nyz_threads_wake(nyz_threads *threads_group)
{
    WakeAllConditionVariable(&threads_group->changed);
}

static DWORD WINAPI begin(void *arg)
{
    const member *const m = arg;
    m->threads_group->work(m->threads_group, m->number, m->threads_group->ctx);
    return 0;
}

/* Starts the others; returns how many. */
static int start(nyz_threads *threads_group, int threads)
{
    int started = 0;
    for (; started < threads - 1; started++) {
        member *const m = &threads_group->members[started];
        m->threads_group = threads_group;
        m->number = started + 1;
        threads_group->threads[started] = CreateThread(NULL, 0, begin, m, 0, NULL);
        if (threads_group->threads[started] == NULL) {
            break;
        }
    }
    return started;
}

void nyz_threads_run(int threads, nyz_threads_work *work, void *ctx)
{
    nyz_threads threads_group = {.work = work, .ctx = ctx};
    InitializeCriticalSection(&threads_group.section);
    InitializeConditionVariable(&threads_group.changed);
    const int started =
        start(&threads_group, threads < MAX_THREADS ? threads : MAX_THREADS);
    work(&threads_group, 0, ctx);
    if (started > 0) {
        (void)WaitForMultipleObjects((DWORD)started, threads_group.threads, TRUE,
                                     INFINITE);
    }
    for (int i = 0; i < started; i++) {
        (void)CloseHandle(threads_group.threads[i]);
    }
    DeleteCriticalSection(&threads_group.section);
}

int nyz_threads_available(void)
{
    SYSTEM_INFO info;
    GetSystemInfo(&info);
    return info.dwNumberOfProcessors > 1 ? (int)info.dwNumberOfProcessors : 1;
}
