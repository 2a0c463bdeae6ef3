-- Functions: those with a parameter, and those that a user defines.

local lu = require("luaunit")
local support = require("support")

local x, a = symbols "x a"

-- Central differences, extrapolated once; knows nothing of the rules.
local function slope_of(f, at)
  local function difference(h)
    return (f(at + h) - f(at - h)) / (2 * h)
  end
  return (4 * difference(5e-4) - difference(1e-3)) / 3
end

TestParameters = {}

function TestParameters.test_a_parameter_may_be_left_out()
  lu.assertEquals(leaky_relu(-2), -0.2)
  lu.assertEquals(leaky_relu(-2, 0.25), -0.5)
  lu.assertAlmostEquals(elu(-1, 2), 2 * (math.exp(-1) - 1), 1e-15)
  lu.assertAlmostEquals(swish(1, 2), 1 / (1 + math.exp(-2)), 1e-15)
  lu.assertEquals(tostring(leaky_relu(x)), "LeakyReLU(x)")
  lu.assertEquals(tostring(leaky_relu(x, a)), "LeakyReLU(x, a)")
  lu.assertEquals(expr "swish(x, 2)", swish(x, 2))
end

function TestParameters.test_parameters_are_differentiated_too()
  lu.assertEquals(leaky_relu(x, a):diff(a):eval{x = -3}, -3)
  lu.assertEquals(leaky_relu(x, a):diff(a):eval{x = 3}, 0)
  lu.assertAlmostEquals(elu(x, a):diff(a):eval{x = -3}, math.exp(-3) - 1, 1e-15)
  local f = swish(x, a):diff(a)
  for _, at in ipairs{-2, -0.5, 0.5, 3} do
    local numerical = slope_of(function(beta) return 0.7 / (1 + math.exp(-beta * 0.7)) end, at)
    lu.assertAlmostEquals(f:eval{x = 0.7, a = at}, numerical, 1e-9)
  end
end

function TestParameters.test_a_wrong_number_of_arguments_is_refused()
  support.refuses("leaky_relu takes 1 to 2 arguments, got 3", leaky_relu, 1, 2, 3)
  support.refuses('leaky_relu takes 1 to 2 arguments, got 0: a layer is activation{"leaky_relu"}',
                  leaky_relu)
  support.refuses("sigmoid takes 1 argument, got 2", sigmoid, 1, 2)
  support.refuses("leaky_relu takes 1 to 2 arguments, got 3\n    leaky_relu(x, 1, 2)\n    ^", expr,
    "leaky_relu(x, 1, 2)")
end

-- h = LeakyReLU(0.5·(−2)) with a = 0.2 is −0.2; y = −0.2·3; ∂E/∂y = y − d.
function TestParameters.test_a_layer_is_given_its_parameter()
  local net = mlp{1, 1, 1, hidden = {"leaky_relu", 0.2}, output = "identity", bias = false}
  net:set{v = {{0.5}}, w = {{3}}}
  lu.assertAlmostEquals(net:forward{-2}[1], -0.6, 1e-15)
  lu.assertAlmostEquals(net:gradients({-2}, {0.4}).v[1][1], (-0.6 - 0.4) * 3 * 0.2 * -2, 1e-15)
  local t = net:tape({-2}, {0.4}, {eta = 0.1})
  lu.assertAlmostEquals(t:value "b_1", -0.2, 1e-15)
  lu.assertStrContains(tostring(t.b_1), "LeakyReLU(x, a) = x where x > 0, else a*x")
  lu.assertStrContains(tostring(t.b_1), "= LeakyReLU(α_1, 0.2)")
  lu.assertStrContains(tostring(net), "(leaky_relu 0.2, identity;")
  local deep = mlp{1, 2, 2, 1, hidden = {{"swish", 2}, "tanh"}, output = {"elu", 0.5}}
  lu.assertStrContains(tostring(deep), "(swish 2, tanh, elu 0.5;")
end

function TestParameters.test_the_plain_form_is_the_usual_value()
  local plain = mlp{2, 3, 1, hidden = "elu", seed = 3}
  local given = mlp{2, 3, 1, hidden = {"elu", 1}, seed = 3}
  lu.assertEquals(plain:gradients({-1, 0.5}, {1}), given:gradients({-1, 0.5}, {1}))
end

