import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { readConfig } from '../../../src/plumbing/config/config.ts'
import { Unusable } from '../../../src/plumbing/unusable.ts'

const dataDir = mkdtempSync(join(tmpdir(), 'paycoupon-config-'))
afterAll(() => rmSync(dataDir, { recursive: true }))

const production = {
  NODE_ENV: 'production',
  PUBLIC_URL: 'https://quan.example.com/',
  DATABASE_URL: 'postgres://paycoupon@db/paycoupon',
  REDIS_URL: 'redis://a:6379, redis://b:6379',
  MASTER_KEY: randomBytes(32).toString('base64'),
  COOKIE_KEYS: randomBytes(48).toString('base64'),
}

function faultsOf(env: Record<string, string | undefined>): string[] {
  try {
    readConfig(env)
    return []
  } catch (error) {
    if (error instanceof Unusable) return error.faults
    throw error
  }
}

test('the application to WeChat has a known recipient until others are set, and refuses what is no address', () => {
  expect(readConfig({ DATA_DIR: dataDir }).application).toMatchObject({
    mailTo: ['weixincard@tencent.com'],
    company: undefined,
  })
  const told = { APPLICATION_MAIL_TO: 'a@example.com, b@example.com', APPLICATION_COMPANY: '某服务商' }
  expect(readConfig({ DATA_DIR: dataDir, ...told }).application).toMatchObject({
    mailTo: ['a@example.com', 'b@example.com'],
    company: '某服务商',
  })
  expect(faultsOf({ DATA_DIR: dataDir, APPLICATION_MAIL_TO: 'nobody' })).toEqual([
    'APPLICATION_MAIL_TO: must be e-mail addresses, separated by commas',
  ])
})

describe('in development', () => {
  test('nothing has to be set: the sandbox answers for WeChat and the database is embedded', () => {
    const config = readConfig({ DATA_DIR: dataDir })
    expect(config).toMatchObject({
      production: false,
      host: '127.0.0.1',
      port: 3000,
      role: 'all',
      publicUrl: 'http://localhost:3000',
      consoleUrl: 'http://localhost:3000/console',
      databaseUrl: undefined,
      redisUrls: [],
      sandbox: { on: true, port: 3001 },
      wechat: {
        openUrl: 'http://127.0.0.1:3001',
        payUrl: 'http://127.0.0.1:3001',
        payBackupUrl: 'http://127.0.0.1:3001',
      },
      trustProxy: false,
      logLevel: 'info',
    })
  })

  test('keys are made once, and only their owner may read them', () => {
    const first = readConfig({ DATA_DIR: dataDir })
    const second = readConfig({ DATA_DIR: dataDir })
    expect(second.masterKeys).toEqual(first.masterKeys)
    expect(second.cookieKeys).toEqual(first.cookieKeys)
    expect(first.masterKeys[0]).toHaveLength(32)
    expect(statSync(join(dataDir, 'master.key')).mode & 0o777).toBe(0o600)
    expect(readFileSync(join(dataDir, 'cookie.key'), 'utf8')).not.toBe(
      readFileSync(join(dataDir, 'master.key'), 'utf8'),
    )
  })

  test('an address of WeChat turns the sandbox off, and a moved main host takes the backup with it', () => {
    const config = readConfig({ DATA_DIR: dataDir, WECHAT_PAY_URL: 'http://127.0.0.1:4000/' })
    expect(config.sandbox.on).toBe(false)
    expect(config.wechat).toEqual({
      openUrl: 'https://open.weixin.qq.com',
      apiUrl: 'https://api.weixin.qq.com',
      payUrl: 'http://127.0.0.1:4000',
      payBackupUrl: 'http://127.0.0.1:4000',
      filesUrl: 'http://127.0.0.1:4000',
    })
    expect(readConfig({ DATA_DIR: dataDir, SANDBOX: 'off' }).wechat.payBackupUrl).toBe('https://api2.mch.weixin.qq.com')
  })

  test('the sandbox, where anybody is any member, opens to other machines only when it is asked for', () => {
    const open = { DATA_DIR: dataDir, HOST: '0.0.0.0' }
    for (const HOST of ['0.0.0.0', '::', '192.0.2.7', '127.0.0.1.example.com'])
      expect(faultsOf({ ...open, HOST })).toEqual([expect.stringMatching(/^SANDBOX: say on or off/)])
    expect(readConfig({ ...open, SANDBOX: 'on' }).sandbox.on).toBe(true)
    expect(readConfig({ ...open, SANDBOX: 'off' }).sandbox.on).toBe(false)
    expect(readConfig({ ...open, WECHAT_API_URL: 'https://api.example.com' }).sandbox.on).toBe(false)
    for (const HOST of ['localhost', '127.0.0.2', '::1'])
      expect(readConfig({ ...open, HOST }).sandbox.on, HOST).toBe(true)
  })

  test('a web process alone needs a database that another can share', () => {
    expect(faultsOf({ DATA_DIR: dataDir, ROLE: 'web' })).toEqual([
      expect.stringMatching(/^DATABASE_URL: is needed when ROLE/),
    ])
  })

  test('every setting that cannot be read is named, and an empty one is as good as unset', () => {
    const faults = faultsOf({
      NODE_ENV: 'staging',
      HOST: ' ',
      PORT: 'eighty',
      ROLE: 'boss',
      PUBLIC_URL: 'ftp://x',
      CONSOLE_URL: 'https://quan.example.com/admin',
      DATABASE_URL: 'mysql://x',
      REDIS_URL: 'redis://a,http://b',
      MASTER_KEY: 'c2hvcnQ=',
      COOKIE_KEYS: 'short',
      SANDBOX: 'maybe',
      TRUST_PROXY: 'yes',
      METRICS_TOKEN: 'short',
      MAX_CONNECTIONS: '0',
      LOG_LEVEL: 'loud',
    })
    const names = [
      'NODE_ENV',
      'PORT',
      'ROLE',
      'PUBLIC_URL',
      'CONSOLE_URL',
      'DATABASE_URL',
      'REDIS_URL',
      'MASTER_KEY',
      'COOKIE_KEYS',
      'SANDBOX',
      'TRUST_PROXY',
      'METRICS_TOKEN',
      'MAX_CONNECTIONS',
      'LOG_LEVEL',
    ]
    for (const name of names)
      expect(
        faults.some((fault) => fault.startsWith(`${name}: `)),
        name,
      ).toBe(true)
    expect(faults).toHaveLength(names.length)
  })
})

