/* Threads of Windows: see parallel.h. */
#include "parallel.h"

#include <windows.h>

#define MOST_THREADS 64 /* what WaitForMultipleObjects takes */

typedef struct job {
    CRITICAL_SECTION section;
    int64_t next;
    int64_t count;
    nyz_task *task;
    void *ctx;
} job;

static int64_t take(job *j)
{
    EnterCriticalSection(&j->section);
    const int64_t index = j->next < j->count ? j->next++ : -1;
    LeaveCriticalSection(&j->section);
    return index;
}

static DWORD WINAPI work(void *arg)
{
    job *const j = arg;
    for (int64_t index = take(j); index >= 0; index = take(j)) {
        j->task(j->ctx, index);
    }
    return 0;
}

void nyz_parallel(int threads, int64_t count, nyz_task *task, void *ctx)
{
    HANDLE started[MOST_THREADS];
    DWORD n = 0;
    job j = {.count = count, .task = task, .ctx = ctx};
    int wanted = threads < MOST_THREADS ? threads : MOST_THREADS;
    wanted = wanted < count ? wanted : (int)count;
    InitializeCriticalSection(&j.section);
    while ((int)n < wanted - 1 &&
           (started[n] = CreateThread(NULL, 0, work, &j, 0, NULL)) != NULL) {
        n++;
    }
    (void)work(&j);
    if (n > 0) {
        (void)WaitForMultipleObjects(n, started, TRUE, INFINITE);
    }
    for (DWORD i = 0; i < n; i++) {
        (void)CloseHandle(started[i]);
    }
    DeleteCriticalSection(&j.section);
}

int nyz_processors(void)
{
    SYSTEM_INFO info;
    GetSystemInfo(&info);
    return info.dwNumberOfProcessors > 1 ? (int)info.dwNumberOfProcessors : 1;
}
