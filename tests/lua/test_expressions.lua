-- Formulas from Lua: what is taken for one, operators, calculus; and how long they live.

local lu = require("luaunit")
local support = require("support")

local x, y = symbols "x y"

TestBuilding = {}

function TestBuilding.test_numbers_strings_and_names_stand_for_expressions_on_both_sides()
  local cases = {
    {2 * x, "2·x"}, {x * 2, "x·2"}, {"y" * x, "y·x"}, {x * "y", "x·y"}, {x * "y + 1", "x·(y + 1)"},
    {1 + x, "1 + x"}, {x - 0.3, "x − 0.3"}, {"y" - x, "y − x"}, {x / 2, "x/2"}, {2 / x, "2/x"},
    {x ^ 2, "x²"}, {2 ^ x, "2^x"}, {"y" ^ x, "y^x"}, {-x, "−x"}, {- -x, "x"},
    {x - (y - x), "x − (y − x)"}, {sigmoid("x"), "σ(x)"}, {sigmoid(x), "σ(x)"},
    {softmax(2, "a", x), "softmax_2(a, x)"}, {max("x", 0), "max(x, 0)"}, {expr(3), "3"},
    {expr(x), "x"}, {expr "α_1 + x1.in", "α_1 + x1_in"},
  }
  for _, case in ipairs(cases) do
    lu.assertEquals(tostring(case[1]), case[2])
  end
end

function TestBuilding.test_functions_of_numbers_give_numbers()
  lu.assertEquals(sigmoid(0), 0.5)
  lu.assertAlmostEquals(sigmoid(2), support.sigmoid(2), 1e-15)
  lu.assertEquals(max(1, 3, 2), 3)
  lu.assertEquals(relu(-1), 0)
  lu.assertAlmostEquals(softmax(2, 1, 2), math.exp(2) / (math.exp(1) + math.exp(2)), 1e-15)
end

function TestBuilding.test_equal_formulas_are_equal_however_they_were_made()
  lu.assertTrue(x == symbols "x")
  lu.assertTrue(x + y == expr "x + y")
  lu.assertFalse(x + y == y + x)
  lu.assertFalse(x == 2)
  lu.assertFalse(x == tape{})
  lu.assertTrue(x ~= y)
end

function TestBuilding.test_symbols_are_separated_by_spaces_or_commas()
  local a, b, c, d = symbols " a,b\n\tc , w_11'"
  lu.assertEquals({tostring(a), tostring(b), tostring(c), d:ascii()}, {"a", "b", "c", "w_11_new"})
end

function TestBuilding.test_ascii_text_is_the_formula_again()
  for _, formula in ipairs{"sigmoid(w*x + b)^2/(1 - x)", "0.1*x + 1/3", "-x^2", "alpha_1*w_11_new",
                           "sum(j, 1, n, x_j)/n", "softmax_2(a, b) - max(a, 0)"} do
    local f = expr(formula)
    lu.assertEquals(expr(f:ascii()), f)
    lu.assertEquals(f:text(), tostring(f))
  end
end

TestCalculus = {}

function TestCalculus.test_diff_takes_a_symbol_or_its_name()
  lu.assertEquals((x ^ 2):diff(x), 2 * x)
  lu.assertEquals((x ^ 2):diff "x", 2 * x)
  lu.assertEquals((x ^ 2):diff "y", expr(0))
end

-- A derivative against a difference quotient, which knows nothing of the rules.
function TestCalculus.test_slopes_are_those_of_the_function()
  local h = 1e-5
  for _, formula in ipairs{"tanh(x)*x", "exp(-x^2)", "log(1 + exp(x))", "x/(1 + x^2)", "gelu(x)",
                           "softmax_1(x, 1 - x)"} do
    local f = expr(formula)
    local numerical = (f:eval{x = 0.7 + h} - f:eval{x = 0.7 - h}) / (2 * h)
    lu.assertAlmostEquals(f:diff("x"):eval{x = 0.7}, numerical, 1e-9)
  end
end

function TestCalculus.test_steps_name_the_rules()
  local steps = tostring(sigmoid(x * y):diff(x, {steps = true}))
  lu.assertStrContains(steps, "σ' = σ·(1 − σ)")
  lu.assertStrContains(steps, "product rule")
  lu.assertEquals((x * y):diff(x, {steps = false}), y)
end

function TestCalculus.test_eval_takes_a_number_for_each_name()
  lu.assertEquals((x * y - 1):eval{x = 3, y = 0.5}, 0.5)
  lu.assertEquals((x * y - 1):eval{x = 3, y = 0.5, z = 7}, 0.5)
  lu.assertEquals(expr("2 + 3"):eval(), 5)
  lu.assertEquals(expr("sum(j, 1, n, x_j*j)"):eval{n = 3, x_1 = 1, x_2 = 10, x_3 = 100}, 321)
  lu.assertEquals((x / y):eval{x = 1, y = 0}, math.huge)
