import { Redis } from 'ioredis'

/** Where scripts of a simulated Redis find the time. */
const timeKey = 'simulated-time'

/**
 * Makes scripts that ask Redis for its time read the simulated one instead. For every connection that defines scripts
 * after this.
 */
export function installRedisTime(): void {
  const prototype = Redis.prototype as unknown as { defineCommand(name: string, options: { lua: string }): unknown }
  const { defineCommand } = prototype
  prototype.defineCommand = function (name, options) {
    const lua = options.lua.replaceAll("redis.call('TIME')", `({ redis.call('GET', '${timeKey}'), '0' })`)
    return defineCommand.call(this, name, { ...options, lua })
  }
}

/** All keys that were to be forgotten within the time that has passed are forgotten, and the clock is set. */
const passTime = `
local passed = tonumber(ARGV[1])
for _, key in ipairs(redis.call('KEYS', '*')) do
  local left = redis.call('PTTL', key)
  if left > passed then redis.call('PEXPIRE', key, left - passed) elseif left > 0 then redis.call('DEL', key) end
end
redis.call('SET', KEYS[1], ARGV[2])`

/** Redis's own time stands as still as everybody's: this lets it pass. */
export async function passRedisTime(redis: Redis, passedMs: number, now: Date): Promise<void> {
  await redis.eval(passTime, 1, timeKey, passedMs, Math.floor(now.getTime() / 1_000))
}
