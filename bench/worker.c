/* SPDX-License-Identifier: MIT */
/* The conversation and the measuring (worker.h).  Usage: worker KIND, one of `kinds`. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "worker.h"

struct request {
    char *operation;
    int again; /* the operation has run once before the clock starts */
    int threads;
    size_t pretouch;
    char *source;
    char *target;
    int64_t count;
};

void *touched(size_t size)
{
    volatile char *memory = calloc(size + 1, 1);
    if (memory == NULL) {
        fprintf(stderr, "worker: out of memory\n");
        _exit(1);
    }
    for (size_t i = 0; i <= size; i += 4096)
        memory[i] = 0; /* which calloc, or malloc and memset, may leave to the system */
    return (void *)memory;
}

static const struct kind {
    const char *name;
    const struct operation *operations[3];
    int unlimited;
} kinds[] = {
    {"nyz", {nyz_operations, nyz_part_operations, nyz_map_operations}, 0},
    {"nyz-unlimited", {nyz_operations, nyz_part_operations, nyz_map_operations}, 1},
    {"baseline",
     {baseline_operations, baseline_part_operations, baseline_map_operations},
     0},
};

enum { HUGE_PAGE = 2 << 20 };

char *fresh(size_t size)
{
    const size_t room = size + HUGE_PAGE;
    char *memory =
        mmap(NULL, room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        return NULL;
    memory += (HUGE_PAGE - (uintptr_t)memory % HUGE_PAGE) % HUGE_PAGE;
    if (size >= HUGE_PAGE / 2)
        madvise(memory, size, MADV_HUGEPAGE);
    return memory;
}

char *warm(size_t size)
{
    char *memory = fresh(size);
    return memory == NULL ? NULL : memset(memory, 0, size);
}

void touch_pages(const void *data, size_t size)
{
    const volatile char *bytes = data;
    for (size_t i = 0; i < size; i += 4096)
        (void)bytes[i];
}

int is_archive(const struct job *job)
{
    return strstr(job->source, ".npz") != NULL;
}

char *whole_file(struct job *job, size_t *size)
{
    FILE *file = fopen(job->source, "rb");
    if (file == NULL || fseek(file, 0, SEEK_END) != 0) {
        sys_fail(job, job->source);
        return NULL;
    }
    *size = (size_t)ftell(file);
    rewind(file);
    char *memory = touched(*size);
    const int failed = fread(memory, 1, *size, file) != *size;
    fclose(file);
    if (failed)
        sys_fail(job, job->source);
    return failed ? NULL : memory;
}

int sys_fail(struct job *job, const char *what)
{
    snprintf(job->message, sizeof job->message, "%s: %s", what, strerror(errno));
    return 1;
}

/* ------------------------------------------------------------------------------- digests */

enum { BLOCK = 4096 }; /* words */

static uint64_t sum_words(const unsigned char *bytes, size_t words)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < words; i++) {
        uint64_t word;
        memcpy(&word, bytes + i * 8, 8);
        sum += word;
    }
    return sum;
}

static uint64_t digest_of(const void *bytes, size_t size)
{
    const unsigned char *at = bytes;
    uint64_t digest = 0, factor = 1;
    size_t left = size;
    for (; left >= BLOCK * 8; left -= BLOCK * 8, at += BLOCK * 8)
        digest += factor++ * sum_words(at, BLOCK);
    uint64_t last = 0;
    if (left % 8 != 0)
        memcpy(&last, at + left / 8 * 8, left % 8);
    return digest + factor * (sum_words(at, left / 8) + last) + size;
}

static uint64_t digest_spans(const struct job *job)
{
    uint64_t digest = 0;
    for (int64_t i = 0; i < job->count; i++)
        if (job->spans[i].data != NULL)
            digest +=
                (uint64_t)(i + 1) * digest_of(job->spans[i].data, job->spans[i].size);
    return digest;
}

/* ----------------------------------------------------------------------------- measuring */

/* Takes memory and gives it back, so that the host of a virtual machine has provided it
 * before the clock starts. */
static void pretouch(size_t size)
{
    if (size == 0)
        return;
    char *memory =
        mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        return;
    madvise(memory, size, MADV_HUGEPAGE);
    for (size_t i = 0; i < size; i += 4096)
        memory[i] = 1;
    munmap(memory, size);
}

/* The largest resident set since the last forget_peak, in KiB. */
static long peak(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
}

static void forget_peak(void)
{
    FILE *file = fopen("/proc/self/clear_refs", "w");
    if (file != NULL) {
        fputs("5", file);
        fclose(file);
    }
}

