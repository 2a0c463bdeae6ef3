-- The program's commands: `backstep NAME ARG...` calls the function of that name with its arguments
-- and ends with the status it gives.  None is 0.

local host = ...
local commands = {}

function commands.help(...)
  local topics = {...}
  if #topics == 0 then
    print(help())
  end
  for _, topic in ipairs(topics) do
    print(help(topic))
  end
end
host.document(commands.help, "backstep help [NAME...]",
  "What help() tells of each name at the prompt.")

return commands
