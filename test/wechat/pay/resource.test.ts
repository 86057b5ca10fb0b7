import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Aes } from 'wechatpay-axios-plugin'
import { Secret } from '../../../src/plumbing/secrets/secret.ts'
import { openResourceByAny, sealResource } from '../../../src/wechat/pay/resource.ts'
import { merchant } from '../../support/pay-parties.ts'

const key = merchant.apiV3Key
const text = fc.string({ unit: 'grapheme' })

test('what is sealed opens again, here and in the other implementation', () => {
  fc.assert(
    fc.property(text, fc.string({ maxLength: 16 }), (plain, associatedData) => {
      const sealed = sealResource(key, plain, associatedData)
      expect(openResourceByAny([key], sealed)).toBe(Buffer.from(plain).toString())
      const other = Aes.AesGcm.decrypt(sealed.ciphertext, key.reveal(), sealed.nonce, associatedData)
      expect(other).toBe(Buffer.from(plain).toString())
    }),
  )
})

test('what the other implementation seals opens here', () => {
  const nonce = fc.string({ minLength: 12, maxLength: 12, unit: 'grapheme-ascii' })
  fc.assert(
    fc.property(text, nonce, (plain, iv) => {
      const ciphertext = Aes.AesGcm.encrypt(plain, key.reveal(), iv, 'transaction')
      const sealed = { algorithm: 'AEAD_AES_256_GCM', ciphertext, nonce: iv, associated_data: 'transaction' }
      expect(openResourceByAny([key], sealed)).toBe(Buffer.from(plain).toString())
    }),
  )
})

test('a single changed bit anywhere, a cut tag or another key opens nothing', () => {
  const sealed = sealResource(key, '{"trade_state":"SUCCESS"}', 'transaction')
  const bytes = Buffer.from(sealed.ciphertext, 'base64')
  for (let bit = 0; bit < bytes.length * 8; bit += 1) {
    const forged = Buffer.from(bytes)
    forged[bit >> 3]! ^= 1 << (bit & 7)
    expect(() => openResourceByAny([key], { ...sealed, ciphertext: forged.toString('base64') })).toThrow()
  }
  for (const length of [0, 4, 15, 16, bytes.length - 1]) {
    const cut = bytes.subarray(0, length).toString('base64')
    expect(() => openResourceByAny([key], { ...sealed, ciphertext: cut })).toThrow()
  }
  expect(() => openResourceByAny([key], { ...sealed, associated_data: '' })).toThrow()
  expect(() => openResourceByAny([key], { ...sealed, nonce: '000000000000' })).toThrow()
  expect(() => openResourceByAny([key], { ...sealed, algorithm: 'AEAD_SM4_GCM' })).toThrow('AEAD_SM4_GCM')
  expect(() => openResourceByAny([new Secret('1'.repeat(32))], sealed)).toThrow()
})

test('associated data may be missing or null', () => {
  const { associated_data: _, ...sealed } = sealResource(key, 'text')
  expect(openResourceByAny([key], sealed)).toBe('text')
  expect(openResourceByAny([key], { ...sealed, associated_data: null })).toBe('text')
})
