import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { Redis } from 'ioredis'
import { expect, test } from 'vitest'
import { openTestDatabase } from '../support/database.ts'
import { findOrInstall } from '../support/installed.ts'
import { takeRedisDatabase } from '../support/redis.ts'
import { startRedis } from '../support/servers.ts'
import { until } from '../support/waiting.ts'

test('a test gets a migrated database and a Redis database of its own', async () => {
  await using first = await openTestDatabase()
  await using second = await openTestDatabase()
  await first.db.insertInto('merchants').values(aMerchantRow).execute()
  expect(first.url).not.toBe(second.url)
  expect(await second.db.selectFrom('merchants').selectAll().execute()).toEqual([])

  const redis = new Redis(await takeRedisDatabase())
  const other = new Redis(await takeRedisDatabase())
  await redis.set('key', 'value')
  expect(await other.keys('*')).toEqual([])
  redis.disconnect()
  other.disconnect()
})

test('a server comes back on its port after a restart and after a crash', async () => {
  const server = await startRedis()
  const redis = new Redis(server.url, { maxRetriesPerRequest: null })
  redis.on('error', () => undefined)
  await redis.set('kept', 'yes')
  await redis.save()
  await redis.set('lost', 'yes')
  await server.kill()
  await server.start()
  expect(await redis.mget('kept', 'lost')).toEqual(['yes', null])
  redis.disconnect()
  await server.stop()
})

test('servers end and their files go when the process that started them is killed', async () => {
  const script = `
    const { startRedis } = await import('./test/support/servers.ts')
    const server = await startRedis()
    console.log(server.url)
    setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [url] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]
  const redis = new Redis(url, { retryStrategy: () => null })
  redis.on('error', () => undefined)
  const [, directory] = (await redis.config('GET', 'dir')) as [string, string]
  child.kill('SIGKILL')
  await once(redis, 'end')
  await until(() => !existsSync(directory))
})

test('a missing program is installed, or the command that installs it is named', () => {
  let installed = false
  const find = () => (installed ? '/usr/bin/thing' : undefined)
  expect(() => findOrInstall('thing', find, () => false)).toThrow('run  sudo apt-get install -y thing')
  expect(findOrInstall('thing', find, () => (installed = true))).toBe('/usr/bin/thing')
})

const aMerchantRow = {
  slug: 'demo',
  name: '优购小店',
  appid: 'wx0',
  app_secret_sealed: '-',
  domain_verification: '{}',
  updated_at: new Date(0),
}
