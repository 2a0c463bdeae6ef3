/* Tapes and their entries. */
#include "lua/types.h"

#include "base/nearest.h"
#include "lua/args.h"
#include "lua/box.h"
#include "lua/doc.h"
#include "lua/file.h"
#include "lua/network.h"
#include "lua/state.h"

#include <math.h>
#include <string.h>

static const char tape_type[] = "tape", entry_type[] = "entry";

/* ---- objects --------------------------------------------------------------------------------- */

BS_BOX_GC(l_tape_gc, tape_type, struct bs_tape, bs_tape_destroy)

struct bs_tape **bs_push_tape(lua_State *L)
{
    return bs_box_push(L, tape_type);
}

static struct bs_tape *check_tape(lua_State *L, int index)
{
    struct bs_tape **box = luaL_checkudata(L, index, tape_type);
    if (!*box)
        luaL_error(L, "the tape is closed");
    return *box;
}

/* An object for an entry of the tape at an index, which it keeps alive in user value 1. */
static bs_entry *push_box(lua_State *L, int tape_index)
{
    tape_index = lua_absindex(L, tape_index);
    bs_entry *box = lua_newuserdatauv(L, sizeof *box, 1);
    *box = BS_NO_ENTRY;
    lua_pushvalue(L, tape_index);
    lua_setiuservalue(L, -2, 1);
    luaL_setmetatable(L, entry_type);
    return box;
}

static int push_entry(lua_State *L, int tape_index, bs_entry entry)
{
    *push_box(L, tape_index) = entry;
    return 1;
}

/* The entry at index 1, and its tape, which is pushed. */
static bs_entry check_entry(lua_State *L, struct bs_tape **tape)
{
    bs_entry *box = luaL_checkudata(L, 1, entry_type);
    lua_getiuservalue(L, 1, 1);
    *tape = check_tape(L, -1);
    return *box;
}

static bs_entry find_entry(lua_State *L, struct bs_tape *tape, const char *name)
{
    bs_entry entry = BS_NO_ENTRY;
    struct bs_error err;
    bs_check(L, bs_tape_find(&entry, tape, name, &err), &err);
    return entry;
}

/* An entry named by a string, or an entry object of this tape. */
static bs_entry arg_entry(lua_State *L, struct bs_tape *tape, int index)
{
    bs_entry *box = luaL_testudata(L, index, entry_type);
    if (!box)
        return find_entry(L, tape, bs_arg_string(L, index, "the name of the entry"));
    lua_getiuservalue(L, index, 1);
    if (check_tape(L, -1) != tape)
        luaL_error(L, "that entry belongs to another tape");
    lua_pop(L, 1);
    return *box;
}

/* ---- entries --------------------------------------------------------------------------------- */

static int push_derivation(lua_State *L)
{
    struct bs_tape *tape;
    struct bs_error err;
    bs_entry entry = check_entry(L, &tape);
    struct bs_page page = bs_session_page(L);
    struct bs_buf *buf = bs_push_buf(L);
    bs_check(L, bs_view_derivation(buf, tape, entry, &page, &err), &err);
    bs_pop_text(L);
    return 1;
}

static int l_entry_tostring(lua_State *L)
{
    luaL_checkudata(L, 1, entry_type);
    lua_getiuservalue(L, 1, 1);
    if (*(struct bs_tape **)lua_touserdata(L, -1))
        return push_derivation(L);
    lua_pushliteral(L, "entry of a closed tape");
    return 1;
}

static void push_name(lua_State *L, struct bs_tape *tape, bs_entry entry, enum bs_form form)
{
    bs_tape_show_name(tape, bs_push_buf(L), entry, form);
    bs_pop_text(L);
}

static double value_of(lua_State *L, struct bs_tape *tape, bs_entry entry)
{
    double value = NAN;
    struct bs_error err;
    bs_check(L, bs_tape_value(&value, tape, entry, &err), &err);
    return value;
}

static int push_value(lua_State *L, struct bs_tape *tape, bs_entry entry)
{
    lua_pushnumber(L, value_of(L, tape, entry));
    return 1;
}

static int push_shown(lua_State *L, struct bs_tape *tape, bs_entry entry)
{
    push_name(L, tape, entry, BS_UNICODE);
    return 1;
}

static int push_spelling(lua_State *L, struct bs_tape *tape, bs_entry entry)
{
    push_name(L, tape, entry, BS_ASCII);
    return 1;
}

static int push_phase(lua_State *L, struct bs_tape *tape, bs_entry entry)
{
    lua_pushstring(L, bs_phase_name(bs_tape_phase(tape, entry)));
    return 1;
}

