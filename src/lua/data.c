/* Data sets: shipped, read from files, put in order and in parts. */
#include "lua/types.h"

#include "base/nearest.h"
#include "lua/args.h"
#include "lua/box.h"
#include "lua/doc.h"
#include "lua/file.h"
#include "lua/state.h"
#include "net/dataset.h"
#include "net/read.h"

#include <string.h>

/* ---- shipped --------------------------------------------------------------------------------- */

static const struct bs_dataset *arg_dataset(lua_State *L)
{
    const char *name = bs_arg_string(L, 1, "the name of a data set");
    const struct bs_dataset *found = bs_dataset_find(name);
    struct bs_nearest nearest;
    char hint[96];
    if (found)
        return found;
    bs_nearest_init(&nearest, name);
    for (const struct bs_dataset *row = bs_datasets; row->name; row++)
        bs_nearest_offer(&nearest, row->name);
    luaL_error(L, "there is no data set called \"%s\"%s (data() lists them)", name,
               bs_nearest_hint(&nearest, hint));
    return NULL;
}

/* Of the table at index 2; what is left out is as usual. */
static void read_drawing(lua_State *L, const struct bs_dataset *dataset, struct bs_drawing *drawing)
{
    static const char *const options[] = {"samples", "noise", "seed", NULL};
    *drawing = dataset->usual;
    if (lua_isnil(L, 2))
        return;
    bs_arg_table(L, 2, "the options of data");
    bs_arg_fields(L, 2, "data", options);
    if (dataset->table && (lua_pushnil(L), lua_next(L, 2)))
        luaL_error(L, "%s has its %d samples: there is nothing to choose, got %s", dataset->name,
                   (int)dataset->usual.samples, bs_describe(L, -2));
    if (lua_getfield(L, 2, "samples") != LUA_TNIL)
        drawing->samples = (size_t)bs_arg_integer(L, -1, "samples", 1, LUA_MAXINTEGER);
    if (lua_getfield(L, 2, "noise") != LUA_TNIL)
        drawing->noise = bs_arg_number(L, -1, "noise");
    if (lua_getfield(L, 2, "seed") != LUA_TNIL)
        drawing->seed = (uint64_t)bs_arg_integer(L, -1, "seed", 0, LUA_MAXINTEGER);
    lua_settop(L, 2);
}

/* Push the page that lists the sets. */
static int push_list(lua_State *L)
{
    struct bs_buf *buf = bs_push_buf(L);
    for (const struct bs_dataset *row = bs_datasets; row->name; row++)
        bs_buf_printf(buf, "%s%-12s%s", row == bs_datasets ? "" : "\n", row->name, row->about);
    bs_pop_text(L);
    bs_push_page(L);
    return 1;
}

BS_FN(l_data, "data(name, [options]) -> table",
      "A data set that comes with the program, as {inputs = matrix, targets = matrix}: \"and\", "
      "\"or\", \"xor\", \"watermelon\" (17 melons, their density and sugar), \"moons\", "
      "\"spirals\", \"digits\" (12 × 12 pixels). The last three are drawn by random numbers: "
      "data(\"moons\", {samples = 200, noise = 0.1, seed = 7}); the same seed, the same samples. "
      "data() lists them.")
{
    struct bs_drawing drawing;
    struct bs_error err;
    lua_settop(L, 2);
    if (lua_isnil(L, 1))
        return push_list(L);
    const struct bs_dataset *dataset = arg_dataset(L);
    read_drawing(L, dataset, &drawing);
    lua_createtable(L, 0, 2);
    struct bs_data **inputs = bs_push_matrix(L), **targets = bs_push_matrix(L);
    bs_check(L, bs_dataset_make(inputs, targets, dataset, &drawing, &err), &err);
    lua_setfield(L, 3, "targets");
    lua_setfield(L, 3, "inputs");
    return 1;
}

