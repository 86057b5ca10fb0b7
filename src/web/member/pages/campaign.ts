import type { Context } from '../../shell/context.ts'
import { randomText } from '../../shell/random.ts'
import { csrfToken } from '../csrf.ts'
import { signedForWeChat } from '../wechat-script.ts'
import type { VisitState } from '../state.ts'
import { campaignPage } from './campaign-page.ts'
import { campaignPreview } from '../../member-views/campaign-preview.ts'
import { visitOf } from './campaign-visit.ts'

/** Because of its key, a form that is sent twice is one claim. */
const claimKeyBytes = 16

/**
 * `GET /m/{merchant}/c/{campaign}`: readable before login. In a crowd it waits for no query, and never for WeChat.
 */
export async function show(ctx: Context<VisitState>): Promise<void> {
  const { services, campaign, nonce } = ctx.state
  const now = services.clock.now()
  const preview = await campaignPreview(services, campaign, now)
  const page = await campaignPage(ctx, preview, await visitOf(ctx, preview, now))
  ctx.type = 'html'
  ctx.body = page({ nonce, csrf: csrfToken(ctx), claimKey: randomText(claimKeyBytes), wechat: signedForWeChat(ctx) })
}
