/* model.h - an ONNX model while it is imported: values by name, numbers that are known, nodes and their attributes. */
#ifndef FOVEA_IMPORT_MODEL_H
#define FOVEA_IMPORT_MODEL_H

#include "import/import.h"
#include "onnx.pb-c.h"
#include "support/names.h"

enum { NEWEST_OPSET = 27 }; /* that is read */

/* Element types of ONNX, by their short names here. */
typedef enum OnnxType {
    ONNX_NONE = ONNX__TENSOR_PROTO__DATA_TYPE__UNDEFINED,
    ONNX_F32 = ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT,
    ONNX_U8 = ONNX__TENSOR_PROTO__DATA_TYPE__UINT8,
    ONNX_I8 = ONNX__TENSOR_PROTO__DATA_TYPE__INT8,
    ONNX_U16 = ONNX__TENSOR_PROTO__DATA_TYPE__UINT16,
    ONNX_I16 = ONNX__TENSOR_PROTO__DATA_TYPE__INT16,
    ONNX_I32 = ONNX__TENSOR_PROTO__DATA_TYPE__INT32,
    ONNX_I64 = ONNX__TENSOR_PROTO__DATA_TYPE__INT64,
    ONNX_BOOL = ONNX__TENSOR_PROTO__DATA_TYPE__BOOL,
    ONNX_F16 = ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT16,
    ONNX_F64 = ONNX__TENSOR_PROTO__DATA_TYPE__DOUBLE,
    ONNX_U32 = ONNX__TENSOR_PROTO__DATA_TYPE__UINT32,
    ONNX_U64 = ONNX__TENSOR_PROTO__DATA_TYPE__UINT64,
    ONNX_BF16 = ONNX__TENSOR_PROTO__DATA_TYPE__BFLOAT16
} OnnxType;

/* "f32", "i64"; "type 17" for what has no name here. */
const char *onnx_type_name(Arena *arena, OnnxType type);
bool onnx_type_is_float(OnnxType type);   /* f32, f16, bf16, f64 */
bool onnx_type_is_integer(OnnxType type); /* bool, too */
bool onnx_type_is_narrow(OnnxType type); /* f32 holds all its numbers: integers up to 16 bits, bool, floats up to f32 */

/* The smallest and largest integer of a type. */
void onnx_type_range(OnnxType type, double *least, double *most);

/* A value of the model: a tensor of an ONNX type and shape (dimensions may be 0 where it is known). */
typedef struct Value {
    const char *name;
    OnnxType type;
    Shape shape;
    /* Known numbers, in row-major order: integers and booleans, or floats rounded to f32. NULL: it is computed. */
    const int64_t *integers;
    const float *floats;
    /* In the Graph, the same elements in the same order, whatever the shape; NODE_NONE: not there yet. */
    NodeId node;
} Value;

static inline bool value_is_known(const Value *value)
{
    return value->integers || value->floats;
}

typedef struct ValueSlot {
    const char *name; /* NULL: empty */
    Value *value;
} ValueSlot;

typedef struct Import {
    Arena *arena;
    Diag *diag;
    const char *path;
    const ImportOptions *options;
    const Onnx__ModelProto *model;
    int64_t opset; /* of the operators without a domain */
    Graph *graph;
    ValueSlot *slots; /* values by name, hashed */
    uint32_t slot_count, slot_capacity;
    uint32_t refused; /* nodes */
    ImportPorts *ports;
    NameSet port_names;
    const ImportGiven **given; /* for each input of the model; NULL: nothing is */
    VEC(ImportDim) dims;       /* those that the model leaves open and that have been closed */
} Import;

/* ---- inputs and outputs (ports.c) ---- */

/* Defines the model's inputs: as inputs of the Graph, or as known. */
bool import_inputs(Import *import);
/* Makes its outputs those of the Graph, and sees that something is computed. */
bool import_outputs(Import *import);
/* known.c: whether a shape, an axis, a place or the like depends on the numbers of an integer input, or f32 would not
 * hold what is made of them. */
bool import_has_to_know(const Import *import, const Value *input);
/* What is left of a number in that type of integers, as all arithmetic of ONNX leaves it. */
int64_t integer_wrapped(OnnxType type, int64_t number);
/* Whether f32 holds each of its integers. */
bool value_is_exact(const Value *value);
/* Known numbers as floats. */
const float *value_floats(Arena *arena, const Value *value);
/* A diagnostic of the whole model; false. */
bool import_wrong(Import *import, const char *format, ...) PRINTF_LIKE(2, 3);

/* ---- values ---- */

/* NULL: there is none of that name. */
Value *import_find(const Import *import, const char *name);
/* Takes the place of one with that name, which ONNX does not allow: false then. */
bool import_define(Import *import, Value *value);

/* A name as .fov has them: letters, digits and "_", "KIND_" in front where it begins with no letter. */
const char *import_safe_name(Arena *arena, const char *kind, const char *name);

