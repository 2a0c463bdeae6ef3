-- Code that a lesson shows as if it were typed at the prompt, and what the prompt shows below it.

local host = ...
local concat = table.concat

local typed = {}
typed.__index = typed

local CHUNK = "typed"
local PROMPT, CONTINUED = "> ", ">> "

-- What blocks of one lesson type one after another, in these globals.  `text` is what runs now.
function typed.new(environment)
  return setmetatable({environment = environment, text = ""}, typed)
end

-- As the prompt reads a chunk (repl/chunk.c): an expression first; `local` at its start means
-- nothing, since what is typed next would not see it.  Gives the function; or nil, a message, and
-- whether more lines may complete it.
local function compile(text, environment)
  local rest = text:match "^%s*local%s(.*)$"
  local chunk = rest and load(rest, "=" .. CHUNK, "t", environment)
  if chunk then
    return chunk
  end
  local expression, statement
  chunk, expression = load("return " .. text, "=" .. CHUNK, "t", environment)
  if chunk then
    return chunk
  end
  chunk, statement = load(text, "=" .. CHUNK, "t", environment)
  return chunk, statement, (expression or ""):find "<eof>$" or (statement or ""):find "<eof>$"
end

-- Append the chunk as it is typed, and its results.
local function add_run(self, texts, chunk)
  local results = table.pack(chunk())
  if results[1] ~= nil then
    self.environment._ = results[1]
  end
  texts[#texts + 1] = PROMPT .. self.text:gsub("\n", "\n" .. CONTINUED)
  local shown = host.results(table.unpack(results, 1, results.n))
  if shown ~= "" then
    texts[#texts + 1] = shown
  end
end

-- Run the lines, each on its own unless it is not complete without the next; give the text of it.
function typed.run(self, lines)
  local texts, begun, message = {}, nil, nil
  for line in (concat(lines, "\n") .. "\n"):gmatch "(.-)\n" do
    if begun or line:find "%S" then
      begun = begun and begun .. "\n" .. line or line
      self.text = begun
      local chunk, reason, is_incomplete = compile(begun, self.environment)
      message = reason
      if chunk then
        add_run(self, texts, chunk)
        begun = nil
      elseif not is_incomplete then
        error(message, 0)
      end
    end
  end
  if begun then
    error(message, 0)
  end
  return concat(texts, "\n")
end

-- A sentence of an error without the place in what was typed.
function typed.plain(sentence)
  return (sentence:gsub("^" .. CHUNK .. ":%d+: ", ""))
end

return typed
