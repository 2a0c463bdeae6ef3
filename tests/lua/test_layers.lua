-- Networks of any layers: making them, their parameters, samples, tapes and summaries.

local lu = require("luaunit")
local support = require("support")

TestLayers = {}

local function small()
  local net = network{2, dense{2, activation = "tanh"}, dense{1, name = "out"}}
  return net:set{
    dense1_W = {{0.1, 0.2}, {0.3, -0.4}}, dense1_b = {0.5, 0}, out_W = {{1, -1}}, out_b = {0.25},
  }
end

-- out = tanh(0.1 x_1 + 0.2 x_2 + 0.5) − tanh(0.3 x_1 − 0.4 x_2) + 0.25
local function output(x)
  local function tanh(z)
    return (math.exp(z) - math.exp(-z)) / (math.exp(z) + math.exp(-z))
  end
  return tanh(0.1 * x[1] + 0.2 * x[2] + 0.5) - tanh(0.3 * x[1] - 0.4 * x[2]) + 0.25
end

function TestLayers.test_a_network_gives_what_its_layers_say()
  local net = small()
  for _, x in ipairs {{1, 2}, {-1, 0.5}, {0, 0}} do
    lu.assertAlmostEquals(net:forward(x)[1], output(x), 1e-15)
    lu.assertAlmostEquals(net:loss(x, {1}), (output(x) - 1) ^ 2 / 2, 1e-15)
  end
  local y = net:forward {{1, 2}, {-1, 0.5}}
  lu.assertAlmostEquals(y[2][1], output {-1, 0.5}, 1e-15)
end

function TestLayers.test_parameters_come_back_by_the_names_of_their_layers()
  local net = small()
  local get = net:get()
  lu.assertEquals(get.dense1_W, {{0.1, 0.2}, {0.3, -0.4}})
  lu.assertEquals(get.out_b, {0.25})
  lu.assertEquals(small():set(get):get(), get)
end

function TestLayers.test_gradients_are_those_of_the_tape()
  local net = small()
  local gradients = net:gradients({1, 2}, {1})
  local t = net:tape({1, 2}, {1})
  lu.assertAlmostEquals(gradients.dense1_W[2][1], t.dE_ddense1_W_2_1.value, 1e-15)
  lu.assertAlmostEquals(gradients.out_b[1], t.dE_dout_b_1.value, 1e-15)
end

function TestLayers.test_a_batch_is_the_mean_of_its_samples()
  local net = small()
  local t = net:tape({{1, 2}, {3, 4}}, {{1}, {0}}, {eta = 0.5})
  local first, second = net:tape({1, 2}, {1}), net:tape({3, 4}, {0})
  lu.assertAlmostEquals(t:value "E@2", second:value "E", 1e-15)
  lu.assertAlmostEquals(t:value "E", (first:value "E" + second:value "E") / 2, 1e-15)
  lu.assertAlmostEquals(t:value "dE_dout_W_1_2",
    (first:value "dE_dout_W_1_2" + second:value "dE_dout_W_1_2") / 2, 1e-15)
  lu.assertAlmostEquals(t:next():value "out_b_1", t:value "out_b_1_new", 1e-15)
end

function TestLayers.test_a_sequence_uses_its_weights_at_every_step()
  local net = network{{2, steps = 2}, dense{1}}
  net:set{dense1_W = {{2, 3}}}
  lu.assertEquals(net:forward {{1, 10}, {100, 1000}}, {{32}, {3200}})
  local t = net:tape({{1, 10}, {100, 1000}}, {{30}, {3000}})
  lu.assertEquals(t:value "dE_ddense1_W_1_1", 2 * 1 + 200 * 100)
  lu.assertStrContains(tostring(t.dE_ddense1_W_1_1), "Σ_t ∂E/∂dense1.z_t_1·x_t_1")
end

function TestLayers.test_a_network_that_only_hands_on_its_inputs_has_no_gradients()
  local net = network{{2, 1}, flatten()}
  lu.assertEquals(net:gradients({{1}, {2}}, {0, 0}), {})
end

