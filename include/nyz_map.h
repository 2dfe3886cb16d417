/* SPDX-License-Identifier: MIT */
/* nyz: arrays that stay in their file.  The file is mapped into memory, and the system reads what
 * is touched: opening takes the same few microseconds for any size, an array may be larger than
 * memory, and processes that map one file share its pages.
 *
 *     nyz_array w;
 *     if (nyz_map("weights.npy", NYZ_MAP_READ, NULL, &w, &err) != NYZ_OK)
 *         return complain(err.message);
 *     const float *row = nyz_row(&w, 1000);   (w.data, w.shape, w.strides as of any array)
 *     nyz_array_free(&w);
 *
 * nyz.h's conventions hold here.  What a mapping cannot promise:
 *
 *  - If the file is cut short while it is mapped, touching what was cut off ends the program
 *    (SIGBUS, as after a read error; on Windows that is EXCEPTION_IN_PAGE_ERROR).  No library
 *    can make a status of it.  A file that is replaced, as nyz_save does, leaves a mapping whole;
 *    on Windows a file can neither be replaced (IO) nor cut short while it is mapped.
 *  - What another program writes to the file shows in the array.
 *  - A CRC that was compared (NYZ_VERIFY) says what the bytes were then.
 *
 * So do not map what others may write to; load it (nyz_load), which notices. */
#ifndef NYZ_MAP_PUBLIC_H
#define NYZ_MAP_PUBLIC_H

#include "nyz.h"
#include "nyz_file.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Who sees what is written to the array. */
typedef int32_t nyz_map_mode;
enum {
    NYZ_MAP_READ = 0, /* the array is NYZ_READONLY: writing to it ends the program */
    NYZ_MAP_PRIVATE,  /* copy on write: changes are the array's alone, and are lost with it */
    NYZ_MAP_SHARED    /* changes are written to the file.  Only for .npy files */
};

/* Maps the (first) array of a .npy file; *out holds the mapping, and is freed as any array.  It
 * has the flag NYZ_MAPPED, the dtype of the file and strides in the order of the file.  The header
 * is read and checked as by nyz_load, and that the data is complete; the data is not read.
 *
 * Not everything in a file can be an array in memory as it is: data of the other byte order (unless
 * opt->byteorder says so: NYZ_KEEP_BYTEORDER), data that is not at a multiple of its numbers' size,
 * another memory order than opt->order, a FIFO, a file of a file system that does not map files.
 * That is UNSUPPORTED, or with NYZ_MAP_OR_LOAD (and another mode than NYZ_MAP_SHARED) loaded, as by
 * nyz_load; the array then lacks the flag NYZ_MAPPED.
 *
 * opt: limits, allocator, byteorder, order, NYZ_MAP_OR_LOAD, NYZ_MAP_WILLNEED, NYZ_MAP_RANDOM.
 * Errors: as nyz_load; UNSUPPORTED (as above: the message says why, and what to do); MEMORY (also:
 * no room for it in the address space); NYZ_MAP_SHARED: IO, where the file may not be written to. */
NYZ_API nyz_status nyz_map(const char *path, nyz_map_mode mode, const nyz_options *opt,
                           nyz_array *out, nyz_error *err) NYZ_NODISCARD NYZ_NONNULL((1, 4));

/* The same of a .npy file in memory: the array's data is a part of `bytes`, which have to outlive
 * it (out->base is NULL).  The mode is NYZ_MAP_READ.  Whether the data is aligned is a matter of
 * its address. */
NYZ_API nyz_status nyz_map_mem(const void *bytes, size_t size, const nyz_options *opt,
                               nyz_array *out, nyz_error *err) NYZ_NODISCARD NYZ_NONNULL((4));

