import { z } from 'zod'
import { favor } from './favor-path.ts'
import { readReply } from './read-reply.ts'
import { maybe, text, time } from './tolerant.ts'
import type { PayClient, PayReply } from './types.ts'

const createdSchema = z.object({ stock_id: text.pipe(z.string().min(1)), create_time: maybe(time) })

export type CreatedStock = z.infer<typeof createdSchema>

/**
 * Makes a stock of the calling number, not started yet (docs/wechat/pay-v3.md 2.1). `body` is the stored request, byte
 * for byte the same on every attempt: because of its `out_request_no` a repeat returns the same stock.
 */
export async function createStock(
  client: PayClient,
  stock: { body: string; timeoutMs?: number; backup?: boolean },
): Promise<PayReply<CreatedStock>> {
  return readReply(await client.call({ method: 'POST', path: `${favor}/coupon-stocks`, ...stock }), createdSchema)
}
