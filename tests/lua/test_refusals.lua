-- What is refused, in which words; and that nothing has changed then.

local lu = require("luaunit")
local support = require("support")

local NAN, INFINITY = 0 / 0, 1 / 0

local function no_state()
  return nil
end

TestMlp = {}

function TestMlp.test_sizes_and_options_are_checked()
  local sixty_six = {}
  for i = 1, 66 do
    sixty_six[i] = 1
  end
  support.each_refuses({
    {"the argument of mlp must be a table, got nil", mlp},
    {"the argument of mlp must be a table, got 2", mlp, 2, 2, 1},
    {"mlp needs the number of inputs and of units of 1 to 64 layers, as in mlp{2, 2, 1}; " ..
      "got 0 numbers", mlp, {}},
    {"mlp needs the number of inputs and of units of 1 to 64 layers, as in mlp{2, 2, 1}; " ..
      "got 1 number", mlp, {2}},
    {"mlp needs the number of inputs and of units of 1 to 64 layers, as in mlp{2, 2, 1}; " ..
      "got 66 numbers", mlp, sixty_six},
    {"the number of inputs must be from 1 to 100000, got 0", mlp, {0, 1}},
    {"the size of layer 1 must be a whole number, got \"3\"", mlp, {2, "3", 1}},
    {"the size of layer 1 must be a whole number, got 2.5", mlp, {2, 2.5, 1}},
    {"the size of layer 2 must be from 1 to 100000, got 0", mlp, {2, 2, 0}},
    {"the size of layer 1 must be from 1 to 100000, got 100001", mlp, {2, 100001, 1}},
    {"the size of layer 1 must be a whole number, got nil", mlp, {2, nil, 1}},
    {"the size of layer 1 must be a whole number, got nan", mlp, {2, NAN, 1}},
    {"the network has 10000200001 parameters: at most 67108864 are possible",
      mlp, {100000, 100000, 1}},
    {"mlp: [true] is neither a size nor an option", mlp, {2, 2, 1, [true] = 3}},
    {"mlp: [9] is neither a size nor an option", mlp, {2, 2, 1, [9] = 3}},
    {"unknown mlp option \"hiden\": did you mean hidden?", mlp, {2, 2, 1, hiden = "relu"}},
    {"unknown mlp option \"zzz\" (known: hidden, output, bias, loss, notation, kink, seed)",
      mlp, {2, 2, 1, zzz = 1}},
    {"bias must be true, false or \"shared\" (one a layer), got \"share\"",
      mlp, {2, 2, 1, bias = "share"}},
    {"bias must be true, false or \"shared\" (one a layer), got 1", mlp, {2, 2, 1, bias = 1}},
    {"kink must be 0, 0.5 or 1, got 2", mlp, {2, 2, 1, kink = 2}},
    {"kink must be a number, got \"a\"", mlp, {2, 2, 1, kink = "a"}},
    {"kink must be a finite number, got nan", mlp, {2, 2, 1, kink = NAN}},
    {"seed must be a whole number, got 1.5", mlp, {2, 2, 1, seed = 1.5}},
    {"seed must be from 0 to 9223372036854775807, got -1", mlp, {2, 2, 1, seed = -1}},
  }, no_state)
end

function TestMlp.test_an_unknown_name_suggests_the_nearest()
  support.each_refuses({
    {"hidden: there is no activation called \"rellu\": did you mean relu?",
      mlp, {2, 2, 1, hidden = "rellu"}},
    {"hidden: there is no activation called \"rellu\": did you mean relu?",
      mlp, {2, 1, hidden = "rellu"}},
    {"hidden: there is no activation called \"tahn\": did you mean tanh?",
      mlp, {2, 2, 2, 1, hidden = {"relu", "tahn"}}},
    {"output: there is no activation called \"softmx\": did you mean softmax?",
      mlp, {2, 2, 1, output = "softmx"}},
    {"output: there is no activation called \"log\"", mlp, {2, 2, 1, output = "log"}},
    {"unknown loss \"cross_entropie\": did you mean cross_entropy?",
      mlp, {2, 2, 1, loss = "cross_entropie"}},
    {"there is no notation called \"lectures\": did you mean lecture? (there are watermelon, " ..
      "lecture, delta, matrix, or a table of names)", mlp, {2, 2, 1, notation = "lectures"}},
  }, no_state)
end

