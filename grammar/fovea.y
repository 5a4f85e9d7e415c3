/* fovea.y - the grammar of Fovea's language (grammar/LANGUAGE.md, section 2).
 *
 * Every action is one call of a builder (compiler/syntax/build.h). The `error` rules stand where recovery can take up
 * again: each open bracket at its closing one, each statement and item at its ';' - recover.c sees to it that this
 * token comes. The first token is invisible and says whether a file or one expression is read.
 */
%code requires {
#include "syntax/parser.h"
}
%code {
#include "syntax/build.h"

static int fov_lex(union SyntaxValue *value, Span *span, Parser *parser)
{
    return token_next(parser, value, span);
}
static void fov_error(const Span *span, Parser *parser, const char *message);

/* Longer stacks than LIMIT_NESTING allows are never asked for. */
#define YYMAXDEPTH 40000
#define YYLLOC_DEFAULT(whole, parts, count)                                                                           \
    ((whole) = (count) ? span_join(YYRHSLOC(parts, 1), YYRHSLOC(parts, count))                                        \
                       : (Span){YYRHSLOC(parts, 0).file, YYRHSLOC(parts, 0).end, YYRHSLOC(parts, 0).end})
static const Names NO_NAMES;
static const Name NO_NAME;
static const Arguments NO_ARGUMENTS;
static const Exprs NO_EXPRS;
static const Params NO_PARAMS;
static const Stmts NO_STMTS;
}

%code provides {
enum { TOKEN_ERROR = TOKEN_FOV_error }; /* an error that the scanner has reported */
}

%define api.prefix {fov_}
%define api.pure full
%define api.token.prefix {TOKEN_}
%define api.value.type {union SyntaxValue}
%define api.location.type {Span}
%define parse.error custom
%define parse.lac full
%define lr.type ielr
%locations
%expect 0
%param {Parser *parser}

%token END 0 "the end of the file"
%token START_FILE "the start of a file" START_EXPRESSION "the start of an expression"
%token NET "'net'" BLOCK "'block'" CONST "'const'" IMPORT "'import'" WEIGHTS "'weights'" IF "'if'" ELSE "'else'"
%token FOR "'for'" IN "'in'" RETURN "'return'" OUTPUT "'output'" ON "'on'" TRUE "'true'" FALSE "'false'"
%token TRAIN "'train'"
%token <expr> INT "an integer" FLOAT "a number" SIZE "a size" STRING "a string"
%token <name> NAME "a name" WORD "a layer" DOTWORD "a label part"
%token ARROW "'->'" AT "'@'" DOT "'.'" RANGE "'..'" COLON "':'" SEMICOLON "';'" COMMA "','" ASSIGN "'='"
%token QUESTION "'?'" OR "'||'" AND "'&&'" EQ "'=='" NE "'!='" LT "'<'" GT "'>'" LE "'<='" GE "'>='"
%token SHL "'<<'" SHR "'>>'" PLUS "'+'" MINUS "'-'" TIMES "'*'" DIVIDE "'/'" MODULO "'%'" NOT "'!'"
%token LPAREN "'('" RPAREN "')'" LBRACKET "'['" RBRACKET "']'" LBRACE "'{'" RBRACE "'}'"
%token LAST "nothing"

%precedence THEN
%precedence ELSE
%left OR
%left AND
%nonassoc EQ NE LT GT LE GE
%left RANGE
%left SHL SHR
%left PLUS MINUS
%left TIMES DIVIDE MODULO

%type <expr> condition pipe expr binary unary primary list table
%type <exprs> exprs dims
%type <argument> argument
%type <arguments> arguments_opt arguments argument_list
%type <label> label label_start
%type <name> suffix
%type <names> names
%type <stage> stage
%type <stmt> stmt loop
%type <stmts> body stmts callable_body
%type <param> param
%type <params> parameters param_list
%type <item_kind> callable

%%

