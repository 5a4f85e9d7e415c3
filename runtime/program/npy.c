/* npy.c - NumPy's .npy files (see npy.h).
 *
 * A file is the magic "\x93NUMPY", two bytes of version, the header's length (two bytes in version 1, four after), the
 * header, which is a Python dictionary such as {'descr': '<f4', 'fortran_order': False, 'shape': (1, 28, 28), }, and
 * the elements.
 */
#include "npy.h"

#include <ctype.h>
#include <string.h>

enum { MAGIC_BYTES = 6, WRITTEN_HEADER = 192 };

static const struct {
    const char *name;
    int bytes;
} types[FOVEA_NPY_TYPES] = {
    [FOVEA_NPY_F4] = {"<f4", 4}, [FOVEA_NPY_F8] = {"<f8", 8}, [FOVEA_NPY_U1] = {"|u1", 1},
    [FOVEA_NPY_I4] = {"<i4", 4}, [FOVEA_NPY_I8] = {"<i8", 8},
};

bool fovea_is_npy(const unsigned char *bytes, size_t size)
{
    return size >= MAGIC_BYTES && memcmp(bytes, "\x93NUMPY", MAGIC_BYTES) == 0;
}

static uint64_t little_endian(const unsigned char *bytes, int count)
{
    uint64_t value = 0;
    for (int i = count; i-- > 0;)
        value = value << 8 | bytes[i];
    return value;
}

/* The header as text: what is left of it. */
typedef struct NpyHeader {
    const char *at, *end;
    char descr[16];
    bool has_descr, has_order, has_shape, fortran;
} NpyHeader;

static void skip_blanks(NpyHeader *header)
{
    while (header->at < header->end && isspace((unsigned char)*header->at))
        header->at++;
}

static bool take(NpyHeader *header, const char *word)
{
    skip_blanks(header);
    size_t length = strlen(word);
    if ((size_t)(header->end - header->at) < length || memcmp(header->at, word, length) != 0)
        return false;
    header->at += length;
    return true;
}

/* A quoted string into `text`; false when there is none or it is too long. */
static bool take_string(NpyHeader *header, char *text, size_t size)
{
    skip_blanks(header);
    if (header->at == header->end || (*header->at != '\'' && *header->at != '"'))
        return false;
    char quote = *header->at++;
    const char *close = memchr(header->at, quote, (size_t)(header->end - header->at));
    if (!close || (size_t)(close - header->at) >= size)
        return false;
    memcpy(text, header->at, (size_t)(close - header->at));
    text[close - header->at] = '\0';
    header->at = close + 1;
    return true;
}

static bool take_number(NpyHeader *header, int64_t *number)
{
    skip_blanks(header);
    const char *start = header->at;
    *number = 0;
    while (header->at < header->end && isdigit((unsigned char)*header->at) && *number < INT64_MAX / 10 - 1)
        *number = *number * 10 + (*header->at++ - '0');
    return header->at > start;
}

static bool take_shape(NpyHeader *header, fovea_npy *npy)
{
    if (!take(header, "("))
        return false;
    while (!take(header, ")")) {
        if (npy->rank == FOVEA_NPY_RANK || !take_number(header, &npy->dims[npy->rank++]))
            return false;
        if (!take(header, ",")) {
            return take(header, ")");
        }
    }
    return true;
}

static bool take_entry(NpyHeader *header, fovea_npy *npy)
{
    char key[16];
    if (!take_string(header, key, sizeof key) || !take(header, ":"))
        return false;
    if (strcmp(key, "descr") == 0 && !header->has_descr)
        return header->has_descr = take_string(header, header->descr, sizeof header->descr);
    if (strcmp(key, "shape") == 0 && !header->has_shape)
        return header->has_shape = take_shape(header, npy);
    if (strcmp(key, "fortran_order") == 0 && !header->has_order) {
        header->fortran = take(header, "True");
        return header->has_order = header->fortran || take(header, "False");
    }
    return false;
}

static bool parse_dictionary(NpyHeader *header, fovea_npy *npy)
{
    if (!take(header, "{"))
        return false;
    while (!take(header, "}"))
        if (!take_entry(header, npy) || (!take(header, ",") && !(header->at < header->end && *header->at == '}')))
            return false;
    return header->has_descr && header->has_order && header->has_shape;
}

static bool find_type(fovea_npy *npy, const char *descr, const char *path, fovea_fault *fault)
{
    for (int t = 0; t < FOVEA_NPY_TYPES; t++)
        if (strcmp(types[t].name, descr) == 0) {
            npy->type = (fovea_npy_type)t;
            return true;
        }
    return fovea_fail(fault, "%s holds elements of type '%s'; read are <f4, <f8, |u1, <i4 and <i8", path, descr);
}

/* The number of elements, and that the file has exactly as many. */
static bool check_size(fovea_npy *npy, size_t left, const char *path, fovea_fault *fault)
{
    uint64_t most = left / (uint64_t)types[npy->type].bytes, count = 1;
    bool fits = true;
    for (int d = 0; d < npy->rank; d++)
        if (npy->dims[d] == 0)
            return fovea_fail(fault, "%s holds no elements", path);
    for (int d = 0; fits && d < npy->rank; d++) {
        fits = (uint64_t)npy->dims[d] <= most / count;
        count *= (uint64_t)npy->dims[d];
    }
    npy->count = (int64_t)count;
    if (!fits || count * (uint64_t)types[npy->type].bytes != left)
        return fovea_fail(fault, "%s has %zu bytes of elements, which is not what its shape and type '%s' say", path,
                          left, types[npy->type].name);
    return true;
}

