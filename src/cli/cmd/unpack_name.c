/* SPDX-License-Identifier: MIT */
/* Names of members that become no files, on this system or any other: those that lead out
 * of the directory on one of them, mean a device, or are another name than they seem. */
#include "cmd/unpack.h"
#include "text/fold.h"

#include <string.h>

#define COMPONENT_MAX 255 /* bytes: the usual file systems have no more */
#define COMPONENTS_MAX 32

static int same_letters(const char *text, size_t size, const char *upper)
{
    for (size_t i = 0; i < size; i++) {
        const char c = text[i];
        if ((c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c) != upper[i]) {
            return 0;
        }
    }
    return upper[size] == '\0';
}

/* 1 to 9, or the superscripts of 1 to 3, which Windows takes for digits. */
static int is_port(const char *text, size_t size)
{
    if (size == 1) {
        return text[0] >= '1' && text[0] <= '9';
    }
    return size == 2 &&
           (memcmp(text, "\xC2\xB9", 2) == 0 || memcmp(text, "\xC2\xB2", 2) == 0 ||
            memcmp(text, "\xC2\xB3", 2) == 0);
}

/* CON, CON.txt, con .txt: to Windows all of them are the console. */
static int is_device(const char *text, size_t size)
{
    static const char *const devices[] = {"CON", "PRN",    "AUX",
                                          "NUL", "CONIN$", "CONOUT$"};
    const char *const dot = memchr(text, '.', size);
    size_t stem = dot != NULL ? (size_t)(dot - text) : size;
    while (stem > 0 && text[stem - 1] == ' ') {
        stem--;
    }
    for (size_t i = 0; i < sizeof devices / sizeof *devices; i++) {
        if (same_letters(text, stem, devices[i])) {
            return 1;
        }
    }
    return stem > 3 && (same_letters(text, 3, "COM") || same_letters(text, 3, "LPT")) &&
           is_port(text + 3, stem - 3);
}

/* One component of a name. */
static const char *refuse_component(const char *text, size_t size)
{
    if (size == 0) {
        return "the name has an empty component";
    }
    if (size > COMPONENT_MAX) {
        return "the name has a component of over 255 bytes";
    }
    if (text[0] == '.' && (size == 1 || (size == 2 && text[1] == '.'))) {
        return "the name has '.' or '..' as a component";
    }
    if (text[size - 1] == '.' || text[size - 1] == ' ') {
        return "the name has a component that ends in a dot or a space";
    }
    return is_device(text, size) ? "the name is that of a device of Windows" : NULL;
}

static const char *refuse_characters(const char *name, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        const unsigned char c = (unsigned char)name[i];
        const unsigned char next = i + 1 < size ? (unsigned char)name[i + 1] : 0;
        if (c < 0x20 || c == 0x7F || (c == 0xC2 && next >= 0x80 && next < 0xA0)) {
            return "the name has a control character";
        }
        if (c == '\\' || c == ':') {
            return "the name has a backslash or a colon";
        }
        if (strchr("<>\"|?*", c) != NULL) {
            return "the name has one of < > \" | ? *, which no file name on Windows has";
        }
    }
    return NULL;
}

const char *cli_unpack_refuses(const char *name, size_t size)
{
    if (size == 0) {
        return "the name is empty";
    }
    if (size > CLI_FOLD_MAX) {
        return "the name has over 1,024 bytes";
    }
    if (name[0] == '/') {
        return "the name begins with a slash";
    }
    const char *refused = refuse_characters(name, size);
    size -= name[size - 1] == '/';
    int components = 0;
    for (size_t start = 0; start <= size && refused == NULL; components++) {
        const char *const slash = memchr(name + start, '/', size - start);
        const size_t end = slash != NULL ? (size_t)(slash - name) : size;
        refused = refuse_component(name + start, end - start);
        start = end + 1;
    }
    return refused == NULL && components > COMPONENTS_MAX
               ? "the name has over 32 components"
               : refused;
}
