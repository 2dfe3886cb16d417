/* SPDX-License-Identifier: MIT */
/* nyz: NumPy's .npy and .npz files in C.  This header is the manual.
 *
 *     nyz_array w;
 *     nyz_error err;
 *     if (nyz_load("weights.npy", NULL, &w, &err) != NYZ_OK)
 *         return complain(err.message);
 *     const float *x = w.data;              (w.dtype.type == NYZ_FLOAT32, w.shape, w.strides)
 *     nyz_array_free(&w);
 *
 * Conventions for every function below; the comments do not repeat them.
 *
 *  1. A function that can fail returns nyz_status.  NYZ_OK is 0.
 *  2. Outputs are filled only on NYZ_OK.  Otherwise structs are zeroed, and handles are set to
 *     NULL.  The previous value of an output is overwritten, not freed.
 *  3. Arguments are in this order: object, inputs, options, outputs, error.  `opt` and `err`
 *     may always be NULL.  *err is written only on failure.  Other pointers must not be NULL,
 *     unless the comment allows it or the size that goes with them is 0.  An output must not be
 *     an input too: a view of a view needs a struct of its own.
 *  4. Dimensions, strides, offsets and counts are int64_t.  Sizes of memory are size_t.
 *     Strides are in bytes, as NumPy's are (DLPack's are in elements).
 *  5. A struct of zeros ({0} in C, {} in C++) is empty, or the defaults.  An empty one may be
 *     freed.  A free, close or discard function takes the address (or NULL), and leaves the
 *     struct zeroed or the handle NULL.
 *  6. Words named `reserved`, and bits of flags without a name, must be 0: NYZ_ERR_ARGUMENT.
 *  7. Text is UTF-8.  Paths are passed to the system's open; on Windows they are UTF-8.
 *  8. The library keeps no global state, prints nothing, never aborts because of its input,
 *     and does not depend on the locale.  Different objects may be used on different threads
 *     at once; a const nyz_npz may be shared by threads.
 *  9. Any function may return NYZ_ERR_MEMORY, and NYZ_ERR_ARGUMENT for an invalid argument;
 *     the comments name only the other errors.
 * 10. What may still change within one NYZ_ABI_VERSION needs NYZ_EXPERIMENTAL (nothing today).
 *
 * Three verbs describe ownership.  An owner *owns* an object and frees it.  A borrower
 * *borrows* it, and must not use it after the owner has freed it.  An object that is *passed*
 * belongs to the receiver if, and only if, the call succeeds.
 *
 * Contents: version, errors, memory, limits, options, dtypes, arrays, one array in a file (.npy),
 * streams, many arrays in an archive (.npz: reading, writing). */
#ifndef NYZ_H
#define NYZ_H
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include "nyz_export.h" /* NYZ_API, NYZ_NODISCARD, NYZ_NONNULL, NYZ_DEPRECATED */

