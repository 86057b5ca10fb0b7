import { z } from 'zod'
import { favor } from './favor-path.ts'
import { readReply } from './read-reply.ts'
import { maybe, text } from './tolerant.ts'
import type { PayClient, PayReply } from './types.ts'

const callbackSchema = z.object({ notify_url: maybe(text) })

export type Callback = z.infer<typeof callbackSchema>

type Limits = { timeoutMs?: number; backup?: boolean }

/** Where WeChat reports the use of coupons of the calling number's stocks (docs/wechat/pay-v3.md 2.14). */
export async function readCallback(client: PayClient, limits: Limits = {}): Promise<PayReply<Callback>> {
  const query = new URLSearchParams({ mchid: client.mchid })
  const path = `${favor}/callbacks?${query.toString()}`
  return readReply(await client.call({ method: 'GET', path, ...limits }), callbackSchema)
}

/** Sets that address for all stocks of the calling number; the one before is replaced. A repeat is safe. */
export async function setCallback(
  client: PayClient,
  { notifyUrl, ...limits }: Limits & { notifyUrl: string },
): Promise<PayReply<Callback>> {
  const body = JSON.stringify({ mchid: client.mchid, notify_url: notifyUrl })
  return readReply(await client.call({ method: 'POST', path: `${favor}/callbacks`, body, ...limits }), callbackSchema)
}
