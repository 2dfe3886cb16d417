/* SPDX-License-Identifier: MIT */
/* nyz: attributes of functions, for nyz.h. */
#ifndef NYZ_EXPORT_H
#define NYZ_EXPORT_H

#ifndef NYZ_API
#if defined(_WIN32) && defined(NYZ_SHARED)
#ifdef NYZ_BUILDING
#define NYZ_API __declspec(dllexport)
#else
#define NYZ_API __declspec(dllimport)
#endif
#elif defined(__GNUC__)
#define NYZ_API __attribute__((visibility("default")))
#else
#define NYZ_API
#endif
#endif

/* For callers, not for the library, whose own checks would be dropped otherwise: the compiler
 * warns where a status is ignored, where NULL is passed for an argument of one of the numbers,
 * ((1, 3)), or where a call is deprecated.  Define one as nothing before including nyz.h to be
 * without it. */
#if defined(__GNUC__) && !defined(NYZ_BUILDING)
#ifndef NYZ_NODISCARD
#define NYZ_NODISCARD __attribute__((warn_unused_result))
#endif
#ifndef NYZ_NONNULL
#define NYZ_NONNULL(numbers) __attribute__((nonnull numbers))
#endif
#ifndef NYZ_DEPRECATED
#define NYZ_DEPRECATED(text) __attribute__((deprecated(text)))
#endif
#else
#undef NYZ_NODISCARD
#undef NYZ_NONNULL
#undef NYZ_DEPRECATED
#define NYZ_NODISCARD
#define NYZ_NONNULL(numbers)
#define NYZ_DEPRECATED(text)
#endif

#endif /* NYZ_EXPORT_H */
