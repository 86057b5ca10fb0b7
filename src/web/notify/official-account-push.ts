import { isForgotten } from '../../inbox/forgotten.ts'
import { receive } from '../../inbox/inbox.ts'
import { cardOfPush, pushKey, type StoredPush } from '../../inbox/push.ts'
import { seldom } from '../../plumbing/telemetry/seldom.ts'
import { inboxTotal } from '../../plumbing/telemetry/metrics.ts'
import { answerEcho, MessageFault, openPush, type PushKeys } from '../../wechat/official/message-push.ts'
import { mostXml } from '../../wechat/xml-bounds.ts'
import type { MerchantState } from '../middleware/merchant.ts'
import type { Context, Handler } from '../shell/context.ts'
import { readBody } from '../shell/body.ts'
import { pushKeysOf } from './push-keys.ts'

/** Of our own XML, in base64, with a clear copy beside it in compatible mode (docs/wechat/official-account.md 4.3). */
const pushMaxBytes = 3 * mostXml

/**
 * GET, POST /notify/{merchant}/oa: WeChat's check of the address, and its message push. A push with a right
 * msg_signature is accepted for as long as the inbox knows repeats, since card events are repeated for a day.
 */
export const officialAccountPush: Handler<MerchantState> = async (ctx) => {
  ctx.type = 'text/plain'
  try {
    const keys = pushKeysOf(ctx.state.merchant.officialAccount)
    if (ctx.method === 'GET') ctx.body = answerEcho(keys.token, ctx.query)
    else await takePush(ctx, keys)
  } catch (fault) {
    if (!(fault instanceof MessageFault)) throw fault
    refuse(ctx, fault)
  }
}

async function takePush(ctx: Context<MerchantState>, keys: PushKeys): Promise<void> {
  const { services, merchant } = ctx.state
  const body = await readBody(ctx.req, pushMaxBytes)
  const push = openPush(keys, ctx.query, body.toString()) as StoredPush
  const card = cardOfPush(push)
  if (card) {
    if (isForgotten(services, card.at)) throw new MessageFault('the message is older than what the inbox remembers')
    const arrival = { merchantId: merchant.id, source: 'oa', businessKey: pushKey(push), body: push } as const
    await receive(services, { ...arrival, at: services.clock.now() })
  }
  // At any other body WeChat tells the member that the account is out of order (docs/wechat/official-account.md 4.4).
  ctx.body = 'success'
}

function refuse(ctx: Context<MerchantState>, fault: MessageFault): void {
  const { services, merchant } = ctx.state
  const times = seldom(services, `push/${merchant.slug}/${fault.message}`)
  if (times > 0) services.log.info({ merchant: merchant.slug, fault: fault.message, times }, 'push refused')
  inboxTotal.inc({ source: 'oa', outcome: 'refused' })
  ctx.status = 401
  ctx.body = 'refused'
}
