-- Networks: their parameters in every notation, one sample, training.

local lu = require("luaunit")
local support = require("support")

local notations = {"watermelon", "lecture", "delta"}

TestParameters = {}

function TestParameters.test_shapes_are_those_of_the_notation()
  local function shape(value)
    if type(value) == "number" then return "number" end
    if type(value[1]) == "number" then return #value end
    return #value .. "x" .. #value[1]
  end
  local cases = {
    {"watermelon", true, {v = "2x3", gamma = 3, w = "3x1", theta = 1}},
    {"watermelon", "shared", {v = "2x3", gamma = "number", w = "3x1", theta = "number"}},
    {"watermelon", false, {v = "2x3", w = "3x1"}},
    {"lecture", true, {v = "2x3", gamma = 3, w = "3x1", theta = 1}},
    {"delta", true, {W1 = "3x2", b1 = 3, W2 = "1x3", b2 = 1}},
    {"delta", "shared", {W1 = "3x2", b1 = "number", W2 = "1x3", b2 = "number"}},
    {"delta", false, {W1 = "3x2", W2 = "1x3"}},
  }
  for _, case in ipairs(cases) do
    local shapes = {}
    for name, value in pairs(mlp{2, 3, 1, notation = case[1], bias = case[2]}:get()) do
      shapes[name] = shape(value)
    end
    lu.assertEquals(shapes, case[3])
  end
end

function TestParameters.test_set_takes_what_get_gives_in_every_notation()
  for _, notation in ipairs(notations) do
    for _, bias in ipairs{true, false, "shared"} do
      local drawn = mlp{2, 3, 2, notation = notation, bias = bias, seed = 5}
      local copy = mlp{2, 3, 2, notation = notation, bias = bias}
      lu.assertEquals(copy:set(drawn:get()), copy)
      lu.assertEquals(copy:get(), drawn:get())
      lu.assertEquals(copy:forward{0.3, -0.7}, drawn:forward{0.3, -0.7})
    end
  end
end

-- One network in two notations: W1[j][i] is v[i][h], a threshold is a bias with its sign turned.
function TestParameters.test_a_threshold_is_minus_a_bias_and_so_is_its_gradient()
  local with_thresholds = mlp{2, 2, 1, notation = "watermelon"}
  local with_biases = mlp{2, 2, 1, notation = "delta"}
  with_thresholds:set{v = {{1, 2}, {3, 4}}, gamma = {0.5, -0.25}, w = {{5}, {6}}, theta = {0.125}}
  with_biases:set{W1 = {{1, 3}, {2, 4}}, b1 = {-0.5, 0.25}, W2 = {{5, 6}}, b2 = {-0.125}}
  lu.assertEquals(with_thresholds:forward{0.1, 0.2}, with_biases:forward{0.1, 0.2})
  local p = with_thresholds:gradients({0.1, 0.2}, 1)
  local q = with_biases:gradients({0.1, 0.2}, 1)
  lu.assertEquals(p.v[2][1], q.W1[1][2])
  lu.assertEquals(p.gamma, {-q.b1[1], -q.b1[2]})
  lu.assertEquals(p.theta, {-q.b2[1]})
end

function TestParameters.test_a_part_may_be_set_and_the_rest_stays()
  local net = mlp{2, 2, 1, seed = 1}
  local expected = net:get()
  expected.gamma = {7, 8}
  net:set{gamma = {7, 8}}
  lu.assertEquals(net:get(), expected)
  net:set{}
  lu.assertEquals(net:get(), expected)
end

function TestParameters.test_what_get_gave_is_not_the_networks_own()
  local net = mlp{2, 2, 1, seed = 1}
  local taken, kept = net:get(), net:get()
  taken.v[1][1] = 100
  lu.assertEquals(net:get(), kept)
end

function TestParameters.test_a_zero_threshold_has_no_sign()
  lu.assertEquals(1 / mlp{1, 1, 1}:get().gamma[1], math.huge)
  lu.assertEquals(1 / mlp{1, 1, 1, notation = {threshold = true, biases = {{"g"}, {"h"}}}}:get().g,
    math.huge)
end

