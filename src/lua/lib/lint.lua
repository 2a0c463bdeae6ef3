-- globals: lint
-- What is wrong with a lesson that a student could trip over.

local host = ...
local blocks, checker = host.require "blocks", host.require "checker"
local lesson, marking, words =
  host.require "lesson", host.require "marking", host.require "words"
local concat, format = table.concat, string.format

local lint = {}

local VARIANTS = 3 -- that are tried out

local function check_id(check, self)
  local stem = self.path:match "([^/]*)%.lua$" or self.path:match "[^/]*$"
  if stem ~= self.id then
    check:complain("id is %s, so the file should be called %s.lua", self.id, self.id)
  end
end

-- ---- places --------------------------------------------------------------------------------

-- The line of the source in which a question is asked; nil where it is put together.
local function line_of(self, name)
  local quoted = name:gsub("%p", "%%%0")
  local at = self.source:find("ask%s*=%s*[\"']" .. quoted .. "[\"']")
  return at and select(2, self.source:sub(1, at):gsub("\n", "")) + 1
end

-- "path:12: question 4 (w_11_new)"
local function label(self, question)
  local line = line_of(self, question.asked)
  return format("%s%s: question %d (%s)", self.path, line and ":" .. line or "", question.number,
    question.name)
end

-- ---- answers -------------------------------------------------------------------------------

local MOST_DIGITS = 15 -- that tell a double from what was meant

-- The digits that an honest solver types: those the lesson keeps, and those that are asked for.
local function digits_typed(self, question)
  local value, decimals = question.entry.value, self.digits.decimals
  local kept = self.digits.figures
  if decimals then
    kept = decimals + 1 + math.floor(math.log(math.abs(value), 10))
  end
  return math.min(math.max(kept, question.figures), MOST_DIGITS)
end

local function plural(count, noun)
  return format("%d %s%s", count, noun, count == 1 and "" or "s")
end

local function minus(text)
  return (text:gsub("-", "−"))
end

-- A lesson that keeps fewer digits of a value than it asks for teaches to state what is not known.
local function check_figures(check, self)
  local decimals = self.digits.decimals
  for _, question in ipairs(decimals and self.questions or {}) do
    local value = question.entry.value
    local rest = tonumber(format("%." .. decimals .. "f", math.abs(value)))
    local left = rest == 0 and 0 or decimals + 1 + math.floor(math.log(rest, 10) + 1e-9)
    if value ~= 0 and left < question.figures then
      check:at("%s", label(self, question))
      check:complain("asks for %s, but %s leave %d of %s: ask for fewer or give figures = N",
        plural(question.figures, "significant figure"), plural(decimals, "decimal"),
        math.max(left, 0), minus(format("%.3g", value)))
    end
  end
end

local function rounded(self, question)
  local value = question.entry.value
  return value == 0 and "0" or format("%." .. digits_typed(self, question) - 1 .. "e", value)
end

local function cut_off(self, question)
  local value = question.entry.value
  local mantissa, exponent = format("%." .. MOST_DIGITS - 1 .. "e", value):match "^(.*)(e.*)$"
  local length = digits_typed(self, question) + #mantissa:match "^%-?" + 1
  return value == 0 and "0" or mantissa:sub(1, length) .. exponent
end

local function to_line(question, text)
  return question.name .. " = " .. text
end

-- Each question's verdict on a sheet of what answer(self, question) gives.
local function verdicts(self, answer)
  local lines = {}
  for i, question in ipairs(self.questions) do
    lines[i] = to_line(question, answer(self, question))
  end
  local sheet = host.sheet(concat(lines, "\n"))
  return host.verdicts(host.judge(lesson.key(self), sheet)), lines
end

local function empty()
  return ""
end

local function zero()
  return "0"
end

-- Solutions must pass, and empty starts must fail.
local TRIALS = {
  {answer = rounded, right = true, rounded = true},
  {answer = cut_off, right = true, rounded = true, is_cut_off = true},
  {answer = empty, unanswered = true},
  {answer = zero, wrong = true},
}

