// three.cpp - three models in one C++ program, with their weights from the assembler, an array and a file.
#include "broad.h"
#include "filed.h"
#include "tiny.h"

#include <cstdio>

static FOVEA_ALIGNED(64) unsigned char scratch[1 << 20];

// Prints a line when the model does not pass its self-test. A CPU that cannot run it is no fault of the build.
template <typename Model, typename Open, typename Test>
static bool passes(const char *name, const void *weights, size_t bytes, size_t needed, Open open, Test test)
{
    Model model;
    fovea_status status = open(&model, weights, bytes);
    if (status == FOVEA_WRONG_CPU)
        return true;
    if (status == FOVEA_OK)
        status = test(&model, scratch, needed);
    if (status != FOVEA_OK)
        std::printf("%s: %s\n", name, fovea_status_text(status));
    return status == FOVEA_OK;
}

int main(int count, char **arguments)
{
    static_assert(TINY_SELFTEST_BYTES <= sizeof scratch && BROAD_SELFTEST_BYTES <= sizeof scratch, "scratch");
    static_assert(BROAD_WEIGHTS_BYTES > TINY_WEIGHTS_BYTES + 3000, "DEFINES are passed on");
    static_assert(BROAD_BATCH == 2 && FILED_SELFTEST_BYTES <= sizeof scratch, "BATCH is passed on");
    fovea_weights file;
    if (count != 2 || fovea_weights_map(&file, arguments[1]) != FOVEA_OK) {
        std::puts("three: cannot map the weights that are its argument");
        return 1;
    }
    bool fine =
        passes<tiny_model>("tiny", tiny_weights, sizeof tiny_weights, TINY_SELFTEST_BYTES, tiny_open, tiny_selftest);
    fine &= passes<broad_model>("broad", broad_weights, sizeof broad_weights, BROAD_SELFTEST_BYTES, broad_open,
                                broad_selftest);
    fine &= passes<filed_model>("filed", file.data, file.bytes, FILED_SELFTEST_BYTES, filed_open, filed_selftest);
    if (fine)
        std::puts("three models");
    fovea_weights_unmap(&file);
    return fine ? 0 : 1;
}
