/* parse_attrs.c - attributes in the IR's text, as the op's row describes them. */
#include <math.h>

#include "ir/parse.h"

enum { MOST_ATTRS = 32 };

/* The index of a word in a blank-separated list, or -1. */
static int find_word(const char *words, const char *word)
{
    size_t length = strlen(word);
    int index = 0;
    for (const char *at = words; *at; index++) {
        size_t span = strcspn(at, " ");
        if (span == length && strncmp(at, word, length) == 0)
            return index;
        at += span + strspn(at + span, " ");
    }
    return -1;
}

static bool parse_word(Tokens *tokens, const OpAttr *attr, int *value)
{
    *value = tokens->now.kind == TOKEN_NAME ? find_word(attr->words, tokens->now.text) : -1;
    if (*value < 0) {
        tokens_fail(tokens, "'%s' is one of: %s", attr->name, attr->words);
        return false;
    }
    tokens_next(tokens);
    return !tokens->failed;
}

static bool parse_bool(Tokens *tokens, const OpAttr *attr, bool *value)
{
    *value = take_word(tokens, "true");
    if (*value || take_word(tokens, "false"))
        return !tokens->failed;
    tokens_fail(tokens, "'%s' is true or false", attr->name);
    return false;
}

/* [[0, 1, 2], [3]] */
static bool parse_lists(Tokens *tokens, const OpAttr *attr, IntLists *lists)
{
    VEC(int64_t) ends = {0}, ints = {0};
    if (!want_symbol(tokens, '['))
        return false;
    while (!take_symbol(tokens, ']')) {
        if ((ends.count && !want_symbol(tokens, ',')) || !want_symbol(tokens, '['))
            return false;
        for (bool first = true; !take_symbol(tokens, ']'); first = false) {
            int64_t integer;
            if ((!first && !want_symbol(tokens, ',')) ||
                !want_integer(tokens, &integer, -INT64_MAX, INT64_MAX, attr->name))
                return false;
            VEC_PUSH(tokens->arena, &ints, integer);
        }
        VEC_PUSH(tokens->arena, &ends, ints.count);
    }
    *lists = (IntLists){.count = ends.count, .ends = ends.at, .at = ints.at};
    return !tokens->failed;
}

static bool parse_value(Tokens *tokens, const OpAttr *attr, char *attrs, int64_t i)
{
    void *field = attrs + attr->offset;
    switch (attr->kind) {
    case ATTR_INT:
        return want_integer(tokens, (int64_t *)field + i, -INT64_MAX, INT64_MAX, attr->name);
    case ATTR_NUMBER:
        if (tokens->now.kind == TOKEN_NUMBER && !isfinite(tokens->now.number)) {
            tokens_fail(tokens, "'%s' must be finite", attr->name);
            return false;
        }
        return want_number(tokens, (double *)field + i, attr->name);
    case ATTR_BOOL:
        return parse_bool(tokens, attr, (bool *)field + i);
    case ATTR_WORD:
        return parse_word(tokens, attr, (int *)field + i);
    case ATTR_LISTS:
        return parse_lists(tokens, attr, (IntLists *)field + i);
    }
    BUG("attribute kind %d", (int)attr->kind);
}

static bool parse_array(Tokens *tokens, const OpAttr *attr, char *attrs)
{
    int64_t count = 0, most = attr->count ? attr->count : MAX_RANK;
    if (!want_symbol(tokens, '['))
        return false;
    while (!take_symbol(tokens, ']')) {
        if (count && !want_symbol(tokens, ','))
            return false;
        if (count == most) {
            tokens_fail(tokens, "'%s' has at most %lld values", attr->name, (long long)most);
            return false;
        }
        if (!parse_value(tokens, attr, attrs, count))
            return false;
        count++;
    }
    if (attr->count && count != attr->count) {
        tokens_fail(tokens, "'%s' has %d values", attr->name, attr->count);
        return false;
    }
    if (!attr->count)
        *(int64_t *)(void *)(attrs + attr->length_offset) = count;
    return !tokens->failed;
}

static int find_attr(const Op *row, const char *name)
{
    for (int i = 0; i < row->attr_count; i++)
        if (strcmp(row->attrs[i].name, name) == 0)
            return i;
    return -1;
}

/* Words that an operation's line goes on with: no attribute is called so. */
static bool is_behind_attributes(const char *word)
{
    static const char *const words[] = {"in", "behind", "by", "on", "at", "inside"};
    for (size_t i = 0; i < COUNT_OF(words); i++)
        if (strcmp(word, words[i]) == 0)
            return true;
    return false;
}

bool parse_attrs(Tokens *tokens, OpId op, void *attrs)
{
    const Op *row = op_row(op);
    bool seen[MOST_ATTRS] = {false};
    if (row->attr_count > MOST_ATTRS)
        BUG("%s has %d attributes", op_name(op), row->attr_count);
    while (tokens->now.kind == TOKEN_NAME && !is_behind_attributes(tokens->now.text)) {
        int i = find_attr(row, tokens->now.text);
        if (i < 0 || seen[i]) {
            tokens_fail(tokens, i < 0 ? "%s has no attribute '%s'" : "%s: '%s' is given twice", op_name(op),
                        tokens->now.text);
            return false;
        }
        seen[i] = true;
        tokens_next(tokens);
        if (!want_symbol(tokens, '='))
            return false;
        if (!(row->attrs[i].count == 1 ? parse_value(tokens, &row->attrs[i], attrs, 0)
                                       : parse_array(tokens, &row->attrs[i], attrs)))
            return false;
    }
    for (int i = 0; i < row->attr_count; i++) {
        if (!seen[i]) {
            tokens_fail(tokens, "%s needs '%s'", op_name(op), row->attrs[i].name);
            return false;
        }
    }
    return !tokens->failed;
}
