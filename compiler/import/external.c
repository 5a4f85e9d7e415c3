/* external.c - numbers of tensors that stand in files of their own, beside the model (ONNX's external data). */
#include "import/model.h"
#include "support/file.h"

#include <errno.h>

static bool external_wrong(Import *import, const Onnx__TensorProto *tensor, const char *why)
{
    return import_wrong(import, "tensor '%s': its external data %s", tensor->name ? tensor->name : "", why);
}

static const char *entry_of(const Onnx__TensorProto *tensor, const char *key)
{
    for (size_t i = 0; i < tensor->n_external_data; i++)
        if (tensor->external_data[i]->key && strcmp(tensor->external_data[i]->key, key) == 0)
            return tensor->external_data[i]->value;
    return NULL;
}

/* A number of bytes; `fallback` where there is no such entry. */
static bool bytes_of(Import *import, const Onnx__TensorProto *tensor, const char *key, size_t fallback, size_t *bytes)
{
    const char *text = entry_of(tensor, key);
    char *end = NULL;
    *bytes = fallback;
    if (!text || !text[0])
        return true;
    errno = 0;
    const long long number = strtoll(text, &end, 10);
    *bytes = (size_t)number;
    return (!*end && !errno && number >= 0) ||
           external_wrong(import, tensor, arena_printf(import->arena, "have the %s '%s'", key, text));
}

/* A file in the model's folder or below it: no other file is read because a model says so. */
static bool stays_below(const char *location)
{
    if (!location || !location[0] || location[0] == '/' || strchr(location, '\\'))
        return false;
    for (const char *part = location; part; part = strchr(part, '/')) {
        part += *part == '/';
        if (strncmp(part, "..", 2) == 0 && (part[2] == '/' || !part[2]))
            return false;
    }
    return true;
}

bool import_external(Import *import, const Onnx__TensorProto *tensor, ProtobufCBinaryData *data)
{
    Arena *arena = import->arena;
    const char *location = entry_of(tensor, "location");
    size_t offset, length;
    FileMapping file;
    if (!stays_below(location))
        return external_wrong(import, tensor, "have to be in a file beside the model");
    const char *path = path_join(arena, path_directory(arena, import->path), location);
    if (!file_map(&file, import->diag, path, NOWHERE))
        return false;
    diag_note_file(import->diag, path);
    bool fine = bytes_of(import, tensor, "offset", 0, &offset) &&
                bytes_of(import, tensor, "length", file.count - MIN(offset, file.count), &length);
    if (fine && (offset > file.count || length > file.count - offset))
        fine = external_wrong(import, tensor, arena_printf(arena, "go beyond the end of %s", location));
    if (fine) {
        *data = (ProtobufCBinaryData){length, arena_alloc(arena, length + 1)};
        memcpy(data->data, (const char *)file.bytes + offset, length);
    }
    file_unmap(&file);
    return fine;
}
