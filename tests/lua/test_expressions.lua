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
