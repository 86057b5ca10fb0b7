import { preparePage } from '../shell/prepared-page.ts'
import { openViews } from '../shell/views.ts'
import { assets } from './assets.ts'
import { urls } from './urls.ts'

const views = openViews('member')

/** The page `view` of views/member. Throws when there is no such view. */
export function memberView(view: string, data: object): string {
  return views(view, { assets, urls, ...data })
}

/** What differs between requests on a page that is otherwise the same. */
export type PerRequest = { nonce: string; csrf: string; claimKey: string; wechat: string }

/** The same, made except for what differs per request. Throws at once when there is no such view. */
export function prepare(view: string, data: object): (own: PerRequest) => Buffer {
  return preparePage(['nonce', 'csrf', 'claimKey', 'wechat'], (marks) => memberView(view, { ...data, ...marks }))
}

/** The same for people who look at it and can do nothing: no script, no form, no link. */
export function shownView(view: string, data: object): string {
  return memberView(view, { ...data, assets: { style: assets.style }, isShown: true })
}