bool fovea_npy_parse(fovea_npy *npy, const unsigned char *bytes, size_t size, const char *path, fovea_fault *fault)
{
    *npy = (fovea_npy){0};
    int version = size > MAGIC_BYTES ? bytes[MAGIC_BYTES] : 0;
    size_t start = version == 1 ? MAGIC_BYTES + 4 : MAGIC_BYTES + 6;
    if (!fovea_is_npy(bytes, size) || version < 1 || version > 3 || size < start)
        return fovea_fail(fault, "%s is not a .npy file of version 1 to 3", path);
    uint64_t length = little_endian(bytes + MAGIC_BYTES + 2, version == 1 ? 2 : 4);
    if (length > size - start)
        return fovea_fail(fault, "%s ends inside its header", path);
    NpyHeader header = {.at = (const char *)bytes + start, .end = (const char *)bytes + start + length};
    if (!parse_dictionary(&header, npy))
        return fovea_fail(fault, "%s has a header that is not that of a .npy file", path);
    if (!find_type(npy, header.descr, path, fault))
        return false;
    if (header.fortran && npy->rank > 1)
        return fovea_fail(fault, "%s is in Fortran order; save numpy.ascontiguousarray(array)", path);
    npy->data = bytes + start + length;
    return check_size(npy, size - start - (size_t)length, path, fault);
}

double fovea_npy_at(const fovea_npy *npy, int64_t index)
{
    int bytes = types[npy->type].bytes;
    uint64_t bits = little_endian(npy->data + index * bytes, bytes);
    uint32_t low = (uint32_t)bits;
    float single;
    double value;
    switch (npy->type) {
    case FOVEA_NPY_F4:
        memcpy(&single, &low, sizeof single);
        return (double)single;
    case FOVEA_NPY_F8:
        memcpy(&value, &bits, sizeof value);
        return value;
    case FOVEA_NPY_I4:
        return (double)(int32_t)low;
    case FOVEA_NPY_I8:
        return (double)(int64_t)bits;
    default:
        return (double)bits;
    }
}

/* The header always takes the same room, so that it can be written again once the examples are counted. */
static bool write_header(fovea_npy_writer *writer, fovea_fault *fault)
{
    char header[WRITTEN_HEADER + 1];
    int length =
        snprintf(header, sizeof header, "\x93NUMPY%c%c%c%c{'descr': '<f4', 'fortran_order': False, 'shape': (%lld,", 1,
                 0, WRITTEN_HEADER - MAGIC_BYTES - 4, 0, (long long)writer->examples);
    for (int d = 0; d < writer->rank; d++)
        length += snprintf(header + length, sizeof header - (size_t)length, " %lld%s", (long long)writer->dims[d],
                           d + 1 < writer->rank ? "," : "");
    length += snprintf(header + length, sizeof header - (size_t)length, "), }");
    memset(header + length, ' ', (size_t)(WRITTEN_HEADER - length));
    header[WRITTEN_HEADER - 1] = '\n';
    if (fwrite(header, 1, WRITTEN_HEADER, writer->output.stream) != WRITTEN_HEADER)
        return fovea_output_fail(&writer->output, fault);
    return true;
}

bool fovea_npy_create(fovea_npy_writer *writer, const char *path, int rank, const int64_t *dims, fovea_fault *fault)
{
    *writer = (fovea_npy_writer){.rank = rank, .each = 1};
    for (int d = 0; d < rank; d++) {
        writer->dims[d] = dims[d];
        writer->each *= dims[d];
    }
    if (!fovea_output_open(&writer->output, path, fault))
        return false;
    if (write_header(writer, fault))
        return true;
    fovea_npy_cancel(writer);
    return false;
}

bool fovea_npy_append(fovea_npy_writer *writer, const float *example, fovea_fault *fault)
{
    const unsigned char probe[4] = {1, 0, 0, 0};
    uint32_t one;
    memcpy(&one, probe, sizeof one);
    if (one != 1)
        return fovea_fail(fault, "%s: .npy files are written on little-endian machines only", writer->output.path);
    size_t count = (size_t)writer->each;
    if (fwrite(example, sizeof *example, count, writer->output.stream) != count)
        return fovea_output_fail(&writer->output, fault);
    writer->examples++;
    return true;
}

bool fovea_npy_finish(fovea_npy_writer *writer, fovea_fault *fault)
{
    bool fine = fseek(writer->output.stream, 0, SEEK_SET) == 0 || fovea_output_fail(&writer->output, fault);
    if (fine && write_header(writer, fault))
        return fovea_output_commit(&writer->output, fault);
    fovea_npy_cancel(writer);
    return false;
}

void fovea_npy_cancel(fovea_npy_writer *writer)
{
    fovea_output_cancel(&writer->output);
}