function TestParameters.test_names_listed_one_by_one()
  local net = mlp{2, 2, 1, bias = "shared", notation = {
    weights = {{{"v_A1", "v_A2"}, {"v_B1", "v_B2"}}, {{"w_1"}, {"w_2"}}}, biases = {"c_1", "c_2"}}}
  local all = {v_A1 = 1, v_A2 = 2, v_B1 = 3, v_B2 = 4, w_1 = 5, w_2 = 6, c_1 = 7, c_2 = 8}
  net:set(all)
  lu.assertEquals(net:get(), all)
  net:set{v_A2 = -2}
  all.v_A2 = -2
  lu.assertEquals(net:get(), all)
  local same = mlp{2, 2, 1, bias = "shared", notation = "delta"}
  same:set{W1 = {{1, 3}, {-2, 4}}, W2 = {{5, 6}}, b1 = 7, b2 = 8}
  lu.assertEquals(same:forward{0.1, -0.2}, net:forward{0.1, -0.2})
  support.each_refuses({
    {"v_A2 must be a number, got a table", net.set, net, {v_A2 = {1}}},
    {"the network has no parameters called \"v_A3\": did you mean v_A1?",
      net.set, net, {v_A3 = 1}},
  }, function() return net:get() end)
end

-- The strings of a table that makes them up must outlive the reading of it.
function TestParameters.test_names_may_come_from_a_table_that_computes_them()
  local function stem(_, field)
    return ({inputs = "in" .. tostring(field), rate = "speed" .. tostring(field)})[field]
  end
  local net = mlp{2, 1, notation = setmetatable({}, {__index = stem})}
  collectgarbage()
  local t = net:tape({1, 2}, 0, {eta = 1})
  lu.assertEquals(t:step().name, "ininputs_1")
  lu.assertEquals(t:value "speedrate", 1)
end

function TestParameters.test_a_seed_draws_what_the_notation_shows_between_0_and_1()
  for _, notation in ipairs(notations) do
    local count = 0
    local function look(value)
      if type(value) == "number" then
        lu.assertTrue(value > 0 and value < 1)
        count = count + 1
        return
      end
      for _, part in pairs(value) do look(part) end
    end
    look(mlp{4, 5, 3, notation = notation, seed = 11}:get())
    lu.assertEquals(count, 4 * 5 + 5 + 5 * 3 + 3)
  end
  lu.assertEquals(mlp{2, 1, seed = 3}:get(), mlp{2, 1, seed = 3}:get())
  local v = mlp{2, 2, 1, seed = 3, notation = "lecture"}:get().v
  lu.assertEquals(mlp{2, 2, 1, seed = 3, notation = "delta"}:get().W1,
    {{v[1][1], v[2][1]}, {v[1][2], v[2][2]}})
  lu.assertNotEquals(mlp{2, 1, seed = 3}:get(), mlp{2, 1, seed = 4}:get())
end

TestArchitecture = {}

function TestArchitecture.test_the_defaults_are_those_documented()
  lu.assertEquals(tostring(mlp{2, 3, 1}),
    "2-3-1 network (sigmoid, sigmoid; half_squared_error; watermelon notation; 13 parameters)")
  lu.assertEquals(tostring(mlp{2, 1}),
    "2-1 network (sigmoid; half_squared_error; delta notation; 3 parameters)")
  lu.assertEquals(tostring(mlp{1, 1, bias = false}),
    "1-1 network (sigmoid; half_squared_error; delta notation; 1 parameter)")
end

function TestArchitecture.test_hidden_is_one_name_or_one_a_layer()
  lu.assertStrContains(tostring(mlp{2, 3, 4, 1, hidden = "relu"}), "(relu, relu, sigmoid;")
  lu.assertStrContains(tostring(mlp{2, 3, 4, 1, hidden = {"relu", "tanh"}, output = "identity"}),
    "(relu, tanh, identity;")
  lu.assertStrContains(tostring(mlp{2, 1, hidden = {}}), "(sigmoid;")
end

