/* graph.h - the Graph: a net as typed operations in single-assignment form.
 *
 * Nodes live in one array, topologically ordered: a node reads only nodes before it, and is its own value. Nodes name
 * each other by NodeId (an index), never by pointer, so that a graph can be copied, printed and compared by walking
 * the array. A pass reads one graph and builds a new one. Shapes are static; axis 0 of every activation is the batch.
 *
 * verify.h has the rules a graph keeps; text.h prints and parses it; eval.h computes it.
 */
#ifndef FOVEA_IR_GRAPH_H
#define FOVEA_IR_GRAPH_H

#include "ir/type.h"
#include "support/diag.h"

typedef enum OpId {
#define OP(id, synopsis) OP_##id,
#include "ops/ops.def"
#undef OP
    OP_COUNT
} OpId;

typedef struct NodeId {
    uint32_t index;
} NodeId;

#define NODE_NONE ((NodeId){UINT32_MAX})
static inline bool node_is_none(NodeId id)
{
    return id.index == UINT32_MAX;
}
static inline bool node_same(NodeId a, NodeId b)
{
    return a.index == b.index;
}

/* Where values are: on one of several devices, or in the memory of the caller, as inputs and outputs of the net are. */
enum { LIMIT_DEVICES = 16, DEVICE_HOST = -1 };

typedef struct Node {
    OpId op;
    const void *attrs;                 /* the op's own struct, described by its row's attrs; NULL when it has none */
    Type type;                         /* of the value */
    uint32_t first_input, input_count; /* in Graph.edges; use graph_input */
    NodeId kernel; /* the node whose kernel computes this one too (pass fuse); NODE_NONE: it has its own */
    /* Of a node with a kernel: the one whose kernel goes through its rows in bands together with this one's, which
     * reads its result (pass bands); NODE_NONE: it takes all rows of what it reads. */
    NodeId behind;
    int32_t by;       /* rows in a band, of the last of such kernels; 0: another one goes behind it, or none at all */
    int32_t device;   /* that computes and holds it, 0..LIMIT_DEVICES - 1, or DEVICE_HOST */
    const char *path; /* label path, "layer1.0.conv1"; "" when unlabelled */
    /* The labelled blocks around it, outermost first: "layer1.0:bottleneck", "encoder:unet/down1:stage"; "" at the top.
     * Each is the label as written and what was called. */
    const char *block;
    Span span; /* the layer in the model's text */
} Node;

/* How a random weight is drawn (weights/random.c). */
typedef enum WeightRole {
    ROLE_OTHER,     /* uniform in -1..1 */
    ROLE_KERNEL,    /* He: normal, standard deviation sqrt(2 / fan_in) */
    ROLE_BIAS,      /* small */
    ROLE_BN_WEIGHT, /* gamma */
    ROLE_BN_BIAS,   /* beta */
    ROLE_BN_MEAN,
    ROLE_BN_VARIANCE,
    ROLE_SLOPE, /* of a rectifier's negative side */
    ROLE_COUNT
} WeightRole;

typedef enum ConstantKind {
    CONSTANT_LITERAL, /* data stands in the model */
    CONSTANT_FILL,    /* one number everywhere */
    CONSTANT_LOADED,  /* data comes from a weights file, by path; NULL until bound */
} ConstantKind;

/* The data of a `const` node: always f32, plain, logical order. */
typedef struct Constant {
    ConstantKind kind;
    const char *path; /* "conv1.weight"; "" for literals and fills */
    Shape shape;
    float *data;     /* shape_count elements; FILL has them too */
    WeightRole role; /* LOADED */
    int64_t fan_in;  /* ROLE_KERNEL */
    bool trainable;  /* counts as a parameter */
    Span span;
} Constant;

/* How a picture file becomes an input: u8[3, 224, 224](resize=256, order=bgr). */
typedef struct Picture {
    int64_t resize; /* short side in pixels before the centre crop; 0: just large enough to cover the crop */
    bool bgr;       /* channel order; default red, green, blue */
    bool none;      /* nothing says what pixels mean there: pictures are refused */
} Picture;

/* A named input or output of the net. */
typedef struct Port {
    const char *name;
    NodeId node;
    Span span;
    Picture picture;           /* inputs */
    const char *const *labels; /* outputs: one name an element, NULL when the model gives none */
    uint32_t label_count;
} Port;

/* Names for the elements of a value, as `labels` gave them; an output port of that value takes them over. */
typedef struct ValueLabels {
    NodeId node;
    const char *const *names;
    uint32_t count;
} ValueLabels;

typedef struct Graph {
    Arena *arena;
    const char *name; /* of the net */
    VEC(Node) nodes;
    VEC(NodeId) edges;
    VEC(Constant) constants;
    VEC(Port) inputs, outputs;
    const char *weights_path; /* what the model names with `weights "..."`, relative to it resolved; NULL: nothing */
    Span weights_span;
    VEC(ValueLabels) value_labels;
    int32_t device; /* of the nodes that graph_add appends */
    struct {
        NodeId *slots; /* hashed by path, NODE_NONE where empty */
        uint32_t capacity, count;
    } weights; /* the LOADED constants, for graph_weight */
} Graph;

