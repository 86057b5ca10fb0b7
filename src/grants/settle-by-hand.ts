import type { Services } from '../services.ts'
import type { Stock } from '../plumbing/storage/schema/stock.ts'
import { type OwedGrant, merchantOf, owedGrants, type Wanted } from './owed-grants.ts'
import { NotReplaced } from '../ledger/replace.ts'
import { holdStocks } from './stock-left.ts'

/** The result for one grant, for the operator. `ok` is false when some of it could not be done. */
export type HandLine = { grantId: string; ok: boolean; message: string }

type Done = { done: number; doubted: number }

/**
 * Gives up the owed coupons of grants that were surely not sent, each grant in its own transaction. Yields one line per
 * grant when it is done. Throws what the database throws; the grants before that remain given up.
 */
export function giveUpGrants(services: Services, wanted: Wanted, reason: string): AsyncGenerator<HandLine> {
  return eachOf(services, wanted, 'given up', (grant) => {
    const named = { merchantId: grant.merchant_id, grantId: grant.id }
    return services.ledger.giveUp(named, { reason, at: services.clock.now() })
  })
}

/** Moves the owed coupons of grants that were surely not sent to another stock of their merchant, in the same way. */
export function replaceGrants(
  services: Services,
  wanted: Wanted,
  { stockId, reason }: { stockId: string; reason: string },
): AsyncGenerator<HandLine> {
  return eachOf(services, wanted, `now of stock ${stockId}`, async (grant) => {
    const merchant = await merchantOf(services, grant)
    const stock = await services.catalog.stock(merchant.id, stockId)
    if (!stock) throw new NotReplaced(`stock ${stockId} has not been imported for merchant ${merchant.slug}`)
    refuseEnded(stock, services.clock.now())
    const hold = await holdStocks(services, [{ stock, count: 1 }])
    if (!hold) throw new NotReplaced(`stock ${stockId} has none left`)
    try {
      return await services.ledger.replace({ merchant, grant, stock, reason, at: services.clock.now() })
    } finally {
      // The ledger is counted again soon; until then each grant counts as one coupon.
      hold.decide(true)
    }
  })
}

function refuseEnded({ stock_id, status, available_end }: Stock, now: Date): void {
  if (status === 'stoped' || available_end <= now) throw new NotReplaced(`stock ${stock_id} has ended`)
}

async function* eachOf(
  services: Services,
  wanted: Wanted,
  what: string,
  act: (grant: OwedGrant) => Promise<Done>,
): AsyncGenerator<HandLine> {
  for await (const grant of owedGrants(services, wanted)) {
    if (typeof grant === 'string') {
      yield { grantId: grant, ok: false, message: 'no such grant' }
      continue
    }
    try {
      yield { grantId: grant.id, ...lineOf(await act(grant), what) }
    } catch (error) {
      if (!(error instanceof NotReplaced)) throw error
      yield { grantId: grant.id, ok: false, message: error.message }
    }
  }
}

function lineOf({ done, doubted }: Done, what: string): Pick<HandLine, 'ok' | 'message'> {
  const parts = [
    ...(done > 0 ? [`${done} ${done === 1 ? 'coupon' : 'coupons'} ${what}`] : []),
    ...(doubted > 0 ? [`${doubted} may have been sent or are being sent: left alone`] : []),
  ]
  return { ok: done > 0 && doubted === 0, message: parts.join('; ') || 'nothing to do: it is owed nothing of the kind' }
}
