import type { StepNumber } from '../../onboarding/steps.ts'
import type { Act } from '../../operators/rights/permissions.ts'
import { may, type Person } from '../../operators/rights/person.ts'
import type { Scope } from '../../operators/rights/scope.ts'
import { consolePaths as paths } from './paths.ts'

type Page = { text: string; path: string; act: Act }

const keys: Page = { text: '微信API证书配置', path: '/console/m/:merchant/settings/keys', act: 'manage_keys' }

/** Where at the console a step is done; the others are done at WeChat, or on this page. */
const pages: Partial<Record<StepNumber, Page[]>> = {
  6: [keys],
  7: [keys],
  8: [keys, { text: '公众号配置', path: '/console/m/:merchant/settings/official-account', act: 'manage_keys' }],
  9: [{ text: '创建pay券', path: '/console/m/:merchant/stocks/new', act: 'keep_stocks' }],
  10: [{ text: '微信优惠券', path: paths.stocks, act: 'look' }],
  11: [{ text: '导入pay券', path: paths.stockImport, act: 'keep_stocks' }],
  12: [{ text: '活动管理', path: '/console/m/:merchant/campaigns', act: 'edit_campaigns' }],
}

/** The pages that the person may open to do a step of the merchant. */
export function pagesOfStep(
  step: StepNumber,
  { person, scope, slug }: { person: Pick<Person, 'memberships'>; scope: Scope; slug: string },
): { text: string; href: string }[] {
  return (pages[step] ?? [])
    .filter(({ act }) => may(person, act, scope))
    .map(({ text, path }) => ({ text, href: path.replace(':merchant', slug) }))
}