static int push_layer(lua_State *L, struct bs_tape *tape, bs_entry entry)
{
    lua_pushinteger(L, bs_tape_layer(tape, entry));
    return 1;
}

static void derive(lua_State *L, struct bs_derivation *derivation, struct bs_tape *tape,
                   bs_entry entry)
{
    struct bs_error err;
    bs_check(L, bs_tape_derive(derivation, tape, entry, &err), &err);
}

/* A line of the derivation as an expression over names; nil where there is none. */
static int push_line(lua_State *L, struct bs_tape *tape, const struct bs_derivation *derivation,
                     int line)
{
    if (line < 0) {
        lua_pushnil(L);
        return 1;
    }
    return bs_push_expr(L, bs_tape_export(tape, bs_expr_pool(L), derivation->lines[line].expr));
}

static int push_closed(lua_State *L, struct bs_tape *tape, bs_entry entry)
{
    struct bs_derivation derivation;
    derive(L, &derivation, tape, entry);
    return push_line(L, tape, &derivation, derivation.count - 1);
}

static int push_chain(lua_State *L, struct bs_tape *tape, bs_entry entry)
{
    struct bs_derivation derivation;
    int chain = -1;
    derive(L, &derivation, tape, entry);
    for (int i = 0; i < derivation.count; i++)
        if (derivation.lines[i].is_chain)
            chain = i;
    return push_line(L, tape, &derivation, chain);
}

static int push_note(lua_State *L, struct bs_tape *tape, bs_entry entry)
{
    struct bs_derivation derivation;
    derive(L, &derivation, tape, entry);
    bs_tape_note(tape, bs_push_buf(L), &derivation);
    bs_pop_text(L);
    return 1;
}

static const struct entry_field {
    const char *name;
    int (*push)(lua_State *L, struct bs_tape *tape, bs_entry entry);
} entry_fields[] = {
    {"value", push_value}, {"name", push_spelling}, {"shown", push_shown},
    {"phase", push_phase}, {"layer", push_layer},   {"closed", push_closed},
    {"chain", push_chain}, {"note", push_note},     {NULL, NULL},
};

/* Fields first; then methods, the table in upvalue 1. */
static int l_entry_index(lua_State *L)
{
    struct bs_tape *tape;
    struct bs_nearest nearest;
    char hint[96];
    bs_entry entry = check_entry(L, &tape);
    const char *name = luaL_checkstring(L, 2);
    bs_nearest_init(&nearest, name);
    for (const struct entry_field *field = entry_fields; field->name; field++) {
        if (strcmp(field->name, name) == 0)
            return field->push(L, tape, entry);
        bs_nearest_offer(&nearest, field->name);
    }
    lua_pushvalue(L, 2);
    if (lua_rawget(L, lua_upvalueindex(1)) != LUA_TNIL)
        return 1;
    return luaL_error(L, "an entry has no field %s%s", name, bs_nearest_hint(&nearest, hint));
}

static int l_entry_newindex(lua_State *L)
{
    return luaL_error(L, "an entry is what its definition gives and cannot be set");
}

static int l_entry_complete(lua_State *L)
{
    lua_newtable(L);
    for (int i = 0; entry_fields[i].name; i++) {
        lua_pushstring(L, entry_fields[i].name);
        lua_rawseti(L, -2, i + 1);
    }
    return 1;
}

BS_FN(
    l_entry_text, "entry:text() -> string",
    "The derivation: definition, chain rule, closed form, numbers put in, value. print(entry) "
    "shows the same. Fields of an entry: value, name (as typed), shown (as printed), phase, layer, "
    "closed (the closed form, an expression), chain (the chain rule), note.")
{
    return push_derivation(L);
}

static int l_entry_eq(lua_State *L)
{
    bs_entry *a = luaL_testudata(L, 1, entry_type), *b = luaL_testudata(L, 2, entry_type);
    bool same = a && b && *a == *b;
    if (same) {
        lua_getiuservalue(L, 1, 1);
        lua_getiuservalue(L, 2, 1);
        same = lua_rawequal(L, -1, -2);
    }
    lua_pushboolean(L, same);
    return 1;
}

/* ---- making tapes ---------------------------------------------------------------------------- */

static double option_kink(lua_State *L, int index)
{
    static const char *const options[] = {"kink", NULL};
    if (lua_isnoneornil(L, index))
        return 0;
    bs_arg_table(L, index, "the options");
    bs_arg_fields(L, index, "tape", options);
    return bs_arg_kink(L, index);
}

