-- The blocks of a lesson: see lib/lesson.lua for what becomes of them.

local host = ...
local checker, typed = host.require "checker", host.require "typed"
local concat, copy, is_one_of = table.concat, checker.copy, checker.is_one_of

local blocks = {}

local MOST_BLOCKS, MOST_SHOWN = 1000, 1000
local FIGURES_ASKED, FEWEST_FIGURES, MOST_FIGURES, MOST_POINTS = 3, 2, 15, 100

local PHASES = {"given", "forward", "loss", "backward", "update", "again"}
local KINDS = {"text", "show", "ask", "derive", "explain", "prove", "overflow", "run"}
local FIELDS = {
  text = {"text"}, show = {"show"}, ask = {"ask", "points", "figures", "hints"},
  derive = {"derive"}, explain = {"explain", "by"}, prove = {"prove", "expect"},
  overflow = {"overflow", "at"}, run = {"run"},
}
local VERDICTS = {"proved", "refuted", "not decided"}

-- {name} in a text stands for the value of that entry.
blocks.NAME_IN_TEXT = "{([%a_][%w_.]*)}"

-- Where other names are known, too, one of them may be meant.
local function find_entry(check, tape, name, others)
  local found, entry = pcall(tape.entry, tape, name)
  if found then
    return entry
  end
  local hint = others and not entry:find "did you mean" and host.nearest(name, others) or ""
  check:complain("%s%s", entry, hint)
end

local function check_names(check, tape, text)
  for _, language in ipairs(checker.LANGUAGES) do
    for name in (text and text[language] or ""):gmatch(blocks.NAME_IN_TEXT) do
      if tape then
        find_entry(check, tape, name)
      else
        check:complain("{%s} stands for a value, and the lesson has no tape", name)
      end
    end
  end
end

local function read_text(check, lesson, what, value)
  local text = check:text(what, value)
  check_names(check, lesson.tape, text)
  return text
end

-- Each gives the block without its kind.  `run` confines what works on the lesson's formulas.
local read = {}

function read.text(check, lesson, fields)
  return {text = read_text(check, lesson, "text", fields.text)}
end

local function all_entries(tape)
  return tape and tape:entries() or function() end
end

