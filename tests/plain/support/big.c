/* big.c - a net with large weights, linked in or mapped (see ../big.sh): opened, verified, tested, run. Prints its
 * answer; the exit status is 0 or a fovea_status. */
#include "big.h"

#include <stdio.h>

static FOVEA_ALIGNED(64) unsigned char workspace[BIG_SELFTEST_BYTES];

int main(int count, char **arguments)
{
    static float image[BIG_INPUT_IMAGE_SIZE];
    float y[BIG_OUTPUT_Y_SIZE];
    const big_inputs inputs = {image};
    const big_outputs outputs = {y};
    big_model model;
    big_session session;
    for (int i = 0; i < BIG_INPUT_IMAGE_SIZE; i++)
        image[i] = (float)(i * 37 % 101) / 101;
#ifdef MAPPED
    fovea_weights weights;
    fovea_status status = count == 2 ? fovea_weights_map(&weights, arguments[1]) : FOVEA_BAD_ARGUMENT;
    if (status == FOVEA_OK)
        status = big_open(&model, weights.data, weights.bytes);
#else
    (void)arguments;
    fovea_status status = count == 1 ? big_open(&model, big_weights, sizeof big_weights) : FOVEA_BAD_ARGUMENT;
#endif
    if (status == FOVEA_OK)
        status = big_verify(&model);
    if (status == FOVEA_OK)
        status = big_selftest(&model, workspace, sizeof workspace);
    if (status == FOVEA_OK)
        status = big_session_open(&session, &model, workspace, sizeof workspace, 1);
    if (status == FOVEA_OK)
        status = big_run(&session, &inputs, &outputs);
    for (int i = 0; status == FOVEA_OK && i < BIG_OUTPUT_Y_SIZE; i++)
        printf("%.9g\n", (double)y[i]);
    if (status != FOVEA_OK)
        printf("%s\n", fovea_status_text(status));
    return (int)status;
}
