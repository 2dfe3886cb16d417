/* Small stored members, several of them read at once: see zip_extract.h. */
#include "base/arithmetic.h"
#include "codec/codec.h"
#include "io/stream.h"
#include "zip/zip_directory.h"
#include "zip/zip_extract.h"
#include "zip/zip_internal.h"

/* Most members of a small archive are such, and most are in the directory's order. */
int64_t nyz_zip_batch_count(const nyz_zip_directory *dir, int64_t first, int64_t most,
                            int64_t room)
{
    const int64_t start = dir->entries[first].offset;
    const int64_t behind = first + nyz_min(most, dir->count - first);
    int64_t i = first;
    for (int64_t end = start; i < behind; i++) {
        const nyz_zip_entry *const entry = &dir->entries[i];
        if (entry->method != NYZ_STORED || entry->offset != end ||
            entry->end - start > room) {
            break;
        }
        end = entry->end;
    }
    return i - first;
}

int64_t nyz_zip_batch_size(const nyz_zip_directory *dir, int64_t first, int64_t count)
{
    return dir->entries[first + count - 1].end - dir->entries[first].offset;
}

nyz_status nyz_zip_batch_read(const nyz_stream *archive, const nyz_zip_directory *dir,
                              int64_t first, int64_t count, unsigned char *run,
                              nyz_error *err)
{
    return nyz_stream_read_at(archive, dir->entries[first].offset, run,
                              nyz_zip_batch_size(dir, first, count), "members", err);
}

/* That 30 bytes of a local header are there, the directory's reader has checked; that the
 * rest of it and the data are, the local header's. */
unsigned char *nyz_zip_batch_member(const nyz_zip_directory *dir, int64_t first,
                                    int64_t index, unsigned char *run)
{
    const nyz_zip_entry *const entry = &dir->entries[index];
    unsigned char *const bytes = run + (entry->offset - dir->entries[first].offset);
    const int64_t head = nyz_zip_local_size(bytes, dir, entry);
    if (head < 0 || nyz_crc32(0, bytes + head, (size_t)entry->size) != entry->crc32) {
        return NULL;
    }
    return bytes + head;
}
