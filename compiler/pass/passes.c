/* passes.c - the passes in their order, and the driver that verifies after each. */
#include "ir/verify.h"
#include "pass/pass.h"

const Pass pass_rows[] = {
    {"views", pass_views, "first: what moves no element is a view for all that follows"},
    {"results", pass_results,
     "after views: every output of the net gets a kernel that writes it, whatever comes later"},
    {"fuse", pass_fuse, "before layout: only the last value of a fused kernel is ever stored"},
    {"layout", pass_layout, "last: stored formats and halos depend on which values are stored and who reads them"},
};
const int pass_count = (int)COUNT_OF(pass_rows);

void passes_run(Graph **graph, const Target *target)
{
    for (int i = 0; i < pass_count; i++) {
        *graph = pass_rows[i].run(*graph, target);
        const char *broken = graph_verify(*graph);
        if (broken)
            BUG("pass %s left a broken graph: %s", pass_rows[i].name, broken);
    }
}
