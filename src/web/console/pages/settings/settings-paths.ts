import type { Merchant } from '../../../../merchants/merchant.ts'
import { consolePaths as paths } from '../../paths.ts'

/** The addresses of the merchant's settings. */
export function settingsPaths({ slug }: Pick<Merchant, 'slug'>) {
  const at = (path: string) => path.replace(':merchant', slug)
  return {
    settings: at(paths.settings),
    keys: at(paths.settingsKeys),
    keysNew: at(paths.settingsKeysNew),
    official: at(paths.settingsOfficial),
    events: at(paths.settingsEvents),
    guide: at(paths.guide),
  }
}

/** The three pages of 接口设置, with the one of `path` marked. */
export function interfaceTabs(merchant: Pick<Merchant, 'slug'>, path: string) {
  const { keys, official, events } = settingsPaths(merchant)
  const tabs = [
    { text: '微信API证书配置', href: keys },
    { text: '公众号配置', href: official },
    { text: '事件接口', href: events },
  ]
  return { label: '接口设置', tabs: tabs.map((tab) => ({ ...tab, current: tab.href === path })) }
}
