import type { DemoAddress } from '../src/plumbing/config/config.ts'
import { demoSlug } from './demo-set-up.ts'

/** The addresses to open in the demo, in this order: printed by `npm start` and shown at `/`. */
export function demoAddresses(
  publicUrl: string,
  sandboxUrl: string,
  consoleUrl = `${publicUrl}/console`,
): DemoAddress[] {
  return [
    {
      url: `${sandboxUrl}/`,
      chinese: '沙箱手机：打开服务号聊天，从菜单开卡、付款、领券',
      english: 'the phone: a chat in the Official Account, with its menu',
    },
    {
      url: `${sandboxUrl}/sandbox/wechat-pay`,
      chinese: '微信那边记录了什么，还可以模拟故障',
      english: 'what WeChat has recorded, and faults to switch on',
    },
    {
      url: `${sandboxUrl}/sandbox/platform`,
      chinese: '微信的后台：让一个新商户从零开通，走完十二步',
      english: "WeChat's platforms: the twelve steps of a new merchant",
    },
    {
      url: `${publicUrl}/m/${demoSlug}/c/welcome`,
      chinese: '领券链接本身',
      english: 'the claim link itself',
    },
    {
      url: consoleUrl,
      chinese: '商户云后台：第一次用命令行里打印的一次性链接打开',
      english: 'the console; for the first time by the link that npm start printed',
    },
  ]
}

/**
 * The lines that `npm start` prints when everything runs. `ownerLink`: at which whoever opens it becomes the first owner
 * at the console; only printed, never shown on a page. `daysAhead`: by how much its day was moved forward.
 */
export function greetingOf(
  addresses: DemoAddress[],
  { ownerLink, daysAhead = 0 }: { ownerLink?: string | undefined; daysAhead?: number } = {},
): string {
  const width = Math.max(...addresses.map(({ url }) => url.length))
  const lines = addresses.map(({ url, english }) => `  ${url.padEnd(width)}   ${english}`)
  const owner = ownerLink === undefined ? [] : ['', ownerLine, `  ${ownerLink}`]
  const ahead = daysAhead === 0 ? [] : ['', `Its day was moved forward: it is ${daysAhead} days ahead of this machine.`]
  return ['', 'paycoupon runs with its WeChat sandbox. Open, in this order:', ...lines, ...ahead, ...owner, ''].join(
    '\n',
  )
}

const ownerLine = 'The console has no owner yet. Whoever opens this becomes it; it works once, for an hour:'
