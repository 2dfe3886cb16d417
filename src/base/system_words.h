/* The system's words for an errno, in English: strerror's depend on the locale, and may not be
 * called by two threads. */
#ifndef NYZ_SYSTEM_WORDS_H
#define NYZ_SYSTEM_WORDS_H

/* NULL: it is not known. */
const char *nyz_system_words(int sys);

#endif
