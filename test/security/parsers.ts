import { generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import { encrypt, getSignature } from '@wecom/crypto'
import { Hash } from 'wechatpay-axios-plugin'
import { parseJson } from '../../src/plumbing/files/parse-json.ts'
import { loggedAddress } from '../../src/plumbing/telemetry/logged-address.ts'
import { maskText } from '../../src/plumbing/telemetry/mask-text.ts'
import { Secret } from '../../src/plumbing/secrets/secret.ts'
import { cardNoticeKey, withoutPersonal } from '../../src/inbox/card-notice.ts'
import { readEvent } from '../../src/inbox/event.ts'
import { signatureHolds } from '../../src/inbox/event-signature.ts'
import { answerEcho, MessageFault, openPush } from '../../src/wechat/official/message-push.ts'
import { encryptedPart, readMessageXml } from '../../src/wechat/official/message-xml.ts'
import { readActivation, readCode, readMemberCard } from '../../src/wechat/official/cards.ts'
import { readReply } from '../../src/wechat/official/read-reply.ts'
import { userCardSchema, userCardsSchema } from '../../src/wechat/brand-cards/user-card.ts'
import { CertificatesUnavailable, readCertificates } from '../../src/wechat/pay/certificates.ts'
import { readCouponUse } from '../../src/wechat/pay/coupon-use.ts'
import { NotificationRefused, openEnvelope } from '../../src/wechat/pay/notification.ts'
import { readPayment } from '../../src/wechat/pay/payment.ts'
import { acceptedReply, refusalReply } from '../../src/wechat/pay/reply.ts'
import { readRefund } from '../../src/wechat/pay/refund.ts'
import { sealResource } from '../../src/wechat/pay/resource.ts'
import { answerMessage } from '../../src/wechat/pay/signature.ts'
import { verify } from '../../src/wechat/pay/verification.ts'
import { openV2Notification } from '../../src/wechat/pay-v2/notification.ts'
import { readV2Payment } from '../../src/wechat/pay-v2/payment.ts'
import { readV2Refund } from '../../src/wechat/pay-v2/refund.ts'
import { readXml } from '../../src/wechat/pay-v2/xml.ts'
import { openBillReader } from '../../src/wechat/files/bill-reader.ts'
import type { FileReader } from '../../src/wechat/files/file-reader.ts'
import { openFlowReader } from '../../src/wechat/files/flow-reader.ts'
import { UnreadableFile } from '../../src/wechat/files/unreadable-file.ts'
import { safeTarget } from '../../src/web/member/login-target.ts'
import { billFile, billHeader, flowFile, flowHeader, sumsHeader } from '../support/bill-files.ts'

/** Something that reads what others wrote. */
export type Parser = {
  name: string
  /** Reads a text; what it returns does not matter here. */
  read(text: string): unknown
  /** The one error that it may throw. */
  refusal?: abstract new (...args: never[]) => Error
  /** A text that it accepts, from which the hostile ones are made. */
  sample: string
  /** Texts of about this length that could make it slow. The parser reads no text of more than `longest` characters. */
  hostile(length: number): string[]
  longest: number
}

const kB = 1_024
const now = new Date('2026-11-23T12:00:00+08:00')
const token = new Secret(randomBytes(12).toString('hex'))
const aesKey = randomBytes(32).toString('base64').slice(0, 43)
const pushKeys = { appid: 'wx0123456789abcdef', token, key: new Secret(aesKey), previousKey: undefined }
const v2Keys = { mchid: '1601400973', key: new Secret(randomBytes(16).toString('hex')), signType: 'MD5' as const }
const v3Key = new Secret(randomBytes(16).toString('hex'))
const platform = generateKeyPairSync('rsa', { modulusLength: 2048 })
const eventsSecret = new Secret(`whsec_${randomBytes(24).toString('base64')}`)

const whole = (length: number, begin: string, middle: string, end = ''): string =>
  begin + middle.repeat(Math.max(0, Math.floor((length - begin.length - end.length) / middle.length))) + end

const xmlTexts = (length: number): string[] => [
  whole(length, '<xml>', '<a/>', '</xml>'),
  whole(length, '<xml>', '<a>', '</xml>'),
  whole(length, '<xml><a>', 'x', '</a></xml>'),
  whole(length, '<xml><a', ' ', '>x</a></xml>'),
  whole(length, '<xml><a ', 'b="c" ', '>x</a></xml>'),
  whole(length, '<xml><a>', '<![CDATA[x]]>', '</a></xml>'),
  whole(length, '<xml><a><![CDATA[', ']]', '</a></xml>'),
  whole(length, '<xml>', '<![CDATA['),
  whole(length, '<xml><a>', '&amp;', '</a></xml>'),
  whole(length, '<xml><a>', '&x=', '</a></xml>'),
  whole(length, '', '<Encrypt>'),
  whole(length, '<Encrypt>', '<![CDATA[', '</Encrypt>'),
  whole(length, '<Encrypt>', ' ', 'x</Encrypt>'),
]

const jsonTexts = (length: number): string[] => [
  whole(length, '', '['),
  whole(length, '{"a":"', 'x', '"}'),
  whole(length, '{"a":"', String.raw`\u0041`, '"}'),
  whole(length, '{"promotion_detail":[', '{"coupon_id":"1"},', '{}]}'),
  whole(length, '{"sub_orders":[', '{},', '{}]}'),
  whole(length, '{"combine_out_trade_no":"1","sub_orders":[', '{"promotion_detail":[{}]},', '{}]}'),
  whole(length, '{"amount":', '9', '}'),
  whole(length, '{"success_time":"', '2026-', '"}'),
  whole(length, '', '{"data":'),
]

/** A reader of values behind a check of who wrote them: it gets what JSON.parse makes. */
const ofJson = (read: (value: Record<string, unknown>) => unknown) => (text: string) => {
  const value = parseJson(text)
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? read(value as Record<string, unknown>)
    : undefined
}

const v2Fields = {
  appid: 'wx0123456789abcdef',
  mch_id: '1601400973',
  openid: 'o1',
  total_fee: '6000',
  cash_fee: '6000',
  transaction_id: '42001',
  out_trade_no: 'order-1',
  time_end: '20261123115900',
  coupon_id_0: '1',
  coupon_fee_0: '5',
  promotion_detail: '{"promotion_detail":[{"promotion_id":"1"}]}',
  result_code: 'SUCCESS',
  return_code: 'SUCCESS',
}
const flat = (fields: Record<string, string>) =>
  `<xml>${Object.entries(fields)
    .map(([name, value]) => `<${name}><![CDATA[${value}]]></${name}>`)
    .join('')}</xml>`
const v2Text = flat({ ...v2Fields, sign: Hash.sign('MD5', v2Fields, v2Keys.key.reveal()) })
const event = {
  type: 'payment.succeeded',
  id: 'e1',
  occurred_at: '2026-11-23T12:00:00+08:00',
  data: {
    openid: 'o1',
    transaction_id: '42001',
    out_trade_no: 'order-1',
    mchid: '1601400973',
    total: 1,
    payer_total: 1,
    promotions: [{ stock_id: '1' }],
    paid_at: '2026-11-23T12:00:00+08:00',
  },
}
const payment = {
  appid: 'wx0123456789abcdef',
  mchid: '1601400973',
  out_trade_no: 'order-1',
  transaction_id: '42001',
  trade_state: 'SUCCESS',
  success_time: '2026-11-23T12:00:00+08:00',
  payer: { openid: 'o1' },
  amount: { total: 1, payer_total: 1, currency: 'CNY' },
  promotion_detail: [{ coupon_id: '1', amount: 1 }],
}
const refund = {
  mchid: '1601400973',
  out_trade_no: 'order-1',
  transaction_id: '42001',
  out_refund_no: 'r1',
  refund_id: '503',
  refund_status: 'SUCCESS',
  success_time: '2026-11-23T12:00:00+08:00',
  amount: { total: 1, refund: 1, payer_refund: 1 },
}
const card = {
  user_card_code: '123456789012',
  card_id: 'pCard',
  brand_id: '1000000',
  openid: 'o1',
  pickup_time: '2026-11-23T11:59:00+08:00',
  event_time: '2026-11-23T11:59:00+08:00',
  user_card_state: 'NOT_EFFECTIVE',
  phone_number: 'c2VhbGVk',
}
const use = {
  stock_creator_mchid: '1267388801',
  stock_id: '1',
  coupon_id: '2',
  consume_information: { transaction_id: '42001', consume_time: '2026-11-23T12:00:00+08:00' },
}
const push = '<xml><FromUserName>o1</FromUserName><Event>user_get_card</Event></xml>'
const sealed = encrypt(aesKey, push, pushKeys.appid)
const pushQuery = { timestamp: '1', nonce: '2', msg_signature: getSignature(token.reveal(), '1', '2', sealed) }
const json = (name: string, sample: object, read: (value: Record<string, unknown>) => unknown): Parser => ({
  name,
  sample: JSON.stringify(sample),
  read: ofJson(read),
  hostile: jsonTexts,
  longest: 128 * kB,
})
const xml = (name: string, sample: string, longest: number, read: (text: string) => unknown): Parser => ({
  name,
  sample,
  read,
  hostile: xmlTexts,
  longest,
})

/** An answer that WeChat Pay signed. */
function signedAnswer(text: string) {
  const body = Buffer.from(text)
  const timestamp = String(now.getTime() / 1_000)
  const headers = {
    'wechatpay-timestamp': timestamp,
    'wechatpay-nonce': 'n',
    'wechatpay-serial': 's',
    'wechatpay-signature': sign('sha256', answerMessage(timestamp, 'n', body), platform.privateKey).toString('base64'),
  }
  return { status: 200, headers, body }
}

/** A file as it arrives, in pieces that end in the middle of a character. */
const inPieces =
  <Row>(open: () => FileReader<Row>) =>
  (text: string) => {
    const reader = open()
    const bytes = Buffer.from(text)
    for (let from = 0; from < bytes.length; from += 1_021) reader.push(bytes.subarray(from, from + 1_021))
    return reader.end()
  }

const fileTexts = (header: string, last: string) => (length: number) => [
  whole(length, `${header}\r\n`, '`,'),
  whole(length, `${header}\r\n`, '`\r\n'),
  whole(length, `${header}\r\n\``, ','),
  whole(length, `${header}\r\n`, '","'),
  whole(length, `${header}\r\n"`, '""'),
  whole(length, `${header}\r\n\`1,"`, 'x'),
  whole(length, `${header}\r\n`, `${last}\r\n`),
  whole(length, `${header}\r\n${last}\r\n\``, '9'),
  whole(length, '', '交易时间,'),
  whole(length, '', '\r\n'),
]

/** Everything that reads a text from outside, beginning with those that read it before anything is proven. */
export const parsers: Parser[] = [
  xml('v2 XML', v2Text, 128 * kB, (text) => readXml(text, 'xml')),
  {
    ...xml('v2 notification', v2Text, 128 * kB, (text) => openV2Notification(v2Keys, text)),
    refusal: NotificationRefused,
  },
  {
    ...xml('push', `<xml><Encrypt><![CDATA[${sealed}]]></Encrypt></xml>`, 48 * kB, (text) =>
      openPush(pushKeys, pushQuery, text),
    ),
    refusal: MessageFault,
  },
  xml('encrypted part of a push', `<xml><Encrypt>${sealed}</Encrypt></xml>`, 48 * kB, encryptedPart),
  { ...xml('message of a push', push, 48 * kB, readMessageXml), refusal: MessageFault },
  {
    name: 'check of the push address',
    sample: getSignature(token.reveal(), '1', '2', ''),
    read: (text) => answerEcho(token, { signature: text, timestamp: '1', nonce: '2', echostr: text }),
    refusal: MessageFault,
    hostile: (length) => [whole(length, '', 'x'), whole(length, '', '汉')],
    longest: 16 * kB,
  },
  {
    name: 'signature headers',
    sample: randomBytes(256).toString('base64'),
    read: (text) =>
      verify(
        {
          'wechatpay-timestamp': String(now.getTime() / 1_000),
          'wechatpay-nonce': 'n',
          'wechatpay-serial': 's',
          'wechatpay-signature': text,
        },
        Buffer.from(text),
        () => platform.publicKey,
        now,
      ),
    hostile: (length) => [whole(length, '', 'A'), whole(length, '', '='), whole(length, 'WECHATPAY/SIGNTEST/', 'x')],
    longest: 16 * kB,
  },
  {
    name: 'signature of an event',
    sample: `v1,${randomBytes(32).toString('base64')}`,
    read: (text) =>
      signatureHolds(
        eventsSecret,
        { 'webhook-id': 'e', 'webhook-timestamp': String(now.getTime() / 1_000), 'webhook-signature': text },
        Buffer.from(text),
        now,
      ),
    hostile: (length) => [whole(length, '', 'v1,AAAA '), whole(length, '', ' '), whole(length, '', 'x')],
    longest: 64 * kB,
  },
  {
    name: 'envelope',
    sample: JSON.stringify({
      id: 'n1',
      event_type: 'TRANSACTION.SUCCESS',
      resource: sealResource(v3Key, JSON.stringify(payment)),
    }),
    read: (text) => openEnvelope(Buffer.from(text), [v3Key]),
    refusal: NotificationRefused,
    hostile: (length) => [...jsonTexts(length), whole(length, '{"resource":{"ciphertext":"', 'A', '"}}')],
    longest: 128 * kB,
  },
  {
    name: 'event',
    sample: JSON.stringify(event),
    read: readEvent,
    hostile: (length) => [
      ...jsonTexts(length),
      whole(length, '{"type":"card.opened","id":"', '1', '","occurred_at":"x"}'),
      whole(length, '{"type":"card.opened","id":"1","occurred_at":"', '2026-11-', '"}'),
      whole(length, '{"type":"payment.succeeded","data":{"promotions":[', '{"stock_id":"1"},', '{}]}}'),
    ],
    longest: 64 * kB,
  },
  json('payment', payment, readPayment),
  json('refund', refund, readRefund),
  json('use of a coupon', use, readCouponUse),
  json('notice about a member card', card, (resource) => {
    const told = ['BRAND_MEMBER_CARD_SP.USER_CARD.CREATE', 'MEMBERCARD.ACTIVATE_CARD'].map((event_type) =>
      withoutPersonal({ mchid: '1267388801', id: 'n1', event_type, resource }),
    )
    return told.map((notice) => [cardNoticeKey(notice), userCardSchema.safeParse(notice.resource).data])
  }),
  json('members’ cards of a brand', { total_count: 1, data: [card] }, (body) => userCardsSchema.safeParse(body).data),
  { ...json('v2 payment', v2Fields, (fields) => readV2Payment(texts(fields))), longest: 16 * kB },
  {
    ...json('v2 refund', { ...v2Fields, refund_id: '1', refund_fee: '1' }, (fields) => readV2Refund(texts(fields))),
    longest: 16 * kB,
  },
  json('card code', { code: '1' }, readCode),
  json('member card', { openid: 'o1', user_card_status: 'NORMAL', has_active: true }, readMemberCard),
  json('activation', { info: { common_field_list: [] } }, readActivation),
  json('answer of WeChat Pay', { coupon_id: '1' }, (value) => {
    const answer = { status: 200, headers: {}, body: Buffer.from(JSON.stringify(value)) }
    return [acceptedReply(answer), refusalReply({ ...answer, status: 400 }, true)]
  }),
  json('answer of the Official Account', { errcode: 0, openid: 'o1' }, (body) => readReply({ body })),
  {
    ...json('list of certificates', { data: [] }, (value) => {
      const answer = signedAnswer(JSON.stringify(value))
      return readCertificates(answer, [v3Key], () => platform.publicKey, now)
    }),
    refusal: CertificatesUnavailable,
  },
  {
    name: 'trade bill',
    sample: billFile([{}, { state: 'REFUND', refundId: '50300001', refund: 6000, refundStatus: 'SUCCESS' }]).toString(),
    read: inPieces(openBillReader),
    refusal: UnreadableFile,
    hostile: fileTexts(billHeader, sumsHeader),
    longest: 128 * kB,
  },
  {
    name: 'flow file',
    sample: flowFile([{ stockId: '1', couponId: '2', transactionId: '42001' }]).toString(),
    read: inPieces(openFlowReader),
    refusal: UnreadableFile,
    hostile: fileTexts(flowHeader, '总条数'),
    longest: 128 * kB,
  },
  {
    name: 'text for the log',
    sample: '/m/demo/paid?out_trade_no=1',
    read: maskText,
    hostile: (length) => [
      ...jsonTexts(length),
      whole(length, '?a=', '&b=c'),
      whole(length, '', 'o12345678901234567890123456'),
    ],
    longest: 64 * kB,
  },
  {
    name: 'address for the log',
    sample: '/m/demo/paid?out_trade_no=1',
    read: loggedAddress,
    hostile: (length) => [whole(length, '', '/'), whole(length, '/', '%3f'), whole(length, '/', 'x')],
    longest: 16 * kB,
  },
  {
    name: 'target of a login',
    sample: '/m/demo/coupons?x=1',
    read: (text) => safeTarget('demo', text),
    hostile: (length) => [whole(length, '/m/demo/', './'), whole(length, '/m/demo/', '%2e'), whole(length, '', '/')],
    longest: 16 * kB,
  },
]

/** A v2 message holds texts only. */
function texts(fields: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(Object.entries(fields).filter((one): one is [string, string] => typeof one[1] === 'string'))
}
