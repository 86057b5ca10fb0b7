import { afterEach, beforeAll, afterAll, describe, expect, test } from 'vitest'
import type { FaultSpec } from '../../../sandbox/faults.ts'
import { callbackState, setOurCallback } from '../../../src/stocks/provider/callback.ts'
import { ourAddress } from '../../../src/stocks/provider/our-address.ts'
import { aMerchant } from '../../support/builders.ts'
import { openShop, type SandboxShop } from '../../support/shop.ts'

const by = 'a test'
const provider = '1267388801'
const ours = `http://localhost:3000/notify/demo/pay/${provider}`

describe.each(['certificate', 'public_key'] as const)('in %s mode', (keyMode) => {
  let shop: SandboxShop
  beforeAll(async () => (shop = await openShop({ wechat: 'sandbox', redis: false, world: { keyMode } })))
  afterEach(() => {
    shop.sandbox.control.clearFaults()
    delete account().notifyUrl
    delete account().products
  })
  afterAll(() => shop[Symbol.asyncDispose]())

  const account = () => shop.world.accounts.find(({ mchid }) => mchid === provider)!
  const state = () => callbackState(shop.services, shop.merchant, {})
  const set = (replace = false) => setOurCallback(shop.services, shop.merchant, { replace, by })
  const acts = () => shop.services.db.selectFrom('provider_acts').selectAll().orderBy('id').execute()

  test('none is set, then ours, which is not set again', async () => {
    expect(await state()).toEqual({ creatorMchid: provider, set: null, ours, isOurs: false })
    expect(await set()).toMatchObject({ set: ours, isOurs: true })
    expect(account().notifyUrl).toBe(ours)
    const before = shop.sandbox.control.countCalls('callback_set')
    expect(await set()).toMatchObject({ isOurs: true })
    expect(shop.sandbox.control.countCalls('callback_set')).toBe(before)
    expect((await acts()).at(-1)).toMatchObject({ act: 'set_callback', subject: ours, outcome: 'done', by })
  })

  test('the address of another system is named and stays, unless it is to be replaced', async () => {
    account().notifyUrl = 'https://crm.example/wechat'
    await expect(set()).rejects.toThrow(/https:\/\/crm\.example\/wechat.*--replace/)
    expect(account().notifyUrl).toBe('https://crm.example/wechat')
    expect(await set(true)).toMatchObject({ set: ours })
    expect(account().notifyUrl).toBe(ours)
  })

  test('the address of another merchant with the same creator serves this one too; of a stranger it does not', async () => {
    const { slug } = await aMerchant(shop.services)
    account().notifyUrl = `http://localhost:3000/notify/${slug}/pay/${provider}`
    expect(await set()).toMatchObject({ set: account().notifyUrl, isOurs: true })
    for (const other of [`notify/nobody/pay/${provider}`, 'notify/demo/pay/1601400973', `m/demo/pay/${provider}`]) {
      account().notifyUrl = `http://localhost:3000/${other}`
      expect(await state()).toMatchObject({ isOurs: false })
    }
    account().notifyUrl = 'no address'
    expect(await state()).toMatchObject({ isOurs: false, set: 'no address' })
  })

  test.each<FaultSpec['fault']>(['reset_after_commit', 'html_502_after_commit', 'bad_signature'])(
    'after %s it is set, however often the answer is lost',
    async (fault) => {
      shop.sandbox.control.setFault({ fault, endpoint: 'callback_set' })
      expect(await set()).toMatchObject({ set: ours, isOurs: true })
      expect((await acts()).at(-1)).toMatchObject({ outcome: 'done' })
    },
  )

  test('a missing product is told with where to open it, and silence as not known', async () => {
    account().products = ['prefunded']
    await expect(state()).rejects.toThrow(/has not opened 营销事件推送: open it in 服务商平台/)
    delete account().products
    shop.sandbox.control.setFault({ fault: 'callback_permission', endpoint: 'callback_set' })
    await expect(set()).rejects.toThrow(/has not opened 营销事件推送/)
    shop.sandbox.control.clearFaults()
    shop.sandbox.control.setFault({ fault: 'html_502', endpoint: 'callback_set' })
    await expect(set()).rejects.toThrow(/not known whether the address was set/)
    expect((await acts()).slice(-2).map(({ outcome }) => outcome)).toEqual(['refused', 'unknown'])
    shop.sandbox.control.setFault({ fault: 'wrong_body', endpoint: 'callback_read', times: 1 })
    expect(await state()).toMatchObject({ set: null })
    account().notifyUrl = ours
    shop.sandbox.control.setFault({ fault: 'bad_signature', endpoint: 'callback_read' })
    await expect(state()).rejects.toThrow(/not known whether an address is set.*unverified_answer/)
  })

  test('that none is set is believed of two hosts, or of one that signs: a page of a gateway is no answer', async () => {
    account().notifyUrl = 'https://crm.example/wechat'
    shop.sandbox.control.setFault({ fault: 'no_callback', endpoint: 'callback_read', times: 1 })
    expect(await state()).toMatchObject({ set: null })
    shop.sandbox.control.setFault({ fault: 'html_502', endpoint: 'callback_read', times: 1 })
    expect(await state()).toMatchObject({ set: 'https://crm.example/wechat' })
  })

  test('another number of the merchant is named, one of others refused', async () => {
    const other = callbackState(shop.services, shop.merchant, { creatorMchid: '1601400973' })
    await expect(other).rejects.toThrow(/keys are not the creator's/)
    const strange = callbackState(shop.services, shop.merchant, { creatorMchid: '1' })
    await expect(strange).rejects.toThrow(/1 is no merchant number of demo/)
  })

  test('our address is https in production, short and without a query', () => {
    const { config } = shop.services
    const address = (change: object) => () => ourAddress({ ...config, ...change }, shop.merchant, provider)
    expect(address({})()).toBe(ours)
    expect(address({ production: true })).toThrow(/PUBLIC_URL: must be https/)
    expect(address({ publicUrl: 'https://pay.example/?a=b' })).toThrow(/PUBLIC_URL: must have no query/)
    expect(address({ publicUrl: `https://${'x'.repeat(250)}` })).toThrow(/PUBLIC_URL: is too long/)
  })
})