/* Push an array of the string keys of the table at `index`, sorted. */
static void push_sorted_keys(lua_State *L, int index)
{
    lua_newtable(L);
    for (lua_pushnil(L); lua_next(L, index); lua_pop(L, 1)) { // keys, key, value
        if (lua_type(L, -2) != LUA_TSTRING)
            luaL_error(L, "givens have names, as in tape{x = 1}; got %s", bs_describe(L, -2));
        lua_pushvalue(L, -2);
        lua_rawseti(L, -4, (lua_Integer)lua_rawlen(L, -4) + 1);
    }
    bs_sort(L, -1, NULL);
}

BS_FN(
    l_tape, "tape{name = number, ...} -> tape",
    "A free-form tape: givens, sorted by name; then t:let, t:backward and t:update add to it. "
    "tape({x = 0}, {kink = 0.5}) chooses the slope of relu, and of ties of max, at a kink: 0 (the "
    "default), 0.5 or 1.")
{
    struct bs_error err;
    if (lua_isnoneornil(L, 1)) {
        lua_settop(L, 0);
        lua_newtable(L);
    }
    bs_arg_table(L, 1, "the givens");
    double kink = option_kink(L, 2);
    lua_settop(L, 1);
    push_sorted_keys(L, 1);
    struct bs_tape **tape = bs_push_tape(L); // givens, keys, tape
    bs_check(L, bs_tape_create(tape, kink, &err), &err);
    for (int i = 1; i <= (int)lua_rawlen(L, 2); i++) {
        lua_rawgeti(L, 2, i);
        lua_pushvalue(L, -1);
        lua_gettable(L, 1); // givens, keys, tape, name, value
        const char *name = lua_tostring(L, -2);
        double value = bs_arg_number(L, -1, name);
        bs_check(L, bs_tape_given(*tape, name, value, &err), &err);
        lua_pop(L, 2);
    }
    return 1;
}

BS_FN(l_tape_given, "t:given(name, value) -> entry",
      "Add a given to a free-form tape. Givens stand in the order in which they are added.")
{
    struct bs_error err;
    struct bs_tape *tape = check_tape(L, 1);
    const char *name = bs_arg_string(L, 2, "the name");
    double value = bs_arg_number(L, 3, name);
    bs_entry *box = push_box(L, 1); /* before the tape changes */
    bs_check(L, bs_tape_given(tape, name, value, &err), &err);
    *box = find_entry(L, tape, name);
    return 1;
}

/* A definition is kept as its text is read: put the text in place of the expression at `index`. */
static void write_out(lua_State *L, int index)
{
    struct bs_style style = {.form = BS_ASCII};
    bs_expr expr = bs_arg_expr(L, index, "the formula");
    struct bs_buf *buf = bs_push_buf(L);
    bs_typeset(buf, expr, &style);
    if (buf->length >= BS_MOST_TEXT)
        luaL_error(L, "the formula is too long when written out: give parts of it names");
    bs_pop_text(L);
    lua_replace(L, index);
}

BS_FN(l_tape_let, "t:let(name, formula) -> entry",
      "Add a definition to a free-form tape: t:let(\"q\", \"x + y\"). The formula, in quotes or an "
      "expression, uses names that are on the tape already; the name must be new.")
{
    struct bs_error err;
    size_t length;
    struct bs_tape *tape = check_tape(L, 1);
    const char *name = bs_arg_string(L, 2, "the name");
    lua_settop(L, 3);
    if (lua_type(L, 3) != LUA_TSTRING)
        write_out(L, 3);
    const char *formula = lua_tolstring(L, 3, &length);
    bs_entry *box = push_box(L, 1);
    bs_check_formula(L, bs_tape_let(tape, name, formula, length, &err), &err, formula);
    *box = find_entry(L, tape, name);
    return 1;
}

BS_FN(l_tape_backward, "t:backward(name) -> t",
      "Add the backward pass of a free-form tape: the derivative of the entry of that name for "
      "everything that it depends on, called df_dx for f and x.")
{
    struct bs_error err;
    struct bs_tape *tape = check_tape(L, 1);
    bs_check(L, bs_tape_backward(tape, bs_arg_string(L, 2, "the name"), &err), &err);
    lua_settop(L, 1);
    return 1;
}

