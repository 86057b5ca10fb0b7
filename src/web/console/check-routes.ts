import type { RouteTable } from '../shell/route-table.ts'
import { campaignOf } from './middleware/campaign-of.ts'
import { merchantOf } from './middleware/merchant-of.ts'
import { signedIn } from './middleware/signed-in.ts'
import * as check from './pages/check/check.ts'
import * as preview from './pages/check/preview.ts'
import * as trial from './pages/check/try.ts'
import { consolePaths as paths } from './paths.ts'

/** 检查, 试算 and the look of the member's page, of one campaign. */
export function addCheckRoutes({ get }: Pick<RouteTable, 'get'>): void {
  get(paths.campaignCheck, signedIn, merchantOf, campaignOf, check.show)
  get(paths.campaignTry, signedIn, merchantOf, campaignOf, trial.show)
  get(paths.campaignPreview, signedIn, merchantOf, campaignOf, preview.show)
}
