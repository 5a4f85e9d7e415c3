/* fovea.c - see fovea.h. Headers are read byte by byte: a caller's blob may be anything, anywhere. */
#if !defined(_DEFAULT_SOURCE)
#define _DEFAULT_SOURCE 1 /* MAP_POPULATE, under -std=c99 as well */
#endif
#if !defined(_FILE_OFFSET_BITS)
#define _FILE_OFFSET_BITS 64
#endif
#include "fovea.h"

#include <string.h>

#ifndef FOVEA_NO_FILES
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#endif

#if defined(__SSE__) || defined(_M_X64)
#include <xmmintrin.h>
#endif

#if defined(__GNUC__) && (defined(__x86_64__) || defined(__i386__))
#define HAS_CPUID 1
#include <cpuid.h>
#endif

const char *fovea_status_text(fovea_status status)
{
    switch (status) {
    case FOVEA_OK:
        return "All is well.";
    case FOVEA_BAD_ARGUMENT:
        return "A pointer is null, or a number is out of range.";
    case FOVEA_BAD_WEIGHTS:
        return "This is no complete weights blob of a format version that this program reads.";
    case FOVEA_WRONG_MODEL:
        return "The weights are those of another model, or of this model compiled in another way.";
    case FOVEA_WRONG_CPU:
        return "This CPU lacks instructions that the model was compiled for.";
    case FOVEA_WRONG_BYTE_ORDER:
        return "The weights are little-endian, and this machine is big-endian.";
    case FOVEA_SMALL_WORKSPACE:
        return "The workspace is smaller than the model needs for this many threads.";
    case FOVEA_MISALIGNED:
        return "The weights or the workspace do not begin at a multiple of 64 bytes.";
    case FOVEA_DAMAGED:
        return "The weights are damaged: their checksum is wrong.";
    case FOVEA_FAILED_SELFTEST:
        return "The model computed something else than its self-test expects.";
    case FOVEA_NO_SELFTEST:
        return "The weights contain no self-test.";
    case FOVEA_CANNOT_READ:
        return "The weights file cannot be opened or mapped into memory.";
    case FOVEA_NO_DEVICE:
        return "There is no OpenCL device, or none as FOVEA_DEVICE asks for.";
    case FOVEA_CANNOT_BUILD:
        return "The device's compiler refuses the model's kernels.";
    case FOVEA_NO_MEMORY:
        return "There is not enough memory, on the device or beside it.";
    case FOVEA_DEVICE_FAILED:
        return "A call of OpenCL failed.";
    }
    return "This is no status of Fovea's.";
}

/* ---- CRC-32 ---- */

#ifdef FOVEA_SMALL

/* Half a byte at a time. */
static const uint32_t crc_table[16] = {
    0x00000000u, 0x1db71064u, 0x3b6e20c8u, 0x26d930acu, 0x76dc4190u, 0x6b6b51f4u, 0x4db26158u, 0x5005713cu,
    0xedb88320u, 0xf00f9344u, 0xd6d6a3e8u, 0xcb61b38cu, 0x9b64c2b0u, 0x86d3d2d4u, 0xa00ae278u, 0xbdbdf21cu,
};

uint32_t fovea_crc32(uint32_t crc, const void *bytes, size_t count)
{
    const unsigned char *at = (const unsigned char *)bytes;
    crc = ~crc;
    for (; count; count--) {
        crc ^= *at++;
        crc = (crc >> 4) ^ crc_table[crc & 15u];
        crc = (crc >> 4) ^ crc_table[crc & 15u];
    }
    return ~crc;
}

#else

/* Eight bytes at a time: table [k] tells what a byte does to the CRC when k more bytes follow it. A CRC is linear, so
 * that the entry for a byte is the sum (exclusive or) of the entries for its bits: those for 1, 2, 4, ... 128 are
 * written here, and the preprocessor makes the 256 of them. */
#define CRC_0                   0x77073096u, 0xee0e612cu, 0x076dc419u, 0x0edb8832u, 0x1db71064u, 0x3b6e20c8u, 0x76dc4190u, 0xedb88320u
#define CRC_1                   0x191b3141u, 0x32366282u, 0x646cc504u, 0xc8d98a08u, 0x4ac21251u, 0x958424a2u, 0xf0794f05u, 0x3b83984bu
#define CRC_2                   0x01c26a37u, 0x0384d46eu, 0x0709a8dcu, 0x0e1351b8u, 0x1c26a370u, 0x384d46e0u, 0x709a8dc0u, 0xe1351b80u
#define CRC_3                   0xb8bc6765u, 0xaa09c88bu, 0x8f629757u, 0xc5b428efu, 0x5019579fu, 0xa032af3eu, 0x9b14583du, 0xed59b63bu
#define CRC_4                   0x3d6029b0u, 0x7ac05360u, 0xf580a6c0u, 0x30704bc1u, 0x60e09782u, 0xc1c12f04u, 0x58f35849u, 0xb1e6b092u
#define CRC_5                   0xcb5cd3a5u, 0x4dc8a10bu, 0x9b914216u, 0xec53826du, 0x03d6029bu, 0x07ac0536u, 0x0f580a6cu, 0x1eb014d8u
#define CRC_6                   0xa6770bb4u, 0x979f1129u, 0xf44f2413u, 0x33ef4e67u, 0x67de9cceu, 0xcfbd399cu, 0x440b7579u, 0x8816eaf2u
#define CRC_7                   0xccaa009eu, 0x4225077du, 0x844a0efau, 0xd3e51bb5u, 0x7cbb312bu, 0xf9766256u, 0x299dc2edu, 0x533b85dau

