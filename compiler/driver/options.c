/* options.c - the compiler's command line (see options.h). */
#include "driver/options.h"

#include <errno.h>
#include <getopt.h>

enum {
    COMPILE = 1 << COMMAND_COMPILE,
    BUILD = 1 << COMMAND_BUILD,
    RUN = 1 << COMMAND_RUN,
    SHOW = 1 << COMMAND_SHOW,
    CHECK = 1 << COMMAND_CHECK,
    WEIGHTS = 1 << COMMAND_WEIGHTS,
    FMT = 1 << COMMAND_FMT,
    PRINTED = COMPILE | BUILD | RUN | SHOW | CHECK,
    MODELS = PRINTED | WEIGHTS,
    CODE = COMPILE | BUILD | RUN,
};

typedef struct CommandRow {
    const char *name, *arguments, *synopsis;
    bool needs_output, takes_files;
} CommandRow;

static const CommandRow commands[COMMAND_COUNT] = {
    [COMMAND_COMPILE] = {"compile", "MODEL -o DIR", "write the net as C sources and a weights file", true, false},
    [COMMAND_BUILD] = {"build", "MODEL -o EXE", "make a program of it: pictures in, answers out", true, false},
    [COMMAND_RUN] = {"run", "MODEL INPUT...", "build it (once) and run it on pictures, .npy or IDX files", false, true},
    [COMMAND_SHOW] = {"show", "MODEL", "print its layers: shapes, parameters, MACs, receptive fields", false, false},
    [COMMAND_CHECK] = {"check", "MODEL [INPUT...]", "compare what each target computes with the reference", false,
                       true},
    [COMMAND_WEIGHTS] = {"weights", "MODEL -o FILE",
                         "write other weights for compiled code; FILE.weights: say what it is", false, false},
    [COMMAND_FMT] = {"fmt", "MODEL...", "print models in the canonical format, or rewrite them", false, true},
};

/* One option for some commands. */
typedef struct OptionRow {
    const char *name;
    char letter;       /* short form, or 0 */
    const char *value; /* what follows it; NULL: nothing */
    int commands;
    bool passed; /* belongs to the program that `run` starts */
    const char *help;
} OptionRow;

static const OptionRow rows[] = {
    {"output", 'o', "DIR", COMPILE, false, "folder for the sources; made when it is not there"},
    {"output", 'o', "EXE", BUILD, false, "the program to write"},
    {"output", 'o', "FILE", SHOW, false, "write the table there"},
    {"output", 'o', "DIR", CHECK, false, "keep the sources and programs that were checked there"},
    {"output", 'o', "FILE", WEIGHTS, false, "the weights file to write; one that it replaces must fit the model"},
    {"output", 'o', "FILE", FMT, false, "write the formatted text there"},
    {"target", 't', "NAME", MODELS, false, NULL},
    {"weights", 'w', "FILE", MODELS, false, "safetensors file, or random:SEED; wins over the model's own"},
    {"define", 'D', "NAME=VALUE", MODELS, false, "set a parameter of the net"},
    {"net", 0, "NAME", MODELS, false, "the net to take when the file has several"},
    {"batch", 0, "N", MODELS, false, "examples in one run (default 1)"},
    {"name", 0, "PREFIX", CODE, false, "prefix of files and functions (default: the net's name)"},
    {"save-weights", 0, "FILE", COMPILE, false, "write the weights as safetensors too, say random ones"},
    {"embed", 0, "HOW", COMPILE | BUILD, false, "weights in the program: incbin (default), array, or none"},
    {"main", 0, NULL, COMPILE, false, "write NAME_main.c and program/ too: the sources of a stand-alone program"},
    {"native", 0, NULL, BUILD, false, "let the C compiler use all that this machine's CPU has"},
    {"no-libraries", 0, NULL, BUILD | RUN, false,
     "do without libpng, libjpeg and zlib: PGM, PPM, .npy, IDX, raw bytes"},
    {"print-ir", 0, NULL, PRINTED, false, "print the graph before and after the passes"},
    {"print-plan", 0, NULL, PRINTED, false, "print kernels, buffers and their places"},
    {"json", 0, NULL, SHOW, false, "print JSON instead of a table"},
    {"check", 0, "FILE", WEIGHTS, false, "a weights file that must fit; alone, its tensors are listed"},
    {"check", 0, NULL, FMT, false, "list the files that are not formatted; exit status 1 when there are any"},
    {"write", 'w', NULL, FMT, false, "rewrite the files in place"},
    {"input", 'i', "NAME=FILE", RUN, true, "file for the input of that name (nets with several inputs)"},
    {"output", 'o', "DIR", RUN, true, "write pictures there as PNG, and NAME.npy for each output"},
    {"npy", 0, NULL, RUN, true, "write NAME.npy and no pictures; here unless --output is given"},
    {"keep-input", 0, NULL, RUN, true, "write input.NAME.npy too: the numbers that go into the net"},
    {"top", 'k', "K", RUN, true, "print the K best labels (default 5); with 1, one line a picture"},
    {"raw", 0, NULL, RUN, true, "print every value"},
    {"index", 0, "N", RUN, true, "only picture N of an IDX or .npy file, counted from 0"},
    {"labels", 0, "FILE", RUN, true, "IDX file of the right labels: print accuracy and confusions"},
    {"threads", 0, "N", RUN, true, "threads to use (default 1)"},
    {"time", 0, "N", RUN, true, "run N times and print how long a run takes"},
    {"selftest", 0, NULL, RUN, true, "check the weights and compare with the results stored beside them"},
    {"help", 'h', NULL, MODELS | FMT, false, "this text"},
};

