import { existsSync } from 'node:fs'
import { afterAll, expect, test } from 'vitest'
import { openTestDatabase } from '../support/database.ts'
import { takeRedisDatabase } from '../support/redis.ts'
import { Redis } from 'ioredis'

test('x', async () => {
  await using d = await openTestDatabase()
  expect(await d.db.selectFrom('merchants').selectAll().execute()).toEqual([])
  const r = new Redis(await takeRedisDatabase())
  expect(await r.ping()).toBe('PONG')
  expect(await r.keys('*')).toEqual([])
  r.disconnect()
})
