/* SPDX-License-Identifier: MIT */
/* One contender of the benchmark is a process that reads requests, a line each, and
 * answers each with a line (README.md, "The protocol").  worker.c has that conversation
 * and the measuring; worker_nyz.c, worker_parts.c, worker_baseline.c and their like have the
 * operations, one small function each. */
#ifndef WORKER_H
#define WORKER_H

#include <stddef.h>
#include <stdint.h>

/* A piece of memory that an operation has read. */
struct span {
    const void *data;
    size_t size;
};

struct job {
    /* What was asked. */
    int threads;
    const char *source; /* a directory with a00000.npy, a00001.npy, ..., or an archive */
    const char *target; /* what is to be written, or "-" */
    int64_t count;      /* of arrays */
    int unlimited;      /* the library's limits are out of reach */

    /* What all operations need; made before the clock starts. */
    char **names; /* "a00000", ... */
    char **paths; /* of the files in the directory */

    /* What came of it.  A span without data counts for nothing. */
    struct span *spans; /* `count` of them */
    char message[512];

    void *state; /* the operation's own */
};

/* prepare runs before the clock starts, and collect after it has stopped; either may be
 * NULL. 0: done; else job->message says what is wrong. */
struct operation {
    const char *name;
    int max_threads;
    int (*prepare)(struct job *job);
    int (*run)(struct job *job);
    int (*collect)(struct job *job);
};

/* All end with a row of NULLs. */
extern const struct operation nyz_operations[];
extern const struct operation nyz_part_operations[];
extern const struct operation nyz_map_operations[];
extern const struct operation baseline_operations[];
extern const struct operation baseline_part_operations[];
extern const struct operation baseline_map_operations[];

/* The codecs of the baseline, as text. */
extern const char baseline_codecs[];

/* Memory that is there, filled with zeros and touched; or the process ends. */
void *touched(size_t size);

/* Fresh memory in huge pages, as the system gives it; or NULL. */
char *fresh(size_t size);

/* The same, every page of it touched: what a caller has who loads again and again. */
char *warm(size_t size);

/* Reads a byte of each page. */
void touch_pages(const void *data, size_t size);

/* The source is an archive. */
int is_archive(const struct job *job);

/* All bytes of the source; or NULL, and the job has a message. */
char *whole_file(struct job *job, size_t *size);

/* Returns 1, with `what` and the system's reason as the job's message. */
int sys_fail(struct job *job, const char *what);

#endif
