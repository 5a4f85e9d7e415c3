/* zoo_figures.c - the figures of every net in zoo.list, and of single layers (see zoo_figures.h).
 *
 * They were counted apart from Fovea, from the tables in the papers, and agree with all that the papers and torchvision
 * print of them. A multiply-add is one of a convolution or fully connected layer; biases are parameters, and gamma and
 * beta of batch normalisation, but not its running statistics.
 */
#include "tests/nets/zoo_figures.h"

#include "support/base.h"

const ZooFigures zoo_figures[] = {
    {"lenet5", 61706, 416520, 16, ""},
    {"lenet1998", 60000, 326520, 32, ""},
};
const int zoo_figures_count = COUNT_OF(zoo_figures);

const ZooLayer zoo_layers[] = {
    /* LeCun et al. 1998, section II.B */
    {"lenet1998", "C1", 156, 117600, 5, 1},   {"lenet1998", "S2", 12, 0, 6, 2},
    {"lenet1998", "C3", 1516, 150000, 14, 2}, {"lenet1998", "S4", 32, 0, 16, 4},
    {"lenet1998", "C5", 48120, 48000, 32, 4}, {"lenet1998", "F6", 10164, 10080, -1, -1},
};
const int zoo_layers_count = COUNT_OF(zoo_layers);
