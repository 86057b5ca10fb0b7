-- Sets a scope to what was just read from the ledger.
--
-- KEYS[1], KEYS[2]  state and free places, as in admit.lua
-- ARGV[1]           'begin': only when the scope has no state yet; 'exact': replaces the whole state; 'raise': places
--                   above that were only proposed stay taken, and the set of free places is emptied
-- ARGV[2]           how many seconds to remember the scope
-- ARGV[3]           revision
-- ARGV[4]           the highest held place
-- ARGV[5...]        free places below it (exact only)
local high = tonumber(ARGV[4])
local before, revision = string.match(redis.call('GET', KEYS[1]) or '', '^(%d+):(%d+):')
if ARGV[1] ~= 'exact' and before and tonumber(revision) >= tonumber(ARGV[3]) then
  -- Another claim has begun the scope, and places may have been given back since: they must stay free.
  if ARGV[1] == 'begin' then return end
  high = math.max(high, tonumber(before))
end
redis.call('DEL', KEYS[2])
for i = 5, #ARGV do redis.call('SADD', KEYS[2], ARGV[i]) end
if #ARGV > 4 then redis.call('EXPIRE', KEYS[2], ARGV[2]) end
local known = math.max(tonumber(ARGV[3]), tonumber(revision or 0))
redis.call('SET', KEYS[1], high .. ':' .. known .. ':' .. redis.call('TIME')[1], 'EX', ARGV[2])
