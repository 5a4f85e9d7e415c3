#include "measure.h"

enum { RUNS = 100, VALUES = NET_INPUT_X_SIZE };

int main(void)
{
    float x[VALUES], residual[VALUES], plain[VALUES];
    int same = 0, zero = 0;
    for (int n = 0; n < RUNS; n++) {
        for (int i = 0; i < VALUES; i++)
            x[i] = any_integer(1000000) / 3.0f;
        run(&(net_inputs){x}, &(net_outputs){.residual = residual, .plain = plain});
        for (int i = 0; i < VALUES; i++) {
            same += memcmp(&residual[i], &x[i], sizeof x[i]) == 0;
            zero += plain[i] == 0;
        }
    }
    figure("runs with random numbers", "%d", RUNS);
    figure("values", "%d", RUNS * VALUES);
    figure("residual, values with the bits of the input", "%d", same);
    figure("plain, values that are 0", "%d", zero);
    return 0;
}
