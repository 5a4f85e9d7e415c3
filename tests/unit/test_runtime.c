/* test_runtime.c - runtime/fovea.c and the blobs that compiler/emit/blob.c writes for it. */
#include <criterion/criterion.h>

#include <limits.h>
#include <math.h>
#include <sys/stat.h>

#include "emit/blob.h"
#include "fovea.h"
#include "support/file.h"
#include "tests/support/files.h"
#include "tests/support/guard.h"
#include "tests/support/scratch.h"

enum { ARCHITECTURE = 0x1234567 };

/* The CRC bit by bit, as its polynomial defines it. */
static uint32_t crc_by_bits(const unsigned char *bytes, size_t count)
{
    uint32_t crc = 0xffffffff;
    for (size_t i = 0; i < count; i++) {
        crc ^= bytes[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
    }
    return ~crc;
}

Test(runtime, crc)
{
    unsigned char bytes[600];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (unsigned char)(i * i * 37 + i / 7);
    cr_expect_eq(fovea_crc32(0, "123456789", 9), 0xcbf43926);
    cr_expect_eq(fovea_crc32(0, "", 0), 0);
    for (size_t begin = 0; begin < 9; begin++)
        for (size_t count = 0; count < 300; count++) {
            uint32_t expected = crc_by_bits(bytes + begin, count);
            cr_assert_eq(fovea_crc32(0, bytes + begin, count), expected, "%zu bytes from %zu", count, begin);
            uint32_t first = fovea_crc32(0, bytes + begin, count / 3);
            cr_assert_eq(fovea_crc32(first, bytes + begin + count / 3, count - count / 3), expected);
        }
}

Test(runtime, status_text)
{
    for (int status = FOVEA_OK; status <= FOVEA_DEVICE_FAILED; status++) {
        const char *text = fovea_status_text((fovea_status)status);
        cr_expect(strlen(text) > 10 && text[strlen(text) - 1] == '.', "status %d: %s", status, text);
        for (int other = FOVEA_OK; other < status; other++)
            cr_expect_str_neq(text, fovea_status_text((fovea_status)other));
    }
    cr_expect_not_null(fovea_status_text((fovea_status)99));
}

/* Whether the first CPU has the flag; `name` begins with a blank. */
static bool cpuinfo_has(const char *info, const char *name)
{
    const char *flags = strstr(info, "\nflags"), *end = strchr(flags + 1, '\n');
    for (const char *found = flags; (found = strstr(found, name)) && found < end; found++)
        if (strchr(" \n", found[strlen(name)]))
            return true;
    return false;
}

Test(runtime, cpu)
{
    Arena *arena = arena_new();
    const char *info = text_read(arena, "/proc/cpuinfo", NULL);
    cr_expect_eq(fovea_cpu_has(FOVEA_CPU_ANY), 1);
    if (!info || !strstr(info, "\nflags"))
        cr_skip_test("/proc/cpuinfo does not list flags");
    bool avx2 = cpuinfo_has(info, " avx2") && cpuinfo_has(info, " fma") && cpuinfo_has(info, " f16c");
    bool avx512 = avx2 && cpuinfo_has(info, " avx512f") && cpuinfo_has(info, " avx512bw") &&
                  cpuinfo_has(info, " avx512dq") && cpuinfo_has(info, " avx512vl");
    cr_expect_eq(fovea_cpu_has(FOVEA_CPU_AVX2), avx2);
    cr_expect_eq(fovea_cpu_has(FOVEA_CPU_AVX512), avx512);
    arena_free(arena);
}

/* ---- answers ---- */

/* The same by looking for the best of those that are left, again and again. */
static int top_by_search(const float *values, int count, int k, fovea_score *best)
{
    bool taken[64] = {false};
    int found = 0;
    for (; found < k && found < count; found++) {
        int at = -1;
        for (int i = 0; i < count; i++)
            if (!taken[i] && (at < 0 || values[i] > values[at] || (isnan(values[at]) && !isnan(values[i]))))
                at = i;
        taken[at] = true;
        best[found] = (fovea_score){at, values[at]};
    }
    return found;
}

Test(runtime, top)
{
    static const float pool[] = {-INFINITY, -2, -1e-40F, -0.0F, 0, 1e-40F, 0.5F, 0.5F, 3, INFINITY, NAN, -NAN};
    fovea_score best[65], wanted[64];
    float values[64];
    uint32_t state = 1;
    for (int count = 1; count <= 64; count++)
        for (int k = 1; k <= count + 1; k++) {
            for (int i = 0; i < count; i++) {
                state = state * 1664525 + 1013904223;
                values[i] = pool[(state >> 16) % COUNT_OF(pool)];
            }
            best[k < 64 ? k : 64].index = -7;
            int found = fovea_top(values, count, k, best);
            cr_assert_eq(found, top_by_search(values, count, k, wanted));
            for (int i = 0; i < found; i++)
                cr_assert(best[i].index == wanted[i].index &&
                              memcmp(&best[i].value, &values[best[i].index], sizeof(float)) == 0,
                          "%d of %d: place %d has %d, not %d", k, count, i, best[i].index, wanted[i].index);
            cr_assert_eq(best[k < 64 ? k : 64].index, -7, "beyond the end");
        }
}

Test(runtime, top_of_nothing)
{
    const float values[] = {1, NAN, 3, -INFINITY, 3, 2};
    const int order[] = {2, 4, 5, 0, 3, 1};
    fovea_score best[6];
    cr_assert_eq(fovea_top(values, 6, INT_MAX, best), 6, "k over N");
    for (int i = 0; i < 6; i++)
        cr_expect_eq(best[i].index, order[i]);
    cr_expect_eq(fovea_top(NULL, 6, 2, best), 0);
    cr_expect_eq(fovea_top(values, 6, 2, NULL), 0);
    cr_expect_eq(fovea_top(values, 0, 2, best), 0);
    cr_expect_eq(fovea_top(values, -1, 2, best), 0);
    cr_expect_eq(fovea_top(values, 6, 0, best), 0);
    cr_expect_eq(fovea_top(values, 6, -3, best), 0);
}

/* ---- blobs ---- */

typedef struct Case {
    Scratch scratch;
    unsigned char *blob; /* what was written, at a multiple of 64 */
    size_t bytes;
    Guard guard;
} Case;

static void case_begin(Case *c)
{
    *c = (Case){0};
    scratch_begin(&c->scratch, "net.weights");
}

static void case_end(Case *c)
{
    if (c->guard.at)
        guard_free(&c->guard);
    scratch_end(&c->scratch);
}

static const char kernel[100] = "kernel", bias[64] = "bias", image[7] = "image", logits[9] = "logits";

/* Four sections, of which the last two are the self-test when `tested`. */
static void case_blob(Case *c, bool tested)
{
    BlobSection sections[] = {{.bytes = kernel, .count = sizeof kernel},
                              {.bytes = bias, .count = sizeof bias},
                              {.bytes = image, .count = sizeof image},
                              {.bytes = logits, .count = sizeof logits}};
    uint32_t count = COUNT_OF(sections);
    cr_assert_eq(blob_layout(sections, count), 64 + 128 + 64 + 64 + 64);
    cr_assert_eq(sections[1].offset, 192);
    cr_assert(blob_write(&c->scratch.diag, c->scratch.path, ARCHITECTURE, sections, count, tested ? 2 : count), "%s",
              buf_text(&c->scratch.said));
    char *read = text_read(c->scratch.arena, c->scratch.path, &c->bytes);
    cr_assert_eq(c->bytes, 384);
    c->guard = guard_new(c->bytes, 64, GUARD_BEHIND);
    c->blob = c->guard.at;
    memcpy(c->blob, read, c->bytes);
}

static void put(unsigned char *at, uint64_t value, int bytes)
{
    for (int i = 0; i < bytes; i++)
        at[i] = (unsigned char)(value >> 8 * i);
}

/* The status after a header field was changed and the header's CRC made right again. */
static fovea_status check_with(Case *c, size_t field, uint64_t value)
{
    unsigned char saved[64];
    memcpy(saved, c->blob, 64);
    put(c->blob + field, value, field < 16 ? 4 : 8);
    put(c->blob + 60, fovea_crc32(0, c->blob, 60), 4);
    fovea_status status = fovea_weights_check(c->blob, c->bytes, ARCHITECTURE, 0);
    memcpy(c->blob, saved, 64);
    return status;
}

Test(runtime, sound_blob)
{
    Case c;
    case_begin(&c);
    case_blob(&c, true);
    const void *selftest;
    size_t bytes;
    cr_expect_eq(fovea_weights_check(c.blob, c.bytes, ARCHITECTURE, 0), FOVEA_OK);
    cr_expect_eq(fovea_weights_verify(c.blob, c.bytes), FOVEA_OK);
    cr_expect_eq(fovea_weights_check(c.blob, c.bytes, ARCHITECTURE + 1, 0), FOVEA_WRONG_MODEL);
    cr_expect_eq(fovea_weights_check(c.blob, c.bytes, ARCHITECTURE, c.bytes), FOVEA_OK);
    cr_expect_eq(fovea_weights_check(c.blob, c.bytes, ARCHITECTURE, c.bytes + 1), FOVEA_BAD_WEIGHTS);
    cr_expect_eq(fovea_weights_check(NULL, c.bytes, ARCHITECTURE, 0), FOVEA_BAD_ARGUMENT);
    cr_expect_eq(fovea_weights_verify(NULL, 0), FOVEA_BAD_ARGUMENT);
    cr_expect_eq(fovea_weights_selftest(c.blob, c.bytes, &selftest, &bytes), FOVEA_OK);
    cr_expect(selftest == c.blob + 256 && bytes == 128);
    cr_expect(!memcmp(c.blob + 64, kernel, sizeof kernel) && !memcmp(c.blob + 256, image, sizeof image));
    for (size_t i = 64 + sizeof kernel; i < 192; i++)
        cr_assert_eq(c.blob[i], 0, "byte %zu is between two sections", i);
    case_end(&c);
}

Test(runtime, blob_without_selftest)
{
    Case c;
    case_begin(&c);
    case_blob(&c, false);
    const void *selftest = c.blob;
    size_t bytes = 1;
    cr_expect_eq(fovea_weights_check(c.blob, c.bytes, ARCHITECTURE, 0), FOVEA_OK);
    cr_expect_eq(fovea_weights_selftest(c.blob, c.bytes, &selftest, &bytes), FOVEA_NO_SELFTEST);
    cr_expect(!selftest && !bytes);
    cr_expect_eq(fovea_weights_selftest(c.blob, c.bytes, NULL, &bytes), FOVEA_BAD_ARGUMENT);
    case_end(&c);
}

/* A blob that is cut short ends at a page that nobody may read. */
Test(runtime, truncated_blob)
{
    Case c;
    case_begin(&c);
    case_blob(&c, true);
    unsigned char whole[384];
    memcpy(whole, c.blob, sizeof whole);
    for (size_t bytes = 0; bytes < sizeof whole; bytes++) {
        unsigned char *at = c.blob + sizeof whole - bytes;
        memcpy(at, whole, bytes);
        cr_assert_eq(fovea_weights_check(at, bytes, ARCHITECTURE, 0), FOVEA_BAD_WEIGHTS, "%zu bytes", bytes);
        cr_assert_eq(fovea_weights_verify(at, bytes), FOVEA_BAD_WEIGHTS, "%zu bytes", bytes);
    }
    case_end(&c);
}

Test(runtime, flipped_bits)
{
    Case c;
    case_begin(&c);
    case_blob(&c, true);
    for (size_t bit = 0; bit < 8 * c.bytes; bit++) {
        unsigned char flip = (unsigned char)(1 << bit % 8);
        c.blob[bit / 8] ^= flip;
        fovea_status header = bit < 8 * 64 ? FOVEA_BAD_WEIGHTS : FOVEA_OK;
        cr_assert_eq(fovea_weights_check(c.blob, c.bytes, ARCHITECTURE, 0), header, "bit %zu", bit);
        cr_assert_eq(fovea_weights_verify(c.blob, c.bytes), header ? header : FOVEA_DAMAGED, "bit %zu", bit);
        c.blob[bit / 8] ^= flip;
    }
    case_end(&c);
}

/* Lies with a sound CRC: no sum of two of these numbers may wrap round and pass. */
Test(runtime, lying_header)
{
    enum { VERSION = 8, TOTAL = 24, SELFTEST = 32, SELFTEST_BYTES = 40 };
    static const struct {
        size_t field;
        uint64_t value;
        fovea_status status;
    } lies[] = {
        {VERSION, 2, FOVEA_BAD_WEIGHTS},
        {TOTAL, 0, FOVEA_BAD_WEIGHTS},
        {TOTAL, 63, FOVEA_BAD_WEIGHTS},
        {TOTAL, 385, FOVEA_BAD_WEIGHTS},
        {TOTAL, UINT64_MAX, FOVEA_BAD_WEIGHTS},
        {SELFTEST, 0, FOVEA_BAD_WEIGHTS},
        {SELFTEST, 63, FOVEA_BAD_WEIGHTS},
        {SELFTEST, 257, FOVEA_BAD_WEIGHTS},
        {SELFTEST, 320, FOVEA_BAD_WEIGHTS},
        {SELFTEST, 384, FOVEA_BAD_WEIGHTS},
        {SELFTEST, UINT64_MAX - 63, FOVEA_BAD_WEIGHTS},
        {SELFTEST_BYTES, 0, FOVEA_BAD_WEIGHTS},
        {SELFTEST_BYTES, 129, FOVEA_BAD_WEIGHTS},
        {SELFTEST_BYTES, UINT64_MAX, FOVEA_BAD_WEIGHTS},
        {SELFTEST_BYTES, UINT64_MAX - 255, FOVEA_BAD_WEIGHTS},
        {SELFTEST_BYTES, 64, FOVEA_OK},
        {16, 5, FOVEA_WRONG_MODEL},
    };
    Case c;
    case_begin(&c);
    case_blob(&c, true);
    for (size_t i = 0; i < COUNT_OF(lies); i++)
        cr_expect_eq(check_with(&c, lies[i].field, lies[i].value), lies[i].status, "case %zu", i);
    case_end(&c);
}

Test(runtime, misaligned_blob)
{
    Case c;
    case_begin(&c);
    case_blob(&c, true);
    static FOVEA_ALIGNED(64) unsigned char place[64 + 384 + 64];
    for (size_t shift = 0; shift <= 64; shift++) {
        memcpy(place + shift, c.blob, c.bytes);
        cr_expect_eq(fovea_weights_check(place + shift, c.bytes + 3, ARCHITECTURE, 0),
                     shift % 64 ? FOVEA_MISALIGNED : FOVEA_OK);
        cr_expect_eq(fovea_weights_verify(place + shift, c.bytes), FOVEA_OK);
    }
    case_end(&c);
}

Test(runtime, mapping, .timeout = 20)
{
    Case c;
    case_begin(&c);
    case_blob(&c, true);
    fovea_weights weights;
    cr_expect_eq(fovea_weights_map(&weights, c.scratch.path), FOVEA_OK);
    cr_expect(weights.data && weights.bytes == c.bytes);
    cr_expect_eq(fovea_weights_check(weights.data, weights.bytes, ARCHITECTURE, 0), FOVEA_OK);
    fovea_weights_unmap(&weights);
    cr_expect(!weights.data && !weights.bytes);
    fovea_weights_unmap(&weights);
    fovea_weights_unmap(NULL);

    const char *other = path_join(c.scratch.arena, c.scratch.folder, "other");
    cr_expect_eq(fovea_weights_map(&weights, other), FOVEA_CANNOT_READ);
    cr_expect_null(weights.data);
    cr_expect_eq(fovea_weights_map(&weights, c.scratch.folder), FOVEA_CANNOT_READ);
    cr_assert_eq(mkfifo(other, 0600), 0);
    cr_expect_eq(fovea_weights_map(&weights, other), FOVEA_CANNOT_READ);
    cr_assert(text_write(c.scratch.path, "", 0));
    cr_expect_eq(fovea_weights_map(&weights, c.scratch.path), FOVEA_BAD_WEIGHTS);
    cr_expect_eq(fovea_weights_map(NULL, c.scratch.path), FOVEA_BAD_ARGUMENT);
    cr_expect_eq(fovea_weights_map(&weights, NULL), FOVEA_BAD_ARGUMENT);
    case_end(&c);
}

Test(runtime, empty_blob)
{
    Scratch s;
    scratch_begin(&s, "net.weights");
    cr_assert(blob_write(&s.diag, s.path, 1, NULL, 0, 0));
    size_t bytes;
    char *blob = text_read(s.arena, s.path, &bytes);
    cr_expect_eq(bytes, 64);
    cr_expect_eq(fovea_weights_verify(blob, bytes), FOVEA_OK);
    scratch_end(&s);
}

Test(runtime, blob_that_cannot_be_written)
{
    Scratch s;
    scratch_begin(&s, "net.weights");
    BlobSection section = {.bytes = kernel, .count = sizeof kernel};
    blob_layout(&section, 1);
    cr_expect_not(blob_write(&s.diag, "/dev/full", 1, &section, 1, 1));
    cr_expect_str_eq(buf_text(&s.said), "fovea: error: cannot write \"/dev/full\": No space left on device\n");
    const char *nowhere = path_join(s.arena, s.folder, "none/net.weights");
    cr_expect_not(blob_write(&s.diag, nowhere, 1, &section, 1, 1));
    cr_expect_not(blob_write(&s.diag, s.folder, 1, &section, 1, 1));
    cr_expect_eq(files_in(s.arena, s.folder, "").count, 0, "nothing is left behind");
    cr_expect_eq(s.diag.errors, 3);
    scratch_end(&s);
}
