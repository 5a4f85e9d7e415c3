/* window.c - arithmetic of sliding windows (see window.h).
 *
 *   o(n) = floor((n + before + after - extent) / stride) + 1,   extent = dilation * (size - 1) + 1
 *
 * Dimensions and sizes are below 2^31, other settings at most 2^20, so that nothing here overflows.
 */
#include "ops/window.h"

WindowAxis window_axis(const int64_t *size, const int64_t *stride, const int64_t *pad, const int64_t *dilation,
                       int axis)
{
    return (WindowAxis){.size = size[axis],
                        .stride = stride[axis],
                        .before = pad ? pad[axis == 0 ? HALO_TOP : HALO_LEFT] : 0,
                        .after = pad ? pad[axis == 0 ? HALO_BOTTOM : HALO_RIGHT] : 0,
                        .dilation = dilation[axis]};
}

int64_t window_extent(const WindowAxis *window)
{
    return window->dilation * (window->size - 1) + 1;
}

int64_t window_count(const WindowAxis *window, int64_t length, bool ceil)
{
    int64_t room = length + window->before + window->after - window_extent(window);
    if (room < 0)
        return 0;
    if (!ceil)
        return room / window->stride + 1;
    int64_t count = (room + window->stride - 1) / window->stride + 1;
    return (count - 1) * window->stride >= length + window->before ? count - 1 : count;
}

static bool check_setting(const Node *node, Diag *diag, const char *name, int64_t value, int64_t least, int64_t most)
{
    if (value < least)
        diag_error(diag, node->span, "%s: %s must be at least %lld, this is %lld", op_name(node->op), name,
                   (long long)least, (long long)value);
    else if (value > most)
        diag_error(diag, node->span, "%s: %s may be at most %lld, this is %lld", op_name(node->op), name,
                   (long long)most, (long long)value);
    return value >= least && value <= most;
}

static bool check_axis(const Node *node, Diag *diag, const WindowAxis *axis)
{
    return check_setting(node, diag, "size", axis->size, 1, LIMIT_DIMENSION) &&
           check_setting(node, diag, "stride", axis->stride, 1, LIMIT_WINDOW) &&
           check_setting(node, diag, "pad", axis->before, 0, LIMIT_WINDOW) &&
           check_setting(node, diag, "pad", axis->after, 0, LIMIT_WINDOW) &&
           check_setting(node, diag, "dilation", axis->dilation, 1, LIMIT_WINDOW);
}

bool window_check(const Node *node, Diag *diag, const WindowAxis axes[2])
{
    return check_axis(node, diag, &axes[0]) && check_axis(node, diag, &axes[1]);
}

bool window_output(const Node *node, Diag *diag, Arena *arena, const WindowAxis axes[2], const int64_t input[2],
                   bool ceil, int64_t output[2])
{
    if (!window_check(node, diag, axes))
        return false;
    for (int i = 0; i < 2; i++)
        output[i] = window_count(&axes[i], input[i], ceil);
    if (output[0] && output[1])
        return true;
    const char *dilated = "";
    if (axes[0].dilation > 1 || axes[1].dilation > 1)
        dilated = arena_printf(arena, " (%lldx%lld with its dilation)", (long long)window_extent(&axes[0]),
                               (long long)window_extent(&axes[1]));
    bool padded = axes[0].before || axes[0].after || axes[1].before || axes[1].after;
    int64_t height = input[0] + axes[0].before + axes[0].after, width = input[1] + axes[1].before + axes[1].after;
    diag_error(diag, node->span, "window %lldx%lld%s is larger than its %sinput %lldx%lld", (long long)axes[0].size,
               (long long)axes[1].size, dilated, padded ? "padded " : "", (long long)height, (long long)width);
    return false;
}

void window_halo(const WindowAxis axes[2], const int64_t input[2], const int64_t output[2], int32_t halo[HALO_SIDES])
{
    for (int i = 0; i < 2; i++) {
        int64_t reach = (output[i] - 1) * axes[i].stride + window_extent(&axes[i]);
        halo[i] = (int32_t)axes[i].before;
        halo[2 + i] = (int32_t)MAX(reach - axes[i].before - input[i], 0);
    }
}

/* `same`: as many windows as strides fit into the input, the odd pixel of padding at the end. */
static void same_pad(const WindowAxis *axis, int64_t length, int64_t *before, int64_t *after)
{
    int64_t windows = quotient_up(length, axis->stride);
    int64_t total = (windows - 1) * axis->stride + window_extent(axis) - length;
    *before = MAX(total, 0) / 2;
    *after = MAX(total, 0) - *before;
}

void window_pad(const OpArg *arg, const WindowAxis axes[2], const int64_t input[2], int64_t pad[HALO_SIDES])
{
    for (int i = 0; i < HALO_SIDES; i++)
        pad[i] = !arg->present || arg->word >= 0 ? 0 : arg->ints[i];
    if (!arg->present || arg->word != 0)
        return;
    same_pad(&axes[0], input[0], &pad[HALO_TOP], &pad[HALO_BOTTOM]);
    same_pad(&axes[1], input[1], &pad[HALO_LEFT], &pad[HALO_RIGHT]);
}
