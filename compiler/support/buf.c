/* buf.c - growing text and indented code (see buf.h). */
#include "support/buf.h"

void buf_free(Buf *buf)
{
    free(buf->text);
    *buf = (Buf){0};
}

void buf_clear(Buf *buf)
{
    buf->length = 0;
    if (buf->text)
        buf->text[0] = '\0';
}

const char *buf_text(const Buf *buf)
{
    return buf->text ? buf->text : "";
}

static void reserve(Buf *buf, size_t extra)
{
    size_t wanted = buf->length + extra + 1;
    if (wanted <= buf->capacity)
        return;
    size_t capacity = MAX(wanted, buf->capacity * 2);
    char *text = realloc(buf->text, capacity);
    if (!text)
        fatal("out of memory (%zu bytes wanted)", capacity);
    buf->text = text;
    buf->capacity = capacity;
}

void buf_bytes(Buf *buf, const void *bytes, size_t count)
{
    reserve(buf, count);
    if (count)
        memcpy(buf->text + buf->length, bytes, count);
    buf->length += count;
    buf->text[buf->length] = '\0';
}

void buf_puts(Buf *buf, const char *text)
{
    buf_bytes(buf, text, strlen(text));
}

void buf_vprintf(Buf *buf, const char *format, va_list arguments)
{
    va_list again;
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, again);
    va_end(again);
    if (length < 0)
        BUG("bad format '%s'", format);
    reserve(buf, (size_t)length);
    vsnprintf(buf->text + buf->length, (size_t)length + 1, format, arguments);
    buf->length += (size_t)length;
}

void buf_printf(Buf *buf, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    buf_vprintf(buf, format, arguments);
    va_end(arguments);
}

static void indent(Buf *buf)
{
    for (int i = 0; i < buf->indent; i++)
        buf_puts(buf, "    ");
}

void buf_line(Buf *buf, const char *format, ...)
{
    if (format[0]) {
        va_list arguments;
        va_start(arguments, format);
        indent(buf);
        buf_vprintf(buf, format, arguments);
        va_end(arguments);
    }
    buf_puts(buf, "\n");
}

void buf_open(Buf *buf, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    indent(buf);
    buf_vprintf(buf, format, arguments);
    buf_puts(buf, " {\n");
    va_end(arguments);
    buf->indent++;
}

void buf_close(Buf *buf)
{
    buf->indent--;
    buf_line(buf, "}");
}
