-- Recurrent layers and the terms of their gradients, as scripts see them.

local lu = require("luaunit")
local support = require("support")

TestRecurrence = {}

-- Without an activation: exact in doubles.  1 input, 2 units, 3 steps.
local function elman(options)
  local layer = {2, activation = "identity"}
  for name, value in pairs(options or {}) do layer[name] = value end
  local input = layer.steps and 1 or {1, steps = 3}
  return network{input, rnn(layer)}:set{
    rnn1_U = {{0.5}, {-1}}, rnn1_W = {{0.5, 0.25}, {-1, 0.5}}, rnn1_b = {0.25, 0},
  }
end

local X, D = {{1}, {-0.5}, {2}}, {{1, 0}, {0, 1}, {0.5, 0.5}}

-- By Python's fractions: see tests/unit/test_net_recurrence.c.
function TestRecurrence.test_many_to_many_one_and_from_one()
  lu.assertEquals(elman():forward(X), {{0.75, -1}, {0.125, -0.75}, {1.125, -2.5}})
  lu.assertEquals(elman{last = true}:forward(X), {1.125, -2.5})
  lu.assertEquals(elman{steps = 3}:forward{1}, {{0.75, -1}, {0.375, -1.25}, {0.125, -1}})
  lu.assertEquals(elman():gradients(X, D), {
    rnn1_U = {{4.09375}, {-6.140625}}, rnn1_W = {{2.65625, -3.90625}, {-2.6953125, 5.34375}},
    rnn1_b = {8.625, -7.78125},
  })
  lu.assertEquals(elman{truncate = 2}:gradients(X, D), {
    rnn1_U = {{2.75}, {-6.96875}}, rnn1_W = {{0.171875, -0.59375}, {-1.6875, 4}},
    rnn1_b = {2.3125, -6.59375},
  })
end

function TestRecurrence.test_an_entry_at_a_step_shows_its_sums()
  local t = elman():tape(X, D, {eta = 1})
  lu.assertEquals(t.rnn1_h_t2_1.value, 0.125)
  local text = tostring(t.rnn1_z_t2_1)
  lu.assertStrContains(text, "Σ_k rnn1.W_1_k·rnn1.h_t1_k")
  lu.assertStrContains(tostring(t:entry "dE_drnn1_W_1_2"),
    "Σ_t ∂E/∂rnn1.z_t_1·rnn1.h_(t−1)_2")
  lu.assertNotStrContains(tostring(t.rnn1_z_t1_1), "rnn1.W")
end

-- TeX takes no two subscripts on one letter.
function TestRecurrence.test_an_index_follows_a_symbol_that_has_one()
  local latex = network{{1, steps = 2}, lstm {1}}:tape({{1}, {2}}, {{0}, {0}}):latex()
  lu.assertStrContains(latex, "\\mathrm{lstm1}.{U_{i}}_{1,1} &= 0")
  lu.assertNil(latex:find "_{%a}_{")
end

function TestRecurrence.test_terms_of_a_gradient_by_step()
  local t = elman():tape(X, D, {eta = 1})
  local page = [[
  user            ∂E/∂user  ∂user/∂rnn1.W_1_2  product
  rnn1.z_t2_1     3.438     −1                 −3.438
  rnn1.z_t3_1     0.625     −0.75              −0.4688
  ∂E/∂rnn1.W_1_2                               −3.906 ✓]]
  lu.assertEquals(tostring(t:terms "dE_drnn1_W_1_2"), page)
  lu.assertEquals(tostring(t:terms "rnn1_W_1_2"), page)
  lu.assertEquals(tostring(t:terms(t.rnn1_W_1_2)), page)
  lu.assertEquals(tostring(t:terms {"dE_drnn1_W_1_2", "rnn1_b_1"}), [[
  step  ∂E/∂rnn1.W_1_2  ∂E/∂rnn1.b_1
  1                     4.562
  2     −3.438          3.438
  3     −0.4688         0.625
  sum   −3.906 ✓        8.625 ✓]])
end

function TestRecurrence.test_terms_are_refused_where_there_are_none()
  local t = elman():tape(X, D, {eta = 1})
  local other = elman():tape(X, D)
  support.each_refuses({
    {"the loss does not depend on eta", function() t:terms "eta" end},
    {"terms are of 1 to 16 gradients at once, got 0", function() t:terms {} end},
    {"the name of the entry must be a string, got 1", function() t:terms {1} end},
    {"that entry belongs to another tape", function() t:terms {other.rnn1_b_1} end},
  }, function() return support.tape_state(t) end)
end

function TestRecurrence.test_a_network_with_memory_learns_to_sum()
  local rng, xs, ds = 1, {}, {}
  for k = 1, 32 do
    xs[k], ds[k] = {}, {0}
    for step = 1, 4 do
      rng = rng * 48271 % 2147483647
      xs[k][step] = rng / 2147483647 - 0.5
      ds[k][1] = ds[k][1] + xs[k][step]
    end
  end
  for _, layer in ipairs {rnn {4, last = true}, lstm {4, last = true}} do
    local net = network{{1, steps = 4}, layer, dense {1}}
    net:init {"xavier", seed = 3}
    local before = net:loss(xs, ds)
    net:train {inputs = xs, targets = ds, epochs = 100, batch = 8, eta = 0.05, optimiser = "adam",
               seed = 1}
    lu.assertTrue(net:loss(xs, ds) < before / 20)
  end
end

os.exit(lu.LuaUnit.run(), true)
