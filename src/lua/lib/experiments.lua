-- globals: sweep
-- Experiments: what comes of training at several rates; and how the results of those that C works
-- out (lua/experiment.c) are shown.  A result is a table of its numbers, with a text.
--
-- Lessons run this with string methods of their own: strings are only handled by `string`.

local host = ...
local checker, words = host.require "checker", host.require "words"
local concat, format, match, rep = table.concat, string.format, string.match, string.rep
local say, width = words.say, host.width

local experiments = {}

local MOST_LISTED = 12 -- units, in a text
local MOST_EPOCHS, FIRST_EPOCHS, LAST_EPOCHS = 20, 12, 6 -- of the perceptron, in a table
local MOST_PARAMETERS = 8 -- in a row of that table
local MOST_NUMBERS = 400 -- of a matrix shown as it is typed

-- ---- texts ---------------------------------------------------------------------------------

-- Rows of cells below one another, all to the right but the last column, and the first where it is
-- words.
local function grid(rows, is_left)
  local widest = {}
  for _, row in ipairs(rows) do
    for i, cell in ipairs(row) do
      widest[i] = math.max(widest[i] or 0, width(cell))
    end
  end
  local lines = {}
  for k, row in ipairs(rows) do
    local cells = {}
    for i, cell in ipairs(row) do
      local space = rep(" ", widest[i] - width(cell))
      cells[i] = is_left[i] and cell .. (i < #row and space or "") or space .. cell
    end
    lines[k] = string.gsub(concat(cells, "  "), " +$", "")
  end
  return concat(lines, "\n")
end

-- "1, 2, 5"; of a long list the beginning.
local function list(items, separator)
  local texts = {}
  for i = 1, math.min(#items, MOST_LISTED) do
    texts[i] = tostring(items[i])
  end
  if #items > MOST_LISTED then
    texts[#texts + 1] = "…"
  end
  return concat(texts, separator)
end

local function number_or_dash(value)
  return value and host.number(value) or "—"
end

-- "layer 1 (relu): ..."
local function of_layer(result, l, text)
  return say("of_layer", l, result[l].activation, text)
end

local function paragraph(text)
  return (string.gsub(host.prose(text, 0), "\n$", ""))
end

-- The text of a result of each kind.
local text_of = {}

local function put_bound(layer, layers_left)
  return layer.bound and format("(1/4)^%d = %s", layers_left, host.number(layer.bound)) or "—"
end

function text_of.norms(result)
  local rows, has_bound = {}, result[#result].bound ~= nil
  rows[1] = {say "layers", "‖∂E/∂z‖", say "ratio", "‖∂E/∂W‖", say "largest_slope",
    has_bound and say "slopes_at_most" or ""}
  for l, layer in ipairs(result) do
    rows[l + 1] = {l .. " " .. layer.activation, host.number(layer.z), number_or_dash(layer.ratio),
      host.number(layer.W), number_or_dash(layer.slope),
      has_bound and put_bound(layer, #result - l + 1) or ""}
  end
  return say(result.samples == 1 and "loss_of_one" or "loss_of_many", host.number(result.loss),
    result.samples) .. "\n" .. grid(rows, {true, [6] = true}) .. "\n"
    .. paragraph(say(has_bound and "norms_bounded" or "norms_explained"))
end

local function put_units(texts, kind, units, layer)
  if #units > 0 then
    texts[#texts + 1] = say(kind, #units, layer.units, list(units, ", "))
  end
end

function text_of.states(result)
  local lines = {}
  for l, layer in ipairs(result) do
    local texts = {}
    put_units(texts, "dead", layer.dead, layer)
    put_units(texts, "saturated", layer.saturated, layer)
    if #texts == 0 then
      texts[1] = say("all_alive", layer.units)
    end
    lines[l] = of_layer(result, l, concat(texts, say "semicolon"))
  end
  return concat(lines, "\n")
end

function text_of.twins(result)
  local lines = {}
  for l, layer in ipairs(result) do
    local groups = {}
    for i, group in ipairs(layer.groups) do
      groups[i] = list(group, " = ")
    end
    lines[l] = of_layer(result, l, layer.same > 0
      and say("twins", layer.same, layer.units, list(groups, say "comma"))
      or say("no_twins", layer.units))
  end
  return #lines > 0 and concat(lines, "\n") or say "no_hidden"
end

-- As it would be typed, where it is not too large.
local function put_matrix(matrix, rows, columns)
  if rows * columns > MOST_NUMBERS then
    return host.results(matrix)
  end
  local typed = {}
  for j = 1, rows do
    typed[j] = {}
    for i = 1, columns do
      typed[j][i] = matrix[j][i]
    end
  end
  return host.results(typed)
end

-- Text of several lines behind a name, its lines below each other.
local function behind(name, text)
  return name .. string.gsub(text, "\n", "\n" .. rep(" ", width(name)))
end

function text_of.collapsed(result)
  local names, shapes = {}, {}
  for l, layer in ipairs(result) do
    names[#result - l + 1] = "W" .. l
    shapes[#result - l + 1] = format("(%d×%d)", layer.units, layer.inputs)
  end
  local rows, columns = result[#result].units, result[1].inputs
  return paragraph(say("collapsed", concat(names, "·"),
    #names > 1 and format("%s = %d×%d", concat(shapes, "·"), rows, columns) or shapes[1]))
    .. "\n" .. behind("W = ", put_matrix(result.W, rows, columns))
    .. "\n" .. behind("b = ", host.results(result.b))
end

-- ---- the perceptron ------------------------------------------------------------------------

local function count_numbers(value)
  local count = type(value) ~= "table" and 1 or 0
  for _, item in pairs(type(value) == "table" and value or {}) do
    count = count + count_numbers(item)
  end
  return count
end

-- "1, −1" of a list, "1, −1; 0, 2" of a matrix.
local function flat(value)
  if type(value) ~= "table" then
    return host.number(value)
  end
  local texts = {}
  for i, item in ipairs(value) do
    texts[i] = flat(item)
  end
  return concat(texts, type(value[1]) == "table" and "; " or ", ")
end

local function names_of(parameters)
  local names = {}
  for name in pairs(count_numbers(parameters) <= MOST_PARAMETERS and parameters or {}) do
    names[#names + 1] = name
  end
  table.sort(names)
  return names
end

local function epochs_of(history, names)
  local rows, is_left = {{say "epoch", say "mistakes"}}, {}
  for i, name in ipairs(names) do
    rows[1][i + 2], is_left[i + 2] = name, true
  end
  for k, epoch in ipairs(history) do
    local row = {format("%d", epoch.epoch), format("%d", epoch.mistakes)}
    for i, name in ipairs(names) do
      row[i + 2] = flat(epoch.parameters[name])
    end
    if #history <= MOST_EPOCHS or k <= FIRST_EPOCHS or k > #history - LAST_EPOCHS then
      rows[#rows + 1] = row
    elseif k == FIRST_EPOCHS + 1 then
      rows[#rows + 1] = {"…", "…"}
    end
  end
  return grid(rows, is_left)
end

local function ending_of(result)
  if result.settled then
    return say("perceptron_settled", result.epochs)
  elseif result.again then
    local before = result.again == 0 and say "of_the_start" or say("after_epoch", result.again)
    return say("perceptron_cycle", result.epochs, before)
  end
  return say("perceptron_not_settled", result.epochs, result.mistakes)
end

function text_of.perceptron(result)
  local ending = paragraph(ending_of(result))
  if #result.history == 0 then
    return ending
  end
  return epochs_of(result.history, names_of(result.history[1].parameters)) .. "\n" .. ending
end

-- ---- learning rates ------------------------------------------------------------------------

local LEAST_EPOCHS, USUAL_EPOCHS, MOST_RATES = 10, 100, 100
local OFTEN, SWING, FAR, STILL = 1 / 4, 0.01, 0.1, 1e-12 -- as the help of sweep has them

local explain = {}

function explain.settles()
  return ""
end

function explain.crawls(run)
  return say("still_to_go", format("%.0f", 100 * run.left))
end

function explain.sticks(run)
  return say("does_not_move", format("%.0f", 100 * run.left))
end

function explain.oscillates(run)
  return say("swings", host.number(run.low), host.number(run.high))
end

function explain.diverges(run)
  return run.failed and say("overflows", run.failed) or say "above_start"
end

function text_of.sweep(result)
  local rows = {{say "rate", say "loss_after", say "rises", ""}}
  for i, run in ipairs(result) do
    rows[i + 1] = {host.number(run.rate), number_or_dash(run.last), format("%d", run.rises),
      say(run.verdict) .. explain[run.verdict](run)}
  end
  return say("loss_before", host.number(result.first)) .. "\n" .. grid(rows, {[4] = true})
end

-- The mean loss over the samples as training takes them: what a step of length 0 finds.
local function loss_of(net, options)
  return net:copy():train{inputs = options.inputs, targets = options.targets, eta = 0}.loss
end

-- Train a copy, and note the mean loss of each epoch.  A step that overflows is a result, too.
local function run_rate(net, options, rate)
  local run, copy, training = {rate = rate, history = {}}, net:copy(), {}
  for name, value in pairs(options) do
    training[name] = value
  end
  training.net, training.rates, training.eta, training.every = nil, nil, rate, 1
  function training.callback(progress)
    run.history[#run.history + 1] = progress.loss
  end
  local succeeded, trained = pcall(copy.train, copy, training)
  if succeeded then
    succeeded, run.last = pcall(loss_of, copy, options)
    run.reason, run.settled = trained.reason, trained.settled
    run.failed = not succeeded and #run.history or nil
  else
    run.failed = math.tointeger(tonumber(match(trained, "in epoch (%d+) ")))
    run.reason = trained
  end
  if not succeeded then
    run.last = nil
  end
  if not run.failed and not succeeded then
    error(trained, 0)
  end
  run.epochs = #run.history
  return run
end

local function add_rises(run)
  local losses = table.move(run.history, 1, #run.history, 1, {})
  losses[#losses + 1] = run.last
  run.rises, run.late_rises, run.late = 0, 0, 0
  run.low, run.high = math.huge, -math.huge
  for k, loss in ipairs(losses) do
    local is_late, has_risen = k > #losses / 2, k > 1 and loss > losses[k - 1]
    run.rises = run.rises + (has_risen and 1 or 0)
    if is_late then
      run.late, run.late_rises = run.late + 1, run.late_rises + (has_risen and 1 or 0)
      run.low, run.high = math.min(run.low, loss), math.max(run.high, loss)
    end
  end
end

-- Is every loss of the last tenth of the epochs above the one of the start?
local function ends_above(run, first)
  for k = #run.history - #run.history // 10 + 1, #run.history do
    if run.history[k] <= first then
      return false
    end
  end
  return run.last > first
end

local function judge(run, first)
  if run.failed then
    return "diverges"
  elseif run.settled then
    return "settles"
  elseif ends_above(run, first) then
    return "diverges"
  elseif run.late_rises >= OFTEN * run.late and run.high - run.low > SWING * first then
    return "oscillates"
  end
end

local function judge_far(run, first)
  return run.high - run.low > STILL * first and "crawls" or "sticks"
end

-- Those left over settle, but for those that have far to go to where the best of them is.
local function judge_rest(runs, first)
  local best = first
  for _, run in ipairs(runs) do
    if not run.verdict or run.verdict == "settles" then
      best = math.min(best, run.last)
    end
  end
  for _, run in ipairs(runs) do
    run.left = run.last and first > best and (run.last - best) / (first - best) or nil
    run.verdict = run.verdict or run.left and run.left > FAR and judge_far(run, first) or "settles"
  end
end

local function check_rates(rates)
  if type(rates) ~= "table" or #rates == 0 or #rates > MOST_RATES then
    error(format("rates must be a list of 1 to %d learning rates, as in {0.1, 1, 10}, got %s",
      MOST_RATES, type(rates) == "table" and #rates .. " of them" or host.describe(rates)), 0)
  end
  for i, rate in ipairs(rates) do
    if type(rate) ~= "number" or not (rate > 0 and rate < math.huge) then
      error(format("rate %d must be a number above 0, got %s", i, host.describe(rate)), 0)
    end
  end
end

local function check_options(options)
  if type(options) ~= "table" then
    error("the argument of sweep must be a table, got " .. host.describe(options), 0)
  end
  for _, name in ipairs {"eta", "callback", "every", "history"} do
    if options[name] ~= nil then
      error(format("sweep takes rates, and what net:train takes but %s", name), 0)
    end
  end
  if not host.is_net(options.net) then
    error("net must be a network, as mlp{...} makes it, got " .. host.describe(options.net), 0)
  end
  local epochs = options.epochs
  if epochs ~= nil and not (math.type(epochs) == "integer" and epochs >= LEAST_EPOCHS) then
    error(format("epochs must be a whole number of at least %d, so that there is something to "
      .. "judge by, got %s", LEAST_EPOCHS, host.describe(epochs)), 0)
  end
  check_rates(options.rates)
end

local function sweep(options)
  check_options(options)
  local chosen = {}
  for name, value in pairs(options) do
    chosen[name] = value
  end
  chosen.epochs = chosen.epochs or USUAL_EPOCHS
  local result = {first = loss_of(chosen.net, chosen)}
  for i, rate in ipairs(chosen.rates) do
    local run = run_rate(chosen.net, chosen, rate)
    add_rises(run)
    run.verdict = judge(run, result.first)
    result[i] = run
  end
  judge_rest(result, result.first)
  return experiments.make("sweep", result)
end

function experiments.sweep(options)
  local succeeded, result = pcall(sweep, options)
  return succeeded and result or error(checker.plain(result), 0)
end

host.document(experiments.sweep,
  "sweep{net = net, inputs = X, targets = D, rates = {0.1, 1, 10}, epochs = 100, ...} -> table",
  "Train a copy of the network at each learning rate, all from the same start, and say what comes "
  .. "of it; the network itself stays as it is. Options are those of net:train. rises counts the "
  .. "epochs whose loss is above that of the epoch before. A rate diverges if a number overflows, "
  .. "or if the loss is above that of the start throughout the last tenth of the epochs; it "
  .. "oscillates if in the second half the loss rises at least at every fourth epoch, and moves by "
  .. "more than a hundredth of the loss of the start; it crawls if more than a tenth of the way "
  .. "from the start to the best of the others is still to go, or sticks there if in the second "
  .. "half the loss does not move, as when each step jumps across the valley or units are dead; "
  .. "else it settles, as it does where the goal of stop_below or stop_within is reached. Fields: "
  .. "r[1].rate, .verdict, .last (the loss after training), .rises, .epochs, .history, .reason for "
  .. "the first rate, and r.first, the loss before training.")

-- ---- results -------------------------------------------------------------------------------

local metatables = {}
for kind, text in pairs(text_of) do
  metatables[kind] = {__name = "result", __tostring = text}
end

-- A linear network as one of a single layer.
local function add_net(result)
  local last = result[#result]
  result.net = mlp{result[1].inputs, last.units, output = "identity", loss = result.loss,
    notation = "delta"}
  result.net:set{W1 = result.W, b1 = result.b}
  result.loss = nil
end

function experiments.make(kind, result)
  if kind == "collapsed" then
    add_net(result)
  end
  return setmetatable(result, metatables[kind])
end

return experiments