-- Both targets and biases of exercise C, worked out with its formulas.
function TestArchitecture.test_a_shared_bias_goes_to_every_unit_of_its_layer()
  local net = mlp{2, 2, 2, bias = "shared", loss = "squared_error", notation = "delta"}
  net:set{W1 = {{0.15, 0.20}, {0.25, 0.30}}, b1 = 0.35, W2 = {{0.30, 0.45}, {0.50, 0.55}},
          b2 = 0.60}
  local s = support.sigmoid
  local h1, h2 = s(0.15 * 0.05 + 0.20 * 0.10 + 0.35), s(0.25 * 0.05 + 0.30 * 0.10 + 0.35)
  local o1, o2 = s(0.30 * h1 + 0.45 * h2 + 0.60), s(0.50 * h1 + 0.55 * h2 + 0.60)
  local y = net:forward{0.05, 0.10}
  lu.assertAlmostEquals(y[1], o1, 1e-14)
  lu.assertAlmostEquals(y[2], o2, 1e-14)
  lu.assertAlmostEquals(net:loss({0.05, 0.10}, {0.12, 0.95}), (o1 - 0.12) ^ 2 + (o2 - 0.95) ^ 2,
    1e-14)
  local g1, g2 = 2 * (o1 - 0.12) * o1 * (1 - o1), 2 * (o2 - 0.95) * o2 * (1 - o2)
  local gradients = net:gradients({0.05, 0.10}, {0.12, 0.95})
  lu.assertAlmostEquals(gradients.b2, g1 + g2, 1e-14)
  lu.assertAlmostEquals(gradients.W2[1][1], g1 * h1, 1e-14)
  lu.assertAlmostEquals(gradients.b1,
    h1 * (1 - h1) * (0.30 * g1 + 0.50 * g2) + h2 * (1 - h2) * (0.45 * g1 + 0.55 * g2), 1e-14)
end

function TestArchitecture.test_one_input_or_target_may_stand_alone()
  local net = mlp{1, 1, output = "identity", seed = 2}
  lu.assertEquals(net:forward(0.5), net:forward{0.5})
  lu.assertEquals(net:loss(0.5, 1), net:loss({0.5}, {1}))
  lu.assertEquals(net:gradients(0.5, 1), net:gradients({0.5}, {1}))
  lu.assertEquals(net:tape(0.5, 1):value "E", net:loss(0.5, 1))
end

TestTraining = {}

local xor = {inputs = {{0, 0}, {0, 1}, {1, 0}, {1, 1}}, targets = {0, 1, 1, 0}}

local function options(more)
  local all = {inputs = xor.inputs, targets = xor.targets}
  for key, value in pairs(more) do all[key] = value end
  return all
end

function TestTraining.test_xor_is_learnt_and_the_same_seed_gives_the_same_digits()
  local function learn()
    local net = mlp{2, 4, 1, hidden = "tanh", seed = 1}
    local trained = net:train(options{eta = 1, epochs = 3000, seed = 2})
    return net, trained
  end
  local net, trained = learn()
  for i, x in ipairs(xor.inputs) do
    lu.assertEquals(net:forward(x)[1] > 0.5, xor.targets[i] == 1)
  end
  lu.assertTrue(trained.loss < 0.01)
  local again, trained_again = learn()
  lu.assertEquals(again:get(), net:get())
  lu.assertEquals(trained_again, trained)
end

function TestTraining.test_stop_below_ends_with_the_first_epoch_below_it()
  local net = mlp{2, 4, 1, hidden = "tanh", seed = 1}
  local trained = net:train(options{eta = 1, epochs = 3000, seed = 2, stop_below = 0.01})
  lu.assertTrue(trained.loss < 0.01)
  lu.assertTrue(trained.epochs < 3000)
  local shorter = mlp{2, 4, 1, hidden = "tanh", seed = 1}
  local before = shorter:train(options{eta = 1, epochs = trained.epochs - 1, seed = 2})
  lu.assertTrue(before.loss >= 0.01)
end

function TestTraining.test_a_batch_of_all_takes_the_mean_of_the_gradients()
  local net = mlp{2, 1, seed = 4}
  local expected = net:get()
  local mean = {0, 0, 0}
  for i, x in ipairs(xor.inputs) do
    local g = net:gradients(x, xor.targets[i])
    mean = {mean[1] + g.W1[1][1] / 4, mean[2] + g.W1[1][2] / 4, mean[3] + g.b1[1] / 4}
  end
  net:train(options{eta = 0.5, batch = 4})
  local trained = net:get()
  lu.assertAlmostEquals(trained.W1[1][1], expected.W1[1][1] - 0.5 * mean[1], 1e-15)
  lu.assertAlmostEquals(trained.W1[1][2], expected.W1[1][2] - 0.5 * mean[2], 1e-15)
  lu.assertAlmostEquals(trained.b1[1], expected.b1[1] - 0.5 * mean[3], 1e-15)
