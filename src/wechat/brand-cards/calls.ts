import { z } from 'zod'
import { readReply } from '../pay/read-reply.ts'
import { maybe, text, time } from '../pay/tolerant.ts'
import type { PayClient, PayReply } from '../pay/types.ts'
import { userCardSchema, userCardsSchema, type UserCard } from './user-card.ts'

/**
 * Who calls for a brand: its service provider, who names it in every call, or the brand itself in its own dialect, where
 * its name in a query or body is wrong (docs/wechat/member-cards.md 2, 3).
 */
export type BrandCaller = { client: PayClient; brandId: string; by: 'provider' | 'brand' }

/** Shorter than half a lease of the inbox: one message may cause two calls. */
const timeoutMs = 4_000
/** WeChat's longest page. */
const mostCards = 20

const templateSchema = z.object({
  card_id: text,
  appid: text,
  code_mode: maybe(text),
  state: maybe(text),
  notify_url: maybe(text),
})
const tokenSchema = z.object({ token: text.pipe(z.string().min(1)), expire_time: maybe(time) })

type CardTemplate = z.infer<typeof templateSchema>
type PreAuthToken = z.infer<typeof tokenSchema>
type Limits = { timeoutMs?: number; backup?: boolean }
type NamedCard = { cardId: string; openid: string; code: string }

/** The card as its merchant made it, without any member. */
export async function readTemplate(
  caller: BrandCaller,
  cardId: string,
  limits: Limits = {},
): Promise<PayReply<CardTemplate>> {
  return readReply(await get(caller, `cards/${encodeURIComponent(cardId)}`, {}, limits), templateSchema)
}

/**
 * Sets where WeChat tells of a card's members, and nothing else of the card; the address before is replaced
 * (docs/wechat/member-cards.md 1.2). A repeat is safe.
 */
export async function setTemplateAddress(
  { client, brandId, by }: BrandCaller,
  { cardId, notifyUrl, ...limits }: Limits & { cardId: string; notifyUrl: string },
): Promise<PayReply<unknown>> {
  const body = JSON.stringify({ ...(by === 'provider' && { brand_id: brandId }), notify_url: notifyUrl })
  const path = `${base[by]}/cards/${encodeURIComponent(cardId)}`
  return client.call({ method: 'PATCH', path, body, timeoutMs, ...limits })
}

/** A token with which one member may open one card, for an hour (docs/wechat/member-cards.md 2.5). */
export async function makePreAuthToken(
  caller: BrandCaller,
  { cardId, openid }: Omit<NamedCard, 'code'>,
): Promise<PayReply<PreAuthToken>> {
  return readReply(await post(caller, 'pre-auth-tokens', { card_id: cardId, openid }), tokenSchema)
}

/** A member's cards of this brand, the first twenty. */
export async function listUserCards(caller: BrandCaller, openid: string): Promise<PayReply<{ data: UserCard[] }>> {
  return readReply(await get(caller, 'user-cards', { openid, offset: '0', limit: String(mostCards) }), userCardsSchema)
}

export async function readUserCard(
  caller: BrandCaller,
  { cardId, openid, code }: NamedCard,
): Promise<PayReply<UserCard>> {
  const path = `user-cards/${encodeURIComponent(code)}`
  return readReply(await get(caller, path, { card_id: cardId, openid }), userCardSchema)
}

/**
 * Tells WeChat that the member has joined; without it nobody does (docs/wechat/member-cards.md 2.4). Nothing of the card
 * is changed, so nothing has to be sealed. Where the card belongs is in the body, or in the query as well if WeChat says
 * that it is missing: its pages disagree.
 */
export async function confirmUserCard(
  caller: BrandCaller,
  { cardId, openid, code }: NamedCard,
): Promise<PayReply<UserCard>> {
  const path = `user-cards/${encodeURIComponent(code)}/confirm`
  const body = { card_id: cardId, openid, user_card_confirm_state: 'CREATE_CARD_SUCCESS' }
  const reply = await post(caller, path, body)
  const inQuery = reply.kind === 'refusal' && reply.code === 'PARAM_ERROR' && namesCardId(reply)
  const query = new URLSearchParams({ card_id: cardId })
  return readReply(inQuery ? await post(caller, `${path}?${query}`, body) : reply, userCardSchema)
}

function namesCardId({ message, detail }: { message: string; detail?: unknown }): boolean {
  return `${message} ${JSON.stringify(detail) ?? ''}`.includes('card_id')
}

function get({ client, brandId, by }: BrandCaller, path: string, query: Record<string, string>, limits: Limits = {}) {
  const all = new URLSearchParams({ ...(by === 'provider' && { brand_id: brandId }), ...query }).toString()
  return client.call({ method: 'GET', path: `${base[by]}/${path}${all && `?${all}`}`, timeoutMs, ...limits })
}

function post({ client, brandId, by }: BrandCaller, path: string, fields: object) {
  const body = JSON.stringify({ ...(by === 'provider' && { brand_id: brandId }), ...fields })
  return client.call({ method: 'POST', path: `${base[by]}/${path}`, body, timeoutMs })
}

const base = { provider: '/v3/brand/partner/card-member', brand: '/brand/card-member' }
