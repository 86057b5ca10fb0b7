import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { refusals, type RefusalName } from '../../sandbox/pay/refusals.ts'
import { startSandbox, type Sandbox } from '../../sandbox/sandbox.ts'
import { createWorld, openidOf, type World } from '../../sandbox/world.ts'
import { isProven, payCall, sendBody, sendPath } from './pay-caller.ts'

let sandbox: Sandbox
let world: World
let round = 0

beforeAll(async () => {
  world = createWorld()
  sandbox = await startSandbox({ port: 0, backupPort: 0, world })
})
afterEach(() => sandbox.control.clearFaults())
afterAll(() => sandbox.close())

function someone() {
  const number = `f-${++round}`
  const openid = openidOf(world.merchants[0]!.officialAccount, number)
  const send = (url = sandbox.url) => payCall(url, world, sendPath(openid), { body: sendBody(world, number) })
  return { number, openid, send, coupons: () => sandbox.control.coupons(openid).length }
}

describe('a fault after the work', () => {
  test.each([
    'reset_after_commit',
    'html_502_after_commit',
    'system_error_after_commit',
    'empty_body',
    'wrong_body',
    'null_body',
  ] as const)('%s leaves a coupon that the next try of the same number finds', async (fault) => {
    const member = someone()
    sandbox.control.setFault({ fault, endpoint: 'send', times: 1 })
    const first = await member.send().catch(() => undefined)
    expect(first?.body.coupon_id).toBeUndefined()
    expect(member.coupons()).toBe(1)
    expect((await member.send()).body.coupon_id).toBe(sandbox.control.number(member.number)!.couponId)
    expect(member.coupons()).toBe(1)
  })

  test('timeout_after_commit gives the coupon and no answer', async () => {
    const member = someone()
    sandbox.control.setFault({ fault: 'timeout_after_commit', times: 1 })
    const waiting = member.send()
    await expect.poll(member.coupons).toBe(1)
    const again = await member.send()
    expect(again.status).toBe(200)
    expect(sandbox.control.calls({ outRequestNo: member.number })[0]).toMatchObject({
      status: 0,
      fault: 'timeout_after_commit',
    })
    void waiting.catch(() => undefined)
  })
})

describe('a fault before the work', () => {
  test.each(['reset_before', 'html_500', 'html_502', 'empty_json_502', 'system_error', 'service_unavailable'] as const)(
    '%s gives nothing',
    async (fault) => {
      const member = someone()
      sandbox.control.setFault({ fault, times: 1 })
      const answer = await member.send().catch(() => undefined)
      expect(answer?.status ?? 500).toBeGreaterThanOrEqual(500)
      expect(member.coupons()).toBe(0)
      expect((await member.send()).status).toBe(200)
    },
  )

  test.each(Object.keys(refusals) as RefusalName[])('%s is answered as the table says', async (name) => {
    const member = someone()
    sandbox.control.setFault({ fault: name, times: 1 })
    const answer = await member.send()
    const { status, code, message } = refusals[name]
    expect(answer).toMatchObject({ status, body: { code, message } })
    expect(member.coupons()).toBe(0)
    expect(isProven(world, answer.headers, answer.text)).toBe(status !== 401)
  })

  test('a refusal may have other words', async () => {
    sandbox.control.setFault({ fault: 'unknown_code', refusal: { status: 418, message: '茶壶' }, times: 1 })
    expect(await someone().send()).toMatchObject({ status: 418, body: { code: 'SOMETHING_NEW', message: '茶壶' } })
  })
})

describe('a spoiled proof', () => {
  test.each(['bad_signature', 'signtest', 'unsigned', 'unknown_serial', 'tampered_body'] as const)(
    '%s does not verify, though the coupon is given',
    async (fault) => {
      const member = someone()
      sandbox.control.setFault({ fault, times: 1 })
      const answer = await member.send()
      expect(answer.status).toBe(200)
      expect(isProven(world, answer.headers, answer.text)).toBe(false)
      expect(member.coupons()).toBe(1)
      if (fault === 'signtest') expect(answer.headers.get('wechatpay-signature')).toMatch(/^WECHATPAY\/SIGNTEST\//)
    },
  )

  test('clock_skew signs with a time that is off by what was asked', async () => {
    sandbox.control.setFault({ fault: 'clock_skew', ms: -600_000, times: 1 })
    const answer = await someone().send()
    const seconds = Date.now() / 1000 - Number(answer.headers.get('wechatpay-timestamp'))
    expect(Math.round(seconds / 60)).toBe(10)
    expect(isProven(world, answer.headers, answer.text)).toBe(true)
  })
})

describe('a fault', () => {
  test('hits only the calls it is meant for, as often as it is meant to', async () => {
    const [one, other] = [someone(), someone()]
    const { id } = sandbox.control.setFault({ fault: 'html_500', openid: one.openid, times: 2 })
    expect((await other.send()).status).toBe(200)
    expect([(await one.send()).status, (await one.send()).status, (await one.send()).status]).toEqual([500, 500, 200])
    expect(sandbox.control.faults()).toEqual([])
    sandbox.control.clearFaults(id)
  })

  test('may hit the main host alone', async () => {
    sandbox.control.setFault({ fault: 'service_unavailable', host: 'main' })
    const member = someone()
    expect((await member.send()).status).toBe(503)
    expect((await member.send(sandbox.backupUrl)).status).toBe(200)
    expect(sandbox.control.calls({ outRequestNo: member.number }).map((call) => call.host)).toEqual(['main', 'backup'])
  })

  test('of probability 0 never hits', async () => {
    sandbox.control.setFault({ fault: 'html_500', probability: 0 })
    expect((await someone().send()).status).toBe(200)
  })

  test('slow combines with another', async () => {
    sandbox.control.setFault({ fault: 'slow', ms: 1 })
    sandbox.control.setFault({ fault: 'rule_limit' })
    const member = someone()
    expect((await member.send()).status).toBe(403)
    expect(sandbox.control.calls({ outRequestNo: member.number })[0]!.fault).toBe('slow+rule_limit')
  })

  test('nobody knows is refused', () => {
    expect(() => sandbox.control.setFault({ fault: 'no such' as never })).toThrow('no fault is called')
  })
})

test('only the last calls are kept, and every one is counted', async () => {
  const small = await startSandbox({ port: 0, world, keptCalls: 2 })
  for (let at = 0; at < 5; at++) await payCall(small.url, world, '/v3/certificates')
  expect(small.control.calls()).toHaveLength(2)
  expect(small.control.countCalls('certificates')).toBe(5)
  await small.close()
})
