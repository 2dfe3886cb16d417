/* SPDX-License-Identifier: MIT */
/* The new file and its temporary name: see atomic_file_posix.h.
 *
 * Where the system has files without a name, the new file gets one only when it is whole,
 * so that a process that is killed leaves nothing.  An existing target is replaced by a
 * rename, for which it has a temporary name for a moment; elsewhere it has that from the
 * start.
 *
 * A temporary name is one of a few that follow from the target's name, and its file is
 * locked.  Who finds one of these names taken and the file not locked, removes it: its
 * writer is dead.  That is safe, because
 * - the lock comes before the name, or the writer looks after it has the lock whether the
 *   file still has a name, and takes another one if not;
 * - who removes a file has its lock, and sees that the name still leads to it;
 * - the writer gives up its lock only after it has given up the name.
 * Where locks cannot be had, names are drawn at random, and such files are left. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "io/atomic_file_posix.h"

#define KEPT_NAME 64    /* bytes of the target's name that the temporary one repeats */
#define FIXED_NAMES 4   /* attempts at names that the next writer finds again */
#define MAX_ATTEMPTS 64 /* the others at random, where many write at once */

/* ------------------------------------------------------------------------------ names */

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

/* FNV-1a of the whole name, and the attempt in the last of six letters. */
static uint64_t derive(const char *name, int attempt)
{
    uint64_t x = 0xcbf29ce484222325;
    for (; *name != '\0'; name++) {
        x = (x ^ (unsigned char)*name) * 0x100000001b3;
    }
    return (x >> 32 & 0x1ffffff) | (uint64_t)attempt << 25;
}

/* .NAME.nyz-XXXXXX; a long NAME is cut, between two characters. */
static void spell(const nyz_output *r, int attempt, char *end)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz234567";
    static const char mark[] = ".nyz-";
    const uint64_t bits =
        attempt < FIXED_NAMES ? derive(r->name, attempt) : draw(r, attempt);
    size_t kept = strlen(r->name);
    if (kept > KEPT_NAME) {
        kept = KEPT_NAME;
        while (kept > 0 && (r->name[kept] & 0xc0) == 0x80) {
            kept--;
        }
    }
    *end++ = '.';
    memcpy(end, r->name, kept);
    end += kept;
    memcpy(end, mark, sizeof mark - 1);
    end += sizeof mark - 1;
    for (int i = 0; i < 6; i++) {
        *end++ = letters[bits >> 5 * i & 31];
    }
    *end = '\0';
}

/* ------------------------------------------------------------------------------- locks */

typedef enum identity { SAME, OTHER, UNKNOWN } identity;

/* Whether a name still leads to an open file, which is a regular one. */
static identity compare(int folder, const char *name, int fd)
{
    struct stat open;
    struct stat named;
    if (fstat(fd, &open) != 0 ||
        fstatat(folder, name, &named, AT_SYMLINK_NOFOLLOW) != 0) {
        return UNKNOWN;
    }
    return S_ISREG(open.st_mode) && open.st_dev == named.st_dev &&
                   open.st_ino == named.st_ino
               ? SAME
               : OTHER;
}

/* Removes what a dead writer has left under this name.  Not 0: the name is free. */
static int remove_dead(int folder, const char *name)
{
    const int fd =
        openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd < 0) {
        return errno == ENOENT;
    }
    const int removed = nyz_atomic_file_lock(fd) == 0 &&
                        compare(folder, name, fd) == SAME &&
                        unlinkat(folder, name, 0) == 0;
    (void)close(fd);
    return removed;
}

/* Locks the file that has just been created under a temporary name.  EEXIST: another
 * writer has taken it for a dead one's and removes it. */
static int lock_created(nyz_output *r)
{
    struct stat st;
    const int sys = nyz_atomic_file_lock(r->fd);
    if (sys == 0) {
        if (fstat(r->fd, &st) != 0) {
            return errno;
        }
        return st.st_nlink > 0 ? 0 : EEXIST;
    }
    if (sys != EWOULDBLOCK && sys != EAGAIN) {
        r->locks = 0; /* and names at random from here on */
        if (compare(r->folder, r->temporary, r->fd) != OTHER) {
            (void)unlinkat(r->folder, r->temporary, 0);
        }
    }
    return EEXIST;
}

/* ------------------------------------------------------------------------ taking names */

/* A new target gets the mode that the umask leaves, as any new file; one that takes an
 * existing file's place is nobody else's before it has that file's rights. */
static mode_t first_mode(const nyz_output *r)
{
    return r->exists ? 0600 : 0666;
}

