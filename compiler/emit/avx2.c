/* avx2.c - the target with 8-wide vectors and fused multiply-add.
 *
 * Convolutions run on channel blocks of 8: a value's 8 channels are one vector, an input value is broadcast and
 * multiplied into the vectors of 16 output maps for up to 6 pixels beside each other. 12 sums, 2 vectors of weights
 * and the broadcast take 15 of the 16 registers, with 0.67 loads a multiply-add. Every tap of every pixel is in the
 * buffer (a halo of zeros), so that nothing tests a border. What it does not cover is left to the portable texts.
 */
#include "emit/kernel.h"
#include "ops/conv.h"

enum { VECTOR = 8, FEWEST_INPUTS = 4, PIXELS_TWO = 6, PIXELS_ONE = 12 };

static ConvForm avx2_conv_form(const Graph *graph, const Node *conv, bool vector_epilogue)
{
    const ConvAttrs *attrs = conv->attrs;
    const Shape *weight = &graph_input_node(graph, conv, CONV_WEIGHT)->type.shape;
    int64_t maps = weight->dim[0], width = conv->type.shape.dim[3];
    if (attrs->groups > 1 || weight->dim[1] < FEWEST_INPUTS || maps < VECTOR || !vector_epilogue)
        return c_conv_form(graph, conv, vector_epilogue);
    bool two = (maps + VECTOR - 1) / VECTOR % 2 == 0;
    int64_t most = two ? PIXELS_TWO : PIXELS_ONE, tiles = (width + most - 1) / most;
    return (ConvForm){.activations = LAYOUT_BLOCKED,
                      .channel_block = VECTOR,
                      .maps = two ? 2 * VECTOR : VECTOR,
                      .pixels = (int32_t)((width + tiles - 1) / tiles)};
}

typedef struct BlockedConv {
    KernelText *text;
    const ConvAttrs *attrs;
    const Shape *weight, *y;
    int64_t row, plane, out_row, out_plane; /* in floats */
    int vectors;
    bool has_bias, many; /* many: more than one panel of maps */
} BlockedConv;

static void write_start(const BlockedConv *c, int64_t pixels)
{
    for (int64_t p = 0; p < pixels; p++)
        for (int v = 0; v < c->vectors; v++) {
            const char *start = !c->has_bias ? "v_zero()" : v ? "v_load(bias + 8)" : "v_load(bias)";
            buf_line(c->text->out, "v8 a%lld_%d = %s;", (long long)p, v, start);
        }
}

static void write_sum(const BlockedConv *c, int64_t pixels)
{
    Buf *out = c->text->out;
    long long inputs = c->weight->dim[1];
    buf_open(out, "for (int i = 0; i < %lld; i++)", inputs);
    if (inputs > VECTOR)
        buf_line(out, "const float *channel = x + i / 8 * %lld + i %% 8;", (long long)c->plane);
    else
        buf_line(out, "const float *channel = x + i;");
    buf_open(out, "for (int ky = 0; ky < %lld; ky++)", (long long)c->weight->dim[2]);
    buf_open(out, "for (int kx = 0; kx < %lld; kx++)", (long long)c->weight->dim[3]);
    buf_line(out, "const float *s = channel + ky * %lld + kx * %lld;", (long long)(c->row * c->attrs->dilation[0]),
             (long long)(VECTOR * c->attrs->dilation[1]));
    buf_line(out, c->vectors == 2 ? "const v8 w0 = v_load(weight), w1 = v_load(weight + 8);"
                                  : "const v8 w0 = v_load(weight);");
    for (int64_t p = 0; p < pixels; p++) {
        long long place = p * c->attrs->stride[1] * VECTOR;
        const char *at = place ? arena_printf(c->text->arena, "s + %lld", place) : "s";
        buf_line(out, "const v8 s%lld = v_broadcast(%s);", (long long)p, at);
        for (int v = 0; v < c->vectors; v++)
            buf_line(out, "a%lld_%d = v_fma(s%lld, w%d, a%lld_%d);", (long long)p, v, (long long)p, v, (long long)p, v);
    }
    buf_line(out, "weight += %d;", c->vectors * VECTOR);
    buf_close(out);
    buf_close(out);
    buf_close(out);
}

