import type { RouteTable } from '../shell/route-table.ts'
import { allowedEverywhere, allowedHereWithCode, freshCode } from './middleware/allowed.ts'
import { form } from './middleware/form.ts'
import { merchantOf } from './middleware/merchant-of.ts'
import { signedIn } from './middleware/signed-in.ts'
import { upload } from './middleware/upload.ts'
import * as events from './pages/settings/events.ts'
import * as keys from './pages/settings/keys.ts'
import * as keysNew from './pages/settings/keys-new.ts'
import * as merchant from './pages/settings/merchant.ts'
import * as newMerchant from './pages/settings/new-merchant.ts'
import * as official from './pages/settings/official.ts'
import { consolePaths as paths } from './paths.ts'

/** 新增商户, and 系统设置 of one merchant. */
export function addSettingsRoutes({ get, post }: Pick<RouteTable, 'get' | 'post'>): void {
  const founder = allowedEverywhere('add_merchants')
  get(paths.merchantNew, signedIn, founder, freshCode, newMerchant.show)
  post(paths.merchantNew, signedIn, form, founder, freshCode, newMerchant.send)

  const keeper = allowedHereWithCode('manage_keys')
  get(paths.settings, signedIn, merchantOf, keeper, merchant.show)
  post(paths.settings, signedIn, form, merchantOf, keeper, merchant.send)
  get(paths.settingsKeys, signedIn, merchantOf, keeper, keys.show)
  get(paths.settingsKeysNew, signedIn, merchantOf, keeper, keysNew.show)
  post(paths.settingsKeysNew, signedIn, upload, merchantOf, keeper, keysNew.send)
  get(paths.settingsOfficial, signedIn, merchantOf, keeper, official.show)
  post(paths.settingsOfficial, signedIn, upload, merchantOf, keeper, official.send)
  get(paths.settingsEvents, signedIn, merchantOf, keeper, events.show)
  post(paths.settingsEvents, signedIn, form, merchantOf, keeper, events.send)
}
