#include "measure.h"

enum { RUNS = 200, CHANNELS = 8, SIZE = 7, LARGER = 9, PLACES = 3, UNITS = 16, VALUES = CHANNELS * SIZE * SIZE };

static float weights[UNITS * VALUES], features[VALUES], larger[CHANNELS][LARGER][LARGER];
static float connected[UNITS], convolved[UNITS], nine[UNITS][PLACES][PLACES], unused[UNITS];

static void window(int top, int left) /* features becomes this part of the larger picture */
{
    for (int i = 0; i < VALUES; i++)
        features[i] = larger[i / SIZE / SIZE][top + i / SIZE % SIZE][left + i % SIZE];
}

static void answer(float *by_fc, float *by_conv, float *at_nine)
{
    run(&(net_inputs){features, larger[0][0], weights},
        &(net_outputs){.fully_connected = by_fc, .convolution = by_conv, .nine_places = at_nine});
}

int main(void)
{
    static float discarded[UNITS][PLACES][PLACES];
    int equal = 0, equal_at_nine = 0;
    for (int n = 0; n < RUNS; n++) {
        any_integers(weights, UNITS * VALUES, 9);
        any_integers(larger[0][0], CHANNELS * LARGER * LARGER, 9);
        window(0, 0);
        answer(connected, convolved, nine[0][0]);
        for (int u = 0; u < UNITS; u++)
            equal += memcmp(&connected[u], &convolved[u], sizeof(float)) == 0;
        for (int place = 0; place < PLACES * PLACES; place++) {
            const int top = place / PLACES, left = place % PLACES;
            window(top, left);
            answer(connected, unused, discarded[0][0]);
            for (int u = 0; u < UNITS; u++)
                equal_at_nine += memcmp(&connected[u], &nine[u][top][left], sizeof(float)) == 0;
        }
    }
    figure("runs with random whole numbers", "%d", RUNS);
    figure("answers compared at one place", "%d", RUNS * UNITS);
    figure("of these bit-equal", "%d", equal);
    figure("answers compared at nine places", "%d", RUNS * UNITS * PLACES * PLACES);
    figure("of those bit-equal", "%d", equal_at_nine);
    return 0;
}
