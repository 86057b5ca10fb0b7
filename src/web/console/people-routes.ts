import type { RouteTable } from '../shell/route-table.ts'
import { allowedHere, freshCode } from './middleware/allowed.ts'
import { form } from './middleware/form.ts'
import { merchantOf } from './middleware/merchant-of.ts'
import { signedIn } from './middleware/signed-in.ts'
import * as grant from './pages/grants/grant.ts'
import * as grants from './pages/grants/list.ts'
import * as consent from './pages/provider/consent.ts'
import { consolePaths as paths } from './paths.ts'

/** Members with what they were given, and who from outside may look. */
export function addPeopleRoutes({ get, post }: Pick<RouteTable, 'get' | 'post'>): void {
  const reader = allowedHere('look_at_members')
  get(paths.grants, signedIn, merchantOf, reader, grants.show)
  get(paths.grant, signedIn, merchantOf, reader, grant.show)
  post(paths.grant, signedIn, form, merchantOf, allowedHere('see_openids'), grant.reveal)

  const owner = allowedHere('manage_staff')
  get(paths.providerConsent, signedIn, merchantOf, owner, consent.show)
  post(paths.providerConsent, signedIn, form, merchantOf, owner, freshCode, consent.send)
}
