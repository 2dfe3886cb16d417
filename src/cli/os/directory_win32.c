/* SPDX-License-Identifier: MIT */
/* Files below a directory on Windows: while one is written, all directories above it are
 * held open, so that nobody can put others in their place, and none of them may be a link
 * (a reparse point).  POSIX: directory_posix.c. */
#include "os/directory_win32.h"

#include "text/fail.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#define MAX_DIRECTORIES 32 /* as cli_unpack_refuses has it */
#define MAX_UNITS 1024     /* of a name, which has at most as many bytes */
#define NOT_A_DIRECTORY "a link or a file is in the place of a directory"
#define NO_NAME "Windows does not allow this name" /* <>"|?* */

/* A path of the form \\?\..., which the system takes unchanged. */
struct cli_directory {
    size_t units;
    wchar_t path[];
};

/* A name below the directory, with the handles of the directories on the way. */
typedef struct walk {
    HANDLE held[MAX_DIRECTORIES];
    int count;
    wchar_t *path; /* of the file */
    size_t last;   /* where its last component begins */
} walk;

static int is_plain_directory(const BY_HANDLE_FILE_INFORMATION *info)
{
    return (info->dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) != 0 &&
           (info->dwFileAttributes & FILE_ATTRIBUTE_REPARSE_POINT) == 0;
}

/* ------------------------------------------------------------------ the directory itself */

static wchar_t *full_path(const char *path)
{
    wchar_t *const wide = cli_platform_widen(path);
    const DWORD room = wide != NULL ? GetFullPathNameW(wide, 0, NULL, NULL) : 0;
    wchar_t *const full = room > 0 ? calloc(room, sizeof *full) : NULL;
    if (full != NULL && GetFullPathNameW(wide, room, full, NULL) >= room) {
        full[0] = L'\0';
    }
    free(wide);
    return full;
}

/* C:\x becomes \\?\C:\x, \\server\x becomes \\?\UNC\server\x, and \\?\x stays. */
static cli_directory *spell_directory(const wchar_t *full)
{
    const wchar_t *const front = wcsncmp(full, L"\\\\?\\", 4) == 0 ? L""
                                 : wcsncmp(full, L"\\\\", 2) == 0  ? L"\\\\?\\UNC"
                                                                   : L"\\\\?\\";
    const size_t skip = wcscmp(front, L"\\\\?\\UNC") == 0 ? 1 : 0;
    const size_t units = wcslen(front) + wcslen(full) - skip;
    cli_directory *const directory =
        calloc(1, sizeof *directory + (units + 1) * sizeof(wchar_t));
    if (directory != NULL) {
        wcscpy(directory->path, front);
        wcscat(directory->path, full + skip);
        directory->units = units;
        if (units > 0 && directory->path[units - 1] == L'\\') {
            directory->units--;
            directory->path[units - 1] = L'\0';
        }
    }
    return directory;
}

/* The root of a drive is a directory only with its backslash. */
static nyz_status check_directory(const cli_directory *directory, int follow,
                                  nyz_error *err)
{
    BY_HANDLE_FILE_INFORMATION info;
    wchar_t *const path = calloc(directory->units + 2, sizeof *path);
    if (path == NULL) {
        return cli_fail_with(err, ENOMEM, "out of memory");
    }
    wcscpy(path, directory->path);
    path[directory->units] = L'\\';
    const DWORD attributes = GetFileAttributesW(path);
    path[directory->units] = L'\0';
    const HANDLE handle = follow ? INVALID_HANDLE_VALUE : cli_hold_win32(path, &info);
    free(path);
    if (handle != INVALID_HANDLE_VALUE) {
        (void)CloseHandle(handle);
    }
    if (attributes == INVALID_FILE_ATTRIBUTES ||
        (attributes & FILE_ATTRIBUTE_DIRECTORY) == 0 ||
        (!follow && (handle == INVALID_HANDLE_VALUE || !is_plain_directory(&info)))) {
        return cli_fail_with(err, ENOTDIR, NOT_A_DIRECTORY);
    }
    return NYZ_OK;
}