static int create_named(nyz_output *r)
{
    do {
        r->fd = openat(r->folder, r->temporary, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC,
                       first_mode(r));
    } while (r->fd < 0 && errno == EINTR);
    if (r->fd < 0) {
        return errno;
    }
    const int sys = r->locks ? lock_created(r) : 0;
    if (sys == EEXIST) {
        (void)close(r->fd);
        r->fd = -1;
    }
    return sys;
}

static int link_unnamed(nyz_output *r)
{
    return nyz_atomic_file_link_unnamed(r->fd, r->folder, r->temporary);
}

/* Removes what dead writers have left under the other names. */
static void remove_others(const nyz_output *r, int mine)
{
    char name[NYZ_OUTPUT_NAME];
    for (int i = 0; i < FIXED_NAMES; i++) {
        if (i != mine && r->locks) {
            spell(r, i, name);
            (void)remove_dead(r->folder, name);
        }
    }
}

/* Makes the temporary name by `make`.  The other names are looked at unless the file is
 * to have one for a moment only and the first is free. */
static int take_name(nyz_output *r, int (*make)(nyz_output *))
{
    int sys = EEXIST;
    int taken = !r->unnamed;
    int attempt = -1;
    while (sys == EEXIST && ++attempt < MAX_ATTEMPTS) {
        if (!r->locks && attempt < FIXED_NAMES) {
            attempt = FIXED_NAMES;
        }
        spell(r, attempt, r->temporary);
        sys = make(r);
        taken |= sys == EEXIST;
        if (sys == EEXIST && r->locks && attempt < FIXED_NAMES &&
            remove_dead(r->folder, r->temporary)) {
            sys = make(r);
        }
    }
    if (sys != 0 && r->fd < 0) {
        r->temporary[0] = '\0';
    }
    if (sys == 0 && taken) {
        remove_others(r, attempt);
    }
    return sys;
}

int nyz_atomic_temporary_name(nyz_output *r)
{
    r->locks = nyz_atomic_file_lock(r->fd) == 0;
    const int sys = take_name(r, link_unnamed);
    if (sys == 0) {
        r->unnamed = 0;
    } else {
        r->temporary[0] = '\0';
    }
    return sys;
}

/* --------------------------------------------------------------------------- creating */

/* Without a name, if that goes.  Before Linux 5.19, some file systems ignored the umask
 * then, which shows. */
static int create_unnamed(nyz_output *r, struct stat *st)
{
    const mode_t mode = first_mode(r);
    if (nyz_atomic_file_create_unnamed(r->folder, mode, &r->fd, st) != 0) {
        return 0;
    }
    if (!r->exists && (st->st_mode & 0777) == mode) {
        (void)close(r->fd);
        r->fd = -1;
        return 0;
    }
    r->unnamed = 1;
    return 1;
}

/* Gives the new file the old one's owner and group.  Where they cannot be kept, nobody
 * may get more rights by it: neither the old owner and group, who are now others, nor the
 * new group. */
static int keep_owner(nyz_output *r, const struct stat *st)
{
    int owner = st->st_uid == r->uid;
    int group = st->st_gid == r->gid;
    if ((!owner || !group) && fchown(r->fd, r->uid, r->gid) == 0) {
        owner = 1;
        group = 1;
    }
    if (!group && fchown(r->fd, (uid_t)-1, r->gid) == 0) {
        group = 1;
    }
    if (!owner) {
        r->mode &= 0700 | (r->mode >> 3 & 0070) | (r->mode >> 6 & 0007);
    }
    if (!group) {
        const mode_t both = r->mode >> 3 & r->mode & 0007;
        r->mode = (r->mode & 0700) | both << 3 | both;
    }
    return group;
}

int nyz_atomic_temporary_create(nyz_output *r)
{
    struct stat st;
    const unsigned abilities = nyz_atomic_file_abilities(r->folder);
    const unsigned wanted = r->sync ? NYZ_FS_UNNAMED_SYNC : NYZ_FS_UNNAMED;
    r->locks = (abilities & NYZ_FS_LOCKS) != 0;
    r->doing = "cannot create a file in its directory";
    if ((abilities & wanted) == 0 || !create_unnamed(r, &st)) {
        const int sys = take_name(r, create_named);
        if (sys != 0) {
            return sys;
        }
        if (r->exists && fstat(r->fd, &st) != 0) {
            return errno;
        }
    }
    if (r->exists) {
        const int group = keep_owner(r, &st);
        if (nyz_attributes_copy(r->folder, r->name, r->fd, group, &r->allocator) != 0) {
            r->mode &= 0700;
        }
    }
    return 0;
}
