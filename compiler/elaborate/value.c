/* value.c - making, comparing and printing compile-time values (see value.h). Depth is bounded by LIMIT_LIST_DEPTH, so
 * that what recurses here recurses little; whoever makes lists keeps the limits. */
#include "elaborate/value.h"

Value value_int(int64_t integer)
{
    return (Value){.kind = VALUE_INT, .node = NODE_NONE, .as.integer = integer};
}

Value value_float(double number)
{
    return (Value){.kind = VALUE_FLOAT, .node = NODE_NONE, .as.number = number};
}

Value value_bool(bool boolean)
{
    return (Value){.kind = VALUE_BOOL, .node = NODE_NONE, .as.boolean = boolean};
}

Value value_string(const char *string)
{
    return (Value){.kind = VALUE_STRING, .node = NODE_NONE, .as.string = string};
}

Value value_tensor(NodeId node)
{
    return (Value){.kind = VALUE_TENSOR, .node = node};
}

double value_number(Value number)
{
    return number.kind == VALUE_INT ? (double)number.as.integer : number.as.number;
}

static int64_t value_items(Value value)
{
    if (value.kind == VALUE_LIST)
        return value.as.list->items;
    return value.kind == VALUE_TABLE ? value.as.table->items : 0;
}

static int value_depth(Value value)
{
    if (value.kind == VALUE_LIST)
        return value.as.list->depth;
    return value.kind == VALUE_TABLE ? value.as.table->depth : 0;
}

/* Adds without running over; what is over the limit is refused by the caller anyway. */
static int64_t add_items(int64_t a, int64_t b)
{
    int64_t limit = (int64_t)1 << 60;
    return MIN(MIN(a, limit) + MIN(b, limit), limit);
}

Value value_list(Arena *arena, const Value *items, int64_t count)
{
    ListStore *store = NEW(arena, ListStore);
    store->at = NEW_ARRAY(arena, Value, count);
    store->used = store->capacity = count;
    List *list = NEW(arena, List);
    *list = (List){.store = store, .count = count, .items = count, .depth = 1};
    for (int64_t i = 0; i < count; i++) {
        store->at[i] = items[i];
        list->items = add_items(list->items, value_items(items[i]));
        list->depth = MAX(list->depth, value_depth(items[i]) + 1);
    }
    return (Value){.kind = VALUE_LIST, .node = NODE_NONE, .as.list = list};
}

Value value_range(Arena *arena, int64_t first, int64_t end)
{
    List *list = NEW(arena, List);
    /* The width of the widest range does not fit 64 bits; no model can walk even a part of it. */
    uint64_t width = end > first ? (uint64_t)end - (uint64_t)first : 0;
    int64_t count = (int64_t)MIN(width, (uint64_t)INT64_MAX);
    *list = (List){.first = first, .count = count, .items = count, .depth = 1};
    return (Value){.kind = VALUE_LIST, .node = NODE_NONE, .as.list = list};
}

Value list_at(const List *list, int64_t i)
{
    return list->store ? list->store->at[i] : value_int(list->first + i);
}

/* A store that starts with the elements of `list` and has room for `count`. */
static ListStore *store_copy(Arena *arena, const List *list, int64_t count)
{
    ListStore *store = NEW(arena, ListStore);
    store->capacity = list->count ? 2 * count : count;
    store->at = NEW_ARRAY(arena, Value, store->capacity);
    for (int64_t i = 0; i < list->count; i++)
        store->at[i] = list_at(list, i);
    store->used = list->count;
    return store;
}

Value value_join(Arena *arena, const List *a, const List *b)
{
    int64_t count = a->count + b->count;
    ListStore *store = a->store;
    if (!store || store->used != a->count || store->capacity < count)
        store = store_copy(arena, a, count);
    for (int64_t i = 0; i < b->count; i++)
        store->at[a->count + i] = list_at(b, i);
    store->used = count;
    List *list = NEW(arena, List);
    *list = (List){
        .store = store, .count = count, .items = add_items(a->items, b->items), .depth = MAX(a->depth, b->depth)};
    return (Value){.kind = VALUE_LIST, .node = NODE_NONE, .as.list = list};
}

bool list_all_tensors(const List *list)
{
    if (!list->store || list->count == 0)
        return false;
    for (int64_t i = 0; i < list->count; i++)
        if (list_at(list, i).kind != VALUE_TENSOR)
            return false;
    return true;
}

/* A text that differs for keys that differ: 17 is not "17". */
static const char *key_text(Arena *arena, Value key)
{
    if (key.kind == VALUE_INT)
        return arena_printf(arena, "%lld", (long long)key.as.integer);
    return arena_printf(arena, "\"%s", key.as.string);
}

