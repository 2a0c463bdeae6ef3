-- Derivations in general indices, proofs and explanations: pages as a textbook has them, and what
-- is refused.

local lu = require("luaunit")
local support = require("support")

local softmax_rows = "f_i = exp(x_i)/sum(j, 1, n, exp(x_j))"

-- Exercise D: d inputs, q hidden units, l outputs, with thresholds.
local function network(more)
  local definitions = {
    "alpha_h = sum(i, 1, d, v_ih*x_i)", "b_h = sigmoid(alpha_h - gamma_h)",
    "beta_j = sum(h, 1, q, w_hj*b_h)", "yhat_j = sigmoid(beta_j - theta_j)",
    "E = sum(j, 1, l, (yhat_j - y_j)^2)/2",
    by = {"w_hj", "theta_j", "v_ih", "gamma_h"},
    names = {g_j = "-dE/dbeta_j", e_h = "-∂E/∂α_h"},
  }
  for key, value in pairs(more or {}) do
    definitions[key] = value
  end
  return derive(definitions)
end

local function lines(text)
  return (text:gsub("^\n", ""):gsub("\n *$", ""))
end

TestDerive = {}

function TestDerive.test_the_general_rule_of_backpropagation()
  lu.assertEquals(tostring(network()), lines[[
g_j = −∂E/∂β_j
    = −∂E/∂ŷ_j · ∂ŷ_j/∂β_j                     chain rule
    = −∂E/∂ŷ_j·ŷ_j·(1 − ŷ_j)                   slopes worked out
    = (y_j − ŷ_j)·ŷ_j·(1 − ŷ_j)                derivatives put in

e_h = −∂E/∂α_h
    = −∂E/∂b_h · ∂b_h/∂α_h                     chain rule
    = −∂E/∂b_h·b_h·(1 − b_h)                   slopes worked out
    = b_h·(1 − b_h)·Σ_j=1..l g_j·w_hj          derivatives put in

∂E/∂w_hj = ∂E/∂β_j · ∂β_j/∂w_hj                chain rule
         = ∂E/∂β_j·b_h                         slopes worked out
         = −g_j·b_h                            derivatives put in

∂E/∂θ_j = ∂E/∂ŷ_j · ∂ŷ_j/∂θ_j                  chain rule
        = −∂E/∂ŷ_j·ŷ_j·(1 − ŷ_j)               slopes worked out
        = (y_j − ŷ_j)·ŷ_j·(1 − ŷ_j)            derivatives put in
        = g_j                                  closed form

∂E/∂v_ih = ∂E/∂α_h · ∂α_h/∂v_ih                chain rule
         = ∂E/∂α_h·x_i                         slopes worked out
         = −e_h·x_i                            derivatives put in

∂E/∂γ_h = ∂E/∂b_h · ∂b_h/∂γ_h                  chain rule
        = −∂E/∂b_h·b_h·(1 − b_h)               slopes worked out
        = b_h·(1 − b_h)·Σ_j=1..l g_j·w_hj      derivatives put in
        = e_h                                  closed form]])
end

function TestDerive.test_updates_are_those_of_the_textbook()
  local d = network()
  local textbook = {w_hj = "η·g_j·b_h", theta_j = "−η·g_j", v_ih = "η·e_h·x_i",
    gamma_h = "−η·e_h"}
  for name, change in pairs(textbook) do
    lu.assertEquals(tostring(d:update(name, "eta")), change)
  end
  lu.assertEquals(d:update("w_hj", 0.1), expr "0.1*g_j*b_h")
end

function TestDerive.test_a_rate_puts_the_updates_on_the_page()
  lu.assertEquals(tostring(network{by = "w_hj", rate = "eta", names = {g_j = "-dE/dbeta_j"}}),
    lines[[
g_j = −∂E/∂β_j
    = −∂E/∂ŷ_j · ∂ŷ_j/∂β_j                     chain rule
    = −∂E/∂ŷ_j·ŷ_j·(1 − ŷ_j)                   slopes worked out
    = (y_j − ŷ_j)·ŷ_j·(1 − ŷ_j)                derivatives put in

∂E/∂w_hj = ∂E/∂β_j · ∂β_j/∂w_hj                chain rule
         = ∂E/∂β_j·b_h                         slopes worked out
         = −g_j·b_h                            derivatives put in

Δw_hj = −η·∂E/∂w_hj                            gradient descent
      = η·g_j·b_h                              closed form]])
end

