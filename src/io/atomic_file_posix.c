/* Saving to a path on POSIX systems: a new file in the target's folder, renamed over the
 * target when it is whole and on the disk.  Windows: atomic_file_win32.c. */
#include "io/atomic_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/system.h"

#define NAME_SIZE 256   /* a component has at most 255 bytes on the usual file systems */
#define PATH_SIZE 4096  /* Linux's PATH_MAX; the system refuses more, too */
#define MAX_LINKS 40    /* Linux's limit */
#define MAX_ATTEMPTS 64 /* at a temporary name that nobody has */
#define KEPT_NAME 64    /* bytes of the target's name that the temporary one repeats */

struct nyz_output {
    nyz_allocator allocator;
    int fd;
    int folder; /* holds both names, also if it is moved meanwhile; -1: none */
    int sync;
    int exists; /* the target does, and has `mode` */
    mode_t mode;
    char name[NAME_SIZE];
    char temporary[NAME_SIZE]; /* "": there is no such file (any more) */
};

/* The functions below return 0 or an errno. */

/* ----------------------------------------------------------------- finding the target */

/* Opens the directory of a path, whose first `size` bytes name it; from `at` if it is
 * relative. */
static int open_folder(int at, const char *path, size_t size, int *folder)
{
    char text[PATH_SIZE] = ".";
    if (size >= sizeof text) {
        return ENAMETOOLONG;
    }
    if (size > 0) {
        memcpy(text, path, size);
        text[size] = '\0';
    }
    do {
        *folder = openat(at, text, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    } while (*folder < 0 && errno == EINTR);
    return *folder < 0 ? errno : 0;
}

/* Makes folder and name those of a path, which starts in the directory so far. */
static int enter(nyz_output *r, const char *path)
{
    const char *const slash = strrchr(path, '/');
    const char *const name = slash != NULL ? slash + 1 : path;
    const size_t size = strlen(name);
    int folder;
    if (size == 0 || size >= NAME_SIZE) {
        return size == 0 ? EISDIR : ENAMETOOLONG;
    }
    const int sys = open_folder(r->folder >= 0 ? r->folder : AT_FDCWD, path,
                                (size_t)(name - path), &folder);
    if (sys != 0) {
        return sys;
    }
    if (r->folder >= 0) {
        (void)close(r->folder);
    }
    r->folder = folder;
    memcpy(r->name, name, size + 1);
    return 0;
}

/* The links of /proc (where /dev/stdout leads) stand for open files; their text is no
 * path. */
static int in_proc(int folder)
{
    struct stat here;
    struct stat proc;
    return fstat(folder, &here) == 0 && stat("/proc/self/fd", &proc) == 0 &&
           here.st_dev == proc.st_dev;
}

/* Follows symbolic links to the file itself or, where a link dangles, to its place. */
static int resolve(nyz_output *r, const char *path, int *straight)
{
    char link[PATH_SIZE];
    int sys = enter(r, path);
    for (int links = 0; sys == 0; links++) {
        const ssize_t size = readlinkat(r->folder, r->name, link, sizeof link);
        if (size < 0) {
            return errno == EINVAL || errno == ENOENT ? 0 : errno;
        }
        if (in_proc(r->folder)) {
            *straight = 1;
            return 0;
        }
        if (links == MAX_LINKS || size == (ssize_t)sizeof link) {
            return links == MAX_LINKS ? ELOOP : ENAMETOOLONG;
        }
        link[size] = '\0';
        sys = enter(r, link);
    }
    return sys;
}

/* Notes whether the target exists.  One that may not be written to is not replaced
 * either, although a rename could. */
static int examine(nyz_output *r)
{
    struct stat st;
    if (fstatat(r->folder, r->name, &st, AT_SYMLINK_NOFOLLOW) != 0) {
        return errno == ENOENT ? 0 : errno;
    }
    if (!S_ISREG(st.st_mode)) {
        return S_ISDIR(st.st_mode) ? EISDIR : EEXIST;
    }
    if (faccessat(r->folder, r->name, W_OK, AT_EACCESS) != 0) {
        return errno;
    }
    r->exists = 1;
    r->mode = st.st_mode & 0777;
    return 0;
}

/* Finds the target.  *straight: it is no regular file, or one that only /proc knows.  The
 * first stat lets the system have its say, whether it follows these links for us. */
static int find_target(nyz_output *r, const char *path, int *straight)
{
    struct stat st;
    const int exists = stat(path, &st) == 0;
    if (!exists && errno != ENOENT) {
        return errno;
    }
    if (exists && S_ISDIR(st.st_mode)) {
        return EISDIR;
    }
    *straight = exists && !S_ISREG(st.st_mode);
    const int sys = *straight ? 0 : resolve(r, path, straight);
    return sys != 0 || *straight ? sys : examine(r);
}

/* ------------------------------------------------------------------ the file to write */

/* As fopen's "w": for a pipe this waits for its reader. */
static int open_straight(nyz_output *r, const char *path)
{
    do {
        r->fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC | O_NOCTTY);
    } while (r->fd < 0 && errno == EINTR);
    return r->fd < 0 ? errno : 0;
}

/* Thirty bits that others cannot easily foresee and two threads or processes do not
 * share; O_EXCL does the rest. */
