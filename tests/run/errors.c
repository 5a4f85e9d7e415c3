/* errors.c - wrong models and the exact words about them.
 *
 * tests/errors/NAME.fov is read as the compiler would with the options in NAME.args, and what is said must be
 * NAME.err to the byte. Files that models import or load stand in folders below. The options are words, one quoted
 * with '...' may hold blanks: -D name=value, --net NAME, --batch N, --weights SPEC. Each case runs in a process of its
 * own, so that a crash or an endless loop is a failure of that case and is named.
 */
#include <criterion/criterion.h>

#include <ctype.h>
#include <unistd.h>

#include "elaborate/elaborate.h"
#include "support/file.h"
#include "tests/support/files.h"
#include "tests/support/process.h"
#include "weights/weights.h"

enum { SECONDS_A_CASE = 60, LEAST_MESSAGES = 100, MOST_DEFINES = 16 };

static const char FOLDER[] = "tests/errors";

typedef struct Options {
    ElaborateOptions elaborate;
    Define defines[MOST_DEFINES];
    const char *weights;
} Options;

/* The next word of `*text`, or NULL at its end. */
static char *next_word(Arena *arena, const char **text)
{
    const char *at = *text;
    while (isspace((unsigned char)*at))
        at++;
    if (!*at)
        return NULL;
    Buf word = {0};
    bool quoted = false;
    for (; *at && (quoted || !isspace((unsigned char)*at)); at++) {
        if (*at == '\'')
            quoted = !quoted;
        else
            buf_bytes(&word, at, 1);
    }
    *text = at;
    char *result = arena_strdup(arena, buf_text(&word));
    buf_free(&word);
    return result;
}

static void read_options(Arena *arena, const char *path, Options *options)
{
    const char *text = text_read(arena, path, NULL);
    if (!text)
        return;
    for (char *word; (word = next_word(arena, &text));) {
        char *value = next_word(arena, &text);
        if (!value)
            fatal("%s: %s has no value", path, word);
        if (strcmp(word, "--net") == 0) {
            options->elaborate.net = value;
        } else if (strcmp(word, "--batch") == 0) {
            options->elaborate.batch = atoi(value);
        } else if (strcmp(word, "--weights") == 0) {
            options->weights = value;
        } else if (strcmp(word, "-D") == 0) {
            char *equals = strchr(value, '=');
            if (!equals || options->elaborate.define_count == MOST_DEFINES)
                fatal("%s: a bad -D, or more than %d", path, MOST_DEFINES);
            *equals = '\0';
            options->defines[options->elaborate.define_count++] = (Define){value, equals + 1};
        } else {
            fatal("%s: what is '%s'?", path, word);
        }
    }
    options->elaborate.defines = options->defines;
}

/* What the compiler says about one model; the current folder is FOLDER. */
static const char *messages(Arena *arena, const char *name)
{
    Options options = {0};
    read_options(arena, arena_printf(arena, "%s.args", name), &options);
    Diag diag;
    Buf capture = {0};
    diag_init(&diag, arena);
    diag.capture = &capture;
    Graph *graph = elaborate_file(arena, &diag, arena_printf(arena, "%s.fov", name), &options.elaborate);
    bool failed = !graph;
    if (graph && (options.weights || graph->weights_path))
        failed = !weights_bind(graph, &diag, options.weights);
    diag_finish(&diag);
    if (failed != (diag.errors > 0))
        buf_printf(&capture, "(the result says %s, with %u errors)\n", failed ? "failed" : "good", diag.errors);
    const char *text = arena_strdup(arena, buf_text(&capture));
    buf_free(&capture);
    return text;
}

static bool check_case(void *context)
{
    const char *name = context;
    if (chdir(FOLDER) != 0)
        fatal("no folder %s", FOLDER);
    Arena *arena = arena_new();
    Buf report = {0};
    bool good = text_expect(arena, &report, arena_printf(arena, "%s.err", name), messages(arena, name));
    fputs(buf_text(&report), stderr);
    buf_free(&report);
    arena_free(arena);
    return good;
}

static bool in_group(const char *file, const char *group)
{
    size_t length = strlen(group);
    return strncmp(file, group, length) == 0 && file[length] == '-';
}

static const char *const groups[] = {"lex", "syntax", "names", "args", "types", "shapes", "labels", "flow", "weights"};

