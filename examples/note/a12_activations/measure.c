#include "measure.h"

enum { POINTS = 121, STEP = 10, KINDS = 7 }; /* from -6 to 6, ten a unit */

static int at(int x)
{
    return (x + 6) * STEP;
}

int main(void)
{
    static const char *const names[KINDS] = {"relu", "leaky_relu(0.1)", "elu", "softplus", "sigmoid",
                                             "tanh", "scaled_tanh"};
    float x[POINTS], y[KINDS][POINTS];
    char name[64];
    for (int i = 0; i < POINTS; i++)
        x[i] = (float)(i - POINTS / 2) / STEP;
    run(&(net_inputs){x}, &(net_outputs){.relu = y[0],
                                         .leaky_relu = y[1],
                                         .elu = y[2],
                                         .softplus = y[3],
                                         .sigmoid = y[4],
                                         .tanh = y[5],
                                         .scaled_tanh = y[6]});
    for (int k = 0; k < KINDS; k++) {
        snprintf(name, sizeof name, "%s: at -1", names[k]);
        figure(name, "%.6g", (double)y[k][at(-1)] + 0.0);
        snprintf(name, sizeof name, "%s: at 1", names[k]);
        figure(name, "%.6g", (double)y[k][at(1)]);
        snprintf(name, sizeof name, "%s: growth from 5 to 6", names[k]);
        const double growth = (double)y[k][at(6)] - (double)y[k][at(5)];
        figure(name, growth == 1 ? "%.0f" : "%.4f", growth);
    }
    puts("@plot x | f(x)\nThe activations from −3 to 3\nSeven curves that meet near 0 and part to both sides");
    for (int k = 0; k < KINDS; k++) {
        printf("series %s\n", names[k]);
        for (int i = at(-3); i <= at(3); i++)
            printf("%g %g\n", (double)x[i], (double)y[k][i]);
    }
    puts("@end");
    return 0;
}