/* Maps the array of a stored member of an archive.  It outlives the archive: all its arrays that
 * are mapped to read share one mapping of the file, which the last one ends.  Of an archive opened
 * by nyz_npz_open_mem it is a part of these bytes, as by nyz_map_mem; one opened from a stream
 * cannot be mapped.
 *
 * With NYZ_VERIFY the member's CRC is compared first, which reads all of it.  Else it is not
 * compared: only the directory, the local header and the array's header are checked, that they
 * agree on the size, and that the file has not changed since it was opened.
 *
 * A deflated member is UNSUPPORTED too, or loaded with NYZ_MAP_OR_LOAD, as by nyz_npz_load (then
 * with its CRC compared).  NYZ_MAP_SHARED is ARGUMENT: the archive holds the CRC of the bytes as
 * they were.
 * opt, errors: as nyz_map and nyz_npz_load; NULL: as the archive was opened. */
NYZ_API nyz_status nyz_npz_map(const nyz_npz *npz, const char *name, nyz_map_mode mode,
                               const nyz_options *opt, nyz_array *out, nyz_error *err)
                               NYZ_NODISCARD NYZ_NONNULL((1, 2, 5));
NYZ_API nyz_status nyz_npz_map_at(const nyz_npz *npz, int64_t index, nyz_map_mode mode,
                                  const nyz_options *opt, nyz_array *out, nyz_error *err)
                                  NYZ_NODISCARD NYZ_NONNULL((1, 5));

/* The same of an item of a file of any format (nyz_file.h), if its elements are in the file as they
 * are.  The array outlives the nyz_file; of one opened by nyz_file_open_mem it is a part of these
 * bytes.  NYZ_VERIFY: compares the item's checksum, if the format has any.
 * UNSUPPORTED, or loaded with NYZ_MAP_OR_LOAD, as by nyz_file_load: what cannot be mapped, and what
 * a format compresses.  NYZ_MAP_SHARED is ARGUMENT: nyz_map does that.
 * opt, errors: as nyz_map and nyz_file_load; NULL: as the file was opened. */
NYZ_API nyz_status nyz_file_map(const nyz_file *file, const char *name, nyz_map_mode mode,
                                const nyz_options *opt, nyz_array *out, nyz_error *err)
                                NYZ_NODISCARD NYZ_NONNULL((1, 2, 5));
NYZ_API nyz_status nyz_file_map_at(const nyz_file *file, int64_t index, nyz_map_mode mode,
                                   const nyz_options *opt, nyz_array *out, nyz_error *err)
                                   NYZ_NODISCARD NYZ_NONNULL((1, 5));

/* A new .npy file that is filled in its place: an array of zeros as `like` describes it (dtype, shape
 * and order; its data is not read), in a new file that replaces the one at `path` when it is
 * finished: byte for byte what nyz_save of the array would write.  Fill in *out, free it (and what
 * retains it: on Windows a mapped file cannot get its name), and call nyz_output_finish or
 * nyz_output_discard.  The disk has room for all of it when this returns.
 * opt: byteorder and order of the file and of *out (default: those of `like`), npy_version,
 * NYZ_NO_SYNC, NYZ_IN_PLACE, allocator.
 * Errors: IO (no space left, too), NOT_FOUND (no such directory), MEMORY (no room in the address
 * space, too), UNSUPPORTED (as nyz_save; the path is not a regular file; as nyz_map). */
NYZ_API nyz_status nyz_create_map(const char *path, const nyz_array *like, const nyz_options *opt,
                                  nyz_output **output, nyz_array *out, nyz_error *err)
                                  NYZ_NODISCARD NYZ_NONNULL((1, 2, 4, 5));

/* Writes to the file now what was changed in an array of NYZ_MAP_SHARED or nyz_create_map, and waits
 * for it; on Windows not for the disk's own cache.  (The system does so in its own time, and other
 * programs see it at once.)  Errors: IO, ARGUMENT (not such an array, or not a contiguous one). */
NYZ_API nyz_status nyz_map_flush(const nyz_array *array, nyz_error *err) NYZ_NODISCARD
                                 NYZ_NONNULL((1));

#ifdef __cplusplus
}
#endif

#endif /* NYZ_MAP_PUBLIC_H */
