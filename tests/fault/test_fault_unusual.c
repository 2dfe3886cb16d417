/* SPDX-License-Identifier: MIT */
/* Legal but rare results of system calls: a temporary name that is taken, a directory
 * that cannot be synced, a file that becomes something else.  The linker puts these
 * functions before the C library's, and wants their names so, reserved or not.  One call
 * after the other failing, whatever it is: test_fault_system.c.  Linux, glibc. */

#include <poll.h>
#include <signal.h>

#include "nyz_map.h"

#include "base/alloc.h"
#include "base/error.h"
#include "base/name_table.h"
#include "base/parallel.h"
#include "io/atomic_file.h"
#include "io/input_file.h"
#include "support/temp_directory.h"

typedef enum call {
    NONE,
    OPENAT,
    LINKAT,
    FLOCK,
    FSYNC,
    STAT,
    FSTAT,
    FSTATAT,
    FCNTL,
    POLL,
    MASK,
    TELL,
    RANDOM,
    PWRITE
} call;

/* The calls of one function, from number `from` on, counted from 1: so many answer
 * otherwise. */
static struct {
    call call;
    int from;
    int times;
    int sys;     /* they fail with this, -1: without an errno, */
    mode_t mode; /* or, if that is 0, say that the file is one of these */
    int calls;
} odd;

static int is_odd(call c)
{
    if (odd.call != c) {
        return 0;
    }
    odd.calls++;
    return odd.calls >= odd.from && odd.calls < odd.from + odd.times;
}

static int fails(call c)
{
    const int hit = is_odd(c) && odd.sys != 0;
    if (hit) {
        errno = odd.sys > 0 ? odd.sys : 0;
    }
    return hit;
}

#define WRAP(type, name, parameters, arguments, c)                                       \
    type __real_##name parameters;                                                       \
    type __wrap_##name parameters;                                                       \
    type __wrap_##name parameters                                                        \
    {                                                                                    \
        return fails(c) ? -1 : __real_##name arguments;                                  \
    }

/* The same, and what is told of the file may be another thing. */
#define WRAP_STAT(name, parameters, arguments, c)                                        \
    int __real_##name parameters;                                                        \
    int __wrap_##name parameters;                                                        \
    int __wrap_##name parameters                                                         \
    {                                                                                    \
        const int hit = is_odd(c);                                                       \
        const int result = hit && odd.sys != 0 ? -1 : __real_##name arguments;           \
        if (result != 0 && hit) {                                                        \
            errno = odd.sys;                                                             \
        } else if (hit) {                                                                \
            st->st_mode = (st->st_mode & 07777) | odd.mode;                              \
        }                                                                                \
        return result;                                                                   \
    }

/* The folder in which another writer is one moment quicker to remove the file that is
 * about to be locked; or NULL. */
static const char *raced;

static void remove_temporary(const char *path, const char *name)
{
    if (strstr(name, ".nyz-") != NULL) {
        remove_flat(path, name);
    }
}

int __real_flock(int fd, int what);
int __wrap_flock(int fd, int what);
int __wrap_flock(int fd, int what)
{
    if (raced != NULL) {
        (void)each_name(raced, remove_temporary);
        raced = NULL;
    }
    return fails(FLOCK) ? -1 : __real_flock(fd, what);
}
WRAP(int, fcntl64, (int fd, int command, long argument), (fd, command, argument), FCNTL)
WRAP(int, poll, (struct pollfd * files, nfds_t count, int time), (files, count, time),
     POLL)
WRAP(off_t, ftello64, (FILE * file), (file), TELL)
WRAP(ssize_t, getrandom, (void *bytes, size_t size, unsigned flags), (bytes, size, flags),
     RANDOM)
WRAP_STAT(stat64, (const char *path, struct stat *st), (path, st), STAT)
WRAP_STAT(fstat64, (int fd, struct stat *st), (fd, st), FSTAT)
WRAP_STAT(fstatat64, (int at, const char *path, struct stat *st, int flags),
          (at, path, st, flags), FSTATAT)

