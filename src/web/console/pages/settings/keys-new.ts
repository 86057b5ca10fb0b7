import { replaceKeysFor } from '../../../../merchants/by-staff/replace-keys.ts'
import type { Context, Handler } from '../../../shell/context.ts'
import { goTo } from '../../enter.ts'
import { randomLetters } from '../../random-letters.ts'
import { type FieldError, render } from '../../render.ts'
import type { MerchantState, Uploaded } from '../../state.ts'
import { askedKeys, pastedTexts } from './keys-form.ts'
import { orFieldsAgain } from './or-again.ts'
import { settingsPaths } from './settings-paths.ts'

/** `GET …/settings/keys/new`: keys for a number; with `?mchid=` for one that is there. */
export const show: Handler<MerchantState> = (ctx) => {
  const { mchid } = ctx.query
  renderForm(ctx, { mchid: typeof mchid === 'string' ? mchid : '' })
}

/** Tests the keys at WeChat and puts them in place; when they do not pass, the old ones go on. */
export const send: Handler<MerchantState & Uploaded> = async (ctx) => {
  const { services, person, merchant, form } = ctx.state
  const given = askedKeys(ctx.state)
  await orFieldsAgain(
    async () => {
      const { by, mchid } = await replaceKeysFor(services, person, merchant, given)
      goTo(ctx, `${settingsPaths(merchant).keys}?done=${by}&mchid=${mchid}`)
    },
    (errors, status) => renderForm(ctx, { ...given, pasted: pastedTexts(form).length > 0, errors, status }),
  )
}

const apiV3KeyLength = 32

type Shown = {
  mchid: string
  role?: string | undefined
  public_key_id?: string
  pasted?: boolean
  errors?: FieldError[]
  status?: number
}

function renderForm(ctx: Context<MerchantState>, { errors = [], status, ...given }: Shown): void {
  const { merchant } = ctx.state
  const account = merchant.accounts.find(({ mchid }) => mchid === given.mchid)
  const shown = {
    at: settingsPaths(merchant),
    given: { ...given, mchid: given.mchid.slice(0, 32) },
    account: account && { mchid: account.mchid, role: account.role, hasKeys: account.keys !== undefined },
    hasPublicKey: account?.keys?.publicKeyId !== undefined,
    asksToConfirm: errors.some(({ name }) => name === 'confirmed'),
    freshKey: randomLetters(apiV3KeyLength),
  }
  render(ctx, 'settings-keys-new', { ...shown, errors }, status)
}
