/*
 * Matrices of data and their rows, which look like tables: m[i][j], #m, ipairs(m).  What is in an
 * object is a share of a matrix that never changes, so a row is no copy.
 */
#include "lua/types.h"

#include "base/nearest.h"
#include "base/width.h"
#include "lua/args.h"
#include "lua/box.h"
#include "lua/doc.h"
#include "lua/inspect.h"
#include "lua/state.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

static const char matrix_type[] = "matrix", row_type[] = "row";

/* ---- boxes ----------------------------------------------------------------------------------- */

BS_BOX_GC(l_matrix_gc, matrix_type, struct bs_data, bs_data_drop)

struct bs_data **bs_push_matrix(lua_State *L)
{
    return bs_box_push(L, matrix_type);
}

struct bs_data *bs_test_matrix(lua_State *L, int index)
{
    struct bs_data **box = luaL_testudata(L, index, matrix_type);
    if (box && !*box)
        luaL_error(L, "the matrix is closed");
    return box ? *box : NULL;
}

static struct bs_data *check_matrix(lua_State *L)
{
    luaL_checkudata(L, 1, matrix_type);
    return bs_test_matrix(L, 1);
}

struct row {
    struct bs_data *matrix; /* NULL: closed, or never made */
    size_t row;
};

static void push_row(lua_State *L, struct bs_data *matrix, size_t row)
{
    struct row *box = lua_newuserdatauv(L, sizeof *box, 0);
    *box = (struct row){NULL, row};
    luaL_setmetatable(L, row_type);
    box->matrix = bs_data_share(matrix);
}

static const struct row *check_row(lua_State *L)
{
    const struct row *row = luaL_checkudata(L, 1, row_type);
    if (!row->matrix)
        luaL_error(L, "the row is closed");
    return row;
}

static int l_row_gc(lua_State *L)
{
    struct row *row = luaL_checkudata(L, 1, row_type);
    bs_data_drop(row->matrix);
    row->matrix = NULL;
    return 0;
}

bool bs_test_numbers(lua_State *L, int index, struct bs_numbers *out)
{
    const struct bs_data *matrix = bs_test_matrix(L, index);
    if (matrix) {
        *out = (struct bs_numbers){bs_data_row(matrix, 0), bs_data_rows(matrix),
                                   bs_data_columns(matrix)};
        return true;
    }
    const struct row *row = luaL_testudata(L, index, row_type);
    if (row && !row->matrix)
        luaL_error(L, "the row is closed");
    if (row)
        *out = (struct bs_numbers){bs_data_row(row->matrix, row->row), 0,
                                   bs_data_columns(row->matrix)};
    return row;
}

/* ---- samples --------------------------------------------------------------------------------- */

bool bs_is_batch(lua_State *L, int index)
{
    if (luaL_testudata(L, index, matrix_type))
        return true;
    if (!lua_istable(L, index))
        return false;
    bool is_batch = lua_rawgeti(L, index, 1) == LUA_TTABLE || luaL_testudata(L, -1, row_type);
    lua_pop(L, 1);
    return is_batch;
}

/* The share that is pushed stays whatever becomes of the object. */
static const double *share_samples(lua_State *L, struct bs_data *matrix, const char *what,
                                   size_t width)
{
    const size_t columns = bs_data_columns(matrix);
    if (columns != width)
        luaL_error(L, "%s must have rows of %s, got a matrix with rows of %s", what,
                   bs_push_count(L, width, "number"), bs_push_count(L, columns, "number"));
    *bs_push_matrix(L) = bs_data_share(matrix);
    return bs_data_row(matrix, 0);
}

