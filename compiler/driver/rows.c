/* rows.c - the commands and their options (see rows.h). */
#include "driver/rows.h"

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
    RF = 1 << COMMAND_RF,
    OPT = 1 << COMMAND_OPT,
    CODE = COMPILE | BUILD | RUN,
};

const CommandRow command_rows[COMMAND_COUNT] = {
    [COMMAND_COMPILE] = {"compile", "MODEL -o DIR", "write the net as C sources and a weights file", true, false},
    [COMMAND_BUILD] = {"build", "MODEL -o EXE", "make a program of it: pictures in, answers out", true, false},
    [COMMAND_RUN] = {"run", "MODEL INPUT...", "build it (once) and run it on pictures, .npy or IDX files", false, true},
    [COMMAND_SHOW] = {"show", "MODEL", "print its layers: shapes, parameters, MACs, receptive fields", false, false},
    [COMMAND_RF] = {"rf", "MODEL LAYER", "count the paths from pixels to a place of a layer, and try them", false,
                    false},
    [COMMAND_CHECK] = {"check", "MODEL [INPUT...]", "compare what each target computes with the reference", false,
                       true},
    [COMMAND_WEIGHTS] = {"weights", "MODEL -o FILE",
                         "write other weights for compiled code; FILE.weights: say what it is", false, false},
    [COMMAND_OPT] = {"opt", "GRAPH.ir", "run passes of the optimiser on the text of a graph", false, false},
    [COMMAND_FMT] = {"fmt", "MODEL...", "print models in the canonical format, or rewrite them", false, true},
};

const OptionRow option_rows[] = {
    {"output", 'o', "DIR", COMPILE, false, "folder for the sources; made when it is not there"},
    {"output", 'o', "EXE", BUILD, false, "the program to write"},
    {"output", 'o', "FILE", SHOW | RF, false, "write the text there, instead of printing it"},
    {"output", 'o', "DIR", CHECK, false, "keep the sources and programs that were checked there"},
    {"output", 'o', "FILE", WEIGHTS, false, "the weights file to write; one that it replaces must fit the model"},
    {"output", 'o', "FILE", FMT, false, "write the formatted text there"},
    {"output", 'o', "FILE", OPT, false, "write the graph's text there"},
    {"target", 't', "NAME", MODELS | OPT, false, NULL},
    {"weights", 'w', "FILE", MODELS, false, "safetensors file, or random:SEED; wins over the model's own"},
    {"define", 'D', "NAME=VALUE", MODELS | RF, false, "set a parameter of the net"},
    {"net", 0, "NAME", MODELS | RF, false, "the net to take when the file has several"},
    {"batch", 0, "N", MODELS, false, "examples in one run (default 1)"},
    {"name", 0, "PREFIX", CODE, false, "prefix of files and functions (default: the net's name)"},
    {"save-weights", 0, "FILE", COMPILE, false, "write the weights as safetensors too, say random ones"},
    {"embed", 0, "incbin|array|none", COMPILE | BUILD, false, "how weights get into the program (default incbin)"},
    {"main", 0, NULL, COMPILE, false, "write NAME_main.c and program/ too: the sources of a stand-alone program"},
    {"depfile", 0, "FILE", COMPILE | BUILD, false, "write a rule for make there: the files this was made from"},
    {"native", 0, NULL, BUILD, false, "let the C compiler use all that this machine's CPU has"},
    {"no-libraries", 0, NULL, BUILD | RUN, false,
     "do without libpng, libjpeg and zlib: PGM, PPM, .npy, IDX, raw bytes"},
    {"print-ir", 0, NULL, PRINTED, false, "print the graph before and after the passes"},
    {"passes", 0, "PASS,...", OPT, false, "the passes to run, in this order (default: all)"},
    {"disable", 0, "PASS,...", MODELS | OPT, false, "passes of the optimiser to leave out; all: all that can be"},
    {"print-before", 0, "PASS,...", PRINTED | OPT, false, "print the graph before these passes; all: before each"},
    {"print-after", 0, "PASS,...", PRINTED | OPT, false, "print the graph after these passes; all: after each"},
    {"explain", 0, NULL, COMPILE | BUILD | SHOW | OPT, false, "print what each pass did, and what it left and why"},
    {"print-plan", 0, NULL, PRINTED, false, "print kernels, buffers and their places"},
    {"share", 0, NULL, SHOW, false, "print each layer's share of parameters and multiply-adds"},
    {"as-dense", 0, NULL, SHOW, false, "print how many weights fully connected layers in their place would need"},
    {"unfold", 0, NULL, SHOW, false, "print a row for each layer, and not for each block of a deep net"},
    {"at", 0, "Y,X", RF, false, "row and column of the place, counted from 0 (default: the one in the middle)"},
    {"every-pixel", 0, NULL, RF, false, "try each pixel by itself, however long it takes"},
    {"json", 0, NULL, SHOW | RF, false, "print JSON instead of text"},
    {"check", 0, "FILE", WEIGHTS, false, "a weights file that must fit; alone, its tensors are listed"},
    {"check", 0, NULL, FMT, false, "list the files that are not formatted; exit status 1 when there are any"},
    {"write", 'w', NULL, FMT, false, "rewrite the files in place"},
    {"input", 'i', "NAME=FILE", RUN, true, "file for the input of that name (nets with several inputs)"},
    {"output", 'o', "DIR", RUN, true,
     "write pictures there as PNG, and NAME.npy for each output (without: pictures, here)"},
    {"npy", 0, NULL, RUN, true, "write NAME.npy and no pictures; here unless --output is given"},
    {"keep-input", 0, NULL, RUN, true, "write input.NAME.npy too: the numbers that go into the net"},
    {"top", 'k', "K", RUN, true, "print the K best labels (default 5); with 1, one line a picture"},
    {"raw", 0, NULL, RUN, true, "print every value"},
    {"index", 0, "N", RUN, true, "only picture N of an IDX or .npy file, counted from 0"},
    {"labels", 0, "FILE", RUN, true, "IDX file of the right labels: print accuracy and confusions"},
    {"threads", 0, "N", RUN, true, "threads to use (default 1)"},
    {"time", 0, "N", RUN, true, "run N times and print how long a run takes"},
    {"selftest", 0, NULL, RUN, true, "check the weights and compare with the results stored beside them"},
    {"help", 'h', NULL, MODELS | RF | FMT | OPT, false, "print the options"},
};

const size_t option_row_count = COUNT_OF(option_rows);

bool option_taken(const OptionRow *row, Command command)
{
    return row->commands & 1 << command;
}
