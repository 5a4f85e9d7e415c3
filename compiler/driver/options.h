/* options.h - the compiler's command line: fovea COMMAND MODEL... [OPTION]...
 *
 * Every option is a row: its name, the commands that take it, and its line in their --help. A command line that is
 * wrong gives one error, with the nearest command or option as a hint.
 */
#ifndef FOVEA_DRIVER_OPTIONS_H
#define FOVEA_DRIVER_OPTIONS_H

#include "driver/build.h"
#include "elaborate/elaborate.h"
#include "emit/emit.h"
#include "emit/target.h"
#include "import/import.h"
#include "pass/pass.h"
#include "plan/tuned.h"
#include "report/rf.h"
#include "report/show.h"

/* The one place that has the version: what is printed and installed takes it from here. */
#define FOVEA_VERSION      "0.1.0"
#define FOVEA_VERSION_DATE "2026-11-22"

typedef enum Command {
    COMMAND_COMPILE,
    COMMAND_BUILD,
    COMMAND_RUN,
    COMMAND_SHOW,
    COMMAND_RF,
    COMMAND_GRAPH,
    COMMAND_IMPORT,
    COMMAND_EXPORT,
    COMMAND_CHECK,
    COMMAND_BENCH,
    COMMAND_TUNE,
    COMMAND_WEIGHTS,
    COMMAND_FMT,
    COMMAND_OPT,
    COMMAND_DEVICES,
    COMMAND_COUNT
} Command;

typedef VEC(const char *) Words;

typedef struct BenchOptions {
    int64_t threads, runs; /* 0: the usual ones */
    const char *svg;       /* a picture; NULL: none */
} BenchOptions;

typedef struct Options {
    Command command;
    const char *model;
    Words files;                 /* after the model: inputs of run and check, further models of fmt */
    const char *output;          /* folder, program or file; NULL: none was given */
    const Target *target;        /* the last one given, else the portable one */
    VEC(const Target *) targets; /* check, weights: those given; none: all */
    const char *device;          /* target opencl: the kind of devices it is for; NULL: all */
    const char *prefix;          /* NULL: the net's name */
    const char *weights;
    const char *save_weights; /* compile: a safetensors file to write them to; NULL: none */
    const char *depfile;      /* compile, build: a rule for make; NULL: none */
    EmbedKind embed;
    bool print_ir, print_plan;
    PassSet disabled, print_before, print_after;
    bool explain;
    int64_t max_workspace, max_weights; /* bytes; 0: any */
    int64_t cache_bytes;                /* 0: the usual ones */
    const char *tune;                   /* a file of choices that were measured; NULL: none */
    bool ways;                          /* tune: each that was tried is printed */
    bool fresh;                         /* tune: what the file has is not kept */
    const Tuned *tuned;                 /* what it says (choices.h) */
    DType weights_as;                   /* of fully connected layers: f32, f16 or bf16 */
    bool strict;                        /* no algorithm that rounds otherwise than the model says */
    VEC(int) passes;                    /* opt: those given, in that order; none: all */
    bool main;                          /* compile: with a main function and what it needs */
    BuildOptions build;                 /* build, run */
    bool json;                          /* show, rf, bench */
    ShowOptions show;
    RfOptions rf; /* rf */
    BenchOptions bench;
    bool check, write;      /* fmt */
    const char *check_file; /* weights: a file that has to fit the model; NULL: none */
    VEC(Define) defines;
    const char *parameters; /* those as one line: "classes=10 depth=20"; NULL: none */
    ElaborateOptions elaborate;
    VEC(ImportDim) dims;    /* of ONNX files: --dim */
    VEC(Define) constants;  /* --const: inputs and their files */
    VEC(Define) preprocess; /* how pictures become inputs: --mean and so on */
    Words passed;           /* run: options for the program itself */
} Options;

typedef enum OptionsResult {
    OPTIONS_RUN,
    OPTIONS_DONE, /* --help or --version was printed */
    OPTIONS_WRONG /* after a diagnostic */
} OptionsResult;

OptionsResult options_parse(Options *options, Arena *arena, Diag *diag, int argc, char **argv);

#endif
