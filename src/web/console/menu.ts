import type { Merchant } from '../../merchants/merchant.ts'
import { type Act } from '../../operators/rights/permissions.ts'
import { may, mayAnywhere, type Person } from '../../operators/rights/person.ts'
import { everywhere as scopeOfAll, ofMerchant, ofProvider, type Scope } from '../../operators/rights/scope.ts'
import type { Frame } from './frame.ts'
import { menuIcon, menuKey } from './menu-icons.ts'
import { consolePaths as paths } from './paths.ts'

/** The merchant or the provider in which one is at work. */
export type MenuPlace = { merchant: Pick<Merchant, 'id' | 'slug' | 'name'> } | { mchid: string }

/** A page with what a person must be allowed to do; the same act guards its route. */
type Entry = {
  text: string
  href: string
  act?: Act
  /** Where one must be allowed to; unset: at the place, or anywhere. */
  in?: Scope
}

const settings = '系统设置'

const proposals = '申请与批准'

/** Every page that belongs to no place. */
const everywhere: { title: string; links: Entry[] }[] = [
  {
    title: '总览',
    links: [
      { text: '首页', href: paths.home },
      { text: '商户总览', href: paths.merchants, act: 'look_at_steps' },
      { text: '新增商户', href: paths.merchantNew, act: 'add_merchants', in: scopeOfAll },
      { text: proposals, href: paths.proposals, act: 'ask_for_money' },
    ],
  },
  {
    title: settings,
    links: [
      { text: '员工账号', href: paths.staff, act: 'manage_staff' },
      { text: '操作日志', href: paths.audit, act: 'look_at_audit' },
      { text: '我的账号', href: paths.account },
    ],
  },
]

/** Every page of one merchant, by group. */
const ofMerchants: { title: string; links: Entry[] }[] = [
  { title: '商户', links: [{ text: '接入向导', href: paths.guide, act: 'look_at_steps' }] },
  {
    title: '营销中心',
    links: [
      { text: '微信优惠券', href: paths.stocks, act: 'look' },
      { text: '活动管理', href: paths.campaigns, act: 'look' },
      { text: '发放记录', href: paths.grants, act: 'look_at_members' },
    ],
  },
]

/** Every page about a merchant's own settings; they stand first in 系统设置. */
const settingsOfMerchants: Entry[] = [
  { text: '商户信息', href: paths.settings, act: 'manage_keys' },
  { text: '接口设置', href: paths.settingsKeys, act: 'manage_keys' },
  { text: '服务商授权', href: paths.providerConsent, act: 'manage_staff' },
]

/** Every page of one provider. */
const ofProviders: Entry[] = [
  { text: '本服务商的商户', href: paths.provider, act: 'look_at_steps' },
  { text: '跨商户发券申请', href: paths.application, act: 'keep_steps' },
  { text: '批次管理', href: paths.providerStocks, act: 'look' },
]

/** What this person may open, with the page of `path` marked; the pages of `place` are in groups of their own. */
export function menuOf(
  person: Pick<Person, 'memberships' | 'openProposals'>,
  path: string,
  place?: MenuPlace,
): Frame['menu'] {
  const [first, ...others] = everywhere.map(({ title, links }) => ({
    title,
    links: [
      ...(title === settings && place && 'merchant' in place ? linksIn(person, place, settingsOfMerchants) : []),
      ...links.filter(({ act, in: scope }) => !act || (scope ? may(person, act, scope) : mayAnywhere(person, act))),
    ],
  }))
  const groups = [...(first ? [first] : []), ...(place ? groupsOf(person, place) : []), ...others]
  const marked = groups.map(({ title, links }) => ({
    title,
    links: links.map(({ text, href }) => ({
      text,
      href,
      icon: menuIcon(text),
      ...menuKey(text),
      ...(href === path && { current: true }),
      ...(text === proposals && person.openProposals && { count: person.openProposals }),
    })),
  }))
  return marked.filter(({ links }) => links.length > 0)
}

function groupsOf(person: Pick<Person, 'memberships'>, place: MenuPlace): { title: string; links: Entry[] }[] {
  if ('merchant' in place)
    return ofMerchants.map(({ title, links }) => ({ title, links: linksIn(person, place, links) }))
  return [{ title: '服务商', links: linksIn(person, place, ofProviders) }]
}

function linksIn(person: Pick<Person, 'memberships'>, place: MenuPlace, entries: Entry[]): Entry[] {
  const scope = 'merchant' in place ? ofMerchant(place.merchant.id) : ofProvider(place.mchid)
  return entries
    .filter(({ act }) => act === undefined || may(person, act, scope))
    .map(({ text, href }) => ({ text, href: hrefIn(place, href) }))
}

function hrefIn(place: MenuPlace, href: string): string {
  return 'merchant' in place ? href.replace(':merchant', place.merchant.slug) : href.replace(':mchid', place.mchid)
}
