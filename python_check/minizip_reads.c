/* SPDX-License-Identifier: MIT */
/* Reads every member of an archive through minizip, a validator of what the library writes:
 * minizip_reads ARCHIVE prints the number of members, or says what went wrong. */
#include <stdio.h>

#include <minizip/unzip.h>

/* All bytes of the current member; minizip compares the CRC when it is closed. */
static int read_member(unzFile zip)
{
    static char buffer[65536];
    if (unzOpenCurrentFile(zip) != UNZ_OK) {
        return 1;
    }
    int n;
    while ((n = unzReadCurrentFile(zip, buffer, sizeof buffer)) > 0) {
    }
    return unzCloseCurrentFile(zip) != UNZ_OK || n < 0;
}

int main(int argc, char **argv)
{
    unzFile const zip = argc == 2 ? unzOpen64(argv[1]) : NULL;
    if (zip == NULL) {
        fprintf(stderr, "minizip_reads: no archive\n");
        return 2;
    }
    int members = 0;
    int status = unzGoToFirstFile(zip);
    for (; status == UNZ_OK; status = unzGoToNextFile(zip)) {
        if (read_member(zip) != 0) {
            fprintf(stderr, "minizip_reads: member %d is bad\n", members);
            return 1;
        }
        members++;
    }
    unzClose(zip);
    printf("%d\n", members);
    return status != UNZ_END_OF_LIST_OF_FILE;
}
