/* explained.h - the notes of passes as a report: `--explain`.
 *
 * Notes of one pass that say the same are printed as one, with the layers by name and block, and the model's line of
 * the first. What was done comes before what was left. A pass that says several things ends with their sum, the report
 * with the sum of all passes.
 *
 *   affine: folds batch norms, scales and shifts into convolutions and fully connected layers
 *     did     folded into the weights of what makes its input: 53 layers, 21,224,448 operations less
 *             bn1; bn1, bn2, bn3 of layer1.0 .. layer4.2 (16 blocks); downsample.1 of layer1.0 .. layer4.0 (4 blocks)
 *             resnet.fov:42: x = x -> conv1: conv(64, 7x7, stride=2, pad=3, bias=false) -> bn1: batchnorm -> relu
 *     left    others read what it scales: 1 layer
 *             ...
 *     sum     53 layers changed, 1 left: 21,224,448 operations less
 */
#ifndef FOVEA_REPORT_EXPLAINED_H
#define FOVEA_REPORT_EXPLAINED_H

#include "pass/pass.h"

void explained_print(Buf *buf, const Explain *explain, const Diag *diag);

#endif
