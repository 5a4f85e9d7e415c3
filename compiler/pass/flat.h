/* flat.h - vectors that are flattened pictures, where those who read them take the pictures as they stand in blocks. */
#ifndef FOVEA_PASS_FLAT_H
#define FOVEA_PASS_FLAT_H

#include "pass/blocks.h"

/*   %6 = maxpool(%5)         in blocks of 16 channels, which they fill
 *   %7 = flatten(%6)         would need a copy
 *   %8 = fc(%7, %2, %3)      reads %6 with its weights in the order of the blocks instead
 *
 * For each node the value that is read instead of it; NODE_NONE where that cannot be: channels do not fill their
 * blocks, a halo stands around them, weights are not known, or others read the vector too. `stored` is of each value.
 */
NodeId *flat_pictures(const Blocks *blocks, const Layout *stored);

#endif
