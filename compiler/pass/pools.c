/* pools.c - pooling and normalisation in the loop over rows of the kernel that makes what they read.
 *
 *   %3 = conv(%2, ...)                  %3 = conv(%2, ...)
 *   %4 = relu(%3) in %3          ->     %4 = relu(%3) in %3
 *   %5 = maxpool(%4)                    %5 = maxpool(%4) behind %3 by 8
 *
 * The convolution computes the rows that some rows of the pool need, and these follow while they are in the cache. It
 * is done where the value between them does not fit there whole (bands.c has the rules and what they weigh). No row is
 * computed twice, and any window, padding and order of both will do, which pooling in registers would not have.
 */
#include "pass/bands.h"

Graph *pass_pools(const Graph *graph, const PassContext *context)
{
    return bands_join(graph, context, false);
}
