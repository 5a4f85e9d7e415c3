/* zoo.c - reads examples/zoo/zoo.list and the nets that it names (see zoo.h). */
#include "tests/support/zoo.h"

#include "tests/support/files.h"

static const char LIST[] = "examples/zoo/zoo.list";

/* The next word of a line, which it leaves behind; NULL at its end. */
static char *next_word(char **line)
{
    char *word;
    do
        word = strsep(line, " ");
    while (word && !*word);
    return word;
}

/* "name=value", taken apart in place. */
static bool read_define(Arena *arena, ZooNet *net, char *word)
{
    char *value = word ? strchr(word, '=') : NULL;
    if (!value)
        return false;
    *value++ = '\0';
    Define define = {.name = word, .value = value};
    VEC_PUSH(arena, &net->defines, define);
    return true;
}

static bool read_net(Arena *arena, ZooNet *net, char *line)
{
    net->name = next_word(&line);
    net->file = next_word(&line);
    for (char *word; (word = next_word(&line));)
        if (strcmp(word, "-D") != 0 || !read_define(arena, net, next_word(&line)))
            return false;
    return net->name && net->file;
}

bool zoo_read(Arena *arena, Zoo *zoo, Buf *report)
{
    char *text = text_read(arena, LIST, NULL);
    if (!text) {
        buf_printf(report, "%s cannot be read\n", LIST);
        return false;
    }
    for (char *line; (line = strsep(&text, "\n")) && (*line || text);) {
        ZooNet net = {0};
        const char *whole = arena_strdup(arena, line);
        if (!read_net(arena, &net, line) || zoo_find(zoo, net.name)) {
            buf_printf(report, "%s: '%s' is not NAME FILE [-D name=value]... with a name of its own\n", LIST, whole);
            return false;
        }
        VEC_PUSH(arena, &zoo->nets, net);
    }
    return true;
}

const ZooNet *zoo_find(const Zoo *zoo, const char *name)
{
    for (uint32_t i = 0; i < zoo->nets.count; i++)
        if (strcmp(zoo->nets.at[i].name, name) == 0)
            return &zoo->nets.at[i];
    return NULL;
}

Graph *zoo_graph(Arena *arena, Diag *diag, const ZooNet *net, const char *more)
{
    ZooNet all = {0};
    char *words = arena_strdup(arena, more ? more : "");
    for (uint32_t i = 0; i < net->defines.count; i++)
        VEC_PUSH(arena, &all.defines, net->defines.at[i]);
    for (char *word; (word = next_word(&words));)
        if (!read_define(arena, &all, word))
            BUG("'%s' is not name=value", more);
    diag_init(diag, arena);
    ElaborateOptions options = {.defines = all.defines.at, .define_count = all.defines.count};
    Graph *graph = elaborate_file(arena, diag, net->file, &options);
    diag_finish(diag);
    return graph;
}
