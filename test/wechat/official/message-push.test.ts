import { createCipheriv, createHash, randomBytes } from 'node:crypto'
import { encrypt, getSignature } from '@wecom/crypto'
import { expect, it } from 'vitest'
import { Secret } from '../../../src/plumbing/secrets/secret.ts'
import { answerEcho, MessageFault, openPush, type PushKeys } from '../../../src/wechat/official/message-push.ts'

const appid = 'wx0123456789abcdef'
const token = randomBytes(12).toString('hex')
const aKey = () => randomBytes(32).toString('base64').slice(0, 43)
const key = aKey()
const keys: PushKeys = { appid, token: new Secret(token), key: new Secret(key), previousKey: undefined }
const [timestamp, nonce] = ['1795406400', '1372623149']

const event = `<xml><ToUserName><![CDATA[gh_1]]></ToUserName><FromUserName> <![CDATA[o1]]> </FromUserName>
<CreateTime>1795406400</CreateTime><Event><![CDATA[user_get_card]]></Event><UserCardCode>0012</UserCardCode>
<TransId>4200000000202611230000000001</TransId><OuterStr><![CDATA[]]></OuterStr></xml>`

/** A push as WeChat makes it, by an independent implementation. */
function pushed(message = event, options: { key?: string; appid?: string } = {}) {
  return sealed(encrypt(options.key ?? key, message, options.appid ?? appid))
}

function sealed(
  encrypted: string,
  body = `<xml><ToUserName>gh_1</ToUserName><Encrypt><![CDATA[${encrypted}]]></Encrypt></xml>`,
) {
  return { query: { timestamp, nonce, msg_signature: getSignature(token, timestamp, nonce, encrypted) }, body }
}

/** The plain text before encryption, laid out by hand, so that each of its parts can be wrong. */
function sealedByHand(plain: Buffer, padding: Buffer) {
  const aes = Buffer.from(`${key}=`, 'base64')
  const cipher = createCipheriv('aes-256-cbc', aes, aes.subarray(0, 16)).setAutoPadding(false)
  return sealed(Buffer.concat([cipher.update(Buffer.concat([plain, padding])), cipher.final()]).toString('base64'))
}

function laidOut(message: string, length = Buffer.byteLength(message), to = appid): Buffer {
  const head = Buffer.alloc(20)
  head.writeUInt32BE(length, 16)
  return Buffer.concat([head, Buffer.from(message + to)])
}

it('A pushed message is opened, with every value as text', () => {
  const { query, body } = pushed()
  expect(openPush(keys, query, body)).toEqual({
    ToUserName: 'gh_1',
    FromUserName: 'o1',
    CreateTime: '1795406400',
    Event: 'user_get_card',
    UserCardCode: '0012',
    TransId: '4200000000202611230000000001',
    OuterStr: '',
  })
})

it('Messages of every length are opened: WeChat pads by 1 to 32', () => {
  for (let more = 0; more < 33; more += 1) {
    const { query, body } = pushed(`<xml><Event>${'会'.repeat(more)}x</Event></xml>`)
    expect(openPush(keys, query, body).Event).toBe(`${'会'.repeat(more)}x`)
  }
})

it('The previous EncodingAESKey still opens, and an older one does not', () => {
  const old = aKey()
  const { query, body } = pushed(event, { key: old })
  expect(openPush({ ...keys, previousKey: new Secret(old) }, query, body).Event).toBe('user_get_card')
  expect(() => openPush(keys, query, body)).toThrow(MessageFault)
  expect(() => openPush({ ...keys, previousKey: new Secret(aKey()) }, query, body)).toThrow(MessageFault)
  expect(() => openPush({ ...keys, key: new Secret('short') }, query, body)).toThrow(MessageFault)
})

it('Clear fields beside the encrypted ones are ignored', () => {
  const { query, body } = pushed()
  expect(openPush(keys, query, body.replace('<xml>', '<xml><FromUserName>o_forged</FromUserName>')).FromUserName).toBe(
    'o1',
  )
})

