-- Proposes the next free numbers under every limit of one award, or says which limit is full. All or nothing.
--
-- A scope is two keys: its state, the text "high:revision:read", and the set of the places below `high` that are free
-- again. Places above `high` were never proposed. `read` is when the scope was last read from the ledger (seconds of this
-- Redis' clock). A scope without a state was never read, or was lost.
--
-- KEYS[2i-1], KEYS[2i]  state and free places of limit i
-- KEYS[2n+1]            the grant that this member is known to hold in this campaign
-- ARGV[1]               how many seconds a member's full scope is believed after it was read
-- ARGV[5i-3 .. 5i+1]    five per limit: places, how many are wanted, seconds to remember, revision, and 1 for a
--                       campaign's scope, 0 for a member's. An unknown scope of a campaign must be read first; an
--                       unknown one of a member counts as empty, and the ledger corrects us
-- returns     {'admitted', numbers of limit 1 joined by commas, numbers of limit 2, ...}
--             {'full', index of the limit, the member's grant or ''}
--             {'unloaded', index, index, ...}   these must be read from the ledger first
local n = (#KEYS - 1) / 2
local now = tonumber(redis.call('TIME')[1])
local states, unloaded, members, unknown = {}, {}, {}, {}

for i = 1, n do
  local limit, take = tonumber(ARGV[5 * i - 3]), tonumber(ARGV[5 * i - 2])
  local revision, campaign = tonumber(ARGV[5 * i]), ARGV[5 * i + 1] == '1'
  local high, known, read = string.match(redis.call('GET', KEYS[2 * i - 1]) or '', '^(%d+):(%d+):(%d+)$')
  if high and tonumber(known) < revision then
    redis.call('DEL', KEYS[2 * i - 1], KEYS[2 * i])
    high = nil
  end
  if not campaign then members[#members + 1] = i end
  if not high and campaign then unloaded[#unloaded + 1] = i end
  if not high and not campaign then unknown[#unknown + 1] = i end
  states[i] = { high = tonumber(high or 0), read = tonumber(read or 0), known = tonumber(known or revision),
    limit = limit, take = take, campaign = campaign, loaded = high ~= nil }
end
if #unloaded > 0 then return { 'unloaded', unpack(unloaded) } end

local function say(i)
  local state = states[i]
  -- A member's state is read from the ledger again when it is old: a process may have died between the gate and the
  -- ledger.
  if not state.campaign and now - state.read > tonumber(ARGV[1]) then return { 'unloaded', unpack(members) } end
  -- A member who already has the coupon must see that, and not "sold out".
  if state.campaign and #unknown > 0 then return { 'unloaded', unpack(unknown) } end
  return { 'full', i, redis.call('GET', KEYS[2 * n + 1]) or '' }
end

local function lowestOf(key)
  local lowest
  for _, text in ipairs(redis.call('SMEMBERS', key)) do
    local number = tonumber(text)
    if not lowest or number < lowest then lowest = number end
  end
  if lowest then redis.call('SREM', key, lowest) end
  return lowest
end

-- The next free place of limit i, and whether it came from the set.
local function nextPlace(i)
  local state, free = states[i], KEYS[2 * i]
  -- A member's n-th coupon must have the n-th place, so a member gets the lowest free one. For a campaign any place
  -- will do, so the next one above is taken, which costs least.
  if not state.campaign and state.loaded then
    local lowest = lowestOf(free)
    if lowest and lowest <= state.limit then return lowest, true end
  end
  if state.high < state.limit then
    state.high = state.high + 1
    return state.high, false
  end
  local number
  repeat number = tonumber(redis.call('SPOP', free) or nil) until not number or number <= state.limit
  return number, true
end

local taken, popped = {}, {}
for i = 1, n do
  taken[i] = {}
  for w = 1, states[i].take do
    local number, fromSet = nextPlace(i)
    if not number then
      -- So far only the sets were changed: put the places back.
      for _, back in ipairs(popped) do
        redis.call('SADD', KEYS[2 * back.i], back.number)
        redis.call('EXPIRE', KEYS[2 * back.i], ARGV[5 * back.i - 1])
      end
      return say(i)
    end
    taken[i][w] = number
    if fromSet then popped[#popped + 1] = { i = i, number = number } end
  end
end

local admitted = { 'admitted' }
for i = 1, n do
  local state = states[i]
  redis.call('SET', KEYS[2 * i - 1], state.high .. ':' .. state.known .. ':' .. state.read, 'EX', ARGV[5 * i - 1])
  admitted[i + 1] = table.concat(taken[i], ',')
end
return admitted
