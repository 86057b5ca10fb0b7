import type { Selectable } from 'kysely'
import { daysBefore } from '../plumbing/clock.ts'
import { AskAgain } from '../plumbing/ask-again.ts'
import type { JobRun } from '../plumbing/schedule/job.ts'
import type { AskedOrdersTable } from '../plumbing/storage/schema.ts'
import type { Merchant } from '../merchants/merchant.ts'
import type { Services } from '../services.ts'
import { applyPayment } from './apply-payment.ts'
import { askInTurn } from './ask-in-turn.ts'
import type { Line, OrderName } from './ask-wechat.ts'
import { noteAnswered } from './asked-orders.ts'
import { takeOrder } from './take-order.ts'

type AskedOrder = Selectable<AskedOrdersTable>

/** Pauses after the first asking, the second and so on; after the last one the order is given up. */
const pausesMs = [5 * 60_000, 30 * 60_000, 2 * 3_600_000, 24 * 3_600_000]
/** Where WeChat gave no answer, it is asked so often at most. */
const mostTries = 10
const ordersPerRun = 500
/** Each asks one order after the other. */
const merchantsAtOnce = 8
const keptDays = 60

/**
 * Job: asks WeChat about every order whose turn it is: one that a page or the events API named and no message of
 * WeChat's has told of. One order after the other for a merchant, only once over all processes. What is found is applied
 * as if its notification had come. Throws the first failure when all others were asked about.
 */
export async function askMissing(services: Services, { signal }: JobRun): Promise<string> {
  const due = await dueOrders(services)
  const queues = byMerchant(due)
  const failures: Error[] = []
  let found = 0
  async function work(): Promise<void> {
    for (let queue = queues.shift(); queue; queue = queues.shift()) {
      const merchant = await services.catalog.merchantById(queue[0]!.merchant_id)
      for (const order of merchant ? queue : []) {
        signal.throwIfAborted()
        // One that cannot be applied keeps no other from being asked about, and is due still.
        await askOne(services, merchant!, order).then(
          (isFound) => (found += Number(isFound)),
          (failure: Error) => failures.push(failure),
        )
      }
    }
  }
  await Promise.all(Array.from({ length: merchantsAtOnce }, work))
  await forgetOld(services)
  if (failures.length > 0) throw failures[0]!
  return `${found} of ${due.length} orders found`
}

function dueOrders({ db, clock }: Services): Promise<AskedOrder[]> {
  return db
    .selectFrom('asked_orders')
    .selectAll()
    .where('ended_at', 'is', null)
    .where('due_at', '<=', clock.now())
    .orderBy('due_at')
    .limit(ordersPerRun)
    .execute()
}

function byMerchant(orders: AskedOrder[]): AskedOrder[][] {
  const queues = new Map<number, AskedOrder[]>()
  for (const order of orders) queues.set(order.merchant_id, [...(queues.get(order.merchant_id) ?? []), order])
  return [...queues.values()]
}

/** True when the asking has ended with payments that are known now. */
async function askOne(services: Services, merchant: Merchant, order: AskedOrder): Promise<boolean> {
  const name: OrderName = { by: order.named_by, value: order.name }
  const known = await knownPayment(services, order)
  // Whoever wrote it may have ended before it was applied.
  if (known?.confirmed) return finish(services, merchant, order, [known.transactionId])
  const queried = await askInTurn(services, merchant, name, known && { line: known.line })
  const taken = queried.kind === 'found' ? await takeOrder(services, merchant, queried) : queried
  if (taken.kind === 'paid') return finish(services, merchant, order, taken.transactionIds)
  if (taken.kind === 'refunded') {
    if (known) await confirmKnown(services, order, known.transactionId)
    const outcome = known ? 'confirmed' : 'refunded'
    await noteAnswered(services, merchant, name, { outcome, answer: 'refunded' })
  } else if (taken.kind === 'not_ours') {
    await noteAnswered(services, merchant, name, { outcome: 'not_ours' })
  } else {
    await again(services, merchant, order, taken)
  }
  return false
}

/** As the inbox does with a notification's payments. */
async function finish(
  services: Services,
  merchant: Merchant,
  order: AskedOrder,
  transactionIds: string[],
): Promise<boolean> {
  try {
    for (const id of transactionIds) await applyPayment(services, merchant, id)
  } catch (error) {
    if (!(error instanceof AskAgain)) throw error
    // Its due time has not moved: the next run tries again.
    return false
  }
  const name: OrderName = { by: order.named_by, value: order.name }
  await noteAnswered(services, merchant, name, { outcome: 'confirmed', transactionIds })
  return true
}

async function again(
  services: Services,
  merchant: Merchant,
  order: AskedOrder,
  answer: { kind: 'later' } | { kind: 'unknown_order' } | { kind: 'not_paid'; final: boolean },
): Promise<void> {
  const { db, clock, log } = services
  const pause = pausesMs[order.tries] ?? pausesMs.at(-1)!
  const isOver = answer.kind === 'later' ? order.tries + 1 >= mostTries : order.tries >= pausesMs.length
  const isFinal = answer.kind === 'not_paid' && answer.final
  if (isOver || isFinal) {
    const name: OrderName = { by: order.named_by, value: order.name }
    await noteAnswered(services, merchant, name, { outcome: 'given_up', answer: answer.kind })
    if (order.told_by === 'event')
      log.warn(
        { merchant: merchant.slug, [order.named_by]: order.name, answer: answer.kind },
        'WeChat does not confirm a payment that an event reported; it stays as reported',
      )
    return
  }
  await db
    .updateTable('asked_orders')
    .set({
      tries: order.tries + 1,
      due_at: new Date(clock.now().getTime() + pause),
      last_answer: answer.kind,
    })
    .where('id', '=', order.id)
    .where('ended_at', 'is', null)
    .execute()
}

async function knownPayment({ db }: Services, order: AskedOrder) {
  const row = await db
    .selectFrom('payments')
    .select(['transaction_id', 'mchid', 'sub_mchid', 'source', 'confirmed_at'])
    .where('merchant_id', '=', order.merchant_id)
    .where(order.named_by, '=', order.name)
    .executeTakeFirst()
  if (!row) return undefined
  const line: Line = { mchid: row.mchid, subMchid: row.sub_mchid ?? undefined }
  const confirmed = row.source !== 'event' || row.confirmed_at !== null
  return { transactionId: row.transaction_id, line, confirmed }
}

/** WeChat says that it was paid, and given back since. */
async function confirmKnown({ db, clock }: Services, order: AskedOrder, transactionId: string): Promise<void> {
  await db
    .updateTable('payments')
    .set({ confirmed_at: clock.now() })
    .where('merchant_id', '=', order.merchant_id)
    .where('transaction_id', '=', transactionId)
    .where('confirmed_at', 'is', null)
    .execute()
}

async function forgetOld({ db, clock }: Services): Promise<void> {
  await db.deleteFrom('asked_orders').where('ended_at', '<', daysBefore(clock.now(), keptDays)).execute()
}
