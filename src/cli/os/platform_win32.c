/* SPDX-License-Identifier: MIT */
/* What the tool needs of Windows: UTF-8 arguments and paths, binary streams. */
#include "os/platform.h"

#include "os/directory_win32.h"

#include <errno.h>
#include <fcntl.h>
#include <io.h>
#include <stdlib.h>
#include <windows.h>
#include <shellapi.h>

wchar_t *cli_platform_widen(const char *text)
{
    const int count = MultiByteToWideChar(CP_UTF8, 0, text, -1, NULL, 0);
    wchar_t *const wide = count > 0 ? malloc((size_t)count * sizeof *wide) : NULL;
    if (wide != NULL) {
        MultiByteToWideChar(CP_UTF8, 0, text, -1, wide, count);
    }
    return wide;
}

static char *narrow(const wchar_t *wide)
{
    const int count = WideCharToMultiByte(CP_UTF8, 0, wide, -1, NULL, 0, NULL, NULL);
    char *const text = count > 0 ? malloc((size_t)count) : NULL;
    if (text != NULL) {
        WideCharToMultiByte(CP_UTF8, 0, wide, -1, text, count, NULL, NULL);
    }
    return text;
}

/* The arguments live as long as the program. */
static void take_utf8_arguments(int *argc, char ***argv)
{
    int count = 0;
    wchar_t **const wide = CommandLineToArgvW(GetCommandLineW(), &count);
    char **const texts = wide != NULL ? calloc((size_t)count + 1, sizeof *texts) : NULL;
    if (texts == NULL) {
        return;
    }
    for (int i = 0; i < count; i++) {
        texts[i] = narrow(wide[i]);
        if (texts[i] == NULL) {
            return;
        }
    }
    *argc = count;
    *argv = texts;
}

void cli_platform_start(int *argc, char ***argv)
{
    _setmode(_fileno(stdin), _O_BINARY);
    _setmode(_fileno(stdout), _O_BINARY);
    SetConsoleOutputCP(CP_UTF8);
    take_utf8_arguments(argc, argv);
}

FILE *cli_platform_open(const char *path, const char *mode)
{
    wchar_t *const wide_path = cli_platform_widen(path);
    wchar_t *const wide_mode = cli_platform_widen(mode);
    FILE *const file =
        wide_path != NULL && wide_mode != NULL ? _wfopen(wide_path, wide_mode) : NULL;
    free(wide_mode);
    free(wide_path);
    return file;
}

/* Windows removes it when it is closed, or when the tool ends. */
static int open_nameless(void)
{
    wchar_t directory[MAX_PATH + 1];
    wchar_t path[MAX_PATH + 1];
    const DWORD size = GetTempPathW(MAX_PATH + 1, directory);
    if (size == 0 || size > MAX_PATH ||
        GetTempFileNameW(directory, L"nyz", 0, path) == 0) {
        errno = ENOENT;
        return -1;
    }
    const HANDLE handle =
        CreateFileW(path, GENERIC_READ | GENERIC_WRITE | DELETE, 0, NULL, CREATE_ALWAYS,
                    FILE_ATTRIBUTE_TEMPORARY | FILE_FLAG_DELETE_ON_CLOSE, NULL);
    const int fd = handle != INVALID_HANDLE_VALUE
                       ? _open_osfhandle((intptr_t)handle, _O_RDWR | _O_BINARY)
                       : -1;
    if (fd < 0) {
        errno = EACCES;
        if (handle != INVALID_HANDLE_VALUE) {
            CloseHandle(handle);
        } else {
            (void)DeleteFileW(path);
        }
    }
    return fd;
}

FILE *cli_platform_temporary(void)
{
    const int fd = open_nameless();
    FILE *const file = fd >= 0 ? _fdopen(fd, "w+b") : NULL;
    if (file == NULL && fd >= 0) {
        _close(fd);
    }
    return file;
}

static DWORD attributes(const char *path)
{
    wchar_t *const wide = cli_platform_widen(path);
    const DWORD found = wide != NULL ? GetFileAttributesW(wide) : INVALID_FILE_ATTRIBUTES;
    free(wide);
    return found;
}

int cli_platform_exists(const char *path)
{
    return attributes(path) != INVALID_FILE_ATTRIBUTES;
}

