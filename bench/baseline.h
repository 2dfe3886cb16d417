/* SPDX-License-Identifier: MIT */
/* What the files of the baseline share: the bare system calls, or the bare codec, that move
 * the same bytes.  Nothing is parsed and nothing is checked but the CRC; where a member
 * lies is known beforehand, from the file ARCHIVE.index that data.py writes.  What is
 * written is as long as the real thing, but only its payload is there. */
#ifndef BASELINE_H
#define BASELINE_H

#include <stddef.h>
#include <stdint.h>

#include "worker.h"

enum {
    LOCAL_HEADER = 50, /* with name and extra field: what a member adds to the file */
    NPY_HEADER = 128   /* of every file of the benchmark */
};

/* The fastest CRC-32 there is. */
uint32_t baseline_crc(uint32_t crc, const void *bytes, size_t size);

/* Not 0: failed. */
int baseline_read(int fd, char *to, size_t size, int64_t offset);
int baseline_write(int fd, const char *from, size_t size, int64_t offset);

/* The array of the .npy file that lies there is what the job has read. */
void baseline_span(struct job *job, int64_t i, const char *file, size_t size);

/* What data.py knows of an archive: ARCHIVE.index. */
struct baseline_place {
    int64_t offset; /* of its stored bytes */
    size_t compressed_size, size;
    int method;
};

struct baseline_index {
    int64_t offset; /* of the directory */
    size_t size;
    char *memory;  /* as large as the directory */
    char *scratch; /* as large as the largest member in the archive, and a little more */
    struct baseline_place *places;
    struct libdeflate_decompressor *decompressor;
};

/* One of the blocks of a member's deflate stream: a line of ARCHIVE.blocks. */
struct baseline_block {
    int64_t offset;
    size_t stored, start, size; /* start, size: of what it inflates to */
};

struct baseline_parts {
    struct baseline_index *index;  /* of an archive; else NULL */
    struct baseline_block *blocks; /* of its only member, if it has any */
    int64_t count;
    char *window; /* 512 KiB */
};

/* Inflates `size` bytes, from byte `from` on, of the array of a deflated member that is at `at`: its
 * blocks that have them, or from its start on. */
int baseline_inflate(const struct baseline_parts *parts, int fd, int64_t at, int64_t from,
                     int64_t size, char *to);

/* Opens the archive, and reads the end (where the directory is said to be) and the
 * directory. Returns the descriptor, or -1. */
int baseline_open_archive(struct job *job);

/* Operations, and what they prepare and collect. */
int baseline_load(struct job *job);

int baseline_prepare_archive(struct job *job);
int baseline_list_names(struct job *job);
int baseline_read_one(struct job *job);
int baseline_read_by_name(struct job *job);
int baseline_read_all(struct job *job);
int baseline_read_tiny(struct job *job);

int baseline_prepare_files(struct job *job);
int baseline_forget(struct job *job);
int baseline_save(struct job *job);
int baseline_write_stored(struct job *job);
int baseline_write_tiny(struct job *job);
int baseline_write_deflated(struct job *job);

#endif
