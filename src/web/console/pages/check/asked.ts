import type { AskedTrial } from '../../../../claims/trial/asked-trial.ts'
import { openidShape } from '../../../../wechat/official/oauth.ts'
import type { FieldError } from '../../render.ts'

/** The form of 试算, from the query of its address; texts as they were typed. */
export type AskedForm = { member: string; amount: string; order: string }

/** What the form asks, or what is wrong with it. `isAsked`: false before it was sent. */
export function askedTrial(query: URLSearchParams): {
  form: AskedForm
  isAsked: boolean
  asked: AskedTrial
  errors: FieldError[]
} {
  const field = (name: keyof AskedForm) => (query.get(name) ?? '').trim()
  const form = { member: field('member'), amount: field('amount'), order: field('order') }
  const asked: AskedTrial = {
    ...(form.member && { openid: form.member }),
    ...(form.amount && { amount: fenOf(form.amount) }),
    ...(form.order && { transactionId: form.order }),
  }
  const errors: FieldError[] = []
  if (form.member && !openidShape.test(form.member))
    errors.push({
      name: 'member',
      text: '这不是 openid：openid 由字母、数字、横线和下划线组成，一般以 o 开头，共 28 位',
    })
  if (form.amount && !(asked.amount! > 0)) errors.push({ name: 'amount', text: '请填写金额，例如 60 或 59.90' })
  if (form.order && !/^\d{10,32}$/.test(form.order))
    errors.push({ name: 'order', text: '请填写微信支付单号，一般是 28 位数字' })
  if (form.amount && form.order) errors.push({ name: 'order', text: '金额和支付单号只填一个' })
  return { form, isAsked: query.has('member') || query.has('amount') || query.has('order'), asked, errors }
}

/** Yuan as people type them; not a number for anything else. A payment of more is none. */
function fenOf(text: string): number {
  return /^\d{1,7}(\.\d{1,2})?$/.test(text) ? Math.round(Number(text) * 100) : NaN
}