/* Only of a folder. */
int __real_fsync(int fd);
int __wrap_fsync(int fd);
int __wrap_fsync(int fd)
{
    struct stat st = {0}; /* a sanitizer does not see the real one fill it */
    return __real_fstat64(fd, &st) == 0 && S_ISDIR(st.st_mode) && fails(FSYNC)
               ? -1
               : __real_fsync(fd);
}

/* Only where a temporary name is made. */
int __real_linkat(int from, const char *old, int to, const char *new, int flags);
int __wrap_linkat(int from, const char *old, int to, const char *new, int flags);
int __wrap_linkat(int from, const char *old, int to, const char *new, int flags)
{
    return strstr(new, ".nyz-") != NULL && fails(LINKAT)
               ? -1
               : __real_linkat(from, old, to, new, flags);
}

/* Only where a file is created that must not exist. */
int __real_openat64(int at, const char *path, int flags, mode_t mode);
int __wrap_openat64(int at, const char *path, int flags, mode_t mode);
int __wrap_openat64(int at, const char *path, int flags, mode_t mode)
{
    return (flags & O_EXCL) != 0 && fails(OPENAT)
               ? -1
               : __real_openat64(at, path, flags, mode);
}

int __real_pthread_sigmask(int how, const sigset_t *set, sigset_t *old);
int __wrap_pthread_sigmask(int how, const sigset_t *set, sigset_t *old);
int __wrap_pthread_sigmask(int how, const sigset_t *set, sigset_t *old)
{
    return is_odd(MASK) ? odd.sys : __real_pthread_sigmask(how, set, old);
}

/* Not 0: the file system has no way to make room. */
static int makes_no_room;

int __real_posix_fallocate64(int fd, off_t at, off_t size);
int __wrap_posix_fallocate64(int fd, off_t at, off_t size);
int __wrap_posix_fallocate64(int fd, off_t at, off_t size)
{
    return makes_no_room ? EOPNOTSUPP : __real_posix_fallocate64(fd, at, size);
}

/* Fails, or writes nothing. */
ssize_t __real_pwrite64(int fd, const void *bytes, size_t size, off_t at);
ssize_t __wrap_pwrite64(int fd, const void *bytes, size_t size, off_t at);
ssize_t __wrap_pwrite64(int fd, const void *bytes, size_t size, off_t at)
{
    if (!is_odd(PWRITE)) {
        return __real_pwrite64(fd, bytes, size, at);
    }
    errno = odd.sys;
    return odd.sys != 0 ? -1 : 0;
}

static void let(call c, int from, int times, int sys)
{
    memset(&odd, 0, sizeof odd);
    odd.call = c;
    odd.from = from;
    odd.times = times;
    odd.sys = sys;
}

static void let_be(call c, int from, mode_t mode)
{
    let(c, from, 1, 0);
    odd.mode = mode;
}

static nyz_status save(const char *path, const char *text, nyz_error *err)
{
    nyz_output *output;
    nyz_stream s;
    NYZ_TRY(nyz_atomic_file_begin(path, 1, &nyz_default_allocator, &output, &s, err));
    assert_int_equal(s.write(s.ctx, text, strlen(text)), strlen(text));
    return nyz_output_finish(&output, err);
}

/* ------------------------------------------------------------------------------ saving */

