/* classify.c - two nets in one program, used by four threads: what each of them sees in each picture. */
#include "digits.h"
#include "lenet5.h"
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

enum { THREADS = 4, PIXELS = LENET5_INPUT_IMAGE_SIZE, SCORES = LENET5_OUTPUT_LOGITS_SIZE };
static lenet5_model clothes; /* models are read-only once they are open: all threads share them */
static digits_model digits;
static char **paths;
static _Atomic int path_count, next_path = 1;

static int read_pgm(const char *path, float image[PIXELS]) /* 28 x 28 bytes, white on black */
{
    int header = 0, count = 0;
    FILE *file = fopen(path, "rb");
    if (file && fscanf(file, "P5 28 28 255%*c%n", &header) == 0 && header)
        for (int c; count < PIXELS && (c = getc(file)) != EOF; count++)
            image[count] = (float)c / 255.0f;
    return file && fclose(file) == 0 && count == PIXELS;
}

static void *work(void *unused) /* one thread: sessions and workspaces of its own, and every picture still left */
{
    FOVEA_ALIGNED(64) unsigned char memory[LENET5_WORKSPACE_BYTES], more_memory[DIGITS_WORKSPACE_BYTES];
    lenet5_session see_clothes;
    digits_session see_digits;
    float image[PIXELS], scores[SCORES];
    fovea_score cloth, digit;
    if (lenet5_session_open(&see_clothes, &clothes, memory, sizeof memory, 1) != FOVEA_OK ||
        digits_session_open(&see_digits, &digits, more_memory, sizeof more_memory, 1) != FOVEA_OK)
        exit(fputs("a session cannot be opened\n", stderr) >= 0);
    for (int i; (i = next_path++) < path_count;) {
        if (!read_pgm(paths[i], image))
            exit(fprintf(stderr, "cannot use %s\n", paths[i]) > 0);
        lenet5_run(&see_clothes, &(lenet5_inputs){image}, &(lenet5_outputs){scores});
        fovea_top(scores, SCORES, 1, &cloth);
        digits_run(&see_digits, &(digits_inputs){image}, &(digits_outputs){scores});
        fovea_top(scores, SCORES, 1, &digit);
        printf("%s: %s (%.2f), %s (%.2f)\n", paths[i], lenet5_logits_labels[cloth.index], cloth.value,
               digits_logits_labels[digit.index], digit.value);
    }
    return unused;
}

int main(int argc, char **argv)
{
    pthread_t threads[THREADS];
    paths = argv, path_count = argc;
    if (lenet5_open(&clothes, lenet5_weights, sizeof lenet5_weights) != FOVEA_OK ||
        digits_open(&digits, digits_weights, sizeof digits_weights) != FOVEA_OK)
        return fputs("the weights are not those of these nets\n", stderr), 1;
    for (int t = 0; t < THREADS; t++)
        pthread_create(&threads[t], NULL, work, NULL);
    for (int t = 0; t < THREADS; t++)
        pthread_join(threads[t], NULL);
    return 0;
}
