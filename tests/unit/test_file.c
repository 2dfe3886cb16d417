/* SPDX-License-Identifier: MIT */
/* Files opened by path, and streams over descriptors (POSIX). */

#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>

#include "base/alloc.h"
#include "io/input_file.h"
#include "io/stream.h"
#include "support/faults.h"
#include "support/temp_directory.h"

static const nyz_allocator *const memory = &nyz_default_allocator;

/* ---------------------------------------------------------------------------- by path */

static void a_regular_file_reads_seeks_and_reads_at(void **state)
{
    nyz_input_file *file;
    nyz_stream s;
    nyz_source source;
    char got[16];
    const char *const path = in_directory(*state, "a");
    const int before = count_descriptors();
    put_file(path, "0123456789");
    assert_ok(nyz_input_file_open(path, memory, &file, &s, err));
    assert_null(s.write);
    assert_int_equal(s.read(s.ctx, got, 4), 4);
    assert_memory_equal(got, "0123", 4);
    assert_int_equal(s.read_at(s.ctx, 8, got, 16), 2);
    assert_memory_equal(got, "89", 2);
    assert_int_equal(s.read_at(s.ctx, 10, got, 16), 0);
    assert_int_equal(s.read_at(s.ctx, -1, got, 16), -EINVAL);
    assert_int_equal(nyz_stream_tell(&s), 4);
    assert_int_equal(nyz_stream_size(&s), 10);
    assert_ok(nyz_source_init(&source, &s, err));
    assert_int_equal(source.left, 6);
    assert_int_equal(s.read(s.ctx, got, 16), 6);
    assert_int_equal(s.read(s.ctx, got, 16), 0);
    assert_int_equal(s.seek(s.ctx, -1, SEEK_SET), -EINVAL);
    assert_ok(nyz_input_file_unchanged(file, err));
    nyz_input_file_close(&file);
    assert_null(file);
    assert_int_equal(count_descriptors(), before);
}

static void what_cannot_be_opened(void **state)
{
    nyz_error error = {0};
    const int before = count_descriptors();
    char deep[600];
    memset(deep, 'x', sizeof deep - 1);
    deep[sizeof deep - 1] = '\0';
    put_file(in_directory(*state, "file"), "x");
    const struct {
        const char *name;
        nyz_status status;
        int sys;
    } cases[] = {
        {"absent", NYZ_ERR_NOT_FOUND, ENOENT},
        {"absent/file", NYZ_ERR_NOT_FOUND, ENOENT},
        {"file/file", NYZ_ERR_NOT_FOUND, ENOTDIR},
        {"", NYZ_ERR_IO, EISDIR},
        {".", NYZ_ERR_IO, EISDIR},
        {deep, NYZ_ERR_IO, ENAMETOOLONG},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        nyz_input_file *file = (nyz_input_file *)&error;
        nyz_stream s = {.ctx = &error};
        const char *const path = in_directory(*state, cases[i].name);
        assert_int_equal(nyz_input_file_open(path, memory, &file, &s, &error),
                         cases[i].status);
        assert_int_equal(error.sys, cases[i].sys);
        assert_null(file);
        assert_null(s.ctx);
    }
    nyz_input_file *file;
    nyz_stream s;
    assert_fails(NYZ_ERR_NOT_FOUND, "cannot open",
                 nyz_input_file_open("", memory, &file, &s, err));
    assert_int_equal(count_descriptors(), before);
}

static void a_socket_is_refused(void **state)
{
    nyz_input_file *file;
    nyz_stream s;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const char *const path = in_directory(*state, "socket");
    assert_true(strlen(path) < sizeof address.sun_path);
    memcpy(address.sun_path, path, strlen(path) + 1);
    const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    assert_fails(NYZ_ERR_IO, "cannot open",
                 nyz_input_file_open(path, memory, &file, &s, err));
    assert_int_equal(close(fd), 0);
}

static void *no_memory(void *ctx, size_t size, size_t align)
{
    (void)ctx;
    (void)size;
    (void)align;
    return NULL;
}

