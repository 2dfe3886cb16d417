/* SPDX-License-Identifier: MIT */
/* The layout of nyz.h: sizes, places of members, and numbers that programs are compiled with.  A
 * change here is a change of NYZ_ABI_VERSION.  It is checked when this file is compiled. */
#include "nyz_cast.h"
#include "nyz_map.h"
#include "nyz_model.h"
#include "nyz_slice.h"
#include "support/support.h"

/* The columns: pointers of 64 bits, and pointers of 32 bits with int64_t aligned to 4 (i386).
 * Other machines of 32 bits align it to 8, and are not listed. */
typedef struct alignment {
    char before;
    int64_t number;
} alignment;
enum { IS_64 = sizeof(void *) == 8, IS_I386 = offsetof(alignment, number) == 4 };
#define EXPECT(found, on_64, on_i386)                                                    \
    _Static_assert((found) == (IS_64 ? (on_64) : IS_I386 ? (on_i386) : (found)), #found)
#define SIZE(type, on_64, on_i386) EXPECT(sizeof(type), on_64##u, on_i386##u)
#define PLACE(type, member, on_64, on_i386)                                              \
    EXPECT(offsetof(type, member), on_64##u, on_i386##u)
#define NUMBER(name, value) _Static_assert((name) == (value), #name)

SIZE(nyz_error, 664, 664);
PLACE(nyz_error, status, 0, 0);
PLACE(nyz_error, sys, 4, 4);
PLACE(nyz_error, offset, 8, 8);
PLACE(nyz_error, member_index, 16, 16);
PLACE(nyz_error, reserved, 24, 24);
PLACE(nyz_error, member, 40, 40);
PLACE(nyz_error, message, 168, 168);

SIZE(nyz_allocator, 64, 32);
PLACE(nyz_allocator, alloc, 0, 0);
PLACE(nyz_allocator, free, 8, 4);
PLACE(nyz_allocator, ctx, 16, 8);
PLACE(nyz_allocator, realloc, 24, 12);
PLACE(nyz_allocator, reserved, 32, 16);

SIZE(nyz_limits, 224, 224);
PLACE(nyz_limits, header_bytes, 0, 0);
PLACE(nyz_limits, dims, 8, 8);
PLACE(nyz_limits, nesting, 16, 16);
PLACE(nyz_limits, brackets, 24, 24);
PLACE(nyz_limits, fields, 32, 32);
PLACE(nyz_limits, item_bytes, 40, 40);
PLACE(nyz_limits, array_bytes, 48, 48);
PLACE(nyz_limits, members, 56, 56);
PLACE(nyz_limits, directory_bytes, 64, 64);
PLACE(nyz_limits, name_bytes, 72, 72);
PLACE(nyz_limits, archive_bytes, 80, 80);
PLACE(nyz_limits, ratio, 88, 88);
PLACE(nyz_limits, reserved, 96, 96);

SIZE(nyz_options, 112, 96);
PLACE(nyz_options, allocator, 0, 0);
PLACE(nyz_options, limits, 8, 4);
PLACE(nyz_options, flags, 16, 8);
PLACE(nyz_options, order, 20, 12);
PLACE(nyz_options, byteorder, 24, 16);
PLACE(nyz_options, npy_version, 28, 20);
PLACE(nyz_options, method, 32, 24);
PLACE(nyz_options, level, 36, 28);
PLACE(nyz_options, threads, 40, 32);
PLACE(nyz_options, align, 44, 36);
PLACE(nyz_options, progress, 48, 40);
PLACE(nyz_options, progress_ctx, 56, 44);
PLACE(nyz_options, casting, 64, 48);
PLACE(nyz_options, void_as, 68, 52);
PLACE(nyz_options, block_bytes, 72, 56);
PLACE(nyz_options, block_rows, 80, 64);
PLACE(nyz_options, reserved, 88, 72);

SIZE(nyz_dtype, 80, 64);
PLACE(nyz_dtype, type, 0, 0);
PLACE(nyz_dtype, unit, 4, 4);
PLACE(nyz_dtype, unit_count, 8, 8);
PLACE(nyz_dtype, ndim, 12, 12);
PLACE(nyz_dtype, byteorder, 16, 16);
PLACE(nyz_dtype, letter, 17, 17);
PLACE(nyz_dtype, reserved8, 18, 18);
PLACE(nyz_dtype, itemsize, 24, 24);
PLACE(nyz_dtype, nfields, 32, 32);
PLACE(nyz_dtype, fields, 40, 40);
PLACE(nyz_dtype, base, 48, 44);
PLACE(nyz_dtype, shape, 56, 48);
PLACE(nyz_dtype, owner, 64, 52);
PLACE(nyz_dtype, reserved, 72, 56);

SIZE(nyz_field, 128, 96);
PLACE(nyz_field, name, 0, 0);
PLACE(nyz_field, name_size, 8, 4);
PLACE(nyz_field, title, 16, 8);
PLACE(nyz_field, title_size, 24, 12);
PLACE(nyz_field, offset, 32, 16);
PLACE(nyz_field, dtype, 40, 24);
PLACE(nyz_field, reserved, 120, 88);

SIZE(nyz_array, 1168, 1140);
PLACE(nyz_array, data, 0, 0);
PLACE(nyz_array, owner, 8, 4);
PLACE(nyz_array, base, 16, 8);
PLACE(nyz_array, dtype, 24, 12);
PLACE(nyz_array, ndim, 104, 76);
PLACE(nyz_array, flags, 108, 80);
PLACE(nyz_array, reserved, 112, 84);
PLACE(nyz_array, shape, 144, 116);
PLACE(nyz_array, strides, 656, 628);

SIZE(nyz_want, 616, 600);
PLACE(nyz_want, dtype, 0, 0);
PLACE(nyz_want, ndim, 80, 64);
PLACE(nyz_want, reserved32, 84, 68);
PLACE(nyz_want, reserved, 88, 72);
PLACE(nyz_want, shape, 104, 88);

SIZE(nyz_member, 104, 92);
PLACE(nyz_member, name, 0, 0);
PLACE(nyz_member, name_size, 8, 4);
PLACE(nyz_member, key_size, 16, 8);
PLACE(nyz_member, size, 24, 12);
PLACE(nyz_member, compressed_size, 32, 20);
PLACE(nyz_member, data_offset, 40, 28);
PLACE(nyz_member, mtime, 48, 36);
PLACE(nyz_member, crc32, 56, 44);
PLACE(nyz_member, method, 60, 48);
PLACE(nyz_member, flags, 64, 52);
PLACE(nyz_member, reserved32, 68, 56);
PLACE(nyz_member, blocks, 72, 60);
PLACE(nyz_member, block_bytes, 80, 68);
PLACE(nyz_member, reserved, 88, 76);

SIZE(nyz_stream, 112, 60);
PLACE(nyz_stream, read, 0, 0);
PLACE(nyz_stream, write, 8, 4);
PLACE(nyz_stream, seek, 16, 8);
PLACE(nyz_stream, read_at, 24, 12);
PLACE(nyz_stream, ctx, 32, 16);
PLACE(nyz_stream, size, 40, 20);
PLACE(nyz_stream, map, 48, 24);
PLACE(nyz_stream, unmap, 56, 28);
PLACE(nyz_stream, flush, 64, 32);
PLACE(nyz_stream, block_size, 72, 36);
PLACE(nyz_stream, reserved, 80, 44);

SIZE(nyz_buffer, 56, 28);
PLACE(nyz_buffer, data, 0, 0);
PLACE(nyz_buffer, size, 8, 4);
PLACE(nyz_buffer, capacity, 16, 8);
PLACE(nyz_buffer, position, 24, 12);
PLACE(nyz_buffer, allocator, 32, 16);
PLACE(nyz_buffer, reserved, 40, 20);

SIZE(nyz_range, 24, 24);
PLACE(nyz_range, start, 0, 0);
PLACE(nyz_range, stop, 8, 8);
PLACE(nyz_range, step, 16, 16);

SIZE(nyz_rename, 16, 8);
PLACE(nyz_rename, to, 8, 4);

SIZE(nyz_select, 88, 76);
PLACE(nyz_select, include, 0, 0);
PLACE(nyz_select, include_count, 8, 4);
PLACE(nyz_select, exclude, 16, 12);
PLACE(nyz_select, exclude_count, 24, 16);
PLACE(nyz_select, renames, 32, 24);
PLACE(nyz_select, rename_count, 40, 28);
PLACE(nyz_select, flags, 48, 36);
PLACE(nyz_select, reserved32, 52, 40);
PLACE(nyz_select, reserved, 56, 44);

SIZE(nyz_parameter, 72, 56);
PLACE(nyz_parameter, name, 0, 0);
PLACE(nyz_parameter, into, 8, 4);
PLACE(nyz_parameter, want, 16, 8);
PLACE(nyz_parameter, out, 24, 12);
PLACE(nyz_parameter, flags, 32, 16);
PLACE(nyz_parameter, reserved32, 36, 20);
PLACE(nyz_parameter, reserved, 40, 24);

SIZE(nyz_finding, 72, 52);
PLACE(nyz_finding, name, 0, 0);
PLACE(nyz_finding, item, 8, 4);
PLACE(nyz_finding, found, 16, 8);
PLACE(nyz_finding, wanted, 24, 12);
PLACE(nyz_finding, why, 32, 16);
PLACE(nyz_finding, item_index, 40, 20);
PLACE(nyz_finding, parameter, 48, 28);
PLACE(nyz_finding, reserved, 56, 36);

SIZE(nyz_report, 96, 80);
PLACE(nyz_report, missing, 0, 0);
PLACE(nyz_report, unexpected, 8, 4);
PLACE(nyz_report, mismatched, 16, 8);
PLACE(nyz_report, missing_count, 24, 12);
PLACE(nyz_report, unexpected_count, 32, 20);
PLACE(nyz_report, mismatched_count, 40, 28);
PLACE(nyz_report, loaded, 48, 36);
PLACE(nyz_report, owner, 56, 44);
PLACE(nyz_report, reserved, 64, 48);

NUMBER(NYZ_OK, 0);
NUMBER(NYZ_ERR_ARGUMENT, 1);
NUMBER(NYZ_ERR_MEMORY, 2);
NUMBER(NYZ_ERR_IO, 3);
NUMBER(NYZ_ERR_NOT_FOUND, 4);
NUMBER(NYZ_ERR_CORRUPT, 5);
NUMBER(NYZ_ERR_UNSUPPORTED, 6);
NUMBER(NYZ_ERR_LIMIT, 7);
NUMBER(NYZ_ERR_CANCELLED, 8);
NUMBER(NYZ_KEEP_ORDER, 0);
NUMBER(NYZ_C_ORDER, 1);
NUMBER(NYZ_F_ORDER, 2);
NUMBER(NYZ_DEFAULT_BYTEORDER, 0);
NUMBER(NYZ_NATIVE, 1);
NUMBER(NYZ_KEEP_BYTEORDER, 2);
NUMBER(NYZ_LITTLE_ENDIAN, 3);
NUMBER(NYZ_BIG_ENDIAN, 4);
NUMBER(NYZ_CAST_SAME_KIND, 0);
NUMBER(NYZ_CAST_NO, 1);
NUMBER(NYZ_CAST_EQUIV, 2);
NUMBER(NYZ_CAST_SAFE, 3);
NUMBER(NYZ_CAST_UNSAFE, 4);
NUMBER(NYZ_LOAD_STRICT, 0);
NUMBER(NYZ_LOAD_PARTIAL, 1);
NUMBER(NYZ_LOAD_FITTING, 2);
NUMBER(NYZ_SELECT_MAYBE, 1u);
NUMBER(NYZ_PARAMETER_MAYBE, 1u);
NUMBER(NYZ_PATTERN_BYTES, 1023);
NUMBER(NYZ_STORED, 0);
NUMBER(NYZ_DEFLATED, 8);
NUMBER(NYZ_UNTRUSTED, 1);
NUMBER(NYZ_NO_SYNC, 2);
NUMBER(NYZ_EXACT_NAME, 4);
NUMBER(NYZ_ANY_NAME, 8);
NUMBER(NYZ_BLOCKS, 16);
NUMBER(NYZ_IN_PLACE, 32);
NUMBER(NYZ_SKIP_UNSUPPORTED, 64);
NUMBER(NYZ_VERIFY, 128);
NUMBER(NYZ_MAP_OR_LOAD, 256);
NUMBER(NYZ_MAP_WILLNEED, 512);
NUMBER(NYZ_MAP_RANDOM, 1024);
NUMBER(NYZ_MAP_READ, 0);
NUMBER(NYZ_MAP_PRIVATE, 1);
NUMBER(NYZ_MAP_SHARED, 2);
NUMBER(NYZ_ALIGN, 64);
NUMBER(NYZ_LEVEL_DEFAULT, 0);
NUMBER(NYZ_LEVEL_FAST, -1);
NUMBER(NYZ_NONE, 0);
NUMBER(NYZ_BOOL, 1);
NUMBER(NYZ_INT8, 10);
NUMBER(NYZ_INT16, 11);
NUMBER(NYZ_INT32, 12);
NUMBER(NYZ_INT64, 13);
NUMBER(NYZ_INT4, 16);
NUMBER(NYZ_INT2, 17);
NUMBER(NYZ_INT1, 18);
NUMBER(NYZ_UINT8, 20);
NUMBER(NYZ_UINT16, 21);
NUMBER(NYZ_UINT32, 22);
NUMBER(NYZ_UINT64, 23);
NUMBER(NYZ_UINT4, 26);
NUMBER(NYZ_UINT2, 27);
NUMBER(NYZ_UINT1, 28);
NUMBER(NYZ_FLOAT16, 30);
NUMBER(NYZ_FLOAT32, 31);
NUMBER(NYZ_FLOAT64, 32);
NUMBER(NYZ_LONGDOUBLE, 33);
NUMBER(NYZ_BFLOAT16, 40);
NUMBER(NYZ_FLOAT8_E3M4, 41);
NUMBER(NYZ_FLOAT8_E4M3, 42);
NUMBER(NYZ_FLOAT8_E4M3FN, 43);
NUMBER(NYZ_FLOAT8_E4M3FNUZ, 44);
NUMBER(NYZ_FLOAT8_E4M3B11FNUZ, 45);
NUMBER(NYZ_FLOAT8_E5M2, 46);
NUMBER(NYZ_FLOAT8_E5M2FNUZ, 47);
NUMBER(NYZ_FLOAT8_E8M0FNU, 48);
NUMBER(NYZ_FLOAT6_E2M3FN, 49);
NUMBER(NYZ_FLOAT6_E3M2FN, 50);
NUMBER(NYZ_FLOAT4_E2M1FN, 51);
NUMBER(NYZ_COMPLEX64, 60);
NUMBER(NYZ_COMPLEX128, 61);
NUMBER(NYZ_CLONGDOUBLE, 62);
NUMBER(NYZ_BYTES, 70);
NUMBER(NYZ_STR, 71);
NUMBER(NYZ_VOID, 72);
NUMBER(NYZ_DATETIME64, 80);
NUMBER(NYZ_TIMEDELTA64, 81);
NUMBER(NYZ_STRUCT, 90);
NUMBER(NYZ_SUBARRAY, 91);
NUMBER(NYZ_OBJECT, 100);
NUMBER(NYZ_GENERIC, 0);
NUMBER(NYZ_YEAR, 1);
NUMBER(NYZ_MONTH, 2);
NUMBER(NYZ_WEEK, 3);
NUMBER(NYZ_DAY, 4);
NUMBER(NYZ_HOUR, 5);
NUMBER(NYZ_MINUTE, 6);
NUMBER(NYZ_SECOND, 7);
NUMBER(NYZ_MILLISECOND, 8);
NUMBER(NYZ_MICROSECOND, 9);
NUMBER(NYZ_NANOSECOND, 10);
NUMBER(NYZ_PICOSECOND, 11);
NUMBER(NYZ_FEMTOSECOND, 12);
NUMBER(NYZ_ATTOSECOND, 13);
NUMBER(NYZ_READONLY, 1);
NUMBER(NYZ_MAPPED, 2);
NUMBER(NYZ_MEMBER_NPY, 1);
NUMBER(NYZ_MEMBER_DIRECTORY, 2);

static void the_layout_is_that_of_the_abi_version(void **state)
{
    (void)state;
    assert_int_equal(NYZ_ABI_VERSION, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_layout_is_that_of_the_abi_version),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
