import type { StepVerdict } from '../../doctor/step-findings.ts'

/** What a step's state is called at the console, and how it looks. */
export const stateWords = {
  done: ['good', '完成'],
  failed: ['bad', '失败'],
  waiting: ['wait', '等待'],
  unneeded: ['off', '不需要'],
  unknown: ['off', '未确认'],
} as const satisfies Record<StepVerdict['state'], readonly [look: string, text: string]>

/** The steps as a table's columns call them, in their order. */
export const shortNames = [
  '预充值',
  '服务商AppID',
  '商户AppID',
  '跨商户',
  '免充值',
  '证书',
  'APIv3',
  '密钥',
  '建批次',
  '激活',
  '导入',
  '活动',
]

/** What to do at the console where the table of steps names a command. */
const cures: Record<string, string> = {
  cross_merchant:
    '在「跨商户发券申请」生成申请邮件并发出，制券商户号和发券商户号都要开通；已开通的，请服务商核对批次的「可发券商户」，没有本商户号就加上，加不上就新建批次',
  certificate: '在「商户平台 · 账户中心 · API安全」申请 API 证书，再到「接口设置 · 微信API证书配置」上传压缩包',
  api_v3_key:
    '在「商户平台 · 账户中心 · API安全」设置 APIv3 密钥；「接口设置 · 微信API证书配置」可以生成一个随机的，保存前会向微信测试',
  settings: '在「接口设置 · 微信API证书配置」上传证书、填写 APIv3 密钥并测试；AppSecret 在「公众号配置」测试和更换',
  stock_created:
    '用「创建pay券」生成填写单，服务商在「服务商平台 · 营销中心 · 创建全场券」照填：「可发券商户」要有本商户号，订单优惠标记是六种组合之一',
  stock_active: '服务商在「服务商平台 · 营销中心 · 管理代金券」激活；批次创建满一分钟后才能激活',
  stock_imported: '拿到批次号后，在「导入pay券」导入；微信不显示订单优惠标记时，请服务商告知是六种组合中的哪一种',
  campaign: '在「活动管理」新建活动并发布，再找一位同事真领一张',
}

/** A cure of the doctor that only somebody at a command line can follow. */
const namesCommand = /商户文件|merchant apply|merchant step|stock (import|create|activate)|campaign apply|--|doctor/

/** How the state came to be known, for a step that nobody has tested or that was asked for. */
const byHand = '微信没有提供这一步的检测方法，完成后请在下面填写'
const byTest = '还没有检测过，请点“全部检测”'

/** What has to be done for the step now; empty when nothing. */
export function cureOf({ step, state, cure }: StepVerdict): string {
  if (state === 'done') return cure
  if (state === 'unneeded') return ''
  if (state === 'failed' && cure !== step.cure && !namesCommand.test(cure)) return cure
  return cures[step.key] ?? step.cure
}

/** The verdict in a sentence. */
export function wordsOf({ step, state, words }: StepVerdict): string {
  if (state !== 'unknown') return words
  return step.isTested ? byTest : byHand
}