#ifdef __cplusplus
extern "C" {
#endif

/* ------------------------------------------------------------------------------- version */

#define NYZ_VERSION "0.1.0"
#define NYZ_VERSION_NUMBER 100 /* major * 10000 + minor * 100 + patch */
#define NYZ_ABI_VERSION 0      /* of the shared library; changes with the layout of a struct */
/* The version of the linked library, in the form of NYZ_VERSION_NUMBER. */
NYZ_API int nyz_version(void);

/* -------------------------------------------------------------------------------- errors */

/* There is one status for each way in which a caller can react. */
typedef int32_t nyz_status;
enum {
    NYZ_OK = 0,
    NYZ_ERR_ARGUMENT,    /* invalid argument */
    NYZ_ERR_MEMORY,      /* the allocator returned NULL */
    NYZ_ERR_IO,          /* a system call or a stream failed; nyz_error.sys has its errno */
    NYZ_ERR_NOT_FOUND,   /* no such file, no such member, no further array in the stream */
    NYZ_ERR_CORRUPT,     /* the bytes are damaged or break the format's rules */
    NYZ_ERR_UNSUPPORTED, /* well formed, but not supported; the message says what to do */
    NYZ_ERR_LIMIT,       /* a limit of nyz_limits is exceeded; the message names it */
    NYZ_ERR_CANCELLED    /* nyz_options.progress returned another value than 0 */
};

/* Why a call failed.  `message` is one human-readable line without a newline: what was found,
 * what was expected, and where.  It does not contain the path.  Text from the file is escaped,
 * so that the message can be printed on a terminal. */
typedef struct nyz_error {
    nyz_status status;
    int32_t sys;          /* errno of the system call or stream callback that failed, else 0 */
    int64_t offset;       /* bytes from the start of the file, of the member or of what the stream
                             had left; -1 if no place is known */
    int64_t member_index; /* of the archive's member; -1: none, or there is no such member */
    int64_t reserved[2];
    char member[128];     /* its name, not escaped, cut between characters; "": none */
    char message[496];
} nyz_error;

/* The status in lower-case words, such as "corrupt" or "not found"; never NULL. */
NYZ_API const char *nyz_status_text(nyz_status status);
/* The text that messages use for an errno, such as "permission denied", independent of the
 * locale; NULL if there is none. */
NYZ_API const char *nyz_system_text(int sys);

/* -------------------------------------------------------------------------------- memory */

/* Where the library gets its memory from.  `alloc` returns `size` (> 0) bytes aligned to
 * `align` (a power of two, at most 64), or NULL.  `free` gets the same size again.  `realloc`
 * changes a block's size, keeps its first bytes, and may move it; if it returns NULL, the old
 * block is unchanged.  If realloc is NULL, the library allocates, copies and frees.  All are
 * called only inside the library's functions; by several threads at once if threads share an
 * archive, or with nyz_options.threads.  Everything that the library keeps or hands out comes
 * from here; libdeflate's state while it inflates comes from malloc. */
typedef struct nyz_allocator {
    void *(*alloc)(void *ctx, size_t size, size_t align);
    void (*free)(void *ctx, void *memory, size_t size);
    void *ctx;
    void *(*realloc)(void *ctx, void *memory, size_t old_size, size_t size, size_t align);
    void *reserved[4]; /* NULL */
} nyz_allocator;

/* -------------------------------------------------------------------------------- limits */

/* Limits on what a file may contain.  0 means the default.  The default with NYZ_UNTRUSTED is
 * in brackets.  "max" is the highest value that can be set; a higher or negative value is
 * NYZ_ERR_ARGUMENT.  Regardless of the limits, nothing is allocated before the file is known
 * to contain the bytes that its header announces. */
typedef struct nyz_limits {
    int64_t header_bytes;    /* 1 MiB [64 KiB], max 256 MiB: .npy header's text (NumPy: 10,000) */
    int64_t dims;            /* 64 [32], max 64: dimensions */
    int64_t nesting;         /* 32 [8], max 64: dtypes within dtypes */
    int64_t brackets;        /* 64 [16], max 256: brackets within brackets of a header */
    int64_t fields;          /* 65,536 [4,096], max 2^31 - 1: fields of a dtype, on all levels */
    int64_t item_bytes;      /* 2^31 - 1 [1 MiB], max 2^31 - 1: one item */
    int64_t array_bytes;     /* PTRDIFF_MAX [1 GiB], max PTRDIFF_MAX: one array; also limits
                                the number of elements */
    int64_t members;         /* 1,000,000 [10,000], max 2^31 - 1: members of an archive */
    int64_t directory_bytes; /* 256 MiB [4 MiB], max 2^32 - 1: central directory of an archive */
    int64_t name_bytes;      /* 65,535 [1,024], max 65,535: name of a member */
    int64_t archive_bytes;   /* none [4 GiB]: members of an archive together, inflated */
    int64_t ratio;           /* none [200]: inflated : deflated, for members over 1 MiB
                                (more than 1032 : 1 is always refused) */
    int64_t reserved[16];    /* 0 */
} nyz_limits;

/* ------------------------------------------------------------------------------- options */

/* Memory order of a loaded or copied array, or of an array in a file. */
typedef int32_t nyz_order;
enum {
    NYZ_KEEP_ORDER = 0, /* unchanged: a Fortran file loads with Fortran strides */
    NYZ_C_ORDER,        /* the last axis varies fastest */
    NYZ_F_ORDER         /* the first axis varies fastest */
};

/* Byte order of multi-byte numbers, including each half of a complex number, each code point
 * of a string and each field of a struct.  By default, loading and copying convert to the
 * native byte order, and saving keeps the byte order of the array. */
typedef int32_t nyz_byteorder;
enum {
    NYZ_DEFAULT_BYTEORDER = 0,
    NYZ_NATIVE,
    NYZ_KEEP_BYTEORDER,
    NYZ_LITTLE_ENDIAN,
    NYZ_BIG_ENDIAN
};

/* Which conversions between types of numbers are done, as np.can_cast has them (nyz_cast.h).  Other
 * elements (text, dates, structs) are filled only into their own dtype. */
typedef int32_t nyz_casting;
enum {
    NYZ_CAST_SAME_KIND = 0, /* to the same kind or one that holds more: bool, unsigned, signed,
                               float, complex.  Integers that do not fit wrap */
    NYZ_CAST_NO,            /* none, byte order included */
    NYZ_CAST_EQUIV,         /* the byte order alone */
    NYZ_CAST_SAFE,          /* those that keep every value */
    NYZ_CAST_UNSAFE         /* any; floats to integers are cut toward 0, and saturate */
};

/* The two compression methods that NumPy uses, numbered as in the zip format. */
typedef int32_t nyz_method;
enum {
    NYZ_STORED = 0,  /* np.savez */
    NYZ_DEFLATED = 8 /* np.savez_compressed */
};

/* nyz_options.flags.  An unknown flag is NYZ_ERR_ARGUMENT; one that a call has no use for is
 * ignored. */
enum {
    /* reading */
    NYZ_UNTRUSTED = 1u << 0,  /* the stricter limits above.  Opening an archive reads all local
                                 headers, and refuses duplicate names, bytes that belong to no
                                 member, and members marked as links, devices or directories
                                 (docs/format.md 4.4) */
    NYZ_SKIP_UNSUPPORTED = 1u << 6, /* nyz_npz_load_all, nyz_file_load_all, nyz_model.h: leave
                                 members empty whose content is not supported, such as Python
                                 objects; see nyz_arrays_error */
    /* saving to a path */
    NYZ_NO_SYNC = 1u << 1,    /* leave out the fsyncs.  Still old or new after a crash of the
                                 program, but maybe neither after a power cut */
    NYZ_IN_PLACE = 1u << 5,   /* write into an existing file instead of replacing it, for where it
                                 cannot be renamed over (a mounted file, a directory that may not
                                 be written to).  Not atomic: it is emptied first; readers see a
                                 part meanwhile, a crash leaves one, a failure leaves it empty.
                                 Keeps owner, rights, attributes and hard links.  A new file is
                                 saved as without this flag */
    /* nyz_npz_add */
    NYZ_EXACT_NAME = 1u << 2, /* take the name as it is, do not append ".npy" */
    NYZ_ANY_NAME = 1u << 3,   /* allow duplicates, and names that nyz_name_is_safe refuses */
    NYZ_BLOCKS = 1u << 4,     /* deflate members of more than a block in independent blocks of
                                 whole rows, with an index, so that opt->threads share them, in
                                 writing and in reading, and that a part is read without the rest
                                 (nyz_slice.h).  Any reader takes them (docs/format.md 5.7).  Some
                                 tenths of a percent larger, and not byte for byte NumPy's;
                                 NYZ_LEVEL_FAST always does so */
    /* nyz_slice.h, nyz_map.h */
    NYZ_VERIFY = 1u << 7,       /* compare a member's CRC before its data is handed out */
    /* nyz_map.h */
    NYZ_MAP_OR_LOAD = 1u << 8,  /* load what cannot be mapped */
    NYZ_MAP_WILLNEED = 1u << 9, /* all of it will be read soon: the system may begin */
    NYZ_MAP_RANDOM = 1u << 10   /* single items here and there: the system need not read ahead */
};

/* nyz_options.level, besides 1 (fastest) ... 9 (smallest). */
enum {
    NYZ_LEVEL_DEFAULT = 0, /* 6, like NumPy */
    NYZ_LEVEL_FAST = -1    /* for arrays of numbers: much faster than zlib's levels.  Any inflater
                              reads it.  Weights of a network become no larger than with level 6,
                              other arrays somewhat larger.  docs/format.md 5 */
};

enum { NYZ_ALIGN = 64 };

/* {0} or NULL: the defaults. */
typedef struct nyz_options {
    const nyz_allocator *allocator; /* NULL: the C library's; must outlive what it allocated */
    const nyz_limits *limits;       /* NULL: the defaults */
    uint32_t flags;                 /* NYZ_UNTRUSTED | ... */
    nyz_order order;
    nyz_byteorder byteorder;
    int32_t npy_version;            /* saving: 1, 2 or 3; 0: the lowest that fits, like NumPy */
    nyz_method method;              /* archives: stored or deflated */
    int32_t level;                  /* as above; any but 0 means NYZ_DEFLATED */
    int32_t threads;                /* how many threads, the caller's included, may work on a large
                                       load, on members added together, or on one that is in
                                       blocks (NYZ_LEVEL_FAST, NYZ_BLOCKS), written or read.  0: one;
                                       negative: one for each processor.  Results and errors do not
                                       depend on it; all threads call the allocator */
    int32_t align;                  /* archives: the data of stored arrays begins at a multiple of
                                       this in the file, so that they can be mapped (nyz_map.h): a
                                       power of two, 8 ... 32,768, of which NYZ_ALIGN suits all
                                       processors.  0: as NumPy does, by chance.  Every reader takes
                                       such archives (docs/format.md 5.6) */
    /* NULL, or called while array data is read or written, only by the thread that made the call,
     * at least every 8 MiB that this thread moves; `done` includes what other threads moved.
     * total: -1 if unknown.  A result other than 0 cancels: the call fails with NYZ_ERR_CANCELLED
     * and leaves what any failure leaves (ignored once all is done).  Must not use the objects of
     * the call.  With a callback, calls for one member read it as a stream, on one thread. */
    int (*progress)(void *ctx, int64_t done, int64_t total);
    void *progress_ctx;
    nyz_casting casting;            /* calls that fill memory of another dtype than the file's */
    int32_t void_as;                /* 0, or the nyz_type that arrays of V1 or V2 are (nyz_cast.h) */
    int64_t block_bytes;            /* archives: a block of NYZ_BLOCKS or NYZ_LEVEL_FAST is of so
                                       many bytes at most, as whole rows allow it (of one row that
                                       is longer, whole rows of its axes), or about half as many,
                                       if then all are of one size.  0: 256 KiB.  Of an array that
                                       would have more than about 8,000 blocks they become larger.
                                       If this or the next one is set, NYZ_BLOCKS is, too */
    int64_t block_rows;             /* instead: so many rows exactly (of an array in Fortran order:
                                       columns, so many steps of its last axis) */
    int64_t reserved[3];            /* 0 */
} nyz_options;

/* -------------------------------------------------------------------------------- dtypes */

/* NumPy's kinds of elements.  More will come: treat an unknown one as NYZ_VOID of its itemsize.
 * Those of ml_dtypes, which no file names, are returned only where opt->void_as or the wanted dtype
 * says so (nyz_cast.h). */
typedef int32_t nyz_type;
enum {
    NYZ_NONE = 0,
    NYZ_BOOL = 1,                                   /* one byte; 0 is false */
    NYZ_INT8 = 10, NYZ_INT16, NYZ_INT32, NYZ_INT64,
    NYZ_INT4 = 16, NYZ_INT2, NYZ_INT1,              /* ml_dtypes; in the low bits of a byte */
    NYZ_UINT8 = 20, NYZ_UINT16, NYZ_UINT32, NYZ_UINT64,
    NYZ_UINT4 = 26, NYZ_UINT2, NYZ_UINT1,
    NYZ_FLOAT16 = 30, NYZ_FLOAT32, NYZ_FLOAT64,
    NYZ_LONGDOUBLE,   /* 16 or 12 bytes, in the format of the machine that wrote them */
    NYZ_BFLOAT16 = 40, NYZ_FLOAT8_E3M4, NYZ_FLOAT8_E4M3, NYZ_FLOAT8_E4M3FN, NYZ_FLOAT8_E4M3FNUZ,
    NYZ_FLOAT8_E4M3B11FNUZ, NYZ_FLOAT8_E5M2, NYZ_FLOAT8_E5M2FNUZ, NYZ_FLOAT8_E8M0FNU,
    NYZ_FLOAT6_E2M3FN, NYZ_FLOAT6_E3M2FN, NYZ_FLOAT4_E2M1FN, /* ml_dtypes, from NYZ_BFLOAT16 on */
    NYZ_COMPLEX64 = 60, NYZ_COMPLEX128,             /* real, imaginary */
    NYZ_CLONGDOUBLE,  /* two long doubles */
    NYZ_BYTES = 70,   /* 'S': itemsize bytes, padded with NUL */
    NYZ_STR,          /* 'U': itemsize / 4 code points of 4 bytes, padded with 0 */
    NYZ_VOID,         /* 'V': itemsize opaque bytes.  So are the types of ml_dtypes in files:
                         bfloat16 is <V2, most 8-bit floats <V1, float8_e5m2 <f1.  They are saved
                         as they were written */
    NYZ_DATETIME64 = 80, /* int64: ticks of `unit_count` `unit`s since 1970; INT64_MIN is NaT */
    NYZ_TIMEDELTA64,  /* int64: ticks of `unit_count` `unit`s */
    NYZ_STRUCT = 90,  /* fields */
    NYZ_SUBARRAY,     /* only as the dtype of a field, or within one: `base` with `shape` */
    NYZ_OBJECT = 100  /* Python objects: only nyz_load_header and nyz_read_header show them */
};

/* Units of datetime64 and timedelta64. */
typedef int32_t nyz_unit;
enum {
    NYZ_GENERIC = 0, /* no unit */
    NYZ_YEAR, NYZ_MONTH, NYZ_WEEK, NYZ_DAY, NYZ_HOUR, NYZ_MINUTE, NYZ_SECOND,
    NYZ_MILLISECOND, NYZ_MICROSECOND, NYZ_NANOSECOND, NYZ_PICOSECOND,
    NYZ_FEMTOSECOND, NYZ_ATTOSECOND
};

typedef struct nyz_owner nyz_owner; /* private: frees the memory of a value */
typedef struct nyz_field nyz_field;
typedef struct nyz_dtype nyz_dtype;

/* The type of an element: a tree whose leaves are scalars.  Plain scalars use no other memory:
 * nyz_dtype_of(NYZ_FLOAT32) can be copied and need not be freed.  `fields`, `base` and `shape`
 * point to memory that belongs to `owner` or, if `owner` is NULL, to the dtype's array or to
 * the caller who built the dtype. */
struct nyz_dtype {
    nyz_type type;
    nyz_unit unit;           /* datetime64, timedelta64 */
    int32_t unit_count;      /* datetime64, timedelta64: 25 in <M8[25us]; 1 for generic */
    int32_t ndim;            /* NYZ_SUBARRAY */
    char byteorder;          /* '<', '>', or '|' for types without a byte order: bool, one-byte
                                integers, 'S', structs (each field has its own).  NYZ_VOID: as
                                written in the file, usually '|'; its bytes are not swapped */
    char letter;             /* NYZ_VOID: the letter in its text if that is not 'V': 'f' for <f1,
                                'W' for <W4.  Otherwise 0 */
    char reserved8[6];       /* 0 */
    int64_t itemsize;        /* bytes of one item, padding included */
    int64_t nfields;         /* NYZ_STRUCT */
    const nyz_field *fields; /* NYZ_STRUCT: in the order of their offsets, without padding */
    const nyz_dtype *base;   /* NYZ_SUBARRAY: the dtype of its elements */
    const int64_t *shape;    /* NYZ_SUBARRAY: ndim dimensions, C order */
    nyz_owner *owner;
    int64_t reserved;        /* 0 */
};

/* One field of a struct. */
struct nyz_field {
    const char *name; /* NUL-terminated; name_size counts without it */
    size_t name_size;
    const char *title; /* NULL: none */
    size_t title_size;
    int64_t offset; /* bytes from the start of the item */
    nyz_dtype dtype;
    int64_t reserved; /* 0 */
};

/* The dtype of a plain scalar in this machine's byte order.  A long double has the size that it
 * has for this machine's compiler if that is 12 or 16 bytes, else 16 bytes.  The result is empty
 * for types that the enum alone does not describe (NYZ_BYTES, NYZ_STR, NYZ_VOID, NYZ_STRUCT,
 * NYZ_SUBARRAY, NYZ_OBJECT): use nyz_dtype_parse.  Dates have the unit NYZ_GENERIC. */
NYZ_API nyz_dtype nyz_dtype_of(nyz_type type);

/* Parses NumPy's text of a dtype: "<f4", "|S8", "<M8[ns]", "f8" (native), or the list of a
 * struct: "[('x', '<f4'), ('id', '<i8', (2,))]" (docs/format.md 2).  Free the dtype with
 * nyz_dtype_free after the last array that uses it.
 * Errors: CORRUPT (not a dtype; `offset` is a position in `text`), UNSUPPORTED, LIMIT. */
NYZ_API nyz_status nyz_dtype_parse(const char *text, size_t size, const nyz_options *opt,
                                   nyz_dtype *out, nyz_error *err) NYZ_NODISCARD NYZ_NONNULL((4));

/* Writes NumPy's canonical text of a dtype, as above, to `text`, NUL-terminated and truncated
 * to `capacity` bytes; (NULL, 0) computes only the length.  *length is set to the full length
 * without the NUL.  The text of a scalar has no quotes.
 * Errors: UNSUPPORTED (fields overlap or are out of order: NumPy has no text for them). */
NYZ_API nyz_status nyz_dtype_format(const nyz_dtype *dtype, char *text, size_t capacity,
                                    size_t *length, nyz_error *err) NYZ_NODISCARD
                                    NYZ_NONNULL((1, 4));

/* Not 0 if the dtypes are equal: types, sizes, byte orders, units, names and offsets of fields.
 * Titles, and how a NYZ_VOID is written, do not count. */
NYZ_API int nyz_dtype_equal(const nyz_dtype *a, const nyz_dtype *b) NYZ_NONNULL((1, 2));

/* Not 0 if the dtype is, or contains, Python objects. */
NYZ_API int nyz_dtype_has_objects(const nyz_dtype *dtype) NYZ_NONNULL((1));

/* Frees a dtype that nyz_dtype_parse made. */
NYZ_API void nyz_dtype_free(nyz_dtype *dtype);

/* -------------------------------------------------------------------------------- arrays */

#define NYZ_MAX_DIMS 64

enum {
    NYZ_READONLY = 1u << 0, /* the data must not be written to; nyz_load_into refuses it */
    NYZ_MAPPED = 1u << 1    /* the data is where the file is: mapped, or in the caller's memory
                               (nyz_map.h) */
};

/* An n-dimensional array, open to read and to fill in.  Element (i, j) is at
 * (char *)data + i * strides[0] + j * strides[1].
 *
 * With an `owner` the array holds a reference to a block with the data and the dtype's fields;
 * nyz_array_free drops the reference, and the last one frees the block.  With owner NULL the
 * array borrows both: nyz_array_wrap, the views below, and arrays that you fill in yourself.  A
 * view keeps nothing alive; nyz_array_retain makes one that does.  A copy of the struct by `=` is
 * no further reference: free only one of the two. */
typedef struct nyz_array {
    void *data; /* NULL if only the header was read, and possibly if there are no bytes; loaded
                   data is aligned to 64 bytes */
    nyz_owner *owner;
    nyz_owner *base;     /* the block that holds the data, for nyz_array_retain; NULL: the
                            caller's memory */
    nyz_dtype dtype;
    int32_t ndim;        /* 0 ... NYZ_MAX_DIMS */
    uint32_t flags;      /* NYZ_READONLY | ... */
    int64_t reserved[4]; /* 0 */
    int64_t shape[NYZ_MAX_DIMS];
    int64_t strides[NYZ_MAX_DIMS];
} nyz_array;

/* The number of elements: the product of the dimensions, 1 for ndim 0; -1 if the struct is not
 * a valid array (a negative dimension, or more than INT64_MAX elements). */
NYZ_API int64_t nyz_array_count(const nyz_array *array) NYZ_NONNULL((1));

/* Not 0 if the array is contiguous in this order; NYZ_KEEP_ORDER means in either order. */
NYZ_API int nyz_array_is_contiguous(const nyz_array *array, nyz_order order) NYZ_NONNULL((1));

/* "float32 (128, 784)": NumPy's name of the dtype, or its text if it has none, and the shape.
 * text, capacity and length: as nyz_dtype_format. */
NYZ_API nyz_status nyz_array_describe(const nyz_array *array, char *text, size_t capacity,
                                      size_t *length, nyz_error *err) NYZ_NODISCARD
                                      NYZ_NONNULL((1, 4));

/* An array over memory that you have: `strides` NULL means C order.  Borrows `data` and the
 * dtype's fields.  `data` NULL: an array without elements, or only a description, which
 * nyz_write_header takes; other calls refuse elements without data.  `shape` may be NULL for
 * ndim 0.  wrap_const is for memory that must not be written to: it sets NYZ_READONLY. */
NYZ_API nyz_status nyz_array_wrap(void *data, const nyz_dtype *dtype, int ndim,
                                  const int64_t *shape, const int64_t *strides, nyz_array *out,
                                  nyz_error *err) NYZ_NODISCARD NYZ_NONNULL((2, 6));
NYZ_API nyz_status nyz_array_wrap_const(const void *data, const nyz_dtype *dtype, int ndim,
                                        const int64_t *shape, const int64_t *strides,
                                        nyz_array *out, nyz_error *err) NYZ_NODISCARD
                                        NYZ_NONNULL((2, 6));

/* A new array of zeros; out owns it.  opt: order (default: C), byteorder (default: the dtype's),
 * allocator. */
NYZ_API nyz_status nyz_array_new(const nyz_dtype *dtype, int ndim, const int64_t *shape,
                                 const nyz_options *opt, nyz_array *out, nyz_error *err)
                                 NYZ_NODISCARD NYZ_NONNULL((1, 5));

/* As nyz_array_wrap, but `data` is passed to the array: the last reference calls
 * free_data(ctx, data), on the thread that frees it.  The dtype is copied.  opt: allocator. */
NYZ_API nyz_status nyz_array_adopt(void *data, void (*free_data)(void *ctx, void *data), void *ctx,
                                   const nyz_dtype *dtype, int ndim, const int64_t *shape,
                                   const int64_t *strides, const nyz_options *opt, nyz_array *out,
                                   nyz_error *err) NYZ_NODISCARD NYZ_NONNULL((4, 9));

/* Another reference to the same data: out describes the same elements and is freed by itself, in
 * any order and on any thread.  For a view, it keeps the data of the view alive.
 * Errors: ARGUMENT (the memory is the caller's: base is NULL). */
NYZ_API nyz_status nyz_array_retain(const nyz_array *array, nyz_array *out, nyz_error *err)
                                    NYZ_NODISCARD NYZ_NONNULL((1, 2));

/* The view array[..., start:stop:step, ...] on one axis (negative axes count from the end).
 * start and stop are as in Python: negative ones count from the end, and values outside
 * are clipped, so that INT64_MIN and INT64_MAX mean "all the way".  step must not be 0. */
NYZ_API nyz_status nyz_array_slice(const nyz_array *array, int axis, int64_t start, int64_t stop,
                                   int64_t step, nyz_array *out, nyz_error *err) NYZ_NODISCARD
                                   NYZ_NONNULL((1, 6));

/* The view array[..., index, ...] on one axis; it has one dimension fewer.
 * Errors: NOT_FOUND (no such index). */
NYZ_API nyz_status nyz_array_index(const nyz_array *array, int axis, int64_t index, nyz_array *out,
                                   nyz_error *err) NYZ_NODISCARD NYZ_NONNULL((1, 4));

/* The view with permuted axes: axis i of out is axis axes[i] of array.  NULL reverses them. */
NYZ_API nyz_status nyz_array_transpose(const nyz_array *array, const int *axes, nyz_array *out,
                                       nyz_error *err) NYZ_NODISCARD NYZ_NONNULL((1, 3));

/* The view array[name] of a struct array.  A sub-array's dimensions come last.
 * Errors: NOT_FOUND (no field has that name or title). */
NYZ_API nyz_status nyz_array_field(const nyz_array *array, const char *name, nyz_array *out,
                                   nyz_error *err) NYZ_NODISCARD NYZ_NONNULL((1, 2, 3));

/* A contiguous copy of any view, dtype included; out owns it.  opt->order: NYZ_KEEP_ORDER
 * copies a Fortran array to Fortran order and everything else to C order.  opt->byteorder:
 * native by default.  Padding bytes are copied unchanged.
 * Errors: UNSUPPORTED (a change of the byte order of fields that overlap). */
NYZ_API nyz_status nyz_array_copy(const nyz_array *array, const nyz_options *opt, nyz_array *out,
                                  nyz_error *err) NYZ_NODISCARD NYZ_NONNULL((1, 3));

/* Drops the array's reference to what it owns, and zeroes the struct. */
NYZ_API void nyz_array_free(nyz_array *array);

/* ---------------------------------------------------------------- one array in a file: .npy */

/* Loads the (first) array of a .npy file; out owns it.  The path may name a FIFO.
 * opt: order, byteorder, limits, allocator.  Loading takes the memory of the array and at most
 * 1 MiB more (from a source of unknown size, up to twice the array for a moment; a header of over
 * 16 KiB, up to 64 times its bytes).
 * A file that is appended to meanwhile is fine: longer, and its header, read again, has the same
 * dtype and order and at least as many rows; the array is what the header said at first.
 * Errors: NOT_FOUND, IO, CORRUPT (also: shorter than its header says, or changed otherwise while
 * it was read), UNSUPPORTED (arrays of Python objects; a .npz archive), LIMIT. */
NYZ_API nyz_status nyz_load(const char *path, const nyz_options *opt, nyz_array *out,
                            nyz_error *err) NYZ_NODISCARD NYZ_NONNULL((1, 3));

/* Loads from the bytes of a .npy file in memory, which are not needed afterwards. */
NYZ_API nyz_status nyz_load_mem(const void *bytes, size_t size, const nyz_options *opt,
                                nyz_array *out, nyz_error *err) NYZ_NODISCARD NYZ_NONNULL((4));

/* Loads into existing memory: `into` describes it (nyz_array_wrap), with any strides, in the
 * shape of the file's array, which nyz_load_header returns.  Numbers are cast on the way: to the
 * same kind or one that holds it (bool, unsigned, signed, float, complex; NumPy's "same_kind"), or as
 * opt->casting says, and to the byte order of into->dtype; other dtypes must be the file's.  Into
 * a smaller type integers wrap, and floats are rounded to nearest or become infinite; nyz_cast.h
 * has all the rules, and nyz_load_as, which makes the memory.  The memory is unspecified after a
 * failure.  opt: casting, void_as, limits, threads, allocator.
 * Errors: as nyz_load, ARGUMENT (another shape, a dtype that is not cast, NYZ_READONLY), UNSUPPORTED
 * (a long double of another machine). */
NYZ_API nyz_status nyz_load_into(const char *path, const nyz_options *opt, const nyz_array *into,
                                 nyz_error *err) NYZ_NODISCARD NYZ_NONNULL((1, 3));

/* Only the header of a .npy file: dtype and strides as the file has them (byte order, memory
 * order; those of opt are ignored), and shape; data is NULL.  out owns the dtype.  Arrays of
 * Python objects succeed here, with NYZ_OBJECT.  Whether the data is complete is not checked.
 * Errors: NOT_FOUND, IO, CORRUPT, UNSUPPORTED, LIMIT. */
NYZ_API nyz_status nyz_load_header(const char *path, const nyz_options *opt, nyz_array *out,
                                   nyz_error *err) NYZ_NODISCARD NYZ_NONNULL((1, 3));

/* Saves to a path.  The file is byte-identical to that of np.save.  Saving is atomic: a new file
 * is written and synced in the same directory, and then replaces the one at the path, which always
 * holds either the complete old file or the complete new one.  After a failure it holds the old
 * one, and no other file is left.  Where files without a name exist (Linux: ext4, xfs, tmpfs and
 * others), a killed process leaves no file either.  Elsewhere, and for a moment when a file is
 * replaced, the new file is named .NAME.nyz-XXXXXX (at most 64 bytes of NAME, six of a-z2-7).  On
 * local file systems of Linux the next save to the same path removes one whose writer is dead, as
 * a lock shows; Windows deletes it when the process ends, except during the rename.
 * A symbolic link is followed.  The owner, group and permissions of an existing file and, on Linux,
 * its access control list and user.* attributes are kept as far as the system allows; if one of
 * them cannot be kept, nobody gets more rights than before.  Not kept: other hard links,
 * set-user-ID bits, security.* and trusted.* attributes; on Windows, the access control list.
 * A path that is not a regular file (a FIFO, /dev/stdout) is written to directly.  Any strides are
 * allowed: an array that is not contiguous is written in C order, at most 1 MiB at a time.
 * opt: order, byteorder, npy_version, NYZ_NO_SYNC, NYZ_IN_PLACE.
 * Errors: IO, NOT_FOUND (no such directory), UNSUPPORTED (objects; fields that overlap). */
NYZ_API nyz_status nyz_save(const nyz_array *array, const char *path, const nyz_options *opt,
                            nyz_error *err) NYZ_NODISCARD NYZ_NONNULL((1, 2));

/* ------------------------------------------------------------------------------- streams */

/* nyz_stream: bytes from or to anywhere, and streams over a FILE, a descriptor and memory;
 * nyz_read, nyz_write and others: arrays from and to a stream, one by one;
 * nyz_output: a file that replaces another when it is finished. */
#include "nyz_stream.h"

/* -------------------------------------------------------- many arrays in an archive: .npz */

/* An archive open for reading. */
typedef struct nyz_npz nyz_npz;

/* nyz_member.flags */
enum {
    NYZ_MEMBER_NPY = 1u << 0,      /* the name ends in ".npy" */
    NYZ_MEMBER_DIRECTORY = 1u << 1 /* the name ends in "/" */
};

/* One member as the archive's directory describes it; `name` is borrowed from the archive. */
typedef struct nyz_member {
    const char *name; /* the full name, including ".npy", in UTF-8 (code page 437 of old archives
                         is converted; bytes that cannot be decoded become U+FFFD) */
    size_t name_size; /* bytes, without the NUL at its end */
    size_t key_size;  /* bytes without one trailing ".npy": the name in NumPy */
    int64_t size;     /* bytes, inflated */
    int64_t compressed_size; /* bytes in the archive */
    int64_t data_offset; /* where these begin in the file or stream; -1: nyz_npz_locate says it */
    int64_t mtime;    /* seconds since 1970, of the local time of the machine that wrote it (zip
                         has no time zone), in steps of 2; -1: not a time */
    uint32_t crc32;   /* of the inflated bytes, according to the directory */
    nyz_method method;
    uint32_t flags;   /* NYZ_MEMBER_NPY | ... */
    uint32_t reserved32; /* 0 */
    int64_t blocks;      /* how many independent blocks it is in, by an index that agrees with the
                            rest of the directory (nyz_slice.h); 0: there is none */
    int64_t block_bytes; /* of each of them, but the first, which is the header, and the last */
    int64_t reserved[2]; /* 0 */
} nyz_member;

/* Opens an archive, and reads and strictly checks its directory (docs/format.md 4).  No member
 * is read, except that the local headers are with NYZ_UNTRUSTED.
 * open_mem borrows the bytes.  open_stream borrows the stream, which needs read_at, or read and
 * seek; offsets count from the start of the stream.
 * opt: limits, allocator, NYZ_UNTRUSTED; they also apply to later calls on the archive, unless
 * those set other limits or another allocator.
 * Errors: NOT_FOUND, IO, CORRUPT, UNSUPPORTED (encrypted, other methods, a .npy file), LIMIT. */
NYZ_API nyz_status nyz_npz_open(const char *path, const nyz_options *opt, nyz_npz **out,
                                nyz_error *err) NYZ_NODISCARD NYZ_NONNULL((1, 3));
NYZ_API nyz_status nyz_npz_open_mem(const void *bytes, size_t size, const nyz_options *opt,
                                    nyz_npz **out, nyz_error *err) NYZ_NODISCARD NYZ_NONNULL((4));
NYZ_API nyz_status nyz_npz_open_stream(const nyz_stream *stream, const nyz_options *opt,
                                       nyz_npz **out, nyz_error *err) NYZ_NODISCARD
                                       NYZ_NONNULL((1, 3));
NYZ_API void nyz_npz_close(nyz_npz **npz);

/* The number of members.  Their indices count from 0 in the order of the directory. */
NYZ_API int64_t nyz_npz_count(const nyz_npz *npz);

/* Each call below takes a member's name; its variant with _at takes an index.  A name may leave
 * out ".npy"; where it occurs twice, the last member counts, as for NumPy.  Finding a name takes
 * the same time in any archive.
 * Errors of all: NOT_FOUND (no such index; no such name: the message suggests a similar one). */

/* The index of a name; -1: there is none. */
NYZ_API int64_t nyz_npz_find(const nyz_npz *npz, const char *name) NYZ_NONNULL((1, 2));

/* What the directory says about a member. */
NYZ_API nyz_status nyz_npz_member(const nyz_npz *npz, const char *name, nyz_member *out,
                                  nyz_error *err) NYZ_NODISCARD NYZ_NONNULL((1, 2, 3));
NYZ_API nyz_status nyz_npz_member_at(const nyz_npz *npz, int64_t index, nyz_member *out,
                                     nyz_error *err) NYZ_NODISCARD NYZ_NONNULL((1, 3));

/* The same, and data_offset: reads and checks the member's local header.  Errors: IO, CORRUPT. */
NYZ_API nyz_status nyz_npz_locate(const nyz_npz *npz, const char *name, nyz_member *out,
                                  nyz_error *err) NYZ_NODISCARD NYZ_NONNULL((1, 2, 3));
NYZ_API nyz_status nyz_npz_locate_at(const nyz_npz *npz, int64_t index, nyz_member *out,
                                     nyz_error *err) NYZ_NODISCARD NYZ_NONNULL((1, 3));

/* Loads the array of a member.  The CRC is compared before the array is returned.  out owns it
 * and no longer needs the archive.  Memory as for nyz_load; with libdeflate also the member's
 * deflated bytes meanwhile, if they are at most 64 MiB, or in another order than NYZ_KEEP_ORDER
 * all its bytes, deflated and inflated, if together they are at most 64 MiB.
 * opt NULL: as the archive was opened.
 * Errors: NOT_FOUND (also: the member holds no array; nyz_npz_bytes reads those), IO, CORRUPT
 * (also: the CRC, bytes after the array), UNSUPPORTED (objects), LIMIT.  A damaged member is
 * CORRUPT whatever it seems to hold: all of it is read before NOT_FOUND or UNSUPPORTED is
 * returned; nyz_npz_load_header reads its header alone. */
NYZ_API nyz_status nyz_npz_load(const nyz_npz *npz, const char *name, const nyz_options *opt,
                                nyz_array *out, nyz_error *err) NYZ_NODISCARD
                                NYZ_NONNULL((1, 2, 4));
NYZ_API nyz_status nyz_npz_load_at(const nyz_npz *npz, int64_t index, const nyz_options *opt,
                                   nyz_array *out, nyz_error *err) NYZ_NODISCARD
                                   NYZ_NONNULL((1, 4));

/* The same into existing memory, as nyz_load_into; the memory holds what was read before the CRC
 * is compared.  It takes 1 MiB; with libdeflate also all bytes of a deflated member, deflated and
 * inflated, if together they are at most 64 MiB.  Errors: as nyz_npz_load, and as nyz_load_into. */
NYZ_API nyz_status nyz_npz_load_into(const nyz_npz *npz, const char *name, const nyz_options *opt,
                                     const nyz_array *into, nyz_error *err) NYZ_NODISCARD
                                     NYZ_NONNULL((1, 2, 4));
NYZ_API nyz_status nyz_npz_load_into_at(const nyz_npz *npz, int64_t index, const nyz_options *opt,
                                        const nyz_array *into, nyz_error *err) NYZ_NODISCARD
                                        NYZ_NONNULL((1, 4));

/* The header of a member, as nyz_load_header.  The CRC is not compared: that would read all.
 * Errors: as nyz_npz_load. */
NYZ_API nyz_status nyz_npz_load_header(const nyz_npz *npz, const char *name, const nyz_options *opt,
                                       nyz_array *out, nyz_error *err) NYZ_NODISCARD
                                       NYZ_NONNULL((1, 2, 4));
NYZ_API nyz_status nyz_npz_load_header_at(const nyz_npz *npz, int64_t index, const nyz_options *opt,
                                          nyz_array *out, nyz_error *err) NYZ_NODISCARD
                                          NYZ_NONNULL((1, 4));

/* All bytes of a member, of any content, as a 1-D array of NYZ_UINT8; the CRC is compared.
 * Errors: NOT_FOUND, IO, CORRUPT, LIMIT. */
NYZ_API nyz_status nyz_npz_bytes(const nyz_npz *npz, const char *name, const nyz_options *opt,
                                 nyz_array *out, nyz_error *err) NYZ_NODISCARD
                                 NYZ_NONNULL((1, 2, 4));
NYZ_API nyz_status nyz_npz_bytes_at(const nyz_npz *npz, int64_t index, const nyz_options *opt,
                                    nyz_array *out, nyz_error *err) NYZ_NODISCARD
                                    NYZ_NONNULL((1, 4));

/* All members of an archive at once.  The list owns its arrays and no longer needs the archive. */
typedef struct nyz_arrays nyz_arrays;

/* Loads all members, in the order of the directory, into one block of memory: faster than one by
 * one.  Besides the data, a member takes about 300 bytes.
 * opt: as nyz_npz_load; threads share the members; NYZ_SKIP_UNSUPPORTED skips each whose loading
 * is UNSUPPORTED, after its CRC was compared.  (An encrypted member, or one of another method,
 * makes the whole archive UNSUPPORTED when it is opened.)  nyz_model.h loads some of them.
 * Errors: as nyz_npz_load, of the first member that fails; the message names it. */
NYZ_API nyz_status nyz_npz_load_all(const nyz_npz *npz, const nyz_options *opt, nyz_arrays **out,
                                    nyz_error *err) NYZ_NODISCARD NYZ_NONNULL((1, 3));

/* The number of members; 0 for NULL. */
NYZ_API int64_t nyz_arrays_count(const nyz_arrays *arrays);

/* The name of a member, borrowed from the list: the whole one, or what a selection calls it
 * (nyz_model.h); NULL: there is no such index. */
NYZ_API const char *nyz_arrays_name(const nyz_arrays *arrays, int64_t index);

/* The array of a member.  out borrows from the list; nyz_array_retain makes it outlive the list.
 * For a member that is not an array, and for one that was skipped, it is empty (dtype.type
 * NYZ_NONE); nyz_npz_bytes reads it.
 * Errors: NOT_FOUND. */
NYZ_API nyz_status nyz_arrays_get(const nyz_arrays *arrays, const char *name, nyz_array *out,
                                  nyz_error *err) NYZ_NODISCARD NYZ_NONNULL((1, 2, 3));
NYZ_API nyz_status nyz_arrays_get_at(const nyz_arrays *arrays, int64_t index, nyz_array *out,
                                     nyz_error *err) NYZ_NODISCARD NYZ_NONNULL((1, 3));

/* Why member `index` was skipped, borrowed from the list; NULL: it was not. */
NYZ_API const nyz_error *nyz_arrays_error(const nyz_arrays *arrays, int64_t index);
NYZ_API void nyz_arrays_free(nyz_arrays **arrays);

/* An archive being written.  The first failure is kept: every later add, and finish, return it
 * again.  So a program may add many arrays and check only finish. */
typedef struct nyz_npz_writer nyz_npz_writer;

/* Begins an archive at a path (atomic, as nyz_save: nothing is there before finish), or at a
 * stream's place.  A stream needs `write`; one that cannot `seek` gets data descriptors, as
 * Python's zipfile writes them; one that can is sought back to a member's header, to complete it.
 * The last 64 KiB that were added may wait for finish.  Byte for byte what np.savez writes, and
 * with opt->method NYZ_DEFLATED what np.savez_compressed writes (Python 3.11.4 or later; its
 * zlib).  opt applies to all that is added.  Errors: IO, NOT_FOUND (no such directory). */
NYZ_API nyz_status nyz_npz_create(const char *path, const nyz_options *opt, nyz_npz_writer **out,
                                  nyz_error *err) NYZ_NODISCARD NYZ_NONNULL((1, 3));
NYZ_API nyz_status nyz_npz_create_stream(const nyz_stream *stream, const nyz_options *opt,
                                         nyz_npz_writer **out, nyz_error *err) NYZ_NODISCARD
                                         NYZ_NONNULL((1, 3));

/* Writes an array as member NAME.npy; the array is not needed afterwards.  name NULL: arr_0,
 * arr_1, ... as the positional arguments of np.savez.  opt NULL: as the archive was created.
 * Errors: IO, UNSUPPORTED (as nyz_save), ARGUMENT (the name: over 65,531 bytes, not
 * UTF-8, a duplicate, or not a safe file name; see NYZ_ANY_NAME). */
NYZ_API nyz_status nyz_npz_add(nyz_npz_writer *writer, const char *name, const nyz_array *array,
                               const nyz_options *opt, nyz_error *err) NYZ_NONNULL((1, 3));

/* Not 0 if a name leads to a place below the directory of its archive on any system: not absolute,
 * no backslash, no drive letter, no component that is empty, "." or "..".  (It may still be the
 * name of no file: CON, a?b on Windows.) */
NYZ_API int nyz_name_is_safe(const char *name) NYZ_NONNULL((1));

/* Writes many arrays, each as nyz_npz_add would; names NULL, or names[i] NULL: arr_0, arr_1, ...
 * With opt->threads, several members are deflated at the same time: up to 128 of them, and 64 MiB
 * plus one more member of at most that, wait in memory to be written.  A larger one is deflated
 * by one thread, unless in blocks (NYZ_LEVEL_FAST, NYZ_BLOCKS).  The failure returned is that of
 * the first array which cannot be added.  Errors: as nyz_npz_add. */
NYZ_API nyz_status nyz_npz_add_all(nyz_npz_writer *writer, const char *const *names,
                                   const nyz_array *arrays, int64_t count, const nyz_options *opt,
                                   nyz_error *err) NYZ_NONNULL((1));

/* A whole archive in one call, as np.savez and np.savez_compressed: create, add_all, finish. */
NYZ_API nyz_status nyz_npz_save(const char *path, const char *const *names, const nyz_array *arrays,
                                int64_t count, const nyz_options *opt, nyz_error *err) NYZ_NODISCARD
                                NYZ_NONNULL((1));

/* Writes bytes as the member of exactly this name.  Errors: as nyz_npz_add. */
NYZ_API nyz_status nyz_npz_add_bytes(nyz_npz_writer *writer, const char *name, const void *bytes,
                                     size_t size, const nyz_options *opt, nyz_error *err)
                                     NYZ_NONNULL((1, 2));

/* Writes the directory and, for a path, syncs and renames.  Frees the writer, also on failure;
 * the path is then unchanged.  Errors: the first failure since create; IO. */
NYZ_API nyz_status nyz_npz_finish(nyz_npz_writer **writer, nyz_error *err) NYZ_NODISCARD
                                  NYZ_NONNULL((1));

/* Cancels: frees the writer; the path is unchanged. */
NYZ_API void nyz_npz_discard(nyz_npz_writer **writer);
#ifdef __cplusplus
}
#endif
#endif /* NYZ_H */
