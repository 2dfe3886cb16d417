/* Files below a folder on Windows: while one is written, all folders above it are held
 * open, so that nobody can put others in their place, and none of them may be a link (a
 * reparse point).  POSIX: directory_posix.c. */
#include "os/directory_win32.h"

#include "cli.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#define MAX_DIRECTORIES 32 /* as cli_unpack_refuses has it */
#define MAX_UNITS 1024     /* of a name, which has at most as many bytes */
#define NOT_A_FOLDER "a link or a file is where a folder has to be"
#define NO_NAME "Windows does not take this name" /* <>"|?* */
#define NOT_A_FILE "what is there is no file, and is not replaced"

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

static int to_errno(DWORD code)
{
    switch (code) {
    case ERROR_FILE_NOT_FOUND:
    case ERROR_PATH_NOT_FOUND:
        return ENOENT;
    case ERROR_FILE_EXISTS:
    case ERROR_ALREADY_EXISTS:
        return EEXIST;
    case ERROR_ACCESS_DENIED:
    case ERROR_SHARING_VIOLATION:
    case ERROR_WRITE_PROTECT:
        return EACCES;
    case ERROR_INVALID_NAME:
        return EINVAL;
    case ERROR_DIRECTORY:
        return ENOTDIR;
    case ERROR_DISK_FULL:
    case ERROR_HANDLE_DISK_FULL:
        return ENOSPC;
    case ERROR_NOT_ENOUGH_MEMORY:
    case ERROR_OUTOFMEMORY:
        return ENOMEM;
    default:
        return EIO;
    }
}

nyz_status cli_fail_win32(nyz_error *err, const char *what)
{
    const int sys = to_errno(GetLastError());
    return sys == EINVAL ? cli_fail_with(err, ENOENT, NO_NAME)
                         : cli_fail_system(err, sys, what);
}

/* ---------------------------------------------------------------------------- what is there */

/* Opens what is at a path, not what a link there leads to, and keeps others from taking
 * it away.  INVALID_HANDLE_VALUE: it cannot be opened. */
static HANDLE hold(const wchar_t *path, BY_HANDLE_FILE_INFORMATION *info)
{
    const HANDLE handle = CreateFileW(
        path, FILE_READ_ATTRIBUTES, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL,
        OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS | FILE_FLAG_OPEN_REPARSE_POINT, NULL);
    if (handle != INVALID_HANDLE_VALUE && !GetFileInformationByHandle(handle, info)) {
        const DWORD code = GetLastError();
        (void)CloseHandle(handle);
        SetLastError(code);
        return INVALID_HANDLE_VALUE;
    }
    return handle;
}

static int is_plain_folder(const BY_HANDLE_FILE_INFORMATION *info)
{
    return (info->dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) != 0 &&
           (info->dwFileAttributes & FILE_ATTRIBUTE_REPARSE_POINT) == 0;
}

nyz_status cli_look_win32(const wchar_t *path, cli_place *out, nyz_error *err)
{
    BY_HANDLE_FILE_INFORMATION info;
    const HANDLE handle = hold(path, &info);
    *out = (cli_place){0};
    if (handle == INVALID_HANDLE_VALUE) {
        return GetLastError() == ERROR_FILE_NOT_FOUND
                   ? NYZ_OK
                   : cli_fail_win32(err, "look at the file");
    }
    const int disk = GetFileType(handle) == FILE_TYPE_DISK;
    (void)CloseHandle(handle);
    if (!disk || (info.dwFileAttributes &
                  (FILE_ATTRIBUTE_DIRECTORY | FILE_ATTRIBUTE_REPARSE_POINT)) != 0) {
        return cli_fail_with(err, EEXIST, NOT_A_FILE);
    }
    *out = (cli_place){1, info.dwVolumeSerialNumber,
                       (uint64_t)info.nFileIndexHigh << 32 | info.nFileIndexLow};
    return NYZ_OK;
}

/* ------------------------------------------------------------------------ the folder itself */

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
static cli_directory *spell_folder(const wchar_t *full)
{
    const wchar_t *const front = wcsncmp(full, L"\\\\?\\", 4) == 0 ? L""
                                 : wcsncmp(full, L"\\\\", 2) == 0  ? L"\\\\?\\UNC"
                                                                   : L"\\\\?\\";
    const size_t skip = wcscmp(front, L"\\\\?\\UNC") == 0 ? 1 : 0;
    const size_t units = wcslen(front) + wcslen(full) - skip;
    cli_directory *const folder =
        calloc(1, sizeof *folder + (units + 1) * sizeof(wchar_t));
    if (folder != NULL) {
        wcscpy(folder->path, front);
        wcscat(folder->path, full + skip);
        folder->units = units;
        if (units > 0 && folder->path[units - 1] == L'\\') {
            folder->units--;
            folder->path[units - 1] = L'\0';
        }
    }
    return folder;
}

