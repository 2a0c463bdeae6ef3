-- globals: lint
-- What is wrong with a lesson that a student could trip over.

local host = ...
local blocks, checker = host.require "blocks", host.require "checker"
local lesson, words = host.require "lesson", host.require "words"
local format = string.format

local lint = {}

local VARIANTS = 3 -- that are tried out

local function check_id(check, self)
  local stem = self.path:match "([^/]*)%.lua$" or self.path:match "[^/]*$"
  if stem ~= self.id then
    check:complain("id is %s, so the file should be called %s.lua", self.id, self.id)
  end
end

-- Answers by which a question is tried out, and whether they are to be accepted.
local function trials(question)
  local value = question.entry.value
  return {
    {format("%.17g", value), true, "its value"},
    {format("%." .. question.figures - 1 .. "e", value), true, "its value, rounded as asked"},
    {format("%.17g", -value), false, "its value with the sign turned"},
    {"0", false, "an answer of 0"},
    {"", false, "an empty answer"},
  }
end

-- Solutions must pass, and empty starts must fail.
local function check_question(check, self, question)
  for _, trial in ipairs(trials(question)) do
    local typed, is_right, what = table.unpack(trial)
    local verdict, sentence = lesson.judge(self, question, typed)
    if (verdict == "right") ~= is_right then
      check:complain("question %d (%s): %s, %s, is answered by: %s", question.number,
        question.name, what, host.describe(typed), sentence)
    end
  end
end

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

local function check_questions(check, self)
  for _, question in ipairs(self.questions) do
    check_question(check, self, question)
  end
end

-- A lesson without variants gives itself again.
local function check_variant(check, path, seed)
  local self, complaints = lesson.load(path, seed)
  check:at("%s (seed %d)", path, seed)
  if self then
    check_questions(check, self)
    return
  end
  for _, complaint in ipairs(complaints) do
    check[#check + 1] = format("%s (seed %d)", complaint, seed)
  end
end

-- An array of what is wrong, and whether the lesson cannot be read at all.
function lint.complaints(name)
  local self, complaints, is_unreadable = lesson.load(name)
  if not self then
    return complaints, is_unreadable
  end
  local check = checker.new("%s", self.path)
  check_id(check, self)
  check_order(check, self)
  check_proofs(check, self)
  check_questions(check, self)
  for seed = 1, #check == 0 and VARIANTS or 0 do
    check_variant(check, self.path, seed)
  end
  return check, false
end

function lint.lint(name)
  local complaints = lint.complaints(lesson.check_name(name))
  if #complaints == 0 then
    return host.page(words.say("nothing_wrong", name))
  end
  return host.page(table.concat(complaints, "\n"))
end

host.document(lint.lint, "lint(lesson) -> page",
  "What is wrong with a lesson file, all of it at once: what does not load, what is asked for "
  .. "after it was told, questions whose own value is refused or that an empty answer passes, "
  .. "proofs that come out otherwise than the lesson says.")
host.complete(lint.lint, lesson.ids)

return lint