function TestMlp.test_what_does_not_go_together_is_refused()
  support.each_refuses({
    {"hidden must be a string, got 3", mlp, {2, 2, 1, hidden = 3}},
    {"hidden must be a table of 1 activation, got 2 activations",
      mlp, {2, 2, 1, hidden = {"relu", "tanh"}}},
    {"hidden must be a string, got 3", mlp, {2, 2, 1, hidden = {3}}},
    {"softmax goes at the output only: layer 1 of 2 has it", mlp, {2, 2, 1, hidden = "softmax"}},
    {"loss must be a string, got a table", mlp, {2, 2, 1, loss = {}}},
    {"loss cross_entropy goes with softmax at the output, not with sigmoid",
      mlp, {2, 2, 1, loss = "cross_entropy"}},
    {"loss binary_cross_entropy goes with sigmoid at the output, not with tanh",
      mlp, {2, 2, 1, loss = "binary_cross_entropy", output = "tanh"}},
    {"notation lecture is for one hidden layer, this network has 2: use delta",
      mlp, {2, 2, 2, 1, notation = "lecture"}},
    {"notation watermelon is for one hidden layer, this network has 0: use delta",
      mlp, {2, 1, notation = "watermelon"}},
    {"notation must be a string, got 3", mlp, {2, 2, 1, notation = 3}},
  }, no_state)
end

function TestMlp.test_a_table_of_names_is_checked_in_shape_and_kind()
  local function named(notation)
    return {2, 2, 1, notation = notation}
  end
  support.each_refuses({
    {"unknown notation option \"weigths\": did you mean weights?", mlp, named{weigths = {}}},
    {"inputs must be a table of 2 names, got 3", mlp, named{inputs = 3}},
    {"inputs must be a table of 2 names, got 1 name", mlp, named{inputs = {"x1.in"}}},
    {"notation: a name in inputs must be a string, got 7", mlp, named{inputs = {"x1.in", 7}}},
    {"weights must be a table, got \"w\"", mlp, named{weights = "w"}},
    {"weights must be a table of 2 rows, got 1 row", mlp, named{weights = {{{"a", "b"}}}}},
    {"weights must be a table of 2 names, got 1 name",
      mlp, named{weights = {{{"a", "b"}, {"c"}}}}},
    {"weights must be a table of 2 names, got \"c\"",
      mlp, named{weights = {{{"a", "b"}, "c"}}}},
    {"notation: a name in rate must be a string, got 1", mlp, named{rate = 1}},
    {"sign must be from -1 to 1, got 2", mlp, named{sign = 2}},
    {"sign must be 1 (the error term is ∂E/∂z) or -1 (it is −∂E/∂z), got 0", mlp, named{sign = 0}},
    {"unknown layout \"in-ou\": did you mean in-out?", mlp, named{layout = "in-ou"}},
    {"threshold must be true or false, got 1", mlp, named{threshold = 1}},
  }, no_state)
end

TestSet = {}

function TestSet.setUp()
  TestSet.net = mlp{2, 2, 1, seed = 3}
end

function TestSet.state()
  return TestSet.net:get()
end

function TestSet.test_shapes_and_numbers_are_checked()
  local net = TestSet.net
  support.each_refuses({
    {"the parameters must be a table, got nil", net.set, net},
    {"the parameters must be a table, got 3", net.set, net, 3},
    {"the network has no parameters called \"vv\": did you mean v?", net.set, net, {vv = 1}},
    {"parameters have names, as in net:set{v = ...}; got 1", net.set, net, {{1, 2}, {3, 4}}},
    {"v must be a table of 2 rows, got 1", net.set, net, {v = 1}},
    {"v must be a table of 2 rows, got 1 row", net.set, net, {v = {{1, 2}}}},
    {"row 1 of v must be a table of 2 numbers, got 1", net.set, net, {v = {1, 2}}},
    {"row 1 of v must be a table of 2 numbers, got 3 numbers",
      net.set, net, {v = {{1, 2, 3}, {1, 2, 3}}}},
    {"row 2 of v must be a table of 2 numbers, got 1 number", net.set, net, {v = {{1, 2}, {3}}}},
    {"row 2 of v: number 2 must be a finite number, got nan",
      net.set, net, {v = {{1, 2}, {3, NAN}}}},
    {"row 1 of v: number 1 must be a finite number, got -inf",
      net.set, net, {v = {{-INFINITY, 2}, {3, 4}}}},
    {"row 2 of v: number 2 must be a finite number, got \"4\"",
      net.set, net, {v = {{1, 2}, {3, "4"}}}},
    {"gamma must be a table of 2 numbers, got 3 numbers", net.set, net, {gamma = {1, 2, 3}}},
    {"gamma: number 2 must be a finite number, got a table", net.set, net, {gamma = {1, {}}}},
  }, TestSet.state)
