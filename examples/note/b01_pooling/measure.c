#include "measure.h"

int main(void)
{
    float image[16], largest[4], mean[4], with_border[9], without_border[9], largest_of_all, mean_of_all;
    for (int i = 0; i < 16; i++)
        image[i] = (float)(i + 1);
    run(&(net_inputs){image}, &(net_outputs){.largest = largest,
                                             .mean = mean,
                                             .with_border = with_border,
                                             .without_border = without_border,
                                             .largest_of_all = &largest_of_all,
                                             .mean_of_all = &mean_of_all});
    figure_rows("max, 2x2", largest, 2, 2);
    figure_rows("average, 2x2", mean, 2, 2);
    figure_rows("average with zeros around", with_border, 3, 3);
    figure_rows("average without them", without_border, 3, 3);
    figure("max of all", "%g", (double)largest_of_all);
    figure("average of all", "%g", (double)mean_of_all);
    map("count", "Input", "The numbers 1 to 16 in four rows", image, 4, 4);
    map("count", "Max, 2×2", "6 8, then 14 16", largest, 2, 2);
    map("count", "Average, 2×2", "3.5 5.5, then 11.5 13.5", mean, 2, 2);
    return 0;
}
