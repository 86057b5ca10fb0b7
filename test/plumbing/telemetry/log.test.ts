import { Redis } from 'ioredis'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { openLog } from '../../../src/plumbing/telemetry/log.ts'
import { maskText } from '../../../src/plumbing/telemetry/mask-text.ts'
import { Secret } from '../../../src/plumbing/secrets/secret.ts'
import { openTestDatabase } from '../../support/database.ts'
import { takeRedisDatabase } from '../../support/redis.ts'

/** As WeChat makes them: `o` and 27 more (docs/wechat/official-account.md 1.4). */
const openid = 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o'

function lines(level = 'info') {
  const written: string[] = []
  const log = openLog(level, { write: (line: string) => void written.push(line) })
  return { log, text: () => written.join(''), last: () => JSON.parse(written.at(-1) ?? '') as Record<string, unknown> }
}

const rejection = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: Error) => error,
  )

test('secrets stay out of the log under every name and depth in use', () => {
  const { log, text } = lines()
  log.info(
    { authorization: 'hunter2', keys: { private_key: 'hunter2', apiV3Key: 'hunter2' }, secret: new Secret('hunter2') },
    'a',
  )
  log.info({ req: { headers: { cookie: 'hunter2', authorization: 'hunter2', 'set-cookie': ['hunter2'] } } }, 'b')
  log.info({ merchant: { official: { app_secret: 'hunter2' } } }, 'c')
  log.info({ told: { a: { b: { c: { access_token: 'hunter2' } } } } }, 'a body {"app_secret":"hunter2"} in words')
  expect(text()).not.toContain('hunter2')
  expect(text()).toContain('[secret]')
  expect(text()).toMatch(/"time":"\d{4}-\d\d-\d\dT/)
})

test.each([
  [`/console/link/${'t'.repeat(43)}`, '/console/link/***'],
  [`/console/share/${'t'.repeat(43)}`, '/console/share/***'],
  [`/CONSOLE/Link/${'t'.repeat(43)}/x`, '/CONSOLE/Link/***/x'],
  ['/oauth/demo/callback?from=eyJ0YXJnZXQiOiJodW50ZXIyIn0&code=hunter2&state=hunter2', '/oauth/demo/callback'],
  ['/m/demo/card-opened?card_id=hunter2&encrypt_code=hunter2&openid=hunter2', '/m/demo/card-opened'],
  // WeChat glues its parameters to an address that has none with `&` (docs/wechat/official-account.md 5.2).
  ['/m/demo/card-opened&encrypt_code=hunter2&activate_ticket=hunter2', '/m/demo/card-opened'],
  ['/m/demo/card-opened%3Fencrypt_code%3Dhunter2', '/m/demo/card-opened'],
  ['/m/demo/card-opened;encrypt_code=hunter2', '/m/demo/card-opened'],
  ['/m/demo/card-opened#hunter2', '/m/demo/card-opened'],
  ['/notify/demo/oa?signature=hunter2&openid=hunter2', '/notify/demo/oa'],
  ['/m/demo/paid?out_trade_no=hunter2', '/m/demo/paid'],
  [`/m/demo/${'hunter2'.repeat(20)}`, '/m/demo/***'],
])('of the address %s a line has the path alone', (url, shown) => {
  const { log, text, last } = lines()
  log.error({ url }, 'request failed')
  expect(last().url).toBe(shown)
  expect(text()).not.toContain('hunter2')
})

test('an address that an error quotes has no query', () => {
  const { log, text } = lines()
  log.error({ err: new Error('GET https://api.weixin.qq.com/x?access_token=hunter2&secret=hunter2#top failed') }, 'a')
  log.error({ error: 'no answer of /card/code/decrypt&encrypt_code=hunter2' }, 'b of https://host/y?anything=hunter2')
  log.error({ error: 'the body grant_type=x&secret=hunter2 was refused' }, 'c')
  expect(text()).not.toContain('hunter2')
  expect(text()).toContain('https://api.weixin.qq.com/x?***')
})

test('a member is masked wherever the openid stands: in fields, words, errors and their causes', () => {
  const { log, text } = lines()
  const cause = new Error(`no place for ${openid}`)
  const error = Object.assign(new Error(`/v3/marketing/favor/users/${openid}/coupons failed`, { cause }), { openid })
  log.error({ err: error }, `first\n${openid}\nlast`)
  log.error({ err: new AggregateError([error, cause], `both for openid%3D${openid}`) }, 'b')
  log.error(error)
  log.error({ error: `session-of-${openid}.x`, deep: { list: [[{ openid }]] }, key: `oauth:${openid}` }, 'c')
  expect(text()).not.toContain(openid)
  expect(text()).not.toContain(openid.slice(0, 7))
  // Enough to tell the lines of two members apart.
  expect(text()).toContain('no place for o***eS6o')
})

test('a member is masked under the name openid whatever it looks like', () => {
  const { log, text } = lines()
  log.info(
    { openid: 'hunter2', told: { payer: { openid: 'hunter2' }, sub_openid: 'hunter2', card_code: 'hunter2' } },
    'a',
  )
  log.info({ told: '{"openid":"hunter2","unionid": "hunter2"}' }, 'openid=hunter2 of <FromUserName>')
  expect(text()).not.toContain('hunter2')
})

test('what only looks a little like an openid is shown', () => {
  const words = [
    'oauth_exchange_at_another_process_of_ours',
    '08E7CA050A0B9C06-0',
    '1601400973-0123456789abcdef0123456789abcdef',
    '019ab3c4-1d2e-7f00-8a9b-0c1d2e3f4a5b',
    'RULE_LIMIT 用户已达最大领券次数, code=1',
    '/v3/marketing/favor/stocks/16474341',
  ]
  for (const word of words) expect(maskText(word)).toBe(word)
})

test('a failed statement is told by its code and constraint, not by its row', async () => {
  await using database = await openTestDatabase()
  const { log, text, last } = lines()
  await sql`create table people (openid text primary key check (openid <> ${sql.lit(openid)}), note text)`.execute(
    database.db,
  )
  const refused = await rejection(sql`insert into people values (${openid}, 'hunter2')`.execute(database.db))
  log.error({ err: refused }, 'a')
  expect(last().err).toMatchObject({ type: 'DatabaseError', code: '23514', constraint: 'people_openid_check' })
  const unreadable = await rejection(sql`select 1 where 1 = ${'hunter2'}`.execute(database.db))
  log.error({ err: new Error('not read', { cause: unreadable }) }, 'b')
  expect(last().err).toMatchObject({ message: 'not read', cause: { code: '22P02' } })
  expect(text()).not.toContain(openid)
  expect(text()).not.toContain('hunter2')
})

test('a failed command of Redis is told by its words, not by its arguments', async () => {
  const redis = new Redis(await takeRedisDatabase())
  const { log, text, last } = lines()
  await redis.set(`member:${openid}`, 'hunter2')
  log.error({ err: await rejection(redis.lpush(`member:${openid}`, 'hunter2')) }, 'a')
  expect(last().err).toMatchObject({ message: expect.stringContaining('WRONGTYPE') })
  log.error({ err: await rejection(redis.call('NOSUCH', `member:${openid}`, 'hunter2')) }, 'b')
  expect(last().err).toMatchObject({ message: expect.stringContaining("unknown command 'NOSUCH'") })
  redis.disconnect()
  expect(text()).not.toContain(openid.slice(0, 7))
  expect(text()).not.toContain('hunter2')
})

test('an error that is its own cause, or is none, makes a line all the same', () => {
  const { log, last } = lines()
  const circular: Error & { cause?: unknown } = new Error('round')
  circular.cause = circular
  log.error({ err: circular }, 'a')
  expect(last().err).toMatchObject({ message: 'round' })
  for (const thrown of [{ openid, not: 'an error' }, undefined, null, 7]) {
    log.error({ err: thrown, url: 7 }, 'b')
    expect(last().msg).toBe('b')
  }
  log.error({ err: 'a word' }, 'c')
  expect(last().err).toBe('a word')
})

test('a silent log says nothing', () => {
  const { log, text } = lines('silent')
  log.fatal('everything is on fire')
  expect(text()).toBe('')
})