function TestParameters.test_what_a_layer_cannot_have_is_refused()
  local cases = {
    {"layer 1: sigmoid has 0 parameters, got 1", {"sigmoid", 2}},
    {"layer 1: leaky_relu has 1 parameter, got 2", {"leaky_relu", 1, 2}},
    {"hidden: an activation has at most 4 parameters, got 5", {"elu", 1, 2, 3, 4, 5}},
    {"hidden: an activation is a name and numbers, as in {\"leaky_relu\", 0.2}; got \"a\"",
     {"elu", 1, a = 2}},
    {"layer 1 cannot have maxout, which takes several values where a unit of a layer has one: " ..
     "write it out in a tape{...}, as in t:let(\"a\", \"maxout(z_1, z_2)\")", "maxout"},
    {"layer 1 cannot have max, which takes several values where a unit of a layer has one: " ..
     "write it out in a tape{...}, as in t:let(\"a\", \"max(z_1, z_2)\")", "max"},
  }
  for _, case in ipairs(cases) do
    support.refuses(case[1], mlp, {1, 1, 1, hidden = case[2]})
  end
end

-- z_1 = 2·3 = 6 is the larger of the two, so all of the slope goes to it.
function TestParameters.test_maxout_is_the_largest_of_linear_forms()
  lu.assertEquals(maxout(-3, -1, -2), -1)
  lu.assertEquals(tostring(maxout(x, a)), "maxout(x, a)")
  local t = tape{x = 3, w_1 = 2, w_2 = -1}
  t:let("z_1", "w_1*x")
  t:let("z_2", "w_2*x")
  t:let("a", "maxout(z_1, z_2)")
  t:backward "a"
  lu.assertEquals(t:grad "w_1", 3)
  lu.assertEquals(t:grad "w_2", 0)
  lu.assertEquals(t:grad "x", 2)
end

TestDefine = {}

-- x·tanh(log(1 + e^x)), with tanh z = 1 − 2/(e^(2z) + 1).
local function mish_by_hand(at)
  return at * (1 - 2 / ((1 + math.exp(at)) ^ 2 + 1))
end

function TestDefine.test_a_function_can_be_used_at_once()
  local mish = define("mish", "x*tanh(softplus(x))")
  lu.assertEquals(rawget(_G, "mish"), mish)
  lu.assertAlmostEquals(mish(0.7), mish_by_hand(0.7), 1e-15)
  lu.assertEquals(tostring(mish(2 * x)), "mish(2·x)")
  lu.assertEquals(expr "mish(2*x)", mish(2 * x))
  lu.assertAlmostEquals(mish(x):diff(x):eval{x = 0.7}, slope_of(mish_by_hand, 0.7), 1e-9)
end

function TestDefine.test_it_is_an_activation()
  define("mish", "x*tanh(softplus(x))")
  local net = mlp{2, 2, 1, hidden = "mish", output = "identity", seed = 4}
  local p = net:get()
  local function forward(v)
    local y = -p.theta[1]
    for h = 1, 2 do
      y = y + p.w[h][1] * mish_by_hand(v[1][h] * 0.35 + v[2][h] * -0.9 - p.gamma[h])
    end
    return y
  end
  lu.assertAlmostEquals(net:forward{0.35, -0.9}[1], forward(p.v), 1e-14)
  local gradients = net:gradients({0.35, -0.9}, {0.5})
  local numerical = slope_of(function(v_11)
    return (forward{{v_11, p.v[1][2]}, p.v[2]} - 0.5) ^ 2 / 2
  end, p.v[1][1])
  lu.assertAlmostEquals(gradients.v[1][1], numerical, 1e-9)
  local t = net:tape({0.35, -0.9}, {0.5}, {eta = 0.1})
  lu.assertStrContains(tostring(t.b_1), "mish(x) = x*tanh(softplus(x))")
  lu.assertStrContains(tostring(t.b_1), "✓")
  lu.assertStrContains(tostring(t.e_1), "✓")
  lu.assertStrContains(tostring(net), "mish")
end

function TestDefine.test_parameters_may_have_usual_values()
  local leaky2 = define("leaky2", "cases(x > 0, x, a*x)", {a = 0.2})
  lu.assertEquals(leaky2(-2), -0.4)
  lu.assertEquals(leaky2(-2, 0.5), -1)
  lu.assertEquals(leaky2(x, a):diff(a):eval{x = -3}, -3)
  local net = mlp{1, 1, 1, hidden = {"leaky2", 0.5}, output = "identity", bias = false}
  net:set{v = {{1}}, w = {{1}}}
  lu.assertEquals(net:forward{-4}[1], -2)
