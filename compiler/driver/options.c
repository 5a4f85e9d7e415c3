/* options.c - the compiler's command line (see options.h). */
#include "driver/options.h"
#include "driver/preprocess.h"
#include "driver/budget.h"
#include "driver/help.h"
#include "driver/manual.h"
#include "import/table.h"

#include <errno.h>
#include <getopt.h>

static bool find_command(Options *options, Diag *diag, const char *word)
{
    const char *names[COMMAND_COUNT];
    for (int c = 0; c < COMMAND_COUNT; c++) {
        names[c] = command_rows[c].name;
        if (strcmp(word, names[c]) == 0) {
            options->command = (Command)c;
            return true;
        }
    }
    diag_error(diag, NOWHERE, word[0] == '-' ? "no option is called '%s'" : "no command is called '%s'", word);
    const char *nearest = nearest_word(word, names, COMMAND_COUNT);
    if (nearest)
        diag_hint(diag, "did you mean '%s'?", nearest);
    else
        diag_hint(diag, "fovea --help lists the commands");
    return false;
}

static bool parse_target(Options *options, Arena *arena, Diag *diag, const char *name)
{
    const Target *target = target_find(name);
    if (!target) {
        Buf list = {0};
        for (int i = 0; target_at(i); i++)
            buf_printf(&list, "%s%s", i ? ", " : "", target_at(i)->name);
        diag_error(diag, NOWHERE, "no target is called '%s'; there are %s", name, buf_text(&list));
        buf_free(&list);
        return false;
    }
    options->target = target;
    VEC_PUSH(arena, &options->targets, target);
    return true;
}

/* --device: of the targets that have kernels for several kinds of devices, those for one. */
static bool take_device(Options *options, Diag *diag)
{
    bool any = false;
    for (uint32_t i = 0; i < options->targets.count; i++) {
        const Target *target = target_for_devices(options->targets.at[i], options->device);
        any |= target != NULL;
        if (target)
            options->targets.at[i] = target;
    }
    if (any) {
        const Target *target = target_for_devices(options->target, options->device);
        options->target = target ? target : options->target;
        return true;
    }
    if (target_for_devices(&target_opencl, options->device)) {
        diag_error(diag, NOWHERE, "--device is for target opencl, which is not given");
        diag_hint(diag, "--target opencl --device %s", options->device);
    } else {
        diag_error(diag, NOWHERE, "--device takes cpu or gpu, not '%s'", options->device);
    }
    return false;
}

/* --batch, --threads, --runs. */
static bool parse_count(Diag *diag, const char *option, const char *text, int64_t *count)
{
    char *end;
    errno = 0;
    long long number = strtoll(text, &end, 10);
    if (end == text || *end || errno || number < 1 || number > INT32_MAX) {
        diag_error(diag, NOWHERE, "--%s takes a whole number of at least 1, not '%s'", option, text);
        return false;
    }
    *count = number;
    return true;
}

/* NAME=VALUE, split; `form` says what is wanted: "-D takes NAME=VALUE". */
static bool parse_pair(Arena *arena, Diag *diag, const char *form, const char *text, Define *pair)
{
    const char *equals = strchr(text, '=');
    if (!equals || equals == text) {
        diag_error(diag, NOWHERE, "%s, not '%s'", form, text);
        return false;
    }
    *pair = (Define){arena_strndup(arena, text, (size_t)(equals - text)), equals + 1};
    return true;
}

static bool parse_define(Options *options, Arena *arena, Diag *diag, const char *text)
{
    Define define;
    if (!parse_pair(arena, diag, "-D takes NAME=VALUE", text, &define))
        return false;
    VEC_PUSH(arena, &options->defines, define);
    options->parameters = options->parameters ? arena_printf(arena, "%s %s", options->parameters, text) : text;
    return true;
}

static bool parse_dim(Options *options, Arena *arena, Diag *diag, const char *text)
{
    Define pair;
    int64_t size = 0;
    if (!parse_pair(arena, diag, "--dim takes NAME=SIZE", text, &pair) ||
        !parse_count(diag, arena_printf(arena, "dim %s=", pair.name), pair.value, &size))
        return false;
    VEC_PUSH(arena, &options->dims, (ImportDim){pair.name, size});
    return true;
}

static bool parse_const(Options *options, Arena *arena, Diag *diag, const char *text)
{
    Define pair;
    if (!parse_pair(arena, diag, "--const takes NAME=FILE", text, &pair))
        return false;
    VEC_PUSH(arena, &options->constants, pair);
    return true;
}

static bool parse_embed(Options *options, Diag *diag, const char *text)
{
    static const char *const names[] = {[EMBED_INCBIN] = "incbin", [EMBED_ARRAY] = "array", [EMBED_NONE] = "none"};
    for (size_t i = 0; i < COUNT_OF(names); i++)
        if (strcmp(text, names[i]) == 0) {
            options->embed = (EmbedKind)i;
            return true;
        }
    diag_error(diag, NOWHERE, "--embed takes incbin, array or none, not '%s'", text);
    return false;
}

