--[[
Loaded before pace-take.lua and pace-slow-down.lua: computes the account's present rate, in sends per second.
After a 429 the rate stays lowered for a while and then rises by a small part of its ceiling per second.
]]
local function presentRate(ceiling, lowered, loweredAt, now, holdMs, risePerSecond)
  if not lowered then return ceiling end
  local risingMs = math.max(0, now - tonumber(loweredAt) - holdMs)
  return math.min(ceiling, tonumber(lowered) + ceiling * risePerSecond * risingMs / 1000)
end
