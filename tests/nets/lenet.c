/* lenet.c - LeNet-5 with trained weights on real pictures: the answers of a net that we know, on every target.
 *
 * Fashion-MNIST comes from Debian's dataset-fashion-mnist. Handwritten digits, and weights that are not among the
 * examples, are looked for in the folder FOVEA_MATERIAL. What is not there is skipped, and said.
 */
#include <criterion/criterion.h>

#include <math.h>
#include <unistd.h>

#include "pass/pass.h"
#include "tests/support/dataset.h"
#include "tests/support/emitted.h"
#include "tests/support/model.h"
#include "tests/support/models.h"
#include "tests/support/sample.h"
#include "tests/support/targets.h"

static const char FASHION[] = "/usr/share/datasets/fashion-mnist";

enum { PIXELS = 28 * 28, CLASSES = 10, COMPARED = 1000, ALL = 10000, SOME = 1000 };

typedef struct Subject {
    Arena *arena;
    Diag diag;
    Graph *graph;
    Dataset pictures;
    Emitted *emitted;
    EmittedSession *session;
} Subject;

/* Skips the test when pictures, weights or CPU are missing; fails it when something that is there does not work. */
static Subject subject_open(const char *target, const char *folder, const char *weights)
{
    Subject subject = {.arena = arena_new()};
    if (!folder || !dataset_read(&subject.pictures, subject.arena, folder, "t10k"))
        cr_skip_test("no pictures in %s", folder ? folder : "FOVEA_MATERIAL");
    if (!weights || access(weights, R_OK) != 0)
        cr_skip_test("no weights %s", weights ? weights : "in FOVEA_MATERIAL");
    subject.emitted = emitted_new(target);
    if (!subject.emitted)
        cr_skip_test("%s target %s", target_missing(target), target);
    subject.graph = model_read(subject.arena, &subject.diag, "lenet5.fov", lenet5, weights);
    cr_assert(subject.graph, "the model is not read with %s", weights);
    int model = emitted_add(subject.emitted, &subject.diag, subject.graph);
    cr_assert(model >= 0 && emitted_compile(subject.emitted), "nothing is emitted");
    subject.session = emitted_session(subject.emitted, model, 1);
    cr_assert(subject.session, "the model is not opened");
    cr_assert(subject.pictures.height * subject.pictures.width == PIXELS, "pictures are not 28x28");
    return subject;
}

static void subject_close(Subject *subject)
{
    emitted_free(subject->emitted);
    arena_free(subject->arena);
}

static void run_picture(EmittedSession *session, const Dataset *pictures, uint32_t index, float logits[CLASSES])
{
    float image[PIXELS];
    for (int p = 0; p < PIXELS; p++)
        image[p] = (float)pictures->pixels[(size_t)index * PIXELS + (size_t)p] / 255;
    int status = emitted_session_run(session, (const void *const[]){image}, (void *const[]){logits});
    cr_assert_eq(status, 0, "run gives status %d", status);
}

static int answer(EmittedSession *session, const Dataset *pictures, uint32_t index)
{
    float logits[CLASSES];
    int best = 0;
    run_picture(session, pictures, index, logits);
    for (int c = 1; c < CLASSES; c++)
        best = logits[c] > logits[best] ? c : best;
    return best;
}

/* How many pictures a target answers: kernels for GPUs take their time on a CPU. */
static uint32_t pictures_for(const char *target)
{
    return strcmp(target, OPENCL_GPU) == 0 && !sample_is_whole() ? SOME : ALL;
}

/* Percent that are right of all pictures, and of the first of them. */
typedef struct Accuracy {
    double of_all, of_some;
} Accuracy;

static void check_accuracy(const Subject *subject, const char *target, Accuracy expected)
{
    uint32_t right = 0, count = pictures_for(target);
    cr_assert_eq(subject->pictures.count, ALL);
    for (uint32_t i = 0; i < count; i++)
        right += answer(subject->session, &subject->pictures, i) == subject->pictures.labels[i];
    double percent = 100.0 * right / count, middle = count == ALL ? expected.of_all : expected.of_some;
    double least = middle - 0.1, most = middle + 0.1;
    cr_expect(percent >= least && percent <= most, "%.2f %% right, expected %.1f to %.1f", percent, least, most);
}

