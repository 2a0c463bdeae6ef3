-- Data: matrices, data sets, files of numbers, and what training makes of them.

local lu = require("luaunit")
local support = require("support")

local NAN = 0 / 0

local function lines_of(command)
  local run <close> = assert(io.popen(command))
  local lines = {}
  for line in run:lines() do
    lines[#lines + 1] = line
  end
  return lines
end

local directory

local function write(name, text)
  local path = directory .. "/" .. name
  local file <close> = assert(io.open(path, "wb"))
  file:write(text)
  return path
end

local function no_state()
  return nil
end

TestMatrix = {}

function TestMatrix.test_a_matrix_reads_like_a_table_of_rows()
  local rows = {{1, 2, 3}, {4, 5, 6}}
  local m = matrix(rows)
  lu.assertEquals({#m, m.rows, m.columns, #m[1]}, {2, 2, 3, 3})
  lu.assertEquals({m[2][3], m[1][4], m[3], m[0], m[1.5]}, {6})
  lu.assertEquals(m:totable(), rows)
  lu.assertEquals({table.unpack(m:row(2))}, {4, 5, 6})
  lu.assertEquals(m[1]:totable(), {1, 2, 3})
  for i, row in ipairs(m) do
    for j, value in ipairs(row) do
      lu.assertEquals(value, rows[i][j])
    end
  end
  lu.assertTrue(matrix(m:totable()) == m)
  lu.assertTrue(matrix{m[1], m[2]} == m)
  lu.assertTrue(matrix{m[2], m[1]} ~= m)
  lu.assertTrue(matrix{7, 8} == matrix{{7}, {8}})
  lu.assertNil(m.names)
end

function TestMatrix.test_columns_have_names()
  local m = matrix({{1, 2}, {3, 4}}, {"density", "sugar"})
  lu.assertEquals(m.names, {"density", "sugar"})
  lu.assertEquals(m[2].sugar, 4)
  lu.assertEquals(m:pick{"sugar", 1}.names, {"sugar", "density"})
  lu.assertEquals(m:pick "sugar":totable(), {{2}, {4}})
  lu.assertEquals(m:slice(2).names, {"density", "sugar"})
end

function TestMatrix.test_parts_are_matrices()
  local m = matrix{{1, 2}, {3, 4}, {5, 6}}
  lu.assertEquals(m:slice(2):totable(), {{3, 4}, {5, 6}})
  lu.assertEquals(m:slice(1, 1):totable(), {{1, 2}})
  lu.assertEquals(m:pick(2):totable(), {{2}, {4}, {6}})
end

function TestMatrix.test_what_is_no_matrix_is_refused()
  local m = matrix({{1, 2}, {3, 4}}, {"density", "sugar"})
  support.each_refuses({
    {"the rows must be a table, got nil", matrix},
    {"a matrix must have at least one row", matrix, {}},
    {"row 1 of the matrix must have at least one number", matrix, {{}}},
    {"row 2 of the matrix must be a table of 2 numbers, got 1 number", matrix, {{1, 2}, {3}}},
    {"row 2 of the matrix: number 1 must be a finite number, got nan", matrix, {{1}, {NAN}}},
    {"the matrix: number 2 must be a finite number, got \"x\"", matrix, {1, "x"}},
    {"the names must be a table of 2 names, got 1 name", matrix, {{1, 2}}, {"a"}},
    {"the name of a column must be a string, got 1", matrix, {{1, 2}}, {"a", 1}},
    {"two columns are called \"a\": columns 1 and 2", matrix, {{1, 2}}, {"a", "a"}},
    {"the row must be from 1 to 2, got 3", m.row, m, 3},
    {"the first row must be from 1 to 2, got 0", m.slice, m, 0},
    {"the last row, 1, is before the first, 2", m.slice, m, 2, 1},
    {"a column must be from 1 to 2, got 3", m.pick, m, 3},
    {"no column is called \"suger\": did you mean sugar?", m.pick, m, {"suger"}},
    {"no column is called \"suger\": did you mean sugar?", function() return m[1].suger end},
    {"pick must be told at least one column", m.pick, m, {}},
    {"a matrix has no field colums: did you mean columns?", function() return m.colums end},
    {"a matrix has no field slic: did you mean slice?", function() return m.slic end},
    {"a matrix never changes: make another of m:totable()", function() m[1] = {5, 6} end},
    {"a matrix never changes: make another of m:totable()", function() m[1][1] = 5 end},
    {"labels are one column, this matrix has 2 columns", m.one_hot, m},
    {"classes must be from 1 to 100000, got 0", m.one_hot, matrix{1}, 0},
  }, function() return m:totable() end)
end

function TestMatrix.test_a_closed_matrix_says_so()
  local kept
  do
    local m <close> = matrix{1, 2}
    kept = m
  end
  lu.assertEquals(tostring(kept), "closed matrix")
  support.refuses("the matrix is closed", function() return #kept end)
  support.refuses("the matrix is closed", function() return mlp{1, 1}:forward(kept) end)
end

-- A matrix is shown with its points below one another; of a long one the ends.
function TestMatrix.test_the_text_is_a_short_table()
  local rows = {}
  for i = 1, 12 do
    rows[i] = {i == 1 and 0.25 or 100 * i, -i}
  end
  lu.assertEquals(tostring(matrix(rows, {"long name of a column", "b"})), table.concat({
    "12×2 matrix",
    "    long name of a c…    b",
    " 1               0.25   -1",
    " 2             200      -2",
    " 3             300      -3",
    " 4             400      -4",
    " 5             500      -5",
    " 6             600      -6",
    " 7             700      -7",
    " 8             800      -8",
    "…",
    "12            1200     -12"}, "\n"))
  lu.assertEquals(tostring(matrix{{1, 2}}), "1×2 matrix\n1  1  2")
  lu.assertStrContains(tostring(data("digits", {samples = 1}).inputs), "1×144 matrix, its first ")
  lu.assertEquals(tostring(matrix{{1, 0.5}}[1]), "{1, 0.5}")
end

TestPrepared = {}

-- Mean 5/2 and deviation √(5/4) of 1, 2, 3, 4.
function TestPrepared.test_other_data_are_standardised_alike()
  local z, scale = matrix{{1, 7}, {2, 7}, {3, 7}, {4, 7}}:standardise()
  lu.assertEquals(scale, {means = {2.5, 7}, deviations = {math.sqrt(1.25), 1}})
  lu.assertEquals(z:totable()[1], {-1.5 / math.sqrt(1.25), 0})
  local other, same = matrix{{2.5, 8}}:standardise(scale)
  lu.assertEquals(other:totable(), {{0, 1}})
  lu.assertEquals(same, scale)
end

function TestPrepared.test_a_scale_that_does_not_fit_is_refused()
  local m = matrix{{1, 2}}
  support.each_refuses({
    {"the scale must be a table, got 3", m.standardise, m, 3},
    {"means must be a table of 2 numbers, got nil", m.standardise, m, {}},
    {"means must be a table of 2 numbers, got 1 number", m.standardise, m, {means = {1}}},
    {"deviations: number 2 must be more than 0",
      m.standardise, m, {means = {1, 2}, deviations = {1, 0}}},
    {"unknown scale option \"mean\": did you mean means?", m.standardise, m, {mean = {1, 2}}},
  }, no_state)
end

function TestPrepared.test_labels_become_columns()
  lu.assertEquals(matrix{1, 0, 2}:one_hot():totable(), {{0, 1, 0}, {1, 0, 0}, {0, 0, 1}})
  lu.assertEquals(matrix{1}:one_hot(3):totable(), {{0, 1, 0}})
end

-- Rows of both matrices that go together stay together, and all are there.
function TestPrepared.test_a_split_keeps_rows_together()
  local inputs, targets = {}, {}
  for i = 1, 40 do
    inputs[i], targets[i] = {i, 2 * i}, i % 4 == 0 and 1 or 0
  end
  local d = {inputs = matrix(inputs), targets = matrix(targets)}
  local train, validation = split(d, {share = 0.3, seed = 5, stratified = true})
  local seen, ones = {}, 0
  for _, part in ipairs{train, validation} do
    for k, row in ipairs(part.inputs) do
      lu.assertEquals(part.targets[k][1], row[1] % 4 == 0 and 1 or 0)
      lu.assertNil(seen[row[1]])
      seen[row[1]] = true
    end
  end
  for _, row in ipairs(validation.targets) do
    ones = ones + row[1]
  end
  lu.assertEquals({#train.inputs, #validation.inputs, ones}, {28, 12, 3})
  local again = split(d, {share = 0.3, seed = 5, stratified = true})
  lu.assertTrue(again.inputs == train.inputs)
  lu.assertTrue(split(d, {share = 0.3, seed = 6}).inputs ~= train.inputs)
end

function TestPrepared.test_shuffling_is_by_seed_and_loses_nothing()
  local d = data "watermelon"
  local s = shuffle(d, 3)
  lu.assertTrue(s.inputs ~= d.inputs)
  lu.assertTrue(shuffle(d.inputs, 3) == s.inputs)
  local sum = 0
  for i = 1, 17 do
    sum = sum + s.inputs[i].density * s.targets[i].good - d.inputs[i].density * d.targets[i].good
  end
  lu.assertAlmostEquals(sum, 0, 1e-12)
end

function TestPrepared.test_what_cannot_be_split_is_refused()
  local d = data "xor"
  support.each_refuses({
    {"the data must be a matrix, as matrix{...} makes it of a table, got 3", split, 3},
    {"inputs must be a matrix, as matrix{...} makes it of a table, got a table",
      split, {inputs = {{1}, {2}}}},
    {"the data must be a matrix or a table of matrices, got an empty table", shuffle, {}},
    {"a stratified split needs the classes: {inputs = ..., targets = ...}, got a matrix",
      split, d.inputs, {stratified = true}},
    {"a stratified split needs targets, got nil",
      split, {inputs = d.inputs}, {stratified = true}},
    {"the share must be between 0 and 1, got 1", split, d, {share = 1}},
    {"one row cannot be split in two parts", split, matrix{1}},
    {"unknown split option \"shre\": did you mean share?", split, d, {shre = 0.5}},
  }, no_state)
  local worked, message = pcall(split, {a = matrix{1}, b = matrix{1, 2}})
  lu.assertFalse(worked)
  lu.assertStrContains(message, "they must be as many")
end

TestSets = {}

function TestSets.test_sets_come_by_name()
  local d = data "watermelon"
  lu.assertEquals({#d.inputs, d.inputs.columns, #d.targets}, {17, 2, 17})
  lu.assertEquals(d.inputs[17]:totable(), {0.719, 0.103})
  lu.assertEquals(data "xor".targets:totable(), {{0}, {1}, {1}, {0}})
  local moons = data("moons", {samples = 50, noise = 0.2, seed = 7})
  lu.assertEquals(#moons.inputs, 50)
  lu.assertTrue(data("moons", {samples = 50, noise = 0.2, seed = 7}).inputs == moons.inputs)
  lu.assertTrue(data("moons", {samples = 50, noise = 0.2, seed = 8}).inputs ~= moons.inputs)
end

function TestSets.test_the_help_and_the_list_name_every_set()
  local text = tostring(help(data)):gsub("%s+", " ")
  local count = 0
  for name in tostring(data()):gmatch "[^\n]+" do
    lu.assertStrContains(text, "\"" .. name:match "^%S+" .. "\"")
    count = count + 1
  end
  lu.assertEquals(count, 7)
end

function TestSets.test_an_unknown_set_or_option_is_refused()
  support.each_refuses({
    {"there is no data set called \"watermelons\": did you mean watermelon? (data() lists them)",
      data, "watermelons"},
    {"the name of a data set must be a string, got 3", data, 3},
    {"xor has its 4 samples: there is nothing to choose, got \"samples\"",
      data, "xor", {samples = 5}},
    {"samples must be from 1 to 9223372036854775807, got 0", data, "moons", {samples = 0}},
    {"noise is -1: a finite number, 0 or more, is possible", data, "moons", {noise = -1}},
    {"unknown data option \"sample\": did you mean samples?", data, "moons", {sample = 1}},
    {"not enough memory", data, "moons", {samples = math.maxinteger}},
  }, no_state)
end

TestFiles = {}

function TestFiles.setUp()
  directory = lines_of("mktemp -d")[1]
end

function TestFiles.tearDown()
  os.execute("rm -rf " .. directory)
end

function TestFiles.test_csv_is_read()
  local path = write("melons.csv", "id;density;sugar\nA;0.697;0.460\nB;0.774;0.376\n")
  local m = read_csv(path, {separator = ";", columns = {"sugar", 2}})
  lu.assertEquals(m:totable(), {{0.46, 0.697}, {0.376, 0.774}})
  lu.assertEquals(m.names, {"sugar", "density"})
  lu.assertEquals(read_csv(write("plain.csv", "1,2\n3,4\n")):totable(), {{1, 2}, {3, 4}})
  lu.assertEquals(read_csv(write("years.csv", "2023\n1\n"), {header = true}).names, {"2023"})
end

-- Two images of 2 × 2 bytes, and their labels.
function TestFiles.test_idx_is_read()
  local images = write("images", "\0\0\8\3\0\0\0\2\0\0\0\2\0\0\0\2\0\51\102\255\1\2\3\4")
  local labels = write("labels", "\0\0\8\1\0\0\0\2\2\0")
  lu.assertEquals(read_idx(images):totable(), {{0, 51, 102, 255}, {1, 2, 3, 4}})
  lu.assertEquals(read_idx(images, {scale = true}):slice(1, 1):totable(), {{0, 0.2, 0.4, 1}})
  lu.assertEquals(read_idx(labels):totable(), {{2}, {0}})
  lu.assertEquals(read_idx(labels, {one_hot = true}):totable(), {{0, 0, 1}, {1, 0, 0}})
  lu.assertEquals(read_idx(labels, {one_hot = 4}):slice(1, 1):totable(), {{0, 0, 1, 0}})
end

function TestFiles.test_a_file_that_is_damaged_or_no_file_is_refused_by_name()
  local csv = write("ragged.csv", "a,b\n1,2\n3\n")
  local idx = write("cut", "\0\0\8\1\0\0\0\3\2\0")
  local labels = write("labels", "\0\0\8\1\0\0\0\2\2\0")
  local missing, pipe = directory .. "/missing", directory .. "/pipe"
  local huge = directory .. "/huge"
  os.execute("mkfifo " .. pipe)
  os.execute("truncate --size=8T " .. huge)
  support.each_refuses({
    {'"' .. csv .. '": line 3 has 1 value where line 1 has 2', read_csv, csv},
    {'"' .. idx .. '": its sizes ask for 3 rows of 1 bytes, 3 bytes, but 2 bytes follow',
      read_idx, idx},
    {'"' .. labels .. '": row 1: a label is a whole number from 0 to 1, not 2',
      read_idx, labels, {one_hot = 2}},
    {'cannot read "' .. missing .. '": No such file or directory', read_csv, missing},
    {'cannot read "' .. directory .. '": Is a directory', read_csv, directory},
    {'cannot read "' .. pipe .. '": it is not a regular file', read_csv, pipe},
    {'cannot read "/dev/zero": it is not a regular file', read_idx, "/dev/zero"},
    {"the file must be a string, got nil", read_csv},
    {"separator must be one character such as \";\" or \"\\t\", got \"ab\"",
      read_csv, csv, {separator = "ab"}},
    {"columns must have at least one column", read_csv, csv, {columns = {}}},
    {"a column must be a whole number, got true", read_csv, csv, {columns = {true}}},
    {"unknown read_csv option \"heder\": did you mean header?", read_csv, csv, {heder = true}},
    {"unknown read_idx option \"scal\": did you mean scale?", read_idx, idx, {scal = true}},
    {"scale must be true or false, got 1", read_idx, labels, {scale = 1}},
  }, no_state)
  local worked, message = pcall(read_csv, huge)
  lu.assertFalse(worked)
  lu.assertStrMatches(message,
    '.*cannot read ".*": it has 8796093022208 bytes, and a session may hold %d+')
end

TestBatches = {}

-- The loss of a batch is the mean of those of its samples, and its slope the mean of their slopes.
function TestBatches.test_a_matrix_is_a_batch()
  local net, d = mlp{2, 3, 1, seed = 4}, data "watermelon"
  local y, loss, slope = net:forward(d.inputs), 0, 0
  for i = 1, 17 do
    lu.assertEquals(y[i]:totable(), net:forward(d.inputs[i]))
    loss = loss + net:loss(d.inputs[i], d.targets[i])
    slope = slope + net:gradients(d.inputs[i], d.targets[i]).v[2][3]
  end
  lu.assertAlmostEquals(net:loss(d.inputs, d.targets), loss / 17, 1e-15)
  lu.assertAlmostEquals(net:gradients(d.inputs, d.targets).v[2][3], slope / 17, 1e-15)
end

function TestBatches.test_tables_of_rows_are_the_same_batch()
  local net, d = mlp{2, 3, 1, seed = 4}, data "xor"
  local x, t = d.inputs:totable(), d.targets:totable()
  lu.assertTrue(net:forward(x) == net:forward(d.inputs))
  lu.assertEquals(net:loss(x, t), net:loss(d.inputs, d.targets))
  lu.assertEquals(net:loss(x, {0, 1, 1, 0}), net:loss(d.inputs, d.targets))
  lu.assertEquals(net:gradients({d.inputs[1], d.inputs[2]}, {0, 1}),
    net:gradients(d.inputs:slice(1, 2), d.targets:slice(1, 2)))
end

function TestBatches.test_training_takes_matrices_and_tables_alike()
  local d = data("moons", {samples = 60, seed = 2})
  local one, other = mlp{2, 4, 1, seed = 1}, mlp{2, 4, 1, seed = 1}
  local options = {eta = 0.5, epochs = 20, batch = 4, seed = 3}
  options.inputs, options.targets = d.inputs, d.targets
  local trained = one:train(options)
  options.inputs, options.targets = d.inputs:totable(), d.targets:totable()
  lu.assertEquals(other:train(options), trained)
  lu.assertEquals(other:get(), one:get())
end

function TestBatches.test_parameters_may_be_matrices_and_rows()
  local net = mlp{2, 2, 1}
  net:set{v = matrix{{1, 2}, {3, 4}}, gamma = matrix{{5, 6}}[1]}
  lu.assertEquals(net:get().v, {{1, 2}, {3, 4}})
  lu.assertEquals(net:get().gamma, {5, 6})
end

function TestBatches.test_what_does_not_fit_the_network_is_refused()
  local net, d = mlp{2, 2, 1, seed = 1}, data "xor"
  local wide = matrix{{1, 2, 3}}
  support.each_refuses({
    {"the inputs must have rows of 2 numbers, got a matrix with rows of 3 numbers",
      net.forward, net, wide},
    {"inputs must have rows of 2 numbers, got a matrix with rows of 3 numbers",
      net.train, net, {inputs = wide, targets = d.targets}},
    {"the inputs must be a table of 2 numbers, got a row of 3 numbers", net.forward, net, wide[1]},
    {"the targets must have as many rows as the inputs: got 3 rows for 4",
      net.loss, net, d.inputs, d.targets:slice(2)},
    {"targets must have as many rows as inputs: got 3 rows for 4",
      net.train, net, {inputs = d.inputs, targets = d.targets:slice(2)}},
    {"the targets must be a table, got nil", net.gradients, net, d.inputs},
    {"row 2 of the inputs must be a table of 2 numbers, got a row of 3 numbers",
      net.forward, net, {{1, 2}, wide[1]}},
    {"v must be a table of 2 rows of 2 numbers, got a matrix of 1 row of 3 numbers",
      net.set, net, {v = wide}},
    {"gamma must be a table of 2 numbers, got a matrix of 1 row of 3 numbers",
      net.set, net, {gamma = wide}},
  }, function() return net:get() end)
end

os.exit(lu.LuaUnit.run(), true)
