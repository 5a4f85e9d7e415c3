/* manual.c - the manual page (see manual.h).
 *
 * What a table has is printed from it; what it has not, such as the environment, stands here as roff. Options that
 * several commands take are explained once, after the commands, and named in each.
 */
#include "driver/manual.h"
#include "driver/rows.h"

static const char opening[] = ".SH DESCRIPTION\n"
                              "Fovea compiles convolutional nets, written in a small language, to C.\n"
                              "Out come a header, C sources specialised for that one net, and a file of\nweights.\n"
                              "They need no framework, no interpreter and no memory allocation while they run.\n"
                              ".PP\n"
                              ".I MODEL\n"
                              "is a file of that language, by habit with the ending\n"
                              ".IR .fov .\n";

/* What there is to say about a command besides its synopsis and options; roff. */
static const char *const details[COMMAND_COUNT] = {
    [COMMAND_COMPILE] =
        "The folder gets the header\n.IR PREFIX .h,\nthe kernels\n.IR PREFIX .c,\nthe weights\n.IR PREFIX .weights,\n"
        "the same as something to link\n.RI ( PREFIX _weights.S\nor\n.IR PREFIX _weights.c),\n"
        "and the runtime, fovea.h and fovea.c.\n"
        "The same model and options give the same bytes, in any folder.\n",
    [COMMAND_BUILD] = "The program reads PNG, JPEG, .npy and IDX files and lists its own options with\n"
                      ".BR \\-\\-help .\n"
                      "It is compiled by the C compiler, and links libpng, libjpeg and zlib unless\n"
                      ".B \\-\\-no\\-libraries\nis given.\n",
    [COMMAND_RUN] =
        "Does what\n.B build\n"
        "does, for this machine alone, and starts the program,\nwhich is kept in a cache for the next time.\n",
    [COMMAND_GRAPH] = "A layer is a box, together with the activations and the like that follow it;\n"
                      "a labelled block is a frame around boxes.\n"
                      "Blocks that follow one another alike are drawn once, with how often they are there.\n"
                      "Pictures are drawn by\n.BR dot (1),\nwhich is part of graphviz; the text needs nothing.\n",
    [COMMAND_IMPORT] = "The text is flat: a statement for each chain of layers, in the order of the file.\n"
                       "The weights are stored beside it, under the layers\' labels.\n"
                       "Other commands take ONNX files as they are.\n",
    [COMMAND_EXPORT] = "One node a layer, as the model says it, under the labels\' names; opset 13.\n"
                       "What is an operator of its own in Fovea alone becomes a few nodes.\n"
                       "Inputs of bytes are planes, channels before rows and columns.\n",
    [COMMAND_CHECK] = "Inputs are random numbers, or the files that are given.\n"
                      "The reference is an evaluator in double precision,\nwhich shares no code with what is emitted.\n"
                      "Without\n.BR \\-\\-target ,\nevery target that the CPU can run is checked.\n",
    [COMMAND_BENCH] =
        "Times whole runs, then runs with the time taken behind each kernel,\nand beside them how many multiply-adds "
        "one core does at most and how fast it reads\nmemory.\n"
        "Inputs are random numbers.\n"
        "The program that times itself is kept in the cache of\n.BR run .\n"
        "A warning says when the machine had other things to do.\n",
    [COMMAND_TUNE] = "Convolutions for targets with vectors can be computed in many ways:\nthey are tried beside each "
                     "other, shape by shape, as they stand in the net,\nand the fastest are written to a file for\n"
                     ".BR \\-\\-tune .\n"
                     "Lines that the file has of other shapes stay.\n"
                     "Without\n.BR \\-\\-target ,\nit is for the widest vectors that this machine has.\n",
    [COMMAND_WEIGHTS] = "They fit code that was made from the same net for the same target, batch and\nparameters;\n"
                        "a file that is there already tells the target.\n"
                        "The code and the program stay as they are.\n"
                        "Given a weights file in place of a model,\nit prints size, architecture and checksum.\n",
    [COMMAND_FMT] = "Comments stay, and so does what the model means.\n",
    [COMMAND_DEVICES] = "One line a device: its index, name and kind, how many units of it compute at the same time,\n"
                        "its memory, its driver and its platform.\n"
                        "A star is before the one that models take, which\n.B FOVEA_DEVICE\nchooses.\n"
                        "The list is that of a program which is compiled the first time,\n"
                        "since Fovea itself needs no OpenCL.\n",
};

