-- Marks places as taken that the ledger knows to be taken, and keeps those that were only proposed.
--
-- KEYS[1]  the scope
-- KEYS[2]  a scratch key of the same slot
-- ARGV[1]  the ledger's bitmap, bit 0 set
-- ARGV[2]  seconds to remember
-- returns  nothing
redis.call('SET', KEYS[2], ARGV[1])
redis.call('BITOP', 'OR', KEYS[1], KEYS[1], KEYS[2])
redis.call('DEL', KEYS[2])
redis.call('EXPIRE', KEYS[1], ARGV[2])
