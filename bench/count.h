/* SPDX-License-Identifier: MIT */
/* What count.c and count_files.c share. */
#ifndef COUNT_H
#define COUNT_H

#include <nyz.h>

#define MIB (1 << 20)

enum { SMALL_FILES = 200, MEMBERS = 2000, FIELDS = 64 };

/* Of every call. */
extern nyz_error err;

/* Ends the program where a call has failed. */
void must(nyz_status status);

/* The path, until the next call. */
const char *in_directory(const char *folder, const char *name);

/* The path of one of the small files. */
const char *numbered(const char *folder, int i);

/* Numbers that deflate to about a half: one of 16 values in every byte. */
unsigned char *numbers(size_t size);

nyz_array wrap(void *data, const char *descr, int ndim, int64_t rows, int64_t columns);

/* The array `count` times, as arr_0, arr_1, ... */
void make_archive(const char *path, const nyz_array *array, int count, nyz_method method,
                  int level);

/* All files that the operations read, the same ones each time. */
void make_files(const char *folder);

#endif
