/* SPDX-License-Identifier: MIT */
/* nyz: arrays in the type that the program computes with.
 *
 *     const nyz_want want = {.dtype = nyz_dtype_of(NYZ_FLOAT32), .ndim = 2, .shape = {-1, 784}};
 *     nyz_array w;
 *     if (nyz_npz_load_as(model, "fc1.weight", &want, NULL, &w, &err) != NYZ_OK)
 *         return complain(err.message);   (member 'fc1.weight.npy': is float32 (128, 100), wanted
 *     const float *x = w.data;             float32 (-1, 784))
 *     nyz_array_free(&w);
 *
 * nyz.h's conventions hold here.
 *
 * What becomes what: opt->casting, for nyz_load_into, nyz_read_into, nyz_npz_load_into,
 * nyz_file_load_into and the calls below.  It means what np.can_cast means by these names:
 *
 *   NO         the same dtype, byte order included
 *   EQUIV      the same but for the byte order
 *   SAFE       all values are kept: bool to any number; int8 and uint8 to float16 and wider, int16
 *              and uint16 to float32 and wider, other integers to float64 and wider; unsigned to
 *              larger signed integers; floats to wider floats; floats to complex numbers of at
 *              least their width.  Types of ml_dtypes to float32 and wider
 *   SAME_KIND  (the default) also to smaller types, but not back in the order bool, unsigned,
 *              signed, float, complex
 *   UNSAFE     every number to every other
 *
 * Dates, text, opaque bytes and structs are converted by none of them, but for their byte order.
 * (NumPy does, between sizes of text and units of dates.)
 *
 * The results are those of NumPy's and ml_dtypes' astype, bit for bit, signalling NaNs included:
 *
 *   - To a narrower float: the nearest, ties to even, subnormal numbers kept; what is too large is
 *     infinite.  Of the types without infinity float8_e4m3fn and those named ...fnuz have NaN then.
 *   - Integers to smaller ones, or to the other sign, wrap.
 *   - To bool: everything but 0 is true, NaN too.
 *   - Complex to real: the imaginary part is dropped.
 *   - Floats to integers are cut toward 0.  What does not fit becomes the nearest number that
 *     there is, and NaN 0.  Here NumPy gives what the processor happens to give, with a warning.
 *
 * Long doubles are converted where their size and byte order are those of this compiler's long
 * double; others are UNSUPPORTED.  Both x86 and AArch64 write them as <f16, in different formats,
 * which no file says: a file from the other one gives wrong numbers (docs/limitations.md).
 *
 * The types of ml_dtypes (bfloat16, float8_e4m3fn, ...) are NYZ_BFLOAT16 and those after it.
 * nyz_dtype_of makes their dtypes, and they are saved as NumPy saves them: bfloat16 as <V2,
 * float8_e5m2 as <f1, the others as <V1.  Such a file does not name its type.  It is read as opaque
 * bytes, NYZ_VOID, unless the caller says which:
 *
 *   - opt->void_as of any call that reads arrays, or of the one that opens the archive: the type of
 *     arrays of V1.  Those of V2 are bfloat16 if it is set at all, since ml_dtypes has no other.
 *   - the dtype that is wanted, or that of the memory to fill.
 *
 * float8_e5m2 is converted without being told.  "|V2", which NumPy makes of "<V2" when it loads and
 * saves it again, counts as little-endian.  The types with fewer than 8 bits (NYZ_INT4, NYZ_UINT4,
 * ..., NYZ_FLOAT6_E2M3FN, ...; one item a byte, in its low bits) are converted from, but not to.
 * Fields of structs stay opaque. */
#ifndef NYZ_CAST_PUBLIC_H
#define NYZ_CAST_PUBLIC_H

#include "nyz.h"
#include "nyz_file.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What an array has to be. */
typedef struct nyz_want {
    nyz_dtype dtype;             /* of the result.  {0}: that of the file, in native byte order */
    int32_t ndim;                /* of the file's array; -1: any */
    int32_t reserved32;          /* 0 */
    int64_t reserved[2];         /* 0 */
    int64_t shape[NYZ_MAX_DIMS]; /* the first `ndim`: dimensions of the file's array; -1: any */
} nyz_want;

/* Loads an array of the wanted dtype and shape, as nyz_load does; out owns it.  It is in C order,
 * whatever the order of the file (opt->order NYZ_F_ORDER: in Fortran order), and has the byte order
 * of want->dtype.  That the shape is the wanted one, and that the dtype may be converted to the
 * wanted one, is checked before the data is read.
 * opt: casting, void_as, order, and as nyz_load.
 * Errors: as nyz_load; ARGUMENT (another shape, or a dtype that opt->casting does not convert: the
 * message has both), UNSUPPORTED (a long double of another machine), LIMIT (array_bytes holds for the
 * result, too). */
NYZ_API nyz_status nyz_load_as(const char *path, const nyz_want *want, const nyz_options *opt,
                               nyz_array *out, nyz_error *err) NYZ_NODISCARD NYZ_NONNULL((1, 2, 4));

/* The same of a member of an archive, as nyz_npz_load and nyz_npz_load_at. */
NYZ_API nyz_status nyz_npz_load_as(const nyz_npz *npz, const char *name, const nyz_want *want,
                                   const nyz_options *opt, nyz_array *out, nyz_error *err)
                                   NYZ_NODISCARD NYZ_NONNULL((1, 2, 3, 5));
NYZ_API nyz_status nyz_npz_load_as_at(const nyz_npz *npz, int64_t index, const nyz_want *want,
                                      const nyz_options *opt, nyz_array *out, nyz_error *err)
                                      NYZ_NODISCARD NYZ_NONNULL((1, 3, 5));

/* The same of an item of a file of any format, as nyz_file_load and nyz_file_load_at. */
NYZ_API nyz_status nyz_file_load_as(const nyz_file *file, const char *name, const nyz_want *want,
                                    const nyz_options *opt, nyz_array *out, nyz_error *err)
                                    NYZ_NODISCARD NYZ_NONNULL((1, 2, 3, 5));
NYZ_API nyz_status nyz_file_load_as_at(const nyz_file *file, int64_t index, const nyz_want *want,
                                       const nyz_options *opt, nyz_array *out, nyz_error *err)
                                       NYZ_NODISCARD NYZ_NONNULL((1, 3, 5));

/* Copies an array to one of another dtype, as NumPy's astype; out owns it.  Its strides are
 * contiguous.  opt: casting, void_as, order (default: Fortran if the array is, else C), byteorder
 * (default: that of `dtype`), allocator.
 * Errors: ARGUMENT (opt->casting does not convert it), UNSUPPORTED (a long double of another
 * machine). */
NYZ_API nyz_status nyz_array_cast(const nyz_array *array, const nyz_dtype *dtype,
                                  const nyz_options *opt, nyz_array *out, nyz_error *err)
                                  NYZ_NODISCARD NYZ_NONNULL((1, 2, 4));

/* Not 0 if casting converts one dtype to the other, as np.can_cast; an opaque one counts as what it
 * is when it is read as `to`. */
NYZ_API int nyz_can_cast(const nyz_dtype *from, const nyz_dtype *to, nyz_casting casting)
    NYZ_NONNULL((1, 2));

#ifdef __cplusplus
}
#endif

#endif /* NYZ_CAST_PUBLIC_H */
