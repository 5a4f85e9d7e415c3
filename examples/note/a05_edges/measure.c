#include "measure.h"

enum { SIZE = 8, ROWS = 8, COLUMNS = 7 };

int main(void)
{
    float image[SIZE][SIZE] = {{0}}, response[ROWS * COLUMNS], sum = 0;
    for (int y = 2; y <= 5; y++)
        for (int x = 2; x <= 5; x++)
            image[y][x] = 1;
    run(&(net_inputs){image[0]}, &(net_outputs){response});
    int bright_to_dark = 0, dark_to_bright = 0, same = 0;
    for (int i = 0; i < ROWS * COLUMNS; i++) {
        const float value = response[i];
        bright_to_dark += value == 1;
        dark_to_bright += value == -1;
        same += value == 0;
        sum += value;
    }
    figure_rows("row through the square", response + 3 * COLUMNS, 1, COLUMNS);
    figure("pixels at +1, the right side", "%d", bright_to_dark);
    figure("pixels at -1, the left side", "%d", dark_to_bright);
    figure("pixels at 0", "%d", same);
    figure("sum of all", "%g", (double)sum);
    map("gray", "A bright square", "A square of ones in the middle of zeros", image[0], SIZE, SIZE);
    map("signed", "Response of [1 −1]", "A column of -1 at the square's left side, a column of +1 at its right side",
        response, ROWS, COLUMNS);
    next_row();
    return 0;
}
