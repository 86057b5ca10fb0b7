import { dayMs } from '../../../plumbing/clock.ts'
import { columnsOf, curveOf } from '../chart.ts'
import type { Frame } from '../frame.ts'
import type { FieldError } from '../render.ts'

/** A frame as an owner of a merchant has it, whose menu leads to the groups of the kit. */
export const kitFrame: Frame = {
  home: '/console/_ui',
  place: { name: '阳光咖啡（人民路店）', href: '#lists' },
  searchAt: '/console/_ui',
  links: [
    { text: '告警', href: '#states', count: 2 },
    { text: '任务', href: '#states' },
  ],
  person: { name: 'lin@example.com', href: '#values' },
  signOutAt: '#',
  menu: [
    { links: [{ text: '界面部件', href: '/console/_ui', current: true }] },
    {
      title: '部件',
      links: [
        { text: '按钮与提示', href: '#states' },
        { text: '表单', href: '#forms' },
        { text: '列表', href: '#lists' },
        { text: '数值', href: '#values' },
        { text: '经过', href: '#stories' },
        { text: '预览与弹窗', href: '#previews' },
      ],
    },
    {
      title: '整页',
      links: [
        { text: '需要修改的表单', href: '/console/_ui?show=errors' },
        { text: '登录前的页面', href: '/console/_ui?show=bare' },
      ],
    },
  ],
}

/** What is wrong with the form of the kit. */
export const kitErrors: FieldError[] = [
  { name: 'name', text: '请填写商户名称' },
  { name: 'kind', text: '请选择活动类型' },
]

/** A chart in each of its states. */
export function kitCharts(now: Date) {
  const at = (days: number) => new Date(now.getTime() - days * dayMs)
  const bars = [25, 8, 3, 1].map((value, nth) => ({
    label: ['今日已领', '不在时间内', '已发完', '微信拒绝'][nth]!,
    value,
    href: '#stories',
    ...(nth === 3 && { look: 'other' as const }),
  }))
  const left = [1000, 990, 975, 960, 950].map((value, nth) => ({ at: at(4 - nth), value }))
  return {
    columns: columnsOf(bars),
    curve: curveOf(left),
    one: curveOf([{ at: now, value: 1000 }]),
    none: columnsOf([]),
  }
}
