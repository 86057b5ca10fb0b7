import type { RouteTable } from '../shell/route-table.ts'
import { addCheckRoutes } from './check-routes.ts'
import { addCampaignRoutes } from './campaign-routes.ts'
import { allowed, allowedHere, freshCode } from './middleware/allowed.ts'
import { form } from './middleware/form.ts'
import { merchantOf } from './middleware/merchant-of.ts'
import { providerOf } from './middleware/provider-of.ts'
import { signedIn } from './middleware/signed-in.ts'
import { visitor } from './middleware/visitor.ts'
import * as account from './pages/account.ts'
import * as application from './pages/application.ts'
import * as audit from './pages/audit.ts'
import * as authenticator from './pages/authenticator.ts'
import * as confirm from './pages/confirm.ts'
import * as guide from './pages/guide.ts'
import * as home from './pages/home.ts'
import * as kit from './pages/kit.ts'
import * as link from './pages/link.ts'
import * as overview from './pages/overview.ts'
import * as recoveryCodes from './pages/recovery-codes.ts'
import * as share from './pages/share.ts'
import * as signIn from './pages/sign-in.ts'
import * as signOut from './pages/sign-out.ts'
import * as staff from './pages/staff.ts'
import * as stock from './pages/stocks/stock.ts'
import * as stockClaim from './pages/stocks/claim.ts'
import * as stockDeeds from './pages/stocks/deeds.ts'
import * as stockImport from './pages/stocks/import.ts'
import * as stocks from './pages/stocks/list.ts'
import { addNewStockRoutes } from './stock-new-routes.ts'
import { consolePaths as paths } from './paths.ts'
import { addSettingsRoutes } from './settings-routes.ts'
import { addPeopleRoutes } from './people-routes.ts'

/** Adds every address of the console with its guards, in the order in which they run. */
export function addConsoleRoutes({ get, post }: RouteTable): void {
  get(paths.kit, kit.show)

  get(paths.signIn, visitor, signIn.show)
  post(paths.signIn, visitor, form, signIn.send)
  get(paths.code, visitor, signIn.showCode)
  post(paths.code, visitor, form, signIn.sendCode)
  get(paths.link, visitor, link.show)
  post(paths.link, visitor, form, link.send)
  get(paths.authenticator, visitor, authenticator.show)
  get(paths.authenticatorImage, visitor, authenticator.image)
  post(paths.authenticator, visitor, form, authenticator.send)

  get(paths.home, signedIn, home.show)
  post(paths.signOut, signedIn, form, signOut.send)
  get(paths.recoveryCodes, signedIn, recoveryCodes.show)
  post(paths.recoveryCodes, signedIn, form, recoveryCodes.send)
  get(paths.confirm, signedIn, confirm.show)
  post(paths.confirm, signedIn, form, confirm.send)

  get(paths.account, signedIn, account.show)
  post(paths.accountName, signedIn, form, account.sendName)
  post(paths.accountPassword, signedIn, form, account.sendPassword)
  post(paths.accountAuthenticator, signedIn, form, freshCode, account.sendAuthenticator)
  post(paths.accountRecoveryCodes, signedIn, form, freshCode, account.sendRecoveryCodes)
  post(paths.accountSessions, signedIn, form, account.endSessions)

  const keeper = allowed('manage_staff')
  get(paths.staff, signedIn, keeper, freshCode, staff.show)
  post(paths.staffInvitations, signedIn, form, keeper, freshCode, staff.invite)
  post(paths.staffRole, signedIn, form, keeper, freshCode, staff.setRole)
  post(paths.staffEnd, signedIn, form, keeper, freshCode, staff.end)
  post(paths.staffReset, signedIn, form, keeper, freshCode, staff.reset)

  const reader = allowed('look_at_audit')
  get(paths.audit, signedIn, reader, audit.show)
  post(paths.auditExport, signedIn, form, reader, audit.send)

  get(paths.merchants, signedIn, allowed('look_at_steps'), overview.showMerchants)
  post(paths.merchants, signedIn, form, allowed('keep_steps'), overview.sendMerchants)

  const [watcher, stepKeeper] = [allowedHere('look_at_steps'), allowedHere('keep_steps')]
  get(paths.guide, signedIn, merchantOf, watcher, guide.show)
  post(paths.guideExamination, signedIn, form, merchantOf, stepKeeper, guide.examine)
  post(paths.guideStep, signedIn, form, merchantOf, stepKeeper, guide.say)
  post(paths.guideShare, signedIn, form, merchantOf, stepKeeper, guide.share)
  get(paths.sharedGuide, share.show)

  get(paths.provider, signedIn, providerOf, watcher, overview.showProvider)
  post(paths.provider, signedIn, form, providerOf, stepKeeper, overview.sendProvider)
  get(paths.application, signedIn, providerOf, stepKeeper, application.show)
  post(paths.application, signedIn, form, providerOf, stepKeeper, application.send)
  get(paths.applicationTable, signedIn, providerOf, stepKeeper, application.table)

  addNewStockRoutes({ get, post })
  addStockRoutes({ get, post })
  addSettingsRoutes({ get, post })
  addCheckRoutes({ get })
  addCampaignRoutes({ get, post })
  addPeopleRoutes({ get, post })
}

/** 营销中心 · 优惠券管理 · 微信优惠券 of one merchant. */
function addStockRoutes({ get, post }: Pick<RouteTable, 'get' | 'post'>): void {
  const keeper = allowedHere('keep_stocks')
  get(paths.stocks, signedIn, merchantOf, stocks.show)
  get(paths.stockImport, signedIn, merchantOf, keeper, stockImport.show)
  post(paths.stockImport, signedIn, form, merchantOf, keeper, stockImport.send)
  get(paths.stock, signedIn, merchantOf, stock.show)
  get(paths.stockClaim, signedIn, merchantOf, stockClaim.show)
  get(paths.stockClaimCode, signedIn, merchantOf, stockClaim.code)
  get(paths.stockShelf, signedIn, merchantOf, keeper, stockDeeds.showShelf)
  post(paths.stockShelf, signedIn, form, merchantOf, keeper, stockDeeds.shelve)
  post(paths.stockSync, signedIn, form, merchantOf, keeper, stockDeeds.sync)
  post(paths.stockState, signedIn, form, merchantOf, allowedHere('act_at_wechat'), stockDeeds.changeState)
}
