#include "measure.h"

enum { POINTS = NET_INPUT_X_SIZE, DEPTH = NET_OUTPUT_BY_DEPTH_SIZE / POINTS - 1 };

static float x[POINTS], deep[DEPTH + 1][POINTS], one_layer[POINTS];

static int pieces(const float *y) /* runs of points on one straight line */
{
    int count = 1;
    for (int i = 2; i < POINTS; i++)
        count += y[i] - y[i - 1] != y[i - 1] - y[i - 2];
    return count;
}

int main(void)
{
    char name[64];
    for (int i = 0; i < POINTS; i++)
        x[i] = (float)i / (POINTS - 1);
    run(&(net_inputs){x}, &(net_outputs){.by_depth = deep[0], .by_one_layer = one_layer});
    for (int d = 1; d <= DEPTH; d++) {
        snprintf(name, sizeof name, "depth %d: pieces", d);
        figure(name, "%d", pieces(deep[d]));
    }
    figure("pieces by one layer", "%d", pieces(one_layer));
    figure("largest difference to depth 8", "%g", (double)largest_difference(one_layer, deep[DEPTH], POINTS));
    for (int d = 1; d <= DEPTH; d *= 2) {
        printf("@plot x | after %d tent%s\nDepth %d: %d pieces\nA line that goes up and down %d times\nseries\n", d,
               d > 1 ? "s" : "", d, pieces(deep[d]), 1 << (d - 1));
        for (int i = 0; i < POINTS; i += 8) /* every kink is among them */
            printf("%g %g\n", (double)x[i], (double)deep[d][i]);
        puts("@end");
    }
    return 0;
}