/* Elements; 1 for rank 0, 0 where a dimension is. */
int64_t value_count(const Shape *shape);
/* A tensor of a file of its own (.pb), as test data are stored; NULL after a diagnostic. */
const Value *import_tensor_file(Arena *arena, Diag *diag, const char *path);
/* The bytes of a tensor that stand in another file; false after a diagnostic. */
bool import_external(Import *import, const Onnx__TensorProto *tensor, ProtobufCBinaryData *data);
/* A known tensor's numbers, as a Value of the same name; false after a diagnostic. */
bool import_tensor(Import *import, const Onnx__TensorProto *tensor, Value *value);

/* Puts the bodies of the model's functions in the place of their calls; false after a diagnostic. */
bool import_functions(Import *import);
/* For messages that are unpacked into the arena. */
ProtobufCAllocator import_allocator(Arena *arena);

/* ---- nodes ---- */

typedef struct ImportNode ImportNode;

typedef struct ImportRow {
    const char *type;                /* "Conv" */
    int since, until;                /* opsets; until 0: the newest that is known */
    bool (*write)(ImportNode *node); /* false after node_refuse or a diagnostic */
    OpId op;                         /* what `write` makes of it, where it takes several operators */
    struct {
        const char *name; /* of an attribute; "": it has none, and the fallback counts */
        double fallback;
    } numbers[2]; /* of those that the op has, in its order */
} ImportRow;

struct ImportNode {
    Import *import;
    const Onnx__NodeProto *proto;
    const ImportRow *row;
    Span span;
};

/* Says why the node cannot be taken; false. */
bool node_refuse(ImportNode *node, const char *format, ...) PRINTF_LIKE(2, 3);

/* Input i; NULL: it is left out. */
Value *node_input(const ImportNode *node, size_t i);
size_t node_input_count(const ImportNode *node);

const Onnx__AttributeProto *node_attribute(const ImportNode *node, const char *name);
int64_t node_int(const ImportNode *node, const char *name, int64_t fallback);
double node_number(const ImportNode *node, const char *name, double fallback);
const char *node_text(const ImportNode *node, const char *name, const char *fallback);
/* How many integers there are, of which at most `room` are copied; -1: no such attribute. */
int64_t node_ints(const ImportNode *node, const char *name, int64_t *values, int64_t room);
/* The same of an attribute or of the known input i, whichever is there: what newer opsets have made an input.
 * -2 after a refusal: the input is not known. */
int64_t node_list(ImportNode *node, const char *attribute, size_t input, int64_t *values, int64_t room);
/* An axis in 0..rank - 1 of one that may count from the end; false after a refusal. */
bool node_axis(ImportNode *node, int64_t axis, int rank, int *result);

/* The element type of input 0, which most outputs have too. */
OnnxType node_type(const ImportNode *node);
/* Output i is this node of the graph, of that type and shape. */
bool node_result(ImportNode *node, size_t i, NodeId id, OnnxType type, const Shape *shape);
/* Output i is known. */
bool node_known(ImportNode *node, size_t i, OnnxType type, const Shape *shape, const int64_t *integers,
                const float *floats);

/* ---- into the graph ---- */

/* The value as a node of any shape that has its elements in order, numbers of any type as f32; NODE_NONE after a
 * refusal (it has no elements, or integers that f32 does not hold). */
NodeId node_value(ImportNode *node, Value *value);
/* The same in that shape. */
NodeId node_value_as(ImportNode *node, Value *value, const Shape *shape);
/* Numbers of the node's own, row-major, in the arena. */
NodeId node_constant(ImportNode *node, const Shape *shape, const float *numbers);
NodeId node_number_of(ImportNode *node, double number);
/* A node of the graph in another shape. */
NodeId node_reshaped(ImportNode *node, NodeId id, const Shape *shape);
/* Adds an op; NODE_NONE after a refusal with what the op's rule says. */
NodeId node_add(ImportNode *node, OpId op, const NodeId *inputs, uint32_t count, const void *attrs);

/* The shape that a Graph usually has for it: at least two axes, 1s in front. */
Shape shape_usual(const Shape *shape);
/* In at least `rank` axes, 1s in front. */
Shape shape_raised(const Shape *shape, int rank);
/* With an axis of 1 in front, so that no axis of its own is the batch. */
Shape shape_lifted(const Shape *shape);

/* The shape that both are broadcast to, whatever their ranks; false: they do not fit. */
bool shape_both(const Shape *a, const Shape *b, Shape *result);
/* The node of `op` of two values that are broadcast, its type that of the first; false after a refusal. */
bool node_combine(ImportNode *node, OpId op, Value *a, Value *b, Value *result);
/* Integers in f32, as they are after they have wrapped around in that type; those that are not narrow stay. */
NodeId node_wrapped(ImportNode *node, NodeId id, OnnxType type);

/* ---- rows ---- */

const ImportRow *import_row(const char *type, int64_t opset);
/* Whether there is no other way than to compute it while the model is imported. */
bool import_only_folds(const char *type);
/* All of them, in alphabetical order; NULL behind the last. */
const ImportRow *import_row_at(uint32_t i);
/* Whether there is a row of that operator for any opset. */
bool import_knows(const char *type);

/* Computes a node whose inputs are known enough for it; false: it is not one of these, or not all are. *failed: it was
 * refused. */
bool import_fold(ImportNode *node, bool *failed);
/* The operators that it computes; NULL behind the last. */
const char *import_fold_type(uint32_t i);

#endif