static void without_memory_nothing_stays_open(void **state)
{
    const nyz_allocator none = {.alloc = no_memory};
    nyz_input_file *file;
    nyz_stream s;
    const int before = count_descriptors();
    put_file(in_directory(*state, "a"), "x");
    assert_fails(NYZ_ERR_MEMORY, "memory",
                 nyz_input_file_open(in_directory(*state, "a"), &none, &file, &s, err));
    assert_null(file);
    assert_int_equal(count_descriptors(), before);
}

/* Memory as Linux shows it ends in EIO.  What was read before is not worth more than why
 * no more comes: the next read could not tell it. */
static void a_file_that_fails_after_some_bytes_gives_the_reason(void **state)
{
    enum { SIZE = 65536 };
    static unsigned char got[SIZE];
    (void)state;
    FILE *const zero = fopen("/dev/zero", "rb");
    FILE *const file = fopen("/proc/self/mem", "rb");
    if (zero == NULL || file == NULL) {
        skip();
    }
    unsigned char *const place =
        mmap(NULL, 2 * SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fileno(zero), 0);
    assert_true(place != MAP_FAILED);
    assert_int_equal(munmap(place + SIZE, SIZE), 0);
    const nyz_stream s = nyz_stream_file(file);
    assert_int_equal(fseeko(file, (off_t)(uintptr_t)(place + SIZE - 10), SEEK_SET), 0);
    assert_int_equal(s.read(s.ctx, got, SIZE), -EIO);
    assert_int_equal(munmap(place, SIZE), 0);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(fclose(zero), 0);
}

