import type { Merchant } from '../../../../merchants/merchant.ts'
import type { Stock } from '../../../../plumbing/storage/schema/stock.ts'
import type { StockChange } from '../../../../wechat/pay/change-stock.ts'

type StateAct = { change: StockChange; text: string; asks: string; says: string; danger: boolean }

const acts: Record<string, StateAct> = {
  unactivated: {
    change: 'start',
    text: '激活',
    asks: '激活这个批次？',
    says: '激活后微信开始发放，预算会被冻结。',
    danger: false,
  },
  running: {
    change: 'pause',
    text: '暂停发放',
    asks: '暂停发放这个批次？',
    says: '暂停后任何系统都发不出这个批次的券，会员会看到“活动暂停中”；已经发出的券照常使用，恢复后欠着的券会补发。',
    danger: true,
  },
  paused: {
    change: 'restart',
    text: '恢复发放',
    asks: '恢复发放这个批次？',
    says: '恢复后继续发放，欠着的券会补发。',
    danger: false,
  },
}

/**
 * What can be done at WeChat with a stock in its state, and where that is: with the creator's keys here, otherwise `by`
 * its creator at WeChat's platform.
 */
export function stateActs({ accounts }: Pick<Merchant, 'accounts'>, stock: Stock, mayAct: boolean) {
  const act = acts[stock.status]
  if (!act) return undefined
  const hasKeys = accounts.some(({ mchid, keys }) => mchid === stock.creator_mchid && keys !== undefined)
  const here = hasKeys && mayAct
  const who = hasKeys ? '您的角色不能在微信改变批次状态，请管理员或服务商运营来做' : elsewhere(act, stock)
  return { ...act, here, elsewhere: here ? undefined : who }
}

function elsewhere({ text }: StateAct, { creator_mchid: creator }: Stock): string {
  return `${text}要用制券商户号 ${creator} 的密钥，这里没有配置。请服务商登录服务商平台，在“营销中心 · 管理代金券”里${text}，然后回到这里点“同步”`
}
