/* SPDX-License-Identifier: MIT */
/* Loops for AArch64, all of whose processors have these instructions: see cast.h.  They are there for
 * what compilers cannot know: floats to integers saturate, float16 has instructions, and float64 is
 * rounded to odd on its way to float16.  The plain loops are vectors as they are. */
#include <arm_neon.h>

#include "array/cast.h"
#include "array/cast_step.h"

static inline float32x4_t load_floats(const unsigned char *from)
{
    return vreinterpretq_f32_u8(vld1q_u8(from));
}

static inline float64x2_t load_doubles(const unsigned char *from)
{
    return vreinterpretq_f64_u8(vld1q_u8(from));
}

/* ---------------------------------------------------------------- float16, without its NaNs */

/* The instructions make a NaN quiet; the portable loops do not. */
static inline int nan_in_floats(const float32x4_t v[4])
{
    uint32x4_t number = vceqq_f32(v[0], v[0]);
    for (int i = 1; i < 4; i++) {
        number = vandq_u32(number, vceqq_f32(v[i], v[i]));
    }
    return vminvq_u32(number) == 0;
}

static inline void load_halves(const unsigned char *from, float32x4_t v[4])
{
    for (int i = 0; i < 4; i++) {
        v[i] = vcvt_f32_f16(vreinterpret_f16_u8(vld1_u8(from + 8 * i)));
    }
}

static inline void step_float16_float32(const unsigned char *from, unsigned char *to)
{
    float32x4_t v[4];
    load_halves(from, v);
    if (nan_in_floats(v)) {
        nyz_cast_portable(NYZ_FLOAT16, NYZ_FLOAT32)(from, to, STEP);
        return;
    }
    for (int i = 0; i < 4; i++) {
        vst1q_u8(to + 16 * i, vreinterpretq_u8_f32(v[i]));
    }
}
RUN(float16, 2, float32, 4)

static inline void step_float16_float64(const unsigned char *from, unsigned char *to)
{
    float32x4_t v[4];
    load_halves(from, v);
    if (nan_in_floats(v)) {
        nyz_cast_portable(NYZ_FLOAT16, NYZ_FLOAT64)(from, to, STEP);
        return;
    }
    for (int i = 0; i < 4; i++) {
        vst1q_u8(to + 32 * i, vreinterpretq_u8_f64(vcvt_f64_f32(vget_low_f32(v[i]))));
        vst1q_u8(to + 32 * i + 16, vreinterpretq_u8_f64(vcvt_high_f64_f32(v[i])));
    }
}
RUN(float16, 2, float64, 8)

static inline void store_halves(unsigned char *to, const float32x4_t v[4])
{
    for (int i = 0; i < 4; i++) {
        vst1_u8(to + 8 * i, vreinterpret_u8_f16(vcvt_f16_f32(v[i])));
    }
}

static inline void step_float32_float16(const unsigned char *from, unsigned char *to)
{
    float32x4_t v[4];
    for (int i = 0; i < 4; i++) {
        v[i] = load_floats(from + 16 * i);
    }
    if (nan_in_floats(v)) {
        nyz_cast_portable(NYZ_FLOAT32, NYZ_FLOAT16)(from, to, STEP);
    } else {
        store_halves(to, v);
    }
}
RUN(float32, 4, float16, 2)

static inline void step_float64_float16(const unsigned char *from, unsigned char *to)
{
    float32x4_t v[4];
    for (int i = 0; i < 4; i++) {
        v[i] = vcvtx_high_f32_f64(vcvtx_f32_f64(load_doubles(from + 32 * i)),
                                  load_doubles(from + 32 * i + 16));
    }
    if (nan_in_floats(v)) {
        nyz_cast_portable(NYZ_FLOAT64, NYZ_FLOAT16)(from, to, STEP);
    } else {
        store_halves(to, v);
    }
}
RUN(float64, 8, float16, 2)

/* ------------------------------------------------------------------------- floats to integers */

/* 4 numbers; what does not fit becomes the nearest end, and NaN 0. */
static inline int32x4_t signed_float32(const unsigned char *from)
{
    return vcvtq_s32_f32(load_floats(from));
}

static inline uint32x4_t unsigned_float32(const unsigned char *from)
{
    return vcvtq_u32_f32(load_floats(from));
}

static inline int32x4_t signed_float64(const unsigned char *from)
{
    return vqmovn_high_s64(vqmovn_s64(vcvtq_s64_f64(load_doubles(from))),
                           vcvtq_s64_f64(load_doubles(from + 16)));
}

static inline uint32x4_t unsigned_float64(const unsigned char *from)
{
    return vqmovn_high_u64(vqmovn_u64(vcvtq_u64_f64(load_doubles(from))),
                           vcvtq_u64_f64(load_doubles(from + 16)));
}