BS_FN(l_tape_update, "t:update(names, [options]) -> t",
      "Add one step of gradient descent on the givens named, and whatever changes with them, as "
      "x_new: t:update({\"x\", \"y\"}, {eta = 0.1}). Without eta the tape's own given eta is the "
      "rate. With {optimiser = \"momentum\", momentum = 0.5}, or another that net:train takes, "
      "its state m_x or s_x is given, 0 unless state = {m = {x = 2}} says otherwise. Once a tape, "
      "after the backward pass.")
{
    struct bs_error err;
    struct bs_stepper wanted;
    struct bs_tape *tape = check_tape(L, 1);
    bs_arg_table(L, 2, "the names");
    lua_settop(L, 3);
    struct bs_named_state named = {.count = lua_rawlen(L, 2)};
    const char **names = lua_newuserdatauv(L, (named.count + 1) * sizeof *names, 0);
    for (size_t i = 0; i < named.count; i++) {
        lua_rawgeti(L, 2, (lua_Integer)i + 1);
        names[i] = bs_arg_string(L, -1, "a name to update"); /* the table keeps it alive */
        lua_pop(L, 1);
    }
    named.names = names;
    bs_arg_stepper(L, 3, "update", &named, &wanted);
    bs_check(L, bs_tape_update_by(tape, names, &wanted, &err), &err);
    lua_settop(L, 1);
    return 1;
}

BS_FN(l_tape_as, "t:as(notation) -> tape",
      "The same tape in another notation, \"watermelon\", \"lecture\", \"delta\", \"matrix\" or a "
      "table of names, at the same step. A table of names may have inputs, targets, rate and loss, "
      "and with an entry for each layer weights, biases, z, a and errors: a stem, which gets "
      "indices, or names one by one in tables of the shape. sign = -1 makes error terms −∂E/∂z; "
      "layout is "
      "\"in-out\", weights[i][j], or \"out-in\"; input_first writes x·w; threshold has θ = −b.")
{
    struct bs_error err;
    struct bs_tape *tape = check_tape(L, 1);
    struct bs_notation *own = bs_tape_notation(tape);
    if (!own)
        return luaL_error(L, "only the tape of a network has notations");
    lua_settop(L, 2);
    if (lua_isnil(L, 2))
        return luaL_error(
            L, "name a notation: watermelon, lecture, delta, matrix, or a table of names");
    struct bs_notation *notation = bs_push_notation(L, 2, bs_notation_arch(own));
    struct bs_tape **made = bs_push_tape(L);
    bs_check(L, bs_tape_as(made, tape, notation, &err), &err);
    return 1;
}

/* Of a tape of any layers: as many samples as it has. */
static void read_stack_samples(lua_State *L, const struct bs_tape *tape, const double **x,
                               const double **d)
{
    struct bs_batch batch;
    bs_arg_stack_batch(L, bs_tape_stack(tape), 2, &batch);
    if (batch.samples != bs_tape_samples(tape))
        luaL_error(L, "the tape has %s, got %d", bs_push_count(L, bs_tape_samples(tape), "sample"),
                   (int)batch.samples);
    *x = batch.x, *d = batch.t;
}

BS_FN(l_tape_next, "t:next([x, d]) -> tape",
      "A new tape from the updated parameters, with the optimiser's new state, for the same sample "
      "or for inputs x and targets d; of a batch for as many samples.")
{
    struct bs_error err;
    struct bs_tape *tape = check_tape(L, 1);
    const struct bs_pass *pass = bs_tape_pass(tape);
    const double *x = NULL, *d = NULL;
    lua_settop(L, 3);
    if (bs_tape_notation(tape) && bs_tape_samples(tape) > 0)
        return bs_push_next_batch(L, tape);
    if (bs_tape_stack(tape) && !lua_isnil(L, 2))
        read_stack_samples(L, tape, &x, &d);
    if (pass && !lua_isnil(L, 2))
        x = bs_arg_sample(L, 2, "the inputs", bs_arch_inputs(bs_pass_arch(pass)));
    if (pass && !lua_isnil(L, 3))
        d = bs_arg_sample(L, 3, "the targets", bs_arch_outputs(bs_pass_arch(pass)));
    struct bs_tape **made = bs_push_tape(L);
    bs_check(L, bs_tape_next(made, tape, x, d, &err), &err);
    return 1;
}

/* ---- reading --------------------------------------------------------------------------------- */

BS_FN(l_tape_entry, "t:entry(name) -> entry",
      "The entry of that name; t.name gives the same where no method has the name.")
{
    struct bs_tape *tape = check_tape(L, 1);
    return push_entry(L, 1, find_entry(L, tape, bs_arg_string(L, 2, "the name of the entry")));
}

BS_FN(l_tape_value, "t:value(name) -> number",
      "The value of an entry, computed at once, wherever the cursor stands.")
{
    struct bs_tape *tape = check_tape(L, 1);
    return push_value(L, tape, arg_entry(L, tape, 2));
}

