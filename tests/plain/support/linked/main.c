/* main.c - a program that links one model: its self-test, and an answer that depends on its weights. */
#include "tiny.h"

#include <stdio.h>

int main(void)
{
    static FOVEA_ALIGNED(64) unsigned char workspace[TINY_WORKSPACE_BYTES], scratch[TINY_SELFTEST_BYTES];
    float image[TINY_INPUT_IMAGE_SIZE], scores[TINY_OUTPUT_SCORES_SIZE];
    tiny_model model;
    tiny_session session;
    tiny_inputs inputs = {image};
    tiny_outputs outputs = {scores};
    fovea_status status = tiny_open(&model, tiny_weights, sizeof tiny_weights);
    if (status == FOVEA_OK)
        status = tiny_selftest(&model, scratch, sizeof scratch);
    if (status == FOVEA_OK)
        status = tiny_session_open(&session, &model, workspace, sizeof workspace, 1);
    if (status != FOVEA_OK) {
        puts(fovea_status_text(status));
        return 1;
    }
    for (int i = 0; i < TINY_INPUT_IMAGE_SIZE; i++)
        image[i] = (float)i / TINY_INPUT_IMAGE_SIZE;
    tiny_run(&session, &inputs, &outputs);
    printf("tiny %.4f %.4f %.4f\n", (double)scores[0], (double)scores[1], (double)scores[2]);
    return 0;
}
