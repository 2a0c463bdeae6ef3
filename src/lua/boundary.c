/* Pictures of what a network of two inputs makes of the plane: net:boundary. */
#include "view/boundary.h"

#include "lua/args.h"
#include "lua/box.h"
#include "lua/doc.h"
#include "lua/file.h"
#include "lua/state.h"
#include "lua/types.h"

#include <stdio.h>
#include <string.h>

static const char picture_type[] = "picture";

enum { NAME_SPACE = 64 };

/* A network as it was.  What keeps the samples are the user values. */
struct picture {
    struct bs_net *net; /* NULL: closed, or never made */
    struct bs_plane plane;
    char names[2][NAME_SPACE];
};

static const struct picture *check_picture(lua_State *L)
{
    const struct picture *picture = luaL_checkudata(L, 1, picture_type);
    if (!picture->net)
        luaL_error(L, "the picture is closed");
    return picture;
}

static int l_picture_gc(lua_State *L)
{
    struct picture *picture = luaL_checkudata(L, 1, picture_type);
    bs_net_destroy(picture->net);
    picture->net = NULL;
    return 0;
}

/* ---- what is asked for ----------------------------------------------------------------------- */

static void copy_name(char name[static NAME_SPACE], const char *text)
{
    snprintf(name, NAME_SPACE, "%s", text);
}

/* What the network calls its input i. */
static void put_name(struct bs_buf *buf, const struct bs_notation *notation, int i)
{
    const struct bs_address address = {.kind = BS_INPUT, .input = i};
    if (notation)
        bs_notation_put(notation, buf, address, BS_UNICODE);
    else
        bs_buf_printf(buf, "x_%d", i);
}

/* Those of the columns of the inputs at `index`, where they have some; else the network's. */
static void read_names(lua_State *L, int index, struct picture *picture,
                       const struct bs_notation *notation)
{
    const struct bs_data *matrix = index ? bs_test_matrix(L, index) : NULL;
    for (int i = 0; i < 2; i++) {
        const char *name = matrix ? bs_data_name(matrix, (size_t)i) : NULL;
        if (name) {
            copy_name(picture->names[i], name);
            continue;
        }
        struct bs_buf *buf = bs_push_buf(L);
        put_name(buf, notation, i + 1);
        bs_pop_text(L);
        copy_name(picture->names[i], lua_tostring(L, -1));
        lua_pop(L, 1);
    }
    picture->plane.names[0] = picture->names[0];
    picture->plane.names[1] = picture->names[1];
}

/* Of the options at 2, into the picture at 3. */
static void read_samples(lua_State *L, struct picture *picture, const struct bs_net_box *box)
{
    struct bs_plane *plane = &picture->plane;
    const struct bs_arch *arch = box->net->arch;
    size_t targets = 0;
    const bool has_inputs = lua_getfield(L, 2, "inputs") != LUA_TNIL;
    const bool has_targets = lua_getfield(L, 2, "targets") != LUA_TNIL;
    if (has_inputs != has_targets)
        luaL_error(L, "boundary: samples have inputs and targets; the %s are missing",
                   has_inputs ? "targets" : "inputs");
    read_names(L, has_inputs ? 4 : 0, picture, box->notation);
    if (has_inputs) {
        plane->x = bs_arg_samples(L, 4, "inputs", 2, &plane->samples);
        lua_setiuservalue(L, 3, 1);
        plane->t = bs_arg_samples(L, 5, "targets", bs_arch_outputs(arch), &targets);
        lua_setiuservalue(L, 3, 2);
        if (targets != plane->samples)
            luaL_error(L, "targets must have as many rows as inputs: got %s for %d",
                       bs_push_count(L, targets, "row"), (int)plane->samples);
    }
    lua_settop(L, 3);
}

/* One end of the plane, {x, y}; as it is where there is none. */
static void read_corner(lua_State *L, const char *field, double corner[2])
{
    if (lua_getfield(L, 2, field) != LUA_TNIL)
        memcpy(corner, bs_arg_shape(L, lua_gettop(L), field, 2, 0), 2 * sizeof *corner);
    lua_settop(L, 3);
}

static int option_integer(lua_State *L, const char *name, int otherwise, int greatest)
{
    int value = otherwise;
    if (lua_getfield(L, 2, name) != LUA_TNIL)
        value = (int)bs_arg_integer(L, -1, name, 1, greatest);
    lua_pop(L, 1);
    return value;
}

