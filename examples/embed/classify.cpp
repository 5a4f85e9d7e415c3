// classify.cpp - two nets in one program, used by four threads: what each of them sees in each picture.
#include "digits.h"
#include "lenet5.h"
#include <atomic>
#include <cstdio>
#include <fstream>
#include <stdexcept>
#include <thread>

template <class Session, auto open, auto close, std::size_t bytes> struct Net : Session { // one thread's: RAII
    alignas(FOVEA_ALIGNMENT) unsigned char workspace[bytes];
    template <class Model> explicit Net(const Model &model)
    {
        open(this, &model, workspace, bytes, 1) == FOVEA_OK ? void() : throw std::runtime_error("no session");
    }
    Net(const Net &) = delete;
    ~Net() { close(this); }
};
template <class T> const T *address(const T &value) { return &value; } // of what lives for one call alone

static bool read_pgm(const char *path, float *image) // 28 x 28 bytes, white on black
{
    std::string kind, size, most;
    std::ifstream file(path, std::ios::binary);
    std::getline(std::getline(std::getline(file, kind), size), most);
    for (int i = 0; i < LENET5_INPUT_IMAGE_SIZE; i++)
        image[i] = float(file.get()) / 255;
    return file && kind == "P5" && size == "28 28" && most == "255";
}

int main(int argc, char **argv)
{
    lenet5_model clothes; // models are read-only once they are open: all threads share them
    digits_model digits;
    if (lenet5_open(&clothes, lenet5_weights, sizeof lenet5_weights) != FOVEA_OK ||
        digits_open(&digits, digits_weights, sizeof digits_weights) != FOVEA_OK)
        return std::fputs("the weights are not those of these nets\n", stderr), 1;
    std::atomic<int> next{1}, failures{0};
    auto work = [&] {
        Net<lenet5_session, lenet5_session_open, lenet5_session_close, LENET5_WORKSPACE_BYTES> see_clothes(clothes);
        Net<digits_session, digits_session_open, digits_session_close, DIGITS_WORKSPACE_BYTES> see_digits(digits);
        float image[LENET5_INPUT_IMAGE_SIZE], scores[LENET5_OUTPUT_LOGITS_SIZE];
        fovea_score cloth, digit;
        for (int i; !failures && (i = next++) < argc;) {
            if (!read_pgm(argv[i], image) && (failures += std::fprintf(stderr, "cannot use %s\n", argv[i])) > 0)
                break;
            lenet5_run(&see_clothes, address(lenet5_inputs{image}), address(lenet5_outputs{scores}));
            fovea_top(scores, LENET5_OUTPUT_LOGITS_SIZE, 1, &cloth);
            digits_run(&see_digits, address(digits_inputs{image}), address(digits_outputs{scores}));
            fovea_top(scores, DIGITS_OUTPUT_LOGITS_SIZE, 1, &digit);
            std::printf("%s: %s (%.2f), %s (%.2f)\n", argv[i], lenet5_logits_labels[cloth.index], cloth.value,
                        digits_logits_labels[digit.index], digit.value);
        }
    };
    std::thread threads[] = {std::thread(work), std::thread(work), std::thread(work), std::thread(work)};
    for (std::thread &thread : threads)
        thread.join();
    return failures != 0;
}
