import type { z } from 'zod'
import type { SmtpAddress } from '../mail/smtp-address.ts'
import { Unusable } from '../unusable.ts'
import { developmentKey } from './config-keys.ts'
import { environment } from './environment.ts'

/** The settings of the environment, checked. docs/operator/configuration.md explains each name. */
export type Config = {
  production: boolean
  host: string
  port: number
  /** The port for this process's own health and metrics; undefined: none. */
  opsPort: number | undefined
  /** Of one port at a time. */
  maxConnections: number
  role: 'all' | 'web' | 'worker'
  publicUrl: string
  /** Where operators open the console, ending in /console; undefined: it is off. */
  consoleUrl: string | undefined
  databaseUrl: string | undefined
  dataDir: string
  /** One address, or several of a Redis Cluster; empty: no Redis. */
  redisUrls: string[]
  /** Keys of 32 bytes: the first encrypts, all decrypt. */
  masterKeys: Buffer[]
  /** The first signs, all verify. */
  cookieKeys: string[]
  wechat: { openUrl: string; apiUrl: string; payUrl: string; payBackupUrl: string; filesUrl: string }
  /**
   * `pagesUrl`: where its pages are, when the calls to WeChat Pay go to it, so never in production. `addresses`: set by
   * the demo and shown at `/`; never from the environment.
   */
  sandbox: { on: boolean; port: number; pagesUrl?: string; addresses?: DemoAddress[] }
  /** WeChat's script for pages in its browser; undefined: no page loads it. */
  pageScriptUrl: string | undefined
  /** Of the receipt within WeChat's page after a payment, relative to a width of 640. */
  receiptHeight: number
  /** How many WeChat gives to one address. */
  flowFilesPerMinute: number
  trustProxy: boolean
  metricsToken: string | undefined
  logLevel: string
  /** For how many days each kind of data is kept. */
  keep: { inboxBodyDays: number; inboxRowDays: number; attemptDays: number; attemptOfSentDays: number }
  /** The work of one password hash; only tests lower it. */
  passwordLog2N: number
  /** The server that takes our mail; undefined: none, and people send it themselves. */
  smtp: SmtpAddress | undefined
  /** The e-mail that asks WeChat for 跨商户号发券. */
  application: { mailTo: string[]; company: string | undefined; reason: string }
}

/** An address to open when the demo has just started, and what it shows. */
export type DemoAddress = { url: string; chinese: string; english: string }

/**
 * Reads the settings of docs/operator/configuration.md from `env`; an empty value counts as unset. In development the
 * keys that are not given are generated once under DATA_DIR. Throws `Unusable` listing all faults at once.
 */
