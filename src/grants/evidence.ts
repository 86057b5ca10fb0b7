import type { Selectable } from 'kysely'
import type { Db } from '../plumbing/storage/database.ts'
import type { CouponsTable } from '../plumbing/storage/schema.ts'
import type { Services } from '../services.ts'
import { evidenceText } from './evidence-text.ts'
import { isUuid } from '../ledger/ids.ts'

/** Files by name. */
export type Evidence = Record<string, string>

/**
 * Everything that WeChat's support needs to find a grant's sends: of each coupon the request as it went out, without what
 * proves who we are, and every answer with its Request-ID and time. Undefined for an id that is no grant's.
 */
export async function evidenceOf(services: Services, grantId: string): Promise<Evidence | undefined> {
  const { db, config } = services
  if (!isUuid(grantId)) return undefined
  const coupons = await couponsOf(db, grantId)
  if (coupons.length === 0) return undefined
  const files: Evidence = { '说明.txt': evidenceText(grantId, coupons) }
  for (const [index, coupon] of coupons.entries()) {
    const folder = `coupon-${index + 1}`
    files[`${folder}/request.json`] = pretty(requestOf(coupon, config.wechat.payUrl))
    files[`${folder}/answers.json`] = pretty(coupon.answers)
  }
  const acts = await db.selectFrom('operator_acts').selectAll().where('grant_id', '=', grantId).orderBy('id').execute()
  if (acts.length > 0) files['operator-acts.json'] = pretty(acts)
  return files
}

export type EvidenceCoupon = Awaited<ReturnType<typeof couponsOf>>[number]

async function couponsOf(db: Db, grantId: string) {
  const rows = await db
    .selectFrom('coupons as c')
    .innerJoin('accounts as a', 'a.id', 'c.account_id')
    .innerJoin('stocks as s', 's.id', 'c.stock_ref')
    .select(['a.mchid', 'a.serial_no', 's.stock_id', 's.creator_mchid'])
    .select(['c.id', 'c.openid', 'c.out_request_no', 'c.request', 'c.state', 'c.reason', 'c.coupon_id', 'c.created_at'])
    .select(['c.settled_at', 'c.doubt_since', 'c.last_status', 'c.last_code', 'c.last_message', 'c.last_request_id'])
    .where('c.grant_id', '=', grantId)
    .orderBy('c.ordinal')
    .execute()
  return Promise.all(rows.map(async (row) => ({ ...row, answers: await answersOf(db, row) })))
}

type Settled = Pick<
  Selectable<CouponsTable>,
  'id' | 'state' | 'reason' | 'settled_at' | 'last_status' | 'last_code' | 'last_message' | 'last_request_id'
>

/** The tries that settled nothing, and at last the one that did. */
async function answersOf(db: Db, coupon: Settled) {
  const attempts = await db
    .selectFrom('attempts')
    .select(['at', 'outcome', 'status', 'code', 'message', 'request_id'])
    .where('coupon_row', '=', coupon.id)
    .orderBy('id')
    .execute()
  if (coupon.settled_at === null) return attempts
  const { last_status: status, last_code: code, last_message: message, last_request_id: request_id } = coupon
  const outcome = coupon.state === 'sent' ? 'sent' : (coupon.reason ?? 'refused')
  return [...attempts, { at: coupon.settled_at, outcome, status, code, message, request_id }]
}

/** As it is sent, with the signature and its nonce left out: they are new with each try, and nobody else's business. */
function requestOf({ openid, request, mchid, serial_no }: EvidenceCoupon, payUrl: string) {
  return {
    method: 'POST',
    url: `${payUrl}/v3/marketing/favor/users/${encodeURIComponent(openid)}/coupons`,
    headers: {
      Authorization: `WECHATPAY2-SHA256-RSA2048 mchid="${mchid}",serial_no="${serial_no ?? ''}",nonce_str="…",timestamp="…",signature="…"`,
      Accept: 'application/json',
      'Content-Type': 'application/json',
    },
    body: request,
  }
}

function pretty(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`
}
