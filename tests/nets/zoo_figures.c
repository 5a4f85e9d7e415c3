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
    {"alexnet", 60965224, 724406816, 195, "size=67 classes=10"},
    {"alexnet-single", 62378344, 1135256096, 195, "size=67 classes=10"},
    {"alexnet-torchvision", 61100840, 714188480, 195, "size=64 classes=10"},
    {"vgg11", 132863336, 7609090048, 150, "size=32 classes=10"},
    {"vgg13", 133047848, 11308466176, 156, "size=32 classes=10"},
    {"vgg16", 138357544, 15470264320, 212, "size=32 classes=10"},
    {"vgg19", 143667240, 19632062464, 268, "size=32 classes=10"},
    {"vgg11-bn", 132868840, 7609090048, 150, "size=32 classes=10"},
    {"vgg13-bn", 133053736, 11308466176, 156, "size=32 classes=10"},
    {"vgg16-bn", 138365992, 15470264320, 212, "size=32 classes=10"},
    {"vgg19-bn", 143678248, 19632062464, 268, "size=32 classes=10"},
    {"vgg16-c", 133638952, 11770888192, 156, "size=32 classes=10"},
    {"googlenet", 6998552, 1582671872, 715, "size=64"},
    {"googlenet-heads", 13378280, 1591044096, 715, "size=80"},
    {"googlenet-torchvision", 6624904, 1498376192, 379, "size=64"},
    {"googlenet-torchvision-heads", 13004888, 1506748416, 379, "size=128"},
    {"googlenet-torchvision-5x5", 7005832, 1582671872, 699, "size=64"},
    {"inception-naive", 97526008, 12568061056, 715, "size=48"},
    {"squeezenet", 1235496, 349151936, 207, "size=64"},
};
const int zoo_figures_count = COUNT_OF(zoo_figures);

const ZooLayer zoo_layers[] = {
    /* LeCun et al. 1998, section II.B */
    {"lenet1998", "C1", 156, 117600, 5, 1},   {"lenet1998", "S2", 12, 0, 6, 2},
    {"lenet1998", "C3", 1516, 150000, 14, 2}, {"lenet1998", "S4", 32, 0, 16, 4},
    {"lenet1998", "C5", 48120, 48000, 32, 4}, {"lenet1998", "F6", 10164, 10080, -1, -1},
};
const int zoo_layers_count = COUNT_OF(zoo_layers);
