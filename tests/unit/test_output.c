/* SPDX-License-Identifier: MIT */
/* Saving to a path: the old file or the new one, whole, and nothing else (POSIX). */

#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>

#include "base/alloc.h"
#include "base/error.h"
#include "io/atomic_file.h"
#include "io/stream.h"
#include "support/temp_directory.h"

static const nyz_allocator *const memory = &nyz_default_allocator;

static nyz_status save(const char *path, const char *text, int sync, nyz_error *err)
{
    nyz_output *replace;
    nyz_stream s;
    NYZ_TRY(nyz_atomic_file_begin(path, sync, memory, &replace, &s, err));
    const nyz_status status = nyz_stream_write(&s, text, (int64_t)strlen(text), err);
    if (status != NYZ_OK) {
        nyz_output_discard(&replace);
        return status;
    }
    return nyz_output_finish(&replace, err);
}

static mode_t mode_of(const char *path)
{
    struct stat st;
    assert_int_equal(lstat(path, &st), 0);
    return st.st_mode & 07777;
}

static int is_link(const char *path)
{
    struct stat st;
    return lstat(path, &st) == 0 && S_ISLNK(st.st_mode);
}

/* ---------------------------------------------------------------- the plain two cases */

static void a_new_file_appears_at_commit(void **state)
{
    temp_directory *const folder = *state;
    for (int sync = 0; sync <= 1; sync++) {
        nyz_output *replace;
        nyz_stream s;
        const int before = count_descriptors();
        const char *const path = in_directory(folder, sync ? "synced" : "unsynced");
        assert_ok(nyz_atomic_file_begin(path, sync, memory, &replace, &s, err));
        assert_null(s.read);
        assert_null(s.read_at);
        assert_ok(nyz_stream_write(&s, "0123456789", 10, err));
        assert_int_equal(s.seek(s.ctx, 4, SEEK_SET), 4);
        assert_ok(nyz_stream_write(&s, "X", 1, err));
        assert_int_equal(access(path, F_OK), -1);
        assert_int_equal(fcntl((int)(intptr_t)s.ctx, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
        assert_ok(nyz_output_finish(&replace, err));
        assert_null(replace);
        assert_file(path, "0123X56789");
        assert_int_equal(count_names(folder->path), sync + 1);
        assert_int_equal(count_descriptors(), before);
    }
}

static void an_old_file_is_there_until_commit(void **state)
{
    temp_directory *const folder = *state;
    nyz_output *replace;
    nyz_stream s;
    const char *const path = in_directory(folder, "a");
    put_file(path, "old");
    assert_ok(nyz_atomic_file_begin(path, 1, memory, &replace, &s, err));
    assert_ok(nyz_stream_write(&s, "new text", 8, err));
    assert_file(path, "old");
    assert_ok(nyz_output_finish(&replace, err));
    assert_file(path, "new text");
    assert_int_equal(count_names(folder->path), 1);
}

static void giving_up_leaves_no_trace(void **state)
{
    temp_directory *const folder = *state;
    nyz_output *replace;
    nyz_stream s;
    const int before = count_descriptors();
    put_file(in_directory(folder, "a"), "old");
    assert_ok(nyz_atomic_file_begin(folder->file, 1, memory, &replace, &s, err));
    assert_ok(nyz_stream_write(&s, "new", 3, err));
    nyz_output_discard(&replace);
    assert_null(replace);
    nyz_output_discard(&replace);
    assert_file(folder->file, "old");
    assert_ok(
        nyz_atomic_file_begin(in_directory(folder, "b"), 1, memory, &replace, &s, err));
    nyz_output_discard(&replace);
    assert_int_equal(count_names(folder->path), 1);
    assert_int_equal(count_descriptors(), before);
}

/* ------------------------------------------------------------------------------ modes */

static void a_new_file_gets_the_mode_that_the_umask_leaves(void **state)
{
    temp_directory *const folder = *state;
    const mode_t old = umask(027);
    assert_ok(save(in_directory(folder, "a"), "x", 0, err));
    (void)umask(0);
    assert_ok(save(in_directory(folder, "b"), "x", 0, err));
    (void)umask(old);
    assert_int_equal(mode_of(in_directory(folder, "a")), 0640);
    assert_int_equal(mode_of(in_directory(folder, "b")), 0666);
}

static void an_old_file_keeps_its_mode(void **state)
{
    temp_directory *const folder = *state;
    static const mode_t modes[] = {0600, 0640, 0666, 0755, 0200};
    const char *const path = in_directory(folder, "a");
    const mode_t old = umask(077);
    put_file(path, "old");
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
        assert_int_equal(chmod(path, modes[i]), 0);
        assert_ok(save(path, "new", 0, err));
        assert_int_equal(mode_of(path), modes[i]);
    }
    (void)umask(old);
}

/* Without a umask, a new file has a temporary name while it is written on every system:
 * see atomic_temporary_posix.c.  Returns the umask that was. */
static mode_t name_from_the_start(void)
{
    return umask(0);
}

static const char *found_name;

static void find_temporary(const char *path, const char *name)
{
    static char found[8192];
    if (strstr(name, ".nyz-") != NULL) {
        (void)snprintf(found, sizeof found, "%s/%s", path, name);
        found_name = found;
    }
}

/* The path of the one temporary file in a directory. */
static const char *temporary_in(const char *path)
{
    found_name = NULL;
    (void)each_name(path, find_temporary);
    assert_non_null(found_name);
    return found_name;
}

static void a_private_file_is_private_while_it_is_written(void **state)
{
    temp_directory *const folder = *state;
    nyz_output *replace;
    nyz_stream s;
    const mode_t old = umask(0);
    put_file(in_directory(folder, "a"), "old");
    assert_int_equal(chmod(folder->file, 0640), 0);
    assert_ok(nyz_atomic_file_begin(folder->file, 0, memory, &replace, &s, err));
    struct stat st;
    assert_int_equal(fstat((int)(intptr_t)s.ctx, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    assert_ok(nyz_output_finish(&replace, err));
    assert_int_equal(mode_of(folder->file), 0640);
    (void)umask(old);
}

/* Run by a child that is not root, for whom modes count. */
static int save_as_nobody(const char *path)
{
    int status = -1;
    const pid_t child = fork();
    if (child == 0) {
        nyz_error error = {0};
        if (geteuid() == 0 && setuid(65534) != 0) {
            _exit(99);
        }
        const nyz_status saved = save(path, "new", 0, &error);
        _exit(saved == NYZ_OK ? 0 : saved == NYZ_ERR_IO && error.sys == EACCES ? 1 : 2);
    }
    assert_true(child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void what_may_not_be_written_is_not_replaced(void **state)
{
    temp_directory *const folder = *state;
    const char *const path = in_directory(folder, "a");
    assert_int_equal(chmod(folder->path, 0777), 0);
    put_file(path, "old");
    assert_int_equal(chmod(path, 0444), 0);
    assert_int_equal(save_as_nobody(path), 1);
    assert_file(path, "old");
    assert_int_equal(chmod(path, 0666), 0);
    assert_int_equal(save_as_nobody(path), 0);
    assert_file(path, "new");
    assert_int_equal(chmod(folder->path, 0555), 0);
    assert_int_equal(save_as_nobody(path), 1);
    assert_int_equal(chmod(folder->path, 0755), 0);
    assert_int_equal(count_names(folder->path), 1);
}

/* ------------------------------------------------------------------------------ names */

static void the_temporary_name_is_recognisable(void **state)
{
    temp_directory *const folder = *state;
    nyz_output *first;
    nyz_output *second;
    nyz_stream s;
    const char *const path = in_directory(folder, "weights.npy");
    const mode_t old = name_from_the_start();
    assert_ok(nyz_atomic_file_begin(path, 0, memory, &first, &s, err));
    assert_int_equal(fcntl((int)(intptr_t)s.ctx, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
    const char *const name = strrchr(temporary_in(folder->path), '/') + 1;
    assert_int_equal(strncmp(name, ".weights.npy.nyz-", 17), 0);
    assert_int_equal(strlen(name), 17 + 6);
    assert_ok(nyz_atomic_file_begin(path, 0, memory, &second, &s, err));
    (void)umask(old);
    assert_int_equal(count_names(folder->path), 2);
    assert_ok(nyz_output_finish(&first, err));
    assert_ok(nyz_output_finish(&second, err));
    assert_int_equal(count_names(folder->path), 1);
}

static void names_of_255_bytes_can_be_saved(void **state)
{
    temp_directory *const folder = *state;
    char name[257];
    nyz_output *replace;
    nyz_stream s;
    memset(name, 'x', sizeof name);
    name[255] = '\0';
    assert_ok(save(in_directory(folder, name), "new", 0, err));
    assert_file(folder->file, "new");
    const mode_t old = name_from_the_start();
    for (size_t i = 0; i < 255; i += 3) { /* cut between characters, not within one */
        memcpy(name + i, "\xe2\x82\xac", 3);
    }
    assert_ok(
        nyz_atomic_file_begin(in_directory(folder, name), 0, memory, &replace, &s, err));
    assert_non_null(strstr(temporary_in(folder->path), "\xe2\x82\xac.nyz-"));
    assert_ok(nyz_output_finish(&replace, err));
#ifdef __linux__               /* elsewhere this may be no name */
    memset(name, '\x80', 255); /* bytes that continue characters, and begin none */
    assert_ok(
        nyz_atomic_file_begin(in_directory(folder, name), 0, memory, &replace, &s, err));
    assert_non_null(strstr(temporary_in(folder->path), "/..nyz-"));
    assert_ok(nyz_output_finish(&replace, err));
    assert_int_equal(unlink(in_directory(folder, name)), 0);
#endif
    (void)umask(old);
    name[255] = 'x';
    name[256] = '\0';
    assert_fails(NYZ_ERR_IO, "too long", save(in_directory(folder, name), "new", 0, err));
    assert_int_equal(count_names(folder->path), 2);
}

static void a_path_may_be_relative_and_the_folder_may_move(void **state)
{
    temp_directory *const folder = *state;
    nyz_output *replace;
    nyz_stream s;
    char moved[8192];
    const int here = open(".", O_RDONLY);
    assert_int_equal(mkdir(in_directory(folder, "sub"), 0755), 0);
    assert_int_equal(chdir(folder->file), 0);
    assert_ok(nyz_atomic_file_begin("a", 1, memory, &replace, &s, err));
    assert_int_equal(fchdir(here), 0);
    (void)snprintf(moved, sizeof moved, "%s/moved", folder->path);
    assert_int_equal(rename(in_directory(folder, "sub"), moved), 0);
    assert_ok(nyz_stream_write(&s, "new", 3, err));
    assert_ok(nyz_output_finish(&replace, err));
    assert_file(in_directory(folder, "moved/a"), "new");
    assert_int_equal(count_names(moved), 1);
    assert_int_equal(close(here), 0);
}

/* ------------------------------------------------------------------------------ links */

static void a_link_is_followed(void **state)
{
    temp_directory *const folder = *state;
    static const char *const texts[] = {"sub/real", "./sub/../sub/real", "second", NULL};
    char absolute[8192];
    const char *const link = strcpy(absolute, in_directory(folder, "link"));
    char real[8192];
    const int before = count_descriptors();
    (void)snprintf(real, sizeof real, "%s", in_directory(folder, "sub/real"));
    assert_int_equal(mkdir(in_directory(folder, "sub"), 0755), 0);
    assert_int_equal(symlink("sub/third", in_directory(folder, "second")), 0);
    assert_int_equal(symlink("real", in_directory(folder, "sub/third")), 0);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        put_file(real, "old");
        assert_int_equal(chmod(real, 0640), 0);
        assert_int_equal(symlink(texts[i] != NULL ? texts[i] : real, link), 0);
        assert_ok(save(link, "new", 0, err));
        assert_true(is_link(link));
        assert_false(is_link(real));
        assert_file(real, "new");
        assert_int_equal(mode_of(real), 0640);
        assert_int_equal(unlink(link), 0);
    }
    assert_int_equal(count_names(in_directory(folder, "sub")), 2);
    assert_int_equal(count_names(folder->path), 2);
    assert_int_equal(count_descriptors(), before);
}

static void a_dangling_link_creates_its_target(void **state)
{
    temp_directory *const folder = *state;
    assert_int_equal(mkdir(in_directory(folder, "sub"), 0755), 0);
    assert_int_equal(symlink("sub/real", in_directory(folder, "link")), 0);
    assert_ok(save(in_directory(folder, "link"), "new", 1, err));
    assert_true(is_link(folder->file));
    assert_file(in_directory(folder, "sub/real"), "new");
    assert_int_equal(symlink("absent/real", in_directory(folder, "far")), 0);
    assert_fails(NYZ_ERR_NOT_FOUND, "cannot create",
                 save(in_directory(folder, "far"), "x", 0, err));
}

static void links_that_go_in_circles_are_refused(void **state)
{
    temp_directory *const folder = *state;
    nyz_error error = {0};
    assert_int_equal(symlink("b", in_directory(folder, "a")), 0);
    assert_int_equal(symlink("a", in_directory(folder, "b")), 0);
    assert_int_equal(save(folder->file, "x", 0, &error), NYZ_ERR_IO);
    assert_int_equal(error.sys, ELOOP);
    assert_int_equal(count_names(folder->path), 2);
}

/* --------------------------------------------------------------------------- refusals */

static void what_cannot_be_created(void **state)
{
    temp_directory *const folder = *state;
    const int before = count_descriptors();
    put_file(in_directory(folder, "file"), "x");
    assert_int_equal(mkdir(in_directory(folder, "sub"), 0755), 0);
    static const struct {
        const char *name;
        nyz_status status;
        int sys;
    } cases[] = {
        {"absent/file", NYZ_ERR_NOT_FOUND, ENOENT},
        {"file/file", NYZ_ERR_NOT_FOUND, ENOTDIR},
        {"file/", NYZ_ERR_NOT_FOUND, ENOTDIR},
        {"sub", NYZ_ERR_IO, EISDIR},
        {"sub/", NYZ_ERR_IO, EISDIR},
        {"new/", NYZ_ERR_IO, EISDIR},
        {".", NYZ_ERR_IO, EISDIR},
        {"sub/..", NYZ_ERR_IO, EISDIR},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        nyz_error error = {0};
        nyz_output *replace = (nyz_output *)&error;
        nyz_stream s = {.ctx = &error};
        const nyz_status status = nyz_atomic_file_begin(
            in_directory(folder, cases[i].name), 1, memory, &replace, &s, &error);
        assert_int_equal(status, cases[i].status);
        assert_int_equal(error.sys, cases[i].sys);
        assert_null(replace);
        assert_null(s.ctx);
    }
    assert_fails(NYZ_ERR_ARGUMENT, "empty", save("", "x", 0, err));
    assert_fails(NYZ_ERR_IO, "directory", save("/", "x", 0, err));
    assert_int_equal(count_names(folder->path), 2);
    assert_int_equal(count_descriptors(), before);
}

static void *no_memory(void *ctx, size_t size, size_t align)
{
    (void)ctx;
    (void)size;
    (void)align;
    return NULL;
}

static void without_memory_nothing_is_created(void **state)
{
    temp_directory *const folder = *state;
    const nyz_allocator none = {.alloc = no_memory};
    nyz_output *replace;
    nyz_stream s;
    assert_fails(
        NYZ_ERR_MEMORY, "memory",
        nyz_atomic_file_begin(in_directory(folder, "a"), 1, &none, &replace, &s, err));
    assert_null(replace);
    assert_int_equal(count_names(folder->path), 0);
}

/* --------------------------------------------------------------------------- failures */

/* A full disk in small: the system refuses what is longer than a limit. */
static void a_write_that_fails_leaves_the_old_file(void **state)
{
    temp_directory *const folder = *state;
    struct rlimit old;
    nyz_error error = {0};
    char text[5001];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    put_file(in_directory(folder, "a"), "old");
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
    const struct rlimit small = {1000, old.rlim_max};
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    struct sigaction before;
    assert_int_equal(sigaction(SIGXFSZ, &ignore, &before), 0);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    const nyz_status status = save(folder->file, text, 1, &error);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
    assert_int_equal(sigaction(SIGXFSZ, &before, NULL), 0);
    assert_int_equal(status, NYZ_ERR_IO);
    assert_int_equal(error.sys, EFBIG);
    assert_non_null(strstr(error.message, "cannot write"));
    assert_file(folder->file, "old");
    assert_int_equal(count_names(folder->path), 1);
}

/* The descriptor is closed behind the writer's back, so that sync and chmod fail. */
static void a_commit_that_fails_leaves_the_old_file(void **state)
{
    temp_directory *const folder = *state;
    for (int sync = 0; sync <= 1; sync++) {
        for (int exists = !sync; exists <= 1; exists++) {
            nyz_output *replace;
            nyz_stream s;
            const char *const path = in_directory(folder, exists ? "old" : "new");
            if (exists) {
                put_file(path, "old");
            }
            assert_ok(nyz_atomic_file_begin(path, sync, memory, &replace, &s, err));
            assert_ok(nyz_stream_write(&s, "new", 3, err));
            assert_int_equal(close((int)(intptr_t)s.ctx), 0);
            assert_fails(NYZ_ERR_IO, exists ? "mode" : "cannot sync",
                         nyz_output_finish(&replace, err));
            assert_null(replace);
            assert_int_equal(count_names(folder->path), exists);
            if (exists) {
                assert_file(path, "old");
                assert_int_equal(unlink(path), 0);
            }
        }
    }
}

static void a_rename_that_fails_leaves_nothing(void **state)
{
    temp_directory *const folder = *state;
    nyz_output *replace;
    nyz_stream s;
    const int before = count_descriptors();
    assert_ok(
        nyz_atomic_file_begin(in_directory(folder, "a"), 1, memory, &replace, &s, err));
    assert_int_equal(mkdir(folder->file, 0755), 0);
    assert_fails(NYZ_ERR_IO, "cannot give the new file its name",
                 nyz_output_finish(&replace, err));
    assert_int_equal(count_names(folder->path), 1);
    const mode_t old = name_from_the_start();
    assert_ok(
        nyz_atomic_file_begin(in_directory(folder, "b"), 1, memory, &replace, &s, err));
    (void)umask(old);
    assert_int_equal(unlink(temporary_in(folder->path)), 0);
    assert_fails(NYZ_ERR_NOT_FOUND, "cannot give the new file its name",
                 nyz_output_finish(&replace, err));
    assert_int_equal(count_names(folder->path), 1);
    assert_int_equal(count_descriptors(), before);
}

/* ------------------------------------------------------------ what is no regular file */

static void a_device_is_written_straight(void **state)
{
    temp_directory *const folder = *state;
    nyz_output *replace;
    nyz_stream s;
    nyz_error error = {0};
    assert_int_equal(symlink("/dev/full", in_directory(folder, "full")), 0);
    assert_ok(nyz_atomic_file_begin(folder->file, 1, memory, &replace, &s, err));
    assert_null(s.seek);
    assert_int_equal(nyz_stream_write(&s, "x", 1, &error), NYZ_ERR_IO);
    assert_int_equal(error.sys, ENOSPC);
    nyz_output_discard(&replace);
    assert_true(is_link(folder->file));
    assert_ok(save("/dev/null", "x", 1, err));
    assert_int_equal(count_names(folder->path), 1);
}

static void *read_all(void *path)
{
    char got[16] = {0};
    FILE *const file = fopen(path, "rb");
    const size_t n = fread(got, 1, sizeof got - 1, file);
    return fclose(file) == 0 && n == 4 && strcmp(got, "text") == 0 ? path : NULL;
}

static void a_fifo_is_written_straight(void **state)
{
    temp_directory *const folder = *state;
    pthread_t reader;
    void *result;
    assert_int_equal(mkfifo(in_directory(folder, "fifo"), 0600), 0);
    assert_int_equal(pthread_create(&reader, NULL, read_all, folder->file), 0);
    assert_ok(save(folder->file, "text", 1, err));
    assert_int_equal(pthread_join(reader, &result), 0);
    assert_non_null(result);
    assert_int_equal(count_names(folder->path), 1);
}

static void a_socket_is_no_file_to_write(void **state)
{
    temp_directory *const folder = *state;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const char *const path = in_directory(folder, "socket");
    nyz_error error = {0};
    assert_true(strlen(path) < sizeof address.sun_path);
    memcpy(address.sun_path, path, strlen(path) + 1);
    const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    const int before = count_descriptors();
    assert_int_equal(save(path, "text", 1, &error), NYZ_ERR_IO);
    assert_true(error.sys > 0);
    assert_int_equal(count_descriptors(), before);
    assert_int_equal(count_names(folder->path), 1);
    assert_int_equal(close(fd), 0);
}

static void take_signal(int number)
{
    (void)number;
}

/* Interrupts whoever waits for the FIFO's reader, and then is that reader. */
static void interrupt_opener(const char *path)
{
    const pid_t parent = getpid();
    const pid_t child = fork();
    if (child == 0) {
        const struct timespec time = {0, 50000000};
        for (int i = 0; i < 5; i++) {
            (void)nanosleep(&time, NULL);
            (void)kill(parent, SIGUSR1);
        }
        char got[8];
        const int fd = open(path, O_RDONLY);
        _exit(read(fd, got, 8) == 4 ? 0 : 1);
    }
}

static void an_interrupted_wait_for_a_reader_is_gone_on_with(void **state)
{
    temp_directory *const folder = *state;
    int child_status = -1;
    struct sigaction action = {.sa_handler = take_signal};
    struct sigaction old;
    assert_int_equal(mkfifo(in_directory(folder, "fifo"), 0600), 0);
    assert_int_equal(sigaction(SIGUSR1, &action, &old), 0);
    interrupt_opener(folder->file);
    assert_ok(save(folder->file, "text", 1, err));
    assert_true(wait(&child_status) > 0);
    assert_int_equal(child_status, 0);
    assert_int_equal(sigaction(SIGUSR1, &old, NULL), 0);
}

/* /dev/stdout of `nyz ... > a` leads to a regular file, but the shell's: it is not
 * replaced, nor is a file of the name that /proc shows for one that has been deleted
 * created. */
static void an_open_file_by_its_descriptor_is_written_straight(void **state)
{
    temp_directory *const folder = *state;
    char path[64];
    struct stat st;
    char got[16] = {0};
    const int fd = open(in_directory(folder, "a"), O_RDWR | O_CREAT | O_TRUNC, 0600);
    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    if (stat(path, &st) != 0) {
        skip();
    }
    assert_int_equal(write(fd, "longer than that", 16), 16);
    assert_ok(save(path, "text", 1, err));
    assert_file(folder->file, "text");
    assert_int_equal(unlink(folder->file), 0);
    assert_ok(save(path, "other", 1, err));
    assert_int_equal(pread(fd, got, 15, 0), 5);
    assert_string_equal(got, "other");
    assert_int_equal(count_names(folder->path), 0);
    assert_int_equal(close(fd), 0);
}

/* The public calls: several arrays in one file, there all at once or not at all. */
static void several_arrays_make_one_file_at_finish(void **state)
{
    temp_directory *const folder = *state;
    const char *const path = in_directory(folder, "several.npy");
    const nyz_dtype dtype = nyz_dtype_of(NYZ_INT32);
    static const int32_t numbers[3] = {1, 2, 3};
    const int64_t count = 3;
    nyz_array array;
    nyz_array back;
    nyz_output *output = NULL;
    nyz_stream stream;
    assert_ok(nyz_array_wrap_const(numbers, &dtype, 1, &count, NULL, &array, err));
    for (int finish = 0; finish < 2; finish++) {
        assert_ok(nyz_output_create(path, NULL, &output, &stream, err));
        assert_ok(nyz_write(&stream, &array, NULL, err));
        assert_ok(nyz_write(&stream, &array, NULL, err));
        assert_fails(NYZ_ERR_NOT_FOUND, "", nyz_load(path, NULL, &back, err));
        if (finish) {
            assert_ok(nyz_output_finish(&output, err));
        } else {
            nyz_output_discard(&output);
            assert_int_equal(count_names(folder->path), 0);
        }
        assert_null(output);
    }
    FILE *const file = fopen(path, "rb");
    assert_non_null(file);
    stream = nyz_stream_file(file);
    for (int i = 0; i < 2; i++) {
        assert_ok(nyz_read(&stream, NULL, &back, err));
        assert_memory_equal(back.data, numbers, sizeof numbers);
        nyz_array_free(&back);
    }
    assert_fails(NYZ_ERR_NOT_FOUND, "end", nyz_read(&stream, NULL, &back, err));
    assert_int_equal(fclose(file), 0);
    nyz_options bad = {0};
    bad.level = 77;
    assert_fails(NYZ_ERR_ARGUMENT, "level",
                 nyz_output_create(path, &bad, &output, &stream, err));
    assert_null(output);
    nyz_output_discard(&output);
    nyz_output_discard(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        directory_test(a_new_file_appears_at_commit),
        directory_test(an_old_file_is_there_until_commit),
        directory_test(giving_up_leaves_no_trace),
        directory_test(a_new_file_gets_the_mode_that_the_umask_leaves),
        directory_test(an_old_file_keeps_its_mode),
        directory_test(a_private_file_is_private_while_it_is_written),
        directory_test(what_may_not_be_written_is_not_replaced),
        directory_test(the_temporary_name_is_recognisable),
        directory_test(names_of_255_bytes_can_be_saved),
        directory_test(a_path_may_be_relative_and_the_folder_may_move),
        directory_test(a_link_is_followed),
        directory_test(a_dangling_link_creates_its_target),
        directory_test(links_that_go_in_circles_are_refused),
        directory_test(what_cannot_be_created),
        directory_test(without_memory_nothing_is_created),
        directory_test(a_write_that_fails_leaves_the_old_file),
        directory_test(a_commit_that_fails_leaves_the_old_file),
        directory_test(a_rename_that_fails_leaves_nothing),
        directory_test(a_device_is_written_straight),
        directory_test(a_fifo_is_written_straight),
        directory_test(a_socket_is_no_file_to_write),
        directory_test(an_interrupted_wait_for_a_reader_is_gone_on_with),
        directory_test(an_open_file_by_its_descriptor_is_written_straight),
        directory_test(several_arrays_make_one_file_at_finish),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
