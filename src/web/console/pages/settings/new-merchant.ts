import { createMerchantFor, type NewMerchant } from '../../../../merchants/by-staff/new-merchant.ts'
import type { Context, Handler } from '../../../shell/context.ts'
import { goTo } from '../../enter.ts'
import { consolePaths as paths } from '../../paths.ts'
import { type FieldError, render } from '../../render.ts'
import type { Filled, PersonState } from '../../state.ts'
import { orFieldsAgain } from './or-again.ts'
import { settingsPaths } from './settings-paths.ts'

/** `GET /console/merchants/new`: five fields, of which the AppSecret is never shown again. */
export const show: Handler<PersonState> = (ctx) => renderNew(ctx)

/** Makes the merchant; its keys are next. */
export const send: Handler<PersonState & Filled> = async (ctx) => {
  const { services, person, form } = ctx.state
  const field = (name: string) => (form.get(name) ?? '').trim()
  const given = { name: field('name'), slug: field('slug'), appid: field('appid'), provider: field('provider') }
  await orFieldsAgain(
    async () => {
      await createMerchantFor(services, person, { ...given, app_secret: field('app_secret') })
      goTo(ctx, settingsPaths(given).keysNew)
    },
    (errors, status) => renderNew(ctx, { given, errors, status }),
  )
}

type Wrong = { given: Partial<NewMerchant>; errors: FieldError[]; status: number }

function renderNew(ctx: Context<PersonState>, wrong?: Wrong): void {
  const { given = {}, errors = [], status } = wrong ?? {}
  render(ctx, 'settings-merchant-new', { given, action: paths.merchantNew, back: paths.merchants, errors }, status)
}