static void print_usage(void)
{
    printf("Usage: fovea COMMAND MODEL [OPTION]...\n"
           "Compiles convolutional nets (.fov) to C.\n\n");
    for (int c = 0; c < COMMAND_COUNT; c++)
        printf("  %-8s %-17s %s\n", commands[c].name, commands[c].arguments, commands[c].synopsis);
    printf("\n'fovea COMMAND --help' lists a command's options. 'fovea --version' prints the version.\n");
}

static void print_targets(void)
{
    printf("  -t, --target NAME          ");
    for (int i = 0; target_at(i); i++)
        printf("%s%s: %s", i ? "\n                             " : "", target_at(i)->name, target_at(i)->synopsis);
    printf("\n");
}

static void print_help(Command command)
{
    printf("Usage: fovea %s %s [OPTION]...\n", commands[command].name, commands[command].arguments);
    printf("%c%s.\n\n", commands[command].synopsis[0] - 'a' + 'A', commands[command].synopsis + 1);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const OptionRow *row = &rows[i];
        if (!(row->commands & 1 << command))
            continue;
        if (!row->help) {
            print_targets();
            continue;
        }
        char left[64];
        int length =
            row->letter ? snprintf(left, sizeof left, "-%c, ", row->letter) : snprintf(left, sizeof left, "    ");
        snprintf(left + length, sizeof left - (size_t)length, "--%s%s%s", row->name, row->value ? " " : "",
                 row->value ? row->value : "");
        printf("  %-26s %s\n", left, row->help);
    }
}

static bool find_command(Options *options, Diag *diag, const char *word)
{
    const char *names[COMMAND_COUNT];
    for (int c = 0; c < COMMAND_COUNT; c++) {
        names[c] = commands[c].name;
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

static bool parse_batch(Options *options, Diag *diag, const char *text)
{
    char *end;
    errno = 0;
    long long batch = strtoll(text, &end, 10);
    if (end == text || *end || errno || batch < 1 || batch > INT32_MAX) {
        diag_error(diag, NOWHERE, "--batch takes a whole number of at least 1, not '%s'", text);
        return false;
    }
    options->elaborate.batch = batch;
    return true;
}

static bool parse_define(Options *options, Arena *arena, Diag *diag, const char *text)
{
    const char *equals = strchr(text, '=');
    if (!equals || equals == text) {
        diag_error(diag, NOWHERE, "-D takes NAME=VALUE, not '%s'", text);
        return false;
    }
    Define define = {arena_strndup(arena, text, (size_t)(equals - text)), equals + 1};
    VEC_PUSH(arena, &options->defines, define);
    options->parameters = options->parameters ? arena_printf(arena, "%s %s", options->parameters, text) : text;
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
                 {"print-ir", &options->print_ir},
                 {"print-plan", &options->print_plan},
                 {"check", &options->check},
                 {"write", &options->write}};
    for (size_t i = 0; i < COUNT_OF(flags); i++)
        if (!row->value && strcmp(row->name, flags[i].name) == 0)
            return *flags[i].flag = true;
    if (strcmp(row->name, "target") == 0)
        return parse_target(options, arena, diag, value);
    if (strcmp(row->name, "batch") == 0)
        return parse_batch(options, diag, value);
    if (strcmp(row->name, "define") == 0)
        return parse_define(options, arena, diag, value);
    if (strcmp(row->name, "embed") == 0)
        return parse_embed(options, diag, value);
    if (strcmp(row->name, "name") == 0)
        return parse_prefix(options, diag, value);
    struct {
        const char *name;
        const char **text;
    } texts[] = {{"output", &options->output},
                 {"net", &options->elaborate.net},
                 {"save-weights", &options->save_weights},
                 {"check", &options->check_file},
                 {"weights", &options->weights}};
    for (size_t i = 0; i < COUNT_OF(texts); i++)
        if (strcmp(row->name, texts[i].name) == 0)
            *texts[i].text = value;
    return true;
}

/* The tables that getopt_long reads, for one command; an option's number is its row, counted from FIRST_ROW. */
enum { FIRST_ROW = 256 };

typedef struct Getopt {
    struct option options[COUNT_OF(rows) + 1];
    char letters[2 * COUNT_OF(rows) + 2];
    const char *names[COUNT_OF(rows)]; /* "--target", for hints */
    size_t count;
} Getopt;

static Getopt *getopt_tables(Arena *arena, Command command)
{
    Getopt *tables = NEW(arena, Getopt);
    char *letter = tables->letters;
    *letter++ = ':'; /* a missing value is told from an unknown option */
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if (!(rows[i].commands & 1 << command))
            continue;
        tables->options[tables->count] =
            (struct option){rows[i].name, rows[i].value ? required_argument : no_argument, NULL, FIRST_ROW + (int)i};
        tables->names[tables->count++] = arena_printf(arena, "--%s", rows[i].name);
        if (rows[i].letter) {
            *letter++ = rows[i].letter;
            if (rows[i].value)
                *letter++ = ':';
        }
    }
    return tables;
}