static void an_open_file_is_not_inherited(void **state)
{
    nyz_input_file *file;
    nyz_stream s;
    put_file(in_directory(*state, "a"), "x");
    assert_ok(nyz_input_file_open(in_directory(*state, "a"), memory, &file, &s, err));
    assert_int_equal(fcntl((int)(intptr_t)s.ctx, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
    nyz_input_file_close(&file);
}

static void a_device_is_only_read(void **state)
{
    (void)state;
    nyz_input_file *file;
    nyz_stream s;
    nyz_source source;
    unsigned char got[3] = {1, 1, 1};
    assert_ok(nyz_input_file_open("/dev/zero", memory, &file, &s, err));
    assert_null(s.seek);
    assert_null(s.read_at);
    assert_ok(nyz_source_init(&source, &s, err));
    assert_int_equal(source.left, -1);
    assert_ok(nyz_source_read(&source, got, 3, "data", err));
    assert_int_equal(got[0] + got[1] + got[2], 0);
    assert_ok(nyz_input_file_unchanged(file, err));
    nyz_input_file_close(&file);
}

/* ---------------------------------------------------------------------- changed files */

static void set_time(const char *path, int seconds, long nanoseconds)
{
    const struct timespec times[2] = {{1000000000 + seconds, nanoseconds},
                                      {1000000000 + seconds, nanoseconds}};
    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static void a_file_that_changed_is_noticed(void **state)
{
    nyz_input_file *file;
    nyz_stream s;
    const char *const path = in_directory(*state, "a");
    put_file(path, "0123456789");
    set_time(path, 0, 500);
    assert_ok(nyz_input_file_open(path, memory, &file, &s, err));
    assert_ok(nyz_input_file_unchanged(file, err));
    set_time(path, 0, 501);
    assert_fails(NYZ_ERR_CORRUPT, "changed while it was read",
                 nyz_input_file_unchanged(file, err));
    set_time(path, 1, 500);
    assert_fails(NYZ_ERR_CORRUPT, "changed while it was read",
                 nyz_input_file_unchanged(file, err));
    assert_int_equal(truncate(path, 4), 0);
    set_time(path, 0, 500);
    assert_fails(NYZ_ERR_CORRUPT, "it had 10 bytes, now 4",
                 nyz_input_file_unchanged(file, err));
    nyz_input_file_close(&file);
}

/* What changes the time of the last change alone, after some time: not every system
 * counts less than some milliseconds. */
static void wait_a_little(void)
{
    const struct timespec time = {0, 20000000};
    (void)nanosleep(&time, NULL);
}

static void map_and_write(const char *path)
{
    const int fd = open(path, O_RDWR);
    char *const bytes = mmap(NULL, 10, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    assert_true(bytes != MAP_FAILED);
    bytes[3] = 'X';
    assert_int_equal(munmap(bytes, 10), 0);
    assert_int_equal(close(fd), 0);
}

static void a_file_whose_time_was_set_back_is_noticed(void **state)
{
    const char *const path = in_directory(*state, "a");
    for (int mapped = 0; mapped < 2; mapped++) {
        nyz_input_file *file;
        nyz_stream s;
        put_file(path, "0123456789");
        set_time(path, 0, 500);
        assert_ok(nyz_input_file_open(path, memory, &file, &s, err));
        wait_a_little();
        if (mapped) {
            map_and_write(path);
        } else {
            put_file(path, "9876543210");
        }
        set_time(path, 0, 500);
        assert_fails(NYZ_ERR_CORRUPT, "changed while it was read",
                     nyz_input_file_unchanged(file, err));
        nyz_input_file_close(&file);
    }
}

/* Each of them changes the time of the last change, and none the content. */
static void a_file_that_gets_another_mode_owner_or_name_is_unchanged(void **state)
{
    temp_directory *const folder = *state;
    char path[8192];
    char other[8192];
    (void)snprintf(path, sizeof path, "%s/a", folder->path);
    (void)snprintf(other, sizeof other, "%s/b", folder->path);
    for (int how = 0; how < 6; how++) {
        nyz_input_file *file;
        nyz_stream s;
        struct stat before;
        struct stat after;
        put_file(path, "0123456789");
        assert_ok(nyz_input_file_open(path, memory, &file, &s, err));
        const int fd = (int)(intptr_t)s.ctx;
        assert_int_equal(fstat(fd, &before), 0);
        wait_a_little();
        if (how == 0) {
            assert_int_equal(chmod(path, 0600 + (mode_t)how), 0);
        } else if (how == 1) {
            (void)(chown(path, 1234, (gid_t)-1) == 0 || chmod(path, 0600) == 0);
        } else if (how == 2) {
            assert_int_equal(link(path, other), 0);
        } else if (how == 3) {
            assert_int_equal(unlink(path), 0);
        } else if (how == 4) {
            assert_int_equal(rename(path, other), 0);
        } else {
            put_file(other, "another");
            assert_int_equal(rename(other, path), 0);
        }
        assert_int_equal(fstat(fd, &after), 0);
        assert_true(how == 4 || before.st_ctim.tv_nsec != after.st_ctim.tv_nsec ||
                    before.st_ctim.tv_sec != after.st_ctim.tv_sec);
        assert_ok(nyz_input_file_unchanged(file, err));
        nyz_input_file_close(&file);
        (void)remove(path);
        (void)remove(other);
    }
}

/* An allocator that writes to a file at one of its calls, as another program might. */
typedef struct meddler {
    counting memory;
    const char *path;
    long at;
} meddler;

static void *meddler_alloc(void *ctx, size_t size, size_t align)
{
    meddler *const m = ctx;
    if (m->memory.calls + 1 == m->at) {
        FILE *const file = fopen(m->path, "ab");
        assert_non_null(file);
        assert_int_equal(fputc(0, file), 0);
        assert_int_equal(fclose(file), 0);
    }
    return counting_alloc(&m->memory, size, align);
}

static void meddler_free(void *ctx, void *block, size_t size)
{
    meddler *const m = ctx;
    counting_free(&m->memory, block, size);
}

static void write_archive(const char *path)
{
    nyz_npz_writer *writer = NULL;
    assert_ok(nyz_npz_create(path, NULL, &writer, err));
    assert_ok(nyz_npz_add_bytes(writer, "a", "text", 4, NULL, err));
    assert_ok(nyz_npz_finish(&writer, err));
}

static nyz_status open_and_read(const char *path, const nyz_options *opt, int read,
                                nyz_error *err)
{
    nyz_npz *npz = NULL;
    nyz_array a;
    nyz_status status = nyz_npz_open(path, opt, &npz, err);
    if (status == NYZ_OK && read) {
        status = nyz_npz_bytes_at(npz, 0, NULL, &a, err);
        nyz_array_free(&a);
    }
    nyz_npz_close(&npz);
    return status;
}

/* At whichever call: the NUL after the archive would be read as padding, if it had been
 * there before. */
static void an_archive_that_changes_while_it_is_read_is_refused(void **state)
{
    const char *const path = in_directory(*state, "a.npz");
    for (int read = 0; read < 2; read++) {
        long calls = 0;
        for (long at = 0; at <= calls; at++) {
            meddler m = {.path = path, .at = at};
            const nyz_allocator allocator = {
                .alloc = meddler_alloc, .free = meddler_free, .ctx = &m};
            const nyz_options opt = {.allocator = &allocator};
            write_archive(path);
            if (at == 0) { /* undisturbed */
                assert_ok(open_and_read(path, &opt, read, err));
                calls = m.memory.calls;
            } else if (at > 2) { /* the first two are before the file is open */
                assert_fails(NYZ_ERR_CORRUPT, "changed",
                             open_and_read(path, &opt, read, err));
            }
            assert_int_equal(m.memory.live, 0);
        }
        assert_true(calls > 2);
    }
}

static void a_file_that_was_replaced_stays_whole(void **state)
{
    nyz_input_file *file;
    nyz_stream s;
    char got[4];
    char other[8192];
    (void)snprintf(other, sizeof other, "%s", in_directory(*state, "b"));
    put_file(other, "new");
    put_file(in_directory(*state, "a"), "old!");
    assert_ok(nyz_input_file_open(in_directory(*state, "a"), memory, &file, &s, err));
    assert_int_equal(rename(other, in_directory(*state, "a")), 0);
    assert_int_equal(s.read(s.ctx, got, 4), 4);
    assert_memory_equal(got, "old!", 4);
    assert_ok(nyz_input_file_unchanged(file, err));
    nyz_input_file_close(&file);
}

/* ------------------------------------------------------------------------------ FIFOs */

static void pause_briefly(void)
{
    const struct timespec time = {0, 50000000};
    (void)nanosleep(&time, NULL);
}

/* Comes late, and writes in two pieces, so that open and read must both wait. */
static void *write_late(void *path)
{
    pause_briefly();
    const int fd = open(path, O_WRONLY);
    pause_briefly();
    const ssize_t first = write(fd, "0123", 4);
    pause_briefly();
    const ssize_t second = write(fd, "456789", 6);
    return close(fd) == 0 && first == 4 && second == 6 ? path : NULL;
}

static void a_fifo_waits_for_its_writer(void **state)
{
    nyz_input_file *file;
    nyz_stream s;
    nyz_source source;
    pthread_t writer;
    void *written;
    char got[16];
    int64_t n;
    char *const path = ((temp_directory *)*state)->file;
    assert_int_equal(mkfifo(in_directory(*state, "fifo"), 0600), 0);
    assert_int_equal(pthread_create(&writer, NULL, write_late, path), 0);
    assert_ok(nyz_input_file_open(path, memory, &file, &s, err));
    assert_null(s.seek);
    assert_null(s.read_at);
    assert_int_equal(fcntl((int)(intptr_t)s.ctx, F_GETFL) & O_NONBLOCK, 0);
    assert_ok(nyz_source_init(&source, &s, err));
    assert_ok(nyz_source_read_some(&source, got, 16, &n, err));
    assert_int_equal(n, 10);
    assert_memory_equal(got, "0123456789", 10);
    assert_ok(nyz_input_file_unchanged(file, err));
    nyz_input_file_close(&file);
    assert_int_equal(pthread_join(writer, &written), 0);
    assert_non_null(written);
}

static void *open_and_close(void *path)
{
    pause_briefly();
    return close(open(path, O_WRONLY)) == 0 ? path : NULL;
}

static void a_fifo_whose_writer_says_nothing_is_empty(void **state)
{
    nyz_input_file *file;
    nyz_stream s;
    pthread_t writer;
    void *written;
    char got;
    char *const path = ((temp_directory *)*state)->file;
    assert_int_equal(mkfifo(in_directory(*state, "fifo"), 0600), 0);
    assert_int_equal(pthread_create(&writer, NULL, open_and_close, path), 0);
    assert_ok(nyz_input_file_open(path, memory, &file, &s, err));
    assert_int_equal(s.read(s.ctx, &got, 1), 0);
    nyz_input_file_close(&file);
    assert_int_equal(pthread_join(writer, &written), 0);
    assert_non_null(written);
}

/* As the shell's <(...): an array by a pipe's name; after it, nothing. */
static void an_array_is_loaded_from_a_pipe_by_its_name(void **state)
{
    (void)state;
    static const double numbers[3] = {1, 2, 3};
    const nyz_dtype dtype = nyz_dtype_of(NYZ_FLOAT64);
    const int64_t count = 3;
    nyz_array array;
    nyz_buffer bytes;
    assert_ok(nyz_array_wrap_const(numbers, &dtype, 1, &count, NULL, &array, err));
    assert_ok(nyz_save_mem(&array, NULL, &bytes, err));
    for (size_t size = bytes.size; size + 2 > bytes.size; size--) {
        char path[64];
        int ends[2];
        nyz_array back;
        assert_int_equal(pipe(ends), 0);
        assert_int_equal(write(ends[1], bytes.data, size), size);
        assert_int_equal(close(ends[1]), 0);
        (void)snprintf(path, sizeof path, "/dev/fd/%d", ends[0]);
        if (size == bytes.size) {
            assert_ok(nyz_load(path, NULL, &back, err));
            assert_memory_equal(back.data, numbers, sizeof numbers);
        } else {
            assert_fails(NYZ_ERR_CORRUPT, "expected 24 bytes, found 23",
                         nyz_load(path, NULL, &back, err));
        }
        nyz_array_free(&back);
        assert_int_equal(close(ends[0]), 0);
    }
    nyz_buffer_free(&bytes);
}

/* As the shell's <(...): a pipe by its descriptor's name, whose writer may be gone
 * already. */
static void a_pipe_by_name_is_read_after_its_writer_has_gone(void **state)
{
    (void)state;
    nyz_input_file *file;
    nyz_stream s;
    char got[8];
    char path[64];
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], "abc", 3), 3);
    assert_int_equal(close(ends[1]), 0);
    (void)snprintf(path, sizeof path, "/dev/fd/%d", ends[0]);
    assert_ok(nyz_input_file_open(path, memory, &file, &s, err));
    assert_int_equal(s.read(s.ctx, got, 8), 3);
    assert_int_equal(s.read(s.ctx, got, 8), 0);
    nyz_input_file_close(&file);
    assert_int_equal(close(ends[0]), 0);
}

/* ------------------------------------------------------------------------ descriptors */

static void a_descriptor_of_a_file_can_do_everything(void **state)
{
    char got[16];
    const int fd = open(in_directory(*state, "a"), O_RDWR | O_CREAT, 0600);
    assert_true(fd >= 0);
    const nyz_stream s = nyz_stream_fd(fd);
    assert_ok(nyz_stream_write(&s, "0123456789", 10, err));
    assert_int_equal(nyz_stream_tell(&s), 10);
    assert_int_equal(s.seek(s.ctx, 3, SEEK_SET), 3);
    assert_int_equal(s.read(s.ctx, got, 2), 2);
    assert_memory_equal(got, "34", 2);
    assert_ok(nyz_stream_read_at(&s, 8, got, 2, "data", err));
    assert_memory_equal(got, "89", 2);
    assert_int_equal(nyz_stream_tell(&s), 5);
    assert_int_equal(close(fd), 0);
    assert_fails(NYZ_ERR_IO, "cannot write", nyz_stream_write(&s, "x", 1, err));
    assert_int_equal(s.read(s.ctx, got, 1), -EBADF);
    assert_int_equal(s.read_at(s.ctx, 0, got, 1), -EBADF);
    assert_int_equal(s.seek(s.ctx, 0, SEEK_CUR), -EBADF);
}

/* Not where bytes may wait to be written, nor where there is no size. */
static void a_stream_has_its_size_where_the_system_has_it(void **state)
{
    const char *const path = in_directory(*state, "size");
    char bytes[4] = {0};
    int ends[2];
    put_file(path, "0123456789");
    const int fd = open(path, O_RDWR);
    const nyz_stream s = nyz_stream_fd(fd);
    assert_int_equal(s.size(s.ctx), 10);
    assert_int_equal(s.seek(s.ctx, 0, SEEK_END), 10);
    assert_int_equal(s.write(s.ctx, "ab", 2), 2);
    assert_int_equal(s.size(s.ctx), 12);
    assert_int_equal(close(fd), 0);
    assert_int_equal(s.size(s.ctx), -EBADF);
    FILE *file = fopen(path, "rb");
    const nyz_stream read = nyz_stream_file(file);
    assert_int_equal(read.size(read.ctx), 12);
    assert_int_equal(fclose(file), 0);
    file = fopen(path, "r+b");
    assert_null(nyz_stream_file(file).size);
    assert_int_equal(fclose(file), 0);
    file = fmemopen(bytes, sizeof bytes, "rb");
    assert_null(nyz_stream_file(file).size);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(pipe(ends), 0);
    assert_null(nyz_stream_fd(ends[0]).size);
    assert_int_equal(close(ends[0]), 0);
    assert_int_equal(close(ends[1]), 0);
}

static void a_pipe_cannot_seek(void **state)
{
    (void)state;
    int ends[2];
    char got[4];
    assert_int_equal(pipe(ends), 0);
    const nyz_stream in = nyz_stream_fd(ends[0]);
    const nyz_stream out = nyz_stream_fd(ends[1]);
    FILE *const file = fdopen(dup(ends[0]), "rb");
    assert_null(in.seek);
    assert_null(in.read_at);
    assert_null(out.seek);
    assert_null(nyz_stream_file(file).seek);
    assert_ok(nyz_stream_write(&out, "abc", 3, err));
    assert_int_equal(in.read(in.ctx, got, 4), 3);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(close(ends[0]), 0);
    assert_int_equal(close(ends[1]), 0);
}

/* lseek on /dev/zero gives 0 for the end: a source would believe that nothing is left. */
static void a_device_cannot_seek(void **state)
{
    (void)state;
    const int fd = open("/dev/zero", O_RDONLY);
    FILE *const file = fopen("/dev/zero", "rb");
    assert_null(nyz_stream_fd(fd).seek);
    assert_null(nyz_stream_file(file).seek);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(close(fd), 0);
}

/* write goes to the end whatever the place: an archive must not believe that it can go
 * back. */
static void a_file_that_is_appended_to_cannot_seek(void **state)
{
    const char *const path = in_directory(*state, "a");
    put_file(path, "0123");
    const int fd = open(path, O_WRONLY | O_APPEND);
    const nyz_stream s = nyz_stream_fd(fd);
    FILE *const file = fopen(path, "ab");
    assert_null(s.seek);
    assert_null(nyz_stream_file(file).seek);
    assert_ok(nyz_stream_write(&s, "45", 2, err));
    assert_int_equal(fclose(file), 0);
    assert_int_equal(close(fd), 0);
    assert_file(path, "012345");
    const int only_read = open(path, O_RDONLY | O_APPEND); /* nothing is written to it */
    assert_non_null(nyz_stream_fd(only_read).seek);
    assert_int_equal(close(only_read), 0);
}

/* The same open for reading too; what is there can still be read at its place. */
static void an_archive_appended_to_a_file_is_whole(void **state)
{
    const char *const path = in_directory(*state, "a");
    static const double numbers[100] = {1, 2, 3};
    const int64_t count = 100;
    const nyz_dtype dtype = nyz_dtype_of(NYZ_FLOAT64);
    nyz_options deflated = {0};
    nyz_array array;
    nyz_array back;
    nyz_npz_writer *writer = NULL;
    nyz_npz *npz = NULL;
    deflated.method = NYZ_DEFLATED;
    const int fd = open(path, O_RDWR | O_APPEND | O_CREAT, 0600);
    const nyz_stream s = nyz_stream_fd(fd);
    assert_null(s.seek);
    assert_ok(nyz_array_wrap_const(numbers, &dtype, 1, &count, NULL, &array, err));
    assert_ok(nyz_npz_create_stream(&s, &deflated, &writer, err));
    assert_ok(nyz_npz_add(writer, "a", &array, NULL, err));
    assert_ok(nyz_npz_finish(&writer, err));
    assert_ok(nyz_npz_open_stream(&s, NULL, &npz, err));
    assert_ok(nyz_npz_load(npz, "a", NULL, &back, err));
    assert_memory_equal(back.data, numbers, sizeof numbers);
    nyz_array_free(&back);
    nyz_npz_close(&npz);
    assert_int_equal(close(fd), 0);
}

static void a_file_in_memory_seeks(void **state)
{
    (void)state;
    char bytes[] = "0123456789";
    char got[2];
    FILE *const file = fmemopen(bytes, 10, "rb");
    const nyz_stream s = nyz_stream_file(file);
    assert_int_equal(nyz_stream_size(&s), 10);
    assert_ok(nyz_stream_read_at(&s, 7, got, 2, "data", err));
    assert_memory_equal(got, "78", 2);
    assert_int_equal(fclose(file), 0);
}

static void failures_of_a_c_file_have_their_errno(void **state)
{
    char got[4];
    const char *const path = in_directory(*state, "a");
    put_file(path, "0123");
    FILE *const reader = fopen(path, "rb");
    FILE *const writer = fopen(path, "ab");
    FILE *const full = fopen("/dev/full", "wb");
    assert_int_equal(setvbuf(full, NULL, _IONBF, 0), 0);
    const nyz_stream in = nyz_stream_file(reader);
    const nyz_stream out = nyz_stream_file(writer);
    const nyz_stream none = nyz_stream_file(full);
    nyz_error error = {0};
    assert_int_equal(in.write(in.ctx, "x", 1), -EBADF);
    assert_int_equal(out.read(out.ctx, got, 4), -EBADF);
    assert_int_equal(nyz_stream_write(&none, "x", 1, &error), NYZ_ERR_IO);
    assert_int_equal(error.sys, ENOSPC);
    assert_int_equal(fclose(reader) + fclose(writer) + fclose(full), 0);
}

/* The first read finds the pipe empty, and would have to wait. */
static void a_failure_of_before_counts_only_where_nothing_comes(void **state)
{
    (void)state;
    int ends[2];
    char got[2];
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(fcntl(ends[0], F_SETFL, O_NONBLOCK), 0);
    FILE *const file = fdopen(ends[0], "rb");
    assert_non_null(file);
    assert_int_equal(setvbuf(file, NULL, _IONBF, 0), 0);
    const nyz_stream s = nyz_stream_file(file);
    assert_int_equal(s.read(s.ctx, got, 2), -EAGAIN);
    assert_true(ferror(file));
    assert_int_equal(write(ends[1], "ab", 2), 2);
    assert_int_equal(s.read(s.ctx, got, 2), 2);
    assert_memory_equal(got, "ab", 2);
    assert_int_equal(s.read(s.ctx, got, 2), -EAGAIN);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(close(ends[1]), 0);
}

/* A handler without SA_RESTART makes a blocked read return EINTR. */
static void start_interrupter(int fd)
{
    const pid_t parent = getpid();
    const pid_t child = fork();
    if (child == 0) {
        for (int i = 0; i < 5; i++) {
            pause_briefly();
            (void)kill(parent, SIGUSR1);
        }
        pause_briefly();
        _exit(write(fd, "abc", 3) == 3 ? 0 : 1);
    }
}

static volatile sig_atomic_t signals_seen;

static void count_signal(int number)
{
    (void)number;
    signals_seen++;
}

static void an_interrupted_read_is_tried_again(void **state)
{
    (void)state;
    int ends[2];
    int child_status = -1;
    char got[8];
    struct sigaction action = {.sa_handler = count_signal};
    struct sigaction old;
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(sigaction(SIGUSR1, &action, &old), 0);
    signals_seen = 0;
    start_interrupter(ends[1]);
    const nyz_stream s = nyz_stream_fd(ends[0]);
    assert_int_equal(s.read(s.ctx, got, 8), 3);
    assert_true(wait(&child_status) > 0);
    assert_int_equal(child_status, 0);
    assert_true(signals_seen > 0);
    assert_int_equal(sigaction(SIGUSR1, &old, NULL), 0);
    assert_int_equal(close(ends[0]) + close(ends[1]), 0);
}

/* Interrupts whoever waits for the FIFO's writer, and then is that writer. */
static void interrupt_opener(const char *path)
{
    const pid_t parent = getpid();
    const pid_t child = fork();
    if (child == 0) {
        for (int i = 0; i < 5; i++) {
            pause_briefly();
            (void)kill(parent, SIGUSR1);
        }
        const int fd = open(path, O_WRONLY);
        _exit(write(fd, "abc", 3) == 3 ? 0 : 1);
    }
}

static void an_interrupted_wait_for_a_writer_is_gone_on_with(void **state)
{
    nyz_input_file *file;
    nyz_stream s;
    int child_status = -1;
    char got[8];
    struct sigaction action = {.sa_handler = count_signal};
    struct sigaction old;
    const char *const path = in_directory(*state, "fifo");
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_int_equal(sigaction(SIGUSR1, &action, &old), 0);
    signals_seen = 0;
    interrupt_opener(path);
    assert_ok(nyz_input_file_open(path, memory, &file, &s, err));
    assert_int_equal(s.read(s.ctx, got, 8), 3);
    nyz_input_file_close(&file);
    assert_true(wait(&child_status) > 0);
    assert_int_equal(child_status, 0);
    assert_true(signals_seen > 0);
    assert_int_equal(sigaction(SIGUSR1, &old, NULL), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        directory_test(a_regular_file_reads_seeks_and_reads_at),
        directory_test(what_cannot_be_opened),
        directory_test(a_socket_is_refused),
        directory_test(without_memory_nothing_stays_open),
        directory_test(an_open_file_is_not_inherited),
        cmocka_unit_test(a_file_that_fails_after_some_bytes_gives_the_reason),
        cmocka_unit_test(a_device_is_only_read),
        directory_test(a_file_that_changed_is_noticed),
        directory_test(a_file_whose_time_was_set_back_is_noticed),
        directory_test(a_file_that_gets_another_mode_owner_or_name_is_unchanged),
        directory_test(an_archive_that_changes_while_it_is_read_is_refused),
        directory_test(a_file_that_was_replaced_stays_whole),
        directory_test(a_fifo_waits_for_its_writer),
        directory_test(a_fifo_whose_writer_says_nothing_is_empty),
        cmocka_unit_test(an_array_is_loaded_from_a_pipe_by_its_name),
        cmocka_unit_test(a_pipe_by_name_is_read_after_its_writer_has_gone),
        directory_test(a_descriptor_of_a_file_can_do_everything),
        directory_test(a_stream_has_its_size_where_the_system_has_it),
        cmocka_unit_test(a_pipe_cannot_seek),
        cmocka_unit_test(a_device_cannot_seek),
        directory_test(a_file_that_is_appended_to_cannot_seek),
        directory_test(an_archive_appended_to_a_file_is_whole),
        cmocka_unit_test(a_file_in_memory_seeks),
        directory_test(failures_of_a_c_file_have_their_errno),
        cmocka_unit_test(a_failure_of_before_counts_only_where_nothing_comes),
        cmocka_unit_test(an_interrupted_read_is_tried_again),
        directory_test(an_interrupted_wait_for_a_writer_is_gone_on_with),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
