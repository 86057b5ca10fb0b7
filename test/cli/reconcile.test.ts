import { expect, test } from 'vitest'
import { runCli } from '../../src/cli/run.ts'
import { shopOfFile } from '../support/shop.ts'

const shop = await shopOfFile()
const { slug } = shop.merchant

async function run(...args: string[]) {
  const said = { out: '', err: '' }
  const { databaseUrl, redisUrls, masterKeys, cookieKeys } = shop.services.config
  const code = await runCli(
    ['reconcile', slug, ...args],
    { out: (text) => (said.out += text), err: (text) => (said.err += text) },
    {
      DATABASE_URL: databaseUrl,
      REDIS_URL: redisUrls.join(','),
      MASTER_KEY: masterKeys.map((key) => key.toString('base64')).join(','),
      COOKIE_KEYS: cookieKeys.join(','),
      SANDBOX: 'off',
    },
  )
  return { code, ...said }
}
const day = '2026-06-01'

test('a person compares a day, signs it once its file is there, and opens it again with a reason', async () => {
  const early = await run(day)
  expect(early).toMatchObject({ code: 1, out: expect.stringMatching(/missing +trade_bill \d+: absent/) as string })
  expect(await run(day, '--sign', '王会计')).toMatchObject({
    code: 1,
    out: '',
    err: expect.stringMatching(/^missing: /) as string,
  })
  const now = new Date()
  const mchids = shop.merchant.accounts.filter(({ keys }) => keys).map(({ mchid }) => mchid)
  for (const mchid of mchids)
    await shop.services.db
      .insertInto('wechat_files')
      .values({ mchid, kind: 'trade_bill', day: '20260601', state: 'none', reason: 'empty_day', due_at: now })
      .execute()
  expect(await run(day)).toMatchObject({ code: 0, out: expect.stringMatching(/can be signed\n$/) as string })
  const signed = await run(day, '--sign', '王会计')
  expect(signed).toMatchObject({ code: 0, err: '' })
  expect(signed.out).toMatch(/signed +by 王会计 at \S+ \S+, SHA-256 [0-9a-f]{64}\n/)
  expect((await run(day, '--sign', '李会计')).err).toBe('2026-06-01 is signed already\n')
  expect((await run(day, '--reopen', ' ')).code).toBe(2)
  const { history, signed: standing } = JSON.parse((await run(day, '--reopen', '补账', '--json')).out)
  expect(history).toMatchObject([{ signed_by: '王会计', reopened_by: 'command line', reopened_reason: '补账' }])
  expect(standing).toBeNull()
})

test('a difference without a cause is null in JSON, and the command exits with 1', async () => {
  const { services, merchant } = shop
  const refused = { kind: 'trade_bill' as const, day: '20260602', state: 'refused' as const, due_at: new Date() }
  for (const { mchid } of merchant.accounts.filter(({ keys }) => keys))
    await services.db
      .insertInto('wechat_files')
      .values({ ...refused, mchid })
      .execute()
  const { code, out } = await run('2026-06-02', '--json')
  expect(code).toBe(1)
  expect(JSON.parse(out)).toMatchObject({ missing: [], differences: [{ of: 'file', cause: null }] })
})

test('a day to come, an unknown difference and half an explanation are refused', async () => {
  expect((await run('2999-01-01')).err).toBe('2999-01-01 is in the future\n')
  const said = ['--cause', 'sent_by_hand', '--reason', 'x']
  expect((await run(day, '--explain', 'sent/1/others', ...said)).err).toBe(
    '2026-06-01 has no difference sent/1/others\n',
  )
  expect((await run(day, '--explain', 'sent/1/others')).err).toBe('--explain needs --cause and --reason\n')
  expect((await run(day, '--sign', 'a', '--reopen', 'b')).err).toBe('--sign, --reopen and --explain: one at a time\n')
  expect((await run(day, '--explain', 'x', '--cause', 'magic', '--reason', 'x')).code).toBe(2)
})
