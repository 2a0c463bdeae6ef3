-- Exercise E: a network of 2-3-1 in matrix notation with binary cross-entropy.  The figures were
-- worked out apart from this program, from the formulas of the chapter, with 40 decimal digits
-- (Python's decimal): Z1 = xW1 + b1, A1 = σ(Z1), Z2 = A1W2 + b2, A2 = σ(Z2), dZ2 = A2 − y,
-- dW2 = A1ᵀdZ2, dA1 = dZ2W2ᵀ, dZ1 = dA1 ⊙ A1 ⊙ (1 − A1), dW1 = xᵀdZ1.
local lu = require "luaunit"

TestMatrixNotation = {}

local function network()
  return mlp{2, 3, 1, notation = "matrix", loss = "binary_cross_entropy"}
end

local parameters = {
  W1 = {{0.1, 0.4, -0.2}, {0.8, 0.6, 0.3}}, b1 = {0.1, -0.1, 0.2},
  W2 = {{0.3}, {0.9}, {-0.5}}, b2 = {0.05},
}

local function tape(y)
  local net = network()
  net:set(parameters)
  return net:tape({0.35, 0.9}, {y}, {eta = 0.5})
end

local figures = {
  [0] = {
    Z1_2 = 0.58, A1_2 = 0.641067406334817063, Z2_1 = 0.538101321729729556,
    A2_1 = 0.631370626345581264, L = 0.997963547137377733, dL = 1,
    dA2_1 = 2.712751808371831487, dZ2_1 = 0.631370626345581264, dA1_2 = 0.568233563711023138,
    dZ1_3 = -0.075846788762542853, dW1_12 = 0.045762687442143466,
    dW1_23 = -0.068262109886288568, db1_1 = 0.039653499348072704, dW2_31 = 0.377993802950569288,
    db2_1 = 0.631370626345581264, dx_1 = 0.071434921906908373,
    W1_12_new = 0.377118656278928267, b2_1_new = -0.265685313172790632,
    L_new = 0.594023468344027609,
  },
  [1] = {
    Z1_2 = 0.58, A1_2 = 0.641067406334817063, Z2_1 = 0.538101321729729556,
    A2_1 = 0.631370626345581264, L = 0.459862225407648178, dL = 1,
    dA2_1 = -1.583855754880571725, dZ2_1 = -0.368629373654418736, dA1_2 = -0.331766436288976862,
    dZ1_3 = 0.044283584108221722, dW1_12 = -0.026718808421896333,
    dW1_23 = 0.039855225697399550, db1_1 = -0.023151923795525247,
    dW2_31 = -0.220693857161882712, db2_1 = -0.368629373654418736, dx_1 = -0.041707690254792678,
    W1_12_new = 0.413359404210948167, b2_1_new = 0.234314686827209368,
    L_new = 0.319205034058702941,
  },
}

function TestMatrixNotation.test_figures_are_those_worked_out_by_hand()
  for y, expected in pairs(figures) do
    local t = tape(y)
    for name, value in pairs(expected) do
      lu.assertAlmostEquals(t:value(name), value, 1e-14, name)
    end
  end
end

function TestMatrixNotation.test_a_gradient_goes_by_its_own_name()
  local t = tape(1)
  lu.assertAlmostEquals(t:grad "W1_12", figures[1].dW1_12, 1e-14)
  lu.assertEquals(tostring(t.dW1_12), table.concat({
    "dW1 = xᵀ·dZ1                                   2×1 · 1×3 = 2×3",
    "dW1_12 = ∂L/∂W1_12",
    "       = ∂L/∂Z1_2 · ∂Z1_2/∂W1_12               chain rule",
    "       = dZ1_2·x_1                             closed form",
    "       = −0.07634·0.35",
    "       = −0.02672                              ✓"}, "\n"))
end

function TestMatrixNotation.test_parameters_have_the_shapes_of_the_matrices()
  local net = network()
  net:set(parameters)
  lu.assertEquals(net:get(), parameters)
  local gradients = net:gradients({0.35, 0.9}, {1})
  lu.assertAlmostEquals(gradients.W1[1][2], figures[1].dW1_12, 1e-14)
  lu.assertAlmostEquals(gradients.b1[1], figures[1].db1_1, 1e-14)
end

-- An update has no step Δw here: after Δw its w' is next.
function TestMatrixNotation.test_the_same_tape_in_another_notation()
  local t = tape(1)
  t:seek "W1_12_new"
  local watermelon = t:as "watermelon"
  lu.assertEquals(watermelon:value "w_31", -0.5)
  lu.assertEquals(watermelon:step().name, "dv_13")
  watermelon:seek "dv_12"
  lu.assertEquals(watermelon:as "matrix":step().name, "W1_12_new")
end

local function lines_with(text, pattern)
  local found = {}
  for line in tostring(text):gmatch "[^\n]+" do
    if line:find(pattern) then
      found[#found + 1] = (line:gsub("%s+", " "))
    end
  end
  return found
end

-- A line of the table for each array, before the entries of its layer.
function TestMatrixNotation.test_the_table_shows_matrices_and_their_shapes()
  lu.assertEquals(lines_with(tape(1):show(), "^  [dWbZA].*%d×%d"), {
    " Z1 x·W1 + b1 1×2 · 2×3 + 1×3 = 1×3",
    " A1 σ(Z1) 1×3",
    " Z2 A1·W2 + b2 1×3 · 3×1 + 1×1 = 1×1",
    " A2 σ(Z2) 1×1",
    " dA2 (1 − y) ⊘ (1 − A2) − y ⊘ A2 1×1",
    " dZ2 dA2 ⊙ A2 ⊙ (1 − A2) = A2 − y 1×1",
    " dA1 dZ2·W2ᵀ 1×1 · 1×3 = 1×3",
    " dZ1 dA1 ⊙ A1 ⊙ (1 − A1) 1×3",
    " dW2 A1ᵀ·dZ2 3×1 · 1×1 = 3×1",
    " db2 dZ2 1×1",
    " dW1 xᵀ·dZ1 2×1 · 1×3 = 2×3",
    " db1 dZ1 1×3",
    " W1' W1 − η·dW1 2×3",
    " b1' b1 − η·db1 1×3",
    " W2' W2 − η·dW2 3×1",
    " b2' b2 − η·db2 1×1",
    " Z1' x·W1' + b1' 1×2 · 2×3 + 1×3 = 1×3",
    " A1' σ(Z1') 1×3",
    " Z2' A1'·W2' + b2' 1×3 · 3×1 + 1×1 = 1×1",
    " A2' σ(Z2') 1×1",
  })
end

function TestMatrixNotation.test_a_solution_shows_each_equation_once()
  lu.assertEquals(lines_with(tape(1):text(), "^d[AZ]%d ="), {
    "dA2 = (1 − y) ⊘ (1 − A2) − y ⊘ A2 1×1",
    "dZ2 = dA2 ⊙ A2 ⊙ (1 − A2) 1×1",
    "dA1 = dZ2·W2ᵀ 1×1 · 1×3 = 1×3",
    "dZ1 = dA1 ⊙ A1 ⊙ (1 − A1) 1×3"})
  lu.assertEquals(lines_with(tape(1):text(), "output and loss"),
    {" = A2 − y 1×1 output and loss fused"})
  lu.assertStrContains(tostring(tape(1):latex()),
    "\\mathrm{dW1} &= x^{\\top} \\cdot \\mathrm{dZ1} && " ..
    "\\text{2\\(\\times\\)1 \\(\\cdot\\) 1\\(\\times\\)3 = 2\\(\\times\\)3}")
end

-- A saturated output: ∂L/∂A2 overflows, output and loss together do not.
function TestMatrixNotation.test_a_saturated_output_takes_the_fused_form()
  local net = mlp{1, 1, notation = "matrix", bias = false, loss = "binary_cross_entropy"}
  net:set{W1 = {{1000}}}
  local t = net:tape({1}, {0})
  lu.assertEquals(t:value "dZ1_1", 1)
  lu.assertStrContains(tostring(t.dZ1_1), "= A1_1 − y_1")
end

os.exit(lu.LuaUnit.run(), true)
