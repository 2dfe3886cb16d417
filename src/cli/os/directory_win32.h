/* SPDX-License-Identifier: MIT */
/* What platform_win32.c and the directory*_win32.c share. */
#ifndef NYZ_CLI_OS_DIRECTORY_WIN32_H
#define NYZ_CLI_OS_DIRECTORY_WIN32_H

#include "os/directory.h"

#include <windows.h>

/* A UTF-8 text as UTF-16, or NULL; the caller frees it (platform_win32.c). */
wchar_t *cli_platform_widen(const char *text);

/* The errno that says what an error of Windows does. */
int cli_errno_win32(DWORD code);

/* "cannot WHAT: " and what GetLastError() says; returns the status. */
nyz_status cli_fail_win32(nyz_error *err, const char *what);

/* Opens what is at a path, not what a link there leads to, and keeps others from taking
 * it away.  INVALID_HANDLE_VALUE: it cannot be opened. */
HANDLE cli_hold_win32(const wchar_t *path, BY_HANDLE_FILE_INFORMATION *info);

/* What exists at a path; a link is nothing that may be there. */
nyz_status cli_look_win32(const wchar_t *path, cli_place *out, nyz_error *err);

/* Writes the file of a path, whose last component begins at `last`: as cli_directory_write,
 * while the directories are held. */
nyz_status cli_write_win32(const wchar_t *path, size_t last, const cli_place *before,
                           const cli_directory_source *from, nyz_error *err);

#endif
