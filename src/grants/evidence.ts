import { readFates } from '../coupons/fates.ts'
import type { Services } from '../services.ts'
import { couponsOf, type EvidenceCoupon } from './evidence-coupons.ts'
import { evidenceLetter } from './evidence-letter.ts'
import { evidenceText } from './evidence-text.ts'
import { prettyJson } from './evidence-times.ts'
import { triggerOf } from './evidence-trigger.ts'
import { isUuid } from '../ledger/ids.ts'

/** The text of each file, by its name. */
export type Evidence = Record<string, string>

/**
 * Returns everything that WeChat's support needs to find the sends of a grant: for each coupon the request as it was
 * sent, byte for byte but without its signature, and every answer with its Request-ID and time; what earned it, what
 * became of it, and what to write. Undefined when no grant has this id.
 */
export async function evidenceOf(services: Services, grantId: string): Promise<Evidence | undefined> {
  const { db, config } = services
  if (!isUuid(grantId)) return undefined
  const coupons = await couponsOf(db, grantId)
  if (coupons.length === 0) return undefined
  const trigger = (await triggerOf(db, grantId))!
  const files: Evidence = {
    '说明.txt': evidenceText(grantId, trigger, coupons),
    '给微信支付客服.txt': evidenceLetter(coupons),
    'trigger.json': prettyJson({ ...trigger, merchantId: undefined }),
  }
  for (const [index, coupon] of coupons.entries()) {
    const folder = `coupon-${index + 1}`
    files[`${folder}/request.json`] = prettyJson(requestOf(coupon, config.wechat.payUrl))
    files[`${folder}/request-body.json`] = coupon.request
    files[`${folder}/answers.json`] = prettyJson(coupon.answers)
  }
  const sent = coupons.flatMap(({ coupon_id }) => coupon_id ?? [])
  const fateOf = await readFates(db, trigger.merchantId, sent)
  const fates = sent.map((coupon_id) => ({ coupon_id, ...fateOf(coupon_id) }))
  if (fates.some(({ uses, answer }) => uses.length > 0 || answer)) files['uses.json'] = prettyJson(fates)
  const acts = await db.selectFrom('operator_acts').selectAll().where('grant_id', '=', grantId).orderBy('id').execute()
  if (acts.length > 0) files['operator-acts.json'] = prettyJson(acts)
  return files
}

/**
 * The request as it is sent, without signature, nonce and time: they change with each try, and the signature is secret.
 */
function requestOf({ openid, request, mchid, serial_no }: EvidenceCoupon, payUrl: string) {
  return {
    method: 'POST',
    url: `${payUrl}/v3/marketing/favor/users/${encodeURIComponent(openid)}/coupons`,
    headers: {
      Authorization: `WECHATPAY2-SHA256-RSA2048 mchid="${mchid}",serial_no="${serial_no ?? ''}",nonce_str="…",timestamp="…",signature="…"`,
      Accept: 'application/json',
      'Accept-Language': 'zh-CN',
      'Content-Type': 'application/json',
    },
    body: request,
  }
}