int cli_platform_is_directory(const char *path)
{
    const DWORD found = attributes(path);
    return found != INVALID_FILE_ATTRIBUTES && (found & FILE_ATTRIBUTE_DIRECTORY) != 0;
}

int cli_platform_is_special(const char *path)
{
    const DWORD found = attributes(path);
    return found != INVALID_FILE_ATTRIBUTES && (found & FILE_ATTRIBUTE_DEVICE) != 0;
}

/* The identity of a file; not 0 if it could be found out. */
static int look(const char *path, BY_HANDLE_FILE_INFORMATION *info)
{
    if (strcmp(path, "-") == 0) {
        return GetFileInformationByHandle(GetStdHandle(STD_INPUT_HANDLE), info) != 0;
    }
    wchar_t *const wide = cli_platform_widen(path);
    const HANDLE handle =
        wide == NULL ? INVALID_HANDLE_VALUE
                     : CreateFileW(wide, FILE_READ_ATTRIBUTES,
                                   FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                                   NULL, OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL, NULL);
    free(wide);
    if (handle == INVALID_HANDLE_VALUE) {
        return 0;
    }
    const int found = GetFileInformationByHandle(handle, info) != 0;
    (void)CloseHandle(handle);
    return found;
}

static uint64_t index_of(const BY_HANDLE_FILE_INFORMATION *info)
{
    return (uint64_t)info->nFileIndexHigh << 32 | info->nFileIndexLow;
}

int cli_platform_is_same(const char *a, const char *b)
{
    BY_HANDLE_FILE_INFORMATION x;
    BY_HANDLE_FILE_INFORMATION y;
    return look(a, &x) && look(b, &y) &&
           x.dwVolumeSerialNumber == y.dwVolumeSerialNumber &&
           index_of(&x) == index_of(&y);
}

int cli_platform_descriptor(FILE *file)
{
    return _fileno(file);
}

int cli_platform_stamp(FILE *file, cli_stamp *out)
{
    const HANDLE handle = (HANDLE)_get_osfhandle(_fileno(file));
    BY_HANDLE_FILE_INFORMATION info;
    FILE_BASIC_INFO basic;
    *out = (cli_stamp){0};
    if (GetFileType(handle) != FILE_TYPE_DISK) {
        return 0;
    }
    if (!GetFileInformationByHandle(handle, &info)) {
        return EIO;
    }
    *out = (cli_stamp){
        .size = (int64_t)info.nFileSizeHigh << 32 | info.nFileSizeLow,
        .written = {info.ftLastWriteTime.dwHighDateTime,
                    info.ftLastWriteTime.dwLowDateTime},
        .links = info.nNumberOfLinks,
        .mode = info.dwFileAttributes,
        .device = info.dwVolumeSerialNumber,
        .file = index_of(&info),
    };
    if (GetFileInformationByHandleEx(handle, FileBasicInfo, &basic, sizeof basic)) {
        out->changed[0] = basic.ChangeTime.QuadPart; /* 0: the file system knows none */
    }
    return 0;
}

int cli_platform_leads_to(const char *path, const cli_stamp *stamp)
{
    BY_HANDLE_FILE_INFORMATION info;
    return look(path, &info) && info.dwVolumeSerialNumber == stamp->device &&
           index_of(&info) == stamp->file;
}

int cli_platform_can_patch(FILE *file)
{
    (void)file;
    return 0;
}

int cli_platform_is_slash(char c)
{
    return c == '/' || c == '\\' || c == ':';
}

/* Set by the thread that Windows starts for Ctrl-C. */
static volatile LONG stop;

static BOOL WINAPI note_stop(DWORD kind)
{
    (void)kind;
    return InterlockedExchange(&stop, 1) == 0; /* the second time it ends the tool */
}

void cli_platform_catch_stop(void)
{
    (void)SetConsoleCtrlHandler(note_stop, TRUE);
}

int cli_platform_stopped(void)
{
    return stop != 0;
}

void cli_platform_obey_stop(void)
{
    (void)SetConsoleCtrlHandler(note_stop, FALSE);
    if (stop != 0) {
        ExitProcess((UINT)STATUS_CONTROL_C_EXIT);
    }
}
