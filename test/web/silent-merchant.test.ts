import { describe, expect, test } from 'vitest'
import { until } from '../support/waiting.ts'
import { type Kind, type ManyMerchants, openManyMerchants, type Party } from './many-merchants.ts'

const merchants = 50
/** More than the connections of all merchants together were, when they shared them. */
const manyCalls = 150

type Act = (many: ManyMerchants, party: Party) => Promise<unknown>

/** Begins many of these calls for the merchant whom WeChat never answers; they end when the test is over. */
async function crowdAt(many: ManyMerchants, party: Party, kind: Kind, act: Act): Promise<Promise<unknown>> {
  const crowd = Promise.allSettled(Array.from({ length: manyCalls }, () => act(many, party)))
  await until(() => many.hanging(party.merchant, kind) > 0)
  return crowd
}

describe('beside a merchant whom WeChat does not answer', () => {
  test('the members of the forty-nine others log in, land with their cards and get their coupons', async () => {
    await using many = await openManyMerchants(merchants)
    const [silent, ...others] = many.parties as [Party, ...Party[]]
    // Its card calls get as far as the card: the token was there before.
    await many.land(silent)
    many.silence(silent.merchant)
    const crowds = await Promise.all([
      crowdAt(many, silent, 'oauth', (site, party) => site.logIn(party)),
      crowdAt(many, silent, 'official_account', (site, party) => site.land(party)),
      crowdAt(many, silent, 'pay', (site, party) => site.claim(party)),
    ])

    const seen = await Promise.all(
      others.map(async (party) => ({
        login: await many.logIn(party),
        landing: await many.land(party),
        claim: await many.claim(party),
      })),
    )
    for (const { login, landing, claim } of seen) {
      expect(login.status).toBe(302)
      expect(landing.text).toContain('开卡成功')
      expect(claim).toBe('sent')
    }
    await Promise.all(crowds)
  })
})
