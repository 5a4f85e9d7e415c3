/* bind.c - gives every loaded constant of a graph its numbers, from a file or from a seed (see weights.h).
 *
 * Names and shapes must be those of the net exactly; nothing is transposed or reshaped in silence. What is in the file
 * and not in the net is said once for each prefix, apart from *.num_batches_tracked, which every PyTorch net has.
 */
#include "weights/weights.h"

#include <errno.h>
#include <math.h>

#include "support/file.h"
#include "weights/safetensors.h"

enum { MOST_UNUSED = 10 }; /* prefixes that are named */

/* One binding of a graph to a file. */
typedef struct Binding {
    Graph *graph;
    Diag *diag;
    SafetensorsFile file;
    bool *used;         /* a flag for each of the file's tensors */
    bool out_of_memory; /* reported: the rest is left alone */
} Binding;

static bool is_loaded(const Constant *constant)
{
    return constant->kind == CONSTANT_LOADED;
}

/* The largest nets are known by their weights before anything else of them takes memory. */
static bool allocate(Graph *graph, Diag *diag, Constant *constant)
{
    int64_t count = shape_count(&constant->shape);
    if (!constant->data)
        constant->data = arena_try(graph->arena, (size_t)count * sizeof(float));
    if (!constant->data)
        diag_error(diag, constant->span, "no memory for the %lld numbers of %s", (long long)count, constant->path);
    return constant->data;
}

/* ---- random:SEED ---- */

static const char *after_prefix(const char *text, const char *prefix)
{
    size_t length = strlen(prefix);
    return strncmp(text, prefix, length) ? NULL : text + length;
}

/* Decimal, or hexadecimal after 0x; all of the text, within 64 bits. */
static bool parse_seed(const char *text, uint64_t *seed)
{
    const char *hexadecimal = after_prefix(text, "0x"), *digits = hexadecimal ? hexadecimal : text;
    size_t length = strspn(digits, hexadecimal ? "0123456789abcdefABCDEF" : "0123456789");
    if (length == 0 || digits[length] != '\0')
        return false;
    errno = 0;
    *seed = strtoull(digits, NULL, hexadecimal ? 16 : 10);
    return errno == 0;
}

static bool bind_random(Graph *graph, Diag *diag, const char *text, Span span)
{
    uint64_t seed;
    if (!parse_seed(text, &seed)) {
        diag_error(diag, span, "'%s' is not a seed: a whole number below 2^64, decimal or after 0x", text);
        diag_hint(diag, "--weights random:1");
        return false;
    }
    for (uint32_t i = 0; i < graph->constants.count; i++)
        if (is_loaded(&graph->constants.at[i])) {
            if (!allocate(graph, diag, &graph->constants.at[i]))
                return false;
            weights_randomise(&graph->constants.at[i], seed);
        }
    return true;
}

/* ---- a file ---- */

/* The last part of a path, "weight". */
static const char *last_part(const char *path)
{
    const char *dot = strrchr(path, '.');
    return dot ? dot + 1 : path;
}

/* How many characters two paths have in common at their beginnings and their ends. */
static size_t likeness(const char *a, const char *b)
{
    size_t front = 0, back = 0, a_length = strlen(a), b_length = strlen(b), most = MIN(a_length, b_length);
    while (front < most && a[front] == b[front])
        front++;
    while (front + back < most && a[a_length - 1 - back] == b[b_length - 1 - back])
        back++;
    return front + back;
}

/* A tensor that the missing one might be called in the file: of the same shape and kind, and wanted by nobody else. */
static const SafeTensor *find_substitute(const Binding *binding, const Constant *constant)
{
    const SafeTensor *best = NULL;
    size_t best_likeness = 0;
    for (uint32_t i = 0; i < binding->file.tensors.count; i++) {
        const SafeTensor *tensor = &binding->file.tensors.at[i];
        if (binding->used[i] || !shape_equal(&tensor->shape, &constant->shape) ||
            strcmp(last_part(tensor->name), last_part(constant->path)))
            continue;
        size_t here = likeness(tensor->name, constant->path);
        if (!best || here > best_likeness) {
            best = tensor;
            best_likeness = here;
        }
    }
    return best;
}

static void report_missing(const Binding *binding, const Constant *constant)
{
    diag_error(binding->diag, constant->span, "%s is missing in \"%s\"", constant->path, binding->file.path);
    if (binding->diag->silenced)
        return; /* a search that nobody would read */
    const SafeTensor *substitute = find_substitute(binding, constant);
    if (substitute)
        diag_hint(binding->diag, "the file has '%s'", substitute->name);
}

static void report_shape(const Binding *binding, const Constant *constant, const SafeTensor *tensor)
{
    const Shape *theirs = &tensor->shape, *ours = &constant->shape;
    Arena *arena = binding->graph->arena;
    diag_error(binding->diag, constant->span, "%s is %s in the file, the net needs %s", constant->path,
               shape_full_text(arena, theirs), shape_full_text(arena, ours));
    if (theirs->rank == 2 && ours->rank == 2 && theirs->dim[0] == ours->dim[1] && theirs->dim[1] == ours->dim[0])
        diag_hint(binding->diag, "the file has it transposed; rows are outputs, columns are inputs");
    if (constant->role == ROLE_SLOPE && shape_count(theirs) == 1)
        diag_hint(binding->diag, "one slope for all channels is prelu(shared=true)");
}

