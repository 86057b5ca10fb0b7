import { z } from 'zod'
import { favor } from './favor-path.ts'
import { readReply } from './read-reply.ts'
import { maybe, text, time } from './tolerant.ts'
import type { PayClient, PayReply } from './types.ts'

/** What its creator may do to a stock (docs/wechat/pay-v3.md 2.2, 2.4, 2.5). */
export type StockChange = 'start' | 'pause' | 'restart'

const changedSchema = z.object({
  stock_id: maybe(text),
  start_time: maybe(time),
  pause_time: maybe(time),
  restart_time: maybe(time),
})

export type ChangedStock = z.infer<typeof changedSchema>

/**
 * Starts, pauses or restarts a stock of the calling number. A repeat is safe. Starting a prefunded stock locks its
 * budget from the creator's balance.
 */
export async function changeStock(
  client: PayClient,
  { change, stockId, ...rest }: { change: StockChange; stockId: string; timeoutMs?: number; backup?: boolean },
): Promise<PayReply<ChangedStock>> {
  const path = `${favor}/stocks/${encodeURIComponent(stockId)}/${change}`
  const body = JSON.stringify({ stock_creator_mchid: client.mchid })
  return readReply(await client.call({ method: 'POST', path, body, ...rest }), changedSchema)
}
