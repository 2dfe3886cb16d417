/* SPDX-License-Identifier: MIT */
/* nyz: a part of an array, read without the rest of it.  The array in the file may be larger than
 * memory; the part is what NumPy's a[start:stop:step, ...] is of the whole.
 *
 *     nyz_range rows = {1000, 2000, 1};           (a[1000:2000], all columns)
 *     nyz_array part;
 *     if (nyz_load_slice("weights.npy", &rows, 1, NULL, &part, &err) != NYZ_OK)
 *         return complain(err.message);
 *     ...                                         (part.data, part.shape, part.strides)
 *     nyz_array_free(&part);
 *
 * nyz.h's conventions hold here.
 *
 * What is read: the header, and the items that are wanted, together with what lies between them
 * where that is at most 8 KiB, at most 256 KiB at a time; runs of items that stay together go right
 * to their place.  So rows of an array in C order, and columns of one in Fortran order, cost as
 * much as they are long, and single columns of one in C order up to as much as all of it (of a file
 * that may be mapped, nyz_map.h and nyz_array_copy read those faster).  Of a member deflated in
 * blocks (NYZ_BLOCKS, NYZ_LEVEL_FAST), the blocks that have something of what is wanted are
 * inflated; any other deflated member is from its start to the last byte that is wanted.
 *
 * What is checked: the header as by nyz_load, and that the file has all of the data, also where it
 * is not read; a file by its path, and an archive by its path, that they did not change meanwhile.
 * A .npy file has no checksum.  Of members, the CRC is compared if all of the member was inflated
 * (the slice has its last byte), or with NYZ_VERIFY, which reads all of the member; otherwise the
 * bytes of a stored or deflated member are handed out unverified.  Of a member in blocks, the CRC of
 * each block that is read is compared with its index.  Damage is found so, in the block or in the
 * index, and then the member is read without the index and as with NYZ_VERIFY.  An index that
 * somebody forged could show other bytes than the member has: with NYZ_UNTRUSTED it is not used for
 * parts.
 *
 * Memory: the result, and at most 512 KiB (256 KiB if the dtype is the file's in the same byte
 * order); for a deflated member 320 KiB more, for one in blocks a block, deflated and inflated, for
 * each thread.  Limits: limits.array_bytes is one of the result; the array in the file may be
 * larger.
 *
 * opt->threads share the blocks of one member.  All else is on one thread. */
#ifndef NYZ_SLICE_PUBLIC_H
#define NYZ_SLICE_PUBLIC_H

#include "nyz.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What is wanted of one axis: start:stop:step as nyz_array_slice has it.  Negative start and stop
 * count from the end, values outside are clipped, so that INT64_MIN and INT64_MAX mean "all the
 * way"; a negative step goes backward: {INT64_MAX, INT64_MIN, -1} is [::-1].  {0}, all three 0, is
 * the whole axis; any other range of step 0 is ARGUMENT.  One index i, whose axis stays with one
 * element: {i, i + 1, 1}, and for the last one {-1, INT64_MAX, 1}. */
typedef struct nyz_range {
    int64_t start, stop, step;
} nyz_range;

/* Loads a part of the (first) array of a .npy file; out owns it.  `ranges` has `count` ranges, of
 * the first axes; further axes are whole.  More ranges than axes are ARGUMENT; `ranges` may be NULL
 * if there are none.  The path may name a FIFO, which is read to the end of its array; a part of
 * more than 1 MiB is then cut out of the whole array, which is loaded, and limited, first.
 * opt: order (NYZ_KEEP_ORDER: as the file), byteorder, limits, allocator, progress (its total
 * counts what is read).
 * Errors: as nyz_load; LIMIT (the result). */
NYZ_API nyz_status nyz_load_slice(const char *path, const nyz_range *ranges, int count,
                                  const nyz_options *opt, nyz_array *out, nyz_error *err)
                                  NYZ_NODISCARD NYZ_NONNULL((1, 5));

/* The same into existing memory: `into` has the shape of the part, any strides, and a dtype to
 * which the file's may be cast, as for nyz_load_into.
 * Errors: as nyz_load_slice and nyz_load_into. */
NYZ_API nyz_status nyz_load_slice_into(const char *path, const nyz_range *ranges, int count,
                                       const nyz_options *opt, const nyz_array *into,
                                       nyz_error *err) NYZ_NODISCARD NYZ_NONNULL((1, 5));

/* The same of the bytes of a .npy file in memory, which are not needed afterwards.  (nyz_map_mem
 * and nyz_array_slice give a view of them.) */