function TestDerive.test_closed_forms_go_by_either_name()
  local d = network()
  lu.assertEquals(tostring(d:closed "g_j"), "(y_j − ŷ_j)·ŷ_j·(1 − ŷ_j)")
  lu.assertEquals(tostring(d:closed "beta_j"), "(ŷ_j − y_j)·ŷ_j·(1 − ŷ_j)")
  lu.assertEquals(tostring(d:closed "w_hj"), "−g_j·b_h")
  lu.assertEquals(d:closed "w_hj", d:closed "w_h_j")
end

function TestDerive.test_parameters_are_counted()
  local count = network():count{"v_ih", "gamma_h", "w_hj", "theta_j"}
  lu.assertEquals(tostring(count), "d·q + q + q·l + l")
  lu.assertEquals(prove(count, "(d + l + 1)*q + l").verdict, "proved")
  lu.assertEquals(count:eval{d = 2, q = 3, l = 1}, 6 + 3 + 3 + 1)
  lu.assertEquals(prove(count:collect "q", count).verdict, "proved")
end

-- Closed forms, on the page's last line, of definitions that are not a network's.
function TestDerive.test_softmax_and_the_losses()
  local cases = {
    {{softmax_rows, by = "x_k"}, "f_i·(δ_ik − f_k)"},
    {{softmax_rows, "p_i = log(f_i)", by = "x_k", ranges = {i = {1, "n"}}}, "δ_ik − f_k"},
    {{softmax_rows, "s = log(sum(j, 1, n, exp(x_j)))", by = "x_k"}, "f_k"},
    {{softmax_rows, "L = -sum(i, 1, n, d_i*log(f_i))", by = "x_k",
      assume = {"sum(i, 1, n, d_i) = 1"}}, "f_k − d_k"},
    {{"y = sigmoid(z)", "L = -d*log(y) - (1 - d)*log(1 - y)", by = "z"}, "y − d"},
  }
  for _, case in ipairs(cases) do
    local d = derive(case[1])
    lu.assertEquals(tostring(d:closed(case[1].by)), case[2])
    lu.assertStrMatches(tostring(d), ".*= " .. case[2]:gsub("%p", "%%%0") .. " +%l[%l ]+")
  end
end

function TestDerive.test_cross_entropy_after_softmax_is_a_page()
  lu.assertEquals(tostring(derive{softmax_rows, "L = -sum(i, 1, n, d_i*log(f_i))", by = {"x_k"},
    assume = "sum(i, 1, n, d_i) = 1"}), lines[[
∂L/∂x_k = Σ_i=1..n ∂L/∂f_i · ∂f_i/∂x_k         chain rule
        = Σ_i=1..n ∂L/∂f_i·f_i·(δ_ik − f_k)    slopes worked out
        = Σ_i=1..n d_i/f_i·f_i·(f_k − δ_ik)    derivatives put in
        = f_k·Σ_i=1..n d_i − d_k               simplification
        = f_k − d_k                            as assumed]])
end

-- The slopes of the sigmoids from layer i to D, and the weights after it, each as a product.
function TestDerive.test_a_chain_is_a_product_of_jacobians()
  local chain = derive{"a_k = sigmoid(w_k*a[k-1])", "L = (a[D] - y)^2/2", by = {"w_i"},
    ranges = {k = {1, "D"}}}
  local slopes, weights = 1, 1
  local given = {D = 4, i = 2, y = 0.5, a = {[0] = 0.3}, w = {0.4, -1.2, 0.7, 2}}
  for k = 1, 4 do
    given.a[k] = support.sigmoid(given.w[k] * given.a[k - 1])
  end
  for k = 2, 4 do
    slopes = slopes * given.a[k] * (1 - given.a[k])
    weights = weights * (k > 2 and given.w[k] or 1)
  end
  lu.assertAlmostEquals(chain:closed "w_i":eval(given),
    (given.a[4] - 0.5) * slopes * weights * given.a[1], 1e-15)
  lu.assertStrContains(tostring(chain),
    "= (a_D − y)·a_(i−1)·(Π_j=i+1..D w_j)·Π_j=i..D a_j·(1 − a_j)")
end

function TestDerive.test_the_rules_behind_a_slope_are_told()
  lu.assertEquals(tostring(derive{"s = sum(j, 1, n, w_j*x_j)", by = "w_k"}:steps "w_k"), lines[[
s = Σ_j=1..n w_j·x_j                           definition

∂/∂w_k (Σ_j=1..n w_j·x_j) = Σ_j=1..n δ_jk·x_j  sum rule
∂/∂w_k (w_j·x_j) = δ_jk·x_j                    product rule
∂/∂w_k w_j = δ_jk                              1 where the indices agree
Σ_j=1..n δ_jk·x_j = x_k                        δ collapsed
∂/∂w_k s = x_k                                 closed form]])
end