end

function TestSet.test_one_wrong_key_undoes_the_right_ones()
  local net = TestSet.net
  for _ = 1, 20 do -- whichever key is read first
    support.each_refuses({
      {"w must be a table of 2 rows, got 3 rows",
        net.set, net, {gamma = {1, 2}, theta = {3}, w = {{1}, {2}, {3}}}},
      {"the network has no parameters called \"gama\": did you mean gamma?",
        net.set, net, {v = {{1, 2}, {3, 4}}, gama = {1, 2}}},
    }, TestSet.state)
  end
end

function TestSet.test_a_shared_bias_is_one_number_a_layer()
  local net = mlp{2, 2, 1, bias = "shared", notation = "delta"}
  support.each_refuses({
    {"b1 must be a number, got a table", net.set, net, {b1 = {1}}},
    {"b1 must be a finite number, got inf", net.set, net, {b1 = INFINITY}},
  }, function() return net:get() end)
end

TestSample = {}

function TestSample.setUp()
  TestSample.net = mlp{2, 2, 1, seed = 3}
end

function TestSample.test_inputs_and_targets_are_as_many_as_the_network_has()
  local net = TestSample.net
  support.each_refuses({
    {"the inputs must be a table of 2 numbers, got nil", net.forward, net},
    {"the inputs must be a table of 2 numbers, got 1", net.forward, net, 1},
    {"the inputs must be a table of 2 numbers, got 0 numbers", net.forward, net, {}},
    {"the inputs must be a table of 2 numbers, got 1 number", net.forward, net, {1}},
    {"the inputs must be a table of 2 numbers, got 3 numbers", net.forward, net, {1, 2, 3}},
    {"the inputs: number 2 must be a finite number, got \"2\"", net.forward, net, {1, "2"}},
    {"the inputs: number 2 must be a finite number, got nan", net.forward, net, {1, NAN}},
    {"the inputs: number 1 must be a finite number, got inf", net.forward, net, {INFINITY, 1}},
    {"the targets must be a table of 1 number, got nil", net.loss, net, {1, 2}},
    {"the targets must be a table of 1 number, got 2 numbers", net.loss, net, {1, 2}, {1, 2}},
    {"the targets must be a finite number, got inf", net.loss, net, {1, 2}, INFINITY},
    {"the targets must be a table of 1 number, got nil", net.gradients, net, {1, 2}},
    {"the targets: number 1 must be a finite number, got a table",
      net.gradients, net, {1, 2}, {{}}},
  }, no_state)
end

function TestSample.test_a_tape_takes_a_sample_and_perhaps_a_rate()
  local net = TestSample.net
  support.each_refuses({
    {"the inputs must be a table of 2 numbers, got nil", net.tape, net},
    {"the targets must be a table of 1 number, got nil", net.tape, net, {1, 2}},
    {"the options must be a table, got 3", net.tape, net, {1, 2}, 1, 3},
    {"unknown tape option \"etta\": did you mean eta?", net.tape, net, {1, 2}, 1, {etta = 3}},
    {"eta must be a finite number, got nan", net.tape, net, {1, 2}, 1, {eta = NAN}},
    {"eta must be a finite number, got inf", net.tape, net, {1, 2}, 1, {eta = INFINITY}},
    {"eta must be a number, got \"1\"", net.tape, net, {1, 2}, 1, {eta = "1"}},
  }, no_state)
end

function TestSample.test_a_method_wants_its_own_kind()
  local net = TestSample.net
  support.refuses("bad argument #1 to 'set' (network expected, got table)",
    function() net.set({}, {}) end)
  support.refuses("bad argument #1 to 'set' (network expected, got tape)",
    function() net.set(tape{}, {}) end)
end

TestTrain = {}