start
    : START_FILE items
    | START_EXPRESSION expr                     { parser->expression = $2; }
    ;

items
    : %empty
    | items item
    ;

item
    : IMPORT STRING SEMICOLON                   { item_file(parser, ITEM_IMPORT, @$, $2); }
    | WEIGHTS STRING SEMICOLON                  { item_file(parser, ITEM_WEIGHTS, @$, $2); }
    | CONST NAME ASSIGN pipe SEMICOLON          { item_const(parser, @$, $2, $4); }
    | CONST NAME ASSIGN error SEMICOLON         { item_const(parser, @$, $2, expr_poison(parser, @4)); yyerrok; }
    | callable NAME parameters callable_body    { item_callable(parser, $1, @$, $2, $3, $4); }
    | error SEMICOLON                           { yyerrok; }
    ;

callable
    : NET                                       { $$ = ITEM_NET; }
    | BLOCK                                     { $$ = ITEM_BLOCK; }
    ;

callable_body
    : body
    | error SEMICOLON                           { $$ = NO_STMTS; yyerrok; }
    ;

parameters
    : LPAREN RPAREN                             { $$ = NO_PARAMS; }
    | LPAREN param_list RPAREN                  { $$ = $2; }
    | LPAREN error RPAREN                       { $$ = NO_PARAMS; yyerrok; }
    ;

param_list
    : param                                     { $$ = params_add(parser, NO_PARAMS, $1); }
    | param_list COMMA param                    { $$ = params_add(parser, $1, $3); }
    ;

param
    : NAME                                      { $$ = param_make($1, NULL, @$); }
    | NAME ASSIGN expr                          { $$ = param_make($1, $3, @$); }
    | NAME COLON NAME dims arguments_opt        { $$ = param_typed($1, $3, $4, $5, @$); }
    ;

dims
    : LBRACKET exprs RBRACKET                   { $$ = $2; }
    | LBRACKET error RBRACKET                   { $$ = NO_EXPRS; yyerrok; }
    ;

exprs
    : expr                                      { $$ = exprs_add(parser, NO_EXPRS, $1); }
    | exprs COMMA expr                          { $$ = exprs_add(parser, $1, $3); }
    ;

body
    : LBRACE stmts RBRACE                       { $$ = $2; }
    ;

stmts
    : %empty                                    { $$ = NO_STMTS; }
    | stmts stmt                                { $$ = stmts_add(parser, $1, $2); }
    ;

stmt
    : names ASSIGN pipe SEMICOLON               { $$ = stmt_assign(parser, @$, $1, $3); }
    | names ASSIGN error SEMICOLON              { $$ = stmt_poison(parser, @$, $1); yyerrok; }
    | RETURN pipe SEMICOLON                     { $$ = stmt_result(parser, STMT_RETURN, @$, NO_NAME, $2); }
    | RETURN NAME ASSIGN pipe SEMICOLON         { $$ = stmt_result(parser, STMT_RETURN, @$, $2, $4); }
    | OUTPUT NAME ASSIGN pipe SEMICOLON         { $$ = stmt_result(parser, STMT_OUTPUT, @$, $2, $4); }
    | IF condition stmt %prec THEN              { $$ = stmt_if(parser, @$, $2, $3, NULL); }
    | IF condition stmt ELSE stmt               { $$ = stmt_if(parser, @$, $2, $3, $5); }
    | loop stmt                                 { $$ = stmt_loop($1, @$, $2); }
    | ON NAME arguments stmt                    { $$ = stmt_on(parser, @$, $2, $3, $4); }
    | body                                      { $$ = stmt_body(parser, @$, $1); }
    | pipe SEMICOLON                            { $$ = stmt_value(parser, @$, $1); }
    | error SEMICOLON                           { $$ = stmt_poison(parser, @$, NO_NAMES); yyerrok; }
    ;

condition
    : LPAREN expr RPAREN                        { $$ = $2; }
    | LPAREN error RPAREN                       { $$ = expr_poison(parser, @$); yyerrok; }
    ;

