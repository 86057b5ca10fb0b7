import { sql } from 'kysely'
import type { Db } from '../plumbing/storage/database.ts'
import { foreignUses } from './foreign-uses.ts'
import { lostAnswers, type LostAnswer } from './lost-answers.ts'
import { type Compared, type Difference, type Evidence, type Figure, mostEvidence } from './sheet.ts'
import { type CountAt, countsOfDay } from './stock-counts.ts'
import type { DayStock } from './stocks-of-day.ts'
import type { WholeDay } from '../plumbing/whole-day.ts'

/**
 * Coupons sent: our ledger's of the day against what WeChat's count of each stock rose by. The count also has what
 * others send of the stock. WeChat's figure is ours of the day plus what its count rose by beyond ours between two of
 * its reports around the day.
 */
export async function compareSent(db: Db, merchantId: number, stocks: DayStock[], day: WholeDay): Promise<Compared> {
  const ledger: Figure = { count: 0, fen: 0 }
  const wechat: Figure = { count: 0, fen: 0 }
  const differences: Difference[] = []
  const notes: string[] = []
  for (const stock of stocks) {
    const sent = await sentBetween(db, stock, day.start, day.end)
    add(ledger, sent, stock)
    const counts = await countsOfDay(db, stock, day)
    if (!counts) {
      notes.push(`stock ${stock.stock_id}: WeChat's count is not known at both ends of the day`)
      add(wechat, sent, stock)
      continue
    }
    const beyond = await riseBeyondOurs(db, stock, counts)
    add(wechat, sent + beyond, stock)
    if (beyond !== 0) differences.push(...(await causesOf(db, merchantId, stock, counts, beyond)))
  }
  return { line: { of: 'sent', ledger, ...(stocks.length > 0 && { wechat }) }, differences, notes }
}

type Counts = { from: CountAt; to: CountAt }

/**
 * A coupon that was under way at the moment of a report may or may not be in it: only what no such coupon can explain is
 * a difference.
 */
async function riseBeyondOurs(db: Db, stock: DayStock, { from, to }: Counts): Promise<number> {
  const beyond = to.count - from.count - (await sentBetween(db, stock, from.at, to.at))
  const least = beyond - (await underWayAt(db, stock, to.at))
  const most = beyond + (await underWayAt(db, stock, from.at))
  if (least > 0) return least
  return most < 0 ? most : 0
}

async function causesOf(db: Db, merchantId: number, stock: DayStock, { from, to }: Counts, beyond: number) {
  const lost = await lostAnswers(db, stock, from.at, to.at)
  const explained = lost.filter(({ counts }) => counts === Math.sign(beyond)).slice(0, Math.abs(beyond))
  const rest = beyond - Math.sign(beyond) * explained.length
  const about = (kind: string, count: number, more: Pick<Difference, 'cause' | 'words' | 'evidence'>): Difference[] =>
    count === 0
      ? []
      : [{ key: `sent/${stock.stock_id}/${kind}`, of: 'sent', count, fen: count * stock.coupon_amount, ...more }]
  const foreign = rest > 0 ? await foreignUses(db, merchantId, stock) : []
  const reports = { stock_id: stock.stock_id, ...reportEvidence('from', from), ...reportEvidence('to', to) }
  return [
    ...about('lost_answer', beyond - rest, {
      cause: 'lost_answer',
      words: 'our sends whose answer did not come: WeChat counts them on the day it gave them',
      evidence: explained.slice(0, mostEvidence).map(evidenceOfLost),
    }),
    ...about('others', rest, {
      cause: foreign.length > 0 ? 'foreign_sender' : 'unknown',
      words: rest > 0 ? 'WeChat gave more than we sent' : 'WeChat gave less than we sent',
      evidence: [reports, ...foreign],
    }),
  ]
}

function reportEvidence(end: string, { at, count }: CountAt): Evidence {
  return { [`${end}_at`]: at.toISOString(), [`${end}_count`]: count }
}

function evidenceOfLost({ counts: _counts, ...coupon }: LostAnswer): Evidence {
  return coupon
}

/** Of all merchants that send the stock, as WeChat counts it. */
async function sentBetween(db: Db, stock: DayStock, from: Date, to: Date): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    select count(*)::integer as n from coupons c join stocks s on s.id = c.stock_ref
    where s.stock_id = ${stock.stock_id} and s.creator_mchid = ${stock.creator_mchid}
      and c.state = 'sent' and c.settled_at >= ${from} and c.settled_at < ${to}`.execute(db)
  return rows[0]!.n
}

/** Sends that an answer ended within seconds after that moment. */
async function underWayAt(db: Db, stock: DayStock, at: Date): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    select count(*)::integer as n from coupons c join stocks s on s.id = c.stock_ref
    where s.stock_id = ${stock.stock_id} and s.creator_mchid = ${stock.creator_mchid}
      and c.state = 'sent' and c.created_at <= ${at}
      and c.settled_at >= ${at} and c.settled_at < ${new Date(at.getTime() + longestSendMs)}
      and not exists (select 1 from attempts a where a.coupon_row = c.id and a.at < ${at})`.execute(db)
  return rows[0]!.n
}

/** A send is given up as unanswered long before. */
const longestSendMs = 30_000

function add(figure: Figure, count: number, { coupon_amount }: DayStock): void {
  figure.count += count
  figure.fen += count * coupon_amount
}
