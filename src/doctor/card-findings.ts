/** What the doctor can find about member cards: rows of findings.ts. */
export const cardFindings = {
  card_pushes_arrive: { check: 'card_pushes', ok: true, message: '能收到微信的会员卡推送', cure: '' },
  card_pushes_not_yet: {
    check: 'card_pushes',
    ok: true,
    message: '有开卡有礼活动，还没有收到过微信的会员卡推送',
    cure: '自己开一张会员卡试试；收不到推送，就确认不了新卡、发不出券：在服务号后台把服务器配置设为安全模式并启用，URL 填 /notify/{slug}/oa',
  },
  card_pushes_missing: {
    check: 'card_pushes',
    ok: false,
    message: '有开卡有礼活动，但从未收到微信的会员卡推送，确认不了新卡、发不出券',
    cure: '在服务号后台把服务器配置设为安全模式并启用，URL 填 /notify/{slug}/oa，令牌与 EncodingAESKey 同商户文件；或者由商户系统发 card.opened 事件',
  },
  card_pushes_without_keys: {
    check: 'card_pushes',
    ok: false,
    message: '有开卡有礼活动，但商户文件没有 message_token 或 encoding_aes_key，收不到微信的会员卡推送',
    cure: '在商户文件的 official_account 中填入两者，再到服务号后台把服务器配置设为安全模式并启用，URL 填 /notify/{slug}/oa',
  },
  card_events_arrive: {
    check: 'card_pushes',
    ok: true,
    message: '没有收到过微信的会员卡推送，开卡由商户系统的 card.opened 事件告知',
    cure: '',
  },
  card_product_answers: {
    check: 'card_products',
    ok: true,
    message: '会员卡 {card} 接通，openid 可以用于发券',
    cure: '',
  },
  card_product_silent: {
    check: 'card_products',
    ok: true,
    message: '会员卡 {card}：现在问不到微信',
    cure: '稍后再检查一次',
  },
  card_product_other_appid: {
    check: 'card_products',
    ok: false,
    message: '会员卡 {card} 属于另一个 AppID，openid 不能用于发券',
    cure: '换成本服务号 AppID 下的会员卡；或者由商户系统用本服务号的 openid 发 card.opened 事件',
  },
  card_product_refused: {
    check: 'card_products',
    ok: false,
    message: '会员卡 {card}：微信不接受调用（{said}）',
    cure: '核对商户文件 card_products 里的 card_id、brand_id、mchid 和密钥；确认已开通商家名片会员权限，品牌已授权服务商',
  },
  card_notices_ours: {
    check: 'card_notices',
    ok: true,
    message: '会员卡 {card}：微信的开卡通知发到本系统',
    cure: '',
  },
  card_notices_unset: {
    check: 'card_notices',
    ok: false,
    message: '会员卡 {card}：微信没有设置通知地址，收不到开卡通知',
    cure: '运行 cards notices {slug} --card {card} --set，把通知地址设为 {ours}',
  },
  card_notices_elsewhere: {
    check: 'card_notices',
    ok: false,
    message: '会员卡 {card}：微信的开卡通知发到 {set}，不是本系统的地址',
    cure: '先与该系统的负责人说好，再运行 cards notices {slug} --card {card} --set --replace，地址改为 {ours}；不能改的，由商户系统发 card.opened 事件',
  },
  card_notices_at_crm: {
    check: 'card_notices',
    ok: true,
    message: '会员卡 {card}：由商户会员系统确认开卡，微信的通知发到 {set}',
    cure: '请商户会员系统在开卡后发 card.opened 事件；要由本系统接收通知，运行 cards notices {slug} --card {card} --set --replace',
  },
  card_notices_unasked: {
    check: 'card_notices',
    ok: true,
    message: '会员卡 {card}：查不到通知地址（{said}）',
    cure: '稍后再检查一次；要设置，运行 cards notices {slug} --card {card} --set',
  },
  card_joins_stuck: {
    check: 'card_joins',
    ok: false,
    message: '{stuck} 位会员开卡没有办成，发不出开卡礼（{said}）',
    cure: '先处理上面会员卡的问题；由商户会员系统确认开卡的，请它向微信确认；办成后由商户系统发 card.opened 事件补发',
  },
  openings_unproven: {
    check: 'card_openings',
    ok: true,
    message: '{unproven} 张已激活的会员卡没有开卡凭证，等着领开卡礼',
    cure: '用 cards unproven {slug} 查看：以前开的卡用 cards import 导入，真正的新卡由商户系统发 card.opened 事件',
  },
} as const
