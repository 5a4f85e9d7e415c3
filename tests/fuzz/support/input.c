/* input.c - a file as the input of nets of several shapes (see input.h). */
#include "tests/fuzz/support/input.h"

#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/support/fuzz.h"

enum { MOST_READ = 4 }; /* examples of one file */

static const fovea_port ports[] = {
    {.name = "grey", .rank = 3, .dims = {1, 4, 4}},
    {.name = "bytes", .rank = 3, .dims = {3, 5, 7}, .is_u8 = 1, .bgr = 1, .resize = 9},
    {.name = "numbers", .rank = 1, .dims = {3}},
    {.name = "one", .rank = 0},
};

void fuzz_check_fault(bool fine, const fovea_fault *fault)
{
    size_t length = strlen(fault->text);
    FUZZ_CHECK(fine == (length == 0), "%s, and said: %s", fine ? "accepted" : "refused", fault->text);
    for (size_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)fault->text[i];
        FUZZ_CHECK(byte >= 0x20 && byte != 0x7F, "the message has byte %d: %s", byte, fault->text);
    }
}

static void read_examples(const fovea_input *input)
{
    size_t bytes = fovea_port_bytes(input->port);
    void *into = malloc(bytes);
    FUZZ_CHECK(into, "no memory");
    for (int64_t i = 0; i < input->count; i = i < MOST_READ || i == input->count - 1 ? i + 1 : input->count - 1) {
        fovea_fault fault = {""};
        fuzz_check_fault(fovea_input_get(input, i, into, &fault), &fault);
    }
    free(into);
}

void fuzz_inputs(const uint8_t *bytes, size_t size)
{
    file_add("file", bytes, size);
    for (size_t i = 0; i < sizeof ports / sizeof *ports; i++) {
        fovea_fault fault = {""};
        fovea_input input;
        bool fine = fovea_input_open(&input, "file", &ports[i], &fault);
        fuzz_check_fault(fine, &fault);
        if (!fine)
            continue;
        FUZZ_CHECK(input.count > 0, "%lld examples", (long long)input.count);
        read_examples(&input);
        fovea_input_close(&input);
    }
    files_clear();
}