function TestLayers.test_a_summary_has_the_arithmetic_of_its_counts()
  lu.assertEquals(tostring(small():summary()), [[
  layer   kind         output    parameters
  input                2
  dense1  dense, tanh  2         6           2·(2 + 1) = 6
  out     dense        1         3           1·(2 + 1) = 3
  total                          9           6 + 3]])
end

function TestLayers.test_an_activation_is_a_layer_as_well()
  local net = network{2, dense(2), activation{"leaky_relu", 0.5}, softmax()}
  net:set{dense1_W = {{1, 0}, {0, 1}}}
  local y = net:forward {2, -4}
  lu.assertAlmostEquals(y[1], math.exp(2) / (math.exp(2) + math.exp(-2)), 1e-15)
end

function TestLayers.test_an_activation_is_given_as_its_help_says()
  for _, layer in ipairs {
    activation{"relu"}, activation "relu", activation{activation = "relu"},
    activation{"relu", name = "a"},
  } do
    lu.assertEquals(network{2, layer}:forward {3, -2}, {3, 0})
  end
  lu.assertEquals(network{2, activation{{"leaky_relu", 0.5}}}:forward {3, -2}, {3, -1})
end

function TestLayers.test_samples_are_trained_on_as_they_are_asked_about()
  local net = network{{2, steps = 2}, dense(1)}
  local X, D = {{{1, 0}, {0, 1}}, {{1, 1}, {0, 0}}}, {{{1}, {2}}, {{3}, {0}}}
  local before = net:loss(X, D)
  local same = network{{2, steps = 2}, dense(1)}
  net:train{inputs = X, targets = D, eta = 0.1, epochs = 10}
  same:train{inputs = matrix{{1, 0, 0, 1}, {1, 1, 0, 0}}, targets = matrix{{1, 2}, {3, 0}},
             eta = 0.1, epochs = 10}
  lu.assertEquals(net:get(), same:get())
  lu.assertTrue(net:loss(X, D) < before / 10)
end

function TestLayers.test_what_is_no_layer_is_refused_by_name()
  local refusals = {
    {"network needs its input and its layers, as in network{{1, 32, 32}, conv2d{6, 5}, flatten(), "
      .. "dense(10)}", network, {}},
    {"network: number 2 must be a layer, as dense{3} or activation{\"relu\"} gives it, got 3",
      network, {2, 3}},
    {"network: number 2 must be a layer, as dense{3} or activation{\"relu\"} gives it, got a "
      .. "function", network, {2, sigmoid}},
    {"activation of dense is a name in quotes, as \"sigmoid\", got a function", dense,
      {3, activation = sigmoid}},
    {"dense needs units: dense{units, [bias = true], [activation = \"sigmoid\"]} -> layer", dense,
      {}},
    {"units of dense must be from 1 to 100000, got 0", dense, 0},
    {"dense takes one argument, in braces where there is more to say: dense{units, [bias = true], "
      .. "[activation = \"sigmoid\"]} -> layer", dense, 2, "relu"},
    {"max_pool takes one argument, in braces where there is more to say: max_pool{size, [stride]} "
      .. "-> layer", max_pool, 2, 3},
    {"dense has no option \"unit\": did you mean units?", dense, {unit = 3}},
    {"activation of dense: there is no activation called \"sigmod\": did you mean sigmoid?", dense,
      {3, activation = "sigmod"}},
    {"activation needs the name of a function: activation{name} -> layer", activation},
    {"softmax takes 0 numbers by their place, got one at 1", softmax, {3}},
    {"two layers are called a", network, {2, dense{2, name = "a"}, dense{2, name = "a"}}},
    {"unknown loss \"bce\" (known: half_squared_error, squared_error, mean_squared_error, "
      .. "cross_entropy, binary_cross_entropy)", network, {2, dense(2), loss = "bce"}},
    {"loss cross_entropy goes with softmax at the output, not with dense", network,
      {2, dense(2), loss = "cross_entropy"}},
  }
  for _, case in ipairs(refusals) do
    support.refuses(table.unpack(case))
  end
end