end

function TestTraining.test_one_sample_at_a_time_is_the_update_of_a_tape()
  local net = mlp{2, 2, 1, seed = 4}
  local t = net:tape(xor.inputs[2], 1, {eta = 0.5})
  net:train{inputs = {xor.inputs[2]}, targets = {1}, eta = 0.5}
  lu.assertEquals(net:get().w[1][1], t:value "w_11_new")
  lu.assertEquals(net:get().gamma[2], t:value "gamma_2_new")
end

function TestTraining.test_shuffling_is_for_who_gives_a_seed_or_asks_for_it()
  local function weights(more)
    local net = mlp{2, 1, seed = 4}
    net:train(options(more))
    return net:get()
  end
  local plain = weights{eta = 1, epochs = 3}
  lu.assertEquals(weights{eta = 1, epochs = 3, shuffle = false}, plain)
  lu.assertEquals(weights{eta = 1, epochs = 3, shuffle = false, seed = 5}, plain)
  lu.assertNotEquals(weights{eta = 1, epochs = 3, seed = 5}, plain)
  lu.assertEquals(weights{eta = 1, epochs = 3, shuffle = true, seed = 5},
    weights{eta = 1, epochs = 3, seed = 5})
end

function TestTraining.test_no_epoch_changes_nothing_and_has_no_loss()
  local net = mlp{2, 1, seed = 4}
  local before = net:get()
  local trained = net:train(options{epochs = 0})
  lu.assertEquals(trained.epochs, 0)
  lu.assertIsNaN(trained.loss)
  lu.assertEquals(net:get(), before)
end

-- Seeds 1 to 100, each for the weights and thresholds and for the order of the samples.
function TestTraining.test_xor_settles_from_most_seeds_and_the_others_are_stuck()
  local function settled(hidden)
    local count = 0
    for seed = 1, 100 do
      local net = mlp{2, hidden, 1}:init{"uniform", from = -1, to = 1, seed = seed}
      local trained = net:train(options{eta = 0.3, epochs = 20000, seed = seed, stop_within = 0.2})
      local worst = 0
      for i, x in ipairs(xor.inputs) do
        worst = math.max(worst, math.abs(net:forward(x)[1] - xor.targets[i]))
      end
      lu.assertEquals(trained.settled, worst < 0.2)
      if trained.settled then
        count = count + 1
      else
        lu.assertStrContains(trained.reason, "stuck: after 20000 epochs sample ")
      end
    end
    return count
  end
  lu.assertTrue(settled(2) >= 80)
  lu.assertTrue(settled(4) >= 98)
end

function TestTraining.test_every_optimiser_and_schedule_learns_xor()
  local cases = {
    {"sgd", eta = 1}, {"momentum", eta = 0.3}, {"nesterov", eta = 0.3}, {"adagrad", eta = 0.3},
    {"rmsprop", eta = 0.05}, {"adam", eta = 0.1}, {"adamw", eta = 0.1},
    {{"adam", beta1 = 0.8, decay = 0}, eta = 0.1}, {"sgd", eta = 1, decay = 1e-5},
    {"sgd", eta = 2, schedule = {"inverse", slowing = 0.001}}, {"adam", eta = 0.1, batch = 4},
    {"adam", eta = 0.1, schedule = "cosine"},
    {"adam", eta = 0.1, schedule = {"exponential", factor = 0.999}},
    {"adam", eta = 0.1, schedule = {"step", factor = 0.5, every = 500}},
  }
  for i, case in ipairs(cases) do
    local net = mlp{2, 4, 1, hidden = "tanh"}:init("xavier", {seed = 1})
    local trained = net:train(options{optimiser = case[1], eta = case.eta, decay = case.decay,
      schedule = case.schedule, batch = case.batch, epochs = 3000, seed = 1, stop_within = 0.2})
    lu.assertTrue(trained.settled, i .. ": " .. trained.reason)
    lu.assertEquals(trained.reason, "every output is within 0.2 of its target")
  end
end

-- y = w·x from w = 0 towards 1 at η = ½: 1/2, 3/4, 7/8, ...; best for 3/4 after epoch 2.
local function towards_one(more)
  local all = {inputs = {1}, targets = {1}, eta = 0.5, epochs = 10}
  for key, value in pairs(more) do all[key] = value end
  local net = mlp{1, 1, output = "identity", bias = false}
  return net:train(all), net:get().W1[1][1], net
