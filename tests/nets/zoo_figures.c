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
    {"lenet5", "conv1", 156, 117600, 5, 1},
    {"lenet5", "conv2", 2416, 240000, 14, 2},
    {"lenet5", "fc1", 48120, 48000, -1, -1},
    {"lenet5", "fc2", 10164, 10080, -1, -1},
    {"lenet5", "fc3", 850, 840, -1, -1},
    /* LeCun et al. 1998, section II.B; connections there are multiply-adds and biases. */
    {"lenet1998", "C1", 156, 122304 - 6 * 28 * 28, 5, 1},
    {"lenet1998", "S2", 12, 0, 6, 2},
    {"lenet1998", "C3", 1516, 151600 - 16 * 10 * 10, 14, 2},
    {"lenet1998", "S4", 32, 0, 16, 4},
    {"lenet1998", "C5", 48120, 48120 - 120, 32, 4},
    {"lenet1998", "F6", 10164, 10164 - 84, -1, -1},

    {"alexnet", "conv1", 34944, 105415200, 11, 4},
    {"alexnet", "norm1", 0, 0, 11, 4},
    {"alexnet", "pool1", 0, 0, 19, 8},
    {"alexnet", "conv2", 307456, 223948800, 51, 8},
    {"alexnet", "pool2", 0, 0, 67, 16},
    {"alexnet", "conv3", 885120, 149520384, 99, 16},
    {"alexnet", "conv4", 663936, 112140288, 131, 16},
    {"alexnet", "conv5", 442624, 74760192, 163, 16},
    {"alexnet", "pool5", 0, 0, 195, 32},
    {"alexnet", "fc6", 37752832, 37748736, -1, -1},
    {"alexnet", "fc7", 16781312, 16777216, -1, -1},
    {"alexnet", "fc8", 4097000, 4096000, -1, -1},
    {"alexnet", "conv*", 2334080, 665784864, 163, 16},
    {"alexnet", "fc*", 58631144, 58621952, -1, -1},
    {"alexnet-single", "conv2", 614656, 447897600, 51, 8},
    {"alexnet-single", "conv4", 1327488, 224280576, 131, 16},
    {"alexnet-single", "conv5", 884992, 149520384, 163, 16},
    {"alexnet-torchvision", "features.0", 23296, -1, 11, 4},
    {"alexnet-torchvision", "features.3", 307392, -1, 51, 8},
    {"alexnet-torchvision", "features.6", 663936, -1, 99, 16},
    {"alexnet-torchvision", "features.8", 884992, -1, 131, 16},
    {"alexnet-torchvision", "features.10", 590080, -1, 163, 16},
    {"alexnet-torchvision", "features.12", 0, 0, 195, 32},

    {"vgg11", "features.*", 9220480, -1, 150, 32},
    {"vgg13", "features.*", 9404992, -1, 156, 32},
    {"vgg16", "features.*", 14714688, -1, 212, 32},
    {"vgg19", "features.*", 20024384, -1, 268, 32},
    {"vgg16", "features.2", -1, -1, 5, 1},
    {"vgg16", "features.4", 0, 0, 6, 2},
    {"vgg16", "features.7", -1, -1, 14, 2},
    {"vgg16", "features.9", 0, 0, 16, 4},
    {"vgg16", "features.14", -1, -1, 40, 4},
    {"vgg16", "features.16", 0, 0, 44, 8},
    {"vgg16", "features.21", -1, -1, 92, 8},
    {"vgg16", "features.23", 0, 0, 100, 16},
    {"vgg16", "features.28", -1, -1, 196, 16},
    {"vgg16", "features.30", 0, 0, 212, 32},
    {"vgg16", "classifier.0", 102764544, 102760448, -1, -1},

    /* Weights and biases; the weights are 1024 times the paper's "params", which are rounded. */
    {"googlenet", "inception3a.*", 163328 + 368, 128049152, -1, -1},
    {"googlenet", "inception3b.*", 388096 + 640, 304267264, -1, -1},
    {"googlenet", "inception4a.*", 375552 + 624, 73608192, -1, -1},
    {"googlenet", "inception4b.*", 448512 + 648, 87908352, -1, -1},
    {"googlenet", "inception4c.*", 509440 + 664, 99850240, -1, -1},
    {"googlenet", "inception4d.*", 604672 + 704, 118515712, -1, -1},
    {"googlenet", "inception4e.*", 867328 + 1024, 169996288, -1, -1},
    {"googlenet", "inception5a.*", 1042432 + 1024, 51079168, -1, -1},
    {"googlenet", "inception5b.*", 1442816 + 1264, 70697984, -1, -1},
    {"googlenet", "inception*", 5842176 + 6960, 1103972352, 715, 32},
    {"googlenet", "fc", 1025000, 1024000, -1, -1},
    {"googlenet-heads", "head1.*", 3188840, 4169728, -1, -1},
    {"googlenet-heads", "head2.*", 3190888, 4202496, -1, -1},
    {"googlenet-torchvision-heads", "aux1.*", 3188968, 4169728, -1, -1},
    {"googlenet-torchvision-heads", "aux2.*", 3191016, 4202496, -1, -1},
    {"inception-naive", "inception3a.*", 387072 + 224, 303464448, -1, -1},
    {"inception-naive", "inception*", 92451840 + 4752, 12085441536, 715, 32},
};
const int zoo_layers_count = COUNT_OF(zoo_layers);