#define CRC_BIT(i, mask, entry) (((i) & (mask)) ? (entry) : 0u)
#define CRC_ENTRY(i, a, b, c, d, e, f, g, h)                                                                           \
    (CRC_BIT(i, 1, a) ^ CRC_BIT(i, 2, b) ^ CRC_BIT(i, 4, c) ^ CRC_BIT(i, 8, d) ^ CRC_BIT(i, 16, e) ^                   \
     CRC_BIT(i, 32, f) ^ CRC_BIT(i, 64, g) ^ CRC_BIT(i, 128, h))
#define CRC_TIMES_4(i, ...)                                                                                            \
    CRC_ENTRY(i, __VA_ARGS__), CRC_ENTRY(i + 1, __VA_ARGS__), CRC_ENTRY(i + 2, __VA_ARGS__),                           \
        CRC_ENTRY(i + 3, __VA_ARGS__)
#define CRC_TIMES_16(i, ...)                                                                                           \
    CRC_TIMES_4(i, __VA_ARGS__), CRC_TIMES_4(i + 4, __VA_ARGS__), CRC_TIMES_4(i + 8, __VA_ARGS__),                     \
        CRC_TIMES_4(i + 12, __VA_ARGS__)
#define CRC_TIMES_64(i, ...)                                                                                           \
    CRC_TIMES_16(i, __VA_ARGS__), CRC_TIMES_16(i + 16, __VA_ARGS__), CRC_TIMES_16(i + 32, __VA_ARGS__),                \
        CRC_TIMES_16(i + 48, __VA_ARGS__)
#define CRC_TIMES_256(...)                                                                                             \
    CRC_TIMES_64(0, __VA_ARGS__), CRC_TIMES_64(64, __VA_ARGS__), CRC_TIMES_64(128, __VA_ARGS__),                       \
        CRC_TIMES_64(192, __VA_ARGS__)

static const uint32_t crc_table[8][256] = {
    {CRC_TIMES_256(CRC_0)}, {CRC_TIMES_256(CRC_1)}, {CRC_TIMES_256(CRC_2)}, {CRC_TIMES_256(CRC_3)},
    {CRC_TIMES_256(CRC_4)}, {CRC_TIMES_256(CRC_5)}, {CRC_TIMES_256(CRC_6)}, {CRC_TIMES_256(CRC_7)},
};

