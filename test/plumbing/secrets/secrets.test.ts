import { randomBytes } from 'node:crypto'
import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { Secret } from '../../../src/plumbing/secrets/secret.ts'
import { openSecrets } from '../../../src/plumbing/secrets/vault.ts'

const place = 'merchants/demo/app_secret'
const oldKey = randomBytes(32)
const newKey = randomBytes(32)

test('a secret comes back from where it was sealed, also when its text is Chinese or empty', () => {
  const secrets = openSecrets([newKey])
  for (const text of ['hunter2', '优惠券', ''])
    expect(secrets.open(secrets.seal(text, place), place).reveal()).toBe(text)
  expect(secrets.seal('hunter2', place)).not.toContain('hunter2')
  expect(secrets.seal('hunter2', place)).not.toBe(secrets.seal('hunter2', place))
})

test('sealed text that was copied to another row or changed does not open', () => {
  const secrets = openSecrets([newKey])
  const sealed = secrets.seal('hunter2', place)
  expect(() => secrets.open(sealed, 'merchants/other/app_secret')).toThrow('merchants/other/app_secret does not open')
  const [version, key, body] = sealed.split('.') as [string, string, string]
  const bytes = Buffer.from(body, 'base64url')
  bytes[bytes.length - 1]! ^= 1
  expect(() => secrets.open([version, key, bytes.toString('base64url')].join('.'), place)).toThrow('does not open')
  expect(() => secrets.open([version, key, body.slice(0, 20)].join('.'), place)).toThrow('does not open')
})

test('a new first key seals, the old one still opens until everything is sealed anew', () => {
  const sealed = openSecrets([oldKey]).seal('hunter2', place)
  const both = openSecrets([newKey, oldKey])
  expect(both.open(sealed, place).reveal()).toBe('hunter2')
  expect(both.needsResealing(sealed)).toBe(true)
  const fresh = both.seal('hunter2', place)
  expect(both.needsResealing(fresh)).toBe(false)
  expect(openSecrets([newKey]).open(fresh, place).reveal()).toBe('hunter2')
  expect(() => openSecrets([newKey]).open(sealed, place)).toThrow('MASTER_KEY does not list')
  expect(() => openSecrets([])).toThrow('at least one key')
})

test('a secret in memory cannot be printed by accident', () => {
  const secret = new Secret('hunter2')
  expect([`${secret}`, JSON.stringify({ secret }), inspect({ secret }), String(secret)].join()).not.toContain('hunter2')
})
