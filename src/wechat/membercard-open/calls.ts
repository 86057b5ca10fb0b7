import { z } from 'zod'
import { readReply } from '../pay/read-reply.ts'
import { maybe, text } from '../pay/tolerant.ts'
import type { PayClient, PayReply } from '../pay/types.ts'

/** Calls of the older member cards, signed by the number that made the card (docs/wechat/member-cards.md 4). */
const base = '/v3/marketing/membercard-open'
/** Shorter than half a lease of the inbox: one message may cause two calls. */
const timeoutMs = 4_000
const mostCards = 20

const templateSchema = z.object({ card_id: maybe(text), appid: text })

/** Without what WeChat seals of the member: reading drops it unopened. */
const cardSchema = z.object({
  card_id: text,
  code: maybe(text),
  openid: maybe(text),
  user_card_status: maybe(text),
})
const cardsSchema = z.object({
  data: z.preprocess((value) => value ?? [], z.array(z.object({ card_id: text, code: text })).max(50)),
})
const codeSchema = z.object({ code: text.pipe(z.string().regex(/^[0-9A-Za-z_-]{1,64}$/)) })

const callbackSchema = z.object({ notify_url: maybe(text) })

type Limits = { timeoutMs?: number; backup?: boolean }
export type OpenCard = z.infer<typeof cardSchema>

export async function readOpenTemplate(client: PayClient, cardId: string): Promise<PayReply<{ appid: string }>> {
  return readReply(await get(client, `cards/${encodeURIComponent(cardId)}`), templateSchema)
}

export async function readOpenCard(
  client: PayClient,
  { cardId, code }: { cardId: string; code: string },
): Promise<PayReply<OpenCard>> {
  return readReply(
    await get(client, `cards/${encodeURIComponent(cardId)}/codes/${encodeURIComponent(code)}`),
    cardSchema,
  )
}

/** The member's cards of the calling number, the first twenty; `offset` counts pages here. */
export async function listOpenCards(
  client: PayClient,
  openid: string,
): Promise<PayReply<{ data: { card_id: string; code: string }[] }>> {
  const query = new URLSearchParams({ openid, offset: '0', limit: String(mostCards) }).toString()
  return readReply(await get(client, `user/cards?${query}`), cardsSchema)
}

/** The code behind the one that WeChat appends to the landing page's address, decoded once from there. */
export async function decryptOpenCode(
  client: PayClient,
  { cardId, encryptCode }: { cardId: string; encryptCode: string },
): Promise<PayReply<{ code: string }>> {
  const query = new URLSearchParams({ encrypt_code: encryptCode }).toString()
  return readReply(await get(client, `cards/${encodeURIComponent(cardId)}/decrypt-code?${query}`), codeSchema)
}

/** Whether the member filled in WeChat's form: the answer's content, which is personal, is not read. */
export async function findOpenForm(client: PayClient, ticket: string): Promise<PayReply<unknown>> {
  return readReply(await get(client, `activate-informations/${encodeURIComponent(ticket)}`), z.object({}))
}

/** Makes the member's card active; WeChat then tells of it in a notice. */
export async function activateOpenCard(
  client: PayClient,
  { cardId, code }: { cardId: string; code: string },
): Promise<PayReply<unknown>> {
  const path = `${base}/cards/${encodeURIComponent(cardId)}/codes/${encodeURIComponent(code)}/activate`
  return client.call({ method: 'POST', path, body: JSON.stringify({ membership_number: code }), timeoutMs })
}

/** Where WeChat tells of the members of all cards of the calling number (docs/wechat/member-cards.md 1.2). */
export async function readOpenCallback(
  client: PayClient,
  limits: Limits = {},
): Promise<PayReply<{ notify_url?: string | undefined }>> {
  return readReply(await get(client, 'callback', limits), callbackSchema)
}

/** Sets that address; the one before is replaced. A repeat is safe. */
export async function setOpenCallback(
  client: PayClient,
  { notifyUrl, ...limits }: Limits & { notifyUrl: string },
): Promise<PayReply<unknown>> {
  const body = JSON.stringify({ notify_url: notifyUrl })
  return client.call({ method: 'PATCH', path: `${base}/callback`, body, timeoutMs, ...limits })
}

function get(client: PayClient, path: string, limits: Limits = {}) {
  return client.call({ method: 'GET', path: `${base}/${path}`, timeoutMs, ...limits })
}
