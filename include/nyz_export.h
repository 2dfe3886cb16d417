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

/* For callers: the compiler warns where a status is ignored, or a NULL passed that may not be. */
#ifndef NYZ_NODISCARD
#if defined(__GNUC__) && !defined(NYZ_BUILDING)
#define NYZ_NODISCARD __attribute__((warn_unused_result))
#else
#define NYZ_NODISCARD
#endif
#endif
#if defined(__GNUC__) && !defined(NYZ_BUILDING)
#define NYZ_NONNULL(n) __attribute__((nonnull(n)))
#define NYZ_DEPRECATED(text) __attribute__((deprecated(text)))
#else
#define NYZ_NONNULL(n)
#define NYZ_DEPRECATED(text)
#endif

#endif /* NYZ_EXPORT_H */
