/* torchvision.c - a state dict of torchvision, saved as safetensors, fits the nets of examples/zoo as it is: they load
 * exactly the tensors, with exactly the shapes, that the lists in tests/nets/torchvision hold (lists.py made them).
 */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include "tests/support/files.h"
#include "tests/support/zoo.h"

static const char FOLDER[] = "tests/nets/torchvision";

typedef struct Entry {
    const char *name, *shape; /* "64x3x7x7" */
} Entry;

typedef VEC(Entry) Entries;

static int by_name(const void *left, const void *right)
{
    return strcmp(((const Entry *)left)->name, ((const Entry *)right)->name);
}

/* ---- lists ---- */

static void add_names(Arena *arena, Entries *entries, const char *name, const char *shape);

/* a{1..3}b stands for a1b, a2b, a3b, and a{x,y}b for axb, ayb. */
static void add_braced(Arena *arena, Entries *entries, const char *name, const char *shape)
{
    const char *open = strchr(name, '{'), *close = strchr(open, '}');
    cr_assert(close, "%s is not closed", name);
    int before = (int)(open - name), first, last;
    if (sscanf(open, "{%d..%d}", &first, &last) == 2) {
        for (int i = first; i <= last; i++)
            add_names(arena, entries, arena_printf(arena, "%.*s%d%s", before, name, i, close + 1), shape);
        return;
    }
    for (const char *word = open + 1, *end; word <= close; word = end + 1) {
        end = word + strcspn(word, ",}");
        add_names(arena, entries, arena_printf(arena, "%.*s%.*s%s", before, name, (int)(end - word), word, close + 1),
                  shape);
    }
}

static void add_names(Arena *arena, Entries *entries, const char *name, const char *shape)
{
    if (strchr(name, '{'))
        add_braced(arena, entries, name, shape);
    else
        VEC_PUSH(arena, entries, (Entry){name, shape});
}

/* A list's entries, and the line that says which net they are for: NAME [name=value]... */
static Entries read_list(Arena *arena, const char *file, char **net)
{
    Entries entries = {0};
    char *text = text_read(arena, arena_printf(arena, "%s/%s", FOLDER, file), NULL);
    cr_assert(text, "%s cannot be read", file);
    *net = NULL;
    for (char *line; (line = strsep(&text, "\n"));) {
        char *word = strsep(&line, " ");
        if (!*word || *word == '#')
            continue;
        cr_assert(line, "%s: %s stands alone", file, word);
        if (strcmp(word, "net") == 0)
            *net = line;
        else
            add_names(arena, &entries, word, line);
    }
    cr_assert(*net, "%s names no net", file);
    return entries;
}

/* ---- nets ---- */

static Entries wanted_tensors(Arena *arena, const Graph *graph)
{
    Entries entries = {0};
    for (uint32_t i = 0; i < graph->constants.count; i++) {
        const Constant *constant = &graph->constants.at[i];
        if (constant->kind != CONSTANT_LOADED)
            continue;
        Buf shape = {0};
        for (int d = 0; d < constant->shape.rank; d++)
            buf_printf(&shape, "%s%lld", d ? "x" : "", (long long)constant->shape.dim[d]);
        VEC_PUSH(arena, &entries, (Entry){constant->path, arena_strdup(arena, buf_text(&shape))});
        buf_free(&shape);
    }
    return entries;
}

enum { MOST_DIFFERENCES = 10 }; /* that are named */

/* Adds a line for each difference, and gives their number. */
static int compare(Buf *report, Entries *theirs, Entries *ours)
{
    int differences = 0;
    qsort(theirs->at, theirs->count, sizeof *theirs->at, by_name);
    qsort(ours->at, ours->count, sizeof *ours->at, by_name);
    for (uint32_t i = 0, k = 0; i < theirs->count || k < ours->count;) {
        const Entry *their = i < theirs->count ? &theirs->at[i] : NULL, *our = k < ours->count ? &ours->at[k] : NULL;
        int order = !our ? -1 : !their ? 1 : by_name(their, our);
        if ((order || strcmp(our->shape, their->shape) != 0) && differences++ < MOST_DIFFERENCES) {
            if (order < 0)
                buf_printf(report, "%s is not in the net\n", their->name);
            else if (order > 0)
                buf_printf(report, "%s is only in the net\n", our->name);
            else
                buf_printf(report, "%s is %s, the net wants %s\n", our->name, their->shape, our->shape);
        }
        i += order <= 0;
        k += order >= 0;
    }
    return differences;
}

ParameterizedTestParameters(torchvision, names_and_shapes)
{
    static int rows[64];
    Arena *arena = arena_new();
    size_t count = files_in(arena, FOLDER, ".txt").count;
    arena_free(arena);
    for (int i = 0; i < (int)COUNT_OF(rows); i++)
        rows[i] = i;
    return cr_make_param_array(int, rows, count);
}

ParameterizedTest(const int *row, torchvision, names_and_shapes)
{
    Arena *arena = arena_new();
    const char *file = files_in(arena, FOLDER, ".txt").at[*row];
    char *defines;
    Entries theirs = read_list(arena, file, &defines);
    const char *name = strsep(&defines, " ");
    Zoo zoo = {0};
    Buf report = {0};
    cr_assert(zoo_read(arena, &zoo, &report), "%s", buf_text(&report));
    const ZooNet *net = zoo_find(&zoo, name);
    cr_assert(net, "%s: zoo.list has no %s", file, name);
    Diag diag;
    Graph *graph = zoo_graph(arena, &diag, net, defines);
    cr_assert(graph, "%s: %s is not read", file, name);
    Entries ours = wanted_tensors(arena, graph);
    int differences = compare(&report, &theirs, &ours);
    cr_expect_geq(theirs.count, 8, "%s lists %u tensors", file, theirs.count);
    cr_expect_eq(differences, 0, "%s: %d differences:\n%s", file, differences, buf_text(&report));
    buf_free(&report);
    arena_free(arena);
}

Test(torchvision, every_family_has_a_list)
{
    static const char *const expected[] = {"alexnet.txt",
                                           "densenet121.txt",
                                           "googlenet.txt",
                                           "mobilenet_v2.txt",
                                           "resnet101.txt",
                                           "resnet152.txt",
                                           "resnet18.txt",
                                           "resnet34.txt",
                                           "resnet50.txt",
                                           "shufflenet_v2_x0_5.txt",
                                           "shufflenet_v2_x1_0.txt",
                                           "squeezenet1_1.txt",
                                           "vgg11.txt",
                                           "vgg11_bn.txt",
                                           "vgg13.txt",
                                           "vgg13_bn.txt",
                                           "vgg16.txt",
                                           "vgg16_bn.txt",
                                           "vgg19.txt",
                                           "vgg19_bn.txt"};
    Arena *arena = arena_new();
    Paths files = files_in(arena, FOLDER, ".txt");
    cr_assert_eq(files.count, COUNT_OF(expected));
    for (uint32_t i = 0; i < files.count; i++)
        cr_expect_str_eq(files.at[i], expected[i]);
    arena_free(arena);
}