BS_FN(l_tape_grad, "t:grad(name) -> number",
      "The derivative of the loss for a quantity, whatever the notation calls it and whatever sign "
      "it gives its error terms.")
{
    struct bs_tape *tape = check_tape(L, 1);
    struct bs_error err;
    bs_entry gradient = BS_NO_ENTRY;
    bool is_negative = false;
    bs_entry entry = arg_entry(L, tape, 2);
    bs_check(L, bs_tape_gradient_entry(&gradient, &is_negative, tape, entry, &err), &err);
    double value = value_of(L, tape, gradient);
    lua_pushnumber(L, is_negative ? -value : value);
    return 1;
}

/* Upvalues: the tape, the position, the next partial (-1: main line only). */
static int next_entry(lua_State *L)
{
    struct bs_tape *tape = check_tape(L, lua_upvalueindex(1));
    lua_Integer position = lua_tointeger(L, lua_upvalueindex(2));
    lua_Integer partial = lua_tointeger(L, lua_upvalueindex(3));
    if (position >= bs_tape_length(tape))
        return 0;
    bs_entry entry = bs_tape_at(tape, position);
    if (partial >= 0 && partial < bs_tape_partial_count(tape, entry)) {
        entry = bs_tape_partial(tape, entry, partial++);
    } else {
        position++;
        partial = partial >= 0 ? 0 : -1;
    }
    lua_pushinteger(L, position);
    lua_replace(L, lua_upvalueindex(2));
    lua_pushinteger(L, partial);
    lua_replace(L, lua_upvalueindex(3));
    return push_entry(L, lua_upvalueindex(1), entry);
}

BS_FN(l_tape_entries, "t:entries([\"term\"]) -> iterator",
      "All entries in order, shown or not: for e in t:entries() do print(e.name, e.phase, e.value) "
      "end. With \"term\" also the local partials before the entries that use them.")
{
    static const char *const levels[] = {"value", "term", NULL};
    check_tape(L, 1);
    int level = lua_isnoneornil(L, 2) ? 0 : bs_arg_choice(L, 2, "level", levels);
    lua_pushvalue(L, 1);
    lua_pushinteger(L, 0);
    lua_pushinteger(L, level == 1 ? 0 : -1);
    lua_pushcclosure(L, next_entry, 3);
    return 1;
}

typedef int view(struct bs_buf *buf, struct bs_tape *tape, const struct bs_page *page,
                 struct bs_error *err);

/* Push a string that a view makes of the tape. */
static void push_view(lua_State *L, view *write, bool is_complete)
{
    struct bs_error err;
    struct bs_tape *tape = check_tape(L, 1);
    struct bs_page page = bs_session_page(L);
    page.is_complete = is_complete;
    struct bs_buf *buf = bs_push_buf(L);
    bs_check(L, write(buf, tape, &page, &err), &err);
    bs_pop_text(L);
}

BS_FN(l_tape_show, "t:show() -> page",
      "The tape as a table: name, closed form, numbers, value; — for what is not yet shown.")
{
    push_view(L, bs_view_table, false);
    bs_push_page(L);
    return 1;
}

BS_FN(l_tape_text, "t:text() -> page", "Every derivation of the tape in order, shown or not.")
{
    push_view(L, bs_view_solution, true);
    bs_push_page(L);
    return 1;
}

BS_FN(
    l_tape_gradcheck, "t:gradcheck() -> page",
    "Every gradient against a numerical one, from differences of the loss extrapolated to step 0; "
    "the worst first.")
{
    push_view(L, bs_view_gradcheck, true);
    bs_push_page(L);
    return 1;
}

/* A name or an entry at index 2, or a table of them.  Gives how many; `most` are read. */
static size_t read_entries(lua_State *L, struct bs_tape *tape, bs_entry *out, size_t most)
{
    if (!lua_istable(L, 2)) {
        out[0] = arg_entry(L, tape, 2);
        return 1;
    }
    const size_t count = lua_rawlen(L, 2);
    for (size_t i = 0; i < count && i < most; i++) {
        lua_rawgeti(L, 2, (lua_Integer)i + 1); // name
        out[i] = arg_entry(L, tape, lua_gettop(L));
        lua_pop(L, 1); //
    }
    return count;
}

BS_FN(l_tape_terms, "t:terms(name or names) -> page",
      "What a gradient is the sum of: for each that uses the quantity, ∂E/∂user, ∂user/∂quantity "
      "and their product; at each step of a sequence, if there are several. Of several gradients, "
      "t:terms{\"dE_drnn1_W_1_1\", \"dE_drnn1_W_1_2\"}, a table of steps by gradients (without "
      "steps, of users by gradients), with the gradients in the last row.")
{
    struct bs_error err;
    struct bs_tape *tape = check_tape(L, 1);
    bs_entry entries[BS_MOST_TERM_COLUMNS];
    const struct bs_page page = bs_session_page(L);
    const size_t count = read_entries(L, tape, entries, BS_MOST_TERM_COLUMNS);
    struct bs_buf *buf = bs_push_buf(L);
    bs_check(L, bs_view_terms(buf, tape, entries, count, &page, &err), &err);
    bs_pop_text(L);
    bs_push_page(L);
    return 1;
}