end

function TestCalculus.test_subs_puts_in_all_at_once()
  lu.assertEquals((x + y):subs{x = "y", y = "x"}, y + x)
  lu.assertEquals((x + y):subs{x = 2 * x, y = 3}, 2 * x + 3)
  lu.assertEquals((x + y):subs{z = 1}, x + y)
  lu.assertEquals(expr("sum(j, 1, n, x_j)"):subs{n = 3}, expr "sum(j, 1, 3, x_j)")
end

function TestCalculus.test_names_are_in_the_order_of_reading_without_indices()
  lu.assertEquals((y * x + y):names(), {"y", "x"})
  lu.assertEquals(expr("a + sum(j, 1, n, x_j)"):names(), {"a", "n", "x"})
  lu.assertEquals(expr("3"):names(), {})
end

function TestCalculus.test_simplify_joins_but_never_cancels()
  lu.assertEquals((x + x + 2 * x):simplify(), 4 * x)
  lu.assertEquals((x * 0):simplify(), expr(0))
  lu.assertEquals((x / x):simplify(), x / x)
end

TestValues = {}

local share = expr "exp(x_i)/sum(j, 1, n, exp(x_j))"

function TestValues.test_lists_have_the_members_of_arrays()
  local expected = math.exp(2) / (math.exp(1) + math.exp(2) + math.exp(3))
  lu.assertAlmostEquals(share:eval{x = {1, 2, 3}, i = 2, n = 3}, expected, 1e-15)
  lu.assertAlmostEquals(share:eval{x_1 = 1, x_2 = 2, x_3 = 3, i = 2, n = 3}, expected, 1e-15)
  lu.assertEquals(expr "sum(i, 1, 2, sum(j, 1, 2, w_ij*10^j))":eval{w = {{1, 2}, {3, 4}}}, 640)
  lu.assertEquals(expr "a[k-1]":eval{a = {[0] = 7, 8}, k = 1}, 7)
  lu.assertEquals(expr "w_h_j*2":eval{w_hj = 3}, 6)
end

function TestValues.test_names_are_those_that_a_value_is_given_for()
  lu.assertEquals(share:names(), {"x", "i", "n"})
  lu.assertEquals(expr "sum(j, 1, n, w_hj*b_h) + j":names(), {"n", "w", "h", "j", "b"})
end

-- What is put in keeps its meaning: the index of a sum makes room for it.
function TestValues.test_nothing_put_in_is_captured()
  local cases = {
    {expr "sum(j, 1, 2, x_j*i)":subs{i = "j"}, {x = {3, 5}, j = 7}, 56},
    {expr "sum(j, 1, 2, x_j)":subs{x_j = "y_j*k"}, {y = {3, 5}, k = 2}, 16},
    {expr "sum(j, 1, 2, sum(k, 1, 2, x_j))":subs{x_j = "y_j*k"}, {y = {3, 5}, k = 10}, 160},
    {expr "x_k":subs{k = "j + 1"}, {x = {3, 5}, j = 1}, 5},
    {expr "sum(j, 1, 2, x_j) + sum(j, 1, 2, y_j*10)":subs{x_j = "y_j", y_j = "x_j"},
      {x = {1, 2}, y = {3, 4}}, 37},
  }
  for _, case in ipairs(cases) do
    lu.assertEquals(case[1]:eval(case[2]), case[3])
  end
end

function TestValues.test_intervals_hold_all_values()
  lu.assertEquals({expr "x*y":interval{x = {-1, 2}, y = 3}}, {-3, 6})
  lu.assertEquals({expr "sum(j, 1, 2, x_j)":interval{x = {{0, 1}, {2, 3}}}}, {2, 4})
  lu.assertEquals({expr "x - x":interval{x = {0, 1}}}, {-1, 1})
  local low, high = sigmoid("x"):interval{x = {-1, 1}}
  lu.assertTrue(low <= support.sigmoid(-1) and high >= support.sigmoid(1) and high - low < 0.47)
end

function TestValues.test_exact_values_are_fractions()
  lu.assertEquals(expr "x/3 + 0.1":exact{x = "7/20"}, "13/60")
  lu.assertEquals(expr "x*2":exact{x = 0.35}, "7/10")
  lu.assertEquals(expr "sum(j, 1, 2, x_j)":exact{x = {"1/2", 0.5}}, "1")
end

function TestValues.test_a_complex_step_is_the_derivative()
  for _, formula in ipairs{"tanh(x)*x", "exp(-x^2)", "gelu(x)", "x^3/(1 + x^2)"} do
    lu.assertAlmostEquals(expr(formula):complex_step("x", {x = 0.7}),
      expr(formula):diff "x":eval{x = 0.7}, 1e-14)
  end
end