static uint32_t load_word(const unsigned char *at)
{
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

uint32_t fovea_crc32(uint32_t crc, const void *bytes, size_t count)
{
    const unsigned char *at = (const unsigned char *)bytes;
    crc = ~crc;
    for (; count >= 8; count -= 8, at += 8) {
        uint32_t low = crc ^ load_word(at), high = load_word(at + 4);
        crc = crc_table[7][low & 255u] ^ crc_table[6][low >> 8 & 255u] ^ crc_table[5][low >> 16 & 255u] ^
              crc_table[4][low >> 24] ^ crc_table[3][high & 255u] ^ crc_table[2][high >> 8 & 255u] ^
              crc_table[1][high >> 16 & 255u] ^ crc_table[0][high >> 24];
    }
    for (; count; count--)
        crc = (crc >> 8) ^ crc_table[0][(crc ^ *at++) & 255u];
    return ~crc;
}

#endif

/* ---- weights ---- */

static uint64_t read_little(const unsigned char *at, int bytes)
{
    uint64_t value = 0;
    while (bytes-- > 0)
        value = value << 8 | at[bytes];
    return value;
}

static int is_big_endian(void)
{
    const uint16_t one = 1;
    unsigned char first;
    memcpy(&first, &one, 1);
    return first == 0;
}

typedef struct Header {
    uint32_t payload_crc;
    uint64_t architecture, total, selftest, selftest_bytes;
} Header;

/* A self-test lies behind the header and inside the blob; sums could wrap round, so that only differences are taken. */
static int selftest_fits(const Header *header)
{
    if (!header->selftest)
        return !header->selftest_bytes;
    return header->selftest >= FOVEA_WEIGHTS_HEADER_BYTES && header->selftest % FOVEA_ALIGNMENT == 0 &&
           header->selftest_bytes && header->selftest <= header->total &&
           header->selftest_bytes <= header->total - header->selftest;
}

static fovea_status read_header(const void *blob, size_t bytes, Header *header)
{
    const unsigned char *at = (const unsigned char *)blob;
    if (!blob)
        return FOVEA_BAD_ARGUMENT;
    if (bytes < FOVEA_WEIGHTS_HEADER_BYTES || memcmp(at, FOVEA_WEIGHTS_MAGIC, 8) != 0 ||
        read_little(at + 8, 4) != FOVEA_WEIGHTS_VERSION || read_little(at + 60, 4) != fovea_crc32(0, at, 60))
        return FOVEA_BAD_WEIGHTS;
    header->payload_crc = (uint32_t)read_little(at + 12, 4);
    header->architecture = read_little(at + 16, 8);
    header->total = read_little(at + 24, 8);
    header->selftest = read_little(at + 32, 8);
    header->selftest_bytes = read_little(at + 40, 8);
    if (header->total < FOVEA_WEIGHTS_HEADER_BYTES || header->total > bytes || !selftest_fits(header))
        return FOVEA_BAD_WEIGHTS;
    return FOVEA_OK;
}

fovea_status fovea_weights_check(const void *blob, size_t bytes, uint64_t architecture, size_t needed)
{
    Header header;
    fovea_status status = read_header(blob, bytes, &header);
    if (status != FOVEA_OK)
        return status;
    if (is_big_endian())
        return FOVEA_WRONG_BYTE_ORDER;
    if (header.architecture != architecture)
        return FOVEA_WRONG_MODEL;
    if (header.total < needed)
        return FOVEA_BAD_WEIGHTS;
    return (uintptr_t)blob % FOVEA_ALIGNMENT ? FOVEA_MISALIGNED : FOVEA_OK;
}

fovea_status fovea_weights_verify(const void *blob, size_t bytes)
{
    Header header;
    fovea_status status = read_header(blob, bytes, &header);
    if (status != FOVEA_OK)
        return status;
    const unsigned char *payload = (const unsigned char *)blob + FOVEA_WEIGHTS_HEADER_BYTES;
    uint32_t crc = fovea_crc32(0, payload, (size_t)header.total - FOVEA_WEIGHTS_HEADER_BYTES);
    return crc == header.payload_crc ? FOVEA_OK : FOVEA_DAMAGED;
}

fovea_status fovea_weights_selftest(const void *blob, size_t bytes, const void **selftest, size_t *selftest_bytes)
{
    Header header;
    if (!selftest || !selftest_bytes)
        return FOVEA_BAD_ARGUMENT;
    *selftest = NULL;
    *selftest_bytes = 0;
    fovea_status status = read_header(blob, bytes, &header);
    if (status != FOVEA_OK)
        return status;
    if (!header.selftest)
        return FOVEA_NO_SELFTEST;
    *selftest = (const unsigned char *)blob + header.selftest;
    *selftest_bytes = (size_t)header.selftest_bytes;
    return FOVEA_OK;
}

#ifndef FOVEA_NO_FILES

#ifndef MAP_POPULATE
#define MAP_POPULATE 0 /* pages are then read when they are touched */
#endif
#ifndef O_CLOEXEC
#define O_CLOEXEC 0
#endif

fovea_status fovea_weights_map(fovea_weights *weights, const char *path)
{
    struct stat about;
    if (!weights || !path)
        return FOVEA_BAD_ARGUMENT;
    weights->data = NULL;
    weights->bytes = 0;
    /* Without O_NONBLOCK, opening a named pipe would wait for a writer. */
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file < 0)
        return FOVEA_CANNOT_READ;
    fovea_status status = FOVEA_CANNOT_READ;
    if (fstat(file, &about) == 0 && S_ISREG(about.st_mode) && (uint64_t)about.st_size <= SIZE_MAX) {
        size_t bytes = (size_t)about.st_size;
        status = bytes < FOVEA_WEIGHTS_HEADER_BYTES ? FOVEA_BAD_WEIGHTS : FOVEA_OK;
        void *data = status ? NULL : mmap(NULL, bytes, PROT_READ, MAP_PRIVATE | MAP_POPULATE, file, 0);
        if (status == FOVEA_OK && data == MAP_FAILED)
            status = FOVEA_CANNOT_READ;
        if (status == FOVEA_OK) {
            weights->data = data;
            weights->bytes = bytes;
        }
    }
    int failure = errno; /* close must not hide it */
    close(file);
    errno = failure;
    return status;
}

void fovea_weights_unmap(fovea_weights *weights)
{
    if (!weights || !weights->data)
        return;
    munmap((void *)(uintptr_t)weights->data, weights->bytes);
    weights->data = NULL;
    weights->bytes = 0;
}