/* Where the system cannot make room, zeros are written. */
static void a_map_is_created_where_room_cannot_be_made(void **state)
{
    static const int64_t count = 100000;
    static const struct {
        int times;
        int sys;
        nyz_status status;
    } cases[] = {{0, 0, NYZ_OK},
                 {2, EINTR, NYZ_OK},
                 {1, ENOSPC, NYZ_ERR_IO},
                 {1000, 0, NYZ_ERR_IO}};
    const nyz_dtype dtype = nyz_dtype_of(NYZ_FLOAT32);
    const char *const path = in_directory(*state, "a.npy");
    nyz_array zeros;
    nyz_buffer expected;
    assert_ok(nyz_array_new(&dtype, 1, &count, NULL, &zeros, err));
    assert_ok(nyz_save_mem(&zeros, NULL, &expected, err));
    makes_no_room = 1;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        nyz_output *output;
        nyz_array array;
        let(PWRITE, 2, cases[i].times, cases[i].sys);
        assert_int_equal(nyz_create_map(path, &zeros, NULL, &output, &array, NULL),
                         cases[i].status);
        nyz_array_free(&array);
        if (cases[i].status == NYZ_OK) {
            assert_ok(nyz_output_finish(&output, err));
            FILE *const file = fopen(path, "rb");
            unsigned char *const got = malloc(expected.size + 1);
            assert_int_equal(fread(got, 1, expected.size + 1, file), expected.size);
            assert_memory_equal(got, expected.data, expected.size);
            assert_int_equal(fclose(file), 0);
            free(got);
        }
    }
    makes_no_room = 0;
    let(NONE, 0, 0, 0);
    nyz_array_free(&zeros);
    nyz_buffer_free(&expected);
}

/* Of a file that is named at the end (an old one is replaced), or at the start (no umask:
 * see atomic_temporary_posix.c). */
static void a_temporary_name_that_is_taken_gives_way_to_another(void **state)
{
    temp_directory *const folder = *state;
    const char *const path = in_directory(folder, "a");
    const mode_t old = umask(022);
    for (int i = 0; i < 2; i++) {
        nyz_error error = {0};
        const int before = count_descriptors();
        if (i == 0) {
            put_file(path, "old");
        } else {
            (void)umask(0);
        }
        let(i == 0 ? LINKAT : OPENAT, 1, 3, EEXIST);
        assert_ok(save(path, "text", err));
        assert_int_equal(odd.calls, 4);
        assert_file(path, "text");
        if (i == 1) {
            assert_int_equal(unlink(path), 0);
        }
        let(i == 0 ? LINKAT : OPENAT, 1, 1000, EEXIST); /* all of them */
        assert_int_equal(save(path, "other", &error), NYZ_ERR_IO);
        assert_int_equal(error.sys, EEXIST);
        assert_int_equal(odd.calls, 64 + 4); /* some are tried again */
        assert_int_equal(count_names(folder->path), 1 - i);
        assert_int_equal(count_descriptors(), before);
        if (i == 0) {
            assert_file(path, "text");
            assert_int_equal(unlink(path), 0);
        }
    }
    (void)umask(old);
}

static void a_file_removed_before_it_was_locked_is_made_again(void **state)
{
    temp_directory *const folder = *state;
    const char *const path = in_directory(folder, "a");
    const mode_t old = umask(0);
    const int before = count_descriptors();
    let(NONE, 0, 0, 0);
    raced = folder->path;
    assert_ok(save(path, "text", err));
    assert_null(raced);
    assert_file(path, "text");
    assert_int_equal(count_names(folder->path), 1);
    assert_int_equal(count_descriptors(), before);
    (void)umask(old);
}

static void where_locks_fail_files_are_saved_and_others_are_left(void **state)
{
    temp_directory *const folder = *state;
    const char *const path = in_directory(folder, "a");
    nyz_output *first;
    nyz_stream s;
    const mode_t old = umask(0);
    let(NONE, 0, 0, 0);
    assert_ok(nyz_atomic_file_begin(path, 0, &nyz_default_allocator, &first, &s, err));
    for (int i = 0; i < 4; i++) {
        let(FLOCK, 1, 1000, i % 2 == 0 ? ENOLCK : EINTR);
        assert_ok(save(path, i < 2 ? "new" : "newer", err));
        assert_true(odd.calls > 0);
        assert_file(path, i < 2 ? "new" : "newer");
        assert_int_equal(count_names(folder->path), 2);
        if (i == 1) {
            assert_int_equal(unlink(path), 0);
        }
    }
    let(NONE, 0, 0, 0);
    nyz_output_discard(&first);
    assert_int_equal(count_names(folder->path), 1);
    (void)umask(old);
}

