import { createPrivateKey, createPublicKey } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Formatter, Rsa } from 'wechatpay-axios-plugin'
import { createKeyPair } from '../../../sandbox/certificate.ts'
import {
  answerMessage,
  authorization,
  makeNonce,
  requestMessage,
  sign,
  verifies,
} from '../../../src/wechat/pay/signature.ts'

const pair = createKeyPair()
const privateKey = createPrivateKey(pair.privateKey)
const publicKey = createPublicKey(pair.publicKey)
const text = fc.string({ unit: 'grapheme' })

test('a request covers the same five lines as in the other implementation', () => {
  const path = fc.webPath()
  fc.assert(
    fc.property(fc.constantFrom('GET', 'POST'), path, fc.nat(), text, text, (method, url, timestamp, nonce, body) => {
      const other = Formatter.request(method, url, timestamp, nonce, body)
      expect(requestMessage(method, url, String(timestamp), nonce, body)).toBe(other)
    }),
  )
})

test('a call without a body ends in an empty fifth line', () => {
  expect(requestMessage('GET', '/v3/certificates?a=b%20c', '1', 'n', '')).toBe(
    'GET\n/v3/certificates?a=b%20c\n1\nn\n\n',
  )
})

test('an answer covers its time, its nonce and the raw bytes of its body', () => {
  fc.assert(
    fc.property(fc.nat(), text, text, (timestamp, nonce, body) => {
      const other = Formatter.response(timestamp, nonce, body)
      expect(answerMessage(String(timestamp), nonce, Buffer.from(body)).toString()).toBe(Buffer.from(other).toString())
    }),
  )
})

test('the other implementation verifies what we sign', async () => {
  await fc.assert(
    fc.asyncProperty(text, async (message) => {
      expect(Rsa.verify(message, await sign(message, privateKey), pair.publicKey)).toBe(true)
    }),
    { numRuns: 20 },
  )
})

test('we verify what the other implementation signs, and nothing else', () => {
  fc.assert(
    fc.property(text, (message) => {
      const signature = Rsa.sign(message, pair.privateKey)
      expect(verifies(Buffer.from(message), signature, publicKey)).toBe(true)
      expect(verifies(Buffer.from(`${message} `), signature, publicKey)).toBe(false)
      expect(verifies(Buffer.from(message), `WECHATPAY/SIGNTEST/${signature}`, publicKey)).toBe(false)
    }),
    { numRuns: 20 },
  )
})

test('the authorization header names the five parts in double quotes on one line', () => {
  const parts = { mchid: '1601400973', serialNo: 'ABC', timestamp: '1700000000', nonce: 'n0', signature: 'c2ln' }
  expect(authorization(parts)).toBe(
    'WECHATPAY2-SHA256-RSA2048 mchid="1601400973",nonce_str="n0",timestamp="1700000000",serial_no="ABC",signature="c2ln"',
  )
})

test('a nonce has 32 letters and digits and is new each time', () => {
  const nonces = Array.from({ length: 100 }, makeNonce)
  expect(new Set(nonces).size).toBe(100)
  for (const nonce of nonces) expect(nonce).toMatch(/^[0-9A-Za-z]{32}$/)
})
