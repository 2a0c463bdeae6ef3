-- Times and sizes of training, one "name value" a line, for bench.py.  A word says of what: "xor",
-- which bench.py runs in turns with plain_xor; "defined"; "memory".

local function report(name, value)
  print(string.format("%s %.9g", name, value))
end

local function seconds(f)
  local begin = os.clock()
  f()
  return os.clock() - begin
end

local function median(values)
  table.sort(values)
  return values[(#values + 1)//2]
end

local XOR = {inputs = {{0, 0}, {0, 1}, {1, 0}, {1, 1}}, targets = {{0}, {1}, {1}, {0}}}

-- XOR with further options for train.
local function xor(options)
  for name, value in pairs(XOR) do options[name] = value end
  return options
end

local measures = {}

-- As plain_xor does it: from the same weights each time, shuffled for every epoch.
function measures.xor()
  local epochs, times = 20000, {}
  local net = mlp{2, 2, 1}
  for run = 1, 41 do
    net:init{"uniform", from = -1, to = 1, seed = 3}
    times[run] = seconds(function() net:train(xor{eta = 0.3, epochs = epochs, seed = 7}) end)
  end
  report("sample_seconds", median(times)/(4*epochs))
end

local function digits(samples)
  local x, d = {}, {}
  for k = 1, samples do
    x[k], d[k] = {}, {}
    for i = 1, 784 do x[k][i] = i*k*7919 % 1000/1000 end
    for j = 1, 10 do d[k][j] = k % 10 == j - 1 and 1 or 0 end
  end
  return x, d
end

-- swish of the table and the same as a formula, by turns: in 784-128-10, and where a unit is all
-- there is to compute.
function measures.defined()
  define("own_swish", "x*sigmoid(x)")
  local x, d = digits(20)
  local sets = {
    digits = {sizes = {784, 128, 10}, inputs = x, targets = d, epochs = 10},
    units = {sizes = {1, 4096, 1}, inputs = {{0.3}}, targets = {{0.1}}, epochs = 50},
  }
  for name, set in pairs(sets) do
    local times = {swish = {}, own_swish = {}}
    for run = 1, 11 do
      for hidden, list in pairs(times) do
        local a, b, c = table.unpack(set.sizes)
        local net = mlp{a, b, c, hidden = hidden, output = "identity", notation = "delta"}
        net:init{"xavier", seed = 1}
        list[run] = seconds(function()
          net:train{inputs = set.inputs, targets = set.targets, eta = 1e-4, epochs = set.epochs}
        end)
      end
    end
    for hidden, list in pairs(times) do report(name .. "_" .. hidden, median(list)) end
  end
end

local function resident_bytes()
  collectgarbage()
  collectgarbage()
  local file <close> = assert(io.open("/proc/self/statm"))
  local _, pages = file:read("n", "n")
  return pages*4096
end

-- Bytes that a program keeps of f: it has run before, so that what is made once is made.
local function kept_bytes(f)
  f(0.1)
  local before = resident_bytes()
  f(1)
  return resident_bytes() - before
end

function measures.memory()
  local net = mlp{2, 2, 1, seed = 1}
  report("samples_bytes", kept_bytes(function(share)
    net:train(xor{eta = 0.3, epochs = math.ceil(2500000*share), seed = 7})
  end))
  -- mini-batches, as many calls of train as a class may make in a day
  report("batches_bytes", kept_bytes(function(share)
    for seed = 1, math.ceil(20000*share) do
      net:train(xor{optimiser = "adam", batch = 2, epochs = 20, seed = seed, history = true})
    end
  end))
  report("networks_bytes", kept_bytes(function(share)
    for seed = 1, math.ceil(1000*share) do
      mlp{2, 200, 1, seed = seed}:train(xor{epochs = 10})
    end
  end))
end

measures[arg[1]]()