static uint64_t draw(const nyz_output *r, int attempt)
{
    struct timespec now = {0};
    (void)clock_gettime(CLOCK_REALTIME, &now);
    uint64_t x = (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
    x ^= (uint64_t)getpid() << 40 ^ (uint64_t)(uintptr_t)r << 8;
    x += (uint64_t)attempt * 0x9e3779b97f4a7c15;
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
    x = (x ^ x >> 27) * 0x94d049bb133111eb;
    return x ^ x >> 31;
}

/* .NAME.nyz-XXXXXX; a long NAME is cut, between two characters. */
static void spell_temporary(nyz_output *r, uint64_t random)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz234567";
    static const char mark[] = ".nyz-";
    size_t kept = strlen(r->name);
    if (kept > KEPT_NAME) {
        kept = KEPT_NAME;
        while (kept > 0 && (r->name[kept] & 0xc0) == 0x80) {
            kept--;
        }
    }
    char *end = r->temporary;
    *end++ = '.';
    memcpy(end, r->name, kept);
    end += kept;
    memcpy(end, mark, sizeof mark - 1);
    end += sizeof mark - 1;
    for (int i = 0; i < 6; i++) {
        *end++ = letters[random >> 5 * i & 31];
    }
    *end = '\0';
}

/* A new target gets the mode that the umask leaves, as any new file; one that takes an
 * existing file's place is nobody else's before it has that file's mode. */
static int create_temporary(nyz_output *r)
{
    const mode_t mode = r->exists ? 0600 : 0666;
    for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
        spell_temporary(r, draw(r, attempt));
        r->fd = openat(r->folder, r->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
                       mode);
        if (r->fd >= 0) {
            return 0;
        }
        if (errno != EEXIST && errno != EINTR) {
            break;
        }
    }
    r->temporary[0] = '\0';
    return errno;
}

/* -------------------------------------------------------------------------- the calls */

nyz_status nyz_atomic_file_begin(const char *path, int sync,
                                 const nyz_allocator *allocator, nyz_output **out,
                                 nyz_stream *stream, nyz_error *err)
{
    void *memory;
    int straight = 0;
    *out = NULL;
    memset(stream, 0, sizeof *stream);
    if (path[0] == '\0') {
        return nyz_fail(err, NYZ_ERR_ARGUMENT, -1, "the path is empty");
    }
    NYZ_TRY(nyz_alloc_zero(allocator, sizeof(nyz_output), &memory, err));
    nyz_output *r = memory;
    r->allocator = *allocator;
    r->sync = sync;
    r->fd = -1;
    r->folder = -1;
    int sys = find_target(r, path, &straight);
    if (sys == 0) {
        sys = straight ? open_straight(r, path) : create_temporary(r);
    }
    if (sys != 0) {
        nyz_output_discard(&r);
        return nyz_fail_sys(err, sys, -1, "cannot create the file");
    }
    *stream = nyz_stream_fd(r->fd);
    stream->read = NULL;
    stream->read_at = NULL;
    *out = r;
    return NYZ_OK;
}

/* Small pieces are not worth the system call. */
void nyz_atomic_file_preallocate(const nyz_output *output, int64_t size)
{
    const off_t place = size >= (1 << 20) ? lseek(output->fd, 0, SEEK_CUR) : -1;
    if (place >= 0) {
        nyz_system_preallocate(output->fd, place, size);
    }
}

/* Makes the rename itself last.  Some file systems cannot, and say so. */
static nyz_status sync_folder(const nyz_output *r, nyz_error *err)
{
    if (fsync(r->folder) != 0 && errno != EINVAL && errno != ENOTSUP) {
        return nyz_fail_sys(
            err, errno, -1,
            "the new file is in its place, but its folder cannot be synced");
    }
    return NYZ_OK;
}

/* An fsync that has failed is not tried again: the next one would report success although
 * the pages are lost. */
static nyz_status finish(nyz_output *r, nyz_error *err)
{
    const int temporary = r->temporary[0] != '\0';
    if (temporary && r->exists && fchmod(r->fd, r->mode) != 0) {
        return nyz_fail_sys(err, errno, -1,
                            "cannot give the new file the old one's mode");
    }
    if (temporary && r->sync && fsync(r->fd) != 0) {
        return nyz_fail_sys(err, errno, -1, "cannot sync the new file");
    }
    const int closed = close(r->fd);
    r->fd = -1;
    if (closed != 0) {
        return nyz_fail_sys(err, errno, -1, "cannot close the new file");
    }
    if (!temporary) {
        return NYZ_OK;
    }
    if (renameat(r->folder, r->temporary, r->folder, r->name) != 0) {
        return nyz_fail_sys(err, errno, -1, "cannot rename the new file");
    }
    r->temporary[0] = '\0';
    return r->sync ? sync_folder(r, err) : NYZ_OK;
}

nyz_status nyz_output_finish(nyz_output **output, nyz_error *err)
{
    const nyz_status status = finish(*output, err);
    nyz_output_discard(output);
    return status;
}

void nyz_output_discard(nyz_output **output)
{
    if (output == NULL) {
        return;
    }
    nyz_output *const r = *output;
    if (r == NULL) {
        return;
    }
    if (r->fd >= 0) {
        (void)close(r->fd);
    }
    if (r->temporary[0] != '\0') {
        (void)unlinkat(r->folder, r->temporary, 0);
    }
    if (r->folder >= 0) {
        (void)close(r->folder);
    }
    const nyz_allocator allocator = r->allocator;
    nyz_release(&allocator, r, sizeof *r);
    *output = NULL;
}
