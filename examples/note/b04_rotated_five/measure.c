#include "measure.h"

enum { SIZE = 16, TURNS = 4, FIVE = 7, PLACES = SIZE - FIVE + 1 };

static void turn(float image[SIZE][SIZE]) /* by 90 degrees, counter-clockwise */
{
    float turned[SIZE][SIZE];
    for (int y = 0; y < SIZE; y++)
        for (int x = 0; x < SIZE; x++)
            turned[SIZE - 1 - x][y] = image[y][x];
    memcpy(image[0], turned[0], sizeof turned);
}

int main(void)
{
    static const char *const five[] = {".......", ".#####.", ".#.....", ".####..", ".....#.", ".####..", "......."};
    float image[SIZE][SIZE] = {{0}}, pooled[PLACES][PLACES], by_kernel[TURNS][TURNS], response[TURNS];
    char name[64], caption[64];
    for (int y = 0; y < FIVE; y++)
        for (int x = 0; x < FIVE; x++)
            image[4 + y][6 + x] = five[y][x] == '#';
    int equal = 0;
    for (int t = 0; t < TURNS; t++, turn(image)) {
        run(&(net_inputs){image[0]},
            &(net_outputs){.by_kernel = by_kernel[t], .pooled = pooled[0], .response = &response[t]});
        equal += memcmp(&response[t], &response[0], sizeof response[t]) == 0;
        for (int k = 0; k < TURNS; k++) {
            snprintf(name, sizeof name, "turned by %d: kernel %d", 90 * t, 90 * k);
            figure(name, "%g", (double)by_kernel[t][k]);
        }
        snprintf(name, sizeof name, "turned by %d: largest of the four", 90 * t);
        figure(name, "%g", (double)response[t]);
        snprintf(caption, sizeof caption, "Turned by %d degrees", 90 * t);
        map("plain", caption, "The digit 5, drawn with 15 pixels", image[0], SIZE, SIZE);
        map("signed", "After channel_max", "One place stands out: that of the five", pooled[0], PLACES, PLACES);
    }
    figure("answers with the bits of the first", "%d", equal);
    return 0;
}
