/* options.c - the command line of a stand-alone program (see options.h). */
#include "options.h"
#include "input.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

static const struct option long_options[] = {
    {"input", required_argument, NULL, 'i'},   {"output", required_argument, NULL, 'o'},
    {"npy", no_argument, NULL, 'n'},           {"keep-input", no_argument, NULL, 'p'},
    {"top", required_argument, NULL, 'k'},     {"raw", no_argument, NULL, 'r'},
    {"index", required_argument, NULL, 'x'},   {"labels", required_argument, NULL, 'l'},
    {"weights", required_argument, NULL, 'w'}, {"threads", required_argument, NULL, 't'},
    {"time", required_argument, NULL, 'm'},    {"selftest", no_argument, NULL, 's'},
    {"help", no_argument, NULL, 'h'},          {NULL, 0, NULL, 0},
};

#ifdef FOVEA_NO_PNG
#define WRITTEN  "PGM or PPM"
#define READ_PNG ""
#else
#define WRITTEN  "PNG"
#define READ_PNG "PNG, "
#endif
#ifdef FOVEA_NO_JPEG
#define READ_JPEG ""
#else
#define READ_JPEG "JPEG, "
#endif
#ifdef FOVEA_NO_ZLIB
#define PACKED ""
#else
#define PACKED ", which may be in a .gz"
#endif

static const char help[] =
    "  -i, --input NAME=FILE  file for the input of that name (nets with several inputs)\n"
    "  -o, --output DIR       write picture-shaped outputs there as " WRITTEN ", and NAME.npy for each output;\n"
    "                         without it, the pictures of the first 16 examples go into this folder\n"
    "      --npy              write NAME.npy and no pictures; into this folder unless --output says otherwise\n"
    "      --keep-input       write input.NAME.npy too: the numbers that go into the net\n"
    "  -k, --top K            print the K best labels (default 5); with 1, one line a picture\n"
    "      --raw              print every value\n"
    "      --index N          only picture N of an IDX or .npy file, counted from 0\n"
    "      --labels FILE      IDX file of the right labels: print accuracy and confusions\n"
    "      --weights FILE     a weights blob of this model, instead of the one built in\n"
    "      --threads N        threads to use (default 1)\n"
    "      --time N           run N times and print how long a run takes\n"
    "      --selftest         check the weights and compare with the results stored beside them\n"
    "  -h, --help             this text\n";

static void print_ports(const char *what, const fovea_port *ports, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char shape[256];
        fovea_port_shape(&ports[i], shape, sizeof shape);
        printf("  %-6s %-16s %s%s%s\n", i ? "" : what, ports[i].name, shape, ports[i].is_u8 ? " bytes" : "",
               ports[i].labels ? ", labelled" : "");
    }
}

static void print_help(const char *command, const fovea_program *program)
{
    printf("Usage: %s [OPTION]... INPUT...\n", command);
    printf("Runs the net %s (%s, target %s). An INPUT is a picture (" READ_PNG READ_JPEG "PGM, PPM), a .npy array,\n"
           "an IDX file of pictures" PACKED ", or the raw bytes of the input.\n\n",
           program->name, program->model, program->target);
    print_ports("input", program->inputs, program->input_count);
    print_ports("output", program->outputs, program->output_count);
    printf("\n%s", help);
}

static bool parse_number(const char *name, const char *text, int64_t least, int64_t most, int64_t *number,
                         fovea_fault *fault)
{
    char *end;
    errno = 0;
    long long value = strtoll(text, &end, 10);
    if (end == text || *end || errno || value < least || value > most)
        return fovea_fail(fault, "--%s takes a whole number from %lld to %lld, not '%s'", name, (long long)least,
                          (long long)most, text);
    *number = value;
    return true;
}

/* --input NAME=FILE: puts FILE in the place of that input. */
static bool set_input(fovea_options *options, const fovea_program *program, const char *text, fovea_fault *fault)
{
    const char *equals = strchr(text, '=');
    if (!equals)
        return fovea_fail(fault, "--input takes NAME=FILE, not '%s'", text);
    for (size_t i = 0; i < program->input_count; i++) {
        const char *name = program->inputs[i].name;
        if (strlen(name) != (size_t)(equals - text) || strncmp(name, text, strlen(name)) != 0)
            continue;
        if (options->files[i])
            return fovea_fail(fault, "input '%s' is given twice", name);
        options->files[i] = equals + 1;
        options->file_count = program->input_count;
        return true;
    }
    return fovea_fail(fault, "no input is called '%.*s'; the first is '%s'", (int)(equals - text), text,
                      program->input_count ? program->inputs[0].name : "");
}

