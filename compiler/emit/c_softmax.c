/* c_softmax.c - pooling across channels and softmax in plain C. */
#include "emit/gpu.h"
#include "ops/softmax.h"
#include "plan/gpu_fold.h"

void c_channel_pool_text(KernelText *text)
{
    text_reduction(text, text->leader->op == OP_channel_avg ? FOLD_MEAN : FOLD_LARGER);
}

/* The same by a group of items for each sum. */
static void write_groups(KernelText *text, const Nest *nest, long long step_x, long long step_y)
{
    const GpuFold fold = gpu_fold_sizes(text->graph, text->kernel);
    const char *loop = arena_printf(text->arena, "for (int a = part; a < %lld; a += %lld)", (long long)fold.run,
                                    (long long)fold.parts);
    ItemAxis axes[NEST_AXES];
    Buf *out = text->out;
    for (int axis = 0; axis < nest->rank; axis++)
        axes[axis] = (ItemAxis){nest_name(axis), nest->dim[axis]};
    gpu_open(text, "", USES_X | USES_Y | USES_TILE);
    text_border(text);
    buf_line(out, "const int item = get_local_id(0), part = item;");
    if (nest->rank)
        buf_line(out, "const int result = get_group_id(0);");
    item_places(text, "result", axes, nest->rank);
    nest_begin(text, nest, 1, arena_printf(text->arena, "%ss = %s", text_reads(text), text_parameter(text, 0)));
    nest_begin(text, nest, 0, arena_printf(text->arena, "%sd = y", text_writes(text)));
    buf_line(out, "float largest = -INFINITY, sum = 0.0f;");
    buf_line(out, "%s", loop);
    buf_line(out, "    largest = %s_larger(s[a * %lld], largest);", text->prefix, step_x);
    buf_line(out, "tile[item] = largest;");
    gpu_join(text, fold.parts,
             arena_printf(text->arena, "tile[item] = %s_larger(tile[item + pairs], tile[item]);", text->prefix));
    buf_line(out, "barrier(CLK_LOCAL_MEM_FENCE);");
    buf_line(out, "largest = tile[0];");
    buf_line(out, "barrier(CLK_LOCAL_MEM_FENCE);");
    buf_open(out, "%s", loop);
    buf_line(out, "d[a * %lld] = expf(s[a * %lld] - largest);", step_y, step_x);
    buf_line(out, "sum += d[a * %lld];", step_y);
    buf_close(out);
    buf_line(out, "tile[item] = sum;");
    gpu_join(text, fold.parts, "tile[item] += tile[item + pairs];");
    buf_line(out, "barrier(CLK_LOCAL_MEM_FENCE);");
    buf_line(out, "sum = tile[0];");
    buf_line(out, "%s", loop);
    buf_line(out, "    d[a * %lld] /= sum;", step_y);
    text_close(text);
}

void c_softmax_text(KernelText *text)
{
    const SoftmaxAttrs *attrs = text->leader->attrs;
    int axis = (int)attrs->axis;
    long long count = text_output(text)->shape.dim[axis];
    Nest nest = kernel_nest(text->graph, text->kernel);
    long long step_x = access_of(text_input(text, 0)).stride[axis], step_y = access_of(text_output(text)).stride[axis];
    text_comment(text, "the largest is subtracted first, so that nothing overflows");
    text->needs->larger = text->needs->math = true;
    if (text->plan->target->gpu && gpu_folds(text->graph, text->kernel)) {
        write_groups(text, &nest, step_x, step_y);
        return;
    }
    text_open(text);
    text_border(text);
    nest_blocks_open(text, &nest);
    nest_begin(text, &nest, 1, arena_printf(text->arena, "%ss = %s", text_reads(text), text_parameter(text, 0)));
    nest_begin(text, &nest, 0, arena_printf(text->arena, "%sd = y", text_writes(text)));
    buf_line(text->out, "float largest = -INFINITY, sum = 0.0f;");
    buf_line(text->out, "for (int a = 0; a < %lld; a++)", count);
    buf_line(text->out, "    largest = %s_larger(s[a * %lld], largest);", text->prefix, step_x);
    buf_open(text->out, "for (int a = 0; a < %lld; a++)", count);
    buf_line(text->out, "d[a * %lld] = expf(s[a * %lld] - largest);", step_y, step_x);
    buf_line(text->out, "sum += d[a * %lld];", step_y);
    buf_close(text->out);
    buf_line(text->out, "for (int a = 0; a < %lld; a++)", count);
    buf_line(text->out, "    d[a * %lld] /= sum;", step_y);
    nest_blocks_close(text, &nest);
    text_close(text);
}
