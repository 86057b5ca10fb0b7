import { Router } from '@koa/router'
import { postEvents } from './api/events.ts'
import { asset } from './assets.ts'
import type { State } from './context.ts'
import { campaign } from './middleware/campaign.ts'
import { form } from './middleware/form.ts'
import { memberRequired as member } from './middleware/member-required.ts'
import { merchant } from './middleware/merchant.ts'
import { session } from './middleware/session.ts'
import { officialAccountPush } from './notify/official-account-push.ts'
import { payNotification } from './notify/pay-notification.ts'
import * as campaigns from './pages/campaign.ts'
import * as cardOpened from './pages/card-opened.ts'
import * as claims from './pages/claims.ts'
import * as coupons from './pages/coupons.ts'
import { domainVerification } from './pages/domain-verification.ts'
import * as grants from './pages/grant.ts'
import { healthz, readyz } from './pages/health.ts'
import { metrics } from './pages/metrics.ts'
import { oauthCallback } from './pages/oauth-callback.ts'
import * as paid from './pages/paid.ts'
import { paths } from './paths.ts'

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

  router.get(paths.asset, asset)
  router.get(paths.healthz, healthz)
  router.get(paths.readyz, readyz)
  router.get(paths.metrics, metrics)
  return router
}
