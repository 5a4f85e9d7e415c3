/* language.c - every block of grammar/LANGUAGE.md is run, by its kind:
 *
 *   fov            a whole model: it compiles without a word
 *   fov fragment   statements of a net with the inputs x, y: f32[8, 16, 16] and v: f32[12]; they compile
 *   fov wrong      a model that does not compile, fov warned one with warnings: an `error` block has what is said
 *   sh             a command line about the model above; it works, or an `error` block follows
 *   weights        names and shapes of the weights of the model above
 *   ebnf           the grammar: language_tables.c holds it against the parser's
 *
 * With UPDATE=1 in the environment `error` and `weights` blocks are rewritten. Weights are random.
 */
#include <criterion/criterion.h>

#include <unistd.h>

#include "elaborate/elaborate.h"
#include "tests/run/blocks.h"
#include "weights/weights.h"

enum { MOST_DEFINES = 8 };

typedef struct Model {
    const char *name, *text;
    Define defines[MOST_DEFINES];
    ElaborateOptions options;
} Model;

typedef struct Checked {
    const Graph *graph; /* NULL: it does not compile */
    uint32_t warnings;
    const char *said;
} Checked;

static Checked check(Arena *arena, const Model *model)
{
    Diag diag;
    Buf said = {0};
    diag_init(&diag, arena);
    diag.capture = &said;
    uint32_t source = diag_add_source(&diag, model->name, model->text, strlen(model->text));
    Graph *graph = elaborate_source(arena, &diag, source, &model->options);
    if (graph && !weights_bind(graph, &diag, "random:1"))
        graph = NULL;
    diag_finish(&diag);
    Checked checked = {graph, diag.warnings, arena_strdup(arena, buf_text(&said))};
    buf_free(&said);
    return checked;
}

static bool is_kind(const Block *block, const char *kind)
{
    return block && strcmp(block->kind, kind) == 0;
}

typedef struct Rewrite {
    const Block *block;
    const char *text;
} Rewrite;

typedef VEC(Rewrite) Rewrites;

/* What an `error` or `weights` block has to be; kept for rewrite_document with UPDATE=1. */
static void expect_text(Arena *arena, Rewrites *rewrites, const Block *block, const char *actual)
{
    bool same = strcmp(block->text, actual) == 0;
    if (getenv("UPDATE"))
        VEC_PUSH(arena, rewrites, (Rewrite){block, actual});
    else
        cr_expect(same, "%s:%d: differs:\n%s", block->document, block->line,
                  text_difference(arena, block->text, actual));
}

static void rewrite_document(Arena *arena, const char *document, const Rewrites *rewrites)
{
    const char *text = text_read(arena, document, NULL);
    size_t done = 0;
    Buf out = {0};
    for (uint32_t i = 0; i < rewrites->count; i++) {
        const Block *block = rewrites->at[i].block;
        buf_bytes(&out, text + done, block->offset - done);
        buf_puts(&out, rewrites->at[i].text);
        done = block->offset + strlen(block->text);
    }
    buf_puts(&out, text + done);
    cr_expect(text_write(document, buf_text(&out), out.length));
    buf_free(&out);
}

static void check_model(Arena *arena, Rewrites *rewrites, const Block *block, const Block *next)
{
    Model model = {.name = "model.fov", .text = block->text};
    if (is_kind(next, "sh")) /* its name is there */
        return;
    Checked checked = check(arena, &model);
    bool wrong = is_kind(block, "fov wrong"), warned = is_kind(block, "fov warned");
    cr_expect(!checked.graph == wrong && (wrong || (checked.warnings > 0) == warned), "%s:%d: not what it claims:\n%s",
              block->document, block->line, checked.said);
    cr_expect(is_kind(next, "error") == (wrong || warned), "%s:%d: an `error` block belongs after wrong models alone",
              block->document, block->line);
    if (is_kind(next, "error"))
        expect_text(arena, rewrites, next, checked.said);
}

static void check_fragment(Arena *arena, const Block *block)
{
    const char *end = strstr(block->text, "\nreturn ") ? "" : "return x;\n";
    const char *text = arena_printf(arena, "net fragment(x: f32[8, 16, 16], y: f32[8, 16, 16], v: f32[12]) {\n%s%s}\n",
                                    block->text, end);
    Model model = {.name = "fragment.fov", .text = text};
    Checked checked = check(arena, &model);
    cr_expect(checked.graph, "%s:%d:\n%s", block->document, block->line, checked.said);
}

