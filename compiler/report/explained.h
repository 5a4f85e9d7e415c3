/* explained.h - the notes of passes as a report: `--explain`.
 *
 * Notes of one pass that say the same are printed as one, with the model's line of the first:
 *
 *   affine: folds batch norms, scales and shifts into convolutions and fully connected layers
 *     did     folded into the convolution before it: 53 layers, 11,113,984 operations less
 *             bn1, layer1.0.bn1, layer1.0.bn2, layer1.0.bn3, layer1.0.downsample.1 and 48 more
 *             resnet.fov:24: -> bn1: batchnorm -> relu
 *     left    another layer reads the result of the convolution too: 1 layer
 */
#ifndef FOVEA_REPORT_EXPLAINED_H
#define FOVEA_REPORT_EXPLAINED_H

#include "pass/pass.h"

void explained_print(Buf *buf, const Explain *explain, const Diag *diag);

#endif