function TestTrain.test_options_and_samples_are_checked()
  local net = mlp{2, 2, 1, seed = 3}
  local function train(options)
    options.inputs = options.inputs or {{1, 2}}
    options.targets = options.targets or {1}
    net:train(options)
  end
  support.each_refuses({
    {"the argument of train must be a table, got nil", net.train, net},
    {"inputs must be a table, got nil", net.train, net, {}},
    {"targets must be a table, got nil", net.train, net, {inputs = {{1, 2}}}},
    {"unknown train option \"epoch\": did you mean epochs?", train, {epoch = 1}},
    {"targets must have at least one row", train, {targets = {}}},
    {"inputs must have at least one row", train, {inputs = {}}},
    {"targets must have as many rows as inputs: got 2 rows for 1", train, {targets = {1, 2}}},
    {"row 1 of inputs must be a table of 2 numbers, got 3 numbers", train, {inputs = {{1, 2, 3}}}},
    {"row 2 of inputs must be a table of 2 numbers, got 1 number",
      train, {inputs = {{1, 2}, {1}}}},
    {"row 1 of inputs must be a table of 2 numbers, got 1", train, {inputs = {1, 2}}},
    {"row 1 of inputs: number 2 must be a finite number, got nan", train, {inputs = {{1, NAN}}}},
    {"targets: number 1 must be a finite number, got \"1\"", train, {targets = {"1"}}},
    {"row 1 of targets must be a table of 1 number, got 2 numbers", train, {targets = {{1, 2}}}},
    {"eta must be a finite number, got nan", train, {eta = NAN}},
    {"eta is -1: a finite number, 0 or more, is possible", train, {eta = -1}},
    {"epochs must be a whole number, got 1.5", train, {epochs = 1.5}},
    {"epochs must be from 0 to 9223372036854775807, got -1", train, {epochs = -1}},
    {"batch must be from 1 to 9223372036854775807, got 0", train, {batch = 0}},
    {"seed must be a whole number, got \"x\"", train, {seed = "x"}},
    {"shuffle must be true or false, got 1", train, {shuffle = 1}},
    {"stop_below must be a number, got \"x\"", train, {stop_below = "x"}},
    {"stop_within is -1: a finite number, 0 or more, is possible", train, {stop_within = -1}},
    {"unknown optimiser \"adm\": did you mean adam?", train, {optimiser = "adm"}},
    {"optimiser must be a name, or a table as in {\"momentum\"}, got 3", train, {optimiser = 3}},
    {"optimiser must be a string, got nil", train, {optimiser = {}}},
    {"optimiser: its numbers have names, as in {\"name\", option = 1}",
      train, {optimiser = {"momentum", 0.9}}},
    {"unknown adam option \"beta3\": did you mean beta1?",
      train, {optimiser = {"adam", beta3 = 1}}},
    {"beta1 must be a number, got \"x\"", train, {optimiser = {"adam", beta1 = "x"}}},
    {"beta1 of adam is 1: from 0 to below 1 is possible",
      train, {optimiser = {"adam", beta1 = 1}}},
    {"unknown schedule \"cosin\": did you mean cosine?", train, {schedule = "cosin"}},
    {"every of step is 0: a finite number, 1 or more, is possible",
      train, {schedule = {"step", every = 0}}},
    {"decay is -1: a finite number, 0 or more, is possible", train, {decay = -1}},
    {"patience is 3, but there is no validation set to watch: validation = {inputs = ..., "
      .. "targets = ...}", train, {patience = 3}},
    {"validation must be a table, got 1", train, {validation = 1}},
    {"validation inputs must be a table, got nil", train, {validation = {}}},
    {"unknown validation option \"input\": did you mean inputs?",
      train, {validation = {input = 1}}},
    {"callback must be a function, got 1", train, {callback = 1}},
    {"every must be from 1 to 9223372036854775807, got 0", train, {every = 0}},
    {"history must be true or false, got 1", train, {history = 1}},
    {"unknown init \"hee\": did you mean he?", net.init, net, "hee"},
    {"init must be a name, or a table as in {\"xavier\"}, got nil", net.init, net},
    {"the options must be a table, got 3", net.init, net, "zeros", 3},
    {"seed must be from 0 to 9223372036854775807, got -1", net.init, net, "he", {seed = -1}},
    {"the perceptron rule is for one layer of step units: the network has 2 layers, and a step "
      .. "hands no error back", net.perceptron, net, {inputs = {{1, 2}}, targets = {1}}},
  }, function() return net:get() end)
end

