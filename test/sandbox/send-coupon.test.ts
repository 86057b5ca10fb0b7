import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts'
import { createWorld, openidOf, type World } from '../../src/sandbox/world.ts'
import { isProven, payCall, sendBody, sendPath, type PayCallOptions } from './pay-caller.ts'

let sandbox: Sandbox
let world: World
let openid: string
let round = 0

beforeAll(async () => {
  world = createWorld({ slugs: ['demo', 'other'] })
  sandbox = await startSandbox({ port: 0, world })
})
beforeEach(() => {
  openid = openidOf(world.merchants[0]!.officialAccount, `member ${++round}`)
})
afterAll(() => sandbox.close())

const call = (path: string, options?: PayCallOptions) => payCall(sandbox.url, world, path, options)
const send = (outRequestNo: string, change: object = {}, to = openid) =>
  call(sendPath(to), { body: sendBody(world, outRequestNo, change) })
const stockId = () => world.merchants[0]!.campaigns.link.stockId

describe('a send', () => {
  test('gives one coupon, and the same one each time its number comes again', async () => {
    const first = await send('a-1')
    const again = await send('a-1')
    expect(first.status).toBe(200)
    expect(first.body.coupon_id).toMatch(/^\d{10,20}$/)
    expect(again.body).toEqual(first.body)
    expect(isProven(world, first.headers, first.text)).toBe(true)
    expect(first.headers.get('request-id')).toMatch(/-0$/)
    expect(sandbox.control.coupons(openid)).toHaveLength(1)
    expect(sandbox.control.number('a-1')).toMatchObject({ seen: 2, conflicts: 0, couponId: first.body.coupon_id })
  })

  test('with a used number and other data is refused', async () => {
    await send('b-1')
    const other = await send('b-1', {}, openidOf(world.merchants[0]!.officialAccount, 'somebody else'))
    expect(other).toMatchObject({ status: 400, body: { code: 'RESOURCE_ALREADY_EXISTS' } })
    expect(sandbox.control.number('b-1')!.conflicts).toBe(1)
  })

  test('beside another of the same stock to the same member meets the false RULE_LIMIT', async () => {
    sandbox.control.settings.sendMs = 30
    const answers = await Promise.all([send('c-1'), send('c-2')])
    sandbox.control.settings.sendMs = 0
    expect(answers.map((answer) => answer.status).toSorted()).toEqual([200, 403])
    expect((await send('c-2')).status).toBe(200)
    expect((await send('c-1')).status).toBe(200)
    expect(sandbox.control.coupons(openid)).toHaveLength(2)
  })

  test('above the rate is answered 429', async () => {
    sandbox.control.settings.sendsPerSecond = 1
    const answers = [await send('d-1'), await send('d-2')]
    sandbox.control.settings.sendsPerSecond = 500
    expect(answers[1]).toMatchObject({ status: 429, body: { code: 'FREQUENCY_LIMITED' } })
  })
})