static int l_complete_data(lua_State *L)
{
    lua_newtable(L);
    for (lua_Integer i = 0; bs_datasets[i].name; i++) {
        lua_pushstring(L, bs_datasets[i].name);
        lua_rawseti(L, -2, i + 1);
    }
    return 1;
}

/* ---- files ----------------------------------------------------------------------------------- */

/* Raise a refusal of what is in the file at index 1. */
static void check_contents(lua_State *L, int status, const struct bs_error *err)
{
    struct bs_error named = *err;
    if (status == BS_REFUSED)
        bs_fail(&named, BS_REFUSED, "\"%.200s\": %s", lua_tostring(L, 1), err->text);
    bs_check(L, status, &named);
}

/* The options at index 2, or an empty table. */
static void read_options(lua_State *L, const char *what, const char *const names[])
{
    lua_settop(L, 2);
    if (lua_isnil(L, 2)) {
        lua_newtable(L);
        lua_replace(L, 2);
    }
    bs_arg_table(L, 2, lua_pushfstring(L, "the options of %s", what));
    bs_arg_fields(L, 2, what, names);
    lua_settop(L, 2);
}

static char option_separator(lua_State *L)
{
    char separator = ',';
    if (lua_getfield(L, 2, "separator") != LUA_TNIL) {
        const char *text = bs_arg_string(L, -1, "separator");
        separator = *text;
        if (strlen(text) != 1 || strchr("\"\r\n0123456789+-.eE", *text))
            luaL_error(L, "separator must be one character such as \";\" or \"\\t\", got %s",
                       bs_describe(L, -1));
    }
    lua_pop(L, 1);
    return separator;
}

static enum bs_header option_header(lua_State *L)
{
    enum bs_header header = BS_HEADER_IF_WORDS;
    if (lua_getfield(L, 2, "header") != LUA_TNIL)
        header = bs_arg_boolean(L, -1, "header") ? BS_HEADER_YES : BS_HEADER_NO;
    lua_pop(L, 1);
    return header;
}

/* The list of columns stays on the stack, and keeps their names. */
static void option_columns(lua_State *L, struct bs_csv_form *form)
{
    if (lua_getfield(L, 2, "columns") == LUA_TNIL)
        return;
    bs_arg_table(L, -1, "columns");
    const int list = lua_gettop(L);
    const size_t count = lua_rawlen(L, list);
    if (count == 0)
        luaL_error(L, "columns must have at least one column");
    struct bs_wanted *wanted = lua_newuserdatauv(L, count * sizeof *wanted, 0);
    for (size_t k = 0; k < count; k++) {
        wanted[k] = (struct bs_wanted){NULL, 0};
        if (lua_rawgeti(L, list, (lua_Integer)k + 1) == LUA_TSTRING)
            wanted[k].name = bs_arg_string(L, -1, "a column");
        else
            wanted[k].number = (size_t)bs_arg_integer(L, -1, "a column", 1, LUA_MAXINTEGER);
        lua_pop(L, 1);
    }
    form->wanted = wanted;
    form->wanted_count = count;
}

BS_FN(l_read_csv, "read_csv(file, [options]) -> matrix",
      "Numbers separated by commas, a row a line. The first line names the columns if there is no "
      "number in it. Options: separator, as in {separator = \";\"}; header, true or false; "
      "columns, those to read, by name or number: {columns = {\"density\", 3}}; the others may "
      "have words in them.")
{
    static const char *const options[] = {"separator", "header", "columns", NULL};
    struct bs_error err;
    size_t length;
    const char *path = bs_arg_string(L, 1, "the file");
    read_options(L, "read_csv", options);
    struct bs_csv_form form = {.separator = option_separator(L), .header = option_header(L)};
    option_columns(L, &form);
    const char *bytes = bs_file_read(L, path, &length);
    struct bs_data **box = bs_push_matrix(L);
    check_contents(L, bs_csv_read(box, bytes, length, &form, &err), &err);
    return 1;
}

