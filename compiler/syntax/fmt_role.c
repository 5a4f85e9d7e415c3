/* fmt_role.c - what each word is: which kind of bracket, prefix or operator, and which pipeline an arrow belongs to.
 *
 * The text has no syntax errors, so the token before is enough to tell.
 */
#include "fovea.tab.h"
#include "syntax/fmt_line.h"

/* Inside one open bracket, or outside all. */
typedef struct Frame {
    uint32_t opener;
    uint32_t questions;   /* '?' whose ':' has not come */
    uint32_t first_arrow; /* of the value being read */
    uint32_t named;       /* the '=' of the argument being read */
} Frame;

bool is_opener(int kind)
{
    return kind == TOKEN_LPAREN || kind == TOKEN_LBRACKET || kind == TOKEN_LBRACE;
}

bool is_closer(int kind)
{
    return kind == TOKEN_RPAREN || kind == TOKEN_RBRACKET || kind == TOKEN_RBRACE;
}

uint32_t token_before(const Words *words, uint32_t i)
{
    while (i-- > 0)
        if (words->at[i].kind)
            return i;
    return NO_WORD;
}

static bool ends_operand(const Word *word)
{
    if (word->kind == TOKEN_RPAREN)
        return word->role != ROLE_CONDITION;
    return (word->kind >= TOKEN_INT && word->kind <= TOKEN_NAME) || word->kind == TOKEN_TRUE ||
           word->kind == TOKEN_FALSE || word->kind == TOKEN_RBRACKET;
}

static WordRole paren_role(const Words *words, uint32_t previous)
{
    const Word *before = &words->at[previous];
    if (before->kind == TOKEN_IF || before->kind == TOKEN_FOR)
        return ROLE_CONDITION;
    uint32_t keyword = token_before(words, previous);
    if (keyword != NO_WORD && (words->at[keyword].kind == TOKEN_NET || words->at[keyword].kind == TOKEN_BLOCK))
        return ROLE_PARAMS;
    bool called = before->kind == TOKEN_NAME || before->kind == TOKEN_WORD || before->kind == TOKEN_DOTWORD ||
                  before->kind == TOKEN_RBRACKET;
    return called ? ROLE_CALL : ROLE_GROUP;
}

static WordRole brace_role(const Words *words, uint32_t previous)
{
    if (words->at[previous].kind == TOKEN_NAME && previous > 0) /* layer{i}b{j} */
        previous = token_before(words, previous);
    const Word *before = &words->at[previous];
    bool label = before->kind == TOKEN_ARROW || before->kind == TOKEN_AT || before->kind == TOKEN_DOT ||
                 before->kind == TOKEN_WORD || before->kind == TOKEN_DOTWORD || before->role == ROLE_LABEL;
    return label ? ROLE_LABEL : ROLE_BODY;
}

static WordRole opener_role(const Words *words, uint32_t i, uint32_t previous)
{
    if (previous == NO_WORD)
        return ROLE_GROUP;
    switch (words->at[i].kind) {
    case TOKEN_LPAREN:
        return paren_role(words, previous);
    case TOKEN_LBRACKET:
        return ends_operand(&words->at[previous]) ? ROLE_CALL : ROLE_GROUP;
    default:
        return brace_role(words, previous);
    }
}

static void begin_value(Frame *frame)
{
    frame->first_arrow = frame->named = NO_WORD;
    frame->questions = 0;
}

static bool spaced_operator(const Word *word)
{
    return word->role != ROLE_PREFIX &&
           (word->kind == TOKEN_ARROW || (word->kind >= TOKEN_QUESTION && word->kind <= TOKEN_NOT));
}

/* A word that is no bracket. */
static void set_role(Words *words, uint32_t i, uint32_t previous, Frame *frame)
{
    Word *word = &words->at[i];
    WordRole around = frame->opener == NO_WORD ? ROLE_BODY : words->at[frame->opener].role;
    bool after_operand = previous != NO_WORD && ends_operand(&words->at[previous]);
    if (word->kind == TOKEN_MINUS || word->kind == TOKEN_NOT)
        word->role = after_operand ? ROLE_PLAIN : ROLE_PREFIX;
    if (frame->named != NO_WORD && spaced_operator(word))
        words->at[frame->named].spaced = true;
    switch (word->kind) {
    case TOKEN_QUESTION:
        frame->questions++;
        break;
    case TOKEN_COLON:
        if (frame->questions) {
            frame->questions--;
            word->role = ROLE_CHOICE;
        }
        break;
    case TOKEN_ARROW:
        if (frame->first_arrow == NO_WORD)
            frame->first_arrow = i;
        word->first_arrow = frame->first_arrow;
        break;
    case TOKEN_ASSIGN:
        begin_value(frame);
        if (around == ROLE_CALL) {
            word->role = ROLE_NAMED;
            frame->named = i;
        }
        break;
    case TOKEN_COMMA:
    case TOKEN_SEMICOLON:
        begin_value(frame);
        break;
    default:
        break;
    }
}

void fmt_roles(Words *words)
{
    VEC(Frame) frames = {0};
    VEC_PUSH(words->arena, &frames, (Frame){NO_WORD, 0, NO_WORD, NO_WORD});
    uint32_t previous = NO_WORD;
    for (uint32_t i = 0; i < words->count; i++) {
        Word *word = &words->at[i];
        Frame *frame = &frames.at[frames.count - 1];
        word->opener = frame->opener;
        if (!word->kind)
            continue;
        if (is_opener(word->kind)) {
            word->role = opener_role(words, i, previous);
            VEC_PUSH(words->arena, &frames, (Frame){i, 0, NO_WORD, NO_WORD});
        } else if (is_closer(word->kind)) {
            frames.count--;
            Word *opener = &words->at[frame->opener];
            opener->match = i;
            word->match = frame->opener;
            word->role = opener->role;
            word->opener = opener->opener;
        } else {
            set_role(words, i, previous, frame);
        }
        word->begins_element =
            previous != NO_WORD && (words->at[previous].kind == TOKEN_COMMA || previous == word->opener);
        previous = i;
    }
}