static void read_plane(lua_State *L, struct bs_plane *plane)
{
    plane->columns = option_integer(L, "columns", 60, BS_PLANE_MOST_COLUMNS);
    plane->rows = option_integer(L, "rows", 20, BS_PLANE_MOST_ROWS);
    plane->level = 0.5;
    if (lua_getfield(L, 2, "level") != LUA_TNIL)
        plane->level = bs_arg_number(L, -1, "level");
    lua_pop(L, 1);
    bs_plane_fit(plane, 0);
    bs_plane_fit(plane, 1);
    read_corner(L, "from", plane->from);
    read_corner(L, "to", plane->to);
}

/* Of the parameters as they are now: training that goes on does not change the picture. */
static void keep_net(lua_State *L, struct picture *picture, const struct bs_net *net)
{
    struct bs_error err;
    bs_check(L, bs_net_create(&picture->net, net->arch, &err), &err);
    bs_params_drop(picture->net->params);
    picture->net->params = bs_params_share(net->params);
}

BS_FN(
    l_net_boundary, "net:boundary{inputs = X, targets = D, ...} -> picture",
    "The plane of a network's 2 inputs, with the region of each class and the samples: an output "
    "of 0.5 or more is one class (level = 0.7 moves that), less the other; of up to 4 outputs the "
    "largest. The plane holds all samples unless told from = {x, y} and to = {x, y}; without "
    "samples it goes from 0 to 1. columns = 60 and rows = 20 are its size on the screen. "
    "net:boundary{...}:svg(\"file.svg\") is an image.")
{
    static const char *const options[] = {"inputs", "targets", "from", "to",
                                          "level",  "columns", "rows", NULL};
    const struct bs_net_box *box = bs_check_net(L);
    struct bs_error err;
    bs_arg_table(L, 2, "the argument of boundary");
    bs_arg_fields(L, 2, "boundary", options);
    lua_settop(L, 2);
    bs_box_weigh(L);
    struct picture *picture = lua_newuserdatauv(L, sizeof *picture, 2);
    *picture = (struct picture){.net = NULL};
    luaL_setmetatable(L, picture_type);
    if (bs_arch_inputs(box->net->arch) == 2)
        read_samples(L, picture, box);
    read_plane(L, &picture->plane);
    bs_check(L, bs_plane_check(&picture->plane, box->net->arch, &err), &err);
    keep_net(L, picture, box->net);
    return 1;
}

/* ---- what it shows --------------------------------------------------------------------------- */

static int push_text(lua_State *L)
{
    struct bs_error err;
    const struct picture *picture = check_picture(L);
    const struct bs_page page = bs_session_page(L);
    struct bs_buf *buf = bs_push_buf(L);
    bs_check(L, bs_view_boundary(buf, picture->net, &picture->plane, &page, &err), &err);
    bs_pop_text(L);
    return 1;
}

static int l_picture_tostring(lua_State *L)
{
    const struct picture *picture = luaL_checkudata(L, 1, picture_type);
    if (picture->net)
        return push_text(L);
    lua_pushliteral(L, "closed picture");
    return 1;
}

BS_FN(l_picture_text, "picture:text() -> string", "The picture in characters, as a string.")
{
    return push_text(L);
}

BS_FN(l_picture_svg, "picture:svg([file]) -> string",
      "The picture as an SVG image; with a file name it is written there, whole or not at all.")
{
    struct bs_error err;
    size_t length;
    lua_settop(L, 2);
    const struct picture *picture = check_picture(L);
    const char *path = lua_isnil(L, 2) ? NULL : bs_arg_string(L, 2, "the file");
    const struct bs_page page = bs_session_page(L);
    struct bs_buf *buf = bs_push_buf(L);
    bs_check(L, bs_view_boundary_svg(buf, picture->net, &picture->plane, &page, &err), &err);
    bs_pop_text(L);
    if (!path)
        return 1;
    const char *text = lua_tolstring(L, -1, &length);
    bs_file_write(L, path, text, length);
    lua_settop(L, 2);
    return 1;
}

void bs_add_boundary_method(lua_State *L)
{
    static const struct bs_doc *const methods[] = {&l_net_boundary_doc, NULL};
    bs_doc_register(L, methods);
}

void bs_open_boundary(lua_State *L)
{
    static const struct bs_doc *const methods[] = {&l_picture_text_doc, &l_picture_svg_doc, NULL};
    static const luaL_Reg meta[] = {{"__tostring", l_picture_tostring},
                                    {"__gc", l_picture_gc},
                                    {"__close", l_picture_gc},
                                    {NULL, NULL}};
    static const struct bs_type type = {picture_type,
                                        "A picture of what a network does, as net:boundary{...} "
                                        "gives it. tostring(picture) is a string.",
                                        methods, meta};
    bs_type_register(L, &type);
}
