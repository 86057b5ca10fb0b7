import type { Merchant } from '../../merchants/merchant.ts'
import { Unusable } from '../../plumbing/unusable.ts'
import type { Services } from '../../services.ts'
import { readCallback, setCallback } from '../../wechat/pay/callbacks.ts'
import type { PayClient } from '../../wechat/pay/client.ts'
import { noteAct } from './acts.ts'
import { askUntilKnown } from './ask-until-known.ts'
import { creatorAccount, creatorClient } from './creator.ts'
import { isOurs, ourAddress } from './our-address.ts'
import { refusalSentence, unknownSentence } from './refusals.ts'

/** What WeChat has as a creator's callback address, and what ours is. `set` is null where there is none. */
export type CallbackState = { creatorMchid: string; set: string | null; ours: string; isOurs: boolean }

/** The act before it may have taken most of the operator's patience. */
const readTimeoutMs = 5_000

type Of = { creatorMchid?: string | undefined }

/** Reads a creator's callback address. Throws `Unusable` when WeChat refuses or does not answer. */
export async function callbackState(
  services: Services,
  merchant: Merchant,
  { creatorMchid }: Of,
): Promise<CallbackState> {
  const { client, ours } = creatorOf(services, merchant, creatorMchid)
  const set = await addressAt(services, client)
  const known = set !== null && (await isOurs(services, set, client.mchid))
  return { creatorMchid: client.mchid, set, ours, isOurs: known }
}

/**
 * Sets our address, unless it is set. Throws `Unusable` that names the address of another system, which is replaced only
 * with `replace`.
 */
export async function setOurCallback(
  services: Services,
  merchant: Merchant,
  { creatorMchid, replace, by }: Of & { replace: boolean; by: string },
): Promise<CallbackState> {
  const state = await callbackState(services, merchant, { creatorMchid })
  if (state.isOurs) return state
  if (state.set !== null && !replace) {
    throw new Unusable([
      `WeChat reports the use of ${state.creatorMchid}'s coupons to ${state.set}, which would hear nothing any more: replace it with --replace, and let that system be told by us`,
    ])
  }
  const { client, ours } = creatorOf(services, merchant, state.creatorMchid)
  const known = await askUntilKnown(services, (limits) => setCallback(client, { notifyUrl: ours, ...limits }))
  const isSet = known.kind === 'ok' || (await isSetTo(client, ours))
  const act = { merchantId: merchant.id, creatorMchid: client.mchid, act: 'set_callback', subject: ours, by } as const
  await noteAct(services, act, known, isSet ? 'done' : undefined)
  if (isSet) return { ...state, set: ours, isOurs: true }
  if (known.kind === 'refused') throw new Unusable([refusalSentence('set_callback', known.reply)])
  throw new Unusable([unknownSentence('the address was set', known)])
}

function creatorOf(services: Services, merchant: Merchant, mchid: string | undefined) {
  const account = creatorAccount(merchant, mchid)
  const ours = ourAddress(services.config, merchant, account.mchid)
  return { client: creatorClient(services, account), ours }
}

/** An answer that is lost, or a no after one, is settled by what is set now. */
async function isSetTo(client: PayClient, ours: string): Promise<boolean> {
  const reply = await readCallback(client, { timeoutMs: readTimeoutMs })
  return reply.kind === 'ok' && reply.body.notify_url === ours
}

/** WeChat answers 404 when none is set (docs/wechat/pay-v3.md 2.14). */
async function addressAt(services: Services, client: PayClient): Promise<string | null> {
  const known = await askUntilKnown(services, (limits) => readCallback(client, limits))
  if (known.kind === 'ok') return known.body.notify_url ?? null
  if (known.kind === 'unknown') throw new Unusable([unknownSentence('an address is set', known)])
  if (known.reply.status === 404) return null
  throw new Unusable([refusalSentence('set_callback', known.reply)])
}
