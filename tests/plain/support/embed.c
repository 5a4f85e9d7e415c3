/* embed.c - two models in one program, used by four threads at once (see ../embed.sh).
 *
 * Each thread has sessions of its own on models that all share, and must get the answers that one thread alone gets.
 * Rounds begin together, so that the threads meet in the same kernels and a race is near enough in time to be seen.
 * With SHARED_WORKSPACE the sessions share their memory, which is wrong: whoever looks for races has to find one.
 */
#define _POSIX_C_SOURCE 200112L

#include "inception.h"
#include "lenet.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { THREADS = 4, ROUNDS = 50, IMAGE = 12 * 12, VOLUME = 5 * 7 * 7, LOGITS = 5, INNER = 9 * 3 * 3, ANSWER = 4 };

typedef struct Models {
    lenet_model lenet;
    inception_model inception;
} Models;

typedef struct Answers {
    float logits[LOGITS], inner[INNER], answer[ANSWER];
} Answers;

typedef struct Work {
    const Models *models;
    pthread_barrier_t *together;
    Answers wanted;
    int wrong;
} Work;

#ifdef SHARED_WORKSPACE
static void *memory(size_t bytes)
{
    static FOVEA_ALIGNED(64) unsigned char shared[LENET_WORKSPACE_BYTES + INCEPTION_WORKSPACE_BYTES];
    if (bytes > sizeof shared)
        exit(3);
    return shared;
}

static void give_back(void *at)
{
    (void)at;
}
#else
static void *memory(size_t bytes)
{
    void *at = NULL;
    if (posix_memalign(&at, FOVEA_ALIGNMENT, bytes) != 0)
        exit(3);
    return at;
}

static void give_back(void *at)
{
    free(at);
}
#endif

/* Both models once on inputs that are the same every time. */
static int run_both(const Models *models, Answers *answers)
{
    float image[IMAGE], volume[VOLUME];
    lenet_session lenet;
    inception_session inception;
    void *first = memory(LENET_WORKSPACE_BYTES), *second = memory(INCEPTION_WORKSPACE_BYTES);
    lenet_inputs lenet_in = {image};
    lenet_outputs lenet_out = {answers->logits};
    inception_inputs inception_in = {volume};
    inception_outputs inception_out;
    int status, i;
    inception_out.inner = answers->inner;
    inception_out.answer = answers->answer;
    for (i = 0; i < IMAGE; i++)
        image[i] = (float)(i * 37 % 101) / 101;
    for (i = 0; i < VOLUME; i++)
        volume[i] = (float)(i * 53 % 97) / 97 - 0.5f;
    status = lenet_session_open(&lenet, &models->lenet, first, LENET_WORKSPACE_BYTES, 1) ||
             inception_session_open(&inception, &models->inception, second, INCEPTION_WORKSPACE_BYTES, 1) ||
             lenet_run(&lenet, &lenet_in, &lenet_out) || inception_run(&inception, &inception_in, &inception_out);
    lenet_session_close(&lenet);
    inception_session_close(&inception);
    give_back(first);
    give_back(second);
    return status;
}

static void *work(void *context)
{
    Work *mine = context;
    int round;
    for (round = 0; round < ROUNDS; round++) {
        Answers answers;
        pthread_barrier_wait(mine->together);
        if (run_both(mine->models, &answers) != 0 || memcmp(&answers, &mine->wanted, sizeof answers) != 0)
            mine->wrong++;
    }
    return NULL;
}

int main(int count, char **arguments)
{
    fovea_weights lenet, inception;
    Models models;
    Work works[THREADS];
    pthread_barrier_t together;
    pthread_t threads[THREADS];
    int t, wrong = 0;
    if (count != 3 || fovea_weights_map(&lenet, arguments[1]) || fovea_weights_map(&inception, arguments[2]) ||
        lenet_open(&models.lenet, lenet.data, lenet.bytes) ||
        inception_open(&models.inception, inception.data, inception.bytes)) {
        printf("cannot open the models\n");
        return 2;
    }
    if (lenet_open(&models.lenet, inception.data, inception.bytes) != FOVEA_WRONG_MODEL) {
        printf("weights of another model are taken\n");
        return 1;
    }
    lenet_open(&models.lenet, lenet.data, lenet.bytes);
    memset(works, 0, sizeof works);
    works[0].models = &models;
    works[0].together = &together;
    if (pthread_barrier_init(&together, NULL, THREADS) != 0 || run_both(&models, &works[0].wanted) != 0) {
        printf("cannot run\n");
        return 2;
    }
    for (t = 1; t < THREADS; t++)
        works[t] = works[0];
    for (t = 0; t < THREADS; t++)
        if (pthread_create(&threads[t], NULL, work, &works[t]) != 0)
            return 3;
    for (t = 0; t < THREADS; t++) {
        pthread_join(threads[t], NULL);
        wrong += works[t].wrong;
    }
    if (wrong)
        printf("%d of %d runs give another answer\n", wrong, THREADS * ROUNDS);
    lenet_close(&models.lenet);
    inception_close(&models.inception);
    fovea_weights_unmap(&lenet);
    fovea_weights_unmap(&inception);
    return wrong != 0;
}