/* Numbers with which the net cannot give a sensible answer. */
static void look_for_nonsense(const Binding *binding, const Constant *constant)
{
    int64_t infinite = 0, negative = 0, count = shape_count(&constant->shape);
    for (int64_t i = 0; i < count; i++) {
        infinite += !isfinite(constant->data[i]);
        negative += constant->data[i] < 0;
    }
    const char *path = constant->path, *file = binding->file.path;
    if (infinite)
        diag_warning(binding->diag, constant->span, "%s has %lld of %lld values that are not finite in \"%s\"", path,
                     (long long)infinite, (long long)count, file);
    if (negative && constant->role == ROLE_BN_VARIANCE)
        diag_warning(binding->diag, constant->span, "%s has %lld of %lld variances below zero in \"%s\"", path,
                     (long long)negative, (long long)count, file);
}

static bool bind_constant(Binding *binding, Constant *constant)
{
    const SafeTensor *tensor = safetensors_find(&binding->file, constant->path);
    if (!tensor) {
        report_missing(binding, constant);
        return false;
    }
    if (!shape_equal(&tensor->shape, &constant->shape)) {
        report_shape(binding, constant, tensor);
        return false;
    }
    if (tensor->type == ST_OTHER) {
        diag_error(binding->diag, constant->span, "%s is %s, not a float type", constant->path, tensor->type_name);
        return false;
    }
    binding->out_of_memory = !allocate(binding->graph, binding->diag, constant);
    if (binding->out_of_memory)
        return false;
    safetensors_read(tensor, constant->data);
    file_forget(tensor->data, tensor->bytes);
    look_for_nonsense(binding, constant);
    return true;
}

/* ---- what the net does not use ---- */

static bool is_counter(const char *name)
{
    return !strcmp(last_part(name), "num_batches_tracked");
}

/* Tensors are sorted by name, so that those with a common prefix stand together. */
static void warn_unused(const Binding *binding)
{
    const SafeTensor *tensors = binding->file.tensors.at;
    uint32_t prefixes = 0, left_out = 0;
    for (uint32_t i = 0, next; i < binding->file.tensors.count; i = next) {
        size_t length = strcspn(tensors[i].name, "."), with_dot = length + (tensors[i].name[length] == '.');
        uint32_t unused = 0, last = i;
        for (next = i; next < binding->file.tensors.count; next++) {
            if (strncmp(tensors[next].name, tensors[i].name, with_dot) || (length == with_dot && next > i))
                break;
            if (!binding->used[next] && !is_counter(tensors[next].name)) {
                unused++;
                last = next;
            }
        }
        if (unused && prefixes == MOST_UNUSED)
            left_out += unused;
        else if (unused == 1)
            diag_warning(binding->diag, NOWHERE, "%s is unused, in \"%s\"", tensors[last].name, binding->file.path);
        else if (unused)
            diag_warning(binding->diag, NOWHERE, "%.*s.*: %u tensors are unused, in \"%s\"", (int)length,
                         tensors[i].name, unused, binding->file.path);
        prefixes += unused && prefixes < MOST_UNUSED;
    }
    if (left_out)
        diag_warning(binding->diag, NOWHERE, "%u more tensors are unused, in \"%s\"", left_out, binding->file.path);
}

static bool bind_file(Graph *graph, Diag *diag, const char *path, Span span)
{
    Binding binding = {.graph = graph, .diag = diag};
    Arena *arena = arena_new(); /* names and flags: gone when the numbers are copied */
    bool good = safetensors_open(&binding.file, arena, diag, path, span);
    if (good) {
        binding.used = NEW_ARRAY(arena, bool, binding.file.tensors.count);
        for (uint32_t i = 0; i < graph->constants.count; i++) {
            const Constant *constant = &graph->constants.at[i];
            const SafeTensor *tensor = is_loaded(constant) ? safetensors_find(&binding.file, constant->path) : NULL;
            if (tensor)
                binding.used[tensor - binding.file.tensors.at] = true;
        }
        for (uint32_t i = 0; i < graph->constants.count && !binding.out_of_memory; i++)
            if (is_loaded(&graph->constants.at[i]))
                good = bind_constant(&binding, &graph->constants.at[i]) && good;
        if (good)
            warn_unused(&binding);
        safetensors_close(&binding.file);
    }
    arena_free(arena);
    return good;
}

/* `bare`: of those that have no data yet. */
static const Constant *first_loaded(const Graph *graph, bool bare)
{
    for (uint32_t i = 0; i < graph->constants.count; i++)
        if (is_loaded(&graph->constants.at[i]) && !(bare && graph->constants.at[i].data))
            return &graph->constants.at[i];
    return NULL;
}

const char *weights_file(const Graph *graph, const char *spec)
{
    if (!spec && first_loaded(graph, false))
        spec = graph->weights_path;
    return spec && !after_prefix(spec, "random:") ? spec : NULL;
}

bool weights_bind(Graph *graph, Diag *diag, const char *spec)
{
    const Constant *wanted = first_loaded(graph, true); /* an imported net has all of its numbers */
    if (!spec && !wanted)
        return true; /* a file that the model names for nothing was told when it was read */
    Span span = spec ? NOWHERE : graph->weights_span;
    if (!spec)
        spec = graph->weights_path;
    if (!spec) {
        diag_error(diag, wanted->span, "the model has weights to load, but names no file");
        diag_hint(diag, "--weights FILE.safetensors, or --weights random:1");
        return false;
    }
    const char *seed = after_prefix(spec, "random:");
    return seed ? bind_random(graph, diag, seed, span) : bind_file(graph, diag, spec, span);
}
