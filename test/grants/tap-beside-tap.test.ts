import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { award } from '../../src/grants/award.ts'
import { aCampaign } from '../support/builders.ts'
import { shopOfFile } from '../support/shop.ts'
import { statementsWait, until } from '../support/waiting.ts'

const { services, merchant, stock } = await shopOfFile()

test("a tap beside the member's other tap, which is not yet written, is told of the grant that it brings", async () => {
  const campaign = await aCampaign(services, stock, { limits: { per_member: 1 } })
  const admit = services.gate.admit
  let timesLetIn = 0
  let timesFull = 0
  services.gate.admit = async (...asked) => {
    const admission = await admit(...asked)
    if (admission.kind === 'full') timesFull += 1
    else timesLetIn += 1
    return admission
  }
  const tap = (name: string) =>
    award(services, {
      merchant,
      campaign,
      openid: 'impatient',
      triggerKey: `link/impatient/${name}`,
      coupons: campaign.coupons,
      at: services.clock.now(),
      lease: true,
    })

  const writing = await services.db.startTransaction().execute()
  await sql`lock table slots in share mode`.execute(writing)
  const first = tap('first')
  await statementsWait(services.db)
  // The gate asks the ledger about a member that it has never read: the second tap is let in too.
  const second = tap('second')
  await until(() => timesLetIn === 2)
  let isAnswered = false
  const third = tap('third').finally(() => (isAnswered = true))
  await until(() => isAnswered || timesFull > 1)
  await writing.commit().execute()

  const granted = await first
  if (granted.kind !== 'granted') throw new Error(`the first tap was ${granted.kind}`)
  const told = { kind: 'turned_away', reason: 'already_claimed', grantId: granted.grantId }
  expect(await Promise.all([second, third])).toEqual([told, told])
})