end

function TestTraining.test_patience_gives_the_best_weights_back()
  local trained, w = towards_one{validation = {inputs = {1}, targets = {0.75}}, patience = 3,
    history = true}
  lu.assertEquals(w, 0.75)
  lu.assertEquals(trained, {
    epochs = 5, loss = 0.001953125, rate = 0.5, validation = 0, best_epoch = 2,
    reason = "the validation loss has not fallen for 3 epochs: the parameters are those of epoch 2",
    history = {0.5, 0.125, 0.03125, 0.0078125, 0.001953125},
    validation_history = {0.03125, 0, 0.0078125, 0.017578125, 0.02392578125}})
end

function TestTraining.test_a_callback_sees_every_so_many_epochs_and_may_stop()
  local seen = {}
  local trained, w = towards_one{every = 2, callback = function(progress)
    seen[#seen + 1] = progress
    return progress.epoch < 4
  end}
  lu.assertEquals(seen, {{epoch = 2, loss = 0.125, rate = 0.5},
    {epoch = 4, loss = 0.0078125, rate = 0.5}})
  lu.assertEquals(trained.epochs, 4)
  lu.assertNil(trained.settled)
  lu.assertEquals(trained.reason, "the callback stopped it after epoch 4")
  lu.assertEquals(w, 0.9375)
end

function TestTraining.test_an_error_in_a_callback_keeps_what_was_learnt()
  local net = mlp{1, 1, output = "identity", bias = false}
  local mistake = {}
  local worked, raised = pcall(net.train, net, {inputs = {1}, targets = {1}, eta = 0.5,
    epochs = 10, callback = function(p) if p.epoch == 2 then error(mistake) end end})
  lu.assertFalse(worked)
  lu.assertIs(raised, mistake)
  lu.assertEquals(net:get().W1, {{0.75}})
  lu.assertEquals(net:train{inputs = {1}, targets = {1}, eta = 0.5}.epochs, 1)
end

function TestTraining.test_a_callback_may_look_at_the_network_but_not_change_it()
  local net = mlp{1, 1, output = "identity", bias = false}
  local tapes, refused = {}, {}
  local other = mlp{1, 1}
  net:train{inputs = {1}, targets = {1}, eta = 0.5, epochs = 3, callback = function()
    tapes[#tapes + 1] = net:tape(1, 1)
    other:train{inputs = {1}, targets = {1}}
    for _, try in ipairs{function() net:set{W1 = {{1}}} end, function() net:init "zeros" end,
        function() net:train{inputs = {1}, targets = {1}} end,
        function() local _ <close> = net end} do
      local worked, message = pcall(try)
      lu.assertFalse(worked)
      refused[message:gsub("^[^\n:]+:%d+: ", "")] = true
    end
  end}
  lu.assertEquals(refused,
    {["the network is being trained: a callback may look at it, not change it"] = true})
  lu.assertEquals(tapes[1]:value "a1_1", 0.5)
  lu.assertEquals(tapes[2]:value "a1_1", 0.75)
  lu.assertEquals(net:get().W1, {{0.875}})
  net:set{W1 = {{1}}}
end

TestStarts = {}

function TestStarts.test_init_draws_by_the_seed_and_gives_the_network()
  local net = mlp{2, 2, 1}
  lu.assertEquals(net:init("uniform", {seed = 11}):get(), mlp{2, 2, 1, seed = 11}:get())
  lu.assertEquals(net:init{"he", seed = 7}:get(), mlp{2, 2, 1}:init("he", {seed = 7}):get())
  lu.assertNotEquals(net:init{"he", seed = 8}:get(), mlp{2, 2, 1}:init("he", {seed = 7}):get())
  lu.assertEquals(net:get().gamma, {0, 0})
  lu.assertEquals(net:init{"constant", value = 0.25}:get(),
    {v = {{0.25, 0.25}, {0.25, 0.25}}, w = {{0.25}, {0.25}}, gamma = {0.25, 0.25}, theta = {0.25}})
  lu.assertEquals(net:init "zeros":get(), mlp{2, 2, 1}:get())
end

TestPerceptron = {}

-- By hand: the mistakes of the epochs and where w and b stand after each.
function TestPerceptron.test_and_is_learnt_with_a_table_of_epochs()
  local net = mlp{2, 1, output = "step"}
  local learnt = net:perceptron{inputs = xor.inputs, targets = {0, 0, 0, 1}}
  lu.assertTrue(learnt.settled)
  lu.assertEquals(learnt.mistakes, 0)
  lu.assertEquals(#learnt.history, learnt.epochs)
  lu.assertEquals(learnt.reason, "settled: epoch " .. learnt.epochs .. " has no mistake")
  lu.assertEquals(learnt.history[1],
    {epoch = 1, mistakes = 2, parameters = {W1 = {{1, 1}}, b1 = {0}}})
  lu.assertEquals(learnt.history[learnt.epochs].parameters, net:get())
  for i, x in ipairs(xor.inputs) do lu.assertEquals(net:forward(x)[1], i == 4 and 1 or 0) end
end

function TestPerceptron.test_xor_never_settles_and_says_why()
  local learnt = mlp{2, 1, output = "step"}:perceptron{inputs = xor.inputs, targets = xor.targets}
  lu.assertFalse(learnt.settled)
  lu.assertStrContains(learnt.reason, "never settles: after epoch " .. learnt.epochs ..
    " the weights are again those after epoch ")
  lu.assertStrContains(learnt.reason, "no weights of one step unit are right on all these samples")
end

function TestPerceptron.test_a_callback_may_stop_it()
  local learnt = mlp{2, 1, output = "step"}:perceptron{inputs = xor.inputs,
    targets = {0, 0, 0, 1}, callback = function(row) return row.epoch < 2 end}
  lu.assertEquals(learnt.epochs, 2)
  lu.assertEquals(learnt.reason, "the callback stopped it after epoch 2")
end

TestBoundary = {}

-- σ(20u − 10) is at least ½ from u = ½ on; the plane of XOR goes from −0.1 to 1.1, in cells that
-- are 0.1 wide and 0.3 high.
local halves = [[
      v
  1.1 │ ○    ░░░░░●
      │      ░░░░░░
      │      ░░░░░░
      │ ●    ░░░░░○
 −0.1 └────────────
       −0.1 u   1.1
░ output ≥ 0.5   ● target ≥ 0.5   ○ target < 0.5
samples on the right side: 2 of 4]]

local function half_net()
  return mlp{2, 1}:set{W1 = {{20, 0}}, b1 = {-10}}
end

local function half_picture(net)
  return net:boundary{inputs = matrix({{0, 0}, {0, 1}, {1, 0}, {1, 1}}, {"u", "v"}),
    targets = {1, 0, 0, 1}, columns = 12, rows = 4}
end

function TestBoundary.test_a_picture_shows_regions_and_samples()
  lu.assertEquals(half_picture(half_net()):text(), halves)
end

function TestBoundary.test_training_does_not_change_a_picture()
  local net = half_net()
  local picture = half_picture(net)
  net:set{W1 = {{-20, 0}}, b1 = {10}}
  lu.assertEquals(tostring(picture), halves)
  lu.assertNotEquals(tostring(half_picture(net)), halves)
end

function TestBoundary.test_without_samples_the_plane_is_named_by_the_notation()
  lu.assertEquals(half_net():boundary{columns = 9, rows = 1, level = 0.9}:text(), [[
   x_2
 1 │     ░░░░
 0 └─────────
    0  x_1  1
░ output ≥ 0.9]])
end

function TestBoundary.test_a_picture_keeps_what_it_is_of()
  local picture
  do
    local net <close> = half_net()
    local X <close> = matrix{{0, 0}, {1, 1}}
    local D <close> = matrix{0, 1}
    picture = net:boundary{inputs = X, targets = D}
  end
  collectgarbage()
  lu.assertStrContains(picture:text(), "2 of 2")
  lu.assertStrContains(picture:svg(), "<svg ")
end

function TestBoundary.test_a_closed_picture_says_so()
  local picture
  do
    local closing <close> = half_picture(half_net())
    picture = closing
  end
  lu.assertEquals(tostring(picture), "closed picture")
  support.refuses("the picture is closed", picture.text, picture)
  support.refuses("the picture is closed", picture.svg, picture)
end

os.exit(lu.LuaUnit.run(), true)
