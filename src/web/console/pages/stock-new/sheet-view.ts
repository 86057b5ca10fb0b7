import type { ByHand } from '../../../../stocks/provider/by-hand.ts'
import { formPath } from '../../../../stocks/provider/form.ts'
import { inChinese } from '../../../../stocks/provider/plan/faults-in-chinese.ts'
import type { WantedStock } from '../../../../stocks/provider/wanted-stock.ts'
import type { Context } from '../../../shell/context.ts'
import { render } from '../../render.ts'
import type { MerchantState } from '../../state.ts'
import { stockPaths } from '../stocks/named-stock.ts'
import { addressOf } from './asked.ts'
import { whyNotByApi } from './by-api.ts'
import { newStockPaths } from './paths-of.ts'
import { platformAddress } from './sandbox-platform.ts'

/** The 填写单 of a checked stock: what to fill in where, and how else it can be made. */
export function renderSheet(
  ctx: Context<MerchantState>,
  asked: URLSearchParams,
  checked: { wanted: WantedStock; byHand: ByHand },
): void {
  const { merchant, person, services } = ctx.state
  const { wanted } = checked
  const at = newStockPaths(merchant)
  const why = whyNotByApi(checked, merchant, person)
  const { pagesUrl } = services.config.sandbox
  const isProvider = wanted.creator.role === 'provider'
  render(ctx, 'stock-sheet', {
    name: asked.get('name'),
    path: formPath,
    lines: wanted.form,
    whole: sheetText(wanted),
    warnings: wanted.warnings
      .map(inChinese)
      .filter(({ path }) => path !== '可发券商户')
      .map(({ chinese }) => chinese),
    creator: wanted.creator.mchid,
    isProvider,
    back: addressOf(at.form, asked) ?? at.form,
    why,
    createAt: why === undefined ? addressOf(at.create, asked) : undefined,
    sandboxAt: pagesUrl && isProvider ? platformAddress(pagesUrl, asked, checked.byHand) : undefined,
    ...stockPaths(merchant, ''),
  })
}

/** The same as one text, to be sent to whoever fills it in. */
export function sheetText({ form, creator }: WantedStock): string {
  return [`${formPath}（商户号 ${creator.mchid}）`, ...form.map(({ label, value }) => `${label}：${value}`)].join('\n')
}