it('A message in the clear is refused: nothing signs its body', () => {
  const signature = createHash('sha1').update([token, timestamp, nonce].sort().join('')).digest('hex')
  expect(() => openPush(keys, { timestamp, nonce, signature }, event)).toThrow('safe mode')
})

it('A forged, cut, replaced or doubled part of a push is refused', () => {
  const { query, body } = pushed()
  const forged = [
    openPush.bind(null, keys, { ...query, nonce: '1' }, body),
    openPush.bind(null, keys, { ...query, msg_signature: query.msg_signature.slice(2) }, body),
    openPush.bind(null, keys, { ...query, msg_signature: undefined, signature: query.msg_signature }, body),
    openPush.bind(null, keys, { ...query, msg_signature: [query.msg_signature] }, body),
    openPush.bind(null, keys, query, pushed().body),
    openPush.bind(null, keys, query, body.replace('</xml>', '<Encrypt>x</Encrypt></xml>')),
    openPush.bind(null, keys, query, ''),
  ]
  for (const open of forged) expect(open).toThrow(MessageFault)
})

it('A message for another appid is refused', () => {
  const { query, body } = pushed(event, { appid: 'wxfedcba9876543210' })
  expect(() => openPush(keys, query, body)).toThrow('another appid')
})

it.each<[string, Buffer, number[]]>([
  ['padding of 0', laidOut('x'.repeat(9), 9, ''), [1, 2, 0]],
  ['padding of 33', laidOut('x'.repeat(9), 9, ''), [33, 33, 33]],
  ['padding of unequal bytes', laidOut('x'.repeat(9), 9, ''), [7, 3, 3]],
  ['a length beyond its end', laidOut('<xml/>', 4_000_000_000, appid), Array<number>(20).fill(20)],
  ['less than a head', Buffer.alloc(4), Array<number>(28).fill(28)],
])('A signed message with %s is refused', (_, plain, padding) => {
  const { query, body } = sealedByHand(plain, Buffer.from(padding))
  expect(() => openPush(keys, query, body)).toThrow(MessageFault)
})

it.each([
  ['not base64 of whole blocks', sealed('AAAA')],
  ['empty', sealed('')],
])('A signed message that is %s is refused', (_, { query, body }) => {
  expect(() => openPush(keys, query, body)).toThrow(MessageFault)
})

it.each([
  ['an external entity', '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><xml><Encrypt>&e;</Encrypt></xml>'],
  ['an entity bomb', '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;">]><xml><Encrypt>&b;</Encrypt></xml>'],
  ['a document type behind an unclosed CDATA', '<![CDATA[<!DOCTYPE x><xml><Encrypt>x</Encrypt></xml>'],
  ['no XML', '{"Encrypt":"x"}'],
  ['an open tag', '<xml><Encrypt>x</xml>'],
  ['another root', '<html><Encrypt>x</Encrypt></html>'],
  ['10,000 levels', `<xml>${'<a>'.repeat(10_000)}${'</a>'.repeat(10_000)}</xml>`],
  ['65 kB', `<xml><Encrypt>${'x'.repeat(65_536)}</Encrypt></xml>`],
])('A body with %s is refused', (_, body) => {
  expect(() => openPush(keys, { timestamp, nonce, msg_signature: '00' }, body)).toThrow(MessageFault)
})

it("A member's text may look like a document type", () => {
  const { query, body } = pushed('<xml><Content><![CDATA[<!DOCTYPE &amp; <b>]]></Content></xml>')
  expect(openPush(keys, query, body).Content).toBe('<!DOCTYPE &amp; <b>')
})

it("WeChat's check of our address gets its text back, anybody else nothing", () => {
  const signature = createHash('sha1').update([token, timestamp, nonce].sort().join('')).digest('hex')
  expect(answerEcho(keys.token, { signature, timestamp, nonce, echostr: '5927' })).toBe('5927')
  expect(() => answerEcho(keys.token, { signature, timestamp, nonce: '2', echostr: '5927' })).toThrow(MessageFault)
  expect(() => answerEcho(keys.token, { echostr: '5927' })).toThrow(MessageFault)
})
