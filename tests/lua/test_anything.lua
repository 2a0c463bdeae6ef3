-- Functions and methods called with anything at all, in any order: nothing crashes, the engine
-- never contradicts itself, and what is refused changes nothing.  SEED and CALLS in the environment
-- choose another run.

local lu = require("luaunit")
local support = require("support")

local CALLS, SEED = tonumber(os.getenv "CALLS") or 5000, tonumber(os.getenv "SEED") or 20

local random = math.random

local function pick(list)
  return list[random(#list)]
end

local words = {
  "x", "y", "p", "g_1", "E", "E_new", "w_11", "dE_dw_11", "dbeta_1_dx_1", "x1.in", "α_1", "eta",
  "watermelon", "lecture", "delta", "term", "layer", "phase", "backward", "relu", "shared", "all",
  "xor", "moons",
  "a+b", "x*y", "x^x^x", "x/0", "sum(j, 1, n, x_j*j)", "softmax_2(a, b)", "max(x, 0)", "", "(",
  "x +", "\0", "1e400", "exp(exp(exp(x)))",
}

local fields = {
  "x", "y", "v", "w", "W1", "b1", "gamma", "theta", "eta", "kink", "hidden", "output", "bias",
  "loss", "notation", "seed", "inputs", "targets", "weights", "biases", "z", "a", "errors", "rate",
  "samples", "noise", "share", "stratified", "means", "deviations",
  "sign", "layout", "epochs", "batch", "steps", "n", "j", "x_1", "x_j", "stop_below", "shuffle",
}

local numbers = {0, 1, 2, 3, -1, 0.5, -0.0, 0 / 0, 1 / 0, -1 / 0, 1e308, 5e-324, math.maxinteger}

local functions = {mlp, tape, expr, symbols, sigmoid, softmax, max, xlog, digits, inspect, help,
                   matrix, data, split, shuffle}

local function some_network()
  return mlp{random(3), random(3), random(2), bias = pick{true, false, "shared"}, seed = random(9),
             notation = pick{"watermelon", "lecture", "delta"}, hidden = pick{"relu", "tanh"}}
end

local function some_tape()
  return mlp{2, 2, 1, seed = random(9)}:tape({random(), random()}, random(), {eta = 0.5})
end

local function some_circuit()
  local t = tape{x = 1, y = -2, a = 0}
  t:let("p", "x*y + relu(a)")
  return random(2) == 1 and t or t:backward "p"
end

local function some_formula()
  return expr(pick{"x*y", "sigmoid(w*x + b)", "sum(j, 1, n, x_j*j)", "max(a, b, x)"})
end

local function some_matrix()
  return pick{matrix({{random(3), 2}, {3, 4}}, {"x", "y"}), matrix{0, 1, 1}, data "xor".inputs}
end

local makers = {some_network, some_tape, some_circuit, some_formula, some_matrix}
local objects = {}

local function some_value(depth)
  local kind = random(10)
  if kind <= 2 then return pick(numbers) end
  if kind <= 4 then return pick(words) end
  if kind == 5 then return random(2) == 1 end
  if kind <= 7 then return pick(objects) end
  if kind == 8 or depth == 3 then return nil end
  local list = {}
  for i = 1, random(0, 3) do
    list[i] = some_value(depth + 1)
  end
  for _ = 1, random(0, 3) do
    list[pick(fields)] = some_value(depth + 1)
  end
  return list
end

local function state(object)
  local methods = getmetatable(object).__methods
  if methods.entries then return support.tape_state(object) end
  return methods.get and object:get() or tostring(object)
end

local function some_method(object)
  local names = {}
  for name in pairs(getmetatable(object).__methods) do
    names[#names + 1] = name
  end
  table.sort(names) -- the same seed, the same calls
  return getmetatable(object).__methods[pick(names)]
end

local function keep(result)
  if type(result) == "userdata" and getmetatable(result).__methods then
    objects[random(#objects)] = result
  end
end

local html = getmetatable(tape{}).__methods.html -- would write files wherever a word is one's name

local function call(f, object)
  local before = object and state(object)
  local worked, result = pcall(f, object or some_value(0), f ~= html and some_value(0) or nil,
    some_value(0), some_value(0))
  if worked then
    keep(result)
    return
  end
  lu.assertNotStrContains(result, "internal error")
  if object then
    lu.assertEquals(state(object), before, result)
  end
end

TestAnything = {}

function TestAnything.test_nothing_crashes_and_refusals_change_nothing()
  math.randomseed(SEED)
  for i = 1, 12 do
    objects[i] = makers[(i - 1) % #makers + 1]()
  end
  for i = 1, CALLS do
    if i % 10 == 0 then
      objects[(i // 10) % #makers + 1] = makers[(i // 10) % #makers + 1]()
    end
    if random(3) == 1 then
      call(pick(functions))
    else
      local object = pick(objects)
      call(some_method(object), object)
    end
  end
  digits(4)
end

os.exit(lu.LuaUnit.run(), true)
