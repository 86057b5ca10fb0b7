import { expect, test } from 'vitest'
import { readyAt } from '../../src/files/wechat-file.ts'
import { beijingDay } from '../../src/plumbing/clock.ts'
import { movableClock } from '../support/clock.ts'
import { runNow } from '../support/jobs.ts'
import { openScriptedHost } from '../support/scripted-host.ts'
import { openShop, type SandboxShop } from '../support/shop.ts'

/** A shop whose first bill is ready, with one payment in it. */
async function openReady() {
  const clock = movableClock()
  const shop = await openShop({ wechat: 'sandbox', clock, world: { slugs: ['demo'] } })
  shop.sandbox.control.addOrder({ tradeType: 'MICROPAY', total: 6000, openid: shop.member('xiaoming') })
  const day = beijingDay(clock.now())
  clock.advance(readyAt(day).getTime() - clock.now().getTime() + 60_000)
  return { shop, day }
}

async function whatBecameOf({ services }: SandboxShop, day: string) {
  const { db } = services
  const files = await db.selectFrom('wechat_files').selectAll().where('day', '=', day).orderBy('id').execute()
  const warnings = await db.selectFrom('warnings').select('kind').where('until', 'is', null).execute()
  const payments = await db.selectFrom('payments').select('id').execute()
  return { refused: files.filter(({ state }) => state === 'refused'), warnings, payments }
}

test('a bill that WeChat is said to keep at a foreign host is not fetched there, and is a warning', async () => {
  await using foreign = await openScriptedHost({ body: 'not a bill' })
  const { shop, day } = await openReady()
  await using closing = shop
  shop.sandbox.control.state.settings.url = foreign.url
  await runNow(closing.services, 'bills')
  expect(foreign.calls).toEqual([])
  const { refused, warnings, payments } = await whatBecameOf(shop, day)
  expect(refused).toMatchObject([{ reason: expect.stringContaining(foreign.url), rows: null }])
  expect(warnings).toContainEqual({ kind: 'file_refused' })
  expect(payments).toEqual([])
})

test.each([301, 302, 307])('a redirect to a foreign host is not followed, and is a warning (%i)', async (status) => {
  await using foreign = await openScriptedHost({ body: 'not a bill' })
  await using files = await openScriptedHost({ status, headers: { Location: `${foreign.url}/bill` } })
  const { shop, day } = await openReady()
  await using closing = shop
  shop.sandbox.control.state.settings.url = files.url
  shop.services.config.wechat.filesUrl = files.url
  await runNow(closing.services, 'bills')
  expect(files.calls).toHaveLength(1)
  expect(foreign.calls).toEqual([])
  const { refused, warnings, payments } = await whatBecameOf(shop, day)
  expect(refused).toMatchObject([{ reason: `the file is redirected to ${foreign.url}/bill`, rows: null }])
  expect(warnings).toContainEqual({ kind: 'file_refused' })
  expect(payments).toEqual([])
})

test('an answer that is no HTTP any more in its middle is a broken connection: the bill is asked for again', async () => {
  await using files = await openScriptedHost((_call, response) => {
    response.socket!.end('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nno length\r\n')
  })
  const { shop, day } = await openReady()
  await using closing = shop
  shop.sandbox.control.state.settings.url = files.url
  shop.services.config.wechat.filesUrl = files.url
  await runNow(closing.services, 'bills')
  const bill = closing.services.db.selectFrom('wechat_files').select(['state', 'reason']).where('day', '=', day)
  expect(await bill.execute()).toContainEqual({
    state: 'due',
    reason: expect.stringMatching(/^the connection broke off/) as string,
  })
})
