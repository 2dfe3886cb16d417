/* SPDX-License-Identifier: MIT */
/* Kinds of files: see file_kind.h.  The bytes are those of each format's own
 * specification. */
#include "base/file_kind.h"

#include <stdio.h>
#include <string.h>

static const struct kind {
    int at; /* where the bytes are */
    int size;
    const char *bytes;
    const char *text;
} kinds[] = {
    {0, 15, "/annex/objects/", "a git-annex pointer; run 'git annex get'"},
    {0, 2, "\x1f\x8b", "a gzip file; decompress it first (gzip -d)"},
    {0, 3, "BZh", "a bzip2 file; decompress it first (bzip2 -d)"},
    {0, 6,
     "\xfd"
     "7zXZ\0",
     "an xz file; decompress it first (xz -d)"},
    {0, 4, "\x28\xb5\x2f\xfd", "a zstd file; decompress it first (zstd -d)"},
    {257, 5, "ustar", "a tar archive; unpack it first (tar -x)"},
    {0, 6, "7z\xbc\xaf\x27\x1c", "a 7-Zip archive; unpack it first"},
    {0, 6, "Rar!\x1a\x07", "a RAR archive; unpack it first"},
    {0, 8, "\x89HDF\r\n\x1a\n", "an HDF5 file; h5py reads it"},
    {0, 4, "CDF\1", "a netCDF file; xarray reads it"},
    {0, 4, "CDF\2", "a netCDF file; xarray reads it"},
    {0, 4, "CDF\5", "a netCDF file; xarray reads it"},
    {0, 10, "MATLAB 5.0", "a MATLAB file; scipy.io.loadmat reads it"},
    {0, 10, "MATLAB 7.3", "a MATLAB file in HDF5; h5py reads it"},
    {0, 4, "PAR1", "a Parquet file; pyarrow reads it"},
    {0, 6, "ARROW1", "an Arrow file; pyarrow reads it"},
    {0, 4, "FEA1", "a Feather file; pyarrow reads it"},
    {0, 4, "GGUF", "a GGUF model; the Python package gguf reads it"},
    {4, 4, "TFL3", "a TensorFlow Lite model"},
    {0, 9, "SIMPLE  =", "a FITS file; astropy reads it"},
    {128, 4, "DICM", "a DICOM file; pydicom reads it"},
    {0, 15, "SQLite format 3", "an SQLite database"},
    {0, 8, "\x89PNG\r\n\x1a\n", "a PNG image"},
    {0, 3, "\xff\xd8\xff", "a JPEG image"},
    {0, 4, "GIF8", "a GIF image"},
    {0, 4, "II*\0", "a TIFF image"},
    {0, 4, "MM\0*", "a TIFF image"},
    {0, 4, "RIFF", "a RIFF file (WAV, AVI, WebP)"},
    {0, 5, "%PDF-", "a PDF document"},
    {0, 4,
     "\x7f"
     "ELF",
     "a program"},
    {0, 2, "\xff\xfe",
     "text in UTF-16, as > of PowerShell writes it; write the file again without it"},
};

/* Not 0 if the bytes, without white space before them, begin so; `begin` is in small
 * letters. */
static int begins(const unsigned char *bytes, int64_t size, const char *begin)
{
    static const char blanks[4] = {' ', '\t', '\r', '\n'};
    while (size > 0 && memchr(blanks, bytes[0], sizeof blanks) != NULL) {
        bytes++;
        size--;
    }
    for (; *begin != '\0'; begin++, bytes++, size--) {
        if (size == 0) {
            return 0;
        }
        const int c = bytes[0];
        if ((c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c) != *begin) {
            return 0;
        }
    }
    return 1;
}

/* Three digits and a unit of 1,024: 871 MiB. */
static void put_size(char out[16], int64_t size)
{
    static const char units[] = "KMGTPE";
    int shift = 0;
    if (size < 1024) {
        (void)snprintf(out, 16, "%d B", (int)size);
        return;
    }
    while (size >> shift >= 1024) {
        shift += 10;
    }
    const int parts = (int)(size >> (shift - 10)); /* of 1,024 */
    const char unit = units[shift / 10 - 1];
    const int hundredths = (parts * 100 + 512) >> 10;
    if (hundredths >= 10000) {
        (void)snprintf(out, 16, "%d %ciB", (parts + 512) >> 10, unit);
    } else if (hundredths >= 1000) {
        (void)snprintf(out, 16, "%d.%d %ciB", hundredths / 100, hundredths / 10 % 10,
                       unit);
    } else {
        (void)snprintf(out, 16, "%d.%02d %ciB", hundredths / 100, hundredths % 100, unit);
    }
}

/* The number after "size " at the start of a line; -1: there is none. */
static int64_t pointer_size(const unsigned char *bytes, int64_t size)
{
    int64_t value = -1;
    for (int64_t i = 0; i + 6 < size && value < 0; i++) {
        if (memcmp(bytes + i, "\nsize ", 6) != 0) {
            continue;
        }
        for (int64_t k = i + 6; k < size && bytes[k] >= '0' && bytes[k] <= '9'; k++) {
            if (value > INT64_MAX / 10 - 1) {
                return -1;
            }
            value = (value < 0 ? 0 : value) * 10 + (bytes[k] - '0');
        }
    }
    return value;
}

static const char *git_lfs(char out[NYZ_KIND_SIZE], const unsigned char *bytes,
                           int64_t size)
{
    char text[16];
    const int64_t file_size = pointer_size(bytes, size);
    if (file_size < 0) {
        return "a Git LFS pointer; run 'git lfs pull'";
    }
    put_size(text, file_size);
    (void)snprintf(out, NYZ_KIND_SIZE,
                   "a Git LFS pointer, its %s are not here; run 'git lfs pull'", text);
    return out;
}

static int is_zero(const unsigned char *bytes, int64_t size)
{
    for (int64_t i = 0; i < size; i++) {
        if (bytes[i] != 0) {
            return 0;
        }
    }
    return size >= 64;
}

const char *nyz_file_kind(char out[NYZ_KIND_SIZE], const unsigned char *bytes,
                          int64_t size)
{
    if (begins(bytes, size, "version https://git-lfs")) {
        return git_lfs(out, bytes, size);
    }
    if (begins(bytes, size, "<!doctype html") || begins(bytes, size, "<html")) {
        return "an HTML page; download the file again";
    }
    if (begins(bytes, size, "<?xml") || begins(bytes, size, "<error>")) {
        return "an XML document; the download may have failed";
    }
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        const struct kind *const k = &kinds[i];
        if (k->at + k->size <= size &&
            memcmp(bytes + k->at, k->bytes, (size_t)k->size) == 0) {
            return k->text;
        }
    }
    return is_zero(bytes, size) ? "it begins with zeros: lost in a crash or a copy"
                                : NULL;
}
