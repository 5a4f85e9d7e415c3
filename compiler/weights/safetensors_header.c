/* safetensors_header.c - one pass over the header of a safetensors file (see safetensors_header.h).
 *
 * A JSON parser makes a node of a hundred bytes out of two bytes of text ("0,"), recurses as deep as the text nests,
 * and hands out strings that end at the first NUL. So numbers, nesting and bytes are looked at here first. The densest
 * real header has a comma every seven bytes: "a":{"dtype":"F32","shape":[1,1,1,1,1,1],"data_offsets":[0,4]}.
 */
#include "weights/safetensors_header.h"

enum { DEEPEST = 3, BYTES_A_COMMA = 6, SPARE_COMMAS = 64 };

/* Bytes of the UTF-8 character at text[0]; 0 when there is none. Overlong forms and surrogates are none. */
static size_t character_bytes(const unsigned char *text, size_t left)
{
    static const struct {
        unsigned char mask, lead, bytes;
        uint32_t least;
    } forms[] = {{0xe0, 0xc0, 2, 0x80}, {0xf0, 0xe0, 3, 0x800}, {0xf8, 0xf0, 4, 0x10000}};
    if (text[0] < 0x80)
        return 1;
    for (size_t form = 0; form < COUNT_OF(forms); form++) {
        if ((text[0] & forms[form].mask) != forms[form].lead || forms[form].bytes > left)
            continue;
        uint32_t code = text[0] & (unsigned char)~forms[form].mask;
        for (size_t i = 1; i < forms[form].bytes; i++) {
            if ((text[i] & 0xc0) != 0x80)
                return 0;
            code = code << 6 | (text[i] & 0x3f);
        }
        bool surrogate = code >= 0xd800 && code < 0xe000;
        return code < forms[form].least || code > 0x10ffff || surrogate ? 0 : forms[form].bytes;
    }
    return 0;
}

typedef struct Scan {
    bool in_string;
    int depth;
    size_t commas;
} Scan;

/* The character inside a string at text[0]; sets how many bytes it takes. */
static const char *scan_in_string(Scan *scan, const unsigned char *text, size_t left, size_t *bytes)
{
    if (text[0] < 0x20)
        return "has a control byte in a string";
    if (text[0] == '"')
        scan->in_string = false;
    if (text[0] == '\\' && left >= 6 && !memcmp(text + 1, "u0000", 5))
        return "has a NUL in a string";
    if (text[0] == '\\' && left > 1 && text[1] < 0x80 && text[1] >= 0x20)
        *bytes = 2;
    return NULL;
}

static const char *scan_between(Scan *scan, unsigned char byte)
{
    if (byte < 0x20 && byte != '\n' && byte != '\r' && byte != '\t')
        return "has a control byte";
    scan->in_string = byte == '"';
    scan->commas += byte == ',';
    scan->depth += (byte == '{' || byte == '[') - (byte == '}' || byte == ']');
    return scan->depth > DEEPEST ? "is nested too deeply" : NULL;
}

const char *safetensors_header_fault(const char *text, size_t length, size_t *where)
{
    const unsigned char *at = (const unsigned char *)text;
    Scan scan = {0};
    size_t bytes;
    *where = 0;
    if (length == 0 || text[0] != '{')
        return "does not begin with '{'";
    for (size_t i = 0; i < length; i += bytes) {
        *where = i;
        bytes = character_bytes(at + i, length - i);
        if (!bytes)
            return "is not UTF-8";
        const char *fault =
            scan.in_string ? scan_in_string(&scan, at + i, length - i, &bytes) : scan_between(&scan, at[i]);
        if (fault)
            return fault;
        if (scan.commas > length / BYTES_A_COMMA + SPARE_COMMAS)
            return "has more numbers than tensors can use";
    }
    return NULL;
}
