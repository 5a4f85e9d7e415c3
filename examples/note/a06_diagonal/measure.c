#include "measure.h"

static const struct patch {
    const char *name;
    const char pixels[10]; /* three rows of three */
} patches[] = {
    {"flat", "#########"},           {"line \\", "#...#...#"},
    {"line /", "..#.#.#.."},         {"line —", "...###..."},
    {"line |", ".#..#..#."},         {"corner above \\", "###.##..#"},
    {"corner above /", "#####.#.."}, {"right two columns", ".##.##.##"},
};

static float rounded(float value) /* without -0.0000 */
{
    return fabsf(value) < 1e-6f ? 0 : value;
}

int main(void)
{
    for (size_t p = 0; p < sizeof patches / sizeof *patches; p++) {
        float image[9], response, zero_mean;
        char name[64], caption[64];
        for (int i = 0; i < 9; i++)
            image[i] = patches[p].pixels[i] == '#';
        run(&(net_inputs){image}, &(net_outputs){&response, &zero_mean});
        snprintf(name, sizeof name, "%s: kernel", patches[p].name);
        figure(name, "%.1f", (double)rounded(response));
        snprintf(name, sizeof name, "%s: zero-mean", patches[p].name);
        figure(name, "%.4f", (double)rounded(zero_mean));
        snprintf(caption, sizeof caption, "%.1f", (double)rounded(response));
        map("plain", caption, patches[p].name, image, 3, 3);
    }
    return 0;
}
