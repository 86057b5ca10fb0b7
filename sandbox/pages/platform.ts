import type { SandboxControl } from '../control.ts'
import { html, redirect, type Answer } from '../http.ts'
import { merchantFile } from '../merchant-file.ts'
import { hasAccepted, isOpen, providersOf } from '../open-products.ts'
import { providerAppid } from '../provider-appid.ts'
import { goodsTagSets } from '../platform/goods-tag-sets.ts'
import { keyModeNames } from '../platform/keys.ts'
import { accountAt } from '../platform/look-up.ts'
import { isPlatformAct } from '../platform/platform-acts.ts'
import { PlatformRefusal } from '../platform/platform-refusal.ts'
import { productNames } from '../platform/products.ts'
import { stepStates } from '../platform/steps.ts'
import { sceneNames } from '../platform/stock-spec.ts'
import type { WorldMerchant } from '../world.ts'
import { beijingTime, yuan } from './format.ts'
import type { PageAct } from './page-routes.ts'
import { merchantNamed, page } from './phone-acts.ts'
import { actInput } from './platform-forms.ts'
import { platforms, platformSteps, type Platform } from './platform-steps.ts'
import { platformStocks } from './platform-stocks.ts'
import { renderPage } from './render-page.ts'

/** An act that was refused: what the platform says, at which step, and what had been filled in. */
type Refused = { step: string; sentences: string[]; form: URLSearchParams }

const address = '/sandbox/platform'
const dayMs = 86_400_000

/** GET /sandbox/platform: the pages of WeChat's platforms that lead to the first coupon, in the order of the steps. */
export const platformPage: PageAct = (control, _request, query) =>
  show(control, merchantNamed(control, query.get('merchant')), query)

/** POST /sandbox/platform/{act}: does it, then shows the step again; a refusal is shown where it was asked. */
export const platformAct: PageAct = (control, _request, form, params) => {
  const name = params.act ?? ''
  if (!isPlatformAct(name)) return html('', 404)
  const [at, step] = [form.get('at') ?? '', form.get('step') ?? '']
  try {
    const result = control.act(name, actInput(name, form) as never)
    const slug = name === 'new-merchant' ? (result as WorldMerchant).slug : at
    return redirect(`${address}?merchant=${encodeURIComponent(slug)}${step && `#step-${step}`}`, 303)
  } catch (fault) {
    if (!(fault instanceof PlatformRefusal)) throw fault
    const refused = { step, sentences: fault.sentences, form }
    return { ...show(control, merchantNamed(control, at), form, refused), status: 422 }
  }
}

function show(control: SandboxControl, merchant: WorldMerchant, query: URLSearchParams, refused?: Refused): Answer {
  const { state } = control
  const as = Object.hasOwn(platforms, query.get('as') ?? '') ? (query.get('as') as Platform) : undefined
  const states = stepStates(state, merchant)
  const steps = platformSteps.map((step, index) => ({ ...step, ...states[index]!, number: index + 1 }))
  const sender = accountAt(state, merchant.mchids[0]!)
  const provider = accountAt(state, providersOf(merchant)[0]!)
  const pair = { provider: provider.mchid, merchant: sender.mchid }
  const body = renderPage('platform', {
    merchant,
    merchants: state.world.merchants,
    sender,
    provider,
    providers: providersOf(merchant),
    // A 填写单 of paycoupon's console, as its link brings it.
    pasted: !refused && query.has('paste') ? query : undefined,
    numbers: [sender, provider],
    as,
    platforms,
    steps: steps.filter(({ who }) => !as || who.includes(as)),
    doneCount: steps.filter((step) => step.state === 'done').length,
    refused,
    ownAppid: providerAppid(provider.mchid),
    products: (['prefunded', 'no_prefund', 'marketing_events'] as const).map((product) => ({
      product,
      name: productNames[product],
      isOpen: isOpen(provider, product),
    })),
    hasCross: [sender, provider].map((each) => isOpen(each, 'cross_merchant')),
    application: state.world.applications?.findLast((each) => each.senders.includes(sender.mchid)),
    invitation: state.world.invitations?.find(
      (each) => each.provider === pair.provider && each.merchant === pair.merchant,
    ),
    hasAccepted: hasAccepted(state.world, pair.provider, pair.merchant),
    keyModeNames,
    platform: state.world.platform,
    merchantFile: JSON.stringify(merchantFile(state.world, merchant.slug), null, 2),
    goodsTagSets,
    sceneNames,
    stocks: platformStocks(control, provider.mchid, sender.mchid),
    appUrl: state.settings.appUrl,
    today: beijingTime(state.clock.now()).slice(0, 10),
    inAMonth: beijingTime(new Date(state.clock.now().getTime() + 30 * dayMs)).slice(0, 10),
    beijingTime,
    yuan,
  })
  return page(control, body)
}
