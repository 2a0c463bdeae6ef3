-- The language as the design shows it: every statement there works, and shows what it shows there.

local lu = require("luaunit")
local support = require("support")

local v, w = {{0.1, 0.4}, {0.8, 0.6}}, {{0.3}, {0.9}}
local function close(actual, expected)
  lu.assertAlmostEquals(actual, expected, 1e-12)
end

local function exercise_network()
  local net = mlp{2, 2, 1, hidden = "sigmoid", output = "sigmoid", bias = false,
                  loss = "half_squared_error", notation = "lecture"}
  net:set{ v = {{0.1, 0.4}, {0.8, 0.6}}, w = {{0.3}, {0.9}} }
  return net
end

local function exercise_tape()
  return exercise_network():tape({0.35, 0.9}, {0.5}, {eta = 1})
end

TestNetwork = {}

function TestNetwork.test_forward_loss_and_gradients_are_those_worked_out_by_hand()
  local net = exercise_network()
  local p = support.pass_of_2_2_1({0.35, 0.9}, 0.5, v, w)
  local y = net:forward{0.35, 0.9}
  lu.assertEquals(#y, 1)
  close(y[1], p.y)
  close(net:loss({0.35, 0.9}, {0.5}), p.E)
  local gradients = net:gradients({0.35, 0.9}, {0.5})
  for h = 1, 2 do
    close(gradients.w[h][1], p.dw[h][1])
    for i = 1, 2 do
      close(gradients.v[i][h], p.dv[i][h])
    end
  end
end

function TestNetwork.test_get_gives_what_set_took()
  lu.assertEquals(exercise_network():get(), {v = v, w = w})
end

function TestNetwork.test_the_prompt_shows_what_it_is()
  lu.assertEquals(tostring(exercise_network()),
    "2-2-1 network (sigmoid, sigmoid; half_squared_error; lecture notation; 6 parameters)")
end

function TestNetwork.test_train_takes_a_table_and_gives_one()
  local net = exercise_network()
  local trained = net:train{inputs = {{0.35, 0.9}}, targets = {{0.5}}, eta = 0.5, epochs = 1000,
                            batch = 1, seed = 7}
  lu.assertEquals(trained.epochs, 1000)
  lu.assertTrue(trained.loss < 1e-6)
  lu.assertTrue(net:loss({0.35, 0.9}, {0.5}) < 1e-6)
end

TestTape = {}

function TestTape.test_step_gives_the_next_entry_with_its_derivation()
  local t = exercise_tape()
  local entry = t:step()
  lu.assertEquals(entry.name, "x_1")
  lu.assertEquals(t:step().name, "x_2")
  lu.assertEquals(tostring(t:step(5)):match("^[^ ]+"), "d_1")
  lu.assertEquals(t:step().name, "w_11")
end

function TestTape.test_step_by_layer_and_by_term()
  local t = exercise_tape()
  t:seek "E"
  lu.assertEquals(t:step().name, "dE_dE")
  lu.assertEquals(t:step().name, "dE_dy_1")
  lu.assertEquals(t:step("term").name, "dy_1_dalpha_1")
  lu.assertEquals(t:step("term").name, "g_1")
  local names = {}
  for name in tostring(t:step "layer"):gmatch("\n?(%S+) =") do
    names[#names + 1] = name
  end
  lu.assertEquals(names, {"∂E/∂b_1", "∂E/∂b_2", "e_1", "e_2"})
end

function TestTape.test_back_rewind_seek_and_play()
  local t = exercise_tape()
  t:step(3)
  lu.assertEquals(t:back().name, "x_2")
  lu.assertEquals(tostring(t), "tape of 49 entries, 2 shown; next: d_1")
  lu.assertEquals(t:rewind(), t)
  lu.assertEquals(tostring(t), "tape of 49 entries, 0 shown; next: x_1")
  lu.assertEquals(t:seek("g_1"), t.g_1)
  lu.assertEquals(tostring(t), "tape of 49 entries, 20 shown; next: ∂E/∂b_1")
  lu.assertStrContains(tostring(t:play "backward"), "∂E/∂v_22 = ")
  lu.assertEquals(tostring(t), "tape of 49 entries, 30 shown; next: Δv_11")
  t:play()
  lu.assertEquals(tostring(t), "tape of 49 entries, 49 shown")
end

function TestTape.test_the_derivation_is_printed_as_in_the_design()
  lu.assertEquals(tostring(exercise_tape().g_1), [[
g_1 = −∂E/∂α_1
    = −∂E/∂y_1 · ∂y_1/∂α_1                     chain rule
    = (d_1 − y_1)·y_1·(1 − y_1)                closed form
    = (0.5 − 0.6903)·0.6903·(1 − 0.6903)
    = −0.04068                                 ✓]])
end

function TestTape.test_values_and_gradients()
  local t = exercise_tape()
  local p = support.pass_of_2_2_1({0.35, 0.9}, 0.5, v, w)
  close(t.g_1.value, p.g)
  close(t:entry("g_1").value, p.g)
  close(t:value "g_1", p.g)
  close(t:value(t.g_1), p.g)
  close(t:grad "w_11", p.dw[1][1])
  close(t:as("delta"):grad "W2_11", p.dw[1][1])
end

function TestTape.test_entries_are_walked_in_order_with_name_phase_and_value()
  local p = support.pass_of_2_2_1({0.35, 0.9}, 0.5, v, w)
  local updated_v, updated_w = {{}, {}}, {{}, {}}
  for h = 1, 2 do
    updated_w[h][1] = w[h][1] - p.dw[h][1]
    for i = 1, 2 do
      updated_v[i][h] = v[i][h] - p.dv[i][h]
    end
  end
  local q = support.pass_of_2_2_1({0.35, 0.9}, 0.5, updated_v, updated_w)
  local expected = {
    "x_1 given", 0.35, "x_2 given", 0.9, "d_1 given", 0.5,
    "v_11 given", 0.1, "v_12 given", 0.4, "v_21 given", 0.8, "v_22 given", 0.6,
    "w_11 given", 0.3, "w_21 given", 0.9, "eta given", 1,
    "beta_1 forward", p.beta[1], "b_1 forward", p.b[1],
    "beta_2 forward", p.beta[2], "b_2 forward", p.b[2],
    "alpha_1 forward", p.alpha, "y_1 forward", p.y, "E loss", p.E,
    "dE_dE backward", 1, "dE_dy_1 backward", p.y - 0.5, "g_1 backward", p.g,
    "dE_db_1 backward", -p.g * 0.3, "dE_db_2 backward", -p.g * 0.9,
    "e_1 backward", p.e[1], "e_2 backward", p.e[2],
    "dE_dw_11 backward", p.dw[1][1], "dE_dw_21 backward", p.dw[2][1],
    "dE_dv_11 backward", p.dv[1][1], "dE_dv_12 backward", p.dv[1][2],
    "dE_dv_21 backward", p.dv[2][1], "dE_dv_22 backward", p.dv[2][2],
    "dv_11 update", -p.dv[1][1], "v_11_new update", updated_v[1][1],
    "dv_12 update", -p.dv[1][2], "v_12_new update", updated_v[1][2],
    "dv_21 update", -p.dv[2][1], "v_21_new update", updated_v[2][1],
    "dv_22 update", -p.dv[2][2], "v_22_new update", updated_v[2][2],
    "dw_11 update", -p.dw[1][1], "w_11_new update", updated_w[1][1],
    "dw_21 update", -p.dw[2][1], "w_21_new update", updated_w[2][1],
    "beta_1_new again", q.beta[1], "b_1_new again", q.b[1],
    "beta_2_new again", q.beta[2], "b_2_new again", q.b[2],
    "alpha_1_new again", q.alpha, "y_1_new again", q.y, "E_new again", q.E,
  }
  local i = 0
  for e in exercise_tape():entries() do
    lu.assertEquals(e.name .. " " .. e.phase, expected[i + 1])
    close(e.value, expected[i + 2])
    i = i + 2
  end
  lu.assertEquals(i, #expected)
end

function TestTape.test_show_has_a_dash_beyond_the_cursor()
  local t = exercise_tape()
  t:seek "beta_1"
  local shown = tostring(t:show())
  lu.assertStrMatches(shown:match("\n[^\n]*β_1 [^\n]*"),
    "\n  β_1 +x_1·v_11 %+ x_2·v_21 +0.35·0.1 %+ 0.9·0.8 +0.755")
  lu.assertStrMatches(shown:match("\n[^\n]* b_1 [^\n]*"), "\n  b_1 +σ%(β_1%) +— +—")
end

function TestTape.test_gradcheck_agrees_worst_first()
  local page = tostring(exercise_tape():gradcheck())
  local differences = {}
  for difference in page:gmatch("\n  ∂E/∂%S+ +%S+ +%S+ +(%S+)") do
    differences[#differences + 1] = tonumber(difference)
  end
  lu.assertEquals(#differences, 6)
  for i = 2, 6 do
    lu.assertTrue(differences[i] <= differences[i - 1])
  end
  lu.assertTrue(differences[1] < 1e-9)
end

function TestTape.test_text_latex_as_and_next()
  local t = exercise_tape()
  t:seek "g_1"
  lu.assertStrContains(tostring(t:text()), tostring(t.g_1))
  lu.assertStrContains(t:latex(), "\\begin{align*}")
  lu.assertEquals(tostring(t:as "delta"), "tape of 49 entries, 20 shown; next: ∂E/∂a1_1")
  local next_tape = t:next()
  close(next_tape:value "w_11", t:value "w_11_new")
  close(next_tape:value "E", t:value "E_new")
end

TestCircuit = {}

local function names_of(t)
  local names = {}
  for e in t:entries() do
    names[#names + 1] = e.name
  end
  return names
end

function TestCircuit.test_any_circuit_at_all()
  local t = tape{ x = -2, y = 5, z = -4 }
  t:let("q", "x + y")
  t:let("f", "q * z")
  t:backward "f"
  local names = names_of(t)
  lu.assertEquals({table.unpack(names, 1, 5)}, {"x", "y", "z", "q", "f"})
  lu.assertItemsEquals({table.unpack(names, 6)}, {"df_df", "df_dq", "df_dz", "df_dy", "df_dx"})
  lu.assertEquals({t.df_df.value, t.df_dq.value, t.df_dz.value, t.df_dy.value, t.df_dx.value},
    {1, -4, 3, -4, -4})
  t:update({"x", "y"}, {eta = 0.1})
  names = names_of(t)
  lu.assertEquals({table.unpack(names, 12)}, {"x_new", "y_new", "q_new", "f_new"})
  close(t:value "x_new", -2 + 0.4)
  close(t:value "y_new", 5 + 0.4)
  close(t:value "q_new", 3.8)
  close(t:value "f_new", -15.2)
end

TestFormulas = {}

function TestFormulas.test_symbols_and_closed_forms()
  local x, weight, b = symbols "x w b"
  local f = sigmoid(weight * x + b)
  lu.assertEquals(tostring(f:diff(weight)), "σ(w·x + b)·(1 − σ(w·x + b))·x")
  local steps = tostring(f:diff(weight, {steps = true}))
  lu.assertStrContains(steps, "∂/∂w (w·x + b) = x")
  lu.assertEquals(select(2, steps:gsub("\n", "\n")), 2)
  lu.assertEquals(f:eval{x = 0.5, w = 2, b = -1}, 0.5)
  lu.assertEquals(f:subs{w = "2*u"}, expr "sigmoid(2*u*x + b)")
  lu.assertEquals(f:simplify(), f)
  lu.assertEquals(f:latex(), "\\sigma\\left(w \\cdot x + b\\right)")
  lu.assertEquals(tostring(expr "exp(x_i)/sum(j, 1, C, exp(x_j))"),
    "exp(x_i)/(Σ_j=1..C exp(x_j))")
end

os.exit(lu.LuaUnit.run(), true)