/* CLOCK_MONOTONIC, or CLOCK_PROCESS_CPUTIME_ID: user and system time of all threads. */
static int64_t now_ns(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static void prepare_names(struct job *job)
{
    job->names = touched((size_t)job->count * sizeof *job->names);
    job->paths = touched((size_t)job->count * sizeof *job->paths);
    for (int64_t i = 0; i < job->count; i++) {
        job->names[i] = touched(32);
        snprintf(job->names[i], 32, "a%05lld", (long long)i);
        const size_t size = strlen(job->source) + 40;
        job->paths[i] = touched(size);
        snprintf(job->paths[i], size, "%s/%s.npy", job->source, job->names[i]);
    }
}

/* So that the caches know the code.  What it has read stays where it is, and what it has
 * written goes, so that the next run meets what this one met. */
static int run_once(const struct operation *operation, struct job *job)
{
    const int failed = operation->run(job);
    if (strcmp(job->target, "-") != 0)
        remove(job->target);
    return failed;
}

static int measure(const struct operation *operation, const struct request *request,
                   struct job *job)
{
    prepare_names(job);
    job->spans = touched((size_t)job->count * sizeof *job->spans);
    if (operation->prepare != NULL && operation->prepare(job) != 0)
        return 1;
    pretouch(request->pretouch);
    if (request->again && run_once(operation, job) != 0)
        return 1;
    forget_peak();
    const long peak_before = peak();
    const int64_t cpu = now_ns(CLOCK_PROCESS_CPUTIME_ID), wall = now_ns(CLOCK_MONOTONIC);
    const int failed = operation->run(job);
    const int64_t wall_after = now_ns(CLOCK_MONOTONIC),
                  cpu_after = now_ns(CLOCK_PROCESS_CPUTIME_ID);
    const long peak_after = peak();
    if (failed || (operation->collect != NULL && operation->collect(job) != 0))
        return 1;
    printf("ok\t%lld\t%lld\t%ld\t%llu\n", (long long)(wall_after - wall),
           (long long)(cpu_after - cpu), peak_after - peak_before,
           (unsigned long long)digest_spans(job));
    return 0;
}

static const struct operation *find(const struct kind *kind, const char *name)
{
    for (int i = 0; i < 3; i++)
        for (const struct operation *at = kind->operations[i]; at->name != NULL; at++)
            if (strcmp(at->name, name) == 0)
                return at;
    return NULL;
}

/* Runs in a process of its own, whose end frees everything. */
static void answer(const struct kind *kind, const struct request *request)
{
    const struct operation *operation = find(kind, request->operation);
    struct job job = {.threads = request->threads,
                      .source = request->source,
                      .target = request->target,
                      .count = request->count,
                      .unlimited = kind->unlimited};
    if (operation == NULL || request->threads > operation->max_threads)
        printf("unsupported\n");
    else if (measure(operation, request, &job) != 0)
        printf("error\t%s\n", job.message);
    fflush(stdout);
    _exit(0);
}

/* -------------------------------------------------------------------------- conversation */

static const char AGAIN[] = "again:";

static int parse(char *line, struct request *out)
{
    char *fields[6];
    for (int i = 0; i < 6; i++) {
        fields[i] = line;
        line += strcspn(line, "\t\n");
        if (*line == '\0')
            return 1;
        *line++ = '\0';
    }
    out->again = strncmp(fields[0], AGAIN, strlen(AGAIN)) == 0;
    out->operation = fields[0] + (out->again ? strlen(AGAIN) : 0);
    out->threads = atoi(fields[1]);
    out->pretouch = (size_t)strtoull(fields[2], NULL, 10);
    out->source = fields[3];
    out->target = fields[4];
    out->count = strtoll(fields[5], NULL, 10);
    return 0;
}

static void serve(const struct kind *kind, char *line)
{
    struct request request;
    if (parse(line, &request) != 0) {
        printf("error\tsix fields, separated by tabs, are wanted\n");
        return;
    }
    fflush(stdout);
    const pid_t child = fork();
    if (child == 0)
        answer(kind, &request);
    int status = 0;
    if (child < 0 || waitpid(child, &status, 0) < 0)
        printf("error\tfork: %s\n", strerror(errno));
    else if (status != 0)
        printf("error\tthe process ended with status %d\n", status);
}

static const struct kind *kind_of(const char *name)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(kinds[i].name, name) == 0)
            return &kinds[i];
    return NULL;
}

int main(int argc, char **argv)
{
    const struct kind *kind = argc == 2 ? kind_of(argv[1]) : NULL;
    if (kind == NULL) {
        fprintf(stderr, "usage: worker nyz | nyz-unlimited | baseline\n");
        return 2;
    }
    char *line = NULL;
    size_t capacity = 0;
    while (getline(&line, &capacity, stdin) > 0) {
        if (strcmp(line, "codecs\n") == 0)
            printf("%s\n", baseline_codecs);
        else
            serve(kind, line);
        fflush(stdout);
    }
    free(line);
    return 0;
}
