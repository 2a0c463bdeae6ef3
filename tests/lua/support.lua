-- What the tests of the language share.

local lu = require("luaunit")

local support = {}

-- Call f with the arguments: it must raise exactly this message, apart from where it was called.
function support.refuses(message, f, ...)
  local worked, raised = pcall(f, ...)
  lu.assertFalse(worked, "not refused: " .. message)
  lu.assertEquals(raised:gsub("^[^\n:]+:%d+: ", ""), message)
end

-- All that can be seen of a tape: where it stands and every entry.
function support.tape_state(t)
  local state = {tostring(t)}
  for e in t:entries() do
    state[#state + 1] = e.name .. " " .. e.phase .. " " .. tostring(e)
  end
  return state
end

-- Run each {message, function} of a list, and see that state() gives what it gave before.
function support.each_refuses(cases, state)
  local before = state()
  for _, case in ipairs(cases) do
    support.refuses(table.unpack(case))
    lu.assertEquals(state(), before, case[1])
  end
end

function support.sigmoid(x)
  return 1 / (1 + math.exp(-x))
end

-- Worked out by hand for a 2-2-1 network without biases, sigmoid in both layers, E = ½(y - d)².
function support.pass_of_2_2_1(x, d, v, w)
  local p = {beta = {}, b = {}, e = {}, dv = {{}, {}}, dw = {{}, {}}}
  for h = 1, 2 do
    p.beta[h] = x[1] * v[1][h] + x[2] * v[2][h]
    p.b[h] = support.sigmoid(p.beta[h])
  end
  p.alpha = p.b[1] * w[1][1] + p.b[2] * w[2][1]
  p.y = support.sigmoid(p.alpha)
  p.E = (p.y - d) ^ 2 / 2
  p.g = (d - p.y) * p.y * (1 - p.y)
  for h = 1, 2 do
    p.e[h] = p.b[h] * (1 - p.b[h]) * w[h][1] * p.g
    p.dw[h][1] = -p.g * p.b[h]
    for i = 1, 2 do
      p.dv[i][h] = -p.e[h] * x[i]
    end
  end
  return p
end

return support
