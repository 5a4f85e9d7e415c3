/* labels.c - what the elements of outputs are called: arrays of strings at the end of PREFIX.c, for whoever wants them.
 *
 * They are outside of the interface's structs, in constants of their own, so that a program without use for them leaves
 * them out: with FOVEA_NO_LABELS, or by -fdata-sections and -Wl,--gc-sections.
 */
#include "emit/emit.h"

void emit_string(Buf *out, const char *text)
{
    buf_puts(out, "\"");
    for (const unsigned char *c = (const unsigned char *)text; *c; c++) {
        if (*c == '"' || *c == '\\')
            buf_printf(out, "\\%c", *c);
        else if (*c == '\n')
            buf_puts(out, "\\n");
        else if (*c < ' ' || (*c == '?' && c[1] == '?')) /* two of them would begin a trigraph */
            buf_printf(out, "\\%03o", *c);
        else
            buf_printf(out, "%c", *c);
    }
    buf_puts(out, "\"");
}

const char *port_labels(const Emission *emission, const Port *port)
{
    return port->label_count ? arena_printf(emission->arena, "%s_%s_labels", emission->prefix, port->name) : NULL;
}

static bool any_labels(const Emission *emission)
{
    for (uint32_t i = 0; i < emission->graph->outputs.count; i++)
        if (emission->graph->outputs.at[i].label_count)
            return true;
    return false;
}

void emit_labels_interface(const Emission *emission, Buf *out)
{
    if (!any_labels(emission))
        return;
    buf_puts(out, "#ifndef FOVEA_NO_LABELS\n");
    for (uint32_t i = 0; i < emission->graph->outputs.count; i++) {
        const Port *port = &emission->graph->outputs.at[i];
        if (!port->label_count)
            continue;
        bool batch = graph_batch(emission->graph) > 1;
        buf_printf(out, "/* What the elements of %s stand for%s. */\n", port_field(emission, port),
                   batch ? ", in each example" : "");
        buf_printf(out, "extern const char *const %s[%u];\n", port_labels(emission, port), port->label_count);
    }
    buf_puts(out, "#endif\n\n");
}

void emit_labels_text(const Emission *emission, Buf *out)
{
    if (!any_labels(emission))
        return;
    buf_puts(out, "\n#ifndef FOVEA_NO_LABELS\n");
    for (uint32_t i = 0; i < emission->graph->outputs.count; i++) {
        const Port *port = &emission->graph->outputs.at[i];
        if (!port->label_count)
            continue;
        buf_printf(out, "const char *const %s[%u] = {\n", port_labels(emission, port), port->label_count);
        for (uint32_t k = 0; k < port->label_count; k++) {
            buf_puts(out, "    ");
            emit_string(out, port->labels[k]);
            buf_puts(out, ",\n");
        }
        buf_puts(out, "};\n");
    }
    buf_puts(out, "#endif\n");
}
