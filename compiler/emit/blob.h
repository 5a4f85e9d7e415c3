/* blob.h - writing a weights blob, the file that an emitted model reads (its format is described in fovea.h).
 *
 *   BlobSection sections[] = {{.bytes = kernel, .count = kernel_bytes}, ..., {.bytes = image, ...}, ...};
 *   uint64_t total = blob_layout(sections, count);  // now each sections[i].offset is known, for the emitted code
 *   blob_write(diag, "net.weights", hash, sections, count, count - 2);
 *
 * Sections are copied to the file one by one: the blob as a whole never stands in memory, and a section that has a
 * `make` only while it is read.
 */
#ifndef FOVEA_EMIT_BLOB_H
#define FOVEA_EMIT_BLOB_H

#include "support/diag.h"
#include "support/hash.h" /* fnv1a64, for the architecture */

typedef struct BlobSection {
    const void *bytes; /* NULL: `make` gives them, good until the next section's are made */
    uint64_t count;    /* of bytes; 0 is allowed */
    uint64_t offset;   /* from the blob's first byte; a multiple of 64, set by blob_layout */
    const void *(*make)(const void *context);
    const void *context;
} BlobSection;

/* Places each section at the next 64-byte boundary after the header and the sections before it, and returns the size
 * of the blob, itself rounded up to 64. */
uint64_t blob_layout(BlobSection *sections, uint32_t count);

/* Writes the blob, beside the target and then renamed. Sections from number `selftest` on (inputs, then the outputs
 * expected) are the self-test; selftest == count: there is none. Offsets are those of blob_layout. The checksum stands
 * before the bytes: the header is written again at the end, and where that cannot be, the bytes are read twice. false
 * after a diagnostic. */
bool blob_write(Diag *diag, const char *path, uint64_t architecture, const BlobSection *sections, uint32_t count,
                uint32_t selftest);

typedef struct BlobHeader {
    uint32_t crc;
    uint64_t architecture, bytes, selftest_bytes; /* selftest_bytes: 0 when there is none */
} BlobHeader;

/* Reads the header of a blob. NULL, or what is wrong with it as the end of a sentence: "it has 12 bytes". */
const char *blob_read(Arena *arena, const void *bytes, size_t count, BlobHeader *header);

#endif