BS_FN(l_tape_latex, "t:latex() -> string",
      "Every derivation as LaTeX (align* environments of amsmath), for a document's body.")
{
    push_view(L, bs_view_latex, true);
    return 1;
}

BS_FN(l_tape_html, "t:html([file]) -> string",
      "The tape as a page of HTML; with a file name it is written there, whole or not at all.")
{
    size_t length;
    lua_settop(L, 2);
    const char *path = lua_isnil(L, 2) ? NULL : bs_arg_string(L, 2, "the file");
    push_view(L, bs_view_html, true);
    if (!path)
        return 1;
    const char *text = lua_tolstring(L, -1, &length);
    bs_file_write(L, path, text, length);
    lua_settop(L, 2);
    return 1;
}

/* ---- stepping -------------------------------------------------------------------------------- */

static void put_entry(lua_State *L, struct bs_buf *buf, struct bs_tape *tape, bs_entry entry)
{
    struct bs_error err;
    struct bs_page page = bs_session_page(L);
    if (buf->length > 0)
        bs_buf_char(buf, '\n');
    bs_check(L, bs_view_derivation(buf, tape, entry, &page, &err), &err);
}

/* "1 entry", "49 entries" */
static void put_length(struct bs_buf *buf, const struct bs_tape *tape)
{
    int64_t length = bs_tape_length(tape);
    bs_buf_printf(buf, "%lld %s", (long long)length, length == 1 ? "entry" : "entries");
}

static void put_end(struct bs_buf *buf, const struct bs_tape *tape)
{
    bs_buf_put(buf, "(the end of the tape: ");
    put_length(buf, tape);
    bs_buf_char(buf, ')');
}

/*
 * A step on the way.  What it shows is made with the cursor where it stood, and the cursor moved
 * last, so that an error changes nothing.
 */
struct walk {
    struct bs_tape *tape;
    enum bs_stride stride;
    struct bs_cursor before, now;
    bool ends; /* at the tape's end, or the end of the layer or phase */
};

static struct walk start_walk(struct bs_tape *tape, enum bs_stride stride)
{
    struct bs_cursor cursor = bs_tape_cursor(tape);
    return (struct walk){tape, stride, cursor, cursor, false};
}

/* The next entry, or BS_NO_ENTRY. */
static bs_entry walk_on(struct walk *walk)
{
    struct bs_tape *tape = walk->tape;
    bs_tape_move(tape, walk->now);
    bs_entry entry = bs_tape_step(tape, walk->stride);
    walk->now = bs_tape_cursor(tape);
    walk->ends = entry == BS_NO_ENTRY ||
                 (walk->stride > BS_BY_VALUE && bs_tape_stride_ends(tape, entry, walk->stride));
    bs_tape_move(tape, walk->before);
    return entry;
}

/* Give what is on top of the stack. */
static int finish_walk(const struct walk *walk)
{
    bs_tape_move(walk->tape, walk->now);
    return 1;
}

/* At most `count` entries as a page. */
static int show_page(lua_State *L, struct walk *walk, lua_Integer count)
{
    struct bs_buf *buf = bs_push_buf(L);
    while (count-- > 0 && !walk->ends) {
        bs_lua_check_stopped(L);
        bs_entry entry = walk_on(walk);
        if (entry != BS_NO_ENTRY)
            put_entry(L, buf, walk->tape, entry);
    }
    if (buf->length == 0)
        put_end(buf, walk->tape);
    bs_pop_text(L);
    bs_push_page(L);
    return finish_walk(walk);
}

/* One entry, as itself. */
static int show_entry(lua_State *L, struct walk *walk)
{
    bs_entry entry = walk_on(walk);
    if (entry == BS_NO_ENTRY)
        return show_page(L, walk, 1);
    push_entry(L, 1, entry);
    return finish_walk(walk);
}

/* How many steps the argument asks for, 1 unless told. */
static lua_Integer arg_steps(lua_State *L, int index)
{
    if (lua_isnoneornil(L, index))
        return 1;
    return bs_arg_integer(L, index, "the number of steps", 1, LUA_MAXINTEGER);
}

static const char *const strides[] = {"term", "value", "layer", "phase", NULL};