nyz_status cli_directory_open(const char *path, int follow, cli_directory **out,
                              int *made, nyz_error *err)
{
    *made = 0;
    wchar_t *const full = full_path(path);
    *out = full != NULL ? spell_directory(full) : NULL;
    free(full);
    if (*out == NULL) {
        return cli_fail_with(err, ENOMEM, "out of memory");
    }
    nyz_status status = NYZ_OK;
    *made = CreateDirectoryW((*out)->path, NULL) != 0;
    if (!*made && GetLastError() != ERROR_ALREADY_EXISTS &&
        GetLastError() != ERROR_ACCESS_DENIED) { /* which a drive's root says */
        status = cli_fail_win32(err, "create the directory");
    }
    if (status == NYZ_OK) {
        status = check_directory(*out, follow, err);
    }
    if (status != NYZ_OK) {
        cli_directory_close(out);
    }
    return status;
}

void cli_directory_close(cli_directory **directory)
{
    free(*directory);
    *directory = NULL;
}

void cli_directory_undo(const char *path)
{
    wchar_t *const full = full_path(path);
    if (full != NULL) {
        (void)RemoveDirectoryW(full);
    }
    free(full);
}

/* ------------------------------------------------------------------------ walking to a name */

static void leave(walk *w)
{
    while (w->count > 0) {
        w->count--;
        (void)CloseHandle(w->held[w->count]);
    }
    free(w->path);
    w->path = NULL;
}

/* DIRECTORY\NAME */
static int spell_path(walk *w, const cli_directory *directory, const char *name)
{
    wchar_t *const wide = cli_platform_widen(name);
    const size_t room = directory->units + MAX_UNITS + 2;
    w->path = wide != NULL ? calloc(room, sizeof *w->path) : NULL;
    if (w->path != NULL) {
        wcscpy(w->path, directory->path);
        w->path[directory->units] = L'\\';
        wcscpy(w->path + directory->units + 1, wide);
    }
    free(wide);
    w->last = directory->units + 1;
    return w->path != NULL ? 0 : ENOMEM;
}

/* Holds the directory that the path is up to `end`. */
static int step(walk *w, size_t end, int make)
{
    BY_HANDLE_FILE_INFORMATION info;
    w->path[end] = L'\0';
    if (make && !CreateDirectoryW(w->path, NULL) &&
        GetLastError() != ERROR_ALREADY_EXISTS) {
        return cli_errno_win32(GetLastError());
    }
    const HANDLE handle = cli_hold_win32(w->path, &info);
    if (handle == INVALID_HANDLE_VALUE) {
        return cli_errno_win32(GetLastError());
    }
    w->held[w->count] = handle;
    w->count++;
    return is_plain_directory(&info) ? 0 : ENOTDIR;
}

/* Goes to a name's directory; 0 or an errno.  Leave it in any case. */
static int go(walk *w, const cli_directory *directory, const char *name, int make)
{
    *w = (walk){0};
    int sys = spell_path(w, directory, name);
    for (size_t i = w->last; sys == 0 && w->path[i] != L'\0'; i++) {
        if (w->path[i] == L'/') {
            sys = w->count < MAX_DIRECTORIES ? step(w, i, make) : ENOTDIR;
            w->path[i] = L'\\';
            w->last = i + 1;
        }
    }
    return sys;
}

static nyz_status fail_step(nyz_error *err, int sys)
{
    if (sys == EINVAL) {
        return cli_fail_with(err, ENOENT, NO_NAME);
    }
    return sys == ENOTDIR ? cli_fail_with(err, sys, NOT_A_DIRECTORY)
                          : cli_fail_system(err, sys, "open the directory");
}

nyz_status cli_directory_look(const cli_directory *directory, const char *name,
                              cli_place *out, nyz_error *err)
{
    walk w;
    *out = (cli_place){0};
    const int sys = go(&w, directory, name, 0);
    nyz_status status = NYZ_OK;
    if (sys == 0) {
        status = cli_look_win32(w.path, out, err);
    } else if (sys != ENOENT) {
        status = fail_step(err, sys);
    }
    leave(&w);
    return status;
}

nyz_status cli_directory_add(const cli_directory *directory, const char *name,
                             nyz_error *err)
{
    walk w;
    const int sys = go(&w, directory, name, 1); /* it ends in a slash */
    leave(&w);
    return sys == 0 ? NYZ_OK : fail_step(err, sys);
}

nyz_status cli_directory_write(const cli_directory *directory, const char *name,
                               const cli_place *before, const cli_directory_source *from,
                               nyz_error *err)
{
    walk w;
    nyz_status status;
    const int sys = go(&w, directory, name, 1);
    if (sys != 0) {
        status = fail_step(err, sys);
    } else {
        status = cli_write_win32(w.path, w.last, before, from, err);
    }
    leave(&w);
    return status;
}
