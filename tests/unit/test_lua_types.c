#include "unit.h"

#include "base/mem.h"
#include "lua/state.h"

#include <lauxlib.h>
#include <stdint.h>
#include <string.h>

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))

static lua_State *open_session(void)
{
    struct bs_error err;
    lua_State *L = bs_lua_open(&err);
    ck_assert_msg(L != NULL, "%s", L ? "" : err.text);
    return L;
}

/* Push the program as a function. */
static void load(lua_State *L, const char *program)
{
    ck_assert_msg(luaL_loadbuffer(L, program, strlen(program), "=test") == LUA_OK, "%s",
                  lua_tostring(L, -1));
}

/* Call the function on top of the stack, leaving a value or the error in its place. */
static bool succeeds(lua_State *L)
{
    return lua_pcall(L, 0, 1, 0) == LUA_OK;
}

static void run(lua_State *L, const char *program)
{
    load(L, program);
    ck_assert_msg(succeeds(L), "%s\nin: %s", lua_tostring(L, -1), program);
    lua_pop(L, 1);
}

/* ------------------------------------------------------------------ memory that is refused */

/*
 * prepare() makes one object of each kind; state() tells all that can be seen of them, and of
 * `result`, in which an action leaves what it gives.
 */
static const char prelude[] =
    "function prepare()\n"
    "  result = nil\n"
    "  net = mlp{1, 1, 1, seed = 1}\n"
    "  t = net:tape(0.5, 1, {eta = 1})\n"
    "  t:seek 'E'\n"
    "  c = tape{x = 2, y = 3}\n"
    "  c:let('p', 'x*y')\n"
    "  c:step(2)\n"
    "  d = tape{x = 2, y = 3}\n"
    "  d:let('p', 'x*y')\n"
    "  d:backward 'p'\n"
    "  d:step(2)\n"
    "  m = matrix({{1, 2}, {3, 4}}, {'a', 'b'})\n"
    "  f = sigmoid(symbols 'w' * 'x' + 0.3)\n"
    "  names = {inputs = {'x.in'}, weights = {{{'a'}}, {{'b'}}}, biases = {'c', 'k'},\n"
    "           errors = {'e', 'g'}, rate = 'rate'}\n"
    "end\n"
    "local function put(text, value)\n"
    "  if type(value) ~= 'table' then\n"
    "    text[#text + 1] = math.type(value) == 'float' and ('%a'):format(value) or "
    "tostring(value)\n"
    "    return\n"
    "  end\n"
    "  local keys = {}\n"
    "  for key in pairs(value) do keys[#keys + 1] = key end\n"
    "  table.sort(keys)\n"
    "  for _, key in ipairs(keys) do\n"
    "    text[#text + 1] = key\n"
    "    put(text, value[key])\n"
    "  end\n"
    "end\n"
    "function state()\n"
    "  local text = {}\n"
    "  put(text, net:get())\n"
    "  for _, tape in ipairs{t, c, d} do\n"
    "    put(text, tape)\n"
    "    for e in tape:entries() do\n"
    "      put(text, e.name)\n"
    "      put(text, e.value)\n"
    "    end\n"
    "  end\n"
    "  put(text, m:totable())\n"
    "  put(text, f)\n"
    "  put(text, result)\n"
    "  return table.concat(text, ' ')\n"
    "end\n";