end

-- The slope at 0 of a cases with kink ½ is half-way between 0.2 and 1.
function TestDefine.test_the_kink_policy_holds_for_it()
  define("leaky2", "cases(x > 0, x, a*x)", {a = 0.2})
  for _, kink in ipairs{0, 0.5, 1} do
    local net = mlp{1, 1, 1, hidden = "leaky2", output = "identity", bias = false, kink = kink}
    net:set{v = {{1}}, w = {{1}}}
    lu.assertAlmostEquals(net:gradients({0}, {-1}).w[1][1], 0, 0)
    local t = net:tape({0}, {-1}, {eta = 1})
    lu.assertAlmostEquals(t:value "e_1", -(0.2 + kink * 0.8), 1e-15)
    lu.assertStrContains(tostring(t.e_1), "kink")
  end
end

function TestDefine.test_help_tells_its_formula_and_slope()
  local text = tostring(help(define("square", "x^2")))
  lu.assertStrContains(text, "square(x) -> number or expression")
  lu.assertStrContains(text, "x^2")
  lu.assertStrContains(text, "square' = 2·x")
  lu.assertStrContains(tostring(help "leaky_relu"), "leaky_relu(x, [a])")
end

function TestDefine.test_a_tape_takes_it()
  define("square", "x^2")
  local t = tape{u = 3}
  t:let("f", "square(2*u)")
  t:backward "f"
  lu.assertEquals(t:grad "u", 24)
end

function TestDefine.test_refusals_change_nothing()
  local square = define("square", "x^2")
  local cases = {
    {"square is already defined, as x^2; it cannot be x^3 as well", "square", "x^3"},
    {"sigmoid is already a function, 1/(1 + exp(-x)): choose another name", "sigmoid", "x"},
    {"define: tape is already a function: choose another name", "tape", "x"},
    {"define: lesson is already a function: choose another name", "lesson", "x"},
    {"end is a word of the language: choose another name", "end", "x"},
    {"delta is a word of the language: choose another name", "delta", "x"},
    {"the formula of g must have x in it, the argument", "g", "3"},
    {"b is given a value, but the formula of g has no such parameter", "g", "a*x", {b = 1}},
    {"a must be a number, got \"1\"", "g", "a*x", {a = "1"}},
    {"parameters have names, as in {a = 0.2}; got 1", "g", "a*x", {2}},
    {"there is no function called g\n    g(x - 1)*x\n    ^", "g", "g(x - 1)*x"},
  }
  for _, case in ipairs(cases) do
    support.refuses(case[1], define, table.unpack(case, 2))
    lu.assertNil(rawget(_G, "g"))
    lu.assertEquals(rawget(_G, "square"), square)
    lu.assertEquals(square(3), 9)
  end
  lu.assertEquals(define("square", "x^2"), square)
end

-- The tape of a lesson whose act is the formula, or that does not say what act is.
local function lesson_with(formula)
  local path = os.tmpname() .. ".lua"
  local file = assert(io.open(path, "w"))
  file:write('return lesson{api = 1, id = "act", title = {en = "a", zh = "b"}, tape = function() ',
    formula and 'define("act", "' .. formula .. '") ' or "",
    'local t = tape{u = 3} t:let("q", "act(u)") t:backward "q" return t end, {ask = "q"}}')
  file:close()
  local loaded, t = pcall(lesson, path)
  os.remove(path)
  return loaded, t
end

function TestDefine.test_what_a_lesson_defines_is_its_own()
  local _, first = lesson_with "x^2"
  local _, second = lesson_with "x^3"
  lu.assertEquals({first:value "q", second:value "q"}, {9, 27})
  lu.assertEquals({first:grad "u", second:grad "u"}, {6, 27})
  lu.assertNil(rawget(_G, "act"))
  support.refuses("there is no function called act\n    act(x)\n    ^", expr, "act(x)")
  lu.assertEquals(define("act", "x + 1")(1), 2)
  local loaded, reason = lesson_with(nil)
  lu.assertFalse(loaded)
  lu.assertStrContains(reason, "there is no function called act")
end

os.exit(lu.LuaUnit.run(), true)
