/* SPDX-License-Identifier: MIT */
/* Saving to a path on Linux: what a killed writer leaves, locks, access control lists and
 * attributes, writing in place where a rename cannot work. */
#define _GNU_SOURCE /* unshare; NOLINT: the C library's own name */

#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <sys/xattr.h>

#include "base/alloc.h"
#include "base/error.h"
#include "io/atomic_file.h"
#include "io/atomic_file_posix.h"
#include "io/stream.h"
#include "support/temp_directory.h"

static const nyz_allocator *const memory = &nyz_default_allocator;

#define NOBODY 65534

static nyz_status save_how(const char *path, const char *text, int how, nyz_error *err)
{
    nyz_output *output;
    nyz_stream s;
    NYZ_TRY(nyz_atomic_file_begin(path, how, memory, &output, &s, err));
    const nyz_status status = nyz_stream_write(&s, text, (int64_t)strlen(text), err);
    if (status != NYZ_OK) {
        nyz_output_discard(&output);
        return status;
    }
    return nyz_output_finish(&output, err);
}

static nyz_status save(const char *path, const char *text, nyz_error *err)
{
    return save_how(path, text, 0, err);
}

/* Ends a child by becoming another program: valgrind would count as lost what the parent
 * holds, and end with its own status. */
static void leave(int status)
{
    char command[32];
    (void)snprintf(command, sizeof command, "exit %d", status);
    (void)execl("/bin/sh", "sh", "-c", command, (char *)NULL);
    _exit(99);
}

/* Begins to save, in a child that then lives on; returns when it has written. */
static pid_t begin_in_child(const char *path, const char *text, int ends[2])
{
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        nyz_output *output;
        nyz_stream s;
        char go;
        if (nyz_atomic_file_begin(path, 0, memory, &output, &s, NULL) != NYZ_OK ||
            nyz_stream_write(&s, text, (int64_t)strlen(text), NULL) != NYZ_OK ||
            write(ends[1], "x", 1) != 1 || read(ends[1], &go, 1) != 1) {
            leave(1);
        }
        leave(nyz_output_finish(&output, NULL) == NYZ_OK ? 0 : 2);
    }
    char begun;
    assert_int_equal(read(ends[0], &begun, 1), 1);
    return child;
}

