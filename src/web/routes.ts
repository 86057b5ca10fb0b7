import { Router } from '@koa/router'
import { postEvents } from './api/events.ts'
import { asset } from './shell/assets.ts'
import type { State } from './shell/context.ts'
import { campaign } from './member/middleware/campaign.ts'
import { form } from './member/middleware/form.ts'
import { memberRequired as member } from './member/middleware/member-required.ts'
import { merchant } from './member/middleware/merchant.ts'
import { session } from './member/middleware/session.ts'
import { officialAccountPush } from './notify/official-account-push.ts'
import { payNotification } from './notify/pay-notification.ts'
import * as campaigns from './member/pages/campaign.ts'
import * as cardOpened from './member/pages/card-opened.ts'
import * as claims from './member/pages/claims.ts'
import * as coupons from './member/pages/coupons.ts'
import { domainVerification } from './ops/domain-verification.ts'
import * as grants from './member/pages/grant.ts'
import { healthz, readyz } from './ops/health.ts'
import { metrics } from './ops/metrics.ts'
import { root } from './ops/root.ts'
import { oauthCallback } from './member/pages/oauth-callback.ts'
import * as paid from './member/pages/paid.ts'
import { paths } from './shell/paths.ts'

/** Every address of this release with its guards, in the order they run. */
export function routes(): Router<State> {
  const router = new Router<State>()

  router.get(paths.campaign, merchant, campaign, session, campaigns.show)
  router.post(paths.claims, merchant, campaign, session, form, claims.create)
  router.get(paths.claimsResume, merchant, campaign, session, claims.resume)
  router.get(paths.grant, merchant, session, member, grants.show)
  router.get(paths.coupons, merchant, session, member, coupons.list)
  router.get(paths.cardOpened, merchant, session, member, cardOpened.show)
  router.get(paths.paid, merchant, session, member, paid.show)

  router.get(paths.oauthCallback, merchant, oauthCallback)
  router.get(paths.domainVerification, domainVerification)

  router.get(paths.officialAccountPush, merchant, officialAccountPush)
  router.post(paths.officialAccountPush, merchant, officialAccountPush)
  router.post(paths.payNotification, merchant, payNotification)
  router.post(paths.events, merchant, postEvents)

  router.get(paths.root, root)
  router.get(paths.asset, asset)
  router.get(paths.healthz, healthz)
  router.get(paths.readyz, readyz)
  router.get(paths.metrics, metrics)
  return router
}