static const OptionRow *row_of(int result, Command command)
{
    if (result >= FIRST_ROW)
        return &rows[result - FIRST_ROW];
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if (rows[i].letter == result && rows[i].commands & 1 << command)
            return &rows[i];
    BUG("option '%c' has no row", result);
}

static bool unknown_option(Diag *diag, const Getopt *tables, Command command, const char *word)
{
    diag_error(diag, NOWHERE, "'%s' has no option '%s'", commands[command].name, word);
    const char *name = arena_strndup(diag->arena, word, strcspn(word, "="));
    const char *nearest = nearest_word(name, tables->names, tables->count);
    if (nearest)
        diag_hint(diag, "did you mean '%s'?", nearest);
    else
        diag_hint(diag, "fovea %s --help lists its options", commands[command].name);
    return false;
}

/* Everything after the command; `argv[0]` is the command. */
static OptionsResult parse_rest(Options *options, Arena *arena, Diag *diag, int argc, char **argv)
{
    Getopt *tables = getopt_tables(arena, options->command);
    opterr = 0;
    optind = 1;
    for (int result; (result = getopt_long(argc, argv, tables->letters, tables->options, NULL)) != -1;) {
        if (result == '?') {
            const char *word = optopt && optopt < FIRST_ROW ? arena_printf(arena, "-%c", optopt) : argv[optind - 1];
            unknown_option(diag, tables, options->command, word);
            return OPTIONS_WRONG;
        }
        if (result == ':') {
            diag_error(diag, NOWHERE, "'%s' needs a value", argv[optind - 1]);
            return OPTIONS_WRONG;
        }
        const OptionRow *row = row_of(result, options->command);
        if (strcmp(row->name, "help") == 0) {
            print_help(options->command);
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
    const CommandRow *command = &commands[options->command];
    if (!options->model)
        diag_error(diag, NOWHERE, "no model is given: fovea %s %s", command->name, command->arguments);
    else if (options->files.count && !command->takes_files)
        diag_error(diag, NOWHERE, "'%s' takes one model, but '%s' is given too", command->name, options->files.at[0]);
    else if (command->needs_output && !options->output)
        diag_error(diag, NOWHERE, "no place for the result is given: fovea %s %s", command->name, command->arguments);
    else if (options->command == COMMAND_WEIGHTS && options->targets.count > 1)
        diag_error(diag, NOWHERE, "weights are for one target, %u are given", options->targets.count);
    else if (options->command == COMMAND_FMT && options->write && (options->check || options->output))
        diag_error(diag, NOWHERE, "--write rewrites the files; it cannot be given with --check or --output");
    else if (options->command == COMMAND_FMT && options->output && options->files.count)
        diag_error(diag, NOWHERE, "--output takes one formatted model, %u are given", options->files.count + 1);
    else
        return true;
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
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        print_usage();
        return OPTIONS_DONE;
    }
    if (strcmp(argv[1], "--version") == 0) {
        printf("fovea %s\n", FOVEA_VERSION);
        return OPTIONS_DONE;
    }
    if (!find_command(options, diag, argv[1]))
        return OPTIONS_WRONG;
    OptionsResult result = parse_rest(options, arena, diag, argc - 1, argv + 1);
    if (result == OPTIONS_RUN && !check_rest(options, diag))
        return OPTIONS_WRONG;
    options->elaborate.defines = options->defines.at;
    options->elaborate.define_count = options->defines.count;
    return result;
}