static bool set_option(fovea_options *options, int letter, const char *value, const fovea_program *program,
                       fovea_fault *fault)
{
    int64_t threads = 1;
    switch (letter) {
    case 'i':
        return set_input(options, program, value, fault);
    case 'o':
        options->output = value;
        return true;
    case 'n':
        return options->npy_only = true;
    case 'p':
        return options->keep_input = true;
    case 'k':
        return parse_number("top", value, 1, INT32_MAX, &options->top, fault);
    case 'r':
        return options->raw = true;
    case 'x':
        return parse_number("index", value, 0, INT64_MAX, &options->index, fault);
    case 'l':
        options->labels = value;
        return true;
    case 'w':
        options->weights = value;
        return true;
    case 't':
        if (!parse_number("threads", value, 1, 1024, &threads, fault))
            return false;
        options->threads = (int)threads;
        return true;
    case 'm':
        return parse_number("time", value, 1, 1000000000, &options->time, fault);
    case 's':
        return options->selftest = true;
    default:
        return options->help = true;
    }
}

static bool fail_count(const fovea_options *options, const fovea_program *program, fovea_fault *fault)
{
    char names[256] = "";
    size_t length = 0;
    for (size_t i = 0; i < program->input_count && length < sizeof names; i++)
        length +=
            (size_t)snprintf(names + length, sizeof names - length, "%s%s", i ? ", " : "", program->inputs[i].name);
    return fovea_fail(fault, "%s takes %zu inputs, not %zu; give --input NAME=FILE for each: %s", program->name,
                      program->input_count, options->file_count, names);
}

/* Inputs without their option, and whether what was given is enough. */
static bool take_files(fovea_options *options, int count, char **files, const fovea_program *program,
                       fovea_fault *fault)
{
    size_t inputs = program->input_count;
    if (count && options->file_count)
        return fovea_fail(fault, "'%s' is given besides --input: name all inputs or none", files[0]);
    for (int i = 0; i < count; i++)
        options->files[options->file_count++] = files[i];
    if (inputs == 0)
        return count == 0 || fovea_fail(fault, "%s takes no inputs, '%s' is given", program->name, files[0]);
    if (options->file_count == 0)
        return options->selftest || options->time || fovea_fail(fault, "no input is given; see --help");
    if (inputs == 1)
        return true;
    if (options->file_count != inputs)
        return fail_count(options, program, fault);
    for (size_t i = 0; i < inputs; i++)
        if (!options->files[i])
            return fovea_fail(fault, "input '%s' is missing: --input %s=FILE", program->inputs[i].name,
                              program->inputs[i].name);
    return true;
}

bool fovea_options_parse(fovea_options *options, int argc, char **argv, const fovea_program *program,
                         fovea_fault *fault)
{
    *options = (fovea_options){.top = 5, .index = -1, .threads = 1};
    size_t room = (size_t)argc + program->input_count;
    options->files = calloc(room, sizeof *options->files);
    if (!options->files)
        return fovea_fail_memory(fault, room * sizeof *options->files);
    opterr = 0;
    optind = 1;
    for (;;) {
        int at = optind < argc ? optind : argc - 1;
        int letter = getopt_long(argc, argv, ":i:o:k:h", long_options, NULL);
        if (letter == -1)
            break;
        if (letter == '?')
            return fovea_fail(fault, "no option is called '%s'; see --help", argv[at]);
        if (letter == ':')
            return fovea_fail(fault, "'%s' needs a value; see --help", argv[at]);
        if (!set_option(options, letter, optarg, program, fault))
            return false;
    }
    if (options->help) {
        print_help(fovea_base_name(argv[0]), program);
        return true;
    }
    if ((options->npy_only || options->keep_input) && !options->output)
        options->output = ".";
    return take_files(options, argc - optind, argv + optind, program, fault);
}

void fovea_options_free(fovea_options *options)
{
    free((void *)options->files);
    options->files = NULL;
}
