/* blob.c - the header, the sections and the zeros between them (see blob.h; the format stands in fovea.h). */
#include "emit/blob.h"

#include "fovea.h"
#include "support/file.h"

static const unsigned char zeros[FOVEA_ALIGNMENT];

static uint64_t round_up(uint64_t bytes)
{
    return (bytes + FOVEA_ALIGNMENT - 1) / FOVEA_ALIGNMENT * FOVEA_ALIGNMENT;
}

uint64_t blob_layout(BlobSection *sections, uint32_t count)
{
    uint64_t end = FOVEA_WEIGHTS_HEADER_BYTES;
    for (uint32_t i = 0; i < count; i++) {
        sections[i].offset = end;
        end = round_up(end + sections[i].count);
    }
    return end;
}

static void put_little(unsigned char *at, uint64_t value, int bytes)
{
    for (int i = 0; i < bytes; i++)
        at[i] = (unsigned char)(value >> 8 * i);
}

/* The zeros that follow a section: up to the next multiple of 64. */
static size_t padding_after(const BlobSection *section)
{
    return (size_t)(round_up(section->count) - section->count);
}

static const void *bytes_of(const BlobSection *section)
{
    return section->bytes || !section->make ? section->bytes : section->make(section->context);
}

/* Puts the sections and the zeros behind them into the file (NULL: nowhere), and returns their checksum. */
static uint32_t put_payload(FileWriter *file, const BlobSection *sections, uint32_t count)
{
    uint32_t crc = 0;
    for (uint32_t i = 0; i < count; i++) {
        const void *bytes = bytes_of(&sections[i]);
        crc = fovea_crc32(crc, bytes, (size_t)sections[i].count);
        crc = fovea_crc32(crc, zeros, padding_after(&sections[i]));
        if (!file)
            continue;
        file_put(file, bytes, (size_t)sections[i].count);
        file_put(file, zeros, padding_after(&sections[i]));
    }
    return crc;
}

/* Where the sections end, which is where the next one would begin. */
static uint64_t end_of(const BlobSection *sections, uint32_t count)
{
    if (!count)
        return FOVEA_WEIGHTS_HEADER_BYTES;
    const BlobSection *last = &sections[count - 1];
    return round_up(last->offset + last->count);
}

static void make_header(unsigned char header[FOVEA_WEIGHTS_HEADER_BYTES], uint64_t architecture,
                        const BlobSection *sections, uint32_t count, uint32_t selftest, uint32_t crc)
{
    uint64_t total = end_of(sections, count);
    bool tested = selftest < count && total > sections[selftest].offset;
    uint64_t begin = tested ? sections[selftest].offset : 0;
    memcpy(header, FOVEA_WEIGHTS_MAGIC, 8);
    put_little(header + 8, FOVEA_WEIGHTS_VERSION, 4);
    put_little(header + 12, crc, 4);
    put_little(header + 16, architecture, 8);
    put_little(header + 24, total, 8);
    put_little(header + 32, begin, 8);
    put_little(header + 40, tested ? total - begin : 0, 8);
    put_little(header + 48, 0, 8);
    put_little(header + 56, 0, 4);
    put_little(header + 60, fovea_crc32(0, header, 60), 4);
}

bool blob_write(Diag *diag, const char *path, uint64_t architecture, const BlobSection *sections, uint32_t count,
                uint32_t selftest)
{
    for (uint32_t i = 0; i < count; i++)
        if (sections[i].offset != end_of(sections, i))
            BUG("section %u of a blob was not placed by blob_layout", i);
    FileWriter file;
    if (!file_create(&file, diag, path))
        return false;
    unsigned char header[FOVEA_WEIGHTS_HEADER_BYTES];
    bool back = file_goes_back(&file);
    make_header(header, architecture, sections, count, selftest, back ? 0 : put_payload(NULL, sections, count));
    file_put(&file, header, sizeof header);
    uint32_t crc = put_payload(&file, sections, count);
    if (back) {
        make_header(header, architecture, sections, count, selftest, crc);
        file_put_first(&file, header, sizeof header);
    }
    return file_commit(&file);
}

static uint64_t get_little(const unsigned char *at, int bytes)
{
    uint64_t value = 0;
    while (bytes-- > 0)
        value = value << 8 | at[bytes];
    return value;
}

const char *blob_read(Arena *arena, const void *bytes, size_t count, BlobHeader *header)
{
    const unsigned char *at = bytes;
    if (count < FOVEA_WEIGHTS_HEADER_BYTES)
        return arena_printf(arena, "it has %zu bytes", count);
    if (memcmp(at, FOVEA_WEIGHTS_MAGIC, 8) != 0)
        return "it does not begin with " FOVEA_WEIGHTS_MAGIC;
    uint64_t version = get_little(at + 8, 4);
    if (version != FOVEA_WEIGHTS_VERSION)
        return arena_printf(arena, "its format version is %llu, not %d", (unsigned long long)version,
                            FOVEA_WEIGHTS_VERSION);
    if (get_little(at + 60, 4) != fovea_crc32(0, at, 60))
        return "its header is damaged";
    *header = (BlobHeader){.crc = (uint32_t)get_little(at + 12, 4),
                           .architecture = get_little(at + 16, 8),
                           .bytes = get_little(at + 24, 8),
                           .selftest_bytes = get_little(at + 40, 8)};
    if (header->bytes > count)
        return arena_printf(arena, "it has %zu of its %llu bytes", count, (unsigned long long)header->bytes);
    /* The rest is the runtime's to judge: what it refuses must not pass here. */
    const void *place;
    size_t place_bytes;
    return fovea_weights_selftest(bytes, count, &place, &place_bytes) == FOVEA_BAD_WEIGHTS ? "its header lies" : NULL;
}
