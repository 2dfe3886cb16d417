/* SPDX-License-Identifier: MIT */
/* Runs a target without an engine: on each file that is named, and on each file of each
 * folder.  A missing one is a failure, and so is running nothing. */
#include "fuzz.h"

#include <dirent.h>

static long count;

static int run_file(const char *path)
{
    FILE *const file = fopen(path, "rb");
    if (file == NULL || fseek(file, 0, SEEK_END) != 0) {
        (void)fprintf(stderr, "%s: cannot be read\n", path);
        return 1;
    }
    const long size = ftell(file);
    rewind(file);
    CHECK(size >= 0);
    unsigned char *const bytes = malloc((size_t)size + 1);
    CHECK(bytes != NULL && fread(bytes, 1, (size_t)size, file) == (size_t)size);
    (void)fclose(file);
    if (getenv("NYZ_FUZZ_VERBOSE") != NULL) {
        (void)fprintf(stderr, "%s\n", path);
    }
    (void)LLVMFuzzerTestOneInput(bytes, (size_t)size);
    free(bytes);
    count++;
    return 0;
}

static int run_folder(const char *path, DIR *folder)
{
    int failed = 0;
    for (const struct dirent *entry = readdir(folder); entry != NULL;
         entry = readdir(folder)) {
        char name[1024];
        const int n = snprintf(name, sizeof name, "%s/%s", path, entry->d_name);
        CHECK(n > 0 && (size_t)n < sizeof name);
        if (entry->d_name[0] != '.') {
            failed |= run_file(name);
        }
    }
    (void)closedir(folder);
    return failed;
}

int main(int argc, char **argv)
{
    int failed = 0;
    for (int i = 1; i < argc; i++) {
        DIR *const folder = opendir(argv[i]);
        failed |= folder != NULL ? run_folder(argv[i], folder) : run_file(argv[i]);
    }
    printf("%ld inputs\n", count);
    return failed || count == 0;
}
