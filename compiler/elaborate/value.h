/* value.h - what an expression gives while a model is read: a compile-time value, or a tensor of the graph.
 *
 * Values are small and copied. Lists and tables never change once another value can see them. A list is a window on
 * a store; a list that ends where its store ends can be lengthened in place, so that `l = l + [v]` in a loop costs
 * what it adds. A range is a list without a store.
 */
#ifndef FOVEA_ELABORATE_VALUE_H
#define FOVEA_ELABORATE_VALUE_H

#include "elaborate/names.h"
#include "ir/graph.h"

enum {
    LIMIT_LIST_DEPTH = 32,
    LIMIT_LIST_ITEMS = 1 << 22 /* of one list, with those of the lists inside */
};

typedef enum ValueKind {
    VALUE_POISON, /* came out of something that was reported: stays silent */
    VALUE_INT,
    VALUE_FLOAT,
    VALUE_BOOL,
    VALUE_STRING,
    VALUE_LIST,
    VALUE_TABLE,
    VALUE_TENSOR,
} ValueKind;

typedef struct List List;
typedef struct Table Table;

typedef struct Value {
    ValueKind kind;
    NodeId node; /* TENSOR */
    union {
        int64_t integer;
        double number;
        bool boolean;
        const char *string;
        const List *list;
        const Table *table;
    } as;
} Value;

typedef struct ListStore {
    Value *at;
    int64_t used, capacity;
} ListStore;

struct List {
    ListStore *store; /* NULL: the integers from `first` on */
    int64_t first;
    int64_t count;
    int64_t items; /* with those of the lists inside, counted wherever they occur */
    int depth;     /* 1: no list inside */
};

struct Table {
    int64_t count;
    const Value *keys, *values;
    NameMap index; /* key_text -> address in `values` */
    int64_t items;
    int depth;
};

#define POISON ((Value){.kind = VALUE_POISON, .node = {UINT32_MAX}})
Value value_int(int64_t integer);
Value value_float(double number);
Value value_bool(bool boolean);
Value value_string(const char *string);
Value value_tensor(NodeId node);

static inline bool value_is_poison(Value value)
{
    return value.kind == VALUE_POISON;
}
static inline bool value_is_number(Value value)
{
    return value.kind == VALUE_INT || value.kind == VALUE_FLOAT;
}
double value_number(Value number); /* of an INT or a FLOAT */

/* A list of copies of `items`. */
Value value_list(Arena *arena, const Value *items, int64_t count);
Value value_range(Arena *arena, int64_t first, int64_t end);
/* a + b for lists; shares the store of `a` when it can. */
Value value_join(Arena *arena, const List *a, const List *b);
Value list_at(const List *list, int64_t i);
/* Whether it has elements, and all are tensors. */
bool list_all_tensors(const List *list);

/* Keys must be integers or strings; gives the first key that occurs twice through `twice` and POISON. */
Value value_table(Arena *arena, const Value *keys, const Value *values, int64_t count, int64_t *twice);
/* NULL when there is no such key. */
const Value *table_find(const Table *table, Value key);

/* Deep equality of values of like kinds; integers and floats are compared as numbers. */
bool value_equal(Value a, Value b);

/* "an integer", "a list": for messages. */
const char *value_kind_text(Value value);
/* "a number", where integer or float does not matter. */
const char *value_sort_text(Value value);
/* The value as it would be written, shortened: 17, "big", [1, 2, ...]. */
const char *value_text(Arena *arena, Value value);

#endif