const double *bs_arg_samples(lua_State *L, int index, const char *what, int width, size_t *samples)
{
    index = lua_absindex(L, index);
    struct bs_data *matrix = bs_test_matrix(L, index);
    if (matrix) {
        *samples = bs_data_rows(matrix);
        return share_samples(L, matrix, what, (size_t)width);
    }
    bs_arg_table(L, index, what);
    *samples = lua_rawlen(L, index);
    if (*samples == 0)
        luaL_error(L, "%s must have at least one row", what);
    bool is_list =
        width == 1 && lua_rawgeti(L, index, 1) != LUA_TTABLE && !luaL_testudata(L, -1, row_type);
    if (width == 1)
        lua_pop(L, 1);
    return bs_arg_shape(L, index, what, *samples, is_list ? 0 : (size_t)width);
}

/* ---- making ---------------------------------------------------------------------------------- */

/* The length of the first row; 0: the rows are numbers. */
static size_t first_length(lua_State *L, int index)
{
    struct bs_numbers numbers;
    size_t length = 0;
    lua_rawgeti(L, index, 1);
    if (bs_test_numbers(L, -1, &numbers) && numbers.rows == 0)
        length = numbers.columns;
    else if (lua_istable(L, -1))
        length = lua_rawlen(L, -1);
    if (lua_istable(L, -1) && length == 0)
        luaL_error(L, "row 1 of the matrix must have at least one number");
    lua_pop(L, 1);
    return length;
}

static void set_names(lua_State *L, struct bs_data *matrix, int index)
{
    struct bs_error err;
    const size_t columns = bs_data_columns(matrix);
    bs_arg_list(L, index, "the names", columns, "name");
    const char **names = lua_newuserdatauv(L, columns * sizeof *names, 0);
    for (size_t j = 0; j < columns; j++) {
        lua_rawgeti(L, index, (lua_Integer)j + 1);
        names[j] = bs_arg_string(L, -1, "the name of a column"); /* the table keeps it */
        lua_pop(L, 1);
    }
    bs_check(L, bs_data_set_names(matrix, names, &err), &err);
    lua_pop(L, 1);
}

BS_FN(l_matrix, "matrix(rows, [names]) -> matrix",
      "A matrix of data from a table of rows, matrix{{0, 1}, {1, 1}}, or of numbers, which become "
      "one column: matrix{0, 1}. The columns may have names: matrix({{0, 1}}, {\"x1\", \"x2\"}). A "
      "row is a sample: net:train{inputs = m, ...} takes it as it is, without a copy.")
{
    struct bs_error err;
    lua_settop(L, 2);
    bs_arg_table(L, 1, "the rows");
    const size_t rows = lua_rawlen(L, 1), length = rows ? first_length(L, 1) : 0;
    if (rows == 0)
        luaL_error(L, "a matrix must have at least one row");
    const double *numbers = bs_arg_shape(L, 1, "the matrix", rows, length);
    const size_t columns = length ? length : 1;
    struct bs_data **box = bs_push_matrix(L);
    bs_check(L, bs_data_create(box, rows, columns, &err), &err);
    memcpy(bs_data_fill(*box), numbers, rows * columns * sizeof *numbers);
    if (!lua_isnil(L, 2))
        set_names(L, *box, 2);
    return 1;
}

/* ---- parts ----------------------------------------------------------------------------------- */

static size_t arg_row(lua_State *L, int index, const struct bs_data *matrix, const char *what)
{
    return (size_t)bs_arg_integer(L, index, what, 1, (lua_Integer)bs_data_rows(matrix)) - 1;
}

BS_FN(l_matrix_row, "m:row(i) -> row",
      "Row i, from 1, as m[i], but an error where there is none. row[j] is its number in column j, "
      "row.sugar that in the column called so; #row, ipairs(row) and table.unpack(row) work, and "
      "net:forward(row) takes it.")
{
    struct bs_data *matrix = check_matrix(L);
    push_row(L, matrix, arg_row(L, 2, matrix, "the row"));
    return 1;
}

