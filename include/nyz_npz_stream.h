/* SPDX-License-Identifier: MIT */
/* nyz: the members of archives piece by piece, for arrays larger than memory.
 *
 *     nyz_stream member;                               (reading: rows as they come)
 *     status = nyz_npz_open_member(npz, "frames", NULL, &reader, &member, &err);
 *     status = nyz_read_header(&member, NULL, &header, &err);
 *     while ((n = member.read(member.ctx, rows, size)) > 0) ...
 *     status = nyz_member_reader_close(&reader, &err);
 *
 *     status = nyz_npz_begin(writer, "frames", &like, NULL, &member, &err);       (writing)
 *     while (...) n = member.write(member.ctx, rows, size);
 *     status = nyz_npz_end(writer, &err);
 *
 * nyz.h's conventions hold here. */
#ifndef NYZ_NPZ_STREAM_PUBLIC_H
#define NYZ_NPZ_STREAM_PUBLIC_H

#include "nyz.h"

#ifdef __cplusplus
extern "C" {
#endif

/* -------------------------------------------------------------------------------- reading */

/* A member being read. */
typedef struct nyz_member_reader nyz_member_reader;

/* Opens a member of any content; *stream has `read`, for its inflated bytes from the first to the
 * last, and `size`, and is borrowed from *out.  That of a stored member also has `seek`.
 * It takes about 300 KiB, whatever the size of the member.  The archive must outlive it; several
 * members may be open at once, each on any thread.
 *
 * The read that gives the last byte (of an empty member, the one that finds its end) also compares
 * the CRC, and fails instead if it is another: who has read all bytes of a member has got the right
 * ones.  After seeks that is the read after which all bytes have been read in their order, whatever
 * else was read meanwhile; a part is not verified.  A read that fails returns a negated errno (-EIO
 * for damage), as do all after it; nyz_member_reader_close says why.
 * opt: allocator; NULL: as the archive was opened.
 * Errors: NOT_FOUND, IO, CORRUPT (the local header). */
NYZ_API nyz_status nyz_npz_open_member(const nyz_npz *npz, const char *name, const nyz_options *opt,
                                       nyz_member_reader **out, nyz_stream *stream, nyz_error *err)
                                       NYZ_NODISCARD NYZ_NONNULL((1, 2, 4, 5));
NYZ_API nyz_status nyz_npz_open_member_at(const nyz_npz *npz, int64_t index, const nyz_options *opt,
                                          nyz_member_reader **out, nyz_stream *stream,
                                          nyz_error *err) NYZ_NODISCARD NYZ_NONNULL((1, 4, 5));

/* Frees it.  Returns why a read failed, else NYZ_OK: to close it before the end is no failure.
 * Errors: IO, CORRUPT (also: the archive's file has changed). */
NYZ_API nyz_status nyz_member_reader_close(nyz_member_reader **reader, nyz_error *err)
                                           NYZ_NONNULL((1));

/* -------------------------------------------------------------------------------- writing */

/* Begins a member NAME.npy for an array as `like` describes it (its data is not read), and writes
 * the header.  *stream has `write`, and takes the elements as they are to be in the file: in the
 * order of the header (opt->order, or that of the strides of `like`) and in its byte order
 * (opt->byteorder, or that of the dtype).  It is borrowed from the writer.  The name as for
 * nyz_npz_add.  What is written is byte for byte what nyz_npz_add of the array would write.  A
 * write of more than the array has fails (-EINVAL); the first failure is kept by the writer.
 *
 * If the number of rows is not known yet, the extent of the slowest axis is -1: of the first one in C
 * order, or of the last one with NYZ_F_ORDER (the strides of `like` are not looked at then).
 * nyz_npz_end puts it into the header, and sizes and CRC into the local header: the archive has to be
 * written to a file or to a stream that seeks.  The header of a deflated member is not deflated then,
 * so its bytes are not those of nyz_npz_add, but inflate to the same.  One in blocks (NYZ_LEVEL_FAST,
 * NYZ_BLOCKS) gets an index if it has no more than about 8,000 of them: choose opt->block_bytes for
 * more than 2 GiB.
 * opt: as nyz_npz_add, but for progress; NULL: as the archive was created.
 * Errors: as nyz_npz_add; ARGUMENT (a member is open: only one may be at a time; another extent is
 * -1, or rows without bytes, or the output cannot seek); UNSUPPORTED (-1 of a deflated member with
 * a header over 65,535 bytes). */
NYZ_API nyz_status nyz_npz_begin(nyz_npz_writer *writer, const char *name, const nyz_array *like,
                                 const nyz_options *opt, nyz_stream *stream, nyz_error *err)
                                 NYZ_NONNULL((1, 3, 5));

/* Ends the member that nyz_npz_begin began; until then no other call but nyz_npz_discard takes the
 * writer.  Errors: the first failure since nyz_npz_create; IO; ARGUMENT (fewer bytes were written than
 * the array has, or a part of a row; no member is open); UNSUPPORTED (as nyz_output_finish). */
NYZ_API nyz_status nyz_npz_end(nyz_npz_writer *writer, nyz_error *err) NYZ_NONNULL((1));

/* Writes `size` bytes, read from a stream, as the member of exactly this name: as nyz_npz_add_bytes,
 * byte for byte, but only 256 KiB of them are in memory at a time.  The stream needs `read`; nothing is
 * read after the bytes.  The first failure, of reading too, is kept by the writer.
 * Errors: as nyz_npz_add_bytes; CORRUPT (the stream ends before). */
NYZ_API nyz_status nyz_npz_add_stream(nyz_npz_writer *writer, const char *name,
                                      const nyz_stream *stream, int64_t size,
                                      const nyz_options *opt, nyz_error *err)
                                      NYZ_NONNULL((1, 2, 3));

#ifdef __cplusplus
}
#endif

#endif /* NYZ_NPZ_STREAM_PUBLIC_H */
