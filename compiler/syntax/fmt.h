/* fmt.h - canonical formatting of a model's text, for `fovea fmt`.
 *
 *   x=image->conv1:conv(6,5x5,pad=2)->relu          x = image -> conv1: conv(6, 5x5, pad=2) -> relu
 *     -> conv2:conv( 16,5x5 );   # second                     -> conv2: conv(16, 5x5); # second
 *
 * The author's line breaks stay, so do comments and single blank lines. Blanks, indentation and alignment are ours:
 * four blanks a level, "->" under the first "->" of its pipeline, columns of tables and matrices. What the author
 * has put at the same column of neighbouring lines ("->" inside lines, comments at their ends) stays at one column.
 */
#ifndef FOVEA_SYNTAX_FMT_H
#define FOVEA_SYNTAX_FMT_H

#include "syntax/ast.h"

/* Appends the formatted text to `out`. The text keeps its meaning to the token; formatting it again changes nothing.
 * False, after messages, when it has syntax errors. */
bool fmt_source(Arena *arena, Diag *diag, uint32_t source, Buf *out);

#endif
