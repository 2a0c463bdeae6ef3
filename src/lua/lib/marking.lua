-- How a lesson is marked: the fields of its head that say so, and what they come to.  Of a lesson:
--     marking      as host.key takes it
--     tapes        its tape in each notation that a sheet may be in, by the notation's name
--     notations    these names, the lesson's own first; "" of a tape that has none
--     fixed        by name: the givens whose values are the source's, and stay

local host = ...
local checker = host.require "checker"
local concat, format = table.concat, string.format

local marking = {}

local CONVENTIONS = {"sign", "factor", "layout"}
local SHARES = {"follows", "coarse", "convention", "attempt", "hint"}
local CLOSE = 1e-9 -- a part by which two numbers that a sheet prints do differ

-- ---- the head ------------------------------------------------------------------------------

-- An array of strings; empty where the field is not there.
local function read_names(check, what, value)
  local names = {}
  if value ~= nil and type(value) ~= "table" then
    check:complain("%s must be a list of names, got %s", what, host.describe(value))
    return names
  end
  for _, name in ipairs(value and checker.copy(value) or {}) do
    names[#names + 1] = check:string(what, name)
  end
  return names
end

local function read_conventions(check, value, into)
  for _, name in ipairs(read_names(check, "conventions", value)) do
    if checker.is_one_of(name, CONVENTIONS) then
      into[name] = true
    else
      check:complain("conventions are %s, got %s%s", concat(CONVENTIONS, ", "),
        host.describe(name), host.nearest(name, CONVENTIONS))
    end
  end
end

local function is_share(value)
  return type(value) == "number" and value >= 0 and value <= 1
end

local function read_shares(check, value, into)
  if value ~= nil and type(value) ~= "table" then
    check:complain("marks must be a table of shares, got %s", host.describe(value))
    return
  end
  local shares = value and checker.copy(value) or {}
  check:fields(shares, SHARES)
  for _, name in ipairs(SHARES) do
    if shares[name] ~= nil and not is_share(shares[name]) then
      check:complain("marks.%s is a share, from 0 to 1, got %s", name,
        host.describe(shares[name]))
    else
      into[name] = shares[name]
    end
  end
end

local function read_marking(check, self, fields)
  local into = {decimals = self.digits.decimals, figures = self.digits.figures}
  if fields.truncation ~= nil and type(fields.truncation) ~= "boolean" then
    check:complain("truncation must be true or false, got %s", host.describe(fields.truncation))
  else
    into.truncation = fields.truncation
  end
  read_conventions(check, fields.conventions, into)
  read_shares(check, fields.marks, into)
  return into
end

-- ---- notations -----------------------------------------------------------------------------

-- In another notation a quantity may be none: the sum before a threshold is taken off, for one.
local function check_asked(check, self, notation)
  for _, question in ipairs(self.questions) do
    if question.name and not host.entry_in(self.tapes[notation], self.tape, question.name) then
      check:complain("notations: question %d (%s) has no entry in the notation %s",
        question.number, question.name, notation)
    end
  end
end

local function add_notation(check, self, notation)
  if self.tapes[notation] then
    return
  end
  local succeeded, tape = pcall(self.tape.as, self.tape, notation)
  if not succeeded then
    check:complain("notations: %s", tape)
    return
  end
  self.notations[#self.notations + 1] = notation
  self.tapes[notation] = tape
  check_asked(check, self, notation)
end

local function read_notations(check, self, value)
  local names = read_names(check, "notations", value)
  local own = self.tape and host.notation(self.tape)
  self.notations, self.tapes = {own or ""}, {[own or ""] = self.tape}
  if #names > 0 and not own then
    check:complain "notations are those of a network, and the lesson has no network's tape"
    return
  end
  for _, notation in ipairs(names) do
    add_notation(check, self, notation)
  end
end

local function read_fixed(check, self, value)
  self.fixed = {}
  for _, name in ipairs(read_names(check, "fixed", value)) do
    local found, entry = pcall(function()
      return self.tape:entry(name)
    end)
    if not self.tape then
      check:complain "fixed names what a tape is given, and the lesson has no tape"
    elseif not found then
      check:complain("fixed: %s", entry)
    elseif entry.phase ~= "given" then
      check:complain("fixed: %s is not given", name)
    else
      self.fixed[entry.name] = true
    end
  end
end

-- After the blocks have been read.
function marking.read(check, self, fields)
  check:at("%s", self.path)
  self.marking = read_marking(check, self, fields)
  read_notations(check, self, fields.notations)
  read_fixed(check, self, fields.fixed)
end

-- The questions as host.key takes them, in that notation.
function marking.questions(self, notation)
  local tape, questions = self.tapes[notation], {}
  for i, question in ipairs(self.questions) do
    local name = tape == self.tape and question.name
      or host.entry_in(tape, self.tape, question.name)
    questions[i] = {name = name, figures = question.figures, points = question.points}
  end
  return questions
end

-- ---- variants ------------------------------------------------------------------------------

local function is_close(a, b)
  return math.abs(a - b) <= CLOSE * math.max(math.abs(a), math.abs(b))
end

-- Why someone who does not work it out would come to the value; nil where nobody does.
local function degeneracy(givens, value)
  if value - value ~= 0 then
    return "is not finite"
  elseif value == 0 or is_close(math.abs(value), 1) then
    return format("is %g", value)
  end
  for _, given in ipairs(givens) do
    if is_close(value, given.value) then
      return "is that of " .. given.name .. ", which is given"
    end
  end
end

local function givens_of(self)
  local givens = {}
  for _, entry in ipairs(self.entries) do
    if entry.phase ~= "given" then
      break
    end
    givens[#givens + 1] = {name = entry.name, value = entry.value}
  end
  return givens
end

-- The questions whose values are degenerate: why, by their names.
local function degenerate_questions(self)
  local faults, givens = {}, givens_of(self)
  for _, question in ipairs(self.questions) do
    faults[question.name] = degeneracy(givens, question.entry.value)
  end
  return faults
end

-- "that the rate is missing", of the question's own definition or another's.
function marking.describe(self, row)
  local question = self.questions[row.question]
  local place = row.item ~= question.name and format(" in %s", row.item) or ""
  return format("the mistake%s that %s", place, row.words)
end

-- What comes of each mistake: all rows of host.survey.
function marking.survey(self, key)
  return host.survey(key, true, self.fixed)
end

-- Of these, the mistakes in name only, as a forgotten factor 1 is, that are so by a given that is
-- not fixed.  That others are as small as honest rounding is nobody's fault.
function marking.hidden(rows)
  local hidden = {}
  for _, row in ipairs(rows) do
    if row.blamed then
      hidden[#hidden + 1] = row
    end
  end
  return hidden
end

local function check_degeneracy(self, printed)
  local meant = printed and degenerate_questions(printed) or {}
  local faults = degenerate_questions(self)
  for _, question in ipairs(self.questions) do
    local name = question.name
    if faults[name] and not meant[name] then
      return format("the value of %s %s", name, faults[name])
    end
  end
end

local function check_hidden(self, make_key)
  local succeeded, key = pcall(make_key, self)
  if not succeeded then
    return checker.plain(key)
  end
  local row = host.survey(key, false, self.fixed)[1]
  return row and format("question %d (%s) would not show %s", row.question,
    self.questions[row.question].name, marking.describe(self, row))
end

-- What is wrong with the figures of a variant, in half a sentence; or nil.  A value that would be
-- guessed from the printed figures, too (nil: there are none), is meant to be.
function marking.fault(self, printed, make_key)
  if #self.questions == 0 then
    return nil
  end
  return check_degeneracy(self, printed) or check_hidden(self, make_key)
end

return marking