/* Each answer within 1e-5 of the largest of the reference's, and the same bits when the workspace held NaN before. */
static void check_reference(const Subject *subject)
{
    Tensor image = tensor_new(&graph_node(subject->graph, subject->graph->inputs.at[0].node)->type.shape), expected;
    double worst = 0;
    for (uint32_t i = 0; i < COMPARED; i++) {
        float logits[CLASSES], again[CLASSES];
        double largest = 0, difference = 0;
        for (int p = 0; p < PIXELS; p++)
            image.at[p] = (double)((float)subject->pictures.pixels[(size_t)i * PIXELS + (size_t)p] / 255);
        eval_graph(subject->graph, &image, &expected, NULL, NULL);
        run_picture(subject->session, &subject->pictures, i, logits);
        emitted_session_spoil(subject->session);
        run_picture(subject->session, &subject->pictures, i, again);
        cr_assert_arr_eq(logits, again, sizeof logits, "picture %u depends on what the workspace held", i);
        for (int c = 0; c < CLASSES; c++) {
            largest = fmax(largest, fabs(expected.at[c]));
            difference = fmax(difference, fabs(expected.at[c] - (double)logits[c]));
        }
        worst = fmax(worst, difference / largest);
        tensor_free(&expected);
    }
    tensor_free(&image);
    cr_expect(worst <= 1e-5, "off by %.3g of the largest output", worst);
}

/* NULL when they are nowhere. */
static const char *find_weights(Arena *arena, const char *name)
{
    const char *path = arena_printf(arena, "examples/lenet5/%s", name), *folder = material_folder(arena, "nets/lenet5");
    if (access(path, R_OK) != 0)
        path = folder ? arena_printf(arena, "%s/%s", folder, name) : NULL;
    return path;
}

static void check_fashion(const char *target)
{
    Arena *arena = arena_new();
    Subject subject = subject_open(target, FASHION, find_weights(arena, "lenet5_fashion.safetensors"));
    check_reference(&subject);
    check_accuracy(&subject, target, (Accuracy){91.40, 91.40});
    subject_close(&subject);
    arena_free(arena);
}

static void check_digits(const char *target)
{
    Arena *arena = arena_new();
    const char *pictures = material_folder(arena, "datasets/mnist");
    Subject subject = subject_open(target, pictures, find_weights(arena, "lenet5_mnist.safetensors"));
    check_accuracy(&subject, target, (Accuracy){99.10, 98.70});
    subject_close(&subject);
    arena_free(arena);
}

/* Fully connected layers with weights of 16 bits: three answers of 10,000 may change. */
static void check_weights_of_16_bits(const char *target)
{
    static const DType kinds[] = {DT_F16, DT_BF16};
    enum { MOST_CHANGED = 3 };
    Arena *arena = arena_new();
    Subject subject = subject_open(target, FASHION, find_weights(arena, "lenet5_fashion.safetensors"));
    cr_assert_eq(subject.pictures.count, ALL);
    for (size_t k = 0; k < COUNT_OF(kinds); k++) {
        Emitted *emitted = emitted_new(target);
        Graph *graph = subject.graph;
        Target row;
        cr_assert(target_tested(target, &row));
        passes_run(&graph, &(PassOptions){.target = &row, .weights_as = kinds[k]});
        int model = emitted_add_optimised(emitted, &subject.diag, subject.graph, graph);
        cr_assert(model >= 0 && emitted_compile(emitted), "nothing is emitted");
        EmittedSession *session = emitted_session(emitted, model, 1);
        cr_assert(session, "the model is not opened");
        uint32_t changed = 0;
        for (uint32_t i = 0; i < pictures_for(target); i++)
            changed += answer(session, &subject.pictures, i) != answer(subject.session, &subject.pictures, i);
        cr_expect(changed <= MOST_CHANGED, "%s changes %u answers", dtype_name(kinds[k]), changed);
        emitted_free(emitted);
    }
    subject_close(&subject);
    arena_free(arena);
}

TEST_EACH_TARGET(lenet, fashion, check_fashion)

Test(lenet, fashion_auto)
{
    check_fashion("auto");
}

TEST_EACH_TARGET(lenet, weights_of_16_bits, check_weights_of_16_bits)

TEST_EACH_TARGET(lenet, digits, check_digits)
