/* SPDX-License-Identifier: MIT */
/* Words for the errnos of files: nyz_system_text. */
#include <errno.h>
#include <stddef.h>

#include "nyz.h"

/* Our own: strerror's depend on the locale and may not be called by two threads.  The
 * first part is ISO C's and POSIX's, the rest is not known to every system. */
static const struct {
    int sys;
    const char *words;
} table[] = {
    {ENOENT, "no such file or directory"},
    {EACCES, "permission denied"},
    {EPERM, "operation not permitted"},
    {ENOSPC, "no space left on the device"},
    {EIO, "input/output error of the device"},
    {EISDIR, "is a directory"},
    {ENOTDIR, "a part of the path is not a directory"},
    {EROFS, "read-only file system"},
    {EFBIG, "file too large"},
    {EMFILE, "too many open files in this process"},
    {ENFILE, "too many open files in the system"},
    {ENAMETOOLONG, "name too long"},
    {EPIPE, "broken pipe"},
    {EBADF, "not open for this"},
    {EINVAL, "invalid argument"},
    {ENOMEM, "out of memory"},
    {EEXIST, "already exists"},
    {EINTR, "interrupted"},
    {ENXIO, "no such device or address"},
    {ENODEV, "no such device"},
    {ESPIPE, "cannot seek"},
    {EAGAIN, "resource temporarily unavailable"},
    {EBUSY, "device or resource busy"},
    {EXDEV, "on another file system"},
    {EMLINK, "too many links"},
    {ENOSYS, "not supported by the system"},
    {ENOLCK, "no locks available"},
    {EDEADLK, "resource deadlock avoided"},
    {ENOTEMPTY, "directory not empty"},
    {ERANGE, "result too large"},
    {EILSEQ, "invalid character in the name"},
    {EFAULT, "bad address"},
    {ENOEXEC, "wrong format"},
    {ENOTTY, "not supported by the device"},
    {E2BIG, "too large"},
    {ECHILD, "no child process"},
    {EDOM, "argument out of range"},
    {ESRCH, "no such process"},
#ifdef ENOTSUP
    {ENOTSUP, "not supported by the file system"},
#endif
#if defined(EOPNOTSUPP) && EOPNOTSUPP != ENOTSUP
    {EOPNOTSUPP, "not supported by the file system"},
#endif
#ifdef EOVERFLOW
    {EOVERFLOW, "too large for the system"},
#endif
#ifdef ETXTBSY
    {ETXTBSY, "is a program that is running"},
#endif
#ifdef ELOOP
    {ELOOP, "too many symbolic links"},
#endif
#ifdef EDQUOT
    {EDQUOT, "disk quota exceeded"},
#endif
#ifdef ESTALE
    {ESTALE, "stale file handle: the file on the server is gone"},
#endif
#ifdef ETIMEDOUT
    {ETIMEDOUT, "timed out"},
#endif
#ifdef ECANCELED
    {ECANCELED, "cancelled"},
#endif
#ifdef ECONNREFUSED
    {ECONNREFUSED, "connection refused"},
#endif
#ifdef ECONNRESET
    {ECONNRESET, "connection reset"},
#endif
#ifdef ECONNABORTED
    {ECONNABORTED, "connection aborted"},
#endif
#ifdef EHOSTDOWN
    {EHOSTDOWN, "the host is down"},
#endif
#ifdef EHOSTUNREACH
    {EHOSTUNREACH, "the host cannot be reached"},
#endif
#ifdef ENETDOWN
    {ENETDOWN, "the network is down"},
#endif
#ifdef ENETUNREACH
    {ENETUNREACH, "the network cannot be reached"},
#endif
#ifdef ENETRESET
    {ENETRESET, "the network dropped the connection"},
#endif
#ifdef ENOTCONN
    {ENOTCONN, "not connected"},
#endif
#ifdef ESHUTDOWN
    {ESHUTDOWN, "the connection is shut down"},
#endif
#ifdef ENOBUFS
    {ENOBUFS, "no buffer space available"},
#endif
#ifdef EPROTO
    {EPROTO, "protocol error"},
#endif
#ifdef EPROTONOSUPPORT
    {EPROTONOSUPPORT, "protocol not supported"},
#endif
#ifdef EBADMSG
    {EBADMSG, "bad message: the data on the device is damaged"},
#endif
#ifdef EIDRM
    {EIDRM, "removed"},
#endif
#ifdef ENOLINK
    {ENOLINK, "the link to the server is lost"},
#endif
#ifdef ENODATA
    {ENODATA, "no data available"},
#endif
#ifdef ENOMSG
    {ENOMSG, "no message"},
#endif
#ifdef EREMOTE
    {EREMOTE, "is on another machine"},
#endif
#ifdef EREMOTEIO
    {EREMOTEIO, "input/output error of the remote device"},
#endif
#ifdef ECOMM
    {ECOMM, "communication error"},
#endif
#ifdef EUCLEAN
    {EUCLEAN, "the file system is damaged and needs checking"},
#endif
#ifdef ENOMEDIUM
    {ENOMEDIUM, "no medium in the drive"},
#endif
#ifdef EMEDIUMTYPE
    {EMEDIUMTYPE, "wrong medium type"},
#endif
#ifdef ENOTBLK
    {ENOTBLK, "not a block device"},
#endif
#ifdef EUSERS
    {EUSERS, "too many users"},
#endif
#ifdef ENOKEY
    {ENOKEY, "the key of the encrypted file is not available"},
#endif
#ifdef EKEYEXPIRED
    {EKEYEXPIRED, "the key has expired"},
#endif
#ifdef EKEYREVOKED
    {EKEYREVOKED, "the key has been revoked"},
#endif
#ifdef EKEYREJECTED
    {EKEYREJECTED, "the key was rejected"},
#endif
#ifdef EBADE
    {EBADE, "invalid exchange"},
#endif
#ifdef EBADFD
    {EBADFD, "file descriptor in a bad state"},
#endif
#ifdef ERESTART
    {ERESTART, "interrupted"},
#endif
#ifdef EHWPOISON
    {EHWPOISON, "a page of memory is damaged"},
#endif
#ifdef EFTYPE
    {EFTYPE, "wrong type of file"},
#endif
#ifdef ENOATTR
    {ENOATTR, "no such attribute"},
#endif
#ifdef EAUTH
    {EAUTH, "authentication failed"},
#endif
#ifdef ENEEDAUTH
    {ENEEDAUTH, "authentication is needed"},
#endif
};

const char *nyz_system_text(int sys)
{
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        if (table[i].sys == sys) {
            return table[i].words;
        }
    }
    return NULL;
}