function TestTrain.test_a_boundary_says_what_is_wrong_with_it()
  local net, X = mlp{2, 1}, {{0, 1}, {1, 0}}
  support.each_refuses({
    {"the argument of boundary must be a table, got nil", net.boundary, net},
    {"unknown boundary option \"form\": did you mean from?", net.boundary, net, {form = {0, 0}}},
    {"boundary: samples have inputs and targets; the targets are missing",
      net.boundary, net, {inputs = X}},
    {"boundary: samples have inputs and targets; the inputs are missing",
      net.boundary, net, {targets = {1}}},
    {"targets must have as many rows as inputs: got 1 row for 2",
      net.boundary, net, {inputs = X, targets = {1}}},
    {"from must be a table of 2 numbers, got 1 number", net.boundary, net, {from = {0}}},
    {"the plane must go from less to more in x_1: got 0 to -1",
      net.boundary, net, {to = {-1, 1}}},
    {"columns must be from 1 to 200, got 0", net.boundary, net, {columns = 0}},
    {"level must be a number, got \"x\"", net.boundary, net, {level = "x"}},
    {"a boundary is drawn in the plane of 2 inputs: the network has 3",
      net.boundary, mlp{3, 1}, {inputs = {{1, 2, 3}}, targets = {1}}},
  }, function() return net:get() end)
end

function TestTrain.test_a_run_that_diverges_changes_nothing()
  local net = mlp{1, 1, output = "identity", loss = "squared_error", seed = 3}
  local before = net:get()
  local worked, message = pcall(net.train, net,
    {inputs = {10, -20}, targets = {1, 5}, eta = 10, epochs = 2000})
  lu.assertFalse(worked)
  lu.assertStrContains(message,
    "the network is as it was before training; try a smaller eta than 10")
  lu.assertEquals(net:get(), before)
end

TestTapes = {}

function TestTapes.test_givens_have_names_and_finite_numbers()
  support.each_refuses({
    {"the givens must be a table, got 3", tape, 3},
    {"givens have names, as in tape{x = 1}; got 1", tape, {1}},
    {"x must be a number, got \"1\"", tape, {x = "1"}},
    {"x must be a finite number, got nan", tape, {x = NAN}},
    {"x must be a finite number, got inf", tape, {x = INFINITY}},
    {"\"x y\" is no name: a name is letters, digits and _, and does not start with a digit",
      tape, {["x y"] = 1}},
    {"\"1x\" is no name: a name is letters, digits and _, and does not start with a digit",
      tape, {["1x"] = 1}},
    {"unknown tape option \"knik\": did you mean kink?", tape, {}, {knik = 0}},
    {"kink must be 0, 0.5 or 1, got 0.25", tape, {}, {kink = 0.25}},
    {"the options must be a table, got 1", tape, {}, 1},
  }, no_state)
end

local function circuit()
  local t = tape{x = 1, y = 2}
  t:let("p", "x*y")
  return t
end

function TestTapes.test_a_definition_uses_earlier_names_and_has_a_new_one()
  local t = circuit()
  support.each_refuses({
    {"x is on the tape already", t.given, t, "x", 2},
    {"p is on the tape already", t.given, t, "p", 2},
    {"p is on the tape already", t.let, t, "p", "x"},
    {"z must be a finite number, got nan", t.given, t, "z", NAN},
    {"z must be a number, got \"1\"", t.given, t, "z", "1"},
    {"the name must be a string, got 3", t.let, t, 3, "x"},
    {"\"\" is no name: a name is letters, digits and _, and does not start with a digit",
      t.let, t, "", "x"},
    {"the formula must be an expression, a number or a formula in quotes, got nil", t.let, t, "q"},
    {"the formula must be an expression, a number or a formula in quotes, got a table",
      t.let, t, "q", {}},
    {"q is not defined yet: a definition uses earlier names\n    q + 1\n    ^",
      t.let, t, "q", "q + 1"},
    {"pp is not on the tape before q: did you mean p?\n    x*pp\n      ^", t.let, t, "q", "x*pp"},
    {"later is not on the tape before q\n    x + later\n        ^", t.let, t, "q", "x + later"},
    {"write the terms of the sum out: a tape has no indices",
      t.let, t, "q", "sum(j, 1, 2, x_j)"},
    {"there is no entry called \"pp\": did you mean p?", t.backward, t, "pp"},
    {"an update needs the backward pass: t:backward \"NAME\"", t.update, t, {"x"}, {eta = 1}},
    {"there is no backward pass yet: t:backward \"NAME\" makes one", t.grad, t, "x"},
    {"only the tape of a network has notations", t.as, t, "delta"},
    {"only the tape of a network has a next one", t.next, t},
    {"the tape has no again phase", t.play, t, "again"},
  }, function() return support.tape_state(t) end)
end