static const char closing[] =
    ".SH EXIT STATUS\n"
    ".TP\n.B 0\nAll went well.\n"
    ".TP\n.B 1\nAn error was printed; or\n.B check\nfound a target that computes something else; or\n"
    ".B fmt \\-\\-check\nfound files that are not formatted.\n"
    ".PP\n.B run\nends with the status of the program that it started.\n"
    ".SH ENVIRONMENT\n"
    ".TP\n.B CC\nThe C compiler of\n.BR build ,\n.BR run ,\n.BR bench ,\n.B check\nand\n.BR devices ,\n"
    "with options if need be; else the first of clang, gcc and cc that is found.\n"
    ".TP\n.B FOVEA_CACHE\nWhere programs of target opencl keep what devices have built of their kernels;\n"
    "else\n.I $XDG_CACHE_HOME/fovea\nor\n.IR ~/.cache/fovea ,\nexcept with PoCL, which has a cache of its own.\n"
    ".TP\n.B FOVEA_DEVICE\nThe device that models of target opencl run on: an index of\n.BR devices ,\n"
    "cpu, gpu or accelerator, or a part of a name; for a net of several devices,\nseveral of these with commas "
    "between them.\nElse the first GPU, else the first device;\nwhat is compiled with\n.B \\-\\-device cpu\ntakes the "
    "first CPU.\n"
    ".TP\n.B LC_ALL\n.TQ\n.B LC_CTYPE\n.TQ\n.B LANG\nWhether\n.B bench\ndraws its bars with more than ASCII's "
    "characters.\n"
    ".TP\n.B XDG_CACHE_HOME\nWhere\n.BR run ,\n.B bench\nand\n.B devices\nkeep programs, in a folder\n.IR fovea "
    ";\nelse\n.IR "
    "~/.cache/fovea .\n"
    "What is in it can be removed at any time.\n"
    ".TP\n.B TMPDIR\nWhere sources are written while a program is built, and drawings while they become\npictures; "
    "else\n.IR /tmp .\n"
    ".SH FILES\n"
    "Below the folder that Fovea is installed to:\n"
    ".TP\n.I include/fovea.h\nThe runtime's interface, which every emitted header includes.\n"
    ".TP\n.I share/fovea/fovea.c\nThe runtime, to be compiled into programs that link emitted code.\n"
    ".TP\n.I share/fovea/opencl\nMore of it, for models of target opencl, which link \\-lOpenCL, too.\n"
    ".TP\n.I share/pkgconfig/fovea.pc\nFor\n.BR pkgconf (1);\nits variable\n.I runtime\nis the folder of fovea.c.\n"
    ".TP\n.I share/cmake/Fovea\nFor\n.BR cmake (1):\nfind_package(Fovea) defines\n.BR fovea_add_model .\n"
    ".TP\n.I share/doc/fovea\nThe language's reference, and examples.\n"
    ".SH EXAMPLES\n"
    "Classify a picture, and look at the net that does it:\n"
    ".PP\n.RS 4\n.nf\n"
    "fovea run lenet5.fov boot.png\n"
    "fovea show lenet5.fov\n"
    ".fi\n.RE\n"
    ".PP\nMake C of it, and link that with a program:\n"
    ".PP\n.RS 4\n.nf\n"
    "fovea compile lenet5.fov \\-o net\n"
    "cc \\-O3 \\-Inet \\-c yours.c net/lenet5.c net/fovea.c\n"
    "cc \\-c \\-Wa,\\-Inet net/lenet5_weights.S\n"
    "cc yours.o lenet5.o fovea.o lenet5_weights.o \\-lm\n"
    ".fi\n.RE\n"
    ".PP\nThe same for x86\\-64 with AVX2, eight pictures at a time,\nwith weights of one's own:\n"
    ".PP\n.RS 4\n.nf\n"
    "fovea compile lenet5.fov \\-t avx2 \\-\\-batch 8 \\-w trained.safetensors \\-o net\n"
    ".fi\n.RE\n"
    ".SH COPYRIGHT\n"
    "The compiler is under the MIT licence.\nThe runtime and all emitted code are under 0BSD:\n"
    "what Fovea writes is yours, and no notice is owed.\n"
    ".SH SEE ALSO\n"
    ".BR cc (1),\n.BR cmake (1),\n.BR dot (1),\n.BR pkgconf (1)\n"
    ".PP\nThe language is described in LANGUAGE.md,\n"
    "programs that link emitted code in embedding.md (share/doc/fovea).\n";

