import { createServer } from 'node:http'
import Koa from 'koa'
import type { Services } from '../../src/services.ts'
import { takeIntent } from '../../src/web/member/claim-intent.ts'
import { startLogin } from '../../src/web/member/login.ts'
import { memberRequired } from '../../src/web/member/middleware/member-required.ts'
import { session } from '../../src/web/member/middleware/session.ts'
import { oauthCallback } from '../../src/web/member/pages/oauth-callback.ts'
import { sessionIdOf } from '../../src/web/member/session.ts'
import { merchant } from '../../src/web/middleware/merchant.ts'
import { domainVerification } from '../../src/web/ops/domain-verification.ts'
import { paths } from '../../src/web/paths.ts'
import type { Routed, State } from '../../src/web/shell/context.ts'
import { openRouteTable } from '../../src/web/shell/route-table.ts'
import { close, listen } from './listen.ts'

export type LoginSite = AsyncDisposable & {
  url: string
  /** Callbacks of WeChat's login that have reached what exchanges their code. */
  callbacks: number
}

/**
 * The smallest site that has a login: `/m/{slug}/mine` (and the card-open address) tells members who they are, `/m/{slug}/form` hands out the id
 * that form tokens are bound to, `POST /m/{slug}/c/{campaign}/claims` claims with a login in between.
 */
export async function startLoginSite(services: Services): Promise<LoginSite> {
  const { router, get, post } = openRouteTable()
  get(paths.domainVerification, domainVerification)
  get(paths.oauthCallback, merchant, (ctx) => {
    const underWay = oauthCallback(ctx)
    site.callbacks += 1
    return underWay
  })
  for (const path of ['/m/:merchant/mine', paths.cardOpened]) {
    get(path, merchant, session, memberRequired, (ctx) => {
      ctx.body = ctx.state.member
    })
  }
  get('/m/:merchant/form', merchant, session, (ctx) => {
    ctx.body = sessionIdOf(ctx)
  })
  post(paths.claims, merchant, session, async (ctx) => {
    const { merchant: slug, campaign } = ctx.params
    const claim = { campaign: campaign as string, claimKey: 'key-of-the-form' }
    await startLogin(ctx, `/m/${slug}/c/${campaign}`, { claim })
  })
  get(paths.claimsResume, merchant, session, memberRequired, (ctx) => {
    ctx.body = takeIntent(ctx, ctx.params.campaign as string) ?? { nothing: true }
  })
  const app = new Koa<State, Routed>()
  app.silent = true
  app.use(async (ctx, next) => {
    Object.assign(ctx.state, { services, requestId: 'test', nonce: 'nonce' })
    await next()
  })
  app.use(router.routes())
  const server = createServer(app.callback())
  const site: LoginSite = { url: await listen(server), callbacks: 0, [Symbol.asyncDispose]: () => close(server) }
  return site
}
