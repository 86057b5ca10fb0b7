import { Redis } from 'ioredis'
import { sql } from 'kysely'
import { afterAll, expect, test } from 'vitest'
import { openGate } from '../../src/gate/gate.ts'
import { limitsOf } from '../../src/ledger/limits/limits.ts'
import { openLog } from '../../src/plumbing/telemetry/log.ts'
import { aCampaign } from '../support/builders.ts'
import { shopOfFile } from '../support/shop.ts'
import { statementsWait } from '../support/waiting.ts'

const { services, merchant, stock } = await shopOfFile()
const redis = new Redis(services.config.redisUrls[0]!)
afterAll(() => redis.disconnect())

test('Redis answers again while a claim goes by the ledger alone: what that claim gives back stays free', async () => {
  const gate = openGate({ redis, db: services.db, log: openLog('silent') })
  const ask = redis as unknown as { gateAdmit(...asked: unknown[]): Promise<unknown> }
  const answering = ask.gateAdmit.bind(redis)
  const redisIsAway = (away: boolean) =>
    (ask.gateAdmit = away ? () => Promise.reject(new Error('nobody answers')) : answering)
  const campaign = await aCampaign(services, stock, { limits: { per_member: 1, total: 20 } })
  const admit = (mark: string) => {
    const limits = limitsOf({ campaign, mark, coupons: [], tier: undefined, at: services.clock.now() })
    return gate.admit({ merchantId: merchant.id, campaignId: campaign.id, mark }, limits)
  }
  const scopes = limitsOf({ campaign, mark: 'early', coupons: [], tier: undefined, at: services.clock.now() })
  expect(scopes.map(({ level }) => level)).toEqual(['member', 'campaign'])
  await admit('before the outage')

  const reading = await services.db.startTransaction().execute()
  await sql`lock table slots in access exclusive mode`.execute(reading)
  redisIsAway(true)
  const early = admit('early')
  await statementsWait(services.db)
  redisIsAway(false)
  await admit('the first after the outage')
  await reading.commit().execute()
  const admitted = await early
  if (admitted.kind !== 'admitted') throw new Error(`the claim was ${admitted.kind}`)

  // The ledger refuses the campaign's place: somebody else has it.
  gate.giveBack(
    merchant.id,
    scopes.map(({ scope }, index) => ({ scope, number: admitted.numbers[index]![0]! })),
  )
  redisIsAway(true)
  expect(await admit('early')).toMatchObject({ kind: 'admitted' })
})