static void write_tile(const BlockedConv *c, int64_t pixels)
{
    KernelText *text = c->text;
    buf_line(text->out, "/* %lld pixels of a row, of %d maps. */", (long long)pixels, c->vectors * VECTOR);
    text_open_part(text, text->plan->target->attribute, arena_printf(text->arena, "_row%lld", (long long)pixels), "");
    write_start(c, pixels);
    write_sum(c, pixels);
    for (int v = 0; v < c->vectors; v++)
        for (int64_t p = 0; p < pixels; p++) {
            const char *sum = arena_printf(text->arena, "a%lld_%d", (long long)p, v);
            long long place = v * c->out_plane + p * VECTOR;
            const char *at = place ? arena_printf(text->arena, "y + %lld", place) : "y";
            buf_line(text->out, "v_store(%s, %s);", at, text_finished(text, sum, v ? "8" : "0", true));
        }
    buf_close(text->out);
    buf_line(text->out, "");
}

static void write_call(const BlockedConv *c, int64_t pixels, const char *column)
{
    KernelText *text = c->text;
    Buf line = {0};
    buf_printf(&line, "%s_row%lld(x + r * %lld + %s * %lld, weight", text->name, (long long)pixels,
               (long long)(c->row * c->attrs->stride[0]), column, (long long)(VECTOR * c->attrs->stride[1]));
    if (c->many)
        buf_printf(&line, " + o * %lld", (long long)(c->weight->dim[1] * c->weight->dim[2] * c->weight->dim[3]));
    for (uint32_t i = CONV_BIAS; i < text_parameter_count(text); i++)
        buf_printf(&line, ", %s%s", text_parameter(text, i), c->many && text_parameter_runs(text, i) ? " + o" : "");
    buf_puts(&line, ", y");
    if (c->many)
        buf_printf(&line, " + o / 8 * %lld", (long long)c->out_plane);
    buf_printf(&line, " + r * %lld + %s * 8);", (long long)c->out_row, column);
    line_wrapped(text->out, buf_text(&line));
    buf_free(&line);
}

static void write_rows(const BlockedConv *c)
{
    Buf *out = c->text->out;
    int64_t pixels = c->text->kernel->form.pixels, width = c->y->dim[3], full = width / pixels * pixels;
    bool rest = width > full;
    if (c->many)
        buf_open(out, "for (int o = 0; o < %lld; o += %d)", (long long)c->y->dim[1], c->vectors * VECTOR);
    buf_line(out, "for (int r = 0; r < %lld; r++)%s", (long long)c->y->dim[2], rest ? " {" : "");
    out->indent++;
    buf_line(out, "for (int c = 0; c < %lld; c += %lld)", (long long)full, (long long)pixels);
    out->indent++;
    write_call(c, pixels, "c");
    out->indent--;
    if (rest)
        write_call(c, width - full, arena_printf(c->text->arena, "%lld", (long long)full));
    out->indent--;
    if (rest)
        buf_line(out, "}");
    if (c->many)
        buf_close(out);
}

/* Floats from one row, and from one channel block, to the next. */
static void blocked_steps(const Type *type, int64_t *row, int64_t *plane)
{
    const int32_t *halo = type->layout.halo;
    *row = (type->shape.dim[3] + halo[HALO_LEFT] + halo[HALO_RIGHT]) * VECTOR;
    *plane = (type->shape.dim[2] + halo[HALO_TOP] + halo[HALO_BOTTOM]) * *row;
}