function TestTapes.test_after_the_backward_pass_only_an_update_can_follow()
  local t = circuit():backward "p"
  support.each_refuses({
    {"the backward pass is on the tape already: define q before it", t.let, t, "q", "x"},
    {"the backward pass is on the tape already: define q before it", t.given, t, "q", 1},
    {"the backward pass is on the tape already", t.backward, t, "p"},
    {"the names must be a table, got nil", t.update, t},
    {"the names must be a table, got \"x\"", t.update, t, "x"},
    {"name at least one given to update", t.update, t, {}, {eta = 1}},
    {"a name to update must be a string, got 1", t.update, t, {1}, {eta = 1}},
    {"there is no entry called \"xx\": did you mean x?", t.update, t, {"y", "xx"}, {eta = 1}},
    {"p is no given: an update changes givens, the rest follows", t.update, t, {"p"}, {eta = 1}},
    {"x is named twice", t.update, t, {"x", "x"}, {eta = 1}},
    {"give the learning rate, as in t:update({...}, {eta = 0.1})", t.update, t, {"x"}},
    {"eta must be a finite number, got nan", t.update, t, {"x"}, {eta = NAN}},
    {"unknown update option \"etta\": did you mean eta?", t.update, t, {"x"}, {etta = 1}},
  }, function() return support.tape_state(t) end)
  t:update({"x"}, {eta = 1})
  support.each_refuses({
    {"the tape has its update already", t.update, t, {"y"}, {eta = 1}},
  }, function() return support.tape_state(t) end)
end

function TestTapes.test_the_tape_of_a_network_is_complete_and_stays_where_it_stands()
  local net = mlp{2, 2, 1, seed = 3}
  local t, other = net:tape({1, 2}, 0, {eta = 1}), net:tape({1, 2}, 0)
  t:seek "g_1"
  t:step "term"
  support.each_refuses({
    {"the tape of a network cannot be added to", t.let, t, "q", "1"},
    {"the tape of a network cannot be added to", t.given, t, "q", 1},
    {"the tape of a network has its backward pass already", t.backward, t, "E"},
    {"the tape of a network has its update from net:tape(x, d, {eta = ...})",
      t.update, t, {"w_11"}},
    {"unknown stride \"layr\": did you mean layer?", t.step, t, "layr"},
    {"the number of steps must be from 1 to 9223372036854775807, got 0", t.step, t, 0},
    {"the number of steps must be a whole number, got 1.5", t.step, t, 1.5},
    {"the number of steps must be a whole number, got a table", t.step, t, {}},
    {"the number of steps must be from 1 to 9223372036854775807, got -1", t.back, t, -1},
    {"unknown phase \"bakward\": did you mean backward?", t.play, t, "bakward"},
    {"phase must be a string, got 3", t.play, t, 3},
    {"unknown level \"terms\": did you mean term?", t.entries, t, "terms"},
    {"there is no entry called \"ww_11\": did you mean w_11?", t.seek, t, "ww_11"},
    {"there is no entry called \"ww_11\": did you mean w_11?", t.value, t, "ww_11"},
    {"there is no entry called \"ww_11\": did you mean w_11?", t.grad, t, "ww_11"},
    {"there is no entry called \"ww_11\": did you mean w_11?", t.entry, t, "ww_11"},
    {"the tape has no entry or method called \"ww_11\": did you mean w_11?",
      function() return t.ww_11 end},
    {"the name of the entry must be a string, got 1", function() return t[1] end},
    {"the name of the entry must be a string, got nil", t.value, t},
    {"that entry belongs to another tape", t.seek, t, other.g_1},
    {"that entry belongs to another tape", t.value, t, other.g_1},
    {"the loss does not depend on eta", t.grad, t, "eta"},
    {"name a notation: watermelon, lecture, delta, matrix, or a table of names", t.as, t},
    {"there is no notation called \"deltas\": did you mean delta? (there are watermelon, " ..
      "lecture, delta, matrix, or a table of names)", t.as, t, "deltas"},
    {"the inputs must be a table of 2 numbers, got 1 number", t.next, t, {1}},
    {"the targets must be a table of 1 number, got 2 numbers", t.next, t, {1, 2}, {1, 2}},
    {"this tape has no update: give it a rate, as in net:tape(x, d, {eta = 1})", other.next, other},
    {"an entry has no field valu: did you mean value?", function() return t.g_1.valu end},
    {"the file must be a string, got 3", t.html, t, 3},
  }, function() return support.tape_state(t) end)