/* Each changes one thing, or gives a result. */
static const char *const actions[] = {
    "net:set{v = {{3}}, theta = {1}}",
    "result = net:train{inputs = {1, 2}, targets = {0, 1}, epochs = 2, batch = 2, seed = 1}",
    "result = {net:forward(2), net:loss(2, 1), net:gradients(2, 1), net:get(), tostring(net)}",
    ("result = {net:forward(matrix{1, 2}):totable(), net:loss(m:pick 'a', {{0}, {1}}), "
     "net:gradients(m:pick(1), m:pick(2))}"),
    "result = net:train{inputs = m:pick 'a', targets = m:slice(1, 2):pick(2)}",
    ("local z, scale = m:standardise() result = {z:totable(), scale, tostring(m), m[2].b, m.names, "
     "matrix{0, 1}:one_hot():totable(), tostring(m[1])}"),
    ("local a, b = split({inputs = m, targets = m}, {stratified = true}) result = "
     "{a.inputs:totable(), "
     "b.targets:totable(), shuffle(m):totable()}"),
    ("net:save('saved-by-types.json', {m = {1, 2.5}, n = 'adam'}) local other, state = "
     "load_net 'saved-by-types.json' result = {other:get(), tostring(other), state} "
     "os.remove 'saved-by-types.json'"),
    "result = data('moons', {samples = 3}).inputs:totable()",
    "result = tostring(net:tape(2, 1, {eta = 0.5}):next(3, 0))",
    "result = mlp{1, 1, 1, hidden = {'relu'}, bias = 'shared', seed = 2, notation = names}:get()",
    "result = tostring(net:tape(2, 1):as{weights = {{{'a'}}, {{'b'}}}, loss = 'L'}.dL_da)",
    "c:given('z', 1)",
    "c:let('q', 'x*p + sigmoid(y)')",
    "c:let('q', 'x'*symbols 'p' + 1/3)",
    "c:let('r', 0.1)",
    "c:backward 'p'",
    "d:update({'x', 'y'}, {eta = 0.1})",
    "t:step()",
    "t:step(3)",
    "t:step 'phase'",
    "t:step 'term'",
    "t:back(3)",
    "t:back()",
    "t:seek 'g_1'",
    "t:rewind()",
    "t:play 'backward'",
    "t:play()",
    "result = t:as 'delta' and tostring(t:as 'lecture')",
    "result = tostring(t:show())",
    "result = tostring(t:text())",
    "result = t:latex()",
    "result = t:html()",
    "result = tostring(t:gradcheck())",
    "result = {t:grad 'w_11', t:value 'E_new', tostring(t['w_11\\'']), #t}",
    "local names = {} for e in t:entries 'term' do names[#names + 1] = e.shown end result = names",
    "local e = t.g_1 result = {tostring(e), tostring(e.closed), tostring(e.chain), e.note}",
    "result = {f:ascii(), f:latex(), tostring(f:diff 'w'), f:eval{w = 1, x = 2}, f:names()}",
    "result = tostring(f:diff('w', {steps = true}))",
    "local low = f:interval{w = {1, 2}, x = 2} result = {low, f:complex_step('w', {w = 1, x = 2})}",
    ("result = {expr('sum(j, 1, 2, x_j)/3'):exact{x = {'1/2', 0.25}}, tostring(f:stacked()), "
     "f:mathml()}"),
    "result = tostring(expr 'exp(x)/(1 + exp(x))':overflow())",
    ("result = tostring(derive{'b_h = sigmoid(a_h)', 'E = sum(h, 1, q, b_h^2)', by = {'a_h'}, "
     "names "
     "= {g_h = '-dE/db_h'}, rate = 'eta'})"),
    ("local d = derive{'b_h = sigmoid(a_h)', 'E = sum(h, 1, q, b_h^2)', by = 'a_h'} result = "
     "{d:latex(), d:mathml(), tostring(d:closed 'a_h'), tostring(d:update('a_h', 'eta')), "
     "tostring(d:count{'a_h'}), tostring(d:steps 'a_h')}"),
    "local p = prove('x', 'y') result = {p:latex(), p.left, p.point.x}",
    "local p = prove '1 - sigmoid(x) = sigmoid(-x)' result = {tostring(p), p.verdict}",
    "result = tostring(explain 'exp')",
    "result = tostring(f:subs{w = '2*u', x = symbols 'x' + 1}:simplify())",
    "local a, b = symbols 'a b' result = tostring(softmax(1, a, b)/2 - a^b) .. tostring(a == b)",
    "result = expr('max(' .. ('a, '):rep(20) .. 'b)'):eval{a = 1, b = 2}",
};

/* What state() tells, on top of the stack. */
static const char *push_state(lua_State *L)
{
    lua_getglobal(L, "state");
    ck_assert_msg(lua_pcall(L, 0, 1, 0) == LUA_OK, "%s", lua_tostring(L, -1));
    return lua_tostring(L, -1);
}

/* The states before and after an action, at 1 and 2 on the stack. */
static void push_expected(lua_State *L, const char *action)
{
    run(L, prelude);
    run(L, "prepare()");
    push_state(L);
    run(L, action);
    push_state(L);
}

/* Refuse memory from now on as `when` says; negative: no longer. */
typedef void refuse_memory(lua_State *L, long when);

/* With memory refused all of the action is done, or it fails for want of memory and nothing is. */
static bool attempt(lua_State *L, const char *action, refuse_memory *refuse, long when)
{
    run(L, "prepare()");
    load(L, action);
    refuse(L, when);
    bool worked = succeeds(L);
    refuse(L, -1);
    if (!worked)
        ck_assert_str_eq(lua_tostring(L, -1), "not enough memory");
    lua_settop(L, 2);
    const char *now = push_state(L), *expected = lua_tostring(L, worked ? 2 : 1);
    ck_assert_msg(strcmp(now, expected) == 0, "%s\nwith memory refused at %ld:\n%s\nis not\n%s",
                  action, when, now, expected);
    lua_settop(L, 2);
    return worked;
}

static bool was_refused;

