-- Experiments: their numbers, their texts, and what they refuse.

local lu = require "luaunit"

TestExperiments = {}

local X, XOR = {{0, 0}, {0, 1}, {1, 0}, {1, 1}}, {{0}, {1}, {1}, {0}}

local function verdicts(result)
  local words = {}
  for i, run in ipairs(result) do
    words[i] = run.verdict
  end
  return table.concat(words, " ")
end

-- ---- sweep ---------------------------------------------------------------------------------

-- E = ½(w − 1)² from w = 0: each step multiplies w − 1 by 1 − η, and E by (1 − η)².
local function parabola(options)
  options.net = mlp{1, 1, output = "identity", bias = false}
  options.inputs, options.targets = {{1}}, {{1}}
  return sweep(options)
end

function TestExperiments.test_rates_of_a_parabola_are_told_apart()
  local result = parabola{rates = {0.001, 0.5, 1.5, 2, 2.5}}
  lu.assertEquals(verdicts(result), "crawls settles settles sticks diverges")
  lu.assertEquals(result.first, 0.5)
  lu.assertAlmostEquals(result[1].last, 0.5 * 0.999 ^ 200, 1e-12)
  lu.assertAlmostEquals(result[5].last / 1.5 ^ 200, 0.5, 1e-9)
  lu.assertEquals(result[1].rises, 0)
  lu.assertEquals(result[5].rises, 100)
  lu.assertEquals(#result[2].history, 100)
  lu.assertEquals(result[2].history[1], 0.5)
end

-- E goes by (1 − η)² = 81 a step, to above what a double holds.
function TestExperiments.test_what_overflows_is_told_with_its_epoch()
  local result = parabola{rates = {10, 1}, epochs = 400}
  lu.assertEquals(verdicts(result), "diverges settles")
  lu.assertEquals(result[1].failed, result[1].epochs + 1)
  lu.assertStrContains(result[1].reason, "try a smaller eta than 10")
  lu.assertNil(result[1].last)
  lu.assertStrContains(tostring(result), ": overflows in epoch " .. result[1].failed)
end

-- y = v·w for x = 1: v and w go from equal to equal, by p ← p − ηp(p² − 1).  At p = 1 the slope of
-- that is 1 − 2η: a rate above 1 never settles there, and up to 1.6 the map stays bounded.
function TestExperiments.test_a_step_that_jumps_about_oscillates()
  local net = mlp{1, 1, 1, hidden = "identity", output = "identity", bias = false}
  net:set{v = {{0.5}}, w = {{0.5}}}
  local result = sweep{net = net, inputs = {{1}}, targets = {{1}}, rates = {0.5, 1.5}}
  lu.assertEquals(verdicts(result), "settles oscillates")
  lu.assertEquals(net:get(), {v = {{0.5}}, w = {{0.5}}})
end

function TestExperiments.test_a_rate_that_reaches_its_goal_settles()
  local result = parabola{rates = {0.1, 0.5}, stop_below = 0.4}
  lu.assertEquals(verdicts(result), "settles settles")
  lu.assertEquals(result[1].epochs, 3) -- 0.5, 0.405, 0.328
  lu.assertTrue(result[1].settled)
end

function TestExperiments.test_a_sweep_is_shown_as_a_table()
  lu.assertEquals(tostring(parabola{rates = {0.01, 1, 3}}), [[
loss before training: 0.5
rate  loss after  rises
0.01     0.06699      0  crawls: 13 % of the way is still to go
   1           0      0  settles
   3    8.035e59    100  diverges: at the end above the start]])
end

function TestExperiments.test_what_a_sweep_cannot_use_is_refused()
  local net = mlp{1, 1}
  for _, case in ipairs {
    {5, "the argument of sweep must be a table, got 5"},
    {{net = 5}, "net must be a network, as mlp{...} makes it, got 5"},
    {{net = net}, "rates must be a list of 1 to 100 learning rates, as in {0.1, 1, 10}, got nil"},
    {{net = net, rates = {}},
      "rates must be a list of 1 to 100 learning rates, as in {0.1, 1, 10}, got 0 of them"},
    {{net = net, rates = {1, -1}}, "rate 2 must be a number above 0, got -1"},
    {{net = net, rates = {0 / 0}}, "rate 1 must be a number above 0, got nan"},
    {{net = net, rates = {1}, epochs = 9}, "epochs must be a whole number of at least 10, so that "
      .. "there is something to judge by, got 9"},
    {{net = net, rates = {1}, eta = 1}, "sweep takes rates, and what net:train takes but eta"},
    {{net = net, rates = {1}, inputs = {{1}}, targets = {{1}}, epocs = 20},
      'unknown train option "epocs": did you mean epochs?'},
    {{net = net, rates = {1}, inputs = {{1}}},
      "targets must be a table, got nil"},
  } do
    lu.assertErrorMsgEquals(case[2], sweep, case[1])
  end
end

function TestExperiments.test_the_help_has_the_figures_of_the_verdicts()
  local text = tostring(help "sweep")
  for _, figure in ipairs {"last tenth", "every fourth", "a hundredth", "a tenth of the way"} do
    lu.assertStrContains(text:gsub("%s+", " "), figure)
  end
end

-- ---- gradient norms ------------------------------------------------------------------------

-- A chain of sigmoids with weights 0 has slope ¼ everywhere; its last error term is ½·¼.
function TestExperiments.test_gradients_vanish_by_the_weight_times_a_quarter_at_most()
  local net = mlp{1, 1, 1, 1, notation = "delta"}
  net:set{W2 = {{2}}, b2 = {-1}, W3 = {{4}}, b3 = {-2}}
  local result = net:gradient_norms({1}, {0})
  lu.assertEquals(#result, 3)
  for l, expected in ipairs {
    {z = 1 / 16, ratio = 1 / 2, bound = 1 / 64}, {z = 1 / 8, ratio = 1, bound = 1 / 16},
    {z = 1 / 8, bound = 1 / 4},
  } do
    for field, value in pairs(expected) do
      lu.assertEquals(result[l][field], value)
    end
    lu.assertEquals(result[l].slope, 1 / 4)
  end
  lu.assertNil(result[3].ratio)
  lu.assertEquals(result[1].W, 1 / 16)
  lu.assertEquals(result[2].W, 1 / 16)
  lu.assertEquals(result.loss, 1 / 8)
  lu.assertEquals(tostring(result), [[
one sample, loss 0.125
layer      ‖∂E/∂z‖  ratio  ‖∂E/∂W‖  largest f'(z)  slopes at most
1 sigmoid   0.0625    0.5   0.0625           0.25  (1/4)^3 = 0.01562
2 sigmoid    0.125      1   0.0625           0.25  (1/4)^2 = 0.0625
3 sigmoid    0.125      —   0.0625           0.25  (1/4)^1 = 0.25
ratio: ‖∂E/∂z‖ to that of the next layer; slopes at most: what the product of
the slopes from this layer on cannot exceed]])
end

function TestExperiments.test_norms_of_samples_are_means()
  local net = mlp{1, 1, output = "identity", bias = false}
  local result = net:gradient_norms({{1}, {2}}, {{3}, {-1}})
  lu.assertEquals({result[1].z, result[1].W, result.loss, result.samples}, {2, 2.5, 2.5, 2})
  lu.assertNil(result[1].bound)
  lu.assertErrorMsgContains("the targets must have as many rows as the inputs: got 1 row for 2",
    net.gradient_norms, net, {{1}, {2}}, {{3}})
end

-- ---- units ---------------------------------------------------------------------------------

function TestExperiments.test_dead_and_saturated_units_are_counted()
  local net = mlp{1, 3, 1, hidden = "relu", notation = "delta"}
  net:set{W1 = {{1}, {-1}, {1}}, b1 = {0, -1, -5}, b2 = {9}}
  local result = net:dead_units{{1}, {2}}
  lu.assertEquals({result.dead, result.saturated, result.samples}, {2, 1, 2})
  lu.assertEquals(result[1].dead, {2, 3})
  lu.assertEquals(result[2].saturated, {1})
  lu.assertEquals(tostring(result), [[
layer 1 (relu): 2 of 3 units dead (2, 3)
layer 2 (sigmoid): 1 of 1 units saturated (1)]])
  net:set{b1 = {0, 5, 5}, b2 = {0}}
  lu.assertStrContains(tostring(net:dead_units{{1}, {2}}),
    "layer 1 (relu): 0 of 3 units dead or saturated")
  lu.assertErrorMsgContains("row 1 of the inputs must be a table of 1 number, got 2 numbers",
    net.dead_units, net, {{1, 2}})
end

function TestExperiments.test_units_that_start_equal_stay_equal()
  local net = mlp{2, 3, 1}:init{"constant", value = 0.5}
  net:set{gamma = {0, 0, 1}}
  local before = tostring(net:twins())
  lu.assertEquals(before, "layer 1 (sigmoid): 2 of 3 hidden units are the same (1 = 2)")
  net:train{inputs = X, targets = XOR, eta = 1, epochs = 100}
  lu.assertEquals(tostring(net:twins()), before)
  lu.assertEquals(net:twins()[1].groups, {{1, 2}})
  lu.assertEquals(tostring(mlp{2, 3, 1, seed = 7}:twins()),
    "layer 1 (sigmoid): 0 of 3 hidden units are the same")
  lu.assertEquals(tostring(mlp{2, 1}:twins()), "there are no hidden units")
end

-- ---- linear networks -----------------------------------------------------------------------

-- In whole numbers: W2·W1 = (−1, 0), W2·b1 + b2 = 8.
function TestExperiments.test_a_linear_network_collapses()
  local net = mlp{2, 2, 1, hidden = "identity", output = "identity", notation = "delta"}
  net:set{W1 = {{1, 2}, {3, 4}}, b1 = {1, -1}, W2 = {{2, -1}}, b2 = {5}}
  local result = net:collapse()
  lu.assertEquals({result.W[1][1], result.W[1][2], result.b[1]}, {-1, 0, 8})
  lu.assertEquals(result.net:forward{3, 4}, net:forward{3, 4})
  lu.assertEquals(tostring(result), [[
y = W·x + b, W = W2·W1: (1×2)·(2×2) = 1×2
W = {{-1, 0}}
b = {8}]])
  net = mlp{2, 2, 1, hidden = "identity"}
  lu.assertErrorMsgContains("layer 2 is sigmoid, which is not linear", net.collapse, net)
end

-- ---- the perceptron ------------------------------------------------------------------------

function TestExperiments.test_the_perceptrons_epochs_are_a_table_that_says_why()
  local net = mlp{2, 1, output = "step"}
  local text = tostring(net:perceptron{inputs = X, targets = XOR})
  lu.assertStrMatches(text, "epoch  mistakes  .*never settles: .*on\nall these samples")
  for line in text:gmatch "[^\n]+" do
    lu.assertTrue(utf8.len(line) <= 80, line)
  end
end

-- ---- networks of other layers --------------------------------------------------------------

function TestExperiments.test_what_looks_at_dense_layers_refuses_others()
  local net = network{4, dense(3), dense(2)}
  for _, method in ipairs {"gradient_norms", "dead_units", "twins", "collapse"} do
    lu.assertErrorMsgContains(method .. " looks at a network made by mlp{...}; this one is made of "
      .. "layers by network{...}", net[method], net)
  end
end

function TestExperiments.test_a_network_of_other_layers_is_copied()
  local net = network{2, dense(3)}
  lu.assertEquals(net:copy():get(), net:get())
end

-- ---- copies --------------------------------------------------------------------------------

function TestExperiments.test_a_copy_goes_its_own_way()
  local net = mlp{2, 1, bias = false, notation = "delta"}:set{W1 = {{1, 2}}}
  local copy = net:copy()
  lu.assertEquals(tostring(copy), tostring(net))
  copy:set{W1 = {{3, 4}}}
  lu.assertEquals(net:get(), {W1 = {{1, 2}}})
  net:train{inputs = X, targets = XOR, eta = 1}
  lu.assertEquals(copy:get(), {W1 = {{3, 4}}})
end

os.exit(lu.LuaUnit.run(), true)