static void a_folder_that_knows_no_sync_is_no_failure(void **state)
{
    static const int answers[] = {EINVAL, ENOTSUP, EIO};
    const char *const path = in_directory(*state, "a");
    for (int i = 0; i < 3; i++) {
        nyz_error error = {0};
        let(FSYNC, 1, 1, answers[i]);
        assert_int_equal(save(path, "text", &error), i < 2 ? NYZ_OK : NYZ_ERR_IO);
        assert_int_equal(odd.calls, 1);
        assert_int_equal(error.sys, i < 2 ? 0 : EIO);
        assert_file(path, "text");
    }
}

static void a_target_that_has_become_another_thing_is_left_alone(void **state)
{
    static const struct {
        mode_t mode;
        int sys;
    } cases[] = {{S_IFDIR, EISDIR}, {S_IFLNK, EINVAL}};
    temp_directory *const folder = *state;
    const char *const path = in_directory(folder, "a");
    put_file(path, "old");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        nyz_error error = {0};
        let_be(FSTATAT, 1, cases[i].mode);
        assert_int_equal(save(path, "new", &error), NYZ_ERR_IO);
        assert_int_equal(error.sys, cases[i].sys);
        assert_file(path, "old");
        assert_int_equal(count_names(folder->path), 1);
    }
}

/* Whether a link is one of /proc cannot be found out: it is followed as any other. */
static void a_link_is_followed_where_proc_cannot_be_looked_at(void **state)
{
    temp_directory *const folder = *state;
    put_file(in_directory(folder, "file"), "old");
    assert_int_equal(symlink("file", in_directory(folder, "link")), 0);
    for (int i = 0; i < 2; i++) {
        const char *const text = i == 0 ? "one" : "two";
        if (i == 0) {
            let(FSTAT, 1, 1, EIO);
        } else {
            let(STAT, 2, 1, ENOENT); /* the path itself is looked at first */
        }
        assert_ok(save(in_directory(folder, "link"), text, err));
        assert_true(odd.calls >= odd.from);
        let(NONE, 0, 0, 0);
        struct stat st;
        assert_int_equal(lstat(in_directory(folder, "link"), &st), 0);
        assert_true(S_ISLNK(st.st_mode));
        assert_file(in_directory(folder, "file"), text);
        assert_int_equal(count_names(folder->path), 2);
    }
}

/* ----------------------------------------------------------------------------- loading */

static void a_fifo_that_cannot_be_waited_for_is_io(void **state)
{
    static const struct {
        call call;
        int from;
        int times;
        int sys;
        nyz_status status;
    } cases[] = {{FCNTL, 1, 1, EIO, NYZ_ERR_IO}, {FCNTL, 2, 1, EIO, NYZ_ERR_IO},
                 {POLL, 1, 1, EIO, NYZ_ERR_IO},  {POLL, 1, 1, ENOMEM, NYZ_ERR_MEMORY},
                 {POLL, 1, 5, EINTR, NYZ_OK},    {POLL, 1, 5, EAGAIN, NYZ_OK}};
    const char *const path = in_directory(*state, "fifo");
    assert_int_equal(mkfifo(path, 0600), 0);
    const int writer = open(path, O_RDWR); /* Linux: it waits for nobody */
    assert_int_equal(write(writer, "text", 4), 4);
    const int before = count_descriptors();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        nyz_input_file *file;
        nyz_stream s;
        nyz_error error = {0};
        let(cases[i].call, cases[i].from, cases[i].times, cases[i].sys);
        const nyz_status status =
            nyz_input_file_open(path, &nyz_default_allocator, &file, &s, &error);
        assert_int_equal(status, cases[i].status);
        if (status == NYZ_OK) {
            assert_int_equal(odd.calls, cases[i].times + 1);
            nyz_input_file_close(&file);
        } else {
            assert_int_equal(error.sys, cases[i].sys);
            assert_null(file);
        }
        assert_int_equal(count_descriptors(), before);
    }
    assert_int_equal(close(writer), 0);
}