function TestDerive.test_a_page_is_written_in_latex_and_mathml()
  local d = derive{"E = (w*x - y)^2/2", by = "w", rate = "eta"}
  lu.assertEquals(d:latex(), lines[[
\begin{align*}
\frac{\partial E}{\partial w} &= \left(w \cdot x - y\right) \cdot x && \text{differentiated}
\end{align*}
\begin{align*}
\Delta w &= -\eta \cdot \frac{\partial E}{\partial w} && \text{gradient descent} \\
 &= \eta \cdot \left(y - w \cdot x\right) \cdot x && \text{closed form}
\end{align*}]])
  local _, opened = d:mathml():gsub("<m%l+", "")
  local _, closed = d:mathml():gsub("</m%l+", "")
  lu.assertEquals(opened, closed)
  lu.assertStrContains(d:mathml(), "<mtext>gradient descent</mtext>")
end

function TestDerive.test_nothing_depends_on_the_order_of_names()
  local first, second = network(), network{names = {e_h = "-dE/dalpha_h", g_j = "-∂E/∂β_j"}}
  lu.assertEquals(tostring(first), tostring(second))
end

function TestDerive.test_what_cannot_be_derived_is_refused()
  local b = "b_j = x_j^2"
  local E = "E = sum(j, 1, l, b_j)"
  local cases = {
    {"derive: there is no definition, as \"E = (w*x - y)^2/2\"", {by = "x"}},
    {"derive: say by what, as in by = {\"w_hj\"}", {b, E}},
    {"unknown derive option \"bye\": did you mean by?", {b, E, bye = "x_j"}},
    {"definition 2 must be a string, got 3", {b, 3, by = "x_j"}},
    {"definition 1 must have two sides, as in \"y = x^2\", got \"x^2\"", {"x^2", by = "x"}},
    {"b is defined twice", {b, b, by = "x_j"}},
    {"definition 1 uses b, which is defined below it: put that first", {E, b, by = "x_j"}},
    {"E does not depend on y", {b, E, by = "y"}},
    {"E does not depend on z_h", {b, E, by = "z_h"}},
    {"E is defined by itself", {"E = w*x + E", by = "w"}},
    {"z is defined twice", {"z_1 = x", "z_i = 2*y_i", "E = z_1", by = "x"}},
    {"g is used in a definition already", {"z = g*x", "E = z^2", by = "x", names = {g = "dE/dz"}}},
    {"by: item 1 must be a name, as \"w_hj\", got \"x_j + 1\"", {b, E, by = {"x_j + 1"}}},
    {"g_j must name a derivative, as in \"-dE/dbeta_j\", got \"3\"",
      {b, E, by = "x_j", names = {g_j = "3"}}},
    {"g_j must name a derivative of E, the last definition, got \"-dF/db_j\"",
      {b, E, by = "x_j", names = {g_j = "-dF/db_j"}}},
    {"h_j is for a derivative that has another name",
      {b, E, by = "x_j", names = {g_j = "-dE/db_j", h_j = "∂E/∂b_j"}}},
    {"ranges: an index is one small letter, got \"kk\"",
      {b, E, by = "x_j", ranges = {kk = {1, 2}}}},
    {"j must be a table of 2 bounds, got 1 bound", {b, E, by = "x_j", ranges = {j = {1}}}},
    {"assumption 1 must have two sides, as in \"y = x^2\", got \"x\"",
      {b, E, by = "x_j", assume = {"x"}}},
  }
  for _, case in ipairs(cases) do
    support.refuses(case[1], derive, case[2])
  end
  support.refuses("derive's argument must be a table, got nil", derive)
  support.refuses("expected a number, a name or (, but the formula ends\n    E = x +\n           ^",
    derive, {"E = x +", by = "x"})
end

function TestDerive.test_what_a_derivation_does_not_have_is_refused()
  local d = derive{"b_j = x_j^2", "E = sum(j, 1, l, b_j)", by = "x_j"}
  support.refuses("the rate is missing: d:update(\"w_hj\", \"eta\")", d.update, d, "x_j")
  support.refuses("\"b_j\" is worked out from others: what is given is updated",
    d.update, d, "b_j", "eta")
  support.refuses("the name must be that of a quantity, as \"w_hj\", got 3", d.closed, d, 3)
  support.refuses("no sum says how far an index counts: give its range", d.count, d, {"z_k"})
  support.refuses("no more definitions mention it", d.steps, d, "z_j")
end

TestProve = {}

