import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { Webhook } from 'standardwebhooks'
import { type Limit, limitsOf } from '../../src/ledger/limits/limits.ts'
import { receive } from '../../src/inbox/inbox.ts'
import { notificationKey } from '../../src/inbox/pay-notification.ts'
import { pushKey } from '../../src/inbox/push.ts'
import { memberMark } from '../../src/members/member-mark.ts'
import type { Merchant } from '../../src/merchants/merchant.ts'
import type { Message } from './facts.ts'
import { groupBy } from './group-by.ts'
import type { Evidence, GrantRow } from './judge/evidence.ts'
import type { SimulatedProcess } from './simulated-process.ts'
import type { World } from './world.ts'

/**
 * Hands a message to a process and returns the status it was answered with. Events go through the web application;
 * WeChat's messages are put where its doors put them once they are verified and opened.
 */
export async function deliverMessage(process: SimulatedProcess, merchant: Merchant, message: Message): Promise<number> {
  const { clock } = process.services
  const at = clock.now()
  if (message.door === 'events') return post(process, merchant, JSON.stringify(message.body))
  if (message.door === 'pay') {
    const { notification: body } = message
    await receive(process.services, {
      merchantId: merchant.id,
      source: 'pay',
      businessKey: notificationKey(body),
      body,
      at,
    })
    return 200
  }
  const { push: body } = message
  await receive(process.services, { merchantId: merchant.id, source: 'oa', businessKey: pushKey(body), body, at })
  return 200
}

/** The request and the answer without a network between. */
async function post(process: SimulatedProcess, merchant: Merchant, body: string): Promise<number> {
  const at = process.services.clock.now()
  const id = `msg_${at.getTime()}`
  const socket = new Socket()
  const request = new IncomingMessage(socket)
  const headers = {
    host: 'localhost:3000',
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(body)),
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
    'webhook-signature': new Webhook(merchant.eventsSecret!.reveal()).sign(id, at, body),
  }
  Object.assign(request, { method: 'POST', url: `/api/${merchant.slug}/events`, headers })
  request.push(body)
  request.push(null)
  const response = new ServerResponse(request)
  await process.app(request, response)
  return response.statusCode
}

/** The limits that a grant falls under by today's rules, and how many places of each its coupons need. */
export async function limitsOfGrant(world: World, evidence: Evidence, grant: GrantRow): Promise<Limit[]> {
  const campaign = evidence.campaigns.find((one) => one.id === grant.campaign_id)!
  const counting = evidence.couponsOf(grant).filter((row) => row.state !== 'refused' || row.inDoubt)
  const coupons = [...groupBy(counting, (row) => row.stock_ref)].map(([ref, rows]) => ({
    stock: evidence.stocks.find((stock) => stock.id === ref)!,
    count: rows.length,
  }))
  const { openid, tier, earned_at: at } = grant
  return limitsOf({ campaign, mark: markOf(world, openid), coupons, tier: tier ?? undefined, at })
}

/** The limits that an award of the campaign to this member would meet now; under every tier at once for a spend campaign. */
export async function limitsOfAward(world: World, evidence: Evidence, slug: string, openid: string): Promise<Limit[]> {
  const campaign = evidence.campaigns.find((one) => one.slug === slug)!
  const lists = campaign.spend ? campaign.spend.tiers : [{ at_least: undefined, coupons: campaign.coupons }]
  const at = world.time.date()
  return lists.flatMap(({ at_least: tier, coupons }) => {
    const resolved = coupons.map(({ stock_id, count }) => ({
      stock: evidence.stocks.find((stock) => stock.stock_id === stock_id)!,
      count,
    }))
    return limitsOf({ campaign, mark: markOf(world, openid), coupons: resolved, tier, at })
  })
}

function markOf({ stage }: World, openid: string): string {
  return memberMark(stage.merchant, openid)
}