loop
    : FOR LPAREN NAME IN expr RPAREN            { $$ = stmt_for(parser, @$, $3, NO_NAME, $5); }
    | FOR LPAREN NAME COMMA NAME IN expr RPAREN { $$ = stmt_for(parser, @$, $3, $5, $7); }
    | FOR LPAREN error RPAREN                   { $$ = stmt_poison(parser, @$, NO_NAMES); yyerrok; }
    ;

names
    : NAME                                      { $$ = names_add(parser, NO_NAMES, $1); }
    | names COMMA NAME                          { $$ = names_add(parser, $1, $3); }
    ;

pipe
    : expr
    | pipe ARROW stage                          { $$ = expr_pipe(parser, $1, $3); }
    ;

stage
    : WORD arguments_opt                        { $$ = stage_layer(parser, NULL, $1, $2, @$); }
    | label COLON NAME arguments_opt            { $$ = stage_layer(parser, $1, $3, $4, @$); }
    | AT label                                  { $$ = stage_again(parser, $2, @$); }
    ;

label
    : label_start
    | label DOTWORD                             { $$ = label_word(parser, $1, $2, true); }
    | label LBRACE expr RBRACE suffix           { $$ = label_value(parser, $1, $3, false, $5, span_join(@2, @4)); }
    | label DOT LBRACE expr RBRACE suffix       { $$ = label_value(parser, $1, $4, true, $6, span_join(@3, @5)); }
    ;

label_start
    : WORD                                      { $$ = label_word(parser, NULL, $1, false); }
    | LBRACE expr RBRACE suffix                 { $$ = label_value(parser, NULL, $2, false, $4, span_join(@1, @3)); }
    ;

suffix
    : %empty                                    { $$ = NO_NAME; }
    | NAME
    ;

arguments_opt
    : %empty                                    { $$ = NO_ARGUMENTS; }
    | arguments
    ;

arguments
    : LPAREN RPAREN                             { $$ = NO_ARGUMENTS; }
    | LPAREN argument_list comma_opt RPAREN     { $$ = $2; }
    | LPAREN error RPAREN                       { $$ = NO_ARGUMENTS; yyerrok; }
    ;

argument_list
    : argument                                  { $$ = arguments_add(parser, NO_ARGUMENTS, $1); }
    | argument_list COMMA argument              { $$ = arguments_add(parser, $1, $3); }
    ;

argument
    : pipe                                      { $$ = argument_make(NO_NAME, $1, @$); }
    | NAME ASSIGN pipe                          { $$ = argument_make($1, $3, @$); }
    ;

comma_opt
    : %empty
    | COMMA
    ;

expr
    : binary
    | binary QUESTION expr COLON expr           { $$ = expr_conditional(parser, $1, $3, $5); }
    ;

binary
    : unary
    | binary OR binary                          { $$ = expr_binary(parser, OPERATOR_OR, @2, $1, $3); }
    | binary AND binary                         { $$ = expr_binary(parser, OPERATOR_AND, @2, $1, $3); }
    | binary EQ binary                          { $$ = expr_binary(parser, OPERATOR_EQ, @2, $1, $3); }
    | binary NE binary                          { $$ = expr_binary(parser, OPERATOR_NE, @2, $1, $3); }
    | binary LT binary                          { $$ = expr_binary(parser, OPERATOR_LT, @2, $1, $3); }
    | binary GT binary                          { $$ = expr_binary(parser, OPERATOR_GT, @2, $1, $3); }
    | binary LE binary                          { $$ = expr_binary(parser, OPERATOR_LE, @2, $1, $3); }
    | binary GE binary                          { $$ = expr_binary(parser, OPERATOR_GE, @2, $1, $3); }
    | binary RANGE binary                       { $$ = expr_binary(parser, OPERATOR_RANGE, @2, $1, $3); }
    | binary SHL binary                         { $$ = expr_binary(parser, OPERATOR_SHL, @2, $1, $3); }
    | binary SHR binary                         { $$ = expr_binary(parser, OPERATOR_SHR, @2, $1, $3); }
    | binary PLUS binary                        { $$ = expr_binary(parser, OPERATOR_ADD, @2, $1, $3); }
    | binary MINUS binary                       { $$ = expr_binary(parser, OPERATOR_SUB, @2, $1, $3); }
    | binary TIMES binary                       { $$ = expr_binary(parser, OPERATOR_MUL, @2, $1, $3); }
    | binary DIVIDE binary                      { $$ = expr_binary(parser, OPERATOR_DIV, @2, $1, $3); }
    | binary MODULO binary                      { $$ = expr_binary(parser, OPERATOR_MOD, @2, $1, $3); }
    ;

