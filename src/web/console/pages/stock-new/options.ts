import type { Merchant } from '../../../../merchants/merchant.ts'
import { creatorsFor } from '../../../../stocks/by-staff/reach.ts'
import type { Person } from '../../../../operators/rights/person.ts'
import { tagRows } from '../stocks/tag-rows.ts'

type Option = { value: string; text: string; hint?: string }

/** What the form's questions with a choice offer. */
export const choices = {
  kind: [
    { value: 'cash', text: '预充值', hint: '激活时从制券商户号的余额锁定总预算' },
    { value: 'no_cash', text: '免充值', hint: '由商户少收；商户要先接受“服务商免充值代金券”邀请' },
  ],
  tags: tagRows([]).map(({ value, tags, meaning }) => ({ value, text: tags, hint: meaning })),
  combine: [
    { value: 'yes', text: '可叠加' },
    { value: 'no', text: '不可叠加' },
  ],
  scenes: [
    { value: 'MICROAPP', text: '小程序支付' },
    { value: 'APPPAY', text: 'APP 支付' },
    { value: 'PPAY', text: '免密支付' },
    { value: 'CARD', text: '付款码支付' },
    { value: 'FACE', text: '人脸支付' },
    { value: 'OTHER', text: '其他（公众号、扫码等）' },
  ],
  jump: [
    { value: 'DEFAULT_PAGE', text: '默认页面' },
    { value: 'PAYMENT_CODE', text: '付款码' },
    { value: 'MINI_PROGRAM', text: '小程序' },
  ],
  days: ['周一', '周二', '周三', '周四', '周五', '周六', '周日'].map((text, nth) => ({
    value: String((nth + 1) % 7),
    text,
  })),
  limits: [
    { value: 'natural', text: '自然人限制', hint: '同一个人的几个微信合起来算' },
    { value: 'abuse', text: '防刷拦截', hint: '微信拦截可疑的领取' },
  ],
  color: [
    { value: '', text: '微信默认' },
    ...['010', '020', '030', '040', '050', '060', '070', '080', '081', '082', '090', '100', '101', '102'].map((no) => ({
      value: `COLOR${no}`,
      text: `COLOR${no}`,
    })),
  ],
}

/** The numbers that may make the merchant's stock for this person: providers first. */
export function creatorsOf({ id, accounts }: Merchant, person: Person): Option[] {
  const own = creatorsFor(person, 'keep_stocks', id)
  const offered = accounts.filter(({ mchid }) => own === 'all' || own.includes(mchid))
  return offered
    .toSorted((one, other) => Number(other.role === 'provider') - Number(one.role === 'provider'))
    .map(({ mchid, role }) => ({ value: mchid, text: `${mchid}（${role === 'provider' ? '服务商' : '本商户'}）` }))
}
