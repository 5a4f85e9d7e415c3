/* foreign.c - words that people bring from other frameworks, and what stands for them here.
 *
 * Words are compared as `normal` makes them: small letters without '_'; so Conv2d, conv_2d and CONV2D are one word.
 * Near misses of our own names are not listed: nearest_word finds them.
 */
#include "elaborate/internal.h"

#include <ctype.h>

enum { LONGEST = 32 };

typedef struct Foreign {
    const char *words; /* blank-separated */
    const char *here;
} Foreign;

static const Foreign layers[] = {
    {"conv2d conv1d convolution convolution2d cnn", "-> conv1: conv(out, size)"},
    {"conv1x1 conv3x3 conv5x5 conv7x7", "-> conv1: conv(out, size), or a block of that name"},
    {"depthwiseconv2d depthwiseconv depthwise dwconv", "-> dw: conv(channels(x), 3x3, pad=1, groups=channels(x))"},
    {"convtranspose convtranspose2d conv2dtranspose deconv deconvolution upconv transposedconv",
     "-> up: conv_transpose(out, size)"},
    {"dense linear fullyconnected innerproduct gemm matmul", "-> fc1: fc(out)"},
    {"batchnorm2d batchnormalization bn", "-> bn1: batchnorm"},
    {"localresponsenorm localresponsenormalization", "-> lrn(size)"},
    {"maxpool2d maxpooling maxpooling2d", "-> maxpool(size)"},
    {"avgpool2d avgpooling averagepool averagepooling averagepooling2d meanpool", "-> avgpool(size)"},
    {"pool pooling pool2d", "-> maxpool(size) or -> avgpool(size)"},
    {"globalavgpool globalaveragepool globalaveragepooling2d adaptiveavgpool2d gap", "-> avgpool(global)"},
    {"globalmaxpool globalmaxpooling2d adaptivemaxpool2d gmp", "-> maxpool(global)"},
    {"upsample upsampling2d interpolate upsamplenearest2d", "-> resize(scale=2)"},
    {"upsamplingbilinear2d", "-> resize(scale=2, mode=bilinear, align=corners)"},
    {"cat concatenate merge route", "concat(x, y)"},
    {"eltwise shortcut residual addlayer plus", "x + y"},
    {"multiply times", "x * y"},
    {"subtract minus", "x - y"},
    {"divide", "x / y"},
    {"neg negative", "-x"},
    {"square", "x * x"},
    {"reciprocal", "1 / x"},
    {"chunk", "split(x, parts)"},
    {"narrow crop stridedslice gather", "-> slice(begin, end)"},
    {"view", "-> reshape(shape), or -> flatten"},
    {"permute", "-> transpose(order)"},
    {"expanddims", "-> unsqueeze(axes)"},
    {"pixelshuffle", "-> depth_to_space(block, order=crd)"},
    {"pixelunshuffle", "-> space_to_depth(block, order=crd)"},
    {"zeropadding2d zeropad2d constantpad2d", "-> pad(amount)"},
    {"reflectionpad2d", "-> pad(amount, mode=reflect)"},
    {"replicationpad2d", "-> pad(amount, mode=edge)"},
    {"activation nonlinearity", "the function itself: -> relu"},
    {"lrelu", "-> leaky_relu(slope)"},
    {"silu", "-> swish"},
    {"hswish", "-> hard_swish"},
    {"hsigmoid", "-> hard_sigmoid"},
    {"logistic", "-> sigmoid"},
    {"hardtanh", "-> clamp(-1, 1)"},
    {"clip clipbyvalue", "-> clamp(min, max)"},
    {"logsoftmax", "-> softmax -> log"},
    {"mean", "-> reduce_mean"},
    {"identity noop passthrough", "nothing: the value itself"},
    {"sequential", "one layer behind the other: x -> conv1: conv(...) -> relu"},
    {"range arange", "0..n"},
    {"size dim", "shape(x)"},
    {"int round trunc", "floor(a), ceil(a) or div(a, b)"},
};

static const Foreign arguments[] = {
    {"padding", "pad"},
    {"kernel kernelsize ksize kernelshape filtersize poolsize windowsize", "size"},
    {"filters outchannels outfeatures units numoutput features", "out"},
    {"dilationrate", "dilation"},
    {"epsilon", "eps"},
    {"negativeslope", "slope"},
    {"ceilmode", "ceil"},
    {"countincludepad", "count_pad"},
    {"outputpadding", "output_pad"},
    {"usebias biasterm", "bias"},
    {"scalefactor", "scale"},
    {"interpolation", "mode"},
    {"aligncorners", "align"},
    {"dim axes", "axis"},
    {"dim dims axis", "axes"},
    {"keepdim keepdims", "keep"},
    {"upscalefactor downscalefactor blocksize", "block"},
    {"mean", "running_mean"},
    {"var variance", "running_var"},
    {"gamma", "weight"},
    {"beta", "bias"},
};

/* What is no argument here at all. */
static const Foreign elsewhere[] = {
    {"inchannels infeatures numinput inputshape", "input channels follow from the input"},
    {"activation act", "an activation is a layer of its own: -> relu"},
    {"name", "a label names a layer: -> conv1: conv(...)"},
    {"training momentum affine trackrunningstats inplace", "a model is the net that runs, not the net in training"},
    {"kernelinitializer biasinitializer weightinit init",
     "numbers come from a weights file, or are given: weight=[...]"},
};

/* false: too long to be a word that is listed. */
static bool normal(const char *word, char text[LONGEST])
{
    size_t length = 0;
    for (; *word; word++) {
        if (*word == '_')
            continue;
        if (length + 1 == LONGEST)
            return false;
        text[length++] = (char)tolower((unsigned char)*word);
    }
    text[length] = '\0';
    return true;
}

static const char *find(const Foreign *rows, size_t count, const char *word)
{
    char text[LONGEST];
    for (size_t i = 0; normal(word, text) && i < count; i++)
        if (word_index(rows[i].words, text) >= 0)
            return rows[i].here;
    return NULL;
}

const char *foreign_layer(const char *word)
{
    return find(layers, COUNT_OF(layers), word);
}

void hint_argument(Diag *diag, const char *word, const char *const *names, size_t count)
{
    char text[LONGEST];
    bool known = !nearest_word(word, names, count) && normal(word, text);
    for (size_t i = 0; known && i < COUNT_OF(arguments); i++)
        for (size_t k = 0; word_index(arguments[i].words, text) >= 0 && k < count; k++)
            if (strcmp(names[k], arguments[i].here) == 0) {
                diag_hint(diag, "it is called '%s' here", names[k]);
                return;
            }
    const char *instead = known ? find(elsewhere, COUNT_OF(elsewhere), word) : NULL;
    if (instead)
        diag_hint(diag, "%s", instead);
    else
        hint_choice(diag, word, names, count, "its argument");
}
