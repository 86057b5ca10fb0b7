--[[
Reserves the next turns of a sender account: evenly spaced moments for one send each. Unused turns are lost.

KEYS[1]  pace:{mchid}, a hash: next (microseconds of this Redis' clock), ceiling, lowered, lowered_at
ARGV[1]  ceiling, sends per second
ARGV[2]  how many turns are wanted
ARGV[3]  no turn is later than this many microseconds from now
ARGV[4]  the caller's time in milliseconds, to compute how far a lowered rate has risen
ARGV[5]  how long a lowered rate stays, milliseconds
ARGV[6]  part of the ceiling by which it then rises per second
ARGV[7]  factor by which turns are spaced wider than 1/rate, because turns may be used late
Result   { number of reserved turns, microseconds until the first one, microseconds between two turns }
]]
local state = redis.call('HMGET', KEYS[1], 'next', 'lowered', 'lowered_at')
local ceiling, wanted, horizon = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local rate = presentRate(ceiling, state[2], state[3], tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6]))
local gap = math.ceil(1000000 / rate * tonumber(ARGV[7]))

local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local first = math.max(now, tonumber(state[1] or 0))
-- No reservation reaches this far ahead: the clock of this Redis (or of the one before a failover) was ahead.
if first - now > 60000000 then first = now end
if first - now > horizon then return { 0, first - now, gap } end

local count = math.min(wanted, math.floor((now + horizon - first) / gap) + 1)
redis.call('HSET', KEYS[1], 'next', string.format('%.0f', first + count * gap), 'ceiling', ceiling)
redis.call('PEXPIRE', KEYS[1], 600000)
return { count, first - now, gap }
