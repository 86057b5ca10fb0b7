import { addProviderFor, renameMerchantFor } from '../../../../merchants/by-staff/settings.ts'
import type { Context, Handler } from '../../../shell/context.ts'
import { goTo } from '../../enter.ts'
import { type FieldError, render } from '../../render.ts'
import type { Filled, MerchantState } from '../../state.ts'
import { orFieldsAgain } from './or-again.ts'
import { settingsPaths } from './settings-paths.ts'

/** `GET …/settings`: what the merchant is called, and its numbers. */
export const show: Handler<MerchantState> = (ctx) => renderSettings(ctx)

/** Changes the name, or adds a provider's number. */
export const send: Handler<MerchantState & Filled> = async (ctx) => {
  const { services, person, merchant, form } = ctx.state
  const [name, provider] = [form.get('name')?.trim(), (form.get('provider') ?? '').trim()]
  await orFieldsAgain(
    async () => {
      if (name !== undefined) await renameMerchantFor(services, person, merchant, name)
      else await addProviderFor(services, person, merchant, provider)
      goTo(ctx, `${settingsPaths(merchant).settings}?done=${name === undefined ? 'provider' : 'name'}`)
    },
    (errors, status) => renderSettings(ctx, { given: { name, provider }, errors, status }),
  )
}

const done: Record<string, string> = { name: '商户名称已修改', provider: '服务商号已添加' }

type Wrong = { given: { name: string | undefined; provider: string }; errors: FieldError[]; status: number }

function renderSettings(ctx: Context<MerchantState>, wrong?: Wrong): void {
  const { merchant } = ctx.state
  const said = typeof ctx.query.done === 'string' ? done[ctx.query.done] : undefined
  const { given, errors = [], status } = wrong ?? {}
  const data = { merchant, at: settingsPaths(merchant), given, said: wrong ? undefined : said, errors }
  render(ctx, 'settings-merchant', data, status)
}
