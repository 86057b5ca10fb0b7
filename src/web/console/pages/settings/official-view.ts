import { addressesOf } from '../../../../onboarding/addresses.ts'
import type { Context } from '../../../shell/context.ts'
import { type FieldError, render } from '../../render.ts'
import type { MerchantState } from '../../state.ts'
import { randomLetters } from '../../random-letters.ts'
import { secretDates } from './secret-dates.ts'
import { interfaceTabs, settingsPaths } from './settings-paths.ts'

const done: Record<string, string> = {
  secret: 'AppSecret 已通过微信的测试并保存',
  tested: '现在的 AppSecret 通过了微信的测试',
  push: '消息推送的设置已保存',
  domain: '验证文件已保存，可以回到微信点“保存”',
}

type Wrong = { errors: FieldError[]; status: number; form: URLSearchParams }

/** The page about the Official Account; of a form that comes back, what is no secret stands in it. */
export async function renderOfficial(ctx: Context<MerchantState>, wrong?: Wrong): Promise<void> {
  const { services, merchant } = ctx.state
  const at = settingsPaths(merchant)
  const { officialAccount: account, domainVerification } = merchant
  const data = {
    at,
    appid: account.appid,
    originalId: wrong?.form.get('original_id') ?? account.originalId,
    domainName: wrong?.form.get('domain_name') ?? '',
    has: { token: account.messageToken !== undefined, aesKey: account.encodingAesKey !== undefined },
    hasPrevious: account.previousEncodingAesKey !== undefined,
    set: await secretDates(services.db, merchant.id),
    files: Object.keys(domainVerification),
    addresses: addressesOf(services.config, merchant).filter(({ key }) => !key.startsWith('pay-')),
    fresh: { token: randomLetters(32), aesKey: randomLetters(43) },
    said: wrong || typeof ctx.query.done !== 'string' ? undefined : done[ctx.query.done],
    ...interfaceTabs(merchant, at.official),
    errors: wrong?.errors ?? [],
  }
  render(ctx, 'settings-official', data, wrong?.status)
}
