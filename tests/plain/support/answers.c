/* answers.c - LeNet-5 on pictures: answers WEIGHTS PICTURES, where PICTURES are floats of this machine one after the
 * other (see ../arm64.sh). One line a picture; the exit status is 0 or a fovea_status. */
#include "lenet5.h"

#include <stdio.h>

static FOVEA_ALIGNED(64) unsigned char workspace[LENET5_SELFTEST_BYTES];

int main(int count, char **arguments)
{
    static float image[LENET5_INPUT_IMAGE_SIZE];
    float logits[LENET5_OUTPUT_LOGITS_SIZE];
    lenet5_inputs inputs;
    lenet5_outputs outputs;
    fovea_weights weights;
    lenet5_model model;
    lenet5_session session;
    FILE *pictures = count == 3 ? fopen(arguments[2], "rb") : NULL;
    fovea_status status = pictures ? fovea_weights_map(&weights, arguments[1]) : FOVEA_BAD_ARGUMENT;
    if (status == FOVEA_OK)
        status = lenet5_open(&model, weights.data, weights.bytes);
    if (status == FOVEA_OK)
        status = lenet5_verify(&model);
    if (status == FOVEA_OK)
        status = lenet5_selftest(&model, workspace, sizeof workspace);
    if (status == FOVEA_OK)
        status = lenet5_session_open(&session, &model, workspace, sizeof workspace, 1);
    inputs.image = image;
    outputs.logits = logits;
    while (status == FOVEA_OK && fread(image, sizeof image, 1, pictures) == 1) {
        status = lenet5_run(&session, &inputs, &outputs);
        for (int i = 0; i < LENET5_OUTPUT_LOGITS_SIZE; i++)
            printf("%.6f%c", (double)logits[i], i + 1 < LENET5_OUTPUT_LOGITS_SIZE ? ' ' : '\n');
    }
    if (status != FOVEA_OK)
        printf("%s\n", fovea_status_text(status));
    return (int)status;
}