/* The root of a drive is a directory only with its backslash. */
static nyz_status check_folder(const cli_directory *folder, int follow, nyz_error *err)
{
    BY_HANDLE_FILE_INFORMATION info;
    wchar_t *const path = calloc(folder->units + 2, sizeof *path);
    if (path == NULL) {
        return cli_fail_with(err, ENOMEM, "out of memory");
    }
    wcscpy(path, folder->path);
    path[folder->units] = L'\\';
    const DWORD attributes = GetFileAttributesW(path);
    path[folder->units] = L'\0';
    const HANDLE handle = follow ? INVALID_HANDLE_VALUE : hold(path, &info);
    free(path);
    if (handle != INVALID_HANDLE_VALUE) {
        (void)CloseHandle(handle);
    }
    if (attributes == INVALID_FILE_ATTRIBUTES ||
        (attributes & FILE_ATTRIBUTE_DIRECTORY) == 0 ||
        (!follow && (handle == INVALID_HANDLE_VALUE || !is_plain_folder(&info)))) {
        return cli_fail_with(err, ENOTDIR, NOT_A_FOLDER);
    }
    return NYZ_OK;
}

nyz_status cli_directory_open(const char *path, int follow, cli_directory **out,
                              int *made, nyz_error *err)
{
    *made = 0;
    wchar_t *const full = full_path(path);
    *out = full != NULL ? spell_folder(full) : NULL;
    free(full);
    if (*out == NULL) {
        return cli_fail_with(err, ENOMEM, "out of memory");
    }
    nyz_status status = NYZ_OK;
    *made = CreateDirectoryW((*out)->path, NULL) != 0;
    if (!*made && GetLastError() != ERROR_ALREADY_EXISTS &&
        GetLastError() != ERROR_ACCESS_DENIED) { /* which a drive's root says */
        status = cli_fail_win32(err, "make the folder");
    }
    if (status == NYZ_OK) {
        status = check_folder(*out, follow, err);
    }
    if (status != NYZ_OK) {
        cli_directory_close(out);
    }
    return status;
}

void cli_directory_close(cli_directory **folder)
{
    free(*folder);
    *folder = NULL;
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

/* FOLDER\NAME */
static int spell_path(walk *w, const cli_directory *folder, const char *name)
{
    wchar_t *const wide = cli_platform_widen(name);
    const size_t room = folder->units + MAX_UNITS + 2;
    w->path = wide != NULL ? calloc(room, sizeof *w->path) : NULL;
    if (w->path != NULL) {
        wcscpy(w->path, folder->path);
        w->path[folder->units] = L'\\';
        wcscpy(w->path + folder->units + 1, wide);
    }
    free(wide);
    w->last = folder->units + 1;
    return w->path != NULL ? 0 : ENOMEM;
}

/* Holds the directory that the path is up to `end`. */
static int step(walk *w, size_t end, int make)
{
    BY_HANDLE_FILE_INFORMATION info;
    w->path[end] = L'\0';
    if (make && !CreateDirectoryW(w->path, NULL) &&
        GetLastError() != ERROR_ALREADY_EXISTS) {
        return to_errno(GetLastError());
    }
    const HANDLE handle = hold(w->path, &info);
    if (handle == INVALID_HANDLE_VALUE) {
        return to_errno(GetLastError());
    }
    w->held[w->count] = handle;
    w->count++;
    return is_plain_folder(&info) ? 0 : ENOTDIR;
}

/* Goes to a name's folder; 0 or an errno.  Leave it in any case. */
static int go(walk *w, const cli_directory *folder, const char *name, int make)
{
    *w = (walk){0};
    int sys = spell_path(w, folder, name);
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
    return sys == ENOTDIR ? cli_fail_with(err, sys, NOT_A_FOLDER)
                          : cli_fail_system(err, sys, "open the folder");
}

nyz_status cli_directory_look(const cli_directory *folder, const char *name,
                              cli_place *out, nyz_error *err)
{
    walk w;
    *out = (cli_place){0};
    const int sys = go(&w, folder, name, 0);
    nyz_status status = NYZ_OK;
    if (sys == 0) {
        status = cli_look_win32(w.path, out, err);
    } else if (sys != ENOENT) {
        status = fail_step(err, sys);
    }
    leave(&w);
    return status;
}

nyz_status cli_directory_add(const cli_directory *folder, const char *name,
                             nyz_error *err)
{
    walk w;
    const int sys = go(&w, folder, name, 1); /* it ends in a slash */
    leave(&w);
    return sys == 0 ? NYZ_OK : fail_step(err, sys);
}

nyz_status cli_directory_write(const cli_directory *folder, const char *name,
                               const cli_place *before, const void *bytes, size_t size,
                               nyz_error *err)
{
    walk w;
    nyz_status status;
    const int sys = go(&w, folder, name, 1);
    if (sys != 0) {
        status = fail_step(err, sys);
    } else {
        status = cli_write_win32(w.path, w.last, before, bytes, size, err);
    }
    leave(&w);
    return status;
}