/* From FROM, of `size` bytes, to integers of 32, 16 and 8 bits. */
#define TO_INTEGERS(FROM, size, sign, prefix, letter)                                    \
    static inline void step_##FROM##_##prefix##32(const unsigned char *from,             \
                                                  unsigned char *to)                     \
    {                                                                                    \
        for (int i = 0; i < 4; i++) {                                                    \
            vst1q_u8(to + 16 * i, vreinterpretq_u8_##letter##32(                         \
                                      sign##_##FROM(from + 4 * i * (size))));            \
        }                                                                                \
    }                                                                                    \
    static inline prefix##16x8_t prefix##16_of_##FROM(const unsigned char *from)         \
    {                                                                                    \
        return vqmovn_high_##letter##32(vqmovn_##letter##32(sign##_##FROM(from)),        \
                                        sign##_##FROM(from + 4 * (size)));               \
    }                                                                                    \
    static inline void step_##FROM##_##prefix##16(const unsigned char *from,             \
                                                  unsigned char *to)                     \
    {                                                                                    \
        vst1q_u8(to, vreinterpretq_u8_##letter##16(prefix##16_of_##FROM(from)));         \
        vst1q_u8(to + 16, vreinterpretq_u8_##letter##16(                                 \
                              prefix##16_of_##FROM(from + 8 * (size))));                 \
    }                                                                                    \
    static inline void step_##FROM##_##prefix##8(const unsigned char *from,              \
                                                 unsigned char *to)                      \
    {                                                                                    \
        const prefix##8x16_t v =                                                         \
            vqmovn_high_##letter##16(vqmovn_##letter##16(prefix##16_of_##FROM(from)),    \
                                     prefix##16_of_##FROM(from + 8 * (size)));           \
        memcpy(to, &v, sizeof v);                                                        \
    }                                                                                    \
    RUN(FROM, size, prefix##32, 4)                                                       \
    RUN(FROM, size, prefix##16, 2)                                                       \
    RUN(FROM, size, prefix##8, 1)
TO_INTEGERS(float32, 4, signed, int, s)
TO_INTEGERS(float32, 4, unsigned, uint, u)
TO_INTEGERS(float64, 8, signed, int, s)
TO_INTEGERS(float64, 8, unsigned, uint, u)

/* float32 is converted to float64 first, which is exact. */
static inline float64x2_t doubles_float32(const unsigned char *from)
{
    return vcvt_f64_f32(vreinterpret_f32_u8(vld1_u8(from)));
}

static inline float64x2_t doubles_float64(const unsigned char *from)
{
    return load_doubles(from);
}

#define TO_64(FROM, size, TO, letter)                                                    \
    static inline void step_##FROM##_##TO(const unsigned char *from, unsigned char *to)  \
    {                                                                                    \
        for (int i = 0; i < 8; i++) {                                                    \
            vst1q_u8(to + 16 * i, vreinterpretq_u8_##letter##64(vcvtq_##letter##64_f64(  \
                                      doubles_##FROM(from + 2 * i * (size)))));          \
        }                                                                                \
    }                                                                                    \
    RUN(FROM, size, TO, 8)
TO_64(float32, 4, int64, s)
TO_64(float32, 4, uint64, u)
TO_64(float64, 8, int64, s)
TO_64(float64, 8, uint64, u)

/* --------------------------------------------------------------------------------- the rows */

#define INTEGERS(FROM, TYPE)                                                             \
    {TYPE, NYZ_INT8, FROM##_to_int8}, {TYPE, NYZ_INT16, FROM##_to_int16},                \
        {TYPE, NYZ_INT32, FROM##_to_int32}, {TYPE, NYZ_INT64, FROM##_to_int64},          \
        {TYPE, NYZ_UINT8, FROM##_to_uint8}, {TYPE, NYZ_UINT16, FROM##_to_uint16},        \
        {TYPE, NYZ_UINT32, FROM##_to_uint32},                                            \
    {                                                                                    \
        TYPE, NYZ_UINT64, FROM##_to_uint64                                               \
    }

nyz_cast *nyz_cast_vector(int level, nyz_type from, nyz_type to)
{
    static const nyz_cast_row rows[] = {
        {NYZ_FLOAT16, NYZ_FLOAT32, float16_to_float32},
        {NYZ_FLOAT16, NYZ_FLOAT64, float16_to_float64},
        {NYZ_FLOAT32, NYZ_FLOAT16, float32_to_float16},
        {NYZ_FLOAT64, NYZ_FLOAT16, float64_to_float16},
        INTEGERS(float32, NYZ_FLOAT32),
        INTEGERS(float64, NYZ_FLOAT64),
    };
    return level == 1 ? nyz_cast_in_rows(rows, sizeof rows / sizeof rows[0], from, to)
                      : NULL;
}