NYZ_API nyz_status nyz_load_slice_mem(const void *bytes, size_t size, const nyz_range *ranges,
                                      int count, const nyz_options *opt, nyz_array *out,
                                      nyz_error *err) NYZ_NODISCARD NYZ_NONNULL((6));

/* The same of the next array of a stream, which is left directly after that array, as by nyz_read
 * and nyz_read_into.  Only what is needed is read if the stream has `read`, `seek` and, better,
 * `read_at` too; one that cannot seek is read to the end of the array, as a FIFO.  A stream that
 * has `read_at` alone, such as an object of a remote store, has no position: the array is the one
 * at its start.  After a failure the position is unspecified.
 * Errors: as nyz_read, nyz_read_into and nyz_load_slice. */
NYZ_API nyz_status nyz_read_slice(const nyz_stream *stream, const nyz_range *ranges, int count,
                                  const nyz_options *opt, nyz_array *out, nyz_error *err)
                                  NYZ_NODISCARD NYZ_NONNULL((1, 5));
NYZ_API nyz_status nyz_read_slice_into(const nyz_stream *stream, const nyz_range *ranges, int count,
                                       const nyz_options *opt, const nyz_array *into,
                                       nyz_error *err) NYZ_NODISCARD NYZ_NONNULL((1, 5));

/* The same of a member's array.  opt: as above, and NYZ_VERIFY; NULL: as the archive was opened.
 * Errors: as nyz_npz_load and above.  NOT_FOUND (the member holds no array) and UNSUPPORTED
 * (objects) are what its header says; with NYZ_VERIFY, a damaged member is CORRUPT first. */
NYZ_API nyz_status nyz_npz_load_slice(const nyz_npz *npz, const char *name, const nyz_range *ranges,
                                      int count, const nyz_options *opt, nyz_array *out,
                                      nyz_error *err) NYZ_NODISCARD NYZ_NONNULL((1, 2, 6));
NYZ_API nyz_status nyz_npz_load_slice_at(const nyz_npz *npz, int64_t index, const nyz_range *ranges,
                                         int count, const nyz_options *opt, nyz_array *out,
                                         nyz_error *err) NYZ_NODISCARD NYZ_NONNULL((1, 6));

/* The same into existing memory, as nyz_load_slice_into; the memory holds what was read before the
 * CRC is compared. */
NYZ_API nyz_status nyz_npz_load_slice_into(const nyz_npz *npz, const char *name,
                                           const nyz_range *ranges, int count,
                                           const nyz_options *opt, const nyz_array *into,
                                           nyz_error *err) NYZ_NODISCARD NYZ_NONNULL((1, 2, 6));
NYZ_API nyz_status nyz_npz_load_slice_into_at(const nyz_npz *npz, int64_t index,
                                              const nyz_range *ranges, int count,
                                              const nyz_options *opt, const nyz_array *into,
                                              nyz_error *err) NYZ_NODISCARD NYZ_NONNULL((1, 6));

/* ------------------------------------------------------------------------------- blocks */

/* One of the independent blocks of a member that NYZ_BLOCKS or NYZ_LEVEL_FAST has made, for who
 * reads them with something else: of a deflated member a piece of a raw deflate stream that refers
 * to nothing before it, to be ended by the bytes 03 00 if it is not the last. */
typedef struct nyz_block {
    int64_t offset;      /* of its stored bytes in the file, memory or stream */
    int64_t stored_size;
    int64_t start;       /* of what they inflate to in the member, whose array's data begins at the
                            start of block 1 */
    int64_t size;
    uint32_t crc32;      /* of these bytes */
    uint32_t reserved32; /* 0 */
    int64_t reserved[2]; /* 0 */
} nyz_block;

/* Describes `count` blocks of a member from number `first` on; nyz_member.blocks says how many
 * there are.  What the index says agrees with the directory, but is not compared with the blocks.
 * Errors: NOT_FOUND (no such blocks, or no index), IO, CORRUPT (the local header). */
NYZ_API nyz_status nyz_npz_blocks(const nyz_npz *npz, const char *name, int64_t first,
                                  int64_t count, nyz_block *out, nyz_error *err) NYZ_NODISCARD
                                  NYZ_NONNULL((1, 2, 5));
NYZ_API nyz_status nyz_npz_blocks_at(const nyz_npz *npz, int64_t index, int64_t first,
                                     int64_t count, nyz_block *out, nyz_error *err) NYZ_NODISCARD
                                     NYZ_NONNULL((1, 5));

#ifdef __cplusplus
}
#endif

#endif /* NYZ_SLICE_PUBLIC_H */