static void refuse_one(lua_State *L, long when)
{
    (void)L;
    was_refused = bs_mem_has_failed();
    bs_mem_fail_after(when);
}

/* Lua collects garbage and asks again; what the engine asks for is refused for good. */
START_TEST(any_refused_request_leaves_all_as_it_was)
{
    lua_State *L = open_session();
    push_expected(L, actions[_i]);
    long when = 0;
    do
        attempt(L, actions[_i], refuse_one, when++);
    while (was_refused);
    bs_lua_close(L);
}
END_TEST

/* Twice, since what has a finalizer goes in the collection after it was called. */
static void limit_lua(lua_State *L, long spare)
{
    struct bs_session *session = bs_session(L);
    for (int i = 0; i < 2 && spare >= 0; i++)
        lua_gc(L, LUA_GCCOLLECT);
    session->memory_limit = spare >= 0 ? session->memory + (size_t)spare : SIZE_MAX;
}

START_TEST(any_shortage_of_lua_leaves_all_as_it_was)
{
    lua_State *L = open_session();
    push_expected(L, actions[_i]);
    long spare = 0;
    while (!attempt(L, actions[_i], limit_lua, spare))
        spare += 24;
    bs_lua_close(L);
}
END_TEST

/* ------------------------------------------------------------------ memory that is given back */

/* Errors raised at the deepest place that is still the user's mistake; the rest is LeakSanitizer's.
 */
START_TEST(errors_on_the_way_leak_nothing)
{
    static const char *const mistakes[] = {
        "many:eval{a = 1}",
        "many:eval{a = 1, b = 'x'}",
        "many:subs{a = {}}",
        "many:subs{b = 'a +'}",
        "many:diff('b', {steps = 3})",
        "mlp{2, 2, 1, notation = {inputs = {'a', 'a'}}}:tape({1, 2}, 1)",
        "mlp{2, 2, 1, notation = {weights = {{{'a', 'b'}, {'c'}}}}}",
        "mlp{2, 2, 1}:train{inputs = {{1, 2}}, targets = {1, 2}}",
        "mlp{1, 1, output = 'identity'}:train{inputs = {1e200}, targets = {1e200}}",
        "tape{x = 1}:let('q', 'x + z')",
    };
    lua_State *L = open_session();
    run(L, "many = expr('max(' .. ('a, '):rep(20) .. 'b)*a')");
    for (size_t i = 0; i < COUNT_OF(mistakes); i++) {
        load(L, mistakes[i]);
        ck_assert_msg(!succeeds(L), "not refused: %s", mistakes[i]);
    }
    bs_lua_close(L);
}
END_TEST

/* Bytes that a program leaves in use when it is run again. */
static long growth(lua_State *L, const char *program)
{
    run(L, program);
    size_t before = bs_mem_used();
    run(L, program);
    return (long)(bs_mem_used() - before);
}

START_TEST(expressions_no_longer_used_are_given_back)
{
    lua_State *L = open_session();
    run(L, "x, n = symbols 'x', 0");
    ck_assert_int_lt(growth(L, "for _ = 1, 40000 do n = n + 1 local _ = x*n end"), 4000000);
    ck_assert_int_lt(growth(L, "f = expr(n) for i = 1, 1000 do f = f + x*i end n = n + 1"),
                     4000000);
    bs_lua_close(L);
}
END_TEST

/*
 * Lua collects when its own memory has doubled, and sees 50 bytes of a network that holds 160 KB:
 * 1000 of them would pass.
 */
START_TEST(networks_and_tapes_weigh_with_the_collector)
{
    lua_State *L = open_session();
    run(L, "heap = {} for i = 1, 100000 do heap[i] = {} end collectgarbage()");
    ck_assert_int_lt(growth(L, "for i = 1, 1000 do local _ = mlp{100, 100, 100} end"), 30000000);
    ck_assert_int_lt(growth(L, "for i = 1, 20000 do local _ = tape{x = i}.x.value end"), 30000000);
    bs_lua_close(L);
}
END_TEST

Suite *bs_suite(void)
{
    Suite *suite = bs_suite_of("types", (const TTest *const[]){
                                            errors_on_the_way_leak_nothing,
                                            expressions_no_longer_used_are_given_back,
                                            networks_and_tapes_weigh_with_the_collector,
                                            NULL,
                                        });
    TCase *loops = tcase_create("loops");
    suite_add_tcase(suite, loops);
    tcase_add_loop_test(loops, any_refused_request_leaves_all_as_it_was, 0, COUNT_OF(actions));
    tcase_add_loop_test(loops, any_shortage_of_lua_leaves_all_as_it_was, 0, COUNT_OF(actions));
    return suite;
}