-- All of them: a part of a phase would pass for the whole.
local function entries_of_phase(check, lesson, phase)
  local entries = {}
  for entry in all_entries(lesson.tape) do
    if entry.phase == phase and #entries == MOST_SHOWN then
      check:complain("the %s phase has more than %d entries: name those that are to be shown",
        phase, MOST_SHOWN)
      return entries
    elseif entry.phase == phase then
      entries[#entries + 1] = entry
    end
  end
  if #entries == 0 then
    check:complain("the tape has no %s phase", phase)
  end
  return entries
end

function read.show(check, lesson, fields)
  local wanted = fields.show
  if is_one_of(wanted, PHASES) then
    return {phase = wanted, entries = entries_of_phase(check, lesson, wanted)}
  end
  local entries = {}
  for _, name in ipairs(type(wanted) == "table" and copy(wanted) or {wanted}) do
    if type(name) == "string" then
      entries[#entries + 1] = find_entry(check, lesson.tape, name, PHASES)
    else
      check:complain("show must be a phase (%s), a name, or a list of names, got %s",
        concat(PHASES, ", "), host.describe(name))
    end
  end
  return {entries = entries}
end

local function read_hints(check, lesson, hints)
  local texts = {}
  if hints ~= nil and type(hints) ~= "table" then
    check:complain("hints must be a list of texts, got %s", host.describe(hints))
    return texts
  end
  for i, hint in ipairs(hints and copy(hints) or {}) do
    texts[i] = read_text(check, lesson, "hint " .. i, hint)
  end
  return texts
end

-- An entry is asked for once, and not if it is given.
local function check_asked(check, lesson, entry)
  if lesson.asked[entry.name] then
    check:complain("%s is asked for already, in block %d", entry.name, lesson.asked[entry.name])
  elseif entry.phase == "given" then
    check:complain("%s is given: there is nothing to ask", entry.name)
  end
end

local function read_integer(check, fields, field, otherwise, least, greatest)
  local value = fields[field]
  return check:integer(field, value == nil and otherwise or value, least, greatest)
end

function read.ask(check, lesson, fields, number)
  local question = {
    points = read_integer(check, fields, "points", 1, 0, MOST_POINTS),
    figures = read_integer(check, fields, "figures", FIGURES_ASKED, FEWEST_FIGURES,
      MOST_FIGURES),
    hints = read_hints(check, lesson, fields.hints), number = #lesson.questions + 1,
  }
  lesson.questions[question.number] = question
  if type(fields.ask) ~= "string" then
    check:complain("ask must be the name of an entry, got %s", host.describe(fields.ask))
    return question
  end
  question.asked = fields.ask
  question.entry = find_entry(check, lesson.tape, fields.ask)
  if question.entry then
    question.name = question.entry.name
    check_asked(check, lesson, question.entry)
    lesson.asked[question.name] = lesson.asked[question.name] or number
  end
  return question
end

-- What f gives of the arguments, in the digits of the lesson; nil after a complaint.
local function work_out(check, lesson, run, f, ...)
  local succeeded, result = run(host.with_digits, lesson.digits, f, ...)
  if succeeded then
    return result
  end
  check:complain("%s", result)
end

function read.derive(check, lesson, fields, _, run)
  if type(fields.derive) ~= "table" then
    check:complain("derive must be a table, as derive{...} takes it, got %s",
      host.describe(fields.derive))
    return {}
  end
  return {object = work_out(check, lesson, run, derive, fields.derive)}
end

function read.explain(check, lesson, fields, _, run)
  local formula = check:string("explain", fields.explain)
  local by = fields.by ~= nil and check:string("by", fields.by) or nil
  return {object = formula and work_out(check, lesson, run, explain, formula, by)}
end

-- A block {prove = ...} says what comes of it; lint sees whether that is so.
function read.prove(check, lesson, fields, _, run)
  local identity = check:string("prove", fields.prove)
  local expected = fields.expect == nil and VERDICTS[1] or fields.expect
  if not is_one_of(expected, VERDICTS) then
    check:complain("expect must be one of %s, got %s", concat(VERDICTS, ", "),
      host.describe(expected))
  end
  return {
    object = identity and work_out(check, lesson, run, prove, identity), expected = expected,
  }
end

local function explain_overflow(formula, at)
  return expr(formula):overflow(at)
end

function read.overflow(check, lesson, fields, _, run)
  local formula = check:string("overflow", fields.overflow)
  return {object = formula and work_out(check, lesson, run, explain_overflow, formula, fields.at)}
end

-- The lines of {run = "..."} and of {run = {"...", "..."}}.
local function lines_of(check, value)
  if type(value) == "string" then
    local code = check:string("run", value)
    return {code and checker.dedent(code)}
  elseif type(value) ~= "table" or #copy(value) == 0 then
    check:complain("run must be code, a string or a list of lines, got %s", host.describe(value))
    return {}
  end
  local lines = {}
  for i, line in ipairs(copy(value)) do
    lines[#lines + 1] = check:string("line " .. i .. " of run", line)
  end
  return lines
end

-- After a line that fails, what is typed later says nothing.
function read.run(check, lesson, fields, _, run, session)
  local lines, before = lines_of(check, fields.run), #check
  local self = session()
  if not self or self.has_failed or before > 0 then
    return {object = ""}
  end
  local succeeded, result = run(host.with_digits, lesson.digits, typed.run, self, lines)
  self.has_failed = not succeeded
  if self.has_failed then
    check:complain("> %s: %s", self.text:match "[^\n]*", typed.plain(result))
  end
  return {object = result}
end

-- Some are about the entries of a tape, the others are formulas, or text.
local function needs_tape(kind)
  return kind == "show" or kind == "ask"
end

local function kind_of(check, fields)
  local found
  for _, kind in ipairs(KINDS) do
    if fields[kind] ~= nil then
      if found then
        check:complain("a block is one of %s; this one is %s and %s", concat(KINDS, ", "), found,
          kind)
        return
      end
      found = kind
    end
  end
  if not found then
    check:complain("a block has one of %s; this one has none of them", concat(KINDS, ", "))
  end
  return found
end

-- "block 7 (ask g_1)"
local function label(number, fields)
  for _, kind in ipairs {"ask", "show"} do
    if type(fields[kind]) == "string" then
      return ("block %d (%s %s)"):format(number, kind, fields[kind])
    end
  end
  return "block " .. number
end

local function read_one(check, lesson, number, value, is_for_marking, run, session)
  local fields = type(value) == "table" and copy(value) or {}
  check:at("%s: %s", lesson.path, label(number, fields))
  if type(value) ~= "table" then
    check:complain("a block is a table, got %s", host.describe(value))
    return
  end
  local kind = kind_of(check, fields)
  if kind and needs_tape(kind) and not lesson.tape then
    check:complain("%s is about the entries of a tape, and the lesson has none", kind)
  elseif kind and (kind == "ask" or not is_for_marking) then
    check:fields(fields, FIELDS[kind])
    local block = read[kind](check, lesson, fields, number, run, session)
    block.kind = kind
    return block
  end
end

-- Read the array part of `fields` into lesson.blocks, .questions and .asked.  run(f, ...) calls f
-- with the limits of a stranger's code: true and the results, or false and a sentence.  session()
-- gives what blocks type their code into (lib/typed.lua).  For marking alone, blocks that do not
-- ask are left out.
function blocks.read(check, lesson, fields, is_for_marking, run, session)
  local last = 0
  for key in next, fields do
    last = math.type(key) == "integer" and math.max(last, key) or last
  end
  if last > MOST_BLOCKS then
    check:complain("a lesson has at most %d blocks, got %d", MOST_BLOCKS, last)
    return
  end
  for number = 1, last do
    local block = read_one(check, lesson, number, fields[number], is_for_marking, run, session)
    lesson.blocks[#lesson.blocks + 1] = block
  end
end

return blocks