Value value_table(Arena *arena, const Value *keys, const Value *values, int64_t count, int64_t *twice)
{
    Table *table = NEW(arena, Table);
    Value *key_copy = NEW_ARRAY(arena, Value, count), *value_copy = NEW_ARRAY(arena, Value, count);
    *table = (Table){.count = count, .keys = key_copy, .values = value_copy, .items = count, .depth = 1};
    for (int64_t i = 0; i < count; i++) {
        key_copy[i] = keys[i];
        value_copy[i] = values[i];
        table->items = add_items(table->items, value_items(values[i]));
        table->depth = MAX(table->depth, value_depth(values[i]) + 1);
        void **place = name_map_place(arena, &table->index, key_text(arena, keys[i]));
        if (*place) {
            *twice = i;
            return POISON;
        }
        *place = &value_copy[i];
    }
    return (Value){.kind = VALUE_TABLE, .node = NODE_NONE, .as.table = table};
}

const Value *table_find(const Table *table, Value key)
{
    if (key.kind == VALUE_INT) {
        char text[32];
        snprintf(text, sizeof text, "%lld", (long long)key.as.integer);
        return name_map_find(&table->index, text);
    }
    Buf text = {0};
    buf_printf(&text, "\"%s", key.as.string);
    const Value *found = name_map_find(&table->index, buf_text(&text));
    buf_free(&text);
    return found;
}

static bool list_equal(const List *a, const List *b)
{
    if (a->count != b->count)
        return false;
    for (int64_t i = 0; i < a->count; i++)
        if (!value_equal(list_at(a, i), list_at(b, i)))
            return false;
    return true;
}

static bool table_equal(const Table *a, const Table *b)
{
    if (a->count != b->count)
        return false;
    for (int64_t i = 0; i < a->count; i++)
        if (!value_equal(a->keys[i], b->keys[i]) || !value_equal(a->values[i], b->values[i]))
            return false;
    return true;
}

bool value_equal(Value a, Value b)
{
    if (a.kind == VALUE_INT && b.kind == VALUE_INT)
        return a.as.integer == b.as.integer;
    if (value_is_number(a) && value_is_number(b))
        return value_number(a) == value_number(b);
    if (a.kind != b.kind)
        return false;
    switch (a.kind) {
    case VALUE_BOOL:
        return a.as.boolean == b.as.boolean;
    case VALUE_STRING:
        return strcmp(a.as.string, b.as.string) == 0;
    case VALUE_LIST:
        return list_equal(a.as.list, b.as.list);
    case VALUE_TABLE:
        return table_equal(a.as.table, b.as.table);
    case VALUE_TENSOR:
        return node_same(a.node, b.node);
    default:
        return true;
    }
}

const char *value_kind_text(Value value)
{
    static const char *const texts[] = {
        [VALUE_POISON] = "an error", [VALUE_INT] = "an integer",  [VALUE_FLOAT] = "a float",
        [VALUE_BOOL] = "a boolean",  [VALUE_STRING] = "a string", [VALUE_LIST] = "a list",
        [VALUE_TABLE] = "a table",   [VALUE_TENSOR] = "a tensor"};
    return texts[value.kind];
}

const char *value_sort_text(Value value)
{
    return value_is_number(value) ? "a number" : value_kind_text(value);
}

static void print_value(Buf *buf, Value value);

static void print_list(Buf *buf, const List *list)
{
    buf_puts(buf, "[");
    for (int64_t i = 0; i < list->count; i++) {
        if (i == 6) {
            buf_puts(buf, ", ...");
            break;
        }
        buf_puts(buf, i ? ", " : "");
        print_value(buf, list_at(list, i));
    }
    buf_puts(buf, "]");
}

static void print_value(Buf *buf, Value value)
{
    switch (value.kind) {
    case VALUE_INT:
        buf_printf(buf, "%lld", (long long)value.as.integer);
        break;
    case VALUE_FLOAT:
        buf_printf(buf, "%.15g", value.as.number);
        if (!strpbrk(buf->text, ".en") && buf->length < 16)
            buf_puts(buf, ".0");
        break;
    case VALUE_BOOL:
        buf_puts(buf, value.as.boolean ? "true" : "false");
        break;
    case VALUE_STRING:
        buf_printf(buf, strlen(value.as.string) > 40 ? "\"%.40s...\"" : "\"%s\"", value.as.string);
        break;
    case VALUE_LIST:
        if (buf->length > 60)
            buf_puts(buf, "[...]");
        else
            print_list(buf, value.as.list);
        break;
    default:
        buf_puts(buf, value_kind_text(value));
    }
}

const char *value_text(Arena *arena, Value value)
{
    Buf buf = {0};
    print_value(&buf, value);
    const char *text = arena_strdup(arena, buf_text(&buf));
    buf_free(&buf);
    return text;
}
