/* buf.h - a growing text, and a writer of indented code on top of it.
 *
 *   Buf b = {0};
 *   buf_open(&b, "for (int i = 0; i < %d; i++)", n);      // for (...) {
 *   buf_line(&b, "y[i] = %s;", text);                     //     y[i] = ...;
 *   buf_close(&b);                                        // }
 *   ... b.text, b.length ...  buf_free(&b);
 */
#ifndef FOVEA_SUPPORT_BUF_H
#define FOVEA_SUPPORT_BUF_H

#include "support/base.h"

typedef struct Buf {
    char *text; /* NUL-terminated once anything was written; NULL before */
    size_t length, capacity;
    int indent; /* levels of four blanks, used by buf_line, buf_open, buf_close */
} Buf;

void buf_free(Buf *buf);
void buf_clear(Buf *buf);             /* keeps the memory */
const char *buf_text(const Buf *buf); /* never NULL */
void buf_bytes(Buf *buf, const void *bytes, size_t count);
void buf_puts(Buf *buf, const char *text);
void buf_printf(Buf *buf, const char *format, ...) PRINTF_LIKE(2, 3);
void buf_vprintf(Buf *buf, const char *format, va_list arguments) PRINTF_LIKE(2, 0);

/* One line at the current indentation; an empty text gives an empty line without blanks. */
void buf_line(Buf *buf, const char *format, ...) PRINTF_LIKE(2, 3);
/* The line, " {", and one level deeper; buf_close leaves the level with "}". */
void buf_open(Buf *buf, const char *format, ...) PRINTF_LIKE(2, 3);
void buf_close(Buf *buf);

#endif