/* Nothing else can be opened, today. */
static void a_block_device_is_read_and_an_unknown_thing_is_not(void **state)
{
    const char *const path = in_directory(*state, "a");
    nyz_input_file *file;
    nyz_stream s;
    char got[8];
    put_file(path, "0123");
    let_be(FSTAT, 1, S_IFBLK);
    assert_ok(nyz_input_file_open(path, &nyz_default_allocator, &file, &s, err));
    assert_null(s.seek); /* its size is not what stat says */
    assert_int_equal(nyz_input_file_size(file), -1);
    assert_int_equal(s.read(s.ctx, got, 8), 4);
    nyz_input_file_close(&file);
    let_be(FSTAT, 1, S_IFSOCK);
    nyz_error error = {0};
    assert_int_equal(nyz_input_file_open(path, &nyz_default_allocator, &file, &s, &error),
                     NYZ_ERR_IO);
    assert_int_equal(error.sys, EINVAL);
    const int fd = open(path, O_RDONLY);
    let(FSTAT, 1, 1, 0);
    odd.mode = S_IFBLK;
    s = nyz_stream_fd(fd);
    assert_int_equal(odd.calls, 1);
    assert_null(s.size);
    assert_non_null(s.seek);
    assert_non_null(s.read_at);
    assert_int_equal(close(fd), 0);
}

static void a_c_file_that_does_not_know_its_place_is_a_failure(void **state)
{
    const char *const path = in_directory(*state, "a");
    put_file(path, "0123");
    FILE *const file = fopen(path, "rb");
    assert_non_null(file);
    const nyz_stream s = nyz_stream_file(file);
    let(TELL, 1, 1, EIO);
    assert_int_equal(s.seek(s.ctx, 2, SEEK_SET), -EIO);
    let(TELL, 1, 1, -1); /* not every system has an errno for that */
    assert_int_equal(s.seek(s.ctx, 2, SEEK_SET), -1);
    assert_int_equal(s.seek(s.ctx, 2, SEEK_SET), 2);
    assert_int_equal(fclose(file), 0);
}

/* ----------------------------------------------------------------------------- threads */

static void count_one(void *ctx, int64_t index)
{
    ((int *)ctx)[index]++;
}

/* A thread that takes signals which are the caller's business is not begun. */
static void where_signals_cannot_be_blocked_the_caller_does_it_all(void **state)
{
    int done[100] = {0};
    (void)state;
    let(MASK, 1, 1, EINVAL);
    nyz_parallel(4, 100, count_one, done);
    assert_int_equal(odd.calls, 1); /* nor put back */
    for (int i = 0; i < 100; i++) {
        assert_int_equal(done[i], 1);
    }
}

/* -------------------------------------------------------------------------- random bytes */

static void without_random_bytes_keys_still_differ(void **state)
{
    nyz_name_table tables[3];
    uint32_t slots[3][256];
    (void)state;
    for (int i = 0; i < 3; i++) { /* interrupted; none yet; no such call */
        let(RANDOM, 1, 1, i == 0 ? EINTR : i == 1 ? EAGAIN : ENOSYS);
        nyz_name_table_init(&tables[i], slots[i], 256, NULL, NULL);
        assert_int_equal(odd.calls, i == 0 ? 2 : 1);
        assert_true(i == 0 || memcmp(tables[i].start, tables[i - 1].start,
                                     sizeof tables[i].start) != 0);
    }
    let(NONE, 0, 0, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        directory_test(a_map_is_created_where_room_cannot_be_made),
        directory_test(a_temporary_name_that_is_taken_gives_way_to_another),
        directory_test(a_file_removed_before_it_was_locked_is_made_again),
        directory_test(where_locks_fail_files_are_saved_and_others_are_left),
        directory_test(a_folder_that_knows_no_sync_is_no_failure),
        directory_test(a_target_that_has_become_another_thing_is_left_alone),
        directory_test(a_link_is_followed_where_proc_cannot_be_looked_at),
        directory_test(a_fifo_that_cannot_be_waited_for_is_io),
        directory_test(a_block_device_is_read_and_an_unknown_thing_is_not),
        directory_test(a_c_file_that_does_not_know_its_place_is_a_failure),
        cmocka_unit_test(where_signals_cannot_be_blocked_the_caller_does_it_all),
        cmocka_unit_test(without_random_bytes_keys_still_differ),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
