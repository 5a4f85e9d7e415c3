/* blocked_transpose.c - transposed convolutions over channel blocks, by phases of their stride (transposed.h). */
#include "emit/blocked.h"
#include "emit/blocked_tile.h"
#include "emit/transposed.h"

void blocked_transpose_text(KernelText *text)
{
    const int lanes = text_set(text)->lanes;
    Transposed t = transposed_numbers(text);
    BlockedTile tile = {.text = text,
                        .block = text->kernel->form.channel_block,
                        .lanes = lanes,
                        .vectors = t.part / lanes,
                        .has_bias = text->leader->input_count > CONV_BIAS,
                        .pixels = (int)t.pixels};
    for (int p = 0; p < tile.pixels; p++)
        tile.at[p] = (TilePixel){.read = p * tile.block, .column = p * t.attrs->stride[1]};
    text_comment(text, arena_printf(text->arena,
                                    "by phases of the stride, %d maps x %s summed in registers, channels in "
                                    "blocks of %d",
                                    t.part, text_count(text, t.pixels, "pixel"), tile.block));
    text_finish(text, true);
    buf_line(text->out, "/* %s of a row, of %d maps. */", text_count(text, t.pixels, "pixel"), t.part);
    text_open_part(text, text_set(text)->tile, arena_printf(text->arena, "_row%d", tile.pixels),
                   transposed_parameters(&t));
    sums_begin(&tile, NULL);
    int loops = transposed_open_taps(&t);
    sums_add(&tile, "w");
    transposed_close_taps(&t, loops);
    sums_store(&tile);
    text_close(text);
    text_open_as(text, ""); /* as blocked_conv.c */
    text_border(text);
    transposed_body(&t);
    text_close(text);
}
