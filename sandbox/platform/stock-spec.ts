import type { TradeScene } from '../world.ts'

/** A stock as somebody fills it in by hand: 服务商平台 · 营销中心 · 创建全场券. Amounts in fen. */
export type StockSpec = {
  creator: string
  name: string
  /** True: 免充值. */
  no_cash: boolean
  amount: number
  threshold: number
  total: number
  per_member: number
  budget_by_day?: number | undefined
  /** RFC 3339. */
  begins_at: string
  ends_at: string
  /** 0 is Sunday; none: every day. */
  week_days?: number[]
  /** `HH:MM` in Beijing. */
  day_begins?: string | undefined
  day_ends?: string | undefined
  days_after_receipt?: number | undefined
  excluded_goods?: string[]
  notes?: string
  /** 可发券商户, beside the creator. */
  senders?: string[]
  mini_program?: { appid: string; path: string } | undefined
  /** A payment method's code, such as ICBC_CREDIT. */
  limit_pay?: string | undefined
  combinable?: boolean
  /** None: all. */
  scenes?: TradeScene[]
  goods_tag?: string[]
  natural_person_limit?: boolean
  prevent_api_abuse?: boolean
}

export const sceneNames: Record<TradeScene, string> = {
  MICROAPP: '小程序',
  APPPAY: 'APP',
  PPAY: '免密',
  CARD: '付款码',
  FACE: '刷脸',
  OTHER: '公众号等',
}
