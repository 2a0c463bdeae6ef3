-- Networks in files: the same again, or refused with the place and nothing changed.

local lu = require("luaunit")
local support = require("support")

local program = arg[-1]

local function lines_of(command)
  local run <close> = assert(io.popen(command))
  local lines = {}
  for line in run:lines() do
    lines[#lines + 1] = line
  end
  return lines
end

local function write(path, text)
  local file <close> = assert(io.open(path, "wb"))
  file:write(text)
end

local function read(path)
  local file <close> = assert(io.open(path, "rb"))
  return file:read("a")
end

local directory, path

TestSaving = {}

function TestSaving.setUp()
  directory = lines_of("mktemp -d")[1]
  path = directory .. "/net.json"
end

function TestSaving.tearDown()
  os.execute("rm -rf " .. directory)
end

local function again(net)
  lu.assertEquals(net:save(path), path)
  return load_net(path)
end

-- All that can be seen of a network and of what it computes.
local function everything(net)
  local x, t = {}, {}
  for i = 1, tonumber(tostring(net):match "^%d+") do
    x[i] = 0.3 * i
  end
  for j = 1, tonumber(tostring(net):match "-(%d+) network") do
    t[j] = j % 2
  end
  local tape = net:tape(x, t, {eta = 0.5})
  return {tostring(net), net:get(), net:forward(x), net:loss(x, t), tostring(tape:text())}
end

function TestSaving.test_a_network_comes_back_as_it_was()
  local nets = {
    mlp{2, 2, 1, seed = 1},
    mlp{2, 2, 1, seed = 2, bias = false, notation = "lecture"},
    mlp{2, 3, 2, seed = 3, notation = "matrix", loss = "binary_cross_entropy"},
    mlp{3, 4, 2, 3, seed = 4, hidden = {"relu", {"leaky_relu", 0.2}}, output = "softmax",
        loss = "cross_entropy", kink = 0.5},
    mlp{1, 1, seed = 5, output = "identity", bias = "shared", notation = "delta"},
  }
  for _, net in ipairs(nets) do
    lu.assertEquals(everything(again(net)), everything(net))
  end
end

-- A layer is saved as it was written, however deep it lies within others.
function TestSaving.test_a_network_of_any_layers_comes_back_as_it_was()
  local deep = dense{2, activation = "tanh"}
  for _ = 1, 100 do
    deep = residual{deep}
  end
  local cases = {
    {network{{1, 4, 4}, conv2d{2, {3, 2}, padding = 1, activation = "relu", name = "edge"},
             max_pool{2, 1}, flatten(), maxout{2, 2}, batch_norm{momentum = 0.3}, dropout(0.25),
             dense{2, activation = {"leaky_relu", 0.5}}, softmax{}, loss = "cross_entropy",
             seed = 1}, 16},
    {network{{4, 4}, conv1d{2, 3, groups = 2}, avg_pool(2), activation{activation = "swish"},
             flatten(), seed = 2}, 16},
    {network{{2, steps = 2}, rnn{2, truncate = 1}, lstm{2, last = true}, seed = 3}, 4},
    {network{2, deep, seed = 4}, 2},
  }
  for _, case in ipairs(cases) do
    local net, x = case[1], {}
    for i = 1, case[2] do
      x[i] = 0.3 * i
    end
    local back = again(net)
    lu.assertEquals({tostring(back), back:get(), back:forward(x)},
                    {tostring(net), net:get(), net:forward(x)})
  end
end

function TestSaving.test_a_table_of_names_comes_back()
  local names = {
    inputs = {"x1.in", "x2.in"}, targets = {"want"}, rate = "alpha", loss = "e",
    weights = {{{"v_A1", "v_A2"}, {"v_B1", "v_B2"}}, {{"w1"}, {"w2"}}},
    biases = {nil, {"top"}}, z = {{"x1", "x2"}, {"y_in"}}, errors = {{"gx1", "gx2"}, {"gy"}},
    sign = -1, input_first = true, threshold = true,
  }
  for _, bias in ipairs{true, "shared"} do
    local net = mlp{2, 2, 1, seed = 1, notation = {sign = 1}, bias = bias}
    lu.assertEquals(everything(again(net)), everything(net))
  end
  local net = mlp{2, 2, 1, seed = 1, notation = names}
  lu.assertEquals(everything(again(net)), everything(net))
end

-- Training goes on from a restored network to the same digits.
function TestSaving.test_training_goes_on_to_the_same_digits()
  local d = data "xor"
  local options = {inputs = d.inputs, targets = d.targets, eta = 0.5, epochs = 100}
  local net = mlp{2, 2, 1, seed = 6}
  net:train(options)
  local other = again(net)
  lu.assertEquals(other:train(options), net:train(options))
  lu.assertEquals(other:get(), net:get())
end

function TestSaving.test_what_an_optimiser_goes_on_with_comes_back()
  local training = {optimiser = "adam", steps = 12, rate = 0.1, done = false, text = "中文 \"\n",
                    m = {0.1, -0.0, 5e-324, 1 / 3}, none = {}, row = matrix{{1, 2}}[1]}
  local net = mlp{2, 2, 1, seed = 1}
  net:save(path, training)
  local _, restored = load_net(path)
  training.row = {1, 2}
  lu.assertEquals(restored, training)
  lu.assertEquals(1 / restored.m[2], -1 / 0)
  lu.assertEquals(math.type(restored.steps), "integer")
  net:save(path)
  lu.assertNil(select(2, load_net(path)))
end

function TestSaving.test_an_activation_that_was_defined_must_be_the_same()
  local script = directory .. "/script.lua"
  define("cubed", "x^3 + k", {k = 0.5})
  local net = mlp{1, 1, seed = 1, output = {"cubed", 0.25}}
  lu.assertEquals(everything(again(net)), everything(net))
  write(script, string.format("print(pcall(load_net, %q))", path))
  local said = lines_of(program .. " " .. script)[1]
  lu.assertStrContains(said, "layers[1].activation: the network was saved with another cubed than "
    .. "there is now: define(\"cubed\", \"")
  write(script, string.format("define('cubed', 'x^2 + k', {k = 0.5})\nprint(pcall(load_net, %q))",
    path))
  lu.assertEquals(lines_of(program .. " " .. script)[1], said)
end

function TestSaving.test_what_cannot_be_saved_is_refused_and_the_file_stays()
  local net = mlp{2, 2, 1, seed = 1}
  net:save(path)
  local before = read(path)
  support.each_refuses({
    {"the file must be a string, got nil", net.save, net},
    {"what training goes on with must be a table, got 3", net.save, net, path, 3},
    {"what training goes on with has names, got 1", net.save, net, path, {5}},
    {"a name in training is letters, digits and _, got \"a b\"",
      net.save, net, path, {["a b"] = 5}},
    {"training.a must be a list of numbers: [\"b\"] is no place in it", net.save, net, path,
      {a = {b = 1}}},
    {"training.a must be a list of numbers: [4] is no place in it", net.save, net, path,
      {a = {1, [4] = 2}}},
    {"training.f must be a number, a string, true, false or a list of numbers, got a function",
      net.save, net, path, {f = print}},
    {"training.m must be a finite number, got inf", net.save, net, path, {m = 1 / 0}},
    {"training.m: number 2 must be a finite number, got \"x\"",
      net.save, net, path, {m = {1, "x"}}},
    {"training.m must be text in UTF-8", net.save, net, path, {m = "\xff"}},
    {"cannot write \"" .. directory .. "\": Is a directory", net.save, net, directory},
  }, function() return read(path) end)
  lu.assertEquals(read(path), before)
  lu.assertEquals(lines_of("ls " .. directory), {"net.json"})
end

-- A limit on the size of files ends a write half-way, as a full disk does.
function TestSaving.test_a_disk_that_is_full_half_way_leaves_what_was_there()
  local script = directory .. "/script.lua"
  write(path, "old")
  write(script, string.format("print(pcall(function() mlp{50, 50, 1}:save(%q) end))", path))
  local said = lines_of(string.format("trap '' XFSZ; ulimit -f 4; %q %q", program, script))
  lu.assertStrContains(said[1], "cannot write \"" .. path .. "\": File too large")
  lu.assertEquals(read(path), "old")
end

function TestSaving.test_a_damaged_file_is_refused_with_its_place()
  mlp{2, 2, 1, seed = 1, notation = {inputs = {"p", "q"}}}:save(path, {m = {1}})
  local whole = read(path):gsub("%s+", " ")
  local function changed(from, to)
    local first, last = whole:find(from, 1, true)
    lu.assertNotNil(first, from)
    return whole:sub(1, first - 1) .. to .. whole:sub(last + 1)
  end
  local cases = {
    {"", "line 1, column 0: '[' or '{' expected near end of file"},
    {"return {}", "line 1, column 6: '[' or '{' expected near 'return'"},
    {changed('"inputs": 2', '"inputs": 3'), "layers[1].weights[1] must have 3 numbers, got 2"},
    {changed('"schema": 1', '"schema": 9'),
      "its schema is 9, and this program knows schema 1 only"},
    {changed('[ "p", "q" ]', '[ "p" ]'),
      "notation: inputs must be a table of 2 names, got 1 name"},
    {changed('[ "p", "q" ]', '[ "p", "p" ]'), nil},
    {changed('[ "p", "q" ]', '[ "p", "\\u001b[2J" ]'),
      'notation: "?[2J" is no name: a name is letters, digits and _, and does not start with a '
      .. "digit"},
    {changed('[ "p", "q" ]', "[ [ [ [ [ [ 1 ] ] ] ] ] ]"), "notation: it is nested too deep"},
    {changed('"inputs": [ "p", "q" ]', '"input": 7'),
      'notation: unknown notation option "input": did you mean inputs?'},
    {changed('"layout"', '"\\u001b"'), nil},
    {changed('"m": [ 1.0 ]', '"m": [ "x" ]'), "training.m[1] must be a number, got a string"},
    {changed('"m": [ 1.0 ]', '"m": { }'), "training.m must be a number, a string, true, false or "
      .. "a list of numbers, got an object"},
    {changed('"m": [ 1.0 ]', '"a b": 1'), "a name in training is letters, digits and _"},
    {changed('{ "m": [ 1.0 ] }', "[ ]"), "training must be an object, got a list"},
  }
  for _, case in ipairs(cases) do
    write(path, case[1])
    if case[2] then
      support.refuses('"' .. path .. '": ' .. case[2], load_net, path)
    else
      local worked, message = pcall(load_net, path)
      lu.assertTrue(worked or not message:find "%c", message)
    end
  end
end

function TestSaving.test_a_file_cut_off_anywhere_is_refused()
  mlp{1, 1, seed = 1}:save(path)
  local whole = read(path)
  for length = 0, #whole - 3, 7 do
    write(path, whole:sub(1, length))
    lu.assertFalse(pcall(load_net, path))
  end
end

-- Its root would be nan in every answer.
function TestSaving.test_a_running_variance_is_not_negative()
  local net = network{2, batch_norm()}
  support.refuses("bn1_running_var[2] may not be negative, got -1", net.set, net,
                  {bn1_running_var = {1, -1}})
  net:set{bn1_running_var = {0, 4.25}}
  net:save(path)
  write(path, (read(path):gsub("4.25", "-4.25")))
  support.refuses('"' .. path .. '": parameters.bn1_running_var[2] may not be negative, got -4.25',
                  load_net, path)
end

function TestSaving.test_a_lesson_reads_and_writes_nothing()
  local lesson = directory .. "/spy.lua"
  mlp{2, 2, 1}:save(path)
  for _, code in ipairs{"load_net(%q)", "mlp{2, 2, 1}:save(%q)", "read_csv(%q)"} do
    write(lesson, string.format([[
      return lesson {api = 1, id = "spy", title = {en = "s", zh = "s"},
        tape = function() ]] .. code .. [[ return tape{x = 1} end, {show = "given"}}]], path))
    local said = table.concat(lines_of(program .. " show " .. lesson .. " 2>&1"), " ")
    lu.assertStrMatches(said, ".*a lesson .*", nil, nil, said)
  end
end

os.exit(lu.LuaUnit.run(), true)
