-- The help of the language: nothing lacks it, usage lines name what they stand for, examples run.

local lu = require("luaunit")

local objects = {
  f = symbols "x", net = mlp{2, 2, 1}, t = tape{x = 1}, entry = tape{x = 1}.x,
  page = tape{x = 1}:show(),
}

local function help_on(value)
  return (tostring(help(value)):gsub("%s+", " "))
end

local called = "[({].-[)}] %-> [^\n]+.*"

TestUsage = {}

-- In a program of its own: here these tests are functions without help, too.
function TestUsage.test_nothing_lacks_help()
  lu.assertTrue(os.execute(string.format("%q -e 'help.check()'", arg[-1])))
end

function TestUsage.test_the_usage_of_a_method_says_how_it_is_called()
  for prefix, object in pairs(objects) do
    local count = 0
    for name, method in pairs(getmetatable(object).__methods) do
      lu.assertStrMatches(tostring(help(method)), prefix .. ":" .. name .. called)
      count = count + 1
    end
    lu.assertTrue(count > 0)
  end
end

function TestUsage.test_the_usage_of_a_function_says_how_it_is_called()
  for _, name in ipairs{"expr", "symbols", "mlp", "tape", "sigmoid", "softmax", "max", "xlog"} do
    lu.assertStrMatches(tostring(help(_G[name])), name .. called)
  end
end

-- {what the help is asked about, the words of an example in it, how it is run}
local examples = {
  {symbols, 'x, w, b = symbols "x w b"'},
  {expr, "sigmoid(x)", "expr '%s'"},
  {expr, "sum(j, 1, n, x_j)", "expr '%s'"},
  {expr, "2*x", "expr '%s'"},
  {expr, "exp(1)", "expr '%s'"},
  {objects.f.ascii, "expr(f:ascii()) is f again", "assert(expr(f:ascii()) == f)"},
  {objects.f.diff, "{steps = true}", "f:diff('x', %s)"},
  {mlp, "mlp{2, 2, 1}"},
  {objects.net.set, "net:set{v = {{0.1, 0.4}, {0.8, 0.6}}, w = {{0.3}, {0.9}}}"},
  {objects.net.tape, "{eta = 1}", "net:tape(X[1], D[1], %s)"},
  {objects.net.train, "net:train{inputs = X, targets = D, eta = 0.1, epochs = 1"},
  {tape, "tape({x = 0}, {kink = 0.5})"},
  {objects.t.let, 't:let("q", "x + y")'},
  {objects.t.update, 't:update({"x", "y"}, {eta = 0.1})', 't:backward "p"; %s'},
  {objects.t.step, "t:step(5)"},
  {objects.t.step, 't:step "layer"'},
  {objects.t.step, 't:step "phase"'},
  {objects.t.step, 't:step "term"'},
  {objects.t.entries, "for e in t:entries() do print(e.name, e.phase, e.value) end"},
}

function TestUsage.test_examples_in_the_help_run()
  for _, example in ipairs(examples) do
    local about, words, use = table.unpack(example)
    lu.assertStrContains(help_on(about), words)
    local world = setmetatable({
      f = expr "w_1*x", net = mlp{2, 2, 1}, t = tape{x = 1, y = 2}, print = function() end,
      X = {{1, 2}, {3, 4}}, D = {0, 1},
    }, {__index = _G})
    world.t:let("p", "x*y")
    local code = (use or "%s"):gsub("%%s", (words:gsub("%%", "%%%%")))
    if select(2, code:gsub("{", "")) > select(2, code:gsub("}", "")) then
      code = code .. "}" -- "and so on" stood there
    end
    local run = load(code, "=example", "t", world)
      or load("local _ = " .. code, "=example", "t", world)
    lu.assertNotNil(run, code)
    run()
  end
end

function TestUsage.test_completion_offers_entries_and_fields()
  local t = objects.t
  lu.assertEquals(getmetatable(t).__complete(t), {"x"})
  lu.assertEquals(getmetatable(t.x).__complete(t.x),
    {"value", "name", "shown", "phase", "layer", "closed", "chain", "note"})
end

os.exit(lu.LuaUnit.run(), true)
