/* SPDX-License-Identifier: MIT */
/* The damage sweep: a good file is cut at every length, and each of its bits is
 * flipped, and the result is read through every entry point.  Linked with the fuzz target of
 * its kind, which reads from memory and streams and compares; here it is read by its
 * path, too, and an archive must never give other data than before.
 *
 *     damage_npy|damage_npz FOLDER FILE ...
 *
 * FOLDER takes a file to work with.  One damaged file may take 10 seconds. */
#include "fuzz/fuzz.h"

#include <unistd.h>

#include <zlib.h>

enum { SECONDS = 10, OPTIONS = 3, MOST = 16 };

/* What the undamaged archive holds. */
typedef struct original {
    int64_t count;
    uint32_t crc32[MOST];
    int64_t size[MOST];
} original;

typedef struct sweep {
    unsigned char *bytes; /* of the file, and options of the target after it */
    size_t size;
    char path[1024];
    long damaged;
    long refused;
    long harmless; /* the same data as before */
    int archive;
    original before;
} sweep;

/* -------------------------------------------------------------- the entry points by path */

/* A new file each time: one that is cut to 0 and written again is written to the disk. */
static void write_file(const sweep *s, size_t size)
{
    (void)remove(s->path);
    FILE *const file = fopen(s->path, "wb");
    CHECK(file != NULL && fwrite(s->bytes, 1, size, file) == size);
    CHECK(fclose(file) == 0);
}

static void read_npy(sweep *s, size_t size)
{
    nyz_array array;
    nyz_array head;
    nyz_array same;
    const nyz_status status = nyz_load(s->path, NULL, &array, NULL);
    const nyz_status peeked = nyz_load_header(s->path, NULL, &head, NULL);
    CHECK(nyz_load_mem(s->bytes, size, NULL, &same, NULL) == status);
    CHECK(status != NYZ_OK || peeked == NYZ_OK);
    CHECK(peeked == NYZ_OK || peeked == status);
    s->refused += status != NYZ_OK;
    nyz_array_free(&array);
    nyz_array_free(&head);
    nyz_array_free(&same);
}

static int is_member_of(const original *before, const nyz_array *bytes, int64_t i)
{
    const uLong crc = crc32(0, bytes->data, (uInt)bytes->shape[0]);
    return i < before->count && crc == before->crc32[i] &&
           bytes->shape[0] == before->size[i];
}

/* Each member is refused, or it is the one that it was. */
static void read_members(sweep *s, const nyz_npz *npz)
{
    const int64_t count = nyz_npz_count(npz);
    int64_t good = 0;
    for (int64_t i = 0; i < count; i++) {
        nyz_array array;
        const nyz_status status = nyz_npz_bytes_at(npz, i, NULL, &array, NULL);
        if (status == NYZ_OK) {
            CHECK(is_member_of(&s->before, &array, i));
            good++;
            nyz_array_free(&array);
        }
    }
    s->refused += good < s->before.count;
    s->harmless += good == s->before.count;
}

static void read_npz(sweep *s)
{
    nyz_npz *npz;
    const nyz_status status = nyz_npz_open(s->path, NULL, &npz, NULL);
    if (status == NYZ_OK) {
        read_members(s, npz);
        nyz_npz_close(&npz);
    } else {
        s->refused++;
    }
}

/* ------------------------------------------------------------------------------ the sweep */

/* Through all entry points.  The options of the target follow the file. */
static void read_damaged(sweep *s, size_t size, const char *how, size_t where)
{
    unsigned char *const input = malloc(size + OPTIONS);
    CHECK(input != NULL);
    if (getenv("NYZ_DAMAGE_VERBOSE") != NULL) {
        (void)fprintf(stderr, "%s %zu\n", how, where);
    }
    memcpy(input, s->bytes, size);
    memset(input + size, 0, OPTIONS);
    (void)alarm(SECONDS);
    (void)LLVMFuzzerTestOneInput(input, size + (s->archive ? 3 : 2));
    write_file(s, size);
    if (s->archive) {
        read_npz(s);
    } else {
        read_npy(s, size);
    }
    (void)alarm(0);
    s->damaged++;
    free(input);
}

static void damage(sweep *s)
{
    for (size_t cut = 0; cut < s->size; cut++) {
        read_damaged(s, cut, "cut to", cut);
    }
    for (size_t bit = 0; bit < 8 * s->size; bit++) {
        s->bytes[bit / 8] ^= (unsigned char)(1 << bit % 8);
        read_damaged(s, s->size, "bit", bit);
        s->bytes[bit / 8] ^= (unsigned char)(1 << bit % 8);
    }
}

/* ------------------------------------------------------------------------------ one file */

static void remember_members(sweep *s)
{
    nyz_npz *npz;
    CHECK_OK(nyz_npz_open_mem(s->bytes, s->size, NULL, &npz, err));
    s->before.count = nyz_npz_count(npz);
    CHECK(s->before.count <= MOST);
    for (int64_t i = 0; i < s->before.count; i++) {
        nyz_member member;
        CHECK_OK(nyz_npz_member_at(npz, i, &member, err));
        s->before.crc32[i] = member.crc32;
        s->before.size[i] = member.size;
    }
    nyz_npz_close(&npz);
}

static void read_whole(sweep *s, const char *path)
{
    FILE *const file = fopen(path, "rb");
    if (file == NULL) {
        (void)fprintf(stderr, "%s: cannot be read\n", path);
        exit(1);
    }
    CHECK(fseek(file, 0, SEEK_END) == 0);
    const long size = ftell(file);
    CHECK(size >= 0);
    rewind(file);
    s->size = (size_t)size;
    s->bytes = malloc(s->size + 1);
    CHECK(s->bytes != NULL && fread(s->bytes, 1, s->size, file) == s->size);
    (void)fclose(file);
}

static void sweep_file(const char *folder, const char *path)
{
    sweep s = {.archive = strstr(path, ".npz") != NULL};
    read_whole(&s, path);
    CHECK(snprintf(s.path, sizeof s.path, "%s/damaged.%ld", folder, (long)getpid()) > 0);
    if (s.archive) {
        remember_members(&s);
    }
    damage(&s);
    CHECK(remove(s.path) == 0);
    free(s.bytes);
    printf("%s: %ld damaged, %ld refused", path, s.damaged, s.refused);
    printf(s.archive ? ", %ld with the same data\n" : "\n", s.harmless);
    CHECK(!s.archive || s.refused + s.harmless == s.damaged);
}

int main(int argc, char **argv)
{
    for (int i = 2; i < argc; i++) {
        sweep_file(argv[1], argv[i]);
    }
    return argc < 3;
}
