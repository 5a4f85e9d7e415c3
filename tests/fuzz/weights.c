/* weights.c - damaged weights of an emitted model: they are refused, or the model runs safely on what they say.
 *
 * The blob itself changes with the compiler, so an input says how to damage it: a byte of flags (below), two bytes: how
 * much is left of the blob (65535: all), then changes of four bytes each: two for a place, two that are put there
 * (exclusive or). With FLAG_RAW everything after the flags is a blob of its own.
 */
#include "fovea.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "lenet.h"
#include "tests/fuzz/support/fuzz.h"

enum {
    FLAG_RAW = 1,
    FLAG_SEAL_HEADER = 2,  /* the header gets the CRC that it then has */
    FLAG_SEAL_PAYLOAD = 4, /* so does the payload */
    FLAG_MISALIGN = 8,
    FLAG_FITTING = 16, /* the header says that the blob is as long as it is, without self-test */
    PAYLOAD_CRC = 12,
    TOTAL = 24,
    HEADER_CRC = 60,
    WHOLE = 65535,
};

typedef struct Blob {
    unsigned char *memory, *at;
    size_t size;
} Blob;

/* A place of exactly this size, so that AddressSanitizer sees what goes beyond it. */
static Blob blob_new(size_t size, size_t shift)
{
    Blob blob = {.size = size};
    void *memory;
    FUZZ_CHECK(posix_memalign(&memory, FOVEA_ALIGNMENT, shift + size + !size) == 0, "no memory");
    blob.memory = memory;
    blob.at = blob.memory + shift;
    return blob;
}

static void put_word(unsigned char *at, uint32_t word)
{
    for (int i = 0; i < 4; i++)
        at[i] = (unsigned char)(word >> 8 * i);
}

static void seal(Blob *blob, unsigned flags)
{
    if (blob->size < FOVEA_WEIGHTS_HEADER_BYTES)
        return;
    if (flags & FLAG_FITTING) {
        memset(blob->at + TOTAL, 0, 24); /* its size, and where the self-test is and ends */
        put_word(blob->at + TOTAL, (uint32_t)blob->size);
    }
    if (flags & FLAG_SEAL_PAYLOAD)
        put_word(blob->at + PAYLOAD_CRC,
                 fovea_crc32(0, blob->at + FOVEA_WEIGHTS_HEADER_BYTES, blob->size - FOVEA_WEIGHTS_HEADER_BYTES));
    if (flags & (FLAG_SEAL_HEADER | FLAG_SEAL_PAYLOAD))
        put_word(blob->at + HEADER_CRC, fovea_crc32(0, blob->at, HEADER_CRC));
}

static Blob blob_read(const uint8_t *bytes, size_t size)
{
    unsigned flags = bytes[0];
    size_t shift = flags & FLAG_MISALIGN ? 4 : 0, left = bytes[1] | (size_t)bytes[2] << 8;
    Blob blob;
    if (flags & FLAG_RAW) {
        blob = blob_new(size - 1, shift);
        memcpy(blob.at, bytes + 1, size - 1);
    } else {
        blob = blob_new(left < sizeof lenet_weights ? left : sizeof lenet_weights, shift);
        memcpy(blob.at, lenet_weights, blob.size);
        for (const uint8_t *change = bytes + 3; change + 4 <= bytes + size; change += 4) {
            size_t place = change[0] | (size_t)change[1] << 8;
            for (size_t i = 0; i < 2 && place + i < blob.size; i++)
                blob.at[place + i] ^= change[2 + i];
        }
    }
    seal(&blob, flags);
    return blob;
}

static void run(const lenet_model *model)
{
    static FOVEA_ALIGNED(64) unsigned char workspace[LENET_SELFTEST_BYTES];
    float image[LENET_INPUT_IMAGE_SIZE], logits[LENET_OUTPUT_LOGITS_SIZE];
    for (int i = 0; i < LENET_INPUT_IMAGE_SIZE; i++)
        image[i] = (float)i / LENET_INPUT_IMAGE_SIZE;
    lenet_session session;
    FUZZ_CHECK(lenet_session_open(&session, model, workspace, sizeof workspace, 1) == FOVEA_OK, "no session");
    const lenet_inputs inputs = {image};
    const lenet_outputs outputs = {logits};
    FUZZ_CHECK(lenet_run(&session, &inputs, &outputs) == FOVEA_OK, "no run");
    lenet_session_close(&session);
    lenet_selftest(model, workspace, sizeof workspace);
}

static void check_selftest(const Blob *blob)
{
    const void *selftest;
    size_t bytes;
    if (fovea_weights_selftest(blob->at, blob->size, &selftest, &bytes) != FOVEA_OK)
        return;
    const unsigned char *begin = selftest;
    FUZZ_CHECK(begin >= blob->at && bytes <= blob->size && begin + bytes <= blob->at + blob->size,
               "the self-test lies outside");
}

int fuzz_one(const uint8_t *bytes, size_t size)
{
    if (size < 3)
        return 0;
    Blob blob = blob_read(bytes, size);
    lenet_model model;
    fovea_status status = lenet_open(&model, blob.at, blob.size);
    fovea_status verified = fovea_weights_verify(blob.at, blob.size);
    bool intact = blob.size == sizeof lenet_weights && !memcmp(blob.at, lenet_weights, sizeof lenet_weights);
    FUZZ_CHECK(!intact || (verified == FOVEA_OK && (status == FOVEA_OK || bytes[0] & FLAG_MISALIGN)),
               "the model's own weights are refused: %s", fovea_status_text(status));
    FUZZ_CHECK(status != FOVEA_OK || intact || verified != FOVEA_OK ||
                   bytes[0] & (FLAG_RAW | FLAG_SEAL_HEADER | FLAG_SEAL_PAYLOAD | FLAG_FITTING),
               "damage is not noticed");
    check_selftest(&blob);
    if (status == FOVEA_OK) {
        FUZZ_CHECK(lenet_verify(&model) == verified, "two answers to whether the weights are damaged");
        run(&model);
        lenet_close(&model);
    }
    free(blob.memory);
    return 0;
}
