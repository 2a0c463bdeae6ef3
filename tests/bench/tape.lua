-- Times and sizes of tapes, one "name value" a line, for bench.py.

local function network(sizes)
  local spec = {hidden = "tanh", output = "sigmoid", seed = 1,
                notation = #sizes == 3 and "lecture" or "delta", table.unpack(sizes)}
  local x, d = {}, {}
  for i = 1, sizes[1] do x[i] = i/sizes[1] end
  for j = 1, sizes[#sizes] do d[j] = 0.5 end
  return mlp(spec), x, d
end

-- Build the tape and print every derivation, partials included; how many entries that was.
local function derive_all(net, x, d)
  local count = 0
  for entry in net:tape(x, d, {eta = 1}):entries("term") do
    assert(#tostring(entry) > 0)
    count = count + 1
  end
  return count
end

local function median(values)
  table.sort(values)
  return values[(#values + 1)//2]
end

-- Seconds of f's run, the median of several.
local function seconds(f, runs)
  local times = {}
  for run = 1, runs do
    local begin = os.clock()
    f()
    times[run] = os.clock() - begin
  end
  return median(times)
end

local function resident_bytes()
  local file <close> = assert(io.open("/proc/self/statm"))
  local _, pages = file:read("n", "n")
  return pages*4096
end

local function report(name, value)
  print(string.format("%s %.9g", name, value))
end

-- The first network is made again at the end: the ratio of the two is the noise of this run.
local small, x, d = network{2, 2, 1}
report("small_seconds", seconds(function() derive_all(small, x, d) end, 101))

for _, n in ipairs{2, 8, 32, 64} do
  local net, inputs, targets = network{n, n, n}
  local count
  local time = seconds(function() count = derive_all(net, inputs, targets) end, n < 32 and 21 or 3)
  report("entry_seconds_" .. n, time/count)
end

local large, inputs, targets = network{784, 128, 10}
local tape = large:tape(inputs, targets, {eta = 1})
local before, slowest, text = resident_bytes(), 0, 0
local names = {"beta_5", "g_3", "e_17", "dE_dv_5_5", "dw_3_7", "v_700_100_new", "beta_9_new"}
for _, name in ipairs(names) do
  slowest = math.max(slowest, seconds(function() text = text + #tostring(tape:entry(name)) end, 1))
end
report("large_entry_seconds", slowest)
report("large_entry_bytes", resident_bytes() - before)
report("large_network_bytes", 8*(784*128 + 128 + 128*10 + 10))

-- One weight that a recurrent layer uses at each of 50 steps.
local recurrent = _G.network{{16, steps = 50}, rnn{50, last = true},
                             dense{10, activation = "softmax"}, loss = "cross_entropy", seed = 1}
local steps, label = {}, {}
for step = 1, 50 do
  steps[step] = {}
  for i = 1, 16 do steps[step][i] = (step*i % 11 - 5)/10 end
end
for j = 1, 10 do label[j] = j == 3 and 1 or 0 end
report("recurrent_weight_seconds", seconds(function()
  assert(#tostring(recurrent:tape(steps, label, {eta = 1}):entry "dE_drnn1_W_3_7") > 0)
end, 21))

-- LeNet-5; between the sums of its first convolution and their activation may be another layer.
local function lenet(normal)
  local layers = {{1, 32, 32}, conv2d{6, 5}, activation "sigmoid", avg_pool(2),
                  conv2d{16, 5, activation = "sigmoid"}, avg_pool(2), flatten(),
                  dense{120, activation = "sigmoid"}, dense{84, activation = "sigmoid"},
                  dense{10, activation = "softmax"}, loss = "cross_entropy", seed = 1}
  if normal then
    table.insert(layers, 3, normal)
  end
  return _G.network(layers)
end

local function image(k)
  local pixels = {}
  for i = 1, 1024 do pixels[i] = (k*i % 17)/17 end
  return pixels
end

-- A tape is made for the entry alone, and what it needs of the tape's formulas with it.
local function explaining(net, name, samples, wanted)
  local times = {}
  for run = 1, 11 do
    local made = net:tape(samples, wanted, {eta = 1})
    local begin = os.clock()
    assert(#tostring(made:entry(name)) > 0)
    times[run] = os.clock() - begin
  end
  return median(times)
end

report("lenet_weight_seconds",
  explaining(lenet(), "dE_dconv1_K_1_1_3_3", image(1), label))
report("lenet_normal_seconds",
  explaining(lenet(batch_norm()), "bn1_y_3_5_7@2", {image(1), image(2)}, {label, label}))
report("lenet_mean_seconds",
  explaining(lenet(batch_norm()), "bn1_mean_3", {image(1), image(2)}, {label, label}))
report("lenet_pooled_seconds", explaining(lenet(), "dE_dpool1_a_2_7_9", image(1), label))

-- Memory for the 25 weights of a kernel, each a sum of 28·28 terms.
local explained = lenet():tape(image(1), label, {eta = 1})
local unasked = resident_bytes()
for weight = 0, 24 do
  local name = string.format("dE_dconv1_K_2_1_%d_%d", weight//5 + 1, weight % 5 + 1)
  assert(#tostring(explained:entry(name)) > 0)
end
report("lenet_term_bytes", (resident_bytes() - unasked)/(25*28*28))