-- 6 of the dense layer and 4 of the other; its running mean and variance are not learnt.
function TestLayers.test_a_network_counts_what_it_learns()
  local net = network{2, dense(2), batch_norm()}
  lu.assertStrContains(tostring(net), "10 parameters")
  lu.assertStrContains(tostring(net:summary()), "10")
end

function TestLayers.test_a_list_within_itself_is_refused_at_once()
  local list = {}
  for i = 1, 1000 do
    list[i] = list
  end
  support.refuses("the inputs must have 2 numbers, got 2000000", network{2, dense(2)}.forward,
                  network{2, dense(2)}, list)
end

function TestLayers.test_what_does_not_fit_changes_nothing()
  local net = small()
  support.each_refuses({
    {"dense1_W must be a table of 2 rows, got 1 row", net.set, net, {dense1_W = {{1, 2}}}},
    {"the network has no parameters called \"dense1_w\": did you mean dense1_W?", net.set, net,
      {dense1_w = 1}},
    {"the inputs must have 2 numbers, got 3", net.forward, net, {1, 2, 3}},
    {"the inputs must be a table of 2 numbers, got \"x\"", net.forward, net, "x"},
    {"the targets must be those of 2 samples, got 1", net.loss, net, {{1, 2}, {3, 4}}, {1}},
  }, function()
    return net:get()
  end)
end

function TestLayers.test_a_boundary_is_that_of_the_same_network_of_mlp()
  local W1, b1, W2, b2 = {{3, -4}, {-2, 5}}, {1, -0.5}, {{2, -3}}, {0.25}
  local net = mlp{2, 2, 1, notation = "delta"}:set{W1 = W1, b1 = b1, W2 = W2, b2 = b2}
  local same = network{2, dense{2, activation = "sigmoid"}, dense{1, activation = "sigmoid"}}
  same:set{dense1_W = W1, dense1_b = b1, dense2_W = W2, dense2_b = b2}
  local samples = {inputs = {{0, 0}, {0, 1}, {1, 1}}, targets = {{0}, {1}, {1}}}
  lu.assertEquals(same:boundary(samples):text(), net:boundary(samples):text())
  lu.assertStrContains(same:boundary(samples):text(), "░")
  support.refuses("a boundary is drawn in the plane of 2 inputs: the network has 4",
                  small().boundary, network{{1, 2, 2}, flatten(), dense(1)}, {})
end

-- Where padding is all that a unit sees there is no x_i_0 to speak of.
function TestLayers.test_a_definition_names_nothing_that_is_not_there()
  local net = network{{2, 2}, conv1d{1, 1, padding = 1, bias = false}, seed = 1}
  local t = net:tape({{1, 2}, {3, 4}}, {{0, 0, 0, 0}})
  lu.assertStrMatches(t:entry "conv1_z_1_1":text(), "conv1.z_1_1 = 0 +definition")
  lu.assertStrContains(t:entry "conv1_z_1_2":text(), "Σ_i conv1.K_1_i_1·x_i_1")
end

-- da_W_1_1 is the step of a_W_1_1, and would be a weight of the layer da.
function TestLayers.test_layers_whose_entries_share_a_name_have_no_tape()
  local adam = {eta = 0.1, optimiser = "adam"}
  local cases = {
    {"da", {eta = 0.1}, "da_W_1_1"}, {"dE_da", nil, "dE_da_W_1_1"}, {"m_a", adam, "m_a_W_1_1_new"},
    {"s_a", adam, "s_a_W_1_1_new"},
  }
  for _, case in ipairs(cases) do
    local net = network{2, dense{2, name = "a"}, dense{1, name = case[1]}, seed = 1}
    support.refuses("two entries would both be called " .. case[3], net.tape, net, {1, 2}, {1},
                    case[2])
  end
  local net = network{2, dense{2, name = "a"}, dense{2, name = "da"}, dense{1, name = "m_a"},
                      dense{1, name = "a_W"}, dense{1, name = "x"}, dense{1, name = "E"}, seed = 1}
  lu.assertEquals(net:tape({1, 2}, {1}):grad "E_b_1", net:gradients({1, 2}, {1}).E_b[1])
end

os.exit(lu.LuaUnit.run(), true)
