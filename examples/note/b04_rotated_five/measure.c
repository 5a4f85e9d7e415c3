#include "measure.h"

enum { SIZE = 16, TURNS = 4, FIVE = 7, PLACES = SIZE - FIVE + 1 };

static void turn(float turned[SIZE][SIZE], float image[SIZE][SIZE]) /* by 90 degrees, counter-clockwise */
{
    for (int y = 0; y < SIZE; y++)
        for (int x = 0; x < SIZE; x++)
            turned[SIZE - 1 - x][y] = image[y][x];
}

int main(void)
{
    static const char *const five[] = {".......", ".#####.", ".#.....", ".####..", ".....#.", ".####..", "......."};
    float image[TURNS][SIZE][SIZE] = {{{0}}}, pooled[TURNS][PLACES][PLACES], by_kernel[TURNS][TURNS], response[TURNS];
    char name[64];
    for (int y = 0; y < FIVE; y++)
        for (int x = 0; x < FIVE; x++)
            image[0][4 + y][6 + x] = five[y][x] == '#';
    for (int t = 1; t < TURNS; t++)
        turn(image[t], image[t - 1]);
    int equal = 0;
    for (int t = 0; t < TURNS; t++) {
        run(&(net_inputs){image[t][0]},
            &(net_outputs){.by_kernel = by_kernel[t], .pooled = pooled[t][0], .response = &response[t]});
        equal += memcmp(&response[t], &response[0], sizeof response[t]) == 0;
        for (int k = 0; k < TURNS; k++) {
            snprintf(name, sizeof name, "turned by %d: kernel %d", 90 * t, 90 * k);
            figure(name, "%g", (double)by_kernel[t][k]);
        }
        snprintf(name, sizeof name, "turned by %d: largest of the four", 90 * t);
        figure(name, "%g", (double)response[t]);
        snprintf(name, sizeof name, "Turned by %d°", 90 * t);
        map("plain", name, "The digit 5, drawn with 15 pixels", image[t][0], SIZE, SIZE);
    }
    figure("answers with the bits of the first", "%d", equal);
    next_row();
    for (int t = 0; t < TURNS; t++)
        map("heat", "After channel_max", "One place stands out: that of the five", pooled[t][0], PLACES, PLACES);
    return 0;
}
