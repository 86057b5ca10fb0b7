import { grouped, yuan } from '../../../../campaigns/in-chinese.ts'
import { stocksNamed } from '../../../../campaigns/stocks-named.ts'
import type { Merchant } from '../../../../merchants/merchant.ts'
import type { Stock } from '../../../../plumbing/storage/schema/stock.ts'
import type { Services } from '../../../../services.ts'
import { shelfStocks } from '../../../../stocks/on-shelf.ts'
import type { Draft } from './draft.ts'

type Choice = { value: string; text: string }

/** The stocks that may be chosen: those on the shelf, and those that the form names already. */
export async function stockChoices({ db, clock }: Services, merchant: Merchant, draft: Draft): Promise<Choice[]> {
  const onShelf = await shelfStocks(db, merchant.id, clock.now())
  const named = [...draft.coupons, ...draft.tiers.flatMap((tier) => tier.coupons)].map(({ stock }) => stock)
  const others = named.filter((id) => !onShelf.some(({ stock_id }) => stock_id === id))
  const known = await stocksNamed(db, merchant.id, [...new Set(others)])
  return [...onShelf, ...known.values()].map((stock) => ({ value: stock.stock_id, text: choiceWords(stock) }))
}

function choiceWords(stock: Stock): string {
  const minimum = stock.transaction_minimum > 0 ? `满 ${yuan(stock.transaction_minimum)} 减` : '减'
  const left = Math.max(0, stock.max_coupons - stock.distributed_coupons)
  const state = stock.status === 'running' ? `剩 ${grouped(left)} 张` : '没有在运行'
  return `${stock.name}（${minimum} ${yuan(stock.coupon_amount)} 元，批次 ${stock.stock_id}，${state}${stock.on_shelf ? '' : '，已下架'}）`
}

export function senderChoices({ accounts }: Merchant, { senders }: Draft): Choice[] {
  const known = accounts.filter(({ role }) => role === 'sender').map(({ mchid }) => mchid)
  const gone = senders.filter((mchid) => !known.includes(mchid))
  return [...known, ...gone].map((mchid) => ({ value: mchid, text: mchid }))
}

export function channelChoices({ channel }: Draft): Choice[] {
  const usual = [
    { value: '', text: '不说明' },
    { value: 'store', text: '门店' },
    { value: 'online', text: '线上' },
  ]
  const isOther = channel !== '' && channel !== 'store' && channel !== 'online'
  return isOther ? [...usual, { value: channel, text: channel }] : usual
}
