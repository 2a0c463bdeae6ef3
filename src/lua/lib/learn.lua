-- globals: learn
-- Lessons as a dialogue: what the author shows, and a question at a time.

local host = ...
local lesson, show, words = host.require "lesson", host.require "show", host.require "words"
local concat = table.concat
local say = words.say

local learn = {}

-- A dialogue: the lesson, the names of the entries seen so far, the block that comes next, and for
-- each question how it went:
--     tries, hints    answers judged, and hints given, so far
--     is_revealed     its value was told
--     is_right        it was answered; `needed` so many tries, and has `earned` its points or not
local function new_dialogue(self)
  local states = {}
  for i in ipairs(self.questions) do
    states[i] = {tries = 0, hints = 0}
  end
  return {lesson = self, seen = {}, states = states, next = 1}
end

local function print_text(text)
  if text ~= "" then
    host.write(text .. "\n")
  end
end

local function print_prose(...)
  host.write(host.prose(say(...), 0))
end

-- ---- hints ---------------------------------------------------------------------------------

-- The derivation from the top, a line more each time; the last of them is the value.
local function derivation_up_to(entry, count)
  local lines = {}
  for line in tostring(entry):gmatch "[^\n]+" do
    lines[#lines + 1] = line
  end
  return concat(lines, "\n", 1, math.min(count, #lines)) .. "\n", count >= #lines
end

local function give_hint(dialogue, block, state)
  state.hints = state.hints + 1
  host.write(say "hint" .. "\n")
  local own = block.hints[state.hints]
  if own then
    host.write(show.prose(dialogue.lesson, own))
    return
  end
  local text, is_all = derivation_up_to(block.entry, state.hints - #block.hints)
  host.write(text)
  if is_all then
    state.is_revealed = true
    print_prose "all_is_said"
  end
end

-- ---- what can be typed ---------------------------------------------------------------------

local STAY, QUIT = "stay", "quit"
local commands = {}

commands["?"] = function(dialogue, block, state)
  give_hint(dialogue, block, state)
  return STAY
end

function commands.help()
  print_prose "how_to_answer"
  return STAY
end

function commands.quit()
  return QUIT
end

function commands.skip(dialogue, block, state)
  if not state.is_right then
    print_prose "skipped"
    host.write(show.derivations(dialogue.lesson, {block.entry}, dialogue.seen))
    state.is_revealed = true
  end
end

function commands.back(dialogue)
  for i = dialogue.next - 2, 1, -1 do
    if dialogue.lesson.blocks[i].kind == "ask" then
      dialogue.next = i
      return
    end
  end
  print_prose "is_the_first"
  return STAY
end

local function show_values(dialogue)
  local lines = {}
  for _, entry in ipairs(dialogue.lesson.entries) do
    if dialogue.seen[entry.name] then
      lines[#lines + 1] = entry.shown .. " = " .. host.number(entry.value) .. "\n"
    end
  end
  host.write(concat(lines))
end

function commands.show(dialogue, _, _, name)
  if name == "" then
    show_values(dialogue)
    return STAY
  end
  local found, entry = pcall(dialogue.lesson.tape.entry, dialogue.lesson.tape, name)
  if not found then
    host.write(entry .. "\n")
  elseif not dialogue.seen[entry.name] then
    print_prose("to_come", entry.shown)
  else
    host.write(tostring(entry) .. "\n")
  end
  return STAY
end

for word, command in pairs {["？"] = "?", ["提示"] = "?", ["显示"] = "show", ["跳过"] = "skip",
  ["返回"] = "back", ["结束"] = "quit", ["帮助"] = "help"} do
  commands[word] = commands[command]
end

-- ---- answers -------------------------------------------------------------------------------

local function take_answer(dialogue, block, state, typed)
  local verdict, sentence = lesson.judge(dialogue.lesson, block, typed)
  host.write(sentence .. "\n")
  if verdict == "unreadable" then
    print_prose "what_is_an_answer"
  end
  if verdict == "coarse" or verdict == "unreadable" then
    return STAY
  end
  state.tries = state.tries + 1
  if verdict == "right" then
    if not state.is_right then
      state.is_right, state.needed, state.earned = true, state.tries, not state.is_revealed
    end
    host.write(show.derivations(dialogue.lesson, {block.entry}, dialogue.seen))
    return
  end
  if not state.is_right then
    give_hint(dialogue, block, state)
  end
  return STAY
end

local function take_line(dialogue, block, state, line)
  local word, rest = line:match "^%s*(%S*)%s*(.-)%s*$"
  local command = commands[word]
  if command and (rest == "" or command == commands.show) then
    return command(dialogue, block, state, rest)
  elseif word == "" then
    return STAY
  end
  return take_answer(dialogue, block, state, line)
end

-- ---- the course of a lesson ----------------------------------------------------------------

local present = {}

function present.text(dialogue, block)
  print_text(show.prose(dialogue.lesson, block.text))
end

function present.show(dialogue, block)
  print_text(show.entries(dialogue.lesson, block, dialogue.seen))
end

for _, kind in ipairs {"derive", "explain", "prove", "overflow"} do
  present[kind] = function(_, block)
    print_text(show.page(block))
  end
end

function present.ask(dialogue, block)
  local state = dialogue.states[block.number]
  host.write(say("question_of", block.number, #dialogue.lesson.questions, block.entry.shown)
    .. "   " .. show.worth(block) .. "\n")
  local line, outcome
  repeat
    line = host.read "> "
    outcome = line and take_line(dialogue, block, state, line)
  until not line or outcome ~= STAY
  if not line or outcome == QUIT then
    return QUIT
  end
  host.write "\n"
end

local function summarise(dialogue)
  local first, later, wrong, points, possible = 0, 0, 0, 0, 0
  for i, block in ipairs(dialogue.lesson.questions) do
    local state = dialogue.states[i]
    possible = possible + block.points
    if state.is_right then
      first = first + (state.needed == 1 and 1 or 0)
      later = later + (state.needed > 1 and 1 or 0)
      points = points + (state.earned and block.points or 0)
    elseif state.tries > 0 then
      wrong = wrong + 1
    end
  end
  local count = #dialogue.states
  print_prose("summary", first + later, count, first, later, wrong, count - first - later - wrong)
  print_prose("score", points, possible)
  return wrong
end

local function go_through(self)
  local dialogue = new_dialogue(self)
  host.write(show.title(self) .. "\n")
  print_text(host.prose(say(#self.questions > 0 and "how_to_answer" or "no_questions"), 0))
  while self.blocks[dialogue.next] do
    local block = self.blocks[dialogue.next]
    dialogue.next = dialogue.next + 1
    if present[block.kind](dialogue, block) == QUIT then
      print_prose "stopped"
      break
    end
  end
  return #self.questions > 0 and summarise(dialogue) or 0
end

-- Go through a lesson with whoever is at the keyboard; gives how many answers stayed wrong.
function learn.go_through(self)
  return host.with_digits(self.digits, go_through, self)
end

function learn.learn(name, seed)
  if name == nil then
    return show.show()
  end
  learn.go_through(lesson.need(name, seed))
end

host.document(learn.learn, 'learn([lesson, [seed]])',
  "Go through a lesson: it tells, shows, and asks for one value at a time. The lesson is named by "
  .. "its id or the path of its file; a seed makes a variant of its figures where it has any. "
  .. "Without a name: the lessons there are.")
host.complete(learn.learn, lesson.ids)

return learn