export function readConfig(env: Record<string, string | undefined> = process.env): Config {
  const given = Object.fromEntries(
    Object.entries(env).filter(([, value]) => value !== undefined && value.trim() !== ''),
  )
  const parsed = environment.safeParse(given)
  const faults = parsed.error?.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`) ?? []
  faults.push(...(given.NODE_ENV === 'production' ? productionFaults(given) : developmentFaults(given)))
  if (parsed.success) faults.push(...keepFaults(parsed.data))
  if (!parsed.success || faults.length > 0)
    throw new Unusable(faults, ['the configuration is not usable:', ...faults].join('\n  '))
  return configOf(parsed.data)
}

const wechatNames = [
  'WECHAT_OPEN_URL',
  'WECHAT_API_URL',
  'WECHAT_PAY_URL',
  'WECHAT_PAY_BACKUP_URL',
  'WECHAT_DOWNLOAD_URL',
] as const

function productionFaults(given: Record<string, string | undefined>): string[] {
  const required = {
    PUBLIC_URL: 'the https address that members open',
    DATABASE_URL: 'the PostgreSQL that keeps the ledger',
    REDIS_URL: 'the Redis that keeps the crowd away from the ledger',
    MASTER_KEY: 'make one with: openssl rand -base64 32',
    COOKIE_KEYS: 'make one with: openssl rand -base64 48',
  }
  const missing = Object.entries(required).filter(([name]) => !given[name])
  const plain = ['PUBLIC_URL', 'CONSOLE_URL', ...wechatNames].filter((name) => given[name]?.startsWith('http:'))
  return [
    ...missing.map(([name, cure]) => `${name}: is needed in production (${cure})`),
    ...plain.map((name) => `${name}: must be https in production`),
    ...(given.SANDBOX === 'on' ? ['SANDBOX: must not be on in production'] : []),
  ]
}

function keepFaults({ INBOX_BODY_DAYS, INBOX_ROW_DAYS }: z.output<typeof environment>): string[] {
  if (INBOX_BODY_DAYS <= INBOX_ROW_DAYS) return []
  return ['INBOX_ROW_DAYS: must be no less than INBOX_BODY_DAYS: a row is deleted after its body']
}

function developmentFaults(given: Record<string, string | undefined>): string[] {
  const alone = given.ROLE === undefined || given.ROLE === 'all'
  const isOpen = given.HOST !== undefined && !loopback.test(given.HOST)
  const bySilence = given.SANDBOX === undefined && wechatNames.every((name) => !given[name])
  return [
    ...(given.DATABASE_URL || alone
      ? []
      : ['DATABASE_URL: is needed when ROLE is not all: the embedded database serves one process only']),
    ...(isOpen && bySilence
      ? ['SANDBOX: say on or off: other machines reach this HOST, and in the sandbox anybody is any member']
      : []),
  ]
}

const loopback = /^(localhost|127(\.\d{1,3}){3}|::1)$/i

function configOf(env: z.output<typeof environment>): Config {
  const production = env.NODE_ENV === 'production'
  const sandboxOn = !production && (env.SANDBOX ? env.SANDBOX === 'on' : wechatNames.every((name) => !env[name]))
  const publicUrl = env.PUBLIC_URL ?? `http://localhost:${env.PORT}`
  const sandboxUrl = sandboxOn ? `http://127.0.0.1:${env.SANDBOX_PORT}` : undefined
  return {
    production,
    host: env.HOST ?? (production ? '0.0.0.0' : '127.0.0.1'),
    port: env.PORT,
    opsPort: env.OPS_PORT,
    maxConnections: env.MAX_CONNECTIONS,
    role: env.ROLE,
    publicUrl,
    consoleUrl: env.CONSOLE_URL ?? (production ? undefined : `${publicUrl}/console`),
    databaseUrl: env.DATABASE_URL,
    dataDir: env.DATA_DIR,
    redisUrls: env.REDIS_URL,
    masterKeys: env.MASTER_KEY ?? [Buffer.from(developmentKey(env.DATA_DIR, 'master'), 'base64')],
    cookieKeys: env.COOKIE_KEYS ?? [developmentKey(env.DATA_DIR, 'cookie')],
    wechat: {
      openUrl: env.WECHAT_OPEN_URL ?? sandboxUrl ?? 'https://open.weixin.qq.com',
      apiUrl: env.WECHAT_API_URL ?? sandboxUrl ?? 'https://api.weixin.qq.com',
      payUrl: env.WECHAT_PAY_URL ?? sandboxUrl ?? 'https://api.mch.weixin.qq.com',
      // When the main address is set to another server, the backup must never reach the real WeChat.
      payBackupUrl: env.WECHAT_PAY_BACKUP_URL ?? sandboxUrl ?? env.WECHAT_PAY_URL ?? 'https://api2.mch.weixin.qq.com',
      filesUrl: env.WECHAT_DOWNLOAD_URL ?? sandboxUrl ?? env.WECHAT_PAY_URL ?? 'https://download-service.wechatpay.cn',
    },
    sandbox: {
      on: sandboxOn,
      port: env.SANDBOX_PORT,
      ...(sandboxUrl && !env.WECHAT_PAY_URL && { pagesUrl: sandboxUrl }),
    },
    pageScriptUrl:
      env.PAGE_SCRIPT === 'on' ? `${sandboxUrl ?? 'https://res.wx.qq.com'}/open/js/jweixin-1.6.0.js` : undefined,
    receiptHeight: env.RECEIPT_HEIGHT,
    flowFilesPerMinute: env.FLOW_FILES_PER_MINUTE,
    trustProxy: env.TRUST_PROXY === 'true',
    metricsToken: env.METRICS_TOKEN,
    logLevel: env.LOG_LEVEL,
    keep: {
      inboxBodyDays: env.INBOX_BODY_DAYS,
      inboxRowDays: env.INBOX_ROW_DAYS,
      attemptDays: env.ATTEMPT_DAYS,
      attemptOfSentDays: env.ATTEMPT_OF_SENT_DAYS,
    },
    passwordLog2N: 15,
    smtp: env.SMTP_URL,
    application: {
      mailTo: env.APPLICATION_MAIL_TO,
      company: env.APPLICATION_COMPANY,
      reason: env.APPLICATION_REASON,
    },
  }
}