/* Plain text in a line: minus signs stay what they are when they are copied, and no byte is taken for roff. */
static void put_text(const char *text)
{
    for (const char *c = text; *c; c++)
        if (*c == '-')
            printf("\\-");
        else if (*c == '\\')
            printf("\\e");
        else
            putchar(*c);
}

/* "MODEL -o DIR": what is in capitals is for the user to fill in, italic; the rest is bold, brackets and dots apart. */
static void put_arguments(const char *text)
{
    while (*text) {
        size_t capitals = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
        size_t marks = strspn(text, "[]. =");
        size_t length = capitals ? capitals : marks ? marks : strcspn(text, "[]. =");
        const char *font = capitals ? "\\fI" : marks ? "\\fR" : "\\fB";
        printf("%s", font);
        for (size_t i = 0; i < length; i++)
            put_text((char[]){text[i], '\0'});
        text += length;
    }
    printf("\\fR");
}

/* "-o DIR, --output DIR" as the head of a paragraph. */
static void put_option_head(const OptionRow *row)
{
    printf(".TP\n");
    if (row->letter)
        printf("\\fB\\-%c\\fR, ", row->letter);
    printf("\\fB\\-\\-");
    put_text(row->name);
    printf("\\fR");
    if (row->value) {
        putchar(' ');
        put_arguments(row->value);
    }
    printf("\n");
}

static void put_option(const OptionRow *row)
{
    put_option_head(row);
    if (row->help) {
        put_text(row->help);
        printf("\n");
        return;
    }
    for (int i = 0; target_at(i); i++) {
        printf("%s\\fB", i ? ".br\n" : "");
        put_text(target_at(i)->name);
        printf("\\fR: ");
        put_text(target_at(i)->synopsis);
        printf("\n");
    }
}

static bool is_shared(const OptionRow *row)
{
    return row->commands & (row->commands - 1);
}

/* A command's own options, then the names of those that others take too. */
static void put_command(Command command)
{
    const CommandRow *row = &command_rows[command];
    printf(".SS %s\n", row->name);
    printf("%c", row->synopsis[0] - 'a' + 'A');
    put_text(row->synopsis + 1);
    printf(".\n%s", details[command] ? details[command] : "");
    for (size_t i = 0; i < option_row_count; i++)
        if (option_taken(&option_rows[i], command) && !is_shared(&option_rows[i]))
            put_option(&option_rows[i]);
    printf(".PP\nShared options:");
    const char *before = "\n";
    for (size_t i = 0; i < option_row_count; i++)
        if (option_taken(&option_rows[i], command) && is_shared(&option_rows[i])) {
            printf("%s\\fB\\-\\-", before);
            put_text(option_rows[i].name);
            printf("\\fR");
            before = ",\n";
        }
    printf(".\n");
}

static void put_synopsis(void)
{
    printf(".SH SYNOPSIS\n");
    for (int c = 0; c < COMMAND_COUNT; c++) {
        printf("\\fBfovea %s\\fR%s", command_rows[c].name, *command_rows[c].arguments ? " " : "");
        put_arguments(command_rows[c].arguments);
        printf(" [\\fIOPTION\\fR]...\n.br\n");
    }
    printf("\\fBfovea \\-\\-help\\fR | \\fB\\-\\-version\\fR\n");
}

void manual_print(void)
{
    printf(".TH FOVEA 1 \"%s\" \"Fovea %s\" \"User Commands\"\n", FOVEA_VERSION_DATE, FOVEA_VERSION);
    printf(".SH NAME\nfovea \\- compile convolutional nets to C\n");
    put_synopsis();
    printf("%s.SH COMMANDS\n", opening);
    for (int c = 0; c < COMMAND_COUNT; c++)
        put_command((Command)c);
    printf(".SH SHARED OPTIONS\n");
    for (size_t i = 0; i < option_row_count; i++)
        if (is_shared(&option_rows[i]))
            put_option(&option_rows[i]);
    printf("%s", closing);
}
