-- Small steps and large products: Taylor's formula, and bounds on products of slopes.

local lu = require("luaunit")
local support = require("support")

TestTaylor = {}

-- ∇f·dx = −η‖∇f‖², and −η‖∇f‖² + ½η²∇fᵀH∇f
function TestTaylor.test_a_step_against_the_gradient_of_any_function()
  local steps = {{"x_i", "-eta*∂f/∂x_i", 1, "n"}}
  lu.assertEquals(tostring(expr "f":taylor(steps)), "−η·Σ_i=1..n (∂f/∂x_i)²")
  lu.assertEquals(tostring(expr "f":taylor(steps, 2)),
    "η·(½·η·Σ_i=1..n ∂f/∂x_i·Σ_j=1..n ∂²f/∂x_i∂x_j·∂f/∂x_j − Σ_i=1..n (∂f/∂x_i)²)")
end

-- Of a quadratic the second order is exact: f(x + dx) − f(x) by numbers.
function TestTaylor.test_a_quadratic_changes_by_its_second_order_expansion()
  local f = expr "3*x^2 + x*y - y^2 + 2*x"
  local change = f:taylor({{"x", "u"}, {"y", "v"}}, 2)
  for _, at in ipairs {{1, 2, 0.5, -0.25}, {-3, 0.5, 2, 1}, {0, 0, 1, 1}} do
    local x, y, u, v = table.unpack(at)
    local exact = f:eval{x = x + u, y = y + v} - f:eval{x = x, y = y}
    lu.assertAlmostEquals(change:eval{x = x, y = y, u = u, v = v}, exact, 1e-12)
  end
end

function TestTaylor.test_a_step_that_is_none_is_refused()
  local f = expr "x^2"
  local cases = {
    {"the steps must be a list of 1 to 50, got 0"},
    {[[a step has a variable and how far it goes, as {"x", "dx"}]], {"x"}},
    {[[say how far the index counts, as {"x_i", "dx_i", 1, "n"}]], {"x_i", "d"}},
    {"only the step of a member such as x_i has bounds", {"x", "d", 1, 2}},
    {"the variable of a step must be a symbol or a member such as x_i", {"2*x", "d"}},
  }
  for _, case in ipairs(cases) do
    support.refuses(case[1], f.taylor, f, {case[2]})
  end
end

TestBounds = {}

local function chain(activation)
  return derive{
    "a_k = " .. activation .. "(w_k*a[k-1])", "L = (a[D] - y)^2/2", by = {"w_i"},
    ranges = {k = {1, "D"}},
  }
end

function TestBounds.test_sigmoid_slopes_are_at_most_a_quarter_each()
  lu.assertEquals(tostring(chain("sigmoid"):bound "w_i"), [[
a_j·(1 − a_j) = ¼ − (a_j − ½)²                 the square completed
Π_j=i..D a_j·(1 − a_j) ≤ (¼)^(D − i + 1)       no factor is larger
while 0 ≤ a_j ≤ 1

the other factors:
(a_D − y)·a_(i−1)·Π_j=i+1..D w_j]])
end

function TestBounds.test_without_a_product_of_slopes_there_is_nothing_to_bound()
  local d = chain "relu"
  support.refuses("there is no product of slopes over an index to bound", d.bound, d, "w_i")
end

os.exit(lu.LuaUnit.run(), true)
