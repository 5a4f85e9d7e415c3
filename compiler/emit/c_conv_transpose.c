/* c_conv_transpose.c - transposed convolution in plain C: tiles like those of c_conv.c, phases as in transposed.h. */
#include "emit/conv_tile.h"
#include "emit/transposed.h"

void c_conv_transpose_text(KernelText *text)
{
    Transposed t = transposed_numbers(text);
    ConvTile tile = {.text = text,
                     .block = t.block,
                     .maps = t.maps,
                     .in_step = 1,
                     .out_step = t.attrs->stride[1],
                     .out_plane = t.out_plane,
                     .has_bias = text->leader->input_count > CONV_BIAS,
                     .partial = t.maps > t.block && t.maps % t.block != 0};
    t.last_argument = tile_last_argument(&tile);
    text_comment(text, arena_printf(text->arena, "by phases of the stride, %s x %s summed in registers",
                                    text_count(text, t.block, "map"), text_count(text, t.pixels, "pixel")));
    text_finish(text, false);
    tile_open(&tile, t.pixels, transposed_parameters(&t));
    tile_start(&tile, t.pixels);
    int loops = transposed_open_taps(&t);
    tile_add(&tile, t.pixels, "w");
    transposed_close_taps(&t, loops);
    tile_store(&tile, t.pixels);
    text_close(text);
    text_open(text);
    text_border(text);
    transposed_body(&t);
    text_close(text);
}