#endif

/* ---- answers ---- */

/* Larger for larger values, the same for 0 and -0, and 0 for what is not a number: integers, since a compiler that is
 * told that there are no NaNs drops tests for them. */
static uint32_t value_rank(float value)
{
    const uint32_t sign = 0x80000000u, infinity = 0x7f800000u;
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    if ((bits & ~sign) > infinity)
        return 0;
    if (bits == sign)
        bits = 0;
    return bits & sign ? ~bits : bits | sign;
}

static int is_better(const fovea_score *a, const fovea_score *b)
{
    const uint32_t rank_a = value_rank(a->value), rank_b = value_rank(b->value);
    return rank_a > rank_b || (rank_a == rank_b && a->index < b->index);
}

/* In a heap whose top is the worst, moves the score at `at` down to its place. */
static void heap_sink(fovea_score *heap, int count, int at)
{
    const fovea_score sinking = heap[at];
    while (at < count / 2) {
        int child = 2 * at + 1;
        if (child + 1 < count && is_better(&heap[child], &heap[child + 1]))
            child++;
        if (is_better(&heap[child], &sinking))
            break;
        heap[at] = heap[child];
        at = child;
    }
    heap[at] = sinking;
}

int fovea_top(const float *values, int count, int k, fovea_score *best)
{
    if (!values || !best || count < 1 || k < 1)
        return 0;
    const int kept = k < count ? k : count;
    for (int i = 0; i < kept; i++) {
        best[i].index = i;
        best[i].value = values[i];
    }
    for (int at = kept / 2; at-- > 0;)
        heap_sink(best, kept, at);
    for (int i = kept; i < count; i++) {
        const fovea_score next = {i, values[i]};
        if (is_better(&next, &best[0])) {
            best[0] = next;
            heap_sink(best, kept, 0);
        }
    }
    for (int last = kept - 1; last > 0; last--) { /* the worst goes to the end */
        const fovea_score worst = best[0];
        best[0] = best[last];
        best[last] = worst;
        heap_sink(best, last, 0);
    }
    return kept;
}

/* ---- the CPU ---- */

#ifdef HAS_CPUID

enum {
    LEAF_1_ECX = 1 << 12 | 1 << 27 | 1 << 28 | 1 << 29, /* FMA, OSXSAVE, AVX, F16C */
    LEAF_7_EBX_AVX2 = 1 << 5,                           /* AVX2 */
    XCR0_AVX = 6,                                       /* the system saves xmm and ymm registers */
    XCR0_AVX512 = 0xe6                                  /* and k and zmm */
};
/* AVX-512 F, DQ, BW, VL; bit 31 does not fit an enum */
#define LEAF_7_EBX_AVX512 (1u << 16 | 1u << 17 | 1u << 30 | 1u << 31)

static int cpu_has(fovea_cpu_feature feature)
{
    unsigned eax, ebx, ecx, edx, wanted = LEAF_7_EBX_AVX2, saved = XCR0_AVX;
    if (feature == FOVEA_CPU_AVX512) {
        wanted |= LEAF_7_EBX_AVX512;
        saved = XCR0_AVX512;
    } else if (feature != FOVEA_CPU_AVX2)
        return 0;
    if (!__get_cpuid(1, &eax, &ebx, &ecx, &edx) || (ecx & LEAF_1_ECX) != LEAF_1_ECX)
        return 0;
    unsigned xcr0, high;
    __asm__ volatile("xgetbv" : "=a"(xcr0), "=d"(high) : "c"(0)); /* allowed, since OSXSAVE is set */
    if ((xcr0 & saved) != saved || !__get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx))
        return 0;
    return (ebx & wanted) == wanted;
}

#else

static int cpu_has(fovea_cpu_feature feature)
{
    (void)feature;
    return 0;
}

#endif

int fovea_cpu_has(fovea_cpu_feature feature)
{
    return feature == FOVEA_CPU_ANY || cpu_has(feature);
}

/* ---- how floats are computed ---- */

#if defined(__SSE__) || defined(_M_X64)

unsigned fovea_float_mode(void)
{
    return _mm_getcsr();
}

void fovea_float_mode_set(unsigned mode)
{
    _mm_setcsr(mode);
}

#elif defined(__GNUC__) && defined(__aarch64__)

unsigned fovea_float_mode(void)
{
    uint64_t mode;
    __asm__ volatile("mrs %0, fpcr" : "=r"(mode));
    return (unsigned)mode;
}

void fovea_float_mode_set(unsigned mode)
{
    __asm__ volatile("msr fpcr, %0" : : "r"((uint64_t)mode) : "memory");
}

#else

unsigned fovea_float_mode(void)
{
    return 0;
}

void fovea_float_mode_set(unsigned mode)
{
    (void)mode;
}

#endif