static int end_of(pid_t child, int ends[2])
{
    int status = -1;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(close(ends[0]), 0);
    assert_int_equal(close(ends[1]), 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void kill_child(pid_t child, int ends[2])
{
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(end_of(child, ends), -1);
}

/* What the file system of the tests can do; without it there is nothing to test. */
static void need(const temp_directory *folder, unsigned ability)
{
    const int fd = open(folder->path, O_RDONLY);
    const unsigned abilities = nyz_atomic_file_abilities(fd);
    int unnamed = -1;
    struct stat st;
    const int sys = nyz_atomic_file_create_unnamed(fd, 0600, &unnamed, &st);
    assert_int_equal(close(fd), 0);
    if (sys == 0) {
        assert_int_equal(close(unnamed), 0);
    }
    if ((abilities & ability) == 0 || ((ability & NYZ_FS_UNNAMED) != 0 && sys != 0)) {
        print_message("not on this file system\n");
        skip();
    }
}

/* ---------------------------------------------------------------------- dead writers */

static void a_killed_writer_leaves_nothing(void **state)
{
    temp_directory *const folder = *state;
    need(folder, NYZ_FS_UNNAMED);
    const mode_t old = umask(022);
    for (int exists = 0; exists <= 1; exists++) {
        int ends[2];
        const char *const path = in_directory(folder, "a");
        if (exists) {
            put_file(path, "old");
        }
        kill_child(begin_in_child(path, "new", ends), ends);
        assert_int_equal(count_names(folder->path), exists);
    }
    (void)umask(old);
}

/* Without a umask, the file has a temporary name from the start. */
static void what_a_dead_writer_has_left_is_removed_by_the_next(void **state)
{
    temp_directory *const folder = *state;
    need(folder, NYZ_FS_LOCKS);
    const mode_t old = umask(0);
    const char *const path = in_directory(folder, "a");
    for (int dead = 1; dead <= 4; dead++) {
        int ends[4][2];
        pid_t children[4];
        (void)umask(0);
        for (int i = 0; i < dead; i++) {
            children[i] = begin_in_child(path, "dead", ends[i]);
        }
        assert_int_equal(count_names(folder->path), dead);
        for (int i = dead - 1; i >= 0; i--) { /* the last names are left alone at first */
            kill_child(children[i], ends[i]);
        }
        assert_int_equal(count_names(folder->path), dead);
        (void)umask(dead % 2 == 0 ? 0 : 022);
        if (dead % 2 != 0) {
            put_file(path, "old"); /* replaced by way of a temporary name */
        }
        assert_ok(save(path, "new", err));
        assert_file(path, "new");
        assert_int_equal(count_names(folder->path), 1);
        assert_int_equal(unlink(path), 0);
    }
    (void)umask(old);
}

static void a_living_writers_file_is_left_alone(void **state)
{
    temp_directory *const folder = *state;
    const mode_t old = umask(0);
    const char *const path = in_directory(folder, "a");
    int ends[2];
    nyz_output *mine; /* in this very process: locks are not the process's */
    nyz_stream s;
    assert_ok(nyz_atomic_file_begin(path, 0, memory, &mine, &s, err));
    assert_ok(nyz_stream_write(&s, "mine", 4, err));
    const pid_t child = begin_in_child(path, "child's", ends);
    for (int i = 0; i < 20; i++) {
        (void)umask(i % 2 == 0 ? 0 : 022);
        assert_ok(save(path, "other", err));
        assert_int_equal(count_names(folder->path), 3);
    }
    assert_int_equal(write(ends[0], "x", 1), 1);
    assert_int_equal(end_of(child, ends), 0);
    assert_file(path, "child's");
    assert_ok(nyz_output_finish(&mine, err));
    assert_file(path, "mine");
    assert_int_equal(count_names(folder->path), 1);
    (void)umask(old);
}

/* A child that saves all the time, half of the time as where files need a name. */
static pid_t save_on(const char *path, int times)
{
    const pid_t child = fork();
    if (child == 0) {
        for (int i = 0; i < times; i++) {
            (void)umask(i % 3 == 0 ? 022 : 0);
            if (save(path, "text", NULL) != NYZ_OK) {
                leave(1);
            }
        }
        leave(0);
    }
    return child;
}

static void writers_of_one_name_do_not_fail_while_others_are_killed(void **state)
{
    temp_directory *const folder = *state;
    need(folder, NYZ_FS_LOCKS);
    const char *const path = in_directory(folder, "a");
    const mode_t old = umask(0);
    pid_t steady[3];
    int status;
    for (int i = 0; i < 3; i++) {
        steady[i] = save_on(path, 400);
    }
    for (int i = 0; i < 60; i++) {
        const pid_t victim = save_on(path, 1000000);
        (void)usleep(2000 + (useconds_t)(i * 37));
        assert_int_equal(kill(victim, SIGKILL), 0);
        assert_int_equal(waitpid(victim, &status, 0), victim);
    }
    for (int i = 0; i < 3; i++) {
        assert_int_equal(waitpid(steady[i], &status, 0), steady[i]);
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    }
    (void)umask(0);
    assert_ok(save(path, "last", err));
    assert_file(path, "last");
    (void)umask(old);
    assert_int_equal(count_names(folder->path), 1);
}

static void a_target_that_appears_meanwhile_is_replaced(void **state)
{
    temp_directory *const folder = *state;
    const char *const path = in_directory(folder, "a");
    nyz_output *output;
    nyz_stream s;
    assert_ok(nyz_atomic_file_begin(path, 1, memory, &output, &s, err));
    assert_ok(nyz_stream_write(&s, "new", 3, err));
    put_file(path, "meanwhile");
    assert_ok(nyz_output_finish(&output, err));
    assert_file(path, "new");
    assert_int_equal(count_names(folder->path), 1);
}

/* A name of the pattern that is no file of ours does not hinder, nor is it touched. */
static void what_only_looks_like_a_temporary_file_is_left(void **state)
{
    temp_directory *const folder = *state;
    need(folder, NYZ_FS_LOCKS);
    const mode_t old = umask(0);
    const char *const path = in_directory(folder, "a");
    int ends[2];
    char first[8192] = "";
    const pid_t child = begin_in_child(path, "x", ends);
    DIR *const dir = opendir(folder->path);
    for (struct dirent *e = readdir(dir); e != NULL; e = readdir(dir)) {
        if (strstr(e->d_name, ".nyz-") != NULL) {
            (void)snprintf(first, sizeof first, "%s/%s", folder->path, e->d_name);
        }
    }
    assert_int_equal(closedir(dir), 0);
    kill_child(child, ends);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(remove(first), 0);
        assert_int_equal(i == 0   ? mkdir(first, 0755)
                         : i == 1 ? symlink("a", first)
                                  : mkfifo(first, 0600),
                         0);
        assert_ok(save(path, "new", err));
        assert_int_equal(access(first, F_OK), 0);
        assert_int_equal(count_names(folder->path), 2);
    }
    (void)umask(old);
}

/* ---------------------------------------------------------------------------- in place */

static struct stat stat_of(const char *path)
{
    struct stat st;
    assert_int_equal(lstat(path, &st), 0);
    return st;
}

static void in_place_the_file_stays_itself(void **state)
{
    temp_directory *const folder = *state;
    char other[8192];
    put_file(in_directory(folder, "a"), "the old and longer text");
    (void)snprintf(other, sizeof other, "%s/b", folder->path);
    assert_int_equal(link(folder->file, other), 0);
    assert_int_equal(chmod(other, 0640), 0);
    const struct stat before = stat_of(other);
    for (int sync = 0; sync <= 1; sync++) {
        assert_ok(save_how(folder->file, sync ? "new" : "longer",
                           sync | NYZ_OUTPUT_IN_PLACE, err));
        assert_file(other, sync ? "new" : "longer");
        const struct stat now = stat_of(folder->file);
        assert_true(now.st_ino == before.st_ino && now.st_mode == before.st_mode);
    }
    assert_int_equal(count_names(folder->path), 2);
}

static void in_place_a_new_file_still_appears_whole(void **state)
{
    temp_directory *const folder = *state;
    nyz_output *output;
    nyz_stream s;
    const char *const path = in_directory(folder, "a");
    assert_ok(nyz_atomic_file_begin(path, NYZ_OUTPUT_IN_PLACE, memory, &output, &s, err));
    assert_int_equal(access(path, F_OK), -1);
    assert_ok(nyz_output_finish(&output, err));
    assert_file(path, "");
}

static void what_fails_in_place_leaves_an_empty_file(void **state)
{
    temp_directory *const folder = *state;
    nyz_output *output;
    nyz_stream s;
    const char *const path = in_directory(folder, "a");
    put_file(path, "old");
    assert_ok(nyz_atomic_file_begin(path, NYZ_OUTPUT_IN_PLACE, memory, &output, &s, err));
    assert_ok(nyz_stream_write(&s, "a part", 6, err));
    nyz_output_discard(&output);
    assert_file(path, "");
    assert_int_equal(count_names(folder->path), 1);
}

/* By the public calls, with the flag. */
static void every_way_to_save_takes_the_flag(void **state)
{
    temp_directory *const folder = *state;
    const char *const path = in_directory(folder, "a");
    const nyz_dtype dtype = nyz_dtype_of(NYZ_INT32);
    const nyz_options opt = {.flags = NYZ_IN_PLACE};
    static const int32_t numbers[3] = {1, 2, 3};
    const int64_t count = 3;
    nyz_array array;
    nyz_npz_writer *writer;
    nyz_output *output;
    nyz_stream s;
    assert_ok(nyz_array_wrap_const(numbers, &dtype, 1, &count, NULL, &array, err));
    put_file(path, "old");
    const ino_t file = stat_of(path).st_ino;
    assert_ok(nyz_save(&array, path, &opt, err));
    assert_int_equal(stat_of(path).st_ino, file);
    assert_int_equal(stat_of(path).st_size, 128 + 12);
    assert_ok(nyz_npz_save(path, NULL, &array, 1, &opt, err));
    assert_int_equal(stat_of(path).st_ino, file);
    assert_ok(nyz_npz_create(path, &opt, &writer, err));
    assert_ok(nyz_npz_add(writer, "b", &array, NULL, err));
    assert_ok(nyz_npz_finish(&writer, err));
    assert_int_equal(stat_of(path).st_ino, file);
    assert_ok(nyz_output_create(path, &opt, &output, &s, err));
    assert_int_equal(stat_of(path).st_size, 0);
    assert_ok(nyz_output_finish(&output, err));
    assert_int_equal(stat_of(path).st_ino, file);
    assert_ok(nyz_save(&array, path, NULL, err));
    assert_true(stat_of(path).st_ino != file);
}

/* Runs in a child, whose mounts are its own: 0 fine, 77 no mounts here, else the step. */
static int save_over_a_mount(const char *path)
{
    nyz_error error = {0};
    if ((unshare(CLONE_NEWNS) != 0 && unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) ||
        mount("none", "/", "none", MS_REC | MS_PRIVATE, "") != 0 ||
        mount(path, path, "none", MS_BIND, "") != 0) {
        return 77;
    }
    if (save(path, "new", &error) != NYZ_ERR_IO || error.sys != EBUSY ||
        strstr(error.message, "busy") == NULL ||
        strstr(error.message, "NYZ_IN_PLACE") == NULL) {
        return 1;
    }
    assert_file(path, "old");
    return save_how(path, "new", NYZ_OUTPUT_IN_PLACE, &error) == NYZ_OK ? 0 : 2;
}

static int in_child(int (*run)(const char *), const char *path)
{
    int status = -1;
    const pid_t child = fork();
    if (child == 0) {
        leave(run(path));
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void a_mounted_file_is_saved_in_place_alone(void **state)
{
    temp_directory *const folder = *state;
    put_file(in_directory(folder, "a"), "old");
    const int status = in_child(save_over_a_mount, folder->file);
    if (status == 77) {
        print_message("mounting is not allowed here\n");
        skip();
    }
    assert_int_equal(status, 0);
    assert_file(folder->file, "new");
    assert_int_equal(count_names(folder->path), 1);
}

static int become_nobody(void)
{
    return geteuid() == 0 ? setgid(NOBODY) != 0 || setuid(NOBODY) != 0 : 0;
}

static int save_where_no_file_may_be_made(const char *path)
{
    nyz_error error = {0};
    char fresh[8192];
    (void)snprintf(fresh, sizeof fresh, "%s-fresh", path);
    if (become_nobody() != 0) {
        return 1;
    }
    if (save(path, "new", &error) != NYZ_ERR_IO || error.sys != EACCES ||
        strstr(error.message, "in its directory: permission denied") == NULL ||
        strstr(error.message, "NYZ_IN_PLACE") == NULL ||
        strstr(error.message, ".nyz-") != NULL) {
        return 2;
    }
    if (save(fresh, "new", &error) != NYZ_ERR_IO || error.sys != EACCES ||
        strstr(error.message, "in its directory: permission denied") == NULL ||
        strstr(error.message, "NYZ_IN_PLACE") != NULL) {
        return 3; /* there is nothing to write into */
    }
    return save_how(path, "new", NYZ_OUTPUT_IN_PLACE, &error) == NYZ_OK ? 0 : 4;
}

static void where_no_file_may_be_made_one_is_saved_in_place(void **state)
{
    temp_directory *const folder = *state;
    put_file(in_directory(folder, "a"), "old");
    assert_int_equal(chmod(folder->file, 0666), 0);
    assert_int_equal(chmod(folder->path, 0555), 0);
    const int status = in_child(save_where_no_file_may_be_made, folder->file);
    assert_int_equal(chmod(folder->path, 0755), 0);
    assert_int_equal(status, 0);
    assert_file(folder->file, "new");
}

/* ------------------------------------------------------------------ rights, attributes */

static const char acl_name[] = "system.posix_acl_access";

/* As the system keeps them: version 2, then entries of a tag, rights and a number. */
#define ENTRY(tag, rights, id)                                                           \
    tag, 0, rights, 0, (id)&255, (id) >> 8 & 255, (id) >> 16 & 255, (id) >> 24 & 255

/* user::rw- user:1234:rw- group::--- mask::rw- other::---: its mode is 0660. */
static const unsigned char acl[] = {2,
                                    0,
                                    0,
                                    0,
                                    ENTRY(1, 6, 0xffffffff),
                                    ENTRY(2, 6, 1234),
                                    ENTRY(4, 0, 0xffffffff),
                                    ENTRY(16, 6, 0xffffffff),
                                    ENTRY(32, 0, 0xffffffff)};

static void set_acl(const char *path, const char *name)
{
    if (setxattr(path, name, acl, sizeof acl, 0) != 0) {
        print_message("no access control lists on this file system\n");
        skip();
    }
}

static void assert_acl(const char *path)
{
    unsigned char got[sizeof acl + 64];
    assert_int_equal(getxattr(path, acl_name, got, sizeof got), sizeof acl);
    assert_memory_equal(got, acl, sizeof acl);
}

static void an_access_control_list_is_kept(void **state)
{
    temp_directory *const folder = *state;
    const char *const path = in_directory(folder, "a");
    put_file(path, "old");
    assert_int_equal(chmod(path, 0600), 0);
    set_acl(path, acl_name);
    assert_int_equal(stat_of(path).st_mode & 0777, 0660);
    for (int round = 0; round < 2; round++) {
        const mode_t old = umask(round == 0 ? 077 : 0);
        assert_ok(save(path, "new", err));
        (void)umask(old);
        assert_acl(path);
        assert_int_equal(stat_of(path).st_mode & 0777, 0660);
    }
}

/* What a directory gives to new files is not given to those that were without. */
static void a_directorys_list_does_not_reach_an_old_file(void **state)
{
    temp_directory *const folder = *state;
    const char *const path = in_directory(folder, "a");
    put_file(path, "old");
    assert_int_equal(chmod(path, 0640), 0);
    set_acl(folder->path, "system.posix_acl_default");
    assert_ok(save(path, "new", err));
    assert_int_equal(getxattr(path, acl_name, NULL, 0), -1);
    assert_int_equal(stat_of(path).st_mode & 0777, 0640);
    assert_ok(save(in_directory(folder, "b"), "new", err)); /* but a new one */
    assert_int_equal(getxattr(folder->file, acl_name, NULL, 0), sizeof acl);
}

static void user_attributes_are_kept(void **state)
{
    temp_directory *const folder = *state;
    const char *const path = in_directory(folder, "a");
    char got[64] = {0};
    char name[32];
    put_file(path, "old");
    if (setxattr(path, "user.unit", "metres", 6, 0) != 0) {
        print_message("no user attributes on this file system\n");
        skip();
    }
    assert_int_equal(setxattr(path, "user.empty", "", 0, 0), 0);
    for (int i = 0; i < 40; i++) { /* their names take more than a few bytes */
        (void)snprintf(name, sizeof name, "user.number-%d", i);
        assert_int_equal(setxattr(path, name, name, strlen(name), 0), 0);
        if (i != 0 && i != 39) {
            continue;
        }
        assert_ok(save(path, "new", err));
        assert_int_equal(getxattr(path, "user.unit", got, sizeof got), 6);
        assert_memory_equal(got, "metres", 6);
        assert_int_equal(getxattr(path, "user.empty", got, sizeof got), 0);
        assert_int_equal(getxattr(path, name, got, sizeof got), strlen(name));
        assert_memory_equal(got, name, strlen(name));
    }
}

static void roots_save_leaves_the_file_to_its_owner(void **state)
{
    temp_directory *const folder = *state;
    const char *const path = in_directory(folder, "a");
    put_file(path, "old");
    if (chown(path, 1234, 2345) != 0) {
        print_message("not root\n");
        skip();
    }
    assert_int_equal(chmod(path, 0640), 0);
    assert_ok(save(path, "new", err));
    const struct stat st = stat_of(path);
    assert_int_equal(st.st_uid, 1234);
    assert_int_equal(st.st_gid, 2345);
    assert_int_equal(st.st_mode & 0777, 0640);
}

static int save_as_nobody(const char *path)
{
    return become_nobody() != 0 || save(path, "new", NULL) != NYZ_OK;
}

/* Who is not the owner cannot give the file back: then it is not open to more people. */
static void where_the_owner_is_lost_nobody_gets_more_rights(void **state)
{
    static const struct {
        mode_t before;
        mode_t after;
    } cases[] = {{0666, 0666}, {0606, 0600}, {0646, 0644}, {0662, 0622},
                 {0266, 0222}, {0777, 0777}, {0676, 0666}};
    temp_directory *const folder = *state;
    const char *const path = in_directory(folder, "a");
    if (geteuid() != 0) {
        print_message("not root\n");
        skip();
    }
    assert_int_equal(chmod(folder->path, 0777), 0);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        put_file(path, "old");
        assert_int_equal(chown(path, 1234, 2345), 0);
        assert_int_equal(chmod(path, cases[i].before), 0);
        assert_int_equal(in_child(save_as_nobody, path), 0);
        const struct stat st = stat_of(path);
        assert_int_equal(st.st_uid, NOBODY);
        assert_int_equal(st.st_mode & 0777, cases[i].after);
        assert_int_equal(unlink(path), 0);
    }
    put_file(path, "old"); /* with a list, which names others */
    assert_int_equal(chown(path, 1234, 2345), 0);
    set_acl(path, acl_name);
    assert_int_equal(chmod(path, 0666), 0);
    assert_int_equal(in_child(save_as_nobody, path), 0);
    assert_int_equal(getxattr(path, acl_name, NULL, 0), -1);
    assert_int_equal(stat_of(path).st_mode & 0777, 0600);
}

/* While it is written, and with every right already there. */
static void the_new_file_is_never_open_to_more_people(void **state)
{
    temp_directory *const folder = *state;
    const char *const path = in_directory(folder, "a");
    const mode_t old = umask(0);
    nyz_output *output;
    nyz_stream s;
    struct stat st;
    put_file(path, "old");
    assert_int_equal(chmod(path, 0600), 0);
    set_acl(path, acl_name);
    assert_ok(nyz_atomic_file_begin(path, 0, memory, &output, &s, err));
    unsigned char got[sizeof acl + 64];
    const int fd = (int)(intptr_t)s.ctx;
    const ssize_t size = fgetxattr(fd, acl_name, got, sizeof got);
    assert_int_equal(fstat(fd, &st), 0);
    assert_true(size < 0 ? (st.st_mode & 0077) == 0
                         : size == sizeof acl && memcmp(got, acl, sizeof acl) == 0);
    assert_ok(nyz_output_finish(&output, err));
    assert_acl(path);
    (void)umask(old);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        directory_test(a_killed_writer_leaves_nothing),
        directory_test(what_a_dead_writer_has_left_is_removed_by_the_next),
        directory_test(a_living_writers_file_is_left_alone),
        directory_test(writers_of_one_name_do_not_fail_while_others_are_killed),
        directory_test(a_target_that_appears_meanwhile_is_replaced),
        directory_test(what_only_looks_like_a_temporary_file_is_left),
        directory_test(in_place_the_file_stays_itself),
        directory_test(in_place_a_new_file_still_appears_whole),
        directory_test(what_fails_in_place_leaves_an_empty_file),
        directory_test(every_way_to_save_takes_the_flag),
        directory_test(a_mounted_file_is_saved_in_place_alone),
        directory_test(where_no_file_may_be_made_one_is_saved_in_place),
        directory_test(an_access_control_list_is_kept),
        directory_test(a_directorys_list_does_not_reach_an_old_file),
        directory_test(user_attributes_are_kept),
        directory_test(roots_save_leaves_the_file_to_its_owner),
        directory_test(where_the_owner_is_lost_nobody_gets_more_rights),
        directory_test(the_new_file_is_never_open_to_more_people),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