Graph *graph_new(Arena *arena, const char *name);
/* A graph without nodes, in the same arena and with the same name and weights: what a pass fills. */
Graph *graph_new_like(const Graph *graph);

static inline Node *graph_node(const Graph *graph, NodeId id)
{
    return &graph->nodes.at[id.index];
}
/* Input i of a node. */
NodeId graph_input(const Graph *graph, const Node *node, uint32_t i);
const Node *graph_input_node(const Graph *graph, const Node *node, uint32_t i);
/* The node whose kernel computes `id`: itself, unless it is computed in another's. */
static inline NodeId graph_leader(const Graph *graph, NodeId id)
{
    NodeId kernel = graph_node(graph, id)->kernel;
    return node_is_none(kernel) ? id : kernel;
}
/* Whether a node is a piece: a part of its kernel's last value that the kernel writes to a place of its own (pass
 * pieces). Other parts are views. */
static inline bool node_is_piece(const Node *node)
{
    return node->op == OP_part && !node_is_none(node->kernel);
}
/* Of a node that is computed in another's kernel: whether input i is the running value, which that kernel makes too. */
bool graph_is_running(const Graph *graph, const Node *node, uint32_t i);
/* The Constant of an OP_const node. */
Constant *graph_constant(const Graph *graph, const Node *node);

/* Appends a node whose type follows from the op's shape rule; attrs are copied (row's attr_bytes, NULL: zeros).
 * Layout plain. A shape that does not fit is reported at `span`, and NODE_NONE comes back. */
NodeId graph_add(Graph *graph, Diag *diag, OpId op, const NodeId *inputs, uint32_t input_count, const void *attrs,
                 const char *path, Span span);
/* Appends an input of the net (and its Port): an OP_input node of that type. */
NodeId graph_add_input(Graph *graph, const char *name, Type type, Picture picture, Span span);
/* Appends an OP_const node for a constant, which is copied; the data are not. */
NodeId graph_add_constant(Graph *graph, const Constant *constant);
/* A rank 0 literal; NODE_NONE after a diagnostic: number_fits. */
NodeId graph_add_number(Graph *graph, Diag *diag, double value, Span span);
/* Whether a float holds the number; else "1e+39 does not fit a float" is said. */
bool number_fits(Diag *diag, double value, Span span);
/* The OP_const node of a LOADED constant: the one that was added under that path already (a shared layer), else a new
 * one. Another shape under the same path is reported at constant->span, and NODE_NONE comes back. */
NodeId graph_weight(Graph *graph, Diag *diag, const Constant *constant);
/* Appends `pack`: the value stored in another layout, on its device; of an input, on the first one. */
NodeId graph_add_pack(Graph *graph, NodeId value, Layout layout);
/* Appends an output port; it takes over the labels of its value. */
void graph_add_output(Graph *graph, const char *name, NodeId node, Span span);
/* Appends a copy of `node` of another graph (same arena), its inputs given in this graph (as many as the node has);
 * type, layout, path and span are kept, `kernel` is not. An input's Port and a const's Constant are copied with it. */
NodeId graph_copy_node(Graph *to, const Graph *from, NodeId id, const NodeId *inputs);

/* Names the elements of a value (the arrays are kept, not copied), and asks for the names: NULL when it has none. */
void graph_set_labels(Graph *graph, NodeId node, const char *const *names, uint32_t count);
const char *const *graph_labels(const Graph *graph, NodeId node, uint32_t *count);

/* Whether a node has a kernel of its own that runs; `known`: by one of the arrays below. */
bool graph_leads(const Graph *graph, const bool *known, NodeId id);
/* For each node that leads a kernel, the last value of that kernel: itself when nothing was fused into it. What the
 * kernel writes, unless pieces of it. An array of nodes.count, in the graph's arena. */
NodeId *kernel_results(const Graph *graph);
/* Whether `id` is the last value of its kernel, by kernel_results, or a piece of that: what others may read. */
bool graph_is_written(const Graph *graph, const NodeId *results, NodeId id);
/* Whether kernels go through their rows in bands. */
bool graph_has_bands(const Graph *graph);

/* How many devices compute: the highest that a node names, and those below it. */
int32_t graph_devices(const Graph *graph);
/* Whether values are sent between devices: then a node reads what is on its own, and only transfers read elsewhere. */
bool graph_has_transfers(const Graph *graph);

/* How often each value is read, outputs included: an array of nodes.count, in `arena`. */
uint32_t *graph_uses(Arena *arena, const Graph *graph);
/* Examples of one run: axis 0 of all inputs and outputs. 1 where they differ, as all
 * that goes in is one example then, and where nothing goes in. */
int64_t graph_batch(const Graph *graph);

/* Which values are known once the weights are: constants, and what is computed from nothing else; transfers, which a
 * run makes, are not. An array of nodes.count, in `arena`. */
bool *graph_known(Arena *arena, const Graph *graph);
/* The same without outputs of the net, which kernels write: what stands among the weights. */
bool *graph_stored_known(Arena *arena, const Graph *graph);

#endif