BS_FN(l_tape_step, "t:step([n or stride]) -> entry or page",
      "The next entry with its derivation; t:step(5) the next five; t:step \"layer\" and t:step "
      "\"phase\" all of the layer or phase; t:step \"term\" the next local partial or entry.")
{
    struct walk walk = start_walk(check_tape(L, 1), BS_BY_VALUE);
    bool is_stride = lua_type(L, 2) == LUA_TSTRING;
    if (is_stride)
        walk.stride = (enum bs_stride)bs_arg_choice(L, 2, "stride", strides);
    lua_Integer count = is_stride ? 1 : arg_steps(L, 2);
    if (walk.stride > BS_BY_VALUE)
        return show_page(L, &walk, LUA_MAXINTEGER);
    return count == 1 ? show_entry(L, &walk) : show_page(L, &walk, count);
}

/* The entry before a cursor; nil at the beginning. */
static void push_last_shown(lua_State *L, struct bs_tape *tape, struct bs_cursor cursor)
{
    if (cursor.partial > 0) {
        bs_entry next = bs_tape_at(tape, cursor.position);
        push_entry(L, 1, bs_tape_partial(tape, next, cursor.partial - 1));
    } else if (cursor.position > 0) {
        push_entry(L, 1, bs_tape_at(tape, cursor.position - 1));
    } else {
        lua_pushnil(L);
    }
}

BS_FN(
    l_tape_back, "t:back([n]) -> entry or nil",
    "Take the last n steps back, one unless told; gives the entry that is then the last one shown, "
    "nil at the beginning.")
{
    struct walk walk = start_walk(check_tape(L, 1), BS_BY_VALUE);
    lua_Integer count = arg_steps(L, 2);
    while (count-- > 0 && bs_tape_back(walk.tape))
        continue;
    walk.now = bs_tape_cursor(walk.tape);
    bs_tape_move(walk.tape, walk.before);
    push_last_shown(L, walk.tape, walk.now);
    return finish_walk(&walk);
}

BS_FN(l_tape_rewind, "t:rewind() -> t", "Back to the beginning: nothing is shown.")
{
    bs_tape_rewind(check_tape(L, 1));
    lua_settop(L, 1);
    return 1;
}

BS_FN(
    l_tape_seek, "t:seek(name) -> entry",
    "Step forward or back until the entry called `name` is the last one shown. An unknown name is "
    "an error that suggests the nearest.")
{
    struct bs_tape *tape = check_tape(L, 1);
    bs_entry entry = arg_entry(L, tape, 2);
    push_entry(L, 1, entry);
    bs_tape_seek(tape, entry);
    return 1;
}

/* Where the first entry of the phase is; refused when the tape has none. */
static int64_t start_of_phase(lua_State *L, struct bs_tape *tape, enum bs_phase phase)
{
    for (int64_t p = 0; p < bs_tape_length(tape); p++)
        if (bs_tape_phase(tape, bs_tape_at(tape, p)) == phase)
            return p;
    return luaL_error(L, "the tape has no %s phase", bs_phase_name(phase));
}

static enum bs_phase arg_phase(lua_State *L, int index)
{
    static const char *const names[] = {"given",  "forward", "loss", "backward",
                                        "update", "again",   NULL};
    return (enum bs_phase)bs_arg_choice(L, index, "phase", names);
}

BS_FN(l_tape_play, "t:play([phase]) -> page",
      "All entries from here to the end, or of one phase: given, forward, loss, backward, update, "
      "again. At the end it starts over.")
{
    struct walk walk = start_walk(check_tape(L, 1), BS_BY_VALUE);
    if (!lua_isnoneornil(L, 2)) {
        walk.stride = BS_BY_PHASE;
        walk.now = (struct bs_cursor){start_of_phase(L, walk.tape, arg_phase(L, 2)), 0};
    } else if (walk.now.position >= bs_tape_length(walk.tape)) {
        walk.now = (struct bs_cursor){0, 0};
    }
    return show_page(L, &walk, LUA_MAXINTEGER);
}

/* ---- the types ------------------------------------------------------------------------------- */

static int l_tape_tostring(lua_State *L)
{
    struct bs_tape *tape = *(struct bs_tape **)luaL_checkudata(L, 1, tape_type);
    if (!tape) {
        lua_pushliteral(L, "closed tape");
        return 1;
    }
    int64_t position = bs_tape_cursor(tape).position;
    struct bs_buf *buf = bs_push_buf(L);
    bs_buf_put(buf, "tape of ");
    put_length(buf, tape);
    bs_buf_printf(buf, ", %lld shown", (long long)position);
    if (position < bs_tape_length(tape)) {
        bs_buf_put(buf, "; next: ");
        bs_tape_show_name(tape, buf, bs_tape_at(tape, position), BS_UNICODE);
    }
    bs_pop_text(L);
    return 1;
}

