/* c_tiles.c - what the portable target asks for: tiles of convolutions, and all other sizes, with the reasons.
 *
 * Figures are those of clang 14 and gcc 12 on the machine of bench/RESULTS.md.
 */
#include "emit/transposed.h"
#include "ops/conv.h"

const TileSizes c_tiles = {
    /* Four vectors of 8, so that additions need not wait for each other; few outputs take a narrower panel, which is
     * not filled up as far. */
    .outputs = {8, 16, 32},

    .few_maps = 4, /* turned, 8 maps are stored faster by both compilers: LeNet takes 0.97 of the time */

    .lanes = 16,
    .rows = 4,
    .fewest_rows = 16,

    .run = 4,
    .strip = 8, /* with 16, rows of 4 KiB push each other out of an 8-way cache: 20 times slower at 1024 x 1024 */
    .fewest_strips = 4,

    .longest_row_kept = 4096,

    /* Threads meet in 0.3 microseconds, but start in 1 to 50; what another core has written comes at a tenth of the
     * speed of the own cache. LeNet-5 is a net of 40 microseconds. */
    .worth_sharing = 2000,
    .worth_threads = 100000,
};

/* The shape of the loop over maps decides everything. One inner loop over the maps, with an array a pixel, is fast with
 * both compilers at 32 maps x 4 pixels (180-205 and 96-183 GFLOP/s with AVX-512) and fair at 8 x 8 (28-99 and 29-107);
 * two-dimensional arrays, or other counts, fall to 7-15 with one of the two. bench/tiles.py measures it. */
enum { WIDE_MAPS = 32, WIDE_PIXELS = 4, NARROW_MAPS = 8, NARROW_PIXELS = 8, WORTH_WIDE = 16 };

/* With tables, vectors run over pixels. 16 pixels x 4 rows, and 8 x 7 for narrow maps, are what both compilers keep in
 * registers; with fewer rows or other widths gcc falls to a fifth. */
enum { ROW_PIXELS = 16, ROW_ROWS = 4, SHORT_PIXELS = 8, SHORT_ROWS = 7 };

static ConvForm c_connect_form(const Node *conv)
{
    int64_t height = conv->type.shape.dim[2], width = conv->type.shape.dim[3];
    bool wide = width >= ROW_PIXELS;
    return (ConvForm){.activations = LAYOUT_PLAIN,
                      .weights = LAYOUT_PLAIN,
                      .maps = 1,
                      .pixels = (int32_t)MIN(wide ? ROW_PIXELS : SHORT_PIXELS, width),
                      .rows = (int32_t)MIN(wide ? ROW_ROWS : SHORT_ROWS, height)};
}

ConvForm c_conv_form(const Graph *graph, const Node *conv, bool vector_epilogue)
{
    const ConvAttrs *attrs = conv->attrs;
    (void)graph, (void)vector_epilogue;
    if (conv->op == OP_conv_connect)
        return c_connect_form(conv);
    int64_t maps = conv->type.shape.dim[1] / attrs->groups;
    ConvForm form = {.activations = LAYOUT_PLAIN, .maps = NARROW_MAPS, .pixels = NARROW_PIXELS, .rows = 1};
    if (maps % WIDE_MAPS == 0 || (attrs->groups == 1 && maps > WORTH_WIDE)) {
        form.maps = WIDE_MAPS;
        form.pixels = WIDE_PIXELS;
    } else if (attrs->groups > 1) {
        while (maps % form.maps)
            form.maps /= 2;
    }
    bool transposed = conv->op == OP_conv_transpose;
    form.weights = transposed ? LAYOUT_TURNED : LAYOUT_PANELS;
    form.pixels = (int32_t)MIN(form.pixels, transposed ? transposed_columns(conv) : conv->type.shape.dim[3]);
    return form;
}
