--[[
Lowers an account's rate after a 429. Several 429s for sends of the same moment count once.

KEYS[1]  pace:{mchid}, see pace-take.lua
ARGV[1]  factor
ARGV[2]  the caller's time in milliseconds
ARGV[3]  how long a lowered rate stays, milliseconds
ARGV[4]  part of the ceiling by which it then rises per second
ARGV[5]  milliseconds within which several 429s count once
ARGV[6]  lowest rate, sends per second
Result   null
]]
local state = redis.call('HMGET', KEYS[1], 'ceiling', 'lowered', 'lowered_at')
if not state[1] then return nil end
local now = tonumber(ARGV[2])
if state[3] and now - tonumber(state[3]) < tonumber(ARGV[5]) then return nil end
local rate = presentRate(tonumber(state[1]), state[2], state[3], now, tonumber(ARGV[3]), tonumber(ARGV[4]))
local lowered = math.max(tonumber(ARGV[6]), rate * tonumber(ARGV[1]))
redis.call('HSET', KEYS[1], 'lowered', tostring(lowered), 'lowered_at', ARGV[2])
redis.call('PEXPIRE', KEYS[1], 600000)
return nil
