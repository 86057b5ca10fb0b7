-- Offers places again that are free in the ledger. A place above the highest was never proposed, so it needs nothing.
--
-- KEYS[1], KEYS[2]  state and free places, as in admit.lua
-- ARGV              the places
local high = tonumber(string.match(redis.call('GET', KEYS[1]) or '', '^(%d+):') or nil)
if not high then return end
for i = 1, #ARGV do
  if tonumber(ARGV[i]) <= high then redis.call('SADD', KEYS[2], ARGV[i]) end
end
if redis.call('EXISTS', KEYS[2]) == 1 then redis.call('PEXPIRE', KEYS[2], redis.call('PTTL', KEYS[1])) end