/* Replace the matrix of labels in the box by its one-hot form. */
static int make_one_hot(struct bs_data **box, size_t classes, struct bs_error *err)
{
    struct bs_data *labels = *box;
    *box = NULL;
    int status = bs_data_one_hot(box, labels, classes, err);
    bs_data_drop(labels);
    return status;
}

/* true: as many classes as there are, 0; or how many.  False where labels stay as they are. */
static bool option_one_hot(lua_State *L, size_t *classes)
{
    const int type = lua_getfield(L, 2, "one_hot");
    bool is_wanted = type != LUA_TNIL;
    *classes = 0;
    if (type == LUA_TBOOLEAN)
        is_wanted = lua_toboolean(L, -1);
    else if (is_wanted)
        *classes = (size_t)bs_arg_integer(L, -1, "one_hot", 1, BS_MAX_UNITS);
    lua_pop(L, 1);
    return is_wanted;
}

BS_FN(l_read_idx, "read_idx(file, [options]) -> matrix",
      "A file in the IDX format of MNIST, unpacked: an image a row, or a label a row. With {scale "
      "= true} bytes are divided by 255; with {one_hot = 10} labels become a column for each of 10 "
      "classes.")
{
    static const char *const options[] = {"scale", "one_hot", NULL};
    struct bs_error err;
    size_t length, classes;
    const char *path = bs_arg_string(L, 1, "the file");
    read_options(L, "read_idx", options);
    const bool is_one_hot = option_one_hot(L, &classes);
    const bool is_scaled =
        lua_getfield(L, 2, "scale") != LUA_TNIL && bs_arg_boolean(L, -1, "scale");
    const char *bytes = bs_file_read(L, path, &length);
    struct bs_data **box = bs_push_matrix(L);
    int status = bs_idx_read(box, (const unsigned char *)bytes, length, is_scaled, &err);
    if (status == BS_OK && is_one_hot)
        status = make_one_hot(box, classes, &err);
    check_contents(L, status, &err);
    return 1;
}

/* ---- order and parts ------------------------------------------------------------------------- */

/* The matrix on top of the stack, called that, must have `rows` rows; 0: it is the first. */
static size_t check_rows(lua_State *L, const char *name, size_t rows)
{
    const struct bs_data *matrix = bs_test_matrix(L, -1);
    if (!matrix)
        luaL_error(L, "%s must be a matrix, as matrix{...} makes it of a table, got %s", name,
                   bs_describe(L, -1));
    if (rows && rows != bs_data_rows(matrix))
        luaL_error(L, "%s has %s and another matrix %d: they must be as many", name,
                   bs_push_count(L, bs_data_rows(matrix), "row"), (int)rows);
    return bs_data_rows(matrix);
}

/* The rows of the matrix at index 1, or of each matrix in the table there. */
static size_t arg_data(lua_State *L)
{
    size_t rows = 0;
    if (!lua_istable(L, 1)) {
        lua_pushvalue(L, 1);
        rows = check_rows(L, "the data", 0);
        lua_pop(L, 1);
        return rows;
    }
    for (lua_pushnil(L); lua_next(L, 1); lua_pop(L, 2)) { // key, value, name
        lua_pushvalue(L, -2);
        const char *name = luaL_tolstring(L, -1, NULL); // key, value, key, name
        lua_replace(L, -2);                             // key, value, name
        lua_pushvalue(L, -2);
        rows = check_rows(L, name, rows);
        lua_pop(L, 1);
    }
    if (rows == 0)
        luaL_error(L, "the data must be a matrix or a table of matrices, got an empty table");
    return rows;
}

static void push_part(lua_State *L, int index, const size_t *order, size_t count)
{
    struct bs_error err;
    struct bs_data **box = bs_push_matrix(L);
    bs_check(L, bs_data_take_rows(box, bs_test_matrix(L, index), order, count, &err), &err);
}