static void avx2_conv_text(KernelText *text)
{
    const Type *x = text_input(text, CONV_X), *y = text_output(text);
    BlockedConv c = {.text = text,
                     .attrs = text->leader->attrs,
                     .weight = &text_input(text, CONV_WEIGHT)->shape,
                     .y = &y->shape,
                     .vectors = text->kernel->form.maps / VECTOR,
                     .has_bias = text->leader->input_count > CONV_BIAS};
    c.many = y->shape.dim[1] > c.vectors * VECTOR;
    blocked_steps(x, &c.row, &c.plane);
    blocked_steps(y, &c.out_row, &c.out_plane);
    int64_t pixels = text->kernel->form.pixels, rest = y->shape.dim[3] % pixels;
    text_comment(text,
                 arena_printf(text->arena, "direct, %d maps x %lld pixels summed in registers, channels in blocks of 8",
                              c.vectors * VECTOR, (long long)pixels));
    text_finish(text, true);
    write_tile(&c, pixels);
    if (rest)
        write_tile(&c, rest);
    /* Without the attribute, so that no tile is inlined: its sums would share registers with the loops around it. */
    text_open_part(text, "", "", "");
    text_border(text);
    int64_t skip = (x->layout.halo[HALO_TOP] - c.attrs->pad[HALO_TOP]) * c.row +
                   (x->layout.halo[HALO_LEFT] - c.attrs->pad[HALO_LEFT]) * VECTOR;
    int64_t skip_y = y->layout.halo[HALO_TOP] * c.out_row + y->layout.halo[HALO_LEFT] * VECTOR;
    if (skip)
        buf_line(text->out, "x += %lld; /* to the first window */", (long long)skip);
    if (skip_y)
        buf_line(text->out, "y += %lld; /* past the halo */", (long long)skip_y);
    if (y->shape.dim[0] > 1) {
        int64_t blocks_x = (x->shape.dim[1] + VECTOR - 1) / VECTOR, blocks_y = (y->shape.dim[1] + VECTOR - 1) / VECTOR;
        buf_open(text->out, "for (int n = 0; n < %lld; n++, x += %lld, y += %lld)", (long long)y->shape.dim[0],
                 (long long)(blocks_x * c.plane), (long long)(blocks_y * c.out_plane));
        write_rows(&c);
        buf_close(text->out);
    } else {
        write_rows(&c);
    }
    text_close(text);
}

const Target target_avx2 = {
    .name = "avx2",
    .synopsis = "x86-64 with AVX2 and FMA",
    .cpu = "FOVEA_CPU_AVX2",
    .conv_form = avx2_conv_form,
    .conv_text = avx2_conv_text,
    .vector = "v8",
    .attribute = "FOVEA_AVX2 ",
    .words = "/* Words for 8 floats at a time. max and min are `a > b ? a : b` and `a < b ? a : b`. */\n"
             "#ifndef FOVEA_AVX2\n"
             "#include <immintrin.h>\n"
             "#define FOVEA_AVX2           __attribute__((target(\"avx2,fma\")))\n"
             "typedef __m256 v8;\n"
             "#define v_zero()             _mm256_setzero_ps()\n"
             "#define v_set(number)        _mm256_set1_ps(number)\n"
             "#define v_load(p)            _mm256_loadu_ps(p)\n"
             "#define v_broadcast(p)       _mm256_broadcast_ss(p)\n"
             "#define v_store(p, a)        _mm256_storeu_ps(p, a)\n"
             "#define v_fma(a, b, c)       _mm256_fmadd_ps(a, b, c)\n"
             "#define v_add(a, b)          _mm256_add_ps(a, b)\n"
             "#define v_sub(a, b)          _mm256_sub_ps(a, b)\n"
             "#define v_mul(a, b)          _mm256_mul_ps(a, b)\n"
             "#define v_div(a, b)          _mm256_div_ps(a, b)\n"
             "#define v_max(a, b)          _mm256_max_ps(a, b)\n"
             "#define v_min(a, b)          _mm256_min_ps(a, b)\n"
             "#define v_sqrt(a)            _mm256_sqrt_ps(a)\n"
             "#define v_neg(a)             _mm256_xor_ps(a, _mm256_set1_ps(-0.0f))\n"
             "#define v_abs(a)             _mm256_andnot_ps(_mm256_set1_ps(-0.0f), a)\n"
             "#define v_eq(a, b)           _mm256_cmp_ps(a, b, _CMP_EQ_OQ)\n"
             "#define v_ne(a, b)           _mm256_cmp_ps(a, b, _CMP_NEQ_UQ)\n"
             "#define v_lt(a, b)           _mm256_cmp_ps(a, b, _CMP_LT_OQ)\n"
             "#define v_gt(a, b)           _mm256_cmp_ps(a, b, _CMP_GT_OQ)\n"
             "#define v_le(a, b)           _mm256_cmp_ps(a, b, _CMP_LE_OQ)\n"
             "#define v_ge(a, b)           _mm256_cmp_ps(a, b, _CMP_GE_OQ)\n"
             "#define v_select(mask, a, b) _mm256_blendv_ps(b, a, mask)\n"
             "#endif\n",
};
