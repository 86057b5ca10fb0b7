import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { senderOf } from '../support/builders.ts'
import { until } from '../support/waiting.ts'
import { type ManyMerchants, openManyMerchants, type Party } from './many-merchants.ts'

/** One merchant's connections to WeChat. */
const most = { oauth: 32, official_account: 32, pay: 64 }
/** More of each kind than that, and than the connections of all merchants together were when they shared them. */
const crowd = { oauth: 40, official_account: 40, pay: 300 }

let many: ManyMerchants
let silent: Party
let others: Party[]
beforeAll(async () => {
  many = await openManyMerchants(50)
  ;[silent, ...others] = many.parties as [Party, ...Party[]]
  // Its card calls get as far as the card: the token was there before.
  await many.land(silent)
  many.silence(silent.merchant)
})
afterAll(() => many[Symbol.asyncDispose]())

const times = <T>(count: number, act: () => Promise<T>): Promise<T>[] => Array.from({ length: count }, act)

describe('beside a merchant whom WeChat does not answer', () => {
  test('its own logins above thirty-two are told so at once, while the others still hang', async () => {
    const told: number[] = []
    const logins = times(crowd.oauth, async () => void told.push((await many.logIn(silent)).status))
    await until(() => told.length === crowd.oauth - most.oauth)
    expect(many.hanging(silent.merchant, 'oauth')).toBe(most.oauth)
    expect(told).toEqual(Array(crowd.oauth - most.oauth).fill(503))
    await Promise.all(logins)
  })

  test('the members of forty-nine others log in, land with their cards and get their coupons', async () => {
    const pay = many.services.pay(senderOf(silent.merchant))
    const official = many.services.official(silent.merchant)
    const hanging = [
      ...times(crowd.official_account, () => official.decryptCardCode('card')),
      ...times(crowd.pay, () => pay.call({ method: 'GET', path: '/v3/anything' })),
    ]
    await until(() => many.hanging(silent.merchant, 'pay') === most.pay)
    await until(() => many.hanging(silent.merchant, 'official_account') === most.official_account)

    const first = others[0] as Party
    expect([await many.claim(first), many.hanging(silent.merchant, 'pay')]).toEqual(['sent', most.pay])
    const served = { login: 302, landing: expect.stringContaining('开卡成功') as string, claim: 'sent' }
    // Few at a time: a crowd on a busy machine would be slow by itself.
    for (let index = 0; index < others.length; index += 7) {
      const seen = await Promise.all(others.slice(index, index + 7).map(visitOf))
      expect(seen).toMatchObject(seen.map(() => served))
    }
    await Promise.all(hanging)
  })
})

/** One member logs in, another lands with a new card, a third claims. */
async function visitOf(party: Party) {
  const [login, landing, claim] = await Promise.all([many.logIn(party), many.land(party), many.claim(party)])
  return { login: login.status, landing: landing.text, claim }
}
