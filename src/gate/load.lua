-- Sets a scope to what the ledger has just said.
--
-- KEYS[1], KEYS[2]  state and free places, as in admit.lua
-- ARGV[1]           'begin': only where nothing is believed yet; 'exact': nothing else is believed; 'raise': what was
--                   only proposed above stays taken, and what was believed free is forgotten, since the ledger knows
--                   better
-- ARGV[2]           seconds to remember
-- ARGV[3]           revision
-- ARGV[4]           the highest place that is held
-- ARGV[5...]        free places below it (exact only)
local high = tonumber(ARGV[4])
local before, revision = string.match(redis.call('GET', KEYS[1]) or '', '^(%d+):(%d+):')
if ARGV[1] ~= 'exact' and before and tonumber(revision) >= tonumber(ARGV[3]) then
  -- Another claim of the crowd has begun it, and places may have come back since: they are to stay free.
  if ARGV[1] == 'begin' then return end
  high = math.max(high, tonumber(before))
end
redis.call('DEL', KEYS[2])
for i = 5, #ARGV do redis.call('SADD', KEYS[2], ARGV[i]) end
if #ARGV > 4 then redis.call('EXPIRE', KEYS[2], ARGV[2]) end
local known = math.max(tonumber(ARGV[3]), tonumber(revision or 0))
redis.call('SET', KEYS[1], high .. ':' .. known .. ':' .. redis.call('TIME')[1], 'EX', ARGV[2])
