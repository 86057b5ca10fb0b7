import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { strFromU8, unzipSync } from 'fflate'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { runCli } from '../../src/cli/run.ts'
import { openDeliveryLoop } from '../../src/delivery/loop.ts'
import { aCampaign, aMerchant, aStock } from '../support/builders.ts'
import { openMarks } from '../security/marks.ts'
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

test('evidence is one zip with requests, answers and Request-IDs, what earned it and what to write, and nothing that proves who we are', async () => {
  room.wechat.next = [{ status: 404, code: 'RESOURCE_NOT_EXISTS', message: '批次不存在' }]
  const row = await room.owe('a member')
  await openDeliveryLoop(room.services).drain()
  const { grant_id, out_request_no, last_request_id, request: body } = await room.coupon(row)
  const folder = mkdtempSync(join(tmpdir(), 'evidence-'))
  const { code, out } = await run('evidence', grant_id, '--out', folder)
  expect(code).toBe(0)
  const zip = readFileSync(out.trim())
  const named = join(folder, 'for-wechat.zip')
  expect(await run('evidence', grant_id, '--out', named)).toMatchObject({ code: 0, out: `${named}\n` })
  expect(Object.keys(unzipSync(readFileSync(named)))).toHaveLength(6)
  rmSync(folder, { recursive: true })

  const files = Object.fromEntries(Object.entries(unzipSync(zip)).map(([name, bytes]) => [name, strFromU8(bytes)]))
  expect(Object.keys(files).toSorted()).toEqual([
    'coupon-1/answers.json',
    'coupon-1/request-body.json',
    'coupon-1/request.json',
    'trigger.json',
    '给微信支付客服.txt',
    '说明.txt',
  ])
  expect(files['coupon-1/request-body.json']).toBe(body)
  const [answer] = JSON.parse(files['coupon-1/answers.json']!) as { at: { utc: string; beijing: string } }[]
  expect(answer).toMatchObject({ code: 'RESOURCE_NOT_EXISTS', message: '批次不存在', request_id: last_request_id })
  expect(Date.parse(answer!.at.beijing.replace(' ', 'T').replace(' ', ''))).toBe(
    Math.floor(Date.parse(answer!.at.utc) / 1_000) * 1_000,
  )
  expect(JSON.parse(files['coupon-1/request.json']!)).toMatchObject({
    method: 'POST',
    url: expect.stringMatching('/v3/marketing/favor/users/a%20member/coupons') as string,
    headers: { Authorization: expect.stringMatching('signature="…"') as string },
    body,
  })
  expect(JSON.parse(files['trigger.json']!)).toMatchObject({
    grant: { id: grant_id, openid: 'a member', campaign: room.campaign.slug, kind: room.campaign.kind },
  })
  for (const name of ['给微信支付客服.txt', '说明.txt']) {
    expect(files[name]).toContain(last_request_id)
    expect(files[name]).toContain(out_request_no)
    expect(files[name]).toContain('共 1 张券：1 张还没有发放成功')
  }

  const marks = openMarks()
  for (const { keys, apiV2Key } of room.merchant.accounts) {
    if (!keys) continue
    for (const line of keys.privateKey
      .reveal()
      .split('\n')
      .filter((text) => text.length > 40))
      marks.add('private key', line)
    marks.add('APIv3 key', keys.apiV3Key.reveal())
    if (apiV2Key) marks.add('APIv2 key', apiV2Key.reveal())
  }
  marks.add('AppSecret', room.merchant.officialAccount.appSecret.reveal())
  marks.add('member key', room.merchant.memberKey.reveal())
  expect(marks.foundIn([...Object.values(files), zip.toString('latin1'), out])).toEqual([])
  expect(marks.count()).toBeGreaterThan(10)
  expect(await run('evidence', 'nonsense')).toMatchObject({ code: 1, out: '' })
})
