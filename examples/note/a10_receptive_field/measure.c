#include "measure.h"

enum { SIZE = 11, PIXELS = SIZE * SIZE, STRIDES = 4 };

int main(void)
{
    float one[NET_OUTPUT_STRIDE1_SIZE], two[NET_OUTPUT_STRIDE2_SIZE], three[NET_OUTPUT_STRIDE3_SIZE],
        four[NET_OUTPUT_STRIDE4_SIZE];
    static float ways[STRIDES][PIXELS];
    for (int i = 0; i < PIXELS; i++) {
        float image[PIXELS] = {0};
        image[i] = 1;
        run(&(net_inputs){image}, &(net_outputs){.stride1 = one, .stride2 = two, .stride3 = three, .stride4 = four});
        ways[0][i] = one[0], ways[1][i] = two[0], ways[2][i] = three[0], ways[3][i] = four[0];
    }
    for (int s = 0; s < STRIDES; s++) {
        int pixels = 0, sum = 0, rows = 0, columns = 0;
        for (int i = 0; i < PIXELS; i++)
            if (ways[s][i] != 0) {
                pixels++, sum += (int)ways[s][i];
                rows = i / SIZE + 1 > rows ? i / SIZE + 1 : rows;
                columns = i % SIZE + 1 > columns ? i % SIZE + 1 : columns;
            }
        char name[64], caption[32];
        snprintf(name, sizeof name, "stride %d: pixels", s + 1);
        figure(name, "%d", pixels);
        snprintf(name, sizeof name, "stride %d: ways", s + 1);
        figure(name, "%d", sum);
        snprintf(name, sizeof name, "stride %d: extent", s + 1);
        figure(name, "%dx%d", rows, columns);
        snprintf(caption, sizeof caption, "Stride %d: %d pixels", s + 1, pixels);
        map("count", caption, "How many ways lead from each pixel to the first unit of the second layer", ways[s], SIZE,
            SIZE);
    }
    figure_rows("ways at stride 1, first row", ways[0], 1, 5);
    figure_rows("ways at stride 1, middle row", ways[0] + 2 * SIZE, 1, 5);
    return 0;
}