static bool parse_fp(Options *options, Diag *diag, const char *text)
{
    options->strict = strcmp(text, "strict") == 0;
    if (options->strict || strcmp(text, "fast") == 0)
        return true;
    diag_error(diag, NOWHERE, "--fp takes fast or strict, not '%s'", text);
    return false;
}

/* A prefix starts identifiers and file names. */
static bool parse_prefix(Options *options, Diag *diag, const char *text)
{
    bool fine = text[0] && !(text[0] >= '0' && text[0] <= '9');
    for (const char *c = text; *c; c++)
        fine &= *c == '_' || (*c >= '0' && *c <= '9') || (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z');
    if (!fine)
        diag_error(diag, NOWHERE, "--name takes letters, digits and '_', not '%s'", text);
    options->prefix = text;
    return fine;
}

static bool unknown_pass(Arena *arena, Diag *diag, const char *name)
{
    const char **names = NEW_ARRAY(arena, const char *, (size_t)pass_count);
    Buf list = {0};
    for (int i = 0; i < pass_count; i++) {
        names[i] = pass_rows[i].name;
        buf_printf(&list, "%s%s", i ? ", " : "", names[i]);
    }
    diag_error(diag, NOWHERE, "no pass is called '%s'; there are %s", name, buf_text(&list));
    const char *nearest = nearest_word(name, names, (size_t)pass_count);
    if (nearest)
        diag_hint(diag, "did you mean '%s'?", nearest);
    buf_free(&list);
    return false;
}

/* "fuse,layout" or "all": into a set, or as the list of `opt`. */
static bool parse_passes(PassSet *set, Options *options, Arena *arena, Diag *diag, const char *text)
{
    if (set && strcmp(text, "all") == 0) {
        *set = ~(PassSet)0;
        return true;
    }
    char *names = arena_strdup(arena, text), *rest = NULL;
    for (char *name = strtok_r(names, ",", &rest); name; name = strtok_r(NULL, ",", &rest)) {
        int pass = pass_find(name);
        if (pass < 0)
            return unknown_pass(arena, diag, name);
        if (set)
            *set |= (PassSet)1 << pass;
        else
            VEC_PUSH(arena, &options->passes, pass);
    }
    return true;
}

static bool parse_disabled(Options *options, Arena *arena, Diag *diag, const char *text)
{
    if (!parse_passes(&options->disabled, NULL, arena, diag, text))
        return false;
    for (int i = 0; i < pass_count; i++)
        if (pass_rows[i].required && pass_in(options->disabled, i) && strcmp(text, "all") != 0) {
            diag_error(diag, NOWHERE, "pass %s cannot be switched off: it %s", pass_rows[i].name, pass_rows[i].what);
            return false;
        }
    return true;
}

static bool parse_weights_as(Options *options, Diag *diag, const char *text)
{
    options->weights_as = dtype_find(text);
    if (options->weights_as == DT_F32 || dtype_is_short(options->weights_as))
        return true;
    diag_error(diag, NOWHERE, "weights are stored as f32, f16 or bf16, not as '%s'", text);
    return false;
}

static bool set_option(Options *options, Arena *arena, Diag *diag, const OptionRow *row, const char *value)
{
    if (row->passed) {
        VEC_PUSH(arena, &options->passed,
                 value ? arena_printf(arena, "--%s=%s", row->name, value) : arena_printf(arena, "--%s", row->name));
        return true;
    }
    struct {
        const char *name;
        bool *flag;
    } flags[] = {{"native", &options->build.native},
                 {"main", &options->main},
                 {"no-libraries", &options->build.no_libraries},
                 {"json", &options->json},
                 {"explain", &options->explain},
                 {"every-pixel", &options->rf.every_pixel},
                 {"share", &options->show.share},
                 {"as-dense", &options->show.as_dense},
                 {"unfold", &options->show.unfold},
                 {"plan", &options->show.plan},
                 {"memory", &options->show.memory},
                 {"print-ir", &options->print_ir},
                 {"print-plan", &options->print_plan},
                 {"check", &options->check},
                 {"fresh", &options->fresh},
                 {"ways", &options->ways},
                 {"write", &options->write}};
    for (size_t i = 0; i < COUNT_OF(flags); i++)
        if (!row->value && strcmp(row->name, flags[i].name) == 0)
            return *flags[i].flag = true;
    if (strcmp(row->name, "target") == 0)
        return parse_target(options, arena, diag, value);
    if (strcmp(row->name, "batch") == 0)
        return parse_count(diag, row->name, value, &options->elaborate.batch);
    if (strcmp(row->name, "threads") == 0)
        return parse_count(diag, row->name, value, &options->bench.threads);
    if (strcmp(row->name, "runs") == 0)
        return parse_count(diag, row->name, value, &options->bench.runs);
    if (strcmp(row->name, "define") == 0)
        return parse_define(options, arena, diag, value);
    if (strcmp(row->name, "dim") == 0)
        return parse_dim(options, arena, diag, value);
    if (preprocess_has_word(row->name))
        return preprocess_option(options, arena, diag, row->name, value);
    if (strcmp(row->name, "const") == 0)
        return parse_const(options, arena, diag, value);
    if (strcmp(row->name, "embed") == 0)
        return parse_embed(options, diag, value);
    if (strcmp(row->name, "weights-as") == 0)
        return parse_weights_as(options, diag, value);
    if (strcmp(row->name, "name") == 0)
        return parse_prefix(options, diag, value);
    if (strcmp(row->name, "max-workspace") == 0)
        return budget_parse(diag, row->name, value, &options->max_workspace);
    if (strcmp(row->name, "fp") == 0)
        return parse_fp(options, diag, value);
    if (strcmp(row->name, "cache") == 0)
        return budget_parse(diag, row->name, value, &options->cache_bytes);
    if (strcmp(row->name, "max-weights") == 0)
        return budget_parse(diag, row->name, value, &options->max_weights);
    if (strcmp(row->name, "disable") == 0)
        return parse_disabled(options, arena, diag, value);
    if (strcmp(row->name, "print-before") == 0)
        return parse_passes(&options->print_before, NULL, arena, diag, value);
    if (strcmp(row->name, "print-after") == 0)
        return parse_passes(&options->print_after, NULL, arena, diag, value);
    if (strcmp(row->name, "passes") == 0)
        return parse_passes(NULL, options, arena, diag, value);
    struct {
        const char *name;
        const char **text;
    } texts[] = {
        {"output", &options->output},    {"net", &options->elaborate.net}, {"save-weights", &options->save_weights},
        {"check", &options->check_file}, {"depfile", &options->depfile},   {"at", &options->rf.at},
        {"weights", &options->weights},  {"svg", &options->bench.svg},     {"tune", &options->tune},
        {"device", &options->device}};
    for (size_t i = 0; i < COUNT_OF(texts); i++)
        if (strcmp(row->name, texts[i].name) == 0)
            *texts[i].text = value;
    return true;
}

/* The tables that getopt_long reads, for one command; an option's number is its row, counted from FIRST_ROW. */
enum { FIRST_ROW = 256 };

typedef struct Getopt {
    struct option *options;
    char *letters;
    const char **names; /* "--target", for hints */
    size_t count;
} Getopt;

static Getopt getopt_tables(Arena *arena, Command command)
{
    Getopt tables = {.options = NEW_ARRAY(arena, struct option, option_row_count + 1),
                     .letters = NEW_ARRAY(arena, char, 2 * option_row_count + 2),
                     .names = NEW_ARRAY(arena, const char *, option_row_count)};
    char *letter = tables.letters;
    *letter++ = ':'; /* a missing value is told from an unknown option */
    for (size_t i = 0; i < option_row_count; i++) {
        const OptionRow *row = &option_rows[i];
        if (!option_taken(row, command))
            continue;
        tables.options[tables.count] =
            (struct option){row->name, row->value ? required_argument : no_argument, NULL, FIRST_ROW + (int)i};
        tables.names[tables.count++] = arena_printf(arena, "--%s", row->name);
        if (row->letter) {
            *letter++ = row->letter;
            if (row->value)
                *letter++ = ':';
        }
    }
    return tables;
}

static const OptionRow *row_of(int result, Command command)
{
    if (result >= FIRST_ROW)
        return &option_rows[result - FIRST_ROW];
    for (size_t i = 0; i < option_row_count; i++)
        if (option_rows[i].letter == result && option_taken(&option_rows[i], command))
            return &option_rows[i];
    BUG("option '%c' has no row", result);
}

static bool unknown_option(Diag *diag, const Getopt *tables, Command command, const char *word)
{
    diag_error(diag, NOWHERE, "'%s' has no option '%s'", command_rows[command].name, word);
    const char *name = arena_strndup(diag->arena, word, strcspn(word, "="));
    const char *nearest = nearest_word(name, tables->names, tables->count);
    if (nearest)
        diag_hint(diag, "did you mean '%s'?", nearest);
    else
        diag_hint(diag, "fovea %s --help lists its options", command_rows[command].name);
    return false;
}

/* Everything after the command; `argv[0]` is the command. */
static OptionsResult parse_rest(Options *options, Arena *arena, Diag *diag, int argc, char **argv)
{
    Getopt tables = getopt_tables(arena, options->command);
    opterr = 0;
    optind = 1;
    for (int result; (result = getopt_long(argc, argv, tables.letters, tables.options, NULL)) != -1;) {
        if (result == '?') {
            const char *word = optopt && optopt < FIRST_ROW ? arena_printf(arena, "-%c", optopt) : argv[optind - 1];
            unknown_option(diag, &tables, options->command, word);
            return OPTIONS_WRONG;
        }
        if (result == ':') {
            diag_error(diag, NOWHERE, "'%s' needs a value", argv[optind - 1]);
            return OPTIONS_WRONG;
        }
        const OptionRow *row = row_of(result, options->command);
        if (strcmp(row->name, "help") == 0) {
            help_print_command(options->command);
            return OPTIONS_DONE;
        }
        if (!set_option(options, arena, diag, row, optarg))
            return OPTIONS_WRONG;
    }
    for (int i = optind; i < argc; i++)
        if (!options->model)
            options->model = argv[i];
        else
            VEC_PUSH(arena, &options->files, argv[i]);
    return OPTIONS_RUN;
}

/* Whether what was given is enough, and not too much. */
static bool check_rest(const Options *options, Diag *diag)
{
    const CommandRow *command = &command_rows[options->command];
    bool takes_model = *command->arguments;
    if (options->model && !takes_model)
        diag_error(diag, NOWHERE, "'%s' takes no model, but '%s' is given", command->name, options->model);
    else if (!options->model && takes_model)
        diag_error(diag, NOWHERE, "no model is given: fovea %s %s", command->name, command->arguments);
    else if (options->command == COMMAND_RF && options->files.count != 1)
        diag_error(diag, NOWHERE, "one layer is asked for, not %u: fovea %s %s", options->files.count, command->name,
                   command->arguments);
    else if (options->files.count && !command->takes_files && options->command != COMMAND_RF)
        diag_error(diag, NOWHERE, "'%s' takes one model, but '%s' is given too", command->name, options->files.at[0]);
    else if (command->needs_output && !options->output)
        diag_error(diag, NOWHERE, "no place for the result is given: fovea %s %s", command->name, command->arguments);
    else if (options->command == COMMAND_WEIGHTS && options->targets.count > 1)
        diag_error(diag, NOWHERE, "weights are for one target, %u are given", options->targets.count);
    else if (options->command == COMMAND_FMT && options->write && (options->check || options->output))
        diag_error(diag, NOWHERE, "--write rewrites the files; it cannot be given with --check or --output");
    else if (options->command == COMMAND_FMT && options->output && options->files.count)
        diag_error(diag, NOWHERE, "--output takes one formatted model, %u are given", options->files.count + 1);
    else if (options->show.memory && (options->show.plan || options->json))
        diag_error(diag, NOWHERE, "--memory draws a picture; it cannot be given with --plan or --json");
    else
        return true;
    return false;
}

static void print_version(void)
{
    printf("fovea %s\n", FOVEA_VERSION);
}

static void print_operators(void)
{
    Buf text = {0};
    import_table(&text);
    fputs(buf_text(&text), stdout);
    buf_free(&text);
}

/* What is asked of the compiler itself, not of a command. false: the word is none of these. */
static bool print_about(const char *word)
{
    static const struct {
        const char *word;
        void (*print)(void);
    } abouts[] = {{"--help", help_print},
                  {"-h", help_print},
                  {"--version", print_version},
                  {"--print-manual", manual_print}, /* these for the Makefile */
                  {"--print-operators", print_operators}};
    for (size_t i = 0; i < COUNT_OF(abouts); i++)
        if (strcmp(word, abouts[i].word) == 0) {
            abouts[i].print();
            return true;
        }
    return false;
}

OptionsResult options_parse(Options *options, Arena *arena, Diag *diag, int argc, char **argv)
{
    *options = (Options){.target = target_at(0), .embed = EMBED_INCBIN};
    if (argc < 2) {
        diag_error(diag, NOWHERE, "no command is given");
        diag_hint(diag, "fovea --help lists the commands");
        return OPTIONS_WRONG;
    }
    if (print_about(argv[1]))
        return OPTIONS_DONE;
    if (!find_command(options, diag, argv[1]))
        return OPTIONS_WRONG;
    OptionsResult result = parse_rest(options, arena, diag, argc - 1, argv + 1);
    if (result == OPTIONS_RUN && !check_rest(options, diag))
        return OPTIONS_WRONG;
    if (result == OPTIONS_RUN && options->device && !take_device(options, diag))
        return OPTIONS_WRONG;
    options->elaborate.defines = options->defines.at;
    options->elaborate.define_count = options->defines.count;
    options->rf.json = options->json;
    options->rf.layer = options->command == COMMAND_RF && options->files.count ? options->files.at[0] : NULL;
    return result;
}