BS_FN(l_matrix_slice, "m:slice(first, [last]) -> matrix",
      "The rows from `first` to `last`, both with it; to the end when `last` is left out.")
{
    struct bs_data *matrix = check_matrix(L);
    struct bs_error err;
    const size_t first = arg_row(L, 2, matrix, "the first row");
    const size_t last =
        lua_isnoneornil(L, 3) ? bs_data_rows(matrix) - 1 : arg_row(L, 3, matrix, "the last row");
    if (last < first)
        luaL_error(L, "the last row, %d, is before the first, %d", (int)last + 1, (int)first + 1);
    const size_t count = last - first + 1;
    size_t *rows = lua_newuserdatauv(L, count * sizeof *rows, 0);
    for (size_t i = 0; i < count; i++)
        rows[i] = first + i;
    bs_check(L, bs_data_take_rows(bs_push_matrix(L), matrix, rows, count, &err), &err);
    return 1;
}

/* A column by its number or its name. */
static size_t arg_column(lua_State *L, int index, const struct bs_data *matrix)
{
    struct bs_error err;
    size_t column = 0;
    if (lua_type(L, index) != LUA_TSTRING)
        return (size_t)bs_arg_integer(L, index, "a column", 1,
                                      (lua_Integer)bs_data_columns(matrix)) -
               1;
    bs_check(L, bs_data_find(&column, matrix, bs_arg_string(L, index, "a column"), &err), &err);
    return column;
}

BS_FN(l_matrix_pick, "m:pick(columns) -> matrix",
      "Some columns, by number or name, in that order: m:pick \"sugar\", m:pick{\"sugar\", 1}.")
{
    struct bs_data *matrix = check_matrix(L);
    struct bs_error err;
    lua_settop(L, 2);
    const bool is_list = lua_istable(L, 2);
    const size_t count = is_list ? lua_rawlen(L, 2) : 1;
    if (count == 0)
        luaL_error(L, "pick must be told at least one column");
    size_t *columns = lua_newuserdatauv(L, count * sizeof *columns, 0);
    for (size_t k = 0; k < count; k++) {
        if (is_list)
            lua_rawgeti(L, 2, (lua_Integer)k + 1);
        columns[k] = arg_column(L, is_list ? 4 : 2, matrix);
        lua_settop(L, 3);
    }
    bs_check(L, bs_data_take_columns(bs_push_matrix(L), matrix, columns, count, &err), &err);
    return 1;
}

static void push_row_table(lua_State *L, const double *values, size_t columns)
{
    lua_createtable(L, (int)columns, 0);
    for (size_t j = 0; j < columns; j++) {
        lua_pushnumber(L, values[j]);
        lua_rawseti(L, -2, (lua_Integer)j + 1);
    }
}