/* What follows t. or t: may have been meant as a method as well as an entry. */
static int refuse_index(lua_State *L, const struct bs_tape *tape, const char *name)
{
    struct bs_nearest nearest;
    char hint[96];
    bs_nearest_init(&nearest, name);
    bs_tape_offer_names(tape, &nearest);
    for (lua_pushnil(L); lua_next(L, lua_upvalueindex(1)); lua_pop(L, 1))
        bs_nearest_offer(&nearest, lua_tostring(L, -2));
    return luaL_error(L, "the tape has no entry or method called \"%s\"%s", name,
                      bs_nearest_hint(&nearest, hint));
}

/* Methods, the table in upvalue 1, first; then entries. */
static int l_tape_index(lua_State *L)
{
    struct bs_error err;
    bs_entry entry;
    struct bs_tape *tape = check_tape(L, 1);
    const char *name = bs_arg_string(L, 2, "the name of the entry");
    lua_pushvalue(L, 2);
    if (lua_rawget(L, lua_upvalueindex(1)) != LUA_TNIL)
        return 1;
    int status = bs_tape_find(&entry, tape, name, &err);
    if (status == BS_REFUSED)
        return refuse_index(L, tape, name);
    bs_check(L, status, &err);
    return push_entry(L, 1, entry);
}

static int l_tape_newindex(lua_State *L)
{
    const char *name = bs_arg_string(L, 2, "the name of the entry");
    return luaL_error(L,
                      "entries are added, not set: t:given(\"%s\", 1) or t:let(\"%s\", \"x + y\")",
                      name, name);
}

static int l_tape_len(lua_State *L)
{
    lua_pushinteger(L, bs_tape_length(check_tape(L, 1)));
    return 1;
}

/* The names of the entries; of a large network the first of them. */
static int l_tape_complete(lua_State *L)
{
    enum { MOST_NAMES = 2000 };
    struct bs_tape *tape = check_tape(L, 1);
    lua_newtable(L);
    for (int64_t p = 0; p < bs_tape_length(tape) && p < MOST_NAMES; p++) {
        push_name(L, tape, bs_tape_at(tape, p), BS_ASCII);
        lua_rawseti(L, -2, p + 1);
    }
    return 1;
}

void bs_open_tape(lua_State *L)
{
    static const struct bs_doc *const functions[] = {&l_tape_doc, NULL};
    static const struct bs_doc *const methods[] = {&l_tape_step_doc,    &l_tape_back_doc,
                                                   &l_tape_rewind_doc,  &l_tape_seek_doc,
                                                   &l_tape_play_doc,    &l_tape_show_doc,
                                                   &l_tape_text_doc,    &l_tape_latex_doc,
                                                   &l_tape_html_doc,    &l_tape_entry_doc,
                                                   &l_tape_value_doc,   &l_tape_grad_doc,
                                                   &l_tape_entries_doc, &l_tape_as_doc,
                                                   &l_tape_next_doc,    &l_tape_gradcheck_doc,
                                                   &l_tape_terms_doc,   &l_tape_given_doc,
                                                   &l_tape_let_doc,     &l_tape_backward_doc,
                                                   &l_tape_update_doc,  NULL};
    static const luaL_Reg meta[] = {{"__tostring", l_tape_tostring},
                                    {"__index", l_tape_index},
                                    {"__newindex", l_tape_newindex},
                                    {"__len", l_tape_len},
                                    {"__gc", l_tape_gc},
                                    {"__close", l_tape_gc},
                                    {"__complete", l_tape_complete},
                                    {NULL, NULL}};
    static const struct bs_type type = {
        tape_type,
        "The named steps of one computation, from net:tape(x, d) or tape{...}. t.g_1 is the "
        "entry called g_1; t:step() shows the next one.",
        methods, meta};
    static const struct bs_doc *const entry_methods[] = {&l_entry_text_doc, NULL};
    static const luaL_Reg entry_meta[] = {
        {"__tostring", l_entry_tostring}, {"__index", l_entry_index},
        {"__newindex", l_entry_newindex}, {"__eq", l_entry_eq},
        {"__complete", l_entry_complete}, {NULL, NULL}};
    static const struct bs_type entry = {
        entry_type,
        "One named quantity of a tape. Fields: value, name, shown, phase, layer, closed, chain, "
        "note.",
        entry_methods, entry_meta};
    bs_type_register(L, &type);
    bs_type_register(L, &entry);
    lua_pushglobaltable(L);
    bs_doc_register(L, functions);
    lua_pop(L, 1);
}
