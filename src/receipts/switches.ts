import { writeAudit } from '../operators/audit/write.ts'
import { commandLine } from '../operators/rights/parts.ts'
import { ofMerchant } from '../operators/rights/scope.ts'
import { dayMs } from '../plumbing/clock.ts'
import type { ReceiptSwitch } from '../plumbing/storage/schema.ts'
import { Unusable } from '../plumbing/unusable.ts'
import type { Merchant } from '../merchants/merchant.ts'
import type { Services } from '../services.ts'
import { outcomeOf, saidBy } from '../stocks/provider/acts.ts'
import { askUntilKnown } from '../stocks/provider/ask-until-known.ts'
import { switchGoldPlan } from '../wechat/pay/gold-plan.ts'
import { closedAt } from './record.ts'
import type { ReceiptParties } from './provider-of.ts'
import { whyNot } from './why-not.ts'

/** WeChat opens nothing sooner after it was closed (docs/wechat/gold-plan.md 2). */
const waitMs = dayMs

export type Turn = { what: ReceiptSwitch; turned: 'OPEN' | 'CLOSE' }

/** Opened: the receipt first, then the page that it stands on. */
export const opening: Turn[] = [
  { what: 'page', turned: 'OPEN' },
  { what: 'plan', turned: 'OPEN' },
]

/** Closed: our receipt; WeChat's page after a payment stays, with WeChat's own receipt, unless that is closed too. */
export function closing({ plan }: { plan: boolean }): Turn[] {
  const page: Turn = { what: 'page', turned: 'CLOSE' }
  return plan ? [{ what: 'plan', turned: 'CLOSE' }, page] : [page]
}

/**
 * Asks WeChat for these turns one after the other, with the provider's keys, and keeps what came of each. It ends at the
 * first that is not done. Throws `Unusable` with the reason and what was done before, and before anything is asked when
 * something would be opened within a day of its closing.
 */
export async function turnReceipt(
  services: Services,
  merchant: Merchant,
  parties: ReceiptParties,
  turns: Turn[],
): Promise<void> {
  await refuseTooSoon(services, parties, turns)
  const done: string[] = []
  for (const turn of turns) {
    const why = await turnOne(services, merchant, parties, turn)
    if (why !== undefined) throw new Unusable([...done.map((one) => `done: ${one}`), why])
    done.push(inWords(turn))
  }
}

/** A turn as a line names it. */
export function inWords({ what, turned }: Turn): string {
  const names = { page: 'our receipt (商家小票)', plan: "WeChat's page after a payment (点金计划)" }
  return `${turned === 'OPEN' ? 'open' : 'close'} ${names[what]}`
}

async function refuseTooSoon({ db, clock }: Services, parties: ReceiptParties, turns: Turn[]): Promise<void> {
  for (const turn of turns.filter(({ turned }) => turned === 'OPEN')) {
    const closed = await closedAt(db, parties, turn.what)
    if (!closed || clock.now().getTime() - closed.getTime() >= waitMs) continue
    const from = new Date(closed.getTime() + waitMs).toISOString()
    throw new Unusable([
      `it was closed at ${closed.toISOString()}, and WeChat opens nothing within 24 hours of that: ${inWords(turn)} from ${from} on`,
    ])
  }
}

/** Why it was not done; undefined when it was. */
async function turnOne(
  services: Services,
  merchant: Merchant,
  { subMchid, provider }: ReceiptParties,
  turn: Turn,
): Promise<string | undefined> {
  const client = services.pay(provider)
  const known = await askUntilKnown(services, (limits) => switchGoldPlan(client, { ...turn, subMchid, ...limits }))
  const outcome = outcomeOf(known)
  const at = services.clock.now()
  const row = {
    merchant_id: merchant.id,
    provider_mchid: provider.mchid,
    sub_mchid: subMchid,
    switch: turn.what,
    turned: turn.turned,
    outcome,
    ...saidBy(known),
    by: commandLine.email,
    at,
  }
  await services.db.transaction().execute(async (trx) => {
    await trx.insertInto('receipt_switches').values(row).execute()
    const after = { provider: provider.mchid, [turn.what]: turn.turned, outcome }
    const scope = ofMerchant(merchant.id)
    await writeAudit(trx, { at, by: commandLine, act: 'receipt_switched', scope, subject: `小票 ${subMchid}`, after })
  })
  return known.kind === 'ok' ? undefined : whyNot(inWords(turn), known)
}
