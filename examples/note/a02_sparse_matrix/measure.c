#include "measure.h"

enum { PIXELS = 12, UNITS = 6 };

int main(void)
{
    float by_kernel[UNITS], by_matrix[UNITS], found[UNITS][PIXELS], given[UNITS][PIXELS], worst = 0;
    for (int i = 0; i < PIXELS; i++) { /* one bright pixel shows one column of the matrix */
        float image[PIXELS] = {0};
        image[i] = 1;
        run(&(net_inputs){image}, &(net_outputs){by_kernel, by_matrix});
        for (int j = 0; j < UNITS; j++)
            found[j][i] = by_kernel[j], given[j][i] = by_matrix[j];
    }
    int other_than_0 = 0, different = 0, wrong = 0, seen[10] = {0};
    for (int j = 0; j < UNITS; j++)
        for (int i = 0; i < PIXELS; i++) {
            const int value = (int)found[j][i];
            other_than_0 += value != 0;
            different += value != 0 && !seen[value]++;
            wrong += found[j][i] != given[j][i];
        }
    for (int n = 0; n < 1000; n++) {
        float image[PIXELS];
        any_integers(image, PIXELS, 9);
        run(&(net_inputs){image}, &(net_outputs){by_kernel, by_matrix});
        worst = fmaxf(worst, largest_difference(by_kernel, by_matrix, UNITS));
    }
    figure("entries of W", "%d", UNITS * PIXELS);
    figure("entries that are not 0", "%d", other_than_0);
    figure("different numbers among them", "%d", different);
    figure("entries that differ from the matrix in the program", "%d", wrong);
    figure("largest difference between W·x and the convolution, 1000 pictures", "%g", (double)worst);
    map("count", "The convolution's matrix W: a row an output, a column a pixel",
        "Six rows and twelve columns; each row holds 1 2 . . 3 4, one or two places further right than the row above",
        found[0], UNITS, PIXELS);
    return 0;
}
