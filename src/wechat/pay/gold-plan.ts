import { z } from 'zod'
import { readReply } from './read-reply.ts'
import { maybe, text } from './tolerant.ts'
import type { PayClient, PayReply } from './types.ts'

/** The page after a payment, or the provider's receipt on it (docs/wechat/gold-plan.md 2). */
const paths = {
  plan: '/v3/goldplan/merchants/changegoldplanstatus',
  page: '/v3/goldplan/merchants/changecustompagestatus',
} as const

const switchedSchema = z.object({ sub_mchid: maybe(text) })

export type SwitchedGoldPlan = z.infer<typeof switchedSchema>

/**
 * Opens or closes one of them for a sub-merchant, signed by its provider; for JSAPI payments. A repeat is expected to
 * change nothing.
 */
export async function switchGoldPlan(
  client: PayClient,
  asked: {
    what: keyof typeof paths
    subMchid: string
    turned: 'OPEN' | 'CLOSE'
    timeoutMs?: number
    backup?: boolean
  },
): Promise<PayReply<SwitchedGoldPlan>> {
  const { what, subMchid, turned, ...limits } = asked
  const scene = what === 'plan' && turned === 'OPEN' ? { operation_pay_scene: 'JSAPI' } : {}
  const body = JSON.stringify({ sub_mchid: subMchid, operation_type: turned, ...scene })
  return readReply(await client.call({ method: 'POST', path: paths[what], body, ...limits }), switchedSchema)
}
