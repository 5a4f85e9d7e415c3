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
 * one, and values need no buffers of their own. Where there are kernels for GPUs beside those for CPUs, LENET5_GPU says
 * that they are compiled.
 */
#include "emit/opencl.h"
#include "emit/run.h"
#include "plan/gpu.h"

/* "global const float *x, const uint x_at" for the list of parameters; "x + x_at" for the call. */
static void add_tensor(KernelText *text, Buf *head, Buf *call, const char *type, const char *name)
{
    buf_printf(head, "%s%s%s *%s, const uint %s_at", head->length ? ", " : "", text_set(text)->memory, type, name,
               name);
    buf_printf(call, "%s%s + %s_at", call->length ? ", " : "", name, name);
}

/* All tensors of a kernel, and where its items or groups find what is theirs. */
static void write_launch(KernelText *text, const GpuLaunch *launch)
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
    if (launch->local_floats)
        buf_puts(&call, ", tile");
    buf_line(text->out, "__attribute__((reqd_work_group_size(%lld, %lld, 1)))", (long long)launch->group[0],
             (long long)launch->group[1]);
    line_wrapped(text->out,
                 arena_printf(text->arena, "kernel void %s%s_launch(%s)", text->name, launch->part, buf_text(&head)));
    buf_line(text->out, "{");
    text->out->indent++;
    if (launch->local_floats)
        buf_line(text->out, "local float tile[%lld] __attribute__((aligned(16)));", (long long)launch->local_floats);
    if (shared)
        buf_line(text->out, "const int me = get_group_id(0), all = get_num_groups(0);");
    line_wrapped(text->out, arena_printf(text->arena, "%s%s(%s);", text->name, launch->part, buf_text(&call)));
    text_close(text);
    buf_free(&head);
    buf_free(&call);
}

int opencl_launches(const Plan *plan, const Kernel *kernel, GpuLaunch launches[MOST_LAUNCHES])
{
    if (plan->target->gpu)
        return gpu_launches(plan, kernel, launches);
    launches[0] = (GpuLaunch){.part = "", .items = {1, 1}, .group = {1, 1}};
    return 1;
}

/* The kernels of a plan behind their words and helpers. */
static void write_plan(const Emission *emission, Buf *out)
{
    const Plan *plan = emission->plan;
    Needs needs = {0};
    Buf kernels = {0};
    for (uint32_t i = 0; i < plan->kernels.count; i++) {
        const Kernel *kernel = &plan->kernels.at[i];
        GpuLaunch launches[MOST_LAUNCHES];
        const int count = opencl_launches(plan, kernel, launches);
        if (kernel->family == FAMILY_TRANSFER)
            continue;
        emit_kernel(emission, &kernels, kernel, &needs);
        KernelText text = kernel_text(emission, &kernels, kernel, &needs);
        for (int l = 0; l < count; l++)
            write_launch(&text, &launches[l]);
    }
    buf_printf(out, "%s\n", plan->target->sets[emission->set]->words);
    emit_helpers(emission, out, &needs);
    buf_bytes(out, buf_text(&kernels), kernels.length);
    buf_free(&kernels);
}

Emission opencl_beside(const Emission *emission)
{
    Emission beside = *emission;
    beside.plan = emission->plan->beside;
    beside.beside = "gpu_";
    return beside;
}

void emit_opencl_text(const Emission *emission, Buf *out)
{
    emit_banner(emission, out, arena_printf(emission->arena, "%s.cl - kernels of a compiled net", emission->prefix));
    buf_puts(out, "#pragma OPENCL FP_CONTRACT OFF\n\n");
    if (!emission->plan->beside) {
        write_plan(emission, out);
        return;
    }
    const Emission gpu = opencl_beside(emission);
    buf_printf(out, "#ifndef %s_GPU\n/* ---- for devices of CPU kind ---- */\n\n", emission->macro);
    write_plan(emission, out);
    buf_puts(out, "#else\n/* ---- for GPUs ---- */\n\n");
    write_plan(&gpu, out);
    buf_puts(out, "#endif\n");
}