local function check_trial(check, self, trial)
  local found, lines = verdicts(self, trial.answer)
  for i, question in ipairs(self.questions) do
    if not trial[found[i]] then
      check:at("%s", label(self, question))
      check:complain("the answer %s is found to be %s", lines[i], found[i])
    end
  end
end

-- Gives whether there is anything to be judged by.
local function check_questions(check, self)
  local has_key, reason = pcall(lesson.key, self)
  if #self.questions == 0 or not has_key then
    check[#check + 1] = #self.questions > 0 and self.path .. ": " .. reason or nil
    return false
  end
  check_figures(check, self)
  for _, trial in ipairs(TRIALS) do
    if not trial.is_cut_off or self.marking.truncation ~= false then
      check_trial(check, self, trial)
    end
  end
  return true
end

-- ---- mistakes ------------------------------------------------------------------------------

-- What can be done wrong in each question, and what hides it.
local function survey(self)
  return marking.survey(self, lesson.key(self))
end

-- A mistake that would be marked right, and which given should be another one.
local function describe(self, row)
  local text = marking.describe(self, row) .. " would be marked right"
  if row.hidden_by then
    text = format("%s, since %s = %.15g", text, row.hidden_by, row.given)
  end
  return row.better and format("%s; %s = %.4g would show it", text, row.hidden_by, row.better)
    or text
end

local function check_mistakes(check, self, rows)
  for _, row in ipairs(marking.hidden(rows)) do
    check:at("%s", label(self, self.questions[row.question]))
    check:complain("%s", describe(self, row))
  end
end

-- Of a question's mistakes: how many there are, are told apart, would be with more digits, and
-- change nothing that another given near would show; and those that a given hides, described.
local function count_mistakes(self, rows, number)
  local count = {all = 0, visible = 0, crowded = 0, idle = 0, hidden = {}}
  for _, row in ipairs(rows) do
    if row.question == number then
      local kind = row.visible and "visible" or row.distinct and "crowded"
        or row.hidden and not row.hidden_by and "idle"
      count.all = count.all + 1
      if kind then
        count[kind] = count[kind] + 1
      elseif row.hidden then
        count.hidden[#count.hidden + 1] = "    " .. describe(self, row)
      end
    end
  end
  return count
end

-- Of each question, how many of the mistakes that can be made in it are told apart; and those that
-- are not, as what they change is lost among honest rounding, or by a given that is fixed.
local function notes_of(self, rows)
  local notes = {}
  for i, question in ipairs(self.questions) do
    local count = count_mistakes(self, rows, i)
    notes[#notes + 1] = format("%s: %d of %d mistakes can be told apart%s", label(self, question),
      count.visible, count.all,
      count.crowded > 0 and format(", %d more with more digits", count.crowded) or "")
    table.move(count.hidden, 1, #count.hidden, #notes + 1, notes)
    if count.idle > 0 then
      notes[#notes + 1] = format("    %d%s %s nothing here", count.idle,
        #count.hidden > 0 and " more" or "", count.idle == 1 and "changes" or "change")
    end
  end
  return notes
end

-- ---- givens --------------------------------------------------------------------------------

-- Students go on from what they read: who cuts off where a step ends would be marked wrong if it
-- lay just above what the program goes on from.
local function check_givens(check, self)
  for _, entry in ipairs(self.entries) do
    local value = entry.phase == "given" and entry.value or 0
    local read = format("%." .. MOST_DIGITS .. "g", value)
    if math.abs(value) < math.huge and tonumber(read) ~= value then
      check:complain("%s = %.17g is read as %s: give decimals, as 81/100 is and 0.7 + 0.11 is not",
        entry.name, value, read)
    end
  end
end

-- ---- order and proofs ----------------------------------------------------------------------

local function add_shown(shown, names, number)
  for _, name in ipairs(names) do
    shown[name] = shown[name] or number
  end
end

local function names_in(self, text)
  local names = {}
  for _, language in ipairs(checker.LANGUAGES) do
    for name in text[language]:gmatch(blocks.NAME_IN_TEXT) do
      names[#names + 1] = self.tape:entry(name).name
    end
  end
  return names
end

local function names_of(entries)
  local names = {}
  for i, entry in ipairs(entries) do
    names[i] = entry.name
  end
  return names
end

-- What is asked for must not have been told before.
local function check_order(check, self)
  local shown = {}
  for number, block in ipairs(self.blocks) do
    if block.kind == "text" then
      add_shown(shown, names_in(self, block.text), number)
    elseif block.kind == "show" then
      add_shown(shown, names_of(block.entries), number)
    elseif block.kind == "ask" and shown[block.name] then
      check:complain("block %d asks for %s, which block %d has told", number, block.name,
        shown[block.name])
    end
  end
end

-- What a lesson says to be so, the program finds so.
local function check_proofs(check, self)
  for number, block in ipairs(self.blocks) do
    if block.kind == "prove" and block.object.verdict ~= block.expected then
      check:complain("block %d says that the identity is %s, but it is %s", number,
        block.expected, block.object.verdict)
    end
  end
end

-- A lesson without variants gives itself again.
local function check_variant(check, path, seed)
  local self, complaints = lesson.load(path, seed)
  check:at("%s (seed %d)", path, seed)
  if self then
    check_givens(check, self)
    check_questions(check, self)
    return
  end
  for _, complaint in ipairs(complaints) do
    check[#check + 1] = format("%s (seed %d)", complaint, seed)
  end
end

-- An array of what is wrong, whether the lesson cannot be read at all, and an array of notes on a
-- lesson in which nothing is.
function lint.faults(name)
  local self, complaints, is_unreadable = lesson.load(name)
  if not self then
    return complaints, is_unreadable, {}
  end
  local check, rows = checker.new("%s", self.path), {}
  check_id(check, self)
  check_givens(check, self)
  check_order(check, self)
  check_proofs(check, self)
  if check_questions(check, self) then
    rows = survey(self)
    check_mistakes(check, self, rows)
  end
  for seed = 1, #check == 0 and VARIANTS or 0 do
    check_variant(check, self.path, seed)
  end
  return check, false, #check == 0 and notes_of(self, rows) or {}
end

-- ---- what can be done wrong, for programs --------------------------------------------------

local ESCAPES = {['"'] = '\\"', ["\\"] = "\\\\"}

local function to_json(value)
  if type(value) == "string" then
    return '"' .. value:gsub('[%c"\\]', function(character)
      return ESCAPES[character] or format("\\u%04x", character:byte())
    end) .. '"'
  elseif math.type(value) == "float" then
    return format("%.17g", value)
  end
  return value == nil and "null" or tostring(value)
end

-- The fields of host.survey's rows.
local FIELDS = {
  "question", "item", "kind", "definition", "value", "typed", "visible", "distinct", "hidden",
  "hidden_by", "better",
}

-- A JSON array of every mistake that can be made in a question, on a line each.
function lint.mistakes(self)
  local lines = {}
  for i, row in ipairs(#self.questions > 0 and survey(self) or {}) do
    local fields = {}
    row.question = self.questions[row.question].name
    for k, field in ipairs(FIELDS) do
      fields[k] = format('"%s": %s', field, to_json(row[field]))
    end
    lines[i] = "  {" .. concat(fields, ", ") .. "}"
  end
  return #lines == 0 and "[]\n" or "[\n" .. concat(lines, ",\n") .. "\n]\n"
end

function lint.lint(name)
  local faults, _, notes = lint.faults(lesson.check_name(name))
  local lines = {table.unpack(notes)}
  table.move(faults, 1, #faults, #lines + 1, lines)
  if #faults == 0 then
    lines[#lines + 1] = words.say("nothing_wrong", name)
  end
  return host.page(concat(lines, "\n"))
end

host.document(lint.lint, "lint(lesson) -> page",
  "What is wrong with a lesson file, all of it at once: what does not load, what is asked for "
  .. "after it was told, questions whose own value is refused or that an empty answer passes, "
  .. "mistakes that a given number hides, proofs that come out otherwise than the lesson says. And "
  .. "how many mistakes can be told apart.")
host.complete(lint.lint, lesson.ids)

return lint
