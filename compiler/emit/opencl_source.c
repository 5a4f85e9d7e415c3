/* opencl_source.c - PREFIX.cl: kernels in OpenCL C, and what a device launches of them.
 *
 *   static void lenet5_c1(global const float *restrict x, ..., global float *restrict y, int from, int to)
 *   ...
 *   kernel void lenet5_c1_launch(global const float *x, const uint x_at, ..., global float *y, const uint y_at)
 *   {
 *       const int me = get_group_id(0), all = get_num_groups(0);
 *       lenet5_c1(x + x_at, ..., y + y_at, LENET5_SHARE(28, 1));
 *   }
 *
 * A tensor comes as a buffer and the element where it begins there, so that steps which share a kernel launch the same
 * one, and values need no buffers of their own.
 */
#include "emit/opencl.h"
#include "emit/run.h"

/* "global const float *x, const uint x_at" for the list of parameters; "x + x_at" for the call. */
static void add_tensor(KernelText *text, Buf *head, Buf *call, const char *type, const char *name)
{
    buf_printf(head, "%s%s%s *%s, const uint %s_at", head->length ? ", " : "", text_set(text)->memory, type, name,
               name);
    buf_printf(call, "%s%s + %s_at", call->length ? ", " : "", name, name);
}

static void write_launch(KernelText *text)
{
    Buf head = {0}, call = {0};
    const Loop *shared = tiling_shared(&text->kernel->tiling);
    for (uint32_t i = 0; i < text_parameter_count(text); i++)
        if (!text_in_place(text, i))
            add_tensor(text, &head, &call,
                       arena_printf(text->arena, "const %s", element_text(text_parameter_type(text, i)->dtype)),
                       text_parameter(text, i));
    add_tensor(text, &head, &call, element_text(text_output(text)->dtype), "y");
    if (text_has_pieces(text))
        add_tensor(text, &head, &call, "float", "y2");
    if (text->kernel->scratch) {
        add_tensor(text, &head, &call, "float", "scratch");
        if (shared)
            buf_printf(&call, " + (size_t)me * %lld", (long long)(opencl_scratch(text->plan) / dtype_bytes(DT_F32)));
    }
    if (shared)
        buf_printf(&call, ", %s_SHARE(%lld, %lld)", text->macro, (long long)shared->length,
                   (long long)shared->together);
    buf_line(text->out, "__attribute__((reqd_work_group_size(1, 1, 1)))");
    line_wrapped(text->out, arena_printf(text->arena, "kernel void %s_launch(%s)", text->name, buf_text(&head)));
    buf_line(text->out, "{");
    text->out->indent++;
    if (shared)
        buf_line(text->out, "const int me = get_group_id(0), all = get_num_groups(0);");
    line_wrapped(text->out, arena_printf(text->arena, "%s(%s);", text->name, buf_text(&call)));
    text_close(text);
    buf_free(&head);
    buf_free(&call);
}

void emit_opencl_text(const Emission *emission, Buf *out)
{
    const Plan *plan = emission->plan;
    const InstructionSet *set = plan->target->sets[emission->set];
    Needs needs = {0};
    Buf kernels = {0};
    for (uint32_t i = 0; i < plan->kernels.count; i++) {
        const Kernel *kernel = &plan->kernels.at[i];
        emit_kernel(emission, &kernels, kernel, &needs);
        KernelText text = kernel_text(emission, &kernels, kernel, &needs);
        write_launch(&text);
    }
    emit_banner(emission, out, arena_printf(emission->arena, "%s.cl - kernels of a compiled net", emission->prefix));
    buf_printf(out, "#pragma OPENCL FP_CONTRACT OFF\n\n%s\n", set->words);
    emit_helpers(emission, out, &needs);
    buf_bytes(out, buf_text(&kernels), kernels.length);
    buf_free(&kernels);
}