/* The next word of a command line, where '...' holds blanks; NULL at its end. */
static char *next_word(Arena *arena, const char **line)
{
    const char *at = *line + strspn(*line, " ");
    Buf word = {0};
    if (!*at || *at == '\n')
        return NULL;
    for (bool quoted = false; *at && *at != '\n' && (quoted || *at != ' '); at++) {
        if (*at == '\'')
            quoted = !quoted;
        else
            buf_bytes(&word, at, 1);
    }
    *line = at;
    char *result = arena_strdup(arena, buf_text(&word));
    buf_free(&word);
    return result;
}

/* fovea show NAME.fov [-D name=value] [--net NAME] */
static void read_command(Arena *arena, const Block *block, const char *line, Model *model)
{
    const char *program = next_word(arena, &line), *command = next_word(arena, &line);
    model->name = next_word(arena, &line);
    cr_assert(model->name && !strcmp(program, "fovea") && !strcmp(command, "show"), "%s:%d: not `fovea show`",
              block->document, block->line);
    for (char *option; (option = next_word(arena, &line));) {
        char *value = next_word(arena, &line), *equals = value ? strchr(value, '=') : NULL;
        if (value && strcmp(option, "--net") == 0) {
            model->options.net = value;
        } else {
            cr_assert(!strcmp(option, "-D") && equals && model->options.define_count < MOST_DEFINES,
                      "%s:%d: what is %s?", block->document, block->line, option);
            *equals = '\0';
            model->defines[model->options.define_count++] = (Define){value, equals + 1};
        }
    }
    model->options.defines = model->defines;
}

static void check_commands(Arena *arena, Rewrites *rewrites, const Block *block, const char *text, const Block *next)
{
    const char *line = block->text;
    for (; *line; line = strchrnul(line, '\n'), line += *line != '\0') {
        Model model = {.text = text};
        read_command(arena, block, line, &model);
        Checked checked = check(arena, &model);
        bool wrong = is_kind(next, "error");
        cr_expect(wrong ? !checked.graph : checked.graph && checked.warnings == 0, "%s:%d: %.*s\n%s", block->document,
                  block->line, (int)strcspn(line, "\n"), line, checked.said);
        if (wrong)
            expect_text(arena, rewrites, next, checked.said);
    }
}

static void check_weights(Arena *arena, Rewrites *rewrites, const Block *block, const char *text)
{
    Model model = {.name = "model.fov", .text = text};
    Checked checked = check(arena, &model);
    cr_assert(checked.graph, "%s:%d: %s", block->document, block->line, checked.said);
    Buf list = {0};
    for (uint32_t i = 0; i < checked.graph->constants.count; i++) {
        const Constant *constant = &checked.graph->constants.at[i];
        if (constant->kind != CONSTANT_LOADED)
            continue;
        buf_printf(&list, "%s", constant->path);
        for (int axis = 0; axis < constant->shape.rank; axis++)
            buf_printf(&list, "%c%lld", axis ? 'x' : ' ', (long long)constant->shape.dim[axis]);
        buf_puts(&list, "\n");
    }
    expect_text(arena, rewrites, block, arena_strdup(arena, buf_text(&list)));
    buf_free(&list);
}

Test(language, examples)
{
    cr_assert(chdir("grammar") == 0);
    Arena *arena = arena_new();
    Blocks blocks = blocks_of(arena, "LANGUAGE.md");
    Rewrites rewrites = {0};
    const char *text = NULL;
    for (uint32_t i = 0; i < blocks.count; i++) {
        const Block *block = &blocks.at[i], *next = i + 1 < blocks.count ? block + 1 : NULL;
        bool model = is_kind(block, "fov") || is_kind(block, "fov wrong") || is_kind(block, "fov warned");
        if (model)
            text = block->text;
        if (model)
            check_model(arena, &rewrites, block, next);
        else if (is_kind(block, "fov fragment"))
            check_fragment(arena, block);
        else if (is_kind(block, "sh") && text)
            check_commands(arena, &rewrites, block, text, next);
        else if (is_kind(block, "weights") && text)
            check_weights(arena, &rewrites, block, text);
        else
            cr_expect(is_kind(block, "ebnf") || (is_kind(block, "error") && i > 0), "%s:%d: no test runs this block",
                      block->document, block->line);
        if (is_kind(block, "error"))
            cr_expect(i > 0 && (is_kind(block - 1, "sh") || !strncmp(block[-1].kind, "fov w", 5)),
                      "%s:%d: errors of what?", block->document, block->line);
    }
    if (rewrites.count)
        rewrite_document(arena, "LANGUAGE.md", &rewrites);
    cr_expect_geq(blocks.count, 40, "only %u blocks", blocks.count);
    arena_free(arena);
}