function TestValues.test_the_first_operand_that_overflows_is_named()
  lu.assertEquals(tostring(share:overflow{x = {1000, 0}, i = 2, n = 2}),
    "exp(x_i)/(Σ_j=1..n exp(x_j))\nwhere i = 2, n = 2, x_1 = 1000, x_2 = 0\n"
    .. "exp(x_1) = exp(1000)\n"
    .. "         = inf                                 overflows: doubles end at 1.8e308")
  lu.assertStrContains(tostring(expr "exp(x - max(x, y))":overflow()), "nothing overflows")
end

function TestValues.test_other_forms_of_a_formula()
  lu.assertEquals(tostring(expr "1/(1 + x)":stacked()), "   1\n───────\n 1 + x")
  lu.assertEquals(expr "x^2":mathml(),
    "<math display=\"block\"><msup><mrow><mi>x</mi></mrow><mrow><mn>2</mn></mrow></msup></math>")
end

function TestValues.test_values_that_cannot_be_put_in_are_refused()
  local f = expr "x*y"
  local cases = {
    {"y has no value: give it, as in f:eval{y = 0.5}", f.eval, f, {x = 1}},
    {"y has no value: give it, as in f:interval{y = {0.4, 0.5}}", f.interval, f, {x = 1}},
    {"x goes from its lower bound to its upper one, got 1.0 and 0.0", f.interval, f,
      {x = {1, 0}, y = 1}},
    {"a fraction has no names in it, got z", f.exact, f, {x = "z", y = 1}},
    {"the members of an array are numbered, as in {x = {1, 2}}; got \"a\"", f.eval, f,
      {x = {a = 1}, y = 1}},
    {"a member of an array has at most 4 subscripts", f.eval, f, {x = {{{{{1}}}}}}},
    {"\"x + 1\" is no name that something can be put in for", f.subs, f, {["x + 1"] = 2}},
    {"n has no value: give it, as in f:overflow{n = 0.5}", share.overflow, share, {i = 1}},
    {"the variable must be a symbol or its name, got \"2*x\"", f.complex_step, f, "2*x", {}},
  }
  for _, case in ipairs(cases) do
    support.refuses(table.unpack(case))
  end
end

TestLife = {}

-- Expressions used again after the pool that they were made in has been left for another.
function TestLife.test_expressions_outlive_many_others()
  local kept, sum = {}, expr(0)
  for i = 1, 20000 do
    local term = x * i
    if i % 1000 == 0 then
      kept[#kept + 1] = term
      sum = sum + term
    end
  end
  collectgarbage()
  lu.assertEquals(tostring(kept[1] + kept[20]), "x·1000 + x·20000")
  lu.assertEquals(sum:eval{x = 1}, 1000 * 20 * 21 / 2)
  lu.assertTrue(kept[1] == x * 1000)
  lu.assertEquals(kept[2]:diff(x), expr(2000))
end

-- Finalizers run in the middle of whatever asks for memory, here of the building of a formula.
function TestLife.test_a_finalizer_that_builds_does_not_disturb_who_is_building()
  local calls, built = 0, 0
  local function arm()
    setmetatable({}, {__gc = function()
      calls = calls + 1
      for _ = 1, 5000 do
        built = built + 1
        assert(tostring(x * built) == "x·" .. built)
      end
      if calls < 20 then arm() end
    end})
  end
  arm()
  local pause = collectgarbage("setpause", 100)
  local arguments = {}
  for i = 1, 200 do
    arguments[i] = "a_" .. i .. " + " .. i
  end
  while calls < 20 do
    lu.assertEquals(max(table.unpack(arguments)),
      expr("max(" .. table.concat(arguments, ", ") .. ")"))
  end
  collectgarbage("setpause", pause)
end

function TestLife.test_options_that_call_lua_do_not_disturb_who_asked_for_them()
  local options = setmetatable({}, {__index = function()
    for i = 1, 10000 do
      lu.assertEquals(#(x * i):names(), 1)
    end
    collectgarbage()
    collectgarbage()
    return false
  end})
  lu.assertEquals(sigmoid(x * "w_1"):diff("w_1", options), sigmoid(x * "w_1"):diff("w_1"))
end

-- Lua finalizes in the reverse order of making: this is called when the pool is gone.
function TestLife.test_an_expression_used_at_the_end_of_the_session_is_refused()
  local program = os.tmpname()
  local file <close> = assert(io.open(program, "w"))
  file:write([[
    local f
    early = setmetatable({}, {__gc = function() print(pcall(function() return f + 1 end)) end})
    f = symbols "x"
    for i = 1, 20000 do f = symbols "x" * i end]])
  file:flush()
  local run <close> = assert(io.popen(string.format("%q %q", arg[-1], program)))
  local said = run:read("a")
  os.remove(program)
  lu.assertEquals(said, "false\t" .. program .. ":2: the expression is gone\n")
end

os.exit(lu.LuaUnit.run(), true)
