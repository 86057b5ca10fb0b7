/**
 * Why an act of an operator was not done: for the command line, for the console, the status of its page, and the field
 * of the form that it is about.
 */
const words = {
  not_allowed: ['your role does not allow this here', '您的角色不能做这件事', 403],
  not_found: ['there is no such thing', '没有找到，可能已经结束', 404],
  wrong_sign_in: [
    'e-mail or password is wrong, or there were too many tries',
    '邮箱或密码不对，或者尝试过于频繁。请核对后再试；连续出错后需要等几分钟',
    422,
  ],
  wrong_code: [
    'the code is wrong, was used before, or there were too many tries',
    '验证码不对、已经用过，或者尝试过于频繁。请等验证器显示下一个验证码再试；连续出错后需要等几分钟',
    422,
    'code',
  ],
  wrong_password: [
    'the password is wrong, or there were too many tries',
    '密码不对，或者尝试过于频繁。连续出错后需要等几分钟',
    422,
    'current',
  ],
  busy: ['too many people sign in at this moment: try again', '现在登录的人太多，请稍后再试', 429],
  no_authenticator: [
    'no authenticator is set up yet: ask for a new link',
    '这个账号还没有绑定验证器。请让管理员重新发一个链接',
    422,
  ],
  no_membership: ['this person may do nothing here', '这个账号现在没有任何权限，请联系管理员', 422],
  link_over: ['the link was used or is over', '这个链接已经用过，或者已过期。请让管理员重新发一个', 404],
  email_taken: ['there is an operator with this e-mail already', '这个邮箱已经有账号，请直接登录', 422, 'email'],
  already_member: ['this person has a role there already', '对方在这里已经有角色，可以在列表里修改', 422, 'email'],
  own_membership: ['nobody changes their own role', '不能改自己的角色，请让另一位管理员来改', 422],
  role_needs_provider: [
    'role provider needs --provider or no scope, and --provider needs role provider',
    '“服务商运营”只能用于服务商号，服务商号也只能用这个角色',
    422,
    'role',
  ],
  beyond_your_scope: [
    'this person also has roles that you do not manage',
    '对方在别处还有角色，不能由您重置。请让对方自己修改，或联系总部',
    403,
  ],
  code_needed: ['a code of the authenticator is needed again', '请再输入一次验证器里的验证码', 403],
  own_proposal: ['nobody approves their own proposal', '不能批准自己的申请，请让另一位管理员批准', 403],
  proposal_over: ['the proposal was decided or is over', '这个申请已经处理过，或者已超过 24 小时', 409],
  proposal_stale: [
    'what the proposal would change was changed meanwhile: ask again',
    '申请之后内容又改过了，请按现在的内容重新申请',
    409,
  ],
  email_wrong: ['email: must be an e-mail address', '请填写一个邮箱地址', 422, 'email'],
  name_wrong: ['name: must have between 1 and 60 characters', '名字需要 1 到 60 个字', 422, 'name'],
  role_wrong: ['role: there is no such role', '请选择一个角色', 422, 'role'],
  place_wrong: ['there is no such merchant or provider number', '请选择商户或服务商号', 422, 'scope'],
  password_short: ['password: must have at least 12 characters', '密码至少 12 个字符', 422, 'password'],
  password_long: ['password: must have at most 200 characters', '密码最多 200 个字符', 422, 'password'],
  password_is_email: ['password: must not be the e-mail', '密码不能与邮箱相同', 422, 'password'],
  password_common: [
    'password: is one of the first that would be guessed',
    '这个密码太常见，容易被猜到，请换一个',
    422,
    'password',
  ],
  day_wrong: ['on: must be a day such as 2026-11-01, not in the future', '请填写日期，不能晚于今天', 422, 'on'],
  step_wrong: ['this step is not kept by hand', '这一步由系统判断，不能人工填写', 422],
  state_wrong: ['state: must be asked, granted or refused', '请选择已申请、已完成或被拒绝', 422],
  nobody_chosen: ['choose at least one merchant', '请至少选择一个商户', 422, 'merchant'],
  examined_lately: ['this merchant was examined less than a minute ago', '一分钟内刚检测过，请稍后再检测', 429],
  share_over: ['the shared link is over', '这个分享链接已失效。请让对方重新分享一个', 404],
  stock_tags_wrong: ['tags: must be one of the six sets', '请选择这个批次的订单优惠标记', 422, 'tags'],
  export_running: ['another export is running', '另一个导出还没结束，请稍后再试', 429],
  slug_taken: ['slug: another merchant has it', '这个标识已有商户在用，请换一个', 422, 'slug'],
  number_there: ['the merchant has this number already', '这个商户已经有这个号码', 422, 'provider'],
  money_needs_approval: ['this costs money and must be approved', '这项修改会花更多的钱，需要确认或批准', 409],
  campaign_stopped: ['the check stops this', '检查没有通过，现在不能这样做。请按检查结果处理后再试', 409],
  state_moved: ['somebody else has changed its state', '活动状态刚刚变了，请刷新页面再看', 409],
  reason_wrong: ['reason: must have between 1 and 200 characters', '请写明理由，最多 200 个字', 422, 'reason'],
  too_much: ['this takes too long to read: ask for less', '符合条件的记录太多，请缩小范围再查，例如只看一个活动', 422],
  step_untested: ['this step has no test', '微信没有提供这一步的检测方法', 422],
  several_providers: [
    'the merchants have different providers',
    '所选商户的服务商号不同，请按服务商号分开申请',
    422,
    'merchant',
  ],
  too_many_chosen: ['choose at most twenty merchants', '一次最多选择 20 个商户', 422, 'merchant'],
  link_standing: ['this is so already', '已经是这样，请刷新页面', 409],
  mail_off: ['no mail server is set', '还没有设置发信服务器，请复制邮件自行发出', 422],
  recipients_wrong: [
    'mail_to: must be one to ten e-mail addresses',
    '请填写 1 到 10 个邮箱，用逗号或换行分开',
    422,
    'mail_to',
  ],
} as const satisfies Record<string, Words>

type Words = readonly [english: string, chinese: string, status: number, field?: string]

export type DeclinedWord = keyof typeof words

/** An act that was not done, with the reason in both languages. Nothing was changed. */
export class Declined extends Error {
  readonly word: DeclinedWord
  readonly chinese: string
  readonly status: number
  /** The field of a form that it is about. */
  readonly field: string | undefined

  constructor(word: DeclinedWord) {
    const [english, chinese, status, field]: Words = words[word]
    super(english)
    this.name = 'Declined'
    this.word = word
    this.chinese = chinese
    this.status = status
    this.field = field
  }
}
