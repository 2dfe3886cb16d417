/* What platform_win32.c, folder_win32.c and folder_write_win32.c share. */
#ifndef NYZ_CLI_FOLDER_WIN32_H
#define NYZ_CLI_FOLDER_WIN32_H

#include "os/directory.h"

#include <windows.h>

/* A UTF-8 text as UTF-16, or NULL; the caller frees it (platform_win32.c). */
wchar_t *nyz_platform_widen(const char *text);

/* "cannot WHAT: " and what GetLastError() says; returns the status. */
nyz_status nyz_fail_win32(nyz_error *err, const char *what);

/* What stands at a path; a link is nothing that may be there. */
nyz_status nyz_look_win32(const wchar_t *path, nyz_place *out, nyz_error *err);

/* Writes the file of a path, whose last component begins at `last`: as nyz_folder_write,
 * while the folders are held. */
nyz_status nyz_write_win32(const wchar_t *path, size_t last, const nyz_place *before,
                           const void *bytes, size_t size, nyz_error *err);

#endif