BS_FN(l_matrix_totable, "m:totable() -> table", "The rows as a table of tables of numbers.")
{
    const struct bs_data *matrix = check_matrix(L);
    const size_t rows = bs_data_rows(matrix);
    if (rows > INT32_MAX || bs_data_columns(matrix) > INT32_MAX)
        return bs_memory_error(L);
    lua_createtable(L, (int)rows, 0);
    for (size_t i = 0; i < rows; i++) {
        bs_lua_check_stopped(L);
        push_row_table(L, bs_data_row(matrix, i), bs_data_columns(matrix));
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    return 1;
}

/* ---- made ready ------------------------------------------------------------------------------ */

/* One of the two lists of a scale at index 2. */
static const double *scale_field(lua_State *L, const char *name, size_t columns)
{
    lua_getfield(L, 2, name);
    return bs_arg_shape(L, -1, name, columns, 0);
}

static void check_deviations(lua_State *L, const double *deviations, size_t columns)
{
    for (size_t j = 0; j < columns; j++)
        if (!(deviations[j] > 0))
            luaL_error(L, "deviations: number %d must be more than 0", (int)j + 1);
}

/* Push the table of two lists of a number a column. */
static void push_scale(lua_State *L, const double *means, const double *deviations, size_t columns)
{
    lua_createtable(L, 0, 2);
    push_row_table(L, means, columns);
    lua_setfield(L, -2, "means");
    push_row_table(L, deviations, columns);
    lua_setfield(L, -2, "deviations");
}

BS_FN(l_matrix_standardise, "m:standardise([scale]) -> matrix, scale",
      "Each column less its mean, divided by its standard deviation (of all rows: the square root "
      "of the mean square). The second result is {means =, deviations =}; given again it does the "
      "same to other data: Z, scale = train:standardise(), V = validation:standardise(scale). "
      "Columns that are constant become 0.")
{
    static const char *const fields[] = {"means", "deviations", NULL};
    const struct bs_data *matrix = check_matrix(L);
    struct bs_error err;
    const size_t columns = bs_data_columns(matrix);
    const double *means, *deviations;
    lua_settop(L, 2);
    if (lua_isnil(L, 2)) {
        double *measured = lua_newuserdatauv(L, 2 * columns * sizeof *measured, 0);
        bs_check(L, bs_data_measure(measured, measured + columns, matrix, &err), &err);
        means = measured;
        deviations = measured + columns;
    } else {
        bs_arg_table(L, 2, "the scale");
        bs_arg_fields(L, 2, "scale", fields);
        means = scale_field(L, "means", columns);
        deviations = scale_field(L, "deviations", columns);
        check_deviations(L, deviations, columns);
    }
    bs_check(L, bs_data_standardise(bs_push_matrix(L), matrix, means, deviations, &err), &err);
    push_scale(L, means, deviations, columns);
    return 2;
}

BS_FN(l_matrix_one_hot, "m:one_hot([classes]) -> matrix",
      "One column of labels 0, 1, 2, ... as a column a class, with 1 where a row is of that class "
      "and 0 elsewhere: label 0 becomes {1, 0, ...}. Without `classes` there are as many as the "
      "greatest label asks for.")
{
    const struct bs_data *matrix = check_matrix(L);
    struct bs_error err;
    size_t classes = 0;
    if (!lua_isnoneornil(L, 2))
        classes = (size_t)bs_arg_integer(L, 2, "classes", 1, BS_MAX_UNITS);
    bs_check(L, bs_data_one_hot(bs_push_matrix(L), matrix, classes, &err), &err);
    return 1;
}

/* ---- as text --------------------------------------------------------------------------------- */

enum {
    ALL_ROWS = 10,   /* as many are shown; of more */
    FIRST_ROWS = 8,  /* these, and the last one */
    MOST_SHOWN = 32, /* columns */
    LONGEST_NAME = 16,
    GAP = 2,
};

/* Columns of numbers with their points below one another, under their names. */
struct grid {
    const struct bs_data *matrix;
    struct bs_digits digits;
    size_t shown_rows, columns;
    struct bs_buf *cell, *out;
    int before[MOST_SHOWN], width[MOST_SHOWN], label;
};

/* The kth row that is shown; one is left out before the last where not all are. */
static size_t shown_row(const struct grid *grid, size_t k)
{
    return k + 1 == grid->shown_rows ? bs_data_rows(grid->matrix) - 1 : k;
}

/* Into the cell; gives the columns of the screen before its point. */
static int format_cell(const struct grid *grid, size_t row, size_t column)
{
    bs_buf_cut(grid->cell, 0);
    bs_buf_number(grid->cell, bs_data_row(grid->matrix, row)[column], grid->digits, "-");
    return (int)strcspn(bs_buf_text(grid->cell), ".e");
}

/* The name of a column, cut at a whole character. */
static void format_name(const struct grid *grid, size_t column)
{
    const char *name = bs_data_name(grid->matrix, column);
    bs_buf_cut(grid->cell, 0);
    for (size_t bytes; name && *name; name += bytes) {
        uint32_t code;
        bytes = bs_utf8_read(&code, name, strlen(name));
        if (bs_width(bs_buf_text(grid->cell)) + bs_width_n(name, bytes) > LONGEST_NAME) {
            bs_buf_put(grid->cell, "…");
            return;
        }
        bs_buf_put_n(grid->cell, name, bytes);
    }
}

static int larger(int a, int b)
{
    return a > b ? a : b;
}

static void measure(struct grid *grid, size_t column)
{
    int before = 0, after = 0;
    for (size_t k = 0; k < grid->shown_rows; k++) {
        const int left = format_cell(grid, shown_row(grid, k), column);
        before = larger(before, left);
        after = larger(after, (int)grid->cell->length - left);
    }
    format_name(grid, column);
    const int heading = bs_width(bs_buf_text(grid->cell));
    grid->before[column] = larger(before, heading - after);
    grid->width[column] = grid->before[column] + after;
}

/* How many columns a line of so many holds, and at least one. */
static void fit_columns(struct grid *grid, int columns)
{
    const size_t all = bs_data_columns(grid->matrix);
    int at = grid->label;
    for (; grid->columns < all && grid->columns < MOST_SHOWN; grid->columns++) {
        measure(grid, grid->columns);
        at += GAP + grid->width[grid->columns];
        if (at > columns && grid->columns > 0)
            return;
    }
}

static void put_headings(struct grid *grid)
{
    bs_buf_char(grid->out, '\n');
    const size_t line = grid->out->length;
    int at = grid->label;
    for (size_t j = 0; j < grid->columns; j++) {
        format_name(grid, j);
        at += GAP + grid->width[j];
        bs_buf_pad(grid->out, line, at - bs_width(bs_buf_text(grid->cell)));
        bs_buf_put(grid->out, bs_buf_text(grid->cell));
    }
}

static void put_row(struct grid *grid, size_t row)
{
    char label[24];
    bs_buf_char(grid->out, '\n');
    const size_t line = grid->out->length;
    int at = grid->label + GAP;
    bs_buf_repeat(grid->out, " ", grid->label - snprintf(label, sizeof label, "%zu", row + 1));
    bs_buf_put(grid->out, label);
    for (size_t j = 0; j < grid->columns; j++) {
        const int left = format_cell(grid, row, j);
        bs_buf_pad(grid->out, line, at + grid->before[j] - left);
        bs_buf_put(grid->out, bs_buf_text(grid->cell));
        at += grid->width[j] + GAP;
    }
}

static void put_grid(struct grid *grid, int columns)
{
    char label[24];
    const size_t rows = bs_data_rows(grid->matrix), all = bs_data_columns(grid->matrix);
    bool is_named = false;
    grid->label = snprintf(label, sizeof label, "%zu", rows);
    fit_columns(grid, columns);
    bs_buf_printf(grid->out, "%zu×%zu matrix", rows, all);
    if (grid->columns < all)
        bs_buf_printf(grid->out, ", its first %zu column%s:", grid->columns,
                      grid->columns == 1 ? "" : "s");
    for (size_t j = 0; j < grid->columns; j++)
        is_named = is_named || bs_data_name(grid->matrix, j);
    if (is_named)
        put_headings(grid);
    for (size_t k = 0; k < grid->shown_rows; k++) {
        if (k > 0 && shown_row(grid, k) > k)
            bs_buf_put(grid->out, "\n…");
        put_row(grid, shown_row(grid, k));
    }
}

static int l_matrix_tostring(lua_State *L)
{
    struct bs_data **box = luaL_checkudata(L, 1, matrix_type);
    if (!*box) {
        lua_pushliteral(L, "closed matrix");
        return 1;
    }
    const size_t rows = bs_data_rows(*box);
    struct grid grid = {.matrix = *box,
                        .digits = bs_session(L)->digits,
                        .shown_rows = rows > ALL_ROWS ? FIRST_ROWS + 1 : rows,
                        .cell = bs_push_buf(L),
                        .out = bs_push_buf(L)};
    put_grid(&grid, bs_session(L)->columns);
    if (grid.cell->failed)
        return bs_memory_error(L);
    bs_pop_text(L);
    return 1;
}

/* As the prompt shows a table of its numbers. */
static int l_row_tostring(lua_State *L)
{
    const struct row *row = luaL_checkudata(L, 1, row_type);
    if (!row->matrix) {
        lua_pushliteral(L, "closed row");
        return 1;
    }
    push_row_table(L, bs_data_row(row->matrix, row->row), bs_data_columns(row->matrix));
    bs_push_inspected(L, -1, bs_session(L)->columns);
    return 1;
}

/* ---- fields ---------------------------------------------------------------------------------- */

/* The names of all columns, "" where there is none; nil where none has one. */
static void push_names(lua_State *L, const struct bs_data *matrix)
{
    const size_t columns = bs_data_columns(matrix);
    bool is_named = false;
    lua_newtable(L);
    for (size_t j = 0; j < columns; j++) {
        const char *name = bs_data_name(matrix, j);
        is_named = is_named || name;
        lua_pushstring(L, name ? name : "");
        lua_rawseti(L, -2, (lua_Integer)j + 1);
    }
    if (!is_named) {
        lua_pop(L, 1);
        lua_pushnil(L);
    }
}

/* Pushes the field and gives true, or pushes nothing. */
static bool push_field(lua_State *L, const struct bs_data *matrix, const char *name)
{
    if (strcmp(name, "rows") == 0)
        lua_pushinteger(L, (lua_Integer)bs_data_rows(matrix));
    else if (strcmp(name, "columns") == 0)
        lua_pushinteger(L, (lua_Integer)bs_data_columns(matrix));
    else if (strcmp(name, "names") == 0)
        push_names(L, matrix);
    else
        return false;
    return true;
}

static int refuse_field(lua_State *L, const char *name)
{
    struct bs_nearest nearest;
    char hint[96];
    bs_nearest_init(&nearest, name);
    bs_nearest_offer(&nearest, "rows");
    bs_nearest_offer(&nearest, "columns");
    bs_nearest_offer(&nearest, "names");
    for (lua_pushnil(L); lua_next(L, lua_upvalueindex(1)); lua_pop(L, 1))
        bs_nearest_offer(&nearest, lua_tostring(L, -2));
    return luaL_error(L, "a matrix has no field %s%s", name, bs_nearest_hint(&nearest, hint));
}

/* m[i] is a row, or nil past the last, where ipairs stops; then fields; then methods. */
static int l_matrix_index(lua_State *L)
{
    struct bs_data *matrix = check_matrix(L);
    int is_integer;
    if (lua_type(L, 2) == LUA_TNUMBER) {
        const lua_Integer i = lua_tointegerx(L, 2, &is_integer);
        if (is_integer && i >= 1 && (lua_Unsigned)i <= bs_data_rows(matrix))
            push_row(L, matrix, (size_t)i - 1);
        else
            lua_pushnil(L);
        return 1;
    }
    const char *name = bs_arg_string(L, 2, "a field of a matrix");
    if (push_field(L, matrix, name))
        return 1;
    lua_pushvalue(L, 2);
    return lua_rawget(L, lua_upvalueindex(1)) != LUA_TNIL ? 1 : refuse_field(L, name);
}

/* row[j], nil past the last; row.sugar by the name of a column. */
static int l_row_index(lua_State *L)
{
    const struct row *row = check_row(L);
    const double *values = bs_data_row(row->matrix, row->row);
    struct bs_error err;
    int is_integer;
    size_t column = 0;
    if (lua_type(L, 2) == LUA_TNUMBER) {
        const lua_Integer j = lua_tointegerx(L, 2, &is_integer);
        if (is_integer && j >= 1 && (lua_Unsigned)j <= bs_data_columns(row->matrix))
            lua_pushnumber(L, values[j - 1]);
        else
            lua_pushnil(L);
        return 1;
    }
    lua_pushvalue(L, 2);
    if (lua_rawget(L, lua_upvalueindex(1)) != LUA_TNIL)
        return 1;
    const char *name = bs_arg_string(L, 2, "a column");
    bs_check(L, bs_data_find(&column, row->matrix, name, &err), &err);
    lua_pushnumber(L, values[column]);
    return 1;
}

static int l_newindex(lua_State *L)
{
    return luaL_error(L, "a matrix never changes: make another of m:totable()");
}

static int l_matrix_len(lua_State *L)
{
    lua_pushinteger(L, (lua_Integer)bs_data_rows(check_matrix(L)));
    return 1;
}

static int l_row_len(lua_State *L)
{
    lua_pushinteger(L, (lua_Integer)bs_data_columns(check_row(L)->matrix));
    return 1;
}

/* The same shape and numbers. */
static int l_eq(lua_State *L)
{
    struct bs_numbers a, b;
    bool is_equal = bs_test_numbers(L, 1, &a) && bs_test_numbers(L, 2, &b) && a.rows == b.rows &&
                    a.columns == b.columns;
    const size_t count = is_equal ? (a.rows ? a.rows : 1) * a.columns : 0;
    for (size_t k = 0; k < count && is_equal; k++)
        is_equal = a.values[k] == b.values[k];
    lua_pushboolean(L, is_equal);
    return 1;
}

static int l_matrix_complete(lua_State *L)
{
    static const char *const fields[] = {"rows", "columns", "names"};
    lua_newtable(L);
    for (int i = 0; i < 3; i++) {
        lua_pushstring(L, fields[i]);
        lua_rawseti(L, -2, i + 1);
    }
    return 1;
}

BS_FN(l_row_totable, "row:totable() -> table", "The numbers of the row as a table.")
{
    const struct row *row = check_row(L);
    if (bs_data_columns(row->matrix) > INT32_MAX)
        return bs_memory_error(L);
    push_row_table(L, bs_data_row(row->matrix, row->row), bs_data_columns(row->matrix));
    return 1;
}

void bs_open_matrix(lua_State *L)
{
    static const struct bs_doc *const functions[] = {&l_matrix_doc, NULL};
    static const struct bs_doc *const methods[] = {&l_matrix_row_doc,
                                                   &l_matrix_slice_doc,
                                                   &l_matrix_pick_doc,
                                                   &l_matrix_totable_doc,
                                                   &l_matrix_standardise_doc,
                                                   &l_matrix_one_hot_doc,
                                                   NULL};
    static const struct bs_doc *const row_methods[] = {&l_row_totable_doc, NULL};
    static const luaL_Reg meta[] = {{"__tostring", l_matrix_tostring},
                                    {"__index", l_matrix_index},
                                    {"__newindex", l_newindex},
                                    {"__len", l_matrix_len},
                                    {"__eq", l_eq},
                                    {"__gc", l_matrix_gc},
                                    {"__close", l_matrix_gc},
                                    {"__complete", l_matrix_complete},
                                    {NULL, NULL}};
    static const luaL_Reg row_meta[] = {{"__tostring", l_row_tostring},
                                        {"__index", l_row_index},
                                        {"__newindex", l_newindex},
                                        {"__len", l_row_len},
                                        {"__eq", l_eq},
                                        {"__gc", l_row_gc},
                                        {"__close", l_row_gc},
                                        {NULL, NULL}};
    static const struct bs_type type = {
        matrix_type,
        "A matrix of data, from matrix{...}, read_csv, read_idx or data: a row a sample. m[i][j], "
        "#m and ipairs(m) are as in a table of rows. Fields: rows, columns, names.",
        methods, meta};
    static const struct bs_type row = {
        row_type, "A row of a matrix: row[j], or row.name where the columns have names.",
        row_methods, row_meta};
    bs_type_register(L, &type);
    bs_type_register(L, &row);
    lua_pushglobaltable(L);
    bs_doc_register(L, functions);
    lua_pop(L, 1);
}