describe('in production', () => {
  test('complete settings are taken as they are', () => {
    const config = readConfig({
      ...production,
      ROLE: 'worker',
      TRUST_PROXY: 'true',
      METRICS_TOKEN: 'a-token-of-some-length',
    })
    expect(config).toMatchObject({
      production: true,
      host: '0.0.0.0',
      publicUrl: 'https://quan.example.com',
      consoleUrl: undefined,
      redisUrls: ['redis://a:6379', 'redis://b:6379'],
      sandbox: { on: false },
      wechat: { payUrl: 'https://api.mch.weixin.qq.com', payBackupUrl: 'https://api2.mch.weixin.qq.com' },
      trustProxy: true,
      role: 'worker',
    })
  })

  test('the console is on where its address is set, which may be a host of its own', () => {
    for (const CONSOLE_URL of [
      'https://ops.example.com',
      'https://ops.example.com/',
      'https://ops.example.com/console/',
    ])
      expect(readConfig({ ...production, CONSOLE_URL }).consoleUrl).toBe('https://ops.example.com/console')
  })

  test('several keys are read in their order: the first encrypts and signs', () => {
    const keys = [randomBytes(32), randomBytes(32)]
    const config = readConfig({ ...production, MASTER_KEY: keys.map((key) => key.toString('base64')).join(', ') })
    expect(config.masterKeys).toEqual(keys)
  })

  test('it refuses to start and lists at once what is missing', () => {
    const faults = faultsOf({ NODE_ENV: 'production', SANDBOX: 'on' })
    const names = ['PUBLIC_URL', 'DATABASE_URL', 'REDIS_URL', 'MASTER_KEY', 'COOKIE_KEYS', 'SANDBOX']
    expect(faults.map((fault) => fault.split(':')[0])).toEqual(names)
  })

  test('it refuses what is weak: plain http and keys that somebody typed', () => {
    const faults = faultsOf({
      ...production,
      PUBLIC_URL: 'http://quan.example.com',
      CONSOLE_URL: 'http://quan.example.com/console',
      WECHAT_PAY_URL: 'http://10.0.0.1',
      MASTER_KEY: Buffer.alloc(32, 7).toString('base64'),
      COOKIE_KEYS: `${production.COOKIE_KEYS},${'ab'.repeat(20)}`,
    })
    expect(faults.map((fault) => fault.split(':')[0]).sort()).toEqual([
      'CONSOLE_URL',
      'COOKIE_KEYS',
      'MASTER_KEY',
      'PUBLIC_URL',
      'WECHAT_PAY_URL',
    ])
  })

  test('the message names the faults and none of the values', () => {
    const secret = 'x'.repeat(40)
    expect(() => readConfig({ ...production, COOKIE_KEYS: secret })).toThrow(/COOKIE_KEYS: is weak/)
    expect(faultsOf({ ...production, COOKIE_KEYS: secret, MASTER_KEY: secret }).join()).not.toContain(secret)
  })
})
