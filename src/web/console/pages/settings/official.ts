import { replaceAppSecretFor } from '../../../../merchants/by-staff/app-secret.ts'
import { addDomainFileFor } from '../../../../merchants/by-staff/domain-file.ts'
import { setMessagePushFor } from '../../../../merchants/by-staff/message-push.ts'
import type { Context, Handler } from '../../../shell/context.ts'
import { goTo } from '../../enter.ts'
import type { MerchantState, Uploaded } from '../../state.ts'
import { domainFileOf } from './domain-file-form.ts'
import { renderOfficial } from './official-view.ts'
import { orFieldsAgain } from './or-again.ts'
import { settingsPaths } from './settings-paths.ts'

/** `GET …/settings/official-account`: what of the Official Account is set, and the addresses to enter there. */
export const show: Handler<MerchantState> = (ctx) => renderOfficial(ctx)

/** One of the page's three forms, by the field `what`. */
export const send: Handler<MerchantState & Uploaded> = async (ctx) => {
  const { form, merchant } = ctx.state
  const what = form.get('what') ?? ''
  const deed = deeds[what]
  if (!deed) return ctx.throw(422)
  await orFieldsAgain(
    async () => goTo(ctx, `${settingsPaths(merchant).official}?done=${await deed(ctx)}`),
    (errors, status) => renderOfficial(ctx, { errors, status, form }),
  )
}

type Sent = Context<MerchantState & Uploaded>

const deeds: Record<string, (ctx: Sent) => Promise<string>> = {
  async secret({ state }) {
    const given = (state.form.get('app_secret') ?? '').trim()
    await replaceAppSecretFor(state.services, state.person, state.merchant, given)
    return given === '' ? 'tested' : 'secret'
  },
  async push({ state }) {
    const field = (name: string) => (state.form.get(name) ?? '').trim()
    const [original_id, message_token] = [field('original_id'), field('message_token')]
    const given = { original_id, message_token, encoding_aes_key: field('encoding_aes_key') }
    await setMessagePushFor(state.services, state.person, state.merchant, given)
    return 'push'
  },
  async domain({ state }) {
    await addDomainFileFor(state.services, state.person, state.merchant, domainFileOf(state))
    return 'domain'
  },
}