unary
    : primary
    | MINUS unary                               { $$ = expr_unary(parser, @$, OPERATOR_NEG, @1, $2); }
    | NOT unary                                 { $$ = expr_unary(parser, @$, OPERATOR_NOT, @1, $2); }
    ;

primary
    : INT
    | FLOAT
    | SIZE
    | STRING
    | TRUE                                      { $$ = expr_bool(parser, @$, true); }
    | FALSE                                     { $$ = expr_bool(parser, @$, false); }
    | NAME                                      { $$ = expr_name(parser, $1); }
    | NAME arguments                            { $$ = expr_call(parser, @$, $1, $2); }
    | LPAREN pipe RPAREN                        { $$ = expr_bracketed($2, @$); }
    | LPAREN error RPAREN                       { $$ = expr_poison(parser, @$); yyerrok; }
    | primary LBRACKET expr RBRACKET            { $$ = expr_index(parser, @$, $1, $3); }
    | primary LBRACKET error RBRACKET           { $$ = expr_poison(parser, @$); yyerrok; }
    | LBRACKET RBRACKET                         { $$ = expr_closed(parser, NULL, @$); }
    | LBRACKET list comma_opt RBRACKET          { $$ = expr_closed(parser, $2, @$); }
    | LBRACKET table comma_opt RBRACKET         { $$ = expr_closed(parser, $2, @$); }
    | LBRACKET error RBRACKET                   { $$ = expr_poison(parser, @$); yyerrok; }
    ;

list
    : pipe                                      { $$ = expr_list(parser, NULL, $1); }
    | list COMMA pipe                           { $$ = expr_list(parser, $1, $3); }
    ;

table
    : expr COLON pipe                           { $$ = expr_table(parser, NULL, $1, $3); }
    | table COMMA expr COLON pipe               { $$ = expr_table(parser, $1, $3, $5); }
    ;

%%

/* Called by the skeleton for an exhausted stack alone; syntax errors go to yyreport_syntax_error. */
static void fov_error(const Span *span, Parser *parser, const char *message)
{
    (void)message;
    if (!parser->stopped)
        diag_error(parser->diag, *span, "nested deeper than %d levels", LIMIT_NESTING);
    parser->stopped = true;
}

static int yyreport_syntax_error(const yypcontext_t *context, Parser *parser)
{
    yysymbol_kind_t symbols[YYNTOKENS];
    bool tokens[TOKEN_LAST - TOKEN_START_FILE + 1] = {false};
    Expected expected = {.tokens = tokens};
    int count = yypcontext_expected_tokens(context, symbols, YYNTOKENS);
    expected.count = MAX(count, 0);
    for (int i = 0; i < expected.count && i < (int)COUNT_OF(expected.names); i++)
        expected.names[i] = yysymbol_name(symbols[i]);
    for (int token = TOKEN_START_FILE; token <= TOKEN_LAST; token++)
        for (int i = 0; i < expected.count; i++)
            tokens[token - TOKEN_START_FILE] |= symbols[i] == YYTRANSLATE(token);
    explain_unexpected(parser, &expected);
    recover(parser);
    return 0;
}
