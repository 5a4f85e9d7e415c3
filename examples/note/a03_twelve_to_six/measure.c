#include "measure.h"

int main(void)
{
    float image[NET_INPUT_IMAGE_SIZE], response[NET_OUTPUT_RESPONSE_SIZE], flipped[6], fully_connected[6], learnt[6];
    for (int i = 0; i < NET_INPUT_IMAGE_SIZE; i++)
        image[i] = (float)(i + 1);
    run(&(net_inputs){image}, &(net_outputs){response, flipped, fully_connected, learnt});
    figure("input values", "%d", NET_INPUT_IMAGE_SIZE);
    figure("activation values", "%d", NET_OUTPUT_RESPONSE_SIZE);
    figure_rows("response of [1 2; 3 4] to 1...12", response, 2, 3);
    figure_rows("the same, kernel turned by 180 degrees", flipped, 2, 3);
    map("gray", "Input", "The numbers 1 to 12 in three rows", image, 3, 4);
    map("count", "Response", "44 54 64, then 84 94 104", response, 2, 3);
    return 0;
}