function TestProve.test_identities_of_the_course_are_proved()
  for _, identity in ipairs{
    "1 - sigmoid(x) = sigmoid(-x)", "tanh(x) = 2*sigmoid(2*x) - 1",
    "exp(x_i - c)/sum(j, 1, n, exp(x_j - c)) = exp(x_i)/sum(j, 1, n, exp(x_j))",
  } do
    lu.assertEquals(prove(identity).verdict, "proved")
  end
  lu.assertEquals(prove(sigmoid("x"):diff "x", "sigmoid(x)*(1 - sigmoid(x))").verdict, "proved")
end

function TestProve.test_a_proof_is_a_page()
  lu.assertEquals(tostring(prove "1 - sigmoid(x) = sigmoid(-x)"), lines[[
1 − σ(x) = σ(−x)                               proved

1 − σ(x) = 1 − 1/(1 + exp(−x))                 functions by their formulas
         = 1/(exp(x) + 1)                      multiplied out
σ(−x) = 1/(1 + exp(x))                         functions by their formulas
      = 1/(exp(x) + 1)                         multiplied out]])
end

function TestProve.test_a_slip_is_refuted_at_a_point()
  local p = prove("a*b", "a + b")
  lu.assertEquals(p.verdict, "refuted")
  lu.assertEquals(p.left, p.point.a * p.point.b)
  lu.assertEquals(p.right, p.point.a + p.point.b)
  lu.assertNotEquals(p.left, p.right)
  lu.assertEquals(tostring(prove "5*5*(6*1 + 1) = 156"), lines[[
5·5·(6·1 + 1) = 156                            refuted

5·5·(6·1 + 1) = 175]])
end

function TestProve.test_what_is_not_known_is_not_decided()
  local p = prove "log(x*y) = log(x) + log(y)"
  lu.assertEquals(p.verdict, "not decided")
  lu.assertTrue(p.tried > 0)
  lu.assertNil(p.point)
end

function TestProve.test_arguments_are_checked()
  support.refuses("the identity must have two sides, as in \"y = x^2\", got \"x\"", prove, "x")
  support.refuses("the identity must be a string, got nil", prove)
  support.refuses("the right side must be an expression, a number or a formula in quotes, got a "
    .. "table", prove, "x", {})
end

TestExplain = {}

function TestExplain.test_a_derivative_is_told_rule_by_rule()
  lu.assertEquals(tostring(explain("sigmoid(w*x)", "w")), lines[[
∂/∂w σ(w·x) = σ(w·x)·(1 − σ(w·x))·x            σ' = σ·(1 − σ)
∂/∂w (w·x) = x                                 product rule]])
  lu.assertEquals(tostring(explain("sum(j, 1, n, exp(x_j))", "x_k")), lines[[
∂/∂x_k (Σ_j=1..n exp(x_j)) = Σ_j=1..n exp(x_j)·δ_jk  sum rule
∂/∂x_k exp(x_j) = exp(x_j)·δ_jk                exp' = exp
∂/∂x_k x_j = δ_jk                              1 where the indices agree
Σ_j=1..n exp(x_j)·δ_jk = exp(x_k)              δ collapsed]])
end

function TestExplain.test_the_slope_of_a_function_comes_from_its_formula()
  local page = tostring(explain "sigmoid")
  lu.assertStrContains(page, "σ(x) = 1/(1 + exp(−x))                         definition")
  lu.assertStrContains(page, "∂/∂x σ(x) = σ(x)·(1 − σ(x))                    σ' = σ·(1 − σ)")
  lu.assertStrContains(page, "exp(−x)/(1 + exp(−x))² = σ(x)·(1 − σ(x))       proved")
  lu.assertStrContains(tostring(explain "leaky_relu(x, a)"), "∂/∂a LeakyReLU(x, a)")
end

-- Of every function: where there is a formula, its slope is the one that the row states.
function TestExplain.test_every_function_is_explained()
  for name, value in pairs(_G) do
    local usage = type(value) == "function" and tostring(help(value)) or ""
    if usage:find("^" .. name .. "%b() %-> number or expression") then
      local page = tostring(explain(name))
      lu.assertStrContains(page, "∂/∂x")
      lu.assertNil(page:find "refuted", name)
    end
  end
end

function TestExplain.test_what_is_no_function_is_refused()
  support.refuses("there is no function \"sigmod\": did you mean sigmoid?", explain, "sigmod")
  support.refuses("say by what it is derived, as in explain(\"x^2\", \"x\")", explain, "x^2")
  support.refuses("the variable must be a symbol or its name, got \"2*x\"", explain, "x^2", "2*x")
end

os.exit(lu.LuaUnit.run(), true)
