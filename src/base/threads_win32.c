/* Threads of Windows: see crew.h. */
#include "base/threads.h"

#include <windows.h>

#include "base/parallel.h"

#define MOST_THREADS 64 /* what WaitForMultipleObjects takes, and one */

typedef struct member {
    nyz_crew *crew;
    int number;
} member;

struct nyz_crew {
    CRITICAL_SECTION section;
    CONDITION_VARIABLE changed;
    nyz_crew_work *work;
    void *ctx;
    member members[MOST_THREADS];
    HANDLE threads[MOST_THREADS]; /* of members 1, 2, ... */
};

void nyz_crew_lock(nyz_crew *crew)
{
    EnterCriticalSection(&crew->section);
}

void nyz_crew_unlock(nyz_crew *crew)
{
    LeaveCriticalSection(&crew->section);
}

void nyz_crew_wait(nyz_crew *crew)
{
    (void)SleepConditionVariableCS(&crew->changed, &crew->section, INFINITE);
}

void nyz_crew_wake(nyz_crew *crew)
{
    WakeAllConditionVariable(&crew->changed);
}

static DWORD WINAPI begin(void *arg)
{
    const member *const m = arg;
    m->crew->work(m->crew, m->number, m->crew->ctx);
    return 0;
}

/* Starts the others; returns how many. */
static int start(nyz_crew *crew, int threads)
{
    int started = 0;
    for (; started < threads - 1; started++) {
        member *const m = &crew->members[started];
        m->crew = crew;
        m->number = started + 1;
        crew->threads[started] = CreateThread(NULL, 0, begin, m, 0, NULL);
        if (crew->threads[started] == NULL) {
            break;
        }
    }
    return started;
}

void nyz_crew_run(int threads, nyz_crew_work *work, void *ctx)
{
    nyz_crew crew = {.work = work, .ctx = ctx};
    InitializeCriticalSection(&crew.section);
    InitializeConditionVariable(&crew.changed);
    const int started = start(&crew, threads < MOST_THREADS ? threads : MOST_THREADS);
    work(&crew, 0, ctx);
    if (started > 0) {
        (void)WaitForMultipleObjects((DWORD)started, crew.threads, TRUE, INFINITE);
    }
    for (int i = 0; i < started; i++) {
        (void)CloseHandle(crew.threads[i]);
    }
    DeleteCriticalSection(&crew.section);
}

int nyz_processors(void)
{
    SYSTEM_INFO info;
    GetSystemInfo(&info);
    return info.dwNumberOfProcessors > 1 ? (int)info.dwNumberOfProcessors : 1;
}
