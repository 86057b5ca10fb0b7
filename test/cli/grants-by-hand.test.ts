import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { strFromU8, unzipSync } from 'fflate'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { runCli } from '../../src/cli/run.ts'
import { openDeliveryLoop } from '../../src/delivery/loop.ts'
import { aCampaign, aMerchant, aStock } from '../support/builders.ts'
import { type DeliveryRoom, openDeliveryRoom } from '../delivery/delivery-room.ts'

let room: DeliveryRoom
beforeAll(async () => void (room = await openDeliveryRoom()))
afterAll(() => room[Symbol.asyncDispose]())
beforeEach(() => room.clear())

async function run(...args: string[]) {
  const said = { out: '', err: '' }
  const { databaseUrl, redisUrls, masterKeys } = room.services.config
  const code = await runCli(
    ['grants', ...args],
    { out: (text) => (said.out += text), err: (text) => (said.err += text) },
    {
      DATABASE_URL: databaseUrl,
      REDIS_URL: redisUrls.join(','),
      MASTER_KEY: masterKeys.map((key) => key.toString('base64')).join(','),
      COOKIE_KEYS: randomBytes(24).toString('base64url'),
      SANDBOX: 'off',
    },
  )
  return { code, ...said }
}
const grantOf = async (row: string) => (await room.coupon(row)).grant_id

test('give-up prints a line a grant and exits 1 when one could not be', async () => {
  const rows = [await room.owe(), await room.owe()]
  await room.lease(rows[1]!)
  const [first, second] = [await grantOf(rows[0]!), await grantOf(rows[1]!)]
  expect(await run('give-up', first, second, '--reason', '批次已停止')).toEqual({
    code: 1,
    out: `${first}: 1 coupon given up\n${second}: 1 may have been sent or are being sent: left alone\n`,
    err: '',
  })
  const acts = await room.services.db.selectFrom('operator_acts').selectAll().execute()
  expect(acts).toMatchObject([{ reason: '批次已停止', grant_id: first }])
})

test('replace takes a whole campaign, and its merchant only where the name alone is not enough', async () => {
  const stock = await aStock(room.services, room.merchant)
  const { slug } = room.campaign
  const row = await room.owe()
  const replaced = await run('replace', '--campaign', slug, '--stock', stock.stock_id, '--json')
  expect(replaced).toMatchObject({ code: 0 })
  expect(JSON.parse(replaced.out)).toMatchObject([{ grantId: await grantOf(row), ok: true }])

  const neighbour = await aMerchant(room.services)
  await aCampaign(room.services, await aStock(room.services, neighbour), { slug })
  const several = await run('give-up', '--campaign', slug, '--reason', 'x')
  expect(several).toMatchObject({ code: 1, err: expect.stringMatching('--merchant') as string })
  expect(await run('give-up', '--campaign', slug, '--merchant', room.merchant.slug, '--reason', 'x')).toMatchObject({
    code: 0,
  })
  expect(await room.coupon(row)).toMatchObject({ state: 'refused', reason: 'given_up', stock_ref: stock.id })
})

test('neither grants nor a campaign, both, and no reason are wrong usage', async () => {
  expect((await run('give-up', '--reason', 'x')).code).toBe(2)
  expect((await run('give-up', 'one', '--campaign', 'two', '--reason', 'x')).code).toBe(2)
  expect((await run('give-up', 'one')).code).toBe(2)
  expect((await run('replace', 'one')).code).toBe(2)
  expect(await run('give-up', 'one', '--reason', ' ')).toMatchObject({ code: 2 })
  expect(await run('give-up', '--campaign', 'nowhere', '--reason', 'x')).toMatchObject({ code: 1 })
})

test('evidence is one zip with requests, answers and Request-IDs, and nothing that proves who we are', async () => {
  room.wechat.next = [{ status: 404, code: 'RESOURCE_NOT_EXISTS', message: '批次不存在' }]
  const row = await room.owe('a member')
  await openDeliveryLoop(room.services).drain()
  const { grant_id, out_request_no, last_request_id } = await room.coupon(row)
  const folder = mkdtempSync(join(tmpdir(), 'evidence-'))
  const { code, out } = await run('evidence', grant_id, '--out', folder)
  expect(code).toBe(0)
  const files = unzipSync(readFileSync(out.trim()))
  rmSync(folder, { recursive: true })
  expect(Object.keys(files).toSorted()).toEqual(['coupon-1/answers.json', 'coupon-1/request.json', '说明.txt'])
  const [answers, request, text] = ['coupon-1/answers.json', 'coupon-1/request.json', '说明.txt'].map((name) =>
    strFromU8(files[name]!),
  ) as [string, string, string]
  expect(JSON.parse(answers)).toMatchObject([
    { code: 'RESOURCE_NOT_EXISTS', message: '批次不存在', request_id: last_request_id },
  ])
  expect(JSON.parse(request)).toMatchObject({
    method: 'POST',
    url: expect.stringMatching('/v3/marketing/favor/users/a%20member/coupons') as string,
    headers: { Authorization: expect.stringMatching('signature="…"') as string },
    body: expect.stringMatching(out_request_no) as string,
  })
  expect(text).toContain(`Request-ID ${last_request_id}`)
  expect(text).toContain(out_request_no)
  expect(await run('evidence', 'nonsense')).toMatchObject({ code: 1, out: '' })
})
