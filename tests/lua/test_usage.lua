-- The help of the language: nothing lacks it, usage lines name what they stand for, examples run.

local lu = require("luaunit")

local objects = {
  f = symbols "x", net = mlp{2, 2, 1}, t = tape{x = 1}, entry = tape{x = 1}.x,
  page = tape{x = 1}:show(), d = derive{"E = x^2", by = "x"}, p = prove "x = x",
  m = matrix{1}, row = matrix{1}[1],
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
  for _, name in ipairs{"expr", "symbols", "mlp", "tape", "sigmoid", "softmax", "max", "xlog",
                        "derive", "prove", "explain", "matrix", "data", "read_csv", "read_idx",
                        "split", "shuffle", "load_net"} do
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
  {objects.f.eval, "x = {1, 2, 3}", "assert(expr('sum(j, 1, 3, x_j)'):eval{%s} == 6)"},
  {objects.f.eval, "w = {{1, 2}, {3, 4}}", "assert(expr('w_12*w_21'):eval{%s} == 6)"},
  {objects.f.collect, 'expr "a*x + b*x + c":collect "x" is (a + b)*x + c',
    'assert(prove(expr "a*x + b*x + c":collect "x", "(a + b)*x + c").verdict == "proved")'},
  {objects.f.overflow, 'expr "exp(x)/(1 + exp(x))":overflow{} finds x = 720.',
    'assert(tostring(expr "exp(x)/(1 + exp(x))":overflow{}):find "where x = 720\\n")'},
  {derive, 'derive{"beta_j = sum(h, 1, q, w_hj*b_h)", "E = sum(j, 1, l, (beta_j - y_j)^2)/2", '
    .. 'by = {"w_hj"}, names = {g_j = "-dE/dbeta_j"}}'},
  {derive, '{k = {1, "D"}}', 'derive{"a_k = w_k*a[k-1]", "E = a[D]", by = "w_i", ranges = %s}'},
  {derive, '{"sum(i, 1, n, d_i) = 1"}', 'derive{"E = x*sum(i, 1, n, d_i)", by = "x", assume = %s}'},
  {objects.d.closed, 'd:closed "w_hj"', "d = D_ %s"},
  {objects.d.closed, 'd:closed "g_j"', "d = D_ %s"},
  {objects.d.update, 'd:update("w_hj", "eta")', "d = D_ %s"},
  {objects.d.count, 'd:count{"w_hj", "theta_j"} is q·l + l.',
    'd = D_ assert(tostring(d:count{"w_hj", "theta_j"}) == "q·l + l")'},
  {prove, 'prove "1 - sigmoid(x) = sigmoid(-x)"'},
  {explain, 'explain("sigmoid(w*x)", "w")'},
  {explain, 'explain "sigmoid"'},
  {explain, 'explain "leaky_relu(x, a)"'},
  {mlp, "mlp{2, 2, 1}"},
  {objects.net.set, "net:set{v = {{0.1, 0.4}, {0.8, 0.6}}, w = {{0.3}, {0.9}}}"},
  {objects.net.tape, "{eta = 1}", "net:tape(X[1], D[1], %s)"},
  {objects.net.train, "net:train{inputs = X, targets = D, eta = 0.1, epochs = 1"},
  {matrix, "matrix{{0, 1}, {1, 1}}"},
  {matrix, "matrix{0, 1}"},
  {matrix, 'matrix({{0, 1}}, {"x1", "x2"})'},
  {objects.m.pick, 'm:pick "sugar"'},
  {objects.m.pick, 'm:pick{"sugar", 1}'},
  {objects.m.standardise, "Z, scale = train:standardise(), V = validation:standardise(scale)",
    "Z, scale = m:standardise() V = m:standardise(scale)"},
  {data, 'data("moons", {samples = 200, noise = 0.1, seed = 7})'},
  {split, 'train, validation = split(data "watermelon", '
    .. '{share = 0.25, seed = 7, stratified = true})'},
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
      X = {{1, 2}, {3, 4}}, D = {0, 1}, m = data "watermelon".inputs,
      D_ = derive{"beta_j = sum(h, 1, q, w_hj*b_h) - theta_j", "E = sum(j, 1, l, beta_j^2)",
        by = "w_hj", names = {g_j = "-dE/dbeta_j"}},
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
