import type { Router } from '@koa/router'
import { postEvents } from './api/events.ts'
import { addConsoleRoutes } from './console/routes.ts'
import { campaign } from './member/middleware/campaign.ts'
import { form } from './member/middleware/form.ts'
import { memberRequired as member } from './member/middleware/member-required.ts'
import { receiptFrame } from './member/middleware/receipt-frame.ts'
import { session } from './member/middleware/session.ts'
import * as campaigns from './member/pages/campaign.ts'
import * as card from './member/pages/card.ts'
import * as cardOpened from './member/pages/card-opened.ts'
import * as cardToken from './member/pages/card-token.ts'
import * as claims from './member/pages/claims.ts'
import * as coupons from './member/pages/coupons.ts'
import * as grants from './member/pages/grant.ts'
import { oauthCallback } from './member/pages/oauth-callback.ts'
import * as paid from './member/pages/paid.ts'
import * as productCard from './member/pages/product-card-opened.ts'
import * as receipt from './member/pages/receipt.ts'
import { root } from './member/pages/root.ts'
import { merchant } from './middleware/merchant.ts'
import { brandNotification } from './notify/brand-notification.ts'
import { officialAccountPush } from './notify/official-account-push.ts'
import { payNotification } from './notify/pay-notification.ts'
import { domainVerification } from './ops/domain-verification.ts'
import { healthz, readyz } from './ops/health.ts'
import { metrics } from './ops/metrics.ts'
import { paths } from './paths.ts'
import { asset } from './shell/assets.ts'
import type { Routed, State } from './shell/context.ts'
import { openRouteTable } from './shell/route-table.ts'

/** Every address of this release with its guards, in the order in which they run. */
export function routes(): Router<State, Routed> {
  const table = openRouteTable()
  const { router, get, getOrHead, post } = table

  get(paths.campaign, merchant, campaign, session, campaigns.show)
  post(paths.claims, merchant, campaign, session, form, claims.create)
  get(paths.claimsResume, merchant, campaign, session, claims.resume)
  get(paths.grant, merchant, session, member, grants.show)
  get(paths.coupons, merchant, session, member, coupons.list)
  get(paths.cardOpened, merchant, session, member, cardOpened.show)
  get(paths.productCard, merchant, session, member, card.show)
  get(paths.productCardOpened, merchant, session, member, productCard.show)
  post(paths.cardToken, merchant, session, form, cardToken.create)
  get(paths.paid, merchant, session, member, paid.show)
  get(paths.receipt, receiptFrame, merchant, receipt.show)

  get(paths.oauthCallback, merchant, oauthCallback)
  getOrHead(paths.domainVerification, domainVerification)

  get(paths.officialAccountPush, merchant, officialAccountPush)
  post(paths.officialAccountPush, merchant, officialAccountPush)
  post(paths.payNotification, merchant, payNotification)
  post(paths.brandNotification, merchant, brandNotification)
  post(paths.events, merchant, postEvents)

  addConsoleRoutes(table)

  get(paths.root, root)
  getOrHead(paths.asset, asset)
  getOrHead(paths.healthz, healthz)
  getOrHead(paths.readyz, readyz)
  get(paths.metrics, metrics)
  return router
}