end

function TestTapes.test_two_entries_never_share_a_name()
  local net = mlp{2, 2, 1, bias = false}
  local t = net:tape({1, 2}, 0)
  support.each_refuses({
    {"two entries would both be called a", t.as, t, {inputs = {"a", "a"}}},
    {"two entries would both be called dE_dq", t.as, t, {weights = {{{"q", "r"}, {"dE_dq", "s"}}}}},
  }, function() return support.tape_state(t) end)
end

function TestTapes.test_what_is_not_assigned_says_how_it_is_done()
  local t, net = circuit(), mlp{1, 1}
  support.each_refuses({
    {"entries are added, not set: t:given(\"z\", 1) or t:let(\"z\", \"x + y\")",
      function() t.z = 3 end},
    {"an entry is what its definition gives and cannot be set", function() t.p.value = 3 end},
    {"parameters are set by net:set{W1 = ...}", function() net.W1 = {{1}} end},
  }, function() return support.tape_state(t) end)
end

function TestTapes.test_a_closed_tape_says_so()
  local t = circuit()
  local entry = t.p
  do
    local closed <close> = t
    lu.assertEquals(closed:value "p", 2)
  end
  support.each_refuses({
    {"the tape is closed", function() return t:value "p" end},
    {"the tape is closed", function() return t.p end},
    {"the tape is closed", function() return #t end},
    {"the tape is closed", function() return entry.value end},
    {"the tape is closed", function() return entry:text() end},
  }, no_state)
  lu.assertEquals(tostring(t), "closed tape")
  lu.assertEquals(tostring(entry), "entry of a closed tape")
end

function TestTapes.test_a_closed_network_says_so_and_its_tapes_live_on()
  local net = mlp{2, 1, seed = 3}
  local t = net:tape({1, 2}, 0)
  local loss = net:loss({1, 2}, 0)
  do
    local closed <close> = net
    lu.assertEquals(#closed:forward{1, 2}, 1)
  end
  support.refuses("the network is closed", function() return net:get() end)
  lu.assertEquals(tostring(net), "closed network")
  lu.assertEquals(t:value "E", loss)
end

TestFormulas = {}

function TestFormulas.test_a_syntax_error_has_a_caret_below_its_column()
  support.each_refuses({
    {"expected a number, a name or (, got \"*\"\n    x +* y\n       ^", expr, "x +* y"},
    {"expected ), but the formula ends\n    x + (y * 2\n              ^", expr, "x + (y * 2"},
    {"expected ), but the formula ends\n    α + (β\n          ^", expr, "α + (β"},
    {"expected an operator, got \"＄\"\n    ｘ＋１ ＄\n           ^", expr, "ｘ＋１ ＄"},
    {"expected a number, a name or (, got \"变\"\n    x*变\n      ^", expr, "x*变"},
    {"expected an operator, got \"x\": write * between factors\n    2x\n     ^", expr, "2x"},
    {"there is no function called sigmod: did you mean sigmoid?\n    α + sigmod(x)\n        ^",
      expr, "α + sigmod(x)"},
    {"sigmoid takes 1 argument, got 2\n    1 + sigmoid(x, y)\n        ^",
      expr, "1 + sigmoid(x, y)"},
    {"softmax_3 needs 3 arguments, got 2\n    softmax_3(x, y)\n    ^", expr, "softmax_3(x, y)"},
  }, no_state)
end

function TestFormulas.test_of_a_long_formula_the_part_around_the_caret_is_shown()
  local terms, tail = ("x_1 + "):rep(1000), (" + x_1"):rep(1000)
  support.each_refuses({
    {"expected an operator, got \"$\"\n" ..
      "    … " .. ("x_1 + "):rep(9) .. "αα $" ..
        (" + x_1"):rep(9) .. " + x_…\n    " .. (" "):rep(2 + 9 * 6 + 3) .. "^",
      expr, terms .. "αα $" .. tail},
  }, no_state)
end

function TestFormulas.test_what_is_too_long_to_be_written_out_is_no_definition()
  local t, f = tape{x = 1}, symbols "x"
  for i = 1, 20 do
    f = sigmoid(f) * (f + i)
  end
  support.each_refuses({
    {"the formula is too long when written out: give parts of it names", t.let, t, "q", f},
  }, function() return support.tape_state(t) end)
end

function TestFormulas.test_a_name_is_not_read_as_far_as_a_zero_byte()
  local t = tape{x = 1}
  support.each_refuses({
    {"the name has a character in it that ends a text: \\0", t.let, t, "q\0r", "x"},
    {"the name of the entry has a character in it that ends a text: \\0", t.value, t, "x\0y"},
    {"hidden has a character in it that ends a text: \\0", mlp, {1, 1, 1, hidden = "relu\0x"}},
    {"expected an operator, got the byte 0x00\n    x\n     ^", t.let, t, "q", "x\0y"},
  }, function() return support.tape_state(t) end)
end

function TestFormulas.test_operands_and_arguments_are_checked()
  local x = symbols "x"
  support.each_refuses({
    {"the formula must be an expression, a number or a formula in quotes, got nil", expr},
    {"the formula must be an expression, a number or a formula in quotes, got a tape",
      expr, tape{}},
    {"the formula must be a finite number, got nan", expr, NAN},
    {"the formula must be a finite number, got inf", expr, INFINITY},
    {"the right operand must be an expression, a number or a formula in quotes, got a table",
      function() return x * {} end},
    {"the left operand must be an expression, a number or a formula in quotes, got nil",
      function() return nil + x end},
    {"expected a number, a name or (, but the formula ends\n    y+\n      ^",
      function() return x * "y+" end},
    {"the names must be a string, got 3", symbols, 3},
    {"there is no name in \" , \"", symbols, " , "},
    {"\"2\" is no name", symbols, "x 2"},
    {"\"x+y\" is no name", symbols, "x+y"},
    {'sigmoid takes 1 argument, got 0: a layer is activation{"sigmoid"}', sigmoid},
    {"sigmoid takes 1 argument, got 2", sigmoid, 1, 2},
    {"argument 1 of sigmoid must be an expression, a number or a formula in quotes, got a table",
      sigmoid, {}},
    {"argument 3 of softmax must be an expression, a number or a formula in quotes, got true",
      softmax, 2, x, true},
    {"max takes 1 argument or more, got 0", max},
    {"softmax takes an index and 1 argument or more, got 1", softmax, 1},
    {"the index must be from 1 to 2, got 3", softmax, 3, 1, 2},
    {"the index must be a whole number, got \"1\"", softmax, "1", 1, 2},
  }, no_state)
end

function TestFormulas.test_calculus_checks_its_arguments()
  local x, y = symbols "x y"
  local f, series = x + y, expr "sum(j, 1, n, x_j)"
  support.each_refuses({
    {"the variable must be an expression, a number or a formula in quotes, got nil", f.diff, f},
    {"the variable must be a symbol or its name, got 2", f.diff, f, 2},
    {"the variable must be a symbol or its name, got \"x+1\"", f.diff, f, "x+1"},
    {"the options must be a table, got 3", f.diff, f, x, 3},
    {"unknown diff option \"step\": did you mean steps?", f.diff, f, x, {step = true}},
    {"steps must be true or false, got 1", f.diff, f, x, {steps = 1}},
    {"y has no value: give it, as in f:eval{y = 0.5}", f.eval, f, {x = 1}},
    {"x has no value: give it, as in f:eval{x = 0.5}", f.eval, f},
    {"the values must be a table, got 3", f.eval, f, 3},
    {"y must be a number, got \"2\"", f.eval, f, {x = 1, y = "2"}},
    {"y must be a finite number, got nan", f.eval, f, {x = 1, y = NAN}},
    {"symbols have names, as in {x = 2}; got 1", f.eval, f, {1, 2}},
    {"a bound of sum must be a whole number below a million, got 2.5",
      series.eval, series, {n = 2.5}},
    {"x_2 has no value: give it, as in f:eval{x_2 = 0.5}",
      series.eval, series, {n = 2, x_1 = 1}},
    {"the replacements must be a table, got nil", f.subs, f},
    {"x must be an expression, a number or a formula in quotes, got a table",
      f.subs, f, {x = {}}},
    {"expected a number, a name or (, but the formula ends\n    u +\n       ^",
      f.subs, f, {x = "u +"}},
    {"j counts the terms of a sum in the formula: nothing can be put in for it",
      series.subs, series, {j = 3}},
  }, function() return tostring(f) .. tostring(series) end)
end

function TestFormulas.test_a_message_says_where_it_was_raised()
  local _, message = pcall(load("\nreturn mlp{2}", "=lesson"))
  lu.assertStrMatches(message, "lesson:2: mlp needs .*")
end

os.exit(lu.LuaUnit.run(), true)
