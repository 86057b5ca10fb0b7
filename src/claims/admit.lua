-- Proposes the next free numbers under every limit of one award, or says which limit is full. All or nothing.
--
-- A scope is a bitmap: bit n is place n, taken when 1. Bit 0 is always 1, so that a scope that was never read from the
-- ledger (or was lost) is known by its missing bit 0.
--
-- KEYS[1..n]  a limit's scope each
-- KEYS[n+1]   the grant that this member is known to hold in this campaign
-- ARGV        four a limit: places, how many are wanted, seconds to remember, 1 when an unknown scope must be loaded
--             first (0: it counts as empty, and the ledger corrects us; but before a member is told that all is gone,
--             it must be loaded too, since who has the coupon is to hear that instead)
-- returns     {'admitted', numbers of limit 1 joined by commas, numbers of limit 2, ...}
--             {'full', index of the limit, the member's grant or ''}
--             {'unloaded', index, index, ...}
local n = #KEYS - 1
local unloaded, unknown = {'unloaded'}, {'unloaded'}
for i = 1, n do
  local first = redis.call('BITPOS', KEYS[i], 0)
  if first == 0 and ARGV[i * 4] == '1' then
    unloaded[#unloaded + 1] = i
  elseif first == 0 then
    unknown[#unknown + 1] = i
  else
    local limit, wanted = tonumber(ARGV[i * 4 - 3]), tonumber(ARGV[i * 4 - 2])
    local full = first > limit
    if wanted > 1 then full = redis.call('BITCOUNT', KEYS[i]) - 1 + wanted > limit end
    if full and #unknown > 1 then return unknown end
    if full then return {'full', i, redis.call('GET', KEYS[n + 1]) or ''} end
  end
end
if #unloaded > 1 then return unloaded end

local admitted = {'admitted'}
for i = 1, n do
  local key, numbers = KEYS[i], {}
  redis.call('SETBIT', key, 0, 1)
  for w = 1, tonumber(ARGV[i * 4 - 2]) do
    local free = redis.call('BITPOS', key, 0)
    redis.call('SETBIT', key, free, 1)
    numbers[w] = free
  end
  redis.call('EXPIRE', key, ARGV[i * 4 - 1])
  admitted[i + 1] = table.concat(numbers, ',')
end
return admitted
