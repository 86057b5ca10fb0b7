--[[
Reserves the next turns of a sender account: moments, evenly spaced, one send each. Turns that are not used pass by.

KEYS[1]  pace:{mchid}, a hash: next (microseconds of this Redis' clock), ceiling, lowered, lowered_at
ARGV[1]  ceiling, sends a second
ARGV[2]  how many turns are wanted
ARGV[3]  microseconds: no turn later than this from now
ARGV[4]  the caller's time in milliseconds, for the slow rise of a lowered rate
ARGV[5]  how long a lowered rate stays, milliseconds
ARGV[6]  part of the ceiling by which it then rises every second
ARGV[7]  by how much wider than 1/rate turns are spaced, to make up for those that are used late
Result   { turns reserved, microseconds until the first, microseconds between two }
]]
local state = redis.call('HMGET', KEYS[1], 'next', 'lowered', 'lowered_at')
local ceiling, wanted, horizon = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local rate = presentRate(ceiling, state[2], state[3], tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6]))
local gap = math.ceil(1000000 / rate * tonumber(ARGV[7]))

local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local first = math.max(now, tonumber(state[1] or 0))
-- No reservation reaches this far: the clock of this Redis (or of the one it took over from) was ahead.
if first - now > 60000000 then first = now end
if first - now > horizon then return { 0, first - now, gap } end

local count = math.min(wanted, math.floor((now + horizon - first) / gap) + 1)
redis.call('HSET', KEYS[1], 'next', string.format('%.0f', first + count * gap), 'ceiling', ceiling)
redis.call('PEXPIRE', KEYS[1], 600000)
return { count, first - now, gap }