/* Every case whose name begins with the group and a '-'; NULL: those of no group. */
static void run_group(const char *group)
{
    Arena *arena = arena_new();
    Paths files = files_in(arena, FOLDER, ".fov");
    uint32_t failed = 0, ran = 0;
    for (uint32_t i = 0; i < files.count; i++) {
        bool wanted = group ? in_group(files.at[i], group) : true;
        for (size_t g = 0; !group && g < COUNT_OF(groups); g++)
            wanted = wanted && !in_group(files.at[i], groups[g]);
        if (!wanted)
            continue;
        ran++;
        char *name = arena_strndup(arena, files.at[i], strlen(files.at[i]) - strlen(".fov"));
        failed += !isolated(name, SECONDS_A_CASE, check_case, name);
    }
    arena_free(arena);
    cr_expect_eq(failed, 0, "%u of %u cases of %s differ", failed, ran, group ? group : "no group");
    cr_expect(ran > 0 || !group, "there is no case %s/%s-*.fov", FOLDER, group ? group : "");
}

Test(errors, lex)
{
    run_group("lex");
}

Test(errors, syntax)
{
    run_group("syntax");
}

Test(errors, names)
{
    run_group("names");
}

Test(errors, args)
{
    run_group("args");
}

Test(errors, types)
{
    run_group("types");
}

Test(errors, shapes)
{
    run_group("shapes");
}

Test(errors, labels)
{
    run_group("labels");
}

Test(errors, flow)
{
    run_group("flow");
}

Test(errors, weights)
{
    run_group("weights");
}

Test(errors, others)
{
    run_group(NULL);
}

/* The sentence with what varies taken out: quoted parts and numbers. */
static const char *normalised(Arena *arena, const char *sentence, size_t length)
{
    Buf buf = {0};
    for (size_t i = 0; i < length; i++) {
        char c = sentence[i];
        const char *end = c == '\'' || c == '"' ? memchr(sentence + i + 1, c, length - i - 1) : NULL;
        if (end) {
            buf_puts(&buf, "'...'");
            i = (size_t)(end - sentence);
        } else if (isdigit((unsigned char)c)) {
            buf_puts(&buf, "N");
            while (i + 1 < length && (isalnum((unsigned char)sentence[i + 1]) || sentence[i + 1] == '.'))
                i++;
        } else {
            buf_bytes(&buf, &c, 1);
        }
    }
    const char *result = arena_strdup(arena, buf_text(&buf));
    buf_free(&buf);
    return result;
}

static const char *find_sentence(const char *line, size_t length)
{
    static const char *const marks[] = {": error: ", ": warning: "};
    for (size_t m = 0; m < COUNT_OF(marks); m++) {
        const char *at = memmem(line, length, marks[m], strlen(marks[m]));
        if (at)
            return at + strlen(marks[m]);
    }
    return NULL;
}

/* Adds the sentences of a text that `seen` does not have yet; returns how many errors and warnings it has. */
static uint32_t collect_sentences(Arena *arena, const char *text, Paths *seen)
{
    uint32_t found = 0;
    for (const char *end; *text; text = *end ? end + 1 : end) {
        end = strchrnul(text, '\n');
        const char *sentence = find_sentence(text, (size_t)(end - text));
        if (!sentence)
            continue;
        found++;
        const char *key = normalised(arena, sentence, (size_t)(end - sentence));
        bool known = false;
        for (uint32_t i = 0; i < seen->count && !known; i++)
            known = strcmp(seen->at[i], key) == 0;
        if (!known)
            VEC_PUSH(arena, seen, key);
    }
    return found;
}

Test(errors, variety)
{
    Arena *arena = arena_new();
    Paths files = files_in(arena, FOLDER, ".err"), seen = {0};
    for (uint32_t i = 0; i < files.count; i++) {
        const char *path = arena_printf(arena, "%s/%s", FOLDER, files.at[i]);
        const char *model = arena_printf(arena, "%.*s.fov", (int)strlen(path) - 4, path);
        const char *text = text_read(arena, path, NULL);
        uint32_t found = text ? collect_sentences(arena, text, &seen) : 0;
        cr_expect(found > 0, "%s has neither an error nor a warning", path);
        cr_expect(path_exists(model), "%s belongs to no model", path);
    }
    cr_expect(seen.count >= LEAST_MESSAGES, "%u different messages are tested, %d are wanted", seen.count,
              LEAST_MESSAGES);
    arena_free(arena);
}
