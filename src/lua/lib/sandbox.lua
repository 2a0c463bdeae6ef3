-- What a lesson can see: the program's own functions and Lua's pure ones.  See lua/sandbox.h.

local host = ...
local pristine = host.pristine
local format, gsub = string.format, string.gsub

local sandbox = {}

-- Work that C does in one call, out of reach of the limit on instructions, is bounded here.
local MOST_WORK = 1e9
local LONGEST_TEXT = 1e7
local LONGEST_LIST = 1e6

local function check_work(is_bounded, what)
  if not is_bounded then
    error(what .. " takes too long in a lesson", 3)
  end
end

local function count(text, pattern)
  return select(2, gsub(text, pattern, ""))
end

-- A pattern with k repetitions can split a text of n characters in as many ways as there are
-- multisets of k + 1 of its n + 1 places, and each ? doubles that.
local function most_splits(text, pattern)
  local places = #text + 1
  local splits = 2.0 ^ count(pattern, "?")
  for k = 0, count(pattern, "[*+%-]") + count(pattern, "%%[b%d]") do
    splits = splits * (places + k) / (k + 1)
  end
  return splits
end

local function bounded(name)
  local match = string[name]
  return function(text, pattern, ...)
    local are_texts = type(text) == "string" and type(pattern) == "string"
    local is_bounded = not are_texts or most_splits(text, pattern) <= MOST_WORK
    check_work(is_bounded, name .. " with this pattern")
    return match(text, pattern, ...)
  end
end

local function bounded_rep(text, times, separator)
  if type(text) == "string" and type(times) == "number" then
    local period = #text + (type(separator) == "string" and #separator or 0) + 1
    check_work(period * times <= LONGEST_TEXT, "rep of that length")
  end
  return string.rep(text, times, separator)
end

-- A table can pretend to be as long as it likes.
local function bounded_list(name)
  local change = table[name]
  return function(list, ...)
    check_work(type(list) ~= "table" or #list <= LONGEST_LIST, name .. " in a list of that length")
    return change(list, ...)
  end
end

local function bounded_move(from, first, last, ...)
  local are_numbers = type(first) == "number" and type(last) == "number"
  check_work(not are_numbers or last - first <= LONGEST_LIST, "move of that length")
  return table.move(from, first, last, ...)
end

local function strings()
  return {
    byte = string.byte, char = string.char, find = bounded "find", format = format,
    gmatch = bounded "gmatch", gsub = bounded "gsub", len = string.len, lower = string.lower,
    match = bounded "match", rep = bounded_rep, reverse = string.reverse, sub = string.sub,
    upper = string.upper,
  }
end

local function tables()
  return {
    concat = table.concat, insert = bounded_list "insert", move = bounded_move, pack = table.pack,
    remove = bounded_list "remove", sort = table.sort, unpack = table.unpack,
  }
end

local function copy(library)
  local copied = {}
  for name, value in next, library do
    copied[name] = value
  end
  return copied
end

local function names_of(environment)
  local names = {}
  for name in next, environment do
    names[#names + 1] = name
  end
  return names
end

-- A name that is not there is a slip, or something that lessons do not have.
local function refuse_name(environment, name)
  if pristine[name] ~= nil then
    error("a lesson has no " .. name, 2)
  end
  local names = names_of(environment)
  error(format("there is no global %s%s", name, host.nearest(name, names)), 2)
end

local basic = {
  "assert", "error", "ipairs", "next", "pairs", "pcall", "select", "tonumber", "tostring", "type",
}
local own = {
  "data", "derive", "explain", "expr", "matrix", "mlp", "network", "prove", "shuffle", "split",
  "symbols", "tape",
}
local layers = {
  "activation", "avg_pool", "batch_norm", "conv1d", "conv2d", "dense", "dropout", "flatten", "lstm",
  "max_pool", "maxout", "residual", "rnn",
}

-- A fresh table of globals for one lesson, so that nothing it changes is seen by another.
function sandbox.environment()
  local environment = {
    string = strings(), table = tables(), math = copy(math), utf8 = copy(utf8),
  }
  environment.math.random, environment.math.randomseed = nil, nil -- variants have an rng
  for _, names in ipairs {basic, own, layers, host.functions()} do
    for _, name in ipairs(names) do
      environment[name] = pristine[name]
    end
  end
  environment.define = host.definer(environment)
  environment.sweep = host.require("experiments").sweep
  return setmetatable(environment, {__index = refuse_name})
end

return sandbox
