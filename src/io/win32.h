/* SPDX-License-Identifier: MIT */
/* What the *_win32.c of this folder share: errors, paths and streams over handles. */
#ifndef NYZ_WIN32_H
#define NYZ_WIN32_H

#include "nyz.h"

#ifndef WIN32_LEAN_AND_MEAN
#define WIN32_LEAN_AND_MEAN
#endif
#include <windows.h>

/* The errno that says what GetLastError() says. */
int nyz_win32_errno(DWORD code);

/* A UTF-8 path as UTF-16; free it with nyz_release as *bytes.
 * Errors: ARGUMENT (no UTF-8), MEMORY. */
nyz_status nyz_win32_path(const char *path, const nyz_allocator *allocator, wchar_t **out,
                          int64_t *bytes, nyz_error *err);

/* Reads at the handle's place, or at that of `at`.  Both ends of a file are a plain 0. */
int64_t nyz_win32_read(HANDLE handle, void *buffer, size_t size, OVERLAPPED *at);

/* A stream over a handle, which is its ctx: read and write, and seek for a file on a
 * disk. */
nyz_stream nyz_win32_stream(HANDLE handle);

#endif