/* Push what is at index 1 with these rows only, in this order. */
static void push_rows(lua_State *L, const size_t *order, size_t count)
{
    if (!lua_istable(L, 1)) {
        push_part(L, 1, order, count);
        return;
    }
    lua_newtable(L);
    const int part = lua_gettop(L);
    for (lua_pushnil(L); lua_next(L, 1); lua_pop(L, 1)) { // key, value
        lua_pushvalue(L, -2);
        push_part(L, part + 2, order, count); // key, value, key, rows
        lua_rawset(L, part);
    }
}

/* The classes that a stratified split keeps in proportion. */
static const struct bs_data *option_classes(lua_State *L)
{
    const bool is_stratified =
        lua_getfield(L, 2, "stratified") != LUA_TNIL && bs_arg_boolean(L, -1, "stratified");
    lua_pop(L, 1);
    if (!is_stratified)
        return NULL;
    if (!lua_istable(L, 1))
        luaL_error(L, "a stratified split needs the classes: {inputs = ..., targets = ...}, got a "
                      "matrix");
    lua_getfield(L, 1, "targets");
    const struct bs_data *classes = bs_test_matrix(L, -1);
    if (!classes)
        luaL_error(L, "a stratified split needs targets, got %s", bs_describe(L, -1));
    lua_pop(L, 1);
    return classes;
}

BS_FN(l_split, "split(data, [options]) -> data, data",
      "The rows of a matrix, or of all matrices of {inputs = ..., targets = ...} alike, in two "
      "parts by chance: train, validation = split(data \"watermelon\", {share = 0.25, seed = 7, "
      "stratified = true}). share is what the second part gets, 0.25 unless told; the same seed "
      "gives the same parts; stratified gives each class of the targets its share.")
{
    static const char *const options[] = {"share", "seed", "stratified", NULL};
    struct bs_error err;
    size_t first;
    read_options(L, "split", options);
    struct bs_split split = {.rows = arg_data(L), .share = 0.25, .classes = option_classes(L)};
    if (lua_getfield(L, 2, "share") != LUA_TNIL)
        split.share = bs_arg_number(L, -1, "share");
    if (lua_getfield(L, 2, "seed") != LUA_TNIL)
        split.seed = (uint64_t)bs_arg_integer(L, -1, "seed", 0, LUA_MAXINTEGER);
    size_t *order = lua_newuserdatauv(L, split.rows * sizeof *order, 0);
    bs_check(L, bs_split_rows(&first, order, &split, &err), &err);
    push_rows(L, order, first);
    push_rows(L, order + first, split.rows - first);
    return 2;
}

BS_FN(l_shuffle, "shuffle(data, [seed]) -> data",
      "The rows of a matrix, or of all matrices of a table alike, in an order by chance; the same "
      "seed (0 unless told) gives the same order.")
{
    struct bs_rng rng;
    lua_settop(L, 2);
    const size_t rows = arg_data(L);
    bs_rng_seed(
        &rng, lua_isnil(L, 2) ? 0 : (uint64_t)bs_arg_integer(L, 2, "the seed", 0, LUA_MAXINTEGER));
    size_t *order = lua_newuserdatauv(L, rows * sizeof *order, 0);
    for (size_t i = 0; i < rows; i++)
        order[i] = i;
    bs_rng_shuffle(&rng, order, rows);
    push_rows(L, order, rows);
    return 1;
}

void bs_open_data(lua_State *L)
{
    static const struct bs_doc *const functions[] = {&l_data_doc,  &l_read_csv_doc, &l_read_idx_doc,
                                                     &l_split_doc, &l_shuffle_doc,  NULL};
    lua_pushglobaltable(L);
    bs_doc_register(L, functions);
    lua_getfield(L, -1, "data");
    lua_pushcfunction(L, l_complete_data);
    bs_doc_set_completer(L);
    lua_pop(L, 2);
}
