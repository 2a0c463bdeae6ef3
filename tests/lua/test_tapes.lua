-- Tapes and entries: stepping, looking up, notations, what comes next, optimisers, batches, and how
-- long they live.

local lu = require("luaunit")
local support = require("support")

local function network(notation)
  local net = mlp{2, 2, 1, bias = false, notation = notation}
  if notation == "delta" then
    return net:set{W1 = {{0.1, 0.8}, {0.4, 0.6}}, W2 = {{0.3, 0.9}}}
  end
  return net:set{v = {{0.1, 0.4}, {0.8, 0.6}}, w = {{0.3}, {0.9}}}
end

local function lecture()
  return network("lecture"):tape({0.35, 0.9}, {0.5}, {eta = 1})
end

local function shown(t)
  return tonumber(tostring(t):match("(%d+) shown"))
end

local function names(t, level)
  local all = {}
  for e in t:entries(level) do
    all[#all + 1] = e.name
  end
  return all
end

TestStepping = {}

function TestStepping.test_single_steps_walk_the_main_line()
  local t = lecture()
  local walked = {}
  for i = 1, #t do
    local e = t:step()
    walked[i] = e.name
    lu.assertEquals(shown(t), i)
  end
  lu.assertEquals(walked, names(t))
  lu.assertEquals(tostring(t:step()), "(the end of the tape: 49 entries)")
  lu.assertEquals(tostring(t:step(3)), "(the end of the tape: 49 entries)")
  lu.assertEquals(shown(t), 49)
end

function TestStepping.test_the_finest_steps_walk_the_partials_too()
  local t = lecture()
  local walked = {}
  while shown(t) < #t do
    walked[#walked + 1] = t:step("term").name
  end
  lu.assertEquals(walked, names(t, "term"))
  lu.assertTrue(#walked > #t)
end

function TestStepping.test_several_steps_give_a_page_of_their_derivations()
  local t = lecture()
  t:seek "g_1"
  local page = t:step(2)
  lu.assertEquals(tostring(page), tostring(t.dE_db_1) .. "\n" .. tostring(t.dE_db_2))
  lu.assertEquals(page:text(), tostring(page))
  lu.assertEquals("page: " .. page, "page: " .. tostring(page))
  lu.assertEquals(shown(t), 22)
  t:step(math.maxinteger)
  lu.assertEquals(shown(t), 49)
end

function TestStepping.test_a_layer_and_a_phase_end_where_they_end()
  local t = lecture()
  t:step "phase"
  lu.assertEquals(tostring(t), "tape of 49 entries, 10 shown; next: β_1")
  t:step "layer"
  lu.assertEquals(tostring(t), "tape of 49 entries, 14 shown; next: α_1")
end

function TestStepping.test_back_undoes_single_steps()
  local t = lecture()
  lu.assertNil(t:back())
  t:seek "dE_dy_1"
  t:step "term"
  lu.assertEquals(t:step("term").name, "g_1")
  lu.assertEquals(t:back().name, "dE_dy_1")
  t:step "term"
  lu.assertEquals(t:back().name, "dE_dy_1")
  lu.assertNil(t:back(1000))
  lu.assertEquals(shown(t), 0)
end

function TestStepping.test_seek_goes_to_any_entry_and_partial()
  local t = lecture()
  for e in t:entries("term") do
    lu.assertEquals(t:seek(e.name), e)
    lu.assertEquals(t:seek(e), e)
  end
  t:seek "dalpha_1_db_2"
  lu.assertEquals(t:back().name, "dE_db_1")
end

function TestStepping.test_what_is_beside_the_main_line_is_at_the_end_of_the_backward_pass()
  local t = lecture()
  for _, name in ipairs{"dE_dx_1", "dbeta_1_dx_1"} do
    t:rewind()
    lu.assertEquals(t:seek(name).name, name)
    lu.assertEquals(tostring(t), "tape of 49 entries, 30 shown; next: Δv_11")
  end
end

function TestStepping.test_play_goes_to_the_end_and_starts_over()
  local t = lecture()
  t:seek "E"
  local rest = tostring(t:play())
  lu.assertStrContains(rest, tostring(t.dE_dE))
  lu.assertFalse(rest:find(tostring(t.E), 1, true) ~= nil)
  lu.assertEquals(shown(t), 49)
  lu.assertStrContains(tostring(t:play()), tostring(t.x_1))
  lu.assertEquals(shown(t), 49)
end

function TestStepping.test_play_of_a_phase_gives_that_phase()
  local t = lecture()
  lu.assertEquals(tostring(t:play "loss"), tostring(t.E))
  lu.assertEquals(shown(t), 17)
  t:play "given"
  lu.assertEquals(shown(t), 10)
end

function TestStepping.test_value_and_entries_leave_the_cursor_where_it_is()
  local t = lecture()
  t:step(3)
  lu.assertNotNil({t:value("E"), t.g_1.value, t:grad("w_11"), names(t), t:text(), t:show()})
  lu.assertEquals(shown(t), 3)
end

function TestStepping.test_a_tape_may_be_empty_or_have_one_entry()
  lu.assertEquals(tostring(tape{}), "tape of 0 entries, 0 shown")
  lu.assertEquals(tostring(tape{}:step()), "(the end of the tape: 0 entries)")
  lu.assertEquals(tostring(tape{}:play()), "(the end of the tape: 0 entries)")
  lu.assertNil(tape{}:back())
  local t = tape{x = 1}
  lu.assertEquals(tostring(t), "tape of 1 entry, 0 shown; next: x")
  t:step()
  lu.assertEquals(tostring(t:step()), "(the end of the tape: 1 entry)")
end

TestLookingUp = {}

function TestLookingUp.test_names_are_read_as_they_are_shown()
  local t = lecture()
  lu.assertEquals(t["α_1"], t.alpha_1)
  lu.assertEquals(t["w_11'"], t.w_11_new)
  lu.assertEquals(t:entry("w_11′"), t.w_11_new)
  local net = mlp{2, 1, notation = {inputs = {"x1.in", "x2.in"}}}
  t = net:tape({1, 2}, 0)
  lu.assertEquals(t["x1.in"], t.x1_in)
  lu.assertEquals({t.x1_in.name, t.x1_in.shown}, {"x1_in", "x1.in"})
end

function TestLookingUp.test_an_entry_with_the_name_of_a_method_is_found_by_entry()
  local t = tape{show = 2, value = 3, x = 4}
  t:let("q", "show + value")
  lu.assertEquals(type(t.show), "function")
  lu.assertEquals(t:entry("show").value, 2)
  lu.assertEquals(t:value "value", 3)
  lu.assertEquals(t.q.value, 5)
  lu.assertEquals(t:seek("show").name, "show")
end

function TestLookingUp.test_fields_of_an_entry()
  local g = lecture().g_1
  lu.assertEquals({g.name, g.shown, g.phase, g.layer, g.note}, {"g_1", "g_1", "backward", 2, ""})
  lu.assertEquals(tostring(g.closed), "(d_1 − y_1)·y_1·(1 − y_1)")
  lu.assertAlmostEquals(g.closed:eval{d_1 = 0.5, y_1 = lecture():value "y_1"}, g.value, 1e-15)
  lu.assertEquals(g.chain:names(), {"dE_dy_1", "dy_1_dalpha_1"})
  lu.assertEquals(g:text(), tostring(g))
  local x = lecture().x_1
  lu.assertEquals({x.phase, x.layer}, {"given", 0})
  lu.assertNil(x.closed)
  lu.assertNil(x.chain)
end

function TestLookingUp.test_entries_are_equal_when_they_are_the_same_of_the_same_tape()
  local t = lecture()
  lu.assertTrue(t.g_1 == t.g_1)
  lu.assertFalse(t.g_1 == t.e_1)
  lu.assertFalse(t.g_1 == lecture().g_1)
  lu.assertFalse(t.g_1 == t.g_1.value)
end

-- ∂E/∂w in each notation, whose error terms differ in sign.
function TestLookingUp.test_grad_is_the_derivative_of_the_loss_in_every_notation()
  local p = support.pass_of_2_2_1({0.35, 0.9}, 0.5, {{0.1, 0.4}, {0.8, 0.6}}, {{0.3}, {0.9}})
  local t = lecture()
  for notation, name in pairs{watermelon = "beta_1", lecture = "alpha_1", delta = "z2_1"} do
    lu.assertAlmostEquals(t:as(notation):grad(name), -p.g, 1e-15)
  end
  lu.assertAlmostEquals(t:grad "beta_2", -p.e[2], 1e-15)
  lu.assertAlmostEquals(t:grad(t.v_21), p.dv[2][1], 1e-15)
  lu.assertAlmostEquals(t:grad "x_1", -p.e[1] * 0.1 - p.e[2] * 0.4, 1e-15)
end

TestOthers = {}

function TestOthers.test_a_tape_keeps_its_own_parameters()
  local net = network("lecture")
  local t = net:tape({0.35, 0.9}, {0.5}, {eta = 1})
  local before = support.tape_state(t)
  net:set{w = {{5}, {6}}}
  lu.assertEquals(support.tape_state(t), before)
  net:train{inputs = {{0.35, 0.9}}, targets = {0.5}, eta = 1, epochs = 10}
  lu.assertEquals(support.tape_state(t), before)
  lu.assertNotEquals(net:tape({0.35, 0.9}, {0.5}):value "w_11", 0.3)
end

function TestOthers.test_another_notation_stands_at_the_same_step()
  local t = lecture()
  for _, name in ipairs{"d_1", "beta_2", "E", "g_1", "e_2", "dE_dv_21", "v_21_new", "E_new"} do
    t:seek(name)
    local delta = t:as "delta"
    local value = t:value(name)
    local there = delta:back(1) and delta:step()
    lu.assertEquals(math.abs(there.value), math.abs(value), name)
    lu.assertEquals(there.phase, t:entry(name).phase)
  end
  lu.assertEquals(shown(t:rewind():as "delta"), 0)
end

function TestOthers.test_the_next_tape_starts_from_the_updated_values()
  local t = lecture()
  local following = t:next()
  lu.assertEquals(following:value "v_22", t:value "v_22_new")
  lu.assertEquals(following:value "y_1", t:value "y_1_new")
  lu.assertEquals(following:value "eta", 1)
  lu.assertEquals(shown(following), 0)
  local other = t:next({1, 2}, 0.25)
  lu.assertEquals({other:value "x_1", other:value "x_2", other:value "d_1"}, {1, 2, 0.25})
  lu.assertEquals(other:value "v_22", t:value "v_22_new")
  lu.assertEquals(t:next({1, 2}):value "d_1", 0.5)
end

function TestOthers.test_a_circuit_uses_a_value_twice_and_lands_on_kinks()
  local t = tape{a = 3}
  t:let("b", "a^2")
  t:let("f", "a*b + b") -- a³ + a²: 3a² + 2a
  t:backward "f"
  lu.assertEquals(t:grad "a", 33)
  for kink, slope in pairs{[0] = 0, [0.5] = 0.5, [1] = 1} do
    local k = tape({x = 0}, {kink = kink})
    k:let("r", "relu(x)")
    lu.assertEquals(k:backward("r"):grad "x", slope)
    lu.assertStrContains(k.dr_dx.note, "kink")
  end
end

function TestOthers.test_formulas_and_expressions_and_numbers_define()
  local t = tape{x = 2}
  local x = symbols "x"
  lu.assertEquals(t:let("p", x ^ 2 + 1 / 3).value, 4 + 1 / 3)
  lu.assertEquals(t:let("q", "p - x").value, 4 + 1 / 3 - 2)
  lu.assertEquals(t:let("r", 0.1).value, 0.1)
  lu.assertEquals(t:given("y", 7).name, "y")
  lu.assertEquals(names(t), {"x", "y", "p", "q", "r"})
end

function TestOthers.test_the_rate_may_be_a_given_of_the_tape()
  local t = tape{x = 2, eta = 0.5}
  t:let("f", "x^2")
  t:backward("f"):update{"x"}
  lu.assertEquals(t:value "x_new", 2 - 0.5 * 4)
end

TestOptimisers = {}

local function by(options)
  return network("lecture"):tape({0.35, 0.9}, {0.5}, options)
end

function TestOptimisers.test_options_stand_beside_the_optimiser_or_in_its_table()
  local beside = by{eta = 0.5, optimiser = "momentum", momentum = 0.5}
  local inside = by{eta = 0.5, optimiser = {"momentum", momentum = 0.5}}
  lu.assertEquals(beside.momentum.value, 0.5)
  lu.assertEquals(tostring(beside:text()), tostring(inside:text()))
  lu.assertEquals(by{optimiser = "adam"}.eta.value, 0.001)
  lu.assertEquals(by{optimiser = "adamw"}.decay.value, 0.01)
  lu.assertEquals(by{optimiser = {"adamw", decay = 0.5}}.decay.value, 0.5)
  lu.assertError(function() return by{optimiser = "adam"}.decay end)
end

function TestOptimisers.test_the_state_is_given_in_the_shapes_of_the_parameters()
  local net = mlp{1, 1, notation = "delta"}
  local t = net:tape({1}, {0}, {optimiser = "adam", step = 3, eta = 1,
                                state = {m = {W1 = {{2}}}, s = {b1 = {4}}}})
  lu.assertEquals({t.t.value, t.m_W1_11.value, t.m_b1_1.value, t.s_W1_11.value, t.s_b1_1.value},
                  {3, 2, 0, 0, 4})
  local slope = t:grad "W1_11"
  lu.assertAlmostEquals(t.m_W1_11_new.value, 0.9 * 2 + 0.1 * slope, 1e-15)
  lu.assertAlmostEquals(t.mhat_W1_11.value, t.m_W1_11_new.value / (1 - 0.9 ^ 3), 1e-14)
  local n = t:next()
  lu.assertEquals({n.t.value, n.m_W1_11.value}, {4, t.m_W1_11_new.value})
end

-- A threshold is minus a bias, and so is its m; the square s has no sign.
function TestOptimisers.test_thresholds_have_a_state_of_their_own_sign()
  local net = mlp{1, 1, 1, notation = "watermelon"}
  local t = net:tape({1}, {0}, {optimiser = "adam", state = {m = {gamma = {2}}, s = {gamma = {3}}}})
  lu.assertEquals({t.m_gamma_1.value, t.s_gamma_1.value}, {2, 3})
  local d = t:as "delta"
  lu.assertEquals({d.m_b1_1.value, d.s_b1_1.value}, {-2, 3})
end

function TestOptimisers.test_what_cannot_be_is_refused()
  local cases = {
    {{optimiser = "adm"}, 'unknown optimiser "adm": did you mean adam?'},
    {{optimiser = "momentum", beta1 = 1},
     'unknown tape option "beta1" (known: eta, optimiser, decay, step, state, momentum)'},
    {{optimiser = "momentum", state = {s = {}}}, 'unknown state option "s": did you mean m?'},
    {{eta = 1, state = {m = {}}}, "sgd has no state"},
    {{optimiser = "adam", state = {s = {v = {{-1, 0}, {0, 0}}}}},
     "a number of the state s is -1: a finite number, 0 or more, is possible"},
    {{optimiser = "adam", state = {m = {u = 1}}},
     'the network has no parameters called "u": did you mean v?'},
    {{optimiser = "adam", step = 0}, "step is 0: a whole number from 1 is possible"},
    {{decay = 1}, "tape: decay belongs to an update, which needs a rate, as in eta = 0.1"},
    {{eta = 1, decay = -1}, "decay is -1: a finite number, 0 or more, is possible"},
  }
  for _, case in ipairs(cases) do
    lu.assertErrorMsgContains(case[2], by, case[1])
  end
end

function TestOptimisers.test_a_circuit_names_its_state_by_its_givens()
  local t = tape{x = -2, y = 5, z = -4}
  t:let("f", "(x + y)*z")
  t:backward "f"
  t:update({"x"}, {eta = 0.1, optimiser = "momentum", momentum = 0.5, state = {m = {x = 2}}})
  lu.assertAlmostEquals(t.m_x_new.value, -3, 1e-15)
  lu.assertAlmostEquals(t.x_new.value, -1.7, 1e-15)
  lu.assertErrorMsgContains('unknown state option "q": did you mean x?', function()
    local c = tape{x = 1}
    c:let("f", "x*x")
    c:backward "f"
    c:update({"x"}, {eta = 0.1, optimiser = "adam", state = {m = {q = 2}}})
  end)
end

TestBatches = {}

local function batch(options)
  return network("lecture"):tape({{0.35, 0.9}, {1, 0}}, {{0.5}, {0.25}}, options)
end

function TestBatches.test_entries_of_a_sample_end_in_its_number()
  local t = batch{eta = 1}
  lu.assertEquals(t["beta_1@2"].value, 0.1)
  lu.assertEquals(t["β_1@2"], t:entry "beta_1@2")
  lu.assertEquals(t:value "g_1@1", t["g_1@1"].value)
  lu.assertEquals(t:seek("b_1@2").name, "b_1@2")
  lu.assertEquals(t.E.value, (t["E@1"].value + t["E@2"].value) / 2)
  lu.assertEquals(t["b_1_new@2"].shown, "b_1'@2")
  lu.assertErrorMsgContains('the tape has no entry or method called "g_1@3": did you mean g_1@1?',
                            function() return t["g_1@3"] end)
end

function TestBatches.test_a_matrix_makes_a_batch_and_its_gradients_are_those_of_the_network()
  local net = network("lecture")
  local x, d = matrix{{0.35, 0.9}, {1, 0}, {0, 0.5}}, matrix{{0.5}, {0.25}, {1}}
  local t, g = net:tape(x, d), net:gradients(x, d)
  lu.assertAlmostEquals(t:value "dE_dw_11", g.w[1][1], 1e-15)
  lu.assertAlmostEquals(t:value "dE_dv_21", g.v[2][1], 1e-15)
  lu.assertEquals(t.E.value, net:loss(x, d))
  lu.assertStrContains(tostring(t:gradcheck()), "✓")
end

function TestBatches.test_the_next_tape_trains_on_all_samples_at_once()
  local net = network("lecture")
  local x, d = {{0.35, 0.9}, {1, 0}}, {{0.5}, {0.25}}
  local t = net:tape(x, d, {eta = 0.5, optimiser = "adam"}):next():next()
  net:train{inputs = x, targets = d, eta = 0.5, epochs = 2, batch = 2, optimiser = "adam"}
  lu.assertAlmostEquals(t.w_11.value, net:get().w[1][1], 1e-14)
  lu.assertAlmostEquals(t:next({{1, 1}, {0, 0}}, {{1}, {0}})["x_2@1"].value, 1, 0)
  lu.assertErrorMsgContains("the inputs must have as many rows as the tape has samples: got 1 row "
                            .. "for 2", t.next, t, {{1, 1}})
  lu.assertErrorMsgContains("the targets must have as many rows as the inputs: got 1 row for 2",
                            net.tape, net, x, {{1}})
end

function TestBatches.test_pages_show_every_sample()
  local t = batch{eta = 1}
  for _, page in ipairs{t:text(), t:latex(), t:html(), t:as("matrix"):text()} do
    lu.assertStrContains(tostring(page), "@2")
  end
end

TestLife = {}

function TestLife.test_a_tape_outlives_its_network_and_an_entry_everything()
  local entry
  do
    local t = lecture()
    collectgarbage()
    collectgarbage()
    lu.assertEquals(t:value "v_11", 0.1)
    entry = t.g_1
  end
  collectgarbage()
  collectgarbage()
  lu.assertStrContains(tostring(entry), "closed form")
  lu.assertEquals(entry.closed:names(), {"d_1", "y_1"})
end

function TestLife.test_an_iterator_keeps_its_tape()
  local walk = lecture():entries()
  collectgarbage()
  collectgarbage()
  lu.assertEquals(walk().name, "x_1")
  lu.assertEquals(walk().value, 0.9)
end

function TestLife.test_finalizers_may_run_twice_and_too_early()
  for _, object in ipairs{lecture(), network("delta")} do
    local finalize = getmetatable(object).__gc
    finalize(object)
    finalize(object)
    lu.assertStrContains(tostring(object), "closed")
    getmetatable(object).__close(object)
  end
end

-- The slopes are rounding alone, and adam divides by their size.
function TestLife.test_a_batch_where_nothing_is_left_to_learn_steps_as_it_says()
  local X, D = {{0.1}, {0.7}, {1.3}}, {{1}, {3.3}, {2}}
  local net = mlp{1, 1, output = "identity", seed = 3}
  net:train{inputs = X, targets = D, eta = 0.5, epochs = 5000, batch = 3}
  for _, optimiser in ipairs{"adagrad", "rmsprop", "adam", "adamw"} do
    local t = net:tape(X, D, {eta = 0.1, optimiser = optimiser})
    lu.assertStrContains(tostring(t.W1_11_new), "✓")
    lu.assertStrContains(tostring(t.b1_1_new), "✓")
  end
end

os.exit(lu.LuaUnit.run(), true)
